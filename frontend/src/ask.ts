/** The form: choose a scenario or bring a file, change what matters, and run it. Messages stand where they belong. */
import { ask, type Data, type Problem, Refused, said, type ScenarioHead } from "./api";
import { type Child, h, iso, say, scroll, words } from "./dom";
import { address, go, state } from "./state";

const PARTNERS = ["roscosmos", "nasa", "esa", "jaxa", "csa", "commercial"];
const OWN = ["runs", "seed", "explain"] as const, DEFAULTS = { runs: 20, seed: 0, explain: 1 };
const SEGMENTS = ["keeps_running", "handed_over", "powered_down", "separated"];

interface Form { scenario: string; yaml: string; file: string; data: Data; changes: Record<string, unknown>; runs: number; seed: number; explain: number; plan: boolean }
let form: Form | null = null;
let heads: ScenarioHead[] = [];
let checking = 0;
/** Counts what was asked of the server, so that a late answer does not overwrite that to a later question. */
let turn = 0;

export async function loadAsk() {
  heads = heads.length ? heads : (await ask<{ scenarios: ScenarioHead[] }>("scenarios")).scenarios;
  const name = state.query.get("scenario") ?? form?.scenario ?? "iss-partner-leaves";
  if (form?.yaml && !state.query.has("scenario")) return;
  if (form?.scenario !== name || form.yaml) await choose(name);
  try { if (state.query.has("c")) form!.changes = JSON.parse(state.query.get("c")!); } catch { /* a broken link changes nothing */ }
  for (const key of OWN) if (state.query.has(key) && Number.isInteger(Number(state.query.get(key)))) form![key] = Number(state.query.get(key));
  if (state.query.has("plan")) form!.plan = state.query.get("plan") === "1";
}

/** What of a question stands in its address, so that it can be shared: changes, and what differs from the defaults. */
export function asked(q: { scenario?: string; changes?: Record<string, unknown>; runs?: number; seed?: number; explain?: number; plan?: boolean }): URLSearchParams {
  const told = new URLSearchParams(q.scenario ? { scenario: q.scenario } : {});
  if (q.changes && Object.keys(q.changes).length) told.set("c", JSON.stringify(q.changes));
  for (const key of OWN) if (q[key] !== undefined && q[key] !== DEFAULTS[key]) told.set(key, String(q[key]));
  if (q.plan) told.set("plan", "1");
  return told;
}

function remember() {
  if (form!.yaml) return; // a file of one's own is not in the address
  state.query = asked({ ...form!, scenario: form!.scenario });
  state.query.set("t", iso(state.t));
  history.replaceState(null, "", address());
}

async function choose(name: string) {
  const known = heads.some((s) => s.name === name) ? name : "iss-partner-leaves";
  const { data } = await ask<{ data: Data }>(`scenarios/${known}`);
  form = { scenario: known, yaml: "", file: "", data, changes: {}, ...DEFAULTS, ...(form ? { runs: form.runs, seed: form.seed, explain: form.explain } : {}), plan: form?.plan ?? false };
}

const question = () => ({ ...(form!.yaml ? { yaml: form!.yaml, file: form!.file } : { scenario: form!.scenario }), changes: form!.changes, runs: form!.runs, seed: form!.seed, explain: form!.explain, plan: form!.plan });

/** Value at a dotted path, with the change made to it. */
function value(path: string): any {
  if (path in form!.changes) return form!.changes[path];
  return path.split(".").reduce((at: any, step) => at?.[step], form!.data);
}

function change(path: string, to: unknown) {
  const before = path.split(".").reduce((at: any, step) => at?.[step], form!.data);
  if (JSON.stringify(before) === JSON.stringify(to)) delete form!.changes[path]; else form!.changes[path] = to;
  remember();
  clearTimeout(checking);
  checking = window.setTimeout(() => void check(), 350);
}

interface Checked { ok: boolean; problems: Problem[]; data: Data | null }

async function check(): Promise<boolean> {
  const mine = ++turn;
  try {
    const told = await ask<Checked>("check", question());
    if (mine === turn) show(told.problems);
    return told.ok;
  } catch (error) {
    if (error instanceof Refused) { show(error.problems); return false; }
    throw error;
  }
}

/** Each message beside the field it is about; the others above the form. */
function show(problems: Problem[], beside = true) {
  for (const old of document.querySelectorAll("#panel .wrong")) old.remove();
  for (const field of document.querySelectorAll("#panel [aria-invalid]")) { field.removeAttribute("aria-invalid"); field.removeAttribute("aria-describedby"); }
  const rest: Problem[] = [];
  problems.forEach((p, i) => {
    const field = [...document.querySelectorAll<HTMLElement>("#panel [data-path]")].find((f) => p.path === f.dataset.path || p.path.startsWith(`${f.dataset.path}.`)) ??
      [...document.querySelectorAll<HTMLElement>("#panel [data-path]")].find((f) => p.path && f.dataset.path!.startsWith(`${p.path}.`));
    if (!field || !beside) { rest.push(p); return; }
    const note = h("p", { class: "wrong", id: `wrong-${i}` }, p.message + (p.advice ? `; ${p.advice}` : ""));
    const control = field instanceof HTMLFieldSetElement ? field : field.querySelector("input, select") ?? field;
    control.setAttribute("aria-invalid", "true");
    control.setAttribute("aria-describedby", `${control.getAttribute("aria-describedby") ?? ""} ${note.id}`.trim());
    (field.closest(".field") ?? field).append(note);
  });
  const box = document.getElementById("problems");
  box?.replaceChildren(...rest.map((p) => h("p", { class: "wrong" }, said(p))));
  say(problems.length ? `${problems.length} problems: ${problems.map(said).join(". ")}` : "No problems");
}

export function askPanel(redraw: () => void): HTMLElement {
  if (!form) return h("p", {}, "Reading ...");
  const { data } = form;
  const pick = h("select", { id: "scenario", onchange: async () => { await choose(pick.value); state.query = new URLSearchParams({ scenario: form!.scenario, t: iso(state.t) }); history.replaceState(null, "", address()); redraw(); } },
    ...heads.map((s) => h("option", { value: s.name }, `${s.name}: ${s.title}`)), form.yaml ? h("option", { value: "" }, `your file: ${form.file}`) : null);
  pick.value = form.yaml ? "" : form.scenario;
  const upload = h("input", { type: "file", accept: ".yaml,.yml,text/yaml", onchange: async () => { const f = upload.files?.[0]; upload.value = ""; if (f) await bring(f.name, await f.text(), redraw); } }); // emptied, so that a file mended may be chosen again
  return h("form", { onsubmit: (e: Event) => { e.preventDefault(); void run(); } },
    h("h2", {}, "Ask"),
    h("label", { class: "field" }, "Scenario", pick),
    h("p", { class: "hint" }, data.description ?? ""),
    h("label", { class: "field" }, "or bring a scenario file (YAML)", upload),
    h("div", { id: "problems", "aria-live": "polite" }),
    h("div", { class: "two" }, dateField("Horizon", "horizon", data.horizon !== "last-flight"), choiceField("Solar activity to come", "solar", ["ensemble", "bulletin"], "ensemble")),
    ...leaving(redraw),
    section("Flights", Object.keys(data.flights ?? {}).length > 0, flights()),
    section("What must hold", false, requirements()),
    h("div", { class: "three" }, numberField("Runs per future", "runs", 1), numberField("Seed", "seed", 0), numberField("Causes to defend", "explain", 0)),
    h("p", { class: "hint" }, "A cause is defended by running again without it, on the same luck."),
    planField(),
    h("div", { class: "actions" }, h("button", { type: "submit", class: "main", id: "run" }, "Run"), h("button", { type: "button", onclick: () => void check().then((ok) => ok && say("No problems")) }, "Check"),
      Object.keys(form.changes).length ? h("button", { type: "button", onclick: () => { form!.changes = {}; change("title", data.title); redraw(); } }, "Undo all changes") : null),
  );
}

function planField(): HTMLElement {
  const tick = h("input", { type: "checkbox", id: "plan", onchange: () => { form!.plan = tick.checked; remember(); } });
  tick.checked = form!.plan;
  return h("div", { class: "row" }, h("label", {}, tick, " Ask for a plan: choose the flights first, so that what must hold does"),
    h("p", { class: "hint" }, "Each future is planned apart, which takes up to a few minutes; then the planned flights are flown in the runs."));
}

async function bring(file: string, text: string, redraw: () => void) {
  clearTimeout(checking);
  turn++;
  try {
    const { data, problems } = await ask<Checked>("check", { yaml: text, file, runs: 1 });
    if (!data) { show(problems, false); return; } // about the file, not the form that stands there
    form = { ...form!, yaml: text, file, data, changes: {} };
    state.query = new URLSearchParams({ t: iso(state.t) });
    redraw();
    say(`${file} is read`);
  } catch (error) { if (error instanceof Refused) show(error.problems, false); else throw error; }
}

async function run() {
  const button = document.getElementById("run") as HTMLButtonElement;
  button.disabled = true;
  clearTimeout(checking);
  try { if (await check()) go("run", (await ask<{ id: string }>("jobs", question())).id); } catch (error) {
    if (error instanceof Refused) show(error.problems); else throw error;
  } finally { button.disabled = false; }
}

const section = (title: string, there: boolean, body: HTMLElement) => h("details", {}, h("summary", {}, title), there || body.children.length ? body : h("p", {}, "none"));

/** Who leaves when: every withdrawal of every future, and a way to add one. */
function leaving(redraw: () => void): Child[] {
  const { data } = form!;
  const found: [string, Data, string][] = [];
  for (const [name, event] of Object.entries<Data>(data.events ?? {})) if (event?.withdraw) found.push([`events.${name}`, event, ""]);
  for (const [future, told] of Object.entries<Data>(data.futures ?? {})) for (const [name, event] of Object.entries<Data>(told.events ?? {})) if (event?.withdraw) found.push([`futures.${future}.events.${name}`, event, future]);
  const cards: Child[] = found.map(([path, event, future]) => h("fieldset", { class: "card field", "data-path": path },
    h("legend", {}, future ? `Future: ${data.futures[future].title || future}` : "Who leaves"),
    h("div", { class: "two" }, choiceField("Partner", `${path}.withdraw`, PARTNERS), choiceField("Its segment", `${path}.segment`, SEGMENTS)),
    typeof event.on === "object" && event.on?.at ? dateField("On", `${path}.on`, true, event.on.at) : h("p", { class: "hint" }, when(event)),
    future ? numberField("Weight (assumed)", `futures.${future}.weight`, 0, 0.05) : null));
  const own = form!.changes["events.leave"] as Data | undefined;
  if (own) {
    const set = (key: string, to: unknown) => { change("events.leave", { ...(form!.changes["events.leave"] as Data), [key]: to }); };
    cards.push(h("fieldset", { class: "card field", "data-path": "events.leave" }, h("legend", {}, "A partner leaves"),
      h("div", { class: "two" }, select("Partner", PARTNERS, own.withdraw, (v) => set("withdraw", v)), select("Its segment", SEGMENTS, own.segment, (v) => set("segment", v))),
      labelled("On", h("input", { type: "date", value: String(own.on), onchange: (e: any) => set("on", e.target.value) })),
      h("button", { type: "button", onclick: () => { change("events.leave", undefined); delete form!.changes["events.leave"]; for (const [k] of Object.entries(data.flights ?? {})) if (form!.changes[`flights.${k}.until`] === "leave") delete form!.changes[`flights.${k}.until`]; redraw(); } }, "Take it back")));
  } else if (!found.length) {
    cards.push(h("button", { type: "button", id: "add-leave", onclick: () => { change("events.leave", { withdraw: "roscosmos", on: "2025-12-31", segment: "handed_over" }); redraw(); } }, "Add: a partner leaves"));
  }
  return cards;
}

/** A date that is not fixed, or the condition waited for, in words. */
function when(event: Data): string {
  if (typeof event.when === "string") return `when ${words(event.when)} comes true`;
  if (event.when) return `when ${event.when.station} is ${event.when.is}`;
  if (event.on?.between) return `between ${event.on.between.map((d: string) => d.slice(0, 10)).join(" and ")}`;
  return `declared for ${String(event.on?.declared).slice(0, 10)}, said on ${String(event.on?.said).slice(0, 10)}; slips as such dates have slipped`;
}

function flights(): HTMLElement {
  const rows = Object.entries<Data | null>(form!.data.flights ?? {}).filter(([, f]) => f).map(([name, f]) => {
    const path = `flights.${name}`, off = value(path) === null;
    const every = h("input", { type: "text", inputmode: "decimal", size: 6, "aria-label": `Days between launches of ${name}`, value: String(value(`${path}.every_d`) ?? ""), disabled: f!.every_d === undefined, onchange: () => change(`${path}.every_d`, every.value === "record" || !Number.isFinite(Number(every.value)) ? every.value : Number(every.value)) });
    const flies = h("input", { type: "checkbox", "aria-label": `${name} flies`, onchange: () => { if (flies.checked) { delete form!.changes[path]; change(path, form!.data.flights[name]); } else change(path, null); } });
    flies.checked = !off;
    return h("tr", {}, h("td", {}, flies), h("th", { scope: "row" }, name), h("td", {}, f!.vehicle), h("td", { class: "field", "data-path": path }, f!.every_d === undefined ? String(f!.launch ?? "").slice(0, 10) : every));
  });
  return scroll("Flights", h("table", {}, h("thead", {}, h("tr", {}, ...["Flies", "Series", "Vehicle", "Every (days, or “record”)"].map((t) => h("th", { scope: "col" }, t)))), h("tbody", {}, ...rows)));
}

function requirements(): HTMLElement {
  const rows = Object.entries<Data>(form!.data.requirements ?? {}).map(([name, r]) => {
    const path = `requirements.${name}`;
    const bound = h("input", { type: "text", inputmode: "decimal", size: 8, "aria-label": `Bound of ${name}`, value: String(value(`${path}.bound`)), onchange: () => change(`${path}.bound`, Number.isFinite(Number(bound.value)) && bound.value ? Number(bound.value) : bound.value) });
    const grace = h("input", { type: "number", min: 0, "aria-label": `Grace of ${name}, days`, value: String(value(`${path}.grace_d`) ?? 0), onchange: () => change(`${path}.grace_d`, Number(grace.value)) });
    return h("tr", {}, h("th", { scope: "row" }, r.text || name), h("td", {}, `${words(r.variable)} ${words(r.relation)}`), h("td", { class: "field", "data-path": `${path}.bound` }, bound), h("td", { class: "field", "data-path": `${path}.grace_d` }, grace));
  });
  return scroll("Requirements", h("table", {}, h("thead", {}, h("tr", {}, ...["What", "Variable", "Bound", "Grace (days)"].map((t) => h("th", { scope: "col" }, t)))), h("tbody", {}, ...rows)));
}

const labelled = (text: string, input: HTMLElement, path = "") => h("label", { class: "field", ...(path ? { "data-path": path } : {}) }, text, input);

function select(text: string, options: string[], now: string, act: (v: string) => void, path = ""): HTMLElement {
  const list = h("select", { onchange: () => act(list.value) }, ...options.map((o) => h("option", { value: o }, words(o))));
  list.value = now;
  return labelled(text, list, path);
}

const choiceField = (text: string, path: string, options: string[], otherwise = "") => select(text, options, value(path) ?? otherwise, (v) => change(path, v), path);

function dateField(text: string, path: string, there: boolean, at?: string): HTMLElement {
  const shown = String(form!.changes[path] ?? at ?? value(path) ?? "").slice(0, 10);
  const input = h("input", { type: "date", value: shown, disabled: !there, onchange: () => change(path, input.value) });
  return labelled(there ? text : `${text}: the last recorded flight`, input, path);
}

function numberField(text: string, path: string, min: number, step = 1): HTMLElement {
  const own = path === "runs" || path === "seed" || path === "explain";
  const input = h("input", { type: "number", min, step, value: String(own ? form![path as "runs"] : value(path)), onchange: () => {
    if (own) { form![path as "runs"] = Number(input.value); remember(); void check(); } else change(path, Number(input.value));
  } });
  return labelled(text, input, path);
}
