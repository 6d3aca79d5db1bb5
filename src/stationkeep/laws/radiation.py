"""Dose to people in low orbit: cosmic rays through the Earth's field, and the South Atlantic Anomaly.

Two terms, each with its own dependence on altitude, inclination, Sun and shielding, scaled so that Mir's record stands:
450 uGy a day at 51.6 deg, 380-400 km, at solar minimum, half of it at maximum, mean quality factor 2.4 (Badhwar 2002,
Radiat. Res. 157). Solar-particle events are not in it.
"""

import math

from numba import njit

GCR_MIN_MGY_PER_D = 0.145  # 51.6 deg, solar minimum, Mir shielding; share of the 0.45: recalled (a third)
SAA_MIN_MGY_PER_D = 0.305
GCR_MAX_FRAC = 0.62  # cosmic rays at solar maximum over minimum: recalled
SAA_MAX_FRAC = 0.44  # makes the Mir total halve at solar maximum
GCR_QUALITY = 4.0  # recalled 3.5-4.5 at 51.6 deg
SAA_QUALITY = 1.64  # makes the mean quality factor 2.4 at solar minimum
REFERENCE_ALTITUDE_KM = 390.0
SAA_SCALE_KM = 72.0  # the anomaly's dose doubled when the station rose from 350 to 400 km in 2011: recalled
REFERENCE_SHIELD_G_PER_CM2 = 20.0  # recalled for Mir's and Zvezda's cabins
SAA_SHIELD_SCALE_G_PER_CM2 = 28.0  # protons halve about every 20 g/cm2: recalled
GCR_SHIELD_SCALE_G_PER_CM2 = 150.0
RIGIDITY_SCALE_GV = 3.0  # makes a polar orbit 2.5 times the cosmic-ray dose of 51.6 deg (2-3: recalled)
F107_MIN, F107_MAX = 70.0, 200.0


@njit(cache=True)
def solar_phase_frac(f107: float) -> float:
    """0 at solar minimum (F10.7 = 70), 1 at maximum (200 and above); f107 is a mean over months."""
    return min(1.0, max(0.0, (f107 - F107_MIN) / (F107_MAX - F107_MIN)))


@njit(cache=True)
def cutoff_rigidity_GV(latitude_rad: float) -> float:
    """Vertical Stoermer cutoff of a centred dipole: 14.9 cos^4(latitude) GV."""
    return 14.9 * math.cos(latitude_rad) ** 4


@njit(cache=True)
def cosmic_ray_factor(inclination_rad: float) -> float:
    """Cosmic rays let through along an orbit, over those at 51.6 deg: exp(-cutoff / 3 GV), averaged (180 points)."""
    total, reference = 0.0, 0.0
    for k in range(180):
        along = math.sin(2.0 * math.pi * (k + 0.5) / 180.0)
        total += math.exp(-cutoff_rigidity_GV(math.asin(math.sin(inclination_rad) * along)) / RIGIDITY_SCALE_GV)
        reference += math.exp(-cutoff_rigidity_GV(math.asin(0.7836934573 * along)) / RIGIDITY_SCALE_GV)
    return total / reference


@njit(cache=True)
def anomaly_factor(inclination_rad: float) -> float:
    """Time an orbit spends between 10 and 45 deg south, where the anomaly lies, over the same at 51.6 deg."""

    def below(latitude_rad: float, tilt: float) -> float:
        return math.asin(min(1.0, math.sin(latitude_rad) / math.sin(tilt)))

    low, high = math.radians(10.0), math.radians(45.0)
    tilt = min(inclination_rad, math.pi - inclination_rad)
    if tilt <= low:
        return 0.0
    here = below(high, tilt) - below(low, tilt)
    there = below(high, math.radians(51.6)) - below(low, math.radians(51.6))
    return here / there


@njit(cache=True)
def absorbed_mGy_per_d(
    altitude_km: float, inclination_rad: float, f107: float, shield_g_per_cm2: float
) -> tuple[float, float]:
    """Absorbed dose a day from cosmic rays and from the anomaly: (mGy/d, mGy/d)."""
    return absorbed_by_factor_mGy_per_d(
        altitude_km, cosmic_ray_factor(inclination_rad), anomaly_factor(inclination_rad), f107, shield_g_per_cm2
    )


@njit(cache=True)
def absorbed_by_factor_mGy_per_d(
    altitude_km: float, cosmic_ray: float, anomaly: float, f107: float, shield_g_per_cm2: float
) -> tuple[float, float]:
    """The same from the two factors of the inclination, which a station keeps for life."""
    phase = solar_phase_frac(f107)
    extra = shield_g_per_cm2 - REFERENCE_SHIELD_G_PER_CM2
    gcr = GCR_MIN_MGY_PER_D * (1.0 - phase * (1.0 - GCR_MAX_FRAC)) * cosmic_ray
    saa = SAA_MIN_MGY_PER_D * (1.0 - phase * (1.0 - SAA_MAX_FRAC)) * anomaly
    saa *= math.exp((altitude_km - REFERENCE_ALTITUDE_KM) / SAA_SCALE_KM)
    return gcr * math.exp(-extra / GCR_SHIELD_SCALE_G_PER_CM2), saa * math.exp(-extra / SAA_SHIELD_SCALE_G_PER_CM2)


@njit(cache=True)
def equivalent_mSv_per_d(cosmic_ray_mGy_per_d: float, anomaly_mGy_per_d: float) -> float:
    """Dose equivalent a day from the absorbed doses, by the quality factor of each source."""
    return cosmic_ray_mGy_per_d * GCR_QUALITY + anomaly_mGy_per_d * SAA_QUALITY


@njit(cache=True)
def dose_mSv_per_d(altitude_km: float, inclination_rad: float, f107: float, shield_g_per_cm2: float) -> float:
    """Dose equivalent a day inside the cabin; Mir at solar minimum 1.08 mSv, at maximum about 0.55."""
    gcr, saa = absorbed_mGy_per_d(altitude_km, inclination_rad, f107, shield_g_per_cm2)
    return equivalent_mSv_per_d(gcr, saa)
