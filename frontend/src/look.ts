/** The panel beside the picture: the day in words, people, ships, and the part or ship chosen. */
import { colour, h, iso, words, type Child } from "./dom";
import type { Scene } from "./scene";
import { allStays, run } from "./scene";
import { select, state } from "./state";

export function lookPanel(now: Scene): HTMLElement {
  const { chronicle } = state, day = iso(state.t);
  const part = now.bodies.find((b) => b.part.id === state.selected)?.part;
  const people = now.byPartner ? Object.entries(now.byPartner) : [];
  return h("div", {},
    h("h2", {}, `The station on ${day}`),
    h("p", { class: "hint" }, now.note),
    h("dl", { class: "facts" },
      fact("People", String(now.people ?? 0), people.length ? h("span", { class: "dots" }, ...people.map(([p, n]) => chip(p, `${p} ${n}`))) : null),
      fact("Mean altitude", now.altitude_km === null ? "not recorded" : `${now.altitude_km.toFixed(1)} km`),
      fact("Parts", String(now.bodies.length)),
      fact("Ships docked", String(now.ships.length)),
      now.down.length ? fact("Services down", now.down.map(words).join(", ")) : null,
    ),
    h("h3", {}, "Ships docked"),
    now.ships.length ? h("ul", { class: "plain" }, ...now.ships.map((s) => h("li", {}, chip(s.partner, s.flight, () => select(s.flight), state.selected === s.flight), ` ${words(s.port)}`))) : h("p", {}, "none"),
    h("label", { class: "row" }, "Part or ship ", choose(now)),
    part || state.selected ? toldOf(part?.id ?? state.selected) : h("p", { class: "hint" }, "Click a part in the picture, or choose it here."),
    h("h3", {}, "Ask"),
    h("p", {}, "Who could keep the station if a partner left? ", h("a", { href: "#/depends" }, "See who depends on whom"), ", or ",
      h("a", { href: "#/ask?scenario=iss-partner-leaves" }, "run “Russia leaves”"), "."),
    h("p", { class: "hint" }, `The record has ${chronicle.flights.length} flights from ${chronicle.span.first} to ${chronicle.span.last}.`),
  );
}

const fact = (name: string, value: string, more: Child = null) => h("div", {}, h("dt", {}, name), h("dd", {}, value, more));

export function chip(partner: string, text: string, act?: () => void, pressed = false): HTMLElement {
  const dot = h("i", { class: "dot" });
  dot.style.background = colour(partner);
  return act ? h("button", { type: "button", class: "chip", "aria-pressed": String(pressed), onclick: act }, dot, text) : h("span", { class: "chip" }, dot, text);
}

function choose(now: Scene): HTMLElement {
  const list = h("select", { "aria-label": "Part or ship to look at", onchange: () => select(list.value) }, h("option", { value: "" }, "none"),
    h("optgroup", { label: "Parts" }, ...now.bodies.map((b) => h("option", { value: b.part.id }, b.part.name))),
    h("optgroup", { label: "Ships" }, ...now.ships.map((s) => h("option", { value: s.flight }, s.flight))));
  list.value = state.selected;
  return list;
}

/** What is known of a part or ship, null when the name is neither. */
export const toldOf = (id: string) => partTold(id) ?? shipTold(id);

function partTold(id: string): HTMLElement | null {
  const part = [...state.chronicle.parts, ...(run()?.drawn.parts ?? [])].find((p) => p.id === id), day = iso(state.t);
  if (!part) return null;
  const gives = part.gives?.map((service) => ({ service, needs: [] as string[] })) ?? state.chronicle.services.filter((s) => s.giver === id && s.from <= day && (!s.to || s.to > day));
  return h("section", { class: "card", "data-told": id }, h("h3", {}, part.name),
    h("p", {}, `${words(part.kind)} of ${part.segment ? `the ${part.segment === "russian" ? "Russian" : "US"} segment` : part.station}, owned by `, chip(part.owner, part.owner), part.mass_kg ? `, ${(part.mass_kg / 1000).toFixed(1)} t` : ""),
    h("p", {}, `Arrived ${part.arrives}${part.leaves ? `, left ${part.leaves}` : ""}.`),
    gives.length ? h("p", {}, "Gives ", gives.map((s) => words(s.service) + (s.needs.length ? ` (needs ${s.needs.map(words).join(", ")})` : "")).join("; "), ".") : null,
    h("p", { class: "source" }, `${part.schematic ? "place and shape are a schematic, length from its volume; figures " : ""}${part.status}: ${part.source}`));
}

function shipTold(id: string): HTMLElement | null {
  const flight = state.chronicle.flights.find((f) => f.id === id);
  const stays = allStays().filter((s) => s.flight === id);
  if (!stays.length) return null;
  return h("section", { class: "card", "data-told": id }, h("h3", {}, id), h("p", {}, chip(stays[0]!.partner, stays[0]!.partner), ` ${stays[0]!.vehicle}`),
    h("ul", { class: "plain" }, ...stays.map((s) => h("li", {}, `${words(s.port)}: ${s.from.slice(0, 10)} to ${s.to.slice(0, 10) || "the end"} ${s.note}`))),
    flight ? h("p", {}, `Launched ${flight.launched.slice(0, 10)}, ${flight.people_up_count} people up, ${Math.round(flight.cargo_up_kg)} kg cargo.`) : null,
    flight ? h("p", { class: "source" }, `${flight.status}: ${flight.source}`) : null);
}

export function legend(): HTMLElement {
  const names = state.chronicle.partners.map((p) => chip(p.id, p.name.split(" ")[0]!));
  return h("div", { class: "legend" }, ...names, h("span", { class: "chip" }, h("i", { class: "dot dark" }), "dark: gives nothing now"), h("span", { class: "hint" }, "Ships are paler than their owner's parts. The place along the orbit is a picture, not modelled."));
}

