"""What every record shares: frozen, no unknown keys, dates and uncertain numbers as people write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.json_schema import WithJsonSchema

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
NEVER_s = 1e18
PARTNERS = ("roscosmos", "nasa", "esa", "jaxa", "csa", "commercial")
RESOURCES = ("propellant", "oxygen", "nitrogen", "water", "food", "supplies", "spares")
Partner = Literal["roscosmos", "nasa", "esa", "jaxa", "csa", "commercial"]


class Record(BaseModel):
    """Base of every record of the model."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, populate_by_name=True)


def parse_utc(text: Any) -> str:
    """Normalise `2024-12-31` or `2024-12-31T07:38:15Z` to the latter form; ValueError says what is right."""
    if not isinstance(text, str) or not re.match(r"^\d{4}-\d{2}-\d{2}", text):
        raise ValueError(f"not a date: {text!r}; write 2024-12-31 or 2024-12-31T12:00:00Z")
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise ValueError(f"not a date: {text!r} ({error}); write 2024-12-31 or 2024-12-31T12:00:00Z") from None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


_ISO = WithJsonSchema({"type": "string", "description": "a date or instant, ISO 8601, UTC", "examples": ["2024-12-31"]})
Date = Annotated[str, BeforeValidator(parse_utc), _ISO]


def seconds(utc: str) -> float:
    """Seconds since 2000-01-01T00:00 UTC, leap seconds not counted."""
    return (datetime.fromisoformat(utc.replace("Z", "+00:00")).replace(tzinfo=UTC) - EPOCH).total_seconds()


def to_utc(t_s: float) -> str:
    """The instant `t_s` seconds after 2000-01-01T00:00 UTC, as ISO text."""
    return (EPOCH + timedelta(seconds=round(t_s))).strftime("%Y-%m-%dT%H:%M:%SZ")


class Quantity(Record):
    """A number with its range and its source; a bare number means no range."""

    value: float
    """Best value, in the unit of the key."""
    low: float | None = None
    """5 % value of the range."""
    high: float | None = None
    """95 % value of the range."""
    source: str = ""
    """Where the figure comes from."""
    status: Literal["found", "recalled", "derived", "assumed"] = "assumed"
    """How far the figure can be trusted."""

    @model_validator(mode="before")
    @classmethod
    def _bare_number(cls, data: Any) -> Any:
        if isinstance(data, bool) or (isinstance(data, str) and not data.strip()):
            raise ValueError(f"not a number: {data!r}; write a number, its unit is in the key")
        if isinstance(data, int | float):
            return {"value": data}
        if isinstance(data, str):
            raise ValueError(f"not a number: {data!r}; the unit is in the key: write the number alone")
        return data

    @model_validator(mode="after")
    def _ordered(self) -> Quantity:
        low = self.value if self.low is None else self.low
        high = self.value if self.high is None else self.high
        if not low <= self.value <= high:
            raise ValueError(f"value {self.value:g} outside its range {low:g}..{high:g}; need low <= value <= high")
        return self


class DateLaw(Record):
    """A date that is known, lies in a span, or was declared and slips as such dates have slipped."""

    at: Date | None = None
    """A fixed date."""
    between: tuple[Date, Date] | None = None
    """Equally likely anywhere in this span."""
    declared: Date | None = None
    """The date as declared; stretched by the record of such declarations."""
    said: Date | None = None
    """The day the declaration was made; the lead from then is what stretches."""

    @model_validator(mode="before")
    @classmethod
    def _bare_date(cls, data: Any) -> Any:
        return {"at": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _one_form(self) -> DateLaw:
        if sum(x is not None for x in (self.at, self.between, self.declared)) != 1:
            raise ValueError("a date needs exactly one form; write a date, {between: [a, b]} or {declared: a, said: b}")
        if self.between and self.between[0] > self.between[1]:
            raise ValueError("dates out of order; write the earlier one first")
        if self.declared and (self.said is None or self.said >= self.declared):
            raise ValueError("a declared date needs the earlier day it was said; add `said:`")
        return self


PositiveDays = Annotated[float, Field(gt=0)]
