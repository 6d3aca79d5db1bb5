"""Metrics: presence by year, totals and reserves of each run, and bands over runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stationkeep.report.read import chosen, future_weights, of_future, pick, series, stamps, time_axis

if TYPE_CHECKING:
    import xarray as xr

#: 97.5 % point of the normal distribution, for two-sided 95 % intervals.
Z_95 = 1.959963984540054
DAY = np.timedelta64(1, "D")


class ByYear(NamedTuple):
    """A probability by year: ``share[future, year]`` with 95 % bounds, and the same pooled by weight."""

    years: list[str]
    share: np.ndarray
    low: np.ndarray
    high: np.ndarray
    pooled: np.ndarray
    pooled_low: np.ndarray
    pooled_high: np.ndarray

    def of(self, future: int) -> dict[str, float]:
        return _by_year(self.years, self.share[future])

    def interval_of(self, future: int) -> dict[str, list[float]]:
        return _intervals(self.years, self.low[future], self.high[future])

    def all(self) -> dict[str, float]:
        return _by_year(self.years, self.pooled)

    def interval_of_all(self) -> dict[str, list[float]]:
        return _intervals(self.years, self.pooled_low, self.pooled_high)


class Band(NamedTuple):
    """5, 50 and 95 % over runs at each stamp (NaN where fewer than one run in ten has a value)."""

    utc: np.ndarray
    p5: np.ndarray
    p50: np.ndarray
    p95: np.ndarray


def wilson(share: float, n: int) -> tuple[float, float]:
    """95 % interval of a share seen in ``n`` independent runs (Wilson 1927, the score interval)."""
    if n <= 0:
        return 0.0, 1.0
    middle = (share + Z_95**2 / (2 * n)) / (1 + Z_95**2 / n)
    half = Z_95 / (1 + Z_95**2 / n) * np.sqrt(share * (1 - share) / n + Z_95**2 / (4 * n * n))
    low = 0.0 if share <= 0.0 else max(0.0, float(middle - half))
    high = 1.0 if share >= 1.0 else min(1.0, float(middle + half))
    return low, high


def someone_aboard(ds: xr.Dataset) -> np.ndarray:
    """Whether anyone is aboard any station: (future, run, time)."""
    return _over_stations(series(ds, "people_count")) >= 1.0


def unbroken(aboard: np.ndarray) -> np.ndarray:
    """Whether the presence that began at the first True has held to each stamp; False before it began."""
    begun = np.logical_or.accumulate(aboard, axis=-1)
    return np.logical_and.accumulate(aboard | ~begun, axis=-1) & begun


def presence_to_horizon(ds: xr.Dataset) -> ByYear:
    """Probability of unbroken presence to the last stamp, as a table of one entry under its date."""
    utc = np.asarray(ds["time"].values)
    day = str(np.datetime_as_string(utc[-1], unit="D"))
    return _table(ds, _unbroken_at(ds, [utc.size - 1]).mean(axis=1, dtype=np.float64), [day])


def presence_to_end(ds: xr.Dataset) -> np.ndarray:
    """Whether someone has been aboard without a break to the last stamp: (future, run)."""
    return _unbroken_at(ds, [ds.sizes["time"] - 1])[..., 0]


def presence(ds: xr.Dataset) -> ByYear:
    """Probability that someone has been aboard without a break until 1 January of each year."""
    years, places = year_starts(np.asarray(ds["time"].values))
    return _table(ds, _unbroken_at(ds, places).mean(axis=1, dtype=np.float64), years)


def presence_capability(ds: xr.Dataset) -> ByYear:
    """Probability that on 1 January of the year a station is able to hold a crew, whether or not one is aboard.

    Reads ``capability_count`` (stations able that day); without it, a station with people aboard counts as able.
    """
    counted = series(ds, "capable_runs_count")
    if counted is not None:
        years, places = year_starts(np.asarray(ds["time"].values))
        return _table(ds, np.atleast_2d(counted.values)[:, places] / ds.sizes["run"], years)
    name = "capability_count" if "capability_count" in ds else "people_count"
    return _yearly(ds, _over_stations(series(ds, name)) >= 1.0, stamps(ds[name]))


def capability(ds: xr.Dataset) -> ByYear | None:
    """Probability that a station has been able to hold a crew without a break until 1 January of each year, whether or
    not one is aboard (lapses of less than a month are none); None for results that do not hold it."""
    if "capable_from_utc" not in ds:
        return None
    years, places = year_starts(np.asarray(ds["time"].values))
    held = _held(ds, "capable_from_utc", "capable_until_utc", places)
    return _table(ds, held.mean(axis=1, dtype=np.float64), years)


def capability_by_partner(ds: xr.Dataset) -> dict[str, ByYear]:
    """The same for each partner: of stations it takes part in."""
    return _by_partner(ds, "capable_from_by_partner_utc", "capable_until_by_partner_utc")


def presence_by_partner(ds: xr.Dataset) -> dict[str, ByYear]:
    """For each partner: probability that one of its people has been aboard without a break until each year."""
    if "aboard_from_by_partner_utc" in ds:
        return _by_partner(ds, "aboard_from_by_partner_utc", "aboard_until_by_partner_utc")
    found = series(ds, "people_by_partner_count")
    if found is None:
        return {}
    return {
        str(partner): _yearly(ds, unbroken(_over_stations(found.sel(partner=partner)) >= 1.0), stamps(found))
        for partner in found["partner"].values
    }


def _by_partner(ds: xr.Dataset, begun: str, until: str) -> dict[str, ByYear]:
    """For each partner: share of runs in which each 1 January lies between its two dates."""
    if begun not in ds:
        return {}
    years, places = year_starts(np.asarray(ds["time"].values))
    held = _held(ds, begun, until, places)
    return {
        str(partner): _table(ds, held[:, :, place].mean(axis=1, dtype=np.float64), years)
        for place, partner in enumerate(ds["partner"].values)
    }


def days_aboard_by_partner(ds: xr.Dataset) -> dict[str, float]:
    """Share of the time (stamps) with someone of the partner aboard, pooled over futures by weight."""
    weights = future_weights(ds)
    known = series(ds, "aboard_by_partner_frac")
    if known is not None:
        means = known.mean("run").transpose("future", "partner").values
        return {str(p): float(weights @ means[:, i]) for i, p in enumerate(known["partner"].values)}
    found = series(ds, "people_by_partner_count")
    if found is None:
        return {}
    return {
        str(partner): float(
            weights @ (_over_stations(found.sel(partner=partner)) >= 1.0).mean(axis=(1, 2), dtype=np.float64)
        )
        for partner in found["partner"].values
    }


def pooled_if_weights_move(ds: xr.Dataset, by_year: ByYear, step: float = 0.1) -> list[float]:
    """The last pooled entry of a table if the weight of one future rose by ``step`` and the others shrank alike."""
    weights = future_weights(ds)
    if weights.size < 2 or not by_year.years:
        return []
    moved = []
    for future in range(weights.size):
        raised = min(1.0, weights[future] + step)
        rest = 1.0 - weights[future]
        others = weights * ((1.0 - raised) / rest) if rest > 0.0 else np.zeros_like(weights)
        others[future] = raised
        moved.append(float(others @ by_year.share[:, -1]))
    return moved


def band(ds: xr.Dataset, name: str, future: int, most: int = 180, **select: object) -> Band | None:
    """Quantiles over runs of one variable in one future, at most ``most`` stamps; None where it holds nothing.

    ``select`` names one entry of each further axis (``station="iss"``); axes not named are summed. Of a station that
    is not there (no altitude) only people and seats are counted.
    """
    if f"{name}_quantiles" in ds:
        return _kept_band(ds, name, future, most, select)
    found = chosen(ds, name, future, select)
    if found is None:
        return None
    axis = time_axis(found)
    count = found.sizes[axis]
    places = np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int))
    found = found.isel({axis: places})
    spare = [dim for dim in found.dims if dim not in ("run", axis)]
    if spare:
        found = found.sum(spare, min_count=1)
    values = np.asarray(found.transpose("run", axis).values, dtype=np.float64)
    if "station" in select and not name.endswith("_count"):
        height = chosen(ds, "altitude_km", future, {"station": select["station"]})
        if height is not None and axis in height.dims:
            values = np.where(np.isfinite(height.isel({axis: places}).transpose("run", axis).values), values, np.nan)
    present = np.isfinite(values)
    if not present.any():
        return None
    values = np.sort(np.where(present, values, np.inf), axis=0)
    counts = present.sum(axis=0)
    lines = [_quantile_of_sorted(values, counts, q) for q in (0.05, 0.5, 0.95)]
    for line in lines:
        line[counts < 0.1 * values.shape[0]] = np.nan
    return Band(stamps(found), *lines)


def _kept_band(ds: xr.Dataset, name: str, future: int, most: int, select: Mapping[str, object]) -> Band | None:
    """The same from quantiles kept in place of the series."""
    found, known = (of_future(ds[f"{name}_{kind}"], future) for kind in ("quantiles", "runs_count"))
    found, known = pick(found, select), pick(known, select)
    axis = time_axis(found)
    places = np.unique(np.linspace(0, found.sizes[axis] - 1, min(found.sizes[axis], most)).round().astype(int))
    found = found.isel({axis: places}).where(known.isel({axis: places}) >= 0.1 * ds.sizes["run"])
    if not found.notnull().any():
        return None
    lines = (np.asarray(found.sel(quantile=q).values, dtype=np.float64) for q in (0.05, 0.5, 0.95))
    return Band(stamps(found), *lines)


def service_share_by_year(ds: xr.Dataset, future: int, station: str) -> dict[str, dict[str, float]]:
    """Mean share of the time each service was up on one station, by service and calendar year, over runs."""
    if "service_up_steps_count" in ds:
        up, steps = (of_future(ds[name], future) for name in ("service_up_steps_count", "steps_count"))
        found: xr.DataArray | None = (up / steps).sel(station=station)
    else:
        found = series(ds, "service_up_frac")
        found = None if found is None else found.isel(future=future).sel(station=station)
    if found is None:
        return {}
    axis = time_axis(found)
    years = stamps(found).astype("datetime64[Y]").astype(int) + 1970
    table: dict[str, dict[str, float]] = {str(service): {} for service in found["service"].values}
    for year in np.unique(years):
        part = found.isel({axis: np.flatnonzero(years == year)})
        means = part.mean([dim for dim in part.dims if dim != "service"], skipna=True).values
        for service, mean in zip(table, means, strict=True):
            if np.isfinite(mean):
                table[service][str(year)] = float(mean)
    return table


def _quantile_of_sorted(values: np.ndarray, counts: np.ndarray, q: float) -> np.ndarray:
    """Quantile of each column of sorted ``values`` whose first ``counts`` entries are real, linear between them."""
    place = q * np.maximum(counts - 1, 0)
    below = np.floor(place).astype(int)
    above = np.minimum(below + 1, np.maximum(counts - 1, 0))
    columns = np.arange(values.shape[1])
    low, high = values[below, columns], values[above, columns]
    with np.errstate(invalid="ignore"):
        return np.where(counts > 0, low + (high - low) * (place - below), np.nan)


def _over_stations(found: xr.DataArray | None) -> np.ndarray:
    """Sum over stations (a station that is not there counts nothing): (future, run, time)."""
    assert found is not None
    if "station" in found.dims:
        found = found.sum("station", skipna=True)
    return np.asarray(found.transpose("future", "run", time_axis(found)).values)


def _yearly(ds: xr.Dataset, holds: np.ndarray, utc: np.ndarray) -> ByYear:
    """Shares of runs in which ``holds`` (future, run, time) is true at the last stamp before each 1 January."""
    years, places = year_starts(utc)
    return _table(ds, holds[:, :, places].mean(axis=1, dtype=np.float64), years)


def _unbroken_at(ds: xr.Dataset, places: list[int]) -> np.ndarray:
    """Whether someone has been aboard without a break to each of some stamps: (future, run, place)."""
    if "aboard_from_utc" in ds:
        return _held(ds, "aboard_from_utc", "aboard_until_utc", places)
    return unbroken(someone_aboard(ds))[..., places]


def _held(ds: xr.Dataset, begun: str, until: str, places: list[int]) -> np.ndarray:
    """Whether each of some stamps lies between two dates of each run: (future, run, ..., place)."""
    utc = np.asarray(ds["time"].values)[places]
    first, last = (np.asarray(series(ds, name).values)[..., None] for name in (begun, until))  # type: ignore[union-attr]
    return (first <= utc) & (utc <= last)


def _table(ds: xr.Dataset, share: np.ndarray, years: list[str]) -> ByYear:
    """Shares of runs (future, year) with their intervals, and pooled."""
    runs = int(ds.sizes["run"])
    bounds = np.array([[wilson(value, runs) for value in row] for row in share]).reshape(*share.shape, 2)
    weights = future_weights(ds)
    # The futures share their draws: the pooled interval is the weighted one, which no dependence can widen.
    low, high = bounds[..., 0], bounds[..., 1]
    return ByYear(years, share, low, high, weights @ share, weights @ low, weights @ high)


def year_starts(utc: np.ndarray) -> tuple[list[str], list[int]]:
    """Years whose 1 January lies within the stamps (or one step past the last), and the last stamp before each."""
    if utc.size == 0:
        return [], []
    step = utc[-1] - utc[-2] if utc.size > 1 else DAY
    last = utc[-1].astype("datetime64[M]") + 1 if step > 20 * DAY else utc[-1] + step
    first_year, last_year = (int(str(moment.astype("datetime64[Y]"))) for moment in (utc[0], last))
    years, places = [], []
    for year in range(first_year + 1, last_year + 1):
        place = int(np.searchsorted(utc, np.datetime64(f"{year}-01-01"), side="left")) - 1
        if place >= 0 and np.datetime64(f"{year}-01-01") <= last:
            years.append(str(year))
            places.append(place)
    return years, places


def _by_year(years: list[str], values: np.ndarray) -> dict[str, float]:
    return {year: round(float(value), 6) for year, value in zip(years, values, strict=True)}


def _intervals(years: list[str], low: np.ndarray, high: np.ndarray) -> dict[str, list[float]]:
    return {year: [round(float(a), 6), round(float(b), 6)] for year, a, b in zip(years, low, high, strict=True)}
