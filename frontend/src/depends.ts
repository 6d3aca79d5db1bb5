/** Who depends on whom: partners, what they give, and what falls away when one of them is gone. No run needed. */
import { ask, type Dependence } from "./api";
import { colour, h, iso, say, svg, words } from "./dom";
import { address, changed, state } from "./state";

const MODES: [string, string][] = [["handed_over", "is handed over"], ["powered_down", "is powered down"], ["separated", "separates"]];
const PARTNERS = ["roscosmos", "nasa", "esa", "jaxa", "csa", "commercial"];

export async function loadDepends() {
  const without = state.query.get("without") ?? "", segment = state.query.get("segment") ?? "powered_down";
  const asked = new URLSearchParams({ on: iso(state.t), without, segment });
  state.gone = await ask<Dependence>(`dependence?${asked}`);
  changed("gone");
}

function again(without: string[], segment: string) {
  state.query.set("without", without.join(","));
  state.query.set("segment", segment);
  history.replaceState(null, "", address());
  void loadDepends().then(() => {
    const lost = state.gone!.services.filter((s) => s.before && !s.lasts).length;
    say(without.length ? `Without ${without.join(", ")}: ${lost} services lost` : "Everyone takes part");
  });
}

export function dependsPanel(): HTMLElement {
  const told = state.gone;
  if (!told) return h("p", {}, "Reading ...");
  const gone = new Set(told.without);
  const flip = (p: string) => again(gone.has(p) ? told.without.filter((x) => x !== p) : [...told.without, p], told.segment);
  const lost = told.services.filter((s) => s.before && !s.lasts);
  const supply = told.supplies.filter((s) => s.givers.length && !s.up);
  return h("div", { class: "depends" },
    h("h2", {}, "Who depends on whom"),
    h("p", { class: "hint" }, `On ${told.on}, every machine working and every tank filled. Click a partner: what if it is gone?`),
    h("fieldset", { class: "modes" }, h("legend", {}, "The segment of a partner that leaves"), ...MODES.map(([value, text]) => {
      const radio = h("input", { type: "radio", name: "mode", value, onchange: () => again(told.without, value) });
      radio.checked = told.segment === value;
      return h("label", {}, radio, ` ${text}`);
    })),
    picture(told, flip),
    h("section", { class: "card", id: "lost", "aria-live": "polite" },
      h("h3", {}, told.without.length ? `Without ${told.without.join(" and ")}` : "Everyone takes part"),
      !told.without.length ? h("p", {}, "All services are given. Services with one giver are single points: see the lines.") : null,
      told.without.length && !lost.length ? h("p", {}, "Every service keeps a giver. What runs out is told by a run.") : null,
      lost.length ? h("ul", {}, ...lost.map((s) => h("li", {}, h("strong", {}, words(s.service)), s.up ? " goes within hours to days: " : " is lost: ", s.why.replaceAll(";", "; ")))) : null,
      supply.length ? h("p", {}, "Nobody brings ", supply.map((s) => s.what).join(", "), " any more."): null,
      h("p", {}, h("a", { href: "#/ask?scenario=iss-partner-leaves" }, "Run “Russia leaves”"), " to see when, and with what probability.")),
  );
}

const ROW_PX = 27;

/** Partners on the left, services on the right, a line for each that gives; lines of what falls away are broken. */
function picture(told: Dependence, flip: (partner: string) => void): HTMLElement {
  const height = told.services.length * ROW_PX;
  const gap = height / PARTNERS.length;
  const lines: Element[] = [];
  told.services.forEach((s, i) => {
    const by = new Map<string, boolean>();
    for (const g of s.givers) by.set(g.operator, (by.get(g.operator) ?? false) || g.up);
    for (const [partner, up] of by) {
      const y0 = (PARTNERS.indexOf(partner) + 0.5) * gap, y1 = (i + 0.5) * ROW_PX;
      lines.push(svg("path", { d: `M0,${y0} C50,${y0} 50,${y1} 100,${y1}`, stroke: colour(partner), class: up ? "gives" : "gives off", "vector-effect": "non-scaling-stroke" }, svg("title", {}, `${partner} gives ${words(s.service)}`)));
    }
  });
  const drawing = svg("svg", { viewBox: `0 0 100 ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" }, ...lines);
  const left = h("div", { class: "who", role: "group", "aria-label": "Partners: press one to take it away" }, ...PARTNERS.map((p) => {
    const off = told.without.includes(p);
    const button = h("button", { type: "button", "aria-pressed": String(off), "data-partner": p, onclick: () => flip(p) }, p);
    button.style.borderColor = colour(p);
    return button;
  }));
  const right = h("ul", { class: "what" }, ...told.services.map((s) => {
    const how = !s.up ? "lost" : !s.lasts ? "soon" : "up";
    const count = new Set(s.givers.filter((g) => g.up).map((g) => g.giver)).size;
    return h("li", { class: how, "data-service": s.service, title: s.givers.map((g) => `${g.giver}${g.up ? "" : `: ${g.why}`}`).join("\n") }, words(s.service), h("small", {}, how === "lost" ? "lost" : how === "soon" ? "days" : `${count}×`));
  }));
  const box = h("div", { class: "bipartite" }, left, drawing, right);
  box.style.height = `${height}px`;
  return box;
}
