"""Table of gyroscopes and thruster sets -> the attitude subsystem's arrays, SI."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from ...model.base import NEVER_s
from ...model.catalogue import Catalogue, number
from ...subsystems import attitude
from .names import integers, reals
from .power import moment_s

TRACKING = ("alpha", "beta", "both")

GYRO_NEEDED_count = 2
"""Source: engineering.md C4 (Boeing)."""
GYRO_USABLE_frac = 0.76
"""Share of the momentum used before thrusters are called. Source: papers on zero-propellant manoeuvres (76 %)."""
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
RATE_LIMIT_deg_per_s = 0.02
ON_TIME_s = 2.0
"""Thruster control: turn rate, dead band, drift allowed, pulse that reverses it. Recalled class; pulse assumed."""
DOCKING_HOLD_orbits = 1.5
"""Thrusters hold around one docking or undocking, about two hours. Assumed."""
RECOVERY_s = 5400.0
"""On thrusters to stop a tumble. Source: 47 min from loss to control on 2021-07-29 (incidents.csv), doubled."""
FALLBACK = {"fallback_arm_m": 2.0, "fallback_force_N": 100.0, "fallback_isp_s": 285.0}
"""A station whose thrusters no table describes (a successor given as one part). Assumed."""


def build_attitude(
    catalogue: Catalogue, part_index: Mapping[str, int], station_index: Mapping[str, int],
    vehicle_of: Mapping[str, str] | None = None, root: str = "stations/iss",
) -> tuple[attitude.Params, attitude.State]:  # fmt: skip
    """Params and State of the attitude subsystem; call `attitude.mass_properties` before the first step.

    `vehicle_of` (part name -> vehicle id) lets docked ships serve as thruster sets where cmgs.csv has their vehicle.
    """
    rows = catalogue.table(f"{root}/cmgs")
    thrusters = [row for row in rows if row["kind"] == "thruster" and row["part"]]
    places = [part_index.get(row["part"], -1) for row in thrusters]
    for row in (row for row in rows if row["kind"] == "thruster" and row["vehicle"]):
        for part, vehicle in (vehicle_of or {}).items():
            if vehicle == row["vehicle"] and part in part_index:
                thrusters.append(row)
                places.append(part_index[part])
    gyroscopes = [row for row in rows if row["kind"] == "gyroscope"]
    p = attitude.Params(
        thruster_part=integers(places),
        thruster_aft_m=reals(number(row, "aft_m") for row in thrusters),
        thruster_roll_arm_m=reals(number(row, "roll_arm_m") for row in thrusters),
        thruster_force_N=reals(number(row, "thrust_N") for row in thrusters),
        thruster_isp_s=reals(number(row, "isp_s") for row in thrusters),
        gyro_part=integers(part_index.get(row["part"], -1) for row in gyroscopes),
        gyro_from_s=reals(moment_s(row, "from_utc", -NEVER_s) for row in gyroscopes),
        gyro_to_s=reals(moment_s(row, "to_utc", NEVER_s) for row in gyroscopes),
        thruster_on_time_s=ON_TIME_s,
        rate_limit_rad_per_s=math.radians(RATE_LIMIT_deg_per_s),
        deadband_rad=math.radians(DEADBAND_deg),
        gyro_momentum_Nms=number(gyroscopes[0], "momentum_Nms") if gyroscopes else 0.0,
        gyro_needed_count=GYRO_NEEDED_count,
        gyro_usable_frac=GYRO_USABLE_frac,
        tea_limit_rad=math.radians(TEA_LIMIT_deg),
        forecast_error_frac=FORECAST_ERROR_frac,
        cyclic_air_frac=CYCLIC_AIR_frac,
        drag_coefficient=DRAG_COEFFICIENT,
        slew_rad_per_s=math.radians(SLEW_deg_per_s),
        docking_hold_orbits=DOCKING_HOLD_orbits,
        recovery_s=RECOVERY_s,
        **FALLBACK,
    )
    s = empty_state(len(part_index), len(station_index))
    for row in catalogue.table(f"{root}/parts"):
        if row["tracks"] in TRACKING and row["id"] in part_index:
            s.part_is_wing[part_index[row["id"]]] = True
    return p, s


def empty_state(parts: int, stations: int) -> attitude.State:
    """A State without mass for `parts` parts on `stations` stations."""
    return attitude.State(
        part_is_wing=np.zeros(parts, np.bool_), part_x_m=np.zeros(parts), part_there=np.zeros(parts, np.int64),
        mass_kg=np.zeros(stations), centre_m=np.zeros((stations, 3)), inertia_kg_m2=np.zeros((stations, 3, 3)),
        air_centre_m=np.zeros((stations, 3)), air_area_m2=np.zeros(stations), stored_Nms=np.zeros(stations),
        attitude_rad=np.zeros((stations, 3)), residual_Nm=np.zeros((stations, 3)), hold_kg_per_orbit=np.zeros(stations), settled_kg_per_orbit=np.zeros(stations),
        desaturation_kg_per_orbit=np.zeros(stations), lost=np.zeros(stations, np.bool_),
        saturation_s=np.zeros(stations),
    )  # fmt: skip
