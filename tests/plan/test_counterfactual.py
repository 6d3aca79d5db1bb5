"""What an event costs in hours: pairs of runs that differ by the event alone."""

import numpy as np
import pytest

import stationkeep as sk
from stationkeep.report.people import NEEDED

RESEARCH = [NEEDED.index(use) for use in ("own_research", "served_by_others")]


@pytest.fixture(scope="module")
def scenario():
    """Three weeks on, someone is ill and a ship goes home; a vehicle that was not to fly is grounded the same day."""
    return sk.read_scenario("iss-2022").patch({
        "horizon": "2022-12-31",
        "events.ill": {"lose_person": "nasa", "aboard": True, "on": "2022-08-15", "text": "a medical case"},
        "events.idle": {"ground": "htv-x", "on": "2022-08-15", "for_d": 30},
    })  # fmt: skip


@pytest.fixture(scope="module")
def rows(scenario):
    return {row["event"]: row for row in sk.hours_without(scenario, sk.simulate(scenario, runs=2, seed=4))}


def research(row):
    return [np.asarray(row[side])[:, RESEARCH].sum(axis=1) for side in ("without", "with")]


def test_people_sent_home_cost_hours_of_research(rows):
    without, with_event = research(rows["ill"])
    assert rows["ill"]["runs"] == 2
    assert with_event.sum() < without.sum() - 5.0
    people = np.asarray(rows["ill"]["people"])
    assert people[1].sum() < people[0].sum() - 1.0


def test_an_event_without_effect_costs_exactly_nothing(rows):
    without, with_event = research(rows["idle"])
    np.testing.assert_array_equal(without, with_event)


def test_a_summary_gives_the_same_rows(scenario, rows):
    few = sk.hours_without(scenario, sk.simulate(scenario, runs=2, seed=4, keep="summary"))
    assert {row["event"]: row for row in few} == rows


def test_nothing_to_take_away_is_no_row(scenario):
    plain = scenario.patch({"events.ill": None, "events.idle": None, "horizon": "2022-09-01"})
    assert sk.hours_without(plain, sk.simulate(plain, runs=1, seed=4)) == []


def test_an_effect_is_followed_to_the_horizon(scenario):
    """Less money takes crews of the year after the next: the first year has little of it, the rows by year all."""
    less = scenario.patch({"horizon": "2025-03-31", "events.ill": None, "events.idle": None,
                           "events.cut": {"fund": "nasa", "share_frac": 0.8, "on": "2022-11-01"}})  # fmt: skip
    (row,) = sk.hours_without(less, sk.simulate(less, runs=1, seed=4))
    assert (row["date"], row["days"], row["whole"]["until"]) == ("2022-11-01", 365.0, "2025-03-31")
    without, with_event = (side.sum() for side in research(row["whole"]))
    by_year = np.asarray(row["by_year_h"]).sum(axis=1)
    last = row["whole"]["days"] - 730.0
    assert with_event - without == pytest.approx(np.average(by_year, weights=[365.0, 365.0, last]), rel=0.01)
    assert with_event < without - 5.0
