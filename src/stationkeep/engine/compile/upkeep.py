"""Spacewalks, and what machines wear out and take of a crew's hours: tables -> arrays of the engine."""

from __future__ import annotations

import numpy as np

from ...laws.life_support import airlock_loss_kg
from ...model.base import NEVER_s, seconds
from ...model.catalogue import Catalogue, number
from ...model.scenario import Scenario
from ..world import Walks
from .life_support import machine_rows, time_rules, values
from .names import Names, integers, reals, truths

DAY_s = 86400.0
YEAR_s = 365.25 * DAY_s
HOUR_s = 3600.0
WINDOW_y = 3.0
"""How far back the rate of spacewalks looks, as the cadence of flights does."""
REPAIRED_BY = {"inside": 0, "eva": 1, "robot": 2}
SEGMENTS = ("us", "russian")
AIRLOCKS = {"us": ("quest",), "russian": ("poisk", "pirs", "quest")}
"""Airlocks of planned spacewalks, in order of preference."""


def hazards_off(scenario: Scenario) -> bool:
    """A replay: nothing fails by chance, so failures are counted at their mean."""
    q = scenario.uncertain.get("hazard_factor")
    return q is not None and q.value == 0


def build_wear(
    scenario: Scenario, catalogue: Catalogue, names: Names
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(repaired_by, repair_h, wear_kg_per_s, wear_h_per_s) of each machine."""
    rows = machine_rows(catalogue, names.of("parts"))
    worn = {row["assembly"]: number(row, "wear_kg_per_y") for row in catalogue.table("life_support/eclss_assemblies")}
    kg = np.array([worn.get(row["assembly"], 0.0) / YEAR_s for row in rows])
    hours = np.array([number(row, "crew_h_per_repair", 0) for row in rows])
    per_s = np.array([1.0 / (number(row, "mtbf_h", 1e9) * HOUR_s) for row in rows])
    hour_rate = np.zeros(len(rows))
    if hazards_off(scenario):
        kg = kg + np.array([number(row, "spare_kg", 0) for row in rows]) * per_s
        hour_rate = hours * per_s
    return integers(REPAIRED_BY[row["repair_by"] or "inside"] for row in rows), hours, kg, hour_rate


def build_walks(scenario: Scenario, catalogue: Catalogue, names: Names, t0_s: float, end_s: float) -> Walks:
    """Spacewalks of the record as far as the replay goes, then at the rate of the three years before by segment."""
    part = names.of("parts")
    lost = _lost_kg(catalogue)
    eva_h = time_rules(catalogue).eva_h
    until_s = t0_s
    if scenario.replay is not None:
        until_s = NEVER_s if scenario.replay.until == "last" else seconds(scenario.replay.until)
    items: list[tuple[float, int, str, bool, float]] = []
    since: dict[str, list[float]] = {name: [] for name in SEGMENTS}
    for row in catalogue.table("crew/evas"):
        at_s = seconds(row["start_utc"])
        by_visitors = row["by"] == "visitors"
        if t0_s <= at_s <= until_s:
            items.append((at_s, SEGMENTS.index(row["segment"]), row["airlock"], True, 0.0 if by_visitors else eva_h))
        if not by_visitors:
            since[row["segment"]].append(at_s)
    last_s = max((t for times in since.values() for t in times), default=t0_s)
    begin_s = t0_s if scenario.replay is None else min(max(until_s, t0_s), max(last_s, t0_s))
    repairs = _outside_repairs_per_y(scenario, catalogue, names)
    for g, name in enumerate(SEGMENTS):
        known = [t for t in since[name] if begin_s - WINDOW_y * YEAR_s <= t <= begin_s]
        per_y = max(len(known) / WINDOW_y - repairs[g], 0.0)
        airlock = next((a for a in AIRLOCKS[name] if a in part and _stands(catalogue, a, begin_s)), "")
        if per_y <= 0.0 or not airlock:
            continue
        at = np.arange(begin_s + 0.5 * YEAR_s / per_y, end_s, YEAR_s / per_y)
        items += [(float(t), g, airlock, False, eva_h) for t in at]
    items.sort()
    repair = [max((lost[a] for a in AIRLOCKS[name][:1]), default=0.0) for name in SEGMENTS]
    return Walks(
        at_s=reals(i[0] for i in items), segment=integers(i[1] for i in items),
        airlock=integers(part.get(i[2], -1) for i in items), lost_kg=reals(lost.get(i[2], 0.0) for i in items),
        flown=truths(i[3] for i in items), hours=reals(i[4] for i in items), repair_kg=reals(repair), repair_eva_h=eva_h,
        airlock_kind=names.of("machine_kinds").get("airlock", -1),
    )  # fmt: skip


def _lost_kg(catalogue: Catalogue) -> dict[str, float]:
    """Air one depressurisation of each airlock lets out, kg."""
    kelvin = values(catalogue, "life_support/rules")["temperature_K"]
    pascal = values(catalogue, "life_support/rules")["pressure_target_Pa"]
    return {
        row["part"]: airlock_loss_kg(number(row, "volume_m3"), number(row, "recovered_frac"), pascal, kelvin)
        for row in catalogue.table("life_support/airlocks")
    }


def _stands(catalogue: Catalogue, airlock: str, at_s: float) -> bool:
    rows = [r for r in catalogue.table("stations/iss/parts") if r["id"] == airlock]
    return any(seconds(r["arrives_utc"]) <= at_s and not (r["leaves_utc"] and seconds(r["leaves_utc"]) <= at_s) for r in rows)


def _outside_repairs_per_y(scenario: Scenario, catalogue: Catalogue, names: Names) -> list[float]:
    """Spacewalks a year that drawn failures bring of themselves, by segment; the rate of the record contains them."""
    per_y = [0.0, 0.0]
    if hazards_off(scenario):
        return per_y
    for row in machine_rows(catalogue, names.of("parts")):
        if row["repair_by"] == "eva" and row["mtbf_h"] and not row["to_utc"]:
            per_y[1 if row["operator"] == "roscosmos" else 0] += YEAR_s / HOUR_s / number(row, "mtbf_h")
    return per_y
