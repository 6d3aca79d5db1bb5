"""How Ap follows the flux and the strength of cycles, and what its record says of the cycles."""

from typing import Any

import numpy as np

from stationkeep.laws.solar import AP_LAG_ROTATIONS, SMOOTH_ROTATIONS
from stationkeep.laws.solar_departures import centred_mean, covariance, departure_law, normalised, state_at_end

YEAR_D = 365.25
AP_SLOPE_WIDTH = 0.2
"""Prior standard deviation of the slopes of ln Ap on ln level, about zero: a cycle or two of record cannot give them
alone. Source: assumed, chosen likewise."""
STRENGTH_SLOPE = (0.7, 0.25)
"""Prior mean and standard deviation of the slope of ln Ap on the strength of cycles. Source: Kane 2010 (12-month aa at its
minimum 8.7-15.5 nT for sunspot maxima 58-124: 0.76 in ln), times r squared of 0.92 (Du 2011); the width is assumed."""


def strengths_of(day: Any, past: Any, courses: Any) -> Any:
    """(N, D) `cycle_strength` on D days of the past cycles (C, 3) followed by each course (N, 6)."""
    starts, ln_size = past[:, 1], np.log(past[:, 0])
    common = np.interp(day, starts, ln_size)
    running, follows = courses[:, 1:2], courses[:, 4:5]
    first, second = np.log(courses[:, 0:1]), np.log(courses[:, 3:4])
    rising = ln_size[-1] + np.clip((day - starts[-1]) / (running - starts[-1]), 0.0, 1.0) * (first - ln_size[-1])
    falling = first + np.clip((day - running) / (follows - running), 0.0, 1.0) * (second - first)
    return np.where(day < starts[-1], common, np.where(day < running, rising, falling))


def ap_laws(levels: Any, mid_day: Any, strengths: Any, ln_weight: Any) -> tuple[Any, ...]:
    """``(N, 2) departures of ln Ap at the end and (N, 6) law of each course`` as in ``Outlook.particles``, (N,) ln weight
    with the record of Ap, ``ap_doubt``, the law of the departures and the leftover spread of their state.

    ``strengths``: (N, R). Bayesian linear regression for each course, slopes on level drawn towards zero and that on
    strength towards Ohl's, its noise the departures of an ordinary fit.
    """
    from scipy.linalg import solve_triangular

    smooth = centred_mean(levels[:, 0], SMOOTH_ROTATIONS)
    angle = 4.0 * np.pi * mid_day / YEAR_D
    design = np.column_stack(
        [np.ones(len(levels)), levels[:, 0], np.roll(smooth, AP_LAG_ROTATIONS), normalised(ln_weight) @ strengths,
         np.cos(angle), np.sin(angle)]
    )  # fmt: skip
    first = AP_LAG_ROTATIONS + SMOOTH_ROTATIONS // 2
    design, strengths = design[first:], strengths[:, first:]
    centre = np.array([0.0, *design[:, 1:4].mean(axis=0), 0.0, 0.0])
    design = design - centre
    strengths = strengths - centre[3]
    prior = np.diag([0.0, AP_SLOPE_WIDTH**-2, AP_SLOPE_WIDTH**-2, STRENGTH_SLOPE[1] ** -2, 0.0, 0.0])
    usual = levels[first:, 1] - STRENGTH_SLOPE[0] * design[:, 3]
    ordinary, *_ = np.linalg.lstsq(np.delete(design, 3, axis=1), usual, rcond=None)
    departures = departure_law(usual - np.delete(design, 3, axis=1) @ ordinary, 1)
    factor = np.linalg.cholesky(covariance(departures, len(design)))
    white = solve_triangular(factor, np.column_stack([design, levels[first:, 1]]), lower=True)
    common, seen = white[:, :6], white[:, 6]
    varying = solve_triangular(factor, strengths.T, lower=True)
    size, along = np.sum(varying**2, axis=0), varying.T @ seen
    precision = np.repeat((common.T @ common + prior)[None], len(strengths), axis=0)
    cross = varying.T @ common
    precision[:, 3, :], precision[:, :, 3], precision[:, 3, 3] = cross, cross, size + prior[3, 3]
    pull = common.T @ seen - STRENGTH_SLOPE[0] * cross
    pull[:, 3] = along - STRENGTH_SLOPE[0] * size
    left = seen @ seen - 2.0 * STRENGTH_SLOPE[0] * along + STRENGTH_SLOPE[0] ** 2 * size
    laws = np.linalg.solve(precision, pull[:, :, None])[:, :, 0]
    fit = -0.5 * (left - np.sum(pull * laws, axis=1)) - 0.5 * np.linalg.slogdet(precision)[1]
    laws[:, 3] += STRENGTH_SLOPE[0]
    residual = levels[first:, 1] - laws @ design.T - laws[:, 3:4] * (strengths - design[:, 3])
    doubt = np.linalg.inv(white[:, :6].T @ white[:, :6] + prior)
    scores = np.zeros((6, 4))
    scores[:4] = np.linalg.cholesky(doubt[:4, :4])
    states, spread = state_at_end(departures, np.vstack([residual, -(design @ scores).T]))
    laws[:, 0] -= laws @ centre
    scores[0] -= centre @ scores
    return states[:-4], laws, ln_weight + fit, np.vstack([scores, states[-4:].T]), departures, spread
