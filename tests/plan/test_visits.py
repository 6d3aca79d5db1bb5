"""Visits: ships whose people come for some days and leave with them stand as they are, and the plan counts what they bring, use and hold."""

import numpy as np
import pytest

import stationkeep as sk
from stationkeep.model.base import seconds
from stationkeep.plan.make import plan_branch
from stationkeep.plan.nominal import nominal
from stationkeep.plan.take import problem_of
from stationkeep.plan.wishes import Wishes, published_flights, visits

WEEK_s = 7 * 86400.0
PRIVATE = {"vehicle": "crew-dragon", "partner": "commercial", "launch": "2022-11-10", "fixed_d": 60, "stay_d": 14, "people": {"commercial": 3, "nasa": 1}}
SHUTTLES = """
base: iss
title: Three Shuttles known, the rest to come
start: 2009-08-01T12:00:00Z
horizon: 2010-04-01
as_of: 2011-08-01
flights:
  soyuz: {vehicle: soyuz-tma-m, every_d: 91, first: 2009-10-10, site: baikonur/1, stay_d: 188, people: {roscosmos: 2, nasa: 1}}
  progress: {vehicle: progress-m-m, every_d: 60, first: 2009-10-05, site: baikonur/1, port: [zvezda-aft, pirs-nadir]}
  sts-128: {vehicle: shuttle, launch: 2009-08-29, undock: 2009-09-08T19:26:00Z, port: pma-2, people: {nasa: 7}}
  sts-129: {vehicle: shuttle, launch: 2009-11-16, undock: 2009-11-25T09:53:00Z, port: pma-2, people: {nasa: 6}}
  sts-130: {vehicle: shuttle, launch: 2010-02-08, undock: 2010-02-20T00:54:00Z, port: pma-2, people: {nasa: 6}}
"""


@pytest.fixture(scope="module")
def short():
    return sk.read_scenario("iss-2022").patch({"horizon": "2023-02-14"})


@pytest.fixture(scope="module")
def private(short):
    return plan_branch(short.patch({"flights": {"ax": PRIVATE}}), time_limit_s=30.0)


def test_a_private_visit_is_served_beside_the_crews(private):
    assert private.stands and max(private.agreement_frac.values()) <= 0.02
    assert max(abs(r["difference_frac"]) for r in private.stocks if r["commodity"] in ("food", "supplies", "water")) <= 0.02
    told = next(row for row in private.as_dict()["flights"] if row["name"] == "ax")
    assert told["vehicle"] == "crew-dragon" and told["people"] == {"commercial": 3, "nasa": 1} and told["cost_musd"] == 288.0
    assert seconds(told["undock"]) - seconds(told["expected"]) == pytest.approx(14 * 86400.0)
    held = [f for f in private.flights if f.ports[0] == told["port"] and f.name != "ax"]
    assert all(f.undock <= told["expected"] or f.expected >= told["undock"] for f in held)
    assert private.scenario.flights["ax"].stay_d == 14 and sk.parse_scenario(private.scenario.to_yaml()).flights["ax"].people


def test_its_people_are_no_residents_and_what_they_use_is_counted(short, private):
    scenario = short.patch({"flights": {"ax": PRIVATE}})
    run, alone = nominal(scenario), nominal(short)
    p, without = problem_of(scenario, run, Wishes()), problem_of(short, alone, Wishes())
    assert (run.people - run.residents()).max() == 4.0 and run.residents().tolist() == alone.people.tolist()
    assert {k: x.tolist() for k, x in p.lines.items()} == {k: x.tolist() for k, x in without.lines.items()} and p.people.tolist() == without.people.tolist()
    visit, at = p.vessel("ax"), next(f for f in p.fixed if f.name == "ax")
    assert visit.crew == 0 and sum(visit.guests.values()) == 4 and visit.stays_w == (at.stay_w,) and at.stay_w in (2, 3)
    food, usual = (next(c for c in x.commodities if c.name == "food") for x in (p, without))
    guests_kg = 4 * 14 / 7.0 * food.person_kg
    assert (food.use_kg - usual.use_kg).sum() == pytest.approx(guests_kg, rel=0.1)
    assert [v.name for v in p.vessels if not v.visit_by] == [v.name for v in without.vessels]


def test_a_replan_keeps_visits_on_their_day(short, private):
    scenario = short.patch({"flights": {"ax": PRIVATE}})
    p = problem_of(scenario, nominal(scenario), Wishes(published=published_flights(private.scenario), since="2022-10-15"))
    assert [f.name for f in p.fixed if "/" not in f.name] == ["ax"] and not [k for k in p.kept if k[0] == "ax"]


def test_flights_that_had_flown_when_the_scenario_was_made_are_flown_as_they_were():
    """A Shuttle named as in the record docks on its day, brings its modules and what it carried; nobody of the station leaves with it."""
    scenario = sk.parse_scenario(SHUTTLES)
    assert visits(scenario) == {"sts-128", "sts-129", "sts-130"}
    run = nominal(scenario)
    rows = scenario.catalogue().by_id("traffic/flights")
    index = {f.id: i for i, f in enumerate(run.case.flights)}
    for name in visits(scenario):
        assert run.docked_s[index[name]] == pytest.approx(seconds(rows[name]["dock_utc"]), abs=60.0)
        assert run.left_s[index[name]] == pytest.approx(seconds(rows[name]["undock_utc"]), abs=60.0)
    assert index["soyuz-tma-14"] >= 0 and run.left_s[index["soyuz-tma-14"]] != pytest.approx(seconds("2009-10-11T01:07:00Z"), abs=60.0), "its relief is the plan's"
    assert run.residents()[:60].tolist() == [6.0] * 60 and run.people.max() >= 13.0
    there = run.case.names.of("parts")["tranquility"]
    assert run.case.world.traffic.part_brought_by[there] == index["sts-130"]
    day = int((seconds("2010-02-21") - run.case.t0_s) // 86400.0)
    assert run.mass_kg[day] - run.mass_kg[day - 20] > 12_000.0
    p = problem_of(scenario, run, Wishes())
    at = {f.name: f for f in p.fixed}
    assert {name: f.week for name, f in at.items()} == {"sts-128": 4, "sts-129": 15, "sts-130": 27}
    assert p.vessel("sts-128").ports == ("pma-2",) and 4000.0 < p.vessel("sts-128").dry_kg < 7200.0 and p.vessel("sts-128").water_kg == 500.0
    assert "shuttle" not in {v.name for v in p.vessels} and not [v for v in p.vessels if v.visit_by and v.crew]
    poisk = next(q for q in p.ports if "poisk-zenith" in q.ports)
    assert p.start_s + (int(np.argmax(poisk.each[poisk.ports.index("poisk-zenith")]))) * WEEK_s > seconds("2009-11-12T15:41:00Z") + WEEK_s, "there when a ship is launched to it"
