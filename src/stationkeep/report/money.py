"""Money: cost by partner and year of each future, and by use, mean over runs; what a kilogram brought up costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from stationkeep.report.read import attr, future_names, series, stamps, time_axis, words

if TYPE_CHECKING:
    import xarray as xr

MILLION = 1e6


def cost(ds: xr.Dataset) -> dict[str, Any]:
    """What `--json` says of money: (future -> partner -> year) and (future -> partner -> use), millions of dollars."""
    found = _kept(ds) if "cost_runs_usd" in ds else series(ds, "cost_usd")
    if found is None or not np.nansum(np.abs(found.values)):
        return {}
    by_year, by_use, per_kg = {}, {}, {}
    for place, name in enumerate(future_names(ds)):
        years, values = _by_year(found, place)
        by_year[name] = {
            str(partner): {year: round(float(v), 1) for year, v in zip(years, row, strict=True)}
            for partner, row in zip(found["partner"].values, values, strict=True) if np.any(row)
        }  # fmt: skip
        used = found.isel(future=place)
        used = used.sum([dim for dim in used.dims if dim not in ("run", "partner", "use")]).mean("run") / MILLION
        by_use[name] = {
            str(p): {str(u): round(float(v), 1) for u, v in zip(used["use"].values, used.sel(partner=p).values, strict=True) if v}
            for p in used["partner"].values if np.any(used.sel(partner=p).values)
        }  # fmt: skip
        per_kg[name] = _per_kg(ds, found, place)
    return {
        "unit": "millions of US dollars", "price_year": attr(ds, "price_year"), "by_year": by_year, "by_use": by_use,
        "cargo_usd_per_kg": per_kg, "prices": attr(ds, "prices") or [],
    }  # fmt: skip


def _kept(ds: xr.Dataset) -> xr.DataArray:
    """The mean over runs of a summary, as if it were the cost of one run."""
    found = (ds["cost_runs_usd"] / ds.sizes["run"]).rename(cost_use="use").fillna(0.0).expand_dims("run")
    return found if "future" in found.dims else found.expand_dims(future=future_names(ds))


def money(ds: xr.Dataset) -> list[dict[str, Any]]:
    """The page's tables: cost by partner and year for each future, mean over runs, in millions of dollars."""
    told = cost(ds)
    tables = []
    for name, partners in told.get("by_year", {}).items():
        years = sorted({year for row in partners.values() for year in row})
        rows = [(partner, [row.get(year, 0.0) for year in years]) for partner, row in partners.items()]
        rows.append(("all", [sum(row.get(year, 0.0) for row in partners.values()) for year in years]))
        tables.append({
            "title": words(name), "years": years,
            "rows": [{"partner": p, "cells": [f"{v:,.0f}" for v in (*row, sum(row))]} for p, row in rows],
        })  # fmt: skip
    return tables


def _by_year(found: xr.DataArray, future: int) -> tuple[list[str], np.ndarray]:
    """Years, and millions of dollars (partner, year), mean over runs."""
    axis = time_axis(found)
    year_of = stamps(found).astype("datetime64[Y]")
    spare = [dim for dim in found.dims if dim not in ("future", "run", axis, "partner")]
    values = found.isel(future=future).sum(spare).mean("run").transpose("partner", axis).values / MILLION
    years = np.unique(year_of)
    return [str(y) for y in years], np.stack([values[:, year_of == y].sum(axis=1) for y in years], axis=1)


def _per_kg(ds: xr.Dataset, found: xr.DataArray, future: int) -> float | None:
    """Dollars of cargo flights over kilograms they brought, all partners, mean over runs; None where nothing came."""
    flow = series(ds, "flow_kg")
    if flow is None or "delivered" not in flow["use"].values or "cargo_flights" not in found["use"].values:
        return None
    kg = float(flow.isel(future=future).sel(use="delivered").sum().values) / ds.sizes["run"]
    usd = float(found.isel(future=future).sel(use="cargo_flights").sum().values) / ds.sizes["run"]
    return round(usd / kg) if kg > 0 else None
