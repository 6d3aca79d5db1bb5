"""Laws of Sun and Earth rotation: sidereal time, the Sun's direction, beta angle, eclipse, local time of the node.
SI.

Time is ``t_s``: seconds since 2000-01-01T00:00 UTC without leap seconds; UTC stands for UT1 and TT (error below 0.3
deg of the Earth's rotation per 70 s of time scale, 1e-3 deg of the Sun). Angles are to the mean equator of date.
"""

import math

from numba import njit

DAY_S = 86400.0
TROPICAL_YEAR_D = 365.25
"""Year of the seasonal terms of NRLMSISE-00. Source: Picone et al. 2002."""
SHADOW_RADIUS_M = 6371000.0
"""Mean Earth radius: as a cylinder's radius it gives the eclipse of an oblate, penumbral Earth to 8 s per orbit
rms below 60 deg of beta, where the equatorial radius gives 14 s. Source: compared with a numerical orbit and DE421
over 2022."""


@njit(cache=True)
def days_since_j2000(t_s: float) -> float:
    """Days since 2000-01-01T12:00 (J2000)."""
    return t_s / DAY_S - 0.5


@njit(cache=True)
def sidereal_angle(t_s: float) -> float:
    """Greenwich mean sidereal time, rad in [0, 2 pi). Source: IAU 1982, linear part (Astronomical Almanac)."""
    return math.radians((280.46061837 + 360.98564736629 * days_since_j2000(t_s)) % 360.0)


@njit(cache=True)
def sun_direction(t_s: float) -> tuple[float, float]:
    """Right ascension and declination of the Sun, rad, to 0.01 deg from 1950 to 2050.

    Source: Astronomical Almanac, low-precision formulas for the Sun (section C).
    """
    d = days_since_j2000(t_s)
    anomaly = math.radians(357.529 + 0.98560028 * d)
    longitude = math.radians(280.459 + 0.98564736 * d + 1.915 * math.sin(anomaly) + 0.020 * math.sin(2.0 * anomaly))
    obliquity = math.radians(23.439 - 3.6e-7 * d)
    return (
        math.atan2(math.cos(obliquity) * math.sin(longitude), math.cos(longitude)),
        math.asin(math.sin(obliquity) * math.sin(longitude)),
    )


@njit(cache=True)
def lit_at_pass(inclination_rad: float, raan_rad: float, t_s: float, latitude_rad: float) -> bool:
    """Whether the Sun is up where an orbit with its node at `raan_rad` crosses a latitude northwards that day.

    Raises nothing; a latitude the orbit does not reach counts as its northernmost point. Source: spherical trigonometry
    (Wertz, Space Mission Analysis); refraction and the Sun's disc left out.
    """
    ratio = math.sin(latitude_rad) / math.sin(inclination_rad)
    along = math.asin(min(max(ratio, -1.0), 1.0))
    ra = raan_rad + math.atan2(math.cos(inclination_rad) * math.sin(along), math.cos(along))
    sun_ra, sun_declination = sun_direction(t_s)
    return bool(
        math.sin(latitude_rad) * math.sin(sun_declination)
        + math.cos(latitude_rad) * math.cos(sun_declination) * math.cos(ra - sun_ra)
        > 0.0
    )


@njit(cache=True)
def sun_distance_au(t_s: float) -> float:
    """Distance of the Sun in astronomical units. Source: Astronomical Almanac, low-precision formulas (section C)."""
    anomaly = math.radians(357.529 + 0.98560028 * days_since_j2000(t_s))
    return 1.00014 - 0.01671 * math.cos(anomaly) - 0.00014 * math.cos(2.0 * anomaly)


@njit(cache=True)
def beta_angle(inclination_rad: float, raan_rad: float, sun_ra_rad: float, sun_declination_rad: float) -> float:
    """Angle of the Sun above the orbit plane, rad. Source: spherical trigonometry (Wertz, Space Mission Analysis)."""
    cos_i, sin_i = math.cos(inclination_rad), math.sin(inclination_rad)
    return beta_angle_from(cos_i, sin_i, raan_rad, sun_ra_rad, math.sin(sun_declination_rad), math.cos(sun_declination_rad))


@njit(cache=True)
def beta_angle_from(cos_i: float, sin_i: float, raan_rad: float, sun_ra_rad: float, sin_d: float, cos_d: float) -> float:
    """`beta_angle` from cosine and sine of the inclination, sine and cosine of the Sun's declination."""
    return math.asin(cos_i * sin_d + sin_i * cos_d * math.sin(raan_rad - sun_ra_rad))


@njit(cache=True)
def eclipse_fraction(a_m: float, beta_rad: float) -> float:
    """Share of a circular orbit in the Earth's shadow (cylinder of `SHADOW_RADIUS_M`), 0 when the orbit misses it.

    Source: Wertz, Space Mission Analysis; radius measured, see there.
    """
    edge = math.sqrt(a_m * a_m - SHADOW_RADIUS_M * SHADOW_RADIUS_M) / (a_m * math.cos(beta_rad))
    return math.acos(edge) / math.pi if edge < 1.0 else 0.0


@njit(cache=True)
def day_of_year(t_s: float) -> float:
    """Phase of the year in days from 1 (1 January 2000) to 366.25, of 365.25-day years: within 0.75 d of the
    calendar's."""
    return 1.0 + (t_s / DAY_S) % TROPICAL_YEAR_D


@njit(cache=True)
def node_local_time(raan_rad: float, t_s: float) -> float:
    """Mean local solar time of the ascending node as an angle, rad in [0, 2 pi), midnight 0 and noon pi.

    UT + longitude of the node, the local time NRLMSISE-00 means. Source: definition of mean solar time.
    """
    universal_time = 2.0 * math.pi * ((t_s / DAY_S) % 1.0)
    return (raan_rad - sidereal_angle(t_s) + universal_time) % (2.0 * math.pi)
