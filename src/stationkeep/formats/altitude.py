"""A station's altitude history: the packaged daily record, or the user's csv, element sets (TLE, OMM) or OEM."""

import csv
import math
from pathlib import Path
from typing import NamedTuple

import numpy as np

from stationkeep.formats.elements import read_elements
from stationkeep.laws.orbit import EARTH_RADIUS_M, GRAVITY_RADIUS_M, J2, MU_M3_PER_S2
from stationkeep.model.files import InputError

DATA = Path(__file__).parents[1] / "data/orbit"
PACKAGED = DATA / "altitude.csv"
DAY_S = 86400.0
Samples = list[tuple[float, float, float, float]]
COLUMNS = "date, alt_brouwer_km (and, if known, utc, raan_deg, ecc)"


class AltitudeRecord(NamedTuple):
    """Daily means in order of time, gaps allowed; NaN where the file does not say."""

    t_s: np.ndarray  # (n,) when it held (noon where the file does not say), seconds since 2000-01-01 UTC
    h_m: np.ndarray  # (n,) Brouwer mean semi-major axis less the Earth's equatorial radius
    raan_rad: np.ndarray  # (n,)
    eccentricity: np.ndarray  # (n,)
    made_t_s: float = math.nan
    """When the file was made, if it says so (an OEM): what lies after is forecast, not measured."""


def read_altitude(path: Path = PACKAGED) -> AltitudeRecord:
    """Read a csv (`COLUMNS`), element sets (TLE, OMM), or a CCSDS OEM; several a day become their mean.

    Raises InputError naming the line of what cannot be read.
    """
    text = path.read_text(errors="replace") if path.suffix != ".gz" else ""
    head = text.lstrip()[:400]
    first = head.splitlines()[0] if head else ""
    made_t_s = math.nan
    if path.suffix == ".gz" or "CCSDS_OEM" in head or "<oem" in head:
        samples, made_t_s = _from_oem(path)
    elif "CCSDS_OMM" in head or "MEAN_MOTION" in first or head[:1] in tuple("[{<") or "\n1 " in f"\n{head}":
        samples = _from_elements(path)
    else:
        samples = _from_csv(path, text)
    return _daily(np.array(samples, float).reshape(-1, 4))._replace(made_t_s=made_t_s)


def _from_csv(path: Path, text: str) -> Samples:
    rows = csv.DictReader(text.splitlines())
    missing = [name for name in ("date", "alt_brouwer_km") if name not in (rows.fieldnames or [])]
    if missing:
        raise InputError(str(path), 1, f"no column {', '.join(missing)}", f"the columns {COLUMNS}")
    found = []
    for row in rows:
        try:
            moment = np.datetime64(row["date"][:10], "D") + np.timedelta64(12, "h")
            if row.get("utc"):
                moment = np.datetime64(row["utc"].rstrip("Z"), "s")
            if not (row["alt_brouwer_km"] or "").strip():
                raise ValueError("no altitude")
            altitude_km = float(row["alt_brouwer_km"])
            raan, ecc = (float(row.get(name) or "nan") for name in ("raan_deg", "ecc"))
        except (ValueError, TypeError) as error:
            advice = "an ISO date and an altitude in km, or leave the day out"
            raise InputError(str(path), rows.line_num, str(error), advice) from None
        if not 100.0 <= altitude_km <= 2000.0:
            advice = "the mean altitude above 6378.137 km, in km, between 100 and 2000"
            raise InputError(str(path), rows.line_num, f"alt_brouwer_km is {altitude_km:g}", advice)
        found.append((_seconds(moment), altitude_km * 1e3, np.radians(raan), ecc))
    return found


def _from_elements(path: Path) -> Samples:
    """Epoch, Brouwer altitude, node and eccentricity of each set (SGP4 undoes Kozai's mean motion)."""
    found = []
    for one in read_elements(path):
        orbit = one.satellite
        if not 1.0 < orbit.a < 2.0:
            raise InputError(str(path), one.line, "not a low Earth orbit", "sets of one satellite below 6,000 km")
        height_m = orbit.a * orbit.radiusearthkm * 1e3 - EARTH_RADIUS_M
        found.append((one.epoch_t_s, height_m, orbit.nodeo, orbit.ecco))
    return found


def _from_oem(path: Path) -> tuple[Samples, float]:
    """Mean elements of every state: osculating a less the first-order J2 term, and the node; daily means do the
    rest. With them the day the file was made."""
    from stationkeep.formats.oem import read_oem

    oem = read_oem(path)
    r, v = np.asarray(oem.r_m), np.asarray(oem.v_m_per_s)
    distance = np.linalg.norm(r, axis=1)
    osculating = 1.0 / (2.0 / distance - np.sum(v * v, axis=1) / MU_M3_PER_S2)
    momentum = np.cross(r, v)
    sin2_i = 1.0 - (momentum[:, 2] / np.linalg.norm(momentum, axis=1)) ** 2
    sin2_latitude = (r[:, 2] / distance) ** 2
    scale = -MU_M3_PER_S2 * J2 * GRAVITY_RADIUS_M**2
    excess = scale * ((1.5 * sin2_latitude - 0.5) / distance**3 - (0.75 * sin2_i - 0.5) / osculating**3)
    mean = osculating - 2.0 * osculating**2 / MU_M3_PER_S2 * excess
    node = np.arctan2(momentum[:, 0], -momentum[:, 1])
    return list(zip(oem.t_s, mean - EARTH_RADIUS_M, node, np.full(len(mean), np.nan), strict=True)), oem.created_t_s


def _daily(samples: np.ndarray) -> AltitudeRecord:
    """One row per UTC day that has samples: the median altitude, against stray sets, at their median epoch; the node of
    the sample nearest to it. Sets stand alone for weeks, and half a day is a tenth of the fall between two of them."""
    samples = samples[np.argsort(samples[:, 0], kind="stable")]
    day = np.floor(samples[:, 0] / DAY_S)
    rows = []
    for one in np.unique(day):
        group = samples[day == one]
        epoch, altitude = np.median(group[:, :2], axis=0)
        near = group[np.argmin(np.abs(group[:, 0] - epoch))]
        rows.append((epoch, altitude, near[2], group[:, 3].mean()))
    table = np.array(rows)
    return AltitudeRecord(table[:, 0], table[:, 1], table[:, 2], table[:, 3])


def read_nodes(path: Path = DATA / "raan.csv") -> tuple[np.ndarray, np.ndarray]:
    """The station's measured nodes: (t_s at noon, raan_rad), in order of time."""
    with path.open() as file:
        rows = list(csv.DictReader(file))
    noon = [_seconds(np.datetime64(row["date"], "D") + np.timedelta64(12, "h")) for row in rows]
    return np.array(noon), np.radians([float(row["raan_deg"]) for row in rows])


def _seconds(moment: np.datetime64) -> float:
    return float((moment - np.datetime64("2000-01-01", "h")) / np.timedelta64(1, "s"))
