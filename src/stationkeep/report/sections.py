"""What the sections of the page show: charts against time, first breaks, services by partner, ports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from stationkeep.report import plots
from stationkeep.report.checks import percent
from stationkeep.report.metrics import Band, band, service_share_by_year
from stationkeep.report.read import attr, event_log, future_names, iso_day, label_and_unit, series, words

if TYPE_CHECKING:
    import xarray as xr

COLOURS = 6
#: The charts of one station, in the order a reader asks: variable, title, axis that gets a chart for each entry.
CHARTS = (
    ("people_count", "People aboard", None),
    ("altitude_km", "Altitude", None),
    ("propellant_kg", "Propellant aboard", None),
    ("power_usable_kW", "Power usable", None),
    ("power_used_kW", "Power used", None),
    ("reserve_d", "Reserve", "resource"),
    ("seats_count", "Seats home", None),
    ("momentum_frac", "Momentum stored, share of capacity", None),
    ("mass_kg", "Mass", None),
)
#: What a summary calls an axis of which it keeps some entries.
KEPT_AXIS = {"resource": "reserve"}
SHOWN_GIVERS = 5


def legend(labels: list[str]) -> list[dict[str, Any]]:
    return [
        {"label": label, "colour": place % COLOURS, "dash": plots.DASHES[place % COLOURS]}
        for place, label in enumerate(labels)
    ]


def break_chart(ds: xr.Dataset, told: dict[str, Any]) -> Any:
    """First breaks of all futures on one time axis; empty text where nothing breaks."""
    from markupsafe import Markup

    several = len(told["futures"]) > 1
    spans = [
        plots.Span(
            words(item["requirement"]) + (f" · {words(future['name'])}" if several else ""),
            f"{item['first_break']['p50']}, {percent(item['share_frac'])} of runs",
            place % COLOURS,
            *(np.datetime64(item["first_break"][key]) for key in ("p5", "p50", "p95")),
        )
        for place, future in enumerate(told["futures"])
        for item in future["findings"]
    ]
    utc = ds["time"].values
    spans.sort(key=lambda span: (span.p50, span.p5))
    return Markup(plots.break_chart("First breaks", spans, utc[0], utc[-1])) if spans else ""


def chart_groups(ds: xr.Dataset) -> list[dict[str, Any]]:
    """Charts against time, a group for each station that ever exists and one for what all share."""
    stations = [str(station) for station in ds["station"].values] if "station" in ds.dims else []
    groups = []
    if len(stations) > 1:
        whole = "people_total_count" if "people_total_count_quantiles" in ds else "people_count"
        total = _chart(ds, whole, "People aboard all stations", {})
        groups.append({"title": "All stations", "charts": [chart for chart in [total] if chart]})
    for station in stations:
        charts = [chart for chart in _station_charts(ds, station) if chart]
        if charts:
            groups.append({"title": f"Station {station}", "charts": charts})
    shared = [_chart(ds, "f107", "Solar flux F10.7", {}), _hours_chart(ds)]
    if any(shared):
        groups.append({"title": "Sun and research", "charts": [chart for chart in shared if chart]})
    return [group for group in groups if group["charts"]]


def _station_charts(ds: xr.Dataset, station: str) -> Iterator[dict[str, Any] | None]:
    if not _exists(ds, station):
        return
    for variable, title, axis in CHARTS:
        name = f"{variable}_quantiles" if f"{variable}_quantiles" in ds else variable
        if name not in ds or "station" not in ds[name].dims:
            continue
        if axis is None:
            yield _chart(ds, variable, title, {"station": station}, station)
            continue
        along = axis if axis in ds[name].dims else KEPT_AXIS[axis]
        for entry in ds[along].values:
            yield _chart(ds, variable, f"{title}: {words(entry)}", {"station": station, along: entry}, station)


def _exists(ds: xr.Dataset, station: str) -> bool:
    """Whether the station is there in any run at any time: it has an altitude, or people."""
    name = next(n for n in ("altitude_km_runs_count", "altitude_km", "people_count") if n in ds)
    values = np.asarray(ds[name].sel(station=station).values)
    return bool((np.isfinite(values) & (values > 0)).any())


def _hours_chart(ds: xr.Dataset) -> dict[str, Any] | None:
    if "research_h_per_week_quantiles" in ds:
        return _chart(ds, "research_h_per_week", "Research by the crews, hours per week", {})
    uses = [use for use in ds["use"].values if "research" in str(use)] if "hours_per_week" in ds else []
    return _chart(ds, "hours_per_week", "Research by the crews, hours per week", {"use": uses}) if uses else None


def _chart(
    ds: xr.Dataset, variable: str, title: str, select: dict[str, Any], station: str = ""
) -> dict[str, Any] | None:
    from markupsafe import Markup

    if variable not in ds and f"{variable}_quantiles" not in ds:
        return None
    lines = [
        plots.Line(words(name), place % COLOURS, found)
        for place, name in enumerate(future_names(ds))
        if (found := band(ds, variable, place, **select)) is not None and np.nansum(np.abs(found.p95)) > 0.0
    ]
    if not lines:
        return None
    limit, limit_text = _limit(ds, _asked(variable, select), station)
    unit = label_and_unit(variable)[1]
    return {
        "title": title,
        "unit": unit,
        "svg": Markup(plots.band_chart(title, unit, lines, limit, variable.endswith("_count"))),
        "limit": limit_text,
        "labels": [line.label for line in lines],
        "rows": _rows([line.band for line in lines]),
    }


def _limit(ds: xr.Dataset, variable: str, station: str) -> tuple[float | None, str]:
    for item in attr(ds, "requirements") or []:
        here = item.get("variable") == variable and item.get("station") in (None, "", station)
        if here and isinstance(item.get("bound"), int | float):
            return float(item["bound"]), f"requirement {words(item['name'])}"
    return None, ""


def _asked(variable: str, select: dict[str, Any]) -> str:
    """The name by which requirements ask for what a chart shows: a reserve by its resource, research by its hours."""
    if variable == "reserve_d":
        return f"{select.get('resource', select.get('reserve'))}_reserve_d"
    return "research_h_per_week" if variable == "hours_per_week" else variable


def _rows(bands: list[Band]) -> list[list[str]]:
    """Median and 5 to 95 % of each series at the first stamp of each year."""
    years = bands[0].utc.astype("datetime64[Y]")
    places = [0, *(np.flatnonzero(np.diff(years.astype(int))) + 1)]
    return [
        [iso_day(bands[0].utc[place])]
        + [
            f"{one.p50[place]:,.4g} ({one.p5[place]:,.4g}–{one.p95[place]:,.4g})" if np.isfinite(one.p50[place]) else ""
            for one in bands
        ]
        for place in places
    ]


def services(ds: xr.Dataset) -> dict[str, Any]:
    """Partner by service with the givers, and the share of the time each service is up by year, for each future."""
    listed = attr(ds, "services_by_partner") or []
    partners = list(dict.fromkeys(item["partner"] for item in listed if item["givers"]))
    rows = []
    for service in dict.fromkeys(item["service"] for item in listed):
        givers = {item["partner"]: list(map(str, item["givers"])) for item in listed if item["service"] == service}
        giving = [partner for partner in partners if givers.get(partner)]
        cells = [_cell(givers.get(partner, [])) for partner in partners]
        rows.append({"service": service, "cells": cells, "only": giving[0] if len(giving) == 1 else ""})
    return {"services": rows, "service_partners": partners, "service_tables": list(_service_tables(ds))}


def _cell(givers: list[str]) -> dict[str, Any]:
    rest = max(len(givers) - SHOWN_GIVERS, 0)
    return {"shown": ", ".join(givers[:SHOWN_GIVERS]), "rest": rest, "all": ", ".join(givers)}


def _service_tables(ds: xr.Dataset) -> Iterator[dict[str, Any]]:
    kept = "service_up_steps_count" if "service_up_steps_count" in ds else "service_up_frac"
    if kept not in ds or "station" not in ds[kept].dims:
        return
    station = str(ds["station"].values[0])
    names = future_names(ds)
    for place, name in enumerate(names):
        table = service_share_by_year(ds, place, station)
        years = sorted({year for row in table.values() for year in row})
        branch = f", {words(name)}" if len(names) > 1 else ""
        yield {
            "title": f"Share of the time each service is up on {station}{branch}, mean over runs",
            "years": years,
            "rows": [{"service": key, "cells": [row.get(year) for year in years]} for key, row in table.items()],
        }


def _stays(ds: xr.Dataset) -> tuple[xr.DataArray | None, xr.DataArray | None]:
    """When each flight docked and left, by (future, run, flight); of a summary the first run, as its log tells it."""
    if "docked_utc" in ds or "aboard_from_utc" not in ds:
        return series(ds, "docked_utc"), series(ds, "undocked_utc")
    import xarray as xr

    log = event_log(ds)
    names = sorted({str(name) for name in log.name[log.kind == "docking"]})
    place = {name: i for i, name in enumerate(names)}
    found = []
    for kind in ("docking", "undock"):
        times = np.full((len(future_names(ds)), 1, len(names)), np.datetime64("NaT", "ns"))
        for row in np.flatnonzero((log.kind == kind) & (log.run == 0)):
            if log.name[row] in place:
                times[log.future[row], 0, place[log.name[row]]] = log.utc[row]
        found.append(xr.DataArray(times, dims=("future", "run", "flight"), coords={"flight": names}))
    return found[0], found[1]


def ports(ds: xr.Dataset) -> dict[str, Any]:
    """One run of each future as a chart of ports, coloured by partner."""
    from markupsafe import Markup

    docked, undocked = _stays(ds)
    about = {str(item["id"]): item for item in attr(ds, "flights") or []}
    if docked is None or undocked is None:
        return {"port_charts": [], "port_partners": []}
    partners = list(dict.fromkeys(str(item["partner"]) for item in about.values()))
    utc = ds["time"].values
    charts = []
    run = int(ds["run"].values[0])
    for place, name in enumerate(future_names(ds)):
        stays = []
        for flight, arrived, left in zip(
            docked["flight"].values, docked.values[place, 0], undocked.values[place, 0], strict=True
        ):
            item = about.get(str(flight))
            if item is None or np.isnat(arrived) or arrived > utc[-1] or (not np.isnat(left) and left < utc[0]):
                continue
            gone = utc[-1] if np.isnat(left) else min(left, utc[-1])
            note = f"{flight}: docked {iso_day(arrived)}, " + (
                "stays" if np.isnat(left) else f"undocked {iso_day(left)}"
            )
            stays.append(
                plots.Stay(
                    words(item.get("port") or "no port"),
                    str(flight),
                    note,
                    partners.index(str(item["partner"])) % COLOURS,
                    arrived,
                    gone,
                )
            )
        if stays:
            title = f"Run {run}" + (f", {words(name)}" if docked.sizes["future"] > 1 else "")
            charts.append({"title": title, "svg": Markup(plots.port_chart(title, stays, utc[0], utc[-1]))})
    return {
        "port_charts": charts,
        "port_partners": [entry | {"dash": ""} for entry in legend(partners)],
    }
