"""Tables of wings, channels, batteries and loads -> the power subsystem's arrays, SI."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ...model.base import NEVER_s, seconds
from ...model.catalogue import Catalogue, Row, number
from ...model.station import Module
from ...subsystems import power
from .names import integers, reals, truths

POINTING = {
    "two-axes": power.TWO_AXES, "alpha-only": power.ALPHA_ONLY, "z1-perch": power.Z1_PERCH,
    "gimbal-only": power.GIMBAL_ONLY,
}  # fmt: skip
BUSES = {"us": power.US, "russian": power.RUSSIAN}
POINTING_FRAC = 0.98
"""Attitude and gimbal error of a tracking wing. Assumed: brings a new wing's channel to the 13.72 kWe of SPACE."""
PERCH_SWITCH_deg = 37.0
"""Beta above which P6 on Z1 flew with the x axis square to the orbit plane (XPOP). Recalled."""
LEAST_SUNLIT_frac = 0.61
"""Share of the orbit in sunlight at 400 km and beta 0, where a module's stated power is meant. Geometry of a cylindrical shadow."""
ORBIT_PERIOD_s = 5550.0
"""Period at 400 km, for the length of an eclipse; 1 % over the altitudes flown. Kepler."""


class Added(NamedTuple):
    """Rows of wings, channels, batteries and loads that modules of a scenario add to those of the station's tables."""

    wings: tuple[Row, ...] = ()
    channels: tuple[Row, ...] = ()
    batteries: tuple[Row, ...] = ()
    loads: tuple[Row, ...] = ()


NOTHING_ADDED = Added()


def added_power(modules: Mapping[str, Module]) -> Added:
    """What modules joining a station of packaged parts add to its power: a channel that delivers, averaged over the orbit with
    the longest night, what the module makes beyond its own load; or a core load where it makes less. Its own heat it rejects itself.
    """
    wings, channels, batteries, loads = [], [], [], []
    for name, m in modules.items():
        spare_kW, bus = m.power_kW - m.load_kW, "russian" if m.partner == "roscosmos" else "us"
        if spare_kW < 0.0:
            loads.append({"id": name, "part": name, "priority": "1", "power_kW": str(-spare_kW), "bus": bus})
        if spare_kW <= 0.0:
            continue
        rated_kW = spare_kW / (LEAST_SUNLIT_frac * POINTING_FRAC)
        wings.append({"id": name, "channel": name, "part": name, "joint": "", "covered_by": "", "kind": "wing", "rated_kW": str(rated_kW),
                      "area_m2": "0", "ageing": "triple-junction", "pointing": "two-axes", "shading": ""})  # fmt: skip
        channels.append({"id": name, "bus": bus, "part": name, "kind": "channel", "direct_frac": "1", "charge_frac": "1", "deliver_frac": "1"})
        night_kWh = spare_kW * (1.0 - LEAST_SUNLIT_frac) * ORBIT_PERIOD_s / 3600.0
        batteries.append({"channel": name, "capacity_kWh": str(2.0 * night_kWh), "fade_per_y": "0", "return_frac": "1", "depth_frac": "1"})
    return Added(tuple(wings), tuple(channels), tuple(batteries), tuple(loads))


def moment_s(row: Row, column: str, default: float) -> float:
    """An instant of a row in seconds since 2000, or `default` where the cell is empty."""
    return seconds(row[column]) if row.get(column) else default


def build_power(
    catalogue: Catalogue, part_index: Mapping[str, int], station_index: Mapping[str, int],
    machine_index: Mapping[str, int] | None = None, machine_loads: Sequence[Row] = (), root: str = "stations/iss",
    added: Added = NOTHING_ADDED,
) -> tuple[power.Params, power.State]:  # fmt: skip
    """Params and an empty State of the power subsystem.

    `machine_loads` are rows (`id`, `part`, `priority`, `power_kW`, `machine`) added to loads.csv: what machines draw;
    `added` is what modules of the scenario bring. Parts the scenario does not have leave their wings, channels and loads
    out of play (index -1).
    """
    wings = [*catalogue.table(f"{root}/wings"), *added.wings]
    channels = [*(row for row in catalogue.table(f"{root}/channels") if row["kind"] == "channel"), *added.channels]
    transfers = [row for row in catalogue.table(f"{root}/channels") if row["kind"] == "transfer"]
    batteries = [*catalogue.table(f"{root}/batteries"), *added.batteries]
    machine_loads = [*added.loads, *machine_loads]
    channel_index = {row["id"]: k for k, row in enumerate(channels)}
    strength = catalogue.by_id(f"{root}/array_ageing")["silicon"]
    p = power.Params(
        wings=_wings(catalogue, root, wings, channel_index, part_index),
        channels=power.Channels(
            bus=integers(BUSES[row["bus"]] for row in channels),
            part=_parts(channels, "part", part_index),
            from_s=_moments(channels, "from_utc", -NEVER_s),
            to_s=_moments(channels, "to_utc", NEVER_s),
            direct_frac=_numbers(channels, "direct_frac"),
            charge_frac=_numbers(channels, "charge_frac"),
            deliver_frac=_numbers(channels, "deliver_frac"),
        ),
        batteries=power.Batteries(
            channel=integers(channel_index[row["channel"]] for row in batteries),
            from_s=_moments(batteries, "from_utc", -NEVER_s),
            to_s=_moments(batteries, "to_utc", NEVER_s),
            capacity_J=_numbers(batteries, "capacity_kWh", 3.6e6),
            fade_per_y=_numbers(batteries, "fade_per_y"),
            return_frac=_numbers(batteries, "return_frac"),
            depth_frac=_numbers(batteries, "depth_frac"),
        ),
        transfers=power.Transfers(
            from_bus=integers(BUSES[row["bus"]] for row in transfers),
            part_a=_parts(transfers, "part", part_index),
            part_b=_parts(transfers, "part_b", part_index),
            from_s=_moments(transfers, "from_utc", -NEVER_s),
            to_s=_moments(transfers, "to_utc", NEVER_s),
            limit_W=_numbers(transfers, "limit_kW", 1e3),
            efficiency_frac=_numbers(transfers, "efficiency_frac"),
        ),
        **_loads(catalogue, root, part_index, machine_index or {}, machine_loads),
        ageing=1.0,
        ageing_low=number(strength, "strength_low"),
        ageing_mode=number(strength, "strength_mode"),
        ageing_high=number(strength, "strength_high"),
        pointing_frac=POINTING_FRAC,
        perch_switch_rad=math.radians(PERCH_SWITCH_deg),
        orbit_period_s=ORBIT_PERIOD_s,
        feathered_from_s=-NEVER_s,
    )
    return p, empty_state(p, len(station_index))


def empty_state(p: power.Params, stations: int) -> power.State:
    """A State of zeros for `stations` stations."""
    channels = p.channels.bus.size
    return power.State(
        channel_generation_W=np.zeros(channels), channel_usable_W=np.zeros(channels),
        channel_eclipse_W=np.zeros(channels), channel_capacity_J=np.zeros(channels), throughput_J=np.zeros(channels),
        bus_usable_W=np.zeros((stations, 2)), bus_drawn_W=np.zeros((stations, 2)), transfer_W=np.zeros((stations, 2)),
        main_bus=np.zeros(stations, np.int64), parted=np.zeros(1, np.bool_), wings_count=np.zeros(stations, np.int64), settled=np.zeros(2, np.bool_),
        aged_s=np.zeros(1), wing_W=np.zeros(p.wings.part.size),
        live_wing=np.zeros(p.wings.part.size, np.int64), live_battery=np.zeros(p.batteries.channel.size, np.int64),
        live_load=np.zeros(p.load_W.size, np.int64), live_count=np.zeros(3, np.int64), wanted_W=np.zeros((stations, 2, 2)),
        bank=np.zeros((channels, 3)), seam=np.zeros((2, 2)), every=np.zeros(2, np.bool_),
    )  # fmt: skip


def load_names(catalogue: Catalogue, machine_loads: Sequence[Row] = (), root: str = "stations/iss") -> tuple[str, ...]:
    """Names of the loads in the order of the load arrays, for the log of what was shed."""
    return tuple(row["id"] for row in (*catalogue.table(f"{root}/loads"), *machine_loads))


def channel_names(catalogue: Catalogue, root: str = "stations/iss") -> tuple[str, ...]:
    """Names of the channels in the order of the channel arrays."""
    return tuple(row["id"] for row in catalogue.table(f"{root}/channels") if row["kind"] == "channel")


def _wings(
    catalogue: Catalogue, root: str, wings: Sequence[Row], channel_index: Mapping[str, int],
    part_index: Mapping[str, int],
) -> power.Wings:  # fmt: skip
    ageing = catalogue.by_id(f"{root}/array_ageing")
    shades: dict[str, list[tuple[float, float]]] = {}
    for row in catalogue.table(f"{root}/array_shading"):
        shades.setdefault(row["table"], []).append((number(row, "beta_deg"), number(row, "lit_frac")))
    betas = [beta for beta, _ in next(iter(shades.values()))]
    wing_index = {row["id"]: k for k, row in enumerate(wings)}
    table_index = {name: k for k, name in enumerate(shades)}
    return power.Wings(
        channel=integers(channel_index[row["channel"]] for row in wings),
        part=_parts(wings, "part", part_index),
        joint_part=integers(part_index.get(row["joint"], -1) for row in wings),
        covered_by=integers(wing_index.get(row["covered_by"], -1) for row in wings),
        covered_frac=_numbers(wings, "covered_frac"),
        is_cover=truths(row["kind"] == "cover" for row in wings),
        from_s=_moments(wings, "deployed_utc", -NEVER_s),
        to_s=_moments(wings, "retracted_utc", NEVER_s),
        born_s=_moments(wings, "born_utc", 0.0),
        rated_W=_numbers(wings, "rated_kW", 1e3),
        area_m2=_numbers(wings, "area_m2"),
        linear_per_y=reals(number(ageing[row["ageing"]], "linear_per_y") for row in wings),
        quadratic_per_y2=reals(number(ageing[row["ageing"]], "quadratic_per_y2") for row in wings),
        pointing=integers(POINTING[row["pointing"]] for row in wings),
        shading=integers(table_index.get(row["shading"], -1) for row in wings),
        beta_rad=np.radians(betas),
        lit_frac=np.array([[lit for _, lit in table] for table in shades.values()]),
    )


def _loads(
    catalogue: Catalogue, root: str, part_index: Mapping[str, int], machine_index: Mapping[str, int],
    machine_loads: Sequence[Row],
) -> dict[str, np.ndarray]:  # fmt: skip
    segment = {row["id"]: row["segment"] for row in catalogue.table(f"{root}/parts")}
    rows = [*catalogue.table(f"{root}/loads"), *machine_loads]
    priority = integers(number(row, "priority") for row in rows)
    return {
        "load_part": _parts(rows, "part", part_index),
        "load_bus": integers(BUSES.get(row.get("bus") or segment.get(row["part"], "us"), power.US) for row in rows),
        "load_priority": priority,
        "load_order": np.argsort(priority, kind="stable"),
        "load_machine": integers(machine_index.get(row.get("machine", ""), -1) for row in rows),
        "load_from_s": _moments(rows, "from_utc", -NEVER_s),
        "load_to_s": _moments(rows, "to_utc", NEVER_s),
        "load_W": _numbers(rows, "power_kW", 1e3),
    }


def _parts(rows: Sequence[Row], column: str, part_index: Mapping[str, int]) -> np.ndarray:
    return integers(part_index.get(row[column], -1) for row in rows)


def _moments(rows: Sequence[Row], column: str, default: float) -> np.ndarray:
    return reals(moment_s(row, column, default) for row in rows)


def _numbers(rows: Sequence[Row], column: str, to_si: float = 1.0) -> np.ndarray:
    return reals(number(row, column, 0.0) * to_si for row in rows)
