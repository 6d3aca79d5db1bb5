"""Payload by the method against the figures quoted."""

from __future__ import annotations

from stationkeep.flight.payload import Payload, payload
from stationkeep.flight.stages import find_explanation, find_stages
from stationkeep.model.catalogue import Catalogue, number
from stationkeep.model.catalogue import Row as CatalogueRow
from validation.table import Row, show

JUDGED = ("angara-1.2", "soyuz-2.1a", "soyuz-2.1b", "proton-m", "falcon-9", "h-iib", "ariane-5-es")


def compare(launcher: str) -> tuple[Payload, float]:
    """The estimate for the orbit of a quoted figure, and that figure in kg."""
    quote = next(row for row in Catalogue().table("fleet/payload_quotes") if row["launcher"] == launcher)
    stages, fairing_kg = find_stages(launcher)
    return payload(stages, fairing_kg, *orbit_of(quote)), number(quote, "payload_kg")


def orbit_of(quote: CatalogueRow) -> tuple[float, float, float]:
    """Perigee and apogee (km) and inclination (deg) of a quoted figure."""
    return number(quote, "perigee_km"), number(quote, "apogee_km"), number(quote, "inclination_deg")


def main() -> None:
    rows, near = [], []
    for row in Catalogue().table("fleet/payload_quotes"):
        if number(row, "perigee_km") < 100.0:
            continue
        launcher = row["launcher"]
        found, quoted_kg = compare(launcher)
        share = found.payload_kg / quoted_kg - 1.0
        if launcher in JUDGED:
            near.append(abs(share) <= 0.10)
        what = f"{launcher}{' (judged)' if launcher in JUDGED else ''}, {row['perigee_km']} x {row['apogee_km']} km, {row['inclination_deg']} deg"
        got = f"{found.payload_kg:,.0f} kg ({found.low_kg:,.0f}-{found.high_kg:,.0f}), {share:+.1%}"
        explained = find_explanation(launcher)
        why = f": {explained[0]['why']}" if explained else ""
        rows.append(Row(what + why, f"{quoted_kg:,.0f} kg ({row['status']})", got, None, "test", "fleet/payload_quotes.csv"))
        if explained and explained[1]:
            told, stages = explained
            other_kg = payload(stages, find_stages(launcher)[1], *orbit_of(row)).payload_kg
            got = f"{other_kg:,.0f} kg, {other_kg / quoted_kg - 1.0:+.1%}"
            rows.append(Row(f"{launcher}: {told['other']}", f"{quoted_kg:,.0f} kg", got, None, "in view", f"fleet/payload_explained.csv ({told['status']})"))
    got = f"{sum(near)} of {len(near)} within 10 %"
    rows.insert(0, Row("launchers judged (soyuz-2.1a and b counted apart)", "4 of 6 within 10 %", got, sum(near) >= 4, "test", "stages.csv, two common choices in view"))
    show(rows)


if __name__ == "__main__":
    main()
