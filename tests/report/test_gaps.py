"""The gap between the end of one station and the first crew of the next."""

import numpy as np
import pytest
import xarray as xr

from stationkeep.report.gaps import gaps

UTC = np.arange("2030-01-01", "2034-01-01", dtype="datetime64[D]").astype("datetime64[ns]")


def day(text: str) -> int:
    return int((np.datetime64(text) - np.datetime64("2030-01-01")).astype(int))


def stations(ends: list[str | None], firsts: list[str | None]) -> xr.Dataset:
    people = np.zeros((len(ends), 2, UTC.size))
    for run, (end, first) in enumerate(zip(ends, firsts, strict=True)):
        people[run, 0, : day(end) + 1 if end else None] = 7
        if first:
            people[run, 1, day(first) :] = 4
    return xr.Dataset(
        {"people_count": (("run", "station", "time"), people)},
        coords={"run": range(len(ends)), "station": ["iss", "next"], "time": UTC}, attrs={"name": "x"},
    )  # fmt: skip


def test_a_gap_of_known_length_is_counted_in_the_years_it_covers():
    told = gaps(stations(["2030-12-31"] * 4, ["2032-07-01"] * 4))["x"]
    assert told["ends"] == {"p5": "2030-12-31", "p50": "2030-12-31", "p95": "2030-12-31"}
    following = told["stations"]["next"]
    assert following["gap_d"]["p50"] == 548
    assert following["gap_by_year"] == {"2031": 0.0, "2032": 1.0, "2033": 0.0, "2034": 0.0}
    assert following["no_gap_frac"] == 0.0 and told["nobody_anywhere"]["2032"] == 1.0


def test_overlap_is_a_negative_gap_and_what_never_comes_is_a_gap_for_ever():
    told = gaps(stations(["2031-06-01", "2031-06-01"], ["2030-12-01", None]))["x"]["stations"]["next"]
    assert told["gap_d"]["p50"] == -182
    assert told["crewed_in_horizon_frac"] == 0.5 and told["no_gap_frac"] == 0.5
    assert told["gap_by_year"] == {"2031": 0.0, "2032": 0.5, "2033": 0.5, "2034": 0.5}
    assert told["first_crew"]["p95"] is None


def test_a_station_still_crewed_at_the_horizon_has_not_ended():
    told = gaps(stations([None, "2030-06-01"], [None, None]))["x"]
    assert told["ends_in_horizon_frac"] == 0.5
    assert told["stations"]["next"]["gap_by_year"]["2033"] == 0.5
    assert told["stations"]["next"]["no_gap_frac"] == pytest.approx(0.0)


def test_a_visited_station_that_ended_before_the_first_fills_no_gap():
    ds = stations(["2032-06-01", "2030-06-01"], ["2030-02-01", "2030-02-01"])
    ds.people_count[:, 1, day("2031-03-01") :] = 0
    told = gaps(ds)["x"]["stations"]["next"]
    assert told["gap_by_year"] == {"2031": 0.0, "2032": 0.5, "2033": 1.0, "2034": 1.0}
    assert told["no_gap_frac"] == 0.5, "the second run's went on after the first station's end"


def test_one_station_has_no_gap_table():
    assert gaps(stations(["2031-01-01"], [None]).isel(station=[0])) == {}
