import numpy as np
import pytest
from rich.console import Console

from stationkeep.report.compare import compare, interval, render


@pytest.fixture(scope="module")
def better(synthetic):
    """The same draws, but the crew of the second future stays."""
    ds = synthetic()
    ds["people_count"] = ds.people_count.copy(
        data=np.where(ds.station.values[:, None] == "iss", 7.0, ds.people_count.values)
    )
    rows = ~((ds.event_kind == "breach") & (ds.event_name == "someone_aboard"))
    return ds.isel(event=rows.values).assign_attrs(name="better")


def by_name(differences):
    return {row["variable"]: row for row in differences}


def test_a_comparison_has_the_promised_keys(result, better):
    told = compare(result, better)
    assert (told["a"], told["b"], told["runs"], told["paired"]) == ("iss-test", "better", 30, True)
    assert all(row.keys() == {"variable", "a", "b", "difference", "low", "high", "unit"} for row in told["differences"])
    names = by_name(told["differences"])
    assert {
        "presence",
        "crew_days",
        "propellant_used",
        "research_hours",
        "cost",
        "reserve_min[food]",
        "broken[altitude]",
    } <= set(names)


def test_differences_are_b_minus_a_run_by_run(result, better):
    rows = by_name(compare(result, better)["differences"])
    assert rows["presence"]["difference"] == pytest.approx(0.4 * 27 / 30)
    assert rows["presence"]["low"] > 0.0
    assert rows["crew_days"]["difference"] > 0.0 and rows["crew_days"]["low"] > 0.0
    assert rows["broken[someone_aboard]"]["b"] == 0.0
    assert rows["cost"]["difference"] == 0.0
    back = by_name(compare(better, result)["differences"])
    assert back["crew_days"]["difference"] == pytest.approx(-rows["crew_days"]["difference"])


def test_each_common_future_is_compared_by_itself(result, better):
    futures = {item["name"]: by_name(item["differences"]) for item in compare(result, better)["futures"]}
    assert futures["stays"]["presence"]["difference"] == 0.0
    assert futures["after-2029"]["presence"]["difference"] == pytest.approx(0.9)


def test_nothing_seen_in_few_runs_is_not_certainty(result):
    row = by_name(compare(result, result)["differences"])["presence"]
    assert row["difference"] == 0.0 and row["low"] < 0.0 < row["high"]


def test_only_common_runs_count_and_none_is_an_error(result, synthetic):
    assert compare(result, synthetic(runs=12))["runs"] == 12
    with pytest.raises(ValueError, match="share no run"):
        compare(result.isel(run=slice(0, 5)), result.isel(run=slice(5, 9)))
    one = compare(result.isel(run=[3]), result.isel(run=[3]))
    assert one["runs"] == 1 and one["differences"][0]["low"] is None


def test_a_scenario_with_futures_compares_with_one_without(result, plain):
    told = compare(result, plain)
    assert told["futures"] == [] and by_name(told["differences"])["presence"]["difference"] < 0.0


def test_a_gap_in_one_future_does_not_spoil_the_other(result):
    holed = result.assign(reserve_d=result.reserve_d.where(result.future == "stays"))
    names = {item["name"]: by_name(item["differences"]) for item in compare(holed, holed)["futures"]}
    assert "reserve_min[food]" in names["stays"] and "reserve_min[food]" not in names["after-2029"]


@pytest.mark.parametrize("share", [False, True])
def test_the_interval_covers_about_95_percent(share):
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(2000):
        if share:
            a, b = rng.random((2, 60)) < np.array([[0.3], [0.5]])
            low, high = interval(b.astype(float) - a, True)
            held += low <= 0.2 <= high
        else:
            low, high = interval(rng.normal(1.0, 2.0, 12), False)
            held += low <= 1.0 <= high
    assert 0.935 < held / 2000 < 0.97


def test_it_prints_for_a_person(result, better):
    console = Console(width=110, record=True, quiet=False)
    with console.capture() as shown:
        render(compare(result, better), console)
    assert "crew_days" in shown.get() and "no difference in" in shown.get()
