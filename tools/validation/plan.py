"""The plan in the record's own situation: the demand of six people to 2019, from August 2009 with the last eight Shuttles and from August 2011 after
them, and the vehicles then available, against what was flown."""

from __future__ import annotations

from collections import Counter

import stationkeep as sk
from stationkeep.model.base import seconds
from stationkeep.model.catalogue import Catalogue
from stationkeep.plan.chosen import Plan, beyond
from stationkeep.plan.make import plan_branch
from stationkeep.plan.milp import solve
from stationkeep.plan.nominal import nominal
from stationkeep.plan.problem import Solution
from stationkeep.plan.prove import least_d
from stationkeep.plan.robust import WIDE, with_margins
from stationkeep.plan.stocks import apart
from stationkeep.plan.take import problem_of
from stationkeep.plan.wishes import Wishes
from validation.table import Row, show

FROM, TO = "2011-08-01", "2020-01-01"
LATER = """
  dragon: {vehicle: dragon-1, every_d: 150, first: 2012-05-01, site: canaveral, port: [harmony-nadir, unity-nadir]}
  cygnus: {vehicle: cygnus-standard, every_d: 180, first: 2013-09-01, last: 2015-06-30, site: wallops, port: [unity-nadir, harmony-nadir]}
  cygnus-more: {vehicle: cygnus-enhanced, every_d: 180, first: 2015-10-01, site: wallops, port: [unity-nadir, harmony-nadir]}
"""
SITUATION = f"""
base: iss
title: Six people from August 2011 to 2020
start: {FROM}T12:00:00Z
horizon: {TO}
as_of: {FROM}
stations:
  iss:
    altitude_km: {{value: 386, low: 383, high: 390, source: "orbit/reboosts.csv: 384.7 km on 2011-06-29 and two burns after it", status: derived}}
    stocks_kg:                 # as the opening of 2022-07-26, for six people instead of seven where people use it
      propellant: {{roscosmos: 4000}}
      water: {{roscosmos: 700, nasa: 1300}}
      food: {{roscosmos: 900, nasa: 1400}}
      supplies: {{roscosmos: 300, nasa: 560}}
      spares: {{roscosmos: 3000, nasa: 13200}}
      oxygen: {{roscosmos: 100, nasa: 250}}
      nitrogen: {{roscosmos: 60, nasa: 200}}
flights:
  soyuz-a: {{vehicle: soyuz-tma-m, every_d: 183, first: 2011-09-10, site: baikonur/1, stay_d: 188, people: {{roscosmos: 2, nasa: 1}},
            port: [rassvet-nadir, poisk-zenith, pirs-nadir, zvezda-aft]}}
  soyuz-b: {{vehicle: soyuz-tma-m, every_d: 183, first: 2011-11-10, site: baikonur/1, stay_d: 188, people: {{roscosmos: 2, nasa: 1}},
            port: [rassvet-nadir, poisk-zenith, pirs-nadir, zvezda-aft]}}
  progress: {{vehicle: progress-m-m, every_d: record, first: 2011-09-05, site: baikonur/1, port: [zvezda-aft, pirs-nadir, poisk-zenith]}}
  atv: {{vehicle: atv, every_d: 300, first: 2012-03-01, last: 2014-12-31, site: kourou, port: zvezda-aft}}
  htv: {{vehicle: htv, every_d: 365, first: 2012-07-01, site: tanegashima, port: [harmony-nadir, unity-nadir]}}{LATER}"""
SHUTTLES_FROM = "2009-08-01"
COMMITTED = ("htv-1",)
"""Launched within the 60 days in which a plan of August 2009 adds nothing."""
SHUTTLES = f"""
base: iss
title: Six people from August 2009 to 2020, eight Shuttles among the ships
start: {SHUTTLES_FROM}T12:00:00Z
horizon: {TO}
as_of: {FROM}                  # assembly flights and what they bring are known; stocks are the replay's
requirements: {{altitude: {{altitude_km: {{at_least: 330}}, text: "mean altitude at least 330 km, below the lowest band flown (2005-2011)"}}}}
flights:
  soyuz-a: {{vehicle: soyuz-tma-m, every_d: 183, first: 2009-09-20, site: baikonur/1, stay_d: 188, people: {{roscosmos: 2, nasa: 1}}}}
  soyuz-b: {{vehicle: soyuz-tma-m, every_d: 183, first: 2009-11-20, site: baikonur/1, stay_d: 188, people: {{roscosmos: 2, nasa: 1}}}}
  progress: {{vehicle: progress-m-m, every_d: record, first: 2009-10-10, site: baikonur/1, port: [zvezda-aft, pirs-nadir, poisk-zenith]}}
  atv: {{vehicle: atv, every_d: 300, first: 2011-02-16, last: 2014-12-31, site: kourou, port: zvezda-aft}}
  htvs: {{vehicle: htv, every_d: 365, first: 2010-09-10, site: tanegashima, port: [harmony-nadir, unity-nadir]}}{LATER}"""
BETWEEN_w = 4
"""Weeks at most between two crews: after 38 Soyuz that left from June 2009 to 2018 the next came 18 days later (median, traffic/flights.csv)."""
TRIALS = ("starliner", "crew-dragon", "progress-tug")
"""Vehicles that flew to be tried out, and the one that brought Poisk and itself: not part of the traffic that is compared."""


def shuttle_years() -> str:
    """The situation of August 2009 with the assembly's own flights as they were flown."""
    rows = [r for r in Catalogue().table("traffic/flights") if SHUTTLES_FROM <= r["launch_utc"] < FROM and (r["vehicle"] == "shuttle" or r["id"] in COMMITTED)]
    return SHUTTLES + "".join(
        f"  {r['id']}: {{vehicle: {r['vehicle']}, launch: {r['launch_utc']}, undock: {r['undock_utc']}, port: {r['port']}"
        + (f", people: {{nasa: {r['people_up']}}}}}\n" if r["vehicle"] == "shuttle" else "}\n") for r in rows
    )  # fmt: skip


def flown(since: str = FROM) -> Counter[str]:
    """Flights launched to the station in the years compared, by vehicle; Soyuz of every make as one, Progress likewise."""
    rows = Catalogue().table("traffic/flights")
    return Counter(kind(r["vehicle"]) for r in rows if since <= r["launch_utc"][:10] < TO and r["vehicle"] not in TRIALS)


def kind(vehicle: str) -> str:
    """The vehicle without its make."""
    return vehicle.split("-")[0]


def made(text: str = SITUATION, between_w: int = BETWEEN_w, time_limit_s: float = 60.0, fix: tuple[str, ...] = ()) -> Plan:
    """The plan without margins: what holds every reserve at least cost; `between_w`: weeks at most between two crews."""
    return plan_branch(sk.parse_scenario(text), time_limit_s=time_limit_s, margin_d=0.001, between_w=between_w, fix=fix)


def widest(time_limit_s: float = 60.0) -> Solution:
    """Flights of `iss-2022` to 2030 with the widest margins that `plan` tries."""
    scenario = beyond(sk.read_scenario("iss-2022").patch({"horizon": "2030-01-01"}))
    return solve(problem_of(scenario, nominal(scenario), with_margins(Wishes(), WIDE[0], ("soyuz-ms",))), time_limit_s=time_limit_s)


def abs_off(found: Plan, name: str) -> float:
    """Most by which a stock of the plan and of the run of its manifests are apart in any week, of the run's mean; 1 without a plan."""
    return max((abs(x) for x in apart(list(found.stocks)).get(name, (1.0,))), default=1.0)


def mix(found: Plan) -> Counter[str]:
    """Flights of a plan by vehicle."""
    return Counter(kind(found.problem.vessel(f.visit.vessel).visit_by or f.visit.vessel) for f in found.counted())


def rows_of(found: Plan, real: Counter[str], years: str) -> list[Row]:
    """What a plan of some years holds, and how its flights compare with those flown."""
    chosen, gap, source = mix(found), found.solution.gap_frac, f"traffic/flights.csv, {years}"
    off = max(abs_off(found, name) for name in ("food", "supplies", "water", "nitrogen", "propellant"))
    told = [
        Row(f"flights a plan needs for six people, {years}", f"at most the {sum(real.values())} flown",
            f"{sum(chosen.values())} ({', '.join(f'{n} {k}' for k, n in sorted(chosen.items()))})", found.stands and sum(chosen.values()) <= sum(real.values()), "test", source),
        Row("its gap, 60 s", "at most 1 %", "none" if gap is None else f"{gap:.2%}", gap is not None and gap <= 0.01, "test", "HiGHS"),
        Row("most that the plan's own food, supplies, water, nitrogen and propellant differ from a run of its manifests and dates, any week", "2 % of the mean",
            f"{off:.2%}", off <= 0.02, "test", "plan.stocks"),
        Row("of it propellant, burned on the days of its reboosts", "2 % of the mean", f"{abs_off(found, 'propellant'):.2%} ({len(found.reboosts)} burns)",
            abs_off(found, "propellant") <= 0.02, "test", "plan.reboosts"),
        Row("plan and nominal run", "agree within 2 %", "; ".join(found.refuted) or f"{max(found.agreement_frac.values(), default=0.0):.2%}",
            found.stands, "test", "own nominal run"),
    ]  # fmt: skip
    for name, days in (("food", 45), ("water", 45), ("oxygen", 45), ("propellant", 180)):
        least = found.least_d.get(name)
        got = "no plan" if least is None else f"{least:.0f} d"
        told.append(Row(f"least reserve of {name} in its nominal run", f"{days} d", got, least is not None and least >= days, "test", "scenarios/iss.yaml"))
    dated = least_d(nominal(found.scenario, as_dated=True), seconds(TO)) if found.stands else {}
    told.append(Row("least reserve of food on its published dates, no ship brought forward", "45 d", f"{dated['food']:.0f} d" if dated else "no plan",
                    bool(dated) and dated["food"] >= 45, "test", "scenarios/iss.yaml"))  # fmt: skip
    told.append(Row("flown and planned, by vehicle", ", ".join(f"{n} {k}" for k, n in sorted(real.items())), ", ".join(f"{n} {k}" for k, n in sorted(chosen.items())), None, "in view", source))
    return [told[0], *(r._replace(what=f"{r.what} ({years})") for r in told[1:])]


def main() -> None:
    """Print the table."""
    wide, relieved = widest(), made(between_w=0, time_limit_s=30.0)
    show([
        *rows_of(made(shuttle_years(), fix=COMMITTED), flown(SHUTTLES_FROM), "August 2009 to 2019"),
        *rows_of(made(), flown(), "August 2011 to 2019"),
        Row("the same with every crew relieved aboard, 30 s", "", f"{sum(mix(relieved).values())} flights" if relieved.stands else f"no plan ({relieved.status})", None, "in view", "traffic/flights.csv"),
        Row("gap of iss-2022 to 2030 with the widest margins, 60 s", "at most 1 %", f"{wide.gap_frac:.2%} in {wide.wall_s:.0f} s, {len(wide.visits)} visits"
            if wide.gap_frac is not None else "no plan", wide.gap_frac is not None and wide.gap_frac <= 0.01, "test", "relaxation by months, HiGHS"),
    ])  # fmt: skip


if __name__ == "__main__":
    main()


__all__ = ["SITUATION", "flown", "made", "shuttle_years"]
