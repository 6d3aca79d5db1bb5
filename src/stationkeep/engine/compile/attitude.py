"""Table of gyroscopes and thruster sets -> the attitude subsystem's arrays, SI."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from ...model.catalogue import Catalogue, number
from ...subsystems import attitude

GYRO_NEEDED_count = 2
"""Source: engineering.md C4 (Boeing)."""
GYRO_USABLE_frac = 0.76
"""Share of the momentum flight rules use before thrusters are called. Source: zero-propellant-manoeuvre papers (76 %)."""
TEA_LIMIT_deg = 15.0
"""Equilibrium attitude is kept within 15 degrees of level. Source: flight controller's account (R. Frost)."""
FORECAST_ERROR_frac = 0.15
"""Of the air torque the attitude was computed for: error of density forecasts of some days. Recalled class."""
CYCLIC_AIR_frac = 1.0
"""Swing of the air torque over an orbit against its mean: bulge and turning arrays. Assumed."""
DRAG_COEFFICIENT = 2.2
"""Free molecular flow on bluff bodies. Textbook."""
SLEW_deg_per_s = 0.1
DEADBAND_deg = 1.5
ON_TIME_s = 2.0
"""Thruster attitude control: turn rate, dead band, pulse that reverses the rate. Recalled class, pulse assumed."""
DOCKING_HOLD_orbits = 1.5
"""Thrusters hold around one docking or undocking, about two hours. Assumed."""


def build_attitude(
    catalogue: Catalogue, part_index: Mapping[str, int], station_index: Mapping[str, int], root: str = "stations/iss"
) -> tuple[attitude.Params, attitude.State]:
    """Params and State of the attitude subsystem; call `attitude.mass_properties` before the first step."""
    rows = catalogue.table(f"{root}/cmgs")
    thrusters = [row for row in rows if row["kind"] == "thruster"]
    gyroscope = next(row for row in rows if row["kind"] == "gyroscope")
    p = attitude.Params(
        thruster_part=np.array([part_index.get(row["part"], -1) for row in thrusters], np.int64),
        thruster_x_m=np.array([number(row, "x_m") for row in thrusters]),
        thruster_roll_arm_m=np.array([number(row, "roll_arm_m") for row in thrusters]),
        thruster_force_N=np.array([number(row, "thrust_N") for row in thrusters]),
        thruster_isp_s=np.array([number(row, "isp_s") for row in thrusters]),
        thruster_on_time_s=ON_TIME_s,
        deadband_rad=math.radians(DEADBAND_deg),
        gyro_momentum_Nms=number(gyroscope, "momentum_Nms"),
        gyro_needed_count=GYRO_NEEDED_count,
        gyro_usable_frac=GYRO_USABLE_frac,
        tea_limit_rad=math.radians(TEA_LIMIT_deg),
        forecast_error_frac=FORECAST_ERROR_frac,
        cyclic_air_frac=CYCLIC_AIR_frac,
        drag_coefficient=DRAG_COEFFICIENT,
        slew_rad_per_s=math.radians(SLEW_deg_per_s),
        docking_hold_orbits=DOCKING_HOLD_orbits,
        fallback_arm_m=2.0,
        fallback_isp_s=285.0,
    )
    return p, empty_state(len(station_index))


def empty_state(stations: int) -> attitude.State:
    """A State without mass for `stations` stations."""
    return attitude.State(
        mass_kg=np.zeros(stations), centre_m=np.zeros((stations, 3)), inertia_kg_m2=np.zeros((stations, 3, 3)),
        air_centre_m=np.zeros((stations, 3)), air_area_m2=np.zeros(stations), stored_Nms=np.zeros(stations),
        attitude_rad=np.zeros((stations, 3)), residual_Nm=np.zeros((stations, 3)), hold_kg_per_orbit=np.zeros(stations),
        desaturation_kg_per_orbit=np.zeros(stations), lost=np.zeros(stations, np.bool_), saturation_s=np.zeros(stations),
    )  # fmt: skip
