"""Life support, stores, crew hours, spacewalks and dose against the record, by law and in the replay."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

import stationkeep as sk
from stationkeep.engine.compile.life_support import (
    build_life_support,
    crew_rates,
    machine_rows,
    research_shares,
    stand_down_fit,
    time_rules,
    values,
)
from stationkeep.engine.compile.world import compile as compile_scenario
from stationkeep.engine.luck import draw, prepare
from stationkeep.engine.run import advance
from stationkeep.engine.simulate import new_rows, new_scratch
from stationkeep.laws import crew_time, life_support, metabolism, radiation, reliability
from stationkeep.laws import matter as of
from stationkeep.log import new_log
from stationkeep.model.base import seconds
from stationkeep.model.catalogue import Catalogue, Row, number
from stationkeep.subsystems import life_support as cabin
from validation.table import Row as Told
from validation.table import show

CATALOGUE = Catalogue()
EXAMPLES = Path(__file__).parents[2] / "examples" / "shortages"
PARTS = {name: k for k, name in enumerate(dict.fromkeys(row["id"] for row in CATALOGUE.table("stations/iss/parts")))}
PARTNERS = ("roscosmos", "nasa", "esa", "jaxa", "csa", "commercial")
SEGMENT = np.array([1, 0, 0, 0, 0, 0])


def line(
    what: str, record: float, model: float, unit: str, sample: str, within: float | None = None, source: str = "", absolute: bool = False
) -> Told:  # fmt: skip
    """A row: `within` is a share of the record, or with `absolute` in its unit; None asks nothing."""
    gap = model - record if absolute or abs(record) < 1e-9 else model / record - 1.0
    asked, got = f"{record:.4g} {unit}".strip(), f"{model:.4g} {unit}".strip()
    told = f" ({gap:+.3g} {unit})" if absolute or abs(record) < 1e-9 else f" ({100 * gap:+.1f} %)"
    if within is not None:
        asked += f" within {within:g} {unit}" if absolute or abs(record) < 1e-9 else f" within {100 * within:g} %"
    return Told(what, asked, got + told, None if within is None else abs(gap) <= within, sample, source)


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
            cabin.step(params, state, dt_s, crew, none, got, gives, flow)
            stock += gives[0] - got[0]
            t_s += dt_s
        self.flow = flow[0] / days

    def recovery_frac(self) -> float:
        """Drinking water from what the crew gave, without the Sabatier reactor's product."""
        product = self.flow[of.WASTE_WATER, of.SABATIER] + self.flow[of.WASTE_WATER, of.OVERBOARD]
        gave = self.flow[of.URINE, of.CREW] + self.flow[of.AIR_WATER, of.CREW]
        return float((self.flow[of.WATER, of.WATER_PROCESSING] - 0.995 * product) / gave)


def air_and_water() -> Iterator[Told]:
    daily = metabolism.scaled(crew_rates(CATALOGUE), 86400.0)
    yield line("intake less output of a person", 0.0, metabolism.intake(daily) - metabolism.output(daily), "kg/d", "test", 1e-9)
    yield line("O2 of a person with exercise", 0.895, daily.oxygen, "kg/d", "calibration", None, "BVAD 2022")
    yield line("CO2 of a person with exercise", 1.085, daily.co2, "kg/d", "test", 0.05, "BVAD 2022")
    six = Cabin("2011-02-15", 6.0)
    made = float(six.flow[of.AIR_OXYGEN, of.ELECTROLYSIS])
    yield line("electrolysed O2, six crew", 5.5, made, "kg/d", "test", 0.05, "engineering.md B1")
    before, after = Cabin("2020-06-01", 4.0, 200).recovery_frac(), Cabin("2023-07-01", 4.0, 200).recovery_frac()
    yield Told("water recovery before the brine processor, four of the US segment, 2020", "93-94 %", f"{100 * before:.1f} %",
               0.925 <= before <= 0.945, "test", "NASA, 2023-06-20")  # fmt: skip
    yield line("water recovery with the brine processor, 2023", 0.98, after, "", "test", 0.005, "NASA, 2023-06-20")
    for day, people, record in (("2004-07-01", 2.0, 0.064), ("2011-02-15", 6.0, 0.227), ("2024-04-15", 7.0, 1.95)):
        flow = Cabin(day, people, 1).flow
        drawn = flow[of.AIR_NITROGEN, of.MAKEUP] + flow[of.AIR_OXYGEN, [of.ELECTROLYSIS, of.CREW]].sum()
        source = "NTRS 20110012997; OIG IG-24-020"
        yield line(f"air leaked, {day[:4]}", record, float(-flow[:, of.LEAK].sum()), "kg/d", "calibration", None, source)
        yield line(f"air made up from tanks and electrolysis, {day[:4]}", record, float(drawn), "kg/d", "test", 0.1, source)


def books() -> Iterator[Told]:
    """Whole runs in double precision: change of stocks and air against what flowed, and what uses inside make or lose."""
    for name in ("iss-2022", "iss-history", "segment-as-core"):
        case = compile_scenario(sk.read_scenario(name))
        world, state, luck = draw(prepare(case), 0, 0)
        rows, log, scratch = new_rows(case, False), new_log(), new_scratch(case)
        advance(world, state, luck, scratch, rows, log, 0, 1, case.t0_s, case.dt_s)
        stored, air = scratch.stock_kg.sum(axis=1), state.life_support.air_kg.copy()
        advance(world, state, luck, scratch, rows, log, 1, case.steps, case.t0_s, case.dt_s)
        flow = rows.flow_kg[1:].sum(axis=0)
        through = float(np.abs(flow).sum(axis=2).max())
        change = scratch.stock_kg.sum(axis=1)[:, : of.STORED] - stored[:, : of.STORED]
        gases = np.abs(state.life_support.air_kg - air - flow.sum(axis=2)[:, of.GASES]).max()
        worst = max(float(np.abs(change - flow.sum(axis=2)[:, : of.STORED]).max()), float(gases)) / through
        inside = [use for use in range(len(of.USES)) if use not in of.BOUNDARY_USES]
        made = float(np.abs(flow[:, :, inside].sum(axis=1)).max()) / through
        yield line(f"{name}, one run: change of stocks and air less flows, of what went through ({through / 1e3:.0f} t)", 0.0, worst, "", "test", 1e-9)
        yield line(f"{name}, one run: mass made or lost by people and machines", 0.0, made, "", "test", 1e-9)


def shortages() -> Iterator[Told]:
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
        day = start + timedelta(days=round(found[0]))
        yield Told(f"April 2015, {what} ({stock:,.0f} kg): reserve level", f"{reserve} within 7 d", f"{day} ({(day - reserve).days:+d} d)",
                   abs((day - reserve).days) <= 7, "test", "NASA Advisory Council, 9 April 2015")  # fmt: skip
        day = start + timedelta(days=round(found[1]))
        yield Told(f"April 2015, {what}: zero", f"{zero} within 7 d", str(day), abs((day - zero).days) <= 7, "calibration", "as above")
    case = sk.read_scenario(EXAMPLES / "october-2014.yaml")
    left_d = sk.simulate(case, runs=20, seed=1).isel(station=0).reserve_d.sel(resource="food")
    days = left_d.time.values[(left_d.values < 45.0).argmax(axis=1)]
    day = np.sort(days.astype("datetime64[D]"))[10]
    yield Told("October 2014, no ship after Orb-3, stocks of the replay: food at its reserve", "about March 2015", f"{day}, median of 20",
               np.datetime64("2015-02-15") <= day <= np.datetime64("2015-04-15"), "test", "space-travel.com, 2014-10-30; met within a fortnight of the month")  # fmt: skip
    share = number(CATALOGUE.by_id("fleet/vehicles")["progress-m-m"], "food_frac")
    month = 1421.0 * share / (6.0 * food)
    yield line("food of Progress M-28M (1,421 kg dry), days of six", 30.0, month, "d", "calibration", None, "cbc.ca 1.3131884")


def week(row: Row) -> dict[str, float]:
    """Research hours a week of an era under the rule, by whom they serve; `us` is the US segment's partners together."""
    rules, load, people = time_rules(CATALOGUE), np.zeros((2, 5)), np.zeros(6)
    host_h_per_d = values(CATALOGUE, "life_support/crew_time")["host_h_per_d"]
    for g, side in enumerate(("us", "russian")):
        ships = number(row, f"{side}_cargo_ships_per_week") * rules.cargo_ship_h
        ships += number(row, f"{side}_crew_ships_per_week") * rules.crew_ship_h
        ships += number(row, f"{side}_host_d_per_week") * host_h_per_d
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
    everything, russian, nasa = float(served.sum()), float(served[0]), float(served[1])
    return {"total": everything, "roscosmos": russian, "nasa": nasa, "us": everything - russian}


WHO = {"total": "all", "roscosmos": "roscosmos", "nasa": "nasa", "us": "US segment"}


def hours() -> Iterator[Told]:
    for row in CATALOGUE.table("life_support/crew_time_record"):
        sample = {"calibrate": "calibration", "bound": "lower bound"}.get(row["role"], row["role"])
        for who, model in week(row).items():
            record = number(row, f"{who}_h_per_week", math.nan)
            if math.isfinite(record):
                within = 0.15 if sample in ("test", "in view") else None
                yield line(f"research by rule, {row['era']}, {WHO[who]}", record, model, "h/week", sample, within, row["source"].split(";")[0])


RESEARCH = ["own_research", "other_research"]


def replay() -> Iterator[Told]:
    """What the replay of the record says where the record says something."""
    ds = sk.simulate(sk.read_scenario("iss-history"), runs=1, seed=1).isel(run=0, station=0)
    yield from replayed_hours(ds)
    food = ds.reserve_d.sel(resource="food")
    low = food.sel(time=slice("2004-10-01", "2004-12-24"))
    yield line("replay: lowest food reserve of autumn 2004", 11.5, float(low.min()), "d", "test", None,
               "7 to 14 days beyond 25 December (nbcnews 6688256); the crew before had eaten more than planned and nobody had counted (Harwood, washingtonpost.com 2004-12-26), "
               "which the replay does not know")  # fmt: skip
    for day, days, words in (
        ("2003-02-05", 146.0, "three people through the end of June with Progress M-47 (NASA status report 03-6)"),
        ("2015-04-18", 134.0, "864 person-days on 8 April with what SpX-6 was to bring (zero on 5 September), for six, ten days later"),
        ("2015-06-27", 120.0, "four months for three; 864 person-days less those eaten would be 144"),
        ("2015-08-20", 45.0, "without HTV-5 low \"in late September, early October\" for six (sen.com, 2015-08-19)"),
    ):  # fmt: skip
        got = float(food.sel(time=f"{day}T12:00"))
        yield line(f"replay: food reserve on {day}", days, got, "d", "test", 0.25, words)
    flow = ds.flow_kg.sum("resource")
    last_walk = np.datetime64(max(row["start_utc"] for row in CATALOGUE.table("crew/evas"))[:10]) + np.timedelta64(2, "D")
    walks = int(((ds.event_kind == "spacewalk") & (ds.event_utc <= last_walk)).sum())
    record = sum(1 for row in CATALOGUE.table("crew/evas") if row["start_utc"] >= "2000-11-01T12")
    yield line("replay: spacewalks since 2000-11", record, walks, "", "test", 0.0, "crew/evas.csv")
    yield Told("replay: air lost through airlocks", "", f"{-float(flow.sel(use='eva').sum()):,.0f} kg, {-float(flow.sel(use='eva').sum()) / walks:.1f} kg each",
               None, "derived", "life_support/airlocks.csv (recalled)")  # fmt: skip
    for first, last, rate in (("2004-01-01", "2004-12-31", 0.064), ("2011-01-15", "2011-03-15", 0.227), ("2024-04-01", "2024-04-30", 1.95)):
        leaked = -float(flow.sel(use="leak").sel(time=slice(first, last)).mean())
        yield line(f"replay: air leaked, {first[:7]} to {last[:7]}", rate, leaked, "kg/d", "calibration", 0.1, "life_support/leaks.csv")
        gas = ds.flow_kg.sel(resource=["oxygen", "nitrogen"], use="makeup").sum("resource").sel(time=slice(first, last))
        yield Told(f"replay: of it from tanks, {first[:7]}", "", f"{-float(gas.mean()):.3f} kg/d", None, "derived", "the rest is electrolysed")
    spares = ds.flow_kg.sel(resource="spares", use="repair").sel(time=slice("2011-01-01", "2020-12-31")).sum() / 10.0
    yield line("replay: spares worn a year, 2011-20", 3.45, -float(spares) / 1e3, "t", "test", 0.25, "expected demand, Cirillo 2011 (recalled); ours from MTBF and lives")
    on_orbit = float(ds.stock_kg.sel(resource="spares", partner="nasa", time="2011-07-01T12:00"))
    yield line("replay: spares of the US segment, July 2011", 13.2, on_orbit / 1e3, "t", "in view", 0.25, "Cirillo 2011 (recalled); capacity was set with room over it")
    yield from cargo(ds)
    yield from resident_dose(ds)


def cargo(ds: Any) -> Iterator[Told]:
    """Share of crew supplies in the dry cargo of ships filled by need, against manifests of the same flights by class."""
    rows = CATALOGUE.table("traffic/flights")
    for vehicle, first, last, low, high, words in (
        ("cargo-dragon-2", "2022-07-01", "2024-12-31", 0.25, 0.30, "CRS-25..31: 25 %, CRS-26 30 %"),
        ("cygnus-enhanced", "2021-01-01", "2024-12-31", 0.35, 0.40, "NG-15..21 (recalled)"),
    ):  # fmt: skip
        shares = []
        for row in rows:
            if row["vehicle"] == vehicle and first < row["dock_utc"] < last and row["dry_kg"]:
                stamp = (np.datetime64(row["dock_utc"][:-1]) + np.timedelta64(12, "h")).astype("datetime64[D]").astype(str) + "T12:00"
                came = ds.flow_kg.sel(use="delivered", resource=["food", "supplies", "toilet"]).sel(time=stamp).sum()
                shares.append(float(came) / float(row["dry_kg"]))
        got = float(np.mean(shares))
        yield Told(f"replay: crew supplies in the dry cargo of {vehicle}", f"{100 * low:.0f}-{100 * high:.0f} %",
                   f"{100 * got:.0f} %, mean of {len(shares)}", low - 0.05 <= got <= high + 0.05, "test", f"{words}; met within 5 points")  # fmt: skip


def replayed_hours(ds: Any) -> Iterator[Told]:
    work = ds.hours_per_week
    for first, last, record, words in (
        ("2001-03-01", "2003-02-01", 20.0, "three-person rule; crews of three to ten were aboard"),
        ("2007-06-01", "2009-05-29", 20.0, "three aboard, four modules outfitted: about 20 h before the crew of six"),
        ("2009-05-29", "2010-12-31", 70.0, "as many as 70 h were planned for six; five were aboard on the mean"),
    ):
        got = float(work.sel(use=RESEARCH, time=slice(first, last)).sum(["use", "partner"]).mean("time"))
        yield line(f"replay: research of all, {first} to {last}", record, got, "h/week", "test", None, words)
    served = work.sel(partner="nasa", use=["own_research", "served_by_others"], time=slice("2015-03-12", "2015-09-12")).sum("use")
    people = float(ds.people_count.sel(time=slice("2015-03-12", "2015-09-12")).mean())
    yield line("replay: NASA research, 2015-03-12 to 2015-09-12", 875.0, float(served.mean("time")) * 184 / 7, "h", "test", 0.15,
               f"875 h were the plan of October 2014 for 5.7 people; {people:.1f} were aboard after Progress M-27M was lost")  # fmt: skip


def resident_dose(ds: Any) -> Iterator[Told]:
    """Stays of residents by dose a day."""
    days = (ds.home_utc - ds.aboard_utc) / np.timedelta64(1, "D")
    daily = (ds.dose_mSv / days).where(days > 60)
    got = f"{float(daily.min()):.2f}-{float(daily.max()):.2f} mSv/d, median {float(daily.median()):.2f}"
    yield Told("replay: dose of residents' stays", "0.5-1.2 mSv/d", got, None, "test", "engineering.md G; laws/radiation.py")


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


def dose_and_chance() -> Iterator[Told]:
    tilt = math.radians(51.6)
    quiet, active = (sum(radiation.absorbed_mGy_per_d(390.0, tilt, f107, 20.0)) for f107 in (70.0, 200.0))
    yield line("dose on Mir, solar minimum", 0.45, quiet, "mGy/d", "calibration", None, "Badhwar 2002")
    yield line("dose on Mir, solar maximum (about half)", 0.225, active, "mGy/d", "calibration", None, "Badhwar 2002")
    columbus = sum(radiation.absorbed_mGy_per_d(410.0, tilt, 120.0, 40.0))
    yield Told("dose in Columbus, mid-cycle", "0.20-0.32 mGy/d", f"{columbus:.3f} mGy/d", 0.20 <= columbus <= 0.32, "test", "engineering.md G")
    grid = (np.arange(20000) + 0.5) / 20000
    for row in CATALOGUE.table("life_support/launch_slips"):
        law = [number(row, key) for key in ("on_time_frac", "shape", "scale_d")]
        mean = float(np.mean([reliability.launch_slip_d(u, *law) for u in grid]))
        what = f"mean launch slip, lead {row['lead_from_d']}-{row['lead_to_d']} d"
        yield line(what, number(row, "mean_d"), mean, "d", "test", 0.05, "Gardner and Grogan")
    for partner, day, record in (("roscosmos", "2025-11-26", 115.0), ("nasa", "2025-03-25", 176.0)):
        mu, sigma, count = stand_down_fit(Catalogue(as_of=day), partner)
        low, high = (reliability.lognormal_next(u, mu, sigma, float(count)) for u in (0.05, 0.95))
        got = f"median {math.exp(mu):.0f} d, 5-95 % {low:.0f}-{high:.0f} d"
        yield Told(f"next stand-down of {partner} as seen on {day}", f"{record:.0f} d within 5-95 %", got, low <= record <= high,
                   "test", "incidents.csv")  # fmt: skip


def rests_on() -> None:
    """How far the tables behind this part are found in a source and how far recalled, by rows."""
    print("\n| table | rows | found | derived | assumed | recalled |\n|---|---:|---:|---:|---:|---:|")
    for table, column in (
        ("traffic/flights", "cargo_status"), ("traffic/flights", "dock_status"), ("traffic/manifests", "status"), ("stations/iss/machines", "status"),
        ("stations/iss/containers", "status"), *((f"life_support/{name}", "status") for name in (
            "crew_rates", "rules", "leaks", "yields", "airlocks", "shielding", "career_limits", "crew_time", "openings")),
    ):  # fmt: skip
        rows = [row[column] for row in CATALOGUE.table(table) if row[column]]
        counts = [sum(status == word for status in rows) for word in ("found", "derived", "assumed")]
        print(f"| {table}{'' if column == 'status' else f' ({column})'} | {len(rows)} |", " | ".join(map(str, counts)), f"| {len(rows) - sum(counts)} |")
    print("\nCounted as recalled is what is recalled in part, such as dry cargo that was found beside water that was not.")


def main() -> None:
    show([*air_and_water(), *books(), *shortages(), *hours(), *replay(), *dose_and_chance()])
    for_others()
    rests_on()
    rules = values(CATALOGUE, "life_support/rules")
    print(f"\nReserve {rules['reserve_d']:.0f} d, leave at {rules['leave_d']:.0f} d (rules.csv).")


if __name__ == "__main__":
    main()
