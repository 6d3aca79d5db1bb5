"""Electric power: blankets to channels, through batteries to buses, to loads by priority; the rest is shed."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from stationkeep.laws import power as law
from stationkeep.loops import borrows

US, RUSSIAN = 0, 1
PAYLOAD = 4
AGES_s = 7 * 86400.0
"""Wings and batteries are as old as at the beginning of a span of this length: they lose less than 0.1 % in it."""
# how a wing follows the Sun
TWO_AXES, ALPHA_ONLY, Z1_PERCH, GIMBAL_ONLY = 0, 1, 2, 3


class Wings(NamedTuple):
    """W rows, one per phase of one blanket; G points of beta in the shading tables."""

    channel: np.ndarray  # (W,) int64
    part: np.ndarray  # (W,) int64, part whose presence carries the blanket, -1 none
    joint_part: np.ndarray  # (W,) int64, part whose rotary joint turns it, -1 none
    covered_by: np.ndarray  # (W,) int64, row of the blanket laid over it, -1 none
    covered_frac: np.ndarray  # (W,) strings lost when that blanket is out
    is_cover: np.ndarray  # (W,) bool_, laid over another wing: not counted as a wing
    from_s: np.ndarray  # (W,)
    to_s: np.ndarray  # (W,)
    born_s: np.ndarray  # (W,) first sunlight, for ageing
    rated_W: np.ndarray  # (W,) facing the Sun at 1 au when new
    area_m2: np.ndarray  # (W,)
    linear_per_y: np.ndarray  # (W,)
    quadratic_per_y2: np.ndarray  # (W,)
    pointing: np.ndarray  # (W,) int64
    shading: np.ndarray  # (W,) int64, row of lit_frac, -1 unshaded
    beta_rad: np.ndarray  # (G,) ascending from 0
    lit_frac: np.ndarray  # (tables, G)


class Channels(NamedTuple):
    """C channels, each the arrays, batteries and regulators between one set of wings and one bus."""

    bus: np.ndarray  # (C,) int64
    part: np.ndarray  # (C,) int64
    from_s: np.ndarray  # (C,) wired to the loads from
    to_s: np.ndarray  # (C,)
    direct_frac: np.ndarray  # (C,) efficiency array to load in sunlight
    charge_frac: np.ndarray  # (C,) array to battery
    deliver_frac: np.ndarray  # (C,) battery to load


class Batteries(NamedTuple):
    """B battery units by the days they were on line."""

    channel: np.ndarray  # (B,) int64
    from_s: np.ndarray  # (B,)
    to_s: np.ndarray  # (B,)
    capacity_J: np.ndarray  # (B,) new
    fade_per_y: np.ndarray  # (B,)
    return_frac: np.ndarray  # (B,) energy out per energy in
    depth_frac: np.ndarray  # (B,) allowed depth of discharge


class Transfers(NamedTuple):
    """T converters between the buses; each works while both its parts are on one station."""

    from_bus: np.ndarray  # (T,) int64
    part_a: np.ndarray  # (T,) int64
    part_b: np.ndarray  # (T,) int64
    from_s: np.ndarray  # (T,)
    to_s: np.ndarray  # (T,)
    limit_W: np.ndarray  # (T,) delivered
    efficiency_frac: np.ndarray  # (T,)


class Params(NamedTuple):
    """What a run needs of power; L loads. `ageing` is the one number drawn per run (1 nominal)."""

    wings: Wings
    channels: Channels
    batteries: Batteries
    transfers: Transfers
    load_part: np.ndarray  # (L,) int64
    load_bus: np.ndarray  # (L,) int64
    load_priority: np.ndarray  # (L,) int64
    load_machine: np.ndarray  # (L,) int64, -1 none
    load_from_s: np.ndarray  # (L,)
    load_to_s: np.ndarray  # (L,)
    load_W: np.ndarray  # (L,)
    load_order: np.ndarray  # (L,) int64, by priority, in table order within one
    ageing: float
    ageing_low: float
    ageing_mode: float
    ageing_high: float
    pointing_frac: float  # what two perfect axes still lose
    perch_switch_rad: float  # beta above which P6 on Z1 flew with its axis square to the Sun
    orbit_period_s: float
    feathered_from_s: float  # wings feathered in eclipse from


class State(NamedTuple):
    """What the last step left; only `throughput_J` accumulates.

    `live_*` list the rows in service now, the first `live_count` of each. They and what loads want are found afresh in
    every step unless `settled` says that since the last one no machine failed, was repaired or lost power [0], and that
    nothing moved or came into service [1]; then wings and batteries age by the week.
    """

    channel_generation_W: np.ndarray  # (C,) in sunlight, wired
    channel_usable_W: np.ndarray  # (C,) orbit average at the loads
    channel_eclipse_W: np.ndarray  # (C,) of it, in eclipse
    channel_capacity_J: np.ndarray  # (C,) batteries as aged
    throughput_J: np.ndarray  # (C,) discharged so far
    bus_usable_W: np.ndarray  # (S, 2)
    bus_drawn_W: np.ndarray  # (S, 2) out of each bus, transfers included
    transfer_W: np.ndarray  # (S, 2) delivered out of bus 0 to 1, and out of 1 to 0
    main_bus: np.ndarray  # (S,) int64, whose wings a station's rated and usable power mean: US where it has a wing out
    wings_count: np.ndarray  # (S,) int64, blankets deployed on the main bus (covers not counted)
    parted: np.ndarray  # (1,) bool_: of the main station (0) the Russian segment alone is left
    settled: np.ndarray  # (2,) bool_
    aged_s: np.ndarray  # (1,) when wings and batteries were as old as they are now
    wing_W: np.ndarray  # (W,) as aged, facing the Sun at 1 au
    live_wing: np.ndarray  # (W,) int64
    live_battery: np.ndarray  # (B,) int64
    live_load: np.ndarray  # (L,) int64, by priority
    live_count: np.ndarray  # (3,) int64 of wings, batteries, loads
    wanted_W: np.ndarray  # (S, 2, 2) by loads in service, by bus: payloads, all others
    bank: np.ndarray  # (C, 3) batteries today: energy, J, mean return and allowed depth
    seam: np.ndarray  # (2, 2) watts deliverable out of each bus into the other, and the efficiency of it
    every: np.ndarray  # (2,) bool_: every load was served in full; so it was in the step before, and the loads are the same


@njit(cache=True)
def _active(t_s: float, from_s: float, to_s: float) -> bool:
    return from_s <= t_s < to_s


@njit(cache=True)
def _place(x: float, grid: np.ndarray) -> tuple[int, float]:
    """The point of a grid at or above `x`, and the share of the way to it from the one below; `x` is held within the grid."""
    for k in range(1, grid.size):
        if x <= grid[k]:
            return k, max(x - grid[k - 1], 0.0) / (grid[k] - grid[k - 1])
    return grid.size - 1, 1.0


@njit(cache=True)
def pointing_cos(mode: int, beta_rad: float, sunlit_frac: float, perch_switch_rad: float) -> float:
    """Mean cosine of incidence over the sunlit arc of a wing that follows the Sun by `mode`."""
    if mode == ALPHA_ONLY or (mode == Z1_PERCH and abs(beta_rad) < perch_switch_rad):
        return law.one_axis_cos(beta_rad)
    if mode == GIMBAL_ONLY:
        return law.gimbal_only_cos(beta_rad, sunlit_frac)
    return 1.0


@njit(cache=True)
def _find_live(p: Params, s: State, t_s: float, part_station: np.ndarray) -> None:
    """List wings and batteries in service, and find each station's main bus."""
    g, b, bus, main_bus, wings, batteries = p.wings, p.batteries, p.channels.bus, s.main_bus, s.live_wing, s.live_battery
    main_bus[:] = RUSSIAN
    count = 0
    for w in range(g.channel.size):
        station = part_station[g.part[w]] if g.part[w] >= 0 else -1
        if station >= 0 and _active(t_s, g.from_s[w], g.to_s[w]):
            wings[count] = w
            count += 1
            if bus[g.channel[w]] == US:
                main_bus[station] = US
    s.live_count[0] = count
    count = 0
    for k in range(b.channel.size):
        if _active(t_s, b.from_s[k], b.to_s[k]):
            batteries[count] = k
            count += 1
    s.live_count[1] = count


@njit(cache=True)
def _age(p: Params, s: State, t_s: float) -> None:
    """Power of each wing in service now; energy, J, and mean return and allowed depth of each channel's batteries."""
    g, b, wings = p.wings, p.batteries, s.live_wing
    s.aged_s[0] = t_s
    for i in range(s.live_count[0]):
        w = wings[i]
        s.wing_W[w] = g.rated_W[w] * law.ageing_frac(t_s - g.born_s[w], g.linear_per_y[w], g.quadratic_per_y2[w], p.ageing)
    channel, from_s, new_J, fade = b.channel, b.from_s, b.capacity_J, b.fade_per_y
    return_frac, depth_frac, bank, live = b.return_frac, b.depth_frac, s.bank, s.live_battery
    bank[:] = 0.0
    for i in range(s.live_count[1]):
        k = live[i]
        size = new_J[k] * math.exp(-fade[k] * max(t_s - from_s[k], 0.0) / law.YEAR_S)
        row = bank[channel[k]]
        row[0] += size
        row[1] += size * return_frac[k]
        row[2] += size * depth_frac[k]
    for c in range(bank.shape[0]):
        if bank[c, 0] > 0.0:
            bank[c, 1] /= bank[c, 0]
            bank[c, 2] /= bank[c, 0]


@borrows
def generate(
    p: Params, s: State, t_s: float, sunlight: float, beta_rad: np.ndarray, sunlit_frac: np.ndarray,
    part_station: np.ndarray, part_works: np.ndarray, attitude_held: np.ndarray, out_rated_W: np.ndarray,
    out_generation_W: np.ndarray, out_connected_W: np.ndarray, channel_W: np.ndarray,
) -> None:  # fmt: skip
    """Fill rated, generated and connected power by station (main bus) and generation in sunlight by channel, W.

    Rated is what the deployed blankets gave when new; generated what they give in sunlight today (aged, pointed,
    shaded; `sunlight` is 1 at one astronomical unit); connected the part of it wired to loads. A station that tumbles collects what a tumbling panel does; a wing
    whose joint's part does not work turns on its own gimbal only. Only the whole station (0) is held along its orbit by
    others' arrays and in their shade: a segment on its own flies turned to the Sun, as Zarya and Zvezda did before the truss.
    """
    out_rated_W[:] = 0.0
    out_generation_W[:] = 0.0
    out_connected_W[:] = 0.0
    channel_W[:] = 0.0
    s.wings_count[:] = 0
    g, main_bus, bus, live = p.wings, s.main_bus, p.channels.bus, s.live_wing
    if not s.settled[1]:
        _find_live(p, s, t_s, part_station)
    week_s = math.floor(t_s / AGES_s) * AGES_s
    if not s.settled[1] or s.aged_s[0] != week_s:
        _age(p, s, week_s)
    parked_at, parked_cos = -1, 0.0
    point, share = _place(abs(beta_rad[0]), g.beta_rad)
    for i in range(s.live_count[0]):
        w = live[i]
        station, channel, cover = part_station[g.part[w]], g.channel[w], g.covered_by[w]
        covered = cover >= 0 and g.part[cover] >= 0 and part_station[g.part[cover]] == station
        lit = 1.0 - g.covered_frac[w] if covered and _active(t_s, g.from_s[cover], g.to_s[cover]) else 1.0
        whole = station == 0 and not s.parted[0]
        beta = beta_rad[station] if whole else 0.0  # a segment on its own is turned until its arrays face the Sun
        if g.shading[w] >= 0 and whole:
            shade = g.lit_frac[g.shading[w]]
            lit *= shade[point - 1] + share * (shade[point] - shade[point - 1])
        pointing = law.TUMBLING_FRAC
        if attitude_held[station]:
            joint = g.joint_part[w]
            mode = GIMBAL_ONLY if joint >= 0 and not part_works[joint] else g.pointing[w]
            if mode != GIMBAL_ONLY:
                cosine = pointing_cos(mode, beta, sunlit_frac[station], p.perch_switch_rad)
            else:  # a sum over the orbit: the same for all such wings of a station
                if station != parked_at:
                    parked_at, parked_cos = station, law.gimbal_only_cos(beta, sunlit_frac[station])
                cosine = parked_cos
            pointing = p.pointing_frac * cosine
        watts = 0.0
        if part_works[g.part[w]]:
            watts = s.wing_W[w] * lit * pointing * sunlight
        wired = _active(t_s, p.channels.from_s[channel], p.channels.to_s[channel])
        if wired:
            channel_W[channel] += watts
        if bus[channel] == main_bus[station]:
            out_rated_W[station] += g.rated_W[w]
            out_generation_W[station] += watts
            if wired:
                out_connected_W[station] += watts
            if not g.is_cover[w]:
                s.wings_count[station] += 1
    for c in range(channel_W.size):
        s.channel_generation_W[c] = channel_W[c]


@njit(cache=True)
def ask(
    p: Params, s: State, t_s: float, part_station: np.ndarray, machine_wants_frac: np.ndarray,
    load_station: np.ndarray, load_wanted_W: np.ndarray,
) -> None:  # fmt: skip
    """Fill where each load is and what it wants now; a machine's load follows `machine_wants_frac` (M,)."""
    if s.settled[0]:
        return
    part, from_s, to_s, machine_of, load_W = p.load_part, p.load_from_s, p.load_to_s, p.load_machine, p.load_W
    for k in range(load_W.size):
        load_station[k] = part_station[part[k]] if part[k] >= 0 else -1
        load_wanted_W[k] = 0.0
        if load_station[k] >= 0 and from_s[k] <= t_s < to_s[k]:
            machine = machine_of[k]
            load_wanted_W[k] = load_W[k] * (machine_wants_frac[machine] if machine >= 0 else 1.0)


@borrows
def _size_channels(
    c: Channels, s: State, period_s: float, sunlit_frac: np.ndarray,
    part_station: np.ndarray, channel_works: np.ndarray,
) -> None:  # fmt: skip
    """What each channel can carry over the orbit and in eclipse, from its array and its batteries of the day."""
    bus_usable_W, usable_W, eclipse_W = s.bus_usable_W, s.channel_usable_W, s.channel_eclipse_W
    capacity_J, generation_W, part = s.channel_capacity_J, s.channel_generation_W, c.part
    bank = s.bank
    bus_usable_W[:] = 0.0
    for k in range(part.size):
        usable_W[k] = eclipse_W[k] = capacity_J[k] = 0.0
        station = part_station[part[k]] if part[k] >= 0 else -1
        array_W = generation_W[k]
        if station < 0 or not channel_works[k] or array_W <= 0.0:
            continue
        lit = sunlit_frac[station]
        capacity, returned, allowed = bank[k, 0], bank[k, 1], bank[k, 2]
        night = usable = 0.0
        if capacity > 0.0:
            direct, deliver = c.direct_frac[k], c.deliver_frac[k]
            stored = c.charge_frac[k] * returned * deliver
            limit = law.eclipse_load_limit_W(capacity, allowed, deliver, (1.0 - lit) * period_s)
            night = min(law.constant_load_W(array_W, lit, direct, stored), limit)
            usable = lit * law.sunlit_load_W(array_W, night, lit, direct, stored) + (1.0 - lit) * night
        usable_W[k], eclipse_W[k], capacity_J[k] = usable, night, capacity
        bus_usable_W[station, c.bus[k]] += usable


@njit(cache=True)
def _seam(
    c: Transfers, t_s: float, part_station: np.ndarray, station: int, limit_W: np.ndarray, efficiency_frac: np.ndarray
) -> None:
    """Watts deliverable out of each bus into the other at `station`, and the efficiency of it; shapes (2,)."""
    limit_W[:] = 0.0
    efficiency_frac[:] = 1.0
    for k in range(c.limit_W.size):
        a, b = c.part_a[k], c.part_b[k]
        if a < 0 or b < 0 or part_station[a] != station or part_station[b] != station:
            continue
        if _active(t_s, c.from_s[k], c.to_s[k]):
            limit_W[c.from_bus[k]] += c.limit_W[k]
            efficiency_frac[c.from_bus[k]] = c.efficiency_frac[k]


@njit(cache=True)
def _line_up(
    s: State, load_order: np.ndarray, load_station: np.ndarray, load_bus: np.ndarray, load_priority: np.ndarray,
    load_wanted_W: np.ndarray,
) -> None:  # fmt: skip
    """List the loads that want power, by priority, and add up what they want."""
    s.wanted_W[:] = 0.0
    count, live, wanted_W = 0, s.live_load, s.wanted_W
    for i in range(load_order.size):
        k = load_order[i]
        if load_station[k] >= 0 and load_wanted_W[k] > 0.0:
            live[count] = k
            count += 1
            wanted_W[load_station[k], load_bus[k], 0 if load_priority[k] == PAYLOAD else 1] += load_wanted_W[k]
    s.live_count[2] = count


@njit(cache=True)
def _lent_W(wanted_W: float, left_W: float) -> float:
    return max(wanted_W - left_W, 0.0)


@borrows
def _serve_all(s: State, station: int, over: np.ndarray, frac: np.ndarray, cool: np.ndarray) -> tuple[bool, float, float]:
    """Serve every load of a station if both buses together can: whether it was done, watts of payload, the margin.

    What comes of it does not depend on the order of the loads, so they need not be looked at one by one.
    """
    left, wanted = s.bus_usable_W[station], s.wanted_W[station]
    transfer_W, drawn_W, main = s.transfer_W[station], s.bus_drawn_W[station], s.main_bus[station]
    for bus in range(2):
        other, all_W = 1 - bus, wanted[bus, 0] + wanted[bus, 1]
        lent = _lent_W(wanted[other, 0] + wanted[other, 1], left[other])
        if all_W > cool[bus] or lent > over[bus] or (lent > 0.0 and all_W + lent / frac[bus] > left[bus]):
            return False, 0.0, 0.0
    for bus in range(2):
        all_W = wanted[bus, 0] + wanted[bus, 1]
        transfer_W[bus] = _lent_W(wanted[1 - bus, 0] + wanted[1 - bus, 1], left[1 - bus])
        drawn_W[bus] = min(all_W, left[bus]) + transfer_W[bus] / frac[bus]
    other = 1 - main
    spare = left[main] - wanted[main, 1] - _lent_W(wanted[other, 1], left[other]) / frac[main]
    return True, wanted[0, 0] + wanted[1, 0], max(spare, 0.0)


@njit(cache=True)
def _share_out(
    s: State, station: int, over: np.ndarray, frac: np.ndarray, cool: np.ndarray,
    load_station: np.ndarray, load_bus: np.ndarray, load_priority: np.ndarray, load_wanted_W: np.ndarray, load_granted_frac: np.ndarray,
) -> tuple[float, float, float]:  # fmt: skip
    """Grant loads from the highest priority down, in table order; return watts of payload, shed, and the margin of `grant`."""
    live = s.live_load
    left = s.bus_usable_W[station].copy()
    transfer_W, drawn_W = s.transfer_W[station], s.bus_drawn_W[station]
    main = s.main_bus[station]
    payload = shed = 0.0
    spare = lacking = -1.0
    for i in range(s.live_count[2]):
        k = live[i]
        wanted = load_wanted_W[k]
        if load_station[k] != station:
            continue
        if load_priority[k] == PAYLOAD and spare < 0.0:
            spare, lacking = left[main], shed
        bus = load_bus[k]
        other = 1 - bus
        want = min(wanted, cool[bus])
        own = min(want, left[bus])
        given = own
        left[bus] -= own
        drawn_W[bus] += own
        if own < want:
            lent = min(want - own, over[other], left[other] * frac[other])
            left[other] = max(left[other] - lent / frac[other], 0.0)
            over[other] -= lent
            transfer_W[other] += lent
            drawn_W[other] += lent / frac[other]
            given += lent
        cool[bus] -= given
        load_granted_frac[k] = 1.0 if given == wanted else given / wanted
        shed += wanted - given
        if load_priority[k] == PAYLOAD:
            payload += given
    if spare < 0.0:
        spare, lacking = left[main], shed
    return payload, shed, spare if lacking <= 0.0 else -lacking


@njit(cache=True)
def grant(
    p: Params, s: State, t_s: float, dt_s: float, sunlit_frac: np.ndarray, part_station: np.ndarray,
    channel_works: np.ndarray, heat_limit_W: np.ndarray, load_station: np.ndarray, load_bus: np.ndarray,
    load_priority: np.ndarray, load_wanted_W: np.ndarray, load_granted_frac: np.ndarray, usable_W: np.ndarray,
    used_W: np.ndarray, payload_W: np.ndarray, battery_depth_frac: np.ndarray, shed_W: np.ndarray, margin_W: np.ndarray,
) -> None:  # fmt: skip
    """Share out the orbit's power: `usable_W` and `used_W` of the main bus, `shed_W` wanted by any load and not given.

    `used_W` includes what goes over to the other bus. `margin_W` is what the main bus has left for payloads once all
    else is served or, negative, what all else lacks.
    `heat_limit_W` (S, 2) is what the thermal loops of each bus can reject: no bus is granted more than it can cool.
    """
    same = s.settled[0] and s.every[0]
    if not s.settled[0]:
        _line_up(s, p.load_order, load_station, load_bus, load_priority, load_wanted_W)
        load_granted_frac[:] = 0.0
    s.transfer_W[:] = 0.0
    s.bus_drawn_W[:] = 0.0
    s.every[0] = True
    _size_channels(p.channels, s, p.orbit_period_s, sunlit_frac, part_station, channel_works)
    over, frac = s.seam[0], s.seam[1]
    for station in range(usable_W.size):
        _seam(p.transfers, t_s, part_station, station, over, frac)
        served, payload_W[station], margin_W[station] = _serve_all(s, station, over, frac, heat_limit_W[station])
        shed_W[station] = 0.0
        if served and not same:
            for i in range(s.live_count[2]):
                if load_station[s.live_load[i]] == station:
                    load_granted_frac[s.live_load[i]] = 1.0
        elif not served:
            s.every[0] = False
            payload_W[station], shed_W[station], margin_W[station] = _share_out(
                s, station, over, frac, heat_limit_W[station].copy(), load_station, load_bus, load_priority, load_wanted_W,
                load_granted_frac,
            )  # fmt: skip
        bus = s.main_bus[station]
        usable_W[station] = s.bus_usable_W[station, bus]
        used_W[station] = s.bus_drawn_W[station, bus]
        eclipse_s = (1.0 - sunlit_frac[station]) * p.orbit_period_s
        battery_depth_frac[station] = _discharge(
            p.channels, s, eclipse_s, dt_s / p.orbit_period_s, part_station, station, bus
        )
    s.every[1] = same and s.every[0]


@borrows
def _discharge(
    c: Channels, s: State, eclipse_s: float, orbits: float, part_station: np.ndarray, station: int, bus: int
) -> float:
    """Count the energy each channel's batteries gave; return the depth of discharge of the station's main bus."""
    needed = capacity = 0.0
    for k in range(c.bus.size):
        if s.channel_usable_W[k] <= 0.0 or part_station[c.part[k]] != station:
            continue
        share = s.bus_drawn_W[station, c.bus[k]] / s.bus_usable_W[station, c.bus[k]]
        given = min(share * s.channel_usable_W[k], s.channel_eclipse_W[k]) * eclipse_s / c.deliver_frac[k]
        s.throughput_J[k] += given * orbits
        if c.bus[k] == bus:
            needed += given
            capacity += s.channel_capacity_J[k]
    return needed / capacity if capacity > 0.0 else 0.0


@njit(cache=True)
def drag_area(
    p: Params, t_s: float, beta_rad: np.ndarray, sunlit_frac: np.ndarray, part_station: np.ndarray, out_m2: np.ndarray
) -> None:
    """Mean frontal area of the deployed wings over the orbit by station, m2 (edge-on parts and covers not counted)."""
    out_m2[:] = 0.0
    feathered = t_s >= p.feathered_from_s
    g = p.wings
    part, pointing, from_s, to_s, area_m2 = g.part, g.pointing, g.from_s, g.to_s, g.area_m2
    for station in range(out_m2.size):
        shown = law.tracking_drag_frac(beta_rad[station], sunlit_frac[station], feathered)
        for w in range(part.size):
            if part[w] >= 0 and part_station[part[w]] == station and pointing[w] != GIMBAL_ONLY:
                if from_s[w] <= t_s < to_s[w]:
                    out_m2[station] += area_m2[w] * shown
