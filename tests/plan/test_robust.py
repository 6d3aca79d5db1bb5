"""Margins that grow where runs break."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from stationkeep.plan.broke import CREWS, GAS, PROPELLANT, STORES, broke
from stationkeep.plan.conflicts import conflicts
from stationkeep.plan.milp import solve
from stationkeep.plan.robust import MARGINS, WIDE, Climb, cheapest_crew, priced, with_margins, words
from stationkeep.plan.wishes import Wishes

spec = importlib.util.spec_from_file_location("small_problems", Path(__file__).with_name("test_milp.py"))
small_problems = importlib.util.module_from_spec(spec)
spec.loader.exec_module(small_problems)


def log(*rows, ends):
    """A result of so many runs with events (run, day, kind, name, cause)."""
    day = np.datetime64("2025-01-01")
    run, at, kind, name, cause = (list(x) for x in zip(*rows, strict=True))
    return xr.Dataset(
        {"event_run": ("event", run), "event_utc": ("event", [day + np.timedelta64(x, "D") for x in at]), "event_kind": ("event", kind),
         "event_name": ("event", name), "event_cause": ("event", cause), "aboard_until_utc": ("run", [day + np.timedelta64(x, "D") for x in ends])}
    )  # fmt: skip


def test_what_broke_first_is_the_cause_of_leaving():
    ds = log(
        (0, 10, "stock_low", "food", -1), (0, 50, "evacuate", "iss", 0),
        (1, 10, "stock_low", "propellant", -1), (1, 40, "service_down", "desaturation", 2), (1, 45, "attitude_lost", "iss", 3), (1, 46, "evacuate", "iss", 4),
        (2, 30, "service_down", "pressure", -1), (2, 31, "evacuate", "iss", 6),
        (3, 5, "evacuate", "iss", -1),
        (4, 20, "abandoned", "iss", -1),
        ends=(51, 47, 32, 99, 20, 999),
    )  # fmt: skip
    assert broke(ds, np.asarray([False] * 5 + [True])).tolist() == [STORES, PROPELLANT, GAS, CREWS, CREWS, ""]


def test_the_margin_grows_whose_cause_breaks_too_many_runs():
    climb = Climb(0.9)
    what = np.asarray([STORES] * 12 + [CREWS] * 3 + [""] * 85)
    assert climb.higher(what) == {STORES: 1, CREWS: 0, PROPELLANT: 0, GAS: 0}, "5 of a hundred may break by one cause"
    assert climb.higher(np.asarray([STORES] * 12 + [CREWS] * 5 + [""] * 83))[CREWS] == 1
    assert climb.higher(np.asarray([CREWS] + [""] * 99))[CREWS] == 1, "the commonest at least"
    assert climb.higher(np.asarray([STORES] * 60 + [""] * 40))[STORES] == 2, "far from what is asked by two steps"
    both = np.asarray([STORES] * 12 + [CREWS] * 7 + [""] * 81)
    climb.failed(climb.higher(both))
    assert climb.higher(both) == {STORES: 1, CREWS: 0, PROPELLANT: 0, GAS: 0}, "one at a time where there is no plan with both"
    climb.failed(climb.higher(both))
    assert climb.higher(both) == {STORES: 0, CREWS: 1, PROPELLANT: 0, GAS: 0} and climb.top[STORES] == 0
    assert climb.higher(what)[STORES] == 0 and climb.higher(what)[CREWS] == 1
    assert climb.higher(np.asarray(["other", ""])) is None
    climb.levels = {name: len(steps) - 1 for name, steps in MARGINS.items()}
    assert climb.higher(np.asarray([CREWS, STORES])) is None


def test_crew_ships_that_stand_in_for_one_another_fly_in_turn_where_it_is_asked_for():
    p = small_problems.small(weeks=130)
    p = replace(p, commodities=(replace(p.commodities[0], opening_kg=15000.0, most_kg=20000.0),))
    crew = p.vessels[0]
    other = replace(crew, name="dear", family="other", cost_musd=150.0, stays_w=(24, 26))
    crew = replace(crew, family="first", stays_w=(24, 26))
    p = replace(p, vessels=(crew, other, *p.vessels[1:]), lines={"crew": np.ones(130, int)}, stand_ins={"crew": ("dear",)}, people=np.zeros(130))
    flown = [[v.vessel for v in solve(replace(p, in_turn=turn), gap_frac=0.0).visits if v.vessel in ("crew", "dear")] for turn in (False, True)]
    assert "dear" not in flown[0] and set(flown[1]) == {"crew", "dear"} and len(flown[0]) == len(flown[1])
    alone = replace(p, in_turn=True, vessels=(crew, replace(other, per_year_count=0), *p.vessels[2:]))
    assert "crews do not come by first alone" in conflicts(alone)
    assert cheapest_crew(p) == ("crew", "dear") and cheapest_crew(replace(p, stand_ins={})) == ("crew",)


def test_margins_add_to_what_is_wished():
    wide = with_margins(Wishes(margin_d=5.0, early_w=1, more_d={"food": 10.0}), WIDE[0], ("soyuz-ms",))
    assert wide.margin_d == 5.0 and wide.more_d["food"] == 160.0 and wide.without_frac == 1.1 and wide.careful
    assert wide.early_w == 5 and wide.early_by_w == {"soyuz-ms": 10}
    assert words({}) == "no margins" and "without any one family" in words(WIDE[0])


def test_the_price_of_a_per_cent_is_against_the_next_plan_that_holds_less():
    curve = [
        {"probability_frac": 0.6, "cost_musd": 100.0},
        {"probability_frac": 0.8, "cost_musd": 140.0},
        {"probability_frac": 0.7, "cost_musd": 150.0},
    ]
    assert [p["price_musd_per_percent"] for p in priced(curve)] == [None, pytest.approx(2.0), pytest.approx(5.0)]


def test_the_other_families_bring_what_the_crew_lives_on():
    p = small_problems.small(weeks=52, food_kg=900.0, per_year_count=20, ports=2, cost=(100.0, 60.0, 50.0))
    vessels = tuple(replace(v, family={"large": "cheap", "small": "dear"}.get(v.name, "crewed")) for v in p.vessels)
    p = replace(p, vessels=vessels)
    free, held = solve(p, gap_frac=0.0), solve(replace(p, without_frac=0.5), gap_frac=0.0)
    assert free.found and held.found and held.objective > free.objective
    ships = [p.vessel(v.vessel) for v in held.visits]
    for family in ("cheap", "dear"):
        assert sum(0.75 * ship.dry_kg for ship in ships if ship.family != family) >= 0.5 * 40.0 * 2 * 52 - 1e-6, (
            "crew ships bring a little too"
        )
    never = conflicts(replace(p, without_frac=0.5, vessels=tuple(v for v in vessels if v.name != "small")))
    assert "ships other than cheap bring 50% of what those left aboard live on, in every year" in never
