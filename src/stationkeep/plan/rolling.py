"""Long problems: crews from windows that roll, cargo over the whole horizon, and beside them the bound (`plan.bound`).

Crew rotation is a chain for each kind of ship and cheap to solve window by window: each window sees four years and
commits two. With crews pinned, the cargo of all years is one programme that HiGHS can hold; only where it finds nothing
in time, cargo too is chosen by windows of two years. Spans of cargo are then freed in turn while time is left.
"""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from .bound import Bound
from .milp import build, finished, no_crews, relax, run
from .months import cargo_months
from .problem import Problem, Solution
from .programme import Model, MONTH_w, YEAR_w
from .traffic_rows import PRESENCE_per_musd, committed

CREW_w = (208, 104)
CARGO_w = (104, 52)
"""Weeks a window sees, and commits."""
IMPROVED_w = 52
SPAN_s = 8.0
"""Seconds for one span of that width, in proportion for wider ones."""
GRID_w = 4
"""Cargo is first chosen among launches in every fourth week, as stocks are balanced: it finds as much in a third of the time."""
HURRY_w = 22
"""Weeks from the first launch there can be in which every week is tried: margins grow from there."""
CARGO_share = 0.8
"""Most of the time left for the cargo of all years in one piece; the rest improves it span by span."""
TRIES_share = 0.5
"""Share of the time in which numbers of crew ships are tried where they may be worth more or less than they cost; of what is left, most for one."""
ALWAYS_share = 0.7
"""Share of the time in which a plan with everyone aboard all the time is looked for, when presence is asked for."""
GUIDE_share = 0.5
"""Most of the time left for the months in which cargo is launched."""
ROUGH_frac = 0.01
"""Gap at which the first choice of cargo ends."""
FINISH_s = 1.0
"""Seconds kept for filling the ships of the plan that was found."""
LEAST_s = 20.0
"""Seconds that windows of cargo have at least, where the time is over and nothing is found yet."""
EARLY_frac = 1e-3
"""Share of its cost by which a crew flight is dearer for each week it leaves earlier, while crews are chosen."""
REPLAN_frac = 1e-3
"""Gap of a replan, in which each kept flight is worth more than any costs: at a hundred flights a tenth of one."""
PUSHES_frac = 5e-3
"""Share of its cost by which a crew flight is dearer at a port where ships push or refuel, twice where both, where cargo found no room beside crews."""
Key = tuple[int, int, int, int]


def roll(m: Model, begun: float, time_limit_s: float, gap_frac: float) -> Solution:
    """Solve a long problem; `infeasible` is proven by a relaxation, `unknown` when no plan was found.

    Of plans with all agreed people aboard in every week the cheapest is the one of most presence: it is looked for first.
    """
    p = m.problem
    if p.objective == "presence":
        always = roll(build(replace(p, objective="cost")), begun, ALWAYS_share * time_limit_s, gap_frac)
        if always.objective is not None:
            value = PRESENCE_per_musd * always.objective - _presence_w(p, always)
            gap = (value + p.weeks) / abs(value)
            if gap <= gap_frac:
                return replace(always, status="optimal", objective=value, bound=-float(p.weeks), gap_frac=gap)
    time_limit_s -= FINISH_s
    until = begun + time_limit_s
    bound = Bound(m, time_limit_s)
    if not bound.possible:
        return Solution("infeasible", None, None, None, (), {}, {}, time.perf_counter() - begun)
    bound.search(until)
    first = _chosen(m, bound.flown, until, gap_frac)
    x = None
    if first is not None:
        x = _improve(m, *first, bound, begun, time_limit_s, gap_frac)
    least = bound.stop()
    if x is None:
        proved = not bound.possible or no_crews(m.problem, max(until - time.perf_counter(), LEAST_s))
        proved = proved or relax(build(m.problem), max(until - time.perf_counter(), LEAST_s)).status == 2
        status: Any = "infeasible" if proved else "unknown"
        return Solution(status, None, least if status == "unknown" else None, None, (), {}, {}, time.perf_counter() - begun)
    value = float(np.dot(m.cost, x))
    status = "optimal" if value - least <= gap_frac * abs(value) else "feasible"
    return finished(m, status, x, value, least, begun)


def _presence_w(p: Problem, solution: Solution) -> float:
    """Weeks of presence, one with fewer people than asked for in part; crews do not count in their last week."""
    people = np.zeros(p.weeks)
    stays = [(v.week, v.week + v.stay_w, p.vessel(v.vessel).crew) for v in solution.visits]
    stays += [(0, solution.leaves_w[d.name], d.crew) for d in p.docked if d.name in solution.leaves_w]
    for comes, goes, crew in stays:
        people[comes : goes - 1 if goes < p.weeks else p.weeks] += crew
    return float(np.minimum(people / np.maximum(p.people, 1), 1.0).sum())


def _chosen(m: Model, flown: dict[int, float], until: float, gap_frac: float) -> tuple[set[Key], dict[int, int]] | None:
    """Visits and departures of a first plan; None where none was found in time. `flown` are crew flights of the relaxation by vessel."""
    p = m.problem
    chosen = set[Key]()
    leaves: dict[int, int] = {}
    crews, asked = crews_of(m), asked_keys(m)
    best: tuple[float, set[Key], dict[int, int]] | None = None
    blend = p.objective == "blend"  # fewer crews may be worth more: what is found first is not taken at once
    enough = time.perf_counter() + TRIES_share * (until - time.perf_counter())
    ports_kept = {v for v, vessel in enumerate(p.vessels) if vessel.unloads} if p.unload_need.any() else set[int]()
    rarer = _fewer_stays(m)
    every = [(m, False)] if not p.kept and any(a.stays_w != b.stays_w for a, b in zip(p.vessels, rarer.problem.vessels, strict=True)) else []
    tries = [*every, (rarer, False), (rarer, True)] if p.objective == "cost" else [(_with_fewer(rarer, fewer), False) for fewer in _fewer(p, crews, flown)]
    for crewed, spare in tries if crews else tries[:1]:  # where cargo finds no room, crews stay by fortnights, leave the ports that push, or most of them are too many
        if crews and not _windows(crewed, chosen, leaves, crews | ports_kept, CREW_w, None, until, spare):
            if crewed is m:  # none in time: by fortnights they are found sooner
                continue
            if crewed is rarer or crewed is tries[0][0]:
                return None
            break
        chosen -= {key for key in chosen if key[0] in ports_kept}  # crews leave a port for those who unload the gyroscopes: when is cargo's matter
        guide = None if p.kept or p.objective != "cost" else cargo_months(m, chosen, leaves, asked, max(GUIDE_share * (until - time.perf_counter()), 1.0))
        x, left = None, (TRIES_share if blend else 1.0) * (until - time.perf_counter())
        for beside in ((0,), (-1, 0, 1))[not guide.moved :] if guide else ():
            if guide and x is None:
                months = {(v, k + d) for v, k in guide.months for d in beside}
                x = _cargo(m, guide.crews, guide.leaves, crews, months, max(CARGO_share * left, LEAST_s), gap_frac)
        if x is None:
            left = (TRIES_share if blend else 1.0) * (until - time.perf_counter())
            x = _cargo(m, chosen, leaves, crews, None, max(CARGO_share * left, LEAST_s), gap_frac if guide is None else max(gap_frac, ROUGH_frac))
        if x is not None and (best is None or float(np.dot(m.cost, x)) < best[0]):
            goes = {i: week for (i, week), c in m.leaves.items() if x[c] > 0.5}
            best = float(np.dot(m.cost, x)), {key for key, c in m.visits.items() if x[c] > 0.5}, goes
        if best is not None and (not blend or time.perf_counter() > enough):
            break
    if best is not None:
        return best[1:]
    relaxed = relax(build(p), max(until - time.perf_counter(), LEAST_s))
    windows = relaxed.status == 0 and _windows(
        m, chosen, leaves, set(range(len(p.vessels))) - crews, CARGO_w, relaxed.x, max(until, time.perf_counter() + LEAST_s)
    )
    return (chosen, leaves) if windows else None


def _fewer(p: Problem, crews: set[int], flown: dict[int, float]) -> list[dict[int, int]]:
    """Flights a year that each crew ship flies less than it could, at least two being left: those first by which the seats are nearest to
    those of the relaxation."""
    def apart(fewer: dict[int, int]) -> float:
        """Seats a year."""
        return sum(p.vessels[v].crew * abs(p.vessels[v].per_year_count - n - flown[v] * YEAR_w / p.weeks) for v, n in fewer.items())

    each = [range(max(p.vessels[v].per_year_count - 2, 0) + 1) for v in crews]
    tries = [dict(zip(crews, n, strict=True)) for n in product(*each)]
    return sorted(tries, key=apart if set(flown) >= crews else lambda fewer: sum(n * p.vessels[v].crew for v, n in fewer.items()))


def _with_fewer(m: Model, fewer: dict[int, int]) -> Model:
    """The model in which crew ships fly so many times a year less."""
    p = m.problem
    rarer = (replace(x, per_year_count=x.per_year_count - fewer.get(v, 0)) for v, x in enumerate(p.vessels))
    return replace(m, problem=replace(p, vessels=tuple(rarer)))


def _fewer_stays(m: Model) -> Model:
    """The model with every second stay of crew ships, and those of commitments."""
    p = m.problem
    asked = {(f.vessel, f.stay_w) for f in p.fixed}
    kept = ([s for s in v.stays_w if not v.crew or (v.stays_w[-1] - s) % 2 == 0 or (v.name, s) in asked] for v in p.vessels)
    return replace(m, problem=replace(p, vessels=tuple(replace(v, stays_w=tuple(stays)) for v, stays in zip(p.vessels, kept, strict=True))))


def crews_of(m: Model) -> set[int]:
    """Numbers of the vessels that bring people."""
    return {v for v, vessel in enumerate(m.problem.vessels) if vessel.crew}


def asked_keys(m: Model) -> set[Key]:
    """Visits that are tried in whatever week they are: committed flights at any port, published ones at any stay."""
    p = m.problem
    kept = set(p.kept)
    return {key for key in m.visits if (p.vessels[key[0]].name, key[1], p.ports[key[2]].name) in kept or any(committed(p, f, key) for f in p.fixed)}


def _windows(
    m: Model, chosen: set[Key], leaves: dict[int, int], who: set[int], width: tuple[int, int], guide: np.ndarray | None,
    until: float, spare: bool = False,
) -> bool:  # fmt: skip
    """Choose the visits of some vessels window by window, those of the others pinned. False: a window has none in its share of the time."""
    p = m.problem
    seen, kept = width
    others = {k for k in chosen if k[0] not in who}
    asked = asked_keys(m)
    mine: set[Key] = set()
    crew = guide is None
    for first in range(0, p.weeks, kept):
        last = min(first + seen, p.weeks)
        part = _cut(p, last)
        w = build(replace(part, commodities=(), waste_kg=None) if crew else part)
        for key, c in w.visits.items():
            if key in asked and key not in others:
                continue  # a committed flight chooses its port
            if key[0] not in who:
                w.low[c] = w.high[c] = float(key in others)
            elif key[1] < first:
                w.low[c] = w.high[c] = float(key in mine)
            elif crew:  # of rotations that cost the same, the one that launches latest: slack is not spent on overlap
                needed = spare * (p.ports[key[2]].pushes + p.ports[key[2]].refuels)
                price = p.vessels[key[0]].cost_musd if p.kept else abs(w.cost[c])  # of a replan's visits the cost holds what a change is worth
                w.cost[c] += price * (EARLY_frac * (last - key[1]) + PUSHES_frac * needed)
        for (i, week), c in w.leaves.items():
            if i in leaves and (first or not crew):
                w.low[c] = w.high[c] = float(week == min(leaves[i], last))
        if guide is not None and last < p.weeks:
            _hold(m, w, guide)
        shares = 1 + max(p.weeks - last, 0) // kept
        result = run(w, time_limit_s=max((until - time.perf_counter()) / shares, 5.0), gap_frac=5e-4 if crew else 0.003)
        if result.x is None:
            return False
        mine = {key for key, c in w.visits.items() if key[0] in who and result.x[c] > 0.5}
        leaves.update({i: week for (i, week), c in w.leaves.items() if result.x[c] > 0.5})
        if last == p.weeks:
            break
        mine = {key for key in mine if key[1] < first + kept}
    chosen.clear()
    chosen.update(others | mine)
    return True


def _cargo(
    m: Model, chosen: set[Key], leaves: dict[int, int], crews: set[int], months: set[tuple[int, int]] | None, time_limit_s: float, gap_frac: float,
) -> np.ndarray | None:  # fmt: skip
    """Cargo of the whole horizon with crews pinned: in the months (vessel, month) given; else every week of the first half year, then
    every fourth to begin with."""
    first, kept = min((key[1] for key in m.visits if key[0] not in crews), default=0), asked_keys(m)
    if months:
        _free(m, chosen, leaves, lambda key: (key[0], key[1] // MONTH_w) in months and key[0] not in crews)
    else:
        _free(m, chosen, leaves, lambda key: key[0] not in crews and (key[1] < first + HURRY_w or (key[1] - first) % GRID_w == 0 or key in kept))
    result: Any = run(m, time_limit_s=time_limit_s, gap_frac=REPLAN_frac if m.problem.kept else gap_frac)
    return None if result.x is None else np.asarray(result.x)


def _free(m: Model, chosen: set[Key], leaves: dict[int, int], free: Any) -> None:
    """Pin every binary to what is chosen but those of the visits that `free(key)` lets go."""
    for key, c in m.visits.items():
        m.low[c], m.high[c] = (0.0, 1.0) if free(key) else (float(key in chosen),) * 2
    for (i, week), c in m.leaves.items():
        m.low[c] = m.high[c] = float(leaves.get(i) == week)


def _hold(m: Model, w: Model, guide: np.ndarray) -> None:
    """At the end of a window hold what the relaxation of the whole horizon holds then: it may see a loss ahead."""
    k = w.months - 1
    for name, columns in w.stock.items():
        c = columns[k]
        w.low[c] = max(w.low[c], min(float(guide[m.stock[name][k]]), 0.98 * w.high[c]))


def _improve(
    m: Model, chosen: set[Key], leaves: dict[int, int], bound: Bound, begun: float, time_limit_s: float, gap_frac: float,
) -> np.ndarray | None:  # fmt: skip
    """Free the cargo flights of one span at a time, everything else pinned; keep what is better."""
    p, crews, kept = m.problem, crews_of(m), asked_keys(m)
    best: np.ndarray | None = None
    value = np.inf
    width, grid, gained = IMPROVED_w, 2, False
    spans = [(-1, -1), *((a, a + width) for a in range(0, p.weeks, width // 2))]
    while spans:
        first, last = spans.pop(0)
        left = time_limit_s - (time.perf_counter() - begun)
        if best is not None and (left < 1.0 or value - bound.value <= (REPLAN_frac if p.kept else gap_frac) * abs(value)):
            break
        _free(m, chosen, leaves, lambda key, a=first, b=last, g=grid: a <= key[1] < b and key[0] not in crews and (key[1] % g == 0 or key in chosen or key in kept))
        most_s = left if width >= p.weeks else SPAN_s * width / IMPROVED_w
        result: Any = run(m, time_limit_s=max(min(left, most_s), 1.0), gap_frac=0.001)
        if result.x is not None and result.fun < value - 1e-6:
            gained = gained or best is not None
            value, best = float(result.fun), result.x
            chosen.clear()
            chosen.update(key for key, c in m.visits.items() if result.x[c] > 0.5)
        if not spans and (gained or width < p.weeks):  # once more where it helped, wider where it did not
            width = width if gained else 2 * width
            grid, gained = 1 if width == IMPROVED_w else 2, False
            spans = [(a, a + width) for a in range(0, max(p.weeks - width // 2, 1), width // 2)]
    return best


def _cut(p: Problem, weeks: int) -> Problem:
    """The first weeks of a problem."""
    return replace(
        p, weeks=weeks, vessels=tuple(replace(v, weeks=v.weeks[:weeks], pushes_frac=np.broadcast_to(v.pushes_frac, p.weeks)[:weeks]) for v in p.vessels),
        ports=tuple(replace(q, open_count=q.open_count[:weeks]) for q in p.ports),
        docked=tuple(replace(d, leaves_w=tuple(sorted({min(w, weeks) for w in d.leaves_w}))) for d in p.docked),
        commodities=tuple(replace(c, use_kg=c.use_kg[:weeks], least_kg=c.least_kg[:weeks]) for c in p.commodities),
        people=p.people[:weeks], lines={k: x[:weeks] for k, x in p.lines.items()}, push_need_kg=p.push_need_kg[:weeks], turn_need_kg=p.turn_need_kg[:weeks],
        tanks_push=p.tanks_push[:weeks], unload_need=p.unload_need[:weeks], waste_kg=None if p.waste_kg is None else p.waste_kg[:weeks],
        fixed=tuple(f for f in p.fixed if f.week < weeks),
    )  # fmt: skip
