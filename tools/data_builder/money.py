"""partners/programmes.csv: spending that runs by time, in dollars of its own years, each figure with how it was got."""

from __future__ import annotations

from .common import Source, columns

ROUBLES_2016_21 = 67.0  # roubles to the dollar, mean of 2016-2021: recalled
EURO_2016_20 = 1.12  # dollars to the euro: recalled
YEN_2016_21 = 110.0  # yen to the dollar: recalled
SOYUZ_MUSD, PROGRESS_MUSD = 59.5, 60.0  # prices.csv
# Roscosmos: 35.4 billion roubles a year (budgets.csv, found) less 3.2 Soyuz and 3.2 Progress a year as flown 2016-2021.
ROSCOSMOS_MUSD = round(35400 / ROUBLES_2016_21 - 3.2 * SOYUZ_MUSD - 3.2 * PROGRESS_MUSD)
ESA_MUSD = round(330 * EURO_2016_20)
JAXA_MUSD = round(40000 / YEN_2016_21 - 9 / 11 * 330)
CSA_MUSD = round(1450 * 0.023 / 0.766)
# station, partner, line, from, to, known on, million USD a year, low, high, price year, text, source, status
PROGRAMME_ROWS = (
    ("iss", "nasa", "operations", "2000-11-01", "", "2005-02-07", 2180, 1857, 2180, 2006,
     "FY2006 request: 1857 to build and operate, 324 research; held back to 2000", "budgets.csv nasa-19 (issuu CRS IB93017)", "found"),
    ("iss", "nasa", "operations", "2011-10-01", "", "2021-11-30", 1450, 1300, 1600, 2018,
     "FY2016-20 mean: 1100 systems operations and maintenance, 350 research; transport apart", "budgets.csv nasa-8, nasa-9 (IG-22-005)", "recalled"),
    ("iss", "nasa", "operations", "2022-10-01", "", "2022-03-28", 1307.5, 1270, 1308, 2023,
     "FY2023 request, ISS without transport", "budgets.csv nasa-1", "found"),
    ("iss", "nasa", "operations", "2024-10-01", "", "2024-03-11", 1269.6, 1200, 1308, 2025,
     "FY2025 request, ISS without transport; flat by continuing resolution", "budgets.csv nasa-13", "recalled"),
    ("iss", "roscosmos", "operations", "2000-11-01", "", "2021-01-01", ROSCOSMOS_MUSD, 0, 250, 2018,
     "35.4 billion roubles a year of 2016-2025 at 67 to the dollar, less 3.2 Soyuz and 3.2 Progress a year", "budgets.csv roscosmos-24 (Izvestia)", "derived"),
    ("iss", "esa", "operations", "2008-02-07", "", "2008-02-07", 60, 13, 150, 2010,
     "370 million dollars a year less ATV (5 at 490 in seven years); contractors' floor assumed", "budgets.csv esa-28", "assumed"),
    ("iss", "esa", "operations", "2015-02-15", "", "2015-02-15", ESA_MUSD, 330, 400, 2018,
     "330 million euros a year at 1.12, the service module barter inside", "budgets.csv esa-28", "recalled"),
    ("iss", "jaxa", "operations", "2008-03-11", "", "2008-03-11", JAXA_MUSD, 50, 150, 2018,
     "40 billion yen a year at 110 to the dollar, less nine HTV in eleven years at 330", "budgets.csv jaxa-29", "derived"),
    ("iss", "csa", "operations", "2001-04-22", "", "2001-04-22", CSA_MUSD, 30, 90, 2018,
     "2.3 % of common costs beside NASA's 76.6 % (1450)", "agreements.csv share-csa", "derived"),
    ("any-commercial", "nasa", "development", "2022-10-01", "2024-09-30", "2022-03-28", 224.3, 224.3, 224.3, 2023,
     "commercial low Earth orbit development, FY2023 request", "budgets.csv nasa-3", "found"),
    ("any-commercial", "nasa", "development", "2024-10-01", "2030-09-30", "2024-03-11", 272.3, 169.6, 420, 2026,
     "commercial low Earth orbit: 169.6 asked for FY2025, 272.3 for FY2026, 2.1 billion over five years", "budgets.csv nasa-15, nasa-18", "found"),
    ("ros", "roscosmos", "development", "2024-01-01", "2033-12-31", "2024-07-02", 690, 608.9, 740, 2024,
     "608.9 billion roubles (6.9 billion dollars as quoted) over ten years; 7.4 billion as quoted in 2026", "budgets.csv roscosmos-26; successors.csv", "found"),
    ("axiom", "commercial", "development", "2020-02-28", "2030-12-31", "2026-04-02", 277, 277, 277, 2026,
     "about 3 billion dollars for four modules, spread from the award to 2030", "successors.csv axiom", "recalled"),
    ("starlab", "commercial", "development", "2021-12-02", "2028-12-31", "2026-02-26", 430, 400, 470, 2026,
     "2.8 to 3.3 billion dollars, spread from the award to the declared launch", "successors.csv starlab (10-K)", "found"),
)  # fmt: skip


def build(source: Source) -> None:
    names = columns(
        "id station partner line from_utc to_utc known_on usd_million_per_y low high price_year text source status"
    )
    rows = [
        dict(zip(names, (f"{row[0]}-{row[1]}-{row[2]}-{row[3][:4]}", *row), strict=True)) for row in PROGRAMME_ROWS
    ]
    source.write("partners/programmes.csv", rows, names)
