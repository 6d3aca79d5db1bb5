"""stations/iss/parts.csv: every part with its dated places, masses and areas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import pi

from .common import Row, Source, columns, real, utc
from .exposure import Box, exposed_areas
from .mass import LAUNCH_PROPELLANT_KG, OUTFIT_KG_PER_M3, PLATFORM_SPARES_KG

# Elements drawn as several bodies that are one part here.
MERGED = {
    "zarya_fwd": "zarya", "zvezda_fwd": "zvezda", "zvezda_aft": "zvezda",
    "nauka_cone": "nauka", "nauka_adapter": "nauka", "z1_ku": "z1",
}
RENAMED = {
    "kibo_pm": "kibo", "ams": "ams-02", "ssrms": "canadarm2", "pma1": "pma-1", "pma2": "pma-2", "pma3": "pma-3",
    "ida2": "ida-2", "ida3": "ida-3", "elc1": "elc-1", "elc2": "elc-2", "elc3": "elc-3", "elc4": "elc-4",
    "esp1": "esp-1", "esp2": "esp-2", "esp3": "esp-3", "zarya_array_stbd": "zarya-array-starboard",
    "zvezda_array_stbd": "zvezda-array-starboard", "nauka_array_stbd": "nauka-array-starboard",
    "eeatcs_stbd": "eeatcs-starboard", "eeatcs_aft": "eeatcs-aft",
}
KINDS = {
    "quest": "airlock", "bishop": "airlock", "shk": "airlock", "kibo-ef": "platform", "bartolomeo": "platform",
    "ams-02": "payload", "mbs": "platform",
}
KIND_OF = {
    "module": "module", "truss": "truss", "array": "array", "radiator": "radiator", "robotics": "arm",
    "adapter": "adapter", "payload": "payload", "stowage": "platform", "antenna": "truss",
}
OWNERS = {
    "columbus": "esa", "bartolomeo": "commercial", "bishop": "commercial", "era": "esa", "canadarm2": "csa",
    "dextre": "csa", "kibo": "jaxa", "kibo-elm": "jaxa", "kibo-ef": "jaxa", "zarya": "nasa",
    "zarya-array-starboard": "nasa", "zarya-array-port": "nasa",
}
# The flight that brought each part, and the day it left with.
FLIGHTS = {
    "zarya": "launch", "zarya-array-starboard": "launch", "zarya-array-port": "launch", "zvezda": "launch",
    "zvezda-array-starboard": "launch", "zvezda-array-port": "launch", "nauka": "launch",
    "nauka-array-starboard": "launch", "nauka-array-port": "launch", "era": "launch",
    "unity": "sts-88", "pma-1": "sts-88", "pma-2": "sts-88", "z1": "sts-92", "pma-3": "sts-92",
    "p6": "sts-97", "pvr-p6": "sts-97", "wing-2b": "sts-97", "wing-4b": "sts-97", "eeatcs-starboard": "sts-97",
    "eeatcs-aft": "sts-97", "destiny": "sts-98", "esp-1": "sts-102", "canadarm2": "sts-100", "quest": "sts-104",
    "pirs": "progress-m-so1", "s0": "sts-110", "mbs": "sts-111", "s1": "sts-112", "hrs-beam-s1": "sts-112",
    "hrs-s1-1": "sts-112", "hrs-s1-2": "sts-112", "hrs-s1-3": "sts-112", "p1": "sts-113", "hrs-beam-p1": "sts-113",
    "hrs-p1-1": "sts-113", "hrs-p1-2": "sts-113", "hrs-p1-3": "sts-113", "esp-2": "sts-114", "p3": "sts-115",
    "p4": "sts-115", "pvr-p4": "sts-115", "wing-2a": "sts-115", "wing-4a": "sts-115", "p5": "sts-116",
    "s3": "sts-117", "s4": "sts-117", "pvr-s4": "sts-117", "wing-1a": "sts-117", "wing-3a": "sts-117",
    "s5": "sts-118", "esp-3": "sts-118", "harmony": "sts-120", "columbus": "sts-122", "kibo-elm": "sts-123",
    "dextre": "sts-123", "kibo": "sts-124", "s6": "sts-119", "pvr-s6": "sts-119", "wing-1b": "sts-119",
    "wing-3b": "sts-119", "kibo-ef": "sts-127", "poisk": "progress-m-mim2", "elc-1": "sts-129", "elc-2": "sts-129",
    "tranquility": "sts-130", "cupola": "sts-130", "rassvet": "sts-132", "shk": "sts-132", "rtod": "sts-132",
    "leonardo": "sts-133", "elc-4": "sts-133", "ams-02": "sts-134", "elc-3": "sts-134", "beam": "dragon-crs-8",
    "ida-2": "dragon-crs-9", "ida-3": "dragon-crs-18", "bartolomeo": "dragon-crs-20", "bishop": "dragon-crs-21",
    "irosa-2b": "dragon-crs-22", "irosa-4b": "dragon-crs-22", "prichal": "progress-m-um",
    "irosa-3a": "dragon-crs-26", "irosa-4a": "dragon-crs-26", "irosa-1a": "dragon-crs-28",
    "irosa-1b": "dragon-crs-28",
}
# Modules that flew themselves: instant of joining (modules.csv; Zvezda's hour recalled).
SELF_ARRIVALS = {"zarya": "1998-11-20T06:40:00Z", "zvezda": "2000-07-26T00:45:00Z", "nauka": "2021-07-29T13:29:00Z"}
# Dragon trunk and pressurised cargo is taken out days to weeks after berthing: the installation day counts.
INSTALLED_LATER = ("beam", "ida-2", "ida-3", "bartolomeo", "bishop", "irosa-")
LEAVES = {"pirs": ("2021-07-26T10:55:00Z", "progress-ms-16")}
TRACKS = {"none": "none", "TRRJ_X": "none", "SARJ": "alpha", "SELF_Y": "alpha", "BGA_Y": "alpha", "SARJ+BGA": "both"}
FIXED = ("none", "TRRJ_X", "SARJ")
TRACKED_KINDS = {"array", "wing", "blanket"}
FAR = "9999-12-31"
FIELDS = columns(
    "id name element kind owner segment arrives_utc leaves_utc arrives_with leaves_with valid_from valid_to state "
    "mass_kg outfit_kg volume_m3 x_m y_m z_m size_x_m size_y_m size_z_m area_x_m2 area_y_m2 area_z_m2 panel_area_m2 "
    "tracks rotates mount_part mount_port note source status"
)


@dataclass(frozen=True)
class Place:
    """One part, or one body of it, in one place between two days."""

    part: str
    element: str
    kind: str
    segment: str
    begin: str
    end: str
    state: str
    mass_kg: float
    volume_m3: float
    box: Box
    rotates: str
    panel_m2: float
    mount_part: str
    mount_port: str
    note: str
    source: str


def part_id(geometry_id: str) -> str:
    """'saw_2A' -> 'wing-2a', 'zvezda_aft' -> 'zvezda'."""
    name = MERGED.get(geometry_id, geometry_id)
    if name in RENAMED:
        return RENAMED[name]
    if name.startswith("saw_"):
        return "wing-" + name[4:].lower()
    return name.lower().replace("_", "-")


def kind_of(part: str, kind: str) -> str:
    if part.startswith("wing-"):
        return "wing"
    if part.startswith("irosa-"):
        return "blanket"
    return KINDS.get(part) or KIND_OF[kind]


def places(source: Source) -> list[Place]:
    rows = [r for r in source.facts("geometry/parts_geometry.csv") if r["kind"] not in ("vehicle", "array_base")]
    return [_place(row) for row in rows]


def _place(row: Row) -> Place:
    part = part_id(row["part_id"])
    kind = kind_of(part, row["kind"])
    size = (real(row["size_x"]), real(row["size_y"]), real(row["size_z"]))
    solid = real(row["solidity"], 1.0)
    tracked = kind in TRACKED_KINDS and row["rotates"] != "none"
    panel = sorted(size)[1] * sorted(size)[2] * solid if tracked else 0.0
    state = _state(part, kind, row)
    box = Box((real(row["cx"]), real(row["cy"]), real(row["cz"])), size, solid, row["shape"])
    host = part_id(row["mounted_to"].replace("mastcan_", "saw_")) if row["mounted_to"] not in ("", "root") else ""
    return Place(part, row["element"], kind, "russian" if row["segment"] == "Russian" else "us", row["valid_from"],
                 row["valid_to"], state, real(row["mass_kg"]), real(row["pressurised_volume_m3"]), box, row["rotates"],
                 panel, host, row["mount_port"], row["notes"], row["source"])


def _state(part: str, kind: str, row: Row) -> str:
    if kind in TRACKED_KINDS:
        return "deployed" if row["shape"] == "panel" else "stowed"
    if kind == "radiator" and "beam" not in part and part != "rtod":
        return "deployed" if row["shape"] == "panel" else "stowed"
    return "stowed" if row["mount_port"] == "stowage" else "fixed"


def merged(bodies: list[Place]) -> list[Place]:
    """Bodies of one part over the same days become one place: masses add, centres weigh by mass, boxes enclose."""
    groups: dict[tuple[str, str, str], list[Place]] = {}
    for body in bodies:
        groups.setdefault((body.part, body.begin, body.end), []).append(body)
    return [_enclose(group) if len(group) > 1 else group[0] for group in groups.values()]


def _enclose(group: list[Place]) -> Place:
    mass = sum(body.mass_kg for body in group)
    low = [min(b.box.centre[i] - b.box.size[i] / 2 for b in group) for i in range(3)]
    high = [max(b.box.centre[i] + b.box.size[i] / 2 for b in group) for i in range(3)]
    centre = tuple(sum(b.mass_kg * b.box.centre[i] for b in group) / mass for i in range(3))
    size = tuple(high[i] - low[i] for i in range(3))
    main = max(group, key=lambda body: body.mass_kg)
    hosts = [b for b in group if b.mount_part and b.mount_part != b.part]
    first = hosts[0] if hosts else main
    box = Box((centre[0], centre[1], centre[2]), (size[0], size[1], size[2]), main.box.solid, main.box.shape)
    return replace(main, mass_kg=mass, volume_m3=sum(b.volume_m3 for b in group), box=box,
                   mount_part=first.mount_part if first.mount_part != main.part else "", mount_port=first.mount_port,
                   note="; ".join(b.note for b in group if b.note))


def arrival(part: str, first_day: str, docks: Mapping[str, str]) -> str:
    """The instant the part joins: the docking of its flight, its own docking, or the day it was installed."""
    flight = FLIGHTS[part]
    if flight == "launch":
        host = "nauka" if part == "era" else part.split("-")[0]
        return SELF_ARRIVALS[host]
    if part.startswith(INSTALLED_LATER):
        return utc(first_day)
    return docks[flight]


def with_transit(rows: list[Place], arrives: str) -> list[Place]:
    """Fill the days between arrival and first place, and the days P6 hung on the arm, with a stowed place."""
    rows = sorted(rows, key=lambda row: row.begin)
    first = rows[0]
    if first.state == "deployed" and utc(first.begin) > arrives:
        rows.insert(0, _stowed(first, arrives[:10], first.begin, "stowed"))
    filled = [rows[0]]
    for row in rows[1:]:
        if row.begin > filled[-1].end:
            filled.append(_stowed(filled[-1], filled[-1].end, row.begin, "transit"))
        filled.append(row)
    last = filled[-1]
    if last.end != FAR and last.part not in LEAVES:
        filled.append(_stowed(last, last.end, FAR, "stowed"))
    return filled


STOWED_WING = (4.6, 3.3, 0.6)


def _stowed(row: Place, begin: str, end: str, state: str) -> Place:
    size = row.box.size
    if row.kind in TRACKED_KINDS or row.kind == "radiator":
        size = STOWED_WING if row.kind == "wing" else (0.9, 2.7, 3.12)
    box = Box(row.box.centre, size, 1.0, "box")
    note = "on the robot arm between Z1 and P5" if state == "transit" else "folded"
    return replace(row, begin=begin, end=end, state=state, box=box, rotates="none", panel_m2=0.0, note=note)


def build(source: Source, docks: Mapping[str, str]) -> list[dict[str, object]]:
    bodies = places(source)
    areas = exposed_areas([(b.part, b.begin, b.end, b.box, b.rotates in FIXED) for b in bodies])
    modules = {row["element"]: row for row in source.facts("modules.csv")}
    rows: list[dict[str, object]] = []
    by_part: dict[str, list[Place]] = {}
    for place in merged(bodies):
        by_part.setdefault(place.part, []).append(place)
    for part, part_rows in by_part.items():
        first_day = min(row.begin for row in part_rows)
        arrives = arrival(part, first_day, docks)
        for index, place in enumerate(with_transit(part_rows, arrives)):
            begin = arrives if index == 0 else utc(place.begin)
            rows.append(_row(place, begin, arrives, areas, modules))
    rows.sort(key=lambda row: (str(row["arrives_utc"]), str(row["id"]), str(row["valid_from"])))
    source.write("stations/iss/parts.csv", rows, FIELDS)
    return rows


def _row(place: Place, begin: str, arrives: str, areas: Mapping[tuple[str, str], tuple[float, float, float]],
         modules: Mapping[str, Row]) -> dict[str, object]:
    part = place.part
    leaves, leaves_with = LEAVES.get(part, ("", ""))
    end = "" if place.end == FAR else (leaves if leaves and leaves[:10] == place.end else utc(place.end))
    box = place.box
    area = areas.get((part, place.begin)) or (box.area(0), box.area(1), box.area(2))
    turning = place.panel_m2 or (box.area(0) if place.rotates == "SARJ" and box.shape == "panel" else 0.0)
    if turning:
        area = (turning * 2 / pi, 0.0, turning * 2 / pi)
    mass = place.mass_kg - LAUNCH_PROPELLANT_KG.get(part, 0.0) - PLATFORM_SPARES_KG.get(part, 0.0)
    module = modules.get(place.element, {})
    found = "found" if place.source.startswith("found") else "recalled"
    return {
        "id": part, "name": _name(part, place.element), "element": place.element, "kind": place.kind,
        "owner": OWNERS.get(part) or ("roscosmos" if place.segment == "russian" else "nasa"), "segment": place.segment,
        "arrives_utc": arrives, "leaves_utc": leaves, "arrives_with": FLIGHTS[part], "leaves_with": leaves_with,
        "valid_from": begin, "valid_to": end, "state": place.state, "mass_kg": mass,
        "outfit_kg": place.volume_m3 * OUTFIT_KG_PER_M3, "volume_m3": place.volume_m3,
        "x_m": box.centre[0], "y_m": box.centre[1], "z_m": box.centre[2], "size_x_m": box.size[0],
        "size_y_m": box.size[1], "size_z_m": box.size[2], "area_x_m2": area[0], "area_y_m2": area[1],
        "area_z_m2": area[2], "panel_area_m2": place.panel_m2,
        "tracks": TRACKS[place.rotates] if place.panel_m2 else "none",
        "rotates": place.rotates, "mount_part": place.mount_part, "mount_port": place.mount_port,
        "note": "; ".join(text for text in (place.note, module.get("notes", "")) if text),
        "source": f"facts/geometry/parts_geometry.csv ({place.source}); mass facts/modules.csv (recalled) or GCAT",
        "status": "recalled" if found == "found" else found,
    }


def brought_by(rows: list[dict[str, object]]) -> dict[str, list[str]]:
    """Part ids by the flight that carried them up."""
    out: dict[str, list[str]] = {}
    for row in rows:
        parts = out.setdefault(str(row["arrives_with"]), [])
        if str(row["id"]) not in parts:
            parts.append(str(row["id"]))
    return out


def _name(part: str, element: str) -> str:
    if part.startswith(("p3", "p4", "s3", "s4")) and len(part) == 2:
        return f"{part.upper()} truss"
    names = {"s5": "S5 truss", "esp-3": "ESP-3", "esp-1": "ESP-1"}
    return names.get(part, element)
