"""Reboosts that a scenario plans: on their day, to their altitude, with what is there."""

import numpy as np
import pytest

import stationkeep as sk
from stationkeep.model.files import ScenarioError

FLOOR = {"floor_km": 410, "target_km": 418.5, "source": "test"}


def flown(reboosts=None, runs=2, **changes):
    asked = {"horizon": "2023-03-01", "stations.iss.policy": [FLOOR], **({"stations.iss.reboosts": reboosts} if reboosts else {}), **changes}
    return sk.simulate(sk.read_scenario("iss-2022").patch(asked), runs=runs, seed=2, keep="all")


def burned(ds, kind="reboost", run=0):
    here = (ds.event_kind.values == kind) & (ds.event_run.values == run) & (ds.event_station.values == "iss")
    return [(str(utc)[:10], float(value)) for utc, value in zip(ds.event_utc.values[here], ds.event_value.values[here], strict=True)]


def altitude_km(ds, day, run=0):
    return float(ds.altitude_km.isel(run=run, station=0).sel(time=f"{day}T12:00"))


def test_the_orbit_is_raised_on_the_day_to_the_altitude_whatever_the_sun():
    ds = flown({"2022-09-01": 418.5, "2022-11-01": 417})
    for run in (0, 1):
        days = dict(burned(ds, run=run))
        assert days["2022-09-01"] > 0.5 and altitude_km(ds, "2022-09-01", run) == pytest.approx(418.5, abs=0.02)
        assert altitude_km(ds, "2022-11-01", run) == pytest.approx(417.0, abs=0.02)
    assert dict(burned(ds, run=0))["2022-09-01"] != dict(burned(ds, run=1))["2022-09-01"], "as much as it takes under the Sun of the run"


def test_nothing_is_burned_where_the_orbit_is_there_and_the_floor_asks_all_the_same():
    without = flown()
    twice = flown({"2022-09-01": 418.5, "2022-09-02": 412})
    assert burned(twice)[0][0] == "2022-09-01" and "2022-09-02" not in dict(burned(twice))
    late = flown({"2022-09-01": 418.5, "2023-02-20": 418.5})
    after = [day for day, _ in burned(late) if day not in ("2022-09-01", "2023-02-20")]
    assert after and altitude_km(late, str(np.datetime64(after[0]) - 1)) < 410.2 and altitude_km(late, after[0]) > 414.0, "unplanned, at the floor"
    assert burned(without) and set(dict(burned(without))) != set(dict(burned(late)))


def test_a_measured_altitude_rules_and_a_ship_that_is_phased_is_waited_for():
    measured = {f"2022-{month:02d}-{day:02d}": 416.0 - 0.5 * (month - 8) for month in (8, 9, 10) for day in (1, 10, 20)}
    ds = flown({"2022-09-01": 418.5}, runs=1, **{"stations.iss.follow_record": measured})
    assert "2022-09-01" not in dict(burned(ds)) and altitude_km(ds, "2022-09-10") == pytest.approx(415.5, abs=0.01)
    policy = [{**FLOOR, "ceiling_km": 424, "phasing": {"before_d": 14}}]
    first = flown(**{"stations.iss.policy": policy})
    launches = {name: utc for utc, name in zip(first.event_utc.values, first.event_name.values, strict=True) if str(name).startswith(("soyuz", "progress"))}
    phased = [(utc, name) for kind, utc, name, run in zip(first.event_kind.values, first.event_utc.values, first.event_name.values, first.event_run.values, strict=True)
              if kind == "phasing" and run == 0 and name in launches]  # fmt: skip
    assert phased
    between = str(phased[0][0] + np.timedelta64(3, "D"))[:10]
    held = flown({between: 423.9}, **{"stations.iss.policy": policy})
    assert between not in dict(burned(held)), "it would undo the phase"


def test_a_future_has_reboosts_of_its_own():
    scenario = sk.read_scenario("iss-2022").patch({
        "horizon": "2022-10-01", "stations.iss.policy": [FLOOR], "stations.iss.reboosts": {"2022-09-01": 418.5},
        "futures": {"a": {"weight": 0.5}, "b": {"weight": 0.5, "reboosts": {"iss": {"2022-09-10": 418.0}}}},
    })  # fmt: skip
    assert [list(scenario.branch(name).stations["iss"].reboosts) for name in "ab"] == [["2022-09-01T00:00:00Z"], ["2022-09-10T00:00:00Z"]]
    assert sk.parse_scenario(scenario.to_yaml()).to_dict() | {"name": ""} == scenario.to_dict() | {"name": ""}
    days = [burned(sk.simulate(scenario.branch(name), runs=1, seed=2, keep="all")) for name in "ab"]
    assert [d[0][0] for d in days] == ["2022-09-01", "2022-09-10"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("2022-09-01: 405", r"my.yaml:6:.*405 km is outside that day's altitude policy.*above the floor 410 km, up to the ceiling 424 km"),
        ("2022-09-01: 425", r"my.yaml:6:.*425 km is outside"),
        ("2022-09-01: 4180", r"my.yaml:6:.*less than 1000"),
        ("2021-09-01: 418", r"my.yaml:6:.*2021-09-01 lies before the start 2022-07-26"),
        ("September: 418", r"my.yaml:6:.*not a date"),
    ],
)
def test_a_day_or_an_altitude_that_cannot_be_is_told_with_its_line(line, words):
    text = f"base: iss-2022\nstations:\n  iss:\n    policy: [{{floor_km: 410, target_km: 418.5, ceiling_km: 424}}]\n    reboosts:\n      {line}\n"
    with pytest.raises(ScenarioError, match=words):
        sk.parse_scenario(text, "my.yaml")
