"""CZML, Cesium's scene format: one object on its sampled inertial orbit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stationkeep.formats.oem import iso_utc

TRAIL_S = 5580.0
"""Drawn before and after the object: about one revolution."""


def czml(name: str, t_s: NDArray[np.float64], r_gcrf_m: NDArray[np.float64]) -> list[dict[str, Any]]:
    """Packets of a document and one object. `t_s` (n,) UTC seconds since 2000-01-01; `r_gcrf_m` (n, 3).

    Cesium's INERTIAL frame is ICRF. Lagrange interpolation of degree 5 through samples at most 300 s apart is good to a
    few metres in low orbit. Cesium cannot see leap seconds inside a span; dates are UTC.
    """
    start, stop = iso_utc(float(t_s[0])) + "Z", iso_utc(float(t_s[-1])) + "Z"
    span = f"{start}/{stop}"
    since = t_s - float(t_s[0])
    samples = np.column_stack((since, r_gcrf_m)).round(3)
    clock = {"interval": span, "currentTime": start, "multiplier": 60, "range": "LOOP_STOP"}
    return [
        {"id": "document", "name": name, "version": "1.0", "clock": clock},
        {
            "id": "object",
            "name": name,
            "availability": span,
            "position": {
                "epoch": start,
                "referenceFrame": "INERTIAL",
                "interpolationAlgorithm": "LAGRANGE",
                "interpolationDegree": 5,
                "cartesian": samples.ravel().tolist(),
            },
            "point": {"pixelSize": 8, "color": {"rgba": [255, 255, 255, 255]}},
            "label": {"text": name, "pixelOffset": {"cartesian2": [12, 0]}, "horizontalOrigin": "LEFT"},
            "path": {"leadTime": TRAIL_S, "trailTime": TRAIL_S, "resolution": 60, "width": 1},
        },
    ]


def write_czml(path: str | Path, name: str, t_s: NDArray[np.float64], r_gcrf_m: NDArray[np.float64]) -> None:
    """Write `czml` of an orbit to a file."""
    Path(path).write_text(json.dumps(czml(name, t_s, r_gcrf_m), ensure_ascii=False) + "\n", encoding="utf-8")
