"""Parts that no table of geometry describes, set in a plain row so that a picture can show them: schematic, not a design."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .scenario import Scenario
from .station import Module, MODULE_DIAMETER_m

BESIDE_M = (-20.0, 24.0)
"""Where the row starts (x and z, to the Earth) at a station with a table of geometry: below it, out of its way."""
CHORD_M = 4.0
"""Width of a wing drawn for a module that makes power; its area is what the module's drag area leaves beside its body."""
LEAST_WING_M2 = 8.0
SIDES = ((0, 0, 1), (0, 0, -1), (0, 1, 0), (0, -1, 0))
"""Where the ports of a module are drawn, in their order: to the Earth, away from it, starboard, port."""
NAMES = {(0, 0, 1): "+z", (0, 0, -1): "-z", (0, 1, 0): "+y", (0, -1, 0): "-y"}


def schematic(scenario: Scenario, joined: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """`parts` and `ports` as `chronicle` gives them, of the modules a scenario states, each from the day it `joined` (ISO).

    Modules stand in a row along x in the order they joined, cylinders as long as their volume says; a module that never
    joined is left out. Each part names its `station`, the services it `gives`, and is marked `schematic`.
    """
    parts: list[dict[str, Any]] = []
    ports: list[dict[str, Any]] = []
    for name, station in scenario.stations.items():
        x_m, z_m = BESIDE_M if station.parts else (0.0, 0.0)
        there = [module for module in station.modules if joined.get(module)]
        for module in sorted(there, key=lambda m: joined[m]):  # a stable sort: parts of one day in the scenario's order
            m = station.modules[module]
            at = (x_m + m.length_m / 2, 0.0, z_m)
            parts += _drawn(name, module, m, bool(station.parts), joined[module], at)
            ports += _ports(module, m, joined[module], at)
            x_m += m.length_m
    return {"parts": parts, "ports": ports}


def _drawn(
    station: str, name: str, m: Module, of_table: bool, since: str, at: tuple[float, float, float]
) -> list[dict[str, Any]]:
    """A module, and its two wings where it makes power."""
    segment = ("russian" if m.partner == "roscosmos" else "us") if of_table else ""
    shared = {"owner": m.partner, "segment": segment, "station": station, "arrives": since, "leaves": "", "schematic": True,
              "source": m.source or "scenario", "status": "assumed"}  # fmt: skip
    bodies = [(name, name, "module", m.mass_t * 1e3, list(m.gives), at, (m.length_m, MODULE_DIAMETER_m, MODULE_DIAMETER_m))]
    if m.power_kW > 0:
        area = max(m.area_m2 - m.length_m * MODULE_DIAMETER_m, LEAST_WING_M2)
        chord = min(CHORD_M, m.length_m)
        span = area / 2 / chord
        for side, sign in (("port", -1), ("starboard", 1)):
            middle = (at[0] - m.length_m / 4, sign * (MODULE_DIAMETER_m / 2 + 0.5 + span / 2), at[2])
            bodies.append((f"{name}-wing-{side}", f"{name}: wing, {side}", "array", 0.0, [], middle, (chord, span, 0.1)))
    return [
        shared | {"id": part, "name": title, "kind": kind, "mass_kg": kg, "gives": gives, "poses": [
            {"from": since, "to": "", "state": "fixed", "at_m": _rounded(centre), "size_m": _rounded(size), "turns": "none"}
        ]}
        for part, title, kind, kg, gives, centre, size in bodies
    ]  # fmt: skip


def _ports(name: str, m: Module, since: str, at: tuple[float, float, float]) -> list[dict[str, Any]]:
    out = []
    for i, standard in enumerate(m.ports):
        side = SIDES[i % len(SIDES)]
        ahead = m.length_m / 4 - (i // len(SIDES)) * m.length_m / 2
        point = (at[0] + ahead, *(at[k] + side[k] * MODULE_DIAMETER_m / 2 for k in (1, 2)))
        out.append({"id": f"{name}/{i + 1}", "part": name, "standard": standard, "at_m": _rounded(point),
                    "direction": NAMES[side], "from": since, "to": ""})  # fmt: skip
    return out


def _rounded(point: tuple[float, ...]) -> list[float]:
    return [round(v, 3) for v in point]
