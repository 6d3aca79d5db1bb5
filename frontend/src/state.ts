/** What is shown: the address of the page, the moment, and the result looked at. One object, told to all who listen. */
import type { Chronicle, Dependence, FutureView, Job, Verdict, View } from "./api";
import { DAY_MS, iso } from "./dom";

export interface Result { job: Job; verdict: Verdict; view: View; future: FutureView }

export interface State {
  route: string;
  id: string;
  query: URLSearchParams;
  t: number;
  chronicle: Chronicle;
  result: Result | null;
  run: number;
  selected: string;
  /** The station whose parts, orbit and people are shown, where a result has several; empty: its first. */
  station: string;
  gone: Dependence | null;
}

export const state = { route: "look", id: "", query: new URLSearchParams(), t: 0, result: null, run: 0, selected: "", station: "", gone: null } as unknown as State;

type What = "time" | "station" | "result" | "select" | "route" | "gone";
const listeners: [What[], () => void][] = [];
export const on = (what: What[], call: () => void) => { listeners.push([what, call]); };
export const changed = (what: What) => { for (const [kinds, call] of listeners) if (kinds.includes(what)) call(); };

export const firstMs = () => Date.parse(state.chronicle.span.first);
/** The slider ends with the result shown, without one with the record. */
export const lastMs = () => Date.parse(iso(Date.parse(state.result?.view.horizon ?? state.chronicle.span.last)));
/** Whether the moment lies in the simulated span of the result shown. */
export const simulated = () => !!state.result && state.t >= Date.parse(state.result.view.start) - DAY_MS;

/** The moment nearest to one that the page can show. */
export const within = (ms: number) => Math.min(Math.max(ms, firstMs()), lastMs());

let writing = 0;
/** Show another moment, and write it into the address once it rests. */
export function setTime(ms: number) {
  state.t = within(ms);
  changed("time");
  clearTimeout(writing);
  writing = window.setTimeout(() => { state.query.set("t", iso(state.t)); history.replaceState(null, "", address()); }, 250);
}

/** Show another station of the result. */
export function setStation(name: string) {
  if (name === state.station || !state.result?.view.stations.includes(name)) return;
  state.station = name;
  state.query.set("station", name);
  history.replaceState(null, "", address());
  changed("station");
}

export function select(what: string) { state.selected = what; changed("select"); }

export const address = (route = state.route, id = state.id, query: URLSearchParams = state.query) => {
  const asked = query.toString();
  return `#/${route}${id ? `/${id}` : ""}${asked ? `?${asked}` : ""}`;
};

export function go(route: string, id = "", asked: Record<string, string> = {}) {
  location.hash = address(route, id, new URLSearchParams(asked));
}

export function readAddress() {
  clearTimeout(writing);
  const [path = "", asked = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [route = "", id = ""] = path.split("/");
  state.route = ["look", "depends", "ask", "results", "run", "compare"].includes(route) ? route : "look";
  state.id = /^[0-9a-f]{16}$/.test(id) ? id : "";
  state.query = new URLSearchParams(asked);
  state.station = state.query.get("station") ?? "";
  const t = Date.parse(state.query.get("t") ?? "");
  if (Number.isFinite(t)) state.t = t;
}
