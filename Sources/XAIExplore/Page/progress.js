// How far a map is that takes its time: a bar with a button that stops it, or one that starts it.

import { el } from "./dom.js";

/** Shows the phase of a run; `run` is that of `mapRun`, and `name` what is made. */
export function progressOf(run, { phase, fraction, error }, name) {
  if (phase === "waiting") {
    return el("p", { class: "progress" },
      el("button", { type: "button", onclick: () => run.start() }, "Start"), ` ${name} takes its time here.`);
  }
  if (phase === "failed") return el("p", { class: "progress bad", role: "alert" }, error.message);
  if (phase !== "running" || fraction === null || fraction === undefined) return null;
  return el("p", { class: "progress" },
    el("progress", { max: "1", value: fraction, "aria-label": `${name} is being made` }),
    el("span", { class: "share" }, ` ${Math.round(100 * fraction)} % `),
    el("button", { type: "button", onclick: () => run.stop() }, "Stop"));
}

/** Changes a shown bar in place, so that the button keeps its focus; false where there is none. */
export function updateProgress(place, { phase, fraction }) {
  const bar = place.querySelector("progress");
  if (phase !== "running" || !bar || typeof fraction !== "number") return false;
  bar.value = fraction;
  place.querySelector(".share").textContent = ` ${Math.round(100 * fraction)} % `;
  return true;
}
