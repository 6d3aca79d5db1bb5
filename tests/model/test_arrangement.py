"""Modules without a table of geometry: in a row in the order they came, nothing before its day, nothing on top of another."""

import stationkeep as sk

CAME = {"nem": "2029-01-01", "bm": "2031-05-01", "uum": "2030-01-01"}


def test_modules_stand_in_a_row_in_the_order_they_joined():
    told = sk.schematic(sk.read_scenario("ros-97"), CAME)
    row = [part for part in told["parts"] if part["kind"] == "module"]
    assert [part["id"] for part in row] == ["nem", "uum", "bm"], "shm never came"
    assert all(part["schematic"] and part["station"] == "ros" and part["arrives"] == CAME[part["id"]] for part in row)
    edges = [(p["poses"][0]["at_m"][0] - p["poses"][0]["size_m"][0] / 2, p["poses"][0]["at_m"][0] + p["poses"][0]["size_m"][0] / 2) for p in row]
    assert all(abs(a[1] - b[0]) < 0.01 for a, b in zip(edges, edges[1:], strict=False))


def test_power_has_wings_and_ports_bear_the_names_of_the_log():
    scenario = sk.read_scenario("ros-97")
    told = sk.schematic(scenario, CAME)
    nem = scenario.stations["ros"].modules["nem"]
    wings = [part["poses"][0]["size_m"] for part in told["parts"] if part["kind"] == "array"]
    assert abs(sum(w[0] * w[1] for w in wings) + nem.length_m * 4.2 - nem.area_m2) < 0.1, "body and wings make the drag area"
    names = {port["id"] for port in told["ports"]}
    assert names == {"nem/1", "uum/1", "uum/2", "uum/3"} and names <= set(sk.port_names({"nem": 1, "uum": 3}))
    assert len({tuple(port["at_m"]) for port in told["ports"]}) == 4


def test_a_module_added_to_the_station_on_record_stands_beside_it():
    scenario = sk.read_scenario("iss-2022").patch({"stations.iss.modules.extra": {"partner": "roscosmos", "mass_t": 10, "area_m2": 30, "volume_m3": 40}})
    (part,) = sk.schematic(scenario, {"extra": "2024-01-01"})["parts"]
    assert part["segment"] == "russian" and part["poses"][0]["at_m"][2] > 20
