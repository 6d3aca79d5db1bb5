"""NASA's monthly solar bulletins as issued (MSAFE) and the table of solar cycles; or a bulletin of the user's."""

import csv
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from stationkeep.model.files import InputError

DATA = Path(__file__).parents[1] / "data/orbit"
EPOCH = np.datetime64("2000-01-01")
FIRST_MONTH_LEAD = 6
"""A bulletin's table starts six months before its issue, where the smoothed record ends. Source: all 325 bulletins."""
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
ROW = re.compile(rf"\s*(\d{{4}})\.\d+\s+({'|'.join(MONTHS)})" + r"\s+(-?\d*\.?\d+)" * 6 + r"\s*")


class Bulletin(NamedTuple):
    """One issue: what was expected of the months around and after it."""

    issued: np.datetime64  # month of issue
    day: np.ndarray  # (B,) middle of each month, days since 2000-01-01
    values: np.ndarray  # (B, 2, 3) F10.7 and Ap, smoothed over 13 months, at 5, 50 and 95 %


def _middle(months: np.ndarray) -> np.ndarray:
    return (months.astype("datetime64[D]") + 14 - EPOCH).astype(float)


def read_bulletins(path: Path = DATA / "solar_bulletins.csv.gz") -> list[Bulletin]:
    """Every bulletin of a table with the columns issued, month, f107_95 ... ap_5, oldest first."""
    import pandas as pd

    table = pd.read_csv(path)
    columns = [f"{name}_{p}" for name in ("f107", "ap") for p in (5, 50, 95)]
    missing = [name for name in ("issued", "month", *columns) if name not in table]
    if missing:
        raise InputError(str(path), 1, f"no column {', '.join(missing)}", f"give issued, month, {', '.join(columns)}")
    return [
        Bulletin(
            np.datetime64(str(issued), "M"),
            _middle(rows["month"].to_numpy().astype("datetime64[M]")),
            rows[columns].to_numpy(float).reshape(-1, 2, 3),
        )
        for issued, rows in table.sort_values("month").groupby("issued")
    ]


def latest_bulletin(bulletins: list[Bulletin], as_of: np.datetime64) -> Bulletin | None:
    """The last bulletin out by ``as_of``: its month of issue must be over, for the day of issue is not recorded."""
    out = [b for b in bulletins if b.issued < as_of.astype("datetime64[M]")]
    return max(out, key=lambda b: b.issued) if out else None


def read_msafe(path: Path) -> Bulletin:
    """One bulletin in NASA's own text form (`*f10_prd.txt`: year, month, F10.7 and Ap at 95, 50 and 5 %).

    Raises InputError with the line of a month that does not follow the one before, or when no row is found.
    """
    months: list[np.datetime64] = []
    rows: list[list[float]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        found = ROW.fullmatch(line)
        if found is None:
            continue
        month = np.datetime64(f"{found[1]}-{MONTHS.index(found[2]) + 1:02d}", "M")
        if months and month == months[-1]:  # some issues print their last month twice
            continue
        if months and month != months[-1] + 1:
            raise InputError(str(path), number, f"after {months[-1]} comes {month}", "give one row a month, in order")
        months.append(month)
        rows.append([float(x) for x in found.groups()[2:]])
    if not rows:
        advice = "rows look like ' 2025.1670   MAR   178.2  174.6  170.6   16.1  14.8  13.3'"
        raise InputError(str(path), None, "no row of an MSAFE F10.7 bulletin", advice)
    values = np.array(rows).reshape(-1, 2, 3)[:, :, ::-1]
    return Bulletin(months[0] + FIRST_MONTH_LEAD, _middle(np.array(months)), values)


def read_cycles(path: Path = DATA / "solar_cycles.csv") -> np.ndarray:
    """(C, 2) day of minimum (since 2000-01-01) and smoothed sunspot maximum (version 2) of each solar cycle."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    minimum = _middle(np.array([row["minimum_month"] for row in rows], "datetime64[M]"))
    return np.column_stack([minimum, [float(row["sunspot_maximum_count"] or "nan") for row in rows]])
