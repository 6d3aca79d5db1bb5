import json

import numpy as np
import pytest

from stationkeep.report.causes import common_chains, rows_back, sentence
from stationkeep.report.checks import check, findings_by_future, percent, pooled_findings
from stationkeep.report.read import EventLog, event_log


def log_of(*rows):
    """A log of one run: rows of (day, kind, name, cause)."""
    count = len(rows)
    return EventLog(
        np.zeros(count, int),
        np.zeros(count, int),
        np.array([np.datetime64("2030-01-01", "s") + np.timedelta64(row[0], "D") for row in rows]),
        np.full(count, "iss"),
        np.array([row[1] for row in rows]),
        np.array([row[2] for row in rows]),
        np.array([row[3] for row in rows]),
        np.zeros(count),
        np.array([row[2] for row in rows]),
    )


def test_findings_give_share_dates_and_the_chain(result):
    found = {finding.requirement: finding for finding in findings_by_future(result)["after-2029"]}
    altitude = found["altitude"]
    assert altitude.share_frac == pytest.approx(27 / 30)
    assert altitude.interval[0] < 0.9 < altitude.interval[1]
    assert altitude.broken_count == 27 and altitude.runs_count == 30
    first = [altitude.first_break[key] for key in ("p5", "p50", "p95")]
    assert first == sorted(first)
    assert [(cause.kind, cause.name) for cause in altitude.causes] == [
        ("service_down", "reboost"),
        ("stock_low", "propellant"),
        ("cancelled", "progress-ms"),
        ("withdraw", "roscosmos"),
    ]
    assert altitude.causes[-1].date == "2030-01-01"
    assert altitude.causes[-1].share_frac == 1.0
    assert altitude.chain_share_frac == pytest.approx(21 / 27)
    assert altitude.others[0].share_frac == pytest.approx(6 / 27)
    assert "in 90 % of runs" in str(altitude) and "in 21 of the 27 runs that break" in str(altitude)


def test_the_first_break_of_a_run_counts_once_whatever_the_order_of_the_log(result):
    twice = result.isel(event=np.r_[np.arange(result.sizes["event"]), np.arange(result.sizes["event"])])
    assert [str(finding) for finding in check(twice)] == [str(finding) for finding in check(result)]


def test_dates_are_dates_that_some_run_met(result):
    log = event_log(result)
    rows = (log.kind == "breach") & (log.name == "altitude")
    met = {str(day) for day in log.utc[rows].astype("datetime64[D]")}
    finding = next(item for item in check(result) if item.requirement == "altitude")
    assert set(finding.first_break.values()) <= met


def test_what_breaks_in_most_runs_and_soonest_comes_first(result):
    names = [finding.requirement for finding in findings_by_future(result)["after-2029"]]
    assert names == ["attitude", "someone_aboard", "altitude"]
    assert findings_by_future(result)["after-2029"][0].first_frac == 1.0


def test_pooled_findings_count_each_run_with_the_weight_of_its_future(result):
    pooled = {finding.requirement: finding.share_frac for finding in pooled_findings(result)}
    assert pooled["altitude"] == pytest.approx(0.4 * 0.9)
    assert pooled["lifeboat"] == pytest.approx(0.6 * 0.1)


def test_a_future_without_weight_adds_no_pooled_finding(result):
    certain = result.assign_attrs(weights=json.dumps({"stays": 1.0, "after-2029": 0.0}))
    assert [finding.requirement for finding in pooled_findings(certain)] == ["lifeboat"]


def test_a_scenario_without_futures_bears_its_own_name(plain):
    assert {finding.future for finding in check(plain)} == {"iss-test"}
    assert [str(a) for a in check(plain)] == [str(b) for b in pooled_findings(plain)]


def test_a_run_alone_has_its_own_number_in_the_log(synthetic):
    ds = synthetic(runs=12, futures=("after-2029",))
    rows = np.flatnonzero(ds["event_run"].values == 7)
    renumbered = np.full(ds.sizes["event"], -1)
    renumbered[rows] = np.arange(rows.size)
    alone = ds.isel(run=[7], event=rows)
    alone["event_cause"] = ("event", np.where(alone.event_cause >= 0, renumbered[alone.event_cause], -1))
    assert next(item for item in check(alone) if item.requirement == "attitude").share_frac == 1.0


def test_what_a_rerun_showed_stands_with_the_cause(result):
    told = [
        {
            "future": "after-2029",
            "requirement": "attitude",
            "kind": "withdraw",
            "name": "roscosmos",
            "vanish_frac": 0.96,
        }
    ]
    ds = result.assign_attrs(explained=json.dumps(told))
    attitude = next(item for item in check(ds) if item.requirement == "attitude")
    assert [cause.vanish_frac for cause in attitude.causes] == [None, None, 0.96]
    pooled = next(item for item in pooled_findings(ds) if item.requirement == "attitude")
    assert pooled.causes[-1].vanish_frac == pytest.approx(0.96)
    assert "96% of the breaks vanish" in str(attitude.causes[-1])


def test_no_log_means_no_findings(result):
    bare = result.drop_dims("event")
    assert check(bare) == [] and pooled_findings(bare) == []


def test_a_breach_without_a_cause_says_so(result):
    ds = result.assign(event_cause=("event", np.full(result.sizes["event"], -1)))
    assert all(finding.causes == () and "no cause" in str(finding) for finding in check(ds))


def test_rows_back_stop_at_a_circle_and_at_a_broken_link():
    log = log_of((0, "failure", "a", 1), (1, "failure", "b", 0), (2, "breach", "c", 1), (3, "breach", "d", 99))
    assert rows_back(log, 2) == [1, 0]
    assert rows_back(log, 3) == []


def test_flights_of_one_series_are_one_cause_and_keep_their_name_where_they_agree():
    log = log_of(
        (0, "cancelled", "progress-1", -1),
        (1, "breach", "x", 0),
        (4, "cancelled", "progress-2", -1),
        (5, "breach", "x", 2),
    )
    both = common_chains(log, [1, 3], np.ones(2))
    assert [(chain.causes[0].name, chain.share_frac) for chain in both] == [("progress-1", 1.0)] or both[0].causes[
        0
    ].name == "progress"
    assert common_chains(log, [1], np.ones(1))[0].causes[0].name == "progress-1"


@pytest.mark.parametrize(
    ("frac", "text"),
    [
        (0.0, "0 %"),
        (1.0, "100 %"),
        (0.5, "50 %"),
        (0.0004, "<0.1 %"),
        (0.9996, ">99.9 %"),
        (0.015, "1.5 %"),
        (0.995, "99.5 %"),
    ],
)
def test_percents_never_show_a_false_zero_or_hundred(frac, text):
    assert percent(frac) == text


def test_a_kind_unknown_to_the_report_is_still_told():
    assert sentence("meteor_strike", "node-2", "iss") == "meteor strike: node-2"


def test_the_first_of_several_breaks_of_a_run_is_told(result):
    """Every run breaks the same requirement again and again; only the first break of each counts."""
    days, runs = 40, result.sizes["run"]
    future = str(result.future.values[0])
    count = days * runs
    log = {
        "event_future": np.full(count, future), "event_run": np.tile(np.arange(runs), days), "event_kind": np.full(count, "breach"),
        "event_utc": np.datetime64("2030-01-01", "ns") + np.repeat(np.arange(days), runs) * np.timedelta64(30, "D"),
        "event_station": np.full(count, "iss"), "event_name": np.full(count, "altitude"), "event_cause": np.full(count, -1), "event_value": np.zeros(count),
    }  # fmt: skip
    again = result.drop_vars(log).assign({name: ("event", values) for name, values in log.items()})
    (finding,) = findings_by_future(again)[future]
    assert finding.first_break == {"p5": "2030-01-01", "p50": "2030-01-01", "p95": "2030-01-01"}
