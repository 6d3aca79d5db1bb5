"""Heat: loops by station and bus, and what is lost with them."""

import numpy as np
import pytest

from stationkeep.engine.compile.thermal import build_thermal, loop_names
from stationkeep.model.base import seconds
from stationkeep.model.catalogue import Catalogue
from stationkeep.subsystems import thermal

CATALOGUE = Catalogue()
PARTS = {name: k for k, name in enumerate(dict.fromkeys(row["id"] for row in CATALOGUE.table("stations/iss/parts")))}


def rejected_kW(day, lost=(), away=(), broken=()):
    p, s = build_thermal(CATALOGUE, PARTS, {"iss": 0, "other": 1})
    station, works = np.zeros(len(PARTS), np.int64), np.ones(len(PARTS), np.bool_)
    for name in away:
        station[PARTS[name]] = 1
    for name in broken:
        works[PARTS[name]] = False
    out = np.zeros((2, 2))
    loops = np.array([name not in lost for name in loop_names(CATALOGUE)])
    thermal.reject(p, s, seconds(day), station, works, loops, out)
    return out / 1e3, dict(zip(loop_names(CATALOGUE), s.loop_W / 1e3, strict=True))


def test_the_early_loops_carry_14_kW_and_the_late_ones_70():
    assert rejected_kW("2003-01-01")[1]["eeatcs"] == pytest.approx(14.0)
    late = rejected_kW("2012-01-01")[1]
    assert late["etcs-a"] + late["etcs-b"] == pytest.approx(70.0)
    assert late["eeatcs"] == 0.0


def test_one_radiator_of_three_in_early_2007():
    loops = rejected_kW("2007-03-01")[1]
    assert loops["etcs-a"] == pytest.approx(35.0 / 3.0)


def test_a_pump_and_a_radiator_lost():
    whole = rejected_kW("2010-07-01")[0][0, 0]
    assert rejected_kW("2010-08-01", lost=["etcs-a"])[0][0, 0] == pytest.approx(whole - 35.0)
    assert rejected_kW("2010-08-01", broken=["hrs-p1-1"])[0][0, 0] == pytest.approx(whole - 35.0 / 3.0)


def test_a_station_with_none_of_our_loops_is_not_limited():
    russian = ("zvezda", "zarya", "nauka", "rtod")
    out, _ = rejected_kW("2022-01-01", away=russian)
    assert out[0, 1] > 1e9 and out[1, 0] > 1e9, "no table, no limit"
    assert 10.0 < out[1, 1] < 20.0


def test_a_radiator_without_its_pump_rejects_nothing():
    assert rejected_kW("2012-01-01", away=["hrs-s1-1", "hrs-s1-2", "hrs-s1-3"])[1]["etcs-a"] == 0.0


def test_heat_that_cannot_leave_warms_the_equipment_until_it_is_out_of_limits():
    p, s = build_thermal(CATALOGUE, PARTS, {"iss": 0})
    ok, reject_W = np.ones((1, 2), np.bool_), np.array([[35e3, 10e3]])
    thermal.step(p, s, 3600.0, np.array([[60e3, 8e3]]), reject_W, ok)
    assert s.rise_K[0, 0] == pytest.approx(25e3 * 3600.0 / 4.0e7) and s.rise_K[0, 1] == 0.0
    assert ok.all(), "an hour is survived"
    thermal.step(p, s, 86400.0, np.array([[60e3, 8e3]]), reject_W, ok)
    assert ok.tolist() == [[False, True]]
    thermal.step(p, s, 10 * 86400.0, np.array([[20e3, 8e3]]), reject_W, ok)
    assert ok.all() and s.rise_K[0, 0] == 0.0
