"""`run`, `show`, `compare`: from a scenario to a verdict, and back to it."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from stationkeep.cli.output import emit
from stationkeep.model.files import InputError


def run(
    scenario: str,
    *,
    runs: int = 50,
    seed: int = 0,
    out: str = "",
    page: str = "",
    netcdf: str = "",
    workers: int = 0,
    explain: int = 3,
    json: bool = False,
) -> None:
    """Run a scenario and print the verdict: is anyone aboard until the horizon, what breaks first, when and why.

    Parameters
    ----------
    scenario
        Packaged scenario (see `stationkeep list`) or file.
    runs
        Runs per future.
    seed
        Number the chance is drawn from; the same seed gives the same runs.
    out
        Folder to save the result in, to reopen with `show`, `compare`, or from Python.
    page
        HTML file to write the report to.
    netcdf
        NetCDF file to export the dataset to.
    workers
        Processes to share the runs among; default: one for each processor.
    explain
        How many of the first findings to defend by rerunning without their cause.
    json
        Print one JSON object instead of words.

    Example
    -------
    stationkeep run iss-partner-leaves --runs 200 --page verdict.html
    """
    import os

    import stationkeep as sk

    if runs < 1:
        raise InputError("--runs", None, f"{runs} runs", "give at least 1")
    if out and Path(out).exists() and any(Path(out).iterdir()):
        raise InputError(out, None, "is there already and not empty", "choose another folder")
    read = sk.read_scenario(scenario)
    progress = Progress(json)
    count = workers or os.cpu_count() or 1
    progress.say("compiling the step (once per installation, one to a few minutes) ...", unless_cached=True)
    result = sk.simulate(read, runs=runs, seed=seed, workers=count, progress=progress.step)
    progress.done()
    if explain > 0:
        import json as text

        from stationkeep.plan.explain import explain_findings

        result.attrs["explained"] = text.dumps(explain_findings(read, result, most=explain, workers=count))
    if page:
        import json as text

        from stationkeep.plan.depends import days_worth_telling

        asked = days_worth_telling(read)
        result.attrs["depends"] = text.dumps([sk.depends(read, day, future=future, seed=seed) for day, future in asked])
    told = sk.verdict(result)
    if out:
        sk.write_result(result, out)
    if page:
        sk.report(result, page)
    if netcdf:
        sk.to_netcdf(result, netcdf)
    _tell(told, json)
    for kind, name in (("result", out), ("report", page), ("netCDF", netcdf)):
        if name and not json:
            print(f"{kind}: {name}")


def show(result: str, *, run: int = -1, future: str = "", page: str = "", netcdf: str = "", json: bool = False) -> None:
    """Print the verdict of a saved result, or tell one of its runs as a dated story.

    Parameters
    ----------
    result
        Folder written by `run --out`.
    run
        Number of the run to tell.
    future
        Future the run belongs to; default: the first.
    page
        HTML file to write the report to.
    netcdf
        NetCDF file to export the dataset to.
    json
        Print one JSON object instead of words.

    Example
    -------
    stationkeep show verdict --run 31
    """
    import stationkeep as sk

    ds = sk.read_result(result)
    if page:
        sk.report(ds, page)
    if netcdf:
        sk.to_netcdf(ds, netcdf)
    if run < 0:
        _tell(sk.verdict(ds), json)
        return
    from stationkeep.report.story import story

    if run not in ds["run"].values:
        raise InputError(result, None, f"no run {run}", f"runs {int(ds['run'].min())} to {int(ds['run'].max())} are there")
    told = story(ds, run, future or None)
    emit({"run": run, "future": future or None, "story": told.splitlines()}, json, lambda: print(told))


def compare(a: str, b: str, *, runs: int = 50, seed: int = 0, workers: int = 0, json: bool = False) -> None:
    """Compare two scenarios or saved results run by run, on the same draws.

    Parameters
    ----------
    a
        Packaged scenario, file, or folder of a saved result.
    b
        The other one.
    runs
        Runs per future of what has to be simulated.
    seed
        Number the chance is drawn from.
    workers
        Processes to share the runs among; default: one for each processor.
    json
        Print one JSON object instead of words.

    Example
    -------
    stationkeep compare iss-2022 mine.yaml
    """
    import os

    import stationkeep as sk

    both = []
    for name in (a, b):
        if Path(name).is_dir():
            both.append(sk.read_result(name))
        else:
            progress = Progress(json)
            count = workers or os.cpu_count() or 1
            both.append(sk.simulate(sk.read_scenario(name), runs=runs, seed=seed, workers=count, progress=progress.step))
            progress.done()
    told = sk.compare(*both)
    from stationkeep.report.compare import render

    emit(told, json, lambda: render(told))


def _tell(told: dict[str, Any], json: bool) -> None:
    from stationkeep.report.verdict import render

    emit(told, json, lambda: render(told))


class Progress:
    """A line that grows on a terminal, or one line a minute in a log; nothing when it takes less than a second."""

    def __init__(self, quiet: bool):
        self.quiet = quiet
        self.begun = time.monotonic()
        self.last = 0.0
        self.open = False

    def say(self, text: str, unless_cached: bool = False) -> None:
        """One line, once."""
        import os

        cached = any(Path(os.environ.get("NUMBA_CACHE_DIR", "")).rglob("run.advance*.nbc"))
        if not (unless_cached and cached):
            print(text, file=sys.stderr, flush=True)

    def step(self, done: int, total: int) -> None:
        """Tell how far it is."""
        now = time.monotonic()
        terminal = sys.stderr.isatty()
        if now - self.begun < 1.0 or (now - self.last < (0.2 if terminal else 60.0) and done < total):
            return
        self.last = now
        left = (now - self.begun) / done * (total - done)
        text = f"{done} of {total} runs, {done / (now - self.begun):.1f} runs a second, {left:.0f} s left"
        if terminal:
            print(f"\r{text:<70}", end="", file=sys.stderr, flush=True)
            self.open = True
        elif done < total:
            print(text, file=sys.stderr, flush=True)

    def done(self) -> None:
        """End the line."""
        if self.open:
            print(file=sys.stderr)

