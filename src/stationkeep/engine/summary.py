"""What an ensemble keeps when it keeps no series: what each run came to, and histograms of all runs at every stamp.

Histograms have declared bins and whole counts, so that chunks may be added up in any order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..formats.chunks import BLOCKS
from ..laws.crew_time import CREW_USES
from ..laws.matter import RESOURCES, USES
from ..model.base import PARTNERS
from ..subsystems.services import SERVICES
from .bins import count, places_used
from .capability import CAPABILITY, capability, members_of, span
from .compile.world import Case
from .cost import COST_USES
from .record import Log, RunResult, costs_of, daily_sky, events, months_of, sky_days, stamps
from .summary_people import People
from .world import ALTITUDE, CAPABLE, PEOPLE, RESERVES, SCALARS, Rows
from .world import REBOOST_DV as REBOOST

if TYPE_CHECKING:
    import xarray as xr

DAY_s = 86400.0
ENDLESS_d = 9999.0
"""From this many days on a reserve only says that nothing is used."""
NO_USE = ("delivered", "removed", "moved", "dumped")
"""Flows of propellant that are no use of it: it comes, goes with a ship, changes its tank, or is let out."""

# name: (low, width, bins, unit, log10); counts of people and the like are whole
BINS: dict[str, tuple[float, float, int, str, bool]] = {
    "people_count": (0.0, 1.0, 24, "1", False),
    "seats_count": (0.0, 1.0, 24, "1", False),
    "mass_kg": (0.0, 2000.0, 300, "kg", False),
    "altitude_km": (150.0, 1.0, 400, "km", False),
    "density_kg_per_m3": (-13.5, 0.02, 200, "kg m-3", True),
    "drag_area_m2": (0.0, 20.0, 150, "m2", False),
    "momentum_frac": (0.0, 0.02, 60, "1", False),
    "power_rated_kW": (0.0, 1.0, 320, "kW", False),
    "power_generation_kW": (0.0, 1.0, 320, "kW", False),
    "power_usable_kW": (0.0, 1.0, 320, "kW", False),
    "power_used_kW": (0.0, 1.0, 320, "kW", False),
    "power_payload_kW": (0.0, 0.5, 320, "kW", False),
    "power_shed_kW": (0.0, 1.0, 320, "kW", False),
    "battery_depth_frac": (0.0, 0.02, 52, "1", False),
    "pressure_kPa": (0.0, 1.0, 120, "kPa", False),
    "co2_kPa": (0.0, 0.02, 150, "kPa", False),
    "dose_mSv_per_d": (0.0, 0.02, 100, "mSv d-1", False),
    "capability_count": (0.0, 1.0, 2, "1", False),
    "people_total_count": (0.0, 1.0, 24, "1", False),
    "f107": (50.0, 2.0, 200, "sfu", False),
    "ap": (0.0, 2.0, 150, "nT", False),
    "propellant_kg": (0.0, 50.0, 300, "kg", False),
    "reserve_d": (0.0, 5.0, 240, "d", False),
    "research_h_per_week": (0.0, 1.0, 200, "h week-1", False),
}
COUNTED_AT_ONCE = 20
"""Runs whose values are counted together: 10 MB."""
RESEARCH = [i for i, use in enumerate(CREW_USES) if "research" in use]
PROPELLANT = RESOURCES.index("propellant")
USED = [i for i, use in enumerate(USES) if use not in NO_USE]

# name: (further dims, unit, meaning)
OUTCOMES: dict[str, tuple[tuple[str, ...], str, str]] = {
    "aboard_from_utc": ((), "", "first stamp with someone aboard"),
    "aboard_until_utc": ((), "", "last stamp of the presence that began then"),
    "aboard_from_by_partner_utc": (("partner",), "", "first stamp with someone of the partner aboard"),
    "aboard_until_by_partner_utc": (("partner",), "", "last stamp of the partner's presence that began then"),
    "aboard_by_partner_frac": (("partner",), "1", "share of the stamps with someone of the partner aboard"),
    "crew_aboard_d": ((), "d", "days of people aboard"),
    "unoccupied_d": ((), "d", "days with nobody aboard"),
    "propellant_used_kg": ((), "kg", "propellant burned"),
    "research_h": ((), "h", "hours of research by the crews"),
    "reboost_total_m_per_s": ((), "m s-1", "delta-v burned"),
    "reserve_min_d": (("resource",), "d", "least reserve over stations and time"),
}


@dataclass(frozen=True)
class Block:
    """One histogram: `shape` cells of `bins` counts each, from position `first` of the flat table."""

    name: str
    dims: tuple[str, ...]
    shape: tuple[int, ...]
    first: int
    low: float
    width: float
    bins: int
    unit: str
    log10: bool
    whole: bool


def blocks_of(stations: int, steps: int, months: int) -> list[Block]:
    """The histograms of a case, one after another."""
    daily, monthly = (stations, steps), (stations, months)
    shapes: dict[str, tuple[tuple[str, ...], tuple[int, ...]]] = {
        name: (("station", "time"), daily) for name in SCALARS if name in BINS
    }
    shapes |= {name: (("time",), (steps,)) for name in ("people_total_count", "f107", "ap")}
    shapes["propellant_kg"] = (("station", "month"), monthly)
    shapes["reserve_d"] = (("reserve", "station", "month"), (len(RESERVES), *monthly))
    shapes["research_h_per_week"] = (("month",), (months,))
    out, first = [], 0
    for name, (dims, shape) in shapes.items():
        low, width, bins, unit, log10 = BINS[name]
        out.append(Block(name, dims, shape, first, low, width, bins + 2, unit, log10, name.endswith("_count")))
        first += int(np.prod(shape)) * (bins + 2)
    return out


class Histograms:
    """Counts of a chunk, run by run."""

    def __init__(self, case: Case, months: int) -> None:
        self.blocks = blocks_of(len(case.names.stations), case.steps, months)
        last = self.blocks[-1]
        size = last.first + int(np.prod(last.shape)) * last.bins
        self.counts = np.zeros(-(-size // 4) * 4, np.uint16)  # four at a time, see `places_used`
        self.waiting: list[dict[str, np.ndarray]] = []

    def add(self, values: dict[str, np.ndarray]) -> None:
        """Count one run, sooner or later: an array of the declared shape for each block; NaN is not counted."""
        self.waiting.append(values)
        if len(self.waiting) == COUNTED_AT_ONCE:
            self._count()

    def _count(self) -> None:
        for block in self.blocks if self.waiting else []:
            value = np.stack([values[block.name].reshape(-1) for values in self.waiting], dtype=np.float64)
            if block.log10:
                value = np.log10(np.maximum(value, 1e-30))
            last = block.first + value.shape[1] * block.bins
            count(value, block.low, block.width, self.counts[block.first : last].reshape(value.shape[1], block.bins))
        self.waiting.clear()

    def used(self) -> np.ndarray:
        """Places of the table that count anything."""
        self._count()
        return places_used(self.counts)


def summary(label: str | None, case: Case, results: Iterable[RunResult], whole_logs: int | None = None) -> xr.Dataset:
    """The Dataset a chunk of runs leaves: outcomes of each run, every event, histograms; rows may be daily or monthly.

    Runs are taken one by one, so that each may be made in the rows of the one before; `whole_logs`: runs whose whole log is told, of the
    others as much as a joined summary keeps (None: all).
    """
    import xarray as xr

    times = stamps(case.t0_s, case.dt_s, case.steps)
    days = sky_days(case, times)
    month_of, month_ends = months_of(times)
    histograms, people = Histograms(case, month_ends.size), People(case, times, month_ends)
    capable = np.zeros(times.size, np.int64)
    service = np.zeros((month_ends.size, len(case.names.stations), len(SERVICES)), np.int64)
    found: dict[str, list[Any]] = {name: [] for name in (*OUTCOMES, *CAPABILITY)}
    least: list[np.ndarray] = []  # of each run (month, reserve), infinite where nothing is used
    members = members_of(case)
    logs: list[tuple[int, Log]] = []
    outside: list[np.ndarray] = []
    for r in results:
        logs.append((r.run, r.events))
        outside.append(r.outside)
        rows = by_month(r.rows, month_of)
        for name, value in (outcomes(rows, times, case.dt_s) | capability(case, r, times, members)).items():
            found[name].append(value)
        histograms.add(_spread(r, rows, days))
        least.append(np.where(rows.reserve_d < ENDLESS_d, rows.reserve_d, np.inf).astype(np.float32).min(axis=1))
        people.add(r, rows)
        capable += (np.nansum(rows.scalar[:, :, CAPABLE], axis=1) >= 1.0).astype(np.int64)
        service += np.rint(rows.service_up).astype(np.int64)
    data: dict[str, Any] = {
        name: (("run", *dims), np.stack(found[name]), {"units": unit, "long_name": meaning} if unit else {"long_name": meaning})
        for name, (dims, unit, meaning) in OUTCOMES.items()
    }
    data |= {name: (("run", *dims), np.stack(found[name]), {"long_name": meaning}) for name, (dims, meaning) in CAPABILITY.items()}
    data |= people.variables()
    data["reserve_least_d"] = (("run", "month", "reserve"), np.stack(least), {"units": "d", "long_name": "least reserve of a month over stations"})
    data["days_outside_fit_count"] = (("run", "station"), np.stack(outside))
    adds = {"over_runs": "sum"}
    data["capable_runs_count"] = ("time", capable, adds | {"long_name": "runs in which a station could house people"})
    up = adds | {"long_name": "steps the service was up, of all runs"}
    data["service_up_steps_count"] = (("station", "service", "month"), service.transpose(1, 2, 0), up)
    steps = np.bincount(month_of).astype(np.int64) * len(logs)
    data["steps_count"] = ("month", steps, adds | {"long_name": "steps of the month, of all runs"})
    costs = costs_of(case, times, [log for _, log in logs])[1]
    data["cost_total_usd"] = ("run", costs.sum(axis=(1, 2, 3, 4)), {"units": "USD", "long_name": "cost of the run"})
    whole = np.rint(costs).astype(np.int64).sum(axis=0)
    data["cost_runs_usd"] = (("station", "month", "partner", "cost_use"), whole, adds | {"long_name": "cost of all runs, whole dollars"})
    used = histograms.used()
    data["bin_place"] = ("bin", used.astype(np.uint32))
    data["bin_count"] = ("bin", histograms.counts[used].astype(np.uint32))
    coords = {
        "run": [run for run, _ in logs], "station": list(case.names.stations), "time": times, "partner": list(PARTNERS),
        "resource": list(RESOURCES), "service": list(SERVICES), "month": month_ends, "reserve": list(RESERVES),
        "cost_use": list(COST_USES),
    } | people.coordinates()  # fmt: skip
    declared = json.dumps([vars(block) for block in histograms.blocks])
    return xr.Dataset(data, coords=coords, attrs={BLOCKS: declared}).assign(events(label, case, logs, whole_logs))


def by_month(rows: Rows, month_of: np.ndarray) -> Rows:
    """Rows with what has a further dimension by month; as they are when they are so already."""
    if rows.steps.size == month_of[-1] + 1:
        return rows
    first = np.flatnonzero(np.diff(month_of, prepend=-1))
    last = np.append(first[1:], month_of.size) - 1
    return rows._replace(
        detail_of=month_of, stock_kg=rows.stock_kg[last], reserve_d=np.minimum.reduceat(rows.reserve_d, first),
        flow_kg=np.add.reduceat(rows.flow_kg, first), service_up=np.add.reduceat(rows.service_up, first),
        hours=np.add.reduceat(rows.hours, first), channel_kW=np.add.reduceat(rows.channel_kW, first),
        steps=np.add.reduceat(rows.steps, first),
    )  # fmt: skip


def outcomes(rows: Rows, times: np.ndarray, dt_s: float) -> dict[str, Any]:
    """What one run came to, by the names of `OUTCOMES`."""
    people = rows.scalar[:, :, PEOPLE].sum(axis=1)
    begun, until = span(people >= 1.0, times)
    partners = rows.partner_people.sum(axis=1) >= 1.0
    spans = [span(partners[:, p], times) for p in range(partners.shape[1])]
    flow = np.asarray(rows.flow_kg[:, :, PROPELLANT, :][..., USED], np.float64)
    reserve = np.full(len(RESOURCES), np.nan, np.float32)
    least = np.where(rows.reserve_d < ENDLESS_d, rows.reserve_d, np.inf).min(axis=(0, 1))
    for j, name in enumerate(RESERVES):
        reserve[RESOURCES.index(name)] = least[j] if np.isfinite(least[j]) else np.nan
    return {
        "aboard_from_utc": begun, "aboard_until_utc": until,
        "aboard_from_by_partner_utc": np.asarray([s[0] for s in spans]),
        "aboard_until_by_partner_utc": np.asarray([s[1] for s in spans]),
        "aboard_by_partner_frac": partners.mean(axis=0),
        "crew_aboard_d": float(people.sum(dtype=np.float64)) * dt_s / DAY_s,
        "unoccupied_d": float((people < 1.0).sum()) * dt_s / DAY_s,
        "propellant_used_kg": float(-flow.clip(max=0.0).sum()),
        "research_h": float(rows.hours[..., RESEARCH].sum(dtype=np.float64)) * dt_s / DAY_s / 7.0,
        "reboost_total_m_per_s": float(np.nansum(rows.scalar[:, :, REBOOST], dtype=np.float64)),
        "reserve_min_d": reserve,
    }  # fmt: skip


def _spread(r: RunResult, rows: Rows, days: np.ndarray) -> dict[str, np.ndarray]:
    """The values to count at every stamp; of a station that is not there only people and seats."""
    table = np.array(rows.scalar.transpose(2, 1, 0), order="C")  # (variable, station, time)
    there = np.isfinite(table[ALTITUDE])
    throughout = there.all()
    out = {
        name: table[i] if throughout or name.endswith("_count") else np.where(there, table[i], np.nan)
        for i, name in enumerate(SCALARS) if name in BINS
    }  # fmt: skip
    out["people_total_count"] = table[PEOPLE].sum(axis=0)
    out["f107"], out["ap"] = daily_sky(r.sky, days)
    last = np.flatnonzero(np.diff(rows.detail_of, append=rows.detail_of[-1] + 1))
    there_then = there[:, last]
    out["propellant_kg"] = np.where(there_then, rows.stock_kg[..., PROPELLANT].sum(axis=2).T, np.nan)
    reserve = rows.reserve_d.transpose(2, 1, 0)
    out["reserve_d"] = np.where(there_then & (reserve < ENDLESS_d), reserve, np.nan)
    out["research_h_per_week"] = rows.hours[..., RESEARCH].sum(axis=(1, 2, 3)) / rows.steps
    return out
