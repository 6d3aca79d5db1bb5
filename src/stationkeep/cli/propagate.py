"""`stationkeep propagate`: a precise orbit for days to weeks, for other tools, compared with another ephemeris."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from stationkeep.cli.output import emit, writing
from stationkeep.model.files import InputError, ScenarioError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from stationkeep.cli.propagate_start import Plan
    from stationkeep.flight.propagate import Errors, Forces, Trajectory
    from stationkeep.formats.oem import Oem

HOUR_S = 3600.0


def propagate(
    *,
    until: str = "",
    state: str = "",
    tle: str = "",
    oem_in: str = "",
    start: str = "",
    against: str = "",
    fit_drag: bool = False,
    oem: str = "",
    czml: str = "",
    csv: str = "",
    mass_kg: float | None = None,
    area_m2: float | None = None,
    cd: float | None = None,
    f107: float | None = None,
    f107a: float | None = None,
    ap: float | None = None,
    activity: Literal["auto", "record", "held", "bulletin"] = "auto",
    space_weather: str = "",
    ap_mode: Literal["history", "daily"] = "history",
    gravity_degree: int = 36,
    burns: str = "file",
    step_s: float = 240.0,
    json: Annotated[bool, Parameter(name="--json")] = False,
) -> None:
    """Propagate an orbit precisely: gravity 36x36, Sun, Moon, tides, NRLMSISE-00 drag, burns.

    Start from one of --state, --tle or --oem-in. Needs the flight packages: pip install 'stationkeep[flight]'.

    Parameters
    ----------
    until
        End (UTC); default: the end of --against.
    state
        YAML file: epoch, frame (GCRF, EME2000, TEME, ITRF), r_km, v_km_per_s, mass_kg, area_m2, cd; optional constant
        f107, f107a, ap; optional burns (start_utc, duration_s, delta_v_m_per_s, direction).
    tle
        Element sets (TLE or OMM); the one nearest to --start, else the newest. The precise orbit is fitted to SGP4's
        over the day before its epoch, where it starts.
    oem_in
        CCSDS OEM (KVN or XML); starts at the first state after --start, else after its creation date (what stands
        before is reconstruction).
    start
        Not before this instant (UTC).
    against
        CCSDS OEM to compare with; prints radial, in-track and cross-track errors by the hour.
    fit_drag
        Fit one factor on the drag to --against.
    oem
        Write a CCSDS OEM (KVN, EME2000, UTC).
    czml
        Write CZML for Cesium.
    csv
        Write a table of states in the frame of the result.
    mass_kg
        Mass, in place of the file's.
    area_m2
        Drag area, in place of the file's.
    cd
        Drag coefficient, in place of the file's.
    f107
        Constant F10.7 in place of the record (with --ap).
    f107a
        Its 81-day mean; default: the same.
    ap
        Constant Ap.
    activity
        `record`: observed space weather; `held`: what was known at the start, held (a forecast); `bulletin`: NASA's
        monthly forecast in force at the start. `auto`: the bulletin for an OEM of NASA's flown with its header's drag,
        which is tuned to it; the record otherwise.
    space_weather
        Table of space weather (CelesTrak's CSV), in place of the packaged record.
    ap_mode
        `history`: NRLMSISE-00 with the 3-hour ap of the last 57 hours; `daily`: with the daily Ap, about 2.5 % thinner.
    gravity_degree
        Degree and order of the gravity field (2 to 70).
    burns
        `file`: those of the state file, or those that an OEM shows by its close samples; `none`: coast; or a YAML file of
        its own with `burns:` as in a state file, for any start.
    step_s
        Spacing of the states written.
    json
        Print one JSON object instead of words.
    """
    from rich.console import Console

    from stationkeep.cli.propagate_start import Activity, from_elements, from_oem, from_state, given_burns, instant
    from stationkeep.flight.integrators import Forces
    from stationkeep.formats.oem import read_oem

    if [bool(state), bool(tle), bool(oem_in)].count(True) != 1:
        raise InputError("propagate", None, "no single start", "give one of --state, --tle, --oem-in")
    if not 2 <= gravity_degree <= 70 or not 1.0 <= step_s <= 86400.0:
        raise InputError("propagate", None, "a setting out of range", "--gravity-degree 2 to 70, --step-s 1 to 86400")
    if state and start:
        raise InputError("--start", None, "a state file starts at its own epoch", "leave --start out")
    if fit_drag and not against:
        raise InputError("--fit-drag", None, "nothing to fit to", "give --against OEM")
    if not until and not against:
        raise InputError("--until", None, "no end", "give --until DATE, or --against OEM to end with it")
    reference = read_oem(against) if against else None
    end_t_s = instant("--until", until) if until or reference is None else float(reference.t_s[-1])
    begin_t_s = instant("--start", start) if start else None
    drag = {"mass_kg": mass_kg, "area_m2": area_m2, "cd": cd}
    sun = Activity({"f107": f107, "f107a": f107a, "ap": ap}, activity, space_weather, ap_mode)
    source, read = state or tle or oem_in, from_state if state else from_elements if tle else from_oem
    try:
        with Console(stderr=True, quiet=json).status("integrating ..."):  # drawn on a terminal only
            plan = read(source, begin_t_s, end_t_s, drag, sun, burns == "file")
            if burns not in ("file", "none"):
                plan = plan._replace(burns=given_burns(burns))
            forces = Forces(plan.ballistic_m2_per_kg, ap_mode, gravity_degree)
            flown, result = _fly(plan, forces, end_t_s, step_s, reference, fit_drag)
    except ScenarioError:
        raise
    except ValueError as error:
        message, _, advice = str(error).partition("; ")
        raise InputError(source, None, message, advice) from None
    result["files"] = _write(plan, result.get("drag_factor", 1.0), flown, oem, czml, csv)
    emit(result, json, lambda: _render(result))


def _fly(
    plan: Plan, forces: Forces, end_t_s: float, step_s: float, reference: Oem | None, fit: bool
) -> tuple[Trajectory, dict[str, Any]]:
    """The trajectory to be written and what is told of it; compared and fitted where the reference has states."""
    import numpy as np

    from stationkeep.flight.propagate import Trajectory, errors_against, fit_drag, propagate, trajectory_of

    told: dict[str, Any] = {}
    grid_t_s = np.append(np.arange(plan.start.t_s, end_t_s - 1e-3, step_s), end_t_s)
    wanted = None
    if reference is not None:
        inside = (reference.t_s >= plan.start.t_s) & (reference.t_s <= end_t_s)
        if inside.sum() < 2:
            raise ValueError("the ephemeris of --against does not overlap the span flown; give an OEM of the same days")
        wanted = Trajectory(*(column[inside] for column in trajectory_of(reference)))
        if fit:
            factor, _ = fit_drag(plan.start, wanted, forces, plan.weather, plan.burns)
            forces = forces._replace(ballistic_m2_per_kg=factor * forces.ballistic_m2_per_kg)
            told["drag_factor"] = factor
    all_t_s = grid_t_s if wanted is None else np.union1d(grid_t_s, wanted.t_s)
    path = propagate(plan.start, end_t_s, forces, plan.weather, plan.burns, all_t_s)
    flown = _at(path, grid_t_s)
    told |= _result(plan, flown, forces)
    if wanted is not None:
        told |= _errors(errors_against(_at(path, wanted.t_s), wanted), plan.start.t_s)
    return flown, told


def _at(path: Trajectory, t_s: NDArray[np.float64]) -> Trajectory:
    import numpy as np

    rows = np.searchsorted(path.t_s, t_s)
    return path._replace(t_s=t_s, r_gcrf_m=path.r_gcrf_m[rows], v_gcrf_m_per_s=path.v_gcrf_m_per_s[rows])


def _result(plan: Plan, flown: Trajectory, forces: Forces) -> dict[str, Any]:
    import numpy as np

    from stationkeep.flight.integrators import convert, earth_orientation
    from stationkeep.flight.propagate import daily_altitude_km
    from stationkeep.formats.oem import iso_utc

    last = np.concatenate((flown.r_gcrf_m[-1], flown.v_gcrf_m_per_s[-1]))[None]
    last = convert("GCRF", plan.frame, flown.t_s[-1:], last)[0] / 1e3
    noons_s, altitudes_km = daily_altitude_km(flown)
    return {
        "object": plan.name,
        "epoch": iso_utc(plan.start.t_s, 6) + "Z",
        "end": iso_utc(float(flown.t_s[-1]), 6) + "Z",
        "frame": plan.frame,
        "r_km": last[:3].tolist(),
        "v_km_per_s": last[3:].tolist(),
        "ballistic_m2_per_kg": forces.ballistic_m2_per_kg,
        "ballistic_source": plan.ballistic_source,
        "activity": plan.weather_source,
        "ap_mode": forces.ap_mode,
        "gravity_degree": forces.gravity_degree,
        "earth_orientation": earth_orientation(float(flown.t_s[-1])),
        **_burns(plan, float(flown.t_s[-1])),
        "mean_altitude_km": {
            iso_utc(t, 0)[:10]: round(float(h), 4) for t, h in zip(noons_s, altitudes_km, strict=True)
        },
    }


def _burns(plan: Plan, end_t_s: float) -> dict[str, Any]:
    """The burns flown, one that the end cuts short as far as it was flown; and how many lie outside the span."""
    from stationkeep.formats.oem import iso_utc

    flown = []
    for burn in plan.burns:
        begun_t_s = max(burn.start_t_s, plan.start.t_s)
        lasted_s = min(burn.start_t_s + burn.duration_s, end_t_s) - begun_t_s
        if lasted_s > 0.0:
            share = lasted_s / burn.duration_s
            flown.append({
                "start_utc": iso_utc(begun_t_s, 3) + "Z", "duration_s": lasted_s,
                "delta_v_m_per_s": [share * part for part in burn.delta_v_m_per_s], "frame": burn.frame,
            })  # fmt: skip
    return {"burns": flown, "burns_outside_count": len(plan.burns) - len(flown)}


def _errors(errors: Errors, start_t_s: float) -> dict[str, Any]:
    """Errors at the sample nearest to each full hour, and the worst of all samples."""
    import numpy as np

    hours = (errors.t_s - start_t_s) / HOUR_S
    rows = sorted({int(np.argmin(np.abs(hours - hour))) for hour in range(round(hours[0]), round(hours[-1]) + 1)})
    parts = {"radial": errors.radial_m, "intrack": errors.intrack_m, "crosstrack": errors.crosstrack_m}
    return {
        "hours": hours[rows].round(4).tolist(),
        **{f"{name}_km": (part[rows] / 1e3).round(6).tolist() for name, part in parts.items()},
        "worst_km": {name: round(float(np.max(np.abs(part))) / 1e3, 6) for name, part in parts.items()},
    }


def _write(plan: Plan, factor: float, flown: Trajectory, oem: str, czml: str, csv: str) -> dict[str, str]:
    """Write the files asked for; their kinds and paths."""
    from stationkeep.formats.czml import write_czml

    paths = {"oem": oem, "czml": czml, "csv": csv}
    for kind, path in paths.items():
        with writing(path):
            if path and kind == "oem":
                _write_oem(path, plan, factor, flown)
            elif path and kind == "czml":
                write_czml(path, plan.name, flown.t_s, flown.r_gcrf_m)
            elif path:
                _write_csv(path, plan.frame, flown)
    return {kind: path for kind, path in paths.items() if path}


def _states(flown: Trajectory, frame: str) -> NDArray[np.float64]:
    import numpy as np

    from stationkeep.flight.integrators import convert

    return convert("GCRF", frame, flown.t_s, np.hstack((flown.r_gcrf_m, flown.v_gcrf_m_per_s)))


def _write_oem(path: str, plan: Plan, factor: float, flown: Trajectory) -> None:
    from stationkeep.formats.oem import Oem, write_oem

    states = _states(flown, "EME2000")
    out = Oem(plan.name, plan.object_id, "EME2000", flown.t_s, states[:, :3], states[:, 3:])
    if plan.facts:
        mass_kg, area_m2, coefficient = (plan.facts[key] for key in ("mass_kg", "area_m2", "cd"))
        out = out._replace(mass_kg=mass_kg, drag_area_m2=area_m2, drag_coefficient=factor * coefficient)
    write_oem(path, out)


def _write_csv(path: str, frame: str, flown: Trajectory) -> None:
    import csv

    from stationkeep.formats.oem import iso_utc

    columns = ("x_km", "y_km", "z_km", "vx_km_per_s", "vy_km_per_s", "vz_km_per_s")
    with open(path, "w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(("utc", "frame", *columns))
        for t_s, row in zip(flown.t_s, _states(flown, frame) / 1e3, strict=True):
            rows.writerow((iso_utc(float(t_s), 6) + "Z", frame, *(f"{value:.9f}" for value in row)))


def _render(result: dict[str, Any]) -> None:
    from rich import print as show
    from rich.table import Table

    x, y, z = result["r_km"]
    vx, vy, vz = result["v_km_per_s"]
    show(f"{result['object']} from {result['epoch'][:19]} to {result['end'][:19]} UTC, {result['frame']}")
    show(f"  r = {x:.3f} {y:.3f} {z:.3f} km, v = {vx:.6f} {vy:.6f} {vz:.6f} km/s")
    factor = f" (fitted factor {result['drag_factor']:.3f})" if "drag_factor" in result else ""
    show(f"  Cd A/m {result['ballistic_m2_per_kg']:.5f} m2/kg{factor}, {result['ballistic_source']}")
    show(
        f"  NRLMSISE-00, {result['activity']}, Ap mode {result['ap_mode']}; gravity {result['gravity_degree']}, "
        f"Earth orientation {result['earth_orientation']}"
    )
    for burn in result["burns"]:
        speeds = ", ".join(f"{value:+.3f}" for value in burn["delta_v_m_per_s"])
        show(f"  burn {burn['start_utc'][:19]}, {burn['duration_s']:.0f} s, {burn['frame']} {speeds} m/s")
    if result["burns_outside_count"]:
        show(f"  {result['burns_outside_count']} more of the file outside this span, not flown")
    days = list(result["mean_altitude_km"].items())
    if days:
        last = f", {days[-1][1]:.3f} km on {days[-1][0]}" if len(days) > 1 else ""
        show(f"  mean altitude {days[0][1]:.3f} km on {days[0][0]}{last}")
    if "hours" in result:
        table = Table("hour", "radial km", "in-track km", "cross-track km", title="less the ephemeris of --against")
        rows = list(zip(*(result[key] for key in ("hours", "radial_km", "intrack_km", "crosstrack_km")), strict=True))
        for hour, *parts in rows[:: max(1, len(rows) // 24)]:
            table.add_row(f"{hour:.1f}", *(f"{part:+.3f}" for part in parts))
        show(table)
        worst = ", ".join(f"{name} {value:.3f} km" for name, value in result["worst_km"].items())
        show(f"worst: {worst}")
    for kind, path in result["files"].items():
        show(f"{kind.upper()} written to {path}")
