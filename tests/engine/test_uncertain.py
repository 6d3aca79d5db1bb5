"""The table of uncertain quantities and what a run really draws are the same things."""

import csv
from importlib import resources

import pytest

import stationkeep as sk
from stationkeep.engine import luck
from stationkeep.engine.compile.world import compile as compile_case
from stationkeep.engine.lots import Lot
from stationkeep.engine.measures import Sample


@pytest.fixture(scope="module")
def sample() -> Sample:
    return Sample(sk.read_scenario("iss-partner-leaves").patch({"horizon": "2023-01-01"}), seed=3)


def test_everything_drawn_is_in_the_table_and_the_other_way_round(sample):
    text = (resources.files("stationkeep") / "data" / "uncertain.csv").read_text(encoding="utf-8")
    named = {row["name"] for row in csv.DictReader(text.splitlines())}
    drawn = set(sample.groups())
    assert drawn - named == set(), "drawn, and not in data/uncertain.csv"
    # drawn as machine_hazards; where a campaign names launchers; where an altitude policy phases
    elsewhere = {"unit_hazard_factor", "module", "phases"}
    assert named - drawn - elsewhere == set(), "in the table, and never drawn"


@pytest.mark.filterwarnings("error")
def test_the_ap_history_has_a_density_scale_and_a_sky_of_its_own():
    """Storms weigh less in it: what drag feels of the record's Ap is 0.89 of its mean, and the fit differs by as much."""
    now = sk.read_scenario("iss-now").patch({"horizon": "2028-01-01", "solar": "bulletin"})
    daily, history = (compile_case(now.patch({"ap_mode": mode})) for mode in ("daily", "history"))
    assert (history.world.orbit.era_scale < daily.world.orbit.era_scale).all()
    assert history.world.orbit.era_scale == pytest.approx(daily.world.orbit.era_scale, rel=0.02)
    felt = [luck.draw(luck.prepare(case), 1, 1)[2].sky[:, 2].mean() for case in (daily, history)]
    assert 0.84 < felt[1] / felt[0] < 0.94


def test_a_run_with_all_luck_borrowed_is_the_other_run(sample):
    groups = list(sample.groups())
    own, other = sample.measured([Lot(4), Lot(9)], "propellant_used_kg")[0]
    all_borrowed, one_borrowed = sample.measured(
        [Lot(4, groups=dict.fromkeys(groups, 9)), Lot(4, groups={"sun": 9})], "propellant_used_kg"
    )[0]  # fmt: skip
    assert own != other and all_borrowed == other and one_borrowed not in (own, other)
