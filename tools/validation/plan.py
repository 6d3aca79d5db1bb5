"""The plan in the record's own situation: the demand from August 2011, after the last Shuttle, to 2019 and the vehicles then available, against what was flown."""

from __future__ import annotations

from collections import Counter

import stationkeep as sk
from stationkeep.model.catalogue import Catalogue
from stationkeep.plan.chosen import Plan, beyond
from stationkeep.plan.make import plan_branch
from stationkeep.plan.milp import solve
from stationkeep.plan.nominal import nominal
from stationkeep.plan.problem import Solution
from stationkeep.plan.robust import WIDE, with_margins
from stationkeep.plan.stocks import apart
from stationkeep.plan.take import problem_of
from stationkeep.plan.wishes import Wishes
from validation.table import Row, show

FROM, TO = "2011-08-01", "2020-01-01"
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
  htv: {{vehicle: htv, every_d: 365, first: 2012-07-01, site: tanegashima, port: [harmony-nadir, unity-nadir]}}
  dragon: {{vehicle: dragon-1, every_d: 150, first: 2012-05-01, site: canaveral, port: [harmony-nadir, unity-nadir]}}
  cygnus: {{vehicle: cygnus-standard, every_d: 180, first: 2013-09-01, last: 2015-06-30, site: wallops, port: [unity-nadir, harmony-nadir]}}
  cygnus-more: {{vehicle: cygnus-enhanced, every_d: 180, first: 2015-10-01, site: wallops, port: [unity-nadir, harmony-nadir]}}
"""
BETWEEN_w = 4
"""Weeks at most between two crews: after 38 Soyuz that left from June 2009 to 2018 the next came 18 days later (median, traffic/flights.csv)."""
TRIALS = ("starliner", "crew-dragon")
"""Vehicles that flew to be tried out: not part of the traffic that is compared."""


def flown() -> Counter[str]:
    """Flights launched to the station in the years compared, by vehicle; Soyuz of every make as one, Progress likewise."""
    rows = Catalogue().table("traffic/flights")
    return Counter(kind(r["vehicle"]) for r in rows if FROM <= r["launch_utc"][:10] < TO and r["vehicle"] not in TRIALS)


def kind(vehicle: str) -> str:
    """The vehicle without its make."""
    return vehicle.split("-")[0]


def made(between_w: int = BETWEEN_w, time_limit_s: float = 60.0) -> Plan:
    """The plan without margins: what holds every reserve at least cost; `between_w`: weeks at most between two crews."""
    return plan_branch(sk.parse_scenario(SITUATION), time_limit_s=time_limit_s, margin_d=0.001, between_w=between_w)


def widest(time_limit_s: float = 60.0) -> Solution:
    """Flights of `iss-2022` to 2030 with the widest margins that `plan` tries."""
    scenario = beyond(sk.read_scenario("iss-2022").patch({"horizon": "2030-01-01"}))
    return solve(problem_of(scenario, nominal(scenario), with_margins(Wishes(), WIDE[0], ("soyuz-ms",))), time_limit_s=time_limit_s)


def abs_off(found: Plan, name: str) -> float:
    """Most by which a stock of the plan and of the run of its manifests are apart in any week, of the run's mean; 1 without a plan."""
    return max((abs(x) for x in apart(list(found.stocks)).get(name, (1.0,))), default=1.0)


def mix(found: Plan) -> Counter[str]:
    """Flights of a plan by vehicle."""
    return Counter(kind(f.visit.vessel) for f in found.counted())


def main() -> None:
    """Print the table."""
    wide, real, found, relieved = widest(), flown(), made(), made(between_w=0)
    chosen, gap, source = mix(found), found.solution.gap_frac, "traffic/flights.csv, August 2011 to 2019"
    off = max(abs_off(found, name) for name in ("food", "supplies", "water", "nitrogen", "propellant"))
    told = [
        Row("flights a plan needs for six people, August 2011 to 2019", f"at most the {sum(real.values())} flown",
            f"{sum(chosen.values())} ({', '.join(f'{n} {k}' for k, n in sorted(chosen.items()))})", found.stands and sum(chosen.values()) <= sum(real.values()), "test", source),
        Row("its gap, 60 s", "at most 1 %", "none" if gap is None else f"{gap:.2%}", gap is not None and gap <= 0.01, "test", "HiGHS"),
        Row("the same with every crew relieved aboard", "", f"{sum(mix(relieved).values())} flights" if relieved.stands else f"no plan ({relieved.status})", None, "in view", source),
        Row("gap of iss-2022 to 2030 with the widest margins, 60 s", "at most 1 %", f"{wide.gap_frac:.2%} in {wide.wall_s:.0f} s, {len(wide.visits)} visits"
            if wide.gap_frac is not None else "no plan", wide.gap_frac is not None and wide.gap_frac <= 0.01, "test", "relaxation by months, HiGHS"),
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
    for name in sorted(real | chosen):
        told.append(Row(f"of them {name}", f"{real[name]} flown", str(chosen[name]), None, "in view", source))
    show(told)


if __name__ == "__main__":
    main()


__all__ = ["SITUATION", "flown", "made"]
