"""Options that several verbs have, with the one help they share."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from stationkeep.model.files import InputError

if TYPE_CHECKING:
    from stationkeep.model import scenario as model

Scenario = Annotated[str, Parameter(help="Packaged scenario (see `stationkeep list`) or file.")]
Seed = Annotated[int, Parameter(help="Number the chance is drawn from; the same seed gives the same runs.")]
Workers = Annotated[int, Parameter(help="Processes to share the runs among; default: one for each processor.")]
Until = Annotated[str, Parameter(help="Day or year to simulate to; default: the horizon of the scenario.")]
Future = Annotated[str, Parameter(help="One future only; default: all of them.")]
Json = Annotated[bool, Parameter(help="Print one JSON object instead of words.")]


def processes(workers: int) -> int:
    """How many processes `--workers` asks for; 0 is one for each processor."""
    if workers < 0:
        raise InputError("--workers", None, f"{workers} processes", "give 1 or more, or 0 for one of each processor")
    return workers or os.cpu_count() or 1


def chosen(scenario: str, until: str = "", future: str = "") -> model.Scenario:
    """The scenario to a day and of one future, where these are asked for."""
    import stationkeep as sk

    read = sk.read_scenario(scenario)
    title = f"{read.title}: {future}" if future else read.title
    if future:
        read = read.branch(future)
    if until:
        end = day(f"{until}-01-01" if len(until) == 4 else until, "--until")[:10]
        if end <= read.start:
            raise InputError("--until", None, f"{end} is not after {read.start[:10]}, when the scenario starts", "write a later day")
        read = read.patch({"horizon": end})
        title = re.sub(r" \(simulated to [0-9-]+\)$", "", title) + f" (simulated to {end})"
    return read.model_copy(update={"title": title})


def day(text: str, option: str) -> str:
    """A day as the model writes it, empty when there is none."""
    from stationkeep.model.base import parse_utc

    try:
        return parse_utc(text) if text else ""
    except ValueError as error:
        raise InputError(option, None, str(error).split(";")[0], "write 2024-12-31") from None
