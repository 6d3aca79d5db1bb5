"""Prices: the last one agreed holds, a contract is spread over its years, cargo costs by the kilogram."""

import math

import numpy as np
import pytest

from stationkeep.laws.cost import delivered_usd, price_then, spread_frac


def test_a_price_holds_until_the_next_and_none_is_known_before_the_first():
    from_s, price = [0.0, 10.0, 20.0], [21.8, 60.0, 90.25]
    assert math.isnan(price_then(-1.0, from_s, price))
    assert [price_then(t, from_s, price) for t in (0.0, 9.9, 10.0, 1e9)] == [21.8, 21.8, 60.0, 90.25]


def test_a_contract_is_paid_once_and_evenly():
    edges = np.asarray([0.0, 3.0, 7.0, 12.0])
    assert list(spread_frac(2.0, 10.0, edges[:-1], edges[1:])) == pytest.approx([1 / 8, 4 / 8, 3 / 8])
    assert list(spread_frac(3.0, 3.0, edges[:-1], edges[1:])) == [0.0, 1.0, 0.0]


def test_cargo_of_the_second_contract():
    # SpaceNews 2018-04: 87,900 kg for 6.31 billion dollars, 71.8 thousand a kilogram
    assert delivered_usd(87_900, 71_800) == pytest.approx(6.31e9, rel=2e-3)
