"""All of it: stations, flights, events, futures, policies, requirements and sources of one question."""

from __future__ import annotations

import difflib
import typing
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic
from pydantic import Field, ValidationError, model_validator

from .base import Date, Quantity, Record, parse_utc, seconds
from .catalogue import Catalogue, listed
from .events import Condition, Event, Future, StationIs
from .files import (
    Document,
    InputError,
    Problem,
    ScenarioError,
    document_of,
    dump,
    explain_validation,
    merge,
    read_stack,
    read_text_stack,
)
from .fleet import Flight, groundable
from .station import Station

REQUIRED_VARIABLES = (
    "people_count", "seats_count", "altitude_km", "momentum_frac", "power_margin_kW", "people_total_count",
    "food_reserve_d", "water_reserve_d", "oxygen_reserve_d", "propellant_reserve_d", "supplies_reserve_d",
    "attitude_control_up", "reboost_up", "desaturation_up", "co2_removal_up", "oxygen_up", "thermal_up", "command_up",
    "pressure_up", "power_up", "research_h_per_week", "co2_kPa", "pressure_kPa", "toilet_reserve_d",
)  # fmt: skip


class Requirement(Record):
    """What must hold: a variable of the dataset, a bound, and how long it may be broken."""

    variable: Literal[REQUIRED_VARIABLES]  # type: ignore[valid-type]
    """Variable the bound is on."""
    relation: Literal["at_least", "at_most"]
    """Side of the bound."""
    bound: float | Literal["people_count"]
    """The bound, in the variable's unit, or the people aboard."""
    grace_d: Annotated[float, Field(ge=0)] = 0.0
    """Days it may be broken before it counts."""
    station: str | None = None
    """Station it is asked of; default: the scenario's main station; `people_total_count` is over all."""
    while_crewed: bool = True
    """Asked only while people are aboard (requirements on people themselves are always asked)."""
    text: str = ""
    """Words for the report."""

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: Any) -> Any:
        """`{altitude_km: {at_least: 370}, grace_d: 30}` -> the fields above."""
        if not isinstance(data, dict) or "variable" in data:
            return data
        rest = {k: v for k, v in data.items() if k in cls.model_fields}
        named = [k for k in data if k not in cls.model_fields]
        if len(named) != 1:
            raise ValueError("a requirement bounds exactly one variable; write {altitude_km: {at_least: 370}}")
        name = named[0]
        if name not in REQUIRED_VARIABLES:
            near = difflib.get_close_matches(name, REQUIRED_VARIABLES, 1)
            advice = f"did you mean '{near[0]}'?" if near else f"one of {', '.join(REQUIRED_VARIABLES)}"
            raise ValueError(f"no variable '{name}' to require; {advice}")
        bound = data[name]
        if not isinstance(bound, dict) or len(bound) != 1 or next(iter(bound)) not in ("at_least", "at_most"):
            raise ValueError(f"the bound on {name} must be one of at_least, at_most; write {name}: {{at_least: 1}}")
        relation, value = next(iter(bound.items()))
        return {"variable": name, "relation": relation, "bound": value, **rest}


class Replay(Record):
    """Flights and crews as flown."""

    until: Date | Literal["last"]
    """Last launch taken from the record."""


class Scenario(Record):
    """One question, complete: read it with `read_scenario`, change it with `patch`."""

    name: str = ""
    """Name of the packaged scenario or file; set when it is read."""
    title: str
    """Title for reports."""
    description: str = ""
    """What the scenario asks, in a few sentences."""
    start: Date
    """First instant; the state there is taken from the record."""
    horizon: Date | Literal["last-flight"]
    """Last instant."""
    as_of: Date | None = None
    """Day the scenario is made: no row, fit or observation later than it is read."""
    step_h: Literal[1, 6, 24] = 24
    """Length of a step, hours."""
    atmosphere: Literal["nrlmsise00", "nrlmsis21"] = "nrlmsise00"
    """Density model. NRLMSIS 2.1 is never shipped: its fit is made on the user's machine by tools/fit_density.py."""
    ap_mode: Literal["daily", "history"] = "daily"
    """What the density model is fed of geomagnetic activity: the daily Ap, or the 3-hour history where it was observed."""
    solar: Literal["ensemble", "bulletin"] = "ensemble"
    """Solar activity after the observed record: drawn cycles, or NASA's bulletin in force."""
    stations: dict[str, Station]
    """The free-flying complexes; the first is the main one."""
    replay: Replay | None = None
    """Replay of recorded flights."""
    flights: dict[str, Flight | None] = {}
    """Flights and series; a recorded flight's id with null means it was not flown."""
    conditions: dict[str, Condition] = {}
    """Things outside the model that may come true."""
    events: dict[str, Event] = {}
    """Events of every future."""
    futures: dict[str, Future] = {}
    """Branches."""
    requirements: dict[str, Requirement] = {}
    """What must hold."""
    uncertain: dict[str, Quantity] = {}
    """Overrides of the table of uncertain quantities, by name."""
    rules: dict[str, Quantity] = {}
    """Overrides of the table of rules (reserves, evacuation, handover), by name."""
    sources: tuple[str, ...] = ()
    """Ids of the statements the scenario rests on."""

    @model_validator(mode="after")
    def _coherent(self) -> Scenario:
        if self.horizon != "last-flight" and self.horizon <= self.start:
            raise ValueError(f"dates out of order: horizon {self.horizon} is not after start {self.start}; "
                             "move the horizon")  # fmt: skip
        total = sum(f.weight for f in self.futures.values())
        if self.futures and abs(total - 1) > 1e-6:
            raise ValueError(f"the weights of the futures sum to {total:g}; make them sum to 1")
        return self

    @property
    def main_station(self) -> str:
        """Name of the first station."""
        return next(iter(self.stations))

    def branch(self, future: str | None) -> Scenario:
        """The scenario with one future's events and flights put in place; no futures left. Raises InputError when it has none so."""
        if future is None:
            return self
        if future not in self.futures:
            raise InputError("--future", None, f"no future '{future}'", f"one of: {', '.join(self.futures) or 'none'}")
        chosen = self.futures[future]
        flights = {**self.flights, **{k: None if v is None else Flight.model_validate(v) for k, v in chosen.flights.items()}}
        stations = {n: s.model_copy(update={"reboosts": chosen.reboosts.get(n, s.reboosts)}) for n, s in self.stations.items()}
        return self.model_copy(
            update={"events": {**self.events, **chosen.events}, "flights": flights, "stations": stations, "futures": {}}
        )

    def patch(self, changes: dict[str, Any]) -> Scenario:
        """A new scenario with dotted keys replaced: `patch({"futures.late.events.leave.on": "2026-06-30"})`.

        None removes a key (or a recorded flight: `{"flights.soyuz-tma-3": None}`). Raises ScenarioError.
        """
        tree: dict[str, Any] = {}
        for key, value in changes.items():
            node = tree
            *above, last = key.split(".")
            for step in above:
                node = node.setdefault(step, {})
            node[last] = value
        return build(merge(document_of(self.to_dict(), "<scenario>"), document_of(tree, "<patch>")))

    def to_dict(self) -> dict[str, Any]:
        """Plain data that reads back to the same scenario."""
        data: dict[str, Any] = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        if any(v is None for v in self.flights.values()):
            data.setdefault("flights", {}).update({k: None for k, v in self.flights.items() if v is None})
        return data

    def to_yaml(self) -> str:
        """The scenario as a file that stands alone."""
        return dump(self.to_dict())

    def catalogue(self) -> Catalogue:
        """The packaged tables as known on the day the scenario is made."""
        return Catalogue(as_of=self.as_of)


def read_scenario(name: str | Path) -> Scenario:
    """Read a packaged scenario by name or a file by path. Raises ScenarioError with every problem found."""
    document = read_stack(name)
    document.data["name"] = Path(name).stem if Path(name).suffix in (".yaml", ".yml") else str(name)
    return build(document)


def parse_scenario(text: str, file: str = "scenario.yaml") -> Scenario:
    """The scenario in a text; its `base` may only be a packaged one. Raises ScenarioError with every problem found."""
    document = read_text_stack(text, file)
    document.data.setdefault("name", Path(file).stem)
    return build(document)


def build(document: Document) -> Scenario:
    """Check a merged document and make the scenario of it."""
    problems = list(document.problems)
    try:
        scenario = Scenario.model_validate(document.data)
    except ValidationError as error:
        problems += explain_validation(error, document, _keys_at)
        raise ScenarioError(problems) from None
    problems += _cross_check(scenario, document)
    if problems:
        raise ScenarioError(problems)
    return scenario


def json_schema() -> dict[str, Any]:
    """JSON Schema of a scenario file, for editors and other tools."""
    schema = Scenario.model_json_schema(by_alias=True)
    schema["properties"]["base"] = {"type": "string", "description": "Scenario this file is one patch over."}
    schema["required"] = []
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return schema


def _keys_at(loc: tuple[Any, ...]) -> list[str]:
    """Keys allowed at the place of a validation error."""
    here: Any = Scenario
    for step in loc[:-1]:
        if isinstance(here, type) and issubclass(here, pydantic.BaseModel):
            info = here.model_fields.get(str(step)) or next(
                (f for f in here.model_fields.values() if f.alias == step), None
            )
            here = _records_in(info.annotation) if info else here
        if isinstance(here, list):
            here = here[0] if here else Scenario
    if not (isinstance(here, type) and issubclass(here, pydantic.BaseModel)):
        return []
    keys = [f.alias or name for name, f in here.model_fields.items()]
    return [*keys, "base"] if here is Scenario else keys


def _records_in(annotation: Any) -> list[type[pydantic.BaseModel]]:
    found: list[type[pydantic.BaseModel]] = []
    for item in (annotation, *typing.get_args(annotation)):
        if isinstance(item, type) and issubclass(item, pydantic.BaseModel):
            found.append(item)
        elif item is not annotation and typing.get_args(item):
            found += _records_in(item)
    return found


def _near(name: str, known: Any) -> str:
    shares = [k for k in known if set(name.split("-")) & set(k.split("-")) - {""} and not name.replace("-", "").isdigit()]
    close = sorted(k for k in shares if k.startswith(f"{name}-"))[:4] or difflib.get_close_matches(name, list(known), 1) or sorted(shares)[:4]
    return f"did you mean {' or '.join(repr(k) for k in close)}?" if close else f"one of: {', '.join(sorted(known)[:40])}"


def _cross_check(scenario: Scenario, document: Document) -> list[Problem]:
    """What one field alone cannot show: names that exist, ports held once, seats for every crew."""
    problems: list[Problem] = []
    catalogue = scenario.catalogue()
    recorded = {row["id"] for row in catalogue.table("traffic/flights")}
    problems += [
        document.problem(("flights", name), f"no recorded flight '{name}' to leave out", _near(name, recorded))
        for name, flight in scenario.flights.items()
        if flight is None and name not in recorded
    ]
    for key, table in (("rules", "rules"), ("uncertain", "uncertain")):
        known = [row["name"] for row in Catalogue().table(table)]
        problems += [
            document.problem((key, name), f"nothing under {key} is named '{name}'", _near(name, known))
            for name in getattr(scenario, key) if name not in known
        ]  # fmt: skip
    statements = {row["id"] for row in Catalogue().table("partners/statements")}
    branches: list[tuple[tuple[Any, ...], Scenario]] = [((), scenario)] if not scenario.futures else []
    for name in scenario.futures:
        try:
            branches.append((("futures", name), scenario.branch(name)))
        except ValidationError as error:
            for item in error.errors(include_url=False):
                problems.append(document.problem(("futures", name, "flights"), item["msg"].removeprefix("Value error, ")))
        for source in scenario.futures[name].sources:
            if source not in statements:
                problems.append(document.problem(("futures", name, "sources"), f"no statement '{source}'", _near(source, statements)))
    for at, branch in branches:
        problems += _check_flights(branch, document, at, catalogue)
        problems += _check_events(branch, document, at)
        problems += _check_modules(branch, document)
        problems += _check_reboosts(branch, document, at)
    unique: dict[tuple[Any, ...], Problem] = {(p.file, p.line, p.path, p.message): p for p in problems}
    return list(unique.values())


def _check_flights(scenario: Scenario, document: Document, at: tuple[Any, ...], catalogue: Catalogue) -> list[Problem]:
    problems: list[Problem] = []
    vehicles = catalogue.by_id("fleet/vehicles")
    launchers, sites = catalogue.by_id("fleet/launchers"), catalogue.by_id("fleet/sites")
    ports = {row["id"]: row for row in Catalogue().table("stations/iss/ports")}
    held: list[tuple[str, str, float, float]] = []
    into = {e.into for e in scenario.events.values() if e.into}
    for name, flight in scenario.flights.items():
        if flight is None:
            continue
        path = ("flights", name)

        def say(key: str, message: str, advice: str, path: tuple[Any, ...] = path) -> None:
            problems.append(document.problem((*path, key), message, advice))

        if flight.vehicle not in vehicles:
            say("vehicle", f"no vehicle '{flight.vehicle}'", _near(flight.vehicle, vehicles))
            continue
        seats = int(float(vehicles[flight.vehicle].get("seats") or 0))
        if sum(flight.people.values()) > seats:
            say("people", f"{sum(flight.people.values())} people but {flight.vehicle} has {seats} seats",
                "send fewer people or another vehicle")  # fmt: skip
        if flight.station not in into | set(scenario.stations):
            say("station", f"no station '{flight.station}'", _near(flight.station, into | set(scenario.stations)))
            continue
        home = scenario.stations.get(flight.station, scenario.stations[scenario.main_station])
        if flight.launcher and flight.launcher not in launchers:
            say("launcher", f"no launcher '{flight.launcher}'", _near(flight.launcher, launchers))
        if flight.site and flight.site.split("/")[0] not in {s.split("/")[0] for s in sites}:
            say("site", f"no launch site '{flight.site}'", _near(flight.site, sites))
        if flight.relief and scenario.flights.get(flight.relief) is None:
            say("relief", f"no flight '{flight.relief}'", _near(flight.relief, scenario.flights))
        if flight.after and flight.after not in scenario.events:
            say("after", f"no event '{flight.after}' in this future", _near(flight.after, scenario.events))
        named = (flight.port,) if isinstance(flight.port, str) else flight.port or ()
        brought = _brought(home)
        for port in named:
            if home.parts == "iss" and port not in {*ports, *brought}:
                say("port", f"no port '{port}'", _near(port, {**ports, **brought}))
            elif port in brought and vehicles[flight.vehicle]["standard"] != brought[port]:
                say("port", f"{flight.vehicle} cannot dock at {port}", f"it takes ships with a docking system {brought[port]}")
            elif port in ports and flight.vehicle not in listed(ports[port], "accepts"):
                fit = [p for p, row in ports.items() if flight.vehicle in listed(row, "accepts")]
                say("port", f"{flight.vehicle} cannot dock at {port}", f"ports that take it: {', '.join(fit)}")
        if flight.launch and flight.undock and isinstance(flight.port, str):
            span = (seconds(flight.launch), seconds(flight.undock))
            for other, port, begin, end in held:
                if port == flight.port and span[0] < end and begin < span[1]:
                    say("port", f"{port} is held by '{other}' in these days", "move one of the two flights")
            held.append((name, flight.port, *span))
    return problems


def _brought(station: Station) -> dict[str, str]:
    """Ports that a station's own modules bring: their names and docking systems."""
    return {f"{module}/{i + 1}": kind for module, m in station.modules.items() for i, kind in enumerate(m.ports)}


def _check_modules(scenario: Scenario, document: Document) -> list[Problem]:
    problems: list[Problem] = []
    for name, station in scenario.stations.items():
        there = [row["id"] for row in Catalogue().table("stations/iss/ports")] if station.parts == "iss" else []
        for module, m in station.modules.items():
            if m.at_port and m.at_port not in {*there, *_brought(station)}:
                path = ("stations", name, "modules", module, "at_port")
                problems.append(document.problem(path, f"no port '{m.at_port}'", _near(m.at_port, [*there, *_brought(station)])))
    return problems


def _check_reboosts(scenario: Scenario, document: Document, at: tuple[Any, ...]) -> list[Problem]:
    """Planned reboosts lie after the start, between the floor and the ceiling of the policy in force that day."""
    problems: list[Problem] = []
    for name, station in scenario.stations.items():
        for day, to_km in station.reboosts.items():
            places = [(*above, key) for above in ((*at, "reboosts", name), ("stations", name, "reboosts")) for key in (day[:10], day)]
            path = next((p for p in places if p in document.marks), places[-2])
            band = next((b for b in reversed(station.policy) if (b.from_ or "") <= day), None)
            if day < scenario.start:
                problems.append(document.problem(path, f"{day[:10]} lies before the start {scenario.start[:10]}", "move the date"))
            elif band and not band.floor_km < to_km <= (band.ceiling_km or to_km):
                most = f", up to the ceiling {band.ceiling_km:g} km" if band.ceiling_km else ""
                problems.append(document.problem(path, f"a reboost to {to_km:g} km is outside that day's altitude policy", f"raise it above the floor {band.floor_km:g} km{most}"))
    return problems


def _check_events(scenario: Scenario, document: Document, at: tuple[Any, ...]) -> list[Problem]:
    problems: list[Problem] = []
    stations = set(scenario.stations) | {e.into for e in scenario.events.values() if e.into}
    for name, event in scenario.events.items():
        path = (*at, "events", name)
        if path not in document.marks:
            path = ("events", name)
        if isinstance(event.when, str) and event.when not in scenario.conditions:
            problems.append(document.problem((*path, "when"), f"no condition '{event.when}'", _near(event.when, scenario.conditions)))
        if isinstance(event.when, StationIs) and event.when.station not in stations:
            problems.append(document.problem((*path, "when"), f"no station '{event.when.station}'", _near(event.when.station, stations)))
        if event.ground and event.ground not in groundable(Catalogue()):
            what = f"no vehicle type, launcher, family, launch site or pad '{event.ground}'"
            problems.append(document.problem((*path, "ground"), what, _near(event.ground, groundable(Catalogue()))))
        for key, struck in (("fail", event.fail), ("damage", event.damage), ("ship", event.ship)):
            known = _can_be_struck(scenario, key) if struck else ()
            if struck and struck not in known and _series(struck) not in scenario.flights:
                what = "machine or flight" if key == "fail" else "flight"
                problems.append(document.problem((*path, key), f"no {what} '{struck}'", _near(struck, known)))
        for target in (event.open, event.retire, event.join):
            if target and target not in stations:
                problems.append(document.problem(path, f"no station '{target}'", _near(target, stations)))
        if event.segment == "separated" and event.withdraw not in ("roscosmos", "nasa"):
            problems.append(document.problem((*path, "segment"), f"{event.withdraw} has no segment of its own that could part", "write keeps_running, handed_over or powered_down"))
        if event.open == "iss":
            problems.append(document.problem((*path, "open"), "the ISS is open from the start", "name a station of your own that people move into on that day"))
        if event.on and event.on.at and event.on.at < scenario.start:
            problems.append(
                document.problem((*path, "on"), f"{event.on.at[:10]} lies before the start {scenario.start[:10]}", "move the date")
            )
    for name, requirement in scenario.requirements.items():
        if requirement.station and requirement.station not in stations:
            problems.append(document.problem(("requirements", name, "station"), f"no station '{requirement.station}'", _near(requirement.station, stations)))
    return problems


def _can_be_struck(scenario: Scenario, key: str) -> list[str]:
    """What `fail` or `damage` can name: flights of the scenario (those of a series numbered), of the record, and machines."""
    ours = [f"{name}-1" if flight.every_d else name for name, flight in scenario.flights.items() if flight is not None]
    machines = [row["id"] for row in Catalogue().table("stations/iss/machines")] if key == "fail" else []
    return [*ours, *machines, *(row["id"] for row in Catalogue().table("traffic/flights"))]


def _series(flight: str) -> str:
    """The series of a numbered flight: `soyuz` of `soyuz-3`."""
    name, _, number = flight.rpartition("-")
    return name if number.isdigit() else ""


__all__ = ["Replay", "Requirement", "Scenario", "build", "json_schema", "parse_utc", "read_scenario"]
