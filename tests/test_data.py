"""The packaged tables agree with themselves and with the rules the record obeys."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from math import exp
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


def test_services_name_what_exists() -> None:
    from stationkeep.engine.compile.life_support import KIND_OF
    from stationkeep.laws.matter import RESOURCES
    from stationkeep.model.station import SERVICES

    parts = {row["id"] for row in table("stations/iss/parts.csv")}
    vehicles = {row["id"] for row in table("fleet/vehicles.csv")}
    kinds = {KIND_OF.get(row["kind"], row["kind"]) for row in table("stations/iss/machines.csv")}
    rows = table("stations/iss/services.csv")
    assert {row["service"] for row in rows} == set(SERVICES)
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        assert row["giver"] in (parts if row["kind"] == "part" else vehicles), row
        assert set(filter(None, (row["needs"] + ";" + row["needs_soon"]).split(";"))) <= set(SERVICES), row
        assert row["operator"] in PARTNERS and row["needs_part"] in parts | {""}, row
        assert row["needs_resource"] in {*RESOURCES, ""} and row["needs_machine"] in kinds | {""}, row


def test_only_russian_things_and_ships_desaturate() -> None:
    segment = {row["id"]: row["segment"] for row in table("stations/iss/parts.csv")}
    givers = [row for row in table("stations/iss/services.csv") if row["service"] == "desaturation"]
    assert {row["giver"] for row in givers if row["kind"] == "part"} == {"zvezda", "nauka"}
    assert all(segment[row["giver"]] == "russian" for row in givers if row["kind"] == "part")


def test_tanks_engines_and_seams_name_what_exists() -> None:
    parts = {row["id"] for row in table("stations/iss/parts.csv")}
    vehicles = {row["id"] for row in table("fleet/vehicles.csv")}
    ports = {row["id"] for row in table("stations/iss/ports.csv")}
    tanks = {row["id"] for row in table("stations/iss/tanks.csv")}
    assert {row["part"] for row in table("stations/iss/tanks.csv")} <= parts
    for row in table("stations/iss/engines.csv"):
        assert row["giver"] in parts | vehicles and row["needs_free_port"] in ports | {""}, row
        assert set(row["feeds_from"].split(";")) <= tanks | {"ship"}, row
        assert float(row["thrust_low_N"]) <= float(row["thrust_N"]) <= float(row["thrust_high_N"]), row
    for row in table("stations/iss/seams.csv"):
        assert {row["part_a"], row["part_b"]} <= parts, row


def test_partner_ids_and_dates_of_the_agreements() -> None:
    for row in table("partners/agreements.csv"):
        assert set(row["parties"].split(";")) <= PARTNERS and row["known_on"], row
    notice = next(row for row in table("partners/agreements.csv") if row["id"] == "iga-notice")
    assert (notice["what"], notice["value"], notice["unit"]) == ("notice", "365", "d")
    for row in table("partners/statements.csv"):
        assert row["known_on"][:7] == row["date"][:7], row
    shares = [float(row["usos_share_frac"]) for row in table("partners/partners.csv")]
    assert sum(shares) == pytest.approx(1.0)


def test_launchers_fly_from_known_pads_and_lift_known_ships() -> None:
    launchers, sites = {row["id"]: row for row in table("fleet/launchers.csv")}, table("fleet/sites.csv")
    pads = {row["id"] for row in sites}
    assert {row["site"] for row in sites} == {
        "baikonur", "plesetsk", "vostochny", "kennedy", "canaveral", "vandenberg", "wallops", "tanegashima", "kourou",
    }  # fmt: skip
    for row in launchers.values():
        assert set(row["sites"].split(";")) <= pads, row
    for row in table("fleet/vehicles.csv"):
        assert set(row["launchers"].split(";")) <= set(launchers), row
        assert row["family"] in {launchers[key]["family"] for key in row["launchers"].split(";")}, row
    for row in table("traffic/flights.csv"):
        assert row["launcher"] in launchers and row["pad"] in pads, row
    assert {row["launcher"] for row in table("fleet/stages.csv")} <= set(launchers)


@pytest.mark.parametrize(
    "day, published_kg, tolerance, ships",
    [
        ("2006-09-15", 200_800, 0.05, False), ("2007-06-28", 218_800, 0.05, False), ("2011-06-11", 417_000, 0.03, True),
        ("2021-12-20", 448_009, 0.03, True), ("2023-03-03", 473_413, 0.03, True), ("2024-03-15", 459_154, 0.03, True),
    ],
)  # fmt: skip
def test_mass_meets_the_published_figures(day: str, published_kg: float, tolerance: float, ships: bool) -> None:
    """The density was fitted to 2021-24 (those three are in sample); 2006, 2007 and 2011 are out of sample."""
    now = when(day + "T12:00:00Z")
    known = {row["id"]: float(row["value"]) for row in table("stations/iss/outfitting.csv") if not row["on"]}
    mass = 0.0
    for row in table("stations/iss/parts.csv"):
        if when(row["valid_from"]) <= now < when(row["valid_to"]):
            age_y = (now - when(row["arrives_utc"])) / timedelta(days=365.25)
            mass += float(row["mass_kg"]) + float(row["outfit_kg"]) * (1 - exp(-age_y / known["outfit_time_y"]))
    days = {row["on"] for row in table("stations/iss/outfitting.csv") if row["on"] and row["on"] <= day}
    mass += sum(float(r["value"]) for r in table("stations/iss/outfitting.csv") if r["on"] == max(days))
    mass += _ships_kg(now) if ships else 0.0
    assert mass == pytest.approx(published_kg, rel=tolerance)


def _ships_kg(now: datetime) -> float:
    """Docked ships half unloaded."""
    vehicles = {row["id"]: row for row in table("fleet/vehicles.csv")}
    visits = [row for row in table("traffic/flights.csv") if row["dock_utc"]]
    docked = [row for row in visits if when(row["dock_utc"]) <= now < when(row["undock_utc"])]
    return sum(
        float(vehicles[r["vehicle"]]["empty_mass_kg"]) + 0.5 * float(r["cargo_up_kg"] or 0)
        + 0.5 * float(vehicles[r["vehicle"]]["reboost_propellant_kg"]) for r in docked
    )  # fmt: skip


def test_the_rules_of_the_record() -> None:
    """facts/README.md: at most 8 ships and 13 people, longest stays, shortest turnaround of a port 27.8 h."""
    stays = [(when(r["dock_utc"]), when(r["undock_utc"]), r) for r in table("traffic/flights.csv") if r["dock_utc"]]
    end = datetime(2026, 7, 13, tzinfo=UTC)
    assert max(sum(a <= t < b for a, b, _ in stays) for t, _, _ in stays if t < end) == 8
    assert max(int(row["people_count"]) for row in table("crew/history.csv")) == 13
    longest: dict[str, float] = {}
    for begin, leave, row in stays:
        if row["undock_utc"]:
            kind = row["vehicle"].split("-")[0]
            longest[kind] = max(longest.get(kind, 0.0), (leave - begin) / timedelta(days=1))
    assert {k: round(longest[k]) for k in ("soyuz", "crew", "progress", "cygnus")} == {
        "soyuz": 245, "crew": 233, "progress": 368, "cygnus": 234,
    }  # fmt: skip
    by_port: dict[str, list[tuple[datetime, datetime]]] = {}
    moved = {row["id"] for _, _, row in stays if row["relocations"]}
    for flight, port, begin, leave in stays_at_ports():
        if flight not in moved:
            by_port.setdefault(port, []).append((begin, leave))
    gaps = [b[0] - a[1] for spans in by_port.values() for a, b in pairwise(sorted(spans))]
    assert min(gaps) / timedelta(hours=1) == pytest.approx(27.8, abs=0.1)


def test_altitude_holds_one_row_a_day() -> None:
    dates = [row["date"] for row in table("orbit/altitude.csv")]
    assert dates == sorted(set(dates))
    assert all(250 < float(row["alt_brouwer_km"]) < 430 for row in table("orbit/altitude.csv"))


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


def test_each_stay_has_a_seat_from_docking_to_undocking() -> None:
    by_stay: dict[str, list[dict[str, str]]] = {}
    for row in table("crew/seats.csv"):
        by_stay.setdefault(row["stay"], []).append(row)
    flights = {row["id"]: row for row in table("traffic/flights.csv")}
    for stay in table("crew/stays.csv"):
        rows = sorted(by_stay[stay["id"]], key=lambda row: row["from_utc"])
        assert (rows[0]["from_utc"], rows[-1]["to_utc"]) == (stay["dock_utc"], stay["undock_utc"])
        assert all(a["to_utc"] == b["from_utc"] for a, b in pairwise(rows)), stay["id"]
        assert stay["dock_utc"] == flights[stay["up_flight"]]["dock_utc"], stay["id"]
        assert not stay["down_flight"] or stay["undock_utc"] == flights[stay["down_flight"]]["undock_utc"], stay["id"]


def test_only_a_dragon_with_the_trunk_kit_pushes() -> None:
    push = {row["id"]: float(row["reboost_propellant_kg"]) for row in table("fleet/vehicles.csv")}
    assert push["cargo-dragon-2"] == 0
    kit = next(row for row in table("fleet/vehicles.csv") if row["id"] == "cargo-dragon-boost")
    delta_v = float(kit["isp_s"]) * 9.80665 * push["cargo-dragon-boost"] / 460_000
    assert delta_v == pytest.approx(float(kit["reboost_delta_v_m_per_s"]), rel=0.02)
    assert [f["id"] for f in table("traffic/flights.csv") if f["vehicle"] == "cargo-dragon-boost"] == ["dragon-crs-33"]
