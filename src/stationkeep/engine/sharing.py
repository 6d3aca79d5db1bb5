"""Power and stores shared out: who is served, what is taken for the day and what is given back."""

from __future__ import annotations

from numba import njit

from ..laws.matter import (
    AIR_OXYGEN,
    DUMPED,
    FOOD,
    RESEARCH,
    RESEARCH_USE,
)
from ..subsystems import stores
from . import upkeep
from .world import Luck, RunState, Scratch, World


@njit(cache=True)
def is_on(w: World, s: RunState, part: int) -> bool:
    """Whether nobody powered a part down: with its whole segment, or as a module of a partner that has no segment of its own."""
    return s.partners.segment_runs[w.traffic.part_segment[part]] and not (
        s.partners.dark[w.part_owner[part]] and s.traffic.part_station[part] == 0
    )


@njit(cache=True)
def all_on(s: RunState) -> bool:
    """Whether nothing is powered down: most of the time."""
    return bool(s.partners.segment_runs.all() and not s.partners.dark.any())


@njit(cache=True)
def switched_off(w: World, s: RunState, x: Scratch) -> None:
    """What was powered down wants no power: else its dead core would count against the rest of the station."""
    if not x.anew[0] or all_on(s):
        return
    part, wanted_W = w.power.load_part, x.load_wanted_W
    for k in range(wanted_W.size):
        if wanted_W[k] > 0.0 and not is_on(w, s, part[k]):
            wanted_W[k] = 0.0


@njit(cache=True)
def granted(w: World, s: RunState, x: Scratch) -> None:
    """Which machines have power, whether the core loads of a station are served, and the heat of each bus."""
    core_power, heat_W, load_of, powered = s.core_power, x.heat_W, w.machine_load, s.powered
    station, wanted_W, granted_frac = x.load_station, x.load_wanted_W, x.load_granted_frac
    bus, priority, live = w.power.load_bus, w.power.load_priority, s.power.live_load
    if not s.power.every[1]:  # else all is served as it was in the step before
        for st in range(core_power.size):
            us = russian = 0.0  # summed up outside the array: to write and read it back takes longer
            served = True
            for i in range(s.power.live_count[2]):
                k = live[i]
                if station[k] != st:
                    continue
                if bus[k] == 0:
                    us += wanted_W[k] * granted_frac[k]
                else:
                    russian += wanted_W[k] * granted_frac[k]
                served &= priority[k] > 0 or granted_frac[k] >= 0.8
            core_power[st], heat_W[st, 0], heat_W[st, 1] = served, us, russian
        for m in range(load_of.size):
            k = load_of[m]
            on = k < 0 or wanted_W[k] <= 0.0 or granted_frac[k] > 0.5
            if powered[m] != on:
                powered[m] = on
                s.equipment.changed[0] = True
    for st in range(s.core_power.size):
        if not w.simple.is_simple[st]:
            continue
        made = used = 0.0
        for k in range(w.simple.power_W.size):
            if s.traffic.part_station[k] == st:
                made += w.simple.power_W[k]
                used += w.simple.load_W[k]
        x.rated_W[st] = x.generation_W[st] = x.usable_W[st] = made
        x.used_W[st] = min(made, used)
        x.payload_W[st] = max(made - used, 0.0)
        x.shed_W[st] = max(used - made, 0.0)
        x.margin_W[st] = made - used
        s.core_power[st] = made >= used


@njit(cache=True)
def take_from_stores(w: World, s: RunState, x: Scratch, luck: Luck) -> None:
    """What people and machines want comes from the stores of those aboard, each from their own first; below the reserve of
    food they are asked to eat less."""
    for st in range(s.people.size):
        _shares(w, s, x, st)
        wants_kg, got_kg = x.wants_kg[st], x.got_kg[st]
        got_kg[:] = 0.0
        for r in range(wants_kg.size):
            if wants_kg[r] > 0.0:
                eaten_frac = 1.0 - w.rules.ration_frac if r == FOOD and s.stock_low[st, 0] else 1.0
                got_kg[r] = stores.take_shares(
                    w.stores, s.stores, st, r, eaten_frac * wants_kg[r], x.share, s.traffic.part_station, s.partners.may_share
                )


@njit(cache=True)
def _shares(w: World, s: RunState, x: Scratch, st: int) -> None:
    """Shares of use by the two providers: people of the US segment's partners live on NASA's stores."""
    x.share[:] = 0.0
    russian = s.crew.aboard[st, w.ru_partner]
    everyone = s.crew.aboard[st].sum()
    frac = russian / everyone if everyone > 0 else 0.5
    x.share[w.ru_partner] = frac
    x.share[w.us_partner] = 1.0 - frac


@njit(cache=True)
def give_to_stores(w: World, s: RunState, x: Scratch) -> None:
    """What life support gives back goes into the stores; what has no room is dumped, and the flow says so."""
    for st in range(s.people.size):
        _shares(w, s, x, st)
        gives_kg = x.gives_kg[st]
        for r in range(gives_kg.size):
            if gives_kg[r] > 0.0:
                stored = stores.put_shares(
                    w.stores, s.stores, st, r, gives_kg[r], x.share, s.traffic.part_station, s.partners.may_share
                )
                x.flow_kg[st, r, DUMPED] -= gives_kg[r] - stored


@njit(cache=True)
def take_stock(w: World, s: RunState, x: Scratch) -> None:
    """What is aboard now, by station, owner and resource; cabin air, which is nobody's, stands with the first partner."""
    if s.traffic.changed[0] or not x.settled[0]:
        stores.line_up(w.stores, s.stores, s.traffic.part_station, x.stock_kg)
    stores.totals(s.stores, x.stock_cells)
    for st in range(s.people.size):
        for gas in range(4):
            x.stock_kg[st, 0, AIR_OXYGEN + gas] = s.life_support.air_kg[st, gas]


@njit(cache=True)
def research(w: World, s: RunState, x: Scratch, st: int, kg: float) -> None:
    """Research uses up what was brought for it."""
    got = stores.take(w.stores, s.stores, st, RESEARCH, w.us_partner, kg, s.traffic.part_station, s.partners.may_share)
    x.flow_kg[st, RESEARCH, RESEARCH_USE] -= got
    upkeep.throw_away(w, s, x, st, w.us_partner, got, RESEARCH_USE)
