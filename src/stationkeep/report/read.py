"""Reading a result the same way everywhere: futures, weights, attributes, series with every axis in its place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from stationkeep.units import unit_of

if TYPE_CHECKING:
    import xarray as xr


#: From this many days on a reserve is only a sign that nothing is used; the engine writes it for an empty station.
ENDLESS_d = 9999.0


class EventLog(NamedTuple):
    """The log as columns, one row per event; ``future`` and ``run`` are positions, ``cause`` a row or -1.

    ``told`` is what a reader calls ``name``: for an event of the scenario whom or what it is about.
    """

    future: np.ndarray
    run: np.ndarray
    utc: np.ndarray
    station: np.ndarray
    kind: np.ndarray
    name: np.ndarray
    cause: np.ndarray
    value: np.ndarray
    told: np.ndarray


def attr(ds: xr.Dataset, name: str, default: Any = None) -> Any:
    """A structured attribute of the result: decoded when it is JSON text, ``default`` when it is not there."""
    value = ds.attrs.get(name, default)
    if isinstance(value, str) and value[:1] in ("[", "{"):
        return json.loads(value)
    return value


def scenario_name(ds: xr.Dataset) -> str:
    return str(ds.attrs.get("name") or ds.attrs.get("title") or "scenario")


def future_names(ds: xr.Dataset) -> list[str]:
    """Names of the futures; a scenario without futures is one future that bears its own name."""
    return [str(name) for name in ds["future"].values] if "future" in ds.dims else [scenario_name(ds)]


def future_weights(ds: xr.Dataset) -> np.ndarray:
    """Assumed weight of each future, in their order, scaled to sum to one; equal where the scenario gives none."""
    names = future_names(ds)
    given = attr(ds, "weights") or {}
    weights = np.array([float(given.get(name, 0.0)) for name in names])
    return weights / weights.sum() if weights.sum() > 0.0 else np.full(len(names), 1.0 / len(names))


def series(ds: xr.Dataset, name: str) -> xr.DataArray | None:
    """A variable with ``future, run`` as its first axes (a future is added where there is none); None if absent."""
    if name not in ds:
        return None
    found = ds[name]
    if "run" in found.dims and "future" not in found.dims:
        found = found.expand_dims(future=future_names(ds))
    return found.transpose("future", "run", ...) if "run" in found.dims else found


def pick(found: xr.DataArray, select: Mapping[str, Any]) -> xr.DataArray:
    """Entries by label or list of labels, of the axes the variable has."""
    return found.sel({axis: label for axis, label in select.items() if axis in found.dims})


def of_future(found: xr.DataArray, place: int) -> xr.DataArray:
    """One future of a variable, whether or not there are several."""
    return found.isel(future=place) if "future" in found.dims else found


def reserves(ds: xr.Dataset) -> xr.DataArray | None:
    """``reserve_d`` with gaps where nothing is used and the stock has no end (written as ``ENDLESS_d``)."""
    found = series(ds, "reserve_d")
    return None if found is None else found.where(found < ENDLESS_d)


def chosen(ds: xr.Dataset, name: str, future: int, select: Mapping[str, Any]) -> xr.DataArray | None:
    """One future of a series, entries picked; a reserve has gaps where it has no end. None where it has no runs."""
    found = series(ds, name)
    if found is None or "run" not in found.dims:
        return None
    found = pick(found.isel(future=future), select)
    return found.where(found < ENDLESS_d) if name == "reserve_d" else found


def stamps(found: xr.DataArray) -> np.ndarray:
    """The time axis of a variable (``time``, or ``month`` where only months were kept), as datetime64."""
    return np.asarray(found[time_axis(found)].values)


def time_axis(found: xr.DataArray) -> str:
    return "time" if "time" in found.dims else "month"


def event_log(ds: xr.Dataset) -> EventLog:
    """The event log as columns, futures and runs as positions along their axes; empty when none was kept."""
    count = int(ds.sizes.get("event", 0))
    if count == 0 or "event_kind" not in ds:
        none = np.zeros(0, np.int64)
        texts = np.zeros(0, "<U1")
        return EventLog(none, none, np.zeros(0, "datetime64[s]"), texts, texts, texts, none, np.zeros(0), texts)
    run_labels = np.asarray(ds["run"].values) if "run" in ds.coords else np.arange(ds.sizes["run"])
    future, kind, name = _future_positions(ds, count), _texts(ds, "event_kind"), _texts(ds, "event_name")
    return EventLog(
        future,
        _positions(np.asarray(ds["event_run"].values), run_labels),
        np.asarray(ds["event_utc"].values),
        _texts(ds, "event_station"),
        kind,
        name,
        np.asarray(ds["event_cause"].values).astype(np.int64),
        np.asarray(ds["event_value"].values, dtype=np.float64) if "event_value" in ds else np.zeros(count),
        _told(ds, future, kind, name),
    )


ABOUT = {"notice": "withdraw", "opened": "open"} | {kind: kind for kind in (
    "withdraw", "rejoin", "extend", "retire", "fail", "ground", "damage", "lose_person", "fund", "join"
)} | {"join_waits": "join"}  # fmt: skip
"""Kinds of the log that carry the name of an event of the scenario, and the key under which it says what it is about."""


def _told(ds: xr.Dataset, future: np.ndarray, kind: np.ndarray, name: np.ndarray) -> np.ndarray:
    scenario = attr(ds, "scenario") or {}
    own = list((scenario.get("futures") or {}).values()) or [{}]
    rows = np.flatnonzero(np.isin(kind, list(ABOUT)))
    said = []
    for row in rows:
        branch = own[future[row]] if 0 <= future[row] < len(own) else {}
        event = ((branch.get("events") or {}).get(name[row]) or (scenario.get("events") or {}).get(name[row])) or {}
        said.append(event.get(ABOUT[str(kind[row])]) or str(name[row]))
    if not said:
        return name
    told = name.astype(np.promote_types(name.dtype, np.array(said).dtype))
    told[rows] = said
    return told


def _texts(ds: xr.Dataset, name: str) -> np.ndarray:
    return np.asarray(ds[name].values).astype(str)


def _future_positions(ds: xr.Dataset, count: int) -> np.ndarray:
    if "event_future" not in ds or "future" not in ds.dims:
        return np.zeros(count, np.int64)
    column = np.asarray(ds["event_future"].values)
    if column.dtype.kind in "iu":
        return column.astype(np.int64)
    positions = np.full(count, -1, np.int64)
    for place, name in enumerate(future_names(ds)):
        positions[column == name] = place
    return positions


def _positions(column: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Position of each entry of ``column`` in ``labels``; -1 where it is none of them."""
    if labels.size == 0:
        return np.full(column.shape, -1, np.int64)
    order = np.argsort(labels, kind="stable")
    place = np.clip(np.searchsorted(labels[order], column), 0, labels.size - 1)
    return np.where(labels[order][place] == column, order[place], -1).astype(np.int64)


def iso_day(utc: np.datetime64) -> str:
    return str(np.datetime_as_string(np.datetime64(utc), unit="D"))


def iso_second(utc: np.datetime64) -> str:
    return str(np.datetime_as_string(np.datetime64(utc), unit="s")) + "Z"


def label_and_unit(variable: str) -> tuple[str, str]:
    """A variable's name and unit for a reader: ``altitude_km`` -> ``altitude``, ``km``."""
    unit = unit_of(variable)
    if unit is None:
        return words(variable.removesuffix("_up")), ""
    shown = {"frac": "", "count": "", "usd": "US dollars", "week": "week"}.get(unit, unit.replace("_per_", "/"))
    return words(variable.removesuffix(f"_{unit}")), shown


BACKUP = "; a backup takes the seat"
"""Said of somebody lost to the schedule early enough for a backup: no seat stays empty."""
SAID = {"toilet": "toilet goods"}
"""What a resource is called, where its name does not say: solid-waste containers and what else a toilet uses."""


def words(name: str) -> str:
    """A name as a reader would write it: ``co2_removal`` -> ``co2 removal``."""
    return SAID.get(str(name), str(name).replace("_", " "))
