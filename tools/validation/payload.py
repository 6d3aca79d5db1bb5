"""Payload by the method against the figures quoted: `python tools/validation/payload.py`."""

from __future__ import annotations

from stationkeep.cli.payload import find_stages
from stationkeep.flight.payload import Payload, Stage, payload
from stationkeep.model.catalogue import Catalogue, number

JUDGED = ("angara-1.2", "soyuz-2.1a", "soyuz-2.1b", "proton-m", "falcon-9", "h-iib", "ariane-5-es")
WHY = {
    "angara-1.2": "stages give 1 km/s more than 3.5 t needs even at a lift-off thrust of 1.15 g; either the quoted "
    "figure counts the 3 t aggregate module as payload or the guide's stage is optimistic: not resolved",
    "ariane-5-es": "the upper stage burns 10 t at 0.08 g for 1,100 s, all charged as ascent; ATV used it for 510 s to "
    "orbit and kept the rest, see below",
    "h3-24w": "the quoted figure is the mass of a mission, not the limit",
}


def compare(launcher: str) -> tuple[Payload, float]:
    """The estimate for the orbit of a quoted figure, and that figure in kg."""
    quote = next(row for row in Catalogue().table("fleet/payload_quotes") if row["launcher"] == launcher)
    stages, fairing_kg = find_stages(launcher)
    figures = (number(quote, key) for key in ("perigee_km", "apogee_km", "inclination_deg"))
    return payload(stages, fairing_kg, *figures), number(quote, "payload_kg")


def ariane_to_orbit_only() -> tuple[float, list[Stage]]:
    """Ariane 5 ES with the upper stage's loss counted for the 510 s that it burned to orbit."""
    stages, fairing_kg = find_stages("ariane-5-es")
    stages = [*stages[:-1], stages[-1]._replace(burn_s=510.0)]
    return payload(stages, fairing_kg, 260.0, 260.0, 51.6).payload_kg, stages


def main() -> None:
    print("launcher       estimate      low     high   quoted  estimate - quoted")
    for row in Catalogue().table("fleet/payload_quotes"):
        if number(row, "perigee_km") < 100.0:
            continue
        launcher = row["launcher"]
        found, quoted_kg = compare(launcher)
        share = found.payload_kg / quoted_kg - 1.0
        mark = "judged" if launcher in JUDGED else ""
        figures = (found.payload_kg, found.low_kg, found.high_kg, quoted_kg)
        print(
            f"{launcher:13s}", *(f"{kg:8,.0f}" for kg in figures), f" {share:+7.1%} {mark:6s} {row['status']:8s}",
            WHY.get(launcher, ""),
        )  # fmt: skip
    print(f"ariane-5-es, upper stage counted for 510 s: {ariane_to_orbit_only()[0]:,.0f} kg")


if __name__ == "__main__":
    main()
