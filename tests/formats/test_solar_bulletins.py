"""Bulletins as issued: the packaged table, NASA's own text, and which one was out by a date."""

import numpy as np
import pytest

from stationkeep.formats.solar_bulletins import latest_bulletin, read_bulletins, read_cycles, read_msafe
from stationkeep.model.files import InputError

TEXT = """  TABLE 3 ESTIMATES OF 13-MONTH SMOOTH SOLAR ACTIVITY FOR
    TIME         10.7 CM SOLAR FLUX   (F10.7)      GEOMAGNETIC INDEX   (Ap)
                  95.0%       50%      5.0%     95.0%       50%      5.0%

 2009.4170   JUN    71.0      70.0      69.4       4.7       4.3       3.9
 2009.5003   JUL    72.1      70.5      69.2       4.9       4.2       3.6
 2009.5837   AUG    73.1      71.0      69.0       5.2       4.0      -0.3
 2009.5837   AUG    73.1      71.0      69.0       5.2       4.0      -0.3
"""


def test_every_month_of_the_packaged_bulletins_is_there():
    bulletins = read_bulletins()
    issues = list(np.arange(np.datetime64("1999-03", "M"), np.datetime64("2026-04", "M")))
    assert [b.issued for b in bulletins] == issues
    assert all(np.all(np.diff(b.day) > 0.0) and np.all(np.diff(b.values[:, 0], axis=1) >= 0.0) for b in bulletins)


def test_a_bulletin_is_out_when_its_month_is_over():
    bulletins = read_bulletins()
    assert latest_bulletin(bulletins, np.datetime64("2022-07-26")).issued == np.datetime64("2022-06", "M")
    assert latest_bulletin(bulletins, np.datetime64("1999-03-31")) is None


def test_nasas_own_text_is_read(tmp_path):
    path = tmp_path / "dec2009f10.txt"
    path.write_text(TEXT)
    bulletin = read_msafe(path)
    assert bulletin.issued == np.datetime64("2009-12", "M")
    assert bulletin.values.shape == (3, 2, 3)
    assert bulletin.values[2].tolist() == [[69.0, 71.0, 73.1], [-0.3, 4.0, 5.2]]
    packaged = next(b for b in read_bulletins() if b.issued == bulletin.issued)
    assert np.array_equal(packaged.day[:2], bulletin.day[:2])
    assert np.array_equal(packaged.values[:2], bulletin.values[:2])


def test_a_broken_text_is_refused_with_its_line(tmp_path):
    path = tmp_path / "broken.txt"
    path.write_text(TEXT.replace("JUL", "OCT"))
    with pytest.raises(InputError, match=r"broken.txt:6: after 2009-06 comes 2009-10"):
        read_msafe(path)
    path.write_text("nothing here")
    with pytest.raises(InputError, match="no row of an MSAFE"):
        read_msafe(path)


def test_cycles_are_in_order():
    cycles = read_cycles()
    assert cycles.shape == (25, 2)
    assert np.all((np.diff(cycles[:, 0]) / 365.25 > 8.5) & (np.diff(cycles[:, 0]) / 365.25 < 14.0))
