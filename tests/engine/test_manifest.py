"""What of a stated manifest fits its ship, and how a user hears of the rest."""

import json

import pytest

import stationkeep as sk
from stationkeep.engine.compile.manifest import NEED, that_fit
from stationkeep.model.catalogue import Catalogue

VEHICLES = Catalogue().by_id("fleet/vehicles")


def test_what_fits_is_loaded_as_it_is():
    cargo = {"food": 1000.0, "spares": 800.0, "research": 400.0}
    assert that_fit(cargo, VEHICLES["cygnus-enhanced"]) == cargo


def test_least_needed_is_left_first():
    cargo = {"research": 500.0, "food": 3000.0, "spares": 3000.0}
    assert that_fit(cargo, VEHICLES["cygnus-enhanced"]) == {"research": 0.0, "food": 3000.0, "spares": 625.0}


def test_tanks_and_the_unpressurised_hold_have_room_of_their_own():
    full = dict.fromkeys(NEED, 5000.0)
    progress, dragon = (that_fit(full, VEHICLES[name]) for name in ("progress-ms", "dragon-1"))
    assert sum(progress.values()) <= 2410.0
    assert progress["oxygen"] == pytest.approx(45.0 + 1450.0)  # its gas tank, then bottles in the cabin
    assert progress["water"] == pytest.approx(420.0)  # its own tank
    assert progress["propellant"] == pytest.approx(2410.0 - 45.0 - 1450.0 - 420.0)
    assert dragon["spares"] == pytest.approx(600.0)
    assert dragon["food"] == 0.0  # the cabin is full of what is needed more


def test_the_verdict_names_what_is_left_behind_and_the_run_does_not_bring_it():
    scenario = sk.read_scenario("iss-2022").patch({
        "horizon": "2022-09-30",
        "flights.big": {"vehicle": "cygnus-enhanced", "launch": "2022-08-05", "cargo_kg": {"food": 3000, "spares": 3000, "research": 500}},
    })  # fmt: skip
    ds = sk.simulate(scenario, runs=1, seed=3)
    (row,) = [r for r in sk.verdict(ds)["left_behind"] if r["future"] == ds.future.values[0]] if "future" in ds.dims else sk.verdict(ds)["left_behind"]
    assert row["flight"] == "big"
    assert row["left_kg"] == {"research": 500.0, "spares": 2375.0}
    assert json.loads(sk.simulate(scenario.patch({"flights.big": None}), runs=1, seed=3).attrs["left_behind"]) == []


def test_what_the_stores_have_no_room_for_stays_in_the_ship_and_is_told():
    big = {"vehicle": "cygnus-xl", "launch": "2022-08-05", "cargo_kg": {"food": 4900}}
    ds = sk.simulate(sk.read_scenario("iss-2022").patch({"horizon": "2022-09-15", "flights.big": big}), runs=1, seed=3)
    (kg,) = ds.event_value.values[ds.event_kind.values == "no_room"]
    brought = float(ds.flow_kg.isel(run=0, station=0).sel(use="delivered", resource="food").max("time"))
    assert kg + brought == pytest.approx(4900.0, abs=1.0)
    assert sk.verdict(ds)["no_room"] == [{"future": "iss-2022", "flight": "big", "kg": pytest.approx(kg, abs=0.1), "runs_frac": 1.0}]
