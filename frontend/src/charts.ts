/** Charts against time: the record, or bands (5, 50, 95 %) and single runs of a result; all share the moment shown. */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Chart } from "./api";
import { byId, DAY_MS, h, iso, placeOf, unitTold, words } from "./dom";
import { on, setStation, setTime, state } from "./state";

const HEIGHT = 170, GAP_MS = 400 * DAY_MS;
const FIRST = ["altitude_km", "people_count", "propellant_kg", "power_usable_kW", "reserve_d", "seats_count"];
const LINE = "#7ab0ff", MEDIAN = "#f2f5f9", RUN = "#ffb27a", LIMIT = "#ff6f6f", AXIS = "#aab4c0", GRID = "#27303b";

let plots: { plot: uPlot; cursor: HTMLElement }[] = [];

export function charts() {
  on(["result", "station"], build);
  on(["time"], move);
  new ResizeObserver(() => { for (const { plot } of plots) { const w = plot.root.parentElement?.clientWidth; if (w && w !== plot.width) plot.setSize({ width: w, height: HEIGHT }); } move(); }).observe(byId("charts"));
}

function build() {
  for (const { plot } of plots) plot.destroy();
  plots = [];
  const host = byId("charts");
  const { result } = state;
  if (!result) { host.replaceChildren(h("p", { class: "hint" }, "As recorded. Propellant, power, reserves, hours and more are told by a ", h("a", { href: "#/ask" }, "run"), "."), grid(recordCharts())); move(); return; }
  const stations = Object.keys(result.future.stations);
  const station = shown();
  const all = result.future.stations[station]?.charts ?? [];
  const first = FIRST.flatMap((name) => all.filter((c) => c.variable === name)), rest = all.filter((c) => !FIRST.includes(c.variable));
  const choice = h("div", { class: "choice", role: "group", "aria-label": "Station of the charts" }, ...stations.map((s) =>
    h("button", { type: "button", "aria-pressed": String(s === station), onclick: () => setStation(s) }, s)));
  const more = h("details", {}, h("summary", {}, `More charts (${rest.length})`));
  more.addEventListener("toggle", () => { if (more.open && more.children.length === 1) { more.append(grid(rest)); move(); } });
  host.replaceChildren(stations.length > 1 ? choice : h("span", {}), h("p", { class: "hint" }, `Bands: 5 to 95 % of the runs in which the station is there; white: their median; orange: run ${result.view.runs_shown[state.run] ?? 0}; red: what is required.`), grid(first), rest.length ? more : h("span", {}));
  move();
}

/** The station of the charts: the one shown, or where it never came to be the first that did. */
function shown(): string {
  const there = Object.keys(state.result!.future.stations);
  return there.includes(state.station) ? state.station : there[0] ?? "";
}

/** The record as charts without bands. */
function recordCharts(): Chart[] {
  const { altitude, people } = state.chronicle;
  const total = people.date.map((_, i) => Object.values(people.by_partner_count).reduce((sum, counts) => sum + counts[i]!, 0));
  const days: string[] = [], counts: number[] = [];
  people.date.forEach((day, i) => { if (i) { days.push(day); counts.push(total[i - 1]!); } days.push(day); counts.push(total[i]!); });
  const plain = (variable: string, label: string, unit: string, t: string[], values: (number | null)[]): Chart => ({ variable, entry: "", label, unit, t, p5: [], p50: values, p95: [], runs: [] });
  return [plain("altitude_km", "altitude as measured", "km", ...gapped(altitude.date, altitude.alt_brouwer_km)), plain("people_count", "people aboard", "", days, counts)];
}

/** A line is not drawn across a year without a measurement. */
function gapped(days: string[], values: number[]): [string[], (number | null)[]] {
  const t: string[] = [], v: (number | null)[] = [];
  days.forEach((day, i) => {
    if (i && Date.parse(day) - Date.parse(days[i - 1]!) > GAP_MS) { t.push(iso(Date.parse(days[i - 1]!) + DAY_MS)); v.push(null); }
    t.push(day); v.push(values[i]!);
  });
  return [t, v];
}

function grid(list: Chart[]): HTMLElement {
  const host = h("div", { class: "chart-grid" });
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) { seen.unobserve(entry.target); const c = list[[...host.children].indexOf(entry.target)]; if (c) one(entry.target as HTMLElement, c); }
  }, { rootMargin: "200px" });
  for (const c of list) { const box = h("div", { class: "chart", "data-variable": c.variable }, h("h3", {}, words(c.label), c.unit ? h("span", { class: "unit" }, ` ${unitTold(c.unit)}`) : null), h("div", { class: "plot" })); host.append(box); seen.observe(box); }
  return host;
}

function one(box: HTMLElement, c: Chart) {
  const target = box.lastElementChild as HTMLElement;
  const t = c.t.map((day) => Date.parse(day) / 1000);
  const banded = c.p5.length > 0;
  const limit = state.result?.view.limits.find((l) => (l.variable === c.variable && l.station === shown()) || (c.variable === "reserve_d" && l.variable === `${c.entry}_reserve_d`));
  const mine = c.runs[state.run] ?? [];
  const data = (banded ? [t, c.p95, c.p5, c.p50, mine, t.map(() => limit?.bound ?? null)] : [t, c.p50]) as uPlot.AlignedData;
  const series: uPlot.Series[] = banded
    ? [{}, { label: "95 %", stroke: LINE, width: 1 }, { label: "5 %", stroke: LINE, width: 1 }, { label: "median", stroke: MEDIAN, width: 2 }, { label: "run", stroke: RUN, width: 1.2 }, { label: "required", stroke: LIMIT, width: 1, dash: [5, 4] }]
    : [{}, { label: c.label, stroke: LINE, width: 1.3 }];
  const axis = { stroke: AXIS, grid: { stroke: GRID, width: 1 }, ticks: { stroke: GRID }, font: "11px system-ui, sans-serif" };
  const low = c.variable === "altitude_km" ? undefined : 0;
  const plot = new uPlot({
    width: target.clientWidth || 300, height: HEIGHT, legend: { show: false }, cursor: { y: false, drag: { x: false, y: false } },
    scales: { y: { range: (_u, a, b) => { const bottom = low ?? a - 0.05 * (b - a), top = b + 0.08 * (b - bottom || 1); return [bottom, top]; } } },
    series, bands: banded ? [{ series: [1, 2], fill: "rgba(122,176,255,0.22)" }] : [],
    axes: [{ ...axis, size: 30 }, { ...axis, size: (_u, told) => 24 + 6.5 * Math.max(3, ...(told ?? []).map((text) => text.length)) }],
  }, data, target);
  const cursor = h("div", { class: "now" }), value = h("output", { class: "value" });
  plot.over.append(cursor);
  box.firstElementChild!.append(value);
  plot.over.addEventListener("click", (e) => setTime(plot.posToVal(e.offsetX, "x") * 1000));
  target.setAttribute("role", "img");
  target.setAttribute("aria-label", `${words(c.label)} ${unitTold(c.unit)} against time`);
  plots.push({ plot, cursor });
  box.dataset.ready = "";
  (box as any).tell = () => { const i = placeOf(c.t, new Date(state.t).toISOString().slice(0, 10)); const v = i < 0 ? null : c.p50[i]; const told = v === null || v === undefined ? "" : [v.toLocaleString("en", { maximumFractionDigits: 1 }), unitTold(c.unit), banded ? "median" : ""].filter(Boolean).join(" "); if (told !== value.textContent) value.textContent = told; };
  move();
}

/** The line of the moment in every chart, and the value there. */
function move() {
  for (const { plot, cursor } of plots) {
    const at = plot.valToPos(state.t / 1000, "x");
    cursor.hidden = !(at >= 0 && at <= plot.over.clientWidth);
    if (!cursor.hidden) cursor.style.transform = `translateX(${at}px)`;
  }
  for (const box of document.querySelectorAll(".chart[data-ready]")) (box as any).tell?.();
}
