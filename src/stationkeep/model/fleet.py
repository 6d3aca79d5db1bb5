"""Flights as a scenario states them: one flight, or a series flown at a cadence."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from .base import Date, Partner, PositiveDays, Record
from .catalogue import Catalogue, listed

Cargo = dict[Literal["propellant", "oxygen", "nitrogen", "water", "food", "supplies", "toilet", "spares", "research"], float]


class Flight(Record):
    """A single flight (`launch`) or a series (`every_d`). Its key in the scenario is its name.

    One named as a flight of the record that had flown by `as_of`, on its day, docks when that did and carries what that carried inside; modules
    it brought come with it.
    """

    vehicle: str
    """Vehicle type id of the fleet table."""
    partner: Partner | None = None
    """Whose flight it counts for; default: the vehicle's partner."""
    station: str = "iss"
    """Where it goes."""
    launcher: str | None = None
    """Launcher id; default: the vehicle's latest that flies from the site."""
    site: str | None = None
    """Launch site id; default: the launcher's first."""
    port: str | tuple[str, ...] | None = None
    """Port, or ports in order of preference; default: all that accept the vehicle."""
    launch: Date | None = None
    """Planned launch of a single flight."""
    undock: Date | None = None
    """Planned undocking of a single flight."""
    every_d: PositiveDays | Literal["record"] | None = None
    """Days between launches of a series; `record`: as flown in the years before the scenario starts."""
    first: Date | None = None
    """Planned launch of the first of a series; default: one interval after the last flight flown."""
    last: Date | None = None
    """No launch of the series planned after this day."""
    until: str | Date | None = None
    """Name of the event that ends the series (flights not yet launched are cancelled), or a date. A partner that leaves
    without its flights (`takes:`) does not end them."""
    after: str | None = None
    """Name of the event the series waits for; its dates count from it."""
    wait_d: Annotated[float, Field(ge=0)] = 0.0
    """Days from the event named in `after` to the first launch of the series."""
    stay_d: PositiveDays | Literal["record"] = "record"
    """Planned days docked; `record`: the median flown."""
    people: dict[Partner, Annotated[int, Field(ge=0)]] = {}
    """People up by partner; they go home in the same ship."""
    handover_d: Annotated[float, Field(ge=0)] | Literal["record"] = "record"
    """Days a crew waits for its relief to be aboard, within the ship's docked life."""
    relief: str | None = None
    """Name of the flight that relieves this crew; default: the next of its series. It stays until that one is aboard."""
    fixed_d: PositiveDays | None = None
    """Days before launch at which the date of a single flight is fixed, as in a plan that is made again and again: it
    slips as launches slip at that lead; default: its whole lead from the day the scenario is made."""
    relieves: str | None = None
    """Flight whose crew goes home after this one has come; default: the ship of its kind before it."""
    cargo_kg: Cargo | None = None
    """Cargo by kind; default: what the vehicle typically carries. `supplies` without `toilet` hold toilet goods too, in their usual share."""
    refuel_kg: Annotated[float, Field(ge=0)] | None = None
    """Propellant it brings for the station's tanks, in place of as much dry cargo; default: what the vehicle brings."""
    source: str = ""
    """Where the plan was declared."""

    @model_validator(mode="after")
    def _complete(self) -> Flight:
        if (self.launch is None) == (self.every_d is None):
            raise ValueError("a flight needs a launch date or a cadence; write `launch:` or `every_d:`")
        if self.launch and self.undock and self.undock <= self.launch:
            raise ValueError("dates out of order; `undock` must come after `launch`")
        if self.first and self.last and self.last < self.first:
            raise ValueError("dates out of order; `last` must not come before `first`")
        return self


def launched_by(catalogue: Catalogue, vehicle: str, launcher: str | None, site: str | None) -> tuple[str, str]:
    """Launcher and site of a flight: as told, else the vehicle's latest launcher that flies from the site, and its first site."""
    def sites(name: str) -> list[str]:
        return listed(catalogue.by_id("fleet/launchers").get(name, {}), "sites")

    candidates = listed(catalogue.by_id("fleet/vehicles")[vehicle], "launchers")
    from_there = [name for name in candidates if site and any(site in (s, s.split("/")[0]) for s in sites(name))]
    chosen = launcher or (from_there or candidates)[-1]
    return chosen, site or next(iter(sites(chosen)), "")


def groundable(catalogue: Catalogue) -> tuple[str, ...]:
    """What an event can ground: families, vehicle types, launchers, launch sites, pads."""
    sites = [row["id"] for row in catalogue.table("fleet/sites")]
    vehicles = catalogue.table("fleet/vehicles")
    named = [row["family"] for row in vehicles] + [row["id"] for row in vehicles] + [*catalogue.by_id("fleet/launchers")]
    return tuple(dict.fromkeys(named + [site.split("/")[0] for site in sites] + sites))
