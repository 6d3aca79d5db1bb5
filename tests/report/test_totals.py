import numpy as np
import pytest

from stationkeep.report.metrics import band
from stationkeep.report.totals import totals


def by_name(ds):
    return {total.name: total for total in totals(ds)}


def test_propellant_used_is_what_uses_took_not_what_came_or_went(result):
    uses = ["delivered", "removed", "reboost", "attitude", "moved"]
    flows = np.zeros((2, 30, 2, 27, 4, 5), "f4")
    flows[..., 0, :] = [1000.0, -300.0, -10.0, -2.0, -50.0]
    flows[..., 1, 2] = -7.0  # oxygen is no propellant
    ds = result.assign_coords(flow_use=uses).assign(
        flow_kg=(("future", "run", "station", "month", "resource", "flow_use"), flows)
    )
    assert by_name(ds)["propellant_used"].values == pytest.approx(np.full((2, 30), 12.0 * 27 * 2))


def test_propellant_used_falls_back_on_the_stock(result):
    assert by_name(result)["propellant_used"].values == pytest.approx(np.full((2, 30), 2 * 26 * 100.0))


def test_an_endless_reserve_is_no_reserve(result):
    ds = result.assign(reserve_d=result.reserve_d.fillna(9999.0))
    assert by_name(ds)["reserve_min[food]"].values == pytest.approx(by_name(result)["reserve_min[food]"].values)
    assert np.nanmax(band(ds, "reserve_d", 1, station="iss", resource="food").p95) < 1000.0
    none = result.assign(reserve_d=result.reserve_d * 0 + 9999.0)
    assert "reserve_min[food]" not in by_name(none)


def test_days_to_a_first_break_end_at_the_horizon(result):
    days = by_name(result)["days_until_broken[lifeboat]"].values
    assert days[1] == pytest.approx(np.full(30, 796.0))
    assert days[0, 10] == 320.0


def test_a_station_not_there_yet_has_people_but_no_power(result):
    ds = result.assign(power_used_kW=result.power_used_kW.fillna(0.0))
    assert np.isnan(band(ds, "power_used_kW", 0, station="ros").p50[0])
    assert band(ds, "people_count", 0, station="ros").p50[0] == 0.0


def test_crew_days_and_research_by_hand(result):
    found = by_name(result)
    assert found["crew_days"].values[0] == pytest.approx(np.full(30, 7 * 797 + 2 * 97))
    people = result.people_count.sel(future="stays", run=0).sum("station").values
    ends = np.searchsorted(result.time.values, result.month.values)
    days = np.diff(np.concatenate([[-1], ends]))
    assert days.sum() == 797
    assert found["research_hours"].values[0, 0] == pytest.approx((people[ends] * 4 * 5.0 * days / 7).sum())
