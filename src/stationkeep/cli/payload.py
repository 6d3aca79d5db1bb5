"""`stationkeep payload`: what a launcher of the catalogue carries from a site to an orbit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stationkeep.cli.output import emit
from stationkeep.model.files import InputError

if TYPE_CHECKING:
    from stationkeep.flight.payload import Payload
    from stationkeep.model.catalogue import Row


def payload(
    launcher: str,
    *,
    site: str = "",
    perigee_km: float | None = None,
    apogee_km: float | None = None,
    inclination_deg: float | None = None,
    json: bool = False,
) -> None:
    """Estimate what a launcher carries to an orbit, from its stages, beside the figure quoted for it.

    The method is Townsend's (1962) as refined by Schilling (2009): good to about 260 m/s, which the range spans;
    nothing is adjusted per launcher.

    Parameters
    ----------
    launcher
        Launcher of the fleet (`soyuz-2.1a`, `falcon-9`, ...), flown without recovery.
    site
        Launch site; default: that of the quoted figure.
    perigee_km
        Height of the perigee; default: the quoted one.
    apogee_km
        Height of the apogee; default: the quoted one, or the perigee given.
    inclination_deg
        Inclination; default: the quoted one.
    json
        Print one JSON object instead of words.
    """
    from stationkeep.flight.payload import payload as estimate
    from stationkeep.flight.stages import find_explanation, find_stages

    launcher = launcher.lower()
    stages, fairing_kg = find_stages(launcher)
    quote = _quote(launcher)
    site = site or quote.get("site", "")
    asked = {"site": site, "perigee_km": perigee_km, "inclination_deg": inclination_deg}
    for name, value in asked.items():
        if value in (None, "") and not quote:
            option = "--" + name.replace("_", "-")
            raise InputError(option, None, f"no figure is quoted for {launcher} to take it from", f"give {option}")
    low = float(quote["perigee_km"]) if perigee_km is None else perigee_km
    high = apogee_km if apogee_km is not None else low if perigee_km is not None else float(quote["apogee_km"])
    inclination = float(quote["inclination_deg"]) if inclination_deg is None else inclination_deg
    heading = _headings(site, inclination, low, high)
    try:
        found = estimate(stages, fairing_kg, low, high, inclination)
    except ValueError as error:
        advice = "give a perigee of 100 km or more and an apogee not below it"
        raise InputError("--perigee-km", None, str(error), advice) from None
    result = _as_json(launcher, found, quote) | {
        "site": site, "inclination_deg": inclination, "perigee_km": low, "apogee_km": high, **heading,
    }  # fmt: skip
    explained = find_explanation(launcher)
    if explained:
        row, others = explained
        other_kg = round(estimate(others, fairing_kg, low, high, inclination).payload_kg) if others else None
        told = {"why": row["why"], "other": row["other"], "other_kg": other_kg, "source": row["source"], "status": row["status"]}
        result["differs"] = told
    emit(result, json, lambda: _render(result, quote))


def _quote(launcher: str) -> Row:
    from stationkeep.model.catalogue import Catalogue

    return next((row for row in Catalogue().table("fleet/payload_quotes") if row["launcher"] == launcher), {})


def _headings(site: str, inclination_deg: float, perigee_km: float, apogee_km: float) -> dict[str, Any]:
    """Azimuth the site allows, northbound before southbound; InputError when the inclination is out of reach."""
    from stationkeep.cli.window import find_site
    from stationkeep.flight.window import best_heading

    pad = find_site(site)
    low_km = max(perigee_km, 100.0)
    try:
        azimuth, allowed = best_heading(inclination_deg, pad, low_km, max(apogee_km, low_km))
    except ValueError as error:
        advice = "choose an inclination in reach, or a site nearer the equator"
        raise InputError("--inclination-deg", None, str(error), advice) from None
    limits = [pad.azimuth_low_deg, pad.azimuth_high_deg]
    return {"azimuth_deg": round(azimuth, 1), "azimuth_allowed": allowed, "azimuth_limits_deg": limits}


def _as_json(launcher: str, found: Payload, quote: Row) -> dict[str, Any]:
    quoted_kg = float(quote["payload_kg"]) if quote else None
    quoted_for = "{perigee_km} x {apogee_km} km, {inclination_deg} deg, {site}".format(**quote) if quote else None
    return {
        "launcher": launcher,
        "payload_kg": round(found.payload_kg),
        "low_kg": round(found.low_kg),
        "high_kg": round(found.high_kg),
        "quoted_kg": quoted_kg,
        "quoted_for": quoted_for,
        "quoted_status": quote.get("status"),
        "available_m_per_s": round(found.available_m_per_s, 1),
        "penalty_m_per_s": round(found.need.penalty_m_per_s, 1),
        "rotation_m_per_s": round(found.need.rotation_m_per_s, 1),
        "transfer_m_per_s": round(found.need.transfer_m_per_s, 1),
        "ascent_time_s": round(found.ascent_time_s, 1),
    }


def _render(result: dict[str, Any], quote: Row) -> None:
    from rich import print as show

    orbit_is = f"{result['perigee_km']:g} x {result['apogee_km']:g} km, {result['inclination_deg']:g} deg"
    show(
        f"{result['launcher']} from {result['site']} (azimuth {result['azimuth_deg']:.1f}) to {orbit_is}: "
        f"{result['payload_kg']:,} kg ({result['low_kg']:,} to {result['high_kg']:,} for one rms error of the method)"
    )
    if not result["azimuth_allowed"]:
        low, high = result["azimuth_limits_deg"]
        show(f"The range allows {low:g} to {high:g} deg: a turn on the way costs payload that is not counted here.")
    if quote:
        source = f"({quote['status']}: {quote['source']})"
        same = all(float(quote[key]) == result[key] for key in ("perigee_km", "apogee_km", "inclination_deg"))
        off = f" ({100 * (result['payload_kg'] / result['quoted_kg'] - 1):+.1f} % here)" if same else ""
        show(
            f"Quoted: {result['quoted_kg']:,.0f} kg{off} for {result['quoted_for']} {source}. {quote['what']}".rstrip()
        )
    if "differs" in result:
        told = result["differs"]
        source = f"({told['status']}: {told['source']})"
        also = f" Counted so - {told['other']} -: {told['other_kg']:,} kg." if told["other"] else ""
        show(f"Why it differs: {told['why']}.{also} {source}")
    show(
        f"Speed: {result['available_m_per_s']:,.0f} m/s from the stages = orbit "
        f"+ {result['penalty_m_per_s']:,.0f} lost on the way "
        f"{-result['rotation_m_per_s']:+,.0f} for the Earth's rotation "
        f"+ {result['transfer_m_per_s']:.0f} for burns in orbit"
    )
