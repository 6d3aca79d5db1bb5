"""States along the mean orbit of a result, for other people's programs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from stationkeep.formats.oem import Oem, parse_utc
from stationkeep.laws.orbit import EARTH_RADIUS_M, mean_motion, node_rate

if TYPE_CHECKING:
    import xarray as xr

NOTE = (
    "Circular mean orbit of one simulated run on its day: altitude, inclination and node are the run's,",
    "the place along the orbit is not modelled: the ascending node is passed at the first epoch.",
)
"""What a reader of the file has to know."""


def ephemeris(
    ds: xr.Dataset, on: str, *, future: str = "", run: int = 0, station: str = "", hours: float = 24.0, step_s: float = 60.0
) -> Oem:
    """An ephemeris of `hours` from the day `on` (ISO date) of one run of a result, every `step_s`, true of date.

    The elements are those of the stamp nearest to `on`; the node drifts by J2, the altitude stays. Raises ValueError
    when the result does not hold the future, run, station or day.
    """
    name = station or str(ds["station"].values[0])
    chosen = ds[["altitude_km", "inclination_deg", "raan_deg"]]
    if "future" in ds.dims:
        chosen = chosen.sel(future=_one_of(future or str(ds["future"].values[0]), ds["future"].values, "future"))
    chosen = chosen.sel(run=_one_of(run, ds["run"].values, "run"), station=_one_of(name, ds["station"].values, "station"))
    t0_s = parse_utc(on if "T" in on else f"{on[:10]}T00:00:00")
    at = np.datetime64("2000-01-01T00:00:00", "ns") + np.timedelta64(int(t0_s), "s")
    utc = ds["time"].values
    if not utc[0] - np.timedelta64(1, "D") <= at <= utc[-1] + np.timedelta64(1, "D"):
        raise ValueError(f"{on} is not within the result: {str(utc[0])[:10]} to {str(utc[-1])[:10]}")
    found = chosen.sel(time=at, method="nearest")
    a_m = EARTH_RADIUS_M + 1e3 * float(found["altitude_km"])
    if not math.isfinite(a_m):
        raise ValueError(f"{name} is not in orbit on {on[:10]}")
    inclination, node = math.radians(float(found["inclination_deg"])), math.radians(float(found["raan_deg"]))
    since_s = np.arange(0.0, hours * 3600.0 + 0.5 * step_s, step_s)
    r_m, v_m_per_s = circular_states(a_m, inclination, node, since_s)
    return Oem(f"{name.upper()} RUN {run}", "1998-067A" if name == "iss" else name.upper(), "TOD", t0_s + since_s, r_m, v_m_per_s)


def circular_states(
    a_m: float, inclination_rad: float, node_rad: float, since_s: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Positions (n, 3) in m and velocities (n, 3) in m/s on a circular orbit whose node drifts, at the node at 0 s."""
    n = float(mean_motion(a_m))
    drift = float(node_rate(a_m, inclination_rad))
    u, node = n * since_s, node_rad + drift * since_s
    along = np.stack((np.cos(node), np.sin(node), np.zeros_like(node)), axis=1)
    across = np.stack((-np.sin(node) * math.cos(inclination_rad), np.cos(node) * math.cos(inclination_rad),
                       np.full_like(node, math.sin(inclination_rad))), axis=1)  # fmt: skip
    r_m = a_m * (np.cos(u)[:, None] * along + np.sin(u)[:, None] * across)
    turn = drift * np.stack((-r_m[:, 1], r_m[:, 0], np.zeros_like(u)), axis=1)
    return r_m, a_m * n * (np.cos(u)[:, None] * across - np.sin(u)[:, None] * along) + turn


def _one_of(wanted: Any, held: np.ndarray, what: str) -> Any:
    if wanted not in held:
        raise ValueError(f"no {what} {wanted!r} in this result; it holds {', '.join(map(str, held[:20]))}")
    return wanted
