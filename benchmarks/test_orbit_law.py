"""Speed of the drag law and of a year of decay: ``pytest benchmarks/test_orbit_law.py``. The engine takes two laws a day."""

import numpy as np
import pytest
from numba import njit

from stationkeep.formats.density_fit import load_fit
from stationkeep.laws.atmosphere import decay_step, ln_drag_density

CALLS = 2000


@njit
def many_densities(fit, free_e, calls):
    total = 0.0
    for k in range(calls):
        total += ln_drag_density(fit, 4e5 + k, 100.0, 1.0, 150.0, 150.0, 15.0, free_e, 0.0)[0]
    return total


@njit
def year(fit):
    a_m, node, ex, ey = 6.793e6, 1.0, 1e-4, 0.0
    for day in range(365):
        a_m, node, ex, ey, _, _ = decay_step(fit, a_m, node, ex, ey, 7e8 + day * 86400.0, 86400.0, 0.007, 150.0, 150.0, 15.0)
    return a_m


@pytest.mark.parametrize("free_e", [0.0, 5e-4])
def test_drag_density(benchmark, free_e):
    fit = load_fit(51.64)
    many_densities(fit, free_e, 1)
    assert np.isfinite(benchmark(many_densities, fit, free_e, CALLS))
    benchmark.extra_info["ns_per_call"] = benchmark.stats.stats.min / CALLS * 1e9 if benchmark.stats else None


def test_a_year_of_decay(benchmark):
    fit = load_fit(51.64)
    year(fit)
    assert 6.6e6 < benchmark(year, fit) < 6.793e6
