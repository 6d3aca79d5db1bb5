"""What no plan can cost less than: a relaxation by months, its totals of flights branched on while the plan is being looked for.

Cargo is counted by vehicle, stay and month of launch, without pads, and without ports where cost alone counts; crews keep their weeks, or are not chosen at all where
partners agreed on them: the fewest people and crew ships there must be are then known beforehand, and HiGHS, which finds no cut that
lifts the relaxation with crews in it, lifts that of `iss-2022` with the widest margins by 1.6 % in a dozen seconds.
"""

from __future__ import annotations

import heapq
import math
import threading
import time
from dataclasses import replace
from itertools import product

import numpy as np

from .milp import relax, run
from .problem import PortClass, Problem, Vessel
from .programme import INF, Model, MONTH_w
from .stock_rows import need_rows
from .traffic_rows import cadence_rows, port_rows, price

TOTALS_share = 0.15
"""Share of the time in which totals of flights are branched on; then HiGHS branches on all counts, with its cuts."""
COUNTS_share = 0.5
"""Share of the time in which HiGHS branches on all counts: it cannot be stopped from outside, so the bound is there before the end."""
WHOLE_count = 1e-4
"""How near a whole number a count of flights is taken for one."""
Counts = dict[int, tuple[float, float]]


def by_months(p: Problem, *, crews: bool = True) -> Model:
    """A relaxation of the programme: every plan of it is one of these, at the same cost. Without `crews` those that `agreed` holds for are
    not chosen: the fewest people there can be are aboard, and crew ships bring as much as they can."""
    fewest = None if crews or not _agreed(p) else _fewest(p)
    if not _by_ports(p):
        p = _any_port(p)
    if fewest is not None:
        slack = sum(p.vessel(name).crew * float(np.max(ships)) for name, ships in p.lines.items())  # a relief by which other crews may come sooner
        p = replace(p, commodities=tuple(replace(c, most_kg=c.most_kg + slack * c.person_kg) for c in p.commodities))
    m = Model(p, monthly=True, aboard=fewest)
    cargo_columns(m)
    for i, there in enumerate(p.docked):
        for w in there.leaves_w:
            m.leaves[i, w] = m.column(0.0, 0.0, 1.0)
        m.rows.add("docked", {m.leaves[i, w]: 1.0 for w in there.leaves_w}, 1.0, 1.0)
    if fewest is not None:
        _crew_launches(m)
    cadence_rows(m)
    if _by_ports(p):
        port_rows(m)
    need_rows(m)
    return m


def _by_ports(p: Problem) -> bool:
    """Whether crews are as many as there is room for: only then ports hold a plan back more than they cost time."""
    return p.objective in ("research", "blend")


def _any_port(p: Problem) -> Problem:
    """The problem with room for every ship; of its ports only whether ships push there is left."""
    pushing = {q.name for q in p.ports if q.pushes}
    free = np.full(p.weeks, len(p.vessels) * p.weeks)
    vessels = tuple(replace(v, ports=("pushes",) if pushing & set(v.ports) else ("other",)) for v in p.vessels)
    docked = tuple(replace(d, port="pushes" if d.port in pushing else "other") for d in p.docked)
    ports = (PortClass("other", ("other",), free, False, False), PortClass("pushes", ("pushes",), free, True, True))
    return replace(p, vessels=vessels, docked=docked, ports=ports)


def cargo_columns(m: Model) -> None:
    """Visits by vehicle, port, stay and month of launch, crews by week; where crews are not chosen by month, with one stay: the longest
    for what it serves meanwhile."""
    p = m.problem
    for v, vessel in enumerate(p.vessels):
        weekly = vessel.crew and m.aboard is None
        for port, stay in product([q for q, c in enumerate(p.ports) if c.name in vessel.ports], vessel.stays_w if m.aboard is None else vessel.stays_w[-1:]):
            for k in range(m.months):
                weeks = [w for w in m.weeks_of(k) if vessel.weeks[w]]
                for w, count in [(w, 1.0) for w in weeks] if weekly else [(m.weeks_of(k)[0], float(len(weeks)))] if weeks else []:
                    c = m.column(price(p, vessel, stay), 0.0, count)
                    m.visits[v, w, port, stay] = c
                    m.by_month[k].append((v, c))
    chosen = [f for f in p.fixed if m.aboard is None or not p.vessel(f.vessel).crew]
    for name, k in {(f.vessel, f.week // MONTH_w) for f in chosen}:
        count = sum((f.vessel, f.week // MONTH_w) == (name, k) for f in chosen)
        m.rows.add("commitments", {c: 1.0 for v, c in m.by_month[k] if p.vessels[v].name == name}, float(count), INF)


def _agreed(p: Problem) -> bool:
    """Whether crews are there to be aboard, as many as the partners agreed on, and serve the plan by nothing else."""
    ships = [v for v in p.vessels if v.crew]
    kinds = {v.name: v.crew for v in ships}
    agreed = sum((n * kinds.get(name, 0) for name, n in p.lines.items()), np.zeros(p.weeks))
    plain = not (p.stand_ins or p.budgets_musd or p.down_kg_per_y or p.external_kg_per_y or any(v.push_kg or v.unloads for v in ships))
    return p.objective == "cost" and not p.between_w and bool(p.lines) and set(p.lines) <= set(kinds) and bool((p.people <= agreed).all()) and plain


def _fewest(p: Problem) -> np.ndarray:
    """(W,) people whose sum up to any week is the least there can be: two crews in the weeks of reliefs as late as can be."""
    out = np.zeros(p.weeks)
    for name, ships in p.lines.items():
        rises = np.maximum(np.diff(ships, prepend=0), 0)
        sums = np.maximum(np.cumsum(ships), np.cumsum(ships - rises + latest(p, p.vessel(name), ships)))
        out += p.vessel(name).crew * np.diff(sums, prepend=0)
    return out


def latest(p: Problem, vessel: Vessel, ships: np.ndarray, since: int = 0) -> np.ndarray:
    """(W,) launches of a crew ship, none before week `since` and each as late as can be, with which so many `ships` (W,) of it are there,
    not in their last week; all before `since` may be covered by one launched just before."""
    there, out, longest = np.zeros(p.weeks, int), np.zeros(p.weeks, int), max(vessel.stays_w)
    for last in [max(d.leaves_w) for d in p.docked if d.crew and d.vehicle == vessel.name]:
        there[: last - 1 if last < p.weeks else last] += 1
    if since:
        there[: since + longest - 2 if since - 1 + longest < p.weeks else p.weeks] = ships.max()
    for w in range(p.weeks):
        while there[w] < ships[w]:
            able = since + np.flatnonzero(vessel.weeks[since : w + 1])
            end = 0 if not able.size else p.weeks if able[-1] + longest >= p.weeks else able[-1] + longest - 1
            if end <= w:
                break  # nobody can be there: the programme itself says so
            out[able[-1]] += 1
            there[able[-1] : end] += 1
    return out


def _crew_launches(m: Model) -> None:
    """Crew ships fly as late as can be; some come sooner, no more by any month than leaves those that must come after, and more at their price."""
    p = m.problem
    for v, vessel in enumerate(p.vessels):
        if not vessel.crew:
            continue
        ships = np.asarray(p.lines.get(vessel.name, np.zeros(p.weeks, int)))
        needed = latest(p, vessel, ships)
        sooner = {m.column(vessel.cost_musd): -1.0}
        for (_, w, q, _stay), c in [item for item in m.visits.items() if item[0][0] == v]:
            weeks = m.weeks_of(w // MONTH_w)
            m.low[c] = m.high[c] = float(needed[weeks].sum())
            m.visits[v, w, q, 0] = more = m.column()
            m.by_month[w // MONTH_w].append((v, more))
            sooner[more] = 1.0
            after = latest(p, vessel, ships, weeks[-1] + 1).sum() if weeks[-1] + 1 < p.weeks else 0
            m.rows.add("balance", sooner, -INF, float(needed[weeks[-1] + 1 :].sum() - after))


class Bound:
    """The relaxation of a problem: `possible` while nothing proves that there is no plan, `value` growing while `search` runs.

    A replan gives single weeks a price of their own: for it it is that of the whole programme.
    """

    def __init__(self, m: Model, time_limit_s: float = 120.0) -> None:
        p = m.problem
        self.value = -INF
        self.possible = True
        self.flown: dict[int, float] = {}
        """Crew flights of the relaxation by vessel; none where it does not choose them."""
        self._stop = threading.Event()
        self._open: list[tuple[float, int, Counts, dict[int, float]]] = []
        self._thread: threading.Thread | None = None
        self._model, self._total = m, dict[int, int]()
        if p.kept:
            return
        self._model = by_months(p, crews=False)
        self._total = {v: self._model.column() for v, vessel in enumerate(p.vessels) if not vessel.crew}
        for v, total in self._total.items():
            self._model.rows.add("balance", {total: -1.0, **{c: 1.0 for key, c in self._model.visits.items() if key[0] == v}}, 0.0, 0.0)
        self._weight = {v: max(p.vessels[v].cost_musd, 1.0) for v in self._total}  # a total is branched on where both sides of it move the cost most
        self._solve({v: (0.0, INF) for v in self._total}, 0, time_limit_s)

    def search(self, until: float) -> None:
        """Branch on the totals in a thread of its own, then on all counts of cargo flights, to the instant `until` of `time.perf_counter`."""
        self._thread = threading.Thread(target=self._search, args=(until,), daemon=True)
        self._thread.start()

    def _search(self, until: float) -> None:
        """HiGHS cannot be stopped from outside: it gets pieces of time no longer than what is lost when the plan is good enough first."""
        now = time.perf_counter()
        self._branch(now + TOTALS_share * (until - now))
        if not self._total or self._stop.is_set():
            return
        m = self._model
        for total in self._total.values():
            m.low[total], m.high[total] = 0.0, INF
        for key, c in m.visits.items():
            m.whole[c] = int(key[0] in self._total)
        found = run(m, time_limit_s=max(now + (TOTALS_share + COUNTS_share) * (until - now) - time.perf_counter(), 1.0), gap_frac=1e-4)
        if found.mip_dual_bound is not None and np.isfinite(found.mip_dual_bound):
            self.value = max(self.value, float(found.mip_dual_bound))

    def stop(self) -> float:
        """End the search; the bound."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        return self.value

    def _branch(self, until: float) -> None:
        count, longest_s = 0, 0.0
        if not self._total:
            self._solve({}, 0)
            return
        while self._open and not self._stop.is_set() and time.perf_counter() + longest_s < until:
            bound, _, counts, x = heapq.heappop(self._open)
            self.value = max(self.value, bound)
            v = max(x, key=lambda v: (x[v] - math.floor(x[v])) * (math.ceil(x[v]) - x[v]) * self._weight[v])
            if max(abs(n - round(n)) for n in x.values()) < WHOLE_count:
                return
            low, high = counts[v]
            for part in ((low, float(math.floor(x[v]))), (float(math.ceil(x[v])), high)):
                count, begun = count + 1, time.perf_counter()
                self._solve({**counts, v: part}, count)
                longest_s = max(longest_s, time.perf_counter() - begun)
        if self._open:
            self.value = max(self.value, self._open[0][0])

    def _solve(self, counts: Counts, number: int, time_limit_s: float = 120.0) -> None:
        """Solve with these counts of flights and put what is found among the open."""
        for v, (low, high) in counts.items():
            self._model.low[self._total[v]], self._model.high[self._total[v]] = low, high
        found = relax(self._model, time_limit_s)
        if found.status == 0:
            heapq.heappush(self._open, (float(found.fun), number, counts, {v: float(found.x[c]) for v, c in self._total.items()}))
        if not number and found.status == 0:
            self.value = float(found.fun)
            for (v, *_), c in self._model.visits.items() if self._model.aboard is None else ():
                if v not in self._total:
                    self.flown[v] = self.flown.get(v, 0.0) + float(found.x[c])
        elif not number:
            self.possible = found.status != 2


__all__ = ["Bound", "by_months", "cargo_columns"]
