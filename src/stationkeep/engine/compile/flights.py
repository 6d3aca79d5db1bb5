"""Scenario and record -> one list of flights: those flown, and those the series of the scenario plan."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cache
from statistics import median

from ...model.base import NEVER_s, seconds
from ...model.catalogue import Catalogue, Row, number
from ...model.files import Problem, ScenarioError
from ...model.fleet import Flight, launched_by
from ...model.scenario import Scenario
from .life_support import rule

DAY_s = 86400.0
RECORD_WINDOW_d = 3 * 365.25
"""How far back `every_d: record` looks: three years of traffic, long enough for a cadence, short enough for its era."""
OF_LATE = 12
"""Stays that show how long ships of a kind stay now: what was done once, years before, is no plan."""
LOADS = 3
"""Flights that show what a ship carries now: early ones of a type were half empty (Dragon 0.4 t in 2012, 2.2 t in 2014)."""
HANDOVERS, HANDOVER_MOST_d = 6, 16.0
"""How many handovers show how long they are now; two crews that overlap for longer did not relieve each other."""
LONG_STAY_d = 60.0
"""A crew ship docked for less is a visit, no rotation."""
KNOWN_s = -math.inf
"""Lead of a flight whose day is known when the scenario is made: it does not slip."""


@dataclass(frozen=True)
class PlannedFlight:
    """One flight of a scenario, times in seconds since 2000-01-01 UTC."""

    id: str
    vehicle: str
    partner: str
    station: str
    launch_s: float
    transit_s: float
    undock_s: float
    stay_s: float
    ports: tuple[str, ...]
    flown: bool
    lost: bool = False
    series: str = ""
    after: str = ""
    until: str = ""
    relief: str = ""
    relieves: str = ""
    handover_s: float = 6 * DAY_s
    people: dict[str, int] = field(default_factory=dict)
    cargo_kg: dict[str, float] | None = None
    dry_kg: float | None = None
    refuel_kg: float | None = None
    launcher: str = ""
    site: str = ""
    lead_s: float | None = None
    relocations: tuple[tuple[float, str], ...] = ()
    row: Row | None = None

    @property
    def visit(self) -> bool:
        """Whether its people come for less than `LONG_STAY_d`: they keep no station and wait for no relief."""
        planned_s = self.undock_s - self.launch_s if self.undock_s < NEVER_s else 0.0
        return (planned_s if planned_s > 0.0 else self.stay_s) < LONG_STAY_d * DAY_s


def plan_flights(scenario: Scenario, catalogue: Catalogue) -> list[PlannedFlight]:
    """Every flight of a branch of the scenario, in order of planned launch."""
    start_s = seconds(scenario.start)
    recorded = _recorded(scenario, catalogue, start_s)
    planned: list[PlannedFlight] = []
    recorded = [_as_planned(f, scenario) for f in recorded]
    known = {f.id for f in recorded}
    entry_of = dict.fromkeys(known, "the record")
    for name, flight in scenario.flights.items():
        made = _planned(name, flight, scenario, catalogue, start_s) if flight is not None else []
        for one in made:
            if entry_of.setdefault(one.id, name) != name and one.id not in known & {name}:
                words = f"its flight '{one.id}' has the name of one of {entry_of[one.id] if one.id in known else repr(entry_of[one.id])}"
                raise ScenarioError([Problem(scenario.title, None, None, f"flights.{name}", words, "give the entry another name")])
        planned += made
    planned = [f for f in planned if f.id not in known]
    flights = sorted(recorded + planned, key=lambda f: (f.launch_s if not f.after else NEVER_s, f.launch_s, f.id))
    return _with_relief(flights)


def _as_planned(flight: PlannedFlight, scenario: Scenario) -> PlannedFlight:
    """A recorded flight still docked when the record ends leaves on the day the scenario plans, or so long after its relief has come, if it says so."""
    plan = scenario.flights.get(flight.id)
    if plan is None or flight.undock_s < NEVER_s:
        return flight
    handed_s = flight.handover_s if plan.handover_d == "record" else float(plan.handover_d) * DAY_s
    return replace(flight, handover_s=handed_s, undock_s=seconds(plan.undock) if plan.undock else NEVER_s)


def end_of_record_s(catalogue: Catalogue) -> float:
    """The day of the last recorded launch or docking, at the end of that day."""
    times = [seconds(r[c]) for r in catalogue.table("traffic/flights") for c in ("launch_utc", "dock_utc") if r[c]]
    return (max(times) // DAY_s + 1) * DAY_s


def _recorded(scenario: Scenario, catalogue: Catalogue, start_s: float) -> list[PlannedFlight]:
    """Flights of the record: all until the replay ends, or only those there at the start; none at another station."""
    if scenario.stations[scenario.main_station].parts != "iss":
        return []
    if scenario.replay is None:
        until_s = start_s
    else:
        until_s = NEVER_s if scenario.replay.until == "last" else seconds(scenario.replay.until)
    left_out = {name for name, flight in scenario.flights.items() if flight is None}
    vehicles = catalogue.by_id("fleet/vehicles")
    manifests = {row["flight"]: row for row in catalogue.table("traffic/manifests")}
    flights = []
    for row in catalogue.table("traffic/flights"):
        launch_s = seconds(row["launch_utc"])
        undock_s = seconds(row["undock_utc"]) if row["undock_utc"] else NEVER_s
        if launch_s > until_s or undock_s < start_s or row["id"] in left_out:
            continue
        dock_s = seconds(row["dock_utc"]) if row["dock_utc"] else NEVER_s
        if dock_s >= NEVER_s and launch_s < start_s:
            continue
        moves = [item.split(">") for item in row["relocations"].split(";") if ">" in item]
        moves = [move for move in moves if move[0] <= (scenario.as_of or "9999")]
        if scenario.as_of and scenario.replay is None:  # what is docked at the start leaves as the scenario has it
            moves, undock_s = [move for move in moves if move[0] <= scenario.start], NEVER_s
        vehicle = vehicles[row["vehicle"]]
        flights.append(
            PlannedFlight(
                id=row["id"], vehicle=row["vehicle"], partner=row["partner"], station=scenario.main_station,
                launch_s=launch_s, transit_s=(dock_s if dock_s < NEVER_s else launch_s + DAY_s) - launch_s,
                undock_s=undock_s, stay_s=_stay_s(catalogue, row["vehicle"]), ports=(row["port"],) if row["port"] else (),
                flown=True, lost=dock_s >= NEVER_s, launcher=row["launcher"], site=row["site"],
                relocations=tuple((seconds(t), port) for t, port in moves),
                row={**manifests.get(row["id"], {}), **row}, handover_s=handover_s(catalogue, row["vehicle"]),
                series=row["vehicle"] if float(vehicle["seats"] or 0) > 0 else "",
            )
        )  # fmt: skip
    return flights


def _stay_s(catalogue: Catalogue, vehicle: str) -> float:
    """Median days docked as flown by this vehicle type (rotations only, for crew ships), else by its family, else half its rating."""
    vehicles = catalogue.by_id("fleet/vehicles")
    row = vehicles[vehicle]
    crewed = number(row, "seats", 0) > 0
    family = [name for name, v in vehicles.items() if v["family"] == row["family"] and (number(v, "seats", 0) > 0) == crewed]
    for kind in ([vehicle], family):
        stays = [
            (seconds(r["undock_utc"]) - seconds(r["dock_utc"])) / DAY_s
            for r in catalogue.table("traffic/flights")
            if r["vehicle"] in kind and r["dock_utc"] and r["undock_utc"]
        ]
        stays = [d for d in stays if not crewed or d >= LONG_STAY_d or vehicle == "shuttle"]
        if stays:
            return median(stays[-OF_LATE:]) * DAY_s
    return 0.5 * number(row, "max_docked_d", 180) * DAY_s


@cache
def flown_dry_kg(catalogue: Catalogue, vehicle: str) -> float | None:
    """Dry cargo a ship brings, from the last flights of its type that arrived; None when none has, and for crew ships.

    A type that flew less than `LOADS` times is taken to bring what its table says on the flights it lacks: a trial flight is no load.
    """
    row = catalogue.by_id("fleet/vehicles")[vehicle]
    if number(row, "seats", 0) > 0:
        return None
    flown = [number(r, "dry_kg") for r in catalogue.table("traffic/flights") if r["vehicle"] == vehicle and r["dock_utc"] and r["dry_kg"]]
    if not flown:
        return None
    typical_kg = max(number(row, "cargo_up_kg", 0) - sum(number(row, c, 0) for c in ("refuel_kg", "water_kg", "gas_kg")), 0.0)
    return (sum(flown[-LOADS:]) + max(LOADS - len(flown), 0) * typical_kg) / LOADS


@cache
def handover_s(catalogue: Catalogue, vehicle: str) -> float:
    """Time a crew ship stayed on after its relief docked: median of the last handovers of its family, six days before any."""
    family = catalogue.by_id("fleet/vehicles")[vehicle]["family"]
    alike = {i for i, v in catalogue.by_id("fleet/vehicles").items() if v["family"] == family and v["seats"] != "0"}
    times = [(seconds(r["dock_utc"]), seconds(r["undock_utc"])) for r in catalogue.table("traffic/flights")
             if r["vehicle"] in alike and r["dock_utc"] and r["undock_utc"]]  # fmt: skip
    stays = sorted((t for t in times if t[1] - t[0] >= LONG_STAY_d * DAY_s), key=lambda t: t[1])
    overlaps = [min((out - came for came, _ in stays if docked < came < out), default=0.0) for docked, out in stays]
    handovers = [t for t in overlaps if 0.0 < t < HANDOVER_MOST_d * DAY_s]
    return median(handovers[-HANDOVERS:]) if handovers else 6 * DAY_s


def record_cadence_d(catalogue: Catalogue, vehicle: str, partner: str, before_s: float) -> float:
    """Days between launches of this vehicle for this partner in the three years before, or since it began to fly within
    them; ValueError when none flew."""
    launches = _series_launches(catalogue, vehicle, partner, before_s - RECORD_WINDOW_d * DAY_s, before_s)
    if not launches:
        raise ValueError(f"no {vehicle} of {partner} flew in the three years before")
    began = not _series_launches(catalogue, vehicle, partner, -NEVER_s, launches[0])
    span_d = (before_s - launches[0]) / DAY_s if began and len(launches) > 1 else RECORD_WINDOW_d
    return span_d / (len(launches) - (1 if began and len(launches) > 1 else 0))


def _series_launches(catalogue: Catalogue, vehicle: str, partner: str, from_s: float, to_s: float) -> list[float]:
    crewed = number(catalogue.by_id("fleet/vehicles")[vehicle], "seats", 0) > 0
    out = []
    for row in catalogue.table("traffic/flights"):
        launch_s = seconds(row["launch_utc"])
        if row["vehicle"] != vehicle or row["partner"] != partner or not from_s <= launch_s < to_s:
            continue
        if crewed and row["dock_utc"] and row["undock_utc"]:
            if seconds(row["undock_utc"]) - seconds(row["dock_utc"]) < LONG_STAY_d * DAY_s:
                continue
        out.append(launch_s)
    return out


def _planned(name: str, flight: Flight, scenario: Scenario, catalogue: Catalogue, start_s: float) -> list[PlannedFlight]:
    """The single flight, or every flight of the series, that one entry of the scenario stands for."""
    row = catalogue.by_id("fleet/vehicles")[flight.vehicle]
    partner = flight.partner or row["partner"]
    horizon_s = end_of_record_s(catalogue) if scenario.horizon == "last-flight" else seconds(scenario.horizon)
    crewed = bool(flight.people)
    stay_s = _stay_s(catalogue, flight.vehicle) if flight.stay_d == "record" else float(flight.stay_d) * DAY_s
    ends = flight.until if flight.until and not flight.until[:4].isdigit() else ""
    last_s = min(seconds(d) if d else NEVER_s for d in (flight.last, None if ends else flight.until))
    ports = (flight.port,) if isinstance(flight.port, str) else tuple(flight.port or ())
    launcher, site = launched_by(catalogue, flight.vehicle, flight.launcher, flight.site)
    base = PlannedFlight(
        id=name, vehicle=flight.vehicle, partner=partner, station=flight.station, launch_s=0.0,
        transit_s=transit_s(catalogue, flight.vehicle), undock_s=seconds(flight.undock) if flight.undock else NEVER_s,
        stay_s=stay_s, ports=ports, flown=False, after=flight.after or "", until=ends if _ends_at(scenario, ends, partner) else "",
        handover_s=handover_s(catalogue, flight.vehicle) if flight.handover_d == "record" else float(flight.handover_d) * DAY_s, people={str(k): v for k, v in flight.people.items()}, cargo_kg=_cargo(flight),
        dry_kg=flown_dry_kg(catalogue, flight.vehicle), refuel_kg=flight.refuel_kg,
        launcher=launcher, site=site, relief=flight.relief or "",
        series=name if crewed else "", relieves=flight.relieves or "",
    )  # fmt: skip
    if flight.launch is not None:
        launch_s = seconds(flight.launch)
        known = catalogue.by_id("traffic/flights").get(name)
        if known and known["dock_utc"] and known["launch_utc"][:10] == flight.launch[:10]:  # it had flown when the scenario was made
            # spares outside come with pallets that join later: there is no room for them yet, nor for food in their place
            return [replace(base, launch_s=launch_s, transit_s=seconds(known["dock_utc"]) - launch_s, lead_s=KNOWN_s, row=known | {"spares_kg": ""})]
        lead_s = launch_s - (seconds(scenario.as_of) if scenario.as_of else start_s)
        lead_s = min(lead_s, (flight.fixed_d or math.inf) * DAY_s)
        return [replace(base, launch_s=launch_s, lead_s=lead_s)]
    if flight.every_d == "record":
        try:
            every_s = record_cadence_d(catalogue, flight.vehicle, partner, start_s) * DAY_s
        except ValueError as error:
            problem = Problem(scenario.title, None, None, f"flights.{name}.every_d", str(error), "give days between launches")
            raise ScenarioError([problem]) from None
    else:
        every_s = float(flight.every_d or 0) * DAY_s
    if flight.after:
        first_s = flight.wait_d * DAY_s
        last_s = min(last_s, horizon_s - start_s)
    elif flight.first:
        first_s = seconds(flight.first)
    else:
        flown = _series_launches(catalogue, flight.vehicle, partner, -NEVER_s, start_s + 1)
        first_s = (flown[-1] if flown else start_s) + every_s
        while first_s < start_s + 7 * DAY_s:
            first_s += 14 * DAY_s
    flights: list[PlannedFlight] = []
    launch_s, least = first_s, 0
    if number(row, "refuel_kg", 0) > 0 and flight.last is None and last_s >= horizon_s - (start_s if flight.after else 0.0):
        pace_s = rule(scenario, catalogue, "tanker_pace_d") * DAY_s
        least = int(((horizon_s - start_s if flight.after else horizon_s) - first_s) / pace_s)  # as many as could be brought forward one after another
    while launch_s <= min(last_s, horizon_s) or len(flights) < least:
        flights.append(replace(base, id=f"{name}-{len(flights) + 1}", launch_s=launch_s))
        launch_s += every_s
    return flights


def _ends_at(scenario: Scenario, event: str, partner: str) -> bool:
    """Whether a series ends with this event: not when it is not told, nor when its partner leaves without its flights."""
    told = scenario.events.get(event)
    return told is not None and not (told.withdraw == partner and "flights" not in told.taken)


def _cargo(flight: Flight) -> dict[str, float] | None:
    return None if flight.cargo_kg is None else {str(k): float(v) for k, v in flight.cargo_kg.items()}


def transit_s(catalogue: Catalogue, vehicle: str) -> float:
    """Median time from launch to docking of this vehicle's last flights; a day when none flew."""
    times = [
        seconds(r["dock_utc"]) - seconds(r["launch_utc"])
        for r in catalogue.table("traffic/flights")
        if r["vehicle"] == vehicle and r["dock_utc"] and r["launch_precision"] == "second"
    ]
    return median(times[-8:]) if times else DAY_s


def _with_relief(flights: list[PlannedFlight]) -> list[PlannedFlight]:
    """Name, for every rotating crew ship, the next flight of its kind to the same station as its relief."""
    out = list(flights)
    for i, flight in enumerate(flights):
        if not flight.series or flight.relief or flight.undock_s < NEVER_s or (flight.visit and not flight.flown):
            continue
        for later in flights[i + 1 :]:
            same = later.series == flight.series or (flight.flown and later.vehicle == flight.vehicle and later.people)
            if same and later.station == flight.station and later.launch_s > flight.launch_s and not later.relieves:
                out[i] = replace(flight, relief=later.id)
                break
    relieved = {f.relieves: f.id for f in flights if f.relieves}
    return [replace(f, relief=relieved[f.id]) if f.id in relieved else f for f in out]
