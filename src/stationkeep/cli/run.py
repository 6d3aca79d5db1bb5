"""`run`, `show`, `compare`: from a scenario to a verdict, and back to it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Literal

from stationkeep.cli.options import Future, Json, Scenario, Seed, Until, Workers, chosen, processes
from stationkeep.cli.output import can_be_written, emit, writing
from stationkeep.cli.progress import Progress
from stationkeep.model.files import InputError

SERIES_RUNS = 200
"""Beyond so many runs per future `run` keeps a summary unless asked otherwise."""


def run(
    scenario: Scenario,
    *,
    runs: int = 50,
    seed: Seed = 0,
    until: Until = "",
    future: Future = "",
    keep: Literal["auto", "all", "series", "summary"] = "auto",
    out: str = "",
    resume: bool = False,
    page: str = "",
    netcdf: str = "",
    workers: Workers = 0,
    dask: str = "",
    dask_tls: tuple[str, str, str] | None = None,
    explain: int = 3,
    json: Json = False,
) -> None:
    """Run a scenario and print the verdict: is anyone aboard until the horizon, what breaks first, when and why.

    Parameters
    ----------
    runs
        Runs per future.
    keep
        What is kept of the runs: `all` variables at every step, `series` (station scalars at every step, the rest by
        month), or `summary` (what each run came to, its events, quantiles of all runs at every step, every variable of the
        first 20). `auto`: all while runs times futures stay within 20, series to 200 runs, summary beyond.
    out
        Folder to save the result in as it grows, to reopen with `show`, `compare`, or from Python.
    resume
        Go on with the runs begun in that folder: finished chunks are not done again.
    page
        HTML file to write the report to.
    netcdf
        NetCDF file to export the dataset to.
    dask
        Address of a running Dask scheduler to share the runs out by, such as tcp://host:8786.
    dask_tls
        Certificate authority, certificate and key, when the address is tls://.
    explain
        How many of the first findings to defend by rerunning without their cause. What each event changed of the crew's
        hours is found the same way, against the same runs without it; with 0 the year before stands against the year after.
    """
    import stationkeep as sk

    if runs < 1:
        raise InputError("--runs", None, f"{runs} runs", "give at least 1")
    if resume and not out:
        raise InputError("--resume", None, "has no folder to go on with", "give --out FOLDER, as in the run begun")
    if out and not resume and Path(out).exists() and any(Path(out).iterdir()):
        advice = "choose another folder, or --resume to go on with the runs begun in it"
        raise InputError(out, None, "is there already and not empty", advice)
    can_be_written(page, netcdf)
    read = chosen(scenario, until, future)
    progress = Progress(json)
    count = processes(workers)
    progress.say("compiling the step (once per installation, half a minute to a minute) ...", unless_cached=True)
    kept = keep if keep != "auto" else "summary" if runs > SERIES_RUNS else None
    stopped = False
    try:
        result = sk.simulate(
            read, runs=runs, seed=seed, workers=count, progress=progress.step, keep=kept, out=out or None,
            resume=resume, place=_cluster(dask, dask_tls), stop="keep",
        )  # fmt: skip
        stopped = int(result.attrs.get("runs_planned", runs)) > int(result.attrs["runs"])
    except OSError as error:
        if not out:
            raise
        advice = "make room, then --resume goes on: what is finished is kept"
        raise InputError(out, None, f"cannot be written ({error.strerror})", advice) from None
    finally:
        progress.done()
    if explain > 0 and not stopped:
        import json as text

        from stationkeep.formats.run_folder import add_attributes
        from stationkeep.plan.counterfactual import hours_without
        from stationkeep.plan.explain import explain_findings

        found = {
            "explained": text.dumps(explain_findings(read, result, most=explain, workers=count)),
            "hours_without": text.dumps(hours_without(read, result, workers=count)),
        }
        result.attrs.update(found)
        if out:
            add_attributes(out, found)
    if page:
        import json as text

        from stationkeep.plan.depends import days_worth_telling

        asked = days_worth_telling(read)
        result.attrs["depends"] = text.dumps([sk.depends(read, day, future=future, seed=seed) for day, future in asked])
    told = sk.verdict(result)
    _tell(told, json)
    if page:
        with writing(page):
            sk.report(result, page, told)
    if netcdf:
        with writing(netcdf):
            sk.to_netcdf(result, netcdf)
    for kind, name in (("result", out), ("report", page), ("netCDF", netcdf)):
        if name and not json:
            print(f"{kind}: {name}")
    if stopped:
        go_on = f"; go on with --out {out} --resume" if out else ""
        print(f"stopped after {result.attrs['runs']} of {runs} runs{go_on}", file=sys.stderr)
        raise SystemExit(130)


def _cluster(address: str, tls: tuple[str, str, str] | None) -> Any:
    """The Dask cluster of an address, or None; InputError when it cannot be spoken to."""
    if not address:
        return None
    from importlib.util import find_spec

    from stationkeep.engine.places import Dask

    if find_spec("distributed") is None:
        raise InputError("--dask", None, "needs Dask", "install it: pip install 'stationkeep[dask]'")
    names = ("tls_ca_file", "tls_client_cert", "tls_client_key")
    security = dict(zip(names, tls, strict=True)) | {"require_encryption": True} if tls else {}
    try:
        Dask(address, security).check()
    except (OSError, TimeoutError, ValueError) as error:
        told = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError("--dask", None, f"no scheduler answers at {address} ({told})", "start one, or mend the address") from None
    return Dask(address, security)


def show(result: str, *, run: int = -1, future: str = "", page: str = "", netcdf: str = "", json: Json = False) -> None:
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
    """
    import stationkeep as sk

    can_be_written(page, netcdf)
    ds = _of_run(result, run) if run >= 0 else sk.read_result(result)
    if page:
        with writing(page):
            sk.report(ds, page)
    if netcdf:
        with writing(netcdf):
            sk.to_netcdf(ds, netcdf)
    if run < 0:
        _tell(sk.verdict(ds), json)
        return
    from stationkeep.report.story import story

    if run not in ds["run"].values:
        raise InputError(result, None, f"no run {run}", f"runs {int(ds['run'].min())} to {int(ds['run'].max())} are there")
    told = story(ds, run, future or None)
    emit({"run": run, "future": future or None, "story": told.splitlines()}, json, lambda: print(told))


def _of_run(result: str, run: int) -> Any:
    """A result with the whole log of one run: of an ensemble the chunk that holds it."""
    import stationkeep as sk
    from stationkeep.formats.results import read_any_manifest
    from stationkeep.formats.run_folder import FORMAT, read_ensemble

    if read_any_manifest(Path(result))["format"] == FORMAT:
        return read_ensemble(result, run=run)
    return sk.read_result(result)


def compare(a: str, b: str, *, runs: int = 50, seed: Seed = 0, workers: Workers = 0, json: Json = False) -> None:
    """Compare two scenarios or saved results run by run, on the same draws.

    Parameters
    ----------
    a
        Packaged scenario, file, or folder of a saved result.
    b
        The other one.
    runs
        Runs per future of what has to be simulated.
    """
    import stationkeep as sk

    count, both = processes(workers), []
    for read in [sk.read_result(name) if Path(name).is_dir() else sk.read_scenario(name) for name in (a, b)]:  # both, before either is run
        if isinstance(read, sk.Scenario):
            progress = Progress(json)
            both.append(sk.simulate(read, runs=runs, seed=seed, workers=count, progress=progress.step))
            progress.done()
        else:
            both.append(read)
    told = sk.compare(*both)
    from stationkeep.report.compare import render

    emit(told, json, lambda: render(told))


def _tell(told: dict[str, Any], json: bool) -> None:
    from stationkeep.report.verdict import render

    emit(told, json, lambda: render(told))
