"""How long a station in a circular orbit is in view of a place on the ground."""

from __future__ import annotations

import math

EARTH_RADIUS_KM = 6378.137


def view_angle(altitude_km: float, least_elevation_rad: float) -> float:
    """Angle at the Earth's centre from a place to the ground track at which a satellite stands at `least_elevation_rad`.

    acos(R cos(e) / (R + h)) - e. Source: geometry of the horizon, e.g. Wertz, Space Mission Analysis and Design, ch. 5.
    """
    cosine = EARTH_RADIUS_KM * math.cos(least_elevation_rad) / (EARTH_RADIUS_KM + altitude_km)
    return math.acos(cosine) - least_elevation_rad


def seen_frac(
    altitude_km: float, inclination_rad: float, latitude_rad: float, least_elevation_rad: float, points: int = 720
) -> float:
    """Share of the time a satellite is in view of a place, over many days (longitudes equally likely).

    At each latitude of the track the span of longitudes within `view_angle` of the place is a share of the circle.
    """
    reach = view_angle(altitude_km, least_elevation_rad)
    total = 0.0
    for k in range(points):
        track = math.asin(math.sin(inclination_rad) * math.sin(2.0 * math.pi * (k + 0.5) / points))
        across = math.cos(track) * math.cos(latitude_rad)
        cosine = (math.cos(reach) - math.sin(track) * math.sin(latitude_rad)) / max(across, 1e-12)
        total += math.acos(min(1.0, max(-1.0, cosine))) / math.pi
    return total / points
