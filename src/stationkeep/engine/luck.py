"""One run's chance: every table drawn before the loop, from the one table of uncertain quantities and the record."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from ..formats.solar_bulletins import latest_bulletin, read_bulletins, read_cycles
from ..laws import reliability
from ..laws.atmosphere import density_noise, equivalent_ap
from ..laws.solar import future_activity, mean_flux_before, uniforms_count
from ..laws.solar_outlook import solar_outlook, without_bursts
from ..model.base import PARTNERS, DateLaw, NEVER_s, Quantity, seconds
from ..model.catalogue import Catalogue, Row, number
from ..model.events import StationIs
from ..model.scenario import Scenario
from ..subsystems import traffic
from .compile.flights import KNOWN_s
from .compile.life_support import stand_down_fit
from .compile.machines import mean_life_s
from .compile.world import Case
from .lots import table, uniform, uniforms
from .world import Luck, RunState, World

DAY_s = 86400.0
YEAR_s = 365.25 * DAY_s
Z95 = 1.6448536269514722
LIVES = 24
AVOIDANCES = 160
DOCKING = "docking"
PRIOR_FAILURES, PRIOR_TRIES = 0.5, 10.0
"""What is known of a launcher before it flies: half a failure in ten flights. Assumed; soyuz with 4 in 151 hardly sees it."""
REBUILD_d = 1096.0
"""A module lost at launch flies again after three years. Assumed: none was ever lost; a second Node took longer."""
SERIES_MEAN_d = 22.4
"""Mean slip at a lead under 90 days; a series at the cadence as flown already contains it."""


class FlightFactors(NamedTuple):
    """Factors of a run on what is drawn for each flight: its slip, its failures, how long its kind is then grounded."""

    slip: float
    launch_failure: float
    docking_failure: float
    grounding: float


class FlightLaws(NamedTuple):
    """What the draws of the flights to come (n of F) rest on."""

    lost: np.ndarray  # (F,) flown in the record, and lost
    coming: np.ndarray  # (n,) which flights
    names: tuple[str, ...]  # (n,) of what is drawn for each
    kinds: list[str]  # families
    kind: np.ndarray  # (n,) which of them
    slip: np.ndarray  # (n, 4) share on time, shape and scale (d) of the delay, and what its cadence contains of it
    standdown_ln: np.ndarray  # (n, 2) of its partner


@dataclass(frozen=True)
class Chances:
    """What the draws of a case rest on, prepared once."""

    case: Case
    quantities: dict[str, tuple[str, Quantity]]
    tries: dict[str, tuple[int, int]]
    flights: FlightLaws
    stretch_ln: tuple[float, float]
    stretches: tuple[tuple[float, float], ...]
    life_s: np.ndarray
    openings: tuple[tuple[str, Quantity, np.ndarray], ...]
    day0: int
    observed: np.ndarray
    outlook: Any
    ahead: int
    slates: list[Any] = field(default_factory=list, compare=False)  # of runs that have ended, for those to come

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"slates": []}


def prepare(case: Case) -> Chances:
    """Read the laws of chance of a case from its catalogue, nothing later than its `as_of`."""
    catalogue = case.catalogue
    day0 = int(case.world.sky_day0_s // DAY_s)
    days = int((case.steps * case.dt_s + case.t0_s) // DAY_s) - day0 + 3
    observed, outlook, ahead = _sky(case, day0, days)
    slips = [tuple(number(r, key) for key in ("lead_to_d", "on_time_frac", "shape", "scale_d")) for r in catalogue.table("life_support/launch_slips")]
    return Chances(
        case, quantities(case.scenario, catalogue), _tries(catalogue),
        flight_laws(case, slips, {p: stand_down_fit(catalogue, p)[:2] for p in PARTNERS}), stretch_fit(stretch_rows(catalogue)),
        tuple((lead, stretch) for _, lead, stretch in stretch_rows(catalogue)), mean_life_s(catalogue, case.names), _openings(case), day0, observed, outlook, ahead,
    )  # fmt: skip


def _openings(case: Case) -> tuple[tuple[str, Quantity, np.ndarray], ...]:
    """Name of the chance, kilograms and containers of each opening stock that there is."""
    held = ((*key, kg, case.opening_container.get((*key,))) for key, kg in case.openings_kg.items())
    return tuple(
        (f"opening/{owner}/{resource}", Quantity(value=kg[0], low=kg[1], high=kg[2]), here)
        for owner, resource, kg, here in held if here is not None and here.size and kg[0] > 0
    )  # fmt: skip


def draw(
    chances: Chances, seed: int, run: int, without: frozenset[tuple[str, str]] = frozenset(), into: RunState | None = None
) -> tuple[World, RunState, Luck]:
    """World, opening state (written over `into`) and luck of one run; pure in (seed, run).

    `without` names mishaps that do not happen: ("failure", machine), ("launch_failure", flight), ("avoidance", station).
    """
    case = chances.case

    def value(name: str) -> float:
        law, q = chances.quantities[name]
        return float(_quantity(law, q, uniform(seed, f"uncertain/{name}", run, 0)))

    crew_rate, leak, ageing = value("crew_rate_factor"), value("leak_factor"), value("array_ageing")
    w, s = case.world, copy_state(case.opening, into)
    rates = type(w.life_support.crew)(*(r * crew_rate for r in w.life_support.crew))
    life_support = w.life_support._replace(crew=rates, leak_kg_per_s=w.life_support.leak_kg_per_s * leak)
    world = w._replace(life_support=life_support, power=w.power._replace(ageing=ageing))
    assembled = module_dates(chances, seed, run)
    if assembled:
        arrive_s, since_s, close_s = w.traffic.part_arrive_s.copy(), w.bodies.arrive_s.copy(), w.traffic.port_close_s.copy()
        part, port = case.names.of("parts"), case.names.of("ports")
        for (station, module), at_s in assembled.items():
            arrive_s[part[module]] = since_s[part[module]] = at_s
            held = port.get(case.scenario.stations[station].modules[module].at_port or "", -1)
            if held >= 0:
                close_s[held] = min(close_s[held], at_s)
        world = world._replace(
            traffic=w.traffic._replace(part_arrive_s=arrive_s, port_close_s=close_s), bodies=w.bodies._replace(arrive_s=since_s)
        )
    for name, q, here in chances.openings:
        scaled = s.stores.stock_kg[here] * _quantity("split-normal", q, uniform(seed, name, run, 0)) / q.value
        s.stores.stock_kg[here] = np.minimum(scaled, w.stores.capacity_kg[here])
    lives = _lives(chances, seed, run, value("hazard_factor"))
    for kind, name in without:
        if kind == "failure":
            lives[case.names.of("machines")[name]] = NEVER_s
    s.equipment.change_s[:] = case.t0_s + lives[:, 0]
    s.partners.event_s[:] = event_dates(chances, seed, run, assembled)
    factors = FlightFactors(*(value(f"{name}_factor") for name in FlightFactors._fields))
    flights = _flight_luck(chances, seed, run, factors)
    _told_to_fail(case, flights)
    for kind, name in without:
        if kind in ("launch_failure", "docking_failure"):
            spared = flights.fails if kind == "launch_failure" else flights.misses
            for f, flight in enumerate(case.names.flights):  # a cause that several flights share is named without a number
                stem, _, number_of = flight.rpartition("-")
                if flight == name or (stem == name and number_of.isdigit()):
                    spared[f] = False
    luck = Luck(
        traffic=flights, life_s=lives,
        avoid_s=_avoidances(chances, seed, run, value("avoidance_per_y"), value("avoidance_growth_per_y")),
        density_scale=value("density_scale"), sky=_run_sky(chances, seed, run),
    )  # fmt: skip
    if any(kind == "avoidance" for kind, _ in without):
        luck.avoid_s[:] = NEVER_s
    traffic.open_run(world.traffic, s.traffic, luck.traffic, case.t0_s)
    holder, parts = world.stores.container_part, s.traffic.part_station
    s.stores.counted[:] = (parts[holder] >= 0) | (holder >= world.traffic.part_station.size)
    s.usual_people[:] = s.crew.aboard.sum(axis=1)
    return world, s, luck


def copy_state(state: RunState, into: RunState | None = None) -> RunState:
    """A deep copy of a State: every array anew, or written over those of `into`."""

    def copied(item: Any) -> Any:
        if isinstance(item, np.ndarray):
            return item.copy()
        return type(item)(*(copied(x) for x in item)) if isinstance(item, tuple) else item

    def written(item: Any, over: Any) -> None:
        for new, old in zip(item, over, strict=True):
            if isinstance(new, np.ndarray):
                old[...] = new
            elif isinstance(new, tuple):
                written(new, old)

    if into is not None:
        written(state, into)
        return into
    out: RunState = copied(state)
    return out


def _quantity(law: str, q: Quantity, u: Any) -> Any:
    """A draw of an uncertain quantity whose low and high are its 5 and 95 % values, for each of u (a number or an array); fixed
    where there is no range."""
    low, high = (q.value if q.low is None else q.low), (q.value if q.high is None else q.high)
    if low == high:
        return q.value
    drawn = reliability.all_about if isinstance(u, np.ndarray) else reliability.about
    return drawn(u, q.value, low, high, law == "lognormal" and low > 0)


def quantities(scenario: Scenario, catalogue: Catalogue) -> dict[str, tuple[str, Quantity]]:
    """Every uncertain quantity of a scenario: name -> (law, value with its range), the scenario's own over the table."""
    table = {}
    for row in catalogue.table("uncertain"):
        if not row["value"]:  # what is drawn by a law of its own
            continue
        q = Quantity(value=number(row, "value"), low=number(row, "low"), high=number(row, "high"), source=row["source"])
        table[row["name"]] = (row["law"], scenario.uncertain.get(row["name"], q))
    if "density_scale" not in scenario.uncertain:
        fitted = _density_scale(scenario, catalogue)
        if fitted is not None:
            table["density_scale"] = ("lognormal", fitted)
    return table


def _scale_rows(scenario: Scenario, catalogue: Catalogue) -> list[Row]:
    return [row for row in catalogue.table("orbit/density_scale") if row["ap_mode"] == scenario.ap_mode]


def _density_scale(scenario: Scenario, catalogue: Catalogue) -> Quantity | None:
    """Lasting scatter of the last era's density scale known by then, about the scale the orbit already carries.

    It was measured on yearly means; what the wandering of `_density_days` puts into those is taken off.
    """
    rows = _scale_rows(scenario, catalogue)
    if not rows:
        return None
    yearly, wander, memory_d = (number(rows[-1], key) for key in ("sigma_ln", "sigma_block_ln", "correlation_d"))
    lasting = math.sqrt(max(yearly**2 - wander**2 * 2.0 * memory_d / 365.25, 0.0))
    spread = math.exp(Z95 * lasting)
    return Quantity(value=1.0, low=1.0 / spread, high=spread, source=rows[-1]["source"], status="derived")


def _density_days(chances: Chances, seed: int, run: int, days: int) -> np.ndarray:
    """(days,) wandering factor on the density, as the blocks of the record scatter about the fitted scale; 1 where the
    scenario fixes the scale."""
    rows = _scale_rows(chances.case.scenario, chances.case.catalogue)
    q = chances.quantities["density_scale"][1]
    if not rows or (q.low is None and q.high is None):
        return np.ones(days)
    law = (number(rows[-1], key) for key in ("sigma_block_ln", "correlation_d"))
    return np.asarray(density_noise(uniforms(seed, "density", run, days), *law))


def _tries(catalogue: Catalogue) -> dict[str, tuple[int, int]]:
    """Vehicle family -> (launches, failures) known by then: to this station, or of the launcher where it flew far more
    often for others; under `DOCKING` ships that reached orbit and those of them that never docked."""
    family = {row["id"]: row["family"] for row in catalogue.table("fleet/vehicles")}
    counts: dict[str, tuple[int, int]] = {DOCKING: (0, 0)}
    for row in catalogue.table("traffic/flights"):
        n, bad = counts.get(family[row["vehicle"]], (0, 0))
        counts[family[row["vehicle"]]] = (n + 1, bad + (row["outcome"] == "lost"))
        if row["outcome"] != "lost":
            n, bad = counts[DOCKING]
            counts[DOCKING] = (n + 1, bad + (row["outcome"] == "no_docking"))
    for row in catalogue.table("fleet/launch_records"):
        if row["by_utc"] <= (catalogue.as_of or "9999")[:10]:
            counts[row["family"]] = (int(row["launches"]), int(row["failures"]))
    return counts


def stretch_rows(catalogue: Catalogue) -> list[tuple[str, float, float]]:
    """(element, declared lead d, actual lead / declared lead) of what was declared 180 days ahead or more and has come."""
    as_of = (catalogue.as_of or "9999")[:10]
    return [
        (row["element"], number(row, "lead_d"), float(row["stretch"]))
        for row in catalogue.table("partners/slips")
        if row["stretch"] and number(row, "lead_d", 0) >= 180 and row["actual"] and row["actual"][:10] <= as_of
    ]


def stretch_fit(rows: list[tuple[str, float, float]]) -> tuple[float, float]:
    """Mean and scatter of ln(stretch), each element weighing the same: statements about one element are correlated."""
    by_element: dict[str, list[float]] = {}
    for element, _, stretch in rows:
        by_element.setdefault(element, []).append(math.log(stretch))
    if not by_element:
        return 0.0, 0.0  # nothing known by then: declared dates stand
    means = [sum(v) / len(v) for v in by_element.values()]
    pooled = np.concatenate([np.asarray(v) for v in by_element.values()])
    weights = np.concatenate([np.full(len(v), 1.0 / len(v)) for v in by_element.values()])
    mu = float(np.mean(means))
    return mu, float(np.sqrt(np.average((pooled - mu) ** 2, weights=weights)))


def least_stretch(stretches: Sequence[tuple[float, float]], lead_d: float) -> float:
    """The least stretch on record at a lead of at least half of this one (of the longest leads where there is none):
    who declares years ahead has hardly ever been early."""
    longest = max((lead for lead, _ in stretches), default=0.0)
    return min((x for lead, x in stretches if lead >= min(0.5 * lead_d, longest)), default=1.0)


def _lives(chances: Chances, seed: int, run: int, factor: float) -> np.ndarray:
    """Successive lives of each machine, s; an infinite life where the factor on all hazards is zero."""
    names = chances.case.names.machines
    if factor <= 0:
        return np.full((len(names), LIVES), NEVER_s)
    law, q = chances.quantities["unit_hazard_factor"]
    own = _quantity(law, q, table(seed, _named("hazard", names), run, 1)[:, 0])
    mean_s = chances.life_s / (factor * own)
    out: np.ndarray = -mean_s[:, None] * np.log1p(-table(seed, _named("life", names), run, LIVES))
    return out


@functools.lru_cache(32)
def _named(kind: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{kind}/{name}" for name in names)


def _flight_luck(chances: Chances, seed: int, run: int, factor: FlightFactors) -> traffic.Luck:
    laws = chances.flights
    docking = _risk(uniform(seed, "risk/docking", run, 0), chances.tries[DOCKING])
    risk = np.asarray([_risk(uniform(seed, f"risk/{kind}", run, 0), chances.tries.get(kind, (0, 0))) for kind in laws.kinds])
    fails, misses = laws.lost.copy(), np.zeros(laws.lost.size, np.bool_)
    slip, grounded, phase = np.zeros(laws.lost.size), np.zeros(laws.lost.size), np.zeros(laws.lost.size)
    phased = chances.case.world.ships.phased_flight.size > 0
    drawn = table(seed, laws.names, run, 5 if phased else 4)
    coming = laws.coming
    fails[coming] = drawn[:, 1] < risk[laws.kind] * factor.launch_failure
    misses[coming] = drawn[:, 3] < docking * factor.launch_failure * factor.docking_failure
    slip_d, grounded_d = reliability.flight_times_d(drawn[:, 0], drawn[:, 2], laws.slip, laws.standdown_ln)
    slip[coming] = slip_d * factor.slip * DAY_s
    grounded[coming] = grounded_d * factor.grounding * DAY_s
    if phased:
        phase[coming] = drawn[:, 4]
    return traffic.Luck(slip, fails, misses, grounded, phase)


def flight_laws(
    case: Case, slips: Sequence[tuple[float, ...]], standdown_ln: Mapping[str, tuple[float, float]]
) -> FlightLaws:
    """The laws by flight; a slip follows the lead of a declared date, and of a series its mean is left out."""
    family = {row["id"]: row["family"] for row in case.catalogue.table("fleet/vehicles")}
    coming = [i for i, f in enumerate(case.flights) if not f.flown]
    flights = [case.flights[i] for i in coming]
    kinds = list(dict.fromkeys(family[f.vehicle] for f in flights))

    def slip(lead_s: float | None) -> tuple[float, ...]:
        if lead_s is None:
            return *slips[0][1:], SERIES_MEAN_d
        if lead_s == KNOWN_s:
            return 1.0, 1.0, 1.0, 0.0
        return *next((s for s in slips if lead_s <= s[0] * DAY_s), slips[-1])[1:], 0.0

    return FlightLaws(
        np.asarray([f.flown and f.lost for f in case.flights], np.bool_), np.asarray(coming, np.int64), tuple(f"flight/{f.id}" for f in flights),
        kinds, np.asarray([kinds.index(family[f.vehicle]) for f in flights], np.int64),
        np.asarray([slip(f.lead_s) for f in flights]).reshape(-1, 4),
        np.asarray([standdown_ln[f.partner] for f in flights]).reshape(-1, 2),
    )  # fmt: skip


def _risk(u: float, tries: tuple[int, int]) -> float:
    """Chance of a failure drawn from (tries, failures) and what a newcomer is taken for."""
    return reliability.failure_frac(u, tries[1], tries[0], PRIOR_FAILURES, PRIOR_TRIES)


def _told_to_fail(case: Case, flights: traffic.Luck) -> None:
    """Launches a scenario lets fail, and the stand-down after them where it says how long."""
    index = case.names.of("flights")
    for event in case.scenario.events.values():
        if event.fail in index:
            flights.fails[index[event.fail]] = True
            if event.for_d is not None:
                flights.grounded_s[index[event.fail]] = event.for_d * DAY_s


def mean_slips_s(case: Case) -> np.ndarray:
    """(F,) s by which each flight slips on average: none of the record, none of a series at the cadence as flown."""
    table = [(number(r, "lead_to_d"), number(r, "mean_d")) for r in case.catalogue.table("life_support/launch_slips")]

    def mean_d(lead_s: float | None) -> float:
        return 0.0 if lead_s in (None, KNOWN_s) else next((d for to_d, d in table if lead_s <= to_d * DAY_s), table[-1][1])

    return np.asarray([0.0 if f.flown else mean_d(f.lead_s) * DAY_s for f in case.flights])


def module_dates(chances: Chances, seed: int, run: int) -> dict[tuple[str, str], float]:
    """(station, module) -> day it joins, s, of modules whose launch is a law.

    The modules of one station share one draw of how its dates stretch (assumed: one programme, one money). A launch
    that fails, as often as its launcher's family did, is made good after `REBUILD_d`.
    """
    dates: dict[tuple[str, str], float] = {}
    launchers = chances.case.catalogue.by_id("fleet/launchers")
    for station, s in chances.case.scenario.stations.items():
        u = uniform(seed, f"assembly/{station}", run, 0)
        for module, m in s.modules.items():
            if m.launch is None:
                continue
            at_s = _date(chances, m.launch, u)
            if m.launcher in launchers:
                tries = chances.tries.get(launchers[m.launcher]["family"]) or _flown(launchers, m.launcher)
                luck = uniforms(seed, f"module/{station}/{module}", run, 4)
                risk = _risk(luck[0], tries)
                for v in luck[1:]:
                    if v >= risk:
                        break
                    at_s += REBUILD_d * DAY_s
            dates[(station, module)] = at_s
    return dates


def _flown(launchers: dict[str, Row], launcher: str) -> tuple[int, int]:
    """(launches, failures) of a launcher's family by the fleet table; none of one still in test (assumed: its test flights
    tell little of the launcher it will be)."""
    alike = [r for r in launchers.values() if r["family"] == launchers[launcher]["family"] and r["activity"] != "test"]
    bad = sum(int(number(r, "failures", 0)) for r in alike)
    return bad + sum(int(number(r, "successes", 0)) for r in alike), bad


def event_dates(chances: Chances, seed: int, run: int, modules: Mapping[tuple[str, str], float]) -> np.ndarray:
    """When each event of the branch comes, s, given the `module_dates` of the run; NEVER_s for what the run itself must
    bring about."""
    scenario = chances.case.scenario
    dates = np.full(len(scenario.events), NEVER_s)
    for i, (name, event) in enumerate(scenario.events.items()):
        if isinstance(event.when, str):
            c = scenario.conditions[event.when]
            u = uniforms(seed, f"condition/{event.when}", run, 2)
            if u[0] < c.probability_frac:
                dates[i] = seconds(c.between[0]) + u[1] * (seconds(c.between[1]) - seconds(c.between[0]))
        elif event.on is not None:
            dates[i] = _date(chances, event.on, uniform(seed, f"event/{name}", run, 0))
        elif isinstance(event.when, StationIs) and event.when.is_ == "assembled":
            needed = scenario.stations[event.when.station].modules
            last = max((at for (st, m), at in modules.items() if st == event.when.station and needed[m].needed_for_crew),
                       default=chances.case.t0_s)  # fmt: skip
            dates[i] = last + event.when.days_after * DAY_s
    return dates


def _date(chances: Chances, law: DateLaw, u: float) -> float:
    if law.at:
        return seconds(law.at)
    if law.between:
        return seconds(law.between[0]) + u * (seconds(law.between[1]) - seconds(law.between[0]))
    assert law.declared and law.said
    mu, sigma = chances.stretch_ln
    said, lead = seconds(law.said), seconds(law.declared) - seconds(law.said)
    least = least_stretch(chances.stretches, lead / DAY_s)
    return said + max(reliability.lognormal_inverse(u, mu, sigma), least) * lead


def _avoidances(chances: Chances, seed: int, run: int, per_y: float, growth: float) -> np.ndarray:
    """Dates of debris avoidance manoeuvres: a Poisson process whose rate grows exponentially from 2022."""
    out = np.full(AVOIDANCES, NEVER_s)
    if per_y <= 0:
        return out
    start = chances.case.t0_s
    now = per_y * math.exp(growth * (start - seconds("2022-07-01T00:00:00Z")) / YEAR_s)
    total = 0.0
    u = uniforms(seed, "avoidance", run, AVOIDANCES)
    for i in range(AVOIDANCES):
        total -= math.log1p(-u[i])
        years = math.log1p(total * growth / now) / growth if growth > 1e-9 else total / now
        out[i] = start + years * YEAR_s
    return out


def _sky(case: Case, day0: int, days: int) -> tuple[np.ndarray, Any, int]:
    """Observed F10.7 (day before), F10.7A and Ap from `day0`, and the outlook for the days the record does not reach.

    That of the cases before is kept: one question prepares the same Sun half a dozen times, and its fit takes half a second.
    """
    scenario, rows = case.scenario, case.catalogue.table("orbit/space_weather")
    seen_on = (scenario.as_of or scenario.start)[:10]
    key = (day0, days, scenario.solar, scenario.ap_mode, seen_on, len(rows), *rows[0].values(), *rows[-1].values())
    if key not in _skies:
        while len(_skies) >= SKIES_most:
            del _skies[next(iter(_skies))]
        _skies[key] = _fitted_sky(case, rows, day0, days)
    return _skies[key]


SKIES_most = 4
_skies: dict[tuple[Any, ...], tuple[np.ndarray, Any, int]] = {}
"""The last `SKIES_most` of them, by all that they follow from."""


def _fitted_sky(case: Case, rows: Sequence[Row], day0: int, days: int) -> tuple[np.ndarray, Any, int]:
    """`_sky` from the rows of the record."""
    first = int(seconds(rows[0]["date"] + "T00:00:00Z") // DAY_s)
    f107, f107a, ap = (np.asarray([float(r[name]) for r in rows]) for name in ("f107", "f107a", "ap"))
    f107 = without_bursts(f107)
    if case.scenario.ap_mode == "history":
        drag_ap = equivalent_ap(np.asarray([[float(r[f"ap_{h:02d}h"]) for h in range(0, 24, 3)] for r in rows]))
    else:
        drag_ap = ap
    known = first + len(rows)  # first day without observation
    take = max(0, min(known, day0 + days) - day0)
    observed = np.empty((take, 3))
    for i in range(take):
        k = day0 + i - first
        observed[i] = (f107[k - 1], f107a[k], drag_ap[k])
    ahead = days - take
    if ahead <= 0:
        return observed, None, 0
    bulletin = None
    if case.scenario.solar == "bulletin":
        latest = latest_bulletin(read_bulletins(), np.datetime64((case.scenario.as_of or case.scenario.start)[:10]))
        # what drag feels of Ap: with the 3-hour history less than its mean, by as much as on record
        felt = np.array([[1.0], [drag_ap.mean() / ap.mean()]])
        bulletin = (latest.day, latest.values * felt) if latest else None
    outlook = solar_outlook(
        first, f107, drag_ap, read_cycles(), known, source=case.scenario.solar, bulletin=bulletin, n_days=ahead
    )
    before = mean_flux_before(outlook, f107)  # the record's own centred means look 40 days ahead
    reach = min(len(before), take)
    if reach:
        observed[take - reach :, 1] = before[-reach:]
    return observed, outlook, ahead


def _run_sky(chances: Chances, seed: int, run: int) -> np.ndarray:
    """(days, 4) what the density law is fed: observed, then drawn; and the factor that wanders."""
    days = len(chances.observed) + chances.ahead
    factor = _density_days(chances, seed, run, days)[:, None]
    if chances.outlook is None:
        return np.hstack([chances.observed, factor])
    u = uniforms(seed, "sun", run, uniforms_count(chances.ahead))
    f107, f107a, ap = future_activity(chances.outlook, chances.ahead, u)
    before = np.concatenate([chances.observed[-1:, 0] if len(chances.observed) else f107[:1], f107[:-1]])
    return np.hstack([np.concatenate([chances.observed, np.column_stack([before, f107a, ap])]), factor])
