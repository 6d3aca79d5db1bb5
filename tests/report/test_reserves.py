"""Reserves: how low they came, when they fell below a level, and what is told of it."""

import json

import numpy as np
import xarray as xr

from stationkeep.report.read import ENDLESS_d
from stationkeep.report.reserves import reserve_rows, reserves_told

UTC = np.arange("2015-04-18", "2015-09-20", dtype="datetime64[D]").astype("datetime64[ns]")


def falling(*from_d: float) -> xr.Dataset:
    """Food that falls by a day a day from `from_d`, one per run; water that is never short, oxygen nobody uses."""
    food = np.maximum(np.asarray(from_d)[:, None] - np.arange(UTC.size), 0.0)
    days = np.stack([food, np.full_like(food, 200.0), np.full_like(food, ENDLESS_d)], axis=-1)[:, None]
    return xr.Dataset(
        {"reserve_d": (("run", "station", "time", "resource"), days)},
        coords={"run": range(len(from_d)), "station": ["iss"], "time": UTC, "resource": ["food", "water", "oxygen"]},
        attrs={"name": "x", "assumptions": json.dumps([{"name": "reserve_d", "value": 45.0}, {"name": "leave_d", "value": 20.0}])},
    )  # fmt: skip


def test_the_first_day_below_each_level_of_the_rules_is_told():
    told = reserves_told(falling(145.0))
    food = next(row for row in told if row["resource"] == "food")
    assert food["least_d"] == {"p5": 0.0, "p50": 0.0, "p95": 0.0}
    assert food["below"]["reserve"]["first"]["p50"] == str(np.datetime64("2015-04-18") + 101)
    assert food["below"]["leave"]["first"]["p50"] == str(np.datetime64("2015-04-18") + 126)
    assert food["below"]["none_left"]["first"]["p50"] == str(np.datetime64("2015-04-18") + 145)
    assert "oxygen" not in {row["resource"] for row in told}


def test_shares_and_days_are_those_of_the_runs_that_fall_below():
    head, rows, safe = reserve_rows(reserves_told(falling(145.0, 180.0, 300.0)), "x")
    assert head == ["reserve, days", "least", "below 45", "below 20", "none left"]
    assert rows == [["food", "26 (3–134)", "67 %, 2015-09-01 (2015-07-28 to 2015-09-01)", "33 %, 2015-08-22", "33 %, 2015-09-10"]]
    assert safe == "Never below 45 days (least reserve): water 200."


def test_days_of_a_result_kept_by_month_are_reckoned_within_it():
    daily = falling(145.0, 100.0, 52.0)
    month = UTC.astype("datetime64[M]")
    ends = np.array([UTC[month == m][-1] for m in np.unique(month)])
    least = np.stack([daily["reserve_d"].values[:, :, month == m].min(axis=2) for m in np.unique(month)], axis=2)
    monthly = daily.drop_vars("time").assign(reserve_d=(("run", "station", "month", "resource"), least)).assign_coords(month=ends)
    for level in ("reserve", "leave", "none_left"):
        told, known = (next(r for r in reserves_told(ds) if r["resource"] == "food")["below"][level]["first"] for ds in (monthly, daily))
        for q, day in known.items():
            assert abs(np.datetime64(told[q]) - np.datetime64(day)) <= np.timedelta64(3, "D"), (level, q)


def test_a_summary_tells_days_as_a_result_kept_by_month_does():
    ends = np.array(["2015-04-30", "2015-05-31", "2015-06-30"], "datetime64[ns]")
    least = np.array([[[70.0, np.inf], [45.5, 300.0], [40.0, 300.0]], [[80.0, np.inf], [60.0, 300.0], [60.0, 300.0]]])
    ds = xr.Dataset(
        {"reserve_least_d": (("run", "month", "reserve"), least)},
        coords={"run": [0, 1], "month": ends, "reserve": ["food", "water"]}, attrs={"name": "x"},
    )  # fmt: skip
    _, rows, safe = reserve_rows(reserves_told(ds), "x")
    assert rows == [["food", "50 (41–59)", "50 %, 2015-06-01", "–", "–"]]
    assert safe == "Never below 45 days (least reserve): water 300."
