"""Containers: own first, then shared; nothing made or lost; parts take their containers along."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stationkeep as sk
from stationkeep.engine.compile.stores import build_stores, openings
from stationkeep.engine.compile.world import compile
from stationkeep.laws.matter import FOOD, PROPELLANT, RESOURCES, WATER
from stationkeep.model.catalogue import Catalogue
from stationkeep.subsystems import stores

CATALOGUE = Catalogue()
PARTNERS = {name: k for k, name in enumerate(("roscosmos", "nasa", "esa", "jaxa", "csa", "commercial"))}
PARTS = {name: k for k, name in enumerate(dict.fromkeys(row["id"] for row in CATALOGUE.table("stations/iss/parts")))}
ALL = np.ones((6, 6), np.bool_)
NONE = np.zeros((6, 6), np.bool_)


@pytest.fixture
def three_containers():
    """Part 0: 10 kg food of partner 0 and 5 of partner 1; part 1: 20 of partner 0. Room for 30 each."""
    p = stores.Params(
        container_part=np.array([0, 0, 1]), container_resource=np.full(3, FOOD), container_owner=np.array([0, 1, 0]),
        capacity_kg=np.full(3, 30.0), density_kg_per_m3=np.full(len(RESOURCES), 320.0),
    )  # fmt: skip
    return p, stores.not_lined_up(np.array([10.0, 5.0, 20.0]))


def test_params_index_themselves_and_survive_copies(three_containers):
    p, _ = three_containers
    assert p.first.tolist() == [0] * (FOOD + 1) + [3] * (len(RESOURCES) - FOOD)
    for copy in (pickle.loads(pickle.dumps(p)), p._replace(capacity_kg=p.capacity_kg)):
        assert type(copy) is stores.Params
        assert copy.order.tolist() == [0, 1, 2]


def test_take_serves_its_own_before_others(three_containers):
    p, s = three_containers
    here = np.zeros(2, np.int64)
    assert stores.take(p, s, 0, FOOD, 1, 8.0, here, ALL) == 8.0
    assert s.stock_kg.tolist() == [7.0, 0.0, 20.0]
    assert stores.take(p, s, 0, FOOD, 1, 8.0, here, NONE) == 0.0
    assert stores.take(p, s, 0, FOOD, 0, 50.0, here, NONE) == 27.0
    assert stores.take(p, s, 0, WATER, 0, 5.0, here, ALL) == 0.0


def test_put_fills_its_own_then_others_and_returns_what_went_in(three_containers):
    p, s = three_containers
    here = np.zeros(2, np.int64)
    assert stores.put(p, s, 0, FOOD, 1, 30.0, here, NONE) == 25.0
    assert stores.put(p, s, 0, FOOD, 1, 100.0, here, ALL) == 30.0
    assert s.stock_kg.tolist() == [30.0, 30.0, 30.0]
    assert stores.room(p, s, 0, FOOD, here) == 0.0


def test_a_part_takes_its_containers_to_the_other_station(three_containers):
    p, s = three_containers
    moved = np.array([0, 1])
    assert stores.total(p, s, 0, FOOD, -1, moved) == 15.0
    assert stores.total(p, s, 1, FOOD, -1, moved) == 20.0
    assert stores.total(p, s, 1, FOOD, 1, moved) == 0.0
    assert stores.take(p, s, 1, FOOD, 0, 25.0, moved, ALL) == 20.0
    gone = np.array([0, -1])
    table = np.zeros((2, 6, len(RESOURCES)))
    stores.line_up(p, s, gone, table)
    stores.totals(s, table.reshape(-1))
    assert table[0, 0, FOOD] == 10.0
    assert table.sum() == 15.0
    assert stores.stowed_m3(p, s, 0, gone) == pytest.approx(15.0 / 320.0)


def test_shares_are_taken_by_partner(three_containers):
    p, s = three_containers
    share = np.array([0.5, 0.5, 0, 0, 0, 0])
    here = np.zeros(2, np.int64)
    assert stores.take_shares(p, s, 0, FOOD, 8.0, share, here, NONE) == 8.0
    assert s.stock_kg.tolist() == [6.0, 1.0, 20.0]
    assert stores.take_shares(p, s, 0, FOOD, 8.0, share, here, NONE) == 5.0
    assert stores.put_shares(p, s, 0, FOOD, 10.0, share, here, NONE) == 10.0
    assert s.stock_kg.tolist() == [7.0, 5.0, 20.0]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5), st.floats(0, 500)), max_size=30))
def test_whatever_is_done_the_kilograms_add_up(moves):
    p, s = build_stores(CATALOGUE, PARTS, PARTNERS, {("nasa", "food"): 900.0, ("roscosmos", "food"): 700.0})
    here = np.zeros(len(PARTS), np.int64)
    aboard = s.stock_kg.sum()
    for takes, partner, kg in moves:
        if takes:
            aboard -= stores.take(p, s, 0, FOOD, partner, kg, here, ALL)
        else:
            aboard += stores.put(p, s, 0, FOOD, partner, kg, here, ALL)
        assert (s.stock_kg >= 0.0).all()
        assert (s.stock_kg <= p.capacity_kg + 1e-9).all()
    assert s.stock_kg.sum() == pytest.approx(aboard, abs=1e-9)


@pytest.mark.parametrize("date", ["2000-11-02", "2022-07-26", "2026-10-01"])
def test_opening_stocks_fit_and_are_what_was_asked(date):
    stock = {key: kg for key, kg in openings(CATALOGUE, date).items() if key[1] != "propellant"}  # that lies in tanks.csv
    arrived = {}
    for row in CATALOGUE.table("stations/iss/parts"):
        arrived[row["id"]] = row["arrives_utc"] <= date and not (row["leaves_utc"] and row["leaves_utc"] < date)
    p, s = build_stores(CATALOGUE, PARTS, PARTNERS, {key: kg for key, (kg, _, _) in stock.items()}, arrived)
    here = np.zeros(len(PARTS), np.int64)
    for (partner, resource), (kg, low, high) in stock.items():
        assert low <= kg <= high
        got = stores.total(p, s, 0, RESOURCES.index(resource), PARTNERS[partner], here)
        assert got == pytest.approx(kg, abs=1e-9)


@pytest.mark.parametrize(
    ("opening", "message"),
    [
        ({("nasa", "air_oxygen"): 1.0}, "not stored"),
        ({("nsaa", "food"): 1.0}, "no such partner"),
        ({("csa", "food"): 1.0}, "its containers hold 0 kg"),
        ({("nasa", "candles"): 1e6}, "its containers hold"),
    ],
)
def test_opening_stock_that_makes_no_sense_is_refused(opening, message):
    with pytest.raises(ValueError, match=message):
        build_stores(CATALOGUE, PARTS, PARTNERS, opening)


def test_no_opening_for_a_date_says_which_there_are():
    with pytest.raises(ValueError, match="2022-07-26"):
        openings(CATALOGUE, "1999-01-01")


@pytest.mark.parametrize("name", ["iss-2022", "successors"])
def test_tanks_of_ships_come_after_those_of_modules(name):
    """The step stops looking for tanks at the first ship's (engine/works)."""
    scenario = sk.read_scenario(name)
    world = compile(scenario.branch(next(iter(scenario.futures), None))).world
    p = world.stores
    of_ship = p.container_part[p.order[p.first[PROPELLANT] : p.first[PROPELLANT + 1]]] >= world.traffic.part_station.size
    assert of_ship.any() and not of_ship.all() and (np.diff(of_ship.astype(int)) >= 0).all()
