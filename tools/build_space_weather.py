"""Build the shipped space-weather record from the facts folder: ``python tools/build_space_weather.py --facts DIR``.

DIR holds ``space_weather_daily.csv.gz`` (CelesTrak/GFZ columns). Writes
src/stationkeep/data/orbit/space_weather.csv.gz: one row a day with the observed and adjusted F10.7, its 81-day means
(centred and trailing), the daily Ap and the eight 3-hour ap values.
"""

import argparse
import gzip
import io
from pathlib import Path

import pandas as pd

TARGET = Path(__file__).parents[1] / "src/stationkeep/data/orbit/space_weather.csv.gz"
RENAMED = {
    "DATE": "date",
    "F10.7_OBS": "f107",
    "F10.7_ADJ": "f107_adjusted",
    "F10.7_OBS_CENTER81": "f107a",
    "F10.7_OBS_LAST81": "f107a_last",
    "AP_AVG": "ap",
    **{f"AP{k}": f"ap_{3 * (k - 1):02d}h" for k in range(1, 9)},
    "F10.7_DATA_TYPE": "status",
    "SRC": "source",
}


def build(facts: Path, target: Path = TARGET) -> int:
    """Write the table and return its number of days; raises ValueError when a day or a value is missing."""
    found = pd.read_csv(facts / "space_weather_daily.csv.gz", usecols=list(RENAMED))[list(RENAMED)]
    table = found.rename(columns=RENAMED).sort_values("date", ignore_index=True)
    if table.drop(columns="source").isna().any().any():
        raise ValueError("space_weather_daily.csv.gz: a value is missing")
    if not (pd.to_datetime(table["date"]).diff().dropna() == pd.Timedelta("1D")).all():
        raise ValueError("space_weather_daily.csv.gz: days are missing or repeated")
    for column in table.columns[table.columns.str.startswith("ap")]:
        table[column] = table[column].round().astype(int)
    table["status"] = table["status"].map({"OBS": "found", "INT": "derived"})
    text = io.StringIO()
    table.to_csv(text, index=False, lineterminator="\n")
    target.write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))
    return len(table)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", type=Path, required=True)
    print(f"{build(parser.parse_args().facts)} days -> {TARGET}")
