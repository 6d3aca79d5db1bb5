"""Comparison of two results on the same draws: paired run by run, each difference with a 95 % interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from stationkeep.report.checks import percent
from stationkeep.report.metrics import Z_95
from stationkeep.report.read import attr, future_names, future_weights, scenario_name, words
from stationkeep.report.totals import Total, totals

if TYPE_CHECKING:
    import xarray as xr
    from rich.console import Console
    from rich.text import Text


def compare(a: xr.Dataset, b: xr.Dataset) -> dict[str, Any]:
    """Differences ``b - a`` over the runs both hold: pooled by weight, then for each future that both hold.

    Keys: ``a, b, runs, paired, differences, futures``. A difference has ``variable, a, b, difference, low, high,
    unit``; the interval is None with fewer than two runs. ``paired`` is False when the seeds differ: then the runs
    share no draws and the interval says so by being wide. Raises ValueError when the results share no run.
    """
    labels_a, labels_b = (np.asarray(ds["run"].values) for ds in (a, b))
    common = np.intersect1d(labels_a, labels_b)
    if common.size == 0:
        raise ValueError("the two results share no run; simulate both with runs of the same numbers")
    a, b = a.sel(run=common), b.sel(run=common)
    of_a, of_b = ({total.name: total for total in totals(ds)} for ds in (a, b))
    shared_futures = [name for name in future_names(a) if name in future_names(b) and len(future_names(a)) > 1]
    return {
        "a": scenario_name(a),
        "b": scenario_name(b),
        "runs": int(common.size),
        "paired": attr(a, "seed") == attr(b, "seed"),
        "differences": _differences(of_a, of_b, future_weights(a), future_weights(b)),
        "futures": [
            {"name": name, "differences": _differences(of_a, of_b, _only(a, name), _only(b, name))}
            for name in shared_futures
        ],
    }


def render(told: dict[str, Any], console: Console | None = None) -> None:
    """Print a comparison for a person: differences that are not nothing first, pooled and by future."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    out = console or Console()
    out.print(Text(f"b − a over {told['runs']} runs: a = {words(told['a'])}, b = {words(told['b'])}", style="bold"))
    if not told["paired"]:
        out.print(Text("The seeds differ: the runs share no luck, so read the intervals as unpaired.", style="yellow"))
    for name, differences in [("pooled by weight", told["differences"])] + [
        (words(item["name"]), item["differences"]) for item in told["futures"]
    ]:
        table = Table(title=f"\n{name}" if told["futures"] else None, title_justify="left", box=box.SIMPLE_HEAD, padding=0, show_edge=False)
        table.add_column("variable", overflow="fold")
        for column in ("a", "b", "b − a", "95 % interval"):
            table.add_column(column, justify="right", no_wrap=True)
        same = [row["variable"] for row in differences if row["difference"] == 0.0]
        for row in differences:
            if row["difference"] != 0.0:
                table.add_row(*_cells(row), style="bold" if _clear(row) else None)
        if table.row_count:
            out.print(table)
        if same:
            out.print(Text(f"{name}: no difference in {', '.join(same)}", style="dim"))


def _cells(row: dict[str, Any]) -> tuple[Text, ...]:
    from rich.text import Text

    unit, scale = row["unit"], 1.0
    if unit == "usd":
        unit, scale = "million USD", 1e-6
    low, high = (None if row[end] is None else scale * row[end] for end in ("low", "high"))
    span = "" if low is None or high is None else f"{_signed(low, unit)} to {_signed(high, unit)}"
    a, b = (_number(scale * row[side], unit) for side in "ab")
    name = row["variable"] if unit == "frac" else f"{row['variable']}, {unit.replace('_per_', '/')}"
    return tuple(Text(cell) for cell in (name, a, b, _signed(scale * row["difference"], unit), span))


def _number(value: float, unit: str) -> str:
    if unit == "frac":
        return percent(value)
    return f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"


def _signed(value: float, unit: str) -> str:
    return ("+" if value > 0 else "−" if value < 0 else "") + _number(abs(value), unit)


def _clear(row: dict[str, Any]) -> bool:
    return row["low"] is not None and (row["low"] > 0.0 or row["high"] < 0.0)


def _differences(
    of_a: dict[str, Total], of_b: dict[str, Total], weights_a: np.ndarray, weights_b: np.ndarray
) -> list[dict[str, Any]]:
    names = list(of_a) + [name for name in of_b if name not in of_a]
    rows = []
    for name in names:
        total = of_a.get(name) or of_b[name]
        one_sided = name not in of_a or name not in of_b
        if one_sided and not name.startswith("broken["):
            continue  # a date until a break that one side never logs is in its share
        nothing = np.zeros(total.values.shape[1])
        left = _pool(weights_a, of_a[name].values) if name in of_a else nothing
        right = _pool(weights_b, of_b[name].values) if name in of_b else nothing
        known = np.isfinite(left) & np.isfinite(right)
        if not known.any():
            continue
        low, high = interval(right[known] - left[known], total.share)
        rows.append({
            "variable": name, "a": float(left[known].mean()), "b": float(right[known].mean()),
            "difference": float((right[known] - left[known]).mean()), "low": low, "high": high, "unit": total.unit,
        })  # fmt: skip
    return rows


def interval(difference: np.ndarray, share: bool) -> tuple[float | None, float | None]:
    """95 % interval of the mean of paired differences; None, None with fewer than two runs.

    Amounts: Student's t on the pairs. Shares: the same after two pseudo-pairs spread as one agreeing, half a gain
    and half a loss (Agresti and Min 2005), so that no difference in few runs is not sold as certainty.
    """
    n = difference.size
    if n < 2:
        return None, None
    if share:
        mean = float(difference.sum()) / (n + 2)
        variance = (float((difference**2).sum()) + 1.0) / (n + 2) - mean**2
        half = Z_95 * float(np.sqrt(variance / (n + 2)))
        return max(-1.0, mean - half), min(1.0, mean + half)
    from scipy.special import stdtrit

    half = float(stdtrit(n - 1, 0.975)) * float(difference.std(ddof=1)) / float(np.sqrt(n))
    mean = float(difference.mean())
    return mean - half, mean + half


def _pool(weights: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Weighted over futures, run by run; a future without weight has no say, not even a gap."""
    return weights[weights > 0.0] @ values[weights > 0.0]


def _only(ds: xr.Dataset, name: str) -> np.ndarray:
    return np.array([float(other == name) for other in future_names(ds)])
