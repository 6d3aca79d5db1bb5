"""Payload of a launcher to an orbit: rocket equation against the speed an ascent needs, after Townsend and Schilling.

The speed needed is orbital speed, less what the rotating Earth gives, plus a loss to gravity, drag and steering that
the method takes from the duration of the ascent and the acceleration at lift-off (`laws.ascent.ascent_penalty`).
Nothing is adjusted per launcher. Isp is the vacuum one throughout (the loss includes the pressure of the air); the
acceleration at lift-off is that of the mean thrust, at sea level where the tables know it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from stationkeep.laws import ascent, orbit

RESIDUAL_FRAC = 0.01
"""Share of every stage's propellant that stays in it (unusable and reserve). Assumed: the custom of such estimates."""
PARKING_KM = 200.0
"""Height of the circular parking orbit from which two burns reach a higher one, where that costs less. Assumed."""


class Stage(NamedTuple):
    """Stages of one kind. `rest_kg` is all that is left at burn-out, other fluids included; boosters burn with the
    first stage."""

    name: str
    is_booster: bool
    copies_count: int
    propellant_kg: float
    rest_kg: float
    isp_s: float
    burn_s: float
    sea_level_frac: float
    """Thrust at sea level over thrust in vacuum; 1 where unknown."""

    @property
    def flow_kg_per_s(self) -> float:
        """Mean mass flow of all of them together."""
        return self.copies_count * self.propellant_kg / self.burn_s


class Need(NamedTuple):
    """Speed an ascent needs, and its parts. `parked` when it goes by a parking orbit and two more burns."""

    total_m_per_s: float
    orbital_m_per_s: float
    penalty_m_per_s: float
    rotation_m_per_s: float
    transfer_m_per_s: float
    parked: bool


class Payload(NamedTuple):
    """Payload, its range for one rms error of the method either way, and the speeds behind it."""

    payload_kg: float
    low_kg: float
    high_kg: float
    available_m_per_s: float
    need: Need
    ascent_time_s: float


def payload(
    stages: Sequence[Stage], fairing_kg: float, perigee_km: float, apogee_km: float, inclination_deg: float
) -> Payload:
    """What the stages (in order of burning, boosters first) carry to an orbit that their site reaches without turning.

    Raises ValueError for an orbit out of range of the method (perigee below 100 km, apogee below perigee).
    """
    if not 100.0 <= perigee_km <= apogee_km:
        raise ValueError(
            f"an orbit of {perigee_km:g} x {apogee_km:g} km is not reached by this method; perigee at least 100 km"
        )

    def margin(payload_kg: float) -> float:
        speed = available_speed(stages, fairing_kg, payload_kg)
        return speed - speed_needed(
            stages, fairing_kg, payload_kg, speed, perigee_km, apogee_km, inclination_deg
        ).total_m_per_s  # fmt: skip

    def carried_kg(bias_m_per_s: float) -> float:
        """The payload that leaves just this margin; 0 when even an empty launcher falls short."""
        low_kg, high_kg = 0.0, lift_off_mass(stages, fairing_kg, 0.0)
        if margin(low_kg) < bias_m_per_s:
            return 0.0
        while high_kg - low_kg > 0.1:
            middle_kg = 0.5 * (low_kg + high_kg)
            low_kg, high_kg = (middle_kg, high_kg) if margin(middle_kg) >= bias_m_per_s else (low_kg, middle_kg)
        return low_kg

    best_kg = carried_kg(0.0)
    available = available_speed(stages, fairing_kg, best_kg)
    need = speed_needed(stages, fairing_kg, best_kg, available, perigee_km, apogee_km, inclination_deg)
    error = ascent.SCHILLING_RMS_M_PER_S
    return Payload(best_kg, carried_kg(error), carried_kg(-error), available, need, ascent_time(stages))


def ascent_time(stages: Sequence[Stage]) -> float:
    """Time under thrust, s: the serial stages one after the other."""
    return sum(stage.burn_s for stage in stages if not stage.is_booster)


def lift_off_mass(stages: Sequence[Stage], fairing_kg: float, payload_kg: float) -> float:
    """Mass at lift-off, kg."""
    return fairing_kg + payload_kg + sum(stage.copies_count * (stage.propellant_kg + stage.rest_kg) for stage in stages)


def available_speed(stages: Sequence[Stage], fairing_kg: float, payload_kg: float) -> float:
    """Ideal speed that the stages give a payload, m/s; the fairing goes with the first serial stage. Source:
    Tsiolkovsky."""
    mass_kg = lift_off_mass(stages, fairing_kg, payload_kg)
    boosters = [stage for stage in stages if stage.is_booster]
    serial = [stage for stage in stages if not stage.is_booster]
    speed = 0.0
    left_kg = [stage.copies_count * stage.propellant_kg * (1.0 - RESIDUAL_FRAC) for stage in serial]
    for booster in boosters:
        used_kg = booster.copies_count * booster.propellant_kg * (1.0 - RESIDUAL_FRAC)
        with_core_kg = min(left_kg[0], serial[0].flow_kg_per_s * booster.burn_s)
        left_kg[0] -= with_core_kg
        isp_s = (used_kg * booster.isp_s + with_core_kg * serial[0].isp_s) / (used_kg + with_core_kg)
        speed += orbit.burn_speed(mass_kg, used_kg + with_core_kg, isp_s)
        mass_kg -= with_core_kg + booster.copies_count * (booster.propellant_kg + booster.rest_kg)
    for index, stage in enumerate(serial):
        speed += orbit.burn_speed(mass_kg, left_kg[index], stage.isp_s)
        residual_kg = stage.copies_count * stage.propellant_kg * RESIDUAL_FRAC
        mass_kg -= (
            left_kg[index] + residual_kg + stage.copies_count * stage.rest_kg + (fairing_kg if index == 0 else 0.0)
        )
    return speed


def speed_needed(
    stages: Sequence[Stage], fairing_kg: float, payload_kg: float, available_m_per_s: float,
    perigee_km: float, apogee_km: float, inclination_deg: float,
) -> Need:  # fmt: skip
    """Speed to the orbit: straight to its perigee, or by a parking orbit where that costs less."""
    lit = [stage for stage in stages if stage.is_booster] + [stage for stage in stages if not stage.is_booster][:1]
    flow = sum(stage.flow_kg_per_s * stage.isp_s * stage.sea_level_frac for stage in lit)
    acceleration = flow * orbit.STANDARD_GRAVITY_M_PER_S2 / lift_off_mass(stages, fairing_kg, payload_kg)
    total_kg = sum(stage.copies_count * stage.propellant_kg for stage in stages)
    mean_isp_s = sum(stage.copies_count * stage.propellant_kg * stage.isp_s for stage in stages) / total_kg
    exhaust = mean_isp_s * orbit.STANDARD_GRAVITY_M_PER_S2
    alike_s = ascent.three_stage_time(available_m_per_s, exhaust, acceleration)
    # Heading east of north by sin A = cos i / cos(latitude), the ground gives its speed times sin A: omega R cos i.
    rotation = ascent.rotation_speed(0.0) * math.cos(math.radians(inclination_deg))
    ways = []
    for height_km, parked in ((perigee_km, False), (PARKING_KM, True)):
        if parked and perigee_km <= PARKING_KM:
            continue
        penalty = ascent.ascent_penalty(height_km, ascent_time(stages), alike_s)
        start = ascent.parking_speed(height_km, height_km if parked else apogee_km)
        transfer = _two_burns(height_km, perigee_km, apogee_km) if parked else 0.0
        ways.append(Need(start + penalty - rotation + transfer, start, penalty, rotation, transfer, parked))
    return min(ways)


def _two_burns(parking_km: float, perigee_km: float, apogee_km: float) -> float:
    """From a circular orbit up to the apogee, and there up to the perigee, m/s. Source: Hohmann 1925."""
    up = ascent.parking_speed(parking_km, apogee_km) - ascent.parking_speed(parking_km, parking_km)
    slow = ascent.parking_speed(apogee_km, parking_km)
    return up + ascent.parking_speed(apogee_km, perigee_km) - slow
