"""What a replan changes of the published plan, flight by flight, and why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..model.base import to_utc
from .conflicts import conflicts
from .milp import build, relax
from .problem import Fixed, MOVED_w, Problem
from .write import Planned

WEEK_s = 7 * 86400.0
Key = tuple[str, int, str]
"""Vehicle, week in which it is expected, port class."""


def changed(problem: Problem, flights: list[Planned], lost: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Every published flight that is not flown as published, and every flight added, each with `change` (lost, moved, dropped,
    added), `vehicle`, days `published` and `now`, and `why` in words."""
    left: list[Key] = [(f.visit.vessel, f.visit.week, f.visit.port) for f in flights]
    for f in problem.fixed:
        stands = next((k for k in left if (k[0], k[1]) == (f.vessel, f.week) and f.port in ("", k[2])), None)
        if stands:
            left.remove(stands)
    kept = [key for key in problem.kept if key in left]
    for key in kept:
        left.remove(key)
    out: list[dict[str, Any]] = [
        {"change": "lost", "vehicle": name.rsplit("-", 2)[0], "published": name, "now": None, "why": "it was lost"}
        for name in lost
    ]
    for key in (k for k in problem.kept if k not in kept):
        near = [k for k in left if k[0] == key[0] and abs(k[1] - key[1]) <= MOVED_w]
        to = min(near, key=lambda k: abs(k[1] - key[1]), default=None)
        if to:
            left.remove(to)
        out.append({"change": "moved" if to else "dropped", "vehicle": key[0], "published": _day(problem, key[1]), "now": to and _day(problem, to[1]),
                    "why": _why(problem, kept, key)})  # fmt: skip
    for key in left:
        crew = problem.vessel(key[0]).crew
        why = (
            "brings the crew that is missing, or relieves one"
            if crew
            else "brings what is missing, so that every reserve holds again"
        )
        out.append({"change": "added", "vehicle": key[0], "published": None, "now": _day(problem, key[1]), "why": why})
    return out


def _why(p: Problem, kept: list[Key], key: Key) -> str:
    """Why a published flight is not flown as it was published, beside those that are."""
    if not p.vessel(key[0]).weeks[key[1]]:
        return f"no {key[0]} can be launched then: on too short notice, grounded, or its partner is gone"
    beside = _relaxed(p, kept, key)
    if beside is None:
        alone = _relaxed(p, [], key)
        if alone is None:
            return "it cannot be flown any more: " + "; ".join(_conflicts(p, key))
        return "it cannot be flown beside all those that are kept"
    without = _relaxed(p, kept, None)
    more = beside - (without or beside)
    return (
        f"to keep it would cost {more:,.0f} M$ in other flights"
        if more > 1.0
        else "whole flights leave no room for it, or none was found in the time given"
    )


def _relaxed(p: Problem, kept: list[Key], key: Key | None) -> float | None:
    """Least cost of the relaxation with these published flights flown; None where there is none."""
    m = build(replace(p, kept=(), keep_musd=0.0))
    for one in [*kept, *([key] if key else [])]:
        terms = {c: 1.0 for k, c in m.visits.items() if (p.vessels[k[0]].name, k[1], p.ports[k[2]].name) == one}
        m.rows.add("commitments", terms, 1.0, 1.0)
    found = relax(m)
    return float(found.fun) if found.status == 0 else None


def _conflicts(p: Problem, key: Key) -> list[str]:
    """What cannot hold together with the flight, without the commitment itself."""
    held = replace(
        p,
        kept=(),
        keep_musd=0.0,
        fixed=(*p.fixed, Fixed("published", key[0], key[1], key[2], p.vessel(key[0]).stays_w[0])),
    )
    return [line for line in conflicts(held) if not line.startswith("committed")] or ["its port is taken"]


def _day(p: Problem, week: int) -> str:
    return to_utc(p.start_s + week * WEEK_s)[:10]


__all__ = ["changed"]
