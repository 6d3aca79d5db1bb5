"""Totals of one run: what a comparison compares, each a number per future and run with its unit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stationkeep.report.metrics import presence_to_end, someone_aboard
from stationkeep.report.read import event_log, future_names, reserves, series, stamps, time_axis

if TYPE_CHECKING:
    import xarray as xr

DAYS_PER_WEEK = 7.0
#: What a summary keeps of each run, and what a comparison calls it.
KEPT = {
    "crew_aboard_d": ("crew_days", "d"), "unoccupied_d": ("days_unoccupied", "d"),
    "propellant_used_kg": ("propellant_used", "kg"), "research_h": ("research_hours", "h"), "cost_total_usd": ("cost", "usd"),
    "reboost_total_m_per_s": ("reboost", "m_per_s"),
}  # fmt: skip
#: Flows of propellant that are no use of it: it comes, goes with a ship, changes its tank, or is let out.
NOT_USED = ("delivered", "removed", "moved", "dumped")


class Total(NamedTuple):
    """One compared variable: ``values[future, run]``; a ``share`` lies in 0..1 and is averaged to a probability."""

    name: str
    unit: str
    values: np.ndarray
    share: bool = False


def totals(ds: xr.Dataset) -> list[Total]:
    """All compared variables that the result holds, in the order a reader wants them."""
    if "aboard_from_utc" in ds:
        aboard = Total("presence", "frac", presence_to_end(ds).astype(float), share=True)
        crew_days, unoccupied, *rest = _kept(ds)
        return [aboard, crew_days, unoccupied, *_first_breaks(ds), *rest]
    return [*_presence(ds), *_first_breaks(ds), *_sums(ds), *_reserves(ds)]


def _kept(ds: xr.Dataset) -> Iterator[Total]:
    """What a summary keeps in place of series."""
    for variable, (name, unit) in KEPT.items():
        found = series(ds, variable)
        if found is not None:
            yield Total(name, unit, np.asarray(found.values, dtype=np.float64))
    least = series(ds, "reserve_min_d")
    for resource in [] if least is None else least["resource"].values:
        values = np.asarray(least.sel(resource=resource).values, dtype=np.float64)  # type: ignore[union-attr]
        if np.isfinite(values).any():
            yield Total(f"reserve_min[{resource}]", "d", values)


def _presence(ds: xr.Dataset) -> Iterator[Total]:
    if "people_count" not in ds:
        return
    yield Total("presence", "frac", presence_to_end(ds).astype(float), share=True)
    people = series(ds, "people_count")
    assert people is not None
    crew = np.nansum(np.asarray(people.transpose("future", "run", "time", ...).values, dtype=np.float64), axis=-1)
    yield Total("crew_days", "d", crew.reshape(*crew.shape[:2], -1) @ _days(ds, people))
    yield Total("days_unoccupied", "d", (~someone_aboard(ds)).astype(float) @ _days(ds, people))


def _first_breaks(ds: xr.Dataset) -> Iterator[Total]:
    """Share of runs in which each requirement breaks, and days until it first does (the horizon if it never does)."""
    log = event_log(ds)
    breaches = np.flatnonzero((log.kind == "breach") & (log.run >= 0) & (log.future >= 0))
    shape = (len(future_names(ds)), int(ds.sizes["run"]))
    utc = np.asarray(ds["time"].values).astype("datetime64[s]").astype(np.int64)
    for name in np.unique(log.name[breaches]):
        rows = breaches[log.name[breaches] == name]
        first_s = np.full(shape, utc[-1])
        at_s = log.utc[rows].astype("datetime64[s]").astype(np.int64)
        np.minimum.at(first_s, (log.future[rows], log.run[rows]), at_s)
        broken = np.zeros(shape)
        broken[log.future[rows], log.run[rows]] = 1.0
        yield Total(f"broken[{name}]", "frac", broken, share=True)
        yield Total(f"days_until_broken[{name}]", "d", (first_s - utc[0]) / 86400.0)


def _sums(ds: xr.Dataset) -> Iterator[Total]:
    used = _propellant_used(ds)
    if used is not None:
        yield Total("propellant_used", "kg", used)
    hours = series(ds, "hours_per_week")
    if hours is not None:
        research = hours.sel(use=[use for use in hours["use"].values if "research" in str(use)])
        weeks = _days(ds, research) / DAYS_PER_WEEK
        yield Total("research_hours", "h", _along_time(research) @ weeks)
        yield from _by_partner(hours, weeks)
    cost = series(ds, "cost_usd")
    if cost is not None:
        yield Total("cost", "usd", _along_time(cost).sum(axis=-1))
    reboost = series(ds, "reboost_m_per_s")
    if reboost is not None:
        yield Total("reboost", "m_per_s", _along_time(reboost).sum(axis=-1))


def _by_partner(hours: xr.DataArray, weeks: np.ndarray) -> Iterator[Total]:
    """Research each partner gets, whoever works it, and what its people work for others."""
    if "served_by_others" not in hours["use"].values:
        return
    for partner in hours["partner"].values:
        own = hours.sel(partner=partner)
        got = _along_time(own.sel(use=["own_research", "served_by_others"])) @ weeks
        if np.nansum(got) > 0.0:
            yield Total(f"research_hours[{partner}]", "h", got)
            yield Total(f"hours_for_others[{partner}]", "h", _along_time(own.sel(use=["other_research"])) @ weeks)


def _propellant_used(ds: xr.Dataset) -> np.ndarray | None:
    """Propellant burnt, kg: what uses took from it where the result has flows, else the falls of the stock."""
    flows = series(ds, "flow_kg")
    if flows is not None and "propellant" in flows["resource"].values:
        axis = "flow_use" if "flow_use" in flows.dims else "use"
        uses = [use for use in flows[axis].values if str(use) not in NOT_USED]
        taken = flows.sel({"resource": "propellant", axis: uses}).clip(max=0.0)
        return -_along_time(taken).sum(axis=-1)
    stock = series(ds, "propellant_kg")
    return None if stock is None else -np.minimum(np.diff(_along_time(stock), axis=-1), 0.0).sum(axis=-1)


def _reserves(ds: xr.Dataset) -> Iterator[Total]:
    """The smallest reserve of each resource over stations and time, days; runs that never had one are left out."""
    reserve = reserves(ds)
    if reserve is None:
        return
    for resource in reserve["resource"].values:
        part = reserve.sel(resource=resource)
        values = np.asarray(part.transpose("future", "run", ...).values, dtype=np.float64)
        values = np.where(np.isfinite(values), values, np.inf).reshape(*values.shape[:2], -1).min(axis=-1)
        if np.isfinite(values).any():
            yield Total(f"reserve_min[{resource}]", "d", np.where(np.isfinite(values), values, np.nan))


def _along_time(found: xr.DataArray) -> np.ndarray:
    """(future, run, time) with every other axis summed, gaps as nothing."""
    axis = time_axis(found)
    values = np.asarray(found.transpose("future", "run", axis, ...).values, dtype=np.float64)
    return np.nansum(values.reshape(*values.shape[:3], -1), axis=-1)


def _days(ds: xr.Dataset, found: xr.DataArray) -> np.ndarray:
    """Days each stamp of a variable stands for: those since the stamp before; the first since the start."""
    step = np.diff(ds["time"].values[:2])
    start = ds["time"].values[:1] - (step if step.size else np.timedelta64(1, "D"))
    edges = np.concatenate([start, stamps(found)]).astype("datetime64[s]").astype(np.int64)
    return np.maximum(np.diff(edges), 0) / 86400.0
