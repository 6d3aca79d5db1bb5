"""Who depends on whom, before any run: which services a station still has when partners are gone, and why not.

The same rule as in a run (a giver gives while it is there, its operator takes part and the services it needs are up: the
greatest fixed point below what was up), with every machine working and every tank filled. What runs add is time: how
long stocks last, when machines fail.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from .base import PARTNERS
from .catalogue import Catalogue, Row, listed
from .station import SERVICES

SEGMENT_OF = {"roscosmos": "russian", "nasa": "us"}
"""Partners whose leaving decides on a segment."""
MODES = ("handed_over", "powered_down", "separated")
FLOWN_WITHIN_d = 400
"""A vehicle counts as flying when it came to the station within so many days before (the longest usual gap of a series)."""
BROUGHT = {"propellant": "refuel_kg", "water": "water_kg", "gas": "gas_kg", "cargo": "cargo_up_kg"}
"""What ships bring, and the column of the fleet table that says how much."""


def dependence(on: str, without: tuple[str, ...] = (), segment: str = "powered_down") -> dict[str, Any]:
    """Services of the station on the day `on` (ISO date) with the partners `without` gone, and with everyone there.

    `segment` says what becomes of a leaving partner's segment: one of `MODES`. Returns `services` (list of `service,
    before, up, lasts, why, givers`; `lasts` is false when it goes within days) and `supplies` (what is brought, by
    whom). Raises ValueError for an unknown partner or mode.
    """
    unknown = [name for name in without if name not in PARTNERS]
    if unknown:
        raise ValueError(f"no partner '{unknown[0]}'; one of {', '.join(PARTNERS)}")
    if segment not in MODES:
        raise ValueError(f"no way '{segment}' to leave a segment; one of {', '.join(MODES)}")
    try:
        day = date.fromisoformat(on[:10])
    except ValueError:
        raise ValueError(f"not a date: {on!r}; write 2022-07-26") from None
    tables = Catalogue()
    there = _there(tables, day)
    offers = _offers(tables, day.isoformat(), there)
    before, _ = _up(offers, (), segment)
    after, why = _up(offers, without, segment)
    later, why_later = _up(offers, without, segment, soon=True)
    services = []
    for name in SERVICES:
        mine = [offer for offer in offers if offer["service"] == name]
        if mine:
            services.append({
                "service": name, "before": name in before, "up": name in after, "lasts": name in later,
                "why": "" if name in later else _told(mine, why if name not in after else why_later),
                "givers": [{key: offer[key] for key in ("giver", "kind", "partner", "operator", "segment", "needs", "needs_resource")}
                           | {"up": offer["id"] not in why, "why": why.get(offer["id"], "")} for offer in mine],
            })  # fmt: skip
    return {"on": day.isoformat(), "without": list(without), "segment": segment, "services": services,
            "supplies": _supplies(tables, there["vehicles"], without)}  # fmt: skip


def _there(tables: Catalogue, day: date) -> dict[str, dict[str, Row]]:
    """Parts aboard and vehicles flying on a day; after the record, those of its last days."""
    on = day.isoformat()
    parts = {}
    for row in tables.table("stations/iss/parts"):
        if row["arrives_utc"][:10] <= on and not "" < row["leaves_utc"][:10] <= on:
            parts[row["id"]] = row
    flights = [row for row in tables.table("traffic/flights") if row["dock_utc"]]
    last = min(on, max(row["dock_utc"] for row in flights)[:10])
    since = (date.fromisoformat(last) - timedelta(days=FLOWN_WITHIN_d)).isoformat()
    flown = {row["vehicle"] for row in flights if since <= row["dock_utc"][:10] <= last}
    vehicles = {row["id"]: row for row in tables.table("fleet/vehicles") if row["id"] in flown}
    return {"parts": parts, "vehicles": vehicles}


def _offers(tables: Catalogue, on: str, there: dict[str, dict[str, Row]]) -> list[dict[str, Any]]:
    """The offers in force on a day, each with its owner and segment."""
    offers = []
    for row in tables.table("stations/iss/services"):
        giver = there["parts" if row["kind"] == "part" else "vehicles"].get(row["giver"])
        if giver is None or row["from_utc"][:10] > on or "" < row["to_utc"][:10] <= on:
            continue
        if row["needs_part"] and row["needs_part"] not in there["parts"]:
            continue
        is_part = row["kind"] == "part"
        offers.append({
            "id": row["id"], "service": row["service"], "giver": row["giver"], "kind": row["kind"],
            "partner": giver["owner"] if is_part else giver["partner"],
            "operator": row["operator"] or (giver["owner"] if is_part else giver["partner"]),
            "segment": giver["segment"] if is_part else "", "needs": listed(row, "needs"), "needs_soon": listed(row, "needs_soon"),
            "needs_resource": row["needs_resource"], "needs_part": row["needs_part"],
            "needs_segment": there["parts"][row["needs_part"]]["segment"] if row["needs_part"] else "",
        })  # fmt: skip
    return offers


def _up(
    offers: list[dict[str, Any]], without: tuple[str, ...], mode: str, soon: bool = False
) -> tuple[set[str], dict[str, str]]:
    """Services that stay up, and for every offer that falls away its reason.

    With `soon`, what an offer can do without only for hours or days counts as needed.
    """
    lost = {SEGMENT_OF[p] for p in without if p in SEGMENT_OF and mode in ("powered_down", "separated")}
    why: dict[str, str] = {}
    for offer in offers:
        who = offer["operator"]
        if offer["kind"] == "vehicle" and who in without:
            why[offer["id"]] = f"{who} flies no more"
        elif offer["segment"] in lost:
            why[offer["id"]] = f"the {_segment(offer['segment'])} is {mode.replace('_', ' ')}"
        elif offer["needs_segment"] in lost and mode == "separated":
            why[offer["id"]] = f"works through {offer['needs_part']}, which has gone"
        elif who in without and who not in SEGMENT_OF:
            why[offer["id"]] = f"{who} runs it no more"
    up = {offer["service"] for offer in offers if offer["id"] not in why}
    while True:
        for offer in offers:
            wanted = offer["needs"] + (offer["needs_soon"] if soon else [])
            lacking = [need for need in wanted if need not in up]
            if offer["id"] not in why and lacking:
                why[offer["id"]] = f"needs {lacking[0].replace('_', ' ')}, which is down"
        kept = {offer["service"] for offer in offers if offer["id"] not in why}
        if kept == up:
            return up, why
        up = kept


def _segment(name: str) -> str:
    return "Russian segment" if name == "russian" else "US segment"


def _told(offers: list[dict[str, Any]], why: dict[str, str]) -> str:
    """Why a service is down: the reasons of its givers, each once."""
    return "; ".join(dict.fromkeys(f"{offer['giver']}: {why[offer['id']]}" for offer in offers))


def _supplies(tables: Catalogue, vehicles: dict[str, Row], without: tuple[str, ...]) -> list[dict[str, Any]]:
    """What ships bring, by partner, and what of it stops."""
    rows = []
    for what, column in BROUGHT.items():
        brings = [row for row in vehicles.values() if float(row[column] or 0) > 0]
        rows.append({
            "what": what, "up": any(row["partner"] not in without for row in brings),
            "givers": [{"giver": row["id"], "partner": row["partner"], "most_kg": float(row[column]),
                        "up": row["partner"] not in without} for row in brings],
        })  # fmt: skip
    return rows
