"""Are these runs enough? How wide the interval of the answer is, how many runs it would take, and how it converged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from stationkeep.report.metrics import Z_95, presence_to_end, wilson
from stationkeep.report.read import future_names, future_weights

if TYPE_CHECKING:
    import xarray as xr

WANTED_frac = 0.05
"""Half width of a 95 % interval that is called enough: five points either way."""


def enough(ds: xr.Dataset) -> dict[str, Any]:
    """Whether the widest interval of presence to the horizon is within `WANTED_frac`, and the runs per future that would be.

    `convergence` tells the pooled share and its interval over the first 10, 20, 40, ... runs: weighted bounds of the
    futures, which share their draws.
    """
    held = presence_to_end(ds)
    weights = future_weights(ds)
    runs = held.shape[1]
    bounds = [wilson(float(row.mean()), runs) for row in held]
    half = max((high - low) / 2.0 for low, high in bounds)
    # the share nearest one half that the interval allows is the one that asks for the most runs
    worst = max(p * (1.0 - p) for low, high in bounds for p in [min(max(0.5, low), high)])
    needed = int(np.ceil(Z_95**2 * worst / WANTED_frac**2))
    return {
        "half_width_frac": round(half, 4), "wanted_frac": WANTED_frac, "enough": bool(half <= WANTED_frac),
        "runs_wanted": runs if half <= WANTED_frac else max(needed, runs + 1),
        "convergence": [_first(held, weights, n) for n in _counts(runs)],
        "widest": future_names(ds)[int(np.argmax([high - low for low, high in bounds]))],
    }  # fmt: skip


def _counts(runs: int) -> list[int]:
    """10, 20, 40, ... and all."""
    return [n for n in (10 * 2**k for k in range(24)) if n < runs] + [runs]


def _first(held: np.ndarray, weights: np.ndarray, n: int) -> dict[str, Any]:
    shares = held[:, :n].mean(axis=1)
    low, high = (weights @ np.array([wilson(float(share), n)[side] for share in shares]) for side in (0, 1))
    return {"runs": n, "share_frac": round(float(weights @ shares), 4), "low_frac": round(float(low), 4), "high_frac": round(float(high), 4)}


def sentence(told: dict[str, Any]) -> str:
    """The same for a reader."""
    width = f"± {100.0 * told['half_width_frac']:.1f} points"
    if told["enough"]:
        return f"The runs are enough: presence to the horizon is known to {width} (95 %)."
    wanted = f"about {told['runs_wanted']:,} runs per future would make it ± {100.0 * told['wanted_frac']:.0f}"
    return f"Not enough runs for a fine answer: presence to the horizon is known to {width} (95 %); {wanted}."
