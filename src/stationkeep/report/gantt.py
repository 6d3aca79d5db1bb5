"""The chart of a plan's visits as a file of its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from stationkeep.report.plots import Stay, port_chart

STYLE = (
    "<style>text{font:12px sans-serif;fill:#222}.grid{stroke:#ccc}.inbar{fill:#fff;font-size:11px}"
    ".c0{fill:#2a6f97}.c1{fill:#b5542b}.c2{fill:#5a7d2a}.c3{fill:#6b4c9a}.c4{fill:#8a6d00}.c5{fill:#444}</style>"
)


def gantt_svg(title: str, flights: list[dict[str, Any]], start: str, end: str) -> str:
    """SVG text: one row for each port, one bar for each visit, coloured by vehicle."""
    vehicles = list(dict.fromkeys(f["vehicle"] for f in flights))
    stays = [
        Stay(f["port"], f["name"], f"{f['name']}: {f['expected'][:10]} to {f['undock'][:10]}", vehicles.index(f["vehicle"]) % 6,
             np.datetime64(f["expected"][:19]), np.datetime64(f["undock"][:19]))
        for f in flights
    ]  # fmt: skip
    last = max((s.undocked for s in stays), default=np.datetime64(start[:19]))
    close = last if end == "last-flight" else np.datetime64(end[:19])
    chart = port_chart(title, stays, np.datetime64(start[:19]), close)
    return chart.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).replace("<title>", STYLE + "<title>", 1)
