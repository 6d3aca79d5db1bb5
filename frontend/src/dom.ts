/** Small helpers to build the page without innerHTML: what users write stays text. */

type Attributes = Record<string, string | number | boolean | ((event: any) => void)>;
export type Child = Node | string | number | null | undefined | false;

function fill<T extends Element>(made: T, attributes: Attributes, children: Child[]): T {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false) made.setAttribute(name, String(value));
  }
  for (const child of children) if (child !== null && child !== undefined && child !== false) made.append(child instanceof Node ? child : String(child));
  return made;
}

export const h = <K extends keyof HTMLElementTagNameMap>(name: K, attributes: Attributes = {}, ...children: Child[]) =>
  fill(document.createElement(name), attributes, children);

export const svg = (name: string, attributes: Attributes = {}, ...children: Child[]) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);

/** A table that may be wider than its place: it scrolls, also by key. */
export const scroll = (label: string, table: HTMLElement) => h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label }, table);

export const byId = (id: string) => document.getElementById(id) as HTMLElement;
export const counted = (n: number, one: string, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;
export const words = (name: string) => name.replaceAll("_", " ");
const UNITS: Record<string, string> = { d: "days", h: "hours", frac: "", count: "", usd: "US dollars" };
/** A unit in words, where its symbol would not be read at once. */
export const unitTold = (unit: string) => UNITS[unit] ?? unit.replaceAll("_per_", "/");
export const DAY_MS = 86_400_000;
export const iso = (ms: number) => new Date(ms).toISOString().slice(0, 10);
export const number = (v: number) => v.toLocaleString("en", { maximumSignificantDigits: 4 });
export const percent = (frac: number) => {
  if ((frac > 0 && frac < 0.001) || (frac > 0.999 && frac < 1)) return frac < 0.5 ? "<0.1 %" : ">99.9 %";
  return `${(100 * frac).toFixed((frac > 0 && frac < 0.02) || (frac > 0.98 && frac < 1) ? 1 : 0)} %`;
};

export const COLOURS: Record<string, string> = {
  nasa: "#7ab0ff", roscosmos: "#ff9a6b", esa: "#c2a8f0", jaxa: "#f5a3c7", csa: "#f2d35b", commercial: "#7fd1b9",
};
export const colour = (partner: string) => COLOURS[partner] ?? "#aab4c0";

/** Where in a sorted list of ISO days the last one not after `day` stands; -1 before the first. */
export function placeOf(days: string[], day: string): number {
  let low = 0, high = days.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (days[middle]! <= day) low = middle + 1; else high = middle;
  }
  return low - 1;
}

export function say(text: string) { byId("status").textContent = text; }
