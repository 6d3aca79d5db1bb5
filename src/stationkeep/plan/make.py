"""plan(): a scenario whose flights were chosen, proved on the nominal run and on the ensemble."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..model.base import to_utc
from ..model.catalogue import number
from ..model.files import Problem as Mistake
from ..model.files import ScenarioError
from ..model.scenario import Scenario
from .altitude import altitude_plan
from .chosen import Ask, Plan, Say, beyond, robust, to_horizon, widest
from .helped import better, possible
from .nominal import Nominal, lasting, nominal
from .reboosts import with_reboosts
from .replan import changed
from .robust import Trial
from .stocks import side_by_side
from .wishes import DAY_s, Wishes, check


def plan(scenario: Scenario, *, runs: int = 0, **wishes: Any) -> Scenario:
    """A scenario whose flights were chosen; each future of it is planned apart.

    `runs` > 0 tightens margins until `probability` (default 0.95) of that many fresh runs keep someone aboard without a break.
    Other keywords are those of `plan_branch` and `Wishes`. Raises ScenarioError with the conflicting requirements when
    there is no plan.
    """
    out = scenario
    names: list[str | None] = [*scenario.futures] or [None]
    for name in names:
        made = plan_branch(scenario.branch(name), runs=runs, **wishes)
        if not made.stands:
            words = "; ".join(made.conflicts or made.refuted) or "no plan was found in the time given"
            at = scenario.title if name is None else f"{scenario.title}, future {name}"
            raise ScenarioError([Mistake(at, None, None, "flights", words, "give up one of these, or add a vehicle")])
        out = with_plan(out, name, made)
    return out


def plan_each(scenario: Scenario, *, say: Say | None = None, **wishes: Any) -> tuple[Scenario, list[dict[str, Any]]]:
    """The scenario with the plan of each future for which there is one, and what `plan --json` prints of each, by `name`.

    A future that has no plan keeps its flights; its entry names the conflicting requirements.
    """
    out, told = scenario, []
    names: list[str | None] = [*scenario.futures] or [None]
    for name in names:

        def tell(text: str, head: str = f"{name}: " if name else "") -> None:
            if say:
                say(head + text)

        made = plan_branch(scenario.branch(name), say=tell, **wishes)
        if made.stands:
            out = with_plan(out, name, made)
        told.append({"name": name or scenario.name, **made.as_dict()})
    return out, told


def with_plan(scenario: Scenario, future: str | None, made: Plan) -> Scenario:
    """The scenario with a branch's plan put in its place."""
    if future is None:
        return scenario.model_copy(update={"flights": made.scenario.flights, "stations": made.scenario.stations})
    main = scenario.main_station
    gone = {name: None for name, f in scenario.branch(future).flights.items() if name not in made.scenario.flights and f is not None}
    new = {n: f.model_dump(mode="json", exclude_defaults=True) for n, f in made.scenario.flights.items() if f is not None and n not in scenario.flights}
    chosen = scenario.futures[future].model_copy(update={"flights": {**gone, **new}, "reboosts": {main: made.scenario.stations[main].reboosts}})
    return scenario.model_copy(update={"futures": {**scenario.futures, future: chosen}})


def plan_branch(
    scenario: Scenario, *, probability: float = 0.95, runs: int = 0, seed: int = 0, workers: int | None = None,
    time_limit_s: float = 60.0, altitude: bool = False, say: Say | None = None, **wishes: Any,
) -> Plan:  # fmt: skip
    """Plan one branch (no futures); with `runs` the margins grow until the ensemble meets `probability`.

    With `altitude` the height flown in each year is chosen first, for the traffic of the scenario as it stands.
    """
    asked, scenario = Wishes(**wishes), with_reboosts(scenario, {})  # they are chosen anew, as flights are
    tell = say or (lambda _: None)
    check(scenario, asked)
    horizon = scenario.horizon
    run = nominal(beyond(scenario))
    _there(scenario, run)
    end = given_up(scenario, run)
    scenario = scenario.model_copy(update={"horizon": end}) if end else beyond(scenario)
    if end:
        tell(f"{scenario.main_station} is given up on {end[:10]}: traffic is chosen until then")
        horizon = min(horizon, end)  # 'last-flight' sorts behind every date
        asked = replace(asked, fix=(*asked.fix, *for_the_end(scenario, asked.fix)))
        run = nominal(scenario)
    heights = None
    if altitude:
        scenario, heights = altitude_plan(scenario, run)
        run = nominal(scenario)
    run = lasting(run, scenario)
    trial = Trial(horizon, runs, seed, workers) if runs else None
    ask = Ask(asked, time_limit_s, tell, trial, probability, horizon)
    made = replace(to_horizon(robust(scenario, run, ask) if trial else widest(scenario, run, ask), horizon), altitude=heights)
    if made.stands:
        made = replace(made, stocks=tuple(side_by_side(made)))
    if made.solution.status == "infeasible":
        return possible(made, scenario, run, ask)
    if made.problem.kept:
        tell("finding out why published flights are changed ...")
        return replace(made, replanned=tuple(changed(made.problem, list(made.flights), asked.lost)))
    return better(made, scenario, run, ask) if made.stands and made.met is False else made


def given_up(scenario: Scenario, run: Nominal) -> str:
    """The day on which the main station is given up in the nominal run; empty: it is not."""
    times = (t for t, kind, name, _ in run.events if kind == "retire" and name in scenario.events and scenario.events[name].retire == scenario.main_station)
    return next((to_utc(t // DAY_s * DAY_s) for t in times), "")


def for_the_end(scenario: Scenario, but: tuple[str, ...]) -> tuple[str, ...]:
    """Flights that bring nothing to live on and lower the station to its end: they stay as they stand, beside those that stay anyway."""
    catalogue = scenario.catalogue()
    rows = catalogue.by_id("fleet/vehicles")
    able = {r["giver"] for r in catalogue.table("stations/iss/services") if r["service"] == "deorbit"}
    return tuple(name for name, f in scenario.flights.items() if f is not None and f.station == scenario.main_station and f.vehicle in able
                 and not number(rows[f.vehicle], "cargo_up_kg", 0) and name not in but)  # fmt: skip


def _there(scenario: Scenario, run: Nominal) -> None:
    """A plan begins with a station in orbit."""
    if np.isnan(run.altitude_km[0]):
        words = f"the main station '{scenario.main_station}' is not in orbit on {scenario.start[:10]}: a plan chooses the traffic of a station that is there"
        raise ScenarioError([Mistake(scenario.title, None, None, "start", words, "let the scenario start with it in orbit; `stationkeep campaign` tells how it is assembled")])


__all__ = ["Plan", "plan", "plan_branch", "plan_each", "with_plan"]
