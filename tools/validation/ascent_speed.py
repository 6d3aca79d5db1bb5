"""Mean speed along the heading over final speed, of planar ascents: the constant of the lead law in `laws.ascent`.

Each launcher flies its catalogue stages to 200 km: straight up, a kick, a gravity turn on the first stage, then a
linear tangent law that ends level; the kick that ends fastest is taken. Air as in an exponential atmosphere, drag
area 8.5 m2, Cd 0.4.
"""

from __future__ import annotations

import math

from scipy.optimize import least_squares

from stationkeep.flight.payload import Stage, lift_off_mass
from stationkeep.flight.stages import find_stages
from stationkeep.laws import ascent, orbit

STEP_S = 1.0
SCALE_HEIGHT_M = 7200.0
DRAG_M2 = 8.5 * 0.4
CASES = (("soyuz-2.1a", 7200.0, 45.9, 51.6), ("falcon-9", 12500.0, 28.5, 51.6), ("proton-m", 20000.0, 46.0, 51.6))

Phase = tuple[float, float, float, float]  # duration s, thrust N in vacuum, sea-level share, mass dropped at the end kg


def phases_of(stages: list[Stage], fairing_kg: float) -> list[Phase]:
    """Burns one after the other; boosters with the first stage. The flow follows from thrust and Isp of the burn."""
    boosters = [stage for stage in stages if stage.is_booster]
    serial = [stage for stage in stages if not stage.is_booster]
    phases: list[Phase] = []
    burnt_s = 0.0
    for booster in boosters:
        thrust = 9.80665 * (booster.flow_kg_per_s * booster.isp_s + serial[0].flow_kg_per_s * serial[0].isp_s)
        phases.append((booster.burn_s, thrust, booster.sea_level_frac, booster.copies_count * booster.rest_kg))
        burnt_s = booster.burn_s
    for index, stage in enumerate(serial):
        thrust = 9.80665 * stage.flow_kg_per_s * stage.isp_s
        drop_kg = stage.copies_count * stage.rest_kg + (fairing_kg if index == 0 else 0.0)
        phases.append((stage.burn_s - (burnt_s if index == 0 else 0.0), thrust, stage.sea_level_frac, drop_kg))
    return phases


def flows_of(stages: list[Stage]) -> list[float]:
    """Mass flow of each phase, kg/s."""
    boosters = [stage.flow_kg_per_s for stage in stages if stage.is_booster]
    serial = [stage.flow_kg_per_s for stage in stages if not stage.is_booster]
    return [flow + serial[0] for flow in boosters] + serial


def fly(
    phases: list[Phase], flows: list[float], mass_kg: float, start_m_per_s: float,
    kick: float, tangent: tuple[float, float],
) -> tuple[float, float, float, float, float]:  # fmt: skip
    """Height, climb, speed gained along the heading, distance gained and time at the end."""
    height = climb = along = distance = time_s = 0.0
    for index, ((duration, thrust, sea_frac, drop_kg), flow) in enumerate(zip(phases, flows, strict=True)):
        for _ in range(round(duration / STEP_S)):
            pressure = math.exp(-height / SCALE_HEIGHT_M)
            speed = math.hypot(climb, along)
            pitch = math.atan(tangent[0] - tangent[1] * (time_s - phases[0][0]) / 400.0)
            if index == 0:
                pitch = math.pi / 2 - kick * min(max((time_s - 12.0) / 18.0, 0.0), 1.0)
                pitch = math.atan2(climb, along) if time_s >= 30.0 else pitch
            push = thrust * (1.0 - (1.0 - sea_frac) * pressure) / mass_kg
            drag = 0.5 * 1.225 * pressure * speed * DRAG_M2 / mass_kg
            radius = orbit.EARTH_RADIUS_M + height
            total = along + start_m_per_s
            up = push * math.sin(pitch) - drag * climb - orbit.MU_M3_PER_S2 / radius**2 + total * total / radius
            forward = push * math.cos(pitch) - drag * along - climb * total / radius
            climb, along = climb + up * STEP_S, along + forward * STEP_S
            height, distance = max(0.0, height + climb * STEP_S), distance + along * STEP_S
            mass_kg, time_s = mass_kg - flow * STEP_S, time_s + STEP_S
        mass_kg -= drop_kg
    return height, climb, along, distance, time_s


def mean_speed_frac(launcher: str, payload_kg: float, latitude_deg: float, inclination_deg: float) -> float:
    """Distance over final speed and time of the fastest ascent found."""
    stages, fairing_kg = find_stages(launcher)
    phases, flows = phases_of(stages, fairing_kg), flows_of(stages)
    heading = ascent.inertial_heading(math.radians(inclination_deg), math.radians(latitude_deg), True)
    start = ascent.rotation_speed(math.radians(latitude_deg)) * math.sin(heading)
    mass_kg = lift_off_mass(stages, fairing_kg, payload_kg)
    best = (0.0, math.nan)
    for kick in (0.04, 0.07, 0.1, 0.14, 0.18, 0.22, 0.26, 0.3):

        def miss(tangent: tuple[float, float], kick: float = kick) -> list[float]:
            height, climb, *_ = fly(phases, flows, mass_kg, start, kick, tangent)
            return [(height - 2e5) / 1e4, climb / 50.0]

        found = least_squares(miss, (0.4, 0.6))
        if found.cost < 1e-3:
            _, _, along, distance, time_s = fly(phases, flows, mass_kg, start, kick, tuple(found.x))
            best = max(best, (along, distance / (along * time_s)))
    return best[1]


def print_speeds() -> None:
    """One line per launcher."""
    for launcher, *case in CASES:
        print(f"{launcher:11s} mean over final speed {mean_speed_frac(launcher, *case):.3f}")
