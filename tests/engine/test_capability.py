"""Continuous capability: lapses, membership, and what leaving does to a partner's."""

from types import SimpleNamespace

import numpy as np

import stationkeep as sk
from stationkeep import log as happened
from stationkeep.engine.capability import bridged, capability, members_of, span
from stationkeep.engine.compile.world import compile
from stationkeep.engine.world import CAPABLE, SCALARS
from stationkeep.model.base import PARTNERS

DAYS = np.datetime64("2022-07-27T12:00", "ns") + np.arange(400) * np.timedelta64(1, "D")


def test_short_lapses_are_closed_and_long_ones_are_not():
    holds = np.ones(100, bool)
    holds[10:20] = holds[50:90] = False
    closed = bridged(holds, 30)
    assert closed[:50].all() and not closed[50:90].any()
    assert span(closed, DAYS) == (DAYS[0], DAYS[49])
    assert np.isnat(span(np.zeros(5, bool), DAYS)).all()


def test_a_partner_that_leaves_has_no_capability_after_but_the_others_do():
    case = compile(sk.read_scenario("iss-2022").patch({
        "horizon": "2023-08-31", "events.leave": {"withdraw": "roscosmos", "on": "2023-01-01", "segment": "handed_over"},
    }))  # fmt: skip
    scalar = np.zeros((DAYS.size, len(case.names.stations), len(SCALARS)), np.float32)
    scalar[:, 0, CAPABLE] = 1.0
    t_s = (np.datetime64("2023-01-01T00:00", "ns") - np.datetime64("2000-01-01T00:00", "ns")) / np.timedelta64(1, "s")
    leave = happened.EVENT + list(case.scenario.events).index("leave")
    one = [np.array([value]) for value in (t_s, happened.WITHDRAW, 0, leave, -1, 0.0)]
    run = SimpleNamespace(rows=SimpleNamespace(scalar=scalar), events=tuple(one))
    came = capability(case, run, DAYS, members_of(case))
    until = dict(zip(PARTNERS, came["capable_until_by_partner_utc"], strict=True))
    assert came["capable_until_utc"] == until["nasa"] == until["esa"] == DAYS[-1]
    assert until["roscosmos"] == np.datetime64("2022-12-31T12:00", "ns")
