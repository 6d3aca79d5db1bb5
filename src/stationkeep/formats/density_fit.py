"""Density fits on disk: the shipped ones in ``data/atmosphere/drag_density.npz``, and those a user made."""

import math
import os
from pathlib import Path
from typing import Any

import numpy as np

from stationkeep.laws.atmosphere import FITTED, MODELS, DensityFit, mapped, rising

PACKAGED = Path(__file__).parents[1] / "data/atmosphere/drag_density.npz"
TOLERANCE_DEG = 1.0
"""Largest distance between an orbit's inclination and that of the fit: a degree changes <rho F> by less than 1 %."""


def own_fits(model: str) -> Path:
    """Where the fits that a user made with tools/fit_density.py are kept."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "stationkeep" / f"drag_density_{model}.npz"


def load_fit(inclination_deg: float, ap_mode: str = "daily", model: str = "nrlmsise00") -> DensityFit:
    """The fit nearest in inclination for an Ap mode (``daily`` or ``history``) and density model, of the shipped ones
    (NRLMSISE-00) and the user's own; its ``inclination_rad`` is the one asked for.

    Raises ValueError when none lies within `TOLERANCE_DEG`.
    """
    files = [PACKAGED, own_fits(model)] if model == "nrlmsise00" else [own_fits(model)]
    held: dict[str, Path] = {}
    for path in files:
        if path.exists():
            with np.load(path) as stored:
                held |= {n.split("/")[0]: path for n in stored.files if n.endswith(f"/{ap_mode}/term")}
    near = min(held, key=lambda name: abs(float(name) - inclination_deg), default=None)
    if near is None or abs(float(near) - inclination_deg) > TOLERANCE_DEG:
        raise ValueError(
            f"no fit of {model} for {inclination_deg:g} deg and Ap mode {ap_mode} ({', '.join(held) or 'none'} deg held); "
            f"make one: python tools/fit_density.py --inclination {inclination_deg:g} --ap-mode {ap_mode} --model {model}"
        )
    with np.load(held[near]) as stored:
        values: dict[str, Any] = {field: stored[f"{near}/{ap_mode}/{field}"] for field in FITTED}
    return DensityFit(
        **values, rising=rising(values["monomial"]), ln_driver=mapped(values["driver"]),
        inclination_rad=math.radians(inclination_deg), history=ap_mode == "history", model=[*MODELS].index(model),
    )  # fmt: skip


def save_fits(fits: dict[tuple[float, str], DensityFit], path: Path = PACKAGED) -> None:
    """Write fits by (inclination in degrees, Ap mode) into one compressed file, beside those it holds already."""
    arrays: dict[str, Any] = {}
    if path.exists():
        with np.load(path) as stored:
            arrays = {name: stored[name] for name in stored.files}
    arrays |= {
        f"{inclination_deg:g}/{ap_mode}/{field}": getattr(fit, field)
        for (inclination_deg, ap_mode), fit in fits.items()
        for field in FITTED
    }
    np.savez_compressed(path, **arrays)
