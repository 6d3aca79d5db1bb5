"""Back-test of the solar ensemble: outlooks made at past dates, scored on what came.

Each outlook reads the record before its date only, and fits everything to it. What no fit chooses (named in
`laws.solar_outlook`) was chosen on outlooks of 1971-1995 scored up to cycle 22 (``calibration``); outlooks from
1996 on, scored on cycles 23, 24 and 25, are the ``test``. Truth is the record with radio bursts removed. Outlooks near each
other share what came: intervals draw spells of five years of them anew (moving blocks).
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from stationkeep.formats.solar_bulletins import Bulletin, read_bulletins, read_cycles
from stationkeep.formats.space_weather import read_space_weather
from stationkeep.laws.solar import future_activity, uniforms_count
from stationkeep.laws.solar_outlook import solar_outlook
from validation.table import Row, show

EPOCH = np.datetime64("2000-01-01")
LEADS_Y = (1, 3, 5)
RUNS = 200
CYCLE_22_ENDS = np.datetime64("1996-08-15")
SOURCE = "packaged record orbit/space_weather.csv.gz (CelesTrak/GFZ)"
MSAFE = "orbit/solar_bulletins.csv.gz (NASA MSAFE as issued), truth: 13-month means of the record"
HALF_YEAR_D = 182
STORMS_AP = (50, 100)
SPELL = np.timedelta64(5 * 365, "D")
RESAMPLES = 1000


class Truth(NamedTuple):
    """The record: day of the first value, daily F10.7 without bursts, daily Ap; and the cycles."""

    first_day: int
    flux: Any
    ap: Any
    cycles: Any


class Score(NamedTuple):
    """One forecast of one quantity at one lead."""

    origin: np.datetime64
    quantity: str
    lead_y: int
    in_90: bool
    in_50: bool
    crps: float
    climatology: float
    climatological_mean: float
    issued: float
    issued_in_90: float


def crps(members: Any, observed: float) -> float:
    """Continuous ranked probability score of an ensemble. Source: Gneiting & Raftery 2007, eq. 21."""
    x = np.sort(np.asarray(members))
    n = len(x)
    return float(np.abs(x - observed).mean() - np.sum((2 * np.arange(1, n + 1) - n - 1) * x) / n**2)


def running_mean(values: Any, width: int) -> Any:
    """Centred running mean of odd width, NaN at the ends."""
    out = np.full(len(values), np.nan)
    total = np.concatenate([[0.0], np.cumsum(values)])
    out[width // 2 : len(values) - width // 2] = (total[width:] - total[:-width]) / width
    return out


def record() -> Truth:
    """The packaged record."""
    weather = read_space_weather()
    return Truth(weather.first_day, weather.f107, weather.ap, read_cycles())


def simulate(truth: Truth, origin: np.datetime64, years: int = max(LEADS_Y)) -> tuple[int, Any, Any, Any]:
    """Index of the origin in the record, and (RUNS, days) F10.7, F10.7A, Ap drawn as of it."""
    as_of_day = int((origin - EPOCH).astype(int))
    outlook = solar_outlook(truth.first_day, truth.flux, truth.ap, truth.cycles, as_of_day)
    n_days = int(years * 365.25) + HALF_YEAR_D + 2
    draw = np.random.Generator(np.random.Philox(key=as_of_day & 0xFFFFFFFF))
    runs = [future_activity(outlook, n_days, draw.random(uniforms_count(n_days))) for _ in range(RUNS)]
    flux, mean, ap = (np.array([run[i] for run in runs]) for i in range(3))
    return as_of_day - truth.first_day, flux, mean, ap


def issued_members(bulletin: Bulletin | None, day: float, which: int) -> Any:
    """Quantiles of a split normal through a bulletin's 5, 50, 95 % at a day; None without one or beyond its end."""
    from scipy.special import ndtri

    if bulletin is None or day > bulletin.day[-1]:
        return None
    low, middle, high = (np.interp(day, bulletin.day, bulletin.values[:, which, q]) for q in range(3))
    score = ndtri((np.arange(RUNS) + 0.5) / RUNS) / 1.6448536269514722
    return middle + np.where(score > 0.0, score * (high - middle), score * (middle - low))


def score_origin(
    truth: Truth, origin: np.datetime64, bulletin: Bulletin | None, until: np.datetime64 | None
) -> list[Score]:
    """Scores of every quantity and lead of one outlook; `until` keeps targets before a date."""
    start, flux, mean, ap = simulate(truth, origin)
    windows = {
        "F10.7": (truth.flux, flux, 1),
        "F10.7A (81 d)": (truth.flux, mean, 81),
        "F10.7 (1 y mean)": (truth.flux, flux, 365),
    }
    windows |= {"Ap (81 d)": (truth.ap, ap, 81), "Ap (1 y mean)": (truth.ap, ap, 365)}
    scores = []
    for quantity, (series, runs, width) in windows.items():
        smooth, half = running_mean(series, width), width // 2
        past = smooth[: start - half]
        past = past[np.isfinite(past)]
        for lead_y in LEADS_Y:
            ahead = int(lead_y * 365.25)
            if start + ahead + HALF_YEAR_D >= len(series) or (until is not None and origin + ahead > until):
                continue
            ready = width == 1 or quantity.startswith("F10.7A")
            members = runs[:, ahead] if ready else runs[:, ahead - half : ahead + half + 1].mean(axis=1)
            seen, band = smooth[start + ahead], np.percentile(members, [5, 25, 75, 95])
            issued = None
            if width == 365:
                issued = issued_members(bulletin, truth.first_day + start + ahead, int(quantity.startswith("Ap")))
            edges = None if issued is None else np.percentile(issued, [5, 95])
            scores.append(
                Score(
                    origin, quantity, lead_y, bool(band[0] <= seen <= band[3]), bool(band[1] <= seen <= band[2]),
                    crps(members, seen), crps(past[::27], seen), abs(seen - past.mean()),
                    np.nan if issued is None else crps(issued, seen),
                    np.nan if edges is None else float(edges[0] <= seen <= edges[1]),
                )
            )  # fmt: skip
    return scores


def back_test(first: str, last: str, step_months: int, until: np.datetime64 | None = None) -> list[Score]:
    """Scores of outlooks from one month to another; the bulletin beside each is the one of the same month."""
    truth, bulletins = record(), {b.issued: b for b in read_bulletins()}
    scores = []
    for month in np.arange(np.datetime64(first, "M"), np.datetime64(last, "M"), step_months):
        scores += score_origin(truth, month.astype("datetime64[D]"), bulletins.get(month), until)
    return scores


def _interval(scores: list[Score], statistic: Callable[[list[Score]], float]) -> tuple[float, float]:
    """2.5 and 97.5 % of a statistic over outlooks drawn anew in circular blocks of `SPELL`. Source: Politis & Romano 1992."""
    draw = np.random.Generator(np.random.Philox(key=len(scores)))
    length = int(SPELL / (scores[1].origin - scores[0].origin))
    found = []
    for _ in range(RESAMPLES):
        starts = draw.integers(0, len(scores), -(-len(scores) // length))
        rows = (starts[:, None] + np.arange(length)).ravel()[: len(scores)] % len(scores)
        found.append(statistic([scores[k] for k in rows]))
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)


def _covered(scores: list[Score]) -> float:
    return float(np.mean([s.in_90 for s in scores]))


def _over_climatology(scores: list[Score]) -> float:
    return 1.0 - float(np.sum([s.crps for s in scores]) / np.sum([s.climatology for s in scores]))


def _over_issued(scores: list[Score]) -> float:
    return 1.0 - float(np.sum([s.crps for s in scores]) / np.sum([s.issued for s in scores]))


def _row(claim: str, expected: str, got: str, ok: bool, kind: str, source: str = SOURCE) -> Row:
    return Row(claim, expected, got, bool(ok), kind, source)


def _band_rows(scores: list[Score], kind: str, span: str) -> list[Row]:
    """Coverage and CRPS by quantity and lead."""
    rows = []
    for quantity in dict.fromkeys(s.quantity for s in scores):
        for lead_y in LEADS_Y:
            part = [s for s in scores if (s.quantity, s.lead_y) == (quantity, lead_y)]
            wide, narrow = _covered(part), np.mean([s.in_50 for s in part])
            low, high = _interval(part, _covered)
            ours, climate = np.mean([s.crps for s in part]), np.mean([s.climatology for s in part])
            mean = np.mean([s.climatological_mean for s in part])
            name = f"{quantity}, {lead_y} y ahead, {len(part)} outlooks {span}"
            rows.append(
                _row(
                    f"90 % band: {name}", "80-97 %", f"{wide:.1%} ({low:.0%} to {high:.0%})", 0.80 <= wide <= 0.97, kind
                )
            )
            # About a dozen independent spells of two and a half years: binomial 95 % range about one half.
            rows.append(_row(f"50 % band: {name}", "25-75 %", f"{narrow:.1%}", 0.25 <= narrow <= 0.75, kind))
            expected = "CRPS >= 20 % better" if lead_y == 1 and quantity.startswith("F10.7") else "CRPS better"
            least = 0.2 if lead_y == 1 and quantity.startswith("F10.7") else 0.0
            low, high = _interval(part, _over_climatology)
            got = (
                f"{1 - ours / climate:.0%} ({low:.0%} to {high:.0%}; {ours:.2f} for {climate:.2f}); "
                f"against its mean alone {1 - ours / mean:.0%}"
            )
            rows.append(_row(f"Against climatology: {name}", expected, got, 1 - ours / climate >= least, kind))
    return rows


def _issued_rows(scores: list[Score]) -> list[Row]:
    """CRPS and coverage against NASA's bulletin of the same month."""
    rows = []
    for quantity in dict.fromkeys(s.quantity for s in scores):
        for lead_y in LEADS_Y:
            part = [s for s in scores if (s.quantity, s.lead_y) == (quantity, lead_y) and np.isfinite(s.issued)]
            if not part:
                continue
            ours, issued = np.mean([s.crps for s in part]), np.mean([s.issued for s in part])
            cover, theirs = np.mean([s.in_90 for s in part]), np.mean([s.issued_in_90 for s in part])
            name = f"Against MSAFE as issued: {quantity}, {lead_y} y ahead, {len(part)} bulletins 1999-2025"
            bands = f"90 % band {cover:.0%}, theirs {theirs:.0%}"
            low, high = _interval(part, _over_issued)
            got = f"CRPS {ours:.2f} for {issued:.2f} ({1 - ours / issued:+.0%}, {low:+.0%} to {high:+.0%}); {bands}"
            rows.append(_row(name, "CRPS not worse", got, ours <= issued, "test", MSAFE))
    return rows


def _day_rows() -> list[Row]:
    """The run of days: storms, recurrence, noise, drawn as of 1996-09 for a cycle and a half against what came."""
    truth, years = record(), 16
    start, flux, _, ap = simulate(truth, np.datetime64("1996-09-01"), years)
    seen_flux, seen_ap = (x[start : start + flux.shape[1]] for x in (truth.flux, truth.ap))
    rows = []
    for threshold in STORMS_AP:
        drawn = (ap > threshold).mean(axis=1) * 365.25
        seen = float((seen_ap > threshold).mean() * 365.25)
        low, high = np.percentile(drawn, [5, 95])
        claim = f"Days a year with Ap > {threshold}, {years} years from 1996-09"
        rows.append(
            _row(claim, f"5-95 % of runs: {low:.1f}-{high:.1f}", f"record {seen:.1f}", low <= seen <= high, "test")
        )
    for name, lag, series, runs in (
        ("F10.7", 1, seen_flux, flux),
        ("F10.7", 27, seen_flux, flux),
        ("Ap", 27, seen_ap, ap),
    ):
        values = [_recurrence(run, lag) for run in runs[:100]]
        low, high = np.percentile(values, [5, 95])
        seen = _recurrence(series, lag)
        claim = f"Autocorrelation of {name} about its 81-day mean, {lag} d apart"
        rows.append(_row(claim, f"within 0.1 of runs' {low:.2f}-{high:.2f}", f"record {seen:.2f}",
                         low - 0.1 <= seen <= high + 0.1, "test"))  # fmt: skip
    return rows


def _recurrence(series: Any, lag: int) -> float:
    x = np.log(np.maximum(series, 1.0))
    x = (x - running_mean(x, 81))[41:-41]
    return float(np.corrcoef(x[lag:], x[:-lag])[0, 1])


def rows() -> list[Row]:
    """Every claim about the solar ensemble beside what the back-test gives; about three minutes on one core."""
    held_back = back_test("1996-09", "2026-01", 3)
    fitted = back_test("1971-01", "1996-01", 6, CYCLE_22_ENDS)
    return [
        *_band_rows(held_back, "test", "1996-2025 on cycles 23-25"),
        *_issued_rows(held_back),
        *_day_rows(),
        *_band_rows(fitted, "calibration", "1971-1995 on cycles 20-22"),
    ]


if __name__ == "__main__":
    show(rows())
