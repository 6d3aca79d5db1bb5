"""When a plan burns, and with what: its reboosts, from its own nominal run."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np

from ..laws.matter import PROPELLANT, REMOVED
from ..laws.orbit import EARTH_RADIUS_M, raise_per_speed
from ..model.base import to_utc
from ..model.scenario import Scenario
from ..model.station import Band, Reboosts
from .nominal import DAY_s, Nominal, nominal

COLUMNS = ("day", "kind", "ship", "from_km", "to_km", "delta_v_m_per_s", "propellant_kg", "with")
EVE_d = 2.0
"""Days before a ship leaves on which it may push a last time. Assumed."""
LEFT_kg = 50.0
"""Propellant in a leaving ship that is worth a burn. Assumed."""
LEAST_share = 0.25
"""Least rise worth a burn of ships alone, as a share of the way from the policy's floor to its target: 0.9 km, 0.5 m/s, for the ISS of 2022. Assumed."""
AHEAD_share = 0.1
"""Share of the way from target to floor that is left when a burn is planned for what the floor asks: three to five days, so that a little more drag
asks for none before its day. Assumed."""
DAY_share = 0.9
"""Share of the largest burn of a day that is planned on. Assumed."""
MOST_PASSES = 4


def with_reboosts(scenario: Scenario, reboosts: Reboosts) -> Scenario:
    """The branch with these reboosts of its main station and no others."""
    return _changed(scenario, reboosts=dict(sorted(reboosts.items())))


def _changed(scenario: Scenario, **what: Any) -> Scenario:
    main = scenario.main_station
    return scenario.model_copy(update={"stations": {**scenario.stations, main: scenario.stations[main].model_copy(update=what)}})


def scheduled(scenario: Scenario, stand: Reboosts) -> tuple[Scenario, Nominal]:
    """The branch with the reboosts of its nominal run written down, and that run; `stand`: those that are as they were published.

    A ship takes along what it has not pushed with: two days before one leaves with propellant the ships docked raise the orbit, as far as the
    policy's target and what they hold allow. All other burns are those the floor asks for, some days ahead, with tanks as well.
    """
    published = with_reboosts(scenario, stand)
    run, after = nominal(published), max(stand, default=scenario.start)
    eves = {day: band for day in _eves(run) if day > after and (band := _band(scenario, day))}
    tried = {**{day: target for day, (_, target) in eves.items()}, **stand}
    bands = [_ahead(b, run.case.world.rules.burn_most_m_per_s) for b in scenario.stations[scenario.main_station].policy]
    run = nominal(_changed(with_reboosts(scenario, tried), policy=tuple(bands)), by_ships={day: LEAST_share * (target - floor) for day, (floor, target) in eves.items()})
    flown = dict(stand)
    for _ in range(MOST_PASSES):
        new = {day: b.to_km for b in run.burns if not b.ship and b.m_per_s > 0.0 and (day := _day(b.t_s)) not in flown}
        flown.update({day: round(to_km, 2) for day, to_km in new.items()})
        out = with_reboosts(scenario, flown)
        run = nominal(out)
        if not new:
            break
    return out, run


def _ahead(band: Band, most_m_per_s: float) -> Band:
    """The policy that burns some days ahead of its floor, and leaves a part of the largest burn for a run in which the orbit is lower."""
    rise_km = DAY_share * most_m_per_s * float(raise_per_speed(EARTH_RADIUS_M + band.floor_km * 1e3)) / 1e3
    floor_km = band.floor_km + AHEAD_share * (band.target_km - band.floor_km)
    return band.model_copy(update={"floor_km": floor_km, "target_km": min(band.target_km, floor_km + rise_km)})


def _eves(run: Nominal) -> list[str]:
    """Days shortly before a ship leaves with propellant."""
    left_kg = -run.flow_kg[:, PROPELLANT, REMOVED]
    return [_day(float(run.t_s[d]) - EVE_d * DAY_s) for d in np.flatnonzero(left_kg >= LEFT_kg)]


def _day(t_s: float) -> str:
    return to_utc(t_s // DAY_s * DAY_s)


def _band(scenario: Scenario, day: str) -> tuple[float, float] | None:
    """Floor and target (km) of the altitude policy in force that day."""
    bands = scenario.stations[scenario.main_station].policy
    return next(((b.floor_km, b.target_km) for b in reversed(bands) if (b.from_ or "") <= day), None)


def reboost_rows(run: Nominal) -> list[dict[str, Any]]:
    """The burns of a plan's nominal run, a row each: reboosts as they are scheduled, and those for the phase of a ship."""
    return [
        {"day": to_utc(b.t_s)[:10], "kind": "phasing" if b.ship else "reboost", "ship": b.ship, "from_km": round(b.from_km, 2), "to_km": round(b.to_km, 2),
         "delta_v_m_per_s": round(b.m_per_s, 3), "propellant_kg": round(sum(b.with_kg.values()), 1), "with": {k: round(kg, 1) for k, kg in b.with_kg.items()}}
        for b in run.burns
    ]  # fmt: skip


def reboosts_csv(rows: list[dict[str, Any]]) -> str:
    """The rows as CSV text."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row, "with": with_words(row)} for row in rows)
    return out.getvalue()


def with_words(row: dict[str, Any]) -> str:
    """`progress-ms-2023-03 220 kg; tanks 92 kg`."""
    return "; ".join(f"{name} {kg:.0f} kg" for name, kg in row["with"].items() if kg >= 0.5)


__all__ = ["reboost_rows", "reboosts_csv", "scheduled", "with_reboosts", "with_words"]
