"""Equipment: machines that fail by drawn lives and come back when crew, spares and the operator allow."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from .. import log as happened
from ..log import Log, add

NEVER_s = 1e18
RETRY_s = 7 * 86400.0


class Params(NamedTuple):
    """Machines (M)."""

    part: np.ndarray  # (M,) part they stand in
    kind: np.ndarray  # (M,) index into the kinds of machine
    segment: np.ndarray  # (M,) 0 US, 1 Russian
    operator: np.ndarray  # (M,) partner that runs and repairs them
    from_s: np.ndarray  # (M,)
    to_s: np.ndarray  # (M,)
    repair_s: np.ndarray  # (M,) time to repair with spare and crew at hand
    spare_kg: np.ndarray  # (M,)


class State(NamedTuple):
    """One run's machines."""

    up: np.ndarray  # (M,) bool: healthy
    change_s: np.ndarray  # (M,) next failure, or when repair may be tried
    failures: np.ndarray  # (M,) failures so far
    row: np.ndarray  # (M,) last log row
    works: np.ndarray  # (M,) bool: healthy, installed, at a station (power is judged elsewhere)
    station: np.ndarray  # (M,) station it is at, -1
    changed: np.ndarray  # (1,) bool: something failed, was repaired, moved or lost power since it was last looked at


@njit(cache=True)
def place(p: Params, s: State, part_station: np.ndarray, t_s: float) -> None:
    """Which machines are installed and healthy, and where."""
    part, from_s, to_s, station, works, up = p.part, p.from_s, p.to_s, s.station, s.works, s.up
    for m in range(part.size):
        here = part_station[part[m]] if part[m] >= 0 else -1
        station[m] = here if from_s[m] <= t_s < to_s[m] else -1
        works[m] = up[m] and station[m] >= 0
    s.changed[0] = True


@njit(cache=True)
def fail(p: Params, s: State, m: int, t_s: float, cause: int, for_s: float, log: Log) -> None:
    """Machine `m` fails now; `for_s` < NEVER_s fixes when it is back."""
    s.up[m] = s.works[m] = False
    s.changed[0] = True
    s.failures[m] += 1
    s.change_s[m] = t_s + (for_s if for_s < NEVER_s else p.repair_s[m])
    s.row[m] = add(log, t_s, happened.FAILURE, s.station[m], happened.MACHINE + m, cause, 0.0)


@njit(cache=True)
def wear(p: Params, s: State, life_s: np.ndarray, repair_row: np.ndarray, t0_s: float, t1_s: float, log: Log) -> bool:
    """Machines in place whose drawn life ends in this step fail, for good reason (`repair_row` by operator) where nobody repairs
    them; lives not in place wait. Whether a repair may be tried."""
    waiting = due = False
    station, up, change_s, failures = s.station, s.up, s.change_s, s.failures
    for m in range(station.size):  # of most days nothing is due: this loop takes several machines at a time, the other one by one
        later_s = max(change_s[m], t1_s) if failures[m] else change_s[m] + (t1_s - t0_s)
        change_s[m] = later_s if station[m] < 0 else change_s[m]
        due |= (station[m] >= 0) & (change_s[m] <= t1_s)
    for m in range(station.size if due else 0):
        if station[m] < 0:
            continue
        if up[m] and change_s[m] <= t1_s:
            fail(p, s, m, max(change_s[m], t0_s), repair_row[p.operator[m]], NEVER_s, log)
        elif not up[m] and change_s[m] <= t1_s:
            waiting = True
    return waiting


@njit(cache=True)
def restore(p: Params, s: State, m: int, t_s: float, life_s: np.ndarray, log: Log) -> None:
    """Machine `m` is repaired and begins its next drawn life."""
    s.up[m] = True
    s.works[m] = s.station[m] >= 0
    s.changed[0] = True
    s.change_s[m] = t_s + life_s[m, s.failures[m] % life_s.shape[1]]
    s.row[m] = add(log, t_s, happened.REPAIR, s.station[m], happened.MACHINE + m, s.row[m], p.spare_kg[m])
