"""Rare breaks: multilevel splitting with fixed levels over the luck of runs.

Runs that come near to the break are kept and multiplied, and their luck is changed name by name without leaving what they
have reached (a borrowed name is a fresh, independent draw, so the change leaves the law of chance as it is). With levels
fixed beforehand the product of the shares that pass is an unbiased estimate of the probability (Del Moral, "Feynman-Kac
formulae", 2004, theorem 7.4.2; Cerou, Del Moral, Furon, Guyader, Stat. Comput. 22, 2012). The levels come from a pilot
whose runs are not used again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np

from ..engine.lots import Lot
from ..engine.measures import Sample
from ..engine.places import Place
from ..model.scenario import Scenario

PASS_frac = 0.2
"""Share of the pilot's runs a level lets pass."""
MOST_LEVELS = 12
MOVES = 2
"""Changes of luck tried for each run at each level."""
CHANGED_frac = 0.15
"""Share of the names whose luck a change draws anew, beside one that it always does."""
Score = Callable[[Sequence[Lot]], np.ndarray]


@dataclass(frozen=True)
class Rare:
    """The probability of a rare break with a 95 % interval, what it cost, and what plain runs of that cost would give."""

    requirement: str
    probability_frac: float
    low_frac: float
    high_frac: float
    levels: tuple[float, ...]
    replicas: tuple[float, ...]
    evaluations: int
    gain: float | None

    def as_dict(self) -> dict[str, Any]:
        return {**vars(self), "levels": [None if math.isinf(v) else v for v in self.levels], "replicas": list(self.replicas)}


def rare_break(
    scenario: Scenario, requirement: str, future: str | None = None, particles: int = 100, replicas: int = 8, seed: int = 0,
    place: Place | None = None, progress: Callable[[int, int], None] | None = None,
) -> Rare:  # fmt: skip
    """Probability that `requirement` breaks before the horizon in one future, by `replicas` splittings of `particles` runs.

    `progress(done, total)` is called after each splitting, in splittings, the one that finds the levels among them. Raises ValueError for a requirement there is not.
    """
    if requirement not in scenario.requirements:
        raise ValueError(f"no requirement '{requirement}'; one of {', '.join(scenario.requirements)}")
    sample = Sample(scenario.branch(future), seed, place)
    names = sorted(set().union(*sample.groups().values()))
    found = splitting(lambda lots: sample.measured(lots, f"near[{requirement}]")[0], names, particles, replicas, seed, progress)
    return Rare(requirement, *found)


def splitting(
    score: Score, names: Sequence[str], particles: int, replicas: int, seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[float, float, float, tuple[float, ...], tuple[float, ...], int, float | None]:  # fmt: skip
    """P(score is infinite): estimate, 95 % bounds, levels, estimate of each replica, evaluations, gain over plain runs."""
    fresh = count(0)
    random = np.random.Generator(np.random.Philox(key=seed))
    cost = 0

    def counted(lots: Sequence[Lot]) -> np.ndarray:
        nonlocal cost
        cost += len(lots)
        return score(lots)

    levels = _pilot(counted, names, particles, random, fresh)
    pilot = cost
    shares: tuple[float, ...] = ()
    for replica in range(replicas):
        if progress:
            progress(replica + 1, replicas + 1)
        shares += (_replica(counted, names, particles, levels, random, fresh),)
    mean, (low, high) = float(np.mean(shares)), _interval(shares)
    variance = float(np.var(shares, ddof=1)) / replicas if replicas > 1 else 0.0
    plain = mean * (1.0 - mean) / max(cost - pilot, 1)
    return mean, low, high, levels, shares, cost, plain / variance if variance > 0.0 else None


def _pilot(
    score: Score, names: Sequence[str], particles: int, random: np.random.Generator, fresh: count[int]
) -> tuple[float, ...]:
    """Levels that each let about `PASS_frac` pass, the last one the break itself."""
    levels: list[float] = []
    lots, near = _begin(score, particles, fresh)
    while len(levels) < MOST_LEVELS:
        level = float(np.sort(near)[-max(1, int(PASS_frac * particles))])
        if math.isinf(level) or (levels and level <= levels[-1]):
            break
        levels.append(level)
        lots, near = _moved(score, *_multiplied(lots, near, level, random), level, names, random, fresh)
    return (*levels, math.inf)


def _replica(
    score: Score, names: Sequence[str], particles: int, levels: Sequence[float], random: np.random.Generator, fresh: count[int]
) -> float:
    """The product of the shares that pass each level."""
    share = 1.0
    lots, near = _begin(score, particles, fresh)
    for level in levels:
        share *= float((near >= level).mean())
        if share == 0.0 or math.isinf(level):
            break
        lots, near = _moved(score, *_multiplied(lots, near, level, random), level, names, random, fresh)
    return share


def _begin(score: Score, particles: int, fresh: count[int]) -> tuple[list[Lot], np.ndarray]:
    lots = [Lot(next(fresh)) for _ in range(particles)]
    return lots, score(lots)


def _multiplied(
    lots: list[Lot], near: np.ndarray, level: float, random: np.random.Generator
) -> tuple[list[Lot], np.ndarray]:
    """As many again, drawn from those that reached the level."""
    chosen = random.choice(np.flatnonzero(near >= level), size=len(lots))
    return [lots[i] for i in chosen], near[chosen]


def _moved(
    score: Score, lots: list[Lot], near: np.ndarray, level: float, names: Sequence[str], random: np.random.Generator,
    fresh: count[int],
) -> tuple[list[Lot], np.ndarray]:  # fmt: skip
    """Each run with some of its luck drawn anew, where it still reaches the level; as it was where not."""
    for _ in range(MOVES):
        tried = []
        for lot in lots:
            other = next(fresh)
            changed = {int(random.integers(len(names))), *np.flatnonzero(random.random(len(names)) < CHANGED_frac)}
            tried.append(Lot(int(lot), names={**lot.names, **{names[i]: other for i in changed}}))
        reached = score(tried)
        kept = reached >= level
        lots = [b if keep else a for a, b, keep in zip(lots, tried, kept, strict=True)]
        near = np.where(kept, reached, near)
    return lots, near


def _interval(shares: Sequence[float]) -> tuple[float, float]:
    """95 % interval of the mean by Student's t over replicas; the whole range with fewer than two."""
    if len(shares) < 2:
        return 0.0, 1.0
    from scipy.special import stdtrit

    half = float(stdtrit(len(shares) - 1, 0.975)) * float(np.std(shares, ddof=1)) / math.sqrt(len(shares))
    mean = float(np.mean(shares))
    return max(0.0, mean - half), min(1.0, mean + half)
