"""What an orbit of 97 degrees costs: payload, dose, contact, and which ships can still be lifted."""

import pytest

import stationkeep as sk
from stationkeep.flight.campaign import environment, lifts, payload_factor


def test_97_degrees_lift_less_and_dose_more_than_51_6():
    polar, usual = (sk.read_scenario(name).stations["ros"] for name in ("ros-97", "ros-516"))
    assert 1.4 <= environment(polar)["dose_factor"] <= 2.5 and environment(usual)["dose_factor"] == pytest.approx(1.0)
    for launcher in ("angara-a5m", "soyuz-2.1a", "soyuz-2.1b", "proton-m"):
        assert 0.75 <= payload_factor(launcher, 97.0) <= 0.92, launcher
        assert payload_factor(launcher, 51.6) == 1.0
    assert payload_factor("falcon-heavy", 97.0) is None, "its stages are not published"


def test_a_crew_ship_that_flies_to_51_6_cannot_be_lifted_to_97_by_its_launcher():
    polar = {item["what"].split()[0]: item for item in lifts(sk.read_scenario("ros-97"), "ros")}
    usual = {item["what"].split()[0]: item for item in lifts(sk.read_scenario("ros-516"), "ros")}
    assert usual["ros-soyuz"]["can_lift"] and not polar["ros-soyuz"]["can_lift"]
    assert polar["nem"]["can_lift"] and polar["nem"]["launcher"] == "angara-a5m"
    assert polar["nem"]["payload_kg"] < 27_000


def test_baikonur_does_not_launch_to_97_degrees():
    scenario = sk.read_scenario("ros-97").patch({"stations.ros.modules.nem.site": "baikonur/200"})
    nem = next(item for item in lifts(scenario, "ros") if item["what"] == "nem")
    assert not nem["site_reaches"] and not nem["can_lift"]
    assert {item["site"].split("/")[0] for item in nem["others"]} <= {"vostochny", "plesetsk", "vandenberg", "kourou", "tanegashima"}


def test_a_launcher_nobody_knows_is_named():
    scenario = sk.read_scenario("ros-97").patch({"stations.ros.modules.nem.launcher": "energia"})
    with pytest.raises(sk.InputError, match="energia"):
        lifts(scenario, "ros")
