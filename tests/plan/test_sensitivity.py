"""Indices from borrowed luck against a function whose indices are known, and on the station."""

import numpy as np
import pytest

import stationkeep as sk
from stationkeep.engine import lots
from stationkeep.engine.measures import BATCH

pytest.importorskip("SALib")
from stationkeep.plan.sensitivity import _lots, indices_of, sensitivity

GROUPS = ["small", "large", "nothing"]


def weighted_sum(runs: list[lots.Lot]) -> np.ndarray:
    """u(small) + 2 u(large): first-order and total indices are 1/5, 4/5 and 0."""
    return np.array([lots.uniform(5, "small/x", k, 0) + 2.0 * lots.uniform(5, "large/x", k, 0) for k in runs])


def test_indices_are_those_of_a_known_function_and_settle_when_runs_are_doubled():
    found = {n: indices_of(GROUPS, weighted_sum(_lots(GROUPS, n))) for n in (512, 1024)}
    np.testing.assert_allclose(found[1024]["ST"], [0.2, 0.8, 0.0], atol=0.06)
    np.testing.assert_allclose(found[1024]["S1"], [0.2, 0.8, 0.0], atol=0.1)
    assert (abs(found[512]["ST"] - found[1024]["ST"]) <= found[512]["ST_conf"] + 1e-12).all()


@pytest.mark.slow
def test_what_propellant_hangs_on():
    scenario = sk.read_scenario("iss-2022").patch({"horizon": "2022-12-31"})
    found = sensitivity(scenario, "propellant_used_kg", runs=64, seed=1)
    assert [i.total_frac for i in found.indices] == sorted((i.total_frac for i in found.indices), reverse=True)
    assert 0.5 < sum(max(i.first_frac, 0.0) for i in found.indices) < 1.5
    with pytest.raises(ValueError, match="no measure"):
        sensitivity(scenario, "luck", runs=4)


class Interrupted:
    """A place where somebody presses ctrl-C after three batches."""

    def each(self, call, jobs):
        for job in jobs[:3]:
            yield job, call(job)
        raise KeyboardInterrupt


def test_an_interrupt_ranks_by_the_base_runs_that_are_done():
    scenario = sk.read_scenario("iss-2022").patch({"horizon": "2022-08-05"})
    told = []
    found = sensitivity(scenario, "propellant_used_kg", 16, 1, Interrupted(), lambda *at: told.append(at), stop="keep")
    groups = len(found.indices)
    assert [done for done, _ in told] == [BATCH, 2 * BATCH, 3 * BATCH]
    assert told[0][1] == 16 * (groups + 2)
    assert found.base_runs == 3 * BATCH // (groups + 2) < 16
    with pytest.raises(KeyboardInterrupt):
        sensitivity(scenario, "propellant_used_kg", 16, 1, Interrupted())
