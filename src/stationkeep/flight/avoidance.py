"""Debris avoidance: how its rate grew, fitted on one period of the record and tested on the next."""

import math
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from stationkeep.model.catalogue import Row

YEAR_D = 365.25


class Avoidance(NamedTuple):
    """The fitted rate with its 5-95 %, and what it foretells for the rest of the record (mean and 5-95 % of a Poisson count)."""

    fitted_until: str
    per_y_2022: float
    per_y_2022_range: tuple[float, float]
    growth_per_y: float
    growth_range: tuple[float, float]
    tested_until: str
    counted: int
    expected: float
    low: int
    high: int


def fit_avoidance(rows: Sequence[Row]) -> Avoidance:
    """Rate growing exponentially through the first three of the record's running totals, tested on the last.

    The total after t years is rate0 (exp(g t) - 1) / g; two totals give g between 0 and 0.3 a year.
    """
    from scipy.optimize import brentq
    from scipy.stats import poisson

    first, early, late, last = (rows[k] for k in (0, 1, 2, -1))
    t_early, t_late, t_last, t_2022 = (
        (date.fromisoformat(day) - date.fromisoformat(first["date"])).days / YEAR_D
        for day in (early["date"], late["date"], last["date"], "2022-07-01")
    )
    wanted = float(late["count"]) / float(early["count"])
    growth = brentq(lambda g: math.expm1(g * t_late) / math.expm1(g * t_early) - wanted, 1e-6, 0.3)
    start = float(early["count"]) * growth / math.expm1(growth * t_early)
    expected = start / growth * (math.exp(growth * t_last) - math.exp(growth * t_late))
    counts = [int(row["count"]) for row in (first, early, late)]
    rates, growths = _ranges(np.array([0.0, t_early, t_late]) - t_2022, np.diff(counts))
    return Avoidance(
        late["date"], start * math.exp(growth * t_2022), rates, growth, growths, last["date"],
        int(last["count"]) - int(late["count"]), expected, int(poisson.ppf(0.05, expected)), int(poisson.ppf(0.95, expected)),
    )  # fmt: skip


def _ranges(edge_y: np.ndarray, counts: np.ndarray) -> tuple[tuple[float, float], tuple[float, float]]:
    """5-95 % of the rate at year 0 and of its growth, from the Poisson likelihood of ``counts`` between ``edge_y``.

    Flat over rates up to 8 a year and growths of 0 to 0.25 a year, on a grid.
    """
    rate, growth = np.linspace(0.02, 8.0, 400)[:, None, None], np.linspace(1e-4, 0.25, 400)[:, None]
    expected = rate / growth * np.diff(np.exp(growth * edge_y))
    log = np.sum(counts * np.log(expected) - expected, axis=-1)
    weight = np.exp(log - log.max())

    def middle_90(values: np.ndarray, of: np.ndarray) -> tuple[float, float]:
        low, high = np.interp((0.05, 0.95), np.cumsum(of) / of.sum(), values.ravel())
        return float(low), float(high)

    return middle_90(rate, weight.sum(1)), middle_90(growth, weight.sum(0))
