"""What an orbit of 97 degrees costs: payload, dose, contact, and which ships can still be lifted."""

import pytest

import stationkeep as sk
from stationkeep.cli.window import find_site
from stationkeep.flight.campaign import _lift, doubtful, environment, lifts, payload_factor
from stationkeep.flight.window import azimuth_allowed, best_heading
from stationkeep.model.catalogue import Catalogue
from stationkeep.model.files import packaged_scenarios


def test_97_degrees_lift_less_and_dose_more_than_51_6():
    polar, usual = (sk.read_scenario(name).stations["ros"] for name in ("ros-97", "ros-516"))
    assert 1.4 <= environment(polar)["dose_factor"] <= 2.5 and environment(usual)["dose_factor"] == pytest.approx(1.0)
    for launcher in ("angara-a5m", "soyuz-2.1a", "soyuz-2.1b", "proton-m"):
        assert 0.75 <= payload_factor(launcher, 97.0) <= 0.92, launcher
        assert payload_factor(launcher, 51.6) == 1.0
    assert payload_factor("falcon-heavy", 97.0) is None, "its stages are not published"


def test_a_crew_ship_that_flies_to_51_6_cannot_be_lifted_to_97_by_its_launcher():
    polar, usual = ({i["what"].split()[0]: i for i in lifts(sk.read_scenario(name), "ros")} for name in ("ros-97", "ros-516"))
    assert usual["ros-crew"]["can_lift"] and polar["ros-crew"]["can_lift"] and polar["ros-cargo"]["can_lift"]
    assert polar["nem"]["can_lift"] and polar["nem"]["launcher"] == "angara-a5m"
    assert polar["nem"]["payload_kg"] < 27_000
    soyuz = {"flights.ros-crew": {"vehicle": "soyuz-ms", "station": "ros", "after": "ros-opens", "launcher": "soyuz-2.1a", "site": "vostochny/1s"}}
    told = doubtful(sk.read_scenario("ros-97").patch(soyuz))
    assert [keys for keys, *_ in told] == [("flights", "ros-crew", "")]
    assert told[0][1].startswith("7,220 kg is too heavy: soyuz-2.1a carries 6,244 kg") and "angara" in told[0][2]
    other = doubtful(sk.read_scenario("ros-516").patch({"flights.ros-crew.site": "vostochny/1a"}))
    assert [(m, a) for _, m, a in other] == [("soyuz-2.1a does not fly from vostochny/1a", "it flies from baikonur/31, plesetsk/43, vostochny/1s")]


SAID = {("successors", "hab-1"): "expended"}
"""Launches of packaged scenarios that are in doubt, and the word with which the scenario says so."""


@pytest.mark.parametrize("name", packaged_scenarios())
def test_every_launch_of_a_packaged_scenario_can_be_made_or_says_so(name):
    scenario = sk.read_scenario(name)
    for future in [*scenario.futures] or [None]:
        branch = scenario.branch(future)
        for (group, first, second), message, _ in doubtful(branch):
            entry = branch.stations[first].modules[second] if group == "stations" else branch.flights[first]
            word = SAID.get((name, second or first))
            assert word and word in entry.source, f"{future}: {group}.{first}.{second}: {message}"


def test_a_recorded_flight_is_within_what_its_launcher_carries():
    vehicles = Catalogue().by_id("fleet/vehicles")
    flown = {(r["vehicle"], r["launcher"], r["site"]) for r in Catalogue().table("traffic/flights") if r["launcher"] != "shuttle" and r["dock_utc"]}
    for vehicle, launcher, site in flown - {("starliner", "atlas-v-n22", "canaveral")}:
        item = _lift(vehicle, float(vehicles[vehicle]["gross_mass_kg"]), launcher, site, 51.64)
        assert item["site_reaches"] and item["mass_kg"] <= item["high_kg"], item


def test_baikonur_does_not_launch_to_97_degrees():
    scenario = sk.read_scenario("ros-97").patch({"stations.ros.modules.nem.site": "baikonur/200"})
    nem = next(item for item in lifts(scenario, "ros") if item["what"] == "nem")
    assert not nem["site_reaches"] and not nem["can_lift"]
    assert {item["site"].split("/")[0] for item in nem["others"]} <= {"vostochny", "plesetsk", "vandenberg", "kourou", "tanegashima"}


def test_from_wallops_it_goes_to_the_south_east():
    pad = find_site("wallops")
    azimuth_deg, allowed = best_heading(51.64, pad, 200.0, 200.0)
    assert allowed and azimuth_deg == pytest.approx(130.0, abs=1.5)
    assert not azimuth_allowed(49.9, pad)


def test_a_launcher_nobody_knows_is_named():
    scenario = sk.read_scenario("ros-97").patch({"stations.ros.modules.nem.launcher": "energia"})
    with pytest.raises(sk.InputError, match="energia"):
        lifts(scenario, "ros")
