"""The record replayed: decay between reboosts from a measured start, with the density scale fitted on other years.

A pair is two neighbouring days of an altitude record (at most `LONGEST_STEP_D` apart). A pair that holds a burn, and
its two neighbours (a daily mean smears a burn over three days), count neither as measured nor as modelled decay:
there the model's altitude takes the measured change. So decay can be accumulated over months between which the
station was reboosted.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from stationkeep.formats.altitude import AltitudeRecord
from stationkeep.formats.space_weather import SpaceWeather
from stationkeep.laws.atmosphere import DensityFit, decay_step, ln_drag_density
from stationkeep.laws.orbit import EARTH_RADIUS_M, decay_rate, node_rate
from stationkeep.laws.sun import DAY_S, day_of_year, node_local_time

LONGEST_STEP_D = 3.5
"""Two days further apart may hide a small burn and are not joined."""
LARGEST_ECCENTRICITY = 0.003
"""Days with more (the first month of assembly) are left out: beyond the range of the fitted density."""
WINDOW = 15
"""Pairs on either side from which a pair's usual decay and scatter are taken."""
BURN_SIGMAS, LEAST_BURN_M, NOISE_M = 4.5, 60.0, 10.0
"""A rise above the usual decay counts as a burn beyond this many scatters (of at least NOISE_M) and metres."""
DEBOOST_DECAYS, LEAST_DEBOOST_M = 2.5, 700.0
"""A fall counts as a deboost beyond this many times the usual decay and metres; less is a storm."""


class Driven(NamedTuple):
    """A record with what drives drag on it, day by day; ``drag`` and ``usual`` belong to the pair ending on that
    day."""

    t_s: np.ndarray  # (n,)
    h_m: np.ndarray  # (n,)
    raan_rad: np.ndarray  # (n,)
    activity: np.ndarray  # (n, 3) F10.7 of the day before, F10.7A, Ap
    drag_m: (
        np.ndarray
    )  # (n,) fall since the day before with a ballistic coefficient of 1 m2/kg; NaN where a chain begins
    burn: np.ndarray  # (n,) bool: the pair holds a burn or touches one
    outside: np.ndarray  # (n,) bool: an argument lay beyond the density fit


def nodes_at(
    t_s: np.ndarray, h_m: np.ndarray, measured: tuple[np.ndarray, np.ndarray], inclination_rad: float
) -> np.ndarray:
    """(n,) node, rad, from measured nodes: drift at the record's altitude, closed linearly on the measured node
    either side."""
    known_t_s, known = measured
    drift = np.array([node_rate(EARTH_RADIUS_M + h, inclination_rad) for h in h_m])
    out = np.empty(len(t_s))
    for k, t in enumerate(t_s):
        right = min(max(int(np.searchsorted(known_t_s, t)), 1), len(known_t_s) - 1)
        left = right - 1
        span, since = known_t_s[right] - known_t_s[left], t - known_t_s[left]
        missed = math.remainder(known[right] - known[left] - drift[k] * span, 2.0 * math.pi)
        out[k] = known[left] + drift[k] * since + missed * min(max(since / span, 0.0), 1.0)
    return out


def activity_at(t_s: np.ndarray, weather: SpaceWeather, ap: np.ndarray | None = None) -> np.ndarray:
    """(n, 3) F10.7 of the day before, F10.7A and Ap of the day of each time, which the record must cover.

    ``ap`` (days,) replaces the daily Ap.
    """
    today = np.floor(t_s / DAY_S).astype(int) - weather.first_day
    daily = weather.ap if ap is None else ap
    return np.stack([weather.f107[today - 1], weather.f107a[today], daily[today]], 1)


def drive(
    record: AltitudeRecord,
    weather: SpaceWeather,
    nodes: tuple[np.ndarray, np.ndarray],
    fit: DensityFit,
    ap: np.ndarray | None = None,
) -> Driven:
    """Put drag on a record and find its burns; ``nodes`` serve where the record has none of its own.

    Days too eccentric or outside the activity record are left out. Raises ValueError when fewer than two are left.
    """
    day = np.floor(record.t_s / DAY_S).astype(int) - weather.first_day
    usable = ~(record.eccentricity > LARGEST_ECCENTRICITY) & (day >= 1) & (day < len(weather.f107))
    if usable.sum() < 2:
        raise ValueError("fewer than two days lie in the space-weather record with an eccentricity below 0.003")
    t_s, h_m = record.t_s[usable], record.h_m[usable]
    raan = np.where(
        np.isnan(record.raan_rad[usable]), nodes_at(t_s, h_m, nodes, fit.inclination_rad), record.raan_rad[usable]
    )
    activity = activity_at(t_s, weather, ap)
    outside = np.zeros(len(t_s), bool)
    rate = _drag_rates(fit, t_s, h_m, raan, activity, outside)
    step_s = np.diff(t_s, prepend=np.nan)
    drag_m = np.append(np.nan, 0.5 * (rate[1:] + rate[:-1])) * step_s
    drag_m[~(step_s <= LONGEST_STEP_D * DAY_S)] = np.nan
    return Driven(t_s, h_m, raan, activity, drag_m, _burns(h_m, drag_m), outside)


def _burns(h_m: np.ndarray, drag_m: np.ndarray) -> np.ndarray:
    """(n,) bool: pairs that hold a burn, with their neighbours; burns found are left out of the next round's usual
    decay."""
    change_m = np.diff(h_m, prepend=np.nan)
    pair = np.flatnonzero(~np.isnan(drag_m))
    chain = np.cumsum(np.isnan(drag_m))
    burn = np.zeros(len(h_m), bool)
    for _ in range(5):
        core = np.zeros(len(h_m), bool)
        for k in pair:
            near = pair[np.searchsorted(pair, k - WINDOW) : np.searchsorted(pair, k + WINDOW, "right")]
            near = near[(chain[near] == chain[k]) & ~burn[near]]
            if len(near) < 4:
                near = pair[np.argsort(np.abs(pair - k), kind="stable")[:WINDOW]]
            usual = np.median(-change_m[near] / drag_m[near])
            scatter = max(1.4826 * np.median(np.abs(change_m[near] + usual * drag_m[near])), NOISE_M)
            rise = change_m[k] + usual * drag_m[k]
            fall = max(DEBOOST_DECAYS * usual * drag_m[k], LEAST_DEBOOST_M)
            core[k] = rise > max(BURN_SIGMAS * scatter, LEAST_BURN_M) or rise < -fall
        touched = core.copy()
        touched[1:] |= core[:-1]
        touched[:-1] |= core[1:]
        if np.array_equal(touched, burn):
            break
        burn = touched
    return burn


def chains(driven: Driven) -> list[slice]:
    """Runs of days joined by pairs, at least two days each."""
    starts = np.flatnonzero(np.isnan(driven.drag_m))
    ends = np.append(starts[1:], len(driven.t_s))
    return [slice(a, b) for a, b in zip(starts, ends, strict=True) if b - a > 1]


def clean(driven: Driven) -> np.ndarray:
    """(n,) bool: the pair ending here is whole and free of burns."""
    return ~np.isnan(driven.drag_m) & ~driven.burn


def fall_through(driven: Driven, first: int, last: int, fit: DensityFit, ballistic_m2_per_kg: np.ndarray) -> np.ndarray:
    """(last - first + 1,) modelled altitude, m, started from the measured one at ``first``; burns take the measured
    change.

    ``ballistic_m2_per_kg`` (n,) is the coefficient, density scale included, of the pair ending on each day.
    """
    span = slice(first, last + 1)
    return np.asarray(
        _fall(
            fit,
            driven.t_s[span],
            driven.h_m[span],
            driven.raan_rad[span],
            driven.activity[span],
            driven.burn[span],
            ballistic_m2_per_kg[span],
        )
    )


@njit(cache=True)
def _fall(
    fit: DensityFit,
    t_s: np.ndarray,
    measured_m: np.ndarray,
    raan_rad: np.ndarray,
    activity: np.ndarray,
    burn: np.ndarray,
    ballistic: np.ndarray,
) -> np.ndarray:
    h_m = np.empty(len(t_s))
    h_m[0] = measured_m[0]
    for k in range(1, len(t_s)):
        if burn[k]:
            h_m[k] = h_m[k - 1] + measured_m[k] - measured_m[k - 1]
            continue
        days = max(round((t_s[k] - t_s[k - 1]) / DAY_S), 1)
        step_s = (t_s[k] - t_s[k - 1]) / days
        a_m, node = EARTH_RADIUS_M + h_m[k - 1], raan_rad[k - 1]
        for number in range(days):
            share = (number + 0.5) / days
            sky = (1.0 - share) * activity[k - 1] + share * activity[k]
            a_m, node, _, _, _, _ = decay_step(
                fit, a_m, node, 0.0, 0.0, t_s[k - 1] + number * step_s, step_s, ballistic[k], sky[0], sky[1], sky[2]
            )
        h_m[k] = a_m - EARTH_RADIUS_M
    return h_m


@njit(cache=True)
def _drag_rates(
    fit: DensityFit, t_s: np.ndarray, h_m: np.ndarray, raan_rad: np.ndarray, activity: np.ndarray, outside: np.ndarray
) -> np.ndarray:
    """(n,) fall per second with a ballistic coefficient of 1 m2/kg; fills ``outside``."""
    rate = np.empty(len(t_s))
    for k in range(len(t_s)):
        sky, node = activity[k], node_local_time(raan_rad[k], t_s[k])
        ln_rho, outside[k] = ln_drag_density(fit, h_m[k], day_of_year(t_s[k]), node, sky[0], sky[1], sky[2], 0.0, 0.0)
        rate[k] = -decay_rate(EARTH_RADIUS_M + h_m[k], 1.0, math.exp(ln_rho))
    return rate
