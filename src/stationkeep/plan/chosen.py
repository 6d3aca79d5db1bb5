"""Flights chosen for one branch: agreed with its nominal run, with margins that grow until the ensemble holds as often as asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from ..laws.matter import PROPELLANT, REBOOST
from ..model.base import NEVER_s, seconds, to_utc
from ..model.catalogue import number
from ..model.scenario import Scenario
from .milp import fill, solve
from .nominal import Nominal, nominal
from .problem import Problem, Solution
from .prove import RESERVES, AGREE_frac, agree, least_d, loaded, refuted
from .reboosts import reboost_rows, scheduled
from .robust import WIDE, Climb, Levels, Trial, cheapest_crew, counted, priced, share, told, with_margins, words
from .stocks import apart
from .stores import reserve_d
from .take import problem_of
from .wishes import WEEK_s, Wishes
from .write import Planned, changes, people_aboard, planned, planned_scenario, rows

Say = Callable[[str], None]
BEYOND_w = 26
"""Weeks planned beyond the horizon."""
MOST_PASSES = 3
SPARE_d = 5.0
"""Days more than was short that are asked for of a reserve that the nominal run broke. Assumed."""


@dataclass(frozen=True)
class Plan:
    """A plan of one branch and what was proved about it."""

    scenario: Scenario
    problem: Problem
    solution: Solution
    flights: tuple[Planned, ...] = ()
    agreement_frac: dict[str, float] = field(default_factory=dict)  # stock of the plan against the nominal run on its dates, largest difference
    least_d: dict[str, float] = field(default_factory=dict)  # least reserve in the nominal run
    probability_frac: float | None = None
    interval_frac: tuple[float, float] | None = None
    asked_frac: float | None = None  # the probability asked for
    selected_frac: float | None = None  # on the runs it was chosen on: not to be quoted
    proved_runs: int = 0  # fresh runs behind `probability_frac`
    broke: dict[str, int] = field(default_factory=dict)  # what broke first in those of them that did not hold
    margins: str = ""  # in words
    levels: Levels = field(default_factory=dict)  # the same by margin
    unplanned: dict[str, Any] | None = None  # the scenario as it stands, on the draws of the curve
    curve: tuple[dict[str, Any], ...] = ()
    conflicts: tuple[str, ...] = ()
    additions: tuple[str, ...] = ()  # what leaves no proof that there is none, each alone: vehicles first
    answers: tuple[dict[str, Any], ...] = ()  # plans with the first of these vehicles
    answer: Plan | None = None  # the best of them
    refuted: tuple[str, ...] = ()  # why the nominal run says that the flights are no plan
    reboosts: tuple[dict[str, Any], ...] = ()  # burns of its nominal run on its dates: when, how high, with what
    burned_kg: np.ndarray = field(default_factory=lambda: np.zeros(0))  # (D,) propellant of that run for them and for debris avoidance
    stocks: tuple[dict[str, Any], ...] = ()  # by week and commodity: the plan's own arithmetic beside a run of its manifests and dates
    replanned: tuple[dict[str, Any], ...] = ()  # how it differs from the published plan, flight by flight
    altitude: dict[str, float] | None = None  # figures of the chosen altitude policy

    @property
    def stands(self) -> bool:
        """Flights were found and the nominal run does not refute them."""
        return self.solution.found and not self.refuted

    @property
    def status(self) -> str:
        """That of the solver; `refuted` where the nominal run does not bear its flights out."""
        return "refuted" if self.refuted else self.solution.status

    @property
    def met(self) -> bool | None:
        """Whether fresh runs meet the probability asked for; None when none was tried."""
        return None if self.asked_frac is None or self.probability_frac is None else self.probability_frac >= self.asked_frac

    def counted(self) -> list[Planned]:
        """Flights launched before the horizon; those after it are there to be brought forward."""
        until = self.scenario.horizon
        return [f for f in self.flights if until == "last-flight" or f.launch < until]

    def cost_musd(self) -> float:
        """Cost of the flights launched before the horizon."""
        return sum(self.problem.vessel(f.visit.vessel).cost_musd for f in self.counted())

    def as_dict(self) -> dict[str, Any]:
        """What `plan --json` prints of a branch."""
        s = self.solution
        return {
            "status": self.status, "objective": s.objective, "bound": s.bound, "gap_frac": s.gap_frac,
            "cost_musd": self.cost_musd(), "flights": rows(self.problem, list(self.flights)) if self.stands else [],
            "reboosts": list(self.reboosts) if self.stands else [], "margins": self.margins, "probability_asked_frac": self.asked_frac,
            "probability_frac": self.probability_frac, "probability_interval_frac": self.interval_frac,
            "proved_runs_count": self.proved_runs, "broke": self.broke, "met": self.met,
            "conflicts": list(self.conflicts), "additions": list(self.additions),
            "answers": list(self.answers), "refuted": list(self.refuted), "unplanned": self.unplanned, "curve": list(self.curve), "agreement_frac": self.agreement_frac,
            "least_reserve_d": self.least_d, "apart_frac": apart(list(self.stocks)),
            "solve_s": round(s.wall_s, 2), "altitude": self.altitude,
            "replanned": list(self.replanned), "changes": changes(self.problem, list(self.flights)) if self.problem.kept else None,
        }  # fmt: skip


@dataclass(frozen=True)
class Ask:
    """What is asked of a plan beside the scenario."""

    wishes: Wishes
    time_limit_s: float
    tell: Say
    trial: Trial | None
    probability: float
    horizon: str = "last-flight"  # what comes after it is planned, not promised

    @property
    def until_s(self) -> float:
        """The instant of the horizon."""
        return NEVER_s if self.horizon == "last-flight" else seconds(self.horizon)


class Tried(NamedTuple):
    """A plan with (R,) the runs that held, None where it was not tried, and (R,) what broke in the others."""

    plan: Plan
    held: np.ndarray | None
    what: np.ndarray


def widest(scenario: Scenario, run: Nominal, ask: Ask) -> Plan:
    """The plan with the widest margins there is one with; else what was found without margins."""
    asked = ask.wishes
    own = asked.margin_d is not None or asked.early_w or asked.standdown_w or asked.without_frac or asked.careful
    cheapest = cheapest_crew(problem_of(scenario, run, asked))
    for levels in WIDE[-1:] if own else WIDE:
        made = _chosen(scenario, run, with_margins(asked, levels, cheapest), ask)
        if made.stands:
            break
        ask.tell(f"no plan with {words(levels)}: " + ("; ".join(made.refuted) or made.status))
    return replace(made, margins=f"{asked.margin_d:g} days on every reserve, as asked" if asked.margin_d is not None else words(levels))


def beyond(scenario: Scenario) -> Scenario:
    """The scenario half a year longer: flights after the horizon are there to be brought forward, and nobody runs stores down."""
    if scenario.horizon == "last-flight":
        return scenario
    return scenario.model_copy(update={"horizon": to_utc(seconds(scenario.horizon) + BEYOND_w * WEEK_s)})


def to_horizon(made: Plan, horizon: str) -> Plan:
    return replace(made, scenario=made.scenario.model_copy(update={"horizon": horizon}))


def robust(scenario: Scenario, run: Nominal, ask: Ask, first: Tried | None = None) -> Plan:
    """Margins grow, from a plan tried first on, where the runs break, on the same draws each time, until the probability is met on fresh draws too."""
    trial, probability, tell = ask.trial, ask.probability, ask.tell
    assert trial is not None
    before, what = trial.select(scenario)
    unplanned = {**_as_it_stands(scenario, trial.horizon), **share(before), "broke": counted(what)}
    tell(f"as it stands: {unplanned['cost_musd']:,.0f} M$, {before.mean():.1%} of {before.size} runs unbroken; {told(unplanned['broke'])}")
    climb = Climb(probability)
    climb.levels.update(first.plan.levels if first else {})
    best: Plan | None = None
    proved = 0
    new: Levels | None = climb.levels
    while new is not None:
        made, held, found = first or at(new, scenario, run, ask)
        first = None
        if held is None:
            best = best or made
            if new == climb.levels:  # more margins are no easier
                break
            climb.failed(new)
        else:
            what, climb.levels, climb.alone = found, new, False
            climb.curve.append({"margins": words(new), "flights_count": len(made.counted()), "cost_musd": made.cost_musd(), **share(held),
                                "runs_count": held.size, "better_runs_count": int((held & ~before).sum()), "worse_runs_count": int((before & ~held).sum()), "broke": counted(what)})  # fmt: skip
            met = held.mean() >= probability
            if met or best is None or not best.stands or (made.selected_frac or 0.0) > (best.selected_frac or 0.0):
                best = made
            if met:
                proved += 1
                best, what = _proved(best, trial, proved, tell)
                if (best.probability_frac or 0.0) >= probability:
                    break
        new = climb.higher(what)
    assert best is not None
    if best.stands and best.probability_frac is None:
        best, what = _proved(best, trial, proved + 1, tell)
    return replace(best, curve=tuple(priced(climb.curve)), unplanned=unplanned, asked_frac=probability)


def at(levels: Levels, scenario: Scenario, run: Nominal, ask: Ask) -> Tried:
    """The plan with margins at their levels, to the horizon asked for, tried where it stands."""
    cheapest = cheapest_crew(problem_of(scenario, run, ask.wishes))
    made = to_horizon(_chosen(scenario, run, with_margins(ask.wishes, levels, cheapest), ask), ask.horizon)
    made = replace(made, margins=words(levels), levels=levels)
    if not made.stands:
        ask.tell(f"no plan with {words(levels)}: " + ("; ".join(made.refuted) or made.status))
    if not made.stands or ask.trial is None:
        return Tried(made, None, np.empty(0, dtype="<U12"))
    held, what = ask.trial.select(made.scenario)
    ask.tell(f"{words(levels)}: {made.cost_musd():,.0f} M$, {held.mean():.1%} of {held.size} runs unbroken; {told(counted(what))}")
    return Tried(replace(made, selected_frac=float(held.mean())), held, what)


def _proved(made: Plan, trial: Trial, time: int, tell: Say) -> tuple[Plan, np.ndarray]:
    """The plan with its share of fresh runs, and (R,) what broke in them."""
    held, what = trial.prove(made.scenario, time)
    found = share(held)
    tell(f"on {held.size} fresh runs: {held.mean():.1%} unbroken; {told(counted(what))}")
    return replace(made, probability_frac=found["probability_frac"], interval_frac=(found["low"], found["high"]), broke=counted(what), proved_runs=held.size), what


def _as_it_stands(scenario: Scenario, horizon: str) -> dict[str, Any]:
    """Count and cost of the flights the scenario has without a plan, but for those that its nominal run calls off or that wait there for an
    event that does not come."""
    until_s, run = NEVER_s if horizon == "last-flight" else seconds(horizon), nominal(scenario)
    off = {name for _, kind, name, _ in run.events if kind == "cancelled"}
    off |= {f.id for f in run.case.flights if f.after} - {name for _, kind, name, _ in run.events if kind == "launch"}
    flown = [f for f in run.case.flights if not f.flown and f.station == scenario.main_station and f.launch_s < until_s and f.id not in off]
    vehicles = run.case.catalogue.by_id("fleet/vehicles")
    return {"flights_count": float(len(flown)), "cost_musd": sum(number(vehicles[f.vehicle], "cost_musd", 0) for f in flown)}


def _chosen(scenario: Scenario, run: Nominal, wishes: Wishes, ask: Ask) -> Plan:
    """Choose flights; where a reserve falls short in the nominal run, ask for as many days more and choose again."""
    first = wishes
    made = _agreed(scenario, run, wishes, ask)
    for _ in range(MOST_PASSES - 1):
        asked_d = _reserves_asked(scenario, first, made.problem)
        short_d = {} if not made.solution.found else {n: d - made.least_d[n] for n, d in asked_d.items() if made.least_d[n] < (1.0 - AGREE_frac) * d}
        if not short_d or any("nobody" in why for why in made.refuted):
            break
        ask.tell("; ".join(made.refuted) + ": asking for more and choosing again ...")
        wishes = replace(wishes, reserve_d={**wishes.reserve_d, **{n: reserve_d(scenario, wishes, n) + d + SPARE_d for n, d in short_d.items()}})
        again = _agreed(scenario, run, wishes, ask)
        if not again.solution.found:
            break
        made = replace(again, refuted=refuted(again.agreement_frac, nominal(again.scenario), ask.until_s, asked_d))
    return made


def _reserves_asked(scenario: Scenario, wishes: Wishes, problem: Problem) -> dict[str, float]:
    """Days asked for by reserve; of propellant only where the station's own engines burn the tanks all the time."""
    return {name: reserve_d(scenario, wishes, name) for name in RESERVES if name != "propellant" or problem.tanks_push.all()}


def _agreed(scenario: Scenario, run: Nominal, wishes: Wishes, ask: Ask) -> Plan:
    """Solve, simulate once without chance, and fill the ships again until plan and simulation agree.

    Agreed is with the run on the published dates: what ships bring there is what the plan tells. Whether it holds is asked of the run
    as the rules fly it, in which ships come sooner when a stock is low.
    """
    problem = problem_of(scenario, run, wishes)
    ask.tell(f"{len(problem.vessels)} vehicles, {problem.weeks} weeks: choosing flights ...")
    solution = solve(problem, time_limit_s=ask.time_limit_s)
    if not solution.found:
        return Plan(scenario, problem, solution)
    stand = {day: to_km for day, to_km in wishes.reboosts.items() if day < wishes.since}
    for left in reversed(range(MOST_PASSES)):
        new, run = scheduled(planned_scenario(scenario, problem, solution, planned(problem, solution)), stand)
        dated = nominal(new, as_dated=True)
        solution = loaded(problem, solution, dated)
        agreement = agree(problem, solution, dated, wishes.careful, ask.until_s)
        if max(agreement.values(), default=0.0) > AGREE_frac and (dated.people[dated.t_s < ask.until_s] > 0).all():  # a lost station uses nothing
            measured = problem_of(scenario, dated, wishes, people_aboard(problem, solution))
            problem = replace(problem, commodities=measured.commodities, push_need_kg=measured.push_need_kg,
                              turn_need_kg=measured.turn_need_kg, waste_kg=measured.waste_kg)  # fmt: skip
            if left and fill(problem, solution) is None:
                ask.tell("the flights do not hold what the simulation uses: choosing again ...")
                again = solve(problem, time_limit_s=ask.time_limit_s)
                if again.found:
                    solution = again
                    continue
            solution = loaded(problem, solution, dated)
            agreement = agree(problem, solution, dated, wishes.careful, ask.until_s)
        break
    why = refuted(agreement, run, ask.until_s, _reserves_asked(scenario, wishes, problem))
    return Plan(new, problem, solution, tuple(planned(problem, solution)), agreement, least_d(run, ask.until_s), refuted=why,
                reboosts=tuple(reboost_rows(dated)), burned_kg=-dated.flow_kg[:, PROPELLANT, REBOOST])  # fmt: skip


__all__ = ["Ask", "Plan", "Say", "Tried", "at", "beyond", "robust", "to_horizon", "widest"]
