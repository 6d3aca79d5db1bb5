"""Launch windows against the record.

Predicts the lift-off of every flight of tests/flight/launches.csv (the target's mean orbit at lift-off, derived from
element sets and ephemerides within three days unless `age_d` says more) and prints the error, with the leads measured
on even years and the errors on odd ones. Lift-offs and pads: GCAT (planet4589.org, CC-BY).
`--speed` prints the mean speed of planar ascents, the constant of the lead law.
"""

from __future__ import annotations

import argparse
import csv
import math
import statistics
from pathlib import Path
from typing import NamedTuple

from stationkeep.cli.window import find_ascent, find_site
from stationkeep.flight.window import LiftOff, Target, lift_off, phase_deg
from stationkeep.formats.oem import parse_utc
from validation.table import Row, show

LAUNCHES = Path(__file__).parents[2] / "tests" / "flight" / "launches.csv"
VEHICLES = {"Progress-M (Pirs tug)": "progress-tug", "Space Shuttle": "shuttle", "Cygnus": "cygnus-enhanced"}
JUDGED = ("soyuz", "crew-dragon-2020", "crew-dragon-2023", "cargo-dragon")


class Outcome(NamedTuple):
    """One flight: what was predicted, and how much later than flown."""

    row: dict[str, str]
    ascent: str
    ascent_time_s: float
    choice: LiftOff
    northbound: bool
    error_s: float
    phase_deg: float


def target_of(row: dict[str, str]) -> tuple[Target, float]:
    """The target's mean orbit of a row of launches.csv, and the lift-off flown."""
    text = row["liftoff_utc"].rstrip("Z")
    t_s = parse_utc(text if text.count(":") == 2 else f"{text}:00")
    angle = {key: math.radians(float(row[key])) for key in row if "_deg" in key}
    target = Target(
        t_s, 1e3 * float(row["a_km"]), angle["inclination_deg"], angle["node_deg"], angle["node_deg_per_d"] / 86400.0,
        angle["argument_deg"], angle["argument_deg_per_d"] / 86400.0,
    )  # fmt: skip
    return target, t_s


def predict(row: dict[str, str], vehicle: str = "") -> Outcome:
    """The lift-off predicted for a flight; `vehicle` overrides the flown one ("dragon")."""
    target, t_s = target_of(row)
    site = find_site(row["pad"])
    name = vehicle or VEHICLES.get(row["vehicle"], row["vehicle"].lower().replace(" ", "-"))
    climb, chases = find_ascent(site, name, t_s)
    outcomes = []
    for northbound in (True, False):
        every = [lift_off(target, site, climb, chase, northbound) for chase in chases]
        choice = next((item for item in every if item.admitted), min(every, key=lambda item: abs(item.t_s - t_s)))
        outcomes.append((abs(choice.t_s - t_s), northbound, choice))
    _, northbound, choice = min(outcomes, key=lambda item: item[0])
    return Outcome(
        row, climb.id, climb.ascent_time_s, choice, northbound, choice.t_s - t_s, phase_deg(target, site, t_s)
    )


def read_launches() -> list[dict[str, str]]:
    """Rows of launches.csv."""
    with LAUNCHES.open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def lead_frac(outcomes: list[Outcome], even: bool) -> float:
    """Median lead over ascent time of the flights of even (or odd) years; NaN without any."""
    flown = [
        (item.choice.lead_s + item.error_s) / item.ascent_time_s
        for item in outcomes
        if (int(item.row["liftoff_utc"][:4]) % 2 == 0) == even
    ]
    return statistics.median(flown) if flown else math.nan


def summary(outcomes: list[Outcome]) -> str:
    """Count, share within 60 s, within 300 s, median and largest error."""
    errors = [abs(item.error_s) for item in outcomes]
    shares = [sum(error <= limit for error in errors) / len(errors) for limit in (60.0, 300.0)]
    return (
        f"{len(errors)} flights, within 60 s {shares[0]:.0%}, within 5 min {shares[1]:.0%}, "
        f"median {statistics.median(errors):.0f} s, largest {max(errors):.0f} s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--speed", action="store_true", help="mean speed of planar ascents instead")
    if parser.parse_args().speed:
        from validation.ascent_speed import print_speeds

        print_speeds()
        return
    outcomes = [predict(row) for row in read_launches()]
    show(rows(outcomes))
    print("### Lead over ascent time: median of even years (used) and of odd ones; errors of odd years\n\n```")
    for name in dict.fromkeys(item.ascent for item in outcomes):
        group = [item for item in outcomes if item.ascent == name]
        odd = [item for item in group if int(item.row["liftoff_utc"][:4]) % 2]
        even_odd = f"{lead_frac(group, True):.3f} {lead_frac(group, False):.3f}"
        print(f"{name:17s} {even_odd}  {summary(odd) if odd else 'none'}")
    print("```\n\n### Every flight: pad's pass, phase, profile (in brackets: not admitted), age of the orbit used\n\n```")
    for item in sorted(outcomes, key=lambda item: (item.ascent, item.row["liftoff_utc"])):
        print(
            f"{item.ascent:17s} {item.row['mission']:19s} {item.row['liftoff_utc']:20s} "
            f"{'north' if item.northbound else 'south'} phase {item.phase_deg:+7.1f} "
            f"{item.choice.profile if item.choice.admitted else '(' + item.choice.profile + ')':12s} "
            f"predicted - flown {item.error_s:+7.1f} s  age {float(item.row['age_d']):+6.2f} d"
        )
    print("```")


def rows(outcomes: list[Outcome]) -> list[Row]:
    """What is judged, and what differs for the vehicles that are not."""
    judged = [item for item in outcomes if item.ascent in JUDGED]
    fresh = [item for item in judged if abs(float(item.row["age_d"])) <= 3.0]
    odd = [item for item in fresh if int(item.row["liftoff_utc"][:4]) % 2]
    source, told = "GCAT launch log; orbits from element sets", []
    for what, group, sample in (
        ("orbit known within 3 days", fresh, "calibration on even years"), ("of these, odd years", odd, "test"),
        ("any age of the orbit", judged, "calibration on even years"),
    ):  # fmt: skip
        errors = [abs(item.error_s) for item in group]
        met = sum(error <= 60.0 for error in errors) >= 0.8 * len(errors) and max(errors) <= 300.0
        claim = f"lift-off of Soyuz, Progress, Crew and cargo Dragon, {what}"
        told.append(Row(claim, "within 60 s for 80 %, within 5 min for all", summary(group), met, sample, source))
    dragons = [predict(item.row, "dragon") for item in judged if "dragon" in item.ascent]
    told.append(Row("the same Dragons by the law alone, no lead measured", "", summary(dragons), None, "test", source))
    why = {
        "cygnus": "two of the four on Atlas V, which steers into the plane over half an hour (recalled)",
        "htv": "five days to the station leave time for the plane to drift in",
        "proton": "modules, a week or more to the station: the same",
        "shuttle": "launched within a window of minutes, steering into the plane (recalled)",
    }  # fmt: skip
    for name in dict.fromkeys(item.ascent for item in outcomes if item.ascent not in JUDGED):
        group = [item for item in outcomes if item.ascent == name]
        what = f"{name}, not judged" + (f": {why[name]}" if name in why else "")
        told.append(Row(what, "", summary(group), None, "shown", source))
    ms20 = next(item for item in outcomes if item.row["mission"] == "Soyuz MS-20")
    got = f"plane crossing less {ms20.choice.lead_s:.0f} s of lead is {ms20.error_s:+.1f} s from it"
    told.append(Row("Soyuz MS-20, lift-off 2021-12-08T07:38:15Z", "said and explained", got, None, "test", source))
    return told


if __name__ == "__main__":
    main()
