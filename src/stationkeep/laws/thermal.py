"""Laws of heat: what a radiator rejects, how fast a loop warms when it cannot. SI."""

from numba import njit

STEFAN_BOLTZMANN_W_PER_m2_K4 = 5.670374419e-8
"""Source: CODATA 2018 (exact)."""


@njit(cache=True)
def radiated_W(area_m2: float, emissivity: float, surface_K: float, sink_K: float) -> float:
    """Net heat radiated by `area_m2` (both faces counted) at `surface_K` to an environment of `sink_K`, never negative.

    Source: Stefan-Boltzmann law with an equivalent sink temperature (Gilmore, Spacecraft Thermal Control Handbook).
    """
    return max(STEFAN_BOLTZMANN_W_PER_m2_K4 * emissivity * area_m2 * (surface_K**4 - sink_K**4), 0.0)


@njit(cache=True)
def warmed_K(excess_W: float, dt_s: float, heat_capacity_J_per_K: float) -> float:
    """Rise of a loop and what hangs on it when `excess_W` more comes in than goes out for `dt_s`. Energy balance."""
    return excess_W * dt_s / heat_capacity_J_per_K
