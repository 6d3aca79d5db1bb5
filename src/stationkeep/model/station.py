"""Stations as a scenario states them: parts, opening stocks, altitude policy."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from .base import Date, DateLaw, Partner, Quantity, Record
from .catalogue import Catalogue

Service = Literal[
    "reboost", "attitude_control", "desaturation", "power", "thermal", "oxygen", "co2_removal", "water_recovery",
    "pressure", "command", "crew_return", "crew_delivery", "cargo_delivery", "refuelling", "eva", "robotics", "deorbit",
]  # fmt: skip
SERVICES: tuple[str, ...] = Service.__args__  # type: ignore[attr-defined]
PortKind = Literal["SSVP", "IDSS", "CBM"]
"""Standards of the docking ports a module of one's own can bring."""
Stocked = Literal["propellant", "oxygen", "nitrogen", "water", "food", "supplies", "toilet", "candles", "spares", "research"]

MODULE_DIAMETER_m = 4.2
"""Of a module only known by its volume: Zvezda, Nauka and the US modules are 4.15 to 4.5 m wide (stations/iss/parts.csv)."""


class Module(Record):
    """A part of a station that no packaged table describes (a successor's module, an added part)."""

    partner: Partner
    """Owner."""
    mass_t: Annotated[float, Field(gt=0)]
    """Mass with outfitting."""
    area_m2: Annotated[float, Field(ge=0)]
    """Mean drag area with its arrays."""
    volume_m3: Annotated[float, Field(ge=0)] = 0.0
    """Pressurised volume."""
    power_kW: Annotated[float, Field(ge=0)] = 0.0
    """Orbit-average power it makes."""
    load_kW: Annotated[float, Field(ge=0)] = 0.0
    """Power it needs."""
    propellant_kg: Annotated[float, Field(ge=0)] = 0.0
    """Tank capacity for propellant that can push the station."""
    gives: tuple[Service, ...] = ()
    """Services it gives."""
    needs: tuple[Service, ...] = ()
    """Services it needs at its station to give them."""
    ports: tuple[PortKind, ...] = ()
    """Docking ports it brings."""
    at_port: str | None = None
    """Port of its station it joins at, and holds from then on; default: in the middle, and no port is taken."""
    arrives: Date | None = None
    """Day it joins the station; default: there from the start, or with the event that opens the station."""
    launch: DateLaw | None = None
    """Day it is launched and joins the station, where that is uncertain; a launch that fails is made good years later."""
    launcher: str | None = None
    """Launcher id; its record says how likely the launch fails, and `stationkeep campaign` whether it can lift the module."""
    site: str | None = None
    """Launch site id."""
    needed_for_crew: bool = True
    """Whether the first crew waits for it."""
    source: str = ""
    """Where the figures come from."""

    @model_validator(mode="after")
    def _one_date(self) -> Module:
        if self.arrives and self.launch:
            raise ValueError("a module comes on one day; write `arrives:` or `launch:`")
        return self

    @property
    def length_m(self) -> float:
        """Of the cylinder that holds its volume, at least as long as wide."""
        return max(self.volume_m3 / (math.pi / 4 * MODULE_DIAMETER_m**2), MODULE_DIAMETER_m)


Reboosts = dict[Date, Annotated[float, Field(gt=150, lt=1000)]]
"""Day -> mean altitude (km) to raise the orbit to."""


class Phasing(Record):
    """Raise the orbit ahead of a planned lift-off, so that where the station then is in its orbit admits a chase.

    Weeks ahead that place is chance; once the burn is near it is known, and the orbit is raised until it falls in the window.
    """

    before_d: Annotated[float, Field(ge=2, le=90)]
    """Days from the burn to the lift-off."""
    profile: str = "4-orbit"
    """Chase whose window must be met, a row of fleet/rendezvous_profiles; ships that fly no such chase are not waited for."""
    days: Annotated[int, Field(ge=1, le=10)] = 3
    """Successive days of which the lift-off may take the one that costs least."""

    @field_validator("profile")
    @classmethod
    def _known(cls, name: str) -> str:
        known = [row["id"] for row in Catalogue().table("fleet/rendezvous_profiles")]
        if name not in known:
            raise ValueError(f"no chase is called {name!r}; there are {', '.join(known)}")
        return name


class Band(Record):
    """The altitude policy of one era: burn up to `target_km` when the orbit sinks to `floor_km`."""

    from_: Annotated[Date | None, Field(alias="from")] = None
    """First day; default: from the start."""
    floor_km: Annotated[float, Field(gt=150, lt=1000)]
    """Mean altitude at which a reboost is asked for."""
    target_km: Annotated[float, Field(gt=150, lt=1000)]
    """Mean altitude it aims at."""
    ceiling_km: Annotated[float | None, Field(gt=150, lt=1000)] = None
    """Mean altitude at which a burn back down to `target_km` is asked for (deboost); default: never."""
    phasing: Phasing | None = None
    """Burns for the phase of ships to come; default: none. Up to the ceiling, or the target where there is none; a burn at the
    floor waits for a ship that is phased already, down to 3 km below it."""
    source: str = ""
    """Where the policy comes from."""

    @model_validator(mode="after")
    def _above(self) -> Band:
        if self.target_km <= self.floor_km:
            raise ValueError("the target must lie above the floor; raise `target_km` or lower `floor_km`")
        if self.ceiling_km is not None and self.ceiling_km <= self.target_km:
            raise ValueError("the ceiling must lie above the target; raise `ceiling_km` or lower `target_km`")
        return self


class Station(Record):
    """One free-flying complex."""

    title: str = ""
    """Name for reports."""
    parts: Literal["iss"] | None = None
    """Packaged part table the station is built from."""
    modules: dict[str, Module] = {}
    """Parts given here."""
    inclination_deg: Annotated[float, Field(ge=0, le=180)] = 51.64
    """Inclination to the equator."""
    altitude_km: Quantity | Literal["record"] = "record"
    """Mean altitude (Brouwer semi-major axis less 6378.137 km) at the start; `record`: the last measured one."""
    follow_record: bool | dict[Date, Annotated[float, Field(gt=150, lt=1000)]] = False
    """Meet the measured altitude where there is one, of the packaged record or given here (day: mean altitude in km);
    burns needed for that are inferred and marked."""
    policy: tuple[Band, ...] = ()
    """Altitude policy by era, in order of dates."""
    reboosts: Reboosts = {}
    """Planned reboosts (day: mean altitude in km to raise the orbit to that day, by whatever is docked and tanked then); nothing is burned
    where it is as high already. Near measured points the record rules, a burn for a ship's phase goes first, and none is made while
    a ship that is phased is awaited or the station is let sink. Between the days the policy's floor asks alone."""
    stocks_kg: dict[Stocked, dict[Partner | Literal["all"], Quantity]] = {}
    """Opening stocks by kind and owner; a kind given here is all there is of it, of other kinds there is what the packaged
    table has for that month. A number alone (or `all`) is what is aboard in all, owned as in that table. Food counts with its
    packaging; `supplies` are clothes and hygiene goods, `toilet` solid-waste containers and other toilet goods, `candles`
    oxygen candles of 2.2 kg (0.88 kg of oxygen, a day for one person), `propellant` what is in the station's own tanks."""
    least_people: Annotated[int, Field(ge=1)] = 2
    """Fewest people who can keep it."""

    @field_validator("stocks_kg", mode="before")
    @classmethod
    def _totals(cls, data: Any) -> Any:
        """`food: 1594` -> `food: {all: 1594}`; also `food: {value: 1594, low: 1500, high: 1700}`."""
        if not isinstance(data, dict):
            return data
        return {k: v if isinstance(v, dict) and "value" not in v else {"all": v} for k, v in data.items()}

    @model_validator(mode="after")
    def _complete(self) -> Station:
        if self.parts is None and not self.modules:
            raise ValueError("a station needs parts; name a table (`parts: iss`) or give `modules:`")
        for kind, owners in self.stocks_kg.items():
            if "all" in owners and len(owners) > 1:
                raise ValueError(f"stocks_kg.{kind} gives all there is and an owner's; write the total or each owner's")
        dates = [b.from_ or "" for b in self.policy]
        if dates != sorted(dates):
            raise ValueError("dates out of order; write the bands of the altitude policy in order of `from`")
        given = {s for m in self.modules.values() for s in m.gives}
        for name, module in self.modules.items():
            for need in module.needs:
                if self.parts is None and need not in given and need not in ("crew_return", "cargo_delivery"):
                    raise ValueError(f"module '{name}' needs {need}, which nobody gives; add a module that gives {need}")
        return self
