"""What one addition makes possible where there is no plan: vehicles of the catalogue, a docking port, a segment that runs on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import zip_longest
from typing import Any, NamedTuple, get_args

from ..model.base import NEVER_s, seconds, to_utc
from ..model.scenario import Scenario
from ..model.station import PortKind
from .bound import by_months
from .broke import CREWS, GAS, PROPELLANT, STORES
from .conflicts import UNLOADING, CREWS_s
from .milp import build, no_crews, relax
from .nominal import Nominal, lasting, nominal
from .problem import Problem, Vessel
from .take import problem_of
from .vessels import NEW_d
from .wishes import DAY_s, Wishes, chosen_vehicles

PORT = "one-more-port"
PORT_MASS_t, PORT_AREA_m2 = 0.53, 2.0
"""Of a docking adapter: IDA-2 526 kg, IDA-3 534 kg, 2 m2 (stations/iss/parts.csv)."""


class Addition(NamedTuple):
    """Something that may be added, and the branch with it."""

    words: str
    vehicles: tuple[str, ...]  # to choose from as well
    patch: dict[str, Any]  # of the scenario file
    scenario: Scenario


def additions(scenario: Scenario, run: Nominal, wishes: Wishes, conflicts: tuple[str, ...], say: Callable[[str], None], pairs: bool = False) -> list[Addition]:
    """Additions that each alone leave no proof that there is no plan, cheapest bound first; with `pairs` vehicles with a docking port.

    Vehicles that flew last more than `NEW_d` before the start are history; where nobody unloads the gyroscopes, those that
    cannot are left out.
    """
    ports = list(_ports(scenario, problem_of(scenario, run, wishes)))
    if pairs:
        more = [a for words, patch in ports for a in _vehicles(scenario, run, wishes, conflicts, patch, " with " + words)]
    else:
        more = [*_vehicles(scenario, run, wishes, conflicts, {}, ""), *_segment(scenario),
                *(Addition(words, (), patch, scenario.patch(patch)) for words, patch in ports)]  # fmt: skip
    return [a for _, a in sorted(_tried(more, run, wishes, say), key=lambda found: found[0])]


SERVES: dict[str, Callable[[Vessel], object]] = {
    CREWS: lambda v: v.crew, STORES: lambda v: v.dry_kg and not v.crew, PROPELLANT: lambda v: v.refuel_most_kg or v.push_kg, GAS: lambda v: v.gas_kg,
}  # fmt: skip
"""What a ship must have to serve against what broke."""


def helpful(scenario: Scenario, run: Nominal, wishes: Wishes, broke: dict[str, int]) -> list[Addition]:
    """Vehicles that fly to the end and serve against what broke: of each cause in turn, the commonest first, the cheapest."""
    able = {a.vehicles[0]: a for a in _vehicles(scenario, run, wishes, (), {}, "")}
    vessels = problem_of(scenario, run, replace(wishes, vehicles=(*wishes.vehicles, *able))).vessels
    flown = sorted((v for v in vessels if v.name in able and v.weeks[-1]), key=lambda v: v.cost_musd)
    by_cause = [[v.name for v in flown if SERVES[cause](v)] for cause in broke if cause in SERVES]
    in_turn = [name for names in zip_longest(*by_cause) for name in names if name is not None]
    return [able[name] for name in dict.fromkeys(in_turn)]


def _tried(more: list[Addition], run: Nominal, wishes: Wishes, say: Callable[[str], None]) -> Iterator[tuple[float, Addition]]:
    """Bound and addition, for those with which nothing proves that there is no plan."""
    for a in more:
        own = run if not a.patch else lasting(nominal(a.scenario), a.scenario)
        p = problem_of(a.scenario, own, replace(wishes, vehicles=(*wishes.vehicles, *a.vehicles)))
        bound = least_cost(p) if not a.vehicles or any(v.name in a.vehicles for v in p.vessels) else None
        say(f"with {a.words}: " + ("no plan either" if bound is None else f"not less than {bound:,.0f}"))
        if bound is not None:
            yield bound, a


def least_cost(p: Problem) -> float | None:
    """Objective of the relaxation; None: proof that there is no plan."""
    rough = relax(by_months(p)) if not (p.kept or p.fixed) else None
    if rough is not None and rough.status == 2:
        return None
    found = relax(build(p))
    return float(found.fun) if found.status == 0 and not no_crews(p, CREWS_s) else None


def _vehicles(
    scenario: Scenario, run: Nominal, wishes: Wishes, conflicts: tuple[str, ...], patch: dict[str, Any], words: str
) -> Iterator[Addition]:
    """Each vehicle of the catalogue that the scenario does not fly."""
    catalogue = run.case.catalogue
    flown = chosen_vehicles(scenario, wishes)
    last = {f["vehicle"]: seconds(f["launch_utc"]) for f in catalogue.table("traffic/flights")}
    able = {r["giver"] for r in catalogue.table("stations/iss/services") if r["service"] == "desaturation" and not r["needs_part"]}
    with_it = scenario.patch(patch) if patch else scenario
    for row in catalogue.table("fleet/vehicles"):
        name = row["id"]
        if name not in flown and last.get(name, NEVER_s) >= run.case.t0_s - NEW_d * DAY_s and (UNLOADING not in conflicts or name in able):
            yield Addition(name + words, (name,), patch, with_it)


def _segment(scenario: Scenario) -> Iterator[Addition]:
    """Segments that were to be powered down handed over to people who have learned to run them."""
    down = [name for name, e in scenario.events.items() if e.withdraw and e.segment == "powered_down"]
    if down:
        patch = {"events": {name: {"segment": "handed_over", "learning_d": 0} for name in down}}
        yield Addition("the segment handed over and run from the first day by those who stay, not powered down", (), patch, scenario.patch(patch))


def _ports(scenario: Scenario, p: Problem) -> Iterator[tuple[str, dict[str, Any]]]:
    """One more docking port of each kind that takes a crew ship which still flies in the last week: words and patch."""
    rows = scenario.catalogue().by_id("fleet/vehicles")
    kinds = dict.fromkeys(rows[v.name]["standard"] for v in p.vessels if v.crew and v.weeks[-1])
    for kind in (k for k in kinds if k in get_args(PortKind)):
        module = {"partner": "nasa", "mass_t": PORT_MASS_t, "area_m2": PORT_AREA_m2, "ports": [kind],
                  "arrives": to_utc(p.start_s + NEW_d * DAY_s)[:10], "source": "assumed: an adapter like IDA-3"}  # fmt: skip
        flights = {
            name: {"port": [*([f.port] if isinstance(f.port, str) else f.port), f"{PORT}/1"]}
            for name, f in scenario.flights.items()
            if f is not None and f.port and f.station == scenario.main_station and rows[f.vehicle]["standard"] == kind
        }  # fmt: skip
        yield f"one more {kind} port", {"stations": {scenario.main_station: {"modules": {PORT: module}}}, "flights": flights}


__all__ = ["Addition", "additions", "helpful", "least_cost"]
