"""Services: which of the functions a station lives on are up, and what failed first when one goes down.

A giver (a part, or a docked ship of some type) gives a service while it is there, its operator takes part, its machines
work, its commodity is aboard and the services it needs are up: the greatest fixed point below what was up plus what
can be restarted. Nothing starts itself from black: with power and command both down, only people aboard restart.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from stationkeep.loops import borrows

from .. import log as happened
from ..log import Log, add

SERVICES = (
    "reboost", "attitude_control", "desaturation", "power", "thermal", "oxygen", "co2_removal", "water_recovery",
    "pressure", "command", "crew_return", "crew_delivery", "cargo_delivery", "refuelling", "eva", "robotics", "deorbit",
)  # fmt: skip
(REBOOST, ATTITUDE, DESATURATION, POWER, THERMAL, OXYGEN, CO2, WATER, PRESSURE, COMMAND, CREW_RETURN, CREW_DELIVERY,
 CARGO_DELIVERY, REFUELLING, EVA, ROBOTICS, DEORBIT) = range(len(SERVICES))  # fmt: skip


class Params(NamedTuple):
    """Offers (Q): who gives what, and what it takes."""

    service: np.ndarray  # (Q,)
    part: np.ndarray  # (Q,) giving part, -1 when a docked ship gives it
    vehicle: np.ndarray  # (Q,) giving vehicle type, -1
    segment: np.ndarray  # (Q,) segment whose state decides, 2 none
    operator: np.ndarray  # (Q,) partner who runs it, -1 nobody
    desk: np.ndarray  # (Q,) column of `operates`: its segment, its ships, or what its mission control commands
    needs: np.ndarray  # (Q,) bit mask of services
    machine: np.ndarray  # (Q,) kind of machine needed, -1
    machines: np.ndarray  # (Q,) how many of them
    resource: np.ndarray  # (Q,) what must be aboard, a column of `stocked`, -1
    needs_part: np.ndarray  # (Q,) part that must be at the same station, -1
    from_s: np.ndarray
    to_s: np.ndarray


class State(NamedTuple):
    """One run's services."""

    up: np.ndarray  # (S, V) bool
    row: np.ndarray  # (S, V) log row of the last change
    giver: np.ndarray  # (S, V) offer that gave it last, -1
    unmet: np.ndarray  # (Q, S) first unmet condition of each offer when services were last found, 0 none
    seen: np.ndarray  # what they were found from, in one row
    until_s: np.ndarray  # (1,) the same follows from the same until then


@borrows
def _look(
    p: Params, st: int, t_s: float, part_station: np.ndarray, vehicles: np.ndarray, machines: np.ndarray,
    stocked: np.ndarray, operates: np.ndarray, segment_runs: np.ndarray, unmet: np.ndarray,
) -> None:  # fmt: skip
    """Fill `unmet` (Q, S) at station `st` with the first unmet condition of each offer, services aside: 0 none, 1 giver
    gone, 2 segment off, 3 operator gone, 4 machines, 5 commodity, 6 not in service, 7 a part it works through is away."""
    part, vehicle, needs_part, segment, operator, desk = p.part, p.vehicle, p.needs_part, p.segment, p.operator, p.desk
    machine, machine_count, resource, from_s, to_s = p.machine, p.machines, p.resource, p.from_s, p.to_s
    for q in range(part.size):
        why = 0
        if not from_s[q] <= t_s < to_s[q]:
            why = 6
        elif (part_station[part[q]] != st) if part[q] >= 0 else (vehicles[st, vehicle[q]] == 0):
            why = 1
        elif needs_part[q] >= 0 and part_station[needs_part[q]] != st:
            why = 7
        elif segment[q] < 2 and not segment_runs[segment[q]]:
            why = 2
        elif operator[q] >= 0 and (segment[q] < 2 or st == 0) and not operates[operator[q], desk[q]]:  # ships: of station 0
            why = 3
        elif machine[q] >= 0 and machines[st, machine[q]] < machine_count[q]:
            why = 4
        elif resource[q] >= 0 and not stocked[st, resource[q]]:
            why = 5
        unmet[q, st] = why


@borrows
def _differs(seen: np.ndarray, at: int, values: np.ndarray) -> bool:
    """Whether `values` are not those seen at `at`; takes note of them."""
    differs = 0
    for i in range(values.size):
        differs += 1 if seen[at + i] != values[i] else 0
    for i in range(values.size if differs else 0):
        seen[at + i] = values[i]
    return differs > 0


@borrows
def is_new(
    p: Params, s: State, t_s: float, anew: bool, moved: bool, vehicles: np.ndarray, machines: np.ndarray, stocked: np.ndarray,
    operates: np.ndarray, segment_runs: np.ndarray, allowed: np.ndarray, crewed: np.ndarray,
) -> bool:  # fmt: skip
    """Whether anything that services follow from changed since they were last found; `moved` when parts did, and unless
    `anew` the same ships and machines work and the same partners operate."""
    new, at, seen = moved or t_s >= s.until_s[0], 0, s.seen
    for st in range(crewed.size):
        if anew:
            new = _differs(seen, at, vehicles[st]) or new
            new = _differs(seen, at + vehicles.shape[1], machines[st]) or new
        at += vehicles.shape[1] + machines.shape[1]
        new = _differs(seen, at, stocked[st]) or new
        at += stocked.shape[1]
        new = _differs(seen, at, allowed[st]) or new
        at += allowed.shape[1]
    for who in range(operates.shape[0]):
        if anew:
            new = _differs(seen, at, operates[who]) or new
        at += operates.shape[1]
    new = _differs(seen, at, crewed) or new
    new = _differs(seen, at + crewed.size, segment_runs) or new
    if new:
        next_s = np.inf
        for q in range(p.from_s.size):
            if p.from_s[q] > t_s:
                next_s = min(next_s, p.from_s[q])
            elif p.to_s[q] > t_s:
                next_s = min(next_s, p.to_s[q])
        s.until_s[0] = next_s
    return new


@borrows
def solve(
    p: Params, s: State, t_s: float, part_station: np.ndarray, vehicles: np.ndarray, machines: np.ndarray,
    stocked: np.ndarray, operates: np.ndarray, segment_runs: np.ndarray, allowed: np.ndarray, crewed: np.ndarray,
    now: np.ndarray,
) -> None:  # fmt: skip
    """Fill `now` (S, V) with the services that can be up; `allowed` (S, V) is what the other subsystems permit."""
    stations, count = now.shape
    service, needs, unmet, up = p.service, p.needs, s.unmet, s.up
    for st in range(stations):
        if not allowed[st].any():
            now[st, :] = False
            unmet[:, st] = 6
            continue
        _look(p, st, t_s, part_station, vehicles, machines, stocked, operates, segment_runs, unmet)
        black = not (up[st, POWER] or up[st, COMMAND]) and not crewed[st]
        mask = 0
        for v in range(count):
            now[st, v] = allowed[st, v] and (up[st, v] or not black)
            mask |= (1 << v) if now[st, v] else 0
        while True:
            kept = 0
            for q in range(service.size):
                if unmet[q, st] == 0 and (needs[q] & mask) == needs[q]:
                    kept |= 1 << service[q]
            kept &= mask
            if kept == mask:
                break
            mask = kept
        for v in range(count):
            now[st, v] = (mask >> v) & 1 == 1


@borrows
def note(
    p: Params, s: State, t_s: float, allowed: np.ndarray, now: np.ndarray, part_row: np.ndarray, vehicle_row: np.ndarray,
    machine_row: np.ndarray, stock_row: np.ndarray, partner_row: np.ndarray, segment_row: np.ndarray,
    limit_row: np.ndarray, quiet: bool, log: Log,
) -> None:  # fmt: skip
    """Log every change, each loss with the row of what failed first; then take `now` as what is up.

    `quiet` takes over without logging: what is up at the start is no change. After a change services are found anew in
    the next step, since what is up decides what can start.
    """
    stations, count = now.shape
    service, needs, unmet, giver, up = p.service, p.needs, s.unmet, s.giver, s.up
    for st in range(stations):
        mask, changed = 0, False
        for v in range(count):
            if quiet:
                up[st, v] = now[st, v]
            mask |= (1 << v) if now[st, v] else 0
            changed |= now[st, v] != up[st, v]
        if changed or quiet:
            s.until_s[0] = t_s
        if changed:
            _note_losses(
                p, s, st, t_s, mask, allowed, now, part_row, vehicle_row, machine_row, stock_row, partner_row, segment_row,
                limit_row, log,
            )  # fmt: skip
        for v in range(count):
            if not now[st, v]:
                continue
            if not up[st, v]:
                up[st, v] = True
                s.row[st, v] = add(log, t_s, happened.SERVICE_UP, st, happened.SERVICE + v, s.row[st, v], 0.0)
            g = giver[st, v]
            if g >= 0 and unmet[g, st] == 0 and (needs[g] & mask) == needs[g]:
                continue
            for q in range(service.size):
                if service[q] == v and unmet[q, st] == 0 and (needs[q] & mask) == needs[q]:
                    giver[st, v] = q
                    break


@njit(cache=True)
def _unmet_row(
    p: Params, s: State, q: int, st: int, part_row: np.ndarray, vehicle_row: np.ndarray, machine_row: np.ndarray,
    stock_row: np.ndarray, partner_row: np.ndarray, segment_row: np.ndarray,
) -> int:  # fmt: skip
    """The row that tells of the first unmet condition of offer `q`, -1 none."""
    why = s.unmet[q, st]
    if why == 1:
        return part_row[p.part[q]] if p.part[q] >= 0 else vehicle_row[st, p.vehicle[q]]
    if why == 2:
        return segment_row[p.segment[q]]
    if why == 3:
        return partner_row[p.operator[q], p.desk[q]]
    if why == 4:
        return machine_row[st, p.machine[q]]
    if why == 5:
        return stock_row[st, p.resource[q]]
    return part_row[p.needs_part[q]] if why == 7 else -1


@njit(cache=True)
def _note_losses(
    p: Params, s: State, st: int, t_s: float, mask: int, allowed: np.ndarray, now: np.ndarray, part_row: np.ndarray,
    vehicle_row: np.ndarray, machine_row: np.ndarray, stock_row: np.ndarray, partner_row: np.ndarray,
    segment_row: np.ndarray, limit_row: np.ndarray, log: Log,
) -> None:  # fmt: skip
    """Services that go down at one station, those that others wait for first."""
    count = now.shape[1]
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
                if s.unmet[q, st] == 0:
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
                else:
                    cause = _unmet_row(p, s, q, st, part_row, vehicle_row, machine_row, stock_row, partner_row, segment_row)
                    if p.part[q] < 0:  # a ship leaves or is spent as planned: why does no part of the station give it?
                        for own in range(p.part.size):
                            if p.service[own] == v and p.part[own] >= 0 and 2 <= s.unmet[own, st] <= 5:
                                row = _unmet_row(p, s, own, st, part_row, vehicle_row, machine_row, stock_row, partner_row, segment_row)
                                if row >= 0:
                                    cause = row
                                    break
            s.up[st, v] = False
            s.row[st, v] = add(log, t_s, happened.SERVICE_DOWN, st, happened.SERVICE + v, cause, 0.0)
        if not waiting:
            return
    for v in range(count):  # services that went down waiting for each other
        if s.up[st, v] and not now[st, v]:
            s.up[st, v] = False
            s.row[st, v] = add(log, t_s, happened.SERVICE_DOWN, st, happened.SERVICE + v, -1, 0.0)
