"""Launch windows: the plane against an independent computation, lift-offs against the record, the promises."""

import csv
import json
import math
import sys
from pathlib import Path

import numpy as np
import pytest
from sgp4.api import WGS72, Satrec

from stationkeep.cli.window import find_ascent, find_site, window
from stationkeep.flight.window import azimuth_allowed, opportunities
from stationkeep.formats.oem import parse_utc
from stationkeep.model.catalogue import Catalogue, number
from stationkeep.model.files import InputError

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))
from validation.window import JUDGED, lead_frac, predict, read_launches  # noqa: E402

ISS = (
    "1 25544U 98067A   21340.39932169  .00004577  00000+0  91351-4 0  9997",
    "2 25544  51.6435 211.2046 0003988 277.6071 254.8235 15.48946544315288",
)
FLOWN = parse_utc("2021-12-08T07:38:15")


@pytest.fixture
def tle(tmp_path: Path) -> str:
    path = tmp_path / "iss.tle"
    path.write_text("ISS (ZARYA)\n" + "\n".join(ISS) + "\n", encoding="utf-8")
    return str(path)


def _out(capsys: pytest.CaptureFixture[str], **options: str) -> dict:
    window(**options, json=True)  # type: ignore[arg-type]
    return json.loads(capsys.readouterr().out)


def test_soyuz_ms_20(tle: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = _out(capsys, site="baikonur/31", tle=tle, from_="2021-12-08", to="2021-12-09")
    north, south = out["opportunities"]
    assert north["direction"] == "northbound"
    assert north["crossing_utc"] == "2021-12-08T07:41:30Z"
    assert abs(parse_utc(north["liftoff_utc"][:-1]) - FLOWN) < 15.0
    assert north["azimuth_deg"] == pytest.approx(61.8, abs=0.2)
    assert north["allowed"]
    assert north["profiles"][0] == "4-orbit"
    assert north["phase_deg"] == pytest.approx(14.5, abs=1.0)
    best = north["choices"][0]
    parts = parse_utc(north["crossing_utc"][:-1]) + best["plane_s"] - best["lead_s"] + best["drift_s"]
    assert parts == pytest.approx(parse_utc(north["liftoff_utc"][:-1]), abs=1.1)
    assert south["direction"] == "southbound"
    assert not south["allowed"]


def test_crossing_against_sgp4_and_the_ellipsoid() -> None:
    """At the crossing the pad's position has no component along r x v (own sidereal time, own ellipsoid)."""
    elements = Satrec.twoline2rv(*ISS)
    site = find_site("kennedy/39a")
    climb, chases = find_ascent(site, "", FLOWN)
    found = opportunities(elements, site, climb, chases, FLOWN - 3 * 86400.0, FLOWN + 3 * 86400.0)
    assert len(found) == 12
    assert [item.crossing_t_s for item in found] == sorted(item.crossing_t_s for item in found)
    for item in found:
        days, second = divmod(item.crossing_t_s, 86400.0)
        _, r, v = elements.sgp4(2451544.5 + days, second / 86400.0)
        century = (days + second / 86400.0 - 0.5) / 36525.0
        turns = 67310.54841 + (876600 * 3600 + 8640184.812866) * century + 0.093104 * century**2
        angle = math.radians(turns / 240.0 + site.longitude_deg)
        phi = math.radians(site.latitude_deg)
        radius = 6378.137 / math.sqrt(1.0 - 0.00669437999 * math.sin(phi) ** 2)
        pad = radius * np.array(
            [math.cos(phi) * math.cos(angle), math.cos(phi) * math.sin(angle), (1 - 0.00669437999) * math.sin(phi)]
        )
        normal = np.cross(r, v)
        assert abs(normal @ pad) / np.linalg.norm(normal) < 0.15  # km; the pad crosses at 0.3 km/s
        assert (np.cross(normal, pad)[2] > 0.0) == item.northbound


def test_lift_offs_of_the_record() -> None:
    outcomes = [predict(row) for row in read_launches()]
    errors = [abs(item.error_s) for item in outcomes if item.ascent in JUDGED]
    assert len(errors) >= 60
    assert sum(error <= 60.0 for error in errors) >= 0.95 * len(errors)
    assert max(errors) <= 300.0
    russian = [abs(item.error_s) for item in outcomes if item.ascent == "soyuz"]
    assert max(russian) < 15.0


def test_leads_are_those_of_even_years() -> None:
    outcomes = [predict(row) for row in read_launches()]
    rows = Catalogue().by_id("fleet/ascent_profiles")
    for name in (*JUDGED, "shuttle"):
        measured = lead_frac([item for item in outcomes if item.ascent == name], even=True)
        assert number(rows[name], "lead_frac") == pytest.approx(measured, abs=0.002), name
        even = [item for item in outcomes if item.ascent == name and int(item.row["liftoff_utc"][:4]) % 2 == 0]
        assert int(rows[name]["lead_flights_count"]) == len(even), name


def test_dragons_by_the_law_alone() -> None:
    errors = [abs(predict(row, "dragon").error_s) for row in read_launches() if "Dragon" in row["vehicle"]]
    assert sum(error <= 60.0 for error in errors) >= 0.8 * len(errors)
    assert max(errors) <= 300.0


@pytest.mark.parametrize("which", ["raise_m_per_s", "lower_m_per_s"])
@pytest.mark.parametrize("profile", ["2-orbit", "4-orbit", "34-orbit"])
def test_a_phasing_burn_opens_the_profile_in_sgp4(tle, capsys, profile, which):
    span = {"site": "baikonur", "tle": tle, "from_": "2021-12-20", "to": "2021-12-22"}
    told = _out(capsys, **span, profile=profile, burn="2021-12-06T09:35:01")["opportunities"]
    pad = find_site("baikonur")
    climb, chases = find_ascent(pad, "", parse_utc("2021-12-20"))
    sat = Satrec.twoline2rv(*ISS)
    for item in told:
        speed = item["phasing"][which]
        assert (speed == 0.0) == (profile in item["profiles"])
        a_m = (3.986004418e14 / (sat.no_kozai / 60.0) ** 2) ** (1.0 / 3.0)
        raised = 1.0 / (2.0 / a_m - (math.sqrt(3.986004418e14 / a_m) + speed) ** 2 / 3.986004418e14)  # vis-viva
        burned = Satrec()
        burned.sgp4init(WGS72, "i", 25544, sat.jdsatepoch + sat.jdsatepochF - 2433281.5, sat.bstar, 0.0, 0.0, sat.ecco, sat.argpo,
                        sat.inclo, sat.mo, sat.no_kozai * (raised / a_m) ** -1.5, sat.nodeo)  # fmt: skip
        at_s = parse_utc(item["crossing_utc"][:-1])
        after = opportunities(burned, pad, climb, chases, at_s - 1200.0, at_s + 1200.0)
        assert any(profile in one.profiles for one in after), (item, speed)


def test_nearest_element_set_is_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "two.tle"
    later = ISS[0].replace("21340.39932169", "21343.39932169")[:68]
    path.write_text("\n".join((*ISS, later, ISS[1])), encoding="utf-8")
    window(site="baikonur", tle=str(path), from_="2021-12-09", to="2021-12-10", json=True)
    assert json.loads(capsys.readouterr().out)["element_epoch"] == "2021-12-09T09:35:01Z"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"site": "plesetsk"}, "never passes over plesetsk"),
        ({"site": "atlantis"}, "no launch site 'atlantis'"),
        ({"site": "baikonur/99"}, "no launch site 'baikonur/99'"),
        ({"to": "2021-12-08"}, "is empty"),
        ({"from_": "yesterday"}, "not a date"),
        ({"vehicle": "zeppelin"}, "no ascent of 'zeppelin'"),
        ({"tle": "nowhere.tle"}, "No such file"),
        ({"from_": "2026-12-08", "to": "2026-12-09"}, "d from the far end"),
    ],
)
def test_refusals(tle: str, options: dict[str, str], message: str) -> None:
    given = {"site": "baikonur", "tle": tle, "from_": "2021-12-08", "to": "2021-12-09"} | options
    with pytest.raises(InputError, match=message):
        window(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "hello\n", ISS[0] + "\n", ISS[0][:40] + "\n2 25544\n", "1 x\n2 y\n", ISS[0] + "\n" + ISS[1][:-1] + "0\n"])
def test_bad_element_files_name_the_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.tle"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"bad\.tle"):
        window(site="baikonur", tle=str(path), from_="2021-12-08", to="2021-12-09")


def test_words_for_people(tle: str, capsys: pytest.CaptureFixture[str]) -> None:
    window(site="baikonur", tle=tle, from_="2021-12-08", to="2021-12-09")
    text = capsys.readouterr().out
    assert "lead of the ascent" in text
    assert "4-orbit" in text


def test_range_limits_may_lie_west_of_north() -> None:
    kourou = find_site("kourou")
    assert azimuth_allowed(355.0, kourou)
    assert azimuth_allowed(90.0, kourou)
    assert not azimuth_allowed(180.0, kourou)


def test_tables_have_sources() -> None:
    for name in ("ascent_profiles", "rendezvous_profiles", "payload_quotes"):
        with (ROOT / "src/stationkeep/data/fleet" / f"{name}.csv").open(encoding="utf-8") as handle:
            for row in csv.DictReader(handle):
                assert row["source"] and row["status"] in {"found", "recalled", "derived", "assumed"}, row
                assert None not in row, row
