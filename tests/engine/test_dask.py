"""A real scheduler and real workers on this machine, one of them killed by its id."""

import os
import signal

import numpy as np
import pytest

import stationkeep as sk
from stationkeep.engine.places import Dask

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize(
    ("horizon", "runs", "chunk"),
    [("2022-10-15", 40, 2), pytest.param("2024-07-26", 10_000, 100, marks=pytest.mark.slow)],
)
def test_a_cluster_that_loses_a_worker_gives_the_same_bits(tmp_path, horizon, runs, chunk):
    scenario = sk.read_scenario("iss-2022").patch({"horizon": horizon})
    expected = sk.simulate(scenario, runs=runs, seed=7, keep="summary", chunk=chunk, workers=2)
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster:
        with distributed.Client(cluster) as client:
            pids = list(client.run(os.getpid).values())

        def kill(done: int, total: int) -> None:
            if done >= total // 7 and pids:
                os.kill(pids.pop(), signal.SIGKILL)
                pids.clear()

        place = Dask(cluster.scheduler_address)
        found = sk.simulate(scenario, runs=runs, seed=7, keep="summary", chunk=chunk, place=place, progress=kill, out=tmp_path / "out")
    assert not pids
    for name in expected.variables:
        np.testing.assert_array_equal(expected[name].values, found[name].values, err_msg=str(name))
