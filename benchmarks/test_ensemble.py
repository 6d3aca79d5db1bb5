"""Speed of whole runs and ensembles, compilation apart: ``pytest benchmarks/test_ensemble.py``; shares of the step: tools/step_shares.py."""

import subprocess
import sys

import pytest

import stationkeep as sk
from stationkeep.engine.compile.world import compile
from stationkeep.engine.luck import draw, prepare
from stationkeep.engine.simulate import run_one, warm_up
from stationkeep.engine.summary import summary
from stationkeep.formats.chunks import joined

CHUNK = 20
MEMORY = """
import resource, sys
import stationkeep as sk
scenario = sk.read_scenario("iss-2022").patch({"horizon": "2022-12-31"})
sk.simulate(scenario, runs=int(sys.argv[1]), keep="summary", out=sys.argv[2])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.fixture(scope="module")
def chances():
    case = compile(sk.read_scenario("iss-2022"))
    warm_up(case)
    return prepare(case)


def per_run(benchmark, runs: int) -> None:
    if benchmark.stats:
        benchmark.extra_info["ms_per_run"] = 1e3 * benchmark.stats.stats.min / runs


def test_compile_a_scenario(benchmark):
    read = sk.read_scenario("iss-2022")
    benchmark(compile, read)


def test_draw_the_luck_of_a_run(benchmark, chances):
    benchmark(draw, chances, 0, 3)


def test_one_run(benchmark, chances):
    benchmark(run_one, chances, 0, 3, True)
    per_run(benchmark, 1)


def test_a_chunk_of_a_summary(benchmark, chances):
    def chunk():
        results = [run_one(chances, 0, run, True) for run in range(CHUNK)]
        return joined([(None, [summary(None, chances.case, results)])])

    benchmark.pedantic(chunk, rounds=3)
    per_run(benchmark, CHUNK)


def test_what_a_summary_adds_to_its_runs(benchmark, chances):
    results = [run_one(chances, 0, run, True) for run in range(CHUNK)]
    benchmark(summary, None, chances.case, results)
    per_run(benchmark, CHUNK)


@pytest.mark.parametrize("runs", [100, 400, 1600])
def test_memory_against_runs(benchmark, tmp_path, runs):
    def measured():
        command = [sys.executable, "-c", MEMORY, str(runs), str(tmp_path / "out")]
        return int(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout) / 1024.0

    benchmark.extra_info["peak_MiB"] = benchmark.pedantic(measured, rounds=1)
