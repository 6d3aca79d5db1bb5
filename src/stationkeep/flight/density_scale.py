"""The ballistic coefficient and density scale of each era of the station, fitted on measured decay, with any years
left out.

ln(measured / modelled fall) = ln B of the era + k ln(min(F10.7A, 100) / 100) + c (decades since 2022). B is Cd A / m,
density scale included: constant in an era, and in the last one in proportion to area over mass of ``ballistic.csv``;
before it the estimated area is so rough that a constant fits better (90-day errors 10.8 %; following it from P6 on 14.8,
nowhere 12.2: a choice made on the record it is scored on). The exponent k is what NRLMSISE-00 overestimates when the Sun
is quiet, c the contraction of the thermosphere that it does not know. Robust least squares over blocks of the record.
"""

from typing import NamedTuple

import numpy as np

from stationkeep.formats.density_scale import REFERENCE_S, Blocks, Geometry
from stationkeep.laws.sun import DAY_S

LOW_FLUX = 100.0
"""F10.7A below which the correction for a quiet Sun sets in (assumed; its exponent is fitted)."""
BLOCK_SIGMA_LN = 0.2
"""Scatter of one block about the fit that noise in altitude does not explain; the measured one is in
density_scale.csv."""
ERA_SIGMA_LN = 0.4
"""Spread of the eras about their common mean assumed for an era with few blocks (ln of Cd A / m)."""
EXPONENT_SIGMA = 1.0
"""Spread of the low-flux exponent about zero assumed while there is little low flux on record."""
TREND_PER_DECADE, TREND_SIGMA = -0.03, 0.05
"""Trend of ln density expected of a decade, and its spread. Source: -1.7 % (Marcos 2005), -2.0 +- 0.5 % (Emmert 2015),
-3 % (Emmert 2004) and -5 % with a quiet Sun (Keating 2000) a decade at 400 km; the spread also for a table of areas that
drifts (assumed)."""
DECADE_S = 3652.5 * DAY_S
HUBER = 1.5
"""Residuals beyond this many sigmas weigh less. Source: Huber 1964."""
REFERENCE_M, SCALE_HEIGHT_M, REFERENCE_KG_PER_M3 = 400e3, 58515.0, 3.725e-12
"""The exponential atmosphere of the baseline, at 400 km. Source: Vallado, Fundamentals of Astrodynamics, table 8-4."""


class Scale(NamedTuple):
    """Ballistic coefficient by era at `REFERENCE_S`, density scale included."""

    geometry: Geometry
    ln_ballistic: np.ndarray  # (e,)
    low_flux_exponent: float
    trend_per_decade: float

    def ballistic(self, t_s: np.ndarray, f107a: np.ndarray) -> np.ndarray:
        """(n,) effective Cd A / m, m2/kg, at times and 81-day fluxes."""
        ln_ballistic = self.ln_ballistic[self.geometry.era(t_s)] + self.low_flux_exponent * _low_flux(f107a)
        return self.geometry.ratio(t_s) * np.exp(ln_ballistic + self.trend_per_decade * _decades(t_s))


def _low_flux(f107a: np.ndarray) -> np.ndarray:
    return np.log(np.minimum(f107a, LOW_FLUX) / LOW_FLUX)


def _decades(t_s: np.ndarray) -> np.ndarray:
    return (np.asarray(t_s) - REFERENCE_S) / DECADE_S


def year_of(t_s: np.ndarray) -> np.ndarray:
    """(n,) calendar years."""
    day = np.floor(np.asarray(t_s) / DAY_S).astype("timedelta64[D]")
    return (np.datetime64("2000-01-01", "D") + day).astype("datetime64[Y]").astype(int) + 1970


def fit_scale(
    blocks: Blocks, geometry: Geometry, without_years: tuple[int, ...] = (), exponential: bool = False
) -> Scale:
    """Fit the eras, the low-flux exponent and the trend to the blocks that touch none of ``without_years``.

    ``exponential`` fits the baseline's atmosphere (eras alone) instead. Raises ValueError when no block is left.
    """
    ended = blocks.start_t_s + blocks.days * DAY_S
    used = ~(np.isin(year_of(blocks.start_t_s), without_years) | np.isin(year_of(ended), without_years))
    used &= blocks.measured_m > 0.0
    if not used.any():
        raise ValueError("no decay outside the years left out: the density scale cannot be fitted")
    measured, model = blocks.measured_m[used], (blocks.exponential_m if exponential else blocks.drag_m)[used]
    model = model * geometry.ratio(blocks.start_t_s[used])
    era, eras = geometry.era(blocks.start_t_s[used]), len(geometry.era_from_s)
    # unknowns: common mean, departures of the eras, exponent, trend; drawn to what is expected by their assumed spread
    design = np.zeros((used.sum() + eras + 2, eras + 3))
    design[: used.sum(), 0] = 1.0
    design[np.arange(used.sum()), 1 + era] = 1.0
    if not exponential:
        design[: used.sum(), -2] = _low_flux(blocks.f107a[used])
        design[: used.sum(), -1] = _decades(blocks.start_t_s[used])
    design[used.sum() :, 1:] = np.eye(eras + 2)
    expected = np.append(np.zeros(eras + 1), 0.0 if exponential else TREND_PER_DECADE)
    value = np.append(np.log(measured / model), expected)
    spread = np.append(np.full(eras, ERA_SIGMA_LN), (EXPONENT_SIGMA, TREND_SIGMA))
    sigma = np.append(np.hypot(BLOCK_SIGMA_LN, blocks.noise_m[used] / measured), spread)
    weight = 1.0 / sigma
    solved: np.ndarray = np.zeros(eras + 3)
    for _ in range(30):
        solved, *_ = np.linalg.lstsq(design * weight[:, None], value * weight, rcond=None)
        off = np.abs(value - design @ solved) / sigma
        weight = np.sqrt(np.where(off > HUBER, HUBER / np.maximum(off, HUBER), 1.0)) / sigma
    return Scale(geometry, solved[0] + solved[1:-2], float(solved[-2]), float(solved[-1]))
