"""What a reader must be told of a branch before any run: money that does not reach, a complex nobody flies to."""

from __future__ import annotations

from collections.abc import Iterator

from ...model.catalogue import Catalogue
from ...model.scenario import Scenario
from .budget import yearly
from .flights import PlannedFlight
from .prices import MILLION


def notes(scenario: Scenario, catalogue: Catalogue, flights: tuple[PlannedFlight, ...]) -> list[str]:
    """Sentences on a branch."""
    return [*_unpaid_operations(scenario, catalogue, flights), *(f"{name}: {text}." for name, text, _ in unvisited(scenario))]


def unvisited(scenario: Scenario) -> Iterator[tuple[str, str, str]]:
    """(event, what is the matter, advice) of every parting after which nobody flies to the new complex."""
    for name, event in scenario.events.items():
        if event.separate or event.segment == "separated":
            into = event.into or f"{scenario.main_station}-russian"
            joins = any(e.join == into for e in scenario.events.values())
            if not joins and all(flight is None or flight.station != into for flight in scenario.flights.values()):
                text = f"nobody flies to '{into}' once it has parted: whoever is aboard comes home when the stores end"
                yield name, text, f"add flights with `station: {into}` and `after: {name}`, if it is to go on"


def _unpaid_operations(scenario: Scenario, catalogue: Catalogue, flights: tuple[PlannedFlight, ...]) -> Iterator[str]:
    """A sentence on each change of money that leaves less than a partner's operations cost."""
    short: dict[str, list[tuple[str, float, float]]] = {}
    for budget in yearly(scenario, catalogue, flights):
        if budget.money < budget.running and budget.year >= budget.since:
            short.setdefault(budget.name, []).append((budget.year, budget.money, budget.running))
    for name, years in short.items():
        who = scenario.events[name].fund
        first, last = years[0], years[-1]
        span = first[0] if first[0] == last[0] else f"{first[0]} to {last[0]}"
        missing = sum(running - money for _, money, running in years) / len(years) / MILLION
        yield (
            f"{name}: {who} has {first[1] / MILLION:,.0f} million dollars a year, and its operations alone cost {first[2] / MILLION:,.0f}: of {span} "
            f"{missing:,.0f} a year of them are not paid, nor any of its flights. The station is run all the same and the cost booked to {who}: "
            "somebody else has to pay it."
        )


__all__ = ["notes", "unvisited"]
