"""Where `stationkeep propagate` starts: a state file, element sets or an ephemeris, with drag, activity and burns."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from stationkeep.model.files import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stationkeep.flight.integrators import Burn
    from stationkeep.flight.propagate import Orbit
    from stationkeep.formats.space_weather import SpaceWeather
    from stationkeep.formats.state_file import BurnInFile

ISS_NORAD_ID = 25544
ISS_BALLISTIC_M2_PER_KG = 0.0070
"""Cd A / m of the ISS taken for an element set when none is given: 0.0079 fitted to the decay of 2023 with NRLMSIS 2.1,
whose density is 11 % below NRLMSISE-00 there. Month to month it scatters by 10 to 35 %."""


class Plan(NamedTuple):
    """What is to be flown, whatever file it came from."""

    name: str
    object_id: str
    frame: str
    start: Orbit
    ballistic_m2_per_kg: float
    ballistic_source: str
    weather: SpaceWeather
    weather_source: str
    burns: list[Burn]
    facts: dict[str, float]


class Activity(NamedTuple):
    """How the solar and geomagnetic activity was asked for."""

    constant: dict[str, float | None]
    mode: str
    table: str
    ap_mode: str

    def weather(self, start_t_s: float, end_t_s: float) -> tuple[SpaceWeather, str]:
        """The table to fly through, and where it comes from."""
        from pathlib import Path

        import numpy as np

        from stationkeep.flight.propagate import (
            bulletin_activity,
            constant_activity,
            held_activity,
        )
        from stationkeep.formats.oem import iso_utc
        from stationkeep.formats.solar_bulletins import latest_bulletin, read_bulletins
        from stationkeep.formats.space_weather import PACKAGED, read_space_weather

        if end_t_s <= start_t_s:
            what = f"the end {iso_utc(end_t_s, 0)} is not after the start {iso_utc(start_t_s, 0)}"
            raise InputError("--until", None, what, "give a later date")
        flux, mean, ap = (self.constant[key] for key in ("f107", "f107a", "ap"))
        if flux is not None and ap is not None:
            mean = flux if mean is None else mean
            told = f"constant F10.7 {flux:g}, its 81-day mean {mean:g}, Ap {ap:g}"
            return constant_activity(flux, mean, ap, start_t_s, end_t_s), told
        if (flux, mean, ap) != (None, None, None):
            raise InputError(
                "--f107", None, "constant activity is not whole", "give --f107 and --ap (--f107a if it differs)"
            )
        if self.mode == "bulletin":
            day = np.datetime64("2000-01-01") + np.timedelta64(int(start_t_s // 86400.0), "D")
            bulletin = latest_bulletin(read_bulletins(), day)
            if bulletin is None or end_t_s > 86400.0 * bulletin.day[-1]:
                what = f"no bulletin holds {iso_utc(start_t_s)[:10]} to {iso_utc(end_t_s)[:10]}"
                raise InputError("--activity", None, what, "take record, held, or constant --f107 and --ap")
            return bulletin_activity(bulletin, start_t_s, end_t_s), f"NASA's solar bulletin of {bulletin.issued}, 50 %"
        record = read_space_weather(Path(self.table) if self.table else PACKAGED)
        if self.mode == "held":
            last_t_s = 86400.0 * min(start_t_s // 86400.0 - 1, record.first_day + len(record.f107) - 1)
            return held_activity(record, start_t_s, end_t_s), f"known on {iso_utc(last_t_s, 0)[:10]}, held"
        return record, self.table or "packaged record, observed, without radio bursts"


def instant(name: str, text: str) -> float:
    """An option's date as UTC seconds since 2000."""
    from stationkeep.formats.oem import parse_utc

    try:
        return parse_utc(f"{text}:00" if text.count(":") == 1 else text)
    except ValueError as error:
        raise InputError(name, None, f"'{text}' is {error}", "write 2024-05-01 or 2024-05-01T12:00:00 (UTC)") from None


def _ballistic(file: str, given: dict[str, float | None], own: dict[str, float]) -> tuple[float, dict[str, float]]:
    """Cd A / m from the options, else from the file; and the three figures."""
    from math import isfinite

    facts = {key: own.get(key, float("nan")) if value is None else value for key, value in given.items()}
    lacking = [f"--{key.replace('_', '-')}" for key, value in facts.items() if not isfinite(value)]
    if lacking:
        raise InputError(file, None, "the file does not say how it is dragged", f"give {', '.join(lacking)}")
    if facts["mass_kg"] <= 0.0 or facts["area_m2"] < 0.0 or facts["cd"] < 0.0:
        raise InputError(file, None, "mass, drag area or drag coefficient is not positive", "e.g. 420000, 1500, 2.2")
    return facts["cd"] * facts["area_m2"] / facts["mass_kg"], facts


def _burns(items: Iterable[BurnInFile]) -> list[Burn]:
    from stationkeep.flight.integrators import Burn
    from stationkeep.formats.oem import parse_utc

    made = [(item, *item.frame_and_speed()) for item in items]
    return [Burn(parse_utc(item.start_utc), item.duration_s, speed, frame) for item, frame, speed in made]


def given_burns(path: str) -> list[Burn]:
    """Burns of a file of their own (YAML, `burns:` as in a state file)."""
    from stationkeep.formats.state_file import read_burns

    return _burns(read_burns(path))


def from_state(
    path: str, _begin: float | None, end_t_s: float, drag: dict[str, float | None], activity: Activity, burning: bool
) -> Plan:
    """A state file, options going first."""
    import numpy as np

    from stationkeep.flight.integrators import FRAME_NAMES, convert
    from stationkeep.flight.propagate import Orbit
    from stationkeep.formats.oem import parse_utc
    from stationkeep.formats.state_file import read_state

    given = read_state(path)
    t_s = parse_utc(given.epoch)
    own = {"mass_kg": given.mass_kg, "area_m2": given.area_m2, "cd": given.cd}
    ballistic, facts = _ballistic(path, drag, own)
    if activity.constant["f107"] is None and activity.constant["ap"] is None:
        activity = activity._replace(constant={"f107": given.f107, "f107a": given.f107a, "ap": given.ap})
    weather, told = activity.weather(t_s, end_t_s)
    vector = np.array([*given.r_km, *given.v_km_per_s]) * 1e3
    state = convert(given.frame, "GCRF", np.array([t_s]), vector[None])[0]
    burns = _burns(given.burns if burning else ())
    return Plan(
        given.name, "UNKNOWN", FRAME_NAMES.get(given.frame, given.frame), Orbit(t_s, state[:3], state[3:]), ballistic,
        "file and options", weather, told, burns, facts,
    )  # fmt: skip


def from_elements(
    path: str, begin_t_s: float | None, end_t_s: float, drag: dict[str, float | None], activity: Activity, _b: bool
) -> Plan:
    """The element set nearest to the asked start, or the newest."""
    from stationkeep.flight.propagate import Forces, orbit_of_elements
    from stationkeep.formats.elements import nearest, read_elements

    sets = read_elements(path)
    chosen = sets[-1] if begin_t_s is None else nearest(sets, begin_t_s)
    told = "options"
    if all(value is None for value in drag.values()) and chosen.norad_id == ISS_NORAD_ID:
        ballistic, facts = ISS_BALLISTIC_M2_PER_KG, dict[str, float]()
        told = "assumed for the ISS; give --mass-kg, --area-m2 and --cd"
    else:
        ballistic, facts = _ballistic(path, drag, {})
    weather, activity_told = activity.weather(chosen.epoch_t_s - 86400.0, end_t_s)
    orbit = orbit_of_elements(chosen, Forces(ballistic, activity.ap_mode), weather)
    name = chosen.name or ("ISS" if chosen.norad_id == ISS_NORAD_ID else f"{chosen.norad_id:05d}")
    return Plan(name, f"{chosen.norad_id:05d}", "EME2000", orbit, ballistic, told, weather, activity_told, [], facts)


def from_oem(
    path: str, begin_t_s: float | None, end_t_s: float, drag: dict[str, float | None], activity: Activity, burning: bool
) -> Plan:
    """An ephemeris, from after its reconstruction on, with the burns it shows."""
    import numpy as np

    from stationkeep.flight.propagate import Forces, burns_in, orbit_of
    from stationkeep.formats.oem import iso_utc, read_oem

    given = read_oem(path)
    own = {"mass_kg": given.mass_kg, "area_m2": given.drag_area_m2, "cd": given.drag_coefficient}
    ballistic, facts = _ballistic(path, drag, own)
    after = given.created_t_s if begin_t_s is None else begin_t_s
    row = int(np.searchsorted(given.t_s, after)) if after <= given.t_s[-1] else 0
    if begin_t_s is not None and not given.t_s[0] - 1e-3 <= begin_t_s <= given.t_s[-1]:
        span = f"{iso_utc(float(given.t_s[0]))} to {iso_utc(float(given.t_s[-1]))}"
        raise InputError(path, None, f"no state at --start {iso_utc(begin_t_s)}", f"the file holds {span}")
    start = orbit_of(given, row)
    own_drag = not activity.table and all(value is None for value in drag.values())
    if activity.mode == "auto" and own_drag and "NASA" in given.originator.upper():
        activity = activity._replace(mode="bulletin")  # the header's drag was tuned to it
    weather, told = activity.weather(start.t_s, max(end_t_s, float(given.t_s[-1])))
    shown = burns_in(given, Forces(ballistic, activity.ap_mode), weather) if burning else []
    burns = [burn for burn in shown if burn.start_t_s + burn.duration_s > start.t_s]
    frame = given.frame if given.frame != "ICRF" else "GCRF"
    return Plan(
        given.object_name, given.object_id, frame, start, ballistic, "file and options", weather, told, burns, facts
    )
