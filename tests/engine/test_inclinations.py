"""Stations on orbits of several inclinations, with a density fit or without one."""

import pytest

import stationkeep as sk


def station(inclination_deg: float) -> dict:
    core = {"partner": "commercial", "mass_t": 22.5, "area_m2": 60, "volume_m3": 50, "launch": "2026-11-01", "gives": ["attitude_control"]}
    altitude = {"value": 390, "source": "test", "status": "assumed"}
    return {"inclination_deg": inclination_deg, "altitude_km": altitude, "modules": {f"core-{round(inclination_deg)}": core}}


def fallen_km(*inclinations: float) -> list[float]:
    added = {f"stations.s{round(i)}": station(i) for i in inclinations}
    ds = sk.simulate(sk.read_scenario("iss-now").patch({"horizon": "2026-12-20", "solar": "bulletin", **added}), runs=1)
    return [float(h[0] - h[-1]) for i in inclinations for h in [ds.altitude_km.isel(run=0).sel(station=f"s{round(i)}").dropna("time").values]]


def test_each_station_has_the_air_of_its_own_inclination():
    together = fallen_km(97.0, 28.5)
    assert together == pytest.approx([*fallen_km(97.0), *fallen_km(28.5)], rel=1e-9)
    assert together[1] > 1.05 * together[0] > 0.1, "less air over the poles, and less of it carried along against the station"


def test_more_inclinations_than_a_scenario_holds_are_named():
    with pytest.raises(sk.ScenarioError, match=r"orbits of 4 inclinations: 51.64, 97, 28.5, 0 deg.*holds 3"):
        fallen_km(97.0, 28.5, 0.0)
