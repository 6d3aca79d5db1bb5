"""`stationkeep depends`: who depends on whom on a day of a run, single points, and the time until their loss hurts."""

from __future__ import annotations

import sys

from stationkeep.cli.options import Json, Scenario, Seed
from stationkeep.cli.output import emit


def depends(
    scenario: Scenario, *, on: str, future: str = "", run: int = 0, seed: Seed = 0, station: str = "", json: Json = False
) -> None:
    """Tell who depends on whom on a day: services by partner, the chain behind each, single points, time until it hurts.

    Services are solved again with one thing taken away; the run is then continued without it, on the same draws.

    Parameters
    ----------
    on
        The day.
    future
        Future of the scenario; default: the first.
    run
        Number of the run.
    station
        Station asked about; default: the main one.
    """
    import stationkeep as sk
    from stationkeep.report.depends import render

    if run < 0:
        from stationkeep.model.files import InputError

        raise InputError("--run", None, f"run {run}", "give 0 or more")
    read = sk.read_scenario(scenario)
    print("running to that day and on from it ...", file=sys.stderr, flush=True)
    told = sk.depends(read, on, future=future or None, run=run, seed=seed, station=station or None)
    emit(told, json, lambda: render(told))
