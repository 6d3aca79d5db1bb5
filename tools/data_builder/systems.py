"""stations/iss/tanks.csv, engines.csv and seams.csv: what holds propellant, what pushes, what a cut severs.

Water, gases and dry goods are in containers.csv, which another builder writes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .common import Row, Source, columns

ZVEZDA, NAUKA = "2000-07-26T00:45:00Z", "2021-07-29T13:29:00Z"
ENG = "facts/engineering.md"
# id, part, owner, resource, capacity kg, from, to, note, source, status
Tank = tuple[str, str, str, str, float, str, str, str, str, str]
TANKS: tuple[Tank, ...] = (
    ("zvezda-propellant", "zvezda", "roscosmos", "propellant", 860.0, ZVEZDA, "", "feeds mains and attitude thrusters",
     f"{ENG} C3", "found"),
    ("zarya-propellant", "zarya", "roscosmos", "propellant", 5500.0, "1998-11-20T06:40:00Z", "",
     "16 tanks, store for Zvezda; 6,100 recalled elsewhere; bought by NASA, filled by Roscosmos", f"{ENG} C3", "found"),
    ("nauka-propellant", "nauka", "roscosmos", "propellant", 500.0, NAUKA, "",
     "attitude thrusters only; refillable since the line-up of 2022", "no figure found", "assumed"),
)
TANK_FIELDS = columns("id part owner resource capacity_kg from_utc to_utc note source status")

# id, part or vehicle, kind, use, thrust value/low/high N, isp value/low/high s, count, feeds, needs free port, note,
# source, status. `thrust_N` of reboost rows is the measured push along the orbit.
Engine = tuple[str, str, str, str, float, float, float, float, float, float, int, str, str, str, str, str]
ENGINES: tuple[Engine, ...] = (
    ("zvezda-mains", "zvezda", "part", "reboost", 5930.0, 5600.0, 6140.0, 292.0, 288.0, 300.0, 2,
     "zvezda-propellant;zarya-propellant", "zvezda-aft", "2 x 3,070 N; 40 s on 2017-03-02 gave +1.0 km",
     f"{ENG} C2 (rusreality 2017-03-02)", "found"),
    ("zvezda-thrusters", "zvezda", "part", "attitude", 130.0, 120.0, 140.0, 275.0, 260.0, 290.0, 32,
     "zvezda-propellant;zarya-propellant", "", "32 of about 13 kgf", "recalled", "recalled"),
    ("nauka-thrusters", "nauka", "part", "attitude", 55.0, 13.0, 400.0, 270.0, 250.0, 290.0, 24, "nauka-propellant", "",
     "20 of 40 kgf class spent after docking; roll assist under Zvezda's computers", "recalled, weak", "recalled"),
    ("progress-thrusters", "progress-ms", "vehicle", "reboost", 740.0, 350.0, 745.0, 290.0, 285.0, 300.0, 8,
     "zvezda-propellant;zarya-propellant", "", "8 thrusters 700-745 N (2022-23); 4 of them 350 N (2005-06)",
     f"{ENG} C2", "found"),
    ("progress-attitude", "progress-ms", "vehicle", "attitude", 130.0, 120.0, 140.0, 275.0, 260.0, 290.0, 28, "ship",
     "", "used by Zvezda's computers for roll and for yaw from Pirs/Poisk", "recalled", "recalled"),
    ("atv-mains", "atv", "vehicle", "reboost", 980.0, 980.0, 995.0, 290.0, 270.0, 310.0, 2, "ship", "",
     "2 of 4 x 490 N; 882 s gave 2.1 m/s", f"{ENG} C2", "found"),
    ("atv-attitude", "atv", "vehicle", "attitude", 220.0, 200.0, 220.0, 275.0, 260.0, 290.0, 28, "ship", "", "",
     "recalled", "recalled"),
    ("shuttle-verniers", "shuttle", "vehicle", "reboost", 204.0, 110.0, 420.0, 265.0, 260.0, 270.0, 4, "ship", "",
     "mean push of the duty-cycled verniers, STS-122", f"{ENG} C2 [D]", "derived"),
    ("shuttle-attitude", "shuttle", "vehicle", "attitude", 106.0, 106.0, 106.0, 265.0, 260.0, 270.0, 6, "ship", "",
     "vernier thrusters of 24 lbf", "recalled", "recalled"),
    ("cygnus-main", "cygnus-enhanced", "vehicle", "reboost", 445.0, 420.0, 470.0, 320.0, 310.0, 325.0, 1, "ship", "",
     "OA-9E 427 N, NG-17 419 N, NG-19 467 N", f"{ENG} C2", "found"),
    ("dragon-kit", "cargo-dragon-boost", "vehicle", "reboost", 750.0, 685.0, 800.0, 300.0, 290.0, 300.0, 2, "ship", "",
     "two Dracos of the trunk kit; 8.9 m/s a kit", f"{ENG} C2", "found"),
    ("usdv-dracos", "usdv", "vehicle", "reboost", 10400.0, 9000.0, 10400.0, 300.0, 290.0, 300.0, 26, "ship", "",
     "46 Dracos in all; 26 of 400 N along the axis recalled", f"{ENG} E (46 Dracos)", "recalled"),
)
ENGINE_NAMES = columns(
    "id giver kind use thrust_N thrust_low_N thrust_high_N isp_s isp_low_s isp_high_s count feeds_from needs_free_port "
    "note source status"
)
# Attitude sets: force per axis (two thrusters), place along the flight axis and arm about it, m from the geometry.
ATTITUDE_ARMS: dict[str, tuple[float, float, float]] = {
    "zvezda-thrusters": (260.0, -34.5, 2.1), "nauka-thrusters": (110.0, -23.7, 8.0),
    "progress-attitude": (260.0, -23.7, 9.0), "atv-attitude": (440.0, -40.0, 2.2),
    "shuttle-attitude": (212.0, 18.0, 10.0),
}
ENGINE_FIELDS = [*ENGINE_NAMES[:11], "axis_force_N", "x_m", "roll_arm_m", *ENGINE_NAMES[11:]]

# id, flow, direction, capacity, peak, unit, from, to, note, source, status: all at the cut Zarya forward / PMA-1.
Seam = tuple[str, str, str, object, object, str, str, str, str, str, str]
SEAMS: tuple[Seam, ...] = (
    ("power-early", "power", "russian>us", 2.0, 2.4, "kW", "1998-12-06T23:47:00Z", "2000-12-03T00:00:00Z",
     "Zarya fed Unity until P6 came", "Zarya arrays 3 kW average (engineering.md A5); transfer recalled", "recalled"),
    ("power-us-russian", "power", "us>russian", 1.5, 6.0, "kW", "2001-02-10T17:35:00Z", "",
     "standing 1-1.5 kW, up to 6 kW in reboost, docking, EVA (2012); 2015 statement: most of about 10 kW",
     f"{ENG} A5 (nauka.tass.ru 598344; energy-fresh.ru 10376)", "found"),
    ("power-russian-us", "power", "russian>us", 0.0, 1.5, "kW", "2001-02-10T17:35:00Z", "",
     "converters exist both ways; back-feed not used as routine", "recalled", "recalled"),
    ("air", "air", "both", "", "", "", "1998-12-06T23:47:00Z", "", "one atmosphere; ventilation through the hatches",
     "recalled", "recalled"),
    ("oxygen", "oxygen", "both", "", "", "", "2000-11-02T09:21:00Z", "", "either side's oxygen serves all",
     "recalled", "recalled"),
    ("water", "water", "both", "", "", "", "2000-11-02T09:21:00Z", "",
     "carried by hand in bags; US urine and Russian condensate are exchanged by agreement", "recalled", "recalled"),
    ("computers", "command", "both", "", "", "", "2001-02-10T17:35:00Z", "",
     "attitude state, thruster requests and mode between C&C MDMs and Zvezda's central computers (1553 bus)",
     "engineering.md C4, C6", "recalled"),
    ("desaturation", "desaturation", "russian>us", "", "", "", "2001-02-13T00:00:00Z", "",
     "US gyroscopes call Russian thrusters; the US segment has none", f"{ENG} C4, C6", "found"),
    ("crew", "passage", "both", "", "", "", "1998-12-10T00:00:00Z", "", "hatches Zarya/PMA-1/Unity", "recalled",
     "recalled"),
    ("communication", "communication", "us>russian", "", "", "", "2001-02-10T17:35:00Z", "",
     "Ku- and S-band relay for the Russian side; Russian VHF as back-up for Houston (used 2023-07-25)",
     "facts/incidents.csv mcch", "found"),
)
SEAM_FIELDS = columns(
    "id part_a part_b flow direction capacity peak unit from_utc to_utc note source status"
)


def _rows(names: Sequence[str], values: Sequence[Sequence[object]]) -> list[dict[str, object]]:
    return [dict(zip(names, row, strict=True)) for row in values]


def build(source: Source) -> None:
    source.write("stations/iss/tanks.csv", _rows(TANK_FIELDS, TANKS), TANK_FIELDS)
    engines = _rows(ENGINE_NAMES, ENGINES)
    for row in engines:
        if str(row["id"]) in ATTITUDE_ARMS:
            row["axis_force_N"], row["x_m"], row["roll_arm_m"] = ATTITUDE_ARMS[str(row["id"])]
    source.write("stations/iss/engines.csv", engines, ENGINE_FIELDS)
    seams = [{"part_a": "zarya", "part_b": "pma-1", **row}
             for row in _rows([f for f in SEAM_FIELDS if f not in ("part_a", "part_b")], SEAMS)]
    source.write("stations/iss/seams.csv", seams, SEAM_FIELDS)


def separation_disagreements(source: Source, parts: list[dict[str, object]],
                             part_id: Callable[[str], str]) -> list[Row]:
    """Rows of segment_separation.csv whose side is not the segment of the part here."""
    segment = {str(row["id"]): row["segment"] for row in parts}
    out = []
    for row in source.facts("geometry/segment_separation.csv"):
        side = "russian" if row["goes_with"] == "Russian" else "us"
        part = part_id(row["part_id"])
        if row["goes_with"] and segment.get(part, side) != side:
            out.append(row)
    return out
