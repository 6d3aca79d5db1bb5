"""`stationkeep deorbit`: what brings a station down under control, and whether a vehicle can do it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from stationkeep.cli.output import emit
from stationkeep.model.files import InputError

if TYPE_CHECKING:
    from stationkeep.flight.deorbit import Burn, Case, Plan, Pusher

LOWEST_KM, HIGHEST_KM = 180.0, 690.0
"""Altitudes from which a plan is made: below, the campaign of burns has no time; above, the density fit ends."""


def deorbit(
    vehicle: str = "usdv",
    *,
    mass_kg: float = 460e3,
    altitude_km: float = 415.0,
    from_: Annotated[str, Parameter(name="--from")] = "2028-07-01",
    by: str = "",
    area_m2: float | None = None,
    inclination_deg: float = 51.64,
    burns_from_km: float = 225.0,
    entry_perigee_km: float = 50.0,
    json: bool = False,
) -> None:
    """Plan a controlled entry: drift by drag, burns that lower the perigee, a last burn within half an orbit.

    A vehicle that lacks thrust or propellant is refused, with what is missing. Delta-v and propellant are what the plan
    needs. The drift follows the solar record and, beyond it, the median of the ensemble; its 5 and 95 % give the
    earliest and latest entry with the same burns, so a plan for a date may still come late.

    Parameters
    ----------
    vehicle
        Vehicle of the fleet that pushes (`usdv`, `progress-ms`, `atv`, ...).
    mass_kg
        Mass of the complex with the vehicle and its propellant.
    altitude_km
        Mean altitude at the start, above 6378.137 km.
    from_
        Start of the drift (UTC).
    by
        Latest entry (UTC); when drag is too slow for it, lowering burns come first. Default: as drag will.
    area_m2
        Drag area; default: that of the density scale's last era.
    inclination_deg
        Inclination of the orbit; a fit of the density must exist near it (51.6, 97).
    burns_from_km
        Altitude at which the perigee burns begin.
    entry_perigee_km
        Perigee that the last burn aims at.
    json
        Print one JSON object instead of words.
    """
    from stationkeep.flight.deorbit import plan

    _check(mass_kg, altitude_km, burns_from_km, entry_perigee_km)
    if area_m2 is not None and not 1.0 <= area_m2 <= 1e5:
        raise InputError("--area-m2", None, f"{area_m2:g} m2", "give the drag area of the complex, 1 to 100,000 m2")
    pusher = find_pusher(vehicle)
    _check_holds(pusher.id, mass_kg)
    start_t_s = _instant("--from", from_)
    by_t_s = _instant("--by", by) if by else float("inf")
    if by_t_s <= start_t_s:
        raise InputError("--by", None, f"{by} is not after {from_}", "give an entry after the start")
    cases = find_cases(mass_kg, altitude_km, start_t_s, area_m2, inclination_deg, burns_from_km, entry_perigee_km)
    chosen = plan(cases[1], pusher, by_t_s)
    lowered_m = next((burn.perigee_m for burn in chosen.burns if burn.kind == "lower"), cases[1].altitude_m)
    early, late = (plan(case._replace(altitude_m=lowered_m), pusher).entry_t_s for case in (cases[2], cases[0]))
    result = _as_json(chosen, pusher, mass_kg, early, late) | _area(area_m2)
    emit(result, json, lambda: _render(result))
    if not chosen.feasible:
        raise SystemExit(1)


def _check(mass_kg: float, altitude_km: float, burns_from_km: float, entry_perigee_km: float) -> None:
    if not 1e3 <= mass_kg <= 1e7:
        raise InputError("--mass-kg", None, f"{mass_kg:g} kg", "give the mass of the complex, 1,000 to 10,000,000 kg")
    for name, value in (("--altitude-km", altitude_km), ("--burns-from-km", burns_from_km)):
        if not LOWEST_KM <= value <= HIGHEST_KM:
            raise InputError(name, None, f"{value:g} km", f"give an altitude of {LOWEST_KM:g} to {HIGHEST_KM:g} km")
    if not 0.0 <= entry_perigee_km <= 90.0:
        raise InputError("--entry-perigee-km", None, f"{entry_perigee_km:g} km", "give 0 to 90 km: higher ones graze")


def _check_holds(vehicle: str, mass_kg: float) -> None:
    """InputError when the complex weighs less than the vehicle that is part of it."""
    from stationkeep.model.catalogue import Catalogue, number

    row = Catalogue().by_id("fleet/vehicles")[vehicle]
    own_kg = number(row, "empty_mass_kg", 0.0) + number(row, "reboost_propellant_kg", 0.0)
    if mass_kg < own_kg:
        what = f"{mass_kg:,.0f} kg, but {vehicle} and its propellant weigh {own_kg:,.0f} kg"
        raise InputError("--mass-kg", None, what, "give the mass of the complex with the vehicle docked")


def _area(area_m2: float | None) -> dict[str, Any]:
    """The drag area, and whose it is."""
    from stationkeep.model.catalogue import Catalogue, number

    last = [row for row in Catalogue().table("orbit/density_scale") if row["ap_mode"] == "daily"][-1]
    return {"area_m2": number(last, "area_m2") if area_m2 is None else area_m2, "area_of": "iss" if area_m2 is None else "given"}


def find_pusher(name: str) -> Pusher:
    """The engine and propellant of a vehicle of fleet/vehicles."""
    from difflib import get_close_matches

    from stationkeep.flight.deorbit import Pusher
    from stationkeep.model.catalogue import Catalogue, number

    rows = Catalogue().by_id("fleet/vehicles")
    if name.lower() not in rows:
        near = get_close_matches(name.lower(), rows, 1)
        advice = f"did you mean '{near[0]}'?" if near else f"one of {', '.join(rows)}"
        raise InputError("--vehicle", None, f"no vehicle '{name}'", advice)
    row = rows[name.lower()]
    return Pusher(row["id"], *(number(row, key, 0.0) for key in ("reboost_propellant_kg", "reboost_thrust_N", "isp_s")))


def find_cases(
    mass_kg: float,
    altitude_km: float,
    start_t_s: float,
    area_m2: float | None,
    inclination_deg: float,
    burns_from_km: float,
    entry_perigee_km: float,
) -> list[Case]:
    """The case at the 5, 50 and 95 % of the solar ensemble, with the density scale of the last era."""
    import numpy as np

    from stationkeep.flight.deorbit import Case, activity_ahead
    from stationkeep.formats.density_fit import load_fit
    from stationkeep.formats.solar_bulletins import read_cycles
    from stationkeep.formats.space_weather import read_space_weather
    from stationkeep.laws.atmosphere import contraction_factor, quiet_sun_factor
    from stationkeep.model.base import seconds
    from stationkeep.model.catalogue import Catalogue, number

    scale = [row for row in Catalogue().table("orbit/density_scale") if row["ap_mode"] == "daily"][-1]
    area_m2 = number(scale, "area_m2") if area_m2 is None else area_m2
    ballistic = number(scale, "drag_coefficient") * number(scale, "scale") * area_m2 / mass_kg
    low_flux, exponent = number(scale, "low_flux_f107a"), number(scale, "low_flux_exponent")
    trend_from_s, trend_per_s = seconds(scale["trend_from"]), number(scale, "trend_per_decade") / (3652.5 * 86400.0)
    if not 0.0 <= inclination_deg <= 180.0:
        raise InputError("--inclination-deg", None, f"{inclination_deg:g} is no inclination", "give 0 to 180 degrees")
    fit = load_fit(inclination_deg)
    weather, cycles = read_space_weather(), read_cycles()
    cases = []
    try:
        days = activity_ahead(weather, cycles, int(start_t_s // 86400.0), (5.0, 50.0, 95.0))
    except ValueError as error:
        raise InputError("--from", None, str(error), "give a later start") from None
    for activity in days:
        daily = np.array([
            ballistic * quiet_sun_factor(f107a, low_flux, exponent)
            * contraction_factor(start_t_s + 86400.0 * day, trend_from_s, trend_per_s)
            for day, f107a in enumerate(activity[:, 1])
        ])  # fmt: skip
        cases.append(
            Case(
                mass_kg, altitude_km * 1e3, start_t_s, fit, daily, activity, burns_from_km * 1e3, entry_perigee_km * 1e3
            )
        )
    return cases


def _instant(name: str, text: str) -> float:
    from stationkeep.formats.oem import parse_utc

    try:
        return parse_utc(f"{text}:00" if text.count(":") == 1 else text)
    except ValueError as error:
        raise InputError(name, None, f"'{text}': {error}", "expected 2028-07-01 or 2028-07-01T00:00:00") from None


def _as_json(plan: Plan, pusher: Pusher, mass_kg: float, early_t_s: float, late_t_s: float) -> dict[str, Any]:
    from stationkeep.flight.deorbit import CAMPAIGN_S
    from stationkeep.formats.oem import iso_utc
    from stationkeep.laws.orbit import burn_speed

    able = pusher.isp_s > 0.0 and pusher.propellant_kg < mass_kg
    at_hand = burn_speed(mass_kg, pusher.propellant_kg, pusher.isp_s) if able else 0.0

    def utc(t_s: float) -> str | None:
        return iso_utc(t_s, 0) + "Z" if plan.feasible else None

    return {
        "feasible": plan.feasible,
        "delta_v_m_per_s": round(plan.delta_v_m_per_s, 2),
        "propellant_kg": round(plan.propellant_kg, 1),
        "entry_utc": utc(plan.entry_t_s),
        "missing": list(plan.missing),
        "vehicle": pusher.id,
        "delta_v_available_m_per_s": round(at_hand, 2),
        "propellant_available_kg": pusher.propellant_kg,
        "thrust_N": pusher.thrust_N,
        "thrust_needed_N": round(plan.thrust_needed_N, 1),
        "drift_d": round(plan.drift_s / 86400.0, 1),
        "campaign_d": CAMPAIGN_S / 86400.0,
        "burns_from_utc": utc(plan.burns_from_t_s),
        "entry_early_utc": utc(early_t_s),
        "entry_late_utc": utc(late_t_s),
        "burns": [_burn(burn) for burn in plan.burns],
    }


def _burn(burn: Burn) -> dict[str, Any]:
    return {
        "kind": burn.kind,
        "delta_v_m_per_s": round(burn.delta_v_m_per_s, 2),
        "propellant_kg": round(burn.propellant_kg, 1),
        "duration_s": round(burn.duration_s, 1) if burn.duration_s < 1e9 else None,
        "perigee_km": round(burn.perigee_m / 1e3, 1),
        "apogee_km": round(burn.apogee_m / 1e3, 1),
    }


def _render(result: dict[str, Any]) -> None:
    from rich import print as show
    from rich.table import Table

    needed = f"{result['delta_v_m_per_s']:.1f} m/s, {result['propellant_kg']:,.0f} kg"
    at_hand = f"{result['delta_v_available_m_per_s']:.1f} m/s, {result['propellant_available_kg']:,.0f} kg"
    if result["feasible"]:
        show(
            f"Entry {result['entry_utc']}, between {result['entry_early_utc'][:10]} and {result['entry_late_utc'][:10]}"
        )
        show("by solar activity (5 to 95 %).")
    else:
        show(f"Refused: {result['vehicle']} cannot do it.")
        for item in result["missing"]:
            show(f"  missing {item}")
    show(f"Needed {needed}; {result['vehicle']} has {at_hand}.")
    show(f"Drift {result['drift_d']:.0f} d, then {result['campaign_d']:.0f} d of burns; last burn needs "
         f"{result['thrust_needed_N']:,.0f} N, there are {result['thrust_N']:,.0f} N.")  # fmt: skip
    if result["area_of"] == "iss":
        show(f"Drag area {result['area_m2']:,.0f} m2, the ISS's; another complex: --area-m2.")
    table = Table("burn", "m/s", "kg", "minutes", "perigee km", "apogee km")
    for burn in result["burns"]:
        minutes = "-" if burn["duration_s"] is None else f"{burn['duration_s'] / 60:.1f}"
        figures = (burn["delta_v_m_per_s"], burn["propellant_kg"], minutes, burn["perigee_km"], burn["apogee_km"])
        table.add_row(burn["kind"], *map(str, figures))
    show(table)
