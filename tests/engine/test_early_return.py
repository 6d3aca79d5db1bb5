"""Somebody aboard falls ill: the ship that is named goes home, else that of the one longest aboard, and the story says so."""

import numpy as np
import pytest

import stationkeep as sk
from stationkeep.report.story import story

ILL = {"lose_person": "nasa", "aboard": True, "on": "2022-11-15T12:00:00Z"}


@pytest.mark.parametrize(("ship", "home"), [("crew-dragon-1", "crew-dragon-1"), (None, "soyuz-1"), ("crew-4", "soyuz-1")])
def test_the_ship_that_is_named_goes_home_if_it_is_there(ship, home):
    scenario = sk.read_scenario("iss-2022").patch({"horizon": "2022-12-15", "events.ill": ILL | ({"ship": ship} if ship else {})})
    ds = sk.simulate(scenario, runs=1, seed=2)
    left = ds.event_name.values[(ds.event_kind.values == "undock") & (ds.event_utc.values >= np.datetime64("2022-11-15"))]
    assert home in left
    assert f"{home} goes home ← nasa loses a crew member" in story(ds, 0)


def test_a_ship_is_named_for_somebody_aboard_only():
    with pytest.raises(sk.ScenarioError, match="somebody aboard"):
        sk.read_scenario("iss-2022").patch({"events.ill": ILL | {"ship": "crew-dragon-1", "aboard": False}})


def test_the_days_before_the_run_are_those_of_the_record():
    import json

    ds = sk.simulate(sk.read_scenario("iss-2022").patch({"horizon": "2022-08-10"}), runs=1, seed=1)
    days = json.loads(ds.attrs["earlier_d"])
    assert sum(kept for name, kept in days.items() if "artemyev" in name.lower()) == pytest.approx(167 + 195 + 130, abs=4)  # 2014, 2018, since 2022-03-18


@pytest.mark.parametrize(("backup", "told"), [(True, "roscosmos loses a crew member; a backup takes the seat"), (False, "roscosmos loses a crew member")])
def test_somebody_who_resigns_on_the_ground_has_a_backup_or_leaves_a_seat_empty(backup, told):
    scenario = sk.read_scenario("iss-2022").patch({"horizon": "2023-06-30", "events.gone": {"lose_person": "roscosmos", "on": "2022-12-01", "backup": backup}})
    ds = sk.simulate(scenario, runs=1, seed=2)
    came = [str(person) for person, flight in zip(ds.person.values, ds.home_flight.isel(run=0).values, strict=True) if flight == "soyuz-2"]
    assert len(came) == (3 if backup else 2)
    assert f"  {told}\n" in story(ds, 0)
