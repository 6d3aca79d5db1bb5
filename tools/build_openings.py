#!/usr/bin/env python3
"""What the replay of the record has aboard on the first of each month: life_support/openings_replayed.csv.

A scenario that starts between the typed openings (life_support/openings.csv) starts from it, with what it states itself
in its place. Tanks of docked ships are left out: those the scenario knows. Twenty runs, their median.

    python tools/build_openings.py
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

import stationkeep as sk
from stationkeep.engine.compile.world import compile as compile_scenario
from stationkeep.engine.luck import draw, prepare
from stationkeep.engine.run import advance
from stationkeep.engine.simulate import new_rows, new_scratch
from stationkeep.laws.matter import CANDLES, RESOURCES, STORED
from stationkeep.log import new_log
from stationkeep.model.base import seconds, to_utc

TABLE = Path(__file__).parents[1] / "src/stationkeep/data/life_support/openings_replayed.csv"
RUNS = 20
FROM = "2000-12-01"
SOURCE = "replay, 20 runs"


def firsts(start_s: float, end_s: float) -> list[str]:
    """The first day of every month between two times."""
    months = np.arange(np.datetime64(FROM, "M"), np.datetime64(to_utc(end_s)[:7], "M") + 1)
    days = [f"{month}-01" for month in months]
    return [day for day in days if start_s < seconds(day + "T12:00:00Z") < end_s]


def main() -> None:
    """Run the replay, stopping every month, and write the table."""
    case = compile_scenario(sk.read_scenario("iss-history"))
    days = firsts(case.t0_s, case.t0_s + case.steps * case.dt_s)
    modules = len(case.names.modules)
    aboard = case.world.stores.container_part < modules
    kind, owner = case.world.stores.container_resource, case.world.stores.container_owner
    found = np.zeros((RUNS, len(days), len(case.names.partners), STORED))
    chances = prepare(case)
    for run in range(RUNS):
        world, state, luck = draw(chances, 0, run)
        rows, log, scratch, at = new_rows(case, False), new_log(), new_scratch(case), 0
        for i, day in enumerate(days):
            to = round((seconds(day + "T12:00:00Z") - case.t0_s) / case.dt_s)
            advance(world, state, luck, scratch, rows, log, at, to, case.t0_s, case.dt_s)
            at = to
            np.add.at(found[run, i], (owner[aboard], kind[aboard]), state.stores.stock_kg[aboard])
    middle = np.median(found, axis=0)
    kept = [
        r for r in range(STORED) if middle[:, :, r].max() > 1.0 and r != CANDLES
    ]  # no manifest of the record lists candles
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["opening", "utc", "partner", *(f"{RESOURCES[r]}_kg" for r in kept), "source", "status"])
        for i, day in enumerate(days):
            for p, partner in enumerate(case.names.partners):
                if middle[i, p].max() > 1.0:
                    out.writerow([day, day, partner, *(round(float(middle[i, p, r])) for r in kept), SOURCE, "derived"])
    print(f"{TABLE.name}: {len(days)} months")


if __name__ == "__main__":
    main()
