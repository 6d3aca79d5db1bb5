"""Reading the fact tables, writing the packaged ones, names and times."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

Row = dict[str, str]


@dataclass(frozen=True)
class Source:
    """Where facts are read and tables written."""

    root: Path
    out: Path

    def facts(self, name: str) -> list[Row]:
        return read_rows(self.root / "facts" / name)

    def orbit(self, name: str) -> list[Row]:
        return read_rows(self.root / "orbit" / name)

    def write(self, name: str, rows: Iterable[Mapping[str, object]], fields: Sequence[str]) -> None:
        """Write one table; every row must carry a source and a status."""
        path = self.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding="utf-8") as handle:
            writer = csv.DictWriter(handle, fieldnames=list(fields), lineterminator="\n")
            writer.writeheader()
            for row in rows:
                plain = {key: number(value) for key, value in row.items()}
                if not plain.get("source") or plain.get("status") not in STATUSES:
                    raise ValueError(f"{name}: row without source or status: {plain}")
                writer.writerow(plain)


def columns(names: str) -> list[str]:
    """Column names from one text."""
    return names.split()


STATUSES = {"found", "recalled", "derived", "assumed"}


def read_rows(path: Path) -> list[Row]:
    with path.open(newline="", encoding="utf-8-sig") as handle:
        return [{key: (value or "").strip() for key, value in row.items() if key} for row in csv.DictReader(handle)]


def number(value: object) -> str:
    """Text of a cell: floats without a tail of digits, booleans as true/false, None as empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        text = f"{value:.6f}".rstrip("0").rstrip(".")
        return "0" if text in ("-0", "") else text
    return str(value)


def slug(text: str) -> str:
    """Lower-case ASCII words joined by hyphens: 'Soyuz MS-22' -> 'soyuz-ms-22'."""
    ascii_text = unicodedata.normalize("NFKD", text.replace("+", " plus")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")


def utc(text: str) -> str:
    """ISO instant to the second: '2006-09-17T12:50Z' -> '2006-09-17T12:50:00Z'; a bare date becomes 00:00."""
    if not text:
        return ""
    stamp = text.rstrip("Z")
    if "T" not in stamp:
        stamp += "T00:00"
    if stamp.count(":") == 1:
        stamp += ":00"
    datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%S")
    return stamp + "Z"


def precision(text: str) -> str:
    stamp = text.rstrip("Z")
    if not stamp:
        return ""
    if "T" not in stamp:
        return "day"
    return "minute" if stamp.count(":") == 1 else "second"


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def status_of(text: str) -> str:
    """found / recalled / derived / assumed from the words of the fact tables."""
    word = text.lower()
    if "derived" in word or "computed" in word:
        return "derived"
    if "recalled" in word or "mixed" in word or "conflict" in word:
        return "recalled"
    if "estimated" in word or "assumed" in word or "prior" in word:
        return "assumed"
    return "found"


def real(text: str, default: float = 0.0) -> float:
    return float(text) if text else default
