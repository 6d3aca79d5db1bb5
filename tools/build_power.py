"""Build the power, heat and attitude tables: `python tools/build_power.py --facts DIR`, DIR holding facts/ and orbit/."""

from __future__ import annotations

import argparse
import csv
import gzip
import math
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import power_rows
import power_shading
from data_builder.common import Row, Source, columns

DATA = Path(__file__).parents[1] / "src" / "stationkeep" / "data"
ISS = "stations/iss/"

# The wing of 32,800 cells of 64 cm2 (engineering.md A1), 14.2 % silicon: 30 kW new, of 8 wings 240 kW.
LEGACY = {"rated_kW": 30.0, "cells_count": 32800, "cell_area_cm2": 64.0, "efficiency_frac": 0.142, "temperature_K": 333.0, "loss_per_K": 0.0045}  # fmt: skip
IROSA = {"rated_kW": 20.0, "efficiency_frac": 0.307}
POINTING = 0.98
YEAR_D = 365.25
MEASURED_PER_Y = 0.0035  # middle of 0.2-0.5 % a year, current of P6 in its first two years
WING_FIELDS = columns(
    "id channel part kind deployed_utc retracted_utc born_utc rated_kW cells_count cell_area_cm2 efficiency_frac "
    "temperature_K loss_per_K closure_frac area_m2 pointing covered_by covered_frac shading ageing source status"
)
# channel, part, phases (deployed, retracted, pointing, how known)
PHASES = [
    ("4B", "wing-4b", "2000-12-03T18:00Z", "2006-12-13T18:28Z", "z1-perch", "retraction began 2006-12-13 (17 of 31 bays by 12-14), complete 12-18"),
    ("2B", "wing-2b", "2000-12-04T18:00Z", "2007-06-13T18:00Z", "z1-perch", "retraction began with the spacewalk of 2007-06-13, complete 06-15"),
    ("4A", "wing-4a", "2006-09-14T11:00Z", "", "two-axes", "geometry/array_wings.csv"),
    ("2A", "wing-2a", "2006-09-14T12:03Z", "", "two-axes", "geometry/array_wings.csv"),
    ("1A", "wing-1a", "2007-06-12T15:46Z", "2007-10-28T12:00Z", "two-axes", "starboard joint tracking until debris was found 2007-10-28"),
    ("3A", "wing-3a", "2007-06-12T17:16Z", "2007-10-28T12:00Z", "two-axes", "starboard joint tracking until debris was found 2007-10-28"),
    ("1A", "wing-1a", "2007-10-28T12:00Z", "2008-11-25T12:00Z", "gimbal-only", "starboard joint parked or in short moves; autotrack again 2008-11-25"),
    ("3A", "wing-3a", "2007-10-28T12:00Z", "2008-11-25T12:00Z", "gimbal-only", "starboard joint parked or in short moves; autotrack again 2008-11-25"),
    ("1A", "wing-1a", "2008-11-25T12:00Z", "", "two-axes", "geometry/sarj_events.csv"),
    ("3A", "wing-3a", "2008-11-25T12:00Z", "", "two-axes", "geometry/sarj_events.csv"),
    ("2B", "wing-2b", "2007-10-30T15:00Z", "", "two-axes", "geometry/array_wings.csv"),
    ("4B", "wing-4b", "2007-11-03T18:00Z", "", "two-axes", "torn 2007-10-30, repaired and full 2007-11-03"),
    ("1B", "wing-1b", "2009-03-20T16:00Z", "", "two-axes", "geometry/array_wings.csv"),
    ("3B", "wing-3b", "2009-03-20T16:00Z", "", "two-axes", "geometry/array_wings.csv"),
]  # fmt: skip
# channel, module, sides, rated_kW (both), area_m2 (both), deployed, retracted, how known
RUSSIAN = [
    ("zarya", "zarya-array", 6.6, 56.0, "1998-11-20", "2007-09-28", "3 kW average (found); peak from the same orbit balance"),
    ("zvezda", "zvezda-array", 13.8, 76.0, "2000-07-12", "", "about 13.8 kW peak, 4-5 kW average (recalled, weak)"),
    ("nauka", "nauka-array", 12.0, 75.0, "2021-07-29", "", "about 5 kW average unshaded (recalled, weak)"),
]  # fmt: skip
SHADING_DAYS = {"zarya-early": ("zarya", "2000-10-01"), "zarya-p6": ("zarya", "2003-07-01"), "zvezda-early": ("zvezda", "2000-10-01"), "zvezda-p6": ("zvezda", "2003-07-01"), "zvezda-truss": ("zvezda", "2012-01-01"), "nauka-truss": ("nauka", "2022-06-01")}  # fmt: skip
SHADED = [("zarya", "zarya-early", "", "2000-12-03"), ("zarya", "zarya-p6", "2000-12-03", ""), ("zvezda", "zvezda-early", "", "2000-12-03"), ("zvezda", "zvezda-p6", "2000-12-03", "2007-10-28"), ("zvezda", "zvezda-truss", "2007-10-28", ""), ("nauka", "nauka-truss", "", "")]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", type=Path, required=True, help="folder that holds facts/ and orbit/")
    parser.add_argument("--out", type=Path, default=DATA, help="folder of the packaged tables")
    options = parser.parse_args()
    source = Source(options.facts, options.out)
    wings(source)
    shading(source)
    channels(source)
    batteries(source)
    loads(source)
    radiators(source)
    gyroscopes(source)
    ageing(source)
    nodes(source)


def closure(cell: dict[str, float]) -> float:
    """What is left between the cells' own power and the quoted power of the blanket."""
    warm = 1.0 - cell["loss_per_K"] * (cell["temperature_K"] - 301.0)
    bare_W = 1361.0 * cell["cells_count"] * cell["cell_area_cm2"] * 1e-4 * cell["efficiency_frac"] * warm
    return cell["rated_kW"] * 1e3 / bare_W


def wings(source: Source) -> None:
    """One row per phase of one blanket."""
    facts = {row["channel"]: row for row in source.facts("geometry/array_wings.csv")}
    covers = {c: r["irosa_installed"] for c, r in facts.items() if r["irosa_installed"][:2] == "20"}
    today = [r for r in source.facts("geometry/parts_geometry.csv") if r["valid_to"].startswith("9999")]
    geometry = {r["part_id"]: r for r in today}
    born: dict[str, str] = {}
    rows: list[dict[str, object]] = []
    for number, (channel, part, deployed, retracted, pointing, note) in enumerate(PHASES):
        born.setdefault(channel, deployed)
        rows.append(LEGACY | {
            "id": f"{part}-{number + 1}", "channel": channel, "part": part, "kind": "wing", "deployed_utc": deployed,
            "retracted_utc": retracted, "born_utc": born[channel], "closure_frac": closure(LEGACY), "area_m2": 309.0,
            "pointing": pointing, "covered_by": f"irosa-{channel.lower()}" if channel in covers else "",
            "covered_frac": _covered(geometry, channel) if channel in covers else 0.0, "shading": "",
            "ageing": "silicon", "source": f"engineering.md A1; geometry/array_wings.csv; {note}", "status": "found",
        })  # fmt: skip
    for channel, day in covers.items():
        name = f"irosa-{channel.lower()}"
        rows.append(IROSA | {
            "id": name, "channel": channel, "part": name, "kind": "cover", "deployed_utc": f"{day}T16:00Z",
            "retracted_utc": "", "born_utc": f"{day}T16:00Z", "area_m2": 0.0,
            "pointing": "two-axes", "covered_by": "", "covered_frac": 0.0, "shading": "", "ageing": "triple-junction",
            "source": "engineering.md A1 (20 kW each); geometry/array_wings.csv",
            "status": "found",
        })  # fmt: skip
    rows += _russian_wings()
    source.write(f"{ISS}wings.csv", rows, WING_FIELDS)


def _covered(geometry: dict[str, Row], channel: str) -> float:
    """Share of the wing's length that the blanket laid over it covers, from the part table."""
    wing, cover = geometry[f"saw_{channel}"], geometry[f"irosa_{channel}"]
    ends = [
        (abs(float(p["cx"])) - float(p["size_x"]) / 2.0, abs(float(p["cx"])) + float(p["size_x"]) / 2.0)
        for p in (wing, cover)
    ]
    overlap = min(ends[0][1], ends[1][1]) - max(ends[0][0], ends[1][0])
    return round(overlap / float(wing["size_x"]), 4)


def _russian_wings() -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for channel, part, rated, area, deployed, retracted, note in RUSSIAN:
        for side in ("port", "starboard"):
            for name, table, start, end in SHADED:
                if name != channel:
                    continue
                rows.append({
                    "id": f"{part}-{side}-{table}", "channel": channel, "part": f"{part}-{side}", "kind": "wing",
                    "deployed_utc": f"{max(start, deployed)}T00:00Z",
                    "retracted_utc": f"{end or retracted}T00:00Z" if end or retracted else "",
                    "born_utc": f"{deployed}T00:00Z", "rated_kW": rated / 2.0, "area_m2": area / 2.0,
                    "pointing": "alpha-only", "covered_by": "", "covered_frac": 0.0, "shading": table,
                    "ageing": "silicon", "source": f"engineering.md A5: {note}", "status": "recalled",
                })  # fmt: skip
    return rows


def shading(source: Source) -> None:
    """Lit share of the Russian arrays by beta, from the part geometry (see power_shading)."""
    parts = source.facts("geometry/parts_geometry.csv")
    rows = [
        {
            "id": f"{table}-{beta:.0f}", "table": table, "beta_deg": beta,
            "lit_frac": round(power_shading.lit_fraction(parts, f"{name}_array", day, beta), 4),
            "source": f"tools/power_shading.py on geometry/parts_geometry.csv of {day}", "status": "derived",
        }
        for table, (name, day) in SHADING_DAYS.items() for beta in power_shading.BETAS_deg
    ]  # fmt: skip
    source.write(f"{ISS}array_shading.csv", rows, columns("id table beta_deg lit_frac source status"))


def channels(source: Source) -> None:
    """US channels with the day they were wired to the loads, Russian arrays, and the converters of the seam."""
    efficiency = "engineering.md A3: DDCU 0.92-0.95, BCDU 0.92-0.95, MBSU 0.995 (recalled); regulator and line 0.955 (assumed)"
    wired = {"2B": ("p6", "2000-12-04"), "4B": ("p6", "2000-12-04"), "2A": ("p4", "2006-12-14"), "4A": ("p4", "2006-12-16"),
             "1A": ("s4", "2007-06-15"), "3A": ("s4", "2007-06-15"), "1B": ("s6", "2009-03-21"), "3B": ("s6", "2009-03-21")}  # fmt: skip
    notes = {"2A": "channels 2 and 3 rewired by spacewalk 2006-12-14 (evas.csv)", "4A": "channels 1 and 4 rewired by spacewalk 2006-12-16 (evas.csv)"}  # fmt: skip
    rows: list[dict[str, object]] = []
    for name, (part, day) in sorted(wired.items()):
        rows.append({
            "id": name, "kind": "channel", "bus": "us", "part": part, "from_utc": f"{day}T20:00Z", "to_utc": "",
            "direct_frac": 0.955 * 0.995 * 0.93 * 0.99, "charge_frac": 0.93, "deliver_frac": 0.94 * 0.995 * 0.93 * 0.99,
            "source": f"{notes.get(name, 'wired when deployed')}; {efficiency}", "status": "found" if name in notes else "recalled",
        })  # fmt: skip
    for name, day in (("zarya", "1998-11-20"), ("zvezda", "2000-07-12"), ("nauka", "2021-07-29")):
        rows.append({
            "id": name, "kind": "channel", "bus": "russian", "part": name, "from_utc": f"{day}T00:00Z", "to_utc": "",
            "direct_frac": 0.9, "charge_frac": 0.92, "deliver_frac": 0.92,
            "source": "28 V bus, regulator and charger efficiencies recalled", "status": "recalled",
        })  # fmt: skip
    for name, bus, day, limit, frac, note in (
        ("us-to-russian", "us", "2000-12-10", 6.0, 0.88, "up to 6 kW in reboost, docking, EVA (found: TASS 2012, engineering.md A5)"),
        ("russian-to-us", "russian", "1998-12-07", 2.0, 0.85, "Russian-to-American converters that fed Unity before P6 (recalled)"),
    ):  # fmt: skip
        rows.append({
            "id": name, "kind": "transfer", "bus": bus, "part": "zarya", "part_b": "unity", "from_utc": f"{day}T00:00Z",
            "to_utc": "", "limit_kW": limit, "efficiency_frac": frac, "source": note,
            "status": "found" if bus == "us" else "recalled",
        })  # fmt: skip
    fields = columns("id kind bus part part_b from_utc to_utc direct_frac charge_frac deliver_frac limit_kW efficiency_frac source status")
    source.write(f"{ISS}channels.csv", rows, fields)


def batteries(source: Source) -> None:
    """Every battery unit with the days it was on line."""
    facts = {row["channel"]: row for row in source.facts("geometry/array_wings.csv")}
    parts = [r for r in source.facts("iss_components.csv") if re.search(r"BAT ORU|Li-Ion Battery ORU", r["full_name"] + r["name"])]
    rows: list[dict[str, object]] = []
    for channel, fact in facts.items():
        on = {"2A": "2006-09-11", "4A": "2006-09-11"}.get(channel, fact["nih2_installed"])
        lithium = _lithium_days(channel)
        originals = [r for r in parts if f"{channel} BAT ORU {channel}" in r["full_name"] or f"-{channel} BAT ORU" in r["full_name"]]
        for number in range(6):
            off = lithium[number // 2]
            first = [r for r in originals if r["parent_name"].startswith("ISS ") and not r["full_name"].rstrip()[-1:].isalpha()]
            unit = first[number]["name"].split()[-1] if number < len(first) else "?"
            swap = {"2B": "2009-07-22" if number < 2 else "2009-07-24", "4B": "2010-05-19" if number < 4 else "2010-05-21"}.get(channel)
            rows.append(_battery(f"{channel}-nih2-{number + 1}", channel, "NiH2", on, swap or off, f"unit {unit}"))
            if swap:
                rows.append(_battery(f"{channel}-nih2-{number + 7}", channel, "NiH2", swap, off, "replacement set"))
        for number, day in enumerate(lithium):
            failed = channel == "2A" and number == 2
            rows.append(_battery(f"{channel}-li-{number + 1}", channel, "Li-ion", day, "2019-04-08" if failed else "", "iss_components.csv"))
        if channel == "2A":
            for number in (1, 2):
                rows.append(_battery(f"2A-nih2-back-{number}", channel, "NiH2", "2019-04-08", "2021-02-01", "put back after a blown fuse"))
            rows.append(_battery("2A-li-4", channel, "Li-ion", "2021-02-01", "", "last of 24"))
    for module, count, day in (("zarya", 6, "1998-11-20"), ("zvezda", 8, "2000-07-12"), ("nauka", 6, "2021-07-29")):
        rows += [_battery(f"{module}-{k + 1}", module, "NiCd", day, "", "800A batteries, replaced as needed; recalled") for k in range(count)]
    fields = columns("id channel chemistry from_utc to_utc capacity_kWh fade_per_y return_frac depth_frac source status")
    source.write(f"{ISS}batteries.csv", rows, fields)


def _lithium_days(channel: str) -> list[str]:
    """Days the three lithium units of a channel came on line (iss_components.csv; which pair on which day is recalled)."""
    return {
        "3A": ["2017-01-01", "2017-01-02", "2017-01-03"], "1A": ["2017-01-09", "2017-01-10", "2017-01-11"],
        "4A": ["2019-03-19", "2019-03-20", "2019-03-20"], "2A": ["2019-03-27", "2019-03-27", "2019-03-27"],
        "2B": ["2019-10-06", "2019-10-06", "2019-10-11"], "4B": ["2020-01-15", "2020-01-15", "2020-01-20"],
        "1B": ["2020-06-26", "2020-06-26", "2020-07-01"], "3B": ["2020-07-16", "2020-07-16", "2020-07-16"],
    }[channel]  # fmt: skip


CHEMISTRY = {
    "NiH2": (4.0, 0.010, 0.82, 0.35, "engineering.md A3: 4 kWh a unit, 35 % depth (found); return 0.80-0.85 (recalled); fade assumed", "found"),
    "Li-ion": (12.0, 0.015, 0.95, 0.35, "engineering.md A3: 1.5 times the energy of the pair it replaces (found; nameplate 15 kWh recalled); return 0.95 (recalled); fade assumed", "found"),
    "NiCd": (3.1, 0.0, 0.75, 0.35, "110 Ah at 28 V, replaced as they age; recalled", "recalled"),
}  # fmt: skip


def _battery(name: str, channel: str, chemistry: str, on: str, off: str, note: str) -> dict[str, object]:
    capacity, fade, back, depth, origin, status = CHEMISTRY[chemistry]
    return {
        "id": name, "channel": channel, "chemistry": chemistry, "from_utc": f"{on[:10]}T00:00Z",
        "to_utc": f"{off[:10]}T00:00Z" if off else "", "capacity_kWh": capacity, "fade_per_y": fade, "return_frac": back,
        "depth_frac": depth, "source": f"{note}; {origin}", "status": status,
    }  # fmt: skip


def loads(source: Source) -> None:
    rows = [
        {
            "id": name, "part": part, "priority": priority, "low_kW": low, "power_kW": nominal, "high_kW": high,
            "from_utc": f"{start}T00:00Z", "to_utc": f"{end}T00:00Z" if end else "", "machine": "",
            "source": power_rows.A5, "status": "assumed",
        }
        for name, part, priority, low, nominal, high, start, end in power_rows.LOADS
    ]  # fmt: skip
    source.write(f"{ISS}loads.csv", rows, columns("id part priority low_kW power_kW high_kW from_utc to_utc machine source status"))


def radiators(source: Source) -> None:
    fields = columns("id loop part pump_part bus from_utc to_utc area_m2 reject_kW loop_limit_kW source status")
    rows = []
    for row in power_rows.RADIATORS:
        record = dict(zip(fields, row, strict=True))
        record["from_utc"] = f"{row[5]}T00:00Z"
        record["to_utc"] = f"{row[6]}T00:00Z" if row[6] else ""
        rows.append(record)
    source.write(f"{ISS}radiators.csv", rows, fields)


def gyroscopes(source: Source) -> None:
    """Gyroscope units by the days they worked, and the thruster sets that unload them."""
    fields = columns("id kind part vehicle from_utc to_utc momentum_Nms aft_m roll_arm_m thrust_N isp_s source status")
    units = [
        ("cmg-1", "2001-02-13", "2002-06-08", "failed 2002-06-08 (recalled)"),
        ("cmg-1-replacement", "2005-08-01", "", "iss_components.csv A06963: replaced 2005-08-01"),
        ("cmg-2", "2001-02-13", "", "iss_components.csv A06330; off line 2004-04..06 for a breaker (recalled)"),
        ("cmg-3", "2001-02-13", "2006-10-10", "failed 2006-10 (geometry/mass_properties.csv)"),
        ("cmg-3-replacement", "2007-08-13", "", "iss_components.csv A07273: replaced 2007-08-13"),
        ("cmg-4", "2001-02-13", "", "iss_components.csv A06332"),
    ]
    rows: list[dict[str, object]] = [
        {
            "id": name, "kind": "gyroscope", "part": "z1", "from_utc": f"{on}T00:00Z", "to_utc": f"{off}T00:00Z" if off else "",
            "momentum_Nms": 4880.0, "source": f"{note}; 4,880 N m s (engineering.md C4)", "status": "found",
        }
        for name, on, off, note in units
    ]  # fmt: skip
    names = columns("id part vehicle aft_m roll_arm_m thrust_N isp_s source status")
    for row in power_rows.THRUSTERS:
        rows.append(dict(zip(names, row, strict=True)) | {"kind": "thruster"})
    source.write(f"{ISS}cmgs.csv", rows, fields)


def ageing(source: Source) -> None:
    """The growing loss rate that meets what was measured early and 160 kW in 2021; the strength drawn per run."""
    day = 2021.46
    born = (2000.92, 2000.93, 2006.70, 2006.70, 2007.45, 2007.45, 2009.22, 2009.22)
    ages = [day - b for b in born]
    goal = 160.0 / (240.0 * POINTING)
    low, high = 0.0, 0.01
    for _ in range(60):
        middle = (low + high) / 2.0
        mean = sum(math.exp(-MEASURED_PER_Y * t - middle * t * t) for t in ages) / len(ages)
        low, high = (middle, high) if mean > goal else (low, middle)
    fields = columns("id linear_per_y quadratic_per_y2 strength_low strength_mode strength_high source status")
    rows = [
        {"id": "silicon", "linear_per_y": MEASURED_PER_Y, "quadratic_per_y2": round(low, 6), "strength_low": 0.55,
         "strength_mode": 1.0, "strength_high": 1.25, "status": "derived",
         "source": "0.2-0.5 %/y of current measured on P6 2000-03 (linear); eight wings 240 kW new and 160 kW in June 2021 (quadratic). "
                   "Strength: 0.31 would be the predicted 0.8 %/y, 0.57 the programme's 1.5 %/y over the mean age of 15 y, 1.0 the implied 2.7 %/y"},
        {"id": "triple-junction", "linear_per_y": 0.010, "quadratic_per_y2": 0.0, "strength_low": 0.5, "strength_mode": 1.0,
         "strength_high": 2.0, "status": "assumed", "source": "1 %/y, class of triple-junction cells in low orbit; no published figure for iROSA"},
    ]  # fmt: skip
    source.write(f"{ISS}array_ageing.csv", rows, fields)


NODE_STEP_D = 10
J2_DEG_PER_D = -2.06474e14  # of the node for a circular orbit: C cos i a^-3.5, a in km (Vallado); factor from laws.orbit


def nodes(source: Source) -> None:
    """Node of the orbit every ten days: measured where an element set is near, carried on by J2 between them."""
    altitude = {r["date"]: float(r["alt_brouwer_km"]) for r in source.orbit("iss_daily_altitude.csv")}
    measured: dict[str, tuple[float, float]] = {}
    with gzip.open(source.root / "orbit" / "iss_elements.csv.gz", "rt", encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            if "jsc_predict" not in row["flag"]:
                day = row["epoch_utc"][:10]
                noon = datetime.fromisoformat(day + "T12:00:00")
                ahead_d = (noon - datetime.fromisoformat(row["epoch_utc"])) / timedelta(days=1)
                rate = _node_rate(float(row["alt_brouwer_km"]), float(row["inc"]))
                measured[day] = ((float(row["raan"]) + rate * ahead_d) % 360.0, float(row["inc"]))
    days = sorted(measured)
    first, last = _date(days[0]), _date("2026-10-01")
    anchors = [_date(d) for d in days]
    rows, node, km = [], 0.0, 400.0
    day, at, error_per_d = first, 0, 0.0
    while day <= last:
        text = day.strftime("%Y-%m-%d")
        km = altitude.get(text, km)
        known = text in measured
        if known:
            node, inclination = measured[text]
            at = anchors.index(day)
            error_per_d = _closing(altitude, measured, anchors, at, km)
        if (day - first).days % NODE_STEP_D == 0 or (known and len(rows) and rows[-1]["status"] == "derived"):
            rows.append({
                "id": f"node-{text}", "date": text, "raan_deg": round(node, 3), "inclination_deg": round(inclination, 3),
                "source": "derived from US government element sets" if known else "J2 drift from the measured nodes around it",
                "status": "found" if known else "derived",
            })  # fmt: skip
        node = (node + _node_rate(km, inclination) + error_per_d) % 360.0
        day += timedelta(days=1)
    source.write("orbit/raan.csv", rows, columns("id date raan_deg inclination_deg source status"))


def _closing(altitude: dict[str, float], measured: dict[str, tuple[float, float]], anchors: list[datetime], at: int, km: float) -> float:
    """Correction per day that brings the J2 drift from one measured node to the next."""
    if at + 1 >= len(anchors):
        return 0.0
    day, node = anchors[at], measured[anchors[at].strftime("%Y-%m-%d")][0]
    inclination = measured[anchors[at].strftime("%Y-%m-%d")][1]
    while day < anchors[at + 1]:
        km = altitude.get(day.strftime("%Y-%m-%d"), km)
        node += _node_rate(km, inclination)
        day += timedelta(days=1)
    miss = (measured[day.strftime("%Y-%m-%d")][0] - node + 180.0) % 360.0 - 180.0
    return miss / (anchors[at + 1] - anchors[at]).days


def _node_rate(km: float, inclination_deg: float) -> float:
    return J2_DEG_PER_D * math.cos(math.radians(inclination_deg)) * (6378.137 + km) ** -3.5


def _date(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


if __name__ == "__main__":
    main()
