"""Parts and ships -> masses, places and areas; cargo, tanks and engines."""

from __future__ import annotations

import math

import numpy as np

from ...laws.matter import PROPELLANT, RESOURCES
from ...model.base import NEVER_s, seconds
from ...model.catalogue import Catalogue, Row, listed, number
from ...model.files import Problem, ScenarioError
from ...model.scenario import Scenario
from ...model.station import MODULE_DIAMETER_m, Phasing
from ...subsystems import stores
from ..world import Bodies, Ships
from .flights import PlannedFlight
from .life_support import rule, time_rules, values
from .manifest import that_fit
from .names import Names, integers, reals, truths
from .stores import build_stores, with_toilet_goods
from .traffic import DIRECTIONS, beyond_m, port_rows

DAY_s = 86400.0
YEAR_s = 365.25 * DAY_s
MODULE_ISP_s = 290.0
"""Of storable propellant in the engines of a module the scenario gives; as Progress (fleet/vehicles.csv)."""
TURNS_FOR = ("SSVP", "APAS")
"""Docking standards whose ships the station turns and holds for on thrusters. To its berths and IDSS ports ships come while US
gyroscopes hold it: 0-1 kg under US control, 10-40 kg for a Soyuz under Russian (engineering.md C3)."""
PACKING_frac = 0.17
"""Of dry cargo carried inside, bags and foam that are waste once unpacked: 1,001 lb for 882 (CRS-1) and 2,314 for 1,869
(CRS-2) with and without packing (spaceflightnow.com/falcon9/004 and 005, manifests); the share of crew stores in
fleet/vehicles.csv is of the whole."""
TOILET_SHARE = 0.53
"""Share of crew supplies that are toilet goods: 504 of 945 kg in the opening of 2022-07-26 (life_support/openings.csv)."""
SIMPLE_CAPACITY_kg = {"food": 4000, "water": 4000, "oxygen": 600, "nitrogen": 400, "supplies": 2000, "toilet": 2000,
                      "spares": 8000, "research": 4000, "waste": 6000, "candles": 300}  # fmt: skip


def build_bodies(
    scenario: Scenario, catalogue: Catalogue, names: Names, flights: tuple[PlannedFlight, ...]
) -> Bodies:
    """Bare mass, outfitting, volume and dated poses of modules; sizes and areas of ships; places of ports."""
    part, modules = names.of("parts"), len(names.modules)
    ports = port_rows(scenario, catalogue, names)
    law = {row["id"]: number(row, "value") for row in catalogue.table("stations/iss/outfitting") if not row["on"]}
    bare, outfit = np.zeros(modules + len(flights)), np.zeros(modules + len(flights))
    arrive, volume = np.full(modules + len(flights), NEVER_s), np.zeros(modules + len(flights))
    poses: list[tuple[int, float, float, list[float], list[float], float]] = []
    for row in catalogue.table("stations/iss/parts"):
        k = part.get(row["id"])
        if k is None:
            continue
        bare[k] = number(row, "mass_kg", 0)
        volume[k] = number(row, "volume_m3", 0)
        outfit[k] = law["outfit_density_kg_per_m3"] * volume[k]
        arrive[k] = seconds(row["arrives_utc"])
        area = number(row, "area_x_m2", 0) if row["kind"] not in ("wing", "blanket") else 0.0
        poses.append((
            k, seconds(row["valid_from"]) if row["valid_from"] else -NEVER_s,
            seconds(row["valid_to"]) if row["valid_to"] else NEVER_s, [number(row, c, 0) for c in ("x_m", "y_m", "z_m")],
            [number(row, c, 0) for c in ("size_x_m", "size_y_m", "size_z_m")], area,
        ))  # fmt: skip
    for station in scenario.stations.values():
        for module, m in station.modules.items():
            k = part[module]
            bare[k], volume[k] = m.mass_t * 1e3, m.volume_m3
            arrive[k] = seconds(m.arrives or scenario.start)
            at = next((r for r in ports if r["id"] == m.at_port), None)
            along = [abs(d) for d in DIRECTIONS[str(at["_to"]) if at else "+x"]]
            size_m = [m.length_m if d else MODULE_DIAMETER_m for d in along]
            poses.append((k, -NEVER_s, NEVER_s, beyond_m(at, 0.5 * m.length_m), size_m, m.area_m2))
    vehicles = catalogue.by_id("fleet/vehicles")
    size, ship_area = np.zeros((len(flights), 3)), np.zeros(len(flights))
    for i, f in enumerate(flights):
        v = vehicles[f.vehicle]
        bare[modules + i] = number(v, "empty_mass_kg", number(v, "gross_mass_kg"))
        length = number(v, "length_m", 7)
        width = max(number(v, "area_y_m2", 20) / length, 2.0)
        size[i] = (length, width, width)
        ship_area[i] = number(v, "area_x_m2", 10)
    return Bodies(
        bare_kg=bare, outfit_kg=outfit, outfit_s=law["outfit_time_y"] * YEAR_s, arrive_s=arrive, volume_m3=volume,
        pose_part=integers(p[0] for p in poses), pose_from_s=reals(p[1] for p in poses), pose_to_s=reals(p[2] for p in poses),
        pose_m=np.asarray([p[3] for p in poses], float).reshape(-1, 3),
        pose_size_m=np.asarray([p[4] for p in poses], float).reshape(-1, 3), pose_area_m2=reals(p[5] for p in poses),
        ship_size_m=size, ship_area_m2=ship_area,
        port_m=np.asarray([r["_at"] for r in ports], float).reshape(-1, 3),
        port_direction=np.asarray([DIRECTIONS[str(r["_to"])] for r in ports], float).reshape(-1, 3),
    )  # fmt: skip


def cargo_of(flight: PlannedFlight, vehicle: Row) -> dict[str, float]:
    """What a flight brings, kg by resource: as recorded, as planned (what fits of it), or as its type typically carries."""
    if flight.cargo_kg is not None:
        stated = that_fit(flight.cargo_kg, vehicle)
        supplies = stated.get("supplies", 0.0)
        if "toilet" in stated:
            return stated
        return {**stated, "supplies": (1.0 - TOILET_SHARE) * supplies, "toilet": TOILET_SHARE * supplies}
    row = flight.row or {}
    usually_kg = number(vehicle, "refuel_kg", 0)
    refuel = _figure(row, "refuel_kg", usually_kg if flight.refuel_kg is None else flight.refuel_kg)
    water = _figure(row, "water_kg", number(vehicle, "water_kg", 0))
    gas = _figure(row, "gas_kg", number(vehicle, "gas_kg", 0))
    total = _figure(row, "cargo_up_kg", number(vehicle, "cargo_up_kg", 0))
    usual = total - refuel - water - gas if flight.dry_kg is None else flight.dry_kg
    if flight.dry_kg is not None and flight.refuel_kg is not None:
        usual -= flight.refuel_kg - usually_kg
    usual = max(usual, 0.0)
    dry = _figure(row, "dry_kg", usual)
    share = {name: number(vehicle, f"{name}_frac", 0) for name in ("food", "supplies", "spares", "research")}
    whole = sum(share.values()) or 1.0
    cargo = {name: dry * part / whole for name, part in share.items()}
    cargo = _as_listed(cargo, row)
    inside, outside = number(vehicle, "cargo_pressurised_kg", 0), number(vehicle, "cargo_external_kg", 0)
    packing = PACKING_frac * dry * inside / ((inside + outside) or 1.0)
    contents = 1.0 - packing / ((cargo["spares"] + cargo["research"]) or 1.0)
    cargo["spares"] = cargo["spares"] * contents + _figure(row, "spares_kg", 0.0)
    cargo["research"] *= contents
    cargo["toilet"] = TOILET_SHARE * cargo["supplies"]
    cargo["supplies"] -= cargo["toilet"]
    return {**cargo, "water": water, "oxygen": 0.5 * gas, "nitrogen": 0.5 * gas, "propellant": refuel, "waste": packing}


def _as_listed(cargo: dict[str, float], row: Row) -> dict[str, float]:
    """Dry cargo with the food, or the supplies of the crew, that the manifest of a recorded flight names; the rest as its
    kind carries it."""
    crew = cargo["food"] + cargo["supplies"]
    if row.get("food_kg"):
        food, supplies = float(row["food_kg"]), cargo["supplies"]
    elif row.get("crew_supplies_kg"):
        food = float(row["crew_supplies_kg"]) * cargo["food"] / crew
        supplies = float(row["crew_supplies_kg"]) - food
    else:
        return cargo
    others = cargo["spares"] + cargo["research"]
    left = max(crew + others - food - supplies, 0.0) / others
    return {"food": food, "supplies": supplies, "spares": cargo["spares"] * left, "research": cargo["research"] * left}


def _figure(row: Row, column: str, otherwise: float) -> float:
    return float(row[column]) if row.get(column) else otherwise


def build_ships(
    scenario: Scenario, catalogue: Catalogue, names: Names, flights: tuple[PlannedFlight, ...],
    opening: dict[tuple[str, str], tuple[float, float, float]],
) -> tuple[stores.Params, stores.State, Ships, dict[tuple[str, str], np.ndarray]]:  # fmt: skip
    """Containers (of the station, of the scenario's modules, and one tank for each ship that has one) and what ships bring."""
    part, partner = names.of("parts"), names.of("partners")
    present = _present(scenario, catalogue)
    base_p, _ = build_stores(catalogue, part, partner, {}, present)
    c_part, c_resource = list(base_p.container_part), list(base_p.container_resource)
    c_owner, c_capacity = list(base_p.container_owner), list(base_p.capacity_kg)

    def add(part_index: int, resource: str, owner: str, capacity: float) -> int:
        c_part.append(part_index)
        c_resource.append(RESOURCES.index(resource))
        c_owner.append(partner[owner])
        c_capacity.append(capacity)
        return len(c_part) - 1

    for row in catalogue.table("stations/iss/tanks"):
        if row["resource"] == "propellant" and row["part"] in part:
            add(part[row["part"]], "propellant", row["owner"], number(row, "capacity_kg"))
    for station in scenario.stations.values():
        for module, m in station.modules.items():
            if m.volume_m3 > 0:
                for resource, capacity in SIMPLE_CAPACITY_kg.items():
                    add(part[module], resource, m.partner, capacity)
                for resource in ("waste_water", "urine", "brine"):
                    add(part[module], resource, m.partner, 500)
            if m.propellant_kg > 0:
                add(part[module], "propellant", m.partner, m.propellant_kg)
    vehicles = catalogue.by_id("fleet/vehicles")
    cargo = np.zeros((len(flights), len(RESOURCES)))
    tank, tank_kg, refuel = np.full(len(flights), -1, np.int64), np.zeros(len(flights)), np.zeros(len(flights))
    for i, f in enumerate(flights):
        v = vehicles[f.vehicle]
        for resource, kg in cargo_of(f, v).items():
            cargo[i, RESOURCES.index(resource)] += kg
        refuel[i] = cargo[i, PROPELLANT]
        cargo[i, PROPELLANT] = 0.0
        tank_kg[i] = refuel[i] + number(v, "reboost_propellant_kg", 0)
        if tank_kg[i] > 0:
            owner = "nasa" if f.partner == "commercial" else f.partner
            most = tank_kg[i] - refuel[i] + max(refuel[i], number(v, "refuel_high_kg", 0))
            tank[i] = add(len(names.modules) + i, "propellant", owner, most)
    p = stores.Params(
        integers(c_part), integers(c_resource), integers(c_owner), reals(c_capacity), base_p.density_kg_per_m3
    )
    stock = np.zeros(len(c_part))
    where: dict[tuple[str, str], np.ndarray] = {}
    aboard = np.asarray([k < len(names.modules) and present.get(names.modules[k], False) for k in c_part], np.bool_)
    too_much = []
    for (owner, resource), (kg, _, _) in opening.items():
        here = np.flatnonzero(aboard & (p.container_resource == RESOURCES.index(resource)) & (p.container_owner == partner[owner]))
        room = float(p.capacity_kg[here].sum())
        if kg > room:
            rooms = {name: float(p.capacity_kg[aboard & (p.container_resource == RESOURCES.index(resource)) & (p.container_owner == i)].sum())
                     for name, i in partner.items()}  # fmt: skip
            told = ", ".join(f"{name} {most:g} kg" for name, most in rooms.items() if most > 0)
            too_much.append(Problem(scenario.title, None, None, f"stations.{scenario.main_station}.stocks_kg.{resource}.{owner}",
                                    f"{kg:g} kg do not fit in the {room:g} kg there is room for", f"there is room for: {told}"))  # fmt: skip
        stock[here] = kg * p.capacity_kg[here] / room if room > 0 else 0.0
        where[(owner, resource)] = here
    if too_much:
        raise ScenarioError(too_much)
    for station in list(scenario.stations.values())[1:]:
        for resource, owners in with_toilet_goods(station, TOILET_SHARE).items():
            for q in owners.values():
                mine = {part[m] for m in station.modules}
                here = np.asarray([c for c in range(len(c_part)) if c_part[c] in mine and c_resource[c] == RESOURCES.index(resource)], np.int64)
                if here.size:
                    stock[here[0]] = min(q.value, float(p.capacity_kg[here[0]]))
    for i, f in enumerate(flights):
        if f.flown and f.launch_s + f.transit_s <= seconds(scenario.start) < f.undock_s and tank[i] >= 0 and not f.lost:
            stock[tank[i]] = tank_kg[i] - refuel[i]
    turning = {r["giver"] for r in catalogue.table("stations/iss/services") if r["service"] in ("attitude_control", "desaturation")}
    engines = [r for r in catalogue.table("stations/iss/engines") if r["use"] == "reboost" and r["kind"] == "part" and r["giver"] in part]
    ports = port_rows(scenario, catalogue, names)
    thrust_N = rule(scenario, catalogue, "module_thrust_N")
    own_engines = [(part[m], MODULE_ISP_s, thrust_N) for s in scenario.stations.values() for m, mod in s.modules.items() if "reboost" in mod.gives]
    filled = truths(f.cargo_kg is None for f in flights)  # the record gives dry cargo whole, seldom what was in it
    phased = _phased(scenario, catalogue, flights)
    ships = Ships(
        filled=filled, listed=truths(bool((f.row or {}).get("food_kg") or (f.row or {}).get("crew_supplies_kg")) for f in flights),
        vehicle=integers(names.of("vehicles")[f.vehicle] for f in flights), cargo_kg=cargo,
        owner=integers(partner["roscosmos" if f.partner == "roscosmos" else "nasa"] for f in flights),
        tank=tank, tank_kg=tank_kg, refuel_kg=refuel, turns=truths(f.vehicle in turning or refuel[i] > 0 for i, f in enumerate(flights)),
        refuel_most_kg=reals(
            refuel[i] if f.flown else max(number(vehicles[f.vehicle], "refuel_high_kg", 0), refuel[i])
            for i, f in enumerate(flights)
        ),
        thrust_N=reals(number(vehicles[f.vehicle], "reboost_thrust_N", 0) for f in flights),
        isp_s=reals(number(vehicles[f.vehicle], "isp_s", 290) or 290 for f in flights),
        trash_kg=reals(max(number(vehicles[f.vehicle], "trash_kg", 0), number(vehicles[f.vehicle], "cargo_down_kg", 0)) for f in flights),
        down_kg=reals(
            min(_figure(f.row or {}, "cargo_down_kg", 1e9), number(vehicles[f.vehicle], "cargo_down_kg", 0)) for f in flights
        ),
        work_h=_work_h(catalogue, vehicles, flights),
        phased_flight=integers(i for i, _, _ in phased), phased_rad=reals(window_rad for _, window_rad, _ in phased),
        phased_s=reals(p.before_d * DAY_s for _, _, p in phased), phased_days=integers(p.days for _, _, p in phased),
        caught=truths(vehicles[f.vehicle]["standard"] == "CBM" and f.station == scenario.main_station for f in flights),
        port_push_frac=reals(r["_push"] for r in ports), port_refuels=truths(r["_refuels"] for r in ports),
        port_turns=reals(r["standard"] in TURNS_FOR for r in ports),
        engine_part=integers([*(part[r["giver"]] for r in engines), *(e[0] for e in own_engines)]),
        engine_isp_s=reals([*(number(r, "isp_s") for r in engines), *(e[1] for e in own_engines)]),
        engine_thrust_N=reals([*(number(r, "thrust_N") for r in engines), *(e[2] for e in own_engines)]),
    )  # fmt: skip
    return p, stores.not_lined_up(stock), ships, where


def _phased(scenario: Scenario, catalogue: Catalogue, flights: tuple[PlannedFlight, ...]) -> list[tuple[int, float, Phasing]]:
    """Flights for whose phase the orbit is raised by the policy of their station on the planned day, with the window of the chase
    (rad). A flight that waits for an event goes by the last policy."""
    chases, climbs = catalogue.by_id("fleet/rendezvous_profiles"), catalogue.by_id("fleet/ascent_profiles")
    found = []
    for i, f in enumerate(flights):
        station = scenario.stations.get(f.station)
        bands = [b for b in station.policy if f.after or not b.from_ or seconds(b.from_) <= f.launch_s] if station else []
        wanted = bands[-1].phasing if bands else None
        if wanted is None or f.flown:
            continue
        chase = chases[wanted.profile]
        if any(f.vehicle in listed(climbs[c], "vehicles") for c in listed(chase, "ascents")):
            found.append((i, math.radians(number(chase, "phase_high_deg") - number(chase, "phase_low_deg")), wanted))
    return found


def _work_h(catalogue: Catalogue, vehicles: dict[str, Row], flights: tuple[PlannedFlight, ...]) -> np.ndarray:
    """Crew hours for a ship's coming and going: cargo is unpacked from everything but the small crew ships, and while a
    Shuttle is docked the joint mission comes first."""
    rules, host_h_per_d = time_rules(catalogue), values(catalogue, "life_support/crew_time")["host_h_per_d"]

    def hours(f: PlannedFlight) -> float:
        v = vehicles[f.vehicle]
        if number(v, "seats", 0) == 0:
            return rules.cargo_ship_h
        if v["family"] != "shuttle":
            return rules.crew_ship_h
        docked_s = f.undock_s - f.launch_s - f.transit_s if f.undock_s < NEVER_s else f.stay_s
        return rules.cargo_ship_h + host_h_per_d * docked_s / DAY_s

    return reals(hours(f) for f in flights)


def _present(scenario: Scenario, catalogue: Catalogue) -> dict[str, bool]:
    """Part id -> aboard at the start, or brought by its first module where the main station is yet to be assembled."""
    start, main = scenario.start, scenario.stations[scenario.main_station]
    first = next(iter(main.modules), "") if main.parts is None else ""
    return {first: True} | {
        row["id"]: row["arrives_utc"] <= start and not ("" < row["leaves_utc"] <= start)
        for row in catalogue.table("stations/iss/parts")
    }
