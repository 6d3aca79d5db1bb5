"""Stoichiometry, gases, loops, leaks and shortages against published figures."""

import math

import numpy as np
import pytest

from stationkeep.laws import life_support as law


def test_stoichiometry_keeps_mass():
    assert law.electrolysis_water_kg(1.0) == pytest.approx(1.126, abs=5e-4)
    assert law.electrolysis_water_kg(5.5) == pytest.approx(5.5 * 18.0153 / 15.9994, rel=1e-5)
    assert pytest.approx(1.0, abs=1e-15) == law.CH4_PER_H2 + law.WATER_PER_H2 - law.CO2_PER_H2
    assert pytest.approx(16.0425 / 8.0635, rel=1e-4) == law.CH4_PER_H2


def test_a_cubic_metre_of_standard_air_weighs_1_204_kg():
    parts = ((0.7808, 0.0280134), (0.2095, 0.0319988), (0.0097, 0.039948))
    assert sum(law.gas_mass_kg(101325.0 * x, m, 1.0, 293.15) for x, m in parts) == pytest.approx(1.204, abs=1e-3)
    assert law.partial_pressure_Pa(law.gas_mass_kg(520.0, 0.044, 9.0, 295.0), 0.044, 9.0, 295.0) == pytest.approx(520.0)


def test_a_scrubber_settles_where_removal_equals_inflow_whatever_the_step():
    per_s, inflow = 6.3 / 86400.0 / 8.0, 6.42 / 86400.0  # rated 6.3 kg/d with 8 kg in the cabin
    for dt in (3600.0, 86400.0):
        mass = 2.0
        for _ in range(int(60 * 86400 / dt)):
            mass += inflow * dt - law.scrubbed_kg(mass, inflow * dt, per_s, 0.0, dt)
        assert mass == pytest.approx(inflow / per_s, rel=1e-6)


def test_a_scrubber_stops_at_its_target():
    assert law.scrubbed_kg(3.0, 1.0, 1.0, 4.5, 86400.0) == 0.0
    assert law.scrubbed_kg(3.0, 1.0, 1.0, 3.5, 86400.0) == pytest.approx(0.5)


def test_water_recovery_is_93_to_94_percent_before_the_brine_processor_and_98_after():
    urine, condensate = 1.886 + 0.3, 2.277
    assert 0.925 <= law.water_recovery_frac(urine, condensate, 0.87, 0.0, 0.995) <= 0.945
    assert law.water_recovery_frac(urine, condensate, 0.87, 0.8, 0.995) == pytest.approx(0.98, abs=0.01)


def test_a_leak_follows_its_record_then_grows():
    at, rate = np.array([0.0, 10.0]), np.array([1.0, 2.0])
    assert law.leak_kg_per_s(-1.0, at, rate, 2, 0.0, 1.0) == 0.0
    assert law.leak_kg_per_s(5.0, at, rate, 2, 0.0, 1.0) == pytest.approx(math.sqrt(2.0))
    assert law.leak_kg_per_s(5.0, at, rate, 2, 0.0, 0.5) == pytest.approx(0.5 * math.sqrt(2.0))
    assert law.leak_kg_per_s(5.0, at, np.array([1.0, 0.0]), 2, 0.0, 1.0) == pytest.approx(0.5)
    assert law.leak_kg_per_s(20.0, at, rate, 2, 0.1, 1.0) == pytest.approx(2.0 * math.e)
    assert law.leak_kg_per_s(20.0, at, rate, 0, 0.1, 1.0) == 0.0


def test_an_airlock_without_a_pump_loses_its_volume():
    assert law.airlock_loss_kg(1.0, 0.0, 101325.0, 293.15) == pytest.approx(1.2, abs=0.01)
    assert law.airlock_loss_kg(4.25, 0.7, 101325.0, 295.0) == pytest.approx(0.3 * 4.25 * 1.192, rel=0.01)


def test_reserves():
    assert law.reserve_d(90.0, 2.0) == 45.0
    assert law.reserve_d(90.0, 0.0) == 1e18
    assert [law.reserve_stage(days, 45.0, 30.0) for days in (45.0, 44.0, 29.0)] == [0, 1, 2]


def test_april_2015_from_the_stated_start():
    """8 April 2015, nothing after SpX-6: food zero on 5 September; the crew plan of that day sets the reserve date.

    Crew (crew_stays.csv for who was to go, plan of April 2015): six to 14 May, three to 26 May, six after. Day 0 is
    8 April; the stock is what lasts to the stated zero, so the reserve date is the prediction.
    """
    since, people = (0.0, 36.0, 48.0), (6.0, 3.0, 6.0)
    for zero_day, reserve_day in ((150.0, 107.0), (147.0, 103.0)):  # food: 5 Sep, 24 Jul; containers: 2 Sep, 20 Jul
        stock = 6.0 * 36.0 + 3.0 * 12.0 + 6.0 * (zero_day - 48.0)
        reserve, zero = law.shortage_days(stock, since, people, 1.0)
        assert zero == pytest.approx(zero_day, abs=1e-6)
        assert reserve == pytest.approx(reserve_day, abs=7.0)


def test_a_delivery_moves_the_shortage():
    reserve, zero = law.shortage_days(180.0, (0.0,), (3.0,), 1.0)
    assert (reserve, zero) == (pytest.approx(15.0), pytest.approx(60.0))
    assert law.shortage_days(180.0, (0.0,), (3.0,), 1.0, delivery_d=(10.0,), delivery_kg=(90.0,))[1] == pytest.approx(
        90.0
    )
    assert law.shortage_days(180.0, (0.0,), (3.0,), 1.0, delivery_d=(70.0,), delivery_kg=(90.0,))[1] == pytest.approx(
        60.0
    )
    assert law.shortage_days(180.0, (0.0,), (0.0,), 1.0) == (math.inf, math.inf)


@pytest.mark.parametrize(
    ("since", "people"), [((1.0,), (3.0,)), ((0.0, 0.0), (3.0, 3.0)), ((0.0,), (3.0, 6.0)), ((), ())]
)
def test_a_crew_plan_that_makes_no_sense_is_refused(since, people):
    with pytest.raises(ValueError, match="people_from_d"):
        law.shortage_days(10.0, since, people, 1.0)


def test_deliveries_need_a_day_each():
    with pytest.raises(ValueError, match="delivery"):
        law.shortage_days(10.0, (0.0,), (1.0,), 1.0, delivery_d=(1.0,), delivery_kg=())
