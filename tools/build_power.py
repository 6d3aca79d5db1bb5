"""Build the power tables that follow from facts: `python tools/build_power.py --facts DIR` (holds facts/, orbit/).

Writes stations/iss/{wings,array_shading,batteries,array_ageing}.csv and orbit/raan.csv. The tables loads, channels,
radiators and cmgs beside them are written by hand, with their sources in their rows.
"""

from __future__ import annotations

import argparse
import math
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import orbit_nodes
import power_shading
from data_builder.common import Row, Source, columns

DATA = Path(__file__).parents[1] / "src" / "stationkeep" / "data"
ISS = "stations/iss/"
POINTING = 0.98
LEGACY = {
    "rated_kW": 30.0, "cells_count": 32800, "cell_area_cm2": 64.0, "efficiency_frac": 0.142, "temperature_K": 333.0,
    "loss_per_K": 0.0045,
}  # fmt: skip
"""A wing: 32,800 silicon cells of 64 cm2, 14.2 % (engineering.md A1); temperature and its coefficient recalled."""
IROSA = {"rated_kW": 20.0, "efficiency_frac": 0.307}
MEASURED_PER_Y, MEASURED_Y = 0.0035, 2.2
"""Middle of 0.2-0.5 % a year, current of P6 over its first 2.2 years (Kerslake and Gustafson 2003)."""
PHASES = (
    ("4B", "2000-12-03T18:00Z", "2006-12-13T18:28Z", "z1-perch", "retraction began 2006-12-13, complete 2006-12-18"),
    ("2B", "2000-12-04T18:00Z", "2007-06-13T18:00Z", "z1-perch", "retraction began 2007-06-13, complete 2007-06-15"),
    ("4A", "2006-09-14T11:00Z", "", "two-axes", ""),
    ("2A", "2006-09-14T12:03Z", "", "two-axes", ""),
    ("1A", "2007-06-12T15:46Z", "2007-10-28T12:00Z", "two-axes", "until debris was found in the joint"),
    ("3A", "2007-06-12T17:16Z", "2007-10-28T12:00Z", "two-axes", "until debris was found in the joint"),
    ("1A", "2007-10-28T12:00Z", "2008-11-25T12:00Z", "gimbal-only", "starboard joint parked or in short moves"),
    ("3A", "2007-10-28T12:00Z", "2008-11-25T12:00Z", "gimbal-only", "starboard joint parked or in short moves"),
    ("1A", "2008-11-25T12:00Z", "", "two-axes", "autotrack resumed (sarj_events.csv)"),
    ("3A", "2008-11-25T12:00Z", "", "two-axes", "autotrack resumed (sarj_events.csv)"),
    ("2B", "2007-10-30T15:00Z", "", "two-axes", ""),
    ("4B", "2007-11-03T18:00Z", "", "two-axes", "torn 2007-10-30, repaired 2007-11-03"),
    ("1B", "2009-03-20T16:00Z", "", "two-axes", ""),
    ("3B", "2009-03-20T16:00Z", "", "two-axes", ""),
)
"""Channel, deployed, retracted, pointing, remark: one row a phase of a wing (geometry/array_wings.csv, evas.csv)."""
RUSSIAN = (
    ("zarya", 6.6, 56.0, "1998-11-20", "2007-09-28", "3 kW average (found); peak from the orbit's balance"),
    ("zvezda", 13.8, 76.0, "2000-07-12", "", "about 13.8 kW peak, 4-5 kW average (recalled, weak)"),
    ("nauka", 12.0, 75.0, "2021-07-29", "", "about 5 kW average unshaded (recalled, weak)"),
)
"""Module, kW and m2 of both wings, deployed, retracted, remark."""
SHADING = (
    ("zarya", "early", "2000-10-01", "", "2000-12-03"),
    ("zarya", "p6", "2003-07-01", "2000-12-03", ""),
    ("zvezda", "early", "2000-10-01", "", "2000-12-03"),
    ("zvezda", "p6", "2003-07-01", "2000-12-03", "2007-10-28"),
    ("zvezda", "truss", "2012-01-01", "2007-10-28", ""),
    ("nauka", "truss", "2022-06-01", "", ""),
)
"""Module, era, day whose geometry stands for it, from, until."""
LITHIUM = {
    "3A": ("2017-01-01", "2017-01-02", "2017-01-03"), "1A": ("2017-01-09", "2017-01-10", "2017-01-11"),
    "4A": ("2019-03-19", "2019-03-20", "2019-03-20"), "2A": ("2019-03-27", "2019-03-27", "2019-03-27"),
    "2B": ("2019-10-06", "2019-10-06", "2019-10-11"), "4B": ("2020-01-15", "2020-01-15", "2020-01-20"),
    "1B": ("2020-06-26", "2020-06-26", "2020-07-01"), "3B": ("2020-07-16", "2020-07-16", "2020-07-16"),
}  # fmt: skip
"""Days the three lithium units of a channel came on line (iss_components.csv; which pair on which day is recalled)."""
RENEWED = {"2B": ("2009-07-22", 2, "2009-07-24"), "4B": ("2010-05-19", 4, "2010-05-21")}
"""Channel: day the first units were replaced by new ones of their kind, how many, day of the rest (evas.csv)."""
CHEMISTRY = {
    "NiH2": (4.0, 0.010, 0.82, "engineering.md A3: 4 kWh a unit, 35 % depth (found); return recalled; fade assumed"),
    "Li-ion": (12.0, 0.015, 0.95, "engineering.md A3: 1.5 times the pair it replaces (found; nameplate 15 kWh recalled)"
               "; return recalled; fade assumed"),
    "NiCd": (3.1, 0.0, 0.75, "800A units of 110 Ah at 28 V, replaced as they age; recalled"),
}  # fmt: skip
"""kWh a unit, fade a year, energy out per energy in, origin. Depth 35 % for all."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", type=Path, required=True, help="folder that holds facts/ and orbit/")
    parser.add_argument("--out", type=Path, default=DATA, help="folder of the packaged tables")
    options = parser.parse_args()
    source = Source(options.facts, options.out)
    wings(source)
    shading(source)
    batteries(source)
    ageing(source)
    orbit_nodes.build(source)


def wings(source: Source) -> None:
    """One row per phase of one blanket."""
    facts = {row["channel"]: row for row in source.facts("geometry/array_wings.csv")}
    covers = {c: r["irosa_installed"] for c, r in facts.items() if r["irosa_installed"][:2] == "20"}
    today = [r for r in source.facts("geometry/parts_geometry.csv") if r["valid_to"].startswith("9999")]
    geometry = {r["part_id"]: r for r in today}
    born: dict[str, str] = {}
    rows: list[dict[str, object]] = []
    for number, (channel, deployed, retracted, pointing, note) in enumerate(PHASES, 1):
        part = f"wing-{channel.lower()}"
        rows.append(LEGACY | {
            "id": f"{part}-{number}", "channel": channel, "part": part, "kind": "wing", "deployed_utc": deployed,
            "retracted_utc": retracted, "born_utc": born.setdefault(channel, deployed), "closure_frac": _closure(),
            "area_m2": 309.0, "pointing": pointing, "joint": _joint(channel) if pointing == "two-axes" else "",
            "covered_by": f"irosa-{channel.lower()}" if channel in covers else "",
            "covered_frac": _covered(geometry, channel) if channel in covers else 0.0, "ageing": "silicon",
            "source": "; ".join(filter(None, ("engineering.md A1; geometry/array_wings.csv", note))), "status": "found",
        })  # fmt: skip
    for channel, day in covers.items():
        name = f"irosa-{channel.lower()}"
        rows.append(IROSA | {
            "id": name, "channel": channel, "part": name, "kind": "cover", "deployed_utc": f"{day}T16:00Z",
            "born_utc": f"{day}T16:00Z", "area_m2": 0.0, "pointing": "two-axes", "joint": _joint(channel),
            "covered_frac": 0.0, "ageing": "triple-junction",
            "source": "engineering.md A1 (20 kW each); geometry/array_wings.csv", "status": "found",
        })  # fmt: skip
    fields = columns(
        "id channel part kind deployed_utc retracted_utc born_utc rated_kW cells_count cell_area_cm2 efficiency_frac "
        "temperature_K loss_per_K closure_frac area_m2 pointing joint covered_by covered_frac shading ageing source "
        "status"
    )
    source.write(f"{ISS}wings.csv", rows + _russian_wings(), fields)


def _closure() -> float:
    """What is left between the cells' own power and the quoted power of a wing."""
    warm = 1.0 - LEGACY["loss_per_K"] * (LEGACY["temperature_K"] - 301.0)
    area_m2 = LEGACY["cells_count"] * LEGACY["cell_area_cm2"] * 1e-4
    return LEGACY["rated_kW"] * 1e3 / (1361.0 * area_m2 * LEGACY["efficiency_frac"] * warm)


def _joint(channel: str) -> str:
    """The truss that holds the alpha joint of a channel's wing: P3 to port, S3 to starboard."""
    return "p3" if channel in ("2A", "4A", "2B", "4B") else "s3"


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
    for module, rated_kW, area_m2, deployed, retracted, note in RUSSIAN:
        for side in ("port", "starboard"):
            for name, era, _, start, end in SHADING:
                if name != module:
                    continue
                until = end or retracted
                rows.append({
                    "id": f"{module}-array-{side}-{era}", "channel": module, "part": f"{module}-array-{side}",
                    "kind": "wing", "deployed_utc": f"{max(start, deployed)}T00:00Z",
                    "retracted_utc": f"{until}T00:00Z" if until else "", "born_utc": f"{deployed}T00:00Z",
                    "rated_kW": rated_kW / 2.0, "area_m2": area_m2 / 2.0,
                    "pointing": "alpha-only" if era == "truss" else "z1-perch", "covered_frac": 0.0,
                    "shading": f"{module}-{era}", "ageing": "silicon", "source": f"engineering.md A5: {note}",
                    "status": "recalled",
                })  # fmt: skip
    return rows


def shading(source: Source) -> None:
    """Lit share of the Russian arrays by beta, from the part geometry (see power_shading)."""
    parts = source.facts("geometry/parts_geometry.csv")
    rows = [
        {
            "id": f"{module}-{era}-{beta:.0f}", "table": f"{module}-{era}", "beta_deg": beta,
            "lit_frac": round(power_shading.lit_fraction(parts, f"{module}_array", day, beta), 4),
            "source": f"tools/power_shading.py on geometry/parts_geometry.csv of {day}", "status": "derived",
        }
        for module, era, day, _, _ in SHADING for beta in power_shading.BETAS_deg
    ]  # fmt: skip
    source.write(f"{ISS}array_shading.csv", rows, columns("id table beta_deg lit_frac source status"))


def batteries(source: Source) -> None:
    """Every battery unit with the days it was on line."""
    serials: dict[str, list[str]] = {}
    for part in source.facts("iss_components.csv"):
        found = re.search(r"-(\d[AB]) BAT ORU \1\d-\d", part["full_name"])
        if found:
            serials.setdefault(found[1], []).append(part["name"].split()[-1])
    rows: list[dict[str, object]] = []
    for fact in source.facts("geometry/array_wings.csv"):
        channel, on = fact["channel"], fact["nih2_installed"]
        for number in range(6):
            off = LITHIUM[channel][number // 2]
            first, count, rest = RENEWED.get(channel, ("", 0, ""))
            swap = first if number < count else rest
            unit = f"unit {serials[channel][number]}" if number < len(serials.get(channel, ())) else "unit not named"
            rows.append(_battery(f"{channel}-nih2-{number + 1}", channel, "NiH2", on, swap or off, unit))
            if swap:
                rows.append(_battery(f"{channel}-nih2-{number + 7}", channel, "NiH2", swap, off, "replacement set"))
        for number, day in enumerate(LITHIUM[channel]):
            blown = "2019-04-08" if channel == "2A" and number == 2 else ""
            rows.append(_battery(f"{channel}-li-{number + 1}", channel, "Li-ion", day, blown, "iss_components.csv"))
    for number in (1, 2):
        name = f"2A-nih2-back-{number}"
        rows.append(_battery(name, "2A", "NiH2", "2019-04-08", "2021-02-01", "put back after a blown fuse"))
    rows.append(_battery("2A-li-4", "2A", "Li-ion", "2021-02-01", "", "last of 24"))
    for module, count, day in (("zarya", 6, "1998-11-20"), ("zvezda", 8, "2000-07-12"), ("nauka", 6, "2021-07-29")):
        rows += [_battery(f"{module}-{k + 1}", module, "NiCd", day, "", "module data") for k in range(count)]
    fields = columns(
        "id channel chemistry from_utc to_utc capacity_kWh fade_per_y return_frac depth_frac source status"
    )
    source.write(f"{ISS}batteries.csv", rows, fields)


def _battery(name: str, channel: str, chemistry: str, on: str, off: str, note: str) -> dict[str, object]:
    capacity_kWh, fade, back, origin = CHEMISTRY[chemistry]
    return {
        "id": name, "channel": channel, "chemistry": chemistry, "from_utc": f"{on[:10]}T00:00Z",
        "to_utc": f"{off[:10]}T00:00Z" if off else "", "capacity_kWh": capacity_kWh, "fade_per_y": fade,
        "return_frac": back, "depth_frac": 0.35, "source": f"{note}; {origin}",
        "status": "recalled" if chemistry == "NiCd" else "found",
    }  # fmt: skip


def ageing(source: Source) -> None:
    """The growing loss rate that meets what was measured early and 160 kW in 2021; the strength drawn per run."""
    born = (2000.92, 2000.93, 2006.70, 2006.70, 2007.45, 2007.45, 2009.22, 2009.22)
    ages_y = [2021.46 - b for b in born]
    goal = 160.0 / (240.0 * POINTING)
    low, high = 0.0, 0.01
    for _ in range(60):
        quadratic = (low + high) / 2.0
        linear = max(MEASURED_PER_Y - quadratic * MEASURED_Y, 0.0)
        mean = sum(math.exp(-linear * t - quadratic * t * t) for t in ages_y) / len(ages_y)
        low, high = (quadratic, high) if mean > goal else (low, quadratic)
    rows = [
        {
            "id": "silicon", "linear_per_y": round(linear, 6), "quadratic_per_y2": round(low, 6), "strength_low": 0.55,
            "strength_mode": 1.0, "strength_high": 1.25, "status": "derived",
            "source": "0.35 %/y over the first 2.2 years (0.2-0.5 measured on P6); eight wings 240 kW new, 160 kW in "
                      "June 2021. Strength: 0.31 would be the predicted 0.8 %/y, 0.57 the programme's 1.5 %/y over the "
                      "mean age of 15 y, 1.0 the implied 2.7 %/y",
        },
        {
            "id": "triple-junction", "linear_per_y": 0.010, "quadratic_per_y2": 0.0, "strength_low": 0.5,
            "strength_mode": 1.0, "strength_high": 2.0, "status": "assumed",
            "source": "1 %/y, class of triple-junction cells in low orbit; no published figure for iROSA",
        },
    ]  # fmt: skip
    fields = columns("id linear_per_y quadratic_per_y2 strength_low strength_mode strength_high source status")
    source.write(f"{ISS}array_ageing.csv", rows, fields)


if __name__ == "__main__":
    main()
