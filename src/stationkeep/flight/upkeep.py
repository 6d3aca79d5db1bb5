"""What drag costs over years: time to reentry without reboost, propellant to hold an altitude, and burns against
their effect."""

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from stationkeep.flight.hindcast import Driven, clean
from stationkeep.formats.space_weather import SpaceWeather
from stationkeep.laws.atmosphere import DensityFit, decay_step, ln_drag_density
from stationkeep.laws.orbit import (
    EARTH_RADIUS_M,
    burn_propellant,
    decay_rate,
    node_rate,
    raise_per_speed,
)
from stationkeep.laws.sun import DAY_S, day_of_year, node_local_time

ENTRY_M = 150e3
"""Mean altitude below which an orbit lasts less than a day at station drag; the density fit ends there."""


@njit(cache=True)
def days_to_entry(
    fit: DensityFit, h_m: float, raan_rad: float, t_s: float, ballistic_m2_per_kg: np.ndarray, activity: np.ndarray
) -> float:
    """Days of free fall from mean altitude ``h_m`` to `ENTRY_M`, NaN when still above it at the end of the drivers.

    ``activity`` (days, 3) is F10.7 of the day before, F10.7A and Ap; ``ballistic_m2_per_kg`` (days,) carries the
    density scale.
    """
    a_m, ex, ey = EARTH_RADIUS_M + h_m, 0.0, 0.0
    for day in range(len(activity)):
        before_m = a_m
        a_m, raan_rad, ex, ey, _, _ = decay_step(
            fit, a_m, raan_rad, ex, ey, t_s + day * DAY_S, DAY_S, ballistic_m2_per_kg[day],
            activity[day, 0], activity[day, 1], activity[day, 2],
        )  # fmt: skip
        if a_m - EARTH_RADIUS_M <= ENTRY_M:
            return day + (before_m - EARTH_RADIUS_M - ENTRY_M) / (before_m - a_m)
    return math.nan


@njit(cache=True)
def holding_speed(
    fit: DensityFit, h_m: float, raan_rad: float, t_s: float, ballistic_m2_per_kg: np.ndarray, activity: np.ndarray
) -> float:
    """Delta-v, m/s, that keeps mean altitude ``h_m`` over the days of ``activity``: the fall of each day over 2 / n."""
    a_m, spent = EARTH_RADIUS_M + h_m, 0.0
    for day in range(len(activity)):
        t = t_s + (day + 0.5) * DAY_S
        raan_rad += DAY_S * node_rate(a_m, fit.inclination_rad)
        ln_rho, _ = ln_drag_density(
            fit, h_m, day_of_year(t), node_local_time(raan_rad, t),
            activity[day, 0], activity[day, 1], activity[day, 2], 0.0, 0.0,
        )  # fmt: skip
        spent -= DAY_S * decay_rate(a_m, ballistic_m2_per_kg[day], math.exp(ln_rho)) / raise_per_speed(a_m)
    return spent


def activity_from(weather: SpaceWeather, ap: np.ndarray, t_s: float, days: int) -> np.ndarray:
    """(<= days, 3) observed F10.7 of the day before, F10.7A and Ap from the day of ``t_s`` on, as far as the
    record goes."""
    first = int(t_s // DAY_S) - weather.first_day
    span = slice(first, min(first + days, len(weather.f107)))
    return np.stack([weather.f107[first - 1 : span.stop - 1], weather.f107a[span], ap[span]], 1)


def yearly_propellant(speed_m_per_s: float, mass_kg: float, isp_s: float) -> float:
    """Propellant of a year's delta-v, kg, the mass kept by deliveries: m (1 - exp(-dv / g0 Isp))."""
    return float(burn_propellant(mass_kg, speed_m_per_s, isp_s))


class Burn(NamedTuple):
    """A reported burn beside what the altitude record shows; NaN where one is not known."""

    t_s: float
    vehicle: str
    burn_s: float
    speed_m_per_s: float
    reported_m: float
    measured_m: float
    law_m: float
    thrust_N: float


def compare_burns(driven: Driven, drag_ballistic: np.ndarray, reported: list[Any], mass_kg: Any) -> list[Burn]:
    """Reported burns (rows of orbit/reboosts) against the law 2 / n and the rise of the record over the day of the
    burn.

    The measured rise is the change over the three pairs about the burn plus the modelled fall, where the record is
    dense. ``mass_kg`` is a function of time.
    """
    usable = clean(driven)
    burns = []
    for row in reported:
        moment = row["utc"].rstrip("Z")
        t = float((np.datetime64(moment) - np.datetime64("2000-01-01")) / np.timedelta64(1, "s"))
        speed, burn_s, rise_km = (float(row[k] or "nan") for k in ("dv_m_per_s", "burn_s", "dalt_km"))
        k = int(np.searchsorted(driven.t_s, t))
        measured = math.nan
        if 1 < k < len(driven.t_s) - 2 and not np.isnan(driven.drag_m[k - 1 : k + 2]).any():
            alone = usable[k - 3] and usable[min(k + 3, len(usable) - 1)]
            if row["precision"] in ("second", "minute", "hour") and alone and driven.burn[k]:
                fall = np.sum(driven.drag_m[k - 1 : k + 2] * drag_ballistic[k - 1 : k + 2])
                measured = float(driven.h_m[k + 1] - driven.h_m[k - 2] + fall)
        height = driven.h_m[min(max(k, 0), len(driven.h_m) - 1)]
        law = speed * float(raise_per_speed(EARTH_RADIUS_M + height))
        thrust = float(mass_kg(t)) * speed / burn_s if burn_s > 0 else math.nan
        burns.append(Burn(t, row["vehicle"], burn_s, speed, rise_km * 1e3, measured, law, thrust))
    return burns
