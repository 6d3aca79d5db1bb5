"""Laws of attitude: torques against rigid-body vectors, equilibrium, momentum, propellant."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationkeep.laws import attitude as law

RATE = 2.0 * math.pi / 5553.0
STATION = np.array([[130.75, 3.6, 9.85], [3.6, 96.98, 1.09], [9.85, 1.09, 203.5]]) * 1e6
"""Inertia of 2022-07-20 (facts: geometry/mass_properties.csv)."""


def rigid_torque(inertia, angles, rate):
    """Gravity-gradient plus gyroscopic torque of a body at small (roll, pitch, yaw) from level, by vectors."""
    roll, pitch, yaw = angles
    nadir, normal = np.array([-pitch, roll, 1.0]), np.array([yaw, 1.0, -roll])
    return 3.0 * rate**2 * np.cross(nadir, inertia @ nadir) - rate**2 * np.cross(normal, inertia @ normal)


def test_level_torque_is_the_rigid_bodys():
    level = law.level_torque_Nm(RATE, STATION[0, 1], STATION[0, 2], STATION[1, 2])
    assert level == pytest.approx(rigid_torque(STATION, (0.0, 0.0, 0.0), RATE), rel=1e-9)


@settings(deadline=None)
@given(st.floats(-2.0, 2.0), st.floats(-6.0, 6.0), st.floats(-3.0, 3.0))
def test_the_equilibrium_attitude_cancels_every_torque(air_x, air_y, air_z):
    angles = law.equilibrium_rad(
        RATE, STATION[0, 0], STATION[1, 1], STATION[2, 2], STATION[0, 1], STATION[0, 2], STATION[1, 2],
        air_x, air_y, air_z,
    )  # fmt: skip
    left = rigid_torque(STATION, angles, RATE) + np.array([air_x, air_y, air_z])
    second_order = RATE**2 * STATION.max() * float(np.dot(angles, angles))
    assert np.abs(left).max() <= 3.0 * second_order + 1e-9, "what the linear solution leaves is of second order"


def test_the_station_of_2022_flies_nose_down_by_its_products_of_inertia():
    _, pitch, yaw = law.equilibrium_rad(RATE, 130.75e6, 96.98e6, 203.5e6, 3.6e6, 9.85e6, 1.09e6, 0.0, 0.0, 0.0)
    assert -10.0 < math.degrees(pitch) < -5.0, "TEA pitch -5 to -10 deg (engineering.md C4)"
    assert abs(math.degrees(yaw)) < 10.0


def test_a_body_without_stiffness_has_no_equilibrium_to_find():
    assert law.equilibrium_rad(RATE, 1e6, 1e6, 1e6, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0) == (0.0, 0.0, 0.0)


def test_air():
    speed = law.circular_speed_m_per_s(RATE)
    assert speed == pytest.approx(7667.0, abs=5.0)
    assert law.air_force_N(3e-12, speed, 1650.0, 2.2) == pytest.approx(0.32, abs=0.01)
    assert law.air_torque_Nm(0.5, 2.0, -3.0) == (0.0, 1.5, 1.0)


def test_momentum_and_propellant():
    assert law.cyclic_momentum_Nms(5.0, RATE) == pytest.approx(4419.0, rel=1e-3)
    assert law.saturation_s(14835.0, 0.0, 0.5) == pytest.approx(29670.0)
    assert law.saturation_s(1.0, 2.0, 1.0) == 0.0
    assert law.saturation_s(1.0, 0.0, 0.0) == 1e18
    assert law.impulse_propellant_kg(53.5e3, 25.0, 290.0) == pytest.approx(0.752, abs=0.002)
    assert law.turn_propellant_kg(26e6, math.radians(0.1), 25.0, 290.0) == pytest.approx(1.28, abs=0.01)


def test_a_limit_cycle_burns_its_reversals():
    drift = law.pulsed_rate_rad_per_s(25.7e6, 260.0, 25.0, 2.0)
    rate = law.limit_cycle_kg_per_s(25.7e6, drift, 25.0, math.radians(1.5), 285.0)
    crossing_s = 2.0 * math.radians(1.5) / drift
    assert rate * crossing_s == pytest.approx(260.0 * 2.0 / (285.0 * 9.80665))


def test_angles_beyond_a_limit():
    assert law.beyond_rad(0.3, 0.25) == pytest.approx(0.05)
    assert law.beyond_rad(-0.3, 0.25) == pytest.approx(-0.05)
    assert law.beyond_rad(0.2, 0.25) == 0.0
    assert law.panel_area_m2(32.5, 11.4, 0.05) == pytest.approx(370.5)
