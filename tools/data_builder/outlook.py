"""successors.csv, partners/successor_statements.csv, partners/forward_plan.csv: stations and flights to come."""

from __future__ import annotations

import re

from .common import Source, columns, slug, status_of
from .partners import amounts, first_day

STATIONS = {
    "ROS (ROSS)": "ros", "ROS": "ros", "Axiom Station": "axiom", "Axiom": "axiom", "Haven-1": "haven-1",
    "Haven-2": "haven-2", "Starlab": "starlab", "Orbital Reef": "orbital-reef", "BAS (India)": "bas", "BAS": "bas",
    "Tiangong": "tiangong", "Gaganyaan": "gaganyaan", "USDV": "usdv", "ISS": "iss",
}
LAUNCHERS = (
    ("Angara-A5M", "angara-a5m"), ("Angara-A5", "angara-a5"), ("Soyuz-2.1b", "soyuz-2.1b"), ("Proton-M", "proton-m"),
    ("Soyuz-2", "soyuz-2.1b"), ("Falcon Heavy", "falcon-heavy"), ("Falcon 9", "falcon-9"), ("Starship", "starship"),
    ("New Glenn", "new-glenn"),
)


def build(source: Source) -> None:
    _successors(source)
    _statements(source)
    _plan(source)


def _launchers(text: str) -> str:
    found: list[str] = []
    for name, key in LAUNCHERS:
        if name in text:
            text = text.replace(name, "")
            found.append(key)
    return ";".join(found)


def first_mass(text: str) -> tuple[float | None, float | None, float | None]:
    """(value, low, high) in kg of a mass cell; tonnes are written 't'."""
    text = text.split("=")[-1] if "=" in text else text.split("(")[0]
    text = text.split(";")[-1]
    value, low, high = amounts(text.replace("each", ""))
    if value is None or low is None or high is None:
        return None, None, None
    factor = 1000.0 if re.search(r"\d ?t\b", text) or high < 500 else 1.0
    return value * factor, low * factor, high * factor


def _successors(source: Source) -> None:
    names = columns(
        "id station element function known_on mass_kg mass_low_kg mass_high_kg mass_text volume_text volume_m3 "
        "launchers launcher_text declared_launch crew crew_count power_text power_kW orbit inclination_deg "
        "cost activity source status"
    )
    rows = []
    for row in source.facts("successors.csv"):
        mass, low, high = first_mass(row["mass_kg"])
        degrees = re.search(r"(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))? ?deg|(51\.6)", row["orbit"])
        station = STATIONS[row["station"]]
        rows.append({
            "id": f"{station}-{slug(row['element'])[:40]}-{row['version_date']}", "station": station,
            "element": row["element"], "function": row["function"],
            "known_on": first_day(row["version_date"]) or first_day(row["declared_launch"]), "mass_kg": mass,
            "mass_low_kg": low, "mass_high_kg": high, "mass_text": row["mass_kg"],
            "volume_text": row["pressurised_volume_m3"], "volume_m3": _first(row["pressurised_volume_m3"]),
            "launchers": _launchers(row["launcher"]), "launcher_text": row["launcher"],
            "declared_launch": row["declared_launch"], "crew": row["crew"], "crew_count": _first(row["crew"]),
            "power_text": row["power_kW"], "power_kW": _first(row["power_kW"]), "orbit": row["orbit"],
            "inclination_deg": (degrees[1] or degrees[3]) if degrees else "", "cost": row["cost"],
            "activity": row["status"], "source": f"facts/successors.csv: {row['source']}",
            "status": status_of(row["found_or_recalled"]),
        })
    source.write("successors.csv", rows, names)


def _first(text: str) -> float | None:
    found = re.match(r"[~'=]*(\d+(?:\.\d+)?)(?!x)", text)
    return float(found[1]) if found and " x " not in text else None


def _statements(source: Source) -> None:
    names = columns("id station milestone said_on declared_for speaker source status")
    rows = []
    for row in source.facts("successor_statements.csv"):
        station = STATIONS[row["station"]]
        rows.append({
            "id": f"{station}-{slug(row['element_or_milestone'])}-{row['said_on']}", "station": station,
            "milestone": row["element_or_milestone"], "said_on": first_day(row["said_on"]),
            "declared_for": first_day(row["declared_for"]), "speaker": row["speaker_or_outlet"],
            "source": f"facts/successor_statements.csv: {row['source'] or row['found_or_recalled']}",
            "status": status_of(row["found_or_recalled"]),
        })
    source.write("partners/successor_statements.csv", rows, names)


def _plan(source: Source) -> None:
    names = columns("id item declared declared_on known_on content source status")
    rows = []
    for row in source.facts("forward_plan.csv"):
        rows.append({
            "id": slug(row["item"]), "item": row["item"], "declared": row["declared"],
            "declared_on": row["declared_on"], "known_on": first_day(row["declared_on"]), "content": row["content"],
            "source": f"facts/forward_plan.csv: {row['source'] or row['found_or_recalled']}",
            "status": status_of(row["found_or_recalled"]),
        })
    source.write("partners/forward_plan.csv", rows, names)
