"""Questions as they come over the wire, checked and turned into scenarios within the server's limits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

import stationkeep as sk

from .jobs import problem

HOURS_PER_YEAR = 8766.0


@dataclass(frozen=True)
class Limits:
    """What one server takes."""

    runs: int = 1000
    """Runs per future."""
    station_steps: int = 60_000_000
    """Steps of one station over all runs and futures of a job: 1,000 runs of four futures of eight years with two stations, twice over."""
    years: float = 60.0
    """Longest scenario."""
    flights: int = 3000
    """Flights of all series over the whole scenario."""
    futures: int = 24
    stations: int = 8
    job_s: float = 3600.0
    """Longest time for a job."""
    queued: int = 40
    """Jobs that may wait."""
    kept: int = 60
    """Results kept; older ones are forgotten."""


class Question(BaseModel):
    """A scenario to check or run: a packaged one or a text, with changes to single keys."""

    model_config = ConfigDict(extra="forbid")

    scenario: str | None = Field(None, max_length=100, description="name of a packaged scenario")
    yaml: str | None = Field(None, max_length=3_000_000, description="text of a scenario file; `base` may name a packaged one")
    file: str = Field("scenario.yaml", max_length=200, description="what to call the text in messages")
    changes: dict[str, Any] = Field({}, max_length=2000, description="dotted keys and their new values; null removes")
    runs: int = Field(20, ge=1, le=100_000, description="runs per future")
    seed: int = Field(0, ge=0, le=4_294_967_295)
    plan: bool = Field(False, description="choose the flights first, so that the requirements hold; then run")
    explain: int = Field(1, ge=0, le=3, description="first findings of each future to defend by rerunning without their cause")


class Pair(BaseModel):
    """Two finished runs to compare."""

    model_config = ConfigDict(extra="forbid")

    a: str = Field(pattern="^[0-9a-f]{16}$")
    b: str = Field(pattern="^[0-9a-f]{16}$")


class Moment(BaseModel):
    """Where and when an ephemeris of a finished run starts."""

    model_config = ConfigDict(extra="forbid")

    result: str = Field(pattern="^[0-9a-f]{16}$")
    on: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    future: str = Field("", max_length=200)
    run: int = Field(0, ge=0, le=100_000)
    station: str = Field("", max_length=200)
    hours: float = Field(24.0, gt=0, le=240, allow_inf_nan=False)


class RefusedError(Exception):
    """A question that cannot be answered, with every problem found."""

    def __init__(self, problems: list[dict[str, Any]]) -> None:
        self.problems = problems
        super().__init__(problems[0]["message"] if problems else "refused")


def packaged(name: str) -> str:
    """The text of a packaged scenario; RefusedError when there is none of that name."""
    found = sk.packaged_scenarios().get(name)
    if found is None:
        known = ", ".join(sk.packaged_scenarios())
        raise RefusedError([problem(f"no packaged scenario '{name}'", f"one of: {known}", "scenario")])
    return str(found.read_text(encoding="utf-8"))


def build(question: Question) -> sk.Scenario:
    """The scenario of a question. Raises RefusedError with the messages the command line gives."""
    if (question.scenario is None) == (question.yaml is None):
        raise RefusedError([problem("either a packaged scenario or a text is needed", "give `scenario` or `yaml`", "scenario")])
    try:
        json.dumps(question.model_dump(), ensure_ascii=False).encode()
        if question.scenario is not None:
            packaged(question.scenario)
            scenario = sk.read_scenario(question.scenario)
        else:
            scenario = sk.parse_scenario(question.yaml or "", question.file)
        if question.changes:
            name = scenario.name
            scenario = scenario.patch(question.changes).model_copy(update={"name": name})
    except sk.ScenarioError as error:
        raise RefusedError([vars(p) | {"path": p.path} for p in error.problems[:200]]) from None
    except UnicodeEncodeError:
        raise RefusedError([problem("holds characters that are no text", "send UTF-8 text")]) from None
    except (RecursionError, OverflowError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise RefusedError([problem(f"cannot be read: {error}"[:300], "check the values")]) from None
    return scenario


def check_size(scenario: sk.Scenario, runs: int, limits: Limits) -> None:
    """RefusedError when a job would take more than the server gives."""
    problems = []
    end = "2027-01-01T00:00:00Z" if scenario.horizon == "last-flight" else scenario.horizon
    hours = (_moment(end) - _moment(scenario.start)).total_seconds() / 3600.0
    futures, stations = max(1, len(scenario.futures)), len(scenario.stations) + 1
    if runs > limits.runs:
        problems.append(problem(f"{runs} runs", f"this server runs at most {limits.runs}", "runs"))
    if hours > limits.years * HOURS_PER_YEAR:
        problems.append(problem(f"{hours / HOURS_PER_YEAR:.0f} years", f"this server runs at most {limits.years:.0f}", "horizon"))
    if futures > limits.futures:
        problems.append(problem(f"{futures} futures", f"this server runs at most {limits.futures}", "futures"))
    if stations - 1 > limits.stations:
        problems.append(problem(f"{stations - 1} stations", f"this server runs at most {limits.stations}", "stations"))
    flown = sum(hours / 24.0 / f.every_d for f in scenario.flights.values() if f and isinstance(f.every_d, float))
    if flown > limits.flights:
        problems.append(problem(f"{flown:.3g} flights", f"this server flies at most {limits.flights}; raise `every_d`", "flights"))
    steps = hours / scenario.step_h * futures * runs * stations
    if not problems and steps > limits.station_steps:
        most = max(1, int(runs * limits.station_steps / steps))
        problems.append(problem(f"{runs} runs of this scenario are too many for this server", f"ask for at most {most}", "runs"))
    if problems:
        raise RefusedError(problems)


def _moment(utc: str) -> datetime:
    return datetime.fromisoformat(utc.replace("Z", "+00:00"))
