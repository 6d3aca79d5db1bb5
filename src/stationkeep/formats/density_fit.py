"""The shipped density fits on disk: reading and writing of ``data/atmosphere/drag_density.npz``."""

import math
from pathlib import Path
from typing import Any

import numpy as np

from stationkeep.laws.atmosphere import DensityFit

PACKAGED = Path(__file__).parents[1] / "data/atmosphere/drag_density.npz"
TOLERANCE_DEG = 1.0
"""Largest distance between an orbit's inclination and that of the fit: a degree changes <rho F> by less than 1 %."""


def load_fit(inclination_deg: float, ap_mode: str = "daily", path: Path = PACKAGED) -> DensityFit:
    """The fit nearest in inclination for an Ap mode (``daily`` or ``history``); its ``inclination_rad`` is the one
    asked for.

    Raises ValueError when the file holds no fit within `TOLERANCE_DEG` or none of that mode.
    """
    with np.load(path) as stored:
        held = sorted({name.split("/")[0] for name in stored.files if name.split("/")[1] == ap_mode}, key=float)
        near = min(held, key=lambda name: abs(float(name) - inclination_deg), default=None)
        if near is None or abs(float(near) - inclination_deg) > TOLERANCE_DEG:
            raise ValueError(
                f"{path.name}: no density fit for {inclination_deg} deg and Ap mode {ap_mode!r}; it holds "
                f"{', '.join(held) or 'none'} deg of that mode; build one with tools/fit_density.py"
            )
        values: dict[str, Any] = {field: stored[f"{near}/{ap_mode}/{field}"] for field in DensityFit._fields[:-1]}
    for field in ("turning_count", "eccentric_count"):
        values[field] = int(values[field])
    return DensityFit(**values, inclination_rad=math.radians(inclination_deg))


def save_fits(fits: dict[tuple[float, str], DensityFit], path: Path = PACKAGED) -> None:
    """Write fits by (inclination in degrees, Ap mode) into one compressed file."""
    arrays = {
        f"{inclination_deg:g}/{ap_mode}/{field}": getattr(fit, field)
        for (inclination_deg, ap_mode), fit in fits.items()
        for field in DensityFit._fields[:-1]
    }
    np.savez_compressed(path, **arrays)
