"""Rebuild the derived tables of life support: `python tools/build_life_support.py --facts DIR` (DIR holds the facts).

Figures with one source each are kept by hand in data/life_support/ and stations/iss/machines.csv. Made here: the list
of replaceable units and their assemblies, the mean times between failures of machines built of them, the stand-downs
after failures, the slips of developments, the record of crew hours and the three fitted figures of the working week.
"""

from __future__ import annotations

import argparse
import csv
import math
import sys
from collections import defaultdict
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import root

sys.path.insert(0, str(Path(__file__).parent))

from data_builder.common import Source, read_rows
from stationkeep.laws.crew_time import CREW_USES, TimeRules, working_week

SIDES = ("us", "russian")
RESIDENTS_HOSTING = 3
"""Residents whose programme hours go to the joint mission while a Shuttle is docked."""
DATA = Path(__file__).parents[1] / "src" / "stationkeep" / "data"
UNITS = "facts/eclss_units.csv (equipment list of the MIT Mars habitation study, from ISS unit data)"
FAMILY = {
    "columbia": ("shuttle", "nasa", "2005-07-26"), "m12m": ("soyuz", "roscosmos", "2011-10-30"),
    "orb3": ("antares", "nasa", "2015-12-06"), "m27m": ("progress", "roscosmos", "2015-07-03"),
    "spx7": ("dragon", "nasa", "2016-04-08"), "ms04": ("progress", "roscosmos", "2017-02-22"),
    "ms10": ("soyuz", "roscosmos", "2018-11-16"), "ng22": ("cygnus", "nasa", "2025-09-18"),
    "pad31": ("soyuz", "roscosmos", "2026-03-22"),
}  # fmt: skip

BEFORE_THE_STATION = (
    ("soyuz-t-10a", "soyuz", "roscosmos", "1983-09-26", "1984-02-08", 135, "launch abort; Soyuz T-10 flew next", "recalled"),
    ("challenger", "shuttle", "nasa", "1986-01-28", "1988-09-29", 975, "STS-51L; STS-26 flew next", "recalled"),
)
"""Used while fewer than two stand-downs of the station's own time are known."""


def build_units(out: Source, facts: list[dict[str, str]]) -> dict[str, tuple[float, float]]:
    """eclss_units.csv and eclss_assemblies.csv; returns assembly -> (mtbf_h, mean mass of a failed unit)."""
    rows = []
    failing: dict[str, list[tuple[float, float]]] = defaultdict(list)
    wear: dict[str, float] = defaultdict(float)
    for row in facts:
        mass, mtbf = float(row["mass_kg"]), float(row["mtbf_h"])
        volume = row["volume_m3"] if not row["volume_m3"].startswith("#") else ""
        rows.append({**row, "volume_m3": volume, "source": UNITS, "status": "found"})
        failing[row["assembly"]].append((1.0 / mtbf, mass))
        if row["life_limit_y"]:
            wear[row["assembly"]] += mass / float(row["life_limit_y"])
    out.write("life_support/eclss_units.csv", rows, [*facts[0], "status"])
    result, table = {}, []
    for name, units in failing.items():
        rate = sum(r for r, _ in units)
        mass = sum(r * m for r, m in units) / rate
        result[name] = (1.0 / rate, mass)
        table.append(
            {
                "assembly": name,
                "units_count": len(units),
                "mtbf_h": 1.0 / rate,
                "spare_kg": mass,
                "wear_kg_per_y": wear[name],
                "source": UNITS + "; series system of its units",
                "status": "derived",
            }
        )
    out.write("life_support/eclss_assemblies.csv", table, list(table[0]))
    return result


def fill_machines(out: Source, assemblies: dict[str, tuple[float, float]]) -> None:
    """Machines made of listed units get their rate and spare mass from them."""
    path = out.out / "stations/iss/machines.csv"
    rows = read_rows(path)
    for row in rows:
        if row["assembly"]:
            mtbf, mass = assemblies[row["assembly"]]
            row["mtbf_h"], row["spare_kg"] = f"{mtbf:.0f}", f"{mass:.1f}"
    out.write("stations/iss/machines.csv", rows, list(rows[0]))


def build_groundings(out: Source, incidents: list[dict[str, str]]) -> None:
    rows = []
    for row in incidents:
        if row["id"] in FAMILY:
            family, partner, back = FAMILY[row["id"]]
            days = (date.fromisoformat(back) - date.fromisoformat(row["date"])).days
            rows.append(
                {
                    "id": row["id"],
                    "family": family,
                    "partner": partner,
                    "grounded_utc": row["date"],
                    "flying_utc": back,
                    "down_d": days,
                    "source": "facts/incidents.csv",
                    "status": "found",
                }
            )
    columns = list(rows[0])
    before = [dict(zip(columns, row, strict=True)) for row in BEFORE_THE_STATION]
    out.write("life_support/groundings.csv", before + rows, columns)


def build_stretch(out: Source, fits: list[dict[str, str]]) -> None:
    rows = [{**row, "source": "facts/slip_fits.csv from facts/schedule_slips.csv", "status": "derived"} for row in fits]
    out.write("life_support/stretch.csv", rows, [*fits[0], "source", "status"])


class Era(NamedTuple):
    """One row of the record: planned crew of the US and the Russian segment (None: as flown), hours a week; ``us`` is what
    the US segment's partners have together."""

    name: str
    first: str
    last: str
    plan: tuple[float, float] | None
    role: str
    total: float | None
    russian: float | None
    nasa: float | None
    us: float | None
    words: str


ERAS = (
    Era("three-crew-rule", "2001-03-01", "2003-02-01", (1.5, 1.5), "calibrate", 20.0, 10.0, 7.5, None,
        "nap.edu 10614 p. 59"),
    Era("two-crew", "2003-05-04", "2005-07-26", None, "calibrate", 20.0, None, None, None,
        "about 20 h planned: abcnews 97658"),
    Era("increment-43-44", "2015-03-12", "2015-09-12", (2.85, 2.87), "calibrate", None, None, 33.3, None,
        "875 h allocated to NASA in 184 d: parabolicarc 2014/10/17; crew by the plan of October 2014"),
    Era("six-crew-plan", "2009-05-29", "2010-12-31", (3.0, 3.0), "in view", 70.0, None, None, None,
        "as many as 70 h: aviationnewsreleases.com 2009/05"),
    Era("expeditions-1-3", "2000-11-02", "2001-12-05", None, "in view", None, None, None, 8.8,
        "500 h for 28 payloads of the US, Japan, Canada, Germany and Italy: spaceflightnow 011126, "
        "spacenews.com science-steps-up-on-international-space-station"),
    Era("expedition-4", "2001-12-05", "2002-06-15", None, "bound", None, 2.6, None, 10.9,
        "at least 300 h and 72 h Russian: spaceflightnow 011126"),
    Era("three-crew-assembly", "2007-06-01", "2009-05-29", None, "in view", 20.0, None, None, None,
        "about 20 h for the three-person crews: aviationnewsreleases.com 2009/05; about 15: docslib 8017181"),
    Era("us-crew-to-2007", "2000-11-02", "2007-04-21", None, "test", None, None, 8.75, None,
        "2,954 h by US astronauts on US investigations until the end of increment 14: IAC-07-A2.6.01"),
    Era("usos-2012", "2012-05-01", "2012-11-15", None, "test", None, None, None, 26.13,
        "average of the US segment: spacepolicyonline.com, 2012-11-15"),
    Era("usos-2014", "2014-03-01", "2014-09-11", None, "bound", None, None, None, 35.0,
        "35 h the standard, 47 reached by putting off maintenance: blogs.nasa.gov ISS_Science_Blog 2015/01"),
    Era("usos-four", "2017-09-01", "2018-10-01", None, "test", None, None, None, None,
        "60-100 h of the US segment (recalled)"),
)  # fmt: skip


def era_row(era: Era, facts: Path) -> dict[str, Any]:
    """Crew, volume, age and traffic of one era from the record."""
    start, stop = date.fromisoformat(era.first), date.fromisoformat(era.last)
    weeks = (stop - start).days / 7.0
    middle = start + (stop - start) / 2

    def rows(table: str, column: str) -> list[dict[str, str]]:
        return [r for r in read_rows(facts / table) if r[column] and start <= date.fromisoformat(r[column][:10]) < stop]

    days = rows("crew_history.csv", "date")
    residents = sum(float(r["expedition_crew"]) for r in days) / len(days)
    cosmonauts = min(residents, sum(float(r["n_Roscosmos"]) for r in days) / len(days))
    people = era.plan or (residents - cosmonauts, cosmonauts)
    row: dict[str, Any] = {
        "era": era.name,
        "from_utc": era.first,
        "to_utc": era.last,
        "role": era.role,
        "total_h_per_week": era.total,
        "roscosmos_h_per_week": era.russian,
        "nasa_h_per_week": era.nasa,
        "us_h_per_week": era.us,
    }
    modules = [r for r in read_rows(facts / "modules.csv") if r["pressurised_volume_m3"] and r["installed"]]
    ships = rows("visiting_vehicles.csv", "docking_utc")
    outside = [r for r in read_rows(DATA / "crew/evas.csv") if r["by"] == "residents"]
    walks = [r for r in outside if start <= date.fromisoformat(r["start_utc"][:10]) < stop]
    for k, (segment, russian_side) in enumerate(zip(SIDES, (False, True), strict=True)):
        mine = [r for r in modules if (r["segment"] == "Russian") == russian_side]
        there = [r for r in mine if r["installed"][:10] <= str(middle) < (r["retired"] or "9")]
        volume = sum(float(r["pressurised_volume_m3"]) for r in there)
        ages = [(middle - date.fromisoformat(r["installed"][:10])).days / 365.25 for r in there]
        age = sum(a * float(r["pressurised_volume_m3"]) for a, r in zip(ages, there, strict=True)) / volume
        own = [r for r in ships if r["vehicle_type"].startswith(("Progress", "Soyuz", "ATV")) == russian_side]
        crewed = [r for r in own if r["vehicle_type"].startswith(("Soyuz", "Crew Dragon", "Starliner"))]
        new = [r for r in mine if start <= date.fromisoformat(r["installed"][:10]) < stop]
        crew_ships = sum(1 for r in ships if r["vehicle_type"].startswith(("Soyuz", "Crew Dragon", "Starliner")))
        row |= {
            f"{segment}_people": people[k],
            f"{segment}_volume_m3": volume,
            f"{segment}_age_y": age,
            f"{segment}_cargo_ships_per_week": (len(own) - len(crewed)) / weeks,
            f"{segment}_crew_ships_per_week": len(crewed) / weeks,
            f"{segment}_host_d_per_week": sum(docked_d(r) for r in own if r["vehicle_type"] == "Space Shuttle") / weeks,
            f"{segment}_evas_per_week": sum(1 for r in walks if r["segment"] == segment) / weeks,
            f"{segment}_arrivals_per_week": 3.0 * crew_ships / weeks * people[k] / sum(people),
            f"{segment}_modules_per_week": len(new) / weeks,
            f"{segment}_repair_h_per_week": repair_h_per_week(str(middle), "roscosmos" if russian_side else "nasa"),
        }
    return row | {"source": f"{era.words}; crew, ships and modules from facts/", "status": "derived"}


def docked_d(visit: dict[str, str]) -> float:
    """Days a ship stayed."""
    came, left = (datetime.fromisoformat(visit[f"{end}_utc"]) for end in ("docking", "undock"))
    return (left - came).total_seconds() / 86400.0


def repair_h_per_week(day: str, side: str) -> float:
    """Mean hours a week that failures of the machines in place on a day take, of one segment."""
    arrived = {row["id"]: row["arrives_utc"] for row in read_rows(DATA / "stations/iss/parts.csv")}
    hours = 0.0
    for row in read_rows(DATA / "stations/iss/machines.csv"):
        mine = (row["operator"] == "roscosmos") == (side == "roscosmos")
        there = max(row["from_utc"], arrived.get(row["part"], "9"))[:10] <= day < (row["to_utc"] or "9")
        if mine and there and row["mtbf_h"]:
            hours += float(row["crew_h_per_repair"] or 0) / float(row["mtbf_h"]) * 7 * 24
    return hours


def predict(rules: TimeRules, host_h_per_d: float, row: dict[str, Any]) -> tuple[float, float, float]:
    """Research hours a week (all, Russian, NASA) of an era under the rule; partners roscosmos, nasa, other US."""
    load = np.zeros((2, 5))
    for g, side in enumerate(SIDES):
        ships = row[f"{side}_cargo_ships_per_week"] * rules.cargo_ship_h
        ships += row[f"{side}_crew_ships_per_week"] * rules.crew_ship_h + row[f"{side}_host_d_per_week"] * host_h_per_d
        walks, arrivals = row[f"{side}_evas_per_week"] * rules.eva_h, row[f"{side}_arrivals_per_week"] * rules.arrival_h
        load[g] = (row[f"{side}_repair_h_per_week"], ships, walks, arrivals, row[f"{side}_modules_per_week"] * rules.module_h)
    people = np.array([row["russian_people"], 0.766 * row["us_people"], 0.234 * row["us_people"]])
    russian_share = 0.5 if row["from_utc"] < "2017-04" else people[0] / people.sum()
    shares = np.array([russian_share, 0.766 * (1 - russian_share), 0.234 * (1 - russian_share)])
    hours, matrix = np.zeros((3, len(CREW_USES))), np.zeros((3, 3))
    volume = np.array([row[f"{side}_volume_m3"] for side in SIDES])
    age = np.array([row[f"{side}_age_y"] for side in SIDES])
    working_week(rules, people, np.array([1, 0, 0]), volume, age, load, shares, 1.0, hours, matrix)
    served = matrix.sum(axis=0)
    return float(served.sum()), float(served[0]), float(served[1])


def fit_hours(out: Source, eras: list[dict[str, Any]]) -> tuple[TimeRules, float]:
    """Three figures (own needs of a person, base of upkeep, upkeep a cubic metre) from the three rows marked calibrate:
    crews of two, three and six. Returns the rules with them, and the hours a day of a docked Shuttle, which follow."""
    path = out.out / "life_support/crew_time.csv"
    rows = read_rows(path)
    table = {row["name"]: float(row["value"]) for row in rows}
    known = [row for row in eras if row["role"] == "calibrate"]

    def with_figures(figures: np.ndarray) -> dict[str, float]:
        own, base, slope = (float(x) for x in figures)
        host = RESIDENTS_HOSTING * (table["day_h"] - own)
        return table | {"own_needs_h_per_d": own, "keep_base_h_per_week": base, "keep_h_per_week_per_m3": slope, "host_h_per_d": host}

    def miss(figures: np.ndarray) -> list[float]:
        values = with_figures(figures)
        rules = TimeRules(*(values[field] for field in TimeRules._fields))
        gaps = []
        for row in known:
            everything, _, nasa = predict(rules, values["host_h_per_d"], row)
            total = row["total_h_per_week"]
            gaps.append(nasa - row["nasa_h_per_week"] if total is None else everything - total)
        return gaps

    found = root(miss, [1.5, 5.0, 0.01])
    if not found.success:
        raise ValueError(f"no figures of the working week meet the three calibration rows: {found.message}")
    values = with_figures(found.x)
    for row in rows:
        if row["name"] in ("own_needs_h_per_d", "keep_base_h_per_week", "keep_h_per_week_per_m3", "host_h_per_d"):
            row["value"] = f"{values[row['name']]:.4g}"
    out.write("life_support/crew_time.csv", rows, list(rows[0]))
    return TimeRules(*(values[field] for field in TimeRules._fields)), values["host_h_per_d"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", type=Path, required=True, help="folder of the fact tables")
    options = parser.parse_args()
    out = Source(options.facts, DATA)
    facts = {name: read_rows(options.facts / f"{name}.csv") for name in ("eclss_units", "incidents", "slip_fits")}
    fill_machines(out, build_units(out, facts["eclss_units"]))
    build_groundings(out, facts["incidents"])
    build_stretch(out, facts["slip_fits"])
    eras = [era_row(era, options.facts) for era in ERAS]
    out.write("life_support/crew_time_record.csv", eras, list(eras[0]))
    rules, host_h_per_d = fit_hours(out, eras)
    writer = csv.writer(sys.stdout)
    writer.writerow(("era", "role", "record: all, Russian, NASA, US segment", "rule: all, Russian, NASA"))
    for era in eras:
        record = [era[f"{who}_h_per_week"] for who in ("total", "roscosmos", "nasa", "us")]
        writer.writerow((era["era"], era["role"], record, [round(x, 1) for x in predict(rules, host_h_per_d, era)]))
    if not (math.isfinite(rules.keep_base_h_per_week) and rules.keep_h_per_week_per_m3 > 0.0):
        raise ValueError("the fit gives upkeep that falls with size: check the two calibration rows")


if __name__ == "__main__":
    main()
