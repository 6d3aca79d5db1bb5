/** The page: one address, one moment, one result; pictures on the right, the panel of the address on the left. */
import "./style.css";
import { ask, type Chronicle, Refused } from "./api";
import { askPanel, loadAsk } from "./ask";
import { charts } from "./charts";
import { dependsPanel, loadDepends } from "./depends";
import { byId, counted, h, iso, say } from "./dom";
import { gantt } from "./gantt";
import { legend, lookPanel, toldOf } from "./look";
import { comparePanel, loadCompare, loadResults, loadRun, resultsPanel, runPanel } from "./results";
import { type Scene, scene } from "./scene";
import { changed, on, readAddress, setStation, setTime, state, within } from "./state";
import { timebar } from "./timebar";
import { webgl } from "./view3d";

type Draw = (now: Scene) => void;
const pictures: Draw[] = [];
let now: Scene;
let shown = "";
/** While the moment moves the panel is built anew at most so often: its text costs more than the pictures. */
const PANEL_MS = 300;
let panelAt = -PANEL_MS;

function panel(): HTMLElement {
  switch (state.route) {
    case "depends": return dependsPanel();
    case "ask": return askPanel(redraw);
    case "results": return resultsPanel(redraw);
    case "run": return runPanel(redraw);
    case "compare": return comparePanel();
    default: return lookPanel(now);
  }
}

/** Build the panel anew; where the reader was in it stays in view. */
function redraw() {
  const host = byId("panel"), top = host.scrollTop, same = shown === state.route + state.id;
  const open = same ? [...host.querySelectorAll("details")].map((d) => d.open) : [];
  const focused = same && host.contains(document.activeElement) ? [...host.querySelectorAll("button, a, input, select, summary")].indexOf(document.activeElement!) : -1;
  host.replaceChildren(panel());
  const details = [...host.querySelectorAll("details")];
  if (details.length === open.length) details.forEach((d, i) => { d.open = open[i]! || d.open; });
  if (focused >= 0) (host.querySelectorAll("button, a, input, select, summary")[focused] as HTMLElement | undefined)?.focus({ preventScroll: true });
  host.scrollTop = same ? top : 0;
  shown = state.route + state.id;
  panelAt = performance.now();
  document.body.dataset.route = state.route;
  for (const link of document.querySelectorAll<HTMLElement>("nav a")) {
    const here = link.dataset.route === state.route || (link.dataset.route === "results" && ["run", "compare"].includes(state.route));
    if (here) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
  }
  byId("twin").setAttribute("href", twin());
}

/** The address of what is shown, as JSON. */
function twin(): string {
  switch (state.route) {
    case "depends": return `./api/dependence?${new URLSearchParams({ on: iso(state.t), without: state.query.get("without") ?? "", segment: state.query.get("segment") ?? "powered_down" })}`;
    case "ask": return `./api/scenarios${state.query.has("scenario") ? `/${state.query.get("scenario")}` : ""}`;
    case "results": return "./api/jobs";
    case "run": return state.result ? `./api/jobs/${state.id}/verdict.json` : `./api/jobs/${state.id}`;
    case "compare": return state.id ? `./api/jobs/${state.id}/compare.json` : "./api/jobs";
    default: return "./api/record";
  }
}

async function arrive() {
  const before = state.station;
  readAddress();
  if (state.station !== before) changed("station");
  if (state.route !== "depends") state.gone = null;
  if (!["run", "ask"].includes(state.route) && state.result) { state.result = null; state.run = 0; changed("result"); }
  if (state.route === "run" && state.result && state.result.job.id !== state.id) { state.result = null; changed("result"); }
  if (state.route !== "run" || state.result) state.t = within(state.t);
  changed("time");
  redraw();
  const loads: Record<string, () => Promise<unknown>> = { depends: loadDepends, ask: loadAsk, results: () => loadResults(redraw), run: () => loadRun(redraw), compare: () => loadCompare(redraw) };
  try { await loads[state.route]?.(); } catch (error) { say(error instanceof Refused ? error.message : "The server does not answer"); }
  redraw();
  byId("panel").focus({ preventScroll: true });
}

function draw() {
  now = scene();
  byId("station-caption").textContent = caption();
  const told = state.selected && state.route !== "look" ? toldOf(state.selected) : null;
  byId("chosen").replaceChildren(...(told ? [told] : []));
  note.textContent = now.note;
  for (const picture of pictures) picture(now);
}

function caption(): string {
  const title = state.result?.view.titles[now.station] || (now.station === "iss" ? "International Space Station" : now.station);
  if (!now.bodies.length) return `${title}: nothing of it is in orbit on this day`;
  const drawn = now.schematic ? (now.bodies.every((b) => b.part.schematic) ? "; schematic: its geometry is not on record, modules stand in a row in the order they came" : "; modules below it are schematic: their place is not on record") : "";
  return `${title}: ${counted(now.bodies.length, "part")}, ${counted(now.ships.length, "ship")}, ${counted(now.people, "person", "people")}${drawn}`;
}

/** Which station of a result with several is shown. */
function choice() {
  const names = state.result?.view.stations ?? [];
  byId("which").replaceChildren(...(names.length < 2 ? [] : [h("div", { class: "choice", role: "group", "aria-label": "Station shown" }, "Station ", ...names.map((name) =>
    h("button", { type: "button", "data-station": name, "aria-pressed": String(name === (names.includes(state.station) ? state.station : names[0])), onclick: () => setStation(name) }, state.result!.view.titles[name] || name)))]));
}

const flat = !webgl() || new URLSearchParams(location.search).has("flat");
const coming = flat ? null : Promise.all([import("./globe"), import("./station")]); // on its way while the record is read
state.chronicle = await ask<Chronicle>("record");
state.t = Date.parse(state.chronicle.span.last);
readAddress();
const { note } = timebar();
byId("legend").replaceChildren(legend());
gantt();
charts();
on(["time", "station", "result", "select", "gone"], draw);
let panelDue = 0;
const follows = (routes: string[]) => () => {
  if (!routes.includes(state.route) || panelDue) return;
  panelDue = window.setTimeout(() => { panelDue = 0; redraw(); }, Math.max(panelAt + PANEL_MS - performance.now(), 0));
};
on(["time"], follows(["look"]));
on(["select", "result"], follows(["look", "run"]));
on(["station", "result"], choice);
on(["gone"], follows(["depends"]));
let dependsDue = 0;
on(["time"], () => { if (state.route === "depends" && state.gone && state.gone.on !== iso(state.t)) { clearTimeout(dependsDue); dependsDue = window.setTimeout(() => void loadDepends(), 300); } });
addEventListener("hashchange", () => void arrive());
addEventListener("keydown", (e) => {
  if (e.target instanceof HTMLElement && /INPUT|SELECT|TEXTAREA/.test(e.target.tagName)) return;
  if (e.key === "," || e.key === ".") setTime(state.t + (e.key === "," ? -30 : 30) * 86_400_000);
});
changed("result");
void arrive(); // what the panel waits for, the pictures do not
void ask<{ version: string }>("about").then(({ version }) => { byId("version").textContent = `stationkeep ${version}`; });
if (coming) {
  const [{ globe }, { station }] = await coming;
  pictures.push(station(byId("station")));
  draw();
  pictures.push(await globe(byId("globe")));
} else {
  const { flatMap, schematic } = await import("./flat");
  pictures.push(flatMap(byId("globe")), schematic(byId("station")));
  document.body.classList.add("flat-view");
}
draw();
document.body.dataset.ready = String(Math.round(performance.now()));
