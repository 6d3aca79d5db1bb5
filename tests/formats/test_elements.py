"""Element sets: TLE and every form of OMM give one orbit; errors name the line."""

import json

import numpy as np
import pytest

from stationkeep.formats.elements import JD_2000, nearest, read_elements
from stationkeep.formats.oem import iso_utc
from stationkeep.model.files import InputError

FIRST = "1 25544U 98067A   21340.39932169  .00002543  00000+0  54723-4 0  9991"
SECOND = "2 25544  51.6438 219.5022 0004157 268.2183 223.9361 15.48614630315390"
OMM = {
    "OBJECT_NAME": "ISS (ZARYA)", "OBJECT_ID": "1998-067A", "CENTER_NAME": "EARTH", "REF_FRAME": "TEME",
    "TIME_SYSTEM": "UTC", "MEAN_ELEMENT_THEORY": "SGP4", "EPOCH": "2021-12-06T09:35:01.394016",
    "MEAN_MOTION": "15.48614630", "ECCENTRICITY": "0.0004157", "INCLINATION": "51.6438", "RA_OF_ASC_NODE": "219.5022",
    "ARG_OF_PERICENTER": "268.2183", "MEAN_ANOMALY": "223.9361", "NORAD_CAT_ID": "25544", "BSTAR": "0.000054723",
}  # fmt: skip


def checked(line: str) -> str:
    from sgp4.io import compute_checksum

    return line[:68] + str(compute_checksum(line))


TLE = f"{checked(FIRST)}\n{checked(SECOND)}\n"
KVN = "CCSDS_OMM_VERS = 2.0\n" + "".join(f"{key} = {value}\n" for key, value in OMM.items())
XML = "<ndm><omm>\n" + "".join(f"<{k}>{v}</{k}>\n" for k, v in OMM.items()) + "</omm></ndm>"
CSV = ",".join(OMM) + "\n" + ",".join(OMM.values()) + "\n"


def read(tmp_path, text):
    path = tmp_path / "elements.txt"
    path.write_text(text)
    return read_elements(path)


def position(elements, days=0.5):
    day = elements.epoch_t_s / 86400.0 + days
    error, r_km, _ = elements.satellite.sgp4(JD_2000 + np.floor(day), day % 1)
    assert error == 0
    return np.array(r_km)


def test_two_and_three_lines(tmp_path):
    (two,), (three,) = read(tmp_path, TLE), read(tmp_path, "0 ISS (ZARYA)\n" + TLE)
    assert (two.name, three.name, two.norad_id) == ("", "ISS (ZARYA)", 25544)
    assert iso_utc(two.epoch_t_s, 6) == "2021-12-06T09:35:01.394016" and (two.line, three.line) == (1, 2)
    assert np.array_equal(position(two), position(three))


@pytest.mark.parametrize("text", [KVN, XML, CSV, json.dumps([OMM]), json.dumps(OMM, indent=1)])
def test_every_omm_is_the_orbit_of_the_tle(tmp_path, text):
    (omm,), (tle,) = read(tmp_path, text), read(tmp_path, TLE)
    assert omm.name == "ISS (ZARYA)" and omm.norad_id == 25544
    assert omm.epoch_t_s == pytest.approx(tle.epoch_t_s, abs=1e-5)
    assert np.linalg.norm(position(omm) - position(tle)) < 1e-3, "a metre: the TLE rounds nothing here"


def test_sets_come_in_order_of_epoch_and_the_nearest_is_found(tmp_path):
    later = checked(FIRST.replace("21340.3", "21343.4"))
    sets = read(tmp_path, f"{later}\n{checked(SECOND)}\n\nISS\n{TLE}")
    assert [one.line for one in sets] == [5, 1]
    assert nearest(sets, sets[1].epoch_t_s - 3600.0).line == 1


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 1, "empty"),
        ("ISS\n", 1, "is no element set"),
        (TLE.replace("9991", "9994").replace("9990", "9994"), 1, "check digit"),
        (TLE.splitlines()[0][:60] + "\n" + TLE.splitlines()[1], 1, "60 columns"),
        (TLE.splitlines()[0] + "\n", 1, "without its line 2"),
        (TLE.splitlines()[1] + "\n", 1, "without its line 1"),
        (TLE + "ISS\nISS\n", 4, "no line of an element set"),
        (f"{checked(FIRST)}\n{checked(SECOND.replace('25544', '25545'))}\n", 2, "25545 after a line 1 of 25544"),
        (KVN.replace("15.48614630", "fast"), 9, "MEAN_MOTION 'fast'"),
        (KVN.replace("BSTAR", "BSTOR"), 1, "no BSTAR"),
        (KVN.replace("TEME", "EME2000"), 5, "REF_FRAME EME2000"),
        (XML.replace("2021-12-06T", "2021-13-06T"), 8, "EPOCH"),
        (CSV.replace("15.48614630", "0"), 2, "no orbit"),
        ('{"EPOCH": ', 1, "not valid JSON"),
        ("[1]", 1, "no object"),
    ],
)
def test_errors_name_the_line(tmp_path, text, line, says):
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert says in str(caught.value) and caught.value.problems[0].line == line
