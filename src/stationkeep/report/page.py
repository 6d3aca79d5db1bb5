"""The verdict as one self-contained HTML page for an engineer, an auditor and a student."""

from __future__ import annotations

import json
import os
import tempfile
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stationkeep.report import depends, plots, sections
from stationkeep.report.causes import family_of
from stationkeep.report.checks import percent, rule_text
from stationkeep.report.dose import dose_text
from stationkeep.report.glossary import terms
from stationkeep.report.metrics import presence
from stationkeep.report.money import money
from stationkeep.report.read import attr, future_names, words
from stationkeep.report.reserves import reserve_rows
from stationkeep.report.verdict import headline, holds_text, left_behind_lines, note_lines, notice_text, verdict

if TYPE_CHECKING:
    import xarray as xr


def report(ds: xr.Dataset, path: str | Path, told: dict[str, Any] | None = None) -> Path:
    """Write the page of a result to ``path``, whole or not at all; returns the path. ``told`` is its verdict, where it is there
    already. Raises OSError if it cannot."""
    target = Path(path)
    text = page(ds, told)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return target


def page(ds: xr.Dataset, told: dict[str, Any] | None = None) -> str:
    """The page of a result as HTML text."""
    from importlib.metadata import version

    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    told = deepcopy(told) if told is not None else verdict(ds)
    rules = {item["name"]: rule_text(item).strip(" ()") for item in attr(ds, "requirements") or []}
    for future in told["futures"]:
        for finding in future["findings"]:
            finding["rule"] = rules.get(finding["requirement"], "")
    environment = Environment(
        loader=PackageLoader("stationkeep.report"), autoescape=True, trim_blocks=True, undefined=StrictUndefined
    )
    environment.filters |= {"holds": holds_text, "terms": terms, "behind": depends.behind, "hurt": depends.hurt, "percent": _percent, "words": words, "family": family_of, "span": _span, "number": _number, "notice_text": notice_text, "left_behind_lines": left_behind_lines, "note_lines": note_lines}
    names = future_names(ds)
    context: dict[str, Any] = {
        "told": told,
        "title": told["title"] or words(told["scenario"]),
        "headline": headline(told),
        "day": next(iter(told["presence_to_horizon"])),
        "several": len(names) > 1,
        "futures": sections.legend([words(name) for name in names]),
        "loop_colour": {name: place % sections.COLOURS for place, name in enumerate(names)},
        "presence_chart": _presence_chart(ds),
        "partner_years": list(told["presence"])[-1:],
        "break_chart": sections.break_chart(ds, told),
        "chart_groups": sections.chart_groups(ds),
        "money": money(ds),
        "price_year": attr(ds, "price_year"),
        "agreements": attr(ds, "agreements") or [],
        "depends": [(item, depends.headline(item)) for item in attr(ds, "depends") or []],
        **sections.services(ds),
        **sections.ports(ds),
        "reserve_tables": [(name, reserve_rows(told["reserves"], name)) for name in names],
        "dose_lines": [(name, dose_text([row for row in told["dose"] if row["future"] == name])) for name in names],
        "sources": sorted(told["sources"], key=lambda item: str(item.get("date", ""))),
        "version": version("stationkeep"),
        "twin": Markup(_twin(told)),
    }
    context["contents"] = _contents(context)
    return environment.get_template("page.html.j2").render(context)


def _presence_chart(ds: xr.Dataset) -> Any:
    from markupsafe import Markup

    table = presence(ds)
    rows = [
        plots.Shares(words(name), place % sections.COLOURS, table.share[place], table.low[place], table.high[place])
        for place, name in enumerate(future_names(ds))
    ]
    return Markup(plots.year_chart("Unbroken presence until 1 January", table.years, rows)) if table.years else ""


def _contents(context: dict[str, Any]) -> list[tuple[str, str]]:
    told = context["told"]
    offered = [
        ("answer", "Verdict", True),
        ("presence", "Year by year", told["presence"]),
        ("breaks", "What breaks and why", True),
        ("time", "Against time", True),
        ("reserves", "Reserves", told["reserves"]),
        ("people", "Crew time and dose", told["crew_time"] or told["dose"]),
        ("services", "Who depends on whom", context["services"] or context["service_tables"]),
        ("ports", "Ports", context["port_charts"]),
        ("money", "Money", context["money"]),
        ("assumptions", "Assumptions", told["assumptions"]),
        ("sources", "Sources", told["sources"]),
        ("reading", "How to read this", True),
    ]
    return [(anchor, name) for anchor, name, there in offered if there]


def _twin(told: dict[str, Any]) -> str:
    """The verdict as JSON that cannot end the script element it stands in."""
    text = json.dumps(told, ensure_ascii=False, allow_nan=False, default=str)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _percent(frac: float) -> str:
    return percent(frac).replace(" ", "\N{NO-BREAK SPACE}")


def _span(bounds: list[float]) -> str:
    return f"{_percent(bounds[0])}–{_percent(bounds[1])}"


def _number(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return f"{value:,.6g}"
    return f"{value:.3g}"
