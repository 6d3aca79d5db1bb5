"""Is it really the cause? The same draws again without the blamed event: the share of breaks that vanish."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..model.files import ScenarioError
from ..model.scenario import Scenario

if TYPE_CHECKING:
    import xarray as xr

    from ..engine.measures import Trial
    from ..report.checks import Finding

EVENTS = {"withdraw", "rejoin", "extend", "separate", "retire", "fail", "ground", "damage", "lose_person", "opened", "fund", "join"}
CHANCE = {"failure", "launch_failure", "docking_failure", "avoidance"}
MOST_RUNS = 20
"""Runs rerun for one cause: enough to tell a cause from a bystander, few enough to wait for."""


@dataclass(frozen=True)
class Explanation:
    """What a rerun without one cause showed."""

    requirement: str
    future: str | None
    kind: str
    name: str
    runs_count: int
    vanish_frac: float

    def __str__(self) -> str:
        return (f"without {self.kind} {self.name}: {self.vanish_frac:.0%} of {self.runs_count} breaks of "
                f"'{self.requirement}' vanish")  # fmt: skip


def explain(
    scenario: Scenario, finding: Finding, *, seed: int = 0, runs: list[int] | None = None, workers: int | None = None
) -> list[Explanation]:
    """Rerun the breaks of a finding without each removable cause of its chain, on the same draws.

    `runs` are the run numbers that broke (default: the first `MOST_RUNS`). Causes that are events of the scenario are
    removed from it; failures of machines, launches and dockings are made not to happen.
    """
    future = finding.future if finding.future in scenario.futures else None
    numbers = tuple((runs or list(range(MOST_RUNS)))[:MOST_RUNS])
    return _explained(scenario, [(finding, future, numbers)], seed, workers)


def explain_findings(
    scenario: Scenario, result: xr.Dataset, most: int = 3, workers: int | None = None
) -> list[dict[str, Any]]:
    """Explanations of the first findings of every future, as the rows a result keeps under `explained`."""
    from ..report.checks import findings_by_future

    asked, label = [], {}
    for name, findings in findings_by_future(result).items():
        future = name if name in scenario.futures else None
        label[future] = name
        for finding in findings[:most]:
            broke = tuple(sorted(_broke(result, finding.requirement, future)))[:MOST_RUNS]
            if broke:
                asked.append((finding, future, broke))
    told = _explained(scenario, asked, int(result.attrs["seed"]), workers)
    return [vars(e) | {"future": label[e.future]} for e in told]


def _explained(
    scenario: Scenario, asked: list[tuple[Finding, str | None, tuple[int, ...]]], seed: int, workers: int | None
) -> list[Explanation]:
    """Explanations of findings with the runs of each that broke; a cause that several share is taken away once."""
    from ..engine.measures import broken_requirements

    branches = {future: scenario.branch(future) for future in {future for _, future, _ in asked}}
    trials: dict[tuple[str | None, str, str], Trial] = {}
    for finding, future, numbers in asked:
        for cause in finding.causes:
            key = (future, cause.kind, cause.name)
            trial = trials.get(key) or _trial(branches[future], cause.kind, cause.name)
            if trial is not None:
                trials[key] = trial._replace(runs=tuple(sorted({*trial.runs, *numbers})))
    broken = dict(zip(trials, broken_requirements(list(trials.values()), seed, workers), strict=True))
    told = []
    for finding, future, numbers in asked:
        for cause in finding.causes:
            found = broken.get((future, cause.kind, cause.name))
            if found is not None:
                left = sum(finding.requirement in found[run] for run in numbers)
                told.append(Explanation(finding.requirement, future, cause.kind, cause.name, len(numbers), 1.0 - left / len(numbers)))
    return told


def _trial(one: Scenario, kind: str, name: str) -> Trial | None:
    """The scenario without a cause, no runs yet; None when the cause is none that can be taken away."""
    from ..engine.measures import Trial

    if kind in CHANCE:
        return Trial(one, (), frozenset({(kind, name)}))
    if kind not in EVENTS or name not in one.events:
        return None
    try:
        return Trial(without_event(one, name), (), frozenset())
    except ScenarioError:
        return None


def without_event(scenario: Scenario, name: str) -> Scenario:
    """The scenario without one event; what waited for it never comes."""
    gone = [n for n, f in scenario.flights.items() if f is not None and f.after == name]
    return scenario.patch({f"events.{name}": None, **{f"flights.{n}": None for n in gone}})


def _broke(result: xr.Dataset, requirement: str, future: str | None = None) -> set[int]:
    """Run numbers in which a requirement was breached."""
    kind, name = result["event_kind"].values, result["event_name"].values
    hit = (kind == "breach") & (name == requirement)
    if future is not None:
        hit &= result["event_future"].values == future
    return {int(r) for r in np.unique(result["event_run"].values[hit])}
