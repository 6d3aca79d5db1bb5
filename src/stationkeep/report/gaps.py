"""The gap in presence: between the end of the main station and each other, and over all stations together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from stationkeep.report.metrics import someone_aboard, year_starts
from stationkeep.report.read import future_names, iso_day, series, stamps

if TYPE_CHECKING:
    import xarray as xr

DAY = np.timedelta64(1, "D")


def gaps(ds: xr.Dataset) -> dict[str, Any]:
    """Per future: when the main station is left for good, and for every other station when it is first crewed, the days
    between (negative: both crewed at once), and the probability by year that on 1 January the first is over and it is
    not crewed yet. Empty where there is one station only."""
    people = series(ds, "people_count")
    if people is None or "station" not in people.dims or people.sizes["station"] < 2:
        return {}
    utc = stamps(people)
    aboard = people.transpose("future", "run", "station", "time").values > 0
    anyone = someone_aboard(ds)
    years, places = year_starts(utc)
    told = {}
    for place, name in enumerate(future_names(ds)):
        main = aboard[place, :, 0]
        if not main.any():
            continue
        last = np.where(main.any(-1), main.shape[-1] - 1 - np.argmax(main[:, ::-1], axis=-1), -1)
        over = np.arange(utc.size) > last[:, None]
        over[main[:, -1]] = False
        told[name] = {
            "ends": _spread(utc, np.where(main[:, -1], -1, last)), "ends_in_horizon_frac": round(float((~main[:, -1]).mean()), 4),
            "nobody_anywhere": {y: round(float((over & ~anyone[place])[:, p].mean()), 4) for y, p in zip(years, places, strict=True)},
            "stations": {
                str(station): _station(utc, aboard[place, :, i], last, over, main[:, -1], years, places)
                for i, station in enumerate(people["station"].values) if i
            },
        }  # fmt: skip
    return told


def _station(
    utc: np.ndarray, crewed: np.ndarray, last: np.ndarray, over: np.ndarray, goes_on: np.ndarray, years: list[str], places: list[int]
) -> dict[str, Any]:  # fmt: skip
    """One successor against the end of the main station, over runs."""
    ever = crewed.any(-1)
    first = np.where(ever, np.argmax(crewed, axis=-1), -1)
    waits = ~np.logical_or.accumulate(crewed, axis=-1)
    known = ever & ~goes_on
    days = (utc[first[known]] - utc[last[known]]) / DAY
    ended = ~goes_on
    told = {
        "first_crew": _spread(utc, first), "crewed_in_horizon_frac": round(float(ever.mean()), 4),
        "gap_by_year": {y: round(float((over & waits)[:, p].mean()), 4) for y, p in zip(years, places, strict=True)},
        "no_gap_frac": round(float(((first <= last) & ever)[ended].mean()), 4) if ended.any() else None,
    }  # fmt: skip
    if days.size:
        told["gap_d"] = {f"p{q}": round(float(np.quantile(days, q / 100))) for q in (5, 50, 95)}
    return told


def _spread(utc: np.ndarray, at: np.ndarray) -> dict[str, str | None]:
    """5, 50 and 95 % dates over all runs; None where that share of runs does not get there (position -1)."""
    order = np.sort(np.where(at < 0, utc.size, at))
    return {f"p{q}": iso_day(utc[k]) if (k := int(order[int(q / 100 * (order.size - 1) + 0.5)])) < utc.size else None for q in (5, 50, 95)}
