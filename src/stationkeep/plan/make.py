"""plan(): a scenario whose flights were chosen, proved on the nominal run and on the ensemble."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..model.files import Problem as Mistake
from ..model.files import ScenarioError
from ..model.scenario import Scenario
from .altitude import altitude_plan
from .conflicts import conflicts
from .milp import fill, solve
from .nominal import Nominal, nominal
from .problem import Problem, Solution
from .take import RESOURCE_OF, Wishes, problem_of
from .write import Planned, changes, people_aboard, planned, planned_scenario, rows

Say = Callable[[str], None]
AGREE_frac = 0.02
MOST_PASSES = 3
MARGINS = ((0.0, 0), (30.0, 2), (60.0, 4), (90.0, 6))
"""Days added to every reserve, and weeks crews are relieved before the rating of their ship, step by step."""
COMPARED = ("food", "supplies", "water")


@dataclass(frozen=True)
class Plan:
    """A plan of one branch and what was proved about it."""

    scenario: Scenario
    problem: Problem
    solution: Solution
    flights: tuple[Planned, ...] = ()
    agreement_frac: dict[str, float] = field(default_factory=dict)  # stock of the plan against the nominal run, largest difference
    probability_frac: float | None = None
    interval_frac: tuple[float, float] | None = None
    curve: tuple[dict[str, float], ...] = ()
    conflicts: tuple[str, ...] = ()
    altitude: dict[str, float] | None = None  # figures of the chosen altitude policy

    def cost_musd(self) -> float:
        """Cost of the planned flights."""
        return sum(self.problem.vessel(f.visit.vessel).cost_musd for f in self.flights)

    def as_dict(self) -> dict[str, Any]:
        """What `plan --json` prints of a branch."""
        s = self.solution
        return {
            "status": s.status, "objective": s.objective, "bound": s.bound, "gap_frac": s.gap_frac,
            "cost_musd": self.cost_musd(), "flights": rows(self.problem, list(self.flights)),
            "probability_frac": self.probability_frac, "probability_interval_frac": self.interval_frac,
            "conflicts": list(self.conflicts), "curve": list(self.curve), "agreement_frac": self.agreement_frac,
            "solve_s": round(s.wall_s, 2), "altitude": self.altitude,
            "changes": changes(self.problem, list(self.flights)) if self.problem.kept else None,
        }  # fmt: skip


def plan(scenario: Scenario, *, runs: int = 0, **wishes: Any) -> Scenario:
    """A scenario whose flights were chosen; each future of it is planned apart.

    `runs` > 0 tightens margins until `probability` (default 0.95) of that many runs keep someone aboard without a break.
    Other keywords are those of `plan_branch` and `Wishes`. Raises ScenarioError with the conflicting requirements when
    there is no plan.
    """
    out = scenario
    names: list[str | None] = [*scenario.futures] or [None]
    for name in names:
        made = plan_branch(scenario.branch(name), runs=runs, **wishes)
        if not made.solution.found:
            words = "; ".join(made.conflicts) or "no plan was found in the time given"
            at = scenario.title if name is None else f"{scenario.title}, future {name}"
            raise ScenarioError([Mistake(at, None, None, "flights", words, "give up one of these, or add a vehicle")])
        out = with_plan(out, name, made)
    return out


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
    run = nominal(scenario)
    heights = None
    if altitude:
        scenario, heights = altitude_plan(scenario, run)
        run = nominal(scenario)
    best: Plan | None = None
    curve: list[dict[str, float]] = []
    for margin_d, early_w in MARGINS if runs else MARGINS[:1]:
        step = replace(asked, margin_d=asked.margin_d + margin_d, early_w=asked.early_w + early_w)
        made = _chosen(scenario, run, step, time_limit_s, tell)
        if not made.solution.found:
            best = best or made
            break
        if runs:
            made = _tried(made, runs, seed, workers)
            assert made.probability_frac is not None and made.interval_frac is not None
            low, high = made.interval_frac
            curve.append({"margin_d": margin_d, "early_w": early_w, "flights_count": len(made.flights),
                          "cost_musd": made.cost_musd(), "probability_frac": made.probability_frac, "low": low, "high": high})  # fmt: skip
            tell(f"margins of {margin_d:g} days: {made.cost_musd():,.0f} M$, {made.probability_frac:.1%} of runs unbroken")
        if best is None or (made.probability_frac or 0) > (best.probability_frac or 0):
            best = made
        if not runs or (made.probability_frac or 0) >= probability:
            break
    assert best is not None
    return replace(best, curve=tuple(curve), altitude=heights)


def _chosen(scenario: Scenario, run: Nominal, wishes: Wishes, time_limit_s: float, tell: Say) -> Plan:
    """Solve, simulate once without chance, and fill the ships again until plan and simulation agree."""
    problem = problem_of(scenario, run, wishes)
    tell(f"{len(problem.vessels)} vehicles, {problem.weeks} weeks: choosing flights ...")
    solution = solve(problem, time_limit_s=time_limit_s)
    if not solution.found:
        return Plan(scenario, problem, solution, conflicts=tuple(conflicts(problem)))
    for _ in range(MOST_PASSES):
        flights = planned(problem, solution)
        new = planned_scenario(scenario, problem, flights)
        after = nominal(new)
        agreement = agree(problem, solution, after)
        made = Plan(new, problem, solution, tuple(flights), agreement)
        if max(agreement.values(), default=0.0) <= AGREE_frac:
            break
        measured = problem_of(scenario, after, wishes, people_aboard(problem, solution))
        problem = replace(problem, commodities=measured.commodities, push_need_kg=measured.push_need_kg, waste_kg=measured.waste_kg)
        again = fill(problem, solution)
        if again is None:
            tell("the first plan does not hold what the simulation uses: choosing again ...")
            again = solve(problem, time_limit_s=time_limit_s)
            if not again.found:
                return made
        solution = again
    return made


def agree(problem: Problem, solution: Solution, run: Nominal) -> dict[str, float]:
    """Largest difference of the plan's stock from the nominal run's at the end of any four weeks, over the run's mean."""
    out = {}
    for name, kg in solution.stock_kg.items():
        if name in COMPARED:
            days = np.minimum((np.arange(kg.size) + 1) * 28, problem.weeks * 7) - 1
            there = run.stock(*RESOURCE_OF.get(name, (name,)))[days]
            out[name] = float(np.max(np.abs(kg - there)) / max(float(np.mean(there)), 1.0))
    return out


def _tried(made: Plan, runs: int, seed: int, workers: int | None) -> Plan:
    """The share of runs in which somebody is aboard without a break to the horizon."""
    from ..engine.simulate import simulate
    from ..report.metrics import presence_to_horizon

    told = presence_to_horizon(simulate(made.scenario, runs, seed, workers=workers))
    (share,), (interval,) = told.all().values(), told.interval_of_all().values()
    return replace(made, probability_frac=float(share), interval_frac=(float(interval[0]), float(interval[1])))


__all__ = ["Plan", "agree", "plan", "plan_branch", "with_plan"]
