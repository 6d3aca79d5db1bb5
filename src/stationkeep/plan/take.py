"""Scenario and its nominal run -> the traffic problem."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from ..engine.compile.flights import PlannedFlight, plan_flights
from ..engine.luck import mean_slips_s
from ..engine.supply import GAS_BOTTLES_kg
from ..laws.crew_time import programme_h_per_week
from ..model.base import NEVER_s, seconds
from ..model.catalogue import number
from ..model.scenario import Scenario
from ..subsystems.traffic import SHORT_frac
from .nominal import Nominal
from .ports import partner_weeks, port_classes, tanks_push, unloads_itself
from .problem import Docked, Fixed, PortClass, Problem, Vessel
from .stores import commodities_of, debt_most_kg, room_kg
from .vessels import vessels_of, visiting
from .wishes import DAY_s, FIXED_d, Published, WEEK_s, Wishes, chosen_vehicles, entry_of, visits, weekly

RELIEVED_w = 6
"""Weeks after the first launch there can be by which a crew that was lost, or is home early, is replaced. Assumed."""
KEEP_musd = 10_000.0
"""Worth of each published flight that a replan keeps: more than any flight costs, so that changes are fewest first."""


def problem_of(scenario: Scenario, run: Nominal, wishes: Wishes, aboard: np.ndarray | None = None) -> Problem:
    """The traffic problem of one branch (no futures), its demand read from its nominal run.

    `aboard` (W,): people in each week as the plan counts whole weeks, where the run is that of a plan; default: the run's.
    """
    case = run.case
    catalogue = case.catalogue
    t0_s = case.t0_s
    weeks = int((case.steps * case.dt_s) // WEEK_s)
    flies = partner_weeks(scenario, run, weeks)
    classes = port_classes(scenario, run, weeks, chosen_vehicles(scenario, wishes))
    vessels = vessels_of(scenario, catalogue, wishes, classes, flies, weeks, t0_s)
    vessels = _ended(run, _grounded(scenario, run, vessels))
    vessels = _short_stays(wishes, vessels)
    stand, kept = _published(wishes, vessels, classes, t0_s, weeks, visits(scenario))
    fixed = _fixed(scenario, run, wishes, vessels, weeks) + stand
    from_w = max(int((seconds(wishes.since) - t0_s) // WEEK_s), 0) if wishes.since else 0
    vessels = _not_at_once(vessels, {(f.vessel, f.week) for f in fixed} | {(name, week) for name, week, _ in kept}, from_w)
    came = _visits(scenario, run, wishes, weeks)
    vessels += tuple(replace(visiting(scenario, catalogue, classes, f, at.week, at.stay_w, weeks), pushes_frac=_falls_frac(run, at, weeks)) for f, at in came)
    fixed += tuple(at for _, at in came)
    lines = _excused(lines_asked(scenario, run, wishes, flies), wishes, from_w, t0_s)
    stand_ins = _stand_ins(vessels, lines)
    people = people_asked(scenario, wishes, lines, {v.name: v.crew for v in vessels}, weeks)
    need = weekly(run.use_kg("propellant"), weeks)
    return Problem(
        start_s=t0_s, weeks=weeks, vessels=vessels, ports=classes, docked=_docked(run, classes, weeks, lines),
        commodities=commodities_of(scenario, run, wishes, people, weekly(run.residents(), weeks) / 7.0 if aboard is None else aboard), people=people, lines=lines, stand_ins=stand_ins,
        push_need_kg=np.maximum(need, 0.0), turn_need_kg=np.clip(weekly(run.turned_kg(), weeks), 0.0, np.maximum(need, 0.0)), tanks_push=tanks_push(scenario, run, weeks), unload_need=~unloads_itself(scenario, run, weeks),
        debt_most_kg=debt_most_kg(scenario, run), waste_opening_kg=float(run.stock("waste")[0]),
        waste_kg=np.maximum(-weekly(run.use_kg("waste"), weeks), 0.0), waste_most_kg=room_kg(run, "waste"),
        flies=flies, fixed=fixed, kept=kept, keep_musd=KEEP_musd if kept else 0.0, budgets_musd=wishes.budgets_musd, down_kg_per_y=wishes.down_kg_per_y,
        external_kg_per_y=wishes.external_kg_per_y, standdown_w=wishes.standdown_w, without_frac=wishes.without_frac, in_turn=wishes.in_turn, crews=wishes.crews, between_w=wishes.between_w, bottles_kg=GAS_BOTTLES_kg, leave_d=case.world.rules.leave_s / DAY_s, objective=wishes.objective,
        asked={f"cadence {name}": f"{name} flies at most {n} times a year, as asked" for name, n in wishes.cadence_count.items()},
        usd_per_research_h=wishes.usd_per_research_h, usd_per_person_week=wishes.usd_per_person_week,
        research_h_per_person_week=float(programme_h_per_week(case.world.crew_time.rules)),
    )  # fmt: skip


def lines_asked(scenario: Scenario, run: Nominal, wishes: Wishes, flies: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Crew ships that must be there by week: one of each of the scenario's own series while its partner flies; of single flights as many of a
    kind as are there on the mean until the last of them leaves. Visits are none."""
    if wishes.people is not None:
        return {}
    rows, guests = run.case.catalogue.by_id("fleet/vehicles"), visits(scenario)
    out: dict[str, np.ndarray] = {}
    single: dict[tuple[str, str], list[str]] = {}
    for name, flight in scenario.flights.items():
        if flight is None or flight.station != scenario.main_station or not flight.people or flight.after or name in guests:
            continue
        partner = flight.partner or rows[flight.vehicle]["partner"]
        if flight.every_d is None:
            single.setdefault((flight.vehicle, partner), []).append(name)
        else:
            out[flight.vehicle] = out.get(flight.vehicle, 0) + flies[partner].astype(int)
    for (vehicle, partner), names in single.items():
        mine = [f for f in run.case.flights if f.id in names]
        ends_s = [min(f.undock_s, f.launch_s + f.transit_s + f.stay_s) for f in mine]
        there_s = sum(end_s - max(f.launch_s, run.case.t0_s) for f, end_s in zip(mine, ends_s, strict=True))
        ships = round(there_s / max(max(ends_s, default=0.0) - run.case.t0_s, WEEK_s))
        if ships > 0:
            out[vehicle] = out.get(vehicle, 0) + ships * flies[partner].astype(int)
    return out


def _stand_ins(vessels: tuple[Vessel, ...], lines: dict[str, np.ndarray]) -> dict[str, tuple[str, ...]]:
    """Crew ships without a line of their own, by the vehicle of the same partner whose place they may take."""
    others = [v for v in vessels if v.crew and v.name not in lines]
    found = {v.name: tuple(o.name for o in others if o.partner == v.partner) for v in vessels if v.name in lines}
    return {name: names for name, names in found.items() if names}


def people_asked(scenario: Scenario, wishes: Wishes, lines: dict[str, np.ndarray], crews: dict[str, int], weeks: int) -> np.ndarray:
    """(W,) people that must be aboard: as wished, or those of the agreed crews, at least as many as can keep the station."""
    if wishes.people is not None:
        return np.full(weeks, wishes.people)
    asked = sum((ships * crews.get(name, 0) for name, ships in lines.items()), np.zeros(weeks, int))
    return np.maximum(asked, scenario.stations[scenario.main_station].least_people).astype(int)


def _fixed(
    scenario: Scenario, run: Nominal, wishes: Wishes, vessels: tuple[Vessel, ...], weeks: int
) -> tuple[Fixed, ...]:
    """Flights and series the planner keeps as they stand."""
    by_name, t0_s = {v.name: v for v in vessels}, run.case.t0_s
    mine = [(f, dock_s) for f, dock_s in _expected(scenario, run, {*wishes.fix} - visits(scenario)) if f.vehicle in by_name]
    docks_w = [int((dock_s - t0_s) // WEEK_s) for _, dock_s in mine]
    out = []
    for (f, dock_s), week in zip(mine, docks_w, strict=True):
        vessel = by_name[f.vehicle]
        relief_w = min((w for (o, _), w in zip(mine, docks_w, strict=True) if o.vehicle == f.vehicle and w > week), default=week)
        least_w = relief_w - week + 1 if vessel.crew else 0  # a crew waits for its relief, and leaves a week after
        stays = sorted(vessel.stays_w, key=lambda s: (s < least_w <= vessel.stays_w[-1], abs(s * WEEK_s - f.stay_s)))
        if 0 <= week < weeks:
            out.append(Fixed(f.id, f.vehicle, week, "", stays[0], f.launch_s, dock_s))
    return tuple(out)


def _expected(scenario: Scenario, run: Nominal, names: Iterable[str]) -> list[tuple[PlannedFlight, float]]:
    """Flights of some entries of the scenario, and when they dock with the mean slip of dates declared so long before."""
    slip_s = dict(zip((f.id for f in run.case.flights), mean_slips_s(run.case), strict=True))
    mine = [f for f in plan_flights(scenario, run.case.catalogue) if not f.flown and entry_of(scenario, f.id) in names] if names else []
    return [(f, f.launch_s + float(slip_s.get(f.id, 0.0)) + f.transit_s) for f in mine]


def _visits(scenario: Scenario, run: Nominal, wishes: Wishes, weeks: int) -> list[tuple[PlannedFlight, Fixed]]:
    """Visits, and the weeks in which they hold a port; they leave as the engine has it when they slipped."""
    out = []
    for f, dock_s in _expected(scenario, run, visits(scenario)):
        planned_s = f.undock_s - f.launch_s - f.transit_s if f.undock_s < NEVER_s else f.stay_s
        leaves_s = f.undock_s if dock_s + SHORT_frac * planned_s <= f.undock_s < NEVER_s else dock_s + planned_s
        week, last = (int((t_s - run.case.t0_s) // WEEK_s) for t_s in (dock_s, leaves_s))
        if 0 <= week < weeks and f.id not in wishes.lost:
            out.append((f, Fixed(f.id, f.id, week, "", last + 1 - week, f.launch_s, dock_s, leaves_s)))
    return out


def _falls_frac(run: Nominal, at: Fixed, weeks: int) -> np.ndarray:
    """(W,) share of each week's propellant for altitude that is burned on days of a visit."""
    need = np.maximum(run.use_kg("propellant") - run.turned_kg(), 0.0)
    while_there = need * ((run.t_s - run.case.dt_s >= (at.expected_s or 0.0)) & (run.t_s <= (at.undock_s or 0.0)))
    return weekly(while_there, weeks) / np.maximum(weekly(need, weeks), 1e-9)


def _grounded(scenario: Scenario, run: Nominal, vessels: tuple[Vessel, ...]) -> tuple[Vessel, ...]:
    """Vessels without the weeks in which an event grounds their family, their type, their launcher, its site or its pad."""
    out = list(vessels)
    for t_s, kind, name, _ in run.events:
        event = scenario.events.get(name)
        if kind != "ground" or event is None or not event.ground or not event.for_d:
            continue
        first = int((t_s - run.case.t0_s) // WEEK_s)
        last = math.ceil((t_s + event.for_d * DAY_s - run.case.t0_s) / WEEK_s)
        for i, v in enumerate(out):
            if event.ground in (v.family, v.name, v.launcher, v.site, v.site.split("/")[0]):
                weeks = v.weeks.copy()
                weeks[max(first, 0) : max(last, 0)] = False
                out[i] = replace(v, weeks=weeks)
    return tuple(out)


def _ended(run: Nominal, vessels: tuple[Vessel, ...]) -> tuple[Vessel, ...]:
    """Vessels without the weeks after the event that ends the last of their series (`until`)."""
    case, out = run.case, []
    when_s = {name: t_s for t_s, _, name, _ in reversed(run.events)}
    for v in vessels:
        own = [f.until for f in case.flights if f.vehicle == v.name and f.station == case.names.stations[0] and not f.flown and not f.after]
        ends_s = max((when_s.get(until, NEVER_s) for until in own), default=NEVER_s)
        start_s = case.t0_s + WEEK_s * np.arange(v.weeks.size)
        out.append(replace(v, weeks=v.weeks & (start_s < ends_s)))
    return tuple(out)


def _not_at_once(vessels: tuple[Vessel, ...], known: set[tuple[str, int]], from_w: int) -> tuple[Vessel, ...]:
    """Vessels without the weeks before and soon after the plan is made, but for launches (vehicle, week) known already."""
    lead_w = from_w + math.ceil(FIXED_d * DAY_s / WEEK_s)
    return tuple(
        replace(v, weeks=np.asarray([up and (w >= lead_w or (v.name, w) in known) for w, up in enumerate(v.weeks)], bool)) for v in vessels
    )


def _stay_w(f: Published, wishes: Wishes) -> float:
    """Weeks a published flight stays: as planned, or until its crew came home."""
    stay_s = seconds(wishes.home[f.name]) - f.expected_s if f.name in wishes.home else f.stay_s
    return stay_s / WEEK_s


def _short_stays(wishes: Wishes, vessels: tuple[Vessel, ...]) -> tuple[Vessel, ...]:
    """Vessels with the stays of crews that came home early among theirs."""
    short: dict[str, list[int]] = {}
    for f in wishes.published:
        if f.name in wishes.home:
            short.setdefault(f.vehicle, []).append(max(round(_stay_w(f, wishes)), 1))
    return tuple(replace(v, stays_w=tuple(sorted({*v.stays_w, *short.get(v.name, ())}))) for v in vessels)


def _excused(lines: dict[str, np.ndarray], wishes: Wishes, from_w: int, t0_s: float) -> dict[str, np.ndarray]:
    """Crews asked for, one less of a kind from a loss or an early return until the next published crew of that kind is there, or a new
    launch can be: as the record made up for MS-10 and Crew-11. Those who must be aboard are asked for all the same."""
    out = {kind: ships.copy() for kind, ships in lines.items()}
    soonest = from_w + math.ceil(FIXED_d * DAY_s / WEEK_s) + RELIEVED_w
    for f in wishes.published:
        if f.vehicle not in out or f.name not in (*wishes.lost, *wishes.home):
            continue
        begin = (f.expected_s - t0_s) / WEEK_s + (_stay_w(f, wishes) - 1 if f.name in wishes.home else -1)
        later = [o.expected_s for o in wishes.published if o.vehicle == f.vehicle and o.name not in wishes.lost and o.expected_s > f.expected_s]
        following = math.ceil((min(later) - t0_s) / WEEK_s) if later else 0
        weeks = slice(max(math.floor(begin), 0), max(soonest, following))
        out[f.vehicle][weeks] = np.maximum(out[f.vehicle][weeks] - 1, 0)
    return out


def _published(
    wishes: Wishes, vessels: tuple[Vessel, ...], classes: tuple[PortClass, ...], t0_s: float, weeks: int, guests: frozenset[str]
) -> tuple[tuple[Fixed, ...], tuple[tuple[str, int, str], ...]]:
    """Published flights before `since`, which stand, and those after, which a replan keeps where it can; visits, `guests`, stand by themselves."""
    since_s = seconds(wishes.since) if wishes.since else t0_s
    by_name = {v.name: v for v in vessels}
    of_port = {port: c.name for c in classes for port in c.ports}
    stand, kept = [], []
    for f in wishes.published:
        week = round((f.expected_s - t0_s) / WEEK_s)
        vessel = by_name.get(f.vehicle)
        if vessel is None or f.name in {*wishes.lost, *guests} or f.port not in of_port or not 0 <= week < weeks:
            continue
        stay_w = min(vessel.stays_w, key=lambda s: abs(s - _stay_w(f, wishes)))
        if f.launch_s < since_s and vessel.weeks[week]:
            stand.append(Fixed(f"{f.vehicle}/{week}", f.vehicle, week, of_port[f.port], stay_w))
        else:
            kept.append((f.vehicle, week, of_port[f.port]))
    return tuple(stand), tuple(kept)


def _docked(run: Nominal, classes: tuple[PortClass, ...], weeks: int, lines: dict[str, np.ndarray]) -> tuple[Docked, ...]:
    """Ships that are docked at the start, and when each may leave; a crew ship of an older make counts as those to come."""
    case = run.case
    p, s = case.world.traffic, case.world.ships
    rows = case.catalogue.by_id("fleet/vehicles")
    of_port = {port: c.name for c in classes for port in c.ports}
    out = []
    for i, f in enumerate(case.flights):
        dock_s = f.launch_s + f.transit_s
        if not f.flown or f.lost or dock_s > case.t0_s or f.undock_s <= case.t0_s:
            continue
        port = next((to for t, to in reversed(f.relocations) if t <= case.t0_s), f.ports[0])
        if port not in of_port:
            continue
        crew = _crew_aboard(run, i)
        first_s, last_s = dock_s + p.stay_s[i], dock_s + p.most_s[i]
        if f.undock_s < NEVER_s:
            first_s = last_s = f.undock_s
        first = min(max(math.ceil((first_s - case.t0_s) / WEEK_s), 1), weeks)
        last = min(max(math.ceil((last_s - case.t0_s) / WEEK_s), first), weeks)
        leaves = tuple(range(first, last + 1)) if crew else (first,)
        push = float(s.tank_kg[i] - s.refuel_kg[i]) if s.thrust_N[i] > 0 else 0.0
        alike = [kind for kind in lines if crew and f.vehicle not in lines and rows[kind]["family"] == rows[f.vehicle]["family"]]
        out.append(Docked(f.id, alike[0] if alike else f.vehicle, of_port[port], leaves, crew, push, number(rows[f.vehicle], "trash_kg", 0)))
    return tuple(out)


def _crew_aboard(run: Nominal, flight: int) -> int:
    """People aboard at the start whose seat home is in this ship."""
    crew = run.case.opening.crew
    return int(((crew.status == 1) & (crew.seat == flight)).sum())
