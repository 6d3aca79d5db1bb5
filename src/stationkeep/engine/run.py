"""The loop over steps of one run, compiled as one function: a State handed in is continued."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from numba import njit

from ..log import Log
from . import keep
from .refs import by_reference
from .step import step
from .world import Luck, Rows, RunState, Scratch, World


def advance(
    w: World, s: RunState, luck: Luck, x: Scratch, rows: Rows, log: Log, first: int, last: int, t0_s: float, dt_s: float
) -> None:
    """Advance a run from stamp `first` to stamp `last`; stamp 0 is at `t0_s`."""
    world, state, chance, scratch, kept, happenings = _referred(w, s, luck, x, rows, log)
    _advance(world, state, chance, scratch, kept, happenings, first, last, t0_s, dt_s)


def each_step(
    w: World, s: RunState, luck: Luck, x: Scratch, rows: Rows, log: Log, first: int, last: int, t0_s: float, dt_s: float
) -> Iterator[int]:
    """Advance a run likewise; before each step its number, so that the caller can look."""
    world, state, chance, scratch, kept, happenings = _referred(w, s, luck, x, rows, log)
    for k in range(first, last):
        yield k
        _advance(world, state, chance, scratch, kept, happenings, k, k + 1, t0_s, dt_s)


def _referred(w: World, s: RunState, luck: Luck, x: Scratch, rows: Rows, log: Log) -> tuple[Any, ...]:
    return by_reference(w, lasts=True), by_reference(s), by_reference(luck), by_reference(x), by_reference(rows), by_reference(log)


def is_compiled() -> bool:
    """Whether the compiled loop is in this process already."""
    return bool(getattr(_advance, "signatures", True))


@njit(cache=True, nogil=True)
def _advance(
    w: World, s: RunState, luck: Luck, x: Scratch, rows: Rows, log: Log, first: int, last: int, t0_s: float, dt_s: float
) -> None:
    for k in range(first, last):
        step(w, s, luck, x, rows, log, k, t0_s + k * dt_s, dt_s)
        if k + 1 == last or rows.detail_of[k + 1] != rows.detail_of[k]:
            keep.close_detail(x, rows, rows.detail_of[k])
