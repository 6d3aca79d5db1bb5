"""For whom a ship to come is filled."""

import pytest

import stationkeep as sk
from stationkeep.engine.compile.world import compile
from stationkeep.engine.luck import draw, prepare
from stationkeep.engine.refs import by_reference
from stationkeep.engine.supply import _to_feed
from stationkeep.model.base import seconds
from stationkeep.subsystems import crew

DAY_s = 86400.0


def person_days(wait_d: float) -> tuple[float, float]:
    """From 1 November 2022, with nobody aboard until four come on 20 December: mean people of the half year, and
    person-days that stores must last until a ship docks in so many days, and for the reserve of 45 days after it."""
    base = sk.read_scenario("iss-2022").branch(None)
    four = {"vehicle": "crew-dragon", "launch": "2022-12-20", "undock": "2023-05-20", "site": "kennedy/39a", "people": {"nasa": 4}}
    case = compile(base.patch({f"flights.{name}": None for name in base.flights} | {"flights.four": four}))
    world, state, _luck = draw(prepare(case), 0, 0)
    state.crew.status[state.crew.status == crew.ABOARD] = crew.HOME
    state.traffic.next_s[case.names.flights.index("four")] = seconds("2022-12-20T00:00:00Z")  # not as it will slip
    now_s, must_last_s = seconds("2022-11-01T00:00:00Z"), wait_d * DAY_s + world.rules.reserve_s
    people, to_feed_s = _to_feed(by_reference(world), by_reference(state), 0, now_s, 2.0, must_last_s)
    return people, to_feed_s / DAY_s


def test_the_reserve_is_for_those_aboard_when_the_next_ship_docks():
    mean = 4 * (180 - 49) / 180
    assert person_days(0.0) == pytest.approx((mean, mean * 45))  # nobody there yet: stores are filled for the mean
    assert person_days(60.0) == pytest.approx((mean, mean * 60 + 4 * 45))  # all four are by then
    assert person_days(170.0) == pytest.approx((mean, mean * 170 + mean * 45))  # they leave a month after
