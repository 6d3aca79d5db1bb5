"""The luck of a run by the name of what is drawn, and runs that borrow some of their luck from other runs.

What a run draws is a pure function of (seed, name, run, count), so a run may take the luck of one name from another run
and stay an honest run: all names are independent. Sensitivities and rare events rest on this.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

import numpy as np

from . import draws

# group: names drawn under it (a prefix) and, of a flight, which of its draws
GROUPS: dict[str, tuple[str, int | None]] = {
    "launch_slips": ("flight/", 0),
    "launch_failures": ("flight/", 1),
    "groundings": ("flight/", 2),
    "docking_failures": ("flight/", 3),
    "phases": ("flight/", 4),
    "failure_rates_of_ships": ("risk/", None),
    "machine_hazards": ("hazard/", None),
    "machine_lives": ("life/", None),
    "avoidance_dates": ("avoidance", None),
    "opening_stocks": ("opening/", None),
    "conditions": ("condition/", None),
    "event_dates": ("event/", None),
}


def group_of(name: str, count: int) -> str:
    """The group a draw belongs to: an entry of `GROUPS`, an uncertain quantity, or the first word of its name."""
    for group, (prefix, place) in GROUPS.items():
        if name.startswith(prefix) and place in (None, count):
            return group
    return name.removeprefix("uncertain/").split("/")[0]


class Lot(int):
    """A run number whose luck is in part another run's: of the groups in `groups`, and of the names in `names`.

    `met` gathers what was drawn: the groups, and the names of each.
    """

    groups: Mapping[str, int]
    names: Mapping[str, int]
    met: dict[str, set[str]]

    def __new__(cls, run: int, groups: Mapping[str, int] | None = None, names: Mapping[str, int] | None = None) -> Lot:
        lot = super().__new__(cls, run)
        lot.groups, lot.names, lot.met = dict(groups or {}), dict(names or {}), {}
        return lot

    def of(self, name: str, count: int) -> int:
        """The run this draw is taken from."""
        group = group_of(name, count)
        self.met.setdefault(group, set()).add(name)
        return self.names.get(name, self.groups.get(group, int(self)))


def uniform(seed: int, name: str, run: int, count: int) -> float:
    """Draw `count` of the thing `name` in `run`, from (0, 1)."""
    source = run.of(name, count) if isinstance(run, Lot) else run
    return float(draws.uniform(seed, draws.key_of(name), source, count))


def table(seed: int, names: tuple[str, ...], run: int, size: int) -> np.ndarray:
    """Draws 0..size-1 of each of the things `names` (n,) in `run`; shape (n, size)."""
    if isinstance(run, Lot):
        return np.asarray([uniforms(seed, name, run, size) for name in names]).reshape(len(names), size)
    return np.asarray(draws.table(seed, _keys(names), run, size))


@functools.lru_cache(32)
def _keys(names: tuple[str, ...]) -> np.ndarray:
    return np.asarray([draws.key_of(name) for name in names], np.int64)


def uniforms(seed: int, name: str, run: int, size: int) -> np.ndarray:
    """Draws 0..size-1 of the thing `name` in `run`; shape (size,)."""
    if isinstance(run, Lot) and name.startswith("flight/"):  # its draws belong to different groups
        return np.asarray([uniform(seed, name, run, count) for count in range(size)])
    source = run.of(name, 0) if isinstance(run, Lot) else run
    return np.asarray(draws.uniforms(seed, draws.key_of(name), source, size))
