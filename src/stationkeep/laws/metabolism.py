"""What a person takes and gives in a day: one closed mass balance.

Source of the rates: NASA Advanced Life Support Baseline Values and Assumptions Document (BVAD), 2004 issue, whose daily
intake (5.361 kg) equals its daily output to the gram; O2 with the exercise of today's day from the February 2022 issue.
All rates scale with two factors: energy (oxygen, dry food, CO2, solids) and people's size.
"""

from typing import NamedTuple

from numba import njit


class CrewRates(NamedTuple):
    """Rates of one person, kg per second (in the engine) or per day (anywhere else): the unit is the caller's."""

    oxygen: float
    co2: float
    food_dry: float
    food_water: float
    packaging: float
    drink: float
    flush: float
    urine_water: float
    perspiration: float
    faecal_water: float
    urine_solids: float
    other_solids: float
    supplies: float
    toilet: float


@njit(cache=True)
def food_as_shipped(rates: CrewRates) -> float:
    """Food with its water and packaging, in the unit of the rates (BVAD 2015: 1.8 kg per person and day)."""
    return rates.food_dry + rates.food_water + rates.packaging


@njit(cache=True)
def intake(rates: CrewRates) -> float:
    """Oxygen, dry food and all water taken in: 5.361 kg/day in BVAD 2004."""
    return rates.oxygen + rates.food_dry + rates.food_water + rates.drink


@njit(cache=True)
def output(rates: CrewRates) -> float:
    """CO2, urine, perspiration and respiration, faeces and solids given out: 5.361 kg/day in BVAD 2004."""
    solids = rates.urine_solids + rates.other_solids
    return rates.co2 + rates.urine_water + rates.perspiration + rates.faecal_water + solids


@njit(cache=True)
def with_energy(rates: CrewRates, energy_frac: float) -> CrewRates:
    """The rates when energy use is ``energy_frac`` of the table's: the metabolic water that follows is perspired.

    Oxygen, dry food, CO2 and solids scale; water drunk does not; closure is kept exactly.
    """
    metabolic_water = rates.oxygen + rates.food_dry - rates.co2 - rates.urine_solids - rates.other_solids
    return CrewRates(
        rates.oxygen * energy_frac,
        rates.co2 * energy_frac,
        rates.food_dry * energy_frac,
        rates.food_water,
        rates.packaging,
        rates.drink,
        rates.flush,
        rates.urine_water,
        rates.perspiration + metabolic_water * (energy_frac - 1.0),
        rates.faecal_water,
        rates.urine_solids * energy_frac,
        rates.other_solids * energy_frac,
        rates.supplies,
        rates.toilet,
    )


@njit(cache=True)
def size_factor(body_mass_kg: float, reference_kg: float = 82.0) -> float:
    """Metabolic rate against an 82 kg person's: Kleiber's three-quarter power of body mass (Kleiber 1932)."""
    return float((body_mass_kg / reference_kg) ** 0.75)


@njit(cache=True)
def respiratory_quotient(oxygen: float, co2: float) -> float:
    """Moles of CO2 given per mole of O2 taken; RP-1324: 0.869 with 0.835 kg and 0.998 kg a day."""
    return (co2 / 0.0440095) / (oxygen / 0.0319988)


@njit(cache=True)
def scaled(rates: CrewRates, factor: float) -> CrewRates:
    """All rates times a factor (a crew of other size, or kg/d to kg/s); closure is kept."""
    return CrewRates(
        rates.oxygen * factor,
        rates.co2 * factor,
        rates.food_dry * factor,
        rates.food_water * factor,
        rates.packaging * factor,
        rates.drink * factor,
        rates.flush * factor,
        rates.urine_water * factor,
        rates.perspiration * factor,
        rates.faecal_water * factor,
        rates.urine_solids * factor,
        rates.other_solids * factor,
        rates.supplies * factor,
        rates.toilet * factor,
    )


@njit(cache=True)
def crew_factor(standard_normal: float, spread_frac: float, people: float) -> float:
    """Mean rate of a crew over the table's, for one draw: persons differ by ``spread_frac`` (one sigma)."""
    return float(max(0.5, 1.0 + spread_frac * standard_normal / max(people, 1.0) ** 0.5))
