"""Reserves in days by commodity: how low they came, and when they fell below the levels at which the rules act."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from stationkeep.report.checks import percent
from stationkeep.report.gaps import date_spread
from stationkeep.report.read import attr, future_names, reserves, series, stamps, time_axis, words

if TYPE_CHECKING:
    import xarray as xr

COMMODITIES = ("food", "water", "oxygen", "supplies", "toilet", "propellant")
NONE_LEFT_d = 1.0
"""Less than a day's worth counts as nothing left."""


def reserves_told(ds: xr.Dataset) -> list[dict[str, Any]]:
    """Per future and commodity (all stations; people as usual, nothing recovered): the least reserve over the time somebody
    is aboard, days (5, 50, 95 % of runs), and for each level of the rules the share of runs that fall below it and the
    first day they do. Of a result kept by month, and of a summary, the day is reckoned from the months' least.
    """
    rules = {item["name"]: float(item["value"]) for item in attr(ds, "assumptions") or []}
    levels = {"reserve": rules.get("reserve_d", 45.0), "leave": rules.get("leave_d", 30.0), "none_left": NONE_LEFT_d}
    if levels["leave"] <= NONE_LEFT_d:  # the crew stays to the last
        del levels["leave"]
    return [
        {"future": future_names(ds)[place], "resource": name, "least_d": _spread(least), "below": below}
        for place, name, least, below in _by_commodity(ds, levels)
    ]


def _by_commodity(ds: xr.Dataset, levels: dict[str, float]) -> Iterator[tuple[int, str, np.ndarray, dict[str, Any]]]:
    kept = series(ds, "reserve_least_d")  # a summary's own, over stations
    found = reserves(ds) if kept is None else kept.rename(reserve="resource")
    if found is None or "run" not in found.dims:
        return
    for place in range(found.sizes["future"]):
        for name in [name for name in COMMODITIES if name in found["resource"].values]:
            of_runs = found.isel(future=place).sel(resource=name)
            axes = [axis for axis in of_runs.dims if axis != "run"]
            least = of_runs.min(axes).values if axes else of_runs.values
            if not np.isfinite(least).any():
                continue
            below = {
                level: {"days": days, "runs_frac": round(float((least < days).mean()), 4), "first": _first(of_runs, days)}
                for level, days in levels.items()
            }
            yield place, name, least, below


def _first(of_runs: xr.DataArray, days: float) -> dict[str, str | None] | None:
    """The first day below `days` at any station, over the runs that get there."""
    of_runs = of_runs.min("station") if "station" in of_runs.dims else of_runs
    least = of_runs.transpose("run", ...).values
    low = least < days
    reached = low.any(axis=-1)
    if not reached.any():
        return None
    at, first = stamps(of_runs), low.argmax(axis=-1)[reached]
    if time_axis(of_runs) == "time":
        return date_spread(at[first])
    return date_spread(_within_month(at, least[reached], first, days))


def _within_month(ends: np.ndarray, least: np.ndarray, first: np.ndarray, days: float) -> np.ndarray:
    """The day in month `first` (run,) on which a reserve fell below `days`: it falls by a day a day from the least of the month
    before; in the first month, to that month's own. least: (run, month)."""
    day, run, before = np.timedelta64(1, "D"), np.arange(first.size), np.maximum(first - 1, 0)
    last = np.nan_to_num(least[run, before], nan=np.inf, posinf=np.inf)
    ahead = np.clip(np.ceil(np.minimum(last - days, 1e4)), 1.0, None).astype(int) * day
    back = np.ceil(days - least[run, first]).astype(int) * day
    return np.where(first > 0, np.minimum(ends[before] + ahead, ends[first]), ends[first] - np.minimum(back, 27 * day))


def _spread(least: np.ndarray) -> dict[str, float]:
    return {f"p{q}": round(float(np.quantile(least[np.isfinite(least)], q / 100)), 1) for q in (5, 50, 95)}


def reserve_rows(told: list[dict[str, Any]], future: str) -> tuple[list[str], list[list[str]], str]:
    """Head and cells of the table of one future: commodities that fall below a level; and a sentence on those that do not."""
    mine = [row for row in told if row["future"] == future]
    if not mine:
        return [], [], ""
    levels = list(mine[0]["below"].values())
    head = ["reserve, days", "least", *(f"below {level['days']:.0f}" if level["days"] > NONE_LEFT_d else "none left" for level in levels)]
    rows = [
        [words(row["resource"]), _days(row["least_d"]), *(_below(level) for level in row["below"].values())]
        for row in mine if any(level["runs_frac"] > 0.0 for level in row["below"].values())
    ]  # fmt: skip
    safe = ", ".join(f"{words(row['resource'])} {_days(row['least_d'])}" for row in mine if words(row["resource"]) not in {r[0] for r in rows})
    return head, rows, f"Never below {levels[0]['days']:.0f} days (least reserve): {safe}." if safe else ""


def _days(least: dict[str, float]) -> str:
    low, middle, high = (f"{least[q]:,.0f}" for q in ("p5", "p50", "p95"))
    return middle if low == high else f"{middle} ({low}–{high})"


def _below(level: dict[str, Any]) -> str:
    if not level["runs_frac"]:
        return "–"
    share = percent(level["runs_frac"])
    first, last = level["first"]["p5"], level["first"]["p95"]
    return f"{share}, {first}" if first == last else f"{share}, {level['first']['p50']} ({first} to {last})"
