"""The traffic problem as planners state it: frozen records, weeks and kilograms, no solver."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

DRY = ("food", "supplies", "spares", "research")
"""What rides as dry cargo, kilogram for kilogram."""
GASES = ("oxygen", "nitrogen")
BOTTLE_FACTOR = 2.0
"""Kilograms of dry cargo that a kilogram of gas in bottles costs: a tank weighs about what it holds (as the engine's)."""
MOVED_w = 9
"""Weeks within which a flight of the same vehicle is a published one moved."""
Objective = Literal["cost", "research", "presence", "blend"]


@dataclass(frozen=True)
class Vessel:
    """A vehicle that may be flown, with its launcher, its site and what it brings."""

    name: str
    partner: str
    site: str
    launcher: str
    cost_musd: float
    stays_w: tuple[int, ...]  # weeks it may hold a port
    weeks: np.ndarray  # (W,) bool: it may be launched in this week
    ports: tuple[str, ...]  # port classes that take it, in order of preference
    per_year_count: int  # most launches in 52 weeks
    people: dict[str, int] = field(default_factory=dict)  # up, and home in the same ship
    dry_kg: float = 0.0
    water_kg: float = 0.0
    gas_kg: float = 0.0
    refuel_kg: float = 0.0  # propellant for the station's tanks in the usual load
    refuel_most_kg: float = 0.0  # the same at the expense of dry cargo
    push_kg: float = 0.0  # own propellant for pushing the station
    trash_kg: float = 0.0
    down_kg: float = 0.0
    external_kg: float = 0.0
    transit_d: float = 1.0
    longest_d: float = 400.0
    unloads: bool = False  # its thrusters unload the gyroscopes on its own
    family: str = ""  # what a failure grounds together
    visit_by: str = ""  # its vehicle, where it is one committed visit; name is then the flight's
    pushes_frac: np.ndarray | float = 1.0  # (W,) share of each week's need for altitude that falls in its days there
    guests: dict[str, int] = field(default_factory=dict)  # who comes and leaves with a visit: nobody of those who keep the station

    @property
    def crew(self) -> int:
        """People it brings to keep the station."""
        return sum(self.people.values())


@dataclass(frozen=True)
class PortClass:
    """Ports that any ship sees as the same: as many visits at once as there are ports open."""

    name: str
    ports: tuple[str, ...]
    open_count: np.ndarray  # (W,) how many of them are open
    pushes: bool
    refuels: bool
    each: np.ndarray | None = None  # (Q, W) bool: which of them are open; None: all of them always


@dataclass(frozen=True)
class Docked:
    """A ship that is there when the plan begins; it leaves after one of the weeks, a crew with its relief aboard."""

    name: str
    vehicle: str
    port: str  # class
    leaves_w: tuple[int, ...]  # first week in which its port is free again
    crew: int = 0
    push_kg: float = 0.0
    trash_kg: float = 0.0


@dataclass(frozen=True)
class Fixed:
    """A flight that is committed: it is flown as it stands."""

    name: str
    vessel: str
    week: int
    port: str  # class; empty: any that takes it
    stay_w: int
    launch_s: float | None = None  # as the scenario states it; a published flight's is by its week
    expected_s: float | None = None  # its docking, with the mean slip of a date declared so long before
    undock_s: float | None = None  # of a visit

    def flown_by(self, vessel: str, week: int, port: str, stay_w: int) -> bool:
        """Whether a visit is this flight."""
        return (vessel, week, stay_w) == (self.vessel, self.week, self.stay_w) and self.port in ("", port)


@dataclass(frozen=True)
class Commodity:
    """One stock: what it starts from, what is used, and between what it must stay."""

    name: str
    opening_kg: float
    use_kg: np.ndarray  # (W,) beyond what people take
    person_kg: float  # each person's use in a week
    least_kg: np.ndarray  # (W,) reserve kept at the end of the week
    most_kg: np.ndarray | float  # (W,) or the same all the time


@dataclass(frozen=True)
class Problem:
    """Everything a plan is chosen from."""

    start_s: float
    weeks: int
    vessels: tuple[Vessel, ...]
    ports: tuple[PortClass, ...]
    docked: tuple[Docked, ...]
    commodities: tuple[Commodity, ...]
    people: np.ndarray  # (W,) people that must be aboard, those in their last week before relief not counted
    lines: dict[str, np.ndarray]  # vehicle -> (W,) ships of it that must be there likewise: crews the partners agreed on
    push_need_kg: np.ndarray  # (W,) propellant for altitude and attitude
    turn_need_kg: np.ndarray  # (W,) of it for attitude: only the station's tanks give it, no ship that pushes
    tanks_push: np.ndarray  # (W,) bool: the station's own engines may burn its tanks
    unload_need: np.ndarray  # (W,) bool: nobody of the station itself unloads the gyroscopes
    debt_most_kg: float  # propellant the orbit may be behind before it is too low
    waste_opening_kg: float = 0.0
    waste_kg: np.ndarray | None = None  # (W,) waste made
    waste_most_kg: float = 0.0
    fixed: tuple[Fixed, ...] = ()
    budgets_musd: dict[tuple[str, int], float] = field(default_factory=dict)  # (partner, year) -> most
    down_kg_per_y: float = 0.0
    external_kg_per_y: float = 0.0
    site_gap_w: int = 1
    standdown_w: int = 0  # weeks without any one family of launchers that crew stores must last through
    without_frac: float = 0.0  # share of what those left aboard live on that comes without any one family, in every year
    stand_ins: dict[str, tuple[str, ...]] = field(default_factory=dict)  # vehicle of a line -> crew ships that may take its place
    crews: int = 0  # crew ships that must be there in any week, those in their last one not counted
    between_w: int = 0  # weeks at most between a crew of a line and the next; 0: it is relieved before it leaves
    in_turn: bool = False  # where there are stand-ins, no family brings all crews of `RIVAL_w`
    bottles_kg: float = np.inf  # most gas in bottles in one ship
    leave_d: float = 30.0  # days of crew stores at which people leave
    objective: Objective = "cost"
    usd_per_research_h: float = 0.0
    usd_per_person_week: float = 0.0
    research_h_per_person_week: float = 0.0
    kept: tuple[tuple[str, int, str], ...] = ()  # published flights (vehicle, week, port class) a replan should keep
    keep_musd: float = 0.0  # worth of each one kept
    flies: dict[str, np.ndarray] = field(default_factory=dict)  # partner -> (W,) it takes part; default: always
    asked: dict[str, str] = field(default_factory=dict)  # words for named requirements

    def vessel(self, name: str) -> Vessel:
        """The vessel of a name."""
        return next(v for v in self.vessels if v.name == name)

    def port(self, name: str) -> PortClass:
        """The port class of a name."""
        return next(p for p in self.ports if p.name == name)


@dataclass(frozen=True)
class Visit:
    """One flight of a plan."""

    vessel: str
    week: int
    port: str  # class
    stay_w: int
    manifest_kg: dict[str, float] = field(default_factory=dict)
    name: str = ""


@dataclass(frozen=True)
class Solution:
    """What the solver found: `status` optimal, feasible (time ran out), infeasible or unknown."""

    status: Literal["optimal", "feasible", "infeasible", "unknown"]
    objective: float | None
    bound: float | None
    gap_frac: float | None
    visits: tuple[Visit, ...]
    leaves_w: dict[str, int]  # docked ship -> week its port is free
    stock_kg: dict[str, np.ndarray]  # commodity -> (M,) at the end of each four weeks
    wall_s: float

    @property
    def found(self) -> bool:
        """Whether there is a plan."""
        return self.status in ("optimal", "feasible")
