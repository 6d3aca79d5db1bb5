"""Shade on the Russian arrays from geometry: rays from their cells to the Sun against every panel and box of the day.

Level flight (+XVV), US wings tracking on both joints, Russian wings turning about y only; thermal radiators that keep
edge-on to the Sun and docked vehicles are left out. The mean over the sunlit arc, both wings and both signs of beta.
"""

from __future__ import annotations

import math

import numpy as np

BETAS_deg = (0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 75.0)
CELLS = [(u, v) for u in np.linspace(-0.45, 0.45, 6) for v in (-0.33, 0.0, 0.33)]
EARTH_RATIO = 6371.0 / (6378.1 + 400.0)


def lit_fraction(parts: list[dict[str, str]], prefix: str, day: str, beta_deg: float) -> float:
    """Mean lit share of the wings whose part id starts with `prefix` on `day` at +-`beta_deg`."""
    present = [p for p in parts if p["valid_from"] <= day < p["valid_to"] and p["size_x"]]
    targets = [p for p in present if p["part_id"].startswith(prefix) and p["rotates"] == "SELF_Y"]
    total = count = 0.0
    for sign in (1.0, -1.0):
        beta = math.radians(sign * beta_deg)
        edge = math.sqrt(1.0 - EARTH_RATIO**2) / math.cos(beta)
        half_arc = math.pi - (math.acos(edge) if edge < 1.0 else 0.0)
        for phi in half_arc * (np.arange(24) + 0.5 - 12.0) / 12.0:
            towards = np.array([math.cos(beta) * math.sin(phi), math.sin(beta), -math.cos(beta) * math.cos(phi)])
            for target in targets:
                total += _lit(present, target, towards)
                count += 1.0
    return total / count


def _panel(part: dict[str, str], towards: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Centre and the two half-edge vectors of a turning panel that faces the Sun as far as its joints allow."""
    centre = np.array([float(part["cx"]), float(part["cy"]), float(part["cz"])])
    size = sorted(float(part[k]) for k in ("size_x", "size_y", "size_z"))
    length, width = size[2], size[1]
    flat = np.array([towards[0], 0.0, towards[2]])
    flat /= np.linalg.norm(flat)
    y = np.array([0.0, 1.0, 0.0])
    if part["rotates"] in ("SELF_Y", "BGA_Y"):
        return centre, y * length / 2.0, np.cross(flat, y) * width / 2.0
    along = np.cross(y, -flat)  # the wing's axis at this alpha angle; +x when the Sun is at zenith
    turned = centre[0] * along + centre[2] * -flat + centre[1] * y
    return turned, along * length / 2.0, np.cross(towards, along) * width / 2.0


def _lit(present: list[dict[str, str]], target: dict[str, str], towards: np.ndarray) -> float:
    centre, half_u, half_v = _panel(target, towards)
    points = np.array([centre + 2.0 * u * half_u + 2.0 * v * half_v for u, v in CELLS])
    dark = np.zeros(len(points), dtype=bool)
    for part in present:
        if part is target or part["rotates"] == "TRRJ_X" or part["part_id"].startswith("irosa"):
            continue
        if part["rotates"] in ("SARJ+BGA", "BGA_Y", "SELF_Y"):
            dark |= _behind_panel(points, towards, *_panel(part, towards))
        elif part["rotates"] == "none":
            dark |= _behind_box(points, towards, part)
    return 1.0 - float(dark.mean())


def _behind_panel(
    points: np.ndarray, towards: np.ndarray, centre: np.ndarray, half_u: np.ndarray, half_v: np.ndarray
) -> np.ndarray:
    normal = np.cross(half_u, half_v)
    slope = towards @ normal
    if abs(slope) < 1e-9:
        return np.zeros(len(points), dtype=bool)
    reach = (centre - points) @ normal / slope
    hit = points + reach[:, None] * towards - centre
    return (reach > 0.05) & (abs(hit @ half_u) <= half_u @ half_u) & (abs(hit @ half_v) <= half_v @ half_v)


def _behind_box(points: np.ndarray, towards: np.ndarray, part: dict[str, str]) -> np.ndarray:
    low = np.array([float(part[f"c{a}"]) - float(part[f"size_{a}"]) / 2.0 for a in "xyz"])
    high = np.array([float(part[f"c{a}"]) + float(part[f"size_{a}"]) / 2.0 for a in "xyz"])
    safe = np.where(abs(towards) < 1e-9, 1e-9, towards)
    one, two = (low - points) / safe, (high - points) / safe
    enter, leave = np.minimum(one, two).max(axis=1), np.maximum(one, two).min(axis=1)
    return (leave >= enter) & (leave > 0.0) & (enter > 0.05)
