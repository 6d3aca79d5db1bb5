"""Table of services and the scenario's modules -> offers."""

from __future__ import annotations

import numpy as np

from ...model.base import NEVER_s, seconds
from ...model.catalogue import Catalogue, listed, number
from ...model.scenario import Scenario
from ...subsystems import services
from ...subsystems.partners import PLANNED, SHIPS
from .names import Names, integers, reals

COMMANDED = ("reboost", "refuelling")
"""What a mission control plans and commands step by step; all else runs by itself."""


def build_services(scenario: Scenario, catalogue: Catalogue, names: Names) -> tuple[services.Params, services.State]:
    """Offers in order of priority, and a State in which everything is up that will be found so in the first step."""
    part, vehicle, partner = names.of("parts"), names.of("vehicles"), names.of("partners")
    kinds = names.of("machine_kinds")
    service = names.of("services")
    segment = {row["id"]: 1 if row["segment"] == "russian" else 0 for row in catalogue.table("stations/iss/parts")}
    tanked = {row["id"] for row in catalogue.table("fleet/vehicles") if number(row, "reboost_propellant_kg", 0) > 0}
    offers: list[tuple[int, ...]] = []
    spans: list[tuple[float, float]] = []

    def mask(needs: list[str]) -> int:
        return sum(1 << service[n] for n in needs)

    for row in sorted(catalogue.table("stations/iss/services"), key=lambda r: number(r, "priority", 9)):
        is_part = row["kind"] == "part"
        if is_part and row["giver"] not in part:
            continue
        needs_part = row.get("needs_part") or ""
        offers.append((
            service[row["service"]], part[row["giver"]] if is_part else -1, -1 if is_part else vehicle[row["giver"]],
            segment[row["giver"]] if is_part else SHIPS, partner[row["operator"]] if row["operator"] else -1,
            PLANNED if is_part and row["service"] in COMMANDED else segment[row["giver"]] if is_part else SHIPS,
            mask(listed(row, "needs")), kinds.get(row["needs_machine"], -1) if row["needs_machine"] else -1,
            int(number(row, "machines_count", 1)), _burns(row, is_part, row["giver"] in tanked, names),
            part.get(needs_part, -1) if needs_part else -1,
        ))  # fmt: skip
        spans.append((seconds(row["from_utc"]) if row["from_utc"] else -NEVER_s,
                      seconds(row["to_utc"]) if row.get("to_utc") else NEVER_s))  # fmt: skip
    for station in scenario.stations.values():
        for module, m in station.modules.items():
            for name in m.gives:
                pushes = len(names.resources) if name == "reboost" and m.propellant_kg > 0 else -1
                offers.append((service[name], part[module], -1, SHIPS, partner[m.partner], SHIPS, mask(list(m.needs)), -1, 1, pushes, -1))
                spans.append((-NEVER_s, NEVER_s))
    columns = [integers(column) for column in zip(*offers, strict=True)]
    p = services.Params._make([*columns, reals(a for a, _ in spans), reals(b for _, b in spans)])
    stations, count = len(names.stations), len(names.services)
    each = 2 * len(names.vehicles) + len(names.machine_kinds) + len(names.resources) + 1 + count + 1
    s = services.State(
        up=np.ones((stations, count), np.bool_), row=np.full((stations, count), -1, np.int64),
        giver=np.full((stations, count), -1, np.int64), unmet=np.full((len(offers), stations), 6, np.int64),
        seen=np.full(stations * each + 4 * len(names.partners) + 3, -1, np.int64), until_s=np.full(1, -NEVER_s),
    )  # fmt: skip
    return p, s


def _burns(row: dict[str, str], is_part: bool, tanked: bool, names: Names) -> int:
    """Column of `Scratch.stocked` an offer needs: its resource; to push, what the tanks hold beyond what is kept for attitude,
    or what a ship has of its own; to turn, whatever serves attitude. -1 none."""
    resource = names.of("resources")
    if row["service"] == "reboost" and (tanked or row["needs_resource"]):
        return len(resource) + (0 if is_part else 1 + names.of("vehicles")[row["giver"]])
    if row["service"] in ("attitude_control", "desaturation") and tanked:
        return resource["propellant"]
    return resource.get(row["needs_resource"], -1)


def services_by_partner(catalogue: Catalogue, at_utc: str) -> list[dict[str, object]]:
    """Who can give which service on a day: (partner, service, givers), from the offers of parts there and of vehicles."""
    parts = {r["id"]: r for r in catalogue.table("stations/iss/parts") if r["arrives_utc"] <= at_utc and not ("" < r["leaves_utc"] <= at_utc)}
    table: dict[tuple[str, str], list[str]] = {}
    for row in catalogue.table("stations/iss/services"):
        if (row["from_utc"] or "") > at_utc or ("" < (row.get("to_utc") or "") <= at_utc):
            continue
        if row["kind"] == "part" and row["giver"] not in parts:
            continue
        table.setdefault((row["operator"] or parts[row["giver"]]["owner"], row["service"]), []).append(row["giver"])
    return [{"partner": p, "service": s, "givers": sorted(set(g))} for (p, s), g in sorted(table.items())]
