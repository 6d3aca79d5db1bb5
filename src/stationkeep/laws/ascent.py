"""Laws of the way up: launch heading, lead of lift-off before the plane crossing, drift of the node while chasing,
payload. SI.

Heading and lead: the pad moves east with the Earth, so it moves sideways through the target's plane at `rotation_speed`
times the cosine of the inertial heading. A launcher takes that sideways speed along at lift-off and must have lost
it, in the plane, at cut-off: it lifts off before the crossing. Payload: Townsend (1962) as refined by Schilling (2009).
Functions take scalars; they broadcast with ``numpy.vectorize``.
"""

import math

from stationkeep.laws import orbit

MEAN_SPEED_FRAC = 0.44
"""Mean over the ascent of the speed gained along the heading, as a share of its final value. Source: mean of planar
ascents on the catalogue stages of Soyuz-2.1a (0.45), Falcon 9 (0.40) and Proton-M (0.46), `tools/validation/window.py
--speed`."""
SCHILLING_RMS_M_PER_S = 260.0
"""Error of the required speed, rms over the launchers of the method's paper. Source: Schilling 2009, as restated by
implementations of it (the paper itself was not at hand)."""


def geocentric_latitude(latitude_rad: float) -> float:
    """Geocentric latitude of a point at sea level, rad, from the geodetic one. Source: WGS84 ellipsoid."""
    return math.atan((1.0 - orbit.FLATTENING) ** 2 * math.tan(latitude_rad))


def rotation_speed(geocentric_latitude_rad: float) -> float:
    """Eastward speed of the ground, m/s: omega R cos(latitude), R the equatorial radius (0.3 % high at the poles)."""
    return orbit.EARTH_ROTATION_RAD_PER_S * orbit.EARTH_RADIUS_M * math.cos(geocentric_latitude_rad)


def inertial_heading(inclination_rad: float, geocentric_latitude_rad: float, northbound: bool) -> float:
    """Heading of an orbit where it passes a latitude, rad east of north: sin = cos i / cos latitude.

    Raises ValueError when the orbit does not reach the latitude. Source: spherical trigonometry (Wertz, SMAD).
    """
    sine = math.cos(inclination_rad) / math.cos(geocentric_latitude_rad)
    if abs(sine) > 1.0:
        raise ValueError("the orbit does not reach this latitude")
    heading = math.asin(sine)
    return heading if northbound else math.pi - heading


def ground_heading(inertial_heading_rad: float, speed_m_per_s: float, geocentric_latitude_rad: float) -> float:
    """Heading over the rotating ground that ends on an inertial heading at a speed, rad east of north.

    The eastward speed of the ground is a gift: the launcher adds the rest. Source: vector sum of speeds (Wertz, SMAD).
    """
    east = speed_m_per_s * math.sin(inertial_heading_rad) - rotation_speed(geocentric_latitude_rad)
    return math.atan2(east, speed_m_per_s * math.cos(inertial_heading_rad))


def constant_heading_lead(ascent_time_s: float, mean_speed_frac: float = MEAN_SPEED_FRAC) -> float:
    """Lead of lift-off before the plane crossing of an ascent on one heading, s: T (1 - s).

    On one heading the sideways speed v falls as the speed along the heading grows, v (1 - V(t)/V(T)); the way made
    sideways is v (T - D/V(T)) with D the distance gained along the heading, and s = D / (V(T) T). Source: derived here.
    """
    return ascent_time_s * (1.0 - mean_speed_frac)


def phase_gain(target_a_m: float, ascent_time_s: float, latitude_rad: float, heading_rad: float) -> float:
    """Angle the target gains on a launcher from lift-off to cut-off, rad.

    The launcher starts with the ground's speed along the heading and gains the rest, on average `MEAN_SPEED_FRAC` of
    it.
    """
    start = rotation_speed(latitude_rad) * math.sin(heading_rad) / orbit.EARTH_RADIUS_M
    end = orbit.mean_motion(target_a_m)
    return float((1.0 - MEAN_SPEED_FRAC) * (end - start) * ascent_time_s)


def node_drift_per_phase(target_a_m: float, chaser_a_m: float, inclination_rad: float) -> float:
    """How far a chaser's node moves against the target's while it closes one radian of phase, rad per rad (negative).

    The lower orbit is faster and regresses faster, both in proportion to the difference in height: the ratio hardly
    depends on it, nor on how long the chase takes; to first order it is 7/3 of node rate over mean motion. Source: J2
    theory, Kozai 1959.
    """
    drift = orbit.node_rate(chaser_a_m, inclination_rad) - orbit.node_rate(target_a_m, inclination_rad)
    return float(drift / (orbit.mean_motion(chaser_a_m) - orbit.mean_motion(target_a_m)))


def three_stage_time(speed_m_per_s: float, exhaust_m_per_s: float, acceleration_m_per_s2: float) -> float:
    """Ascent time of a launcher of three alike stages, s: 3 (1 - exp(-dv / 3c)) c / A0. Source: Schilling 2009, eq.
    4."""
    return -3.0 * math.expm1(-speed_m_per_s / (3.0 * exhaust_m_per_s)) * exhaust_m_per_s / acceleration_m_per_s2


def ascent_penalty(perigee_km: float, ascent_time_s: float, three_stage_time_s: float) -> float:
    """Loss to gravity, drag and steering on the way to a parking orbit, m/s. Source: Schilling 2009, eqs. 5 and 6.

    K3 + K4 (0.405 Ta + 0.595 T3s) with K3 = 429.9 + 1.602 H + 1.224e-3 H^2 and K4 = 2.328 - 9.687e-4 H, H in km.
    """
    fixed = 429.9 + 1.602 * perigee_km + 1.224e-3 * perigee_km * perigee_km
    per_second = 2.328 - 9.687e-4 * perigee_km
    return fixed + per_second * (0.405 * ascent_time_s + 0.595 * three_stage_time_s)


def parking_speed(perigee_km: float, apogee_km: float) -> float:
    """Speed at the perigee of an orbit given by its heights, m/s. Source: vis-viva."""
    perigee_m, apogee_m = (orbit.EARTH_RADIUS_M + 1e3 * height for height in (perigee_km, apogee_km))
    return math.sqrt(orbit.MU_M3_PER_S2 * 2.0 * apogee_m / (perigee_m * (perigee_m + apogee_m)))
