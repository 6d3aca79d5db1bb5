"""Launch windows: when a pad passes through the plane of an orbit, when to lift off for it, and which chase its phase
admits.

Lift-off = crossing of the mean plane - lead of the ascent + drift of the node during the chase:

- the *plane* is the mean one (SGP4's node and inclination): the plane through position and velocity nods by 0.02 deg
  twice per orbit, which moves its crossing by up to 20 s; `crossing_t_s` is that one, because everybody can check it;
- the *inclination* is the launcher's own where it flies a standard one (Soyuz: 51.64 deg), the target's otherwise;
- the *lead* comes from the ascent (see `laws.ascent`), as a share of its duration measured on flights of even years;
- the *drift*: a chaser below the target regresses faster, so it starts east of the target's plane and lifts off
  later, by about half a second per degree of phase it still has to close, however long it takes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sgp4.api import SGP4_ERRORS, Satrec

from stationkeep.laws import ascent, orbit
from stationkeep.laws.sun import DAY_S, sidereal_angle

JD_2000 = 2451544.5
"""Julian date of 2000-01-01T00:00."""
SAME_INCLINATION_DEG = 0.15
"""A launcher's standard inclination is used for targets within this of it; others need their own."""
AZIMUTH_ALLOWANCE_DEG = 3.0
"""Range limits are remembered to a few degrees and bind ground tracks, not headings: this much beyond them is still
allowed."""


class Site(NamedTuple):
    """A launch pad (geodetic latitude) and the headings its range allows."""

    id: str
    latitude_deg: float
    longitude_deg: float
    azimuth_low_deg: float
    azimuth_high_deg: float


class Ascent(NamedTuple):
    """How a launcher climbs: a row of fleet/ascent_profiles. A NaN inclination stands for the target's own."""

    id: str
    ascent_time_s: float
    lead_frac: float
    insertion_perigee_km: float
    insertion_apogee_km: float
    inclination_deg: float


class Rendezvous(NamedTuple):
    """A way to chase: a row of fleet/rendezvous_profiles. Degrees the target is ahead of the pad at lift-off, laps
    included."""

    id: str
    phase_low_deg: float
    phase_high_deg: float
    from_t_s: float


class Target(NamedTuple):
    """Mean orbit of the target near `t_s`: node and true argument of latitude there, with their rates."""

    t_s: float
    a_m: float
    inclination_rad: float
    node_rad: float
    node_rad_per_s: float
    argument_rad: float
    argument_rad_per_s: float


class LiftOff(NamedTuple):
    """Lift-off for one rendezvous profile, and what it is made of: crossing + plane - lead + drift."""

    profile: str
    admitted: bool
    t_s: float
    phase_deg: float
    plane_s: float
    lead_s: float
    drift_s: float


class Opportunity(NamedTuple):
    """One passage of a pad through the plane. `choices` holds the profiles admitted, fastest first, or else the
    nearest one."""

    crossing_t_s: float
    northbound: bool
    azimuth_deg: float
    inertial_azimuth_deg: float
    allowed: bool
    choices: tuple[LiftOff, ...]

    @property
    def profiles(self) -> tuple[str, ...]:
        """Names of the rendezvous profiles that the phase admits."""
        return tuple(choice.profile for choice in self.choices if choice.admitted)


def opportunities(
    elements: Satrec, site: Site, climb: Ascent, chases: Sequence[Rendezvous], from_t_s: float, to_t_s: float
) -> list[Opportunity]:
    """Passages of `site` through the plane of `elements` with a lift-off in the span, in order of time.

    Times are UTC seconds since 2000. Raises ValueError when the orbit never passes over the latitude of the site.
    """
    check_reach(math.degrees(elements.inclo), site)
    found = []
    for northbound in (True, False):
        for mean_t_s in _mean_crossings(elements, site, northbound, from_t_s - 3600.0, to_t_s + 3600.0):
            target = mean_target(elements, mean_t_s)
            found.append(_opportunity(elements, target, site, climb, chases, northbound))
    return sorted(item for item in found if from_t_s <= item.choices[0].t_s < to_t_s)


def check_reach(inclination_deg: float, site: Site) -> None:
    """ValueError when an orbit of this inclination never passes over the site."""
    latitude_deg = math.degrees(ascent.geocentric_latitude(math.radians(site.latitude_deg)))
    if not abs(latitude_deg) <= inclination_deg <= 180.0 - abs(latitude_deg):
        raise ValueError(
            f"an orbit inclined {inclination_deg:.2f} deg never passes over {site.id} at {site.latitude_deg:.2f} deg; "
            f"from there inclinations from {abs(latitude_deg):.2f} to {180.0 - abs(latitude_deg):.2f} deg are reached"
        )


def mean_target(elements: Satrec, t_s: float) -> Target:
    """The mean orbit of an element set at `t_s`: SGP4's secular node and inclination, and where it puts the satellite.

    Raises ValueError when SGP4 gives up (an orbit that has decayed).
    """
    age_min = (JD_2000 - elements.jdsatepoch + (t_s / DAY_S - elements.jdsatepochF)) * 1440.0
    node_rad_per_s = elements.nodedot / 60.0
    node_rad = elements.nodeo + elements.nodedot * age_min
    x, y, z = _state(elements, t_s)[0]
    along = x * math.cos(node_rad) + y * math.sin(node_rad)
    across = y * math.cos(node_rad) - x * math.sin(node_rad)
    argument_rad = math.atan2(across * math.cos(elements.inclo) + z * math.sin(elements.inclo), along)
    rate_rad_per_s = (elements.mdot + elements.argpdot) / 60.0
    a_m = (orbit.MU_M3_PER_S2 / (elements.no_kozai / 60.0) ** 2) ** (1.0 / 3.0)
    return Target(t_s, a_m, elements.inclo, node_rad, node_rad_per_s, argument_rad, rate_rad_per_s)


def plane_crossing(target: Target, inclination_rad: float, site: Site, northbound: bool, near_t_s: float) -> float:
    """Time nearest to `near_t_s` when the site lies in the plane of the target's node and the given inclination."""
    latitude_rad = ascent.geocentric_latitude(math.radians(site.latitude_deg))
    from_node = math.asin(max(-1.0, min(1.0, math.tan(latitude_rad) / math.tan(inclination_rad))))
    from_node = from_node if northbound else math.pi - from_node
    rate = orbit.EARTH_ROTATION_RAD_PER_S - target.node_rad_per_s
    t_s = near_t_s
    for _ in range(3):
        node = target.node_rad + target.node_rad_per_s * (t_s - target.t_s)
        t_s += _wrapped(node + from_node - sidereal_angle(t_s) - math.radians(site.longitude_deg)) / rate
    return t_s


def phase_deg(target: Target, site: Site, t_s: float) -> float:
    """Degrees, in (-180, 180], that the target is ahead of the site along its orbit at `t_s`."""
    latitude_rad = ascent.geocentric_latitude(math.radians(site.latitude_deg))
    node = target.node_rad + target.node_rad_per_s * (t_s - target.t_s)
    from_node = sidereal_angle(t_s) + math.radians(site.longitude_deg) - node
    across = math.cos(latitude_rad) * math.sin(from_node) * math.cos(target.inclination_rad)
    across += math.sin(latitude_rad) * math.sin(target.inclination_rad)
    site_rad = math.atan2(across, math.cos(latitude_rad) * math.cos(from_node))
    ahead = target.argument_rad + target.argument_rad_per_s * (t_s - target.t_s) - site_rad
    return math.degrees(_wrapped(ahead))


def lift_off(target: Target, site: Site, climb: Ascent, chase: Rendezvous, northbound: bool) -> LiftOff:
    """Lift-off near `target.t_s` for one chase; `plane_s` counts from `target.t_s`.

    The phase is taken with the laps that bring it nearest to the window of the chase; `admitted` says whether it lies
    within.
    """
    own_deg = climb.inclination_deg
    close = abs(own_deg - math.degrees(target.inclination_rad)) <= SAME_INCLINATION_DEG
    inclination_rad = math.radians(own_deg) if close else target.inclination_rad
    crossing_t_s = plane_crossing(target, inclination_rad, site, northbound, target.t_s)
    latitude_rad = ascent.geocentric_latitude(math.radians(site.latitude_deg))
    heading = ascent.inertial_heading(target.inclination_rad, latitude_rad, northbound)
    gain = ascent.phase_gain(target.a_m, climb.ascent_time_s, latitude_rad, heading)
    insertion_a_m = orbit.EARTH_RADIUS_M + 500.0 * (climb.insertion_perigee_km + climb.insertion_apogee_km)
    chaser_a_m = 0.5 * (min(insertion_a_m, target.a_m - 2e3) + target.a_m)
    per_phase = ascent.node_drift_per_phase(target.a_m, chaser_a_m, target.inclination_rad)
    rate = orbit.EARTH_ROTATION_RAD_PER_S - target.node_rad_per_s
    lead_s = climb.lead_frac * climb.ascent_time_s
    t_s, ahead_deg, drift_s = crossing_t_s - lead_s, 0.0, 0.0
    for _ in range(6):
        ahead_deg = _nearest_lap(phase_deg(target, site, t_s), chase)
        drift_s = -per_phase * (math.radians(ahead_deg) + gain) / rate
        t_s = crossing_t_s - lead_s + drift_s
    admitted = chase.phase_low_deg <= ahead_deg <= chase.phase_high_deg and t_s >= chase.from_t_s
    phase = math.degrees(_wrapped(math.radians(ahead_deg)))
    return LiftOff(chase.id, admitted, t_s, phase, crossing_t_s - target.t_s, lead_s, drift_s)


def _opportunity(
    elements: Satrec, target: Target, site: Site, climb: Ascent, chases: Sequence[Rendezvous], northbound: bool
) -> Opportunity:
    crossing_t_s = _osculating_crossing(elements, site, target.t_s)
    every = [lift_off(target, site, climb, chase, northbound) for chase in chases]
    choices = [choice for choice in every if choice.admitted] or [_nearest(every, chases, target.t_s)]
    choices = [choice._replace(plane_s=choice.plane_s + target.t_s - crossing_t_s) for choice in choices]
    latitude_rad = ascent.geocentric_latitude(math.radians(site.latitude_deg))
    inertial = ascent.inertial_heading(target.inclination_rad, latitude_rad, northbound)
    speed = ascent.parking_speed(climb.insertion_perigee_km, climb.insertion_apogee_km)
    azimuth_deg = math.degrees(ascent.ground_heading(inertial, speed, latitude_rad)) % 360.0
    allowed = azimuth_allowed(azimuth_deg, site)
    return Opportunity(crossing_t_s, northbound, azimuth_deg, math.degrees(inertial) % 360.0, allowed, tuple(choices))


def phasing_burns(
    target: Target, site: Site, climb: Ascent, chase: Rendezvous, northbound: bool, burn_t_s: float
) -> tuple[float, float]:
    """Delta-v (m/s, along the orbit, at `burn_t_s`) of the target that opens a chase for the passage near `target.t_s`: by
    raising, which lets it fall back, and by lowering (negative); 0.0 twice when the chase is open already.

    Aims inside the edge it comes to first by a quarter of the window, at most 3 degrees. The orbit turns
    otherwise as its axis says (node by J2); what drag does otherwise until then is left out. Raises ValueError for a burn after the passage.
    """
    if burn_t_s >= target.t_s:
        raise ValueError("the burn comes after the lift-off")
    inside_deg = min(3.0, 0.25 * (chase.phase_high_deg - chase.phase_low_deg))
    since_s = target.t_s - burn_t_s

    def raised_frac(shift_deg: float) -> float:
        return float(orbit.phased_semi_major_axis(1.0, math.radians(shift_deg), target.argument_rad_per_s * since_s))

    def ahead_deg(shift_deg: float) -> float:
        node_rad = target.node_rad + target.node_rad_per_s * (raised_frac(shift_deg) ** -3.5 - 1.0) * since_s
        moved = target._replace(argument_rad=target.argument_rad + math.radians(shift_deg), node_rad=node_rad)
        return _nearest_lap(lift_off(moved, site, climb, chase, northbound).phase_deg, chase)

    def speed(edge_deg: float, shift_deg: float) -> float:
        for _ in range(6):  # a lift-off follows the phase by seconds, and the phase the lift-off
            shift_deg += math.degrees(_wrapped(math.radians(edge_deg - ahead_deg(shift_deg))))
        return float(orbit.speed_for_raise(target.a_m, target.a_m * raised_frac(shift_deg)))

    now_deg, low_deg, high_deg = ahead_deg(0.0), chase.phase_low_deg, chase.phase_high_deg
    if low_deg <= now_deg <= high_deg:
        return 0.0, 0.0
    high_deg, low_deg = high_deg - inside_deg, low_deg + inside_deg
    return speed(high_deg, -((now_deg - high_deg) % 360.0)), speed(low_deg, (low_deg - now_deg) % 360.0)


def best_heading(inclination_deg: float, site: Site, perigee_km: float, apogee_km: float) -> tuple[float, bool]:
    """Azimuth over ground for an orbit of this inclination, and whether the range lets it pass: the heading that is allowed,
    northbound before southbound. Raises ValueError when the orbit never passes over the site."""
    check_reach(inclination_deg, site)
    latitude_rad = ascent.geocentric_latitude(math.radians(site.latitude_deg))
    speed = ascent.parking_speed(perigee_km, apogee_km)
    both = []
    for northbound in (True, False):
        inertial = ascent.inertial_heading(math.radians(inclination_deg), latitude_rad, northbound)
        azimuth_deg = math.degrees(ascent.ground_heading(inertial, speed, latitude_rad)) % 360.0
        both.append((azimuth_deg, azimuth_allowed(azimuth_deg, site)))
    return max(both, key=lambda item: item[1])


def azimuth_allowed(azimuth_deg: float, site: Site) -> bool:
    """Whether the range of the site lets a launcher head there (limits may be negative: west of north)."""
    centre = 0.5 * (site.azimuth_low_deg + site.azimuth_high_deg)
    half = 0.5 * (site.azimuth_high_deg - site.azimuth_low_deg) + AZIMUTH_ALLOWANCE_DEG
    return abs(math.degrees(_wrapped(math.radians(azimuth_deg - centre)))) <= half


def _nearest(every: Sequence[LiftOff], chases: Sequence[Rendezvous], t_s: float) -> LiftOff:
    """The chase in use at the time whose window lies nearest to the phase."""

    def outside_deg(pair: tuple[LiftOff, Rendezvous]) -> float:
        choice, chase = pair
        ahead_deg = _nearest_lap(choice.phase_deg, chase)
        return max(chase.phase_low_deg - ahead_deg, ahead_deg - chase.phase_high_deg, 0.0)

    pairs = list(zip(every, chases, strict=True))
    return min([pair for pair in pairs if t_s >= pair[1].from_t_s] or pairs, key=outside_deg)[0]


def _nearest_lap(angle_deg: float, chase: Rendezvous) -> float:
    """The angle with the laps added that bring it nearest to the middle of the chase's window."""
    middle = 0.5 * (chase.phase_low_deg + chase.phase_high_deg)
    return middle + math.degrees(_wrapped(math.radians(angle_deg - middle)))


def _mean_crossings(elements: Satrec, site: Site, northbound: bool, from_t_s: float, to_t_s: float) -> Iterator[float]:
    day_s = 2.0 * math.pi / (orbit.EARTH_ROTATION_RAD_PER_S - elements.nodedot / 60.0)
    seen_t_s = -math.inf
    guess_t_s = from_t_s
    while guess_t_s < to_t_s + day_s:
        target = mean_target(elements, guess_t_s)
        t_s = plane_crossing(target, elements.inclo, site, northbound, guess_t_s)
        if from_t_s <= t_s < to_t_s and t_s > seen_t_s + 0.5 * day_s:
            seen_t_s = t_s
            yield t_s
        guess_t_s += day_s


def _osculating_crossing(elements: Satrec, site: Site, near_t_s: float) -> float:
    """When the site lies in the plane through the satellite's position and velocity; secant steps from the mean
    crossing."""

    def offset(t_s: float) -> float:
        (x, y, z), (vx, vy, vz) = _state(elements, t_s)
        normal = (y * vz - z * vy, z * vx - x * vz, x * vy - y * vx)
        latitude_rad = ascent.geocentric_latitude(math.radians(site.latitude_deg))
        right_ascension = sidereal_angle(t_s) + math.radians(site.longitude_deg)
        place = (
            math.cos(latitude_rad) * math.cos(right_ascension),
            math.cos(latitude_rad) * math.sin(right_ascension),
            math.sin(latitude_rad),
        )
        return sum(a * b for a, b in zip(normal, place, strict=True)) / math.hypot(*normal)

    before_t_s, t_s = near_t_s, near_t_s + 30.0
    before, now = offset(before_t_s), offset(t_s)
    for _ in range(20):
        if abs(now) < 1e-10 or now == before:
            break
        before_t_s, t_s = t_s, t_s - now * (t_s - before_t_s) / (now - before)
        before, now = now, offset(t_s)
    return t_s


def _state(elements: Satrec, t_s: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    day = math.floor(t_s / DAY_S)
    error, position, velocity = elements.sgp4(JD_2000 + day, t_s / DAY_S - day)
    if error:
        raise ValueError(f"SGP4 gives up: {SGP4_ERRORS.get(error, error)}")
    return position, velocity


def _wrapped(angle_rad: float) -> float:
    """The angle in (-pi, pi]."""
    return math.pi - (math.pi - angle_rad) % (2.0 * math.pi)
