"""The table of outputs: every variable of a result, its dims, unit and meaning; arrays of runs -> one xarray Dataset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import log as happened
from ..formats.chunks import pruned
from ..laws.crew_time import CREW_USES
from ..laws.matter import RESOURCES, STORED, USES
from ..model.base import PARTNERS, NEVER_s
from ..subsystems.services import SERVICES
from .capability import CAPABILITY, capability, members_of
from .cost import COST_USES, prepare_costs, run_costs
from .world import RESERVES, SCALARS, Rows

if TYPE_CHECKING:
    import xarray as xr

FULL_RUNS = 20
"""Up to this many runs every variable is kept at every step; beyond, those with a further dimension by month."""
ALL_USES = (*USES, *CREW_USES, *COST_USES)
"""One axis for every variable with a use: kilograms first, then hours, then dollars."""
EPOCH = np.datetime64("2000-01-01T00:00:00", "ns")

# name: (dims beyond future, run, station, time; unit; meaning)
VARIABLES: dict[str, tuple[tuple[str, ...], str, str]] = {
    "people_count": ((), "1", "people aboard at the time stamp"),
    "people_by_partner_count": (("partner",), "1", "people aboard by partner"),
    "seats_count": ((), "1", "seats home in sound docked ships"),
    "mass_kg": ((), "kg", "mass with docked ships and stores"),
    "altitude_km": ((), "km", "mean altitude: Brouwer semi-major axis less 6378.137 km"),
    "inclination_deg": ((), "deg", "inclination to the equator"),
    "raan_deg": ((), "deg", "right ascension of the ascending node"),
    "beta_deg": ((), "deg", "angle of the Sun to the orbit plane"),
    "density_kg_per_m3": ((), "kg m-3", "orbit mean of density with co-rotation, density scale included"),
    "drag_area_m2": ((), "m2", "frontal area of bodies and tracking wings"),
    "f107": ((), "sfu", "F10.7 of the day before"),
    "ap": ((), "nT", "daily Ap"),
    "propellant_kg": (("partner",), "kg", "propellant usable by the station, by owner of the tank"),
    "reboost_m_per_s": ((), "m s-1", "delta-v burned in the step"),
    "reboost_inferred_m_per_s": ((), "m s-1", "delta-v inferred to meet a measured altitude (negative: a correction)"),
    "momentum_frac": ((), "1", "share of gyroscope momentum in use"),
    "power_rated_kW": ((), "kW", "deployed wings of the main bus when new"),
    "power_generation_kW": ((), "kW", "made in sunlight that day, aged and shaded"),
    "power_usable_kW": ((), "kW", "orbit average at the loads"),
    "power_used_kW": ((), "kW", "drawn from the main bus, what goes over to the other included"),
    "power_payload_kW": ((), "kW", "for payloads on any bus"),
    "power_shed_kW": ((), "kW", "wanted and not given"),
    "battery_depth_frac": ((), "1", "depth of discharge in eclipse"),
    "pressure_kPa": ((), "kPa", "cabin pressure"),
    "co2_kPa": ((), "kPa", "partial pressure of CO2"),
    "dose_mSv_per_d": ((), "mSv d-1", "dose equivalent inside"),
    "capability_count": ((), "1", "1 while the station could house people"),
    "stock_kg": (("partner", "resource"), "kg", "stock at the time stamp"),
    "reserve_d": (("resource",), "d", "days the stock lasts the people aboard without resupply"),
    "flow_kg": (("resource", "use"), "kg", "what each use added or took in the interval that ends at the stamp"),
    "service_up_frac": (("service",), "1", "share of the interval the service was up"),
    "hours_per_week": (("partner", "use"), "h week-1", "crew hours by use"),
    "power_channel_kW": (("channel",), "kW", "made in sunlight by channel, main station"),
    "cost_usd": (("partner", "use"), "USD", "cost in the month, in dollars of the year a price was agreed (negative: earned)"),
    "aboard_utc": (("person",), "", "when a person came aboard (without station and time)"),
    "home_utc": (("person",), "", "when that person left (without station and time)"),
    "home_flight": (("person",), "", "ship of that person's seat home, the last they had; changes are in the log (without station and time)"),
    "joined_utc": (("part",), "", "when a part the scenario states joined its station (without station and time)"),
    **{name: (dims, "", f"{meaning} (without station and time)") for name, (dims, meaning) in CAPABILITY.items()},
    "dose_mSv": (("person",), "mSv", "dose of a stay within the run (without station and time)"),
}  # fmt: skip


Log = tuple[np.ndarray, ...]
"""Times, kinds, stations, names, causes and values of what happened in a run."""


@dataclass(frozen=True)
class RunResult:
    """What one run leaves behind."""

    run: int
    rows: Rows
    docked_s: np.ndarray
    left_s: np.ndarray
    events: Log
    sky: np.ndarray
    outside: np.ndarray
    stays: np.ndarray  # (person, 4) station, came and left, s, and the flight of the seat home
    joined_s: np.ndarray  # (part,) when each part the scenario states joined its station, in the order of `stated`


def months_of(times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Detail row of each stamp by month, and the last stamp of each month."""
    month = times.astype("datetime64[M]")
    ends = np.append(month[1:] != month[:-1], True)
    return np.cumsum(ends, dtype=np.int64) - ends, times[ends]


DOUBLE_cells = 10_000_000
"""Most cells of the flows of a run that are kept in double precision day by day (80 MB; 25 years of one station), so that its books close
to 1e-12 from the Dataset too; in single precision they close to 1e-8."""


def empty_rows(steps: int, stations: int, channels: int, detail_of: np.ndarray) -> Rows:
    """Rows of one run before the first step."""
    t, p, r = int(detail_of.max()) + 1, len(PARTNERS), len(RESOURCES)
    f4 = np.float32
    return Rows(
        np.zeros((steps, stations, len(SCALARS)), f4), np.zeros((steps, stations, p), f4), detail_of,
        np.zeros((t, stations, p, r)), np.full((t, stations, len(RESERVES)), np.inf, f4),
        np.zeros((t, stations, r, len(USES))), np.zeros((t, stations, len(SERVICES)), f4),
        np.zeros((t, stations, p, len(CREW_USES)), f4), np.zeros((t, channels), f4), np.zeros(t, np.int64),
    )  # fmt: skip


def wiped(rows: Rows) -> Rows:
    """The same arrays as before the first step."""
    for name, array in rows._asdict().items():
        if name != "detail_of":
            array.fill(np.inf if name == "reserve_d" else 0)
    return rows


def stamps(t0_s: float, dt_s: float, steps: int) -> np.ndarray:
    """The time stamps of the rows, datetime64[ns]."""
    seconds = t0_s + dt_s * np.arange(1, steps + 1)
    return EPOCH + np.round(seconds).astype("timedelta64[s]")


def moments(t_s: np.ndarray) -> np.ndarray:
    """Seconds since 2000 -> datetime64[ns]; never -> NaT."""
    out = np.full(t_s.shape, np.datetime64("NaT", "ns"))
    known = t_s < 1e17
    out[known] = EPOCH + np.round(t_s[known]).astype("timedelta64[s]")
    return out


def dataset(label: str | None, case: Any, results: Sequence[RunResult], monthly: bool) -> xr.Dataset:
    """The Dataset of some runs of one future with their log; `formats.chunks` puts such Datasets together."""
    import xarray as xr

    return _of_runs(xr, case, results, monthly).assign(events(label, case, [(r.run, r.events) for r in results]))


def sky_days(case: Any, times: np.ndarray) -> np.ndarray:
    """Day of each stamp in the sky of a run."""
    return np.maximum(((times - EPOCH) / np.timedelta64(1, "s") - case.world.sky_day0_s) // 86400.0, 0.0).astype(int)


def daily_sky(sky: np.ndarray, days: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """F10.7 of the day before and Ap on some days (the last one after it), float32."""
    flux, ap = sky[np.minimum(days, sky.shape[0] - 1)][:, [0, 2]].astype(np.float32).T
    return flux, ap


def _on_all_uses(array: np.ndarray, uses: Sequence[str]) -> np.ndarray:
    """Spread the last axis from `uses` over all uses, NaN where a use is none of this variable's."""
    out = np.full((*array.shape[:-1], len(ALL_USES)), np.nan, array.dtype)
    first = ALL_USES.index(uses[0])  # those of one variable stand together
    out[..., first : first + len(uses)] = array
    return out


def _of_runs(xr: Any, case: Any, results: Sequence[RunResult], monthly: bool) -> xr.Dataset:
    times = stamps(case.t0_s, case.dt_s, case.steps)
    detail = "month" if monthly else "time"
    detail_times = months_of(times)[1] if monthly else times
    names = case.names
    coords = {
        "run": [r.run for r in results], "station": list(names.stations), "time": times, "partner": list(PARTNERS),
        "resource": list(RESOURCES), "service": list(SERVICES), "channel": list(case.channels),
        "use": list(ALL_USES), "flight": list(names.flights), detail: detail_times,
    }  # fmt: skip
    base = ("run", "station", "time")
    fine = ("run", "station", detail)
    data: dict[str, tuple[tuple[str, ...], np.ndarray]] = {}
    scalar = np.stack([r.rows.scalar for r in results])  # (run, time, station, var)
    for i, name in enumerate(SCALARS):
        data[name] = (base, np.ascontiguousarray(scalar[..., i].transpose(0, 2, 1)))
    inclination = np.asarray(case.world.station_inclination_deg, np.float32)
    data["inclination_deg"] = (base, np.broadcast_to(inclination[None, :, None], data["mass_kg"][1].shape).copy())
    days = sky_days(case, times)
    sky = [daily_sky(r.sky, days) for r in results]
    data["f107"] = (("run", "time"), np.stack([f107 for f107, _ in sky]))
    data["ap"] = (("run", "time"), np.stack([ap for _, ap in sky]))
    people = np.stack([r.rows.partner_people for r in results]).transpose(0, 2, 1, 3)
    if monthly:
        last = np.searchsorted(times, detail_times)
        people = people[:, :, last]
    data["people_by_partner_count"] = ((*fine, "partner"), np.ascontiguousarray(people))
    steps = results[0].rows.steps

    def detailed(name: str, dims: tuple[str, ...], array: np.ndarray, kind: type = np.float32) -> None:
        data[name] = ((*fine, *dims), np.ascontiguousarray(np.moveaxis(array, 2, 1)).astype(kind))

    cells = detail_times.size * len(names.stations) * len(RESOURCES) * len(ALL_USES)
    books = np.float32 if monthly or cells > DOUBLE_cells else np.float64
    stock = np.stack([r.rows.stock_kg for r in results])
    detailed("stock_kg", ("partner", "resource"), stock, books)
    detailed("propellant_kg", ("partner",), stock[..., RESOURCES.index("propellant")])
    reserve = np.full((*stock.shape[:3], len(RESOURCES)), np.nan, np.float32)
    for j, name in enumerate(RESERVES):
        reserve[..., RESOURCES.index(name)] = np.stack([r.rows.reserve_d for r in results])[..., j]
    detailed("reserve_d", ("resource",), reserve)
    detailed("flow_kg", ("resource", "use"), _on_all_uses(np.stack([r.rows.flow_kg for r in results]).astype(books), USES), books)
    detailed("service_up_frac", ("service",), np.stack([r.rows.service_up for r in results]) / steps[:, None, None])
    hours = np.stack([r.rows.hours for r in results]) / steps[:, None, None, None]
    detailed("hours_per_week", ("partner", "use"), _on_all_uses(hours, CREW_USES))
    channel = np.stack([r.rows.channel_kW for r in results]) / steps[:, None]
    data["power_channel_kW"] = (("run", detail, "channel"), channel.astype(np.float32))
    data["docked_utc"] = (("run", "flight"), np.stack([moments(r.docked_s) for r in results]))
    data["undocked_utc"] = (("run", "flight"), np.stack([moments(r.left_s) for r in results]))
    coords["person"] = list(names.people)
    data["aboard_utc"] = (("run", "person"), np.stack([moments(r.stays[:, 1]) for r in results]))
    data["home_utc"] = (("run", "person"), np.stack([moments(r.stays[:, 2]) for r in results]))
    ships = np.array([*names.flights, ""])
    seats = np.stack([np.where(r.stays[:, 1] < 1e17, r.stays[:, 3], -1).astype(np.int64) for r in results])
    data["home_flight"] = (("run", "person"), ships[np.where(seats >= 0, seats, ships.size - 1)])
    if stated(case):
        coords["part"] = [module for _, module in stated(case)]
        data["joined_utc"] = (("run", "part"), np.stack([moments(r.joined_s) for r in results]))
    data["dose_mSv"] = (("run", "person"), np.stack([doses_mSv(case, r) for r in results]).astype(np.float32))
    data["days_outside_fit_count"] = (("run", "station"), np.stack([r.outside for r in results]))
    members = members_of(case)
    able = [capability(case, r, times, members) for r in results]
    for name, (dims, _) in CAPABILITY.items():
        data[name] = (("run", *dims), np.stack([dates[name] for dates in able]))
    coords["month"], costs = costs_of(case, times, [r.events for r in results])
    data["cost_usd"] = (("run", "station", "month", "partner", "use"), _on_all_uses(costs.astype(np.float32), COST_USES))
    ds = xr.Dataset({k: v for k, v in data.items()}, coords=coords)
    for name, (_, unit, meaning) in VARIABLES.items():
        if name in ds:
            ds[name].attrs.update({"units": unit} if unit else {}, long_name=meaning)  # dates carry none
    return ds


def stated(case: Any) -> list[tuple[str, str]]:
    """(station, module) of the parts that the scenario states itself."""
    return [(station, module) for station, s in case.scenario.stations.items() for module in s.modules]


def joined(case: Any, world: Any, events: tuple[np.ndarray, ...]) -> np.ndarray:
    """(part,) when each part the scenario states joined its station in a run, s: its day, or the one its station opened."""
    part = case.names.of("parts")
    at_s = np.array([world.traffic.part_arrive_s[part[module]] for _, module in stated(case)], float)
    t_s, kind, code = events[0], events[1], events[3]
    opens = [event.open for event in case.scenario.events.values()]
    for row in np.flatnonzero(kind == happened.OPENED):
        here = [station == opens[int(code[row]) - happened.EVENT] for station, _ in stated(case)]
        at_s[np.array(here, bool) & (at_s >= NEVER_s)] = t_s[row]
    return np.where(at_s > case.t0_s + case.steps * case.dt_s, NEVER_s, np.maximum(at_s, case.t0_s))


def costs_of(case: Any, times: np.ndarray, logs: Sequence[Log]) -> tuple[np.ndarray, np.ndarray]:
    """Last stamp of each month, and the cost of each run by month from its log: (run, station, month, partner, cost use)."""
    ends = months_of(times)[1]
    edges_s = np.concatenate([[case.t0_s], (ends - EPOCH) / np.timedelta64(1, "s")])
    ledger = prepare_costs(case, edges_s)
    return ends, np.stack([run_costs(ledger, log) for log in logs]).swapaxes(1, 2)


def doses_mSv(case: Any, result: RunResult) -> np.ndarray:
    """Dose of each person's stay within the run, mSv: the station's dose a day over the days aboard; NaN for who never came."""
    edges_s = case.t0_s + case.dt_s * np.arange(case.steps + 1)
    daily = np.nan_to_num(result.rows.scalar[:, :, SCALARS.index("dose_mSv_per_d")].astype(float))
    station = result.stays[:, 0].astype(np.int64)
    came, left = (np.clip(result.stays[:, j], edges_s[0], edges_s[-1]) for j in (1, 2))
    out = np.zeros(station.size)
    for k in range(daily.shape[1]):
        total = np.concatenate([[0.0], np.cumsum(daily[:, k])]) * case.dt_s / 86400.0
        here = station == k
        out[here] = np.interp(left[here], edges_s, total) - np.interp(came[here], edges_s, total)
    out[result.stays[:, 1] > 1e17] = np.nan
    return out


def events(label: str | None, case: Any, logs: Sequence[tuple[int, Log]], whole_logs: int | None = None) -> dict[str, Any]:
    """The logs of runs (run, log) one after another as columns `event_*`; causes point along the joint dimension. `whole_logs`: runs
    below it have their whole log, the others what `formats.chunks` keeps of it (None: all)."""
    t_s, kind, station, name, cause, value = (np.concatenate(part) for part in zip(*(log for _, log in logs), strict=True))
    sizes = [log[0].size for _, log in logs]
    offsets = np.repeat(np.cumsum([0, *sizes[:-1]]), sizes)
    joint = {
        "event_run": np.repeat(np.array([run for run, _ in logs], np.int64), sizes), "event_utc": moments(t_s), "event_station": np.maximum(station, 0),
        "event_kind": kind, "event_name": name, "event_cause": np.where(cause >= 0, cause + offsets, -1), "event_value": value,
    }  # fmt: skip
    if whole_logs is not None:
        joint = pruned(joint, whole_logs, happened.BREACH)
    codes, inverse = np.unique(joint["event_name"], return_inverse=True)
    texts = np.asarray([case.names.text(c) for c in codes], dtype=str)
    joint["event_name"] = texts[inverse] if codes.size else np.empty(0, "<U1")
    joint["event_station"] = np.asarray(case.names.stations)[joint["event_station"]]
    joint["event_kind"] = np.asarray(happened.KINDS)[joint["event_kind"]]
    return {"event_future": ("event", np.full(joint["event_run"].size, label or ""))} | {k: ("event", v) for k, v in joint.items()}


__all__ = ["FULL_RUNS", "STORED", "VARIABLES", "RunResult", "costs_of", "daily_sky", "dataset", "empty_rows", "events", "joined", "moments", "months_of", "sky_days", "stamps", "wiped"]
