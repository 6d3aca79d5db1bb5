"""Which flights a change of money leaves unpaid: operations first, then flights, the least needed cancelled first."""

from __future__ import annotations

import numpy as np

from ...model.base import to_utc
from ...model.catalogue import Catalogue, number
from ...model.scenario import Scenario
from .flights import PlannedFlight
from .prices import MILLION, Prices

YEAR_s = 365.25 * 86400.0


def unpaid_flights(scenario: Scenario, catalogue: Catalogue, flights: tuple[PlannedFlight, ...]) -> np.ndarray:
    """(E, F) bool: flights that each `fund` event of the scenario leaves without money, year by year of their plan."""
    out = np.zeros((len(scenario.events), len(flights)), np.bool_)
    if not any(e.fund for e in scenario.events.values()):
        return out
    prices = Prices(scenario, catalogue)
    gives: dict[str, set[str]] = {}
    for row in catalogue.table("stations/iss/services"):
        gives.setdefault(row["giver"], set()).add(row["service"])
    for e, event in enumerate(scenario.events.values()):
        if not event.fund:
            continue
        years: dict[str, list[int]] = {}
        for f, flight in enumerate(flights):
            if flight.partner == event.fund and not flight.flown:
                year = f"{flight.after} {int(flight.launch_s // YEAR_s)}" if flight.after else to_utc(flight.launch_s)[:4]
                years.setdefault(year, []).append(f)
        for members in years.values():
            price = {f: prices.flight_usd(flights[f].vehicle, flights[f].launch_s) for f in members}
            running = prices.operations_usd_per_y(event.fund, flights[members[0]].launch_s)
            limit = event.most_musd_per_y
            money = event.share_frac * (running + sum(price.values())) if limit is None else limit * MILLION
            for f in sorted(members, key=_need(flights, members, catalogue, gives)):
                if running + sum(price.values()) <= money * (1 + 1e-9):
                    break
                out[e, f] = True
                del price[f]
    return out


def _need(flights: tuple[PlannedFlight, ...], members: list[int], catalogue: Catalogue, gives: dict[str, set[str]]):  # type: ignore[no-untyped-def]
    """Order of need, least first: crews last of all, then ships that give most services, then those that carry most;
    of one series every second flight goes before its neighbours."""
    vehicles = catalogue.by_id("fleet/vehicles")

    def key(f: int) -> tuple[float, ...]:
        flight = flights[f]
        same = [g for g in members if flights[g].vehicle == flight.vehicle]
        row = vehicles[flight.vehicle]
        place = same.index(f)
        return (
            bool(flight.people), len(gives.get(flight.vehicle, ())), number(row, "cargo_up_kg", 0), place % 2 == 0, -place,
        )  # fmt: skip

    return key


__all__ = ["unpaid_flights"]
