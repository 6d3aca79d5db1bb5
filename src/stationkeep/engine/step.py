"""One step of everything, on one page: read this first. The paragraphs it is made of are in the files it names."""

from __future__ import annotations

from numba import njit

from ..log import Log
from ..subsystems import attitude, life_support, orbit, power, thermal, traffic
from . import burns, configuration, judge, keep, moves, reserves, sharing, upkeep, workday, works
from .world import Luck, Rows, RunState, Scratch, World


@njit(inline="always")
def step(w: World, s: RunState, luck: Luck, x: Scratch, rows: Rows, log: Log, k: int, t0_s: float, dt_s: float) -> None:
    """Advance one run from stamp `k` (at `t0_s`) to the next one and write row `k`."""
    t1_s = t0_s + dt_s
    # 1. The sky, the calendar and the partners bring
    moves.begin(w, s, x, dt_s)
    orbit.sky(w.orbit, s.orbit, k)
    moves.events(w, s, luck, x, t0_s, t1_s, log)
    moves.flights(w, s, luck, x, t1_s, log)
    moves.burn_up(w, s, x, t1_s, log)
    traffic.arrange_parts(w.traffic, s.traffic, t1_s, s.partners.segment_home)
    if s.traffic.changed[0]:
        configuration.count_stores(w, s, x)
    moves.failures(w, s, luck, x, t0_s, t1_s, log)
    upkeep.walks(w, s, x, t1_s, log)
    upkeep.wear(w, s, x, dt_s)
    configuration.configuration(w, s, x, t1_s)
    # 2. What works
    works.which_services(w, s, luck, x, t1_s, dt_s, k, log)
    # 3. Everyone asks, the bus grants
    power.generate(
        w.power, s.power, t1_s, w.orbit.sun[k, 3], s.orbit.beta_rad, s.orbit.sunlit_frac, s.traffic.part_station, x.part_works,
        s.attitude_held, x.rated_W, x.generation_W, x.connected_W, x.channel_W,
    )  # fmt: skip
    power.ask(w.power, s.power, t1_s, s.traffic.part_station, x.machine_wants, x.load_station, x.load_wanted_W)
    sharing.switched_off(w, s, x)
    thermal.reject(w.thermal, s.thermal, t1_s, s.traffic.part_station, x.part_works, x.loop_works, x.reject_W)
    power.grant(
        w.power, s.power, t1_s, dt_s, s.orbit.sunlit_frac, s.traffic.part_station, x.channel_works, x.reject_W,
        x.load_station, w.power.load_bus, w.power.load_priority, x.load_wanted_W, x.load_granted_frac, x.usable_W,
        x.used_W, x.payload_W, x.depth_frac, x.shed_W, x.margin_W,
    )  # fmt: skip
    sharing.granted(w, s, x)
    life_support.ask(
        w.life_support, s.life_support, t0_s, dt_s, x.people_mean, x.machine_works, s.equipment.station,
        s.traffic.part_station, x.eva_kg, x.wants_kg,
    )  # fmt: skip
    sharing.take_from_stores(w, s, x, luck)
    # 4. Everyone advances
    life_support.step(w.life_support, s.life_support, dt_s, x.people_mean, x.eva_kg, x.got_kg, x.gives_kg, x.flow_kg)
    sharing.give_to_stores(w, s, x)
    thermal.step(w.thermal, s.thermal, dt_s, x.heat_W, x.reject_W, s.heat_ok)
    attitude.step(
        w.attitude, s.attitude, dt_s, x.rate_rad_per_s, s.orbit.density_kg_per_m3, s.traffic.part_station, x.cmgs,
        x.flag_a, x.flag_b, x.dockings, x.propellant_kg, s.momentum_frac, s.attitude_held,
    )  # fmt: skip
    burns.burn_for_attitude(w, s, x, t1_s, log)
    burns.drag(w, s, luck, x, t0_s, dt_s)
    burns.burns(w, s, luck, x, t0_s, t1_s, k, log)
    workday.hours(w, s, x, dt_s, t1_s)
    # 5. Rules act
    reserves.days_left(w, s, luck, x, t1_s, dt_s, log)
    judge.rules(w, s, x, t1_s, dt_s, log)
    judge.requirements(w, s, x, t1_s, log)
    keep.row(w, s, luck, x, rows, k, t1_s)
