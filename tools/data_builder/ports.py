"""stations/iss/ports.csv: docking and berthing ports over time, who may use them and what a ship there can do."""

from __future__ import annotations

from .common import Row, Source, columns, utc
from .flights import PORT_IDS
from .parts import FAR, part_id

SOYUZ = ("soyuz-tm", "soyuz-tma", "soyuz-tma-m", "soyuz-ms")
PROGRESS = ("progress-m", "progress-m1", "progress-m-m", "progress-ms", "progress-ros")
BERTHED = ("htv", "htv-x", "dragon-1", "cygnus-standard", "cygnus-enhanced", "cygnus-xl", "dream-chaser")
IDSS = ("crew-dragon", "cargo-dragon-2", "cargo-dragon-boost", "starliner")
ACCEPTS = {
    "zvezda-aft": (*SOYUZ, *PROGRESS, "atv", "orel"),
    "zarya-nadir": (*SOYUZ, *PROGRESS),
    "pirs-nadir": (*SOYUZ, *PROGRESS, "progress-tug"),
    "poisk-zenith": (*SOYUZ, *PROGRESS, "orel", "progress-tug"),
    "rassvet-nadir": SOYUZ,
    "nauka-nadir": ("soyuz-ms", "progress-ms"),
    "prichal-nadir": ("soyuz-ms", "progress-ms", "progress-ros", "orel", "progress-tug"),
    "pma-2": ("shuttle",),
    "pma-3": ("shuttle",),
    "harmony-forward": (*IDSS, "usdv", "icm"),
    "harmony-zenith": IDSS,
    "unity-nadir": BERTHED,
    "harmony-nadir": BERTHED,
    "harmony-zenith-cbm": ("htv",),
}
# Share of a docked ship's axial thrust that raises the orbit. Ports across the flight path give 0: their lateral
# thrusters push a little (ports.csv `reboost`: limited), which is left out. CBM nadir ports push after the station is
# pitched so that nadir faces aft (Cygnus NG-17, NG-19: facts/engineering.md C2).
REBOOST_FRAC = {"zvezda-aft": 1.0, "harmony-forward": 1.0, "unity-nadir": 1.0, "harmony-nadir": 1.0, "pma-2": 1.0}
ATTITUDE = {"zvezda-aft", "zarya-nadir", "pirs-nadir", "poisk-zenith", "nauka-nadir", "prichal-nadir", "pma-2"}
# Ports that cannot be used at the same time: one is the inner face of the other, or a module sits on it.
BLOCKS = {
    "zvezda-nadir": "pirs-nadir;nauka-nadir;prichal-nadir", "pirs-nadir": "nauka-nadir;prichal-nadir",
    "nauka-nadir": "pirs-nadir;prichal-nadir", "prichal-nadir": "pirs-nadir;nauka-nadir",
    "zvezda-zenith": "poisk-zenith", "zarya-nadir": "rassvet-nadir", "rassvet-nadir": "zarya-nadir",
    "pma-2": "harmony-forward", "harmony-forward": "pma-2", "harmony-zenith-cbm": "harmony-zenith",
    "harmony-zenith": "harmony-zenith-cbm",
}
# Exact opening and closing instants where facts/geometry/ports.csv has days (dockings of modules.csv and the flights).
CLOSED = {
    "zarya-nadir": (("2010-05-18T12:40:00Z", FAR),),
    "zarya-aft": (("2000-07-26T00:45:00Z", FAR),),
    "nauka-nadir": (("2021-11-26T15:19:39Z", FAR),),
    "unity-nadir": (
        ("2000-10-16T00:00:00Z", "2001-03-10T00:00:00Z"), ("2007-08-30T00:00:00Z", "2009-08-07T00:00:00Z"),
        ("2011-03-01T00:00:00Z", "2015-05-27T00:00:00Z"),
    ),
    "harmony-zenith-cbm": (
        ("2008-03-14T00:00:00Z", "2008-06-06T00:00:00Z"), ("2010-01-25T00:00:00Z", "2010-02-15T00:00:00Z"),
        ("2017-03-26T00:00:00Z", FAR),
    ),
}
OPENS = {
    "zvezda-aft": "2000-07-26T00:45:00Z", "pirs-nadir": "2001-09-17T01:05:00Z", "poisk-zenith": "2009-11-12T15:41:00Z",
    "rassvet-nadir": "2010-05-18T12:40:00Z", "nauka-nadir": "2021-07-29T13:29:00Z",
    "prichal-nadir": "2021-11-26T15:19:39Z", "zvezda-nadir": "2000-07-26T00:45:00Z",
    "zvezda-zenith": "2000-07-26T00:45:00Z", "unity-nadir": "1998-12-06T23:47:00Z", "pma-2": "1998-12-06T23:47:00Z",
}
CLOSES = {"pirs-nadir": "2021-07-26T10:55:00Z"}
# PMA-3 took the Shuttle only at Unity nadir in 2000-01; Harmony served no cargo ship at its first place.
USABLE_FROM = {"harmony-nadir": "2007-11-14T00:00:00Z"}
USABLE_TO = {"pma-3": "2001-03-10T00:00:00Z"}
FIELDS = columns(
    "id part standard x_m y_m z_m direction valid_from valid_to accepts refuels reboost_frac attitude blocks note "
    "source status"
)


def standard_of(text: str) -> str:
    for key, standard in (("SSVP", "SSVP"), ("APAS", "APAS"), ("IDA", "IDSS"), ("CBM", "CBM")):
        if key in text:
            return standard
    raise ValueError(f"unknown port type {text!r}")


def build(source: Source) -> list[dict[str, object]]:
    seen: set[str] = set()
    rows = []
    for row in source.facts("geometry/ports.csv"):
        port = PORT_IDS[row["port_id"]]
        begin = OPENS.get(port, utc(row["valid_from"])) if port not in seen else utc(row["valid_from"])
        end = CLOSES.get(port, "" if row["valid_to"] == FAR else utc(row["valid_to"]))
        seen.add(port)
        for first, last in _open_spans(begin, end, CLOSED.get(port, ())):
            rows.append(_row(port, row, first, last))
    rows.sort(key=lambda row: (str(row["id"]), str(row["valid_from"])))
    source.write("stations/iss/ports.csv", rows, FIELDS)
    return rows


def _open_spans(begin: str, end: str, closed: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    spans = []
    for first, last in closed:
        if first >= (end or "9999") or last <= begin:
            continue
        if first > begin:
            spans.append((begin, first))
        begin = last
    if begin != FAR and begin < (end or "9999"):
        spans.append((begin, end))
    return spans


def _row(port: str, row: Row, begin: str, end: str) -> dict[str, object]:
    refuels = row["refuelling_lines"].startswith("yes")
    note = "; ".join(text for text in (row["reboost"] if len(row["reboost"]) > 3 else "", row["notes"]) if text)
    if port == "rassvet-nadir":
        note += "; a Cygnus at unity-nadir must be moved off while a Soyuz docks here (found, state_2026-10-01.csv)"
    usable = begin >= USABLE_FROM.get(port, "") and begin < USABLE_TO.get(port, "9999")
    return {
        "id": port, "part": part_id(row["part_id"]), "standard": standard_of(row["type"]), "x_m": row["x"],
        "y_m": row["y"], "z_m": row["z"], "direction": row["direction"], "valid_from": begin, "valid_to": end,
        "accepts": ";".join(ACCEPTS.get(port, ()) if usable else ()), "refuels": refuels,
        "reboost_frac": REBOOST_FRAC.get(port, 0.0),
        "attitude": port in ATTITUDE, "blocks": BLOCKS.get(port, ""), "note": note,
        "source": f"facts/geometry/ports.csv ({row['source']}); accepts and reboost_frac from its columns",
        "status": "recalled" if "recalled" in row["source"] else "found" if "found" in row["source"] else "derived",
    }
