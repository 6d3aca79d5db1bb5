"""The traffic problem as a time-indexed mixed-integer programme, solved by HiGHS through scipy.

One binary for each (vessel, week of launch, port class, stay); stocks, manifests and propellant are continuous by week.
Every row carries the name of the requirement it stands for, so that a conflict can be told in words.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .problem import BOTTLE_FACTOR, DRY, GASES, Problem, Solution, Vessel, Visit

INF = np.inf
YEAR_w = 52
WHOLE = 800
"""Most binaries handed to HiGHS in one piece; beyond, its simplex does not even end the relaxation of eight ports in a minute."""
MONTH_w = 4
"""Stocks are balanced every four weeks; a reserve must hold without what arrives in the same four weeks."""


CREW_share = 0.9
"""Most of its dry cargo that a ship is filled with for people; the rest is hardware (`engine.supply`)."""
BOTTLES_share = 0.1
"""Most gas in bottles against a ship's dry cargo (`engine.supply`)."""
SHORT_share = 0.75
"""Share of dry cargo that is food and supplies while both are short: `CREW_share` less bags of water and gas bottles. Assumed."""
AFTER_PEOPLE_frac = 0.1
"""Worth of a week's use of hardware in store against a week of what people live on."""


@dataclass
class Rows:
    """Rows of a sparse matrix as they are written down."""

    row: list[int] = field(default_factory=list)
    column: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    group: list[str] = field(default_factory=list)

    def add(self, group: str, terms: dict[int, float], low: float, high: float) -> None:
        """low <= sum of terms <= high."""
        at = len(self.low)
        for column, value in terms.items():
            self.row.append(at)
            self.column.append(column)
            self.value.append(value)
        self.low.append(low)
        self.high.append(high)
        self.group.append(group)


@dataclass
class Model:
    """Columns and rows of one problem."""

    problem: Problem
    cost: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    rows: Rows = field(default_factory=Rows)
    visits: dict[tuple[int, int, int, int], int] = field(default_factory=dict)  # vessel, week, class, stay -> column
    leaves: dict[tuple[int, int], int] = field(default_factory=dict)  # docked, week -> column
    stock: dict[str, list[int]] = field(default_factory=dict)
    load: dict[str, list[int]] = field(default_factory=dict)
    by_month: dict[int, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))  # month -> (vessel, column)

    @property
    def months(self) -> int:
        """Spans of four weeks, the last one perhaps shorter."""
        return -(-self.problem.weeks // MONTH_w)

    def weeks_of(self, month: int) -> range:
        """Weeks of a month."""
        return range(month * MONTH_w, min((month + 1) * MONTH_w, self.problem.weeks))

    def column(self, cost: float = 0.0, low: float = 0.0, high: float = INF, whole: bool = False) -> int:
        """A new column."""
        self.cost.append(cost)
        self.low.append(low)
        self.high.append(high)
        self.whole.append(int(whole))
        return len(self.cost) - 1


def build(problem: Problem) -> Model:
    """Write down every column and row."""
    m = Model(problem)
    _visits(m)
    _ports(m)
    _launches(m)
    crew = _people(m)
    _stocks(m, crew)
    _standdowns(m)
    _propellant(m)
    _waste(m)
    _money(m)
    return m


def solve(problem: Problem, *, time_limit_s: float = 60.0, gap_frac: float = 0.005) -> Solution:
    """Choose the flights; the best found when time runs out. The manifest is then filled as full as the ships allow.

    A problem of at most `WHOLE` binaries goes to HiGHS as it is. A larger one gets its bound from the linear relaxation
    and its flights from windows that roll over the horizon and are then improved one by one (`plan.rolling`).
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


def run(m: Model, *, without: frozenset[str] = frozenset(), whole: bool = True, time_limit_s: float = 60.0, gap_frac: float = 0.005) -> Any:
    """Hand the model to HiGHS, leaving out the rows of some requirements."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    a, low, high = matrix(m), np.asarray(m.rows.low, float), np.asarray(m.rows.high, float)
    if without:
        keep = np.asarray([g not in without for g in m.rows.group])
        a, low, high = a[keep], low[keep], high[keep]
    return milp(
        np.asarray(m.cost), constraints=LinearConstraint(a, low, high), bounds=Bounds(m.low, m.high),
        integrality=np.asarray(m.whole) if whole else np.zeros(len(m.cost)),
        options={"time_limit": time_limit_s, "mip_rel_gap": gap_frac},
    )  # fmt: skip


def _visits(m: Model) -> None:
    """One binary for every launch there could be, and for every week a ship that is there could leave."""
    p = m.problem
    for v, vessel in enumerate(p.vessels):
        for q, port in enumerate(p.ports):
            if port.name not in vessel.ports:
                continue
            for stay in vessel.stays_w:
                for w in map(int, np.flatnonzero(vessel.weeks)):
                    if port.open_count[w : w + stay].min() > 0:
                        c = m.column(_price(p, vessel, stay), 0.0, 1.0, True)
                        m.visits[v, w, q, stay] = c
                        m.by_month[w // MONTH_w].append((v, c))
    for i, docked in enumerate(p.docked):
        for w in docked.leaves_w:
            m.leaves[i, w] = m.column(0.0, 0.0, 1.0, True)
        m.rows.add("docked", {m.leaves[i, w]: 1.0 for w in docked.leaves_w}, 1.0, 1.0)
    kept = set(p.kept)
    for key, c in m.visits.items():
        if kept and (p.vessels[key[0]].name, key[1], p.ports[key[2]].name) in kept:
            m.cost[c] -= p.keep_musd
    for f in p.fixed:
        v = [x.name for x in p.vessels].index(f.vessel)
        q = [x.name for x in p.ports].index(f.port)
        column = m.visits.get((v, f.week, q, f.stay_w))  # none: the flight cannot be flown as it stands
        m.rows.add("commitments", {} if column is None else {column: 1.0}, 1.0, 1.0)


def _price(p: Problem, vessel: Vessel, stay_w: int) -> float:
    """What a visit adds to the objective, million USD (weeks of people for the most presence)."""
    person_weeks = vessel.crew * stay_w
    if p.objective == "cost":
        return vessel.cost_musd
    if p.objective == "presence":
        return 1e-6 * vessel.cost_musd
    hours = person_weeks * p.research_h_per_person_week
    if p.objective == "research":
        return -hours + 1e-6 * vessel.cost_musd
    return vessel.cost_musd - (hours * p.usd_per_research_h + person_weeks * p.usd_per_person_week) / 1e6


def _running(m: Model, comes: list[dict[int, float]], goes: list[dict[int, float]], opening: float = 0.0, most: float = INF) -> list[int]:
    """Columns n (W,) with n[w] = n[w - 1] + what comes in w - what goes in w: sums over time without dense rows."""
    columns = [m.column(0.0, 0.0, most) for _ in range(m.problem.weeks)]
    for w, c in enumerate(columns):
        terms = {c: 1.0}
        if w:
            terms[columns[w - 1]] = -1.0
        for column, value in comes[w].items():
            terms[column] = terms.get(column, 0.0) - value
        for column, value in goes[w].items():
            terms[column] = terms.get(column, 0.0) + value
        start = 0.0 if w else opening
        m.rows.add("balance", terms, start, start)
    return columns


def _empty(m: Model) -> list[dict[int, float]]:
    return [{} for _ in range(m.problem.weeks + 1)]


def _ports(m: Model) -> None:
    p = m.problem
    for q, port in enumerate(p.ports):
        comes, goes = _empty(m), _empty(m)
        for (_, w, at, stay), c in m.visits.items():
            if at == q:
                comes[w][c] = 1.0
                goes[min(w + stay, p.weeks)][c] = 1.0
        there = [i for i, docked in enumerate(p.docked) if docked.port == port.name]
        for i in there:
            for w in p.docked[i].leaves_w:
                goes[min(w, p.weeks)][m.leaves[i, w]] = 1.0
        held = _running(m, comes, goes, float(len(there)))
        for w in range(p.weeks):
            m.rows.add(f"ports {port.name}", {held[w]: 1.0}, 0.0, float(port.open_count[w]))


def _launches(m: Model) -> None:
    """Cadence of each vehicle as flown, and of each site."""
    p = m.problem
    by_site: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for v, vessel in enumerate(p.vessels):
        launched = _empty(m)
        for (k, w, _, _), c in m.visits.items():
            if k == v:
                launched[w][c] = 1.0
                by_site[vessel.site][w].append(c)
        for first in range(0, max(p.weeks - YEAR_w, 0) + 1, MONTH_w):
            terms = {c: 1.0 for w in range(first, min(first + YEAR_w, p.weeks)) for c in launched[w]}
            if terms:
                m.rows.add(f"cadence {vessel.name}", terms, 0.0, float(vessel.per_year_count))
    for site, weeks in by_site.items():
        for w in range(p.weeks):
            terms = {c: 1.0 for k in range(w, w + p.site_gap_w) for c in weeks.get(k, ())}
            if len(terms) > 1:
                m.rows.add(f"site {site}", terms, 0.0, 1.0)


def _people(m: Model) -> list[int]:
    """Columns of the people aboard by week; every crew is relieved before its last week is over.

    Ships of each kind are counted apart: an agreed crew is a ship of its kind there all the time.
    """
    p = m.problem
    aboard: list[dict[int, float]] = [{} for _ in range(p.weeks)]
    sure: list[dict[int, float]] = [{} for _ in range(p.weeks)]
    kinds = {v.name: v.crew for v in p.vessels if v.crew} | {d.vehicle: d.crew for d in p.docked if d.crew}
    for kind, crew in kinds.items():
        there, covered = _ships_there(m, kind)
        for w in range(p.weeks):
            aboard[w][there[w]] = float(crew)
            sure[w][covered[w]] = float(crew)
            if kind in p.lines and p.objective != "presence" and p.lines[kind][w]:
                m.rows.add(f"crew {kind}", {covered[w]: 1.0}, float(p.lines[kind][w]), INF)
    for i, docked in enumerate(p.docked):
        if docked.crew:
            _relieved(m, i)
    agreed = sum((ships * kinds.get(name, 0) for name, ships in p.lines.items()), np.zeros(p.weeks))
    people = [m.column() for _ in range(p.weeks)]
    for w in range(p.weeks):
        m.rows.add("balance", {people[w]: 1.0, **{c: -k for c, k in aboard[w].items()}}, 0.0, 0.0)
        if p.objective == "presence":
            y = m.column(-1.0, 0.0, 1.0)
            m.rows.add("people", {**sure[w], y: -float(max(p.people[w], 1))}, 0.0, INF)
        elif p.people[w] > agreed[w]:
            m.rows.add("people", sure[w], float(p.people[w]), INF)
    return people


def _ships_there(m: Model, kind: str) -> tuple[list[int], list[int]]:
    """Columns: ships of a kind that are docked in each week, and those of them not in their last one."""
    p = m.problem
    comes, goes, unsure = _empty(m), _empty(m), _empty(m)
    for (v, w, _, stay), c in m.visits.items():
        if p.vessels[v].name == kind:
            comes[w][c] = 1.0
            goes[min(w + stay, p.weeks)][c] = 1.0
            unsure[w + stay - 1 if w + stay < p.weeks else p.weeks][c] = 1.0
    mine = [i for i, d in enumerate(p.docked) if d.vehicle == kind and d.crew]
    for i in mine:
        for w in p.docked[i].leaves_w:
            goes[min(w, p.weeks)][m.leaves[i, w]] = 1.0
            unsure[w - 1 if w < p.weeks else w][m.leaves[i, w]] = 1.0
    return _running(m, comes, goes, float(len(mine))), _running(m, comes, unsure, float(len(mine)))


def _relieved(m: Model, i: int) -> None:
    """A crew that is aboard waits for the next ship of its kind and leaves a week after it came."""
    p = m.problem
    docked = p.docked[i]
    first = min(docked.leaves_w)
    same = defaultdict(list)
    for (v, w, _, _), c in m.visits.items():
        if p.vessels[v].name == docked.vehicle:
            same[w].append(c)
    if not same:
        return
    for w in docked.leaves_w:
        weeks = range(w) if w == first else (w - 1,)
        came = {c: 1.0 for k in weeks for c in same.get(k, ())}
        if w != max(docked.leaves_w):
            m.rows.add("handover", {m.leaves[i, w]: -1.0, **came}, 0.0, INF)


def _stocks(m: Model, crew: list[int]) -> None:
    """Balance of every commodity by month; what ships that launch in a month can carry."""
    p = m.problem
    for commodity in p.commodities:
        name = commodity.name
        stock = [m.column(0.0, 0.0, commodity.most_kg) for _ in range(m.months)]
        load = [m.column(0.0, 0.0, INF if m.by_month.get(k) else 0.0) for k in range(m.months)]
        m.stock[name], m.load[name] = stock, load
        for k in range(m.months):
            weeks = m.weeks_of(k)
            m.rows.add(name, {stock[k]: 1.0, load[k]: -1.0}, float(max(commodity.least_kg[w] for w in weeks)), INF)
            if name == "propellant":
                continue
            terms = {stock[k]: 1.0, load[k]: -1.0}
            start = -float(commodity.use_kg[list(weeks)].sum())
            if k:
                terms[stock[k - 1]] = -1.0
            else:
                start += commodity.opening_kg
            if commodity.person_kg:
                for w in weeks:
                    terms[crew[w]] = commodity.person_kg
            m.rows.add("balance", terms, start, start)
    for k in range(m.months):
        ships = m.by_month.get(k)
        if ships:
            _capacity(m, k, ships)


def _capacity(m: Model, k: int, ships: list[tuple[int, int]]) -> None:
    """Mass of a month's cargo against what its ships carry: tanks first, bags and bottles out of dry cargo."""
    p = m.problem
    dry: dict[int, float] = {m.load[n][k]: 1.0 for n in DRY if n in m.load}
    hold = {m.load[n][k] for n in ("food", "supplies") if n in m.load}
    gas: dict[int, float] = {}
    filled: dict[int, float] = {}
    if "water" in m.load:
        bags = m.column(0.0, 0.0, INF)
        dry[bags] = 1.0
        hold.add(bags)
        terms = {m.load["water"][k]: 1.0, bags: -1.0}
        terms.update({c: -p.vessels[v].water_kg for v, c in ships if p.vessels[v].water_kg})
        m.rows.add("holds", terms, -INF, 0.0)
    for name in GASES:
        if name in m.load:
            bottles = m.column(0.0, 0.0, INF)
            dry[bottles] = BOTTLE_FACTOR
            gas[m.load[name][k]] = 1.0
            gas[bottles] = -1.0
            filled[bottles] = 1.0
    if gas:
        gas.update({c: -p.vessels[v].gas_kg for v, c in ships if p.vessels[v].gas_kg})
        m.rows.add("holds", gas, -INF, 0.0)
        filled.update({c: -min(p.bottles_kg, BOTTLES_share * p.vessels[v].dry_kg) for v, c in ships})
        m.rows.add("holds", filled, -INF, 0.0)
    if "propellant" in m.load:
        fuel = {m.load["propellant"][k]: 1.0}
        taken = m.column(0.0, 0.0, INF)
        dry[taken] = 1.0
        extra = {m.load["propellant"][k]: 1.0, taken: -1.0}
        for v, c in ships:
            if p.vessels[v].refuel_most_kg:
                fuel[c], extra[c] = -p.vessels[v].refuel_most_kg, -p.vessels[v].refuel_kg
        m.rows.add("holds", fuel, -INF, 0.0)
        m.rows.add("holds", extra, -INF, 0.0)
    crew = {c: kg for c, kg in dry.items() if c in hold}
    dry.update({c: -p.vessels[v].dry_kg for v, c in ships})
    m.rows.add("holds", dry, -INF, 0.0)
    m.rows.add("holds", {**crew, **{c: -CREW_share * p.vessels[v].dry_kg for v, c in ships}}, -INF, 0.0)


def _standdowns(m: Model) -> None:
    """Food and supplies last while any one family of launchers stands down: stock and what the others can bring."""
    p = m.problem
    span = -(-p.standdown_w // MONTH_w)
    stores = [c for c in p.commodities if c.name in ("food", "supplies")]
    if not span or not stores:
        return
    use = sum((c.use_kg + c.person_kg * p.people for c in stores), np.zeros(p.weeks))
    least = sum(float(c.person_kg * p.people.max()) for c in stores) * p.leave_d / 7.0
    families = dict.fromkeys(v.family for v in p.vessels if v.dry_kg and not v.crew)
    brings = {family: [m.column() for _ in range(m.months)] for family in families}
    for family, columns in brings.items():
        for k, c in enumerate(columns):
            ships = {x: -SHORT_share * p.vessels[v].dry_kg for v, x in m.by_month.get(k, ()) if p.vessels[v].family == family}
            m.rows.add("balance", {c: 1.0, **ships}, 0.0, 0.0)
    for family in families:
        for k in range(span + YEAR_w // MONTH_w // 2, m.months):
            terms = {m.stock[c.name][k - span]: 1.0 for c in stores}
            terms.update({brings[f][month]: 1.0 for f in families if f != family for month in range(k - span + 1, k)})
            need = float(use[(k - span + 1) * MONTH_w : (k + 1) * MONTH_w].sum())
            m.rows.add(f"standdown {family}", terms, need + least, INF)


def _propellant(m: Model) -> None:
    """Tanks, pushes of docked ships and the debt of the orbit: each month's need is met by one of them.

    A visiting ship's own propellant pushes from its first week on; what it cannot give before it leaves is lost.
    """
    p = m.problem
    tank = next((c for c in p.commodities if c.name == "propellant"), None)
    if tank is None:
        return
    pushes: list[dict[int, float]] = [{} for _ in range(m.months)]
    classes = {q.name: q for q in p.ports}
    for (v, w, q, stay), c in m.visits.items():
        if p.vessels[v].push_kg and p.ports[q].pushes:
            _spread(p, pushes, c, p.vessels[v].push_kg, w, w + stay)
    for i, docked in enumerate(p.docked):
        if docked.push_kg and classes[docked.port].pushes:
            for w in docked.leaves_w:
                _spread(p, pushes, m.leaves[i, w], docked.push_kg, 0, w)
    stock, load = m.stock["propellant"], m.load["propellant"]
    debt = [m.column(1e-4, 0.0, p.debt_most_kg) for _ in range(m.months)]
    for k in range(m.months):
        weeks = list(m.weeks_of(k))
        need = float(p.push_need_kg[weeks].sum())
        pushed = m.column(0.0, 0.0, need)
        burned = m.column(0.0, 0.0, INF if p.tanks_push[weeks].all() else 0.0)
        m.rows.add("balance", {pushed: 1.0, **{c: -kg for c, kg in pushes[k].items()}}, -INF, 0.0)
        met = {pushed: 1.0, burned: 1.0, debt[k]: 1.0}
        terms = {stock[k]: 1.0, load[k]: -1.0, burned: 1.0}
        if k:
            met[debt[k - 1]] = -1.0
            terms[stock[k - 1]] = -1.0
        m.rows.add("propellant", met, need, need)
        m.rows.add("balance", terms, 0.0 if k else tank.opening_kg, 0.0 if k else tank.opening_kg)


def _spread(p: Problem, pushes: list[dict[int, float]], c: int, kg: float, first: int, last: int) -> None:
    """Lay a ship's own propellant on the needs of its weeks, first come first served."""
    for w in range(first, min(last, p.weeks)):
        part = min(kg, float(p.push_need_kg[w]))
        if part > 0.0:
            month = pushes[w // MONTH_w]
            month[c] = month.get(c, 0.0) + part
            kg -= part
        if kg <= 0.0:
            return


def _waste(m: Model) -> None:
    """Waste must find room: ships that leave take it along, as far as they are filled with it."""
    p = m.problem
    if p.waste_kg is None:
        return
    left: list[dict[int, float]] = [{} for _ in range(m.months + 1)]
    for (v, w, _, stay), c in m.visits.items():
        if w + stay <= p.weeks:
            left[(w + stay) // MONTH_w][c] = p.vessels[v].trash_kg
    for (i, w), c in m.leaves.items():
        if w <= p.weeks:
            left[w // MONTH_w][c] = p.docked[i].trash_kg
    before = -1
    for k in range(m.months):
        now = m.column(0.0, 0.0, INF)
        terms = {now: 1.0, **left[k]}
        need = float(p.waste_kg[list(m.weeks_of(k))].sum())
        if before >= 0:
            terms[before] = -1.0
        else:
            need += p.waste_opening_kg
        m.rows.add("balance", terms, need, INF)
        m.rows.add("waste", {now: 1.0}, 0.0, p.waste_most_kg)
        before = now


def _money(m: Model) -> None:
    """Budgets by partner and year; return mass and external cargo by year."""
    p = m.problem
    year_of = [_year(p, w) for w in range(p.weeks)]
    for (partner, year), most in p.budgets_musd.items():
        terms = {c: p.vessels[v].cost_musd for (v, w, _, _), c in m.visits.items()
                 if p.vessels[v].partner == partner and year_of[w] == year}  # fmt: skip
        if terms:
            m.rows.add(f"budget {partner} {year}", terms, 0.0, most)
    for name, need in (("down_kg", p.down_kg_per_y), ("external_kg", p.external_kg_per_y)):
        for w in range(0, p.weeks - YEAR_w + 1, YEAR_w) if need > 0 else ():
            terms = {c: getattr(p.vessels[v], name) for (v, k, _, _), c in m.visits.items() if w <= k < w + YEAR_w}
            m.rows.add("return mass" if name == "down_kg" else "external cargo", terms, need, INF)


def _year(p: Problem, week: int) -> int:
    from ..model.base import to_utc

    return int(to_utc(p.start_s + week * 7 * 86400.0)[:4])


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
