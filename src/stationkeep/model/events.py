"""The kinds of event, the conditions they wait for, and futures."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import Field, model_validator

from .base import Date, DateLaw, Partner, Record
from .station import Reboosts

KINDS = ("withdraw", "rejoin", "extend", "separate", "retire", "fail", "ground", "damage", "lose_person", "open", "fund", "join")
Taken = Literal["flights", "crews", "propellant", "command", "operation", "spares", "money"]
ALL: tuple[str, ...] = get_args(Taken)


class StationIs(Record):
    """True once the named station is in a state."""

    station: str
    """Name of a station of the scenario."""
    is_: Annotated[Literal["crewed", "abandoned", "open", "assembled"], Field(alias="is")]
    """The state waited for; `assembled`: every module its first crew needs is there."""
    days_after: Annotated[float, Field(ge=0)] = 0.0
    """Days from there to the event (commissioning); only with `assembled`."""

    @model_validator(mode="after")
    def _when_counted(self) -> StationIs:
        if self.days_after and self.is_ != "assembled":
            raise ValueError("`days_after` counts from a drawn date; use it with `is: assembled` only")
        return self


class Condition(Record):
    """Something outside the model that may come true once."""

    probability_frac: Annotated[float, Field(ge=0, le=1)]
    """Probability that it comes true at all (assumed unless the source says otherwise)."""
    between: tuple[Date, Date]
    """If it does, equally likely on any day of this span."""
    source: str = ""
    """Statement or document it rests on."""

    @model_validator(mode="after")
    def _in_order(self) -> Condition:
        if self.between[0] > self.between[1]:
            raise ValueError("dates out of order; write the earlier one first")
        return self


class Event(Record):
    """One dated or conditional change: exactly one kind, on a date or when something holds."""

    withdraw: Partner | None = None
    """This partner leaves the station."""
    rejoin: Partner | None = None
    """This partner comes back and takes up its segment and flights again."""
    extend: Partner | None = None
    """This partner commits itself until `to`."""
    separate: Literal["russian", "us"] | None = None
    """This segment leaves and becomes the station named by `into`."""
    join: str | None = None
    """This station docks to the main one and is part of it from then on, with its ships, people and stores: once the propellant in
    its tanks is enough for the way (planes drift together and apart), and while both hold their attitude. Flights planned to it
    end: those of the main station serve both."""
    retire: str | None = None
    """This station is given up: its crew comes home and nobody pushes it up any more; once drag has brought it so low that docked ships
    can do the rest (service `deorbit`), they lower it to its end."""
    fail: str | None = None
    """This machine fails, or the launch of this flight does."""
    ground: str | None = None
    """This vehicle type, launcher (or family of them), launch site or pad does not fly for `for_d` days: nothing else is held."""
    damage: str | None = None
    """This docked ship can bring nobody home any more."""
    lose_person: Partner | None = None
    """`count` people of this partner are lost to the schedule: they do not fly, or with `aboard: true` come home early."""
    aboard: bool = False
    """The person lost is aboard: the ship that holds the seat goes home now, with all its crew."""
    ship: str | None = None
    """The docked ship they go home in; default: that of the one of this partner who is longest aboard."""
    backup: bool = True
    """A backup flies in the seat of a person lost on the ground if the launch is at least `backup_notice_d` (rules) away."""
    open: str | None = None
    """This station (a successor) is in orbit and can take people."""
    fund: Partner | None = None
    """This partner's money for the stations changes to `share_frac` of what its plan costs, or to `most_musd_per_y`."""
    on: DateLaw | None = None
    """When."""
    when: str | StationIs | None = None
    """The condition waited for: a name under `conditions`, or {station: x, is: crewed}."""
    segment: Literal["keeps_running", "handed_over", "powered_down", "separated"] | None = None
    """What happens to a leaving partner's segment: of Europe, Japan and Canada to the modules and arms they own, which are part of the
    US segment and cannot be `separated`."""
    takes: tuple[Taken, ...] | None = None
    """What leaving takes along; all of it unless said, of a segment that `keeps_running` flights, crews and propellant only.
    `flights`: its ships; `crews`: its people, and the ships only they can fly; `propellant`: what its ships bring for the
    tanks; `command`: its mission control, so burns and refuelling of its segment wait until others have learned it
    (`learning_d`), while what runs by itself goes on; `operation`: its specialists, so repairs wait as long; `spares`: its
    spare parts, aboard and to come, so what fails stays broken until others have had some made (rule `spares_lead_d`);
    `money`: nobody pays its flights, nor, unless the segment is handed over, those who run it. From a segment that is
    `separated` with its `crews` taken home, nobody is left aboard: leave `crews` out and they go on with it."""
    notice: Date | None = None
    """Day written notice was given; the agreement asks for a year."""
    learning_d: Annotated[float, Field(ge=0)] = 180.0
    """Days others take to learn to command and to repair a segment handed over, without the mission control (`command`) and
    the specialists (`operation`) that the partner took along."""
    into: str | None = None
    """Name of the station a separated segment becomes."""
    to: Date | None = None
    """End of an extension."""
    for_d: Annotated[float, Field(gt=0)] | None = None
    """Length of a grounding or failure, days; without it a failed machine waits for repair, and the stand-down after a
    failed launch is drawn from those of the record."""
    count: Annotated[int, Field(ge=1)] = 1
    """How many people."""
    share_frac: Annotated[float, Field(ge=0)] = 1.0
    """Share of money left; flights that cannot be paid are cancelled, least needed first."""
    most_musd_per_y: Annotated[float, Field(ge=0)] | None = None
    """Most the partner may spend a year, millions of dollars; operations are paid first, then flights."""
    source: str = ""
    """Statement or document it rests on."""
    text: str = ""
    """Words for the report."""

    @model_validator(mode="before")
    @classmethod
    def _known_shape(cls, data: Any) -> Any:
        if isinstance(data, dict) and sum(k in data for k in KINDS) != 1:
            raise ValueError(f"an event needs exactly one kind; one of {', '.join(KINDS)}")
        return data

    @model_validator(mode="after")
    def _complete(self) -> Event:
        if (self.on is None) == (self.when is None):
            raise ValueError("an event needs either a date or a condition; write `on:` or `when:`")
        if self.withdraw and self.segment is None:
            raise ValueError("a withdrawal must say what happens to the segment; add `segment:` keeps_running, "
                             "handed_over, powered_down or separated")  # fmt: skip
        if self.fund and self.most_musd_per_y is not None and self.share_frac != 1.0:
            raise ValueError("a change of money needs one measure; write `share_frac:` or `most_musd_per_y:`")
        if self.ship and not (self.lose_person and self.aboard):
            raise ValueError("`ship` says in which ship somebody aboard goes home; write it with `lose_person:` and `aboard: true`")
        if self.ground and self.for_d is None:
            raise ValueError("a grounding needs its length; add `for_d:`")
        return self

    @property
    def taken(self) -> tuple[str, ...]:
        """What leaving takes along, with what follows: what nobody pays for neither flies nor is run."""
        if self.takes is None:
            return ("flights", "crews", "propellant") if self.segment == "keeps_running" else ALL
        unpaid = () if "money" not in self.takes else ("flights",) if self.segment == "handed_over" else ("flights", "command", "operation")
        return (*self.takes, *(t for t in unpaid if t not in self.takes))

    @property
    def kind(self) -> str:
        """Which of the kinds this event is."""
        return next(k for k in KINDS if getattr(self, k) is not None)


class Future(Record):
    """One branch of a scenario; every future gets all the runs on the same draws."""

    weight: Annotated[float, Field(ge=0, le=1)]
    """Assumed weight in pooled answers; the weights of a scenario sum to one."""
    title: str = ""
    """Words for the report."""
    sources: tuple[str, ...] = ()
    """Ids of the statements this future rests on."""
    events: dict[str, Event] = {}
    """Events of this branch, over those of the scenario (same name replaces)."""
    flights: dict[str, Any] = {}
    """Flights of this branch, over those of the scenario (same name replaces, null removes)."""
    reboosts: dict[str, Reboosts] = {}
    """Planned reboosts of this branch by station, in place of the station's own."""
