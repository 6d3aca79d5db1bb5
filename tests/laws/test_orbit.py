"""Orbit laws against the station's own record, published values and what must hold."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationkeep.formats.altitude import read_altitude
from stationkeep.laws import orbit
from stationkeep.model.catalogue import Catalogue

A_M = orbit.EARTH_RADIUS_M + 415e3
INCLINATION = math.radians(51.64)


def test_period_and_speed_of_the_station():
    assert 2 * math.pi / orbit.mean_motion(A_M) / 60 == pytest.approx(92.87, abs=0.02)
    assert orbit.circular_speed(A_M) == pytest.approx(7660, abs=2)


@pytest.mark.parametrize(("first", "last"), [("2021-01-02", "2021-09-28"), ("2001-01-02", "2001-12-31")])
def test_the_node_drifts_as_measured(first, last):
    rows = [r for r in Catalogue().table("orbit/raan") if first <= r["date"] <= last and r["status"] == "found"]
    noon = np.array([np.datetime64(r["date"]) for r in rows]).astype("datetime64[D]").astype(float) - 10957 + 0.5
    measured = np.unwrap(np.radians([float(r["raan_deg"]) for r in rows]) + 0.0864 * (noon - noon[0]))
    record = read_altitude()
    days = np.arange(noon[0], noon[-1] + 0.5)
    h_m = np.interp(days * 86400.0, record.t_s, record.h_m)
    inclination = math.radians(np.mean([float(r["inclination_deg"]) for r in rows]))
    rate = np.array([orbit.node_rate(orbit.EARTH_RADIUS_M + h, inclination) for h in h_m])
    modelled = float(np.sum(0.5 * (rate[1:] + rate[:-1])) * 86400.0)
    found = measured[-1] - measured[0] - 0.0864 * (noon[-1] - noon[0])
    assert math.degrees(modelled - found) * 365.25 / (noon[-1] - noon[0]) == pytest.approx(0.0, abs=0.8), "deg per year"


def test_perigee_turns_less_than_four_degrees_a_day_and_stands_still_at_the_critical_inclination():
    assert math.degrees(orbit.perigee_rate(A_M, INCLINATION)) * 86400 == pytest.approx(3.75, abs=0.1)
    assert orbit.perigee_rate(A_M, math.acos(math.sqrt(0.2))) == pytest.approx(0.0, abs=1e-15)


def test_the_frozen_eccentricity_moves_perigee_by_six_kilometres():
    assert orbit.frozen_eccentricity(A_M, INCLINATION) * A_M == pytest.approx(5.84e3, rel=0.01), "fit of a numerical orbit"


def test_two_metres_per_second_raise_the_station_by_three_and_a_half_kilometres():
    rise = orbit.raised_semi_major_axis(A_M, 2.0) - A_M
    assert rise == pytest.approx(2.0 * orbit.raise_per_speed(A_M), rel=1e-3)
    assert rise == pytest.approx(3.5e3, rel=0.02), "Progress MS-26, 2024-06-17: 2.0 m/s, +3.5 km"


def test_reported_burns_follow_the_law():
    rows = [r for r in Catalogue().table("orbit/reboosts") if r["origin"] == "reported" and r["executed"] == "executed"]
    both = [(float(r["dv_m_per_s"]), float(r["dalt_km"])) for r in rows if r["dv_m_per_s"] and r["dalt_km"] and float(r["dalt_km"]) > 0]
    ratio = [orbit.raise_per_speed(A_M) * dv / (1e3 * rise) for dv, rise in both]
    assert len(ratio) >= 15
    assert np.median(ratio) == pytest.approx(1.0, abs=0.03)


@settings(deadline=None)
@given(st.floats(0.01, 50.0), st.floats(2e5, 5e5))
def test_speed_and_propellant_are_each_others_inverse(speed, mass):
    propellant = orbit.burn_propellant(mass, speed, 290.0)
    assert orbit.burn_speed(mass, propellant, 290.0) == pytest.approx(speed, rel=1e-9)
    assert orbit.burn_duration(mass, speed, 740.0, 290.0) * 740.0 == pytest.approx(propellant * 290.0 * 9.80665, rel=1e-12)


@settings(deadline=None)
@given(st.floats(2e5, 6e5), st.floats(-30.0, 30.0))
def test_a_raise_and_its_speed_are_each_others_inverse(height, speed):
    a_m = orbit.EARTH_RADIUS_M + height
    assert orbit.speed_for_raise(a_m, orbit.raised_semi_major_axis(a_m, speed)) == pytest.approx(speed, abs=1e-8)


def test_a_burn_of_a_whole_orbit_leaves_the_eccentricity_alone():
    period = 2 * math.pi / orbit.mean_motion(A_M)
    assert orbit.burn_eccentricity(A_M, 2.0, 0.0) == pytest.approx(4.0 / 7660, rel=1e-3)
    assert orbit.burn_eccentricity(A_M, 2.0, 600.0) < orbit.burn_eccentricity(A_M, 2.0, 60.0)
    assert orbit.burn_eccentricity(A_M, 2.0, period) == pytest.approx(0.0, abs=1e-12)


def test_decay_rate_is_the_loss_of_energy():
    rho, ballistic = 3e-12, 0.0085
    power_per_kg = 0.5 * ballistic * rho * orbit.circular_speed(A_M) ** 3
    assert -orbit.decay_rate(A_M, ballistic, rho) == pytest.approx(2 * A_M**2 / orbit.MU_M3_PER_S2 * power_per_kg, rel=1e-12)


def test_propellant_of_a_burn_by_time():
    """Progress: 740 N at 285 s burns 0.265 kg/s; the same speed as `burn_duration` gives."""
    assert orbit.burned_propellant(740.0, 285.0, 1000.0) == pytest.approx(264.8, abs=0.1)
    lasted_s = orbit.burn_duration(420e3, 1.5, 740.0, 285.0)
    assert orbit.burned_propellant(740.0, 285.0, lasted_s) == pytest.approx(orbit.burn_propellant(420e3, 1.5, 285.0))


@settings(deadline=None)
@given(st.floats(0.0, 6.28), st.floats(0.0, 6.28), st.floats(0.01, 3.0), st.integers(1, 6))
def test_the_least_shift_puts_the_phase_into_its_window_on_its_day_and_no_other_day_asks_less(phase, step, window, days):
    shift, at = orbit.least_shift(phase, step, window, days)
    left = (phase + at * step) % (2 * math.pi) - shift
    assert -1e-12 <= left <= window + 1e-9
    for day in range(days):
        assert (phase + day * step) % (2 * math.pi) - window >= shift - 1e-12 or shift == 0.0


def test_a_phasing_burn_lets_the_station_fall_back_by_what_was_asked():
    """Kepler: over 14 days of the old orbit a raise of 1.4 km costs 24 degrees of phase (1.5 a da / a of what was gone)."""
    angle = orbit.mean_motion(A_M) * 14 * 86400.0
    raised = orbit.phased_semi_major_axis(A_M, -math.radians(24.0), angle)
    assert angle - orbit.mean_motion(raised) * 14 * 86400.0 == pytest.approx(math.radians(24.0), rel=1e-9)
    assert raised - A_M == pytest.approx(1390.0, abs=10.0)
