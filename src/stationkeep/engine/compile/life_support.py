"""The tables of life support into the arrays of one run: machines, crew rates, cabin rules, leaks and yields, in SI."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...laws.crew_time import TimeRules
from ...laws.metabolism import CrewRates, scaled, with_energy
from ...laws.reliability import lognormal_fit
from ...model.base import seconds
from ...model.catalogue import Catalogue, Row, number
from ...model.scenario import Scenario
from ...subsystems.life_support import GAS, KINDS, Params, Rules, State

DAY_s = 86400.0
KIND_OF = {
    "oga": "electrolyser", "elektron": "electrolyser", "sfog": "candle", "cdra": "scrubber", "vozdukh": "scrubber",
    "tas": "scrubber", "sabatier": "sabatier", "upa": "urine", "bpa": "brine", "wpa": "water", "srv-k": "water",
    "ccaa": "dehumidifier", "skv": "dehumidifier",
}  # fmt: skip
FEEDS_SABATIER = {"oga", "cdra"}


def machine_rows(catalogue: Catalogue, part_index: Mapping[str, int]) -> tuple[Row, ...]:
    """The repairable units of the parts there are, in the order every machine array of the engine has."""
    return tuple(row for row in catalogue.table("stations/iss/machines") if row["part"] in part_index)


def values(catalogue: Catalogue, name: str) -> dict[str, float]:
    """name -> value of a table of single figures."""
    return {row["name"]: number(row, "value") for row in catalogue.table(name)}


def rule(scenario: Scenario, catalogue: Catalogue, name: str) -> float:
    """A rule of ``rules.csv`` that is read while compiling, or what the scenario puts in its place."""
    own = scenario.rules.get(name)
    return own.value if own else values(catalogue, "rules")[name]


def crew_rates(catalogue: Catalogue) -> CrewRates:
    """Rates of one person in kg/s, with the exercise of today's day."""
    table = values(catalogue, "life_support/crew_rates")
    daily = with_energy(CrewRates(*(table[field] for field in CrewRates._fields)), table["energy_frac"])
    return scaled(daily, 1.0 / DAY_s)


def time_rules(catalogue: Catalogue) -> TimeRules:
    """The working week's figures, hours."""
    table = values(catalogue, "life_support/crew_time")
    return TimeRules(*(table[field] for field in TimeRules._fields))


def research_shares(catalogue: Catalogue, partner_index: Mapping[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """(dates,), (date, partner): share of research time by agreement, each row from its date on (t_s)."""
    rows = catalogue.table("life_support/research_shares")
    dates = sorted({row["from_utc"] for row in rows})
    shares = np.zeros((len(dates), len(partner_index)))
    for row in rows:
        if row["partner"] in partner_index:
            shares[dates.index(row["from_utc"]), partner_index[row["partner"]]] = number(row, "share_frac")
    return np.array([seconds(date) for date in dates]), shares / shares.sum(axis=1, keepdims=True)


def stand_down_fit(catalogue: Catalogue, partner: str) -> tuple[float, float, int]:
    """(mu_ln, sigma_ln, count) of the days a partner's ships stay down after a failure, as known by ``as_of``.

    For ``laws.reliability.lognormal_next``. A stand-down not over by then counts as at least as long as it had lasted.
    With fewer than two ended ones of the partner everyone's are used, with fewer than two at the station those before it
    as well; ValueError when there are none at all.
    """
    as_of = (catalogue.as_of or "9999-12-31")[:10]
    known = [row for row in catalogue.table("life_support/groundings") if row["grounded_utc"] <= as_of]
    station = [row for row in known if row["grounded_utc"] >= "2000"]
    for rows in ([row for row in station if row["partner"] == partner], station, known):
        ended = [number(row, "down_d") for row in rows if row["flying_utc"] <= as_of]
        lasting = [seconds(as_of) - seconds(row["grounded_utc"]) for row in rows if row["flying_utc"] > as_of]
        if len(ended) >= 2:
            return *lognormal_fit(ended, [max(1.0, span / DAY_s) for span in lasting]), len(rows)
    raise ValueError(f"no two stand-downs are known by {as_of}")


def _curves(rows: list[tuple[str, float, float]], names: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(name, t_s, value) rows into padded arrays (name, point) and their counts (name,)."""
    widest = max([1, *(sum(1 for row in rows if row[0] == name) for name in names)])
    at, value = np.full((len(names), widest), 1e18), np.zeros((len(names), widest))
    count = np.zeros(len(names), np.int64)
    for k, name in enumerate(names):
        points = sorted((t, v) for who, t, v in rows if who == name)
        count[k] = len(points)
        for j, (t, v) in enumerate(points):
            at[k, j], value[k, j] = t, v
    return at, value, count


def _known_leaks(catalogue: Catalogue) -> list[Row]:
    as_of = (catalogue.as_of or "9999")[:10]
    return [row for row in catalogue.table("life_support/leaks") if row["known_utc"] <= as_of]


def leak_growth_per_s(catalogue: Catalogue) -> float:
    """Growth of the whole station's leak over the record known by ``as_of``: ln(last / first) / span; 0 without two.

    To July 2022: 0.064 kg/d in 2004, 0.72 in 2022, 13 % a year; to 2026 the same.
    """
    rows = [row for row in _known_leaks(catalogue) if row["status"] != "assumed"]
    dates = sorted({row["utc"] for row in rows})
    if len(dates) < 2:
        return 0.0
    totals = []
    for date in (dates[0], dates[-1]):
        latest = {row["element"]: number(row, "leak_kg_per_d") for row in rows if row["utc"] <= date}
        totals.append(sum(latest.values()))
    return float(np.log(totals[1] / totals[0]) / (seconds(dates[-1]) - seconds(dates[0])))


def _leaks(catalogue: Catalogue, part_index: Mapping[str, int]) -> tuple[np.ndarray, ...]:
    rows = [row for row in _known_leaks(catalogue) if row["part"] in part_index]
    names = list(dict.fromkeys(row["element"] for row in rows))
    part = {row["element"]: part_index[row["part"]] for row in rows}
    points = [(row["element"], seconds(row["utc"]), number(row, "leak_kg_per_d") / DAY_s) for row in rows]
    at, rate, count = _curves(points, names)
    return np.array([part[name] for name in names], np.int64), at, rate, count


def leak_ports(catalogue: Catalogue, part_index: Mapping[str, int], port_index: Mapping[str, int]) -> np.ndarray:
    """(leak,) port that is lost when a leak is shut off behind a hatch; -1 where nothing shuts it off."""
    port = {row["element"]: row["shuts_port"] for row in _known_leaks(catalogue) if row["part"] in part_index}
    return np.array([port_index[name] if name else -1 for name in port.values()], np.int64)


def _yields(catalogue: Catalogue) -> tuple[np.ndarray, np.ndarray]:
    as_of = (catalogue.as_of or "9999")[:10]
    rows = [row for row in catalogue.table("life_support/yields") if row["from_utc"] <= as_of]
    points = [(row["kind"], seconds(row["from_utc"]), number(row, "yield_frac")) for row in rows]
    at, value, _ = _curves(points, list(KINDS))
    return at, value


def _machines(rows: tuple[Row, ...], rating_Pa: float) -> tuple[np.ndarray, ...]:
    kinds = [KIND_OF.get(row["kind"], "") for row in rows]
    kind = np.array([KINDS.index(name) if name else -1 for name in kinds], np.int64)
    feeds = np.array([row["kind"] in FEEDS_SABATIER for row in rows], np.bool_)
    per_day = [number(row, "capacity") if name else 0.0 for row, name in zip(rows, kinds, strict=True)]
    capacity = np.array(per_day) / DAY_s
    rating = np.where(kind == KINDS.index("scrubber"), rating_Pa, 0.0)
    return kind, feeds, capacity, rating


def build_life_support(
    catalogue: Catalogue, part_index: Mapping[str, int], station_index: Mapping[str, int], t0_s: float
) -> tuple[Params, State]:
    """Params and an empty State; the cabins fill with standard air at the first ``resettle_air``.

    Machines are those of :func:`machine_rows`. Leaks and yields later than the catalogue's ``as_of`` are not read; a
    leak grows from its last known point by ``rules.leak_growth_per_s`` (replace it, and ``crew``, for each run).
    """
    rows = machine_rows(catalogue, part_index)
    table = values(catalogue, "life_support/rules")
    table["leak_growth_per_s"] = leak_growth_per_s(catalogue)
    rules = Rules(*(table[field] for field in Rules._fields))
    leak_part, leak_at, leak_rate, leak_points = _leaks(catalogue, part_index)
    kind, feeds, capacity, rating = _machines(rows, table["scrubber_rating_Pa"])
    yield_at, yield_frac = _yields(catalogue)
    params = Params(
        crew_rates(catalogue), rules, kind, feeds, capacity, rating, yield_at, yield_frac,
        leak_part, leak_at, leak_rate, leak_points,
    )  # fmt: skip
    stations = len(station_index)
    state = State(
        air_kg=np.zeros((stations, GAS)),
        volume_m3=np.zeros(stations),
        pressure_Pa=np.zeros(stations),
        oxygen_Pa=np.zeros(stations),
        co2_Pa=np.zeros(stations),
        pressure_ok=np.ones(stations, np.bool_),
        co2_ok=np.ones(stations, np.bool_),
        fed_frac=np.ones(stations),
        watered_frac=np.ones(stations),
        leak_open=np.ones(len(leak_part)),
        can_kg=np.zeros((stations, len(KINDS))),
        feeds_kg=np.zeros((stations, len(KINDS))),
        done_kg=np.zeros((stations, len(KINDS))),
        yields=np.zeros(len(KINDS)),
        leak_kg_per_s=np.zeros(stations),
        whole=np.zeros((stations, 3), np.bool_),
        scrub_m3_per_s=np.zeros(stations),
        settled=np.zeros(1, np.bool_),
    )
    return params, state
