"""Precise propagation against the ephemeris of the tests and a second code; `ephemerides.py` holds NASA's other files."""

from pathlib import Path

from stationkeep.flight.integrators import Forces
from stationkeep.flight.propagate import (
    DAY_S,
    Orbit,
    constant_activity,
    errors_against,
    propagate,
    trajectory_of,
)
from stationkeep.formats.space_weather import read_space_weather
from validation.ephemerides import fly, row
from validation.table import Row, show

THINNED = Path(__file__).parents[2] / "tests/data/ISS_OEM_2024-02-22_thinned.txt"


def second_code_row(start: Orbit) -> Row:
    """satkit and brahe over ten days, at Ap 4, where NRLMSISE-00's daily and history modes are one."""
    end_t_s = start.t_s + 10 * DAY_S
    weather, forces = constant_activity(150.0, 140.0, 4.0, start.t_s, end_t_s), Forces(0.008)
    one = propagate(start, end_t_s, forces, weather, step_s=3600.0)
    two = propagate(start, end_t_s, forces._replace(ap_mode="daily"), weather, step_s=3600.0)
    bare = propagate(start, end_t_s, forces._replace(ballistic_m2_per_kg=0.0), weather, step_s=3600.0)
    apart_m, drag_m = errors_against(two, one).intrack_m[-1], errors_against(one, bare).intrack_m[-1]
    got = f"{apart_m:.0f} m apart, of {abs(drag_m) / 1e3:.0f} km that drag makes"
    claim = "two codes (satkit, brahe) after ten days, F10.7 150, 81-day mean 140, Ap 4"
    return row(claim, "within 0.1 % of the drag", got, abs(apart_m) < 1e-3 * abs(drag_m), "computed")


def rows() -> list[Row]:
    """Every claim beside what was measured; about a minute."""
    alone = fly(THINNED, read_space_weather())
    off_m, seen_m = (float(errors.intrack_m[-1]) for errors in (alone.day, alone.seen_day))
    claim = "in-track after one day in the file of the tests (2024-02-22), Cd A/m of the header"
    return [
        row(f"{claim}, NASA's bulletin in force", "at most 0.5 km", f"{off_m / 1e3:+.3f} km", abs(off_m) <= 500.0),
        row(f"{claim}, observed activity", "at most 0.5 km", f"{seen_m / 1e3:+.3f} km", abs(seen_m) <= 500.0),
        second_code_row(trajectory_of(alone.oem).at(0)),
    ]


if __name__ == "__main__":
    show(rows())
