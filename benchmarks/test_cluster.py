"""What a second worker of a Dask cluster brings: ``pytest benchmarks/test_cluster.py``; workers are processes of this machine."""

import pytest

import stationkeep as sk
from stationkeep.engine.places import Dask

distributed = pytest.importorskip("distributed")
RUNS, CHUNK = 1000, 100  # the chunks that summaries have by default
took_s: dict[int, float] = {}


@pytest.mark.parametrize("workers", [1, 2])
def test_workers_of_a_cluster(benchmark, workers):
    scenario = sk.read_scenario("iss-2022")

    def ensemble(runs: int) -> float:
        return float(sk.simulate(scenario, runs=runs, keep="summary", chunk=CHUNK, place=place).attrs["wall_s"])

    with distributed.LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster:
        place = Dask(cluster.scheduler_address)
        ensemble(2 * CHUNK * workers)  # every worker loads the compiled step
        took_s[workers] = benchmark.pedantic(ensemble, (RUNS,), rounds=1)
    benchmark.extra_info["runs_per_s"] = RUNS / took_s[workers]
    benchmark.extra_info["efficiency"] = took_s[1] / (workers * took_s[workers]) if 1 in took_s else None
