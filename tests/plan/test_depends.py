"""Who depends on whom: the table of a day, single points and the time until their loss hurts."""

import pytest

import stationkeep as sk
from stationkeep.plan.depends import days_worth_telling

SCENARIO = sk.read_scenario("iss-2022").patch({"horizon": "2023-06-01"})


@pytest.fixture(scope="module")
def told() -> dict:
    return sk.depends(SCENARIO, "2022-08-25")


def test_desaturation_and_reboost_hang_on_one_partner(told):
    alone = {row["service"]: row["partner"] for row in told["by_partner"] if row["alone"]}
    assert alone["desaturation"] == "roscosmos", "the US segment has no thrusters"
    assert alone["refuelling"] == "roscosmos"
    assert alone["robotics"] != "roscosmos" if "robotics" in alone else True
    by_service = {item["service"]: item for item in told["services"]}
    gyroscopes = next(g for g in by_service["attitude_control"]["givers"] if g["giver"] == "z1")
    assert gyroscopes["partner"] == "nasa" and gyroscopes["machine"] == "cmg" and gyroscopes["machines_needed"] == 2


def test_the_loss_of_zvezda_ends_desaturation_at_once_and_attitude_within_days(told):
    point = next(p for p in told["single_points"] if p["name"] == "zvezda")
    assert {"desaturation", "refuelling"} <= set(point["ends"]), "a Cygnus that is docked can still push"
    after = {item["requirement"]: item["after_d"] for item in point["hurts"]}
    assert after["attitude"] <= 14, "gyroscopes fill within hours to days without desaturation"
    assert next(p for p in told["single_points"] if p["name"] == "roscosmos")["kind"] == "partner"


def test_one_of_four_gyroscopes_is_no_single_point(told):
    assert not [p for p in told["single_points"] if p["kind"] == "machine" and "cmg" in p["name"]]


def test_stocks_name_the_flights_that_fill_them(told):
    water = next(s for s in told["stocks"] if s["resource"] == "water")
    assert water["stock_kg"] > 0 and water["next_flights"]
    assert [f["on"] for f in water["next_flights"]] == sorted(f["on"] for f in water["next_flights"])


def test_what_cannot_be_asked_says_what_can():
    for bad in ({"on": "2031-01-01"}, {"on": "soon"}, {"on": "2022-08-25", "future": "x"}, {"on": "2022-08-25", "station": "mir"}):
        with pytest.raises(sk.InputError):
            sk.depends(SCENARIO, **bad)


def test_a_report_tells_the_start_and_the_eve_of_each_leaving():
    days = days_worth_telling(sk.read_scenario("iss-partner-leaves"))
    assert days == [("2022-08-25", "after-2024"), ("2024-12-30", "after-2024")]


def test_a_segment_handed_over_hangs_on_those_who_run_it():
    leave = {"withdraw": "roscosmos", "on": "2022-08-20", "segment": "handed_over", "learning_d": 5}
    told = sk.depends(SCENARIO.patch({"events.leave": leave, "horizon": "2023-01-01"}), "2022-08-28")
    assert {row["partner"] for row in told["by_partner"] if row["service"] == "desaturation"} == {"nasa"}
    points = {p["name"]: p for p in told["single_points"]}
    assert "roscosmos" not in points and "desaturation" in points["nasa"]["ends"]
