"""iss-history against the record: people, ships, mass, seats; and what a missing crew ship does."""

import csv
import json
from importlib import resources

import numpy as np
import pytest

import stationkeep as sk

DATA = resources.files("stationkeep") / "data"


def rows(name):
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def history():
    return sk.simulate(sk.read_scenario("iss-history"), runs=1, seed=1).isel(run=0)


def test_people_aboard_agree_with_the_record(history):
    days = history.time.values.astype("datetime64[D]").astype(str)
    model = dict(zip(days, history.people_count.isel(station=0).values.astype(int), strict=True))
    record = {r["date"]: int(r["people_count"]) for r in rows("crew/history.csv")}
    agree = np.mean([model.get(day) == people for day, people in record.items()])
    assert agree >= 0.995


def test_docked_ships_agree_with_the_record(history):
    wrong = total = 0.0
    for row in rows("traffic/flights.csv"):
        if row["id"] not in history.flight.values or not row["dock_utc"] or not row["undock_utc"]:
            continue
        begin, end = (np.datetime64(row[c].removesuffix("Z"), "s") for c in ("dock_utc", "undock_utc"))
        docked, left = (history[c].sel(flight=row["id"]).values.astype("datetime64[s]") for c in ("docked_utc", "undocked_utc"))
        if begin < history.time.values[0]:
            continue
        days = (end - begin).astype(float)
        total += days
        if np.isnat(docked) or np.isnat(left):
            wrong += days
        else:
            wrong += abs((docked - begin).astype(float)) + abs((left - end).astype(float))
    assert wrong / total < 0.01


def test_the_shuttle_of_the_p3_p4_truss_leaves_on_time(history):
    left = history.undocked_utc.sel(flight="sts-115").values.astype("datetime64[m]")
    assert str(left) == "2006-09-17T12:50"


MASSES = [("2011-06-11", 417.0, 0.03), ("2021-12-20", 448.0, 0.03), ("2023-03-03", 473.4, 0.03), ("2024-03-15", 459.2, 0.03)]


@pytest.mark.parametrize(("day", "tonnes", "tolerance"), MASSES)
def test_mass_with_docked_ships(history, day, tonnes, tolerance):
    model = float(history.mass_kg.isel(station=0).sel(time=f"{day}T12:00:00")) / 1e3
    assert model == pytest.approx(tonnes, rel=tolerance)


def test_altitude_follows_the_record(history):
    record = {r["date"]: float(r["alt_brouwer_km"]) for r in rows("orbit/altitude.csv") if r["isolated"] != "1"}
    days = history.time.values.astype("datetime64[D]").astype(str)
    errors = [
        abs(record[day] - altitude)
        for day, altitude in zip(days, history.altitude_km.isel(station=0).values, strict=True)
        if day in record
    ]
    assert np.median(errors) < 0.01 and np.quantile(errors, 0.9) < 0.5


def test_without_one_crew_ship_seats_people_and_findings_respond(history):
    without = sk.read_scenario("iss-history").patch({"flights.soyuz-tma-3": None, "horizon": "2004-06-01"})
    ds = sk.simulate(without, runs=1, seed=1)
    changed = ds.people_count.isel(run=0, station=0).sel(time=slice("2003-11-01", "2004-04-01"))
    real = history.people_count.isel(station=0).sel(time=slice("2003-11-01", "2004-04-01"))
    assert float(changed.mean()) < float(real.mean()) - 1.5
    assert any(f.requirement == "someone-aboard" for f in sk.check(ds))


def test_the_ledger_says_how_well_the_cargo_of_the_flights_it_flew_is_known(history):
    cargo = [item for item in json.loads(history.attrs["assumptions"]) if item["name"].startswith("cargo of recorded flights")]
    known = [row["cargo_status"] for row in rows("traffic/flights.csv") if row["cargo_status"] and row["dock_utc"] > "2000-11-02"]
    assert sum(item["value"] for item in cargo) == pytest.approx(len(known), abs=6)  # those that were lost, and those before the start
    assert {item["status"] for item in cargo} == {"found", "derived", "recalled"}
