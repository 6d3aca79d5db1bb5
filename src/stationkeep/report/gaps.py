"""The gap in presence: between the end of the main station and each other, and over all stations together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from stationkeep.report.metrics import someone_aboard, year_starts
from stationkeep.report.read import attr, future_names, iso_day, series, stamps

if TYPE_CHECKING:
    import xarray as xr

DAY = np.timedelta64(1, "D")


class Crewed(NamedTuple):
    """When stations are crewed, over (future, run, ...); NaT where never."""

    stations: list[str]
    utc: np.ndarray  # stamps of the result
    first: np.ndarray  # (future, run, station) first stamp with someone aboard
    last: np.ndarray  # (future, run, station) last one
    years: list[str]
    new_year: np.ndarray  # the last stamp of the year before each
    anyone: np.ndarray  # (future, run, year) someone aboard a station then


def gaps(ds: xr.Dataset) -> dict[str, Any]:
    """Per future: when the main station is left for good, and for every other station when it is first crewed, the days
    between (negative: both crewed at once), and the probability by year that on 1 January the first is over and it is
    not crewed: not yet, or no more, as a visited station whose last crew has left. A complex that parts and that nobody is aboard
    of in any run is no successor. Empty where there is one station only."""
    crewed = _of_series(ds) or _of_summary(ds)
    if crewed is None:
        return {}
    told, stated = {}, (attr(ds, "scenario") or {}).get("stations") or crewed.stations  # others are complexes that part
    for place, name in enumerate(future_names(ds)):
        first, last = crewed.first[place], crewed.last[place, :, 0]
        if np.isnat(last).all():
            continue
        goes_on = last == crewed.utc[-1]
        over = ~goes_on[:, None] & (np.isnat(last)[:, None] | (crewed.new_year > last[:, None]))
        nobody = (over & ~crewed.anyone[place]).mean(axis=0)
        told[name] = {
            "ends": date_spread(np.where(goes_on, np.datetime64("NaT"), last)), "ends_in_horizon_frac": round(float((~goes_on).mean()), 4),
            "nobody_anywhere": {y: round(float(p), 4) for y, p in zip(crewed.years, nobody, strict=True)},
            "stations": {
                station: _station(first[:, i], crewed.last[place, :, i], last, over, goes_on, crewed)
                for i, station in enumerate(crewed.stations) if i and (station in stated or not np.isnat(first[:, i]).all())
            },
        }  # fmt: skip
    return told


def _of_series(ds: xr.Dataset) -> Crewed | None:
    people = series(ds, "people_count")
    if people is None or "station" not in people.dims or people.sizes["station"] < 2:
        return None
    utc = stamps(people)
    aboard = people.transpose("future", "run", "station", "time").values > 0
    years, places = year_starts(utc)
    ever = aboard.any(-1)
    first, last = np.argmax(aboard, axis=-1), utc.size - 1 - np.argmax(aboard[..., ::-1], axis=-1)
    first_utc, last_utc = (np.where(ever, utc[at], np.datetime64("NaT")) for at in (first, last))
    stations = [str(name) for name in people["station"].values]
    return Crewed(stations, utc, first_utc, last_utc, years, utc[places], someone_aboard(ds)[..., places])


def _of_summary(ds: xr.Dataset) -> Crewed | None:
    first, last, anyone = (series(ds, f) for f in ("station_crewed_from_utc", "station_crewed_until_utc", "aboard_new_year"))
    if first is None or last is None or anyone is None or first.sizes["station"] < 2:
        return None
    utc = ds["time"].values
    years, places = year_starts(utc)
    stations = [str(name) for name in first["station"].values]
    return Crewed(stations, utc, first.values, last.values, years, utc[places], anyone.values.astype(bool))


def _station(
    first: np.ndarray, left: np.ndarray, last: np.ndarray, over: np.ndarray, goes_on: np.ndarray, crewed: Crewed
) -> dict[str, Any]:
    """One successor, crewed from `first` to `left`, against the end of the main station, over runs."""
    ever, ended = ~np.isnat(first), ~goes_on
    waits = ~(crewed.new_year >= first[:, None]) | ((left != crewed.utc[-1])[:, None] & (crewed.new_year > left[:, None]))
    days = (first - last)[ever & ended & ~np.isnat(last)] / DAY
    told = {
        "first_crew": date_spread(first), "crewed_in_horizon_frac": round(float(ever.mean()), 4),
        "gap_by_year": {y: round(float(p), 4) for y, p in zip(crewed.years, (over & waits).mean(axis=0), strict=True)},
        "no_gap_frac": round(float(((first <= last) & (left > last))[ended].mean()), 4) if ended.any() else None,
    }  # fmt: skip
    if days.size:
        told["gap_d"] = {f"p{q}": round(float(np.quantile(days, q / 100))) for q in (5, 50, 95)}
    return told


def date_spread(at: np.ndarray) -> dict[str, str | None]:
    """5, 50 and 95 % dates over all runs; None where that share of runs does not get there (NaT)."""
    order = np.sort(at)  # NaT last
    picked = {q: order[int(q / 100 * (order.size - 1) + 0.5)] for q in (5, 50, 95)}
    return {f"p{q}": None if np.isnat(moment) else iso_day(moment) for q, moment in picked.items()}
