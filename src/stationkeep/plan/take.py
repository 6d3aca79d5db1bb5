"""Scenario and its nominal run -> the traffic problem."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from ..engine.compile.bodies import cargo_of
from ..engine.compile.flights import PlannedFlight, plan_flights, transit_s
from ..engine.compile.life_support import rule
from ..engine.compile.traffic import port_rows
from ..engine.luck import SERIES_MEAN_d
from ..engine.supply import GAS_BOTTLES_kg
from ..laws import metabolism
from ..laws.crew_time import programme_h_per_week
from ..laws.matter import RESOURCES
from ..laws.orbit import EARTH_RADIUS_M, burn_propellant, speed_for_raise
from ..model.base import NEVER_s, seconds
from ..model.catalogue import Catalogue, Row, listed, number
from ..model.files import Problem as Mistake
from ..model.files import ScenarioError
from ..model.fleet import Flight
from ..model.scenario import Scenario
from ..subsystems.life_support import RECOVERED_frac
from .nominal import Nominal
from .problem import Commodity, Docked, Fixed, Objective, PortClass, Problem, Vessel

DAY_s = 86400.0
WEEK_s = 7 * DAY_s
YEAR_d = 365.25
FIXED_d = 60.0
"""Days before launch at which the date of a planned flight stands: plans of the station's traffic are made anew each
quarter, so a flight slips as launches slip at under 90 days (life_support/launch_slips.csv). Assumed. A plan adds no
launch sooner than that."""
SLIP_d = SERIES_MEAN_d
"""Days before the week in which a ship is expected that its launch is declared: by so many it slips on average."""
ISP_s = 290.0
"""Of storable propellant, as the engine's reserve counts it."""
CREW_STAYS_w = (8, 6, 4, 2, 0)
"""Weeks short of its rating a crew ship may leave: a plan that may only use the rating cannot fit two lines together."""
CARGO_STAYS = (0.5, 1.0)
"""Shares of its rating a cargo ship may stay."""
LEAST_GAS_frac = 0.6
"""Most of the nitrogen store that is asked for as a reserve: ships are filled up to the store, so it must fall before. Assumed."""
MOST_share = 0.8
"""Share of what ships are filled to that a margin may ask to be there always. Assumed: the rest is used between ships."""
GROWS_w = 8
"""Weeks in which a margin over the reserves is built up once ships of the plan can come. Assumed."""
RESEARCH_AHEAD_w = 13
"""Weeks of research kept aboard: an experiment waits for its ship."""
RESOURCE_OF = {"supplies": ("supplies", "toilet")}
RESERVED = ("food", "water", "oxygen", "supplies")
RECORD_WINDOW_d = 3652.0
"""How far back the cadence a vehicle has shown is read: ten years."""


KEEP_musd = 10_000.0
"""Worth of each published flight that a replan keeps: more than any flight costs, so that changes are fewest first."""


@dataclass(frozen=True)
class Published:
    """A flight of a published plan."""

    vehicle: str
    launch_s: float
    undock_s: float
    port: str


@dataclass(frozen=True)
class Wishes:
    """What the planner adds to the scenario."""

    objective: Objective = "cost"
    people: int | None = None  # least aboard; default: the crews of the scenario's own series
    vehicles: tuple[str, ...] = ()  # more vehicles of the catalogue to choose from
    reserve_d: dict[str, float] = field(default_factory=dict)  # over the scenario's requirements
    margin_d: float = 0.0  # days added to every reserve
    standdown_w: int = 0  # weeks without any one family of launchers that crew stores last through
    early_w: int = 0  # weeks a crew ship leaves before its rating, for reliefs that come late
    budgets_musd: dict[tuple[str, int], float] = field(default_factory=dict)
    fix: tuple[str, ...] = ()  # flights and series of the scenario that stay as they are
    cadence_count: dict[str, int] = field(default_factory=dict)  # most flights in 52 weeks, by vehicle
    down_kg_per_y: float = 0.0
    external_kg_per_y: float = 0.0
    usd_per_research_h: float = 0.0
    usd_per_person_week: float = 0.0
    published: tuple[Published, ...] = ()  # flights of a plan that is to change as little as possible
    since: str = ""  # published flights launched before this day stand


def published_flights(scenario: Scenario) -> tuple[Published, ...]:
    """The single flights to the main station that a plan holds: vehicle, launch, undocking, port."""
    out = []
    for f in scenario.flights.values():
        if f is not None and f.station == scenario.main_station and f.launch and f.undock and f.port:
            port = f.port if isinstance(f.port, str) else f.port[0]
            out.append(Published(f.vehicle, seconds(f.launch), seconds(f.undock), port))
    return tuple(out)


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
    vessels = _vessels(scenario, catalogue, wishes, classes, flies, weeks, t0_s)
    vessels = _grounded(scenario, run, vessels)
    stand, kept = _published(wishes, vessels, classes, t0_s, weeks)
    fixed = _fixed(scenario, catalogue, wishes, vessels, t0_s, weeks) + stand
    vessels = _not_at_once(vessels, {(f.vessel, f.week) for f in fixed} | {(name, week) for name, week, _ in kept})
    lines = lines_asked(scenario, catalogue, wishes, flies)
    people = people_asked(scenario, wishes, lines, {v.name: v.crew for v in vessels}, weeks)
    need = weekly(run.use_kg("propellant"), weeks)
    return Problem(
        start_s=t0_s, weeks=weeks, vessels=vessels, ports=classes, docked=_docked(run, classes, weeks),
        commodities=_commodities(scenario, run, wishes, people, weekly(run.people, weeks) / 7.0 if aboard is None else aboard), people=people, lines=lines,
        push_need_kg=np.maximum(need, 0.0), tanks_push=_tanks_push(scenario, run, weeks),
        debt_most_kg=_debt_most_kg(scenario, run), waste_opening_kg=float(run.stock("waste")[0]),
        waste_kg=np.maximum(-weekly(run.use_kg("waste"), weeks), 0.0), waste_most_kg=_capacity(run, "waste"),
        fixed=fixed, kept=kept, keep_musd=KEEP_musd if kept else 0.0, budgets_musd=wishes.budgets_musd, down_kg_per_y=wishes.down_kg_per_y,
        external_kg_per_y=wishes.external_kg_per_y, standdown_w=wishes.standdown_w, bottles_kg=GAS_BOTTLES_kg, leave_d=case.world.rules.leave_s / DAY_s, objective=wishes.objective,
        usd_per_research_h=wishes.usd_per_research_h, usd_per_person_week=wishes.usd_per_person_week,
        research_h_per_person_week=float(programme_h_per_week(case.world.crew_time.rules)),
    )  # fmt: skip


def weekly(by_day: np.ndarray, weeks: int) -> np.ndarray:
    """Sums over weeks (W,) of a daily series that covers at least as many."""
    per = 7 * weeks
    return np.asarray(by_day[:per], float).reshape(weeks, 7).sum(axis=1)


def chosen_vehicles(scenario: Scenario, wishes: Wishes) -> tuple[str, ...]:
    """Vehicles the plan may fly: those of the scenario's own flights to its main station, and those wished for."""
    own = [f.vehicle for f in scenario.flights.values() if f is not None and f.station == scenario.main_station]
    return tuple(dict.fromkeys([*own, *wishes.vehicles]))


def partner_weeks(scenario: Scenario, run: Nominal, weeks: int) -> dict[str, np.ndarray]:
    """Partner -> (W,) bool: it flies to the main station in that week, by the dates of the nominal run."""
    flies = {p: np.ones(weeks, bool) for p in run.case.names.partners}
    for t_s, kind, name, _ in run.events:
        event = scenario.events.get(name)
        if event is None or kind not in ("withdraw", "rejoin", "retire"):
            continue
        week = int(max(t_s - run.case.t0_s, 0.0) // WEEK_s)
        if event.withdraw:
            flies[event.withdraw][week:] = False
        elif event.rejoin:
            flies[event.rejoin][week:] = True
        elif event.retire == scenario.main_station:
            for column in flies.values():
                column[week:] = False
    return flies


def lines_asked(scenario: Scenario, catalogue: Catalogue, wishes: Wishes, flies: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Crew ships that must be there by week: one of each of the scenario's own series while its partner flies."""
    if wishes.people is not None:
        return {}
    rows = catalogue.by_id("fleet/vehicles")
    out: dict[str, np.ndarray] = {}
    for flight in _series(scenario):
        if flight.people and not flight.after:
            partner = flight.partner or rows[flight.vehicle]["partner"]
            out[flight.vehicle] = out.get(flight.vehicle, 0) + flies[partner].astype(int)
    return out


def people_asked(scenario: Scenario, wishes: Wishes, lines: dict[str, np.ndarray], crews: dict[str, int], weeks: int) -> np.ndarray:
    """(W,) people that must be aboard: as wished, or those of the agreed crews, at least as many as can keep the station."""
    if wishes.people is not None:
        return np.full(weeks, wishes.people)
    asked = sum((ships * crews.get(name, 0) for name, ships in lines.items()), np.zeros(weeks, int))
    return np.maximum(asked, scenario.stations[scenario.main_station].least_people).astype(int)


def _series(scenario: Scenario) -> list[Flight]:
    return [f for f in scenario.flights.values() if f is not None and f.station == scenario.main_station]


def port_classes(scenario: Scenario, run: Nominal, weeks: int, vehicles: Iterable[str]) -> tuple[PortClass, ...]:
    """Ports that take the same of the vehicles, push and refuel alike, as one class each."""
    case = run.case
    rows = case.catalogue.by_id("fleet/vehicles")
    there = _port_there(scenario, run, weeks)
    allowed = {v: _ports_named(scenario, v) for v in vehicles}
    groups: dict[tuple[frozenset[str], bool, bool], list[tuple[str, np.ndarray]]] = {}
    docked = {f.vehicle for f, t in zip(case.flights, run.docked_s, strict=True) if f.flown and t < NEVER_s}
    for i, port in enumerate(port_rows(scenario, case.catalogue, case.names)):
        if port["_station"] != scenario.main_station or not there[i].any():
            continue
        accepts = port["_accepts"]
        assert isinstance(accepts, set)
        takes = frozenset(
            v for v in {*vehicles, *docked}
            if (v in accepts or f"standard:{rows[v]['standard']}" in accepts) and (not allowed.get(v) or port["id"] in allowed[v])
        )  # fmt: skip
        if takes:
            pushes = float(port["_push"]) > 0 and any(number(rows[v], "reboost_propellant_kg", 0) > 0 for v in takes)  # type: ignore[arg-type]
            refuels = bool(port["_refuels"]) and any(number(rows[v], "refuel_kg", 0) > 0 for v in takes)
            key = (takes, pushes, refuels)
            groups.setdefault(key, []).append((str(port["id"]), there[i]))
    out = []
    for (_, pushes, refuels), members in groups.items():
        names = tuple(dict.fromkeys(name for name, _ in members))
        open_count = sum((m.astype(int) for _, m in members), np.zeros(weeks, int))
        out.append(PortClass("+".join(names), names, np.minimum(open_count, len(names)), pushes, refuels))
    return tuple(out)


def _ports_named(scenario: Scenario, vehicle: str) -> set[str]:
    """Ports the scenario itself names for a vehicle; empty: any that accept it."""
    named: set[str] = set()
    for flight in _series(scenario):
        if flight.vehicle == vehicle and flight.port:
            named |= {flight.port} if isinstance(flight.port, str) else set(flight.port)
    return named


def _port_there(scenario: Scenario, run: Nominal, weeks: int) -> np.ndarray:
    """(Q, W) bool: the port's part is at the main station and the port open all that week."""
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
        out[q] &= (at_s <= start) & (leaves_s >= start + WEEK_s)
        if p.part_segment[k] == 1:
            out[q] &= start + WEEK_s <= gone_s
    return out


def _separated_s(scenario: Scenario, run: Nominal) -> float:
    """When the Russian segment leaves the main station in the nominal run."""
    return min((t for t, kind, _, _ in run.events if kind == "separate"), default=NEVER_s)


def _tanks_push(scenario: Scenario, run: Nominal, weeks: int) -> np.ndarray:
    """(W,) bool: the station's own engines are there and somebody runs them."""
    up = np.ones(weeks, bool)
    for t_s, kind, name, _ in run.events:
        week = int(max(t_s - run.case.t0_s, 0.0) // WEEK_s)
        event = scenario.events.get(name)
        if kind == "withdraw" and event is not None and event.withdraw == "roscosmos":
            up[week:] = event.segment in ("keeps_running", "handed_over")
        elif kind == "rejoin":
            up[week:] = True
        elif kind == "separate":
            up[week:] = False
    return up


def _vessels(
    scenario: Scenario, catalogue: Catalogue, wishes: Wishes, classes: tuple[PortClass, ...], flies: dict[str, np.ndarray],
    weeks: int, t0_s: float,
) -> tuple[Vessel, ...]:  # fmt: skip
    rows = catalogue.by_id("fleet/vehicles")
    out = []
    for name in chosen_vehicles(scenario, wishes):
        if name not in rows:
            raise ScenarioError([Mistake(scenario.title, None, None, "vehicles", f"no vehicle '{name}'", "see fleet/vehicles")])
        out.append(_vessel(scenario, catalogue, wishes, classes, flies, weeks, t0_s, rows[name]))
    return tuple(v for v in out if v.ports)


def _vessel(
    scenario: Scenario, catalogue: Catalogue, wishes: Wishes, classes: tuple[PortClass, ...], flies: dict[str, np.ndarray],
    weeks: int, t0_s: float, row: Row,
) -> Vessel:  # fmt: skip
    name = row["id"]
    own = next((f for f in _series(scenario) if f.vehicle == name), None)
    partner = (own.partner if own else None) or row["partner"]
    cargo = cargo_of(_bare(name, partner, scenario.main_station), row)
    people = _crew_of(own, row, partner)
    takes = _ports_named(scenario, name) or {
        str(p["id"]) for p in catalogue.table("stations/iss/ports") if name in listed(p, "accepts")
    }
    ports = tuple(c.name for c in classes if set(c.ports) <= takes)
    sites = listed(catalogue.by_id("fleet/launchers").get(listed(row, "launchers")[-1], {}), "sites")
    site = (own.site if own and own.site else None) or (sites[0] if sites else "")
    rating_w = max(int(number(row, "max_docked_d", 180) // 7), 1)
    if people:
        stays = sorted({rating_w - short - wishes.early_w for short in CREW_STAYS_w})
    else:
        stays = sorted({max(int(rating_w * frac), 1) for frac in CARGO_STAYS})
    return Vessel(
        name=name, partner=partner, site=site, launcher=(own.launcher if own and own.launcher else listed(row, "launchers")[-1]),
        cost_musd=number(row, "cost_musd"), stays_w=tuple(s for s in stays if s > 0),
        weeks=flies[partner][:weeks] & _window(own, weeks, t0_s), ports=ports,
        per_year_count=wishes.cadence_count.get(name, shown_cadence_count(catalogue, row, t0_s, own)), people=people,
        dry_kg=cargo["food"] + cargo["supplies"] + cargo["toilet"] + cargo["spares"] + cargo["research"],
        water_kg=cargo["water"], gas_kg=cargo["oxygen"] + cargo["nitrogen"], refuel_kg=cargo["propellant"],
        refuel_most_kg=max(cargo["propellant"], number(row, "refuel_high_kg", 0)),
        push_kg=number(row, "reboost_propellant_kg", 0) if number(row, "reboost_thrust_N", 0) > 0 else 0.0,
        trash_kg=max(number(row, "trash_kg", 0), number(row, "cargo_down_kg", 0)), down_kg=number(row, "cargo_down_kg", 0),
        external_kg=number(row, "cargo_external_kg", 0), transit_d=transit_s(catalogue, name) / DAY_s,
        longest_d=number(row, "max_docked_high_d", 400.0), family=row["family"],
    )  # fmt: skip


def _bare(vehicle: str, partner: str, station: str) -> PlannedFlight:
    """A flight of a type and nothing else: what it carries is what the type carries."""
    return PlannedFlight(id="", vehicle=vehicle, partner=partner, station=station, launch_s=0.0, transit_s=0.0,
                         undock_s=0.0, stay_s=0.0, ports=(), flown=False)  # fmt: skip


def _crew_of(own: Flight | None, row: Row, partner: str) -> dict[str, int]:
    """Who flies in a crew ship: as in the scenario's own series, else its partner's people in every seat."""
    if own and own.people:
        return {str(k): v for k, v in own.people.items()}
    seats = int(number(row, "seats", 0))
    return {partner: seats} if seats else {}


def _window(own: Flight | None, weeks: int, t0_s: float) -> np.ndarray:
    """(W,) bool: weeks the scenario itself lets a vehicle fly in (`first` and `last` of its series)."""
    start = t0_s + WEEK_s * np.arange(weeks)
    first = seconds(own.first) - WEEK_s if own and own.first else -NEVER_s
    last = seconds(own.last) if own and own.last else NEVER_s
    return (start >= first) & (start <= last)


def shown_cadence_count(catalogue: Catalogue, row: Row, t0_s: float, own: Flight | None) -> int:
    """Most launches of a vehicle's kind in any 365 days of the ten years before; a new vehicle's: as its series, or two."""
    rows = catalogue.by_id("fleet/vehicles")
    kin = {r["id"] for r in rows.values() if r["family"] == row["family"] and r["partner"] == row["partner"]
           and (number(r, "seats", 0) > 0) == (number(row, "seats", 0) > 0)}  # fmt: skip
    launches = sorted(
        seconds(f["launch_utc"]) for f in catalogue.table("traffic/flights")
        if f["vehicle"] in kin and t0_s - RECORD_WINDOW_d * DAY_s <= seconds(f["launch_utc"])
    )  # fmt: skip
    shown = max((sum(a <= b < a + 365 * DAY_s for b in launches) for a in launches), default=0)
    wanted = math.ceil(365 / float(own.every_d)) if own and own.every_d and own.every_d != "record" else 0
    return max(shown, wanted, 2 if not shown else 0)


def _fixed(
    scenario: Scenario, catalogue: Catalogue, wishes: Wishes, vessels: tuple[Vessel, ...], t0_s: float, weeks: int
) -> tuple[Fixed, ...]:
    """Flights and series the planner keeps as they stand."""
    if not wishes.fix:
        return ()
    unknown = [name for name in wishes.fix if scenario.flights.get(name) is None]
    if unknown:
        raise ScenarioError([Mistake(scenario.title, None, None, "fix", f"no flight '{unknown[0]}'",
                                     f"one of: {', '.join(scenario.flights)}")])  # fmt: skip
    out = []
    by_name = {v.name: v for v in vessels}
    for f in plan_flights(scenario, catalogue):
        vessel = by_name.get(f.vehicle)
        if f.flown or vessel is None or not any(f.id == n or f.id.rsplit("-", 1)[0] == n for n in wishes.fix):
            continue
        week = int((f.launch_s - t0_s) // WEEK_s)
        if 0 <= week < weeks:
            stay_w = min(vessel.stays_w, key=lambda s: abs(s * WEEK_s - f.stay_s))
            out.append(Fixed(f.id, f.vehicle, week, vessel.ports[0], stay_w))
    return tuple(out)


def _grounded(scenario: Scenario, run: Nominal, vessels: tuple[Vessel, ...]) -> tuple[Vessel, ...]:
    """Vessels without the weeks in which an event grounds their family."""
    rows = run.case.catalogue.by_id("fleet/vehicles")
    out = list(vessels)
    for t_s, kind, name, _ in run.events:
        event = scenario.events.get(name)
        if kind != "ground" or event is None or not event.ground or not event.for_d:
            continue
        first = int((t_s - run.case.t0_s) // WEEK_s)
        last = math.ceil((t_s + event.for_d * DAY_s - run.case.t0_s) / WEEK_s)
        for i, v in enumerate(out):
            if event.ground in (rows[v.name]["family"], v.name):
                weeks = v.weeks.copy()
                weeks[max(first, 0) : last] = False
                out[i] = replace(v, weeks=weeks)
    return tuple(out)


def _not_at_once(vessels: tuple[Vessel, ...], known: set[tuple[str, int]]) -> tuple[Vessel, ...]:
    """Vessels without the first weeks, but for launches (vehicle, week) known already."""
    lead_w = math.ceil(FIXED_d * DAY_s / WEEK_s)
    return tuple(
        replace(v, weeks=np.asarray([up and (w >= lead_w or (v.name, w) in known) for w, up in enumerate(v.weeks)], bool)) for v in vessels
    )


def _published(
    wishes: Wishes, vessels: tuple[Vessel, ...], classes: tuple[PortClass, ...], t0_s: float, weeks: int
) -> tuple[tuple[Fixed, ...], tuple[tuple[str, int, str], ...]]:
    """Published flights before `since`, which stand, and those after, which a replan keeps where it can."""
    since_s = seconds(wishes.since) if wishes.since else t0_s
    by_name = {v.name: v for v in vessels}
    of_port = {port: c.name for c in classes for port in c.ports}
    stand, kept = [], []
    for f in wishes.published:
        week = round((f.launch_s + SLIP_d * DAY_s - t0_s) / WEEK_s)
        vessel = by_name.get(f.vehicle)
        if vessel is None or f.port not in of_port or not 0 <= week < weeks:
            continue
        stay_w = min(vessel.stays_w, key=lambda s: abs(s * WEEK_s - (f.undock_s - f.launch_s - SLIP_d * DAY_s)))
        if f.launch_s < since_s and vessel.weeks[week]:
            stand.append(Fixed(f"{f.vehicle}/{week}", f.vehicle, week, of_port[f.port], stay_w))
        else:
            kept.append((f.vehicle, week, of_port[f.port]))
    return tuple(stand), tuple(kept)


def _docked(run: Nominal, classes: tuple[PortClass, ...], weeks: int) -> tuple[Docked, ...]:
    """Ships that are docked at the start, and when each may leave."""
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
        out.append(Docked(f.id, f.vehicle, of_port[port], leaves, crew, push, number(rows[f.vehicle], "trash_kg", 0)))
    return tuple(out)


def _crew_aboard(run: Nominal, flight: int) -> int:
    """People aboard at the start whose seat home is in this ship."""
    crew = run.case.opening.crew
    return int(((crew.status == 1) & (crew.seat == flight)).sum())


def _commodities(
    scenario: Scenario, run: Nominal, wishes: Wishes, people: np.ndarray, aboard: np.ndarray
) -> tuple[Commodity, ...]:
    """Opening stocks, use by week and person, reserves and room, from the nominal run and the scenario's requirements.

    Where fewer people were aboard in the run than are asked for, those missing are counted as if they had been.
    """
    c = run.case.world.life_support.crew
    per_person = {"food": metabolism.food_as_shipped(c), "supplies": c.supplies + c.toilet, "water": c.drink + c.flush,
                  "oxygen": c.oxygen}  # fmt: skip
    weeks = people.size
    missing = np.maximum(people - weekly(run.people, weeks) / 7.0, 0.0)
    out = []
    for name in ("food", "supplies", "water", "oxygen", "nitrogen", "spares", "research", "propellant"):
        resources = RESOURCE_OF.get(name, (name,))
        use = sum((weekly(run.use_kg(r), weeks) for r in resources), np.zeros(weeks))
        gross = per_person.get(name, 0.0) * WEEK_s
        marginal = gross if name in ("food", "supplies") else _marginal_kg(use, aboard) if name == "water" else 0.0
        base = use + marginal * (missing - aboard)
        if name == "spares":
            base = base + run.repair_kg_per_d * 7.0
        asked_d = _asked_d(scenario, wishes, name, weeks)
        least = gross / 7.0 * people * asked_d if name in RESERVED else np.zeros(weeks)
        if name == "oxygen":  # an electrolyser's water stands in for tanks, as in the engine's reserve
            least = np.zeros(weeks)
        if name == "propellant":
            least = _ahead(np.maximum(use, 0.0), asked_d / 7.0)
            least = np.where(_tanks_push(scenario, run, weeks), least, 0.0)
        if name == "spares":  # what is used is replaced: the stock aboard is no source to live on
            least = np.full(weeks, _opening_kg(run, resources) - 52.0 * float(base.mean()))
        if name == "research":
            least = np.full(weeks, RESEARCH_AHEAD_w * float(base.mean()))
        opening = float(_opening_kg(run, resources))
        most = min(sum(_capacity(run, r) for r in resources), _filled_to_kg(run, name, gross / 7.0 * float(people.max()), opening))
        if name == "nitrogen":
            least = _ahead(np.maximum(use, 0.0), _asked_d(scenario, wishes, name, weeks) / 7.0)
            least = np.minimum(least, LEAST_GAS_frac * most)
        if base.any() or marginal:
            out.append(Commodity(name, opening, base, marginal, np.clip(least, 0.0, 0.9 * most), most))
    return tuple(out)


def _marginal_kg(use: np.ndarray, aboard: np.ndarray) -> float:
    """Net use of one more person in a week: mean use over mean people, where any were aboard."""
    there = aboard > 0
    return float(use[there].sum() / aboard[there].sum()) if there.any() else 0.0


def _filled_to_kg(run: Nominal, name: str, per_d_kg: float, opening_kg: float) -> float:
    """Stock that ships are filled to when the next one comes in a month: a plan cannot stow more ahead than they bring."""
    rules = run.case.world.rules
    if name in ("food", "supplies"):
        return max(per_d_kg * (rules.stock_target_s / DAY_s + 28.0), opening_kg)
    if name == "water":
        return max(per_d_kg * (rules.water_target_s / DAY_s + (1.0 - RECOVERED_frac) * 28.0), opening_kg)
    return max(rules.gas_target_kg, opening_kg) if name == "nitrogen" else math.inf


def _ahead(use: np.ndarray, weeks: np.ndarray) -> np.ndarray:
    """(W,) what is used in so many weeks (W,) from each week on; beyond the horizon as in its last half year."""
    end = np.concatenate([[0.0], np.cumsum(np.concatenate([use, np.full(2 * use.size, use[-26:].mean())]))])
    first = np.arange(use.size)
    return np.asarray(np.interp(first + weeks, np.arange(end.size), end) - end[first])


def _asked_d(scenario: Scenario, wishes: Wishes, name: str, weeks: int) -> np.ndarray:
    """(W,) days of a reserve: the margin grows over `GROWS_w` from when ships of the plan can come, up to what ships are
    filled to."""
    base_d = _reserve_d(scenario, wishes, name)
    lead_w = math.ceil(FIXED_d * DAY_s / WEEK_s)
    grown = np.clip((np.arange(weeks) - lead_w) / GROWS_w, 0.0, 1.0)
    table = {row["name"]: number(row, "value") for row in scenario.catalogue().table("rules")}
    most_d = math.inf if name == "propellant" else MOST_share * table["water_target_d" if name == "water" else "stock_target_d"]
    return np.asarray(base_d + grown * min(wishes.margin_d, max(most_d - base_d, 0.0)))


def _reserve_d(scenario: Scenario, wishes: Wishes, name: str) -> float:
    """Days asked for: the wish, the scenario's requirement, or the rule that evacuation planning begins at."""
    if name in wishes.reserve_d:
        return wishes.reserve_d[name]
    asked = [float(r.bound) for r in scenario.requirements.values()
             if r.variable == f"{name}_reserve_d" and r.relation == "at_least" and r.bound != "people_count"]  # fmt: skip
    if asked:
        return max(asked)
    return 0.0 if name == "propellant" else rule(scenario, scenario.catalogue(), "reserve_d")


def _opening_kg(run: Nominal, resources: tuple[str, ...]) -> float:
    """Stock at the start, in the station's own containers (ships' tanks push for themselves)."""
    p, s = run.case.world.stores, run.case.opening.stores
    modules = len(run.case.names.modules)
    wanted = [RESOURCES.index(r) for r in resources]
    here = np.isin(p.container_resource, wanted) & (p.container_part < modules)
    return float(s.stock_kg[here].sum())


def _capacity(run: Nominal, resource: str) -> float:
    """Room the station's parts have for a resource at the start."""
    case = run.case
    p = case.world.stores
    modules = len(case.names.modules)
    arrive = case.world.traffic.part_arrive_s
    total = 0.0
    for c in np.flatnonzero(p.container_resource == RESOURCES.index(resource)):
        k = p.container_part[c]
        if k < modules and case.world.traffic.part_station[k] == 0 and (arrive[k] <= case.t0_s or case.world.traffic.part_brought_by[k] >= 0):
            total += float(p.capacity_kg[c])
    return total


def _debt_most_kg(scenario: Scenario, run: Nominal) -> float:
    """Propellant that would raise the orbit from the lowest altitude the scenario allows to where it is kept."""
    floors = [float(r.bound) for r in scenario.requirements.values()
              if r.variable == "altitude_km" and r.relation == "at_least" and r.bound != "people_count"]  # fmt: skip
    kept = float(np.nanmedian(run.altitude_km[: int(YEAR_d)]))
    floor = max(floors) if floors else kept - 20.0
    if floor >= kept:
        return 0.0
    speed = speed_for_raise(EARTH_RADIUS_M + floor * 1e3, EARTH_RADIUS_M + kept * 1e3)
    return float(burn_propellant(float(np.nanmedian(run.mass_kg)), speed, ISP_s))


__all__ = ["Wishes", "chosen_vehicles", "problem_of", "weekly"]
