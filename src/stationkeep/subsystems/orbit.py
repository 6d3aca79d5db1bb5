"""Orbit: drag over the orbit, J2, the altitude policy and what a burn does; one row per station."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from stationkeep.laws import orbit as law
from stationkeep.laws import sun
from stationkeep.laws.atmosphere import DensityFit, contraction_factor, decay_step_within, quiet_sun_factor

ENTRY_m = 150e3
"""Mean altitude below which the orbit is over within a day; the density fit begins here."""


FITS = 3
"""Inclinations that the orbits of a scenario may have."""


class Params(NamedTuple):
    """Stations (S), policy bands (S, B) and the measured altitude of the main station at each stamp (n)."""

    fit_a: DensityFit
    fit_b: DensityFit
    fit_c: DensityFit
    fit_index: np.ndarray  # (S,) which of them
    inclination_rad: np.ndarray  # (S,)
    plane: np.ndarray  # (S, 2) its cosine and sine
    sun: np.ndarray  # (n, 4) `sun_table` of the steps
    drag_coefficient: float
    band_from_s: np.ndarray  # (S, B) ascending, NEVER padded
    floor_m: np.ndarray  # (S, B) altitude at which a reboost is asked for
    target_m: np.ndarray  # (S, B)
    ceiling_m: np.ndarray  # (S, B) altitude at which a burn back down to the target is asked for, inf where none is
    reboost_s: np.ndarray  # (S, Q) days of planned reboosts, ascending, NEVER padded
    reboost_m: np.ndarray  # (S, Q) altitude they raise to
    record_m: np.ndarray  # (n + 1,) measured altitude at stamp k, nan where there is none
    record_gap: np.ndarray  # (n + 1,) stamps to the next measured one; policy flies when it is far
    record_gap_most: int
    era_from_s: np.ndarray  # (E,) eras of the fitted density scale, ascending
    era_scale: np.ndarray  # (E,) scale for this model's drag area
    low_flux_f107a: float  # below it the scale changes with the flux
    low_flux_exponent: float
    contraction_from_s: float  # when the scale's trend is zero
    contraction_per_s: float


class State(NamedTuple):
    """Mean elements; the free eccentricity is that beyond the frozen one."""

    a_m: np.ndarray  # (S,)
    raan_rad: np.ndarray  # (S,)
    free_ex: np.ndarray  # (S,)
    free_ey: np.ndarray  # (S,)
    density_kg_per_m3: np.ndarray  # (S,) orbit mean with co-rotation
    beta_rad: np.ndarray  # (S,)
    sunlit_frac: np.ndarray  # (S,)
    delta_v_m_per_s: np.ndarray  # (S,) in this step
    outside: np.ndarray  # (S,) steps outside the density fit
    entered: np.ndarray  # (S,) bool


def sun_table(t0_s: float, dt_s: float, steps: int) -> np.ndarray:
    """(steps, 4) right ascension of the Sun (rad), sine and cosine of its declination in the middle of each step, and its
    light at the end of it, 1 at one astronomical unit: the same in all runs."""
    direction = getattr(sun.sun_direction, "py_func", sun.sun_direction)  # to compile it for Python alone would take longer
    distance_au = getattr(sun.sun_distance_au, "py_func", sun.sun_distance_au)
    out = np.empty((steps, 4))
    for k in range(steps):
        ra, declination = direction(t0_s + k * dt_s + 0.5 * dt_s)
        out[k] = ra, math.sin(declination), math.cos(declination), 1.0 / distance_au(t0_s + k * dt_s + dt_s) ** 2
    return out


@njit(cache=True)
def sky(p: Params, s: State, k: int) -> None:
    """Beta angle and sunlit share of every station in the middle of step `k`."""
    ra, sin_d, cos_d = p.sun[k, 0], p.sun[k, 1], p.sun[k, 2]
    for st in range(s.a_m.size):
        s.beta_rad[st] = sun.beta_angle_from(p.plane[st, 0], p.plane[st, 1], s.raan_rad[st], ra, sin_d, cos_d)
        s.sunlit_frac[st] = 1.0 - sun.eclipse_fraction(s.a_m[st], s.beta_rad[st])
        s.delta_v_m_per_s[st] = 0.0


@njit(cache=True)
def step(
    p: Params, s: State, t_s: float, dt_s: float, area_m2: np.ndarray, mass_kg: np.ndarray, density_scale: float,
    f107: float, f107a: float, ap: float, room: np.ndarray,
) -> None:  # fmt: skip
    """Drag and J2 over one step for every station with mass; `room` is worked in (`laws.atmosphere.room_for`)."""
    era = 0
    for e in range(p.era_from_s.size):
        if p.era_from_s[e] <= t_s:
            era = e
    density_scale *= p.era_scale[era] * quiet_sun_factor(f107a, p.low_flux_f107a, p.low_flux_exponent)
    density_scale *= contraction_factor(t_s, p.contraction_from_s, p.contraction_per_s)
    for st in range(s.a_m.size):
        if mass_kg[st] <= 0.0 or s.entered[st]:
            continue
        ballistic = density_scale * p.drag_coefficient * area_m2[st] / mass_kg[st]
        fit = p.fit_a if p.fit_index[st] == 0 else p.fit_b if p.fit_index[st] == 1 else p.fit_c
        a_m, raan, ex, ey, rho, outside = decay_step_within(
            room, fit, s.a_m[st], s.raan_rad[st], s.free_ex[st], s.free_ey[st], t_s, dt_s, ballistic, f107, f107a, ap
        )
        s.a_m[st], s.raan_rad[st], s.free_ex[st], s.free_ey[st] = a_m, raan, ex, ey
        s.density_kg_per_m3[st] = rho * density_scale
        s.outside[st] += 1 if outside else 0


@njit(cache=True)
def wanted_delta_v(p: Params, s: State, st: int, t0_s: float, t_s: float, stamp: int) -> tuple[float, bool]:
    """Delta-v (m/s, negative to lower the orbit) that a reboost planned since `t0_s`, the policy or the record asks for now, and
    whether it is inferred from the record.

    Near measured points the record rules: at one, the difference is met; between two close ones nothing is asked.
    """
    altitude_m = s.a_m[st] - law.EARTH_RADIUS_M
    if st == 0 and p.record_gap[stamp] <= p.record_gap_most:
        record_m = p.record_m[stamp]
        if math.isnan(record_m):
            return 0.0, False
        return law.speed_for_raise(s.a_m[st], law.EARTH_RADIUS_M + record_m), True
    for i in range(p.reboost_s.shape[1]):
        if p.reboost_s[st, i] > t_s:
            break
        if p.reboost_s[st, i] > t0_s and altitude_m < p.reboost_m[st, i]:
            return law.speed_for_raise(s.a_m[st], law.EARTH_RADIUS_M + p.reboost_m[st, i]), False
    band = _band(p, st, t_s)
    if band < 0 or p.floor_m[st, band] < altitude_m < p.ceiling_m[st, band]:
        return 0.0, False
    return law.speed_for_raise(s.a_m[st], law.EARTH_RADIUS_M + p.target_m[st, band]), False


@njit(cache=True)
def _band(p: Params, st: int, t_s: float) -> int:
    """The policy in force, -1 before the first."""
    band = -1
    for b in range(p.band_from_s.shape[1]):
        if p.band_from_s[st, b] <= t_s:
            band = b
    return band


@njit(cache=True)
def floor_and_most(p: Params, st: int, t_s: float) -> tuple[float, float]:
    """Altitudes (m) of the policy in force at which a reboost is asked for, and above which no burn goes: its ceiling, or its target."""
    band = _band(p, st, t_s)
    if band < 0:
        return 0.0, 0.0
    return p.floor_m[st, band], p.ceiling_m[st, band] if math.isfinite(p.ceiling_m[st, band]) else p.target_m[st, band]


@njit(cache=True)
def push(s: State, st: int, delta_v_m_per_s: float) -> None:
    """A tangential burn: semi-major axis from vis-viva; spread over both sides it leaves the eccentricity alone."""
    s.a_m[st] = law.raised_semi_major_axis(s.a_m[st], delta_v_m_per_s)
    s.delta_v_m_per_s[st] += abs(delta_v_m_per_s)


@njit(cache=True)
def correct(s: State, st: int, delta_v_m_per_s: float) -> None:
    """Meet a measured point below the modelled one: the model fell too little; no burn, no propellant."""
    s.a_m[st] = law.raised_semi_major_axis(s.a_m[st], delta_v_m_per_s)


@njit(cache=True)
def split(s: State, home: int, into: int) -> None:
    """Two complexes part on the same orbit."""
    s.a_m[into] = s.a_m[home]
    s.raan_rad[into] = s.raan_rad[home]
    s.free_ex[into] = s.free_ex[home]
    s.free_ey[into] = s.free_ey[home]
    s.entered[into] = False
