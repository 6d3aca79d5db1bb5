"""Values counted in bins."""

from __future__ import annotations

import math

import numpy as np
from numba import njit


@njit(cache=True)
def count(value: np.ndarray, low: float, width: float, counts: np.ndarray) -> None:
    """Count the values of each run (runs, n) in their bins of `counts` (n, bins), the outermost for what lies beyond; NaN is not
    counted. All runs of one place after another, for its bins are near each other in memory."""
    for i in range(value.shape[1]):
        for run in range(value.shape[0]):
            if math.isfinite(value[run, i]):
                place = math.ceil((value[run, i] - low) / width)
                counts[i, min(max(place, 0), counts.shape[1] - 1)] += 1


@njit(cache=True)
def places_used(counts: np.ndarray) -> np.ndarray:
    """Places of a flat table that count anything; its size is a multiple of four, for few places do."""
    size = 0
    for i in range(counts.size):
        size += counts[i] != 0
    places = np.empty(size, np.int64)
    k = 0
    for i in range(0, counts.size, 4):
        if counts[i] | counts[i + 1] | counts[i + 2] | counts[i + 3]:
            for j in range(i, i + 4):
                if counts[j] != 0:
                    places[k] = j
                    k += 1
    return places
