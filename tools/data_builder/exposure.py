"""Projected areas with shadowing: what each fixed body adds to the outline of the station along an axis."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import numpy as np

CELL_M = 0.1
HALF_SPAN_M = 56.0


@dataclass(frozen=True)
class Box:
    """A body as a box around its centre (m, SSACS), with the share of it that is solid."""

    centre: tuple[float, float, float]
    size: tuple[float, float, float]
    solid: float
    shape: str

    def area(self, axis: int) -> float:
        """Projected area along an axis in m2; cylinders seen end-on are discs."""
        first, second = (self.size[i] for i in range(3) if i != axis)
        disc = self.shape in ("cylinder", "cone") and abs(first - second) < 1e-6 and self.size[axis] != first
        return first * second * self.solid * (pi / 4 if disc else 1.0)


Body = tuple[str, str, str, Box, bool]


def exposed_areas(bodies: list[Body]) -> dict[tuple[str, str], tuple[float, float, float]]:
    """Exposed area (m2) of each (part, begin) along x, y, z.

    A body is painted front to back on a grid of 0.1 m together with the fixed bodies present in the middle of its
    own days (or in July 2022, when its days include it); overlapped cells belong to the foremost body. Bodies of one
    part add. Panels that turn are left out: they have `panel_area_m2`.
    """
    out: dict[tuple[str, str], list[float]] = {}
    cache: dict[str, list[dict[int, float]]] = {}
    for index, (part, begin, end, _, fixed) in enumerate(bodies):
        if not fixed:
            continue
        day = _reference_day(begin, end)
        if day not in cache:
            cache[day] = [_paint(bodies, day, axis) for axis in range(3)]
        areas = out.setdefault((part, begin), [0.0, 0.0, 0.0])
        for axis in range(3):
            areas[axis] += cache[day][axis].get(index, 0.0)
    return {key: (value[0], value[1], value[2]) for key, value in out.items()}


def _reference_day(begin: str, end: str) -> str:
    return "2022-07-01" if begin <= "2022-07-01" < end else begin


def _paint(bodies: list[Body], day: str, axis: int) -> dict[int, float]:
    present = [(i, b[3]) for i, b in enumerate(bodies) if b[4] and b[1] <= day < b[2]]
    first, second = [i for i in range(3) if i != axis]
    cells = int(2 * HALF_SPAN_M / CELL_M)
    owner = np.full((cells, cells), -1, dtype=np.int32)
    front_first = sorted(present, key=lambda item: item[1].centre[axis] + item[1].size[axis] / 2, reverse=axis == 0)
    for index, box in reversed(front_first):
        rows = _span(box.centre[first], box.size[first])
        cols = _span(box.centre[second], box.size[second])
        owner[rows, cols] = index
    counts = np.bincount(owner[owner >= 0].ravel(), minlength=len(bodies))
    return {
        index: float(counts[index]) * CELL_M**2 * box.area(axis) / (box.size[first] * box.size[second])
        for index, box in present
    }


def _span(centre: float, size: float) -> slice:
    low = round((centre - size / 2 + HALF_SPAN_M) / CELL_M)
    return slice(low, max(round((centre + size / 2 + HALF_SPAN_M) / CELL_M), low + 1))
