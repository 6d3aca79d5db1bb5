"""One arc of an orbit by a library: satkit (3-hour ap history) or brahe (daily Ap), each a check on the other."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stationkeep.formats.propagator_tables import feed_brahe, feed_satkit, give_satkit_its_data
from stationkeep.model.files import InputError

DAY_S = 86400.0
UNIX_2000_S = 946684800.0
MJD_2000 = 51544
FRAMES = ("GCRF", "EME2000", "TEME", "ITRF")
FRAME_NAMES = {"ICRF": "GCRF", "GCRS": "GCRF", "J2000": "EME2000", "ITRF2000": "ITRF", "ITRF2014": "ITRF"}


class Burn(NamedTuple):
    """Constant thrust over an arc: `delta_v_m_per_s` (3,) along `frame`, RTN (radial, in-track, cross-track) or
    NTW (in-plane normal outward, along the velocity, cross-track)."""

    start_t_s: float
    duration_s: float
    delta_v_m_per_s: tuple[float, float, float]
    frame: str = "RTN"


class DayActivity(NamedTuple):
    """What NRLMSISE-00 is fed on one UTC day, number `day` since 2000-01-01."""

    day: int
    f107_before: float
    f107a: float
    ap: float
    ap3h: NDArray[np.float64]
    """(5, 8): 3-hour ap from three days before to the day after."""


class Forces(NamedTuple):
    """What pulls. `ballistic_m2_per_kg` is Cd A / m; `ap_mode` is `history` (3-hour ap) or `daily` (daily Ap)."""

    ballistic_m2_per_kg: float
    ap_mode: str = "history"
    gravity_degree: int = 36
    third_body: bool = True


class Arc(NamedTuple):
    """One piece without a jump in the forces: `sample_t_s` in (start, end]."""

    start_t_s: float
    end_t_s: float
    state: NDArray[np.float64]
    """(6,): GCRF position and velocity, SI."""
    sample_t_s: NDArray[np.float64]
    burns: Sequence[Burn]
    activity: DayActivity | None


Integrator = Callable[[Arc, Forces], tuple[NDArray[np.float64], NDArray[np.float64]]]
"""(arc, forces) -> states at `sample_t_s` (n, 6) and the state at the end (6,)."""


@functools.cache
def open_satkit() -> ModuleType:
    """satkit, offline, with its data; once per process. InputError when it is not installed."""
    try:
        import satkit
    except ImportError as error:
        raise InputError("satkit", None, str(error), "pip install 'stationkeep[flight]'") from None
    module: ModuleType = satkit
    give_satkit_its_data(module)
    satkit.frametransform.disable_eop_time_warning()  # it advises the network; see `earth_orientation`
    satkit.spaceweather.disable_space_weather_time_warning()
    return module


@functools.cache
def open_brahe() -> ModuleType:
    """brahe with its packaged Earth orientation, offline; once per process. InputError when it is not installed."""
    try:
        import brahe
    except ImportError as error:
        raise InputError("brahe", None, str(error), "pip install brahe") from None
    module: ModuleType = brahe
    eop = brahe.FileEOPProvider.from_default_file("StandardBulletinA", True, "Hold")
    module.set_global_eop_provider_from_file_provider(eop)
    return module


def satkit_time(t_s: float) -> Any:
    """satkit's clock reading of UTC seconds since 2000-01-01."""
    return open_satkit().time.from_unixtime(UNIX_2000_S + float(t_s))


def earth_orientation(t_s: float) -> str:
    """How the Earth's orientation is known then: observed, predicted, or extrapolated (metres off after months)."""
    return str(open_satkit().frametransform.eop_status(satkit_time(t_s)))


def calendar_day(day: int) -> date:
    """Day number since 2000-01-01 as a date."""
    return date(2000, 1, 1) + timedelta(days=day)


def convert(source: str, target: str, t_s: NDArray[np.float64], states: NDArray[np.float64]) -> NDArray[np.float64]:
    """States (n, 6) from one frame of `FRAMES` to another at UTC times (n,); velocities of ITRF are relative to it."""
    source, target = (FRAME_NAMES.get(name, name) for name in (source, target))
    for name in (source, target):
        if name not in FRAMES:
            raise ValueError(f"no frame {name}; one of {', '.join(FRAMES)}")
    sk = open_satkit()
    if source == target:
        return states
    frames = getattr(sk.frame, source), getattr(sk.frame, target)
    if {source, target} == {"GCRF", "EME2000"}:  # a fixed rotation, the frame bias
        turn = sk.frametransform.rotation(*frames, satkit_time(0.0)).to_rotation_matrix()
        return np.asarray((states.reshape(-1, 2, 3) @ turn.T).reshape(-1, 6))
    out = np.empty_like(states)
    for row, (t, state) in enumerate(zip(t_s, states, strict=True)):
        out[row] = np.concatenate(sk.frametransform.transform_state(*frames, satkit_time(t), state[:3], state[3:]))
    return out


def satkit_arc(arc: Arc, forces: Forces) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Verner 9(8), EGM2008, JPL DE440 Sun and Moon, solid tides, relativity, NRLMSISE-00 with 3-hour ap history."""
    sk = open_satkit()
    if arc.activity is not None:
        _feed_satkit_day(arc.activity)
    settings = sk.propsettings(
        abs_error=1e-8,
        rel_error=1e-11,
        gravity_degree=forces.gravity_degree,
        use_sun_gravity=forces.third_body,
        use_moon_gravity=forces.third_body,
    )
    start, end = satkit_time(arc.start_t_s), satkit_time(arc.end_t_s)
    thrusts = [
        sk.thrust.constant(_acceleration(burn), start, end, frame=getattr(sk.frame, burn.frame)) for burn in arc.burns
    ]
    body = sk.satproperties(cdaoverm=forces.ballistic_m2_per_kg, thrusts=thrusts)
    result = sk.propagate(arc.state, start, end, propsettings=settings, satproperties=body)
    times = [min(satkit_time(t), end) for t in arc.sample_t_s]
    return np.asarray(result.interp(times)).reshape(-1, 6), np.asarray(result.state)


def _feed_satkit_day(activity: DayActivity) -> None:
    """Make satkit find, on this day, exactly `f107_before`, `f107a` and the ap history.

    It computes the 81-day mean itself, so the other days carry the flux that completes it. Whole ap are required there:
    fractions are carried from slot to slot, so that the mean is kept.
    """
    reach, before = 45, 3
    flux = np.full(2 * reach + 1, (81.0 * activity.f107a - 2.0 * activity.f107_before) / 79.0)
    flux[reach - 1 : reach + 1] = activity.f107_before
    early, late = np.repeat(activity.ap3h[:1], reach - before, axis=0), np.repeat(activity.ap3h[-1:], reach - 1, axis=0)
    steps = np.floor(np.cumsum(np.concatenate((early, activity.ap3h, late))) + 0.5)
    whole = np.diff(steps, prepend=0.0).astype(int).reshape(-1, 8)
    feed_satkit(open_satkit(), calendar_day(activity.day - reach), flux.tolist(), whole.tolist())


def brahe_arc(arc: Arc, forces: Forces) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """RKF 7(8), EGM2008, analytic Sun and Moon, solid tides, relativity, NRLMSISE-00 with daily Ap.

    The tolerance is needed: at 1e-9 the orbit gains 0.8 m of height a day, at 1e-11 0.02 m.
    """
    bh = open_brahe()
    if arc.activity is not None:
        today = arc.activity
        feed_brahe(bh, calendar_day(today.day - 2), [today.f107_before] * 5, today.f107a, today.ap)
    drag = bh.DragConfiguration(
        model=bh.AtmosphericModel.NRLMSISE00,
        area=bh.ParameterSource.value(forces.ballistic_m2_per_kg),
        cd=bh.ParameterSource.value(1.0),
    )
    bodies = (bh.ThirdBody.SUN, bh.ThirdBody.MOON)
    config = bh.ForceModelConfig(
        gravity=bh.GravityConfiguration(degree=forces.gravity_degree, order=forces.gravity_degree),
        drag=drag if forces.ballistic_m2_per_kg > 0.0 else None,
        third_body=[bh.ThirdBodyConfiguration(b, bh.EphemerisSource.LowPrecision) for b in bodies if forces.third_body],
        relativity=True,
        tides=bh.TidesConfiguration(permanent=bh.PermanentTideConfig.AUTO, solid=bh.SolidTideConfig()),
        mass=bh.ParameterSource.value(1.0),
    )
    method = (
        bh.NumericalPropagationConfig.with_method(bh.IntegrationMethod.RKF78).with_abs_tol(1e-6).with_rel_tol(1e-11)
    )
    start, state, out = _brahe_epoch(arc.start_t_s), arc.state, []
    control = functools.partial(_thrust, arc.burns) if arc.burns else None
    orbit = bh.NumericalOrbitPropagator(start, state, method, config, control_input=control)
    for t_s in [*arc.sample_t_s, arc.end_t_s]:
        orbit.propagate_to(_brahe_epoch(float(t_s)))
        out.append(np.asarray(orbit.current_state())[:6])
    return np.array(out[:-1]).reshape(-1, 6), out[-1]


def _brahe_epoch(t_s: float) -> Any:
    bh = open_brahe()
    return bh.Epoch.from_mjd(MJD_2000 + math.floor(t_s / DAY_S), bh.TimeSystem.UTC) + t_s % DAY_S


def axes(frame: str, r_m: NDArray[np.float64], v_m_per_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unit vectors (..., 3, 3), rows along RTN or NTW of the given position and velocity (..., 3)."""
    cross = _unit(np.cross(r_m, v_m_per_s))
    if frame == "RTN":
        radial = _unit(r_m)
        return np.stack((radial, np.cross(cross, radial), cross), axis=-2)
    tangent = _unit(v_m_per_s)
    return np.stack((np.cross(tangent, cross), tangent, cross), axis=-2)


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(vector / np.linalg.norm(vector, axis=-1, keepdims=True))


def _acceleration(burn: Burn) -> NDArray[np.float64]:
    return np.array(burn.delta_v_m_per_s) / burn.duration_s


def _thrust(burns: Sequence[Burn], _t: float, state: NDArray[np.float64], _p: Any) -> NDArray[np.float64]:
    out = np.zeros(6)
    for burn in burns:
        out[3:] += _acceleration(burn) @ axes(burn.frame, state[:3], state[3:6])
    return out
