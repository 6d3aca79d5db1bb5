"""Flights, ports and people -> the arrays of the traffic and crew subsystems."""

from __future__ import annotations

from functools import cache

import numpy as np

from ...model.base import NEVER_s, seconds
from ...model.catalogue import Catalogue, Row, flag, listed, number
from ...model.files import Problem, ScenarioError
from ...model.scenario import Scenario
from ...subsystems import crew, traffic
from .flights import OF_LATE, PlannedFlight
from .life_support import rule
from .names import Names, integers, reals, truths

DAY_s = 86400.0
CANDIDATES = 8
DIRECTIONS = {"+x": (1, 0, 0), "-x": (-1, 0, 0), "+y": (0, 1, 0), "-y": (0, -1, 0), "+z": (0, 0, 1), "-z": (0, 0, -1)}


def build_traffic(
    scenario: Scenario, catalogue: Catalogue, names: Names, flights: tuple[PlannedFlight, ...], t0_s: float
) -> tuple[traffic.Params, traffic.State]:
    """Params of flights, ports and parts, and the state before the first event (`traffic.open_run` fills it)."""
    vehicles = catalogue.by_id("fleet/vehicles")
    station, partner, event = names.of("stations"), names.of("partners"), names.of("events")
    flight_index = names.of("flights")
    crew_after_s = rule(scenario, catalogue, "crew_after_return_d") * DAY_s
    ports = port_rows(scenario, catalogue, names)
    candidates = np.full((len(flights), CANDIDATES), -1, np.int64)
    moves: list[tuple[float, int, int]] = []
    for i, f in enumerate(flights):
        home = f.station if f.station in scenario.stations else scenario.main_station  # what separates takes its ports along
        chosen = _candidates(f, home, ports, vehicles[f.vehicle])
        if not chosen and not (f.flown and f.lost):
            raise ScenarioError([Problem(scenario.title, None, None, f"flights.{f.series or f.id}",
                                         f"no port of {f.station} takes a {f.vehicle}", "name a port that accepts it")])  # fmt: skip
        candidates[i, : len(chosen)] = chosen[:CANDIDATES]
        moves += [(t, i, _port_at(ports, port, t)) for t, port in f.relocations]
    moves.sort()
    told = {event.fail for event in scenario.events.values()}
    p = traffic.Params(
        partner=integers(partner[f.partner] for f in flights),
        groups=np.array([_groups(f, catalogue, names) for f in flights], np.int64).reshape(-1, 5),
        station=integers(station[f.station] for f in flights),
        flown=truths(f.flown for f in flights),
        launch_s=reals(f.launch_s for f in flights),
        transit_s=reals(f.transit_s for f in flights),
        undock_s=reals(f.undock_s for f in flights),
        stay_s=reals(f.stay_s for f in flights),
        most_s=reals(max(_docked_life_d(catalogue, f.vehicle) * DAY_s, f.stay_s) for f in flights),
        handover_s=reals(f.handover_s for f in flights),
        crew_after_s=reals(crew_after_s if f.people else 0.0 for f in flights),
        relief=integers(flight_index.get(f.relief, -1) for f in flights),
        seats=integers(number(vehicles[f.vehicle], "seats", 0) for f in flights),
        supplies=truths(number(vehicles[f.vehicle], "seats", 0) == 0 and number(vehicles[f.vehicle], "cargo_up_kg", 0) > 0 for f in flights),
        ports=candidates,
        after=integers(event.get(f.after, -1) for f in flights),
        until=integers(event.get(f.until, -1) for f in flights),
        dated=truths(f.id in told for f in flights),
        move_s=reals(m[0] for m in moves), move_flight=integers(m[1] for m in moves),
        move_port=integers(m[2] for m in moves),
        port_part=integers(r["_part"] for r in ports), port_open_s=reals(r["_open"] for r in ports),
        port_close_s=reals(r["_close"] for r in ports),
        **_parts(scenario, catalogue, names, flights),
    )  # fmt: skip
    count, parts = len(flights), len(names.modules) + len(flights)
    s = traffic.State(
        status=np.zeros(count, np.int64), next_s=np.full(count, NEVER_s), launched_s=np.full(count, NEVER_s),
        docked_s=np.full(count, NEVER_s), left_s=np.full(count, NEVER_s), port=np.full(count, -1, np.int64),
        port_flight=np.full(len(ports), -1, np.int64), ground_until_s=np.full(len(names.groups), -NEVER_s),
        ground_row=np.full(len(names.groups), -1, np.int64), row=np.full(count, -1, np.int64),
        held=np.zeros(count, np.bool_), moves=np.zeros(1, np.int64), part_station=np.full(parts, -1, np.int64),
        part_done=np.zeros(len(names.modules), np.bool_), part_next_s=np.zeros(1), changed=np.zeros(1, np.bool_),
        shut=np.zeros(len(ports), np.bool_),
    )  # fmt: skip
    return p, s


def _groups(f: PlannedFlight, catalogue: Catalogue, names: Names) -> list[int]:
    """What flight `f` is grounded with: its family, its type, its launcher, its site and its pad."""
    own = (catalogue.by_id("fleet/vehicles")[f.vehicle]["family"], f.vehicle, f.launcher, f.site.split("/")[0], f.site)
    groups = names.of("groups")
    return [groups.get(name, groups[own[0]]) for name in own]


@cache
def _docked_life_d(catalogue: Catalogue, vehicle: str) -> float:
    """Days a ship can stay docked, as known by then: its rating, or longer where its family has of late stayed longer."""
    vehicles = catalogue.by_id("fleet/vehicles")
    mine = vehicles[vehicle]
    alike = {i for i, v in vehicles.items() if v["family"] == mine["family"] and (v["seats"] == "0") == (mine["seats"] == "0")}
    stays = [
        (seconds(r["undock_utc"]) - seconds(r["dock_utc"])) / DAY_s
        for r in catalogue.table("traffic/flights")
        if r["vehicle"] in alike and r["dock_utc"] and r["undock_utc"]
    ]
    return max([number(mine, "max_docked_d", 400.0), *stays[-OF_LATE:]])


def port_rows(scenario: Scenario, catalogue: Catalogue, names: Names) -> list[dict[str, object]]:
    """Ports in the order of `names.ports`: the table's rows, then those of the scenario's modules."""
    part = names.of("parts")
    rows: list[dict[str, object]] = []
    for row in catalogue.table("stations/iss/ports"):
        rows.append({
            **row, "_part": part.get(row["part"], 0), "_station": scenario.main_station,
            "_open": seconds(row["valid_from"]) if row["valid_from"] and row["part"] in part else (-NEVER_s if row["part"] in part else NEVER_s),
            "_close": seconds(row["valid_to"]) if row["valid_to"] else NEVER_s,
            "_accepts": set(listed(row, "accepts")), "_push": number(row, "reboost_frac", 0), "_refuels": flag(row, "refuels"),
            "_at": [number(row, c, 0) for c in ("x_m", "y_m", "z_m")], "_to": row["direction"],
        })  # fmt: skip
    for station_name, station in scenario.stations.items():
        for module, m in station.modules.items():
            at = next((r for r in rows if r["id"] == m.at_port), None)
            if at is not None and m.arrives:
                at["_close"] = min(float(at["_close"]), seconds(m.arrives))  # type: ignore[arg-type]
            for i, standard in enumerate(m.ports):
                rows.append({
                    "id": f"{module}/{i + 1}", "_part": part[module], "_station": station_name, "_open": -NEVER_s,
                    "_close": NEVER_s, "_accepts": {f"standard:{standard}"}, "_push": 1.0 if i == 0 else 0.0,
                    "_refuels": True, "_at": beyond_m(at, m.length_m), "_to": at["_to"] if at else "-x", "standard": standard,
                })  # fmt: skip
    return rows


def beyond_m(port: dict[str, object] | None, out_m: float) -> list[float]:
    """Place `out_m` outward of a port; the middle of the station where there is none."""
    if port is None:
        return [0.0, 0.0, 0.0]
    to = DIRECTIONS[str(port["_to"])]
    return [a + out_m * d for a, d in zip(port["_at"], to, strict=True)]  # type: ignore[call-overload]


def _accepts(port: dict[str, object], vehicle: Row) -> bool:
    accepts = port["_accepts"]
    assert isinstance(accepts, set)
    return vehicle["id"] in accepts or f"standard:{vehicle['standard']}" in accepts


def _candidates(f: PlannedFlight, home: str, ports: list[dict[str, object]], vehicle: Row) -> list[int]:
    """Port rows a flight may take; the recorded row for a flown one."""
    if f.flown:
        return [_port_at(ports, f.ports[0], f.launch_s + f.transit_s)] if f.ports else []
    at_station = [i for i, r in enumerate(ports) if r["_station"] == home and float(r["_open"]) < NEVER_s]  # type: ignore[arg-type]
    fit = [i for i in at_station if _accepts(ports[i], vehicle)]
    if f.ports:
        return [i for name in f.ports for i in fit if ports[i]["id"] == name]
    return fit


def _port_at(ports: list[dict[str, object]], name: str, t_s: float) -> int:
    same = [i for i, r in enumerate(ports) if r["id"] == name]
    for i in same:
        if float(ports[i]["_open"]) - 2 * DAY_s <= t_s < float(ports[i]["_close"]) + 2 * DAY_s:  # type: ignore[arg-type]
            return i
    return same[0]


def _parts(
    scenario: Scenario, catalogue: Catalogue, names: Names, flights: tuple[PlannedFlight, ...]
) -> dict[str, np.ndarray]:
    part, station = names.of("parts"), names.of("stations")
    flight_index = names.of("flights")
    left_out = {name for name, f in scenario.flights.items() if f is None}
    docked = {r["id"]: seconds(r["dock_utc"]) for r in catalogue.table("traffic/flights") if r["dock_utc"]}
    n = len(names.modules)
    arrive, leave = np.full(n, NEVER_s), np.full(n, NEVER_s)
    brought, taken = np.full(n, -1, np.int64), np.full(n, -1, np.int64)
    home, segment = np.zeros(n, np.int64), np.zeros(n + len(flights), np.int64)
    for row in catalogue.table("stations/iss/parts"):
        k = part.get(row["id"])
        if k is None:
            continue
        segment[k] = 1 if row["segment"] == "russian" else 0
        by, out = row["arrives_with"], row["leaves_with"]
        arrive[k] = seconds(row["arrives_utc"]) if row["arrives_utc"] else NEVER_s
        if by in left_out:
            arrive[k] = NEVER_s
        elif by in flight_index and by in docked:
            brought[k] = flight_index[by]
            arrive[k] = max(arrive[k] - docked[by], 0.0)
        leave[k] = seconds(row["leaves_utc"]) if row["leaves_utc"] else NEVER_s
        if out in flight_index and row["leaves_utc"]:
            taken[k] = flight_index[out]
    opened = {e.open for e in scenario.events.values() if e.open}
    for name, s in scenario.stations.items():
        for module, m in s.modules.items():
            k = part[module]
            home[k] = station[name]
            segment[k] = 1 if m.partner == "roscosmos" and s.parts == "iss" else 0
            arrive[k] = seconds(m.arrives) if m.arrives else (NEVER_s if name in opened or m.launch else -NEVER_s)
    for i, f in enumerate(flights):
        segment[n + i] = 1 if f.partner == "roscosmos" and f.station == scenario.main_station else 0
    return {
        "part_arrive_s": arrive, "part_brought_by": brought, "part_leave_s": leave, "part_taken_by": taken,
        "part_station": home, "part_segment": segment,
    }  # fmt: skip


def people_of(
    catalogue: Catalogue, flights: tuple[PlannedFlight, ...], t0_s: float
) -> list[tuple[str, str, str, list[tuple[float, str]]]]:
    """(name, partner, flight up, seats home from when) of everyone who may fly, recorded stays first: those of flights of the record that are
    flown as recorded, and of people aboard at `t0_s` with a seat home in one."""
    by_id, planned = {f.id for f in flights if f.flown}, {f.id for f in flights if not f.flown}
    seats: dict[str, list[tuple[float, str]]] = {}
    for row in catalogue.table("crew/seats"):
        if row["flight"] not in planned:
            seats.setdefault(row["stay"], []).append((seconds(row["from_utc"]), row["flight"]))
    people: list[tuple[str, str, str, list[tuple[float, str]]]] = []
    for row in catalogue.table("crew/stays"):
        if row["up_flight"] in by_id:
            homes = sorted(seats.get(row["id"], [])) or [(seconds(row["dock_utc"]), row["up_flight"])]
            if row["down_flight"] and row["down_flight"] not in planned and row["undock_utc"] and homes[-1][1] != row["down_flight"]:
                homes.append((seconds(row["undock_utc"]) - 1.0, row["down_flight"]))
            people.append((row["id"], row["partner"], row["up_flight"], homes))
        elif homes := sorted(seats.get(row["id"], [])):
            there = seconds(row["dock_utc"]) <= t0_s < (seconds(row["undock_utc"]) if row["undock_utc"] else NEVER_s)
            if any(flight in by_id for _, flight in homes) and (there or row["undock_utc"] == "" or row["down_flight"] in by_id):
                people.append((row["id"], row["partner"], "", homes))
    for f in flights:
        if not f.flown:
            for partner, count in f.people.items():
                people += [(f"{f.id}/{partner}-{i + 1}", partner, f.id, []) for i in range(count)]
    return people


def _resident(stay: Row | None, flight: PlannedFlight | None) -> bool:
    """Whether a stay is one of the crew that keeps the station: by the record, or planned for at least 60 days."""
    if stay is not None:
        return stay["role"] == "expedition"
    return flight is None or not flight.visit


def build_crew(
    catalogue: Catalogue, names: Names, flights: tuple[PlannedFlight, ...], scenario: Scenario
) -> tuple[crew.Params, crew.State]:
    """Params and a State with those aboard at the start put aboard."""
    t0_s = seconds(scenario.start)
    flight_index, partner = names.of("flights"), names.of("partners")
    vehicles = catalogue.by_id("fleet/vehicles")
    people = people_of(catalogue, flights, t0_s)
    n, stations = len(people), len(names.stations)
    status, seat = np.zeros(n, np.int64), np.full(n, -1, np.int64)
    changes: list[tuple[float, int, int]] = []
    aboard_s = np.full(n, NEVER_s)
    stays = catalogue.by_id("crew/stays")
    count = np.zeros((stations, len(names.partners)), np.int64)
    families = [vehicles[f.vehicle]["family"] for f in flights]
    by_shuttle = [up in flight_index and families[flight_index[up]] == "shuttle" for _, _, up, _ in people]
    resident = truths(_resident(stays.get(name), flights[flight_index[up]] if up else None) for name, _, up, _ in people)
    own_life = truths(brought and not stays_on for brought, stays_on in zip(by_shuttle, resident, strict=True))
    fed = count.copy()
    for i, (name, who, up, homes) in enumerate(people):
        row = stays.get(name)
        seat[i] = flight_index.get(homes[0][1], flight_index.get(up, -1)) if homes else flight_index.get(up, -1)
        if row and seconds(row["dock_utc"]) <= t0_s and (not row["undock_utc"] or seconds(row["undock_utc"]) > t0_s):
            status[i] = crew.ABOARD
            aboard_s[i] = seconds(row["dock_utc"])
            count[0, partner[who]] += 1
            fed[0, partner[who]] += 0 if own_life[i] else 1
        for at_s, flight in homes[1:]:
            if flight not in flight_index:
                continue
            if at_s <= t0_s:
                seat[i] = flight_index[flight]
            else:
                changes.append((at_s, i, flight_index[flight]))
        if row and row["undock_utc"] and seconds(row["undock_utc"]) <= t0_s:
            status[i] = crew.HOME
    changes.sort()
    p = crew.Params(
        partner=integers(partner[who] for _, who, _, _ in people),
        up=integers(flight_index.get(up, -1) for _, _, up, _ in people),
        resident=resident, own_life=own_life,
        seat=seat.copy(),
        change_s=reals(c[0] for c in changes), change_person=integers(c[1] for c in changes),
        change_flight=integers(c[2] for c in changes),
        seats=integers(number(vehicles[f.vehicle], "seats", 0) for f in flights),
    )  # fmt: skip
    s = crew.State(
        status=status, station=np.zeros(n, np.int64), seat=seat, aboard_s=aboard_s, home_s=np.full(n, NEVER_s),
        damaged=np.zeros(len(flights), np.bool_), changes=np.zeros(1, np.int64),
        skip=np.zeros(len(names.partners), np.int64), aboard=count, fed=fed,
        person_s=np.zeros((stations, len(names.partners))),
    )  # fmt: skip
    return p, s
