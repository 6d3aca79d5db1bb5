"""Scenario -> World, opening RunState and Names: everything in SI, every name an index."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...formats.density_fit import TOLERANCE_DEG, load_fit
from ...laws import radiation
from ...laws.matter import RESOURCES
from ...laws.orbit import EARTH_RADIUS_M
from ...laws.sun import eclipse_fraction
from ...model.base import PARTNERS, NEVER_s, seconds
from ...model.catalogue import Catalogue, Row, number
from ...model.files import Problem, ScenarioError
from ...model.fleet import groundable
from ...model.scenario import REQUIRED_VARIABLES, Scenario
from ...subsystems import orbit, power, services
from ..world import RESERVES, Bodies, CrewTime, Requirements, Rules, RunState, Simple, World
from .attitude import build_attitude
from .bodies import TOILET_SHARE, build_bodies, build_ships
from .flights import PlannedFlight, end_of_record_s, plan_flights
from .life_support import build_life_support, leak_ports, machine_rows, research_shares, time_rules
from .machines import build_equipment, machine_kinds
from .names import Names, integers, reals, truths
from .partners import build_partners
from .power import added_power, build_power, channel_names
from .services import build_services
from .stores import opening_near, owner_shares, with_toilet_goods
from .thermal import build_thermal, loop_names
from .traffic import build_crew, build_traffic, people_of
from .upkeep import build_walks, build_wear

DAY_s = 86400.0
DRAG_COEFFICIENT = 2.2
RESEARCH_kg_per_h = 0.35
"""Research cargo used per hour of research: about 1.3 t a year for 70 hours a week. Derived from manifests; assumed."""
SHIELD_g_per_cm2 = 30.0
"""Mean over the places of a crew: life_support/shielding.csv."""


@dataclass(frozen=True)
class Case:
    """A compiled branch: what every run shares, the state it starts from, and the names behind the indices."""

    scenario: Scenario
    catalogue: Catalogue
    world: World
    opening: RunState
    names: Names
    flights: tuple[PlannedFlight, ...]
    t0_s: float
    dt_s: float
    steps: int
    openings_kg: dict[tuple[str, str], tuple[float, float, float]]
    opening_container: dict[tuple[str, str], np.ndarray]
    channels: tuple[str, ...]


def compile(scenario: Scenario) -> Case:
    """Compile one branch (a scenario without futures). Raises ScenarioError for what its data cannot carry."""
    catalogue = scenario.catalogue()
    flights = tuple(plan_flights(scenario, catalogue))
    names = _names(scenario, catalogue, flights)
    t0_s = seconds(scenario.start)
    dt_s = scenario.step_h * 3600.0
    end_s = end_of_record_s(catalogue) if scenario.horizon == "last-flight" else seconds(scenario.horizon)
    steps = max(1, math.ceil((end_s - t0_s) / dt_s - 1e-9))
    part_index, station_index, partner_index = names.of("parts"), names.of("stations"), names.of("partners")
    machine_loads = _machine_loads(catalogue, part_index)
    main = scenario.stations[scenario.main_station]
    added = added_power(main.modules if main.parts == "iss" else {})
    channels = (*channel_names(catalogue), *(row["id"] for row in added.channels))
    power_p, power_s = build_power(catalogue, part_index, station_index, names.of("machines"), machine_loads, added=added)
    thermal_p, thermal_s = build_thermal(catalogue, part_index, station_index)
    attitude_p, attitude_s = build_attitude(
        catalogue, part_index, station_index, vehicle_of={f.id: f.vehicle for f in flights}
    )
    life_p, life_s = build_life_support(catalogue, part_index, station_index, t0_s)
    traffic_p, traffic_s = build_traffic(scenario, catalogue, names, flights, t0_s)
    crew_p, crew_s = build_crew(catalogue, names, flights, scenario)
    equipment_p, equipment_s = build_equipment(catalogue, names)
    partners_p, partners_s = build_partners(scenario, catalogue, names, flights)
    services_p, services_s = build_services(scenario, catalogue, names)
    bodies = build_bodies(scenario, catalogue, names, flights)
    opening = _opening_stocks(scenario, catalogue)
    stores_p, stores_s, ships, containers = build_ships(scenario, catalogue, names, flights, opening)
    repaired_by, repair_h, wear_kg, wear_h = build_wear(scenario, catalogue, names)
    first_machine_load = power_p.load_W.size - len(machine_loads)
    world = World(
        traffic=traffic_p, crew=crew_p, equipment=equipment_p, services=services_p, partners=partners_p,
        orbit=_orbit(scenario, catalogue, names, t0_s, dt_s, steps, power_p, bodies), attitude=attitude_p, power=power_p,
        thermal=thermal_p, life_support=life_p, stores=stores_p, bodies=bodies, ships=ships,
        simple=_simple(scenario, names), requirements=_requirements(scenario, names, _rules(scenario, catalogue).reserve_s), rules=_rules(scenario, catalogue),
        crew_time=_crew_time(catalogue, partner_index, scenario, flights),
        walks=build_walks(scenario, catalogue, names, t0_s, t0_s + steps * dt_s), repaired_by=repaired_by,
        repair_h=repair_h, wear_kg_per_s=wear_kg, wear_h_per_s=wear_h,
        machine_load=integers(first_machine_load + i if i >= 0 else -1 for i in _load_of_machine(catalogue, part_index)),
        channel_machine=_channel_machines(channels, names), loop_machine=_loop_machines(catalogue, names),
        joint_machine=integers(names.of("machines").get(m, -1) for m in ("sarj-port", "sarj-starboard")),
        joint_part=integers(part_index.get(k, -1) for k in ("p3", "s3")),
        leak_port=leak_ports(catalogue, part_index, names.of("ports")),
        cmg_kind=names.of("machine_kinds").get("cmg", -1),
        station_inclination_deg=reals(_inclination(scenario, n) for n in names.stations),
        dose_factor=_dose_factor([math.radians(_inclination(scenario, n)) for n in names.stations]),
        partner_crew_segment=integers(1 if p == "roscosmos" else 0 for p in names.partners),
        part_owner=_owners(scenario, catalogue, names, flights),
        sky_day0_s=(t0_s // DAY_s) * DAY_s - DAY_s,
        us_partner=partner_index["nasa"], ru_partner=partner_index["roscosmos"],
        repairs_by=integers(partner_index["roscosmos" if p == "roscosmos" else "nasa"] for p in names.partners),
        dates_s=_service_dates(
            equipment_p.from_s, equipment_p.to_s, power_p.load_from_s, power_p.load_to_s, thermal_p.radiator_from_s,
            thermal_p.radiator_to_s,
            *(dates for table in (power_p.wings, power_p.channels, power_p.batteries, power_p.transfers) for dates in (table.from_s, table.to_s)),
        ),
    )  # fmt: skip
    stations, count = len(names.stations), len(names.services)
    resources, vehicles = len(RESOURCES), len(names.vehicles)
    orbit_s = _orbit_state(scenario, catalogue, names, t0_s)
    state = RunState(
        traffic=traffic_s, crew=crew_s, equipment=equipment_s, services=services_s, partners=partners_s, orbit=orbit_s,
        attitude=attitude_s, power=power_s, thermal=thermal_s, life_support=life_s, stores=stores_s,
        people=np.zeros(stations, np.int64), powered=np.ones(len(names.machines), np.bool_),
        attitude_held=np.ones(stations, np.bool_), momentum_frac=np.zeros(stations),
        core_power=np.ones(stations, np.bool_), heat_ok=np.ones((stations, 2), np.bool_),
        since_s=np.full((stations, 3), NEVER_s), avoided=np.zeros(1, np.int64), area_m2=np.zeros(stations),
        drag_area_m2=np.zeros(stations), backlog_h=np.zeros((stations, 9)), kept_m3=_kept_m3(names, flights, t0_s),
        walked=np.zeros(2, np.int64), walk_late_s=np.zeros(1), dated=np.zeros(1, np.int64), usual_people=np.zeros(stations), fitted_kg=np.zeros(stations), last_pose_s=np.full(1, -NEVER_s), dry_kg=np.zeros(stations),
        crew_row=np.full(stations, -1, np.int64), supply_row=np.full((stations, resources), -1, np.int64),
        stock_row=np.full((stations, resources + 1 + vehicles), -1, np.int64), stock_low=np.zeros((stations, len(RESERVES)), np.bool_),
        part_row=np.full(len(part_index), -1, np.int64), limit_row=np.full((stations, count), -1, np.int64),
        vehicle_row=np.full((stations, vehicles), -1, np.int64),
        machine_row=np.full((stations, len(names.machine_kinds)), -1, np.int64),
        broken_s=np.full(len(names.requirements), NEVER_s), breach_row=np.full(len(names.requirements), -1, np.int64),
        evacuated=np.zeros(stations, np.bool_), attitude_row=np.full(stations, -1, np.int64),
        was_people=np.zeros(stations, np.bool_), abandoned=np.zeros(stations, np.bool_),
        hungry=np.zeros(stations, np.bool_),
    )  # fmt: skip
    return Case(
        scenario, catalogue, world, state, names, flights, t0_s, dt_s, steps, opening, containers,
        channels,
    )  # fmt: skip


def _kept_m3(names: Names, flights: tuple[PlannedFlight, ...], t0_s: float) -> np.ndarray:
    """Volume kept by station and segment before the first step: none where a first crew is to come, and where a crew's
    ship is docked at the start (-1) what is there is outfitted."""
    kept = np.zeros((len(names.stations), 2))
    for f in flights:
        if f.flown and f.series and f.launch_s + f.transit_s <= t0_s < f.undock_s:
            kept[names.stations.index(f.station)] = -1.0
    return kept


def _dose_factor(inclination_rad: list[float]) -> np.ndarray:
    return np.asarray([(radiation.cosmic_ray_factor(i), radiation.anomaly_factor(i)) for i in inclination_rad])


def _names(scenario: Scenario, catalogue: Catalogue, flights: tuple[PlannedFlight, ...]) -> Names:
    stations = list(scenario.stations)
    stations += [e.into for e in scenario.events.values() if e.into and e.into not in stations]
    if any(e.withdraw and e.segment == "separated" and not e.into for e in scenario.events.values()):
        stations.append(f"{scenario.main_station}-russian")
    modules: list[str] = []
    for station in scenario.stations.values():
        if station.parts == "iss":
            modules += list(dict.fromkeys(row["id"] for row in catalogue.table("stations/iss/parts")))
        modules += list(station.modules)
    vehicles = [row["id"] for row in catalogue.table("fleet/vehicles")]
    ports = [row["id"] for row in catalogue.table("stations/iss/ports")]
    ports += [
        f"{m}/{i + 1}"
        for s in scenario.stations.values()
        for m, mod in s.modules.items()
        for i in range(len(mod.ports))
    ]
    part_index = {name: i for i, name in enumerate(modules)}
    machines = machine_rows(catalogue, part_index)
    return Names(
        stations=tuple(stations), partners=PARTNERS, modules=tuple(modules), flights=tuple(f.id for f in flights),
        ports=tuple(ports), events=tuple(scenario.events), vehicles=tuple(vehicles), groups=groundable(catalogue),
        machines=tuple(row["id"] for row in machines), machine_kinds=machine_kinds(machines),
        services=services.SERVICES, resources=RESOURCES, requirements=tuple(scenario.requirements),
        people=tuple(name for name, *_ in people_of(catalogue, flights, seconds(scenario.start))),
    )  # fmt: skip


def _owners(scenario: Scenario, catalogue: Catalogue, names: Names, flights: tuple[PlannedFlight, ...]) -> np.ndarray:
    """(K,) partner that owns each module of the tables and of the scenario, then each ship."""
    owner = {row["id"]: row["owner"] for row in catalogue.table("stations/iss/parts")}
    owner |= {name: m.partner for s in scenario.stations.values() for name, m in s.modules.items()}
    return integers(names.of("partners")[who] for who in (*(owner[name] for name in names.modules), *(f.partner for f in flights)))


def _inclination(scenario: Scenario, station: str) -> float:
    return scenario.stations.get(station, scenario.stations[scenario.main_station]).inclination_deg


def _machine_loads(catalogue: Catalogue, part_index: dict[str, int]) -> list[Row]:
    """One load for every machine that draws power, in the order of the machines."""
    return [
        {**row, "machine": row["id"]} for row in machine_rows(catalogue, part_index) if number(row, "power_kW", 0) > 0
    ]


def _load_of_machine(catalogue: Catalogue, part_index: dict[str, int]) -> list[int]:
    """Position among the machine loads of each machine, -1 for those that draw nothing."""
    out, next_load = [], 0
    for row in machine_rows(catalogue, part_index):
        draws = number(row, "power_kW", 0) > 0
        out.append(next_load if draws else -1)
        next_load += draws
    return out


def _channel_machines(channels: tuple[str, ...], names: Names) -> np.ndarray:
    """Machines without which a channel delivers nothing: its regulators and its main bus switching unit.

    MBSU n serves channels nA and nB: in 2019 the loss of MBSU-3 took 3A and 3B (engineering.md A4).
    """
    index = names.of("machines")
    table = []
    for channel in channels:
        low = channel.lower()
        wanted = [f"ssu-{low}", f"dcsu-{low}", f"bcdu-{low}", f"pfcs-{low}", f"mbsu-{low[0]}"]
        table.append([index.get(name, -1) for name in wanted])
    return np.asarray(table, np.int64)


def _loop_machines(catalogue: Catalogue, names: Names) -> np.ndarray:
    pumps = {"etcs-a": "etcs-pump-a", "etcs-b": "etcs-pump-b", "eeatcs": "eetcs-pump", "nauka": "nauka-loop"}
    index = names.of("machines")
    return integers(index.get(pumps.get(loop, ""), -1) for loop in loop_names(catalogue))


def _rules(scenario: Scenario, catalogue: Catalogue) -> Rules:
    table = {row["name"]: number(row, "value") for row in catalogue.table("rules")}
    table.update({name: q.value for name, q in scenario.rules.items()})
    return Rules(
        reserve_s=table["reserve_d"] * DAY_s, leave_s=table["leave_d"] * DAY_s,
        leave_after_attitude_lost_s=table["leave_after_attitude_lost_d"] * DAY_s,
        leave_after_no_seat_s=table["leave_after_no_seat_d"] * DAY_s,
        leave_after_no_air_s=table["leave_after_no_air_d"] * DAY_s, leave_altitude_m=table["leave_altitude_km"] * 1e3,
        sink_before_s=table["sink_before_d"] * DAY_s, sink_floor_m=table["sink_floor_km"] * 1e3, tank_hold_kg=table["tank_hold_kg"],
        avoidance_delta_v_m_per_s=table["avoidance_delta_v_m_per_s"], burn_most_m_per_s=table["burn_most_m_per_s"],
        burn_longest_s=table["burn_longest_s"],
        stock_target_s=table["stock_target_d"] * DAY_s, stock_alert_s=table["stock_alert_d"] * DAY_s,
        water_target_s=table["water_target_d"] * DAY_s,
        overstay_s=table["overstay_d"] * DAY_s, tanker_forward_s=table["tanker_forward_d"] * DAY_s,
        tanker_notice_s=table["tanker_notice_d"] * DAY_s, tanker_pace_s=table["tanker_pace_d"] * DAY_s, gas_target_kg=table["gas_target_kg"],
        tank_target_frac=table["tank_target_frac"], tank_urgent_frac=table["tank_urgent_frac"],
        propellant_target_kg=table["propellant_target_kg"], crew_forward_s=table["crew_forward_d"] * DAY_s, ration_frac=table["ration_frac"],
        crew_notice_s=table["crew_notice_d"] * DAY_s, rescues=table["rescue_ship"] > 0.5, slip_s=number(catalogue.table("life_support/launch_slips")[0], "mean_d") * DAY_s,
        replay_until_s=_replay_until_s(scenario, catalogue),
    )  # fmt: skip


def _replay_until_s(scenario: Scenario, catalogue: Catalogue) -> float:
    if scenario.replay is None:
        return -NEVER_s
    return end_of_record_s(catalogue) if scenario.replay.until == "last" else seconds(scenario.replay.until)


def _crew_time(
    catalogue: Catalogue, partner_index: dict[str, int], scenario: Scenario, flights: tuple[PlannedFlight, ...]
) -> CrewTime:
    """The working week. The agreement's shares of research are those of the ISS; at another station it goes by the seats flown there."""
    dates, shares = research_shares(catalogue, partner_index)
    if scenario.stations[scenario.main_station].parts != "iss":
        seats = np.zeros(len(partner_index))
        for f in flights:
            for who, count in f.people.items():
                seats[partner_index[who]] += count if f.station == scenario.main_station else 0
        shares = np.tile(seats / seats.sum() if seats.any() else np.full(seats.size, 1.0 / seats.size), (len(dates), 1))
    known = dates <= (seconds(catalogue.as_of) if catalogue.as_of else NEVER_s)
    known[0] = True
    return CrewTime(time_rules(catalogue), dates[known], shares[known], 1.0, RESEARCH_kg_per_h, SHIELD_g_per_cm2)


def _requirements(scenario: Scenario, names: Names, reserve_s: float) -> Requirements:
    items = list(scenario.requirements.values())
    station = names.of("stations")
    low_s = np.full(len(RESERVES), reserve_s)
    for j, name in enumerate(RESERVES):
        bounds = [r.bound for r in items if r.variable == f"{name}_reserve_d" and r.relation == "at_least"]
        low_s[j] = max([reserve_s, *(float(b) * DAY_s for b in bounds if not isinstance(b, str))])
    return Requirements(
        variable=integers(REQUIRED_VARIABLES.index(r.variable) for r in items),
        at_least=truths(r.relation == "at_least" for r in items),
        bound=reals(math.nan if r.bound == "people_count" else r.bound for r in items),
        grace_s=reals(r.grace_d * DAY_s for r in items),
        station=integers(station[r.station or scenario.main_station] for r in items),
        while_crewed=truths(r.while_crewed for r in items),
        reserve_s=low_s,
    )


def _simple(scenario: Scenario, names: Names) -> Simple:
    part = names.of("parts")
    power, load = np.zeros(len(part)), np.zeros(len(part))
    simple = np.zeros(len(names.stations), np.bool_)
    for i, name in enumerate(names.stations):
        station = scenario.stations.get(name)
        if station is None:
            continue
        simple[i] = station.parts is None
        for module, m in station.modules.items():
            power[part[module]] = m.power_kW * 1e3
            load[part[module]] = m.load_kW * 1e3
    return Simple(simple, power, load)


def _opening_stocks(scenario: Scenario, catalogue: Catalogue) -> dict[tuple[str, str], tuple[float, float, float]]:
    """(partner, resource) -> (kg, low, high) of the main station: of each kind what the scenario states, else the table's."""
    station = scenario.stations[scenario.main_station]
    table = opening_near(catalogue, scenario.start[:10]) if station.parts == "iss" else {}
    stock = {key: kg for key, kg in table.items() if key[1] not in station.stocks_kg}
    for resource, owners in with_toilet_goods(station, TOILET_SHARE).items():
        for partner, q in owners.items():
            kg = (q.value, q.value if q.low is None else q.low, q.value if q.high is None else q.high)
            shares = owner_shares(catalogue, station, table, resource) if partner == "all" else {partner: 1.0}
            stock |= {(owner, resource): (share * kg[0], share * kg[1], share * kg[2]) for owner, share in shares.items()}
    return stock


def _service_dates(*tables: np.ndarray) -> np.ndarray:
    """Every date in the tables, once and in order."""
    dates = np.unique(np.concatenate(tables))
    return dates[np.abs(dates) < NEVER_s]


def _orbit(
    scenario: Scenario, catalogue: Catalogue, names: Names, t0_s: float, dt_s: float, steps: int,
    power_p: power.Params, bodies: Bodies,
) -> orbit.Params:  # fmt: skip
    inclinations = [_inclination(scenario, n) for n in names.stations]
    flown: list[float] = []
    for i in inclinations:
        if all(abs(i - other) > TOLERANCE_DEG for other in flown):
            flown.append(i)
    if len(flown) > orbit.FITS:
        raise ScenarioError([Problem(scenario.title, None, None, "stations", f"orbits of {len(flown)} inclinations: {', '.join(f'{i:g}' for i in flown)} deg",
                                     f"a scenario holds {orbit.FITS}; leave a station out")])  # fmt: skip
    fits = [load_fit(i, scenario.ap_mode, scenario.atmosphere) for i in flown]
    fit_a, fit_b, fit_c = (fits + fits[:1] * orbit.FITS)[: orbit.FITS]
    bands = [scenario.stations.get(n, scenario.stations[scenario.main_station]).policy for n in names.stations]
    width = max(1, *(len(b) for b in bands))
    from_s, floor, target, ceiling = (np.full((len(bands), width), fill) for fill in (NEVER_s, 0.0, 0.0, math.inf))
    for i, items in enumerate(bands):
        for j, band in enumerate(items):
            from_s[i, j] = seconds(band.from_) if band.from_ else -NEVER_s
            floor[i, j], target[i, j] = band.floor_km * 1e3, band.target_km * 1e3
            ceiling[i, j] = band.ceiling_km * 1e3 if band.ceiling_km else math.inf
    reboosts = [sorted(scenario.stations[n].reboosts.items()) if n in scenario.stations else [] for n in names.stations]
    reboost_s, reboost_m = (np.full((len(reboosts), max(1, *(len(r) for r in reboosts))), fill) for fill in (NEVER_s, 0.0))
    for i, days in enumerate(reboosts):
        reboost_s[i, : len(days)] = [seconds(day) for day, _ in days]
        reboost_m[i, : len(days)] = [to_km * 1e3 for _, to_km in days]
    record, gap = _record(scenario, catalogue, t0_s, dt_s, steps)
    return orbit.Params(
        fit_a, fit_b, fit_c, integers(next(n for n, other in enumerate(flown) if abs(i - other) <= TOLERANCE_DEG) for i in inclinations),
        reals(math.radians(i) for i in inclinations), np.array([(math.cos(math.radians(i)), math.sin(math.radians(i))) for i in inclinations]),
        orbit.sun_table(t0_s, dt_s, steps), DRAG_COEFFICIENT, from_s, floor, target, ceiling, reboost_s, reboost_m, record, gap,
        int(30 * DAY_s / dt_s), *_density_eras(scenario.ap_mode, catalogue, power_p, bodies, names),
    )  # fmt: skip


def _density_eras(
    ap_mode: str, catalogue: Catalogue, power_p: power.Params, bodies: Bodies, names: Names
) -> tuple[np.ndarray, np.ndarray, float, float, float, float]:
    """Density scale by era as fitted on the record known by then, carried over to this model's frontal area; what it knows of
    a quiet Sun and of the thermosphere's contraction.

    The fit used a table of areas of its own; what it measured is Cd A / m, so the scale goes with the inverse of the area.
    """
    latest: dict[str, Row] = {}
    for row in catalogue.table("orbit/density_scale"):
        if row["ap_mode"] == ap_mode:
            latest[row["era"]] = row
    from_s, scale = [], []
    exponent, flux, trend_from_s, trend_per_s = 0.0, 100.0, 0.0, 0.0
    table = {row["id"] for row in catalogue.table("stations/iss/parts")}
    iss = np.array([name in table for name in names.modules])
    for row in latest.values():
        middle_s = 0.5 * (seconds(row["calibration_from"]) + seconds(row["calibration_to"]))
        area = _frontal_area_m2(power_p, bodies, iss, middle_s)
        if area <= 0.0:
            continue  # not the station the scale was fitted to
        from_s.append(seconds(row["era_from"]))
        scale.append(number(row, "ballistic_m2_per_kg") * number(row, "mass_kg") / (DRAG_COEFFICIENT * area))
        exponent, flux = number(row, "low_flux_exponent"), number(row, "low_flux_f107a")
        trend_from_s, trend_per_s = seconds(row["trend_from"]), number(row, "trend_per_decade") / (3652.5 * DAY_s)
    if not from_s:
        return np.array([-NEVER_s]), np.ones(1), flux, 0.0, 0.0, 0.0
    return np.asarray(from_s), np.asarray(scale), flux, exponent, trend_from_s, trend_per_s


def _frontal_area_m2(power_p: power.Params, bodies: Bodies, iss: np.ndarray, t_s: float) -> float:
    """Frontal area of the parts of the ISS, `iss` (K,), without ships at `t_s`, mean over beta angles of 0, 25, 45 and 60 deg."""
    here = (bodies.pose_from_s <= t_s) & (t_s < bodies.pose_to_s) & (bodies.arrive_s[bodies.pose_part] <= t_s) & iss[bodies.pose_part]
    station = np.full(bodies.bare_kg.size, -1, np.int64)
    station[bodies.pose_part[here]] = 0
    wings = np.zeros(1)
    total = 0.0
    for beta_deg in (0.0, 25.0, 45.0, 60.0):
        sunlit = 1.0 - eclipse_fraction(EARTH_RADIUS_M + 410e3, math.radians(beta_deg))
        power.drag_area(power_p, t_s, np.array([math.radians(beta_deg)]), np.array([sunlit]), station, wings)
        total += wings[0] / 4.0
    return float(bodies.pose_area_m2[here].sum() + total)


def _record(
    scenario: Scenario, catalogue: Catalogue, t0_s: float, dt_s: float, steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Measured altitude (m) at each stamp, and stamps to the next measured one."""
    record = np.full(steps + 1, math.nan)
    gap = np.full(steps + 1, 10**9, np.int64)
    followed = scenario.stations[scenario.main_station].follow_record
    if followed:
        measured = followed if isinstance(followed, dict) else {
            row["date"]: number(row, "alt_brouwer_km") for row in catalogue.table("orbit/altitude") if row.get("isolated") != "1"
        }  # fmt: skip
        for date, altitude_km in measured.items():
            stamp = round((seconds(date[:10] + "T12:00:00Z") - t0_s) / dt_s)
            if 0 <= stamp <= steps:
                record[stamp] = altitude_km * 1e3
        ahead = 10**9
        for k in range(steps, -1, -1):
            ahead = 0 if not math.isnan(record[k]) else ahead + 1
            gap[k] = ahead
    return record, gap


def _orbit_state(scenario: Scenario, catalogue: Catalogue, names: Names, t0_s: float) -> orbit.State:
    n = len(names.stations)
    altitude = np.zeros(n)
    for i, name in enumerate(names.stations):
        station = scenario.stations.get(name, scenario.stations[scenario.main_station])
        if station.altitude_km == "record":
            day = scenario.start[:10]
            rows = [r for r in catalogue.table("orbit/altitude") if r["date"] <= day] or list(
                catalogue.table("orbit/altitude")
            )[:1]
            altitude[i] = number(rows[-1], "alt_brouwer_km")
        else:
            altitude[i] = station.altitude_km.value
    raan = np.full(n, math.radians(raan_at(catalogue, scenario.start)))
    return orbit.State(
        EARTH_RADIUS_M + altitude * 1e3, raan, np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n), np.ones(n),
        np.zeros(n), np.zeros(n), np.zeros(n, np.bool_),
    )  # fmt: skip


def raan_at(catalogue: Catalogue, utc: str) -> float:
    """Node of the orbit at `utc`, deg: the last measured one before, carried on by J2; 0 where no record reaches."""
    from ...laws.orbit import node_rate

    known = catalogue.table("orbit/raan") if catalogue.path("orbit/raan").is_file() else ()
    rows = [r for r in known if r["date"] <= utc[:10]] or list(known)[:1]
    if not rows:
        return 0.0
    since_s = seconds(utc) - seconds(rows[-1]["date"] + "T12:00:00Z")
    drift = node_rate(EARTH_RADIUS_M + 410e3, math.radians(51.64)) * since_s
    return (number(rows[-1], "raan_deg") + math.degrees(drift)) % 360.0

