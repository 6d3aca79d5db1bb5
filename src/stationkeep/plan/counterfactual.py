"""What an event costs whom in hours: the same runs with the same luck, once with the event and once without it.

What a run draws follows from the seed, the name of what is drawn and the run, so that leaving one event out leaves the luck
of everything else as it was: runs are compared in pairs, and a difference is the event's.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..engine.luck import Chances
from ..engine.measures import by_run
from ..engine.record import stamps
from ..engine.simulate import run_one
from ..laws.crew_time import CREW_USES
from ..model.base import PARTNERS
from ..model.files import ScenarioError
from ..model.scenario import Scenario
from ..report.people import NEEDED, SPAN_d, event_days
from ..report.read import iso_day
from .explain import without_event

if TYPE_CHECKING:
    import xarray as xr

LEAST_RUNS, MOST_RUNS = 5, 25
"""Runs compared for one event: each is made twice."""
LEAST_d = 7.0
"""An event with fewer days to the horizon is not told: its week is not over."""
Z_95 = 1.96
FEW = 5
"""Runs of one job."""
SPAN = np.timedelta64(round(SPAN_d), "D")
SERVED = [NEEDED.index(use) for use in ("own_research", "served_by_others")]
PLACE = [CREW_USES.index(use) for use in NEEDED]
Spans = dict[int, dict[str, np.ndarray]]  # run -> event -> the day it took place


class Years(NamedTuple):
    """The years of one run that follow an event, to the end of the run (the last may be short)."""

    hours: np.ndarray  # (year, partner, use) a week
    people: np.ndarray  # (year, partner)
    steps: np.ndarray  # (year,)

    def over(self, years: int | None) -> np.ndarray:
        """Mean of the first `years` (None: all): hours (partner, use), with people as the last use."""
        table = np.concatenate([self.hours, self.people[..., None]], axis=2)[:years]
        return np.average(table, axis=0, weights=self.steps[:years])


class Trial(NamedTuple):
    """Runs of one future; `event` and its kind are what it is without ('' is with all); `cuts` are the spans of all its events."""

    future: str
    event: str
    kind: str
    text: str
    scenario: Scenario
    spans: Spans
    cuts: Spans


@dataclass(frozen=True)
class Weeks:
    """Does some runs of a trial in a worker: the years after each event."""

    seed: int

    def __call__(self, job: tuple[int, bytes, tuple[Spans, Spans]]) -> dict[int, dict[str, Years]]:
        _, packed, (spans, cuts) = job
        chances: Chances = pickle.loads(packed)
        return {run: self._years(chances, run, days, cuts[run]) for run, days in spans.items()}

    def _years(self, chances: Chances, run: int, days: dict[str, np.ndarray], cuts: dict[str, np.ndarray]) -> dict[str, Years]:
        """The rows of a run are kept from cut to cut, which are the ends of the years after all its events: the same in both
        runs of a pair, so that equal hours have equal sums."""
        case = chances.case
        at = stamps(case.t0_s, case.dt_s, case.steps)
        cut = {event: _years_of(at, day) for event, day in cuts.items()}
        edges = np.unique(np.concatenate([*cut.values(), [0]]))
        edges = edges[edges < case.steps]
        rows = run_one(chances, self.seed, run, np.searchsorted(edges, np.arange(case.steps), side="right") - 1).rows
        hours, people = rows.hours.sum(axis=1)[:, :, PLACE].astype(np.float64), rows.partner_people.sum(axis=1)
        found = {}
        for event in days:
            ends = cut[event]
            if ends.size > 1:
                first, steps = np.searchsorted(edges, ends[:-1]), np.diff(ends)
                whole = np.add.reduceat(hours, first, axis=0)
                heads = np.add.reduceat(people[: ends[-1]], ends[:-1], axis=0, dtype=np.float64)
                found[event] = Years(whole / steps[:, None, None], heads / steps[:, None], steps)
        return found


def _years_of(at: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Steps at which the years after a day begin, and the end of the run."""
    begins = day + SPAN * np.arange(max(int((at[-1] - day) / SPAN), 0) + 1)
    return np.unique(np.append(np.searchsorted(at, begins), at.size))


def hours_without(scenario: Scenario, result: xr.Dataset, workers: int | None = None) -> list[dict[str, Any]]:
    """What each event of a scenario changed of the working week, as the rows a result keeps under `hours_without`.

    Of each event in each future: the year after it (less at the horizon), and all the time from it to the horizon, in the runs
    it took place in, against the same runs without it. Events without which the scenario is none (something else waits for
    them) are left out. [] without hours.
    """
    trials: list[Trial] = []
    numbers = np.asarray(result["run"].values)
    asked = event_days(result)
    most = numbers.size * len(asked) // max(sum(len(decisions) + 1 for decisions in asked.values()), 1)
    most = min(max(most, LEAST_RUNS), MOST_RUNS)  # about as many runs again as were asked
    for (future, decisions), branch in zip(asked.items(), _branches(scenario), strict=True):
        others: list[Trial] = []
        days: dict[str, np.ndarray] = {}
        for kind, event, at in decisions:
            other = _without(branch, event)
            if other is not None and event not in days:
                days[event] = at
                others.append(Trial(future, event, kind, branch.events[event].text, other, _spans({event: at}, numbers, most), {}))
        if others:
            cuts = _spans(days, numbers, most)
            trials += [Trial(future, "", "", "", branch, cuts, cuts), *(other._replace(cuts=cuts) for other in others)]
    means = _run(trials, int(result.attrs["seed"]), workers)
    whole = {trial.future: found for trial, found in zip(trials, means, strict=True) if not trial.event}
    end = result["time"].values[-1].astype("datetime64[D]")
    pairs = zip(trials, means, strict=True)
    return [row for trial, found in pairs if trial.event for row in _row(trial, whole[trial.future], found, end)]


def _branches(scenario: Scenario) -> list[Scenario]:
    names: list[str | None] = [*scenario.futures]
    return [scenario.branch(name) for name in names or [None]]


def _without(branch: Scenario, event: str) -> Scenario | None:
    try:
        return without_event(branch, event) if event in branch.events else None
    except ScenarioError:
        return None


def _spans(days: dict[str, np.ndarray], runs: np.ndarray, most: int) -> Spans:
    """The first runs each event took place in; days: event -> day of each of `runs`, NaT where it did not."""
    spans: Spans = {}
    for event, at in days.items():
        for place in np.flatnonzero(~np.isnat(at))[:most]:
            spans.setdefault(int(runs[place]), {})[event] = at[place]
    return spans


def _run(trials: list[Trial], seed: int, workers: int | None) -> list[dict[int, dict[str, Years]]]:
    """What `Weeks` finds of each trial, by run."""
    parts = []
    for trial in trials:
        runs = sorted(trial.spans)
        parts.append([({run: trial.spans[run] for run in runs[a : a + FEW]}, trial.cuts) for a in range(0, len(runs), FEW)])
    return by_run([trial.scenario for trial in trials], parts, Weeks(seed), workers)


def _row(trial: Trial, whole: Any, found: Any, end: np.datetime64) -> list[dict[str, Any]]:
    """Both sides over the year and over the whole time, and how research changed from year to year; none without a common run."""
    event = trial.event
    runs = [run for run in trial.spans if event in found.get(run, {}) and event in whole[run]]
    if not runs:
        return []
    pairs: list[tuple[Years, Years]] = [(found[run][event], whole[run][event]) for run in runs]
    days = np.sort(np.array([trial.spans[run][event] for run in runs], "datetime64[D]"))
    left = (end - days).astype(float)
    if left.mean() < LEAST_d:
        return []
    years = min(was.steps.size for was, _ in pairs)
    change = np.mean([(now.hours - was.hours)[:years][:, :, SERVED].sum(axis=2) for was, now in pairs], axis=0)
    return [{
        "future": trial.future, "event": event, "kind": trial.kind, "text": trial.text, "runs": len(runs),
        "date": iso_day(days[days.size // 2]), "partners": list(PARTNERS), **_sides(pairs, np.minimum(left, SPAN_d), 1),
        "whole": {"until": iso_day(end), **_sides(pairs, left, None)}, "by_year_h": change.round(3).tolist(),
    }]  # fmt: skip


def _sides(pairs: list[tuple[Years, Years]], days: np.ndarray, years: int | None) -> dict[str, Any]:
    """Means of both sides over the runs, and the 95 % interval of each partner's change of research."""
    was, now = (np.array([side.over(years) for side in sides]) for sides in zip(*pairs, strict=True))
    change = (now - was)[:, :, SERVED].sum(axis=2)
    interval: list[list[float] | None] = [None] * change.shape[1]
    if len(pairs) > 1:
        half = Z_95 * change.std(axis=0, ddof=1) / np.sqrt(len(pairs))
        interval = np.column_stack((change.mean(axis=0) - half, change.mean(axis=0) + half)).round(3).tolist()
    sides = [side.mean(axis=0).round(3) for side in (was, now)]
    return {
        "days": round(float(days.mean()), 1), "without": sides[0][:, :-1].tolist(), "with": sides[1][:, :-1].tolist(),
        "people": [side[:, -1].tolist() for side in sides], "interval_h": interval,
    }  # fmt: skip
