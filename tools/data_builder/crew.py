"""crew/stays.csv, crew/seats.csv and crew/history.csv."""

from __future__ import annotations

from .common import Row, Source, columns, slug, status_of, utc

PARTNERS = {
    "NASA": "nasa", "Roscosmos": "roscosmos", "ESA": "esa", "JAXA": "jaxa", "CSA": "csa", "private/other": "commercial",
}
FIRST_FROM_QUEST, FIRST_FROM_PIRS, FIRST_FROM_POISK = "2001-07-20", "2001-10-08", "2020-11-18"
STAY_FIELDS = columns("id person partner nationality role up_flight down_flight dock_utc undock_utc source status")
SEAT_FIELDS = columns("stay person from_utc to_utc flight basis reason source status")
HISTORY_FIELDS = columns(
    "date people_count nasa roscosmos esa jaxa csa commercial expedition crew_ships_count source status"
)


def stay_id(row: Row) -> str:
    return f"{slug(row['name'])}-{slug(row['up_vehicle'])}"


def build(source: Source) -> list[dict[str, object]]:
    stays = source.facts("crew_stays.csv")
    rows: list[dict[str, object]] = [
        {
            "id": stay_id(row), "person": row["name"], "partner": PARTNERS[row["agency"]],
            "nationality": row["nationality"], "role": row["role"], "up_flight": slug(row["up_vehicle"]),
            "down_flight": slug(row["down_vehicle"]), "dock_utc": utc(row["dock_utc"]),
            "undock_utc": utc(row["undock_utc"]), "source": "facts/crew_stays.csv: " + row["source"],
            "status": status_of(row["source"]),
        }
        for row in stays
    ]
    source.write("crew/stays.csv", rows, STAY_FIELDS)
    _seats(source, stays)
    _history(source)
    _evas(source)
    return rows


def _seats(source: Source, stays: list[Row]) -> None:
    by_name: dict[str, list[Row]] = {}
    for row in stays:
        by_name.setdefault(row["name"], []).append(row)
    out = []
    for row in source.facts("seats_home.csv"):
        begin = utc(row["from_utc"])
        stay = max((s for s in by_name[row["name"]] if utc(s["dock_utc"]) <= begin), key=lambda s: utc(s["dock_utc"]))
        flight = "" if row["basis"] in ("no safe seat",) else slug(row["vehicle"].split(" (")[0])
        out.append({
            "stay": stay_id(stay), "person": row["name"], "from_utc": begin, "to_utc": utc(row["to_utc"]),
            "flight": flight, "basis": row["basis"], "reason": row["reason"], "source": "facts/seats_home.csv",
            "status": "derived",
        })
    source.write("crew/seats.csv", out, SEAT_FIELDS)
    exceptions = [
        {
            "from_utc": utc(row["from_utc"]), "to_utc": utc(row["to_utc"]), "people_count": row["aboard"],
            "seats_count": row["normal_seats_docked"], "short_count": row["short"],
            "flights": ";".join(slug(name) for name in row["vehicles"].split(";")), "reason": row["known_reason"],
            "source": "facts/seat_exceptions.csv", "status": "found",
        }
        for row in source.facts("seat_exceptions.csv")
    ]
    fields = columns("from_utc to_utc people_count seats_count short_count flights reason source status")
    source.write("crew/seat_exceptions.csv", exceptions, fields)


def _evas(source: Source) -> None:
    """Spacewalks: whose hours, and whose air. The listing gives segment and increment, not the airlock; those made while a
    Shuttle was docked belong to the joint mission, whoever went out."""
    shuttles = [
        (utc(row["docking_utc"]), utc(row["undock_utc"]))
        for row in source.facts("visiting_vehicles.csv") if row["vehicle_type"] == "Space Shuttle" and row["docking_utc"]
    ]  # fmt: skip
    out = []
    for row in source.facts("evas.csv"):
        begin = utc(row["start_utc"]) or row["date"] + "T12:00:00Z"
        visitors = row["vehicle_or_increment"].startswith("STS") or any(a <= begin <= b for a, b in shuttles)
        segment = "russian" if row["segment"] == "Russian" else "us"
        if segment == "us":
            from_shuttle = begin < FIRST_FROM_QUEST or (visitors and "Shuttle based" in row["purpose"])
            airlock = "" if from_shuttle else "quest"
        else:
            airlock = "" if begin < FIRST_FROM_PIRS else "pirs" if begin < FIRST_FROM_POISK else "poisk"
        out.append({
            "id": "eva-" + begin[:16].replace(":", "").replace("T", "-"), "start_utc": begin, "end_utc": utc(row["end_utc"]),
            "duration_min": row["duration_min"], "segment": segment, "by": "visitors" if visitors else "residents",
            "airlock": airlock, "purpose": row["purpose"][:120],
            "source": "facts/evas.csv; airlock by date (Quest from 2001-07-21, Pirs from 2001-10-08, Poisk from 2020-11-18: recalled)",
            "status": "derived",
        })
    fields = columns("id start_utc end_utc duration_min segment by airlock purpose source status")
    source.write("crew/evas.csv", out, fields)


def _history(source: Source) -> None:
    rows = [
        {
            "date": row["date"], "people_count": row["aboard_12utc"], "nasa": row["n_NASA"],
            "roscosmos": row["n_Roscosmos"], "esa": row["n_ESA"], "jaxa": row["n_JAXA"], "csa": row["n_CSA"],
            "commercial": row["n_private_other"], "expedition": row["expedition"],
            "crew_ships_count": row["crew_vehicles_docked"], "source": "facts/crew_history.csv", "status": "derived",
        }
        for row in source.facts("crew_history.csv")
    ]
    source.write("crew/history.csv", rows, HISTORY_FIELDS)
