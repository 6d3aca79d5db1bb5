"""CCSDS Orbit Ephemeris Messages (OEM, CCSDS 502.0): KVN or XML in, KVN out; NASA's header comments are understood."""

from __future__ import annotations

import gzip
import math
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stationkeep.model.files import InputError

EPOCH_2000 = datetime(2000, 1, 1, tzinfo=UTC)
TT_MINUS_TAI_S = 32.184
"""Terrestrial time less atomic time. Source: IAU 1991, resolution A4."""
TAI_MINUS_GPS_S = 19.0
"""Atomic time less GPS time. Source: IS-GPS-200."""
LEAP_SECONDS = (
    ("1996-01-01", 30), ("1997-07-01", 31), ("1999-01-01", 32), ("2006-01-01", 33), ("2009-01-01", 34),
    ("2012-07-01", 35), ("2015-07-01", 36), ("2017-01-01", 37),
)  # fmt: skip
"""TAI - UTC from the date on, s. Source: IERS Bulletin C (none announced after 2017 to the end of 2026)."""

_XML_END = re.compile(r"</(?:\w+:)?oem\s*>")
_XML_TAG = re.compile(r"<(?:\w+:)?(metadata|stateVector|oem)\b|</(?:\w+:)?(\w+)\s*>")
STATE_KEYS = ("X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT")
_EPOCH = re.compile(r"(\d{4})-(?:(\d{3})|(\d{2})-(\d{2}))(?:T(\d{2}):(\d{2}):(\d{2}(?:\.\d+)?))?Z?")
_EVENT = re.compile(r" ?(.{20}) +(\d{3}):(\d{2}):(\d{2}):(\d{2}(?:\.\d+)?) +([\d.]+) +([\d.]+) +([\d.]+)\s*$")
_FACT = re.compile(r"\s*(MASS|DRAG_AREA|DRAG_COEFF)\s*=\s*([-+\d.eE]+)\s*$")


class OemEvent(NamedTuple):
    """A row of NASA's event summary. The speed is unsigned (deboosts too); announced burns slip or are cancelled."""

    name: str
    t_s: float
    delta_v_m_per_s: float
    apogee_km: float
    perigee_km: float


class Oem(NamedTuple):
    """One object's ephemeris, all segments joined. Times are UTC seconds since 2000-01-01 without leap seconds.

    `t_s` (n,), `r_m` and `v_m_per_s` (n, 3) in `frame`. What a file lacks is NaN (`created_t_s`, mass, area, Cd).
    """

    object_name: str
    object_id: str
    frame: str
    t_s: NDArray[np.float64]
    r_m: NDArray[np.float64]
    v_m_per_s: NDArray[np.float64]
    created_t_s: float = math.nan
    mass_kg: float = math.nan
    drag_area_m2: float = math.nan
    drag_coefficient: float = math.nan
    events: tuple[OemEvent, ...] = ()
    originator: str = ""

    @property
    def ballistic_m2_per_kg(self) -> float:
        """Cd A / m of the header comments; only this product means anything there."""
        return self.drag_coefficient * self.drag_area_m2 / self.mass_kg


def parse_utc(text: str) -> float:
    """Seconds since 2000-01-01 (UTC, no leap seconds) of a CCSDS date (calendar or day of year), or ValueError."""
    match = _EPOCH.fullmatch(text.strip())
    if match is None:
        raise ValueError("not a date")
    year, day_of_year, month, day, hour, minute, second = match.groups()
    if day_of_year is None:
        date = datetime(int(year), int(month), int(day), tzinfo=UTC)
    else:
        date = datetime(int(year), 1, 1, tzinfo=UTC) + timedelta(days=int(day_of_year) - 1)
        if date.year != int(year):
            raise ValueError("no such day of the year")
    if int(hour or 0) > 23 or int(minute or 0) > 59 or float(second or 0.0) >= 61.0:
        raise ValueError("no such time of day")
    days = (date - EPOCH_2000).days
    return days * 86400.0 + int(hour or 0) * 3600.0 + int(minute or 0) * 60.0 + float(second or 0.0)


def iso_utc(t_s: float, digits: int = 3) -> str:
    """`t_s` as ISO 8601 UTC without a zone, rounded to `digits` decimals of a second (0 to 6)."""
    scale = 10**digits
    ticks = round(t_s * scale)
    moment = EPOCH_2000 + timedelta(seconds=ticks // scale)
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{ticks % scale:0{digits}d}" if digits else text


def to_utc(t_s: NDArray[np.float64], scale: str) -> NDArray[np.float64]:
    """Readings of clock `scale` (UTC, TAI, TT, GPS) as UTC readings; ValueError for another clock or before 1996."""
    ahead_of_tai_s = {"TAI": 0.0, "TT": TT_MINUS_TAI_S, "GPS": -TAI_MINUS_GPS_S}
    if scale == "UTC":
        return t_s
    if scale not in ahead_of_tai_s:
        raise ValueError(f"time system {scale} is not read")
    tai_s = t_s - ahead_of_tai_s[scale]
    starts_s = np.array([parse_utc(date) + offset for date, offset in LEAP_SECONDS])
    row = np.searchsorted(starts_s, tai_s, side="right") - 1
    if np.any(row < 0):
        raise ValueError("dates before 1996 are not converted")
    return np.asarray(tai_s - np.array([offset for _, offset in LEAP_SECONDS], dtype=np.float64)[row])


def read_oem(path: str | Path) -> Oem:
    """Read an OEM file (KVN or XML, plain or .gz). Raises InputError with file and line."""
    file = str(path)
    try:
        raw = Path(path).read_bytes()
        raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
        text = raw.decode("utf-8")
    except (OSError, EOFError) as error:
        raise InputError(file, None, getattr(error, "strerror", None) or str(error), "give an OEM file") from None
    except UnicodeDecodeError:
        raise InputError(file, None, "not a text file", "give a CCSDS OEM in KVN or XML") from None
    tokens = _xml_tokens(text, file) if text.lstrip().startswith("<") else _kvn_tokens(text, file)
    return _Builder(file).build(tokens)


Token = tuple[int, str, str]
"""Line number, keyword, value. A state is one token `STATE` whose value is epoch, position and velocity in words."""


def _kvn_tokens(text: str, file: str) -> Iterator[Token]:
    inside_covariance = False
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line:
            continue
        if line in ("COVARIANCE_START", "COVARIANCE_STOP"):
            inside_covariance = line.endswith("START")
        elif line.startswith("COMMENT"):
            yield number, "COMMENT", raw.lstrip()[7:].removeprefix(" ")
        elif line in ("META_START", "META_STOP"):
            yield number, line, ""
        elif inside_covariance:
            continue
        elif "=" in line:
            key, value = line.split("=", 1)
            yield number, key.strip(), value.strip()
        elif line[0].isdigit():
            yield number, "STATE", line
        else:
            raise InputError(file, number, f"'{line[:40]}' is no OEM line", "expected KEYWORD = value or a state")


def _xml_tokens(text: str, file: str) -> Iterator[Token]:
    """Leaf elements by their closing tags, so that NASA's file that lost one opening bracket (2023-02-18) still reads.

    A state is reported on the line of its opening tag.
    """
    if not _XML_END.search(text):
        raise InputError(file, text.count("\n") + 1, "the file ends before </oem>", "fetch it again, it is cut off")
    state: dict[str, str] = {}
    line, state_line, at = 1, 1, 0
    for match in _XML_TAG.finditer(text):
        opened, tag = match.groups()
        value = text[at : match.start()].rsplit(">", 1)[-1]
        line += text.count("\n", at, match.start())
        at = match.start()
        if opened == "stateVector":
            state, state_line = {}, line
        elif opened:
            yield line, "META_START" if opened == "metadata" else "CCSDS_OEM_VERS", ""
        elif tag == "stateVector":
            yield state_line, "STATE", " ".join(state.get(key, "?") for key in ("EPOCH", *STATE_KEYS))
        elif tag == "metadata":
            yield line, "META_STOP", ""
        elif tag == "EPOCH" or tag in STATE_KEYS:
            state[tag] = value.strip()
        elif tag.isupper():
            yield line, tag, unescape(value) if tag == "COMMENT" else value.strip()


class _Builder:
    """Turns tokens into an `Oem`; knows the line of everything it refuses."""

    def __init__(self, file: str):
        self.file = file
        self.meta: dict[str, tuple[int, str]] = {}
        self.header: dict[str, tuple[int, str]] = {}
        self.facts: dict[str, float] = {}
        self.comments: list[str] = []
        self.parts: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
        self.rows: list[tuple[float, ...]] = []
        self.last_line = 1

    def refuse(self, line: int | None, message: str, advice: str) -> InputError:
        return InputError(self.file, line, message, advice)

    def build(self, tokens: Iterable[Token]) -> Oem:
        first: dict[str, tuple[int, str]] = {}
        inside = False
        for line, key, value in tokens:
            self.last_line = line
            if not self.header and key not in ("CCSDS_OEM_VERS", "COMMENT"):
                raise self.refuse(line, f"an OEM starts with CCSDS_OEM_VERS, not '{key}'", "give a CCSDS OEM file")
            if key == "META_START":
                self._close_segment()
                self.meta, inside = {}, True
            elif key == "META_STOP":
                self._check_meta(line, first)
                first, inside = first or self.meta, False
            elif key == "STATE":
                self._state(line, value, inside)
            elif key == "COMMENT":
                self._comment(value)
            else:
                (self.meta if inside else self.header)[key] = (line, value)
        self._close_segment()
        if not self.parts:
            raise self.refuse(self.last_line, "no state in the file", "a state is a line of epoch x y z vx vy vz")
        t_s = np.concatenate([t for t, _ in self.parts])
        states = np.concatenate([s for _, s in self.parts])
        if np.any(np.diff(t_s) < 0.0):
            raise self.refuse(None, "segments are not in order of time", "sort the segments")
        mass_kg, area_m2, coefficient = (self.facts.get(key, math.nan) for key in ("MASS", "DRAG_AREA", "DRAG_COEFF"))
        return Oem(
            first["OBJECT_NAME"][1], first["OBJECT_ID"][1], first["REF_FRAME"][1].upper(), t_s,
            states[:, :3] * 1e3, states[:, 3:] * 1e3, self._created(), mass_kg, area_m2, coefficient,
            tuple(_events(self.comments, float(t_s[0]))), self.header.get("ORIGINATOR", (0, ""))[1],
        )  # fmt: skip

    def _check_meta(self, line: int, first: dict[str, tuple[int, str]]) -> None:
        for key in ("OBJECT_NAME", "OBJECT_ID", "CENTER_NAME", "REF_FRAME", "TIME_SYSTEM"):
            if key not in self.meta:
                raise self.refuse(line, f"the metadata has no {key}", "add it before META_STOP")
        at, centre = self.meta["CENTER_NAME"]
        if centre.upper() != "EARTH":
            raise self.refuse(at, f"the centre is {centre}", "only orbits about the Earth are read")
        at, frame = self.meta["REF_FRAME"]
        if first and frame.upper() != first["REF_FRAME"][1].upper():
            raise self.refuse(at, f"the frame changes to {frame}", "give one frame for all segments")

    def _state(self, line: int, value: str, inside: bool) -> None:
        words = value.split()
        if inside or not self.meta:
            raise self.refuse(line, "a state before the end of the metadata", "metadata end with META_STOP")
        if len(words) not in (7, 10):
            raise self.refuse(line, f"a state of {len(words)} words", "expected epoch x y z vx vy vz [ax ay az]")
        try:
            t_s = parse_utc(words[0])
        except ValueError as error:
            raise self.refuse(line, f"epoch '{words[0]}': {error}", "expected 2024-02-21T12:00:00.000") from None
        try:
            row = (t_s, *(float(word) for word in words[1:7]))
        except ValueError:
            raise self.refuse(line, "a state with a word that is no number", "six numbers, in km and km/s") from None
        if not all(map(math.isfinite, row)) or not 6000.0 < math.hypot(*row[1:4]) < 1e6:
            distance = math.hypot(*row[1:4])
            raise self.refuse(line, f"a state {distance:.6g} km from the Earth's centre", "positions are in km, not m")
        if self.rows and t_s < self.rows[-1][0]:
            raise self.refuse(line, f"epoch {words[0]} is earlier than the one before", "states go forward in time")
        self.rows.append(row)

    def _close_segment(self) -> None:
        if not self.rows:
            return
        table = np.array(self.rows)
        at, scale = self.meta["TIME_SYSTEM"]
        try:
            self.parts.append((to_utc(table[:, 0], scale.upper()), table[:, 1:]))
        except ValueError as error:
            raise self.refuse(at, str(error), "one of UTC, TAI, TT, GPS, after 1996") from None
        self.rows = []

    def _comment(self, text: str) -> None:
        fact = _FACT.match(text)
        if fact:
            self.facts.setdefault(fact[1], float(fact[2]))
        else:
            self.comments.append(text)

    def _created(self) -> float:
        line, text = self.header.get("CREATION_DATE", (None, ""))
        try:
            return parse_utc(text) if text else math.nan
        except ValueError as error:
            raise self.refuse(line, f"CREATION_DATE '{text}': {error}", "expected 2024-02-21T12:00:00") from None


def _events(comments: Iterable[str], start_t_s: float) -> Iterator[OemEvent]:
    """Rows of NASA's event summary; its dates are day of the year, in the year of the file or the next."""
    year = int(iso_utc(start_t_s)[:4])
    for text in comments:
        match = _EVENT.match(text)
        if match is None:
            continue
        name, day, hour, minute, second, speed, apogee, perigee = match.groups()
        t_s = parse_utc(f"{year}-{day}T{hour}:{minute}:{second}")
        if t_s < start_t_s - 180 * 86400.0:
            t_s = parse_utc(f"{year + 1}-{day}T{hour}:{minute}:{second}")
        yield OemEvent(name.strip(), t_s, float(speed), float(apogee), float(perigee))


def write_oem(path: str | Path, oem: Oem, originator: str = "STATIONKEEP", comments: Iterable[str] = ()) -> None:
    """Write a version 2.0 OEM in KVN, UTC, in the frame of `oem`; dates to the microsecond, km to the micrometre."""
    created_t_s = oem.created_t_s
    if not math.isfinite(created_t_s):
        created_t_s = (datetime.now(UTC) - EPOCH_2000).total_seconds()
    lines = [
        "CCSDS_OEM_VERS = 2.0",
        f"CREATION_DATE = {iso_utc(created_t_s)}",
        f"ORIGINATOR = {originator}",
        "",
        "META_START",
        f"OBJECT_NAME = {oem.object_name}",
        f"OBJECT_ID = {oem.object_id}",
        "CENTER_NAME = EARTH",
        f"REF_FRAME = {oem.frame}",
        "TIME_SYSTEM = UTC",
        f"START_TIME = {iso_utc(oem.t_s[0], 6)}",
        f"STOP_TIME = {iso_utc(oem.t_s[-1], 6)}",
        "META_STOP",
        "",
    ]
    facts = {"MASS": oem.mass_kg, "DRAG_AREA": oem.drag_area_m2, "DRAG_COEFF": oem.drag_coefficient}
    if all(map(math.isfinite, facts.values())):
        lines.append("COMMENT Units are in kg and m^2")
        lines += [f"COMMENT {key}={value:.10g}" for key, value in facts.items()]
    lines += [f"COMMENT {comment}" for comment in comments]
    for t_s, r_m, v_m_per_s in zip(oem.t_s, oem.r_m, oem.v_m_per_s, strict=True):
        position = " ".join(f"{x / 1e3:.9f}" for x in r_m)
        velocity = " ".join(f"{x / 1e3:.12f}" for x in v_m_per_s)
        lines.append(f"{iso_utc(float(t_s), 6)} {position} {velocity}")
    Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")
