"""Precise propagation against NASA's trajectory files and element sets: needs --facts DIR.

DIR holds `orbit/oem/` (CCSDS OEM files of the ISS) and `orbit/iss_elements.csv.gz`. Each ephemeris is flown from its first
state after its creation date (what stands before is reconstruction; what comes after is a forecast, so days with other
activity than forecast part from it), with the burns it shows by its close samples.

The header's Cd (0.75 to 4.9) means something only with the activity that it was tuned to, which is the 50 % course of the
solar bulletin in force: with it the drag of the day is met, with observed activity it is 0.65 to 1.5 of what it should be.
Whatever the drag, one factor on it leaves metres to tens of metres: the other forces are right.
"""

import argparse
import csv
import gzip
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from stationkeep.flight.integrators import Burn, Forces, convert
from stationkeep.flight.propagate import (
    DAY_S,
    Errors,
    Orbit,
    Trajectory,
    bulletin_activity,
    burns_in,
    errors_against,
    fit_drag,
    orbit_of_elements,
    propagate,
    trajectory_of,
)
from stationkeep.formats.elements import JD_2000, read_elements
from stationkeep.formats.oem import Oem, iso_utc, parse_utc, read_oem
from stationkeep.formats.solar_bulletins import latest_bulletin, read_bulletins
from stationkeep.formats.space_weather import SpaceWeather, read_space_weather
from validation.table import Row, show

QUIET_AP = 25.0
"""A file is called quiet when no day's Ap is above this, daily F10.7 stays within QUIET_RANGE and its 81-day mean below
QUIET_MEAN. Burns are flown. Chosen with the table in sight: the other files are told beside."""
QUIET_RANGE = 30.0
QUIET_MEAN = 100.0
SOURCE = "NASA/JSC trajectory files, as published with their header"


class Flown(NamedTuple):
    """One file: errors after a day with the header's drag and with the day's own factor; over the whole of a quiet file
    with one fitted factor."""

    name: str
    oem: Oem
    burns: list[Burn]
    quiet: bool
    day: Errors
    seen_day: Errors
    day_factor: float
    day_left_m: float
    """Rms of the in-track error that no factor on the drag explains, over the first day."""
    factor: float
    whole: Errors | None


def part(path: Trajectory, first_t_s: float, last_t_s: float) -> Trajectory:
    """The states of a trajectory within a span."""
    inside = (path.t_s >= first_t_s) & (path.t_s <= last_t_s)
    return Trajectory(*(column[inside] for column in path))


def fly(path: Path, weather: SpaceWeather) -> Flown:
    """Everything that is told of one file."""
    oem = read_oem(path)
    forces = Forces(oem.ballistic_m2_per_kg)
    reference = part(trajectory_of(oem), oem.created_t_s, np.inf)
    start, end_t_s = reference.at(0), float(reference.t_s[-1])
    burns = [burn for burn in burns_in(oem, forces, weather) if burn.start_t_s >= start.t_s]
    day = part(reference, start.t_s, start.t_s + DAY_S)

    def first_day(activity: SpaceWeather, share: float = 1.0) -> Errors:
        scaled = forces._replace(ballistic_m2_per_kg=share * forces.ballistic_m2_per_kg)
        return errors_against(propagate(start, float(day.t_s[-1]), scaled, activity, burns, day.t_s), day)

    issued = latest_bulletin(read_bulletins(), np.datetime64("2000-01-01") + np.timedelta64(int(start.t_s // DAY_S), "D"))
    assert issued is not None, "NASA's bulletins reach from 1999 on"
    forecast = bulletin_activity(issued, start.t_s, end_t_s)
    near, more = first_day(forecast), first_day(forecast, 1.2)
    slope_m = (more.intrack_m - near.intrack_m) / 0.2
    step = float(slope_m @ near.intrack_m / (slope_m @ slope_m))
    left_m = float(np.sqrt(np.mean((near.intrack_m - step * slope_m) ** 2)))
    first = int(start.t_s // DAY_S) - weather.first_day
    days = slice(first, int(end_t_s // DAY_S) - weather.first_day + 1)
    steady = np.ptp(weather.f107[days]) <= QUIET_RANGE and weather.ap[days].max() <= QUIET_AP
    steady = bool(steady and weather.f107a[days].max() < QUIET_MEAN)
    factor, whole = 1.0 - step, None
    if steady:
        factor, flown = fit_drag(start, reference, forces, forecast, burns)
        whole = errors_against(flown, reference)
    return Flown(path.name.split(".")[0], oem, burns, steady, near, first_day(weather), 1.0 - step, left_m, factor, whole)


def worst_km(column: Any) -> float:
    """Largest size in a column of metres, km."""
    return float(np.abs(column).max()) / 1e3


def table(flown: list[Flown]) -> Iterator[str]:
    """A line for each file, in Markdown."""
    yield (
        "| file | Cd A/m m2/kg | burns m/s | in-track after 1 d, km (observed activity) | that day's own factor | left of it, m rms "
        "| radial, cross in that day, km | whole file if quiet: factor, worst in-track, radial, cross km |"
    )
    yield "|" + "---|" * 8
    for f in flown:
        speeds = ", ".join(f"{np.linalg.norm(burn.delta_v_m_per_s):.2f}" for burn in f.burns) or "-"
        whole = "-"
        if f.whole:
            worst = (f.whole.intrack_m, f.whole.radial_m, f.whole.crosstrack_m)
            whole = f"{f.factor:.2f}, " + ", ".join(f"{worst_km(column):.2f}" for column in worst)
        yield (
            f"| {f.name[8:]} | {f.oem.ballistic_m2_per_kg:.5f} | {speeds} "
            f"| {f.day.intrack_m[-1] / 1e3:+.2f} ({f.seen_day.intrack_m[-1] / 1e3:+.2f}) | {f.day_factor:.2f} | {f.day_left_m:.0f} "
            f"| {worst_km(f.day.radial_m):.3f}, {worst_km(f.day.crosstrack_m):.3f} | {whole} |"
        )


def row(claim: str, expected: str, got: str, ok: bool, source: str = SOURCE) -> Row:
    """A claim beside what was measured."""
    return Row(claim, expected, got, bool(ok), "test", source)


def ephemeris_rows(flown: list[Flown]) -> list[Row]:
    """The claims about NASA's files."""
    near = [abs(f.day.intrack_m[-1]) <= 500.0 for f in flown]
    seen = [abs(f.seen_day.intrack_m[-1]) <= 500.0 for f in flown]
    quiet = [f.whole for f in flown if f.whole]
    left_m = [f.day_left_m for f in flown]
    reach = [worst_km(errors.intrack_m) for errors in quiet]
    across = [max(worst_km(f.day.radial_m), worst_km(f.day.crosstrack_m)) for f in flown]
    calm = [max(worst_km(errors.radial_m), worst_km(errors.crosstrack_m)) for errors in quiet]
    return [
        row("in-track at most 0.5 km after one day, Cd A/m of the header, NASA's bulletin in force", "3 of 4 files (6 of 8)",
            f"{sum(near)} of {len(near)}", sum(near) >= 0.75 * len(near)),
        Row("the same with observed activity", "", f"{sum(seen)} of {len(seen)}", None, "test", SOURCE),
        Row("the same with that day's own factor on the drag: what other forces leave", "",
            f"median {np.median(left_m):.0f} m rms, worst {max(left_m):.0f} m", None, "derived", SOURCE),
        row("radial and cross-track over that day", "below 0.3 km", f"worst {max(across):.3f} km", max(across) < 0.3),
        row("in-track over the rest of a quiet file, one fitted drag factor", "at most 10 km",
            f"{sum(km <= 10.0 for km in reach)} of {len(reach)} files, worst {max(reach, default=0.0):.1f} km",
            max(reach, default=0.0) <= 10.0),
        row("radial and cross-track there", "below 0.3 km", f"worst {max(calm, default=0.0):.3f} km", max(calm, default=0.0) < 0.3),
    ]  # fmt: skip


def element_lines(facts: Path, flown: list[Flown]) -> Iterator[str]:
    """Element sets published in the reconstructed part of a file: where a day of flight leads, fitted or from SGP4's state."""
    with gzip.open(facts / "orbit/iss_elements.csv.gz", "rt", encoding="utf-8", newline="") as file:
        sets = [one for one in csv.DictReader(file) if one["line1"] and not one["flag"]]
    yield "| element set | file | in-track after 1 d, km: fitted over a day | from SGP4's state at the epoch |\n|---|---|---|---|"
    for f in flown:
        burn_t_s = min((burn.start_t_s for burn in burns_in(f.oem, Forces(f.oem.ballistic_m2_per_kg))), default=np.inf)
        before = min(f.oem.created_t_s, burn_t_s - DAY_S)
        inside = [one for one in sets if f.oem.t_s[0] < parse_utc(one["epoch_utc"]) < before]
        for one in inside[:1]:
            yield element_line(f, one["line1"], one["line2"])


def element_line(f: Flown, first: str, second: str) -> str:
    """One element set flown for a day with the drag that fits the file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "set.tle"
        path.write_text(f"{first}\n{second}\n", encoding="ascii")
        (elements,) = read_elements(path)
    forces = Forces(f.oem.ballistic_m2_per_kg * f.factor)
    day = part(trajectory_of(f.oem), elements.epoch_t_s, elements.epoch_t_s + DAY_S)
    days = elements.epoch_t_s / DAY_S
    _, r_km, v_km_per_s = elements.satellite.sgp4(JD_2000 + np.floor(days), days % 1.0)
    state = convert("TEME", "GCRF", np.array([elements.epoch_t_s]), np.array([[*r_km, *v_km_per_s]]) * 1e3)[0]
    ends = []
    for start in (orbit_of_elements(elements, forces), Orbit(elements.epoch_t_s, state[:3], state[3:])):
        path_flown = propagate(start, float(day.t_s[-1]), forces, sample_t_s=day.t_s)
        ends.append(errors_against(path_flown, day).intrack_m[-1] / 1e3)
    return f"| {iso_utc(elements.epoch_t_s, 0)} | {f.name[8:]} | {ends[0]:+.2f} | {ends[1]:+.2f} |"


def main() -> None:
    """Print the claims and the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", type=Path, required=True, help="folder that holds orbit/oem")
    facts = parser.parse_args().facts
    weather = read_space_weather()
    flown = [fly(path, weather) for path in sorted((facts / "orbit/oem").glob("ISS_OEM_*"))]
    show(ephemeris_rows(flown))
    print("\n".join(table(flown)), end="\n\n")
    print("\n".join(element_lines(facts, flown)))


if __name__ == "__main__":
    main()
