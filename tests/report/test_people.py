"""Crew time and dose in words, on a made-up result."""

import json

import numpy as np
import pytest
import xarray as xr

from stationkeep.report.dose import dose, dose_text
from stationkeep.report.people import NEEDED, crew_time

DAYS = np.datetime64("2024-01-01", "ns") + np.arange(730) * np.timedelta64(1, "D")
PARTNERS = ["roscosmos", "nasa"]


@pytest.fixture
def result():
    """Two runs; on 2025-01-01 Russia leaves: its 6 hours for NASA end and NASA's people take 4 hours of upkeep."""
    hours = np.zeros((2, 1, DAYS.size, 2, len(NEEDED)))
    use = {name: i for i, name in enumerate(NEEDED)}
    before = np.datetime64("2025-01-01") > DAYS
    hours[:, :, before, 0, use["own_research"]] = 30.0
    hours[:, :, before, 0, use["other_research"]] = 6.0
    hours[:, :, before, 1, use["served_by_others"]] = 6.0
    hours[:, :, before, 1, use["own_research"]] = 20.0
    hours[:, :, ~before, 1, use["own_research"]] = 16.0
    hours[:, :, ~before, 1, use["upkeep"]] = 4.0
    people = np.zeros((2, 1, DAYS.size, 2))
    people[:, :, before, 0], people[..., 1] = 3.0, 4.0
    event = {"utc": ["2025-01-01"] * 2, "run": [0, 1], "kind": ["withdraw"] * 2, "name": ["leave"] * 2}
    person = ["a-1", "b-1", "b-2"]
    came = np.array(["2024-01-01", "2024-01-02", "2025-01-02"], "datetime64[ns]")
    home = np.array(["2024-07-01", "2024-07-02", "2025-07-02"], "datetime64[ns]")
    stays = [{"stay": "a-1", "partner": "roscosmos", "name": "IVANOV, Ivan Ivanovich"},
             {"stay": "b-1", "partner": "nasa", "name": "DOE, Jane Q."}, {"stay": "b-2", "partner": "nasa", "name": "Jane Doe"}]  # fmt: skip
    return xr.Dataset(
        {
            "hours_per_week": (("run", "station", "time", "partner", "use"), hours),
            "people_by_partner_count": (("run", "station", "time", "partner"), people),
            "dose_mSv": (("run", "person"), np.array([[120.0, 400.0, 300.0]] * 2)),
            "aboard_utc": (("run", "person"), np.array([came, came])),
            "home_utc": (("run", "person"), np.array([home, home])),
            "event_future": ("event", np.array([""] * 2)), "event_station": ("event", np.array(["iss"] * 2)),
            "event_utc": ("event", np.array(event["utc"], "datetime64[ns]")), "event_run": ("event", event["run"]),
            "event_kind": ("event", event["kind"]), "event_name": ("event", event["name"]),
            "event_cause": ("event", [-1, -1]), "event_value": ("event", [0.0, 0.0]),
        },
        coords={"run": [0, 1], "station": ["iss"], "time": DAYS, "partner": PARTNERS, "use": list(NEEDED), "person": person},
        attrs={"name": "test", "people": json.dumps(stays), "career_limits_mSv": json.dumps({"roscosmos": 1000, "nasa": 600})},
    )  # fmt: skip


def test_it_says_who_loses_how_many_hours_to_what(result):
    (told,) = crew_time(result)
    (change,) = told["changes"]
    assert change["date"] == "2025-01-01"
    assert change["runs"] == 2
    by_partner = {row["partner"]: row for row in change["partners"]}
    assert by_partner["nasa"]["research_change_h"] == pytest.approx(-10.0)
    assert by_partner["nasa"]["by_others_change_h"] == pytest.approx(-6.0)
    assert by_partner["nasa"]["loads_change_h"]["upkeep"] == pytest.approx(4.0)
    assert by_partner["roscosmos"]["for_others_before_h"] == pytest.approx(6.0)
    text = " ".join(told["text"])
    assert "After leave (2025-01-01; the year before against the year after) all partners together lose 40.0 h" in text
    assert "After leave nasa loses 10.0 h of research a week (26.0 → 16.0)" in text
    assert change["compared"] == "before_after"
    assert "−6.0 h that people of others work for it" in text
    assert "upkeep +4.0 h" in text
    assert "People of roscosmos work 0.0 h a week for other partners' experiments instead of 6.0." in text


def test_an_event_stands_against_the_same_runs_without_it(result):
    week = np.zeros((2, 2, len(NEEDED)))  # without and with; partner
    use = {name: i for i, name in enumerate(NEEDED)}
    week[:, 1, use["own_research"]] = 20.0, 16.0
    week[1, 1, use["upkeep"]] = 4.0
    sides = {"without": week[0].tolist(), "with": week[1].tolist(), "people": [[0, 4], [0, 4]], "interval_h": [None, [-5.0, -3.0]]}
    row = {"future": "test", "event": "leave", "kind": "withdraw", "text": "it goes", "runs": 2, "date": "2025-01-01", "days": 350.0,
           "partners": PARTNERS, **sides, "whole": {"until": "2025-12-17", "days": 350.0} | sides, "by_year_h": [[0.0, -4.0]]}  # fmt: skip
    (told,) = crew_time(result.assign_attrs(hours_without=json.dumps([row])))
    (change,) = told["changes"]
    assert change["compared"] == "same_runs_without"
    assert change["partners"][0]["research_in_all_h"] == pytest.approx(-200.0)
    assert change["text"] == [
        "Because of leave (2025-01-01: it goes; 350 days from then on, to 2025-12-17, against the same 2 runs without it) nasa loses 4.0 h of research a week "
        "(20.0 → 16.0, 95 % −5.0 h to −3.0 h; 200 h in all): −4.0 h of its own people (their upkeep +4.0 h)."
    ]


    assert "other flights that the scenario writes or leaves out stay on both sides" in told["text"][-1]


def test_an_effect_that_comes_after_the_first_year_is_told(result):
    week = np.zeros((2, len(PARTNERS), len(NEEDED)))
    none = {"without": week[0].tolist(), "with": week[0].tolist(), "people": [[0, 4], [0, 4]], "interval_h": [None, None]}
    week[:, 1, NEEDED.index("own_research")] = 20.0, 14.0
    later = none | {"without": week[0].tolist(), "with": week[1].tolist(), "until": "2027-01-01", "days": 730.0, "people": [[0, 4], [0, 3]]}
    row = {"future": "test", "event": "cut", "kind": "fund", "text": "", "runs": 1, "date": "2025-01-01", "days": 365.0, "partners": PARTNERS,
           **none, "whole": later, "by_year_h": [[0.0, 0.0], [0.0, -12.0]]}  # fmt: skip
    change = crew_time(result.assign_attrs(hours_without=json.dumps([row])))[0]["changes"][0]
    assert change["text"] == [
        "Because of cut (2025-01-01; 365 days from then on, against the same run without it) no partner's research changes by 0.5 h a week.",
        "Because of cut, over all 730 days to 2027-01-01, nasa loses 6.0 h of research a week (20.0 → 14.0; 626 h in all): "
        "−6.0 h of its own people, people aboard 4.0 → 3.0. Most in year 2 after it: −12.0 h a week of all partners.",
    ]


def test_research_is_told_by_segment(result):
    (told,) = crew_time(result)
    segments = told["research_by_segment_h"]
    for year, week in told["by_year"].items():
        for name, whose in (("russian", lambda p: p == "roscosmos"), ("us", lambda p: p != "roscosmos")):
            served = sum(uses["own_research"] + uses["served_by_others"] for partner, uses in week.items() if whose(partner))
            assert segments[name][year] == pytest.approx(served, abs=0.02)
    assert told["text"][0].startswith("Hours of research a week, by whose it is: Russian segment")


def test_hours_for_others_are_told_by_year(result):
    (told,) = crew_time(result)
    assert told["by_year"]["2024"]["roscosmos"]["other_research"] == pytest.approx(6.0)
    assert "roscosmos" not in told["by_year"]["2025"]


def test_dose_stands_against_the_career_limit_of_each_agency(result):
    rows = {row["partner"]: row for row in dose(result)}
    assert rows["nasa"]["stay_mSv_p50"] == pytest.approx(350.0)
    assert rows["nasa"]["over_limit"] == [{"name": "Jane Doe", "mSv": 700.0}]  # both spellings are one person
    assert rows["roscosmos"]["over_limit"] == []
    assert "Jane Doe (700)" in " ".join(dose_text(list(rows.values())))


def test_a_career_counts_the_stays_before_the_run(result):
    stays = [{"stay": "a-1", "partner": "roscosmos", "name": "Oleg Kononenko"}, *json.loads(result.attrs["people"])[1:]]
    earlier = {"KONONENKO, Oleg Dmitriyevich": 530.0, "Oleg Kononenko": 310.0, "DOE, John": 400.0}
    told = result.assign_attrs(people=json.dumps(stays), earlier_d=json.dumps(earlier))
    rows = {row["partner"]: row for row in dose(told)}
    (who,) = rows["roscosmos"]["highest"]
    assert who["earlier_mSv"] == pytest.approx(0.74 * 840.0, abs=0.1)
    assert who["mSv"] == pytest.approx(120.0 + who["earlier_mSv"], abs=0.1)
    assert f"nearest to it: Oleg Kononenko, {who['mSv']:.0f} mSv in all stays" in " ".join(dose_text(list(rows.values())))


def test_without_a_whole_stay_the_career_is_still_told(result):
    short = result.assign(home_utc=result.home_utc.copy(data=np.full(result.home_utc.shape, np.datetime64("NaT", "ns"))))
    rows = dose(short)
    assert [row["stay_mSv_p50"] for row in rows] == [None, None]
    assert dose_text(rows)[0].startswith("roscosmos: no resident's whole stay in the run, career limit 1000 mSv; nearest to it: Ivan Ivanov, 120 mSv")


def test_a_result_without_hours_or_stays_says_nothing(result):
    bare = result.drop_vars(["hours_per_week", "dose_mSv"])
    assert crew_time(bare) == []
    assert dose(bare) == []
