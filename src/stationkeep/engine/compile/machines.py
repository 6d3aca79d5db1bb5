"""Table of machines -> the equipment subsystem's arrays."""

from __future__ import annotations

import numpy as np

from ...model.base import NEVER_s, seconds
from ...model.catalogue import Catalogue, Row, number
from ...subsystems import equipment
from .life_support import KIND_OF, machine_rows
from .names import Names, integers, reals

DAY_s = 86400.0
HOUR_s = 3600.0


def machine_kinds(rows: tuple[Row, ...]) -> tuple[str, ...]:
    """Kinds by what machines do: an OGA and an Elektron are both electrolysers."""
    return tuple(dict.fromkeys(KIND_OF.get(row["kind"], row["kind"]) for row in rows))


def build_equipment(catalogue: Catalogue, names: Names) -> tuple[equipment.Params, equipment.State]:
    """Params and a State of healthy machines; their first failures are drawn."""
    part, partner = names.of("parts"), names.of("partners")
    rows = machine_rows(catalogue, part)
    kinds = names.of("machine_kinds")
    segment = {row["id"]: 1 if row["segment"] == "russian" else 0 for row in catalogue.table("stations/iss/parts")}
    p = equipment.Params(
        part=integers(part[row["part"]] for row in rows),
        kind=integers(kinds[KIND_OF.get(row["kind"], row["kind"])] for row in rows),
        segment=integers(segment[row["part"]] for row in rows),
        operator=integers(partner[row["operator"] or "nasa"] for row in rows),
        from_s=reals(seconds(row["from_utc"]) if row["from_utc"] else -NEVER_s for row in rows),
        to_s=reals(seconds(row["to_utc"]) if row["to_utc"] else NEVER_s for row in rows),
        repair_s=reals(number(row, "repair_d", 14) * DAY_s for row in rows),
        spare_kg=reals(number(row, "spare_kg", 0) for row in rows),
    )
    n = len(rows)
    s = equipment.State(
        up=np.ones(n, np.bool_), change_s=np.full(n, NEVER_s), failures=np.zeros(n, np.int64),
        row=np.full(n, -1, np.int64), works=np.zeros(n, np.bool_), station=np.full(n, -1, np.int64),
        changed=np.ones(1, np.bool_),
    )  # fmt: skip
    return p, s


def mean_life_s(catalogue: Catalogue, names: Names) -> np.ndarray:
    """Mean time between failures of each machine, s."""
    return reals(number(row, "mtbf_h", 1e9) * HOUR_s for row in machine_rows(catalogue, names.of("parts")))
