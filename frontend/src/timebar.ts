/** One slider for everything, from 1998 to the horizon, with the first breaks of the result marked on it. */
import type { Finding } from "./api";
import { byId, DAY_MS, h, iso, percent, words } from "./dom";
import { changed, firstMs, lastMs, on, setTime, state } from "./state";

const STEP_MS = 20 * DAY_MS;
let playing = 0;

export function timebar() {
  const slider = h("input", { type: "range", id: "time", "aria-label": "Moment shown", step: 1, oninput: () => setTime(firstMs() + Number(slider.value) * DAY_MS) });
  const day = h("input", { type: "date", id: "day", "aria-label": "Day shown", onchange: () => { const t = Date.parse(day.value); if (Number.isFinite(t)) setTime(t); } });
  const play = h("button", { type: "button", id: "play", "aria-pressed": "false", onclick: () => toggle() }, "Play");
  const marks = h("div", { id: "marks" });
  const note = h("span", { id: "moment" });
  byId("timebar").append(h("div", { class: "strip" }, play, day, h("div", { class: "track" }, slider, marks), note));

  function toggle(stop = false) {
    const going = playing !== 0;
    cancelAnimationFrame(playing);
    playing = 0;
    if (!going && !stop) {
      let last = performance.now();
      const tick = (now: number) => {
        if (now - last > 120) { last = now; setTime(state.t + STEP_MS); }
        playing = state.t >= lastMs() ? 0 : requestAnimationFrame(tick);
        if (!playing) label();
      };
      if (state.t >= lastMs()) setTime(firstMs());
      playing = requestAnimationFrame(tick);
    }
    label();
  }
  function label() { play.textContent = playing ? "Stop" : "Play"; play.setAttribute("aria-pressed", String(!!playing)); }

  on(["time", "result"], () => {
    slider.max = String(Math.round((lastMs() - firstMs()) / DAY_MS));
    slider.value = String(Math.round((state.t - firstMs()) / DAY_MS));
    slider.setAttribute("aria-valuetext", iso(state.t));
    day.min = iso(firstMs());
    day.max = iso(lastMs());
    if (document.activeElement !== day) day.value = iso(state.t);
  });
  on(["result"], () => drawMarks(marks));
  return { note };
}

/** The simulated span, and each requirement's first breaks: 5 to 95 % as a bar, the median as a tick. */
function drawMarks(marks: HTMLElement) {
  marks.replaceChildren();
  if (!state.result) return;
  const at = (day: string) => `${(100 * (Date.parse(day) - firstMs())) / (lastMs() - firstMs())}%`;
  const span = h("div", { class: "span", title: "simulated" });
  span.style.left = at(state.result.view.start);
  span.style.right = "0";
  marks.append(span);
  const findings = [...findingsShown()].sort((a, b) => a.first_break.p50.localeCompare(b.first_break.p50));
  const first = findings.reduce<Finding | null>((a, b) => (a && a.first_frac >= b.first_frac ? a : b), null);
  findings.slice(0, 12).reverse().forEach((f) => {
    const mark = h("button", {
      type: "button", class: f === first ? "mark first" : "mark", "data-finding": f.requirement,
      title: `${words(f.requirement)} breaks in ${percent(f.share_frac)} of runs, median ${f.first_break.p50}`,
      "aria-label": `${f === first ? "First break: " : ""}${words(f.requirement)}, ${f.first_break.p50}`,
      onclick: () => { setTime(Date.parse(f.first_break.p50)); state.selected = `finding:${f.requirement}`; changed("select"); },
    });
    mark.style.left = at(f.first_break.p50);
    marks.append(mark);
  });
}

export const findingsShown = (): Finding[] => state.result?.verdict.futures.find((f) => f.name === state.result!.future.name)?.findings ?? [];

