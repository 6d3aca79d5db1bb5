"""`stationkeep campaign`: a station's assembly: what lifts what from where, when it is there, what its orbit means."""

from __future__ import annotations

from typing import Any

from stationkeep.cli.output import emit
from stationkeep.model.files import InputError


def campaign(
    scenario: str, *, station: str = "", future: str = "", runs: int = 1000, seed: int = 0, json: bool = False
) -> None:
    """Tell how a station is assembled: what lifts each module from where, when it joins, when the first crew can come.

    Declared dates are stretched by the record of such dates, back-tested by leaving each element out in turn.

    Parameters
    ----------
    scenario
        Packaged scenario (`ros-97`, `ros-516`, `successors`, ...) or file.
    station
        Station asked about; default: the first that is assembled by launches.
    future
        Future of the scenario; default: the first.
    runs
        Draws of the dates.
    seed
        Number the chance is drawn from.
    json
        Print one JSON object instead of words.
    """
    from stationkeep.flight.campaign import environment, lifts
    from stationkeep.model.scenario import read_scenario
    from stationkeep.plan.campaign import backtest
    from stationkeep.plan.campaign import campaign as dates

    if runs < 1:
        raise InputError("--runs", None, f"{runs} runs", "give at least 1")
    read = read_scenario(scenario)
    assembled = [name for name, s in read.stations.items() if any(m.launch for m in s.modules.values())]
    if not station and not assembled:
        raise InputError("scenario", None, f"no station of {scenario} is assembled by launches", "try ros-97 or successors")
    chosen = station or assembled[0]
    told = {"scenario": read.name or read.title, "as_of": read.as_of, **dates(read, chosen, future=future or None, runs=runs, seed=seed)}
    told["lifts"] = lifts(read, chosen)
    told["orbit"] = environment(read.stations[chosen])
    told["backtest"] = backtest(read.as_of)
    emit(told, json, lambda: _render(told))


def _render(told: dict[str, Any]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    out = Console()
    first, orbit, test = told["first_crew"], told["orbit"], told["backtest"]
    out.print(f"{told['station']}: first crew can come {first['p50']} (5 to 95 %: {first['p5']} to {first['p95']}), {told['runs']} draws")
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, title="Modules and ships", title_justify="left")
    for column in ("what", "t", "launcher", "site", "lifts t", "to 51.6", "can"):
        table.add_column(column, overflow="fold", no_wrap=True)
    for item in told["lifts"]:
        factor = "" if item["payload_factor"] is None else f"x {item['payload_factor']:.2f}"
        can = "yes" if item["sure"] else "just" if item["can_lift"] else "no" if item["site_reaches"] else "not there"
        lifts, low, high = (item[key] / 1e3 for key in ("payload_kg", "low_kg", "high_kg"))
        span = f"{lifts:.1f} ({low:.1f}-{high:.1f})"
        table.add_row(item["what"].replace(" (", "\n("), f"{item['mass_kg'] / 1e3:.2f}", item["launcher"], item["site"], span, factor, can)
    out.print(table)
    for module in told["modules"]:
        out.print(f"  {module['module']} joins {module['joins']['p50']} ({module['joins']['p5']} to {module['joins']['p95']})")
    out.print(f"At {orbit['inclination_deg']:g} deg the dose is {orbit['dose_mSv_per_d']} mSv a day, {orbit['dose_factor']} times that at 51.6 deg; "
              f"contact with Russian sites {orbit['contact_factor']} times.")  # fmt: skip
    out.print(f"Declared leads came true {test['median_stretch']} times as long (median); leaving each of {test['elements']} elements out, "
              f"5 to 95 % held {test['inside_5_95_frac']:.0%} of the others.")  # fmt: skip
    out.print("First crew by 1 January: " + ", ".join(f"{year} {share:.0%}" for year, share in told["by_year"].items()))
