"""Traffic: launches with their slips, failures and groundings, ports, stays, and which part is at which station.

A flight's next happening (launch, docking, undocking) has a time in `next_s`; a step works through them in order of
time. Flights flown in the record keep their recorded times; others wait for a free port, for relief and for groundings.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from .. import log as happened
from ..log import Log, add

NEVER_s = 1e18
PLANNED, EN_ROUTE, DOCKED, GONE, LOST, CANCELLED = range(6)
DAY_s = 86400.0
LEAST_GAP_s = 24 * DAY_s
"""After a stand-down the ships that waited fly at least this far apart: the shortest gap between two Progress launches
since 2001 (29 d of Soyuz; traffic/flights.csv)."""


UNLOADED_s = 30 * DAY_s
"""A cargo ship docked so long is unloaded and filled with waste: the Dragons of 2012-2020 stayed 30 days (traffic/flights.csv)."""
LATE_s = 7 * DAY_s
"""A flight this far behind its plan counts as late where something hangs on it."""


class Params(NamedTuple):
    """Flights (F), ports (Q) and parts (K = modules, then flights). Times are seconds since 2000-01-01 UTC."""

    partner: np.ndarray  # (F,) whose flight
    groups: np.ndarray  # (F, 5) what it is grounded with: family (by a failure), vehicle type, launcher, site, pad; G in all
    station: np.ndarray  # (F,) destination
    flown: np.ndarray  # (F,) bool: recorded times hold
    launch_s: np.ndarray  # (F,) planned launch, or days after the gating event
    transit_s: np.ndarray  # (F,) launch to docking
    undock_s: np.ndarray  # (F,) recorded or planned undocking, NEVER_s when open
    stay_s: np.ndarray  # (F,) planned stay
    most_s: np.ndarray  # (F,) longest docked life
    handover_s: np.ndarray  # (F,)
    relief: np.ndarray  # (F,) flight that relieves this crew, -1
    crew_after_s: np.ndarray  # (F,) after a stand-down others fly first: how much longer this flight waits
    seats: np.ndarray  # (F,)
    supplies: np.ndarray  # (F,) bool: it brings no people, but cargo (a ship that only pushes feeds nobody)
    ports: np.ndarray  # (F, 8) candidate ports in order, -1 padded
    after: np.ndarray  # (F,) event waited for, -1
    until: np.ndarray  # (F,) event that ends the series, -1
    dated: np.ndarray  # (F,) bool: the scenario tells what becomes of its launch on its day, so that it does not fly sooner
    move_s: np.ndarray  # (R,) relocations in order of time
    move_flight: np.ndarray
    move_port: np.ndarray
    port_part: np.ndarray  # (Q,) part the port is on
    port_open_s: np.ndarray
    port_close_s: np.ndarray
    part_arrive_s: np.ndarray  # (KM,) instant, or lag after docking of the bringing flight
    part_brought_by: np.ndarray  # (KM,) flight, -1
    part_leave_s: np.ndarray  # (KM,)
    part_taken_by: np.ndarray  # (KM,) flight, -1
    part_station: np.ndarray  # (KM,) station it joins
    part_segment: np.ndarray  # (K,) 0 US, 1 Russian


class Luck(NamedTuple):
    """What chance brings to each flight, drawn before the run."""

    slip_s: np.ndarray  # (F,)
    fails: np.ndarray  # (F,) bool: launch failure
    misses: np.ndarray  # (F,) bool: docking failure
    grounded_s: np.ndarray  # (F,) stand-down its failure causes
    phase_frac: np.ndarray  # (F,) of a turn the station is beyond the near edge of its window, were nothing done


class State(NamedTuple):
    """One run's traffic."""

    status: np.ndarray  # (F,)
    next_s: np.ndarray  # (F,)
    launched_s: np.ndarray  # (F,)
    docked_s: np.ndarray  # (F,)
    left_s: np.ndarray  # (F,)
    port: np.ndarray  # (F,)
    port_flight: np.ndarray  # (Q,)
    ground_until_s: np.ndarray  # (G,)
    ground_row: np.ndarray  # (G,)
    row: np.ndarray  # (F,) last log row about the flight
    held: np.ndarray  # (F,) bool: a hold was logged
    moves: np.ndarray  # (1,) relocations done
    part_station: np.ndarray  # (K,) station each part is at, -1 when absent
    part_done: np.ndarray  # (KM,) bool: the part has come and gone
    part_next_s: np.ndarray  # (1,) when the next part joins or leaves, unless something else moves before
    changed: np.ndarray  # (1,) bool: the configuration changed in this step
    shut: np.ndarray  # (Q,) bool: the hatch behind the port was closed for good


@njit(cache=True)
def open_run(p: Params, s: State, luck: Luck, t0_s: float) -> None:
    """Set every flight's first happening; flights flown before `t0_s` are put where they were then."""
    modules = p.part_station.size
    for f in range(p.partner.size):
        s.next_s[f] = NEVER_s if p.after[f] >= 0 else p.launch_s[f] + luck.slip_s[f]
        if p.flown[f] and p.launch_s[f] <= t0_s:
            docked_s = p.launch_s[f] + p.transit_s[f]
            s.launched_s[f] = p.launch_s[f]
            s.status[f] = GONE
            s.next_s[f] = NEVER_s
            if luck.fails[f]:
                s.status[f] = LOST
            elif docked_s > t0_s:
                s.status[f] = EN_ROUTE
                s.next_s[f] = docked_s
            elif p.undock_s[f] > t0_s:
                s.status[f] = DOCKED
                s.docked_s[f] = docked_s
                s.port[f] = p.ports[f, 0]
                s.part_station[modules + f] = p.station[f]
                s.next_s[f] = max(_due_s(p, s, f), t0_s)
    for i in range(p.move_s.size):
        if p.move_s[i] <= t0_s:
            s.moves[0] = i + 1
            if s.status[p.move_flight[i]] == DOCKED:
                s.port[p.move_flight[i]] = p.move_port[i]
    for f in range(p.partner.size):
        if s.status[f] == DOCKED and s.port[f] >= 0:
            s.port_flight[s.port[f]] = f
    for k in range(modules):
        arrived = p.part_arrive_s[k] <= t0_s
        if p.part_brought_by[k] >= 0:
            f = p.part_brought_by[k]
            arrived = s.launched_s[f] < NEVER_s and p.launch_s[f] + p.transit_s[f] + p.part_arrive_s[k] <= t0_s
        if arrived:
            gone = p.part_leave_s[k] <= t0_s
            s.part_station[k] = -1 if gone else p.part_station[k]
            s.part_done[k] = gone
    s.changed[0] = True


SHORT_frac = 0.5
"""Share of its planned stay that a late ship with a stated day of undocking still has at the least; else it stays as long as planned. Assumed."""


@njit(cache=True)
def _due_s(p: Params, s: State, f: int) -> float:
    """When a docked ship leaves: as recorded or planned for it, or when its stay is over and its relief is aboard.

    The longest docked life gives way to a full handover, as it did in 2007 (215 days of 200) and 2023 (213 of 210); a crew
    that came late goes home with the others of its increment, when its relief has taken over. A visit that came so late that less than
    `SHORT_frac` of it would be left is moved, not cut.
    """
    r = relieved_by(p, s, f)
    handed_s = max(s.docked_s[r], s.docked_s[f]) + p.handover_s[f] if r >= 0 and s.status[r] == DOCKED else NEVER_s
    if p.flown[f] and p.undock_s[f] < NEVER_s:
        kept_on = handed_s < NEVER_s and s.docked_s[r] > p.undock_s[f]  # its crew stayed on for a relief that was late
        return handed_s if kept_on else p.undock_s[f]
    due_s = s.docked_s[f] + p.stay_s[f]
    if p.undock_s[f] < NEVER_s:
        planned_s = p.undock_s[f] - p.launch_s[f] - p.transit_s[f] if p.after[f] < 0 else 0.0  # from an event on no stay follows from the dates
        if planned_s <= 0.0:  # a later one of a series
            planned_s = p.stay_s[f]
        due_s = p.undock_s[f] if s.docked_s[f] + SHORT_frac * planned_s <= p.undock_s[f] else s.docked_s[f] + planned_s
    last_s = s.docked_s[f] + p.most_s[f]
    if r < 0:
        return min(due_s, last_s)
    return handed_s if handed_s < NEVER_s else max(last_s, s.docked_s[f])


@njit(cache=True)
def relieved_by(p: Params, s: State, f: int) -> int:
    """The flight that relieves this crew: the next of its kind that is not lost or called off, or, where its ship went
    along with a segment that parted, the first crew ship to what it is docked to now; -1 when there is none."""
    r = p.relief[f]
    while r >= 0 and (s.status[r] == LOST or s.status[r] == CANCELLED):
        r = p.relief[r]
    here = s.part_station[p.part_station.size + f]
    if r >= 0 or s.status[f] != DOCKED or here == p.station[f]:
        return r
    soonest_s = NEVER_s
    for g in range(p.seats.size):
        if p.seats[g] > 0 and p.station[g] == here:
            at_s = s.docked_s[g] if s.status[g] == DOCKED else (s.next_s[g] if s.status[g] <= EN_ROUTE else NEVER_s)
            if at_s < soonest_s:
                r, soonest_s = g, at_s
    return r


@njit(cache=True)
def gate(p: Params, s: State, luck: Luck, event: int, t_s: float, row: int, log: Log) -> None:
    """An event came: flights waiting for it get their dates, flights it ends are cancelled."""
    for f in range(p.partner.size):
        if p.after[f] == event and s.status[f] == PLANNED and s.next_s[f] >= NEVER_s:
            s.next_s[f] = t_s + max(p.launch_s[f] + luck.slip_s[f], 0.0)
        if p.until[f] == event:
            cancel(p, s, f, t_s, row, log)


@njit(cache=True)
def cancel(p: Params, s: State, f: int, t_s: float, row: int, log: Log) -> None:
    """A flight not yet launched will not be."""
    if s.status[f] == PLANNED:
        s.status[f] = CANCELLED
        s.next_s[f] = NEVER_s
        s.row[f] = add(log, t_s, happened.CANCELLED, p.station[f], happened.FLIGHT + f, row, p.launch_s[f])


@njit(cache=True)
def ground(s: State, group: int, until_s: float, row: int) -> None:
    """Nothing of this group of flights flies before `until_s`."""
    if until_s > s.ground_until_s[group]:
        s.ground_until_s[group] = until_s
        s.ground_row[group] = row


@njit(cache=True)
def held_by(p: Params, s: State, f: int) -> int:
    """Of the groups flight `f` belongs to, the one grounded the longest."""
    held = p.groups[f, 0]
    for group in p.groups[f]:
        if s.ground_until_s[group] > s.ground_until_s[held]:
            held = group
    return int(held)


@njit(cache=True)
def next_flight(s: State, until_s: float) -> int:
    """The flight with the earliest happening not later than `until_s`, or -1."""
    due = False  # of most days nothing: this loop takes several flights at a time, the other one by one
    for f in range(s.next_s.size):
        due |= s.next_s[f] <= until_s
    if not due:
        return -1
    best, best_s = -1, until_s
    for f in range(s.next_s.size):
        if s.next_s[f] < best_s or (s.next_s[f] == best_s and best < 0):
            best, best_s = f, s.next_s[f]
    return best


@njit(cache=True)
def coming_s(p: Params, s: State, f: int, t_s: float, slip_s: float) -> float:
    """When flight `f` is to dock as it looks at `t_s`: as planned, not as it will slip; NEVER_s when it is not to come.

    Of a flight of the record only the day it flew is known; its plan was earlier by the mean slip `slip_s`.
    """
    if s.status[f] == EN_ROUTE:
        return s.next_s[f]
    if s.status[f] != PLANNED or s.next_s[f] >= NEVER_s:
        return NEVER_s
    if p.flown[f]:
        return max(p.launch_s[f] - slip_s, t_s) + p.transit_s[f]
    planned_s = s.next_s[f] if p.after[f] >= 0 else min(p.launch_s[f], s.next_s[f])
    return max(planned_s, t_s, s.ground_until_s[held_by(p, s, f)]) + p.transit_s[f]


@njit(cache=True)
def next_supplies_s(p: Params, s: State, station: int, t_s: float, slip_s: float) -> tuple[float, float]:
    """When the next two ships with supplies are to dock at `station` as it looks now; NEVER_s where there is none."""
    first_s = second_s = NEVER_s
    supplies, at = p.supplies, p.station
    for f in range(supplies.size):
        if supplies[f] and at[f] == station:
            due_s = coming_s(p, s, f, t_s, slip_s)
            if due_s < first_s:
                first_s, second_s = due_s, first_s
            elif due_s < second_s:
                second_s = due_s
    return first_s, second_s


@njit(cache=True)
def free_port(p: Params, s: State, f: int, at_s: float) -> int:
    """A port flight `f` can take at `at_s`: free, or left by then (not by a crew that waits for `f`); -1 when there is none."""
    target = p.station[f]
    for i in range(p.ports.shape[1]):
        q = p.ports[f, i]
        if q < 0:
            break
        if s.shut[q] or p.port_open_s[q] > at_s or p.port_close_s[q] <= at_s or s.part_station[p.port_part[q]] != target:
            continue
        other = s.port_flight[q]
        if other < 0 or (s.next_s[other] <= at_s and p.relief[other] != f):
            return q
    return -1


@njit(cache=True)
def happen(p: Params, s: State, luck: Luck, f: int, habitable: bool, log: Log) -> int:
    """Let the next happening of flight `f` come to pass. Returns 1 docked, 2 undocked, 0 otherwise.

    `habitable`: the station can take the ship (its people, or the hands of its arm); otherwise it waits.
    """
    t_s = s.next_s[f]
    name = happened.FLIGHT + f
    if s.status[f] == PLANNED:
        _launch(p, s, luck, f, t_s, habitable, log)
        return 0
    if s.status[f] == EN_ROUTE:
        q = -1
        if habitable:
            q = p.ports[f, 0] if p.flown[f] else free_port(p, s, f, t_s)
        if luck.misses[f]:
            s.status[f], s.next_s[f] = LOST, NEVER_s
            s.row[f] = add(log, t_s, happened.DOCKING_FAILURE, p.station[f], name, s.row[f], 0.0)
            return 0
        if q < 0:
            if habitable:
                _make_room(p, s, f, t_s)
            s.next_s[f] = t_s + DAY_s
            if s.next_s[f] > s.launched_s[f] + 60 * DAY_s:
                s.status[f], s.next_s[f] = LOST, NEVER_s
                s.row[f] = add(log, t_s, happened.DOCKING_FAILURE, p.station[f], name, s.row[f], 0.0)
            return 0
        s.status[f] = DOCKED
        s.docked_s[f] = t_s
        s.port[f] = q
        s.port_flight[q] = f
        s.part_station[p.part_station.size + f] = s.part_station[p.port_part[q]] if not p.flown[f] else p.station[f]
        s.row[f] = add(log, t_s, happened.DOCKING, p.station[f], name, s.row[f], q)
        s.next_s[f] = _due_s(p, s, f)
        for other in range(p.relief.size):
            if s.status[other] == DOCKED and relieved_by(p, s, other) == f:
                s.next_s[other] = _due_s(p, s, other)
        s.changed[0] = True
        return 1
    undock(p, s, f, t_s, log)
    return 2


@njit(cache=True)
def late(p: Params, s: State, f: int, t_s: float, log: Log) -> int:
    """The row that tells why flight `f` is not there yet: what held it, or that it is late; -1 when it is not."""
    row = s.row[f]
    if row >= 0 and log.kind[row] != happened.LAUNCH:
        return row
    since_s = t_s - p.launch_s[f] - p.transit_s[f] if p.after[f] < 0 else LATE_s
    if since_s < LATE_s or p.flown[f]:
        return -1
    s.row[f] = add(log, t_s, happened.LATE, p.station[f], happened.FLIGHT + f, row, since_s / DAY_s)
    return s.row[f]


@njit(cache=True)
def undock(p: Params, s: State, f: int, t_s: float, log: Log) -> None:
    """A docked ship leaves now."""
    s.next_s[f] = NEVER_s
    s.left_s[f] = t_s
    if s.port_flight[s.port[f]] == f:
        s.port_flight[s.port[f]] = -1
    here = p.part_station.size + f
    cause, r = s.row[f], p.relief[f]
    if cause >= 0 and log.kind[cause] == happened.DOCKING:
        cause = -1  # it leaves as planned, unless nobody took over
    if cause < 0 and r >= 0 and (s.status[r] == LOST or s.status[r] == CANCELLED):
        cause = s.row[r]
    elif cause < 0 and r >= 0 and s.status[r] <= EN_ROUTE:
        cause = late(p, s, r, t_s, log)
    s.status[f] = GONE
    s.row[f] = add(log, t_s, happened.UNDOCK, s.part_station[here], happened.FLIGHT + f, cause, s.port[f])
    s.part_station[here] = -1
    s.changed[0] = True


@njit(cache=True)
def _launch(p: Params, s: State, luck: Luck, f: int, t_s: float, habitable: bool, log: Log) -> None:
    name = happened.FLIGHT + f
    if not p.flown[f]:
        group = held_by(p, s, f)
        if s.ground_until_s[group] > t_s:
            s.next_s[f] = s.ground_until_s[group] + p.crew_after_s[f] + max(0.25 * luck.slip_s[f], 0.0)
            if not s.held[f]:
                s.held[f] = True
                s.row[f] = add(log, t_s, happened.GROUNDED, p.station[f], name, s.ground_row[group], s.next_s[f])
            return
        if s.held[f]:
            gap_s = p.crew_after_s[f] if p.crew_after_s[f] > 0.0 else LEAST_GAP_s
            for other in range(p.partner.size):
                if p.groups[other, 0] == p.groups[f, 0] and s.launched_s[other] <= t_s < s.launched_s[other] + gap_s:
                    s.next_s[f] = s.launched_s[other] + gap_s
                    return
        _take_turn(p, s, f, t_s, log)
        first_s = _after_those_relieved_s(p, s, f)
        if first_s > t_s:
            s.next_s[f] = first_s
            return
        if not habitable:
            s.next_s[f] = t_s + 7 * DAY_s
            return
        if free_port(p, s, f, t_s + p.transit_s[f]) < 0:
            if _make_room(p, s, f, t_s) or not _swap(p, s, f, t_s, log):
                s.next_s[f] = t_s + 2 * DAY_s
                return
    s.launched_s[f] = t_s
    if luck.fails[f]:
        s.status[f], s.next_s[f] = LOST, NEVER_s
        s.row[f] = add(log, t_s, happened.LAUNCH_FAILURE, p.station[f], name, s.row[f], luck.grounded_s[f] / DAY_s)
        if not p.flown[f]:
            ground(s, p.groups[f, 0], t_s + luck.grounded_s[f], s.row[f])
        return
    s.status[f] = EN_ROUTE
    s.next_s[f] = t_s + p.transit_s[f]
    s.row[f] = add(log, t_s, happened.LAUNCH, p.station[f], name, s.row[f], 0.0)


@njit(cache=True)
def _after_those_relieved_s(p: Params, s: State, f: int) -> float:
    """The first day for flight `f` when a crew it is to relieve waits on the ground: crews fly in their order."""
    first_s = 0.0
    if p.seats[f] > 0:
        for other in range(p.relief.size):
            if p.relief[other] == f and s.status[other] == PLANNED and s.next_s[other] < NEVER_s:
                first_s = max(first_s, s.next_s[other] + LEAST_GAP_s)
    return first_s


@njit(cache=True)
def _take_turn(p: Params, s: State, f: int, t_s: float, log: Log) -> None:
    """A crew ship that was to fly before `f` and whose family stands down for more than a month does not fly: `f`, of another, takes its turn."""
    if p.seats[f] > 0:
        for other in range(p.relief.size):
            grounded = p.relief[other] == f and s.status[other] == PLANNED and s.held[other] and p.groups[other, 0] != p.groups[f, 0]
            if grounded and t_s + UNLOADED_s < s.next_s[other] < NEVER_s:
                cancel(p, s, other, t_s, s.row[other], log)


@njit(cache=True)
def _make_room(p: Params, s: State, f: int, t_s: float) -> bool:
    """A cargo ship whose stay has no set end leaves a port that a crew ship waits for, or another one if it has had time to
    be unloaded; of several the one docked longest. False where there is none."""
    oldest = -1
    for i in range(p.ports.shape[1]):
        q = p.ports[f, i]
        if q < 0:
            break
        other = s.port_flight[q]
        if other < 0 or p.seats[other] > 0 or p.flown[other] or p.undock_s[other] < NEVER_s:
            continue
        if p.seats[f] == 0 and t_s - s.docked_s[other] < UNLOADED_s:
            continue
        if oldest < 0 or s.docked_s[other] < s.docked_s[oldest]:
            oldest = other
    if oldest >= 0:
        s.next_s[oldest] = min(s.next_s[oldest], t_s + DAY_s)
    return oldest >= 0


@njit(cache=True)
def _swap(p: Params, s: State, f: int, t_s: float, log: Log) -> bool:
    """Whether crew ship `f` launches to the port of the crew it relieves, which leaves a day before it is there, because
    every other port stays taken for a month."""
    before = -1
    for i in range(p.ports.shape[1]):
        q = p.ports[f, i]
        other = s.port_flight[q] if q >= 0 else -1
        if other < 0 or s.shut[q]:
            continue
        if relieved_by(p, s, other) == f:
            before = other
        elif s.next_s[other] < t_s + UNLOADED_s:
            return False
    if before < 0 or (p.flown[before] and p.undock_s[before] < NEVER_s):
        return False
    s.next_s[before] = max(t_s + p.transit_s[f] - DAY_s, t_s)
    s.row[before] = add(log, t_s, happened.ONE_PORT, p.station[f], happened.FLIGHT + f, -1, 0.0)
    return True


@njit(cache=True)
def relocate(p: Params, s: State, until_s: float) -> None:
    """Docked ships change ports as recorded."""
    while s.moves[0] < p.move_s.size and p.move_s[s.moves[0]] <= until_s:
        i = s.moves[0]
        f, q = p.move_flight[i], p.move_port[i]
        s.moves[0] = i + 1
        if s.status[f] == DOCKED:
            if s.port_flight[s.port[f]] == f:
                s.port_flight[s.port[f]] = -1
            s.port[f] = q
            s.port_flight[q] = f
            s.changed[0] = True


@njit(cache=True)
def arrange_parts(p: Params, s: State, until_s: float, segment_home: np.ndarray) -> None:
    """Parts join with the flight that brings them and leave with the one that takes them.

    `segment_home` (2,) is the station each segment of the main station belongs to now.
    """
    if not s.changed[0] and until_s < s.part_next_s[0]:
        return
    next_s = NEVER_s
    for k in range(p.part_station.size):
        if s.part_done[k]:
            continue
        if s.part_station[k] < 0:
            at_s = p.part_arrive_s[k]
            f = p.part_brought_by[k]
            if f >= 0:
                at_s = s.docked_s[f] + p.part_arrive_s[k] if s.docked_s[f] < NEVER_s else NEVER_s
            if at_s <= until_s:
                home = p.part_station[k]
                s.part_station[k] = segment_home[p.part_segment[k]] if home == 0 else home
                s.changed[0] = True
        else:
            taken = p.part_taken_by[k]
            at_s = s.left_s[taken] if taken >= 0 else p.part_leave_s[k]
            if at_s <= until_s:
                s.part_station[k] = -1
                s.part_done[k] = True
                s.changed[0] = True
                continue
        next_s = min(next_s, at_s)
    s.part_next_s[0] = next_s


@njit(cache=True)
def separate(p: Params, s: State, segment: int, home: int, into: int) -> None:
    """Every part of `segment` at `home`, and every ship docked to one, belongs to station `into` from now on."""
    for k in range(p.part_station.size):
        if s.part_station[k] == home and p.part_segment[k] == segment:
            s.part_station[k] = into
    for f in range(p.partner.size):
        if s.status[f] == DOCKED:
            s.part_station[p.part_station.size + f] = s.part_station[p.port_part[s.port[f]]]
    s.changed[0] = True


@njit(cache=True)
def remove(p: Params, s: State, station: int) -> None:
    """Every part and ship at `station` is gone for good."""
    modules = p.part_station.size
    for k in range(s.part_station.size):
        if s.part_station[k] == station:
            s.part_station[k] = -1
            if k < modules:
                s.part_done[k] = True
            else:
                s.status[k - modules], s.next_s[k - modules] = LOST, NEVER_s
    s.changed[0] = True
