"""A worker process: takes jobs from the queue, simulates, and leaves the files a page reads."""

from __future__ import annotations

import csv
import gzip
import json
import os
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import stationkeep as sk

from .ask import Limits
from .jobs import Jobs, problem

BEAT_S = 2.0
GRACE_S = 20.0
"""A job asked to stop that does not within so long takes its process with it."""
NICENESS = 5
"""Workers give way to the server, so that pages answer while they simulate."""


class StoppedError(Exception):
    """The job is to stop: cancelled, out of time, or another worker's."""


class Watch:
    """Keeps a job's lease while it runs, and tells it to stop."""

    def __init__(self, jobs: Jobs, job: str, worker: str, job_s: float) -> None:
        self.jobs, self.job, self.worker = jobs, job, worker
        self.phase, self.done, self.total = "", 0, 0
        self.until = time.monotonic() + job_s
        self.stop_at = float("inf")
        self.out_of_time = False
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._keep, daemon=True)

    def _keep(self) -> None:
        while not self.ended.wait(BEAT_S):
            now = time.monotonic()
            mine = self.jobs.beat(self.job, self.worker, self.phase, self.done, self.total)
            self.out_of_time = now > self.until
            if (self.out_of_time or not mine) and self.stop_at == float("inf"):
                self.stop_at = now
            if now > self.stop_at + GRACE_S:
                self.close()
                os._exit(3)

    def tell(self, phase: str) -> None:
        """What the job does now."""
        self.phase, self.done, self.total = phase, 0, 0
        self.step(0, 0)

    def step(self, done: int, total: int) -> None:
        """How far it is; raises StoppedError when it is to stop."""
        self.done, self.total = done, total
        if self.stop_at < float("inf"):
            raise StoppedError

    def close(self) -> None:
        """The job's end, when it was stopped."""
        if self.out_of_time:
            told = [problem("took longer than this server gives a job", "ask for fewer runs")]
            self.jobs.finish(self.job, self.worker, "failed", told)
        else:
            self.jobs.finish(self.job, self.worker, "cancelled")


def simulate(args: dict[str, Any], folder: Path, watch: Watch, _jobs: Jobs) -> None:
    """Run a scenario and write verdict, view, report, dataset and scenario."""
    scenario = sk.parse_scenario((folder / "asked.yaml").read_text(encoding="utf-8"))
    scenario = scenario.model_copy(update={"name": args["name"]})
    watch.tell("compiling the model (once per installation, half a minute to a minute)" if not sk.compiled.is_kept() else "loading the model")
    sk.check_compiles(scenario)
    if args.get("plan"):
        scenario = choose_flights(scenario, folder, watch)

    def step(done: int, total: int) -> None:
        watch.phase = "running"
        watch.step(done, total)

    result = sk.simulate(scenario, runs=args["runs"], seed=args["seed"], progress=step)
    if args["explain"]:
        watch.tell("rerunning without the causes")
        result.attrs["explained"] = json.dumps(sk.explain_findings(scenario, result, most=args["explain"]))
        watch.tell("rerunning without each event, for the crew's hours")
        result.attrs["hours_without"] = json.dumps(sk.hours_without(scenario, result))
    write_files(result, scenario, folder, watch)


def choose_flights(scenario: sk.Scenario, folder: Path, watch: Watch) -> sk.Scenario:
    """The scenario with its flights chosen; leaves the plan as JSON and its flights as CSV. ScenarioError when no future has a plan."""
    watch.tell("choosing flights")

    def say(text: str) -> None:
        watch.phase = f"choosing flights: {text}"
        watch.step(0, 0)

    made, futures = sk.plan_each(scenario, say=say)
    if not any(plan["flights"] for plan in futures):
        told = "; ".join(dict.fromkeys(line for plan in futures for line in plan["conflicts"] or plan.get("refuted", ())))
        if not told:
            raise sk.InputError(scenario.name, None, "no plan was found in the time given; there may be one", "ask again when less else is running, or for an earlier horizon")
        raise sk.InputError(scenario.name, None, f"there is no plan: {told}", "give up one of these, or add a vehicle")
    _write_json(folder / "plan.json", {"futures": futures})
    _write_flights(futures, folder / "flights.csv")
    return made.model_copy(update={"name": scenario.name, "title": f"{scenario.title}, planned"})


def write_files(result: Any, scenario: sk.Scenario, folder: Path, watch: Watch) -> None:
    """Everything a page reads or a user downloads of one result, what is read first written first."""
    watch.tell("writing the verdict")
    (folder / "scenario.yaml").write_text(scenario.to_yaml(), encoding="utf-8")
    _write_json(folder / "verdict.json", sk.verdict(result))
    modules = {name: len(m.ports) for station in scenario.stations.values() for name, m in station.modules.items()}
    view = sk.view(result, sk.port_names(modules, scenario.as_of))
    futures = view.pop("futures")
    for run in (run for future in futures for run in future["runs"]):
        run["drawn"] = sk.schematic(scenario, run["joined"])
    for place, future in enumerate(futures):
        _write_json(folder / f"view-{place}.json", future)
    _write_json(folder / "view.json", view | {"futures": [future["name"] for future in futures]})
    watch.tell("writing the report")
    sk.report(result, folder / "report.html")
    watch.tell("writing the dataset")
    sk.write_result(result, folder / "result")
    _write_csv(futures, folder / "bands.csv")
    sk.to_netcdf(result, folder / "dataset.nc")


def compare(args: dict[str, Any], folder: Path, watch: Watch, jobs: Jobs) -> None:
    """Compare two results on the same draws."""
    watch.tell("comparing")
    a, b = (sk.read_result(jobs.folder(args[side]) / "result") for side in ("a", "b"))
    _write_json(folder / "compare.json", sk.compare(a, b) | {"a_job": args["a"], "b_job": args["b"]})


def ephemeris(args: dict[str, Any], folder: Path, watch: Watch, jobs: Jobs) -> None:
    """States along the orbit of a result, as OEM and CZML."""
    watch.tell("writing the orbit")
    result = sk.read_result(jobs.folder(args["result"]) / "result")
    try:
        oem = sk.ephemeris(result, args["on"], future=args["future"], run=args["run"], station=args["station"], hours=args["hours"])
    except ValueError as error:
        raise sk.InputError("ephemeris", None, str(error)) from None
    sk.write_oem(folder / "orbit.oem", oem, comments=(
        "Circular mean orbit of one simulated run: altitude, inclination and node are the run's on that day.",
        "The place along the orbit is not modelled: the ascending node is passed at the first epoch.",
    ))  # fmt: skip
    sk.write_czml(folder / "orbit.czml", oem.object_name, oem.t_s, oem.r_m)


KINDS: dict[str, Callable[[dict[str, Any], Path, Watch, Jobs], None]] = {
    "run": simulate, "compare": compare, "ephemeris": ephemeris,
}  # fmt: skip


def do(jobs: Jobs, job: dict[str, Any], worker: str, limits: Limits) -> None:
    """One job from its claim to its end."""
    watch = Watch(jobs, job["id"], worker, limits.job_s)
    watch.thread.start()
    try:
        KINDS[job["kind"]](job["args"], jobs.folder(job["id"]), watch, jobs)
        jobs.finish(job["id"], worker, "done")
    except StoppedError:
        watch.close()
    except sk.ScenarioError as error:
        jobs.finish(job["id"], worker, "failed", [vars(p) for p in error.problems[:200]])
    except MemoryError:
        jobs.finish(job["id"], worker, "failed", [problem("not enough memory on this server", "ask for fewer runs")])
    except Exception as error:
        traceback.print_exc()
        jobs.finish(job["id"], worker, "failed", [problem(f"the server failed: {type(error).__name__}: {error}"[:500])])
    finally:
        watch.ended.set()


def give_way() -> None:
    """Lower this process's priority. Linux shares processors out by session first: there the session's is lowered too."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(NICENESS))


def main(home: str, limits: Limits | None = None) -> None:
    """Take jobs until the process that started this one is gone."""
    jobs, bounds, parent = Jobs(Path(home)), limits or Limits(), os.getppid()
    worker = f"{os.getpid()}-{time.time_ns()}"
    give_way()
    while os.getppid() == parent:
        job = jobs.claim(worker)
        if job is None:
            time.sleep(0.3)
        else:
            do(jobs, job, worker, bounds)
            jobs.prune(bounds.kept)


def _write_json(path: Path, value: Any) -> None:
    """Packed JSON, whole or not at all; a page's browser unpacks it."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    handle, made = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(gzip.compress(text, 6, mtime=0))
    os.replace(made, path.with_name(f"{path.name}.gz"))


def _write_flights(futures: list[dict[str, Any]], path: Path) -> None:
    """The flights of a plan as one table, a row each."""
    rows = [{"future": plan["name"]} | flight | {"people": ";".join(f"{who} {count}" for who, count in flight["people"].items())}
            for plan in futures for flight in plan["flights"]]  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _write_csv(futures: list[dict[str, Any]], path: Path) -> None:
    """The charts as one long table: 5, 50 and 95 % of every variable."""
    made = path.with_name(f".{path.name}")
    with made.open("w", encoding="utf-8") as file:
        file.write("future,station,variable,entry,date,p5,p50,p95\n")
        for future in futures:
            for station, told in future["stations"].items():
                for chart in told["charts"]:
                    head = f"{future['name']},{station},{chart['variable']},{chart['entry']}"
                    for row in zip(chart["t"], chart["p5"], chart["p50"], chart["p95"], strict=True):
                        file.write(f"{head},{','.join('' if v is None else str(v) for v in row)}\n")

    os.replace(made, path)


if __name__ == "__main__":
    main(sys.argv[1])
