"""The nominal run: every uncertain quantity at its best value, nothing fails, launches slip by their mean, the median Sun.

A plan and the simulation agree because the plan's demand is what this run used, read from the same flows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..engine.compile.world import Case, compile
from ..engine.luck import draw, mean_slips_s, prepare, quantities
from ..engine.run import each_step
from ..engine.simulate import finish, new_rows, new_scratch
from ..engine.world import ALTITUDE, MASS, PEOPLE, Rows, RunState, Scratch, World
from ..laws.matter import ATTITUDE, DELIVERED, DUMPED, MOVED, PROPELLANT, REMOVED, RESOURCES, USES
from ..laws.orbit import EARTH_RADIUS_M, burn_speed, burned_propellant, raise_per_speed, raised_semi_major_axis
from ..laws.solar_outlook import at_percentile
from ..log import KINDS, PHASING, REBOOST, Log, new_log
from ..model.base import NEVER_s, Quantity, to_utc
from ..model.scenario import Scenario

DAY_s = 86400.0
YEAR_s = 365.25 * DAY_s
MEDIAN = 50.0
LOST_d = 60
"""Days before the last crew leaves in which a station lives no longer as usual: crews are cut first. Assumed."""
TANKS = "tanks"
"""Name under which the station's own propellant is told beside that of ships."""
TRAFFIC_USES = (DELIVERED, REMOVED, DUMPED, MOVED)
"""Uses that are traffic or housekeeping, not demand."""


@dataclass(frozen=True)
class Burn:
    """A burn of the main station along its orbit that its policy, its plan or a ship to come asked for."""

    t_s: float  # stamp at the end of its day
    ship: str  # whose phase it is for; empty: none's
    from_km: float
    to_km: float
    m_per_s: float  # negative: downwards
    with_kg: dict[str, float]  # by ship; `tanks` are the station's own


@dataclass(frozen=True)
class Nominal:
    """What the nominal run of one branch left, by day (D) at the main station; kilograms."""

    case: Case
    t_s: np.ndarray  # (D,) time stamps
    people: np.ndarray  # (D,)
    by_partner: np.ndarray  # (D, P)
    stock_kg: np.ndarray  # (D, R) at the stamp
    flow_kg: np.ndarray  # (D, R, U) in the day that ends at the stamp
    reserve_d: np.ndarray  # (D, 5)
    altitude_km: np.ndarray  # (D,)
    mass_kg: np.ndarray  # (D,)
    docked_s: np.ndarray  # (F,) by flight of the case; NEVER_s where it did not
    left_s: np.ndarray  # (F,)
    events: tuple[tuple[float, str, str, str], ...]  # (t_s, kind, name, station)
    brought_kg: np.ndarray  # (F, R) cargo of each flight as it was stowed
    repair_kg_per_d: float  # spares that the mean failure rates of the machines take
    burns: tuple[Burn, ...] = ()

    def residents(self) -> np.ndarray:
        """People aboard by day (D,) but for those of visits."""
        out = self.people.copy()
        for f, came_s, left_s in zip(self.case.flights, self.docked_s, self.left_s, strict=True):
            if f.visit and f.people and not f.flown and f.station == self.case.scenario.main_station:
                out -= sum(f.people.values()) * ((came_s <= self.t_s) & (self.t_s < left_s))
        return out

    def use_kg(self, resource: str) -> np.ndarray:
        """Net use of a resource in each day (D,): what all uses but traffic took."""
        r = RESOURCES.index(resource)
        kept = [u for u in range(len(USES)) if u not in TRAFFIC_USES]
        return -self.flow_kg[:, r, kept].sum(axis=1)

    def turned_kg(self) -> np.ndarray:
        """Propellant for attitude in each day (D,)."""
        return -self.flow_kg[:, PROPELLANT, ATTITUDE]

    def moved_kg(self, resource: str) -> np.ndarray:
        """What traffic brought in each day (D,), less what it took."""
        r = RESOURCES.index(resource)
        return self.flow_kg[:, r, list(TRAFFIC_USES)].sum(axis=1)

    def opening_kg(self, *resources: str) -> float:
        """Stock before the first day."""
        kept = [RESOURCES.index(r) for r in resources]
        return float(self.stock_kg[0, kept].sum() - self.flow_kg[0, kept].sum())

    def stock(self, *resources: str) -> np.ndarray:
        """Stock of some resources together (D,)."""
        return self.stock_kg[:, [RESOURCES.index(r) for r in resources]].sum(axis=1)


def nominal(scenario: Scenario, *, as_dated: bool = False, by_ships: dict[str, float] | None = None) -> Nominal:
    """Run one branch (no futures) once without chance; `as_dated`: no ship is brought forward; `by_ships`: planned reboosts (by day) that
    go no higher than the docked ships can push, and are left out where that is less than so many kilometres. Raises ScenarioError when it cannot be compiled."""
    case = compile(_certain(scenario))
    case = replace(case, openings_kg={k: (v, v, v) for k, (v, _, _) in case.openings_kg.items()})
    chances = prepare(case)
    if chances.outlook is not None:
        chances = replace(chances, outlook=at_percentile(chances.outlook, chances.ahead, MEDIAN))
    per_y = quantities(scenario, case.catalogue)["avoidance_per_y"][1].value
    world, state, luck = draw(chances, 0, 0)
    world.traffic.dated[:] |= as_dated
    slips_s = mean_slips_s(case)
    luck.traffic.slip_s[:] = slips_s
    state.traffic.next_s[state.traffic.next_s < NEVER_s] += slips_s[state.traffic.next_s < NEVER_s]
    luck.life_s[:] = NEVER_s
    state.equipment.change_s[:] = NEVER_s
    luck.traffic.fails[:] = [f.flown and f.lost for f in case.flights]
    luck.traffic.misses[:] = False
    every = np.arange(luck.avoid_s.size) + 0.5
    luck.avoid_s[:] = case.t0_s + every * YEAR_s / per_y if per_y > 0 else NEVER_s
    rows, log, scratch = new_rows(case, False), new_log(), new_scratch(case)
    burns: list[Burn] = []
    planned_s, to_m, seen = world.orbit.reboost_s[0], world.orbit.reboost_m[0], 0
    least_km = {int(i): (by_ships or {}).get(to_utc(planned_s[i]), 0.0) for i in np.flatnonzero(planned_s < NEVER_s)}
    for k in each_step(world, state, luck, scratch, rows, log, 0, case.steps, case.t0_s, case.dt_s):
        burns += _burns(case, scratch, rows, log, seen, k - 1)
        seen, now_s = int(log.size[0]), case.t0_s + k * case.dt_s
        for i in np.flatnonzero((planned_s > now_s) & (planned_s <= now_s + case.dt_s)):
            if least_km[int(i)]:
                now_m = float(state.orbit.a_m[0]) - EARTH_RADIUS_M
                to_m[i] = min(to_m[i], now_m + _ships_raise_m(world, state, scratch))
                to_m[i] = 0.0 if to_m[i] < now_m + 1e3 * least_km[int(i)] else to_m[i]
    burns += _burns(case, scratch, rows, log, seen, case.steps - 1)
    result = finish(case, 0, world, state, luck, rows, log)
    t_s, kind, station, name, _, _ = result.events
    events = tuple(
        (float(t), KINDS[k], case.names.text(n), case.names.stations[max(st, 0)])
        for t, k, n, st in zip(t_s, kind, name, station, strict=True)
    )
    life_s = chances.life_s[chances.life_s < NEVER_s]
    spare_kg = world.equipment.spare_kg[chances.life_s < NEVER_s]
    scalar = rows.scalar[:, 0]
    return Nominal(
        case, case.t0_s + case.dt_s * np.arange(1, case.steps + 1), scalar[:, PEOPLE], rows.partner_people[:, 0],
        rows.stock_kg[:, 0].sum(axis=1), rows.flow_kg[:, 0], rows.reserve_d[:, 0], scalar[:, ALTITUDE], scalar[:, MASS],
        result.docked_s, result.left_s, events, _brought_kg(case, result.docked_s, rows.flow_kg[:, 0]), float((spare_kg / life_s).sum() * DAY_s),
        tuple(burns),
    )  # fmt: skip


def _ships_raise_m(w: World, s: RunState, x: Scratch) -> float:
    """By how much the ships docked at the main station could raise it in a day."""
    speed, modules = 0.0, w.traffic.part_station.size
    for f in map(int, x.ships[: x.ships_count[0]]):
        if w.ships.tank[f] >= 0 and s.traffic.part_station[modules + f] == 0 and w.ships.port_push_frac[s.traffic.port[f]] > 0.0:
            most_kg = burned_propellant(w.ships.thrust_N[f], w.ships.isp_s[f], w.rules.burn_longest_s)
            speed += burn_speed(s.attitude.mass_kg[0], min(s.stores.stock_kg[w.ships.tank[f]], most_kg), w.ships.isp_s[f])
    return float(speed * raise_per_speed(s.orbit.a_m[0]))


def _burns(case: Case, scratch: Scratch, rows: Rows, log: Log, seen: int, k: int) -> list[Burn]:
    """The burn of step `k` of the main station, if there was one among what was logged since `seen`, with what each container gave."""
    row = next((i for i in range(seen, int(log.size[0])) if log.kind[i] in (REBOOST, PHASING) and log.station[i] == 0), -1)
    if row < 0:
        return []
    speed, modules, given_kg, altitude_km = float(log.value[row]), len(case.names.modules), scratch.pushed_kg[0], float(rows.scalar[k, 0, ALTITUDE])
    with_kg: dict[str, float] = {}
    for c in map(int, np.flatnonzero(given_kg)):
        part = int(case.world.stores.container_part[c])
        name = case.names.flights[part - modules] if part >= modules else TANKS
        with_kg[name] = with_kg.get(name, 0.0) + float(given_kg[c])
    before_m = float(raised_semi_major_axis(EARTH_RADIUS_M + altitude_km * 1e3, -speed)) - EARTH_RADIUS_M
    ship = case.names.text(int(log.name[row])) if log.kind[row] == PHASING else ""
    return [Burn(float(log.t_s[row]), ship, before_m / 1e3, altitude_km, speed, with_kg)]


def lasting(run: Nominal, scenario: Scenario) -> Nominal:
    """The run; from two months before its crew is lost, with what the branch would use if nobody had left it.

    A lost station uses nothing, and a plan made for that would say so. Where the branch is lost even then, the run itself.
    """
    empty = np.flatnonzero(run.people < 1)
    gone = {name for name, e in scenario.events.items() if e.withdraw or e.separate or e.retire or e.rejoin}
    if not empty.size or not gone:
        return run
    flights = {
        name: f.model_copy(update={"until": None}) if f is not None and f.until in gone else f
        for name, f in scenario.flights.items() if f is None or f.after not in gone
    }  # fmt: skip
    events = {name: e for name, e in scenario.events.items() if name not in gone}
    other = nominal(scenario.model_copy(update={"events": events, "flights": flights}))
    if (other.people < 1).any():
        return run
    from_day = max(int(empty[0]) - LOST_d, 0)
    joined = {
        name: np.concatenate([getattr(run, name)[:from_day], getattr(other, name)[from_day:]])
        for name in ("people", "by_partner", "stock_kg", "flow_kg", "reserve_d", "altitude_km", "mass_kg")
    }
    return replace(run, **joined)  # type: ignore[arg-type]


def _brought_kg(case: Case, docked_s: np.ndarray, flow_kg: np.ndarray) -> np.ndarray:
    """(F, R) what each flight delivered; ships that dock on one day share its deliveries by what they can carry."""
    ships = case.world.ships
    out = np.zeros((len(case.flights), len(RESOURCES)))
    holds = ships.cargo_kg.sum(axis=1) + ships.tank_kg
    day = np.maximum(np.ceil((docked_s - case.t0_s) / case.dt_s).astype(np.int64) - 1, 0)  # a step has what comes by its end
    there = (docked_s >= case.t0_s) & (docked_s < NEVER_s) & (case.world.traffic.station == 0)
    for d in np.unique(day[there & (day < len(flow_kg))]):
        came = np.flatnonzero(there & (day == d))
        out[came] = holds[came, None] / max(holds[came].sum(), 1.0) * flow_kg[d, :, DELIVERED]
        tank = ships.tank_kg[came]
        out[came, PROPELLANT] = tank / max(tank.sum(), 1.0) * flow_kg[d, PROPELLANT, DELIVERED]
    return out


def _certain(scenario: Scenario) -> Scenario:
    """The scenario with every range taken away, no slips and no hazards."""
    table = quantities(scenario, scenario.catalogue())
    fixed = {name: Quantity(value=q.value) for name, (_, q) in table.items()}
    fixed["slip_factor"] = fixed["hazard_factor"] = Quantity(value=0.0)
    stations = {}
    for name, station in scenario.stations.items():
        altitude = station.altitude_km
        if isinstance(altitude, Quantity):
            altitude = Quantity(value=altitude.value)
        stations[name] = station.model_copy(update={"altitude_km": altitude})
    return scenario.model_copy(update={"uncertain": fixed, "stations": stations})

