"""Power: energy is shared out and never made, priorities hold, the stages of the record come out."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationkeep.engine.compile.power import build_power, channel_names, load_names
from stationkeep.engine.power_stage import ageing_band, at_beta_0, power_on, reason, sky_on
from stationkeep.laws.sun import sun_distance_au
from stationkeep.model.base import seconds
from stationkeep.model.catalogue import Catalogue, number
from stationkeep.subsystems import power

CATALOGUE = Catalogue()
PARTS = {name: k for k, name in enumerate(dict.fromkeys(row["id"] for row in CATALOGUE.table("stations/iss/parts")))}
LIT = 0.61


class Bench:
    """Two stations in the hands of a test: the ISS parts on station 0, moved at will."""

    def __init__(self, on="2012-06-01"):
        self.p, self.s = build_power(CATALOGUE, PARTS, {"iss": 0, "other": 1})
        self.t_s = seconds(on)
        self.part_station = np.zeros(len(PARTS), np.int64)
        self.works = np.ones(len(PARTS), np.bool_)
        self.held = np.ones(2, np.bool_)
        self.channel_works = np.ones(len(channel_names(CATALOGUE)), np.bool_)
        self.heat_W = np.full((2, 2), 1e18)
        self.rated, self.generation, self.connected, self.usable, self.used, self.payload, self.depth, self.shed, self.margin = (
            np.zeros(2) for _ in range(9)
        )

    def step(self, wanted_W=None, priority=None, bus=None, dt_s=86400.0):
        beta, lit, p, s = np.zeros(2), np.full(2, LIT), self.p, self.s
        channel_W = np.zeros(self.channel_works.size)
        power.generate(
            p, s, self.t_s, 1.0 / sun_distance_au(self.t_s) ** 2, beta, lit, self.part_station, self.works, self.held, self.rated, self.generation,
            self.connected, channel_W,
        )  # fmt: skip
        count = p.load_W.size
        station, wanted = np.zeros(count, np.int64), np.zeros(count)
        power.ask(p, s, self.t_s, self.part_station, np.ones(1), station, wanted)
        if wanted_W is not None:
            station, wanted = np.zeros(len(wanted_W), np.int64), np.asarray(wanted_W)
        self.granted = np.zeros(wanted.size)
        self.wanted = wanted
        order = p.load_order if priority is None else np.argsort(priority, kind="stable")
        power.grant(
            p._replace(load_order=order), s, self.t_s, dt_s, lit, self.part_station, self.channel_works, self.heat_W, station,
            p.load_bus if bus is None else np.asarray(bus),
            p.load_priority if priority is None else np.asarray(priority),
            wanted, self.granted, self.usable, self.used, self.payload, self.depth, self.shed, self.margin,
        )  # fmt: skip
        return self


loads = st.lists(
    st.tuples(st.floats(0.0, 3e4), st.integers(0, 4), st.integers(0, 1)), min_size=1, max_size=25
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(loads)
def test_energy_is_shared_out_and_never_made(rows):
    watts, priority, bus = zip(*rows, strict=True)
    b = Bench().step(watts, priority, bus)
    own = np.array([sum(w * g for w, g, at in zip(watts, b.granted, bus, strict=True) if at == k) for k in (0, 1)])
    lent = b.s.transfer_W[0]
    assert (b.granted >= 0.0).all() and (b.granted <= 1.0 + 1e-12).all()
    assert (b.s.bus_drawn_W[0] <= b.s.bus_usable_W[0] + 1e-6).all(), "no bus gives more than it has"
    c = b.p.transfers
    efficiency = np.array([c.efficiency_frac[c.from_bus == k][-1] for k in (0, 1)])
    drawn = own - lent[::-1] + lent / efficiency
    assert b.s.bus_drawn_W[0] == pytest.approx(drawn, abs=1e-6), (
        "loads are fed by their bus or through the seam, at a loss"
    )
    assert own.sum() + b.shed[0] == pytest.approx(sum(watts), abs=1e-6)
    assert b.used[0] == b.s.bus_drawn_W[0, b.s.main_bus[0]] and b.margin[0] <= b.usable[0] + 1e-6
    assert lent[0] <= 9000.0 + 1e-6
    assert b.depth[0] <= 0.35 + 1e-9


@settings(deadline=None, max_examples=60)
@given(loads)
def test_nobody_eats_before_a_higher_priority_is_fed(rows):
    watts, priority, bus = zip(*rows, strict=True)
    b = Bench().step(watts, priority, bus)
    for (w1, p1, at1), g1 in zip(rows, b.granted, strict=True):
        for (w2, p2, at2), g2 in zip(rows, b.granted, strict=True):
            if at1 == at2 and p1 < p2 and w1 > 1.0 and w2 > 1.0:
                assert not (g1 < 1.0 - 1e-9 and g2 > 1e-9), "a lower priority was fed while a higher one went short"


def test_shedding_begins_with_the_lowest_priority_and_has_names():
    b = Bench()
    b.channel_works[[channel_names(CATALOGUE).index(c) for c in ("1A", "1B", "3A", "3B")]] = False
    b.step()
    short = [n for n, w, g in zip(load_names(CATALOGUE), b.wanted, b.granted, strict=True) if w > 0 and g < 0.999]
    by_priority = {row["id"]: int(row["priority"]) for row in CATALOGUE.table("stations/iss/loads")}
    assert short and all(by_priority[name] == 4 for name in short)
    assert b.shed[0] == pytest.approx(float((b.wanted * (1.0 - b.granted)).sum()))


def test_what_cannot_be_cooled_is_not_granted():
    b = Bench()
    b.heat_W[0, 0] = 20e3
    b.step()
    us = b.p.load_bus == 0
    assert float((b.wanted * b.granted)[us].sum()) == pytest.approx(20e3)


def test_a_tumbling_station_collects_a_quarter():
    flying, tumbling = Bench().step(), Bench()
    tumbling.held[:] = False
    tumbling.step()
    assert tumbling.generation[0] == pytest.approx(flying.generation[0] * 0.25 / 0.98)


def test_segments_apart_share_nothing():
    b = Bench()
    russian = [row["id"] for row in CATALOGUE.table("stations/iss/parts") if row["segment"] == "russian"]
    for name in russian:
        b.part_station[PARTS[name]] = 1
    b.step()
    assert (b.s.transfer_W == 0.0).all(), "the seam works only when both its ends are on one station"
    assert b.s.main_bus.tolist() == [0, 1]
    assert b.generation[1] > 0.0 and b.usable[1] == b.s.bus_usable_W[1, 1] > 0.0


def test_parts_that_fail_or_are_away_give_nothing():
    b = Bench()
    b.works[PARTS["wing-1a"]] = False
    b.part_station[PARTS["wing-3a"]] = -1
    b.step()
    values = dict(zip(channel_names(CATALOGUE), b.s.channel_generation_W, strict=True))
    assert values["1A"] == 0.0 == values["3A"] and values["1B"] > 0.0
    assert b.rated[0] == 210e3, "a broken wing is still deployed, an absent one is not"


def test_no_power_at_all():
    b = Bench()
    b.channel_works[:] = False
    b.step()
    assert b.used[0] == 0.0 == b.usable[0] == b.depth[0] and (b.granted == 0.0).all()


def test_state_can_be_continued():
    once = Bench().step(dt_s=86400.0).step(dt_s=86400.0)
    resumed = Bench().step(dt_s=86400.0)
    kept = power.State(*(array.copy() for array in resumed.s))
    again = Bench()
    again.s = kept
    again.step(dt_s=86400.0)
    assert (again.s.throughput_J == once.s.throughput_J).all() and once.s.throughput_J.max() > 0.0


def test_wings_drag_less_when_feathered_in_eclipse():
    b = Bench()
    area, feathered = np.zeros(2), np.zeros(2)
    power.drag_area(b.p._replace(feathered_from_s=1e18), b.t_s, np.zeros(2), np.full(2, LIT), b.part_station, area)
    power.drag_area(b.p, b.t_s, np.zeros(2), np.full(2, LIT), b.part_station, feathered)
    assert area[0] == pytest.approx((8 * 309.0 + 76.0) * 2.0 / math.pi)
    assert feathered[0] == pytest.approx(area[0] * 0.426 / (2.0 / math.pi), rel=0.01)


# --- the record ----------------------------------------------------------------------------------------------------


def test_sts_115_doubles_what_is_deployed_and_sts_116_wires_it():
    before, september, december = (power_on(CATALOGUE, day) for day in ("2006-08-15", "2006-09-17", "2006-12-20"))
    assert september.rated_W / before.rated_W == pytest.approx(2.0)
    assert december.rated_W / before.rated_W == pytest.approx(1.5)
    assert september.unwired == ("4A", "2A")
    assert september.connected_W == pytest.approx(september.generation_W / 2, rel=0.05)
    assert september.channels_W["2A"] == 0.0 == september.channels_W["4A"]
    assert december.connected_W == december.generation_W
    assert 13.2e3 < december.channels_W["4A"] < 15.0e3
    assert power_on(CATALOGUE, "2006-12-13").unwired == ("4A", "2A")


@pytest.mark.parametrize(
    ("day", "wings", "rated_kW", "said"),
    [
        ("2000-12-15", 2, 60, ""),
        ("2006-09-20", 4, 120, "2A, 4A deployed"),
        ("2006-12-20", 3, 90, "2A, 4A wired to the loads; 4B retracted"),
        ("2007-06-20", 4, 120, "1A, 3A deployed; 2B retracted"),
        ("2007-11-15", 6, 180, "2B, 4B deployed; joint of 1A, 3A parked"),
        ("2009-04-15", 8, 240, "1B, 3B deployed; starboard joint tracking again"),
        ("2021-05-15", 8, 240, "lithium batteries"),
        ("2023-07-15", 8, 360, "new blankets over 1A, 1B, 2B, 3A, 4A, 4B"),
    ],
)
def test_stages_of_assembly(day, wings, rated_kW, said):
    from stationkeep.engine.power_stage import STAGES

    earlier = [d for d in STAGES if d < day]
    now = power_on(CATALOGUE, day)
    assert len(now.wings) == wings and now.rated_W == rated_kW * 1e3
    assert said in reason(power_on(CATALOGUE, earlier[-1]) if earlier else None, now)


def test_channels_average_what_was_published():
    at_0 = at_beta_0(CATALOGUE, "2009-04-15")
    channels = power_on(CATALOGUE, "2009-04-15", sky=at_0).channels_W
    assert 13.2e3 < np.mean(list(channels.values())) < 14.2e3


def test_eight_wings_give_160_kW_in_2021_and_six_blankets_bring_some_of_it_back():
    before, after = power_on(CATALOGUE, "2021-06-16"), power_on(CATALOGUE, "2023-07-15")
    assert before.rated_W == 240e3 and before.generation_W == pytest.approx(160e3, rel=0.07)
    assert after.generation_W / before.generation_W == pytest.approx(1.25, abs=0.1), "20-30 % more was announced"


def test_full_load_stays_within_35_per_cent_of_the_batteries():
    for year in range(2001, 2027):
        assert power_on(CATALOGUE, f"{year}-03-20").depth_frac <= 0.35


@pytest.mark.parametrize("day", ["2015-01-15", "2015-04-20", "2015-08-01", "2015-11-13"])
def test_losing_one_of_eight_channels_sheds_nothing_in_2015(day):
    sky = sky_on(CATALOGUE, seconds(day) + 43200.0)
    for channel in ("1A", "1B", "2A", "2B", "3A", "3B", "4A", "4B"):
        assert power_on(CATALOGUE, day, sky=sky, lost=[channel]).shed_W == {}, channel


def test_losing_any_three_of_eight_sheds_payloads_in_2012():
    sky = sky_on(CATALOGUE, seconds("2012-09-01") + 43200.0)
    names = {row["id"]: int(row["priority"]) for row in CATALOGUE.table("stations/iss/loads")}
    threes = itertools.combinations(("1A", "1B", "2A", "2B", "3A", "3B", "4A", "4B"), 3)
    for three in itertools.islice(threes, 0, None, 5):
        shed = power_on(CATALOGUE, "2012-09-01", sky=sky, lost=three).shed_W
        assert shed and all(names.get(name) == 4 for name in shed), three


def test_losing_a_cooling_loop_halves_what_can_run():
    lost = power_on(CATALOGUE, "2010-08-01", lost=["etcs-a"])
    assert lost.shed_W and lost.usable_W == power_on(CATALOGUE, "2010-08-01").usable_W
    assert lost.payload_W < 0.5 * power_on(CATALOGUE, "2010-08-01").payload_W


def test_the_russian_segment_leans_on_the_american_one_more_and_more():
    days = ("2003-06-15", "2012-06-15", "2020-06-15")
    lent = [power_on(CATALOGUE, day, sky=at_beta_0(CATALOGUE, day)).to_russian_W for day in days]
    assert lent == sorted(lent) and 500.0 < lent[0] < 1500.0 and lent[-1] <= 6000.0
    first = power_on(CATALOGUE, "2000-11-20")
    assert len(first.wings) == 4 and set(first.channels_W) == {"zarya", "zvezda"}


def test_loads_meet_the_published_envelope():
    """USOS core 45-50 kW, payloads up to 30 kW; Russian segment 8-12 kW (recalled, weak) or less: 1-1.5 kW come over (A5)."""
    today = power_on(CATALOGUE, "2013-06-15", sky=at_beta_0(CATALOGUE, "2013-06-15"))
    assert 26e3 <= today.payload_W <= 30e3
    russian = today.russian_used_W + today.to_russian_W
    assert 7e3 <= russian <= 12e3
    lost = next(float(r["efficiency_frac"]) for r in CATALOGUE.table("stations/iss/channels") if r["id"] == "us-to-russian")
    assert 45e3 <= today.used_W - today.to_russian_W / lost - (today.payload_W - 450.0) <= 50e3


def test_names_that_do_not_exist_are_refused():
    with pytest.raises(ValueError, match="no '9Z' to lose; one of 1A, 1B"):
        power_on(CATALOGUE, "2012-09-01", lost=["9Z"])


def test_losing_a_joint_or_a_main_bus_unit():
    sky = at_beta_0(CATALOGUE, "2010-06-15")
    whole, joint, unit = (
        power_on(CATALOGUE, "2010-06-15", sky=sky, lost=lost) for lost in ([], ["sarj-port"], ["mbsu-3"])
    )
    assert joint.channels_W["2A"] / whole.channels_W["2A"] == pytest.approx(0.55, abs=0.03), (
        "parked: cosine 0.55 at beta 0"
    )
    assert joint.channels_W["1A"] == whole.channels_W["1A"]
    assert [name for name, watts in unit.channels_W.items() if watts == 0.0] == ["3A", "3B"]


def test_ageing_band_orders_usable_power():
    weak, strong = ageing_band(CATALOGUE)
    assert weak < 1.0 < strong
    low, middle, high = (power_on(CATALOGUE, "2021-05-15", k).usable_W for k in (strong, 1.0, weak))
    assert low < middle < high


def test_a_forecast_sees_later_wings_as_they_were_planned():
    seen = power_on(Catalogue("2022-07-26"), "2023-07-15")  # 1A and 1B flew in June, the plan said December
    assert sorted(seen.covers) == ["2B", "3A", "4A", "4B"] and seen.rated_W == 320e3
    early = power_on(Catalogue("2021-01-01"), "2023-07-15")
    assert early.covers == () and early.rated_W == 240e3


def test_beta_comes_from_the_record_where_there_is_one():
    sky = sky_on(CATALOGUE, seconds("2001-03-01") + 43200.0)
    assert -75.0 < math.degrees(sky.beta_rad) < 75.0 and 0.58 < sky.sunlit_frac <= 1.0
    nothing = sky_on(CATALOGUE, seconds("1998-11-19"))
    assert nothing.how == "assumed 0" and nothing.beta_rad == 0.0


def test_every_row_has_a_source_and_a_status():
    for name in ("wings", "channels", "batteries", "loads", "radiators", "cmgs", "array_ageing", "array_shading"):
        for row in CATALOGUE.table(f"stations/iss/{name}"):
            assert row["source"] and row["status"] in ("found", "recalled", "derived", "assumed"), (name, row["id"])
    assert (
        sum(number(row, "capacity_kWh") for row in CATALOGUE.table("stations/iss/batteries") if "nih2-1" in row["id"])
        > 0
    )
