"""The laws of the way up against values worked out by hand or published."""

import math

import pytest

from stationkeep.laws import ascent, orbit


def test_heading_from_baikonur_to_the_station() -> None:
    latitude = ascent.geocentric_latitude(math.radians(45.9961))
    assert math.degrees(latitude) == pytest.approx(45.804, abs=0.001)
    north = ascent.inertial_heading(math.radians(51.64), latitude, True)
    assert math.degrees(north) == pytest.approx(math.degrees(math.asin(0.62059 / 0.69713)), abs=0.01)
    assert ascent.inertial_heading(math.radians(51.64), latitude, False) == pytest.approx(math.pi - north)
    ground = ascent.ground_heading(north, 7800.0, latitude)
    assert math.degrees(ground) == pytest.approx(61.76, abs=0.05)
    # Adding the ground's speed to the launcher's own must give back the inertial heading.
    east = 7800.0 * math.sin(north) - ascent.rotation_speed(latitude)
    own = math.hypot(east, 7800.0 * math.cos(north))
    assert own * math.sin(ground) + ascent.rotation_speed(latitude) == pytest.approx(7800.0 * math.sin(north))


def test_an_orbit_below_the_latitude_is_refused() -> None:
    with pytest.raises(ValueError, match="does not reach"):
        ascent.inertial_heading(math.radians(51.6), math.radians(62.7), True)


def test_due_east_and_polar() -> None:
    assert ascent.inertial_heading(math.radians(30.0), math.radians(30.0), True) == pytest.approx(math.pi / 2)
    assert ascent.inertial_heading(math.pi / 2, 0.3, True) == pytest.approx(0.0, abs=1e-12)
    assert ascent.ground_heading(0.0, 7800.0, 0.3) < 0.0


def test_lead_of_one_heading_is_the_way_made_sideways() -> None:
    """Integrate v (1 - V(t)/V(T)) for a speed that grows linearly: the mean is half, the lead half the time."""
    assert ascent.constant_heading_lead(500.0, 0.5) == pytest.approx(250.0)
    steps = [(1.0 - (i + 0.5) / 1000.0) * 0.5 for i in range(1000)]
    assert sum(steps) == pytest.approx(ascent.constant_heading_lead(500.0, 0.5))


def test_node_drift_of_a_chase() -> None:
    inclination = math.radians(51.64)
    target = orbit.EARTH_RADIUS_M + 420e3
    exact = ascent.node_drift_per_phase(target, target - 1.0, inclination)
    first_order = 7.0 / 3.0 * orbit.node_rate(target, inclination) / orbit.mean_motion(target)
    assert exact == pytest.approx(first_order, rel=1e-5)
    assert ascent.node_drift_per_phase(target, target - 200e3, inclination) == pytest.approx(exact, rel=0.06)
    # A whole lap costs three quarters of a degree of node: three minutes of launch time.
    assert math.degrees(2.0 * math.pi * -exact) == pytest.approx(0.75, abs=0.02)


def test_phase_gained_during_ascent() -> None:
    gain = ascent.phase_gain(orbit.EARTH_RADIUS_M + 420e3, 526.0, math.radians(45.8), math.radians(62.8))
    assert math.degrees(gain) == pytest.approx(18.2, abs=0.3)


def test_schilling_penalty() -> None:
    # 185 km, 500 s both: 429.9 + 296.37 + 41.89 + (2.328 - 0.17921) 500
    assert ascent.ascent_penalty(185.0, 500.0, 500.0) == pytest.approx(768.16 + 1074.4, abs=0.1)
    assert ascent.three_stage_time(9000.0, 3000.0, 15.0) == pytest.approx(3.0 * (1.0 - math.exp(-1.0)) * 200.0)


def test_parking_speed() -> None:
    assert ascent.parking_speed(200.0, 200.0) == pytest.approx(7784.3, abs=0.1)
    assert ascent.parking_speed(200.0, 35786.0) == pytest.approx(10238.9, abs=1.0)
