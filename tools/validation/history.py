"""How the replay of the record compares with it: people, ships, seats, mass, power margin."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from importlib import resources
from typing import Any

import numpy as np

import stationkeep as sk
from validation.table import Row, show

DATA = resources.files("stationkeep") / "data"
MASSES = (
    ("2006-09-15", 200.8, False, "test"), ("2007-06-28", 218.8, False, "test"), ("2011-06-11", 417.0, True, "test"),
    ("2021-12-20", 448.0, True, "calibration"), ("2023-03-03", 473.4, True, "calibration"),
    ("2024-03-15", 459.2, True, "calibration"),
)  # fmt: skip
"""Day, published mass in t, with visiting ships or without, and whether the outfitting density was fitted on it.
Source: facts/README.md (published status reports; the 2021-24 figures of NASA's trajectory files)."""


def table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def instant(text: str) -> np.datetime64:
    return np.datetime64(text.removesuffix("Z"), "s")


def people(ds: Any) -> Iterator[Row]:
    days = ds.time.values.astype("datetime64[D]").astype(str)
    record = {r["date"]: int(r["people_count"]) for r in table("crew/history.csv")}
    model = dict(zip(days, ds.people_count.values.astype(int), strict=True))
    agree = np.mean([model.get(day) == count for day, count in record.items()])
    got = f"{100 * agree:.2f} % of {len(record)} days"
    yield Row("people aboard at 12:00 UTC", ">= 99.5 % of days", got, agree >= 0.995, "test", "crew/history.csv")
    seats, short = dict(zip(days, ds.seats_count.values, strict=True)), []
    for day, count in record.items():
        if day in seats and seats[day] < count:
            short.append(day)
    allowed = ("2022-12-15", "2023-02-26"), ("2024-09-06", "2024-09-29")
    strange = [day for day in short if not any(a <= day <= b for a, b in allowed)]
    got = f"{len(short)} days short, {len(strange)} of them outside the two spells of the record"
    what = "a seat home for each person, but 2022-12-15..2023-02-26 and 2024-09-06..29"
    yield Row(what, "no other day", got, not strange, "test", "crew/seat_exceptions.csv")


def ships(ds: Any) -> Iterator[Row]:
    wrong = total = 0.0
    count = 0
    for row in table("traffic/flights.csv"):
        if row["id"] not in ds.flight.values or not row["dock_utc"] or not row["undock_utc"]:
            continue
        begin, end = instant(row["dock_utc"]), instant(row["undock_utc"])
        if begin < ds.time.values[0]:
            continue
        docked, left = (ds[c].sel(flight=row["id"]).values.astype("datetime64[s]") for c in ("docked_utc", "undocked_utc"))
        span = float((end - begin).astype(float))
        total += span
        count += 1
        missing = np.isnat(docked) or np.isnat(left)
        wrong += span if missing else abs(float((docked - begin).astype(float))) + abs(float((left - end).astype(float)))
    agree = 1.0 - wrong / total
    got = f"{100 * agree:.2f} % of {total / 86400.0:,.0f} vehicle-days of {count} flights"
    yield Row("docked vehicles", ">= 99 % of vehicle-days", got, agree >= 0.99, "test", "traffic/flights.csv")
    left = str(ds.undocked_utc.sel(flight="sts-115").values.astype("datetime64[m]"))
    what = "the Shuttle of the P3/P4 truss undocks"
    yield Row(what, "2006-09-17T12:50", left, left == "2006-09-17T12:50", "test", "traffic/flights.csv")


def visiting_t(day: str) -> float:
    """Mass of the ships docked at noon without what they carry, t."""
    empty = {r["id"]: float(r["empty_mass_kg"]) for r in table("fleet/vehicles.csv")}
    at, total = instant(f"{day}T12:00:00"), 0.0
    for row in table("traffic/flights.csv"):
        if row["dock_utc"] and row["undock_utc"] and instant(row["dock_utc"]) <= at < instant(row["undock_utc"]):
            total += empty[row["vehicle"]] / 1e3
    return total


def masses(ds: Any) -> Iterator[Row]:
    for day, tonnes, with_ships, sample in MASSES:
        model = float(ds.mass_kg.sel(time=f"{day}T12:00:00")) / 1e3 - (0.0 if with_ships else visiting_t(day))
        limit, error = 0.03 if with_ships else 0.05, model / tonnes - 1.0
        what = f"station mass {day}, {'with' if with_ships else 'without'} visiting ships"
        asked, got = f"{tonnes:.1f} t within {100 * limit:.0f} %", f"{model:.1f} t ({100 * error:+.1f} %)"
        yield Row(what, asked, got, abs(error) <= limit, sample, "published; facts/README.md")


def altitude(ds: Any) -> Iterator[Row]:
    record = {r["date"]: float(r["alt_brouwer_km"]) for r in table("orbit/altitude.csv") if r["isolated"] != "1"}
    days = ds.time.values.astype("datetime64[D]").astype(str)
    off = [abs(record[d] - h) for d, h in zip(days, ds.altitude_km.values, strict=True) if d in record]
    got = f"median {1e3 * np.median(off):.0f} m, 90 % {1e3 * np.quantile(off, 0.9):.0f} m, {len(off)} days"
    yield Row("altitude on days of the record (the replay follows it)", "", got, None, "input", "orbit/altitude.csv")


def main() -> None:
    ds = sk.simulate(sk.read_scenario("iss-history"), runs=1, seed=1).isel(run=0, station=0)
    show([*people(ds), *ships(ds), *masses(ds), *altitude(ds)])


if __name__ == "__main__":
    main()
