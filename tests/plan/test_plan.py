"""From a scenario to a scenario whose flights were chosen, over half a year."""

import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import stationkeep as sk
from stationkeep.cli.plan import _bounds, _tell_answers, _written
from stationkeep.cli.plan import plan as plan_verb
from stationkeep.engine.compile.flights import flown_dry_kg
from stationkeep.laws.matter import RESOURCES
from stationkeep.laws.orbit import burn_propellant
from stationkeep.model.base import seconds, to_utc
from stationkeep.model.catalogue import Catalogue
from stationkeep.model.files import InputError
from stationkeep.model.fleet import Flight
from stationkeep.plan.additions import _ports, helpful
from stationkeep.plan.bound import by_months
from stationkeep.plan.broke import CREWS, OTHER, STORES
from stationkeep.plan.chosen import _as_it_stands, beyond
from stationkeep.plan.conflicts import conflicts
from stationkeep.plan.make import plan_branch
from stationkeep.plan.milp import _quiet, build, relax, run, solve
from stationkeep.plan.months import SOONER_w, cargo_months
from stationkeep.plan.nominal import lasting, nominal
from stationkeep.plan.problem import Fixed, Solution, Visit
from stationkeep.plan.prove import refuted
from stationkeep.plan.reboosts import with_reboosts
from stationkeep.plan.robust import WIDE, with_margins
from stationkeep.plan.rolling import CREW_w, _cargo, _fewer, _fewer_stays, _windows, crews_of
from stationkeep.plan.stocks import apart, side_by_side, stocks_csv
from stationkeep.plan.take import problem_of
from stationkeep.plan.vessels import shown_cadence_count
from stationkeep.plan.wishes import Wishes, published_flights
from stationkeep.plan.write import crew_of, people_aboard, planned, planned_scenario

PROMISED = ("status", "objective", "bound", "gap_frac", "flights", "reboosts", "probability_frac", "conflicts")


@pytest.fixture(scope="module")
def short():
    return sk.read_scenario("iss-2022").patch({"horizon": "2023-02-14"})


@pytest.fixture(scope="module")
def made(short):
    return plan_branch(short, time_limit_s=30.0)


def aboard(plan):
    """Crew ships there at the start: the plan says how they leave."""
    return {d.name for d in plan.problem.docked if d.crew}


def test_the_plan_is_a_scenario_that_reads_back(made, tmp_path):
    file = tmp_path / "plan.yaml"
    file.write_text(made.scenario.to_yaml(), encoding="utf-8")
    again = sk.read_scenario(file)
    assert {n for n, f in again.flights.items() if f} == {f.name for f in made.flights} | aboard(made)
    assert again.to_dict() | {"name": ""} == made.scenario.to_dict() | {"name": ""} and again.stations["iss"].reboosts


def test_plan_and_simulation_agree(made):
    assert made.solution.found and made.flights
    assert {"food", "supplies", "water", "propellant"} <= set(made.agreement_frac)
    assert max(made.agreement_frac.values()) <= 0.02


def test_the_plans_own_arithmetic_agrees_week_by_week_with_a_run_of_its_manifests(made):
    """Nothing of the run goes into the plan's side: manifests of the table on their weeks, uses of the programme."""
    rows = [dict(r) for r in made.stocks]
    weeks = int((seconds(made.scenario.horizon) - made.problem.start_s) // (7 * 86400.0))
    names = {"food", "supplies", "water", "propellant"}
    assert {r["commodity"] for r in rows} >= names and sum(r["commodity"] == "food" for r in rows) == weeks
    for name in ("food", "supplies", "propellant"):
        assert max(abs(r["difference_frac"]) for r in rows if r["commodity"] == name) <= 0.02
    assert max(r["difference_frac"] for r in rows if r["commodity"] == "water") <= 0.02, "the plan counts on more than there is"
    assert stocks_csv(rows).count("\n") == len(rows) + 1


def test_the_comparison_fails_where_the_run_burns_by_another_schedule(made):
    """A week later, or not to where the plan says: the run flies it by itself."""
    later = {to_utc(seconds(day) + 7 * 86400.0): km for day, km in made.scenario.stations["iss"].reboosts.items()}
    other = replace(made, scenario=with_reboosts(made.scenario, later))
    assert max(abs(x) for x in apart(side_by_side(other))["propellant"]) > 0.02


def test_every_burn_is_planned_ahead_of_the_floor_and_told_with_whose_propellant(made):
    """Days and altitudes are in the file; ships and tanks named gave what was burned."""
    flown, planned_days = nominal(made.scenario), made.scenario.stations["iss"].reboosts
    burns = [b for b in made.reboosts if b["day"] < made.scenario.horizon[:10]]
    assert burns and [b["day"] for b in burns] == [to_utc(b.t_s)[:10] for b in flown.burns]
    names = {f.name for f in made.flights} | {d.name for d in made.problem.docked} | {"tanks"}
    for b in burns:
        assert planned_days[b["day"] + "T00:00:00Z"] == pytest.approx(b["to_km"], abs=0.02) and b["from_km"] > 415.2
        assert set(b["with"]) <= names and sum(b["with"].values()) == pytest.approx(b["propellant_kg"], abs=0.3)
        kept = burn_propellant(float(np.nanmedian(flown.mass_kg)), b["delta_v_m_per_s"], 290.0)
        assert b["propellant_kg"] == pytest.approx(kept, rel=0.12), "Isp 290 to 320 s"


def test_a_burn_before_a_ship_leaves_takes_what_ships_hold_and_is_left_out_where_that_is_little(short):
    day = "2022-08-10T00:00:00Z"
    tried = with_reboosts(short, {day: 418.5})
    first = nominal(tried, by_ships={day: 0.5}).burns[0]
    assert to_utc(first.t_s)[:10] == day[:10] and first.with_kg["progress-ms-20"] == pytest.approx(220.0, rel=0.01) and first.with_kg.get("tanks", 0.0) < 8.0
    assert first.to_km == pytest.approx(first.from_km + 2.4, abs=0.3)
    assert nominal(tried).burns[0].with_kg["tanks"] > 10.0 and to_utc(nominal(tried, by_ships={day: 3.0}).burns[0].t_s)[:10] > day[:10]


def test_ships_are_filled_when_they_fly_and_the_table_says_with_what(made):
    assert all(made.scenario.flights[f.name].cargo_kg is None for f in made.flights)
    cargo = [f for f in made.flights if f.launch < "2023-01-01" and not made.problem.vessel(f.visit.vessel).crew]
    assert cargo and all(sum(f.visit.manifest_kg.values()) > 500.0 for f in cargo)


def test_the_nominal_run_keeps_every_reserve_that_is_asked(made):
    asked = {"food": 45.0, "water": 45.0, "oxygen": 45.0, "propellant": 180.0}
    assert all(made.least_d[name] >= days for name, days in asked.items()), made.least_d


def test_no_launch_is_added_on_short_notice_and_dates_allow_for_slips(made):
    first = min(f.visit.week for f in made.flights)
    assert first >= 9, "sixty days"
    declared, transit_d = seconds(made.flights[0].launch), made.problem.vessel(made.flights[0].visit.vessel).transit_d
    assert made.problem.start_s + (first * 7 + 0.5) * 86400.0 - declared == pytest.approx((22.4 + transit_d) * 86400.0, abs=1.0)


def test_a_ship_of_the_plan_carries_what_the_engine_gives_it(made):
    ships = made.problem.vessels
    world, flights = nominal(made.scenario).case.world.ships, nominal(made.scenario).case.flights
    dry = [RESOURCES.index(r) for r in ("food", "supplies", "toilet", "spares", "research")]
    for f in made.flights:
        i = [x.id for x in flights].index(f.name)
        ship = next(v for v in ships if v.name == f.visit.vessel)
        assert ship.dry_kg == pytest.approx(world.cargo_kg[i, dry].sum()) and ship.refuel_kg == pytest.approx(world.refuel_kg[i])


def test_cadence_is_what_the_series_of_a_scenario_ask_together():
    catalogue = Catalogue("2009-07-01")
    row, then = catalogue.by_id("fleet/vehicles")["soyuz-tma"], seconds("2009-07-01")
    twice = [Flight.model_validate({"vehicle": "soyuz-tma", "every_d": 183})] * 2
    assert shown_cadence_count(catalogue, row, then, []) == 3 and shown_cadence_count(catalogue, row, then, twice) == 4


def test_a_trial_flight_is_no_load():
    then = Catalogue("2012-09-01")
    assert flown_dry_kg(then, "dragon-1") == pytest.approx((460.0 + 2 * 3310.0) / 3)
    assert flown_dry_kg(Catalogue("2019-01-01"), "dragon-1") < 2800.0 and flown_dry_kg(then, "cygnus-standard") is None


def test_each_crew_aboard_has_a_relief_of_its_own(made):
    docked = {d.name for d in made.problem.docked if d.crew}
    assert {f.relieves for f in made.flights if f.relieves} == docked and docked
    assert [made.scenario.flights[f.name].relieves for f in made.flights if f.relieves] == [f.relieves for f in made.flights if f.relieves]


def test_missing_people_are_counted_as_if_they_were_there(made):
    run = nominal(made.scenario)
    fewer = replace(run, people=run.people - 3.0)
    food, hungry = (next(c for c in problem_of(made.scenario, r, Wishes(), people).commodities if c.name == "food")
                    for r, people in ((run, None), (fewer, np.full(run.people.size // 7, 7.0))))  # fmt: skip
    assert hungry.use_kg.sum() > food.use_kg.sum()


def test_crews_are_relieved_and_ports_hold_one_ship(made):
    stays = [(f.ports[0], f.expected, f.undock) for f in made.flights]
    for i, (port, begin, end) in enumerate(stays):
        assert not any(p == port and b < end and begin < e for p, b, e in stays[i + 1 :])


def test_crews_with_weeks_between_them_leave_on_their_days(short):
    """Also those aboard at the start; plan and run then agree on who is aboard in every week."""
    p = problem_of(short, nominal(short), Wishes(between_w=3, margin_d=30.0))  # enough that nobody is cut for want of food at the end
    solution = solve(p, time_limit_s=8.0)
    flights = planned(p, solution)
    again = sk.parse_scenario(planned_scenario(short, p, solution, flights).to_yaml())
    docked = [d.name for d in p.docked if d.crew]
    assert docked and all(again.flights[name].undock for name in docked) and not [f for f in flights if f.relieves]
    run, people = nominal(again), people_aboard(p, solution)
    assert run.people[3 : 7 * p.weeks : 7].tolist() == people.tolist()
    assert 1 <= people.min() < p.people.max()


def test_crews_of_single_flights_are_asked_for_as_those_of_series(made):
    again = problem_of(made.scenario, nominal(made.scenario), Wishes()).lines
    assert set(again) == set(made.problem.lines) and all(set(ships) == {1} for ships in again.values())


def test_a_visit_that_slips_is_moved_and_asks_for_no_crew_of_its_own(short):
    """Its day of undocking had come before it: it left in the past, and no plan was found beside it."""
    visit = short.patch({"flights": {"visit": {"vehicle": "crew-dragon", "launch": "2022-10-21", "undock": "2022-10-30", "people": {"nasa": 4}}}})
    run = nominal(visit)
    i = next(i for i, f in enumerate(run.case.flights) if f.id == "visit")
    late_d, stay_d = (run.docked_s[i] - seconds("2022-10-21")) / 86400.0, (run.left_s[i] - run.docked_s[i]) / 86400.0
    assert late_d > 9.0 and 7.0 < stay_d < 9.0
    lines = problem_of(visit, run, Wishes()).lines
    assert {kind: ships.tolist() for kind, ships in lines.items()} == {kind: ships.tolist() for kind, ships in problem_of(short, nominal(short), Wishes()).lines.items()}


def test_a_kind_of_port_no_module_brings_is_not_proposed(made):
    crew = next(v for v in made.problem.vessels if v.crew)
    told = list(_ports(made.scenario, replace(made.problem, vessels=(replace(crew, name="shuttle"), crew))))
    assert len(told) == 1 and "APAS" not in told[0][0]


def test_every_key_that_is_promised(made):
    told = made.as_dict()
    assert not [key for key in PROMISED if key not in told]
    assert told["bound"] <= told["objective"] * (1 + 1e-9) and told["cost_musd"] > 0


def test_no_plan_says_which_requirements_conflict(made):
    vessels = tuple(replace(v, per_year_count=0) if v.crew else v for v in made.problem.vessels)
    said = conflicts(replace(made.problem, vessels=vessels))
    assert any("crew is there all the time" in line for line in said)
    assert any("flies at most 0 times a year" in line for line in said) or len(said) == 1


def test_wrong_options_are_told():
    with pytest.raises(InputError, match="--budget"):
        plan_verb("iss-2022", budget="nasa lots", json=True)
    with pytest.raises(InputError, match="--between-crews-w"):
        plan_verb("iss-2022", between_crews_w=-1, json=True)
    with pytest.raises(InputError, match="--future"):
        plan_verb("iss-2022", future="never")


def test_files_are_written(made, tmp_path):
    names = [str(tmp_path / n) for n in ("plan.yaml", "flights.csv", "flights.ics", "ports.svg", "stocks.csv", "reboosts.csv")]
    tables = dict(zip(("csv", "ics", "gantt", "stocks", "reboosts"), names[1:], strict=True))
    assert sorted(_written(made.scenario, {None: made}, names[0], tables, False)) == sorted(names)
    scenario, table, calendar, chart, _, burns = (Path(name).read_bytes().decode() for name in names)
    assert burns.count("\n") == len(made.reboosts) + 1 and burns.startswith("day,kind,ship,from_km,to_km,delta_v_m_per_s,propellant_kg,with\n2022-")
    count = len(made.flights)
    assert scenario.count("source: chosen by stationkeep plan") == count + len(aboard(made)) and table.count("\n") == count + 1
    assert calendar.count("BEGIN:VEVENT") == count + len(made.reboosts) and calendar.endswith("END:VCALENDAR\r\n")
    shown = sum(f.expected < made.scenario.horizon for f in made.flights)
    burned = sum(b["day"] < made.scenario.horizon for b in made.reboosts)
    assert chart.count('<rect class="stay') == shown + burned and f"{shown} visits" in chart and "progress-ms (" in chart
    assert max(chart.index(f">{f.ports[0]}<") for f in made.flights if f.expected < made.scenario.horizon) < chart.index(">reboosts<")
    with pytest.raises(InputError, match="cannot be written"):
        list(_written(made.scenario, {None: made}, str(tmp_path / "no" / "plan.yaml"), {}, False))


def test_the_calendar_is_read_by_others(made, tmp_path):
    icalendar = pytest.importorskip("icalendar")
    file = tmp_path / "flights.ics"
    assert list(_written(made.scenario, {None: made}, "", {"ics": str(file)}, False)) == [str(file)]
    read = icalendar.Calendar.from_ical(file.read_bytes())
    events = {str(e["UID"]).split("@")[0]: e for e in read.walk("VEVENT")}
    assert set(events) == {f.name for f in made.flights} | {f"reboost-{b['day']}" for b in made.reboosts} and not read.errors
    assert all(str(events[f"reboost-{b['day']}"]["DTSTART"].dt) == b["day"] for b in made.reboosts)
    for flight in made.flights:
        event = events[flight.name]
        assert event["DTSTART"].dt.strftime("%Y-%m-%dT%H:%M:%SZ") == flight.expected and event["DTEND"].dt > event["DTSTART"].dt
        assert "launch " + flight.launch[:10] in str(event["DESCRIPTION"]) and str(event["LOCATION"]) == flight.ports[0]


def test_flights_that_the_nominal_run_does_not_bear_out_are_no_plan(made, monkeypatch, capsys):
    run = nominal(made.scenario)
    horizon = seconds(made.scenario.horizon)
    assert refuted({"food": 0.01}, run, horizon, {"food": 45.0}) == ()
    assert "differs" in refuted({"food": 0.05}, run, horizon, {})[0]
    assert "asked for" in refuted({}, run, horizon, {"food": 4500.0})[0]
    empty = replace(run, people=np.where(run.t_s > seconds("2023-01-01"), 0.0, run.people))
    assert "nobody is aboard from 2023-01-01" in refuted({}, empty, horizon, {})[0]
    monkeypatch.setattr(sys.modules["stationkeep.plan.make"], "plan_branch", lambda *a, **k: replace(made, refuted=("the plan's food differs",)))
    with pytest.raises(SystemExit) as end:
        plan_verb("iss-2022", json=True)
    told = json.loads(capsys.readouterr().out)
    assert end.value.code == 1 and told["status"] == "refuted" and told["flights"] == [] and told["refuted"]


def test_each_future_that_has_a_plan_has_files_of_its_own(made, monkeypatch, tmp_path, capsys):
    plans = iter([replace(made, refuted=("the plan's food differs",)), made])
    monkeypatch.setattr(sys.modules["stationkeep.plan.make"], "plan_branch", lambda *a, **k: next(plans))
    scenario = tmp_path / "two.yaml"
    scenario.write_text("base: iss-2022\nfutures:\n  lean: {weight: 0.5}\n  rich: {weight: 0.5}\n", encoding="utf-8")
    with pytest.raises(SystemExit) as end:
        plan_verb(str(scenario), out=str(tmp_path / "plan.yaml"), csv=str(tmp_path / "plan.csv"), gantt=str(tmp_path / "ports.svg"))
    said = capsys.readouterr().out
    assert end.value.code == 1 and "lean: NO PLAN" in said
    assert sorted(x.name for x in tmp_path.iterdir()) == ["plan.rich.csv", "plan.yaml", "ports.rich.svg", "two.yaml"]
    planned = sk.read_scenario(tmp_path / "plan.yaml")
    assert {f.name for f in made.flights} <= set(planned.branch("rich").flights) and not {f.name for f in made.flights} <= set(planned.branch("lean").flights)
    assert ": rich" in (tmp_path / "ports.rich.svg").read_text(encoding="utf-8") and f"written: {tmp_path / 'plan.rich.csv'}" in said


def test_where_nobody_unloads_the_gyroscopes_the_proof_is_told_and_what_would_do(short):
    leave = {"withdraw": "roscosmos", "on": "2022-11-30", "segment": "powered_down", "source": "test"}
    told = plan_branch(short.patch({"events.leave": leave}), time_limit_s=20.0)
    assert told.status == "infeasible" and not told.flights
    assert told.conflicts == ("somebody unloads the gyroscopes, and no ship that flies here can do it alone",)
    assert "the segment handed over and run from the first day by those who stay, not powered down" in told.additions


def test_a_lost_station_is_planned_for_as_if_nobody_had_left(short):
    scenario = short.patch({"events.leave": {"withdraw": "roscosmos", "on": "2022-11-30", "segment": "handed_over", "source": "test"}})
    run = nominal(scenario)
    lost = replace(run, people=np.where(np.arange(run.people.size) > 150, 0.0, run.people), flow_kg=0.0 * run.flow_kg)
    kept = lasting(lost, scenario)
    assert kept.people[-1] >= 7 and kept.use_kg("food")[-1] > 0 and not kept.use_kg("food")[:90].any()
    assert lasting(run, scenario) is run


def test_the_seat_of_a_partner_that_is_gone_falls_to_the_ships_own(made):
    ship = next(f.visit for f in made.flights if f.visit.vessel == "crew-dragon")
    assert crew_of(made.problem, ship) == {"nasa": 2, "jaxa": 1, "roscosmos": 1}
    gone = replace(made.problem, flies={"roscosmos": np.zeros(made.problem.weeks, bool)})
    assert crew_of(gone, ship) == {"nasa": 3, "jaxa": 1}


def test_committed_crews_stay_for_their_relief_and_keep_their_day():
    scenario = sk.read_scenario("iss-2022").patch({"horizon": "2024-02-01"})
    p = problem_of(scenario, nominal(scenario), Wishes(fix=("soyuz",)))
    assert [f.name for f in p.fixed] == ["soyuz-1", "soyuz-2", "soyuz-3"]
    for f, relief in zip(p.fixed, p.fixed[1:], strict=False):
        assert f.week + f.stay_w > relief.week and f.week + f.stay_w - relief.week <= 2
    visit = Visit("soyuz-ms", p.fixed[0].week, "rassvet-nadir", p.fixed[0].stay_w)
    told = planned(p, Solution("optimal", 0.0, 0.0, 0.0, (visit,), {}, {}, 0.0))
    assert [(f.name, f.launch[:10], f.expected[:10]) for f in told] == [("soyuz-1", "2022-09-21", "2022-09-21")]


def test_the_price_of_the_scenario_as_it_stands_is_of_flights_that_are_flown():
    cost = {f: _as_it_stands(sk.read_scenario("iss-partner-leaves").branch(f).model_copy(update={"horizon": "2026-01-01"}), "2026-01-01") for f in
            ("after-2024", "until-own-station", "returns")}  # fmt: skip
    assert cost["after-2024"] == cost["returns"] and cost["after-2024"]["flights_count"] < cost["until-own-station"]["flights_count"]


def test_vehicles_that_serve_against_what_broke_are_tried_in_turn(short):
    run = nominal(short)
    names = [[a.vehicles[0] for a in helpful(short, run, Wishes(), dict.fromkeys(causes, 1))] for causes in ((CREWS,), (STORES, CREWS), (OTHER,))]
    assert names[0] == ["starliner"] and names[1][1] == "starliner" and "starliner" not in names[1][2:] and names[2] == []
    cargo = short.catalogue().by_id("fleet/vehicles")
    assert all(not float(cargo[name]["seats"]) for name in (names[1][0], *names[1][2:]))
    assert helpful(short, run, Wishes(vehicles=("starliner",)), {CREWS: 1}) == []


def test_published_flights_read_back(made):
    assert len(published_flights(made.scenario)) == len(made.flights)


def eight_ports(margins):
    scenario = beyond(sk.read_scenario("iss-2022").patch({"horizon": "2030-01-01"}))
    problem = problem_of(scenario, nominal(scenario), with_margins(Wishes(), margins, ("soyuz-ms",)))
    assert sum(len(port.ports) for port in problem.ports) == 8
    return solve(problem, time_limit_s=60.0)


@pytest.mark.slow
@pytest.mark.xfail(strict=True, reason="the gap is 1.3 to 1.5 %: docs/decisions.md")
def test_eight_ports_over_eight_years_within_one_per_cent_in_a_minute():
    found = eight_ports(WIDE[0])
    assert found.found and found.wall_s < 66.0 and found.gap_frac <= 0.01 and len(found.visits) > 100


@pytest.mark.slow
def test_eight_ports_over_eight_years_within_one_per_cent_in_a_minute_without_margins():
    found = eight_ports(WIDE[-1])
    assert found.found and found.wall_s < 66.0 and found.gap_frac <= 0.01


@pytest.mark.slow
def test_most_research_has_a_plan_with_as_many_crews_as_cargo_can_feed():
    """As many crews as could fly eat more than all the cargo ships bring."""
    scenario = beyond(sk.read_scenario("iss-2022").patch({"horizon": "2025-01-01"}))
    p = problem_of(scenario, nominal(scenario), Wishes(objective="research"))
    found = solve(p, time_limit_s=30.0)
    cheapest = 7.0 * p.weeks * p.research_h_per_person_week
    assert found.found and -found.objective > 1.05 * cheapest


@pytest.mark.slow
def test_most_presence_is_the_cheapest_plan_in_which_everyone_is_always_aboard():
    scenario = beyond(sk.read_scenario("iss-2022").patch({"horizon": "2025-01-01"}))
    found = solve(problem_of(scenario, nominal(scenario), Wishes(objective="presence")), time_limit_s=40.0)
    assert found.status == "optimal" and found.gap_frac < 0.001


def test_crews_are_first_as_many_as_the_relaxation_flies_and_ports_hold_in_it(made):
    """Without ports in it the bound of most research was 60 % above its plan."""
    p = replace(made.problem, objective="research", vessels=tuple(replace(v, per_year_count=4) if v.crew else v for v in made.problem.vessels))
    crews = {v for v, vessel in enumerate(p.vessels) if vessel.crew}
    first, second = sorted(crews)
    tries = _fewer(p, crews, {first: 2.1 * p.weeks / 52, second: 3.9 * p.weeks / 52})
    assert tries[0] == {first: 2, second: 0} and len(tries) == 9
    assert _fewer(p, crews, {})[0] == {first: 0, second: 0}
    roomy = replace(p, ports=tuple(replace(q, open_count=q.open_count + 2) for q in p.ports))
    assert relax(by_months(roomy, crews=False)).fun < relax(by_months(p, crews=False)).fun - 1.0


def test_reliefs_come_sooner_by_a_month_at_most_and_weeks_bear_the_months_of_cargo_out(made):
    m = build(made.problem)
    crews, late, leaves = crews_of(m), set(), {}
    assert _windows(m, late, leaves, crews, CREW_w, None, time.perf_counter() + 60.0)
    guide = cargo_months(m, late, leaves, set(), 20.0)
    assert guide.moved
    soon = {v: sorted(w for k, w, _, _ in guide.crews if k == v) for v in crews}
    for v in crews:
        weeks = sorted(w for k, w, _, _ in late if k == v)
        assert len(weeks) == len(soon[v]) and all(0 <= w - s <= SOONER_w for w, s in zip(weeks, soon[v], strict=True))
    x = _cargo(m, guide.crews, guide.leaves, crews, guide.months, 20.0, 1e-3)
    assert {key for key, c in m.visits.items() if key[0] in crews and x[c] > 0.5} == guide.crews
    assert np.dot(m.cost, x) <= made.solution.objective * 1.001


def test_every_second_stay_of_crews_is_left_and_those_of_commitments(made):
    ship = made.problem.vessel("soyuz-ms")
    odd = ship.stays_w[-2]
    fixed = Fixed("soyuz", "soyuz-ms", 3, "", odd, None, None)
    m = build(made.problem)
    assert _fewer_stays(m).problem.vessel("soyuz-ms").stays_w == ship.stays_w[::-2][::-1]
    assert odd in _fewer_stays(replace(m, problem=replace(made.problem, fixed=(fixed,)))).problem.vessel("soyuz-ms").stays_w


def test_a_plan_is_told_in_the_unit_of_what_was_asked():
    assert _bounds("cost", 12185.4, 12179.0) == "12,185 M$, no plan below 12,179"
    assert _bounds("research", -131336.0, -157561.0) == "131,336 h of research, no plan above 157,561"
    assert _bounds("presence", -153.0, -153.0).startswith("153 weeks with everyone aboard")


def test_two_threads_that_solve_at_once_leave_standard_output_where_it_was(capfd):
    first, second = _quiet(), _quiet()
    for step in (first.__enter__, second.__enter__, lambda: first.__exit__(None, None, None), lambda: second.__exit__(None, None, None)):
        step()
    print("here", flush=True)
    assert "here" in capfd.readouterr().out


def test_the_bound_in_which_no_crews_are_chosen_is_below_the_plan(made):
    """Also with whole numbers of cargo flights, and not below what the crews that must fly cost."""
    m = by_months(made.problem, crews=False)
    assert m.aboard is not None
    for (v, *_), c in m.visits.items():
        m.whole[c] = int(not made.problem.vessels[v].crew)
    crews = sum(made.problem.vessel(v.vessel).cost_musd for v in made.solution.visits if made.problem.vessel(v.vessel).crew)
    assert 0.8 * crews <= relax(m).fun <= run(m, time_limit_s=10.0).mip_dual_bound + 1e-6 <= made.solution.objective + 1e-6


def replan(short, made, **more):
    """The published half year, planned again from 1 November 2022."""
    published = published_flights(made.scenario)
    reboosts = made.scenario.stations["iss"].reboosts
    return plan_branch(short, time_limit_s=30.0, margin_d=0.001, published=published, reboosts=reboosts, since="2022-11-01", **more)


def test_a_replan_after_a_lost_ship_changes_little_and_holds(short, made):
    ship = next(f for f in made.flights if not made.problem.vessel(f.visit.vessel).crew)
    again = replan(short, made, lost=(ship.name,))
    told = again.as_dict()["changes"]
    assert set(again.scenario.flights) == {f.name for f in again.flights} | aboard(again), "nothing of the scenario's own flies beside them"
    assert again.solution.found and all("on 2022-1" in why for why in again.refuted), "nothing launched in time mends the first weeks"
    assert told["kept_count"] >= 0.8 * len([f for f in made.flights if f.launch >= "2022-11-01"]) - 1 and told["dropped_count"] <= 2
    before, now = made.scenario.stations["iss"].reboosts, again.scenario.stations["iss"].reboosts
    assert {d: km for d, km in now.items() if d < "2022-11-01"} == {d: km for d, km in before.items() if d < "2022-11-01"} != {} and max(now) > "2022-11-01"
    assert all(f.launch >= "2022-12" for f in again.flights if (f.visit.vessel, f.visit.week) not in {(o.visit.vessel, o.visit.week) for o in made.flights})


def test_a_crew_that_comes_home_early_is_replaced_and_the_rest_of_the_plan_stays(short, made):
    ship = next(f for f in made.flights if f.visit.vessel == "soyuz-ms" and f.launch < "2022-10-15")
    again = replan(short, made, home={ship.name: "2022-11-20"})
    assert again.stands, again.refuted
    after = [f for f in again.flights if f.visit.vessel == "soyuz-ms" and f.launch > "2022-11-20"]
    assert after and after[0].launch < "2023-03-01"
    assert again.as_dict()["changes"]["kept_count"] >= 0.8 * len([f for f in made.flights if f.launch >= "2022-11-01"]) - 1


def test_committed_series_are_flown_at_whatever_port_and_the_file_reads_back(short, tmp_path):
    held = plan_branch(short, time_limit_s=20.0, margin_d=0.001, fix=("soyuz", "progress"))
    names = {f.name for f in held.flights}
    assert held.stands and {"soyuz-1", "progress-1", "progress-2"} <= names
    assert all(sum(f.visit.manifest_kg.values()) > 1000.0 for f in held.flights if f.name.startswith("progress-") and f.launch < "2023-01-01")
    file = tmp_path / "held.yaml"
    file.write_text(held.scenario.to_yaml(), encoding="utf-8")
    again = sk.read_scenario(file)
    assert again.flights["soyuz"].every_d == 183 and "soyuz-1" not in again.flights


def test_while_others_learn_to_command_the_engines_rest_and_the_gyroscopes_are_unloaded_all_the_same(short):
    leave = {"withdraw": "roscosmos", "on": "2022-11-30", "segment": "handed_over", "takes": ["command"], "learning_d": 56, "source": "test"}
    scenario = beyond(short.patch({"events.leave": leave}))
    problem = problem_of(scenario, nominal(scenario), Wishes())
    assert not problem.unload_need.any() and int((~problem.tanks_push).sum()) == 8
    assert plan_branch(short.patch({"events.leave": leave}), time_limit_s=20.0).status in ("optimal", "feasible")


def test_an_addition_without_a_plan_in_time_is_told_as_that(capsys):
    _tell_answers(SimpleNamespace(answers=({"addition": "starliner", "status": "unknown"},), answer=None))
    assert "with starliner: not proved impossible, no plan found in the time" in capsys.readouterr().out
