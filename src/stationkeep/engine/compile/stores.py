"""Containers and what lies in them at the start of a run."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...laws.matter import RESOURCES, STORED
from ...model.catalogue import Catalogue, number
from ...subsystems.stores import Params, State


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
    return params, State(stock, np.zeros(stock.size, np.int64), np.zeros(1, np.int64), np.zeros(stock.size, np.bool_))
