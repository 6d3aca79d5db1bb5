"""What no plan can cost less than: a relaxation by months, its totals of flights branched on while the plan is being looked for.

Cargo is counted by vehicle, stay and month of launch, without ports and pads; crews keep their weeks. For `iss-2022` its linear
relaxation has the bound of the whole programme in a third of the time, and whole numbers of flights lift it by half a per cent.
"""

from __future__ import annotations

import heapq
import math
import threading
import time
from dataclasses import replace

import numpy as np

from .milp import relax
from .problem import PortClass, Problem
from .programme import INF, Model
from .stock_rows import need_rows
from .traffic_rows import cadence_rows, price

WHOLE_count = 1e-4
"""How near a whole number a count of flights is taken for one."""
Counts = dict[int, tuple[float, float]]


def by_months(p: Problem) -> Model:
    """A relaxation of the programme: every plan of it is one of these, at the same cost."""
    pushing = {q.name for q in p.ports if q.pushes}
    free = np.full(p.weeks, len(p.vessels) * p.weeks)
    vessels = tuple(replace(v, ports=("pushes",) if pushing & set(v.ports) else ("other",)) for v in p.vessels)
    docked = tuple(replace(d, port="pushes" if d.port in pushing else "other") for d in p.docked)
    ports = (PortClass("other", ("other",), free, False, False), PortClass("pushes", ("pushes",), free, True, True))
    m = Model(replace(p, vessels=vessels, docked=docked, ports=ports), monthly=True)
    for v, vessel in enumerate(vessels):
        port = int(vessel.ports == ("pushes",))
        for stay in vessel.stays_w:
            for k in range(m.months):
                weeks = [w for w in m.weeks_of(k) if vessel.weeks[w]]
                for w, count in [(w, 1.0) for w in weeks] if vessel.crew else [(m.weeks_of(k)[0], float(len(weeks)))] if weeks else []:
                    c = m.column(price(p, vessel, stay), 0.0, count)
                    m.visits[v, w, port, stay] = c
                    m.by_month[k].append((v, c))
    for i, there in enumerate(docked):
        for w in there.leaves_w:
            m.leaves[i, w] = m.column(0.0, 0.0, 1.0)
        m.rows.add("docked", {m.leaves[i, w]: 1.0 for w in there.leaves_w}, 1.0, 1.0)
    cadence_rows(m)
    need_rows(m)
    return m


class Bound:
    """The relaxation of a problem: `possible` while nothing proves that there is no plan, `value` growing while `search` runs.

    A replan or committed flights give single weeks a price or a duty of their own: for them it is that of the whole programme.
    """

    def __init__(self, m: Model) -> None:
        p = m.problem
        self.value = -INF
        self.possible = True
        self._stop = threading.Event()
        self._open: list[tuple[float, int, Counts, dict[int, float]]] = []
        self._thread: threading.Thread | None = None
        self._model, self._total = m, dict[int, int]()
        if p.kept or p.fixed:
            return
        self._model = by_months(p)
        self._total = {v: self._model.column() for v, vessel in enumerate(p.vessels) if not vessel.crew}
        for v, total in self._total.items():
            self._model.rows.add("balance", {total: -1.0, **{c: 1.0 for key, c in self._model.visits.items() if key[0] == v}}, 0.0, 0.0)
        self._weight = {v: max(p.vessels[v].cost_musd, 1.0) for v in self._total}  # where a whole flight moves the cost most, first
        self._solve({v: (0.0, INF) for v in self._total}, 0)

    def search(self, until: float) -> None:
        """Branch on the totals in a thread of its own, to the instant `until` of `time.perf_counter` or `stop`."""
        self._thread = threading.Thread(target=self._branch, args=(until,), daemon=True)
        self._thread.start()

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
            v = max(x, key=lambda v: abs(x[v] - round(x[v])) * self._weight[v])
            if max(abs(n - round(n)) for n in x.values()) < WHOLE_count:
                return
            low, high = counts[v]
            for part in ((low, float(math.floor(x[v]))), (float(math.ceil(x[v])), high)):
                count, begun = count + 1, time.perf_counter()
                self._solve({**counts, v: part}, count)
                longest_s = max(longest_s, time.perf_counter() - begun)
        if self._open:
            self.value = max(self.value, self._open[0][0])

    def _solve(self, counts: Counts, number: int) -> None:
        """Solve with these counts of flights and put what is found among the open."""
        for v, (low, high) in counts.items():
            self._model.low[self._total[v]], self._model.high[self._total[v]] = low, high
        found = relax(self._model)
        if found.status == 0:
            heapq.heappush(self._open, (float(found.fun), number, counts, {v: float(found.x[c]) for v, c in self._total.items()}))
        if not number and found.status == 0:
            self.value = float(found.fun)
        elif not number:
            self.possible = found.status != 2


__all__ = ["Bound", "by_months"]
