"""Table of radiators and loops -> the thermal subsystem's arrays, SI."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...model.base import NEVER_s
from ...model.catalogue import Catalogue, number
from ...subsystems import thermal
from .power import BUSES, moment_s

HEAT_CAPACITY_J_per_K = (4.0e7, 1.0e7)
"""Water, ammonia and equipment on the loops: about 10 t and 2.5 t at 4 kJ/kg K. Assumed."""
ALLOWED_RISE_K = 15.0
"""Above the working temperature before equipment is switched off. Assumed (internal loops run at 4 and 17 C)."""


def build_thermal(
    catalogue: Catalogue, part_index: Mapping[str, int], station_index: Mapping[str, int], root: str = "stations/iss"
) -> tuple[thermal.Params, thermal.State]:
    """Params and a cool State of the thermal subsystem; loops in the order of `loop_names`."""
    rows = catalogue.table(f"{root}/radiators")
    loops = loop_names(catalogue, root)
    first = {row["loop"]: row for row in reversed(rows)}
    p = thermal.Params(
        radiator_loop=np.array([loops.index(row["loop"]) for row in rows], np.int64),
        radiator_part=np.array([part_index.get(row["part"], -1) for row in rows], np.int64),
        radiator_from_s=np.array([moment_s(row, "from_utc", -NEVER_s) for row in rows]),
        radiator_to_s=np.array([moment_s(row, "to_utc", NEVER_s) for row in rows]),
        radiator_W=np.array([number(row, "reject_kW") * 1e3 for row in rows]),
        loop_bus=np.array([BUSES[first[name]["bus"]] for name in loops], np.int64),
        loop_part=np.array([part_index.get(first[name]["pump_part"], -1) for name in loops], np.int64),
        loop_limit_W=np.array([number(first[name], "loop_limit_kW") * 1e3 for name in loops]),
        heat_capacity_J_per_K=np.array(HEAT_CAPACITY_J_per_K),
        allowed_rise_K=ALLOWED_RISE_K,
    )
    return p, thermal.State(rise_K=np.zeros((len(station_index), 2)), loop_W=np.zeros(len(loops)), settled=np.zeros(1, np.bool_))


def loop_names(catalogue: Catalogue, root: str = "stations/iss") -> tuple[str, ...]:
    """Names of the cooling loops in the order of the loop arrays."""
    return tuple(dict.fromkeys(row["loop"] for row in catalogue.table(f"{root}/radiators")))
