"""Fit the density scale on the packaged altitude record: ``python tools/fit_density_scale.py``.

Writes data/orbit/decay_blocks.csv (measured against modelled fall in blocks of the record),
data/orbit/density_scale.csv (one coefficient per era with its scatter) and prints the errors on the years left out.
``--facts DIR`` (the geometry folder, with areas_by_epoch.csv) also rebuilds data/orbit/ballistic.csv.
"""

import argparse
import csv
from pathlib import Path
from typing import Any

import numpy as np

from stationkeep.flight import density_scale, hindcast
from stationkeep.flight.density_scale import REFERENCE_KG_PER_M3, REFERENCE_M, SCALE_HEIGHT_M
from stationkeep.formats import density_scale as scale_tables
from stationkeep.formats.altitude import DATA, AltitudeRecord, read_altitude, read_nodes
from stationkeep.formats.density_fit import load_fit
from stationkeep.formats.density_scale import Blocks, Geometry
from stationkeep.formats.space_weather import read_space_weather
from stationkeep.laws.atmosphere import equivalent_ap
from stationkeep.laws.orbit import EARTH_RADIUS_M, decay_rate
from stationkeep.laws.sun import DAY_S

ERAS = [
    ("before-p6", "1998-11-20", "Zarya and Unity, then Zvezda: no large wings"),
    ("p6", "2000-12-03", "P6 and its two wings (STS-97); the trusses S0, S1 and P1 without wings"),
    ("truss", "2006-09-14", "P4 wings deployed (STS-115), then S4 and S6; torque equilibrium attitude"),
]
DRAG_COEFFICIENT = 2.2
"""Assumed; only the product with area, scale over mass is measured. Source: the convention of NASA and SGP4
practice."""
EPOCH = np.datetime64("2000-01-01", "D")
INCLINATION_DEG = 51.64
MODES = ("daily", "history")
LEAST_SIGMA_LN = 0.1
"""Lasting error assumed at least, while few years are known."""
BLOCK_D, LEAST_BLOCK_D, LONGEST_GAP_D = 15, 8, 16.5
DENSE_NOISE_M, LONE_NOISE_M = 20.0, 40.0
USUAL_BALLISTIC = (0.002, 0.013)
"""Single gaps that imply a coefficient outside these bounds hide a burn."""


def exponential_fall(t_s: np.ndarray, h_m: np.ndarray) -> np.ndarray:
    """(n,) fall of each pair in the baseline's atmosphere with a ballistic coefficient of 1 m2/kg."""
    density = REFERENCE_KG_PER_M3 * np.exp(-(h_m - REFERENCE_M) / SCALE_HEIGHT_M)
    rate = np.array([-decay_rate(EARTH_RADIUS_M + h, 1.0, rho) for h, rho in zip(h_m, density, strict=True)])
    return np.append(np.nan, 0.5 * (rate[1:] + rate[:-1])) * np.diff(t_s, prepend=np.nan)


def gather(record: AltitudeRecord) -> dict[str, Blocks]:
    """By Ap mode, blocks of the dense chains, and single gaps of up to LONGEST_GAP_D filled day by day.

    The same blocks in both: what is a burn, and which single gap hides one, is judged with the daily Ap.
    """
    weather, nodes = read_space_weather(), read_nodes()
    fits = {mode: load_fit(INCLINATION_DEG, mode) for mode in MODES}
    ap = {"daily": weather.ap, "history": equivalent_ap(weather.ap3h)}

    def drive(part: AltitudeRecord) -> list[hindcast.Driven]:
        return [hindcast.drive(part, weather, nodes, fits[mode], ap[mode]) for mode in MODES]

    driven, by_history = drive(record)
    falls = exponential_fall(driven.t_s, driven.h_m)
    era_from_s = [(np.datetime64(begun) - EPOCH) / np.timedelta64(1, "s") for _, begun, _ in ERAS]
    rows: list[tuple[float, ...]] = []
    for chain in hindcast.chains(driven):
        number = ((driven.t_s - driven.t_s[chain.start]) // (BLOCK_D * DAY_S)).astype(int)
        number += len(number) * np.searchsorted(era_from_s, driven.t_s, "right")  # no block lies in two eras
        usable = hindcast.clean(driven) & (np.arange(len(number)) > chain.start) & (np.arange(len(number)) < chain.stop)
        for one in np.unique(number[usable]):
            k = np.flatnonzero(usable & (number == one))
            days = np.sum(driven.t_s[k] - driven.t_s[k - 1]) / DAY_S
            if days >= LEAST_BLOCK_D:
                measured = float(np.sum(driven.h_m[k - 1] - driven.h_m[k]))
                rows.append((
                    driven.t_s[k[0] - 1], days, measured, driven.drag_m[k].sum(), falls[k].sum(),
                    driven.activity[k, 1].mean(), DENSE_NOISE_M, by_history.drag_m[k].sum(),
                ))  # fmt: skip
    for k in np.flatnonzero(np.diff(driven.t_s) > hindcast.LONGEST_STEP_D * DAY_S):
        gap_d = (driven.t_s[k + 1] - driven.t_s[k]) / DAY_S
        if gap_d > LONGEST_GAP_D:
            continue
        days = round(gap_d)
        t_s = np.linspace(driven.t_s[k], driven.t_s[k + 1], days + 1)
        h_m = np.interp(t_s, driven.t_s[k : k + 2], driven.h_m[k : k + 2])
        unknown = np.full(days + 1, np.nan)
        filled, filled_by_history = drive(AltitudeRecord(t_s, h_m, unknown, unknown))
        measured, drag = h_m[0] - h_m[-1], np.nansum(filled.drag_m)
        if USUAL_BALLISTIC[0] < measured / drag < USUAL_BALLISTIC[1]:
            falls_here = np.nansum(exponential_fall(t_s, h_m))
            rows.append((t_s[0], gap_d, measured, drag, falls_here, filled.activity[:, 1].mean(), LONE_NOISE_M,
                         np.nansum(filled_by_history.drag_m)))  # fmt: skip
    *columns, drag_history_m = np.array(sorted(rows)).T
    daily = Blocks(*columns)
    return {"daily": daily, "history": daily._replace(drag_m=drag_history_m)}


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def day(t_s: float) -> str:
    return str(EPOCH + int(t_s // DAY_S))


def write_blocks(blocks: Blocks, drag_history_m: np.ndarray) -> None:
    """decay_blocks.csv"""
    write(DATA / "decay_blocks.csv", [
        {
            "date": day(b.start_t_s), "days": f"{b.days:.2f}", "measured_m": f"{b.measured_m:.1f}",
            "drag_m": f"{b.drag_m:.1f}", "drag_history_m": f"{by_history:.1f}", "exponential_m": f"{b.exponential_m:.1f}", "f107a": f"{b.f107a:.1f}",
            "noise_m": f"{b.noise_m:.0f}", "source": "altitude.csv against the fitted NRLMSISE-00", "status": "derived",
        }
        for *values, by_history in zip(*blocks, drag_history_m, strict=True) for b in [Blocks(*values)]
    ])  # fmt: skip


def build_ballistic(facts: Path) -> None:
    """ballistic.csv: mass and drag area by half-year, docked vehicles included, wings tracking at zero beta."""
    with (facts / "areas_by_epoch.csv").open() as file:
        rows = {row["date"]: row for row in csv.DictReader(file) if row["with_vehicles"] == "1"}
    write(DATA / "ballistic.csv", [
        {
            "date": date, "mass_kg": row["mass_kg"], "area_m2": row["A_x_mean_tracking_beta0_m2"],
            "area_wings_fixed_m2": row["A_x_fixed_m2"],
            "source": "geometry of parts (facts/geometry/areas_by_epoch.csv)", "status": "derived",
        }
        for date, row in sorted(rows.items())
    ])  # fmt: skip


def lasting_error(blocks: Blocks, geometry: Geometry) -> float:
    """Scatter of yearly means (years of at least five blocks) about the fit without that year: what a new year may
    bring."""
    years = density_scale.year_of(blocks.start_t_s)
    means = []
    for year in np.unique(years):
        here = years == year
        if 5 <= np.sum(here) < len(years):
            scale = density_scale.fit_scale(blocks, geometry, (int(year),))
            modelled = blocks.drag_m[here] * scale.ballistic(blocks.start_t_s[here], blocks.f107a[here])
            means.append(np.log(blocks.measured_m[here].sum() / modelled.sum()))
    return max(float(np.sqrt(np.mean(np.square(means)))) if means else 0.0, LEAST_SIGMA_LN)


def write_scale(by_mode: dict[str, Blocks]) -> None:
    """density_scale.csv: by Ap mode the fit on the blocks known at each new year, its scatter, and the reference mass and
    area."""
    blocks = by_mode["daily"]
    ended = blocks.start_t_s + blocks.days * DAY_S
    rows: list[dict[str, Any]] = []
    counted = 0
    for known in np.arange("2000", "2027", dtype="datetime64[Y]").astype("datetime64[D]"):
        known_s = (known - EPOCH) / np.timedelta64(1, "s")
        if np.sum(ended < known_s) > counted:
            counted = int(np.sum(ended < known_s))
            for mode, all_blocks in by_mode.items():
                rows += scale_rows(Blocks(*(values[ended < known_s] for values in all_blocks)), str(known), mode)
    write(DATA / "density_scale.csv", rows)
    for row in rows[-len(MODES) * len(ERAS) :]:
        print(
            {
                key: row[key]
                for key in ("ap_mode", "era", "scale", "ballistic_m2_per_kg", "sigma_ln", "sigma_block_ln", "blocks")
            }
        )
    print("low-flux exponent", rows[-1]["low_flux_exponent"], "correlation", rows[-1]["correlation_d"], "d")


def scale_rows(blocks: Blocks, known_utc: str, ap_mode: str) -> list[dict[str, Any]]:
    """One row per era that has blocks."""
    names, begins, _ = zip(*ERAS, strict=True)
    geometry = scale_tables.read_areas(names, np.array(begins, "datetime64[D]"))
    scale = density_scale.fit_scale(blocks, geometry)
    with (DATA / "ballistic.csv").open() as file:
        masses = [float(row["mass_kg"]) for row in csv.DictReader(file)]
    era = geometry.era(blocks.start_t_s)
    left = np.log(blocks.measured_m / blocks.drag_m / scale.ballistic(blocks.start_t_s, blocks.f107a))
    dense = blocks.noise_m == DENSE_NOISE_M
    followed = dense[1:] & dense[:-1] & (np.diff(blocks.start_t_s) < 20 * DAY_S) & (era[1:] == era[:-1])
    correlation = np.corrcoef(left[1:][followed], left[:-1][followed])[0, 1]
    persistent = lasting_error(blocks, geometry)
    rows = []
    for k, begun in enumerate(geometry.era_from_s):
        here = era == k
        if not here.any():
            continue
        last = k == len(ERAS) - 1
        middle_s = scale_tables.REFERENCE_S if last else np.median(blocks.start_t_s[here])
        mass = float(np.interp(middle_s, geometry.t_s, masses))
        area = mass * float(np.interp(middle_s, geometry.t_s, geometry.area_per_mass))
        ballistic = float(np.exp(scale.ln_ballistic[k]))
        rows.append({
            "known_utc": known_utc, "ap_mode": ap_mode, "era": ERAS[k][0], "era_from": day(begun), "era_to": ERAS[k + 1][1] if k + 1 < len(ERAS) else "",
            "drag_coefficient": DRAG_COEFFICIENT, "area_m2": f"{area:.0f}", "mass_kg": f"{mass:.0f}",
            "scale": f"{ballistic * mass / DRAG_COEFFICIENT / area:.4f}", "ballistic_m2_per_kg": f"{ballistic:.6f}",
            "low_flux_f107a": density_scale.LOW_FLUX, "low_flux_exponent": f"{scale.low_flux_exponent:.3f}",
            "trend_per_decade": f"{scale.trend_per_decade:.4f}", "trend_from": day(scale_tables.REFERENCE_S),
            "sigma_ln": f"{persistent:.3f}", "sigma_block_ln": f"{np.sqrt(np.mean(left[here] ** 2)):.3f}",
            "correlation_d": f"{-BLOCK_D / np.log(max(correlation, 0.01)):.0f}", "blocks": int(here.sum()),
            "calibration_from": day(blocks.start_t_s[here].min()), "calibration_to": day(blocks.start_t_s[here].max()),
            "note": ERAS[k][2], "source": "tools/fit_density_scale.py on altitude.csv", "status": "derived",
        })  # fmt: skip
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", type=Path)
    facts = parser.parse_args().facts
    if facts:
        build_ballistic(facts)
    found = gather(read_altitude())
    write_blocks(found["daily"], found["history"].drag_m)
    write_scale(found)
