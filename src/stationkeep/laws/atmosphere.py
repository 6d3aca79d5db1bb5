"""Laws of the upper atmosphere as a station feels it: the orbit mean of density times co-rotation, direct and in a fitted form.

What drag needs is ``<rho F>``: the mean over the orbit and the day of density times F = v_rel (v_rel . v) / v^3, where v_rel is the
speed against an atmosphere that turns with the Earth. `drag_density_direct` computes it by quadrature from NRLMSISE-00 (or, by
name, NRLMSIS 2.1, whose licence keeps it to the user's machine); `ln_drag_density` evaluates the form fitted to the former.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from stationkeep.laws.orbit import (
    EARTH_RADIUS_M,
    EARTH_ROTATION_RAD_PER_S,
    FLATTENING,
    GRAVITY_RADIUS_M,
    J2,
    MU_M3_PER_S2,
    frozen_eccentricity,
)

MODELS = {"nrlmsise00": 0, "nrlmsis21": 2.1}
"""Named density models and their `pymsis` version. Sources: Picone et al. 2002; Emmert et al. 2022."""


def orbit_radius(u_rad: Any, a_m: Any, inclination_rad: float, ex: Any, ey: Any) -> Any:
    """Distance from the Earth's centre, m, at argument of latitude ``u_rad`` on a near-circular orbit under J2.

    ``ex, ey`` = e cos w, e sin w of the mean orbit. Broadcasts. Source: Brouwer 1959, first-order short-period term for small
    eccentricity; amplitudes checked against a numerical orbit (constant term -784 m for -781, cos 2u 991 m for 994).
    """
    sin_i, cos_i = math.sin(inclination_rad), math.cos(inclination_rad)
    k_m = J2 * GRAVITY_RADIUS_M**2 / a_m
    short_period = -0.75 * k_m * (3.0 * cos_i**2 - 1.0) + 0.25 * k_m * sin_i**2 * np.cos(2.0 * u_rad)
    return a_m + short_period - a_m * (ex * np.cos(u_rad) + ey * np.sin(u_rad))


def geodetic_altitude(radius_m: Any, sin_latitude: Any) -> tuple[Any, Any]:
    """Altitude (m) above the ellipsoid and geodetic latitude (rad) from radius and sine of geocentric latitude. Source: Bowring 1976."""
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
    day_of_year: Any,
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
    """<rho F> in kg/m3 by quadrature: ``points`` arguments of latitude times ``hours`` universal times (longitudes) of the day.

    ``h_m`` (n,) is the mean altitude a - EARTH_RADIUS_M; ``f107`` that of the previous day, ``f107a`` the centred 81-day mean;
    ``ap`` (n,) daily, or (n, 7) in the layout of MSIS (daily, 0 h, 3 h, 6 h, 9 h ago, mean of 12-33 h, of 36-57 h ago);
    ``ap_mode`` is ``daily`` (uses the daily Ap) or ``history`` (uses the 3-hour values); ``ex, ey`` default to the frozen
    eccentricity. Returns (n,). Oblateness, J2 radius, eccentricity, day-night bulge, longitude and co-rotation are in.
    Raises ValueError for an unknown model or mode. Source: Picone et al. 2002 through `pymsis`.
    """
    import pymsis

    if model not in MODELS:
        raise ValueError(f"unknown density model {model!r}; known: {', '.join(MODELS)}")
    if ap_mode not in ("daily", "history"):
        raise ValueError(f"unknown Ap mode {ap_mode!r}; known: daily, history")
    h_m, doy, local_time, f107, f107a = (
        x[:, None, None]
        for x in np.broadcast_arrays(*np.atleast_1d(h_m, day_of_year, node_local_time_rad, f107, f107a), subok=True)
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
