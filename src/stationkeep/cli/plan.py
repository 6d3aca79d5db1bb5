"""`plan`: the traffic that keeps people aboard."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from stationkeep.cli.options import Json, Scenario, Until, Workers, chosen, day, processes
from stationkeep.cli.output import can_be_written, emit, writing
from stationkeep.model.base import PARTNERS
from stationkeep.model.files import InputError

PROVED_runs = 1000
"""Fresh runs behind a probability that is asked for without a number of runs."""


def plan(
    scenario: Scenario,
    *,
    future: str = "",
    objective: Literal["cost", "research", "presence", "blend"] = "cost",
    people: int = -1,
    crews: int = 0,
    between_crews_w: int = 0,
    vehicles: str = "",
    fix: str = "",
    budget: str = "",
    cadence: str = "",
    research_usd_per_h: float = 0.0,
    person_week_usd: float = 0.0,
    margin_d: float | None = None,
    altitude: bool = False,
    replan: str = "",
    since: str = "",
    lost: str = "",
    home: str = "",
    probability: float = 0.0,
    runs: int = 0,
    until: Until = "",
    seed: int = 0,
    workers: Workers = 0,
    time_limit_s: float = 60.0,
    out: str = "",
    csv: str = "",
    ics: str = "",
    gantt: str = "",
    stocks: str = "",
    reboosts: str = "",
    manifests: bool = False,
    json: Json = False,
) -> None:
    """Choose the flights of a scenario: vehicle, week, port, stay, people and manifest, at least cost or for most research; then its reboosts.

    Exit status 1 where a future has no plan, 2 where what was asked cannot be read.

    Parameters
    ----------
    future
        Future to plan; default: each of the scenario's.
    objective
        Least cost, most research hours, most presence (with `--budget`), or a blend of cost and stated worths.
    people
        Least people aboard at any time; default: the crews of the scenario's own series.
    crews
        Crew ships there at any time, of whatever kind, so that one that is lost or grounded does not end presence; a month apart where
        fewer are there at the start.
    between_crews_w
        Weeks that may pass at most between a crew's leaving and the next of its kind, the others aboard: it then needs no second port.
    vehicles
        More vehicles of the catalogue to choose from, with commas.
    fix
        Flights and series of the scenario that stay as they are, with commas; those whose people leave with them within two months stay anyway.
    budget
        Most money by partner and year: `nasa 2026 3000, nasa 2027 3000` (million USD).
    cadence
        Most flights in 52 weeks by vehicle: `progress-ms 4`; default: as shown in the ten years before.
    research_usd_per_h
        Worth of an hour of research in a blend.
    person_week_usd
        Worth of a week of one person aboard in a blend.
    margin_d
        Days added to every reserve, 0 for what the scenario requires and no more; default: the widest margins there is a plan with (up to
        150 days of crew stores, reliefs up to 14 weeks early).
    altitude
        Choose also the altitude of each year, for least propellant flown.
    replan
        Published plan (scenario file) to change as little as possible.
    since
        Flights of the published plan launched before this day stand.
    lost
        Flights of the published plan that were lost, with commas.
    home
        Flights of the published plan whose crew came home early: `soyuz-ms-2023-03 2023-05-01`.
    probability
        Chance of unbroken presence to the horizon that `--runs` must show; alone it asks for 1,000 runs. Default with runs: 0.95.
    runs
        Fresh runs to prove the plan on; margins grow where runs break until the probability is met. 0: the plan is not tried.
    seed
        Number the chance of the runs is drawn from.
    time_limit_s
        Seconds for the solver each time it is asked; the best plan found until then is given with its gap. Where the widest margins have no plan
        it is asked up to four times in each future, and again for what conflicts or would help.
    out
        Scenario file to write the plan to, with those of all futures that have one.
    csv
        Table of flights to write; of a scenario with several futures each has files of its own (plan.csv: plan.returns.csv).
    ics
        Calendar (iCalendar) of visits and reboosts to write.
    gantt
        Chart of the ports (SVG) to write.
    stocks
        Table (CSV) of every stock by week, by the plan's own arithmetic and in a run of its manifests and dates, to write.
    reboosts
        Table (CSV) of the reboosts to write: when, from and to what altitude, with whose propellant.
    manifests
        Write each ship's manifest into the scenario file; else ships are filled by need when they fly.
    """
    import sys

    import stationkeep as sk
    from stationkeep.plan.make import plan_branch, with_plan

    read = chosen(scenario, until)
    if altitude and read.futures:
        raise InputError("--altitude", None, "the altitude policy is one for all futures of a scenario",
                         "write a scenario file of the one future to plan")  # fmt: skip
    if not 0.0 <= probability < 1.0:
        raise InputError("--probability", None, f"{probability:g} is no chance a plan can promise", "write a number such as 0.95, below 1")
    for option, count in (("--crews", crews), ("--between-crews-w", between_crews_w)):
        if count < 0:
            raise InputError(option, None, f"{count} is no number of them", "write 0 or more")
    if people == 0:
        raise InputError("--people", None, "a plan keeps people aboard", "write 1 or more, or leave it out for the crews of the scenario")
    if margin_d is not None and margin_d < 0:
        raise InputError("--margin-d", None, f"{margin_d:g} days are no margin", "write 0 or more")
    if time_limit_s <= 0:
        raise InputError("--time-limit-s", None, f"{time_limit_s:g} s are no time to solve in", "write 60, or more for long horizons")
    if not replan and (since or lost or home):
        raise InputError("--replan", None, "`--since`, `--lost` and `--home` are about a published plan", "name its scenario file: --replan published.yaml")
    can_be_written(out, csv, ics, gantt, stocks, reboosts)
    if probability and not runs:
        runs = PROVED_runs
    names: list[str | None] = [future] if future else [*read.futures] or [None]
    wishes: dict[str, Any] = {
        "objective": objective, "crews": crews, "between_w": between_crews_w, "vehicles": _listed(vehicles), "fix": _listed(fix), "margin_d": margin_d,
        "usd_per_research_h": research_usd_per_h, "usd_per_person_week": person_week_usd,
        "budgets_musd": {(who, int(year)): float(most) for who, year, most in _triples("--budget", budget, ("partner", "year", "money"))},
        "cadence_count": {name: int(most) for name, most in _triples("--cadence", cadence, ("vehicle", "count"))},
    }  # fmt: skip
    if replan:
        from stationkeep.plan.wishes import published_flights

        plan_before = sk.read_scenario(replan)
        published = published_flights(plan_before)
        early = {words[0]: day(words[-1], "--home") for words in (item.split() for item in _listed(home))}
        unknown = sorted({*_listed(lost), *early} - {f.name for f in published})
        if unknown:
            raise InputError(replan, None, f"no flight '{unknown[0]}'", "name flights of the published plan")
        wishes.update(published=published, reboosts=plan_before.stations[plan_before.main_station].reboosts, since=day(since, "--since"), lost=_listed(lost), home=early)
    if people >= 0:
        wishes["people"] = people
    made = {}
    for name in names:

        def say(text: str, name: str | None = name) -> None:
            if not json:
                print(f"{name + ': ' if name else ''}{text}", file=sys.stderr, flush=True)

        made[name] = plan_branch(
            read.branch(name), probability=probability or 0.95, runs=runs, seed=seed, workers=processes(workers),
            time_limit_s=time_limit_s, altitude=altitude, say=say, **wishes,
        )  # fmt: skip
    new = read
    for name, found in made.items():
        new = with_plan(new, name, found) if found.stands else new
    first = made[names[0]]
    told: dict[str, Any] = {"scenario": read.name, "future": names[0], **first.as_dict()}
    if len(names) > 1:
        told["futures"] = [{"name": name, **found.as_dict()} for name, found in made.items()]
    if manifests and first.stands and len(names) == 1:
        from stationkeep.plan.stocks import with_manifests

        first = replace(first, scenario=with_manifests(first.scenario, first.problem, list(first.flights)))
        new = with_plan(read, names[0], first)
    answer = first.answer if len(names) == 1 and first.answer is not None and (not first.stands or first.answer.met) else None
    plans = {name: found for name, found in made.items() if found.stands}
    if answer is not None:  # the branch with what was added
        new, plans = answer.scenario, {names[0]: answer}
    tables = {"csv": csv, "ics": ics, "gantt": gantt, "stocks": stocks, "reboosts": reboosts}
    emit(told, json, lambda: _tell(made))
    for file in _written(new, plans, out, tables, len(names) > 1):
        if not json:
            print(f"written: {file}")
    if not all(found.stands for found in made.values()):
        raise SystemExit(1)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in text.split(",") if item.strip())


def _triples(option: str, text: str, kinds: tuple[str, ...]) -> list[list[str]]:
    """`nasa 2026 3000, esa 2027 500` -> lists of words, one of each kind; InputError where one is none of its kind."""
    example = "nasa 2026 3000" if "partner" in kinds else "progress-ms 4"
    out = []
    for item in _listed(text):
        words = item.split()
        if len(words) != len(kinds):
            raise InputError(option, None, f"cannot read '{item}'", f"write {example}, with commas between them")
        for word, kind in zip(words, kinds, strict=True):
            if not _is(word, kind):
                raise InputError(option, None, f"'{word}' in '{item}' is no {kind}", f"write {example}" + (f"; partners: {', '.join(PARTNERS)}" if kind == "partner" else ""))
        out.append(words)
    return out


def _is(word: str, kind: str) -> bool:
    if kind == "money":
        try:
            return 0.0 <= float(word) < math.inf
        except ValueError:
            return False
    return {"partner": word in PARTNERS, "year": word.isdigit() and len(word) == 4, "count": word.isdigit()}.get(kind, True)


def _written(scenario: Any, plans: dict[str | None, Any], out: str, tables: dict[str, str], several: bool) -> Iterator[str]:
    """Write what was asked for, of several futures each a file of its own; the names of what is written, one by one."""
    if out and plans:
        with writing(out):
            Path(out).write_text(scenario.to_yaml(), encoding="utf-8", newline="")
        yield out
    for future, made in plans.items():
        for kind, file in tables.items():
            if file:
                name = str(Path(file).with_stem(f"{Path(file).stem}.{future}")) if several else file
                title = f"{scenario.title}: {future}" if several else scenario.title
                with writing(name):
                    Path(name).write_text(_text(kind, scenario, title, made), encoding="utf-8", newline="")
                yield name


def _text(kind: str, scenario: Any, title: str, made: Any) -> str:
    """One table, calendar or chart of a plan."""
    from stationkeep.plan.reboosts import reboosts_csv
    from stationkeep.plan.stocks import stocks_csv
    from stationkeep.plan.write import calendar, rows, table_csv
    from stationkeep.report.gantt import gantt_svg

    flights, burns = rows(made.problem, list(made.flights)), list(made.reboosts)
    if kind == "ics":
        return calendar(flights, burns, scenario.as_of or scenario.start)
    if kind == "gantt":
        return gantt_svg(title, flights, scenario.start, scenario.horizon, burns)
    return {"csv": lambda: table_csv(flights), "stocks": lambda: stocks_csv(list(made.stocks)), "reboosts": lambda: reboosts_csv(burns)}[kind]()


def _tell_runs(found: Any) -> None:
    """What the runs said: each step with its price, and the plan that was chosen on runs nothing was chosen on."""
    from stationkeep.plan.robust import told

    if found.margins:
        print(f"  margins: {found.margins}")
    for step in ([found.unplanned] if found.unplanned else []) + list(found.curve):
        price = step.get("price_musd_per_percent")
        print(f"  {step['probability_frac']:.1%} ({step['low']:.1%} to {step['high']:.1%}) unbroken for {step['cost_musd']:,.0f} M$, {step['flights_count']:.0f} flights"
              + ("" if price is None else f", {price:,.0f} M$ for each added per cent") + f": {step.get('margins', 'as it stands')}")  # fmt: skip
    if found.probability_frac is not None:
        low, high = found.interval_frac
        print(f"  on {found.proved_runs} fresh runs {found.probability_frac:.1%} ({low:.1%} to {high:.1%}) unbroken; "
              f"{found.asked_frac:.0%} asked: {'met' if found.met else 'NOT MET'}; {told(found.broke)}")  # fmt: skip


def _bounds(objective: str, value: float, bound: float) -> str:
    """What a plan comes to and what none can better, in words."""
    if objective in ("presence", "research"):  # counted as losses by the solver
        unit = {"presence": "weeks with everyone aboard", "research": "h of research"}[objective]
        return f"{-value:,.0f} {unit}, no plan above {-bound:,.0f}"
    return f"{value:,.0f} M${', what crews are worth taken off' if objective == 'blend' else ''}, no plan below {bound:,.0f}"


def _tell_answers(found: Any) -> None:
    """What one addition does: where there is no plan, or none that holds as often as asked."""
    from stationkeep.plan.robust import told

    for more in found.answers:
        if more["status"] == "unknown":
            print(f"  with {more['addition']}: not proved impossible, no plan found in the time (--time-limit-s)")
            continue
        words = "; ".join(more["refuted"]) or more["status"]
        if more["probability_frac"] is not None:
            low, high = more["probability_interval_frac"]
            words += (f"; {more['probability_frac']:.1%} ({low:.1%} to {high:.1%}) of {more['proved_runs_count']} fresh runs unbroken, "
                      f"{found.answer.asked_frac:.0%} asked: {'met' if more['met'] else 'NOT MET'}; {told(more['broke'])}")  # fmt: skip
        elif more["selected_frac"] is not None:
            words += f"; {more['selected_frac']:.1%} of the runs it was compared on, not proved"
        print(f"  with {more['addition']}: {more['flights_count']} flights, {more['of_it_count']} of it, {more['cost_musd']:,.0f} M$ ({words})")


def _tell(made: dict[str | None, Any]) -> None:
    from stationkeep.plan.reboosts import with_words

    for name, found in made.items():
        s = found.solution
        head = f"{name}: " if name else ""
        if found.refuted:
            print(f"{head}NO PLAN: flights were chosen, but the nominal run does not bear them out:")
            for line in found.refuted:
                print(f"  - {line}")
            continue
        if not s.found:
            print(f"{head}no plan ({s.status})" + (". These cannot hold together:" if found.conflicts else ""))
            for line in found.conflicts:
                print(f"  - {line}")
            if found.conflicts:
                print(f"  one addition that {'would' if found.answer is not None else 'may'} do: " + ("; ".join(found.additions) or "none that is known"))
            _tell_answers(found)
            continue
        bounds = "" if found.problem.kept else f"{_bounds(found.problem.objective, s.objective, s.bound)} with half a year more; gap {s.gap_frac:.2%} "
        print(f"{head}{len(found.counted())} flights, {found.cost_musd():,.0f} M$; {s.status}: {bounds}in {s.wall_s:.0f} s")
        if found.agreement_frac:
            parts = ", ".join(f"{k} {v:.1%}" for k, v in found.agreement_frac.items())
            print(f"  stocks of plan and nominal run, on these dates, differ by at most: {parts}")
            print("  by its own arithmetic and manifests, flown on their days, the plan has (of the run's mean, week by week): "
                  + ", ".join(f"{k} {low:+.1%} to {high:+.1%}" for k, (low, high) in found.as_dict()["apart_frac"].items()))  # fmt: skip
            print("  least reserves of the nominal run, in which ships come sooner when a stock is low: " + ", ".join(f"{k} {v:,.0f} d" for k, v in found.least_d.items()))
        _tell_runs(found)
        _tell_answers(found)
        told = found.as_dict()
        for title, figures in (("altitude", told["altitude"]), ("against the published plan", told["changes"])):
            if figures:
                print(f"  {title}: " + ", ".join(f"{k} {v:,.0f}" for k, v in figures.items()))
        for one in found.replanned:
            days = " to ".join(str(x) for x in (one["published"], one["now"]) if x)
            print(f"    {one['change']} {one['vehicle']} {days}: {one['why']}")
        counts: dict[str, int] = {}
        for f in found.flights:
            counts[f.visit.vessel] = counts.get(f.visit.vessel, 0) + 1
        print("  " + ", ".join(f"{count} {vehicle}" for vehicle, count in counts.items()))
        print("  launch      expected    undocking   port             flight")
        for f in found.flights:
            print(f"  {f.launch[:10]}  {f.expected[:10]}  {f.undock[:10]}  {f.ports[0]:<16} {f.name}")
        if found.reboosts:
            print("  reboost        from       to    m/s     kg  with")
        for b in found.reboosts:
            print(f"  {b['day']}  {b['from_km']:>7.2f}  {b['to_km']:>7.2f}  {b['delta_v_m_per_s']:>5.2f}  {b['propellant_kg']:>5.0f}  {with_words(b)}"
                  + (f" (for the phase of {b['ship']})" if b["ship"] else ""))  # fmt: skip
