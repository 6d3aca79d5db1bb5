"""Supply: what a ship brings and takes, and how its cargo is shared out by need."""

from __future__ import annotations

import numpy as np
from numba import njit

from .. import log as happened
from ..laws import metabolism
from ..laws.matter import (
    DELIVERED,
    FOOD,
    NITROGEN,
    OXYGEN,
    PROPELLANT,
    REMOVED,
    RESEARCH,
    SPARES,
    SUPPLIES,
    TOILET,
    WASTE,
    WATER,
)
from ..log import Log, add
from ..subsystems import crew, services, stores, traffic
from ..subsystems.life_support import RECOVERED_frac
from .world import RunState, Scratch, World

NEVER_s = 1e18
DAY_s = 86400.0
CREW_MOST_frac = 1.2
"""Crew supplies of a ship to come against what its kind usually brings, while the station is below its target: Progress M-51
had 1.22 of the usual food, Cygnus Orb-2 1.15 and Dragon CRS-7 1.18 of the usual crew supplies (traffic/manifests.csv)."""
VISIT_s = 10 * DAY_s
"""Stay of somebody who is no resident: visitors of Soyuz stay eight to twelve days (crew/stays.csv)."""
CREW_SHARE_frac = 0.9
"""Most of a ship's dry cargo that is for the crew, however much they lack. Assumed."""
NO_ROOM_kg = 50.0
"""Cargo without room aboard is told from so much on. Assumed."""
GAS_BOTTLES_kg = 150.0
"""Four tanks of the recharge system a cargo ship carries when gas is short (manifest_by_class: up to 90 kg a tank)."""


@njit(cache=True)
def load(w: World, s: RunState, x: Scratch, f: int, st: int, t_s: float, log: Log) -> None:
    """A ship's cargo joins the stores as far as they have room, the rest stays in it and is told; its propellant stays in its
    tank or fills the station's."""
    place = s.traffic.part_station
    share = s.partners.may_share
    owner = w.ships.owner[f]
    cargo_kg = w.ships.cargo_kg[f].copy()
    fuels = st != 0 or s.partners.fuels[w.traffic.partner[f]]
    tank_kg = w.ships.tank_kg[f] if fuels else w.ships.tank_kg[f] - w.ships.refuel_kg[f]
    if w.ships.filled[f]:
        there = stores.total(w.stores, s.stores, st, PROPELLANT, -1, s.traffic.part_station)
        if fuels and w.ships.refuel_kg[f] > 0.0 and there < _tank_target_kg(w, s, st):
            more = w.ships.refuel_most_kg[f] - w.ships.refuel_kg[f]
            tank_kg += more
            cargo_kg[SPARES] = max(cargo_kg[SPARES] - more, 0.0)
        _fill(w, s, f, st, t_s, cargo_kg)
    kept_kg = 0.0
    for r in range(cargo_kg.size):
        kg = cargo_kg[r]
        if kg > 0.0:
            stored = stores.put(w.stores, s.stores, st, r, owner, kg, place, share)
            x.flow_kg[st, r, DELIVERED] += stored
            kept_kg += kg - stored if r != WASTE else 0.0
    if kept_kg >= NO_ROOM_kg and not w.traffic.flown[f]:
        add(log, t_s, happened.NO_ROOM, st, happened.FLIGHT + f, s.traffic.row[f], kept_kg)
    c = w.ships.tank[f]
    if c >= 0:
        s.stores.stock_kg[c] = tank_kg
        x.flow_kg[st, PROPELLANT, DELIVERED] += tank_kg
    review(w, s, f, st, t_s)


@njit(cache=True)
def _tank_target_kg(w: World, s: RunState, st: int) -> float:
    """Propellant below which tankers bring all they can: that of the rule, or as much of smaller tanks as the rule asks of the ISS's."""
    p, place, room_kg = w.stores, s.traffic.part_station, 0.0
    for c in range(p.container_part.size):
        k = p.container_part[c]
        if p.container_resource[c] == PROPELLANT and k < w.traffic.part_station.size and place[k] == st:
            room_kg += p.capacity_kg[c]
    return min(w.rules.propellant_target_kg, w.rules.tank_target_frac * room_kg)


@njit(cache=True)
def review(w: World, s: RunState, f: int, st: int, t_s: float) -> None:
    """After ship `f` has docked or was lost: ships to come fly sooner when the tanks are below their target, or when food
    would not last, with the reserve, until the second ship from now."""
    if not w.ships.filled[f] or t_s <= w.rules.replay_until_s:
        return
    there = stores.total(w.stores, s.stores, st, PROPELLANT, -1, s.traffic.part_station)
    target_kg = _tank_target_kg(w, s, st)
    fuels = st != 0 or s.partners.fuels[w.traffic.partner[f]]
    thirsty = fuels and w.ships.refuel_kg[f] > 0.0 and there < target_kg
    food_kg = stores.total(w.stores, s.stores, st, FOOD, -1, s.traffic.part_station)
    _, second_s = traffic.next_supplies_s(w.traffic, s.traffic, st, t_s, w.rules.slip_s)
    must_last_s = max(min(second_s - t_s, w.rules.stock_target_s) + w.rules.reserve_s, w.rules.stock_alert_s)
    _, to_feed_s = _to_feed(w, s, st, t_s, 2.0, must_last_s)
    hungry = food_kg < metabolism.food_as_shipped(w.life_support.crew) * to_feed_s
    if thirsty or hungry:
        bring_forward(w, s, st, t_s, hungry, thirsty, there < w.rules.tank_urgent_frac * target_kg)


@njit(cache=True)
def bring_forward(w: World, s: RunState, st: int, t_s: float, hungry: bool, thirsty: bool, urgent: bool) -> None:
    """Ships not yet launched fly sooner, none on short notice: those of the next half year for a station that is `hungry`,
    every tanker for one `thirsty` for propellant; when that is `urgent` tankers fly as often as they ever did."""
    r, coming = w.rules, 0
    for f in range(w.ships.tank.size):
        if w.traffic.flown[f] or w.traffic.dated[f] or w.traffic.station[f] != st:
            continue
        due_s, tanker = s.traffic.next_s[f], thirsty and w.ships.refuel_kg[f] > 0.0
        soon = hungry and w.traffic.seats[f] == 0 and due_s < t_s + r.stock_target_s
        if s.traffic.status[f] == traffic.PLANNED and (tanker or soon):
            coming += 1 if tanker else 0
            sooner_s = min(due_s - r.tanker_forward_s, t_s + coming * r.tanker_pace_s if urgent and tanker else NEVER_s)
            s.traffic.next_s[f] = min(due_s, max(sooner_s, t_s + r.tanker_notice_s))


@njit(cache=True)
def _to_feed(w: World, s: RunState, st: int, t_s: float, least: float, must_last_s: float) -> tuple[float, float]:
    """Mean number of people to live on a station's stores while those are filled up to last, by the flights as planned, and person-seconds
    that stores must last: until the ship they wait for, and the reserve of those who are aboard then; nowhere fewer people than the mean or `least`."""
    total = until = reserve = 0.0
    reserve_s = w.rules.reserve_s
    wait_s = must_last_s - reserve_s
    c, q, plan = w.crew, s.traffic, w.traffic
    for i in range(c.partner.size):
        if s.crew.status[i] == crew.ABOARD:
            f = s.crew.seat[i]
            leaves_s = q.next_s[f] if plan.flown[f] else min(q.next_s[f], q.docked_s[f] + plan.stay_s[f])
            comes_s = t_s
        else:
            f = c.up[i]
            if f < 0 or plan.station[f] != st or (q.status[f] != traffic.PLANNED and q.status[f] != traffic.EN_ROUTE):
                continue
            comes_s = q.next_s[f]
            known = plan.undock_s[f] < NEVER_s and plan.after[f] < 0
            leaves_s = comes_s + (plan.undock_s[f] - plan.launch_s[f] if known else plan.stay_s[f])
            if not c.resident[i]:
                leaves_s = min(leaves_s, comes_s + VISIT_s)
        total += crew.share_aboard(c, s.crew, i, st, t_s, w.rules.stock_target_s, leaves_s, comes_s)
        until += crew.share_aboard(c, s.crew, i, st, t_s, max(wait_s, 1.0), leaves_s, comes_s)
        reserve += crew.share_aboard(c, s.crew, i, st, t_s + wait_s, reserve_s, leaves_s, comes_s)
    people = max(total, least)
    return people, max(until, people) * wait_s + max(reserve, people) * reserve_s


@njit(cache=True)
def _fill(w: World, s: RunState, f: int, st: int, t_s: float, cargo_kg: np.ndarray) -> None:
    """Share a ship's cargo by need: crew stores up to their target first, nitrogen before oxygen, spares and research the rest.

    Mass is that of the typical cargo, the people those aboard of late or planned, whichever are more. Food, and clothes
    and toilet goods, are filled up to six months, each with what ships of the kind carry of it (or this one did, where its
    manifest is known); with more where that would leave less than the reserve when the next ship docks as planned. Ships
    to come reckon with the loss of that one and with the reserve of those who are aboard then, and where ships are few fill up for as long as that takes. What the reserve wants comes before what only fills up the stores, and at most
    90 % of the dry cargo is for the crew.
    """
    flown = w.traffic.flown[f]
    food_kg, goods_kg = cargo_kg[FOOD], cargo_kg[SUPPLIES] + cargo_kg[TOILET]
    dry = food_kg + goods_kg + cargo_kg[SPARES] + cargo_kg[RESEARCH]
    if dry <= 0.0:
        return
    c = w.life_support.crew
    next_s, second_s = traffic.next_supplies_s(w.traffic, s.traffic, st, t_s, w.rules.slip_s)
    wait_s = 0.0 if flown else min(next_s - t_s, w.rules.stock_target_s)
    fill_s = w.rules.stock_target_s
    if flown:
        must_last_s = min(next_s - t_s, fill_s) + w.rules.reserve_s
    else:
        must_last_s = max((second_s - t_s if second_s < NEVER_s else fill_s) + w.rules.reserve_s, w.rules.stock_alert_s)
        fill_s = max(fill_s, must_last_s)
    people, to_feed_s = _to_feed(w, s, st, t_s, max(s.usual_people[st], 2.0), must_last_s)
    if flown:  # as the record was filled, who was to be aboard then or not
        to_feed_s = people * must_last_s
    use = np.array([metabolism.food_as_shipped(c), c.supplies, c.toilet, c.drink + c.flush])
    kinds = np.array([FOOD, SUPPLIES, TOILET, WATER])
    lack, pressing = np.zeros(4), np.zeros(4)
    for j in range(4):
        there = stores.total(w.stores, s.stores, st, kinds[j], -1, s.traffic.part_station)
        target_s = fill_s
        if kinds[j] == WATER:
            recovers = s.services.up[st, services.WATER]
            target_s = w.rules.water_target_s + wait_s * (1.0 - RECOVERED_frac if recovers else 1.0)
        pressing[j] = max(use[j] * to_feed_s - there, 0.0)
        lack[j] = max(use[j] * people * target_s - there, 0.0 if flown or kinds[j] == WATER else pressing[j])
    more = 1.0 if flown else CREW_MOST_frac
    lack[0] = min(lack[0], max(more * food_kg, pressing[0]))
    if w.ships.listed[f]:
        lack[0] = max(lack[0], food_kg)
    lack[1:3] *= min(1.0, max(more * goods_kg, pressing[1] + pressing[2]) / max(lack[1] + lack[2], 1e-9))
    gas = cargo_kg[OXYGEN] + cargo_kg[NITROGEN]
    nitrogen = stores.total(w.stores, s.stores, st, NITROGEN, -1, s.traffic.part_station)
    leaks_kg = s.life_support.leak_kg_per_s[st] * wait_s
    short = max(w.rules.gas_target_kg + leaks_kg - nitrogen, 0.0)
    tanked = min(short, gas)
    bottled = min(min(short - tanked, GAS_BOTTLES_kg), 0.1 * dry)
    cargo_kg[NITROGEN] = tanked + bottled
    cargo_kg[OXYGEN] = gas - tanked
    dry -= 2.0 * bottled  # a tank weighs about what it holds
    lack[3] = max(lack[3] - cargo_kg[WATER], 0.0)  # what the ship's water tanks do not bring, in bags
    pressing[3] = max(pressing[3] - cargo_kg[WATER], 0.0)
    first, left = np.minimum(pressing, lack), lack - np.minimum(pressing, lack)
    crew_share = min(lack.sum(), CREW_SHARE_frac * dry)
    first *= min(1.0, crew_share / max(first.sum(), 1e-9))
    left *= max(crew_share - first.sum(), 0.0) / max(left.sum(), 1e-9)
    rest = cargo_kg[SPARES] + cargo_kg[RESEARCH]
    spare_frac = cargo_kg[SPARES] / rest if rest > 0.0 else 0.5
    for j in range(4):
        kg = first[j] + left[j]
        cargo_kg[kinds[j]] = cargo_kg[WATER] + kg if kinds[j] == WATER else kg
    cargo_kg[SPARES] = (dry - crew_share) * spare_frac
    cargo_kg[RESEARCH] = (dry - crew_share) * (1.0 - spare_frac)


@njit(cache=True)
def refuel(w: World, s: RunState, x: Scratch) -> None:
    """Propellant meant for the station goes from docked ships to the tanks as they have room, where lines and service are."""
    modules = w.traffic.part_station.size
    for i in range(x.ships_count[0]):
        f = x.ships[i]
        c = w.ships.tank[f]
        if c < 0 or not w.ships.port_refuels[s.traffic.port[f]]:
            continue
        st = s.traffic.part_station[modules + f]
        spare = s.stores.stock_kg[c] - (w.ships.tank_kg[f] - w.ships.refuel_kg[f])
        if spare <= 0.0 or not s.services.up[st, services.REFUELLING]:
            continue
        for j in range(w.stores.first[PROPELLANT], w.stores.first[PROPELLANT + 1]):
            d = w.stores.order[j]
            if w.stores.container_part[d] >= modules:
                break  # tanks of ships come after those of modules
            if s.traffic.part_station[w.stores.container_part[d]] == st:
                moved = min(spare, max(w.stores.capacity_kg[d] - s.stores.stock_kg[d], 0.0))
                s.stores.stock_kg[d] += moved
                s.stores.stock_kg[c] -= moved
                spare -= moved


@njit(cache=True)
def unload(w: World, s: RunState, x: Scratch, f: int, st: int) -> None:
    """A leaving ship takes waste along, research and worn hardware where it can land them, and its own propellant."""
    if st < 0:
        return
    left = w.ships.trash_kg[f]
    for p in range(s.partners.flies.size):
        got = stores.take(w.stores, s.stores, st, WASTE, p, left, s.traffic.part_station, s.partners.may_share)
        x.flow_kg[st, WASTE, REMOVED] -= got
        left -= got
    left = min(left, w.ships.down_kg[f])
    for r in (RESEARCH, SPARES):
        for p in (w.us_partner, w.ru_partner):
            got = stores.take(w.stores, s.stores, st, r, p, 0.5 * left, s.traffic.part_station, s.partners.may_share)
            x.flow_kg[st, r, REMOVED] -= got
            left -= got
    c = w.ships.tank[f]
    if c >= 0:
        x.flow_kg[st, PROPELLANT, REMOVED] -= s.stores.stock_kg[c]
        s.stores.stock_kg[c] = 0.0
