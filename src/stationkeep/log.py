"""What happened and what caused it, row by row; filled inside the compiled step."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

KINDS = (
    "launch", "launch_failure", "docking", "docking_failure", "undock", "cancelled", "grounded", "released",
    "crew_up", "crew_home", "service_down", "service_up", "stock_low", "stock_ok", "stock_empty", "reboost",
    "inferred_burn", "avoidance", "failure", "repair", "shed", "condition", "notice", "withdraw", "rejoin", "separate",
    "join", "handed_over", "powered_down", "retire", "extend", "evacuate", "abandoned", "breach", "recovered",
    "attitude_lost", "opened", "damage", "lose_person", "fund", "ground", "fail", "entry", "correction", "no_propellant",
    "crew_cut", "spacewalk", "late", "outrun", "active_sun", "kept_on", "brought_forward", "hatch_closed", "one_port", "perished",
    "tanks_held", "starts_short", "no_relief", "rescue", "learning", "no_spares", "no_room",
    "phasing", "long_chase", "reseated", "join_waits", "way_short", "lowered",
)  # fmt: skip
(LAUNCH, LAUNCH_FAILURE, DOCKING, DOCKING_FAILURE, UNDOCK, CANCELLED, GROUNDED, RELEASED,
 CREW_UP, CREW_HOME, SERVICE_DOWN, SERVICE_UP, STOCK_LOW, STOCK_OK, STOCK_EMPTY, REBOOST,
 INFERRED_BURN, AVOIDANCE, FAILURE, REPAIR, SHED, CONDITION, NOTICE, WITHDRAW, REJOIN, SEPARATE,
 JOIN, HANDED_OVER, POWERED_DOWN, RETIRE, EXTEND, EVACUATE, ABANDONED, BREACH, RECOVERED,
 ATTITUDE_LOST, OPENED, DAMAGE, LOSE_PERSON, FUND, GROUND, FAIL, ENTRY, CORRECTION, NO_PROPELLANT,
 CREW_CUT, SPACEWALK, LATE, OUTRUN, ACTIVE_SUN, KEPT_ON, BROUGHT_FORWARD, HATCH_CLOSED, ONE_PORT, PERISHED,
 TANKS_HELD, STARTS_SHORT, NO_RELIEF, RESCUE, LEARNING, NO_SPARES, NO_ROOM,
 PHASING, LONG_CHASE, RESEATED, JOIN_WAITS, WAY_SHORT, LOWERED) = range(len(KINDS))  # fmt: skip
CAPACITY = 40_000


class Log(NamedTuple):
    """Rows of one run: times (s), kind, station, name code, causing row (-1 none) and a value; `size` has one cell."""

    t_s: np.ndarray
    kind: np.ndarray
    station: np.ndarray
    name: np.ndarray
    cause: np.ndarray
    value: np.ndarray
    size: np.ndarray


def new_log(capacity: int = CAPACITY) -> Log:
    """An empty log with room for `capacity` rows."""
    return Log(
        np.zeros(capacity), np.zeros(capacity, np.int64), np.zeros(capacity, np.int64), np.zeros(capacity, np.int64),
        np.zeros(capacity, np.int64), np.zeros(capacity), np.zeros(1, np.int64),
    )  # fmt: skip


@njit(cache=True)
def add(log: Log, t_s: float, kind: int, station: int, name: int, cause: int, value: float) -> int:
    """Write one row and return its index; past the capacity rows are counted but not kept (`simulate` then fails)."""
    row = log.size[0]
    log.size[0] = row + 1
    if row >= log.t_s.size:
        return -1
    log.t_s[row] = t_s
    log.kind[row] = kind
    log.station[row] = station
    log.name[row] = name
    log.cause[row] = cause
    log.value[row] = value
    return row


# Name codes: what a row is about. One integer: category * STRIDE + index.
STRIDE = 100_000
CATEGORIES = ("flight", "part", "machine", "event", "service", "resource", "requirement", "station", "partner", "person")
FLIGHT, PART, MACHINE, EVENT, SERVICE, RESOURCE, REQUIREMENT, STATION, PARTNER, PERSON = (
    i * STRIDE for i in range(len(CATEGORIES))
)
