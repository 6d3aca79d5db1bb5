"""The row of a step that is kept, in human units."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from ..laws import orbit as orbit_law
from ..laws import radiation
from ..subsystems import services
from .judge import seats_now
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
)  # fmt: skip

DAY_s = 86400.0


@njit(cache=True)
def row(w: World, s: RunState, luck: Luck, x: Scratch, rows: Rows, k: int, t1_s: float) -> None:
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
