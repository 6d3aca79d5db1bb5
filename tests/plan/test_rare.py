"""Splitting against what is known exactly, and against plain runs of the same model."""

import math

import numpy as np
import pytest

import stationkeep as sk
from stationkeep.engine import lots
from stationkeep.engine.measures import Sample
from stationkeep.plan.rare import rare_break, splitting

NAMES = [f"thing/{i}" for i in range(6)]


def toy(bound: float):
    """The sum of six uniform numbers, infinite above `bound`: its law is known (Irwin-Hall)."""

    def score(runs):
        sums = np.array([sum(lots.uniform(3, name, run, 0) for name in NAMES) for run in runs])
        return np.where(sums > bound, math.inf, sums)

    return score


def irwin_hall_above(x: float, n: int) -> float:
    below = sum((-1) ** k * math.comb(n, k) * (x - k) ** n for k in range(int(x) + 1)) / math.factorial(n)
    return 1.0 - below


def test_the_estimate_is_unbiased_and_cheaper_than_plain_runs():
    exact = irwin_hall_above(5.2, 6)  # 1 in 2,745
    mean, low, high, levels, shares, _, gain = splitting(toy(5.2), NAMES, particles=60, replicas=60, seed=1)
    error = np.std(shares, ddof=1) / math.sqrt(len(shares))
    assert abs(mean - exact) < 3.0 * error < exact
    assert low < exact < high and levels[-1] == math.inf and len(levels) > 2
    assert gain > 5.0


def test_a_common_event_needs_no_levels():
    mean, *_, levels, _, _, _ = splitting(toy(3.0), NAMES, particles=50, replicas=8, seed=2)
    assert levels == (math.inf,) and abs(mean - 0.5) < 0.1


def test_a_run_that_borrows_nothing_is_itself_and_one_name_changes_only_its_own():
    for name in NAMES:
        assert lots.uniform(3, name, 5, 0) == lots.uniform(3, name, lots.Lot(5), 0)
    borrowed = lots.Lot(5, names={NAMES[2]: 9})
    assert [lots.uniform(3, n, borrowed, 0) for n in NAMES] == [lots.uniform(3, n, 9 if n == NAMES[2] else 5, 0) for n in NAMES]
    flight = lots.uniforms(3, "flight/x", lots.Lot(5, groups={"launch_failures": 9}), 4)
    own, other = (lots.uniforms(3, "flight/x", run, 4) for run in (5, 9))
    assert list(flight) == [own[0], other[1], own[2], own[3]]


@pytest.mark.slow
def test_against_plain_runs_of_the_station():
    """Altitude below 405 km within half a year: rare as the station is flown, and checked by plain runs."""
    scenario = sk.read_scenario("iss-2022").patch({
        "horizon": "2022-12-31", "requirements.altitude": {"variable": "altitude_km", "relation": "at_least", "bound": 405, "grace_d": 10},
    })  # fmt: skip
    plain = Sample(scenario, 5).measured([lots.Lot(k) for k in range(4000)], "broken[altitude]")[0]
    found = rare_break(scenario, "altitude", particles=60, replicas=10, seed=6)
    error = math.sqrt(plain.mean() * (1 - plain.mean()) / plain.size)
    spread = np.std(found.replicas, ddof=1) / math.sqrt(len(found.replicas))
    assert abs(plain.mean() - found.probability_frac) < 3.0 * math.hypot(error, spread)
