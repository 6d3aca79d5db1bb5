"""How levels of activity depart from what their law says: a slow part, a fast part and white noise."""

from typing import Any

import numpy as np

SLOW_ROTATIONS, FAST_ROTATIONS = (20.0, 35.0), (3.0, 3.0)
"""Memory of the slow and fast departures of ln flux and ln Ap, rotations. Source: autocorrelations 1961-1996,
rounded."""
SLOW_LEAST = (0.08, 0.25)
"""Least standard deviation of the slow departures: curves fitted to a cycle swallow them, so residuals show too little.
Source: assumed; chosen so that the 90 % bands of outlooks of 1971-1995, scored up to cycle 22, hold nearest to 90 %."""


def centred_mean(values: Any, width: int) -> Any:
    """Running mean of odd ``width``, the ends held."""
    padded = np.pad(values, width // 2, mode="edge")
    total = np.concatenate([[0.0], np.cumsum(padded)])
    return (total[width:] - total[:-width]) / width


def normalised(ln_weight: Any) -> Any:
    """(N,) weights that add to one."""
    weight = np.exp(ln_weight - ln_weight.max())
    return weight / weight.sum()


def departure_law(residual: Any, kind: int) -> Any:
    """(5,) memory and standard deviation of the slow part, the same of the fast, white: from the autocovariances."""
    from scipy.optimize import nnls

    lags = np.arange(0, 27)
    seen = np.array([np.mean(residual[lag:] * residual[: len(residual) - lag]) for lag in lags])
    memory = np.exp(-1.0 / np.array([SLOW_ROTATIONS[kind], FAST_ROTATIONS[kind]]))
    design = np.column_stack([memory[0] ** lags, memory[1] ** lags, lags == 0])
    variance, _ = nnls(design, seen)
    slow, fast, white = np.sqrt(variance)
    return np.array([memory[0], max(slow, SLOW_LEAST[kind]), memory[1], fast, white])


def covariance(law: Any, count: int) -> Any:
    """(count, count) of the departures of rotations in a row, by a `departure_law`."""
    lag = np.abs(np.subtract.outer(np.arange(count), np.arange(count)))
    return law[1] ** 2 * law[0] ** lag + law[3] ** 2 * law[2] ** lag + (law[4] ** 2 + 1e-6) * np.eye(count)


def state_at_end(law: Any, residual: Any) -> tuple[Any, Any]:
    """Slow and fast departure at the last rotation given the residuals (N, D): mean (N, 2), standard deviation (2,)."""
    lag = np.arange(residual.shape[1])[::-1]
    prior = np.array([law[1] ** 2, law[3] ** 2])
    reach = np.array([prior[0] * law[0] ** lag, prior[1] * law[2] ** lag])
    weights = np.linalg.solve(covariance(law, residual.shape[1]), reach.T)
    return residual @ weights, np.sqrt(np.maximum(prior - np.sum(reach.T * weights, axis=0), 0.0))
