"""The verdict: is anyone aboard until the horizon, what breaks first, when and why, and what all that rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from stationkeep.report.causes import common_chains
from stationkeep.report.checks import Finding, all_findings, percent
from stationkeep.report.dose import dose, dose_text
from stationkeep.report.enough import enough, sentence
from stationkeep.report.gaps import gaps
from stationkeep.report.metrics import (
    ByYear,
    capability,
    capability_by_partner,
    days_aboard_by_partner,
    pooled_if_weights_move,
    presence,
    presence_by_partner,
    presence_capability,
    presence_to_horizon,
)
from stationkeep.report.money import cost
from stationkeep.report.people import crew_time
from stationkeep.report.read import (
    attr,
    event_log,
    future_names,
    future_weights,
    scenario_name,
    series,
    time_axis,
    words,
)
from stationkeep.report.reserves import reserve_rows, reserves_told

if TYPE_CHECKING:
    import xarray as xr
    from rich.console import Console

STATUSES = ("found", "derived", "assumed", "recalled")
LOGGED_RUNS = 20
"""Runs of which every result keeps the whole log."""
MOST_YEARS_ACROSS = 12
"""Years and a label that fit into eighty characters."""


def verdict(ds: xr.Dataset) -> dict[str, Any]:
    """What ``run --json`` and ``show --json`` print: plain data, the promised keys and a few more."""
    aboard, to_end = presence(ds), presence_to_horizon(ds)
    capable, able = presence_capability(ds), capability(ds)
    able_by_partner = capability_by_partner(ds)
    by_partner = presence_by_partner(ds)
    findings, pooled = all_findings(ds)
    assumptions = attr(ds, "assumptions") or []
    days = float((ds["time"].values[-1] - ds["time"].values[0]).astype("timedelta64[s]").astype(float)) / 86400.0
    station_days = days * ds.sizes["run"] * len(future_names(ds)) * ds.sizes.get("station", 1)
    wall_s, compile_s = float(attr(ds, "wall_s", 0.0)), float(attr(ds, "compile_s", 0.0))
    told = {
        "scenario": scenario_name(ds),
        "title": str(ds.attrs.get("title", "")),
        "runs": int(ds.sizes["run"]),
        "seed": attr(ds, "seed"),
        "as_of": attr(ds, "as_of") or None,
        "horizon": attr(ds, "horizon"),
        "presence": aboard.all(),
        "presence_interval": aboard.interval_of_all(),
        "presence_to_horizon": to_end.all(),
        "presence_to_horizon_interval": to_end.interval_of_all(),
        "presence_if_weights_move": _moved(ds, to_end),
        "presence_whatever_the_weights": [round(float(f(to_end.share[:, -1])), 6) for f in (min, max)],
        "starts_empty": starts_empty(ds),
        "gaps": gaps(ds),
        "reserves": reserves_told(ds),
        "enough": enough(ds),
        "notices": attr(ds, "notices") or [],
        "notes": [*(attr(ds, "notes") or []), *joins(ds)],
        "left_behind": attr(ds, "left_behind") or [],
        "no_room": no_room(ds),
        "presence_capability": capable.all(),
        "presence_by_partner": {partner: table.all() for partner, table in by_partner.items()},
        "capability": able.all() if able else None,
        "capability_by_partner": {partner: table.all() for partner, table in able_by_partner.items()},
        "days_aboard_frac_by_partner": {k: round(v, 6) for k, v in days_aboard_by_partner(ds).items()},
        "futures": _futures(ds, aboard, to_end, capable, by_partner, able_by_partner, findings),
        "findings": [finding.as_dict() for finding in pooled],
        "cost": cost(ds),
        "crew_time": crew_time(ds),
        "dose": dose(ds),
        "sources": attr(ds, "sources") or [],
        "assumptions": assumptions,
        "ledger": ledger(assumptions),
        "days_beyond_density_fit_frac": round(beyond_density_fit(ds), 6),
        "station_days": round(station_days, 1),
        "station_days_per_s": round(station_days / wall_s, 1) if wall_s > 0.0 else None,
        "wall_s": wall_s,
        "compile_s": compile_s,
    }
    return told | {"headline": headline(told)}


def beyond_density_fit(ds: xr.Dataset) -> float:
    """Share of steps whose altitude or activity lay beyond the density fit and took quadrature; worst station."""
    if "days_outside_fit_count" not in ds:
        return 0.0
    counts = ds["days_outside_fit_count"]
    mean = counts.mean([d for d in counts.dims if d != "station"])
    return float(mean.max()) / ds.sizes["time"]


def ledger(assumptions: list[dict[str, Any]]) -> dict[str, Any]:
    """How many assumptions there are, and the share of each status: found, derived, assumed, recalled."""
    counts = Counter(str(item.get("status") or "assumed") for item in assumptions)
    total = len(assumptions)
    return {"count": total} | {f"{name}_frac": round(counts[name] / total, 4) if total else 0.0 for name in STATUSES}


def starts_empty(ds: xr.Dataset) -> bool:
    """Whether nobody is aboard at the first stamp, in any run."""
    people = series(ds, "people_count")
    if people is not None:
        return not float(people.isel({time_axis(people): 0}).sum())
    first = series(ds, "station_crewed_from_utc")
    return first is not None and not bool((first <= ds["time"].values[0]).any())


def headline(told: dict[str, Any]) -> str:
    """The answer in one sentence."""
    ((day, share),) = told["presence_to_horizon"].items()
    span = "95 % interval {} to {}".format(*(percent(bound) for bound in told["presence_to_horizon_interval"][day]))
    if len(told["futures"]) == 1 and told["runs"] == 1:
        return f"{'Someone' if share else 'Nobody'} is aboard without a break to {day} in the one run made."
    if len(told["futures"]) == 1:
        return f"Someone is aboard without a break to {day} in {percent(share)} of runs ({span})."
    parts = ", ".join(f"{words(item['name'])} {percent(item['presence_to_horizon'][day])}" for item in told["futures"])
    return (
        f"Someone is aboard without a break to {day}: {parts}; pooled by the assumed weights {percent(share)} ({span})."
    )


def render(told: dict[str, Any], console: Console | None = None) -> None:
    """Print a verdict for a person: the answer, presence by year, what breaks and why, what it rests on."""
    from rich.console import Console
    from rich.text import Text

    out = console or Console()
    out.print(Text(told["title"] or words(told["scenario"]), style="bold"))
    out.print(Text(headline(told)))
    out.print(_presence_table(told))
    if told["starts_empty"]:
        out.print(Text("Nobody is aboard at the start: breaks count from the first crew on.", style="dim"))
    for future in told["futures"]:
        _render_findings(out, future, several=len(told["futures"]) > 1)
    for name, gap in told["gaps"].items():
        out.print(_gap_table(words(name), gap))
    for future in told["futures"]:
        _render_reserves(out, told, future["name"])
    for notice in told["notices"]:
        if notice["breaks_agreement"]:
            out.print(Text(notice_text(notice), style="yellow"))
    for line in (*note_lines(told), *left_behind_lines(told)):
        out.print(Text(line, style="yellow"))
    for table in _cost_tables(told) if told["cost"] else ():
        out.print(table)
    _render_crew_time(out, told)
    out.print(Text(_foot(told), style="dim"))


def _render_reserves(out: Console, told: dict[str, Any], future: str) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    head, rows, safe = reserve_rows(told["reserves"], future)
    if rows:
        title = "\nReserves" + (f", {words(future)}" if len(told["futures"]) > 1 else "") + ": share of runs below a level, first day (people as usual, nothing recovered)"
        table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
        for name in head:
            table.add_column(name)
        for row in rows:
            table.add_row(*row)
        out.print(table)
    if safe:
        out.print(Text(safe if rows else f"Reserves: {safe[0].lower()}{safe[1:]}", style="dim"))


def _render_crew_time(out: Console, told: dict[str, Any], most: int = 7) -> None:
    """Who loses how many hours to what because of which event (of several, the sum and who loses most); and a line on dose."""
    from rich.text import Text

    several = len(told["futures"]) > 1
    for item in told["crew_time"]:
        if item["text"]:
            out.print(Text("Crew time" + (f", {words(item['future'])}" if several else ""), style="bold"))
            told_of = [change["text"] for change in item["changes"]]
            each = most if len(told_of) < 2 else 3
            first = [line for line in item["text"] if not any(line in lines for lines in told_of)]
            out.print(Text("\n".join([*first, *(line for lines in told_of for line in lines[:each])])))
    first = told["futures"][0]["name"]
    lines = dose_text([row for row in told["dose"] if row["future"] == first])
    if lines:
        out.print(Text("Dose" + (f", {words(first)}" if several else ""), style="bold"))
        out.print(Text("\n".join(lines)))


def _year_table(title: str, first: str, years: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]], last: str = "") -> Any:
    """`rows` (label, one cell a year) across a narrow table, or down it where the years would not fit into a line.

    `last` is the style of the row that sums the others up.
    """
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=0, pad_edge=False, show_edge=False)
    if len(years) <= MOST_YEARS_ACROSS:
        table.add_column(first, overflow="fold", min_width=9)
        for year in years:
            table.add_column(year, justify="right", no_wrap=True)
        for k, (label, cells) in enumerate(rows):
            table.add_row(label, *cells, style=last if k == len(rows) - 1 else "")
        return table
    table.padding, table.min_width = (0, 2, 0, 0), min(len(title), 78)
    table.add_column("")
    for label, _ in rows:
        table.add_column(label or first, justify="right", overflow="fold")
    for k, year in enumerate(years):
        table.add_row(year, *(cells[k] for _, cells in rows))
    return table


def _in_percent(value: float) -> str:
    return percent(value).removesuffix(" %")


def _presence_table(told: dict[str, Any]) -> Any:
    years, several = list(told["presence"]), len(told["futures"]) > 1
    told_of = [(words(f["name"]) + (f" ({f['weight']:.2f})" if several else ""), f["presence"]) for f in told["futures"]]
    if several:
        told_of.append(("pooled", told["presence"]))
    rows = [(label, [_in_percent(presence[year]) for year in years]) for label, presence in told_of]
    title = "\nProbability of unbroken presence until 1 January, %"
    return _year_table(title, "future, weight (assumed)" if several else "", years, rows, "bold" if several else "")


def no_room(ds: xr.Dataset) -> list[dict[str, Any]]:
    """Ships with cargo that the stores had no room for, by future: mean of the first runs in which it was so, kg, most first."""
    log, names, runs = event_log(ds), future_names(ds), min(int(ds.sizes["run"]), LOGGED_RUNS)
    hit = np.flatnonzero((log.kind == "no_room") & (log.run < runs))
    rows = []
    for place, flight in sorted({(int(log.future[row]), str(log.name[row])) for row in hit}):
        kg = log.value[hit[(log.future[hit] == place) & (log.name[hit] == flight)]]
        rows.append({"future": names[place], "flight": flight, "kg": round(float(kg.mean()), 1), "runs_frac": round(kg.size / runs, 4)})
    return sorted(rows, key=lambda row: -row["kg"] * row["runs_frac"])


def left_behind_lines(told: dict[str, Any], most: int = 3) -> list[str]:
    """Cargo that does not fit its ship, and what finds no room aboard, a sentence each; what several futures share is said once."""
    lines = [f"Left behind: {left_behind_text(item)}." for item in told["left_behind"]]
    lines += [
        f"No room aboard for {row['kg']:,.0f} kg of what {row['flight']} brings ({percent(row['runs_frac'])} of runs): it stays in the ship."
        for row in told["no_room"][:most]
    ]
    return list(dict.fromkeys(lines))


def left_behind_text(item: dict[str, Any]) -> str:
    """One flight's cargo left behind."""
    parts = ", ".join(f"{kg:,.0f} of {item['of_kg'][name]:,.0f} kg of {name}" for name, kg in item["left_kg"].items())
    return f"{parts} stated for {item['flight']} (a {item['vehicle']} carries {item['carries_kg']:,.0f} kg); least needed goes first"


def notice_text(notice: dict[str, Any]) -> str:
    """A withdrawal that breaks an agreement, in a sentence."""
    where = f" ({words(notice['future'])})" if notice["future"] else ""
    said = notice.get("text")
    if said is None:
        given = "gives no notice in this scenario" if notice["given_d"] is None else f"gives {notice['given_d']} days of notice"
        said = f"{given}; the agreement asks for {notice['asked_d']:.0f}"
    return f"{notice['event']}{where}: {notice['partner']} {said} ({notice['source']})."


def note_lines(told: dict[str, Any]) -> list[str]:
    """What is to be told of a scenario beside its verdict; what all futures share is said once, without their names."""
    futures: dict[str, list[str]] = {}
    for note in told["notes"]:
        futures.setdefault(note["text"], []).append(words(note["future"] or ""))
    return [text if len(names) == len(told["futures"]) else f"{', '.join(names)}: {text}" for text, names in futures.items()]


def joins(ds: xr.Dataset) -> list[dict[str, Any]]:
    """Joinings that waited, by future: in how many of the first runs they came never, and why they waited first."""
    log, names, runs = event_log(ds), future_names(ds), min(int(ds.sizes["run"]), LOGGED_RUNS)
    first = log.run < runs
    rows = []
    for place, event in sorted({(int(log.future[r]), str(log.name[r])) for r in np.flatnonzero((log.kind == "join_waits") & first)}):
        mine = first & (log.future == place) & (log.name == event)
        waits, came = np.flatnonzero(mine & (log.kind == "join_waits")), set(log.run[mine & (log.kind == "join")])
        never = sum(int(log.run[r]) not in came for r in waits) / runs
        chain = common_chains(log, [int(r) for r in waits], np.ones(waits.size), 1)[0].causes
        why = " ← ".join(f"{cause.text} ({cause.date})" for cause in chain) or "one of the two is not there"
        text = f"{event}: in {percent(waits.size / runs)} of runs {log.told[waits[0]]} cannot dock on its day, in {percent(never)} never: {why}."
        rows.append({"future": names[place], "text": text})
    return rows


def _gap_table(name: str, gap: dict[str, Any]) -> Any:
    years = list(gap["nobody_anywhere"])
    low, middle, high = (gap["ends"][p] or "later" for p in ("p5", "p50", "p95"))
    left = "not left within the horizon" if low == "later" else f"left {middle} ({low} to {high})"
    title = (f"\n{name}: first station {left}; probability that on 1 January it is over and the next not crewed, not yet or no more, %")  # fmt: skip
    shares = []
    for station, row in gap["stations"].items():
        first = row["first_crew"]
        span = f"{station} {first['p50'] or 'later'} ({first['p5'] or 'later'} to {first['p95'] or 'later'})"
        shares.append((span, row["gap_by_year"]))
    shares.append(("nobody anywhere", gap["nobody_anywhere"]))
    rows = [(label, [_in_percent(share[year]) for year in years]) for label, share in shares]
    return _year_table(title, "next, first crew (5 to 95 %)", years, rows, "bold")


def _cost_tables(told: dict[str, Any]) -> Iterator[Any]:
    for name, rows in told["cost"]["by_year"].items():
        years = sorted({year for row in rows.values() for year in row})
        title = f"\nCost by partner and year ({words(name)}), {told['cost']['unit']}, {told['cost']['price_year']} prices"
        cells = [(partner, [row.get(year, 0.0) for year in years]) for partner, row in rows.items()]
        said = [(partner, [f"{v:,.0f}" for v in (*paid, sum(paid))]) for partner, paid in cells]
        yield _year_table(title, "partner", [*years, "sum"], said)


def _render_findings(out: Console, future: dict[str, Any], several: bool, most: int = 6) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    findings = future["findings"]
    if several:
        out.print(Text(words(future["name"]), style="bold"))
    if not findings:
        out.print(Text("Nothing required breaks.\n"))
        return
    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    for column, justify in (("breaks", "left"), ("runs", "right"), ("first (5–50–95 %)", "left"), ("because", "left")):
        table.add_column(column, justify=justify, no_wrap=column == "runs")  # type: ignore[arg-type]
    for finding in findings[:most]:
        dates = finding["first_break"]
        table.add_row(
            words(finding["requirement"]),
            percent(finding["share_frac"]),
            "\n".join(dict.fromkeys((dates["p5"], dates["p50"], dates["p95"]))),
            "\n".join(_because(cause, place) for place, cause in enumerate(finding["causes"])) or "no cause in the log",
        )
        table.add_section()
    out.print(table)
    if len(findings) > most:
        out.print(Text(f"{len(findings) - most} more break; see --json or the page.", style="dim"))
    if future["holds"]:
        out.print(Text(holds_text(future), style="dim"))


def holds_text(future: dict[str, Any]) -> str:
    """What is required and breaks in no run, in a sentence."""
    return "Breaks in no run: " + ", ".join(words(item["requirement"]) + (f" ({item['text']})" if item["text"] else "") for item in future["holds"]) + "."


def _because(cause: dict[str, Any], place: int) -> str:
    vanish = "" if cause["vanish_frac"] is None else f"; without it {percent(cause['vanish_frac'])} of breaks vanish"
    vanish = "; without it they come all the same" if cause["vanish_frac"] == 0.0 else vanish
    return f"{'← ' if place else ''}{cause['text']} ({cause['date']}{vanish})"


def _foot(told: dict[str, Any]) -> str:
    book = told["ledger"]
    lines = [
        f"{told['runs']} runs per future, seed {told['seed']}; "
        f"{len(told['sources'])} statements, {book['count']} assumptions: {percent(book['found_frac'])} found, "
        f"{percent(book['derived_frac'])} derived, {percent(book['assumed_frac'])} assumed, "
        f"{percent(book['recalled_frac'])} recalled.",
    ]
    if told["days_beyond_density_fit_frac"]:
        share = 100.0 * told["days_beyond_density_fit_frac"]
        lines.append(f"{share:.2g} % of days lay beyond the range of the density fit: quadrature gave their density.")
    lines.append(sentence(told["enough"]))
    if told["presence_if_weights_move"]:
        spread = ", ".join(
            f"{words(name)} {percent(value)}" for name, value in told["presence_if_weights_move"].items()
        )
        lines.append(f"The weights are assumed. Pooled answer with 0.1 more weight on: {spread}.")
    if told["station_days_per_s"]:
        compiled = f" after {told['compile_s']:.1f} s of compiling" if told["compile_s"] >= 0.05 else ""
        lines.append(f"{told['wall_s']:.1f} s{compiled}: {told['station_days_per_s']:,.0f} station-days per second.")
    return "\n".join(lines)


def _futures(
    ds: xr.Dataset,
    aboard: ByYear,
    to_end: ByYear,
    capable: ByYear,
    partners: dict[str, ByYear],
    able: dict[str, ByYear],
    findings: dict[str, list[Finding]],
) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "title": (attr(ds, "future_titles") or {}).get(name, ""),
            "weight": round(float(weight), 6),
            "presence": aboard.of(place),
            "presence_interval": aboard.interval_of(place),
            "presence_to_horizon": to_end.of(place),
            "presence_to_horizon_interval": to_end.interval_of(place),
            "presence_capability": capable.of(place),
            "presence_by_partner": {partner: table.of(place) for partner, table in partners.items()},
            "capability_by_partner": {partner: table.of(place) for partner, table in able.items()},
            "findings": [finding.as_dict() for finding in findings[name]],
            "holds": [
                {"requirement": item["name"], "text": item.get("text") or ""}
                for item in attr(ds, "requirements") or []
                if item["name"] not in {finding.requirement for finding in findings[name]}
            ],
        }
        for place, (name, weight) in enumerate(zip(future_names(ds), future_weights(ds), strict=True))
    ]


def _moved(ds: xr.Dataset, aboard: ByYear) -> dict[str, float]:
    values = pooled_if_weights_move(ds, aboard)
    return {name: round(value, 6) for name, value in zip(future_names(ds), values, strict=False)}
