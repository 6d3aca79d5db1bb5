"""Values counted in bins."""

from __future__ import annotations

import math

import numpy as np
from numba import njit


@njit(cache=True)
def count(value: np.ndarray, low: float, width: float, counts: np.ndarray) -> None:
    """Count each value (n,) in its bin of `counts` (n, bins), the outermost for what lies beyond; NaN is not counted."""
    for i in range(value.size):
        if math.isfinite(value[i]):
            place = math.ceil((value[i] - low) / width)
            counts[i, min(max(place, 0), counts.shape[1] - 1)] += 1
