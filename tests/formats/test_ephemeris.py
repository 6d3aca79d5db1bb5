"""Ephemerides of a result: a circular orbit with the run's elements."""

import numpy as np
import pytest
import xarray as xr

import stationkeep as sk
from stationkeep.formats.ephemeris import circular_states
from stationkeep.laws.orbit import MU_M3_PER_S2


@pytest.fixture
def result():
    time = np.arange("2024-01-01T12", "2024-02-01T12", np.timedelta64(1, "D"), "datetime64[ns]")
    elements = {"altitude_km": 420.0, "inclination_deg": 51.64, "raan_deg": 100.0}
    data = {name: (("run", "station", "time"), np.full((2, 1, time.size), value)) for name, value in elements.items()}
    return xr.Dataset(data, coords={"run": [0, 1], "station": ["iss"], "time": time})


def test_states_lie_on_the_orbit_and_move_along_it(result):
    oem = sk.ephemeris(result, "2024-01-10", run=1, hours=3.0)
    radius = np.linalg.norm(oem.r_m, axis=1)
    np.testing.assert_allclose(radius, 6_798_137.0, rtol=1e-12)
    step = (oem.r_m[2:] - oem.r_m[:-2]) / 120.0
    np.testing.assert_allclose(step, oem.v_m_per_s[1:-1], atol=12.0)
    assert np.degrees(np.arcsin(oem.r_m[:, 2] / radius).max()) == pytest.approx(51.64, abs=0.05)
    speed = np.linalg.norm(oem.v_m_per_s, axis=1)
    np.testing.assert_allclose(speed, np.sqrt(MU_M3_PER_S2 / radius), rtol=2e-3)


def test_velocity_is_the_derivative_of_position():
    since = np.array([999.999, 1000.0, 1000.001])
    r, v = circular_states(6.8e6, 0.9, 1.2, since)
    np.testing.assert_allclose((r[2] - r[0]) / 0.002, v[1], rtol=1e-6)


def test_files_can_be_read_back(result, tmp_path):
    oem = sk.ephemeris(result, "2024-01-10")
    sk.write_oem(tmp_path / "x.oem", oem, comments=["a note"])
    assert "COMMENT a note" in (tmp_path / "x.oem").read_text()
    sk.write_czml(tmp_path / "x.czml", oem.object_name, oem.t_s, oem.r_m)
    assert (tmp_path / "x.czml").read_text().startswith("[{")


@pytest.mark.parametrize("asked", [{"on": "2030-01-01"}, {"on": "2024-01-10", "run": 5}, {"on": "2024-01-10", "station": "mir"}])
def test_what_a_result_does_not_hold(result, asked):
    with pytest.raises(ValueError):
        sk.ephemeris(result, **asked)
