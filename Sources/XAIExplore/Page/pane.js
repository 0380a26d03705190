// A photograph with a heading, a map and its legend, beside others of its kind.

import { el } from "./dom.js";
import { mapRun } from "./maps.js";
import { percent, score } from "./numbers.js";
import { legend } from "./paint.js";
import { photo } from "./photo.js";
import { progressOf, updateProgress } from "./progress.js";
import { hasProbabilities } from "./questions.js";
import { view } from "./store.js";

/** Makes one. `makeRun(speaks, words, done)` gives it a run: the class it is about, what stands below, what follows. */
export function pane() {
  const heading = el("h3", {}), small = photo(), below = el("div", { class: "below" });
  const root = el("div", { class: "pane" }, heading, small.root, below);
  const show = (map, speaks, words = []) => {
    small.showMap(map, { smooth: view().drawing === "smooth", strength: view().strength });
    below.replaceChildren(...(map ? [legend(map, speaks)] : []), ...words.map(text => el("p", {}, text)));
  };
  const run = (speaks, words, done) => mapRun(state => {
    if (state.map) show(state.map, speaks(state.map), words?.(state.map) ?? []);
    else if (!updateProgress(below, state)) {
      small.showMap(null);
      below.replaceChildren(...[progressOf(self.run, state, heading.textContent)].filter(Boolean));
    }
    if (state.phase === "ready") done?.(state.map);
  });
  const self = { root, heading, small, show, below, run: null, makeRun: (...values) => (self.run = run(...values)) };
  return self;
}

/** What a model says of a class. */
export const number = each => hasProbabilities() ? percent(each.probability) : score(each.logit);
