"""What a summary keeps of people: their hours, what each decision changed of them, doses of stays, when stations were crewed.

Sums over runs are whole numbers (hundredths of an hour a week, microsieverts), so that chunks may be added up in any order.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import log as happened
from ..laws.crew_time import CREW_USES
from ..model.base import PARTNERS
from .compile.flights import LONG_STAY_d
from .compile.world import Case
from .record import RunResult, doses_mSv, moments
from .world import PEOPLE, Rows

DECISIONS = ("withdraw", "rejoin", "separate", "retire", "lose_person", "damage", "ground", "fail", "fund", "opened")
"""Kinds of events whose effect on the working week is kept, as the report tells it."""
SPAN = np.timedelta64(365, "D")
DOSE_BIN_mSv, DOSE_BINS = 2.0, 1000
DAY = np.timedelta64(1, "D")


class People:
    """Sums over the runs of a chunk."""

    def __init__(self, case: Case, times: np.ndarray, month_ends: np.ndarray) -> None:
        self.case, self.times, self.month_ends = case, times, month_ends
        self.last = np.searchsorted(times, month_ends)
        ahead = times + np.timedelta64(round(1e9 * case.dt_s), "ns")
        self.new_year = np.flatnonzero(times.astype("datetime64[Y]") != ahead.astype("datetime64[Y]"))  # last stamps of years
        self.decisions = tuple(dict.fromkeys((*case.names.events, *case.names.stations)))
        months, partners, uses = month_ends.size, len(PARTNERS), len(CREW_USES)
        kinds, decisions = len(DECISIONS), len(self.decisions)
        self.hours = np.zeros((months, partners, uses), np.int64)
        self.people = np.zeros((months, partners), np.int64)
        self.changed = np.zeros((kinds, decisions, 2, partners, uses), np.int64)
        self.changed_people = np.zeros((kinds, decisions, 2, partners), np.int64)
        self.changed_runs = np.zeros((kinds, decisions), np.int64)
        self.stays = np.zeros((partners, DOSE_BINS), np.int64)
        self.dose = np.zeros(len(case.names.people), np.int64)
        self.found: dict[str, list[np.ndarray]] = {}

    def add(self, r: RunResult, rows: Rows) -> None:
        """Count one run; `rows` are by month."""
        hours = np.rint(100.0 * rows.hours.sum(axis=1) / rows.steps[:, None, None]).astype(np.int64)
        heads = np.rint(100.0 * rows.partner_people[self.last].sum(axis=1)).astype(np.int64)
        self.hours += hours
        self.people += heads
        self._decided(r, hours, heads)
        self._doses(r)
        crewed = rows.scalar[:, :, PEOPLE] >= 1.0
        ever = crewed.any(axis=0)
        first, last = np.argmax(crewed, axis=0), self.times.size - 1 - np.argmax(crewed[::-1], axis=0)
        for name, at in (("station_crewed_from_utc", first), ("station_crewed_until_utc", last)):
            self.found.setdefault(name, []).append(np.where(ever, self.times[at], np.datetime64("NaT")))
        self.found.setdefault("aboard_new_year", []).append(np.asarray(crewed[self.new_year].any(axis=1)))

    def _decided(self, r: RunResult, hours: np.ndarray, heads: np.ndarray) -> None:
        """The year before each decision and the year after it."""
        t_s, kind, _, name = r.events[:4]
        at = np.full(self.changed_runs.shape, np.datetime64("NaT"), "datetime64[ns]")
        for k, word in enumerate(DECISIONS):
            for row in np.flatnonzero(kind == happened.KINDS.index(word)):
                text = self.case.names.text(name[row])
                if text in self.decisions:
                    at[k, self.decisions.index(text)] = moments(t_s[row : row + 1])[0]
        self.found.setdefault("decision_utc", []).append(at)
        for k, d in np.argwhere(~np.isnat(at)):
            since = self.month_ends.astype("datetime64[D]") - at[k, d].astype("datetime64[D]")
            sides = [(since < 0 * DAY) & (since >= -SPAN), (since >= 0 * DAY) & (since < SPAN)]
            if all(side.any() for side in sides):
                self.changed_runs[k, d] += 1
                for i, side in enumerate(sides):
                    self.changed[k, d, i] += np.rint(hours[side].mean(axis=0)).astype(np.int64)
                    self.changed_people[k, d, i] += np.rint(heads[side].mean(axis=0)).astype(np.int64)

    def _doses(self, r: RunResult) -> None:
        """Doses of residents whose stay lies within the run, by partner; and of everyone by name."""
        mSv, case = doses_mSv(self.case, r), self.case
        came_s, left_s = r.stays[:, 1], r.stays[:, 2]
        end_s = case.t0_s + case.steps * case.dt_s
        whole = np.isfinite(mSv) & (left_s - came_s >= LONG_STAY_d * 86400.0) & (came_s >= case.t0_s) & (left_s < end_s)
        place = np.minimum(mSv[whole] // DOSE_BIN_mSv, DOSE_BINS - 1).astype(np.int64)
        np.add.at(self.stays, (np.asarray(case.world.crew.partner)[whole], place), 1)
        self.dose += np.rint(1000.0 * np.nan_to_num(mSv)).astype(np.int64)

    def variables(self) -> dict[str, Any]:
        """The variables of the Dataset, by name."""
        adds = {"over_runs": "sum"}
        by_run = {
            "station_crewed_from_utc": ("station", "first stamp with someone aboard the station"),
            "station_crewed_until_utc": ("station", "last stamp with someone aboard the station"),
            "aboard_new_year": ("year", "someone was aboard a station at the end of the year"),
        }
        data: dict[str, Any] = {
            name: (("run", dim), np.stack(self.found[name]), {"long_name": text}) for name, (dim, text) in by_run.items()
        }
        of = ("decision_kind", "decision")
        data["decision_utc"] = (("run", *of), np.stack(self.found["decision_utc"]), {"long_name": "when an event took place"})
        return data | {
            "hours_runs": (("month", "partner", "crew_use"), self.hours, adds | {"long_name": "0.01 h a week, of all runs"}),
            "people_runs": (("month", "partner"), self.people, adds | {"long_name": "0.01 people, of all runs"}),
            "decision_hours_runs": ((*of, "side", "partner", "crew_use"), self.changed,
                                    adds | {"long_name": "0.01 h a week, year before and year after, of all runs"}),
            "decision_people_runs": ((*of, "side", "partner"), self.changed_people, adds | {"long_name": "0.01 people, of all runs"}),
            "decision_runs_count": (of, self.changed_runs, adds | {"long_name": "runs in which both years are there"}),
            "stay_dose_runs_count": (("partner", "dose_bin"), self.stays, adds | {"long_name": "stays by dose"}),
            "dose_runs_uSv": ("person", self.dose, adds | {"long_name": "dose of all runs"}),
        }  # fmt: skip

    def coordinates(self) -> dict[str, Any]:
        years = self.times[self.new_year].astype("datetime64[Y]").astype(int) + 1971
        return {
            "decision_kind": list(DECISIONS), "decision": list(self.decisions), "side": ["before", "after"],
            "crew_use": list(CREW_USES), "year": years, "person": list(self.case.names.people),
            "dose_bin": DOSE_BIN_mSv * (np.arange(DOSE_BINS) + 0.5),
        }  # fmt: skip
