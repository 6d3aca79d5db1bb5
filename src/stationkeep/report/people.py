"""What it means for people: who works for whom, what an event costs whom in hours, and dose against career limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from stationkeep.report.read import attr, event_log, future_names, iso_day, series, stamps, time_axis, words

if TYPE_CHECKING:
    import xarray as xr

#: Events whose effect on the working week is told.
DECISIONS = ("withdraw", "rejoin", "separate", "retire", "lose_person", "damage", "ground", "fail", "fund", "opened")
SPAN_d = 365.0  # hours are compared over a year before and a year after
LOADS = ("upkeep", "repairs", "traffic", "spacewalks", "handover", "outfitting")
NEEDED = ("own_research", "other_research", "served_by_others", *LOADS)
TELLING_h = 0.5  # changes smaller than this a week are not put in words
LONG_STAY_d = 60.0
Week = dict[str, dict[str, float]]  # partner -> use -> hours a week of all its people


def crew_time(ds: xr.Dataset) -> list[dict[str, Any]]:
    """For each future: hours a week by partner and year, what each event changed, and both in words; [] without hours."""
    hours = series(ds, "hours_per_week")
    if hours is None or not set(NEEDED) <= set(map(str, hours["use"].values)):
        return []
    hours = hours.sel(use=list(NEEDED)).sum("station").transpose("future", "run", time_axis(hours), "partner", "use")
    people = _people(ds)
    days = stamps(hours).astype("datetime64[D]")
    partners = [str(p) for p in hours["partner"].values]
    told: list[dict[str, Any]] = []
    tables = np.asarray(hours.values, dtype=np.float64)
    names = future_names(ds)
    for place, name in enumerate(names):
        heads = None if people is None else people[place]
        by_year = _by_year(tables[place], days, partners)
        changes = [
            change
            for kind, event, at in _decisions(ds, place, tables.shape[1])
            if (change := _change(tables[place], heads, days, partners, kind, event, at))
        ]
        if place:
            crews = np.zeros((2, len(partners))) if people is None else people[[0, place]].mean(axis=(1, 2))
            was, now = tables[[0, place]].mean(axis=(1, 2))
            changes.append(_against(names[0], was, now, crews, partners))
        text = [_for_others_text(by_year, partners)] + [line for change in changes for line in change["text"]]
        told.append({"future": name, "by_year": by_year, "changes": changes, "text": [line for line in text if line]})
    return told


def _people(ds: xr.Dataset) -> np.ndarray | None:
    found = series(ds, "people_by_partner_count")
    if found is None:
        return None
    axis = time_axis(found)
    return np.asarray(found.sum("station").transpose("future", "run", axis, "partner").values, dtype=np.float64)


def _by_year(table: np.ndarray, days: np.ndarray, partners: list[str]) -> dict[str, Week]:
    """year -> partner -> use -> hours a week, mean over runs and the stamps of the year."""
    years = days.astype("datetime64[Y]")
    return {str(year): _week(table[:, years == year].mean(axis=(0, 1)), partners) for year in np.unique(years)}


def _week(mean: np.ndarray, partners: list[str]) -> Week:
    return {
        partner: {use: round(float(mean[i, j]), 2) for j, use in enumerate(NEEDED)}
        for i, partner in enumerate(partners)
        if mean[i].any()
    }


def _decisions(ds: xr.Dataset, future: int, runs: int) -> list[tuple[str, str, np.ndarray]]:
    """(kind, name, day of each run or NaT) of the scenario's events in one future, in order of their median."""
    log = event_log(ds)
    found = []
    for kind in DECISIONS:
        rows = np.flatnonzero((log.kind == kind) & (log.future == future))
        for name in np.unique(log.name[rows]):
            at = np.full(runs, np.datetime64("NaT", "D"))
            mine = rows[log.name[rows] == name]
            at[log.run[mine]] = log.utc[mine].astype("datetime64[D]")
            found.append((kind, str(name), at))
    return sorted(found, key=lambda item: np.nanmedian(np.where(np.isnat(item[2]), np.nan, item[2].astype(float))))


def _change(
    table: np.ndarray, people: np.ndarray | None, days: np.ndarray, partners: list[str], kind: str, event: str, at: np.ndarray
) -> dict[str, Any] | None:
    """The year before an event against the year after it, mean over the runs in which both are there."""
    before, after, crew = [], [], []
    for run in np.flatnonzero(~np.isnat(at)):
        since = (days - at[run]).astype(float)
        early, late = (since < 0) & (since >= -SPAN_d), (since >= 0) & (since < SPAN_d)
        if early.any() and late.any():
            before.append(table[run, early].mean(axis=0))
            after.append(table[run, late].mean(axis=0))
            if people is not None:
                crew.append((people[run, early].mean(axis=0), people[run, late].mean(axis=0)))
    if not before:
        return None
    heads = np.mean(crew, axis=0) if crew else np.zeros((2, len(partners)))
    day = iso_day(np.sort(at[~np.isnat(at)])[np.sum(~np.isnat(at)) // 2])
    rows = _rows(np.mean(before, axis=0), np.mean(after, axis=0), heads, partners)
    text = _texts(f"After {words(event)} ({day})", rows)
    return {"event": event, "kind": kind, "date": day, "runs": len(before), "partners": rows, "text": text}


def _against(first: str, was: np.ndarray, now: np.ndarray, heads: np.ndarray, partners: list[str]) -> dict[str, Any]:
    """A future against the first one, both over the whole horizon."""
    rows = _rows(was, now, heads, partners)
    return {"against": first, "partners": rows, "text": _texts(f"Against {words(first)}, over the whole time,", rows)}


def _rows(was: np.ndarray, now: np.ndarray, heads: np.ndarray, partners: list[str]) -> list[dict[str, Any]]:
    """What changed for each partner; who loses most comes first. was, now: (partner, use); heads: (2, partner)."""
    rows = []
    for i, partner in enumerate(partners):
        if not (was[i].any() or now[i].any()):
            continue
        step = dict(zip(NEEDED, (now[i] - was[i]).tolist(), strict=True))
        served_was, served_now = (float(w[i, 0] + w[i, 2]) for w in (was, now))
        rows.append({
            "partner": partner, "people_before": round(float(heads[0, i]), 2), "people_after": round(float(heads[1, i]), 2),
            "research_before_h": round(served_was, 2), "research_after_h": round(served_now, 2),
            "research_change_h": round(served_now - served_was, 2), "by_others_change_h": round(step["served_by_others"], 2),
            "by_own_change_h": round(step["own_research"], 2), "for_others_before_h": round(float(was[i, 1]), 2),
            "for_others_after_h": round(float(now[i, 1]), 2),
            "loads_change_h": {use: round(step[use], 2) for use in LOADS},
        })  # fmt: skip
    return sorted(rows, key=lambda row: row["research_change_h"])


def _texts(lead: str, rows: list[dict[str, Any]]) -> list[str]:
    told = [_change_text(lead, row) for row in rows if abs(row["research_change_h"]) >= TELLING_h]
    moved = [row for row in rows if abs(row["for_others_after_h"] - row["for_others_before_h"]) >= TELLING_h]
    return told + [_for_others_change(row) for row in moved]


def _change_text(lead: str, row: dict[str, Any]) -> str:
    """Who loses or gains how many hours of research, and where they go."""
    verb = "loses" if row["research_change_h"] < 0 else "gains"
    parts = []
    if abs(row["by_others_change_h"]) >= TELLING_h:
        parts.append(f"{_signed(row['by_others_change_h'])} that people of others work for it")
    if abs(row["by_own_change_h"]) >= TELLING_h:
        loads = {use: h for use, h in row["loads_change_h"].items() if h * row["by_own_change_h"] < 0 and abs(h) >= TELLING_h}
        to = "; ".join(f"{use} {_signed(h)}" for use, h in sorted(loads.items(), key=lambda item: -abs(item[1])))
        parts.append(f"{_signed(row['by_own_change_h'])} of its own people" + (f" (their {to})" if to else ""))
    if abs(row["people_after"] - row["people_before"]) >= 0.2:
        parts.append(f"people aboard {row['people_before']:.1f} → {row['people_after']:.1f}")
    change = abs(row["research_change_h"])
    return (f"{lead} {row['partner']} {verb} {change:.1f} h of research a week "
            f"({row['research_before_h']:.1f} → {row['research_after_h']:.1f}): {', '.join(parts)}.")  # fmt: skip


def _for_others_change(row: dict[str, Any]) -> str:
    return (f"People of {row['partner']} work {row['for_others_after_h']:.1f} h a week for other partners' experiments "
            f"instead of {row['for_others_before_h']:.1f}.")  # fmt: skip


def _for_others_text(by_year: dict[str, Week], partners: list[str]) -> str:
    """What people of each partner work for others, from the least to the most of a year."""
    parts = []
    for partner in partners:
        values = [(week[partner]["other_research"], year) for year, week in by_year.items() if partner in week]
        if values and max(values)[0] >= TELLING_h:
            parts.append(f"{partner} {min(values)[0]:.1f}–{max(values)[0]:.1f} (most in {max(values)[1]})")
    return f"Hours a week its people work for other partners' experiments: {', '.join(parts)}." if parts else ""


def _signed(hours: float) -> str:
    return f"{'+' if hours > 0 else '−'}{abs(hours):.1f} h"


def dose(ds: xr.Dataset) -> list[dict[str, Any]]:
    """For each future and partner: dose of a stay of a resident, stays to the career limit, people above it; [] without doses."""
    stays, limits = attr(ds, "people") or [], attr(ds, "career_limits_mSv") or {}
    doses = series(ds, "dose_mSv")
    if doses is None or not stays:
        return []
    came, left = series(ds, "aboard_utc"), series(ds, "home_utc")
    assert came is not None and left is not None
    about = {item["stay"]: item for item in stays}
    items = [about.get(str(p), {"partner": "", "name": ""}) for p in doses["person"].values]
    partner = np.array([str(item["partner"]) for item in items])
    last = ds["time"].values[-1]
    rows = []
    for place, future in enumerate(future_names(ds)):
        mSv = np.asarray(doses.values[place], dtype=np.float64)
        up, down = came.values[place], left.values[place]
        days = (np.where(np.isnat(down), last, down) - up) / np.timedelta64(1, "D")
        whole = np.isfinite(mSv) & (days >= LONG_STAY_d) & ~np.isnat(down) & (up >= ds["time"].values[0])
        for name in dict.fromkeys(str(p) for p in partner if p):
            values = mSv[whole & (partner == name)]
            if values.size == 0:
                continue
            p50, p95 = np.quantile(values, (0.5, 0.95))
            limit = float(limits.get(name, np.nan))
            total = _by_person(mSv, items, name)
            rows.append({
                "future": future, "partner": name, "stay_mSv_p50": round(float(p50), 1), "stay_mSv_p95": round(float(p95), 1),
                "limit_mSv": limit, "stays_to_limit": round(limit / float(p50), 1),
                "highest": [{"name": who, "mSv": round(value, 1)} for who, value in total[:3]],
                "over_limit": [{"name": who, "mSv": round(value, 1)} for who, value in total if value > limit],
            })  # fmt: skip
    return rows


def _by_person(mSv: np.ndarray, items: list[dict[str, str]], partner: str) -> list[tuple[str, float]]:
    """Named people of a partner by the dose of all their stays within the run, highest first."""
    mean = np.nanmean(np.where(np.isfinite(mSv), mSv, 0.0), axis=0)
    total: dict[str, float] = {}
    for value, item in zip(mean, items, strict=True):
        if item["partner"] == partner and item["name"]:
            who = _person(item["name"])
            total[who] = total.get(who, 0.0) + float(value)
    return sorted(total.items(), key=lambda entry: -entry[1])


def _person(name: str) -> str:
    """One spelling of a name the lists write two ways: `KONONENKO, Oleg Dmitriyevich` and `Oleg Kononenko`."""
    if "," in name:
        family, given = (part.strip() for part in name.split(",", 1))
        first = given.split()[0] if given.split() else ""
    else:
        *given_names, family = name.split()
        first = given_names[0] if given_names else ""
    return f"{first} {family.title()}".strip()


def dose_text(rows: list[dict[str, Any]]) -> list[str]:
    """Doses in words, one line a partner."""
    lines = []
    for row in rows:
        line = (f"{row['partner']}: {row['stay_mSv_p50']:.0f} mSv a stay (95 %: {row['stay_mSv_p95']:.0f}); "
                f"{row['stays_to_limit']:.1f} such stays reach the career limit of {row['limit_mSv']:.0f} mSv")  # fmt: skip
        if row["over_limit"]:
            line += "; above it: " + ", ".join(f"{item['name']} ({item['mSv']:.0f})" for item in row["over_limit"])
        lines.append(line + ".")
    return lines
