"""When a station is assembled, can take people, and has its first crew: distributions over the draws of a scenario."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine.compile.world import compile
from ..engine.luck import Chances, event_dates, least_stretch, module_dates, prepare, stretch_fit, stretch_rows
from ..laws import reliability
from ..model.base import seconds, to_utc
from ..model.catalogue import Catalogue
from ..model.files import InputError
from ..model.scenario import Scenario


def campaign(scenario: Scenario, station: str, *, future: str | None = None, runs: int = 1000, seed: int = 0) -> dict[str, Any]:
    """Dates at which the modules of `station` join and its first crew can come, over `runs` draws.

    The first crew follows the event that opens the station; `by_year` is the probability that it has by 1 January.
    """
    if station not in scenario.stations:
        raise InputError("--station", None, f"no station '{station}'", f"one of {', '.join(scenario.stations)}")
    if scenario.futures and future is None:
        future = next(iter(scenario.futures))
    chances = prepare(compile(scenario.branch(future)))
    joins: dict[str, list[float]] = {}
    opens: list[float] = []
    for run in range(runs):
        modules = module_dates(chances, seed, run)
        for (st, module), at_s in modules.items():
            if st == station:
                joins.setdefault(module, []).append(at_s)
        opens.append(_opens(chances, station, seed, run, modules))
    years = range(int(scenario.start[:4]) + 1, 2051)
    at = np.asarray(opens)
    return {
        "station": station, "future": future, "runs": runs, "seed": seed,
        "modules": [{"module": name, "joins": spread(np.asarray(dates))} for name, dates in joins.items()],
        "first_crew": spread(at),
        "by_year": {str(y): round(float((at < seconds(f"{y}-01-01")).mean()), 4) for y in years if (at >= seconds(f"{y - 1}-01-01")).any()},
        "stretch": {"median": round(float(np.exp(chances.stretch_ln[0])), 3), "sigma_ln": round(chances.stretch_ln[1], 3)},
    }  # fmt: skip


def spread(at_s: np.ndarray) -> dict[str, str]:
    """5, 50 and 95 % dates."""
    return {f"p{q}": to_utc(float(np.quantile(at_s, q / 100)))[:10] for q in (5, 50, 95)} if at_s.size else {}


def _opens(chances: Chances, station: str, seed: int, run: int, modules: dict[tuple[str, str], float]) -> float:
    """When the station can take people in one run: its opening event, or the last module its first crew needs."""
    scenario = chances.case.scenario
    opening = [i for i, e in enumerate(scenario.events.values()) if e.open == station]
    if opening:
        return float(event_dates(chances, seed, run, modules)[opening[0]])
    needed = scenario.stations[station].modules
    dates = [t for (st, m), t in modules.items() if st == station and needed[m].needed_for_crew]
    return max(dates, default=chances.case.t0_s)


def backtest(as_of: str | None = None) -> dict[str, Any]:
    """Each element's dates forecast from all the others' record: share of them inside 5 to 95 %, and below the median.

    Every element counts once; statements about one element are averaged.
    """
    rows = stretch_rows(Catalogue(as_of=as_of))
    inside, below, early = [], [], []
    for element in dict.fromkeys(name for name, _, _ in rows):
        others = [r for r in rows if r[0] != element]
        mu, sigma = stretch_fit(others)
        seen = [(lead, x) for _, lead, x in others]
        own = [(lead, x) for name, lead, x in rows if name == element]
        bands = [(max(reliability.lognormal_inverse(0.05, mu, sigma), least_stretch(seen, lead)),
                  reliability.lognormal_inverse(0.95, mu, sigma)) for lead, _ in own]  # fmt: skip
        inside.append(np.mean([low <= x <= high for (low, high), (_, x) in zip(bands, own, strict=True)]))
        early.append(np.mean([x < low for (low, _), (_, x) in zip(bands, own, strict=True)]))
        below.append(np.mean([x <= np.exp(mu) for _, x in own]))
    mu, sigma = stretch_fit(rows)
    return {
        "elements": len(inside), "statements": len(rows), "median_stretch": round(float(np.exp(mu)), 3), "sigma_ln": round(sigma, 3),
        "inside_5_95_frac": round(float(np.mean(inside)), 3), "below_5_frac": round(float(np.mean(early)), 3),
        "below_median_frac": round(float(np.mean(below)), 3),
    }  # fmt: skip
