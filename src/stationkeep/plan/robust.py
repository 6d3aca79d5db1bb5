"""A plan that holds: margins grow where runs break, until fresh runs meet the asked probability."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from ..model.scenario import Scenario
from .broke import CREWS, GAS, OTHER, PROPELLANT, STORES, WORDS, broke
from .problem import Problem
from .wishes import Wishes

Say = Callable[[str], None]
SELECT_runs = 400
"""Most runs a step is chosen on: what is chosen is then proved on as many fresh runs as were asked for."""
SHARE_frac = 0.5
"""Share of the failures that may be there, `1 - probability`, from which one cause of them has its margin raised. Assumed."""


FAR = 6.0
"""Times that share from which a margin grows by two steps. Assumed."""


class Step(NamedTuple):
    """What a margin asks for beyond the requirements."""

    words: str
    reserve_d: tuple[tuple[str, float], ...] = ()  # days more of a reserve
    without_frac: float = 0.0  # share of crew stores that comes without any one family of launchers
    early_w: int = 0  # weeks every crew is relieved before the rating of its ship
    cheapest_w: int = 0  # weeks more for the crew ship that costs least
    careful: bool = False  # leaks and failures at their 95 % value
    in_turn: bool = False  # crews come by two families of launchers in turn, where there are two


def _stores(days: float, without_frac: float) -> Step:
    return Step(f"crew stores +{days:g} d, {without_frac:.0%} of them without any one family of launchers",
                (("food", days), ("supplies", days), ("water", days)), without_frac=without_frac)  # fmt: skip


NONE = Step("")
MARGINS: dict[str, tuple[Step, ...]] = {
    STORES: (NONE, _stores(75.0, 0.7), _stores(150.0, 0.9), _stores(150.0, 1.1), _stores(150.0, 1.3)),
    CREWS: (NONE, Step("crews relieved 2 weeks early", early_w=2, in_turn=True), Step("crews relieved 4 weeks early", early_w=4, in_turn=True),
            Step("crews relieved 4 weeks early, the cheapest ship's 9", early_w=4, cheapest_w=5, in_turn=True),
            Step("crews relieved 4 weeks early, the cheapest ship's 14", early_w=4, cheapest_w=10, in_turn=True)),
    PROPELLANT: (NONE, Step("propellant +90 d", (("propellant", 90.0),)), Step("propellant +180 d", (("propellant", 180.0),)),
                 Step("propellant +270 d", (("propellant", 270.0),))),
    GAS: (NONE, Step("leaks and failures at their 95 % value", careful=True),
          Step("leaks and failures at their 95 % value, nitrogen +60 d", (("nitrogen", 60.0),), careful=True)),
}  # fmt: skip
"""Each margin step by step; what breaks first in the runs says which one grows. Crew stores beyond what ships are filled to cannot
be asked for, so that more of them means more ships of other families; a crew whose relief is late has only time to wait for it."""
Levels = dict[str, int]
WIDE: tuple[Levels, ...] = (
    {STORES: 3, CREWS: 4, PROPELLANT: 1, GAS: 1}, {STORES: 2, CREWS: 3, PROPELLANT: 1, GAS: 1}, {STORES: 1, CREWS: 1, GAS: 1}, {},
)  # fmt: skip
"""What is tried without runs to choose on, the widest first: the levels that `iss-2022` needed for 95 % to 2030."""


def steps(levels: Levels) -> list[Step]:
    """The steps of all margins at their levels."""
    return [MARGINS[name][level] for name, level in levels.items() if level]


def words(levels: Levels) -> str:
    """Margins in words."""
    return "; ".join(step.words for step in steps(levels)) or "no margins"


def with_margins(wishes: Wishes, levels: Levels, cheapest: tuple[str, ...]) -> Wishes:
    """The wishes with margins at their levels; `cheapest` are the crew ship that costs least and those that stand in for it."""
    for step in steps(levels):
        more = dict(wishes.more_d)
        for name, days in step.reserve_d:
            more[name] = more.get(name, 0.0) + days
        early = dict(wishes.early_by_w)
        for name in cheapest if step.cheapest_w else ():
            early[name] = early.get(name, 0) + step.cheapest_w
        wishes = replace(wishes, more_d=more, early_by_w=early, without_frac=max(wishes.without_frac, step.without_frac),
                         early_w=wishes.early_w + step.early_w, careful=wishes.careful or step.careful, in_turn=wishes.in_turn or step.in_turn)  # fmt: skip
    return wishes


def cheapest_crew(problem: Problem) -> tuple[str, ...]:
    """Of the crew ships that fly to the end the one whose flight costs least, and those that fly in turn with it."""
    ships = [v for v in problem.vessels if v.crew and v.weeks[-1]]
    name = min(ships, key=lambda v: v.cost_musd).name if ships else ""
    group = next(({kind, *others} for kind, others in problem.stand_ins.items() if name in (kind, *others)), {name})
    return tuple(v.name for v in ships if v.name in group)


@dataclass(frozen=True)
class Trial:
    """Ensembles that every candidate is tried on, to the horizon asked for."""

    horizon: str
    runs: int
    seed: int
    workers: int | None

    def select(self, scenario: Scenario) -> tuple[np.ndarray, np.ndarray]:
        """(R,) bool held and (R,) what broke, on the draws that steps are chosen on: the same for every candidate."""
        return self._try(scenario, min(self.runs, SELECT_runs), self.seed)

    def prove(self, scenario: Scenario, time: int) -> tuple[np.ndarray, np.ndarray]:
        """The same on draws that nothing was chosen on yet; `time` counts from 1."""
        return self._try(scenario, self.runs, self.seed + time)

    def _try(self, scenario: Scenario, runs: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        from ..engine.simulate import simulate
        from ..report.metrics import presence_to_end

        ds = simulate(
            scenario.model_copy(update={"horizon": self.horizon}), runs, seed, workers=self.workers, keep="summary"
        )
        held = np.asarray(presence_to_end(ds), bool).reshape(-1)
        return held, broke(ds, held)


@dataclass
class Climb:
    """The way up: what was tried, and which margins can still grow."""

    probability: float
    levels: Levels = field(default_factory=lambda: dict.fromkeys(MARGINS, 0))
    top: Levels = field(default_factory=lambda: {name: len(steps) - 1 for name, steps in MARGINS.items()})  # highest that may have a plan
    alone: bool = False  # there was no plan with several margins raised at once: one at a time until there is one
    curve: list[dict[str, Any]] = field(default_factory=list)

    def higher(self, what: np.ndarray) -> Levels | None:
        """Levels with the margins raised whose causes alone break too many of the runs, (R,) by what broke; None at the end."""
        counts = Counter(str(x) for x in what if x and x in MARGINS)
        able = [(n, name) for name, n in counts.items() if self.levels[name] < self.top[name]]
        if not able:
            return None
        many = SHARE_frac * (1.0 - self.probability) * what.size
        together = {name: 1 + (n >= FAR * many) for n, name in able if n >= many and not self.alone}
        raised = together or {max(able)[1]: 1}
        return {name: min(level + raised.get(name, 0), self.top[name]) for name, level in self.levels.items()}

    def failed(self, levels: Levels) -> None:
        """There was no plan at these levels."""
        raised = [name for name, level in levels.items() if level > self.levels[name]]
        self.alone = True
        if len(raised) == 1:
            self.top[raised[0]] = levels[raised[0]] - 1


def share(held: np.ndarray) -> dict[str, float]:
    """Share of runs that held with its 95 % interval."""
    from ..report.metrics import wilson

    low, high = wilson(float(held.mean()), held.size)
    return {"probability_frac": float(held.mean()), "low": low, "high": high}


def counted(what: np.ndarray) -> dict[str, int]:
    """What broke first, by how often."""
    return dict(Counter(str(x) for x in what if x).most_common())


def priced(curve: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The curve with the price of each added per cent: money over per cent against the cheapest plan tried that holds in fewer runs."""
    out = []
    for point in curve:
        below = [
            p
            for p in curve
            if p["probability_frac"] < point["probability_frac"] and p["cost_musd"] < point["cost_musd"]
        ]
        nearest = max(below, key=lambda p: p["probability_frac"], default=None)
        price = (
            None
            if nearest is None
            else (point["cost_musd"] - nearest["cost_musd"])
            / (100.0 * (point["probability_frac"] - nearest["probability_frac"]))
        )
        out.append({**point, "price_musd_per_percent": price})
    return out


def told(what: dict[str, int]) -> str:
    """What broke in words."""
    return ", ".join(f"{WORDS[name]} in {n}" for name, n in what.items()) or "nothing broke"


__all__ = [
    "MARGINS",
    "OTHER",
    "WIDE",
    "Climb",
    "Levels",
    "Trial",
    "cheapest_crew",
    "counted",
    "priced",
    "share",
    "steps",
    "told",
    "with_margins",
    "words",
]
