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


def held_fits(ap_mode: str, model: str) -> dict[str, Path]:
    """Files of the fits there are, by inclination in degrees: the shipped ones (NRLMSISE-00) and the user's own."""
    held: dict[str, Path] = {}
    for path in [PACKAGED, own_fits(model)] if model == "nrlmsise00" else [own_fits(model)]:
        if path.exists():
            with np.load(path) as stored:
                held |= {n.split("/")[0]: path for n in stored.files if n.endswith(f"/{ap_mode}/term")}
    return held


def is_fitted(inclination_deg: float, ap_mode: str = "daily", model: str = "nrlmsise00") -> bool:
    """Whether a fit lies within `TOLERANCE_DEG`."""
    return any(abs(float(name) - inclination_deg) <= TOLERANCE_DEG for name in held_fits(ap_mode, model))


def load_fit(inclination_deg: float, ap_mode: str = "daily", model: str = "nrlmsise00") -> DensityFit:
    """The fit nearest in inclination for an Ap mode (``daily`` or ``history``) and density model; its ``inclination_rad`` is the
    one asked for. Where none lies within `TOLERANCE_DEG` it holds nowhere, and quadrature answers for it, 2 ms a day.

    Raises ValueError for an Ap mode or density model there is not.
    """
    if ap_mode not in ("daily", "history") or model not in MODELS:
        raise ValueError(f"Ap mode {ap_mode!r} and density model {model!r}: there are daily and history, {', '.join(MODELS)}")
    fitted = is_fitted(inclination_deg, ap_mode, model)
    held = held_fits(ap_mode, model if fitted else "nrlmsise00")
    near = min(held, key=lambda name: abs(float(name) - inclination_deg))
    with np.load(held[near]) as stored:
        values: dict[str, Any] = {field: stored[f"{near}/{ap_mode}/{field}"] for field in FITTED}
    if not fitted:
        values["band_m"] = np.full_like(values["band_m"], np.array([[math.inf], [-math.inf]]))
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
