"""One number of a run: what sensitivities, rare events and other methods over many runs ask for, without any Dataset."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np

from .. import log as happened
from ..model.scenario import Scenario
from .compile.world import Case, compile
from .lots import Lot
from .luck import Chances, draw, prepare
from .places import Here, Place, place_for
from .record import RunResult, months_of, stamps
from .simulate import run_one, warm_up
from .summary import OUTCOMES, DAY_s, by_month, outcomes
from .world import ALTITUDE, MOMENTUM, PEOPLE, RESERVES

SCALAR_OUTCOMES = tuple(name for name, (dims, unit, _) in OUTCOMES.items() if not dims and unit)
MARGINS: dict[str, int] = {"altitude_km": ALTITUDE, "momentum_frac": MOMENTUM, "people_count": PEOPLE}
Part = TypeVar("Part")
Found = TypeVar("Found")
BATCH, FEW = 25, 10
"""Runs in a job, of a sample and of a trial."""


def measures_of(scenario: Scenario) -> tuple[str, ...]:
    """What can be measured: presence, days of it, breaks of each requirement, and what each run came to."""
    return ("presence", "presence_d", *(f"broken[{name}]" for name in scenario.requirements), *SCALAR_OUTCOMES)


def measure(case: Case, result: RunResult, name: str) -> float:
    """The measure `name` of a run: 1 or 0 for `presence` (unbroken to the horizon) and `broken[requirement]`."""
    if name.startswith("broken["):
        return float(first_break_s(case, result, name[7:-1]) < math.inf)
    times = stamps(case.t0_s, case.dt_s, case.steps)
    came = outcomes(by_month(result.rows, months_of(times)[0]), times, case.dt_s)
    if name in SCALAR_OUTCOMES:
        return float(came[name])
    begun, until = came["aboard_from_utc"], came["aboard_until_utc"]
    if name == "presence":
        return float(not np.isnat(begun) and until == times[-1])
    return 0.0 if np.isnat(begun) else float((until - begun) / np.timedelta64(1, "s")) / DAY_s


def first_break_s(case: Case, result: RunResult, requirement: str) -> float:
    """When a requirement was first broken, s; infinite when it held."""
    t_s, kind, _, name, _, _ = result.events
    code = happened.REQUIREMENT + case.names.requirements.index(requirement)
    rows = (kind == happened.BREACH) & (name == code)
    return float(t_s[rows].min()) if rows.any() else math.inf


def closeness(case: Case, result: RunResult, requirement: str) -> float:
    """How near a run came to breaking a requirement: infinite when it broke, else less the least margin to the bound.

    Of altitude, momentum, people and the reserves; of others only whether they broke (minus infinity when not).
    """
    if first_break_s(case, result, requirement) < math.inf:
        return math.inf
    asked = case.scenario.requirements[requirement]
    station = case.names.of("stations")[asked.station or case.scenario.main_station]
    if asked.variable in MARGINS and isinstance(asked.bound, int | float):
        values = result.rows.scalar[:, station, MARGINS[asked.variable]]
    elif asked.variable.endswith("_reserve_d") and isinstance(asked.bound, int | float):
        values = result.rows.reserve_d[:, station, RESERVES.index(asked.variable.removesuffix("_reserve_d"))]
    else:
        return -math.inf
    side = 1.0 if asked.relation == "at_least" else -1.0
    margins = side * (values[np.isfinite(values)].astype(np.float64) - float(asked.bound))
    return float(-margins.min()) if margins.size else -math.inf


@dataclass(frozen=True)
class Measured:
    """Does a batch of lots in a worker: the packed case of each future, and what to measure."""

    packed: Mapping[str | None, bytes]
    seed: int
    name: str

    def __call__(self, job: tuple[int, str | None, tuple[Lot, ...]]) -> np.ndarray:
        """The measure of each lot of one future; `near[requirement]` is its closeness."""
        _, future, lots = job
        chances: Chances = pickle.loads(self.packed[future])
        return np.asarray([self._one(chances, lot) for lot in lots])

    def _one(self, chances: Chances, lot: Lot) -> float:
        result = run_one(chances, self.seed, lot, monthly=True)
        if self.name.startswith("near["):
            return closeness(chances.case, result, self.name[5:-1])
        return measure(chances.case, result, self.name)


class Trial(NamedTuple):
    """Runs of a scenario without futures, and the mishaps that are not to happen in them."""

    scenario: Scenario
    runs: tuple[int, ...]
    without: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Breaks:
    """Does some runs of a trial in a worker."""

    seed: int

    def __call__(self, job: tuple[int, bytes, tuple[tuple[int, ...], frozenset[tuple[str, str]]]]) -> dict[int, frozenset[str]]:
        """The requirements each run breaks; of a job only the case is packed."""
        _, packed, (runs, without) = job
        chances: Chances = pickle.loads(packed)
        return {run: self._broken(chances, run, without) for run in runs}

    def _broken(self, chances: Chances, run: int, without: frozenset[tuple[str, str]]) -> frozenset[str]:
        _, kind, _, name, _, _ = run_one(chances, self.seed, run, True, without).events
        codes = np.unique(name[kind == happened.BREACH]) - happened.REQUIREMENT
        return frozenset(chances.case.names.requirements[code] for code in codes)


def broken_requirements(trials: Sequence[Trial], seed: int, workers: int | None) -> list[dict[int, frozenset[str]]]:
    """Of each trial the requirements each of its runs breaks."""
    parts = [[(t.runs[a : a + FEW], t.without) for a in range(0, len(t.runs), FEW)] for t in trials]
    return by_run([t.scenario for t in trials], parts, Breaks(seed), workers)


def by_run(
    scenarios: Sequence[Scenario], parts: Sequence[Sequence[Part]], call: Callable[[tuple[int, bytes, Part]], dict[int, Found]],
    workers: int | None,
) -> list[dict[int, Found]]:  # fmt: skip
    """What `call` finds of the runs of scenarios without futures, by run: it is given (place among the scenarios, the case packed,
    one of their parts). Each scenario is prepared once, while the workers run those before it."""
    packed: dict[int, bytes] = {}

    def jobs() -> Iterator[tuple[int, bytes, Part]]:
        for i, scenario in enumerate(scenarios):
            if id(scenario) not in packed:
                case = compile(scenario)
                warm_up(case)
                packed[id(scenario)] = pickle.dumps(prepare(case))
            for part in parts[i]:
                yield i, packed[id(scenario)], part

    out: list[dict[int, Found]] = [{} for _ in scenarios]
    for (i, *_), found in place_for(workers, sum(map(len, parts))).each(call, jobs()):
        out[i].update(found)
    return out


class Sample:
    """Runs of a scenario on any lots: compiled and prepared once, measured wherever `place` is."""

    def __init__(self, scenario: Scenario, seed: int, place: Place | None = None) -> None:
        self.futures: list[str | None] = [*scenario.futures] or [None]
        cases = [(name, compile(scenario.branch(name))) for name in self.futures]
        warm_up(cases[0][1])
        self.packed = {name: pickle.dumps(prepare(case)) for name, case in cases}
        self.weights = np.asarray([f.weight for f in scenario.futures.values()] or [1.0])
        self.seed = seed
        self.place = place or Here()

    def groups(self) -> dict[str, set[str]]:
        """Everything a run of any future draws: group -> names."""
        met: dict[str, set[str]] = {}
        for packed in self.packed.values():
            lot = Lot(0)
            draw(pickle.loads(packed), self.seed, lot)
            for group, names in lot.met.items():
                met.setdefault(group, set()).update(names)
        return met

    def measured(
        self, lots: Sequence[Lot], name: str, progress: Callable[[int, int], None] | None = None, stop: str = "raise"
    ) -> np.ndarray:
        """The measure of each lot in each future; shape (future, lot).

        `progress(done, total)` is called along the way, in runs. With `stop` "keep" an interrupt leaves NaN for what is not done.
        """
        jobs = [(a, future, tuple(lots[a : a + BATCH])) for a in range(0, len(lots), BATCH) for future in self.futures]
        out = np.full((len(self.futures), len(lots)), np.nan)
        done = 0
        try:
            for (first, future, batch), values in self.place.each(Measured(self.packed, self.seed, name), jobs):
                out[self.futures.index(future), first : first + len(batch)] = values
                done += len(batch)
                if progress:
                    progress(done, out.size)
        except KeyboardInterrupt:
            if stop == "raise":
                raise
        return out
