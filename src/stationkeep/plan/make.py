"""plan(): a scenario whose flights were chosen, proved on the nominal run and on the ensemble."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..model.base import NEVER_s, seconds, to_utc
from ..model.catalogue import number
from ..model.files import Problem as Mistake
from ..model.files import ScenarioError
from ..model.scenario import Scenario
from .additions import Addition, additions
from .altitude import altitude_plan
from .conflicts import conflicts
from .milp import fill, solve
from .nominal import Nominal, lasting, nominal
from .problem import Problem, Solution
from .prove import RESERVES, AGREE_frac, agree, least_d, loaded, refuted
from .replan import changed
from .robust import WIDE, Climb, Levels, Trial, cheapest_crew, counted, priced, share, told, with_margins, words
from .stocks import apart, side_by_side
from .stores import reserve_d
from .take import problem_of
from .wishes import WEEK_s, Wishes
from .write import Planned, changes, people_aboard, planned, planned_scenario, rows

Say = Callable[[str], None]
BEYOND_w = 26
"""Weeks planned beyond the horizon."""
MOST_ANSWERS = 3
"""Additions with which a plan is made, where there is none without."""
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
    agreement_frac: dict[str, float] = field(default_factory=dict)  # stock of the plan against the nominal run, largest difference
    least_d: dict[str, float] = field(default_factory=dict)  # least reserve in the nominal run
    probability_frac: float | None = None
    interval_frac: tuple[float, float] | None = None
    asked_frac: float | None = None  # the probability asked for
    selected_frac: float = 0.0  # on the runs it was chosen on: not to be quoted
    proved_runs: int = 0  # fresh runs behind `probability_frac`
    broke: dict[str, int] = field(default_factory=dict)  # what broke first in those of them that did not hold
    margins: str = ""  # in words
    unplanned: dict[str, Any] | None = None  # the scenario as it stands, on the draws of the curve
    curve: tuple[dict[str, Any], ...] = ()
    conflicts: tuple[str, ...] = ()
    additions: tuple[str, ...] = ()  # what would do, each alone, where there is no plan: vehicles first
    answers: tuple[dict[str, Any], ...] = ()  # plans with the first of these vehicles
    answer: Plan | None = None  # the best of them
    refuted: tuple[str, ...] = ()  # why the nominal run says that the flights are no plan
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
            "margins": self.margins, "probability_asked_frac": self.asked_frac,
            "probability_frac": self.probability_frac, "probability_interval_frac": self.interval_frac,
            "proved_runs_count": self.proved_runs, "broke": self.broke, "met": self.met,
            "conflicts": list(self.conflicts), "additions": list(self.additions),
            "answers": list(self.answers), "refuted": list(self.refuted), "unplanned": self.unplanned, "curve": list(self.curve), "agreement_frac": self.agreement_frac,
            "least_reserve_d": self.least_d, "apart_frac": apart(list(self.stocks)),
            "solve_s": round(s.wall_s, 2), "altitude": self.altitude,
            "replanned": list(self.replanned), "changes": changes(self.problem, list(self.flights)) if self.problem.kept else None,
        }  # fmt: skip


def plan(scenario: Scenario, *, runs: int = 0, **wishes: Any) -> Scenario:
    """A scenario whose flights were chosen; each future of it is planned apart.

    `runs` > 0 tightens margins until `probability` (default 0.95) of that many fresh runs keep someone aboard without a break.
    Other keywords are those of `plan_branch` and `Wishes`. Raises ScenarioError with the conflicting requirements when
    there is no plan.
    """
    out = scenario
    names: list[str | None] = [*scenario.futures] or [None]
    for name in names:
        made = plan_branch(scenario.branch(name), runs=runs, **wishes)
        if not made.stands:
            words = "; ".join(made.conflicts or made.refuted) or "no plan was found in the time given"
            at = scenario.title if name is None else f"{scenario.title}, future {name}"
            raise ScenarioError([Mistake(at, None, None, "flights", words, "give up one of these, or add a vehicle")])
        out = with_plan(out, name, made)
    return out


def plan_each(scenario: Scenario, *, say: Say | None = None, **wishes: Any) -> tuple[Scenario, list[dict[str, Any]]]:
    """The scenario with the plan of each future for which there is one, and what `plan --json` prints of each, by `name`.

    A future that has no plan keeps its flights; its entry names the conflicting requirements.
    """
    out, told = scenario, []
    names: list[str | None] = [*scenario.futures] or [None]
    for name in names:

        def tell(text: str, head: str = f"{name}: " if name else "") -> None:
            if say:
                say(head + text)

        made = plan_branch(scenario.branch(name), say=tell, **wishes)
        if made.stands:
            out = with_plan(out, name, made)
        told.append({"name": name or scenario.name, **made.as_dict()})
    return out, told


def with_plan(scenario: Scenario, future: str | None, made: Plan) -> Scenario:
    """The scenario with a branch's plan put in its place."""
    if future is None:
        return scenario.model_copy(update={"flights": made.scenario.flights, "stations": made.scenario.stations})
    gone = {name: None for name, f in scenario.branch(future).flights.items() if name not in made.scenario.flights and f is not None}
    new = {n: f.model_dump(mode="json", exclude_defaults=True) for n, f in made.scenario.flights.items() if f is not None and n not in scenario.flights}
    chosen = scenario.futures[future].model_copy(update={"flights": {**gone, **new}})
    return scenario.model_copy(update={"futures": {**scenario.futures, future: chosen}})


def plan_branch(
    scenario: Scenario, *, probability: float = 0.95, runs: int = 0, seed: int = 0, workers: int | None = None,
    time_limit_s: float = 60.0, altitude: bool = False, say: Say | None = None, **wishes: Any,
) -> Plan:  # fmt: skip
    """Plan one branch (no futures); with `runs` the margins grow until the ensemble meets `probability`.

    With `altitude` the height flown in each year is chosen first, for the traffic of the scenario as it stands.
    """
    asked = Wishes(**wishes)
    tell = say or (lambda _: None)
    horizon = scenario.horizon
    scenario = _beyond(scenario)
    run = nominal(scenario)
    heights = None
    if altitude:
        scenario, heights = altitude_plan(scenario, run)
        run = nominal(scenario)
    run = lasting(run, scenario)
    if not runs:
        made = _widest(scenario, run, asked, time_limit_s, tell)
    else:
        made = _robust(scenario, run, asked, time_limit_s, tell, Trial(horizon, runs, seed, workers), probability)
    made = replace(_to_horizon(made, horizon), altitude=heights)
    if made.stands:
        made = replace(made, stocks=tuple(side_by_side(made.scenario, made.problem, made.solution, list(made.flights), made.agreement_frac)))
    if made.solution.status != "infeasible":
        if not made.problem.kept:
            return made
        tell("finding out why published flights are changed ...")
        return replace(made, replanned=tuple(changed(made.problem, list(made.flights), asked.lost)))
    tell("there is no plan: finding out why, and what would help ...")
    why = tuple(conflicts(made.problem))
    more: list[Addition] = []
    answers: list[tuple[dict[str, Any], Plan]] = []
    for pairs in (False, True):
        if not any(found.stands and found.met is not False for _, found in answers):
            able = additions(scenario, run, asked, why, tell, pairs)
            answers += [_answer(a, horizon, asked, time_limit_s, tell, Trial(horizon, runs, seed, workers) if runs else None, probability) for a in able[:MOST_ANSWERS]]
            more += able
    best = max((found for _, found in answers if found.stands), key=lambda x: (bool(x.met), x.probability_frac or 0.0, -x.cost_musd()), default=None)
    return replace(made, conflicts=why, additions=tuple(a.words for a in more), answers=tuple(told for told, _ in answers), answer=best)


def _answer(
    a: Addition, horizon: str, asked: Wishes, time_limit_s: float, tell: Say, trial: Trial | None, probability: float
) -> tuple[dict[str, Any], Plan]:
    """The cheapest plan with an addition, tried in its nominal run, with `trial` on the ensemble too: as `plan --json` tells it, and itself."""
    tell(f"a plan with {a.words} ...")
    run = lasting(nominal(a.scenario), a.scenario)
    wishes = replace(asked, vehicles=(*asked.vehicles, *a.vehicles))
    found = _chosen(a.scenario, run, wishes, time_limit_s, tell)
    if trial and found.stands:
        found = _robust(a.scenario, run, wishes, time_limit_s, tell, trial, probability)
    found = _to_horizon(found, horizon)
    return {"addition": a.words, "vehicles": list(a.vehicles), "patch": a.patch, "status": found.status, "flights_count": len(found.counted()),
            "cost_musd": found.cost_musd(), "of_it_count": sum(f.visit.vessel in a.vehicles for f in found.counted()),
            "least_reserve_d": found.least_d, "agreement_frac": found.agreement_frac, "refuted": list(found.refuted), "margins": found.margins,
            "probability_frac": found.probability_frac, "probability_interval_frac": found.interval_frac, "proved_runs_count": found.proved_runs,
            "met": found.met, "broke": found.broke, "curve": list(found.curve)}, found  # fmt: skip


def _widest(scenario: Scenario, run: Nominal, asked: Wishes, time_limit_s: float, tell: Say) -> Plan:
    """The plan with the widest margins there is one with; else what was found without margins."""
    own = asked.margin_d or asked.early_w or asked.standdown_w or asked.without_frac or asked.careful
    cheapest = cheapest_crew(problem_of(scenario, run, asked))
    for levels in WIDE[-1:] if own else WIDE:
        made = _chosen(scenario, run, with_margins(asked, levels, cheapest), time_limit_s, tell)
        if made.stands:
            break
        tell(f"no plan with {words(levels)}: " + ("; ".join(made.refuted) or made.status))
    return replace(made, margins=f"{asked.margin_d:g} days on every reserve, as asked" if asked.margin_d else words(levels))


def _beyond(scenario: Scenario) -> Scenario:
    """The scenario half a year longer: flights after the horizon are there to be brought forward, and nobody runs stores down."""
    if scenario.horizon == "last-flight":
        return scenario
    return scenario.model_copy(update={"horizon": to_utc(seconds(scenario.horizon) + BEYOND_w * WEEK_s)})


def _until_s(scenario: Scenario) -> float:
    """The horizon asked for of a scenario that was made longer: what comes after it is planned, not promised."""
    return NEVER_s if scenario.horizon == "last-flight" else seconds(scenario.horizon) - BEYOND_w * WEEK_s


def _to_horizon(made: Plan, horizon: str) -> Plan:
    return replace(made, scenario=made.scenario.model_copy(update={"horizon": horizon}))


def _robust(
    scenario: Scenario, run: Nominal, asked: Wishes, time_limit_s: float, tell: Say, trial: Trial, probability: float
) -> Plan:
    """Margins grow where the runs break, on the same draws each time, until the probability is met on fresh draws too."""
    before, what = trial.select(scenario)
    unplanned = {**_as_it_stands(scenario, run, trial.horizon), **share(before), "broke": counted(what)}
    tell(f"as it stands: {unplanned['cost_musd']:,.0f} M$, {before.mean():.1%} of {before.size} runs unbroken; {told(unplanned['broke'])}")
    cheapest = cheapest_crew(problem_of(scenario, run, asked))
    climb = Climb(probability)
    best: Plan | None = None
    proved = 0
    levels: Levels | None = climb.levels
    while levels is not None:
        made = _to_horizon(_chosen(scenario, run, with_margins(asked, levels, cheapest), time_limit_s, tell), trial.horizon)
        if not made.stands:
            tell(f"no plan with {words(levels)}: " + ("; ".join(made.refuted) or made.status))
            best = best or made
            if not any(levels.values()) and made.solution.status == "infeasible":
                break
            raised = [name for name, level in levels.items() if level > climb.levels[name]]
            climb.ends |= set(sorted(raised, key=lambda name: int((what == name).sum()))[:1])
        else:
            held, what = trial.select(made.scenario)
            climb.levels = levels
            climb.curve.append({"margins": words(levels), "flights_count": len(made.counted()), "cost_musd": made.cost_musd(), **share(held),
                                "runs_count": held.size, "better_runs_count": int((held & ~before).sum()), "worse_runs_count": int((before & ~held).sum()), "broke": counted(what)})  # fmt: skip
            tell(f"{words(levels)}: {made.cost_musd():,.0f} M$, {held.mean():.1%} of {held.size} runs unbroken; {told(counted(what))}")
            if best is None or not best.stands or held.mean() > best.selected_frac:
                best = replace(made, selected_frac=float(held.mean()), margins=words(levels))
            if held.mean() >= probability:
                best = replace(made, selected_frac=float(held.mean()), margins=words(levels))
                proved += 1
                best, what = _proved(best, trial, proved, tell)
                if (best.probability_frac or 0.0) >= probability:
                    break
        levels = climb.higher(what)
    assert best is not None
    if best.stands and best.probability_frac is None:
        best, what = _proved(best, trial, proved + 1, tell)
    return replace(best, curve=tuple(priced(climb.curve)), unplanned=unplanned, asked_frac=probability)


def _proved(made: Plan, trial: Trial, time: int, tell: Say) -> tuple[Plan, np.ndarray]:
    """The plan with its share of fresh runs, and (R,) what broke in them."""
    held, what = trial.prove(made.scenario, time)
    found = share(held)
    tell(f"on {held.size} fresh runs: {held.mean():.1%} unbroken; {told(counted(what))}")
    return replace(made, probability_frac=found["probability_frac"], interval_frac=(found["low"], found["high"]), broke=counted(what), proved_runs=held.size), what


def _as_it_stands(scenario: Scenario, run: Nominal, horizon: str) -> dict[str, Any]:
    """Count and cost of the flights the scenario has without a plan."""
    until_s = NEVER_s if horizon == "last-flight" else seconds(horizon)
    flown = [f for f in run.case.flights if not f.flown and f.station == scenario.main_station and f.launch_s < until_s]
    vehicles = run.case.catalogue.by_id("fleet/vehicles")
    return {"flights_count": float(len(flown)), "cost_musd": sum(number(vehicles[f.vehicle], "cost_musd", 0) for f in flown)}


def _chosen(scenario: Scenario, run: Nominal, wishes: Wishes, time_limit_s: float, tell: Say) -> Plan:
    """Choose flights; where a reserve falls short in the nominal run, ask for as many days more and choose again."""
    first = wishes
    made = _agreed(scenario, run, wishes, time_limit_s, tell)
    for _ in range(MOST_PASSES - 1):
        asked_d = _reserves_asked(scenario, first, made.problem)
        short_d = {} if not made.solution.found else {n: d - made.least_d[n] for n, d in asked_d.items() if made.least_d[n] < (1.0 - AGREE_frac) * d}
        if not short_d or any("nobody" in why for why in made.refuted):
            break
        tell("; ".join(made.refuted) + ": asking for more and choosing again ...")
        wishes = replace(wishes, reserve_d={**wishes.reserve_d, **{n: reserve_d(scenario, wishes, n) + d + SPARE_d for n, d in short_d.items()}})
        again = _agreed(scenario, run, wishes, time_limit_s, tell)
        if not again.solution.found:
            break
        made = replace(again, refuted=refuted(again.agreement_frac, nominal(again.scenario), _until_s(scenario), asked_d))
    return made


def _reserves_asked(scenario: Scenario, wishes: Wishes, problem: Problem) -> dict[str, float]:
    """Days asked for by reserve; of propellant only where the station's own engines burn the tanks all the time."""
    return {name: reserve_d(scenario, wishes, name) for name in RESERVES if name != "propellant" or problem.tanks_push.all()}


def _agreed(scenario: Scenario, run: Nominal, wishes: Wishes, time_limit_s: float, tell: Say) -> Plan:
    """Solve, simulate once without chance, and fill the ships again until plan and simulation agree."""
    problem = problem_of(scenario, run, wishes)
    tell(f"{len(problem.vessels)} vehicles, {problem.weeks} weeks: choosing flights ...")
    solution = solve(problem, time_limit_s=time_limit_s)
    if not solution.found:
        return Plan(scenario, problem, solution)
    for left in reversed(range(MOST_PASSES)):
        new = planned_scenario(scenario, problem, planned(problem, solution))
        run = nominal(new)
        solution = loaded(problem, solution, run)
        agreement = agree(problem, solution, run, wishes.careful, _until_s(scenario))
        if max(agreement.values(), default=0.0) > AGREE_frac and (run.people[run.t_s < _until_s(scenario)] > 0).all():  # a lost station uses nothing
            measured = problem_of(scenario, run, wishes, people_aboard(problem, solution))
            problem = replace(problem, commodities=measured.commodities, push_need_kg=measured.push_need_kg,
                              turn_need_kg=measured.turn_need_kg, waste_kg=measured.waste_kg)  # fmt: skip
            if left and fill(problem, solution) is None:
                tell("the flights do not hold what the simulation uses: choosing again ...")
                again = solve(problem, time_limit_s=time_limit_s)
                if again.found:
                    solution = again
                    continue
            solution = loaded(problem, solution, run)
            agreement = agree(problem, solution, run, wishes.careful, _until_s(scenario))
        break
    why = refuted(agreement, run, _until_s(scenario), _reserves_asked(scenario, wishes, problem))
    return Plan(new, problem, solution, tuple(planned(problem, solution)), agreement, least_d(run), refuted=why)


__all__ = ["Plan", "plan", "plan_branch", "with_plan"]
