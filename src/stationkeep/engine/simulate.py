"""simulate(): compile each future, loop over runs, record."""

from __future__ import annotations

import gc
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..compiled import forget_old, is_kept
from ..laws.atmosphere import room_for
from ..laws.crew_time import CREW_USES
from ..laws.matter import USES
from ..log import CAPACITY, Log, new_log
from ..model.base import PARTNERS, seconds, to_utc
from ..model.catalogue import Catalogue
from ..model.scenario import Scenario
from .compile.manifest import left_behind
from .compile.services import services_by_partner
from .compile.world import Case, compile
from .cost import about
from .luck import Chances, copy_state, draw, prepare, quantities
from .places import place_for
from .record import FULL_RUNS, RunResult, empty_rows, joined, months_of, stamps, wiped
from .refs import by_reference
from .run import advance, is_compiled
from .world import RESERVES, Luck, Rows, RunState, Scratch, World

if TYPE_CHECKING:
    import xarray as xr

    from .ensemble import Keep, Stop
    from .places import Place

Progress = Callable[[int, int], None]


def simulate(
    scenario: Scenario, runs: int | Iterable[int] = 1, seed: int = 0, *, workers: int | None = None,
    progress: Progress | None = None, without: frozenset[tuple[str, str]] = frozenset(), keep: Keep | None = None,
    out: str | Path | None = None, resume: bool = False, place: Place | None = None, chunk: int | None = None,
    stop: Stop = "raise",
) -> xr.Dataset:  # fmt: skip
    """Run a scenario and return an xarray Dataset with dims (future,) run, station, time.

    `runs` is how many runs per future, or which run numbers; run k of a seed is the same alone, among others, and in any
    worker. `workers` processes share the runs (default: none beyond this one), or `place` does (`engine.places`).
    `progress(done, total)` is called along the way. `without` names mishaps that are not to happen, for counterfactuals.

    `keep`: "all" (every variable at every step; the default to 20 runs in all futures), "series" (station scalars at every step, the rest
    by month; the default beyond) or "summary" (what each run came to, its events, quantiles at every stamp: for
    ensembles of any size). `out` is a folder in which every finished chunk of `chunk` runs is kept as it is done; with
    `resume` an ensemble begun there is gone on with. With `stop` "keep" an interrupt (ctrl-C) returns the runs done so
    far; the attributes `runs` and `runs_planned` say how many of how many. Raises ScenarioError when the scenario cannot be compiled.
    """
    from . import ensemble as e

    numbers = list(range(runs)) if isinstance(runs, int) else sorted(set(runs))
    if not numbers or numbers[0] < 0:
        raise ValueError("runs must be at least one, and run numbers not negative")
    begun = time.perf_counter()
    branches: list[str | None] = [*scenario.futures] or [None]
    chosen = keep or ("series" if len(numbers) * len(branches) > FULL_RUNS else "all")
    size = chunk or e.CHUNK[chosen]
    place = place or place_for(workers, -(-len(numbers) // size) * len(branches))
    place.start()
    cases: list[tuple[str | None, Case]] = [(name, compile(scenario.branch(name))) for name in branches]
    ensemble = e.Ensemble(scenario, cases, numbers, seed, chosen, size, without)
    attrs = _attributes(scenario, cases, numbers, seed) | about(cases) | {"keep": chosen}
    names = [name for name, _ in ensemble.chunks()]
    folder = None if out is None else e.RunFolder.begin(out, ensemble.plan(), names, attrs, resume)
    compile_s = warm_up(cases[0][1])
    ds = e.run_all(ensemble, place, folder, progress, stop)
    wall_s = time.perf_counter() - begun - compile_s
    took = {"wall_s": wall_s, "compile_s": compile_s}
    if folder is not None:
        folder.tell(took)
    return ds.assign_attrs(attrs | took | {key: ds.attrs[key] for key in ("runs", "runs_planned")})


def run_one(
    chances: Chances, seed: int, run: int, monthly: bool | np.ndarray, without: frozenset[tuple[str, str]] = frozenset(),
    over: Rows | None = None,
) -> RunResult:  # fmt: skip
    """One run of one case from start to horizon; what has a further dimension is kept daily, by `monthly`, or summed up by the
    number (steps,) given there for each step. `over` are rows of another such run that nobody needs any longer: written over."""
    case = chances.case
    slate = chances.slates.pop() if chances.slates else Slate(case)
    world, state, luck = draw(chances, seed, run, without, slate.state)
    rows = new_rows(case, monthly) if over is None else wiped(over)
    advance(world, slate.kept[0], luck, slate.kept[1], rows, slate.kept[2], 0, case.steps, case.t0_s, case.dt_s)
    result = finish(case, run, world, state, luck, rows, slate.log)
    slate.wipe()
    chances.slates.append(slate)
    return result


class Slate:
    """State, scratch and log of a run, wiped and used again: to lay their arrays out anew costs a tenth of a run."""

    def __init__(self, case: Case) -> None:
        self.state, self.scratch, self.log = copy_state(case.opening), new_scratch(case), new_log()
        self.kept = tuple(by_reference(record) for record in (self.state, self.scratch, self.log))

    def wipe(self) -> None:
        """What the next run needs: an empty log, and scratch of zeros; the state is drawn over."""
        self.log.size[:] = 0
        for array in self.scratch:
            array.fill(0)


def finish(case: Case, run: int, world: World, state: RunState, luck: Luck, rows: Rows, log: Log) -> RunResult:
    """The result of a run that has come to its end; RuntimeError when its log overflowed."""
    n = int(log.size[0])
    if n > CAPACITY:
        raise RuntimeError(f"run {run} logged {n} events; the log holds {CAPACITY}: raise log.CAPACITY")
    events = tuple(a[:n].copy() for a in (log.t_s, log.kind, log.station, log.name, log.cause, log.value))
    t = state.traffic
    stays = np.column_stack([state.crew.station, state.crew.aboard_s, state.crew.home_s, state.crew.seat])
    joined_s = joined(case, world, events)
    return RunResult(run, rows, t.docked_s.copy(), t.left_s.copy(), events, luck.sky, state.orbit.outside.copy(), stays, joined_s)


def new_rows(case: Case, monthly: bool | np.ndarray) -> Rows:
    """Empty rows for one run of a case."""
    times = stamps(case.t0_s, case.dt_s, case.steps)
    detail_of = monthly if isinstance(monthly, np.ndarray) else months_of(times)[0] if monthly else np.arange(case.steps)
    return empty_rows(case.steps, len(case.names.stations), len(case.channels), detail_of)


def new_scratch(case: Case) -> Scratch:
    """The arrays a step fills afresh, sized for a case."""
    n, w = case.names, case.world
    sizes = {
        "F": len(n.flights), "S": len(n.stations), "VT": len(n.vehicles), "KIND": len(n.machine_kinds),
        "M": len(n.machines), "R": len(n.resources), "V": len(n.services), "K": len(n.modules) + len(n.flights),
        "CH": len(case.channels), "Q": w.thermal.loop_bus.size, "L": w.power.load_W.size, "P": len(PARTNERS),
    }  # fmt: skip
    f, st, k, m, r = sizes["F"], sizes["S"], sizes["K"], sizes["M"], sizes["R"]

    def real(*shape: int) -> np.ndarray:
        return np.zeros(shape)

    def truth(*shape: int) -> np.ndarray:
        return np.zeros(shape, np.bool_)

    def whole(*shape: int) -> np.ndarray:
        return np.zeros(shape, np.int64)

    stock = real(st, sizes["P"], r)
    return Scratch(
        settled=truth(1), anew=truth(1), moved=truth(1), wear=real(st, 2, 2),
        docked=truth(f), ships=whole(f), ships_count=whole(1), flight_station=whole(f), vehicles=whole(st, sizes["VT"]), machines=whole(st, sizes["KIND"]),
        machine_works=real(m), machine_wants=real(m), stocked=truth(st, r + 1 + sizes["VT"]), tank_kg=real(st),
        allowed=truth(st, sizes["V"]), now=truth(st, sizes["V"]), crewed=truth(st), part_works=truth(k),
        part_kg=real(k), part_m=real(k, 3), part_size_m=real(k, 3), part_area_m2=real(k), rated_W=real(st),
        generation_W=real(st), connected_W=real(st), usable_W=real(st), used_W=real(st), payload_W=real(st),
        shed_W=real(st), margin_W=real(st), depth_frac=real(st), channel_W=real(sizes["CH"]), channel_works=truth(sizes["CH"]),
        loop_works=truth(sizes["Q"]), reject_W=real(st, 2), heat_W=real(st, 2), load_station=whole(sizes["L"]),
        load_wanted_W=real(sizes["L"]), load_granted_frac=real(sizes["L"]), people_mean=real(st), share=real(sizes["P"]), owed=real(sizes["P"]),
        wants_kg=real(st, r), got_kg=real(st, r), gives_kg=real(st, r), flow_kg=real(st, r, len(USES)), eva_kg=real(st),
        rate_rad_per_s=real(st), cmgs=whole(st), flag_a=truth(st), flag_b=truth(st), dockings=real(st),
        propellant_kg=real(st), wing_area_m2=real(st), arrivals=real(st), reserve_d=real(st, len(RESERVES)),
        use_kg_per_s=real(r), volume_m3=real(st), stock_kg=stock, stock_cells=stock.reshape(-1), held_kg=real(r),
        kept_m3=real(st, 2), dated_m3=real(st, 2), came_s=real(st, 2), kept_y=real(2), load_h=real(2, 5), residents=real(sizes["P"]), hours=real(st, sizes["P"], len(CREW_USES)), matrix=real(sizes["P"], sizes["P"]), week=real(14, 2),
        room=real(max(map(room_for, (w.orbit.fit_a, w.orbit.fit_b, w.orbit.fit_c)))), inferred=real(st),
        pushed_kg=real(st, w.stores.container_part.size),
    )  # fmt: skip


def warm_up(case: Case) -> float:
    """Run one step so that the step is compiled or loaded; returns the seconds it took (0 once it was done).

    Where there is a second processor, another process compiles about half (`engine.warm`). Nothing the compiler makes is
    garbage until it is done: looking for it costs a fifth of the time.
    """
    if is_compiled():
        return 0.0
    begun = time.perf_counter()
    helper, kept = None, is_kept()
    if not kept and (os.cpu_count() or 1) > 1:
        command = [sys.executable, "-m", "stationkeep.engine.warm"]
        helper = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    collects = gc.isenabled()
    gc.disable()
    try:
        chances = prepare(case)
        world, state, luck = draw(chances, 0, 0)
        rows, log, scratch = new_rows(case, False), new_log(), new_scratch(case)
        advance(world, state, luck, scratch, rows, log, 0, 1, case.t0_s, case.dt_s)
    finally:
        if collects:
            gc.enable()
        if helper is not None:
            helper.kill()
            helper.wait()
    if not kept:
        forget_old()
    return time.perf_counter() - begun


def _attributes(
    scenario: Scenario, cases: list[tuple[str | None, Case]], runs: list[int], seed: int
) -> dict[str, Any]:
    everything = Catalogue()
    used: dict[str, list[str]] = {s: [] for s in scenario.sources}
    for name, future in scenario.futures.items():
        for source in future.sources:
            used.setdefault(source, []).append(name)
    statements = {row["id"]: row for row in everything.table("partners/statements")}
    sources = [
        {"id": s, "date": statements[s]["date"], "speaker": statements[s]["speaker"], "outlet": statements[s]["outlet"],
         "kind": statements[s]["kind"], "statement": statements[s]["statement"], "futures": f,
         "what_happened": statements[s]["what_happened"]}
        for s, f in used.items() if s in statements
    ]  # fmt: skip
    requirements = [
        {"name": n, "variable": r.variable, "station": r.station or scenario.main_station, "relation": r.relation,
         "bound": r.bound, "grace_d": r.grace_d, "text": r.text}
        for n, r in scenario.requirements.items()
    ]  # fmt: skip
    flights = [
        {"id": f.id, "vehicle": f.vehicle, "partner": f.partner, "port": f.ports[0] if f.ports else "", "station": f.station,
         "planned_utc": to_utc(f.launch_s) if not f.after else ""}
        for f in cases[0][1].flights
    ]  # fmt: skip
    case, people = cases[0][1], _people(cases)
    return {
        "title": scenario.title, "name": scenario.name or scenario.title, "scenario": json.dumps(scenario.to_dict()),
        "scenario_yaml": scenario.to_yaml(), "runs": len(runs), "seed": seed,
        "horizon": str(stamps(case.t0_s, case.dt_s, case.steps)[-1])[:10], "as_of": scenario.as_of or "",
        "weights": json.dumps({n: f.weight for n, f in scenario.futures.items()}),
        "future_titles": json.dumps({n: f.title for n, f in scenario.futures.items()}), "sources": json.dumps(sources),
        "assumptions": json.dumps(_assumptions(scenario, case)), "requirements": json.dumps(requirements),
        "services_by_partner": json.dumps(services_by_partner(case.catalogue, scenario.as_of or scenario.start)),
        "flights": json.dumps(flights), "left_behind": json.dumps(_left_behind(cases)), "people": json.dumps(people),
        "earlier_d": json.dumps(_earlier_d(case, people)),
        "career_limits_mSv": json.dumps({r["partner"]: float(r["limit_mSv"]) for r in everything.table("life_support/career_limits")}),
    }  # fmt: skip


def _left_behind(cases: list[tuple[str | None, Case]]) -> list[dict[str, Any]]:
    """Cargo stated for a ship that does not carry as much, by future."""
    return [
        {"future": name or "", **item} for name, case in cases
        for item in left_behind(case.flights, case.catalogue.by_id("fleet/vehicles"))
    ]  # fmt: skip


def _people(cases: list[tuple[str | None, Case]]) -> list[dict[str, str]]:
    """Whose stay each entry of `person` is."""
    stays = cases[0][1].catalogue.by_id("crew/stays")
    people: dict[str, dict[str, str]] = {}
    for _, case in cases:
        for i, name in enumerate(case.names.people):
            partner = PARTNERS[int(case.world.crew.partner[i])]
            people[name] = {"stay": name, "partner": partner, "name": stays[name]["person"] if name in stays else ""}
    return list(people.values())


def _earlier_d(case: Case, people: list[dict[str, str]]) -> dict[str, float]:
    """Days at the station before the run, by name as the record writes it, of those who share two words of theirs with somebody of
    the run (the record has two spellings)."""
    words = [frozenset(re.findall(r"\w+", person["name"].upper())) for person in people if person["name"]]
    found: dict[str, float] = {}
    for row in case.catalogue.table("crew/stays"):
        came_s, left_s = seconds(row["dock_utc"]), seconds(row["undock_utc"]) if row["undock_utc"] else case.t0_s
        days, mine = (min(left_s, case.t0_s) - came_s) / 86400.0, set(re.findall(r"\w+", row["person"].upper()))
        if days > 0.0 and any(len(mine & other) >= 2 for other in words):
            found[row["person"]] = round(found.get(row["person"], 0.0) + days, 2)
    return found


def _assumptions(scenario: Scenario, case: Case) -> list[dict[str, Any]]:
    """The ledger: every figure the answer rests on that is a choice, a range or a recollection."""
    ledger = []
    units = {row["name"]: row["unit"] for row in case.catalogue.table("uncertain")}
    status = {row["name"]: row["status"] for row in case.catalogue.table("uncertain")}
    for name, (_, q) in quantities(scenario, case.catalogue).items():
        ledger.append({"name": name, "value": q.value, "low": q.low, "high": q.high, "unit": units.get(name, ""),
                       "source": q.source or "scenario", "status": q.status if q.source and name in scenario.uncertain else status.get(name, q.status)})  # fmt: skip
    rules = {row["name"]: row for row in case.catalogue.table("rules")}
    for name, row in rules.items():
        own = scenario.rules.get(name)
        ledger.append({"name": name, "value": own.value if own else float(row["value"]), "low": float(row["low"]), "high": float(row["high"]),
                       "unit": row["unit"], "source": own.source if own else row["source"], "status": own.status if own else row["status"]})  # fmt: skip
    stated = {str(kind): {str(owner): q for owner, q in owners.items()}
              for kind, owners in case.scenario.stations[case.scenario.main_station].stocks_kg.items()}  # fmt: skip
    for (owner, resource), (kg, low, high) in case.openings_kg.items():
        said = stated.get(resource, {}).get(owner) or stated.get(resource, {}).get("all")
        ledger.append({"name": f"opening stock {resource} of {owner}", "value": kg, "low": low, "high": high, "unit": "kg",
                       "source": (said.source or "the scenario") if said else "life_support/openings.csv, openings_replayed.csv",
                       "status": said.status if said else "assumed"})  # fmt: skip
    recorded = case.catalogue.by_id("traffic/flights")
    cargo = Counter(recorded[f.id]["cargo_status"] for f in case.flights if f.flown and f.id in recorded)
    ledger += [
        {"name": f"cargo of recorded flights, {words}", "value": count, "low": None, "high": None, "unit": "flights",
         "source": "traffic/flights.csv", "status": words if words in ("found", "derived") else "recalled"}
        for words, count in sorted(cargo.items()) if words
    ]  # fmt: skip
    for name, future in scenario.futures.items():
        ledger.append({"name": f"weight of {name}", "value": future.weight, "low": 0.0, "high": 1.0, "unit": "1",
                       "source": ", ".join(future.sources), "status": "assumed"})  # fmt: skip
    for name, c in scenario.conditions.items():
        ledger.append({"name": f"probability of {name}", "value": c.probability_frac, "low": None, "high": None,
                       "unit": "1", "source": c.source, "status": "assumed"})  # fmt: skip
    return ledger

