"""Why there is no plan: a smallest set of requirements that cannot hold together, in words."""

from __future__ import annotations

from dataclasses import replace

from ..model.base import NEVER_s, seconds
from ..model.scenario import Scenario
from .milp import build, relax, run
from .nominal import Nominal, lasting, nominal
from .problem import Problem
from .programme import Model
from .take import problem_of
from .vessels import NEW_d
from .wishes import DAY_s, Wishes, chosen_vehicles

STRUCTURE = frozenset({"balance", "holds", "docked"})
"""Rows that are arithmetic, never given up."""


def conflicts(problem: Problem) -> list[str]:
    """An irreducible set of requirements: none is enough to make room alone, and without any one of them a plan exists.

    Found by leaving out one group after another for good while the problem stays infeasible. The linear relaxation
    judges when it is infeasible itself, else the integer problem. Empty when a plan exists.
    """
    m = build(problem)
    linear = relax(m).status == 2
    if not linear and not _broken(m, frozenset(), linear):
        return []
    groups = [g for g in dict.fromkeys(m.rows.group) if g not in STRUCTURE]
    dropped: set[str] = set()
    for group in sorted(groups, key=_give_up_first):
        if _broken(m, frozenset(dropped | {group}), linear):
            dropped.add(group)
    return [_words(problem, g) for g in groups if g not in dropped]


def additions(scenario: Scenario, run: Nominal, wishes: Wishes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What each alone leaves no proof that there is no plan: vehicles of the catalogue, cheapest bound first, and other means in words.

    Vehicles that flew last more than `NEW_d` before the start are history. Other means: the segment of a partner that
    leaves runs on; a docking port more; that port with a vehicle, where neither would do alone.
    """
    flown = chosen_vehicles(scenario, wishes)
    last = {f["vehicle"]: seconds(f["launch_utc"]) for f in run.case.catalogue.table("traffic/flights")}
    names = [row["id"] for row in run.case.catalogue.table("fleet/vehicles")
             if row["id"] not in flown and last.get(row["id"], NEVER_s) >= run.case.t0_s - NEW_d * DAY_s]  # fmt: skip
    more = {name: problem_of(scenario, run, replace(wishes, vehicles=(*wishes.vehicles, name))) for name in names}
    more = {name: p for name, p in more.items() if any(v.name == name for v in p.vessels)}
    bounds = {name: bound for name, p in more.items() if (bound := _bound(p)) is not None}
    words = []
    kept = _segment_kept(scenario)
    if kept is not None and _bound(problem_of(kept, lasting(nominal(kept), kept), wishes)) is not None:
        words.append("the segment handed over and run by those who stay, not powered down")
    plain = problem_of(scenario, run, wishes)
    words += [f"one more docking port like {port}" for port in _crew_ports(plain) if _bound(_one_more(plain, port)) is not None]
    if not bounds:
        words += [f"{name} with one more docking port like {port}" for name, p in more.items() for port in _crew_ports(p)
                  if _bound(_one_more(p, port)) is not None]  # fmt: skip
    return tuple(sorted(bounds, key=lambda name: bounds[name])), tuple(words)


def _bound(p: Problem) -> float | None:
    """Objective of the relaxation; None: proof that there is no plan."""
    found = relax(build(p))
    return float(found.fun) if found.status == 0 else None


def _segment_kept(scenario: Scenario) -> Scenario | None:
    """The branch with segments that were to be powered down handed over; None where there is none."""
    events = {name: e.model_copy(update={"segment": "handed_over"}) if e.withdraw and e.segment == "powered_down" else e
              for name, e in scenario.events.items()}  # fmt: skip
    return scenario.model_copy(update={"events": events}) if events != scenario.events else None


def _crew_ports(p: Problem) -> tuple[str, ...]:
    """Port classes that take a crew ship that still flies in the last week."""
    return tuple(q.name for q in p.ports if any(v.crew and v.weeks[-1] and q.name in v.ports for v in p.vessels))


def _one_more(p: Problem, port: str) -> Problem:
    return replace(p, ports=tuple(replace(q, open_count=q.open_count + 1) if q.name == port else q for q in p.ports))


def _broken(m: Model, without: frozenset[str], linear: bool) -> bool:
    """Whether the problem stays infeasible without some groups."""
    if linear:
        return bool(relax(m, without=without).status == 2)
    return bool(run(m, without=without, time_limit_s=30.0).status == 2)


def _give_up_first(group: str) -> int:
    """Order of leaving out: what explains least goes first, what people ask for stays to the end."""
    order = ("handover", "site", "stores", "waste", "commitments", "budget", "cadence", "ports")
    return next((i for i, word in enumerate(order) if group.startswith(word)), len(order))


def _words(p: Problem, group: str) -> str:
    """A requirement as a sentence."""
    kind, _, rest = group.partition(" ")
    if kind == "ports":
        port = p.port(rest)
        return f"{' and '.join(port.ports)} hold one ship each" if len(port.ports) > 1 else f"{rest} holds one ship"
    if kind == "cadence":
        return f"{rest} flies at most {p.vessel(rest).per_year_count} times a year, as it has shown"
    if kind == "standdown":
        return f"food and supplies last {p.standdown_w} weeks without {rest} launches"
    if kind == "site":
        return f"{rest} launches at most once in {p.site_gap_w} weeks"
    if kind == "crew":
        return f"a {rest} crew is there all the time, relieved before it leaves"
    if kind == "budget":
        partner, year = rest.split()
        return f"{partner} spends at most {p.budgets_musd[partner, int(year)]:g} M$ in {year}"
    if kind == "people":
        return f"at least {int(p.people.max())} people are aboard, relieved before they leave"
    fixed = {
        "handover": "a crew aboard waits for its relief", "waste": "waste has room aboard until a ship takes it",
        "commitments": "committed flights are flown as they stand", "return mass": f"{p.down_kg_per_y:g} kg a year come back",
        "external cargo": f"{p.external_kg_per_y:g} kg a year of external spares go up",
        "unloading": "somebody unloads the gyroscopes, and no ship that flies here can do it alone",
        "propellant": "altitude and attitude are kept with the propellant asked for in reserve",
    }  # fmt: skip
    if group in fixed:
        return fixed[group]
    if group.startswith("stores of "):
        return f"{group[10:]} has room aboard"
    return p.asked.get(group, f"the reserve of {group} is kept")
