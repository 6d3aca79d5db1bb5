/** The plan of a result: how good it is known to be, and its flights. */
import type { FuturePlan } from "./api";
import { counted, h, percent, scroll, words } from "./dom";

const STATUS: Record<string, string> = { optimal: "the cheapest there is", feasible: "the best found in the time given", infeasible: "there is no plan", unknown: "no plan was found in the time given" };

export function planTold(futures: FuturePlan[], job: string): HTMLElement {
  return h("section", { id: "plan-told" }, h("h3", {}, "The plan"),
    ...futures.map((f, i) => h("details", { open: i === 0 }, h("summary", {}, futures.length > 1 ? h("strong", {}, `${words(f.name)}: `) : null, head(f)), f.flights.length ? table(f) : conflicts(f))),
    h("p", { class: "links" }, h("a", { href: `./api/jobs/${job}/flights.csv?download=true`, download: `stationkeep-${job}-flights.csv` }, "Flights as a table (CSV)")));
}

const head = (f: FuturePlan) => (f.flights.length
  ? `${counted(f.flights.length, "flight")} for ${Math.round(f.cost_musd).toLocaleString("en")} million dollars, ${STATUS[f.status] ?? f.status}${f.gap_frac === null ? "" : ` (at most ${percent(f.gap_frac)} from the best)`}`
  : STATUS[f.status] ?? f.status);

const conflicts = (f: FuturePlan) => h("div", {}, f.conflicts.length ? h("p", {}, "These cannot hold together; give one up, or add a vehicle:") : null, h("ul", {}, ...f.conflicts.map((line) => h("li", {}, line))),
  f.additions.length ? h("p", {}, "What one addition would do:") : null,
  h("ul", {}, ...f.additions.map((words) => h("li", {}, answered(f, words)))), h("p", {}, "Its flights stay as they were."));

function answered(f: FuturePlan, addition: string): string {
  const found = f.answers.find((x) => x.addition === addition);
  if (!found) return addition;
  const plan = found.refuted.length ? found.refuted.join("; ") : `${counted(found.flights_count, "flight")} for ${Math.round(found.cost_musd).toLocaleString("en")} million dollars`;
  return `${addition}: ${plan}`;
}

function table(f: FuturePlan): HTMLElement {
  const people = (who: Record<string, number>) => Object.entries(who).map(([p, n]) => `${p} ${n}`).join(", ");
  return scroll(`Flights of the plan ${f.name}`, h("table", { class: "flights" }, h("thead", {}, h("tr", {}, ...["Flight", "Docks", "Leaves", "Port", "People", "Million dollars"].map((t) => h("th", { scope: "col" }, t)))),
    h("tbody", {}, ...f.flights.map((v) => h("tr", {}, h("th", { scope: "row" }, v.name), h("td", {}, v.expected.slice(0, 10)), h("td", {}, v.undock.slice(0, 10)), h("td", {}, words(v.port)), h("td", {}, people(v.people)), h("td", {}, Math.round(v.cost_musd)))))));
}
