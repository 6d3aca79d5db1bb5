"""The working week: conservation of hours, the record, and what cosmonauts do for others."""

import numpy as np
import pytest

from stationkeep.engine.compile.life_support import research_shares, time_rules, values
from stationkeep.laws import crew_time as law
from stationkeep.model.catalogue import Catalogue, number

CATALOGUE = Catalogue()
RULES = time_rules(CATALOGUE)
HOST_h_per_d = values(CATALOGUE, "life_support/crew_time")["host_h_per_d"]
PARTNERS = ("roscosmos", "nasa", "esa", "jaxa", "csa", "commercial")
SEGMENT = np.array([1, 0, 0, 0, 0, 0])
DATES, SHARES = research_shares(CATALOGUE, {name: k for k, name in enumerate(PARTNERS)})
ERAS = {row["era"]: row for row in CATALOGUE.table("life_support/crew_time_record")}


def week(people, volume=(733.0, 207.0), age=(8.0, 12.0), load=None, shares=SHARES[0], cooperation=1.0):
    hours, matrix = np.zeros((6, len(law.CREW_USES))), np.zeros((6, 6))
    load = np.zeros((2, 5)) if load is None else load
    unmet = law.working_week(RULES, np.array(people, float), SEGMENT, np.array(volume), np.array(age), load,
                             np.asarray(shares), cooperation, hours, matrix)  # fmt: skip
    return hours, matrix, unmet


def era_week(name):
    row = ERAS[name]
    load, people = np.zeros((2, 5)), np.zeros(6)
    for g, side in enumerate(("us", "russian")):
        traffic = number(row, f"{side}_cargo_ships_per_week") * RULES.cargo_ship_h
        traffic += number(row, f"{side}_crew_ships_per_week") * RULES.crew_ship_h
        traffic += number(row, f"{side}_host_d_per_week") * HOST_h_per_d
        load[g] = (number(row, f"{side}_repair_h_per_week"), traffic, number(row, f"{side}_evas_per_week") * RULES.eva_h,
                   number(row, f"{side}_arrivals_per_week") * RULES.arrival_h,
                   number(row, f"{side}_modules_per_week") * RULES.module_h)  # fmt: skip
    people[0], people[1] = number(row, "russian_people"), number(row, "us_people")
    volume = [number(row, f"{side}_volume_m3") for side in ("us", "russian")]
    age = [number(row, f"{side}_age_y") for side in ("us", "russian")]
    return week(people, volume, age, load)[1].sum(axis=0)


def test_three_crew_give_twenty_hours_as_agreed():  # calibrated
    served = era_week("three-crew-rule")
    assert served.sum() == pytest.approx(20.0, rel=0.01)
    assert served[0] == pytest.approx(10.0, rel=0.01)
    assert served[1] == pytest.approx(7.5, rel=0.05)
    assert served[2:].sum() == pytest.approx(2.5, rel=0.1)


def test_increment_43_44_gave_nasa_875_hours():  # calibrated
    weeks = 184.0 / 7.0
    assert era_week("increment-43-44")[1] * weeks == pytest.approx(875.0, rel=0.01)


def test_two_crew_without_the_shuttle_gave_about_twenty_hours():  # calibrated
    assert era_week("two-crew").sum() == pytest.approx(20.0, rel=0.01)


def test_six_crew_give_about_seventy():  # not calibrated
    assert era_week("six-crew-plan").sum() == pytest.approx(70.0, rel=0.15)


def test_three_crew_give_twenty_hours_also_while_modules_come():  # not calibrated
    assert era_week("three-crew-assembly").sum() == pytest.approx(20.0, rel=0.15)


def test_the_first_expeditions_gave_the_us_segment_500_hours():  # not calibrated
    assert era_week("expeditions-1-3")[1:].sum() == pytest.approx(8.8, rel=0.15)


def test_us_astronauts_worked_2954_hours_for_nasa_until_april_2007():  # not calibrated
    assert era_week("us-crew-to-2007")[1] == pytest.approx(8.75, rel=0.15)


def test_the_us_segment_had_26_hours_in_2012():  # not calibrated
    assert era_week("usos-2012")[1:].sum() == pytest.approx(26.13, rel=0.15)


def test_one_person_more_gives_more_research_than_in_proportion():
    two, three, six = (week((n / 2, n / 2, 0, 0, 0, 0))[1].sum() for n in (2, 3, 6))
    assert two < three < six
    assert six > 2.0 * three


@pytest.mark.parametrize("people", [(1, 2, 0, 0, 0, 0), (3, 2, 1, 1, 0, 0), (2, 0, 0, 0, 0, 0), (0, 2, 1, 1, 0, 0)])
@pytest.mark.parametrize("cooperation", [0.0, 0.5, 1.0])
def test_no_hour_is_lost_or_made(people, cooperation):
    load = np.array([[5.0, 10.0, 3.0, 2.0, 0.0], [2.0, 6.0, 4.0, 2.0, 1.0]])
    hours, matrix, unmet = week(people, load=load, cooperation=cooperation)
    each = RULES.day_h * RULES.days_per_week + RULES.exercise_h_per_week
    worked = hours[:, : law.SERVED_BY_OTHERS]
    assert worked.sum(axis=1) == pytest.approx(np.array(people) * each, abs=1e-9)
    assert matrix.sum() == pytest.approx(worked[:, law.OWN_RESEARCH :].sum())
    assert hours[:, law.SERVED_BY_OTHERS].sum() == pytest.approx(hours[:, law.OTHER_RESEARCH].sum())
    assert unmet >= 0.0
    assert (hours >= -1e-12).all()


def test_outfitting_and_research_share_what_is_left():
    modules = np.zeros((2, 5))
    modules[0, 4] = 1000.0  # far more than there are hours
    hours, matrix, _ = week((1.5, 1.5, 0, 0, 0, 0), volume=(242.0, 174.0), load=modules)
    free = week((1.5, 1.5, 0, 0, 0, 0), volume=(242.0, 174.0))[1].sum()
    assert hours[:, law.OUTFITTING].sum() == pytest.approx(RULES.outfit_most_frac * free)
    assert matrix.sum() == pytest.approx(free - hours[:, law.OUTFITTING].sum())
    little = np.zeros((2, 5))
    little[0, 4] = 6.0
    assert week((1.5, 1.5, 0, 0, 0, 0), volume=(242.0, 174.0), load=little)[1].sum() == pytest.approx(free - 6.0)


def test_cosmonauts_work_for_others_when_they_outnumber_their_share():
    balanced = week((3, 3, 0, 0, 0, 0))[1]
    many = week((4, 2, 0, 0, 0, 0))[1]
    assert many[0, 1:].sum() > balanced[0, 1:].sum() + 10.0
    assert many.sum(axis=0)[0] == pytest.approx(many.sum() * 0.5)


def test_without_cooperation_nobody_works_for_the_other_segment():
    hours, matrix, _ = week((4, 2, 0, 0, 0, 0), cooperation=0.0)
    assert matrix[0, 1:].sum() == 0.0
    assert hours[0, law.OTHER_RESEARCH] == 0.0
    alone = week((0, 1, 0, 0, 0, 0), cooperation=0.0)
    assert alone[2] > 0.0  # the Russian segment is nobody's then


def test_a_closed_segment_needs_nobody():
    assert week((0, 3, 1, 0, 0, 0), volume=(733.0, 0.0))[1].sum() > week((0, 3, 1, 0, 0, 0))[1].sum()


def test_private_astronauts_work_for_themselves():
    _, matrix, _ = week((3, 3, 0, 0, 0, 2))
    assert matrix[5, 5] == pytest.approx(2.0 * law.programme_h_per_week(RULES))
    assert matrix[5, :5].sum() == matrix[:5, 5].sum() == 0.0


def test_upkeep_grows_with_size_and_age():
    young, old = (law.upkeep_h_per_week(RULES, 700.0, age, 0.5) for age in (1.0, 20.0))
    assert law.upkeep_h_per_week(RULES, 350.0, 1.0, 0.5) < young < old


def test_a_backlog_is_worked_off_once():
    left, done = 60.0, 0.0
    for _ in range(200):
        hours = law.spread_h(left, 86400.0)
        left, done = left - hours, done + hours
    assert done == pytest.approx(60.0, abs=1e-4)
    assert law.spread_h(60.0, 86400.0) == pytest.approx(60.0 * (1.0 - np.exp(-1.0 / 14.0)))


def test_shares_follow_the_seats():
    assert SHARES.sum(axis=1) == pytest.approx(1.0)
    assert SHARES[0, 0] == pytest.approx(0.5)
    assert SHARES[-1, 0] == pytest.approx(3.0 / 7.0, abs=1e-5)
    assert (np.diff(DATES) > 0).all()
