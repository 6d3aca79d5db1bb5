"""Chains of causes: the rows of the event log followed back from a breach, and what most runs have in common."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from stationkeep.report.read import EventLog, iso_day, words

#: What each kind of event says of its name (and station); the kinds are those the engine logs.
SENTENCES = {
    "launch": "{name} is launched",
    "launch_failure": "the launch of {name} fails",
    "docking": "{name} docks",
    "docking_failure": "{name} fails to dock",
    "undock": "{name} undocks",
    "cancelled": "{name} is cancelled",
    "grounded": "{name} is grounded",
    "released": "{name} may fly again",
    "crew_up": "{name} comes aboard",
    "crew_home": "{name} goes home",
    "service_down": "{name} goes down",
    "service_up": "{name} is back",
    "stock_low": "{name} falls below its reserve",
    "stock_ok": "{name} is above its reserve again",
    "stock_empty": "{name} is used up",
    "reboost": "reboost by {name}",
    "inferred_burn": "a burn inferred from the record ({name})",
    "avoidance": "debris is avoided ({name})",
    "failure": "{name} fails",
    "repair": "{name} is repaired",
    "shed": "loads are shed ({name})",
    "condition": "condition {name} is met",
    "notice": "{name} gives notice",
    "withdraw": "{name} withdraws",
    "rejoin": "{name} returns",
    "separate": "{name} separates",
    "join": "{name} joins",
    "handed_over": "{name} is handed over",
    "powered_down": "{name} is powered down",
    "retire": "{name} is retired",
    "extend": "{name} is extended",
    "evacuate": "the crew leaves {station}",
    "abandoned": "{station} is given up",
    "breach": "requirement {name} is broken",
    "recovered": "requirement {name} holds again",
    "attitude_lost": "{station} loses its attitude",
    "opened": "{name} opens",
    "damage": "{name} is damaged",
    "lose_person": "{name} loses a crew member",
    "reseated": "people take seats home in {name}",
    "fund": "the money of {name} changes",
    "ground": "{name} is grounded by decision",
    "fail": "the scenario has {name} fail",
    "entry": "{station} enters the atmosphere",
    "correction": "{name} corrects the orbit",
    "no_propellant": "{name} has no propellant to burn",
    "crew_cut": "{name} takes its crew home early",
    "spacewalk": "a spacewalk ({name})",
    "late": "{name} is late",
    "outrun": "more {name} is used than is brought or made",
    "active_sun": "the Sun is active and drag above its usual",
    "kept_on": "{name} stays on for its relief",
    "brought_forward": "{name} is brought forward",
    "hatch_closed": "a leak of {name} is shut off behind its hatch, with the port there",
    "tanks_held": "{name} in the tanks is down to what is kept for attitude control",
    "perished": "{station} comes down with people aboard",
    "starts_short": "too little {name} is aboard at the start",
    "no_relief": "no crew is planned to relieve {name}",
    "rescue": "{name} comes with empty seats for those whose ship is damaged",
    "learning": "others have not learned to run what {name} ran",
    "no_spares": "there are no spares for what {name} ran",
    "no_room": "the stores have no room for all that {name} brings",
    "phasing": "the orbit is raised so that {name} meets its phase",
    "long_chase": "the phase is not met: {name} takes the longer chase",
    "one_port": "{name} finds no port but that of the crew it relieves",
    "join_waits": "{name} cannot dock to the main station yet",
    "way_short": "the tanks of {station} do not pay its way to the main station",
    "lowered": "{name} lowers {station} to its entry",
}
#: The families of kinds a chain is read by: what the partners did, what flew, what is stored, what works.
FAMILIES = {
    "decision": ("notice", "withdraw", "rejoin", "separate", "join", "handed_over", "powered_down", "retire",
                 "extend", "condition", "evacuate", "crew_cut", "abandoned", "opened", "lose_person", "fund", "ground", "entry",
                 "hatch_closed", "perished", "learning", "no_spares", "join_waits", "lowered"),
    "flight": ("launch", "launch_failure", "docking", "docking_failure", "undock", "cancelled", "grounded",
               "released", "crew_up", "crew_home", "reboost", "phasing", "long_chase", "inferred_burn", "avoidance", "correction", "spacewalk", "late",
               "kept_on", "brought_forward", "one_port", "no_relief", "rescue", "reseated"),
    "stock": ("stock_low", "stock_ok", "stock_empty", "no_propellant", "outrun", "active_sun", "tanks_held", "starts_short", "no_room", "way_short"),
    "service": ("service_down", "service_up", "attitude_lost", "shed"),
    "part": ("failure", "repair", "fail", "damage"),
    "requirement": ("breach", "recovered"),
}  # fmt: skip
NO_REASONS = ("launch", "docking")
"""What goes as planned ends no chain: that a ship was launched is no reason why it failed to dock."""
_FAMILY_OF = {kind: family for family, kinds in FAMILIES.items() for kind in kinds}
_SERIAL = re.compile(r"[-_ ]?\d+$")


@dataclass(frozen=True)
class Cause:
    """One link of a chain: what happened, its median date, and the share of the broken runs that went through it.

    ``vanish_frac`` is the share of breaks that vanish when this event is taken away on the same draws; None where
    nobody has tried.
    """

    kind: str
    name: str
    date: str
    text: str
    share_frac: float
    vanish_frac: float | None = None

    @property
    def family(self) -> str:
        return family_of(self.kind)

    def as_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "name": self.name, "date": self.date, "text": self.text,
                "share_frac": round(self.share_frac, 4), "vanish_frac": self.vanish_frac}  # fmt: skip

    def __str__(self) -> str:
        vanish = "" if self.vanish_frac is None else f"; {self.vanish_frac:.0%} of the breaks vanish without it"
        return f"{self.text} ({self.date}{vanish})"


@dataclass(frozen=True)
class Chain:
    """A chain of causes from the breach back to its root, and the share of the broken runs that follow it."""

    causes: tuple[Cause, ...]
    share_frac: float
    runs_count: int

    def __str__(self) -> str:
        return " ← ".join(str(cause) for cause in self.causes)


def family_of(kind: str) -> str:
    return _FAMILY_OF.get(kind, "decision")


def sentence(kind: str, name: str, station: str) -> str:
    """One event in words; the station is named where the sentence has no other place for it."""
    template = SENTENCES.get(kind, words(kind) + ": {name}")
    if station and "{station}" not in template and family_of(kind) in ("service", "stock"):
        template += " on {station}"
    return template.format(name=words(name) or words(kind), station=station or "the station")


def rows_back(log: EventLog, row: int) -> list[int]:
    """Rows that led to ``row``, nearest first, without it; ends at a row without a cause (or one met before)."""
    chain: list[int] = []
    seen = {row}
    row = int(log.cause[row])
    while 0 <= row < log.cause.size and row not in seen:
        chain.append(row)
        seen.add(row)
        row = int(log.cause[row])
    while len(chain) > 1 and log.kind[chain[-1]] in NO_REASONS:
        chain.pop()
    return chain


def common_chains(log: EventLog, breaches: Sequence[int], weights: np.ndarray, most: int = 3) -> list[Chain]:
    """The chains behind ``breaches`` (rows of the log, one per broken run), the most frequent first.

    Two runs share a chain when it has the same kinds and names in the same order, serial numbers of flights apart
    (``progress-27`` and ``progress-28``). Shares are of the summed ``weights`` of the breaches.
    """
    traces = [rows_back(log, row) for row in breaches]
    shapes = [tuple((str(log.kind[row]), _stem(log.name[row])) for row in trace) for trace in traces]
    total = float(np.sum(weights))
    frequency: Counter[tuple] = Counter()
    links: Counter[tuple[str, str]] = Counter()
    for shape, weight in zip(shapes, weights, strict=True):
        frequency[shape] += weight
        for link in set(shape):
            links[link] += weight
    chains = []
    for shape, weight in sorted(frequency.items(), key=lambda item: (-item[1], item[0]))[:most]:
        members = [trace for trace, other in zip(traces, shapes, strict=True) if other == shape]
        causes = tuple(
            _cause(log, [trace[place] for trace in members], round(float(links[link]) / total, 9))
            for place, link in enumerate(shape)
        )
        chains.append(Chain(causes, round(float(weight) / total, 9), len(members)))
    return chains


def with_vanished(causes: Iterable[Cause], explained: dict[tuple[str, str], float]) -> tuple[Cause, ...]:
    """The same causes, each with the share of breaks that a rerun without it showed to vanish, where there is one."""
    return tuple(replace(cause, vanish_frac=explained.get((cause.kind, cause.name))) for cause in causes)


def _cause(log: EventLog, rows: list[int], share_frac: float) -> Cause:
    name, count = Counter(str(log.name[row]) for row in rows).most_common(1)[0]
    station = Counter(str(log.station[row]) for row in rows).most_common(1)[0][0]
    if count < len(rows) and 2 * count < len(rows):
        name = _stem(name)
    kind = str(log.kind[rows[0]])
    told = next((str(log.told[row]) for row in rows if log.name[row] == name), name)
    seconds = np.sort(log.utc[rows].astype("datetime64[s]").astype(np.int64))
    median = seconds[(seconds.size - 1) // 2].astype("datetime64[s]")
    return Cause(kind, name, iso_day(median), sentence(kind, told, station), share_frac)


@lru_cache(4096)
def _stem(name: str) -> str:
    """A flight without its serial number: ``progress-ms-27`` -> ``progress-ms``; a name that is all number stays."""
    return _SERIAL.sub("", str(name)) or str(name)
