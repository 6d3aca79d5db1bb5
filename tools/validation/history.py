"""Print how the replay of the record compares with it: people, ships, mass. Source of the record: data/."""

from __future__ import annotations

import csv
from importlib import resources

import numpy as np

import stationkeep as sk

DATA = resources.files("stationkeep") / "data"
MASSES = [
    ("2006-09-15", 200.8, False, "test"), ("2007-06-28", 218.8, False, "test"), ("2011-06-11", 417.0, True, "test"),
    ("2021-12-20", 448.0, True, "outfitting density fitted here"), ("2023-03-03", 473.4, True, "outfitting density fitted here"),
    ("2024-03-15", 459.2, True, "outfitting density fitted here"),
]  # fmt: skip


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def main() -> None:
    ds = sk.simulate(sk.read_scenario("iss-history"), runs=1, seed=1).isel(run=0, station=0)
    days = ds.time.values.astype("datetime64[D]").astype(str)
    model = dict(zip(days, ds.people_count.values.astype(int), strict=True))
    record = {r["date"]: int(r["people_count"]) for r in rows("crew/history.csv")}
    agree = np.mean([model.get(day) == people for day, people in record.items()])
    print(f"people aboard at 12:00 UTC: {100 * agree:.2f} % of {len(record)} days agree (asked: 99.5 %)")
    vehicles = {r["id"]: float(r["empty_mass_kg"]) for r in rows("fleet/vehicles.csv")}
    print("mass, t (published, model, error %, with ships, sample):")
    for day, tonnes, ships, sample in MASSES:
        mass = float(ds.mass_kg.sel(time=f"{day}T12:00:00")) / 1e3
        if not ships:
            at = np.datetime64(f"{day}T12:00:00")
            for row in rows("traffic/flights.csv"):
                if row["dock_utc"] and row["undock_utc"]:
                    begin, end = (np.datetime64(row[c].removesuffix("Z")) for c in ("dock_utc", "undock_utc"))
                    if begin <= at < end:
                        mass -= vehicles[row["vehicle"]] / 1e3
        print(f"  {day}  {tonnes:7.1f}  {mass:7.1f}  {100 * (mass / tonnes - 1):+5.1f}  {ships!s:5}  {sample}")


if __name__ == "__main__":
    main()
