"""The chart of a plan's visits as a file of its own."""

from __future__ import annotations

import re
from html import escape
from typing import Any

import numpy as np

from stationkeep.report.plots import REBOOSTS, Stay, port_chart

STYLE = (
    "<style>text{font:12px sans-serif;fill:#222}.grid{stroke:#ccc}.inbar{fill:#fff;font-size:11px}"
    ".c0{fill:#2a6f97}.c1{fill:#b5542b}.c2{fill:#5a7d2a}.c3{fill:#6b4c9a}.c4{fill:#8a6d00}.c5{fill:#444}</style>"
)
COLOURS = 6
KEY_x, HEAD, FOOT, LETTER_px = 20, 28, 24, 6.6
"""Places in pixels: the key's left edge, room above and below the chart, a letter of the key."""


def gantt_svg(title: str, flights: list[dict[str, Any]], start: str, end: str, burns: list[dict[str, Any]] | None = None) -> str:
    """SVG text: one row for each port, one bar for each visit that begins before the end, coloured by vehicle, and a row with a mark for each
    reboost; title and key.

    All bars of a plan are there with their dates as tooltips; names stand in bars that have room for them.
    """
    flights = [f for f in flights if end == "last-flight" or f["expected"] < end]
    vehicles = list(dict.fromkeys(f["vehicle"] for f in flights))
    stays = [
        Stay(f["port"], f["name"], f"{f['name']}: {f['expected'][:10]} to {f['undock'][:10]}", vehicles.index(f["vehicle"]) % COLOURS,
             np.datetime64(f["expected"][:19]), np.datetime64((f["undock"] if end == "last-flight" else min(f["undock"], end))[:19]))
        for f in flights
    ]  # fmt: skip
    days = [b for b in burns or [] if end == "last-flight" or b["day"] < end]
    stays += [Stay(REBOOSTS, "", f"{b['day']}: {b['from_km']:.1f} to {b['to_km']:.1f} km", COLOURS - 1, np.datetime64(b["day"]), np.datetime64(b["day"]) + 1) for b in days]
    last = max((s.undocked for s in stays), default=np.datetime64(start[:19]))
    close = last if end == "last-flight" else np.datetime64(end[:19])
    chart = port_chart(title, stays, np.datetime64(start[:19]), close)
    width, height = (float(x) for x in re.search(r'viewBox="0 0 (\S+) (\S+)"', chart).groups())  # type: ignore[union-attr]
    key: list[str] = []
    x = float(KEY_x)
    for i, vehicle in enumerate(vehicles):
        count = sum(f["vehicle"] == vehicle for f in flights)
        text = f"{vehicle} ({count})"
        key.append(f'<circle class="c{i % COLOURS}" cx="{x:.0f}" cy="{HEAD + height + 8:.0f}" r="6"/><text x="{x + 11:.0f}" y="{HEAD + height + 12:.0f}">{escape(text)}</text>')
        x += 30 + LETTER_px * len(text)
    head = f'<text x="{KEY_x - 6}" y="18" style="font-size:15px">{escape(title)}: {len(flights)} visits by port (UTC)</text>'
    inner = chart.replace("<svg ", f'<svg y="{HEAD}" width="{width:g}" height="{height:g}" ', 1)
    whole = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height + HEAD + FOOT:g}">'
    return f'{whole}{STYLE}<rect width="100%" height="100%" style="fill:#fff"/>{head}{inner}{"".join(key)}</svg>'
