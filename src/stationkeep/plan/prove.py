"""What the nominal run says of a plan: what its ships bring, whether stocks agree, and why it does not hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..laws.matter import RESOURCES
from ..model.base import NEVER_s, to_utc
from .nominal import Nominal
from .problem import GASES, Problem, Solution
from .programme import MONTH_w
from .stores import RESOURCE_OF
from .wishes import weekly
from .write import people_aboard, planned

AGREE_frac = 0.02
COMPARED = ("food", "supplies", "water", "oxygen", "nitrogen", "propellant")
CARRIED = ("food", "supplies", "water", "oxygen", "nitrogen", "propellant", "spares", "research")
RESERVES = ("food", "water", "oxygen", "propellant", "supplies")
"""In the order of the engine's `reserve_d`."""


def loaded(problem: Problem, solution: Solution, run: Nominal) -> Solution:
    """The solution with what its ships bring in the nominal run of the plan, and the stocks the plan then counts on."""
    flights = planned(problem, solution)
    index = {f.id: i for i, f in enumerate(run.case.flights)}
    push = {v.name: v.push_kg for v in problem.vessels}
    visits = []
    for flight in flights:
        i = index.get(flight.name)
        kg = np.zeros(len(RESOURCES)) if i is None else run.brought_kg[i].copy()
        kg[RESOURCES.index("propellant")] = max(kg[RESOURCES.index("propellant")] - push[flight.visit.vessel], 0.0)
        brought = {name: round(sum(float(kg[RESOURCES.index(r)]) for r in RESOURCE_OF.get(name, (name,))), 1) for name in CARRIED}
        brought["toilet"] = round(float(kg[RESOURCES.index("toilet")]), 1)
        visits.append(replace(flight.visit, manifest_kg={name: x for name, x in brought.items() if x > 0.0 or name == "toilet"}))
    people = people_aboard(problem, solution)
    ends = np.minimum(np.arange(MONTH_w, problem.weeks + MONTH_w, MONTH_w), problem.weeks) - 1
    stock = {}
    for c in problem.commodities:
        if c.name in COMPARED:
            came = sum((weekly(run.moved_kg(r), problem.weeks) for r in RESOURCE_OF.get(c.name, (c.name,))), np.zeros(problem.weeks))
            stock[c.name] = (float(run.opening_kg(*RESOURCE_OF.get(c.name, (c.name,)))) + np.cumsum(came - c.use_kg - c.person_kg * people))[ends]
    return replace(solution, visits=tuple(visits), stock_kg=stock)


def agree(problem: Problem, solution: Solution, run: Nominal, careful: bool, until_s: float = NEVER_s) -> dict[str, float]:
    """Largest difference of the plan's stock from the nominal run's at the end of any four weeks before `until_s`, over the
    run's mean.

    A careful plan counts on more leaks than the nominal run has: its gas is not compared.
    """
    out = {}
    for name, kg in solution.stock_kg.items():
        if careful and name in GASES:
            continue
        days = np.minimum((np.arange(kg.size) + 1) * 7 * MONTH_w, problem.weeks * 7) - 1
        before = run.t_s[days] <= until_s
        there = run.stock(*RESOURCE_OF.get(name, (name,)))[days][before]
        out[name] = float(np.max(np.abs(kg[before] - there)) / max(float(np.mean(there)), 1.0))
    return out


def least_d(run: Nominal, until_s: float = NEVER_s) -> dict[str, float]:
    """Least reserve in the nominal run before `until_s`, days, while people are aboard."""
    there = (run.people > 0) & (run.t_s < until_s)
    return {name: float(run.reserve_d[there, j].min()) for j, name in enumerate(RESERVES)} if there.any() else dict.fromkeys(RESERVES, 0.0)


def refuted(agreement: dict[str, float], run: Nominal, until_s: float, asked_d: dict[str, float]) -> tuple[str, ...]:
    """Why flights are no plan, in words; empty when plan and nominal run agree, people are aboard to the instant `until_s` and
    the reserves asked for (days by name) are kept."""
    before = run.t_s < until_s
    empty = np.flatnonzero((run.people < 1) & before)
    if empty.size:
        return (f"nobody is aboard from {to_utc(float(run.t_s[empty[0]]))[:10]} in the nominal run of these flights",)
    out = [f"the plan's {name} differs from the nominal run's by {x:.0%}" for name, x in agreement.items() if x > AGREE_frac]
    for name, days in asked_d.items():
        j = int(np.argmin(np.where(before, run.reserve_d[:, RESERVES.index(name)], np.inf)))
        least = float(run.reserve_d[j, RESERVES.index(name)])
        if least < (1.0 - AGREE_frac) * days:
            out.append(f"{name} lasts {least:.0f} days on {to_utc(float(run.t_s[j]))[:10]} in the nominal run; {days:g} are asked for")
    return tuple(out)


__all__ = ["AGREE_frac", "agree", "least_d", "loaded", "refuted"]
