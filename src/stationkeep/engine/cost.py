"""What a run cost, by partner and use: computed once after the loop, from its log, because nothing in it feeds back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .. import log as happened
from ..laws.cost import spread_frac
from ..model.base import NEVER_s
from ..model.catalogue import number
from .compile.notes import notes
from .compile.partners import notices
from .compile.prices import Prices, Programme, sells_seats
from .compile.world import Case

COST_USES = (
    "operations", "development", "crew_flights", "seats_bought", "seats_sold", "cargo_flights", "propulsion", "deorbit_vehicle",
)  # fmt: skip
(OPERATIONS, DEVELOPMENT, CREW_FLIGHTS, BOUGHT, SOLD, CARGO_FLIGHTS, PROPULSION, DEORBIT) = range(len(COST_USES))
PRICE_YEAR = "then-year"
"""Prices are dollars of the year they were agreed in, as recorded; after the last known price it is held."""
YEAR_s = 365.25 * 86400.0
US_SIDE = ("nasa", "esa", "jaxa", "csa")
"""Partners whose seats NASA buys (agreements.csv seats-bought; theirs are part of the barter)."""


@dataclass(frozen=True)
class Ledger:
    """What pricing a run of a case takes: its prices and the edges of the intervals that are summed."""

    case: Case
    prices: Prices
    edges_s: np.ndarray  # (T + 1,)
    booked: dict[tuple[int, int], list[tuple[int, int, float, float]]] = field(default_factory=dict)
    """By flight and number of the day of new prices: they change on no other."""


def prepare_costs(case: Case, edges_s: np.ndarray) -> Ledger:
    """The ledger of a case; `edges_s` (T + 1,) are the ends of the T intervals costs are summed over."""
    return Ledger(case, Prices(case.scenario, case.catalogue), edges_s)


def run_costs(ledger: Ledger, events: tuple[np.ndarray, ...]) -> np.ndarray:
    """Cost of one run, USD (T, station, partner, use), from its log (times, kinds, stations, names, causes, values)."""
    names = ledger.case.names
    out = np.zeros((ledger.edges_s.size - 1, len(names.stations), len(names.partners), len(COST_USES)))
    t_s, kind, station, name = events[0], events[1], events[2], events[3]
    launched = np.flatnonzero((kind == happened.LAUNCH) | (kind == happened.LAUNCH_FAILURE))
    when_s = t_s[launched]
    interval = np.clip(np.searchsorted(ledger.edges_s, when_s) - 1, 0, out.shape[0] - 1)
    flights = (name[launched] - happened.FLIGHT).tolist()
    for f, at_s, st, where in zip(flights, when_s.tolist(), station[launched].tolist(), interval.tolist(), strict=True):
        _flight(ledger, out, f, at_s, st, where)
    ends_s = np.full(len(names.stations), NEVER_s)
    for row in np.flatnonzero(kind == happened.ENTRY):
        ends_s[station[row]] = min(ends_s[station[row]], t_s[row])
    for programme in ledger.prices.programmes:
        for who, where, from_s, to_s in _payers(ledger, programme, t_s, kind, name):
            st = names.of("stations")[where]
            to_s = min(to_s, ends_s[st]) if programme.line == "operations" else to_s
            use = OPERATIONS if programme.line == "operations" else DEVELOPMENT
            _over(ledger.edges_s, out[:, st, names.of("partners")[who], use], from_s, to_s, programme.usd_per_y)
    return out


def _flight(ledger: Ledger, out: np.ndarray, f: int, t_s: float, station: int, interval: int) -> None:
    """One launch: the flight to its partner, seats in it between partners, propulsion and the deorbit vehicle apart."""
    price_day = ledger.prices.day(t_s)
    if (f, price_day) not in ledger.booked:
        ledger.booked[f, price_day] = _bookings(ledger, f, t_s)
    for who, use, usd, ordered_s in ledger.booked[f, price_day]:
        if ordered_s < t_s:
            _over(ledger.edges_s, out[:, station, who, use], ordered_s, t_s, usd / (t_s - ordered_s) * YEAR_s)
        else:
            out[interval, station, who, use] += usd


def _bookings(ledger: Ledger, f: int, t_s: float) -> list[tuple[int, int, float, float]]:
    """What a launch costs whom, (partner, use, USD, day from which it is paid, NEVER_s: at once): of people of others in a partner's
    own ship NASA buys for its side, private people pay, and the seller earns."""
    case, prices = ledger.case, ledger.prices
    flight, partner, crew = case.flights[f], case.names.of("partners"), case.world.crew
    seller, vehicle = partner[flight.partner], prices.vehicles[flight.vehicle]
    price = prices.of_flight(flight.vehicle, t_s, flight.id)
    if number(vehicle, "seats", 0) <= 0:
        if number(vehicle, "cargo_up_kg", 0) <= 0:
            return [(seller, DEORBIT, price.usd, price.ordered_s)]
        return [(seller, CARGO_FLIGHTS, price.usd, NEVER_s), (seller, PROPULSION, price.propulsion_usd, NEVER_s)]
    booked = [(seller, CREW_FLIGHTS, price.usd, NEVER_s)]
    for who in crew.partner[crew.up == f].tolist() if sells_seats(vehicle) else ():
        buyer = partner["nasa"] if ledger.case.names.partners[who] in US_SIDE else who
        if buyer != seller != who:
            booked += [(buyer, BOUGHT, price.seat_usd, NEVER_s), (seller, SOLD, -price.seat_usd, NEVER_s)]
    return booked


def _payers(
    ledger: Ledger, programme: Programme, t_s: np.ndarray, kind: np.ndarray, name: np.ndarray
) -> list[tuple[str, str, float, float]]:
    """Who pays a programme on which station from when to when: its partner, until leaving takes the money along.

    A segment handed over is run on at NASA's cost; a separated one by its owner at its new station.
    """
    payer, where, since_s = programme.partner, programme.station, programme.from_s
    spans: list[tuple[str, str, float, float]] = []
    if programme.line == "operations" and programme.station == ledger.case.scenario.main_station:
        events = list(ledger.case.scenario.events.values())
        for row in np.flatnonzero((kind == happened.WITHDRAW) | (kind == happened.REJOIN)):
            event, when_s = events[int(name[row] - happened.EVENT)], float(t_s[row])
            if (event.withdraw or event.rejoin) != programme.partner:
                continue
            spans.append((payer, where, since_s, min(when_s, programme.to_s)))
            payer, where, since_s = programme.partner, programme.station, max(when_s, programme.from_s)
            if event.withdraw and event.segment == "separated":
                where = event.into or f"{where}-russian"
            elif event.withdraw and "money" in event.taken:
                payer = "nasa" if event.segment == "handed_over" and programme.partner != "nasa" else ""
    spans.append((payer, where, since_s, programme.to_s))
    return [span for span in spans if span[0] and span[3] > span[2]]


def _over(edges_s: np.ndarray, row: np.ndarray, from_s: float, to_s: float, usd_per_y: float) -> None:
    """Add a yearly sum to the intervals it runs over."""
    row += usd_per_y * (to_s - from_s) / YEAR_s * spread_frac(from_s, to_s, edges_s[:-1], edges_s[1:])


def price_list(case: Case) -> list[dict[str, Any]]:
    """Every price and yearly sum a result rests on, as known on its day: what, millions of dollars, their year, source."""
    flown = {f.vehicle for f in case.flights}
    vehicles = case.catalogue.by_id("fleet/vehicles")
    known = flown | {vehicles[v]["family"] for v in flown} | {f.id for f in case.flights}
    out = []
    for row in case.catalogue.table("partners/prices"):
        if known & set(row["vehicle"].split(";")) and row["kind"] in ("seat", "cargo_flight", "vehicle", "propulsion_kg", "this_flight", "this_seat"):
            out.append({"what": row["kind"].replace("_", " "), "text": row["text"], "musd": number(row, "usd_million"), "unit": row["unit"],
                        "from": row["from_utc"], "price_year": row["price_year"], "source": row["source"], "status": row["status"]})  # fmt: skip
    for row in case.catalogue.table("partners/programmes"):
        if row["station"] in case.scenario.stations or row["station"] == "any-commercial":
            out.append({"what": f"{row['line']} of {row['partner']}", "text": row["text"], "musd": number(row, "usd_million_per_y"),
                        "unit": "a year", "from": row["from_utc"], "price_year": row["price_year"], "source": row["source"],
                        "status": row["status"]})  # fmt: skip
    return out


def about(branches: Sequence[tuple[str | None, Case]]) -> dict[str, str]:
    """Attributes of a result: its prices, the agreements, the withdrawals of each branch beside the notice asked for, and what
    else is to be told of it."""
    first = branches[0][1]
    noted = [{"future": name, "text": text} for name, case in branches for text in notes(case.scenario, case.catalogue, case.flights)]
    told = [{"future": name, **n} for name, case in branches for n in notices(case.scenario, case.catalogue)]
    return {
        "price_year": PRICE_YEAR, "prices": json.dumps(price_list(first)), "notices": json.dumps(told), "notes": json.dumps(noted),
        "agreements": json.dumps(first.catalogue.table("partners/agreements")),
    }  # fmt: skip
