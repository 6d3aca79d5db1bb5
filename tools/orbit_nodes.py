"""Node of the station's orbit every ten days: measured where an element set is near, carried on by J2 between."""

from __future__ import annotations

import csv
import gzip
import math
from datetime import UTC, datetime, timedelta

from data_builder.common import Source, columns

STEP_D = 10
J2_DEG_PER_D = -2.06474e14
"""Drift of the node of a circular orbit is this times cos i a^-3.5, a in km (Vallado)."""
EARTH_RADIUS_km = 6378.137
DAY = timedelta(days=1)
Nodes = dict[datetime, tuple[float, float]]
"""Day -> node and inclination at noon, deg."""


def build(source: Source) -> None:
    """Write orbit/raan.csv from the first element set to October 2026."""
    heights = {_date(r["date"]): float(r["alt_brouwer_km"]) for r in source.orbit("iss_daily_altitude.csv")}
    measured = _measured(source)
    rows: list[dict[str, object]] = []
    day, km, node, inclination, error = min(measured), 400.0, 0.0, 51.64, 0.0
    first = day
    while day <= _date("2026-10-01"):
        km = heights.get(day, km)
        known = day in measured
        if known:
            node, inclination = measured[day]
            error = _closing(heights, measured, day, km)
        if (day - first).days % STEP_D == 0 or (known and rows and rows[-1]["status"] == "derived"):
            rows.append({
                "id": f"node-{day:%Y-%m-%d}", "date": f"{day:%Y-%m-%d}", "raan_deg": round(node, 3),
                "inclination_deg": round(inclination, 3), "status": "found" if known else "derived",
                "source": "derived from US government element sets" if known else "J2 drift between measured nodes",
            })  # fmt: skip
        node = (node + _rate(km, inclination) + error) % 360.0
        day += DAY
    source.write("orbit/raan.csv", rows, columns("id date raan_deg inclination_deg source status"))


def _measured(source: Source) -> Nodes:
    """The last element set of each day, carried to noon; predictions left out."""
    nodes: Nodes = {}
    with gzip.open(source.root / "orbit" / "iss_elements.csv.gz", "rt", encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            if "jsc_predict" in row["flag"]:
                continue
            epoch = _date(row["epoch_utc"])
            day = epoch.replace(hour=0, minute=0, second=0, microsecond=0)
            ahead_d = (day + DAY / 2 - epoch) / DAY
            drift = _rate(float(row["alt_brouwer_km"]), float(row["inc"])) * ahead_d
            nodes[day] = ((float(row["raan"]) + drift) % 360.0, float(row["inc"]))
    return nodes


def _closing(heights: dict[datetime, float], measured: Nodes, day: datetime, km: float) -> float:
    """Correction per day that brings the drift from the node of `day` to the next measured one."""
    node, inclination = measured[day]
    later = [d for d in measured if d > day]
    if not later:
        return 0.0
    end, at = min(later), day
    while at < end:
        km = heights.get(at, km)
        node += _rate(km, inclination)
        at += DAY
    miss = (measured[end][0] - node + 180.0) % 360.0 - 180.0
    return miss / (end - day).days


def _rate(km: float, inclination_deg: float) -> float:
    return J2_DEG_PER_D * math.cos(math.radians(inclination_deg)) * (EARTH_RADIUS_km + km) ** -3.5


def _date(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
