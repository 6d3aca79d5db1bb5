"""Long problems: a bound from the linear relaxation, flights from windows that roll, then windows improved in turn.

Each window sees two years, decides crews first (their rotation is a chain that is solved exactly), then cargo, and
commits its first year. What the relaxation holds in store at the end of a window, the window must hold too, so that a
window stocks up for a loss that lies beyond it.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np

from .milp import Model, build, finished, relax, run
from .problem import Problem, Solution

SEEN_w, KEPT_w = 104, 52
IMPROVED_w = 72
LONG_STAY_musd = 0.01
"""What a week of stay is worth while crews are chosen: far less than any flight costs."""
Key = tuple[int, int, int, int]


def roll(m: Model, begun: float, time_limit_s: float, gap_frac: float) -> Solution:
    """Solve a long problem; `infeasible` is proven by the relaxation, `unknown` when windows found no plan."""
    p = m.problem
    relaxed = relax(m, time_limit_s)
    if relaxed.status == 2:
        return Solution("infeasible", None, None, None, (), {}, {}, time.perf_counter() - begun)
    bound = float(relaxed.fun) if relaxed.status == 0 else -np.inf
    guide = relaxed.x if relaxed.status == 0 else None
    chosen: set[Key] = set()
    leaves: dict[int, int] = {}
    for first in range(0, max(p.weeks - KEPT_w, 1), KEPT_w):
        last = min(first + SEEN_w, p.weeks)
        if not _window(m, guide, chosen, leaves, first, last):
            return Solution("unknown", None, bound, None, (), {}, {}, time.perf_counter() - begun)
        if last == p.weeks:
            break
        chosen = {k for k in chosen if k[1] < first + KEPT_w}
        leaves = {i: w for i, w in leaves.items() if w <= first + KEPT_w} if first else leaves
    x = _improve(m, chosen, leaves, bound, begun, time_limit_s, gap_frac)
    if x is None:
        return Solution("unknown", None, bound, None, (), {}, {}, time.perf_counter() - begun)
    value = float(np.dot(m.cost, x))
    status = "optimal" if value - bound <= gap_frac * abs(value) else "feasible"
    return finished(m, status, x, value, bound, begun)


def _window(m: Model, guide: np.ndarray | None, chosen: set[Key], leaves: dict[int, int], first: int, last: int) -> bool:
    """Choose the visits launched in [first, last) with those before committed; crews, then cargo. False: none found."""
    p = _cut(m.problem, last)
    fixed = set(chosen)
    crew_only = replace(p, commodities=(), waste_kg=None)
    for part in (crew_only, p):
        w = build(part)
        crews = {v for v, vessel in enumerate(p.vessels) if vessel.crew}
        for key, c in w.visits.items():
            settled = key[1] < first or (part is p and key[0] in crews)
            if settled:
                w.low[c] = w.high[c] = float(key in fixed)
            elif part is crew_only and key[0] not in crews:
                w.high[c] = 0.0
            elif part is crew_only:  # of rotations that cost the same, the one of long stays
                w.cost[c] -= LONG_STAY_musd * key[3]
        for (i, week), c in w.leaves.items():
            if i in leaves and (first or part is p):
                w.low[c] = w.high[c] = float(week == min(leaves[i], last))
        if part is p and guide is not None and last < m.problem.weeks:
            _hold(m, w, guide)
        result = run(w, time_limit_s=30.0, gap_frac=0.003)
        if result.x is None:
            return False
        fixed = {key for key, c in w.visits.items() if result.x[c] > 0.5}
        leaves.update({i: week for (i, week), c in w.leaves.items() if result.x[c] > 0.5})
    chosen.clear()
    chosen.update(fixed)
    return True


def _hold(m: Model, w: Model, guide: np.ndarray) -> None:
    """At the end of a window hold what the relaxation of the whole horizon holds then."""
    k = w.months - 1
    for name, columns in w.stock.items():
        c = columns[k]
        w.low[c] = max(w.low[c], min(float(guide[m.stock[name][k]]), 0.98 * w.high[c]))


def _improve(
    m: Model, chosen: set[Key], leaves: dict[int, int], bound: float, begun: float, time_limit_s: float, gap_frac: float
) -> np.ndarray | None:
    """Free the cargo flights of one span at a time, everything else pinned; keep what is better."""
    p = m.problem
    crews = {v for v, vessel in enumerate(p.vessels) if vessel.crew}
    best: np.ndarray | None = None
    value = np.inf
    spans = [(-1, -1)] + [(a, a + IMPROVED_w) for a in range(0, p.weeks, IMPROVED_w // 2)] * 3
    stale = 0
    for first, last in spans:
        left = time_limit_s - (time.perf_counter() - begun)
        if best is not None and (left < 2.0 or value - bound <= gap_frac * abs(value) or stale > len(spans) // 3):
            break
        for key, c in m.visits.items():
            free = first <= key[1] < last and key[0] not in crews
            m.low[c], m.high[c] = (0.0, 1.0) if free else (float(key in chosen),) * 2
        for (i, week), c in m.leaves.items():
            m.low[c] = m.high[c] = float(leaves.get(i) == week)
        result: Any = run(m, time_limit_s=max(min(left, 15.0), 2.0), gap_frac=0.001)
        stale += 1
        if result.x is not None and result.fun < value - 1e-6:
            value, best, stale = float(result.fun), result.x, 0
            chosen.clear()
            chosen.update(key for key, c in m.visits.items() if result.x[c] > 0.5)
    return best


def _cut(p: Problem, weeks: int) -> Problem:
    """The first weeks of a problem."""
    return replace(
        p, weeks=weeks, vessels=tuple(replace(v, weeks=v.weeks[:weeks]) for v in p.vessels),
        ports=tuple(replace(q, open_count=q.open_count[:weeks]) for q in p.ports),
        docked=tuple(replace(d, leaves_w=tuple(sorted({min(w, weeks) for w in d.leaves_w}))) for d in p.docked),
        commodities=tuple(replace(c, use_kg=c.use_kg[:weeks], least_kg=c.least_kg[:weeks]) for c in p.commodities),
        people=p.people[:weeks], lines={k: x[:weeks] for k, x in p.lines.items()}, push_need_kg=p.push_need_kg[:weeks],
        tanks_push=p.tanks_push[:weeks], waste_kg=None if p.waste_kg is None else p.waste_kg[:weeks],
        fixed=tuple(f for f in p.fixed if f.week < weeks),
    )  # fmt: skip

