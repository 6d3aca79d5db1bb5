"""fleet/vehicles.csv: one row per vehicle type, the quantities of the typed facts beside the record."""

from __future__ import annotations

from collections.abc import Mapping

from .common import Row, Source, columns, moment

# What a failure grounds together: ships on one launcher, named as the family of the launcher in launchers.csv.
FAMILIES = {
    "soyuz": "soyuz", "progress": "soyuz", "shuttle": "shuttle", "atv": "ariane-5", "htv": "h-iib", "htv-x": "h3",
    "dragon": "falcon", "cygnus": "antares", "cygnus-xl": "falcon", "starliner": "atlas-v", "dream-chaser": "vulcan",
    "orel": "angara",
}
# id: (name in vehicles_typed, operator, partner, standard, kin, launchers, geometry id); kin share figures below
TYPES: dict[str, tuple[str, str, str, str, str, str, str]] = {
    "soyuz-tm": ("Soyuz", "Roscosmos", "roscosmos", "SSVP", "soyuz", "soyuz-u", "veh_soyuz_tm"),
    "soyuz-tma": ("Soyuz", "Roscosmos", "roscosmos", "SSVP", "soyuz", "soyuz-fg", "veh_soyuz_tma"),
    "soyuz-tma-m": ("Soyuz", "Roscosmos", "roscosmos", "SSVP", "soyuz", "soyuz-fg", "veh_soyuz_tma_m"),
    "soyuz-ms": ("Soyuz", "Roscosmos", "roscosmos", "SSVP", "soyuz", "soyuz-fg;soyuz-2.1a", "veh_soyuz_ms"),
    "progress-m": ("Progress", "Roscosmos", "roscosmos", "SSVP", "progress", "soyuz-u", "veh_progress_m"),
    "progress-m1": ("Progress", "Roscosmos", "roscosmos", "SSVP", "progress", "soyuz-u;soyuz-fg", "veh_progress_m1"),
    "progress-m-m": ("Progress", "Roscosmos", "roscosmos", "SSVP", "progress", "soyuz-u;soyuz-2.1a",
                     "veh_progress_m_m"),
    "progress-ms": ("Progress", "Roscosmos", "roscosmos", "SSVP", "progress", "soyuz-u;soyuz-fg;soyuz-2.1a",
                    "veh_progress_ms"),
    "progress-tug": ("Progress module tug", "Roscosmos", "roscosmos", "SSVP", "progress", "soyuz-u;soyuz-2.1b",
                     "veh_progress_m_(pirs_tug)"),
    "progress-ros": ("Progress-ROS", "Roscosmos", "roscosmos", "SSVP", "progress", "soyuz-2.1b", "veh_progress_ms"),
    "shuttle": ("Space Shuttle", "NASA", "nasa", "APAS", "shuttle", "shuttle", "veh_space_shuttle"),
    "atv": ("ATV", "ESA", "esa", "SSVP", "atv", "ariane-5-es", "veh_atv"),
    "htv": ("HTV", "JAXA", "jaxa", "CBM", "htv", "h-iib", "veh_htv"),
    "htv-x": ("HTV-X", "JAXA", "jaxa", "CBM", "htv-x", "h3-24w", "veh_htv_x"),
    "dragon-1": ("Dragon 1", "SpaceX", "nasa", "CBM", "dragon", "falcon-9", "veh_dragon_1"),
    "cargo-dragon-2": ("Cargo Dragon 2", "SpaceX", "nasa", "IDSS", "dragon", "falcon-9", "veh_cargo_dragon_2"),
    "cargo-dragon-boost": ("Cargo Dragon 2", "SpaceX", "nasa", "IDSS", "dragon", "falcon-9", "veh_cargo_dragon_2"),
    "crew-dragon": ("Crew Dragon", "SpaceX", "nasa", "IDSS", "dragon", "falcon-9", "veh_crew_dragon"),
    "starliner": ("Starliner", "Boeing", "nasa", "IDSS", "starliner", "atlas-v-n22", "veh_starliner"),
    "cygnus-standard": ("Cygnus standard", "Orbital", "nasa", "CBM", "cygnus", "antares-1xx", "veh_cygnus"),
    "cygnus-enhanced": ("Cygnus enhanced", "Northrop Grumman", "nasa", "CBM", "cygnus",
                        "antares-230;atlas-v-401;falcon-9", "veh_cygnus"),
    "cygnus-xl": ("Cygnus XL", "Northrop Grumman", "nasa", "CBM", "cygnus-xl", "falcon-9", "veh_cygnus_xl"),
    "dream-chaser": ("Dream Chaser", "Sierra Space", "nasa", "CBM", "dream-chaser", "vulcan", "veh_starliner"),
    "usdv": ("USDV", "SpaceX", "nasa", "IDSS", "dragon", "falcon-heavy", "veh_cargo_dragon_2"),
    "orel": ("PTK Orel", "Roscosmos", "roscosmos", "SSVP", "orel", "angara-a5;angara-a5m", "veh_starliner"),
}

# Docked mass without the cargo brought up, own propellant included (kg), with its basis.
EMPTY_KG: dict[str, tuple[float, str, str]] = {
    "soyuz": (6850.0, "derived", "OEM mass step 2021-12-17..20: Soyuz MS-20 left with 6,853 kg"),
    "progress": (4460.0, "derived", "OEM mass step 2022-02-14..18: MS-19 brought 6,984 kg, 2,523 of it cargo"),
    "progress-tug": (3000.0, "recalled", "facts/geometry/parts_geometry.csv"),
    "progress-ros": (4780.0, "derived", "gross less planned cargo"),
    "shuttle": (105000.0, "recalled", "facts/geometry/parts_geometry.csv docked mass"),
    "atv": (11700.0, "found", "SpaceNet dry mass; reboost propellant apart"),
    "htv": (10500.0, "derived", "gross 16.5 t less 6 t"),
    "htv-x": (10180.0, "derived", "gross 16 t less 5.82 t"),
    "dragon-1": (6000.0, "assumed", "SpaceNet dry 4.2 t and about 1.3 t propellant; 9 t docked recalled"),
    "cargo-dragon-2": (10600.0, "derived", "OEM mass step 2021-08-13..09-01: CRS-23 brought 12,791 kg, 2,207 cargo"),
    "cargo-dragon-boost": (10600.0, "derived", "as Cargo Dragon 2; the kit's propellant apart"),
    "crew-dragon": (12200.0, "derived", "OEM mass steps 12,178 (Crew-6), 12,377 (Crew-8), 12,548 (Crew-7 left)"),
    "starliner": (10825.0, "recalled", "11,000 docked less cargo"),
    "cygnus-standard": (3500.0, "found", "SpaceNet dry mass"),
    "cygnus-enhanced": (4300.0, "derived", "gross 7.9 t less 3.6 t"),
    "cygnus-xl": (6000.0, "derived", "gross 11 t less 5 t"),
    "dream-chaser": (9000.0, "recalled", "gross less cargo"),
    "usdv": (14000.0, "derived", "30 t less 16 t of propellant"),
    "orel": (13500.0, "recalled", "gross less cargo"),
}
# Outline added along the docking axis, and seen from the two sides (m2): bodies from parts_geometry.csv lengths and
# frontal areas; along the axis a body no wider than its module adds only its panels.
AREAS_M2: dict[str, tuple[float, float, float]] = {
    "soyuz": (5.0, 27.2, 17.2), "progress": (5.0, 27.0, 17.0), "progress-tug": (0.0, 8.0, 8.0),
    "shuttle": (360.0, 200.0, 65.0), "atv": (16.0, 60.0, 44.0), "htv": (0.0, 43.0, 43.0), "htv-x": (12.0, 45.0, 45.0),
    "dragon-1": (12.0, 50.0, 26.0), "cargo-dragon-2": (0.0, 32.0, 32.0),
    "cargo-dragon-boost": (0.0, 32.0, 32.0), "crew-dragon": (0.0, 32.0, 32.0),
    "starliner": (0.0, 22.0, 22.0), "cygnus": (10.0, 22.0, 22.0), "cygnus-xl": (10.0, 27.0, 27.0),
    "dream-chaser": (10.0, 40.0, 40.0), "usdv": (4.0, 60.0, 60.0), "orel": (8.0, 35.0, 27.0),
}
# Dry cargo by use: food, supplies (clothes, hygiene, containers, EVA), spares (vehicle hardware), research.
# Dragon 2 and Cygnus from the ranges of manifest_by_class.csv; of the crew supplies of US and Japanese ships four fifths are
# food (CRS-1: 225 of 260 lb; spaceflightnow.com/falcon9/004). Progress: "a month" of food for six in the 1,421 kg of M-28M
# (cbc.ca 1.3131884: 23 %) and 69 containers, seven of them extra, 112 days for two, in the 1,352 kg of M-51 (voanews.com
# 2004-12-26, abcnews 308674: 27 %). The rest and the others recalled.
SPLITS: dict[str, tuple[float, float, float, float]] = {
    "dragon": (0.24, 0.06, 0.30, 0.40), "cygnus": (0.33, 0.09, 0.30, 0.28), "cygnus-xl": (0.33, 0.09, 0.30, 0.28),
    "htv-x": (0.28, 0.07, 0.40, 0.25), "progress": (0.25, 0.24, 0.42, 0.09),
    "htv": (0.28, 0.07, 0.40, 0.25), "atv": (0.30, 0.25, 0.35, 0.10), "shuttle": (0.24, 0.06, 0.45, 0.25),
    "soyuz": (0.10, 0.20, 0.20, 0.50), "starliner": (0.30, 0.20, 0.20, 0.30), "dream-chaser": (0.29, 0.07, 0.30, 0.34),
    "orel": (0.10, 0.20, 0.20, 0.50),
}
TRASH_KG = {
    "progress": 1700.0, "progress-ros": 2500.0, "atv": 5500.0, "htv": 6400.0, "htv-x": 5800.0,
    "cygnus-standard": 1200.0, "cygnus-enhanced": 3700.0, "cygnus-xl": 5000.0, "dream-chaser": 3400.0, "soyuz": 100.0,
}
WATER_GAS_KG = {
    "progress": (420.0, 45.0), "progress-m1": (0.0, 45.0), "progress-tug": (0.0, 0.0), "progress-ros": (420.0, 45.0),
    "atv": (395.0, 84.0), "shuttle": (500.0, 0.0),
}
REFUEL_KG: dict[str, tuple[float, float, float]] = {
    "progress-m1": (1740.0, 1500.0, 1950.0), "progress-tug": (0.0, 0.0, 0.0), "progress-ros": (1000.0, 600.0, 1500.0),
}
# Effective push on the stack and the delta-v or propellant at hand, where the typed facts have none.
REBOOST: dict[str, tuple[float, float, float, str]] = {
    "shuttle": (232.0, 204.0, 265.0, "force from STS-122: 1.26 m/s in 36 min on about 350 t (engineering.md C2)"),
    "cygnus-xl": (200.0, 445.0, 320.0, "as Cygnus enhanced"),
    "usdv": (16000.0, 10400.0, 300.0, "16 t found; 26 Dracos of 400 N recalled"),
    "progress-ros": (220.0, 740.0, 290.0, "as Progress MS"),
    "progress-tug": (0.0, 0.0, 0.0, ""), "cargo-dragon-2": (0.0, 0.0, 0.0, "no kit; test burn 2024-11 (CRS-31)"),
}
REBOOST["cargo-dragon-boost"] = (
    1390.0, 750.0, 300.0, "kit: 8.9 m/s (found) on 460 t at 300 s takes 1.39 t; 0.75-0.9 t recalled does not reach it")
DELTA_V_M_PER_S = {"cargo-dragon-boost": 8.9}  # of one trunk kit on the station: facts/engineering.md C2
EXTERNAL_KG = {"cargo-dragon-2": 800.0, "dragon-1": 600.0, "htv": 1500.0, "htv-x": 1750.0, "dream-chaser": 500.0}
COST_MUSD: dict[str, tuple[float, str]] = {
    "soyuz": (59.5, "order of 2021: launcher and ship (seat_and_cargo_prices.csv, found)"),
    "atv": (490.0, "375 MEUR at 1.3 (recalled)"), "crew-dragon": (288.0, "Crew-10..14 (found)"),
    "starliner": (360.0, "four seats at 90 (found)"), "cygnus-xl": (300.0, "CRS-2 average a flight (found)"),
    "htv-x": (200.0, "assumed"), "usdv": (966.5, "843 ceiling and a Falcon Heavy at 123.5"),
    "progress-tug": (60.0, "as Progress"), "progress-ros": (65.0, "as Progress"), "orel": (150.0, "assumed"),
    "dream-chaser": (300.0, "CRS-2 average a flight (found)"), "cygnus-standard": (237.0, "recalled"),
}
# Soyuz MS: MS-09, docked on 8 June 2018, had to be home early in January 2019 (incidents.csv ms10).
# The deorbit vehicle: planned for a year and a half; that it waits as long as its station does is assumed.
STAY_D: dict[str, tuple[float, float, float]] = {
    "soyuz-ms": (210.0, 200.0, 245.0), "usdv": (1826.0, 548.0, 1826.0),
    "progress-tug": (27.0, 9.0, 27.0), "progress-ros": (180.0, 180.0, 370.0),
}
# The interim control module as designed in 1997-2000: the rest of its row is that of the deorbit vehicle.
ICM: dict[str, object] = {
    "id": "icm", "operator": "Naval Research Laboratory", "launchers": "falcon-9",
    "gross_mass_kg": 10400, "dry_mass_kg": 5400, "empty_mass_kg": 5400, "length_m": 4.6, "area_x_m2": 0, "area_y_m2": 20,
    "area_z_m2": 20, "empty_basis": "10.4 t recalled less 5 t of propellant", "max_docked_d": 1095,
    "max_docked_low_d": 365, "max_docked_high_d": 1095, "reboost_propellant_kg": 5000, "reboost_thrust_N": 445,
    "isp_s": 290, "reboost_basis": "5 t for one to three years found; thrust and Isp recalled", "cost_musd": 400,
    "cost_basis": "assumed; GAO 1999: 1.2 billion for all protection against Russian non-performance",
    "note": "Interim control module as designed in 1997-2000, never flown; two years or more to make ready",
    "source": "facts/engineering.md C3, C6", "status": "recalled",
}
FIELDS = columns(
    "id operator partner family standard launchers seats gross_mass_kg dry_mass_kg empty_mass_kg empty_basis length_m "
    "area_x_m2 area_y_m2 area_z_m2 max_docked_d max_docked_low_d max_docked_high_d record_docked_d cargo_up_kg "
    "cargo_pressurised_kg cargo_external_kg cargo_down_kg trash_kg refuel_kg refuel_low_kg refuel_high_kg water_kg "
    "gas_kg reboost_propellant_kg reboost_thrust_N isp_s reboost_delta_v_m_per_s reboost_basis food_frac supplies_frac "
    "spares_frac research_frac launches failures no_dockings first_utc last_utc cost_musd cost_basis note source status"
)


def build(source: Source, flights: list[dict[str, object]]) -> list[dict[str, object]]:
    typed: dict[str, dict[str, Row]] = {}
    for row in source.facts("vehicles_typed.csv"):
        typed.setdefault(row["vehicle"], {}).setdefault(row["quantity"], row)
    lengths = {
        row["part_id"]: 2 * float(row["cx"])
        for row in source.facts("geometry/parts_geometry.csv")
        if row["kind"] == "vehicle"
    }
    rows = []
    for vehicle, (name, operator, partner, standard, family, launchers, geometry) in TYPES.items():
        row = _figures(vehicle, family, typed[name], flights)
        rows.append({
            "id": vehicle, "operator": operator, "partner": partner, "family": FAMILIES[family],
            "standard": standard,
            "launchers": launchers, "length_m": lengths[geometry], **row,
        })
    rows.append(next(row for row in rows if row["id"] == "usdv") | ICM)
    source.write("fleet/vehicles.csv", rows, FIELDS)
    return rows


def _value(typed: Mapping[str, Row], quantity: str, column: str = "value") -> str:
    row = typed.get(quantity)
    return row[column] if row else ""


def _figures(vehicle: str, family: str, typed: Mapping[str, Row],
             flights: list[dict[str, object]]) -> dict[str, object]:
    mine = [flight for flight in flights if flight["vehicle"] == vehicle]
    stays = [_days(flight) for flight in mine if flight["dock_utc"] and flight["undock_utc"]]
    empty, _, basis = EMPTY_KG[vehicle if vehicle in EMPTY_KG else family]
    area = AREAS_M2[vehicle if vehicle in AREAS_M2 else family]
    split = SPLITS[vehicle if vehicle in SPLITS else family] if family in SPLITS else (0.0, 0.0, 0.0, 0.0)
    water, gas = WATER_GAS_KG.get(vehicle, WATER_GAS_KG.get(family, (0.0, 0.0)))
    refuel = REFUEL_KG.get(vehicle) or tuple(
        _value(typed, "refuel_propellant_kg", column) or "0" for column in ("value", "low", "high"))
    stay = STAY_D.get(vehicle) or tuple(_value(typed, "max_docked_d", column) for column in ("value", "low", "high"))
    propellant, thrust, isp, reboost_basis = REBOOST.get(vehicle) or (
        _value(typed, "reboost_propellant_kg") or "0", _value(typed, "reboost_thrust_N") or "0",
        _value(typed, "isp_s") or "0", typed.get("reboost_thrust_N", {}).get("source", ""))
    cost, cost_basis = COST_MUSD.get(vehicle, COST_MUSD.get(family, (_value(typed, "cost_musd"), "vehicles_typed.csv")))
    total = "200" if vehicle == "progress-tug" else _value(typed, "cargo_up_total_kg") or "0"
    return {
        "seats": _value(typed, "crew_seats"), "gross_mass_kg": _value(typed, "gross_mass_kg"),
        "dry_mass_kg": _value(typed, "dry_mass_kg"), "empty_mass_kg": empty, "empty_basis": basis,
        "area_x_m2": area[0], "area_y_m2": area[1], "area_z_m2": area[2], "max_docked_d": stay[0],
        "max_docked_low_d": stay[1] or stay[0], "max_docked_high_d": stay[2] or stay[0],
        "record_docked_d": round(max(stays), 1) if stays else "", "cargo_up_kg": total,
        "cargo_pressurised_kg": _value(typed, "cargo_up_pressurised_kg") or total,
        "cargo_external_kg": EXTERNAL_KG.get(vehicle, 0.0), "cargo_down_kg": _value(typed, "cargo_down_kg") or "0",
        "trash_kg": TRASH_KG.get(vehicle, TRASH_KG.get(family, 0.0)) if vehicle != "progress-tug" else 0.0,
        "refuel_kg": refuel[0], "refuel_low_kg": refuel[1], "refuel_high_kg": refuel[2], "water_kg": water,
        "gas_kg": gas, "reboost_propellant_kg": propellant, "reboost_thrust_N": thrust, "isp_s": isp,
        "reboost_delta_v_m_per_s": DELTA_V_M_PER_S.get(vehicle, ""), "reboost_basis": reboost_basis,
        "food_frac": split[0], "supplies_frac": split[1], "spares_frac": split[2], "research_frac": split[3],
        "launches": len(mine), "failures": sum(flight["outcome"] == "lost" for flight in mine),
        "no_dockings": sum(flight["outcome"] == "no_docking" for flight in mine),
        "first_utc": min((str(f["launch_utc"]) for f in mine), default=""),
        "last_utc": max((str(f["launch_utc"]) for f in mine), default=""), "cost_musd": cost, "cost_basis": cost_basis,
        "note": _value(typed, "max_docked_d", "note"),
        "source": "facts/vehicles_typed.csv; facts/manifest_by_class.csv; record of traffic/flights.csv; "
                  "facts/orbit oem_index.csv mass steps", "status": "recalled",
    }


def _days(flight: Mapping[str, object]) -> float:
    return (moment(str(flight["undock_utc"])) - moment(str(flight["dock_utc"]))).total_seconds() / 86400
