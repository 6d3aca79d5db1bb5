"""Density fits on disk: the shipped ones in ``data/atmosphere/drag_density.npz``, and those a user made."""

import math
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from stationkeep.laws.atmosphere import FITTED, MODELS, DensityFit, height_powers, in_strands, mapped

PACKAGED = Path(__file__).parents[1] / "data/atmosphere/drag_density.npz"
ANY_FORM = "51.6"
"""The shipped fit whose form one takes that holds nowhere."""
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
    return _nearest(inclination_deg, held_fits(ap_mode, model)) is not None


def _nearest(inclination_deg: float, held: Iterable[str]) -> str | None:
    """The inclination nearest to one, as it is held; None beyond `TOLERANCE_DEG`."""
    near = min(held, key=lambda name: abs(float(name) - inclination_deg), default=None)
    return near if near is not None and abs(float(near) - inclination_deg) <= TOLERANCE_DEG else None


def load_fit(inclination_deg: float, ap_mode: str = "daily", model: str = "nrlmsise00") -> DensityFit:
    """The fit nearest in inclination for an Ap mode (``daily`` or ``history``) and density model; its ``inclination_rad`` is the
    one asked for. Where none lies within `TOLERANCE_DEG` it holds nowhere, and quadrature answers for it, 2 ms a day.

    Raises ValueError for an Ap mode or density model there is not.
    """
    if ap_mode not in ("daily", "history") or model not in MODELS:
        raise ValueError(f"Ap mode {ap_mode!r} and density model {model!r}: there are daily and history, {', '.join(MODELS)}")
    held = held_fits(ap_mode, model)
    near = _nearest(inclination_deg, held)
    with np.load(PACKAGED if near is None else held[near]) as stored:
        values: dict[str, Any] = {field: stored[f"{near or ANY_FORM}/{ap_mode}/{field}"] for field in FITTED}
    if values["driver"].ndim == 2:  # made before there were ranges of the Sun's activity
        values["driver"] = values["driver"][:, None]
    if near is None:
        values["band_m"] = np.full_like(values["band_m"], np.array([[math.inf], [-math.inf]]))
    return DensityFit(
        **values, height=height_powers(values["monomial"]), ln_driver=mapped(values["driver"]),
        **in_strands(values["turning"], values["steady"], values["term"], values["eccentric"]),
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
