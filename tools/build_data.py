"""Rebuild every packaged table: `python tools/build_data.py --facts DIR`, where DIR holds facts/ and orbit/."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from data_builder import (
    crew,
    flights,
    launchers,
    mass,
    money,
    orbit,
    outlook,
    partners,
    parts,
    ports,
    services,
    systems,
    vehicles,
)
from data_builder.common import Source

DATA = Path(__file__).parents[1] / "src" / "stationkeep" / "data"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", type=Path, required=True, help="folder that holds facts/ and orbit/")
    parser.add_argument("--out", type=Path, default=DATA, help="folder of the packaged tables")
    parser.add_argument("--check", action="store_true", help="print the model's errors against published masses")
    options = parser.parse_args()
    source = Source(options.facts, options.out)
    docks = flights.dockings(source)
    part_rows = parts.build(source, docks)
    flight_rows = flights.build(source, parts.brought_by(part_rows))
    ports.build(source)
    vehicles.build(source, flight_rows)
    crew.build(source)
    launchers.build(source)
    mass.build(source)
    systems.build(source)
    services.build(source)
    partners.build(source)
    money.build(source)
    outlook.build(source)
    orbit.build(source)
    for row in systems.separation_disagreements(source, part_rows, parts.part_id):
        raise ValueError(f"segment_separation.csv disagrees on {row}")
    if options.check:
        mass.check(source)


if __name__ == "__main__":
    main()
