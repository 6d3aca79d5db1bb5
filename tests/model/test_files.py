"""Bad input: file, line, what is wrong, what would be right; exit status 2, never a traceback."""

import subprocess
import sys

import pytest

import stationkeep as sk
from stationkeep.model.catalogue import Catalogue
from stationkeep.model.files import ScenarioError

CASES = {
    "unknown key": ("base: iss-2022\nhorizn: 2030-01-01\n", 2, "unknown key 'horizn'", "horizon"),
    "wrong unit": ("base: iss-2022\nstations:\n  iss:\n    altitude_km: 416 km\n", 4, "not a number", "alone"),
    "dates out of order": ("base: iss-2022\nhorizon: 2020-01-01\n", 2, "out of order", "horizon"),
    "two vehicles on one port": (
        "base: iss-2022\nflights:\n"
        "  a: {vehicle: cygnus-xl, launch: 2023-01-01, undock: 2023-06-01, port: unity-nadir}\n"
        "  b: {vehicle: cygnus-xl, launch: 2023-03-01, undock: 2023-07-01, port: unity-nadir}\n",
        4, "unity-nadir is held by 'a'", "move one",
    ),
    "a crew without seats": (
        "base: iss-2022\nflights:\n  a: {vehicle: soyuz-ms, launch: 2023-01-01, people: {roscosmos: 4}}\n",
        3, "soyuz-ms has 3 seats", "fewer people",
    ),
    "a part that needs what nobody gives": (
        "base: iss-2022\nstations:\n  mine:\n    modules:\n"
        "      hut: {partner: nasa, mass_t: 10, area_m2: 50, gives: [pressure], needs: [power]}\n",
        3, "needs power, which nobody gives", "add a module",
    ),
    "weights": ("base: iss-partner-leaves\nfutures:\n  returns: {weight: 0.9}\n", 3, "sum to", "sum to 1"),
    "empty": ("", 1, "empty", "base"),
    "a list": ("- 1\n- 2\n", 1, "not a mapping", "base"),
    "no base": ("base: iss-2202\n", 1, "no scenario 'iss-2202'", "iss-2022"),
    "a vehicle nobody has": ("base: iss-2022\nflights:\n  a: {vehicle: soyuz-mz, launch: 2023-01-01}\n", 3, "no vehicle 'soyuz-mz'", "did you mean"),
    "twice the same key": ("base: iss-2022\ntitle: a\ntitle: b\n", 3, "written twice", "line 2"),
    "an event without a date": ("base: iss-2022\nevents:\n  x: {withdraw: roscosmos, segment: handed_over}\n", 3, "date or a condition", "on:"),
    "a machine nobody has": ("base: iss-2022\nevents:\n  x: {fail: elektron-zvesda, on: 2022-10-01}\n", 3, "no machine or flight 'elektron-zvesda'", "elektron-zvezda"),
    "a flight nobody flies": ("base: iss-2022\nevents:\n  x: {damage: soyus-2, on: 2022-10-01}\n", 3, "no flight 'soyus-2'", "soyuz"),
    "a cadence that is none": ("base: iss-2022\nflights:\n  x: {vehicle: progress-ms, every_d: often}\n", 3, "a valid number or 'record' (got 'often')", ""),
    "a rule nobody has": ("base: iss-2022\nrules: {leeve_d: 0}\n", 2, "nothing under rules is named 'leeve_d'", "leave_d"),
    "a quantity nobody draws": ("base: iss-2022\nuncertain: {leek_factor: 1}\n", 2, "nothing under uncertain is named 'leek_factor'", "leak_factor"),
    "a machine of which there are several": ("base: iss-2022\nevents:\n  x: {fail: elektron, on: 2022-10-01}\n", 3, "no machine or flight 'elektron'", "'elektron-nauka' or 'elektron-zvezda'"),
    "a machine by its words in another order": ("base: iss-2022\nevents:\n  x: {fail: quest-airlock, on: 2022-10-01}\n", 3, "no machine or flight 'quest-airlock'", "airlock-quest"),
    "a partner without a segment that parts": ("base: iss-2022\nevents:\n  x: {withdraw: esa, on: 2025-06-30, segment: separated}\n", 3, "esa has no segment of its own", "powered_down"),
    "a total and an owner": ("base: iss-2022\nstations: {iss: {stocks_kg: {food: {all: 900, nasa: 3}}}}\n", 2, "all there is and an owner's", "total or each"),
    "no such requirement": ("base: iss-2022\nrequirements:\n  x: {altitude: {at_least: 3}}\n", 3, "no variable 'altitude'", "altitude_km"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_each_mistake_is_told_with_its_line(name, tmp_path):
    text, line, message, advice = CASES[name]
    file = tmp_path / "bad.yaml"
    file.write_text(text)
    with pytest.raises(ScenarioError) as caught:
        sk.read_scenario(file)
    told = [str(p) for p in caught.value.problems]
    fitting = [t for t in told if message in t]
    assert fitting, told
    assert advice in fitting[0]
    problem = next(p for p in caught.value.problems if message in str(p))
    assert problem.file == str(file)
    assert abs((problem.line or 0) - line) <= 1, str(problem)


def test_one_mistake_is_told_once(tmp_path):
    file = tmp_path / "bad.yaml"
    file.write_text("base: iss-2022\nflights:\n  x: {vehicle: progress-ms, every_d: often}\n")
    with pytest.raises(ScenarioError) as caught:
        sk.read_scenario(file)
    assert len(caught.value.problems) == 1


def test_a_flight_of_a_series_can_be_struck(tmp_path):
    file = tmp_path / "good.yaml"
    file.write_text("base: iss-2022\nevents:\n  x: {damage: soyuz-2, on: 2023-06-01}\n  y: {fail: progress-3, on: 2023-06-01}\n")
    assert set(sk.read_scenario(file).events) == {"x", "y"}


def test_a_bomb_and_a_binary_are_refused(tmp_path):
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)
    )
    (tmp_path / "bomb.yaml").write_text(bomb)
    with pytest.raises(ScenarioError, match="too large"):
        sk.read_scenario(tmp_path / "bomb.yaml")
    (tmp_path / "binary.yaml").write_bytes(bytes(range(256)))
    with pytest.raises(ScenarioError, match="not a text file"):
        sk.read_scenario(tmp_path / "binary.yaml")


def test_the_command_line_ends_with_status_2_and_no_traceback(tmp_path):
    file = tmp_path / "bad.yaml"
    file.write_text("base: iss-2022\nhorizn: 2030-01-01\n")
    done = subprocess.run(
        [sys.executable, "-m", "stationkeep", "validate", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "bad.yaml:2" in done.stderr and "did you mean 'horizon'?" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_value_is_told_once_with_all_that_would_be_right(tmp_path):
    file = tmp_path / "bad.yaml"
    file.write_text("base: iss-2022\nhorizon: 2031-02-30\n")
    with pytest.raises(ScenarioError) as told:
        sk.read_scenario(file)
    (problem,) = told.value.problems
    assert problem.line == 2 and "2031-02-30" in problem.message
    assert "2024-12-31" in problem.advice and "'last-flight'" in problem.advice


@pytest.mark.parametrize("name", ["iss-history", "iss-2022", "iss-partner-leaves", "iss-now"])
def test_packaged_scenarios_read_and_write_back(name, tmp_path):
    scenario = sk.read_scenario(name)
    file = tmp_path / "copy.yaml"
    file.write_text(scenario.to_yaml())
    again = sk.read_scenario(file)
    assert again.model_copy(update={"name": ""}) == scenario.model_copy(update={"name": ""})


def test_patch_replaces_and_removes():
    scenario = sk.read_scenario("iss-partner-leaves")
    late = scenario.patch({"futures.after-2024.events.leave.on": "2026-06-30"})
    assert late.futures["after-2024"].events["leave"].on.at == "2026-06-30T00:00:00Z"
    without = sk.read_scenario("iss-history").patch({"flights.soyuz-tma-3": None})
    assert without.flights["soyuz-tma-3"] is None
    with pytest.raises(ScenarioError, match="no recorded flight"):
        scenario.patch({"flights.soyuz-tma-333": None})


def test_a_packaged_table_is_read_once_and_each_catalogue_has_rows_of_its_own(monkeypatch):
    first = Catalogue("2022-07-26").table("traffic/flights")
    expected = [dict(row) for row in first]
    first[0]["id"] = "changed"
    monkeypatch.setattr("stationkeep.model.catalogue._read", None)
    assert list(Catalogue("2022-07-26").table("traffic/flights")) == expected
