"""The orbit's figures: fit of the drag density, mean elements against precise codes, decay, burns and propellant of the
record. The record's side is asked of `stationkeep hindcast --json`.
"""

import contextlib
import csv
import io
import json
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from stationkeep.cli.hindcast import WORST_QUARTER_FRAC, worst_quarter
from stationkeep.formats.density_fit import PACKAGED, load_fit
from stationkeep.laws.atmosphere import DensityFit, decay_step, drag_density_direct
from stationkeep.laws.orbit import (
    EARTH_RADIUS_M,
    GRAVITY_RADIUS_M,
    J2,
    MU_M3_PER_S2,
    decay_rate,
    frozen_eccentricity,
    node_rate,
    perigee_rate,
    rotate_free_eccentricity,
)
from stationkeep.laws.sun import DAY_S, day_of_year, node_local_time
from validation.table import Row, show

START_S = 8036 * DAY_S  # 2022-01-01
ALTITUDE_M, BALLISTIC, ACTIVITY = 415e3, 0.0085, (150.0, 150.0, 15.0)
INCLINATION_DEG, NODE_DEG = 51.64, 100.0


def fit_rows() -> Iterator[Row]:
    """The worst band of each inclination and Ap mode."""
    with PACKAGED.with_name("fit_errors.csv").open() as file:
        table = list(csv.DictReader(file))
    for inclination, mode in dict.fromkeys((row["inclination_deg"], row["ap_mode"]) for row in table):
        worst = {}
        for row in table:
            if (row["inclination_deg"], row["ap_mode"]) == (inclination, mode):
                kept = worst.setdefault(row["samples"], row)
                worst[row["samples"]] = max(kept, row, key=lambda one: float(one["rms_frac"]))
        got = "; ".join(
            f"{name} rms {100 * float(row['rms_frac']):.2f} %, largest {100 * float(row['max_frac']):.1f} %" for name, row in worst.items()
        )
        met = all(float(row["rms_frac"]) <= 0.0025 for row in worst.values())
        what = f"fitted density against quadrature, {inclination} deg, Ap {mode}, worst band of 150-560 km"
        yield Row(what, "rms at most 0.25 %, any activity and free eccentricity the fit is for", got, met, "test", "atmosphere/fit_errors.csv")


def fly_mean(fit: DensityFit, a_m: float, raan_rad: float, free: tuple[float, float], days: int) -> np.ndarray:
    """(days + 1,) altitude in km, constant activity, by `decay_step` of a day."""
    out = [a_m]
    for day in range(days):
        a_m, raan_rad, *rest = decay_step(
            fit, a_m, raan_rad, *free, START_S + (day + 0.5) * DAY_S, DAY_S, BALLISTIC, *ACTIVITY
        )
        free = (rest[0], rest[1])
        out.append(a_m)
    return (np.array(out) - EARTH_RADIUS_M) / 1e3


def fly_direct(a_m: float, raan_rad: float, free: tuple[float, float], days: int, ap_mode: str) -> np.ndarray:
    """The same with quadrature in place of the fit (midpoint rule)."""
    inclination, out = math.radians(INCLINATION_DEG), [a_m]
    for day in range(days):
        middle_s = START_S + (day + 1.0) * DAY_S
        turned = DAY_S * perigee_rate(a_m, inclination)
        ex, ey = rotate_free_eccentricity(*free, 0.5 * turned)
        node = node_local_time(raan_rad + 0.5 * DAY_S * node_rate(a_m, inclination), middle_s)
        middle_m = a_m
        for _ in range(2):
            rho = drag_density_direct(
                middle_m - EARTH_RADIUS_M, day_of_year(middle_s), node, *ACTIVITY, inclination, ex,
                ey + frozen_eccentricity(middle_m, inclination), ap_mode=ap_mode, points=24, hours=8,
            )[0]  # fmt: skip
            fall_m = DAY_S * decay_rate(middle_m, BALLISTIC, rho)
            middle_m = a_m + 0.5 * fall_m
        a_m += fall_m
        raan_rad += DAY_S * node_rate(middle_m, inclination)
        free = rotate_free_eccentricity(*free, turned)
        out.append(a_m)
    return (np.array(out) - EARTH_RADIUS_M) / 1e3


def precise(days: int, ap_mode: str) -> tuple[np.ndarray, float, tuple[float, float]]:
    """Daily altitude (days,) by numerical integration, the node of date (rad) and the free eccentricity at the first noon."""
    from stationkeep.flight.integrators import Forces, convert
    from stationkeep.flight.propagate import Orbit, constant_activity, daily_altitude_km, propagate

    a_m, inclination, node = EARTH_RADIUS_M + ALTITUDE_M, math.radians(INCLINATION_DEG), math.radians(NODE_DEG)
    sin2, k_m = math.sin(inclination) ** 2, J2 * GRAVITY_RADIUS_M**2 / a_m
    radius = a_m + 0.25 * k_m * sin2 - 0.75 * k_m * (3.0 * math.cos(inclination) ** 2 - 1.0)
    speed = math.sqrt(MU_M3_PER_S2 * (2.0 / radius - 1.0 / (a_m + 1.5 * k_m * sin2)))
    r = radius * np.array([math.cos(node), math.sin(node), 0.0])
    v = speed * np.array([
        -math.sin(node) * math.cos(inclination), math.cos(node) * math.cos(inclination), math.sin(inclination)
    ])  # fmt: skip
    of_date = convert("GCRF", "TEME", np.array([START_S]), np.concatenate([r, v])[None])[0]
    momentum = np.cross(of_date[:3], of_date[3:])
    forces = Forces(BALLISTIC, ap_mode, gravity_degree=20)
    weather = constant_activity(*ACTIVITY, START_S, START_S + (days + 1) * DAY_S)
    flown = propagate(Orbit(START_S, r, v), START_S + days * DAY_S, forces, weather, step_s=300.0)
    free = (0.0, -frozen_eccentricity(a_m, inclination))
    half_day = 0.5 * DAY_S * perigee_rate(a_m, inclination)
    node_at_noon = math.atan2(momentum[0], -momentum[1]) + 0.5 * DAY_S * node_rate(a_m, inclination)
    return daily_altitude_km(flown)[1], node_at_noon, rotate_free_eccentricity(*free, half_day)


def against_precise(days: int, ap_mode: str) -> dict[int, float]:
    """Error of the fitted mean-element orbit as a share of the decay flown precisely, by day."""
    truth, node, free = precise(days, ap_mode)
    flown = fly_mean(load_fit(INCLINATION_DEG, ap_mode), EARTH_RADIUS_M + 1e3 * truth[0], node, free, len(truth) - 1)
    days_told = [day for day in (29, 89, 179, 364) if day < len(truth)]
    return {day: float((flown[0] - flown[day]) / (truth[0] - truth[day]) - 1.0) for day in days_told}


def precise_rows() -> Iterator[Row]:
    """Mean elements against two integrators, satkit for a year and brahe for a quarter."""
    for code, mode, days in (("satkit", "history", 365), ("brahe", "daily", 90)):
        for day, error in against_precise(days, mode).items():
            what = f"mean elements against {code} (Ap {mode}), decay from 415 km after {day} d"
            yield Row(what, "within 1 %", f"{100 * error:+.2f} %", abs(error) <= 0.01, "test", "computed")


def direct_rows(days: int = 180) -> Iterator[Row]:
    """Fit against quadrature in the same mean-element orbit."""
    for ap_mode in ("daily", "history"):
        a_m, node, free = EARTH_RADIUS_M + ALTITUDE_M, math.radians(NODE_DEG), (0.0, 0.0)
        fitted = fly_mean(load_fit(INCLINATION_DEG, ap_mode), a_m, node, free, days)
        direct = fly_direct(a_m, node, free, days, ap_mode)
        error = (fitted[0] - fitted) / (direct[0] - direct + 1e-12) - 1.0
        got = ", ".join(f"{100 * error[d]:+.2f} % after {d} d" for d in (30, 90, days))
        yield Row(f"decay with the fit against decay with quadrature, Ap {ap_mode}", "", got, None, "test", "computed")


def asked(subject: str, ap_mode: str = "daily") -> dict[str, Any]:
    """What `stationkeep hindcast SUBJECT --json` prints."""
    from stationkeep.cli.hindcast import hindcast

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        hindcast(subject, ap_mode=ap_mode, json=True)  # type: ignore[arg-type]
    return json.loads(out.getvalue())


def shares(told: dict[str, Any]) -> str:
    """Errors of a summary in words."""
    if not told["n"]:
        return "no arcs"
    numbers = (100 * told[key] for key in ("median_abs_error_frac", "p75_abs_error_frac", "bias_frac"))
    return "median {:.1f} %, 75th percentile {:.1f} %, bias {:+.1f} %".format(*numbers) + f", {told['n']} arcs"


def decay_rows(result: dict[str, Any]) -> Iterator[Row]:
    """Decay between reboosts; every arc is modelled with a scale fitted without the years it touches."""
    mode, source = result["ap_mode"], "orbit/altitude.csv (element sets, reduced)"
    for days, told in result["summary"].items():
        what, limit = f"decay over {days} days, Ap {mode}", {"30": 0.15, "90": 0.12}.get(days)
        said = f"median at most {100 * limit:.0f} %, 25 % in the worst quarter" if limit else ""
        met = told["median_abs_error_frac"] <= limit and told["p75_abs_error_frac"] <= 0.25 if limit else None
        yield Row(what, said, shares(told), met, "test", source)
        yield Row(f"{what}, in sample", "", shares(told["in_sample"]), None, "calibration", source)
        ours = told["baselines"].pop("model_on_the_same_arcs")
        for name, base in told["baselines"].items():
            fair = ours if name == "constant_decay" else told
            better = fair["median_abs_error_frac"] < base["median_abs_error_frac"]
            against = f"{shares(base)}; the model there {100 * fair['median_abs_error_frac']:.1f} %"
            yield Row(f"{what}, baseline {name.replace('_', ' ')}", "worse than the model", against, better, "test", source)
        for era, part in told["by_era"].items():
            yield Row(f"{what}, era {era}", "", f"{shares(part)}; in sample {shares(part['in_sample'])}", None, "test", source)
        if mode == "daily":
            for level, part in told["by_f107a"].items():
                yield Row(f"{what}, F10.7A {level}", "", shares(part), None, "test", source)
        if limit:
            quarters = told["by_quarter"].values()
            met = max(values["median_abs_error_frac"] for values in quarters) <= WORST_QUARTER_FRAC
            yield Row(f"{what}, worst quarter as one of the calendar", "at most 25 %", worst_quarter(told), met, "test", source)
        out = f"{100 * told['out_of_range_day_frac']:.1f} %"
        yield Row(f"{what}, days beyond the density fit (quadrature)", "", out, None, "test", source)


def avoidance_row(told: dict[str, Any]) -> Row:
    """Debris avoidance: rate fitted on one period, tested on the next."""
    what = f"debris avoidance from {told['fitted_until']} to {told['tested_until']}, rate and growth fitted until then"
    got = f"{told['counted']} counted for {told['expected']:.1f} ({told['low']} to {told['high']}); growth {100 * told['growth_per_y']:.1f} % a year"
    return Row(what, "inside 5-95 %", got, told["low"] <= told["counted"] <= told["high"], "test", "orbit/avoidance.csv")


def burn_rows(result: dict[str, Any]) -> Iterator[Row]:
    """Rise per delta-v and thrust of reported burns."""
    source = "orbit/reboosts.csv (as reported)"
    said = {"law_over_reported": "rise by the law over the rise reported, executed burns",
            "measured_over_law": "rise in the record over the law, where it is dense"}  # fmt: skip
    for name, what in said.items():
        told = result[name]
        got = f"median {told['median']:.3f} (10-90 %: {told['p10']:.3f} to {told['p90']:.3f}), {told['n']} burns"
        within = abs(told["median"] - 1.0) <= 0.03
        yield Row(what, "1 within 3 %", got, within, "test", source)
    for name, about in result["by_vehicle"].items():
        told = about["thrust_N"]
        got = f"median {told['median']:.0f} N (10-90 %: {told['p10']:.0f} to {told['p90']:.0f}), {told['n']} burns"
        listed = "" if about["catalogue_N"] is None else f"catalogue {about['catalogue_N']:.0f} N within 10 %"
        met = abs(told["median"] / about["catalogue_N"] - 1.0) <= 0.1 if listed else None
        yield Row(f"speed per second of burn as thrust, {name}", listed, got, met, "test", source)


def upkeep_rows() -> Iterator[Row]:
    """Propellant of a year by altitude, and time to reentry."""
    told = asked("propellant")
    ratio, mean, quoted = told["ratio_400_over_350_frac"], told["mean_kg"], told["quoted"]
    source = "orbit/quoted.csv"
    yield Row("propellant a year at 400 km over that at 350 km, drag of 1999-2025", "0.35-0.5 (cut by more than half, 2011)",
              f"{ratio:.2f}", 0.35 <= ratio <= 0.5, "test", source)  # fmt: skip
    for height in ("350", "400"):
        years = [row[f"propellant_{height}_km_kg"] for row in told["years"].values()]
        got = f"mean {mean[height]:,.0f} kg, by year {min(years):,.0f} to {max(years):,.0f} kg"
        said = f"{quoted[f'propellant-{height}-km']:,.0f} kg (recalled; all uses)"
        yield Row(f"propellant a year against drag at {height} km", said, got, None, "test", source)
    for row in asked("lifetime")["lifetimes"]:
        fate = f"{row['days'] / 365.25:.1f} y" if row["entered"] else "beyond the record's end"
        what = f"reentry without reboost from {row['start']} at {row['altitude_km']:.0f} km, {row['activity']}"
        yield Row(what, "", f"{fate} (F10.7A {row['f107a']:.0f}, Ap {row['ap']:.0f})", None, "derived", "hindcast lifetime")


def main() -> None:
    print("### Density and mean elements\n")
    show([*fit_rows(), *direct_rows(), *precise_rows()])
    print("### Decay of the record outside burns\n")
    show(row for mode in ("daily", "history") for row in decay_rows(asked("decay", mode)))
    print("### Burns, propellant, time to reentry\n")
    burns = asked("burns")
    show([*burn_rows(burns), avoidance_row(burns["avoidance"]), *upkeep_rows()])


if __name__ == "__main__":
    main()
