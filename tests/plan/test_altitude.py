"""The path of altitudes against every path there is."""

import itertools

import numpy as np
import pytest

from stationkeep.plan.altitude import cheapest_path, lift_kg_per_km


def test_the_path_is_the_best_of_all():
    draws = np.random.default_rng(5)
    levels = np.array([400.0, 410.0, 420.0, 430.0])
    for _ in range(20):
        cost, lift, start = draws.uniform(0, 3000, (4, 4)), draws.uniform(0, 120), draws.uniform(395, 430)
        ships = draws.uniform(0, 800, 4)

        def price(path, cost=cost, lift=lift, start=start, ships=ships):
            heights = [start, *(levels[i] for i in path)]
            climbs = [b - a for a, b in itertools.pairwise(heights)]
            return sum(max(cost[y, i] + lift * climbs[y], 0.0) + ships[i] for y, i in enumerate(path))

        best = min(price(path) for path in itertools.product(range(4), repeat=4))
        assert price(cheapest_path(cost, ships, levels, lift, start)) == pytest.approx(best)


def test_lifting_the_station_by_a_kilometre():
    """0.56 m/s a kilometre at 418 km: 455 t take 90 kg at 290 s (rocket equation)."""
    assert lift_kg_per_km(455e3, 290.0) == pytest.approx(90.0, rel=0.02)
