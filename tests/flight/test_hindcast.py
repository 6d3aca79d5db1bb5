"""The hindcast: burns found and left out, decay replayed, files in, JSON out."""

import json
import math

import numpy as np
import pytest

from stationkeep.cli import main
from stationkeep.flight import density_scale, hindcast, replay
from stationkeep.formats import density_scale as scale_tables
from stationkeep.formats.altitude import AltitudeRecord, read_altitude, read_nodes
from stationkeep.formats.density_fit import load_fit
from stationkeep.formats.space_weather import read_space_weather
from stationkeep.laws import orbit
from stationkeep.laws.atmosphere import decay_step
from stationkeep.model.catalogue import Catalogue
from stationkeep.model.files import InputError

DAY_S = 86400.0
BALLISTIC = 0.007
START_D = 8401  # 2023-01-01
BURNS = {40: 2.0e3, 41: 0.5e3, 95: 1.2e3, 150: -1.5e3}


@pytest.fixture(scope="module")
def fit():
    return load_fit(51.64)


@pytest.fixture(scope="module")
def weather():
    return read_space_weather()


@pytest.fixture(scope="module")
def made(fit, weather):
    """200 days flown by the law with a known coefficient and burns at midnight, noon values with 10 m of noise."""
    noise = np.random.default_rng(2).normal(0.0, 10.0, 200)
    t_s = (START_D + np.arange(200) + 0.5) * DAY_S
    raan = hindcast.nodes_at(t_s, np.full(200, 415e3), read_nodes(), fit.inclination_rad)
    activity = hindcast.activity_at(t_s, weather)
    a_m, h_m = orbit.EARTH_RADIUS_M + 417e3, []
    for k in range(200):
        if k:
            sky = 0.5 * (activity[k - 1] + activity[k])
            a_m = decay_step(fit, a_m, raan[k - 1], 0.0, 0.0, t_s[k - 1], DAY_S, BALLISTIC, *sky)[0] + BURNS.get(k, 0.0)
        h_m.append(a_m - orbit.EARTH_RADIUS_M)
    unknown = np.full(200, np.nan)
    return AltitudeRecord(t_s, np.array(h_m) + noise, unknown, unknown)


@pytest.fixture(scope="module")
def driven(made, weather, fit):
    return hindcast.drive(made, weather, read_nodes(), fit)


@pytest.fixture(scope="module")
def record(weather, fit):
    return hindcast.drive(read_altitude(), weather, read_nodes(), fit)


@pytest.fixture(scope="module")
def summary(record, fit):
    geometry = scale_tables.read_geometry()
    return replay.summarize(replay.replay(record, (30, 90, 180), scale_tables.read_blocks(), geometry, fit), geometry)


def test_burns_are_found_and_nothing_else(driven):
    expected = np.zeros(200, bool)
    for k in BURNS:
        expected[k - 1 : k + 2] = True
    assert np.array_equal(driven.burn, expected)


def test_the_fall_between_burns_is_that_of_the_law(driven, fit):
    flown = hindcast.fall_through(driven, 0, 199, fit, np.full(200, BALLISTIC))
    counted = np.flatnonzero(hindcast.clean(driven))
    modelled, measured = (np.sum(h[counted - 1] - h[counted]) for h in (flown, driven.h_m))
    assert modelled == pytest.approx(measured, rel=0.01)


def test_drag_on_the_record_gives_the_coefficient_back(driven):
    counted = np.flatnonzero(hindcast.clean(driven))
    fallen = np.sum(driven.h_m[counted - 1] - driven.h_m[counted])
    assert fallen / np.sum(driven.drag_m[counted]) == pytest.approx(BALLISTIC, rel=0.01)


def test_every_burn_on_record_is_found(record):
    rows = [
        r for r in Catalogue().table("orbit/reboosts")
        if r["origin"] == "detected" and r["kind"] in ("reboost", "deboost") and r["utc"] > "1998-12-24"
        and abs(float(r["dalt_km"])) > 0.6 and r["utc"][:10] != "2000-12-08"
    ]  # fmt: skip
    missed = []
    for row in rows:
        t_s = float((np.datetime64(row["utc"].rstrip("Z")) - np.datetime64("2000-01-01")) / np.timedelta64(1, "s"))
        near = np.abs(record.t_s - t_s) < 1.6 * DAY_S
        if near.sum() > 1 and not record.burn[near].any():
            missed.append(row["utc"])
    assert len(rows) > 60 and not missed
    share = record.burn.sum() / (~np.isnan(record.drag_m)).sum()
    assert share < 0.17, "storms and noise are not taken for burns"


def test_gaps_break_chains_and_eccentric_or_uncovered_days_are_left_out(made, weather, fit):
    t_s = made.t_s.copy()
    t_s[100:] += 10 * DAY_S
    eccentricity = np.zeros(200)
    eccentricity[:5] = 0.01
    cut = weather._replace(**{name: getattr(weather, name)[: START_D + 190 - weather.first_day] for name in weather._fields[1:]})
    driven = hindcast.drive(made._replace(t_s=t_s, eccentricity=eccentricity), cut, read_nodes(), fit)
    assert len(driven.t_s) == 200 - 5 - 20
    assert [c.stop - c.start for c in hindcast.chains(driven)] == [95, 80]
    with pytest.raises(ValueError, match="fewer than two days"):
        hindcast.drive(made, weather._replace(first_day=20000), read_nodes(), fit)


def test_the_scale_does_not_see_the_years_left_out():
    blocks, geometry = scale_tables.read_blocks(), scale_tables.read_geometry()
    spoiled = blocks._replace(measured_m=np.where(density_scale.year_of(blocks.start_t_s) == 2002, 5.0, 1.0) * blocks.measured_m)
    early = density_scale.year_of(blocks.start_t_s + blocks.days * DAY_S) != 2002
    spoiled = type(blocks)(*(values[early | (density_scale.year_of(blocks.start_t_s) == 2002)] for values in spoiled))
    clean = type(blocks)(*(values[early | (density_scale.year_of(blocks.start_t_s) == 2002)] for values in blocks))
    left = [density_scale.fit_scale(b, geometry, (2002,)) for b in (clean, spoiled)]
    assert np.array_equal(left[0].ln_ballistic, left[1].ln_ballistic)
    assert not np.array_equal(density_scale.fit_scale(clean, geometry).ln_ballistic, left[0].ln_ballistic)
    with pytest.raises(ValueError, match="years left out"):
        density_scale.fit_scale(blocks, geometry, tuple(range(1990, 2040)))


def test_the_scale_gives_a_made_up_coefficient_back():
    blocks, geometry = scale_tables.read_blocks(), scale_tables.read_geometry()
    truth = density_scale.Scale(geometry, np.log([0.006, 0.009, 0.007]), 0.8, -0.03)
    measured = truth.ballistic(blocks.start_t_s, blocks.f107a) * blocks.drag_m
    found = density_scale.fit_scale(blocks._replace(measured_m=measured), geometry)
    assert np.exp(found.ln_ballistic) == pytest.approx([0.006, 0.009, 0.007], rel=0.02)
    assert found.low_flux_exponent == pytest.approx(0.8, abs=0.05)
    assert found.trend_per_decade == pytest.approx(-0.03, abs=0.01)


@pytest.mark.parametrize("ap_mode", ["daily", "history"])
def test_the_packaged_scale_is_the_fit_of_the_packaged_blocks(ap_mode):
    found = density_scale.fit_scale(scale_tables.read_blocks(ap_mode), scale_tables.read_geometry())
    last = [row for row in Catalogue().table("orbit/density_scale") if row["ap_mode"] == ap_mode][-3:]
    assert [float(row["ballistic_m2_per_kg"]) for row in last] == pytest.approx(list(np.exp(found.ln_ballistic)), rel=1e-3)
    for row in last:
        product = float(row["scale"]) * float(row["drag_coefficient"]) * float(row["area_m2"]) / float(row["mass_kg"])
        assert product == pytest.approx(float(row["ballistic_m2_per_kg"]), rel=2e-3)


@pytest.mark.parametrize(("days", "allowed"), [("30", 0.15), ("90", 0.12), ("180", 0.12)])
def test_decay_of_the_record_on_years_the_scale_has_not_seen(summary, days, allowed):
    told = summary[days]
    assert told["n"] > 50
    assert told["median_abs_error_frac"] <= allowed
    assert told["p75_abs_error_frac"] <= 0.25
    assert sum(part["n"] for part in told["by_era"].values()) == told["n"] and set(told["by_era"]) == {"before-p6", "p6", "truss"}
    assert all(part["in_sample"]["n"] == part["n"] for part in told["by_era"].values())
    same = told["baselines"]["model_on_the_same_arcs"]["median_abs_error_frac"]
    assert same < told["baselines"]["constant_decay"]["median_abs_error_frac"]
    assert told["median_abs_error_frac"] < told["baselines"]["exponential_atmosphere"]["median_abs_error_frac"]


def run(capsys, *words):
    try:
        main(["hindcast", *words])
    except SystemExit as stop:
        assert stop.code in (0, None), capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


def test_decay_of_a_users_file_in_json(made, tmp_path, capsys):
    day = np.datetime64("2000-01-01") + np.floor(made.t_s / DAY_S).astype(int)
    path = tmp_path / "mine.csv"
    path.write_text("date,alt_brouwer_km\n" + "".join(f"{d},{h / 1e3:.4f}\n" for d, h in zip(day, made.h_m, strict=True)))
    page = tmp_path / "page.html"
    told = run(capsys, "decay", "--altitude", str(path), "--page", str(page), "--json")
    assert "in era truss" in page.read_text()
    assert {"start", "days", "measured_km", "modelled_km", "calibration"} <= told["arcs"][0].keys()
    assert told["arcs"][0]["start"] == "2023-01-01T12:00:00Z"
    assert {arc["days"] for arc in told["arcs"]} == {30, 90, 180}
    for days in ("30", "90", "180"):
        assert {"median_abs_error_frac", "p75_abs_error_frac", "bias_frac", "n"} <= told["summary"][days].keys()
    assert "data:image/png;base64" in page.read_text()


@pytest.mark.parametrize("subject", ["burns", "lifetime", "propellant"])
def test_every_subject_has_a_page_with_plots(subject, tmp_path, capsys):
    page = tmp_path / "page.html"
    run(capsys, subject, "--page", str(page), "--json")
    text = page.read_text()
    assert "data:image/png;base64" in text and "<table>" in text and "nan" not in text.split("<img")[0]


def test_a_record_of_another_time_falls_from_its_own_end(made, tmp_path, capsys):
    path = tmp_path / "old.csv"
    path.write_text("date,alt_brouwer_km\n" + "".join(f"2002-01-{d:02d},{390 - 0.1 * d}\n" for d in range(1, 32)))
    lives = run(capsys, "lifetime", "--altitude", str(path), "--json")["lifetimes"]
    assert {row["start"] for row in lives} == {"2002-01-31"}


def test_other_subjects_in_json(capsys):
    burns = run(capsys, "burns", "--json")
    avoided = burns["avoidance"]
    assert avoided["counted"] == 10 and avoided["low"] <= 10 <= avoided["high"], "fitted until May 2021"
    assert avoided["expected"] == pytest.approx(7.8, abs=0.1) and avoided["growth_per_y"] == pytest.approx(0.045, abs=0.001)
    drawn = {row["name"]: row for row in Catalogue().table("uncertain")}
    for name, value, reach in (("avoidance_per_y", "per_y_2022", "per_y_2022_range"), ("avoidance_growth_per_y", "growth_per_y", "growth_range")):
        row = drawn[name]
        told = [float(row[key]) for key in ("low", "value", "high")]
        fitted = [avoided[reach][0], avoided[value], avoided[reach][1]]
        assert told == pytest.approx(fitted, rel=0.05), "ensembles draw what is fitted"
    progress = burns["by_vehicle"]["Progress"]
    assert progress["rise_km_per_m_per_s"]["median"] == pytest.approx(1.75, rel=0.05), "2 a / v at 400 km"
    assert progress["delta_v_per_second_m_per_s2"]["median"] == pytest.approx(740 / 420e3, rel=0.15)
    assert burns["law_over_reported"]["median"] == pytest.approx(1.0, abs=0.03)
    assert progress["thrust_N"]["median"] == pytest.approx(740, rel=0.1)
    lives = run(capsys, "lifetime", "--json")["lifetimes"]
    of_2022 = {row["activity"]: row["days"] for row in lives if row["start"] == "2022-01-01"}
    assert of_2022["F10.7A of 10 %"] > 2 * of_2022["F10.7A of 50 %"] > 4 * of_2022["F10.7A of 90 %"]
    assert 365 < of_2022["F10.7A of 90 %"] < 730, "one to two years at a strong maximum"
    propellant = run(capsys, "propellant", "--json")
    assert propellant["ratio_400_over_350_frac"] < 0.5, "more than halved by the raise of 2011 (NASA)"
    assert propellant["ratio_400_over_350_frac"] > 0.35


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("day,km\n2023-01-01,410\n", 1, "no column date, alt_brouwer_km"),
        ("date,utc,alt_brouwer_km\n2023-01-01,noon,410\n", 2, "noon"),
        ("date,alt_brouwer_km\n2023-01-01,410\n2023-01-02,four\n", 3, "four"),
        ("date,alt_brouwer_km\n2023-13-01,410\n", 2, "2023-13-01"),
        ("date,alt_brouwer_km\n2023-01-01,6788\n", 2, "6788"),
        ("1 25544U 98067A   23001.5\n", 1, "25 columns"),
    ],
)
def test_a_bad_file_is_told_by_its_line(tmp_path, text, line, message):
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_altitude(path)
    assert caught.value.problems[0].line == line
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["decay", "--altitude", "nowhere.csv"], "nowhere.csv"),
        (["burns", "--page", "nowhere/p.html"], "nowhere/p.html"),
    ],
)
def test_wrong_words_end_with_status_2(capsys, words, message):
    with pytest.raises(SystemExit) as stop:
        main(["hindcast", *words])
    assert stop.value.code == 2
    said = capsys.readouterr()
    assert message in said.err and "Traceback" not in said.err and not said.out


def test_a_short_record_is_refused_with_advice(tmp_path, capsys):
    path = tmp_path / "short.csv"
    path.write_text("date,alt_brouwer_km\n" + "".join(f"2023-01-{d:02d},410\n" for d in range(1, 12)))
    with pytest.raises(SystemExit) as stop:
        main(["hindcast", "decay", "--altitude", str(path)])
    assert stop.value.code == 2
    assert "5 days or more" in capsys.readouterr().err


TLE = """\
ISS (ZARYA)
1 25544U 98067A   21340.39932169  .00006061  00000-0  11795-3 0  9991
2 25544  51.6443 199.1040 0004078 231.6283 226.0484 15.48763503315426
"""


def test_element_sets_become_daily_brouwer_altitudes(tmp_path):
    path = tmp_path / "iss.tle"
    path.write_text(TLE)
    record = read_altitude(path)
    assert record.t_s[0] == pytest.approx((8010 + 0.39932169) * DAY_S, abs=1e-3), "the epoch of the first set"
    kepler = (orbit.MU_M3_PER_S2 / (15.48763503 * 2 * math.pi / DAY_S) ** 2) ** (1 / 3) - orbit.EARTH_RADIUS_M
    assert record.h_m[0] - kepler == pytest.approx(510.0, abs=15.0), "Brouwer's is half a kilometre higher"
    assert math.degrees(record.raan_rad[0]) == pytest.approx(199.104)
    (tmp_path / "half.tle").write_text("\n".join(["x", TLE.splitlines()[1]]) + "\n")
    with pytest.raises(InputError, match="without its line 2"):
        read_altitude(tmp_path / "half.tle")


def test_an_ephemeris_becomes_daily_altitudes(tmp_path):
    from stationkeep.formats.oem import Oem, write_oem

    t_s = 7e8 + np.arange(0, 2 * DAY_S, 60.0)
    a_m, inclination = orbit.EARTH_RADIUS_M + 415e3, math.radians(51.6)
    angle = orbit.mean_motion(a_m) * (t_s - t_s[0])
    k_m = orbit.J2 * orbit.GRAVITY_RADIUS_M**2 / a_m
    sin2 = math.sin(inclination) ** 2
    # a circular orbit with Brouwer's short-period terms to first order: radius, and speed from the osculating axis
    radius = a_m - 0.75 * k_m * (3 * math.cos(inclination) ** 2 - 1) + 0.25 * k_m * sin2 * np.cos(2 * angle)
    speed = np.sqrt(orbit.MU_M3_PER_S2 * (2 / radius - 1 / (a_m + 1.5 * k_m * sin2 * np.cos(2 * angle))))
    across = np.array([0.0, math.cos(inclination), math.sin(inclination)])
    ahead = np.array([1.0, 0.0, 0.0])
    r = radius[:, None] * (np.cos(angle)[:, None] * ahead + np.sin(angle)[:, None] * across)
    v = speed[:, None] * (-np.sin(angle)[:, None] * ahead + np.cos(angle)[:, None] * across)
    path = tmp_path / "iss.oem"
    write_oem(path, Oem("ISS", "1998-067-A", "EME2000", t_s, r, v))
    record = read_altitude(path)
    assert record.h_m[1] == pytest.approx(415e3, abs=25.0)
    assert math.remainder(record.raan_rad[1], 2 * math.pi) == pytest.approx(0.0, abs=1e-6)
    write_oem(path, Oem("ISS", "1998-067-A", "EME2000", t_s, r, v, created_t_s=t_s[0] + DAY_S))
    record = read_altitude(path)
    assert (record.t_s > record.made_t_s).sum() == 1, "the second day is its maker's forecast"


def test_activity_files_of_others_are_read_and_checked(tmp_path, weather):
    head = "DATE,F10.7_OBS,F10.7_OBS_CENTER81,F10.7_OBS_LAST81,AP_AVG," + ",".join(f"AP{k}" for k in range(1, 9))
    rows = [f"2023-01-{d:02d},150,151,152,{d}," + ",".join(["7"] * 8) for d in range(1, 4)]
    path = tmp_path / "sw.csv"
    path.write_text("\n".join([head, *rows, "2023-02-01,150,151,152,," + "," * 7]) + "\n")
    mine = read_space_weather(path)
    assert mine.first_day == START_D and list(mine.ap) == [1, 2, 3] and mine.ap3h.shape == (3, 8)
    for text, message in (
        ("\n".join([head, rows[0], rows[2]]), "does not follow"),
        ("\n".join([head.replace("AP8", "X"), *rows]), "no column ap_21h"),
        ("\n".join([head, rows[0].replace("150", "many")]), "many"),
        (head + "\n", "no day"),
    ):
        path.write_text(text + "\n")
        with pytest.raises(InputError, match=message):
            read_space_weather(path)
    assert weather.ap3h.shape[0] == len(weather.f107) == len(weather.f107a_last)
