"""The record without one crew ship: seats, people and findings of 2022-23 respond."""

import stationkeep as sk


def main() -> None:
    record = sk.read_scenario("iss-history").patch({"start": "2022-07-01", "horizon": "2023-06-01"})
    without = record.patch({"flights.crew-5": None})
    for name, scenario in (("as flown", record), ("without Crew-5", without)):
        result = sk.simulate(scenario).sel(station="iss").isel(run=0)
        people, seats = result.people_count.sel(time="2022-12-01"), result.seats_count.sel(time="2022-12-01")
        print(f"{name}: {int(people)} people and {int(seats)} seats home on 2022-12-01")


if __name__ == "__main__":
    main()
