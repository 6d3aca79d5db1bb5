"""Spacewalks and wear as a scenario compiles them, and people lost to the schedule."""

import numpy as np
import pytest

import stationkeep as sk
from stationkeep.engine.compile.world import compile
from stationkeep.model.base import seconds
from stationkeep.model.catalogue import Catalogue

YEAR_s = 365.25 * 86400.0


@pytest.fixture(scope="module")
def forecast():
    return compile(sk.read_scenario("iss-2022").patch({"horizon": "2026-07-26"}))


@pytest.fixture(scope="module")
def history():
    return compile(sk.read_scenario("iss-history"))


def test_the_replay_goes_out_as_recorded(history):
    walks = history.world.walks
    recorded = [r for r in Catalogue().table("crew/evas") if seconds(r["start_utc"]) >= history.t0_s]
    assert walks.flown.sum() == len(recorded)
    assert (np.diff(walks.at_s) >= 0).all()
    visitors = sum(r["by"] == "visitors" for r in recorded)
    assert (walks.hours[walks.flown] == 0).sum() == visitors  # those who came with a Shuttle are no residents


def test_an_airlock_lets_out_what_its_pump_leaves(history):
    walks, names = history.world.walks, history.names
    quest, pirs = (walks.lost_kg[walks.airlock == names.modules.index(part)][0] for part in ("quest", "pirs"))
    assert quest == pytest.approx(4.25 * 0.3 * 1.19, rel=0.02)  # 1.19 kg/m3 at 101 kPa, 295 K
    assert pirs == pytest.approx(13.0 * 1.19, rel=0.02)


def test_a_forecast_goes_out_at_the_rate_before_it(forecast):
    walks = forecast.world.walks
    since = [r for r in Catalogue(as_of="2022-07-26").table("crew/evas")
             if r["by"] == "residents" and r["start_utc"] >= "2019-07-26"]  # fmt: skip
    per_y = walks.at_s.size / 4.0
    assert not walks.flown.any()
    assert 0.6 * len(since) / 3.0 < per_y < len(since) / 3.0  # less what drawn failures bring of themselves


def test_a_replay_wears_what_failures_take_on_average(history, forecast):
    replayed, drawn = (case.world.wear_kg_per_s.sum() * YEAR_s for case in (history, forecast))
    assert replayed > drawn > 0.0
    assert history.world.wear_h_per_s.sum() > 0.0
    assert forecast.world.wear_h_per_s.sum() == 0.0  # repairs bring their own hours


def test_visitors_share_no_load(history):
    crew, names = history.world.crew, history.names
    roles = {r["id"]: r["role"] for r in Catalogue().table("crew/stays")}
    for i, person in enumerate(names.people):
        assert crew.resident[i] == (roles[person] == "expedition")


def test_what_a_first_crew_finds_is_to_be_outfitted_and_what_a_crew_lives_in_is_not(forecast, history):
    assert (forecast.opening.kept_m3[0] < 0).all()
    assert (history.opening.kept_m3[0] == 0).all()


def test_the_density_scale_of_the_station_does_not_hang_on_what_else_flies(history):
    def scale(name):
        return compile(sk.read_scenario(name)).world.orbit.era_scale

    assert scale("iss-now") == pytest.approx(history.world.orbit.era_scale)
    assert scale("successors") == pytest.approx(history.world.orbit.era_scale)
    assert scale("ros-97") == pytest.approx(1.0)  # NRLMSISE-00 as it is: no record to fit


def test_a_visit_waits_for_no_relief():
    case = compile(sk.read_scenario("successors"))
    index = case.names.of("flights")
    assert case.world.traffic.relief[index["haven-1-visit-1"]] == -1
    assert case.world.traffic.relief[index["axiom-crew-1"]] == index["axiom-crew-2"]


def test_a_leak_that_outruns_the_nitrogen_is_shut_off_with_its_port():
    scenario = sk.read_scenario("iss-2022").patch({
        "horizon": "2023-03-01", "stations.iss.stocks_kg.nitrogen": {"nasa": 0, "roscosmos": 0},
        "flights.cygnus": None, "flights.cargo-dragon": None,
    })  # fmt: skip
    ds = sk.simulate(scenario, runs=1, seed=1).isel(run=0, station=0)
    kinds = ds.event_kind.values
    assert (kinds == "hatch_closed").sum() == 1
    leaked = -ds.flow_kg.sel(use="leak").sum("resource")
    assert float(leaked[-1]) < 0.7 * float(leaked.max())  # what is left is the leak of the rest


def test_a_flight_may_name_the_crew_it_relieves():
    scenario = sk.read_scenario("iss-2022").patch(
        {"flights.rescue": {"vehicle": "soyuz-ms", "launch": "2022-12-01", "relieves": "soyuz-ms-21"}}
    )
    case = compile(scenario)
    index = case.names.of("flights")
    assert case.world.traffic.relief[index["soyuz-ms-21"]] == index["rescue"]


def test_a_docked_ship_leaves_on_the_day_the_scenario_plans():
    plan = {"vehicle": "soyuz-ms", "launch": "2022-03-18", "undock": "2022-09-01"}
    case = compile(sk.read_scenario("iss-2022").patch({"flights.soyuz-ms-21": plan}))
    ship = case.names.of("flights")["soyuz-ms-21"]
    assert case.world.traffic.undock_s[ship] == seconds("2022-09-01T00:00:00Z")
    assert case.world.traffic.relief[ship] == -1


def test_a_ship_stays_docked_no_longer_than_was_known_to_be_safe():
    then, now = (
        compile(sk.read_scenario(name).patch({"horizon": end}))
        for name, end in (("iss-2022", "2022-09-26"), ("iss-now", "2026-12-01"))
    )
    def soyuz_d(case):
        i = next(i for i, f in enumerate(case.flights) if f.vehicle == "soyuz-ms")
        return case.world.traffic.most_s[i] / 86400.0
    assert soyuz_d(then) == pytest.approx(210.0)  # its rating; the 215 days of Soyuz TMA-9 were in 2007
    assert soyuz_d(now) > 240.0  # 245 days of MS-27 in 2025


def test_someone_who_resigns_leaves_a_seat_empty():
    scenario = sk.read_scenario("iss-2022").patch({
        "horizon": "2022-12-01", "uncertain.launch_failure_factor": 0,
        "events.resigns": {"lose_person": "roscosmos", "on": "2022-08-15"},
    })  # fmt: skip
    with_all, without = (
        sk.simulate(s, runs=1, seed=1).isel(run=0, station=0).people_by_partner_count.sel(partner="roscosmos").values[-1]
        for s in (scenario.patch({"events.resigns": None}), scenario)
    )
    assert without == with_all - 1


def test_a_backup_flies_in_the_seat_when_there_is_time():
    def lost(**more):
        event = {"lose_person": "roscosmos", "on": "2022-07-28", **more}  # the next crew flies on 21 September
        case = compile(sk.read_scenario("iss-2022").patch({"horizon": "2022-12-01", "events.resigns": event}))
        return int(case.world.partners.people[case.names.of("events")["resigns"]])

    assert lost() == 0
    assert lost(on="2022-08-15") == 1  # 37 days: too late (rules.csv backup_notice_d)
    assert lost(backup=False) == 1
    assert lost(aboard=True) == 1
