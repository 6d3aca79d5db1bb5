"""The record of the station as plain data: parts where they stood, ports, flights, people, altitude. Runs nothing."""

from __future__ import annotations

from math import pi, sqrt
from typing import Any

from .catalogue import Catalogue, Row, listed, number

ALTITUDE_EVERY = 3
"""Every third day of the altitude record is given: a picture of 28 years needs no more."""


def chronicle() -> dict[str, Any]:
    """Everything the record shows of the station from 1998 to its last recorded flight, ready for JSON.

    Keys: `span` (first and last day), `partners`, `parts` (each with its `poses`: position and size in metres in the
    station's frame, +x forward, +y starboard, +z to the Earth), `ports`, `vehicles`, `flights`, `people` (days the crew
    changed), `altitude` (days and km, Brouwer mean above 6378.137), `node` (days and degrees of the ascending node),
    `services` (who offers what and what it takes), `statements`, `incidents`.
    """
    tables = Catalogue()
    flights = [_flight(row) for row in tables.table("traffic/flights")]
    return {
        "span": {"first": "1998-11-20", "last": max(f["docked"] or f["launched"] for f in flights)[:10]},
        "partners": [{key: row[key] for key in ("id", "name", "state", "segment", "role")} for row in tables.table("partners/partners")],
        "parts": _parts(tables),
        "ports": [
            {"id": row["id"], "part": row["part"], "standard": row["standard"], "at_m": _point(row, "x_m", "y_m", "z_m"),
             "direction": row["direction"], "from": row["valid_from"][:10], "to": row["valid_to"][:10]}
            for row in tables.table("stations/iss/ports")
        ],
        "vehicles": [
            {"id": row["id"], "partner": row["partner"], "length_m": number(row, "length_m", 8), "width_m": _width_m(row),
             "seats_count": int(number(row, "seats", 0))}
            for row in tables.table("fleet/vehicles")
        ],
        "flights": flights,
        "people": _people(tables),
        "altitude": _columns([row for i, row in enumerate(tables.table("orbit/altitude")) if i % ALTITUDE_EVERY == 0],
                             "alt_brouwer_km", 2),
        "node": _columns(tables.table("orbit/raan"), "raan_deg", 2),
        "services": [
            {**{key: row[key] for key in ("id", "giver", "kind", "service", "operator", "needs_part", "unit", "source", "status")},
             "capacity": row["capacity"], "needs": listed(row, "needs"), "needs_resource": row["needs_resource"],
             "from": row["from_utc"][:10], "to": row["to_utc"][:10]}
            for row in tables.table("stations/iss/services")
        ],
        "statements": [
            {key: row[key] for key in ("id", "date", "speaker", "outlet", "kind", "statement", "what_happened", "source", "status")}
            for row in tables.table("partners/statements")
        ],
    }  # fmt: skip


def port_names(modules: dict[str, int], as_of: str | None = None) -> list[str]:
    """Names of the ports in the order the event log numbers them: the table's, then those that modules bring.

    `modules` maps each module a scenario states to how many ports it brings; `as_of` is the scenario's.
    """
    named = [row["id"] for row in Catalogue(as_of=as_of).table("stations/iss/ports")]
    return named + [f"{module}/{i + 1}" for module, count in modules.items() for i in range(count)]


def _parts(tables: Catalogue) -> list[dict[str, Any]]:
    parts: dict[str, dict[str, Any]] = {}
    for row in tables.table("stations/iss/parts"):
        part = parts.setdefault(row["id"], {
            "id": row["id"], "name": row["name"], "kind": row["kind"], "owner": row["owner"], "segment": row["segment"],
            "arrives": row["arrives_utc"][:10], "leaves": row["leaves_utc"][:10], "mass_kg": number(row, "mass_kg", 0),
            "source": row["source"], "status": row["status"], "poses": [],
        })  # fmt: skip
        if row["state"] != "transit":
            part["poses"].append({
                "from": row["valid_from"][:10], "to": row["valid_to"][:10], "state": row["state"],
                "at_m": _point(row, "x_m", "y_m", "z_m"), "size_m": _point(row, "size_x_m", "size_y_m", "size_z_m"),
                "turns": row["rotates"],
            })  # fmt: skip
    return list(parts.values())


def _width_m(row: dict[str, str]) -> float:
    """How wide a ship is drawn: of the circle of its front, or where the station shades that from drag (0) of its smaller side."""
    front, sides = number(row, "area_x_m2", 0), (number(row, "area_y_m2", 30), number(row, "area_z_m2", 30))
    return round(2.0 * sqrt(front / pi) if front else min(sides) / number(row, "length_m", 8), 2)


def _flight(row: Row) -> dict[str, Any]:
    def moments(column: str) -> list[list[str]]:
        return [item.split(">") for item in listed(row, column)]

    return {
        "id": row["id"], "mission": row["mission"], "vehicle": row["vehicle"], "partner": row["partner"], "port": row["port"],
        "launched": row["launch_utc"], "docked": row["dock_utc"], "undocked": row["undock_utc"], "outcome": row["outcome"],
        "moves": moments("relocations"), "away": moments("away"), "people_up_count": int(number(row, "people_up", 0)),
        "cargo_up_kg": number(row, "cargo_up_kg", 0), "brings": listed(row, "brings"), "source": row["source"],
        "status": row["status"],
    }  # fmt: skip


def _people(tables: Catalogue) -> dict[str, Any]:
    """Days on which the crew changed, with the people of each partner from then on."""
    partners = ("nasa", "roscosmos", "esa", "jaxa", "csa", "commercial")
    days: list[str] = []
    counts: dict[str, list[int]] = {partner: [] for partner in partners}
    last: tuple[int, ...] = ()
    for row in tables.table("crew/history"):
        now = tuple(int(row[partner] or 0) for partner in partners)
        if now != last:
            days.append(row["date"])
            for partner, count in zip(partners, now, strict=True):
                counts[partner].append(count)
            last = now
    return {"date": days, "by_partner_count": counts}


def _columns(rows: Any, column: str, digits: int) -> dict[str, Any]:
    kept = [row for row in rows if row[column]]
    return {"date": [row["date"] for row in kept], column: [round(float(row[column]), digits) for row in kept]}


def _point(row: Row, *columns: str) -> list[float]:
    return [round(number(row, column, 0.0), 3) for column in columns]


