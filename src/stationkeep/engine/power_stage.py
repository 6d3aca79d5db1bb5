"""Electric power of the station on one date without a run: parts of the record, all machines on, orbit of the day."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from ..laws import orbit as orbit_law
from ..laws import power as power_law
from ..laws import sun
from ..model.base import NEVER_s, seconds, to_utc
from ..model.catalogue import Catalogue, Row, number
from ..subsystems import power, thermal
from .compile.life_support import machine_rows
from .compile.power import build_power, channel_names, load_names
from .compile.thermal import build_thermal, loop_names

STAGES = (
    "2000-12-15", "2006-09-20", "2006-12-20", "2007-06-20", "2007-11-15", "2009-04-15", "2021-05-15", "2023-07-15",
)  # fmt: skip
"""Dates at which the assembly of the power system is told, one after each change."""
BUS_UNITS = {f"mbsu-{n}": (f"{n}A", f"{n}B") for n in (1, 2, 3, 4)}
"""Main bus switching units and their channels: the loss of MBSU-3 in 2019 took two (engineering.md A4)."""
JOINTS = {"sarj-port": "p3", "sarj-starboard": "s3"}
EARTH_RADIUS_km = 6378.137
DAY_s = 86400.0


@dataclass(frozen=True)
class Sky:
    """The orbit of one day as power feels it. `how` says where the node comes from."""

    beta_rad: float
    sunlit_frac: float
    altitude_km: float
    how: str


@dataclass(frozen=True)
class PowerOnDay:
    """Power of one station on one day; watts, orbit averages at the loads unless named otherwise."""

    on: str
    sky: Sky
    wings: tuple[str, ...]
    covers: tuple[str, ...]
    channels_W: dict[str, float]
    channels_sunlit_W: dict[str, float]
    rated_W: float
    generation_W: float
    connected_W: float
    usable_W: float
    used_W: float
    payload_W: float
    shed_W: dict[str, float]
    depth_frac: float
    russian_usable_W: float
    russian_used_W: float
    to_russian_W: float
    lithium_channels: tuple[str, ...]
    parked: tuple[str, ...]
    unwired: tuple[str, ...]


def sky_on(catalogue: Catalogue, t_s: float) -> Sky:
    """Beta and sunlit share from the nearest node of the record before `t_s`, carried on by J2."""
    heights = [row for row in catalogue.table("orbit/altitude") if seconds(row["date"]) <= t_s]
    altitude_km = number(heights[-1], "alt_brouwer_km") if heights else 400.0
    a_m = 1e3 * (EARTH_RADIUS_km + altitude_km)
    nodes = [row for row in catalogue.table("orbit/raan") if seconds(row["date"]) <= t_s]
    if not nodes:
        return Sky(
            0.0, 1.0 - sun.eclipse_fraction(1e3 * (EARTH_RADIUS_km + altitude_km), 0.0), altitude_km, "assumed 0"
        )
    last = nodes[-1]
    a_m = 1e3 * (EARTH_RADIUS_km + altitude_km)
    inclination = math.radians(number(last, "inclination_deg"))
    since_s = t_s - seconds(last["date"]) - DAY_s / 2
    node = math.radians(number(last, "raan_deg")) + orbit_law.node_rate(a_m, inclination) * since_s
    beta = sun.beta_angle(inclination, node, *sun.sun_direction(t_s))
    how = f"node of {last['date']} ({last['status']}) carried on by J2 for {since_s / DAY_s:.0f} d"
    return Sky(beta, 1.0 - sun.eclipse_fraction(a_m, beta), altitude_km, how)


def at_beta_0(catalogue: Catalogue, on: str) -> Sky:
    """The orbit of a day with the Sun in its plane, so that stages differ by the machine only."""
    altitude_km = sky_on(catalogue, seconds(on[:10]) + DAY_s / 2).altitude_km
    sunlit = 1.0 - sun.eclipse_fraction(1e3 * (EARTH_RADIUS_km + altitude_km), 0.0)
    return Sky(0.0, sunlit, altitude_km, "set to 0")


def power_on(
    catalogue: Catalogue, on: str, ageing: float = 1.0, sky: Sky | None = None, lost: Collection[str] = ()
) -> PowerOnDay:
    """Power of the ISS at 12:00 UTC of the day `on` as `catalogue` knows it.

    `ageing` is the strength of array ageing (1 nominal); `lost` names what is out of service: channels (`1B`), main bus
    units (`mbsu-1` feeds 1A and 1B), rotary joints (`sarj-port`), cooling loops (`etcs-a`). ValueError where one does
    not exist.
    """
    t_s = seconds(on[:10]) + DAY_s / 2
    station = _Station(catalogue, t_s)
    sky = sky or sky_on(catalogue, t_s)
    channels, loops = channel_names(catalogue), loop_names(catalogue)
    gone = {name for asked in lost for name in BUS_UNITS.get(asked, (asked,))}
    for name in gone - {*channels, *loops, *JOINTS}:
        raise ValueError(f"no '{name}' to lose; one of {', '.join((*channels, *BUS_UNITS, *JOINTS, *loops))}")
    for name in gone & {*JOINTS}:
        station.works[station.index[JOINTS[name]]] = False
    p, s = station.power
    p = p._replace(ageing=ageing)
    figures = ("rated", "generation", "connected", "usable", "used", "payload", "depth", "shed", "margin")
    one = {name: np.zeros(1) for name in figures}
    sunlit, channel_W = np.array([sky.sunlit_frac]), np.zeros(len(channels))
    power.generate(
        p, s, t_s, 1.0 / sun.sun_distance_au(t_s) ** 2, np.array([sky.beta_rad]), sunlit, station.part_station, station.works, np.array([True]),
        one["rated"], one["generation"], one["connected"], channel_W,
    )  # fmt: skip
    reject_W, pumped = np.zeros((1, 2)), np.array([name not in gone for name in loops])
    thermal.reject(*station.thermal, t_s, station.part_station, station.works, pumped, reject_W)
    count = p.load_W.size
    load_station, wanted_W, granted = np.zeros(count, np.int64), np.zeros(count), np.zeros(count)
    power.ask(p, s, t_s, station.part_station, np.ones(len(station.machines)), load_station, wanted_W)
    power.grant(
        p, s, t_s, DAY_s, sunlit, station.part_station, np.array([n not in gone for n in channels]), reject_W,
        load_station, p.load_bus, p.load_priority, wanted_W, granted, one["usable"], one["used"], one["payload"],
        one["depth"], one["shed"], one["margin"],
    )  # fmt: skip
    names, missing_W = load_names(catalogue, station.machines), wanted_W * (1.0 - granted)
    return PowerOnDay(
        on=to_utc(t_s), sky=sky, wings=station.out("wing"), covers=station.out("cover"),
        channels_W=station.main(s, dict(zip(channels, s.channel_usable_W.tolist(), strict=True))),
        channels_sunlit_W=station.main(s, dict(zip(channels, channel_W.tolist(), strict=True))),
        rated_W=float(one["rated"][0]), generation_W=float(one["generation"][0]),
        connected_W=float(one["connected"][0]), usable_W=float(one["usable"][0]), used_W=float(one["used"][0]),
        payload_W=float(one["payload"][0]), depth_frac=float(one["depth"][0]),
        shed_W={name: watts for name, watts in zip(names, missing_W.tolist(), strict=True) if watts > 1.0},
        russian_usable_W=float(s.bus_usable_W[0, power.RUSSIAN]), russian_used_W=float(s.bus_drawn_W[0, power.RUSSIAN]),
        to_russian_W=float(s.transfer_W[0, power.US]),
        lithium_channels=station.lithium(), parked=station.parked(), unwired=station.unwired(),
    )  # fmt: skip


def ageing_band(catalogue: Catalogue) -> tuple[float, float]:
    """Strength of array ageing at 5 and 95 %."""
    row = catalogue.by_id("stations/iss/array_ageing")["silicon"]
    figures = [number(row, f"strength_{name}") for name in ("low", "mode", "high")]
    return power_law.triangular(0.05, *figures), power_law.triangular(0.95, *figures)


def reason(before: PowerOnDay | None, after: PowerOnDay) -> str:
    """What changed between two stages of assembly, in words."""
    if before is None:
        return f"wings {_listed(after.wings)} on line" if after.wings else "Russian arrays only"
    gained = [w for w in after.wings if w not in before.wings]
    lost = [w for w in before.wings if w not in after.wings]
    covered = [w for w in after.covers if w not in before.covers]
    wired = [w for w in before.unwired if w not in after.unwired and w not in lost]
    said = [
        f"{_listed(gained)} deployed" if gained else "",
        f"{_listed(wired)} wired to the loads" if wired else "",
        f"{_listed(lost)} retracted" if lost else "",
        f"new blankets over {_listed(covered)}" if covered else "",
        f"joint of {_listed(after.parked)} parked" if after.parked and not before.parked else "",
        "starboard joint tracking again" if before.parked and not after.parked else "",
        "lithium batteries" if after.lithium_channels and not before.lithium_channels else "",
    ]  # fmt: skip
    years = (seconds(after.on[:10]) - seconds(before.on[:10])) / power_law.YEAR_S
    if years >= 1.0:
        said.append(f"{years:.0f} year{'s' if years >= 1.5 else ''} of ageing")
    return "; ".join(text for text in said if text) or "no change"


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(names))


class _Station:
    """The parts, wings and machines of one date as arrays of one station."""

    def __init__(self, catalogue: Catalogue, t_s: float):
        self.catalogue, self.t_s = catalogue, t_s
        poses = catalogue.table("stations/iss/parts")
        self.index = {name: k for k, name in enumerate(dict.fromkeys(row["id"] for row in poses))}
        self.part_station = np.full(len(self.index), -1, np.int64)
        for row in poses:
            until = min(_instant(row, "valid_to", NEVER_s), _instant(row, "leaves_utc", NEVER_s))
            if _instant(row, "valid_from", _instant(row, "arrives_utc", -NEVER_s)) <= t_s < until:
                self.part_station[self.index[row["id"]]] = 0
        self.works = np.ones(len(self.index), np.bool_)
        self.machines = [
            {**row, "machine": row["id"]}
            for row in machine_rows(catalogue, self.index)
            if number(row, "power_kW", 0.0) > 0.0
        ]  # fmt: skip
        machine_index = {row["id"]: k for k, row in enumerate(self.machines)}
        self.power = build_power(catalogue, self.index, {"iss": 0}, machine_index, self.machines)
        self.thermal = build_thermal(catalogue, self.index, {"iss": 0})
        self.buses = {row["id"]: row["bus"] for row in catalogue.table("stations/iss/channels")}
        self.wings = [
            row
            for row in catalogue.table("stations/iss/wings")
            if _instant(row, "deployed_utc", -NEVER_s) <= t_s < _instant(row, "retracted_utc", NEVER_s)
            and self.part_station[self.index[row["part"]]] == 0
        ]
        buses = [self.buses[row["channel"]] for row in self.wings]
        self.bus = "us" if "us" in buses else "russian"

    def out(self, kind: str) -> tuple[str, ...]:
        """Channels of the main bus with a blanket of `kind` deployed, one name a wing."""
        return tuple(r["channel"] for r in self.wings if r["kind"] == kind and self.buses[r["channel"]] == self.bus)

    def main(self, s: power.State, values: dict[str, float]) -> dict[str, float]:
        """Of values by channel, those of the main bus's channels that have a wing out."""
        return {name: value for name, value in values.items() if name in self.out("wing")}

    def lithium(self) -> tuple[str, ...]:
        """Channels with lithium batteries on line."""
        rows = [r for r in self.catalogue.table("stations/iss/batteries") if r["chemistry"] == "Li-ion"]
        on = [r for r in rows if _instant(r, "from_utc", 0.0) <= self.t_s < _instant(r, "to_utc", NEVER_s)]
        return tuple(sorted({r["channel"] for r in on}))

    def parked(self) -> tuple[str, ...]:
        """Channels whose wing turns on its own gimbal only."""
        return tuple(r["channel"] for r in self.wings if r["pointing"] == "gimbal-only")

    def unwired(self) -> tuple[str, ...]:
        """Channels with a wing out that reaches no load yet."""
        rows = {r["id"]: r for r in self.catalogue.table("stations/iss/channels")}
        return tuple(c for c in self.out("wing") if _instant(rows[c], "from_utc", -NEVER_s) > self.t_s)


def _instant(row: Row, column: str, default: float) -> float:
    return seconds(row[column]) if row.get(column) else default
