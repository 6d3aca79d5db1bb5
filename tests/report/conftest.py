"""A made-up result in the shape of a real one: two futures, two stations, causes known by construction."""

import json

import numpy as np
import pytest
import xarray as xr

START = np.datetime64("2029-07-26T12:00:00", "s")
PARTNERS = ["roscosmos", "nasa", "esa", "jaxa"]
RESOURCES = ["propellant", "oxygen", "water", "food"]
SERVICES = ["reboost", "attitude_control", "power", "oxygen", "crew_return"]
LEAVE_DAY = 159  # 2030-01-01
ATTRS = {
    "name": "iss-test",
    "title": "A partner leaves",
    "seed": 7,
    "horizon": "2031-10-01",
    "as_of": "2029-07-26",
    "weights": {"stays": 0.6, "after-2029": 0.4},
    "sources": [
        {
            "id": "leave-said",
            "date": "2029-07-26",
            "speaker": "Yu. Borisov, head of Roscosmos",
            "outlet": "TASS",
            "kind": "said",
            "statement": "Russia will leave after 2029",
            "futures": ["after-2029"],
            "what_happened": "softened within days",
        },
        {
            "id": "notice",
            "date": "1998-01-29",
            "speaker": "partners",
            "outlet": "Intergovernmental agreement, article 28",
            "kind": "law",
            "statement": "a partner may withdraw on one year's <notice>",
            "futures": ["after-2029", "stays"],
            "what_happened": "",
        },
    ],
    "assumptions": [
        {
            "name": "density_scale",
            "value": 1.0,
            "low": 0.9,
            "high": 1.1,
            "unit": "frac",
            "source": "fit to the record",
            "status": "derived",
        },
        {
            "name": "food_use",
            "value": 1.77,
            "low": 1.6,
            "high": 1.9,
            "unit": "kg_per_d",
            "source": "engineering.md",
            "status": "found",
        },
        {
            "name": "repair_time",
            "value": 6.0,
            "low": 3.0,
            "high": 12.0,
            "unit": "h",
            "source": "",
            "status": "recalled",
        },
        {
            "name": "learning_period",
            "value": 90.0,
            "low": None,
            "high": None,
            "unit": "d",
            "source": "judgement",
            "status": "assumed",
        },
    ],
    "requirements": [
        {
            "name": "altitude",
            "variable": "altitude_km",
            "station": "iss",
            "relation": "at_least",
            "bound": 370.0,
            "grace_d": 30.0,
            "text": "",
        },
        {
            "name": "someone_aboard",
            "variable": "people_total_count",
            "station": "",
            "relation": "at_least",
            "bound": 1.0,
            "grace_d": 0.0,
            "text": "",
        },
        {
            "name": "lifeboat",
            "variable": "seats_count",
            "station": "iss",
            "relation": "at_least",
            "bound": "people_count",
            "grace_d": 0.0,
            "text": "a seat home for each person",
        },
        {
            "name": "attitude",
            "variable": "attitude_control_up",
            "station": "iss",
            "relation": "at_least",
            "bound": 1.0,
            "grace_d": 1.0,
            "text": "",
        },
    ],
    "services_by_partner": [
        {"partner": "roscosmos", "service": "reboost", "givers": ["zvezda", "progress"]},
        {"partner": "roscosmos", "service": "attitude_control", "givers": ["zvezda"]},
        {"partner": "nasa", "service": "power", "givers": ["p4", "p6", "s4", "s6"]},
        {"partner": "nasa", "service": "crew_return", "givers": ["crew-dragon"]},
        {"partner": "roscosmos", "service": "crew_return", "givers": ["soyuz"]},
        {"partner": "roscosmos", "service": "oxygen", "givers": ["elektron"]},
        {"partner": "nasa", "service": "oxygen", "givers": ["oga"]},
    ],
    "wall_s": 1.5,
    "compile_s": 0.5,
}


def make(runs=30, days=797, futures=("stays", "after-2029"), seed=7) -> xr.Dataset:
    """The leaver takes reboost and attitude along: attitude goes first, then altitude, then people."""
    rng = np.random.default_rng(seed)
    time = START + np.arange(days) * np.timedelta64(1, "D")
    named = list(futures)
    shape = (len(named), runs, 2, days)
    leaves = np.array([name != "stays" for name in named])
    decay_km_per_d = rng.uniform(0.05, 0.2, runs)
    day = np.arange(days)
    since = np.maximum(day - LEAVE_DAY, 0)
    altitude = np.full(shape, np.nan, np.float32)
    altitude[:, :, 0] = 415 + 2 * np.sin(day / 20) + rng.normal(0, 0.3, (len(named), runs, days))
    altitude[leaves, :, 0] -= decay_km_per_d[:, None] * since
    altitude[..., 1, 600:] = 380 + rng.normal(0, 0.2, (len(named), runs, max(days - 600, 0)))
    people = np.zeros(shape, np.float32)
    people[:, :, 0] = 7
    evacuated_d = np.full((len(named), runs), 10**6)
    evacuated_d[leaves] = LEAVE_DAY + (35.0 / decay_km_per_d).astype(int)
    people[:, :, 0][day >= evacuated_d[..., None]] = 0
    people[..., 1, 700:] = 2
    log = _log(time, named, runs, decay_km_per_d, evacuated_d, days)
    month_of = time.astype("datetime64[M]")
    months = time[np.flatnonzero(np.append(month_of[1:] != month_of[:-1], True))]
    present = people[..., np.searchsorted(time, months)]
    ds = xr.Dataset(
        {
            "altitude_km": (("future", "run", "station", "time"), altitude),
            "people_count": (("future", "run", "station", "time"), people),
            "seats_count": (("future", "run", "station", "time"), people + 0),
            "mass_kg": (
                ("future", "run", "station", "time"),
                np.where(np.isfinite(altitude), 4.2e5, np.nan).astype("f4"),
            ),
            "power_usable_kW": (("future", "run", "station", "time"), _power(rng, altitude)),
            "power_used_kW": (("future", "run", "station", "time"), 0.8 * _power(rng, altitude)),
            "people_by_partner_count": (
                ("future", "run", "station", "month", "partner"),
                np.stack([np.round(present * part) for part in (3 / 7, 3 / 7, 1 / 7, 0.0)], -1).astype("f4"),
            ),
            "propellant_kg": (
                ("future", "run", "station", "month", "partner"),
                np.stack(
                    [
                        np.maximum(5000 - 100 * np.arange(months.size) + 0 * present, 0),
                        100 + 0 * present,
                        0 * present,
                        0 * present,
                    ],
                    -1,
                ).astype("f4"),
            ),
            "reserve_d": (
                ("future", "run", "station", "month", "resource"),
                np.stack(
                    [np.where(present > 0, 200 + rng.normal(0, 20, present.shape), np.nan) for _ in RESOURCES], -1
                ).astype("f4"),
            ),
            "service_up_frac": (
                ("future", "run", "station", "month", "service"),
                np.stack([(present > 0) * 1.0 for _ in SERVICES], -1).astype("f4"),
            ),
            "hours_per_week": (
                ("future", "run", "station", "month", "partner", "use"),
                (present[..., None, None] * np.ones((4, 2)) * [5.0, 8.0]).astype("f4"),
            ),
            "cost_usd": (
                ("future", "run", "month", "partner", "use"),
                np.full((len(named), runs, months.size, 4, 2), 1e8),
            ),
            "docked_utc": (("future", "run", "flight"), _flights(runs, len(named), 20)),
            "undocked_utc": (("future", "run", "flight"), _flights(runs, len(named), 170)),
        },
        coords={
            "future": named,
            "run": np.arange(runs),
            "station": ["iss", "ros"],
            "time": time,
            "month": months,
            "partner": PARTNERS,
            "resource": RESOURCES,
            "service": SERVICES,
            "use": ["research", "upkeep"],
            "flight": [f"{kind}-{place}" for place in range(1, 5) for kind in ("progress-ms", "crew-dragon", "cygnus")],
        },
    )
    ds = ds.merge({name: ("event", column) for name, column in log.items()})
    ds.attrs = {key: json.dumps(value) if isinstance(value, list | dict) else value for key, value in ATTRS.items()}
    ds.attrs |= {
        "runs": runs,
        "scenario": json.dumps({"title": "A partner leaves"}),
        "scenario_yaml": "title: A partner leaves\n",
    }
    ds.attrs["flights"] = json.dumps(
        [
            {
                "id": str(name),
                "vehicle": str(name).rsplit("-", 1)[0],
                "partner": "roscosmos" if "progress" in name else "nasa",
                "port": {"pr": "zvezda-aft", "cr": "harmony-forward", "cy": "unity-nadir"}[str(name)[:2]],
                "planned_utc": "2029-08-15",
            }
            for name in ds["flight"].values
        ]
    )
    return ds


def _power(rng, altitude):
    days = np.arange(altitude.shape[-1])
    return np.where(np.isfinite(altitude), 90 - days * 0.003 + rng.normal(0, 1, altitude.shape), np.nan).astype("f4")


def _flights(runs, futures, offset_d):
    place = np.arange(12) // 3 * 180 + np.arange(12) % 3 * 9
    utc = START + (place + offset_d) * np.timedelta64(1, "D")
    utc = np.broadcast_to(utc, (futures, runs, 12)).astype("datetime64[ns]").copy()
    utc[:, 3::7, 5] = np.datetime64("NaT")
    return utc


def _log(time, futures, runs, decay_km_per_d, evacuated_d, days):
    rows = []

    def add(future, run, day, kind, name, cause=-1, station="iss"):
        if day < days:
            rows.append((futures[future], run, time[day], station, kind, name, cause, float(day)))
            return len(rows) - 1
        return -1

    for future, name in enumerate(futures):
        for run in range(runs):
            add(future, run, 20, "docking", "progress-ms-1")
            if name == "stays":
                if run % 10 == 0:
                    lost = add(future, run, 300 + run, "launch_failure", f"crew-dragon-{run}")
                    add(future, run, 310 + run, "breach", "lifeboat", lost)
                continue
            left = add(future, run, LEAVE_DAY, "withdraw", "roscosmos")
            off = add(future, run, LEAVE_DAY, "powered_down", "zvezda", left)
            control = add(future, run, LEAVE_DAY + 2, "service_down", "attitude_control", off)
            add(future, run, LEAVE_DAY + 3 + run % 3, "breach", "attitude", control)
            cancelled = add(future, run, LEAVE_DAY + 30, "cancelled", f"progress-ms-{run}", left)
            low = add(future, run, LEAVE_DAY + 90, "stock_low", "propellant", cancelled)
            reboost = add(future, run, LEAVE_DAY + 120, "service_down", "reboost", low if run % 5 else off)
            add(future, run, LEAVE_DAY + 30 + int(45 / decay_km_per_d[run]), "breach", "altitude", reboost)
            gone = add(future, run, int(evacuated_d[future, run]), "evacuate", "iss", control)
            add(future, run, int(evacuated_d[future, run]), "breach", "someone_aboard", gone, station="")
    columns = list(zip(*rows, strict=True))
    return {
        "event_future": np.array(columns[0]),
        "event_run": np.array(columns[1]),
        "event_utc": np.array(columns[2], "datetime64[ns]"),
        **{
            f"event_{key}": np.array(columns[place], dtype=object)
            for place, key in ((3, "station"), (4, "kind"), (5, "name"))
        },
        "event_cause": np.array(columns[6]),
        "event_value": np.array(columns[7]),
    }


@pytest.fixture(scope="session")
def synthetic():
    """The maker of made-up results: ``synthetic(runs, days, futures, seed)``."""
    return make


@pytest.fixture(scope="session")
def result():
    return make()


@pytest.fixture(scope="session")
def plain():
    """One future only: no ``future`` axis, as a scenario without futures gives it."""
    return make(runs=12, futures=("after-2029",)).isel(future=0, drop=True).drop_vars("event_future")
