"""Is it really the cause? The same draws again without the blamed event: the share of breaks that vanish."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..model.files import ScenarioError
from ..model.scenario import Scenario

if TYPE_CHECKING:
    import xarray as xr

    from ..report.checks import Finding

EVENTS = {"withdraw", "rejoin", "extend", "separate", "retire", "fail", "ground", "damage", "lose_person", "opened", "fund"}
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
    from ..engine.simulate import simulate

    future = finding.future if finding.future in scenario.futures else None
    one = scenario.branch(future)
    numbers = (runs or list(range(MOST_RUNS)))[:MOST_RUNS]
    told = []
    for cause in finding.causes:
        key = (cause.kind, cause.name)
        changed, without = one, frozenset({key}) if cause.kind in CHANCE else frozenset()
        if cause.kind in EVENTS:
            if cause.name not in one.events:
                continue
            try:
                changed = _without_event(one, cause.name)
            except ScenarioError:
                continue
        elif not without:
            continue
        again = simulate(changed, numbers, seed, workers=workers, without=without)
        broke = _broke(again, finding.requirement)
        told.append(Explanation(finding.requirement, future, *key, len(numbers), 1.0 - len(broke & set(numbers)) / len(numbers)))
    return told


def explain_findings(
    scenario: Scenario, result: xr.Dataset, most: int = 3, workers: int | None = None
) -> list[dict[str, Any]]:
    """Explanations of the first findings of every future, as the rows a result keeps under `explained`."""
    from ..report.checks import findings_by_future

    rows = []
    seed = int(result.attrs["seed"])
    for future, findings in findings_by_future(result).items():
        for finding in findings[:most]:
            broke = sorted(_broke(result, finding.requirement, future if future in scenario.futures else None))
            for e in explain(scenario, finding, seed=seed, runs=broke, workers=workers):
                rows.append({"requirement": e.requirement, "future": future, "kind": e.kind, "name": e.name,
                             "runs_count": e.runs_count, "vanish_frac": e.vanish_frac})  # fmt: skip
    return rows


def _without_event(scenario: Scenario, name: str) -> Scenario:
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
