"""The names behind the integers: one index per kind of thing, the same for every run of a scenario."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ... import log


@dataclass(frozen=True)
class Names:
    """Ordered names; the position of a name is its index in every array."""

    stations: tuple[str, ...]
    partners: tuple[str, ...]
    modules: tuple[str, ...]
    flights: tuple[str, ...]
    ports: tuple[str, ...]
    events: tuple[str, ...]
    vehicles: tuple[str, ...]
    groups: tuple[str, ...]
    """What can be grounded: families, vehicle types, launchers, launch sites, pads."""
    machines: tuple[str, ...] = ()
    machine_kinds: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    _maps: dict[str, dict[str, int]] = field(default_factory=dict, repr=False, compare=False)

    def of(self, kind: str) -> dict[str, int]:
        """Name -> index of one kind (`parts` are modules, then flights)."""
        if kind not in self._maps:
            items = self.modules + self.flights if kind == "parts" else getattr(self, kind)
            self._maps[kind] = {name: i for i, name in enumerate(items)}
        return self._maps[kind]

    def text(self, code: int) -> str:
        """The name behind a log row's name code."""
        category, index = divmod(int(code), log.STRIDE)
        kind = log.CATEGORIES[category]
        kind = {"flight": "flights", "part": "modules", "machine": "machines", "event": "events", "service": "services",
                "resource": "resources", "requirement": "requirements", "station": "stations", "partner": "partners",
                "person": "people"}[kind]  # fmt: skip
        return str(getattr(self, kind)[index])


def integers(values: object) -> np.ndarray:
    """An int64 array."""
    return np.asarray(list(values), np.int64)  # type: ignore[call-overload]


def reals(values: object) -> np.ndarray:
    """A float64 array."""
    return np.asarray(list(values), np.float64)  # type: ignore[call-overload]


def truths(values: object) -> np.ndarray:
    """A bool array."""
    return np.asarray(list(values), np.bool_)  # type: ignore[call-overload]
