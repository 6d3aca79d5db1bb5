/** Without WebGL: a flat map with the ground track and the night, and the station drawn as plan and side view. */
import { colour, svg } from "./dom";
import type { Scene } from "./scene";
import { EARTH_KM, gmst, onOrbit, periodMs, phase, sun } from "./sky";
import { select, state } from "./state";

const W = 360, H = 180, DEG = 180 / Math.PI;

export function flatMap(host: HTMLElement): (scene: Scene) => void {
  const drawing = svg("svg", { viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": "Map with the station's ground track and the night side", class: "flat" });
  host.replaceChildren(drawing);
  return (now) => {
    const parts: Element[] = [svg("image", { href: "./earth.webp", width: W, height: H, preserveAspectRatio: "none" }), svg("path", { d: night(), fill: "#05070c", opacity: 0.62 })];
    if (now.altitude_km !== null && now.raan_deg !== null) {
      const track = ground(now.altitude_km, now.inclination_deg, now.raan_deg);
      parts.push(svg("path", { d: track.path, fill: "none", stroke: "#ffd86b", "stroke-width": 1 }), svg("circle", { cx: track.at[0], cy: track.at[1], r: 3, fill: "#fff", stroke: "#000" }));
    }
    drawing.replaceChildren(...parts);
  };
}

/** The side of the Earth the Sun does not shine on, as a closed path. */
function night(): string {
  const [x, y, z] = sun(state.t), dec = Math.asin(z), lon = Math.atan2(y, x) - gmst(state.t);
  const points: string[] = [];
  for (let k = 0; k <= W; k += 3) {
    const hour = (k - 180) / DEG - lon;
    points.push(`${k},${90 - Math.atan(-Math.cos(hour) / Math.tan(dec || 1e-6)) * DEG}`);
  }
  const pole = dec > 0 ? H : 0;
  return `M0,${pole} L${points.join(" L")} L${W},${pole} Z`;
}

function ground(altitude_km: number, inclination_deg: number, raan_deg: number): { path: string; at: [number, number] } {
  const period = periodMs(altitude_km), u0 = phase(state.t, altitude_km);
  const point = (k: number): [number, number] => {
    const ms = state.t + k * period, [x, y, z] = onOrbit(EARTH_KM + altitude_km, inclination_deg, raan_deg, u0 + 2 * Math.PI * k);
    const lon = (((Math.atan2(y, x) - gmst(ms)) * DEG + 540) % 360 + 360) % 360;
    return [lon, 90 - Math.asin(z / Math.hypot(x, y, z)) * DEG];
  };
  let path = "", before = -1;
  for (let k = -0.5; k <= 1; k += 1 / 120) {
    const [x, y] = point(k);
    path += `${before < 0 || Math.abs(x - before) > 180 ? "M" : "L"}${x.toFixed(1)},${y.toFixed(1)}`;
    before = x;
  }
  return { path, at: point(0) };
}

/** The station from above and from the side, every part as a box. */
export function schematic(host: HTMLElement): (scene: Scene) => void {
  const drawing = svg("svg", { role: "group", "aria-label": "The station from above, and beside it from starboard", class: "flat" });
  host.replaceChildren(drawing);
  return (now) => {
    const boxes = now.bodies.map((b) => ({ id: b.part.id, name: b.part.name, at: [...b.at], size: b.size, fill: b.light === "dark" ? "#30343b" : colour(b.part.owner), stroke: b.light === "dark" ? "#ff5d5d" : "#0b0f15" }));
    for (const s of now.ships) {
      const at = [0, 1, 2].map((k) => s.at[k]! + (s.along[k]! * s.length_m) / 2);
      boxes.push({ id: s.flight, name: `${s.flight} at ${s.port}`, at, size: [0, 1, 2].map((k) => (s.along[k] ? s.length_m : s.width_m)) as [number, number, number], fill: "#f4f6f8", stroke: colour(s.partner) });
    }
    if (!boxes.length) { drawing.replaceChildren(); return; }
    const edge = (k: number, sign: number) => sign * Math.max(...boxes.map((b) => sign * b.at[k]! + b.size[k]! / 2));
    const [low, high] = [[0, 1, 2].map((k) => edge(k, -1)), [0, 1, 2].map((k) => edge(k, 1))];
    const gap = 6, wide = high[1]! - low[1]!, long = high[0]! - low[0]!, deep = high[2]! - low[2]!, tall = Math.max(long, deep), all = wide + gap + long;
    const line = Math.max(all / 60, tall / 40);
    drawing.setAttribute("viewBox", `${-line} ${-3 * line} ${all + 2 * line} ${tall + 4 * line}`);
    // from above: starboard to the right, forward up; from starboard: forward to the right, Earth down
    const above = draw([...boxes].sort((a, b) => b.at[2]! - a.at[2]!), (b) => [b.at[1]! - low[1]!, high[0]! - b.at[0]!], 1, 0);
    const beside = draw([...boxes].sort((a, b) => a.at[1]! - b.at[1]!), (b) => [wide + gap + b.at[0]! - low[0]!, b.at[2]! - low[2]!], 0, 2);
    const told = (x: number, words: string) => svg("text", { x, y: -line, class: "plan", "font-size": line * 1.5 }, words);
    drawing.replaceChildren(...above, ...beside, told(0, "from above, forward up; ships are white"), told(wide + gap, "from starboard, Earth down"));
  };
}

interface Box { id: string; name: string; at: number[]; size: readonly number[]; fill: string; stroke: string }

function draw(boxes: Box[], centre: (b: Box) => [number, number], u: number, v: number): Element[] {
  return boxes.map((b) => {
    const [x, y] = centre(b), [w, tall] = [Math.max(b.size[u]!, 0.4), Math.max(b.size[v]!, 0.4)];
    return svg("rect", {
      x: x - w / 2, y: y - tall / 2, width: w, height: tall, fill: b.fill, stroke: state.selected === b.id ? "#ffffff" : b.stroke,
      "stroke-width": state.selected === b.id ? 0.9 : 0.35, "data-part": b.id, onclick: () => select(b.id),
    }, svg("title", {}, b.name));
  });
}
