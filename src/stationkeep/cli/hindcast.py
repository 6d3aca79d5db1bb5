"""`stationkeep hindcast`: the record replayed, modelled against measured."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from stationkeep.cli.output import can_be_written, emit, writing
from stationkeep.model.files import InputError

if TYPE_CHECKING:
    import numpy as np

    from stationkeep.flight.density_scale import Scale
    from stationkeep.flight.hindcast import Driven
    from stationkeep.flight.upkeep import Burn
    from stationkeep.formats.density_scale import Blocks, Geometry
    from stationkeep.formats.space_weather import SpaceWeather
    from stationkeep.laws.atmosphere import DensityFit

INCLINATION_DEG = 51.64
LENGTHS_D: tuple[int, ...] = (30, 90, 180)
LEAST_ARC_D = 5
"""Shortest record replayed: a daily mean is good to some 20 m."""
STARTS = ("2022-01-01", "2025-01-01")
LEVELS = (10, 50, 90)
HEIGHTS_KM = (350, 400)
FURTHEST_START_D = 200
"""A start further than this from the altitude record is left out; with none left, the record's last day is one."""
Result = tuple[dict[str, Any], Callable[[], None]]


class Records(NamedTuple):
    """What every subject starts from."""

    days_given: int
    days_forecast: int
    driven: Driven
    fit: DensityFit
    weather: SpaceWeather
    ap: np.ndarray
    geometry: Geometry
    blocks: Blocks
    scale: Scale


def hindcast(
    subject: Literal["decay", "burns", "lifetime", "propellant"] = "decay",
    *,
    altitude: Path | None = None,
    space_weather: Path | None = None,
    ap_mode: Literal["daily", "history"] = "daily",
    page: Path | None = None,
    json: bool = False,
) -> None:
    """Replay the station's record and print modelled against measured.

    `decay`: fall between reboosts over 30, 90 and 180 days from a measured start. Days of a burn and their neighbours
    count on neither side, so an arc may run across reboosts. Every arc is modelled with a density scale fitted without
    the calendar years it touches. `burns`: rise per delta-v, and speed per second of burn by vehicle. `lifetime`: time
    to reentry without reboost. `propellant`: what holding an altitude takes in a year.

    Parameters
    ----------
    subject
        What to replay.
    altitude
        Altitude record in place of the packaged one: csv with `date, alt_brouwer_km`, element sets (TLE, OMM), OEM. One
        shorter than 30 days is replayed as a whole.
    space_weather
        Activity record in place of the packaged one (its columns, or CelesTrak's).
    ap_mode
        Geomagnetic input of NRLMSISE-00: the daily Ap, or the 3-hour ap history.
    page
        Write a page with plots to this file.
    json
        Print one JSON object instead of words.
    """
    can_be_written(page)
    records = _records(altitude, space_weather, ap_mode)
    verbs = {"decay": _decay, "burns": _burns, "lifetime": _lifetime, "propellant": _propellant}
    result, render = verbs[subject](records, ap_mode)
    if page:
        from stationkeep.flight import hindcast_page

        with writing(page):
            page.write_text(hindcast_page.page(subject, records.driven, result), encoding="utf-8")
    emit(result, json, render)


def _records(altitude: Path | None, space_weather: Path | None, ap_mode: str) -> Records:
    """The record with drag on it, the density fit, the activity, and the density scale's fit on every year."""
    from stationkeep.flight.density_scale import fit_scale
    from stationkeep.flight.hindcast import drive
    from stationkeep.formats import altitude as altitudes
    from stationkeep.formats.density_fit import load_fit
    from stationkeep.formats.density_scale import read_blocks, read_geometry
    from stationkeep.formats.space_weather import PACKAGED, read_space_weather
    from stationkeep.laws.atmosphere import equivalent_ap

    for path in (altitude, space_weather):
        if path and not path.is_file():
            what = "a folder" if path.is_dir() else "no such file"
            raise InputError(str(path), None, what, "give the path of a readable file")
    weather = read_space_weather(space_weather or PACKAGED)
    fit = load_fit(INCLINATION_DEG, ap_mode)
    ap = equivalent_ap(weather.ap3h) if ap_mode == "history" else weather.ap
    record = altitudes.read_altitude(altitude or altitudes.PACKAGED)
    if len(record.t_s) < 2:
        what, advice = "altitudes of one day only", f"a record of {LEAST_ARC_D} days or more"
        raise InputError(str(altitude), None, what, advice)
    try:
        driven = drive(record, weather, altitudes.read_nodes(), fit, ap)
    except ValueError as error:
        raise InputError(str(altitude or altitudes.PACKAGED.name), None, str(error)) from None
    geometry, blocks = read_geometry(), read_blocks(ap_mode)
    return Records(len(record.t_s), int((record.t_s > record.made_t_s).sum()), driven, fit, weather, ap, geometry, blocks, fit_scale(blocks, geometry))


def _decay(records: Records, ap_mode: str) -> Result:
    import numpy as np

    from stationkeep.flight.hindcast import chains
    from stationkeep.flight.replay import replay, summarize
    from stationkeep.formats.oem import iso_utc

    lengths_d = LENGTHS_D
    longest_d = max((int(np.ptp(records.driven.t_s[chain]) / 86400.0) for chain in chains(records.driven)), default=0)
    if LEAST_ARC_D <= longest_d < LENGTHS_D[0]:
        lengths_d = (longest_d,)
    arcs = replay(records.driven, lengths_d, records.blocks, records.geometry, records.fit)
    if not arcs:
        what = f"no {lengths_d[0]} days in a row (gaps up to 3 days) free of burns by at least 70 %"
        raise InputError("--altitude", None, what, f"a daily record of {LEAST_ARC_D} days or more")
    told = [
        {
            "start": iso_utc(arc.start_t_s, 0) + "Z",
            "days": arc.days,
            "measured_km": round(arc.measured_km, 4),
            "modelled_km": round(arc.modelled_km, 4),
            "calibration": False,
            "in_sample_km": round(arc.in_sample_km, 4),
            "constant_decay_km": arc.constant_km,
            "exponential_atmosphere_km": round(arc.exponential_km, 4),
            "f107a": round(arc.f107a, 1),
            "days_free_of_burns": round(arc.clean_d, 1),
        }
        for arc in arcs
    ]
    summary = summarize(arcs, records.geometry)
    note = (
        "decay accumulated outside burns (and the pair of days before and after each); scale fitted without the calendar "
        "years an arc touches, in_sample_km with every year"
    )
    result = {
        "ap_mode": ap_mode, "scale": note, "arcs": told, "summary": summary,
        "days_given": records.days_given, "days_left_out": records.days_given - len(records.driven.t_s),
        "days_forecast": records.days_forecast,
    }  # fmt: skip
    return result, lambda: _render_decay(result)


WORST_QUARTER_FRAC = 0.25
"""What the worst quarter is held to."""


def worst_quarter(told: dict[str, Any]) -> str:
    """Both readings of the worst quarter in words: of the arcs, and of the calendar."""
    quarters = list(told["by_quarter"].items())
    over = [name for name, values in quarters if values["median_abs_error_frac"] > WORST_QUARTER_FRAC]
    named = "; ".join(
        f"{name} {100 * values['median_abs_error_frac']:.0f} % (bias {100 * values['bias_frac']:+.0f} %, {values['n']} arcs, "
        f"F10.7A {values['f107a']:.0f})"
        for name, values in quarters[:3]
    )
    upper = told["p75_abs_error_frac"]
    return (
        f"a quarter of the arcs errs by more than {100 * upper:.1f} % (25 % asked: {'' if upper <= WORST_QUARTER_FRAC else 'not '}met); "
        f"calendar quarters above 25 %: {len(over)} of {len(quarters)}, the worst {named}"
    )


QUIET = (
    "2021 Q1: F10.7A was 75, and NRLMSISE-00 is too dense when the Sun is quiet (Emmert 2010). The factors for that and for the "
    "thermosphere's contraction are fitted on other years, which had few quiet days on record; they leave this much. They do not "
    "explain quarters with an active Sun."
)
"""Said where that quarter is among the worst. Source: Emmert et al. 2010."""


def _render_decay(result: dict[str, Any]) -> None:
    def share(value: float | None) -> str:
        return "-" if value is None else f"{100 * value:.1f} %"

    print(f"Decay, modelled against measured (Ap mode {result['ap_mode']}; {result['scale']}).")
    if result["days_forecast"]:
        print(
            f"{result['days_forecast']} of {result['days_given']} days lie after the file was made: they are its maker's forecast, "
            "and what is called measured there is not."
        )
    left_out = result["days_left_out"]
    if left_out:
        print(
            f"{left_out} of {result['days_given']} days left out: too eccentric, or outside the space-weather record."
        )
    print(f"{'days':>5} {'arcs':>5} {'median':>8} {'p75':>8} {'bias':>8}   (errors as a share of the measured decay)")
    for days, told in result["summary"].items():
        lines = {"": told, "in sample": told["in_sample"], **told["baselines"]}
        for era, values in told["by_era"].items():
            lines |= {f"era {era}": values, f"era {era}, in sample": values["in_sample"]}
        lines |= {f"in {year}": values for year, values in told["by_year"].items()}
        lines |= {f"F10.7A {level}": values for level, values in told["by_f107a"].items()}
        for name, values in lines.items():
            if not values["n"]:
                continue
            numbers = [share(values.get(k)) for k in ("median_abs_error_frac", "p75_abs_error_frac", "bias_frac")]
            print(
                f"{days:>5} {values['n']:>5} {numbers[0]:>8} {numbers[1]:>8} {numbers[2]:>8}  {name.replace('_', ' ')}"
            )
        print(f"      days beyond the density fit: {share(told['out_of_range_day_frac'])}")
        print(f"      worst quarter: {worst_quarter(told)}")
    if any("2021 Q1" in list(told["by_quarter"])[:1] for told in result["summary"].values()):
        print(QUIET)


def _burns(records: Records, ap_mode: str) -> Result:
    import numpy as np

    from stationkeep.flight.avoidance import fit_avoidance
    from stationkeep.flight.upkeep import compare_burns
    from stationkeep.formats.oem import iso_utc
    from stationkeep.model.catalogue import Catalogue

    driven = records.driven
    masses = Catalogue().table("orbit/ballistic")
    dates = [float((np.datetime64(row["date"]) - np.datetime64("2000-01-01")).astype(int)) * 86400.0 for row in masses]
    mass = [float(row["mass_kg"]) for row in masses]
    rows = [
        row for row in Catalogue().table("orbit/reboosts")
        if row["origin"] == "reported" and row["executed"] in ("executed", "aborted")
    ]  # fmt: skip
    ballistic = records.scale.ballistic(driven.t_s, driven.activity[:, 1])
    burns = compare_burns(driven, ballistic, rows, lambda t: np.interp(t, dates, mass))
    engines = {
        row["giver"].split("-ms")[0]: row
        for row in Catalogue().table("stations/iss/engines")
        if row["use"] == "reboost"
    }
    vehicles: dict[str, list[Burn]] = {}
    for burn in burns:
        if burn.vehicle:
            vehicles.setdefault(_family(burn), []).append(burn)
    ratio = np.array([burn.law_m / burn.reported_m for burn in burns])
    seen = np.array([burn.measured_m / burn.law_m for burn in burns])
    result = {
        "burns": [
            {
                "utc": iso_utc(b.t_s, 0) + "Z", "vehicle": b.vehicle, "family": _family(b), "burn_s": b.burn_s,
                "delta_v_m_per_s": b.speed_m_per_s, "reported_km": b.reported_m / 1e3, "measured_km": b.measured_m / 1e3,
                "law_km": b.law_m / 1e3, "thrust_N": b.thrust_N,
            }
            for b in burns
        ],
        "law_over_reported": _spread(ratio), "measured_over_law": _spread(seen),
        "avoidance": fit_avoidance(Catalogue().table("orbit/avoidance"))._asdict(),
        "by_vehicle": {
            name: told
            for name, these in vehicles.items()
            if (told := _vehicle(these, _thrust(engines, name)))["rise_km_per_m_per_s"]["n"] or told["thrust_N"]["n"]
        },
    }  # fmt: skip
    return result, lambda: _render_burns(result)


def _family(burn: Burn) -> str:
    """Progress of Progress MS-18; Zvezda of Zvezda's own engines; empty where the report names none."""
    return burn.vehicle.split()[0].split("-")[0] if burn.vehicle else ""


def _vehicle(burns: list[Burn], catalogue_N: float | None) -> dict[str, Any]:
    import numpy as np

    speed = np.array([b.speed_m_per_s for b in burns])
    return {
        "rise_km_per_m_per_s": _spread(np.array([b.reported_m for b in burns]) / 1e3 / speed),
        "law_km_per_m_per_s": _spread(np.array([b.law_m for b in burns]) / 1e3 / speed),
        "delta_v_per_second_m_per_s2": _spread(speed / np.array([b.burn_s for b in burns])),
        "thrust_N": _spread(np.array([b.thrust_N for b in burns])), "catalogue_N": catalogue_N,
    }  # fmt: skip


def _thrust(engines: dict[str, Any], vehicle: str) -> float | None:
    row = next((row for giver, row in engines.items() if giver.split("-")[0] == vehicle.lower()), None)
    return float(row["thrust_N"]) if row else None


def _spread(values: Any) -> dict[str, float]:
    import numpy as np

    values = values[~np.isnan(values)]
    if not values.size:
        return {"n": 0}
    low, middle, high = (float(x) for x in np.quantile(values, (0.1, 0.5, 0.9)))
    return {"median": middle, "p10": low, "p90": high, "n": int(values.size)}


def _render_burns(result: dict[str, Any]) -> None:
    words = {
        "law_over_reported": "rise by the law (2 a / v per m/s) over the rise reported",
        "measured_over_law": "rise in the altitude record over the law",
    }
    for name, what in words.items():
        if result[name]["n"]:
            print(f"{what}: {_told(result[name], '.3f')}, {result[name]['n']} burns")
    for name, told in result["by_vehicle"].items():
        print(f"{name}:")
        if told["rise_km_per_m_per_s"]["n"]:
            rise, law = told["rise_km_per_m_per_s"], told["law_km_per_m_per_s"]
            print(
                f"  rise per delta-v {_told(rise, '.2f')} km per m/s reported, {law['median']:.2f} by the law; {rise['n']} burns"
            )
        if told["thrust_N"]["n"]:
            speed, thrust = told["delta_v_per_second_m_per_s2"], told["thrust_N"]
            listed = "" if told["catalogue_N"] is None else f"; catalogue {told['catalogue_N']:.0f} N"
            print(f"  delta-v per second {_told(speed, '.2f', 1e3)} mm/s, which is a thrust of")
            print(f"  {_told(thrust, '.0f')} N; {thrust['n']} burns{listed}")
    told = result["avoidance"]
    print(
        f"debris avoidance: rate fitted until {told['fitted_until']}: {told['per_y_2022']:.1f} a year in 2022 "
        f"({told['per_y_2022_range'][0]:.1f} to {told['per_y_2022_range'][1]:.1f}), growing by {100 * told['growth_per_y']:.1f} % a year "
        f"({100 * told['growth_range'][0]:.1f} to {100 * told['growth_range'][1]:.1f});\n  from then until {told['tested_until']} {told['counted']} were counted, "
        f"{told['expected']:.1f} expected (5-95 %: {told['low']} to {told['high']})"
    )


def _told(spread: dict[str, float], form: str, scale: float = 1.0) -> str:
    """Median and, of several, the 10 and 90 %."""
    middle, low, high = (format(scale * spread[key], form) for key in ("median", "p10", "p90"))
    return f"{middle} ({low} to {high})" if spread["n"] > 1 else middle


def _lifetime(records: Records, ap_mode: str) -> Result:
    import numpy as np

    from stationkeep.flight.upkeep import ENTRY_M, activity_from, days_to_entry

    driven, weather = records.driven, records.weather
    told = []
    epoch = np.datetime64("2000-01-01")
    asked = [(day, float((np.datetime64(day) - epoch).astype(int)) * 86400.0) for day in STARTS]
    within = [one for one in asked if np.min(np.abs(driven.t_s - one[1])) <= FURTHEST_START_D * 86400.0]
    end_d = int(driven.t_s[-1] // 86400)
    for start, t_s in within or [(str(epoch + end_d), end_d * 86400.0)]:
        near = int(np.argmin(np.abs(driven.t_s - t_s)))
        raan = float(driven.raan_rad[near])
        levels = {f"F10.7A of {q} %": np.quantile(weather.f107a, q / 100) for q in LEVELS}
        steady = {}
        for name, f107a in levels.items():
            ap = float(records.ap[np.abs(weather.f107a / f107a - 1.0) < 0.05].mean())
            steady[name] = np.tile([f107a, f107a, ap], (50 * 365, 1))
        steady["observed"] = activity_from(weather, records.ap, t_s, 50 * 365)
        for name, activity in steady.items():
            ballistic = records.scale.ballistic(np.full(len(activity), t_s), activity[:, 1])
            days = days_to_entry(records.fit, float(driven.h_m[near]), raan, t_s, ballistic, activity)
            told.append({
                "start": start, "altitude_km": float(driven.h_m[near]) / 1e3,
                "altitude_of": str(epoch + int(driven.t_s[near] // 86400)), "activity": name,
                "f107a": float(activity[:, 1].mean()), "ap": float(activity[:, 2].mean()), "days": days,
                "entered": days == days,
            })  # fmt: skip
    ends = str(epoch + weather.first_day + len(weather.f107) - 1)
    result = {"lifetimes": told, "entry_altitude_km": ENTRY_M / 1e3, "activity_record_ends": ends}
    return result, lambda: _render_lifetime(result)


def _render_lifetime(result: dict[str, Any]) -> None:
    print(f"Time to {result['entry_altitude_km']:.0f} km without reboost:")
    for row in result["lifetimes"]:
        fate = f"{row['days']:.0f} days ({row['days'] / 365.25:.1f} y)"
        if not row["entered"]:
            fate = f"still up when the activity record ends, {result['activity_record_ends']}"
        print(
            f"from {row['start']} at {row['altitude_km']:.1f} km (of {row['altitude_of']}), {row['activity']} "
            f"(F10.7A {row['f107a']:.0f}, Ap {row['ap']:.0f}): {fate}"
        )


def _propellant(records: Records, ap_mode: str) -> Result:
    import numpy as np

    from stationkeep.flight.upkeep import activity_from, holding_speed, yearly_propellant
    from stationkeep.formats.density_scale import REFERENCE_S
    from stationkeep.model.catalogue import Catalogue

    engines = {row["id"]: row for row in Catalogue().table("stations/iss/engines")}
    isp_s = float(engines["progress-thrusters"]["isp_s"])
    areas = Catalogue().table("orbit/ballistic")
    mass = float(next(row for row in areas if row["date"] >= "2022")["mass_kg"])
    years = range(1999, 2026)
    told: dict[int, dict[str, float]] = {}
    for year in years:
        t_s = float((np.datetime64(f"{year}-01-01") - np.datetime64("2000-01-01")).astype(int)) * 86400.0
        activity = activity_from(records.weather, records.ap, t_s, 365)
        ballistic = records.scale.ballistic(np.full(len(activity), REFERENCE_S), activity[:, 1])
        told[year] = {"f107": float(activity[:, 0].mean())}
        for h_km in HEIGHTS_KM:
            speed = holding_speed(records.fit, h_km * 1e3, 0.0, t_s, ballistic, activity)
            told[year][f"delta_v_{h_km}_km_m_per_s"] = speed
            told[year][f"propellant_{h_km}_km_kg"] = yearly_propellant(speed, mass, isp_s)
    low, high = (float(np.mean([row[f"propellant_{h}_km_kg"] for row in told.values()])) for h in HEIGHTS_KM)
    quoted = {row["id"]: float(row["value"]) for row in Catalogue().table("orbit/quoted")}
    result = {
        "years": told, "mass_kg": mass, "isp_s": isp_s, "ratio_400_over_350_frac": high / low,
        "mean_kg": dict(zip(HEIGHTS_KM, (low, high), strict=True)), "quoted": quoted,
    }  # fmt: skip
    return result, lambda: _render_propellant(result)


def _render_propellant(result: dict[str, Any]) -> None:
    print(
        f"Propellant a year against drag alone, {result['mass_kg'] / 1e3:.0f} t, Isp {result['isp_s']:.0f} s, area of 2022:"
    )
    for year, row in result["years"].items():
        print(
            f"{year}  F10.7 {row['f107']:4.0f}  350 km {row['propellant_350_km_kg']:6.0f} kg  400 km {row['propellant_400_km_kg']:6.0f} kg"
        )
    mean = result["mean_kg"]
    print(f"mean  350 km {mean[350]:.0f} kg, 400 km {mean[400]:.0f} kg: ratio {result['ratio_400_over_350_frac']:.2f} ")
    quoted = result["quoted"]
    print(
        f"quoted: {quoted['propellant-350-km']:.0f} kg at 350 km and {quoted['propellant-400-km']:.0f} kg at 400 km a year (the raise"
    )
    print(
        f"of 2011: less than {quoted['propellant-ratio-400-over-350-at-most']:g}); {quoted['propellant-planning']:.0f} kg to plan with, all uses"
    )
