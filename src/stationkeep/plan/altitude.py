"""How high to fly in each year: low and cheap to reach, or high and cheap to keep, over the solar cycle."""

from __future__ import annotations

import math

import numpy as np

from ..laws.orbit import EARTH_RADIUS_M, burn_propellant, raise_per_speed
from ..model.base import to_utc
from ..model.catalogue import number
from ..model.scenario import Scenario
from ..model.station import Band
from .nominal import Nominal, nominal

YEAR_s = 365.25 * 86400.0
STEP_km = 2.5
PROBE_km = 10.0
"""How far the second nominal run flies above the first, to measure how drag falls with height."""
SHIP_ISP_s = 300.0
"""Of the engines with which visiting ships climb to the station and leave it (storable propellant)."""


def altitude_plan(scenario: Scenario, run: Nominal, *, lowest_km: float = 390.0, highest_km: float = 440.0) -> tuple[Scenario, dict[str, float]]:
    """The branch with the altitude policy that needs least propellant flown, station's and ships' together.

    Two nominal runs, one `PROBE_km` higher, give the propellant of each year and how it falls with height; a path over years is then the
    cheapest one, raising and sinking included. It is flown once: where it does not need less than the policy there is, that stays.
    Returns the scenario and its figures, all of nominal runs (propellant in kg, of ships above what they need to `lowest_km`, which leaves
    room above the altitude requirement for a year's decay and debris clearance).
    """
    t0_s, years = run.case.t0_s, max(math.ceil(run.t_s.size / 365.25), 1)
    higher = nominal(_shifted(scenario, PROBE_km))
    need = np.asarray([_per_year(run, y) for y in range(years)])
    above = sum(_per_year(higher, y) for y in range(years))
    fall_per_km = float(np.clip(np.log(max(need.sum(), 1.0) / max(above, 1.0)) / PROBE_km, 0.002, 0.05))  # of all years: burns of one are few
    levels = np.arange(lowest_km, highest_km + 0.1, STEP_km)
    keep = need[:, None] * np.exp(-fall_per_km * (levels[None, :] - _heights(run, years)[:, None]))
    lift = lift_kg_per_km(float(np.nanmedian(run.mass_kg)), 290.0)
    ships = ships_kg_per_km(scenario, run)
    path = cheapest_path(keep, ships * (levels - lowest_km), levels, lift, float(run.altitude_km[0]))
    band = _bands(scenario)[-1]
    half = 0.5 * (band.target_km - band.floor_km)
    bands = tuple(
        Band.model_validate({"from": None if y == 0 else to_utc(t0_s + y * YEAR_s), "floor_km": float(levels[i]) - half,
                             "target_km": float(levels[i]) + half, "source": "chosen by stationkeep plan --altitude"})
        for y, i in enumerate(path) if y == 0 or i != path[y - 1]
    )  # fmt: skip
    station = scenario.stations[scenario.main_station].model_copy(update={"policy": bands})
    chosen = scenario.model_copy(update={"stations": {**scenario.stations, scenario.main_station: station}})
    flown = nominal(chosen)
    told: dict[str, float] = {}
    for name, one in (("", flown), ("_before", run)):
        told[f"propellant{name}_kg"] = float(one.use_kg("propellant").sum())
        told[f"ships{name}_kg"] = ships * float(np.nansum(one.altitude_km - lowest_km)) / 365.25
    if told["propellant_kg"] + told["ships_kg"] >= told["propellant_before_kg"] + told["ships_before_kg"]:
        chosen, flown = scenario, run
        told.update(propellant_kg=told["propellant_before_kg"], ships_kg=told["ships_before_kg"])
    heights = _heights(flown, years)
    return chosen, told | {f"altitude_{to_utc(t0_s + y * YEAR_s)[:4]}_km": float(heights[y]) for y in range(years)}


def cheapest_path(keep_kg: np.ndarray, ships_kg: np.ndarray, levels_km: np.ndarray, lift_kg_per_km: float, start_km: float) -> list[int]:
    """Level of each year (Y,) for least propellant: to keep it (Y, L), of ships to reach it (L,), and to climb to it from the year
    before; sinking spares as much, no more than keeping the height would have needed."""
    climb = lift_kg_per_km * (levels_km[None, :] - levels_km[:, None])
    total = np.maximum(keep_kg[0] + lift_kg_per_km * (levels_km - start_km), 0.0) + ships_kg
    back = []
    for keep in keep_kg[1:]:
        through = total[:, None] + np.maximum(keep[None, :] + climb, 0.0) + ships_kg[None, :]
        back.append(np.argmin(through, axis=0))
        total = through.min(axis=0)
    path = [int(np.argmin(total))]
    for before in reversed(back):
        path.append(int(before[path[-1]]))
    return path[::-1]


def lift_kg_per_km(mass_kg: float, isp_s: float, altitude_km: float = 418.0) -> float:
    """Propellant that lifts a mass by one kilometre in a circular orbit."""
    speed = 1e3 / raise_per_speed(EARTH_RADIUS_M + altitude_km * 1e3)
    return float(burn_propellant(mass_kg, speed, isp_s))


def ships_kg_per_km(scenario: Scenario, run: Nominal) -> float:
    """Propellant by which a year's visiting ships pay for each kilometre, on the way up and down."""
    rows = run.case.catalogue.by_id("fleet/vehicles")
    planned = [f for f in run.case.flights if not f.flown and f.station == scenario.main_station]
    years = run.t_s.size / 365.25
    return sum(2.0 * lift_kg_per_km(number(rows[f.vehicle], "gross_mass_kg"), SHIP_ISP_s) for f in planned) / years


def _heights(run: Nominal, years: int) -> np.ndarray:
    """Mean height of each year (Y,), km."""
    return np.asarray([np.nanmean(part) for part in np.array_split(run.altitude_km, years)])


def _per_year(run: Nominal, year: int) -> float:
    """Propellant used for altitude and attitude in a year of the run, kg; a last part of a year is scaled up."""
    use = run.use_kg("propellant")[int(year * 365.25) : int((year + 1) * 365.25)]
    return float(use.sum()) * 365.25 / max(use.size, 1)


def _bands(scenario: Scenario) -> tuple[Band, ...]:
    return scenario.stations[scenario.main_station].policy


def _shifted(scenario: Scenario, by_km: float) -> Scenario:
    """The branch flying higher by some kilometres from the start."""
    station = scenario.stations[scenario.main_station]
    bands = tuple(b.model_copy(update={"floor_km": b.floor_km + by_km, "target_km": b.target_km + by_km}) for b in station.policy)
    altitude = station.altitude_km if isinstance(station.altitude_km, str) else station.altitude_km.model_copy(
        update={k: v + by_km for k, v in station.altitude_km.model_dump().items() if k in ("value", "low", "high") and v is not None}
    )  # fmt: skip
    higher = station.model_copy(update={"policy": bands, "altitude_km": altitude})
    return scenario.model_copy(update={"stations": {**scenario.stations, scenario.main_station: higher}})
