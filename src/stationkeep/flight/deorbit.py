"""Bringing a station down under control: the drift by drag, the burns that lower the perigee, and whether a vehicle can
do it.

A plan has three parts. Drag lowers the near-circular orbit, helped by lowering burns when it must be down by a date.
From `BURNS_FROM_M` a few burns around apogee lower the perigee to one that still holds for some hours; a last burn
drops it so deep that the entry happens half an orbit later, over the place chosen. That last burn sets the thrust: it
must end within half an orbit, because thrust further than 90 deg from apogee no longer lowers the perigee.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from stationkeep.formats.space_weather import SpaceWeather
from stationkeep.laws.atmosphere import DensityFit, decay_step
from stationkeep.laws.orbit import (
    EARTH_RADIUS_M,
    MU_M3_PER_S2,
    STANDARD_GRAVITY_M_PER_S2,
    burn_duration,
    burn_propellant,
    mean_motion,
    raised_semi_major_axis,
    speed_for_raise,
)
from stationkeep.laws.solar import future_activity, uniforms_count
from stationkeep.laws.solar_outlook import at_percentile, solar_outlook
from stationkeep.laws.sun import DAY_S

BURNS_FROM_M = 225e3
"""Altitude at which the last campaign begins. Source: NASA and SpaceX, July 2024: 140 miles (newsglobal.com;
futurezone.at: 220 km); Mir's began at 220 km (russianspaceweb.com)."""
CAMPAIGN_S = 4.0 * DAY_S
"""From the first perigee burn to the last. Source: as above ("four days later, the final re-entry burn")."""
HOLDING_PERIGEE_M = 160e3
"""Perigee before the last burn. Source: Mir, 23 March 2001: 160 x 216 km for three hours
(mailman.satobs.org/mir.html)."""
ENTRY_PERIGEE_M = 50e3
"""Perigee aimed at by the last burn: no graze, a short footprint. Source: assumed; Mir aimed at 79 km."""
ENTRY_M = 120e3
"""Altitude of entry. Source: NASA's convention of 400,000 ft (122 km), rounded."""
LONGEST_ARC_RAD = math.pi
"""Longest burn arc: beyond 90 deg from apogee a retrograde push raises the perigee's share of the eccentricity
again."""
USUAL_ARC_RAD = math.pi / 3.0
"""Arc that the burns before the last are kept to: 1 minus sinc of half of it, 5 %, is lost. Source: assumed; Mir's
took 90 deg."""
LONGEST_DRIFT_D = 5479
"""Fifteen years: a drift longer than that is no plan."""
STORABLE_ISP_S = 300.0
"""Specific impulse assumed for a vehicle that has no engine. Source: Draco, recalled."""


class Pusher(NamedTuple):
    """The vehicle that burns: what it may spend, and how it pushes the whole complex."""

    id: str
    propellant_kg: float
    thrust_N: float
    isp_s: float


class Case(NamedTuple):
    """The complex to bring down, its orbit, and what it meets."""

    mass_kg: float  # with the vehicle and its propellant
    altitude_m: float  # of the mean orbit above 6378.137 km, near-circular
    t_s: float
    fit: DensityFit
    ballistic_m2_per_kg: Any  # (days,) Cd A / m with the density scale, from the day of t_s on
    activity: Any  # (days, 3) F10.7 of the day before, F10.7A, Ap
    burns_from_m: float = BURNS_FROM_M
    entry_perigee_m: float = ENTRY_PERIGEE_M


class Burn(NamedTuple):
    """One burn around apogee, or one run of lowering burns, and the orbit after it."""

    kind: str  # "lower", "perigee" or "last"
    delta_v_m_per_s: float
    propellant_kg: float
    duration_s: float
    perigee_m: float
    apogee_m: float


class Plan(NamedTuple):
    """What bringing the complex down takes, and what is missing for it; times are seconds since 2000-01-01."""

    delta_v_m_per_s: float
    propellant_kg: float
    thrust_needed_N: float
    drift_s: float
    burns_from_t_s: float
    entry_t_s: float
    burns: tuple[Burn, ...]
    missing: tuple[str, ...]

    @property
    def feasible(self) -> bool:
        return not self.missing


def activity_ahead(
    weather: SpaceWeather, cycles: Any, first_day: int, percentiles: tuple[float, ...], n_days: int = LONGEST_DRIFT_D
) -> list[Any]:
    """(n_days, 3) F10.7 of the day before, F10.7A, Ap from ``first_day`` (since 2000-01-01) at each percentile.

    The record as far as it goes, then a percentile of the ensemble. Raises ValueError when the record begins too late.
    """
    known = weather.first_day + len(weather.f107)
    if first_day <= weather.first_day:
        start = np.datetime64("2000-01-01", "D") + weather.first_day + 1
        raise ValueError(f"the space-weather record begins too late; the first start is {start}")
    ahead = max(1, first_day + n_days - known)
    outlook = solar_outlook(weather.first_day, weather.f107, weather.ap, cycles, known)
    series = []
    for percentile in percentiles:
        fixed = at_percentile(outlook, ahead, percentile)
        f107, f107a, ap = future_activity(fixed, ahead, np.full(uniforms_count(ahead), 0.5))
        before = np.concatenate([weather.f107[:1], weather.f107, f107[:-1]])
        days = np.column_stack([before, np.append(weather.f107a, f107a), np.append(weather.ap, ap)])
        series.append(days[first_day - weather.first_day :][:n_days])
    return series


@njit(cache=True)
def drift(
    fit: DensityFit, a_m: float, t_s: float, ballistic_m2_per_kg: Any, activity: Any, to_a_m: float
) -> tuple[float, float]:
    """Time (s) that drag takes from ``a_m`` to ``to_a_m``, and the semi-major axis at its end (above when days ran
    out).

    ``activity`` (days, 3): F10.7 of the day before, F10.7A, Ap from the day of ``t_s`` on; ``ballistic_m2_per_kg``
    (days,): Cd A / m with the density scale. Daily steps of the mean elements, interpolated in the last; the node
    starts at 0, which months of drift average out. Source: `laws.atmosphere.decay_step`.
    """
    raan_rad, ex, ey, spent_s = 0.0, 0.0, 0.0, 0.0
    for day in range(len(activity)):
        if a_m <= to_a_m:
            break
        f107, f107a, ap = activity[day]
        before_m, step_s = a_m, DAY_S
        a_m, raan_rad, ex, ey, _, _ = decay_step(
            fit, a_m, raan_rad, ex, ey, t_s + spent_s, DAY_S, ballistic_m2_per_kg[day], f107, f107a, ap
        )
        if a_m < to_a_m:
            step_s *= (before_m - to_a_m) / (before_m - a_m)
            a_m = to_a_m
        spent_s += step_s
    return spent_s, a_m


@njit(cache=True)
def perigee_drop_speed(apogee_m: float, perigee_m: float, to_perigee_m: float, half_arc_rad: float) -> float:
    """Delta-v (m/s) of one burn centred at apogee that lowers the perigee, its arc reaching ``half_arc_rad`` to either
    side.

    Radii from the Earth's centre. Impulsive by vis-viva; a finite arc leaves a share sinc of the change of eccentricity
    while the semi-major axis changes fully, so perigee falls by (1 + sinc) / 2 of the impulsive fall. Source: vis-viva;
    Gauss's equations averaged over the arc (see `laws.orbit.burn_eccentricity`).
    """
    before = math.sqrt(2.0 * MU_M3_PER_S2 * perigee_m / (apogee_m * (apogee_m + perigee_m)))
    after = math.sqrt(2.0 * MU_M3_PER_S2 * to_perigee_m / (apogee_m * (apogee_m + to_perigee_m)))
    spread = 1.0 if half_arc_rad < 1e-9 else math.sin(half_arc_rad) / half_arc_rad
    return (before - after) * 2.0 / (1.0 + spread)


def last_burn(
    mass_kg: float, apogee_m: float, perigee_m: float, to_perigee_m: float, pusher: Pusher
) -> tuple[Burn, float]:
    """The last burn, its arc what the thrust makes it but at most `LONGEST_ARC_RAD`, and the least thrust (N) for
    it."""
    a_m = 0.5 * (apogee_m + perigee_m)
    rate = mean_motion(a_m)
    half_arc = 0.5 * LONGEST_ARC_RAD
    delta_v = perigee_drop_speed(apogee_m, perigee_m, to_perigee_m, half_arc)
    longest_s = LONGEST_ARC_RAD / rate
    least_N = burn_propellant(mass_kg, delta_v, pusher.isp_s) * STANDARD_GRAVITY_M_PER_S2 * pusher.isp_s / longest_s
    thrust_N = max(pusher.thrust_N, least_N)
    for _ in range(60):  # a contraction: a wider arc asks for a few per cent more, which widens the arc by less
        half_arc = 0.5 * rate * burn_duration(mass_kg, delta_v, thrust_N, pusher.isp_s)
        delta_v = perigee_drop_speed(apogee_m, perigee_m, to_perigee_m, half_arc)
    used = burn_propellant(mass_kg, delta_v, pusher.isp_s)
    duration_s = burn_duration(mass_kg, delta_v, thrust_N, pusher.isp_s)
    return Burn("last", delta_v, used, duration_s, to_perigee_m - EARTH_RADIUS_M, apogee_m - EARTH_RADIUS_M), least_N


def perigee_burns(mass_kg: float, radius_m: float, to_perigee_m: float, pusher: Pusher) -> list[Burn]:
    """Equal burns of at most `USUAL_ARC_RAD`, one an orbit, that lower the perigee from a circular orbit."""
    delta_v = perigee_drop_speed(radius_m, radius_m, to_perigee_m, 0.5 * USUAL_ARC_RAD)
    whole_s = burn_duration(mass_kg, delta_v, pusher.thrust_N, pusher.isp_s)
    count = math.ceil(whole_s * mean_motion(radius_m) / USUAL_ARC_RAD)
    burns = []
    for k in range(1, count + 1):
        used = burn_propellant(mass_kg, delta_v / count, pusher.isp_s)
        duration_s = burn_duration(mass_kg, delta_v / count, pusher.thrust_N, pusher.isp_s)
        perigee_m = radius_m + k / count * (to_perigee_m - radius_m) - EARTH_RADIUS_M
        burns.append(Burn("perigee", delta_v / count, used, duration_s, perigee_m, radius_m - EARTH_RADIUS_M))
        mass_kg -= used
    return burns


def fall_time(apogee_m: float, perigee_m: float, radius_m: float) -> float:
    """Time (s) from apogee down to a radius on an ellipse. Source: Kepler's equation."""
    a_m = 0.5 * (apogee_m + perigee_m)
    eccentricity = 1.0 - perigee_m / a_m
    anomaly = 2.0 * math.pi - math.acos((1.0 - radius_m / a_m) / eccentricity)
    return (anomaly - eccentricity * math.sin(anomaly) - math.pi) / mean_motion(a_m)


def lowering(case: Case, by_t_s: float) -> tuple[float, float, float]:
    """What brings the complex to the burns in time: (delta-v of lowering burns m/s, drift s, semi-major axis m after
    it).

    No burns when drag alone is in time. They come first: what they shorten is the wait.
    """
    to_a_m = EARTH_RADIUS_M + min(case.altitude_m, case.burns_from_m)
    start_a_m = EARTH_RADIUS_M + case.altitude_m

    def drifted(a_m: float) -> tuple[float, float]:
        return drift(case.fit, a_m, case.t_s, case.ballistic_m2_per_kg, case.activity, to_a_m)

    allowed_s = by_t_s - case.t_s - CAMPAIGN_S - math.pi / mean_motion(to_a_m)
    spent_s, reached_m = drifted(start_a_m)
    if spent_s <= allowed_s or not math.isfinite(by_t_s):
        return 0.0, spent_s, reached_m
    low_m, high_m = to_a_m, start_a_m
    for _ in range(40):
        middle_m = 0.5 * (low_m + high_m)
        low_m, high_m = (middle_m, high_m) if drifted(middle_m)[0] <= allowed_s else (low_m, middle_m)
    return -speed_for_raise(start_a_m, low_m), *drifted(low_m)


def plan(case: Case, pusher: Pusher, by_t_s: float = math.inf) -> Plan:
    """What it takes to bring the complex down with one vehicle, entering at the latest at ``by_t_s``, and what is
    missing.

    Drag during the campaign of burns helps unasked. Where the vehicle has too little thrust the burns are those of the
    least thrust that would do; where it has no engine, those of an engine of `STORABLE_ISP_S`.
    """
    engine = pusher if pusher.isp_s > 0.0 else pusher._replace(isp_s=STORABLE_ISP_S)
    lower_m_per_s, drift_s, a_m = lowering(case, by_t_s)
    mass_kg, burns = case.mass_kg, []
    if lower_m_per_s > 0.0:
        used = burn_propellant(mass_kg, lower_m_per_s, engine.isp_s)
        after_m = raised_semi_major_axis(EARTH_RADIUS_M + case.altitude_m, -lower_m_per_s) - EARTH_RADIUS_M
        pushed_s = used * STANDARD_GRAVITY_M_PER_S2 * engine.isp_s
        duration_s = pushed_s / pusher.thrust_N if pusher.thrust_N > 0.0 else math.inf
        burns.append(Burn("lower", lower_m_per_s, used, duration_s, after_m, after_m))
        mass_kg -= used
    holding_m = min(EARTH_RADIUS_M + HOLDING_PERIGEE_M, a_m)
    to_perigee_m = EARTH_RADIUS_M + case.entry_perigee_m
    least_N = last_burn(mass_kg, a_m, holding_m, to_perigee_m, engine)[1]
    engine = engine._replace(thrust_N=max(engine.thrust_N, least_N))
    burns += perigee_burns(mass_kg, a_m, holding_m, engine)
    mass_kg = case.mass_kg - sum(burn.propellant_kg for burn in burns)
    final, least_N = last_burn(mass_kg, a_m, holding_m, to_perigee_m, engine)
    burns.append(final)
    needed_kg = sum(burn.propellant_kg for burn in burns)
    missing = _missing(pusher, least_N, needed_kg)
    if a_m > EARTH_RADIUS_M + min(case.burns_from_m, case.altitude_m) + 1.0:
        left_km, years = (a_m - EARTH_RADIUS_M) / 1e3, len(case.activity) / 365.25
        missing.append(f"time: drag leaves it at {left_km:.0f} km after {years:.0f} years; burn it down by a date")
    from_t_s = case.t_s + drift_s
    entry_t_s = from_t_s + CAMPAIGN_S + fall_time(a_m, to_perigee_m, EARTH_RADIUS_M + ENTRY_M)
    if entry_t_s > by_t_s:
        missing.append(f"time: the burns alone take {(entry_t_s - case.t_s) / DAY_S:.1f} d, longer than there is")
    delta_v = sum(burn.delta_v_m_per_s for burn in burns)
    return Plan(delta_v, needed_kg, least_N, drift_s, from_t_s, entry_t_s, tuple(burns), tuple(missing))


def _missing(pusher: Pusher, least_N: float, needed_kg: float) -> list[str]:
    missing = []
    if pusher.thrust_N <= 0.0:
        missing.append(f"engine: {pusher.id} has none that pushes the complex; {least_N:.0f} N are needed")
    elif pusher.thrust_N < least_N:
        have_N = f"{pusher.id} has {pusher.thrust_N:.0f} N"
        missing.append(f"thrust: {have_N}; {least_N:.0f} N end the last burn within half an orbit")
    if pusher.propellant_kg < needed_kg:
        missing.append(f"propellant: {pusher.id} has {pusher.propellant_kg:.0f} kg of {needed_kg:.0f} kg")
    return missing
