"""Which flights a change of money leaves unpaid: operations first, then flights, those cancelled first that an operator would."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import count
from typing import NamedTuple

import numpy as np

from ...laws import metabolism
from ...model.base import seconds, to_utc
from ...model.catalogue import Catalogue, number
from ...model.scenario import Scenario
from ..supply import CREW_SHARE_frac
from .bodies import cargo_of
from .flights import PlannedFlight
from .life_support import crew_rates
from .prices import MILLION, Prices

YEAR_s = 365.25 * 86400.0
STOWED = ("food", "supplies", "toilet", "spares", "research")

Need = Callable[[int, list[int]], tuple[float, ...]]


def unpaid_flights(scenario: Scenario, catalogue: Catalogue, flights: tuple[PlannedFlight, ...]) -> np.ndarray:
    """(E, F) bool: flights that each `fund` event of the scenario leaves without money, year by year of their plan."""
    out = np.zeros((len(scenario.events), len(flights)), np.bool_)
    need, place = _need(flights, catalogue), {name: e for e, name in enumerate(scenario.events)}
    fed = {name: _fed(catalogue, flights, event.fund) for name, event in scenario.events.items() if event.fund}
    for b in yearly(scenario, catalogue, flights):
        out[place[b.name], _unpaid(b.flights, b.price, b.money - b.running, *fed[b.name], need)] = True
    return out


class Budget(NamedTuple):
    """A year of a partner's money under one change of it, dollars."""

    name: str  # of the event
    since: str  # year of the event, empty where it waits for a condition
    year: str
    flights: list[int]  # of all partners, to the same station
    price: dict[int, float]  # of the partner's own
    running: float
    money: float


def yearly(scenario: Scenario, catalogue: Catalogue, flights: tuple[PlannedFlight, ...]) -> Iterator[Budget]:
    """Every `fund` event of the scenario with every year in which its partner plans to fly."""
    changes = {name: event for name, event in scenario.events.items() if event.fund}
    prices = Prices(scenario, catalogue) if changes else None
    for name, event in changes.items():
        assert prices is not None and event.fund is not None
        since = ((event.on.at or event.on.declared or (event.on.between or ("",))[0]) or "")[:4] if event.on else ""
        for year in _years(flights):
            members = [f for f in year if flights[f].partner == event.fund]
            if not members:
                continue
            at_s = flights[members[0]].launch_s
            price = {f: prices.flight_usd(flights[f].vehicle, flights[f].launch_s) for f in members}
            running = prices.operations_usd_per_y(event.fund, at_s) + _taken_over_usd(scenario, prices, event.fund, at_s)
            limit = event.most_musd_per_y
            money = event.share_frac * (running + sum(price.values())) if limit is None else limit * MILLION
            yield Budget(name, since, to_utc(at_s)[:4], year, price, running, money)


def _unpaid(
    year: list[int], price: dict[int, float], money: float, eaten_kg: np.ndarray, brought_kg: np.ndarray, need: Need
) -> list[int]:
    """Flights to cancel until those left cost no more than `money`: first cargo beyond what feeds the crews with one ship lost,
    that is research and spares; then a crew, and the cargo it would have eaten; the food of those who still fly last."""
    left = list(year)
    fed_frac = min(1.0, _sure_kg(brought_kg[left]) / max(eaten_kg[left].sum(), 1e-9))
    while True:
        paid = [f for f in left if f in price]
        if not paid or sum(price[f] for f in paid) <= money * (1 + 1e-9):
            return [f for f in price if f not in left]
        enough_kg = fed_frac * eaten_kg[left].sum()
        spare = [f for f in paid if not eaten_kg[f] and _sure_kg(brought_kg[[g for g in left if g != f]]) >= enough_kg * (1 - 1e-9)]
        crews = [f for f in paid if eaten_kg[f]]
        left.remove(min(spare or crews or paid, key=lambda f: need(f, left)))


def _sure_kg(brought_kg: np.ndarray) -> float:
    """What ships bring though one of them is lost, the largest: as ships to come are filled (engine/supply.py)."""
    return float(brought_kg.sum() - brought_kg.max(initial=0.0))


def _need(flights: tuple[PlannedFlight, ...], catalogue: Catalogue) -> Need:
    """Order of need, least first: of the line that flies most, so that no line is left alone; then ships that give fewest
    services, then those that carry least; of one series every second flight goes before its neighbours."""
    vehicles = catalogue.by_id("fleet/vehicles")
    gives: dict[str, set[str]] = {}
    for row in catalogue.table("stations/iss/services"):
        gives.setdefault(row["giver"], set()).add(row["service"])
    serial: defaultdict[str, Iterator[int]] = defaultdict(count)
    place = [next(serial[f.vehicle]) for f in flights]

    def key(f: int, left: list[int]) -> tuple[float, ...]:
        name = flights[f].vehicle
        line = sum(flights[g].vehicle == name for g in left)
        return -line, len(gives.get(name, ())), number(vehicles[name], "cargo_up_kg", 0), place[f] % 2 == 0, -place[f]

    return key


def _fed(catalogue: Catalogue, flights: tuple[PlannedFlight, ...], payer: str) -> tuple[np.ndarray, np.ndarray]:
    """(F,) kilograms the crew of each flight eats and uses up in its stay, and those of such goods each cargo ship can bring; of the
    payer's side of the station alone, which feeds its own people whoever flies them."""
    vehicles = catalogue.by_id("fleet/vehicles")
    side = {row["id"]: row["segment"] for row in catalogue.table("partners/partners")}
    rates = crew_rates(catalogue)
    each_kg_per_s = metabolism.food_as_shipped(rates) + rates.supplies + rates.toilet
    eaten_kg, brought_kg = np.zeros(len(flights)), np.zeros(len(flights))
    for f, flight in enumerate(flights):
        people = sum(count for who, count in flight.people.items() if side.get(who) == side.get(payer))
        eaten_kg[f] = people * each_kg_per_s * min(flight.stay_s, YEAR_s)
        if side.get(flight.partner) == side.get(payer) and not flight.people:
            cargo = cargo_of(flight, vehicles[flight.vehicle])
            brought_kg[f] = CREW_SHARE_frac * sum(cargo.get(r, 0.0) for r in STOWED)
    return eaten_kg, brought_kg


def _years(flights: tuple[PlannedFlight, ...]) -> Iterator[list[int]]:
    """Flights still to fly by station and year of their plan."""
    years: dict[str, list[int]] = {}
    for f, flight in enumerate(flights):
        if not flight.flown:
            year = f"{flight.after} {int(flight.launch_s // YEAR_s)}" if flight.after else to_utc(flight.launch_s)[:4]
            years.setdefault(f"{flight.station} {year}", []).append(f)
    yield from years.values()


def _taken_over_usd(scenario: Scenario, prices: Prices, payer: str, at_s: float) -> float:
    """What NASA pays a year by then to run segments handed over whose partners took their money along, on dates told beforehand."""
    if payer != "nasa":
        return 0.0
    gone = {
        e.withdraw for e in scenario.events.values()
        if e.withdraw and e.withdraw != payer and e.segment == "handed_over" and "money" in e.taken
        and e.on is not None and e.on.at and seconds(e.on.at) <= at_s
    }  # fmt: skip
    return sum(prices.operations_usd_per_y(partner, at_s) for partner in gone)


__all__ = ["unpaid_flights", "yearly"]
