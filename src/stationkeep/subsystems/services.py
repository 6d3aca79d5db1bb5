"""Services: which of the functions a station lives on are up, and what failed first when one goes down.

A giver (a part, or a docked ship of some type) gives a service while it is there, its operator takes part, its machines
work, its commodity is aboard and the services it needs are up: the greatest fixed point below what was up plus what
can be restarted. Nothing starts itself from black: with power and command both down, only people aboard restart.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from .. import log as happened
from ..log import Log, add

SERVICES = (
    "reboost", "attitude_control", "desaturation", "power", "thermal", "oxygen", "co2_removal", "water_recovery",
    "pressure", "command", "crew_return", "crew_delivery", "cargo_delivery", "refuelling", "eva", "robotics", "deorbit",
)  # fmt: skip
REBOOST, ATTITUDE, DESATURATION, POWER, THERMAL, OXYGEN, CO2, WATER, PRESSURE, COMMAND = range(10)


class Params(NamedTuple):
    """Offers (Q): who gives what, and what it takes."""

    service: np.ndarray  # (Q,)
    part: np.ndarray  # (Q,) giving part, -1 when a docked ship gives it
    vehicle: np.ndarray  # (Q,) giving vehicle type, -1
    segment: np.ndarray  # (Q,) segment whose state decides, 2 none
    operator: np.ndarray  # (Q,) partner who runs it, -1 nobody
    needs: np.ndarray  # (Q,) bit mask of services
    machine: np.ndarray  # (Q,) kind of machine needed, -1
    machines: np.ndarray  # (Q,) how many of them
    resource: np.ndarray  # (Q,) resource needed aboard, -1
    needs_part: np.ndarray  # (Q,) part that must be at the same station, -1
    from_s: np.ndarray
    to_s: np.ndarray


class State(NamedTuple):
    """One run's services."""

    up: np.ndarray  # (S, V) bool
    row: np.ndarray  # (S, V) log row of the last change
    giver: np.ndarray  # (S, V) offer that gave it last, -1
    offered: np.ndarray  # (Q, S) bool, scratch


@njit(cache=True)
def _unmet(
    p: Params, q: int, st: int, t_s: float, part_station: np.ndarray, vehicles: np.ndarray, machines: np.ndarray,
    stocked: np.ndarray, operates: np.ndarray, segment_runs: np.ndarray,
) -> int:  # fmt: skip
    """First unmet condition of offer `q` at station `st`, services aside: 0 none, 1 giver gone, 2 segment off,
    3 operator gone, 4 machines, 5 commodity, 6 not in service, 7 a part it works through is not there."""
    if not p.from_s[q] <= t_s < p.to_s[q]:
        return 6
    if p.part[q] >= 0:
        if part_station[p.part[q]] != st:
            return 1
    elif vehicles[st, p.vehicle[q]] == 0:
        return 1
    if p.needs_part[q] >= 0 and part_station[p.needs_part[q]] != st:
        return 7
    if p.segment[q] < 2 and not segment_runs[p.segment[q]]:
        return 2
    if p.operator[q] >= 0 and not operates[p.operator[q], p.segment[q]]:
        return 3
    if p.machine[q] >= 0 and machines[st, p.machine[q]] < p.machines[q]:
        return 4
    if p.resource[q] >= 0 and not stocked[st, p.resource[q]]:
        return 5
    return 0


@njit(cache=True)
def solve(
    p: Params, s: State, t_s: float, part_station: np.ndarray, vehicles: np.ndarray, machines: np.ndarray,
    stocked: np.ndarray, operates: np.ndarray, segment_runs: np.ndarray, allowed: np.ndarray, crewed: np.ndarray,
    now: np.ndarray,
) -> None:  # fmt: skip
    """Fill `now` (S, V) with the services that can be up; `allowed` (S, V) is what the other subsystems permit."""
    stations, count = now.shape
    service, needs, offered = p.service, p.needs, s.offered
    for st in range(stations):
        if not allowed[st].any():
            now[st, :] = False
            offered[:, st] = False
            continue
        for q in range(service.size):
            offered[q, st] = _unmet(
                p, q, st, t_s, part_station, vehicles, machines, stocked, operates, segment_runs
            ) == 0
        black = not (s.up[st, POWER] or s.up[st, COMMAND]) and not crewed[st]
        mask = 0
        for v in range(count):
            now[st, v] = allowed[st, v] and (s.up[st, v] or not black)
            mask |= (1 << v) if now[st, v] else 0
        while True:
            kept = 0
            for q in range(service.size):
                if offered[q, st] and (needs[q] & mask) == needs[q]:
                    kept |= 1 << service[q]
            kept &= mask
            if kept == mask:
                break
            mask = kept
        for v in range(count):
            now[st, v] = (mask >> v) & 1 == 1


@njit(cache=True)
def note(
    p: Params, s: State, t_s: float, part_station: np.ndarray, vehicles: np.ndarray, machines: np.ndarray,
    stocked: np.ndarray, operates: np.ndarray, segment_runs: np.ndarray, allowed: np.ndarray, now: np.ndarray,
    part_row: np.ndarray, vehicle_row: np.ndarray, machine_row: np.ndarray, stock_row: np.ndarray,
    partner_row: np.ndarray, segment_row: np.ndarray, limit_row: np.ndarray, quiet: bool, log: Log,
) -> None:  # fmt: skip
    """Log every change, each loss with the row of what failed first; then take `now` as what is up.

    `quiet` takes over without logging: what is up at the start is no change.
    """
    stations, count = now.shape
    service, needs, offered, giver = p.service, p.needs, s.offered, s.giver
    for st in range(stations):
        if quiet:
            s.up[st, :] = now[st, :]
        mask = 0
        for v in range(count):
            mask |= (1 << v) if now[st, v] else 0
        for _pass in range(count):
            waiting = False
            for v in range(count):
                if now[st, v] or not s.up[st, v]:
                    continue
                q = s.giver[st, v]
                cause = -1
                if not allowed[st, v]:
                    cause = limit_row[st, v]
                elif q >= 0:
                    why = _unmet(p, q, st, t_s, part_station, vehicles, machines, stocked, operates, segment_runs)
                    if why == 0:
                        lacking = -1
                        for w in range(count):
                            if (p.needs[q] >> w) & 1 == 1 and (mask >> w) & 1 == 0:
                                lacking = w
                                break
                        if lacking >= 0:
                            if s.up[st, lacking] and lacking != v:
                                waiting = True
                                continue
                            cause = s.row[st, lacking]
                    elif why == 1:
                        cause = part_row[p.part[q]] if p.part[q] >= 0 else vehicle_row[st, p.vehicle[q]]
                    elif why == 7:
                        cause = part_row[p.needs_part[q]]
                    elif why == 2:
                        cause = segment_row[p.segment[q]]
                    elif why == 3:
                        cause = partner_row[p.operator[q]]
                    elif why == 4:
                        cause = machine_row[st, p.machine[q]]
                    elif why == 5:
                        cause = stock_row[st, p.resource[q]]
                s.up[st, v] = False
                s.row[st, v] = add(log, t_s, happened.SERVICE_DOWN, st, happened.SERVICE + v, cause, 0.0)
            if not waiting:
                break
        for v in range(count):
            if now[st, v] and not s.up[st, v]:
                s.up[st, v] = True
                s.row[st, v] = add(log, t_s, happened.SERVICE_UP, st, happened.SERVICE + v, s.row[st, v], 0.0)
            s.up[st, v] = now[st, v]
            if now[st, v]:
                g = giver[st, v]
                if g >= 0 and offered[g, st] and (needs[g] & mask) == needs[g]:
                    continue
                for q in range(service.size):
                    if service[q] == v and offered[q, st] and (needs[q] & mask) == needs[q]:
                        giver[st, v] = q
                        break
