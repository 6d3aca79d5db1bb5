"""Joining: a station that meets the main one docks to it and is part of it from then on."""

from __future__ import annotations

import math

from numba import njit

from .. import log as happened
from ..laws import orbit as orbit_law
from ..laws.matter import MOVED, PROPELLANT
from ..laws.matter import REBOOST as FOR_REBOOST
from ..log import Log, add
from ..subsystems import crew, partners, stores, traffic
from .sharing import take_stock
from .world import RunState, Scratch, World

ISP_s = 290.0
"""Of the engines that bring a station to another: as those of Zvezda and Progress (stations/iss/engines.csv)."""


@njit(cache=True)
def meeting_kg(w: World, s: RunState, st: int) -> float:
    """Propellant station `st` burns to meet the main one: the angle between the planes and the difference in altitude at once."""
    first, second = math.radians(w.station_inclination_deg[0]), math.radians(w.station_inclination_deg[st])
    along = math.sin(first) * math.sin(second) * math.cos(s.orbit.raan_rad[0] - s.orbit.raan_rad[st])
    angle = math.acos(min(max(math.cos(first) * math.cos(second) + along, -1.0), 1.0))
    a_m = s.orbit.a_m[0]
    speed = orbit_law.mean_motion(a_m) * a_m
    wanted = math.hypot(2.0 * speed * math.sin(0.5 * angle), 0.5 * speed * abs(s.orbit.a_m[st] - a_m) / a_m)
    return orbit_law.burn_propellant(s.attitude.mass_kg[st], wanted, ISP_s)


@njit(cache=True)
def can_join(w: World, s: RunState, st: int) -> bool:
    """Whether a station and the main one are there, hold their attitude, and the first can pay the way with what is in its tanks."""
    if s.attitude.mass_kg[st] <= 0.0 or s.attitude.mass_kg[0] <= 0.0 or s.orbit.entered[st] or s.orbit.entered[0]:
        return False
    there = stores.total(w.stores, s.stores, st, PROPELLANT, -1, s.traffic.part_station)
    return s.attitude_held[0] and (s.attitude_held[st] or w.simple.is_simple[st]) and meeting_kg(w, s, st) <= there


@njit(cache=True)
def wait(w: World, s: RunState, e: int, t_s: float, log: Log) -> None:
    """Event `e` could not join its station today; the first time the log says why."""
    q, st = s.partners, w.partners.target[e]
    if q.event_row[e] >= 0:
        return
    row = -1
    if not s.attitude_held[0]:
        row = s.attitude_row[0]
    elif s.attitude.mass_kg[st] > 0.0 and not s.attitude_held[st]:
        row = s.attitude_row[st]
    elif s.attitude.mass_kg[st] > 0.0 and not s.orbit.entered[st]:
        row = add(log, t_s, happened.WAY_SHORT, st, happened.STATION + st, -1, meeting_kg(w, s, st))
    q.event_row[e] = add(log, t_s, happened.JOIN_WAITS, 0, happened.EVENT + e, row, 0.0)


@njit(cache=True)
def join(w: World, s: RunState, x: Scratch, st: int, t_s: float, row: int, log: Log) -> None:
    """Parts, ships, people, stores and air of `st` are the main station's, on its orbit; nothing is lost but what the way took."""
    take_stock(w, s, x)
    kg, place, modules = meeting_kg(w, s, st), s.traffic.part_station, w.traffic.part_station.size
    for c in range(w.stores.container_part.size):
        if w.stores.container_resource[c] == PROPELLANT and place[w.stores.container_part[c]] == st:
            burned = min(kg, s.stores.stock_kg[c])
            s.stores.stock_kg[c] -= burned
            x.flow_kg[st, PROPELLANT, FOR_REBOOST] -= burned
            kg -= burned
    take_stock(w, s, x)
    before = x.stock_kg.copy()
    for k in range(place.size):
        if place[k] == st:
            place[k] = 0
            if k < modules:
                s.part_row[k] = row
    s.traffic.changed[0] = True
    for f in range(w.traffic.station.size):  # what was planned to it ends: those of the main station serve both
        if w.traffic.station[f] == st:
            traffic.cancel(w.traffic, s.traffic, f, t_s, row, log)
    take_stock(w, s, x)
    for r in range(stores.STORED):
        for at in (0, st):
            x.flow_kg[at, r, MOVED] += x.stock_kg[at, :, r].sum() - before[at, :, r].sum()
    for i in range(w.crew.partner.size):
        if s.crew.status[i] == crew.ABOARD and s.crew.station[i] == st:
            s.crew.station[i] = 0
    for who in range(s.crew.aboard.shape[1]):
        s.crew.aboard[0, who] += s.crew.aboard[st, who]
        s.crew.fed[0, who] += s.crew.fed[st, who]
        s.crew.person_s[0, who] += s.crew.person_s[st, who]
        s.crew.aboard[st, who] = s.crew.fed[st, who] = 0
        s.crew.person_s[st, who] = 0.0
    s.usual_people[0] += s.usual_people[st]
    s.fitted_kg[0] += s.fitted_kg[st]
    s.usual_people[st] = s.fitted_kg[st] = 0.0
    s.kept_m3[0, :] = -1.0
    s.was_people[st] = False
    s.partners.opened[st] = False
    s.power.parted[0] = False
    for seg in range(2):
        if s.partners.segment_home[seg] == st:
            s.partners.segment_home[seg] = 0
            s.partners.segment_mode[seg] = partners.KEEPS_RUNNING
            s.partners.segment_row[seg] = row


__all__ = ["can_join", "join", "meeting_kg", "wait"]
