"""Options that several verbs have, with the one help they share."""

from __future__ import annotations

import os
from typing import Annotated

from cyclopts import Parameter

Scenario = Annotated[str, Parameter(help="Packaged scenario (see `stationkeep list`) or file.")]
Seed = Annotated[int, Parameter(help="Number the chance is drawn from; the same seed gives the same runs.")]
Workers = Annotated[int, Parameter(help="Processes to share the runs among; default: one for each processor.")]
Json = Annotated[bool, Parameter(help="Print one JSON object instead of words.")]


def processes(workers: int) -> int:
    """How many processes `--workers` asks for; 0 is one for each processor."""
    return workers or os.cpu_count() or 1
