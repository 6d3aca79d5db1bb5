import numpy as np
import pytest
import xarray as xr
from scipy.stats import binomtest

from stationkeep.report.metrics import (
    band,
    days_aboard_by_partner,
    presence,
    presence_by_partner,
    presence_capability,
    presence_to_horizon,
    service_share_by_year,
    unbroken,
    wilson,
    year_starts,
)
from stationkeep.report.metrics import someone_aboard as aboard


@pytest.mark.parametrize(("hits", "runs"), [(0, 10), (3, 10), (10, 10), (180, 200), (1, 1000)])
def test_the_interval_is_wilsons(hits, runs):
    expected = binomtest(hits, runs).proportion_ci(method="wilson")
    assert wilson(hits / runs, runs) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_presence_counts_from_the_first_person_to_the_first_gap():
    flags = np.array([[False, True, True], [True, False, True], [True, True, True], [False, False, False]])
    assert unbroken(flags)[:, -1].tolist() == [True, False, True, False]


def test_years_are_those_whose_first_day_the_result_reaches():
    daily = np.arange("2029-12-30T12", "2031-01-01T12", np.timedelta64(24, "h"), dtype="datetime64[h]")
    years, places = year_starts(daily)
    assert years == ["2030", "2031"]
    assert [str(daily[place]) for place in places] == ["2029-12-31T12", "2030-12-31T12"]
    assert year_starts(daily[:-1])[0] == ["2030"]
    assert year_starts(np.array(["2030-11", "2030-12"], "datetime64[M]").astype("datetime64[s]"))[0] == ["2031"]
    assert year_starts(daily[:0]) == ([], [])


def test_presence_pools_by_weight(result):
    table = presence(result)
    assert table.years == ["2030", "2031"]
    assert table.share[0].tolist() == [1.0, 1.0]
    by_hand = np.mean(
        [
            (result.people_count.sel(future="after-2029", run=run, time=slice(None, "2030")).sum("station") > 0).all()
            for run in range(30)
        ]
    )
    assert table.share[1, 1] == pytest.approx(by_hand)
    assert table.all()["2031"] == pytest.approx(0.6 + 0.4 * by_hand, abs=1e-6)
    assert table.pooled_low[1] < table.pooled[1] < table.pooled_high[1]


def test_people_on_any_station_count(result):
    moved = result.people_count.isel(station=[1, 0]).values
    assert (aboard(result.assign(people_count=(result.people_count.dims, moved))) == aboard(result)).all()
    gone = result.people_count.where(result.station == "iss")
    assert np.isfinite(gone).any() and aboard(result.assign(people_count=gone)).shape == (2, 30, 797)


def test_capability_is_not_heartbeat(result):
    able = xr.ones_like(result.people_count)
    assert presence_capability(result.assign(capability_count=able)).all() == {"2030": 1.0, "2031": 1.0}
    assert presence_capability(result).all()["2031"] == presence(result).all()["2031"]


def test_partners_have_a_presence_of_their_own(result):
    tables = presence_by_partner(result)
    assert tables["jaxa"].all() == {"2030": 0.0, "2031": 0.0}
    assert tables["roscosmos"].all()["2030"] == 1.0
    shares = days_aboard_by_partner(result)
    assert shares["jaxa"] == 0.0 < shares["nasa"] < 1.0


def test_the_last_stamp_is_the_horizon(result, plain):
    assert list(presence_to_horizon(result).all()) == ["2031-09-30"]
    assert presence_to_horizon(plain).share.shape == (1, 1)


def test_bands_are_quantiles_over_the_runs_that_have_a_value(result):
    found = band(result, "altitude_km", 1, most=10**6, station="iss")
    values = result.altitude_km.sel(future="after-2029", station="iss").values.astype(float)
    assert found.p50 == pytest.approx(np.quantile(values, 0.5, axis=0))
    assert found.p95 == pytest.approx(np.quantile(values, 0.95, axis=0))
    holed = result.altitude_km.where(result.run < 2)
    few = band(result.assign(altitude_km=holed), "altitude_km", 1, station="iss")
    assert few is not None and np.isnan(few.p50).all()
    some = band(
        result.assign(altitude_km=result.altitude_km.where(result.run < 3)), "altitude_km", 1, 10**6, station="iss"
    )
    assert some.p50 == pytest.approx(np.median(values[:3], axis=0))
    assert band(result, "no_such_km", 0) is None


def test_bands_sum_the_axes_that_are_not_named(result):
    whole = band(result, "propellant_kg", 0, station="iss")
    one = band(result, "propellant_kg", 0, station="iss", partner="roscosmos")
    assert whole.p50 == pytest.approx(one.p50 + 100.0)


def test_services_by_year(result):
    table = service_share_by_year(result, 1, "iss")
    assert table["reboost"]["2029"] == 1.0 and table["reboost"]["2031"] < 0.5
