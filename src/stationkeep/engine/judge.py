"""What a step means for people: the rules that act, the requirements that break, and why."""

from __future__ import annotations

import math

from numba import njit

from .. import log as happened
from ..laws import crew_time
from ..laws import orbit as orbit_law
from ..laws.matter import NITROGEN, PROPELLANT, TOILET
from ..log import Log, add
from ..subsystems import services, traffic
from .crews import riders, room_comes, send_rescue
from .moves import cut_crew, leave_station
from .reserves import RESERVE_RESOURCE, makes_oxygen, people_use
from .world import RunState, Scratch, World

NEVER_s = 1e18
DAY_s = 86400.0
REQUIRED_SERVICE = (
    services.REBOOST, services.DESATURATION, services.CO2, services.OXYGEN, services.THERMAL, services.COMMAND,
    services.PRESSURE, services.POWER,
)  # fmt: skip
"""Services asked for by name, in the order of `model.scenario.REQUIRED_VARIABLES` from reboost_up on."""
STAY_margin_s = 5 * DAY_s
"""Food left when the ship that is due docks, without which nobody waits for it: in December 2004 the crew was to leave five
days after the docking planned for Progress M-51 (spacedaily.com iss-04zzzg)."""


@njit(cache=True)
def rules(w: World, s: RunState, x: Scratch, t1_s: float, dt_s: float, log: Log) -> None:
    """Leave when stores, seats, air or attitude say so; return when the station is fit again."""
    for st in range(s.people.size):
        _close_hatches(w, s, x, st, t1_s, log)
        if s.people[st] == 0:
            s.since_s[st, 1] = NEVER_s
            s.since_s[st, 2] = NEVER_s
            if s.was_people[st] and not s.abandoned[st]:
                s.abandoned[st] = True
                add(log, t1_s, happened.ABANDONED, st, happened.STATION + st, s.crew_row[st], 0.0)
            if s.evacuated[st] and _fit(w, s, x, st):
                s.evacuated[st] = False
            continue
        s.abandoned[st] = False
        seats = seats_now(w, s, x, st)
        s.since_s[st, 1] = min(s.since_s[st, 1], t1_s) if seats < s.people[st] else NEVER_s
        if seats < s.people[st] and t1_s > w.rules.replay_until_s and not s.evacuated[st]:
            for i in range(x.ships_count[0]):  # the ship that was to take them home may be grounded by now
                f = x.ships[i]
                if s.crew.damaged[f] and x.flight_station[f] == st:
                    send_rescue(w, s, f, riders(s, f), t1_s, s.crew_row[st], log)
        air = s.life_support.co2_ok[st] and s.life_support.pressure_ok[st]
        if w.simple.is_simple[st]:
            air = s.services.up[st, services.CO2] and s.services.up[st, services.OXYGEN]
        s.since_s[st, 2] = NEVER_s if air else min(s.since_s[st, 2], t1_s)
        cause, fewer = -2, False  # `fewer`: what is there may do for a smaller crew
        if t1_s - s.since_s[st, 0] >= w.rules.leave_after_attitude_lost_s:
            cause = s.attitude_row[st]
        elif _is_low(w, s, st):
            up = s.services.up[st, services.REBOOST]
            cause = s.stock_row[st, PROPELLANT] if up else s.services.row[st, services.REBOOST]
        elif t1_s - s.since_s[st, 2] >= w.rules.leave_after_no_air_s:
            cause = s.services.row[st, services.CO2 if not s.life_support.co2_ok[st] else services.PRESSURE]
            fewer = s.services.up[st, services.CO2] and s.life_support.pressure_ok[st]
        elif t1_s - s.since_s[st, 1] >= w.rules.leave_after_no_seat_s and not room_comes(w, s, st, t1_s):
            cause = s.crew_row[st]
        else:
            for j in range(3):
                if x.reserve_d[st, j] * DAY_s < w.rules.leave_s and cause == -2 and not _waits_for_ship(w, s, x, st, j, t1_s):
                    if j < 2 or makes_oxygen(s, st, dt_s) < w.life_support.crew.oxygen * s.people[st]:
                        cause = s.stock_row[st, RESERVE_RESOURCE[j]]
                        fewer = True
        if cause > -2 and not s.evacuated[st] and not (fewer and cut_crew(w, s, x, st, t1_s, cause, log)):
            leave_station(w, s, st, t1_s, cause, log)


@njit(cache=True)
def _close_hatches(w: World, s: RunState, x: Scratch, st: int, t_s: float, log: Log) -> None:
    """A leak that a hatch can shut off is shut off for good, with the port behind it, once the nitrogen left would not last
    the reserve: the last resort the agencies named for the tunnel of Zvezda (OIG IG-24-020)."""
    leak = s.life_support
    if s.people[st] == 0 or t_s <= w.rules.replay_until_s:
        return
    if x.stock_kg[st, :, NITROGEN].sum() >= leak.leak_kg_per_s[st] * w.rules.reserve_s:
        return
    for j in range(w.leak_port.size):
        q = w.leak_port[j]
        if q >= 0 and leak.leak_open[j] > 0.0 and s.traffic.part_station[w.life_support.leak_part[j]] == st:
            leak.leak_open[j] = 0.0
            s.traffic.shut[q] = True
            add(log, t_s, happened.HATCH_CLOSED, st, happened.PART + w.life_support.leak_part[j], -1, 0.0)


@njit(cache=True)
def _waits_for_ship(w: World, s: RunState, x: Scratch, st: int, j: int, t_s: float) -> bool:
    """Whether a supply ship is due before reserve `j` runs out, as it looks now, as in December 2004; or everybody, here
    for a visit that nobody relieves, leaves before."""
    leaves_s = 0.0
    for i in range(x.ships_count[0]):
        f = x.ships[i]
        if x.flight_station[f] == st and riders(s, f) > 0:
            relieved = traffic.relieved_by(w.traffic, s.traffic, f) >= 0
            leaves_s = max(leaves_s, NEVER_s if relieved else s.traffic.next_s[f])
    if leaves_s < t_s + x.reserve_d[st, j] * DAY_s:
        return True
    next_s, _ = traffic.next_supplies_s(w.traffic, s.traffic, st, t_s, w.rules.slip_s)
    return next_s + STAY_margin_s < t_s + x.reserve_d[st, j] * DAY_s


@njit(cache=True)
def _is_low(w: World, s: RunState, st: int) -> bool:
    """Whether a station has sunk so far that its crew leaves it."""
    return s.orbit.a_m[st] - orbit_law.EARTH_RADIUS_M < w.rules.leave_altitude_m


@njit(cache=True)
def _fit(w: World, s: RunState, x: Scratch, st: int) -> bool:
    """Whether people may come back: attitude held, air, power and stores for those who would come."""
    ok = s.attitude_held[st] and s.services.up[st, services.POWER] and s.services.up[st, services.COMMAND]
    ok = ok and s.services.up[st, services.CO2] and s.services.up[st, services.OXYGEN] and not _is_low(w, s, st)
    people_use(w, 3.0, x.use_kg_per_s)
    for j in range(2):
        r = RESERVE_RESOURCE[j]
        ok = ok and x.stock_kg[st, :, r].sum() > x.use_kg_per_s[r] * w.rules.reserve_s
    return ok


@njit(cache=True)
def seats_now(w: World, s: RunState, x: Scratch, st: int) -> int:
    """Seats home in sound ships docked at a station."""
    total = 0
    for i in range(x.ships_count[0]):
        f = x.ships[i]
        if x.flight_station[f] == st and not s.crew.damaged[f]:
            total += w.crew.seats[f]
    return total


@njit(cache=True)
def requirements(w: World, s: RunState, x: Scratch, t1_s: float, log: Log) -> None:
    """Values of the required variables against their bounds; a breach is logged with the row that explains it."""
    q = w.requirements
    everyone = s.people.sum()
    for j in range(q.variable.size):
        st = q.station[j]
        v = q.variable[j]
        value = _required(w, s, x, st, v, everyone)
        bound = float(s.people[st]) if math.isnan(q.bound[j]) else q.bound[j]
        broken = value < bound if q.at_least[j] else value > bound
        about_people = v == 0 or v == 5
        if q.while_crewed[j] and not about_people and s.people[st] == 0:
            broken = False
        if not s.partners.opened[st] and not about_people:
            broken = False
        if not broken:
            s.broken_s[j] = NEVER_s
            if s.breach_row[j] >= 0:
                add(log, t1_s, happened.RECOVERED, st, happened.REQUIREMENT + j, s.breach_row[j], value)
                s.breach_row[j] = -1
            continue
        s.broken_s[j] = min(s.broken_s[j], t1_s)
        if s.breach_row[j] < 0 and t1_s - s.broken_s[j] >= q.grace_s[j]:
            cause = _why_few(w, s, st, t1_s, log) if v == 20 else _why(w, s, st, v)
            if v == 4 and cause < 0:  # nothing failed: more power is wanted than made
                cause = add(log, s.broken_s[j], happened.OUTRUN, st, happened.SERVICE + services.POWER, -1, value)
            s.breach_row[j] = add(log, s.broken_s[j], happened.BREACH, st, happened.REQUIREMENT + j, cause, value)


@njit(cache=True)
def _required(w: World, s: RunState, x: Scratch, st: int, v: int, everyone: int) -> float:
    """Value of required variable `v` (order of model.scenario.REQUIRED_VARIABLES)."""
    if v == 0:
        return float(s.people[st])
    if v == 1:
        return float(seats_now(w, s, x, st))
    if v == 2:
        return (s.orbit.a_m[st] - orbit_law.EARTH_RADIUS_M) / 1e3
    if v == 3:
        return s.momentum_frac[st]
    if v == 4:
        return x.margin_W[st] / 1e3
    if v == 5:
        return float(everyone)
    if v <= 10:
        return x.reserve_d[st, v - 6]
    if v == 23:
        return x.reserve_d[st, 5]
    if v == 11:
        return 1.0 if s.services.up[st, services.ATTITUDE] and s.attitude_held[st] else 0.0
    if v <= 19:
        return 1.0 if s.services.up[st, REQUIRED_SERVICE[v - 12]] else 0.0
    if v == 20:
        return x.hours[st, :, crew_time.OWN_RESEARCH].sum() + x.hours[st, :, crew_time.OTHER_RESEARCH].sum()
    if v == 21:
        return s.life_support.co2_Pa[st] / 1e3
    return s.life_support.pressure_Pa[st] / 1e3


@njit(cache=True)
def _why(w: World, s: RunState, st: int, v: int) -> int:
    """The row that explains the value of required variable `v`."""
    row = s.services.row[st]
    if v == 5:  # of all stations: the one left last
        return s.crew_row.max()
    if v <= 1:
        return s.crew_row[st]
    if v == 2:
        return s.stock_row[st, PROPELLANT] if s.services.up[st, services.REBOOST] else row[services.REBOOST]
    if v == 3:
        return row[services.DESATURATION]
    if v == 4:
        return why_no_power(w, s, st)
    if v <= 10:
        return s.stock_row[st, RESERVE_RESOURCE[v - 6]]
    if v == 23:
        return s.stock_row[st, TOILET]
    if v == 11:
        if s.orbit.entered[st]:
            return s.limit_row[st, services.ATTITUDE]
        return row[services.ATTITUDE] if s.attitude_held[st] else s.attitude_row[st]
    if v <= 19:
        return row[REQUIRED_SERVICE[v - 12]]
    return row[services.CO2] if v == 21 else row[services.PRESSURE]


@njit(cache=True)
def _why_few(w: World, s: RunState, st: int, t_s: float, log: Log) -> int:
    """The row that tells why few people are aboard: that a crew went home as planned explains nothing, but that a partner
    left, or that the next crew is late."""
    row = s.crew_row[st]
    if row >= 0 and (log.kind[row] != happened.UNDOCK or log.cause[row] >= 0):
        return row
    for who in range(s.partners.takes_part.size):
        if not s.partners.takes_part[who] and s.partners.row[who] >= 0:
            return s.partners.row[who]
    p, q, latest = w.traffic, s.traffic, -1
    for f in range(p.partner.size):
        if w.crew.seats[f] > 0 and p.station[f] == st and q.status[f] == traffic.PLANNED and p.after[f] < 0 and not p.flown[f]:
            if p.launch_s[f] + p.transit_s[f] + traffic.LATE_s < t_s and (latest < 0 or p.launch_s[f] < p.launch_s[latest]):
                latest = f
    return traffic.late(p, q, latest, t_s, log) if latest >= 0 else row


@njit(cache=True)
def why_no_power(w: World, s: RunState, st: int) -> int:
    """The row that tells why power is short: the service is down, arrays no longer point, the last machine that failed, or the
    segment that fed this one is off or away."""
    if not s.services.up[st, services.POWER]:
        return s.services.row[st, services.POWER]
    if not s.attitude_held[st]:
        return s.attitude_row[st]
    row = -1
    for table in (w.channel_machine.ravel(), w.joint_machine, w.loop_machine):
        for m in table:
            if m >= 0 and not s.equipment.up[m]:
                row = max(row, s.equipment.row[m])
    for seg in range(2):
        if row < 0 and (not s.partners.segment_runs[seg] or s.partners.segment_home[seg] != 0):
            row = s.partners.segment_row[seg]
    return row
