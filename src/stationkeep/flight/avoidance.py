"""Debris avoidance: how its rate grew, fitted on one period of the record and tested on the next."""

import math
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from stationkeep.model.catalogue import Row

YEAR_D = 365.25


class Avoidance(NamedTuple):
    """The fitted rate, and what it foretells for the rest of the record (mean and 5-95 % of a Poisson count)."""

    fitted_until: str
    per_y_2022: float
    growth_per_y: float
    tested_until: str
    counted: int
    expected: float
    low: int
    high: int


def fit_avoidance(rows: Sequence[Row]) -> Avoidance:
    """Rate growing exponentially through the first three of the record's running totals, tested on the last.

    The total after t years is rate0 (exp(g t) - 1) / g; two totals give g by bisection between 0 and 0.3 a year.
    """
    first, early, late, last = (rows[k] for k in (0, 1, 2, -1))
    t_early, t_late, t_last, t_2022 = (
        (date.fromisoformat(day) - date.fromisoformat(first["date"])).days / YEAR_D
        for day in (early["date"], late["date"], last["date"], "2022-07-01")
    )
    wanted = float(late["count"]) / float(early["count"])
    low, high = 1e-6, 0.3
    while high - low > 1e-6:
        growth = 0.5 * (low + high)
        steep = math.expm1(growth * t_late) / math.expm1(growth * t_early) > wanted
        low, high = (low, growth) if steep else (growth, high)
    start = float(early["count"]) * growth / math.expm1(growth * t_early)
    expected = start / growth * (math.exp(growth * t_last) - math.exp(growth * t_late))
    return Avoidance(
        late["date"], start * math.exp(growth * t_2022), growth, last["date"],
        int(last["count"]) - int(late["count"]), expected, _quantile(expected, 0.05), _quantile(expected, 0.95),
    )  # fmt: skip


def _quantile(mean: float, share: float) -> int:
    """Least count that a Poisson variable does not exceed with this probability."""
    term = total = math.exp(-mean)
    count = 0
    while total < share:
        count += 1
        term *= mean / count
        total += term
    return count
