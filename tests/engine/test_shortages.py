"""Shortages of the record from files that state what was aboard: when a stock reaches its level, when it is gone, what the crew does."""

from pathlib import Path

import numpy as np
import pytest

import stationkeep as sk

SHORTAGES = Path(__file__).parents[2] / "examples" / "shortages"


def run(name, **changes):
    scenario = sk.read_scenario(SHORTAGES / f"{name}.yaml")
    return sk.simulate(scenario.patch(changes) if changes else scenario, runs=1, seed=1).isel(run=0, station=0)


def first_below(ds, resource, days):
    low = np.flatnonzero(ds.reserve_d.sel(resource=resource).values < days)
    return ds.time.values[low[0]].astype("datetime64[D]")


def apart_d(day, record):
    return abs((day - np.datetime64(record)) / np.timedelta64(1, "D"))


@pytest.mark.parametrize(
    ("resource", "level", "zero"), [("food", "2015-07-24", "2015-09-05"), ("toilet", "2015-07-20", "2015-09-02")]
)
def test_april_2015_from_a_file_of_stocks_crews_and_a_date(resource, level, zero):
    ds = run("april-2015")
    assert apart_d(first_below(ds, resource, 45.0), level) <= 7
    assert apart_d(first_below(ds, resource, 1.0), zero) <= 7
    assert ds.people_count.values.min() >= 3  # told to stay


def test_two_people_after_columbia_eat_what_three_would_have_had_until_june():
    ds = run("columbia-2003")
    brought = float(ds.flow_kg.sel(resource="food", use="delivered").sum())  # by the Soyuz of the two
    left = 438.0 + brought / 1.845 - 3 * 82 - 5 * 6  # person-days on 4 May: three until 28 April, then five in handover
    assert left / 2 == pytest.approx(apart_d(first_below(ds, "food", 1.0), "2003-05-04"), abs=7)
    assert apart_d(first_below(ds, "food", 1.0), first_below(ds, "food", 45.0)) == pytest.approx(44, abs=2)


def test_october_2014_without_another_ship_reaches_to_about_march():
    ds = sk.simulate(sk.read_scenario(SHORTAGES / "october-2014.yaml"), runs=16, seed=1).isel(station=0)
    food = [first_below(ds.isel(run=k), "food", 45.0).astype(int) for k in range(16)]
    assert apart_d(np.datetime64(int(np.median(food)), "D"), "2015-03-15") <= 31


def test_april_2015_with_the_usual_rules_half_the_crew_goes_home_at_thirty_days_and_the_rest_at_thirty_of_theirs():
    ds = run("april-2015", rules=None)
    cut = ds.event_utc.values[ds.event_kind.values == "crew_cut"][0].astype("datetime64[D]")
    assert apart_d(first_below(ds, "food", 30.0), cut) <= 1
    left = ds.time.values[ds.people_count.values.nonzero()[0].max()]
    assert 28 <= float(ds.reserve_d.sel(resource="food", time=left)) <= 31
    assert "evacuate" in ds.event_kind.values


def test_oxygen_of_may_2005_lasts_140_days_without_the_elektron():
    ds = run("oxygen-2005")
    oxygen = ds.reserve_d.sel(resource="oxygen")
    assert float(oxygen.values[1]) == pytest.approx(
        145.0, rel=0.07
    )  # 140 days, said about 20 May; 9 + 42 + 100 from the 13th
    left = ds.time.values[ds.people_count.values.nonzero()[0].max()].astype("datetime64[D]")
    assert apart_d(left, "2005-09-06") < 10  # 30 days before the end: water does not count while nothing splits it
    assert "starts_short" not in ds.event_kind.values


def test_oxygen_counts_the_water_again_once_the_elektron_runs():
    ds = run("oxygen-2005", **{"events.elektron.for_d": 20})
    oxygen = ds.reserve_d.sel(resource="oxygen")
    assert float(oxygen.sel(time="2005-06-20T12:00")) > 2 * float(oxygen.sel(time="2005-05-30T12:00"))


def test_a_stock_short_on_the_first_day_is_told_as_that():
    ds = sk.simulate(
        sk.read_scenario(SHORTAGES / "expedition-10.yaml").patch({"stations.iss.stocks_kg": {"food": 150}}),
        runs=1,
        seed=1,
    )
    short = ds.event_name.values[ds.event_kind.values == "starts_short"]
    assert set(short) == {"food"}
    assert "outrun" not in ds.event_kind.values[ds.event_name.values == "food"]


def test_a_crew_that_nobody_is_planned_to_relieve_goes_home_for_that_reason():
    scenario = sk.read_scenario(SHORTAGES / "oxygen-2005.yaml").patch(
        {"events": None, "flights.soyuz-tma-6.undock": "2005-10-11", "horizon": "2005-10-20"}
    )
    ds = sk.simulate(scenario, runs=1, seed=1)
    assert list(ds.event_name.values[ds.event_kind.values == "no_relief"]) == ["soyuz-tma-6"]


def leak(**changes):
    scenario = sk.read_scenario("iss-2022").patch({
        "horizon": "2024-02-01", "events.leak": {"damage": "soyuz-2", "on": "2023-05-15"}, "uncertain.slip_factor": 0,
        "uncertain.launch_failure_factor": 0, **changes,
    })  # fmt: skip
    return sk.simulate(scenario, runs=1, seed=1).isel(run=0, station=0)


def test_after_a_leak_the_next_soyuz_comes_empty_and_sooner_and_nobody_leaves():
    ds = leak()
    assert list(ds.event_name.values[ds.event_kind.values == "rescue"]) == ["soyuz-3"]
    rescue = ds.event_utc.values[(ds.event_kind.values == "docking") & (ds.event_name.values == "soyuz-3")][0]
    assert rescue < np.datetime64("2023-09-10")  # planned for 22 September
    assert ds.people_count.values.min() >= 7
    after = ds.sel(time=slice("2023-09-15", "2023-10-20"))
    assert bool((after.seats_count >= after.people_count).all())
    up = (ds.event_kind.values == "crew_up") & (ds.event_name.values == "soyuz-3")
    assert not up.any()


def test_the_rescue_ship_is_a_choice():
    ds = leak(**{"rules.rescue_ship": 0})
    assert "rescue" not in ds.event_kind.values
    assert "crew_up" in ds.event_kind.values[ds.event_name.values == "soyuz-3"]


def test_without_a_ship_to_rescue_them_the_last_go_home_in_the_damaged_one():
    ds = leak(**{"events.stop": {"ground": "soyuz", "on": "2023-05-16", "for_d": 400}, "flights.crew-dragon": None})
    assert ds.people_count.values[-1] == 0
    assert "perished" not in ds.event_kind.values


def test_air_without_oxygen_is_told_as_that_and_not_as_the_nitrogen_that_makes_up_its_pressure():
    ds = run("oxygen-2005", **{"horizon": "2005-12-15", "rules": {"leave_d": 0}})
    kind, cause = ds.event_kind.values, ds.event_cause.values
    (down,) = np.flatnonzero((kind == "service_down") & (ds.event_name.values == "pressure"))
    assert (kind[cause[down]], ds.event_name.values[cause[down]]) == ("stock_low", "oxygen")
