"""Events of a branch -> the partners subsystem's arrays."""

from __future__ import annotations

import numpy as np

from ...model.base import NEVER_s, seconds
from ...model.catalogue import Catalogue, number
from ...model.events import Event, StationIs
from ...model.files import Problem, ScenarioError
from ...model.scenario import Scenario
from ...subsystems import partners
from .budget import unpaid_flights
from .flights import PlannedFlight
from .life_support import rule
from .names import Names, integers, reals

DAY_s = 86400.0
KINDS = ("withdraw", "rejoin", "extend", "separate", "retire", "fail", "ground", "damage", "lose_person", "open", "fund", "join")
MODES = ("keeps_running", "handed_over", "powered_down", "separated")
TAKES = ("flights", "crews", "propellant", "command", "operation", "spares", "money")
STATES = ("crewed", "abandoned", "open")
SEGMENT_OF = {"roscosmos": 1, "nasa": 0}


def build_partners(
    scenario: Scenario, catalogue: Catalogue, names: Names, flights: tuple[PlannedFlight, ...]
) -> tuple[partners.Params, partners.State]:
    """Params and a State in which every partner takes part; dates of events are drawn."""
    station, partner = names.of("stations"), names.of("partners")
    rows = list(scenario.events.items())
    notice_d = rule(scenario, catalogue, "backup_notice_d")

    def segment(e: Event) -> int:
        if e.separate:
            return 1 if e.separate == "russian" else 0
        return SEGMENT_OF.get(e.withdraw or e.rejoin or "", -1)

    def into(e: Event) -> int:
        fallback = f"{scenario.main_station}-russian"
        return station[e.into] if e.into else station.get(fallback, -1)

    p = partners.Params(
        kind=integers(KINDS.index(e.kind) for _, e in rows),
        partner=integers(partner.get(e.withdraw or e.rejoin or e.extend or e.lose_person or e.fund or "", -1) for _, e in rows),
        target=integers(_target(scenario, catalogue, names, name, e) for name, e in rows),
        mode=integers(MODES.index(e.segment) if e.segment else int(e.aboard) for _, e in rows),
        takes=integers(sum(1 << TAKES.index(t) for t in (e.taken if e.withdraw else ())) for _, e in rows),
        segment=integers(segment(e) for _, e in rows),
        into=integers(into(e) for _, e in rows),
        for_s=reals(e.for_d * DAY_s if e.for_d else NEVER_s for _, e in rows),
        learning_s=reals(e.learning_d * DAY_s for _, e in rows), spares_s=rule(scenario, catalogue, "spares_lead_d") * DAY_s,
        people=integers(_missing(e, flights, notice_d) for _, e in rows),
        unpaid=unpaid_flights(scenario, catalogue, flights),
        when_station=integers(station[e.when.station] if _watched(e) else -1 for _, e in rows),  # type: ignore[union-attr]
        when_state=integers(STATES.index(e.when.is_) if _watched(e) else -1 for _, e in rows),  # type: ignore[union-attr]
    )  # fmt: skip
    count, stations, n = len(names.partners), len(names.stations), len(rows)
    opened_later = {e.open for e in scenario.events.values() if e.open}
    s = partners.State(
        event_s=np.full(n, NEVER_s), done=np.zeros(n, np.bool_), event_row=np.full(n, -1, np.int64),
        takes_part=np.ones(count, np.bool_), flies=np.ones(count, np.bool_), sends=np.ones(count, np.bool_), fuels=np.ones(count, np.bool_),
        row=np.full(count, -1, np.int64), operates=np.ones((count, partners.PLANNED + 1), np.bool_), operates_row=np.full((count, partners.PLANNED + 1), -1, np.int64),
        commanded_s=np.zeros(count), repaired_s=np.zeros(count), spares_s=np.zeros(count), repair_row=np.full(count, -1, np.int64),
        fund_event=np.full(count, -1, np.int64), may_share=np.ones((count, count), np.bool_), spares_share=np.ones((count, count), np.bool_),
        segment_mode=np.zeros(2, np.int64), segment_runs=np.ones(3, np.bool_), segment_row=np.full(3, -1, np.int64),
        segment_home=np.zeros(2, np.int64), dark=np.zeros(count, np.bool_), retired_row=np.full(stations, -1, np.int64),
        opened=np.asarray([name in scenario.stations and name not in opened_later for name in names.stations], np.bool_),
        was_crewed=np.zeros(stations, np.bool_),
    )  # fmt: skip
    return p, s


def _missing(e: Event, flights: tuple[PlannedFlight, ...], notice_d: float) -> int:
    """How many seats stay empty on the next launch of the partner: none where a backup can be made ready in time."""
    if not e.lose_person or e.aboard or not e.backup or e.on is None:
        return e.count
    lost_s = seconds(e.on.at or e.on.declared or (e.on.between or ("", ""))[1])
    planned = [f.launch_s for f in flights if f.people.get(e.lose_person, 0) and not f.flown and not f.after]
    next_s = min((at_s for at_s in planned if at_s >= lost_s), default=NEVER_s)
    return 0 if next_s - lost_s >= notice_d * DAY_s else e.count


def _watched(e: Event) -> bool:
    """Whether the run itself must watch for the state; when a station is assembled is drawn before it."""
    return isinstance(e.when, StationIs) and e.when.is_ != "assembled"


def _target(scenario: Scenario, catalogue: Catalogue, names: Names, event: str, e: Event) -> int:
    """Index of what an event strikes: a machine, a family, a flight, a station."""
    name = e.fail or e.ground or e.damage or e.retire or e.open or e.join or e.ship
    if name is None:
        return -1
    if e.fail and e.fail in names.of("flights"):
        return -1  # its launch is made to fail with the rest of the chance (`luck.draw`)
    if e.fail:
        table, kind = names.of("machines"), "machine"
    elif e.damage or e.ship:
        table, kind = names.of("flights"), "flight"
    elif e.ground:
        table, kind = names.of("groups"), "vehicle type, launcher, family or launch site"
    else:
        table, kind = names.of("stations"), "station"
    if name not in table:
        from difflib import get_close_matches

        near = get_close_matches(name, table, 1)
        advice = f"did you mean '{near[0]}'?" if near else f"one of {', '.join(list(table)[:30])}"
        raise ScenarioError([Problem(scenario.title, None, None, f"events.{event}", f"no {kind} '{name}'", advice)])
    return table[name]


def notices(scenario: Scenario, catalogue: Catalogue) -> list[dict[str, object]]:
    """Every withdrawal of a branch beside the notice the agreement asks for, how long the partner had committed itself, and the duty
    to hand its equipment over; one that breaks them is flagged, not forbidden."""
    agreements = catalogue.table("partners/agreements")
    clause = next((row for row in agreements if row["what"] == "notice"), None)
    if clause is None:
        return []
    out: list[dict[str, object]] = []
    bound = [(p, row["to_utc"], row["source"]) for row in agreements if row["what"] == "extension" for p in row["parties"].split(";")]
    bound += [(e.extend, e.to, f"event {name}") for name, e in scenario.events.items() if e.extend and e.to]
    for name, e in scenario.events.items():
        if not e.withdraw:
            continue
        leaves = (e.on.at or e.on.declared or (e.on.between or ("",))[0]) if e.on else None
        given_d = round((seconds(leaves) - seconds(e.notice)) / DAY_s) if leaves and e.notice else None
        out.append({
            "event": name, "partner": e.withdraw, "leaves": leaves[:10] if leaves else None,
            "notice": e.notice[:10] if e.notice else None, "given_d": given_d, "asked_d": number(clause, "value"),
            "breaks_agreement": given_d is None or given_d < number(clause, "value"), "source": clause["source"],
        })  # fmt: skip
        said = {"event": name, "partner": e.withdraw, "breaks_agreement": True}
        until, source = max(((to[:10], source) for who, to, source in bound if who == e.withdraw), default=("", ""))
        if leaves and leaves[:10] < until:
            out.append(said | {"text": f"leaves before {until}, to which it had committed itself", "source": source})
        duty = next((row for row in agreements if row["what"] == "handover_duty" and row["parties"] == e.withdraw), None)
        if duty and e.segment != "handed_over":
            out.append(said | {"text": "does not hand its equipment over, as it alone has the duty to", "source": duty["source"]})
    return out
