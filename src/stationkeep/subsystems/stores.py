"""Stores: what lies in which container, whose it is, and who may take it.

A container is a compartment of one part that holds one resource of one owner, so a part that moves to another station
takes its containers along. Every take and put goes container by container in the order of the table: the same kilograms
on every machine. Arrays leave Params before a loop: inside one, each look would count a reference.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from stationkeep.laws.matter import RESOURCES, STORED, USES
from stationkeep.loops import borrows

__all__ = ["RESOURCES", "STORED", "USES", "Params", "State"]


class _Fields(NamedTuple):
    container_part: np.ndarray
    container_resource: np.ndarray
    container_owner: np.ndarray
    capacity_kg: np.ndarray
    density_kg_per_m3: np.ndarray
    order: np.ndarray
    first: np.ndarray


class Params(_Fields):
    """container_*, capacity_kg: (container,); density_kg_per_m3: (resource,) as stowed, 0 for what lies in tanks.

    ``order`` (container,) lists the containers resource by resource and ``first`` (resource + 1,) says where each
    begins; both are found here when not given.
    """

    __slots__ = ()

    def __new__(
        cls,
        container_part: np.ndarray,
        container_resource: np.ndarray,
        container_owner: np.ndarray,
        capacity_kg: np.ndarray,
        density_kg_per_m3: np.ndarray,
        order: np.ndarray | None = None,
        first: np.ndarray | None = None,
    ) -> "Params":
        if order is None or first is None:
            order = np.argsort(container_resource, kind="stable").astype(np.int64)
            first = np.searchsorted(container_resource[order], np.arange(len(RESOURCES) + 1)).astype(np.int64)
        fields = (container_part, container_resource, container_owner, capacity_kg, density_kg_per_m3, order, first)
        return super().__new__(cls, *fields)


class State(NamedTuple):
    """stock_kg: (container,); here: (container,) those aboard a station when parts last moved, the first ``here_count`` (1,);
    at: (container,) of each of them its station, and cell: (container,) its place in a table (station, owner, resource) laid out in one row;
    counted: (container,) what it came with is in the books."""

    stock_kg: np.ndarray
    here: np.ndarray
    here_count: np.ndarray
    at: np.ndarray
    cell: np.ndarray
    counted: np.ndarray


def not_lined_up(stock_kg: np.ndarray) -> State:
    """The state of containers that hold ``stock_kg`` (container,), of which none is lined up yet."""
    count = stock_kg.size
    here, at, cell = np.zeros((3, count), np.int64)
    return State(stock_kg, here, np.zeros(1, np.int64), at, cell, np.zeros(count, np.bool_))


@borrows
def take(
    p: Params,
    s: State,
    station: int,
    resource: int,
    partner: int,
    kg: float,
    part_station: np.ndarray,
    may_share: np.ndarray,
) -> float:
    """Take up to ``kg`` for ``partner``: from its own containers, then where ``may_share[partner, owner]`` allows.

    Returns the kilograms got.
    """
    part, owner, order, first, stock = p.container_part, p.container_owner, p.order, p.first, s.stock_kg
    start, stop = first[resource], first[resource + 1]
    left = kg
    for own in (True, False):
        for place in range(start, stop):
            if left <= 0.0:
                return kg
            c = order[place]
            mine = owner[c] == partner
            if part_station[part[c]] == station and mine == own and (own or may_share[partner, owner[c]]):
                moved = min(left, stock[c])
                stock[c] -= moved
                left -= moved
    return kg - left


@borrows
def put(
    p: Params,
    s: State,
    station: int,
    resource: int,
    partner: int,
    kg: float,
    part_station: np.ndarray,
    may_share: np.ndarray,
) -> float:
    """Store up to ``kg`` of ``partner``'s: its own containers first, then others it shares with. Returns what went in.

    What lands in another's container is that owner's from then on.
    """
    part, owner, order, first, stock = p.container_part, p.container_owner, p.order, p.first, s.stock_kg
    capacity = p.capacity_kg
    start, stop = first[resource], first[resource + 1]
    left = kg
    for own in (True, False):
        for place in range(start, stop):
            if left <= 0.0:
                return kg
            c = order[place]
            mine = owner[c] == partner
            if part_station[part[c]] == station and mine == own and (own or may_share[partner, owner[c]]):
                moved = max(0.0, min(left, capacity[c] - stock[c]))
                stock[c] += moved
                left -= moved
    return kg - left


@borrows
def take_shares(
    p: Params,
    s: State,
    station: int,
    resource: int,
    kg: float,
    share: np.ndarray,
    part_station: np.ndarray,
    may_share: np.ndarray,
) -> float:
    """Take ``kg`` for all partners in proportion to ``share`` (partner,), sum 1; returns the kilograms got.

    A partner's shortage is not made up by taking more for another: each takes its own portion under its own rights.
    """
    got = 0.0
    for partner in range(share.size):
        if share[partner] > 0.0:
            got += take(p, s, station, resource, partner, kg * share[partner], part_station, may_share)
    return got


@borrows
def put_shares(
    p: Params,
    s: State,
    station: int,
    resource: int,
    kg: float,
    share: np.ndarray,
    part_station: np.ndarray,
    may_share: np.ndarray,
) -> float:
    """Store ``kg`` for all partners in proportion to ``share`` (partner,), sum 1. Returns what went in."""
    stored = 0.0
    for partner in range(share.size):
        if share[partner] > 0.0:
            stored += put(p, s, station, resource, partner, kg * share[partner], part_station, may_share)
    return stored


@njit(cache=True)
def total(p: Params, s: State, station: int, resource: int, owner: int, part_station: np.ndarray) -> float:
    """Kilograms of a resource on a station; ``owner`` -1 counts everyone's."""
    part, owner_of, order, first, stock = p.container_part, p.container_owner, p.order, p.first, s.stock_kg
    start, stop = first[resource], first[resource + 1]
    kg = 0.0
    for place in range(start, stop):
        c = order[place]
        if part_station[part[c]] == station and (owner < 0 or owner_of[c] == owner):
            kg += stock[c]
    return kg


@njit(cache=True)
def room(p: Params, s: State, station: int, resource: int, part_station: np.ndarray) -> float:
    """Kilograms of a resource that still fit on a station."""
    part, kind, stock, capacity = p.container_part, p.container_resource, s.stock_kg, p.capacity_kg
    kg = 0.0
    for c in range(stock.size):
        if kind[c] == resource and part_station[part[c]] == station:
            kg += capacity[c] - stock[c]
    return kg


@njit(cache=True)
def stowed_m3(p: Params, s: State, station: int, part_station: np.ndarray) -> float:
    """Volume the dry goods of a station fill, packed: resources with a density (tanks have none)."""
    part, kind, stock, density = p.container_part, p.container_resource, s.stock_kg, p.density_kg_per_m3
    volume = 0.0
    for c in range(stock.size):
        if density[kind[c]] > 0.0 and part_station[part[c]] == station:
            volume += stock[c] / density[kind[c]]
    return volume


@njit(cache=True)
def line_up(p: Params, s: State, part_station: np.ndarray, table: np.ndarray) -> None:
    """List the containers aboard a station, with their places in a ``table`` (station, partner, resource): whenever parts have moved."""
    count, part, kind, owner, here, at, cell = 0, p.container_part, p.container_resource, p.container_owner, s.here, s.at, s.cell
    _, partners, resources = table.shape
    for c in range(part.size):
        if part_station[part[c]] >= 0:
            here[count], at[count] = c, part_station[part[c]]
            cell[count] = (at[count] * partners + owner[c]) * resources + kind[c]
            count += 1
    s.here_count[0] = count


@njit(cache=True)
def totals(s: State, out_kg: np.ndarray) -> None:
    """Fill ``out_kg``, a table (station, partner, resource) laid out in one row, with what lies in the containers lined up."""
    stock, here, cell = s.stock_kg, s.here, s.cell
    out_kg[:] = 0.0
    for i in range(s.here_count[0]):
        out_kg[cell[i]] += stock[here[i]]
