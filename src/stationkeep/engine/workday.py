"""People's hours: the working week of each station, and the backlogs that are worked off in it."""

from __future__ import annotations

import numpy as np
from numba import njit

from ..laws import crew_time
from ..subsystems import crew
from . import upkeep
from .sharing import research
from .world import RunState, Scratch, World

WEEK_s = 7 * 86400.0
YEAR_s = 365.25 * 86400.0
BACKLOG = (upkeep.REPAIR_US, upkeep.SHIP_US, upkeep.EVA_US, upkeep.HANDOVER, upkeep.OUTFIT_US)
"""Column of the backlog each load of the week comes from; of two, the one of the US segment."""
MOST_WAITING_h = 600.0
"""Of one kind of work that may wait for want of time: eight weeks of three people; what is beyond is dropped. Assumed."""


@njit(cache=True)
def hours(w: World, s: RunState, x: Scratch, dt_s: float, t1_s: float) -> None:
    """The working week at each station; traffic and handover loads decay as they are worked off."""
    c = w.crew_time
    x.hours[:] = 0.0
    for st in range(s.people.size):
        people = s.crew.aboard[st].sum()
        s.backlog_h[st, upkeep.HANDOVER] += x.arrivals[st] * c.rules.arrival_h
        if people <= 0:
            continue
        volume, aged, load, counts = x.kept_m3[st], x.kept_y, x.load_h, x.residents
        load[:] = 0.0
        for g in range(2):
            dated = x.dated_m3[st, g]  # a part of no known day is as new
            aged[g] = dated / volume[g] * max(t1_s - x.came_s[st, g], 0.0) / YEAR_s if dated > 0.0 else 0.0
        share = c.share_frac[0]
        for d in range(c.share_from_s.size):
            if c.share_from_s[d] <= t1_s:
                share = c.share_frac[d]
        crew.residents(w.crew, s.crew, st, counts)
        owed, cooperation_frac = x.owed, c.cooperation_frac
        for who in range(owed.size):  # nobody works for who has left, and who has left works for nobody
            owed[who] = share[who]
            if not s.partners.takes_part[who]:
                owed[who] = share[who] if counts[who] > 0.0 else 0.0
                cooperation_frac = 0.0 if counts[who] > 0.0 else cooperation_frac
        upkeep.outfit(w, s, st, volume)
        upkeep.work_off(w, s, st, counts, load, crew_time.spread_h(1.0, dt_s), WEEK_s / dt_s)
        crew_time.share_week(
            c.rules, counts, w.partner_crew_segment, volume, aged, load, owed, cooperation_frac, x.hours[st], x.matrix, x.week
        )
        if st > 0:  # the shares of the agreement are those of the main station's laboratories
            own, other = x.hours[st, :, crew_time.OWN_RESEARCH], x.hours[st, :, crew_time.OTHER_RESEARCH]
            own += other
            other[:] = 0.0
            x.hours[st, :, crew_time.SERVED_BY_OTHERS] = 0.0
        _put_back(s, st, load, x.hours[st], dt_s / WEEK_s)
        work = x.hours[st, :, crew_time.OWN_RESEARCH].sum() + x.hours[st, :, crew_time.OTHER_RESEARCH].sum()
        research(w, s, x, st, work * dt_s / WEEK_s * c.research_kg_per_h)


@njit(cache=True)
def _put_back(s: RunState, st: int, load: np.ndarray, hours: np.ndarray, weeks: float) -> None:
    """What nobody had time for waits; only upkeep passed over is not made up. load: (segment, use), hours: (partner, use)."""
    backlog = s.backlog_h[st]
    for j in range(load.shape[1]):
        asked = load[0, j] + load[1, j]
        done = 0.0
        for k in range(hours.shape[0]):
            done += hours[k, crew_time.UPKEEP + 1 + j]
        if asked - done <= 1e-9:
            continue
        for g in range(2):
            column = upkeep.HANDOVER if j == 3 else BACKLOG[j] + g
            left = load[g, j] * (1.0 - done / asked) * weeks
            backlog[column] = max(backlog[column], min(backlog[column] + left, MOST_WAITING_h))
