"""Leaving, separating and buying replacements: what is conserved, what parts, and what a purchase cannot replace."""

import numpy as np
import pytest
import xarray as xr

import stationkeep as sk
from stationkeep.engine.compile.world import compile

LEAVE = "2022-12-01"
TAKES = ["flights", "propellant", "command", "operation", "spares", "money"]
"""All but the crews: they stay with their segment."""


def left(segment: str, horizon: str = "2023-01-10", **more: object) -> sk.Scenario:
    event = {"withdraw": "roscosmos", "on": LEAVE, "segment": segment, "into": "russian", "takes": TAKES}
    return sk.read_scenario("iss-2022").patch({"horizon": horizon, "events.leave": event, **more})


@pytest.fixture(scope="module")
def apart() -> xr.Dataset:
    low = {"stations.iss.policy": [{"floor_km": 350, "target_km": 380}]}  # nobody burns in the days looked at
    return sk.simulate(left("separated", **low), runs=1, seed=5).isel(run=0)


def around(ds: xr.Dataset) -> tuple[xr.Dataset, xr.Dataset]:
    """The last stamp before the separation and the first after."""
    k = int(np.flatnonzero(np.isfinite(ds.mass_kg.sel(station="russian").values) & (ds.mass_kg.sel(station="russian").values > 0))[0])
    return ds.isel(time=k - 1), ds.isel(time=k)


def test_separation_conserves_mass_people_stores_and_propellant(apart):
    before, after = around(apart)
    day = apart.flow_kg.sel(time=after.time)
    crossed = sum(float(day.sel(use=u).sum()) for u in ("leak", "overboard", "reboost", "attitude", "dumped"))  # what left that day
    assert float(after.mass_kg.sum()) == pytest.approx(float(before.mass_kg.sum()) + crossed, abs=30.0), "outfitting grows"
    assert float(after.mass_kg.sel(station="russian")) > 60_000
    for resource in ("propellant", "water", "food", "nitrogen"):
        flow = float(day.sel(resource=resource).sum())
        change = float(after.stock_kg.sel(resource=resource).sum()) - float(before.stock_kg.sel(resource=resource).sum())
        assert change == pytest.approx(flow, abs=0.05), resource
        assert float(after.flow_kg.sel(resource=resource, use="moved").sum()) == pytest.approx(0.0, abs=0.01), resource
    spares = float(after.flow_kg.sel(resource="spares", use="moved").sum())
    assert -30.0 < spares <= 0.0, "what is fitted in the modules is not fitted a second time"
    people = float(before.people_count.sum())
    came = apart.people_count.sum("station")
    assert float(came.sel(time=after.time)) == people
    cosmonauts = float(before.people_by_partner_count.sel(partner="roscosmos").sum())
    assert float(after.people_by_partner_count.sel(station="russian", partner="roscosmos")) == cosmonauts
    assert (after.seats_count.values >= after.people_count.values).all(), "whoever has a seat in their Soyuz only goes along"


@pytest.mark.parametrize("takes", [TAKES, [*TAKES, "crews"]])
def test_nobody_is_parted_from_the_ship_that_takes_them_home(takes):
    """On 1 December 2022 a cosmonaut has a seat in a Dragon and an astronaut one in a Soyuz: they exchange them."""
    event = {"withdraw": "roscosmos", "on": LEAVE, "segment": "separated", "into": "russian", "takes": takes}
    ds = sk.simulate(sk.read_scenario("iss-2022").patch({"horizon": "2022-12-20", "events.leave": event}), runs=3, seed=5)
    with_a_dragon = ds.event_utc.values[(ds.event_kind.values == "docking") & (np.char.startswith(ds.event_name.values.astype(str), "crew-dragon"))]
    assert (with_a_dragon < np.datetime64(LEAVE)).any()
    later = ds.isel(future=0, drop=True) if "future" in ds.dims else ds
    later = later.sel(time=slice(LEAVE + "T13:00", None))
    assert (later.seats_count.values >= later.people_count.values).all()


def test_two_complexes_drift_apart_as_their_ballistic_coefficients_say(apart):
    _, first = around(apart)
    altitude = apart.altitude_km.sel(time=slice(first.time.values, None))
    assert abs(np.diff(altitude.isel(time=0).values)[0]) < 1.0, "they start together"
    area, mass, density = (apart[v].sel(time=altitude.time) for v in ("drag_area_m2", "mass_kg", "density_kg_per_m3"))
    burned = apart.reboost_m_per_s.sel(time=altitude.time)
    still = (burned.cumsum("time") == 0).all("station").values
    days = int(still.sum())
    assert days > 3, "days without a burn on either"
    fell = (altitude.isel(time=0) - altitude.isel(time=days - 1)).values
    for k in range(2):  # each from the textbook: da/dt = -sqrt(mu a) rho Cd A/m, co-rotation apart
        a_m = 6378137.0 + 1e3 * altitude.isel(time=slice(0, days), station=k).values
        ballistic = 2.2 * (area / mass).isel(time=slice(0, days), station=k).values
        metres = np.sqrt(3.986004418e14 * a_m) * density.isel(time=slice(0, days), station=k).values * ballistic * 86400.0
        assert 1e3 * fell[k] == pytest.approx(metres[1:].sum(), rel=0.15), "of its own area, mass and air"
    drag = (area / mass * density).isel(time=slice(0, days)).sum("time").values
    assert fell[1] / fell[0] == pytest.approx(drag[1] / drag[0], rel=0.05)
    assert (fell[1] > fell[0]) == (drag[1] > drag[0])


def service_end(ds: xr.Dataset, service: str) -> np.datetime64:
    kind, name, station = ds.event_kind.values, ds.event_name.values, ds.event_station.values
    hit = (kind == "service_down") & (name == service) & (station == "iss") & (ds.event_utc.values >= np.datetime64(LEAVE))
    return ds.event_utc.values[hit].min()


def test_ships_that_push_move_the_end_of_reboost_but_not_of_attitude_control():
    """A Cygnus can push; it cannot unload the gyroscopes, and a station that cannot point cannot burn."""
    none = {"flights.cygnus": None, "uncertain": {"slip_factor": {"value": 0}, "hazard_factor": {"value": 0}}}
    ship = {"flights.pusher": {"vehicle": "cygnus-enhanced", "launch": "2022-11-10", "undock": "2023-03-25", "port": "unity-nadir"}}
    bare, pushed = (sk.simulate(left("powered_down", "2023-01-10", **none, **more), runs=1, seed=5) for more in ({}, ship))
    assert service_end(pushed, "reboost") > service_end(bare, "reboost")
    assert service_end(pushed, "attitude_control") == service_end(bare, "attitude_control")
    assert service_end(pushed, "reboost") <= service_end(pushed, "attitude_control")


def test_handed_over_powered_down_and_separated_differ_for_the_right_reasons():
    ends = {}
    for segment in ("handed_over", "powered_down", "separated"):
        ds = sk.simulate(left(segment), runs=1, seed=5).isel(run=0)
        week = ds.service_up_frac.sel(station="iss").sel(time="2022-12-20T12:00:00", method="nearest")
        ends[segment] = {s: float(week.sel(service=s)) for s in ("desaturation", "refuelling", "power", "attitude_control")}
    assert ends["handed_over"]["desaturation"] == 1.0 and ends["handed_over"]["attitude_control"] == 1.0
    assert ends["powered_down"]["desaturation"] == 0.0 and ends["powered_down"]["attitude_control"] == 0.0
    assert ends["separated"]["desaturation"] == 0.0 and ends["separated"]["refuelling"] == 0.0


NEM = {"partner": "roscosmos", "mass_t": 20.5, "area_m2": 150, "volume_m3": 94, "power_kW": 18, "load_kW": 4, "gives": ["power", "thermal"],
       "at_port": "prichal-port", "arrives": "2022-11-10"}  # fmt: skip


def test_a_module_that_docks_joins_the_segment_with_its_mass_volume_and_power_and_parts_with_it():
    bare, joined = (sk.simulate(left("separated", **more), runs=1, seed=5).isel(run=0) for more in ({}, {"stations.iss.modules.nem": NEM}))
    mass = (joined.mass_kg - bare.mass_kg).sel(time="2022-11-15T12:00:00")
    assert float(mass.sel(station="iss")) == pytest.approx(20_500, abs=50)
    alone = [ds.sel(station="russian", time="2022-12-20T12:00:00") for ds in (bare, joined)]
    assert 20_400 < float(alone[1].mass_kg - alone[0].mass_kg) < 24_000, "it went along, with stores the segment had no room for"
    assert float(alone[1].power_usable_kW - alone[0].power_usable_kW) == pytest.approx(14.0, rel=0.1), "18 kW less its own load"


def test_from_a_station_that_was_given_up_nothing_parts():
    ds = sk.simulate(left("separated", **{"events.end": {"retire": "iss", "on": "2022-11-20"}}), runs=1, seed=5).isel(run=0)
    assert "separate" not in ds.event_kind.values and float(ds.mass_kg.sel(station="russian").max()) == 0.0


def test_nobody_stays_aboard_a_station_that_comes_down():
    """Without anything that pushes and from 285 km the ISS comes down: its crew leaves before."""
    fall = {"stations.iss.altitude_km": {"value": 285, "low": 284, "high": 286}, "stations.iss.policy": [{"floor_km": 160, "target_km": 170}]}
    ds = sk.simulate(sk.read_scenario("iss-2022").patch({"horizon": "2022-09-20", **fall}), runs=1, seed=5).isel(run=0)
    kinds = ds.event_kind.values
    assert "entry" in kinds and "perished" not in kinds
    assert float(ds.people_count.sum("station").isel(time=-1)) == 0.0
    left_at = ds.event_utc.values[kinds == "evacuate"].min()
    assert left_at < ds.event_utc.values[kinds == "entry"].min()


def test_a_partner_that_left_the_main_station_keeps_its_last_crew_waiting_for_a_late_relief_at_its_own():
    late = {"flights.own": {"vehicle": "soyuz-ms", "station": "russian", "after": "leave", "wait_d": 150, "every_d": 183, "stay_d": 188,
                            "people": {"roscosmos": 3}, "site": "baikonur/31"},
            "flights.supplies": {"vehicle": "progress-ms", "station": "russian", "after": "leave", "wait_d": 20, "every_d": 60,
                                 "site": "baikonur/31"}}  # fmt: skip
    quiet = {"uncertain": {"slip_factor": {"value": 0}, "hazard_factor": {"value": 0}, "launch_failure_factor": {"value": 0}}}
    ds = sk.simulate(left("separated", "2023-06-15", **late, **quiet), runs=1, seed=5).isel(run=0)
    people = ds.people_count.sel(station="russian", time=slice("2022-12-03", None))
    assert float(people.min()) > 0, "the Soyuz of September stays past its 210 days until the relief of 30 April has taken over"


def test_nobody_works_for_a_partner_that_has_left():
    quiet = {"uncertain": {"slip_factor": {"value": 0}, "hazard_factor": {"value": 0}, "launch_failure_factor": {"value": 0}}}
    ds = sk.simulate(left("handed_over", "2022-12-20", **quiet), runs=1, seed=5).isel(run=0)
    names = [str(use) for use in ds.use.values]
    served = ds.hours_per_week.sel(station="iss", partner="roscosmos").isel(use=names.index("served_by_others"))
    assert float(served.sel(time="2022-11-20T12:00:00")) >= 0.0
    assert float(served.sel(time="2022-12-10T12:00:00")) == 0.0


def test_a_partner_that_powers_down_its_segment_still_runs_its_own_station():
    own = {"modules": {"core": {"partner": "roscosmos", "mass_t": 20, "area_m2": 100, "volume_m3": 90, "power_kW": 18, "load_kW": 5, "propellant_kg": 1500,
                                "gives": ["reboost", "attitude_control", "desaturation", "power", "thermal", "pressure", "command"], "ports": ["SSVP"]}},
           "inclination_deg": 51.6, "altitude_km": 400, "stocks_kg": {"propellant": {"roscosmos": 1200}}}  # fmt: skip
    opens = {"open": "ros", "on": "2022-12-05"}
    ds = sk.simulate(left("powered_down", **{"stations.ros": own, "events.ros-opens": opens}), runs=1, seed=5).isel(run=0)
    up = ds.service_up_frac.isel(future=0) if "future" in ds.dims else ds.service_up_frac
    last = up.isel(time=-1)
    for service in ("attitude_control", "power", "command"):
        assert float(last.sel(station="ros", service=service)) == 1.0, service
        assert float(last.sel(station="ros", service=service).values) >= float(last.sel(station="iss", service="desaturation").values)


def test_who_leaves_without_flights_goes_on_flying():
    def launches(takes: list[str]) -> int:
        event = {"withdraw": "roscosmos", "on": "2022-08-20", "segment": "keeps_running", "takes": takes}
        ds = sk.simulate(sk.read_scenario("iss-2022").patch({"horizon": "2023-01-10", "events.leave": event}), runs=1, seed=5)
        names = ds.event_name.values.astype(str)[ds.event_kind.values == "launch"]
        return int(np.char.startswith(names, "soyuz").sum() + np.char.startswith(names, "progress").sum())

    assert launches(["flights"]) == 0
    assert launches(["spares"]) >= 2


def test_at_a_station_of_its_own_nobody_works_by_the_shares_of_the_iss():
    case = compile(sk.read_scenario("ros-516"))
    share = case.world.crew_time.share_frac
    assert (share[:, case.names.of("partners")["roscosmos"]] == 1.0).all()
    iss = compile(sk.read_scenario("iss-2022"))
    assert iss.world.crew_time.share_frac[-1, iss.names.of("partners")["roscosmos"]] == pytest.approx(3 / 7, abs=1e-4)


QUIET = {"uncertain": {"slip_factor": {"value": 0}, "hazard_factor": {"value": 0}, "launch_failure_factor": {"value": 0}}}


def took(takes: list[str], segment: str = "handed_over", horizon: str = "2023-03-05", **more: object) -> xr.Dataset:
    event = {"withdraw": "roscosmos", "on": LEAVE, "segment": segment, "learning_d": 30, "takes": takes}
    broken = {"fail": "vozdukh", "on": "2022-12-05"}
    changes = {"horizon": horizon, "events": {"leave": event, "broken": broken}, "rules": {"spares_lead_d": {"value": 50}}, **QUIET, **more}
    ds = sk.simulate(sk.read_scenario("iss-2022").patch(changes), runs=1, seed=5)
    return ds.isel(run=0)


def rows(ds: xr.Dataset, kind: str, name: str) -> list[str]:
    hit = (ds.event_kind.values == kind) & np.char.startswith(ds.event_name.values.astype(str), name)
    return [str(utc)[:10] for utc in ds.event_utc.values[hit] if utc >= np.datetime64(LEAVE)]


def test_each_part_taken_along_has_its_own_effect():
    nothing = took([])
    assert not rows(nothing, "service_down", "re") and rows(nothing, "repair", "vozdukh") < ["2022-12-12"]
    assert rows(nothing, "launch", "progress") and float(nothing.people_by_partner_count.sel(partner="roscosmos").isel(time=-1).sum()) > 0

    command = took(["command"])
    assert rows(command, "service_down", "refuelling") == [LEAVE] and rows(command, "service_up", "refuelling")[0] in ("2022-12-31", "2023-01-01")
    assert float(command.service_up_frac.sel(station="iss", service="desaturation").min()) == 1.0, "what runs by itself goes on"
    assert rows(command, "repair", "vozdukh") == rows(nothing, "repair", "vozdukh")

    assert "2022-12-31" <= rows(took(["operation"]), "repair", "vozdukh")[0] < "2023-01-08"
    assert "2023-01-20" <= rows(took(["spares"]), "repair", "vozdukh")[0] < "2023-01-28"

    def brought_kg(ds: xr.Dataset) -> float:
        return float(ds.flow_kg.sel(resource="propellant", use="delivered", time=slice(LEAVE + "T13:00", None)).sum())

    propellant = took(["propellant"])
    assert brought_kg(propellant) < brought_kg(nothing) - 300 and rows(propellant, "launch", "progress") == rows(nothing, "launch", "progress")

    crews = took(["crews"], horizon="2023-05-01")
    assert rows(crews, "launch", "progress") and not rows(crews, "launch", "soyuz")
    flights = took(["flights"])
    assert not rows(flights, "launch", "progress") and float(flights.people_by_partner_count.sel(partner="roscosmos").isel(time=-1).sum()) > 0


def test_a_failure_that_nobody_repairs_names_the_partner_that_took_the_spares_along():
    ds = took(["spares"], **{"uncertain": {"hazard_factor": {"value": 30}, "slip_factor": {"value": 0}}})
    kind, cause = ds.event_kind.values, ds.event_cause.values
    why = [str(kind[c]) for k, c, n in zip(kind, cause, ds.event_name.values, strict=True) if k == "failure" and c >= 0 and n != "vozdukh"]
    assert why and set(why) == {"no_spares"}


def test_a_segment_that_nobody_pays_for_is_not_commanded_and_its_owners_ships_stay_away():
    ds = took(["money"], "keeps_running")
    assert rows(ds, "service_down", "refuelling") == [LEAVE] and not rows(ds, "service_up", "refuelling")
    assert not rows(ds, "launch", "progress") and not rows(ds, "repair", "vozdukh")
    paid = float(ds.cost_usd.sel(partner="roscosmos", use="operations").isel(month=-1).sum())
    assert paid == 0.0


def test_a_segment_that_keeps_running_keeps_what_runs_it_unless_said():
    e = sk.read_scenario("iss-2022").patch({"events.leave": {"withdraw": "roscosmos", "on": LEAVE, "segment": "keeps_running"}}).events["leave"]
    assert set(e.taken) == {"flights", "crews", "propellant"}


def test_a_station_that_tumbled_for_months_stays_dead_when_its_partner_comes_back():
    back = {"events.back": {"rejoin": "roscosmos", "on": "2023-03-01"}}
    ds = sk.simulate(left("powered_down", "2023-05-01", **back), runs=1, seed=5).isel(run=0)
    last = ds.service_up_frac.sel(station="iss").isel(time=-1)
    assert [float(last.sel(service=s)) for s in ("power", "command", "desaturation", "attitude_control")] == [0.0] * 4
    assert float(ds.people_count.isel(time=-1).sum()) == 0.0


def test_a_complex_that_docks_again_becomes_one_with_the_station_and_nothing_is_lost():
    low = {"stations.iss.policy": [{"floor_km": 350, "target_km": 380}]}
    ds = sk.simulate(left("separated", **low, **{"events.again": {"join": "russian", "on": "2022-12-02"}}), runs=1, seed=5).isel(run=0)
    done = ds.event_utc.values[(ds.event_kind.values == "join") & (ds.event_name.values == "again")]
    assert done.size == 1 and str(done[0])[:10] == "2022-12-02", "the gyroscopes of the rest still hold it"
    k = int(np.searchsorted(ds.time.values, done[0]))
    before, after = ds.isel(time=k - 1), ds.isel(time=k)
    day = ds.flow_kg.sel(time=after.time)
    assert float(after.mass_kg.sel(station="russian")) == 0.0 and float(after.people_count.sel(station="russian")) == 0.0
    assert float(after.people_count.sum()) == float(before.people_count.sum())
    assert (after.seats_count.values >= after.people_count.values).all()
    way = -float(day.sel(station="russian", resource="propellant", use="reboost").sum())
    assert 0.0 < way < 500.0, "the way is paid for"
    for resource in ("propellant", "water", "food", "nitrogen", "spares"):
        change = float(after.stock_kg.sel(resource=resource).sum()) - float(before.stock_kg.sel(resource=resource).sum())
        assert change == pytest.approx(float(day.sel(resource=resource).sum()), abs=0.05), resource
        assert float(day.sel(resource=resource, use="moved").sum()) == pytest.approx(0.0, abs=5.0 if resource == "spares" else 0.01), "outfitting takes spares"
    crossed = sum(float(day.sel(use=u).sum()) for u in ("leak", "overboard", "reboost", "attitude", "dumped"))
    assert float(after.mass_kg.sum()) == pytest.approx(float(before.mass_kg.sum()) + crossed, abs=30.0)
    last = ds.service_up_frac.isel(time=-1).sel(station="iss")
    assert float(last.sel(service="desaturation")) == 1.0 and float(last.sel(service="refuelling")) == 1.0


def test_a_station_in_another_plane_does_not_dock():
    far = {"stations.iss.policy": [{"floor_km": 350, "target_km": 380}], "events.again": {"join": "ros", "on": "2022-12-02"},
           "stations.ros": {"modules": {"core": {"partner": "roscosmos", "mass_t": 20, "area_m2": 100, "volume_m3": 90, "power_kW": 18, "load_kW": 5,
                            "propellant_kg": 1500, "gives": ["attitude_control", "power", "command"], "ports": ["SSVP"]}},
                            "inclination_deg": 97, "altitude_km": 400, "stocks_kg": {"propellant": {"roscosmos": 1200}}}}  # fmt: skip
    ds = sk.simulate(left("handed_over", "2022-12-20", **far), runs=1, seed=5).isel(run=0)
    assert "join" not in ds.event_kind.values and float(ds.mass_kg.sel(station="ros").isel(time=-1)) > 19_000
    why = int(ds.event_cause.values[ds.event_kind.values == "join_waits"][0])
    assert ds.event_kind.values[why] == "way_short"


def test_a_join_that_waits_says_why_and_flights_to_a_joined_station_end():
    events = {"part": {"separate": "russian", "into": "russian", "on": LEAVE}, "again": {"join": "russian", "on": "2022-12-12"}}
    ds = sk.simulate(sk.read_scenario("iss-2022").patch({"horizon": "2022-12-31", "events": events, **QUIET}), runs=1, seed=5)
    (told,) = sk.verdict(ds)["notes"]
    assert "russian cannot dock on its day, in 100 % never: iss loses its attitude" in told["text"]
    own = {"flights.supplies": {"vehicle": "progress-ms", "station": "russian", "after": "part", "wait_d": 30, "every_d": 60, "site": "baikonur/31"}}
    low = {"stations.iss.policy": [{"floor_km": 350, "target_km": 380}]}
    soon = {"events": {**events, "again": {"join": "russian", "on": "2022-12-02"}}}
    ds = sk.simulate(sk.read_scenario("iss-2022").patch({"horizon": "2023-02-10", **soon, **own, **low}), runs=1, seed=5).isel(run=0)
    assert rows(ds, "join", "again") == ["2022-12-02"] and set(rows(ds, "cancelled", "supplies")) == {"2022-12-02"}
    assert "join_waits" not in ds.event_kind.values


def test_modules_of_a_partner_without_a_segment_go_dark_and_come_back():
    def used_kW(day: str, *events: dict[str, object]) -> float:
        changes = {"horizon": "2022-12-20", "events": dict(zip("ab", events, strict=False)), **QUIET}
        ds = sk.simulate(sk.read_scenario("iss-2022").patch(changes), runs=1, seed=5).isel(run=0)
        return float(ds.power_used_kW.sel(station="iss").sel(time=day, method="nearest"))

    leave = {"withdraw": "esa", "on": "2022-11-20", "segment": "powered_down"}
    whole, dark = used_kW("2022-12-01"), used_kW("2022-12-01", leave)
    assert whole - dark == pytest.approx(2.4 + 6.0, abs=1.0), "Columbus: its own keeping and its payloads (loads.csv)"
    assert used_kW("2022-12-15", leave, {"rejoin": "esa", "on": "2022-12-10"}) == pytest.approx(used_kW("2022-12-15"), abs=1.0)


def test_where_nasa_powers_its_segment_down_every_chain_ends_with_it():
    event = {"withdraw": "nasa", "on": LEAVE, "segment": "powered_down"}
    ds = sk.simulate(sk.read_scenario("iss-2022").patch({"horizon": "2022-12-20", "events.leave": event, **QUIET}), runs=1, seed=5)
    first = {finding.requirement: finding.causes for finding in sk.check(ds)}
    for requirement in ("power", "co2"):
        assert first[requirement][-1].kind == "withdraw" and "is repaired" not in str(first[requirement]), requirement


def test_a_station_given_up_is_pushed_up_no_more_and_its_deorbit_vehicle_brings_it_down():
    ds = sk.simulate(sk.read_scenario("successors").branch("deorbit-on-time"), runs=1, seed=0)
    iss = ds.sel(station="iss")
    assert float(iss.people_count.sel(time=slice("2031-01-10", None)).max()) == 0.0
    kind, utc = ds.event_kind.values, ds.event_utc.values
    assert not ((kind == "reboost") & (ds.event_station.values == "iss") & (utc > np.datetime64("2031-01-10"))).any(), "debris is still avoided"
    lowered = np.flatnonzero((kind == "lowered") & (ds.event_station.values == "iss"))
    assert lowered.size and set(ds.event_name.values[lowered]) == {"usdv"}
    for row in lowered:
        run, day = ds.run.values.tolist().index(int(ds.event_run.values[row])), ds.event_utc.values[row]
        altitude = float(iss.altitude_km.isel(run=run).sel(time=day - np.timedelta64(2, "D"), method="nearest"))
        assert 280.0 < altitude < 380.0, "106 m/s of its own and what the tanks hold, 57 of them for the last burns"
        assert kind[int(ds.event_cause.values[row])] == "retire"
        assert float(ds.cost_usd.sel(station="iss", partner="nasa", use="operations").isel(run=run).sel(month=slice(day + np.timedelta64(31, "D"), None)).sum()) == 0.0


def test_a_ship_that_waits_for_its_gap_does_not_wait_for_ever():
    """In this run the deorbit vehicle is to fly 24 days after a Dragon of its family; times that differ by rounding had kept it so."""
    ds = sk.simulate(sk.read_scenario("successors").branch("deorbit-on-time"), runs=[49], seed=0)
    assert str(ds.time.values[-1])[:10] == "2037-01-01"
