"""Gases, water loops and leaks: stoichiometry, partial pressures, and how long a stock lasts.

Molar masses: IUPAC 2021. Scalars in nopython, arrays broadcast where the body has no branch.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import ArrayLike

GAS_CONSTANT_J_PER_MOL_K = 8.314462618  # CODATA 2018
H2_PER_O2 = 2.0 * 2.01588 / 31.9988  # 2 H2O -> 2 H2 + O2, by mass
WATER_PER_O2 = 1.0 + H2_PER_O2
CO2_PER_H2 = 44.0095 / (4.0 * 2.01588)  # CO2 + 4 H2 -> CH4 + 2 H2O, by mass
WATER_PER_H2 = 2.0 * 18.01528 / (4.0 * 2.01588)
CH4_PER_H2 = 1.0 + CO2_PER_H2 - WATER_PER_H2


@njit(cache=True)
def electrolysis_water_kg(oxygen_kg: float) -> float:
    """Water split for this oxygen: 1.126 kg per kg of O2 (stoichiometry)."""
    return oxygen_kg * WATER_PER_O2


@njit(cache=True)
def partial_pressure_Pa(mass_kg: float, molar_mass_kg_per_mol: float, volume_m3: float, temperature_K: float) -> float:
    """Ideal gas law. Dry air of 1 m3 at 101.325 kPa and 293.15 K weighs 1.204 kg (ISO 2533 composition)."""
    return mass_kg / molar_mass_kg_per_mol * GAS_CONSTANT_J_PER_MOL_K * temperature_K / volume_m3


@njit(cache=True)
def gas_mass_kg(pressure_Pa: float, molar_mass_kg_per_mol: float, volume_m3: float, temperature_K: float) -> float:
    """Inverse of :func:`partial_pressure_Pa`."""
    return pressure_Pa * molar_mass_kg_per_mol * volume_m3 / (GAS_CONSTANT_J_PER_MOL_K * temperature_K)


@njit(cache=True)
def scrubbed_kg(start_kg: float, inflow_kg: float, rate_per_s: float, target_kg: float, dt_s: float) -> float:
    """Mass a scrubber of first order takes out of a mixed cabin in one step, held to a target.

    The bed takes a fixed flow of air, so its removal grows with the concentration (CDRA: six people at 3.9 mmHg, four
    at 2 mmHg): dm/dt = inflow/dt - rate m, solved exactly over the step; nothing is removed below the target.
    """
    untouched = start_kg + inflow_kg
    if untouched <= target_kg or rate_per_s <= 0.0:
        return 0.0
    fade = math.exp(-rate_per_s * dt_s)
    lowest = start_kg * fade + inflow_kg / (rate_per_s * dt_s) * (1.0 - fade)
    return untouched - max(lowest, min(target_kg, untouched))


@njit(cache=True)
def water_recovery_frac(
    urine_kg: float, condensate_kg: float, urine_yield_frac: float, brine_yield_frac: float, polish_yield_frac: float
) -> float:
    """Share of urine and condensate that comes back as drinking water.

    ISS: 93-94 % with the urine processor at 85-87 %, 98 % with the brine processor behind it (NASA, 20 June 2023).
    """
    distilled = urine_kg * (urine_yield_frac + (1.0 - urine_yield_frac) * brine_yield_frac)
    return (condensate_kg + distilled) * polish_yield_frac / (urine_kg + condensate_kg)


@njit(cache=True)
def leak_kg_per_s(
    t_s: float, at_s: np.ndarray, kg_per_s: np.ndarray, count: int, growth_per_s: float, pressure_frac: float
) -> float:
    """Air lost through one element: the record at its points, exponential growth between them and after the last one.

    at_s, kg_per_s: (n,) ascending, the first ``count`` used; before the first point there is no leak, and to or from
    none it goes along a line. Flow through a small hole into vacuum is choked and so proportional to cabin pressure.
    """
    if count == 0 or t_s < at_s[0]:
        return 0.0
    last = count - 1
    if t_s >= at_s[last]:
        return kg_per_s[last] * math.exp(growth_per_s * (t_s - at_s[last])) * pressure_frac
    k = 0
    while at_s[k + 1] <= t_s:
        k += 1
    share = (t_s - at_s[k]) / (at_s[k + 1] - at_s[k])
    if kg_per_s[k] <= 0.0 or kg_per_s[k + 1] <= 0.0:
        return (kg_per_s[k] + share * (kg_per_s[k + 1] - kg_per_s[k])) * pressure_frac
    return kg_per_s[k] * (kg_per_s[k + 1] / kg_per_s[k]) ** share * pressure_frac


@njit(cache=True)
def airlock_loss_kg(volume_m3: float, recovered_frac: float, pressure_Pa: float, temperature_K: float) -> float:
    """Air vented by one depressurisation: what the pump did not bring back (mean molar mass 0.02885 kg/mol)."""
    return (1.0 - recovered_frac) * gas_mass_kg(pressure_Pa, 0.02885, volume_m3, temperature_K)


@njit(cache=True)
def reserve_d(stock_kg: float, use_kg_per_d: float) -> float:
    """Days a stock lasts; 1e18 when nothing uses it."""
    return stock_kg / use_kg_per_d if use_kg_per_d > 0.0 else 1e18


@njit(cache=True)
def reserve_stage(days: float, plan_below_d: float, leave_below_d: float) -> int:
    """What a reserve of ``days`` asks for: 0 nothing, 1 plan the evacuation, 2 leave (45 and 30 days since 2004)."""
    if days < leave_below_d:
        return 2
    return 1 if days < plan_below_d else 0


def shortage_days(
    stock_kg: float,
    people_from_d: ArrayLike,
    people_count: ArrayLike,
    use_kg_per_person_d: float,
    reserve_days: float = 45.0,
    delivery_d: ArrayLike = (),
    delivery_kg: ArrayLike = (),
    horizon_d: float = 3650.0,
) -> tuple[float, float]:
    """When a stock falls to its reserve and when it is gone: (reserve_day, zero_day), days after the start.

    ``people_count[k]`` are aboard from day ``people_from_d[k]`` on (first at 0); deliveries are added on their day. The
    reserve is reached when what is aboard, with no further delivery, would last ``reserve_days`` for the people planned
    to be there. inf where it does not happen before ``horizon_d``. Checked on the NASA Advisory Council's April 2015
    forecast (food reserve 24 July, zero 5 September). Raises ValueError on unequal lengths or a start other than 0.
    """
    start, people = np.asarray(people_from_d, float), np.asarray(people_count, float)
    when, added = np.asarray(delivery_d, float), np.asarray(delivery_kg, float)
    if start.size != people.size or start.size == 0 or start[0] != 0.0 or np.any(np.diff(start) <= 0):
        raise ValueError("people_from_d must start at 0, rise, and have one people_count each")
    if when.size != added.size:
        raise ValueError("delivery_d and delivery_kg must have the same length")
    order = np.argsort(when, kind="stable")
    when, added = when[order], added[order]

    def used(day: float) -> float:
        """kg used from day 0 to ``day``."""
        ends = np.append(start[1:], np.inf)
        return float(np.sum(people * np.clip(np.minimum(ends, day) - start, 0.0, None)) * use_kg_per_person_d)

    def first_day(margin_d: float) -> float:
        """First day on which the stock aboard lasts no longer than ``margin_d`` days."""
        edges = np.concatenate(([0.0], when[when > 0.0], [horizon_d]))
        for k in range(edges.size - 1):
            held = stock_kg + float(added[when <= edges[k]].sum())
            low, high = edges[k], edges[k + 1]
            if used(low + margin_d) >= held:
                return float(low)
            if used(high + margin_d) < held:
                continue
            for _ in range(80):
                middle = 0.5 * (low + high)
                low, high = (low, middle) if used(middle + margin_d) >= held else (middle, high)
            return float(high)
        return math.inf

    return first_day(reserve_days), first_day(0.0)
