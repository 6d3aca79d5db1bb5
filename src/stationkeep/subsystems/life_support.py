"""Life support: the cabin's air, and the machines that turn water to oxygen and everything back to water.

Each step ``ask`` says what people and working machines want from the stores, the stores give what there is, and
``step`` turns it into air, water, waste and the flows of the record. Every kilogram that leaves one resource enters
another, the vacuum, or the crew's bodies (`laws/matter.py`).
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from stationkeep.laws import life_support as law
from stationkeep.laws import matter as of
from stationkeep.laws.metabolism import CrewRates, food_as_shipped
from stationkeep.loops import borrows

KINDS = ("electrolyser", "candle", "scrubber", "sabatier", "urine", "brine", "water", "dehumidifier")
ELECTROLYSER, CANDLE, SCRUBBER, SABATIER, URINE, BRINE, WATER, DEHUMIDIFIER = range(len(KINDS))
GAS = 4  # the columns of air_kg
O2, N2, CO2, H2O = range(GAS)
WHOLE_OXYGEN_kg_per_s = 9.0 / 86400.0
"""Electrolysis of a station known only as a whole: one assembly of the class of OGA (stations/iss/machines.csv)."""
RECOVERED_frac = 0.75
"""Share of the water people use that recovery gives back even on a bad day: condensate and half of the urine. Assumed;
93 % was measured before the brine processor, 98 % after (docs/validation.md)."""
SATURATION_Pa = 2613.0
"""Vapour pressure of water at the cabin's 295 K (Magnus formula, WMO No. 8): what is above it is dew."""


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
    leak_growth_per_s: float


class Params(NamedTuple):
    """machine arrays (machine,): kind -1 for what is not life support; yields (kind, point); leaks (leak, point).

    ``feeds_sabatier``: this machine's hydrogen or CO2 reaches the reactor. ``scrub_Pa``: CO2 pressure at which a
    scrubber's capacity is rated, 0 for other machines.
    """

    crew: CrewRates
    rules: Rules
    machine_kind: np.ndarray
    feeds_sabatier: np.ndarray
    capacity_kg_per_s: np.ndarray
    scrub_Pa: np.ndarray
    yield_at_s: np.ndarray
    yield_frac: np.ndarray
    leak_part: np.ndarray
    leak_at_s: np.ndarray
    leak_kg_per_s: np.ndarray
    leak_points: np.ndarray


class State(NamedTuple):
    """air_kg (station, gas); leak_open (leak,), 0 behind a closed hatch; whole (station, 3): a station known as a whole
    makes oxygen, removes CO2, recovers water; settled (1,); the rest (station,).

    Pressures are those at the end of the step. ``can_kg``, ``feeds_kg``, ``done_kg`` (station, kind) are what the
    machines can process in the step, the part of it that feeds Sabatier, and what they did; ``scrub_m3_per_s`` is the
    air that working scrubbers clean. ``yields`` (kind,) and ``leak_kg_per_s`` (station,) are of the step. All are found
    anew by each ``ask``; what machines can do only unless it is ``settled`` that none moved, failed or lost power.
    """

    air_kg: np.ndarray
    volume_m3: np.ndarray
    pressure_Pa: np.ndarray
    oxygen_Pa: np.ndarray
    co2_Pa: np.ndarray
    pressure_ok: np.ndarray
    co2_ok: np.ndarray
    fed_frac: np.ndarray
    watered_frac: np.ndarray
    leak_open: np.ndarray
    can_kg: np.ndarray
    feeds_kg: np.ndarray
    done_kg: np.ndarray
    yields: np.ndarray
    leak_kg_per_s: np.ndarray
    whole: np.ndarray
    scrub_m3_per_s: np.ndarray
    settled: np.ndarray


@njit(cache=True)
def gas_kg(pressure_Pa: float, gas: int, volume_m3: float, temperature_K: float) -> float:
    """Mass of one gas of the cabin at a partial pressure."""
    return law.gas_mass_kg(pressure_Pa, of.MOLAR_MASS_KG_PER_MOL[gas], volume_m3, temperature_K)


@borrows
def _count(p: Params, s: State, dt_s: float, works: np.ndarray, where: np.ndarray) -> None:
    """What the working machines of each station can do in a step."""
    s.can_kg[:] = 0.0
    s.feeds_kg[:] = 0.0
    s.scrub_m3_per_s[:] = 0.0
    for m in range(p.machine_kind.size):
        kind, k = p.machine_kind[m], where[m]
        if kind >= 0 and k >= 0:
            kg = p.capacity_kg_per_s[m] * works[m] * dt_s
            s.can_kg[k, kind] += kg
            if p.feeds_sabatier[m]:
                s.feeds_kg[k, kind] += kg
            if p.scrub_Pa[m] > 0.0:
                s.scrub_m3_per_s[k] += p.capacity_kg_per_s[m] * works[m] / gas_kg(p.scrub_Pa[m], CO2, 1.0, p.rules.temperature_K)


@borrows
def _survey(p: Params, s: State, t_s: float, part_station: np.ndarray) -> None:
    """What machines recover at this date, and what leaks, for the step that begins at t_s."""
    s.done_kg[:] = 0.0
    s.leak_kg_per_s[:] = 0.0
    for kind in range(s.yields.size):
        s.yields[kind] = p.yield_frac[kind, 0]
        for j in range(p.yield_at_s.shape[1]):
            if p.yield_at_s[kind, j] <= t_s:
                s.yields[kind] = p.yield_frac[kind, j]
    for j in range(p.leak_part.size):
        k = part_station[p.leak_part[j]]
        if k >= 0:
            rate = law.leak_kg_per_s(
                t_s, p.leak_at_s[j], p.leak_kg_per_s[j], p.leak_points[j], p.rules.leak_growth_per_s,
                s.pressure_Pa[k] / 101325.0,
            )  # fmt: skip
            s.leak_kg_per_s[k] += rate * s.leak_open[j]


@borrows
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
    """Fill ``wants_kg`` (station, resource) with what the step that begins at ``t_s`` would take from the stores.

    people: (station,) mean number aboard over the step; machine_works: (machine,) 0..1 or bool; machine_station:
    (machine,), -1 nowhere; part_station: (part,); eva_air_kg: (station,) air lost through airlocks in the step.
    """
    if not s.settled[0]:
        _count(p, s, dt_s, machine_works, machine_station)
    _survey(p, s, t_s, part_station)
    r, c = p.rules, p.crew
    wants_kg[:] = 0.0
    for k in range(people.size):
        volume = s.volume_m3[k]
        if volume <= 0.0:
            continue
        heads, air, can, want = people[k] * dt_s, s.air_kg[k], s.can_kg[k], wants_kg[k]
        kept = 1.0 - min(1.0, (eva_air_kg[k] + s.leak_kg_per_s[k] * dt_s) / max(air.sum(), 1e-9))
        oxygen = air[O2] * kept - c.oxygen * heads
        makes = can[ELECTROLYSER] + (WHOLE_OXYGEN_kg_per_s * dt_s if s.whole[k, 0] else 0.0)
        electrolysed = min(makes, max(0.0, gas_kg(r.oxygen_target_Pa, O2, volume, r.temperature_K) - oxygen))
        short = max(0.0, gas_kg(r.oxygen_tank_Pa, O2, volume, r.temperature_K) - oxygen - electrolysed)
        others_Pa = s.pressure_Pa[k] - air[N2] / gas_kg(1.0, N2, volume, r.temperature_K)
        nitrogen = gas_kg(max(0.0, r.pressure_target_Pa - others_Pa), N2, volume, r.temperature_K) - air[N2] * kept
        want[of.FOOD] = food_as_shipped(c) * heads
        want[of.SUPPLIES] = c.supplies * heads
        want[of.TOILET] = c.toilet * heads
        want[of.WATER] = (c.drink + c.flush) * heads + law.electrolysis_water_kg(electrolysed)
        want[of.OXYGEN] = short
        if s.oxygen_Pa[k] < r.oxygen_candle_Pa:
            want[of.CANDLES] = min(can[CANDLE], short) / r.candle_oxygen_frac
        want[of.NITROGEN] = max(0.0, nitrogen)
        want[of.URINE] = can[URINE]
        want[of.BRINE] = can[BRINE]
        want[of.WASTE_WATER] = can[WATER]


@borrows
def step(
    p: Params,
    s: State,
    dt_s: float,
    people: np.ndarray,
    eva_air_kg: np.ndarray,
    got_kg: np.ndarray,
    gives_kg: np.ndarray,
    flow_kg: np.ndarray,
) -> None:
    """Use what was got for ``ask``: advance the air, fill ``gives_kg`` (station, resource) for the stores, add flows.

    ``flow_kg`` (station, resource, use) is added to, never cleared.
    """
    gives_kg[:] = 0.0
    for k in range(people.size):
        volume = s.volume_m3[k]
        if volume <= 0.0:
            continue
        air, done, can, feeds = s.air_kg[k], s.done_kg[k], s.can_kg[k], s.feeds_kg[k]
        got, give, flow = got_kg[k], gives_kg[k], flow_kg[k]
        heads = people[k] * dt_s
        _lose(air, s.leak_kg_per_s[k] * dt_s, of.LEAK, flow)
        _lose(air, eva_air_kg[k], of.EVA, flow)
        water = _live(p.crew, heads, air, got, give, flow)
        s.fed_frac[k] = min(1.0, got[of.FOOD] / (food_as_shipped(p.crew) * heads)) if heads > 0.0 else 1.0
        s.watered_frac[k] = min(1.0, got[of.WATER] / (p.crew.drink * heads)) if heads > 0.0 else 1.0
        _make_oxygen(p.rules, water, air, got, give, done, flow)
        scrub_per_s = s.scrub_m3_per_s[k] / volume
        target = gas_kg(p.rules.co2_target_Pa, CO2, volume, p.rules.temperature_K)
        inflow = p.crew.co2 * heads
        taken = air[CO2] - target if s.whole[k, 1] else law.scrubbed_kg(air[CO2] - inflow, inflow, scrub_per_s, target, dt_s)
        _use_co2(p.rules, max(0.0, min(taken, air[CO2])), air, can, feeds, give, done, flow)
        _recover_water(s.yields, air, can, got, give, done, flow)
        wet = air[H2O] - gas_kg(p.rules.vapour_target_Pa, H2O, volume, p.rules.temperature_K)
        done[DEHUMIDIFIER] = max(0.0, min(wet, can[DEHUMIDIFIER]))
        _condense(done[DEHUMIDIFIER], air, give, flow)
        dew = air[H2O] - gas_kg(SATURATION_Pa, H2O, volume, p.rules.temperature_K)
        _condense(max(0.0, dew), air, give, flow)
        if s.whole[k, 2]:
            _recover_whole(give, flow)
        _pressures(p.rules, s, k)


@njit(cache=True)
def _lose(air: np.ndarray, kg: float, use: int, flow: np.ndarray) -> None:
    """Air goes into the vacuum as it is mixed; never more than half of it in one step."""
    total = air.sum()
    frac = min(0.5, kg / total) if total > 0.0 else 0.0
    for gas in range(GAS):
        flow[of.AIR_OXYGEN + gas, use] -= air[gas] * frac
        air[gas] -= air[gas] * frac


@njit(cache=True)
def _live(c: CrewRates, heads: float, air: np.ndarray, got: np.ndarray, give: np.ndarray, flow: np.ndarray) -> float:
    """People breathe, eat, drink and wash; returns the water left for electrolysis (kg).

    What is missing in food or water comes off their bodies, and the flow says so.
    """
    drunk = min(got[of.WATER], c.drink * heads)
    flushed = min(got[of.WATER] - drunk, c.flush * heads)
    breathed = min(air[O2], c.oxygen * heads)
    eaten = got[of.FOOD] / food_as_shipped(c)
    urine = (c.urine_water + c.urine_solids) * heads + flushed
    waste = (c.faecal_water + c.other_solids) * heads + c.packaging * eaten + got[of.SUPPLIES] + got[of.TOILET]
    air[O2] -= breathed
    air[CO2] += c.co2 * heads
    air[H2O] += c.perspiration * heads
    give[of.URINE] += urine
    give[of.WASTE] += waste
    flow[of.AIR_OXYGEN, of.CREW] -= breathed
    flow[of.FOOD, of.CREW] -= got[of.FOOD]
    flow[of.WATER, of.CREW] -= drunk + flushed
    flow[of.SUPPLIES, of.CREW] -= got[of.SUPPLIES]
    flow[of.TOILET, of.CREW] -= got[of.TOILET]
    flow[of.AIR_CO2, of.CREW] += c.co2 * heads
    flow[of.AIR_WATER, of.CREW] += c.perspiration * heads
    flow[of.URINE, of.CREW] += urine
    flow[of.WASTE, of.CREW] += waste
    into = breathed + got[of.FOOD] + drunk + flushed + got[of.SUPPLIES] + got[of.TOILET]
    flow[of.BODY, of.CREW] += into - (c.co2 + c.perspiration) * heads - urine - waste
    return got[of.WATER] - drunk - flushed


@njit(cache=True)
def _make_oxygen(
    r: Rules, water: float, air: np.ndarray, got: np.ndarray, give: np.ndarray, done: np.ndarray, flow: np.ndarray
) -> None:
    """Electrolysis, candles and tanks into the cabin."""
    made = water / law.WATER_PER_O2
    burned = got[of.CANDLES] * r.candle_oxygen_frac
    done[ELECTROLYSER], done[CANDLE] = made, burned
    air[O2] += made + burned + got[of.OXYGEN]
    air[N2] += got[of.NITROGEN]
    give[of.WASTE] += got[of.CANDLES] - burned
    flow[of.WATER, of.ELECTROLYSIS] -= water
    flow[of.AIR_OXYGEN, of.ELECTROLYSIS] += made
    flow[of.HYDROGEN, of.ELECTROLYSIS] += water - made
    flow[of.CANDLES, of.CANDLE_BURNING] -= got[of.CANDLES]
    flow[of.AIR_OXYGEN, of.CANDLE_BURNING] += burned
    flow[of.WASTE, of.CANDLE_BURNING] += got[of.CANDLES] - burned
    flow[of.OXYGEN, of.MAKEUP] -= got[of.OXYGEN]
    flow[of.AIR_OXYGEN, of.MAKEUP] += got[of.OXYGEN]
    flow[of.NITROGEN, of.MAKEUP] -= got[of.NITROGEN]
    flow[of.AIR_NITROGEN, of.MAKEUP] += got[of.NITROGEN]


@borrows
def _use_co2(
    r: Rules,
    taken: float,
    air: np.ndarray,
    can: np.ndarray,
    feeds: np.ndarray,
    give: np.ndarray,
    done: np.ndarray,
    flow: np.ndarray,
) -> None:
    """Scrubbed CO2 makes water where a reactor takes it; the rest is vented with the hydrogen and a little air."""
    hydrogen = done[ELECTROLYSER] * law.H2_PER_O2
    fed_h2 = hydrogen * feeds[ELECTROLYSER] / can[ELECTROLYSER] if can[ELECTROLYSER] > 0.0 else 0.0
    fed_co2 = taken * feeds[SCRUBBER] / can[SCRUBBER] if can[SCRUBBER] > 0.0 else 0.0
    water_per_h2 = law.WATER_PER_H2 * r.sabatier_water_frac
    used = min(fed_h2, fed_co2 / law.CO2_PER_H2 * r.sabatier_h2_per_co2_mol / 4.0, can[SABATIER] / water_per_h2)
    product = used * water_per_h2
    done[SCRUBBER], done[SABATIER] = min(taken, can[SCRUBBER]), product
    air[CO2] -= taken
    give[of.WASTE_WATER] += product
    flow[of.AIR_CO2, of.SABATIER] -= used * law.CO2_PER_H2
    flow[of.HYDROGEN, of.SABATIER] -= used
    flow[of.METHANE, of.SABATIER] += used * law.CH4_PER_H2
    flow[of.WASTE_WATER, of.SABATIER] += used * law.WATER_PER_H2
    flow[of.WASTE_WATER, of.OVERBOARD] -= used * law.WATER_PER_H2 - product
    flow[of.METHANE, of.OVERBOARD] -= used * law.CH4_PER_H2
    flow[of.HYDROGEN, of.OVERBOARD] -= hydrogen - used
    flow[of.AIR_CO2, of.OVERBOARD] -= taken - used * law.CO2_PER_H2
    dry = air[O2] + air[N2]
    vented = min(1.0, taken * r.vented_air_frac / dry) if dry > 0.0 else 0.0
    for gas in (O2, N2):
        flow[of.AIR_OXYGEN + gas, of.OVERBOARD] -= air[gas] * vented
        air[gas] -= air[gas] * vented


@njit(cache=True)
def _recover_water(
    yields: np.ndarray,
    air: np.ndarray,
    can: np.ndarray,
    got: np.ndarray,
    give: np.ndarray,
    done: np.ndarray,
    flow: np.ndarray,
) -> None:
    """Urine to distillate and brine, brine to vapour, grey water to drinking water; residues are waste."""
    urine, brine, grey = got[of.URINE], got[of.BRINE], got[of.WASTE_WATER]
    done[URINE], done[BRINE], done[WATER] = urine, brine, grey
    distilled, dried, polished = urine * yields[URINE], brine * yields[BRINE], grey * yields[WATER]
    residue = of.BRINE if can[BRINE] > 0.0 else of.WASTE
    air[H2O] += dried
    give[of.WASTE_WATER] += distilled
    give[residue] += urine - distilled
    give[of.WATER] += polished
    give[of.WASTE] += brine - dried + grey - polished
    flow[of.URINE, of.URINE_PROCESSING] -= urine
    flow[of.WASTE_WATER, of.URINE_PROCESSING] += distilled
    flow[residue, of.URINE_PROCESSING] += urine - distilled
    flow[of.BRINE, of.BRINE_PROCESSING] -= brine
    flow[of.AIR_WATER, of.BRINE_PROCESSING] += dried
    flow[of.WASTE, of.BRINE_PROCESSING] += brine - dried
    flow[of.WASTE_WATER, of.WATER_PROCESSING] -= grey
    flow[of.WATER, of.WATER_PROCESSING] += polished
    flow[of.WASTE, of.WATER_PROCESSING] += grey - polished


@njit(cache=True)
def _recover_whole(give: np.ndarray, flow: np.ndarray) -> None:
    """A station known as a whole gives drinking water back from urine and condensate."""
    for source, use in ((of.URINE, of.URINE_PROCESSING), (of.WASTE_WATER, of.WATER_PROCESSING)):
        back = RECOVERED_frac * max(give[source], 0.0)
        give[source] -= back
        give[of.WATER] += back
        flow[source, use] -= back
        flow[of.WATER, use] += back


@njit(cache=True)
def _condense(kg: float, air: np.ndarray, give: np.ndarray, flow: np.ndarray) -> None:
    """Humidity becomes condensate, to be cleaned in a later step: in a machine, or as dew that the crew wipes up."""
    air[H2O] -= kg
    give[of.WASTE_WATER] += kg
    flow[of.AIR_WATER, of.DEHUMIDIFYING] -= kg
    flow[of.WASTE_WATER, of.DEHUMIDIFYING] += kg


@njit(cache=True)
def _pressures(r: Rules, s: State, k: int) -> None:
    s.pressure_Pa[k] = 0.0
    for gas in range(GAS):
        pressure = s.air_kg[k, gas] / gas_kg(1.0, gas, s.volume_m3[k], r.temperature_K)
        s.pressure_Pa[k] += pressure
        if gas == O2:
            s.oxygen_Pa[k] = pressure
        elif gas == CO2:
            s.co2_Pa[k] = pressure
    s.pressure_ok[k] = s.pressure_Pa[k] >= r.pressure_limit_Pa and s.oxygen_Pa[k] >= r.oxygen_limit_Pa
    s.co2_ok[k] = s.co2_Pa[k] <= r.co2_limit_Pa


@njit(cache=True)
def standard_air_kg(r: Rules, gas: int, volume_m3: float) -> float:
    """One gas of a cabin of this volume filled at the set points."""
    if gas == O2:
        pressure = r.oxygen_target_Pa
    elif gas == CO2:
        pressure = r.co2_target_Pa
    elif gas == H2O:
        pressure = r.vapour_target_Pa
    else:
        pressure = r.pressure_target_Pa - r.oxygen_target_Pa - r.co2_target_Pa - r.vapour_target_Pa
    return gas_kg(pressure, gas, volume_m3, r.temperature_K)


@njit(cache=True)
def resettle_air(p: Params, s: State, volume_m3: np.ndarray, flow_kg: np.ndarray) -> None:
    """The pressurised volumes (station,) changed: parts arrived, left, or moved between stations.

    What stations lose goes, volume for volume, to those that grow ("delivered" there, "removed" here); new volume
    beyond it brings standard air, volume that leaves takes its air along. Call it once at the start to fill cabins.
    """
    pool_kg = np.zeros(GAS)
    pool_m3 = 0.0
    for k in range(volume_m3.size):
        lost = s.volume_m3[k] - volume_m3[k]
        if lost > 0.0:
            for gas in range(GAS):
                moved = s.air_kg[k, gas] * lost / s.volume_m3[k]
                pool_kg[gas] += moved
                s.air_kg[k, gas] -= moved
                flow_kg[k, of.AIR_OXYGEN + gas, of.REMOVED] -= moved
            pool_m3 += lost
    for k in range(volume_m3.size):
        grown = volume_m3[k] - s.volume_m3[k]
        if grown > 0.0:
            reused = min(grown, pool_m3)
            share = reused / pool_m3 if pool_m3 > 0.0 else 0.0
            for gas in range(GAS):
                brought = pool_kg[gas] * share + standard_air_kg(p.rules, gas, grown - reused)
                pool_kg[gas] -= pool_kg[gas] * share
                s.air_kg[k, gas] += brought
                flow_kg[k, of.AIR_OXYGEN + gas, of.DELIVERED] += brought
            pool_m3 -= reused
        s.volume_m3[k] = volume_m3[k]
        if volume_m3[k] > 0.0:
            _pressures(p.rules, s, k)


@njit(cache=True)
def reserves_d(p: Params, people: float, stock_kg: np.ndarray, out_d: np.ndarray) -> None:
    """Days each stock (resource,) keeps ``people`` alive without machines; 1e18 for what people do not need.

    Water is what they drink and flush, with nothing recovered; oxygen counts tanks and candles, not electrolysis.
    """
    out_d[:] = 1e18
    if people <= 0.0:
        return
    c, per_day = p.crew, 86400.0 * people
    tanks = stock_kg[of.OXYGEN] + stock_kg[of.CANDLES] * p.rules.candle_oxygen_frac
    out_d[of.FOOD] = law.reserve_d(stock_kg[of.FOOD], food_as_shipped(c) * per_day)
    out_d[of.WATER] = law.reserve_d(stock_kg[of.WATER], (c.drink + c.flush) * per_day)
    out_d[of.OXYGEN] = law.reserve_d(tanks, c.oxygen * per_day)
    out_d[of.SUPPLIES] = law.reserve_d(stock_kg[of.SUPPLIES], c.supplies * per_day)
    out_d[of.TOILET] = law.reserve_d(stock_kg[of.TOILET], c.toilet * per_day)
