"""What of a stated manifest fits its ship: the rest is left behind, least needed first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...model.catalogue import Row, number
from .flights import PlannedFlight

NEED = ("oxygen", "nitrogen", "water", "food", "toilet", "propellant", "supplies", "spares", "research")
"""Most needed first: air, water, food and toilet goods before propellant, clothes, spares and research."""
OUTSIDE = ("spares", "research")
"""What can ride outside the cabin, where a ship has room there."""


def that_fit(cargo_kg: Mapping[str, float], vehicle: Row) -> dict[str, float]:
    """As much of a manifest as the vehicle carries: its tanks, its cabin, its unpressurised hold, and all of it together."""
    whole, inside, outside = (number(vehicle, f"cargo_{part}_kg", 0) for part in ("up", "pressurised", "external"))
    refuel = max(number(vehicle, "refuel_high_kg", 0), number(vehicle, "refuel_kg", 0))
    tank = {"water": number(vehicle, "water_kg", 0), "gas": number(vehicle, "gas_kg", 0), "propellant": refuel}
    taken: dict[str, float] = {}
    for name in NEED:
        asked = min(cargo_kg.get(name, 0.0), whole)
        of = "gas" if name in ("oxygen", "nitrogen") else name
        piped = min(asked, tank.get(of, 0.0))
        outer = min(asked - piped, outside) if name in OUTSIDE else 0.0
        inner = 0.0 if name == "propellant" and refuel else min(asked - piped - outer, inside)
        if of in tank:
            tank[of] -= piped
        outside, inside, whole = outside - outer, inside - inner, whole - piped - outer - inner
        taken[name] = piped + outer + inner
    return {name: taken[name] for name in cargo_kg if name in taken}


def left_behind(flights: Iterable[PlannedFlight], vehicles: Mapping[str, Row]) -> list[dict[str, Any]]:
    """Flights, and series once, whose stated manifest does not fit: what is left behind of what, kg."""
    told: dict[str, dict[str, Any]] = {}
    for f in flights:
        if f.cargo_kg is None or f.flown:
            continue
        vehicle = vehicles[f.vehicle]
        fits = that_fit(f.cargo_kg, vehicle)
        left = {name: round(kg - fits[name], 1) for name, kg in f.cargo_kg.items() if kg - fits[name] >= 0.05}
        if left:
            told[f.series or f.id] = {
                "flight": f.series or f.id, "vehicle": f.vehicle, "carries_kg": number(vehicle, "cargo_up_kg", 0),
                "left_kg": {name: left[name] for name in reversed(NEED) if name in left}, "of_kg": {name: f.cargo_kg[name] for name in left},
            }  # fmt: skip
    return list(told.values())

