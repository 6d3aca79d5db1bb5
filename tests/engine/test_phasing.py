"""The altitude policy that raises the orbit for the phase of ships to come."""

import numpy as np
import pytest
import xarray as xr

import stationkeep as sk

DAYS = 14


def policy(**asked) -> list[dict]:
    return [{"floor_km": 415, "target_km": 418.5, "ceiling_km": 424, "source": "test", **asked}]


def flown(**asked) -> xr.Dataset:
    scenario = sk.read_scenario("iss-2022").patch({"horizon": "2024-07-01", "stations.iss.policy": policy(**asked)})
    return sk.simulate(scenario, runs=6, seed=4, keep="all")


@pytest.fixture(scope="module")
def phased() -> xr.Dataset:
    return flown(phasing={"before_d": DAYS})


def happenings(ds: xr.Dataset, kind: str, run: int) -> list[tuple[np.datetime64, str, float]]:
    here = (ds.event_kind.values == kind) & (ds.event_run.values == run)
    return list(zip(ds.event_utc.values[here], ds.event_name.values[here], ds.event_value.values[here], strict=True))


def test_the_burn_is_two_weeks_before_lift_off_and_nothing_is_burned_until_then(phased):
    seen = 0
    for run in range(6):
        launches = {name: utc for utc, name, _ in happenings(phased, "launch", run) + happenings(phased, "launch_failure", run)}
        for burned, ship, speed in happenings(phased, "phasing", run):
            if ship not in launches:
                continue  # slipped beyond the horizon
            seen += 1
            assert ship.startswith(("soyuz", "progress")) and 0.0 < speed < 6.0
            ahead_d = (launches[ship] - burned) / np.timedelta64(1, "D")
            assert ahead_d > DAYS - 1.1, "phased in time, or again after a slip"
            waits = [utc for utc, _, _ in happenings(phased, "reboost", run) if burned < utc < launches[ship]]
            assert not waits or phased.altitude_km.isel(run=run, station=0).min() < 412.5
    assert seen > 20
    assert float(phased.altitude_km.max()) < 424.5


def test_ships_that_fly_no_such_chase_are_not_waited_for_and_without_the_key_nothing_is_phased():
    dragons = flown(phasing={"before_d": DAYS, "profile": "dragon-18h"})
    ships = {name for run in range(6) for _, name, _ in happenings(dragons, "phasing", run)}
    assert ships and all("dragon" in name or name.startswith("crew-") for name in ships), ships
    assert not (flown().event_kind.values == "phasing").any()


def test_wider_windows_ask_for_smaller_burns(phased):
    narrow = flown(phasing={"before_d": DAYS, "profile": "2-orbit"})
    mean = {name: ds.event_value.values[np.isin(ds.event_kind.values, ("phasing", "long_chase"))].sum() for name, ds in (("wide", phased), ("narrow", narrow))}
    assert mean["narrow"] > 1.05 * mean["wide"]


def test_a_chase_nobody_knows_is_named_with_those_there_are():
    with pytest.raises(sk.ScenarioError, match=r"no chase is called '5-orbit'.*2-orbit, 4-orbit"):
        flown(phasing={"before_d": DAYS, "profile": "5-orbit"})
