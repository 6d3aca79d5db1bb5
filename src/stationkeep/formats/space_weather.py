"""The observed record of solar and geomagnetic activity: the packaged table, or the user's in its columns or
CelesTrak's."""

import csv
import gzip
from pathlib import Path
from typing import NamedTuple

import numpy as np

from stationkeep.laws.solar_outlook import without_bursts
from stationkeep.model.files import InputError

PACKAGED = Path(__file__).parents[1] / "data/orbit/space_weather.csv.gz"
AP3 = tuple(f"ap_{hour:02d}h" for hour in range(0, 24, 3))
COLUMNS = ("f107", "f107a", "f107a_last", "ap", *AP3)
CELESTRAK = {
    "DATE": "date",
    "F10.7_OBS": "f107",
    "F10.7_OBS_CENTER81": "f107a",
    "F10.7_OBS_LAST81": "f107a_last",
    "AP_AVG": "ap",
    **{f"AP{k + 1}": name for k, name in enumerate(AP3)},
}


class SpaceWeather(NamedTuple):
    """Daily activity without gaps; day k is ``first_day + k``."""

    first_day: int  # days since 2000-01-01
    f107: np.ndarray  # (days,) observed F10.7 of the day, solar flux units
    f107a: np.ndarray  # (days,) its centred 81-day mean
    f107a_last: np.ndarray  # (days,) its mean over the last 81 days
    ap: np.ndarray  # (days,) daily Ap
    ap3h: np.ndarray  # (days, 8) 3-hour ap


def read_space_weather(path: Path = PACKAGED) -> SpaceWeather:
    """Read a table of daily activity (csv or csv.gz) and clean it of radio bursts; rows without the eight ap values
    (monthly forecasts) are left out.

    Raises InputError with the line of a missing column, an unreadable value or a day out of order.
    """
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        rows = csv.reader(file)
        head = [CELESTRAK.get(name, name) for name in next(rows, [])]
        missing = [name for name in ("date", *COLUMNS) if name not in head]
        if missing:
            raise InputError(
                str(path), 1, f"no column {', '.join(missing)}", f"CelesTrak's columns or date, {', '.join(COLUMNS)}"
            )
        place = [head.index(name) for name in COLUMNS]
        date, needed = head.index("date"), [head.index(name) for name in AP3]
        days: list[int] = []
        values: list[list[float]] = []
        for line, row in enumerate(rows, 2):
            if not row or not all(row[k] for k in needed):
                continue
            try:
                day = int((np.datetime64(row[date][:10], "D") - np.datetime64("2000-01-01", "D")).astype(int))
                values.append([float(row[k]) for k in place])
            except (ValueError, IndexError) as error:
                raise InputError(str(path), line, str(error), "an ISO date and numbers") from None
            if days and day != days[-1] + 1:
                raise InputError(
                    str(path), line, f"{row[date]} does not follow the day above", "one row a day, in order"
                )
            days.append(day)
    if not days:
        raise InputError(str(path), None, "no day with F10.7 and ap", "at least one complete row")
    table = np.array(values)
    return SpaceWeather(days[0], without_bursts(table[:, 0]), table[:, 1], table[:, 2], table[:, 3], table[:, 4:])
