"""Stores: what lies in which container, whose it is, and who may take it.

A container is a compartment of one part that holds one resource of one owner, so a part that moves to another station
takes its containers along. Every take and put goes container by container in the order of the table: the same kilograms
on every machine.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from stationkeep.laws.matter import RESOURCES, STORED, USES

__all__ = ["RESOURCES", "STORED", "USES", "Params", "State", "put", "put_shares", "take", "take_shares", "total"]


class Params(NamedTuple):
    """container_*: (container,); density_kg_per_m3: (resource,) as stowed."""

    container_part: np.ndarray
    container_resource: np.ndarray
    container_owner: np.ndarray
    capacity_kg: np.ndarray
    density_kg_per_m3: np.ndarray


class State(NamedTuple):
    """stock_kg: (container,)."""

    stock_kg: np.ndarray


@njit(cache=True)
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
    left = kg
    for own in (True, False):
        for c in range(s.stock_kg.size):
            if left <= 0.0:
                return kg
            if p.container_resource[c] != resource or part_station[p.container_part[c]] != station:
                continue
            owner = p.container_owner[c]
            if (owner == partner) != own or not (own or may_share[partner, owner]):
                continue
            if s.stock_kg[c] <= left:
                left -= s.stock_kg[c]
                s.stock_kg[c] = 0.0
            else:
                s.stock_kg[c] -= left
                left = 0.0
    return kg - left


@njit(cache=True)
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
    left = kg
    for own in (True, False):
        for c in range(s.stock_kg.size):
            if left <= 0.0:
                return kg
            if p.container_resource[c] != resource or part_station[p.container_part[c]] != station:
                continue
            owner = p.container_owner[c]
            if (owner == partner) != own or not (own or may_share[partner, owner]):
                continue
            room = p.capacity_kg[c] - s.stock_kg[c]
            if room <= 0.0:
                continue
            if left <= room:
                s.stock_kg[c] += left
                left = 0.0
            else:
                s.stock_kg[c] = p.capacity_kg[c]
                left -= room
    return kg - left


@njit(cache=True)
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


@njit(cache=True)
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
    kg = 0.0
    for c in range(s.stock_kg.size):
        here = p.container_resource[c] == resource and part_station[p.container_part[c]] == station
        if here and (owner < 0 or p.container_owner[c] == owner):
            kg += s.stock_kg[c]
    return kg


@njit(cache=True)
def room(p: Params, s: State, station: int, resource: int, part_station: np.ndarray) -> float:
    """Kilograms of a resource that still fit on a station."""
    kg = 0.0
    for c in range(s.stock_kg.size):
        if p.container_resource[c] == resource and part_station[p.container_part[c]] == station:
            kg += p.capacity_kg[c] - s.stock_kg[c]
    return kg


@njit(cache=True)
def stowed_m3(p: Params, s: State, station: int, part_station: np.ndarray) -> float:
    """Volume the dry goods of a station fill, packed: resources with a density (tanks have none)."""
    volume = 0.0
    for c in range(s.stock_kg.size):
        density = p.density_kg_per_m3[p.container_resource[c]]
        if density > 0.0 and part_station[p.container_part[c]] == station:
            volume += s.stock_kg[c] / density
    return volume


@njit(cache=True)
def totals(p: Params, s: State, part_station: np.ndarray, out_kg: np.ndarray) -> None:
    """Fill ``out_kg`` (station, partner, resource) with what is aboard; only the stored resources are written."""
    out_kg[:, :, :STORED] = 0.0
    for c in range(s.stock_kg.size):
        station = part_station[p.container_part[c]]
        if station >= 0:
            out_kg[station, p.container_owner[c], p.container_resource[c]] += s.stock_kg[c]
