/** What is where at the moment shown: from the record, or from the run of the result looked at. */
import type { Part, Port, RunView } from "./api";
import { iso, placeOf } from "./dom";
import { simulated, state } from "./state";

type Vector = [number, number, number];
export type Light = "lit" | "dark";
export interface Body { part: Part; at: Vector; size: Vector; turns: string; state: string; light: Light }
export interface Ship { flight: string; vehicle: string; partner: string; port: string; at: Vector; along: Vector; length_m: number; width_m: number }
export interface Scene {
  bodies: Body[]; ships: Ship[]; people: number; byPartner: Record<string, number> | null; altitude_km: number | null;
  inclination_deg: number; raan_deg: number | null; down: string[]; simulated: boolean; note: string;
  /** Which station is shown, and whether some of its parts stand where no geometry is on record. */
  station: string; schematic: boolean;
}

/** The station shown: of a result the one chosen or its first, before a result begins the one on record. */
export const shownStation = () => (simulated() ? (state.result!.view.stations.includes(state.station) ? state.station : state.result!.view.stations[0]!) : "iss");

/** The moment of a day the page shows: noon, when people are counted, written as the log writes it. */
const noon = (day: string) => `${day}T12:00:00Z`;

export const run = (): RunView | undefined => state.result?.future.runs[state.run];

/** The Earth turns under the node; between the days of the record it drifts at about -5 degrees a day. */
const NODE_DEG_PER_D = -5;

export function scene(): Scene {
  const day = iso(state.t), { chronicle } = state;
  const sim = simulated();
  const told = sim ? run() : undefined;
  const moment = noon(day);
  const happened = (kind: string) => told?.events.filter((e) => e.kind === kind && e.utc <= moment) ?? [];
  const back = happened("rejoin").length > 0;
  const off = new Set<string>(happened("powered_down").filter(() => !back).map((e) => (e.name === "nasa" ? "us" : "russian")));
  const station = shownStation(), home = sim ? state.result!.view.recorded_station : "iss";
  const fallen = happened("entry").find((e) => e.station === station)?.utc.slice(0, 10);
  const asOf = sim ? state.result!.view.as_of.slice(0, 10) : "";
  const known = asOf && asOf < day ? asOf : day; // a run knows no part that came later than its scenario was made
  const down = new Set(told?.down.filter((d) => d.station === station && d.from <= moment && (!d.to || d.to > moment)).map((d) => d.service));
  const offers = new Map<string, string[]>();
  for (const o of chronicle.services) if (o.kind === "part" && o.from <= known && (!o.to || o.to > known)) offers.set(o.giver, [...(offers.get(o.giver) ?? []), o.service]);

  const light = (part: Part): Light => {
    if (state.gone && !sim) {
      const mine = state.gone.services.flatMap((s) => s.givers).filter((g) => g.giver === part.id);
      if (mine.length) return mine.some((g) => g.up) ? "lit" : "dark";
      const segment = part.segment === "russian" ? "roscosmos" : "nasa";
      return state.gone.without.includes(segment) && state.gone.segment !== "handed_over" ? "dark" : "lit";
    }
    if (off.has(part.segment)) return "dark";
    const gives = part.gives ?? offers.get(part.id);
    if (!gives?.length && down.has("power")) return "dark";
    return gives?.length && gives.every((service) => down.has(service)) ? "dark" : "lit";
  };

  const bodies: Body[] = [];
  for (const part of [...chronicle.parts, ...(told?.drawn.parts ?? [])]) {
    const seen = part.schematic ? day : known;
    if (part.arrives > seen || (part.leaves && part.leaves <= seen) || fallen) continue;
    const pose = part.poses.find((p) => p.from <= seen && (!p.to || p.to > seen));
    if (!pose || complex(part.station ?? home, part.segment, moment) !== station) continue;
    bodies.push({ part, at: pose.at_m, size: pose.size_m, turns: pose.turns, state: pose.state, light: light(part) });
  }
  const ships = stays(moment, day, sim).map((s) => ship(s, known)).filter((s): s is Ship & { home: string } => s?.home === station && bodies.length > 0);
  return { bodies, ships, ...crew(day, moment, sim, station), ...orbit(day, sim, station), down: [...down], simulated: sim, note: note(sim, station, fallen), station, schematic: bodies.some((b) => b.part.schematic) };
}

/** The station a part of `home` belongs to at a moment of the run looked at: its segment may have left to be one of its own. */
function complex(home: string, segment: string, moment: string): string {
  const view = state.result?.view;
  if (!view || home !== view.recorded_station) return home;
  const left = run()?.events.find((e) => e.kind === "separate" && view.segments[e.station] === segment && e.utc <= moment);
  return left && simulated() ? left.station : home;
}

function note(sim: boolean, station: string, fallen?: string): string {
  if (fallen) return `Run ${run()!.run} of ${state.result!.future.name}: ${station} entered the atmosphere on ${fallen}`;
  if (sim && state.result) return `${iso(state.t)}, run ${run()?.run ?? 0} of ${state.result.future.name}, simulated`;
  return iso(state.t) > state.chronicle.span.last ? `The record ends on ${state.chronicle.span.last}` : `${iso(state.t)}, as recorded`;
}

export interface Stay { flight: string; vehicle: string; partner: string; port: string; from: string; to: string; station: string; note: string }

/** Ships as recorded, each stay on each port. */
export function recorded(): Stay[] {
  const out: Stay[] = [];
  for (const f of state.chronicle.flights) {
    if (!f.docked) continue;
    const stops: [string, string][] = [[f.docked, f.port], ...f.moves];
    stops.forEach(([from, port], i) => {
      const to = stops[i + 1]?.[0] ?? f.undocked;
      const base = { flight: f.id, vehicle: f.vehicle, partner: f.partner, port, station: "iss", note: `${f.mission} (${f.status})` };
      const gap = f.away.find(([a]) => a >= from && (!to || a < to));
      if (gap) out.push({ ...base, from, to: gap[0] }, { ...base, from: gap[1], to });
      else out.push({ ...base, from, to });
    });
  }
  return out;
}

/** Ships of the run looked at, before it those of the record. */
export function allStays(): Stay[] {
  const told = run();
  if (!told || !state.result) return recorded();
  const start = state.result.view.start;
  const before = recorded().filter((s) => s.from < start).map((s) => ({ ...s, to: !s.to || s.to > start ? start : s.to }));
  const later = told.visits.filter((v) => !v.undocked || v.undocked > start).map((v) => ({
    flight: v.flight, vehicle: v.vehicle, partner: v.partner, port: v.port, station: v.station, from: v.docked < start ? start : v.docked, to: v.undocked,
    note: v.planned ? `planned launch ${v.planned.slice(0, 10)}` : "",
  }));
  return [...before, ...later];
}

function stays(moment: string, day: string, sim: boolean): Stay[] {
  const last = state.chronicle.span.last;
  return (sim ? allStays() : recorded()).filter((s) => s.from <= moment && (s.to ? s.to > moment : sim || day <= last));
}

const AXES: Record<string, Vector> = { "+x": [1, 0, 0], "-x": [-1, 0, 0], "+y": [0, 1, 0], "-y": [0, -1, 0], "+z": [0, 0, 1], "-z": [0, 0, -1] };

function ship(stay: Stay, day: string): (Ship & { home: string }) | null {
  const { chronicle } = state;
  const all: Port[] = [...chronicle.ports, ...(run()?.drawn.ports ?? [])].filter((p) => p.id === stay.port);
  const port = all.find((p) => p.from <= day && (!p.to || p.to > day)) ?? all[all.length - 1];
  const vehicle = chronicle.vehicles.find((v) => v.id === stay.vehicle);
  if (!port) return null;
  return {
    flight: stay.flight, vehicle: stay.vehicle, partner: stay.partner, port: stay.port, at: port.at_m,
    along: AXES[port.direction] ?? [1, 0, 0], length_m: vehicle?.length_m ?? 7, width_m: vehicle?.width_m ?? 3,
    home: complex(stay.station, chronicle.parts.find((p) => p.id === port.part)?.segment ?? "", noon(iso(state.t))),
  };
}

function crew(day: string, moment: string, sim: boolean, station: string): { people: number; byPartner: Record<string, number> | null } {
  const counted = sim ? run()?.people[station] : undefined;
  if (counted) return { people: counted.count[Math.max(placeOf(counted.date, moment.slice(0, 10)), 0)] ?? 0, byPartner: null };
  const { date, by_partner_count } = state.chronicle.people;
  const i = placeOf(date, day);
  const byPartner: Record<string, number> = Object.fromEntries(Object.entries(by_partner_count).map(([p, counts]): [string, number] => [p, i < 0 ? 0 : counts[i]!]).filter(([, n]) => n > 0));
  return { people: Object.values(byPartner).reduce((a, b) => a + b, 0), byPartner };
}

function orbit(day: string, sim: boolean, station: string): { altitude_km: number | null; inclination_deg: number; raan_deg: number | null } {
  if (sim) {
    const o = state.result!.future.stations[station]?.orbit;
    if (!o) return { altitude_km: null, inclination_deg: 51.64, raan_deg: null };
    const i = Math.max(placeOf(o.t, day), 0);
    return { altitude_km: o.altitude_km?.[state.run]?.[i] ?? null, inclination_deg: o.inclination_deg?.[state.run]?.[i] ?? 51.64, raan_deg: o.raan_deg?.[state.run]?.[i] ?? null };
  }
  const a = state.chronicle.altitude, n = state.chronicle.node, i = placeOf(a.date, day), j = placeOf(n.date, day);
  const since = j < 0 ? 0 : (Date.parse(day) - Date.parse(n.date[j]!)) / 86_400_000;
  return {
    altitude_km: i < 0 ? null : a.alt_brouwer_km[i]!, inclination_deg: 51.64,
    raan_deg: j < 0 ? null : (((n.raan_deg[j]! + NODE_DEG_PER_D * since) % 360) + 360) % 360,
  };
}
