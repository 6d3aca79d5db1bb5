"""Life support, crew hours, dose and reliability against the record: `python tools/validation/people.py`.

Prints one table: what, the record's figure, the model's, their difference, and whether the row was used to set a
constant (calibrated), follows from the inputs (input), is a test, or a lower bound of the record.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from stationkeep.engine.compile.life_support import (
    build_life_support,
    crew_rates,
    machine_rows,
    research_shares,
    stand_down_fit,
    time_rules,
    values,
)
from stationkeep.laws import crew_time, life_support, metabolism, radiation, reliability
from stationkeep.laws import matter as of
from stationkeep.model.base import seconds
from stationkeep.model.catalogue import Catalogue, Row, number
from stationkeep.subsystems import life_support as cabin

CATALOGUE = Catalogue()
PARTS = {name: k for k, name in enumerate(dict.fromkeys(row["id"] for row in CATALOGUE.table("stations/iss/parts")))}
PARTNERS = ("roscosmos", "nasa", "esa", "jaxa", "csa", "commercial")
SEGMENT = np.array([1, 0, 0, 0, 0, 0])
Line = tuple[str, float, float, str, str]  # what, record, model, unit, role


class Cabin:
    """The station of a day with full stores: flows a day, averaged over ``days`` after five to settle."""

    def __init__(self, day: str, people: float, days: int = 60) -> None:
        rows = machine_rows(CATALOGUE, PARTS)
        works = np.array([row["from_utc"] <= day < (row["to_utc"] or "9") for row in rows])
        t_s, stock, dt_s = seconds(day) - 5 * 86400.0, np.full(len(of.RESOURCES), 1e6), 86400.0
        stock[[of.URINE, of.BRINE, of.WASTE_WATER]] = 0.0
        params, state = build_life_support(CATALOGUE, PARTS, {"iss": 0}, t_s)
        shape = (1, len(of.RESOURCES))
        wants, gives, flow = np.zeros(shape), np.zeros(shape), np.zeros((*shape, len(of.USES)))
        cabin.resettle_air(params, state, np.array([930.0]), flow)
        where, here, none = np.zeros(len(rows), np.int64), np.zeros(len(PARTS), np.int64), np.zeros(1)
        for k in range(days + 5):
            if k == 5:
                flow[:] = 0.0
            crew = np.array([people])
            cabin.ask(params, state, t_s, dt_s, crew, works, where, here, none, wants)
            got = np.minimum(wants, stock)
            cabin.step(params, state, dt_s, crew, works, where, none, got, gives, flow)
            stock += gives[0] - got[0]
            t_s += dt_s
        self.flow = flow[0] / days

    def recovery_frac(self) -> float:
        """Drinking water from what the crew gave, without the Sabatier reactor's product."""
        product = self.flow[of.WASTE_WATER, of.SABATIER] + self.flow[of.WASTE_WATER, of.OVERBOARD]
        gave = self.flow[of.URINE, of.CREW] + self.flow[of.AIR_WATER, of.CREW]
        return float((self.flow[of.WATER, of.WATER_PROCESSING] - 0.995 * product) / gave)


def air_and_water() -> Iterator[Line]:
    daily = metabolism.scaled(crew_rates(CATALOGUE), 86400.0)
    yield "intake less output of a person", 0.0, metabolism.intake(daily) - metabolism.output(daily), "kg/d", "test"
    yield "O2 of a person with exercise (BVAD 2022)", 0.895, daily.oxygen, "kg/d", "input"
    yield "CO2 of a person with exercise (BVAD 2022)", 1.085, daily.co2, "kg/d", "test"
    six = Cabin("2011-02-15", 6.0)
    yield "electrolysed O2, six crew", 5.5, six.flow[of.AIR_OXYGEN, of.ELECTROLYSIS], "kg/d", "test"
    yield (
        "water recovery, four of the US segment, 2020",
        0.935,
        Cabin("2020-06-01", 4.0, 200).recovery_frac(),
        "",
        "test",
    )
    yield (
        "water recovery with the brine processor, 2023",
        0.98,
        Cabin("2023-07-01", 4.0, 200).recovery_frac(),
        "",
        "test",
    )
    for day, people, record in (("2004-07-01", 2.0, 0.064), ("2011-02-15", 6.0, 0.227), ("2024-04-15", 7.0, 1.95)):
        flow = Cabin(day, people, 1).flow
        drawn = flow[of.AIR_NITROGEN, of.MAKEUP] + flow[of.AIR_OXYGEN, [of.ELECTROLYSIS, of.CREW]].sum()
        yield f"air leaked, {day[:4]}", record, -flow[:, of.LEAK].sum(), "kg/d", "input"
        yield f"air made up (tanks and electrolysis), {day[:4]}", record, drawn, "kg/d", "test"


def shortages() -> Iterator[Line]:
    """8 April 2015, nothing after SpX-6. The stock is the one that ends on the stated day; the reserve is tested."""
    start = date(2015, 4, 8)
    since, people = (0.0, 36.0, 48.0), (6.0, 3.0, 6.0)  # the plan of that day: TMA-15M home 14 May, TMA-17M up 26 May
    food = metabolism.food_as_shipped(metabolism.scaled(crew_rates(CATALOGUE), 86400.0))
    for what, rate, zero, reserve in (
        ("food", food, date(2015, 9, 5), date(2015, 7, 24)),
        ("solid-waste containers", 0.4, date(2015, 9, 2), date(2015, 7, 20)),
    ):
        stock = rate * (216.0 + 36.0 + 6.0 * ((zero - start).days - 48))
        found = life_support.shortage_days(stock, since, people, rate)
        text = f"April 2015, {what} ({stock:,.0f} kg): reserve on {start + timedelta(days=round(found[0]))}, day"
        yield text, (reserve - start).days, found[0], "d", "test"
    share = number(CATALOGUE.by_id("fleet/vehicles")["progress-m-m"], "food_frac")
    yield "food of Progress M-28M (1,421 kg dry), days of six", 30.0, 1421.0 * share / (6.0 * food), "d", "test"


def week(row: Row) -> tuple[float, float, float]:
    """Research hours a week of an era under the rule: all, Russian, NASA."""
    rules, load, people = time_rules(CATALOGUE), np.zeros((2, 5)), np.zeros(6)
    for g, side in enumerate(("us", "russian")):
        ships = number(row, f"{side}_cargo_ships_per_week") * rules.cargo_ship_h
        ships += number(row, f"{side}_crew_ships_per_week") * rules.crew_ship_h
        walks, arrivals = number(row, f"{side}_evas_per_week"), number(row, f"{side}_arrivals_per_week")
        modules = number(row, f"{side}_modules_per_week")
        repair = number(row, f"{side}_repair_h_per_week")
        load[g] = (repair, ships, walks * rules.eva_h, arrivals * rules.arrival_h, modules * rules.module_h)
    people[:2] = number(row, "russian_people"), number(row, "us_people")
    dates, shares = research_shares(CATALOGUE, {name: k for k, name in enumerate(PARTNERS)})
    share = shares[np.searchsorted(dates, seconds(row["from_utc"]), side="right") - 1]
    volume, age = (
        np.array([number(row, f"{side}_{key}") for side in ("us", "russian")]) for key in ("volume_m3", "age_y")
    )
    hours, matrix = np.zeros((6, len(crew_time.CREW_USES))), np.zeros((6, 6))
    crew_time.working_week(rules, people, SEGMENT, volume, age, load, share, 1.0, hours, matrix)
    served = matrix.sum(axis=0)
    return float(served.sum()), float(served[0]), float(served[1])


def hours() -> Iterator[Line]:
    for row in CATALOGUE.table("life_support/crew_time_record"):
        role = {"calibrate": "calibrated", "bound": "lower bound"}.get(row["role"], "test")
        for who, model in zip(("total", "roscosmos", "nasa"), week(row), strict=True):
            record = number(row, f"{who}_h_per_week", math.nan)
            if math.isfinite(record):
                yield f"research, {row['era']}, {who}", record, model, "h/week", role


def for_others() -> None:
    """What a cosmonaut does for other partners' experiments, by who is aboard, in hours a week of the whole crew."""
    rules, load = time_rules(CATALOGUE), np.array([[2.0, 12.0, 6.0, 2.0, 0.0], [2.0, 8.0, 4.0, 2.0, 0.0]])
    shares = research_shares(CATALOGUE, {name: k for k, name in enumerate(PARTNERS)})[1]
    print("\n| aboard (Russian + US segment) | agreement | all research | cosmonauts for others | others for Russia |")
    print("|---|---|---:|---:|---:|")
    for russian, us in ((1, 2), (2, 1), (3, 3), (3, 4), (2, 4), (3, 0)):
        terms = (("half", shares[0], 1.0), ("3 of 7", shares[-1], 1.0), ("broken", shares[-1], 0.0))
        for words, share, cooperation in terms:
            people, hours, matrix = np.zeros(6), np.zeros((6, len(crew_time.CREW_USES))), np.zeros((6, 6))
            people[:2] = russian, us
            volume, age = np.array([749.0, 292.0]), np.array([14.0, 15.0])
            crew_time.working_week(rules, people, SEGMENT, volume, age, load, share, cooperation, hours, matrix)
            figures = (matrix.sum(), matrix[0, 1:].sum(), matrix[1:, 0].sum())
            print(f"| {russian} + {us} | {words} |", " | ".join(f"{x:.1f}" for x in figures), "|")


def dose_and_chance() -> Iterator[Line]:
    tilt = math.radians(51.6)
    quiet, active = (sum(radiation.absorbed_mGy_per_d(390.0, tilt, f107, 20.0)) for f107 in (70.0, 200.0))
    yield "Mir, solar minimum (Badhwar 2002)", 0.45, quiet, "mGy/d", "calibrated"
    yield "Mir, solar maximum (about half)", 0.225, active, "mGy/d", "calibrated"
    columbus = sum(radiation.absorbed_mGy_per_d(410.0, tilt, 120.0, 40.0))
    yield "Columbus, mid-cycle (0.20-0.32)", 0.26, columbus, "mGy/d", "test"
    grid = (np.arange(20000) + 0.5) / 20000
    for row in CATALOGUE.table("life_support/launch_slips"):
        law = [number(row, key) for key in ("on_time_frac", "shape", "scale_d")]
        mean = float(np.mean([reliability.launch_slip_d(u, *law) for u in grid]))
        yield (
            f"mean launch slip, lead {row['lead_from_d']}-{row['lead_to_d']} d",
            number(row, "mean_d"),
            mean,
            "d",
            "test",
        )
    for partner, day, record in (("roscosmos", "2025-11-26", 115.0), ("nasa", "2025-03-25", 176.0)):
        mu, sigma, count = stand_down_fit(Catalogue(as_of=day), partner)
        low, high = (reliability.lognormal_next(u, mu, sigma, float(count)) for u in (0.05, 0.95))
        text = f"next stand-down of {partner} as seen on {day} (5-95 %: {low:.0f}-{high:.0f}), median"
        yield text, record, math.exp(mu), "d", "test"


def main() -> None:
    print("| what | record | model | difference | role |\n|---|---:|---:|---:|---|")
    for group in (air_and_water(), shortages(), hours(), dose_and_chance()):
        for what, record, model, unit, role in group:
            gap = f"{model / record - 1.0:+.1%}" if abs(record) > 1e-9 else f"{model - record:+.1e}"
            print(f"| {what} | {record:.4g} {unit} | {model:.4g} {unit} | {gap} | {role} |")
    for_others()
    rules = values(CATALOGUE, "life_support/rules")
    print(f"\nReserve {rules['reserve_d']:.0f} d, leave at {rules['leave_d']:.0f} d (rules.csv).")


if __name__ == "__main__":
    main()
