"""Which ports there are in which week, who may use them, and who flies to them, by the dates of the nominal run."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..engine.compile.traffic import port_rows
from ..model.base import NEVER_s
from ..model.catalogue import number
from ..model.fleet import Flight
from ..model.scenario import Scenario
from .nominal import Nominal
from .problem import PortClass
from .wishes import WEEK_s, series, visits

VISIT = "visit by "
"""Before the vehicle of visits, which may use other ports than its rotations do."""


def partner_weeks(scenario: Scenario, run: Nominal, weeks: int) -> dict[str, np.ndarray]:
    """Partner -> (W,) bool: it flies to the main station in that week, by the dates of the nominal run; one that leaves without its
    flights (`takes:`) goes on."""
    flies = {p: np.ones(weeks, bool) for p in run.case.names.partners}
    for t_s, kind, name, _ in run.events:
        event = scenario.events.get(name)
        if event is None or kind not in ("withdraw", "rejoin", "retire"):
            continue
        week = int(max(t_s - run.case.t0_s, 0.0) // WEEK_s)
        if event.withdraw:
            flies[event.withdraw][week:] &= "flights" not in event.taken
        elif event.rejoin:
            flies[event.rejoin][week:] = True
        elif event.retire == scenario.main_station:
            for column in flies.values():
                column[week:] = False
    return flies


def port_classes(scenario: Scenario, run: Nominal, weeks: int, vehicles: Iterable[str]) -> tuple[PortClass, ...]:
    """Ports that take the same of the vehicles, push and refuel alike, as one class each."""
    case = run.case
    rows = case.catalogue.by_id("fleet/vehicles")
    there = _port_there(scenario, run, weeks)
    allowed = {v: ports_named(series(scenario), v) for v in vehicles}
    visiting = [scenario.flights[name] for name in visits(scenario)]
    for f in visiting:
        if f is not None:
            allowed[VISIT + f.vehicle] = ports_named(visiting, f.vehicle)
    groups: dict[tuple[frozenset[str], bool, bool], list[tuple[str, np.ndarray]]] = {}
    docked = {f.vehicle for f, t in zip(case.flights, run.docked_s, strict=True) if f.flown and t < NEVER_s}
    for i, port in enumerate(port_rows(scenario, case.catalogue, case.names)):
        if port["_station"] != scenario.main_station or not there[i].any():
            continue
        accepts = port["_accepts"]
        assert isinstance(accepts, set)
        takes = frozenset(
            v for v in {*vehicles, *docked, *allowed}
            if (v.removeprefix(VISIT) in accepts or f"standard:{rows[v.removeprefix(VISIT)]['standard']}" in accepts) and (not allowed.get(v) or port["id"] in allowed[v])
        )  # fmt: skip
        if takes:
            pushes = float(port["_push"]) > 0 and any(number(rows[v.removeprefix(VISIT)], "reboost_propellant_kg", 0) > 0 for v in takes)  # type: ignore[arg-type]
            refuels = bool(port["_refuels"]) and any(number(rows[v.removeprefix(VISIT)], "refuel_kg", 0) > 0 for v in takes)
            key = (takes, pushes, refuels)
            groups.setdefault(key, []).append((str(port["id"]), there[i]))
    out = []
    for (_, pushes, refuels), members in groups.items():
        names = tuple(dict.fromkeys(name for name, _ in members))
        open_count = sum((m.astype(int) for _, m in members), np.zeros(weeks, int))
        each = np.asarray([np.any([m for name, m in members if name == port], axis=0) for port in names])
        out.append(PortClass("+".join(names), names, np.minimum(open_count, len(names)), pushes, refuels, each))
    return tuple(out)


def ports_named(flights: Iterable[Flight | None], vehicle: str) -> set[str]:
    """Ports that some flights of the scenario name for a vehicle; empty: any that accept it."""
    named: set[str] = set()
    for flight in flights:
        if flight is not None and flight.vehicle == vehicle and flight.port:
            named |= {flight.port} if isinstance(flight.port, str) else set(flight.port)
    return named


def _port_there(scenario: Scenario, run: Nominal, weeks: int) -> np.ndarray:
    """(Q, W) bool: the port is open all that week, its part at the main station, and since the week before: ships are launched to what is there."""
    case = run.case
    p = case.world.traffic
    start = case.t0_s + WEEK_s * np.arange(weeks)
    out = (p.port_open_s[:, None] <= start) & (p.port_close_s[:, None] >= start + WEEK_s)
    gone_s = _separated_s(scenario, run)
    for q in range(p.port_part.size):
        k = p.port_part[q]
        if p.part_station[k] != 0:
            out[q] = False
        at_s = p.part_arrive_s[k]
        if p.part_brought_by[k] >= 0:
            at_s += run.docked_s[p.part_brought_by[k]]
        leaves_s = run.left_s[p.part_taken_by[k]] if p.part_taken_by[k] >= 0 else p.part_leave_s[k]
        out[q] &= ((at_s <= start - WEEK_s) | (at_s <= case.t0_s)) & (leaves_s >= start + WEEK_s)
        if p.part_segment[k] == 1:
            out[q] &= start + WEEK_s <= gone_s
    return out


def _separated_s(scenario: Scenario, run: Nominal) -> float:
    """When the Russian segment leaves the main station in the nominal run."""
    return min((t for t, kind, _, _ in run.events if kind == "separate"), default=NEVER_s)


def tanks_push(scenario: Scenario, run: Nominal, weeks: int) -> np.ndarray:
    """(W,) bool: the station's own engines are there and somebody commands them."""
    return _while_there(scenario, run, weeks, commanded=True)


def unloads_itself(scenario: Scenario, run: Nominal, weeks: int) -> np.ndarray:
    """(W,) bool: the station's own thrusters unload its gyroscopes, which they do without a command from the ground."""
    return _while_there(scenario, run, weeks, commanded=False)


def _while_there(scenario: Scenario, run: Nominal, weeks: int, commanded: bool) -> np.ndarray:
    """(W,) bool: the Russian segment is there and runs; with `commanded` somebody also knows how to command it."""
    up = np.ones(weeks, bool)
    for t_s, kind, name, _ in run.events:
        week = int(max(t_s - run.case.t0_s, 0.0) // WEEK_s)
        event = scenario.events.get(name)
        if kind == "withdraw" and event is not None and event.withdraw == "roscosmos":
            up[week:] = event.segment in ("keeps_running", "handed_over")
            if commanded and "command" in event.taken:
                up[week:] = False
                if event.segment == "handed_over":
                    up[week + int(np.ceil(event.learning_d / 7.0)) :] = True
        elif kind == "rejoin":
            up[week:] = True
        elif kind == "separate":
            up[week:] = False
    return up
