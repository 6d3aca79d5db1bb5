"""What it means for people: who works for whom, and what an event costs whom in hours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from stationkeep.report.read import BACKUP, attr, event_log, future_names, iso_day, series, stamps, time_axis, words

if TYPE_CHECKING:
    import xarray as xr

#: Events whose effect on the working week is told.
DECISIONS = ("withdraw", "rejoin", "separate", "retire", "lose_person", "damage", "ground", "fail", "fund", "opened")
SPAN_d = 365.0  # hours are compared over a year after an event, with the same runs without it (then to the horizon too) or with the year before
FEW_d = 180.0  # with fewer days on a side it is said how few
LOADS = ("upkeep", "repairs", "traffic", "spacewalks", "handover", "outfitting")
NEEDED = ("own_research", "other_research", "served_by_others", *LOADS)
BOTH_SIDES = ("What an event did is told against runs without it and without the flights tied to it (`after`, `until`); other flights that the "
              "scenario writes or leaves out stay on both sides.")  # fmt: skip
TELLING_h = 0.5  # changes smaller than this a week are not put in words
SURE_h = 0.1  # an interval narrower than this is not told
Week = dict[str, dict[str, float]]  # partner -> use -> hours a week of all its people


class Change(NamedTuple):
    """Hours a week (partner, use) and people (partner) of the year before an event and of the year after it, mean over runs."""

    kind: str
    event: str
    at: np.ndarray  # (run,) day, NaT where it did not take place
    runs: int  # in which both years are there
    before: np.ndarray
    after: np.ndarray
    heads: np.ndarray  # (2, partner)


class Worked(NamedTuple):
    """Hours a week of one future, mean over runs."""

    mean: np.ndarray  # (time, partner, use)
    heads: np.ndarray  # (partner,) people
    changes: list[Change]


def crew_time(ds: xr.Dataset) -> list[dict[str, Any]]:
    """For each future: hours a week by partner and year, research by segment, what each event changed, and it in words; [] without hours."""
    found = _of_series(ds) or _of_summary(ds)
    if found is None:
        return []
    days, partners, futures = found
    told: list[dict[str, Any]] = []
    names, log = future_names(ds), event_log(ds)
    backed = set(log.name[(log.kind == "lose_person") & (log.value == 0.0)].tolist())
    for place, (name, worked) in enumerate(zip(names, futures, strict=True)):
        by_year = _by_year(worked.mean, days, partners)
        paired = {row["event"]: row for row in attr(ds, "hours_without") or [] if row["future"] == name}
        changes = [_paired_told(row, BACKUP if event in backed else "") for event, row in paired.items()]
        changes += [_change_told(change, partners, days) for change in worked.changes if change.event not in paired]
        if place:
            was, now = (futures[k].mean.mean(axis=0) for k in (0, place))
            changes.append(_against(names[0], was, now, np.stack([futures[0].heads, worked.heads]), partners))
        segments = _by_segment(by_year)
        text = [_segments_text(segments), _for_others_text(by_year, partners)] + [line for change in changes for line in change["text"]] + [BOTH_SIDES if paired else ""]
        told.append({"future": name, "by_year": by_year, "research_by_segment_h": segments, "changes": changes, "text": [line for line in text if line]})
    return told


def event_days(ds: xr.Dataset) -> dict[str, list[tuple[str, str, np.ndarray]]]:
    """future -> (kind, name, day of each run or NaT) of what was decided in it, in order of the median day."""
    found = {}
    for place, future in enumerate(future_names(ds)):
        if "decision_utc" in ds:
            one = ds.isel(future=place) if "future" in ds["decision_utc"].dims else ds
            days = one["decision_utc"].transpose("decision_kind", "decision", "run").values.astype("datetime64[D]")
            kinds, names = (list(map(str, one[axis].values)) for axis in ("decision_kind", "decision"))
            there = [(kinds[k], names[d], days[k, d]) for k, d in np.argwhere((~np.isnat(days)).any(axis=2))]
            found[future] = sorted(there, key=lambda item: _median_day(item[2]))
        else:
            found[future] = _decisions(ds, place, ds.sizes["run"])
    return found


def _of_series(ds: xr.Dataset) -> tuple[np.ndarray, list[str], list[Worked]] | None:
    """Days, partners and what each future worked, from series of every run."""
    hours = series(ds, "hours_per_week")
    if hours is None or not set(NEEDED) <= set(map(str, hours["use"].values)):
        return None
    hours = hours.sel(use=list(NEEDED)).sum("station").transpose("future", "run", time_axis(hours), "partner", "use")
    days = stamps(hours).astype("datetime64[D]")
    partners = [str(p) for p in hours["partner"].values]
    found = series(ds, "people_by_partner_count")
    tables = np.asarray(hours.values, dtype=np.float64)
    people = np.zeros(tables.shape[:-1])
    if found is not None:
        people = np.asarray(found.sum("station").transpose("future", "run", time_axis(found), "partner").values, dtype=np.float64)
    futures = []
    for place, table in enumerate(tables):
        found_at = _decisions(ds, place, table.shape[0])
        changes = (_change(table, people[place], days, kind, event, at) for kind, event, at in found_at)
        futures.append(Worked(table.mean(axis=0), people[place].mean(axis=(0, 1)), [c for c in changes if c]))
    return days, partners, futures


def _of_summary(ds: xr.Dataset) -> tuple[np.ndarray, list[str], list[Worked]] | None:
    """The same from the sums over runs that a summary keeps (hundredths)."""
    if "hours_runs" not in ds:
        return None
    several = "future" in ds["hours_runs"].dims
    futures = []
    for place in range(len(future_names(ds))):
        one = (ds.isel(future=place) if several else ds).sel(crew_use=list(NEEDED))
        runs = 100.0 * one.sizes["run"]
        changes = []
        for k, kind in enumerate(map(str, one["decision_kind"].values)):
            for d, event in enumerate(map(str, one["decision"].values)):
                counted = int(np.nan_to_num(one["decision_runs_count"].values[k, d]))
                if counted:
                    before, after = one["decision_hours_runs"].values[k, d] / (100.0 * counted)
                    heads = one["decision_people_runs"].values[k, d] / (100.0 * counted)
                    at = one["decision_utc"].transpose("run", ...).values[:, k, d].astype("datetime64[D]")
                    changes.append(Change(kind, event, at, counted, before, after, heads))
        changes.sort(key=lambda change: _median_day(change.at))
        futures.append(Worked(one["hours_runs"].values / runs, one["people_runs"].values.mean(axis=0) / runs, changes))
    return ds["month"].values.astype("datetime64[D]"), [str(p) for p in ds["partner"].values], futures


def _by_year(mean: np.ndarray, days: np.ndarray, partners: list[str]) -> dict[str, Week]:
    """year -> partner -> use -> hours a week, mean over the stamps of the year."""
    years = days.astype("datetime64[Y]")
    return {str(year): _week(mean[years == year].mean(axis=0), partners) for year in np.unique(years)}


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
    return sorted(found, key=lambda item: _median_day(item[2]))


def _median_day(at: np.ndarray) -> float:
    return float(np.nanmedian(np.where(np.isnat(at), np.nan, at.astype("datetime64[D]").astype(float))))


def _change(table: np.ndarray, people: np.ndarray, days: np.ndarray, kind: str, event: str, at: np.ndarray) -> Change | None:
    """The year before an event against the year after it, mean over the runs in which both are there."""
    before, after, crew = [], [], []
    for run in np.flatnonzero(~np.isnat(at)):
        since = (days - at[run]).astype(float)
        early, late = (since < 0) & (since >= -SPAN_d), (since >= 0) & (since < SPAN_d)
        if early.any() and late.any():
            before.append(table[run, early].mean(axis=0))
            after.append(table[run, late].mean(axis=0))
            crew.append((people[run, early].mean(axis=0), people[run, late].mean(axis=0)))
    if not before:
        return None
    return Change(kind, event, at, len(before), np.mean(before, axis=0), np.mean(after, axis=0), np.mean(crew, axis=0))


def _change_told(change: Change, partners: list[str], days: np.ndarray) -> dict[str, Any]:
    at = np.sort(change.at[~np.isnat(change.at)])
    day = iso_day(at[at.size // 2])
    rows = _rows(change.before, change.after, change.heads, partners)
    sides = {"before": at[at.size // 2] - days.min(), "after": days.max() - at[at.size // 2]}
    few = [f"only {int(span / np.timedelta64(1, 'D'))} days {side} it to compare" for side, span in sides.items() if span < np.timedelta64(int(FEW_d), "D")]
    text = _texts(f"After {words(change.event)} ({'; '.join([day, 'the year before against the year after', *few])})", rows)
    return {"event": change.event, "kind": change.kind, "compared": "before_after", "date": day, "runs": change.runs, "partners": rows, "text": text}


def _paired_told(row: dict[str, Any], also: str) -> dict[str, Any]:
    """An event against the same runs without it: what `plan.counterfactual` found, in words; the year after it, and all the time."""
    rows, whole, end = _span_rows(row, row["partners"]), _span_rows(row["whole"], row["partners"]), row["whole"]["until"]
    runs = "the same run" if row["runs"] == 1 else f"the same {row['runs']} runs"
    what = (f": {row['text']}" if row["text"] else "") + also
    name = f"Because of {words(row['event'])}"
    longer = row["whole"]["days"] > row["days"] + 1.0
    span = f"{row['days']:.0f} days from then on" + ("" if longer else f", to {end}")
    lead = f"{name} ({row['date']}{what}; {span}, against {runs} without it)"
    text = _texts(lead, rows)
    if not any(abs(one["research_change_h"]) >= TELLING_h for one in rows):
        text = [f"{lead} no partner's research changes by {TELLING_h} h a week.", *text]
    later = _whole_texts(f"{name}, over all {row['whole']['days']:,.0f} days to {end},", whole, row) if longer else []
    known = {key: row[key] for key in ("event", "kind", "date", "days", "runs", "by_year_h")}
    return known | {"compared": "same_runs_without", "partners": rows, "until": end, "until_partners": whole,
                    "text": [*text[:1], *later, *text[1:]]}  # fmt: skip


def _span_rows(row: dict[str, Any], partners: list[str]) -> list[dict[str, Any]]:
    rows = _rows(np.asarray(row["without"]), np.asarray(row["with"]), np.asarray(row["people"]), partners)
    spans = dict(zip(partners, row["interval_h"], strict=True))
    for one in rows:
        one["research_interval_h"] = spans[one["partner"]]
        one["research_in_all_h"] = round(one["research_change_h"] * row["days"] / 7.0, 1)
    return rows


def _whole_texts(lead: str, rows: list[dict[str, Any]], row: dict[str, Any]) -> list[str]:
    """From the event to the horizon: the sum or the one partner it moves, the year in which it shows most, and each partner."""
    heard = [one for one in rows if abs(one["research_change_h"]) >= TELLING_h]
    if not heard:
        in_all = sum(one["research_in_all_h"] for one in rows)
        return [f"{lead} no partner's research changes by {TELLING_h} h a week{f' ({_signed(in_all)} in all)' if abs(in_all) >= 1.0 else ''}."]
    text = _change_text(lead, heard[0]) if len(heard) == 1 else _sum_text(lead, rows)
    changes = np.asarray(row["by_year_h"]).sum(axis=1)
    most = int(np.argmax(np.abs(changes)))
    if most and abs(changes[most]) >= TELLING_h:
        text += f" Most in year {most + 1} after it: {_signed(changes[most])} a week of all partners."
    if len(heard) > 1:
        each = [f"{one['partner']} {_signed(one['research_change_h'])}" for one in heard]
        text += f" By partner: {', '.join(each)} a week."
    return [text]


def _against(first: str, was: np.ndarray, now: np.ndarray, heads: np.ndarray, partners: list[str]) -> dict[str, Any]:
    """A future against the first one, both over the whole horizon."""
    rows = _rows(was, now, heads, partners)
    return {"against": first, "compared": "same_runs", "partners": rows, "text": _texts(f"Against {words(first)}, over the whole time,", rows)}


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
    """The sum of all partners first, then each; the comparison is told once."""
    heard = [row for row in rows if abs(row["research_change_h"]) >= TELLING_h]
    moved = [row for row in rows if abs(row["for_others_after_h"] - row["for_others_before_h"]) >= TELLING_h]
    short = lead.split(" (")[0] if lead.endswith(")") else lead
    whole = [_sum_text(lead, rows)] if len(heard) > 1 else []
    told = [_change_text(short if whole or k else lead, row) for k, row in enumerate(heard)]
    return whole + told + [_for_others_change(row) for row in moved]


def _sum_text(lead: str, rows: list[dict[str, Any]]) -> str:
    """Research and people of all partners together, and where the hours of other work went."""
    before, after, *people = (
        sum(row[key] for row in rows) for key in ("research_before_h", "research_after_h", "people_before", "people_after")
    )
    loads = {use: sum(row["loads_change_h"][use] for row in rows) for use in LOADS}
    told = [f"{use} {_signed(h)}" for use, h in sorted(loads.items(), key=lambda item: -abs(item[1])) if abs(h) >= TELLING_h]
    aboard = f"; people aboard {people[0]:.1f} → {people[1]:.1f}" if abs(people[1] - people[0]) >= 0.05 else ""
    return (f"{lead} all partners together {'lose' if after < before else 'gain'} {abs(after - before):.1f} h of research a week "
            f"({before:.1f} → {after:.1f}{_in_all(rows)}){aboard}"
            + (f"; their other work: {', '.join(told)}" if told else "") + ".")  # fmt: skip


def _in_all(rows: list[dict[str, Any]]) -> str:
    hours = [row["research_in_all_h"] for row in rows if "research_in_all_h" in row]
    return f"; {abs(sum(hours)):,.0f} h in all" if hours else ""


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
    change, span = abs(row["research_change_h"]), row.get("research_interval_h")
    sure = f", 95 % {_signed(span[0])} to {_signed(span[1])}" if span and span[1] - span[0] >= SURE_h else ""
    return (f"{lead} {row['partner']} {verb} {change:.1f} h of research a week "
            f"({row['research_before_h']:.1f} → {row['research_after_h']:.1f}{sure}{_in_all([row])}){': ' if parts else ''}{', '.join(parts)}.")  # fmt: skip


def _for_others_change(row: dict[str, Any]) -> str:
    return (f"People of {row['partner']} work {row['for_others_after_h']:.1f} h a week for other partners' experiments "
            f"instead of {row['for_others_before_h']:.1f}.")  # fmt: skip


def _by_segment(by_year: dict[str, Week]) -> dict[str, dict[str, float]]:
    """Segment -> year -> hours a week of research for its partners, whoever does it."""
    served = {year: {partner: uses["own_research"] + uses["served_by_others"] for partner, uses in week.items()} for year, week in by_year.items()}
    russian = {year: round(hours.get("roscosmos", 0.0), 2) for year, hours in served.items()}
    return {"russian": russian, "us": {year: round(sum(hours.values()) - russian[year], 2) for year, hours in served.items()}}


def _segments_text(segments: dict[str, dict[str, float]]) -> str:
    """Research of each segment, from the least to the most of a year."""
    if not any(hours >= TELLING_h for by_year in segments.values() for hours in by_year.values()):
        return ""
    parts = [f"{'Russian' if name == 'russian' else 'US'} segment {_range_text([(h, year) for year, h in by_year.items()])}" for name, by_year in segments.items()]
    return f"Hours of research a week, by whose it is: {', '.join(parts)}."


def _range_text(values: list[tuple[float, str]]) -> str:
    low, (high, year) = min(values)[0], max(values)
    return f"{high:.1f}" if len(values) == 1 else f"{low:.1f}–{high:.1f} (most in {year})"


def _for_others_text(by_year: dict[str, Week], partners: list[str]) -> str:
    """What people of each partner work for others, from the least to the most of a year."""
    parts = []
    for partner in partners:
        values = [(week[partner]["other_research"], year) for year, week in by_year.items() if partner in week]
        if values and max(values)[0] >= TELLING_h:
            parts.append(f"{partner} {_range_text(values)}")
    return f"Hours a week its people work for other partners' experiments: {', '.join(parts)}." if parts else ""


def _signed(hours: float) -> str:
    return f"{'+' if hours > 0 else '−'}{abs(hours):.1f} h"
