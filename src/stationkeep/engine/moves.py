"""The paragraphs of a step: where one subsystem's outcome becomes another's input, and rules act."""

from __future__ import annotations

import numpy as np
from numba import njit

from .. import log as happened
from ..laws.matter import (
    FOOD,
    MOVED,
    NITROGEN,
    OXYGEN,
    PROPELLANT,
    REMOVED,
    REPAIR,
    SPARES,
    SUPPLIES,
    TOILET,
    WATER,
)
from ..log import Log, add
from ..subsystems import crew, equipment, orbit, partners, services, stores, traffic
from . import configuration, joining, upkeep
from .crews import bring_crew_forward, last_crew_waits, riders, send_rescue, stay_on, takes_ships
from .sharing import take_stock
from .supply import load, review, unload
from .world import Luck, RunState, Scratch, World

NEVER_s = 1e18
DAY_s = 86400.0
LOGGED_AS = (
    happened.WITHDRAW, happened.REJOIN, happened.EXTEND, happened.SEPARATE, happened.RETIRE, happened.FAIL, happened.GROUND,
    happened.DAMAGE, happened.LOSE_PERSON, happened.OPENED, happened.FUND, happened.JOIN,
)  # fmt: skip
"""Row an event leaves, by its kind in `subsystems.partners`."""


@njit(cache=True)
def begin(w: World, s: RunState, x: Scratch, dt_s: float) -> None:
    """Clear what a step counts."""
    if not x.settled[0]:
        take_stock(w, s, x)
    x.dockings[:] = 0.0
    x.arrivals[:] = 0.0
    x.inferred[:] = 0.0
    x.eva_kg[:] = 0.0
    s.traffic.changed[0] = False
    for st in range(s.crew.aboard.shape[0]):
        for p in range(s.crew.aboard.shape[1]):
            s.crew.person_s[st, p] = s.crew.fed[st, p] * dt_s


@njit(cache=True)
def burn_up(w: World, s: RunState, x: Scratch, t1_s: float, log: Log) -> None:
    """A station that came down is no more, with its ships, all that was aboard, and whoever had no ship to leave in."""
    for st in range(s.people.size):
        if not s.orbit.entered[st] or s.attitude.mass_kg[st] <= 0.0:
            continue
        take_stock(w, s, x)
        for r in range(stores.STORED):
            x.flow_kg[st, r, REMOVED] -= x.stock_kg[st, :, r].sum()
        lost = crew.perish(w.crew, s.crew, st, t1_s)
        if lost > 0:
            s.crew_row[st] = add(log, t1_s, happened.PERISHED, st, happened.STATION + st, s.limit_row[st, 0], lost)
            people(s)
        traffic.remove(w.traffic, s.traffic, st)


@njit(cache=True)
def events(w: World, s: RunState, luck: Luck, x: Scratch, t0_s: float, t1_s: float, log: Log) -> None:
    """Events whose date or condition has come, earliest first."""
    people(s)
    if partners.learn(s.partners, t1_s):
        s.equipment.changed[0] = True
    while True:
        e = partners.due(w.partners, s.partners, s.people, t1_s, t0_s)
        if e < 0:
            return
        if w.partners.kind[e] == partners.JOIN and not joining.can_join(w, s, w.partners.target[e]):
            joining.wait(w, s, e, t1_s, log)
            s.partners.event_s[e] = t1_s + DAY_s  # another day
            continue
        s.partners.done[e] = True
        s.equipment.changed[0] = True
        _apply(w, s, luck, x, e, min(max(s.partners.event_s[e], t0_s), t1_s), log)
        people(s)


@njit(cache=True)
def people(s: RunState) -> None:
    """People aboard each station now."""
    for st in range(s.people.size):
        s.people[st] = s.crew.aboard[st].sum()
        if s.people[st] > 0:
            s.was_people[st] = True
            s.partners.was_crewed[st] = True


@njit(cache=True)
def _apply(w: World, s: RunState, luck: Luck, x: Scratch, e: int, t_s: float, log: Log) -> None:
    """One event and what follows from it at once."""
    p, q = w.partners, s.partners
    kind, who, seg = p.kind[e], p.partner[e], p.segment[e]
    row = add(log, t_s, LOGGED_AS[kind], 0, happened.EVENT + e, -1, p.people[e] if kind == partners.LOSE_PERSON else 0.0)
    q.event_row[e] = row
    if kind == partners.WITHDRAW:
        partners.withdraw(p, q, e, t_s, row, log)
        if p.takes[e] & partners.TAKES_FLIGHTS:
            for f in range(w.traffic.partner.size):
                if w.traffic.partner[f] == who and w.traffic.station[f] == 0 and not w.traffic.flown[f]:
                    if w.traffic.after[f] < 0:
                        _note_supply(w, s, f, row)
                    if w.traffic.after[f] < 0 or w.traffic.after[f] == e:
                        traffic.cancel(w.traffic, s.traffic, f, t_s, row, log)
        if p.takes[e] & partners.TAKES_PROPELLANT:
            for f in range(w.traffic.partner.size):
                if w.traffic.partner[f] == who and w.traffic.station[f] == 0 and w.ships.refuel_kg[f] > 0.0:
                    s.supply_row[0, PROPELLANT] = row
        if p.takes[e] & partners.TAKES_CREWS:
            _call_home(w, s, who, t_s, row)
        if seg >= 0 and p.mode[e] == partners.POWERED_DOWN:
            add(log, t_s, happened.POWERED_DOWN, 0, happened.PARTNER + who, row, 0.0)
        if seg >= 0 and p.mode[e] == partners.HANDED_OVER:
            add(log, t_s, happened.HANDED_OVER, 0, happened.PARTNER + who, row, 0.0)
        if seg >= 0 and p.mode[e] == partners.SEPARATED and q.opened[0]:
            _separate(w, s, x, e, t_s, row, log)
    elif kind == partners.REJOIN:
        partners.rejoin(p, q, e, row)
    elif kind == partners.JOIN:
        joining.join(w, s, x, p.target[e], t_s, row, log)
    elif kind == partners.SEPARATE and q.opened[0]:  # from a station that was given up nothing parts: it comes down whole
        _separate(w, s, x, e, t_s, row, log)
    elif kind == partners.RETIRE:
        leave_station(w, s, p.target[e], t_s, row, log)
        q.opened[p.target[e]] = False
        q.retired_row[p.target[e]] = row
    elif kind == partners.FAIL and p.target[e] >= 0:
        equipment.fail(w.equipment, s.equipment, p.target[e], t_s, row, p.for_s[e], log)
    elif kind == partners.GROUND:
        traffic.ground(s.traffic, p.target[e], t_s + p.for_s[e], row)
        stay_on(w, s, p.target[e], t_s, row, log)
    elif kind == partners.DAMAGE:
        f = p.target[e]
        s.crew.damaged[f] = True
        st = s.traffic.part_station[w.traffic.part_station.size + f]
        if st >= 0:
            s.crew_row[st] = row
            send_rescue(w, s, f, _seats(w, s, x, t_s, log), t_s, row, log)
    elif kind == partners.LOSE_PERSON:
        f = p.target[e]  # the ship that is named, if it is there
        if f < 0 or s.traffic.status[f] != traffic.DOCKED:
            f = crew.ship_of(w.crew, s.crew, 0, who) if p.mode[e] == partners.ABOARD else -1
        if f >= 0:
            s.traffic.next_s[f] = min(s.traffic.next_s[f], t_s)
            s.traffic.row[f] = row
            bring_crew_forward(w, s, f, t_s, row, log)
        else:
            s.crew.skip[who] += p.people[e]
    elif kind == partners.OPEN:
        st = p.target[e]
        q.opened[st] = True
        for k in range(w.traffic.part_station.size):
            if w.traffic.part_station[k] == st and w.traffic.part_arrive_s[k] >= NEVER_s and w.traffic.part_brought_by[k] < 0:
                s.traffic.part_station[k] = st
                s.traffic.changed[0] = True
        configuration.count_stores(w, s, x)
    elif kind == partners.FUND:
        q.fund_event[who] = e
    traffic.gate(w.traffic, s.traffic, luck.traffic, e, t_s, row, log)


@njit(cache=True)
def _note_supply(w: World, s: RunState, f: int, row: int) -> None:
    """Remember why a flight will not bring what it was to bring."""
    st = w.traffic.station[f]
    for r in range(w.ships.cargo_kg.shape[1]):
        if w.ships.cargo_kg[f, r] > 0.0:
            s.supply_row[st, r] = row
    if w.ships.tank_kg[f] > 0.0:
        s.supply_row[st, PROPELLANT] = row
    if w.crew.seats[f] > 0:
        s.crew_row[st] = row


@njit(cache=True)
def _call_home(w: World, s: RunState, who: int, t_s: float, row: int) -> None:
    """Ships in which people of a leaving partner have their seats, and that partner owns, leave now."""
    modules = w.traffic.part_station.size
    for f in range(w.traffic.partner.size):
        if s.traffic.status[f] == traffic.DOCKED and w.traffic.partner[f] == who and w.crew.seats[f] > 0:
            if s.traffic.part_station[modules + f] == 0:
                s.traffic.next_s[f] = min(s.traffic.next_s[f], t_s)
                s.traffic.row[f] = row


@njit(cache=True)
def _separate(w: World, s: RunState, x: Scratch, e: int, t_s: float, row: int, log: Log) -> None:
    """A segment becomes a station of its own, with its ships, stores, people and orbit."""
    seg, into = w.partners.segment[e], w.partners.into[e]
    goes = np.zeros(w.partner_crew_segment.size, np.bool_)
    for p in range(goes.size):
        goes[p] = w.partner_crew_segment[p] == seg
    _share_out(w, s, seg)
    take_stock(w, s, x)
    before = x.stock_kg.copy()
    traffic.separate(w.traffic, s.traffic, seg, 0, into)
    s.partners.segment_home[seg] = into
    s.partners.segment_row[seg] = row
    s.power.parted[0] = seg == partners.US
    if seg == partners.RUSSIAN:  # the tanks of the rest were in it
        s.supply_row[0, PROPELLANT] = row
    for k in range(s.part_row.size):
        if s.traffic.part_station[k] == into:
            s.part_row[k] = row
    b = w.bodies
    for k in range(w.traffic.part_station.size):  # what is fitted in its modules goes along, and is not fitted again
        if s.traffic.part_station[k] == into:
            fitted_kg = configuration.outfitted_kg(b.outfit_kg[k], b.arrive_s[k], b.outfit_s, t_s)
            s.fitted_kg[into] += fitted_kg
            s.fitted_kg[0] -= fitted_kg
    take_stock(w, s, x)
    for st in range(before.shape[0]):
        for r in range(before.shape[2]):
            x.flow_kg[st, r, MOVED] += x.stock_kg[st, :, r].sum() - before[st, :, r].sum()
    orbit.split(s.orbit, 0, into)
    usual = s.usual_people[0]
    crew.split(w.crew, s.crew, 0, into, goes, s.traffic.part_station[w.traffic.part_station.size :])
    s.usual_people[into] = min(float(s.crew.aboard[into].sum()), usual)
    s.usual_people[0] = usual - s.usual_people[into]
    s.kept_m3[into, :] = -1.0
    for p in range(goes.size):
        if goes[p]:
            s.crew.person_s[into, p] += s.crew.person_s[0, p]
            s.crew.person_s[0, p] = 0.0
    s.attitude_held[into] = s.attitude_held[0]
    s.core_power[into] = s.core_power[0]
    for v in range(s.services.up.shape[1]):
        s.services.up[into, v] = s.services.up[0, v]
        s.services.row[into, v] = s.services.row[0, v]
        s.services.giver[into, v] = s.services.giver[0, v]
    s.heat_ok[into, :] = True
    s.partners.opened[into] = True
    s.crew_row[into] = row
    s.crew_row[0] = row
    add(log, t_s, happened.SEPARATE, into, happened.STATION + into, row, 0.0)
    people(s)


@njit(cache=True)
def _share_out(w: World, s: RunState, seg: int) -> None:
    """Before a segment parts, food, water, goods and gas are carried over until each side has its people's share of them: those
    whose ship is docked there go with it."""
    people = going = 0
    for i in range(w.crew.partner.size):
        if s.crew.status[i] == crew.ABOARD and s.crew.station[i] == 0:
            port = s.traffic.port[s.crew.seat[i]]
            people += 1
            going += 1 if port >= 0 and w.traffic.part_segment[w.traffic.port_part[port]] == seg else 0
    if people == 0:
        return
    part, kind, stock, capacity = w.stores.container_part, w.stores.container_resource, s.stores.stock_kg, w.stores.capacity_kg
    place, side = s.traffic.part_station, w.traffic.part_segment
    for r in (FOOD, SUPPLIES, TOILET, WATER, OXYGEN, NITROGEN):
        total = there = 0.0
        for c in range(part.size):
            if kind[c] == r and place[part[c]] == 0:
                total += stock[c]
                there += stock[c] if side[part[c]] == seg else 0.0
        left = total * going / people - there
        into_segment, left = left > 0.0, abs(left)
        for c in range(part.size):
            if kind[c] != r or place[part[c]] != 0 or (side[part[c]] == seg) == into_segment:
                continue
            for d in range(part.size):
                if left > 0.0 and kind[d] == r and place[part[d]] == 0 and (side[part[d]] == seg) == into_segment:
                    kg = max(min(left, stock[c], capacity[d] - stock[d]), 0.0)
                    stock[c] -= kg
                    stock[d] += kg
                    left -= kg


@njit(cache=True)
def leave_station(w: World, s: RunState, st: int, t_s: float, cause: int, log: Log) -> None:
    """Everyone goes home now with the ships at hand; nobody flies there until the station is fit again.

    Where the record holds, its ships leave as they left: a rule never rewrites what was flown.
    """
    if t_s <= w.rules.replay_until_s:
        return
    row = cause
    if s.people[st] > 0 and not s.evacuated[st]:
        row = add(log, t_s, happened.EVACUATE, st, happened.STATION + st, cause, s.people[st])
        s.crew_row[st] = row
    s.evacuated[st] = True
    for f in range(w.traffic.partner.size):
        if s.traffic.status[f] == traffic.DOCKED and w.crew.seats[f] > 0:
            if s.traffic.part_station[w.traffic.part_station.size + f] == st:
                s.traffic.next_s[f] = min(s.traffic.next_s[f], t_s)
                s.traffic.row[f] = row


@njit(cache=True)
def cut_crew(w: World, s: RunState, x: Scratch, st: int, t_s: float, cause: int, log: Log) -> bool:
    """The crew ship docked longest goes home with its people so that the stores last the others; False when it is the
    only one with people, or when what was flown stands.

    As in 2003, when the crew went from three to two because supplies came by Progress alone (incidents.csv, columbia).
    """
    if t_s <= w.rules.replay_until_s:
        return False
    first, ships = -1, 0
    for i in range(x.ships_count[0]):
        f = x.ships[i]
        if x.flight_station[f] != st or s.crew.damaged[f] or riders(s, f) == 0:
            continue
        ships += 1
        if first < 0 or s.traffic.docked_s[f] < s.traffic.docked_s[first]:
            first = f
    if ships < 2:
        return False
    s.traffic.next_s[first] = min(s.traffic.next_s[first], t_s)
    s.traffic.row[first] = add(log, t_s, happened.CREW_CUT, st, happened.FLIGHT + first, cause, s.people[st])
    return True


@njit(cache=True)
def flights(w: World, s: RunState, luck: Luck, x: Scratch, t1_s: float, log: Log) -> None:
    """Launches, dockings, undockings and seat changes up to the end of the step, in order of time."""
    modules = w.traffic.part_station.size
    quiet = x.settled[0] and not s.equipment.changed[0]
    while True:
        f = traffic.next_flight(s.traffic, t1_s)
        if f < 0:
            break
        quiet = False
        t_s = s.traffic.next_s[f]
        status = s.traffic.status[f]
        st = s.traffic.part_station[modules + f] if status == traffic.DOCKED else w.traffic.station[f]
        if status == traffic.DOCKED:
            _seats(w, s, x, t_s, log)
            kept = s.crew.damaged[f] and riders(s, f) > 0 and t_s > w.rules.replay_until_s and not s.evacuated[st]
            if kept or last_crew_waits(w, s, f, st, t_s):  # a damaged ship is better than none; and a relief may still come
                s.traffic.next_s[f] = t_s + DAY_s
                continue
            _last_ship(w, s, f, st, t_s, log)
            crew.leave(w.crew, s.crew, f, st, t_s, t1_s, log, s.traffic.row[f])
            unload(w, s, x, f, st)
        habitable = w.traffic.flown[f] or (s.partners.opened[st] and takes_ships(w, s, st, f))
        if status == traffic.EN_ROUTE:
            habitable = w.traffic.flown[f] or not w.ships.caught[f] or s.services.up[st, services.ROBOTICS]
        if status == traffic.PLANNED and not w.traffic.flown[f] and not _goes_up(w, s, f):
            if st == 0:
                traffic.cancel(w.traffic, s.traffic, f, t_s, s.partners.row[w.traffic.partner[f]], log)
                _note_supply(w, s, f, s.traffic.row[f])
                continue
        if status == traffic.PLANNED and not w.traffic.flown[f]:
            paid_by = s.partners.fund_event[w.traffic.partner[f]]
            if paid_by >= 0 and w.partners.unpaid[paid_by, f]:
                traffic.cancel(w.traffic, s.traffic, f, t_s, s.partners.event_row[paid_by], log)
                _note_supply(w, s, f, s.traffic.row[f])
                continue
        what = traffic.happen(w.traffic, s.traffic, luck.traffic, f, habitable, log)
        row = s.traffic.row[f]
        if what == 1:
            st = s.traffic.part_station[modules + f]
            x.dockings[st] += w.ships.port_turns[s.traffic.port[f]]
            upkeep.ship_work(w, s, f, st)
            load(w, s, x, f, st, t_s, log)
            sends = s.partners.sends
            if st != 0:
                sends = np.ones(sends.size, np.bool_)
            x.arrivals[st] += crew.board(w.crew, s.crew, f, st, sends, t_s, t1_s, log, row)
            s.part_row[modules + f] = row
        elif what == 2:
            x.dockings[st] += w.ships.port_turns[s.traffic.port[f]]
            upkeep.ship_work(w, s, f, st)
            s.part_row[modules + f] = row
            s.vehicle_row[st, w.ships.vehicle[f]] = row
            if w.crew.seats[f] > 0:
                s.crew_row[st] = row
            _seats(w, s, x, t_s, log)
        elif what == 0 and status == traffic.PLANNED and s.traffic.status[f] == traffic.LOST:
            _note_supply(w, s, f, row)
            if not w.traffic.flown[f]:
                review(w, s, f, st, t_s)
                stay_on(w, s, w.traffic.groups[f, 0], t_s, row, log)
                if w.crew.seats[f] > 0:
                    bring_crew_forward(w, s, f, t_s, row, log)
        elif s.traffic.status[f] == traffic.LOST or s.traffic.status[f] == traffic.CANCELLED or s.traffic.held[f]:
            _note_supply(w, s, f, row)
        people(s)
    traffic.relocate(w.traffic, s.traffic, t1_s)
    if not quiet or s.traffic.changed[0] or crew.change_due(w.crew, s.crew, t1_s):
        _seats(w, s, x, t1_s, log)
        people(s)


@njit(cache=True)
def _goes_up(w: World, s: RunState, f: int) -> bool:
    """Whether the partner of flight `f` flies it to the main station: a ship with seats only with people of its own to fly it."""
    who = w.traffic.partner[f]
    return s.partners.flies[who] and (s.partners.sends[who] or w.crew.seats[f] == 0)


@njit(cache=True)
def _last_ship(w: World, s: RunState, f: int, st: int, t_s: float, log: Log) -> None:
    """Before ship `f` leaves: who must go and has no other takes even a damaged one, as MS-22 was kept for; and where it
    empties the station as planned the log says that nobody was to follow."""
    if s.evacuated[st]:
        s.crew.damaged[f] = False
    row = s.traffic.row[f]
    as_planned = t_s > w.rules.replay_until_s and (row < 0 or log.kind[row] == happened.DOCKING)
    if as_planned and w.traffic.relief[f] < 0 and s.people[st] > 0 and riders(s, f) == s.people[st]:
        s.traffic.row[f] = add(log, t_s, happened.NO_RELIEF, st, happened.FLIGHT + f, -1, 0.0)


@njit(cache=True)
def _seats(w: World, s: RunState, x: Scratch, t_s: float, log: Log) -> int:
    """Where each docked ship is, and recorded changes of seat; how many are left without a seat."""
    modules = w.traffic.part_station.size
    docked, station, ships, status, place = x.docked, x.flight_station, x.ships, s.traffic.status, s.traffic.part_station
    count = 0
    for f in range(docked.size):
        docked[f] = status[f] == traffic.DOCKED
        station[f] = place[modules + f]
        if docked[f]:
            ships[count] = f
            count += 1
    x.ships_count[0] = count
    crew.change_seats(w.crew, s.crew, x.docked, x.flight_station, t_s, log)
    return crew.reseat(w.crew, s.crew, x.docked, x.flight_station, t_s, log)


@njit(cache=True)
def failures(w: World, s: RunState, luck: Luck, x: Scratch, t0_s: float, t1_s: float, log: Log) -> None:
    """Machines wear out; those waiting are repaired when crew, spares and those who run the segment allow."""
    e, p = s.equipment, w.equipment
    moved = configuration.is_new_date(w, s, t1_s) or s.traffic.changed[0] or not x.settled[0]
    if moved:
        equipment.place(p, e, s.traffic.part_station, t1_s)
    if equipment.wear(p, e, luck.life_s, s.partners.repair_row, t0_s, t1_s, log):
        _repair(w, s, x, luck, t1_s, log)
    x.anew[0], x.moved[0] = e.changed[0] or moved, moved
    e.changed[0] = False
    x.settled[0] = True
    s.power.settled[0] = s.thermal.settled[0] = s.life_support.settled[0] = not x.anew[0]
    s.power.settled[1] = not moved


@njit(cache=True)
def _repair(w: World, s: RunState, x: Scratch, luck: Luck, t1_s: float, log: Log) -> None:
    """Repair what waits for it where people, spares and a way to get at it are there; else try again later."""
    e, p = s.equipment, w.equipment
    up, change_s, at = e.up, e.change_s, e.station
    for m in range(at.size):
        if up[m] or change_s[m] > t1_s or at[m] < 0:
            continue
        st, who, seg = e.station[m], p.operator[m], p.segment[m]
        kg, q = p.spare_kg[m], s.partners
        able = s.people[st] > 0 and upkeep.can_reach(w, s, m, st) and q.operates[who, seg]
        if able and q.repaired_s[who] <= t1_s and (kg == 0.0 or q.spares_s[who] <= t1_s):
            spares_of = upkeep.spares_of(w, s, w.repairs_by[who])
            if upkeep.spares_kg(w, s, st) >= kg:
                got = stores.take(w.stores, s.stores, st, SPARES, spares_of, kg, s.traffic.part_station, q.spares_share)
                x.flow_kg[st, SPARES, REPAIR] -= got
                upkeep.throw_away(w, s, x, st, spares_of, got, REPAIR)
                upkeep.repaired(w, s, x, m, st, t1_s, log)
                equipment.restore(p, e, m, t1_s, luck.life_s, log)
                continue
        e.change_s[m] = t1_s + equipment.RETRY_s
