/** Where the Sun and the Earth's meridian are: low-precision formulas of the Astronomical Almanac, good to 0.01 degrees. */

const RAD = Math.PI / 180;
const J2000_MS = Date.UTC(2000, 0, 1, 12);

/** Unit vector to the Sun, true equator of date. */
export function sun(ms: number): [number, number, number] {
  const d = (ms - J2000_MS) / 86_400_000;
  const g = (357.529 + 0.98560028 * d) * RAD;
  const lambda = (280.459 + 0.98564736 * d + 1.915 * Math.sin(g) + 0.02 * Math.sin(2 * g)) * RAD;
  const e = (23.439 - 3.6e-7 * d) * RAD;
  return [Math.cos(lambda), Math.cos(e) * Math.sin(lambda), Math.sin(e) * Math.sin(lambda)];
}

/** Greenwich mean sidereal time, radians. */
export const gmst = (ms: number) => (((280.46061837 + 360.98564736629 * ((ms - J2000_MS) / 86_400_000)) % 360) + 360) % 360 * RAD;

export const EARTH_KM = 6378.137;
const MU_KM3_PER_S2 = 398600.4418;
export const periodMs = (altitude_km: number) => 2000 * Math.PI * Math.sqrt((EARTH_KM + altitude_km) ** 3 / MU_KM3_PER_S2);

/** A point of a circular orbit, km; `u` is the angle from the ascending node. */
export function onOrbit(radius_km: number, inclination_deg: number, raan_deg: number, u: number): [number, number, number] {
  const i = inclination_deg * RAD, o = raan_deg * RAD;
  const x = Math.cos(u), y = Math.sin(u) * Math.cos(i), z = Math.sin(u) * Math.sin(i);
  return [radius_km * (Math.cos(o) * x - Math.sin(o) * y), radius_km * (Math.sin(o) * x + Math.cos(o) * y), radius_km * z];
}

/** The place along the orbit is not modelled: the picture counts revolutions from the start of 2000. */
export const phase = (ms: number, altitude_km: number) => (2 * Math.PI * ((ms - Date.UTC(2000, 0, 1)) % periodMs(altitude_km))) / periodMs(altitude_km);
