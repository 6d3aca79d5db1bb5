"""Crews and their ships: who waits for a relief, who stays on or comes sooner after a loss, and who may come at all."""

from __future__ import annotations

import math

from numba import njit

from .. import log as happened
from ..laws import metabolism
from ..laws import orbit as orbit_law
from ..laws.matter import FOOD, WATER
from ..laws.sun import lit_at_pass
from ..log import Log, add
from ..subsystems import crew, services, stores, traffic
from .world import RunState, World

NEVER_s = 1e18
DAY_s = 86400.0
STEPPE_latitude_rad = math.radians(47.3)
"""Where Soyuz lands, in Kazakhstan, coming from the south-west; a crew that has to come early or late lands by daylight."""


@njit(cache=True)
def riders(s: RunState, f: int) -> int:
    """How many people aboard have their seat home in ship `f`."""
    status, seat, riders = s.crew.status, s.crew.seat, 0
    for i in range(status.size):
        riders += 1 if status[i] == crew.ABOARD and seat[i] == f else 0
    return riders


@njit(cache=True)
def last_crew_waits(w: World, s: RunState, f: int, st: int, t_s: float) -> bool:
    """Whether ship `f`, whose going would empty the station, waits beyond its time for a relief still to come."""
    r = traffic.relieved_by(w.traffic, s.traffic, f)
    if r < 0 or (w.traffic.flown[f] and w.traffic.undock_s[f] < NEVER_s) or s.evacuated[st]:
        return False
    if s.traffic.status[r] == traffic.EN_ROUTE and traffic.free_port(w.traffic, s.traffic, r, s.traffic.next_s[r]) < 0:
        return False  # it takes the port this one leaves
    coming = s.traffic.status[r] == traffic.PLANNED or s.traffic.status[r] == traffic.EN_ROUTE
    last = s.traffic.docked_s[f] + w.traffic.most_s[f]
    who = w.traffic.partner[f]
    flies = st != 0 or (s.partners.flies[who] and s.partners.sends[who])  # who left the main station still flies to its own
    if not coming or not flies or not last <= t_s < last + w.rules.overstay_s:
        return False
    return s.people[st] > 0 and riders(s, f) == s.people[st]


@njit(cache=True)
def stay_on(w: World, s: RunState, group: int, t_s: float, row: int, log: Log) -> None:
    """Crews whose relief the grounding of `group` holds stay on for it, or until the last day their ship can still land by daylight.

    As TMA-21 in 2011 and TMA-15M in 2015. Ships of the record leave as they left.
    """
    p, q = w.traffic, s.traffic
    for f in range(p.partner.size):
        if q.status[f] != traffic.DOCKED or w.crew.seats[f] == 0 or s.crew.damaged[f] or riders(s, f) == 0:
            continue
        r, as_flown = traffic.relieved_by(p, q, f), p.flown[f] and p.undock_s[f] <= w.rules.replay_until_s
        if r < 0 or q.status[r] != traffic.PLANNED or group not in p.groups[r] or as_flown:
            continue
        until_s = q.ground_until_s[traffic.held_by(p, q, r)]
        back_s = max(until_s + p.crew_after_s[r], q.next_s[r]) + p.transit_s[r]
        last_s = q.docked_s[f] + p.most_s[f]
        if until_s <= q.next_s[r] or q.next_s[f] >= NEVER_s:
            continue
        leaves_s = last_s
        if back_s > last_s and p.partner[f] == w.ru_partner:
            leaves_s = _last_daylight_s(w, s, q.part_station[p.part_station.size + f], t_s, last_s)
        planned_s = p.undock_s[f] if p.undock_s[f] < NEVER_s else q.docked_s[f] + p.stay_s[f]
        leaves_s = max(leaves_s, min(planned_s, last_s), t_s)
        if abs(leaves_s - q.next_s[f]) >= DAY_s:
            q.next_s[f] = leaves_s
            q.row[f] = add(log, t_s, happened.KEPT_ON, p.station[f], happened.FLIGHT + f, row, (leaves_s - planned_s) / DAY_s)


@njit(cache=True)
def _last_daylight_s(w: World, s: RunState, st: int, t_s: float, last_s: float) -> float:
    """The last day up to `last_s` on which a Soyuz from station `st` can land by daylight; `last_s` when there is none."""
    tilt = math.radians(w.station_inclination_deg[st])
    drift = orbit_law.node_rate(s.orbit.a_m[st], tilt)
    day_s = last_s
    while day_s > t_s:
        if lit_at_pass(tilt, s.orbit.raan_rad[st] + drift * (day_s - t_s), day_s, STEPPE_latitude_rad):
            return day_s
        day_s -= DAY_s
    return last_s


@njit(cache=True)
def bring_crew_forward(w: World, s: RunState, lost: int, t_s: float, row: int, log: Log) -> None:
    """A crew was lost at launch or has to go home early: the next crew of its kind comes sooner, none on short notice."""
    p, q, best = w.traffic, s.traffic, -1
    for f in range(p.partner.size):
        if p.flown[f] or q.status[f] != traffic.PLANNED or p.groups[f, 0] != p.groups[lost, 0] or p.station[f] != p.station[lost]:
            continue
        if w.crew.seats[f] > 0 and p.crew_after_s[f] > 0.0 and q.next_s[f] < NEVER_s and (best < 0 or q.next_s[f] < q.next_s[best]):
            best = f
    if best < 0:
        return
    sooner_s = max(q.next_s[best] - w.rules.crew_forward_s, t_s + w.rules.crew_notice_s)
    if sooner_s < q.next_s[best]:
        q.row[best] = add(
            log, t_s, happened.BROUGHT_FORWARD, p.station[best], happened.FLIGHT + best, row, (q.next_s[best] - sooner_s) / DAY_s
        )
        q.next_s[best] = sooner_s


@njit(cache=True)
def send_rescue(w: World, s: RunState, damaged: int, without: int, t_s: float, row: int, log: Log) -> None:
    """The next crew ship of the damaged one's family, or of another where none of it is due in time, leaves as many people on the
    ground as are `without` a seat, and comes sooner; unless one with room is to come anyway.

    As Soyuz 34 in 1979 and MS-23 in 2023; Crew-9 in 2024 left two of four.
    """
    p, q, best, kin, best_s = w.traffic, s.traffic, -1, False, NEVER_s
    st = q.part_station[p.part_station.size + damaged]
    if without == 0 or not w.rules.rescues or room_comes(w, s, st, t_s):
        return
    for f in range(p.partner.size):
        if p.flown[f] or q.status[f] != traffic.PLANNED or p.station[f] != st or w.crew.seats[f] == 0 or q.next_s[f] >= NEVER_s:
            continue
        due_s = traffic.coming_s(p, q, f, t_s, w.rules.slip_s)
        alike = p.groups[f, 0] == p.groups[damaged, 0] and due_s - w.rules.crew_forward_s < t_s + w.rules.leave_after_no_seat_s
        if best < 0 or (alike and not kin) or (alike == kin and due_s < best_s):
            best, kin, best_s = f, alike, due_s
    if best < 0:
        return
    left = without - _free_seats(w, s, best)
    if left <= 0:
        return  # it has been told before
    for i in range(w.crew.partner.size):
        if left > 0 and w.crew.up[i] == best and s.crew.status[i] == crew.ON_GROUND:
            s.crew.status[i] = crew.NOT_FLOWN
            left -= 1
    sooner_s = max(q.next_s[best] - w.rules.crew_forward_s, t_s + w.rules.crew_notice_s)
    q.next_s[best] = min(q.next_s[best], sooner_s)
    q.row[best] = add(log, t_s, happened.RESCUE, st, happened.FLIGHT + best, row, without)


@njit(cache=True)
def _free_seats(w: World, s: RunState, f: int) -> int:
    """Seats of a ship to come that nobody flies up in."""
    free = w.crew.seats[f]
    for i in range(w.crew.partner.size):
        free -= 1 if w.crew.up[i] == f and s.crew.status[i] == crew.ON_GROUND else 0
    return free


@njit(cache=True)
def room_comes(w: World, s: RunState, st: int, t_s: float) -> bool:
    """Whether a crew ship with free seats is to come soon enough for those without one to wait for it."""
    for f in range(w.crew.seats.size):
        if w.crew.seats[f] > 0 and w.traffic.station[f] == st and s.traffic.status[f] <= traffic.EN_ROUTE:
            due_s = traffic.coming_s(w.traffic, s.traffic, f, t_s, w.rules.slip_s)
            if due_s < t_s + w.rules.leave_after_no_seat_s and _free_seats(w, s, f) > 0:
                return True
    return False


@njit(cache=True)
def takes_ships(w: World, s: RunState, st: int, f: int) -> bool:
    """Whether flight `f` can be sent to a station: it is in orbit, holds its attitude, and is fit for people if it brings any;
    an empty one must have air, and food and water for them to live on."""
    if s.orbit.entered[st] or not (s.attitude_held[st] or w.simple.is_simple[st]):
        return False
    if w.crew.seats[f] == 0:
        return True
    up = s.services.up[st]
    air = up[services.CO2] and up[services.OXYGEN] and up[services.PRESSURE]
    return not s.evacuated[st] and (s.people[st] > 0 or (air and _has_stores(w, s, st, f)))


@njit(cache=True)
def _has_stores(w: World, s: RunState, st: int, f: int) -> bool:
    """Whether a station can feed the crew of flight `f` for their stay, or for the reserve if that is shorter."""
    c, people = w.life_support.crew, 0
    for i in range(w.crew.partner.size):
        people += 1 if w.crew.up[i] == f else 0
    need_s = people * min(w.rules.reserve_s, w.traffic.stay_s[f])
    food = stores.total(w.stores, s.stores, st, FOOD, -1, s.traffic.part_station)
    water = stores.total(w.stores, s.stores, st, WATER, -1, s.traffic.part_station)
    return food >= need_s * metabolism.food_as_shipped(c) and water >= need_s * (c.drink + c.flush)
