"""Quantiles against scipy and published values; the record's fits."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from stationkeep.engine.compile.life_support import stand_down_fit
from stationkeep.laws import reliability as law
from stationkeep.model.catalogue import Catalogue, number


@pytest.mark.parametrize("u", [1e-300, 1e-12, 1e-3, 0.02425, 0.25, 0.5, 0.77, 0.975, 1.0 - 1e-12])
def test_normal_quantile(u):
    assert law.normal_inverse(u) == pytest.approx(stats.norm.ppf(u), rel=1e-14, abs=1e-15)


def test_wichura_published_check():
    assert law.normal_inverse(0.25) == pytest.approx(-0.6744897501960817, abs=1e-15)  # AS 241, table of checks
    assert law.normal_inverse(0.001) == pytest.approx(-3.090232306167814, abs=1e-14)
    assert law.normal_inverse(1e-20) == pytest.approx(-9.262340089798408, abs=1e-13)


@pytest.mark.parametrize(("x", "a", "b"), [(0.03, 3.5, 90.5), (0.5, 2.0, 3.0), (0.9, 0.5, 0.5), (0.99, 40.0, 2.0)])
def test_beta(x, a, b):
    assert law.beta_cdf(x, a, b) == pytest.approx(stats.beta.cdf(x, a, b), rel=1e-11)
    assert law.beta_inverse(law.beta_cdf(x, a, b), a, b) == pytest.approx(x, rel=1e-10)


def test_beta_at_its_ends():
    assert law.beta_cdf(-1.0, 2.0, 2.0) == 0.0
    assert law.beta_cdf(2.0, 2.0, 2.0) == 1.0


def test_progress_failure_chance_is_the_record_of_three_in_ninety():
    median = law.failure_frac(0.5, 3.0, 90.0)
    assert median == pytest.approx(3.0 / 90.0, rel=0.15)
    assert law.failure_frac(0.05, 3.0, 90.0) < 0.02 < 0.07 < law.failure_frac(0.95, 3.0, 90.0)


def test_error_factor_is_the_95th_percentile_over_the_median():
    assert law.uncertain_mtbf_h(0.5, 10000.0, 4.0) == pytest.approx(10000.0)
    assert law.uncertain_mtbf_h(0.95, 10000.0, 4.0) == pytest.approx(40000.0)
    assert law.uncertain_mtbf_h(0.05, 10000.0, 4.0) == pytest.approx(2500.0)


def test_the_next_value_is_less_certain_than_the_fit():
    assert law.student_inverse(0.95, 3.0) == pytest.approx(2.3534, abs=1e-4)
    for u, degrees in ((0.05, 2.0), (0.3, 7.0), (0.999, 30.0)):
        assert law.student_inverse(u, degrees) == pytest.approx(stats.t.ppf(u, degrees), rel=1e-9)
    assert law.student_inverse(0.5, 4.0) == pytest.approx(0.0, abs=1e-6)
    assert law.lognormal_next(0.95, 4.2, 0.2, 4.0) > law.lognormal_inverse(0.95, 4.2, 0.2)


def test_times():
    assert law.exponential_time(1.0 - math.exp(-1.0), 7.0) == pytest.approx(7.0)
    assert law.weibull_time(1.0 - math.exp(-1.0), 0.8, 90.0) == pytest.approx(90.0)
    assert law.lognormal_inverse(0.5, math.log(2.0), 0.54) == pytest.approx(2.0)


def test_launch_slips_have_the_published_means():
    for row in Catalogue().table("life_support/launch_slips"):
        args = (number(row, "on_time_frac"), number(row, "shape"), number(row, "scale_d"))
        mean = integrate.quad(lambda u, a=args: law.launch_slip_d(u, *a), 0.0, 1.0, limit=200)[0]
        assert mean == pytest.approx(number(row, "mean_d"), rel=0.02)
        assert law.launch_slip_d(0.5 * args[0], *args) == 0.0


def test_development_stretch_has_the_fitted_median_and_80_percent():
    row = Catalogue().table("life_support/stretch")[0]
    mu, sigma = number(row, "mu_ln_stretch"), number(row, "sigma_ln_stretch")
    assert law.lognormal_inverse(0.5, mu, sigma) == pytest.approx(number(row, "median_stretch"), abs=0.01)
    assert law.lognormal_inverse(0.8, mu, sigma) == pytest.approx(number(row, "p80_stretch"), abs=0.02)


def test_lognormal_fit_with_and_without_what_is_still_open():
    rng = np.random.default_rng(1)
    sample = np.exp(rng.normal(4.5, 0.8, 4000))
    assert law.lognormal_fit(sample) == (pytest.approx(4.5, abs=0.05), pytest.approx(0.8, abs=0.05))
    cut = np.minimum(sample, 120.0)
    mu, sigma = law.lognormal_fit(cut[sample < 120.0], cut[sample >= 120.0])
    assert (mu, sigma) == (pytest.approx(4.5, abs=0.05), pytest.approx(0.8, abs=0.05))
    assert math.isnan(law.lognormal_fit([66.0])[1])
    with pytest.raises(ValueError, match="at least one"):
        law.lognormal_fit([])


def test_stand_downs_of_the_record():
    rows = Catalogue().table("life_support/groundings")
    days = {row["id"]: number(row, "down_d") for row in rows}
    assert days["m27m"] == 66
    assert days["ms04"] == 83
    since = [row for row in rows if row["grounded_utc"] >= "2000"]
    russian = [number(row, "down_d") for row in since if row["partner"] == "roscosmos"]
    us = [number(row, "down_d") for row in since if row["partner"] == "nasa"]
    assert math.exp(law.lognormal_fit(russian)[0]) == pytest.approx(73.0, abs=15.0)
    assert math.exp(law.lognormal_fit(us)[0]) > 3.0 * math.exp(law.lognormal_fit(russian)[0])
    assert stand_down_fit(Catalogue(), "roscosmos") == (*law.lognormal_fit(russian), 5)


def test_a_forecast_counts_a_stand_down_as_far_as_it_had_lasted():
    before, during = (stand_down_fit(Catalogue(as_of=day), "roscosmos") for day in ("2025-11-26", "2026-03-01"))
    assert during[0] > before[0]
    assert stand_down_fit(Catalogue(as_of="2012-01-01"), "nasa")[0] == pytest.approx(math.log(906 * 67) / 2, abs=1e-9)
    early = stand_down_fit(Catalogue(as_of="2002-01-01"), "nasa")  # none of the station's own yet: those before it
    assert early[0] == pytest.approx(math.log(135 * 975) / 2, abs=1e-9)
    with pytest.raises(ValueError, match="no two stand-downs"):
        stand_down_fit(Catalogue(as_of="1985-01-01"), "nasa")
