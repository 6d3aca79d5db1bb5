"""A precise orbit for days to weeks: gravity, Sun and Moon, NRLMSISE-00 drag, burns; errors against another ephemeris.

The integration is a library's (`flight.integrators`): satkit with the 3-hour ap history, brahe with the daily Ap. An
orbit is cut into arcs at every UTC midnight (new space weather) and at both ends of every burn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sgp4.api import SGP4_ERRORS

from stationkeep.flight.integrators import (
    DAY_S,
    Arc,
    Burn,
    DayActivity,
    Forces,
    Integrator,
    axes,
    brahe_arc,
    convert,
    satkit_arc,
)
from stationkeep.formats.elements import JD_2000, Elements
from stationkeep.formats.oem import Oem, iso_utc
from stationkeep.formats.solar_bulletins import Bulletin
from stationkeep.formats.space_weather import SpaceWeather

EQUATOR_KM = 6378.137
"""Altitudes are above this radius. Source: WGS 84."""
MU_M3_PER_S2 = 3.986004415e14
GRAVITY_RADIUS_M = 6378136.3
J2 = 1.0826359e-3
"""Source: EGM96/JGM-3 (Lemoine et al. 1998)."""
REENTRY_KM = 110.0
"""Where an orbit is called decayed: below it a circular orbit does not complete a revolution (King-Hele 1987)."""
BURN_STEP_S = 5.0
"""NASA samples an ephemeris every 2 s while thrust is on, every 240 s otherwise (shared orbit records, 16 files)."""
BURN_SAMPLES = 10
FIT_SAMPLES = 49
"""Positions over the day to which the orbit of an element set is fitted, one every half hour."""
SLOPE_DEGREE = 4
"""Gravity enough for the slopes of that fit, not for the orbit itself."""


class Orbit(NamedTuple):
    """A state: UTC seconds since 2000-01-01 without leap seconds; GCRF position and velocity (3,)."""

    t_s: float
    r_gcrf_m: NDArray[np.float64]
    v_gcrf_m_per_s: NDArray[np.float64]


class Trajectory(NamedTuple):
    """`t_s` (n,), GCRF `r_gcrf_m` and `v_gcrf_m_per_s` (n, 3)."""

    t_s: NDArray[np.float64]
    r_gcrf_m: NDArray[np.float64]
    v_gcrf_m_per_s: NDArray[np.float64]

    def at(self, row: int) -> Orbit:
        """One state of the trajectory."""
        return Orbit(float(self.t_s[row]), self.r_gcrf_m[row], self.v_gcrf_m_per_s[row])


class Errors(NamedTuple):
    """A trajectory less a reference, along the reference's radius, track and cross-track (n,), m."""

    t_s: NDArray[np.float64]
    radial_m: NDArray[np.float64]
    intrack_m: NDArray[np.float64]
    crosstrack_m: NDArray[np.float64]


def constant_activity(f107: float, f107a: float, ap: float, start_t_s: float, end_t_s: float) -> SpaceWeather:
    """The same F10.7, 81-day mean and (daily and 3-hour) Ap on every day from before the start until after the end."""
    first, last = math.floor(start_t_s / DAY_S) - 4, math.floor(end_t_s / DAY_S) + 2
    count = last - first + 1
    daily = [np.full(count, value) for value in (f107, f107a, f107a, ap)]
    return SpaceWeather(first, daily[0], daily[1], daily[2], daily[3], np.full((count, 8), ap))


def held_activity(weather: SpaceWeather, start_t_s: float, end_t_s: float) -> SpaceWeather:
    """What was known at the start, held: F10.7 of the day before, the mean of the last 81 days, Ap of the last 27 days.

    For a forecast, and for ephemerides that are forecasts. Beyond the end of the record its last rows are taken.
    """
    row = min(math.floor(start_t_s / DAY_S) - weather.first_day, len(weather.f107)) - 1
    if row < 27:
        raise ValueError(f"no space weather before {iso_utc(start_t_s)[:10]}; give constant f107, f107a and ap")
    means = float(weather.f107a_last[row]), float(weather.ap[row - 26 : row + 1].mean())
    return constant_activity(float(weather.f107[row]), *means, start_t_s, end_t_s)


def bulletin_activity(bulletin: Bulletin, start_t_s: float, end_t_s: float) -> SpaceWeather:
    """The 50 % course of one of NASA's monthly bulletins: its smoothed F10.7 as the day's and as the mean, its Ap.

    NASA's trajectory files of the ISS are flown with it and tune their Cd to it: with the bulletin in force and the Cd of
    their header 15 of 16 files are met within 0.5 km after a day, with observed activity 10.
    """
    day = np.arange(math.floor(start_t_s / DAY_S) - 4, math.floor(end_t_s / DAY_S) + 3)
    flux, ap = (np.interp(day + 0.5, bulletin.day, bulletin.values[:, which, 1]) for which in (0, 1))
    return SpaceWeather(int(day[0]), flux, flux, flux, ap, np.repeat(ap[:, None], 8, axis=1))


def activity_of_day(weather: SpaceWeather, day: int) -> DayActivity:
    """What the density model is fed on a day (number since 2000-01-01). ValueError when the record does not hold it."""
    row = day - weather.first_day
    rows = np.arange(row - 3, row + 2)
    if rows[0] < 0 or row >= len(weather.f107):
        first, last = ((weather.first_day + k) * DAY_S for k in (3, len(weather.f107) - 1))
        what = f"no space weather on {iso_utc(day * DAY_S)[:10]}; the record serves {iso_utc(first)[:10]} to"
        raise ValueError(f"{what} {iso_utc(last)[:10]}: hold the last values, or give constant f107, f107a and ap")
    rows = np.minimum(rows, len(weather.f107) - 1)
    day_before, today = weather.f107[row - 1], weather.f107a[row]
    return DayActivity(day, float(day_before), float(today), float(weather.ap[row]), weather.ap3h[rows])


def propagate(
    start: Orbit,
    until_t_s: float,
    forces: Forces,
    weather: SpaceWeather | None = None,
    burns: Sequence[Burn] = (),
    sample_t_s: NDArray[np.float64] | None = None,
    step_s: float = 240.0,
) -> Trajectory:
    """Integrate from `start` until `until_t_s`; states every `step_s` and at the end, or at `sample_t_s` (sorted).

    `weather` is the packaged record without radio bursts by default. satkit flies `forces.ap_mode` "history", brahe "daily": neither knows
    the other. ValueError for a span without space weather, overlapping burns, or an orbit that decays.
    """
    run = integrator(forces.ap_mode)
    if until_t_s <= start.t_s:
        raise ValueError(f"the end {iso_utc(until_t_s)} is not after the start {iso_utc(start.t_s)}")
    if weather is None and forces.ballistic_m2_per_kg > 0.0:
        from stationkeep.formats.space_weather import read_space_weather

        weather = read_space_weather()
    if weather is not None:  # told before hours of integration, not after
        activity_of_day(weather, math.floor((until_t_s - 1e-3) / DAY_S))
    if sample_t_s is None:
        sample_t_s = np.append(np.arange(start.t_s, until_t_s - 1e-3, step_s), until_t_s)
    if sample_t_s[0] < start.t_s or sample_t_s[-1] > until_t_s:
        raise ValueError("a state is asked for outside the span flown; sample within it")
    state = np.concatenate((start.r_gcrf_m, start.v_gcrf_m_per_s))
    pieces = [np.repeat(state[None], np.count_nonzero(sample_t_s == start.t_s), axis=0)]
    for begin_t_s, end_t_s in _cuts(start.t_s, until_t_s, burns):
        middle = 0.5 * (begin_t_s + end_t_s)
        active = [burn for burn in burns if burn.start_t_s < middle < burn.start_t_s + burn.duration_s]
        inside = sample_t_s[(sample_t_s > begin_t_s) & (sample_t_s <= end_t_s)]
        activity = activity_of_day(weather, math.floor(middle / DAY_S)) if weather is not None else None
        try:
            states, state = run(Arc(begin_t_s, end_t_s, state, inside, active, activity), forces)
        except RuntimeError as error:
            why = str(error).splitlines()[0]
            raise ValueError(f"no orbit after {iso_utc(begin_t_s)} ({why}); has it decayed? end earlier") from None
        if not np.all(np.isfinite(state)) or np.linalg.norm(state[:3]) / 1e3 < EQUATOR_KM + REENTRY_KM:
            raise ValueError(f"the orbit decays before {iso_utc(end_t_s)}; end earlier, or give less drag")
        pieces.append(states)
    table = np.concatenate(pieces)
    return Trajectory(sample_t_s, table[:, :3], table[:, 3:])


def integrator(ap_mode: str) -> Integrator:
    """The library that knows an Ap mode."""
    modes: dict[str, Integrator] = {"history": satkit_arc, "daily": brahe_arc}
    if ap_mode not in modes:
        raise ValueError(f"no Ap mode '{ap_mode}'; history (3-hour ap) or daily (daily Ap)")
    return modes[ap_mode]


def _cuts(start_t_s: float, end_t_s: float, burns: Sequence[Burn]) -> list[tuple[float, float]]:
    """The arcs: between midnights and ends of burns."""
    ordered = sorted(burns, key=lambda burn: burn.start_t_s)
    for before, after in pairwise(ordered):
        if after.start_t_s < before.start_t_s + before.duration_s:
            raise ValueError(f"the burns of {iso_utc(before.start_t_s)} and {iso_utc(after.start_t_s)} overlap")
    marks = [day * DAY_S for day in range(math.floor(start_t_s / DAY_S) + 1, math.ceil(end_t_s / DAY_S))]
    for burn in burns:
        marks += [burn.start_t_s, burn.start_t_s + burn.duration_s]
    inside = sorted({start_t_s, end_t_s, *(mark for mark in marks if start_t_s < mark < end_t_s)})
    return list(pairwise(inside))


def orbit_of(oem: Oem, row: int) -> Orbit:
    """One state of an ephemeris, in GCRF."""
    state = np.concatenate((oem.r_m[row], oem.v_m_per_s[row]))[None]
    state = convert(oem.frame, "GCRF", oem.t_s[row : row + 1], state)[0]
    return Orbit(float(oem.t_s[row]), state[:3], state[3:])


def orbit_of_elements(elements: Elements, forces: Forces, weather: SpaceWeather | None = None) -> Orbit:
    """The state at the epoch of an element set: the precise orbit that fits SGP4's over the day before, least squares.

    SGP4's own state at the epoch is as near (0.5 km), but its speed is off by cm/s: against eight stretches of NASA's
    ephemerides, a day later it is 3 to 14 km off along the track (median 9), the fitted one 0.01 to 4 km (median 0.6).
    """
    t_s = elements.epoch_t_s + np.linspace(-DAY_S, 0.0, FIT_SAMPLES)
    days = np.floor(t_s / DAY_S)
    failed, r_km, v_km_per_s = elements.satellite.sgp4_array(days + JD_2000, t_s / DAY_S - days)
    if failed.any():
        why = SGP4_ERRORS[failed.max()]
        raise ValueError(f"SGP4 cannot fly the element set of {iso_utc(elements.epoch_t_s)}: {why}; give a newer one")
    measured = convert("TEME", "GCRF", t_s, np.hstack((r_km, v_km_per_s)) * 1e3)
    state = measured[0]
    nudges = np.diag([10.0, 10.0, 10.0, 0.01, 0.01, 0.01])

    def fly(first: NDArray[np.float64], degree: int) -> Trajectory:
        orbit = Orbit(float(t_s[0]), first[:3], first[3:])
        return propagate(orbit, float(t_s[-1]), forces._replace(gravity_degree=degree), weather, sample_t_s=t_s)

    rough = fly(state, SLOPE_DEGREE).r_gcrf_m
    moved = [(fly(state + one, SLOPE_DEGREE).r_gcrf_m - rough).ravel() / one.max() for one in nudges]
    for _ in range(4):
        missing = measured[:, :3] - fly(state, forces.gravity_degree).r_gcrf_m
        step = np.linalg.lstsq(np.stack(moved, axis=1), missing.ravel(), rcond=None)[0]
        state = state + step
        if np.max(np.abs(step[:3])) < 1.0:
            break
    return fly(state, forces.gravity_degree).at(-1)


def trajectory_of(oem: Oem) -> Trajectory:
    """A whole ephemeris, in GCRF."""
    states = convert(oem.frame, "GCRF", oem.t_s, np.hstack((oem.r_m, oem.v_m_per_s)))
    return Trajectory(oem.t_s, states[:, :3], states[:, 3:])


def errors_against(trajectory: Trajectory, reference: Trajectory) -> Errors:
    """`trajectory` less `reference`; both must hold the same times (propagate with `sample_t_s=reference.t_s`)."""
    if trajectory.t_s.shape != reference.t_s.shape or np.max(np.abs(trajectory.t_s - reference.t_s)) > 1e-4:
        raise ValueError("the trajectory is not sampled at the times of the reference")
    along = axes("RTN", reference.r_gcrf_m, reference.v_gcrf_m_per_s)
    parts = np.einsum("nij,nj->ni", along, trajectory.r_gcrf_m - reference.r_gcrf_m)
    return Errors(reference.t_s, parts[:, 0], parts[:, 1], parts[:, 2])


def burns_in(oem: Oem, forces: Forces, weather: SpaceWeather | None = None) -> list[Burn]:
    """Burns that an ephemeris shows: stretches sampled every few seconds, as NASA does while thrust is on.

    The thrust is constant along RTN and leads from the first to the last sample of the stretch (least squares in
    position and velocity; linear for so short an arc).
    """
    close = np.concatenate(([False], np.diff(oem.t_s) < BURN_STEP_S, [False]))
    edges = np.flatnonzero(np.diff(close.astype(int)))
    burns = []
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        if last - first < BURN_SAMPLES:
            continue
        start, end = orbit_of(oem, int(first)), orbit_of(oem, int(last))
        length_s = end.t_s - start.t_s

        def reached(speed: NDArray[np.float64], start: Orbit = start, end: Orbit = end) -> NDArray[np.float64]:
            burn = Burn(start.t_s, end.t_s - start.t_s, (float(speed[0]), float(speed[1]), float(speed[2])))
            orbit = propagate(start, end.t_s, forces, weather, [burn]).at(-1)
            missing = orbit.r_gcrf_m - end.r_gcrf_m, orbit.v_gcrf_m_per_s - end.v_gcrf_m_per_s
            return np.concatenate((missing[0] / (end.t_s - start.t_s), missing[1]))

        coast = reached(np.zeros(3))
        response = np.stack([reached(unit) - coast for unit in np.eye(3)], axis=1)
        speed = np.linalg.lstsq(response, -coast, rcond=None)[0]
        burns.append(Burn(start.t_s, length_s, (float(speed[0]), float(speed[1]), float(speed[2]))))
    return burns


def fit_drag(
    start: Orbit,
    reference: Trajectory,
    forces: Forces,
    weather: SpaceWeather | None = None,
    burns: Sequence[Burn] = (),
) -> tuple[float, Trajectory]:
    """The factor on Cd A / m that makes the in-track error smallest (least squares over the reference), and its orbit.

    `reference` lies at or after `start`. Gauss-Newton with the slope of a 5 % change: the error is nearly linear.
    """

    def fly(factor: float) -> Trajectory:
        scaled = forces._replace(ballistic_m2_per_kg=factor * forces.ballistic_m2_per_kg)
        return propagate(start, float(reference.t_s[-1]), scaled, weather, burns, reference.t_s)

    factor, best = 1.0, fly(1.0)
    slope = (errors_against(fly(1.05), reference).intrack_m - errors_against(best, reference).intrack_m) / 0.05
    for _ in range(4):
        step = float(slope @ errors_against(best, reference).intrack_m / (slope @ slope))
        factor, best = factor - step, fly(factor - step)
        if abs(step) < 1e-3:
            break
    return factor, best


def mean_altitude_km(r_m: NDArray[np.float64], v_m_per_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Semi-major axis less the first-order J2 short-period term, above 6378.137 km, of states (..., 3).

    Mean over whole revolutions it is the Brouwer mean altitude of the record and of the dataset. Source: energy
    integral with the J2 potential less its orbit mean, near-circular.
    """
    r = np.linalg.norm(r_m, axis=-1)
    a_m = 1.0 / (2.0 / r - np.sum(v_m_per_s**2, axis=-1) / MU_M3_PER_S2)
    momentum = np.cross(r_m, v_m_per_s)
    sin2_i = 1.0 - (momentum[..., 2] / np.linalg.norm(momentum, axis=-1)) ** 2
    k = MU_M3_PER_S2 * J2 * GRAVITY_RADIUS_M**2
    here = -k / r**3 * (1.5 * (r_m[..., 2] / r) ** 2 - 0.5)
    mean = -k / a_m**3 * (0.75 * sin2_i - 0.5)
    return np.asarray((a_m - 2.0 * a_m**2 / MU_M3_PER_S2 * (here - mean)) / 1e3 - EQUATOR_KM)


def daily_altitude_km(trajectory: Trajectory) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Time mean of `mean_altitude_km` over each whole UTC day of a trajectory: noons (days,), s, and altitudes (days,)."""
    day = np.floor(trajectory.t_s / DAY_S).astype(int)
    first, last = math.ceil(trajectory.t_s[0] / DAY_S), math.floor(trajectory.t_s[-1] / DAY_S)
    altitude = mean_altitude_km(trajectory.r_gcrf_m, trajectory.v_gcrf_m_per_s)
    days, weight_s = np.arange(first, last), np.gradient(trajectory.t_s)
    means = [np.average(altitude[day == one], weights=weight_s[day == one]) for one in days]
    return (days + 0.5) * DAY_S, np.array(means)
