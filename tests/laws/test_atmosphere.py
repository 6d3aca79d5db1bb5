"""The fitted drag density against quadrature, its edges, and the orbits it gives against a precise code."""

import csv
import math
import sys
from pathlib import Path

import numpy as np
import pytest

from stationkeep.formats.density_fit import PACKAGED, load_fit
from stationkeep.formats.space_weather import read_space_weather
from stationkeep.laws import atmosphere
from stationkeep.laws.orbit import EARTH_RADIUS_M, frozen_eccentricity, rotate_free_eccentricity

DAY_S = 86400.0
CASES = [(51.64, "daily"), (51.64, "history"), (97.0, "daily"), (97.0, "history"), (41.5, "daily"), (41.5, "history")]
BANDS_KM = [(150, 270), (280, 380), (390, 480), (490, 560)]
WEATHER = read_space_weather()


def draw(count, band_km, seed):
    rng = np.random.default_rng(seed)
    day = rng.integers(1, len(WEATHER.f107), count)
    f107a = WEATHER.f107a[day]
    f107 = np.clip(WEATHER.f107[day - 1], 0.56 * f107a, 1.79 * f107a)
    h_m = rng.uniform(*band_km, count) * 1e3
    return h_m, rng.uniform(1, 366, count), rng.uniform(0, 2 * np.pi, count), f107, f107a, WEATHER.ap[day]


def fitted(fit, arguments, free=(0.0, 0.0)):
    return np.array([atmosphere.ln_drag_density(fit, *values, *free) for values in zip(*arguments, strict=True)])


@pytest.mark.parametrize(("inclination_deg", "ap_mode"), CASES)
@pytest.mark.parametrize("band_km", BANDS_KM)
def test_the_fit_agrees_with_quadrature_on_days_of_the_record(inclination_deg, ap_mode, band_km):
    fit = load_fit(inclination_deg, ap_mode)
    arguments = draw(150, band_km, seed=band_km[0])
    of_fit = math.radians(min((41.5, 51.6, 97.0), key=lambda held: abs(held - inclination_deg)))
    direct = atmosphere.drag_density_direct(*arguments, of_fit, ap_mode=ap_mode)
    values = fitted(fit, arguments)
    assert not values[:, 1].any()
    rms = np.sqrt(np.mean((np.exp(values[:, 0]) / direct - 1.0) ** 2))
    assert rms < (0.0025 if band_km[1] < 560 else 0.003)


def test_stored_errors_keep_the_promise():
    with PACKAGED.with_name("fit_errors.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 144 and all(float(r["rms_frac"]) <= 0.0025 for r in rows), "any free eccentricity included"


def test_the_free_eccentricity_is_followed():
    fit, arguments = load_fit(51.6), draw(100, (300, 470), seed=3)
    frozen = np.array([frozen_eccentricity(EARTH_RADIUS_M + h, fit.inclination_rad) for h in arguments[0]])
    free = (7e-4, -7e-4)
    direct = atmosphere.drag_density_direct(*arguments, fit.inclination_rad, free[0], frozen + free[1])
    with_free = np.exp(fitted(fit, arguments, free)[:, 0]) / direct - 1.0
    without = np.exp(fitted(fit, arguments)[:, 0]) / direct - 1.0
    assert np.sqrt(np.mean(with_free**2)) < 0.003 < 0.01 < np.sqrt(np.mean(without**2))


@pytest.mark.parametrize(
    "outside",
    [
        {"h_m": 140e3}, {"h_m": 710e3}, {"f107a": 50.0}, {"f107a": 300.0}, {"f107a": 410.0, "f107": 400.0}, {"f107": 400.0}, {"f107": 60.0}, {"ap": 400.0},
        {"free_ex": 0.004},
    ],
)  # fmt: skip
def test_outside_the_fit_quadrature_answers_and_says_so(outside):
    fit = load_fit(51.64)
    inside = {"h_m": 4e5, "year_day": 80.0, "node": 1.0, "f107": 150.0, "f107a": 150.0, "ap": 15.0, "free_ex": 0.0, "free_ey": 0.0}
    value, flag = atmosphere.ln_drag_density(fit, *inside.values())
    assert not flag and -30 < value < -20
    asked = inside | outside
    value, slope, flag = atmosphere.ln_drag_density_and_slope(fit, *asked.values())
    node, ap, free_ex, free_ey = (asked.pop(name) for name in ("node", "ap", "free_ex", "free_ey"))
    h_m, day, f107, f107a = asked.values()
    free_ey += frozen_eccentricity(EARTH_RADIUS_M + h_m, fit.inclination_rad)
    below, at, above = (
        math.log(
            atmosphere.drag_density_direct(
                h_m + dh, day, node, f107, f107a, ap, fit.inclination_rad, free_ex, free_ey, "nrlmsise00", "daily", *atmosphere.FIT_GRID
            )[0]
        )
        for dh in (-500.0, 0.0, 500.0)
    )
    assert flag and value == pytest.approx(at, abs=1e-12)
    elsewhere = {"h_m", "free_ex"} & set(outside)  # else the slope is that at the edge of the Sun's activity
    assert slope == pytest.approx((above - below) / 1e3, rel=0.02 if elsewhere else 0.06)


@pytest.mark.parametrize(("name", "edge"), [("h_m", 150e3), ("f107a", 400.0), ("ap", 300.0), ("f107", 270.0)])
def test_the_fit_meets_quadrature_at_its_edges(name, edge):
    at = {"h_m": 4e5, "day": 80.0, "node": 1.0, "f107": 150.0, "f107a": 150.0, "ap": 15.0, "free_ex": 0.0, "free_ey": 0.0}
    at = at | {"f107": edge} if name == "f107a" else at
    sides = [
        atmosphere.ln_drag_density(load_fit(51.64), *(at | {name: edge * x}).values()) for x in (1.0 - 1e-9, 1.0 + 1e-9)
    ]
    assert {flag for _, flag in sides} == {True, False}
    assert sides[0][0] == pytest.approx(sides[1][0], abs=0.02)


def test_the_ranges_of_activity_meet_where_one_ends():
    """285 sfu, more than any 81-day mean on record; beyond it the same days were the dearest of an ensemble."""
    day = np.arange(0.0, 360.0, 12.0)
    sides = []
    for f107a in (285.0 - 1e-9, 285.0 + 1e-9):
        values = fitted(load_fit(51.64), [np.full(day.size, 4e5), day, day / 50.0, *(np.full(day.size, x) for x in (310.0, f107a, 20.0))])
        assert not values[:, 1].any()
        sides.append(values[:, 0])
    assert sides[0] == pytest.approx(sides[1], abs=0.01)


def test_bands_join_smoothly():
    fit = load_fit(51.64)
    heights = np.arange(150e3, 560e3, 250.0)
    ln_rho = fitted(fit, [heights, *(np.full(len(heights), x) for x in (200.0, 3.0, 120.0, 130.0, 12.0))])[:, 0]
    slope = np.diff(ln_rho) / 250.0
    assert (slope < 0).all()
    assert np.abs(np.diff(slope)).max() < 2e-3 * np.abs(slope).max() + 1e-6 * 250


def test_an_inclination_without_a_fit_is_answered_by_quadrature():
    fit, case = load_fit(28.5), (415e3, 100.0, 1.0, 150.0, 140.0, 15.0)
    ln_rho, _, outside = atmosphere.ln_drag_density_and_slope(fit, *case, 1e-4, 0.0)
    ex, ey = 1e-4, atmosphere.frozen_eccentricity(415e3 + EARTH_RADIUS_M, math.radians(28.5))
    assert outside and math.exp(ln_rho) == pytest.approx(
        atmosphere.drag_density_direct(*case, math.radians(28.5), ex, ey, "nrlmsise00", "daily", *atmosphere.FIT_GRID)[0], rel=1e-9
    )


def test_the_points_of_the_fits_are_enough():
    arguments = draw(100, (150, 560), seed=11)
    few, many = (atmosphere.drag_density_direct(*arguments, math.radians(51.6), points=p, hours=h) for p, h in (atmosphere.FIT_GRID, (24, 12)))
    assert few == pytest.approx(many, rel=1e-3)


def test_an_ap_mode_or_model_there_is_not_is_refused():
    with pytest.raises(ValueError, match="weekly"):
        load_fit(51.6, "weekly")
    with pytest.raises(ValueError, match="jb2008"):
        load_fit(51.6, "daily", "jb2008")
    with pytest.raises(ValueError, match="unknown density model"):
        atmosphere.drag_density_direct(4e5, 1, 0, 150, 150, 15, 0.9, model="jb2008")


def test_an_atmosphere_that_stood_still_would_brake_nine_percent_more(monkeypatch):
    case = (415e3, 100.0, 1.0, 150.0, 150.0, 15.0, math.radians(51.64))
    turning = atmosphere.drag_density_direct(*case)[0]
    monkeypatch.setattr(atmosphere, "EARTH_ROTATION_RAD_PER_S", 0.0)
    assert atmosphere.drag_density_direct(*case)[0] / turning == pytest.approx(1.087, abs=0.005), "numerical orbits: +8.7 %"


def test_constant_ap_is_its_own_equivalent_and_a_storm_lags():
    assert atmosphere.equivalent_ap(np.full((30, 8), 15.0)) == pytest.approx(15.0, abs=0.02)
    storm = np.full((20, 8), 5.0)
    storm[10, 4:] = 200.0
    effective = atmosphere.equivalent_ap(storm)
    assert effective[9] == pytest.approx(5.0, abs=0.02)
    assert effective[10] > effective[11] > 15.0 > 6.0 > effective[13], "felt on the day after, hardly three days on"


def test_equivalent_ap_stands_for_the_whole_history():
    rng = np.random.default_rng(5)
    fit, flat = load_fit(51.6, "history"), WEATHER.ap3h.ravel()
    effective = atmosphere.equivalent_ap(WEATHER.ap3h)
    day = rng.integers(100, len(WEATHER.f107), 60)
    node, direct = rng.uniform(0, 6.28, 60), np.zeros(60)
    f107a = WEATHER.f107a[day]
    arguments = (np.full(60, 415e3), rng.uniform(1, 366, 60), node, f107a, f107a)
    for slot in range(8):
        k = day * 8 + slot
        past = [flat[k - m] for m in range(4)]
        past += [np.mean([flat[k - m] for m in span], axis=0) for span in (range(4, 12), range(12, 20))]
        ap = np.stack([WEATHER.ap[day], *past], axis=1)
        direct += atmosphere.drag_density_direct(
            *arguments, ap, fit.inclination_rad, ap_mode="history", points=12, hours=4
        ) / 8
    error = np.exp(fitted(fit, (*arguments, effective[day]))[:, 0]) / direct - 1.0
    assert np.sqrt(np.mean(error**2)) < 0.005


def test_halving_the_step_changes_less_and_less():
    fit = load_fit(51.64)

    def flown(step_s):
        a_m, node, ex, ey = EARTH_RADIUS_M + 260e3, 1.0, 5e-4, -3e-4
        for k in range(round(4 * DAY_S / step_s)):
            a_m, node, ex, ey, *_ = atmosphere.decay_step(
                fit, a_m, node, ex, ey, 7e8 + k * step_s, step_s, 0.0085, 180.0, 170.0, 20.0
            )
        return a_m

    day, half, quarter, fine = (flown(DAY_S / n) for n in (1, 2, 4, 16))
    fall = EARTH_RADIUS_M + 260e3 - fine
    assert abs(day - fine) / fall < 0.002
    assert abs(quarter - fine) <= abs(half - fine) + 0.5 <= abs(day - fine) + 1.0


def test_without_drag_only_the_node_and_perigee_move():
    a_m, node, ex, ey, _, outside = atmosphere.decay_step(
        load_fit(51.64), 6.79e6, 1.0, 3e-4, 0.0, 0.0, DAY_S, 1e-30, 150.0, 150.0, 15.0
    )
    assert a_m == 6.79e6 and not outside
    assert math.degrees(node - 1.0) == pytest.approx(-5.0, abs=0.1)
    assert math.hypot(ex, ey) == pytest.approx(3e-4) and ey > 0
    assert rotate_free_eccentricity(ex, ey, 0.0) == (ex, ey)


def test_an_orbit_that_falls_out_of_the_fit_ends_flagged_not_negative():
    a_m, *_, outside = atmosphere.decay_step(
        load_fit(51.64), EARTH_RADIUS_M + 155e3, 1.0, 0.0, 0.0, 0.0, 5 * DAY_S, 0.01, 200.0, 200.0, 50.0
    )
    assert outside and a_m >= EARTH_RADIUS_M


def test_a_quiet_sun_thins_the_air():
    assert atmosphere.quiet_sun_factor(150.0, 100.0, 0.9) == 1.0
    assert atmosphere.quiet_sun_factor(70.0, 100.0, 0.9) == pytest.approx(0.7**0.9)


def test_the_thermosphere_contracts_by_its_rate():
    decade_s = 3652.5 * 86400.0
    assert atmosphere.contraction_factor(decade_s, 0.0, -0.05 / decade_s) == pytest.approx(0.9512, abs=1e-4)
    assert atmosphere.contraction_factor(5.0, 5.0, -1.0) == 1.0


def _validation():
    sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
    from validation import orbit

    return orbit


def test_mean_elements_fall_as_a_precise_orbit_does():
    """Measured with `tools/validation/orbit.py`: 0.03 % after 29 days, 0.1 % after 89; the issue allows 1 %."""
    pytest.importorskip("satkit")
    errors = _validation().against_precise(31, "history")
    assert abs(errors[29]) < 0.003


def test_density_wanders_with_the_scatter_and_memory_given():
    draws = np.random.default_rng(1).random(200_000)
    ln = np.log(atmosphere.density_noise(draws, 0.24, 12.0))
    assert ln.std() == pytest.approx(0.24, rel=0.02)
    assert np.corrcoef(ln[12:], ln[:-12])[0, 1] == pytest.approx(math.exp(-1.0), abs=0.02)
    assert np.allclose(atmosphere.density_noise(draws[:50], 0.24, 12.0), np.exp(ln[:50])), "a longer run begins as a short one"
