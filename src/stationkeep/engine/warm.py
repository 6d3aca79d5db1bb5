"""Compile part of the step beside the process that compiles the rest; numba's cache on disk brings both together.

    python -m stationkeep.engine.warm

Which scenario is compiled for does not matter: the types are the same for all.
"""

from __future__ import annotations

import gc
from inspect import signature

import numpy as np
from numba import typeof, types

from ..log import new_log
from ..model.scenario import read_scenario
from ..subsystems import traffic
from . import burns, configuration, judge, moves, sharing, works
from .compile.world import compile
from .refs import by_reference
from .simulate import new_rows, new_scratch
from .world import Luck

PART = (
    moves.events, configuration.configuration, works.which_services, sharing.granted, sharing.take_from_stores,
    sharing.give_to_stores, burns.burn_for_attitude, burns.drag, burns.burns, judge.hours, judge.reserves, judge.rules,
    judge.requirements, judge.record,
)  # fmt: skip
"""Paragraphs of `step` in its order, about half of the work; the other process comes to each when it is done."""


def main() -> None:
    """Compile `PART` into the cache."""
    gc.disable()
    case = compile(read_scenario("iss-2022"))
    some, flags = np.zeros(1), np.zeros(1, np.bool_)
    luck = Luck(traffic.Luck(some, flags, flags, some), np.zeros((1, 1)), some, 1.0, np.zeros((1, 4)))
    records = {"w": case.world, "s": case.opening, "luck": luck, "x": new_scratch(case), "rows": new_rows(case, False), "log": new_log()}
    kept = {name: by_reference(record) for name, record in records.items()}
    kinds = {name: typeof(record) for name, record in kept.items()}
    kinds |= {"t0_s": types.float64, "t1_s": types.float64, "dt_s": types.float64, "k": types.int64}
    for paragraph in PART:
        paragraph.compile(tuple(kinds[name] for name in signature(paragraph.py_func).parameters))


if __name__ == "__main__":
    main()
