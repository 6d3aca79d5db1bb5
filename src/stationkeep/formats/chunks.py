"""Chunks of an ensemble put together: runs one after another, logs appended with their causes, histograms added up.

A chunk is a Dataset of some runs of one future. Nothing here depends on the order in which chunks were finished.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import xarray as xr

#: Runs whose whole log stays in a joined summary; of the others, first breaches and what led to them.
WHOLE_LOGS = 20
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
BLOCKS = "quantile_blocks"


def joined(futures: Sequence[tuple[str | None, Iterable[xr.Dataset]]], whole_logs: int = WHOLE_LOGS) -> xr.Dataset:
    """One Dataset of all futures; each item is (name of the future or None, its chunks in the order of their runs).

    Of summaries the log is whole for runs below `whole_logs`; of others it keeps first breaches and what led to them.
    """
    import xarray as xr

    parts, logs, labels = [], [], []
    for label, chunks in futures:
        part, log = _runs_joined(xr, chunks, whole_logs)
        parts.append(part)
        logs.append(log)
        labels.append(label)
    if labels == [None]:
        ds = parts[0]
    else:
        no_text = {str(name): "" for name, variable in parts[0].variables.items() if variable.dtype.kind == "U"}
        ds = xr.concat(parts, dim=xr.DataArray(labels, dims="future", name="future"), join="outer", fill_value=no_text)
    return ds.assign({name: ("event", values) for name, values in _appended(logs).items()})


def _runs_joined(xr: Any, chunks: Iterable[xr.Dataset], whole_logs: int) -> tuple[xr.Dataset, dict[str, np.ndarray]]:
    """The chunks of one future as one Dataset without its log, and the log."""
    columns: dict[str, list[np.ndarray]] = {}
    logs: list[dict[str, np.ndarray]] = []
    sums: dict[str, np.ndarray] = {}
    counts: np.ndarray | None = None
    first: xr.Dataset | None = None
    for ds in chunks:
        first = ds if first is None else first
        summary = BLOCKS in ds.attrs
        log = {str(k): v.values for k, v in ds.data_vars.items() if v.dims == ("event",)}
        logs.append(pruned(log, whole_logs) if summary else log)
        if summary:
            if counts is None:
                counts = np.zeros(_size(ds), np.uint32)
            counts[ds["bin_place"].values] += ds["bin_count"].values
        for name, variable in ds.variables.items():
            if "run" in variable.dims:
                columns.setdefault(str(name), []).append(variable.values)
            elif variable.attrs.get("over_runs") == "sum":
                sums[str(name)] = variable.values + sums.get(str(name), 0)
    if first is None:
        raise ValueError("no chunk to join")
    keep = first.drop_dims([dim for dim in ("event", "bin") if dim in first.dims])
    variables: dict[str, Any] = {}
    for name, variable in keep.variables.items():
        if str(name) in columns:
            values = np.concatenate(columns.pop(str(name)), axis=variable.dims.index("run"))
            variables[str(name)] = (variable.dims, values, variable.attrs)
        else:
            variables[str(name)] = (variable.dims, sums.get(str(name), variable.values), variable.attrs)
    if counts is not None:
        variables |= _quantiles(json.loads(first.attrs[BLOCKS]), counts)
    coords = {str(name): variables.pop(str(name)) for name in keep.coords}
    if counts is not None:
        coords["quantile"] = ("quantile", np.asarray(QUANTILES), {})
    return xr.Dataset(variables, coords=coords), _appended(logs)


def _appended(logs: Sequence[Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Logs one after another; causes point along the joint log."""
    out: dict[str, np.ndarray] = {}
    offsets = np.cumsum([0, *(log["event_run"].size for log in logs)])
    for name in logs[0]:
        columns = [log[name] for log in logs]
        if name == "event_cause":
            columns = [np.where(c >= 0, c + offset, -1) for c, offset in zip(columns, offsets[:-1], strict=True)]
        out[name] = np.concatenate(columns)
    return out


def pruned(log: Mapping[str, np.ndarray], whole_logs: int, breach: str | int = "breach") -> dict[str, np.ndarray]:
    """What a verdict reads of a log: all of the first runs; of the others first breaches and what led to them.

    `breach` is how the column of kinds writes one; names may be numbers too.
    """
    kind, run, name, cause = (log[f"event_{key}"] for key in ("kind", "run", "name", "cause"))
    kept = run < whole_logs
    breaches = np.flatnonzero(kind == breach)
    breaches = breaches[np.argsort(log["event_utc"][breaches], kind="stable")]
    _, requirement = np.unique(name[breaches], return_inverse=True)
    _, firsts = np.unique(run[breaches] * (requirement.max(initial=0) + 1) + requirement, return_index=True)
    rows = breaches[firsts]
    while rows.size:
        kept[rows] = True
        rows = cause[rows]
        rows = np.unique(rows[(rows >= 0)])
        rows = rows[~kept[rows]]
    place = np.cumsum(kept) - 1
    out = {key: values[kept] for key, values in log.items()}
    out["event_cause"] = np.where(out["event_cause"] >= 0, place[out["event_cause"]], -1)
    return out


def _size(ds: xr.Dataset) -> int:
    last = json.loads(ds.attrs[BLOCKS])[-1]
    return int(last["first"]) + int(np.prod(last["shape"])) * int(last["bins"])


def _quantiles(blocks: Sequence[Mapping[str, Any]], counts: np.ndarray) -> dict[str, Any]:
    """Variables `<name>_quantiles` and `<name>_runs_count` from added-up histograms."""
    out: dict[str, Any] = {}
    for block in blocks:
        first, shape, bins = int(block["first"]), tuple(block["shape"]), int(block["bins"])
        table = counts[first : first + int(np.prod(shape)) * bins].reshape(-1, bins)
        values, known = quantiles_of(table, float(block["low"]), float(block["width"]), bool(block["whole"]))
        if block["log10"]:
            values = 10.0**values
        told = {"units": block["unit"], "bin_width": block["width"], "bins_are_log10": int(block["log10"])}
        out[f"{block['name']}_quantiles"] = (
            (*block["dims"], "quantile"), values.reshape(*shape, len(QUANTILES)).astype(np.float32), told
        )  # fmt: skip
        out[f"{block['name']}_runs_count"] = (tuple(block["dims"]), known.reshape(shape), {"over_runs": "sum"})
    return out


def quantiles_of(table: np.ndarray, low: float, width: float, whole: bool) -> tuple[np.ndarray, np.ndarray]:
    """Quantiles of each row of a table of counts (rows, bins), and how many values each row counts.

    Bin 0 holds what is at most `low`, bin k what lies in (low + (k - 1) width, low + k width], the last one all above.
    `whole` values stand at the upper edge of their bin; others are spread evenly in it: the error is below one width.
    Between two values a quantile is linear, as numpy's is. NaN where nothing is counted.
    """
    reached = np.cumsum(table, axis=1, dtype=np.int64)
    known = reached[:, -1].copy()
    begins = np.concatenate([[0], np.cumsum(known + 1)[:-1]])  # every row begins above the end of the row before it
    reached += begins[:, None]
    out = np.full((len(table), len(QUANTILES)), np.nan)
    for place, q in enumerate(QUANTILES):
        at = q * np.maximum(known - 1, 0)
        below = np.floor(at).astype(np.int64)
        above = np.minimum(below + 1, np.maximum(known - 1, 0))
        left, right = (_of_rank(table, reached, begins + rank, low, width, whole) for rank in (below, above))
        out[:, place] = np.where(known > 0, left + (right - left) * (at - below), np.nan)
    return out, known


def _of_rank(
    table: np.ndarray, reached: np.ndarray, rank: np.ndarray, low: float, width: float, whole: bool
) -> np.ndarray:
    """The value of a rank in each row of a table of counts; `reached` are the counts summed along it and over all rows before."""
    bins = table.shape[1]
    bin_ = (np.searchsorted(reached.ravel(), rank, side="right") - bins * np.arange(len(table))).clip(0, bins - 1)
    if whole:
        return low + width * bin_
    rows = np.arange(len(table))
    here = table[rows, bin_].astype(np.int64)
    before = reached[rows, bin_] - here
    return np.where(bin_ == 0, low, low + width * (bin_ - 1 + (rank - before + 0.5) / np.maximum(here, 1)))
