"""Partners: who takes part, who runs which segment, and the events that change it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

NEVER_s = 1e18
US, RUSSIAN = 0, 1
KEEPS_RUNNING, HANDED_OVER, POWERED_DOWN, SEPARATED = range(4)
(WITHDRAW, REJOIN, EXTEND, SEPARATE, RETIRE, FAIL, GROUND, DAMAGE, LOSE_PERSON, OPEN, FUND) = range(11)
TAKES_FLIGHTS, TAKES_CREWS, TAKES_PROPELLANT, TAKES_COMMAND, TAKES_OPERATION, TAKES_SPARES = (1 << i for i in range(6))
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
    learning_s: np.ndarray  # (E,)
    people: np.ndarray  # (E,)
    unpaid: np.ndarray  # (E, F) bool: flights that a change of money leaves unpaid
    when_station: np.ndarray  # (E,) station whose state is waited for, -1
    when_state: np.ndarray  # (E,)


class State(NamedTuple):
    """One run's partnership."""

    event_s: np.ndarray  # (E,) when it comes, NEVER_s
    done: np.ndarray  # (E,) bool
    event_row: np.ndarray  # (E,)
    flies: np.ndarray  # (P,) bool: flights and people of this partner go up
    row: np.ndarray  # (P,) log row of its last change
    operates: np.ndarray  # (P, 3) bool: runs its things in segment US, Russian, and its own ships
    fund_event: np.ndarray  # (P,) event that set the partner's money last, -1
    may_share: np.ndarray  # (P, P) bool: stock of the first may be used for the second
    segment_mode: np.ndarray  # (2,)
    segment_runs: np.ndarray  # (2,) bool
    segment_row: np.ndarray  # (2,)
    segment_home: np.ndarray  # (2,) station the segment of the main station belongs to
    able_s: np.ndarray  # (2,) from when a handed-over segment can be repaired
    opened: np.ndarray  # (S,) bool
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
def withdraw(p: Params, s: State, e: int, t_s: float, row: int) -> None:
    """A partner leaves, and takes along what the event says."""
    who, seg = p.partner[e], p.segment[e]
    s.row[who] = row
    if p.takes[e] & (TAKES_FLIGHTS | TAKES_CREWS):
        s.flies[who] = False
    if seg < 0:
        return
    s.segment_mode[seg] = p.mode[e]
    s.segment_row[seg] = row
    if p.takes[e] & TAKES_PROPELLANT and p.mode[e] == KEEPS_RUNNING:
        for other in range(s.may_share.shape[1]):
            s.may_share[who, other] = other == who
    if p.mode[e] == POWERED_DOWN:
        s.segment_runs[seg] = False
        s.operates[who, :] = False  # and nobody commands its docked ships
    elif p.mode[e] == HANDED_OVER:
        s.operates[who, seg] = True  # run by those who took it over
        s.able_s[seg] = t_s + p.learning_s[e]
    elif p.mode[e] == KEEPS_RUNNING and p.takes[e] & TAKES_COMMAND and p.takes[e] & TAKES_OPERATION == 0:
        s.operates[who, seg] = False


@njit(cache=True)
def rejoin(p: Params, s: State, e: int, row: int) -> None:
    """A partner comes back to its segment and flights."""
    who, seg = p.partner[e], p.segment[e]
    s.flies[who] = True
    s.fund_event[who] = -1
    s.row[who] = row
    s.may_share[who, :] = True
    s.operates[who, :] = True
    if seg >= 0 and s.segment_mode[seg] != SEPARATED:
        s.segment_mode[seg] = KEEPS_RUNNING
        s.segment_runs[seg] = True
        s.segment_row[seg] = row
        s.able_s[seg] = 0.0
