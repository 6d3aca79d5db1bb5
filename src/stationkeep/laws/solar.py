"""Laws of solar activity to come: the shape of a cycle, and one run's daily F10.7 and Ap from a block of uniforms.

Everything known at a date is in an `Outlook` (made once by `laws.solar_outlook`); `future_activity` turns it and the
uniforms of one run into daily series, without chance of its own: the same uniforms give the same bits. Days are counted
from 2000-01-01T00:00 UTC (day 0), so a day is ``floor(t_s / 86400)``. F10.7 is in solar flux units (1e-22 W m-2 Hz-1),
observed at the Earth as NRLMSISE-00 wants it; inside, levels are at one astronomical unit.
"""

import functools
import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from stationkeep.laws.sun import sun_distance_au

ROTATION_D = 27
"""Rotation of the Sun as seen from the Earth: levels are means over it. Source: Bartels 1934."""
WINDOW_D = 81
"""Length of the centred mean F10.7A. Source: Picone et al. 2002."""
QUIET_FLUX = 66.0
"""F10.7 at one astronomical unit with no cycle at all. Source: Tapping & DeTracey 1990 (64-67); the lowest 27-day
means of the six minima on record are 66.7-69.1."""
FLOOR_FLUX = 64.0
"""Lowest daily F10.7 at one astronomical unit: 64.4 is undercut on one day in ten thousand. Source: the record since
1957."""
LOG_OFFSET_FLUX = 50.0
"""Levels vary about their cycle by an amount that grows with the level: ln(F10.7 - 50) has nearly the same scatter
at all levels (0.14-0.23). Source: 27-day means 1957-1996."""
AP_CEILING = 400.0
"""Top of the ap scale. Source: Bartels 1949 (Kp 9)."""
SHAPE_C = 0.71
"""Asymmetry of a cycle. Source: Hathaway, Wilson & Reichmann 1994, Solar Physics 151, 177."""
SHAPE_PEAK = 1.0817739246415472
"""Place of the maximum of x^3 / (exp(x^2) - 0.71), in units of b. Source: derived."""
SHAPE_HEIGHT = 0.5038025496212445
"""Height of that maximum. Source: derived."""
SMOOTH_ROTATIONS = 13
"""Rotations (351 d) averaged into the past level that Ap follows."""
AP_LAG_ROTATIONS = 54
"""Ap follows the flux of now and of four years (54 rotations) ago: recurrent storms of the declining phase.
Source: least squares over 1961-1996; Feynman 1982 separates the same two parts."""
BLOCK_D = 4 * ROTATION_D
"""Days are borrowed from the past in blocks of four rotations, which keep recurrence and storms as they were."""
JOIN_D = 4.0
"""A new block takes over from the day before it with this e-folding time; daily F10.7 about its 27-day mean has an
autocorrelation of 0.6 after three days and 0.2 after five. Source: the record 1957-1996."""
FEATURE_WIDTH = (0.30, 0.40)
"""Blocks are alike when ln-level now and four years before differ by less than this; about a tenth of the record is."""
SCORE_LIMIT = 2.5
"""No length or amplitude of a cycle is drawn further from its mean than this, in scatters. Source: none of 24 was."""
LEAST_ROOT = 4.0
"""Root of the least flux amplitude: a third of the weakest cycle since 1755. Source: assumed."""
CYCLES_DRAWN = 6
"""Cycles after the two of a particle that a run may draw: 55 years or more."""
_HEADER, _PER_CYCLE, _PER_ROTATION = 10, 3, 6
_FIRST = _HEADER + _PER_CYCLE * CYCLES_DRAWN
_PER_BLOCK = _PER_ROTATION * BLOCK_D // ROTATION_D + 1


class Outlook(NamedTuple):
    """What is known of solar activity at ``as_of_day``: made by `laws.solar_outlook.solar_outlook`, read by
    `future_activity`.

    M particles, H days and R whole rotations of record before ``as_of_day`` (oldest first), S block starts, K rotations
    ahead.
    """

    as_of_day: int
    past_cycles: Any
    """(C, 3) amplitude (flux units above quiet), start day, rise (d) of cycles before the running one."""
    particles: Any
    """(M, 16) amplitude, start, rise of the running cycle; the same of the next; slow and fast departure (ln) of flux at
    as_of, the same of ln Ap; ln Ap = intercept + a level + b level four years before + c strength + d cos + e sin of twice
    the season, strength as in `cycle_strength`."""
    next_law: Any
    """(7,) of later cycles: mean and scatter of length (d); of the root of the amplitude: intercept, slope on the root
    before, slope on the length before less its mean (per d), scatter; flux amplitude per sunspot number (version 1)."""
    departures: Any
    """(2, 5) for ln flux and ln Ap: memory per rotation and standard deviation of the slow part, same of the fast,
    white."""
    state_spread: Any
    """(2, 2) standard deviation of the slow and fast departure left unknown at as_of."""
    ap_doubt: Any
    """(8, 4) what four normal scores add to the law of ln Ap and, since the record must still be met, to its two
    departures at as_of."""
    bands: Any
    """(K, 2, 3) ln level of flux and ln Ap at 5, 50, 95 % by rotation; (0, 2, 3) when the particles rule."""
    fixed_score: float
    """Normal score of a fixed percentile of the bands; NaN draws it."""
    levels: Any
    """(R, 2) ln(F - 50) and ln Ap of the rotations before as_of; R > AP_LAG_ROTATIONS + 8."""
    daily_flux: Any
    """(H,) observed daily F10.7, cleaned of bursts."""
    flux_departure: Any
    """(H,) daily flux at 1 au less its 27-day mean, over that mean less 50."""
    ap_ratio: Any
    """(H,) daily Ap over its 27-day mean."""
    starts: Any
    """(S,) index into the H days where a block may start."""
    features: Any
    """(S, 2) ln level at the block's middle, and four years before."""


RISE_SCATTER = 0.12
"""Scatter of ln rise about Hathaway's relation. Source: cycles 20-22 fitted in F10.7 (4.17-5.3 y for 4.1-4.5 y)."""


@njit(cache=True)
def cycle_flux(day: float, amplitude: float, start_day: float, rise_d: float) -> float:
    """Flux of one cycle above the quiet Sun at ``day``; peaks at ``amplitude``, ``rise_d`` after ``start_day``.

    Source: Hathaway, Wilson & Reichmann 1994: a (t - t0)^3 / (exp((t - t0)^2 / b^2) - c), here scaled to its maximum.
    """
    x = (day - start_day) / rise_d * SHAPE_PEAK
    if x <= 0.0 or x > 5.0:
        return 0.0
    return amplitude * x * x * x / (math.exp(x * x) - SHAPE_C) / SHAPE_HEIGHT


@njit(cache=True)
def cycle_rise(sunspot_maximum: float) -> float:
    """Days from the start of a cycle to its maximum: large cycles rise faster.

    ``sunspot_maximum`` is smoothed, version 1 (0.7 of version 2). b = 27.12 + 25.15 / (1000 a)^(1/4) months, the
    maximum at 1.082 b. Source: Hathaway, Wilson & Reichmann 1994, their equations 2 and 4; solved by fixed point.
    """
    b_months = 45.0
    for _ in range(20):
        a = sunspot_maximum / (SHAPE_HEIGHT * b_months**3)
        b_months = 27.12 + 25.15 / (1000.0 * a) ** 0.25
    return SHAPE_PEAK * b_months * 30.4375


@njit(cache=True)
def normal_quantile(p: float) -> float:
    """Standard normal deviate of probability ``p`` in (0, 1), to 1e-7. Source: Wichura 1988, algorithm AS 241
    (PPND7)."""
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        top = ((59.109374720 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179
        return q * top / (((67.187563600 * r + 78.757757664) * r + 17.895169469) * r + 1.0)
    r = math.sqrt(-math.log(min(p, 1.0 - p)))
    if r <= 5.0:
        r -= 1.6
        top = ((0.17023821103 * r + 1.3067284816) * r + 2.7568153900) * r + 1.4234372777
        value = top / ((0.12021132975 * r + 0.73700164250) * r + 1.0)
    else:
        r -= 5.0
        top = ((0.017337203997 * r + 0.42868294337) * r + 3.0812263860) * r + 6.6579051150
        value = top / ((0.012258202635 * r + 0.24197894225) * r + 1.0)
    return value if q > 0.0 else -value


def rotations_ahead(n_days: int) -> int:
    """Rotations a run of ``n_days`` needs: to its end, half a window beyond and half a block to look ahead."""
    return (n_days + WINDOW_D // 2) // ROTATION_D + 5


def uniforms_count(n_days: int) -> int:
    """Length of the block of uniforms that one run of ``n_days`` takes: 25 for every 108 days and 28 at the start."""
    return _FIRST + _PER_BLOCK * ((rotations_ahead(n_days) - 1) * ROTATION_D // BLOCK_D + 1)


def future_activity(outlook: Outlook, n_days: int, uniforms: Any) -> tuple[Any, Any, Any]:
    """Daily F10.7, F10.7A and Ap of one run, each (n_days,), from ``outlook.as_of_day`` on.

    ``uniforms``: (uniforms_count(n_days),) or longer, each in (0, 1); nothing else is random, and a longer run begins
    as the shorter one. F10.7 and its 81-day centred mean are observed values; the mean joins the record before. Level:
    cycles of Hathaway's shape, or the issued bands, with departures that persist; days: blocks of the past at like
    level and phase. Raises ValueError for too few uniforms or days beyond the bands. Source: see `laws.solar_outlook`;
    checked by tools/validation/solar.py.
    """
    if len(uniforms) < uniforms_count(n_days):
        raise ValueError(f"{len(uniforms)} uniforms for {n_days} days; {uniforms_count(n_days)} are needed")
    n_rotations = rotations_ahead(n_days)
    if 0 < len(outlook.bands) < n_rotations:
        raise ValueError(f"the outlook reaches {len(outlook.bands)} rotations; {n_days} days need {n_rotations}")
    levels = rotation_levels(outlook, n_rotations, uniforms)
    return _daily(outlook, n_days, levels, uniforms, _squared_au(outlook.as_of_day, n_days + WINDOW_D // 2))


def mean_flux_before(outlook: Outlook, f107: Any) -> Any:
    """(40,) F10.7A of the last days before ``outlook.as_of_day``, whose windows reach into a run's ``f107`` (n_days,).

    The mean in the record itself must not be used there: it was formed later. Windows end with the run when it is
    short.
    """
    half = WINDOW_D // 2
    joined = np.concatenate([outlook.daily_flux[-2 * half :], f107[:half]])
    return np.array([joined[d : d + WINDOW_D].mean() for d in range(half)])


@njit(cache=True)
def _cycle_level(day: float, cycles: Any) -> float:
    """ln(F - 50) of the quiet Sun and all ``cycles`` (C, 3)."""
    flux = QUIET_FLUX - LOG_OFFSET_FLUX
    for amplitude, start_day, rise_d in cycles:
        flux += cycle_flux(day, amplitude, start_day, rise_d)
    return math.log(flux)


@njit(cache=True)
def _limited(uniform: float) -> float:
    """Normal score of a uniform, of the normal cut at `SCORE_LIMIT`."""
    outside = 0.5 * math.erfc(SCORE_LIMIT / math.sqrt(2.0))
    return normal_quantile(outside + (1.0 - 2.0 * outside) * uniform)


@njit(cache=True)
def _draw_cycles(outlook: Outlook, uniforms: Any) -> Any:
    """(C, 3) past cycles, those of the run's particle, and later ones: a length, then an amplitude that follows it."""
    particle = outlook.particles[min(int(uniforms[0] * len(outlook.particles)), len(outlook.particles) - 1)]
    known = len(outlook.past_cycles)
    cycles = np.empty((known + 2 + CYCLES_DRAWN, 3))
    for i in range(3):
        for past in range(known):
            cycles[past, i] = outlook.past_cycles[past, i]
        cycles[known, i], cycles[known + 1, i] = particle[i], particle[3 + i]
    law = outlook.next_law
    for c in range(CYCLES_DRAWN):
        u = uniforms[_HEADER + _PER_CYCLE * c : _HEADER + _PER_CYCLE * (c + 1)]
        amplitude, start_day, _ = cycles[known + 1 + c]
        length_d = law[0] + law[1] * _limited(u[0])
        root = law[2] + law[3] * math.sqrt(amplitude) + law[4] * (length_d - law[0]) + law[5] * _limited(u[1])
        amplitude = max(root, LEAST_ROOT) ** 2
        rise_d = cycle_rise(amplitude / law[6]) * math.exp(RISE_SCATTER * normal_quantile(u[2]))
        later = known + 2 + c
        cycles[later, 0], cycles[later, 1], cycles[later, 2] = amplitude, start_day + length_d, rise_d
    return cycles, particle[6:]


@njit(cache=True)
def cycle_strength(day: float, cycles: Any) -> float:
    """ln amplitude of ``cycles`` (C, 3), straight between the start of one and the start of the next.

    The field at the Sun's poles about a minimum makes the next cycle and holds up geomagnetic activity meanwhile, so that a
    weak cycle is announced by a quiet minimum. Source: Ohl 1966; Wilson 1990, Solar Physics 125, 143.
    """
    for c in range(1, len(cycles)):
        if day < cycles[c, 1] or c == len(cycles) - 1:
            part = (day - cycles[c - 1, 1]) / (cycles[c, 1] - cycles[c - 1, 1])
            part = min(max(part, 0.0), 1.0)
            return (1.0 - part) * math.log(cycles[c - 1, 0]) + part * math.log(cycles[c, 0])
    return math.log(cycles[0, 0])


@njit(cache=True)
def _band(quantiles: Any, score: float) -> float:
    """Value at a normal score of a split normal through the 5, 50 and 95 % points."""
    side = quantiles[2] - quantiles[1] if score > 0.0 else quantiles[1] - quantiles[0]
    return quantiles[1] + score / 1.6448536269514722 * side


@njit(cache=True)
def _season(day: float, ap_law: Any) -> float:
    """Ap is higher at the equinoxes. Source: Russell & McPherron 1973; amplitude from the record."""
    angle = 4.0 * math.pi * day / 365.25
    return ap_law[4] * math.cos(angle) + ap_law[5] * math.sin(angle)


@njit(cache=True)
def rotation_levels(outlook: Outlook, n_rotations: int, uniforms: Any) -> Any:
    """(R + n_rotations, 2) ln(F - 50) and ln Ap by rotation of 27 days, the record first. Uniforms as in
    `future_activity`."""
    known = len(outlook.levels)
    levels = np.empty((known + n_rotations, 2))
    for past in range(known):
        levels[past, 0], levels[past, 1] = outlook.levels[past, 0], outlook.levels[past, 1]
    cycles, known_of_it = _draw_cycles(outlook, uniforms)
    banded = len(outlook.bands) > 0
    score = normal_quantile(uniforms[1]) if math.isnan(outlook.fixed_score) else outlook.fixed_score
    spread = outlook.state_spread
    state = known_of_it[:4].copy().reshape(2, 2)
    ap_law = known_of_it[4:].copy()
    for i in range(4):
        score_i = normal_quantile(uniforms[6 + i])
        for j in range(6):
            ap_law[j] += outlook.ap_doubt[j, i] * score_i
        for j in range(2):
            state[1, j] += outlook.ap_doubt[6 + j, i] * score_i
    for i in range(4):
        state[i // 2, i % 2] += spread[i // 2, i % 2] * normal_quantile(uniforms[2 + i])
    for k in range(n_rotations):
        row, day = known + k, outlook.as_of_day + (k + 0.5) * ROTATION_D
        for i in range(2):
            memory, slow_sd, fast_memory, fast_sd, white_sd = outlook.departures[i]
            at = _FIRST + _PER_ROTATION * k + k * ROTATION_D // BLOCK_D + 3 * i
            state[i, 0] = memory * state[i, 0] + slow_sd * math.sqrt(1 - memory**2) * normal_quantile(uniforms[at])
            state[i, 1] = fast_memory * state[i, 1] + fast_sd * math.sqrt(1 - fast_memory**2) * normal_quantile(
                uniforms[at + 1]
            )
            departure = state[i, 1] + white_sd * normal_quantile(uniforms[at + 2])
            if banded:
                mean_shift = 0.5 * (fast_sd**2 + white_sd**2)
                levels[row, i] = _band(outlook.bands[k, i], score) - mean_shift + departure
            elif i == 0:
                levels[row, 0] = _cycle_level(day, cycles) + state[0, 0] + departure
            else:
                past = row - AP_LAG_ROTATIONS
                before = levels[past - SMOOTH_ROTATIONS // 2 : past + SMOOTH_ROTATIONS // 2 + 1, 0].mean()
                levels[row, 1] = ap_law[0] + ap_law[1] * levels[row, 0] + ap_law[2] * before + state[1, 0] + departure
                levels[row, 1] += ap_law[3] * cycle_strength(day, cycles) + _season(day, ap_law)
    return levels


@njit(cache=True)
def _pick_block(features: Any, level: float, before: float, uniform: float) -> int:
    """A block of the past at like level and phase: weight 1 - d^2 within one width, the nearest when none is."""
    total, nearest, least = 0.0, 0, 1e300
    for s in range(len(features)):
        d2 = ((features[s, 0] - level) / FEATURE_WIDTH[0]) ** 2 + ((features[s, 1] - before) / FEATURE_WIDTH[1]) ** 2
        if d2 < least:
            least, nearest = d2, s
        total += max(0.0, 1.0 - d2)
    if total == 0.0:
        return nearest
    target, run = uniform * total, 0.0
    for s in range(len(features)):
        d2 = ((features[s, 0] - level) / FEATURE_WIDTH[0]) ** 2 + ((features[s, 1] - before) / FEATURE_WIDTH[1]) ** 2
        run += max(0.0, 1.0 - d2)
        if run >= target:
            return s
    return nearest


@functools.lru_cache(8)
def _squared_au(first_day: int, count: int) -> Any:
    """(count,) square of the Sun's distance on days in a row; the same in every run."""
    distance = np.array([sun_distance_au((first_day + d + 0.5) * 86400.0) for d in range(count)])
    return distance * distance


@njit(cache=True)
def _daily(outlook: Outlook, n_days: int, levels: Any, uniforms: Any, squared_au: Any) -> tuple[Any, Any, Any]:
    """Days laid over the rotation levels, and the 81-day mean across the join with the record."""
    half, known = WINDOW_D // 2, len(outlook.levels)
    span = n_days + half
    flux, ap = np.empty(half + span), np.empty(span)
    for d in range(half):
        flux[d] = outlook.daily_flux[len(outlook.daily_flux) - half + d]
    departure, carried, source = outlook.flux_departure[-1], 0.0, 0
    mean_of, fades = np.exp(levels), np.exp(-(np.arange(BLOCK_D) + 1.0) / JOIN_D)
    for d in range(span):
        place = (d + 0.5) / ROTATION_D - 0.5 + known
        row = int(place)
        part = place - row
        level = (1.0 - part) * mean_of[row, 0] + part * mean_of[row + 1, 0]
        if d % BLOCK_D == 0:
            middle = row + BLOCK_D // ROTATION_D // 2
            now = levels[middle - 2 : middle + 3, 0].mean()
            past = middle - AP_LAG_ROTATIONS
            before = levels[past - SMOOTH_ROTATIONS // 2 : past + SMOOTH_ROTATIONS // 2 + 1, 0].mean()
            carried = departure
            source = outlook.starts[
                _pick_block(outlook.features, now, before, uniforms[_FIRST + _PER_BLOCK * (d // BLOCK_D + 1) - 1])
            ]
        day = source + d % BLOCK_D
        fade = fades[d % BLOCK_D]
        departure = (1.0 - fade) * outlook.flux_departure[day] + fade * carried
        flux[half + d] = max(FLOOR_FLUX, LOG_OFFSET_FLUX + level * (1.0 + departure)) / squared_au[d]
        mean_ap = (1.0 - part) * mean_of[row, 1] + part * mean_of[row + 1, 1]
        ap[d] = min(AP_CEILING, mean_ap * outlook.ap_ratio[day])
    mean = np.empty(n_days)
    total = flux[: WINDOW_D - 1].sum()
    for d in range(n_days):
        total += flux[d + WINDOW_D - 1]
        mean[d] = total / WINDOW_D
        total -= flux[d]
    return flux[half : half + n_days], mean, ap[:n_days]
