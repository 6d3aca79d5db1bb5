"""Money told: partner by year, by use, and by the kilogram."""

import numpy as np
import pytest
import xarray as xr

from stationkeep.report.money import cost, money


@pytest.fixture
def priced() -> xr.Dataset:
    """Two futures, two months in two years: NASA pays 10 and 30 million in the first, Russia earns 4 in the second."""
    values = np.zeros((2, 3, 1, 2, 2, 3))  # future, run, station, month, partner, use
    values[0, :, 0, 0, 0, 0], values[0, :, 0, 1, 0, 1] = 10e6, 30e6
    values[1, :, 0, 1, 1, 0] = -4e6
    flow = np.zeros((2, 3, 1, 2, 1, 1))
    flow[0] = 250.0
    return xr.Dataset(
        {"cost_usd": (("future", "run", "station", "month", "partner", "use"), values),
         "flow_kg": (("future", "run", "station", "month", "resource", "use2"), flow)},
        coords={"future": ["stays", "leaves"], "run": range(3), "station": ["iss"], "partner": ["nasa", "roscosmos"],
                "use": ["operations", "cargo_flights", "delivered"], "month": np.array(["2024-12-31", "2025-01-31"], "datetime64[ns]")},
    ).rename({"flow_kg": "unused"})  # fmt: skip


def test_cost_by_partner_year_and_use(priced):
    told = cost(priced)
    assert told["by_year"] == {"stays": {"nasa": {"2024": 10.0, "2025": 30.0}}, "leaves": {"roscosmos": {"2024": 0.0, "2025": -4.0}}}
    assert told["by_use"]["stays"] == {"nasa": {"operations": 10.0, "cargo_flights": 30.0}}
    assert told["cargo_usd_per_kg"] == {"stays": None, "leaves": None}


def test_the_page_sums_over_partners_and_years(priced):
    stays = money(priced)[0]
    assert stays["years"] == ["2024", "2025"]
    assert stays["rows"][-1] == {"partner": "all", "cells": ["10", "30", "40"]}


def test_no_money_no_table(priced):
    assert cost(priced * 0) == {} and money(priced * 0) == []
