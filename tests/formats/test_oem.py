"""CCSDS OEM: NASA's files as they are, time systems, errors with their line, what is written read by another code."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from stationkeep.formats.oem import Oem, iso_utc, parse_utc, read_oem, to_utc, write_oem
from stationkeep.model.files import InputError

NASA = Path(__file__).parents[1] / "data/ISS_OEM_2024-02-22_thinned.txt"

KVN = """CCSDS_OEM_VERS = 2.0
CREATION_DATE = 2024-02-22T05:33:17.180
ORIGINATOR = TEST
META_START
OBJECT_NAME = ISS
OBJECT_ID = 1998-067-A
CENTER_NAME = Earth
REF_FRAME = EME2000
TIME_SYSTEM = UTC
META_STOP
COMMENT MASS=459618.00
2024-02-21T12:00:00.000 4721.5 2692.6 -4082.3 -5.46 3.72 -3.86
2024-02-21T12:04:00.000 3255.4 3477.7 -4849.4 -6.68 2.77 -2.49
"""

XML = """<?xml version="1.0"?>
<ndm><oem id="CCSDS_OEM_VERS" version="2.0">
<header><CREATION_DATE>2023-049T01:38:49.191Z</CREATION_DATE><ORIGINATOR>JSC</ORIGINATOR></header>
<body><segment><metadata>
<OBJECT_NAME>ISS</OBJECT_NAME><OBJECT_ID>1998-067-A</OBJECT_ID>
mCENTER_NAME>EARTH</CENTER_NAME>
<REF_FRAME>EME2000</REF_FRAME><TIME_SYSTEM>UTC</TIME_SYSTEM>
</metadata><data>
<COMMENT>DRAG_COEFF=3.25</COMMENT>
<stateVector>
<EPOCH>2023-048T12:00:00.000Z</EPOCH>
<X units="km">2820.0</X><Y units="km">-5957.9</Y><Z units="km">1652.1</Z>
<X_DOT units="km/s">5.0</X_DOT><Y_DOT units="km/s">0.8</Y_DOT><Z_DOT units="km/s">-5.7</Z_DOT>
</stateVector>
</data></segment></body></oem></ndm>
"""


def read(tmp_path: Path, text: str) -> Oem:
    path = tmp_path / "a.oem"
    path.write_text(text)
    return read_oem(path)


def test_nasa_file_with_its_header_comments_and_events():
    oem = read_oem(NASA)
    assert (oem.object_name, oem.object_id, oem.frame) == ("ISS", "1998-067-A", "EME2000")
    assert iso_utc(oem.created_t_s) == "2024-02-22T05:33:17.180"
    assert (oem.mass_kg, oem.drag_area_m2, oem.drag_coefficient) == (459618.0, 1693.6, 2.0)
    assert oem.ballistic_m2_per_kg == pytest.approx(2.0 * 1693.6 / 459618.0)
    assert [event.name for event in oem.events] == ["GMT055 Reboost (Opti", "Crew-8 Launch", "Crew-8 Docking"]
    assert iso_utc(oem.events[0].t_s) == "2024-02-24T00:21:00.000" and oem.events[0].delta_v_m_per_s == 1.7
    assert np.allclose(oem.r_m[0] / 1e3, [4721.510579873910, 2692.638719039300, -4082.350274040870], rtol=0, atol=1e-9)
    assert np.diff(oem.t_s).min() < 2.1, "the burn is sampled every 2 s"


def test_kvn_in_plain_and_gz_text_gives_the_same(tmp_path):
    packed = tmp_path / "b.oem.gz"
    packed.write_bytes(gzip.compress(KVN.encode()))
    assert np.array_equal(read(tmp_path, KVN).r_m, read_oem(packed).r_m)


def test_xml_whose_tag_lost_its_bracket_still_reads(tmp_path):
    oem = read(tmp_path, XML)
    assert iso_utc(oem.t_s[0]) == "2023-02-17T12:00:00.000"
    assert oem.r_m[0].tolist() == [2820000.0, -5957900.0, 1652100.0] and oem.drag_coefficient == 3.25


@pytest.mark.parametrize(
    ("scale", "reading"),
    [("UTC", "12:00:00"), ("TAI", "12:00:37"), ("TT", "12:01:09.184"), ("GPS", "12:00:18")],
)
def test_time_systems_are_the_same_instant(tmp_path, scale, reading):
    text = KVN.replace("TIME_SYSTEM = UTC", f"TIME_SYSTEM = {scale}").replace("12:00:00.000", reading)
    assert read(tmp_path, text.replace("12:04:00", "12:05:00")).t_s[0] == pytest.approx(
        parse_utc("2024-02-21T12:00:00")
    )


def test_leap_second_steps_where_iers_says():
    last, first = parse_utc("2016-12-31T23:59:59") + 36, parse_utc("2017-01-01T00:00:00") + 37
    assert to_utc(np.array([last, first]), "TAI").tolist() == [last - 36, first - 37]


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("CCSDS_OEM_VERS = 2.0", "CCSDS_OMM_VERS = 2.0", 1, "starts with CCSDS_OEM_VERS"),
        ("REF_FRAME = EME2000\n", "", 9, "no REF_FRAME"),
        ("= Earth", "= MARS", 7, "centre is MARS"),
        ("TIME_SYSTEM = UTC", "TIME_SYSTEM = TDB", 9, "TDB"),
        ("12:04:00.000", "12:64:00.000", 13, "no such time"),
        ("12:04:00.000", "11:04:00.000", 13, "earlier"),
        ("3255.4", "3255,4", 13, "no number"),
        ("3255.4", "3255400", 13, "km from the Earth's centre"),
        (" -2.49", "", 13, "6 words"),
        ("2024-02-21T12:04", "x024-02-21T12:04", 13, "no OEM line"),
        ("META_STOP", "", 12, "before the end of the metadata"),
    ],
)
def test_errors_name_the_line(tmp_path, old, new, line, says):
    with pytest.raises(InputError) as caught:
        read(tmp_path, KVN.replace(old, new))
    assert caught.value.problems[0].line == line and says in str(caught.value)


def test_files_that_are_no_oem(tmp_path):
    for text, says in (("", "no state"), (KVN[: KVN.index("2024-02-21")], "no state"), (XML[:-20], "ends before")):
        with pytest.raises(InputError, match=says):
            read(tmp_path, text)
    with pytest.raises(InputError, match="No such file"):
        read_oem(tmp_path / "missing.oem")
    (tmp_path / "c.gz").write_bytes(gzip.compress(KVN.encode())[:-20])
    with pytest.raises(InputError):
        read_oem(tmp_path / "c.gz")


def test_written_file_reads_back_to_the_millimetre_and_in_another_code(tmp_path):
    from ccsds_ndm.ndm_io import NdmIo

    oem = read_oem(NASA)
    oem = oem._replace(t_s=oem.t_s[:20], r_m=oem.r_m[:20], v_m_per_s=oem.v_m_per_s[:20])
    path = tmp_path / "out.oem"
    write_oem(path, oem)
    again = read_oem(path)
    assert np.max(np.abs(again.r_m - oem.r_m)) < 1e-5 and np.max(np.abs(again.v_m_per_s - oem.v_m_per_s)) < 1e-8
    assert np.max(np.abs(again.t_s - oem.t_s)) < 1e-6 and again.mass_kg == oem.mass_kg
    other = NdmIo().from_path(str(path))
    segment = other.body.segment[0]
    assert other.version == "2.0" and segment.metadata.ref_frame == "EME2000" and segment.metadata.time_system == "UTC"
    assert len(segment.data.state_vector) == 20
    assert float(segment.data.state_vector[3].x.value) == pytest.approx(oem.r_m[3, 0] / 1e3, abs=1e-9)


def test_dates():
    assert parse_utc("2024-366") == parse_utc("2024-12-31") == parse_utc("2024-12-31T00:00:00Z")
    assert iso_utc(parse_utc("2024-02-21T12:00:00.9996"), 3) == "2024-02-21T12:00:01.000"
    for wrong in ("2023-366", "2024-13-01", "2024-02-30", "24-02-03", "2024-02-21 12:00", "2024-02-21T24:00:00"):
        with pytest.raises(ValueError):
            parse_utc(wrong)
