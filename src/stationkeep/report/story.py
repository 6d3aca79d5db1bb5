"""One run told as a dated story: what was decided, what broke, and what led to it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from stationkeep.report.causes import family_of, sentence
from stationkeep.report.read import BACKUP, EventLog, event_log, future_names, iso_day, words

if TYPE_CHECKING:
    import xarray as xr

#: Kinds told for their own sake; the rest is told where it led to one of these, and counted otherwise.
TOLD = (
    "launch_failure", "docking_failure", "grounded", "service_down", "service_up", "stock_empty", "attitude_lost",
    "condition", "notice", "withdraw", "rejoin", "separate", "join", "handed_over", "powered_down", "retire", "extend",
    "evacuate", "abandoned", "breach", "recovered", "opened", "damage", "lose_person", "fund", "ground", "fail",
    "entry", "rescue", "crew_cut", "no_relief", "perished", "no_room", "reseated", "join_waits", "lowered",
)  # fmt: skip
#: Kinds told where one of the decisions is their cause: who goes home by it, which ship comes sooner or stays.
BECAUSE = ("crew_home", "brought_forward", "kept_on", "cancelled")
DECISIONS = ("withdraw", "separate", "retire", "damage", "lose_person", "fund", "ground", "fail", "evacuate", "crew_cut")


def story(ds: xr.Dataset, run: int, future: str | None = None, full: bool = False) -> str:
    """The events of one run, dated, with what caused them; every future in turn unless one is named.

    ``full`` tells every event; otherwise routine ones are counted by year. Raises ValueError for a run or a future
    the result does not hold.
    """
    names = future_names(ds)
    if future is not None and future not in names:
        raise ValueError(f"no future '{future}' in this result; it holds: {', '.join(names)}")
    labels = [int(label) for label in ds["run"].values] if "run" in ds.coords else list(range(ds.sizes["run"]))
    if run not in labels:
        raise ValueError(f"no run {run} in this result; it holds {labels[0]} to {labels[-1]}")
    log = event_log(ds)
    chapters = []
    for place, name in enumerate(names):
        if future in (None, name):
            rows = np.flatnonzero((log.run == labels.index(run)) & (log.future == place))
            title = f"Run {run}" + (f", future {words(name)}" if len(names) > 1 else "")
            chapters.append(_chapter(log, rows[np.argsort(log.utc[rows], kind="stable")], title, full))
    return "\n\n".join(chapters)


def _chapter(log: EventLog, rows: np.ndarray, title: str, full: bool) -> str:
    if rows.size == 0:
        return f"{title}\n  nothing is logged for this run"
    told = {int(row) for row in rows if full or log.kind[row] in TOLD or _follows(log, int(row))}
    for row in list(told):
        cause = int(log.cause[row])
        while cause >= 0 and cause not in told:
            told.add(cause)
            cause = int(log.cause[cause])
    lines, year, routine = [title], "", Counter[str]()
    for row in rows:
        day = iso_day(log.utc[row])
        if day[:4] != year:
            lines += _rest(routine)
            year, routine = day[:4], Counter()
            lines.append(year)
        if int(row) in told:
            lines.append(f"  {day[5:]}  {_told(log, int(row))}")
        else:
            routine[str(log.kind[row])] += 1
    return "\n".join(lines + _rest(routine))


def _follows(log: EventLog, row: int) -> bool:
    cause = int(log.cause[row])
    return log.kind[row] in BECAUSE and cause >= 0 and log.kind[cause] in DECISIONS


def _told(log: EventLog, row: int) -> str:
    kind, text = str(log.kind[row]), sentence(str(log.kind[row]), str(log.told[row]), str(log.station[row]))
    mark = "!! " if kind == "breach" else ""
    text += BACKUP if kind == "lose_person" and log.value[row] == 0.0 else ""
    cause = int(log.cause[row])
    if cause < 0:
        return f"{mark}{text}"
    why = sentence(str(log.kind[cause]), str(log.told[cause]), str(log.station[cause]))
    return f"{mark}{text} ← {why} ({iso_day(log.utc[cause])})"


def _rest(routine: Counter[str]) -> list[str]:
    """The routine of a year in one line, by family then kind."""
    if not routine:
        return []
    kinds = sorted(routine, key=lambda kind: (family_of(kind), kind))
    return ["  also " + ", ".join(f"{routine[kind]} × {words(kind)}" for kind in kinds)]
