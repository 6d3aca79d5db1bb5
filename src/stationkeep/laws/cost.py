"""What things cost: prices as they stood, a contract spread over its years, propulsion by the kilogram."""

from __future__ import annotations

import math
from bisect import bisect_right

import numpy as np


def price_then(t_s: float, from_s: list[float], price: list[float]) -> float:
    """The price in force at `t_s`: the last one agreed before, held until the next; NaN before the first.

    `from_s` in rising order, s; any unit of price. Source: how seats were sold, a price for a span of years
    (seat_and_cargo_prices: 21.8 million dollars in 2006, 90.25 in 2020).
    """
    known = bisect_right(from_s, t_s)
    return price[known - 1] if known else math.nan


def spread_frac(from_s: float, to_s: float, low_s: np.ndarray, high_s: np.ndarray) -> np.ndarray:
    """Share of a contract paid evenly over [from_s, to_s] that falls in each of the spans [low_s, high_s] (n,); all of it
    at once when it has no length. Assumed: payments by milestone, which are not published, follow time."""
    if to_s <= from_s:
        return np.where((low_s <= to_s) & (to_s < high_s), 1.0, 0.0)
    shared: np.ndarray = np.maximum(np.minimum(to_s, high_s) - np.maximum(from_s, low_s), 0.0)
    return shared / (to_s - from_s)


def delivered_usd(kg: float, usd_per_kg: float) -> float:
    """Price of mass brought up, USD. 71,800 USD/kg: 87,900 kg in 21 flights for 6.31 billion (SpaceNews 2018-04)."""
    return kg * usd_per_kg
