"""CZML: what Cesium reads back is the orbit that was written."""

import json

import numpy as np
import pytest
from scipy.interpolate import lagrange

from stationkeep.formats.czml import czml, write_czml
from stationkeep.formats.oem import parse_utc


@pytest.fixture()
def orbit():
    t_s = parse_utc("2024-02-21T12:00:00") + np.arange(0.0, 6001.0, 240.0)
    angle = 2.0 * np.pi * (t_s - t_s[0]) / 5580.0
    return t_s, 6.79e6 * np.column_stack((np.cos(angle), 0.62 * np.sin(angle), 0.784 * np.sin(angle)))


def test_packets(tmp_path, orbit):
    write_czml(tmp_path / "a.czml", "ISS", *orbit)
    document, thing = json.loads((tmp_path / "a.czml").read_text())
    assert document["id"] == "document" and document["version"] == "1.0"
    assert thing["availability"] == document["clock"]["interval"] == "2024-02-21T12:00:00.000Z/2024-02-21T13:40:00.000Z"
    assert thing["position"]["epoch"] == "2024-02-21T12:00:00.000Z"
    assert thing["position"]["referenceFrame"] == "INERTIAL"


def test_lagrange_of_degree_5_between_the_samples_is_good_to_metres(orbit):
    t_s, r_m = orbit
    samples = np.array(czml("ISS", t_s, r_m)[1]["position"]["cartesian"]).reshape(-1, 4)
    around = samples[10:16]
    middle = 0.5 * (around[2, 0] + around[3, 0])
    seen = [float(lagrange(around[:, 0] - middle, around[:, axis])(0.0)) for axis in (1, 2, 3)]
    angle = 2.0 * np.pi * middle / 5580.0
    right = 6.79e6 * np.array((np.cos(angle), 0.62 * np.sin(angle), 0.784 * np.sin(angle)))
    assert np.linalg.norm(seen - right) < 20.0
