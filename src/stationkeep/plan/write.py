"""A chosen plan -> flights of a scenario that a person can read and edit, a table, and a calendar."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..model.base import seconds, to_utc
from ..model.fleet import Flight
from ..model.scenario import Scenario
from .problem import Fixed, MOVED_w, Problem, Solution, Visit
from .reboosts import with_words
from .wishes import DOCKS_d, FIXED_d, SLIP_d, entry_of

DAY_s = 86400.0
WEEK_s = 7 * DAY_s
HANDOVER_d = 5.0
"""Days a crew stays with its relief; direct handovers took four to nine days. The plan's week of overlap holds them."""
LEAVES_EARLY_s = 0.5 * DAY_s
"""A ship leaves half a day before the week in which its port is planned to be free."""
COLUMNS = ("name", "vehicle", "partner", "launcher", "site", "launch", "expected", "undock", "port", "people", "relief", "cost_musd",
           "food_kg", "supplies_kg", "water_kg", "oxygen_kg", "nitrogen_kg", "propellant_kg", "spares_kg", "research_kg")  # fmt: skip


@dataclass(frozen=True)
class Planned:
    """One flight of the plan with its name, its dates and its port."""

    name: str
    visit: Visit
    launch: str  # as it is declared
    expected: str  # docking, with the mean slip
    undock: str
    ports: tuple[str, ...]  # the planned one first, then those that take it as well
    relief: str | None
    relieves: str | None = None  # the crew that is aboard when the plan begins and goes home after this one has come


def planned(problem: Problem, solution: Solution) -> list[Planned]:
    """Names, ports and reliefs of the chosen flights, in order of launch."""
    visits = sorted(solution.visits, key=lambda v: (v.week, v.vessel))
    names = _names(problem, visits)
    ports = _ports(problem, solution, visits)
    relieves = _relieves(problem, solution, visits)
    reliefs = _reliefs(problem, visits)
    out = []
    for i, visit in enumerate(visits):
        expected_s = problem.start_s + visit.week * WEEK_s + DOCKS_d * DAY_s
        fixed = _committed(problem, visit)
        stated = fixed.launch_s if fixed else None
        transit_s = problem.vessel(visit.vessel).transit_d * DAY_s
        launch_s = expected_s - SLIP_d * DAY_s - transit_s if stated is None else stated
        undock_s = problem.start_s + (visit.week + visit.stay_w) * WEEK_s - LEAVES_EARLY_s
        if fixed and stated is not None:
            expected_s = stated + transit_s if fixed.expected_s is None else fixed.expected_s
            undock_s = undock_s if fixed.undock_s is None else fixed.undock_s
        out.append(Planned(names[i], visit, to_utc(launch_s), to_utc(expected_s), to_utc(undock_s), ports[i],
                           names[reliefs[i]] if i in reliefs else None, relieves.get(i)))  # fmt: skip
    return out


def planned_scenario(scenario: Scenario, problem: Problem, solution: Solution, flights: list[Planned]) -> Scenario:
    """The branch with its traffic to the main station replaced by the plan; committed and other stations' flights stay."""
    fixed = [f for f in problem.fixed if "/" not in f.name]  # the others are published flights, which the plan holds itself
    kept = {entry_of(scenario, f.name) for f in fixed}
    stay: dict[str, Flight | None] = {
        name: f for name, f in scenario.flights.items()
        if f is None or f.station != scenario.main_station or f.after or name in kept
    }  # fmt: skip
    members = {f.name for f in fixed if f.name not in stay}
    for flight in flights:
        v = flight.visit
        if flight.relief in members:  # a flight of a series has no entry that could be named
            flight = replace(flight, relief=None)
        if not any(f.flown_by(v.vessel, v.week, v.port, v.stay_w) for f in fixed):
            stay[flight.name] = Flight.model_validate(entry(problem, scenario, flight))
    stay.update(_leaving(problem, scenario, solution, set() if problem.between_w else {f.relieves for f in flights}))
    return scenario.model_copy(update={"flights": stay})


def _leaving(problem: Problem, scenario: Scenario, solution: Solution, relieved: set[str | None]) -> dict[str, Flight]:
    """Crew ships there at the start: those that nobody relieves with the day they leave, the others with the days they stay with their relief."""
    rows = scenario.catalogue().by_id("traffic/flights")
    out = {}
    for d in problem.docked:
        if d.crew and d.name in rows:
            leaves_s = problem.start_s + solution.leaves_w.get(d.name, min(d.leaves_w)) * WEEK_s - LEAVES_EARLY_s
            how: dict[str, Any] = {"handover_d": HANDOVER_d} if d.name in relieved else {"undock": to_utc(leaves_s)}
            out[d.name] = Flight(vehicle=rows[d.name]["vehicle"], launch=rows[d.name]["launch_utc"], source="chosen by stationkeep plan", **how)
    return out


def people_aboard(problem: Problem, solution: Solution) -> np.ndarray:
    """(W,) people in each week as the programme counts them: whole weeks, both crews in a week of handover."""
    people = np.zeros(problem.weeks)
    for d in problem.docked:
        people[: solution.leaves_w.get(d.name, min(d.leaves_w))] += d.crew
    for v in solution.visits:
        people[v.week : v.week + v.stay_w] += problem.vessel(v.vessel).crew
    return people


def changes(problem: Problem, flights: list[Planned]) -> dict[str, int]:
    """How a replan differs from the published flights: kept, moved (same vehicle within two months), dropped, added."""
    left = [(f.visit.vessel, f.visit.week, f.visit.port) for f in flights]
    for f in problem.fixed:
        stands = next((k for k in left if (k[0], k[1]) == (f.vessel, f.week) and f.port in ("", k[2])), None)
        if stands:
            left.remove(stands)
    missing = []
    for key in problem.kept:
        if key in left:
            left.remove(key)
        else:
            missing.append(key)
    moved = 0
    for vessel, week, _ in missing:
        near = [k for k in left if k[0] == vessel and abs(k[1] - week) <= MOVED_w]
        if near:
            left.remove(min(near, key=lambda k: abs(k[1] - week)))
            moved += 1
    kept = len(problem.kept) - len(missing)
    return {"kept_count": kept, "moved_count": moved, "dropped_count": len(missing) - moved, "added_count": len(left)}


def crew_of(problem: Problem, visit: Visit) -> dict[str, int]:
    """Who flies in a ship: seats of a partner that is gone before they are home fall to the ship's own."""
    vessel = problem.vessel(visit.vessel)
    out: dict[str, int] = dict(vessel.guests)
    for partner, count in vessel.people.items():
        weeks = problem.flies.get(partner)
        there = weeks is None or weeks[visit.week : visit.week + visit.stay_w].all()
        who = partner if there else vessel.partner
        out[who] = out.get(who, 0) + count
    return out


def entry(problem: Problem, scenario: Scenario, flight: Planned) -> dict[str, Any]:
    """A flight as the scenario file states it: without a manifest, so that it is filled with what is needed when it flies."""
    vessel = problem.vessel(flight.visit.vessel)
    row: dict[str, Any] = {
        "vehicle": vessel.name, "partner": vessel.partner, "station": scenario.main_station, "site": vessel.site,
        "launcher": vessel.launcher, "port": list(flight.ports), "launch": flight.launch, "undock": flight.undock,
        "fixed_d": FIXED_d, "source": "chosen by stationkeep plan",
    }  # fmt: skip
    if vessel.people:
        row.update(people=crew_of(problem, flight.visit), handover_d=HANDOVER_d)
    elif vessel.unloads:  # the station cannot be without it: it waits for the next of its kind, as a crew does
        row.update(handover_d=HANDOVER_d)
    else:  # it leaves by how long it was there, and makes room for a crew
        row["stay_d"] = (seconds(row.pop("undock")) - seconds(flight.expected)) / DAY_s
    if flight.relief:
        row["relief"] = flight.relief
    if flight.relieves:
        row["relieves"] = flight.relieves
    return {k: v for k, v in row.items() if v not in ("", None)}


def rows(problem: Problem, flights: list[Planned]) -> list[dict[str, Any]]:
    """The table of flights, one row each."""
    out = []
    for f in flights:
        vessel = problem.vessel(f.visit.vessel)
        row: dict[str, Any] = {
            "name": f.name, "vehicle": vessel.visit_by or vessel.name, "partner": vessel.partner, "launcher": vessel.launcher, "site": vessel.site,
            "launch": f.launch, "expected": f.expected, "undock": f.undock, "port": f.ports[0], "people": crew_of(problem, f.visit), "relief": f.relief,
            "cost_musd": vessel.cost_musd,
        }  # fmt: skip
        out.append(row | {column: f.visit.manifest_kg.get(column[:-3], 0.0) for column in COLUMNS if column.endswith("_kg")})
    return out


def table_csv(table: list[dict[str, Any]]) -> str:
    """The table of flights as CSV text."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in table:
        people = ";".join(f"{who} {count}" for who, count in row["people"].items())
        writer.writerow({**row, "people": people, "relief": row["relief"] or ""})
    return out.getvalue()


def calendar(table: list[dict[str, Any]], burns: list[dict[str, Any]], made: str) -> str:
    """The visits and the reboosts (all-day) as an iCalendar (RFC 5545), one event each; `made` is the instant it was made."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//stationkeep//plan//EN"]
    for row in table:
        who = ", ".join(f"{count} {partner}" for partner, count in row["people"].items())
        cargo = ", ".join(f"{column[:-3]} {row[column]:,.0f} kg" for column in COLUMNS if column.endswith("_kg") and row[column])
        says = "; ".join(x for x in (f"launch {row['launch'][:10]} ({row['launcher']}, {row['site']})", who and f"people {who}", cargo) if x)
        lines += [
            "BEGIN:VEVENT", f"UID:{row['name']}@stationkeep", f"DTSTAMP:{_stamp(made)}", f"DTSTART:{_stamp(row['expected'])}",
            f"DTEND:{_stamp(row['undock'])}", f"SUMMARY:{row['name']} ({row['vehicle']})", f"LOCATION:{row['port']}", *_folded(f"DESCRIPTION:{_escaped(says)}"), "END:VEVENT",
        ]  # fmt: skip
    for b in burns:
        says = f"{b['from_km']:.2f} to {b['to_km']:.2f} km, {b['delta_v_m_per_s']:.2f} m/s; {with_words(b)}" + (f"; for the phase of {b['ship']}" if b["ship"] else "")
        lines += ["BEGIN:VEVENT", f"UID:reboost-{b['day']}@stationkeep", f"DTSTAMP:{_stamp(made)}", f"DTSTART;VALUE=DATE:{_stamp(b['day'])}",
                  f"SUMMARY:reboost to {b['to_km']:.1f} km", *_folded(f"DESCRIPTION:{_escaped(says)}"), "END:VEVENT"]  # fmt: skip
    return "\r\n".join([*lines, "END:VCALENDAR"]) + "\r\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")


def _folded(line: str) -> list[str]:
    """Lines of at most 75 octets, those that go on begin with a space (RFC 5545, 3.1)."""
    return [line[:75], *(" " + line[i : i + 74] for i in range(75, len(line), 74))]


def _stamp(utc: str) -> str:
    return utc.replace("-", "").replace(":", "")


def _names(problem: Problem, visits: list[Visit]) -> list[str]:
    """vehicle-year-month, with a letter where a month has two; a committed flight has its own name."""
    plain = [f"{v.vessel}-{to_utc(problem.start_s + v.week * WEEK_s)[:7]}" for v in visits]
    seen: dict[str, int] = {}
    out = []
    for name, v in zip(plain, visits, strict=True):
        seen[name] = seen.get(name, 0) + 1
        lettered = name if plain.count(name) == 1 else f"{name}{'abcdefgh'[seen[name] - 1]}"
        fixed = _committed(problem, v)
        out.append(fixed.name if fixed else lettered)
    return out


def _committed(problem: Problem, v: Visit) -> Fixed | None:
    """The committed flight of the scenario that a visit is; a published one, which the plan names itself, is none."""
    return next((f for f in problem.fixed if "/" not in f.name and f.flown_by(v.vessel, v.week, v.port, v.stay_w)), None)


def _ports(problem: Problem, solution: Solution, visits: list[Visit]) -> list[tuple[str, ...]]:
    """A port for each visit: of its class, the one free longest; the class's others and further classes behind it."""
    free: dict[str, dict[str, float]] = {c.name: dict.fromkeys(c.ports, -1.0) for c in problem.ports}
    for docked in problem.docked:  # which of its class it holds is the record's; any of them serves for the count
        ports = free[docked.port]
        ports[min(ports, key=lambda q: ports[q])] = float(solution.leaves_w.get(docked.name, min(docked.leaves_w)))
    out = []
    for v in visits:
        ports = free[v.port]
        chosen = min(_open(problem, v), key=lambda q: (ports[q] > v.week, ports[q]))
        ports[chosen] = float(v.week + v.stay_w)
        others = [q for c in problem.vessel(v.vessel).ports for q in problem.port(c).ports if q != chosen]
        same = [q for q in others if q in ports]
        out.append((chosen, *same, *(q for q in others if q not in ports)))
    return out


def _open(problem: Problem, v: Visit) -> list[str]:
    """Ports of the class of a visit that are open all its stay; where no single one is, all of them."""
    port = problem.port(v.port)
    weeks = slice(v.week, v.week + v.stay_w)
    return [q for i, q in enumerate(port.ports) if port.each is None or port.each[i, weeks].all()] or list(port.ports)


def _relieves(problem: Problem, solution: Solution, visits: list[Visit]) -> dict[int, str]:
    """Visit -> crew aboard at the start that it relieves: the last ship of its kind before that crew leaves, one for each; where people are
    asked for and no kind of ship, else one of another kind that comes in its last two weeks."""
    out: dict[int, str] = {}
    for docked in problem.docked if not problem.between_w else ():
        leaves_w = solution.leaves_w.get(docked.name, min(docked.leaves_w))
        mine = [i for i, v in enumerate(visits) if docked.crew and v.vessel in (docked.vehicle, *problem.stand_ins.get(docked.vehicle, ())) and v.week < leaves_w and i not in out]
        if docked.crew and not mine and not problem.lines:
            mine = [i for i, v in enumerate(visits) if problem.vessel(v.vessel).crew and leaves_w - 2 <= v.week < leaves_w and i not in out]
        if mine:
            out[max(mine, key=lambda i: visits[i].week)] = docked.name
    return out


def _reliefs(problem: Problem, visits: list[Visit]) -> dict[int, int]:
    """Crew -> the crew ship launched in the last two weeks of its stay, of its own kind if there is one, else the last of its kind in its
    stay that relieves nobody else; for a ship that unloads the gyroscopes the next that does."""
    out: dict[int, int] = {}
    for i, v in enumerate(visits):
        ship = problem.vessel(v.vessel)
        if not ship.crew and not ship.unloads:
            continue
        during = [j for j, o in enumerate(visits) if v.week < o.week < v.week + v.stay_w]
        alike = [j for j in during if (problem.vessel(visits[j].vessel).crew if ship.crew else problem.vessel(visits[j].vessel).unloads)]
        near = [j for j in alike if visits[j].week >= v.week + v.stay_w - 2]
        near = [j for j in near if j not in out.values()] or near
        same = [j for j in near if visits[j].vessel == v.vessel]
        later = [j for j in during if visits[j].vessel == v.vessel and j not in out.values()]
        if same or near:
            out[i] = (same or near)[0]
        elif later and not problem.between_w:  # else it leaves on its day, and the next of its line comes afterwards
            out[i] = later[-1]
    return out


__all__ = ["COLUMNS", "Planned", "calendar", "entry", "planned", "planned_scenario", "rows", "table_csv"]
