"""Rows of the traffic: visits, ports, launches, crews and money."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np

from ..model.base import to_utc
from .problem import Fixed, MOVED_w, Problem, Vessel
from .programme import INF, Model, MONTH_w, YEAR_w, empty, running
from .wishes import DAY_s, DOCKS_d, SLIP_d, WEEK_s

ADDED_share, MOVED_share = 0.6, 1.1
"""Of the worth of a published flight kept: price of one added; what a moved one, dropped and added as it is, gets back. Assumed: a move
changes half as much as a loss, an addition a little more than a move."""
RIVAL_w = 60
"""Weeks in which each family of crew ships that stand in for one another flies once: two crews of half a year, and handovers."""


def visit_rows(m: Model) -> None:
    """One binary for every launch there could be, and for every week a ship that is there could leave."""
    p = m.problem
    for v, vessel in enumerate(p.vessels):
        for q, port in enumerate(p.ports):
            if port.name not in vessel.ports:
                continue
            for stay in vessel.stays_w:
                for w in map(int, np.flatnonzero(vessel.weeks)):
                    if port.open_count[w : w + stay].min() > 0:
                        c = m.column(price(p, vessel, stay), 0.0, 1.0, True)
                        m.visits[v, w, q, stay] = c
                        m.by_month[w // MONTH_w].append((v, c))
    for i, docked in enumerate(p.docked):
        for w in docked.leaves_w:
            m.leaves[i, w] = m.column(0.0, 0.0, 1.0, True)
        m.rows.add("docked", {m.leaves[i, w]: 1.0 for w in docked.leaves_w}, 1.0, 1.0)
    if p.kept:
        _change_rows(m)
    for f in p.fixed:  # where none of its visits is there the flight cannot be flown as it stands
        m.rows.add("commitments", {c: 1.0 for key, c in m.visits.items() if committed(p, f, key)}, 1.0, 1.0)


def _change_rows(m: Model) -> None:
    """A published flight that is kept is worth `keep_musd`, one that is added costs a part of it, and of one that is moved a part is left:
    to move a flight is less of a change than to add one, and that less than to drop one."""
    p = m.problem
    kept: dict[tuple[str, int, str], list[int]] = {key: [] for key in p.kept}
    added: dict[str, dict[int, int]] = defaultdict(dict)  # vehicle -> column -> week
    for (v, w, q, stay), c in m.visits.items():
        name = p.vessels[v].name
        if (name, w, p.ports[q].name) in kept:
            kept[name, w, p.ports[q].name].append(c)
            m.cost[c] -= p.keep_musd
        elif not any(committed(p, f, (v, w, q, stay)) for f in p.fixed):
            added[name][c] = w
            m.cost[c] += ADDED_share * p.keep_musd
    moved: dict[str, list[int]] = defaultdict(list)
    for (name, week, _), columns in kept.items():
        one = m.column(-MOVED_share * p.keep_musd, 0.0, 1.0)
        moved[name].append(one)
        m.rows.add("balance", {one: 1.0, **{c: 1.0 for c in columns}}, -INF, 1.0)
        m.rows.add("balance", {one: 1.0, **{c: -1.0 for c, w in added[name].items() if abs(w - week) <= MOVED_w}}, -INF, 0.0)
    for name, ones in moved.items():
        m.rows.add("balance", {**dict.fromkeys(ones, 1.0), **dict.fromkeys(added[name], -1.0)}, -INF, 0.0)


def committed(p: Problem, f: Fixed, key: tuple[int, int, int, int]) -> bool:
    """Whether the visit of a key is a committed flight."""
    v, week, q, stay_w = key
    return week == f.week and f.flown_by(p.vessels[v].name, week, p.ports[q].name, stay_w)


PRESENCE_per_musd = 1e-6
"""Weeks of presence a million dollars counts for, where most presence is asked for: of plans with as much the cheapest."""


def price(p: Problem, vessel: Vessel, stay_w: int) -> float:
    """What a visit adds to the objective, million USD (weeks of people for the most presence)."""
    person_weeks = vessel.crew * stay_w
    if p.objective == "cost":
        return vessel.cost_musd
    if p.objective == "presence":
        return PRESENCE_per_musd * vessel.cost_musd
    hours = person_weeks * p.research_h_per_person_week
    if p.objective == "research":
        return -hours + 1e-6 * vessel.cost_musd
    return vessel.cost_musd - (hours * p.usd_per_research_h + person_weeks * p.usd_per_person_week) / 1e6


def port_rows(m: Model) -> None:
    """Ships at each port in each week; one launched in any week of a month is there from the last to its earliest end, at least."""
    p = m.problem
    for q, port in enumerate(p.ports):
        comes, goes = empty(m), empty(m)
        for key, c in m.visits.items():
            comes_w, goes_w = m.starts(key)[-1], min(key[1] + key[3], p.weeks)
            if key[2] == q and comes_w < goes_w:
                comes[comes_w][c] = 1.0
                goes[goes_w][c] = 1.0
        there = [i for i, docked in enumerate(p.docked) if docked.port == port.name]
        for i in there:
            for w in p.docked[i].leaves_w:
                goes[min(w, p.weeks)][m.leaves[i, w]] = 1.0
        held = running(m, comes, goes, float(len(there)))
        for w in range(p.weeks):
            m.rows.add(f"ports {port.name}", {held[w]: 1.0}, 0.0, float(port.open_count[w]))


def launch_rows(m: Model) -> None:
    """Cadence of each vehicle as flown, and of each site."""
    p = m.problem
    cadence_rows(m)
    by_site: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for (v, w, _, _), c in m.visits.items():
        by_site[p.vessels[v].site][w].append(c)
    for site, weeks in by_site.items():
        for w in range(p.weeks):
            terms = {c: 1.0 for k in range(w, w + p.site_gap_w) for c in weeks.get(k, ())}
            if len(terms) > 1:
                m.rows.add(f"site {site}", terms, 0.0, 1.0)


def cadence_rows(m: Model) -> None:
    """Launches of each vehicle in any 52 weeks: written out by months, which HiGHS makes cuts of, and as differences of running sums
    for the weeks between, where launches do not stand for months."""
    p = m.problem
    for v, vessel in [(v, vessel) for v, vessel in enumerate(p.vessels) if not vessel.visit_by]:
        group, most = f"cadence {vessel.name}", float(vessel.per_year_count)
        launched = empty(m)
        for (k, w, _, _), c in m.visits.items():
            if k == v or p.vessels[k].visit_by == vessel.name:
                launched[w][c] = 1.0
        starts = range(max(p.weeks - YEAR_w, 0) + 1)
        for first in starts[::MONTH_w]:
            terms = {c: 1.0 for w in range(first, min(first + YEAR_w, p.weeks)) for c in launched[w]}
            if terms:
                m.rows.add(group, terms, 0.0, most)
        if not m.monthly and any(launched):
            total = running(m, launched, empty(m))
            for first in starts:
                if first % MONTH_w:
                    m.rows.add(group, {total[first + YEAR_w - 1]: 1.0, total[first - 1]: -1.0}, 0.0, most)


def people_rows(m: Model) -> list[int]:
    """Columns of the people aboard by week; every crew is relieved before its last week is over.

    Ships of each kind are counted apart: an agreed crew is a ship of its kind there all the time. With `between_w` the next one may come so
    many weeks after one has left, never two of them at once.
    """
    p = m.problem
    if m.aboard is not None:
        months = []
        for k, n in enumerate(np.add.reduceat(m.aboard, range(0, p.weeks, MONTH_w))):
            moved = Counter[int]()
            for w in m.weeks_of(k) if m.moved else ():
                moved.update(m.moved[w])
            months.append(m.column(0.0, 0.0 if moved else n, n))
            if moved:
                m.rows.add("balance", {months[k]: 1.0, **{c: -x for c, x in moved.items()}}, n, n)
        return [months[w // MONTH_w] for w in range(p.weeks)]
    aboard: list[dict[int, float]] = [{} for _ in range(p.weeks)]
    surely: dict[str, list[int]] = {}
    covered: dict[str, list[int]] = {}  # what counts for an agreed crew
    sure: list[dict[int, float]] = [{} for _ in range(p.weeks)]
    kinds = {v.name: v.crew for v in p.vessels if v.crew} | {d.vehicle: d.crew for d in p.docked if d.crew}
    for kind, crew in kinds.items():
        there, surely[kind] = _ships_there(m, kind)
        covered[kind] = _ships_there(m, kind, p.between_w)[0] if p.between_w else surely[kind]
        for w in range(p.weeks):
            aboard[w][there[w]] = float(crew)
            sure[w][surely[kind][w]] = float(crew)
    for kind, ships in p.lines.items() if p.objective != "presence" else ():
        able = [covered[name] for name in (kind, *p.stand_ins.get(kind, ())) if name in covered]
        for w in map(int, np.flatnonzero(ships[: p.weeks])) if able else ():
            m.rows.add(f"crew {kind}", {ships_by_week[w]: 1.0 for ships_by_week in able}, float(ships[w]), INF)
    _turn_rows(m)
    if p.crews:
        here = sum(d.crew > 0 for d in p.docked)
        soonest = min((int(v.weeks.argmax()) for v in p.vessels if v.crew and v.weeks.any()), default=p.weeks)
        for w in range(soonest + MONTH_w * (p.crews - here) if here < p.crews else 0, p.weeks):
            m.rows.add("crews", {ships[w]: 1.0 for ships in surely.values()}, float(p.crews), INF)
    for i, docked in enumerate(p.docked):
        if docked.crew and not p.between_w:
            _relieved(m, i)
    agreed = sum((ships * kinds.get(name, 0) for name, ships in p.lines.items()), np.zeros(p.weeks))
    away = max((kinds.get(name, 0) for name in p.lines), default=0) if p.between_w else 0
    people = [m.column() for _ in range(p.weeks)]
    for w in range(p.weeks):
        m.rows.add("balance", {people[w]: 1.0, **{c: -k for c, k in aboard[w].items()}}, 0.0, 0.0)
        if p.objective == "presence":
            y = m.column(-1.0, 0.0, 1.0)
            m.rows.add("people", {**sure[w], y: -float(max(p.people[w], 1))}, 0.0, INF)
        elif p.people[w] > agreed[w] or away:
            m.rows.add("people", sure[w], float(max(p.people[w] - away, 1)), INF)
    return people


def _turn_rows(m: Model) -> None:
    """Of crew ships that stand in for one another those of no family bring all crews of `RIVAL_w`, once the others can fly."""
    p = m.problem
    for kind, names in p.stand_ins.items() if p.in_turn else ():
        group = [v for v, vessel in enumerate(p.vessels) if vessel.name in (kind, *names)]
        for family in dict.fromkeys(p.vessels[v].family for v in group):
            rivals = [v for v in group if p.vessels[v].family != family]
            able = np.any([p.vessels[v].weeks for v in rivals], axis=0) if rivals else np.zeros(p.weeks, bool)
            for first in range(int(able.argmax()), p.weeks - RIVAL_w + 1, MONTH_w) if able.any() else ():
                launched = {c: 1.0 for key, c in m.visits.items() if key[0] in rivals and first <= key[1] < first + RIVAL_w}
                m.rows.add(f"turn {family}", launched, 1.0 if launched else 0.0, INF)


def _ships_there(m: Model, kind: str, early_w: int = 0) -> tuple[list[int], list[int]]:
    """Columns: ships of a kind that are docked in each week, and those of them not in their last one; `early_w`: as if each had come so
    many weeks sooner."""
    p = m.problem
    comes, goes, unsure = empty(m), empty(m), empty(m)
    for (v, w, _, stay), c in m.visits.items():
        if p.vessels[v].name == kind:
            comes[max(w - early_w, 0)][c] = 1.0
            goes[min(w + stay, p.weeks)][c] = 1.0
            unsure[w + stay - 1 if w + stay < p.weeks else p.weeks][c] = 1.0
    mine = [i for i, d in enumerate(p.docked) if d.vehicle == kind and d.crew]
    for i in mine:
        for w in p.docked[i].leaves_w:
            goes[min(w, p.weeks)][m.leaves[i, w]] = 1.0
            unsure[w - 1 if w < p.weeks else w][m.leaves[i, w]] = 1.0
    return running(m, comes, goes, float(len(mine))), running(m, comes, unsure, float(len(mine)))


def _relieved(m: Model, i: int) -> None:
    """A crew that is aboard waits for the next ship of its kind and leaves a week after it came."""
    p = m.problem
    docked = p.docked[i]
    first = min(docked.leaves_w)
    same = defaultdict(list)
    for (v, w, _, _), c in m.visits.items():
        if p.vessels[v].name in (docked.vehicle, *p.stand_ins.get(docked.vehicle, ())):
            same[w].append(c)
    if not same:
        return
    for w in docked.leaves_w:
        weeks = range(w) if w == first else (w - 1,)
        came = {c: 1.0 for k in weeks for c in same.get(k, ())}
        if w != max(docked.leaves_w):
            m.rows.add("handover", {m.leaves[i, w]: -1.0, **came}, 0.0, INF)


def money_rows(m: Model) -> None:
    """Budgets by partner and year of the launch as it is declared; return mass and external cargo by year."""
    p = m.problem
    for (partner, year), most in p.budgets_musd.items():
        terms = {c: p.vessels[key[0]].cost_musd for key, c in m.visits.items()
                 if p.vessels[key[0]].partner == partner and {launch_year(p, p.vessels[key[0]], w) for w in m.starts(key)} == {year}}  # fmt: skip
        if terms:
            m.rows.add(f"budget {partner} {year}", terms, 0.0, most)
    for name, need in (("down_kg", p.down_kg_per_y), ("external_kg", p.external_kg_per_y)):
        for w in range(0, p.weeks - YEAR_w + 1, YEAR_w) if need > 0 else ():
            terms = {c: getattr(p.vessels[v], name) for (v, k, _, _), c in m.visits.items() if w <= k < w + YEAR_w}
            m.rows.add("return mass" if name == "down_kg" else "external cargo", terms, need, INF)


def launch_year(p: Problem, vessel: Vessel, week: int) -> int:
    """Year in which a ship that docks in a week is launched: on its day where that is committed, else as the plan declares it."""
    stated = next((f.launch_s for f in p.fixed if f.launch_s is not None and (f.vessel, f.week) == (vessel.name, week)), None)
    return int(to_utc(declared_s(p, vessel, week) if stated is None else stated)[:4])


def declared_s(p: Problem, vessel: Vessel, week: int) -> float:
    """When the launch of a ship is declared that is expected to dock in a week."""
    return p.start_s + week * WEEK_s + (DOCKS_d - SLIP_d - vessel.transit_d) * DAY_s
