"""The packaged tables agree with themselves and with the rules the record obeys."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

DATA = Path(__file__).parents[1] / "src" / "stationkeep" / "data"
PARTNERS = {"roscosmos", "nasa", "esa", "jaxa", "csa", "commercial"}
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
OWNED = sorted(str(path.relative_to(DATA)) for path in DATA.rglob("*.csv"))


@cache
def table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def when(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) if text else NEVER


@cache
def stays_at_ports() -> list[tuple[str, str, datetime, datetime]]:
    """(flight, port, from, to) of every time a ship held a port."""
    out = []
    for flight in table("traffic/flights.csv"):
        if not flight["dock_utc"]:
            continue
        port, begin = flight["port"], when(flight["dock_utc"])
        for move in filter(None, flight["relocations"].split(";")):
            utc, to = move.split(">")
            if port:
                out.append((flight["id"], port, begin, when(utc)))
            port, begin = to, when(utc)
        out.append((flight["id"], port, begin, when(flight["undock_utc"])))
    return out


@pytest.mark.parametrize("name", OWNED)
def test_every_row_has_source_and_status(name: str) -> None:
    rows = table(name)
    assert rows
    for row in rows:
        assert None not in row and row["source"], row
        assert row["status"] in {"found", "recalled", "derived", "assumed"}, row


def test_ids_are_unique() -> None:
    for name in ("traffic/flights.csv", "fleet/vehicles.csv", "crew/stays.csv"):
        ids = [row["id"] for row in table(name)]
        assert len(ids) == len(set(ids)), name


def test_no_port_holds_two_ships() -> None:
    by_port: dict[str, list[tuple[datetime, datetime, str]]] = {}
    for flight, port, begin, end in stays_at_ports():
        assert begin < end, flight
        by_port.setdefault(port, []).append((begin, end, flight))
    for port, stays in by_port.items():
        stays.sort()
        for before, after in pairwise(stays):
            assert before[1] <= after[0], (port, before, after)


def test_every_port_is_open_and_accepts_its_ship() -> None:
    vehicle = {row["id"]: row["vehicle"] for row in table("traffic/flights.csv")}
    for flight, port, begin, end in stays_at_ports():
        ports = [row for row in table("stations/iss/ports.csv") if row["id"] == port]
        rows = [row for row in ports if vehicle[flight] in row["accepts"].split(";")]
        spans = sorted((when(row["valid_from"]), when(row["valid_to"])) for row in rows)
        for first, last in spans:
            if first <= begin < last:
                begin = last
        assert begin >= end, (flight, port, begin, spans)


def test_times_are_in_order() -> None:
    for row in table("traffic/flights.csv"):
        stamps = [row[key] for key in ("launch_utc", "dock_utc", "undock_utc", "landed_utc") if row[key]]
        if len(row["landed_utc"]) and row["landed_utc"].endswith("T00:00:00Z"):
            stamps[-1] = row["landed_utc"].replace("T00:00:00", "T23:59:59")
        assert stamps == sorted(stamps), row
    for row in table("stations/iss/parts.csv"):
        assert row["arrives_utc"] <= row["valid_from"] < (row["valid_to"] or "9999"), row


def test_parts_have_one_place_at_a_time() -> None:
    by_part: dict[str, list[dict[str, str]]] = {}
    for row in table("stations/iss/parts.csv"):
        by_part.setdefault(row["id"], []).append(row)
    for part, rows in by_part.items():
        assert rows[0]["valid_from"] == rows[0]["arrives_utc"], part
        for before, after in pairwise(rows):
            assert before["valid_to"] == after["valid_from"], (part, before["valid_to"], after["valid_from"])
        assert rows[-1]["valid_to"] == rows[-1]["leaves_utc"], part


def test_references_exist() -> None:
    flights = {row["id"] for row in table("traffic/flights.csv")}
    parts = {row["id"] for row in table("stations/iss/parts.csv")}
    vehicles = {row["id"] for row in table("fleet/vehicles.csv")}
    for row in table("traffic/flights.csv"):
        assert row["vehicle"] in vehicles and row["partner"] in PARTNERS, row
        assert set(filter(None, row["brings"].split(";"))) <= parts, row
    for row in table("stations/iss/parts.csv"):
        assert row["arrives_with"] in flights | {"launch"} and row["owner"] in PARTNERS, row
        assert row["leaves_with"] in flights | {""} and row["mount_part"] in parts | {""}, row
    for row in table("stations/iss/ports.csv"):
        assert row["part"] in parts and set(filter(None, row["accepts"].split(";"))) <= vehicles, row
    stays = {row["id"] for row in table("crew/stays.csv")}
    for row in table("crew/stays.csv"):
        assert row["up_flight"] in flights and row["down_flight"] in flights | {""}, row
        assert row["partner"] in PARTNERS, row
    for row in table("crew/seats.csv"):
        assert row["stay"] in stays and row["flight"] in flights | {""}, row


def test_people_from_stays_equal_the_daily_record() -> None:
    stays = [(when(row["dock_utc"]), when(row["undock_utc"]), row["partner"]) for row in table("crew/stays.csv")]
    for row in table("crew/history.csv"):
        noon = datetime.fromisoformat(row["date"] + "T12:00:00+00:00")
        aboard = [partner for begin, end, partner in stays if begin <= noon < end]
        assert len(aboard) == int(row["people_count"]), row["date"]
        for partner in PARTNERS:
            assert aboard.count(partner) == int(row[partner]), (row["date"], partner)


def test_everyone_has_a_seat_except_in_the_two_known_intervals() -> None:
    known = [(when(r["from_utc"]), when(r["to_utc"])) for r in table("crew/seat_exceptions.csv")]
    seats = {row["id"]: float(row["seats"]) for row in table("fleet/vehicles.csv")}
    ships = [(when(f["dock_utc"]), when(f["undock_utc"]), seats[f["vehicle"]])
             for f in table("traffic/flights.csv") if f["dock_utc"]]
    people = [(when(row["dock_utc"]), when(row["undock_utc"])) for row in table("crew/stays.csv")]
    noon = datetime(2000, 11, 2, 12, tzinfo=UTC)
    while noon < datetime(2026, 7, 13, tzinfo=UTC):
        if not any(begin <= noon < end for begin, end in known):
            aboard = sum(begin <= noon < end for begin, end in people)
            assert aboard <= sum(count for begin, end, count in ships if begin <= noon < end), noon
        noon += timedelta(days=1)


def test_the_shuttle_that_brought_p3_and_p4() -> None:
    sts115 = next(row for row in table("traffic/flights.csv") if row["id"] == "sts-115")
    assert sts115["undock_utc"] == "2006-09-17T12:50:00Z"
    assert when(sts115["undock_utc"]) - when(sts115["dock_utc"]) == timedelta(days=6, hours=2, minutes=2)
    assert {"p3", "p4", "wing-2a", "wing-4a"} <= set(sts115["brings"].split(";"))
