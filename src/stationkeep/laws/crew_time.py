"""The working week: what people's hours go to, and whose experiments they serve.

One rule for any crew. Each resident brings a working day to the programme; the two segments (0 US, 1 Russian) take from
it what keeps them running (grows with volume and age), what arrives and leaves, spacewalks and repairs. What is left is
shared between the outfitting of new modules, as long as some waits, and research. Research is shared between the partners as their agreement says; when the people aboard do not match the
agreement, people of one segment work for the other's experiments.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from stationkeep.loops import borrows

SEGMENTS = 2
CREW_USES = (
    "own_needs", "exercise", "upkeep", "repairs", "traffic", "spacewalks", "handover", "outfitting", "own_research",
    "other_research", "served_by_others",
)  # fmt: skip
(OWN_NEEDS, EXERCISE, UPKEEP, REPAIR_H, TRAFFIC, EVA_H, HANDOVER, OUTFITTING, OWN_RESEARCH, OTHER_RESEARCH,
 SERVED_BY_OTHERS) = range(len(CREW_USES))  # fmt: skip
"""What a partner's people do; the last is what others' people do for this partner's experiments (their other_research)."""


class TimeRules(NamedTuple):
    """Hours; the table ``life_support/crew_time.csv`` gives each with its source and which were fitted."""

    day_h: float
    days_per_week: float
    own_needs_h_per_d: float
    exercise_h_per_week: float
    keep_base_h_per_week: float
    keep_h_per_week_per_m3: float
    ageing_per_y: float
    cargo_ship_h: float
    crew_ship_h: float
    eva_h: float
    arrival_h: float
    module_h: float
    outfit_most_frac: float


@njit(cache=True)
def programme_h_per_week(rules: TimeRules) -> float:
    """Hours a week one person gives to the programme: the working day less conferences, medicine, stowage search."""
    return (rules.day_h - rules.own_needs_h_per_d) * rules.days_per_week


@njit(cache=True)
def upkeep_h_per_week(rules: TimeRules, volume_m3: float, age_y: float, shared_base_frac: float) -> float:
    """Hours a week that keep one segment running: its share of the base, and its volume, more as it ages.

    "2.5 of 3 keep the station" (National Research Council 2003, nap.edu 10614 p. 59).
    """
    grown = 1.0 + rules.ageing_per_y * age_y
    return rules.keep_base_h_per_week * shared_base_frac + rules.keep_h_per_week_per_m3 * volume_m3 * grown


@njit(cache=True)
def spread_h(backlog_h: float, dt_s: float, time_constant_s: float = 1209600.0) -> float:
    """Hours of a backlog worked off in a step: first order, two weeks by default (unpacking a ship, a handover)."""
    return float(backlog_h * -np.expm1(-dt_s / time_constant_s))


@njit(cache=True)
def working_week(
    rules: TimeRules,
    people: np.ndarray,
    partner_segment: np.ndarray,
    volume_m3: np.ndarray,
    age_y: np.ndarray,
    load_h: np.ndarray,
    entitlement_frac: np.ndarray,
    cooperation_frac: float,
    hours: np.ndarray,
    matrix: np.ndarray,
) -> float:
    """Share one week out: returns the hours of upkeep nobody had time for.

    people: (partner,) residents; partner_segment: (partner,) 0 US, 1 Russian; volume_m3, age_y: (segment,) pressurised
    volume kept and its mean age; load_h: (segment, 5) hours this week of repair, traffic, EVA, handover, outfitting, the
    last done only with its share of the hours all else leaves free;
    entitlement_frac: (partner,) share of research time by agreement; people of a partner without any (private
    astronauts) are guests: they work for themselves and share no load. cooperation_frac: how much of the other
    segment's shortage people of one segment make good (1 under the agreement, 0 after a break).
    Writes hours (partner, use) and matrix (partner at work, partner served), both hours a week.
    """
    room = np.empty((8 + 6, SEGMENTS))  # one block: asking for memory costs time
    return share_week(
        rules, people, partner_segment, volume_m3, age_y, load_h, entitlement_frac, cooperation_frac, hours, matrix, room
    )


@borrows
def share_week(
    rules: TimeRules, people: np.ndarray, partner_segment: np.ndarray, volume_m3: np.ndarray, age_y: np.ndarray,
    load_h: np.ndarray, entitlement_frac: np.ndarray, cooperation_frac: float, hours: np.ndarray, matrix: np.ndarray,
    room: np.ndarray,
) -> float:  # fmt: skip
    """`working_week` in the memory of `room` (14, segment): to ask for it costs time."""
    hours[:] = 0.0
    matrix[:] = 0.0
    room[:] = 0.0
    count, owed, total, spare, helped, need = room[0], room[1], room[2], room[3], room[4], room[8:]
    for k in range(people.size):
        if entitlement_frac[k] > 0.0:
            count[partner_segment[k]] += people[k]
            owed[partner_segment[k]] += entitlement_frac[k]
    kept = 0.0
    for g in range(SEGMENTS):
        kept += 1.0 if volume_m3[g] > 0.0 else 0.0
    each = programme_h_per_week(rules)
    for g in range(SEGMENTS):
        if volume_m3[g] > 0.0:
            need[0, g] = upkeep_h_per_week(rules, volume_m3[g], age_y[g], 1.0 / kept)
        for j in range(5):
            need[1 + j, g] = load_h[g, j]
        total[g] = need[0, g] + need[1, g] + need[2, g] + need[3, g] + need[4, g]
    for g in range(SEGMENTS):
        spare[g] = count[g] * each - total[g]
    for g in range(SEGMENTS):
        other = 1 - g
        if spare[g] < 0.0 < spare[other]:
            helped[g] = min(-spare[g], spare[other]) * cooperation_frac
            spare[g] += helped[g]
            spare[other] -= helped[g]
    unmet = max(0.0, -spare[0]) + max(0.0, -spare[1])
    for k in range(people.size):
        hours[k, OWN_NEEDS] = rules.own_needs_h_per_d * rules.days_per_week * people[k]
        hours[k, EXERCISE] = rules.exercise_h_per_week * people[k]
    _share_loads(people, partner_segment, entitlement_frac, count, need, total, helped, each, hours)
    _outfit(people, partner_segment, entitlement_frac, count, need[5], rules.outfit_most_frac, cooperation_frac, spare, room[5:7], hours)
    _share_research(people, partner_segment, entitlement_frac, count, owed, spare, cooperation_frac, room[7], matrix)
    for k in range(people.size):
        if entitlement_frac[k] <= 0.0:
            matrix[k, k] = each * people[k]
        hours[k, OWN_RESEARCH] = matrix[k, k]
        hours[k, OTHER_RESEARCH] = matrix[k].sum() - matrix[k, k]
        hours[k, SERVED_BY_OTHERS] = matrix[:, k].sum() - matrix[k, k]
    return unmet


@borrows
def _share_loads(
    people: np.ndarray,
    partner_segment: np.ndarray,
    entitlement_frac: np.ndarray,
    count: np.ndarray,
    need: np.ndarray,
    total: np.ndarray,
    helped: np.ndarray,
    each: float,
    hours: np.ndarray,
) -> None:
    """Loads go to the people of their segment by head, as far as their hours reach; help goes to the others."""
    for k in range(people.size):
        g = partner_segment[k]
        if people[k] <= 0.0 or entitlement_frac[k] <= 0.0:
            continue
        head = people[k] / count[g]
        for s in range(SEGMENTS):
            if total[s] <= 0.0:
                continue
            done = min(total[s], count[s] * each) if s == g else helped[s]
            for j in range(5):
                hours[k, UPKEEP + j] += head * need[j, s] * done / total[s]


@borrows
def _outfit(
    people: np.ndarray,
    partner_segment: np.ndarray,
    entitlement_frac: np.ndarray,
    count: np.ndarray,
    wanted: np.ndarray,
    most_frac: float,
    cooperation_frac: float,
    spare: np.ndarray,
    work: np.ndarray,
    hours: np.ndarray,
) -> None:
    """Outfitting takes at most `most_frac` of the free hours of each segment's people, in their own segment first; what it
    takes is no longer in `spare` (segment,). `work` (2, segment) is filled."""
    own, room = work[0], work[1]
    for g in range(SEGMENTS):
        room[g] = most_frac * max(0.0, spare[g])
        own[g] = min(wanted[g], room[g])
    for g in range(SEGMENTS):
        other = 1 - g
        done = own[g] + min(room[g] - own[g], (wanted[other] - own[other]) * cooperation_frac)
        spare[g] -= done
        for k in range(people.size):
            if partner_segment[k] == g and people[k] > 0.0 and entitlement_frac[k] > 0.0:
                hours[k, OUTFITTING] += done * people[k] / count[g]


@borrows
def _share_research(
    people: np.ndarray,
    partner_segment: np.ndarray,
    entitlement_frac: np.ndarray,
    count: np.ndarray,
    owed: np.ndarray,
    spare: np.ndarray,
    cooperation_frac: float,
    free: np.ndarray,
    matrix: np.ndarray,
) -> None:
    """Research hours to the partners they serve: shares of the whole by agreement, as far as cooperation goes; fills `free`
    (segment,)."""
    for g in range(SEGMENTS):
        free[g] = max(0.0, spare[g])
    everything = free[0] + free[1]
    share = owed[0] + owed[1]
    moved = 0.0  # hours that Russian-segment people work for the US segment; negative the other way
    if share > 0.0:
        moved = (everything * owed[0] / share - free[0]) * cooperation_frac
        moved = min(free[1], max(-free[0], moved))
    for k in range(people.size):
        g = partner_segment[k]
        if people[k] <= 0.0 or entitlement_frac[k] <= 0.0:
            continue
        head = people[k] / count[g]
        out = max(0.0, moved) if g == 1 else max(0.0, -moved)
        for s in range(SEGMENTS):
            given = head * (free[g] - out if s == g else out)
            for j in range(people.size):
                if partner_segment[j] == s and owed[s] > 0.0:
                    matrix[k, j] += given * entitlement_frac[j] / owed[s]
