"""Laws of electric power: solar blankets, pointing, ageing, the eclipse balance of a channel, batteries. SI.

Scalar laws compiled by numba; those built of plain arithmetic also broadcast over arrays through ``.py_func``.
"""

import math

from numba import njit

SOLAR_CONSTANT_W_PER_m2 = 1361.0
"""Sunlight at 1 au. Source: Kopp and Lean 2011 (1360.8 +/- 0.5)."""
TUMBLING_FRAC = 0.25
"""Mean of max(cos, 0) of a one-sided panel over all directions: what a tumbling station still collects. Derived."""
YEAR_S = 31557600.0


@njit(cache=True)
def cells_W(
    cells_count: float, cell_area_m2: float, efficiency_frac: float, temperature_K: float, loss_per_K: float,
    closure_frac: float,
) -> float:  # fmt: skip
    """Power of a blanket facing the Sun at 1 au, W, from its cells.

    `efficiency_frac` holds at 301 K; `closure_frac` is everything between cell and array terminals (cover glass,
    wiring, diodes, mismatch, operation at a fixed voltage), derived per blanket type from its quoted power.
    Source: photovoltaic power law (Rauschenbach, Solar Cell Array Design Handbook).
    """
    warm = 1.0 - loss_per_K * (temperature_K - 301.0)
    return SOLAR_CONSTANT_W_PER_m2 * cells_count * cell_area_m2 * efficiency_frac * warm * closure_frac


AGED_Y = 15.0
"""Mean age of the eight wings at the last figure (June 2021): the growth of the loss rate is not carried beyond it."""


@njit(cache=True)
def ageing_frac(age_s: float, linear_per_y: float, quadratic_per_y2: float, strength: float) -> float:
    """Power left of a blanket of `age_s`: exp(-strength (a t + b t^2)), 1 when new, the rate held beyond `AGED_Y`.

    The loss rate grows with age: this is how 0.2-0.5 % a year of current (measured in the first two years), 1.5 %
    (programme average) and 2.7 % (240 kW new, 160 kW in 2021) can all be true. `strength` is drawn once per run.
    Source: data/stations/iss/array_ageing.csv (derived there).
    """
    t_y = max(age_s, 0.0) / YEAR_S
    grown_y = min(t_y, AGED_Y)
    return math.exp(-strength * (linear_per_y * t_y + quadratic_per_y2 * grown_y * (2.0 * t_y - grown_y)))


@njit(cache=True)
def strings_lost_frac(covered_length_m: float, blanket_length_m: float) -> float:
    """Share of a wing's strings lost under a blanket laid over `covered_length_m` of it.

    A string runs across the width of two blankets, so a shade over part of the width takes the whole string below the
    bus voltage: what counts is the length covered. Derived from the wiring (82 strings in rows across the wing).
    """
    return min(max(covered_length_m / blanket_length_m, 0.0), 1.0)


@njit(cache=True)
def one_axis_cos(beta_rad: float) -> float:
    """Cosine of incidence of a panel that turns once per orbit about the orbit normal only. Geometry."""
    return math.cos(beta_rad)


@njit(cache=True)
def gimbal_only_cos(beta_rad: float, sunlit_frac: float) -> float:
    """Mean cosine over the sunlit arc when the alpha joint is parked and only the wing's own gimbal turns.

    The wing's axis stays along the flight direction (array edge-on to the wind), the gimbal turns about it:
    cos = sqrt(1 - cos^2 beta sin^2 phi), phi the orbit angle from noon. Midpoint rule, 16 points. Geometry.
    """
    half_arc = math.pi * sunlit_frac
    total = 0.0
    for k in range(16):
        phi = -half_arc + (2.0 * k + 1.0) * half_arc / 16.0
        along = math.cos(beta_rad) * math.sin(phi)
        total += math.sqrt(1.0 - along * along)
    return total / 16.0


@njit(cache=True)
def constant_load_W(array_W: float, sunlit_frac: float, direct_frac: float, stored_frac: float) -> float:
    """Load a channel carries day and night when its array gives `array_W` in sunlight: the orbit's energy balance.

    `direct_frac` is the efficiency array to load, `stored_frac` array to load through the battery.
    Source: P = Psa ts / (ts/eta_d + te/eta_e) (NASA SPACE-type balance, engineering.md A2).
    """
    return array_W * sunlit_frac / (sunlit_frac / direct_frac + (1.0 - sunlit_frac) / stored_frac)


@njit(cache=True)
def eclipse_load_limit_W(capacity_J: float, depth_frac: float, delivered_frac: float, eclipse_s: float) -> float:
    """Largest eclipse load that keeps the batteries within `depth_frac`; a very large number without an eclipse."""
    if eclipse_s <= 0.0:
        return 1e18
    return capacity_J * depth_frac * delivered_frac / eclipse_s


@njit(cache=True)
def sunlit_load_W(
    array_W: float, eclipse_load_W: float, sunlit_frac: float, direct_frac: float, stored_frac: float
) -> float:
    """Load in sunlight that the array can carry beside recharging for `eclipse_load_W`. Same balance as above."""
    if sunlit_frac <= 0.0:
        return 0.0
    recharge_W = eclipse_load_W * (1.0 - sunlit_frac) / sunlit_frac / stored_frac
    return max(direct_frac * (array_W - recharge_W), 0.0)


@njit(cache=True)
def depth_frac(eclipse_load_W: float, eclipse_s: float, delivered_frac: float, capacity_J: float) -> float:
    """Depth of discharge after an eclipse of `eclipse_s` at `eclipse_load_W`; 0 without batteries. Definition."""
    if capacity_J <= 0.0:
        return 0.0
    return eclipse_load_W * eclipse_s / delivered_frac / capacity_J


@njit(cache=True)
def triangular(u: float, low: float, mode: float, high: float) -> float:
    """Quantile `u` of the triangular distribution (low, mode, high). Definition."""
    split = (mode - low) / (high - low)
    if u < split:
        return low + math.sqrt(u * (high - low) * (mode - low))
    return high - math.sqrt((1.0 - u) * (high - low) * (high - mode))


@njit(cache=True)
def tracking_drag_frac(beta_rad: float, sunlit_frac: float, feathered: bool) -> float:
    """Mean share of its area that a Sun-tracking wing shows to the wind over an orbit.

    |sin phi| cos beta over the sunlit arc; in eclipse the same, or nothing when the wing is `feathered` (edge-on).
    2/pi at beta 0 without feathering. Geometry.
    """
    half_arc = math.pi * sunlit_frac
    lit = (1.0 - math.cos(half_arc)) / math.pi
    return math.cos(beta_rad) * (lit if feathered else 2.0 / math.pi)
