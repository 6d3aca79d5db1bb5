"""A controlled entry: the burns against an integrated orbit, the drift, and the vehicles that can and cannot do it."""

import json
import math

import numpy as np
import pytest

from stationkeep.cli.deorbit import deorbit, find_cases, find_pusher
from stationkeep.flight.deorbit import (
    ENTRY_M,
    HOLDING_PERIGEE_M,
    LONGEST_ARC_RAD,
    Pusher,
    drift,
    fall_time,
    last_burn,
    perigee_burns,
    perigee_drop_speed,
    plan,
)
from stationkeep.laws.orbit import EARTH_RADIUS_M, MU_M3_PER_S2, STANDARD_GRAVITY_M_PER_S2, mean_motion
from stationkeep.model.files import InputError

START_T_S = 28 * 365.25 * 86400.0  # late 2027
STATION_KG = 460e3
USDV = Pusher("usdv", 16000.0, 10400.0, 300.0)


@pytest.fixture(scope="module")
def cases():
    return find_cases(STATION_KG, 415.0, START_T_S, None, 51.64, 225.0, 50.0)


def integrated(apogee_m, perigee_m, mass_kg, thrust_N, isp_s, duration_s):
    """Perigee radius after a retrograde burn centred at apogee, two bodies, by Runge-Kutta 4 in the plane."""
    flow = thrust_N / (STANDARD_GRAVITY_M_PER_S2 * isp_s)

    def rate(t, y, burning):
        r, v = y[:2], y[2:]
        push = -thrust_N / (mass_kg - flow * t) * v / np.hypot(*v) if burning else 0.0
        return np.concatenate([v, -MU_M3_PER_S2 * r / np.hypot(*r) ** 3 + push])

    def run(y, span_s, burning):
        steps = 2000
        h = span_s / steps
        for k in range(steps):
            t = k * h
            k1 = rate(t, y, burning)
            k2 = rate(t + h / 2, y + h / 2 * k1, burning)
            k3 = rate(t + h / 2, y + h / 2 * k2, burning)
            k4 = rate(t + h, y + h * k3, burning)
            y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        return y

    a_m = 0.5 * (apogee_m + perigee_m)
    y = np.array([apogee_m, 0.0, 0.0, math.sqrt(MU_M3_PER_S2 * (2 / apogee_m - 1 / a_m))])
    y = run(run(y, -duration_s / 2, False), duration_s, True)
    r, speed2, momentum = np.hypot(*y[:2]), y[2] ** 2 + y[3] ** 2, y[0] * y[3] - y[1] * y[2]
    a_m = 1 / (2 / r - speed2 / MU_M3_PER_S2)
    return a_m * (1 - math.sqrt(1 - momentum**2 / (MU_M3_PER_S2 * a_m)))


def test_an_impulse_is_vis_viva():
    high, low = EARTH_RADIUS_M + 250e3, EARTH_RADIUS_M + 50e3
    circular, after = math.sqrt(MU_M3_PER_S2 / high), math.sqrt(MU_M3_PER_S2 * (2 / high - 2 / (high + low)))
    assert perigee_drop_speed(high, high, low, 0.0) == pytest.approx(circular - after, rel=1e-12)
    assert circular - after == pytest.approx(57.0, rel=0.05)  # engineering.md section E: 57 m/s


@pytest.mark.parametrize("thrust_N", [7000.0, 10400.0, 40000.0])
def test_a_finite_last_burn_reaches_its_perigee(thrust_N):
    apogee, perigee, target = (EARTH_RADIUS_M + h for h in (225e3, 160e3, 50e3))
    burn, least_N = last_burn(STATION_KG, apogee, perigee, target, USDV._replace(thrust_N=thrust_N))
    assert thrust_N > least_N
    assert burn.duration_s * mean_motion(0.5 * (apogee + perigee)) < LONGEST_ARC_RAD
    reached = integrated(apogee, perigee, STATION_KG, thrust_N, 300.0, burn.duration_s)
    assert reached - perigee == pytest.approx(target - perigee, rel=0.03)


def test_the_first_burns_reach_the_holding_perigee():
    radius, holding = EARTH_RADIUS_M + 225e3, EARTH_RADIUS_M + HOLDING_PERIGEE_M
    perigee = radius
    for burn in perigee_burns(STATION_KG, radius, holding, USDV._replace(thrust_N=4000.0)):
        perigee = integrated(radius, perigee, STATION_KG, 4000.0, 300.0, burn.duration_s)
    assert perigee - radius == pytest.approx(holding - radius, rel=0.04)


def test_the_fall_from_apogee_is_keplers():
    apogee, perigee, entry = (EARTH_RADIUS_M + h for h in (225e3, 50e3, ENTRY_M))
    a = 0.5 * (apogee + perigee)
    r, inward, t, h = apogee, 0.0, 0.0, 0.05
    momentum2 = MU_M3_PER_S2 * a * (1 - (1 - perigee / a) ** 2)
    while r > entry:
        inward += h * (momentum2 / r**3 - MU_M3_PER_S2 / r**2)
        r += h * inward
        t += h
    assert fall_time(apogee, perigee, entry) == pytest.approx(t, abs=1.0)


def test_drag_takes_longer_under_a_quiet_sun(cases):
    quiet, usual, active = (plan(case, USDV).drift_s for case in cases)
    assert active < usual < quiet
    case = cases[1]
    top, middle, low = (EARTH_RADIUS_M + h for h in (415e3, 350e3, 225e3))
    first_s, reached = drift(case.fit, top, case.t_s, case.ballistic_m2_per_kg, case.activity, middle)
    assert reached == middle
    assert 0.5 < first_s / usual < 0.98  # most of the time is spent high
    assert drift(case.fit, low, case.t_s, case.ballistic_m2_per_kg, case.activity, low)[0] == 0.0


def test_the_deorbit_vehicle_does_it_with_half_its_propellant(cases):
    made = plan(cases[1], USDV)
    assert made.feasible
    assert 47.0 <= made.delta_v_m_per_s <= 57.0  # both figures of engineering.md section E
    assert 7.1e3 <= made.propellant_kg <= 8.9e3  # 7.1 t and 8.6 t there
    assert made.burns[-1].perigee_m == pytest.approx(50e3)
    assert made.burns[-2].perigee_m == pytest.approx(HOLDING_PERIGEE_M)
    assert made.entry_t_s > made.burns_from_t_s == cases[1].t_s + made.drift_s


def test_a_date_costs_lowering_burns(cases):
    free = plan(cases[1], USDV)
    by = cases[1].t_s + 0.4 * free.drift_s
    hurried = plan(cases[1], USDV, by)
    assert hurried.burns[0].kind == "lower"
    assert by - 0.1 * 86400.0 < hurried.entry_t_s <= by
    assert hurried.delta_v_m_per_s - free.delta_v_m_per_s == pytest.approx(hurried.burns[0].delta_v_m_per_s, rel=0.02)
    late = plan(cases[1], USDV, cases[1].t_s + 86400.0)
    assert any(item.startswith("time") for item in late.missing)
    assert any(item.startswith("propellant") for item in late.missing)


@pytest.mark.parametrize(
    ("vehicle", "missing"),
    [("progress-ms", ["thrust", "propellant"]), ("atv", ["thrust", "propellant"]), ("htv", ["engine"])],
)
def test_what_a_vehicle_lacks_is_said(cases, vehicle, missing):
    made = plan(cases[1], find_pusher(vehicle))
    assert not made.feasible
    assert [any(item.startswith(word) for item in made.missing) for word in missing] == [True] * len(missing)


def test_a_refusal_ends_with_status_1(capsys):
    with pytest.raises(SystemExit) as stop:
        deorbit("progress-ms", from_="2028-07-01", by="2031-01-31", json=True)
    assert stop.value.code == 1 and json.loads(capsys.readouterr().out)["missing"]


def test_progress_could_bring_down_mir(cases):
    """Mir, 23 March 2001: from 217 km to 160, then to 79 km, 2,678 kg aboard Progress M1-5 (russianspaceweb.com)."""
    mir = cases[1]._replace(mass_kg=137e3, altitude_m=217e3, entry_perigee_m=79e3)
    made = plan(mir, Pusher("progress-m1", 2678.0, 2950.0, 300.0))
    assert made.feasible
    assert made.propellant_kg > 1500.0
    assert 15.0 < made.burns[-1].duration_s / 60.0 < 30.0  # 22 minutes flown


def test_the_command_prints_one_object_with_the_promised_keys(capsys):
    deorbit("usdv", from_="2028-07-01", by="2031-01-31", json=True)
    said = json.loads(capsys.readouterr().out)
    assert {"feasible", "delta_v_m_per_s", "propellant_kg", "entry_utc", "missing"} <= said.keys()
    assert said["feasible"] and said["missing"] == []
    assert "2031-01-29" < said["entry_utc"] <= "2031-01-31"
    assert said["entry_early_utc"] < said["entry_utc"] < said["entry_late_utc"]
    assert said["area_of"] == "iss" and said["area_m2"] > 1000.0
    assert 100.0 <= said["delta_v_available_m_per_s"] <= 106.0  # engineering.md section E


def test_errors_name_the_option_and_what_would_be_right():
    with pytest.raises(InputError, match="--vehicle: no vehicle 'usdx'; did you mean 'usdv'"):
        deorbit("usdx")
    with pytest.raises(InputError, match="--altitude-km: 90 km; give an altitude of 180 to 690 km"):
        deorbit("usdv", altitude_km=90.0)
    with pytest.raises(InputError, match="--mass-kg: 8,000 kg, but usdv and its propellant weigh 30,000 kg"):
        deorbit("usdv", mass_kg=8000.0)
    with pytest.raises(InputError, match=r"--by: .* is not after"):
        deorbit("usdv", from_="2030-01-01", by="2029-01-01")
    with pytest.raises(InputError, match="--from: 'soon'"):
        deorbit("usdv", from_="soon")
