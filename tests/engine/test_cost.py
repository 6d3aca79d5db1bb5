"""Cost by partner and year from a log: seats as recorded, contracts, who pays when a partner leaves, and budget cuts."""

import numpy as np
import pytest

import stationkeep as sk
from stationkeep import log as happened
from stationkeep.engine.compile.budget import unpaid_flights
from stationkeep.engine.compile.notes import notes
from stationkeep.engine.compile.partners import notices
from stationkeep.engine.compile.prices import Prices
from stationkeep.engine.compile.world import compile
from stationkeep.engine.cost import (
    BOUGHT,
    CREW_FLIGHTS,
    DEORBIT,
    OPERATIONS,
    PROPULSION,
    SOLD,
    prepare_costs,
    run_costs,
)
from stationkeep.engine.record import ALL_USES
from stationkeep.model.base import seconds, to_utc
from stationkeep.model.catalogue import Catalogue

NASA, RUSSIA = 1, 0


def by_year(scenario: sk.Scenario, rows: list[tuple[str, int, int]], first: int, last: int) -> np.ndarray:
    """Cost (year, station, partner, use) of a log of (utc, kind, name)."""
    case = compile(scenario)
    edges = np.asarray([seconds(f"{year}-01-01") for year in range(first, last + 1)])
    times = np.asarray([seconds(t) for t, _, _ in rows])
    kinds, names = (np.asarray([r[i] for r in rows], np.int64) for i in (1, 2))
    none = np.zeros(len(rows), np.int64)
    return run_costs(prepare_costs(case, edges), (times, kinds, none, names, none - 1, none * 0.0))


@pytest.fixture(scope="module")
def history() -> sk.Scenario:
    return sk.read_scenario("iss-history")


def test_seats_cost_what_was_paid_for_them_each_year(history):
    case = compile(history)
    crew, flights = case.world.crew, case.flights
    rows, paid = [], {}
    for f, flight in enumerate(flights):
        others = [p for p in crew.partner[crew.up == f] if case.names.partners[p] in ("nasa", "esa", "jaxa", "csa")]
        if flight.vehicle.startswith("soyuz") and others and "2006" <= flight.row["launch_utc"][:4] <= "2020":
            rows.append((flight.row["launch_utc"], happened.LAUNCH, happened.FLIGHT + f))
            paid.setdefault(int(flight.row["launch_utc"][:4]), 0)
            paid[int(flight.row["launch_utc"][:4])] += len(others)
    cost = by_year(history, rows, 2006, 2021)[:, 0] / 1e6
    for year, price in ((2006, 21.8), (2010, 25.0), (2013, 55.8), (2016, 70.85), (2018, 81.9), (2020, 90.25)):
        assert cost[year - 2006, NASA, BOUGHT] == pytest.approx(price * paid[year]), year
    np.testing.assert_allclose(cost[:, :, BOUGHT].sum(1), -cost[:, RUSSIA, SOLD], err_msg="what others pay Russia earns")


def test_test_flights_and_the_seat_exchanged_with_axiom_are_paid_otherwise(history):
    index = compile(history).names.of("flights")
    rows = [(day, happened.LAUNCH, happened.FLIGHT + index[f]) for day, f in
            (("2019-03-02", "crew-dragon-dm-1"), ("2021-04-09", "soyuz-ms-18"), ("2022-05-19", "starliner-oft-2"))]  # fmt: skip
    cost = by_year(history, rows, 2019, 2023)[:, 0] / 1e6
    assert not cost[:, NASA, CREW_FLIGHTS].any() and not cost[:, NASA, BOUGHT].any()
    assert cost[2, RUSSIA, CREW_FLIGHTS] == pytest.approx(59.5)


def test_the_exchange_of_seats_costs_nothing_and_a_dragon_is_bought_by_the_seat():
    case = compile(sk.read_scenario("iss-2022"))
    index = case.names.of("flights")
    rows = [("2022-09-21", happened.LAUNCH, happened.FLIGHT + index["soyuz-1"]),
            ("2022-10-03", happened.LAUNCH, happened.FLIGHT + index["crew-dragon-1"])]  # fmt: skip
    cost = by_year(sk.read_scenario("iss-2022"), rows, 2022, 2023)[0, 0] / 1e6
    assert cost[NASA, BOUGHT] == 0 and cost[RUSSIA, SOLD] == 0
    assert cost[NASA, CREW_FLIGHTS] == pytest.approx(4 * 55)
    assert cost[RUSSIA, CREW_FLIGHTS] == pytest.approx(59.5)


def test_the_deorbit_vehicle_is_paid_from_its_order_to_its_launch_and_a_kit_by_the_kilogram():
    now = sk.read_scenario("iss-now")
    case = compile(now)
    index = case.names.of("flights")
    rows = [("2029-06-01", happened.LAUNCH, happened.FLIGHT + index["usdv"]),
            ("2027-01-10", happened.LAUNCH, happened.FLIGHT + index["cargo-dragon-1"])]  # fmt: skip
    cost = by_year(now, rows, 2024, 2031)[:, 0, NASA] / 1e6
    assert cost[:, DEORBIT].sum() == pytest.approx(966.5, rel=1e-3), "843 and a Falcon Heavy"
    assert cost[1, DEORBIT] == pytest.approx(966.5 / 5, rel=0.01)
    assert cost[3, PROPULSION] == pytest.approx(1390 * 0.0718)


@pytest.mark.parametrize(("segment", "russia", "nasa_more"), [
    ("powered_down", 0.0, 0.0), ("handed_over", 0.0, 146.0), ("separated", 146.0, 0.0),
])  # fmt: skip
def test_who_runs_the_segment_pays_for_it(segment, russia, nasa_more):
    base = sk.read_scenario("iss-2022")
    left = base.patch({"events.leave": {"withdraw": "roscosmos", "on": "2024-01-01", "segment": segment, "into": "alone"}})
    stays = by_year(base.patch({"events.leave": None}), [], 2025, 2026)[0, :, :, OPERATIONS].sum(0) / 1e6
    leaves = by_year(left, [("2024-01-01", happened.WITHDRAW, happened.EVENT)], 2025, 2026)[0, :, :, OPERATIONS] / 1e6
    assert stays[RUSSIA] == pytest.approx(146, rel=0.01)
    assert leaves[:, RUSSIA].sum() == pytest.approx(russia, rel=0.01)
    assert leaves[:, NASA].sum() - stays[NASA] == pytest.approx(nasa_more, rel=0.01, abs=1e-6)
    if segment == "separated":
        assert leaves[0, RUSSIA] == 0 and leaves[1, RUSSIA] > 0, "on its own station"


def cut(share: float | None = None, most: float | None = None) -> tuple[sk.Scenario, np.ndarray]:
    event = {"fund": "nasa", "on": "2024-01-01"}
    event |= {"share_frac": share} if most is None else {"most_musd_per_y": most}
    scenario = sk.read_scenario("iss-2022").patch({"events.cut": event})
    case = compile(scenario)
    return scenario, unpaid_flights(scenario, case.catalogue, case.flights)[list(scenario.events).index("cut")]


def test_a_cut_cancels_the_least_needed_flights_first():
    scenario, mild = cut(0.9)
    _, hard = cut(0.5)
    flights = compile(scenario).flights
    lost = {flights[f].id.rsplit("-", 1)[0] for f in np.flatnonzero(mild) if flights[f].launch_s >= seconds("2024-01-01")}
    assert lost == {"cargo-dragon"}, "ships that bring cargo and nothing else go first, crews stay"
    assert np.all(hard >= mild), "a harder cut takes the same flights and more"
    assert not any(flights[f].partner == "roscosmos" for f in np.flatnonzero(hard))
    assert not cut(1.0)[1].any()
    assert cut(most=1e6)[1].sum() == 0
    everything = cut(most=0.0)[1]
    assert {flights[f].partner for f in np.flatnonzero(everything)} == {"nasa"}
    assert everything.sum() == sum(f.partner == "nasa" and not f.flown for f in flights)


def test_a_cut_takes_research_cargo_then_crews_but_not_the_food_of_those_who_fly():
    flights = compile(sk.read_scenario("iss-2022")).flights
    left = {}
    for most in (2700, 2400, 2100, 1800):
        _, unpaid = cut(most=most)
        kept = [f.vehicle for f, gone in zip(flights, unpaid, strict=True) if not gone and not f.flown and "2025-01-01" <= to_utc(f.launch_s) < "2026-01-01"]
        left[most] = {v: kept.count(v) for v in ("crew-dragon", "cygnus-enhanced", "cargo-dragon-2")}
    assert left[2700] == {"crew-dragon": 2, "cygnus-enhanced": 2, "cargo-dragon-2": 1}, "one ship of cargo less, both crews"
    assert left[2400] == {"crew-dragon": 1, "cygnus-enhanced": 2, "cargo-dragon-2": 0}, "a crew less, and the ship it would have eaten"
    assert left[2100] == {"crew-dragon": 0, "cygnus-enhanced": 2, "cargo-dragon-2": 0}, "the astronaut in the Soyuz is fed though one be lost"
    assert left[1800] == {"crew-dragon": 0, "cygnus-enhanced": 1, "cargo-dragon-2": 0}


def test_who_runs_a_segment_taken_over_has_less_for_its_own_flights():
    leave = {"withdraw": "roscosmos", "on": "2024-01-01", "segment": "handed_over"}
    base = sk.read_scenario("iss-2022").patch({"events.cut": {"fund": "nasa", "on": "2024-01-01", "most_musd_per_y": 2700}})
    gone = []
    for scenario in (base.patch({"events.leave": {**leave, "takes": ["spares"]}}), base.patch({"events.leave": leave})):
        case = compile(scenario)
        gone.append(unpaid_flights(scenario, case.catalogue, case.flights)[list(scenario.events).index("cut")].sum())
    assert gone[1] > gone[0]


def test_a_budget_cut_shows_in_the_log_with_its_cause_and_money_back_brings_flights_back():
    scenario = sk.read_scenario("iss-2022").patch({
        "horizon": "2025-06-01", "uncertain.launch_failure_factor": 0,  # no stand-down between the two runs but the cut
        "events.cut": {"fund": "nasa", "on": "2023-06-01", "most_musd_per_y": 2200},
        "events.back": {"fund": "nasa", "on": "2024-06-01", "share_frac": 1.0},
    })  # fmt: skip
    ds = sk.simulate(scenario, runs=1, seed=3)
    kind, name, cause = ds.event_kind.values, ds.event_name.values, ds.event_cause.values
    gone = np.flatnonzero(kind == "cancelled")
    assert gone.size, "some flights could not be paid"
    assert all(kind[cause[i]] == "fund" and name[cause[i]] == "cut" for i in gone)
    days = ds.event_utc.values[gone].astype("datetime64[D]").astype(str)
    assert all("2023-06-01" <= day <= "2024-07-01" for day in days)
    free = sk.simulate(scenario.patch({"events.cut": None, "events.back": None}), runs=1, seed=3)
    saved = float((free.cost_usd - ds.cost_usd).sel(partner="nasa").sum()) / 1e6
    prices = Prices(scenario, scenario.catalogue())
    vehicle = {f.id: f.vehicle for f in compile(scenario).flights}
    flown = [set(x.event_name.values[np.isin(x.event_kind.values, ["launch", "launch_failure"])]) for x in (ds, free)]
    assert set(name[gone]) <= flown[1] - flown[0]
    price = sum(prices.flight_usd(vehicle[f], seconds("2024-01-01")) for f in flown[1] - flown[0]) / 1e6
    assert saved == pytest.approx(price, rel=0.1), "what was not flown was not paid (propulsion apart)"


def test_each_use_stands_once_on_its_axis():
    assert len(set(ALL_USES)) == len(ALL_USES), "selecting by name gives one entry"


def test_a_shuttle_costs_what_its_programme_did_over_its_flights(history):
    prices = Prices(history, history.catalogue())
    assert prices.flight_usd("shuttle", seconds("2008-06-01")) == pytest.approx(30.7e9 / 37, rel=0.01)


def test_agreements_that_a_withdrawal_breaks_are_told_each():
    changes = {"events": {"stay": {"extend": "csa", "on": "2023-01-01", "to": "2030-12-31"}, "leave": {"withdraw": "csa", "on": "2026-06-30", "segment": "powered_down"}}}
    scenario = sk.read_scenario("iss-2022").patch(changes)
    said = [row.get("text", "notice") for row in notices(scenario, Catalogue(as_of=scenario.as_of)) if row["breaks_agreement"]]
    assert said == ["notice", "leaves before 2030-12-31, to which it had committed itself", "does not hand its equipment over, as it alone has the duty to"]


def test_money_below_operations_says_what_is_not_paid():
    cut = {"events.cut": {"fund": "nasa", "most_musd_per_y": 800, "on": "2025-01-01"}, "horizon": "2026-06-30"}
    case = compile(sk.read_scenario("iss-2022").patch(cut))
    (told,) = notes(case.scenario, case.catalogue, case.flights)
    assert "nasa has 800 million dollars a year, and its operations alone cost 1,308: of 2025 to 2026 508 a year" in told
    enough = compile(sk.read_scenario("iss-2022").patch({**cut, "events.cut.most_musd_per_y": 1400}))
    assert notes(enough.scenario, enough.catalogue, enough.flights) == []
