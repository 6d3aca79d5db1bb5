"""A ranked chart as an SVG file: one bar per entry with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

WIDTH, LEFT, ROW, TOP = 640, 200, 24, 36


def write_rank_chart(title: str, rows: Sequence[tuple[str, float, float, float]], path: str | Path) -> Path:
    """Write bars of (name, value, low, high), values of 0 to 1 or more, in the order given; returns the path."""
    widest = max([1.0, *(high for _, _, _, high in rows)])
    height = TOP + ROW * len(rows) + 28

    def x(value: float) -> float:
        return LEFT + (WIDTH - LEFT - 60) * max(value, 0.0) / widest

    body = [f'<text x="12" y="20" font-weight="bold">{escape(title)}: total Sobol index, 95 % interval</text>']
    for place, (name, value, low, high) in enumerate(rows):
        y = TOP + ROW * place
        body.append(
            f'<text x="{LEFT - 8}" y="{y + 14}" text-anchor="end">{escape(name.replace("_", " "))}</text>'
            f'<rect x="{LEFT}" y="{y + 4}" width="{max(x(value) - LEFT, 1.0):.1f}" height="12" fill="#4878a8"/>'
            f'<line x1="{x(low):.1f}" x2="{x(high):.1f}" y1="{y + 10}" y2="{y + 10}" stroke="#222" stroke-width="1.5"/>'
            f'<text x="{x(high) + 6:.1f}" y="{y + 14}">{value:.2f}</text>'
        )
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        body.append(f'<text x="{x(tick):.1f}" y="{height - 8}" text-anchor="middle">{tick:g}</text>')
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12" role="img">'
        f'<title>{escape(title)}</title><rect width="100%" height="100%" fill="#fff"/>{"".join(body)}</svg>\n'
    )
    Path(path).write_text(text, encoding="utf-8")
    return Path(path)
