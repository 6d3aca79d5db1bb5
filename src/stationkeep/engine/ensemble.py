"""Runs in chunks: in this process, or shared out to a pool of processes; the same bits either way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

from ..model.scenario import Scenario
from .compile.world import Case, compile
from .luck import Chances, prepare
from .record import RunResult

CHUNK = 10
Progress = Callable[[int, int], None]


def run_all(
    scenario: Scenario, cases: Sequence[tuple[str | None, Case]], runs: Sequence[int], seed: int, monthly: bool,
    workers: int | None, progress: Progress | None, without: frozenset[tuple[str, str]] = frozenset(),
) -> list[list[RunResult]]:  # fmt: skip
    """Every run of every future; one list of results per future, in the order of `runs`."""
    total = len(cases) * len(runs)
    done = 0
    if not workers or workers < 2 or total <= CHUNK:
        out = []
        for _, case in cases:
            chances = prepare(case)
            results = []
            for run in runs:
                results.append(_one(chances, seed, run, monthly, without))
                done += 1
                if progress:
                    progress(done, total)
            out.append(results)
        return out
    jobs = [(i, list(runs[a : a + CHUNK])) for i in range(len(cases)) for a in range(0, len(runs), CHUNK)]
    found: dict[tuple[int, int], RunResult] = {}
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(_chunk, scenario, cases[i][0], part, seed, monthly, without): i for i, part in jobs}
        for job in as_completed(waiting):
            for result in job.result():
                found[(waiting[job], result.run)] = result
                done += 1
            if progress:
                progress(done, total)
    return [[found[(i, run)] for run in runs] for i in range(len(cases))]


_prepared: dict[tuple[str, str | None], Chances] = {}


def _chunk(
    scenario: Scenario, future: str | None, runs: Sequence[int], seed: int, monthly: bool,
    without: frozenset[tuple[str, str]],
) -> list[RunResult]:  # fmt: skip
    """One chunk in a worker; the worker keeps the last compiled case."""
    key = (scenario.to_yaml(), future)
    if key not in _prepared:
        _prepared.clear()
        _prepared[key] = prepare(compile(scenario.branch(future)))
    return [_one(_prepared[key], seed, run, monthly, without) for run in runs]


def _one(chances: Chances, seed: int, run: int, monthly: bool, without: frozenset[tuple[str, str]]) -> RunResult:
    from .simulate import run_one

    return run_one(chances, seed, run, monthly, without)
