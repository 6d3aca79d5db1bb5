"""Attitude: mass properties of what is attached, torques, gyroscope momentum, desaturation and thruster propellant."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from stationkeep.laws import attitude as law
from stationkeep.loops import borrows

DEPLOYED_m = 8.0
"""A wing whose longest side is less is stowed."""
WING_SHOWN_frac = 0.37
"""Mean frontal share of a tracking wing, feathered in eclipse, over the beta cycle (laws.power.tracking_drag_frac)."""


class Params(NamedTuple):
    """E thruster sets that can turn a station, in order of preference; Y gyroscopes by the days they worked."""

    thruster_part: np.ndarray  # (E,) int64
    thruster_aft_m: np.ndarray  # (E,) from the part's centre towards the tail
    thruster_roll_arm_m: np.ndarray  # (E,)
    thruster_force_N: np.ndarray  # (E,) per axis
    thruster_isp_s: np.ndarray  # (E,)
    gyro_part: np.ndarray  # (Y,) int64
    gyro_from_s: np.ndarray  # (Y,)
    gyro_to_s: np.ndarray  # (Y,)
    thruster_on_time_s: float  # pulse that reverses the rate in thruster hold
    rate_limit_rad_per_s: float  # a light station is pulsed more gently
    deadband_rad: float
    gyro_momentum_Nms: float  # of one control-moment gyroscope
    gyro_needed_count: int
    gyro_usable_frac: float  # of the sum, before thrusters are called
    tea_limit_rad: float  # the equilibrium attitude must lie within
    forecast_error_frac: float  # of the air torque the equilibrium attitude was computed for
    cyclic_air_frac: float  # swing of the air torque over an orbit, of its mean
    drag_coefficient: float
    slew_rad_per_s: float
    docking_hold_orbits: float  # on thrusters around one docking or undocking
    recovery_s: float  # on thrusters to stop a tumble and hand back to the gyroscopes
    fallback_arm_m: float  # where no thruster set of the table is aboard
    fallback_force_N: float
    fallback_isp_s: float


class State(NamedTuple):
    """Mass properties per station, refreshed by `mass_properties`; momentum and attitude carried from step to step.

    `part_is_wing` never changes: it is here because `mass_properties` is called without Params.
    """

    part_is_wing: np.ndarray  # (K,) bool_, turns with the Sun when deployed
    part_x_m: np.ndarray  # (K,) as of the last `mass_properties`
    part_there: np.ndarray  # (K,) int64, the parts of one station, while they are summed up
    mass_kg: np.ndarray  # (S,)
    centre_m: np.ndarray  # (S, 3)
    inertia_kg_m2: np.ndarray  # (S, 3, 3)
    air_centre_m: np.ndarray  # (S, 3) centre of frontal area
    air_area_m2: np.ndarray  # (S,)
    stored_Nms: np.ndarray  # (S,) secular momentum in the gyroscopes
    attitude_rad: np.ndarray  # (S, 3) equilibrium roll, pitch, yaw
    residual_Nm: np.ndarray  # (S, 3) torque the attitude does not cancel
    hold_kg_per_orbit: np.ndarray  # (S,) what thrusters alone would burn
    settled_kg_per_orbit: np.ndarray  # (S,) the same in the equilibrium attitude, with a wide dead band
    desaturation_kg_per_orbit: np.ndarray  # (S,)
    lost: np.ndarray  # (S,) bool_
    saturation_s: np.ndarray  # (S,) from the step's start until the gyroscopes saturate without desaturation


@borrows
def mass_properties(
    s: State, part_station: np.ndarray, part_mass_kg: np.ndarray, part_position_m: np.ndarray,
    part_size_m: np.ndarray, part_area_m2: np.ndarray,
) -> None:  # fmt: skip
    """Mass, centre, inertia (parts as boxes of `part_size_m`) and centre of frontal area; call when the parts change.

    Shapes: (K,), (K,), (K, 3), (K, 3), (K,) frontal area along the flight; a deployed wing (longer than `DEPLOYED_m`)
    adds the mean share of its face that it shows.
    """
    mass_kg, x_m = s.mass_kg, s.part_x_m
    for at in range(mass_kg.size):
        kg, count = 0.0, 0
        for k in range(part_mass_kg.size):
            if part_station[k] == at:
                kg += part_mass_kg[k]
                x_m[k] = part_position_m[k, 0]
                s.part_there[count] = k
                count += 1
        mass_kg[at] = kg
        there = s.part_there[: count if kg > 0.0 else 0]
        _centres(s, at, there, part_mass_kg, part_position_m, part_size_m, part_area_m2)
        _inertia(s, at, there, part_mass_kg, part_position_m, part_size_m)


@njit(cache=True)
def _centres(
    s: State, at: int, there: np.ndarray, part_mass_kg: np.ndarray, part_position_m: np.ndarray,
    part_size_m: np.ndarray, part_area_m2: np.ndarray,
) -> None:  # fmt: skip
    """Centre of mass, frontal area and its centre of one station with the parts `there`."""
    wing = s.part_is_wing
    area = x = y = z = air_x = air_y = air_z = 0.0
    for i in range(there.size):
        k = there[i]
        kg, face = part_mass_kg[k], part_area_m2[k]
        size = part_size_m[k]
        if wing[k] and max(size[0], size[1], size[2]) > DEPLOYED_m:
            face += WING_SHOWN_frac * law.panel_area_m2(size[0], size[1], size[2])
        area += face
        x += kg * part_position_m[k, 0]
        y += kg * part_position_m[k, 1]
        z += kg * part_position_m[k, 2]
        air_x += face * part_position_m[k, 0]
        air_y += face * part_position_m[k, 1]
        air_z += face * part_position_m[k, 2]
    kg = s.mass_kg[at] if s.mass_kg[at] > 0.0 else 1.0
    s.centre_m[at, 0], s.centre_m[at, 1], s.centre_m[at, 2] = x / kg, y / kg, z / kg
    s.air_area_m2[at] = area
    face = area if area > 0.0 else 1.0
    s.air_centre_m[at, 0], s.air_centre_m[at, 1], s.air_centre_m[at, 2] = air_x / face, air_y / face, air_z / face


@njit(cache=True)
def _inertia(
    s: State, at: int, there: np.ndarray, part_mass_kg: np.ndarray, part_position_m: np.ndarray, part_size_m: np.ndarray
) -> None:
    """Inertia of one station, of the parts `there`, about its centre: boxes of m (b^2 + c^2) / 12 about parallel axes."""
    centre_x, centre_y, centre_z = s.centre_m[at, 0], s.centre_m[at, 1], s.centre_m[at, 2]
    xx = yy = zz = xy = xz = yz = 0.0
    for i in range(there.size):
        k = there[i]
        kg = part_mass_kg[k]
        x, y, z = part_position_m[k, 0] - centre_x, part_position_m[k, 1] - centre_y, part_position_m[k, 2] - centre_z
        a2, b2, c2 = part_size_m[k, 0] ** 2, part_size_m[k, 1] ** 2, part_size_m[k, 2] ** 2
        xx += kg * (y * y + z * z + (b2 + c2) / 12.0)
        yy += kg * (x * x + z * z + (a2 + c2) / 12.0)
        zz += kg * (x * x + y * y + (a2 + b2) / 12.0)
        xy -= kg * x * y
        xz -= kg * x * z
        yz -= kg * y * z
    m = s.inertia_kg_m2[at]
    m[0, 0], m[1, 1], m[2, 2] = xx, yy, zz
    m[0, 1] = m[1, 0] = xy
    m[0, 2] = m[2, 0] = xz
    m[1, 2] = m[2, 1] = yz


@njit(cache=True)
def _thrusters(p: Params, s: State, station: int, part_station: np.ndarray) -> tuple[float, float, float, float]:
    """Roll arm, pitch and yaw arm, force and Isp of the first thruster set aboard `station`."""
    for e in range(p.thruster_part.size):
        part = p.thruster_part[e]
        if part >= 0 and part_station[part] == station:
            arm = abs(s.part_x_m[part] - p.thruster_aft_m[e] - s.centre_m[station, 0])
            return p.thruster_roll_arm_m[e], max(arm, p.fallback_arm_m), p.thruster_force_N[e], p.thruster_isp_s[e]
    return p.fallback_arm_m, p.fallback_arm_m, p.fallback_force_N, p.fallback_isp_s


@njit(cache=True)
def gyroscopes_by_record(p: Params, t_s: float, part_station: np.ndarray, out_count: np.ndarray) -> None:
    """Fill how many gyroscopes of the record worked at `t_s` on each station, (S,)."""
    out_count[:] = 0
    for k in range(p.gyro_part.size):
        at = part_station[p.gyro_part[k]] if p.gyro_part[k] >= 0 else -1
        if at >= 0 and p.gyro_from_s[k] <= t_s < p.gyro_to_s[k]:
            out_count[at] += 1


@njit(cache=True)
def _torques(
    p: Params, s: State, station: int, rate: float, density: float
) -> tuple[float, float, float, float, float, float]:
    """Set the equilibrium attitude and the residual torque; return the torque of level flight and of the air, N m."""
    m = s.inertia_kg_m2[station]
    force = law.air_force_N(density, law.circular_speed_m_per_s(rate), s.air_area_m2[station], p.drag_coefficient)
    air_x, air_y, air_z = law.air_torque_Nm(
        force,
        s.air_centre_m[station, 1] - s.centre_m[station, 1],
        s.air_centre_m[station, 2] - s.centre_m[station, 2],
    )
    roll, pitch, yaw = law.equilibrium_rad(
        rate, m[0, 0], m[1, 1], m[2, 2], m[0, 1], m[0, 2], m[1, 2], air_x, air_y, air_z
    )
    s.attitude_rad[station, 0], s.attitude_rad[station, 1], s.attitude_rad[station, 2] = roll, pitch, yaw
    square = rate * rate
    r = s.residual_Nm[station]
    r[0] = 4.0 * square * (m[2, 2] - m[1, 1]) * law.beyond_rad(roll, p.tea_limit_rad)
    r[1] = 3.0 * square * (m[2, 2] - m[0, 0]) * law.beyond_rad(pitch, p.tea_limit_rad)
    r[2] = square * (m[1, 1] - m[0, 0]) * law.beyond_rad(yaw, p.tea_limit_rad)
    r[0] = abs(r[0]) + p.forecast_error_frac * abs(air_x)
    r[1] = abs(r[1]) + p.forecast_error_frac * abs(air_y)
    r[2] = abs(r[2]) + p.forecast_error_frac * abs(air_z)
    level = law.level_torque_Nm(rate, m[0, 1], m[0, 2], m[1, 2])
    return level[0] + air_x, level[1] + air_y, level[2] + air_z, air_x, air_y, air_z


@njit(cache=True)
def _propellant_rates(
    p: Params, s: State, station: int, part_station: np.ndarray, rate: float,
    level: tuple[float, float, float, float, float, float],
) -> None:  # fmt: skip
    """Set the propellant of holding on thrusters alone and of desaturation, kg per orbit."""
    roll_arm, arm, force, isp = _thrusters(p, s, station, part_station)
    orbit_s = 2.0 * math.pi / rate
    hold = settled = desaturate = 0.0
    for axis in range(3):
        lever = roll_arm if axis == 0 else arm
        hold += law.impulse_propellant_kg(level[axis] * orbit_s, lever, isp)
        inertia = s.inertia_kg_m2[station, axis, axis]
        drift = min(law.pulsed_rate_rad_per_s(inertia, force, lever, p.thruster_on_time_s), p.rate_limit_rad_per_s)
        hold += orbit_s * law.limit_cycle_kg_per_s(inertia, drift, lever, p.deadband_rad, isp)
        swing = abs(level[3 + axis]) * p.cyclic_air_frac  # what gyroscopes would have taken and given back
        settled += law.impulse_propellant_kg(swing * orbit_s, lever, isp)
        desaturate += law.impulse_propellant_kg(s.residual_Nm[station, axis] * orbit_s, lever, isp)
    s.hold_kg_per_orbit[station] = hold
    s.settled_kg_per_orbit[station] = settled + desaturate
    s.desaturation_kg_per_orbit[station] = desaturate


@njit(cache=True)
def docking_kg(p: Params, s: State, station: int, part_station: np.ndarray) -> float:
    """Propellant of one docking or undocking flown on thrusters: hold, turn to the docking attitude, turn back."""
    _roll_arm, arm, _force, isp = _thrusters(p, s, station, part_station)
    turn = law.turn_propellant_kg(s.inertia_kg_m2[station, 1, 1], p.slew_rad_per_s, arm, isp)
    return p.docking_hold_orbits * s.hold_kg_per_orbit[station] + 2.0 * turn


@borrows
def step(
    p: Params, s: State, dt_s: float, rate_rad_per_s: np.ndarray, density_kg_per_m3: np.ndarray,
    part_station: np.ndarray, cmg_working_count: np.ndarray, desaturation_up: np.ndarray, thrusters_up: np.ndarray,
    docking_count: np.ndarray, propellant_wanted_kg: np.ndarray, momentum_frac: np.ndarray, attitude_held: np.ndarray,
) -> None:  # fmt: skip
    """Advance every station's attitude by `dt_s`; fill propellant wanted, share of gyroscope momentum, attitude held.

    With gyroscopes and desaturation the momentum stays cyclic and its residual is dumped; without desaturation it grows
    until saturation (closed form), then thrusters hold or attitude is lost. Lost attitude comes back only on thrusters.
    """
    for station in range(attitude_held.size):
        propellant_wanted_kg[station] = 0.0
        if s.mass_kg[station] <= 0.0:
            attitude_held[station] = False
            momentum_frac[station] = 0.0
            continue
        rate = rate_rad_per_s[station]
        orbits = dt_s * rate / (2.0 * math.pi)
        level = _torques(p, s, station, rate, density_kg_per_m3[station])
        _propellant_rates(p, s, station, part_station, rate, level)
        capacity = 0.0
        if cmg_working_count[station] >= p.gyro_needed_count:
            capacity = cmg_working_count[station] * p.gyro_momentum_Nms * p.gyro_usable_frac
        air = math.sqrt(level[3] * level[3] + level[4] * level[4] + level[5] * level[5])
        cyclic = law.cyclic_momentum_Nms(p.cyclic_air_frac * air, rate)
        on_thrusters = _advance(p, s, station, dt_s, capacity, cyclic, desaturation_up[station], thrusters_up[station])
        # in the equilibrium attitude: nobody holds level against gravity for days
        wanted = on_thrusters * orbits * s.settled_kg_per_orbit[station]
        if desaturation_up[station] and capacity > 0.0:
            wanted += (1.0 - on_thrusters) * orbits * s.desaturation_kg_per_orbit[station]
        if thrusters_up[station]:
            wanted += docking_count[station] * docking_kg(p, s, station, part_station)
        propellant_wanted_kg[station] = wanted
        attitude_held[station] = not s.lost[station]
        full = capacity / p.gyro_usable_frac
        momentum_frac[station] = min((cyclic + s.stored_Nms[station]) / full, 1.0) if full > 0.0 else 1.0


@njit(cache=True)
def _advance(
    p: Params, s: State, station: int, dt_s: float, capacity_Nms: float, cyclic_Nms: float, desaturation_up: bool,
    thrusters_up: bool,
) -> float:  # fmt: skip
    """Advance stored momentum and whether attitude is lost; return the share of the step flown on thrusters."""
    r = s.residual_Nm[station]
    torque = math.sqrt(r[0] * r[0] + r[1] * r[1] + r[2] * r[2])
    until = law.saturation_s(capacity_Nms - cyclic_Nms, s.stored_Nms[station], torque)
    s.saturation_s[station] = until
    if s.lost[station] and not thrusters_up:
        s.stored_Nms[station] = 0.0
        return 0.0
    recovered = s.lost[station]
    s.lost[station] = False
    if capacity_Nms > cyclic_Nms and desaturation_up:
        s.stored_Nms[station] = 0.0
        return min(p.recovery_s / dt_s, 1.0) if recovered else 0.0
    if until >= dt_s:
        s.stored_Nms[station] += torque * dt_s
        return 0.0
    s.stored_Nms[station] = max(capacity_Nms - cyclic_Nms, 0.0)
    if thrusters_up:
        return 1.0 - until / dt_s
    s.lost[station] = True
    return 0.0
