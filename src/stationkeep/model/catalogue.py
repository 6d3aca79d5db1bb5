"""The packaged tables, read as of a date: what was not yet known then is not in them."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

Row = dict[str, str]

# How a row is hidden from a forecast made at `as_of`: the row itself when its first date is later,
# and single facts (to be blanked) when they happened later.
KNOWN_BY = {
    "stations/iss/ports": "valid_from", "life_support/groundings": "grounded_utc", "stations/iss/machines": "from_utc",
    "stations/iss/services": "from_utc", "stations/iss/loads": "from_utc", "stations/iss/batteries": "from_utc",
    "stations/iss/cmgs": "from_utc", "stations/iss/radiators": "from_utc", "stations/iss/channels": "from_utc",
    "stations/iss/wings": "deployed_utc", "traffic/flights": "launch_utc", "crew/stays": "dock_utc",
    "crew/seats": "from_utc", "crew/evas": "start_utc", "crew/history": "date", "orbit/altitude": "date", "orbit/space_weather": "date",
    "orbit/reboosts": "utc", "orbit/raan": "date", "partners/agreements": "known_on", "partners/forward_plan": "known_on",
    "partners/incidents": "date", "partners/prices": "from_utc", "partners/budgets": "from_utc", "partners/programmes": "known_on",
    "successors": "known_on",
    "partners/successor_statements": "said_on", "orbit/solar_bulletins": "issued", "orbit/density_scale": "known_utc", "partners/slips": "said_on",
}  # fmt: skip
PLANNED = ("stations/iss/parts", "stations/iss/wings")
BLANK_WHEN_LATER: dict[str, dict[str, tuple[str, ...]]] = {
    "traffic/flights": {
        "dock_utc": ("dock_utc",),
        "undock_utc": ("undock_utc", "people_down", "cargo_down_kg"),
        "landed_utc": ("landed_utc",),
    },
    "crew/stays": {"undock_utc": ("undock_utc", "down_flight")},
    "crew/seats": {"to_utc": ("to_utc",)},
    "stations/iss/parts": {"leaves_utc": ("leaves_utc", "leaves_with"), "valid_to": ("valid_to",)},
    "stations/iss/ports": {"valid_to": ("valid_to",)},
    **{f"stations/iss/{name}": {"to_utc": ("to_utc",)}
       for name in ("machines", "loads", "batteries", "channels", "radiators", "cmgs", "services", "tanks")},
    "stations/iss/wings": {"retracted_utc": ("retracted_utc",), "irosa_utc": ("irosa_utc",)},
    "partners/slips": {"actual": ("actual",)},
}


def _read(path: Any) -> csv.DictReader[str]:
    raw = path.read_bytes()
    text = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    return csv.DictReader(io.StringIO(text.decode("utf-8")))


@cache
def _packaged(path: Any) -> tuple[Row, ...]:
    """Rows as the package ships them, read once a process: a verdict asks some twenty catalogues."""
    return tuple(_read(path))


@dataclass(frozen=True)
class Catalogue:
    """Reads the tables of one data folder. `as_of` is an ISO date; None reads everything."""

    as_of: str | None = None
    root: Path | None = None
    _cache: dict[str, tuple[Row, ...]] = field(default_factory=dict, repr=False, compare=False)

    def __reduce__(self) -> tuple[type[Catalogue], tuple[str | None, Path | None]]:
        """Goes to another process as its date and place: the tables are read there when they are asked for."""
        return Catalogue, (self.as_of, self.root)

    def path(self, name: str) -> Any:
        """The resource of a table: `name` without extension, `.csv` or `.csv.gz`."""
        root: Any = self.root if self.root is not None else resources.files("stationkeep") / "data"
        plain, packed = root / f"{name}.csv", root / f"{name}.csv.gz"
        return packed if not plain.is_file() and packed.is_file() else plain

    def table(self, name: str) -> tuple[Row, ...]:
        """Rows of `name` ("traffic/flights"), values as text, later knowledge removed.

        Hardware announced by `as_of` and not yet there stands as it was planned (`<name>_planned.csv`).
        """
        if name not in self._cache:
            rows = [row for row in map(self._as_known(name), self._rows(name)) if row is not None]
            if self.as_of is not None and name in PLANNED:
                there = {row["id"] for row in rows}
                planned = (row for row in self._rows(f"{name}_planned") if row["id"] not in there)
                rows += [row for row in planned if row.pop("known_on") <= self.as_of[:10]]
            self._cache[name] = tuple(rows)
        return self._cache[name]

    def _rows(self, name: str) -> Iterable[Row]:
        return map(dict, _packaged(self.path(name))) if self.root is None else _read(self.path(name))

    def _as_known(self, name: str) -> Any:
        if self.as_of is None:
            return lambda row: row
        day = self.as_of[:10]
        column = KNOWN_BY.get(name)
        blanks = BLANK_WHEN_LATER.get(name, {})

        def known(row: Row) -> Row | None:
            if column and (row.get(column) or "")[:10] > day:
                return None
            if name == "stations/iss/parts" and max(row["arrives_utc"], row["valid_from"])[:10] > day:
                return None
            for date_column, targets in blanks.items():
                if (row.get(date_column) or "")[:10] > day:
                    row.update(dict.fromkeys((t for t in targets if t in row), ""))
            return row

        return known

    def by_id(self, name: str) -> dict[str, Row]:
        """Rows of `name` by their `id` column; the last row of an id wins."""
        return {row["id"]: row for row in self.table(name)}


def number(row: Row, column: str, default: float | None = None) -> float:
    """A number of a row; `default` when the cell is empty; KeyError/ValueError name the column."""
    text = row.get(column, "")
    if text == "" or text is None:
        if default is None:
            raise ValueError(f"row '{row.get('id', '?')}' has no {column}")
        return default
    return float(text)


def flag(row: Row, column: str) -> bool:
    """A truth value of a row: true/yes/1."""
    return (row.get(column) or "").strip().lower() in {"true", "yes", "1"}


def listed(row: Row, column: str) -> list[str]:
    """The entries of a `;`-separated cell."""
    return [item.strip() for item in (row.get(column) or "").split(";") if item.strip()]
