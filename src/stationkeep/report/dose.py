"""Dose: of a stay, and of a career against the limit of each agency."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from stationkeep.report.read import attr, future_names, series

if TYPE_CHECKING:
    import xarray as xr

LONG_STAY_d = 60.0
EARLIER_mSv_per_d = 0.74
"""Of days at the station before the run: the median of residents in the replay (docs/validation.md)."""


def dose(ds: xr.Dataset) -> list[dict[str, Any]]:
    """For each future and partner: dose of a stay of a resident, stays to the career limit, and named people by the dose of their
    careers, with their stays before the run; [] without doses."""
    stays, limits = attr(ds, "people") or [], attr(ds, "career_limits_mSv") or {}
    about = {item["stay"]: item for item in stays}
    earlier = _earlier_mSv(ds) if stays else {}
    if not stays or not ("dose_mSv" in ds or "dose_runs_uSv" in ds):
        return []
    items = [about.get(str(p), {"partner": "", "name": ""}) for p in ds["person"].values]
    rows = []
    for place, future in enumerate(future_names(ds)):
        mean, quantiles = _doses(ds, place, items) if "dose_mSv" in ds else _kept_doses(ds, place)
        for name in dict.fromkeys(item["partner"] for item in items if item["partner"]):
            total = _by_person(mean, items, name, earlier)
            if name not in quantiles and not total:
                continue
            limit = float(limits.get(name, np.nan))
            p50, p95 = quantiles.get(name, (None, None))  # no resident's whole stay lies within the run
            rows.append({
                "future": future, "partner": name, "stay_mSv_p50": p50 and round(p50, 1), "stay_mSv_p95": p95 and round(p95, 1),
                "limit_mSv": limit, "stays_to_limit": p50 and round(limit / p50, 1),
                "highest": [{"name": who, "mSv": round(value, 1), "earlier_mSv": round(earlier.get(who, 0.0), 1)} for who, value in total[:3]],
                "over_limit": [{"name": who, "mSv": round(value, 1)} for who, value in total if value > limit],
            })  # fmt: skip
    return rows


def _doses(ds: xr.Dataset, place: int, items: list[dict[str, str]]) -> tuple[np.ndarray, dict[str, tuple[float, float]]]:
    """Mean dose of each stay over runs (person,), and the 50 and 95 % dose of a resident's whole stay by partner."""
    doses, came, left = (series(ds, name) for name in ("dose_mSv", "aboard_utc", "home_utc"))
    assert doses is not None and came is not None and left is not None
    mSv, up, down = np.asarray(doses.values[place], dtype=np.float64), came.values[place], left.values[place]
    days = (np.where(np.isnat(down), ds["time"].values[-1], down) - up) / np.timedelta64(1, "D")
    whole = np.isfinite(mSv) & (days >= LONG_STAY_d) & ~np.isnat(down) & (up >= ds["time"].values[0])
    partner = np.array([item["partner"] for item in items])
    found = {str(name): mSv[whole & (partner == name)] for name in np.unique(partner)}
    quantiles = {name: (float(np.quantile(v, 0.5)), float(np.quantile(v, 0.95))) for name, v in found.items() if v.size}
    return np.where(np.isfinite(mSv), mSv, 0.0).mean(axis=0), quantiles


def _kept_doses(ds: xr.Dataset, place: int) -> tuple[np.ndarray, dict[str, tuple[float, float]]]:
    """The same from what a summary keeps: doses of stays to the width of a bin."""
    one = ds.isel(future=place) if "future" in ds["dose_runs_uSv"].dims else ds
    quantiles = {}
    for name, counts in zip(map(str, one["partner"].values), np.nan_to_num(one["stay_dose_runs_count"].values), strict=True):
        if counts.sum() > 0:
            passed = np.cumsum(counts) / counts.sum()
            p50, p95 = (float(one["dose_bin"].values[np.searchsorted(passed, q)]) for q in (0.5, 0.95))
            quantiles[name] = (p50, p95)
    return np.nan_to_num(one["dose_runs_uSv"].values) / 1000.0 / one.sizes["run"], quantiles


def _by_person(
    mean: np.ndarray, items: list[dict[str, str]], partner: str, earlier: dict[str, float]
) -> list[tuple[str, float]]:
    """Named people of a partner by the mean dose of all their stays, those before the run included, highest first."""
    total: dict[str, float] = {}
    for value, item in zip(mean, items, strict=True):
        if item["partner"] == partner and item["name"]:
            who = _person(item["name"])
            total[who] = total.get(who, earlier.get(who, 0.0)) + float(value)
    return sorted(total.items(), key=lambda entry: -entry[1])


def _earlier_mSv(ds: xr.Dataset) -> dict[str, float]:
    """Dose of people's days at the station before the run, by the record and the mean of residents."""
    found: dict[str, float] = {}
    for name, days in (attr(ds, "earlier_d") or {}).items():
        found[_person(name)] = found.get(_person(name), 0.0) + days * EARLIER_mSv_per_d
    return found


def _person(name: str) -> str:
    """One spelling of a name the lists write two ways: `KONONENKO, Oleg Dmitriyevich` and `Oleg Kononenko`."""
    if "," in name:
        family, given = (part.strip() for part in name.split(",", 1))
        first = given.split()[0] if given.split() else ""
    else:
        *given_names, family = name.split()
        first = given_names[0] if given_names else ""
    return f"{first} {family.title()}".strip()


def dose_text(rows: list[dict[str, Any]]) -> list[str]:
    """Doses in words, one line a partner."""
    lines = []
    for row in rows:
        line = f"{row['partner']}: no resident's whole stay in the run, career limit {row['limit_mSv']:.0f} mSv"
        if row["stay_mSv_p50"]:
            line = (f"{row['partner']}: {row['stay_mSv_p50']:.0f} mSv a stay (95 %: {row['stay_mSv_p95']:.0f}); "
                    f"{row['stays_to_limit']:.1f} such stays reach the career limit of {row['limit_mSv']:.0f} mSv")  # fmt: skip
        if row["highest"] and not row["over_limit"]:
            first = row["highest"][0]
            before = f", {first['earlier_mSv']:.0f} mSv of it before the run at {EARLIER_mSv_per_d} a day" if first["earlier_mSv"] else ""
            line += f"; nearest to it: {first['name']}, {first['mSv']:.0f} mSv in all stays ({100 * first['mSv'] / row['limit_mSv']:.0f} %{before})"
        if row["over_limit"]:
            line += "; above it: " + ", ".join(f"{item['name']} ({item['mSv']:.0f})" for item in row["over_limit"])
        lines.append(line + ".")
    return lines
