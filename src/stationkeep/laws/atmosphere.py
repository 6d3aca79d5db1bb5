"""Laws of the upper atmosphere as a station feels it: the orbit mean of density times co-rotation, direct and in a
fitted form.

What drag needs is ``<rho F>``: the mean over the orbit and the day of density times F = v_rel (v_rel . v) / v^3,
where v_rel is the speed against an atmosphere that turns with the Earth. `drag_density_direct` computes it by
quadrature from NRLMSISE-00 (or, by name, NRLMSIS 2.1, whose licence keeps it to the user's machine);
`ln_drag_density` evaluates the form fitted to the former.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit, objmode

from stationkeep.laws.orbit import (
    EARTH_RADIUS_M,
    EARTH_ROTATION_RAD_PER_S,
    FLATTENING,
    GRAVITY_RADIUS_M,
    J2,
    MU_M3_PER_S2,
    decay_rate,
    frozen_eccentricity,
    node_rate,
    perigee_rate,
    rotate_free_eccentricity,
)
from stationkeep.laws.solar import normal_quantile
from stationkeep.laws.sun import day_of_year, node_local_time
from stationkeep.loops import borrows, borrows_and_regroups

MODELS = {"nrlmsise00": 0, "nrlmsis21": 2.1}
"""Named density models and their `pymsis` version. Sources: Picone et al. 2002; Emmert et al. 2022."""


def orbit_radius(u_rad: Any, a_m: Any, inclination_rad: float, ex: Any, ey: Any) -> Any:
    """Distance from the Earth's centre, m, at argument of latitude ``u_rad`` on a near-circular orbit under J2.

    ``ex, ey`` = e cos w, e sin w of the mean orbit. Broadcasts. Source: Brouwer 1959, first-order short-period term
    for small eccentricity; amplitudes checked against a numerical orbit (constant term -784 m for -781, cos 2u 991 m
    for 994).
    """
    sin_i, cos_i = math.sin(inclination_rad), math.cos(inclination_rad)
    k_m = J2 * GRAVITY_RADIUS_M**2 / a_m
    short_period = -0.75 * k_m * (3.0 * cos_i**2 - 1.0) + 0.25 * k_m * sin_i**2 * np.cos(2.0 * u_rad)
    return a_m + short_period - a_m * (ex * np.cos(u_rad) + ey * np.sin(u_rad))


def geodetic_altitude(radius_m: Any, sin_latitude: Any) -> tuple[Any, Any]:
    """Altitude (m) above the ellipsoid and geodetic latitude (rad) from radius and sine of geocentric latitude.
    Source: Bowring 1976."""
    z_m, p_m = radius_m * sin_latitude, radius_m * np.sqrt(1.0 - sin_latitude**2)
    e2 = FLATTENING * (2.0 - FLATTENING)
    polar_m = EARTH_RADIUS_M * (1.0 - FLATTENING)
    theta = np.arctan2(z_m * EARTH_RADIUS_M, p_m * polar_m)
    latitude = np.arctan2(
        z_m + e2 / (1.0 - e2) * polar_m * np.sin(theta) ** 3, p_m - e2 * EARTH_RADIUS_M * np.cos(theta) ** 3
    )
    return p_m / np.cos(latitude) - EARTH_RADIUS_M / np.sqrt(1.0 - e2 * np.sin(latitude) ** 2), latitude


def drag_density_direct(
    h_m: Any,
    year_day: Any,
    node_local_time_rad: Any,
    f107: Any,
    f107a: Any,
    ap: Any,
    inclination_rad: float,
    ex: Any = None,
    ey: Any = None,
    model: str = "nrlmsise00",
    ap_mode: str = "daily",
    points: int = 16,
    hours: int = 6,
) -> Any:
    """<rho F> in kg/m3 by quadrature: ``points`` arguments of latitude times ``hours`` universal times (longitudes)
    of the day.

    ``h_m`` (n,) is the mean altitude a - EARTH_RADIUS_M; ``f107`` that of the previous day, ``f107a`` the centred
    81-day mean; ``ap`` (n,) daily, or (n, 7) in the layout of MSIS (daily, 0 h, 3 h, 6 h, 9 h ago, mean of 12-33 h,
    of 36-57 h ago); ``ap_mode`` is ``daily`` (uses the daily Ap) or ``history`` (uses the 3-hour values); ``ex, ey``
    default to the frozen eccentricity. Returns (n,). Oblateness, J2 radius, eccentricity, day-night bulge, longitude
    and co-rotation are in. Raises ValueError for an unknown model or mode. Source: Picone et al. 2002 through
    `pymsis`.
    """
    import pymsis

    if model not in MODELS:
        raise ValueError(f"unknown density model {model!r}; known: {', '.join(MODELS)}")
    if ap_mode not in ("daily", "history"):
        raise ValueError(f"unknown Ap mode {ap_mode!r}; known: daily, history")
    h_m, doy, local_time, f107, f107a = (
        x[:, None, None]
        for x in np.broadcast_arrays(*np.atleast_1d(h_m, year_day, node_local_time_rad, f107, f107a), subok=True)
    )
    n = h_m.shape[0]
    a_m = EARTH_RADIUS_M + h_m
    ex_ = np.zeros(n) if ex is None else np.broadcast_to(ex, n)
    ey_ = _frozen(a_m[:, 0, 0], inclination_rad) if ey is None else np.broadcast_to(ey, n)
    u = ((np.arange(points) + 0.5) * 2.0 * np.pi / points)[None, :, None]
    utc_h = ((np.arange(hours) + 0.5) * 24.0 / hours)[None, None, :]
    sin_i, cos_i = math.sin(inclination_rad), math.cos(inclination_rad)
    radius = orbit_radius(u, a_m, inclination_rad, ex_[:, None, None], ey_[:, None, None])
    sin_latitude = sin_i * np.sin(u)
    altitude_m, latitude = geodetic_altitude(radius, sin_latitude)
    solar_time = local_time + np.arctan2(cos_i * np.sin(u), np.cos(u))
    longitude_deg = (np.degrees(solar_time) - 15.0 * utc_h + 180.0) % 360.0 - 180.0
    shape = np.broadcast_shapes(longitude_deg.shape, altitude_m.shape)
    second = np.floor(doy) - 1.0 + utc_h / 24.0
    date = np.datetime64("2001-01-01", "ms") + np.round(second * 86400e3).astype("timedelta64[ms]")

    def flat(x: Any) -> Any:
        return np.broadcast_to(x, shape).ravel()

    ap = np.asarray(ap, float)
    seven = np.broadcast_to(ap[..., None], (n, 7)) if ap.ndim < 2 else ap
    rho = pymsis.calculate(
        flat(date),
        flat(longitude_deg),
        flat(np.degrees(latitude)),
        flat(altitude_m / 1e3),
        flat(f107),
        flat(f107a),
        np.broadcast_to(seven[:, None, None, :], (*shape, 7)).reshape(-1, 7),
        version=MODELS[model],
        geomagnetic_activity=1 if ap_mode == "daily" else -1,
    )[:, 0].reshape(shape)
    speed = np.sqrt(MU_M3_PER_S2 / a_m)
    carried = EARTH_ROTATION_RAD_PER_S * a_m
    along = speed - carried * cos_i
    relative = np.sqrt(speed**2 - 2.0 * speed * carried * cos_i + carried**2 * (1.0 - sin_latitude**2))
    return np.mean(rho * relative * along / speed**2, axis=(1, 2))


def _frozen(a_m: Any, inclination_rad: float) -> Any:
    return np.vectorize(frozen_eccentricity)(a_m, inclination_rad)


class DensityFit(NamedTuple):
    """The fitted form of ln <rho F> for one inclination and Ap mode: S ranges of the Sun's activity, B altitude bands, M
    monomials, H harmonics.

    The logarithm of NRLMSISE-00's orbit mean is a polynomial in (altitude, ln F10.7A, ln F10.7/F10.7A, ln(Ap + 15)),
    each mapped to [-1, 1] in its range and band, whose first T coefficients also turn with the day of the year and the local time of the
    node. The free eccentricity adds E terms, each a product of one of its ten `eccentricity_powers`, a harmonic and a polynomial in
    the same variables (N coefficients together). Built by ``tools/fit_density.py``. For the computer both are laid out by
    coefficient: what is multiplied by the J factors, each a power of the free eccentricity and a harmonic, and added up (`in_strands`).
    """

    band_m: np.ndarray  # (2, B) lowest and highest altitude; bands overlap
    driver: np.ndarray  # (2, S, 3) lowest and highest F10.7A, F10.7/F10.7A, Ap; F10.7A rises from range to range
    monomial: np.ndarray  # (2, M) the monomial one degree lower and the variable (0..3) that multiplies it
    harmonic: (
        np.ndarray
    )  # (2, H) indices among 1, cos x, sin x, cos 2x, ... of the day and of the node; the constant first
    turning: np.ndarray  # (S B, H, T) coefficients of the first T monomials
    steady: np.ndarray  # (S B, M - T) coefficients of the other monomials
    term: np.ndarray  # (3, E) of the free eccentricity: power, harmonic, how many of the first monomials
    eccentric: np.ndarray  # (S B, N) their coefficients, one term after the other
    height: np.ndarray  # (M,) the power of the altitude in each monomial
    ln_driver: np.ndarray  # (2, S, 3) `driver` as the polynomial takes it
    row: np.ndarray  # (2, J) power of the free eccentricity (0: none) and harmonic of each factor
    strand: np.ndarray  # (2, T) where in `table` the numbers of a coefficient begin, and how many there are
    table: np.ndarray  # (S B, .) `turning` and `eccentric`, but for what does not turn, by coefficient; float32
    mean: np.ndarray  # (S B, M) what does not turn: the coefficients at mean harmonics and no free eccentricity
    inclination_rad: float  # of the orbit it is loaded for
    history: bool  # made with the ap history, not the daily Ap
    model: int  # row of `MODELS`


FITTED = DensityFit._fields[:-9]
"""What is stored of a fit; the rest follows from it, or says what it was loaded for."""
AP_OFFSET = 15.0
"""Offset inside ln(Ap + 15): of the offsets tried (2 to 30) the one with the least error over Ap 0 to 300."""
HARMONICS = 4
"""Highest harmonic of the year and of the local time that a fit may use."""
FREE_ECCENTRICITY_LIMIT = 0.0028
"""Largest free eccentricity a fit is used for: the station's own since 1999 stays below 0.0027."""
ECCENTRICITY_UNIT = 0.003
"""Unit of the free eccentricity in a fit, and the largest it was fitted to."""
FIT_GRID = (12, 4)
"""Arguments of latitude and universal times of the quadrature fits are made from, and that stands in beyond them. Against 16
times 6, 400 draws a band: within 0.07 % from 150 to 560 km, 0.1 % from 120 to 150 km, there 0.75 % at a free eccentricity of 0.0025."""
STRAND = 64
"""Numbers a strand is filled up to: what a processor with registers of 64 bytes takes at once."""
POWERS = 10
"""Functions of the free eccentricity that a fit may use."""


def height_powers(monomial: np.ndarray) -> np.ndarray:
    """(M,) the power of the altitude in each monomial."""
    parent, variable = monomial
    power = np.zeros(parent.size)
    for k in range(1, parent.size):
        power[k] = power[parent[k]] + (variable[k] == 0)
    return power


def mapped(driver: np.ndarray) -> np.ndarray:
    """The edges of F10.7A, F10.7/F10.7A and Ap as the polynomial takes them: logarithms, that of Ap with its offset."""
    return np.log(driver + np.array([0.0, 0.0, AP_OFFSET]))


def in_strands(turning: np.ndarray, steady: np.ndarray, term: np.ndarray, eccentric: np.ndarray) -> dict[str, np.ndarray]:
    """The fields `row`, `strand`, `table` and `mean` of a `DensityFit`. Each coefficient has a strand of numbers, filled up with zeros
    to `STRAND`; factors of most coefficients come first, harmonics alone before all others, so that every strand begins with the first. Of a density they make
    less than a factor of three, so that single precision gives it to 1e-7."""
    boxes, waves, width = turning.shape
    factor = np.array([*((0, j) for j in range(1, waves)), *zip(1 + term[0], term[1], strict=True)])
    count = np.concatenate([np.full(waves - 1, width), term[2]])
    numbers = [*turning[:, 1:].transpose(1, 0, 2), *np.split(eccentric, np.cumsum(term[2])[:-1], axis=1)]
    order = np.argsort(-count, kind="stable")
    long = [-(-int((count > k).sum()) // STRAND) * STRAND for k in range(width)]
    begins = np.cumsum([0, *long])
    table = np.zeros((boxes, begins[-1]), np.float32)
    for i, j in enumerate(order):
        table[:, begins[: count[j]] + i] = numbers[j]
    mean = np.concatenate([turning[:, 0], steady], axis=1)
    return {"row": factor[order].T.copy(), "strand": np.array([begins[:-1], long]), "table": table, "mean": mean}


@borrows
def _harmonics(angle_rad: float, out: np.ndarray) -> None:
    """Fill `out` (2 HARMONICS + 1,): 1, cos a, sin a, cos 2a, sin 2a, ..."""
    out[0] = 1.0
    c, s = math.cos(angle_rad), math.sin(angle_rad)
    ck, sk = c, s
    for k in range(1, HARMONICS + 1):
        out[2 * k - 1], out[2 * k] = ck, sk
        ck, sk = ck * c - sk * s, sk * c + ck * s


@njit(cache=True)
def _unit(value: float, low: float, high: float) -> float:
    return (2.0 * value - low - high) / (high - low)


@borrows
def eccentricity_powers(free_ex: float, free_ey: float, out: np.ndarray) -> None:
    """Fill `out` (POWERS,) with the vector of the free eccentricity and its products up to the fourth degree.

    An exponential atmosphere gives Bessel functions of e a / scale height, hence the square; its oblateness gives the
    square turned against the equator (x^2 - y^2).
    """
    x, y = free_ex / ECCENTRICITY_UNIT, free_ey / ECCENTRICITY_UNIT
    square = x * x + y * y
    out[0], out[1], out[2], out[3], out[4] = x, y, square, x * x - y * y, x * y
    out[5], out[6], out[7], out[8], out[9] = x * x * x, x * x * y, x * y * y, y * y * y, square * square


@borrows_and_regroups
def _strand_sum(scale: np.ndarray, table: np.ndarray, begins: int, count: int) -> np.float32:
    """Sum of ``count`` numbers of the table from ``begins`` on, each times its factor; as many at a time as the processor can."""
    total = np.float32(0.0)
    for j in range(count):
        total += scale[j] * table[begins + j]
    return total


@borrows_and_regroups
def _value_and_slope(coefficient: np.ndarray, monomial: np.ndarray, height: np.ndarray) -> tuple[float, float]:
    """The polynomial and altitude times its slope in altitude, since d(x^n)/dx = n x^n / x."""
    value = slope = 0.0
    for k in range(monomial.size):
        part = coefficient[k] * monomial[k]
        value += part
        slope += part * height[k]
    return value, slope


@borrows
def _ln_in_band(
    fit: DensityFit, band: int, x: np.ndarray, scale: np.ndarray, coefficient: np.ndarray, monomial: np.ndarray
) -> tuple[float, float]:
    """ln <rho F> of one band at mapped variables ``x`` (4,) with factors ``scale`` (J,) of the strands, and its slope in
    ``x[0]``; ``coefficient`` and ``monomial`` (M,) are filled."""
    mean, parent, variable = fit.mean[band], fit.monomial[0], fit.monomial[1]
    table, strand = fit.table[band], fit.strand
    for k in range(strand.shape[1]):
        coefficient[k] = mean[k] + _strand_sum(scale, table, strand[0, k], min(strand[1, k], scale.size))
    for k in range(strand.shape[1], parent.size):
        coefficient[k] = mean[k]
    monomial[0] = 1.0
    for k in range(1, parent.size):
        monomial[k] = monomial[parent[k]] * x[variable[k]]
    value, slope = _value_and_slope(coefficient, monomial, fit.height)
    return value, slope / x[0]


def ln_drag_density_direct(
    heights_m: np.ndarray, year_day: float, node_local_time_rad: float, f107: float, f107a: float, ap: float,
    free_ex: float, free_ey: float, inclination_rad: float, history: bool, model: int,
) -> np.ndarray:  # fmt: skip
    """ln of <rho F> at `heights_m` (n,) by `drag_density_direct`, arguments as in `ln_drag_density_and_slope`."""
    rho: np.ndarray = drag_density_direct(
        heights_m, year_day, node_local_time_rad, f107, f107a, ap, inclination_rad, free_ex,
        free_ey + _frozen(EARTH_RADIUS_M + heights_m[:1], inclination_rad), [*MODELS][model], "history" if history else "daily",
        *FIT_GRID,
    )  # fmt: skip
    return np.log(rho)


def room_for(fit: DensityFit) -> int:
    """How many numbers `ln_drag_density_within` works in."""
    return 4 + 2 * (2 * HARMONICS + 1) + POWERS + 1 + fit.harmonic.shape[1] + 2 * fit.monomial.shape[1] + fit.row.shape[1] + STRAND


_room_for = njit(cache=True)(room_for)


@njit(cache=True)
def ln_drag_density_and_slope(
    fit: DensityFit, h_m: float, year_day: float, node_local_time_rad: float, f107: float, f107a: float, ap: float,
    free_ex: float, free_ey: float,
) -> tuple[float, float, bool]:  # fmt: skip
    """ln of <rho F> (kg/m3) in the fitted form, its slope in altitude (1/m), and whether an argument lay outside the
    fit, so that quadrature gave both.

    ``h_m`` is the mean altitude, ``f107`` of the previous day, ``f107a`` its 81-day mean, ``ap`` daily; ``free_ex,
    free_ey`` the eccentricity vector less its frozen part. Errors against quadrature:
    ``data/atmosphere/fit_errors.csv``.
    """
    room = np.empty(_room_for(fit))
    return ln_drag_density_within(room, fit, h_m, year_day, node_local_time_rad, f107, f107a, ap, free_ex, free_ey)


@njit(cache=True)
def ln_drag_density_within(
    room: np.ndarray, fit: DensityFit, h_m: float, year_day: float, node_local_time_rad: float, f107: float, f107a: float, ap: float,
    free_ex: float, free_ey: float,
) -> tuple[float, float, bool]:  # fmt: skip
    """`ln_drag_density_and_slope` in the memory of ``room`` (`room_for`,): to ask for it costs time."""
    low_m, high_m, ratio, sun = fit.band_m[0], fit.band_m[1], f107 / f107a, 0
    while sun + 1 < fit.driver.shape[1] and f107a > fit.driver[1, sun, 0]:
        sun += 1
    low, high = fit.driver[0, sun], fit.driver[1, sun]
    elsewhere = not low_m[0] <= h_m <= high_m[-1] or math.sqrt(free_ex**2 + free_ey**2) > FREE_ECCENTRICITY_LIMIT
    if elsewhere or not (low[0] <= f107a <= high[0] and low[1] <= ratio <= high[1] and low[2] <= ap <= high[2]):
        inclination, history, model = fit.inclination_rad, fit.history, fit.model
        heights_m = np.array([h_m, h_m + 1000.0])[: 2 if elsewhere else 1]
        with objmode(ln_rho="float64[:]"):
            ln_rho = ln_drag_density_direct(
                heights_m, year_day, node_local_time_rad, f107, f107a, ap, free_ex, free_ey, inclination, history, model
            )
        if elsewhere:
            return ln_rho[0], (ln_rho[1] - ln_rho[0]) / 1000.0, True
        # the slope, which only carries the density through the fall of a day, is that at the edge of the Sun's activity
        within = min(max(ratio, low[1]), high[1]), min(max(f107a, low[0]), high[0]), min(max(ap, low[2]), high[2])
        _, per_m = _fitted(fit, sun, h_m, year_day, node_local_time_rad, within[0], within[1], within[2], free_ex, free_ey, room)
        return ln_rho[0], per_m, True
    value, per_m = _fitted(fit, sun, h_m, year_day, node_local_time_rad, ratio, f107a, ap, free_ex, free_ey, room)
    return value, per_m, False


@borrows
def _fitted(
    fit: DensityFit, sun: int, h_m: float, year_day: float, node_local_time_rad: float, ratio: float, f107a: float,
    ap: float, free_ex: float, free_ey: float, room: np.ndarray,
) -> tuple[float, float]:  # fmt: skip
    """ln of <rho F> and its slope in the fitted form, arguments within its range ``sun``; ``ratio`` is the day's flux
    over its mean and ``room`` what is worked in."""
    low_m, high_m, low, high = fit.band_m[0], fit.band_m[1], fit.ln_driver[0, sun], fit.ln_driver[1, sun]
    bands = low_m.shape[0]
    ends = 4, 4 + 2 * HARMONICS + 1, 5 + 4 * HARMONICS + 1, 6 + 4 * HARMONICS + 1 + POWERS
    x, day, node, power = room[: ends[0]], room[ends[0] : ends[1]], room[ends[1] : ends[2]], room[ends[2] : ends[3]]
    waves, count = fit.harmonic.shape[1], fit.monomial.shape[1]
    wave, work = room[ends[3] : ends[3] + waves], room[ends[3] + waves :]
    coefficient, monomial, scale = work[:count], work[count : 2 * count], work[2 * count :].view(np.float32)
    x[1] = _unit(math.log(f107a), low[0], high[0])
    x[2] = _unit(math.log(ratio), low[1], high[1])
    x[3] = _unit(math.log(ap + AP_OFFSET), low[2], high[2])
    _harmonics(2.0 * math.pi * year_day / 365.25, day)
    _harmonics(node_local_time_rad, node)
    for j in range(wave.shape[0]):
        wave[j] = day[fit.harmonic[0, j]] * node[fit.harmonic[1, j]]
    power[0] = 1.0
    factors = waves - 1  # without a free eccentricity the others are zero
    if free_ex != 0.0 or free_ey != 0.0:
        factors = fit.row.shape[1]
        eccentricity_powers(free_ex, free_ey, power[1:])
    for j in range(factors):
        scale[j] = power[fit.row[0, j]] * wave[fit.row[1, j]]
    long = (factors + STRAND - 1) // STRAND * STRAND
    for j in range(factors, long):
        scale[j] = 0.0
    total, slope = 0.0, 0.0
    for band in range(bands):
        if low_m[band] <= h_m <= high_m[band]:
            x[0] = _unit(h_m, low_m[band], high_m[band])
            x[0] = math.copysign(max(abs(x[0]), 1e-9), x[0])  # the slope is divided by it; 0.1 mm of altitude
            weight, fading = 1.0, 0.0  # where two bands overlap, each fades out towards its own edge
            if band > 0 and h_m < high_m[band - 1]:
                fading = 1.0 / (high_m[band - 1] - low_m[band])
                weight = (h_m - low_m[band]) * fading
            if band + 1 < bands and h_m > low_m[band + 1]:
                fading = -1.0 / (high_m[band] - low_m[band + 1])
                weight = (h_m - high_m[band]) * fading
            value, per_unit = _ln_in_band(fit, sun * bands + band, x, scale[:long], coefficient, monomial)
            total += weight * value
            slope += fading * value + weight * per_unit * 2.0 / (high_m[band] - low_m[band])
    return total, slope


@njit(cache=True)
def ln_drag_density(
    fit: DensityFit, h_m: float, year_day: float, node_local_time_rad: float, f107: float, f107a: float, ap: float,
    free_ex: float, free_ey: float,
) -> tuple[float, bool]:  # fmt: skip
    """`ln_drag_density_and_slope` without the slope."""
    value, _, outside = ln_drag_density_and_slope(
        fit, h_m, year_day, node_local_time_rad, f107, f107a, ap, free_ex, free_ey
    )
    return value, outside


@njit(cache=True)
def quiet_sun_factor(f107a: float, from_f107a: float, exponent: float) -> float:
    """What is left of NRLMSISE-00's density when the Sun is quiet: (F10.7A / from)^exponent below ``from``, 1 above
    it.

    Both numbers come with the density scale (``data/orbit/density_scale.csv``). Source: fitted on the station's own
    decay; Emmert et al. 2010 found 30 % less than the climatology in 2008.
    """
    return (min(f107a, from_f107a) / from_f107a) ** exponent


@njit(cache=True)
def contraction_factor(t_s: float, from_s: float, per_s: float) -> float:
    """What the thermosphere's contraction leaves of NRLMSISE-00's density: exp(per_s (t - from)).

    More CO2 cools it; at 400 km it thins by 2 to 5 % a decade (Emmert 2015, Keating 2000). The rate comes with the density
    scale (``data/orbit/density_scale.csv``), fitted on the station's own decay about those figures.
    """
    return math.exp(per_s * (t_s - from_s))


@njit(cache=True)
def density_noise(uniforms: Any, sigma_ln: float, correlation_d: float) -> Any:
    """(n,) factors on the modelled density of n days, one uniform each: ln of it wanders with ``sigma_ln`` and forgets
    over ``correlation_d``.

    What NRLMSISE-00 misses from fortnight to fortnight. Source: first-order autoregression; both numbers come with the
    density scale, measured on the station's own decay.
    """
    memory = math.exp(-1.0 / correlation_d)
    fresh = sigma_ln * math.sqrt(1.0 - memory**2)
    out, state = np.empty(len(uniforms)), 0.0
    for day in range(len(uniforms)):
        score = normal_quantile(uniforms[day])
        state = sigma_ln * score if day == 0 else memory * state + fresh * score
        out[day] = math.exp(state)
    return out


LARGEST_FALL_M = 2000.0
"""A step in which the orbit would fall further is divided; at 2 km the midpoint rule errs by less than 0.1 % of
the fall."""
LAST_ORBIT_M = 120e3
"""Mean altitude below which no orbit is completed (the usual entry interface): a step ends there."""


@njit(cache=True)
def decay_step(
    fit: DensityFit, a_m: float, raan_rad: float, free_ex: float, free_ey: float, t_s: float, step_s: float,
    ballistic_m2_per_kg: float, f107: float, f107a: float, ap: float,
) -> tuple[float, float, float, float, float, bool]:  # fmt: skip
    """Mean elements after ``step_s`` of drag and J2: (a_m, raan_rad, free_ex, free_ey, mean <rho F>, outside the
    fit).

    ``ballistic_m2_per_kg`` is Cd A / m times the density scale. Midpoint rule, second order in the fall, the density
    there continued along its slope; a step that falls more than `LARGEST_FALL_M` is divided (at most 64 times), and one
    that falls below `LAST_ORBIT_M` ends there. Source: Gauss's equations averaged; `laws.orbit`, `laws.sun`.
    """
    room = np.empty(_room_for(fit))
    return decay_step_within(room, fit, a_m, raan_rad, free_ex, free_ey, t_s, step_s, ballistic_m2_per_kg, f107, f107a, ap)


@njit(cache=True)
def decay_step_within(
    room: np.ndarray, fit: DensityFit, a_m: float, raan_rad: float, free_ex: float, free_ey: float, t_s: float, step_s: float,
    ballistic_m2_per_kg: float, f107: float, f107a: float, ap: float,
) -> tuple[float, float, float, float, float, bool]:  # fmt: skip
    """`decay_step` in the memory of ``room`` (`room_for`,)."""
    inclination = fit.inclination_rad
    begun_a_m = a_m
    pieces, done, outside = 1, 0, False
    while done < pieces and a_m > EARTH_RADIUS_M + LAST_ORBIT_M:
        dt = step_s / pieces
        middle_s = t_s + (done + 0.5) * dt
        turned = 0.5 * dt * perigee_rate(a_m, inclination)
        ex, ey = rotate_free_eccentricity(free_ex, free_ey, turned)
        drift = dt * node_rate(a_m, inclination)
        day, node = day_of_year(middle_s), node_local_time(raan_rad + 0.5 * drift, middle_s)
        ln_rho, slope_per_m, beyond = ln_drag_density_within(
            room, fit, a_m - EARTH_RADIUS_M, day, node, f107, f107a, ap, ex, ey
        )
        fall_m = dt * decay_rate(a_m, ballistic_m2_per_kg, math.exp(ln_rho))
        if done == 0 and pieces == 1 and -fall_m > LARGEST_FALL_M:
            pieces = min(64, 1 + int(-fall_m / LARGEST_FALL_M))
            continue
        middle_m = max(a_m + 0.5 * fall_m, EARTH_RADIUS_M)
        ln_rho += slope_per_m * (middle_m - a_m)
        a_m = max(a_m + dt * decay_rate(middle_m, ballistic_m2_per_kg, math.exp(ln_rho)), EARTH_RADIUS_M)
        raan_rad += dt * node_rate(middle_m, inclination)
        free_ex, free_ey = rotate_free_eccentricity(free_ex, free_ey, 2.0 * turned)
        outside = outside or beyond
        done += 1
    mean = (begun_a_m - a_m) / (ballistic_m2_per_kg * math.sqrt(MU_M3_PER_S2 * 0.5 * (a_m + begun_a_m)) * step_s)
    return a_m, raan_rad % (2.0 * math.pi), free_ex, free_ey, mean, outside


HISTORY_WEIGHTS = (0.331, 0.217, 0.143, 0.096, 0.199, 0.014)
"""Weight of the 3-hour ap now, 3, 6 and 9 h ago, and of its means over 12-33 h and 36-57 h ago, in the drag of
NRLMSISE-00 with ap history. Source: finite differences of `drag_density_direct` at 415 km, 51.6 deg, Ap 10 (200
km: 0.25 now, 0.28 for 12-33 h)."""
HISTORY_BEND_PER_AP, HISTORY_STRONG_FRAC = 0.08, 0.15
"""Response to ap: falls from 1 to HISTORY_STRONG_FRAC over some 1/HISTORY_BEND_PER_AP above ap 4. Source: fitted
to the same."""


def _response(ap: Any) -> Any:
    beyond = np.asarray(ap, float) - 4.0
    bend = (1.0 - np.exp(-HISTORY_BEND_PER_AP * beyond)) / HISTORY_BEND_PER_AP
    return HISTORY_STRONG_FRAC * beyond + (1.0 - HISTORY_STRONG_FRAC) * bend


def equivalent_ap(ap3h: Any) -> Any:
    """(days,) the constant ap that gives each day the same drag as its 3-hour history; ``ap3h`` (days, 8), from
    midnight UTC.

    For fits of the mode ``history``. The first three days know only part of their past and take their own values for
    it. Against quadrature with the full history over the days of 1998-2025: 0.3 % rms, 1.0 % at the 99th percentile.
    """
    series = np.asarray(ap3h, float).ravel()
    past = np.concatenate([np.repeat(series[:1], 20), series])
    total = np.concatenate([[0.0], np.cumsum(past)])
    now = np.arange(20, len(past))
    mixed = sum(w * _response(past[now - k]) for k, w in enumerate(HISTORY_WEIGHTS[:4]))
    for weight, nearest in zip(HISTORY_WEIGHTS[4:], (4, 12), strict=True):
        mixed = mixed + weight * _response((total[now - nearest + 1] - total[now - nearest - 7]) / 8.0)
    daily = mixed.reshape(-1, 8).mean(axis=1) / sum(HISTORY_WEIGHTS)
    scale = np.linspace(0.0, 400.0, 4001)
    return np.interp(daily, _response(scale), scale)
