"""The same bits whatever the chunking, the place, the disk, and whatever is killed on the way."""

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

import stationkeep as sk
from stationkeep.formats.run_folder import read_ensemble
from stationkeep.model.files import InputError

HORIZON = "2022-10-15"
RUNS = 24
CHUNK = 3


@pytest.fixture(scope="module")
def short() -> sk.Scenario:
    """Eighty days, two futures."""
    leave = {"withdraw": "roscosmos", "on": "2022-09-01", "segment": "separated", "into": "russian"}
    return sk.read_scenario("iss-2022").patch({
        "horizon": HORIZON, "futures.stays": {"weight": 0.6}, "futures.leaves": {"weight": 0.4, "events": {"leave": leave}},
    })  # fmt: skip


def same(a, b) -> None:
    """Bit for bit the same Dataset; the time it took is not part of it."""
    assert set(a.variables) == set(b.variables)
    for name in a.variables:
        assert a[name].dims == b[name].dims and a[name].dtype == b[name].dtype, name
        np.testing.assert_array_equal(a[name].values, b[name].values, err_msg=str(name))
    apart = {"wall_s", "compile_s", "station_days_per_s"}
    assert {k: v for k, v in a.attrs.items() if k not in apart} == {k: v for k, v in b.attrs.items() if k not in apart}


@pytest.fixture(scope="module")
def finished(short, tmp_path_factory) -> Path:
    """The folder of an ensemble that nothing disturbed."""
    out = tmp_path_factory.mktemp("finished") / "out"
    sk.simulate(short, runs=RUNS, seed=7, keep="summary", chunk=CHUNK, out=out)
    return out


@pytest.fixture(scope="module")
def undisturbed(finished):
    return sk.read_result(finished)


@pytest.mark.parametrize("keep", ["all", "series"])
def test_chunks_and_the_disk_change_no_bit(short, tmp_path, keep):
    whole = sk.simulate(short, runs=7, seed=7, keep=keep, chunk=7)
    cut = sk.simulate(short, runs=7, seed=7, keep=keep, chunk=3, out=tmp_path / "out")
    same(whole, cut)
    same(whole, sk.read_result(tmp_path / "out"))


def test_a_summary_is_the_same_in_memory_and_in_one_chunk(short, undisturbed):
    whole = sk.simulate(short, runs=RUNS, seed=7, keep="summary", chunk=RUNS)
    same(whole, undisturbed)


def test_a_pool_whose_worker_is_killed_loses_nothing(short, undisturbed):
    killed = []

    def kill(done, total):
        if 0 < done < total and not killed:
            killed.append(multiprocessing.active_children()[0].pid)
            os.kill(killed[0], signal.SIGKILL)

    same(undisturbed, sk.simulate(short, runs=RUNS, seed=7, keep="summary", chunk=CHUNK, workers=2, progress=kill))
    assert killed


CLIENT = textwrap.dedent("""
    import sys
    import stationkeep as sk
    scenario, out = sk.read_scenario(sys.argv[1]), sys.argv[2]
    def tell(done, total):
        print(done, flush=True)
    sk.simulate(scenario, runs=%d, seed=7, keep="summary", chunk=%d, out=out, resume=True, progress=tell)
""") % (RUNS, CHUNK)


@pytest.fixture(scope="module")
def scenario_file(short, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("ensemble") / "iss-2022.yaml"
    path.write_text(short.to_yaml(), encoding="utf-8")
    return path


def killed_then_resumed(scenario_file: Path, out: Path, rng: np.random.Generator):
    """Kill the client by its id some time after it has begun its first chunks, then go on in this process."""
    command = [sys.executable, "-c", CLIENT, str(scenario_file), str(out)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for _ in range(int(rng.integers(1, 2 * RUNS // CHUNK))):
        if not process.stdout.readline():
            break
    time.sleep(float(rng.uniform(0.0, 0.15)))
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    scenario = sk.read_scenario(scenario_file)
    return sk.simulate(scenario, runs=RUNS, seed=7, keep="summary", chunk=CHUNK, out=out, resume=True)


@pytest.mark.parametrize("trial", range(1))
def test_a_killed_client_goes_on_as_if_nothing_had_been(scenario_file, undisturbed, tmp_path, trial):
    same(undisturbed, killed_then_resumed(scenario_file, tmp_path / "out", np.random.default_rng(trial)))


@pytest.mark.slow
@pytest.mark.parametrize("trial", range(1, 101))
def test_a_hundred_kills(scenario_file, undisturbed, tmp_path, trial):
    same(undisturbed, killed_then_resumed(scenario_file, tmp_path / "out", np.random.default_rng(trial)))


def test_a_full_disk_keeps_what_is_finished(short, undisturbed, finished, tmp_path):
    """A limit on the size of a file stands for the disk: writing fails in the middle of a chunk with a real error."""
    resource = pytest.importorskip("resource")
    largest = max(path.stat().st_size for path in finished.rglob("part-*.parquet"))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest - 1, hard))
    try:
        with pytest.raises(OSError):
            sk.simulate(short, runs=RUNS, seed=7, keep="summary", chunk=CHUNK, out=tmp_path / "out")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list((tmp_path / "out").rglob("*.tmp"))
    again = sk.simulate(short, runs=RUNS, seed=7, keep="summary", chunk=CHUNK, out=tmp_path / "out", resume=True)
    same(undisturbed, again)


def test_torn_and_half_written_chunks_are_done_again(short, undisturbed, finished, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(finished, out)
    torn = out / "chunk-leaves-0000003-0000005" / "part-event.parquet"
    torn.write_bytes(torn.read_bytes()[:100])
    (out / "chunk-stays-0000006-0000008" / "manifest.json").unlink()
    (out / ".chunk-stays-0000009-0000011-x.tmp").mkdir()
    with pytest.raises(InputError):
        sk.read_result(out)
    same(undisturbed, sk.simulate(short, runs=RUNS, seed=7, keep="summary", chunk=CHUNK, out=out, resume=True))
    assert not list(out.glob(".*"))


def test_what_is_there_is_not_done_again_and_nothing_else_is_gone_on_with(short, tmp_path):
    out = tmp_path / "out"
    done: list[int] = []
    keep = {"seed": 7, "keep": "summary", "chunk": CHUNK, "out": out}
    sk.simulate(short, runs=6, **keep)
    before = {path: path.stat().st_mtime_ns for path in out.glob("chunk-*/*")}
    more = sk.simulate(short, runs=9, resume=True, progress=lambda n, _: done.append(n), **keep)
    assert done[0] == 12 and more.sizes["run"] == 9
    assert before.items() <= {path: path.stat().st_mtime_ns for path in out.glob("chunk-*/*")}.items()
    for change, told in (
        ({"seed": 8}, "seed 7"), ({"keep": "series"}, "keeps summary"), ({"chunk": 4}, "chunks of 3"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=told):
            sk.simulate(short, runs=9, resume=True, **(keep | change))
    with pytest.raises(InputError, match="another scenario"):
        sk.simulate(short.patch({"title": "other"}), runs=9, resume=True, **keep)
    with pytest.raises(InputError, match="with 9 runs"):
        sk.simulate(short, runs=3, resume=True, **keep)
    with pytest.raises(InputError, match="not empty"):
        sk.simulate(short, runs=9, **keep)


def test_an_ensemble_cut_short_is_a_result(short, tmp_path):
    def stop(done: int, total: int) -> None:
        if done >= 4 * CHUNK:
            raise KeyboardInterrupt

    for out in (None, tmp_path / "out"):
        ds = sk.simulate(short, runs=RUNS, seed=7, keep="summary", chunk=CHUNK, progress=stop, stop="keep", out=out)
        assert ds.attrs["runs"] == ds.sizes["run"] == 2 * CHUNK and ds.attrs["runs_planned"] == RUNS
        assert sk.verdict(ds)["runs"] == 2 * CHUNK
    with pytest.raises(KeyboardInterrupt):
        sk.simulate(short, runs=RUNS, seed=7, keep="summary", chunk=CHUNK, progress=stop)


def test_tables_are_queried_without_being_loaded(short, finished):
    import pyarrow.compute as pc

    tables = sk.open_tables(finished)
    one = tables["event"].to_table(filter=(pc.field("event_run") == 22) & (pc.field("future") == "stays"))
    alone = sk.simulate(short, runs=[2, 22], seed=7, keep="all")
    mine = (alone.event_future.values == "stays") & (alone.event_run.values == 22)
    assert one["event_name"].to_pylist() == [str(n) for n in alone.event_name.values[mine]]
    runs = tables["run"].to_table(columns=["run", "crew_aboard_d", "future"])
    assert runs.num_rows == 2 * RUNS
    whole = read_ensemble(finished, run=22)
    log = whole.event_name.values[(whole.event_run.values == 22) & (whole.event_future.values == "stays")]
    assert list(log) == one["event_name"].to_pylist()
    full = read_ensemble(finished, full=True)
    assert full.sizes["run"] == 20 and "stock_kg" in full
    np.testing.assert_array_equal(full.people_count.sel(run=2).values, alone.people_count.sel(run=2).values)


def _same_people(every, few):
    """Hours as a result by month has them, and doses of stays to a bin of 2 mSv."""
    from stationkeep.report.dose import dose
    from stationkeep.report.people import crew_time

    assert [d["future"] for d in dose(few)] == [d["future"] for d in dose(every)]
    for a, b in zip(dose(every), dose(few), strict=True):
        assert a["partner"] == b["partner"] and b["stay_mSv_p50"] == pytest.approx(a["stay_mSv_p50"], abs=3.0)
        assert [h["mSv"] for h in b["highest"]] == pytest.approx([h["mSv"] for h in a["highest"]], abs=0.1)
    for a, b in zip(crew_time(every), crew_time(few), strict=True):
        assert [(c.get("event"), c.get("date"), c.get("runs")) for c in a["changes"]] == [
            (c.get("event"), c.get("date"), c.get("runs")) for c in b["changes"]
        ]
        for year, week in a["by_year"].items():
            for partner, hours in week.items():
                assert b["by_year"][year].get(partner, dict.fromkeys(hours, 0.0)) == pytest.approx(hours, abs=1.5)


def test_a_summary_says_what_the_series_say(short):
    every, few = (sk.simulate(short, runs=12, seed=3, keep=keep) for keep in ("all", "summary"))
    apart = {"wall_s", "compile_s", "station_days_per_s", "crew_time", "dose"}
    told, short_told = ({k: v for k, v in sk.verdict(ds).items() if k not in apart} for ds in (every, few))
    for one in (told, short_told):
        one["cost"].pop("cargo_usd_per_kg")  # needs the flows
        for level in (level for row in one["reserves"] for level in row["below"].values()):
            level.pop("first")  # of daily rows to the day
    assert told == short_told
    by_month = sk.simulate(short, runs=12, seed=3, keep="series")
    _same_people(by_month, few)
    assert sk.verdict(by_month)["reserves"] == sk.verdict(few)["reserves"]
    from stationkeep.report.metrics import band
    from stationkeep.report.totals import totals

    by_partner = ("research_hours[", "hours_for_others[")  # a summary keeps hours of all partners together
    for a, b in zip([t for t in totals(every) if not t.name.startswith(by_partner)], totals(few), strict=True):
        assert (a.name, a.unit) == (b.name, b.unit)
        np.testing.assert_allclose(a.values, b.values, rtol=1e-5, err_msg=a.name)
    for name, width in (("altitude_km", 1.0), ("mass_kg", 2000.0), ("power_usable_kW", 1.0), ("people_count", 1e-5)):
        a, b = (band(ds, name, 1, station="iss") for ds in (every, few))
        for line in ("p5", "p50", "p95"):
            np.testing.assert_allclose(getattr(a, line), getattr(b, line), atol=width, err_msg=f"{name} {line}")
    from stationkeep.report.page import page

    assert "Altitude" in page(few) and "zvezda" in page(few)


def test_engine_and_report_mean_the_same_decisions_and_spans():
    """Neither may import the other; a summary counts what the report of series computes."""
    from stationkeep.engine import summary_people
    from stationkeep.report import dose, people

    assert summary_people.DECISIONS == people.DECISIONS
    assert np.timedelta64(int(people.SPAN_d), "D") == summary_people.SPAN
    assert summary_people.LONG_STAY_d == dose.LONG_STAY_d
