"""What works: who is there, healthy, stocked and permitted, and which services follow from it."""

from __future__ import annotations

import math

from numba import njit

from .. import log as happened
from ..laws import orbit as orbit_law
from ..laws.matter import NITROGEN, OXYGEN, PROPELLANT
from ..log import Log, add
from ..subsystems import services
from .judge import why_no_power
from .reserves import why_short
from .sharing import all_on, is_on, take_stock
from .supply import refuel
from .world import RESERVES, Luck, RunState, Scratch, World

OXYGEN_RESERVE = RESERVES.index("oxygen")
HOLD_MASS_kg = 420e3
"""Mass of the station the propellant held for attitude is meant for (rules.csv, tank_hold_kg); a smaller one needs less."""
USUAL_s = 90 * 86400.0
"""Memory of the usual number of people: longer than a handover, shorter than a stay. Assumed."""


@njit(cache=True)
def which_services(w: World, s: RunState, luck: Luck, x: Scratch, t1_s: float, dt_s: float, k: int, log: Log) -> None:
    """Gather who is there, healthy, stocked and permitted; solve for what is up; log what changed and why."""
    if x.anew[0]:
        _count(w, s, x)
    if s.traffic.changed[0]:  # else it is as the last step left it
        take_stock(w, s, x)
    allowed, stocked, stock_kg, held_kg = x.allowed, x.stocked, x.stock_kg, x.held_kg
    for st in range(s.people.size):
        # a station that waits for its first crew runs under ground control, as it was launched
        x.crewed[st] = s.people[st] > 0 or (w.simple.is_simple[st] and not s.was_people[st])
        there = s.attitude.mass_kg[st] > 0.0
        held_kg[:] = 0.0
        for p in range(stock_kg.shape[1]):
            for r in range(held_kg.size):
                held_kg[r] += stock_kg[st, p, r]
        for r in range(held_kg.size):
            stocked[st, r] = there and held_kg[r] > 1.0
    _to_burn(w, s, x)
    for st in range(s.people.size):
        for r in (NITROGEN, PROPELLANT):
            if k > 0 and not stocked[st, r] and s.stock_row[st, r] < 0 and s.attitude.mass_kg[st] > 0.0:
                cause = why_short(w, s, luck, st, r, t1_s, log)
                s.stock_row[st, r] = add(log, t1_s, happened.STOCK_EMPTY, st, happened.RESOURCE + r, cause, 0.0)
        spare = stock_kg.shape[2]
        if stocked[st, spare]:
            s.stock_row[st, spare] = -1
        elif k > 0 and x.tank_kg[st] > 0.0 and s.stock_row[st, spare] < 0:
            cause = s.stock_row[st, PROPELLANT] if s.stock_low[st, 3] else why_short(w, s, luck, st, PROPELLANT, t1_s, log)
            s.stock_row[st, spare] = add(log, t1_s, happened.TANKS_HELD, st, happened.RESOURCE + PROPELLANT, cause, x.tank_kg[st])
        allowed[st, :] = s.attitude.mass_kg[st] > 0.0 and not s.orbit.entered[st]
        tumbles = not w.simple.is_simple[st] and t1_s - s.since_s[st, 0] >= w.rules.leave_after_attitude_lost_s
        allowed[st, services.POWER] &= s.core_power[st] and not tumbles  # its batteries are flat, and nobody restarts it
        allowed[st, services.THERMAL] &= s.heat_ok[st, 0] and s.heat_ok[st, 1]
        allowed[st, services.PRESSURE] &= s.life_support.pressure_ok[st] or s.life_support.volume_m3[st] <= 0.0
        allowed[st, services.ATTITUDE] &= s.attitude_held[st] or w.simple.is_simple[st]
        if s.orbit.entered[st]:
            continue
        s.limit_row[st, services.POWER] = s.attitude_row[st] if not s.attitude_held[st] else s.services.row[st, services.POWER]
        if s.attitude_held[st] and not s.core_power[st] and s.services.up[st, services.POWER]:
            s.limit_row[st, services.POWER] = why_no_power(w, s, st)
        s.limit_row[st, services.ATTITUDE] = s.attitude_row[st]
        if not allowed[st, services.PRESSURE] and s.services.up[st, services.PRESSURE] and s.life_support.volume_m3[st] > 0.0:
            s.limit_row[st, services.PRESSURE] = _why_no_air(w, s, luck, st, t1_s, log)
    if services.is_new(
        w.services, s.services, t1_s, x.anew[0], s.traffic.changed[0], x.vehicles, x.machines, x.stocked, s.partners.operates,
        s.partners.segment_runs, x.allowed, x.crewed,
    ):  # fmt: skip
        services.solve(
            w.services, s.services, t1_s, s.traffic.part_station, x.vehicles, x.machines, x.stocked, s.partners.operates,
            s.partners.segment_runs, x.allowed, x.crewed, x.now,
        )  # fmt: skip
        services.note(
            w.services, s.services, t1_s, x.allowed, x.now, s.part_row, s.vehicle_row, s.machine_row, s.stock_row,
            s.partners.operates_row, s.partners.segment_row, s.limit_row, k == 0, log,
        )  # fmt: skip
    refuel(w, s, x)
    for st in range(s.people.size):
        x.people_mean[st] = s.crew.person_s[st].sum() / dt_s
        s.usual_people[st] += (x.people_mean[st] - s.usual_people[st]) * -math.expm1(-dt_s / USUAL_s)
        whole, gives = s.life_support.whole, s.services.up
        if w.simple.is_simple[st]:
            whole[st, 0], whole[st, 1] = gives[st, services.OXYGEN], gives[st, services.CO2]
            whole[st, 2] = gives[st, services.WATER]
        x.rate_rad_per_s[st] = orbit_law.mean_motion(s.orbit.a_m[st])
        x.cmgs[st] = x.machines[st, w.cmg_kind] if w.cmg_kind >= 0 else 0
        x.flag_a[st] = s.services.up[st, services.DESATURATION]
        x.flag_b[st] = s.services.up[st, services.DESATURATION]  # whoever can dump momentum can hold on thrusters
        if w.simple.is_simple[st]:
            x.cmgs[st] = 4 if s.services.up[st, services.ATTITUDE] else 0


@njit(cache=True)
def _why_no_air(w: World, s: RunState, luck: Luck, st: int, t_s: float, log: Log) -> int:
    """The row that tells why nobody can breathe: too little oxygen in the air, or too little air."""
    if s.life_support.oxygen_Pa[st] >= w.life_support.rules.oxygen_limit_Pa:
        return why_short(w, s, luck, st, NITROGEN, t_s, log)
    return s.stock_row[st, OXYGEN] if s.stock_low[st, OXYGEN_RESERVE] else why_short(w, s, luck, st, OXYGEN, t_s, log)


@njit(cache=True)
def held_kg(w: World, s: RunState, st: int) -> float:
    """Propellant in the tanks of a station that reboosts do not touch, kg."""
    return w.rules.tank_hold_kg * min(1.0, s.attitude.mass_kg[st] / HOLD_MASS_kg)


@njit(cache=True)
def _to_burn(w: World, s: RunState, x: Scratch) -> None:
    """What there is to burn: to turn with, in tanks and in ships that serve attitude; to push with, in tanks beyond what is
    held for attitude; and, by type, in ships of their own where they can push."""
    stocked, tank_kg, stock_kg, place = x.stocked, x.tank_kg, s.stores.stock_kg, s.traffic.part_station
    part, modules, resources = w.stores.container_part, w.traffic.part_station.size, x.stock_kg.shape[2]
    side, runs, order, first = w.traffic.part_segment, s.partners.segment_runs, w.stores.order, w.stores.first
    stocked[:, resources:] = False
    tank_kg[:] = 0.0
    for i in range(first[PROPELLANT], first[PROPELLANT + 1]):
        c = order[i]
        if part[c] >= modules:
            break  # tanks of ships come after those of modules
        if place[part[c]] >= 0 and runs[side[part[c]]]:
            tank_kg[place[part[c]]] += stock_kg[c]
    for st in range(tank_kg.size):
        stocked[st, PROPELLANT] = tank_kg[st] > 1.0
        stocked[st, resources] = tank_kg[st] > held_kg(w, s, st)
    for i in range(x.ships_count[0]):
        f = x.ships[i]
        st, c = place[modules + f], w.ships.tank[f]
        if st >= 0 and c >= 0 and stock_kg[c] > 1.0:
            stocked[st, PROPELLANT] |= w.ships.turns[f]
            pushes = w.ships.thrust_N[f] > 0.0 and w.ships.port_push_frac[s.traffic.port[f]] > 0.0
            stocked[st, resources + 1 + w.ships.vehicle[f]] |= pushes


@njit(cache=True)
def _count(w: World, s: RunState, x: Scratch) -> None:
    """Which ships, machines, parts, channels and loops work, and where."""
    x.vehicles[:] = 0
    here, modules = s.traffic.part_station, w.traffic.part_station.size
    for i in range(x.ships_count[0]):
        f = x.ships[i]
        if here[modules + f] >= 0 and not s.crew.damaged[f]:
            x.vehicles[here[modules + f], w.ships.vehicle[f]] += 1
    x.machines[:] = 0
    at, healthy, segment, kind = s.equipment.station, s.equipment.works, w.equipment.segment, w.equipment.kind
    operator, operates, segment_runs = w.equipment.operator, s.partners.operates, s.partners.segment_runs
    works, wants, powered = x.machine_works, x.machine_wants, s.powered
    for m in range(at.size):
        st = at[m]
        runs = st >= 0 and healthy[m] and segment_runs[segment[m]] and operates[operator[m], segment[m]]
        works[m] = 1.0 if runs and powered[m] else 0.0
        wants[m] = 1.0 if runs else 0.0
        if st >= 0:
            if works[m] > 0.0:
                x.machines[st, kind[m]] += 1
            else:
                why = _why_idle(w, s, m, st)
                if why > s.machine_row[st, kind[m]]:
                    s.machine_row[st, kind[m]] = why
    part_works = x.part_works
    everything = all_on(s)
    for k in range(modules):
        part_works[k] = everything or is_on(w, s, k)
    for i in range(x.ships_count[0]):
        part_works[modules + x.ships[i]] = everything or is_on(w, s, modules + x.ships[i])
    for j in range(w.joint_machine.size):
        m = w.joint_machine[j]
        if m >= 0 and w.joint_part[j] >= 0 and not s.equipment.up[m]:
            x.part_works[w.joint_part[j]] = False
    up, channel_works, channel_machine = s.equipment.up, x.channel_works, w.channel_machine
    for c in range(channel_works.size):
        channel_works[c] = True
        for i in range(channel_machine.shape[1]):
            m = channel_machine[c, i]
            if m >= 0 and not up[m]:
                channel_works[c] = False
    for q in range(x.loop_works.size):
        m = w.loop_machine[q]
        x.loop_works[q] = m < 0 or up[m]


@njit(cache=True)
def _why_idle(w: World, s: RunState, m: int, st: int) -> int:
    """The row that tells why machine `m` does not work: it failed, its segment is off, who ran it has left, or power is short."""
    if not s.equipment.works[m]:
        return s.equipment.row[m]
    seg, who = w.equipment.segment[m], w.equipment.operator[m]
    if not s.partners.segment_runs[seg]:
        return s.partners.segment_row[seg]
    return why_no_power(w, s, st) if s.partners.operates[who, seg] else s.partners.operates_row[who, seg]
