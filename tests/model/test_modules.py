"""Modules a scenario adds to the packaged station."""

import pytest

import stationkeep as sk

NODE = {"partner": "roscosmos", "mass_t": 5, "area_m2": 20, "volume_m3": 14, "ports": ["SSVP", "SSVP"], "arrives": "2023-01-01"}


def test_a_module_joins_at_a_port_that_exists():
    sk.read_scenario("iss-2022").patch({"stations.iss.modules.node": {**NODE, "at_port": "prichal-aft"}})
    with pytest.raises(sk.ScenarioError, match="prichal-left"):
        sk.read_scenario("iss-2022").patch({"stations.iss.modules.node": {**NODE, "at_port": "prichal-left"}})
