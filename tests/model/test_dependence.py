"""Who depends on whom before any run: the record as data, and the engine's rule without the engine."""

import numpy as np
import pytest

import stationkeep as sk
from stationkeep.model.catalogue import Catalogue
from stationkeep.model.dependence import MODES, FLOWN_WITHIN_d

DAY = "2022-07-26"


def down(on, without=(), segment="powered_down", key="up"):
    return {s["service"] for s in sk.dependence(on, without, segment)["services"] if s["before"] and not s[key]}


def test_nothing_is_lost_when_everyone_stays():
    assert down(DAY) == set() and down("2005-01-01") == set()


def test_russia_gone_takes_desaturation_and_with_it_attitude_within_days():
    assert "desaturation" in down(DAY, ("roscosmos",))
    assert "attitude_control" not in down(DAY, ("roscosmos",))
    assert "attitude_control" in down(DAY, ("roscosmos",), key="lasts")
    assert "desaturation" not in down(DAY, ("roscosmos",), "handed_over")


def test_every_loss_has_a_reason_and_supplies_name_who_brings_them():
    told = sk.dependence(DAY, ("roscosmos",), "powered_down")
    assert all(s["why"] for s in told["services"] if not s["lasts"])
    propellant = next(s for s in told["supplies"] if s["what"] == "propellant")
    assert not propellant["up"] and {g["partner"] for g in propellant["givers"]} == {"roscosmos"}


@pytest.mark.parametrize("asked", [("x", (), "powered_down"), (DAY, ("russia",), "powered_down"), (DAY, (), "sold")])
def test_what_it_cannot_answer(asked):
    with pytest.raises(ValueError):
        sk.dependence(*asked)


@pytest.mark.parametrize("without", [(), ("roscosmos",), ("nasa",), ("esa",), ("csa",), ("jaxa",)])
@pytest.mark.parametrize("mode", MODES)
def test_the_rule_is_the_engines(without, mode):
    """The same services as the engine's fixed point gives for the same parts, ships and partners."""
    from stationkeep.engine.compile.world import compile
    from stationkeep.model.base import PARTNERS, seconds
    from stationkeep.subsystems.partners import PLANNED
    from stationkeep.subsystems.services import SERVICES, solve

    told = sk.dependence(DAY, without, mode)
    case = compile(sk.read_scenario("iss-2022"))
    offers, state, names = case.world.services, case.opening.services, case.names
    lost = {"roscosmos": "russian", "nasa": "us"}.get(without[0] if without else "", "") if mode != "handed_over" else ""
    here = {row["id"]: row for row in Catalogue().table("stations/iss/parts")
            if row["arrives_utc"][:10] <= DAY and not "" < row["leaves_utc"][:10] <= DAY}  # fmt: skip
    parts = np.array([0 if m in here and not (mode == "separated" and here[m]["segment"] == lost) else -1 for m in names.of("parts")])
    since = str(np.datetime64(DAY) - FLOWN_WITHIN_d)
    flown = {r["vehicle"]: r["partner"] for r in Catalogue().table("traffic/flights") if since <= r["dock_utc"][:10] <= DAY}
    ships = np.array([[int(v in flown and flown[v] not in without) for v in names.vehicles]])
    operates = np.ones((len(PARTNERS), PLANNED + 1), bool)
    for name in without:
        if name not in ("roscosmos", "nasa"):
            operates[PARTNERS.index(name)] = False
    runs = np.array([not (lost == "us" and mode == "powered_down"), not (lost == "russian" and mode == "powered_down"), True])
    now = np.zeros((1, len(SERVICES)), bool)
    plenty, truth = np.full((1, len(names.machine_kinds)), 99), np.ones((1, len(names.resources) + 1 + len(names.vehicles)), bool)
    allowed, crewed = np.ones((1, len(SERVICES)), bool), np.ones(1, bool)
    before = state._replace(up=np.ones((1, len(SERVICES)), bool), unmet=np.zeros((offers.service.size, 1), np.int64))
    solve.py_func(offers, before, seconds(f"{DAY}T00:00:00Z"), parts, ships, plenty, truth, operates, runs, allowed, crewed, now)
    assert {s["service"] for s in told["services"] if s["up"]} == {s for s, up in zip(SERVICES, now[0], strict=True) if up}


def test_the_record_holds_every_part_where_it_stood():
    told = sk.chronicle()
    parts = {p["id"]: p for p in told["parts"]}
    assert len(parts["wing-4b"]["poses"]) > 3, "it was furled, moved and unfurled"
    assert all(pose["size_m"] != [0, 0, 0] for p in told["parts"] for pose in p["poses"])
    ports = {p["id"] for p in told["ports"]}
    assert {f["port"] for f in told["flights"] if f["docked"]} <= ports
    assert told["people"]["date"][0] == "2000-11-02"


def test_ports_are_named_in_the_order_the_log_numbers_them():
    from stationkeep.engine.compile.world import compile

    scenario = sk.read_scenario("iss-partner-leaves")
    modules = {name: len(m.ports) for s in scenario.stations.values() for name, m in s.modules.items()}
    case = compile(scenario.branch("after-2024"))
    assert sk.port_names(modules, scenario.as_of) == list(case.names.ports)


def test_a_text_is_read_as_a_file_is():
    text = sk.packaged_scenarios()["iss-partner-leaves"].read_text(encoding="utf-8")
    read = sk.parse_scenario(text, "iss-partner-leaves.yaml")
    assert read.to_dict() == sk.read_scenario("iss-partner-leaves").to_dict()
    with pytest.raises(sk.ScenarioError, match="no packaged scenario"):
        sk.parse_scenario("base: ../other.yaml\ntitle: x\n")


def test_a_patch_names_the_key_it_got_wrong():
    with pytest.raises(sk.ScenarioError) as told:
        sk.read_scenario("iss-2022").patch({"flights.soyuz.every_d": -1, "horizon": "soon"})
    assert {p.path for p in told.value.problems} == {"flights.soyuz.every_d", "horizon"}
