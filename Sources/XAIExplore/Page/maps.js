// Maps that the server made, each asked for once.

import { place, post, stream } from "./api.js";
import { explainer, removedHeads, targetIndex, view } from "./store.js";

/** Maps by what they were asked with. A few hundred are a few hundred kilobytes. */
const kept = new Map();
const limit = 300;

/** What a map is asked with, for the view as it is, except for what `changes` says. */
export function request(changes = {}) {
  return {
    model: view().model, image: view().image, explainer: view().explainer, target: targetIndex(), against: null,
    removedHeads: removedHeads(), ...changes
  };
}

export const isKept = request => kept.has(JSON.stringify(request));
export const cost = spec => explainer(spec)?.cost ?? "instant";

/** A map, from those that are kept or from the server; progress and cancelling as in `stream`. */
async function mapFor(request, { view, signal, onProgress }) {
  const key = JSON.stringify(request);
  if (kept.has(key)) return kept.get(key);
  const map = cost(request.explainer) === "instant"
    ? await post("map", { ...request, view }, signal)
    : await stream("map/stream", { ...request, view }, { signal, onProgress });
  kept.set(key, map);
  // The likeliest class was asked for without its index, which is known by now.
  if (request.target === null && map.target) kept.set(JSON.stringify({ ...request, target: map.target.index }), map);
  if (kept.size > limit) kept.delete(kept.keys().next().value);
  return map;
}

let runs = 0;

/**
 * Runs one map after another for one place on the page. What was running for it is stopped; what takes minutes waits until
 * it is started. `show` gets `{phase, map, fraction, error}`: idle, waiting (to be started), running, ready or failed.
 */
export function mapRun(show) {
  const name = place(`map${++runs}`);
  let controller = null, last = null, isRunning = false;
  const self = {
    /** Makes the map, or says that it waits to be started. */
    async want(request, { start = false } = {}) {
      // Several parts of the view may change at once and ask for the same.
      if (isRunning && JSON.stringify(request) === JSON.stringify(last)) return;
      controller?.abort();
      last = request;
      if (!isKept(request) && cost(request.explainer) === "minutes" && !start) {
        isRunning = false;
        show({ phase: "waiting", map: null });
        return;
      }
      const mine = controller = new AbortController();
      // What is there at once needs no sign of work, which would flicker.
      const isSlow = !isKept(request) && cost(request.explainer) !== "instant";
      isRunning = true;
      show({ phase: "running", fraction: isSlow ? 0 : null });
      try {
        const map = await mapFor(request, {
          view: name, signal: mine.signal,
          onProgress: fraction => { if (mine === controller) show({ phase: "running", fraction }); }
        });
        if (mine !== controller) return;
        isRunning = false;
        show({ phase: "ready", map });
      } catch (error) {
        if (mine !== controller) return;
        isRunning = false;
        show(mine.signal.aborted ? { phase: "waiting", map: null } : { phase: "failed", map: null, error });
      }
    },
    start: () => self.want(last, { start: true }),
    stop: () => controller?.abort()
  };
  return self;
}
