"""Reserves in days by commodity, what runs low, and which flight, machine or Sun is why."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from .. import log as happened
from ..laws import life_support as law
from ..laws import metabolism
from ..laws import orbit as orbit_law
from ..laws.matter import CANDLES, FOOD, OXYGEN, PROPELLANT, SUPPLIES, TOILET, WATER
from ..log import Log, add
from ..subsystems import life_support, services, traffic
from .sharing import take_stock
from .supply import bring_forward
from .world import Luck, RunState, Scratch, World

DAY_s = 86400.0
FIRST_DAY_s = 3 * DAY_s
"""After the first day of the sky, which is the day before the run: no later than this, a stock was short from the start."""
RESERVE_RESOURCE = (FOOD, WATER, OXYGEN, PROPELLANT, SUPPLIES, TOILET)
ACTIVE_SUN_f107 = 150.0
"""81-day mean of F10.7 above which the Sun counts as active: exceeded on a fifth of the days of 2000-2024
(orbit/space_weather.csv.gz)."""
REMEMBERED_s = 400 * DAY_s
"""A flight lost or grounded longer ago explains no shortage: ships that were to come after it have come. Assumed."""
LONG_d = 9999.0
"""Reserve written when nothing is used."""


@njit(cache=True)
def days_left(w: World, s: RunState, luck: Luck, x: Scratch, t1_s: float, dt_s: float, log: Log) -> None:
    """Reserves in days by commodity, and what runs low because of which flight."""
    take_stock(w, s, x)
    for st in range(s.people.size):
        people = min(s.usual_people[st], float(s.people[st]))  # a handover does not count, a smaller crew does
        people_use(w, people, x.use_kg_per_s)
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
def makes_oxygen(s: RunState, st: int, dt_s: float) -> float:
    """kg/s that electrolysis can make: candles and tanks are stocks."""
    return math.inf if s.life_support.whole[st, 0] else s.life_support.can_kg[st, life_support.ELECTROLYSER] / dt_s


@njit(cache=True)
def _oxygen_s(w: World, s: RunState, x: Scratch, st: int, tank_kg: float, use: float, dt_s: float) -> float:
    """How long the oxygen lasts: tanks, candles and what electrolysis makes of the water beyond its own reserve, no faster than it can."""
    stock = tank_kg + x.stock_kg[st, :, CANDLES].sum() * w.life_support.rules.candle_oxygen_frac
    makes = makes_oxygen(s, st, dt_s)
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
def people_use(w: World, people: float, out: np.ndarray) -> None:
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
