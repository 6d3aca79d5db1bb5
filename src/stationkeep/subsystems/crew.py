"""Crew: who is aboard which station, and in whose ship each of them would go home."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from .. import log as happened
from ..log import Log, add

ON_GROUND, ABOARD, HOME, NOT_FLOWN, PERISHED = range(5)


class Params(NamedTuple):
    """People (N), each a stay; seat changes as recorded, in order of time."""

    partner: np.ndarray  # (N,)
    up: np.ndarray  # (N,) flight that brings them, -1 aboard from the start
    resident: np.ndarray  # (N,) bool: stays with the crew that keeps the station; visitors share no load
    own_life: np.ndarray  # (N,) bool: lives on the ship that brought them (Shuttle visitors), not on the station's stores
    seat: np.ndarray  # (N,) first seat home
    change_s: np.ndarray  # (X,)
    change_person: np.ndarray
    change_flight: np.ndarray
    seats: np.ndarray  # (F,) seats of each flight's ship


class State(NamedTuple):
    """One run's people."""

    status: np.ndarray  # (N,)
    station: np.ndarray  # (N,)
    seat: np.ndarray  # (N,) flight
    aboard_s: np.ndarray  # (N,) when they came
    home_s: np.ndarray  # (N,) when they left
    damaged: np.ndarray  # (F,) bool: the ship brings nobody home
    changes: np.ndarray  # (1,) seat changes done
    skip: np.ndarray  # (P,) people of a partner lost to the schedule, not yet missing from a flight
    aboard: np.ndarray  # (S, P) people aboard
    fed: np.ndarray  # (S, P) of them, those who live on the station's stores
    person_s: np.ndarray  # (S, P) person-seconds of those in this step


@njit(cache=True)
def board(p: Params, s: State, flight: int, station: int, flies: np.ndarray, t_s: float, end_s: float, log: Log, row: int) -> int:
    """The crew of a ship that docked comes aboard; partners who take no part stay on the ground.

    Returns how many residents came: visitors hand nothing over.
    """
    came = stay = 0
    for i in range(p.partner.size):
        if p.up[i] != flight or s.status[i] != ON_GROUND:
            continue
        who = p.partner[i]
        if not flies[who] or s.skip[who] > 0:
            s.status[i] = NOT_FLOWN
            if flies[who]:
                s.skip[who] -= 1
            continue
        s.status[i] = ABOARD
        s.station[i] = station
        s.seat[i] = p.seat[i] if p.seat[i] >= 0 else flight
        s.aboard_s[i] = t_s
        s.aboard[station, who] += 1
        if not p.own_life[i]:
            s.fed[station, who] += 1
            s.person_s[station, who] += end_s - t_s
        came += 1
        stay += 1 if p.resident[i] else 0
    if came:
        add(log, t_s, happened.CREW_UP, station, happened.FLIGHT + flight, row, came)
    return stay


@njit(cache=True)
def leave(p: Params, s: State, flight: int, station: int, t_s: float, end_s: float, log: Log, row: int) -> int:
    """Those whose seat is in the departing ship go home, up to its seats. Returns how many."""
    gone = 0
    if s.damaged[flight]:
        return 0
    for i in range(p.partner.size):
        if s.status[i] == ABOARD and s.seat[i] == flight and s.station[i] == station and gone < p.seats[flight]:
            s.status[i] = HOME
            s.home_s[i] = t_s
            s.aboard[station, p.partner[i]] -= 1
            if not p.own_life[i]:
                s.fed[station, p.partner[i]] -= 1
                s.person_s[station, p.partner[i]] -= end_s - t_s
            gone += 1
    if gone:
        add(log, t_s, happened.CREW_HOME, station, happened.FLIGHT + flight, row, gone)
    return gone


@njit(cache=True)
def perish(p: Params, s: State, station: int, t_s: float) -> int:
    """Whoever is still aboard a station that comes down dies with it. Returns how many."""
    lost = 0
    for i in range(p.partner.size):
        if s.status[i] == ABOARD and s.station[i] == station:
            s.status[i] = PERISHED
            s.home_s[i] = t_s
            s.aboard[station, p.partner[i]] -= 1
            s.fed[station, p.partner[i]] -= 0 if p.own_life[i] else 1
            s.person_s[station, p.partner[i]] = 0.0
            lost += 1
    return lost


@njit(cache=True)
def change_due(p: Params, s: State, until_s: float) -> bool:
    """Whether a recorded change of seat has come."""
    return s.changes[0] < p.change_s.size and p.change_s[s.changes[0]] <= until_s


@njit(cache=True)
def change_seats(p: Params, s: State, docked: np.ndarray, flight_station: np.ndarray, until_s: float, log: Log) -> None:
    """Seat liners move as recorded, when the ship they move to is there."""
    while change_due(p, s, until_s):
        i, f = p.change_person[s.changes[0]], p.change_flight[s.changes[0]]
        s.changes[0] += 1
        if s.status[i] == ABOARD and docked[f] and flight_station[f] == s.station[i] and s.seat[i] != f:
            s.seat[i] = f
            add(log, p.change_s[s.changes[0] - 1], happened.RESEATED, s.station[i], happened.FLIGHT + f, -1, 1.0)


@njit(cache=True)
def reseat(p: Params, s: State, docked: np.ndarray, flight_station: np.ndarray, t_s: float, log: Log) -> int:
    """Whoever has no sound ship at hand takes a free seat in another. Returns how many stay without."""
    status, seat, station, damaged = s.status, s.seat, s.station, s.damaged
    without = 0
    for i in range(status.size):
        if status[i] == ABOARD and not (docked[seat[i]] and not damaged[seat[i]] and flight_station[seat[i]] == station[i]):
            without += 1
    if without == 0:
        return 0
    used, moved = np.zeros(p.seats.size, np.int64), np.zeros(p.seats.size, np.int64)
    for i in range(status.size):
        if status[i] == ABOARD:
            used[seat[i]] += 1
    without = 0
    for i in range(status.size):
        if status[i] != ABOARD:
            continue
        f = seat[i]
        if docked[f] and not damaged[f] and flight_station[f] == station[i]:
            continue
        found = False
        for g in range(p.seats.size):
            if docked[g] and not s.damaged[g] and flight_station[g] == s.station[i] and used[g] < p.seats[g]:
                used[f] -= 1
                used[g] += 1
                moved[g] += 1
                s.seat[i] = g
                found = True
                break
        without += 0 if found else 1
    for g in range(moved.size):
        if moved[g] > 0:
            add(log, t_s, happened.RESEATED, flight_station[g], happened.FLIGHT + g, -1, moved[g])
    return without


@njit(cache=True)
def residents(p: Params, s: State, station: int, out: np.ndarray) -> None:
    """Fill `out` (P,) with the residents aboard `station`; visitors bring no working hours."""
    partner, resident, status, where = p.partner, p.resident, s.status, s.station
    out[:] = 0.0
    left = s.aboard[station].sum()
    for i in range(partner.size):
        if status[i] == ABOARD and where[i] == station:
            out[partner[i]] += 1.0 if resident[i] else 0.0
            left -= 1
            if left == 0:
                break


@njit(cache=True)
def share_aboard(p: Params, s: State, i: int, station: int, t_s: float, span_s: float, leaves_s: float, comes_s: float) -> float:
    """Share of the next `span_s` that person `i` is to spend aboard `station`, living on its stores: until `leaves_s` for
    who is there, from `comes_s` to `leaves_s` for who is to come."""
    if p.own_life[i] or (s.status[i] == ABOARD and s.station[i] != station) or s.status[i] > ABOARD:
        return 0.0
    first_s = t_s if s.status[i] == ABOARD else max(comes_s, t_s)
    return max(min(leaves_s, t_s + span_s) - first_s, 0.0) / span_s


@njit(cache=True)
def ship_of(p: Params, s: State, station: int, partner: int) -> int:
    """Ship in which the person of `partner` longest aboard `station` goes home; -1 when none is there."""
    ship, since_s = -1, 1e18
    for i in range(p.partner.size):
        if s.status[i] == ABOARD and s.station[i] == station and p.partner[i] == partner and s.aboard_s[i] < since_s:
            ship, since_s = s.seat[i], s.aboard_s[i]
    return ship


@njit(cache=True)
def split(p: Params, s: State, home: int, into: int, goes: np.ndarray, ship_station: np.ndarray) -> None:
    """Station `into` parts from `home` with the people of the partners in `goes` (P,), and with the ships that
    `ship_station` (F,) says.

    Two whose ships are each on the other side exchange seats; whoever is left then stays with the ship that takes them home.
    """
    stays, leaves = 0, 0
    while stays < p.partner.size and leaves < p.partner.size:
        if s.status[stays] != ABOARD or s.station[stays] != home or goes[p.partner[stays]] or ship_station[s.seat[stays]] != into:
            stays += 1
        elif s.status[leaves] != ABOARD or s.station[leaves] != home or not goes[p.partner[leaves]] or ship_station[s.seat[leaves]] != home:
            leaves += 1
        else:
            s.seat[stays], s.seat[leaves] = s.seat[leaves], s.seat[stays]
    for i in range(p.partner.size):
        if s.status[i] != ABOARD or s.station[i] != home:
            continue
        ship = ship_station[s.seat[i]]
        if ship == into or (ship != home and goes[p.partner[i]]):
            s.station[i] = into
            s.aboard[home, p.partner[i]] -= 1
            s.aboard[into, p.partner[i]] += 1
            if not p.own_life[i]:
                s.fed[home, p.partner[i]] -= 1
                s.fed[into, p.partner[i]] += 1
