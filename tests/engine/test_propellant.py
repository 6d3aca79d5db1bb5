"""Propellant: what is kept for attitude, what a ship may push with, what its coming costs."""

import numpy as np
import pytest
import xarray as xr

import stationkeep as sk

QUIET = {
    "uncertain": {"slip_factor": {"value": 0}, "hazard_factor": {"value": 0}, "launch_failure_factor": {"value": 0}}
}
LOW = {
    "stations.iss.stocks_kg.propellant": {
        "roscosmos": {"value": 700, "low": 699, "high": 701, "source": "test", "status": "assumed"}
    }
}
LEAVE = {"events.leave": {"withdraw": "roscosmos", "on": "2022-10-20", "segment": "handed_over"}}


def rows(ds: xr.Dataset, kind: str, name: str = "") -> np.ndarray:
    return np.flatnonzero((ds.event_kind.values == kind) & ((ds.event_name.values == name) | (not name)))


@pytest.fixture(scope="module")
def handed_over() -> xr.Dataset:
    return sk.simulate(
        sk.read_scenario("iss-2022").patch({"horizon": "2023-02-10", **LOW, **LEAVE, **QUIET}), runs=1, seed=5
    )


def test_reboost_ends_with_what_the_tanks_hold_beyond_attitude_and_the_chain_says_so(handed_over):
    ds = handed_over
    down = rows(ds, "service_down", "reboost")[0]
    held = int(ds.event_cause.values[down])
    assert ds.event_kind.values[held] == "tanks_held" and 490.0 < float(ds.event_value.values[held]) <= 500.0
    when = ds.event_utc.values[down]
    assert not rows(ds, "service_down", "attitude_control").size, "what is kept lasts longer than these months"
    later = ds.reboost_m_per_s.isel(run=0).sel(station="iss", time=slice(when + np.timedelta64(2, "D"), None))
    assert float(later.sum()) == 0.0, "no engine burns what is kept"


def test_a_cygnus_that_has_burned_what_it_brought_pushes_no_more(handed_over):
    ds = handed_over
    down = ds.event_utc.values[rows(ds, "service_down", "reboost")[0]]
    stays = [ds.event_utc.values[rows(ds, kind, "cygnus-1")[0]] for kind in ("docking", "undock")]
    assert stays[0] < down < stays[1]


def test_ships_that_come_to_us_ports_cost_the_russian_tanks_nothing():
    """Soyuz and Progress are turned to and held for on thrusters (10-40 kg); Dragon and Cygnus find the station on gyroscopes."""
    none = dict.fromkeys(
        ("flights.soyuz", "flights.progress", "flights.crew-dragon", "flights.cargo-dragon", "flights.cygnus")
    )
    burned = {}
    for name, vehicle, port in (
        ("none", "", ""),
        ("us", "cargo-dragon-2", "harmony-zenith"),
        ("russian", "progress-ms", "poisk-zenith"),
    ):
        one = (
            {"flights.one": {"vehicle": vehicle, "launch": "2022-10-01", "undock": "2022-10-20", "port": port}}
            if vehicle
            else {}
        )
        ds = sk.simulate(
            sk.read_scenario("iss-2022").patch({"horizon": "2022-10-15", **none, **one, **QUIET}), runs=1, seed=5
        ).isel(run=0)
        burned[name] = -float(ds.flow_kg.sel(station="iss", resource="propellant", use="attitude").sum())
    assert burned["us"] == pytest.approx(burned["none"], abs=0.5)
    assert 10 < burned["russian"] - burned["none"] < 60
