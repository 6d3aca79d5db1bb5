"""`list`, `new`, `validate`, `schema`, `sources`: scenarios as files."""

from __future__ import annotations

import json as _json
import sys
from pathlib import Path
from typing import Any, Literal

from stationkeep.cli.output import emit
from stationkeep.model.files import InputError, ScenarioError, placed


def list_(what: Literal["scenarios", "uncertain"] = "scenarios", *, scenario: str = "", json: bool = False) -> None:
    """List the packaged scenarios, or everything that is uncertain with its law, default and source.

    Parameters
    ----------
    what
        `scenarios`, or `uncertain`: what is drawn; a scenario fixes or changes a quantity under `uncertain:`.
    scenario
        Show the uncertain quantities as this scenario has them.
    json
        Print one JSON object instead of words.
    """
    if what == "uncertain":
        _list_uncertain(scenario, json)
        return
    from stationkeep.model.files import packaged_scenarios, read_stack

    items = []
    for name in packaged_scenarios():
        data = read_stack(name).data
        items.append({"name": name, "title": data["title"], "start": data["start"], "horizon": data["horizon"],
                      "as_of": data.get("as_of"), "futures": list(data.get("futures", {}))})  # fmt: skip

    def words() -> None:
        for item in items:
            print(f"{item['name']:<22}{item['title']}")

    emit({"scenarios": items}, json, words)


def _list_uncertain(scenario: str, json: bool) -> None:
    from stationkeep.model.catalogue import Catalogue
    from stationkeep.model.scenario import read_scenario

    own = read_scenario(scenario).uncertain if scenario else {}
    rows: list[dict[str, Any]] = []
    for row in Catalogue().table("uncertain"):
        value, low, high = (float(row[key]) if row[key] else None for key in ("value", "low", "high"))
        item = {**row, "value": value, "low": low, "high": high, "changed": row["name"] in own}
        if row["name"] in own:
            q = own[row["name"]]
            item |= {"value": q.value, "low": q.low, "high": q.high, "source": q.source or scenario, "status": q.status}
        rows.append(item)

    def words() -> None:
        for r in rows:
            span = "" if r["low"] in (None, r["high"]) else f" ({r['low']:g} to {r['high']:g})"
            value = "drawn" if r["value"] is None else f"{r['value']:g}{span} {r['unit']}"
            print(f"{r['name']:<24}{r['law']:<26}{value}{'  changed by the scenario' if r['changed'] else ''}")
            print(f"    {r['text']} [{r['source']}; {r['status']}]")

    emit({"uncertain": rows}, json, words)


def new(file: str, *, base: str = "iss-2022", force: bool = False) -> None:
    """Write a short scenario file over a base, to edit and run.

    Parameters
    ----------
    file
        File to write.
    base
        Packaged scenario or file it stands on.
    force
        Overwrite an existing file.
    """
    from stationkeep.model.files import read_stack

    path = Path(file)
    if path.exists() and not force:
        raise InputError(file, None, "exists already", "choose another name, or --force to overwrite")
    if not path.parent.exists():
        raise InputError(file, None, "its folder does not exist", "make the folder first")
    data = read_stack(base).data
    flights = ", ".join(data.get("flights", {})) or "none"
    path.write_text(
        f"base: {base}                 # this file is one patch over it; null removes a key\n"
        f"title: \"{data['title']}, changed\"\n"
        f"horizon: {data['horizon']}\n"
        "# Another day, and what was aboard on it (a number alone: all there is); flights and crews until then as flown\n"
        "# start: 2015-04-08T12:00:00Z\n"
        "# as_of: 2015-04-08\n"
        "# replay: {until: 2015-04-07}\n"
        "# stations: {iss: {stocks_kg: {food: 1594, toilet: 338}}}\n"
        "# A partner leaves: uncomment and change\n"
        "# events:\n"
        "#   leave: {withdraw: roscosmos, on: 2025-12-31, segment: handed_over}\n"
        f"# Flights of the base: {flights}\n"
        "# flights:\n"
        "#   cygnus: {every_d: 150}\n",
        encoding="utf-8",
    )
    print(f"wrote {path}: edit it, then `stationkeep run {path}`")


def validate(scenario: str, *, json: bool = False) -> None:
    """Check a scenario file; every problem with its line and what would be right. Exit status 2 when there is one.

    A launch that its launcher hardly makes (a ship too heavy for the orbit, a site that does not launch there) and cargo that
    does not fit its ship are warnings: the scenario runs.

    Parameters
    ----------
    scenario
        Packaged scenario or file.
    json
        Print one JSON object instead of words.
    """
    from stationkeep.model.scenario import read_scenario

    problems: list[Any] = []
    warnings: list[Any] = []
    try:
        read = read_scenario(scenario)
        from stationkeep.engine.compile.check import check_compiles

        check_compiles(read)
        warnings = _warnings(scenario, read)
    except ScenarioError as error:
        problems = placed(scenario, error.problems)
    result = {"ok": not problems, "problems": [vars(p) for p in problems], "warnings": [vars(p) for p in warnings]}

    def words() -> None:
        for problem in problems:
            print(problem, file=sys.stderr)
        for warning in warnings:
            print(f"warning: {warning}", file=sys.stderr)
        if not problems:
            print(f"{scenario}: no problems" + (f", {len(warnings)} warning{'s' * (len(warnings) > 1)}" if warnings else ""))

    emit(result, json, words)
    if problems:
        raise SystemExit(2)


def _warnings(name: str, scenario: Any) -> list[Any]:
    """Launches that may not be possible, cargo that does not fit, orbits that cost time, each at the line that states it."""
    from stationkeep.engine.compile.flights import plan_flights
    from stationkeep.engine.compile.manifest import left_behind
    from stationkeep.engine.compile.notes import unvisited
    from stationkeep.flight.campaign import doubtful
    from stationkeep.formats.density_fit import is_fitted
    from stationkeep.model.catalogue import Catalogue
    from stationkeep.model.files import read_stack
    from stationkeep.report.verdict import left_behind_text

    document = read_stack(name)
    found: dict[Any, Any] = {}
    for title, station in scenario.stations.items():
        if not is_fitted(station.inclination_deg, scenario.ap_mode, scenario.atmosphere):
            path: tuple[Any, ...] = ("stations", title, "inclination_deg")
            message = f"no density fit of {scenario.atmosphere} for {station.inclination_deg:g} deg and Ap mode {scenario.ap_mode}: every day takes 2 ms of quadrature"
            advice = f"for large ensembles make one: tools/fit_density.py --inclination {station.inclination_deg:g} --ap-mode {scenario.ap_mode} --model {scenario.atmosphere}"
            found[path] = document.problem(path, message, advice)
    for future in [*scenario.futures] or [None]:
        branch = scenario.branch(future)
        for (group, first, second), message, advice in doubtful(branch):
            path = (group, first) if group == "flights" else (group, first, "modules", second)
            own = ("futures", future, *path)
            path = own if own in document.marks else path
            found.setdefault((path, message), document.problem(path, message, advice))
        catalogue = Catalogue(as_of=branch.as_of)
        for item in left_behind(plan_flights(branch, catalogue), catalogue.by_id("fleet/vehicles")):
            path = ("futures", future, "flights", item["flight"], "cargo_kg")
            path = path if path in document.marks else ("flights", item["flight"], "cargo_kg")
            found.setdefault(path, document.problem(path, f"left behind: {left_behind_text(item)}", "state less, or more flights"))
        for parting, message, advice in unvisited(branch):
            path = ("futures", future, "events", parting)
            path = path if path in document.marks else ("events", parting)
            found.setdefault(path, document.problem(path, message, advice))
    return list(found.values())


def schema() -> None:
    """Print the JSON Schema of scenario files, for editors.
    """
    from stationkeep.model.scenario import json_schema

    print(_json.dumps(json_schema(), indent=1))


def sources(scenario: str, *, json: bool = False) -> None:
    """Print who said what when, which futures rest on it, and what later happened.

    Parameters
    ----------
    scenario
        Packaged scenario or file.
    json
        Print one JSON object instead of words.
    """
    from stationkeep.model.catalogue import Catalogue
    from stationkeep.model.scenario import read_scenario

    read = read_scenario(scenario)
    used: dict[str, list[str]] = {name: [] for name in read.sources}
    for future, branch in read.futures.items():
        for name in branch.sources:
            used.setdefault(name, []).append(future)
    rows = {row["id"]: row for row in Catalogue().table("partners/statements")}
    statements: list[dict[str, Any]] = [
        {"id": name, "date": rows[name]["date"], "speaker": rows[name]["speaker"], "outlet": rows[name]["outlet"],
         "kind": rows[name]["kind"], "statement": rows[name]["statement"], "futures": futures,
         "what_happened": rows[name]["what_happened"],
         "after_as_of": bool(read.as_of and rows[name]["date"] > read.as_of[:10])}
        for name, futures in sorted(used.items(), key=lambda item: rows[item[0]]["date"])
    ]  # fmt: skip

    def words() -> None:
        for s in statements:
            late = " (said after the scenario's date)" if s["after_as_of"] else ""
            print(f"{s['date']}  {s['speaker']} ({s['outlet']}), {s['kind']}{late}")
            print(f"    {s['statement']}")
            if s["futures"]:
                print(f"    futures: {', '.join(s['futures'])}")
            if s["what_happened"]:
                print(f"    what happened: {s['what_happened']}")

    emit({"statements": statements}, json, words)
