"""Partners: who takes part, who runs which segment, and the events that change it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from .. import log as happened
from ..log import Log, add

NEVER_s = 1e18
US, RUSSIAN = 0, 1
KEEPS_RUNNING, HANDED_OVER, POWERED_DOWN, SEPARATED = range(4)
(WITHDRAW, REJOIN, EXTEND, SEPARATE, RETIRE, FAIL, GROUND, DAMAGE, LOSE_PERSON, OPEN, FUND, JOIN) = range(12)
TAKES_FLIGHTS, TAKES_CREWS, TAKES_PROPELLANT, TAKES_COMMAND, TAKES_OPERATION, TAKES_SPARES = (1 << i for i in range(6))
SHIPS, PLANNED = 2, 3  # columns of `operates` beside the two segments: its ships, what its mission control plans and commands
CREWED, ABANDONED, OPENED = range(3)
ABOARD = 1  # mode of a lost person: aboard already


class Params(NamedTuple):
    """Events (E) in the order of the scenario."""

    kind: np.ndarray  # (E,)
    partner: np.ndarray  # (E,) -1
    target: np.ndarray  # (E,) part, machine, family, flight or station index by kind
    mode: np.ndarray  # (E,) segment mode of a withdrawal
    takes: np.ndarray  # (E,) bit mask
    segment: np.ndarray  # (E,) segment concerned, -1
    into: np.ndarray  # (E,) station a separated segment becomes
    for_s: np.ndarray  # (E,)
    learning_s: np.ndarray  # (E,) others take so long to learn to command and to repair
    spares_s: float  # others take so long to have spares made
    people: np.ndarray  # (E,)
    unpaid: np.ndarray  # (E, F) bool: flights that a change of money leaves unpaid
    when_station: np.ndarray  # (E,) station whose state is waited for, -1
    when_state: np.ndarray  # (E,)


class State(NamedTuple):
    """One run's partnership."""

    event_s: np.ndarray  # (E,) when it comes, NEVER_s
    done: np.ndarray  # (E,) bool
    event_row: np.ndarray  # (E,)
    takes_part: np.ndarray  # (P,) bool: has not withdrawn
    flies: np.ndarray  # (P,) bool: its ships go up
    sends: np.ndarray  # (P,) bool: its people go up
    fuels: np.ndarray  # (P,) bool: its ships bring propellant for the tanks
    row: np.ndarray  # (P,) log row of its last change
    operates: np.ndarray  # (P, 4) bool: runs its things in segment US, Russian, its ships, and what its mission control commands
    operates_row: np.ndarray  # (P, 4) log row of what ended that
    commanded_s: np.ndarray  # (P,) from when others command what it commanded
    repaired_s: np.ndarray  # (P,) from when others repair what it ran
    spares_s: np.ndarray  # (P,) from when others have spares for what it ran
    repair_row: np.ndarray  # (P,) why what it ran is not repaired, -1
    fund_event: np.ndarray  # (P,) event that set the partner's money last, -1
    may_share: np.ndarray  # (P, P) bool: the first may use stock of the second
    spares_share: np.ndarray  # (P, P) bool: the same of spares
    dark: np.ndarray  # (P,) bool: left, with its modules of the main station switched off
    segment_mode: np.ndarray  # (2,)
    segment_runs: np.ndarray  # (2,) bool
    segment_row: np.ndarray  # (2,)
    segment_home: np.ndarray  # (2,) station the segment of the main station belongs to
    opened: np.ndarray  # (S,) bool
    retired_row: np.ndarray  # (S,) log row that gave it up for good, -1
    was_crewed: np.ndarray  # (S,) bool


@njit(cache=True)
def due(p: Params, s: State, people: np.ndarray, until_s: float, now_s: float) -> int:
    """The next event that has come: earliest date first, then conditions in order; -1 when none."""
    best, best_s = -1, until_s
    for e in range(p.kind.size):
        if s.done[e]:
            continue
        if p.when_station[e] >= 0 and s.event_s[e] >= NEVER_s:
            st = p.when_station[e]
            state = p.when_state[e]
            true = (
                (state == CREWED and people[st] > 0)
                or (state == ABANDONED and s.was_crewed[st] and people[st] == 0)
                or (state == OPENED and s.opened[st])
            )
            if true:
                s.event_s[e] = now_s
        if s.event_s[e] <= best_s and (best < 0 or s.event_s[e] < best_s):
            best, best_s = e, s.event_s[e]
    return best


@njit(cache=True)
def withdraw(p: Params, s: State, e: int, t_s: float, row: int, log: Log) -> None:
    """A partner leaves, and takes along what the event says."""
    who, seg, takes, mode = p.partner[e], p.segment[e], p.takes[e], p.mode[e]
    s.row[who] = row
    s.operates_row[who, :] = row
    s.takes_part[who] = False
    if takes & TAKES_FLIGHTS:
        s.flies[who] = False
    if takes & TAKES_CREWS:
        s.sends[who] = False
    if takes & TAKES_PROPELLANT:
        s.fuels[who] = False
    if seg >= 0:
        s.segment_mode[seg] = mode
        s.segment_row[seg] = row
    if mode == POWERED_DOWN:
        if seg >= 0:
            s.segment_runs[seg] = False
        s.dark[who] = seg < 0
        s.operates[who, :] = False  # and nobody commands its docked ships
    elif mode != SEPARATED:
        _leave_behind(s, who, takes, t_s, t_s + p.learning_s[e] if mode == HANDED_OVER else NEVER_s, p.spares_s, row, log)


@njit(cache=True)
def _leave_behind(s: State, who: int, takes: int, t_s: float, learned_s: float, spares_s: float, row: int, log: Log) -> None:
    """What stays aboard without those who commanded it, repaired it and made its spares: others learn it until `learned_s`
    (never, where nobody took it over) and have spares made within `spares_s`."""
    if takes & (TAKES_COMMAND | TAKES_OPERATION) and learned_s > t_s:
        learning = add(log, t_s, happened.LEARNING, 0, happened.PARTNER + who, row, 0.0)
        if takes & TAKES_COMMAND:
            s.commanded_s[who] = learned_s
            s.operates[who, SHIPS:] = False
            s.operates_row[who, SHIPS:] = learning
        if takes & TAKES_OPERATION:
            s.repaired_s[who] = learned_s
            s.repair_row[who] = learning
    if takes & TAKES_SPARES:
        s.spares_s[who] = t_s + spares_s
        s.spares_share[:, who] = False
        s.repair_row[who] = add(log, t_s, happened.NO_SPARES, 0, happened.PARTNER + who, row, 0.0)


@njit(cache=True)
def learn(s: State, t_s: float) -> bool:
    """What others have learned to command by now they do; whether anything changed."""
    changed = False
    for who in range(s.commanded_s.size):
        if 0.0 < s.commanded_s[who] <= t_s:
            s.commanded_s[who] = 0.0
            s.operates[who, SHIPS:] = changed = True
        if s.repair_row[who] >= 0 and max(s.repaired_s[who], s.spares_s[who]) <= t_s:
            s.repair_row[who] = -1
    return changed


@njit(cache=True)
def rejoin(p: Params, s: State, e: int, row: int) -> None:
    """A partner comes back to its segment and flights."""
    who, seg = p.partner[e], p.segment[e]
    s.takes_part[who] = s.flies[who] = s.sends[who] = s.fuels[who] = True
    s.fund_event[who] = -1
    s.row[who] = row
    s.spares_share[:, who] = True
    s.operates[who, :] = True
    s.operates_row[who, :] = row
    s.commanded_s[who] = s.repaired_s[who] = s.spares_s[who] = 0.0
    s.repair_row[who] = -1
    s.dark[who] = False
    if seg >= 0 and s.segment_mode[seg] != SEPARATED:
        s.segment_mode[seg] = KEEPS_RUNNING
        s.segment_runs[seg] = True
        s.segment_row[seg] = row
