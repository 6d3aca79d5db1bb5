"""Where there is no plan, or none that holds as often as asked: why, and what one addition does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..model.scenario import Scenario
from .additions import Addition, additions, helpful
from .chosen import Ask, Plan, Tried, at, robust
from .conflicts import conflicts
from .nominal import Nominal, lasting, nominal
from .robust import Levels

MOST_ANSWERS = 3
"""Additions with which a plan is made, where there is none without."""
MOST_ADDED = 2
"""Vehicles added one after another to a plan that does not hold as often as asked."""
Answer = tuple[dict[str, Any], Plan]


def possible(made: Plan, scenario: Scenario, run: Nominal, ask: Ask) -> Plan:
    """Why there is no plan, and the plans that one addition makes possible; with vehicles and a port where none alone does."""
    ask.tell("there is no plan: finding out why, and what would help ...")
    why = tuple(conflicts(made.problem))
    more: list[Addition] = []
    answers: list[Answer] = []
    for pairs in (False, True):
        if not any(found.stands and found.met is not False for _, found in answers):
            able = additions(scenario, run, ask.wishes, why, ask.tell, pairs)
            answers += _answers(able[:MOST_ANSWERS], ask, {})
            more += able
    return replace(made, conflicts=why, additions=tuple(a.words for a in more), answers=tuple(told for told, _ in answers), answer=_best(answers))


def better(made: Plan, scenario: Scenario, run: Nominal, ask: Ask) -> Plan:
    """The plan that does not hold as often as asked, and what one more vehicle does about what broke; then one beside it."""
    answers: list[Answer] = []
    best, words = made, ""
    for _ in range(MOST_ADDED):
        ask.tell("no margin is enough: finding out what one more vehicle does ...")
        able = helpful(scenario, run, ask.wishes, best.broke)[:MOST_ANSWERS]
        found = _answers([a._replace(words=words + a.words) for a in able], ask, best.levels)
        answers += found
        now = _best(found)
        if now is None or now.met or (now.probability_frac or 0.0) <= (best.probability_frac or 0.0):
            break
        added = next(told for told, plan in found if plan is now)
        best, words = now, added["addition"] + " and "
        ask = replace(ask, wishes=replace(ask.wishes, vehicles=(*ask.wishes.vehicles, *added["vehicles"])))
    return replace(made, answers=tuple(told for told, _ in answers), answer=_best(answers))


def _best(answers: list[Answer]) -> Plan | None:
    """The plan that was met, or holds most often on fresh runs, or is cheapest."""
    stand = [found for _, found in answers if found.stands]
    return max(stand, key=lambda x: (bool(x.met), x.probability_frac or 0.0, x.selected_frac or 0.0, -x.cost_musd()), default=None)


def _answers(able: list[Addition], ask: Ask, levels: Levels) -> list[Answer]:
    """The cheapest plan with each addition, at some levels of the margins; on an ensemble the margins of the one that holds most often
    grow further, and only that is proved."""
    tried: list[tuple[Addition, Nominal, Ask, Tried]] = []
    for a in able:
        ask.tell(f"a plan with {a.words} ...")
        run = lasting(nominal(a.scenario), a.scenario)
        mine = replace(ask, wishes=replace(ask.wishes, vehicles=(*ask.wishes.vehicles, *a.vehicles)))
        tried.append((a, run, mine, at(levels, a.scenario, run, mine)))
    plans = [found.plan for *_, found in tried]
    if ask.trial and any(found.stands for found in plans):
        i = max(range(len(tried)), key=lambda k: (plans[k].stands, plans[k].selected_frac or 0.0))
        a, run, mine, first = tried[i]
        ask.tell(f"with {a.words} it holds most often: margins grow ...")
        plans[i] = robust(a.scenario, run, mine, first)
    return [(_told(a, found), found) for (a, *_), found in zip(tried, plans, strict=True)]


def _told(a: Addition, found: Plan) -> dict[str, Any]:
    """A plan with an addition as `plan --json` tells it."""
    return {"addition": a.words, "vehicles": list(a.vehicles), "patch": a.patch, "status": found.status, "flights_count": len(found.counted()),
            "cost_musd": found.cost_musd(), "of_it_count": sum(f.visit.vessel in a.vehicles for f in found.counted()),
            "least_reserve_d": found.least_d, "agreement_frac": found.agreement_frac, "refuted": list(found.refuted), "margins": found.margins,
            "selected_frac": found.selected_frac, "probability_frac": found.probability_frac, "probability_interval_frac": found.interval_frac,
            "proved_runs_count": found.proved_runs, "met": found.met, "broke": found.broke, "curve": list(found.curve)}  # fmt: skip


__all__ = ["better", "possible"]
