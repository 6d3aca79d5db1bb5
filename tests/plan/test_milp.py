"""The programme against a checker that walks through the weeks and tries everything."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from stationkeep.plan.conflicts import AT_START, conflicts
from stationkeep.plan.milp import build, fill, relax, solve
from stationkeep.plan.problem import Commodity, Docked, Fixed, PortClass, Problem, Vessel
from stationkeep.plan.rolling import roll
from stationkeep.plan.traffic_rows import launch_year

MONTH_w = 4


def small(weeks=16, food_kg=500.0, per_year_count=6, ports=1, cost=(100.0, 40.0, 55.0), people=2, reserve_kg=100.0):
    """One crew ship, two cargo ships, one kind of port each for crew and cargo; food for those aboard."""
    every = np.ones(weeks, bool)
    vessels = (
        Vessel("crew", "nasa", "pad-a", "rocket", cost[0], (6, 8), every, ("forward",), per_year_count, {"nasa": people}, dry_kg=50.0 / 0.9),
        Vessel("small", "nasa", "pad-b", "rocket", cost[1], (4,), every, ("nadir",), per_year_count, {}, dry_kg=300.0 / 0.9),
        Vessel("large", "nasa", "pad-b", "rocket", cost[2], (4,), every, ("nadir",), per_year_count, {}, dry_kg=500.0 / 0.9),
    )  # fmt: skip
    return Problem(
        start_s=30 * 86400.0, weeks=weeks, vessels=vessels,
        ports=(PortClass("forward", ("forward",), np.full(weeks, 2), False, False),
               PortClass("nadir", ("nadir",), np.full(weeks, ports), False, False)),
        docked=(Docked("first", "crew", "forward", (4,), people),),
        commodities=(Commodity("food", food_kg, np.zeros(weeks), 40.0, np.full(weeks, reserve_kg), 2000.0),),
        people=np.full(weeks, people), lines={}, push_need_kg=np.zeros(weeks), turn_need_kg=np.zeros(weeks), tanks_push=np.ones(weeks, bool),
        unload_need=np.zeros(weeks, bool), debt_most_kg=0.0,
    )  # fmt: skip


def holds(p, visits):
    """Whether a list of (vessel, week, stay) keeps every requirement of `small`, found by walking through the weeks."""
    by_name = {v.name: v for v in p.vessels}
    people, sure = np.zeros(p.weeks), np.zeros(p.weeks)
    ports = {q.name: np.zeros(p.weeks) for q in p.ports}
    for d in p.docked:
        people[: d.leaves_w[0]] += d.crew
        sure[: d.leaves_w[0] - 1] += d.crew
        ports[d.port][: d.leaves_w[0]] += 1
    for name, week, stay in visits:
        v = by_name[name]
        people[week : week + stay] += v.crew
        sure[week : week + stay - 1 if week + stay < p.weeks else p.weeks] += v.crew
        ports[v.ports[0]][week : week + stay] += 1
    there = np.array([sum(k <= w < k + stay - (k + stay < p.weeks) for n, k, stay in visits if by_name[n].crew) for w in range(p.weeks)])
    there += np.array([sum(w < d.leaves_w[0] - 1 for d in p.docked) for w in range(p.weeks)])
    first = MONTH_w * (p.crews - len(p.docked)) if p.crews > len(p.docked) else 0
    if (there[first:] < p.crews).any():
        return False
    if (sure < p.people).any() or any((ports[q.name] > q.open_count).any() for q in p.ports):
        return False
    for site in {v.site for v in p.vessels}:
        weeks = [w for n, w, _ in visits if by_name[n].site == site]
        if len(weeks) != len(set(weeks)):
            return False
    if any(sum(n == v.name for n, _, _ in visits) > v.per_year_count for v in p.vessels):
        return False
    food = p.commodities[0]
    stock, room = food.opening_kg, 0.0
    for month in range(0, p.weeks, MONTH_w):
        use = food.person_kg * people[month : month + MONTH_w].sum()
        if stock - use < food.least_kg[month]:
            return False
        room = 0.9 * sum(by_name[n].dry_kg for n, w, _ in visits if month <= w < month + MONTH_w)
        stock = min(stock - use + room, food.most_kg)
    return True


def cheapest(p, most=6):
    """Least cost by trying every set of visits in order of cost."""
    choices = [(v.name, w, s) for v in p.vessels for w in range(p.weeks) for s in v.stays_w]
    price = {v.name: v.cost_musd for v in p.vessels}
    kinds = [v.name for v in p.vessels]
    mixes = sorted(
        (sum(price[k] * n for k, n in zip(kinds, mix, strict=True)), mix)
        for mix in itertools.product(range(most), repeat=len(kinds)) if sum(mix) <= most
    )  # fmt: skip
    for cost, mix in mixes:
        pools = [itertools.combinations([c for c in choices if c[0] == k], n) for k, n in zip(kinds, mix, strict=True)]
        if any(holds(p, [v for part in parts for v in part]) for parts in itertools.product(*map(list, pools))):
            return cost
    return None


def as_told(solution):
    return [(v.vessel, v.week, v.stay_w) for v in solution.visits]


@pytest.mark.parametrize(
    "changes",
    [{"weeks": 10}, {"food_kg": 900.0, "weeks": 12}, {"food_kg": 700.0, "weeks": 12, "cost": (100.0, 40.0, 90.0)}, {"weeks": 8, "people": 1}],
)
def test_small_problems_are_solved_exactly(changes):
    p = small(**changes)
    solution = solve(p, gap_frac=0.0)
    assert solution.status == "optimal" and solution.gap_frac < 1e-6
    assert holds(p, as_told(solution))
    assert solution.objective == pytest.approx(cheapest(p, most=4))


def test_two_crews_at_all_times_are_found_at_least_cost_and_their_reliefs_need_a_port():
    p = replace(small(weeks=10, food_kg=1500.0, people=1), crews=2)
    solution = solve(p, gap_frac=0.0)
    assert holds(p, as_told(solution)) and not holds(p, as_told(solve(replace(p, crews=0), gap_frac=0.0)))
    assert solution.objective == pytest.approx(cheapest(p, most=4))
    said = conflicts(replace(small(weeks=24, food_kg=2000.0, people=1), crews=2))
    assert any("2 crew ships are there all the time" in line for line in said) and any("forward" in line for line in said), said


def test_crews_may_follow_one_another_through_the_same_port():
    """Two crews, two ports: none can be relieved aboard; with two weeks between them each port serves its line."""
    p = small(weeks=24, food_kg=2000.0, people=2, per_year_count=12)
    docked = (Docked("first", "crew", "forward", (4, 5), 2), Docked("second", "crew", "forward", (8, 9), 2))
    p = replace(p, docked=docked, lines={"crew": np.full(24, 2)}, people=np.full(24, 4))
    assert solve(p).status == "infeasible"
    solution = solve(replace(p, between_w=2), gap_frac=0.0)
    assert solution.status == "optimal"
    there = np.zeros(24, int)
    for first, last in [(0, solution.leaves_w[d.name]) for d in docked] + [(v.week, v.week + v.stay_w) for v in solution.visits if v.vessel == "crew"]:
        there[first:last] += 1
    assert there.min() == 1 and there.max() == 2
    away = "".join("x" if n < 2 else " " for n in there).split()
    assert away and max(map(len, away)) <= 2, "never longer than asked"
    rare = tuple(replace(v, per_year_count=1) if v.crew else v for v in p.vessels)
    assert any("but for at most 2 weeks between two" in line for line in conflicts(replace(p, between_w=2, vessels=rare)))


def test_no_plan_is_better_than_its_bound_and_manifests_fit():
    p = small(weeks=24, food_kg=700.0)
    solution = solve(p)
    assert solution.bound <= solution.objective + 1e-6
    for v in solution.visits:
        assert sum(v.manifest_kg.values()) <= 0.9 * p.vessel(v.vessel).dry_kg + 0.5, "a tenth is left for hardware"
    assert min(solution.stock_kg["food"]) >= 100.0 - 1e-6


def test_windows_find_what_one_piece_finds(monkeypatch):
    import time

    from stationkeep.plan import rolling

    monkeypatch.setattr(rolling, "CREW_w", (24, 12))
    monkeypatch.setattr(rolling, "CARGO_w", (24, 12))
    monkeypatch.setattr(rolling, "IMPROVED_w", 16)
    p = small(weeks=40, food_kg=900.0, per_year_count=12)
    whole = solve(p, gap_frac=0.0, time_limit_s=60.0)
    rolled = roll(build(p), time.perf_counter(), 60.0, 0.0)
    assert holds(p, as_told(rolled))
    assert rolled.bound <= whole.objective + 1e-6 <= rolled.objective + 2e-6
    assert rolled.objective * (1.0 - rolled.gap_frac) <= whole.objective + 1e-6


def test_committed_flights_are_flown():
    p = replace(small(), fixed=(Fixed("kept", "large", 2, "nadir", 4),))
    assert ("large", 2, 4) in as_told(solve(p))


def test_budget_binds():
    free = solve(small(weeks=24, food_kg=700.0))
    with_budget = replace(small(weeks=24, food_kg=700.0), budgets_musd={("nasa", 2000): free.objective - 1.0})
    assert solve(with_budget).status == "infeasible"
    assert any("spends at most" in line for line in conflicts(with_budget))


def test_a_conflict_is_irreducible_and_in_words():
    p = small(weeks=24, per_year_count=1)
    assert solve(p).status == "infeasible"
    said = conflicts(p)
    assert said and all(isinstance(line, str) and " " in line for line in said)
    m = build(p)
    groups = {g for g in m.rows.group}
    assert relax(m).status == 2 and relax(m, without=frozenset(g for g in groups if g.startswith("cadence"))).status == 0
    assert any("at most 1 times a year" in line for line in said)
    assert conflicts(small()) == []


def test_most_presence_flies_crews_while_money_lasts():
    p = small(weeks=24, food_kg=5000.0, reserve_kg=0.0)
    p = replace(p, commodities=(), objective="presence", budgets_musd={("nasa", 2000): 200.0})
    few = solve(p)
    more = solve(replace(p, budgets_musd={("nasa", 2000): 400.0}))
    assert -more.objective > -few.objective > 0


def test_filling_never_lowers_a_stock():
    p = small(food_kg=500.0)
    solution = solve(p, gap_frac=0.0)
    again = fill(p, solution)
    assert np.allclose(again.stock_kg["food"], solution.stock_kg["food"])


def test_a_replan_keeps_what_it_can():
    p = small(weeks=24, food_kg=700.0)
    first = solve(p, gap_frac=0.0)
    published = tuple((v.vessel, v.week, v.port) for v in first.visits)
    lost = next(v for v in first.visits if v.vessel != "crew")
    vessels = []
    for v in p.vessels:
        weeks = v.weeks.copy()
        weeks[lost.week] = v.name != lost.vessel
        vessels.append(replace(v, weeks=weeks))
    again = solve(replace(p, vessels=tuple(vessels), kept=published, keep_musd=1e4), gap_frac=0.0)
    now = {(v.vessel, v.week, v.port) for v in again.visits}
    assert now >= set(published) - {(lost.vessel, lost.week, lost.port)}


def test_stores_last_while_one_family_stands_down():
    p = small(weeks=52, food_kg=900.0, per_year_count=20, cost=(100.0, 60.0, 55.0))
    p = replace(p, commodities=tuple(replace(c, most_kg=1000.0) for c in p.commodities))
    vessels = tuple(replace(v, family="cheap" if v.name == "large" else "dear") for v in p.vessels)
    p = replace(p, vessels=vessels, leave_d=7.0)
    alone = solve(p, gap_frac=0.0)
    both = solve(replace(p, standdown_w=12), gap_frac=0.0)
    assert alone.found and both.found and both.objective > alone.objective
    for k in range(3 + 6, 13):  # stock three months before, and three quarters of what the other ships could bring since
        others = 0.75 * sum(p.vessel(v.vessel).dry_kg for v in both.visits
                            if v.vessel != "large" and k - 2 <= v.week // 4 < k)  # fmt: skip
        assert both.stock_kg["food"][k - 3] + others >= 40.0 * 2 * 12 + 80.0 - 1e-6
    impossible = replace(p, standdown_w=12, vessels=tuple(v for v in vessels if v.name != "small"), leave_d=100.0)
    assert any("without cheap launches" in line for line in conflicts(impossible))


def test_a_station_that_cannot_unload_its_gyroscopes_needs_a_ship_that_can():
    p = small(weeks=24, food_kg=900.0)
    p = replace(p, ports=(replace(p.ports[0], open_count=np.full(24, 3)), p.ports[1]))
    need = np.arange(24) >= 12
    assert "unloads the gyroscopes" in " ".join(conflicts(replace(p, unload_need=need)))
    tug = Vessel("tug", "nasa", "pad-c", "rocket", 400.0, (20,), np.ones(24, bool), ("forward",), 2, unloads=True)
    found = solve(replace(p, unload_need=need, vessels=(*p.vessels, tug)), gap_frac=0.0)
    assert found.found and any(v.vessel == "tug" and v.week <= 12 for v in found.visits)


def test_a_ship_that_pushes_does_not_turn_the_station():
    p = small(weeks=24, food_kg=900.0)
    tank = Commodity("propellant", 100.0, np.full(24, 10.0), 0.0, np.zeros(24), 1000.0)
    tug = Vessel("tug", "nasa", "pad-c", "rocket", 1.0, (20,), np.ones(24, bool), ("aft",), 2, push_kg=500.0)
    p = replace(p, ports=(replace(p.ports[0], open_count=np.full(24, 3)), p.ports[1], PortClass("aft", ("aft",), np.ones(24, int), True, False)),
                vessels=(*p.vessels, tug), commodities=(*p.commodities, tank),
                push_need_kg=np.full(24, 10.0))  # fmt: skip
    assert solve(p, gap_frac=0.0).found
    assert any("propellant" in line for line in conflicts(replace(p, turn_need_kg=np.full(24, 8.0))))
    turns = (*p.vessels[:-1], replace(tug, unloads=True))
    assert solve(replace(p, turn_need_kg=np.full(24, 8.0), vessels=turns), gap_frac=0.0).found


def test_no_52_weeks_hold_more_launches_than_may_fly():
    """Weeks 3 and 53 lie in none of the years that begin with a month."""
    p = replace(small(weeks=64, per_year_count=1), commodities=(), people=np.zeros(64, int))
    for second, status in ((53, 2), (55, 0)):
        m = build(p)
        for week in (3, second):
            m.low[m.visits[1, week, 1, 4]] = 1.0
        assert relax(m).status == status


def test_a_year_of_money_is_that_of_the_launch_as_the_plan_declares_it():
    p = small(weeks=24, food_kg=700.0)
    assert launch_year(p, p.vessels[0], 0) == 2000 and launch_year(replace(p, start_s=10 * 86400.0), p.vessels[0], 0) == 1999
    kept = replace(p, fixed=(Fixed("kept", "crew", 0, "", 6, launch_s=400 * 86400.0),))
    assert launch_year(kept, p.vessels[0], 0) == 2001


def test_a_station_that_cannot_go_on_says_so():
    p = small()
    full = replace(p.commodities[0], opening_kg=9000.0)
    assert conflicts(replace(p, commodities=(full,))) == [AT_START]


def test_what_a_visit_brings_is_counted_on_from_its_week():
    """Of what else arrives within the same four weeks nothing is."""
    p = small(food_kg=640.0)
    idle = tuple(replace(v, weeks=v.weeks & bool(v.crew)) for v in p.vessels)
    visit = Vessel("guest", "nasa", "pad-c", "rocket", 10.0, (2,), np.arange(p.weeks) == 5, ("nadir",), 1, dry_kg=1500.0, visit_by="shuttle", guests={"nasa": 7})
    with_it = replace(p, vessels=(*idle, visit), fixed=(Fixed("guest", "guest", 5, "", 2),))
    assert solve(with_it).found
    assert solve(replace(with_it, vessels=(*idle, replace(visit, visit_by="")))).status == "infeasible"
    late = replace(with_it, vessels=(*idle, replace(visit, weeks=np.arange(p.weeks) == 7)), fixed=(Fixed("guest", "guest", 7, "", 2),))
    assert solve(late).status == "infeasible", "the reserve holds up to it"
