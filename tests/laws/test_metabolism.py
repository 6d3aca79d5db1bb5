"""The crew's mass balance against BVAD 2004 and 2022."""

import pytest

from stationkeep.laws import metabolism as law
from stationkeep.model.catalogue import Catalogue, number

TABLE = {row["name"]: number(row, "value") for row in Catalogue().table("life_support/crew_rates")}
DAILY = law.CrewRates(*(TABLE[name] for name in law.CrewRates._fields))


def test_the_2004_table_closes_to_the_gram():
    assert law.intake(DAILY) == pytest.approx(5.361, abs=5e-4)
    assert law.output(DAILY) == pytest.approx(law.intake(DAILY), abs=1e-9)


def test_published_values():
    assert DAILY.oxygen == 0.835
    assert DAILY.co2 == 0.998
    assert DAILY.food_water + DAILY.drink == pytest.approx(3.909)
    assert law.food_as_shipped(DAILY) == pytest.approx(1.8)
    assert law.respiratory_quotient(0.835, 0.998) == pytest.approx(0.869, abs=5e-4)  # RP-1324


def test_exercise_brings_oxygen_to_the_2022_load_and_still_closes():
    active = law.with_energy(DAILY, TABLE["energy_frac"])
    assert active.oxygen == pytest.approx(0.895, rel=1e-3)
    assert active.co2 == pytest.approx(1.085, rel=0.02)  # BVAD 2022
    assert law.output(active) == pytest.approx(law.intake(active), abs=1e-12)


def test_size_follows_kleiber():
    assert law.size_factor(82.0) == 1.0
    assert law.size_factor(65.0) == pytest.approx(0.840, abs=1e-3)
    assert law.size_factor(41.0) == pytest.approx(0.5**0.75)


def test_a_crew_s_mean_rate_varies_less_than_one_person_s():
    assert law.crew_factor(1.0, 0.08, 1.0) == pytest.approx(1.08)
    assert law.crew_factor(-1.0, 0.08, 4.0) == pytest.approx(0.96)
    big = law.scaled(DAILY, 1.08)
    assert law.output(big) == pytest.approx(1.08 * law.intake(DAILY))
    assert law.food_as_shipped(big) == pytest.approx(1.08 * 1.8)
