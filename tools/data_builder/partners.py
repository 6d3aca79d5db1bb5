"""partners/*.csv: who takes part, what binds them, what they said, what it costs."""

from __future__ import annotations

import re
from collections import Counter

from .common import Row, Source, columns, real, slug, status_of

PARTNER_ROWS = (
    ("roscosmos", "Roscosmos", "Russia", "russian", "Russian segment, Soyuz, Progress, attitude and reboost", 0.0,
     "keeps its own segment and crew share (engineering.md D2)", "recalled"),
    ("nasa", "NASA", "USA", "us", "US segment, integration, commercial crew and cargo", 0.766,
     "76.6 % of US-segment resources and common costs (engineering.md D2, OIG IG-18-021)", "found"),
    ("jaxa", "JAXA", "Japan", "us", "Kibo, HTV", 0.128, "engineering.md D2", "recalled"),
    ("esa", "ESA", "European states", "us", "Columbus, ATV (to 2015), Orion service module as barter", 0.083,
     "engineering.md D2", "recalled"),
    ("csa", "CSA", "Canada", "us", "Canadarm2, Dextre", 0.023, "engineering.md D2", "recalled"),
    ("commercial", "Commercial and private", "", "us", "private crews, Bishop, Bartolomeo, successors", 0.0,
     "no share of resources", "assumed"),
)
USOS = "nasa;esa;jaxa;csa"
ALL = f"roscosmos;{USOS}"
# id, parties, from, to, known on, what, value, unit, text, source, status
AGREEMENT_ROWS = (
    ("iga-notice", ALL, "1998-01-29", "", "1998-01-29", "notice", 365, "d",
     "a partner state may withdraw on at least one year's written notice to the depositary; terms are then negotiated",
     "Intergovernmental Agreement, article 28 (jaxa.jp copy; engineering.md E)", "found"),
    ("iga-handover-canada", "csa", "1998-01-29", "", "1998-01-29", "handover_duty", "", "",
     "only Canada has a duty to hand its equipment over when it withdraws", "article 28, 3(a) (engineering.md E)",
     "found"),
    ("iga-zarya", "nasa;roscosmos", "1998-01-29", "", "1998-01-29", "ownership", "", "zarya",
     "Zarya is NASA's property in the Russian segment", "facts/modules.csv", "recalled"),
    ("life-2015", ALL, "1998-01-29", "2015-12-31", "1998-01-29", "extension", "2015-12-31", "date",
     "first planned life", "engineering.md E", "recalled"),
    ("life-2020", ALL, "2010-03-11", "2020-12-31", "2010-03-11", "extension", "2020-12-31", "date",
     "heads of agency; US law October 2010", "engineering.md E", "recalled"),
    ("life-2024", ALL, "2014-01-08", "2024-12-31", "2014-01-08", "extension", "2024-12-31", "date",
     "proposed by the US in January 2014, joined by Russia 2015, ESA 2016", "OIG 2014 (engineering.md E)", "found"),
    ("life-2030-proposed", "nasa", "2021-12-31", "2030-12-31", "2021-12-31", "extension", "2030-12-31", "date",
     "US administration's announcement", "engineering.md E", "recalled"),
    ("life-2030-law", "nasa", "2022-08-09", "2030-12-31", "2022-08-09", "extension", "2030-12-31", "date",
     "US law", "facts/state_2022-07-26.csv (russiasnews.com)", "found"),
    ("life-2028-russia", "roscosmos", "2023-04-25", "2028-12-31", "2023-04-25", "extension", "2028-12-31", "date",
     "letter to the partners", "statements.csv letter-2028", "found"),
    ("life-2030-others", "esa;jaxa;csa", "2023-04-27", "2030-12-31", "2023-04-27", "extension", "2030-12-31", "date",
     "Japan, Canada, ESA to 2030", "engineering.md E (smartmileco); day recalled", "found"),
    ("life-2032-bill", "nasa", "2026-03-04", "2032-09-30", "2026-03-04", "proposal", "2032-09-30", "date",
     "Senate committee bill with a year's overlap; not law when last seen", "facts/state_2026-10-01.csv", "found"),
    ("share-nasa", "nasa", "1998-01-29", "", "2018-07-30", "share", 0.766, "frac",
     "of US-segment resources and common operating costs", "engineering.md D2", "found"),
    ("share-jaxa", "jaxa", "1998-01-29", "", "1998-01-29", "share", 0.128, "frac", "as above", "engineering.md D2",
     "recalled"),
    ("share-esa", "esa", "1998-01-29", "", "1998-01-29", "share", 0.083, "frac", "as above, paid in kind",
     "engineering.md D2", "recalled"),
    ("share-csa", "csa", "1998-01-29", "", "1998-01-29", "share", 0.023, "frac", "as above", "engineering.md D2",
     "recalled"),
    ("share-partners-cost", "esa;jaxa;csa", "2019-07-10", "", "2019-07-10", "share", 0.234, "frac",
     "close to one quarter of the yearly cost", "OIG testimony 2019 (budgets.csv)", "found"),
    ("atv-barter", "esa;nasa", "2008-03-09", "2015-02-15", "2008-03-09", "barter", 5, "ATV flights",
     "ATV pays ESA's share of common costs; the Orion service module after 2015", "engineering.md D2", "found"),
    ("htv-barter", "jaxa;nasa", "2009-09-10", "", "2009-09-10", "barter", 9, "HTV flights",
     "HTV pays Japan's share of common costs; HTV-X after", "engineering.md D2", "recalled"),
    ("power-transfer", "nasa;roscosmos", "2006-07-01", "", "2006-07-31", "power_transfer", 1.5, "kW",
     "the US feeds the Russian segment, whose power platform did not fly; up to 6 kW in reboost, docking, EVA",
     "engineering.md A5 (trend.az 857442; nauka.tass.ru 598344)", "found"),
    ("reboost-back", "roscosmos;nasa", "2000-07-26", "", "2000-07-26", "reboost", "", "",
     "Russia gives attitude by thrusters, desaturation, reboost and refuelling for the whole station",
     "engineering.md C4, C6", "found"),
    ("crew-split-3", "roscosmos;nasa", "2000-11-02", "2009-05-29", "2000-11-02", "crew", 3, "people",
     "three people: two and one in turn", "facts/crew_history.csv", "derived"),
    ("crew-split-6", ALL, "2009-05-29", "2020-11-16", "2009-05-29", "crew", 6, "people",
     "three Russian, three of the US segment", "facts/crew_history.csv; engineering.md D1", "derived"),
    ("crew-split-7", ALL, "2020-11-16", "", "2020-11-16", "crew", 7, "people",
     "three Russian seats, four of the US segment, swaps inside", "facts/crew_history.csv", "derived"),
    ("seat-swap", "roscosmos;nasa", "2022-07-15", "2027-12-31", "2022-07-15", "seat_exchange", 1, "seat a flight",
     "one cosmonaut on each Dragon rotation, one astronaut on each Soyuz, no money; extended to 2027",
     "statements.csv crew5-cosmonaut; engineering.md D2 (installsat.tv)", "found"),
    ("seats-bought", "nasa;roscosmos", "2006-01-01", "2020-10-14", "2006-01-01", "seat_purchase", 70, "seats",
     "70 seats for 3.9 billion dollars, average 55.4 million", "engineering.md D2", "found"),
    ("research-hours-3", ALL, "2000-11-02", "2009-05-29", "2000-11-02", "crew_time", 20, "h per week",
     "10 Russian, 7.5 US, 2.5 others", "engineering.md D1 (nap.edu 10614)", "found"),
    ("research-hours-6", USOS, "2009-05-29", "", "2009-05-29", "crew_time", 35, "h per week",
     "goal of the US segment", "engineering.md targets 36", "found"),
    ("era-operation", "esa;roscosmos", "2021-07-29", "", "2021-07-29", "operation", "", "era",
     "ESA's arm works for Roscosmos against experiment time and spacewalk help", "statements.csv era-evas", "recalled"),
    ("reserve-rule", ALL, "2004-12-01", "", "2004-12-01", "reserve", 45, "d",
     "below 45 days of supplies plan to leave, below 30 days leave", "engineering.md B4", "found"),
    ("us-desaturation-free", "nasa", "1998-01-29", "", "1998-01-29", "gap", 0, "thrusters",
     "the US segment cannot desaturate its gyroscopes itself", "engineering.md C4", "found"),
)
SEAT_SPANS = {
    "Crew-1..6": ("2020-11-16", "2023-08-25"), "Crew-7..9": ("2023-08-26", "2025-03-13"),
    "Crew-10..14": ("2025-03-14", ""), "first six": ("2019-12-20", ""),
    "2020 (last seat)": ("2020-01-01", "2020-12-31"),
    "2022-2027": ("2022-07-15", "2027-12-31"), "2006": ("2006-01-01", "2006-12-31"),
    "31 flights, 93,800 kg": ("2012-10-08", "2020-04-07"), "21 flights, 87,900 kg": ("2019-11-02", ""),
}
PRICE_VEHICLES = {
    "Soyuz": "soyuz", "Crew Dragon": "crew-dragon", "Starliner": "starliner", "Progress MS": "progress-ms",
    "HTV": "htv", "ATV": "atv", "USDV": "usdv", "Dragon CRS-1": "dragon-1", "CRS-1 both": "dragon-1;cygnus-enhanced",
    "CRS-2 both": "cargo-dragon-2;cargo-dragon-boost;cygnus-enhanced;cygnus-xl", "Angara-A5": "angara-a5", "Proton-M": "proton-m",
    "Falcon 9": "falcon-9", "Starship for Starlab": "starship", "Soyuz-2.1a + Soyuz MS": "soyuz-ms",
    "Soyuz / Dragon swap": "soyuz", "Crew Dragon CCtCap": "crew-dragon", "Starliner CCtCap": "starliner",
}


OWN_PRICES = [
    ("this-flight-tests", "this_flight", "crew-dragon-dm-1;starliner-oft;crew-dragon-demo-2;starliner-oft-2;starliner-cft", "2019-03-02", "", 0, 0, 0,
     "not bought by the seat", "2019", "test flights of commercial crew ships: paid within their development, which is no cost of the station",
     "fixed-price development contracts (spaceref 2019-11-14, IG-20-005: test flights, then six operational missions each)", "found"),
    ("this-seat-ms-18", "this_seat", "soyuz-ms-18", "2021-04-09", "", 0, 0, 0, "exchange, no funds", "2021",
     "Soyuz MS-18: a seat from Axiom for one on a later US ship, no exchange of funds", "spacenews.com 2021-03-09; tass.com/science/1264163", "found"),
    ("cargo-flight-shuttle-average", "cargo_flight", "shuttle", "1998-12-04", "", 830, 450, 1450, "per flight, what the programme cost over its flights", "2011",
     "Shuttle: 30.7 billion for the 37 flights to the station; one flight more cost less (low)", "OIG 2014 (spacepolicyonline.com)", "found"),
]
"""Prices of single flights, in place of those of their kind, and of kinds the facts have no price for: columns of partners/prices."""
STATEMENT_ROWS = [
    ("orel-crewed-2025", "2021-08-30", "V. Solovyov, RKK Energia", "TASS", "said",
     "Orel flies uncrewed from Vostochny in December 2023, docks to a station in 2024, carries crews from 2025; a reusable freighter is to follow from it",
     "successor; crew ship", "first flight not before 2028 as said in 2024", "hjkc.de (TASS), 2021-08-31"),
    ("orlyonok-to-ros", "2021-11-29", "D. Rogozin, Roscosmos", "TASS", "said",
     "Energia is to consider a lighter Orel, crewed and cargo, for flights to the Russian station",
     "successor; crew ship", "ten flights of Orel to the station planned for 2028-33 (January 2024)", "namnewsnetwork.org (TASS), 2021-11-30"),
    ("ros-ten-orel", "2024-01-23", "V. Solovyov, RKK Energia", "Sputnik", "said",
     "ten Orel with crews and three Progress-ROS a year fly to the station in 2028-33, all from Vostochny",
     "successor; crew ship; cargo", "Soyuz and Progress from Baikonur since the orbit of 51.6 degrees was chosen (December 2025)", "sputnikglobe.com/20240123"),
    ("ros-visited-2021", "2021-01-11", "D. Rogozin, Roscosmos", "TASS 1243391", "said",
     "the station will most probably be temporarily crewed, not continuously inhabited",
     "successor; presence", "named an ability in 2023: it can fly in visiting mode", "tass.com/science/1243391"),
    ("ros-visited-2022", "2022-06-06", "O. Orlov, Institute of Biomedical Problems", "Interfax", "said",
     "flights of up to 11 months at 97 degrees keep within dose limits; crews visit the station instead of inhabiting it",
     "successor; dose; presence", "51.6 degrees since December 2025", "interfax.com/newsroom/top-stories/79926"),
    ("ros-first-crews-of-two", "2023-06-11", "Gagarin Cosmonaut Training Center", "TASS 1630603", "said",
     "first crews of the Russian station are of two",
     "successor; crew", "", "tass.com/science/1630603"),
    ("starlab-cygnus", "2023-10-04", "Voyager Space, Northrop Grumman", "Executive Biz; Interesting Engineering", "done",
     "Cygnus with a docking system of its own brings pressurised cargo to Starlab for the first five years",
     "successor; cargo", "", "executivebiz.com/2023/10; interestingengineering.com"),
    ("last-crew-a-year", "2024-09-23", "NASA's plan by Ars Technica", "AIAA news", "said",
     "deorbit vehicle up to a year and a half before the end; the last crew launches in late 2029, stays a year",
     "deorbit; presence", "", "aiaa.org/news/news/2024/09/23"),
    ("ros-crew-from-iss", "2026-03-17", "O. Kononenko, Gagarin Cosmonaut Training Center", "TASS", "said",
     "first modules dock to the Russian segment; the crew aboard when they part is the first of the Russian station",
     "successor; separation; presence", "", "www1.ru/en/news/2026/03/17"),
]  # fmt: skip
"""Statements found since the table of facts was made: id, date, speaker, outlet, kind, words, bears on, what happened, source."""


def build(source: Source) -> None:
    names = columns("id name state segment role usos_share_frac source status")
    rows = [dict(zip(names, (*row[:6], row[6], row[7]), strict=True)) for row in PARTNER_ROWS]
    source.write("partners/partners.csv", rows, names)
    names = columns("id parties from_utc to_utc known_on what value unit text source status")
    source.write("partners/agreements.csv", [dict(zip(names, row, strict=True)) for row in AGREEMENT_ROWS], names)
    _statements(source)
    _prices(source)
    _budgets(source)
    _slips(source)
    _incidents(source)


def first_day(text: str) -> str:
    """'2022-05' -> '2022-05-01', '2022' -> '2022-01-01'; a day stays; '2025-2026' takes the first year."""
    found = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?!\d)", text)
    if not found:
        return ""
    year, month, day = found.groups()
    return f"{year}-{month or '01'}-{day or '01'}"


def _statements(source: Source) -> None:
    names = columns("id date known_on speaker outlet kind statement bears_on what_happened source status")
    rows = [
        {
            "id": row["id"], "date": row["date_said"], "known_on": first_day(row["date_said"]),
            "speaker": row["speaker"], "outlet": row["outlet"], "kind": row["kind"], "statement": row["statement"],
            "bears_on": row["bears_on"], "what_happened": row["what_happened"],
            "source": f"facts/statements.csv: {row['source']}", "status": "found",
        }
        for row in source.facts("statements.csv")
    ]
    rows += [dict(zip(names, (row[0], row[1], *row[1:], "found"), strict=True)) for row in STATEMENT_ROWS]
    source.write("partners/statements.csv", rows, names)


def span(text: str) -> tuple[str, str]:
    """First and last day of a year text: '2011 H2', '2013-14', '2007-08', '2024 contract'."""
    if text in SEAT_SPANS:
        return SEAT_SPANS[text]
    half = re.match(r"(\d{4}) H([12])", text)
    if half:
        return (f"{half[1]}-01-01", f"{half[1]}-06-30") if half[2] == "1" else (f"{half[1]}-07-01", f"{half[1]}-12-31")
    years = re.match(r"(?:FY)?(\d{4})(?:-(\d{2,4}))?", text)
    if not years or (re.match(r"\d{4}-\d\d$", text) and int(text[5:]) < int(text[2:4])):
        return (first_day(text), "")
    last = years[2] or years[1]
    return f"{years[1]}-01-01", f"{years[1][: 4 - len(last)]}{last}-12-31"


def amounts(text: str) -> tuple[float | None, float | None, float | None]:
    """(value, low, high) of '70.7-71', '~3000', '>5000', '60'."""
    numbers = [float(n) for n in re.findall(r"(?<![\d.])-?\d+(?:\.\d+)?|(?<=\d-)\d+(?:\.\d+)?", text.replace(",", ""))]
    numbers = [abs(n) if "-" in text and i else n for i, n in enumerate(numbers)]
    if not numbers:
        return None, None, None
    return sum(numbers) / len(numbers), min(numbers), max(numbers)


def _prices(source: Source) -> None:
    names = columns("id kind vehicle from_utc to_utc usd_million low high unit price_year text source status")
    rows, seen = [], Counter[str]()
    for row in source.facts("seat_and_cargo_prices.csv"):
        begin, end = span(row["year_or_flight"])
        value, low, high = amounts(row["usd_million"])
        key = slug(f"{row['kind']} {row['vehicle']} {row['year_or_flight']}")
        seen[key] += 1
        rows.append({
            "id": key, "kind": slug(row["kind"]).replace("-", "_"), "vehicle": PRICE_VEHICLES[row["vehicle"]],
            "from_utc": begin, "to_utc": end, "usd_million": value, "low": low, "high": high, "unit": row["unit"],
            "price_year": begin[:4], "text": f"{row['vehicle']}, {row['year_or_flight']}",
            "source": f"facts/seat_and_cargo_prices.csv: {row['source']}",
            "status": status_of(row["found_or_recalled"]),
        })
    assert all(count == 1 for count in seen.values()), seen
    rows.append({
        "id": "propulsion-kg-crs-2", "kind": "propulsion_kg", "vehicle": "cygnus-enhanced;cygnus-xl;cargo-dragon-boost",
        "from_utc": "2019-11-02", "to_utc": "", "usd_million": 0.0718, "low": 0.0632, "high": 0.0718,
        "unit": "per kg of propellant for the station", "price_year": "2018",
        "text": "propellant to push the station, at the price of cargo by the kilogram (CRS-2); no price of a boost kit found",
        "source": "facts/seat_and_cargo_prices.csv: engineering.md D2 (spacenews 2018-04)", "status": "derived",
    })
    rows += [dict(zip(names, row, strict=True)) for row in OWN_PRICES]
    source.write("partners/prices.csv", rows, names)


PARTNER_OF = {
    "NASA": "nasa", "Roscosmos": "roscosmos", "ESA": "esa", "JAXA": "jaxa", "all partners": "", "partners": "",
}
PACKED = re.compile(r"([A-Za-z ]+?) ([\d.]+)(?: \(FY25\))?(?:;|$)")


def _budgets(source: Source) -> None:
    names = columns("id partner year from_utc to_utc line amount_million low high currency kind source status")
    rows = []
    for row in source.facts("budgets.csv"):
        for line, amount in _lines(row):
            begin, end = span(row["year"])
            value, low, high = amounts(amount)
            rows.append({
                "id": f"{slug(row['agency'])}-{len(rows) + 1}", "partner": PARTNER_OF[row["agency"]],
                "year": row["year"], "from_utc": begin, "to_utc": end, "line": line, "amount_million": value,
                "low": low, "high": high, "currency": "" if "%" in amount else row["currency"],
                "kind": row["kind"] or ("share in percent" if "%" in amount else ""),
                "source": f"facts/budgets.csv: {row['source'] or row['found_or_recalled']}",
                "status": status_of(row["found_or_recalled"]),
            })
    source.write("partners/budgets.csv", rows, names)


def _lines(row: Row) -> list[tuple[str, str]]:
    packed = PACKED.findall(row["line"]) if ";" in row["line"] and not row["amount_million"] else []
    return [(name.strip(), amount) for name, amount in packed] or [(row["line"], row["amount_million"])]


def _slips(source: Source) -> None:
    rows = source.facts("schedule_slips.csv")
    count = Counter((row["element"], row["milestone"]) for row in rows)
    names = columns(
        "id element class milestone said_on declared_for lead_d actual slip_d censored_slip_d stretch weight_frac note "
        "source status"
    )
    out = [
        {
            "id": f"{slug(row['element'])}-{slug(row['milestone'])}-{row['said_on']}", "element": row["element"],
            "class": row["class"], "milestone": row["milestone"], "said_on": row["said_on"],
            "declared_for": row["declared_for"], "lead_d": row["lead_days"], "actual": row["actual"],
            "slip_d": row["slip_days"], "censored_slip_d": row["censored_slip_at_least_days_2026-10-31"],
            "stretch": row["stretch_actual_over_declared_lead"],
            "weight_frac": 1 / count[row["element"], row["milestone"]], "note": row["note"],
            "source": f"facts/schedule_slips.csv: {row['source'] or row['found_or_recalled']}",
            "status": status_of(row["found_or_recalled"]),
        }
        for row in rows
    ]
    source.write("partners/slips.csv", out, names)


def _incidents(source: Source) -> None:
    names = columns(
        "id date event lost_service immediate_effect people_before people_after recovery_text recovery_on recovery_d "
        "what_the_record_shows use_as_test source status"
    )
    rows = []
    for row in source.facts("incidents.csv"):
        day = re.search(r"\d{4}-\d\d-\d\d", row["recovery_date"])
        first = re.match(r"[\d.]+", row["days_to_recovery"])
        hours = "min" in row["days_to_recovery"]
        rows.append({
            "id": row["id"], "date": row["date"], "event": row["event"], "lost_service": row["lost_service"],
            "immediate_effect": row["immediate_effect"], "people_before": row["crew_before"],
            "people_after": row["crew_after"], "recovery_text": row["recovery_date"],
            "recovery_on": day[0] if day else "",
            "recovery_d": "" if not first else real(first[0]) / (1440 if hours else 1),
            "what_the_record_shows": row["what_the_record_shows"], "use_as_test": row["use_as_test"],
            "source": f"facts/incidents.csv: {row['source']}", "status": status_of(row["found_or_recalled"]),
        })
    source.write("partners/incidents.csv", rows, names)
