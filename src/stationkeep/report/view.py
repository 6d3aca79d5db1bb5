"""What a page draws of a result: bands and single runs against time, ships on ports, services lost, first breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from stationkeep.report.causes import sentence
from stationkeep.report.metrics import band
from stationkeep.report.read import (
    EventLog,
    attr,
    chosen,
    event_log,
    future_names,
    iso_second,
    label_and_unit,
    series,
    stamps,
    time_axis,
    words,
)

if TYPE_CHECKING:
    import xarray as xr

MOST_RUNS = 3
"""Single runs told one by one beside the bands."""
ORBIT_STAMPS = 960
"""Days for which the elements of the orbit are told, at most."""
CHARTS = (
    ("people_count", None), ("seats_count", None), ("altitude_km", None), ("propellant_kg", None),
    ("power_usable_kW", None), ("power_used_kW", None), ("reserve_d", "resource"), ("hours_per_week", "use"),
    ("momentum_frac", None), ("mass_kg", None), ("co2_kPa", None), ("dose_mSv_per_d", None),
)  # fmt: skip
"""Variables drawn, and the axis of which each entry gets a chart of its own."""
TOLD = (
    "launch_failure", "docking_failure", "grounded", "service_down", "service_up", "stock_empty", "attitude_lost",
    "withdraw", "rejoin", "separate", "handed_over", "powered_down", "retire", "evacuate", "abandoned", "breach",
    "opened", "lose_person", "entry", "condition",
)  # fmt: skip
"""Kinds of event a page marks."""


def view(ds: xr.Dataset, ports: list[str] | None = None) -> dict[str, Any]:
    """A result as plain data for drawing: one entry of `futures` for each future.

    `ports` are the names of the ports in the order the log numbers them; without it ships stand where they were
    planned to. Times are ISO text, values numbers or None; units are in the names of the variables.
    """
    log = event_log(ds)
    utc = ds["time"].values
    flights = attr(ds, "flights") or []
    shown = _runs(ds)
    return {
        "start": iso_second(utc[0]), "horizon": iso_second(utc[-1]), "as_of": attr(ds, "as_of") or "",
        "stations": [str(s) for s in ds["station"].values], "runs_shown": shown, "limits": _limits(ds),
        "flights": flights, **_complexes(ds),
        "futures": [
            {
                "name": name,
                "stations": {str(s): _station(ds, place, str(s)) for s in ds["station"].values if _exists(ds, place, str(s))},
                "runs": [_run(ds, log, place, i, flights, ports) | {"run": run} for i, run in enumerate(shown)],
            }
            for place, name in enumerate(future_names(ds))
        ],
    }  # fmt: skip


def _runs(ds: xr.Dataset) -> list[int]:
    return [int(run) for run in ds["run"].values[:MOST_RUNS]]


def _exists(ds: xr.Dataset, future: int, station: str) -> bool:
    found = series(ds, "altitude_km")
    return found is None or bool(found.isel(future=future).sel(station=station).notnull().any())


def _complexes(ds: xr.Dataset) -> dict[str, Any]:
    """`titles` of the stations, `recorded_station`, the station built of the packaged parts, and `segments`, what leaves it to become which station."""
    scenario = attr(ds, "scenario") or {}
    stations = scenario.get("stations") or {}
    main = next(iter(stations), "")
    segments = {}
    for told in (scenario, *(scenario.get("futures") or {}).values()):
        for event in filter(None, (told.get("events") or {}).values()):
            if event.get("separate") or event.get("segment") == "separated":
                leaves = event.get("separate") or ("russian" if event.get("withdraw") == "roscosmos" else "us")
                segments[event.get("into") or f"{main}-russian"] = leaves
    titles = {name: s.get("title") or "" for name, s in stations.items()}
    return {"titles": titles, "recorded_station": next((name for name, s in stations.items() if s.get("parts")), ""), "segments": segments}


def _limits(ds: xr.Dataset) -> list[dict[str, Any]]:
    """Requirements with a plain bound, to be drawn into the charts of their variable."""
    return [
        {"variable": item["variable"], "station": item["station"], "bound": item["bound"], "relation": item["relation"],
         "name": item["name"], "text": item["text"]}
        for item in attr(ds, "requirements") or []
        if not isinstance(item["bound"], str)
    ]  # fmt: skip


def _station(ds: xr.Dataset, future: int, station: str) -> dict[str, Any]:
    """Charts of one station, and the elements of its orbit in the runs shown."""
    charts = []
    for name, axis in CHARTS:
        if name not in ds:
            continue
        entries = [None] if axis is None else _used(ds, future, station, name, axis)
        for entry in entries:
            chart = _chart(ds, future, station, name, {} if entry is None or axis is None else {axis: entry})
            if chart:
                charts.append(chart)
    return {"charts": charts, "orbit": _orbit(ds, future, station)}


def _used(ds: xr.Dataset, future: int, station: str, name: str, axis: str) -> list[str | None]:
    """Entries of an axis for which a variable holds anything but zero."""
    found = chosen(ds, name, future, {"station": station})
    if found is None:
        return []
    values = np.moveaxis(np.abs(found.values), found.dims.index(axis), 0)
    with np.errstate(invalid="ignore"):
        there = (values.reshape(values.shape[0], -1) > 0).any(axis=1)
    return [str(entry) for entry in found[axis].values[there]]


def _chart(ds: xr.Dataset, future: int, station: str, name: str, select: dict[str, Any]) -> dict[str, Any] | None:
    found = band(ds, name, future, station=station, **select)
    if found is None or not np.any(np.abs(found.p95) > 0):
        return None
    label, unit = label_and_unit(name)
    label_of = str(next(iter(select.values()), ""))
    one = chosen(ds, name, future, {"station": station, **select})
    assert one is not None
    axis = time_axis(one)
    spare = [dim for dim in one.dims if dim not in ("run", axis)]
    one = (one.sum(spare, min_count=1) if spare else one).sel({axis: found.utc})
    height = chosen(ds, "altitude_km", future, {"station": station})
    if height is not None and axis in height.dims and not name.endswith("_count"):
        one = one.where(height.sel({axis: found.utc}).notnull())  # of a station that is not there, or no more, nothing is drawn
    return {
        "variable": name, "entry": label_of, "label": f"{label} · {words(label_of)}" if label_of else label, "unit": unit,
        "t": _days(found.utc), "p5": _numbers(found.p5), "p50": _numbers(found.p50), "p95": _numbers(found.p95),
        "runs": [_numbers(one.sel(run=run).values) for run in _runs(ds)],
    }  # fmt: skip


def _orbit(ds: xr.Dataset, future: int, station: str) -> dict[str, Any]:
    """Mean elements by day of the runs shown: what a globe and an ephemeris need."""
    utc = ds["time"].values
    every = max(1, utc.size // ORBIT_STAMPS)
    told: dict[str, Any] = {"t": _days(utc[::every])}
    for name in ("altitude_km", "inclination_deg", "raan_deg"):
        found = series(ds, name)
        if found is not None:
            one = found.isel(future=future).sel(station=station)
            told[name] = [_numbers(one.sel(run=run).values[::every]) for run in _runs(ds)]
    return told


def _run(
    ds: xr.Dataset, log: EventLog, future: int, place: int, flights: list[dict[str, Any]], ports: list[str] | None
) -> dict[str, Any]:  # fmt: skip
    """One run: ships on ports, when services were down, what broke, and the events worth a mark."""
    mine = np.flatnonzero((log.future == future) & (log.run == place))
    return {
        "visits": _visits(ds, log, mine, future, place, flights, ports),
        "down": _down(log, mine),
        "people": _people(ds, future, place), "joined": _joined(ds, future, place),
        "events": [
            {"utc": iso_second(log.utc[row]), "kind": str(log.kind[row]), "name": str(log.name[row]),
             "station": str(log.station[row]), "text": sentence(str(log.kind[row]), str(log.told[row]), str(log.station[row])),
             "cause": _cause(log, row)}
            for row in mine[np.isin(log.kind[mine], TOLD)][:2000]
        ],
    }  # fmt: skip


def _cause(log: EventLog, row: int) -> str:
    before = int(log.cause[row])
    if before < 0:
        return ""
    return sentence(str(log.kind[before]), str(log.told[before]), str(log.station[before]))


def _people(ds: xr.Dataset, future: int, place: int) -> dict[str, Any]:
    """Days the number of people aboard each station changed, and how many from then on."""
    found = series(ds, "people_count")
    if found is None:
        return {}
    told = {}
    utc = stamps(found)
    for station in found["station"].values:
        values = np.nan_to_num(found.isel(future=future, run=place).sel(station=station).values).astype(int)
        places = np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1])))
        told[str(station)] = {"date": _days(utc[places]), "count": [int(values[i]) for i in places]}
    return told


def _joined(ds: xr.Dataset, future: int, place: int) -> dict[str, str]:
    """Day each part the scenario states joined its station; parts that did not are left out."""
    found = series(ds, "joined_utc")
    if found is None:
        return {}
    days = found.values[future, place]
    return {str(part): str(day.astype("datetime64[D]")) for part, day in zip(found["part"].values, days, strict=True) if not np.isnat(day)}


def _visits(
    ds: xr.Dataset, log: EventLog, mine: np.ndarray, future: int, place: int, flights: list[dict[str, Any]], ports: list[str] | None
) -> list[dict[str, Any]]:  # fmt: skip
    docked, undocked = series(ds, "docked_utc"), series(ds, "undocked_utc")
    if docked is None or undocked is None:
        return []
    about = {str(item["id"]): item for item in flights}
    rows = mine[log.kind[mine] == "docking"]
    at = {str(log.name[row]): int(log.value[row]) for row in rows}
    where = {str(log.name[row]): str(log.station[row]) for row in rows}
    visits = []
    arrived, left = docked.values[future, place], undocked.values[future, place]
    for i, flight in enumerate(map(str, docked["flight"].values)):
        item = about.get(flight)
        if item is None or np.isnat(arrived[i]):
            continue
        port = ports[at[flight]] if ports and flight in at and 0 <= at[flight] < len(ports) else item.get("port", "")
        visits.append({
            "flight": flight, "vehicle": item["vehicle"], "partner": item["partner"], "port": port,
            "station": where.get(flight, item.get("station", "")), "planned": item.get("planned_utc", ""),
            "docked": iso_second(arrived[i]), "undocked": "" if np.isnat(left[i]) else iso_second(left[i]),
        })  # fmt: skip
    return visits


def _down(log: EventLog, mine: np.ndarray) -> list[dict[str, Any]]:
    """Spans in which a service was down: station, service, from, to (empty while it lasts), and what failed first."""
    open_spans: dict[tuple[str, str], dict[str, Any]] = {}
    spans = []
    for row in mine[np.isin(log.kind[mine], ("service_down", "service_up"))]:
        key = (str(log.station[row]), str(log.name[row]))
        if log.kind[row] == "service_down" and key not in open_spans:
            span = {"station": key[0], "service": key[1], "from": iso_second(log.utc[row]), "to": "", "cause": _cause(log, row)}
            open_spans[key] = span
            spans.append(span)
        elif log.kind[row] == "service_up" and key in open_spans:
            open_spans.pop(key)["to"] = iso_second(log.utc[row])
    return spans


def _days(utc: np.ndarray) -> list[str]:
    return [str(day) for day in utc.astype("datetime64[D]")]


def _numbers(values: np.ndarray) -> list[float | None]:
    """Numbers of five significant digits; gaps are None."""
    return [None if not np.isfinite(v) else float(f"{v:.5g}") for v in values]
