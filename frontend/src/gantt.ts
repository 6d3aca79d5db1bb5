/** Ships on ports against time: own SVG, every bar can be reached by key and chosen. */
import { byId, colour, DAY_MS, h, iso, svg, words } from "./dom";
import { allStays, type Stay } from "./scene";
import { firstMs, lastMs, on, select, setTime, state } from "./state";

const ROW = 22, TOP = 22;
const SPANS: [string, number][] = [["1 year", 366], ["3 years", 1096], ["8 years", 2922], ["all", 0]];
let days = 1096;
let drawn = "";

export function gantt() {
  const host = byId("gantt"), picture = h("div", { class: "gantt" });
  const choice = h("div", { class: "choice", role: "group", "aria-label": "Span of the port chart" }, ...SPANS.map(([name, span]) =>
    h("button", { type: "button", "aria-pressed": String(span === days), onclick: (e: Event) => {
      days = span;
      for (const b of choice.children) b.setAttribute("aria-pressed", String(b === e.currentTarget));
      draw(picture);
    } }, name)));
  host.replaceChildren(choice, picture);
  on(["time", "result", "select"], () => draw(picture));
  new ResizeObserver(() => { drawn = ""; draw(picture); }).observe(picture);
}

function draw(host: HTMLElement) {
  const width = host.clientWidth;
  if (!width) return;
  const half = days ? (days * DAY_MS) / 2 : 0;
  const step = half / 8 || 1; // the window moves in steps, so that a slide does not redraw everything every day
  const middle = days ? Math.min(Math.max(Math.round(state.t / step) * step, firstMs() + half), Math.max(lastMs() - half, firstMs() + half)) : 0;
  const t0 = days ? middle - half : firstMs(), t1 = days ? middle + half : lastMs();
  const left = width < 520 ? 98 : 118;
  const x = (ms: number) => left + ((ms - t0) / (t1 - t0)) * (width - left - 6);
  const key = [t0, t1, width, state.result?.job.id, state.result?.future.name, state.run, state.selected].join();
  if (key !== drawn) { drawn = key; host.replaceChildren(build(width, left, t0, t1, x)); }
  const cursor = host.querySelector("line.now");
  cursor?.setAttribute("x1", String(x(state.t)));
  cursor?.setAttribute("x2", String(x(state.t)));
}

function build(width: number, left: number, t0: number, t1: number, x: (ms: number) => number): SVGElement {
  const from = iso(t0), to = iso(t1);
  const stays = allStays().filter((s) => s.from < to && (!s.to || s.to > from));
  const ports = [...new Set(stays.map((s) => s.port))].sort();
  const height = TOP + Math.max(ports.length, 1) * ROW + 4;
  const grid: Element[] = [];
  const years = (t1 - t0) / DAY_MS / 365;
  let free = left;
  for (let year = new Date(t0).getUTCFullYear(); year <= new Date(t1).getUTCFullYear(); year++) {
    for (const month of years > 4 ? [0] : years > 1.5 ? [0, 6] : [0, 3, 6, 9]) {
      const at = Date.UTC(year, month, 1);
      if (at < t0 || at > t1 || (years > 12 && year % 4)) continue;
      grid.push(svg("line", { x1: x(at), x2: x(at), y1: TOP - 6, y2: height, class: "grid" }));
      const text = month ? iso(at).slice(0, 7) : String(year), wide = 7 * text.length + 3;
      if (x(at) < free || x(at) + wide > width) continue; // a label that would run into another, or off the edge
      grid.push(svg("text", { x: x(at) + 3, y: 13, class: "small" }, text));
      free = x(at) + wide + 6;
    }
  }
  ports.forEach((port, i) => grid.push(
    svg("line", { x1: 0, x2: width, y1: TOP + i * ROW, y2: TOP + i * ROW, class: "grid" }),
    svg("text", { x: 2, y: TOP + i * ROW + 15, class: "small" }, width < 520 ? words(port).slice(0, 15) : words(port)),
  ));
  const bars = stays.map((s) => bar(s, ports.indexOf(s.port), left, t0, t1, x));
  return svg("svg", { width, height, role: "group", "aria-label": `Ships on ports from ${from} to ${to}` }, ...grid, ...bars, svg("line", { class: "now", y1: TOP - 8, y2: height }));
}

function bar(s: Stay, row: number, left: number, t0: number, t1: number, x: (ms: number) => number): Element {
  const a = Math.max(x(Math.max(Date.parse(s.from), t0)), left), b = x(s.to ? Math.min(Date.parse(s.to), t1) : t1);
  const act = () => { if (Date.parse(s.from) > state.t || (s.to && Date.parse(s.to) < state.t)) setTime(Date.parse(s.from) + DAY_MS); select(s.flight); };
  const chosen = state.selected === s.flight;
  const group = svg("g", {
    tabindex: 0, role: "button", "data-visit": s.flight, "aria-label": `${s.flight} on ${s.port}, ${s.from.slice(0, 10)} to ${s.to.slice(0, 10) || "the end"}`, class: chosen ? "bar chosen" : "bar",
    onclick: act, onkeydown: (e: KeyboardEvent) => { if (e.key === "Enter" || e.key === " ") { e.preventDefault(); act(); } },
  }, svg("title", {}, `${s.flight}: ${s.from.slice(0, 10)} to ${s.to.slice(0, 10) || "the end"}. ${s.note}`), svg("rect", { x: a, y: TOP + row * ROW + 3, width: Math.max(b - a, 2), height: ROW - 6, rx: 3, fill: colour(s.partner) }));
  if (b - a > 7 * s.flight.length + 6) group.append(svg("text", { x: a + 4, y: TOP + row * ROW + 15, class: "small in" }, s.flight));
  return group;
}
