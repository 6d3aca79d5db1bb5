"""Contact time with a place on the ground."""

import math

import pytest

from stationkeep.laws.visibility import seen_frac, view_angle


def test_the_horizon_of_a_station():
    # at 400 km the horizon is 19.79 deg of arc away: acos(6378.137 / 6778.137)
    assert math.degrees(view_angle(400.0, 0.0)) == pytest.approx(19.79, abs=0.01)
    assert view_angle(400.0, math.radians(90.0)) == pytest.approx(0.0, abs=1e-6)


def test_a_polar_orbit_sees_a_pole_each_time_and_an_equatorial_one_never():
    reach = view_angle(400.0, 0.0)
    assert seen_frac(400.0, math.radians(90.0), math.radians(90.0), 0.0) == pytest.approx(reach / math.pi, rel=0.02)
    assert seen_frac(400.0, 0.0, math.radians(80.0), 0.0) == 0.0


def test_equator_seen_from_an_equatorial_orbit():
    assert seen_frac(400.0, 0.0, 0.0, 0.0) == pytest.approx(view_angle(400.0, 0.0) / math.pi, rel=1e-6)


def test_high_latitudes_are_seen_longer_from_a_polar_orbit():
    # the case made for 97 degrees: northern sites are in view more often
    north, south = math.radians(62.9), math.radians(45.0)
    low, polar = math.radians(51.6), math.radians(97.0)
    five = math.radians(5.0)
    assert seen_frac(400.0, polar, north, five) > seen_frac(400.0, low, north, five)
    assert seen_frac(400.0, polar, south, five) < seen_frac(400.0, low, south, five)
