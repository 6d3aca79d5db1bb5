"""The page of `stationkeep hindcast decay --page`: one HTML file with its pictures inside."""

import base64
import io
from html import escape
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from stationkeep.flight.hindcast import Driven


def page(driven: Driven, result: dict[str, Any]) -> str:
    """HTML: altitude with the burns found, modelled against measured decay, the error of each arc in time, the summary.

    ``result`` is what `stationkeep hindcast decay --json` prints.
    """
    figure = Figure(figsize=(9, 12), layout="constrained")
    top, left, right = figure.subplots(3, 1)
    dates = np.datetime64("2000-01-01", "s") + driven.t_s.astype("timedelta64[s]")
    top.plot(dates, driven.h_m / 1e3, ".", ms=2, label="measured")
    top.plot(dates[driven.burn], driven.h_m[driven.burn] / 1e3, ".", ms=3, label="a burn on this day or beside it")
    top.set(ylabel="mean altitude, km", title="The record")
    top.legend()
    for days in sorted({arc["days"] for arc in result["arcs"]}):
        arcs = [arc for arc in result["arcs"] if arc["days"] == days]
        measured, modelled = (np.array([arc[k] for arc in arcs]) for k in ("measured_km", "modelled_km"))
        left.loglog(measured, modelled, "o", ms=3, label=f"{days} days")
        starts = np.array([arc["start"].rstrip("Z") for arc in arcs], "datetime64[s]")
        right.plot(starts, 100 * (modelled / measured - 1), "o", ms=3, label=f"{days} days")
    ends = np.array(left.get_xlim())
    left.loglog(ends, ends, "k-", lw=0.5)
    left.set(xlabel="measured decay, km", ylabel="modelled decay, km", title="Decay outside burns")
    left.legend()
    right.axhline(0, color="k", lw=0.5)
    right.set(ylabel="error, % of the measured decay", title="Error of each arc, by its start")
    right.legend()
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=110)
    rows = "".join(
        f"<tr><td>{days}<td>{told['n']}<td>{100 * told['median_abs_error_frac']:.1f} %"
        f"<td>{100 * told['p75_abs_error_frac']:.1f} %<td>{100 * told['bias_frac']:+.1f} %"
        for days, told in result["summary"].items()
    )
    return (
        "<!doctype html><meta charset=utf-8><title>Decay against the record</title>"
        "<style>body{font:16px sans-serif;max-width:60rem;margin:2rem auto}td,th{padding:.2rem 1rem;text-align:right}</style>"
        f"<h1>Decay against the record</h1><p>{escape(result['scale'])}.</p>"
        f"<table><tr><th>days<th>arcs<th>median error<th>75th percentile<th>bias{rows}</table>"
        f"<img alt='altitude, decay, errors' src='data:image/png;base64,{base64.b64encode(picture.getvalue()).decode()}'>\n"
    )
