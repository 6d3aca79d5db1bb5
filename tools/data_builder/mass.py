"""How the station's mass is made up: bare parts, outfitting that grows with time, stores, ships.

Law: outfitting of a part = outfit_kg (1 - exp(-age / time constant)), age counted from the part's arrival; racks that
were inside at launch are in the bare mass. The density is fitted to the masses NASA published for 2021-24; the time
constant is a choice made beforehand from how Destiny was fitted out (24 racks over seven flights, 2001-02).
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp
from pathlib import Path

from .common import Row, Source, columns, moment, read_rows, real, utc

OUTFIT_KG_PER_M3 = 47.0
OUTFIT_TIME_Y = 2.0
# Propellant inside the launch masses of modules.csv; the engine holds it in tanks.
LAUNCH_PROPELLANT_KG = {"zarya": 3800.0, "zvezda": 860.0}
# Spares that came up on a platform (kg): official mass less GCAT's bare mass (modules.csv); ESP-1 and ESP-3 assumed.
# The platform's own mass leaves them out; the flight that brought it delivers them to the stores.
PLATFORM_SPARES_KG = {
    "esp-1": 400.0, "esp-2": 1364.0, "esp-3": 2100.0, "elc-1": 2367.0, "elc-2": 2236.0, "elc-3": 2973.0,
    "elc-4": 1288.0,
}
# What is aboard and counted in containers (kg), taken out of the fit. 2021: the opening of 2022-07-26
# (life_support/openings.csv) and 4 t of propellant; earlier days by crew size and the platforms then there.
STORES = ("propellant", "water", "food", "supplies", "spares", "gas", "waste", "research")
STORES_KG: dict[str, tuple[float, ...]] = {
    "2006-09-15": (4000.0, 1200.0, 900.0, 700.0, 3300.0, 300.0, 200.0, 500.0),
    "2007-06-28": (4000.0, 1200.0, 900.0, 700.0, 3300.0, 300.0, 200.0, 500.0),
    "2011-06-11": (4000.0, 2000.0, 1950.0, 900.0, 14700.0, 500.0, 1000.0, 2000.0),
    "2021-12-20": (4000.0, 2000.0, 2270.0, 950.0, 16200.0, 650.0, 1720.0, 3300.0),
}
TRASH_AT_DEPARTURE_FRAC = 0.7
ATV_REBOOST_KG = 3500.0
# Published masses (facts/engineering.md C1). The Sept 2006 and June 2007 ones are without visiting ships.
TARGETS: tuple[tuple[str, float, float, bool, bool], ...] = (
    ("2006-09-15", 200800.0, 5.0, False, False), ("2007-06-28", 218800.0, 5.0, False, False),
    ("2011-06-11", 417000.0, 3.0, True, False), ("2021-12-20", 448009.0, 3.0, True, True),
    ("2022-02-11", 445386.0, 3.0, True, True), ("2023-02-15", 460724.0, 3.0, True, True),
    ("2023-02-27", 461235.0, 3.0, True, True), ("2023-03-03", 473413.0, 3.0, True, True),
    ("2023-03-08", 473291.0, 3.0, True, True), ("2024-02-28", 459325.0, 3.0, True, True),
    ("2024-03-06", 471702.0, 3.0, True, True), ("2024-03-15", 459154.0, 3.0, True, True),
)
FIELDS = columns("id value low high unit on source status")


def build(source: Source) -> None:
    """Write stations/iss/outfitting.csv: the parameters of the law and the stores taken out of the fit."""
    fit = "fitted by tools/data_builder/mass.py to 27 OEM header masses 2021-08..2024-03 (facts/orbit/oem_index.csv)"
    rows: list[dict[str, object]] = [
        {"id": "outfit_density_kg_per_m3", "value": OUTFIT_KG_PER_M3, "low": 44, "high": 52, "unit": "kg per m3 "
         "pressurised, consumables apart", "source": fit, "status": "derived"},
        {"id": "outfit_time_y", "value": OUTFIT_TIME_Y, "low": 1, "high": 3, "unit": "years since arrival",
         "source": "choice from Destiny's racks, 2001-02", "status": "assumed"},
    ]
    for day, stores in STORES_KG.items():
        for name, mass in zip(STORES, stores, strict=True):
            rows.append({"id": f"stores_{name}_kg", "value": mass, "unit": "kg aboard, counted apart", "on": day,
                         "source": "prior: opening of 2022-07-26 (life_support/openings.csv) scaled to the crew",
                         "status": "assumed"})
    source.write("stations/iss/outfitting.csv", rows, FIELDS)


def _alive(row: Row, begin: str, end: str, at: str) -> bool:
    return bool(row[begin]) and row[begin] <= at < (row[end] or "9999")


def ships_kg(flights: list[Row], vehicles: dict[str, Row], at: str) -> float:
    """Docked ships: full at docking, at departure empty but for what goes down (cargo, or trash)."""
    docked = [row for row in flights if _alive(row, "dock_utc", "undock_utc", at)]
    return sum(_ship_kg(row, vehicles[row["vehicle"]], at) for row in docked)


def _ship_kg(flight: Row, vehicle: Row, at: str) -> float:
    begin, end = moment(flight["dock_utc"]), moment(flight["undock_utc"] or at)
    share = (moment(at) - begin) / (end - begin) if end > begin else 0.0
    up = real(flight["cargo_up_kg"]) or real(vehicle["cargo_up_kg"])
    down = real(flight["cargo_down_kg"]) or TRASH_AT_DEPARTURE_FRAC * real(vehicle["trash_kg"])
    reboost = ATV_REBOOST_KG * (1 - share) if vehicle["id"] == "atv" else 0.0
    return real(vehicle["empty_mass_kg"]) + up + (down - up) * share + reboost


def station_kg(parts: list[Row], at: str) -> tuple[float, float]:
    """(bare mass, outfitting at density 1 kg/m3) of the parts present."""
    here = [row for row in parts if _alive(row, "valid_from", "valid_to", at)]
    bare = sum(real(row["mass_kg"]) for row in here)
    grown = sum(real(row["volume_m3"]) * (1 - exp(-_age_y(row, at) / OUTFIT_TIME_Y)) for row in here)
    return bare, grown


def _age_y(row: Row, at: str) -> float:
    return (moment(at) - moment(row["arrives_utc"])).total_seconds() / (365.25 * 86400)


def stores_kg(at: str) -> float:
    """Assumed consumables of the last listed day before `at`."""
    return sum(STORES_KG[max((day for day in STORES_KG if day <= at[:10]), default=min(STORES_KG))])


def errors(data: Path) -> list[tuple[str, float, float, float, float, bool]]:
    """(day, published kg, model kg, error %, tolerance %, in sample) for the published masses."""
    parts, flights = read_rows(data / "stations/iss/parts.csv"), read_rows(data / "traffic/flights.csv")
    vehicles = {row["id"]: row for row in read_rows(data / "fleet/vehicles.csv")}
    out = []
    for day, mass, tolerance, with_ships, in_sample in TARGETS:
        at = f"{day}T12:00:00Z"
        bare, grown = station_kg(parts, at)
        model = bare + grown * OUTFIT_KG_PER_M3 + stores_kg(at)
        model += ships_kg(flights, vehicles, at) if with_ships else 0.0
        out.append((day, mass, model, 100 * (model / mass - 1), tolerance, in_sample))
    return out


def fitted_density(source: Source) -> float:
    """Mean over the OEM headers of the density that would meet each mass."""
    parts, flights = read_rows(source.out / "stations/iss/parts.csv"), read_rows(source.out / "traffic/flights.csv")
    vehicles = {row["id"]: row for row in read_rows(source.out / "fleet/vehicles.csv")}
    headers = source.orbit("oem_index.csv")
    days: list[tuple[str, float]] = [(utc(row["start"][:19]), real(row["mass_kg"])) for row in headers]
    days += [(f"{day}T12:00:00Z", mass) for day, mass, _, _, in_sample in TARGETS if in_sample]
    densities = []
    for at, mass in days:
        bare, grown = station_kg(parts, at)
        densities.append((mass - bare - stores_kg(at) - ships_kg(flights, vehicles, at)) / grown)
    return sum(densities) / len(densities)


def check(source: Source, tell: Callable[[str], None] = print) -> None:
    """Print the errors against published masses."""
    tell(f"density that fits the OEM headers: {fitted_density(source):.1f} kg/m3 (used: {OUTFIT_KG_PER_M3})")
    for day, mass, model, error, tolerance, in_sample in errors(source.out):
        sample = "in sample" if in_sample else "out of sample"
        tell(f"{day}  published {mass / 1000:6.1f} t  model {model / 1000:6.1f} t  {error:+.2f} % "
             f"(within {tolerance} %)  {sample}")


