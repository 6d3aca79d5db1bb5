"""Mean element sets of SGP4: two- and three-line files (TLE), and OMM in KVN, XML, JSON or CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from html import unescape
from math import pi, radians
from pathlib import Path
from typing import Any, NamedTuple

from sgp4.api import WGS72, Satrec
from sgp4.io import compute_checksum

from stationkeep.formats.oem import parse_utc
from stationkeep.model.files import InputError

JD_2000 = 2451544.5
"""Julian date of 2000-01-01T00:00."""
ADVICE = "give lines '1 25544U ...' and '2 25544 ...' (a name line may precede), or an OMM in KVN, XML, JSON or CSV"
OMM_NUMBERS = (
    "BSTAR", "ECCENTRICITY", "ARG_OF_PERICENTER", "INCLINATION", "MEAN_ANOMALY", "MEAN_MOTION", "RA_OF_ASC_NODE",
)  # fmt: skip
"""What SGP4 needs, in sgp4init's order (deg, revolutions per day); the rates of the mean motion are not used."""
DAYS_1949_TO_2000 = 18263.0
"""sgp4init counts days from 1949-12-31."""
_XML_TAG = re.compile(r"<(?:\w+:)?(omm)\b|<(?:\w+:)?([A-Z_]+)(?:\s[^>]*)?>([^<]*)</")


class Elements(NamedTuple):
    """One element set: UTC epoch (seconds since 2000-01-01 without leap seconds) and the satellite as sgp4 takes it.

    B* in it is no ballistic coefficient. `line` is where the set stands in its file.
    """

    name: str
    norad_id: int
    epoch_t_s: float
    satellite: Satrec
    line: int


def read_elements(path: str | Path) -> list[Elements]:
    """Every element set of a file, in the order of their epochs. Raises InputError with file and line."""
    file = str(path)
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(file, None, error.strerror or "cannot be read", ADVICE) from None
    except UnicodeDecodeError:
        raise InputError(file, None, "not a text file", ADVICE) from None
    head = text.lstrip()
    if not head:
        raise InputError(file, 1, "the file is empty", ADVICE)
    first_line = head.splitlines()[0]
    found: Iterator[Elements]
    if head[0] in "[{":
        found = (_omm(file, line, fields) for line, fields in _json_sets(file, text))
    elif head[0] == "<":
        found = (_omm(file, line, fields) for line, fields in _xml_sets(text))
    elif "," in first_line and "EPOCH" in first_line:
        found = (_omm(file, line, fields) for line, fields in _csv_sets(text))
    elif "=" in first_line:
        found = (_omm(file, line, fields) for line, fields in _kvn_sets(text))
    else:
        found = _tle_sets(file, text)
    sets = sorted(found, key=lambda item: item.epoch_t_s)
    if not sets:
        raise InputError(file, 1, "no element set in the file", ADVICE)
    return sets


def nearest(sets: Iterable[Elements], t_s: float) -> Elements:
    """The set whose epoch lies nearest to a time."""
    return min(sets, key=lambda item: abs(item.epoch_t_s - t_s))


def _tle_sets(file: str, text: str) -> Iterator[Elements]:
    name, first, first_at = "", "", 0
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.rstrip()
        if not line or line.startswith("#"):
            continue
        if first and not line.startswith("2 "):
            raise InputError(file, number, "a line 1 without its line 2", "line 2 follows at once: '2 25544 ...'")
        if line.startswith("1 ") and len(line) > 24:
            first, first_at = _checked(file, number, line), number
        elif line.startswith("2 ") and len(line) > 24:
            second = _checked(file, number, line)
            if not first:
                raise InputError(file, number, "a line 2 without its line 1", "line 1 stands before: '1 25544U ...'")
            if first[2:7] != second[2:7]:
                advice = "both lines of a set carry one number"
                raise InputError(file, number, f"satellite {second[2:7]} after a line 1 of {first[2:7]}", advice)
            yield _tle(file, first_at, name, first, second)
            name, first = "", ""
        elif name:
            raise InputError(file, number, f"'{line[:30]}' is no line of an element set", ADVICE)
        else:
            name = line.removeprefix("0 ").strip()
    if first:
        raise InputError(file, first_at, "a line 1 without its line 2", "the file is cut off")
    if name:
        raise InputError(file, 1, f"'{name[:30]}' is no element set", ADVICE)


def _checked(file: str, number: int, line: str) -> str:
    if len(line) not in (68, 69):
        raise InputError(file, number, f"{len(line)} columns", "a line of an element set has 69")
    digit = compute_checksum(line)
    if len(line) == 69 and line[68] != str(digit):
        advice = f"the other columns sum to {digit}; copy the line again"
        raise InputError(file, number, f"the check digit is {line[68]}", advice)
    return line


def _tle(file: str, number: int, name: str, first: str, second: str) -> Elements:
    try:
        satellite = Satrec.twoline2rv(first, second, WGS72)
    except ValueError as error:
        raise InputError(file, number, f"not an element set: {error}", ADVICE) from None
    return _elements(file, number, name, satellite)


def _omm(file: str, line: int, fields: dict[str, tuple[int, str]]) -> Elements:
    for key, right in (("REF_FRAME", "TEME"), ("TIME_SYSTEM", "UTC"), ("CENTER_NAME", "EARTH")):
        at, value = fields.get(key, (line, right))
        if value.upper() != right:
            raise InputError(file, at, f"{key} {value}", f"SGP4 elements are {right}")
    at, key = line, "EPOCH"
    try:
        at, text = fields[key]
        epoch_t_s = parse_utc(text)
        numbers = {}
        for key in OMM_NUMBERS:
            at, text = fields[key]
            numbers[key] = float(text)
    except KeyError:
        raise InputError(file, line, f"the OMM has no {key}", "an OMM of SGP4 elements holds it") from None
    except ValueError as error:
        raise InputError(file, at, f"{key} '{text}': {error}", "see CCSDS 502.0, OMM") from None
    at, norad = fields.get("NORAD_CAT_ID", (line, "0"))
    if not norad.isdigit():
        raise InputError(file, at, f"NORAD_CAT_ID '{norad}'", "a whole number")
    bstar, eccentricity, perigee, inclination, anomaly, revolutions, node = numbers.values()
    satellite = Satrec()
    satellite.sgp4init(
        WGS72, "i", int(norad), epoch_t_s / 86400.0 + DAYS_1949_TO_2000, bstar, 0.0, 0.0, eccentricity,
        radians(perigee), radians(inclination), radians(anomaly), revolutions * pi / 720.0, radians(node),
    )  # fmt: skip
    return _elements(file, line, fields.get("OBJECT_NAME", (line, ""))[1], satellite)


def _elements(file: str, line: int, name: str, satellite: Satrec) -> Elements:
    if satellite.error or not 0.0 < satellite.no_kozai < 1.0:
        raise InputError(file, line, "elements that are no orbit about the Earth", "check the mean motion (rev/day)")
    epoch_t_s = (satellite.jdsatepoch - JD_2000) * 86400.0 + satellite.jdsatepochF * 86400.0
    return Elements(name, satellite.satnum, round(epoch_t_s, 6), satellite, line)


Fields = tuple[int, dict[str, tuple[int, str]]]
"""Line of the set; keyword -> (line, value)."""


def _kvn_sets(text: str) -> Iterator[Fields]:
    fields: dict[str, tuple[int, str]] = {}
    start = 1
    for number, raw in enumerate(text.splitlines(), 1):
        key, _, value = raw.partition("=")
        key = key.strip()
        if key == "CCSDS_OMM_VERS" and fields:
            yield start, fields
            fields, start = {}, number
        if value and not key.startswith("COMMENT"):
            fields[key] = number, value.split("[")[0].strip()
    yield start, fields


def _xml_sets(text: str) -> Iterator[Fields]:
    fields: dict[str, tuple[int, str]] = {}
    line, start, at = 1, 1, 0
    for match in _XML_TAG.finditer(text):
        line += text.count("\n", at, match.start())
        at = match.start()
        if match[1]:
            if fields:
                yield start, fields
            fields, start = {}, line
        else:
            fields[match[2]] = line, unescape(match[3]).strip()
    if fields:
        yield start, fields


def _csv_sets(text: str) -> Iterator[Fields]:
    rows = csv.DictReader(io.StringIO(text))
    for row in rows:
        yield rows.line_num, {key: (rows.line_num, value or "") for key, value in row.items() if key}


def _json_sets(file: str, text: str) -> Iterator[Fields]:
    try:
        data: Any = json.loads(text)
    except ValueError as error:
        raise InputError(file, getattr(error, "lineno", None), f"not valid JSON: {error}", "mend the file") from None
    except RecursionError:
        raise InputError(file, 1, "endlessly nested", "a list of OMM objects") from None
    lines = [text.count("\n", 0, match.start()) + 1 for match in re.finditer(r'"EPOCH"', text)]
    for count, item in enumerate(data if isinstance(data, list) else [data]):
        line = lines[count] if count < len(lines) else 1
        if not isinstance(item, dict):
            raise InputError(file, line, "an entry that is no object", "a list of OMM objects")
        yield line, {key: (line, "" if value is None else str(value)) for key, value in item.items()}
