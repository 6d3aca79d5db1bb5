"""What one run is made of: fixed facts (World), chance (Luck), what changes (RunState), scratch and the rows it leaves."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..laws import crew_time
from ..subsystems import (
    attitude,
    crew,
    equipment,
    life_support,
    orbit,
    partners,
    power,
    services,
    stores,
    thermal,
    traffic,
)

SCALARS = (
    "people_count", "seats_count", "mass_kg", "altitude_km", "raan_deg", "beta_deg", "density_kg_per_m3",
    "drag_area_m2", "reboost_m_per_s", "momentum_frac", "power_rated_kW", "power_generation_kW", "power_usable_kW",
    "power_used_kW", "power_payload_kW", "power_shed_kW", "battery_depth_frac", "pressure_kPa", "co2_kPa",
    "dose_mSv_per_d", "capability_count", "reboost_inferred_m_per_s",
)  # fmt: skip
(PEOPLE, SEATS, MASS, ALTITUDE, RAAN, BETA, DENSITY, AREA, REBOOST_DV, MOMENTUM, RATED, GENERATION, USABLE, USED,
 PAYLOAD, SHED, DEPTH, PRESSURE_kPa, CO2_kPa, DOSE, CAPABLE, INFERRED_DV) = range(len(SCALARS))  # fmt: skip
RESERVES = ("food", "water", "oxygen", "propellant", "supplies", "toilet")


class Rules(NamedTuple):
    """The rules of a run, SI; `data/rules.csv` gives each its source."""

    reserve_s: float
    leave_s: float
    leave_after_attitude_lost_s: float
    leave_after_no_seat_s: float
    leave_after_no_air_s: float
    leave_altitude_m: float
    sink_before_s: float  # so long before its end a station is let sink ...
    sink_floor_m: float  # ... to there
    tank_hold_kg: float
    avoidance_delta_v_m_per_s: float
    burn_most_m_per_s: float
    burn_longest_s: float
    stock_target_s: float
    stock_alert_s: float
    water_target_s: float
    overstay_s: float
    tanker_forward_s: float
    tanker_notice_s: float
    tanker_pace_s: float
    gas_target_kg: float
    propellant_target_kg: float
    tank_target_frac: float
    tank_urgent_frac: float
    ration_frac: float  # of food people forgo below its reserve
    slip_s: float  # mean slip of a launch at less than 90 days
    crew_forward_s: float
    crew_notice_s: float
    rescues: bool  # a ship comes with room for those whose own is damaged
    replay_until_s: float  # what was flown until then stands


class Bodies(NamedTuple):
    """Masses, places and areas of parts (K); poses (A) are the dated places of modules."""

    bare_kg: np.ndarray  # (K,) dry mass; ships: empty
    outfit_kg: np.ndarray  # (K,)
    outfit_s: float  # time constant of outfitting
    arrive_s: np.ndarray  # (K,) age counts from here
    volume_m3: np.ndarray  # (K,)
    pose_part: np.ndarray  # (A,)
    pose_from_s: np.ndarray
    pose_to_s: np.ndarray
    pose_m: np.ndarray  # (A, 3)
    pose_size_m: np.ndarray  # (A, 3)
    pose_area_m2: np.ndarray  # (A,) frontal, wings left out
    ship_size_m: np.ndarray  # (F, 3)
    ship_area_m2: np.ndarray  # (F,)
    port_m: np.ndarray  # (Q, 3)
    port_direction: np.ndarray  # (Q, 3)


class Ships(NamedTuple):
    """What flights bring, can do and take (F); who may push from which port (Q)."""

    vehicle: np.ndarray  # (F,)
    cargo_kg: np.ndarray  # (F, R)
    filled: np.ndarray  # (F,) bool: no manifest, filled by what the station needs when it is loaded
    listed: np.ndarray  # (F,) bool: the record says how much of it was food
    owner: np.ndarray  # (F,) partner whose stores the cargo joins
    tank: np.ndarray  # (F,) container of its own propellant, -1
    turns: np.ndarray  # (F,) bool: what is in it serves attitude: its thrusters turn the station, or it refuels the tanks
    tank_kg: np.ndarray  # (F,) in it at docking
    refuel_kg: np.ndarray  # (F,) of it meant for the station's tanks
    refuel_most_kg: np.ndarray  # (F,) the same when the station asks for all it can bring
    thrust_N: np.ndarray  # (F,)
    isp_s: np.ndarray  # (F,)
    trash_kg: np.ndarray  # (F,) waste it takes away
    down_kg: np.ndarray  # (F,) cargo it can land
    caught: np.ndarray  # (F,) bool: an arm must catch it
    work_h: np.ndarray  # (F,) hours of the crew for its coming and going
    phased_flight: np.ndarray  # (P,) flights the orbit is raised for
    phased_rad: np.ndarray  # (P,) window of their chase
    phased_s: np.ndarray  # (P,) how long before lift-off that burn is
    phased_days: np.ndarray  # (P,) successive days the lift-off may be on
    port_push_frac: np.ndarray  # (Q,)
    port_refuels: np.ndarray  # (Q,) bool
    port_turns: np.ndarray  # (Q,) 1 where the station turns and holds on thrusters for a ship that comes or goes, else 0
    engine_part: np.ndarray  # (N,) station engines that can push
    engine_isp_s: np.ndarray
    engine_thrust_N: np.ndarray


class Simple(NamedTuple):
    """Stations given as modules of the scenario (S, K): power and loads as stated."""

    is_simple: np.ndarray  # (S,) bool
    power_W: np.ndarray  # (K,)
    load_W: np.ndarray  # (K,)


class Requirements(NamedTuple):
    """Bounds (J) on required variables; variables are columns of the scratch table."""

    variable: np.ndarray
    at_least: np.ndarray  # bool
    bound: np.ndarray  # nan: people aboard
    grace_s: np.ndarray
    station: np.ndarray
    while_crewed: np.ndarray  # bool
    reserve_s: np.ndarray  # (reserve,) below which a stock counts as low: the rule's reserve, or what is required if more


class CrewTime(NamedTuple):
    """The working week and what research weighs."""

    rules: crew_time.TimeRules
    share_from_s: np.ndarray  # (D,)
    share_frac: np.ndarray  # (D, P) research time by agreement
    cooperation_frac: float
    research_kg_per_h: float
    shield_g_per_cm2: float


class Walks(NamedTuple):
    """Spacewalks (E) in order of time: as recorded, then at the rate of the record."""

    at_s: np.ndarray  # (E,)
    segment: np.ndarray  # (E,) 0 US, 1 Russian
    airlock: np.ndarray  # (E,) part, -1 a Shuttle's
    lost_kg: np.ndarray  # (E,) air let out
    flown: np.ndarray  # (E,) bool
    hours: np.ndarray  # (E,) of residents, before and after
    repair_kg: np.ndarray  # (2,) air a repair outside costs, by segment
    repair_eva_h: float
    airlock_kind: int  # kind of machine that is an airlock with its suits


class World(NamedTuple):
    """Everything that is the same in every run of a scenario's branch."""

    traffic: traffic.Params
    crew: crew.Params
    equipment: equipment.Params
    services: services.Params
    partners: partners.Params
    orbit: orbit.Params
    attitude: attitude.Params
    power: power.Params
    thermal: thermal.Params
    life_support: life_support.Params
    stores: stores.Params
    bodies: Bodies
    ships: Ships
    simple: Simple
    requirements: Requirements
    rules: Rules
    crew_time: CrewTime
    walks: Walks
    repaired_by: np.ndarray  # (M,) 0 inside, 1 a spacewalk, 2 an arm
    repair_h: np.ndarray  # (M,) hours of a repair
    wear_kg_per_s: np.ndarray  # (M,) spares used at a steady rate
    wear_h_per_s: np.ndarray  # (M,) hours that takes
    machine_load: np.ndarray  # (M,) load of each machine, -1
    channel_machine: np.ndarray  # (CH, 2) machines a channel needs, -1
    loop_machine: np.ndarray  # (Q,) pump of a loop, -1
    joint_machine: np.ndarray  # (J,) rotary joint whose failure stops the turning of a truss part
    joint_part: np.ndarray  # (J,)
    leak_port: np.ndarray  # (L,) port behind the hatch that shuts a leak off, -1
    cmg_kind: int
    station_inclination_deg: np.ndarray  # (S,)
    dose_factor: np.ndarray  # (S, 2) of cosmic rays and the anomaly at that inclination
    partner_crew_segment: np.ndarray  # (P,) segment a partner's people stay with at a separation
    part_owner: np.ndarray  # (K,) partner that owns a part
    sky_day0_s: float
    us_partner: int
    ru_partner: int
    repairs_by: np.ndarray  # (P,) partner whose spares a machine of this operator uses
    dates_s: np.ndarray  # (n,) when machines, wings, batteries, loads and radiators come into service or go out of it


class Luck(NamedTuple):
    """One run's chance, drawn before it starts."""

    traffic: traffic.Luck
    life_s: np.ndarray  # (M, n) successive lives of each machine
    avoid_s: np.ndarray  # (A,) debris avoidance manoeuvres, NEVER_s padded
    density_scale: float
    sky: np.ndarray  # (days, 4) f107 of the day before, f107a, ap, factor on the density


class RunState(NamedTuple):
    """Everything that changes in a run; copy it, save it, continue it."""

    traffic: traffic.State
    crew: crew.State
    equipment: equipment.State
    services: services.State
    partners: partners.State
    orbit: orbit.State
    attitude: attitude.State
    power: power.State
    thermal: thermal.State
    life_support: life_support.State
    stores: stores.State
    people: np.ndarray  # (S,) aboard at the end of the step
    powered: np.ndarray  # (M,) bool: load granted in the last step
    attitude_held: np.ndarray  # (S,) bool
    momentum_frac: np.ndarray  # (S,)
    core_power: np.ndarray  # (S,) bool: loads of priority 0 and 1 were granted
    heat_ok: np.ndarray  # (S, 2) bool
    since_s: np.ndarray  # (S, 3) when attitude, a seat, air was lost, NEVER_s
    avoided: np.ndarray  # (1,)
    area_m2: np.ndarray  # (S,) fixed frontal area
    drag_area_m2: np.ndarray  # (S,) with wings
    backlog_h: np.ndarray  # (S, 9) ships, spacewalks, repairs, outfitting of the US and the Russian segment; handovers
    kept_m3: np.ndarray  # (S, 2) volume kept by segment, -1 where what is found is outfitted
    walked: np.ndarray  # (2,) spacewalks begun and done
    walk_late_s: np.ndarray  # (1,) how long the next one has waited
    dated: np.ndarray  # (1,) of `World.dates_s`, passed
    fitted_kg: np.ndarray  # (S,) outfitting in the modules
    usual_people: np.ndarray  # (S,) people aboard, mean of the last month
    last_pose_s: np.ndarray  # (1,) when poses were last looked up
    dry_kg: np.ndarray  # (S,) parts and ships without what is in their containers, at that time
    crew_row: np.ndarray  # (S,) last row that changed seats or people
    supply_row: np.ndarray  # (S, R) last row about a flight that failed to bring it
    stock_row: np.ndarray  # (S, R + 1 + VT) last low or empty row; columns as of Scratch.stocked
    stock_low: np.ndarray  # (S, reserve) bool
    part_row: np.ndarray  # (K,) last row about a part
    limit_row: np.ndarray  # (S, V)
    vehicle_row: np.ndarray  # (S, VT)
    machine_row: np.ndarray  # (S, KIND) last row about a machine that is down
    broken_s: np.ndarray  # (J,) since when a requirement is broken, NEVER_s
    breach_row: np.ndarray  # (J,) row of the running breach, -1
    hungry: np.ndarray  # (S,) bool: food is below what ships to come are filled for first
    evacuated: np.ndarray  # (S,) bool
    attitude_row: np.ndarray  # (S,)
    was_people: np.ndarray  # (S,) bool: ever crewed
    abandoned: np.ndarray  # (S,) bool


class Scratch(NamedTuple):
    """Arrays a step fills afresh; no state.

    What follows from which machines work, where things are and who runs what is filled again only when `anew`; of a new
    Scratch nothing is `settled` yet.
    """

    settled: np.ndarray  # (1,) bool: filled at least once
    anew: np.ndarray  # (1,) bool: in this step something moved, failed, was repaired, changed hands or came into service
    moved: np.ndarray  # (1,) bool: something moved or came into service
    wear: np.ndarray  # (S, 2, 2) spares, kg/s, and hours, h/s, that the machines of each segment take at a steady rate
    docked: np.ndarray  # (F,) bool
    ships: np.ndarray  # (F,) flights docked now, the first `ships_count`
    ships_count: np.ndarray  # (1,)
    flight_station: np.ndarray  # (F,)
    vehicles: np.ndarray  # (S, VT)
    machines: np.ndarray  # (S, KIND)
    machine_works: np.ndarray  # (M,) float
    machine_wants: np.ndarray  # (M,)
    stocked: np.ndarray  # (S, R + 1 + VT) bool: resources; propellant to push with in the tanks; types docked with some of their own
    tank_kg: np.ndarray  # (S,) propellant in the tanks of segments that run
    allowed: np.ndarray  # (S, V) bool
    now: np.ndarray  # (S, V) bool
    crewed: np.ndarray  # (S,) bool
    part_works: np.ndarray  # (K,) bool
    part_kg: np.ndarray  # (K,)
    part_m: np.ndarray  # (K, 3)
    part_size_m: np.ndarray  # (K, 3)
    part_area_m2: np.ndarray  # (K,)
    rated_W: np.ndarray  # (S,)
    generation_W: np.ndarray
    connected_W: np.ndarray
    usable_W: np.ndarray
    used_W: np.ndarray
    payload_W: np.ndarray
    shed_W: np.ndarray
    margin_W: np.ndarray
    depth_frac: np.ndarray
    channel_W: np.ndarray  # (CH,)
    channel_works: np.ndarray  # (CH,) bool
    loop_works: np.ndarray  # (Q,) bool
    reject_W: np.ndarray  # (S, 2)
    heat_W: np.ndarray  # (S, 2)
    load_station: np.ndarray  # (L,)
    load_wanted_W: np.ndarray
    load_granted_frac: np.ndarray
    people_mean: np.ndarray  # (S,)
    share: np.ndarray  # (P,)
    owed: np.ndarray  # (P,) share of research time a partner is owed
    wants_kg: np.ndarray  # (S, R)
    got_kg: np.ndarray
    gives_kg: np.ndarray
    flow_kg: np.ndarray  # (S, R, U)
    eva_kg: np.ndarray  # (S,)
    rate_rad_per_s: np.ndarray  # (S,)
    cmgs: np.ndarray  # (S,)
    flag_a: np.ndarray  # (S,) bool
    flag_b: np.ndarray  # (S,) bool
    dockings: np.ndarray  # (S,)
    propellant_kg: np.ndarray  # (S,)
    wing_area_m2: np.ndarray  # (S,)
    arrivals: np.ndarray  # (S,) people who came in this step
    reserve_d: np.ndarray  # (S, reserve)
    use_kg_per_s: np.ndarray  # (R,)
    volume_m3: np.ndarray  # (S,)
    stock_kg: np.ndarray  # (S, P, R)
    stock_cells: np.ndarray  # (S P R,) the same memory in one row
    held_kg: np.ndarray  # (R,) of it at one station, everybody's
    kept_m3: np.ndarray  # (S, 2) volume kept by segment
    dated_m3: np.ndarray  # (S, 2) of it, in parts with a day they came
    came_s: np.ndarray  # (S, 2) the mean of those days
    kept_y: np.ndarray  # (2,) and its mean age at one station
    load_h: np.ndarray  # (2, 5) hours asked of the week by segment and use
    residents: np.ndarray  # (P,)
    hours: np.ndarray  # (S, P, H)
    matrix: np.ndarray  # (P, P) hours at work for whom
    week: np.ndarray  # (14, 2) room to share a week out in
    room: np.ndarray  # room to evaluate the density in
    inferred: np.ndarray  # (S,)
    pushed_kg: np.ndarray  # (S, C) what each container gave to the last burn of a station


class Rows(NamedTuple):
    """What a run leaves; detail rows are every step, or months."""

    scalar: np.ndarray  # (n, S, SCALARS) float32
    partner_people: np.ndarray  # (n, S, P) float32
    detail_of: np.ndarray  # (n,) detail row of each step
    stock_kg: np.ndarray  # (T, S, P, R) last
    reserve_d: np.ndarray  # (T, S, reserve) float32, least
    flow_kg: np.ndarray  # (T, S, R, U) total
    service_up: np.ndarray  # (T, S, V) float32, sum
    hours: np.ndarray  # (T, S, P, H) float32, sum
    channel_kW: np.ndarray  # (T, CH) float32, sum
    steps: np.ndarray  # (T,) steps summed
