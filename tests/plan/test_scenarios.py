"""What a scenario says beside its flights: stations that end, other stations, groundings, dates, and options that name nothing."""

import numpy as np
import pytest

import stationkeep as sk
from stationkeep.cli.plan import plan as plan_verb
from stationkeep.model.files import InputError, ScenarioError
from stationkeep.plan.conflicts import conflicts
from stationkeep.plan.make import for_the_end, given_up, plan_branch
from stationkeep.plan.milp import no_crews, solve
from stationkeep.plan.nominal import nominal
from stationkeep.plan.take import problem_of
from stationkeep.plan.wishes import Wishes, check, entry_of
from stationkeep.plan.write import people_aboard, planned, planned_scenario


def problem(name, patch, **wishes):
    scenario = sk.read_scenario(name).patch(patch)
    return problem_of(scenario, nominal(scenario), Wishes(**wishes))


def vessel_weeks(p, name):
    return np.flatnonzero(p.vessel(name).weeks)


@pytest.fixture(scope="module")
def now():
    return problem("iss-now", {"horizon": "2027-06-01"})


def test_stores_of_another_station_are_not_counted(now):
    """Two more stations wait for their first crew, with 3,200 kg of propellant: more than there is room for, and no plan was found."""
    opening = {c.name: c.opening_kg for c in now.commodities}
    assert opening["propellant"] == pytest.approx(4500.0) and all(c.opening_kg <= np.max(c.most_kg) for c in now.commodities)


def test_crews_may_stay_as_long_as_their_series_says(now):
    assert max(now.vessel("soyuz-ms").stays_w) == 35 and max(now.vessel("crew-dragon").stays_w) == 34, "246 and 241 days"


def test_a_station_that_is_given_up_is_planned_for_until_then_and_its_end_stays():
    scenario = sk.read_scenario("iss-now")
    assert given_up(scenario, nominal(scenario)) == "2030-12-31T00:00:00Z"
    assert for_the_end(scenario, ()) == ("usdv",) and for_the_end(scenario, ("usdv",)) == ()
    assert given_up(sk.read_scenario("iss-2022"), nominal(sk.read_scenario("iss-2022").patch({"horizon": "2023-01-01"}))) == ""


def test_crews_that_cannot_be_are_proved_and_told_with_when_they_can_dock():
    """No Crew Dragon is launched after 2023-01: those aboard cannot stay to the summer of 2024."""
    p = problem("iss-2022", {"horizon": "2024-06-01", "flights.crew-dragon.last": "2023-01-01"})
    assert no_crews(p, 20.0) and not no_crews(problem("iss-2022", {"horizon": "2023-06-01"}), 20.0)
    assert any("crew-dragon crew" in line and "it can dock from" in line and "stays 210 days at most" in line for line in conflicts(p))


def test_fewer_people_than_fly_now_are_there_in_the_run_as_in_the_plan():
    """Crews of another kind relieve those aboard, each one crew; those whom nobody relieves leave on the day the plan says."""
    scenario = sk.read_scenario("iss-2022").patch({"horizon": "2023-09-01"})
    p = problem_of(scenario, nominal(scenario), Wishes(people=3, margin_d=30.0))
    solution = solve(p, time_limit_s=15.0)
    flights = planned(p, solution)
    run, people = nominal(planned_scenario(scenario, p, solution, flights)), people_aboard(p, solution)
    assert run.people[3 : 7 * p.weeks : 7].tolist() == people.tolist() and run.people.min() >= 3
    reliefs = [f.relief for f in flights if f.relief]
    assert len(set(reliefs)) == len(reliefs)


@pytest.mark.parametrize(("what", "held"), [("falcon-9", ("crew-dragon", "cargo-dragon-2")), ("kennedy", ("crew-dragon", "cargo-dragon-2")),
                                            ("wallops", ("cygnus-enhanced",)), ("progress-ms", ("progress-ms",))])  # fmt: skip
def test_what_a_grounding_names_does_not_fly(what, held):
    p = problem("iss-2022", {"horizon": "2023-06-01", "events.stop": {"ground": what, "on": "2022-12-01", "for_d": 70}})
    for v in p.vessels:
        assert v.weeks[19:28].any() != (v.name in held), v.name


def test_series_end_by_date_by_event_and_by_the_flights_beside_them():
    stop = {"ground": "wallops", "on": "2022-12-01", "for_d": 1}
    p = problem("iss-2022", {"horizon": "2023-06-01", "events.stop": stop, "flights.cygnus.until": "stop", "flights.cargo-dragon.until": "2022-12-01",
                             "flights.soyuz.last": "2022-10-01",
                             "flights.more": {"vehicle": "soyuz-ms", "launch": "2023-02-01", "people": {"roscosmos": 3}}})  # fmt: skip
    assert vessel_weeks(p, "cygnus-enhanced")[-1] == 17 and vessel_weeks(p, "cargo-dragon-2")[-1] == 21
    assert 29 <= vessel_weeks(p, "soyuz-ms")[-1] <= 31


def test_a_partner_that_leaves_without_its_flights_goes_on_flying():
    leave = {"withdraw": "roscosmos", "on": "2022-12-31", "segment": "handed_over", "takes": ["operation"]}
    assert vessel_weeks(problem("iss-2022", {"horizon": "2023-06-01", "events.leave": leave}), "progress-ms")[-1] > 40


def test_names_that_are_not_there_are_told_with_what_is():
    short = sk.read_scenario("iss-2022").patch({"horizon": "2022-12-01"})
    for wish, words in (({"vehicles": ("dragon",)}, "--vehicles.*did you mean"), ({"cadence_count": {"progres-ms": 3}}, "did you mean 'progress-ms'"),
                        ({"fix": ("cygnu",)}, "--fix.*'cygnus'")):  # fmt: skip
        with pytest.raises(InputError, match=words):
            plan_branch(short, **wish)


@pytest.mark.parametrize(("options", "words"), [
    ({"budget": "nsa 2026 3000"}, "'nsa' .* is no partner"), ({"budget": "nasa 2026.5 3000"}, "is no year"), ({"budget": "nasa 2026 nan"}, "is no money"),
    ({"cadence": "progress-ms 4.5"}, "is no count"), ({"margin_d": -1.0}, "--margin-d"), ({"time_limit_s": 0.0}, "--time-limit-s"),
    ({"people": 0}, "--people"),
    ({"lost": "cygnus-2023-01"}, "--replan"), ({"csv": "nowhere/at/all.csv"}, "no folder"),
])  # fmt: skip
def test_options_are_read_before_anything_is_planned(options, words):
    with pytest.raises(InputError, match=words):
        plan_verb("iss-2022", **options)


@pytest.mark.parametrize("entry, told", [("progress-2", "one of 'progress'"), ("soyuz-ms", "one of the record")])
def test_two_flights_of_one_name_are_told(entry, told):
    flight = {"vehicle": "progress-ms", "launch": "2022-09-10", "port": "zvezda-aft"} if entry == "progress-2" else {"vehicle": "soyuz-ms", "every_d": 30}
    scenario = sk.read_scenario("iss-2022").patch({f"flights.{entry}": flight})
    with pytest.raises(ScenarioError, match=told):
        nominal(scenario)


def test_a_horizon_of_a_week_is_no_plan():
    with pytest.raises(InputError, match="less than 4 weeks after the start"):
        check(sk.read_scenario("iss-2022").patch({"horizon": "2022-08-01"}), Wishes())


def test_an_event_that_strikes_a_flight_chosen_anew_is_told_and_a_flight_is_no_series():
    scenario = sk.read_scenario("iss-2022").patch({"events.lost": {"fail": "progress-2", "on": "2023-01-10", "for_d": 90}})
    with pytest.raises(ScenarioError, match="--fix progress"):
        check(scenario, Wishes())
    check(scenario, Wishes(fix=("progress",)))
    now = sk.read_scenario("iss-now")
    assert [entry_of(now, x) for x in ("crew-dragon-3", "crew-dragon-last", "crew-dragon")] == ["crew-dragon", "crew-dragon-last", "crew-dragon"]


def test_a_station_that_is_not_in_orbit_yet_is_told():
    with pytest.raises(ScenarioError, match="not in orbit"):
        plan_branch(sk.read_scenario("ros-97"))
