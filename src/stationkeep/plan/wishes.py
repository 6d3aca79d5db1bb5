"""What a planner asks for: the wishes beside the scenario, the flights of a published plan, and the plan's calendar."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches

import numpy as np

from ..engine.compile.flights import LONG_STAY_d, transit_s
from ..engine.luck import SERIES_MEAN_d
from ..model.base import seconds
from ..model.catalogue import number
from ..model.files import InputError, ScenarioError
from ..model.files import Problem as Mistake
from ..model.fleet import Flight
from ..model.scenario import Scenario
from .problem import Objective

DAY_s = 86400.0
WEEK_s = 7 * DAY_s
SHORTEST_w = 4
"""Weeks of the shortest plan: stocks are counted as often."""
FIXED_d = 60.0
"""Days before launch at which the date of a planned flight stands: plans of the station's traffic are made anew each
quarter, so a flight slips as launches slip at under 90 days (life_support/launch_slips.csv). Assumed. A plan adds no
launch sooner than that."""
SLIP_d = SERIES_MEAN_d
"""Days by which a launch slips on average: it is declared as many days, and the ship's transit, before its docking is expected."""
DOCKS_d = 0.5
"""Days after the beginning of its week at which a ship is expected to dock: a day after the one before it has left that port."""


@dataclass(frozen=True)
class Published:
    """A flight of a published plan."""

    name: str
    vehicle: str
    launch_s: float
    expected_s: float  # its docking, with the mean slip
    stay_s: float  # from then on
    port: str


@dataclass(frozen=True)
class Wishes:
    """What the planner adds to the scenario."""

    objective: Objective = "cost"
    people: int | None = None  # least aboard; default: the crews of the scenario's own series
    crews: int = 0  # crew ships there at any time, of whatever kind
    between_w: int = 0  # weeks at most between a crew's leaving and the next of its kind
    vehicles: tuple[str, ...] = ()  # more vehicles of the catalogue to choose from
    reserve_d: dict[str, float] = field(default_factory=dict)  # over the scenario's requirements
    margin_d: float | None = None  # days added to every reserve; default: the widest margins there is a plan with
    standdown_w: int = 0  # weeks without any one family of launchers that crew stores last through
    without_frac: float = 0.0  # share of what those left aboard live on that comes without any one family of launchers, in every year
    more_d: dict[str, float] = field(default_factory=dict)  # days added to single reserves
    careful: bool = False  # leaks and failures at the 95 % value of what is not known of them
    early_w: int = 0  # weeks a crew ship leaves before its rating, for reliefs that come late
    early_by_w: dict[str, int] = field(default_factory=dict)  # weeks more for single kinds of crew ship
    in_turn: bool = False  # crew ships that may stand in for one another fly in turn, by families of launchers
    budgets_musd: dict[tuple[str, int], float] = field(default_factory=dict)
    fix: tuple[str, ...] = ()  # flights and series of the scenario that stay as they are
    cadence_count: dict[str, int] = field(default_factory=dict)  # most flights in 52 weeks, by vehicle
    down_kg_per_y: float = 0.0
    external_kg_per_y: float = 0.0
    usd_per_research_h: float = 0.0
    usd_per_person_week: float = 0.0
    published: tuple[Published, ...] = ()  # flights of a plan that is to change as little as possible
    reboosts: dict[str, float] = field(default_factory=dict)  # those of the published plan, km by day; those before `since` stand
    since: str = ""  # published flights launched before this day stand
    lost: tuple[str, ...] = ()  # published flights that were lost
    home: dict[str, str] = field(default_factory=dict)  # published flight -> day on which its crew came home early


def published_flights(scenario: Scenario) -> tuple[Published, ...]:
    """The single flights to the main station that a plan holds."""
    out, catalogue = [], scenario.catalogue()
    for name, f in scenario.flights.items():
        if f is not None and f.station == scenario.main_station and f.launch and f.port and (f.undock or f.stay_d != "record"):
            port = f.port if isinstance(f.port, str) else f.port[0]
            launch_s = seconds(f.launch)
            expected_s = launch_s + SLIP_d * DAY_s + transit_s(catalogue, f.vehicle)
            stay_s = seconds(f.undock) - expected_s if f.undock else float(f.stay_d) * DAY_s
            out.append(Published(name, f.vehicle, launch_s, expected_s, stay_s, port))
    return tuple(out)


def weekly(by_day: np.ndarray, weeks: int) -> np.ndarray:
    """Sums over weeks (W,) of a daily series that covers at least as many."""
    per = 7 * weeks
    return np.asarray(by_day[:per], float).reshape(weeks, 7).sum(axis=1)


def chosen_vehicles(scenario: Scenario, wishes: Wishes) -> tuple[str, ...]:
    """Vehicles the plan may fly: those of the scenario's own flights to its main station but for visits, and those wished for."""
    return tuple(dict.fromkeys([*(f.vehicle for f in series(scenario)), *wishes.vehicles]))


def check(scenario: Scenario, wishes: Wishes) -> None:
    """Raise InputError where a wish names what is not there."""
    names, rows = chosen_vehicles(scenario, wishes), scenario.catalogue().by_id("fleet/vehicles")
    if not names:
        raise InputError(scenario.title, None, f"no flights to '{scenario.main_station}' to choose from", "add series under `flights:`, or name vehicles: --vehicles progress-ms,soyuz-ms")
    for option, asked, known in (("--vehicles", wishes.vehicles, rows), ("--cadence", wishes.cadence_count, names), ("--fix", wishes.fix, scenario.flights)):
        for name in asked:
            if name not in known:
                near = get_close_matches(name, known, 1)
                raise InputError(option, None, f"no '{name}' to choose from", f"did you mean '{near[0]}'?" if near else f"one of: {', '.join(known)}")
    if scenario.horizon != "last-flight" and seconds(scenario.horizon) - seconds(scenario.start) < SHORTEST_w * WEEK_s:
        raise InputError(scenario.title, None, f"the horizon is {scenario.horizon[:10]}, less than {SHORTEST_w} weeks after the start, {scenario.start[:10]}: too soon to plan for",
                         "give a later `horizon:` or --until")  # fmt: skip
    _struck(scenario, wishes.fix)


def entry_of(scenario: Scenario, flight: str) -> str:
    """The entry of the scenario that a flight is, or is a member of: `progress` for `progress-2`."""
    name, _, number = flight.rpartition("-")
    return name if flight not in scenario.flights and number.isdigit() else flight


def _struck(scenario: Scenario, fix: tuple[str, ...]) -> None:
    """Raise ScenarioError where an event strikes a flight that the plan would choose anew."""
    for name, event in scenario.events.items():
        entry = entry_of(scenario, event.fail or event.damage or event.ship or "")
        flight = scenario.flights.get(entry)
        if flight is not None and flight.station == scenario.main_station and not flight.after and entry not in {*fix, *visits(scenario)}:
            words = f"it strikes a flight of '{entry}', and a plan chooses those anew"
            raise ScenarioError([Mistake(scenario.title, None, None, f"events.{name}", words, f"keep them as they stand, --fix {entry}, or leave the event out")])


def series(scenario: Scenario) -> list[Flight]:
    """Flights and series to the main station of which a plan chooses; visits are none."""
    left_out = visits(scenario)
    return [f for name, f in scenario.flights.items() if f is not None and f.station == scenario.main_station and name not in left_out]


def visits(scenario: Scenario) -> frozenset[str]:
    """Flights and series to the main station whose people come for less than two months and leave with their ship: they are asked of the
    station and none of its crews, so a plan serves them as they stand. Where nobody stays longer they are its crews."""
    rows = scenario.catalogue().by_id("fleet/vehicles")
    found, crews = set(), False
    for name, f in scenario.flights.items():
        if f is None or f.station != scenario.main_station or not f.people or f.after:
            continue
        rated_d = number(rows[f.vehicle], "max_docked_d", LONG_STAY_d)  # a stay of the record is that of a rotation
        stay_d = (seconds(f.undock) - seconds(f.launch)) / DAY_s if f.undock and f.launch else rated_d if f.stay_d == "record" else float(f.stay_d)
        if stay_d < LONG_STAY_d:
            found.add(name)
        else:
            crews = True
    return frozenset(found if crews else ())
