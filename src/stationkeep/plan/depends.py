"""Who depends on whom on a day of a run: services by partner, what stands behind each, and whose loss ends it and when.

The services are solved again by the simulation's own fixed point with one thing taken away; the time until it hurts is
the run continued from that day without it, on the same draws, against the run as it was.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import log as happened
from ..engine.compile.world import Case, compile
from ..engine.luck import copy_state, draw, prepare
from ..engine.run import advance
from ..engine.simulate import new_rows, new_scratch
from ..engine.world import RESERVES, Luck, RunState, Scratch, World
from ..log import new_log
from ..model.base import NEVER_s, parse_utc, seconds, to_utc
from ..model.files import InputError
from ..model.scenario import Scenario
from ..subsystems import services, traffic
from ..subsystems.partners import HANDED_OVER

DAY_s = 86400.0
AHEAD_d = 730.0
"""How far a run is continued to see what a loss does. Assumed: longer than every stock aboard lasts."""


@dataclass(frozen=True)
class Day:
    """One run stopped on a day."""

    case: Case
    world: World
    state: RunState
    luck: Luck
    scratch: Scratch
    step: int
    t_s: float


@dataclass(frozen=True)
class Loss:
    """One thing that can be lost: its kind (part, ship, machine, stock, partner), index and name, and whose it is."""

    kind: str
    index: int
    name: str
    partner: str


def depends(
    scenario: Scenario, on: str, *, future: str | None = None, run: int = 0, seed: int = 0, station: str | None = None
) -> dict[str, Any]:
    """Who depends on whom at `station` (default: the main one) on the day `on` in one run of one future.

    Plain data: `services` (each with its givers and what stands behind them), `by_partner`, `stocks`, `single_points`
    (what ends which services at once, and after how many days which requirement breaks). Raises InputError for a day
    outside the scenario or a name it does not have.
    """
    day = _stop(scenario, on, future, run, seed)
    names = day.case.names
    if station is not None and station not in names.stations:
        raise InputError("--station", None, f"no station '{station}'", f"one of {', '.join(names.stations)}")
    st = names.stations.index(station) if station else 0
    up = day.state.services.up[st].copy()
    told: dict[str, Any] = {
        "scenario": scenario.name or scenario.title, "future": future, "run": run, "seed": seed,
        "on": to_utc(day.t_s)[:10], "station": names.stations[st], "people_count": int(day.state.people[st]),
        "services": [_service(day, st, v, bool(up[v])) for v in range(len(names.services))],
        "stocks": [_stock(day, st, j) for j in range(len(RESERVES))],
    }  # fmt: skip
    told["by_partner"] = _by_partner(told["services"])
    told["single_points"] = _single_points(day, st, up)
    return told


def days_worth_telling(scenario: Scenario) -> list[tuple[str, str | None]]:
    """(day, future) for a report, before the horizon: a month after the start or half the time to the horizon, and the day before each
    partner leaves on a fixed date."""
    first, start_s = next(iter(scenario.futures), None), seconds(scenario.start)
    end_s = seconds(scenario.horizon) if scenario.horizon != "last-flight" else math.inf
    days: dict[str, str | None] = {to_utc(start_s + min(30 * DAY_s, 0.5 * (end_s - start_s)))[:10]: first}
    branches: list[str | None] = [*scenario.futures] or [None]
    for future in branches:
        for event in scenario.branch(future).events.values():
            if event.withdraw and event.on and event.on.at and start_s < seconds(event.on.at) <= end_s:
                days.setdefault(to_utc(seconds(event.on.at) - DAY_s)[:10], future)
    return list(days.items())


def _stop(scenario: Scenario, on: str, future: str | None, run: int, seed: int) -> Day:
    """The run up to the day."""
    if scenario.futures and future is None:
        future = next(iter(scenario.futures))
    case = compile(scenario.branch(future))
    try:
        t_s = seconds(parse_utc(on)) + 0.5 * DAY_s * (len(on) == 10)
    except ValueError as error:
        raise InputError("--on", None, str(error), "write 2024-12-31") from None
    step = round((t_s - case.t0_s) / case.dt_s)
    if not 0 <= step <= case.steps:
        span = f"{to_utc(case.t0_s)[:10]} to {to_utc(case.t0_s + case.steps * case.dt_s)[:10]}"
        raise InputError("--on", None, f"{on} lies outside the scenario", f"a day from {span}")
    step = max(step, 1)
    world, state, luck = draw(prepare(case), seed, run)
    scratch = new_scratch(case)
    advance(world, state, luck, scratch, new_rows(case, False), new_log(), 0, step, case.t0_s, case.dt_s)
    return Day(case, world, state, luck, scratch, step, case.t0_s + step * case.dt_s)


def _service(day: Day, st: int, v: int, up: bool) -> dict[str, Any]:
    """One service: whether it is up, who gives it now, and the parts, machines, stocks and flights behind each giver."""
    p, s = day.world.services, day.state.services
    mask = sum(1 << w for w in np.flatnonzero(s.up[st]))
    givers = [
        _giver(day, st, int(q))
        for q in np.flatnonzero(p.service == v)
        if s.unmet[q, st] == 0 and (p.needs[q] & mask) == p.needs[q]
    ]
    return {"service": day.case.names.services[v], "up": up, "givers": givers}


def _giver(day: Day, st: int, q: int) -> dict[str, Any]:
    n, p, x = day.case.names, day.world.services, day.scratch
    part, machine, resource = int(p.part[q]), int(p.machine[q]), int(p.resource[q])
    told: dict[str, Any] = {
        "giver": n.modules[part] if part >= 0 else n.vehicles[p.vehicle[q]], "kind": "part" if part >= 0 else "ship",
        "partner": n.partners[_run_by(day, int(p.operator[q]))] if p.operator[q] >= 0 else "",
        "needs": [n.services[w] for w in range(len(n.services)) if p.needs[q] >> w & 1],
    }  # fmt: skip
    if part < 0:
        told["flights"] = [n.flights[f] for f in _docked(day, st) if day.world.ships.vehicle[f] == p.vehicle[q]]
    if p.needs_part[q] >= 0:
        told["through"] = n.modules[p.needs_part[q]]
    if machine >= 0:
        told |= {"machine": n.machine_kinds[machine], "machines_working": int(x.machines[st, machine]), "machines_needed": int(p.machines[q])}
    if resource > len(n.resources):
        told |= {"stock": "propellant", "stock_kg": round(sum(_own_kg(day, f) for f in _docked(day, st) if day.world.ships.vehicle[f] == p.vehicle[q]), 1)}
    elif resource == len(n.resources):
        told |= {"stock": "propellant", "stock_kg": round(float(x.tank_kg[st]), 1)}
    elif resource >= 0:
        told |= {"stock": n.resources[resource], "stock_kg": round(float(x.stock_kg[st, :, resource].sum()), 1)}
    return told


def _run_by(day: Day, who: int) -> int:
    """Who runs what a partner ran: those its segment was handed over to, where it has left."""
    s, sides = day.state.partners, (day.world.us_partner, day.world.ru_partner)
    if who not in sides or s.takes_part[who] or s.segment_mode[sides.index(who)] != HANDED_OVER:
        return who
    return sides[1 - sides.index(who)]


def _own_kg(day: Day, f: int) -> float:
    c = day.world.ships.tank[f]
    return float(day.state.stores.stock_kg[c]) if c >= 0 else 0.0


def _docked(day: Day, st: int) -> list[int]:
    modules = day.world.traffic.part_station.size
    here = day.state.traffic.part_station[modules:] == st
    return [int(f) for f in np.flatnonzero((day.state.traffic.status == traffic.DOCKED) & here)]


def _stock(day: Day, st: int, j: int) -> dict[str, Any]:
    """A stock, how long it lasts those aboard, and the flights that are to fill it next."""
    n, t, ships = day.case.names, day.state.traffic, day.world.ships
    r = n.resources.index(RESERVES[j])
    brings = ships.cargo_kg[:, r] > 0 if RESERVES[j] != "propellant" else ships.refuel_most_kg > 0
    coming = np.flatnonzero((t.status <= traffic.EN_ROUTE) & (t.next_s < NEVER_s) & (day.world.traffic.station == st) & brings)
    coming = coming[np.argsort(t.next_s[coming], kind="stable")][:3]
    reserve = float(day.scratch.reserve_d[st, j])
    return {
        "resource": RESERVES[j], "stock_kg": round(float(day.scratch.stock_kg[st, :, r].sum()), 1),
        "reserve_d": round(reserve, 1) if reserve < 9999 else None,
        "next_flights": [{"flight": n.flights[f], "on": to_utc(float(t.next_s[f]))[:10], "partner": n.partners[day.world.traffic.partner[f]]} for f in coming],
    }  # fmt: skip


def _by_partner(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """(partner, service, givers) of what works that day; `alone` where nobody else gives it."""
    rows = []
    for item in told:
        givers: dict[str, list[str]] = {}
        for giver in item["givers"]:
            givers.setdefault(giver["partner"], []).append(giver["giver"])
        rows += [{"partner": p, "service": item["service"], "givers": sorted(set(g)), "alone": len(givers) == 1} for p, g in givers.items()]
    return rows


def _single_points(day: Day, st: int, up: np.ndarray) -> list[dict[str, Any]]:
    """Everything whose loss ends a service at once or a requirement within `AHEAD_d` days, what hurts soonest first."""
    n = day.case.names
    as_it_was = _breaches(day, day.world, copy_state(day.state))
    rows = []
    for loss in _losses(day, st, up):
        world, state = _without(day, loss, st)
        ended = [n.services[v] for v in np.flatnonzero(up & ~_solve(day, world, state, loss, st))]
        if not ended and loss.kind not in ("partner", "stock"):
            continue
        hurts = [
            {"requirement": name, "after_d": round((t_s - day.t_s) / DAY_s)}
            for name, t_s in sorted(_breaches(day, world, state).items(), key=lambda item: item[1])
            if t_s < as_it_was.get(name, NEVER_s) - DAY_s
        ]
        if ended or hurts:
            rows.append({"kind": loss.kind, "name": loss.name, "partner": loss.partner, "ends": ended, "hurts": hurts,
                         "first_hurt_d": hurts[0]["after_d"] if hurts else None})  # fmt: skip
    return sorted(rows, key=lambda r: (r["first_hurt_d"] is None, r["first_hurt_d"] or 0, -len(r["ends"]), r["name"]))


def _losses(day: Day, st: int, up: np.ndarray) -> list[Loss]:
    """What the services that are up rest on: parts, one machine of each kind, docked ships, stocks, partners."""
    n, p, w, x = day.case.names, day.world.services, day.world, day.scratch
    rests = np.flatnonzero((day.state.services.unmet[:, st] == 0) & up[p.service])
    parts = {int(k) for q in rests for k in (p.part[q], p.needs_part[q]) if k >= 0}
    kinds = {int(p.machine[q]) for q in rests if p.machine[q] >= 0}
    owner = {r["id"]: r["owner"] for r in day.case.catalogue.table("stations/iss/parts")}
    for s in day.case.scenario.stations.values():
        owner |= {name: m.partner for name, m in s.modules.items()}
    out = [Loss("part", k, n.modules[k], owner.get(n.modules[k], "")) for k in sorted(parts)]
    for kind in sorted(kinds):
        here = np.flatnonzero((w.equipment.kind == kind) & (day.state.equipment.station == st) & (x.machine_works > 0))
        out += [Loss("machine", int(m), n.machines[m], n.partners[w.equipment.operator[m]]) for m in here[:1]]
    out += [Loss("ship", f, n.flights[f], n.partners[w.traffic.partner[f]]) for f in _docked(day, st)]
    out += [Loss("stock", n.resources.index(r), r, "") for r in RESERVES if x.stock_kg[st, :, n.resources.index(r)].sum() > 1]
    present = {_run_by(day, int(o)) for o in p.operator[rests] if o >= 0} | {int(w.traffic.partner[f]) for f in _docked(day, st)}
    return out + [Loss("partner", i, n.partners[i], n.partners[i]) for i in sorted(present)]


def _without(day: Day, loss: Loss, st: int) -> tuple[World, RunState]:
    """World and state after the loss; the rest as it was."""
    world, state = day.world, copy_state(day.state)
    if loss.kind == "part":
        p = world.services
        gone = (p.part == loss.index) | (p.needs_part == loss.index)
        world = world._replace(services=p._replace(to_s=np.where(gone, -NEVER_s, p.to_s)))
        if np.any(world.power.wings.part == loss.index):
            state.traffic.part_station[loss.index] = -1
            state.traffic.part_done[loss.index] = True
            state.traffic.changed[0] = True
    elif loss.kind == "machine":
        state.equipment.up[loss.index] = False
        state.equipment.works[loss.index] = False
        state.equipment.change_s[loss.index] = NEVER_s
    elif loss.kind == "ship":
        state.crew.damaged[loss.index] = True
    elif loss.kind == "stock":
        held = (world.stores.container_resource == loss.index) & (state.traffic.part_station[world.stores.container_part] == st)
        state.stores.stock_kg[held] = 0.0
    elif loss.kind == "partner":
        for who in range(len(day.case.names.partners)):
            if _run_by(day, who) == loss.index:
                state.partners.operates[who] = False
                state.partners.commanded_s[who] = 0.0
        state.partners.takes_part[loss.index] = state.partners.flies[loss.index] = state.partners.sends[loss.index] = False
    return world, state


def _solve(day: Day, world: World, state: RunState, loss: Loss, st: int) -> np.ndarray:
    """Services that stay up at the station the moment after the loss."""
    x = day.scratch
    vehicles, machines, stocked, now = x.vehicles.copy(), x.machines.copy(), x.stocked.copy(), x.now.copy()
    if loss.kind == "machine":
        machines[st, world.equipment.kind[loss.index]] -= 1
    elif loss.kind == "ship":
        vehicles[st, world.ships.vehicle[loss.index]] -= 1
    elif loss.kind == "stock":
        stocked[st, loss.index] = False
        if loss.name == "propellant":
            stocked[st, len(day.case.names.resources) :] = False
    services.solve(
        world.services, state.services, day.t_s, state.traffic.part_station, vehicles, machines, stocked,
        state.partners.operates, state.partners.segment_runs, x.allowed, x.crewed, now,
    )  # fmt: skip
    return np.asarray(now[st])


def _breaches(day: Day, world: World, state: RunState) -> dict[str, float]:
    """Requirement -> when it first breaks in the run continued from the day, s."""
    case, log = day.case, new_log()
    last = min(case.steps, day.step + int(AHEAD_d * DAY_s / case.dt_s))
    advance(world, state, day.luck, new_scratch(case), new_rows(case, False), log, day.step, last, case.t0_s, case.dt_s)
    rows = np.flatnonzero(log.kind[: int(log.size[0])] == happened.BREACH)
    first: dict[str, float] = {}
    for row in rows[::-1]:
        first[case.names.text(log.name[row])] = float(log.t_s[row])
    for j in np.flatnonzero(day.state.breach_row >= 0):
        first.pop(case.names.requirements[j], None)
    return first
