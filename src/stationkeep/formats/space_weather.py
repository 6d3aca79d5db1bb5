"""The observed record of solar and geomagnetic activity: the packaged table, or the user's own in the same columns or CelesTrak's."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

PACKAGED = Path(__file__).parents[1] / "data/orbit/space_weather.csv.gz"
CELESTRAK = {
    "DATE": "date",
    "F10.7_OBS": "f107",
    "F10.7_OBS_CENTER81": "f107a",
    "F10.7_OBS_LAST81": "f107a_last",
    "AP_AVG": "ap",
    **{f"AP{k}": f"ap_{3 * (k - 1):02d}h" for k in range(1, 9)},
}
AP3 = [f"ap_{hour:02d}h" for hour in range(0, 24, 3)]


class SpaceWeather(NamedTuple):
    """Daily activity without gaps; day k is ``first_day + k``."""

    first_day: np.datetime64
    f107: np.ndarray  # (days,) observed F10.7 of the day, solar flux units
    f107a: np.ndarray  # (days,) its centred 81-day mean
    f107a_last: np.ndarray  # (days,) its mean over the last 81 days
    ap: np.ndarray  # (days,) daily Ap
    ap3h: np.ndarray  # (days, 8) 3-hour ap

    def index(self, day: np.datetime64) -> int:
        """Position of a day (datetime64); may lie outside the table."""
        return int((day.astype("datetime64[D]") - self.first_day).astype(int))


def read_space_weather(path: Path = PACKAGED) -> SpaceWeather:
    """Read a table of daily activity (csv or csv.gz); raises InputError with the line of what is missing or out of order."""
    import pandas as pd

    from stationkeep.model.files import InputError

    table = pd.read_csv(path).rename(columns=CELESTRAK)
    missing = [name for name in ("date", "f107", "f107a", "f107a_last", "ap", *AP3) if name not in table]
    if missing:
        raise InputError(str(path), 1, f"no column {', '.join(missing)}", f"give {', '.join(['date', *AP3])} and f107 ...")
    table = table.dropna(subset=["ap", *AP3])
    days = pd.to_datetime(table["date"]).to_numpy().astype("datetime64[D]")
    jumps = np.flatnonzero(np.diff(days).astype(int) != 1)
    if jumps.size:
        raise InputError(str(path), int(jumps[0]) + 3, f"after {days[jumps[0]]} comes {days[jumps[0] + 1]}", "one row a day")
    return SpaceWeather(
        days[0],
        *(table[name].to_numpy(float) for name in ("f107", "f107a", "f107a_last", "ap")),
        ap3h=table[AP3].to_numpy(float),
    )
