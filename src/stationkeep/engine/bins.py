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
