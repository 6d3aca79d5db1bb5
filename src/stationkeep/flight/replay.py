"""Arcs of 30, 90 and 180 days replayed against the record, with the errors and two baselines beside them.

Every arc is modelled with a density scale fitted without the calendar years it touches; `in_sample_km` uses all of
them.
"""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from stationkeep.flight.density_scale import (
    REFERENCE_KG_PER_M3,
    REFERENCE_M,
    SCALE_HEIGHT_M,
    fit_scale,
    year_of,
)
from stationkeep.flight.hindcast import Driven, chains, clean, fall_through
from stationkeep.formats.density_scale import Blocks, Geometry
from stationkeep.laws.atmosphere import DensityFit
from stationkeep.laws.orbit import EARTH_RADIUS_M, decay_rate
from stationkeep.laws.sun import DAY_S

STRIDE_D = 30
"""Arcs of any length begin every 30 days of a chain, the first on its first day."""
LEAST_CLEAN_FRAC = 0.7
"""Share of an arc's days that must be free of burns."""
LEAST_FALL_M = 50.0
"""Arcs that fell less are not counted: the record's own noise is some 20 m."""
PAST_D, LEAST_PAST_D = 30.0, 10.0
"""The constant-decay baseline keeps the measured rate of the clean days in the 30 before the start (at least 10 of
them)."""
FLUX_LEVELS = (0.0, 100.0, 150.0, 1000.0)
"""Bounds of F10.7A between which the bias is told."""


class Arc(NamedTuple):
    """One replayed span; kilometres are accumulated decay outside burns, NaN where a baseline has no past to go by."""

    start_t_s: float
    days: int
    measured_km: float
    modelled_km: float
    in_sample_km: float
    constant_km: float
    exponential_km: float
    f107a: float
    clean_d: float
    outside_d: int


class Ballistics:
    """Ballistic coefficients along a record, fitted without given years; every fit is made once."""

    def __init__(self, driven: Driven, blocks: Blocks, geometry: Geometry) -> None:
        self._driven, self._blocks, self._geometry = driven, blocks, geometry
        self._held: dict[tuple[tuple[int, ...], bool], np.ndarray] = {}

    def without(self, years: tuple[int, ...], exponential: bool = False) -> np.ndarray:
        """(n,) m2/kg on the days of the record; for the baseline's atmosphere when ``exponential``."""
        if (years, exponential) not in self._held:
            scale = fit_scale(self._blocks, self._geometry, years, exponential)
            self._held[years, exponential] = scale.ballistic(self._driven.t_s, self._driven.activity[:, 1])
        return self._held[years, exponential]


def replay(
    driven: Driven, lengths_d: tuple[int, ...], blocks: Blocks, geometry: Geometry, fit: DensityFit
) -> list[Arc]:
    """Every arc of every length the record permits, in order of length and time."""
    ballistics, arcs = Ballistics(driven, blocks, geometry), []
    for days in lengths_d:
        for chain in chains(driven):
            t_s = driven.t_s[chain]
            for begin_s in np.arange(t_s[0], t_s[-1] - (days - 0.5) * DAY_S, STRIDE_D * DAY_S):
                first = chain.start + int(np.searchsorted(t_s, begin_s - 0.5 * DAY_S))
                last = chain.start + int(np.searchsorted(t_s, driven.t_s[first] + (days + 0.5) * DAY_S)) - 1
                arc = _arc(driven, ballistics, fit, days, chain.start, first, last)
                if arc is not None:
                    arcs.append(arc)
    return arcs


def _arc(
    driven: Driven, ballistics: Ballistics, fit: DensityFit, days: int, chain_start: int, first: int, last: int
) -> Arc | None:
    """The arc from day ``first`` to ``last``, None when too little of it counts."""
    usable, step_d = clean(driven), np.diff(driven.t_s, prepend=np.nan) / DAY_S
    counted = np.flatnonzero(usable[first + 1 : last + 1]) + 1

    def fallen_km(h_m: np.ndarray) -> float:
        return float(np.sum(h_m[counted - 1] - h_m[counted])) / 1e3

    clean_d = float(step_d[first + counted].sum())
    span = slice(first, last + 1)
    measured_km = fallen_km(driven.h_m[span])
    if clean_d < LEAST_CLEAN_FRAC * days or measured_km * 1e3 < LEAST_FALL_M:
        return None
    before = np.arange(max(chain_start, first - int(PAST_D)) + 1, first + 1)
    before = before[usable[before]]
    past_d = float(step_d[before].sum())
    rate_m = np.sum(driven.h_m[before - 1] - driven.h_m[before]) / past_d if past_d >= LEAST_PAST_D else np.nan
    years = tuple(int(year) for year in np.unique(year_of(driven.t_s[[first, last]])))
    return Arc(
        start_t_s=float(driven.t_s[first]),
        days=days,
        measured_km=measured_km,
        modelled_km=fallen_km(fall_through(driven, first, last, fit, ballistics.without(years))),
        in_sample_km=fallen_km(fall_through(driven, first, last, fit, ballistics.without(()))),
        constant_km=float(rate_m) * clean_d / 1e3,
        exponential_km=fallen_km(_exponential(driven, first, last, ballistics.without(years, exponential=True))),
        f107a=float(driven.activity[span, 1].mean()),
        clean_d=clean_d,
        outside_d=int(driven.outside[span].sum()),
    )


def _exponential(driven: Driven, first: int, last: int, ballistic_m2_per_kg: np.ndarray) -> np.ndarray:
    """The baseline's altitude, m, in an atmosphere that depends on altitude alone; burns take the measured change."""
    h_m = np.empty(last - first + 1)
    h_m[0] = driven.h_m[first]
    for place, k in enumerate(range(first + 1, last + 1), 1):
        here, change = h_m[place - 1], driven.h_m[k] - driven.h_m[k - 1]
        if not driven.burn[k]:
            density = REFERENCE_KG_PER_M3 * np.exp(-(here - REFERENCE_M) / SCALE_HEIGHT_M)
            change = decay_rate(EARTH_RADIUS_M + here, ballistic_m2_per_kg[k], density) * (
                driven.t_s[k] - driven.t_s[k - 1]
            )
        h_m[place] = here + change
    return h_m


def errors(arcs: list[Arc], of: str = "modelled_km") -> dict[str, float]:
    """Median and 75th percentile of the absolute error as a share of the measured decay, its median (the bias),
    and the count."""
    share = np.array([getattr(arc, of) / arc.measured_km - 1.0 for arc in arcs])
    share = share[~np.isnan(share)]
    if not share.size:
        return {"n": 0}
    return {
        "median_abs_error_frac": float(np.median(np.abs(share))),
        "p75_abs_error_frac": float(np.quantile(np.abs(share), 0.75)),
        "bias_frac": float(np.median(share)),
        "n": int(share.size),
    }


def _by_quarter(arcs: list[Arc]) -> dict[str, dict[str, float]]:
    """Errors by calendar quarter of the start, the worst first, with the solar level of each."""
    quarters: dict[str, list[Arc]] = {}
    for arc in arcs:
        month = np.datetime64("2000-01-01", "s") + np.timedelta64(int(arc.start_t_s), "s")
        year, number = str(month)[:4], (int(str(month)[5:7]) + 2) // 3
        quarters.setdefault(f"{year} Q{number}", []).append(arc)
    told = {name: errors(part) | {"f107a": float(np.mean([arc.f107a for arc in part]))} for name, part in quarters.items()}
    return dict(sorted(told.items(), key=lambda item: -item[1]["median_abs_error_frac"]))


def summarize(arcs: list[Arc], geometry: Geometry) -> dict[str, Any]:
    """Per length: errors of the model, in sample, of the baselines, by era, by year and by solar level."""
    told: dict[str, Any] = {}
    for days in sorted({arc.days for arc in arcs}):
        these = [arc for arc in arcs if arc.days == days]
        fair = [arc for arc in these if not np.isnan(arc.constant_km)]
        starts = np.array([arc.start_t_s for arc in these])
        years, eras = year_of(starts), geometry.era(starts)
        by_era = {
            name: [arc for arc, of in zip(these, eras, strict=True) if of == k] for k, name in enumerate(geometry.eras)
        }
        told[str(days)] = {
            **errors(these),
            "in_sample": errors(these, "in_sample_km"),
            "baselines": {
                "constant_decay": errors(fair, "constant_km"),
                "model_on_the_same_arcs": errors(fair),
                "exponential_atmosphere": errors(these, "exponential_km"),
            },
            "by_era": {
                name: {**errors(part), "in_sample": errors(part, "in_sample_km")} for name, part in by_era.items() if part
            },
            "by_year": {
                int(y): errors([a for a, of in zip(these, years, strict=True) if of == y]) for y in np.unique(years)
            },
            "by_f107a": {
                f"{low:g}-{high:g}": errors([arc for arc in these if low <= arc.f107a < high])
                for low, high in pairwise(FLUX_LEVELS)
            },
            "by_quarter": _by_quarter(these),
            "out_of_range_day_frac": sum(a.outside_d for a in these) / sum(a.days + 1 for a in these),
        }
    return told
