"""What only compiling shows: ports nobody can use, machines nobody has, stocks that do not fit."""

from __future__ import annotations

from ...model.scenario import Scenario
from .world import compile


def check_compiles(scenario: Scenario) -> None:
    """Compile every future; raises ScenarioError with what is wrong."""
    branches: list[str | None] = [*scenario.futures] or [None]
    for future in branches:
        compile(scenario.branch(future))
