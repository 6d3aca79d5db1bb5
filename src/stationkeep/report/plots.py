"""Charts as SVG text, drawn with the page's own colours: bands over runs, shares by year, dates of breaks, ports."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np

from stationkeep.report.metrics import Band

#: Line patterns beside the colours, so that no series is told apart by colour alone.
DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 4", "1 3")
WIDTH, HEIGHT = 480, 230
LEFT, RIGHT, TOP, BOTTOM = 48, 10, 10, 24


class Line(NamedTuple):
    """One series of a chart: its legend, its place in the colours of the page, its quantiles."""

    label: str
    colour: int
    band: Band


class Shares(NamedTuple):
    """A probability by year of one future, with its 95 % interval."""

    label: str
    colour: int
    share: np.ndarray
    low: np.ndarray
    high: np.ndarray


class Span(NamedTuple):
    """5, 50 and 95 % dates of one first break, with the share of runs that break."""

    label: str
    note: str
    colour: int
    p5: np.datetime64
    p50: np.datetime64
    p95: np.datetime64


class Stay(NamedTuple):
    """One visit on one port."""

    port: str
    label: str
    note: str
    colour: int
    docked: np.datetime64
    undocked: np.datetime64


def ticks(low: float, high: float, count: int = 5, whole: bool = False) -> list[float]:
    """Round numbers (``whole`` ones if asked) that divide ``low..high`` into about ``count`` steps."""
    if not high > low:
        high = low + 1.0
    raw = (high - low) / count
    scale = 10.0 ** np.floor(np.log10(raw))
    step = scale * next(factor for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * scale >= raw * 0.999)
    if whole:
        step = max(1.0, float(np.ceil(step)))
    first = np.ceil(low / step - 1e-9) * step
    return [float(round(first + place * step, 10)) for place in range(int((high - first) / step + 1e-9) + 1)]


def band_chart(title: str, unit: str, lines: Sequence[Line], limit: float | None = None, whole: bool = False) -> str:
    """Bands (5 to 95 %) and medians against time; ``limit`` draws a bound as a level line."""
    values = np.concatenate([part for line in lines for part in line.band[1:]])
    values = values[np.isfinite(values)]
    low, high = float(values.min()), float(values.max())
    if limit is not None and low - (high - low) <= limit <= high + (high - low):
        low, high = min(low, limit), max(high, limit)
    low = 0.0 if 0.0 <= low < 0.4 * high else low
    lacking = 0.02 * max(abs(low), abs(high), 1e-6) - (high - low)  # noise of less than 2 % shall look like little
    if lacking > 0.0:
        low, high = low - lacking / 2, high + lacking / 2
    pad = 0.04 * (high - low)
    low, high = (low if low == 0.0 else low - pad), high + pad
    span = (min(line.band.utc[0] for line in lines), max(line.band.utc[-1] for line in lines))
    body = [_grid(span, low, high, whole)]
    for line in lines:
        x = _x(line.band.utc, span)
        p5, p95 = (_y(part, low, high) for part in (line.band.p5, line.band.p95))
        hint = f"<title>{escape(line.label)}</title>"
        for part in _pieces(np.isfinite(p5) & np.isfinite(p95)):
            outline = _points(np.append(x[part], x[part][::-1]), np.append(p5[part], p95[part][::-1]))
            body.append(f'<polygon class="band c{line.colour}" points="{outline}">{hint}</polygon>')
    for line in lines:
        x, p50 = _x(line.band.utc, span), _y(line.band.p50, low, high)
        for part in _pieces(np.isfinite(p50)):
            points = _points(x[part], p50[part])
            body.append(f'<polyline class="line c{line.colour}"{_dash(line.colour)} points="{points}"/>')
    if limit is not None and low <= limit <= high:
        y = float(_y(np.array([limit]), low, high)[0])
        body.append(f'<line class="limit" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
    return _svg(title, f"{title}{f', {unit}' if unit else ''}: median and 5 to 95 % of runs against time", body)


def year_chart(title: str, years: Sequence[str], futures: Sequence[Shares]) -> str:
    """A probability by year for each future, with its 95 % interval."""
    left, right = LEFT + 22.0, WIDTH - RIGHT - 22.0
    step = (right - left) / max(len(years) - 1, 1)
    body = []
    for tick in ticks(0.0, 1.0):
        y = float(_y(np.array([tick]), 0.0, 1.0)[0])
        body.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        body.append(f'<text class="tick" x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{100 * tick:.0f} %</text>')
    every = max(1, -(-len(years) // 9))
    for place, year in enumerate(years):
        if place % every == 0:
            at = f'x="{left + place * step:.1f}" y="{HEIGHT - 7}"'
            body.append(f'<text class="tick" {at} text-anchor="middle">{year}</text>')
    for offset, one in enumerate(futures):
        x = left + np.arange(len(years)) * step + 5.0 * (offset - (len(futures) - 1) / 2)
        heights, tops, feet = (_y(part, 0.0, 1.0) for part in (one.share, one.high, one.low))
        body.append(f'<polyline class="line c{one.colour}"{_dash(one.colour)} points="{_points(x, heights)}"/>')
        for at, year, share, height, top, foot in zip(x, years, one.share, heights, tops, feet, strict=True):
            hint = f"<title>{escape(one.label)}, until 1 January {year}: {100 * share:.1f} %</title>"
            body.append(
                f'<line class="whisker c{one.colour}" x1="{at:.1f}" x2="{at:.1f}" y1="{top:.1f}" y2="{foot:.1f}"/>'
                f'<circle class="dot c{one.colour}" cx="{at:.1f}" cy="{height:.1f}" r="3.5">{hint}</circle>'
            )
    return _svg(title, f"{title}, by future, with 95 % intervals", body)


def break_chart(title: str, spans: Sequence[Span], start: np.datetime64, end: np.datetime64) -> str:
    """One row per first break: 5 to 95 % of its dates as a bar, the median as a mark, words above."""
    row = 36
    height = TOP + row * len(spans) + BOTTOM
    body = [_years((start, end), height, 12)]
    for place, span in enumerate(spans):
        y = TOP + place * row + 26
        p5, p50, p95 = (float(x) for x in _x(np.array([span.p5, span.p50, span.p95]), (start, end), 12))
        body.append(
            f'<text class="label" x="12" y="{y - 10}">{escape(span.label)}</text>'
            f'<text class="tick" x="{WIDTH - RIGHT}" y="{y - 10}" text-anchor="end">{escape(span.note)}</text>'
            f'<line class="grid" x1="12" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>'
            f'<rect class="bar c{span.colour}" x="{p5:.1f}" y="{y - 4}" width="{max(p95 - p5, 2.0):.1f}" '
            f'height="8" rx="3"/><circle class="dot c{span.colour}" cx="{p50:.1f}" cy="{y}" r="5">'
            f"<title>{escape(span.label)}: median {np.datetime_as_string(span.p50, unit='D')}</title></circle>"
        )
    return _svg(title, f"{title}: bars from 5 to 95 % of the dates, dot at the median", body, height)


REBOOSTS = "reboosts"
"""The row of a chart of ports that is no port's: it stands last."""


def port_chart(title: str, stays: Sequence[Stay], start: np.datetime64, end: np.datetime64) -> str:
    """One row per port, one bar per visit, coloured by partner; `REBOOSTS` below them."""
    width, left, row = 960, 150, 24
    ports = sorted(dict.fromkeys(stay.port for stay in stays), key=lambda port: (port == REBOOSTS, port))
    height = TOP + row * len(ports) + BOTTOM
    body = [_years((start, end), height, left, width)]
    for place, port in enumerate(ports):
        y = TOP + place * row
        body.append(f'<text class="tick" x="{left - 8}" y="{y + 16}" text-anchor="end">{escape(port)}</text>')
        body.append(f'<line class="grid" x1="{left}" x2="{width - RIGHT}" y1="{y + row}" y2="{y + row}"/>')
    for stay in stays:
        x0, x1 = (float(x) for x in _x(np.array([stay.docked, stay.undocked]), (start, end), left, width))
        y, wide = TOP + ports.index(stay.port) * row, max(x1 - x0, 1.5)
        name = f'<text class="inbar" x="{x0 + 4:.1f}" y="{y + 16}">{escape(stay.label)}</text>'
        body.append(
            f'<rect class="stay c{stay.colour}" x="{x0:.1f}" y="{y + 3}" width="{wide:.1f}" height="{row - 6}" rx="2">'
            f"<title>{escape(stay.note)}</title></rect>{name if wide > 6.3 * len(stay.label) + 8 else ''}"
        )
    return _svg(title, f"{title}: a row per port, a bar per visit", body, height, width)


def _svg(title: str, description: str, body: Sequence[str], height: int = HEIGHT, width: int = WIDTH) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(description)}">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{''.join(body)}</svg>"
    )


def _grid(span: tuple[np.datetime64, np.datetime64], low: float, high: float, whole: bool) -> str:
    parts = [_years(span, HEIGHT, LEFT)]
    marks = ticks(low, high, whole=whole)
    for tick in marks:
        y = float(_y(np.array([tick]), low, high)[0])
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        text = _number(tick, marks)
        parts.append(f'<text class="tick" x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{text}</text>')
    return "".join(parts)


def _years(span: tuple[np.datetime64, np.datetime64], height: int, left: int, width: int = WIDTH) -> str:
    """Upright lines at the new years that fit (months where the span is short), with their names below."""
    start, end = span
    months = int((end.astype("datetime64[M]") - start.astype("datetime64[M]")).astype(int))
    room = (width - left) // 60
    every = next(step for step in (1, 3, 6, 12, 24, 60, 120, 240, 1200) if months / step <= room or step == 1200)
    first = start.astype("datetime64[M]").astype(int)
    parts = []
    for month in range(-(-first // every) * every, int(end.astype("datetime64[M]").astype(int)) + 1, every):
        moment = np.datetime64(month, "M")
        if moment < start:
            continue
        x = float(_x(np.array([moment]), span, left, width)[0])
        text = str(moment) if every < 12 else str(moment)[:4]
        anchor = "end" if x > width - 30 else "middle"
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{height - BOTTOM}"/>')
        parts.append(f'<text class="tick" x="{x:.1f}" y="{height - 7}" text-anchor="{anchor}">{text}</text>')
    return "".join(parts)


def _x(utc: np.ndarray, span: tuple[np.datetime64, np.datetime64], left: int = LEFT, width: int = WIDTH) -> np.ndarray:
    start, end = (moment.astype("datetime64[s]").astype(np.int64) for moment in span)
    seconds = np.clip(utc.astype("datetime64[s]").astype(np.int64), start, end)
    return left + (seconds - start) / max(int(end - start), 1) * (width - RIGHT - left)


def _y(values: np.ndarray, low: float, high: float) -> np.ndarray:
    return TOP + (high - values) / (high - low) * (HEIGHT - TOP - BOTTOM)


def _points(x: np.ndarray, y: np.ndarray) -> str:
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))


def _pieces(known: np.ndarray) -> list[slice]:
    """The stretches without gaps."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], known.astype(np.int8), [0]))))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _dash(colour: int) -> str:
    dash = DASHES[colour % len(DASHES)]
    return f' stroke-dasharray="{dash}"' if dash else ""


def _number(tick: float, marks: Sequence[float]) -> str:
    if max(abs(mark) for mark in marks) >= 1e6:
        return f"{tick / 1e6:g} M"
    if max(abs(mark) for mark in marks) >= 1e4:
        return f"{tick / 1e3:g} k"
    return f"{tick:g}"
