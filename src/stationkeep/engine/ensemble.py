"""Runs in chunks, here, in a pool or on a cluster; kept in memory or on disk; the same bits whichever way."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ..formats.chunks import WHOLE_LOGS, joined
from ..formats.run_folder import ChunkName, RunFolder, program_digest, read_ensemble
from ..model.scenario import Scenario
from .compile.world import Case
from .luck import Chances, prepare
from .places import Here, Place, Pool
from .record import FULL_RUNS, RunResult, dataset
from .simulate import run_one
from .summary import summary

if TYPE_CHECKING:
    import xarray as xr

Keep = Literal["all", "series", "summary"]
"""What is kept: every variable at every step; station scalars at every step and the rest by month; or what each run
came to, its events, quantiles of all runs at every stamp, and every variable of the first runs."""
Progress = Callable[[int, int], None]
Stop = Literal["raise", "keep"]
Without = frozenset[tuple[str, str]]
CHUNK: dict[Keep, int] = {"all": 10, "series": 20, "summary": 100}
"""Runs in a chunk: some seconds of work, some tens of megabytes."""


@dataclass(frozen=True)
class Ensemble:
    """Which runs of what, and what is kept of each."""

    scenario: Scenario
    cases: Sequence[tuple[str | None, Case]]
    runs: Sequence[int]
    seed: int
    keep: Keep
    chunk: int
    without: Without

    def chunks(self) -> list[tuple[ChunkName, tuple[int, ...]]]:
        """Every chunk with its runs; the futures take turns, so that an ensemble cut short has runs of each."""
        parts = [tuple(self.runs[a : a + self.chunk]) for a in range(0, len(self.runs), self.chunk)]
        return [(ChunkName(label, part[0], part[-1]), part) for part in parts for label, _ in self.cases]

    def plan(self) -> dict[str, Any]:
        """What tells this ensemble from another on disk."""
        digest = hashlib.sha256(self.scenario.to_yaml().encode()).hexdigest()
        return {
            "runs": list(self.runs), "seed": self.seed, "keep": self.keep, "chunk": self.chunk,
            "without": sorted(map(list, self.without)), "scenario_sha256": digest, "program": program_digest(),
        }  # fmt: skip


@dataclass(frozen=True)
class Work:
    """What a worker needs to do any chunk: the prepared cases, packed; it compiles nothing and keeps nothing."""

    packed: dict[str | None, bytes]
    seed: int
    keep: Keep
    without: Without
    program: str
    in_folder: bool
    """Whether the chunks are kept: only then a summary has its whole log, and beside it every variable of the first runs."""

    def __call__(self, job: tuple[ChunkName, tuple[int, ...]]) -> tuple[xr.Dataset, xr.Dataset | None]:
        """The Dataset of one chunk, and every variable of those of the first runs among it when `keep` is summary."""
        if self.program and self.program != program_digest():
            raise RuntimeError("this worker runs another version of stationkeep: install the same one everywhere")
        name, runs = job
        chances: Chances = pickle.loads(self.packed[name.future])
        case = chances.case

        def done(numbers: Sequence[int], monthly: bool) -> list[RunResult]:
            return [run_one(chances, self.seed, run, monthly, self.without) for run in numbers]

        def in_turn() -> Iterator[RunResult]:
            rows = None
            for run in runs:
                result = run_one(chances, self.seed, run, True, self.without, rows)
                rows = result.rows
                yield result

        if self.keep != "summary":
            monthly = self.keep == "series"
            return dataset(name.future, case, done(runs, monthly), monthly), None
        made = summary(name.future, case, in_turn(), None if self.in_folder else WHOLE_LOGS)
        if not self.in_folder:
            return made, None
        first = [run for run in runs if run < FULL_RUNS]
        return made, dataset(name.future, case, done(first, monthly=False), monthly=False) if first else None


def run_all(
    ensemble: Ensemble, place: Place, folder: RunFolder | None, progress: Progress | None, stop: Stop
) -> xr.Dataset:
    """Do every chunk that is not done and return all of it as one Dataset (from the folder, when there is one).

    With `stop` "keep" an interrupt (ctrl-C) returns the runs that every future has; else it is raised. Either way finished
    chunks stay in the folder.
    """
    chunks = ensemble.chunks()
    jobs = [job for job in chunks if folder is None or not folder.has(job[0])]
    kept: dict[ChunkName, xr.Dataset] = {}
    total = sum(len(runs) for _, runs in chunks)
    done = total - sum(len(runs) for _, runs in jobs)
    if progress:
        progress(done, total)
    try:
        if jobs:
            for (name, runs), (made, full) in place.each(_work(ensemble, place, folder is not None), jobs):
                if folder is not None:
                    folder.put(name, made, full)
                else:
                    kept[name] = made
                done += len(runs)
                if progress:
                    progress(done, total)
    except KeyboardInterrupt:
        if stop == "raise":
            raise
        everywhere = set.intersection(*({n.first for n in kept if n.future == label} for label, _ in ensemble.cases))
        if folder is None and not everywhere:
            raise
        kept = {name: ds for name, ds in kept.items() if name.first in everywhere}
    if folder is not None:
        return read_ensemble(folder.path)

    def of(label: str | None) -> Iterator[xr.Dataset]:
        return (kept[name] for name, _ in chunks if name.future == label and name in kept)

    ds = joined([(label, of(label)) for label, _ in ensemble.cases])
    return ds.assign_attrs(runs=int(ds.sizes["run"]), runs_planned=len(ensemble.runs))


def _work(ensemble: Ensemble, place: Place, in_folder: bool) -> Work:
    packed = {label: pickle.dumps(prepare(case)) for label, case in ensemble.cases}
    elsewhere = not isinstance(place, Here | Pool)
    return Work(packed, ensemble.seed, ensemble.keep, ensemble.without, program_digest() if elsewhere else "", in_folder)
