"""Containers and what lies in them at the start of a run."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...laws.matter import RESOURCES, STORED
from ...model.base import Quantity
from ...model.catalogue import Catalogue, number
from ...model.station import Station
from ...subsystems.stores import Params, State, not_lined_up


def openings(catalogue: Catalogue, date: str) -> dict[tuple[str, str], tuple[float, float, float]]:
    """(partner, resource) -> (kg, low, high) of the opening stocks made for a date; ValueError when there are none."""
    rows = [row for row in catalogue.table("life_support/openings") if row["opening"] == date[:10]]
    if not rows:
        known = sorted({row["opening"] for row in catalogue.table("life_support/openings")})
        raise ValueError(f"no opening stocks for {date}; there are stocks for {', '.join(known)}")
    return {
        (row["partner"], row["resource"]): (number(row, "stock_kg"), number(row, "low"), number(row, "high"))
        for row in rows
    }


REPLAYED_frac = 0.25
"""Range of a stock taken from the replay: its reserves agree with the record within 25 % (docs/validation.md)."""


def opening_near(catalogue: Catalogue, date: str) -> dict[tuple[str, str], tuple[float, float, float]]:
    """(partner, resource) -> (kg, low, high) there is at a date when nobody says: the last opening up to then, typed, or of
    what the replay of the record has aboard on the first of each month."""
    typed = sorted({row["opening"] for row in catalogue.table("life_support/openings")})
    near = max((d for d in typed if d <= date), default=typed[0])
    rows = [row for row in catalogue.table("life_support/openings_replayed") if row["opening"] <= date]
    last = max((row["opening"] for row in rows), default="")
    table = openings(catalogue, near)
    if last <= near:
        return table
    replayed = {
        (row["partner"], column.removesuffix("_kg")): (kg, (1.0 - REPLAYED_frac) * kg, (1.0 + REPLAYED_frac) * kg)
        for row in rows if row["opening"] == last
        for column in row if column.endswith("_kg") for kg in [number(row, column, 0)]
    }  # fmt: skip
    kinds = {kind for _, kind in replayed}
    return replayed | {key: kg for key, kg in table.items() if key[1] not in kinds}


def owner_shares(
    catalogue: Catalogue, station: Station, table: Mapping[tuple[str, str], tuple[float, float, float]], resource: str
) -> dict[str, float]:
    """Whose a stock is of which only the total is stated: as in the table, else who owns room for it; of a station given by
    its modules the first one's owner."""
    held = {owner: kg[0] for (owner, kind), kg in table.items() if kind == resource and kg[0] > 0.0}
    if not held and station.parts is None:
        return {next(iter(station.modules.values())).partner: 1.0}
    for row in () if held else catalogue.table("stations/iss/containers"):
        if row["resource"] == resource:
            held[row["owner"]] = held.get(row["owner"], 0.0) + number(row, "capacity_kg")
    whole = sum(held.values())
    return {owner: kg / whole for owner, kg in held.items()}


def with_toilet_goods(station: Station, toilet_share: float) -> dict[str, dict[str, Quantity]]:
    """Stated stocks; of a station that no table describes with toilet goods for as many days as supplies, where only those are stated."""
    stated: dict[str, dict[str, Quantity]] = {str(r): {str(p): q for p, q in owners.items()} for r, owners in station.stocks_kg.items()}
    if station.parts is None and "toilet" not in stated:
        each = toilet_share / (1.0 - toilet_share)
        stated["toilet"] = {p: Quantity(value=q.value * each) for p, q in stated.get("supplies", {}).items()}
    return stated


def build_stores(
    catalogue: Catalogue,
    part_index: Mapping[str, int],
    partner_index: Mapping[str, int],
    opening: Mapping[tuple[str, str], float],
    present: Mapping[str, bool] | None = None,
) -> tuple[Params, State]:
    """The containers of the parts there are, filled with ``opening``: (partner, resource) -> kg.

    Stock is spread over the partner's containers of the resource in proportion to their capacity, in parts that are
    ``present`` (part id -> aboard at the start; all when None). Raises ValueError for a resource or partner nobody
    knows, and for stock that does not fit.
    """
    rows = [row for row in catalogue.table("stations/iss/containers") if row["part"] in part_index]
    density = np.zeros(len(RESOURCES))
    for row in catalogue.table("life_support/resources"):
        density[RESOURCES.index(row["name"])] = number(row, "density_kg_per_m3")
    params = Params(
        np.array([part_index[row["part"]] for row in rows], np.int64),
        np.array([RESOURCES.index(row["resource"]) for row in rows], np.int64),
        np.array([partner_index[row["owner"]] for row in rows], np.int64),
        np.array([number(row, "capacity_kg") for row in rows]),
        density,
    )
    stock = np.zeros(len(rows))
    aboard = np.array([present is None or present.get(row["part"], False) for row in rows], np.bool_)
    for (partner, resource), kg in opening.items():
        if resource not in RESOURCES[:STORED]:
            raise ValueError(f"opening stock of '{resource}': not stored; write one of {', '.join(RESOURCES[:STORED])}")
        if partner not in partner_index:
            raise ValueError(f"opening stock of '{partner}': no such partner; write one of {', '.join(partner_index)}")
        here = aboard & (params.container_resource == RESOURCES.index(resource))
        here &= params.container_owner == partner_index[partner]
        room = float(params.capacity_kg[here].sum())
        if kg > room * (1.0 + 1e-12):
            raise ValueError(f"opening stock of {kg:g} kg {resource} of {partner}: its containers hold {room:g} kg")
        if kg > 0.0:
            stock[here] = kg * params.capacity_kg[here] / room
    return params, not_lined_up(stock)
