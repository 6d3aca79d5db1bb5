"""Print the orbit's figures for docs/validation.md: ``python tools/validation/orbit.py`` (``--precise`` flies a year with satkit).

Fit of the drag density, mean elements against quadrature and against a precise code, Ap modes, decay against the record.
"""

import argparse
import csv
import math
import time

import numpy as np

from stationkeep.flight import hindcast, replay
from stationkeep.formats import density_scale as scale_tables
from stationkeep.formats.altitude import read_altitude, read_nodes
from stationkeep.formats.density_fit import PACKAGED, load_fit
from stationkeep.formats.space_weather import read_space_weather
from stationkeep.laws.atmosphere import DensityFit, decay_step, drag_density_direct, equivalent_ap
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

START_S = 8036 * DAY_S  # 2022-01-01
ALTITUDE_M, BALLISTIC, ACTIVITY = 415e3, 0.0085, (150.0, 150.0, 15.0)
INCLINATION_DEG, NODE_DEG = 51.64, 100.0


def fit_errors() -> None:
    """The stored table of fit errors, worst first by band."""
    print("Fitted <rho F> against quadrature (rms, 99th percentile, largest):")
    with PACKAGED.with_name("fit_errors.csv").open() as file:
        for row in csv.DictReader(file):
            shares = " ".join(f"{100 * float(row[k]):6.2f} %" for k in ("rms_frac", "p99_frac", "max_frac"))
            place = f"{row['inclination_deg']:>5} deg {row['ap_mode']:>7} {row['h_low_km']}-{row['h_high_km']} km"
            print(f"  {place} {shares}  {row['samples']}")


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
    started = time.time()
    truth, node, free = precise(days, ap_mode)
    flown = fly_mean(load_fit(INCLINATION_DEG, ap_mode), EARTH_RADIUS_M + 1e3 * truth[0], node, free, len(truth) - 1)
    errors = {day: float((flown[0] - flown[day]) / (truth[0] - truth[day]) - 1.0) for day in (29, 89, 179, 364) if day < len(truth)}
    told = ", ".join(f"day {day} {100 * error:+.2f} % of {truth[0] - truth[day]:.2f} km" for day, error in errors.items())
    print(f"  fitted mean elements against a precise code, Ap {ap_mode}: {told} ({time.time() - started:.0f} s)")
    return errors


def against_direct(days: int) -> None:
    """Fit against quadrature in the same mean-element orbit."""
    for ap_mode in ("daily", "history"):
        a_m, node, free = EARTH_RADIUS_M + ALTITUDE_M, math.radians(NODE_DEG), (0.0, 0.0)
        fitted = fly_mean(load_fit(INCLINATION_DEG, ap_mode), a_m, node, free, days)
        direct = fly_direct(a_m, node, free, days, ap_mode)
        error = (fitted[0] - fitted) / (direct[0] - direct + 1e-12) - 1.0
        print(f"  fit against quadrature, Ap {ap_mode}: " + ", ".join(f"day {d} {100 * error[d]:+.2f} %" for d in (30, 90, days)))


def decay_record() -> None:
    """The hindcast in both Ap modes."""
    weather, blocks, geometry = read_space_weather(), scale_tables.read_blocks(), scale_tables.read_geometry()
    for ap_mode in ("daily", "history"):
        fit = load_fit(INCLINATION_DEG, ap_mode)
        ap = equivalent_ap(weather.ap3h) if ap_mode == "history" else weather.ap
        driven = hindcast.drive(read_altitude(), weather, read_nodes(), fit, ap)
        summary = replay.summarize(replay.replay(driven, (30, 90, 180), blocks, geometry, fit))
        for days, told in summary.items():
            parts = {"model": told, "in sample": told["in_sample"], **told["baselines"]}
            print(f"  Ap {ap_mode}, {days} days: " + "; ".join(
                f"{name} {100 * e['median_abs_error_frac']:.1f} % (p75 {100 * e['p75_abs_error_frac']:.1f}, bias "
                f"{100 * e['bias_frac']:+.1f}, n {e['n']})" for name, e in parts.items()
            ))  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--precise", action="store_true", help="fly 365 days numerically in both Ap modes (satkit, brahe)")
    asked = parser.parse_args().precise
    fit_errors()
    print(f"Decay from {ALTITUDE_M / 1e3:.0f} km, Cd A / m {BALLISTIC} m2/kg, F10.7 150, Ap 15:")
    against_direct(180)
    for mode, span_d in (("history", 365), ("daily", 365 if asked else 0)):
        if asked and span_d:
            against_precise(span_d, mode)
    print("Decay of the record outside burns:")
    decay_record()
