"""Incidents of the record as events on the record before them: people aboard and seats afterwards."""

from pathlib import Path

import numpy as np
import pytest

import stationkeep as sk

INCIDENTS = Path(__file__).parents[2] / "examples" / "incidents"


def replayed(name, **changes):
    scenario = sk.read_scenario(INCIDENTS / f"{name}.yaml")
    return sk.simulate(scenario.patch(changes) if changes else scenario, runs=1, seed=1).isel(run=0, station=0)


def people(ds, first, last):
    return ds.people_count.sel(time=slice(first, last)).values


@pytest.mark.parametrize("path", sorted(INCIDENTS.glob("*.yaml")), ids=lambda p: p.stem)
def test_every_incident_reads_nothing_later_than_its_day(path):
    scenario = sk.read_scenario(path)
    assert scenario.as_of is not None
    assert scenario.replay.until <= scenario.as_of[:10] + "T12:00:00Z"
    assert all(event.on is None or event.on.at is not None for event in scenario.events.values())


def test_an_aborted_launch_leaves_three_until_the_next_soyuz():
    ds = replayed("soyuz-ms-10")
    after = people(ds, "2018-10-13", "2018-11-25")
    assert set(after) == {3}
    back = ds.time.values[np.flatnonzero(ds.people_count.values == 6)[0]]
    assert abs((back - np.datetime64("2018-12-03")) / np.timedelta64(1, "D")) < 7  # brought forward from the 20th
    assert not np.any(ds.event_kind.values == "evacuate")


def test_a_long_stand_down_empties_the_station():
    ds = replayed("soyuz-ms-10", **{"events.abort.for_d": 250, "horizon": "2019-05-15"})
    last = ds.people_count.values.nonzero()[0].max()
    left = ds.time.values[last].astype("datetime64[D]")
    assert np.datetime64("2018-12-20") <= left <= np.datetime64("2019-05-01")  # 200 days docked, and the last crew waits
    assert ds.people_count.values[-1] == 0


def test_a_leaking_soyuz_leaves_three_without_a_seat_until_the_next_comes_empty():
    ds = replayed("soyuz-ms-22")
    short = ds.seats_count < ds.people_count
    assert bool(short.sel(time="2022-12-16T12:00:00"))
    assert 65 <= int(short.sum()) <= 75  # 73 days in the record, the launch a few days late
    assert people(ds, "2022-12-16", "2023-09-10").min() == 7
    left = ds.home_utc.sel(person="rubio-francisco-carlos-frank-soyuz-ms-22").values
    assert abs((left - np.datetime64("2023-09-27")) / np.timedelta64(1, "D")) < 10  # 371 days instead of 188
    assert ds.home_flight.sel(person="rubio-francisco-carlos-frank-soyuz-ms-22").item() == "soyuz-ms-23"
    assert "soyuz-ms-23" in ds.event_name.values[ds.event_kind.values == "reseated"]


def test_a_medical_case_brings_the_whole_ship_home():
    ds = replayed("crew-11")
    assert set(people(ds, "2026-01-16", "2026-02-12")) == {3}
    assert people(ds, "2026-02-18", "2026-03-20").min() == 7


def test_crews_stay_on_for_a_grounded_relief_until_the_last_daylight_their_ship_lives():
    ds = replayed("progress-m-12m")
    kept = ds.event_name.values[ds.event_kind.values == "kept_on"]
    assert list(kept) == ["soyuz-tma-21"]
    three = ds.people_count.values == 3
    left = ds.time.values[np.flatnonzero(three)[0]].astype("datetime64[D]")
    assert np.datetime64("2011-09-14") <= left <= np.datetime64("2011-09-24")  # the 16th in the record, planned for the 8th


def test_the_food_of_2004_lasts_two_weeks_beyond_christmas_and_nobody_leaves_while_a_ship_is_due():
    ds = replayed("autumn-2004")
    food = ds.reserve_d.sel(resource="food")
    assert float(food.sel(time="2004-11-15T12:00")) == pytest.approx(45.0, abs=2.0)
    assert 23 * 0.9 <= float(food.sel(time="2004-12-09T12:00")) <= 30  # "7 to 14 days beyond Christmas", said on that day
    assert set(people(ds, "2004-11-15", "2005-04-10")) == {2}


def test_had_the_ship_of_christmas_2004_been_lost_the_crew_would_have_left_by_the_end_of_the_year():
    ds = replayed("autumn-2004", **{"events.lost": {"fail": "progress-m-51", "on": "2004-12-23"}, "horizon": "2005-01-20"})
    home = ds.event_utc.values[ds.event_kind.values == "evacuate"]
    assert home.size == 1 and np.datetime64("2004-12-23") <= home[0] <= np.datetime64("2004-12-31")  # planned: the 30th


def test_one_cargo_ship_less_sends_nobody_home():
    assert set(people(replayed("progress-ms-04"), "2016-12-02", "2017-02-20")) == {6}


def test_starliner_comes_home_empty_and_its_two_wait_for_the_next_dragon():
    ds = replayed("starliner-cft")
    assert people(ds, "2024-09-08", "2025-04-20").min() >= 7
    short = (ds.seats_count < ds.people_count).sel(time=slice("2024-09-07", "2025-04-20"))
    assert 15 <= int(short.sum()) <= 25  # 23 days in the record


@pytest.mark.parametrize(
    ("what", "held"),
    [
        ("progress-ms", {"progress-ms"}), ("soyuz-2.1a", {"progress-ms", "soyuz-ms"}), ("soyuz", {"progress-ms", "soyuz-ms"}),
        ("baikonur/31", {"progress-ms", "soyuz-ms"}), ("kennedy", {"crew-dragon", "cargo-dragon-2"}),
        ("falcon-9", {"crew-dragon", "cargo-dragon-2"}),
    ],
)  # fmt: skip
def test_a_grounding_holds_what_it_names_and_nothing_else(what, held):
    ground = {"ground": what, "on": "2022-08-01", "for_d": 400}
    scenario = sk.read_scenario("iss-2022").patch({"horizon": "2023-04-01", "events.stop": ground})
    ds = sk.simulate(scenario, runs=1, seed=3).isel(run=0)
    ids = ds.event_name.values[ds.event_kind.values == "grounded"]
    vehicle = {flight.split(" ")[0]: None for flight in ids}
    named = {scenario.flights[name.rsplit("-", 1)[0]].vehicle for name in vehicle}
    assert named == held


def test_a_crew_of_another_family_takes_the_turn_of_one_that_stands_down_for_long():
    crew = {"people": {"nasa": 4}, "port": ["harmony-forward", "harmony-zenith"], "fixed_d": 60}
    flights = {
        "crew-dragon": None,
        "first": {"vehicle": "crew-dragon", "launch": "2022-10-03", "relief": "second", **crew},
        "second": {"vehicle": "starliner", "launch": "2023-03-15", "relief": "third", **crew},
        "third": {"vehicle": "crew-dragon", "launch": "2023-05-10", **crew},
    }
    stop = {"ground": "atlas-v", "on": "2023-02-01", "for_d": 400}
    scenario = sk.read_scenario("iss-2022").patch({"horizon": "2023-07-01", "flights": flights, "events.stop": stop})
    ds = sk.simulate(scenario, runs=1, seed=1).isel(run=0)
    told = {kind: list(ds.event_name.values[ds.event_kind.values == kind]) for kind in ("cancelled", "docking", "undock")}
    assert any(name.startswith("second") for name in told["cancelled"])
    assert [name.split(" ")[0] for name in told["docking"] if name.startswith(("second", "third"))] == ["third"]
    assert any(name.startswith("first") for name in told["undock"])


def test_a_grounding_of_something_unknown_names_its_line(tmp_path):
    path = tmp_path / "g.yaml"
    path.write_text("base: iss-2022\nevents:\n  pad: {ground: baikonour, on: 2026-01-01, for_d: 30}\n", encoding="utf-8")
    with pytest.raises(sk.ScenarioError, match=r"g\.yaml:3: .*'baikonour'.*'baikonur'"):
        sk.read_scenario(path)


def test_the_iss_cannot_be_opened(tmp_path):
    path = tmp_path / "o.yaml"
    path.write_text("base: iss-2022\nevents:\n  begin: {open: iss, on: 2026-01-01}\n", encoding="utf-8")
    with pytest.raises(sk.ScenarioError, match=r"o\.yaml:3: .*open from the start"):
        sk.read_scenario(path)


def test_a_damaged_ship_waits_and_another_family_comes_where_its_own_is_grounded():
    """Three people keep the leaking Soyuz until a Dragon comes with seats left empty for them; before, the Soyuz left without them."""
    scenario = sk.read_scenario("iss-2022").patch({
        "horizon": "2023-06-30", "events.leak": {"damage": "soyuz-ms-21", "on": "2022-09-01"}, "events.stop": {"ground": "soyuz", "on": "2022-09-01", "for_d": 300},
    })  # fmt: skip
    ds = sk.simulate(scenario, runs=1, seed=0).isel(run=0, station=0)
    assert ds.people_count.values[:300].min() >= 3
    stayed = ds.home_flight.sel(person="artemyev-oleg-germanovich-soyuz-ms-21").item()
    assert stayed.startswith("crew-dragon")
    kept = ds.undocked_utc.sel(flight="soyuz-ms-21").values
    assert kept > ds.docked_utc.sel(flight=stayed).values
