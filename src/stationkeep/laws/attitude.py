"""Laws of attitude: torques of gravity and air, the torque-equilibrium attitude, momentum, thruster propellant. SI.

Body axes near local-vertical local-horizontal: x along the flight, y starboard, z to the Earth. `ixy` and the like are
elements of the inertia matrix (minus the sums of m x y).
"""

import math

from numba import njit

STANDARD_GRAVITY_m_per_s2 = 9.80665
EARTH_MU_m3_per_s2 = 3.986004418e14


@njit(cache=True)
def circular_speed_m_per_s(rate_rad_per_s: float) -> float:
    """Speed on the circular orbit of mean motion `rate_rad_per_s`. Kepler."""
    return (EARTH_MU_m3_per_s2 * rate_rad_per_s) ** (1.0 / 3.0)


@njit(cache=True)
def air_force_N(density_kg_per_m3: float, speed_m_per_s: float, area_m2: float, drag_coefficient: float) -> float:
    """Drag force on a frontal area in free molecular flow. Source: definition of the drag coefficient."""
    return 0.5 * density_kg_per_m3 * speed_m_per_s * speed_m_per_s * drag_coefficient * area_m2


@njit(cache=True)
def air_torque_Nm(force_N: float, arm_y_m: float, arm_z_m: float) -> tuple[float, float, float]:
    """Torque of a drag force along -x applied at (arm_y, arm_z) from the centre of mass: r x F. Mechanics."""
    return 0.0, -force_N * arm_z_m, force_N * arm_y_m


@njit(cache=True)
def level_torque_Nm(
    rate_rad_per_s: float, ixy_kg_m2: float, ixz_kg_m2: float, iyz_kg_m2: float
) -> tuple[float, float, float]:
    """Gravity-gradient plus gyroscopic torque in level flight (all angles zero): n^2 (-4 Iyz, 3 Ixz, Ixy).

    Source: 3 n^2 c x I c - w x I w at zero angles (Wie, Space Vehicle Dynamics and Control, ch. 6).
    """
    square = rate_rad_per_s * rate_rad_per_s
    return -4.0 * square * iyz_kg_m2, 3.0 * square * ixz_kg_m2, square * ixy_kg_m2


@njit(cache=True)
def equilibrium_rad(
    rate_rad_per_s: float, ixx: float, iyy: float, izz: float, ixy: float, ixz: float, iyz: float,
    air_x_Nm: float, air_y_Nm: float, air_z_Nm: float,
) -> tuple[float, float, float]:  # fmt: skip
    """Torque-equilibrium attitude (roll, pitch, yaw), rad: gravity, gyroscopic and mean air torque cancel.

    Solves the linear system of the torques about level flight by Cramer's rule. Inertias in kg m2.
    Source: linearised equations of motion in a circular orbit (Wie, ch. 6).
    """
    square = rate_rad_per_s * rate_rad_per_s
    a11, a12, a13 = 4.0 * (izz - iyy), 3.0 * ixy, -ixz
    a21, a22, a23 = 4.0 * ixy, 3.0 * (izz - ixx), iyz
    a31, a32, a33 = -4.0 * ixz, -3.0 * iyz, ixx - iyy
    b1, b2, b3 = 4.0 * iyz - air_x_Nm / square, -3.0 * ixz - air_y_Nm / square, -ixy - air_z_Nm / square
    det = a11 * (a22 * a33 - a23 * a32) - a12 * (a21 * a33 - a23 * a31) + a13 * (a21 * a32 - a22 * a31)
    if det == 0.0:
        return 0.0, 0.0, 0.0
    roll = b1 * (a22 * a33 - a23 * a32) - a12 * (b2 * a33 - a23 * b3) + a13 * (b2 * a32 - a22 * b3)
    pitch = a11 * (b2 * a33 - a23 * b3) - b1 * (a21 * a33 - a23 * a31) + a13 * (a21 * b3 - b2 * a31)
    yaw = a11 * (a22 * b3 - b2 * a32) - a12 * (a21 * b3 - b2 * a31) + b1 * (a21 * a32 - a22 * a31)
    return roll / det, pitch / det, yaw / det


@njit(cache=True)
def panel_area_m2(size_x_m: float, size_y_m: float, size_z_m: float) -> float:
    """Face of a thin panel: the product of its two longer sides. Geometry."""
    thin = min(size_x_m, size_y_m, size_z_m)
    return size_x_m * size_y_m * size_z_m / thin if thin > 0.0 else 0.0


@njit(cache=True)
def beyond_rad(angle_rad: float, limit_rad: float) -> float:
    """How far an angle lies outside +-limit, with its sign; 0 inside."""
    return math.copysign(max(abs(angle_rad) - limit_rad, 0.0), angle_rad)


@njit(cache=True)
def cyclic_momentum_Nms(torque_amplitude_Nm: float, rate_rad_per_s: float) -> float:
    """Momentum amplitude of a torque that swings once per orbit: the integral of a sine. Mechanics."""
    return torque_amplitude_Nm / rate_rad_per_s


@njit(cache=True)
def impulse_propellant_kg(momentum_Nms: float, arm_m: float, isp_s: float) -> float:
    """Propellant that thrusters on `arm_m` burn to give `momentum_Nms`. Rocket equation of small burns."""
    return abs(momentum_Nms) / (arm_m * isp_s * STANDARD_GRAVITY_m_per_s2)


@njit(cache=True)
def pulsed_rate_rad_per_s(inertia_kg_m2: float, force_N: float, arm_m: float, on_time_s: float) -> float:
    """Drift rate that one pulse of `on_time_s` reverses: F L t / 2 I. Mechanics."""
    return force_N * arm_m * on_time_s / (2.0 * inertia_kg_m2)


@njit(cache=True)
def limit_cycle_kg_per_s(
    inertia_kg_m2: float, drift_rad_per_s: float, arm_m: float, deadband_rad: float, isp_s: float
) -> float:
    """Propellant rate of a two-sided limit cycle: each crossing of the dead band costs the impulse that reverses it.

    2 I w / (L Isp g) a time, w / (2 deadband) times a second. Source: single-axis bang-bang control (Sidi, Spacecraft
    Dynamics and Control, ch. 9).
    """
    pulse_kg = impulse_propellant_kg(2.0 * inertia_kg_m2 * drift_rad_per_s, arm_m, isp_s)
    return pulse_kg * drift_rad_per_s / (2.0 * deadband_rad)


@njit(cache=True)
def turn_propellant_kg(inertia_kg_m2: float, slew_rad_per_s: float, arm_m: float, isp_s: float) -> float:
    """Propellant to start and stop a turn about one axis. Mechanics."""
    return impulse_propellant_kg(2.0 * inertia_kg_m2 * slew_rad_per_s, arm_m, isp_s)


@njit(cache=True)
def saturation_s(capacity_Nms: float, stored_Nms: float, torque_Nm: float) -> float:
    """Time until stored momentum reaches the capacity under a steady torque; 1e18 when it never does."""
    room = capacity_Nms - stored_Nms
    if room <= 0.0:
        return 0.0
    return room / torque_Nm if torque_Nm > 0.0 else 1e18
