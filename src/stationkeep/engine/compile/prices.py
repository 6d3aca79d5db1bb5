"""What a flight, a seat and a year of operations cost, from the price tables as known on the scenario's day."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import NamedTuple

from ...laws.cost import delivered_usd, price_then
from ...model.base import NEVER_s, seconds
from ...model.catalogue import Catalogue, Row, listed, number
from ...model.scenario import Scenario

MILLION = 1e6


@dataclass(frozen=True)
class Programme:
    """A line of spending that runs by time: `usd_per_y` of one partner for one station from one day to another."""

    station: str
    partner: str
    line: str
    from_s: float
    to_s: float
    usd_per_y: float


class FlightPrice(NamedTuple):
    """What one flight costs on a day, USD; `ordered_s` is the day a vehicle bought at a total price was ordered."""

    usd: float
    seat_usd: float
    propulsion_usd: float
    ordered_s: float


class Prices:
    """Prices of one scenario. Dollars of the year they were agreed in; the last known one is held."""

    def __init__(self, scenario: Scenario, catalogue: Catalogue) -> None:
        self.vehicles = catalogue.by_id("fleet/vehicles")
        steps = [
            (r["kind"], frozenset(listed(r, "vehicle")), seconds(r["from_utc"]) if r["from_utc"] else -NEVER_s,
             number(r, "usd_million") * MILLION)
            for r in catalogue.table("partners/prices")
        ]  # fmt: skip
        self._steps = sorted(steps, key=lambda step: (step[2], -len(step[1])))
        self._own = {(k, name): usd for k, names, _, usd in steps if k in ("this_flight", "this_seat") for name in names}
        self._known: dict[tuple[str, str], tuple[list[float], list[float]]] = {}
        self._days = sorted({start_s for _, _, start_s, _ in steps})
        self.programmes = _programmes(scenario, catalogue)

    def of_flight(self, vehicle: str, t_s: float, flight: str) -> FlightPrice:
        """All prices of one flight at `t_s`."""
        prices = self.flight_usd(vehicle, t_s, flight), self.seat_usd(vehicle, t_s, flight), self.propulsion_usd(vehicle, t_s)
        return FlightPrice(*prices, self.contract_s(vehicle))

    def day(self, t_s: float) -> int:
        """Number of the last day of the table up to `t_s`: prices change on no other."""
        return bisect_right(self._days, t_s)

    def flight_usd(self, vehicle: str, t_s: float, flight: str = "") -> float:
        """One flight at `t_s`, launcher included: at its own price, else its seats where they are bought by the seat, else by
        the flight."""
        if ("this_flight", flight) in self._own:
            return self._own["this_flight", flight]
        row = self.vehicles[vehicle]
        seat = self._price("seat", row, t_s)
        if number(row, "seats", 0) > 0 and not sells_seats(row) and seat > 0:
            return seat * number(row, "seats")
        bought = self._price("cargo_flight", row, t_s)
        return bought if bought > 0 else number(row, "cost_musd", 0.0) * MILLION

    def propulsion_usd(self, vehicle: str, t_s: float) -> float:
        """What the propellant a bought ship brings to push the station costs, by the kilogram; 0 for all others."""
        per_kg = self._price("propulsion_kg", self.vehicles[vehicle], t_s)
        return delivered_usd(number(self.vehicles[vehicle], "reboost_propellant_kg", 0.0), per_kg) if per_kg > 0 else 0.0

    def seat_usd(self, vehicle: str, t_s: float, flight: str = "") -> float:
        """A seat sold to another partner at `t_s`; 0 before seats were sold and under the exchange without money."""
        if ("this_seat", flight) in self._own:
            return self._own["this_seat", flight]
        price = self._price("seat", self.vehicles[vehicle], t_s)
        return 0.0 if math.isnan(price) else price

    def contract_s(self, vehicle: str) -> float:
        """Day a vehicle was ordered at a total price; NEVER_s when it was not."""
        return min((start_s for kind, names, start_s, _ in self._steps if kind == "vehicle" and vehicle in names), default=NEVER_s)

    def operations_usd_per_y(self, partner: str, t_s: float) -> float:
        """What a partner's operations cost a year at `t_s`, all stations."""
        return sum(p.usd_per_y for p in self.programmes if p.partner == partner and p.from_s <= t_s < p.to_s)

    def _price(self, kind: str, vehicle: Row, t_s: float) -> float:
        """The price in force; of several from one day the row that names fewest vehicles."""
        key = (kind, vehicle["id"])
        if key not in self._known:
            names = (vehicle["id"], vehicle["family"])
            known = [(start_s, usd) for k, of, start_s, usd in self._steps if k == kind and not of.isdisjoint(names)]
            self._known[key] = ([start_s for start_s, _ in known], [usd for _, usd in known])
        return price_then(t_s, *self._known[key])


def sells_seats(vehicle: Row) -> bool:
    """Whether the partner builds and flies the ship itself, and so sells its seats to others."""
    return vehicle["operator"].lower() == vehicle["partner"]


def _programmes(scenario: Scenario, catalogue: Catalogue) -> list[Programme]:
    """Lines of the stations of the scenario; each holds until its partner's next for the same."""
    owned = {m.partner for s in scenario.stations.values() for m in s.modules.values()}
    last: dict[tuple[str, str, str], Programme] = {}
    out: list[Programme] = []
    for row in sorted(catalogue.table("partners/programmes"), key=lambda r: r["from_utc"]):
        name = row["station"]
        here = scenario.main_station if name == "any-commercial" and "commercial" in owned else name
        if here not in scenario.stations:
            continue
        key = (here, row["partner"], row["line"])
        start = seconds(row["from_utc"])
        end = seconds(row["to_utc"]) if row["to_utc"] else NEVER_s
        if key in last:
            out[out.index(last[key])] = replace(last[key], to_s=min(start, last[key].to_s))
        last[key] = Programme(*key, start, end, number(row, "usd_million_per_y") * MILLION)
        out.append(last[key])
    return out
