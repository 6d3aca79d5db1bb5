"""What a step means for people: hours, reserves, the rules that act, the requirements that break, the row that is kept."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from .. import log as happened
from ..laws import crew_time, metabolism, radiation
from ..laws import life_support as law
from ..laws import orbit as orbit_law
from ..laws.matter import CANDLES, FOOD, NITROGEN, OXYGEN, PROPELLANT, SUPPLIES, TOILET, WATER
from ..log import Log, add
from ..subsystems import crew, life_support, services, traffic
from . import upkeep
from .crews import riders, room_comes, send_rescue
from .moves import cut_crew, leave_station
from .sharing import research, take_stock
from .supply import bring_forward
from .world import (
    ALTITUDE,
    AREA,
    BETA,
    CAPABLE,
    DENSITY,
    DEPTH,
    DOSE,
    GENERATION,
    INFERRED_DV,
    MASS,
    MOMENTUM,
    PAYLOAD,
    PEOPLE,
    RAAN,
    RATED,
    REBOOST_DV,
    SEATS,
    SHED,
    USABLE,
    USED,
    CO2_kPa,
    Luck,
    PRESSURE_kPa,
    Rows,
    RunState,
    Scratch,
    World,
)

NEVER_s = 1e18
DAY_s = 86400.0
WEEK_s = 7 * DAY_s
YEAR_s = 365.25 * DAY_s
FIRST_DAY_s = 3 * DAY_s
"""After the first day of the sky, which is the day before the run: no later than this, a stock was short from the start."""
RESERVE_RESOURCE = (FOOD, WATER, OXYGEN, PROPELLANT, SUPPLIES, TOILET)
REQUIRED_SERVICE = (
    services.REBOOST, services.DESATURATION, services.CO2, services.OXYGEN, services.THERMAL, services.COMMAND,
    services.PRESSURE, services.POWER,
)  # fmt: skip
"""Services asked for by name, in the order of `model.scenario.REQUIRED_VARIABLES` from reboost_up on."""
BACKLOG = (upkeep.REPAIR_US, upkeep.SHIP_US, upkeep.EVA_US, upkeep.HANDOVER, upkeep.OUTFIT_US)
"""Column of the backlog each load of the week comes from; of two, the one of the US segment."""
MOST_WAITING_h = 600.0
"""Of one kind of work that may wait for want of time: eight weeks of three people; what is beyond is dropped. Assumed."""
ACTIVE_SUN_f107 = 150.0
"""81-day mean of F10.7 above which the Sun counts as active: exceeded on a fifth of the days of 2000-2024
(orbit/space_weather.csv.gz)."""
STAY_margin_s = 5 * DAY_s
"""Food left when the ship that is due docks, without which nobody waits for it: in December 2004 the crew was to leave five
days after the docking planned for Progress M-51 (spacedaily.com iss-04zzzg)."""
REMEMBERED_s = 400 * DAY_s
"""A flight lost or grounded longer ago explains no shortage: ships that were to come after it have come. Assumed."""
LONG_d = 9999.0
"""Reserve written when nothing is used."""


@njit(cache=True)
def hours(w: World, s: RunState, x: Scratch, dt_s: float, t1_s: float) -> None:
    """The working week at each station; traffic and handover loads decay as they are worked off."""
    c = w.crew_time
    x.hours[:] = 0.0
    for st in range(s.people.size):
        people = s.crew.aboard[st].sum()
        s.backlog_h[st, upkeep.HANDOVER] += x.arrivals[st] * c.rules.arrival_h
        if people <= 0:
            continue
        volume, aged, load, counts = x.kept_m3[st], x.kept_y, x.load_h, x.residents
        load[:] = 0.0
        for g in range(2):
            dated = x.dated_m3[st, g]  # a part of no known day is as new
            aged[g] = dated / volume[g] * max(t1_s - x.came_s[st, g], 0.0) / YEAR_s if dated > 0.0 else 0.0
        share = c.share_frac[0]
        for d in range(c.share_from_s.size):
            if c.share_from_s[d] <= t1_s:
                share = c.share_frac[d]
        crew.residents(w.crew, s.crew, st, counts)
        owed, cooperation_frac = x.owed, c.cooperation_frac
        for who in range(owed.size):  # nobody works for who has left, and who has left works for nobody
            owed[who] = share[who]
            if not s.partners.takes_part[who]:
                owed[who] = share[who] if counts[who] > 0.0 else 0.0
                cooperation_frac = 0.0 if counts[who] > 0.0 else cooperation_frac
        upkeep.outfit(w, s, st, volume)
        upkeep.work_off(w, s, st, counts, load, crew_time.spread_h(1.0, dt_s), WEEK_s / dt_s)
        crew_time.share_week(
            c.rules, counts, w.partner_crew_segment, volume, aged, load, owed, cooperation_frac, x.hours[st], x.matrix, x.week
        )
        if st > 0:  # the shares of the agreement are those of the main station's laboratories
            own, other = x.hours[st, :, crew_time.OWN_RESEARCH], x.hours[st, :, crew_time.OTHER_RESEARCH]
            own += other
            other[:] = 0.0
            x.hours[st, :, crew_time.SERVED_BY_OTHERS] = 0.0
        _put_back(s, st, load, x.hours[st], dt_s / WEEK_s)
        work = x.hours[st, :, crew_time.OWN_RESEARCH].sum() + x.hours[st, :, crew_time.OTHER_RESEARCH].sum()
        research(w, s, x, st, work * dt_s / WEEK_s * c.research_kg_per_h)


@njit(cache=True)
def _put_back(s: RunState, st: int, load: np.ndarray, hours: np.ndarray, weeks: float) -> None:
    """What nobody had time for waits; only upkeep passed over is not made up. load: (segment, use), hours: (partner, use)."""
    backlog = s.backlog_h[st]
    for j in range(load.shape[1]):
        asked = load[0, j] + load[1, j]
        done = 0.0
        for k in range(hours.shape[0]):
            done += hours[k, crew_time.UPKEEP + 1 + j]
        if asked - done <= 1e-9:
            continue
        for g in range(2):
            column = upkeep.HANDOVER if j == 3 else BACKLOG[j] + g
            left = load[g, j] * (1.0 - done / asked) * weeks
            backlog[column] = max(backlog[column], min(backlog[column] + left, MOST_WAITING_h))


@njit(cache=True)
def reserves(w: World, s: RunState, luck: Luck, x: Scratch, t1_s: float, dt_s: float, log: Log) -> None:
    """Reserves in days by commodity, and what runs low because of which flight."""
    take_stock(w, s, x)
    for st in range(s.people.size):
        people = min(s.usual_people[st], float(s.people[st]))  # a handover does not count, a smaller crew does
        _people_use(w, people, x.use_kg_per_s)
        for j in range(len(RESERVE_RESOURCE)):
            r = RESERVE_RESOURCE[j]
            stock = x.stock_kg[st, :, r].sum()
            use = x.use_kg_per_s[r]
            if r == PROPELLANT:
                use = _propellant_use(w, s, st)
            x.reserve_d[st, j] = min(stock / use / DAY_s, LONG_d) if use > 0.0 else LONG_d
            if r == OXYGEN and use > 0.0:
                x.reserve_d[st, j] = min(_oxygen_s(w, s, x, st, stock, use, dt_s) / DAY_s, LONG_d)
            if s.attitude.mass_kg[st] <= 0.0:
                x.reserve_d[st, j] = LONG_d
            bound_s = w.requirements.reserve_s[j]
            low = x.reserve_d[st, j] * DAY_s < bound_s
            if low and not s.stock_low[st, j]:
                cause = why_short(w, s, luck, st, r, t1_s, log)
                s.stock_row[st, r] = add(log, t1_s, happened.STOCK_LOW, st, happened.RESOURCE + r, cause, x.reserve_d[st, j])
            elif s.stock_low[st, j] and not low and x.reserve_d[st, j] * DAY_s > 1.1 * bound_s:
                s.stock_row[st, r] = add(
                    log, t1_s, happened.STOCK_OK, st, happened.RESOURCE + r, s.stock_row[st, r], x.reserve_d[st, j]
                )
                if s.supply_row[st, r] >= 0 and log.kind[s.supply_row[st, r]] != happened.WITHDRAW:
                    s.supply_row[st, r] = -1  # what a partner took along does not come back
            s.stock_low[st, j] = low or (s.stock_low[st, j] and x.reserve_d[st, j] * DAY_s <= 1.1 * bound_s)
        hungry = x.reserve_d[st, 0] * DAY_s < w.rules.stock_alert_s
        if hungry and not s.hungry[st] and t1_s > w.rules.replay_until_s:
            bring_forward(w, s, st, t1_s, True, False, False)
        s.hungry[st] = hungry


@njit(cache=True)
def _makes_oxygen(s: RunState, st: int, dt_s: float) -> float:
    """kg/s that electrolysis can make: candles and tanks are stocks."""
    return math.inf if s.life_support.whole[st, 0] else s.life_support.can_kg[st, life_support.ELECTROLYSER] / dt_s


@njit(cache=True)
def _oxygen_s(w: World, s: RunState, x: Scratch, st: int, tank_kg: float, use: float, dt_s: float) -> float:
    """How long the oxygen lasts: tanks, candles and what electrolysis makes of the water beyond its own reserve, no faster than it can."""
    stock = tank_kg + x.stock_kg[st, :, CANDLES].sum() * w.life_support.rules.candle_oxygen_frac
    makes = _makes_oxygen(s, st, dt_s)
    spare = max(x.stock_kg[st, :, WATER].sum() - x.use_kg_per_s[WATER] * w.rules.reserve_s, 0.0) / law.WATER_PER_O2
    if makes <= 0.0:
        return stock / use
    whole_s = (stock + spare) / use
    return whole_s if makes >= use else min(whole_s, stock / (use - makes))


@njit(cache=True)
def why_short(w: World, s: RunState, luck: Luck, st: int, r: int, t_s: float, log: Log) -> int:
    """The row that tells why a station is short of resource `r`: that the run starts so, a flight that failed to bring it, one
    that is late, a machine that is down, an active Sun where it is propellant, and otherwise that more is used than brought."""
    if t_s - w.sky_day0_s <= FIRST_DAY_s:
        return add(log, t_s, happened.STARTS_SHORT, st, happened.RESOURCE + r, -1, 0.0)
    row = s.supply_row[st, r]
    if row >= 0 and (t_s - log.t_s[row] < REMEMBERED_s or log.kind[row] == happened.WITHDRAW or log.kind[row] == happened.CANCELLED):
        return row
    p, q, latest = w.traffic, s.traffic, -1
    for f in range(p.partner.size):
        brings = w.ships.tank_kg[f] > 0.0 if r == PROPELLANT else w.ships.cargo_kg[f, r] > 0.0 and w.crew.seats[f] == 0
        if brings and p.station[f] == st and q.status[f] == traffic.PLANNED and p.after[f] < 0 and not p.flown[f]:
            if p.launch_s[f] + p.transit_s[f] + traffic.LATE_s < t_s and (latest < 0 or p.launch_s[f] < p.launch_s[latest]):
                latest = f
    if latest >= 0:
        return traffic.late(p, q, latest, t_s, log)
    row = _why_not_made(w, s, st, r, log)
    if row >= 0:
        return row
    day = min(max(int((t_s - w.sky_day0_s) // DAY_s), 0), luck.sky.shape[0] - 1)
    if r == PROPELLANT and luck.sky[day, 1] > ACTIVE_SUN_f107:
        return add(log, t_s, happened.ACTIVE_SUN, st, happened.STATION + st, -1, luck.sky[day, 1])
    return add(log, t_s, happened.OUTRUN, st, happened.RESOURCE + r, -1, 0.0)


@njit(cache=True)
def _why_not_made(w: World, s: RunState, st: int, r: int, log: Log) -> int:
    """The row of what keeps a station from making or taking on resource `r`: no refuelling, or a machine that is down, first
    one that nobody repairs; -1 none."""
    if r == PROPELLANT:
        return -1 if s.services.up[st, services.REFUELLING] else s.services.row[st, services.REFUELLING]
    e, row = s.equipment, -1
    for m in range(e.up.size):
        kind = w.life_support.machine_kind[m]
        makes = kind == life_support.ELECTROLYSER if r == OXYGEN else r == WATER and (kind == life_support.URINE or kind == life_support.WATER)
        if makes and not e.up[m] and e.station[m] == st and (row < 0 or log.cause[row] < 0):
            row = e.row[m]
    return row


@njit(cache=True)
def _people_use(w: World, people: float, out: np.ndarray) -> None:
    """What people alone use of each resource, kg/s, nothing recovered: the denominator of reserves in days."""
    c = w.life_support.crew
    out[:] = 0.0
    out[FOOD] = metabolism.food_as_shipped(c) * people
    out[WATER] = (c.drink + c.flush) * people
    out[OXYGEN] = c.oxygen * people
    out[SUPPLIES] = c.supplies * people
    out[TOILET] = c.toilet * people


@njit(cache=True)
def _propellant_use(w: World, s: RunState, st: int) -> float:
    """kg/s that holding today's altitude against today's drag and holding attitude take."""
    if s.attitude.mass_kg[st] <= 0.0:
        return 0.0
    a_m = s.orbit.a_m[st]
    ballistic = w.orbit.drag_coefficient * s.drag_area_m2[st] / s.attitude.mass_kg[st]
    fall = -orbit_law.decay_rate(a_m, ballistic, s.orbit.density_kg_per_m3[st])
    speed = fall / orbit_law.raise_per_speed(a_m)
    orbit_s = 2.0 * math.pi / orbit_law.mean_motion(a_m)
    return s.attitude.mass_kg[st] * speed / (9.80665 * 290.0) + s.attitude.desaturation_kg_per_orbit[st] / orbit_s


@njit(cache=True)
def rules(w: World, s: RunState, x: Scratch, t1_s: float, dt_s: float, log: Log) -> None:
    """Leave when stores, seats, air or attitude say so; return when the station is fit again."""
    for st in range(s.people.size):
        _close_hatches(w, s, x, st, t1_s, log)
        if s.people[st] == 0:
            s.since_s[st, 1] = NEVER_s
            s.since_s[st, 2] = NEVER_s
            if s.was_people[st] and not s.abandoned[st]:
                s.abandoned[st] = True
                add(log, t1_s, happened.ABANDONED, st, happened.STATION + st, s.crew_row[st], 0.0)
            if s.evacuated[st] and _fit(w, s, x, st):
                s.evacuated[st] = False
            continue
        s.abandoned[st] = False
        seats = seats_now(w, s, x, st)
        s.since_s[st, 1] = min(s.since_s[st, 1], t1_s) if seats < s.people[st] else NEVER_s
        if seats < s.people[st] and t1_s > w.rules.replay_until_s and not s.evacuated[st]:
            for i in range(x.ships_count[0]):  # the ship that was to take them home may be grounded by now
                f = x.ships[i]
                if s.crew.damaged[f] and x.flight_station[f] == st:
                    send_rescue(w, s, f, riders(s, f), t1_s, s.crew_row[st], log)
        air = s.life_support.co2_ok[st] and s.life_support.pressure_ok[st]
        if w.simple.is_simple[st]:
            air = s.services.up[st, services.CO2] and s.services.up[st, services.OXYGEN]
        s.since_s[st, 2] = NEVER_s if air else min(s.since_s[st, 2], t1_s)
        cause, fewer = -2, False  # `fewer`: what is there may do for a smaller crew
        if t1_s - s.since_s[st, 0] >= w.rules.leave_after_attitude_lost_s:
            cause = s.attitude_row[st]
        elif _is_low(w, s, st):
            up = s.services.up[st, services.REBOOST]
            cause = s.stock_row[st, PROPELLANT] if up else s.services.row[st, services.REBOOST]
        elif t1_s - s.since_s[st, 2] >= w.rules.leave_after_no_air_s:
            cause = s.services.row[st, services.CO2 if not s.life_support.co2_ok[st] else services.PRESSURE]
            fewer = s.services.up[st, services.CO2] and s.life_support.pressure_ok[st]
        elif t1_s - s.since_s[st, 1] >= w.rules.leave_after_no_seat_s and not room_comes(w, s, st, t1_s):
            cause = s.crew_row[st]
        else:
            for j in range(3):
                if x.reserve_d[st, j] * DAY_s < w.rules.leave_s and cause == -2 and not _waits_for_ship(w, s, x, st, j, t1_s):
                    if j < 2 or _makes_oxygen(s, st, dt_s) < w.life_support.crew.oxygen * s.people[st]:
                        cause = s.stock_row[st, RESERVE_RESOURCE[j]]
                        fewer = True
        if cause > -2 and not s.evacuated[st] and not (fewer and cut_crew(w, s, x, st, t1_s, cause, log)):
            leave_station(w, s, st, t1_s, cause, log)


@njit(cache=True)
def _close_hatches(w: World, s: RunState, x: Scratch, st: int, t_s: float, log: Log) -> None:
    """A leak that a hatch can shut off is shut off for good, with the port behind it, once the nitrogen left would not last
    the reserve: the last resort the agencies named for the tunnel of Zvezda (OIG IG-24-020)."""
    leak = s.life_support
    if s.people[st] == 0 or t_s <= w.rules.replay_until_s:
        return
    if x.stock_kg[st, :, NITROGEN].sum() >= leak.leak_kg_per_s[st] * w.rules.reserve_s:
        return
    for j in range(w.leak_port.size):
        q = w.leak_port[j]
        if q >= 0 and leak.leak_open[j] > 0.0 and s.traffic.part_station[w.life_support.leak_part[j]] == st:
            leak.leak_open[j] = 0.0
            s.traffic.shut[q] = True
            add(log, t_s, happened.HATCH_CLOSED, st, happened.PART + w.life_support.leak_part[j], -1, 0.0)


@njit(cache=True)
def _waits_for_ship(w: World, s: RunState, x: Scratch, st: int, j: int, t_s: float) -> bool:
    """Whether a supply ship is due before reserve `j` runs out, as it looks now, as in December 2004; or everybody, here
    for a visit that nobody relieves, leaves before."""
    leaves_s = 0.0
    for i in range(x.ships_count[0]):
        f = x.ships[i]
        if x.flight_station[f] == st and riders(s, f) > 0:
            relieved = traffic.relieved_by(w.traffic, s.traffic, f) >= 0
            leaves_s = max(leaves_s, NEVER_s if relieved else s.traffic.next_s[f])
    if leaves_s < t_s + x.reserve_d[st, j] * DAY_s:
        return True
    next_s, _ = traffic.next_supplies_s(w.traffic, s.traffic, st, t_s, w.rules.slip_s)
    return next_s + STAY_margin_s < t_s + x.reserve_d[st, j] * DAY_s


@njit(cache=True)
def _is_low(w: World, s: RunState, st: int) -> bool:
    """Whether a station has sunk so far that its crew leaves it."""
    return s.orbit.a_m[st] - orbit_law.EARTH_RADIUS_M < w.rules.leave_altitude_m


@njit(cache=True)
def _fit(w: World, s: RunState, x: Scratch, st: int) -> bool:
    """Whether people may come back: attitude held, air, power and stores for those who would come."""
    ok = s.attitude_held[st] and s.services.up[st, services.POWER] and s.services.up[st, services.COMMAND]
    ok = ok and s.services.up[st, services.CO2] and s.services.up[st, services.OXYGEN] and not _is_low(w, s, st)
    _people_use(w, 3.0, x.use_kg_per_s)
    for j in range(2):
        r = RESERVE_RESOURCE[j]
        ok = ok and x.stock_kg[st, :, r].sum() > x.use_kg_per_s[r] * w.rules.reserve_s
    return ok


@njit(cache=True)
def seats_now(w: World, s: RunState, x: Scratch, st: int) -> int:
    """Seats home in sound ships docked at a station."""
    total = 0
    for i in range(x.ships_count[0]):
        f = x.ships[i]
        if x.flight_station[f] == st and not s.crew.damaged[f]:
            total += w.crew.seats[f]
    return total


@njit(cache=True)
def requirements(w: World, s: RunState, x: Scratch, t1_s: float, log: Log) -> None:
    """Values of the required variables against their bounds; a breach is logged with the row that explains it."""
    q = w.requirements
    everyone = s.people.sum()
    for j in range(q.variable.size):
        st = q.station[j]
        v = q.variable[j]
        value = _required(w, s, x, st, v, everyone)
        bound = float(s.people[st]) if math.isnan(q.bound[j]) else q.bound[j]
        broken = value < bound if q.at_least[j] else value > bound
        about_people = v == 0 or v == 5
        if q.while_crewed[j] and not about_people and s.people[st] == 0:
            broken = False
        if not s.partners.opened[st] and not about_people:
            broken = False
        if not broken:
            s.broken_s[j] = NEVER_s
            if s.breach_row[j] >= 0:
                add(log, t1_s, happened.RECOVERED, st, happened.REQUIREMENT + j, s.breach_row[j], value)
                s.breach_row[j] = -1
            continue
        s.broken_s[j] = min(s.broken_s[j], t1_s)
        if s.breach_row[j] < 0 and t1_s - s.broken_s[j] >= q.grace_s[j]:
            cause = _why_few(w, s, st, t1_s, log) if v == 20 else _why(w, s, st, v)
            if v == 4 and cause < 0:  # nothing failed: more power is wanted than made
                cause = add(log, s.broken_s[j], happened.OUTRUN, st, happened.SERVICE + services.POWER, -1, value)
            s.breach_row[j] = add(log, s.broken_s[j], happened.BREACH, st, happened.REQUIREMENT + j, cause, value)


@njit(cache=True)
def _required(w: World, s: RunState, x: Scratch, st: int, v: int, everyone: int) -> float:
    """Value of required variable `v` (order of model.scenario.REQUIRED_VARIABLES)."""
    if v == 0:
        return float(s.people[st])
    if v == 1:
        return float(seats_now(w, s, x, st))
    if v == 2:
        return (s.orbit.a_m[st] - orbit_law.EARTH_RADIUS_M) / 1e3
    if v == 3:
        return s.momentum_frac[st]
    if v == 4:
        return x.margin_W[st] / 1e3
    if v == 5:
        return float(everyone)
    if v <= 10:
        return x.reserve_d[st, v - 6]
    if v == 23:
        return x.reserve_d[st, 5]
    if v == 11:
        return 1.0 if s.services.up[st, services.ATTITUDE] and s.attitude_held[st] else 0.0
    if v <= 19:
        return 1.0 if s.services.up[st, REQUIRED_SERVICE[v - 12]] else 0.0
    if v == 20:
        return x.hours[st, :, crew_time.OWN_RESEARCH].sum() + x.hours[st, :, crew_time.OTHER_RESEARCH].sum()
    if v == 21:
        return s.life_support.co2_Pa[st] / 1e3
    return s.life_support.pressure_Pa[st] / 1e3


@njit(cache=True)
def _why(w: World, s: RunState, st: int, v: int) -> int:
    """The row that explains the value of required variable `v`."""
    row = s.services.row[st]
    if v == 5:  # of all stations: the one left last
        return s.crew_row.max()
    if v <= 1:
        return s.crew_row[st]
    if v == 2:
        return s.stock_row[st, PROPELLANT] if s.services.up[st, services.REBOOST] else row[services.REBOOST]
    if v == 3:
        return row[services.DESATURATION]
    if v == 4:
        return why_no_power(w, s, st)
    if v <= 10:
        return s.stock_row[st, RESERVE_RESOURCE[v - 6]]
    if v == 23:
        return s.stock_row[st, TOILET]
    if v == 11:
        if s.orbit.entered[st]:
            return s.limit_row[st, services.ATTITUDE]
        return row[services.ATTITUDE] if s.attitude_held[st] else s.attitude_row[st]
    if v <= 19:
        return row[REQUIRED_SERVICE[v - 12]]
    return row[services.CO2] if v == 21 else row[services.PRESSURE]


@njit(cache=True)
def _why_few(w: World, s: RunState, st: int, t_s: float, log: Log) -> int:
    """The row that tells why few people are aboard: that a crew went home as planned explains nothing, but that a partner
    left, or that the next crew is late."""
    row = s.crew_row[st]
    if row >= 0 and (log.kind[row] != happened.UNDOCK or log.cause[row] >= 0):
        return row
    for who in range(s.partners.takes_part.size):
        if not s.partners.takes_part[who] and s.partners.row[who] >= 0:
            return s.partners.row[who]
    p, q, latest = w.traffic, s.traffic, -1
    for f in range(p.partner.size):
        if w.crew.seats[f] > 0 and p.station[f] == st and q.status[f] == traffic.PLANNED and p.after[f] < 0 and not p.flown[f]:
            if p.launch_s[f] + p.transit_s[f] + traffic.LATE_s < t_s and (latest < 0 or p.launch_s[f] < p.launch_s[latest]):
                latest = f
    return traffic.late(p, q, latest, t_s, log) if latest >= 0 else row


@njit(cache=True)
def why_no_power(w: World, s: RunState, st: int) -> int:
    """The row that tells why power is short: the service is down, arrays no longer point, the last machine that failed, or the
    segment that fed this one is off or away."""
    if not s.services.up[st, services.POWER]:
        return s.services.row[st, services.POWER]
    if not s.attitude_held[st]:
        return s.attitude_row[st]
    row = -1
    for table in (w.channel_machine.ravel(), w.joint_machine, w.loop_machine):
        for m in table:
            if m >= 0 and not s.equipment.up[m]:
                row = max(row, s.equipment.row[m])
    for seg in range(2):
        if row < 0 and (not s.partners.segment_runs[seg] or s.partners.segment_home[seg] != 0):
            row = s.partners.segment_row[seg]
    return row


@njit(cache=True)
def record(w: World, s: RunState, luck: Luck, x: Scratch, rows: Rows, k: int, t1_s: float) -> None:
    """Write the row of this step in human units."""
    d = rows.detail_of[k]
    rows.steps[d] += 1
    day = min(max(int((t1_s - w.sky_day0_s) // DAY_s), 0), luck.sky.shape[0] - 1)
    f107a, shield = luck.sky[day, 1], w.crew_time.shield_g_per_cm2
    for st in range(s.people.size):
        o = s.orbit
        r = rows.scalar[k, st]
        r[PEOPLE] = s.people[st]
        r[SEATS] = seats_now(w, s, x, st)
        r[MASS] = s.attitude.mass_kg[st]
        gone = s.attitude.mass_kg[st] <= 0.0 or o.entered[st]
        altitude_km = (o.a_m[st] - orbit_law.EARTH_RADIUS_M) / 1e3
        r[ALTITUDE] = np.nan if gone else altitude_km
        r[RAAN] = math.degrees(o.raan_rad[st]) % 360.0
        r[BETA] = math.degrees(o.beta_rad[st])
        r[DENSITY] = 0.0 if gone else o.density_kg_per_m3[st]
        r[AREA] = s.drag_area_m2[st]
        r[REBOOST_DV] = o.delta_v_m_per_s[st]
        r[INFERRED_DV] = x.inferred[st]
        r[MOMENTUM] = s.momentum_frac[st]
        r[RATED] = x.rated_W[st] / 1e3
        r[GENERATION] = x.generation_W[st] / 1e3
        r[USABLE] = x.usable_W[st] / 1e3
        r[USED] = x.used_W[st] / 1e3
        r[PAYLOAD] = x.payload_W[st] / 1e3
        r[SHED] = x.shed_W[st] / 1e3
        r[DEPTH] = x.depth_frac[st]
        r[PRESSURE_kPa] = s.life_support.pressure_Pa[st] / 1e3
        r[CO2_kPa] = s.life_support.co2_Pa[st] / 1e3
        if not gone:
            rays, belt = w.dose_factor[st, 0], w.dose_factor[st, 1]
            rays_mGy, belt_mGy = radiation.absorbed_by_factor_mGy_per_d(altitude_km, rays, belt, f107a, shield)
            r[DOSE] = radiation.equivalent_mSv_per_d(rays_mGy, belt_mGy)
        r[CAPABLE] = 1.0 if s.partners.opened[st] and not s.evacuated[st] and _capable(w, s, st) else 0.0
        for p in range(s.crew.aboard.shape[1]):
            rows.partner_people[k, st, p] = s.crew.aboard[st, p]
        _add_row(rows.service_up[d, st], s.services.up[st])
        reserve_d, least_d = x.reserve_d[st], rows.reserve_d[d, st]
        for j in range(least_d.size):
            least_d[j] = min(least_d[j], reserve_d[j])
        _add_table(rows.hours[d, st], x.hours[st])
    channel_kW, channel_W = rows.channel_kW[d], x.channel_W
    for c in range(channel_W.size):
        channel_kW[c] += channel_W[c] / 1e3


@njit(cache=True)
def close_detail(x: Scratch, rows: Rows, d: int) -> None:
    """The last step of a detail row: what flowed while it lasted, and what is aboard at its end."""
    for st in range(x.stock_kg.shape[0]):
        _add_table(rows.flow_kg[d, st], x.flow_kg[st])
        for p in range(x.stock_kg.shape[1]):
            for j in range(x.stock_kg.shape[2]):
                rows.stock_kg[d, st, p, j] = x.stock_kg[st, p, j]
    x.flow_kg[:] = 0.0


@njit(cache=True)
def _add_row(total: np.ndarray, now: np.ndarray) -> None:
    for i in range(total.size):
        total[i] += now[i]


@njit(cache=True)
def _add_table(total: np.ndarray, now: np.ndarray) -> None:
    for i in range(total.shape[0]):
        for j in range(total.shape[1]):
            total[i, j] += now[i, j]


@njit(cache=True)
def _capable(w: World, s: RunState, st: int) -> bool:
    """A station that could house people today: attitude, power, air, command and pressure are there."""
    up = s.services.up[st]
    air = up[services.CO2] and up[services.OXYGEN] and up[services.PRESSURE]
    return s.attitude_held[st] and up[services.POWER] and up[services.COMMAND] and air
