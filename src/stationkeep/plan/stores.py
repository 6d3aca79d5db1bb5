"""Stocks of the plan: opening, use, reserves and room of every commodity, from the nominal run and the requirements."""

from __future__ import annotations

import math

import numpy as np

from ..engine.compile.life_support import rule
from ..engine.luck import quantities
from ..laws import metabolism
from ..laws.matter import RESOURCES
from ..laws.orbit import EARTH_RADIUS_M, burn_propellant, speed_for_raise
from ..model.catalogue import number
from ..model.scenario import Scenario
from ..subsystems.life_support import RECOVERED_frac
from .nominal import Nominal
from .ports import tanks_push
from .problem import Commodity
from .wishes import DAY_s, FIXED_d, WEEK_s, Wishes, weekly

YEAR_d = 365.25
ISP_s = 290.0
"""Of storable propellant, as the engine's reserve counts it."""
LEAST_SPARES_frac = 0.25
"""Share of the spares aboard at the start that is left when machines fail as often as one run in twenty has it. Assumed."""
GAS_GAP_w = 9.0
"""Weeks of nitrogen use that a reserve leaves of the store ships are filled up to: it must fall between ships. Assumed."""
MOST_share = 0.8
"""Share of the water ships are filled to that a margin may ask to be there always. Assumed: the rest is used between ships. Of crew
stores it may ask for what ships bring before all else (`stock_alert_d`)."""
GROWS_w = 8
"""Weeks in which a margin over the reserves is built up once ships of the plan can come. Assumed."""
RESEARCH_AHEAD_w = 13
"""Weeks of research kept aboard: an experiment waits for its ship."""
RESOURCE_OF = {"supplies": ("supplies", "toilet")}
RESERVED = ("food", "water", "oxygen", "supplies")


def commodities_of(
    scenario: Scenario, run: Nominal, wishes: Wishes, people: np.ndarray, aboard: np.ndarray
) -> tuple[Commodity, ...]:
    """Opening stocks, use by week and person, reserves and room, from the nominal run and the scenario's requirements.

    `aboard` (W,): people the programme counts, and whose use it adds itself. Of those asked for, whom the run lacked a whole week of are
    counted as if they had been there; the half days before a docking and after an undocking are not.
    """
    c = run.case.world.life_support.crew
    per_person = {"food": metabolism.food_as_shipped(c), "supplies": c.supplies + c.toilet, "water": c.drink + c.flush,
                  "oxygen": c.oxygen}  # fmt: skip
    weeks = people.size
    table = quantities(scenario, run.case.catalogue)
    unsure = {n: (table[n][1].high or table[n][1].value) if wishes.careful else 1.0 for n in ("leak_factor", "hazard_factor")}
    missing = np.floor(np.maximum(np.minimum(people, aboard) - weekly(run.residents(), weeks) / 7.0, 0.0))
    out = []
    for name in ("food", "supplies", "water", "oxygen", "nitrogen", "spares", "research", "propellant"):
        resources = RESOURCE_OF.get(name, (name,))
        use = sum((weekly(run.use_kg(r), weeks) for r in resources), np.zeros(weeks))
        gross = per_person.get(name, 0.0) * WEEK_s
        if name == "nitrogen":
            use = use * unsure["leak_factor"]
        marginal = gross if name in ("food", "supplies") else _marginal_kg(use, aboard) if name == "water" else 0.0
        base = use + marginal * (missing - aboard)
        if name == "spares":
            base = base + run.repair_kg_per_d * unsure["hazard_factor"] * 7.0
        asked_d = _asked_d(scenario, wishes, name, weeks)
        least = gross / 7.0 * people * asked_d if name in RESERVED else np.zeros(weeks)
        if name == "oxygen":  # an electrolyser's water stands in for tanks, as in the engine's reserve
            least = np.zeros(weeks)
        if name == "propellant":
            least = _ahead(np.maximum(use, 0.0), asked_d / 7.0)
            least = np.where(tanks_push(scenario, run, weeks), least, 0.0)
        if name == "spares":  # what is used is replaced: the stock aboard is no source to live on
            kept_kg = LEAST_SPARES_frac * _opening_kg(run, resources) if wishes.careful else _opening_kg(run, resources) - 52.0 * float(base.mean())
            least = np.full(weeks, kept_kg)
        opening = float(_opening_kg(run, resources))
        if name == "research":  # an experiment waits for its ship: none is counted on before ships of the plan can come
            lead_w = math.ceil(FIXED_d * DAY_s / WEEK_s) + GROWS_w
            base = np.concatenate([np.minimum(base[:lead_w], opening / lead_w), base[lead_w:]])
            least = RESEARCH_AHEAD_w * float(base.mean()) * np.clip((np.arange(weeks) - lead_w) / RESEARCH_AHEAD_w, 0.0, 1.0)
        most = _most_kg(run, name, resources, gross / 7.0 * people, opening, use)
        if name == "nitrogen":
            least = _ahead(np.maximum(use, 0.0), _asked_d(scenario, wishes, name, weeks) / 7.0)
            least = np.minimum(least, most - _ahead(np.maximum(use, 0.0), np.full(weeks, GAS_GAP_w)))
        if base.any() or marginal:
            out.append(Commodity(name, opening, base, marginal, np.clip(least, 0.0, 0.9 * most), most))
    return tuple(out)


def _marginal_kg(use: np.ndarray, aboard: np.ndarray) -> float:
    """Net use of one more person in a week: mean use over mean people, where any were aboard."""
    there = aboard > 0
    return float(use[there].sum() / aboard[there].sum()) if there.any() else 0.0


def _most_kg(run: Nominal, name: str, resources: tuple[str, ...], per_d_kg: np.ndarray, opening_kg: float, use: np.ndarray) -> np.ndarray:
    """(W,) most of a stock: the room aboard, and what ships are filled to for the people of the week, `per_d_kg` (W,) their use;
    where those become fewer, what is left of the store for more. A plan cannot stow more ahead than ships bring."""
    rules = run.case.world.rules
    most = np.full(use.size, math.inf)
    if name in ("food", "supplies"):
        most = per_d_kg * rules.stock_target_s / DAY_s
    elif name == "water":
        most = np.full(use.size, float(per_d_kg.max()) * (rules.water_target_s / DAY_s + (1.0 - RECOVERED_frac) * 28.0))
    elif name == "nitrogen":
        most = np.full(use.size, rules.gas_target_kg + 4.0 * float(use[-26:].mean()))
    before = opening_kg
    for w in range(use.size):
        most[w] = before = max(float(most[w]), before - (per_d_kg[w] * 7.0 if name in ("food", "supplies") else 0.0))
    return np.minimum(most, sum(room_kg(run, r) for r in resources))


def _ahead(use: np.ndarray, weeks: np.ndarray) -> np.ndarray:
    """(W,) what is used in so many weeks (W,) from each week on; beyond the horizon as in its last half year."""
    end = np.concatenate([[0.0], np.cumsum(np.concatenate([use, np.full(2 * use.size, use[-26:].mean())]))])
    first = np.arange(use.size)
    return np.asarray(np.interp(first + weeks, np.arange(end.size), end) - end[first])


def _asked_d(scenario: Scenario, wishes: Wishes, name: str, weeks: int) -> np.ndarray:
    """(W,) days of a reserve: the margin grows over `GROWS_w` from when ships of the plan can come, up to what ships are
    filled to."""
    base_d = reserve_d(scenario, wishes, name)
    lead_w = math.ceil(FIXED_d * DAY_s / WEEK_s)
    grown = np.clip((np.arange(weeks) - lead_w) / GROWS_w, 0.0, 1.0)
    table = {row["name"]: number(row, "value") for row in scenario.catalogue().table("rules")}
    most_d = math.inf if name == "propellant" else MOST_share * table["water_target_d"] if name == "water" else table["stock_alert_d"]
    margin_d = (wishes.margin_d or 0.0) + wishes.more_d.get(name, 0.0)
    return np.asarray(base_d + grown * min(margin_d, max(most_d - base_d, 0.0)))


def reserve_d(scenario: Scenario, wishes: Wishes, name: str) -> float:
    """Days asked for: the wish, the scenario's requirement, or the rule that evacuation planning begins at."""
    if name in wishes.reserve_d:
        return wishes.reserve_d[name]
    asked = [float(r.bound) for r in scenario.requirements.values()
             if r.variable == f"{name}_reserve_d" and r.relation == "at_least" and r.bound != "people_count"]  # fmt: skip
    if asked:
        return max(asked)
    return 0.0 if name == "propellant" else rule(scenario, scenario.catalogue(), "reserve_d")


def _opening_kg(run: Nominal, resources: tuple[str, ...]) -> float:
    """Stock at the start, in the main station's own containers (ships' tanks push for themselves)."""
    return sum(float(run.case.opening.stores.stock_kg[_containers(run, r)].sum()) for r in resources)


def room_kg(run: Nominal, resource: str) -> float:
    """Room the main station's parts have for a resource at the start."""
    return float(run.case.world.stores.capacity_kg[_containers(run, resource)].sum())


def _containers(run: Nominal, resource: str) -> np.ndarray:
    """Containers of a resource in modules that are at the main station at the start, or that a ship brings."""
    p, traffic = run.case.world.stores, run.case.world.traffic
    found = np.flatnonzero((p.container_resource == RESOURCES.index(resource)) & (p.container_part < len(run.case.names.modules)))
    k = p.container_part[found]
    there = (traffic.part_arrive_s[k] <= run.case.t0_s) | (traffic.part_brought_by[k] >= 0)
    return np.asarray(found[(traffic.part_station[k] == 0) & there])


def debt_most_kg(scenario: Scenario, run: Nominal) -> float:
    """Propellant that would raise the orbit from the lowest altitude the scenario allows, and flies to, to where it is kept."""
    floors = [float(r.bound) for r in scenario.requirements.values()
              if r.variable == "altitude_km" and r.relation == "at_least" and r.bound != "people_count"]  # fmt: skip
    bands = scenario.stations[scenario.main_station].policy
    now = [band for band in bands if not band.from_ or band.from_ <= scenario.start][-1:]
    floors += [min(band.floor_km for band in (*now, *(b for b in bands if b.from_ and b.from_ > scenario.start)))] if bands else []
    kept = float(np.nanmedian(run.altitude_km[: int(YEAR_d)]))
    floor = max(floors) if floors else kept - 20.0
    if floor >= kept:
        return 0.0
    speed = speed_for_raise(EARTH_RADIUS_M + floor * 1e3, EARTH_RADIUS_M + kept * 1e3)
    return float(burn_propellant(float(np.nanmedian(run.mass_kg)), speed, ISP_s))
