"""Laws of a near-circular low Earth orbit in mean elements: J2 rates, frozen eccentricity, decay, burns. SI
throughout.

The mean semi-major axis ``a_m`` is Brouwer's (equal to the orbit mean of the osculating one); altitudes are ``a_m -
EARTH_RADIUS_M``. Every function is scalar, compiled, and broadcasts over numpy arrays when called from Python with
``numpy.vectorize``.
"""

import math

from numba import njit

MU_M3_PER_S2 = 3.986004415e14
"""Gravitational parameter of the Earth. Source: EGM96/EGM2008 (TT-compatible)."""
EARTH_RADIUS_M = 6378137.0
"""Equatorial radius; altitudes of the dataset are above it. Source: WGS84, NIMA TR8350.2."""
FLATTENING = 1.0 / 298.257223563
"""Flattening of the ellipsoid. Source: WGS84, NIMA TR8350.2."""
EARTH_ROTATION_RAD_PER_S = 7.292115146706979e-5
"""Inertial rotation rate. Source: Vallado, Fundamentals of Astrodynamics, 4th ed. (IERS conventions)."""
J2 = 1.0826359e-3
"""Second zonal harmonic, for the radius 6378136.3 m. Source: EGM96/JGM-3."""
J3 = -2.5327e-6
"""Third zonal harmonic. Source: EGM96/JGM-3."""
GRAVITY_RADIUS_M = 6378136.3
"""Reference radius of J2 and J3. Source: EGM96/JGM-3."""
NODE_RATE_FACTOR = 1.00035
"""Measured node rate over the first-order J2 rate at 415 km and 51.6 deg (second-order J2, J4, J6), from a
one-year 20x20 numerical propagation: it takes the error of the beta angle after a year from 0.65 to 0.14 deg rms."""
STANDARD_GRAVITY_M_PER_S2 = 9.80665
"""Conversion of specific impulse from seconds. Source: CGPM 1901."""


@njit(cache=True)
def circular_speed(a_m: float) -> float:
    """Speed on a circular orbit, m/s: sqrt(mu / a). Source: Kepler."""
    return math.sqrt(MU_M3_PER_S2 / a_m)


@njit(cache=True)
def mean_motion(a_m: float) -> float:
    """Mean motion, rad/s: sqrt(mu / a^3). Source: Kepler."""
    return math.sqrt(MU_M3_PER_S2 / (a_m * a_m * a_m))


@njit(cache=True)
def node_rate(a_m: float, inclination_rad: float) -> float:
    """Drift of the ascending node, rad/s (negative when the orbit is prograde).

    First-order J2 on a near-circular orbit times `NODE_RATE_FACTOR`. Source: Kozai 1959; factor measured, see there.
    """
    ratio = GRAVITY_RADIUS_M / a_m
    return -1.5 * J2 * ratio * ratio * mean_motion(a_m) * math.cos(inclination_rad) * NODE_RATE_FACTOR


@njit(cache=True)
def perigee_rate(a_m: float, inclination_rad: float) -> float:
    """Rotation of the free eccentricity vector, rad/s: 3/4 n J2 (R/a)^2 (5 cos^2 i - 1). Source: Kozai 1959."""
    ratio = GRAVITY_RADIUS_M / a_m
    cos_i = math.cos(inclination_rad)
    return 0.75 * J2 * ratio * ratio * mean_motion(a_m) * (5.0 * cos_i * cos_i - 1.0)


@njit(cache=True)
def frozen_eccentricity(a_m: float, inclination_rad: float) -> float:
    """Eccentricity forced by J3, its perigee at argument 90 deg: -J3 / (2 J2) (R/a) sin i. Source: Cook 1966."""
    return -J3 / (2.0 * J2) * (GRAVITY_RADIUS_M / a_m) * math.sin(inclination_rad)


@njit(cache=True)
def rotate_free_eccentricity(ex: float, ey: float, angle_rad: float) -> tuple[float, float]:
    """The free part of the eccentricity vector (e cos w, e sin w less the frozen part) turned by an angle. Source:
    Cook 1966."""
    if ex == 0.0 and ey == 0.0:
        return ex, ey
    c, s = math.cos(angle_rad), math.sin(angle_rad)
    return c * ex - s * ey, s * ex + c * ey


@njit(cache=True)
def decay_rate(a_m: float, ballistic_m2_per_kg: float, drag_density_kg_per_m3: float) -> float:
    """da/dt under drag, m/s (negative): -(Cd A / m) sqrt(mu a) <rho F>.

    ``<rho F>`` is the orbit mean of density times the co-rotation factor F = v_rel (v_rel . v) / v^3, see
    `laws.atmosphere`. Source: Gauss's equation for the semi-major axis of a circular orbit.
    """
    return -ballistic_m2_per_kg * math.sqrt(MU_M3_PER_S2 * a_m) * drag_density_kg_per_m3


@njit(cache=True)
def raise_per_speed(a_m: float) -> float:
    """Rise of the semi-major axis per delta-v along the velocity, m per m/s: 2 / n. Source: vis-viva,
    differentiated."""
    return 2.0 / mean_motion(a_m)


@njit(cache=True)
def raised_semi_major_axis(a_m: float, delta_v_m_per_s: float) -> float:
    """Semi-major axis after a tangential delta-v spread over the orbit: mu / (v - dv)^2. Source: Edelbaum 1961,
    coplanar."""
    speed = circular_speed(a_m) - delta_v_m_per_s
    return MU_M3_PER_S2 / (speed * speed)


@njit(cache=True)
def speed_for_raise(a_from_m: float, a_to_m: float) -> float:
    """Delta-v between two near circular orbits, m/s, negative when lowering. Source: Edelbaum 1961, coplanar."""
    return circular_speed(a_from_m) - circular_speed(a_to_m)


@njit(cache=True)
def phased_semi_major_axis(a_m: float, shift_rad: float, angle_rad: float) -> float:
    """Semi-major axis that puts a station `shift_rad` further on (negative: back) by when it had gone `angle_rad`: n a^1.5 is constant."""
    return a_m * (1.0 + shift_rad / angle_rad) ** (-2.0 / 3.0)


@njit(cache=True)
def least_shift(phase_rad: float, step_rad: float, window_rad: float, days: int) -> tuple[float, int]:
    """How far back a station must fall for its phase to lie in the window at one of `days` successive passes of the pad, and at
    which: `phase_rad` beyond the near edge at the first, `step_rad` more at each after it. The least of them."""
    best, at = 7.0, 0
    for day in range(days):
        over = (phase_rad + day * step_rad) % (2.0 * math.pi) - window_rad
        if max(over, 0.0) < best:
            best, at = max(over, 0.0), day
    return best, at


@njit(cache=True)
def burn_propellant(mass_kg: float, delta_v_m_per_s: float, isp_s: float) -> float:
    """Propellant of a burn, kg: m (1 - exp(-|dv| / (g0 Isp))). Source: Tsiolkovsky."""
    return mass_kg * -math.expm1(-abs(delta_v_m_per_s) / (STANDARD_GRAVITY_M_PER_S2 * isp_s))


@njit(cache=True)
def burned_propellant(thrust_N: float, isp_s: float, burn_s: float) -> float:
    """Propellant that an engine burns in a time, kg: F t / (g0 Isp). Source: definition of specific impulse."""
    return thrust_N * burn_s / (STANDARD_GRAVITY_M_PER_S2 * isp_s)


@njit(cache=True)
def burn_speed(mass_kg: float, propellant_kg: float, isp_s: float) -> float:
    """Delta-v that an amount of propellant gives, m/s: -g0 Isp ln(1 - dm / m). Source: Tsiolkovsky."""
    return -STANDARD_GRAVITY_M_PER_S2 * isp_s * math.log1p(-propellant_kg / mass_kg)


@njit(cache=True)
def burn_duration(mass_kg: float, delta_v_m_per_s: float, thrust_N: float, isp_s: float) -> float:
    """Length of a burn at constant thrust, s: propellant over mass flow. Source: Tsiolkovsky."""
    return burn_propellant(mass_kg, delta_v_m_per_s, isp_s) * STANDARD_GRAVITY_M_PER_S2 * isp_s / thrust_N


@njit(cache=True)
def burn_eccentricity(a_m: float, delta_v_m_per_s: float, duration_s: float) -> float:
    """Change of eccentricity by one tangential burn of finite length: 2 dv / v sinc(n T / 2).

    The rise of the semi-major axis does not depend on the length of the burn (thrust stays tangential), the
    eccentricity does. Source: Gauss's equations averaged over the burn arc.
    """
    half_arc = 0.5 * mean_motion(a_m) * duration_s
    spread = 1.0 if half_arc < 1e-9 else math.sin(half_arc) / half_arc
    return 2.0 * delta_v_m_per_s / circular_speed(a_m) * spread
