"""What the record says, at a date, of the solar activity to come: the running cycle's possible courses, and how days
scatter.

Nothing later than the date is read: the function takes the whole record and cuts it first. Every statistic (how cycles
follow each other, how far a level departs from its cycle, how Ap follows the flux) is fitted to the record up to the
date; the shape of a cycle and the widths that a dozen cycles cannot give are published or assumed constants, named
below.
"""

from typing import Any

import numpy as np

from stationkeep.laws.solar import (
    AP_LAG_ROTATIONS,
    BLOCK_D,
    LEAST_ROOT,
    LOG_OFFSET_FLUX,
    QUIET_FLUX,
    RISE_SCATTER,
    ROTATION_D,
    SCORE_LIMIT,
    SHAPE_C,
    SHAPE_HEIGHT,
    SHAPE_PEAK,
    SMOOTH_ROTATIONS,
    Outlook,
    cycle_rise,
    rotation_levels,
    rotations_ahead,
    uniforms_count,
)
from stationkeep.laws.solar_ap import ap_laws, strengths_of
from stationkeep.laws.solar_departures import centred_mean, covariance, departure_law, normalised, state_at_end
from stationkeep.laws.sun import sun_distance_au

YEAR_D = 365.25
SHORTEST_RECORD_D = 12 * YEAR_D
"""One cycle: with less there is nothing to borrow days from."""
MINIMUM_KNOWN_AFTER_D = 1.5 * YEAR_D
"""A minimum is called after its 13-month mean has turned. Source: SIDC called December 2019 in September 2020;
assumed longer."""
START_OFFSET_D = (-0.2 * YEAR_D, 0.4 * YEAR_D)
"""Start of the fitted curve less the minimum of the sunspot number, mean and scatter: the old cycle's tail shifts
the minimum. Source: cycles 20-22 fitted in F10.7 (-0.75, 0.15, -0.2 y)."""
FLUX_PER_SUNSPOT = 0.64
"""Flux amplitude per smoothed sunspot maximum (version 2), until a cycle is on record. Source: slope of Clette 2021
(0.628)."""
FLUX_PER_SUNSPOT_SCATTER = 0.08
"""Scatter of its logarithm. Source: cycles 20-22 (0.57, 0.62, 0.70)."""
VERSION_1 = 0.7
"""Sunspot number version 1 per version 2 after 1947. Source: Clette et al. 2014 (1 / 1.42)."""
BURST_RATIO = (0.75, 1.35)
"""A daily flux outside these ratios to the median of five days is a radio burst or a fault (938 on 2011-03-07), not
the level."""
FIT_NOISE = 0.4
"""Scatter of ln level about a fitted cycle as if rotations were independent: 0.17 times the root of their memory.
Source: 1957-1996."""
BLOCK_STRIDE_D = 9
"""Blocks may start every so many days of the record: a third of a rotation."""
CYCLE_REPEAT_D = 11.0 * YEAR_D
"""Beyond its end a bulletin repeats, as it repeats a mean cycle itself. Source: MSAFE bulletins' last cycle."""
PROPOSAL_WIDENING = 1.4
PARTICLES = 512
_DRAWS = 4096
LEAST_WEIGHT = 1e-7
"""Draws of less weight are dropped before Ap is looked at."""


def _cut(first_day: int, f107: Any, ap: Any, as_of_day: int) -> tuple[Any, Any]:
    """The record before ``as_of_day``, checked."""
    flux, ap = (np.asarray(x, float)[: max(0, as_of_day - first_day)] for x in (f107, ap))
    if len(flux) != len(ap):
        raise ValueError(f"{len(flux)} days of F10.7 and {len(ap)} of Ap; the record must hold both each day")
    if len(flux) < SHORTEST_RECORD_D:
        raise ValueError(
            f"{len(flux)} days of solar record before the date; an outlook needs {SHORTEST_RECORD_D:.0f} (one cycle)"
        )
    if not (np.isfinite(flux).all() and np.isfinite(ap).all()):
        raise ValueError("the solar record has gaps; fill them first")
    return flux, ap


def _distance_au(day: Any) -> Any:
    return np.vectorize(sun_distance_au)((np.asarray(day) + 0.5) * 86400.0)


def without_bursts(flux: Any) -> Any:
    """Daily flux with bursts and faults replaced by the median of five days.

    A burst is no ultraviolet light: the 343 measured on 2023-02-17 (for 169) would treble the next day's density. The
    published 81-day means keep theirs: NRLMSISE-00 was fitted to them.
    """
    padded = np.pad(flux, 2, mode="edge")
    median = np.median(np.lib.stride_tricks.sliding_window_view(padded, 5), axis=1)
    ratio = flux / median
    return np.where((ratio < BURST_RATIO[0]) | (ratio > BURST_RATIO[1]), median, flux)


def _levels(adjusted: Any, ap: Any) -> Any:
    """(R, 2) ln(F - 50) and ln Ap of the whole rotations that end at the last day."""
    count = len(adjusted) // ROTATION_D
    means = [x[-count * ROTATION_D :].reshape(count, ROTATION_D).mean(axis=1) for x in (adjusted, ap)]
    return np.column_stack([np.log(np.maximum(means[0] - LOG_OFFSET_FLUX, 10.0)), np.log(np.maximum(means[1], 1.0))])


def _shape(day: Any, cycles: Any) -> Any:
    """Flux above quiet (N, D) of N sets of cycles (N, C, 3) on D days."""
    cycles = cycles[:, :, :, None]
    x = np.clip((day - cycles[:, :, 1]) / cycles[:, :, 2] * SHAPE_PEAK, 0.0, 5.0)
    return (cycles[:, :, 0] * x**3 / (np.exp(x * x) - SHAPE_C) / SHAPE_HEIGHT).sum(axis=1)


def _curve(day: Any, cycles: Any) -> Any:
    """ln(F - 50) (D,) of cycles (C, 3)."""
    return np.log(QUIET_FLUX - LOG_OFFSET_FLUX + _shape(day, cycles[None])[0])


def _rise(amplitude: Any, flux_per_sunspot: float) -> Any:
    return np.vectorize(cycle_rise)(amplitude / flux_per_sunspot)


def _known(cycles: Any, as_of_day: float) -> Any:
    """Cycles whose minimum had been called; the last one runs."""
    known = cycles[cycles[:, 0] + MINIMUM_KNOWN_AFTER_D <= as_of_day]
    if len(known) < 8:
        raise ValueError(f"{len(known)} cycles are known by then; the outlook needs at least 8")
    return known


def _fit_cycles(known: Any, mid_day: Any, level: Any) -> tuple[Any, float]:
    """Cycles on record fitted to it (C, 3), the running one last, and flux amplitude per sunspot number."""
    from scipy.optimize import least_squares

    fitted = known[known[:, 0] > mid_day[0] - 4.0 * YEAR_D]
    prior = np.log(FLUX_PER_SUNSPOT * np.append(fitted[:-1, 1], np.exp(np.log(known[:-1, 1]).mean())))
    width = np.append(np.full(len(fitted) - 1, 0.25), 0.4)
    usual_rise = _rise(np.exp(prior), FLUX_PER_SUNSPOT / VERSION_1)

    def unpack(x: Any) -> Any:
        x = x.reshape(-1, 3)
        start = fitted[:, 0] + START_OFFSET_D[0] + START_OFFSET_D[1] * x[:, 1]
        return np.column_stack([np.exp(prior + width * x[:, 0]), start, usual_rise * np.exp(RISE_SCATTER * x[:, 2])])

    def misfit(x: Any) -> Any:
        return np.concatenate([(level - _curve(mid_day, unpack(x))) / FIT_NOISE, x])

    best = unpack(least_squares(misfit, np.zeros(3 * len(fitted)), method="lm").x)
    ratios = np.append(np.log(best[:-1, 0] / fitted[:-1, 1]), np.log(FLUX_PER_SUNSPOT))
    return best, float(np.exp(ratios.mean()))


def _succession(known: Any, ratio: float) -> tuple[Any, Any]:
    """How a cycle follows the one before: (mean, scatter) of the root of the running one's amplitude, and
    ``Outlook.next_law``.

    A long or a weak cycle is followed by a weak one. Source: Hathaway 2015, Living Reviews in Solar Physics 12, 4
    (amplitude-period effect); regression over the cycles complete by then, on roots, which keep the tails of 24 cycles.
    """
    length, size = np.diff(known[:, 0]), np.sqrt(ratio * known[:-1, 1])
    design = np.column_stack([np.ones(len(size)), size, length - length.mean()])
    beta, *_ = np.linalg.lstsq(design[:-1], size[1:], rcond=None)
    freedom = len(size) - 1 - 3
    scatter = np.sqrt(np.sum((size[1:] - design[:-1] @ beta) ** 2) / freedom * (1.0 + 3.0 / (len(size) - 1)))
    scatter = float(np.hypot(scatter, 0.5 * FLUX_PER_SUNSPOT_SCATTER * size.mean()))
    spread = length.std(ddof=1) * np.sqrt(1.0 + 1.0 / len(length))
    law = np.array([length.mean(), spread, *beta, scatter, ratio / VERSION_1])
    return np.array([design[-1] @ beta, scatter]), law


def _courses(
    minimum: float, past: Any, law: Any, next_law: Any, departures: Any, mid_day: Any, level: Any
) -> tuple[Any, Any, Any]:
    """(N, 6) courses of the running and next cycle with their (N,) ln weight given the flux, and (N, D) what they leave of
    its level, from a year before the running one's minimum on.

    Importance sampling in rounds, each with a normal proposal shaped by the one before, the likelihood let in by
    degrees. Source: Cappe et al. 2004 (population Monte Carlo).
    """
    from scipy.special import ndtri
    from scipy.stats import qmc

    seen = mid_day > minimum - YEAR_D
    day, level = mid_day[seen], level[seen]
    factor = np.linalg.cholesky(covariance(departures, len(day)))
    normal = ndtri(qmc.Sobol(6, scramble=False).random(2 * _DRAWS)[1 : _DRAWS + 1])
    before = _shape(day, past[None])

    def unpack(x: Any) -> Any:
        first = np.maximum(law[0] + law[1] * x[:, 0], LEAST_ROOT) ** 2
        start = minimum + START_OFFSET_D[0] + START_OFFSET_D[1] * x[:, 1]
        length = next_law[0] + next_law[1] * x[:, 3]
        root = next_law[2] + next_law[3] * np.sqrt(first) + next_law[4] * (length - next_law[0])
        second = np.maximum(root + next_law[5] * x[:, 4], LEAST_ROOT) ** 2
        rise = [
            _rise(size, next_law[6]) * np.exp(RISE_SCATTER * z) for size, z in ((first, x[:, 2]), (second, x[:, 5]))
        ]
        return np.stack([first, start, rise[0], second, start + length, rise[1]], axis=1)

    def residual(courses: Any) -> Any:
        flux = before + _shape(day, courses.reshape(-1, 2, 3))
        return level - np.log(QUIET_FLUX - LOG_OFFSET_FLUX + flux)

    mean: Any = np.zeros(6)
    root: Any = np.eye(6)
    for power in (0.02, 0.1, 0.4, 1.0, 1.0):
        x = mean + normal @ root.T
        courses = unpack(x)
        left = residual(courses)
        misfit = np.sum(np.linalg.solve(factor, left.T) ** 2, axis=0)
        ln_weight = -0.5 * power * misfit - 0.5 * np.sum(x**2, axis=1) + 0.5 * np.sum(normal**2, axis=1)
        ln_weight[np.any(np.abs(x[:, 3:5]) > SCORE_LIMIT, axis=1)] = -np.inf
        weight = normalised(ln_weight)
        mean = weight @ x
        root = np.linalg.cholesky(PROPOSAL_WIDENING * np.cov(x.T, aweights=weight, bias=True) + 1e-6 * np.eye(6))
    likely = weight > LEAST_WEIGHT
    return courses[likely], ln_weight[likely], left[likely]


def _blocks(adjusted: Any, ap: Any, levels: Any) -> tuple[Any, Any, Any, Any]:
    """``flux_departure, ap_ratio, starts, features`` of the Outlook: the days blocks are borrowed from, and their
    level and phase."""
    mean, ap_mean = centred_mean(adjusted, ROTATION_D), np.maximum(centred_mean(ap, ROTATION_D), 1.0)
    mean[-(ROTATION_D // 2) :] = LOG_OFFSET_FLUX + np.exp(levels[-1, 0])
    above = np.maximum(mean - LOG_OFFSET_FLUX, 10.0)
    ln_level = np.log(above)
    now, before = centred_mean(ln_level, 5 * ROTATION_D), centred_mean(ln_level, SMOOTH_ROTATIONS * ROTATION_D)
    lag = AP_LAG_ROTATIONS * ROTATION_D
    first = lag + SMOOTH_ROTATIONS * ROTATION_D // 2
    starts = np.arange(first, len(adjusted) - BLOCK_D - ROTATION_D, BLOCK_STRIDE_D)
    middle = starts + BLOCK_D // 2
    return (adjusted - mean) / above, ap / ap_mean, starts, np.column_stack([now[middle], before[middle - lag]])


def _score(percentile: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(percentile / 100.0))


def _bulletin_bands(bulletin: Any, as_of_day: int, n_days: int) -> Any:
    """(K, 2, 3) bands at the rotations ahead from a bulletin (day (B,), values (B, 2, 3)), its last eleven years
    repeated."""
    day, values = (np.asarray(x, float) for x in bulletin)
    target = as_of_day + ROTATION_D * (np.arange(rotations_ahead(n_days)) + 0.5)
    over = np.maximum(0.0, np.ceil((target - day[-1]) / CYCLE_REPEAT_D)) * CYCLE_REPEAT_D
    ln_values = np.log(np.maximum(values - np.array([LOG_OFFSET_FLUX, 0.0])[:, None], np.array([10.0, 1.0])[:, None]))
    columns = [np.interp(target - over, day, ln_values[:, i, q]) for i in range(2) for q in range(3)]
    return np.stack(columns, axis=1).reshape(-1, 2, 3)


def at_percentile(outlook: Outlook, n_days: int, percentile: float) -> Outlook:
    """The outlook with every run's level fixed at one percentile of the ensemble, for ``n_days``.

    The percentile is taken at each rotation from levels smoothed over 13 rotations; days still vary about it.
    """
    count = rotations_ahead(n_days)
    width = uniforms_count(n_days)
    # Richtmyer's sequence: the fractional parts of multiples of square roots, evenly spread without chance.
    roots = np.sqrt(np.arange(2.0, 2.0 + 4 * width))
    roots = roots[roots % 1.0 > 0.0][:width] % 1.0
    paths = []
    for member in range(1, PARTICLES + 1):
        uniforms = np.clip((member * roots) % 1.0, 1e-9, 1.0 - 1e-9)
        values = np.exp(rotation_levels(outlook, count, uniforms)[-count - SMOOTH_ROTATIONS :])
        paths.append([centred_mean(column, SMOOTH_ROTATIONS)[-count:] for column in values.T])
    level = np.log(np.percentile(np.array(paths), percentile, axis=0)).T
    return outlook._replace(bands=np.repeat(level[:, :, None], 3, axis=2), fixed_score=0.0)


def solar_outlook(
    first_day: int,
    f107: Any,
    ap: Any,
    cycles: Any,
    as_of_day: int,
    source: str = "ensemble",
    percentile: float | None = None,
    bulletin: Any = None,
    n_days: int = 0,
) -> Outlook:
    """The `Outlook` at the start of ``as_of_day`` (a day since 2000-01-01).

    ``f107``, ``ap``: daily observed record (H,) from ``first_day`` on, without gaps; what lies at or after
    ``as_of_day`` is cut off. ``cycles``: (C, 2) minimum day and smoothed maximum (sunspot number version 2) of each
    cycle; a cycle counts from 18 months after its minimum, its maximum from the next minimum. ``source``: ``ensemble``;
    or ``bulletin``: ``bulletin`` is then (day (B,), quantiles (B, 2, 3) of F10.7 and Ap at 5, 50, 95 %, smoothed over
    13 months), repeated by its last eleven years beyond its end. ``percentile`` (0 to 100) fixes the level at that
    percentile for every run. Bands, and so bulletin and percentile, reach ``n_days``. A record that ends before
    ``as_of_day`` sets the outlook back to its end. Raises ValueError for a record too short or with gaps; for an
    unknown source; for a missing bulletin.
    """
    flux, ap = _cut(first_day, f107, ap, as_of_day)
    as_of_day = first_day + len(flux)
    if source not in ("ensemble", "bulletin"):
        raise ValueError(f"unknown solar source {source!r}; known: ensemble, bulletin")
    if percentile is not None and not 0.0 < percentile < 100.0:
        raise ValueError(f"percentile {percentile} is outside 0 to 100")
    day = first_day + np.arange(len(flux))
    adjusted = flux * _distance_au(day) ** 2
    levels = _levels(adjusted, ap)
    mid_day = as_of_day - ROTATION_D * (np.arange(len(levels))[::-1] + 0.5)
    known = _known(np.asarray(cycles, float), as_of_day)
    fitted, ratio = _fit_cycles(known, mid_day, levels[:, 0])
    flux_law = departure_law(levels[:, 0] - _curve(mid_day, fitted), 0)
    law, next_law = _succession(known, ratio)
    courses, ln_weight, left = _courses(known[-1, 0], fitted[:-1], law, next_law, flux_law, mid_day, levels[:, 0])
    ap_states, laws, ln_weight, ap_doubt, ap_departures, ap_spread = ap_laws(
        levels, mid_day, strengths_of(mid_day, fitted[:-1], courses), ln_weight
    )
    states, spread = state_at_end(flux_law, left)
    chosen = np.searchsorted(np.cumsum(normalised(ln_weight)), (np.arange(PARTICLES) + 0.5) / PARTICLES)
    particles = np.column_stack([courses, states, ap_states, laws])[np.minimum(chosen, len(courses) - 1)]
    blocks = _blocks(adjusted, ap, levels)
    outlook = Outlook(
        as_of_day, fitted[:-1], particles, next_law, np.array([flux_law, ap_departures]), np.array([spread, ap_spread]),
        ap_doubt, np.empty((0, 2, 3)), np.nan, levels, flux, *blocks,
    )  # fmt: skip
    if source == "bulletin":
        if bulletin is None:
            raise ValueError("no solar bulletin was issued by then; the first is of March 1999")
        outlook = outlook._replace(bands=_bulletin_bands(bulletin, as_of_day, n_days))
        return outlook._replace(fixed_score=_score(percentile)) if percentile is not None else outlook
    if percentile is not None:
        return at_percentile(outlook, n_days, percentile)
    return outlook
