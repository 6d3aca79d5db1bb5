import json
import os
import shutil

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import xarray as xr

from stationkeep.formats import results
from stationkeep.formats.results import read_result, to_netcdf, write_result
from stationkeep.model.files import InputError


@pytest.fixture
def ds():
    """Every type a result may hold, with the values that are easily lost: NaN, -0.0, NaT, empty text."""
    rng = np.random.default_rng(1)
    altitude = rng.normal(400, 5, (2, 3, 2, 40)).astype("f4")
    altitude[0, 0, 1] = np.nan
    altitude[1, 1, 0, :3] = [-0.0, np.inf, 1e-42]
    time = np.datetime64("2022-07-26T12:00:00", "s") + np.arange(40) * np.timedelta64(1, "D")
    docked = np.full((3, 2), np.datetime64("NaT"), "datetime64[ns]")
    docked[1, 0] = np.datetime64("2022-08-01T10:00:00.123456789")
    return xr.Dataset(
        {
            "altitude_km": (("future", "run", "station", "time"), altitude, {"unit": "km", "source": "law"}),
            "people_count": (("future", "run", "station", "time"), np.full((2, 3, 2, 40), 7, "i8")),
            "flown": (("run", "flight"), np.array([[True, False]] * 3)),
            "docked_utc": (("run", "flight"), docked),
            "stay": (("flight",), np.array([5, 7], "timedelta64[s]")),
            "stock_kg": (("future", "station", "run", "resource"), rng.random((2, 2, 3, 2))),
            "event_name": (("event",), np.array(["leave", "", "é", "leave"], dtype=object)),
            "event_kind": (("event",), np.array(["a", "bb", "ccc", "a"])),
            "event_note": (("event",), np.array(["a", "b", "c", "d"], dtype=np.dtypes.StringDType())),
            "density_frac": ((), np.float64(0.1)),
        },
        coords={
            "future": ["stays", "leaves"], "run": np.arange(3), "station": ["iss", "ros"], "time": time,
            "flight": ["progress-1", "soyuz-2"], "resource": ["water", "food"],
        },
        attrs={"name": "test", "seed": 7, "wall_s": 0.1, "scenario_yaml": "title: Test\n", "weights": '{"stays": 1.0}'},
    )  # fmt: skip


def same_bits(a: xr.Dataset, b: xr.Dataset) -> None:
    assert a.identical(b)
    assert list(a.variables) and set(a.variables) == set(b.variables)
    for name in a.variables:
        left, right = a[name].values, b[name].values
        assert left.dtype == right.dtype, name
        if left.dtype.kind in "fiubMm":
            assert left.tobytes() == right.tobytes(), name


def test_a_result_comes_back_bit_for_bit(ds, tmp_path):
    where = write_result(ds, tmp_path / "out" / "verdict")
    same_bits(ds, read_result(where))
    assert (where / "scenario.yaml").read_text() == "title: Test\n"


def test_a_series_of_nothing_is_left_out_but_for_its_first_row(ds, tmp_path):
    flow = np.zeros((2, 3, 2, 40, 2, 5), "f4")
    flow[..., 3:] = np.nan
    flow[:, :, :, :, 1, 1] = -0.0
    flow[0, 2, 1, 7, 0, 2] = 1.5
    flow[1, 0, 0, 1:, 0, 0] = -0.0  # not the bits it began with
    flow[1, 1, 0, :, 1, 0] = 2.0
    more = ds.assign(flow_kg=(("future", "run", "station", "time", "resource", "use"), flow), month=("month", np.arange(4)))
    more = more.assign(cost_usd=(("future", "run", "month"), np.zeros((2, 3, 4))))
    same_bits(more, read_result(write_result(more, tmp_path / "out")))
    table = pq.read_table(tmp_path / "out" / "part-future-run-station-time-resource-use.parquet")
    assert table.num_rows == 3 * 40 + (2 * 3 * 2 * 2 * 5 - 3)
    assert table.filter(pc.field("flow_kg") == 1.5).to_pylist()[0] | {"time": None} == {
        "future": "stays", "run": 2, "station": "ros", "resource": "water", "use": 2, "flow_kg": 1.5, "time": None}  # fmt: skip
    none = more.isel(time=slice(0, 0))
    same_bits(none, read_result(write_result(none, tmp_path / "none")))


def test_an_empty_log_and_a_single_run_come_back(ds, tmp_path):
    small = ds.isel(event=slice(0, 0), run=[2])
    same_bits(small, read_result(write_result(small, tmp_path / "small")))


def test_the_tables_can_be_queried_without_this_program(ds, tmp_path):
    write_result(ds, tmp_path / "out")
    table = pq.read_table(tmp_path / "out" / "part-future-run-station-time.parquet").to_pandas()
    one = table[(table.future == "leaves") & (table.run == 2) & (table.station == "iss")]
    assert np.array_equal(one.altitude_km, ds.altitude_km.sel(future="leaves", run=2, station="iss"))
    assert np.array_equal(one.time.astype("datetime64[s]"), ds.time.values)


def test_writing_again_replaces_the_old_result_and_leaves_nothing_behind(ds, tmp_path):
    write_result(ds, tmp_path / "out")
    write_result(ds.isel(run=[0]), tmp_path / "out")
    assert read_result(tmp_path / "out").sizes["run"] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_failed_write_leaves_the_old_result_whole(ds, tmp_path, monkeypatch):
    write_result(ds, tmp_path / "out")

    def full(*_):
        raise OSError("no space left")

    monkeypatch.setattr(results, "_write_part", full)
    with pytest.raises(OSError, match="no space"):
        write_result(ds.isel(run=[0]), tmp_path / "out")
    same_bits(ds, read_result(tmp_path / "out"))
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_foreign_directory_is_not_overwritten(ds, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("years of work")
    with pytest.raises(InputError, match="is no result; give a new directory"):
        write_result(ds, tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.tex").exists()


def test_what_has_no_place_in_the_format_is_refused_by_name(ds, tmp_path):
    with pytest.raises(TypeError, match="event_name"):
        write_result(ds.assign(event_name=("event", np.array([1, "a", None, 2.0], dtype=object))), tmp_path / "a")
    with pytest.raises(TypeError, match="scenario"):
        write_result(ds.assign_attrs(scenario={1, 2}), tmp_path / "b")
    assert not list(tmp_path.iterdir())


def damage(folder, how):
    part = folder / "part-run-flight.parquet"
    manifest = folder / "manifest.json"
    told = json.loads(manifest.read_text())
    if how == "gone":
        shutil.rmtree(folder)
    elif how == "half":
        manifest.unlink()
    elif how == "flipped":
        raw = bytearray(part.read_bytes())
        raw[len(raw) // 2] ^= 1
        part.write_bytes(raw)
    elif how == "cut":
        os.truncate(part, 10)
    elif how == "lost":
        part.unlink()
    elif how == "torn":
        manifest.write_text(manifest.read_text()[:100])
    elif how == "binary":
        manifest.write_bytes(b"\xff\xfe\x00")
    else:
        changes = {"foreign": {"format": "other"}, "newer": {"version": 99}, "edited": {"sizes": {"run": 99}}}
        manifest.write_text(json.dumps(told | changes[how]))


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("gone", "no such result"),
        ("half", "only half of one"),
        ("flipped", "part-run-flight.parquet: is damaged"),
        ("cut", "is damaged"),
        ("lost", "is missing from the result"),
        ("torn", "manifest.json:.*not readable as JSON"),
        ("binary", "not readable as JSON"),
        ("foreign", "not the manifest of a stationkeep-result"),
        ("newer", "version 99"),
        ("edited", "does not describe its parts"),
    ],
)
def test_a_damaged_result_is_refused_in_words(ds, tmp_path, how, said):
    write_result(ds, tmp_path / "out")
    damage(tmp_path / "out", how)
    with pytest.raises(InputError, match=said):
        read_result(tmp_path / "out")


def test_a_file_is_no_result(tmp_path):
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(InputError, match=r"notes\.txt: is no result directory"):
        read_result(tmp_path / "notes.txt")


def test_netcdf_holds_the_same_numbers(ds, tmp_path):
    ds = ds.drop_vars("event_note")
    path = to_netcdf(ds.assign_attrs(scenario="x" * 100_000), tmp_path / "verdict.nc")
    with xr.open_dataset(path, engine="h5netcdf", decode_timedelta=True) as back:
        assert np.array_equal(back.altitude_km.values, ds.altitude_km.values, equal_nan=True)
        assert np.array_equal(back.time.values.astype("datetime64[s]"), ds.time.values)
        assert list(back.event_name.values) == list(ds.event_name.values)
        assert len(back.attrs["scenario"]) == 100_000
    assert [found.name for found in tmp_path.iterdir()] == ["verdict.nc"]
