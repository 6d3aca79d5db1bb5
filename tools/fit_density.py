"""Fit the orbit-mean drag density of NRLMSISE-00 and measure the fit: ``python tools/fit_density.py``.

Writes data/atmosphere/drag_density.npz (coefficients) and fit_errors.csv (rms, 99th percentile and largest error on
samples that the fit never saw, per inclination, Ap mode, range of F10.7A and altitude band; ``domain`` samples fill the whole
box of arguments, ``record`` samples take the solar activity of days of the record). ``--only 51.6/daily`` refits one and
keeps the others. ``--inclination 28.5 [--ap-mode history] [--model nrlmsis21]`` makes one for this user alone, kept in the
user's cache folder and found there by the package; NRLMSIS 2.1 may not be shipped.
"""

import argparse
import csv
import itertools
import time
from typing import Any

import numpy as np

from stationkeep.formats.density_fit import PACKAGED, load_fit, own_fits, save_fits
from stationkeep.formats.space_weather import read_space_weather
from stationkeep.laws import atmosphere
from stationkeep.laws.atmosphere import (
    AP_OFFSET,
    ECCENTRICITY_UNIT,
    FIT_GRID,
    FREE_ECCENTRICITY_LIMIT,
    HARMONICS,
    POWERS,
    DensityFit,
    drag_density_direct,
    eccentricity_powers,
    height_powers,
    in_strands,
    ln_drag_density,
    mapped,
)
from stationkeep.laws.orbit import EARTH_RADIUS_M, frozen_eccentricity

FITS = [(51.6, "daily"), (51.6, "history"), (97.0, "daily"), (97.0, "history"), (41.5, "daily"), (41.5, "history")]
BANDS_KM = [(150, 280), (270, 390), (380, 490), (480, 560)]
SUNS = [
    {"f107a": (60.0, 285.0), "f107 over f107a": (0.55, 1.8), "ap": (0.0, 300.0)},
    {"f107a": (280.0, 400.0), "f107 over f107a": (0.6, 1.5), "ap": (0.0, 300.0)},  # stronger than any cycle on record
]
BOXES = [(sun, band_km) for sun in range(len(SUNS)) for band_km in BANDS_KM]
TURNING_DEGREE = 4
ORDERS = [(0, 0), (1, 0), (2, 0), (3, 0), (0, 1), (0, 2), (0, 3), (0, 4), (1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 4),
          (3, 1), (3, 2)]  # harmonics of (year, local time): of all up to (4, 4) the 16 that contribute most at 51.6 and 97 deg
POLAR_ORDERS = [*ORDERS, (4, 0), (4, 1)]
TRAINING, TESTING, ECCENTRIC = 60_000, 3_000, 30_000
FEW = [(0, 1), (0, 2), (1, 0), (1, 1)]  # harmonics in which the square of the free eccentricity turns
TEST_GRID = (16, 6)
SAMPLES = ("domain", "record", "domain with free eccentricity", "record with free eccentricity")
ERRORS = PACKAGED.with_name("fit_errors.csv")
COLUMNS = [
    "inclination_deg", "ap_mode", "f107a", "h_low_km", "h_high_km", "samples", "count", "rms_frac", "p99_frac", "max_frac",
    "source", "status",
]  # fmt: skip


def monomials(degree: int) -> list[tuple[int, ...]]:
    """Exponents of the four variables up to a degree, by degree."""
    every = (e for e in itertools.product(range(degree + 1), repeat=4) if sum(e) <= degree)
    return sorted(every, key=lambda e: (sum(e), e))


def harmonics(orders: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Pairs of indices among 1, cos, sin, cos 2, ... of (year, local time), the constant first."""
    return [
        (i, j)
        for day, node in orders
        for i in ((2 * day - 1, 2 * day) if day else (0,))
        for j in ((2 * node - 1, 2 * node) if node else (0,))
    ]


def eccentric_terms(pairs: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Terms of the free eccentricity: power, harmonic, number of monomials. Its vector turns with every harmonic, the
    slowest to the highest degree; its squares with a few; cubes and the fourth power are steady."""
    count = [len(monomials(degree)) for degree in range(5)]
    orders = [((i + 1) // 2, (j + 1) // 2) for i, j in pairs]
    vector = [(power, k, count[max(2, min(4, 5 - sum(order)))]) for k, order in enumerate(orders) for power in (0, 1)]
    squares = [(power, k, count[4 if k == 0 else 1]) for power in (2, 3, 4) for k, order in enumerate(orders) if k == 0 or order in FEW]
    return vector + squares + [(power, 0, count[2]) for power in range(5, POWERS)]


def empty_fit(inclination_deg: float) -> DensityFit:
    """A fit with every coefficient zero; inside its range it does not ask what quadrature it stands for."""
    polar = not 45.0 < inclination_deg < 60.0  # the local time of the node matters more, and to higher harmonics
    powers, pairs = monomials(7 if polar else 6), harmonics(POLAR_ORDERS if polar else ORDERS)
    place = {e: k for k, e in enumerate(powers)}
    tree = np.zeros((2, len(powers)), np.int64)
    for k, e in enumerate(powers[1:], 1):
        tree[1, k] = next(v for v in range(4) if e[v])
        tree[0, k] = place[tuple(p - (v == tree[1, k]) for v, p in enumerate(e))]
    turning = len(monomials(TURNING_DEGREE))
    terms = eccentric_terms(pairs)
    turns, stays = np.zeros((len(BOXES), len(pairs), turning)), np.zeros((len(BOXES), len(powers) - turning))
    term, eccentric = np.array(terms).T.copy(), np.zeros((len(BOXES), sum(count for _, _, count in terms)))
    return DensityFit(
        band_m=np.array(BANDS_KM, float).T.copy() * 1e3,
        driver=(driver := np.array([list(sun.values()) for sun in SUNS]).transpose(2, 0, 1).copy()),
        monomial=tree,
        harmonic=np.array(pairs).T.copy(),
        turning=turns, steady=stays, term=term, eccentric=eccentric,
        height=height_powers(tree), ln_driver=mapped(driver), **in_strands(turns, stays, term, eccentric),
        inclination_rad=float(np.radians(inclination_deg)), history=False, model=0,
    )  # fmt: skip


def draw(rng: np.random.Generator, count: int, box: tuple[int, tuple[int, int]], record: Any = None) -> list[np.ndarray]:
    """Arguments h_m, day, node_rad, f107, f107a, ap: over the whole box (denser where the Sun usually is), or days
    of the record."""
    drivers, band_km = SUNS[box[0]], box[1]
    h = rng.uniform(*band_km, count) * 1e3
    day, node = rng.uniform(1.0, 366.25, count), rng.uniform(0.0, 2.0 * np.pi, count)
    if record is not None:
        k = rng.integers(1, len(record.f107), count)
        f107, f107a, ap = record.f107[k - 1], record.f107a[k], record.ap[k]
        return [h, day, node, np.clip(f107, *(np.array(drivers["f107 over f107a"])[:, None] * f107a)), f107a, ap]
    f107a = rng.uniform(*drivers["f107a"], count)
    usual = rng.random(count) < 0.5
    ratio = np.where(usual, rng.normal(1.0, 0.16, count), rng.uniform(*drivers["f107 over f107a"], count))
    ap = np.where(usual, rng.exponential(14.0, count), np.exp(rng.uniform(np.log(2.0), np.log(300.0), count)))
    return [h, day, node, f107a * np.clip(ratio, *drivers["f107 over f107a"]), f107a, np.clip(ap, *drivers["ap"])]


def direct(
    arguments: list[np.ndarray], inclination_rad: float, kind: tuple[str, str], free: Any = (0.0, 0.0), grid: Any = FIT_GRID
) -> np.ndarray:
    """ln <rho F> by quadrature, in chunks; ``kind`` is (Ap mode, model), ``free`` (two numbers or arrays) is added to the
    frozen eccentricity, ``grid`` is (points, hours)."""
    out = []
    ex, ey = (np.broadcast_to(along, len(arguments[0])) for along in free)
    for start in range(0, len(arguments[0]), 4000):
        here = slice(start, start + 4000)
        part = [x[here] for x in arguments]
        frozen = np.array([frozen_eccentricity(EARTH_RADIUS_M + h, inclination_rad) for h in part[0]])
        out.append(
            drag_density_direct(
                *part, inclination_rad, ex[here], frozen + ey[here], ap_mode=kind[0], model=kind[1], points=grid[0], hours=grid[1]
            )
        )
    return np.log(np.concatenate(out))


def design(fit: DensityFit, arguments: list[np.ndarray], box: int) -> tuple[np.ndarray, np.ndarray]:
    """Values of the monomials (n, M) and of the harmonics (n, H), as the compiled evaluator forms them."""
    h, day, node, f107, f107a, ap = arguments

    def unit(value: Any, low: Any, high: Any) -> Any:
        return (2 * value - low - high) / (high - low)

    sun, band = divmod(box, fit.band_m.shape[1])
    low, high = fit.driver[:, sun]
    x = [
        unit(h, *fit.band_m[:, band]),
        unit(np.log(f107a), np.log(low[0]), np.log(high[0])),
        unit(np.log(f107 / f107a), np.log(low[1]), np.log(high[1])),
        unit(np.log(ap + AP_OFFSET), np.log(low[2] + AP_OFFSET), np.log(high[2] + AP_OFFSET)),
    ]
    monomial = np.ones((len(h), fit.monomial.shape[1]))
    for k in range(1, monomial.shape[1]):
        monomial[:, k] = monomial[:, fit.monomial[0, k]] * x[fit.monomial[1, k]]

    def waves(angle: np.ndarray) -> np.ndarray:
        turns = [fn(k * angle) for k in range(1, HARMONICS + 1) for fn in (np.cos, np.sin)]
        return np.stack([np.ones_like(angle), *turns], 1)

    return monomial, waves(2 * np.pi * day / 365.25)[:, fit.harmonic[0]] * waves(node)[:, fit.harmonic[1]]


def least_squares(blocks: Any) -> np.ndarray:
    """Least squares over blocks of (matrix, values) by normal equations with a ridge of 1e-12 of the mean diagonal."""
    normal: Any = 0.0
    right: Any = 0.0
    for matrix, values in blocks:
        normal, right = normal + matrix.T @ matrix, right + matrix.T @ values
    return np.linalg.solve(normal + 1e-12 * np.trace(normal) / len(normal) * np.eye(len(normal)), right)


def crossed(monomial: np.ndarray, wave: np.ndarray) -> np.ndarray:
    """(n, H * T): every harmonic times every monomial."""
    return (wave[:, :, None] * monomial[:, None, :]).reshape(len(wave), -1)


def eccentricities(rng: np.random.Generator, count: int, most: float) -> tuple[np.ndarray, np.ndarray]:
    """Free eccentricities, spread evenly over a disc."""
    size, angle = most * np.sqrt(rng.random(count)), rng.uniform(0.0, 2.0 * np.pi, count)
    return size * np.cos(angle), size * np.sin(angle)


def fit_box(fit: DensityFit, box: int, kind: tuple[str, str], rng: np.random.Generator) -> None:
    """Fill the coefficients of one box (a band in a range of the Sun's activity) in place."""
    arguments = draw(rng, TRAINING, BOXES[box])
    values = direct(arguments, fit.inclination_rad, kind)
    (waves, turning), at = fit.turning.shape[1:], np.arange(TRAINING).reshape(-1, 5000)

    def blocks() -> Any:
        for here in at:
            monomial, wave = design(fit, [x[here] for x in arguments], box)
            yield np.concatenate([crossed(monomial[:, :turning], wave), monomial[:, turning:]], 1), values[here]

    solved = least_squares(blocks())
    fit.turning[box] = solved[: waves * turning].reshape(waves, turning)
    fit.steady[box] = solved[waves * turning :]

    arguments = [x[:ECCENTRIC] for x in arguments]
    ex, ey = eccentricities(rng, ECCENTRIC, ECCENTRICITY_UNIT)
    change = direct(arguments, fit.inclination_rad, kind, (ex, ey)) - values[:ECCENTRIC]
    power = np.empty((ECCENTRIC, POWERS))
    for k in range(ECCENTRIC):
        eccentricity_powers(ex[k], ey[k], power[k])

    def eccentric_blocks() -> Any:
        for here in at[: ECCENTRIC // 5000]:
            monomial, wave = design(fit, [x[here] for x in arguments], box)
            columns = [(power[here, p] * wave[:, w])[:, None] * monomial[:, :count] for p, w, count in fit.term.T]
            yield np.concatenate(columns, 1), change[here]

    fit.eccentric[box] = least_squares(eccentric_blocks())


def measure(fit: DensityFit, box: int, kind: tuple[str, str], rng: np.random.Generator) -> list[dict[str, Any]]:
    """Errors of the compiled evaluator on new samples: the whole box and days of the record, with the frozen
    eccentricity and with any free one."""
    record = read_space_weather()
    sun, (low_km, high_km) = BOXES[box]
    band = box % len(BANDS_KM)
    alone = fit._replace(
        band_m=fit.band_m[:, band : band + 1].copy(), driver=fit.driver[:, sun : sun + 1].copy(),
        ln_driver=fit.ln_driver[:, sun : sun + 1].copy(),
        **in_strands(fit.turning[box : box + 1], fit.steady[box : box + 1], fit.term, fit.eccentric[box : box + 1]),
    )  # fmt: skip
    rows = []
    for samples in SAMPLES if sun == 0 else SAMPLES[::2]:
        arguments = draw(rng, TESTING, BOXES[box], record if samples.startswith("record") else None)
        free = eccentricities(rng, TESTING, FREE_ECCENTRICITY_LIMIT) if "free" in samples else np.zeros((2, TESTING))
        truth = direct(arguments, fit.inclination_rad, kind, free, TEST_GRID)
        fitted = np.array([ln_drag_density(alone, *values)[0] for values in zip(*arguments, *free, strict=True)])
        error = np.abs(np.expm1(fitted - truth))
        rows.append({
            "inclination_deg": np.degrees(fit.inclination_rad).round(3), "ap_mode": kind[0],
            "f107a": "-".join(f"{x:g}" for x in SUNS[sun]["f107a"]), "h_low_km": low_km, "h_high_km": high_km, "samples": samples, "count": TESTING, "rms_frac": np.sqrt(np.mean(error**2)),
            "p99_frac": np.quantile(error, 0.99), "max_frac": error.max(),
            "source": "tools/fit_density.py against NRLMSISE-00 (pymsis version 0) quadrature", "status": "derived",
        })  # fmt: skip
    return rows


def write(fits: dict[tuple[float, str], DensityFit], rows: list[dict[str, Any]]) -> None:
    """Write the coefficients and the table of errors."""
    save_fits(fits)
    with ERRORS.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def make_own(inclination_deg: float, ap_mode: str, model: str) -> None:
    """Fit one inclination for this user, tell its errors, keep it beside the user's others."""
    fit, path = empty_fit(inclination_deg), own_fits(model)
    for box, (_, band_km) in enumerate(BOXES):
        fit_box(fit, box, (ap_mode, model), np.random.default_rng([9, box]))
        for row in measure(fit, box, (ap_mode, model), np.random.default_rng([9, box, 1])):
            print(f"{band_km} km, F10.7A {row['f107a']}, {row['samples']}: rms {100 * row['rms_frac']:.2f} %, largest {100 * row['max_frac']:.1f} %", flush=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_fits({(inclination_deg, ap_mode): fit}, path)
    print(f"written to {path}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="inclination/mode, for example 51.6/daily")
    parser.add_argument("--inclination", type=float, help="make a fit of your own, deg")
    parser.add_argument("--ap-mode", choices=("daily", "history"), default="daily", help="of your own fit")
    parser.add_argument("--model", choices=list(atmosphere.MODELS), default="nrlmsise00", help="of your own fit")
    asked = parser.parse_args()
    if asked.inclination is not None:
        return make_own(asked.inclination, asked.ap_mode, asked.model)
    only = asked.only
    fits: dict[tuple[float, str], DensityFit] = {}
    rows: dict[tuple[float, str], list[dict[str, Any]]] = {}
    for row in csv.DictReader(ERRORS.open()) if ERRORS.exists() else []:
        rows.setdefault((float(row["inclination_deg"]), row["ap_mode"]), []).append(row)
    for kind in FITS:
        if kind in rows:
            fits[kind] = load_fit(*kind)
    for number, (inclination_deg, ap_mode) in enumerate(FITS):
        if only not in (None, f"{inclination_deg:g}/{ap_mode}"):
            continue
        fit = empty_fit(inclination_deg)
        rows[inclination_deg, ap_mode] = []
        for box, (_, band_km) in enumerate(BOXES):
            started = time.time()
            fit_box(fit, box, (ap_mode, "nrlmsise00"), np.random.default_rng([number, box]))
            found = measure(fit, box, (ap_mode, "nrlmsise00"), np.random.default_rng([number, box, 1]))
            rows[inclination_deg, ap_mode] += [
                {k: f"{v:.6f}" if k.endswith("frac") else v for k, v in row.items()} for row in found
            ]
            said = ", ".join(f"{r['samples']} {100 * r['rms_frac']:.3f}/{100 * r['max_frac']:.2f} %" for r in found)
            print(f"{inclination_deg:g}/{ap_mode} {band_km} km, F10.7A {found[0]['f107a']}, rms/max: {said} ({time.time() - started:.0f} s)", flush=True)
        fits[inclination_deg, ap_mode] = fit
        write({kind: fits[kind] for kind in FITS if kind in fits}, [row for kind in FITS for row in rows.get(kind, [])])


if __name__ == "__main__":
    assert atmosphere.MODELS["nrlmsise00"] == 0, "only NRLMSISE-00 may be shipped"
    main()
