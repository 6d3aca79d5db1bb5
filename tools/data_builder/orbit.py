"""orbit/altitude.csv, orbit/reboosts.csv and the two dated states of the station."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from datetime import UTC, datetime
from statistics import median

from .common import Source, columns, slug, status_of, utc

CREDIT = "derived from US government element sets (facts/orbit/iss_daily_altitude.csv, epochs of iss_elements.csv.gz)"


def build(source: Source) -> None:
    _altitude(source)
    _reboosts(source)
    for day in ("2022-07-26", "2026-10-01"):
        _state(source, day)


def _altitude(source: Source) -> None:
    names = columns("date utc alt_brouwer_km alt_km ecc n isolated source status")
    epochs = _epochs(source)
    rows = [
        {**row, "utc": epochs[row["date"]], "source": CREDIT, "status": "found"}
        for row in source.orbit("iss_daily_altitude.csv")
    ]
    rows = [{key: row[key] for key in names} for row in rows]
    for row in rows:
        for key, digits in (("alt_brouwer_km", 4), ("alt_km", 4), ("ecc", 7)):
            row[key] = f"{float(row[key]):.{digits}f}"
    source.write("orbit/altitude.csv", rows, names)


def _epochs(source: Source) -> dict[str, str]:
    """Day -> median epoch of its element sets, as the altitude of a day is their median; predictions left out."""
    days = defaultdict(list)
    with gzip.open(source.root / "orbit/iss_elements.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            if "jsc_predict" not in row["flag"]:
                epoch = datetime.fromisoformat(row["epoch_utc"]).replace(tzinfo=UTC)
                days[f"{epoch:%Y-%m-%d}"].append(epoch.timestamp())
    return {day: f"{datetime.fromtimestamp(median(found), UTC):%Y-%m-%dT%H:%M:%SZ}" for day, found in days.items()}


def _reboosts(source: Source) -> None:
    names = columns(
        "id utc precision origin kind executed vehicle flight burn_s dv_m_per_s dalt_km mean_alt_after_km "
        "local_decay_m_per_d note source status"
    )
    flights = {slug(row["mission"]) for row in source.facts("visiting_vehicles.csv")}
    rows: list[dict[str, object]] = []
    for index, row in enumerate(source.orbit("reboosts_reported.csv"), 1):
        words = slug(row["vehicle"].split("(")[0])
        flight = next((key for key in (words, words[:5], words + "e") if key in flights), "")
        rows.append({
            "id": f"reported-{index:03d}", "utc": utc(row["utc"]), "precision": row["date_precision"],
            "origin": "reported", "kind": row["kind"], "executed": row["status"], "vehicle": row["vehicle"],
            "flight": flight, "burn_s": row["burn_s"], "dv_m_per_s": row["dv_ms"], "dalt_km": row["dalt_km"],
            "mean_alt_after_km": row["mean_alt_after_km"], "note": row["note"],
            "source": f"facts/orbit/reboosts_reported.csv: {row['source']}", "status": "found",
        })
    for index, row in enumerate(source.orbit("reboosts_detected.csv"), 1):
        rows.append({
            "id": f"detected-{index:03d}", "utc": utc(row["t_utc"]), "precision": "orbit", "origin": "detected",
            "kind": row["class"], "executed": "" if "noise" in row["class"] else "executed", "dv_m_per_s": row["dv_ms"],
            "dalt_km": row["dalt_km"], "local_decay_m_per_d": row["local_decay_m_per_day"],
            "source": "facts/orbit/reboosts_detected.csv (jump of the mean motion)", "status": "derived",
        })
    rows.sort(key=lambda row: (str(row["utc"]), str(row["id"])))
    source.write("orbit/reboosts.csv", rows, names)


def _state(source: Source, day: str) -> None:
    names = columns("id on group item value unit tolerance source status")
    rows = []
    for index, row in enumerate(source.facts(f"state_{day}.csv"), 1):
        rows.append({
            "id": f"{slug(row['group'])}-{index:02d}", "on": row["date"], "group": row["group"], "item": row["item"],
            "value": row["value"], "unit": row["unit"], "tolerance": row["tolerance"],
            "source": f"facts/state_{day}.csv: {row['source'] or row['found_or_recalled']}",
            "status": status_of(row["found_or_recalled"]),
        })
    source.write(f"stations/iss/state_{day}.csv", rows, names)


