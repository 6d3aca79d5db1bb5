"""What a station is made of today: masses, places, frontal area and volume of its parts, ships, outfit and stores."""

from __future__ import annotations

import math

from numba import njit

from ..laws.matter import DELIVERED, MOVED, SPARES
from ..subsystems import attitude, life_support, stores
from . import upkeep
from .world import RunState, Scratch, World

DAY_s = 86400.0
NEVER_s = 1e18
OUTFIT_FROM_STORES_frac = 0.6
"""Share of outfitting that comes out of hardware the cargo figures count; racks flown in logistics modules are the rest.
Assumed: no manifest splits them."""


@njit(cache=True)
def outfitted_kg(full_kg: float, arrive_s: float, outfit_s: float, t_s: float) -> float:
    """Outfitting in a module by now: it approaches its full mass with the time constant `outfit_s`."""
    return full_kg * -math.expm1(-max(t_s - arrive_s, 0.0) / outfit_s)


@njit(cache=True)
def is_new_date(w: World, s: RunState, t_s: float) -> bool:
    """Whether something came into service or went out of it by its date since this was last asked."""
    before = s.dated[0]
    while s.dated[0] < w.dates_s.size and w.dates_s[s.dated[0]] <= t_s:
        s.dated[0] += 1
    return s.dated[0] != before


@njit(cache=True)
def configuration(w: World, s: RunState, x: Scratch, t1_s: float) -> None:
    """Masses now; outfitting, places, inertia and frontal area when parts changed or a week has passed."""
    place, held_in, stock = s.traffic.part_station, w.stores.container_part, s.stores.stock_kg
    if x.moved[0]:
        _measure_kept(w, s, x)
        stores.line_up(w.stores, s.stores, place, x.stock_kg)
    if s.traffic.changed[0] or t1_s - s.last_pose_s[0] >= 7 * DAY_s:
        _weigh_dry(w, s, x, t1_s)
        _outfit(w, s, x)
        for c in range(held_in.size):
            x.part_kg[held_in[c]] += stock[c]
        _pose(w, s, x, t1_s)
        return
    here, at, count = s.stores.here, s.stores.at, s.stores.here_count[0]
    for st in range(s.dry_kg.size):
        a = b = aa = bb = 0.0  # four sums at a time: each addition waits for the one before
        for i in range(0, count - 3, 4):
            a += stock[here[i]] if at[i] == st else 0.0
            b += stock[here[i + 1]] if at[i + 1] == st else 0.0
            aa += stock[here[i + 2]] if at[i + 2] == st else 0.0
            bb += stock[here[i + 3]] if at[i + 3] == st else 0.0
        for i in range(count - count % 4, count):
            a += stock[here[i]] if at[i] == st else 0.0
        s.attitude.mass_kg[st] = s.dry_kg[st] + ((a + b) + (aa + bb))


@njit(cache=True)
def count_stores(w: World, s: RunState, x: Scratch) -> None:
    """What a module brought along when it joined is delivered with it, before anything else goes into its lockers; ships' cargo is
    counted as they dock."""
    part, resource, counted, place = w.stores.container_part, w.stores.container_resource, s.stores.counted, s.traffic.part_station
    for c in range(counted.size):
        if not counted[c] and place[part[c]] >= 0:
            counted[c] = True
            x.flow_kg[place[part[c]], resource[c], DELIVERED] += s.stores.stock_kg[c]


@njit(cache=True)
def _weigh_dry(w: World, s: RunState, x: Scratch, t1_s: float) -> None:
    """Dry mass of every part with its outfitting by now, and of every station."""
    b, place, modules = w.bodies, s.traffic.part_station, w.traffic.part_station.size
    s.dry_kg[:] = 0.0
    for k in range(place.size):
        kg = b.bare_kg[k]
        if k < modules and b.outfit_kg[k] > 0.0 and place[k] >= 0:
            kg += outfitted_kg(b.outfit_kg[k], b.arrive_s[k], b.outfit_s, t1_s)
        x.part_kg[k] = kg
        if place[k] >= 0:
            s.dry_kg[place[k]] += kg


@njit(cache=True)
def _pose(w: World, s: RunState, x: Scratch, t1_s: float) -> None:
    """Places, inertia, frontal area and volume of what is there."""
    b, place, modules = w.bodies, s.traffic.part_station, w.traffic.part_station.size
    part_m, size_m, area_m2, pose_part, from_s, to_s = x.part_m, x.part_size_m, x.part_area_m2, b.pose_part, b.pose_from_s, b.pose_to_s
    pose_m, pose_size_m, pose_area_m2 = b.pose_m, b.pose_size_m, b.pose_area_m2
    s.last_pose_s[0] = t1_s
    area_m2[:] = 0.0
    for a in range(pose_part.size):
        if from_s[a] <= t1_s < to_s[a]:
            k = pose_part[a]
            for i in range(3):
                part_m[k, i] = pose_m[a, i]
                size_m[k, i] = pose_size_m[a, i]
            area_m2[k] = pose_area_m2[a]
    for i in range(x.ships_count[0]):
        f = x.ships[i]
        k = modules + f
        if place[k] >= 0:
            q = s.traffic.port[f]
            for axis in range(3):
                part_m[k, axis] = b.port_m[q, axis] + 0.5 * b.port_direction[q, axis] * b.ship_size_m[f, 0]
                size_m[k, axis] = b.ship_size_m[f, axis]
            area_m2[k] = b.ship_area_m2[f]
    attitude.mass_properties(s.attitude, place, x.part_kg, x.part_m, x.part_size_m, x.part_area_m2)
    part_volume_m3 = b.volume_m3
    for st in range(s.area_m2.size):
        shown = volume = 0.0
        for k in range(place.size):
            if place[k] == st:
                shown += area_m2[k]
                volume += part_volume_m3[k]
        s.area_m2[st], x.volume_m3[st] = shown, volume
    resized = False
    for st in range(x.volume_m3.size):
        resized = resized or x.volume_m3[st] != s.life_support.volume_m3[st]
    if resized:
        life_support.resettle_air(w.life_support, s.life_support, x.volume_m3, x.flow_kg)


@njit(cache=True)
def _measure_kept(w: World, s: RunState, x: Scratch) -> None:
    """Pressurised volume kept by station and segment; that of parts with a day they came, and the mean of those days."""
    b, place, segment, volume_m3, dated_m3, came_s = w.bodies, s.traffic.part_station, w.traffic.part_segment, x.kept_m3, x.dated_m3, x.came_s
    volume_m3[:] = 0.0
    dated_m3[:] = 0.0
    came_s[:] = 0.0
    for k in range(w.traffic.part_station.size):
        if place[k] >= 0 and b.volume_m3[k] > 0.0:
            volume_m3[place[k], segment[k]] += b.volume_m3[k]
            if b.arrive_s[k] < NEVER_s:
                dated_m3[place[k], segment[k]] += b.volume_m3[k]
                came_s[place[k], segment[k]] += b.volume_m3[k] * b.arrive_s[k]
    for st in range(volume_m3.shape[0]):
        for g in range(2):
            if dated_m3[st, g] > 0.0:
                came_s[st, g] /= dated_m3[st, g]


@njit(cache=True)
def _outfit(w: World, s: RunState, x: Scratch) -> None:
    """What a module gains by outfitting comes out of the hardware aboard, as far as there is any."""
    modules = w.traffic.part_station.size
    for st in range(s.people.size):
        fitted = 0.0
        for k in range(modules):
            if s.traffic.part_station[k] == st:
                fitted += x.part_kg[k] - w.bodies.bare_kg[k]
        grown = OUTFIT_FROM_STORES_frac * (fitted - s.fitted_kg[st])
        s.fitted_kg[st] = fitted
        if grown <= 0.0 or s.last_pose_s[0] < 0.0:
            continue
        for who in (w.us_partner, w.ru_partner):
            got = stores.take(w.stores, s.stores, st, SPARES, upkeep.spares_of(w, s, who), grown, s.traffic.part_station, s.partners.spares_share)
            x.flow_kg[st, SPARES, MOVED] -= got
            grown -= got
