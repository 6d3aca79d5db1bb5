"""Electric power: blankets to channels, channels through batteries to buses, buses to loads by priority, the rest shed."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from stationkeep.laws import power as law
from stationkeep.laws import sun

US, RUSSIAN = 0, 1
PAYLOAD = 4
PRIORITIES = 5
# how a wing follows the Sun
TWO_AXES, ALPHA_ONLY, Z1_PERCH, GIMBAL_ONLY = 0, 1, 2, 3


class Params(NamedTuple):
    """W wings (one row per phase of one blanket), C channels, B batteries, T transfers, L loads, G shading tables."""

    wing_channel: np.ndarray  # (W,) int64
    wing_part: np.ndarray  # (W,) int64, part whose presence carries the blanket, -1 none
    wing_covered_by: np.ndarray  # (W,) int64, row of the blanket laid over it, -1 none
    wing_covered_frac: np.ndarray  # (W,) strings lost when that blanket is out
    wing_is_cover: np.ndarray  # (W,) bool_, laid over another wing: not counted as a wing
    wing_from_s: np.ndarray  # (W,)
    wing_to_s: np.ndarray  # (W,)
    wing_born_s: np.ndarray  # (W,) first sunlight, for ageing
    wing_rated_W: np.ndarray  # (W,) facing the Sun at 1 au when new
    wing_area_m2: np.ndarray  # (W,)
    wing_linear_per_y: np.ndarray  # (W,)
    wing_quadratic_per_y2: np.ndarray  # (W,)
    wing_pointing: np.ndarray  # (W,) int64
    wing_shading: np.ndarray  # (W,) int64, row of shading_frac, -1 unshaded
    shading_beta_rad: np.ndarray  # (G,) ascending from 0
    shading_lit_frac: np.ndarray  # (tables, G)
    channel_bus: np.ndarray  # (C,) int64
    channel_part: np.ndarray  # (C,) int64
    channel_from_s: np.ndarray  # (C,) wired to the loads from
    channel_to_s: np.ndarray  # (C,)
    channel_direct_frac: np.ndarray  # (C,) array to load in sunlight
    channel_charge_frac: np.ndarray  # (C,) array to battery
    channel_deliver_frac: np.ndarray  # (C,) battery to load
    battery_channel: np.ndarray  # (B,) int64
    battery_from_s: np.ndarray  # (B,)
    battery_to_s: np.ndarray  # (B,)
    battery_capacity_J: np.ndarray  # (B,) new
    battery_fade_per_y: np.ndarray  # (B,)
    battery_return_frac: np.ndarray  # (B,) energy out per energy in
    battery_depth_frac: np.ndarray  # (B,) allowed depth of discharge
    transfer_from_bus: np.ndarray  # (T,) int64
    transfer_part_a: np.ndarray  # (T,) int64
    transfer_part_b: np.ndarray  # (T,) int64
    transfer_from_s: np.ndarray  # (T,)
    transfer_to_s: np.ndarray  # (T,)
    transfer_limit_W: np.ndarray  # (T,) delivered
    transfer_frac: np.ndarray  # (T,) efficiency
    load_part: np.ndarray  # (L,) int64
    load_bus: np.ndarray  # (L,) int64
    load_priority: np.ndarray  # (L,) int64
    load_machine: np.ndarray  # (L,) int64, -1 none
    load_from_s: np.ndarray  # (L,)
    load_to_s: np.ndarray  # (L,)
    load_W: np.ndarray  # (L,)
    ageing: float  # strength drawn per run, 1 nominal
    ageing_low: float
    ageing_mode: float
    ageing_high: float
    pointing_frac: float  # what two perfect axes still lose
    perch_switch_rad: float  # beta above which P6 on Z1 flew with its axis square to the Sun
    orbit_period_s: float
    feathered_from_s: float  # wings feathered in eclipse from


class State(NamedTuple):
    """What the last step left; only `throughput_J` accumulates."""

    channel_generation_W: np.ndarray  # (C,) in sunlight, wired
    channel_usable_W: np.ndarray  # (C,) orbit average at the loads
    channel_eclipse_W: np.ndarray  # (C,) of it, in eclipse
    channel_capacity_J: np.ndarray  # (C,) batteries as aged
    throughput_J: np.ndarray  # (C,) discharged so far
    bus_usable_W: np.ndarray  # (S, 2)
    bus_drawn_W: np.ndarray  # (S, 2) out of each bus, transfers included
    transfer_W: np.ndarray  # (S, 2) delivered out of bus 0 to 1, and out of 1 to 0
    wings_count: np.ndarray  # (S,) int64, blankets deployed on the main bus (covers not counted)


@njit(cache=True)
def _active(t_s: float, from_s: float, to_s: float) -> bool:
    return from_s <= t_s < to_s


@njit(cache=True)
def _station(part_station: np.ndarray, part: int) -> int:
    return part_station[part] if part >= 0 else -1


@njit(cache=True)
def _interpolate(x: float, grid: np.ndarray, table: np.ndarray) -> float:
    if x <= grid[0]:
        return table[0]
    for k in range(1, grid.size):
        if x <= grid[k]:
            share = (x - grid[k - 1]) / (grid[k] - grid[k - 1])
            return table[k - 1] + share * (table[k] - table[k - 1])
    return table[grid.size - 1]


@njit(cache=True)
def wing_pointing_frac(p: Params, wing: int, beta_rad: float, sunlit_frac: float, held: bool) -> float:
    """Share of full sunlight a wing sees over the sunlit arc: pointing, tumbling, shade of the other segment's arrays."""
    if not held:
        return law.TUMBLING_FRAC
    mode = p.wing_pointing[wing]
    lit = 1.0
    if p.wing_shading[wing] >= 0:
        lit = _interpolate(abs(beta_rad), p.shading_beta_rad, p.shading_lit_frac[p.wing_shading[wing]])
    if mode == ALPHA_ONLY:
        cosine = law.one_axis_cos(beta_rad)
    elif mode == GIMBAL_ONLY:
        cosine = law.gimbal_only_cos(beta_rad, sunlit_frac)
    elif mode == Z1_PERCH and abs(beta_rad) < p.perch_switch_rad:
        cosine = law.one_axis_cos(beta_rad)
    else:
        cosine = 1.0
    return p.pointing_frac * cosine * lit


@njit(cache=True)
def main_bus(p: Params, t_s: float, part_station: np.ndarray, station: int) -> int:
    """The bus whose wings a station's rated and usable power mean: US where a US blanket is present, else Russian."""
    for w in range(p.wing_channel.size):
        if p.channel_bus[p.wing_channel[w]] == US and _active(t_s, p.wing_from_s[w], p.wing_to_s[w]):
            if _station(part_station, p.wing_part[w]) == station:
                return US
    return RUSSIAN


@njit(cache=True)
def generate(
    p: Params, s: State, t_s: float, dt_s: float, beta_rad: np.ndarray, sunlit_frac: np.ndarray,
    part_station: np.ndarray, part_works: np.ndarray, attitude_held: np.ndarray, out_rated_W: np.ndarray,
    out_generation_W: np.ndarray, out_connected_W: np.ndarray, channel_W: np.ndarray,
) -> None:  # fmt: skip
    """Fill rated, generated and connected power by station (main bus) and generation in sunlight by channel, W."""
    out_rated_W[:] = 0.0
    out_generation_W[:] = 0.0
    out_connected_W[:] = 0.0
    channel_W[:] = 0.0
    s.wings_count[:] = 0
    s.channel_generation_W[:] = 0.0
    distance_au = sun.sun_distance_au(t_s)
    for w in range(p.wing_channel.size):
        station = _station(part_station, p.wing_part[w])
        if station < 0 or not _active(t_s, p.wing_from_s[w], p.wing_to_s[w]):
            continue
        channel = p.wing_channel[w]
        lit = 1.0
        cover = p.wing_covered_by[w]
        if cover >= 0 and _active(t_s, p.wing_from_s[cover], p.wing_to_s[cover]):
            if _station(part_station, p.wing_part[cover]) == station:
                lit = 1.0 - p.wing_covered_frac[w]
        aged = law.ageing_frac(t_s - p.wing_born_s[w], p.wing_linear_per_y[w], p.wing_quadratic_per_y2[w], p.ageing)
        pointing = wing_pointing_frac(p, w, beta_rad[station], sunlit_frac[station], attitude_held[station])
        watts = 0.0
        if part_works[p.wing_part[w]]:
            watts = p.wing_rated_W[w] * aged * lit * pointing / (distance_au * distance_au)
        wired = _active(t_s, p.channel_from_s[channel], p.channel_to_s[channel])
        if wired:
            channel_W[channel] += watts
            s.channel_generation_W[channel] += watts
        if p.channel_bus[channel] == main_bus(p, t_s, part_station, station):
            out_rated_W[station] += p.wing_rated_W[w]
            out_generation_W[station] += watts
            if wired:
                out_connected_W[station] += watts
            if not p.wing_is_cover[w]:
                s.wings_count[station] += 1


@njit(cache=True)
def ask(
    p: Params, s: State, t_s: float, part_station: np.ndarray, machine_wants_frac: np.ndarray,
    load_station: np.ndarray, load_wanted_W: np.ndarray,
) -> None:  # fmt: skip
    """Fill where each load is and what it wants now; a machine's load follows `machine_wants_frac` (M,)."""
    for k in range(p.load_W.size):
        load_station[k] = _station(part_station, p.load_part[k])
        load_wanted_W[k] = 0.0
        if load_station[k] >= 0 and _active(t_s, p.load_from_s[k], p.load_to_s[k]):
            machine = p.load_machine[k]
            load_wanted_W[k] = p.load_W[k] * (machine_wants_frac[machine] if machine >= 0 else 1.0)


@njit(cache=True)
def _size_channels(
    p: Params, s: State, t_s: float, sunlit_frac: np.ndarray, part_station: np.ndarray, channel_works: np.ndarray
) -> None:
    """What each channel can carry over the orbit and in eclipse, from its array and its batteries of the day."""
    s.bus_usable_W[:] = 0.0
    for c in range(p.channel_bus.size):
        s.channel_usable_W[c] = s.channel_eclipse_W[c] = s.channel_capacity_J[c] = 0.0
        station = _station(part_station, p.channel_part[c])
        if station < 0 or not channel_works[c] or s.channel_generation_W[c] <= 0.0:
            continue
        array_W, lit = s.channel_generation_W[c], sunlit_frac[station]
        capacity = returned = limit = 0.0
        for b in range(p.battery_channel.size):
            if p.battery_channel[b] == c and _active(t_s, p.battery_from_s[b], p.battery_to_s[b]):
                age_y = max(t_s - p.battery_from_s[b], 0.0) / law.YEAR_S
                size = p.battery_capacity_J[b] * math.exp(-p.battery_fade_per_y[b] * age_y)
                capacity += size
                returned += size * p.battery_return_frac[b]
                limit += size * p.battery_depth_frac[b]
        direct, deliver = p.channel_direct_frac[c], p.channel_deliver_frac[c]
        eclipse_s = (1.0 - lit) * p.orbit_period_s
        night = usable = 0.0
        if capacity > 0.0:
            stored = p.channel_charge_frac[c] * returned / capacity * deliver
            steady = law.constant_load_W(array_W, lit, direct, stored)
            night = min(steady, law.eclipse_load_limit_W(capacity, limit / capacity, deliver, eclipse_s))
            usable = lit * law.sunlit_load_W(array_W, night, lit, direct, stored) + (1.0 - lit) * night
        s.channel_usable_W[c], s.channel_eclipse_W[c], s.channel_capacity_J[c] = usable, night, capacity
        s.bus_usable_W[station, p.channel_bus[c]] += usable


@njit(cache=True)
def _transfer_limits(p: Params, t_s: float, part_station: np.ndarray, station: int) -> tuple[float, float, float, float]:
    """Watts deliverable US to Russian and back at `station` (both ends of the seam on it), and their efficiencies."""
    to_russian = to_us = 0.0
    to_russian_frac = to_us_frac = 1.0
    for k in range(p.transfer_limit_W.size):
        if not _active(t_s, p.transfer_from_s[k], p.transfer_to_s[k]):
            continue
        if _station(part_station, p.transfer_part_a[k]) != station or _station(part_station, p.transfer_part_b[k]) != station:
            continue
        if p.transfer_from_bus[k] == US:
            to_russian += p.transfer_limit_W[k]
            to_russian_frac = p.transfer_frac[k]
        else:
            to_us += p.transfer_limit_W[k]
            to_us_frac = p.transfer_frac[k]
    return to_russian, to_russian_frac, to_us, to_us_frac


@njit(cache=True)
def _grant_station(
    p: Params, s: State, t_s: float, part_station: np.ndarray, station: int, heat_limit_W: np.ndarray,
    load_station: np.ndarray, load_bus: np.ndarray, load_priority: np.ndarray, load_wanted_W: np.ndarray,
    load_granted_frac: np.ndarray,
) -> tuple[float, float]:  # fmt: skip
    """Grant loads from the highest priority down, in table order; return payload W and shed W."""
    left = np.array([s.bus_usable_W[station, US], s.bus_usable_W[station, RUSSIAN]])
    cool = np.array([heat_limit_W[station, US], heat_limit_W[station, RUSSIAN]])
    to_russian, to_russian_frac, to_us, to_us_frac = _transfer_limits(p, t_s, part_station, station)
    over = np.array([to_russian, to_us])
    frac = np.array([to_russian_frac, to_us_frac])
    payload = shed = 0.0
    for priority in range(PRIORITIES):
        for k in range(load_wanted_W.size):
            if load_priority[k] != priority or load_station[k] != station or load_wanted_W[k] <= 0.0:
                continue
            bus = load_bus[k]
            other = 1 - bus
            want = min(load_wanted_W[k], cool[bus])
            own = min(want, left[bus])
            lent = min(min(want - own, over[other]), left[other] * frac[other])
            left[bus] -= own
            left[other] = max(left[other] - lent / frac[other], 0.0)
            over[other] -= lent
            cool[bus] -= own + lent
            s.transfer_W[station, other] += lent
            s.bus_drawn_W[station, bus] += own
            s.bus_drawn_W[station, other] += lent / frac[other]
            load_granted_frac[k] = (own + lent) / load_wanted_W[k]
            shed += load_wanted_W[k] - own - lent
            if priority == PAYLOAD:
                payload += own + lent
    return payload, shed


@njit(cache=True)
def grant(
    p: Params, s: State, t_s: float, dt_s: float, sunlit_frac: np.ndarray, part_station: np.ndarray,
    channel_works: np.ndarray, heat_limit_W: np.ndarray, load_station: np.ndarray,
    load_bus: np.ndarray, load_priority: np.ndarray, load_wanted_W: np.ndarray, load_granted_frac: np.ndarray,
    usable_W: np.ndarray, used_W: np.ndarray, payload_W: np.ndarray, battery_depth_frac: np.ndarray,
    shed_W: np.ndarray,
) -> None:  # fmt: skip
    """Share out the orbit's power; `usable_W` is the main bus, `used_W` all loads, `shed_W` what was wanted and not given.

    `heat_limit_W` (S, 2) is what the thermal loops of each bus can reject: no bus is granted more than it can cool.
    """
    load_granted_frac[:] = 0.0
    s.transfer_W[:] = 0.0
    s.bus_drawn_W[:] = 0.0
    _size_channels(p, s, t_s, sunlit_frac, part_station, channel_works)
    for station in range(usable_W.size):
        payload_W[station], shed_W[station] = _grant_station(
            p, s, t_s, part_station, station, heat_limit_W, load_station, load_bus, load_priority, load_wanted_W,
            load_granted_frac,
        )  # fmt: skip
        used = 0.0
        for k in range(load_wanted_W.size):
            if load_station[k] == station:
                used += load_wanted_W[k] * load_granted_frac[k]
        used_W[station] = used
        bus = main_bus(p, t_s, part_station, station)
        usable_W[station] = s.bus_usable_W[station, bus]
        battery_depth_frac[station] = _discharge(p, s, dt_s, sunlit_frac, part_station, station, bus)


@njit(cache=True)
def _discharge(
    p: Params, s: State, dt_s: float, sunlit_frac: np.ndarray, part_station: np.ndarray, station: int, bus: int
) -> float:
    """Count the energy each channel's batteries gave; return the depth of discharge of the station's main bus."""
    needed = capacity = 0.0
    eclipse_s = (1.0 - sunlit_frac[station]) * p.orbit_period_s
    for c in range(p.channel_bus.size):
        if s.channel_usable_W[c] <= 0.0 or _station(part_station, p.channel_part[c]) != station:
            continue
        on = p.channel_bus[c]
        share = s.bus_drawn_W[station, on] / s.bus_usable_W[station, on]
        night = min(share * s.channel_usable_W[c], s.channel_eclipse_W[c])
        given = night * eclipse_s / p.channel_deliver_frac[c]
        s.throughput_J[c] += given * dt_s / p.orbit_period_s
        if on == bus:
            needed += given
            capacity += s.channel_capacity_J[c]
    return needed / capacity if capacity > 0.0 else 0.0


@njit(cache=True)
def drag_area(
    p: Params, t_s: float, beta_rad: np.ndarray, sunlit_frac: np.ndarray, part_station: np.ndarray, out_m2: np.ndarray
) -> None:
    """Mean frontal area of the deployed wings over the orbit by station, m2 (edge-on parts and covers not counted)."""
    out_m2[:] = 0.0
    feathered = t_s >= p.feathered_from_s
    for w in range(p.wing_channel.size):
        station = _station(part_station, p.wing_part[w])
        if station >= 0 and _active(t_s, p.wing_from_s[w], p.wing_to_s[w]) and p.wing_pointing[w] != GIMBAL_ONLY:
            out_m2[station] += p.wing_area_m2[w] * law.tracking_drag_frac(beta_rad[station], sunlit_frac[station], feathered)
