"""Laws of heat against published values."""

import pytest

from stationkeep.laws import thermal as law
from stationkeep.model.catalogue import Catalogue, number


def test_a_black_square_metre_at_300_K_radiates_459_W():
    assert law.radiated_W(1.0, 1.0, 300.0, 0.0) == pytest.approx(459.3, abs=0.1)
    assert law.radiated_W(1.0, 0.9, 250.0, 260.0) == 0.0


def test_three_radiators_reject_35_kW_at_plausible_temperatures():
    rows = [row for row in Catalogue().table("stations/iss/radiators") if row["loop"] == "etcs-a"]
    area = sum(number(row, "area_m2") for row in rows)
    assert 30e3 < law.radiated_W(area, 0.85, 275.0, 253.0) < 45e3, "35 kW a loop (found), ammonia 2 C, sink -20 C"


def test_warming_is_an_energy_balance():
    assert law.warmed_K(1e3, 4000.0, 4e6) == pytest.approx(1.0)
