// The panel "Methods": four pinned methods side by side, and how far they agree.

import { post } from "./api.js";
import { complain, el } from "./dom.js";
import { isKept, mapRun, request } from "./maps.js";
import { pinLimit, togglePin } from "./methods.js";
import { correlation, wholePercent } from "./numbers.js";
import { legend } from "./paint.js";
import { photo } from "./photo.js";
import { progressOf, updateProgress } from "./progress.js";
import { image, model, on, removedHeads, set, targetIndex, title, view } from "./store.js";

/**
 * Runs `body` when any of these has changed and the panel is open. The map on the photograph goes first: the model answers
 * one question at a time, and that map is what is looked at. What takes its time isn't waited for.
 */
export function whileOpen(tab, keys, body) {
  const run = () => {
    const { phase, fraction } = view().run;
    if (view().tab === tab && view().whole && !(phase === "running" && fraction === null)) body();
  };
  on(["tab", "whole", "run", ...keys], run);
}

/** By which cards and table name the methods. */
const letters = "ABCD";

/** One pinned method: photograph, name, legend, progress. */
function card(spec, changed) {
  const small = photo(), name = el("button", {
    type: "button", class: "name", title: "Show it on the photograph", onclick: () => set({ explainer: spec })
  }, title(spec));
  const letter = el("b", { class: "letter" }), below = el("div", { class: "below" });
  const run = mapRun(state => {
    if ("map" in state) small.showMap(state.map, { smooth: view().drawing === "smooth", strength: view().strength });
    if (!updateProgress(below, state)) {
      below.replaceChildren(...[
        progressOf(run, state, title(spec)), state.map ? legend(state.map) : null
      ].filter(Boolean));
    }
    if (state.phase === "ready") changed();
  });
  const root = el("li", { class: "card" }, small.root,
    el("div", { class: "head" }, letter, name, el("button", {
      type: "button", class: "quiet", "aria-label": `Unpin ${title(spec)}`, onclick: () => togglePin(spec)
    }, "×")), below);
  return {
    root,
    refresh(at) {
      letter.textContent = letters[at];
      small.showImage(image(), view().input, model().grid);
      name.setAttribute("aria-pressed", String(spec === view().explainer));
      return run.want(request({ explainer: spec }));
    },
    stop: () => run.stop()
  };
}

/** Numbers of every pair: rank correlation, and below it the share of the highest tenth that two maps have in common. */
function table(specs, { rankCorrelation, topTenth }) {
  return el("div", { class: "scroll" }, el("table", { class: "agreement" },
    el("caption", {}, el("b", {}, "Agreement"), " Rank correlation of two maps, from −1 to 1; below it the share of the "
      + "highest tenth of the patches that they have in common."),
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Method"),
      specs.map((spec, at) => el("th", { scope: "col" }, el("abbr", { title: title(spec) }, letters[at]))))),
    el("tbody", {}, specs.map((spec, row) => el("tr", {},
      el("th", { scope: "row" }, el("b", {}, letters[row]), " ", title(spec)),
      specs.map((_, column) => row === column ? el("td", { class: "same" }, "–")
        : el("td", { "data-value": rankCorrelation[row][column] }, correlation(rankCorrelation[row][column]),
          el("small", {}, wholePercent(topTenth[row][column])))))))));
}

/** Makes the panel. */
export function methodsPanel() {
  const list = el("ul", { class: "cards" }), agreement = el("div", { class: "agreement-place" });
  const hint = el("p", { class: "hint" });
  let cards = new Map(), asked = 0;

  async function compare() {
    const specs = view().pins.filter(spec => isKept(request({ explainer: spec }))), mine = ++asked;
    if (specs.length < 2) return agreement.replaceChildren();
    try {
      const numbers = await post("agreement", {
        model: view().model, image: view().image,
        maps: specs.map(spec => ({ explainer: spec, target: targetIndex(), removedHeads: removedHeads() }))
      });
      if (mine === asked) agreement.replaceChildren(table(specs, numbers));
    } catch (error) {
      complain(error);
    }
  }

  whileOpen("methods", ["pins", "target", "heads", "input", "drawing", "strength", "explainer"], async () => {
    const { pins } = view();
    for (const [spec, each] of cards) if (!pins.includes(spec)) each.stop();
    cards = new Map(pins.map(spec => [spec, cards.get(spec) ?? card(spec, compare)]));
    const roots = pins.map(spec => cards.get(spec).root);
    if (roots.length !== list.children.length || roots.some((root, at) => root !== list.children[at])) {
      list.replaceChildren(...roots);
    }
    hint.textContent = pins.length < pinLimit
      ? `A star in the list of methods pins up to ${pinLimit} here.` : "";
    await Promise.all(pins.map((spec, at) => cards.get(spec).refresh(at)));
  });
  return el("div", {}, list, hint, agreement);
}
