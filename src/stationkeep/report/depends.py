"""Who depends on whom, told: services by partner, the chain behind each, and the single points with their time to hurt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stationkeep.report.read import words

if TYPE_CHECKING:
    from rich.console import Console


def behind(giver: dict[str, Any]) -> str:
    """What stands behind a giver, in words: flights, machines, stock, the part it works through, services it needs."""
    links = []
    if giver.get("flights"):
        links.append(", ".join(giver["flights"]))
    if giver.get("through"):
        links.append(f"through {giver['through']}")
    if "machine" in giver:
        links.append(f"{words(giver['machine'])} {giver['machines_working']} of {giver['machines_needed']} needed")
    if "stock" in giver:
        links.append(f"{giver['stock']} {giver['stock_kg']:,.0f} kg")
    if giver["needs"]:
        links.append("needs " + ", ".join(words(need) for need in giver["needs"]))
    return "; ".join(links)


def hurt(point: dict[str, Any]) -> str:
    """When the loss hurts, in words."""
    if not point["hurts"]:
        return "no requirement within two years"
    told = [f"{words(item['requirement'])} after {item['after_d']} d" for item in point["hurts"]]
    return ", ".join(told[:4]) + (f", {len(told) - 4} more" if len(told) > 4 else "")


def headline(told: dict[str, Any]) -> str:
    """The answer in one sentence."""
    alone: dict[str, list[str]] = {}
    for row in told["by_partner"]:
        if row["alone"]:
            alone.setdefault(row["partner"], []).append(words(row["service"]))
    parts = "; ".join(f"only {partner} gives {', '.join(named)}" for partner, named in alone.items())
    where = f"On {told['on']} at {told['station']}" + (f" ({words(told['future'])}, run {told['run']})" if told["future"] else "")
    return f"{where}, {told['people_count']} aboard: {parts or 'no service hangs on one partner'}."


def render(told: dict[str, Any], console: Console | None = None) -> None:
    """Print who depends on whom for a person."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    out = console or Console()
    out.print(Text(headline(told)))
    table = Table(box=box.SIMPLE_HEAD, title="Services and what stands behind them", title_justify="left")
    for column in ("service", "partner", "giver", "behind it"):
        table.add_column(column)
    for item in told["services"]:
        if not item["givers"]:
            table.add_row(words(item["service"]), "", "up" if item["up"] else "down", "")
        for place, giver in enumerate(item["givers"]):
            table.add_row("" if place else words(item["service"]), giver["partner"], giver["giver"], behind(giver))
    out.print(table)
    table = Table(box=box.SIMPLE_HEAD, title="Stocks", title_justify="left")
    for column in ("stock", "kg", "days", "next flights"):
        table.add_column(column)
    for stock in told["stocks"]:
        coming = ", ".join(f"{f['flight']} {f['on']}" for f in stock["next_flights"])
        days = "" if stock["reserve_d"] is None else f"{stock['reserve_d']:,.0f}"
        table.add_row(words(stock["resource"]), f"{stock['stock_kg']:,.0f}", days, coming)
    out.print(table)
    table = Table(box=box.SIMPLE_HEAD, title="Single points: what the loss of one thing ends", title_justify="left")
    for column in ("lost", "what", "partner", "ends at once", "first requirement to break"):
        table.add_column(column)
    for point in told["single_points"]:
        ends = ", ".join(words(name) for name in point["ends"])
        table.add_row(point["name"], point["kind"], point["partner"], ends, hurt(point))
    out.print(table)
