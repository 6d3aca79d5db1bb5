"""Five properties every scenario must satisfy (design page, section 8), on a short real scenario."""

import numpy as np
import pytest
import xarray as xr
from numba import config

import stationkeep as sk
from stationkeep.engine.compile.world import compile
from stationkeep.engine.luck import draw, prepare
from stationkeep.engine.run import advance
from stationkeep.engine.simulate import new_rows, new_scratch
from stationkeep.laws.matter import BOUNDARY_USES, GASES, RESOURCES, STORED
from stationkeep.log import new_log


@pytest.fixture(scope="module")
def short() -> sk.Scenario:
    """Two and a half years around a withdrawal, one future."""
    return sk.read_scenario("iss-2022").patch({
        "horizon": "2025-01-01",
        "events.leave": {"withdraw": "roscosmos", "on": "2024-03-01", "segment": "separated", "into": "russian"},
    })  # fmt: skip


def plain(ds: xr.Dataset, run: int) -> dict[str, np.ndarray]:
    one = ds.sel(run=run)
    return {name: one[name].values for name in ("altitude_km", "people_count", "mass_kg", "power_usable_kW")}


def test_a_run_does_not_know_its_neighbours(short):
    many = sk.simulate(short, runs=5, seed=7)
    alone = sk.simulate(short, runs=[3], seed=7)
    pooled = sk.simulate(short, runs=12, seed=7, workers=2)
    for ds in (alone, pooled):
        for name, values in plain(ds, 3).items():
            np.testing.assert_array_equal(values, plain(many, 3)[name], err_msg=name)


def test_the_compiled_loop_is_found_on_disk_once_it_has_run(short):
    sk.simulate(short.patch({"horizon": "2022-08-10", "events.leave": None}), runs=1)
    assert config.DISABLE_JIT or sk.compiled.is_kept(), "otherwise every run says that it compiles"


@pytest.mark.parametrize("name", ["iss-2022", "iss-history", "segment-as-core", "successors"])
def test_every_kilogram_is_accounted_for(name):
    case = compile(sk.read_scenario(name))
    world, state, luck = draw(prepare(case), 3, 0)
    rows, log, scratch = new_rows(case, False), new_log(), new_scratch(case)
    advance(world, state, luck, scratch, rows, log, 0, 10, case.t0_s, case.dt_s)
    stored, air = scratch.stock_kg.sum(axis=1), state.life_support.air_kg.copy()
    advance(world, state, luck, scratch, rows, log, 10, case.steps, case.t0_s, case.dt_s)
    flow, through = rows.flow_kg[10:].sum(axis=(0, 3)), np.abs(rows.flow_kg[10:]).sum(axis=(0, 3))
    change = scratch.stock_kg.sum(axis=1)[:, :STORED] - stored[:, :STORED]
    assert np.abs(change - flow[:, :STORED]).max() < 1e-9 * through.max()
    air_change = state.life_support.air_kg - air
    gases = list(GASES)
    assert np.abs(air_change - flow[:, gases]).max() < 1e-9 * through.max()
    inside = [use for use in range(rows.flow_kg.shape[-1]) if use not in BOUNDARY_USES]
    made = np.abs(rows.flow_kg[10:][..., inside].sum(axis=2))
    assert made.max() < 1e-9, "a use inside the station neither makes nor loses mass"


def test_the_books_close_from_the_dataset_too():
    ds = sk.simulate(sk.read_scenario("iss-2022").patch({"horizon": "2024-01-01"}), runs=[5]).isel(run=0, station=0)
    kinds = list(RESOURCES[:STORED])
    stored, flow = ds.stock_kg.sum("partner").sel(resource=kinds), ds.flow_kg.sel(resource=kinds)
    off = stored.isel(time=-1) - stored.isel(time=0) - flow.isel(time=slice(1, None)).sum(["time", "use"])
    assert float(np.abs(off).max()) < 1e-9 * float(np.abs(flow).sum(["time", "use"]).max())


@pytest.mark.parametrize("name", ["iss-2022", "segment-as-core"])
def test_crews_fly_in_their_order_and_no_ship_leaves_before_it_came(name):
    scenario = sk.read_scenario(name)
    ds = sk.simulate(scenario.branch(next(iter(scenario.futures), None)), runs=12, seed=0)
    docked, undocked = (ds[name].transpose("run", "flight").values for name in ("docked_utc", "undocked_utc"))
    assert not (undocked < docked).any()
    series = [i for i, flight in enumerate(ds.flight.values) if str(flight).startswith("crew-dragon-")]
    of_series = docked[:, series]
    for run in of_series:
        came = run[~np.isnat(run)]
        assert (np.diff(came) > np.timedelta64(7, "D")).all()


def test_a_state_saved_and_continued_is_the_same_run(short):
    case = compile(short)
    chances = prepare(case)

    def go(cuts: list[int]) -> np.ndarray:
        world, state, luck = draw(chances, 7, 1)
        rows, log, scratch = new_rows(case, False), new_log(), new_scratch(case)
        for first, last in zip(cuts[:-1], cuts[1:], strict=True):
            advance(world, state, luck, scratch, rows, log, first, last, case.t0_s, case.dt_s)
            scratch = new_scratch(case)
        return rows.scalar

    np.testing.assert_array_equal(go([0, case.steps]), go([0, 200, 537, case.steps]))


def test_halving_the_step_changes_results_little_and_ever_less(short):
    still = short.patch({"events.leave": None, "horizon": "2023-07-26", "uncertain": {
        "hazard_factor": {"value": 0}, "avoidance_per_y": {"value": 0}, "slip_factor": {"value": 0}}})  # fmt: skip
    still = still.patch({"flights": {"cygnus": None, "cargo-dragon": None}})
    out = {}
    for step_h in (24, 6, 1):
        ds = sk.simulate(still.patch({"step_h": step_h}), runs=1, seed=1)
        day = ds.sel(time="2023-07-20T12:00:00", method="nearest")
        out[step_h] = (
            float(
                ds.stock_kg.sel(resource="food")
                .sum("partner")
                .sel(time="2022-09-15T12:00:00", method="nearest")
                .isel(run=0, station=0)
            ),
            float(day.mass_kg.isel(run=0, station=0)),
        )
    coarse, fine = abs(out[24][0] - out[6][0]), abs(out[6][0] - out[1][0])
    assert coarse < 0.02 * out[1][0]
    assert fine <= coarse + 1e-6
    assert abs(out[6][1] - out[1][1]) < 0.005 * out[1][1]


def test_adding_a_flight_leaves_others_luck_alone(short):
    more = short.patch({"flights.extra": {"vehicle": "cygnus-enhanced", "launch": "2024-11-01", "port": "unity-nadir"}})
    a, b = (draw(prepare(compile(s)), 7, 4)[2].traffic for s in (short, more))
    names_a, names_b = (compile(s).names.flights for s in (short, more))
    for i, name in enumerate(names_a):
        j = names_b.index(name)
        assert a.slip_s[i] == b.slip_s[j] and a.fails[i] == b.fails[j] and a.grounded_s[i] == b.grounded_s[j]


def test_a_ceiling_is_met_by_burns_back_and_a_given_record_is_followed():
    """Deboosts and given altitudes; the day's burn stays within the longest burn of the engine that gives it."""
    low = {"floor_km": 405, "target_km": 410, "ceiling_km": 415}
    first = {"horizon": "2022-08-20", "stations.iss.altitude_km": 421}
    down = sk.simulate(sk.read_scenario("iss-2022").patch(first | {"stations.iss.policy": [low]}), runs=1, seed=1).squeeze()
    assert 408 < down.altitude_km.values[1] < 415 and down.reboost_m_per_s.values.sum() == pytest.approx(4.0, abs=0.01)
    given = {"2022-08-10": 417.5, "2022-08-15": 418.0}
    followed = sk.simulate(sk.read_scenario("iss-2022").patch(first | {"stations.iss.follow_record": given}), runs=1, seed=1).squeeze()
    for day, altitude_km in given.items():
        assert followed.altitude_km.sel(time=f"{day}T12:00", method="nearest").item() == pytest.approx(altitude_km, abs=0.05)
    short_burns = first | {"stations.iss.policy": [low], "rules.burn_longest_s": 60}
    slow = sk.simulate(sk.read_scenario("iss-2022").patch(short_burns), runs=1, seed=1).squeeze()
    assert 0.0 < slow.reboost_m_per_s.values.max() < 1.1, "a minute of Zvezda's engines and of a ship's"
