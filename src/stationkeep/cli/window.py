"""`stationkeep window`: when a launch site passes through the plane of an orbit, and when to lift off for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from stationkeep.cli.output import emit
from stationkeep.model.files import InputError

if TYPE_CHECKING:
    from stationkeep.flight.window import Ascent, LiftOff, Opportunity, Rendezvous, Site
    from stationkeep.model.catalogue import Row

DEFAULT_ASCENTS = {"kennedy": "dragon", "canaveral": "dragon", "vandenberg": "dragon"}
"""The ascent taken at a site when no vehicle is named; elsewhere the first of the table that flies from there."""
OLDEST_D = 366.0
"""Oldest element set taken. Near a month its lift-offs are minutes off (0.235 deg of node make 0.9 min)."""


def window(
    *,
    site: str,
    tle: str,
    from_: Annotated[str, Parameter(name="--from")],
    to: str,
    vehicle: str = "",
    profile: str = "",
    burn: str = "",
    json: bool = False,
) -> None:
    """List the passages of a launch site through the plane of an orbit: lift-off, heading, phase, rendezvous profiles.

    Lift-off precedes the crossing by a lead that the ascent needs, and follows it up for the drift of the node during
    the chase.

    Parameters
    ----------
    site
        Launch site (`baikonur`, `plesetsk`, `kennedy`, ...) or pad (`baikonur/31`).
    tle
        File of element sets (TLE of two or three lines, OMM); of several, the set nearest to the span is taken.
    from_
        First day or instant (UTC) of the span.
    to
        End of the span, not included.
    vehicle
        Vehicle type of the fleet (`soyuz-ms`, `crew-dragon`) or ascent of fleet/ascent_profiles; default: what flies
        from there.
    profile
        Rendezvous profile to reach (`2-orbit`): tells the burn of the station that brings the phase into its window.
    burn
        Day or instant (UTC) of that burn, before the span.
    json
        Print one JSON object instead of words.
    """
    from stationkeep.flight.window import mean_target, opportunities, phasing_burns
    from stationkeep.formats.elements import nearest, read_elements
    from stationkeep.formats.oem import iso_utc

    start_t_s, end_t_s = _instant("--from", from_), _instant("--to", to)
    if not start_t_s < end_t_s <= start_t_s + 366 * 86400.0:
        what = f"the span {from_} to {to} is empty or longer than a year"
        raise InputError("--to", None, what, "give an end within a year after --from")
    pad = find_site(site)
    climb, chases = find_ascent(pad, vehicle, start_t_s)
    wanted, burn_t_s = _phasing(profile, burn, chases, start_t_s)
    elements = nearest(read_elements(tle), start_t_s)
    epoch_t_s = elements.epoch_t_s
    age_d = max(abs(start_t_s - epoch_t_s), abs(end_t_s - epoch_t_s)) / 86400.0
    if age_d > OLDEST_D:
        what = f"the element set is of {iso_utc(epoch_t_s)[:10]}, {age_d:.0f} d from the far end of the span"
        raise InputError(tle, elements.line, what, f"give one within {OLDEST_D:.0f} d: its node drifts by hours")
    try:
        found = opportunities(elements.satellite, pad, climb, chases, start_t_s, end_t_s)
    except ValueError as error:
        raise InputError(tle, None, str(error), "give another site or element set") from None
    passages = [_as_json(item) for item in found]
    result: dict[str, Any] = {
        "site": pad.id,
        "ascent": climb.id,
        "azimuth_limits_deg": [pad.azimuth_low_deg, pad.azimuth_high_deg],
        "element_epoch": iso_utc(epoch_t_s, 0) + "Z",
        "element_age_d": round(age_d, 2),
        "opportunities": passages,
    }
    if wanted:
        result |= {"profile": wanted.id, "burn_utc": iso_utc(burn_t_s, 0) + "Z"}
        for item, told in zip(found, passages, strict=True):
            target = mean_target(elements.satellite, item.crossing_t_s)
            up, down = phasing_burns(target, pad, climb, wanted, item.northbound, burn_t_s)
            told["phasing"] = {"raise_m_per_s": round(up, 3), "lower_m_per_s": round(down, 3)}
    emit(result, json, lambda: _render(result))


def _phasing(profile: str, burn: str, chases: list[Rendezvous], start_t_s: float) -> tuple[Rendezvous | None, float]:
    """The profile a burn of the station is to serve, and when it burns."""
    if not profile and not burn:
        return None, 0.0
    if not burn:
        raise InputError("--burn", None, f"the profile {profile} is to be reached by a burn of no day", "give a day before --from")
    wanted = next((chase for chase in chases if chase.id == profile), None)
    if wanted is None:
        raise InputError("--profile", None, f"no rendezvous profile '{profile}' of this vehicle", f"one of {', '.join(c.id for c in chases)}")
    burn_t_s = _instant("--burn", burn)
    if not burn_t_s < start_t_s:
        raise InputError("--burn", None, f"the burn '{burn}' does not come before the span", "give a day before --from")
    return wanted, burn_t_s


def find_site(name: str) -> Site:
    """A pad of fleet/sites: `site/pad`, or the busiest pad of `site`."""
    from stationkeep.flight.window import Site
    from stationkeep.model.catalogue import Catalogue, number

    rows = Catalogue().table("fleet/sites")
    wanted = "/".join(name.lower().split("/")[:2])
    at_site = [row for row in rows if wanted in (row["id"], row["site"])]
    if not at_site:
        known = ", ".join(dict.fromkeys(row["site"] for row in rows))
        pads = ", ".join(row["id"] for row in rows if row["site"] == wanted.split("/")[0])
        raise InputError("--site", None, f"no launch site '{name}'", f"one of {pads or known}")
    row = max(at_site, key=lambda row: number(row, "launches", 0.0))
    figures = [number(row, key) for key in ("lat_deg", "lon_deg", "azimuth_low_deg", "azimuth_high_deg")]
    return Site(row["id"], *figures)


def find_ascent(site: Site, vehicle: str, t_s: float) -> tuple[Ascent, list[Rendezvous]]:
    """The ascent of a vehicle (or of the site's usual one) at a time, and the rendezvous profiles that belong to it."""
    from stationkeep.flight.window import Ascent
    from stationkeep.model.catalogue import Catalogue, listed, number

    place = site.id.split("/")[0]
    rows = [row for row in Catalogue().table("fleet/ascent_profiles") if _covers(row, t_s)]
    if vehicle:
        chosen = [row for row in rows if vehicle == row["id"] or vehicle in listed(row, "vehicles")]
    else:
        usual = DEFAULT_ASCENTS.get(place)
        chosen = [row for row in rows if (row["id"] == usual if usual else place in listed(row, "sites"))]
    if not chosen:
        known = dict.fromkeys(name for row in rows for name in (*listed(row, "vehicles"), row["id"]))
        what = f"no ascent of '{vehicle}' is known" if vehicle else f"no vehicle is known to fly from {place}"
        raise InputError("--vehicle", None, what, f"one of {', '.join(known)}")
    row = chosen[0]
    climb = Ascent(
        row["id"], number(row, "ascent_time_s"), number(row, "lead_frac"), number(row, "insertion_perigee_km"),
        number(row, "insertion_apogee_km"), number(row, "inclination_deg", float("nan")),
    )  # fmt: skip
    return climb, _chases(climb.id)


def _chases(ascent_id: str) -> list[Rendezvous]:
    from stationkeep.flight.window import Rendezvous
    from stationkeep.model.catalogue import Catalogue, listed, number

    return [
        Rendezvous(row["id"], number(row, "phase_low_deg"), number(row, "phase_high_deg"), _since(row))
        for row in Catalogue().table("fleet/rendezvous_profiles")
        if ascent_id in listed(row, "ascents")
    ]


def _since(row: Row) -> float:
    return _instant("from_utc", row["from_utc"]) if row["from_utc"] else -1e18


def _covers(row: Row, t_s: float) -> bool:
    return _since(row) <= t_s < (_instant("to_utc", row["to_utc"]) if row["to_utc"] else 1e18)


def _instant(name: str, text: str) -> float:
    from stationkeep.formats.oem import parse_utc

    try:
        return parse_utc(f"{text}:00" if text.count(":") == 1 else text)
    except ValueError as error:
        raise InputError(name, None, f"'{text}': {error}", "expected 2021-12-08 or 2021-12-08T07:38:15") from None


def _as_json(item: Opportunity) -> dict[str, Any]:
    from stationkeep.formats.oem import iso_utc

    best = item.choices[0]
    return {
        "crossing_utc": iso_utc(item.crossing_t_s, 0) + "Z",
        "liftoff_utc": iso_utc(best.t_s, 0) + "Z",
        "direction": "northbound" if item.northbound else "southbound",
        "azimuth_deg": round(item.azimuth_deg, 2),
        "inertial_azimuth_deg": round(item.inertial_azimuth_deg, 2),
        "allowed": item.allowed,
        "phase_deg": round(best.phase_deg, 2),
        "profiles": list(item.profiles),
        "choices": [_choice(choice) for choice in item.choices],
    }


def _burns(phasing: dict[str, float]) -> str:
    up, down = phasing["raise_m_per_s"], phasing["lower_m_per_s"]
    return "none" if up == down == 0.0 else f"{up:+.2f} or {down:+.2f}"


def _choice(choice: LiftOff) -> dict[str, Any]:
    from stationkeep.formats.oem import iso_utc

    return {
        "profile": choice.profile,
        "admitted": choice.admitted,
        "liftoff_utc": iso_utc(choice.t_s, 0) + "Z",
        "phase_deg": round(choice.phase_deg, 2),
        "plane_s": round(choice.plane_s, 1),
        "lead_s": round(choice.lead_s, 1),
        "drift_s": round(choice.drift_s, 1),
    }


def _render(result: dict[str, Any]) -> None:
    from rich import print as show
    from rich.table import Table

    columns = ["crossing UTC", "heading", "lift-off UTC", "phase", "rendezvous"]
    columns += [f"station, m/s: {result['profile']}"] if "profile" in result else []
    table = Table(*columns, title=f"{result['site']} ({result['ascent']})")
    for item in result["opportunities"]:
        heading = f"{item['direction'][:5]} {item['azimuth_deg']:.1f}" + ("" if item["allowed"] else " range forbids")
        head = (item["crossing_utc"][:-1].replace("T", " "), heading)
        burns = [_burns(item["phasing"])] if "phasing" in item else []
        for at in dict.fromkeys(choice["liftoff_utc"] for choice in item["choices"]):
            same = [choice for choice in item["choices"] if choice["liftoff_utc"] == at]
            names = ", ".join(c["profile"] if c["admitted"] else f"none (nearest {c['profile']})" for c in same)
            table.add_row(*head, at[11:-1], f"{same[0]['phase_deg']:+.1f}", names, *burns)
            head, burns = ("", ""), []
    show(table)
    if "profile" in result:
        show(f"Station burns on {result['burn_utc']}: raising lets its phase fall back, lowering moves it on.")
    show(f"Element set of {result['element_epoch']}, {result['element_age_d']:.1f} d from the far end of the span.")
    allowed = [item for item in result["opportunities"] if item["allowed"]]
    if len(allowed) < len(result["opportunities"]):
        low, high = result["azimuth_limits_deg"]
        show(f"The range of {result['site']} allows headings of {low:g} to {high:g} deg (a few degrees more are let pass).")
    if allowed:
        parts = allowed[0]["choices"][0]
        show(
            f"Lift-off {parts['liftoff_utc']} = crossing {allowed[0]['crossing_utc']} {parts['plane_s']:+.0f} s "
            f"(mean plane, inclination flown) {-parts['lead_s']:+.0f} s (lead of the ascent) "
            f"{parts['drift_s']:+.0f} s (node drift of the chase)."
        )
