"""Power, heat and attitude against published figures.

Calibrated: the ageing law (160 kW in 2021), the pointing and line efficiency (channel average), the pulse length of
thruster hold (14 kg). In view: known when the loads, which no source gives by element, were split.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from stationkeep.engine.compile.attitude import build_attitude
from stationkeep.engine.power_stage import (
    STAGES,
    PowerOnDay,
    ageing_band,
    at_beta_0,
    power_on,
    reason,
    sky_on,
)
from stationkeep.model.base import seconds
from stationkeep.model.catalogue import Catalogue, number
from stationkeep.subsystems import attitude
from validation.table import Row, show

CATALOGUE = Catalogue()
CHANNELS = ("1A", "1B", "2A", "2B", "3A", "3B", "4A", "4B")


ENGINEERING = "engineering.md A1-A5"


def main() -> None:
    show([*assembly(), *capacity(), *failures(), *attitude_rows()])
    print("### Stages at beta 0, with the reason of each step\n")
    stages()


def assembly() -> Iterator[Row]:
    """What the Shuttle flights of 2006 changed."""
    before, september, december = (power_on(CATALOGUE, day) for day in ("2006-08-15", "2006-09-17", "2006-12-20"))
    source = "wings.csv (deployment dates), spaceref STS-115 reports"
    yield _row("rated power of deployed wings, 2006-09-17 / August", "2.00", september.rated_W / before.rated_W, "{:.2f}", (1.94, 2.06), "test", source)
    yield _row("the same on 2006-12-20 (4B retracted)", "1.5", december.rated_W / before.rated_W, "{:.2f}", (1.45, 1.55), "test", source)
    got = f"unwired on 2006-12-13: {', '.join(sorted(power_on(CATALOGUE, '2006-12-13').unwired)) or 'none'}, on 2006-12-20: {', '.join(sorted(december.unwired)) or 'none'}"
    met = power_on(CATALOGUE, "2006-12-13").unwired != () and december.unwired == ()
    yield Row("P4 wired to loads", "after 2006-12-14..16", got, met, "test", "evas.csv (spacewalks of STS-116)")
    ratios = []
    for strength in (1.0, *ageing_band(CATALOGUE)):
        a, b = (power_on(CATALOGUE, day, strength, at_beta_0(CATALOGUE, day)).usable_W for day in ("2006-08-15", "2006-12-20"))
        ratios.append(b / a)
    got = f"{ratios[0]:.2f} ({min(ratios):.2f}-{max(ratios):.2f} with ageing)"
    yield Row("usable power December / August 2006 at beta 0", "printed with its band", got, None, "derived", source)


def capacity() -> Iterator[Row]:
    """Channels, ageing, batteries."""
    new = power_on(CATALOGUE, "2009-04-15", sky=at_beta_0(CATALOGUE, "2009-04-15"))
    channel_kW = np.array(list(new.channels_W.values())) / 1e3
    aged, after = power_on(CATALOGUE, "2021-06-16"), power_on(CATALOGUE, "2023-07-15")
    depth = max(power_on(CATALOGUE, f"{year}-03-20").depth_frac for year in range(2009, 2017))
    told = f"{{:.2f}} kW ({channel_kW.min():.2f}-{channel_kW.max():.2f})"
    yield _row("channel average, eight wings, 2009-04, beta 0", "13.7 kWe (13.2-14.2)", float(channel_kW.mean()), told, (13.2, 14.2), "calibration", "engineering.md A2 (SPACE)")
    yield _row("eight legacy wings new", "240 kW", aged.rated_W / 1e3, "{:.0f} kW", (240, 240), "input", "engineering.md A1")
    yield _row("eight legacy wings in June 2021", "160 kW within 7 %", aged.generation_W / 1e3, "{:.0f} kW", (148.8, 171.2), "calibration", "engineering.md A1 (NASA 2021)")
    yield _row("six new blankets, July 2023", "+20-30 % (announced)", 100 * (after.generation_W / aged.generation_W - 1), "+{:.0f} %", (20, 30), "test", "engineering.md A1")
    yield _row("deepest discharge at full load, NiH2, 20 March 2009-2016", "<= 35 %", 100 * depth, "{:.0f} %", (0, 35), "test", "engineering.md A3")


def failures() -> Iterator[Row]:
    """Channels, bus units, joints and loops lost."""
    day, short = date(2015, 1, 3), 0
    while day.year == 2015:
        sky = sky_on(CATALOGUE, seconds(day.isoformat()) + 43200.0)
        short += any(power_on(CATALOGUE, day.isoformat(), 1.0, sky, [c]).shed_W for c in CHANNELS)
        day += timedelta(days=14)
    yield Row("one of eight channels lost, 27 days of 2015, each channel", "nothing shed", f"days with anything shed: {short}", short == 0, "in view", "engineering.md A4 (1B, November 2015)")
    sky = sky_on(CATALOGUE, seconds("2012-09-01") + 43200.0)
    lost = [power_on(CATALOGUE, "2012-09-01", 1.0, sky, three) for three in itertools.combinations(CHANNELS, 3)]
    payload_kW = [_payload_shed_kW(one) for one in lost]
    yield Row("three of eight lost, 2012-09-01, all 56 cases", "payload shed", f"{min(payload_kW):.1f}-{max(payload_kW):.1f} kW of payloads shed", min(payload_kW) > 0.0, "in view", "engineering.md A4 (MBSU-1 and 2012)")
    for day_of, unit, why in (
        ("2019-05-01", "mbsu-3", "a main bus unit lost (2 channels, 2019)"), ("2007-12-01", "sarj-port", "port joint lost"),
        ("2012-09-01", "sarj-starboard", "starboard joint lost"), ("2010-08-01", "etcs-a", "loop A lost (pump, 2010)"),
    ):  # fmt: skip
        whole, less = power_on(CATALOGUE, day_of), power_on(CATALOGUE, day_of, lost=[unit])
        got = f"usable {whole.usable_W / 1e3:.1f} to {less.usable_W / 1e3:.1f} kW, shed {sum(less.shed_W.values()) / 1e3:.1f} kW ({_named(less)})"
        met = bool(less.shed_W) if unit == "etcs-a" else less.usable_W < whole.usable_W
        yield Row(f"{why}, {day_of}", "payloads off" if unit == "etcs-a" else "less power", got, met, "test", "engineering.md A4 (sign only)")


def _payload_shed_kW(one: PowerOnDay) -> float:
    kinds = {row["id"]: int(row["priority"]) for row in CATALOGUE.table("stations/iss/loads")}
    return sum(watts for name, watts in one.shed_W.items() if kinds.get(name) == 4) / 1e3


def _named(one: PowerOnDay) -> str:
    names = sorted(one.shed_W, key=lambda name: -one.shed_W[name])
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "") or "nothing"


def attitude_rows() -> Iterator[Row]:
    """Attitude of early 2005 and of 2022, from mass properties and the air of the day."""
    early, late = _attitude("2005-02-08", 358.0, 8e-12), _attitude("2022-07-20", 416.0, 3e-12)
    orbits = 86400.0 / 5500.0
    hold, quiet = float(early.hold_kg_per_orbit[0]), float(early.desaturation_kg_per_orbit[0]) * orbits
    yield _row("thruster hold of a 183-t station (February 2005)", "14 kg an orbit, factor 2", hold, "{:.1f} kg", (7, 28), "calibration", "engineering.md C4")
    yield Row("quiet control of it on gyroscopes, desaturated", "derived, not fitted", f"{quiet:.2f} kg a day", None, "derived", "torques from parts and air")
    yield _row("pitch of the equilibrium attitude, 2022", "-5 to -10 deg", math.degrees(late.attitude_rad[0, 1]), "{:.1f} deg", (-10, -5), "test", "engineering.md C4")
    yield _row("gyroscopes saturate without desaturation, 2022", "hours to days", float(late.saturation_s[0]) / 3600, "{:.0f} h", (2.0, 120.0), "test", "engineering.md C4")


def _attitude(day: str, altitude_km: float, density: float) -> attitude.State:
    """State after one day of quiet flight with a Progress aft and a Soyuz under Zarya (7 t each)."""
    poses = CATALOGUE.table("stations/iss/parts")
    index = {name: k for k, name in enumerate(dict.fromkeys(row["id"] for row in poses))}
    count = len(index) + 2
    p, s = build_attitude(CATALOGUE, index | {"aft": count - 2, "nadir": count - 1}, {"iss": 0})
    place, mass = np.full(count, -1, np.int64), np.zeros(count)
    position, size, area = np.zeros((count, 3)), np.zeros((count, 3)), np.zeros(count)
    for row in poses:
        ends = [seconds(row[column]) for column in ("valid_to", "leaves_utc") if row[column]]
        if seconds(row["valid_from"] or row["arrives_utc"]) <= seconds(day) < min([*ends, 1e18]):
            k = index[row["id"]]
            place[k], mass[k] = 0, number(row, "mass_kg") + number(row, "outfit_kg", 0.0)
            position[k] = [number(row, f"{axis}_m") for axis in "xyz"]
            size[k] = [number(row, f"size_{axis}_m") for axis in "xyz"]
            area[k] = number(row, "area_x_m2", 0.0)
    place[-2:], mass[-2:], position[-2:] = 0, 7000.0, ((-39.3, 0.0, 4.1), (-11.1, 0.0, 9.0))
    area[-1] = 19.0
    attitude.mass_properties(s, place, mass, position, size, area)
    rate = math.sqrt(3.986004418e14 / (6378137.0 + altitude_km * 1e3) ** 3)
    one, held = np.zeros(1), np.ones(1, np.bool_)
    attitude.step(
        p,
        s,
        86400.0,
        np.array([rate]),
        np.array([density]),
        place,
        np.array([4]),
        held.copy(),
        held.copy(),
        np.zeros(1, np.int64),
        one,
        one.copy(),
        held,
    )
    return s


def stages() -> None:
    """Usable power by stage with the reason for each step."""
    print(
        "| stage (beta 0) | wings | rated kW | in sunlight kW | usable kW (ageing 5-95 %) | why |"
        "\n|---|---|---|---|---|---|"
    )
    before = None
    for day in STAGES:
        sky = at_beta_0(CATALOGUE, day)
        now = power_on(CATALOGUE, day, sky=sky)
        weak, strong = (power_on(CATALOGUE, day, k, sky).usable_W / 1e3 for k in ageing_band(CATALOGUE))
        print(
            f"| {day} | {len(now.wings)} | {now.rated_W / 1e3:.0f} | {now.generation_W / 1e3:.0f} | "
            f"{now.usable_W / 1e3:.1f} ({strong:.1f}-{weak:.1f}) | {reason(before, now)} |"
        )
        before = now
    print()


def _row(what: str, asked: str, value: float, form: str, band: tuple[float, float], sample: str, source: str) -> Row:
    return Row(what, asked, form.format(value), band[0] <= value <= band[1], sample, source)


if __name__ == "__main__":
    main()
