"""Stocks of the plan's own arithmetic, week by week, beside those of a run that flies its flights on its dates with its manifests."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import numpy as np

from ..model.base import seconds, to_utc
from ..model.scenario import Scenario
from .nominal import nominal
from .problem import Commodity, Problem
from .stores import RESOURCE_OF, room_kg
from .wishes import DAY_s, WEEK_s
from .write import Planned, people_aboard

if TYPE_CHECKING:
    from .chosen import Plan

COLUMNS = ("week_ends", "commodity", "plan_kg", "run_kg", "difference_frac")


def side_by_side(made: Plan) -> list[dict[str, Any]]:
    """Rows by week and commodity up to the scenario's horizon: the stock by the plan's manifests, weeks, uses and reboosts alone, and that of
    a run without chance of the same flights, each with its manifest written down and flown on its day, which burns by the plan's schedule
    and with what it has. Of a run on these dates the plan has its manifests and what each day burns, not its stocks. Compared are the commodities of `made.agreement_frac` (a careful plan
    counts on more leaks than the run has). `difference_frac` is of the run's mean; above zero the plan counts on more than there is.
    """
    scenario, problem, flights = made.scenario, made.problem, list(made.flights)
    run = nominal(with_manifests(scenario, problem, flights), as_dated=True)
    until_s = run.t_s[-1] if scenario.horizon == "last-flight" else seconds(scenario.horizon)
    people = people_aboard(problem, made.solution)
    weeks = min(problem.weeks, run.t_s.size // 7, int((until_s - problem.start_s) // WEEK_s))
    out = []
    for c in problem.commodities:
        if c.name not in made.agreement_frac:
            continue
        resources = RESOURCE_OF.get(c.name, (c.name,))
        came = np.zeros(problem.weeks)
        for f in flights:
            came[f.visit.week] += f.visit.manifest_kg.get(c.name, 0.0)
        plan_kg = _held_kg(run.opening_kg(*resources), came - c.use_kg - c.person_kg * people, sum(room_kg(run, r) for r in resources))[:weeks]
        if c.name == "propellant":
            plan_kg = _propellant_kg(made, c)[:weeks]
        run_kg = run.stock(*resources)[6::7][:weeks]
        off = (plan_kg - run_kg) / max(float(run_kg.mean()), 1.0)
        out += [{"week_ends": to_utc(problem.start_s + (w + 1) * WEEK_s)[:10], "commodity": c.name, "plan_kg": round(float(plan_kg[w]), 1),
                 "run_kg": round(float(run_kg[w]), 1), "difference_frac": round(float(off[w]), 4)} for w in range(weeks)]  # fmt: skip
    return out


def _held_kg(opening_kg: float, change_kg: np.ndarray, room_kg: float) -> np.ndarray:
    """(W,) stock after each week's change; what there is no room for leaves with its ship."""
    stock, out = opening_kg, np.zeros(change_kg.size)
    for w, change in enumerate(change_kg):
        out[w] = stock = min(stock + float(change), max(room_kg, stock))
    return out


def _propellant_kg(made: Plan, tank: Commodity) -> np.ndarray:
    """(W,) propellant in tanks and docked ships at the end of each week, burned day by day as the plan's reboosts say: ships push with all they hold
    before tanks do, first come first served; what they brought for the tanks goes there as there is room, what they have left leaves with them."""
    problem, flights, days = made.problem, made.flights, 7 * made.problem.weeks

    def day_of(utc: str) -> int:
        return int((seconds(utc) - problem.start_s) // DAY_s)

    stays = [(0, 7 * made.solution.leaves_w.get(d.name, min(d.leaves_w)) - 1, problem.port(d.port), d.push_kg, 0.0) for d in problem.docked]
    stays += [(day_of(f.expected), day_of(f.undock), problem.port(f.visit.port), problem.vessel(f.visit.vessel).push_kg, f.visit.manifest_kg.get("propellant", 0.0))
              for f in flights]  # fmt: skip
    stays.sort(key=lambda s: s[0])
    holds = [own + brought for *_, own, brought in stays]
    turned_kg = (problem.turn_need_kg + tank.use_kg - problem.push_need_kg) / 7.0  # what is used beside pushes; below zero where a part brings some
    most = np.broadcast_to(tank.most_kg, (problem.weeks,))
    stock, out = tank.opening_kg, np.zeros(days)

    for day in range(days):
        here = [i for i, (first, last, *_) in enumerate(stays) if first <= day < last]
        for i in here:  # before the day's burns: a ship that leaves the day after takes along what they make room for
            moved = max(min(holds[i] - stays[i][3], float(most[day // 7]) - stock), 0.0) if stays[i][2].refuels else 0.0
            holds[i], stock = holds[i] - moved, stock + moved
        need = float(made.burned_kg[day])
        for i in here:
            pushed = min(holds[i], need) if stays[i][2].pushes else 0.0
            holds[i], need = holds[i] - pushed, need - pushed
        stock -= need + float(turned_kg[day // 7])
        out[day] = stock + sum(holds[i] for i in here)
    return out[6::7]


def with_manifests(scenario: Scenario, problem: Problem, flights: list[Planned]) -> Scenario:
    """The planned scenario with what each ship brings written down, beside its own propellant: such ships are not filled anew."""
    entries = dict(scenario.flights)
    for f in flights:
        entry = entries.get(f.name)
        if entry is not None:
            kg = dict(f.visit.manifest_kg)
            if "toilet" in kg:  # the table counts them among the supplies
                kg["supplies"] = max(kg.get("supplies", 0.0) - kg["toilet"], 0.0)
            entries[f.name] = entry.model_copy(update={"cargo_kg": kg})
    return scenario.model_copy(update={"flights": entries})


def apart(rows: list[dict[str, Any]]) -> dict[str, tuple[float, float]]:
    """By commodity how far the plan is at most below and above the run, of the run's mean."""
    out: dict[str, tuple[float, float]] = {}
    for row in rows:
        low, high = out.get(row["commodity"], (0.0, 0.0))
        out[row["commodity"]] = (min(low, row["difference_frac"]), max(high, row["difference_frac"]))
    return out


def stocks_csv(rows: list[dict[str, Any]]) -> str:
    """The rows as CSV text."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


__all__ = ["apart", "side_by_side", "stocks_csv", "with_manifests"]
