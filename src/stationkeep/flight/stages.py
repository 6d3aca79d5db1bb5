"""Stages of the catalogue's launchers, as the payload method wants them."""

from __future__ import annotations

import re

from stationkeep.flight.payload import Stage
from stationkeep.model.catalogue import Catalogue, Row, number
from stationkeep.model.files import InputError


def find_stages(launcher: str) -> tuple[list[Stage], float]:
    """Stages of a launcher in order of burning, and its fairing, from fleet/stages and fleet/launchers."""
    tables = Catalogue()
    rows = [row for row in tables.table("fleet/stages") if row["launcher"] == launcher and row["isp_vac_s"]]
    if len(rows) < 2:
        known = ", ".join(row["launcher"] for row in tables.table("fleet/payload_quotes"))
        listed = launcher in tables.by_id("fleet/launchers")
        what = f"the stages of {launcher}" if listed else f"stages of a launcher '{launcher}'"
        raise InputError("launcher", None, f"{what} are not in the catalogue", f"one of {known}")
    stages = [
        Stage(
            row["name"], row["role"] == "booster", int(number(row, "count")), number(row, "prop_kg_each"),
            number(row, "gross_kg_each") - number(row, "prop_kg_each"), number(row, "isp_vac_s"),
            _burn_s(row), _sea_level_frac(row),
        )
        for row in sorted(rows, key=lambda row: int(row["order"]))
    ]  # fmt: skip
    return stages, number(tables.by_id("fleet/launchers")[launcher], "fairing_kg", 0.0)


def _burn_s(row: Row) -> float:
    """Burn time: the first figure quoted (the middle of a range), else propellant over the flow at full thrust."""
    match = re.search(r"(\d+)(?:-(\d+))?", row["burn_quoted"])
    if match is None:
        return float(row["burn_check_s"])
    first, last = float(match[1]), float(match[2] or match[1])
    return 0.5 * (first + last)


def _sea_level_frac(row: Row) -> float:
    """Thrust at sea level over thrust in vacuum, 1 for a stage without the first."""
    vacuum_kN = number(row, "thrust_vac_kN_each", 1.0)
    return number(row, "thrust_sl_kN_each", vacuum_kN) / vacuum_kN


def find_explanation(launcher: str) -> tuple[Row, list[Stage] | None] | None:
    """Why the method and the quoted figure differ, from fleet/payload_explained, and the stages as they are counted
    otherwise: one changed, or one added on top. None where they agree or nothing is known."""
    row = next((row for row in Catalogue().table("fleet/payload_explained") if row["launcher"] == launcher), None)
    if row is None:
        return None
    if not row["stage"]:
        return row, None
    stages, _ = find_stages(launcher)
    prop_kg, rest_kg, isp_s, burn_s = (number(row, name) for name in ("prop_kg", "rest_kg", "isp_s", "burn_s"))
    other = Stage(row["stage"], False, 1, prop_kg, rest_kg, isp_s, burn_s, 1.0)
    if all(stage.name != other.name for stage in stages):
        return row, [*stages, other]
    return row, [other if stage.name == other.name else stage for stage in stages]
