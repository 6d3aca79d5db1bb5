/** What the server sends, and the one way to ask it. */

export interface Problem { file: string; line: number | null; column: number | null; path: string; message: string; advice: string }
export interface Pose { from: string; to: string; state: string; at_m: [number, number, number]; size_m: [number, number, number]; turns: string }
export interface Part { id: string; name: string; kind: string; owner: string; segment: string; arrives: string; leaves: string; mass_kg: number; source: string; status: string; poses: Pose[]; station?: string; schematic?: boolean; gives?: string[] }
export interface Port { id: string; part: string; standard: string; at_m: [number, number, number]; direction: string; from: string; to: string }
export interface Vehicle { id: string; partner: string; length_m: number; width_m: number; seats_count: number }
export interface Flight {
  id: string; mission: string; vehicle: string; partner: string; port: string; launched: string; docked: string; undocked: string;
  outcome: string; moves: [string, string][]; away: [string, string][]; people_up_count: number; cargo_up_kg: number; brings: string[]; source: string; status: string;
}
export interface Offer { id: string; giver: string; kind: string; service: string; operator: string; needs: string[]; needs_part: string; from: string; to: string }
export interface Chronicle {
  span: { first: string; last: string };
  partners: { id: string; name: string; role: string }[];
  parts: Part[]; ports: Port[]; vehicles: Vehicle[]; flights: Flight[]; services: Offer[];
  people: { date: string[]; by_partner_count: Record<string, number[]> };
  altitude: { date: string[]; alt_brouwer_km: number[] };
  node: { date: string[]; raan_deg: number[] };
}
export interface Giver { giver: string; kind: string; partner: string; operator: string; segment: string; up: boolean; why: string }
export interface Dependence {
  on: string; without: string[]; segment: string;
  services: { service: string; before: boolean; up: boolean; lasts: boolean; why: string; givers: Giver[] }[];
  supplies: { what: string; up: boolean; givers: { giver: string; partner: string; most_kg: number; up: boolean }[] }[];
}
export interface Chart { variable: string; entry: string; label: string; unit: string; t: string[]; p5: (number | null)[]; p50: (number | null)[]; p95: (number | null)[]; runs: (number | null)[][] }
export interface Orbit { t: string[]; altitude_km?: (number | null)[][]; inclination_deg?: (number | null)[][]; raan_deg?: (number | null)[][] }
export interface Visit { flight: string; vehicle: string; partner: string; port: string; station: string; planned: string; docked: string; undocked: string }
export interface Happening { utc: string; kind: string; name: string; station: string; text: string; cause: string }
export interface RunView { run: number; people: Record<string, { date: string[]; count: number[] }>; visits: Visit[]; down: { station: string; service: string; from: string; to: string; cause: string }[]; events: Happening[]; drawn: { parts: Part[]; ports: Port[] } }
export interface FutureView { name: string; stations: Record<string, { charts: Chart[]; orbit: Orbit }>; runs: RunView[] }
export interface View { start: string; horizon: string; as_of: string; stations: string[]; runs_shown: number[]; futures: string[]; recorded_station: string; titles: Record<string, string>; segments: Record<string, string>; limits: { variable: string; station: string; bound: number; text: string }[] }
export interface Cause { kind: string; name: string; date: string; text: string; share_frac: number; vanish_frac: number | null }
export interface Finding {
  requirement: string; future: string; station: string; share_frac: number; interval: [number, number]; first_break: { p5: string; p50: string; p95: string };
  first_frac: number; chain_share_frac: number; causes: Cause[]; text: string;
}
export interface Verdict {
  scenario: string; title: string; headline: string; runs: number; seed: number; as_of: string | null; horizon: string; presence: Record<string, number>;
  presence_to_horizon: Record<string, number>; presence_to_horizon_interval: Record<string, [number, number]>;
  futures: { name: string; weight: number; presence: Record<string, number>; presence_to_horizon: Record<string, number>; findings: Finding[] }[];
  findings: Finding[]; sources: { id: string; date: string; speaker: string; statement: string; what_happened: string }[];
  assumptions: { name: string; value: number; low: number | null; high: number | null; unit: string; source: string; status: string }[];
  ledger: Record<string, number>; wall_s: number; reserves?: Reserve[];
}
type Spread<T> = { p5: T; p50: T; p95: T };
export interface Reserve { future: string | null; resource: string; least_d: Spread<number>; below: Record<string, { days: number; runs_frac: number; first: Spread<string> | null }> }
export interface Job {
  id: string; kind: string; title: string; state: "queued" | "running" | "done" | "failed" | "cancelled"; phase: string; done: number; total: number;
  tries: number; ahead: number; problems: Problem[]; created: number; begun: number | null; ended: number | null; files: string[];
  args: { name?: string; scenario?: string; changes?: Record<string, unknown>; plan?: boolean; runs?: number; seed?: number; a?: string; b?: string; result?: string };
}
export interface PlannedFlight { name: string; vehicle: string; partner: string; launcher: string; site: string; launch: string; expected: string; undock: string; port: string; people: Record<string, number>; relief: string | null; cost_musd: number; [kg: `${string}_kg`]: number }
export interface FuturePlan { name: string; status: string; objective: number | null; bound: number | null; gap_frac: number | null; cost_musd: number; flights: PlannedFlight[]; conflicts: string[]; additions: string[]; answers: { addition: string; flights_count: number; cost_musd: number; refuted: string[] }[]; solve_s: number }
export interface Difference { variable: string; unit: string; a: number; b: number; difference: number; low: number | null; high: number | null }
export interface Comparison { a: string; b: string; a_job: string; b_job: string; runs: number; paired: boolean; differences: Difference[]; futures: { name: string; differences: Difference[] }[] }
export interface ScenarioHead { name: string; title: string; description: string; start: string; horizon: string; as_of: string | null; futures: string[] }
export type Data = Record<string, any>;

/** A refusal by the server, with its reasons. */
export class Refused extends Error {
  constructor(public status: number, public problems: Problem[]) { super(problems.map(said).join("\n") || `status ${status}`); }
}

export const said = (p: Problem): string =>
  `${p.file && p.line && !p.file.startsWith("<") ? `${p.file}:${p.line}: ` : ""}${p.path ? `${p.path}: ` : ""}${p.message}${p.advice ? `; ${p.advice}` : ""}`;

export async function ask<T>(path: string, body?: unknown, method = body === undefined ? "GET" : "POST"): Promise<T> {
  const init: RequestInit = { method, headers: body === undefined ? {} : { "content-type": "application/json" } };
  if (body !== undefined) init.body = JSON.stringify(body);
  const answer = await fetch(`./api/${path}`, init);
  const told = await answer.json();
  if (answer.ok) return told as T;
  const problems = told.problems ?? [{ file: "", line: null, column: null, path: "", message: told.detail ?? answer.statusText, advice: told.advice ?? "" }];
  throw new Refused(answer.status, problems);
}
