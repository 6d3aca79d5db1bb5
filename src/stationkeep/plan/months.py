"""The months in which cargo flies, and the weeks in which crews are relieved so that it finds a port.

Cargo is counted by months in whole flights. Each relief of an agreed crew keeps its order and port and may come some weeks
sooner than it was first chosen. The weeks of cargo are settled by `plan.rolling`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np

from .bound import cargo_columns
from .milp import run
from .problem import Problem
from .programme import INF, Model, MONTH_w
from .stock_rows import need_rows
from .traffic_rows import cadence_rows

SOONER_w = 4
"""Weeks a relief may come sooner: one month, so that no month is closed to cargo by it."""
ENOUGH_frac = 2e-3
"""Gap at which the choice ends."""
LEAST_musd = 1e-3
"""What costs less than this is a preference among plans of equal cost."""
Key = tuple[int, int, int, int]
Span = tuple[int, int, list[tuple[int, int]]]
"""Weeks, from and to, in which a ship may be there, and (week, column of a launch) in which it is not by that launch."""


class Guide(NamedTuple):
    """What was chosen: (vessel, month) in which cargo is launched, visits of crews, departures of what is docked."""

    months: set[tuple[int, int]]
    crews: set[Key]
    leaves: dict[int, int]
    moved: bool  # reliefs could be moved, so that ports are free in the very months


@dataclass
class Stay:
    """A crew's time at its port: from the launch in one of `weeks` (column each; none: it is there) until a week after its relief."""

    launch: Key | None
    docked: int | None
    port: int
    crew: int
    ends_w: int
    longest_w: int
    shortest_w: int
    weeks: dict[int, int]
    relief: Stay | None = None


def cargo_months(m: Model, chosen: set[Key], leaves: dict[int, int], asked: set[Key], time_limit_s: float) -> Guide | None:
    """The cheapest cargo by months, reliefs of crews moved where that helps, but for those `asked` for in their week; None where none was found in time."""
    p = m.problem
    stays = _stays(p, {key for key in chosen if p.vessels[key[0]].crew}, leaves)
    moves = any(s.relief for s in stays)
    g = _programme(p, stays, leaves, asked) if moves else _as_chosen(p, stays, leaves)
    result = run(g, time_limit_s=time_limit_s, gap_frac=ENOUGH_frac)
    if result.x is None:
        return None
    flown = {(v, w // MONTH_w) for (v, w, _, _), c in g.visits.items() if not p.vessels[v].crew and result.x[c] > 0.5}
    if not moves:
        return Guide(flown, {s.launch for s in stays if s.launch}, leaves, False)
    crews, goes_w = _moved(m, stays, result.x, leaves)
    return Guide(flown, crews, goes_w, True)


def _programme(p: Problem, stays: list[Stay], leaves: dict[int, int], asked: set[Key]) -> Model:
    """Cargo by months, each relief in one of its weeks."""
    aboard = np.zeros(p.weeks)
    g = Model(p, monthly=True, aboard=aboard)
    _relief_rows(g, stays, asked)
    there = _there(p, stays)
    for s, (first, last, absent) in zip(stays, there, strict=True):
        aboard[first:last] += s.crew
        for week, c in absent:
            g.moved[week][c] = g.moved[week].get(c, 0.0) - s.crew
    cargo_columns(g)
    for (v, w, q, stay), c in g.visits.items():
        g.whole[c] = int(not p.vessels[v].crew)
        if p.vessels[v].crew:  # no more than those that are chosen
            mine = [s for s in stays if s.launch and s.launch[0] == v and s.port == q]
            sums = {x: 1.0 for s in mine for h, x in s.weeks.items() if h in g.starts((v, w, q, stay))}
            g.rows.add("crews", {c: -1.0, **sums}, 0.0, 0.0)
    _leaves(g, leaves)
    _held_rows(g, stays, there)
    _between_rows(g, stays)
    cadence_rows(g)
    need_rows(g)
    g.cost = [c if c > LEAST_musd else 0.0 for c in g.cost]  # HiGHS then sees in which steps cost comes, and leaves out what lies between
    return g


def _as_chosen(p: Problem, stays: list[Stay], leaves: dict[int, int]) -> Model:
    """Cargo by months, every crew as it was chosen; ports hold in the last week of a month the cargo ships that are there, whenever in theirs they came."""
    aboard, held = np.zeros(p.weeks), np.zeros((len(p.ports), p.weeks))
    for s in stays:
        first = s.launch[1] if s.launch else 0
        aboard[first : s.ends_w] += s.crew
        held[s.port, first : s.ends_w] += 1.0
    g = Model(p, monthly=True, aboard=aboard)
    cargo_columns(g)
    ships: dict[tuple[int, int], dict[int, float]] = defaultdict(dict)
    for (v, w, q, stay), c in g.visits.items():
        g.whole[c] = int(not p.vessels[v].crew)
        if p.vessels[v].crew:
            mine = [s.launch for s in stays if s.launch and s.launch[0] == v and s.port == q]
            g.low[c] = g.high[c] = float(sum(x[1] in g.starts((v, w, q, stay)) for x in mine))
        else:
            for k in range(w // MONTH_w, min(w + min(p.vessels[v].stays_w), p.weeks) // MONTH_w):
                ships[q, k][c] = 1.0
    _leaves(g, leaves)
    for (q, k), terms in ships.items():
        last = g.weeks_of(k)[-1]
        g.rows.add(f"ports {p.ports[q].name}", terms, 0.0, max(float(p.ports[q].open_count[last] - held[q, last]), 0.0))
    cadence_rows(g)
    need_rows(g)
    return g


def _leaves(g: Model, leaves: dict[int, int]) -> None:
    """Ships that are docked leave in their week."""
    for i, d in enumerate(g.problem.docked):
        for w in d.leaves_w:
            goes = float(leaves.get(i, min(d.leaves_w)) == w)
            g.leaves[i, w] = g.column(0.0, goes, goes)


def _stays(p: Problem, ships: set[Key], leaves: dict[int, int]) -> list[Stay]:
    """Every stay at a port that is not cargo's to choose; of a kind that is always there in one number each is relieved in its turn."""
    ports = [q.name for q in p.ports]
    there = [Stay(None, i, ports.index(d.port), d.crew, leaves.get(i, min(d.leaves_w)), 0, 0, {}) for i, d in enumerate(p.docked)]
    for key in sorted(ships, key=lambda key: key[1]):
        v, w, q, stay = key
        there.append(Stay(key, None, q, p.vessels[v].crew, w + stay, max(p.vessels[v].stays_w), min(p.vessels[v].stays_w), {}))
    for name, count in p.lines.items():
        mine = [s for s in there if (p.vessels[s.launch[0]].name if s.launch else p.docked[s.docked or 0].vehicle) == name]
        if p.between_w or p.stand_ins or count.min() != count.max() or sum(s.launch is None for s in mine) != count.max():
            continue
        turns = [s for s in mine if s.launch]
        for before, after in zip(sorted(mine, key=lambda s: s.ends_w), turns, strict=False):
            before.relief = after
    return there


def _relief_rows(g: Model, stays: list[Stay], asked: set[Key]) -> None:
    """Each relief comes in one of its weeks, no later than its crew may stay."""
    p = g.problem
    relieved = {id(s.relief): s for s in stays if s.relief}
    for s in stays:
        if s.launch is None:
            continue
        v, w, _, stay = s.launch
        before, able = relieved.get(id(s)), [w]
        if before is not None and s.launch not in asked:
            able = [h for h in range(max(w - SOONER_w, 0), w + 1) if p.vessels[v].weeks[h] and (w + stay < p.weeks or h + s.longest_w >= p.weeks)]
            if before.docked is not None:
                goes = p.docked[before.docked].leaves_w
                able = [h for h in able if max(h + 1, min(goes)) in goes]
        s.weeks = {h: g.column(0.0, 0.0, 1.0, True) for h in able or [w]}
        g.rows.add("crews", dict.fromkeys(s.weeks.values(), 1.0), 1.0, 1.0)
    for s in stays:
        after = s.relief.weeks if s.relief else {}
        for h in s.weeks if after else ():
            late = {c: 1.0 for x, c in after.items() if x + 1 > h + s.longest_w}
            soon = {c: 1.0 for x, c in after.items() if x + 1 < h + s.shortest_w}
            if late:
                g.rows.add("crews", {**late, **{c: 1.0 for x, c in s.weeks.items() if x <= h}}, -INF, 1.0)
            if soon:
                g.rows.add("crews", {**soon, **{c: 1.0 for x, c in s.weeks.items() if x >= h}}, -INF, 1.0)


def _there(p: Problem, stays: list[Stay]) -> list[Span]:
    """When each stay may be there."""
    out = []
    for s in stays:
        first = min(s.weeks, default=0)
        last = max(s.relief.weeks) + 1 if s.relief else s.ends_w
        least = min(p.docked[s.docked].leaves_w) if s.docked is not None else 0
        not_yet = [(week, c) for h, c in s.weeks.items() for week in range(first, h)]
        no_more = [(week, c) for h, c in s.relief.weeks.items() for week in range(max(h + 1, least), last)] if s.relief else []
        out.append((first, last, not_yet + no_more))
    return out


def _held_rows(g: Model, stays: list[Stay], there: list[Span]) -> None:
    """Ports hold the crews that are there in a week and the cargo ships that are, whenever in their month they came."""
    p = g.problem
    crew: dict[tuple[int, int], dict[int, float]] = defaultdict(dict)
    always = np.zeros((len(p.ports), p.weeks))
    for s, (first, last, absent) in zip(stays, there, strict=True):
        always[s.port, first:last] += 1.0
        for week, c in absent:
            crew[s.port, week][c] = crew[s.port, week].get(c, 0.0) - 1.0
    cargo: dict[tuple[int, int], dict[int, float]] = defaultdict(dict)
    for key, c in g.visits.items():
        if not p.vessels[key[0]].crew:
            able = _able(g, key)
            for week in range(able[-1], min(able[0] + min(p.vessels[key[0]].stays_w), p.weeks)):
                cargo[key[2], week][c] = 1.0
    rows: dict[tuple[int, frozenset[tuple[int, float]]], float] = {}
    for (q, week), ships in cargo.items():
        row = q, frozenset({**ships, **crew[q, week]}.items())
        rows[row] = min(rows.get(row, INF), float(p.ports[q].open_count[week] - always[q, week]))
    for (q, terms), free in rows.items():
        g.rows.add(f"ports {p.ports[q].name}", dict(terms), -INF, max(free, sum(n for _, n in terms if n < 0.0)))


def _able(g: Model, key: Key) -> list[int]:
    """Weeks in which the launch a column stands for may be."""
    return [w for w in g.starts(key) if g.problem.vessels[key[0]].weeks[w]]


def _between_rows(g: Model, stays: list[Stay]) -> None:
    """Where a crew leaves one port to cargo and takes that too while it is relieved: two cargo ships of months that follow each other find weeks before,
    between or after the relief."""
    p = g.problem
    for before in stays:
        relief = before.relief
        if relief is None or relief.port != before.port:
            continue
        q = relief.port
        ships = [(key[1], _able(g, key), min(p.vessels[key[0]].stays_w), c) for key, c in g.visits.items() if key[2] == q and not p.vessels[key[0]].crew]
        for (w1, able1, stay1, c1), (w2, able2, stay2, c2) in product(ships, ships):
            near = {h: c for h, c in relief.weeks.items() if w1 <= h < w2 + MONTH_w + stay2}
            if w2 != w1 + MONTH_w or not near or p.ports[q].open_count[w1] != 2:
                continue
            starts = [(a, b) for a, b in product(able1, able2) if b >= a + stay1]
            bad = {c: 1.0 for h, c in near.items() if not any(h < a or a + stay1 <= h < b or b + stay2 <= h for a, b in starts)}
            if bad:
                g.rows.add(f"ports {p.ports[q].name}", {c1: 1.0, c2: 1.0, **bad}, -INF, 2.0)


def _moved(m: Model, stays: list[Stay], x: np.ndarray, leaves: dict[int, int]) -> tuple[set[Key], dict[int, int]]:
    """Visits of crews and departures, with reliefs in the weeks found."""
    p, crews, goes = m.problem, set[Key](), dict(leaves)
    at = {id(s): next((h for h, c in s.weeks.items() if x[c] > 0.5), 0) for s in stays}
    for s in stays:
        ends_w = at[id(s.relief)] + 1 if s.relief else s.ends_w
        if s.docked is not None:
            goes[s.docked] = max(ends_w, min(p.docked[s.docked].leaves_w))
        if s.launch:
            v, _, q, stay = s.launch
            w = at[id(s)]
            lasts = [n for n in p.vessels[v].stays_w if w + n >= min(ends_w, p.weeks) and (v, w, q, n) in m.visits]
            crews.add((v, w, q, min(lasts, default=stay)))
    return crews, goes


__all__ = ["Guide", "cargo_months"]
