"""The packaged tables behind the density scale: measured decay in blocks, the eras, and area over mass by half-year."""

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np

from stationkeep.laws.sun import DAY_S

DATA = Path(__file__).parents[1] / "data/orbit"
REFERENCE_S = 8036.0 * DAY_S
"""2022-01-01: the coefficient of the last era is given for the area and mass of this day."""


class Blocks(NamedTuple):
    """Measured decay in blocks of days free of burns: arrays (n,)."""

    start_t_s: np.ndarray
    days: np.ndarray
    measured_m: np.ndarray
    drag_m: np.ndarray  # fall with a ballistic coefficient of 1 m2/kg in the fitted NRLMSISE-00
    exponential_m: np.ndarray  # the same in the exponential atmosphere of the baseline
    f107a: np.ndarray
    noise_m: np.ndarray  # one sigma of the measured fall


class Geometry(NamedTuple):
    """Area over mass by half-year, and when the eras begin; the last era follows it."""

    eras: tuple[str, ...]  # (e,) names
    era_from_s: np.ndarray  # (e,)
    t_s: np.ndarray  # (g,)
    area_per_mass: np.ndarray  # (g,) m2/kg

    def era(self, t_s: np.ndarray) -> np.ndarray:
        """(n,) index of the era at each time."""
        return np.clip(np.searchsorted(self.era_from_s, t_s, "right") - 1, 0, None)

    def ratio(self, t_s: np.ndarray) -> np.ndarray:
        """(n,) area over mass relative to `REFERENCE_S` in the last era, 1 before it."""
        relative = np.interp(t_s, self.t_s, self.area_per_mass) / np.interp(REFERENCE_S, self.t_s, self.area_per_mass)
        return np.where(np.asarray(t_s) >= self.era_from_s[-1], relative, 1.0)


def read_blocks(ap_mode: str = "daily", path: Path = DATA / "decay_blocks.csv") -> Blocks:
    """The packaged blocks (built by ``tools/fit_density_scale.py``), their drag by the daily Ap or the ap ``history``."""
    with path.open() as file:
        rows = list(csv.DictReader(file))
    start = np.array([row["date"] for row in rows], "datetime64[h]") + 12
    names = {"drag_m": "drag_history_m"} if ap_mode == "history" else {}
    columns = [np.array([float(row[names.get(name, name)]) for row in rows]) for name in Blocks._fields[1:]]
    return Blocks((start - np.datetime64("2000-01-01", "h")) / np.timedelta64(1, "s"), *columns)


def read_geometry(folder: Path = DATA) -> Geometry:
    """The packaged eras (density_scale.csv) and areas (ballistic.csv)."""
    with (folder / "density_scale.csv").open() as file:
        begun = sorted({(row["era_from"], row["era"]) for row in csv.DictReader(file)})
    dates, names = zip(*begun, strict=True)
    return read_areas(names, np.array(dates, "datetime64[D]"), folder)


def read_areas(eras: tuple[str, ...], era_from: np.ndarray, folder: Path = DATA) -> Geometry:
    """The packaged areas with named eras that begin on given dates (datetime64)."""
    with (folder / "ballistic.csv").open() as file:
        rows = list(csv.DictReader(file))
    dates = np.array([row["date"] for row in rows], "datetime64[D]")
    ratio = np.array([float(row["area_m2"]) / float(row["mass_kg"]) for row in rows])
    return Geometry(eras, _seconds(era_from), _seconds(dates), ratio)


def _seconds(dates: np.ndarray) -> np.ndarray:
    return (dates - np.datetime64("2000-01-01", "D")) / np.timedelta64(1, "s")
