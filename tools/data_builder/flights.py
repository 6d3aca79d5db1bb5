"""traffic/flights.csv: every visit of the record, one row each."""

from __future__ import annotations

import re
from itertools import pairwise

from .common import Row, Source, columns, precision, real, slug, status_of, utc
from .mass import PLATFORM_SPARES_KG

PORT_IDS = {
    "SM_AFT": "zvezda-aft",
    "FGB_AFT": "zarya-aft",
    "SM_NADIR": "zvezda-nadir",
    "SM_ZENITH": "zvezda-zenith",
    "FGB_NADIR": "zarya-nadir",
    "FGB_FWD": "zarya-forward",
    "PIRS_NADIR": "pirs-nadir",
    "POISK_ZENITH": "poisk-zenith",
    "RASSVET_NADIR": "rassvet-nadir",
    "NAUKA_NADIR": "nauka-nadir",
    "NAUKA_FWD": "nauka-forward",
    "PRICHAL_NADIR": "prichal-nadir",
    "PRICHAL_FWD": "prichal-forward",
    "PRICHAL_AFT": "prichal-aft",
    "PRICHAL_STBD": "prichal-starboard",
    "PRICHAL_PORT": "prichal-port",
    "PMA2": "pma-2",
    "PMA3": "pma-3",
    "IDA2": "harmony-forward",
    "IDA3": "harmony-zenith",
    "UNITY_NADIR": "unity-nadir",
    "UNITY_PORT": "unity-port",
    "UNITY_STBD": "unity-starboard",
    "UNITY_ZENITH": "unity-zenith",
    "UNITY_FWD": "unity-forward",
    "DESTINY_FWD": "destiny-forward",
    "HARMONY_NADIR": "harmony-nadir",
    "HARMONY_ZENITH": "harmony-zenith-cbm",
    "HARMONY_STBD": "harmony-starboard",
    "HARMONY_PORT": "harmony-port",
    "HARMONY_FWD": "harmony-forward-cbm",
    "KIBO_ZENITH": "kibo-zenith",
    "NODE3_NADIR": "tranquility-nadir",
    "NODE3_FWD": "tranquility-forward",
    "NODE3_AFT": "tranquility-aft",
    "NODE3_PORT": "tranquility-port",
    "NODE3_ZENITH": "tranquility-zenith",
}
# A tug arrives with its module and stays on the module's far end, so that end is the port it holds.
TUG_PORTS = {"zvezda-nadir": "pirs-nadir", "zvezda-zenith": "poisk-zenith", "nauka-nadir": "prichal-nadir"}
VEHICLE_IDS = {
    "Soyuz-TM": "soyuz-tm",
    "Soyuz-TMA": "soyuz-tma",
    "Soyuz-TMA-M": "soyuz-tma-m",
    "Soyuz-MS": "soyuz-ms",
    "Progress-M": "progress-m",
    "Progress-M1": "progress-m1",
    "Progress-M-M": "progress-m-m",
    "Progress-MS": "progress-ms",
    "Progress-M (Pirs tug)": "progress-tug",
    "Progress-M (Poisk tug)": "progress-tug",
    "Progress-M (Prichal tug)": "progress-tug",
    "Space Shuttle": "shuttle",
    "ATV": "atv",
    "HTV": "htv",
    "HTV-X": "htv-x",
    "Dragon 1": "dragon-1",
    "Cargo Dragon 2": "cargo-dragon-2",
    "Crew Dragon": "crew-dragon",
    "Starliner": "starliner",
    "Cygnus XL": "cygnus-xl",
}
BOOST_KIT_MISSIONS = {"Dragon CRS-33"}  # facts/engineering.md C2: the only trunk kit so far
LAUNCHER_IDS = {
    "Soyuz-U-PVB": "soyuz-u",
    "Soyuz-U": "soyuz-u",
    "Soyuz-FG": "soyuz-fg",
    "Soyuz-2-1A": "soyuz-2.1a",
    "Soyuz-2-1B": "soyuz-2.1b",
    "Falcon 9": "falcon-9",
    "Space Shuttle": "shuttle",
    "H-IIB": "h-iib",
    "H3-24W": "h3-24w",
    "Antares 230+": "antares-230",
    "Antares 230": "antares-230",
    "Antares 110": "antares-1xx",
    "Antares 120": "antares-1xx",
    "Antares 130": "antares-1xx",
    "Ariane 5ES/ATV": "ariane-5-es",
    "Atlas V 401": "atlas-v-401",
    "Atlas V N22": "atlas-v-n22",
}
SITE_IDS = {
    "Baikonur": "baikonur",
    "Kennedy Space Center": "kennedy",
    "Cape Canaveral": "canaveral",
    "Wallops MARS": "wallops",
    "Tanegashima": "tanegashima",
    "Kourou CSG": "kourou",
    "Kourou": "kourou",
}
# Masses of water, gas and refuelling propellant quoted for one flight (facts/manifest_by_class.csv).
QUOTED_SPLITS = {
    "progress-ms-20": (599.0, 420.0, 40.0),
    "progress-ms-22": (720.0, 420.0, 40.0),
    "progress-ms-31": (950.0, 420.0, 50.0),
    "progress-ms-19": (430.0, 420.0, 40.0),
    "progress-m-28m": (520.0, 420.0, 48.0),
    "progress-m-15m": (648.0, 420.0, 45.0),
}
# ATV: own propellant left for reboost is apart; refuelling, water, gas and dry cargo of each flight.
ATV_SPLITS = {
    "atv-1": (1150.0, 856.0, 270.0, 20.0),
    "atv-2": (1600.0, 850.0, 0.0, 100.0),
    "atv-3": (2200.0, 860.0, 285.0, 100.0),
    "atv-4": (2485.0, 860.0, 570.0, 100.0),
    "atv-5": (2680.0, 860.0, 850.0, 100.0),
}
PROGRESS_WATER_KG, PROGRESS_GAS_KG = 420.0, 45.0
SHUTTLE_WATER_KG = 500.0
FIELDS = columns(
    "id mission vehicle partner launcher site pad launch_utc launch_precision dock_utc port relocations away "
    "undock_utc landed_utc outcome people_up people_down cargo_up_kg dry_kg refuel_kg water_kg gas_kg "
    "spares_kg cargo_down_kg brings dock_status undock_status cargo_status note source status"
)


def vehicle_id(mission: str, vehicle_type: str) -> str:
    if vehicle_type == "Cygnus":
        return "cygnus-standard" if mission.startswith("Cygnus Orb") else "cygnus-enhanced"
    if mission in BOOST_KIT_MISSIONS:
        return "cargo-dragon-boost"
    return VEHICLE_IDS[vehicle_type]


def partner_of(mission: str, vehicle: str) -> str:
    if vehicle.startswith(("soyuz", "progress")):
        return "roscosmos"
    if vehicle.startswith("htv"):
        return "jaxa"
    if vehicle == "atv":
        return "esa"
    return "commercial" if mission.startswith("Axiom") else "nasa"


def pad_id(site: str, pad: str) -> str:
    """'LC31' at Baikonur -> 'baikonur/31'; 'LC81/23' -> 'baikonur/81'; 'Pad 0A' -> 'wallops/0a'."""
    return f"{site}/{re.sub(r'^(slc|lc|ela|pad ?)', '', pad.lower()).split('/')[0]}"


def outcome_of(row: Row) -> str:
    if row["outcome"].startswith("FAILURE"):
        return "lost"
    return "success" if row["docking_utc"] else "no_docking"


def relocations_of(stays: list[Row]) -> str:
    """Moves to another port after the first docking, `utc>port`."""
    return ";".join(
        f"{utc(after['from_utc'])}>{PORT_IDS[after['port_id']]}"
        for before, after in pairwise(stays)
        if before["port_id"] != after["port_id"]
    )


def away_of(stays: list[Row]) -> str:
    """Free flights between two stays, `from>to`: the old port is empty meanwhile."""
    return ";".join(
        f"{utc(before['to_utc'])}>{utc(after['from_utc'])}"
        for before, after in pairwise(stays)
        if before["to_utc"] != after["from_utc"]
    )


# Installed parts that a quoted cargo mass includes (kg): counted as parts, not as cargo.
PARTS_IN_CARGO_KG = {
    "dragon-crs-8": 1413.0, "dragon-crs-9": 526.0, "dragon-crs-18": 534.0, "dragon-crs-20": 484.0,
    "dragon-crs-21": 1060.0, "dragon-crs-22": 680.0, "dragon-crs-26": 680.0, "dragon-crs-28": 680.0,
}


def cargo_of(flight: str, vehicle: str, row: Row) -> tuple[dict[str, object], str]:
    """Dry cargo, refuelling propellant, water and gas, with how each is known."""
    gcat, dry = real(row["cargo_up_gcat_kg"]), real(row["cargo_up_gcat_dry_kg"])
    total = real(row["cargo_up_reported_kg"]) or gcat
    if flight in ATV_SPLITS:
        return _split(*ATV_SPLITS[flight]), "recalled"
    if vehicle == "shuttle":
        return _split(gcat, 0.0, SHUTTLE_WATER_KG, 0.0), "found dry, recalled water"
    if vehicle == "progress-tug":
        return _split(gcat or 800.0, 0.0, 0.0, 0.0), "recalled"
    if vehicle.startswith("progress") and total:
        if flight in QUOTED_SPLITS:
            refuel, water, gas = QUOTED_SPLITS[flight]
            return _split(max(total - refuel - water - gas, 0.0), refuel, water, gas), "found"
        water = 0.0 if vehicle == "progress-m1" else PROGRESS_WATER_KG
        dry = dry or total - PROGRESS_MEAN_FLUID_KG
        refuel = max(total - dry - water - PROGRESS_GAS_KG, 0.0)
        return _split(total - refuel - water - PROGRESS_GAS_KG, refuel, water, PROGRESS_GAS_KG), "derived"
    if total:
        return _split(total - PARTS_IN_CARGO_KG.get(flight, 0.0), 0.0, 0.0, 0.0), "found"
    return {}, ""


PROGRESS_MEAN_FLUID_KG = 1097.0


def _split(dry: float, refuel: float, water: float, gas: float) -> dict[str, object]:
    total = dry + refuel + water + gas
    return {"cargo_up_kg": total, "dry_kg": dry, "refuel_kg": refuel, "water_kg": water, "gas_kg": gas}


def spares_of(parts: list[str]) -> float | str:
    """Spares (kg) on the platforms a flight brought, apart from `dry_kg`; empty when none."""
    return sum(PLATFORM_SPARES_KG.get(part, 0.0) for part in parts) or ""


def dockings(source: Source) -> dict[str, str]:
    """Docking instant by flight id."""
    visits = source.facts("visiting_vehicles.csv")
    return {slug(row["mission"]): utc(row["docking_utc"]) for row in visits if row["docking_utc"]}


def build(source: Source, brings: dict[str, list[str]]) -> list[dict[str, object]]:
    """Write traffic/flights.csv; `brings` lists the parts each flight carried up."""
    stays: dict[str, list[Row]] = {}
    for stay in source.facts("port_stays.csv"):
        stays.setdefault(stay["mission"], []).append(stay)
    launches = {row["mission"]: row for row in source.facts("launch_times.csv")}
    visits = source.facts("visiting_vehicles.csv")
    rows = [_flight(row, stays.get(row["mission"], []), launches, brings) for row in visits]
    source.write("traffic/flights.csv", rows, FIELDS)
    return rows


def _flight(row: Row, stays: list[Row], launches: dict[str, Row], brings: dict[str, list[str]]) -> dict[str, object]:
    mission = row["mission"]
    flight, vehicle = slug(mission), vehicle_id(mission, row["vehicle_type"])
    stays = sorted(stays, key=lambda stay: stay["from_utc"])
    port = PORT_IDS[stays[0]["port_id"]] if stays else ""
    if vehicle == "progress-tug":
        port = TUG_PORTS[port]
    site = SITE_IDS[row["launch_site"]]
    launch = launches.get(mission, {}).get("launch_utc") or row["launch_utc"]
    cargo, cargo_status = cargo_of(flight, vehicle, row)
    down = "" if vehicle.startswith(("progress", "atv", "htv", "cygnus")) else row["cargo_down_gcat_kg"]
    moves = row["port_changes_notes"]
    notes = ["" if re.fullmatch(r"(\d{4}-\d\d-\d\d [\w ]+;?)*", moves) else moves,
             "" if row["outcome"] in ("SUCCESS", "") else row["outcome"]]
    return {
        "id": flight, "mission": mission, "vehicle": vehicle, "partner": partner_of(mission, vehicle),
        "launcher": LAUNCHER_IDS[row["launcher"]], "site": site, "pad": pad_id(site, row["pad"]),
        "launch_utc": utc(launch), "launch_precision": precision(launch),
        "dock_utc": utc(stays[0]["from_utc"]) if stays else "", "port": port,
        "relocations": relocations_of(stays), "away": away_of(stays), "undock_utc": utc(row["undock_utc"]),
        "landed_utc": utc(row["landing_or_reentry_utc"]), "outcome": outcome_of(row),
        "people_up": row["crew_up"], "people_down": row["crew_down"], **cargo,
        "spares_kg": spares_of(brings.get(flight, [])), "cargo_down_kg": down,
        "brings": ";".join(brings.get(flight, [])), "dock_status": status_of(row["docking_source"]) if stays else "",
        "undock_status": status_of(row["undock_source"]) if row["undock_utc"] else "", "cargo_status": cargo_status,
        "note": "; ".join(note for note in notes if note),
        "source": "facts/visiting_vehicles.csv; " + row["launch_source"], "status": "found",
    }
