"""`stationkeep power`: wings, channels and what is left for payloads on one date of a scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from stationkeep.cli.output import emit
from stationkeep.model.files import InputError

if TYPE_CHECKING:
    from stationkeep.engine.power_stage import PowerOnDay
    from stationkeep.model.catalogue import Catalogue

FIRST_DAY = "1998-11-20"


def power(
    scenario: str,
    /,
    *,
    on: str,
    lost: Annotated[str, Parameter(name="--lost")] = "",
    json: bool = False,
) -> None:
    """Print the electric power of the station on one day: wings, channels, usable power, what payloads get.

    Every machine of the day is taken as running and every part where the record has it; what the events of a scenario
    change is seen by `run`, not here. The stages of assembly are told with the reason for each step, at beta 0.

    Parameters
    ----------
    scenario
        Packaged scenario or file; its `as_of` hides what was not yet known.
    on
        Day (UTC), evaluated at 12:00.
    lost
        What is out of service, separated by commas: channels (`1B`), main bus units (`mbsu-1`), rotary joints
        (`sarj-port`), cooling loops (`etcs-a`).
    json
        Print one JSON object instead of words.
    """
    from stationkeep.engine.power_stage import ageing_band, power_on
    from stationkeep.model.base import parse_utc
    from stationkeep.model.scenario import read_scenario

    catalogue = read_scenario(scenario).catalogue()
    try:
        day = parse_utc(on)[:10]
    except ValueError as error:
        raise InputError("--on", None, str(error)) from None
    if day < FIRST_DAY:
        raise InputError("--on", None, f"nothing was in orbit on {day}", f"give a day from {FIRST_DAY} on")
    gone = [name.strip() for name in lost.split(",") if name.strip()]
    try:
        today = power_on(catalogue, day, lost=gone)
    except ValueError as error:
        raise InputError("--lost", None, str(error)) from None
    weak, strong = ageing_band(catalogue)
    band = [power_on(catalogue, day, k, today.sky, gone).usable_W for k in (strong, weak)]
    result = {"scenario": scenario, **_as_json(today, band), "stages": _stages(catalogue)}
    emit(result, json, lambda: _render(result))


def _as_json(today: PowerOnDay, band_W: list[float]) -> dict[str, Any]:
    import math

    return {
        "on": today.on,
        "wings_deployed_count": len(today.wings),
        "wings": sorted(today.wings),
        "blankets_over_wings": sorted(today.covers),
        "rated_kW": _kW(today.rated_W),
        "generation_kW": _kW(today.generation_W),
        "connected_kW": _kW(today.connected_W),
        "usable_kW": _kW(today.usable_W),
        "usable_low_kW": _kW(band_W[0]),
        "usable_high_kW": _kW(band_W[1]),
        "used_kW": _kW(today.used_W),
        "payload_kW": _kW(today.payload_W),
        "channels": {name: _kW(watts) for name, watts in today.channels_W.items()},
        "channels_sunlit": {name: _kW(watts) for name, watts in today.channels_sunlit_W.items()},
        "shed": {name: _kW(watts) for name, watts in today.shed_W.items()},
        "battery_depth_frac": round(today.depth_frac, 3),
        "russian_usable_kW": _kW(today.russian_usable_W),
        "us_to_russian_kW": _kW(today.to_russian_W),
        "beta_deg": round(math.degrees(today.sky.beta_rad), 1),
        "beta_source": today.sky.how,
        "altitude_km": round(today.sky.altitude_km, 1),
    }


def _stages(catalogue: Catalogue) -> list[dict[str, Any]]:
    """The steps of assembly known to the catalogue, every one at beta 0, with usable power against the stage before."""
    from stationkeep.engine.power_stage import STAGES, ageing_band, at_beta_0, power_on, reason

    weak, strong = ageing_band(catalogue)
    stages: list[dict[str, Any]] = []
    before = None
    before_band: list[float] = []
    for day in STAGES:
        if catalogue.as_of and day > catalogue.as_of[:10]:
            break
        sky = at_beta_0(catalogue, day)
        now = power_on(catalogue, day, sky=sky)
        band = [power_on(catalogue, day, strength, sky).usable_W for strength in (strong, weak)]
        stage = {
            "on": day, "wings_deployed_count": len(now.wings), "rated_kW": _kW(now.rated_W),
            "generation_kW": _kW(now.generation_W), "connected_kW": _kW(now.connected_W),
            "usable_kW": _kW(now.usable_W),
            "usable_low_kW": _kW(band[0]), "usable_high_kW": _kW(band[1]), "reason": reason(before, now),
        }  # fmt: skip
        if before is not None:
            ratios = [b / a for a, b in zip(before_band, band, strict=True)]
            stage["usable_ratio"] = round(now.usable_W / before.usable_W, 2)
            stage["usable_ratio_band"] = [round(min(ratios), 2), round(max(ratios), 2)]
        stages.append(stage)
        before, before_band = now, band
    return stages


def _kW(watts: float) -> float:
    return round(watts / 1e3, 2)


def _render(result: dict[str, Any]) -> None:
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    console.print(
        f"Power on {result['on']} in {result['scenario']}, beta {result['beta_deg']:.0f} deg ({result['beta_source']})"
    )
    covers = f", blankets over {', '.join(result['blankets_over_wings'])}" if result["blankets_over_wings"] else ""
    console.print(f"wings     {result['wings_deployed_count']}: {', '.join(result['wings'])}{covers}")
    console.print(f"rated     {result['rated_kW']:.0f} kW when new")
    console.print(
        f"generated {result['generation_kW']:.0f} kW in sunlight, {result['connected_kW']:.0f} kW wired to loads"
    )
    console.print(
        f"usable    {result['usable_kW']:.1f} kW orbit average "
        f"(ageing 5-95 %: {result['usable_low_kW']:.1f} to {result['usable_high_kW']:.1f})"
    )
    console.print(
        f"used      {result['used_kW']:.1f} kW; payloads on either side {result['payload_kW']:.1f}; "
        f"depth of discharge {100 * result['battery_depth_frac']:.0f} %"
    )
    console.print(
        f"Russian   {result['russian_usable_kW']:.1f} kW of its own, {result['us_to_russian_kW']:.1f} from the US side"
    )
    for name, kW in result["shed"].items():
        console.print(f"shed      {name}: {kW:.1f} kW")
    for name, kW in result["channels"].items():
        console.print(f"channel {name} {kW:5.1f} kW orbit average, {result['channels_sunlit'][name]:.1f} in sunlight")
    console.print(
        "Stages at beta 0: wings, kW when new, in sunlight, usable (ageing 5-50-95 %), ratio to the stage before"
    )
    for s in result["stages"]:
        low, high = s.get("usable_ratio_band", (0.0, 0.0))
        ratio = f", x{s['usable_ratio']:.2f} ({low:.2f}-{high:.2f})" if "usable_ratio" in s else ""
        console.print(
            f"{s['on']}  {s['wings_deployed_count']} wings, {s['rated_kW']:.0f}, {s['generation_kW']:.0f}, usable "
            f"{s['usable_low_kW']:.1f}-{s['usable_kW']:.1f}-{s['usable_high_kW']:.1f}{ratio}: {s['reason']}"
        )
