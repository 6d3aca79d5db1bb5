"""The text tables that satkit and brahe read, given to them: space weather and Earth orientation; no network."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from importlib import resources
from pathlib import Path
from types import ModuleType

from stationkeep.model.files import InputError

MJD_ZERO = date(1858, 11, 17)
FIRST_IERS_MJD = 41684
"""1973-01-02, the first day of IERS finals2000A."""


def give_satkit_its_data(satkit: ModuleType) -> None:
    """Earth orientation and the JPL ephemeris from the `satkit-data` package; nothing is fetched. InputError without it.

    satkit-data 0.9 ships Earth orientation in CelesTrak's table, which satkit 0.24 no longer reads: it is rewritten
    into the IERS form and handed over through a temporary folder. A folder named by SATKIT_DATA, with newer files of
    the user's own, goes first (satkit's rule).
    """
    try:
        folder = Path(str(resources.files("satkit_data"))) / "data"
    except ModuleNotFoundError as error:
        raise InputError("satkit_data", None, str(error), "pip install 'stationkeep[flight]'") from None
    satkit.utils.set_offline(True)
    with tempfile.TemporaryDirectory() as scratch:
        rows = _orientation_rows(folder / "EOP-All.csv")
        (Path(scratch) / "finals2000A.all").write_text("".join(rows), encoding="ascii")
        satkit.utils.set_datadir(scratch)
        if satkit.frametransform.eop_coverage() is None:  # reads the table
            raise InputError(str(folder / "EOP-All.csv"), None, "no Earth orientation read", "reinstall satkit-data")
        satkit.utils.set_datadir(str(folder))


def _orientation_rows(table: Path) -> Iterable[str]:
    """Lines of finals2000A.all (columns 1-134 of its format description) from CelesTrak's EOP-All.csv."""
    with table.open(encoding="ascii", newline="") as lines:
        for row in csv.DictReader(lines):
            mjd = int(row["MJD"])
            if mjd < FIRST_IERS_MJD:
                continue
            day = MJD_ZERO + timedelta(days=mjd)
            flag = "P" if row["DATA_TYPE"] == "P" else "I"
            x, y, ut1, lod, dx, dy = (float(row[k] or 0) for k in ("X", "Y", "UT1-UTC", "LOD", "DX", "DY"))
            yield (
                f"{day.year % 100:2d}{day.month:2d}{day.day:2d} {mjd:8.2f} {flag} {x:9.6f}{0:9.6f} {y:9.6f}{0:9.6f}  "
                f"{flag}{ut1:10.7f}{0:10.7f} {1e3 * lod:7.4f}{0:7.4f}  "
                f"{flag} {1e3 * dx:9.3f}{0:9.3f} {1e3 * dy:9.3f}{0:9.3f}\n"
            )


def feed_satkit(satkit: ModuleType, first: date, f107: Sequence[float], ap: Sequence[Sequence[int]]) -> None:
    """Give satkit a space-weather record in GFZ's form, one row a day from `first`: daily F10.7 and eight 3-hour ap.

    satkit takes F10.7 of the day before, the centred 81-day mean of this column, and ap of the last 57 hours. Kp and
    the sunspot number are not used by NRLMSISE-00 and are filled with zeros.
    """
    lines = []
    for count, (flux, eight) in enumerate(zip(f107, ap, strict=True)):
        day = first + timedelta(days=count)
        since = (day - date(1932, 1, 1)).days
        kp = " ".join(["0.000"] * 8)
        slots = " ".join(f"{value:4d}" for value in eight)
        lines.append(
            f"{day.year:4d} {day.month:02d} {day.day:02d} {since:5d} {since + 0.5:7.1f} 0 0 {kp} {slots} "
            f"{round(sum(eight) / 8):5d} 0 {flux:9.4f} {flux:9.4f} 2\n"
        )
    satkit.spaceweather.init_from_bytes("".join(lines).encode("ascii"))


def feed_brahe(brahe: ModuleType, first: date, f107: Sequence[float], f107a: float, ap: float) -> None:
    """Give brahe a record in CelesTrak's (CSSI) form, one row a day from `first`: F10.7 to 0.1, one mean, one whole Ap.

    Format (I4,I3,I3,I5,I3,8I3,I4,8I4,I4,F4.1,I2,I4,F6.1,I2,5F6.1); brahe takes F10.7 of the day before. Its own
    provider of constants is not used: brahe 1.8.0 returns the daily flux there for the 81-day mean.
    """
    lines = [f"NUM_OBSERVED_POINTS {len(f107)}", "BEGIN OBSERVED"]
    slots = f"{round(ap):4d}" * 9
    for count, flux in enumerate(f107):
        day = first + timedelta(days=count)
        lines.append(
            f"{day.year:4d}{day.month:3d}{day.day:3d}    1  1{'  0' * 8}   0{slots} 0.0 0   0"
            f"{flux:6.1f} 0{f107a:6.1f}{f107a:6.1f}{flux:6.1f}{f107a:6.1f}{f107a:6.1f}"
        )
    with tempfile.TemporaryDirectory() as scratch:
        table = Path(scratch) / "space-weather.txt"
        table.write_text("\n".join([*lines, "END OBSERVED", ""]), encoding="ascii")
        brahe.set_global_space_weather_provider(brahe.FileSpaceWeatherProvider.from_file(str(table), "Hold"))
