"""Why there is no plan: a smallest set of requirements that cannot hold together, in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..model.base import to_utc
from .bound import by_months
from .milp import build, crews_alone, no_crews, relax, run
from .problem import Problem
from .programme import Model, Rows
from .wishes import WEEK_s

STRUCTURE = frozenset({"balance", "holds", "docked"})
"""Rows that are arithmetic, never given up."""
UNLOADING = "somebody unloads the gyroscopes, and no ship that flies here can do it alone"
AT_START = "what is there at the start cannot go on whatever flies: more in store than there is room for, or a docked ship past its last day"
CREWS_s = 20.0
"""Seconds in which crews alone may be proved impossible."""
PRICED = 1e-7
"""Price from which a row counts as used: the solver's tolerance."""


def conflicts(problem: Problem) -> list[str]:
    """An irreducible set of requirements: none is enough to make room alone, and without any one of them a plan exists.

    Found by leaving out one group after another for good while the problem stays infeasible, beginning with those that the
    proof does not use. The relaxation by months judges where it is infeasible, else the linear relaxation, else the integer
    problem, of crews alone where they are what cannot be. Empty when a plan exists.
    """
    m = by_months(problem) if not (problem.kept or problem.fixed) else build(problem)
    if relax(m).status != 2:
        m = build(problem)
    linear = relax(m).status == 2
    if not linear and no_crews(problem, CREWS_s):
        m = crews_alone(problem)
        linear = relax(m).status == 2
    if not linear and not _broken(m, frozenset(), linear):
        return []
    groups = [g for g in dict.fromkeys(m.rows.group) if g not in STRUCTURE]
    unused = frozenset(groups) - (_used(m) if linear else frozenset(groups))
    dropped = set(unused) if _broken(m, unused, linear) else set()
    for group in sorted(groups, key=_give_up_first):
        if group not in dropped and _broken(m, frozenset(dropped | {group}), linear):
            dropped.add(group)
    return [_words(problem, g) for g in groups if g not in dropped] or [AT_START]


def _used(m: Model) -> frozenset[str]:
    """Groups that the proof of infeasibility uses: rows with a price where every requirement may give way at a cost."""
    r = m.rows
    soft = replace(m, cost=[0.0] * len(m.cost), low=[*m.low], high=[*m.high], whole=[*m.whole], rows=Rows(*([*column] for column in (r.row, r.column, r.value, r.low, r.high, r.group))))
    r = soft.rows
    for i, group in enumerate(r.group):
        for sign, side in ((1.0, r.low[i]), (-1.0, r.high[i])):
            if group not in STRUCTURE and np.isfinite(side):
                r.row.append(i)
                r.column.append(soft.column(1.0))
                r.value.append(sign)
    found = relax(soft)
    if found.status != 0:
        return frozenset(r.group)
    low, high, groups = np.asarray(r.low), np.asarray(r.high), np.asarray(r.group)
    equal = low == high
    priced = np.concatenate([found.ineqlin.marginals, found.eqlin.marginals])
    names = np.concatenate([groups[~equal & np.isfinite(high)], groups[~equal & np.isfinite(low)], groups[equal]])
    return frozenset(map(str, names[np.abs(priced) > PRICED]))


def _broken(m: Model, without: frozenset[str], linear: bool) -> bool:
    """Whether the problem stays infeasible without some groups."""
    if linear:
        return bool(relax(m, without=without).status == 2)
    return bool(run(m, without=without, time_limit_s=30.0).status == 2)


def _give_up_first(group: str) -> int:
    """Order of leaving out: what explains least goes first, what people ask for stays to the end."""
    order = ("handover", "site", "stores", "waste", "commitments", "budget", "cadence", "ports")
    return next((i for i, word in enumerate(order) if group.startswith(word)), len(order))


def _limits(p: Problem, kind: str) -> str:
    """When a crew ship can dock and for how long, in words."""
    ship = next((v for v in p.vessels if v.name == kind and v.weeks.any()), None)
    if ship is None:
        return f" (no {kind} flies)"
    first, last = (to_utc(p.start_s + w * WEEK_s)[:10] for w in np.flatnonzero(ship.weeks)[[0, -1]])
    return f" (it can dock from {first} to {last} and stays {7 * max(ship.stays_w)} days at most)"


def _words(p: Problem, group: str) -> str:
    """A requirement as a sentence."""
    if group in p.asked:
        return p.asked[group]
    kind, _, rest = group.partition(" ")
    if kind == "ports":
        port = p.port(rest)
        return f"{' and '.join(port.ports)} hold one ship each" if len(port.ports) > 1 else f"{rest} holds one ship"
    if kind == "cadence":
        return f"{rest} flies at most {p.vessel(rest).per_year_count} times a year, as it has shown"
    if kind == "standdown":
        return f"food and supplies last {p.standdown_w} weeks without {rest} launches"
    if kind == "without":
        return f"ships other than {rest} bring {p.without_frac:.0%} of what those left aboard live on, in every year"
    if kind == "site":
        return f"{rest} launches at most once in {p.site_gap_w} weeks"
    if kind == "crew":
        return f"a {rest} crew is there " + (f"but for at most {p.between_w} weeks between two" if p.between_w else "all the time, relieved before it leaves") + _limits(p, rest)
    if kind == "crews":
        return f"{p.crews} crew ships are there all the time, each relieved before it leaves"
    if kind == "turn":
        return f"crews do not come by {rest} alone"
    if kind == "budget":
        partner, year = rest.split()
        return f"{partner} spends at most {p.budgets_musd[partner, int(year)]:g} M$ in {year}"
    if kind == "people":
        return f"at least {int(p.people.max())} people are aboard, relieved before they leave"
    fixed = {
        "handover": "a crew aboard waits for its relief", "waste": "waste has room aboard until a ship takes it",
        "commitments": "committed flights are flown as they stand", "return mass": f"{p.down_kg_per_y:g} kg a year come back",
        "external cargo": f"{p.external_kg_per_y:g} kg a year of external spares go up",
        "unloading": UNLOADING,
        "propellant": "altitude and attitude are kept with the propellant asked for in reserve",
    }  # fmt: skip
    if group in fixed:
        return fixed[group]
    if group.startswith("stores of "):
        return f"{group[10:]} has room aboard"
    return f"the reserve of {group} is kept"
