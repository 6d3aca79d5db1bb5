"""The traffic problem as a time-indexed mixed-integer programme, solved by HiGHS through scipy.

One binary for each (vessel, week of launch, port class, stay); stocks, manifests and propellant are continuous by week.
Every row carries the name of the requirement it stands for, so that a conflict can be told in words.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from .problem import GASES, Problem, Solution, Visit
from .programme import Model, MONTH_w
from .stock_rows import need_rows
from .traffic_rows import launch_rows, port_rows, visit_rows

WHOLE = 800
"""Most binaries handed to HiGHS in one piece; beyond, its simplex does not even end the relaxation of eight ports in a minute."""
AFTER_PEOPLE_frac = 0.1
"""Worth of a week's use of hardware in store against a week of what people live on."""


def build(problem: Problem) -> Model:
    """Write down every column and row."""
    m = Model(problem)
    visit_rows(m)
    port_rows(m)
    launch_rows(m)
    need_rows(m)
    return m


def solve(problem: Problem, *, time_limit_s: float = 60.0, gap_frac: float = 0.005) -> Solution:
    """Choose the flights; the best found when time runs out. The manifest is then filled as full as the ships allow.

    A problem of at most `WHOLE` binaries goes to HiGHS as it is. A larger one gets its bound from a relaxation by months
    (`plan.bound`) and its flights from windows that roll over the horizon and are then improved one by one (`plan.rolling`).
    """
    from .rolling import roll

    begun = time.perf_counter()
    m = build(problem)
    if sum(m.whole) > WHOLE:
        return roll(m, begun, time_limit_s, gap_frac)
    result = run(m, time_limit_s=time_limit_s, gap_frac=gap_frac)
    status = {0: "optimal", 1: "feasible", 2: "infeasible"}.get(result.status, "unknown")
    if result.x is None:
        status = "unknown" if status == "feasible" else status
        return Solution(status, None, None, None, (), {}, {}, time.perf_counter() - begun)  # type: ignore[arg-type]
    return finished(m, status, result.x, float(result.fun), float(result.mip_dual_bound), begun)


def crews_alone(p: Problem) -> Model:
    """Crews, ports and commitments, nobody living on anything and nothing costing any: where this has no plan, there is none."""
    committed = {f.vessel for f in p.fixed}
    vessels = tuple(v for v in p.vessels if v.crew or v.name in committed)
    idle = tuple(replace(v, weeks=v.weeks & np.isin(np.arange(p.weeks), [f.week for f in p.fixed if f.vessel == v.name]) if not v.crew else v.weeks) for v in vessels)
    m = build(replace(p, vessels=idle, commodities=(), waste_kg=None, kept=(), objective="cost", budgets_musd={}, unload_need=np.zeros(p.weeks, bool), down_kg_per_y=0.0, external_kg_per_y=0.0))
    m.cost = [0.0] * len(m.cost)
    return m


def no_crews(p: Problem, time_limit_s: float) -> bool:
    """Whether it is proved that crews cannot be as they are asked for."""
    return bool(run(crews_alone(p), time_limit_s=time_limit_s).status == 2)


def finished(m: Model, status: str, x: np.ndarray, value: float, bound: float, begun: float) -> Solution:
    """The solution as records, its ships filled."""
    p = m.problem
    chosen = sorted((k for k, c in m.visits.items() if x[c] > 0.5), key=lambda k: k[1])
    leaves = {p.docked[i].name: w for (i, w), c in m.leaves.items() if x[c] > 0.5}
    visits = tuple(Visit(p.vessels[v].name, w, p.ports[q].name, d) for v, w, q, d in chosen)
    gap = max(value - bound, 0.0) / max(abs(value), 1e-9)
    out = Solution(status, value, bound, gap, visits, leaves, {}, 0.0)  # type: ignore[arg-type]
    out = fill(p, out) or _as_solved(m, out, x)
    return replace(out, wall_s=time.perf_counter() - begun)


def fill(problem: Problem, solution: Solution) -> Solution | None:
    """The manifest of chosen flights that brings stocks nearest to their full stores; None when reserves cannot be kept."""
    m = build(problem)
    pin(m, {visit_key(problem, v) for v in solution.visits}, solution.leaves_w)
    m.cost = [0.0] * len(m.cost)
    for commodity in problem.commodities:
        use = max(float(np.mean(commodity.use_kg)) + commodity.person_kg * float(problem.people.mean()), 1.0)
        worth = 1.0 if commodity.person_kg else AFTER_PEOPLE_frac
        for c in m.stock[commodity.name]:  # weeks of use in store, up to what stores hold
            m.cost[c] = -worth / use
    result = run(m, whole=False)
    return None if result.x is None else _as_solved(m, solution, result.x)


def visit_key(p: Problem, v: Visit) -> tuple[int, int, int, int]:
    """Key of a visit's column."""
    return ([x.name for x in p.vessels].index(v.vessel), v.week, [q.name for q in p.ports].index(v.port), v.stay_w)


def pin(m: Model, on: set[tuple[int, int, int, int]], leaves_w: dict[str, int]) -> None:
    """Fix every binary to the chosen visits and departures."""
    for key, c in m.visits.items():
        m.low[c] = m.high[c] = 1.0 if key in on else 0.0
    for (i, w), c in m.leaves.items():
        m.low[c] = m.high[c] = 1.0 if leaves_w.get(m.problem.docked[i].name) == w else 0.0


def matrix(m: Model) -> Any:
    """Rows as a sparse matrix."""
    from scipy.sparse import coo_array

    r = m.rows
    return coo_array((r.value, (r.row, r.column)), shape=(len(r.low), len(m.cost))).tocsr()


def relax(m: Model, time_limit_s: float = 120.0, without: frozenset[str] = frozenset()) -> Any:
    """The linear relaxation, by the interior-point method: simplex takes ten times as long on these rows."""
    from scipy.optimize import linprog
    from scipy.sparse import vstack

    a, low, high = matrix(m), np.asarray(m.rows.low, float), np.asarray(m.rows.high, float)
    keep = np.asarray([g not in without for g in m.rows.group])
    a, low, high = a[keep], low[keep], high[keep]
    equal = low == high
    up, down = ~equal & np.isfinite(high), ~equal & np.isfinite(low)
    return linprog(
        m.cost, A_ub=vstack([a[up], -a[down]]).tocsr(), b_ub=np.concatenate([high[up], -low[down]]), A_eq=a[equal],
        b_eq=low[equal], bounds=np.column_stack([m.low, m.high]), method="highs-ipm", options={"time_limit": time_limit_s},
    )  # fmt: skip


_inside = [0, -1]  # how many solve at once, and where standard output went before the first of them
_turn = threading.Lock()


@contextmanager
def _quiet() -> Iterator[None]:
    """HiGHS writes some of its notes to standard output whatever is asked of it: while any thread solves they go to standard error."""
    with _turn:
        if not _inside[0]:
            sys.stdout.flush()
            _inside[1] = os.dup(1)
            os.dup2(2, 1)
        _inside[0] += 1
    try:
        yield
    finally:
        with _turn:
            _inside[0] -= 1
            if not _inside[0]:
                sys.stdout.flush()
                os.dup2(_inside[1], 1)
                os.close(_inside[1])


def run(m: Model, *, without: frozenset[str] = frozenset(), whole: bool = True, time_limit_s: float = 60.0, gap_frac: float = 0.005) -> Any:
    """Hand the model to HiGHS, leaving out the rows of some requirements."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    a, low, high = matrix(m), np.asarray(m.rows.low, float), np.asarray(m.rows.high, float)
    if without:
        keep = np.asarray([g not in without for g in m.rows.group])
        a, low, high = a[keep], low[keep], high[keep]
    with _quiet():
        return milp(
            np.asarray(m.cost), constraints=LinearConstraint(a, low, high), bounds=Bounds(m.low, m.high),
            integrality=np.asarray(m.whole) if whole else np.zeros(len(m.cost)),
            options={"time_limit": time_limit_s, "mip_rel_gap": gap_frac},
        )  # fmt: skip


def _as_solved(m: Model, solution: Solution, x: np.ndarray) -> Solution:
    """Stocks by month, and each month's cargo shared over the ships that launch in it."""
    p = m.problem
    stock = {name: np.asarray([x[c] for c in columns]) for name, columns in m.stock.items()}
    by_month: dict[int, list[Visit]] = defaultdict(list)
    for visit in solution.visits:
        by_month[visit.week // MONTH_w].append(visit)
    out = []
    for month, visits in sorted(by_month.items()):
        loads = {name: float(x[columns[month]]) for name, columns in m.load.items()}
        out += _share(p, visits, loads)
    return replace(solution, visits=tuple(out), stock_kg=stock)


def _share(p: Problem, visits: list[Visit], loads: dict[str, float]) -> list[Visit]:
    """Share a month's cargo: what rides in tanks by tank, dry cargo by room."""
    ships = [p.vessel(v.vessel) for v in visits]
    tanks = {"water": [s.water_kg for s in ships], "propellant": [s.refuel_most_kg for s in ships],
             **{g: [s.gas_kg for s in ships] for g in GASES}}  # fmt: skip
    room = [s.dry_kg for s in ships]
    manifests: list[dict[str, float]] = [{} for _ in ships]
    for name, kg in loads.items():
        weights = tanks.get(name, room)
        if sum(weights) <= 0 or (name in ("water", *GASES) and kg > sum(weights)):
            weights = [w + r for w, r in zip(weights, room, strict=True)]
        total = sum(weights)
        for manifest, weight in zip(manifests, weights, strict=True):
            part = kg * weight / total if total > 0 else 0.0
            if part > 0.05:
                manifest[name] = round(part, 1)
    return [replace(v, manifest_kg=man) for v, man in zip(visits, manifests, strict=True)]
