"""The page of `stationkeep hindcast SUBJECT --page`: one HTML file with its pictures inside."""

import base64
import io
from html import escape
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from stationkeep.flight.hindcast import Driven

STYLE = (
    "body{font:16px/1.45 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}"
    "table{border-collapse:collapse;margin:1rem 0 2rem}td,th{padding:.2rem .9rem;text-align:right;border-bottom:1px solid #ddd}"
    "td:first-child,th:first-child{text-align:left;padding-left:0}th[colspan]{padding-top:1rem}img{max-width:100%}"
)
Table = list[list[str]]


def page(subject: str, driven: Driven, result: dict[str, Any]) -> str:
    """HTML of what `stationkeep hindcast SUBJECT --json` prints (``result``): a table, and plots of modelled against measured."""
    title, lead, table, figure = {"decay": _decay, "burns": _burns, "lifetime": _lifetime, "propellant": _propellant}[
        subject
    ](driven, result)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=120)
    rows = "".join(
        f"<tr><th colspan=9>{escape(row[0])}"
        if len(row) == 1
        else "<tr>" + "".join(f"<td>{escape(cell)}" for cell in row)
        for row in table[1:]
    )
    head = "".join(f"<th>{escape(cell)}" for cell in table[0])
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><style>{STYLE}</style>"
        f"<h1>{title}</h1><p>{escape(lead)}</p><table><tr>{head}{rows}</table>"
        f"<img alt='{title}: plots' src='data:image/png;base64,{base64.b64encode(picture.getvalue()).decode()}'>\n"
    )


def _decay(driven: Driven, result: dict[str, Any]) -> tuple[str, str, Table, Figure]:
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
    right.set(ylabel="error, % of the measured decay", title="Error of each arc, by its start", xlim=top.get_xlim())
    right.legend()
    table = [["", "arcs", "median error", "75th percentile", "bias"]]
    for days, told in result["summary"].items():
        lines = {"scale fitted without these years": told, "in sample": told["in_sample"], **told["baselines"]}
        for era, part in told["by_era"].items():
            lines |= {f"in era {era}": part, f"in era {era}, in sample": part["in_sample"]}
        table.append([f"{days} days ahead"])
        for name, part in lines.items():
            if part["n"]:
                shares = [f"{100 * part[k]:.1f} %" for k in ("median_abs_error_frac", "p75_abs_error_frac")]
                table.append([name.replace("_", " "), str(part["n"]), *shares, f"{100 * part['bias_frac']:+.1f} %"])
    return "Decay against the record", f"Ap mode {result['ap_mode']}; {result['scale']}.", table, figure


def _burns(driven: Driven, result: dict[str, Any]) -> tuple[str, str, Table, Figure]:
    figure = Figure(figsize=(9, 8), layout="constrained")
    top, bottom = figure.subplots(2, 1)
    table = [
        [
            "",
            "burns",
            "rise reported, km per m/s",
            "by the law",
            "delta-v per second, mm/s",
            "thrust, N",
            "catalogue, N",
        ]
    ]
    for name, told in result["by_vehicle"].items():
        these = [burn for burn in result["burns"] if burn["family"] == name]
        law, reported, thrust = (np.array([b[k] for b in these], float) for k in ("law_km", "reported_km", "thrust_N"))
        top.plot(law, reported, "o", ms=4, label=name)
        dates = np.array([b["utc"].rstrip("Z") for b in these], "datetime64[s]")
        drawn = bottom.semilogy(dates, thrust, "o", ms=4, label=name)[0]
        if told["catalogue_N"]:
            bottom.axhline(told["catalogue_N"], color=drawn.get_color(), lw=0.7)
        columns = (("rise_km_per_m_per_s", ".2f", 1), ("law_km_per_m_per_s", ".2f", 1), ("delta_v_per_second_m_per_s2", ".2f", 1e3),
                   ("thrust_N", ".0f", 1))  # fmt: skip
        cells = [format(scale * told[k]["median"], form) if told[k]["n"] else "" for k, form, scale in columns]
        table.append([name, str(len(these)), *cells, f"{told['catalogue_N']:.0f}" if told["catalogue_N"] else ""])
    ends = np.array(top.get_xlim())
    top.plot(ends, ends, "k-", lw=0.5)
    top.set(xlabel="rise by the law, km", ylabel="rise reported, km", title="Rise of reported burns")
    bottom.set(ylabel="thrust, N", title="Delta-v per second times the station's mass; lines: the catalogue")
    for axes in (top, bottom):
        axes.legend()
    lead = "Executed burns as reported; medians. The law is 2 a / v of altitude per m/s; thrust is delta-v per second times mass."
    return "Burns against the record", lead, table, figure


def _lifetime(driven: Driven, result: dict[str, Any]) -> tuple[str, str, Table, Figure]:
    rows = result["lifetimes"]
    figure = Figure(figsize=(9, 1 + 0.45 * len(rows)), layout="constrained")
    axes = figure.subplots()
    table = [["start", "altitude, km", "activity", "F10.7A", "Ap", "days", "years"]]
    end = np.datetime64(result["activity_record_ends"])
    for place, row in enumerate(rows):
        up_d = row["days"] if row["entered"] else float((end - np.datetime64(row["start"])) / np.timedelta64(1, "D"))
        label = "reentry" if row["entered"] else "still up when the activity record ends"
        axes.barh(place, up_d / 365.25, color="tab:blue" if row["entered"] else "lightgray", label=label)
        told = [f"{row['days']:.0f}", f"{row['days'] / 365.25:.1f}"] if row["entered"] else [f"over {up_d:.0f}", ""]
        table.append([row["start"], f"{row['altitude_km']:.1f} (of {row['altitude_of']})", row["activity"],
                      f"{row['f107a']:.0f}", f"{row['ap']:.0f}", *told])  # fmt: skip
    axes.set_yticks(range(len(rows)), [f"{row['start']}, {row['activity']}" for row in rows])
    axes.invert_yaxis()
    axes.set(xlabel=f"years to {result['entry_altitude_km']:.0f} km without reboost")
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(
        *zip(*{label: (handle, label) for handle, label in zip(handles, labels, strict=True)}.values(), strict=True)
    )
    lead = f"Observed activity runs to {end}; the levels are percentiles of the record's F10.7A, held."
    return "Time to reentry without reboost", lead, table, figure


def _propellant(driven: Driven, result: dict[str, Any]) -> tuple[str, str, Table, Figure]:
    figure = Figure(figsize=(9, 5), layout="constrained")
    axes = figure.subplots()
    years = list(result["years"])
    table = [["year", "F10.7", "350 km, kg", "400 km, kg"]]
    for row in ({"year": year, **told} for year, told in result["years"].items()):
        heights = [f"{row[f'propellant_{h}_km_kg']:,.0f}" for h in (350, 400)]
        table.append([str(row["year"]), f"{row['f107']:.0f}", *heights])
    for h_km in (350, 400):
        drawn = axes.plot(
            years, [told[f"propellant_{h_km}_km_kg"] for told in result["years"].values()], "o-", label=f"{h_km} km"
        )
        quoted = result["quoted"][f"propellant-{h_km}-km"]
        axes.axhline(
            quoted, color=drawn[0].get_color(), lw=0.7, ls="--", label=f"quoted for {h_km} km: {quoted:,.0f} kg"
        )
    axes.set(ylabel="propellant, kg a year", ylim=(0, None), title="Propellant against drag alone")
    axes.legend()
    mean = result["mean_kg"]
    lead = (
        f"{result['mass_kg'] / 1e3:.0f} t, Isp {result['isp_s']:.0f} s, the area of 2022 in every year's activity. Mean {mean[350]:,.0f} kg "
        f"at 350 km, {mean[400]:,.0f} kg at 400 km: {result['ratio_400_over_350_frac']:.2f} of it; the raise of 2011 cut use by more than half."
    )
    return "Propellant against drag", lead, table, figure
