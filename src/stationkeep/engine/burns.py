"""Propellant at work: desaturation and thruster hold, drag, debris avoidance, reboosts; every kilogram from a real tank."""

from __future__ import annotations

import math

from numba import njit

from .. import log as happened
from ..laws import orbit as orbit_law
from ..laws.matter import ATTITUDE as FOR_ATTITUDE
from ..laws.matter import PROPELLANT
from ..laws.matter import REBOOST as FOR_REBOOST
from ..log import Log, add
from ..subsystems import orbit, partners, power, services, traffic
from .works import held_kg
from .world import Luck, RunState, Scratch, World

NEVER_s = 1e18
DAY_s = 86400.0
WAITS_m = 3e3
"""How far below the floor a station sinks before it gives up a phase (assumed)."""
LAST_BURNS_m_per_s = 57.0
"""From a circular orbit at PERIGEE_BURNS_m to a perigee of 50 km: what the deorbit vehicle is to give (engineering.md E; `deorbit` reckons 55)."""
PERIGEE_BURNS_m = 225e3
"""Altitude at which the burns that lower the perigee begin: the default of `deorbit`."""
TANKS_isp_s = 290.0
"""Of engines fed from a station's tanks: as those of Zvezda and Progress (stations/iss/engines.csv)."""


@njit(cache=True)
def _take_propellant(w: World, s: RunState, st: int, kg: float) -> float:
    """Propellant for attitude: from the tanks of a station, in the order of the table, and from ships whose thrusters turn it or
    that refuel it; not from the tanks of a segment that is powered down, nor from those of a Cygnus or Dragon, which push only."""
    got, modules, side, runs = 0.0, w.traffic.part_station.size, w.traffic.part_segment, s.partners.segment_runs
    turns, order, first = w.ships.turns, w.stores.order, w.stores.first
    for i in range(first[PROPELLANT], first[PROPELLANT + 1]):
        if got >= kg:
            break
        c = order[i]
        k = w.stores.container_part[c]
        if s.traffic.part_station[k] == st and (runs[side[k]] if k < modules else turns[k - modules]):
            part = min(kg - got, s.stores.stock_kg[c])
            s.stores.stock_kg[c] -= part
            got += part
    return got


@njit(cache=True)
def burn_for_attitude(w: World, s: RunState, x: Scratch, t1_s: float, log: Log) -> None:
    """Desaturation, manoeuvres and thruster hold take their propellant; a first loss of attitude is logged."""
    for st in range(s.people.size):
        if w.simple.is_simple[st]:
            s.attitude_held[st] = s.services.up[st, services.ATTITUDE]
            s.momentum_frac[st] = 0.0
        if x.propellant_kg[st] > 0.0:
            got = _take_propellant(w, s, st, x.propellant_kg[st])
            x.flow_kg[st, PROPELLANT, FOR_ATTITUDE] -= got
        if s.attitude.mass_kg[st] > 0.0 and not s.attitude_held[st]:
            if s.since_s[st, 0] >= NEVER_s:
                s.since_s[st, 0] = t1_s
                cause = s.services.row[st, services.DESATURATION]
                if s.services.up[st, services.DESATURATION]:
                    cause = s.services.row[st, services.ATTITUDE]
                s.attitude_row[st] = add(log, t1_s, happened.ATTITUDE_LOST, st, happened.STATION + st, cause, 0.0)
        else:
            s.since_s[st, 0] = NEVER_s


@njit(cache=True)
def drag(w: World, s: RunState, luck: Luck, x: Scratch, t0_s: float, dt_s: float) -> None:
    """Drag of the day's air on the area of bodies and wings."""
    power.drag_area(w.power, t0_s + dt_s, s.orbit.beta_rad, s.orbit.sunlit_frac, s.traffic.part_station, x.wing_area_m2)
    for st in range(s.people.size):
        s.drag_area_m2[st] = s.area_m2[st] + x.wing_area_m2[st]
    day = int((t0_s + 0.5 * dt_s - w.sky_day0_s) // DAY_s)
    day = min(max(day, 0), luck.sky.shape[0] - 1)
    orbit.step(
        w.orbit, s.orbit, t0_s, dt_s, s.drag_area_m2, s.attitude.mass_kg, luck.density_scale * luck.sky[day, 3],
        luck.sky[day, 0], luck.sky[day, 1], luck.sky[day, 2], x.room,
    )  # fmt: skip


@njit(cache=True)
def burns(w: World, s: RunState, luck: Luck, x: Scratch, t0_s: float, t1_s: float, k: int, log: Log) -> None:
    """Debris avoidance and reboosts: propellant from a real tank, rise of the orbit from vis-viva."""
    while s.avoided[0] < luck.avoid_s.size and luck.avoid_s[s.avoided[0]] <= t1_s:
        if luck.avoid_s[s.avoided[0]] > t0_s and s.attitude.mass_kg[0] > 0.0:
            done = _burn(w, s, x, 0, w.rules.avoidance_delta_v_m_per_s, False, 1.0)
            add(log, t1_s, happened.AVOIDANCE, 0, happened.STATION, s.services.row[0, services.REBOOST], done)
        s.avoided[0] += 1
    for st in range(s.people.size):
        if s.attitude.mass_kg[st] <= 0.0 or s.orbit.entered[st]:
            continue
        if s.orbit.a_m[st] - orbit_law.EARTH_RADIUS_M < orbit.ENTRY_m:
            s.orbit.entered[st] = True
            cause = s.stock_row[st, PROPELLANT] if s.services.up[st, services.REBOOST] else s.services.row[st, services.REBOOST]
            s.limit_row[st, :] = add(log, t1_s, happened.ENTRY, st, happened.STATION + st, cause, 0.0)
            continue
        if s.partners.retired_row[st] >= 0 and s.people[st] == 0 and t1_s > w.rules.replay_until_s:
            _come_down(w, s, x, st, t1_s, log)
            continue
        wanted, inferred = orbit.wanted_delta_v(w.orbit, s.orbit, st, t0_s, t1_s, k + 1)
        if inferred and wanted < 0.0:
            orbit.correct(s.orbit, st, wanted)
            x.inferred[st] += wanted
            continue
        awaited = -1
        if not inferred:
            wanted, awaited = _phased(w, s, luck, st, wanted, t0_s, t1_s, k, log)
        if wanted == 0.0 or (st == 0 and wanted > 0.0 and awaited < 0 and not inferred and _sinks(w, s, t1_s)):
            continue
        way = 1.0 if wanted > 0.0 else -1.0
        wanted = abs(wanted)
        if not inferred:
            wanted = min(wanted, w.rules.burn_most_m_per_s)
        done = _burn(w, s, x, st, wanted, inferred, way)
        if inferred:
            x.inferred[st] += wanted
            if done < wanted:
                orbit.correct(s.orbit, st, wanted - done)
            if wanted > 0.05:
                add(log, t1_s, happened.INFERRED_BURN, st, happened.STATION + st, -1, wanted)
        elif awaited >= 0:
            add(log, t1_s, happened.PHASING, st, happened.FLIGHT + awaited, -1, done)
        elif done > 0.0:
            add(log, t1_s, happened.REBOOST, st, happened.STATION + st, -1, way * done)
        elif s.services.up[st, services.REBOOST] and s.stock_row[st, PROPELLANT] < 0:
            s.stock_row[st, PROPELLANT] = add(
                log, t1_s, happened.NO_PROPELLANT, st, happened.RESOURCE + PROPELLANT, s.supply_row[st, PROPELLANT], wanted
            )


@njit(cache=True)
def _phased(
    w: World, s: RunState, luck: Luck, st: int, wanted_m_per_s: float, t0_s: float, t1_s: float, k: int, log: Log
) -> tuple[float, int]:
    """Delta-v of this step and the flight whose phase it is for, -1: none.

    On the day of a flight's phasing burn the orbit is raised until the phase lies in the window on the cheapest of its days, if
    that stays below the ceiling (the target where there is none) and within a day's burn; else the ship takes the longer chase.
    From then to the lift-off a reboost waits, unless the orbit is `WAITS_m` below the floor.
    """
    a_m, inclination = s.orbit.a_m[st], w.orbit.inclination_rad[st]
    if st == 0 and w.orbit.record_gap[k + 1] <= w.orbit.record_gap_most:
        return wanted_m_per_s, -1
    for i in range(w.ships.phased_flight.size):
        f = w.ships.phased_flight[i]
        burn_s = s.traffic.next_s[f] - w.ships.phased_s[i]
        if w.traffic.station[f] != st or s.traffic.status[f] != traffic.PLANNED or burn_s > t1_s:
            continue
        floor_m, most_m = orbit.floor_and_most(w.orbit, st, t1_s)
        if burn_s <= t0_s:
            if wanted_m_per_s > 0.0 and a_m - orbit_law.EARTH_RADIUS_M > floor_m - WAITS_m:
                wanted_m_per_s = 0.0
            continue
        rate = orbit_law.mean_motion(a_m)
        pass_s = math.tau / (orbit_law.EARTH_ROTATION_RAD_PER_S - orbit_law.node_rate(a_m, inclination))
        phase, step = math.tau * luck.traffic.phase_frac[f], (rate * pass_s) % math.tau
        shift, day = orbit_law.least_shift(phase, step, w.ships.phased_rad[i], w.ships.phased_days[i])
        if shift <= 0.0:
            continue
        to_m = orbit_law.phased_semi_major_axis(a_m, -shift, rate * (w.ships.phased_s[i] + day * pass_s))
        speed = orbit_law.speed_for_raise(a_m, to_m)
        if to_m - orbit_law.EARTH_RADIUS_M <= most_m and speed <= w.rules.burn_most_m_per_s:
            return speed, f
        add(log, t1_s, happened.LONG_CHASE, st, happened.FLIGHT + f, -1, speed)
    return wanted_m_per_s, -1


@njit(cache=True)
def _sinks(w: World, s: RunState, t_s: float) -> bool:
    """Whether the main station is let sink, because the day it is given up is near."""
    if s.orbit.a_m[0] - orbit_law.EARTH_RADIUS_M <= w.rules.sink_floor_m or t_s <= w.rules.replay_until_s:
        return False
    p, q = w.partners, s.partners
    for e in range(p.kind.size):
        if p.kind[e] == partners.RETIRE and p.target[e] == 0 and not q.done[e] and q.event_s[e] - w.rules.sink_before_s <= t_s:
            return True
    return False


@njit(cache=True)
def _come_down(w: World, s: RunState, x: Scratch, st: int, t_s: float, log: Log) -> None:
    """A station given up and left is pushed up no more; once what ships and tanks can push with pays the rest of the way down, and
    a ship can steer it there (`deorbit`), it is lowered to its entry."""
    if not s.services.up[st, services.DEORBIT]:
        return
    high_m = max(s.orbit.a_m[st] - orbit_law.EARTH_RADIUS_M - PERIGEE_BURNS_m, 0.0)
    wanted = LAST_BURNS_m_per_s + high_m / orbit_law.raise_per_speed(s.orbit.a_m[st])
    most, f_most, there = 0.0, -1, 0.0
    if s.services.up[st, services.REBOOST]:
        there += orbit_law.burn_speed(s.attitude.mass_kg[st], x.tank_kg[st], TANKS_isp_s)
    for i in range(x.ships_count[0]):
        f = x.ships[i]
        c = w.ships.tank[f]
        here = s.traffic.part_station[w.traffic.part_station.size + f] == st
        if here and c >= 0 and w.ships.thrust_N[f] > 0.0 and w.ships.port_push_frac[s.traffic.port[f]] > 0.0:
            can = orbit_law.burn_speed(s.attitude.mass_kg[st], s.stores.stock_kg[c], w.ships.isp_s[f])
            there += can
            if can > most:
                most, f_most = can, f
    if there >= wanted and f_most >= 0:
        row = add(log, t_s, happened.LOWERED, st, happened.FLIGHT + f_most, s.partners.retired_row[st], wanted)
        s.orbit.entered[st] = True
        s.limit_row[st, :] = add(log, t_s, happened.ENTRY, st, happened.STATION + st, row, 0.0)


@njit(cache=True)
def _burn(w: World, s: RunState, x: Scratch, st: int, wanted_m_per_s: float, spend_all: bool, way: float) -> float:
    """Push station `st` forward (`way` 1) or back (-1): docked ships with thrust along the orbit first, then the station's
    engines, each at most the longest burn a day unless the record says what was flown (`spend_all`). Returns m/s done."""
    if not s.services.up[st, services.REBOOST] and not spend_all:
        return 0.0
    done = 0.0
    x.pushed_kg[st, :] = 0.0
    burn_s = DAY_s if spend_all else w.rules.burn_longest_s
    for i in range(x.ships_count[0]):
        f = x.ships[i]
        c = w.ships.tank[f]
        if c < 0 or done >= wanted_m_per_s or w.ships.thrust_N[f] <= 0.0:
            continue
        if st == 0 and not s.partners.operates[w.traffic.partner[f], partners.SHIPS]:
            continue
        if s.traffic.part_station[w.traffic.part_station.size + f] != st or w.ships.port_push_frac[s.traffic.port[f]] <= 0.0:
            continue
        most_kg = min(s.stores.stock_kg[c], orbit_law.burned_propellant(w.ships.thrust_N[f], w.ships.isp_s[f], burn_s))
        done += _spend(w, s, x, st, c, wanted_m_per_s - done, w.ships.isp_s[f], most_kg)
    part, kind, stock_kg, modules = w.stores.container_part, w.stores.container_resource, s.stores.stock_kg, w.traffic.part_station.size
    spare_kg = 0.0 if spend_all else -held_kg(w, s, st)
    for c in range(part.size):
        if kind[c] == PROPELLANT and part[c] < modules and s.traffic.part_station[part[c]] == st:
            spare_kg += stock_kg[c]
    for e in range(w.ships.engine_part.size):
        side = w.traffic.part_segment[w.ships.engine_part[e]]
        if s.traffic.part_station[w.ships.engine_part[e]] != st or not s.partners.segment_runs[side]:
            continue
        if st == 0 and not s.partners.operates[w.ru_partner if side == 1 else w.us_partner, partners.PLANNED]:
            continue
        left_kg = orbit_law.burned_propellant(w.ships.engine_thrust_N[e], w.ships.engine_isp_s[e], burn_s)
        for c in range(part.size):
            if done >= wanted_m_per_s or spare_kg <= 0.0 or left_kg <= 0.0:
                break
            if kind[c] == PROPELLANT and part[c] < modules and s.traffic.part_station[part[c]] == st:
                before_kg = stock_kg[c]
                done += _spend(w, s, x, st, c, wanted_m_per_s - done, w.ships.engine_isp_s[e], min(before_kg, spare_kg, left_kg))
                spare_kg -= before_kg - stock_kg[c]
                left_kg -= before_kg - stock_kg[c]
    if done > 0.0:
        orbit.push(s.orbit, st, way * done)
    return done


@njit(cache=True)
def _spend(w: World, s: RunState, x: Scratch, st: int, c: int, wanted: float, isp_s: float, most_kg: float) -> float:
    """Burn from container `c` towards `wanted` m/s, at most `most_kg`. Returns the m/s done."""
    kg = min(orbit_law.burn_propellant(s.attitude.mass_kg[st], wanted, isp_s), most_kg)
    if kg <= 0.0:
        return 0.0
    done = orbit_law.burn_speed(s.attitude.mass_kg[st], kg, isp_s)
    s.stores.stock_kg[c] -= kg
    s.attitude.mass_kg[st] -= kg
    x.pushed_kg[st, c] += kg
    x.flow_kg[st, PROPELLANT, FOR_REBOOST] -= kg
    return done
