"""What an answer hangs on: total and first-order Sobol indices of everything that is drawn, group by group.

The luck of a run is drawn under names, and names are independent, so a run may borrow the luck of one group from another
run. That is the pick-freeze design: run k (A), run k with one group of run k' (AB), run k' (B). The estimators and the
bootstrap are SALib's (first order after Saltelli et al. 2010, total after Jansen 1999).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..engine.lots import Lot
from ..engine.measures import Sample, measures_of
from ..engine.places import Place
from ..model.scenario import Scenario

RESAMPLES = 400
"""Bootstrap resamples of an index."""
SMALL = 0.01
"""An index whose interval lies below is called nothing; two rankings are compared among the others."""


@dataclass(frozen=True)
class Index:
    """How much of the variance of a measure one group of draws carries, alone and with its interactions."""

    name: str
    names_count: int
    total_frac: float
    total_low_frac: float
    total_high_frac: float
    first_frac: float
    first_low_frac: float
    first_high_frac: float
    total_at_half_frac: float


@dataclass(frozen=True)
class Sensitivity:
    """The indices of one measure, largest total first; `stable`: doubling the runs moved none out of its interval, else `moved` names
    which."""

    measure: str
    base_runs: int
    evaluations: int
    mean: float
    variance: float
    stable: bool
    moved: tuple[str, ...]
    indices: tuple[Index, ...]

    def as_dict(self) -> dict[str, Any]:
        rows = [{k: round(v, 4) if isinstance(v, float) else v for k, v in vars(i).items()} for i in self.indices]
        return {**vars(self), "indices": rows}


def sensitivity(
    scenario: Scenario, of: str = "presence", runs: int = 256, seed: int = 0, place: Place | None = None,
    progress: Callable[[int, int], None] | None = None, stop: str = "raise",
) -> Sensitivity:  # fmt: skip
    """Rank what the measure `of` hangs on, from `runs` base runs (runs x (groups + 2) in each future; pooled by weight).

    `progress(done, total)` is called along the way. With `stop` "keep" an interrupt ranks by the base runs that are done.
    Raises ValueError for a measure there is not, and when the measure does not vary among the runs.
    """
    if of not in measures_of(scenario):
        raise ValueError(f"no measure '{of}'; one of {', '.join(measures_of(scenario))}")
    sample = Sample(scenario, seed, place)
    groups = sample.groups()
    values = sample.measured(_lots(list(groups), runs), of, progress, stop)
    pooled = (sample.weights / sample.weights.sum()) @ values
    if stop == "keep":
        undone = np.flatnonzero(np.isnan(pooled))
        runs = int(undone[0]) // (len(groups) + 2) if undone.size else runs
        pooled = pooled[: runs * (len(groups) + 2)]
        if runs < 2:
            raise KeyboardInterrupt
    if np.ptp(pooled) == 0.0:
        raise ValueError(f"{of} is {pooled[0]:g} in every run: nothing to explain; more runs or another measure")
    half = pooled[: (runs // 2) * (len(groups) + 2)]
    return _ranked(of, groups, runs, pooled, indices_of(list(groups), pooled), indices_of(list(groups), half))


def _lots(groups: list[str], runs: int) -> list[Lot]:
    """Run k, run k with each group of run k + `runs` in turn, run k + `runs`; for each k, as SALib orders them."""
    lots = []
    for k in range(runs):
        lots.append(Lot(k))
        lots += [Lot(k, groups={group: k + runs}) for group in groups]
        lots.append(Lot(k + runs))
    return lots


def indices_of(names: list[str], values: np.ndarray) -> dict[str, np.ndarray]:
    """SALib's S1, S1_conf, ST, ST_conf (95 %) of values ordered A, AB of each name, B for each base run."""
    from SALib.analyze import sobol

    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    with np.errstate(invalid="ignore", divide="ignore"), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Constant values", UserWarning)  # a resample in which nothing varied: NaN, taken for 0
        found = sobol.analyze(
            problem, values, calc_second_order=False, num_resamples=RESAMPLES, conf_level=0.95, print_to_console=False, seed=0
        )
    return {key: np.nan_to_num(np.asarray(found[key], dtype=np.float64)) for key in ("S1", "S1_conf", "ST", "ST_conf")}


def _ranked(
    of: str, groups: dict[str, set[str]], runs: int, pooled: np.ndarray, full: dict[str, np.ndarray], half: dict[str, np.ndarray]
) -> Sensitivity:
    rows = [
        Index(
            name, len(groups[name]), full["ST"][i], max(0.0, full["ST"][i] - full["ST_conf"][i]), full["ST"][i] + full["ST_conf"][i],
            full["S1"][i], full["S1"][i] - full["S1_conf"][i], full["S1"][i] + full["S1_conf"][i], half["ST"][i],
        )
        for i, name in enumerate(groups)
    ]  # fmt: skip
    rows.sort(key=lambda row: -row.total_frac)
    spread = {name: half["ST_conf"][i] for i, name in enumerate(groups)}
    moved = tuple(row.name for row in rows if abs(row.total_at_half_frac - row.total_frac) > max(spread[row.name], SMALL))
    base = np.concatenate([pooled[:: len(groups) + 2], pooled[len(groups) + 1 :: len(groups) + 2]])
    return Sensitivity(of, runs, pooled.size, float(base.mean()), float(base.var()), not moved, moved, tuple(rows))
