"""Upkeep: spacewalks with the air they cost and the hours around them, and the spares that machines wear out."""

from __future__ import annotations

import numpy as np
from numba import njit

from .. import log as happened
from ..laws.matter import DUMPED, REPAIR, SPARES, WASTE
from ..log import Log, add
from ..subsystems import services, stores
from .world import RunState, Scratch, World

DAY_s = 86400.0
PREPARE_s = 14 * DAY_s
"""Hours of a spacewalk begin this long before it: "a week of preparation" (crew_time.csv eva_h) before the last week."""
RETRY_s = 7 * DAY_s
(SHIP_US, SHIP_RUSSIAN, EVA_US, EVA_RUSSIAN, REPAIR_US, REPAIR_RUSSIAN, OUTFIT_US, OUTFIT_RUSSIAN, HANDOVER) = range(9)
"""Columns of the backlog of hours: four pairs by segment, and one of all."""
INSIDE, OUTSIDE, BY_ROBOT = range(3)
"""Where a machine is repaired: needs nobody outside, a spacewalk, or an arm (a spacewalk will do)."""


@njit(cache=True)
def walks(w: World, s: RunState, x: Scratch, t1_s: float, log: Log) -> None:
    """Spacewalks whose day has come: air lost through the airlock, hours before and after.

    Those of the record go out as they did; those planned at the rate of the record wait for an airlock, its service and
    three people (two outside, one inside).
    """
    p = w.walks
    while s.walked[0] < p.at_s.size and p.at_s[s.walked[0]] - PREPARE_s <= t1_s:
        e = s.walked[0]
        st = _where(w, s, e)
        if st >= 0:
            s.backlog_h[st, EVA_US + p.segment[e]] += p.hours[e]
        s.walked[0] = e + 1
    while s.walked[1] < p.at_s.size and p.at_s[s.walked[1]] + s.walk_late_s[0] <= t1_s:
        e = s.walked[1]
        st = _where(w, s, e)
        if not p.flown[e] and (st < 0 or not s.services.up[st, services.EVA] or s.people[st] < 3):
            s.walk_late_s[0] += RETRY_s
            if s.walk_late_s[0] > 90 * DAY_s:  # given up: the next one takes its place
                s.walked[1] = e + 1
                s.walk_late_s[0] = 0.0
            continue
        if st >= 0:
            go_out(w, s, x, st, e, t1_s, log)
        s.walked[1] = e + 1
        s.walk_late_s[0] = 0.0


@njit(cache=True)
def _where(w: World, s: RunState, e: int) -> int:
    """Station of the airlock of spacewalk `e`; the main station where it leaves from a Shuttle; -1 when it is not there."""
    part = w.walks.airlock[e]
    return s.traffic.part_station[part] if part >= 0 else (0 if w.walks.flown[e] else -1)


@njit(cache=True)
def go_out(w: World, s: RunState, x: Scratch, st: int, e: int, t_s: float, log: Log) -> None:
    """One spacewalk: the air its airlock lets out, and its row."""
    x.eva_kg[st] += w.walks.lost_kg[e]
    add(log, t_s, happened.SPACEWALK, st, happened.PART + max(w.walks.airlock[e], 0), -1, w.walks.lost_kg[e])


@njit(cache=True)
def can_reach(w: World, s: RunState, m: int, st: int) -> bool:
    """Whether someone or something can get at machine `m`: an airlock with its suits, or an arm where that will do.

    The airlock must be sound and its segment run; its service may be down for want of the very thing to be repaired.
    """
    by = w.repaired_by[m]
    if by == INSIDE or w.simple.is_simple[st] or (by == BY_ROBOT and s.services.up[st, services.ROBOTICS]):
        return True
    at, up, kind, segment = s.equipment.station, s.equipment.up, w.equipment.kind, w.equipment.segment
    for a in range(at.size):
        if kind[a] == w.walks.airlock_kind and at[a] == st and up[a] and s.partners.segment_runs[segment[a]]:
            return True
    return False


@njit(cache=True)
def repaired(w: World, s: RunState, x: Scratch, m: int, st: int, t_s: float, log: Log) -> None:
    """The hours a repair took, and the air of its spacewalk."""
    g = w.equipment.segment[m]
    s.backlog_h[st, REPAIR_US + g] += w.repair_h[m]
    by_arm = w.repaired_by[m] == BY_ROBOT and s.services.up[st, services.ROBOTICS]
    if w.repaired_by[m] != INSIDE and not by_arm and w.walks.repair_kg[g] > 0.0:
        x.eva_kg[st] += w.walks.repair_kg[g]
        s.backlog_h[st, EVA_US + g] += w.walks.repair_eva_h
        add(log, t_s, happened.SPACEWALK, st, happened.MACHINE + m, s.equipment.row[m], w.walks.repair_kg[g])


@njit(cache=True)
def wear(w: World, s: RunState, x: Scratch, dt_s: float) -> None:
    """Spares used at a steady rate: filters and beds with a life, and in a replay what failures took on average."""
    if x.moved[0]:
        at, segment = s.equipment.station, w.equipment.segment
        x.wear[:] = 0.0
        for m in range(at.size):
            if at[m] >= 0:
                x.wear[at[m], segment[m], 0] += w.wear_kg_per_s[m]
                x.wear[at[m], segment[m], 1] += w.wear_h_per_s[m]
    place, share = s.traffic.part_station, s.partners.spares_share
    for st in range(s.people.size):
        if s.people[st] == 0 or w.simple.is_simple[st]:
            continue
        for g in range(2):
            kg, hours = x.wear[st, g, 0], x.wear[st, g, 1]
            if kg == 0.0 and hours == 0.0:
                continue
            who = w.ru_partner if g == 1 else w.us_partner
            if not share[who, who] and s.partners.repair_row[who] >= 0:
                continue
            who = spares_of(w, s, who)
            got = stores.take(w.stores, s.stores, st, SPARES, who, kg * dt_s, place, share)
            x.flow_kg[st, SPARES, REPAIR] -= got
            throw_away(w, s, x, st, who, got, REPAIR)
            s.backlog_h[st, REPAIR_US + g] += hours * dt_s


@njit(cache=True)
def spares_of(w: World, s: RunState, who: int) -> int:
    """Whose spares serve what `who` repairs: its own, or those that the other side has had made where it took its own along."""
    if s.partners.spares_share[who, who]:
        return who
    return w.ru_partner if who == w.us_partner else w.us_partner


@njit(cache=True)
def spares_kg(w: World, s: RunState, st: int) -> float:
    """Spares at a station but for those that a partner took along."""
    kg = 0.0
    for who in range(s.partners.sends.size):
        if s.partners.spares_share[who, who]:
            kg += stores.total(w.stores, s.stores, st, SPARES, who, s.traffic.part_station)
    return kg


@njit(cache=True)
def throw_away(w: World, s: RunState, x: Scratch, st: int, who: int, kg: float, use: int) -> None:
    """What a use wore out becomes waste; what has no room goes overboard, and the flow says so."""
    x.flow_kg[st, WASTE, use] += kg
    stored = stores.put(w.stores, s.stores, st, WASTE, who, kg, s.traffic.part_station, s.partners.may_share)
    x.flow_kg[st, WASTE, DUMPED] -= kg - stored


@njit(cache=True)
def ship_work(w: World, s: RunState, f: int, st: int) -> None:
    """A ship that comes or goes brings half its hours of work to the segment of its port."""
    g = w.traffic.part_segment[w.traffic.port_part[s.traffic.port[f]]]
    s.backlog_h[st, SHIP_US + g] += 0.5 * w.ships.work_h[f]


@njit(cache=True)
def outfit(w: World, s: RunState, st: int, volume_m3: np.ndarray) -> None:
    """A module that has joined a station, or that its first crew finds, brings its hours of outfitting.

    volume_m3: (segment,) kept now. What was there when the run began with people aboard, or when a segment parted, is
    outfitted (kept_m3 below zero)."""
    for g in range(2):
        if 0.0 <= s.kept_m3[st, g] < volume_m3[g] - 1.0:
            s.backlog_h[st, OUTFIT_US + g] += w.crew_time.rules.module_h
        s.kept_m3[st, g] = volume_m3[g]


@njit(cache=True)
def work_off(
    w: World, s: RunState, st: int, people: np.ndarray, load: np.ndarray, frac: float, per_week: float
) -> None:
    """Hours of the backlogs worked off in a step into `load` (segment, use): repair, traffic, EVA, handover, outfitting."""
    everyone = russian = 0.0
    for p in range(people.size):
        everyone += people[p]
        russian += people[p] if w.partner_crew_segment[p] == 1 else 0.0
    for j in range(9):
        worked = s.backlog_h[st, j] * frac
        s.backlog_h[st, j] -= worked
        if j == HANDOVER:
            load[0, 3] += worked * per_week * (everyone - russian) / max(everyone, 1.0)
            load[1, 3] += worked * per_week * russian / max(everyone, 1.0)
        else:
            load[j % 2, (1, 2, 0, 4)[j // 2]] += worked * per_week
