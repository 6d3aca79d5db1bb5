"""A state to propagate, as a person writes it: a short YAML file, checked with file, line and advice."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator

from stationkeep.formats.oem import iso_utc, parse_utc
from stationkeep.model.base import Record
from stationkeep.model.files import ScenarioError, explain_validation, parse, read_text

Direction = Literal["prograde", "retrograde", "radial_out", "radial_in", "normal", "antinormal"]
AXES: dict[str, tuple[str, tuple[float, float, float]]] = {
    "prograde": ("NTW", (0.0, 1.0, 0.0)), "retrograde": ("NTW", (0.0, -1.0, 0.0)),
    "radial_out": ("RTN", (1.0, 0.0, 0.0)), "radial_in": ("RTN", (-1.0, 0.0, 0.0)),
    "normal": ("RTN", (0.0, 0.0, 1.0)), "antinormal": ("RTN", (0.0, 0.0, -1.0)),
}  # fmt: skip
"""Direction of thrust -> frame and unit vector: along the velocity, along the radius, along the angular momentum."""


def _instant(text: str) -> str:
    try:
        return iso_utc(parse_utc(text), 6)
    except ValueError as error:
        raise ValueError(f"'{text}' is {error}; write 2024-05-01T12:00:00Z, UTC") from None


def _position(value: tuple[float, float, float]) -> tuple[float, float, float]:
    if not 6400.0 < math.hypot(*value) < 50_000.0:
        raise ValueError(f"{math.hypot(*value):.6g} km from the Earth's centre; kilometres, in orbit about the Earth")
    return value


def _velocity(value: tuple[float, float, float]) -> tuple[float, float, float]:
    if not 0.5 < math.hypot(*value) < 11.5:
        raise ValueError(f"a speed of {math.hypot(*value):.6g} km/s; kilometres per second, less than escape")
    return value


Instant = Annotated[str, AfterValidator(_instant)]
Vector = tuple[float, float, float]
Frame = Annotated[
    Literal["GCRF", "GCRS", "ICRF", "EME2000", "J2000", "TEME", "ITRF"],
    BeforeValidator(lambda text: text.upper() if isinstance(text, str) else text),
]


class BurnInFile(Record):
    """One burn: thrust constant from `start_utc` on."""

    start_utc: Instant
    duration_s: float = Field(gt=0.0, le=86400.0)
    delta_v_m_per_s: float = Field(gt=0.0, le=1000.0)
    direction: Direction | Vector = "prograde"
    """A name, or a vector in radial, in-track, cross-track (its length does not matter)."""

    @model_validator(mode="after")
    def _points_somewhere(self) -> BurnInFile:
        if isinstance(self.direction, tuple) and not math.hypot(*self.direction) > 0.0:
            raise ValueError("direction: a vector of no length; give a name or three numbers, not all zero")
        return self

    def frame_and_speed(self) -> tuple[str, Vector]:
        """Frame (RTN or NTW) and delta-v in it, m/s."""
        frame, unit = AXES[self.direction] if isinstance(self.direction, str) else ("RTN", self.direction)
        length = math.hypot(*unit)
        x, y, z = (self.delta_v_m_per_s * part / length for part in unit)
        return frame, (x, y, z)


class StateFile(Record):
    """Where an object is, what drags on it, and what it burns."""

    name: str = "object"
    epoch: Instant
    frame: Frame
    r_km: Annotated[Vector, AfterValidator(_position)]
    v_km_per_s: Annotated[Vector, AfterValidator(_velocity)]
    mass_kg: float = Field(gt=0.0)
    area_m2: float = Field(ge=0.0)
    cd: float = Field(ge=0.0)
    f107: float | None = Field(default=None, ge=50.0, le=500.0)
    """Constant F10.7 in place of the record, with `ap`; `f107a`, its 81-day mean, is the same when not given."""
    f107a: float | None = Field(default=None, ge=50.0, le=500.0)
    ap: float | None = Field(default=None, ge=0.0, le=400.0)
    burns: tuple[BurnInFile, ...] = ()

    @model_validator(mode="after")
    def _activity_is_whole(self) -> StateFile:
        if (self.f107 is None) != (self.ap is None) or (self.f107a is not None and self.f107 is None):
            raise ValueError("constant activity is not whole; give f107 and ap (f107a if it differs), or none of them")
        return self


class BurnsFile(Record):
    """Burns alone, for a start from element sets or an ephemeris."""

    burns: tuple[BurnInFile, ...]


Read = TypeVar("Read", bound=Record)


def read_state(path: str | Path) -> StateFile:
    """Read a state file. Raises ScenarioError with every problem found."""
    return _read(path, StateFile)


def read_burns(path: str | Path) -> tuple[BurnInFile, ...]:
    """Read a file of burns. Raises ScenarioError with every problem found."""
    return _read(path, BurnsFile).burns


def _read(path: str | Path, kind: type[Read]) -> Read:
    document = parse(read_text(Path(path)), str(path))
    if document.problems:
        raise ScenarioError(document.problems)

    def keys_at(location: tuple[Any, ...]) -> list[str]:
        return list((BurnInFile if "burns" in location[:-1] else kind).model_fields)

    try:
        return kind.model_validate(document.data)
    except ValidationError as error:
        raise ScenarioError(explain_validation(error, document, keys_at)) from None
