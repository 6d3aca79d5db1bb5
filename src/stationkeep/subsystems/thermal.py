"""Heat: the loops of each bus and their radiators against the power dissipated; what they cannot carry must be shed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stationkeep.laws import thermal as law
from stationkeep.loops import borrows

UNKNOWN_W = 1e18


class Params(NamedTuple):
    """R radiators, each on one loop; Q loops, each with a pumped capacity on one bus."""

    radiator_loop: np.ndarray  # (R,) int64
    radiator_part: np.ndarray  # (R,) int64
    radiator_from_s: np.ndarray  # (R,) deployed and filled
    radiator_to_s: np.ndarray  # (R,)
    radiator_W: np.ndarray  # (R,) rejects
    loop_bus: np.ndarray  # (Q,) int64
    loop_part: np.ndarray  # (Q,) int64, where the pump sits
    loop_limit_W: np.ndarray  # (Q,) what the pump and its exchangers carry
    heat_capacity_J_per_K: np.ndarray  # (2,) of what the loops of a bus hold
    allowed_rise_K: float


class State(NamedTuple):
    """`rise_K` (S, 2): how far above its working temperature each bus's equipment is; `loop_W` (Q,) capacity now.

    `settled` (1,) bool: nothing moved, failed or came into service since `reject` was last called, so it stands."""

    rise_K: np.ndarray
    loop_W: np.ndarray
    settled: np.ndarray


@borrows
def reject(
    p: Params, s: State, t_s: float, part_station: np.ndarray, part_works: np.ndarray, loop_works: np.ndarray,
    reject_W: np.ndarray,
) -> None:  # fmt: skip
    """Fill what the loops of each station and bus can reject, (S, 2): call before power is granted.

    A bus whose station carries none of the loops we know (a successor given as one part) is not limited: 1e18.
    """
    if s.settled[0]:
        return
    reject_W[:] = UNKNOWN_W
    s.loop_W[:] = 0.0
    for loop in range(p.loop_bus.size):
        if p.loop_part[loop] >= 0 and part_station[p.loop_part[loop]] >= 0:
            reject_W[part_station[p.loop_part[loop]], p.loop_bus[loop]] = 0.0
    for r in range(p.radiator_loop.size):
        part = p.radiator_part[r]
        if part < 0 or part_station[part] < 0 or not part_works[part]:
            continue
        loop = p.radiator_loop[r]
        home = p.loop_part[loop]
        if home < 0 or part_station[home] != part_station[part]:
            continue
        if p.radiator_from_s[r] <= t_s < p.radiator_to_s[r]:
            s.loop_W[loop] += p.radiator_W[r]
    for loop in range(p.loop_bus.size):
        s.loop_W[loop] = min(s.loop_W[loop], p.loop_limit_W[loop]) if loop_works[loop] else 0.0
        if s.loop_W[loop] > 0.0:
            reject_W[part_station[p.loop_part[loop]], p.loop_bus[loop]] += s.loop_W[loop]


@borrows
def step(p: Params, s: State, dt_s: float, heat_W: np.ndarray, reject_W: np.ndarray, ok: np.ndarray) -> None:
    """Warm or cool each bus by `heat_W` (S, 2) dissipated against `reject_W`; `ok` (S, 2) while within limits."""
    for station in range(heat_W.shape[0]):
        for bus in range(2):
            excess_W = heat_W[station, bus] - reject_W[station, bus]
            rise = s.rise_K[station, bus] + law.warmed_K(excess_W, dt_s, p.heat_capacity_J_per_K[bus])
            s.rise_K[station, bus] = max(rise, 0.0)
            ok[station, bus] = s.rise_K[station, bus] <= p.allowed_rise_K
