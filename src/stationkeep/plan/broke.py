"""What emptied the station in the runs that did not hold, by the margin that would have to grow."""

from __future__ import annotations

from typing import Any

import numpy as np

STORES, CREWS, PROPELLANT, GAS, OTHER = "stores", "crews", "propellant", "gas", "other"
LEFT = ("evacuate", "abandoned")
NEAR_d = 10.0
"""Days around the end of presence in which the decision to leave was taken. Assumed."""
OF_RESOURCE = {
    "food": STORES,
    "supplies": STORES,
    "toilet": STORES,
    "water": STORES,
    "propellant": PROPELLANT,
    "nitrogen": GAS,
    "oxygen": GAS,
}
OF_SERVICE = {"pressure": GAS, "oxygen": GAS, "desaturation": PROPELLANT, "attitude": PROPELLANT, "reboost": PROPELLANT}
WORDS = {
    STORES: "food, clothes or water ran short", CREWS: "a crew went home before its relief was there",
    PROPELLANT: "propellant for altitude or attitude ran short", GAS: "nitrogen or oxygen ran short", OTHER: "a machine or something else failed",
}  # fmt: skip


def broke(ds: Any, held: np.ndarray) -> np.ndarray:
    """(R,) what broke first in each run of one branch, '' where it held (R,): the cause of the decision to leave, or, where
    nobody decided to and yet nobody was there, the crews."""
    out = np.full(held.size, "", dtype="<U12")
    of_run, at = np.asarray(ds["event_run"].values), np.asarray(ds["event_utc"].values)
    kind, name, cause = (np.asarray(ds[f"event_{x}"].values) for x in ("kind", "name", "cause"))
    ends = np.asarray(ds["aboard_until_utc"].values).reshape(-1)
    for run in np.flatnonzero(~held):
        days = np.abs(at - ends[run]) / np.timedelta64(1, "D")
        left = np.flatnonzero((of_run == run) & np.isin(kind, LEFT) & (days <= NEAR_d))
        out[run] = _cause(kind, name, cause, int(left[0])) if left.size else CREWS
    return out


def _cause(kind: np.ndarray, name: np.ndarray, cause: np.ndarray, row: int) -> str:
    """Follow the causes of a decision to leave to the first stock or service that was short."""
    if kind[row] == "abandoned":
        return CREWS
    row = int(cause[row])
    while row >= 0:
        if kind[row] in ("stock_low", "stock_empty"):
            return OF_RESOURCE.get(str(name[row]), OTHER)
        if kind[row] == "service_down":
            return OF_SERVICE.get(str(name[row]), OTHER)
        row = int(cause[row])
    return OTHER


__all__ = ["CREWS", "GAS", "OTHER", "PROPELLANT", "STORES", "WORDS", "broke"]
