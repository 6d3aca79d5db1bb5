"""Continuous capability: from when to when a station that could house people was there, for anyone and for each partner.

A station counts for the partners that take part in it: those whose people fly there or who own a part of it, until they
withdraw. A lapse shorter than `LAPSE_d` is a repair, not an end.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import log as happened
from ..model.base import PARTNERS
from .compile.partners import SEGMENT_OF
from .world import CAPABLE

if TYPE_CHECKING:
    from .compile.world import Case
    from .record import RunResult

LAPSE_d = 30.0
"""Shorter lapses do not end a capability: no crew of the record left for one (73 days without seats were waited out in
2022-23; the rules that send people home act after 2 to 120 days). Assumed."""
CAPABILITY: dict[str, tuple[tuple[str, ...], str]] = {
    "capable_from_utc": ((), "first stamp with a station able to house people"),
    "capable_until_utc": ((), "last stamp of the capability that began then"),
    "capable_from_by_partner_utc": (("partner",), "the same for the stations a partner takes part in: first stamp"),
    "capable_until_by_partner_utc": (("partner",), "last stamp of the capability that began then"),
}


def capability(case: Case, result: RunResult, times: np.ndarray, members: np.ndarray) -> dict[str, Any]:
    """The dates of one run, by the names of `CAPABILITY`; `members` as `members_of` gives them."""
    able = np.ascontiguousarray(result.rows.scalar[:, :, CAPABLE].T) > 0.5
    lapse = max(int(LAPSE_d * 86400.0 / case.dt_s), 1)
    anyone = span(bridged(np.any(able, axis=0), lapse), times)
    member = takes_part(case, result, times, members)
    each = [span(bridged((able & own).any(axis=0), lapse), times) for own in member]
    return {
        "capable_from_utc": anyone[0], "capable_until_utc": anyone[1],
        "capable_from_by_partner_utc": np.asarray([e[0] for e in each]),
        "capable_until_by_partner_utc": np.asarray([e[1] for e in each]),
    }  # fmt: skip


def members_of(case: Case) -> np.ndarray:
    """(station, partner): whether the partner takes part in the station while nobody has left."""
    return np.array([[who in found for who in PARTNERS] for found in (_partners_of(case, name) for name in case.names.stations)])


def takes_part(case: Case, result: RunResult, times: np.ndarray, members: np.ndarray) -> np.ndarray:
    """(partner, station, time): whether the partner takes part in the station then."""
    out = np.repeat(members.T[:, :, None], times.size, axis=2)
    seconds = (times - np.datetime64("2000-01-01")) / np.timedelta64(1, "s")
    events = list(case.scenario.events.values())
    t_s, kind, _, code, _, _ = result.events
    for row in np.flatnonzero((kind == happened.WITHDRAW) | (kind == happened.REJOIN)):
        event = events[int(code[row]) - happened.EVENT]
        leaver = PARTNERS.index(str(event.withdraw or event.rejoin))
        out[leaver, 0, seconds >= t_s[row]] = bool(event.rejoin)
    return out


def _partners_of(case: Case, station: str) -> set[str]:
    """Partners with a part of a station or people who fly to it."""
    scenario = case.scenario
    own = scenario.stations.get(station)
    if own is None:  # a segment that separates
        segments = [e.separate or e.withdraw for e in scenario.events.values() if (e.into or f"{scenario.main_station}-russian") == station]
        return {who for who, seg in SEGMENT_OF.items() if {who, "russian" if seg else "us"} & set(segments)}
    found: set[str] = {m.partner for m in own.modules.values()}
    found |= {who for f in case.flights if f.station == station for who, count in f.people.items() if count}
    if own.parts == "iss":
        found |= {row["owner"] for row in case.catalogue.table("stations/iss/parts")}
        found |= {row["partner"] for row in case.catalogue.table("crew/stays")}
    return found & set(PARTNERS)


def bridged(holds: np.ndarray, lapse: int) -> np.ndarray:
    """The same with gaps of fewer than `lapse` steps between two Trues closed."""
    out = holds.copy()
    turns = np.flatnonzero(holds[1:] != holds[:-1]) + 1
    for ends, begins in itertools.pairwise(turns):
        if begins - ends < lapse:
            out[ends:begins] = True
    return out


def span(holds: np.ndarray, times: np.ndarray) -> tuple[np.datetime64, np.datetime64]:
    """First stamp at which something holds and the last before it first ends; NaT twice when it never does."""
    first = int(np.argmax(holds))
    if not holds[first]:
        return np.datetime64("NaT", "ns"), np.datetime64("NaT", "ns")
    gone = first + int(np.argmin(holds[first:]))
    return times[first], times[-1] if holds[gone] else times[gone - 1]
