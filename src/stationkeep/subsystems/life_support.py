"""Life support: the cabin's air, and the machines that turn water to oxygen and everything back to water.

Each step ``ask`` says what people and working machines want from the stores, the stores give what there is, and ``step``
turns it into air, water, waste and the flows of the record. Every kilogram that leaves one resource enters another, the
vacuum, or the crew's bodies (`laws/matter.py`).
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from stationkeep.laws import life_support as law
from stationkeep.laws.matter import (
    AIR_CO2,
    AIR_NITROGEN,
    AIR_OXYGEN,
    AIR_WATER,
    BODY,
    BRINE,
    BRINE_PROCESSING,
    CANDLE_BURNING,
    CANDLES,
    CREW,
    DEHUMIDIFYING,
    DELIVERED,
    ELECTROLYSIS,
    EVA,
    FOOD,
    HYDROGEN,
    LEAK,
    MAKEUP,
    METHANE,
    MOLAR_MASS_KG_PER_MOL,
    NITROGEN,
    OVERBOARD,
    OXYGEN,
    REMOVED,
    SABATIER,
    SUPPLIES,
    TOILET,
    URINE,
    URINE_PROCESSING,
    WASTE,
    WASTE_WATER,
    WATER,
    WATER_PROCESSING,
)
from stationkeep.laws.metabolism import CrewRates, food_as_shipped

KINDS = ("electrolyser", "candle", "scrubber", "sabatier", "urine", "brine", "water", "dehumidifier")
ELECTROLYSER, CANDLE_KIND, SCRUBBER, SABATIER_KIND, URINE_KIND, BRINE_KIND, WATER_KIND, DEHUMIDIFIER = range(8)
GAS = 4  # oxygen, nitrogen, co2, water vapour: the columns of air_kg
_O2, _N2, _CO2, _H2O = range(4)


class Rules(NamedTuple):
    """Set points and limits of the cabin, SI; the table ``life_support/rules.csv`` gives each its source."""

    temperature_K: float
    oxygen_target_Pa: float
    oxygen_tank_Pa: float
    oxygen_candle_Pa: float
    oxygen_limit_Pa: float
    pressure_target_Pa: float
    pressure_limit_Pa: float
    co2_target_Pa: float
    co2_limit_Pa: float
    vapour_target_Pa: float
    vented_air_frac: float
    candle_oxygen_frac: float
    sabatier_h2_per_co2_mol: float
    sabatier_water_frac: float


class Params(NamedTuple):
    """machine_*: (machine,), kind -1 for what is not life support; yield_*: (kind, point); leak_*: (leak, point)."""

    crew: CrewRates
    rules: Rules
    machine_kind: np.ndarray
    machine_feeds: np.ndarray  # bool: hydrogen or CO2 of this machine reaches the Sabatier reactor
    capacity_kg_per_s: np.ndarray  # at scrubbers: at scrub_reference_Pa
    scrub_reference_Pa: np.ndarray
    yield_at_s: np.ndarray
    yield_frac: np.ndarray
    leak_part: np.ndarray
    leak_at_s: np.ndarray
    leak_kg_per_s: np.ndarray
    leak_points: np.ndarray
    leak_growth_per_s: float


class State(NamedTuple):
    """air_kg: (station, gas); the rest (station,) but duty_frac (machine,). Pressures are those at the end of the step."""

    air_kg: np.ndarray
    volume_m3: np.ndarray
    pressure_Pa: np.ndarray
    oxygen_Pa: np.ndarray
    co2_Pa: np.ndarray
    pressure_ok: np.ndarray
    co2_ok: np.ndarray
    fed_frac: np.ndarray
    watered_frac: np.ndarray
    duty_frac: np.ndarray
    leak_open: np.ndarray  # (leak,) 1 open, 0 behind a closed hatch or sealed


@njit(cache=True)
def _capacity_kg(
    p: Params, kind: int, station: int, works: np.ndarray, where: np.ndarray, dt_s: float, feeding: bool
) -> float:
    """What the working machines of a kind on a station can process in the step; only those that feed Sabatier, if asked."""
    kg = 0.0
    for m in range(p.machine_kind.size):
        if p.machine_kind[m] == kind and where[m] == station and (p.machine_feeds[m] or not feeding):
            kg += p.capacity_kg_per_s[m] * works[m] * dt_s
    return kg


@njit(cache=True)
def _yield(p: Params, kind: int, t_s: float) -> float:
    """Share of its feed a kind of processor recovers at this date."""
    value = p.yield_frac[kind, 0]
    for k in range(p.yield_at_s.shape[1]):
        if p.yield_at_s[kind, k] <= t_s:
            value = p.yield_frac[kind, k]
    return value


@njit(cache=True)
def station_leak_kg(
    p: Params, s: State, t_s: float, dt_s: float, station: int, part_station: np.ndarray, from_Pa: float
) -> float:
    """Air lost through all open elements of a station in the step, at cabin pressure ``from_Pa``."""
    kg = 0.0
    for k in range(p.leak_part.size):
        if part_station[p.leak_part[k]] == station:
            rate = law.leak_kg_per_s(
                t_s, p.leak_at_s[k], p.leak_kg_per_s[k], p.leak_points[k], p.leak_growth_per_s, from_Pa / 101325.0
            )
            kg += rate * s.leak_open[k] * dt_s
    return kg


@njit(cache=True)
def _gas_kg(p: Params, s: State, station: int, gas: int, pressure_Pa: float) -> float:
    return law.gas_mass_kg(pressure_Pa, MOLAR_MASS_KG_PER_MOL[gas], s.volume_m3[station], p.rules.temperature_K)


@njit(cache=True)
def ask(
    p: Params,
    s: State,
    t_s: float,
    dt_s: float,
    people: np.ndarray,
    machine_works: np.ndarray,
    machine_station: np.ndarray,
    part_station: np.ndarray,
    eva_air_kg: np.ndarray,
    wants_kg: np.ndarray,
) -> None:
    """Fill ``wants_kg`` (station, resource) with what the step would take from the stores.

    people: (station,) mean number aboard over the step; machine_works: (machine,) 0..1; machine_station: (machine,);
    eva_air_kg: (station,) air lost through airlocks in the step.
    """
    r = p.rules
    c = p.crew
    for k in range(people.size):
        wants_kg[k, :] = 0.0
        if s.volume_m3[k] <= 0.0:
            continue
        heads = people[k] * dt_s
        wants_kg[k, FOOD] = food_as_shipped(c) * heads
        wants_kg[k, SUPPLIES] = c.supplies * heads
        wants_kg[k, TOILET] = c.toilet * heads
        lost = eva_air_kg[k] + station_leak_kg(p, s, t_s, dt_s, k, part_station, s.pressure_Pa[k])
        air = max(s.air_kg[k].sum(), 1e-9)
        oxygen_left = s.air_kg[k, _O2] * (1.0 - lost / air) - c.oxygen * heads
        makes = _capacity_kg(p, ELECTROLYSER, k, machine_works, machine_station, dt_s, False)
        short = _gas_kg(p, s, k, _O2, r.oxygen_target_Pa) - oxygen_left
        electrolysed = min(makes, max(0.0, short))
        wants_kg[k, WATER] = (c.drink + c.flush) * heads + law.electrolysis_water_kg(electrolysed)
        tank = max(0.0, _gas_kg(p, s, k, _O2, r.oxygen_tank_Pa) - oxygen_left - electrolysed)
        wants_kg[k, OXYGEN] = tank
        if s.oxygen_Pa[k] < r.oxygen_candle_Pa:
            burns = _capacity_kg(p, CANDLE_KIND, k, machine_works, machine_station, dt_s, False)
            wants_kg[k, CANDLES] = min(burns, tank) / r.candle_oxygen_frac
        if s.volume_m3[k] > 0.0:
            others = s.pressure_Pa[k] - s.air_kg[k, _N2] / max(_gas_kg(p, s, k, _N2, 1.0), 1e-30)
            short_n2 = _gas_kg(p, s, k, _N2, max(0.0, r.pressure_target_Pa - others))
            wants_kg[k, NITROGEN] = max(0.0, short_n2 - s.air_kg[k, _N2] * (1.0 - lost / air))
        wants_kg[k, URINE] = _capacity_kg(p, URINE_KIND, k, machine_works, machine_station, dt_s, False)
        wants_kg[k, BRINE] = _capacity_kg(p, BRINE_KIND, k, machine_works, machine_station, dt_s, False)
        wants_kg[k, WASTE_WATER] = _capacity_kg(p, WATER_KIND, k, machine_works, machine_station, dt_s, False)


@njit(cache=True)
def step(
    p: Params,
    s: State,
    t_s: float,
    dt_s: float,
    people: np.ndarray,
    machine_works: np.ndarray,
    machine_station: np.ndarray,
    part_station: np.ndarray,
    eva_air_kg: np.ndarray,
    got_kg: np.ndarray,
    gives_kg: np.ndarray,
    flow_kg: np.ndarray,
) -> None:
    """Use what was got: advance the air, write ``gives_kg`` (station, resource) back to the stores, add the flows.

    ``flow_kg`` (station, resource, use) is added to, never cleared. ``got_kg`` holds what the stores gave for ``ask``.
    """
    s.duty_frac[:] = 0.0
    for k in range(people.size):
        gives_kg[k, :] = 0.0
        if s.volume_m3[k] <= 0.0:
            continue
        got = got_kg[k]
        give = gives_kg[k]
        flow = flow_kg[k]
        _leak_and_eva(p, s, t_s, dt_s, k, part_station, eva_air_kg[k], flow)
        heads = people[k] * dt_s
        spare_water = _crew(p, s, k, heads, got, give, flow)
        made = _oxygen(p, s, k, spare_water, got, give, flow)
        _set_duty(p, s, ELECTROLYSER, k, machine_works, machine_station, dt_s, made)
        hydrogen = made * law.H2_PER_O2
        flow[HYDROGEN, ELECTROLYSIS] += hydrogen
        fed = _fed_share(p, ELECTROLYSER, k, machine_works, machine_station, dt_s)
        _carbon_dioxide(p, s, k, dt_s, heads, hydrogen, fed, machine_works, machine_station, give, flow)
        _water(p, s, k, t_s, dt_s, machine_works, machine_station, got, give, flow)
        _pressures(p, s, k)


@njit(cache=True)
def _leak_and_eva(
    p: Params, s: State, t_s: float, dt_s: float, k: int, part_station: np.ndarray, eva_kg: float, flow: np.ndarray
) -> None:
    air = s.air_kg[k].sum()
    if air <= 0.0:
        return
    leak = min(0.5 * air, station_leak_kg(p, s, t_s, dt_s, k, part_station, s.pressure_Pa[k]))
    eva = min(0.5 * air, eva_kg)
    for gas in range(GAS):
        share = s.air_kg[k, gas] / air
        s.air_kg[k, gas] -= (leak + eva) * share
        flow[AIR_OXYGEN + gas, LEAK] -= leak * share
        flow[AIR_OXYGEN + gas, EVA] -= eva * share


@njit(cache=True)
def _crew(
    p: Params, s: State, k: int, heads: float, got: np.ndarray, give: np.ndarray, flow: np.ndarray
) -> float:
    """People breathe, eat, drink and wash; returns the water left for electrolysis (kg).

    What is missing in food or water comes off their bodies, and the flow says so.
    """
    c = p.crew
    drunk = min(got[WATER], c.drink * heads)
    flushed = min(got[WATER] - drunk, c.flush * heads)
    breathed = min(s.air_kg[k, _O2], c.oxygen * heads)
    eaten = min(1.0, got[FOOD] / (food_as_shipped(c) * heads)) if heads > 0.0 else 1.0
    s.fed_frac[k] = eaten
    s.watered_frac[k] = drunk / (c.drink * heads) if heads > 0.0 else 1.0
    urine = (c.urine_water + c.urine_solids) * heads + flushed
    waste = (c.faecal_water + c.other_solids) * heads + c.packaging * heads * eaten + got[SUPPLIES] + got[TOILET]
    s.air_kg[k, _O2] -= breathed
    s.air_kg[k, _CO2] += c.co2 * heads
    s.air_kg[k, _H2O] += c.perspiration * heads
    give[URINE] += urine
    give[WASTE] += waste
    flow[AIR_OXYGEN, CREW] -= breathed
    flow[FOOD, CREW] -= got[FOOD]
    flow[WATER, CREW] -= drunk + flushed
    flow[SUPPLIES, CREW] -= got[SUPPLIES]
    flow[TOILET, CREW] -= got[TOILET]
    flow[AIR_CO2, CREW] += c.co2 * heads
    flow[AIR_WATER, CREW] += c.perspiration * heads
    flow[URINE, CREW] += urine
    flow[WASTE, CREW] += waste
    into = breathed + got[FOOD] + drunk + flushed + got[SUPPLIES] + got[TOILET]
    flow[BODY, CREW] += into - (c.co2 + c.perspiration) * heads - urine - waste
    return got[WATER] - drunk - flushed


@njit(cache=True)
def _oxygen(
    p: Params, s: State, k: int, water_kg: float, got: np.ndarray, give: np.ndarray, flow: np.ndarray
) -> float:
    """Electrolysis, candles and tanks into the cabin; returns the oxygen electrolysed (kg)."""
    made = water_kg / law.WATER_PER_O2
    burned = got[CANDLES] * p.rules.candle_oxygen_frac
    s.air_kg[k, _O2] += made + burned + got[OXYGEN]
    s.air_kg[k, _N2] += got[NITROGEN]
    give[WASTE] += got[CANDLES] - burned
    flow[WATER, ELECTROLYSIS] -= water_kg
    flow[AIR_OXYGEN, ELECTROLYSIS] += made
    flow[CANDLES, CANDLE_BURNING] -= got[CANDLES]
    flow[AIR_OXYGEN, CANDLE_BURNING] += burned
    flow[WASTE, CANDLE_BURNING] += got[CANDLES] - burned
    flow[OXYGEN, MAKEUP] -= got[OXYGEN]
    flow[AIR_OXYGEN, MAKEUP] += got[OXYGEN]
    flow[NITROGEN, MAKEUP] -= got[NITROGEN]
    flow[AIR_NITROGEN, MAKEUP] += got[NITROGEN]
    return made


@njit(cache=True)
def _fed_share(p: Params, kind: int, k: int, works: np.ndarray, where: np.ndarray, dt_s: float) -> float:
    """Share of a kind's working capacity whose product reaches the Sabatier reactor."""
    everything = _capacity_kg(p, kind, k, works, where, dt_s, False)
    return _capacity_kg(p, kind, k, works, where, dt_s, True) / everything if everything > 0.0 else 0.0


@njit(cache=True)
def _carbon_dioxide(
    p: Params,
    s: State,
    k: int,
    dt_s: float,
    heads: float,
    hydrogen: float,
    hydrogen_fed_frac: float,
    works: np.ndarray,
    where: np.ndarray,
    give: np.ndarray,
    flow: np.ndarray,
) -> None:
    """Scrub CO2, make water of what the reactor takes, vent the rest with the hydrogen and a little air."""
    r = p.rules
    rate = 0.0
    for m in range(p.machine_kind.size):
        if p.machine_kind[m] == SCRUBBER and where[m] == k and p.scrub_reference_Pa[m] > 0.0:
            rate += p.capacity_kg_per_s[m] * works[m] / _gas_kg(p, s, k, _CO2, p.scrub_reference_Pa[m])
    inflow = p.crew.co2 * heads
    target = _gas_kg(p, s, k, _CO2, r.co2_target_Pa)
    taken = law.scrubbed_kg(s.air_kg[k, _CO2] - inflow, inflow, rate, target, dt_s)
    taken = max(0.0, min(taken, s.air_kg[k, _CO2]))
    limit = _capacity_kg(p, SCRUBBER, k, works, where, dt_s, False)
    _set_duty(p, s, SCRUBBER, k, works, where, dt_s, min(taken, limit))
    s.air_kg[k, _CO2] -= taken
    water_made = _capacity_kg(p, SABATIER_KIND, k, works, where, dt_s, False)
    fed_co2 = taken * _fed_share(p, SCRUBBER, k, works, where, dt_s)
    per_water = law.WATER_PER_H2 * r.sabatier_water_frac
    used_h2 = min(hydrogen * hydrogen_fed_frac, fed_co2 / law.CO2_PER_H2 * r.sabatier_h2_per_co2_mol / 4.0)
    used_h2 = min(used_h2, water_made / per_water)
    product = used_h2 * per_water
    _set_duty(p, s, SABATIER_KIND, k, works, where, dt_s, product)
    used_co2, methane = used_h2 * law.CO2_PER_H2, used_h2 * law.CH4_PER_H2
    vapour = used_h2 * law.WATER_PER_H2 - product
    give[WASTE_WATER] += product
    flow[AIR_CO2, SABATIER] -= used_co2
    flow[HYDROGEN, SABATIER] -= used_h2
    flow[METHANE, SABATIER] += methane
    flow[WASTE_WATER, SABATIER] += product + vapour
    flow[WASTE_WATER, OVERBOARD] -= vapour
    flow[METHANE, OVERBOARD] -= methane
    flow[HYDROGEN, OVERBOARD] -= hydrogen - used_h2
    flow[AIR_CO2, OVERBOARD] -= taken - used_co2
    dry = s.air_kg[k, _O2] + s.air_kg[k, _N2]
    if dry > 0.0:
        lost = min(dry, taken * r.vented_air_frac)
        for gas in range(2):
            part = lost * s.air_kg[k, gas] / dry
            flow[AIR_OXYGEN + gas, OVERBOARD] -= part
            s.air_kg[k, gas] -= part


@njit(cache=True)
def _water(
    p: Params,
    s: State,
    k: int,
    t_s: float,
    dt_s: float,
    works: np.ndarray,
    where: np.ndarray,
    got: np.ndarray,
    give: np.ndarray,
    flow: np.ndarray,
) -> None:
    """Urine to distillate and brine, brine to vapour, vapour to condensate, all of it to drinking water."""
    urine, brine, grey = got[URINE], got[BRINE], got[WASTE_WATER]
    distilled = urine * _yield(p, URINE_KIND, t_s)
    brine_works = _capacity_kg(p, BRINE_KIND, k, works, where, dt_s, False) > 0.0
    residue = WASTE if not brine_works else BRINE
    give[WASTE_WATER] += distilled
    give[residue] += urine - distilled
    flow[URINE, URINE_PROCESSING] -= urine
    flow[WASTE_WATER, URINE_PROCESSING] += distilled
    flow[residue, URINE_PROCESSING] += urine - distilled
    dried = brine * _yield(p, BRINE_KIND, t_s)
    s.air_kg[k, _H2O] += dried
    give[WASTE] += brine - dried
    flow[BRINE, BRINE_PROCESSING] -= brine
    flow[AIR_WATER, BRINE_PROCESSING] += dried
    flow[WASTE, BRINE_PROCESSING] += brine - dried
    polished = grey * _yield(p, WATER_KIND, t_s)
    give[WATER] += polished
    give[WASTE] += grey - polished
    flow[WASTE_WATER, WATER_PROCESSING] -= grey
    flow[WATER, WATER_PROCESSING] += polished
    flow[WASTE, WATER_PROCESSING] += grey - polished
    wet = max(0.0, s.air_kg[k, _H2O] - _gas_kg(p, s, k, _H2O, p.rules.vapour_target_Pa))
    condensed = min(wet, _capacity_kg(p, DEHUMIDIFIER, k, works, where, dt_s, False))
    s.air_kg[k, _H2O] -= condensed
    give[WASTE_WATER] += condensed
    flow[AIR_WATER, DEHUMIDIFYING] -= condensed
    flow[WASTE_WATER, DEHUMIDIFYING] += condensed
    _set_duty(p, s, URINE_KIND, k, works, where, dt_s, urine)
    _set_duty(p, s, BRINE_KIND, k, works, where, dt_s, brine)
    _set_duty(p, s, WATER_KIND, k, works, where, dt_s, grey)
    _set_duty(p, s, DEHUMIDIFIER, k, works, where, dt_s, condensed)


@njit(cache=True)
def _set_duty(
    p: Params, s: State, kind: int, k: int, works: np.ndarray, where: np.ndarray, dt_s: float, done_kg: float
) -> None:
    """All working machines of a kind share the work in proportion to their capacity."""
    can = _capacity_kg(p, kind, k, works, where, dt_s, False)
    duty = min(1.0, done_kg / can) if can > 0.0 else 0.0
    for m in range(p.machine_kind.size):
        if p.machine_kind[m] == kind and where[m] == k:
            s.duty_frac[m] = duty * works[m]


@njit(cache=True)
def _pressures(p: Params, s: State, k: int) -> None:
    r = p.rules
    total = 0.0
    for gas in range(GAS):
        pressure = law.partial_pressure_Pa(
            s.air_kg[k, gas], MOLAR_MASS_KG_PER_MOL[gas], s.volume_m3[k], r.temperature_K
        )
        total += pressure
        if gas == _O2:
            s.oxygen_Pa[k] = pressure
        elif gas == _CO2:
            s.co2_Pa[k] = pressure
    s.pressure_Pa[k] = total
    s.pressure_ok[k] = total >= r.pressure_limit_Pa and s.oxygen_Pa[k] >= r.oxygen_limit_Pa
    s.co2_ok[k] = s.co2_Pa[k] <= r.co2_limit_Pa


@njit(cache=True)
def resettle_air(p: Params, s: State, volume_m3: np.ndarray, flow_kg: np.ndarray) -> None:
    """The pressurised volumes changed: parts arrived, left, or moved between stations (station,).

    What stations lose goes, volume for volume, to those that grow; new volume beyond it arrives with standard air
    ("delivered"), volume that leaves the scenario takes its air along ("removed").
    """
    pool_kg = np.zeros(GAS)
    pool_m3 = 0.0
    flow = flow_kg
    for k in range(volume_m3.size):
        if volume_m3[k] < s.volume_m3[k]:
            share = (s.volume_m3[k] - volume_m3[k]) / s.volume_m3[k]
            pool_m3 += s.volume_m3[k] - volume_m3[k]
            for gas in range(GAS):
                moved = s.air_kg[k, gas] * share
                pool_kg[gas] += moved
                s.air_kg[k, gas] -= moved
                flow[k, AIR_OXYGEN + gas, REMOVED] -= moved
            s.volume_m3[k] = volume_m3[k]
            if volume_m3[k] > 0.0:
                _pressures(p, s, k)
    for k in range(volume_m3.size):
        grown = volume_m3[k] - s.volume_m3[k]
        if grown <= 0.0:
            continue
        reused = min(grown, pool_m3)
        share = reused / pool_m3 if pool_m3 > 0.0 else 0.0
        s.volume_m3[k] = grown
        for gas in range(GAS):
            moved = pool_kg[gas] * share
            fresh = standard_air_kg(p, s, k, gas) * (grown - reused) / grown
            pool_kg[gas] -= moved
            s.air_kg[k, gas] += moved + fresh
            flow[k, AIR_OXYGEN + gas, DELIVERED] += moved + fresh
        pool_m3 -= reused
        s.volume_m3[k] = volume_m3[k]
        _pressures(p, s, k)


@njit(cache=True)
def standard_air_kg(p: Params, s: State, k: int, gas: int) -> float:
    """One gas of a cabin of this volume filled at the set points."""
    r = p.rules
    if gas == _O2:
        return _gas_kg(p, s, k, gas, r.oxygen_target_Pa)
    if gas == _CO2:
        return 0.0
    if gas == _H2O:
        return _gas_kg(p, s, k, gas, r.vapour_target_Pa)
    return _gas_kg(p, s, k, gas, r.pressure_target_Pa - r.oxygen_target_Pa - r.vapour_target_Pa)


@njit(cache=True)
def crew_use_kg_per_s(p: Params, people: float, out: np.ndarray) -> None:
    """What people alone use, (resource,) kg/s: the denominator of reserves in days. No recovery is counted on."""
    c = p.crew
    out[:] = 0.0
    out[FOOD] = food_as_shipped(c) * people
    out[WATER] = (c.drink + c.flush) * people
    out[OXYGEN] = c.oxygen * people
    out[CANDLES] = c.oxygen * people / p.rules.candle_oxygen_frac
    out[SUPPLIES] = c.supplies * people
    out[TOILET] = c.toilet * people
