/** Results: the list, one run with its verdict and causes, and comparisons. */
import { ask, type Cause, type Comparison, type Difference, type Finding, type FuturePlan, type FutureView, type Job, Refused, type Reserve, said, type Verdict, type View } from "./api";
import { asked } from "./ask";
import { type Child, counted, h, iso, number, percent, say, scroll, unitTold, words } from "./dom";
import { planTold } from "./planned";
import { allStays, shownStation } from "./scene";
import { address, changed, go, select, setStation, setTime, state } from "./state";
import { findingsShown } from "./timebar";

const ACTIVE = ["queued", "running"];
const chosen = new Set<string>();
let jobs: Job[] = [];
let job: Job | null = null;
let plan: { job: string; futures: FuturePlan[] } | null = null;
let comparison: Comparison | null = null;
let failed = "";
let side: { job: Job; verdict: Verdict }[] = [];
let asking = 0;
let shown = "";

/** Read the list; while a job of it waits or works, again and again. */
export async function loadResults(redraw: () => void): Promise<void> {
  clearTimeout(asking);
  const told = () => jobs.map((j) => j.id + j.state).join(), before = told();
  jobs = (await ask<{ jobs: Job[] }>("jobs")).jobs;
  if (state.route !== "results") return;
  if (jobs.some((j) => ACTIVE.includes(j.state))) later(() => loadResults(redraw), 2000);
  if (told() !== before) redraw();
}

/** Ask again after a while; a server that does not answer, since it starts anew, is asked until it does. */
function later(load: () => Promise<void>, ms: number) {
  const { route } = state;
  asking = window.setTimeout(() => {
    if (state.route === route) void load().catch(() => { say("The server does not answer; asking again"); later(load, 3000); });
  }, ms);
}

/** Read a job; while it works, again and again, until its verdict is there. */
export async function loadRun(redraw: () => void): Promise<void> {
  clearTimeout(asking);
  const id = state.id;
  try { job = await ask<Job>(`jobs/${id}`); } catch (error) { if (error instanceof Refused) { job = null; redraw(); return; } throw error; }
  if (state.id !== id || state.route !== "run") return;
  if (job.files.includes("plan.json") && plan?.job !== id) plan = { job: id, futures: (await ask<{ futures: FuturePlan[] }>(`jobs/${id}/plan.json`)).futures };
  const there = job.files.includes("view.json");
  if (there && state.result?.job.id !== id) await read(id);
  else if (there && state.result) { state.result.job = job; await settle(id); }
  if (ACTIVE.includes(job.state)) later(() => loadRun(redraw), 700);
  const seen = [id, job.state, ...job.files].join();
  const bar = document.querySelector("#progress");
  if (seen === shown && bar) bar.replaceWith(progress(job, redraw)); // a reader's click is not lost to a new panel
  else redraw();
  shown = seen;
}

async function read(id: string) {
  const [verdict, view] = await Promise.all([ask<Verdict>(`jobs/${id}/verdict.json`), ask<View>(`jobs/${id}/view.json`)]);
  const wanted = Math.max(view.futures.indexOf(state.query.get("future") ?? ""), 0);
  const future = await ask<FutureView>(`jobs/${id}/view-${wanted}.json`);
  const runs = future.runs.findIndex((r) => r.run === Number(state.query.get("run") ?? -1));
  state.run = Math.max(runs, 0);
  state.result = { job: job!, verdict, view, future };
  setTime(state.query.has("t") ? state.t : Date.parse(findingsShown()[0]?.first_break.p50 ?? view.start));
  changed("result");
}

/** A link to the result that is open already: its future, its run and its day. */
async function settle(id: string) {
  const result = state.result!, place = result.view.futures.indexOf(state.query.get("future") ?? result.future.name);
  const runs = result.view.runs_shown.indexOf(Number(state.query.get("run") ?? result.view.runs_shown[state.run]));
  if (result.view.futures[place] !== undefined && result.view.futures[place] !== result.future.name) result.future = await ask<FutureView>(`jobs/${id}/view-${place}.json`);
  else if (runs < 0 || runs === state.run) return;
  if (runs >= 0) state.run = runs;
  changed("result");
}

async function other(what: "future" | "run", to: string) {
  state.query.set(what, to);
  history.replaceState(null, "", address());
  if (what === "future") state.result!.future = await ask<FutureView>(`jobs/${state.id}/view-${state.result!.view.futures.indexOf(to)}.json`);
  else state.run = state.result!.future.runs.findIndex((r) => String(r.run) === to);
  changed("result");
}

export function runPanel(redraw: () => void): HTMLElement {
  if (!job) return h("div", {}, h("h2", {}, "No such result"), h("p", {}, "It was forgotten or never asked. ", h("a", { href: "#/results" }, "See the results"), "."));
  const { result } = state;
  const told = result && result.job.id === job.id ? result : null;
  return h("div", { class: "run" },
    h("h2", {}, job.title),
    ACTIVE.includes(job.state) ? progress(job, redraw) : null,
    job.state === "failed" ? h("div", { class: "wrong" }, ...job.problems.map((p) => h("p", {}, said(p)))) : null,
    job.state === "cancelled" ? h("p", { class: "wrong" }, "Cancelled. ", again(job)) : null,
    told ? verdictTold(told.verdict) : null,
    plan?.job === job.id ? planTold(plan.futures, job.id) : null,
    told ? downloads(job) : null,
  );
}

function progress(job: Job, redraw: () => void): HTMLElement {
  const text = job.state === "queued" ? (job.ahead ? `${counted(job.ahead, "job")} before it` : "waiting for a worker") : job.total && job.done < job.total ? `${job.done} of ${job.total} runs` : job.phase || "starting";
  const bar = h("progress", { "aria-label": "Progress", max: 1 });
  if (job.total) bar.value = job.done / job.total;
  return h("div", { class: "card", id: "progress" }, h("p", { role: "status" }, text), bar,
    h("button", { type: "button", id: "cancel", onclick: async () => { try { await ask(`jobs/${job.id}`, undefined, "DELETE"); } catch (e) { if (!(e instanceof Refused)) throw e; } void loadRun(redraw); } }, "Cancel"));
}

const again = (job: Job) => h("a", { href: `#/ask?${asked(job.args)}` }, "Change the question");

function verdictTold(v: Verdict): HTMLElement {
  const { view, future } = state.result!;
  const horizon = Object.keys(v.presence_to_horizon)[0]!;
  const several = v.futures.length > 1;
  return h("div", {},
    h("p", { class: "headline", id: "headline" }, v.headline),
    h("div", { class: "two" },
      several ? pickOne("Future", view.futures.map((f) => [f, words(f)]), future.name, (to) => other("future", to)) : null,
      pickOne("Run told", future.runs.map((r) => [String(r.run), `run ${r.run}`]), String(future.runs[state.run]?.run ?? 0), (to) => other("run", to))),
    h("h3", {}, "Someone aboard without a break until 1 January"),
    scroll("Presence by year", presence(v, horizon)),
    h("h3", {}, `What breaks${several ? `: ${words(future.name)}` : ""}`),
    ...findings(),
    ...reserves(v, future.name),
    h("details", {}, h("summary", {}, `Run ${future.runs[state.run]?.run ?? 0} as a story`), story()),
    h("details", {}, h("summary", {}, `What it rests on (${v.assumptions.length} assumptions, ${percent(v.ledger.recalled_frac ?? 0)} recalled)`), assumptions(v)),
    v.sources.length ? h("details", {}, h("summary", {}, `Sources (${v.sources.length})`), h("ul", {}, ...v.sources.map((s) => h("li", {}, `${s.date} ${s.speaker}: ${s.statement}. What happened: ${s.what_happened}`)))) : null,
  );
}

function presence(v: Verdict, horizon: string): HTMLElement {
  const years = Object.keys(v.presence);
  const cell = (frac: number | undefined) => { const td = h("td", { class: "share" }, frac === undefined ? "" : percent(frac)); td.style.setProperty("--share", String(frac ?? 0)); return td; };
  return h("table", { id: "presence" }, h("caption", {}, `${v.runs} runs of each future, seed ${v.seed}`),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Future"), h("th", { scope: "col" }, `to ${horizon}`), ...years.map((y) => h("th", { scope: "col" }, y)))),
    h("tbody", {}, ...v.futures.map((f) => h("tr", {}, h("th", { scope: "row" }, `${words(f.name)}${v.futures.length > 1 ? ` (${f.weight})` : ""}`), cell(f.presence_to_horizon[horizon]), ...years.map((y) => cell(f.presence[y]))))));
}

/** How low each store came, and when runs fell below the levels at which the rules act. */
function reserves(v: Verdict, future: string): Child[] {
  const mine = (v.reserves ?? []).filter((r) => v.futures.length < 2 || r.future === future);
  if (!mine.length) return [];
  const spread = <T>(s: { p5: T; p50: T; p95: T }, told: (x: T) => string) => (s.p5 === s.p95 ? told(s.p50) : `${told(s.p50)} (${told(s.p5)} to ${told(s.p95)})`);
  const below = (b: Reserve["below"][string]) => (b.runs_frac ? percent(b.runs_frac) + (b.first ? `, ${spread(b.first, String)}` : "") : "");
  const heads = Object.values(mine[0]!.below).map((b) => (b.days > 1 ? `below ${number(b.days)} days` : "none left"));
  const rows = mine.map((r) => h("tr", {}, h("th", { scope: "row" }, r.resource), h("td", {}, spread(r.least_d, (d) => number(Math.round(d)))), ...Object.values(r.below).map((b) => h("td", {}, below(b)))));
  const table = h("table", {},
    h("caption", {}, "Least reserve while somebody is aboard, people as usual and nothing recovered; share of runs that fall below a level, and when first"),
    h("thead", {}, h("tr", {}, ...["Store", "least", ...heads].map((name) => h("th", { scope: "col" }, name)))), h("tbody", {}, ...rows));
  return [h("details", { id: "reserves" }, h("summary", {}, "Reserves in days"), scroll("Reserves in days", table))];
}

function findings(): Child[] {
  const list = findingsShown();
  if (!list.length) return [h("p", {}, "Nothing that must hold is broken.")];
  const first = list.reduce((a, b) => (a.first_frac >= b.first_frac ? a : b));
  return list.map((f) => finding(f, f === first));
}

function finding(f: Finding, first: boolean): HTMLElement {
  const open = state.selected === `finding:${f.requirement}` || first;
  const span = f.first_break.p5 === f.first_break.p95 ? f.first_break.p50 : `${f.first_break.p50} (${f.first_break.p5} to ${f.first_break.p95})`;
  return h("details", { class: first ? "finding first" : "finding", "data-finding": f.requirement, open },
    h("summary", {}, h("strong", {}, words(f.requirement)), ` breaks in ${percent(f.share_frac)} of runs, ${span}`, first ? h("span", { class: "tag" }, "first") : null),
    h("ol", { class: "chain" }, h("li", {}, link(`${words(f.requirement)} is broken`, f.first_break.p50, "breach", f.requirement, f.station)), ...f.causes.map((c) => h("li", {}, causeLink(c, f.station)))),
    h("p", { class: "hint" }, f.causes.length ? `So in ${percent(f.chain_share_frac)} of the runs that break. Dates are medians.` : "The log names no cause."));
}

function causeLink(c: Cause, station: string): HTMLElement {
  return h("span", {}, link(c.text, c.date, c.kind, c.name, station), c.vanish_frac === null ? null : h("span", { class: "tag" }, `${percent(c.vanish_frac)} of the breaks vanish without it`));
}

/** A link of a chain: goes to its day, and to the ship, part or service it names. */
function link(text: string, date: string, kind: string, name: string, station: string): HTMLElement {
  return h("button", { type: "button", class: "link", "data-kind": kind, "data-name": name, onclick: () => {
    setStation(station);
    setTime(Date.parse(date));
    select(target(kind, name, date));
    say(`${text}, ${date}`);
  } }, text, h("time", { datetime: date }, date));
}

/** What of the picture a log name stands for: a ship nearest to the day, a part, or a part that gives the service. */
function target(kind: string, name: string, date: string): string {
  if (state.chronicle.parts.some((p) => p.id === name)) return name;
  if (kind.startsWith("service")) {
    const giver = state.chronicle.services.find((s) => s.service === name && s.kind === "part" && s.from <= date && (!s.to || s.to > date));
    return giver?.giver ?? "";
  }
  const near = allStays().filter((s) => s.flight === name || s.flight.startsWith(`${name}-`));
  near.sort((a, b) => Math.abs(Date.parse(a.from) - Date.parse(date)) - Math.abs(Date.parse(b.from) - Date.parse(date)));
  return near[0]?.flight ?? "";
}

function story(): HTMLElement {
  const events = state.result!.future.runs[state.run]?.events ?? [];
  return h("ol", { class: "story" }, ...events.map((e) => h("li", {}, link(e.text, e.utc.slice(0, 10), e.kind, e.name, e.station), e.cause ? h("span", { class: "hint" }, ` ← ${e.cause}`) : null)));
}

function assumptions(v: Verdict): HTMLElement {
  return scroll("Assumptions", h("table", { class: "wide" }, h("thead", {}, h("tr", {}, ...["What", "Value", "Range", "Status", "Source"].map((t) => h("th", { scope: "col" }, t)))),
    h("tbody", {}, ...v.assumptions.map((a) => h("tr", {}, h("th", { scope: "row" }, words(a.name.replace(`_${a.unit}`, ""))), h("td", {}, `${number(a.value)} ${unitTold(a.unit)}`), h("td", {}, a.low === null || a.high === null ? "" : `${number(a.low)} to ${number(a.high)}`), h("td", {}, a.status), h("td", {}, a.source))))));
}

function pickOne(text: string, options: [string, string][], now: string, act: (v: string) => void): HTMLElement {
  const list = h("select", { onchange: () => act(list.value) }, ...options.map(([v, t]) => h("option", { value: v }, t)));
  list.value = now;
  return h("label", { class: "field" }, text, list);
}

const NAMES: Record<string, string> = { "scenario.yaml": "Scenario", "report.html": "Report", "dataset.nc": "Dataset (netCDF)", "dataset.zip": "Dataset (Parquet)", "bands.csv": "Bands (CSV)", "flights.csv": "Planned flights (CSV)", "plan.json": "Plan (JSON)", "verdict.json": "Verdict (JSON)" };

function downloads(job: Job): HTMLElement {
  const links = Object.entries(NAMES).filter(([name]) => job.files.includes(name)).map(([name, text]) => h("a", { href: `./api/jobs/${job.id}/${name}?download=true`, download: `stationkeep-${job.id}-${name}`, "data-download": name }, text));
  const orbit = h("button", { type: "button", id: "orbit", onclick: () => void ephemeris(job, orbit) }, "Orbit of the day shown (OEM, CZML)");
  return h("section", { class: "card" }, h("h3", {}, "Take it along"), h("p", { class: "links" }, ...links, job.files.includes("report.html") ? h("a", { href: `./api/jobs/${job.id}/report.html`, target: "_blank", rel: "noopener" }, "Open the report") : null),
    job.state === "done" ? h("p", { class: "links" }, orbit) : null,
    h("p", {}, again(job), " · ", h("a", { href: "#/results" }, "Compare with another")));
}

async function ephemeris(job: Job, button: HTMLButtonElement) {
  button.disabled = true;
  const asked = { result: job.id, on: iso(state.t), future: state.result!.view.futures.length > 1 ? state.result!.future.name : "", run: state.result!.view.runs_shown[state.run] ?? 0, station: shownStation() };
  try {
    const made = await finished((await ask<{ id: string }>("ephemeris", asked)).id);
    const where = button.parentElement!;
    if (made.state === "done") where.append(...["orbit.oem", "orbit.czml"].map((name) => h("a", { href: `./api/jobs/${made.id}/${name}?download=true`, download: `${asked.on}-${name}`, "data-download": name }, `${asked.on} ${name.slice(6).toUpperCase()}`)));
    else say(made.problems.map(said).join(" "));
  } catch (error) { if (error instanceof Refused) say(error.message); else throw error; } finally { button.disabled = false; }
}

/** The job once it has ended; meanwhile `tell` hears how it stands. */
async function finished(id: string, tell: (job: Job) => void = () => {}): Promise<Job> {
  for (;;) {
    const now = await ask<Job>(`jobs/${id}`);
    if (!ACTIVE.includes(now.state)) return now;
    tell(now);
    await new Promise((done) => setTimeout(done, 500));
  }
}

export function resultsPanel(redraw: () => void): HTMLElement {
  const runs = jobs.filter((j) => j.kind === "run");
  const compare = h("button", { type: "button", class: "main", id: "compare", disabled: chosen.size < 2, onclick: () => { const ids = [...chosen]; go("compare", "", { ids: ids.join(",") }); } }, `Compare ${chosen.size || ""}`);
  return h("div", {}, h("h2", {}, "Results"), runs.length ? null : h("p", {}, "Nothing was run here yet. ", h("a", { href: "#/ask" }, "Ask something"), "."),
    h("ul", { class: "plain jobs" }, ...runs.map((j) => {
      const tick = h("input", { type: "checkbox", "aria-label": `Compare ${j.title}`, disabled: j.state !== "done", onchange: () => { if (tick.checked) chosen.add(j.id); else chosen.delete(j.id); redraw(); } });
      tick.checked = chosen.has(j.id);
      return h("li", { "data-job": j.id }, tick, h("a", { href: `#/run/${j.id}` }, j.title), h("span", { class: "hint" }, ` ${j.state}, ${j.args.plan ? "planned, " : ""}${counted(j.args.runs ?? 0, "run")}, seed ${j.args.seed}, ${new Date(j.created * 1000).toISOString().slice(0, 16).replace("T", " ")}${changesTold(j)}`));
    })),
    runs.length > 1 ? h("p", {}, "Tick two or more to compare. Runs of the same seed share their luck, so differences are paired.") : null, runs.length > 1 ? compare : null);
}

const changesTold = (j: Job) => { const c = Object.entries(j.args.changes ?? {}); return c.length ? `; changed: ${c.slice(0, 3).map(([k, v]) => `${k.replace(/^futures\.([^.]+)\.(events\.)?/, "$1: ")} = ${typeof v === "object" ? JSON.stringify(v) : v}`).join(", ")}` : ""; };

export async function loadCompare(redraw: () => void) {
  const ids = (state.query.get("ids") ?? "").split(",").filter((id) => /^[0-9a-f]{16}$/.test(id)).slice(0, 6);
  const found = await Promise.all(ids.map(async (id) => {
    try { return { job: await ask<Job>(`jobs/${id}`), verdict: await ask<Verdict>(`jobs/${id}/verdict.json`) }; } catch (error) { if (error instanceof Refused) return null; throw error; }
  }));
  side = found.filter((one) => one !== null);
  comparison = null;
  failed = side.length < ids.length ? `${counted(ids.length - side.length, "result")} of this link ${ids.length - side.length > 1 ? "are" : "is"} not there: forgotten, or not finished.` : "";
  redraw();
  if (ids.length !== 2 || failed) return;
  let made = state.id ? await ask<Job>(`jobs/${state.id}`) : null;
  if (!made || made.args.a !== ids[0] || made.args.b !== ids[1]) made = await ask<Job>(`jobs/${(await ask<{ id: string }>("compare", { a: ids[0], b: ids[1] })).id}`);
  made = await finished(made.id, (job) => { const line = document.getElementById("comparing"); if (line && job.state === "queued") line.textContent = job.ahead ? `Waiting: ${counted(job.ahead, "job")} before it` : "Waiting for a worker"; });
  if (made.state === "done") { comparison = await ask<Comparison>(`jobs/${made.id}/compare.json`); state.id = made.id; history.replaceState(null, "", address()); } else failed = made.problems.map(said).join(" ") || made.state;
  redraw();
}

export function comparePanel(): HTMLElement {
  if (!side.length) return h("div", {}, h("h2", {}, "Side by side"), h("p", { role: "status" }, failed || "Nothing to compare yet."), h("p", {}, h("a", { href: "#/results" }, "Choose two results or more"), "."));
  const horizon = (v: { presence_to_horizon: Record<string, number> }) => Object.entries(v.presence_to_horizon)[0]!;
  const several = side.flatMap((s) => (s.verdict.futures.length > 1 ? s.verdict.futures.map((f) => f.name) : [])), futures = [...new Set(several)];
  const letter = (i: number) => "abcdef"[i];
  const row = (name: string, cell: (v: Verdict) => string) => h("tr", {}, h("th", { scope: "row" }, name), ...side.map((s) => h("td", {}, cell(s.verdict))));
  return h("div", {}, h("h2", {}, "Side by side"),
    scroll("Results side by side", h("table", { id: "side" }, h("thead", {}, h("tr", {}, h("td", {}), ...side.map((s, i) => h("th", { scope: "col" }, `${letter(i)}: `, h("a", { href: `#/run/${s.job.id}` }, s.job.title), h("span", { class: "hint" }, changesTold(s.job)))))),
      h("tbody", {}, row("Runs, seed", (v) => `${v.runs}, ${v.seed}`), row("Aboard to the horizon", (v) => { const [day, share] = horizon(v); return `${percent(share)} to ${day}`; }),
        ...futures.map((name) => row(`… ${words(name)}`, (v) => { const f = v.futures.find((x) => x.name === name); return f ? percent(horizon(f)[1]) : "no such future"; })),
        row("Breaks first", (v) => { const f = [...v.findings].sort((a, b) => b.first_frac - a.first_frac)[0]; return f ? `${words(f.requirement)}, ${f.first_break.p50}, ${percent(f.share_frac)}` : "nothing"; })))),
    failed ? h("p", { class: "wrong", role: "status" }, failed) : side.length !== 2 ? null : comparison ? differences(comparison) : h("p", { role: "status", id: "comparing" }, "Comparing run by run ..."));
}

const MILLION = 1e6;

/** What is compared, with its unit where the name does not hold it: `propellant_used`, `kg` becomes "propellant used, kg". */
function named(d: Difference): string {
  const name = words(d.variable).replace(/\[(.*)\]/, ": $1"), unit = d.unit === "usd" ? "million US dollars" : unitTold(d.unit);
  return unit && !name.includes(unit) ? `${name}, ${unit}` : name;
}

function differences(c: Comparison): HTMLElement {
  const size = (v: number, unit: string) => (unit === "frac" ? percent(v) : number(unit === "usd" ? v / MILLION : v));
  const digits = (v: number, unit: string) => (v < 0 ? "−" : "") + size(Math.abs(v), unit);
  const table = (list: Difference[]) => scroll("Differences", h("table", { class: "differences" }, h("thead", {}, h("tr", {}, ...["What", "a", "b", "b − a", "95 % interval"].map((t) => h("th", { scope: "col" }, t)))),
    h("tbody", {}, ...list.filter((d) => d.difference !== 0).map((d) => h("tr", { class: d.low !== null && d.high !== null && (d.low > 0 || d.high < 0) ? "clear" : "" }, h("th", { scope: "row" }, named(d)), h("td", {}, digits(d.a, d.unit)), h("td", {}, digits(d.b, d.unit)), h("td", {}, digits(d.difference, d.unit)), h("td", {}, d.low === null || d.high === null ? "" : `${digits(d.low, d.unit)} to ${digits(d.high, d.unit)}`))))));
  const same = c.differences.filter((d) => d.difference === 0).length;
  return h("div", { id: "differences" }, h("h3", {}, "b − a, run by run"), c.paired ? null : h("p", { class: "wrong" }, "The seeds differ: read the intervals as unpaired."), table(c.differences), h("p", { class: "hint" }, `Bold: the interval leaves out zero. ${same} more do not differ.`),
    ...(c.futures.length > 1 ? c.futures.map((f) => h("details", {}, h("summary", {}, words(f.name)), table(f.differences))) : []));
}
