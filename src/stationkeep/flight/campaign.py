"""Assembly of a station: what can lift its modules and ships from where, and what its orbit means for dose and contact."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

from stationkeep.flight.payload import payload
from stationkeep.flight.stages import find_stages
from stationkeep.flight.window import Site, best_heading
from stationkeep.laws.radiation import dose_mSv_per_d
from stationkeep.laws.visibility import seen_frac
from stationkeep.model.catalogue import Catalogue, Row, listed, number
from stationkeep.model.files import InputError
from stationkeep.model.fleet import Flight, launched_by
from stationkeep.model.scenario import Scenario
from stationkeep.model.station import Station

REFERENCE_DEG = 51.6
INSERTION_KM = 200.0
"""Circular orbit a launcher leaves a module in; it climbs to the station with its own engines, as Zarya and Nauka did."""
PRESSURISED_SHIELD_G_PER_CM2 = 30.0
F107 = 120.0
"""Mean over a solar cycle (space_weather 1996-2019: 116 to 122)."""
STATED_WITHIN_DEG = 1.5
LEAST_ELEVATION_DEG = 5.0
RUSSIAN_SITES_DEG = {"Shchyolkovo": 55.9, "Ussuriysk": 43.8, "Yeniseysk": 58.5, "Plesetsk": 62.9, "Vostochny": 51.9}
"""Latitudes of ground stations and launch sites, deg: recalled."""
STAND_IN = {"angara-a5m": "angara-a5"}
"""A launcher whose stages are not published, by the one whose stages give the shape of its payload over inclination."""


def lifts(scenario: Scenario, station: str) -> list[dict[str, Any]]:
    """Every module with a launcher, and every ship that flies to the station: what its launcher carries there, and whether
    that is enough. Raises InputError for a launcher or site the catalogue does not have."""
    place = scenario.stations[station]
    out = []
    for name, m in place.modules.items():
        if m.launcher:
            site = m.site or listed(_launcher(m.launcher), "sites")[0]
            out.append(_lift(name, m.mass_t * 1e3, m.launcher, site, place.inclination_deg))
    for name, flight in scenario.flights.items():
        if flight is not None and flight.station == station:
            out.append({**_ship(flight, place.inclination_deg), "what": f"{name} ({flight.vehicle})"})
    return out


def doubtful(scenario: Scenario) -> list[tuple[tuple[str, str, str], str, str]]:
    """Launches of a scenario that its own launcher may not make: (keys of the entry, what is wrong, what would be right).

    A module or ship heavier than the best figure is told; what has flown to such an orbit as it is loaded here is not. A launcher of which no payload is known is not judged.
    """
    out = []
    homes = {name: place.inclination_deg for name, place in scenario.stations.items()}
    homes |= {event.into: homes[scenario.main_station] for event in scenario.events.values() if event.into and event.into not in homes}
    for station, place in scenario.stations.items():
        for name, m in place.modules.items():
            if m.launcher:
                site = m.site or listed(_launcher(m.launcher), "sites")[0]
                out.append((("stations", station, name), _lift(name, m.mass_t * 1e3, m.launcher, site, place.inclination_deg)))
    for name, flight in scenario.flights.items():
        if flight is not None and flight.station in homes and not _flown(flight, homes[flight.station]):
            out.append((("flights", name, ""), _ship(flight, homes[flight.station])))
    told = [(keys, *_words(item)) for keys, item in out if not (item["can_lift"] and _flies_from(item["launcher"], item["site"]))]
    return [(k, m, f"{a}; or a lighter load (`cargo_kg:`)" if k[0] == "flights" and "heavy" in m else a) for k, m, a in told]


def _flies_from(launcher: str, site: str) -> bool:
    return any(site in (pad, pad.split("/")[0]) for pad in listed(_launcher(launcher), "sites"))


def _words(item: dict[str, Any]) -> tuple[str, str]:
    """What is wrong with a launch, and what would be right."""
    pads = {o["launcher"]: o["site"] for o in reversed(item["others"])}
    others = ", ".join(f"{launcher} from {pads[launcher]}" for launcher in list(pads)[::-1][:4])
    advice = f"others lift it: {others}" if others else "no launcher of the catalogue lifts it there"
    to, pads_own = f"{item['inclination_deg']:g} deg", listed(_launcher(item["launcher"]), "sites")
    if not _flies_from(item["launcher"], item["site"]):
        return f"{item['launcher']} does not fly from {item['site']}", f"it flies from {', '.join(pads_own)}"
    if not item["site_reaches"]:
        return f"nothing is launched from {item['site']} to {to}", advice
    carries = f"{item['launcher']} carries {item['payload_kg']:,} kg ({item['low_kg']:,}-{item['high_kg']:,}) to 200 km at {to}"
    sure = "is too heavy" if item["mass_kg"] > item["high_kg"] else "may be too heavy"
    return f"{item['mass_kg']:,} kg {sure}: {carries}", advice


def _ship(flight: Flight, inclination_deg: float) -> dict[str, Any]:
    """Whether a flight is lifted: the ship with its usual cargo, or with what the scenario puts in; the Shuttle's payload only."""
    row = Catalogue().by_id("fleet/vehicles")[flight.vehicle]
    launcher, site = launched_by(Catalogue(), flight.vehicle, flight.launcher, flight.site)
    usual_kg = number(row, "cargo_up_kg", 0.0)
    kg = usual_kg if flight.cargo_kg is None else sum(flight.cargo_kg.values())
    kg += 0.0 if launcher == flight.vehicle else number(row, "gross_mass_kg") - usual_kg
    return _lift(flight.vehicle, kg, launcher, site, inclination_deg)


def _flown(flight: Flight, inclination_deg: float) -> bool:
    """Whether the record holds such a flight: this type on this launcher, to the inclination of the ISS, with its usual cargo."""
    launcher, _ = launched_by(Catalogue(), flight.vehicle, flight.launcher, flight.site)
    alike = any(r["vehicle"] == flight.vehicle and r["launcher"] == launcher and r["dock_utc"] and (not flight.site or flight.site in (r["site"], r["pad"])) for r in Catalogue().table("traffic/flights"))
    return alike and flight.cargo_kg is None and abs(inclination_deg - REFERENCE_DEG) <= STATED_WITHIN_DEG


def environment(place: Station) -> dict[str, Any]:
    """Dose and ground contact in the station's orbit beside the same at 51.6 deg, and the factors between them."""
    altitude_km = 400.0 if place.altitude_km == "record" else place.altitude_km.value
    here, there = (_dose(altitude_km, i) for i in (place.inclination_deg, REFERENCE_DEG))
    contact = {name: _contact(altitude_km, place.inclination_deg, lat) for name, lat in RUSSIAN_SITES_DEG.items()}
    usual = {name: _contact(altitude_km, REFERENCE_DEG, lat) for name, lat in RUSSIAN_SITES_DEG.items()}
    return {
        "inclination_deg": place.inclination_deg, "altitude_km": altitude_km, "dose_mSv_per_d": round(here, 3),
        "dose_at_51_6_mSv_per_d": round(there, 3), "dose_factor": round(here / there, 2),
        "contact_min_per_d": contact, "contact_at_51_6_min_per_d": usual,
        "contact_factor": round(sum(contact.values()) / sum(usual.values()), 2),
    }  # fmt: skip


def payload_factor(launcher: str, inclination_deg: float) -> float | None:
    """Payload to `inclination_deg` over payload to 51.6 deg, both to 200 km; None where no stages are published."""
    here, there = (_method_kg(STAND_IN.get(launcher, launcher), i) for i in (inclination_deg, REFERENCE_DEG))
    return None if here is None or there is None else round(here[0] / there[0], 3)


def _lift(name: str, mass_kg: float, launcher: str, site: str, inclination_deg: float) -> dict[str, Any]:
    carried = _carried(launcher, inclination_deg)
    low_kg, best_kg, high_kg = carried["low_kg"], carried["payload_kg"], carried["high_kg"]
    reach = _in_reach(site, inclination_deg)
    can = reach and best_kg >= mass_kg
    others = [
        {"launcher": row["id"], "site": pad, "payload_kg": round(_carried(row["id"], inclination_deg)["payload_kg"])}
        for row in Catalogue().table("fleet/launchers") if row["activity"] not in ("retired",)
        for pad in listed(row, "sites")
        if _in_reach(pad, inclination_deg) and _carried(row["id"], inclination_deg)["payload_kg"] >= mass_kg
    ]  # fmt: skip
    return {
        "what": name, "mass_kg": round(mass_kg), "launcher": launcher, "site": site, "inclination_deg": inclination_deg,
        "site_reaches": reach, "payload_kg": round(best_kg), "low_kg": round(low_kg), "high_kg": round(high_kg),
        "payload_factor": payload_factor(launcher, inclination_deg), "basis": carried["basis"], "can_lift": can,
        "sure": reach and low_kg >= mass_kg, "others": others,
    }  # fmt: skip


@cache
def _carried(launcher: str, inclination_deg: float) -> dict[str, Any]:
    """Payload to 200 km at the inclination: the quoted figure moved by the method's ratio between the two orbits.

    A launcher without published stages keeps its quoted figure, which says so.
    """
    row = _launcher(launcher)
    quoted = [number(row, c) for c in ("payload_low_kg", "payload_leo_kg", "payload_high_kg")]
    at_deg = number(row, "payload_inclination_deg", REFERENCE_DEG)
    shape = STAND_IN.get(launcher, launcher)
    here, there = _method_kg(shape, inclination_deg), _method_kg(shape, at_deg)
    ratio = here[0] / there[0] if here and there else 1.0
    basis = f"quoted {quoted[1]:,.0f} kg at {at_deg:g} deg"
    basis += f", times {ratio:.3f} by the stages of {shape}" if here else "; no stages published, figure kept"
    spread = (here[1] - here[2]) / (2 * here[0]) if here else 0.1
    best = quoted[1] * ratio
    return {"payload_kg": best, "low_kg": min(quoted[0] * ratio, best * (1 - spread)),
            "high_kg": max(quoted[2] * ratio, best * (1 + spread)), "basis": basis}  # fmt: skip


@cache
def _method_kg(launcher: str, inclination_deg: float) -> tuple[float, float, float] | None:
    """(best, high, low) payload by the method, None where stages are missing."""
    try:
        stages, fairing_kg = find_stages(launcher)
    except InputError:
        return None
    found = payload(stages, fairing_kg, INSERTION_KM, INSERTION_KM, inclination_deg)
    return found.payload_kg, found.high_kg, found.low_kg


def _launcher(launcher: str) -> Row:
    known = Catalogue().by_id("fleet/launchers")
    if launcher not in known:
        raise InputError("launcher", None, f"no launcher '{launcher}'", f"one of {', '.join(known)}")
    return known[launcher]


def _in_reach(site: str, inclination_deg: float) -> bool:
    """Whether the site launches to this inclination: one of those it is known for, within 1.5 deg, or a heading its range
    allows."""
    rows = [r for r in Catalogue().table("fleet/sites") if site in (r["id"], r["site"])]
    if not rows:
        raise InputError("site", None, f"no launch site '{site}'", "one of the table fleet/sites")
    return any(_reached(row, inclination_deg) for row in rows)


def _reached(row: Row, inclination_deg: float) -> bool:
    if any(abs(float(i) - inclination_deg) <= STATED_WITHIN_DEG for i in listed(row, "inclinations_deg")):
        return True
    pad = Site(row["id"], *(number(row, c) for c in ("lat_deg", "lon_deg", "azimuth_low_deg", "azimuth_high_deg")))
    try:
        return best_heading(inclination_deg, pad, INSERTION_KM, INSERTION_KM)[1]
    except ValueError:
        return False


def _dose(altitude_km: float, inclination_deg: float) -> float:
    return float(dose_mSv_per_d(altitude_km, math.radians(inclination_deg), F107, PRESSURISED_SHIELD_G_PER_CM2))


def _contact(altitude_km: float, inclination_deg: float, latitude_deg: float) -> float:
    """Minutes a day in view above 5 deg."""
    tilt, place, least = (math.radians(a) for a in (inclination_deg, latitude_deg, LEAST_ELEVATION_DEG))
    return round(1440.0 * seen_frac(altitude_km, tilt, place, least), 1)
