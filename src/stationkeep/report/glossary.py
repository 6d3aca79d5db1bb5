"""What the terms of a chain mean, for a reader who meets them for the first time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TERMS = {
    "reboost": "lifting the orbit, which the thin air there lowers every day",
    "attitude_control": "keeping the station turned the way its arrays, radiators and antennas need",
    "desaturation": "unloading with thrusters the spinning wheels (gyroscopes) that keep the station turned; without it they are full within days",
    "attitude": "the way the station is turned; once lost it tumbles, and power, cooling and radio fail with it",
    "power": "electricity from the arrays to everything aboard",
    "thermal": "carrying heat to the radiators",
    "oxygen": "making or letting in the oxygen people breathe",
    "co2_removal": "taking out of the air what people breathe out",
    "water_recovery": "making drinking water again from used water",
    "pressure": "keeping the cabin air at pressure against leaks",
    "command": "computers and radio by which the station is run",
    "crew_return": "a seat home for each person aboard",
    "refuelling": "filling the station's propellant tanks from a tanker",
    "robotics": "the arm that catches ships which cannot dock by themselves",
    "eva": "going outside for repairs",
    "propellant": "what thrusters and engines burn, to turn the station and to lift it",
    "lifeboat": "a seat home for each person aboard",
}
WHEN = {
    "attitude_lost": "attitude",
    "tanks_held": "propellant",
}


def terms(finding: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(term, meaning) of the services and stocks a finding's chain names, in the order of the chain from its root."""
    named = [WHEN.get(cause["kind"], cause["name"]) for cause in reversed(finding["causes"])]
    met = dict.fromkeys(name.replace(" ", "_") for name in (*named, finding["requirement"]))
    return [(name.replace("_", " "), TERMS[name]) for name in met if name in TERMS]
