"""The vehicles a plan may fly: what each brings, where it docks, how long it stays, how often it has shown to fly."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from ..engine.compile.bodies import cargo_of
from ..engine.compile.flights import LONG_STAY_d, PlannedFlight, flown_dry_kg, transit_s
from ..model.base import NEVER_s, seconds
from ..model.catalogue import Catalogue, Row, listed, number
from ..model.fleet import Flight, launched_by
from ..model.scenario import Scenario
from .ports import ports_named
from .problem import PortClass, Vessel
from .wishes import DAY_s, SLIP_d, WEEK_s, Wishes, chosen_vehicles, series

CREW_STAYS_w = tuple(range(9))
"""Weeks short of its rating a crew ship may leave: a plan that may only use the rating cannot fit two lines together."""
BETWEEN_STAYS_w = CREW_STAYS_w[::2]
"""The same where weeks may pass between crews: they fit without, and there are fewer columns."""
CARGO_STAYS = (0.5, 1.0)
"""Shares of its rating a cargo ship may stay."""
NEW_d = 730.0
"""Days before a vehicle that never flew here can: 'two years or more to make ready' (fleet/vehicles.csv, icm)."""
RECORD_WINDOW_d = 3652.0
"""How far back the cadence a vehicle has shown is read: ten years."""


def vessels_of(
    scenario: Scenario, catalogue: Catalogue, wishes: Wishes, classes: tuple[PortClass, ...], flies: dict[str, np.ndarray],
    weeks: int, t0_s: float,
) -> tuple[Vessel, ...]:  # fmt: skip
    rows = catalogue.by_id("fleet/vehicles")
    out = []
    for name in chosen_vehicles(scenario, wishes):
        out.append(_vessel(scenario, catalogue, wishes, classes, flies, weeks, t0_s, rows[name]))
    return tuple(v for v in out if v.ports)


def _vessel(
    scenario: Scenario, catalogue: Catalogue, wishes: Wishes, classes: tuple[PortClass, ...], flies: dict[str, np.ndarray],
    weeks: int, t0_s: float, row: Row,
) -> Vessel:  # fmt: skip
    name = row["id"]
    mine = [f for f in series(scenario) if f.vehicle == name]
    own = mine[0] if mine else None
    partner = (own.partner if own else None) or row["partner"]
    people = _crew_of(own, row, partner)
    takes = ports_named(mine, name) or _accepting(scenario, catalogue, row)
    ports = tuple(c.name for c in classes if set(c.ports) <= takes)
    alone = any(r["giver"] == name and r["service"] == "desaturation" and not r["needs_part"] for r in catalogue.table("stations/iss/services"))
    known = flies[partner][:weeks] & _window(mine, weeks, t0_s)
    if own is None and not any(f["vehicle"] == name for f in catalogue.table("traffic/flights")):
        known[: int(NEW_d // 7)] = False
    launcher, site = launched_by(catalogue, name, own.launcher if own else None, own.site if own else None)
    stated_d = max((float(f.stay_d) for f in mine if f.every_d and f.stay_d != "record"), default=0.0) if people else 0.0
    rating_w = max(int(max(number(row, "max_docked_d", 180), stated_d) // 7), 1)
    if people:
        early_w = wishes.early_w + wishes.early_by_w.get(name, 0)
        stays = sorted({rating_w - short - early_w for short in (BETWEEN_STAYS_w if wishes.between_w else CREW_STAYS_w)})
    else:
        stays = sorted({max(int(rating_w * frac), 1) for frac in CARGO_STAYS})
    ship = _ship(_bare(catalogue, name, partner, scenario.main_station), catalogue, row)
    return replace(
        ship, site=site, launcher=launcher, stays_w=tuple(s for s in stays if s > 0), weeks=known, ports=ports, unloads=alone, people=people,
        per_year_count=wishes.cadence_count.get(name, shown_cadence_count(catalogue, row, t0_s, mine)),
    )


def visiting(scenario: Scenario, catalogue: Catalogue, classes: tuple[PortClass, ...], f: PlannedFlight, week: int, stay_w: int, weeks: int) -> Vessel:
    """The ship of one visit: it comes in its week with its own cargo and its guests, and leaves with them."""
    row = catalogue.by_id("fleet/vehicles")[f.vehicle]
    takes = _accepting(scenario, catalogue, row) & set(f.ports or _accepting(scenario, catalogue, row))
    return replace(_ship(f, catalogue, row), name=f.id, visit_by=f.vehicle, site=f.site, launcher=f.launcher, stays_w=(stay_w,), weeks=np.arange(weeks) == week,
                   ports=tuple(c.name for c in classes if set(c.ports) & takes), per_year_count=1, guests=dict(f.people))  # fmt: skip


def _accepting(scenario: Scenario, catalogue: Catalogue, row: Row) -> set[str]:
    """Ports that take a vehicle."""
    modules = scenario.stations[scenario.main_station].modules
    return {
        str(p["id"]) for p in catalogue.table("stations/iss/ports") if {row["id"], f"standard:{row['standard']}"} & set(listed(p, "accepts"))
    } | {f"{module}/{i + 1}" for module, m in modules.items() for i, kind in enumerate(m.ports) if kind == row["standard"]}


def _ship(f: PlannedFlight, catalogue: Catalogue, row: Row) -> Vessel:
    """What the ship of a flight carries and is."""
    cargo = cargo_of(f, row)
    return Vessel(
        name=f.vehicle, partner=f.partner, site=f.site, launcher=f.launcher, cost_musd=number(row, "cost_musd"), stays_w=(), weeks=np.zeros(0, bool), ports=(), per_year_count=0,
        dry_kg=cargo["food"] + cargo["supplies"] + cargo["toilet"] + cargo["spares"] + cargo["research"],
        water_kg=cargo["water"], gas_kg=cargo["oxygen"] + cargo["nitrogen"], refuel_kg=cargo["propellant"],
        refuel_most_kg=max(cargo["propellant"], number(row, "refuel_high_kg", 0)),
        push_kg=number(row, "reboost_propellant_kg", 0) if number(row, "reboost_thrust_N", 0) > 0 else 0.0,
        trash_kg=max(number(row, "trash_kg", 0), number(row, "cargo_down_kg", 0)), down_kg=number(row, "cargo_down_kg", 0),
        external_kg=number(row, "cargo_external_kg", 0), transit_d=transit_s(catalogue, f.vehicle) / DAY_s,
        longest_d=number(row, "max_docked_high_d", 400.0), family=row["family"],
    )  # fmt: skip


def _bare(catalogue: Catalogue, vehicle: str, partner: str, station: str) -> PlannedFlight:
    """A flight of a type and nothing else: it carries what the engine gives every flight to come."""
    return PlannedFlight(id="", vehicle=vehicle, partner=partner, station=station, launch_s=0.0, transit_s=0.0, undock_s=0.0, stay_s=0.0,
                         ports=(), flown=False, dry_kg=flown_dry_kg(catalogue, vehicle))  # fmt: skip


def _crew_of(own: Flight | None, row: Row, partner: str) -> dict[str, int]:
    """Who flies in a crew ship: as in the scenario's own series, else its partner's people in every seat; nobody stays who came by one that
    cannot stay itself."""
    if own and own.people:
        return {str(k): v for k, v in own.people.items()}
    seats = int(number(row, "seats", 0))
    return {partner: seats} if seats and number(row, "max_docked_d", LONG_STAY_d) >= LONG_STAY_d else {}


def _window(own: list[Flight], weeks: int, t0_s: float) -> np.ndarray:
    """(W,) bool: weeks the scenario itself lets a vehicle fly in, from the first to the last launch of its series and single flights
    (single flights alone say nothing of others)."""
    start = t0_s + WEEK_s * np.arange(weeks)
    if not any(f.every_d for f in own):
        return np.ones(weeks, bool)
    first = min(seconds(f.launch or f.first or "0001-01-01") for f in own)
    last = max(min((seconds(day) for day in (f.launch, f.last, f.until) if day and day[:4].isdigit()), default=NEVER_s) for f in own)
    return (start >= first - WEEK_s) & (start <= last + SLIP_d * DAY_s)


def shown_cadence_count(catalogue: Catalogue, row: Row, t0_s: float, own: list[Flight]) -> int:
    """Most launches of a vehicle's kind in any 365 days of the ten years before; as its series of the scenario ask
    together, if that is more; a new vehicle's else: two."""
    rows = catalogue.by_id("fleet/vehicles")
    kin = {r["id"] for r in rows.values() if r["family"] == row["family"] and r["partner"] == row["partner"]
           and (number(r, "seats", 0) > 0) == (number(row, "seats", 0) > 0)}  # fmt: skip
    launches = sorted(
        seconds(f["launch_utc"]) for f in catalogue.table("traffic/flights")
        if f["vehicle"] in kin and t0_s - RECORD_WINDOW_d * DAY_s <= seconds(f["launch_utc"])
    )  # fmt: skip
    shown = max((sum(a <= b < a + 365 * DAY_s for b in launches) for a in launches), default=0)
    wanted = math.ceil(sum(365 / float(f.every_d) for f in own if f.every_d and f.every_d != "record"))
    return max(shown, wanted, 2 if not shown else 0)
