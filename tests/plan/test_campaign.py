"""Assembly by launches: dates as distributions, back-tested by leaving elements out."""

import pytest

import stationkeep as sk
from stationkeep.engine.luck import least_stretch, stretch_fit
from stationkeep.plan.campaign import backtest, campaign


def test_the_first_crew_of_the_russian_station_comes_not_before_2028():
    told = campaign(sk.read_scenario("ros-97"), "ros", runs=400)
    assert told["first_crew"]["p5"] >= "2028-01-01"
    assert told["first_crew"]["p5"] < told["first_crew"]["p50"] < told["first_crew"]["p95"]
    shares = list(told["by_year"].values())
    assert shares == sorted(shares)
    joins = {m["module"]: m["joins"]["p50"] for m in told["modules"]}
    assert joins["nem"] < joins["bm"]


def test_declared_dates_of_elements_left_out_fall_inside_the_band():
    told = backtest()
    # 30 elements: a true share of 0.9 gives 0.79 or more in 95 % of tries
    assert told["elements"] >= 25 and 0.79 <= told["inside_5_95_frac"] <= 1.0
    assert 0.35 <= told["below_median_frac"] <= 0.65
    early = backtest("2022-07-26")
    assert early["statements"] < told["statements"], "what had not come by then is not known"


def test_elements_weigh_alike_however_often_they_were_announced():
    once = [("a", 400, 1.5), ("b", 400, 3.0)]
    often = [*once, *[("b", 400, 3.0)] * 8]
    assert stretch_fit(often)[0] == pytest.approx(stretch_fit(once)[0])


def test_a_long_lead_is_not_beaten():
    record = [(200, 0.84), (1341, 0.99), (2000, 1.9)]
    assert least_stretch(record, 300) == 0.84
    assert least_stretch(record, 2200) == 0.99
    assert least_stretch(record, 9000) == 1.9
    assert least_stretch([], 100) == 1.0


def test_the_modules_of_a_station_wait_for_each_other_and_a_lost_launch_costs_years():
    base = sk.read_scenario("ros-516")
    sure = campaign(base.patch({f"stations.ros.modules.{m}.launcher": None for m in ("nem", "uum", "shm", "bm")}), "ros", runs=200)
    risky = campaign(base, "ros", runs=200)
    assert all(risky["by_year"].get(year, 0.0) <= share for year, share in sure["by_year"].items() if year in risky["by_year"])
    assert sum(risky["by_year"].values()) < sum(sure["by_year"].values())


def test_a_date_after_assembly_is_asked_for_in_one_way():
    with pytest.raises(sk.ScenarioError, match="is: assembled"):
        sk.read_scenario("ros-97").patch({"events.ros-opens": {"open": "ros", "when": {"station": "ros", "is": "crewed", "days_after": 3}}})
    with pytest.raises(sk.ScenarioError, match="arrives"):
        sk.read_scenario("ros-97").patch({"stations.ros.modules.nem.arrives": "2029-01-01"})
