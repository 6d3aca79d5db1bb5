"""Columns and rows of the mixed-integer programme as they are written down, each row named by its requirement."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from .problem import Problem

INF = np.inf
YEAR_w = 52
MONTH_w = 4
"""Stocks are balanced every four weeks; a reserve must hold without what arrives in the same four weeks."""


@dataclass
class Rows:
    """Rows of a sparse matrix as they are written down."""

    row: list[int] = field(default_factory=list)
    column: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    group: list[str] = field(default_factory=list)

    def add(self, group: str, terms: dict[int, float], low: float, high: float) -> None:
        """low <= sum of terms <= high."""
        at = len(self.low)
        for column, value in terms.items():
            self.row.append(at)
            self.column.append(column)
            self.value.append(value)
        self.low.append(low)
        self.high.append(high)
        self.group.append(group)


@dataclass
class Model:
    """Columns and rows of one problem."""

    problem: Problem
    cost: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    rows: Rows = field(default_factory=Rows)
    visits: dict[tuple[int, int, int, int], int] = field(default_factory=dict)  # vessel, week, class, stay -> column
    leaves: dict[tuple[int, int], int] = field(default_factory=dict)  # docked, week -> column
    stock: dict[str, list[int]] = field(default_factory=dict)
    load: dict[str, list[int]] = field(default_factory=dict)
    by_month: dict[int, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))  # month -> (vessel, column)
    aboard: np.ndarray | None = None  # (W,) people where crews are not chosen here; each vehicle then has one stay
    moved: dict[int, dict[int, float]] = field(default_factory=lambda: defaultdict(dict))  # week -> column -> people it adds to those `aboard`
    monthly: bool = False  # a column of cargo visits stands for a launch in any week of its month

    @property
    def months(self) -> int:
        """Spans of four weeks, the last one perhaps shorter."""
        return -(-self.problem.weeks // MONTH_w)

    def weeks_of(self, month: int) -> range:
        """Weeks of a month."""
        return range(month * MONTH_w, min((month + 1) * MONTH_w, self.problem.weeks))

    def starts(self, key: tuple[int, int, int, int]) -> range:
        """Weeks of launch that the column of a visit stands for."""
        month = self.monthly and (self.aboard is not None or not self.problem.vessels[key[0]].crew)
        return range(key[1], min(key[1] + MONTH_w, self.problem.weeks)) if month else range(key[1], key[1] + 1)

    def column(self, cost: float = 0.0, low: float = 0.0, high: float = INF, whole: bool = False) -> int:
        """A new column."""
        self.cost.append(cost)
        self.low.append(low)
        self.high.append(high)
        self.whole.append(int(whole))
        return len(self.cost) - 1


def running(m: Model, comes: list[dict[int, float]], goes: list[dict[int, float]], opening: float = 0.0, most: float = INF) -> list[int]:
    """Columns n (W,) with n[w] = n[w - 1] + what comes in w - what goes in w: sums over time without dense rows."""
    columns = [m.column(0.0, 0.0, most) for _ in range(m.problem.weeks)]
    for w, c in enumerate(columns):
        terms = {c: 1.0}
        if w:
            terms[columns[w - 1]] = -1.0
        for column, value in comes[w].items():
            terms[column] = terms.get(column, 0.0) - value
        for column, value in goes[w].items():
            terms[column] = terms.get(column, 0.0) + value
        start = 0.0 if w else opening
        m.rows.add("balance", terms, start, start)
    return columns


def empty(m: Model) -> list[dict[int, float]]:
    return [{} for _ in range(m.problem.weeks + 1)]
