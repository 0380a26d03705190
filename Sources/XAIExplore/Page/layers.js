// The panel "Layers": what the model would answer after each layer, and how long its tokens are.

import { place, post } from "./api.js";
import { categories } from "./colours.js";
import { complain, el } from "./dom.js";
import { count, percent, score } from "./numbers.js";
import { legend } from "./paint.js";
import { photo } from "./photo.js";
import { whileOpen } from "./pins.js";
import { image, label, model, set, view } from "./store.js";

const top = 3;

/** Makes the panel. */
export function layersPanel() {
  const slider = el("input", { type: "range", min: "0", id: "layer" }), said = el("output", { for: "layer" });
  const readout = el("div", {}), byPatch = photo({
    label: "Likeliest class by patch. Arrow keys move.",
    listener: { over: patch => describe(patch), press() {}, drag() {}, release() {} }
  });
  const patchLegend = el("ul", { class: "keys" }), patchSaid = el("p", { class: "hint", role: "status" });
  const norms = photo(), normLegend = el("div", {}), normSaid = el("p", { class: "hint" });
  const lensPlace = el("section", {}, el("h3", {}, "What the model would answer after each layer"),
    el("p", { class: "hint" }, "The readout of each layer goes through the model's last norm and classifier. These were "
      + "trained for the last layer only: what they say of early ones is to be taken with care."), readout);
  const patchPlace = el("section", {}, el("h3", {}, "Likeliest class by patch"), byPatch.root, patchLegend, patchSaid);
  const normPlace = el("section", {}, el("h3", {}, "Length of each token"), norms.root, normLegend, normSaid);
  let lens = null, tokens = null, names = new Map();
  slider.addEventListener("input", () => set({ layer: slider.valueAsNumber }));

  const last = () => model().layers - 1;
  const layer = () => Math.min(view().layer ?? last(), last());
  const name = index => names.get(index) ?? label(index);

  function describe(patch) {
    const read = patch === null ? null : lens?.layers[layer()]?.patches[patch];
    patchSaid.textContent = read ? `${name(read.index)}, ${percent(read.probability)}` : "Point at a patch to read its class.";
  }

  function drawReadout() {
    readout.replaceChildren(el("div", { class: "scroll" }, el("table", { class: "lens" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Layer"),
        Array.from({ length: top }, (_, at) => el("th", { scope: "col" }, ["Likeliest", "second", "third"][at])))),
      el("tbody", {}, lens.layers.map((each, at) => el("tr", { class: at === layer() ? "on" : null },
        el("th", { scope: "row" }, el("button", {
          type: "button", class: "quiet", "aria-pressed": String(at === layer()), onclick: () => set({ layer: at })
        }, String(at))),
        each.readout.map(found =>
          el("td", {}, el("span", {}, found.label), " ", el("small", {}, percent(found.probability))))))))));
  }

  function drawPatches() {
    const read = lens.layers[layer()]?.patches;
    patchPlace.hidden = !read;
    if (!read) return;
    const counts = new Map();
    for (const { index } of read) counts.set(index, (counts.get(index) ?? 0) + 1);
    const most = [...counts].sort((a, b) => b[1] - a[1]).slice(0, categories.length - 1).map(([index]) => index);
    byPatch.showImage(image(), view().input, model().grid);
    const others = categories.length - 1;
    byPatch.showCategories(model().grid, read.map(({ index }) => most.includes(index) ? most.indexOf(index) : others));
    const key = (colour, text) => {
      const swatch = el("span", { class: "swatch", "aria-hidden": "true" });
      swatch.style.setProperty("background", colour);
      return el("li", {}, swatch, text);
    };
    const patches = index => count(counts.get(index), "patch", "patches");
    patchLegend.replaceChildren(
      ...most.map((index, at) => key(categories[at], `${name(index)}, ${patches(index)}`)),
      ...(counts.size > most.length ? [key(categories[others], "others")] : []));
    describe(byPatch.cursor);
  }

  function drawNorms() {
    const lengths = tokens.norms[layer()];
    normPlace.hidden = !lengths;
    if (!lengths) return;
    const map = { scores: lengths, grid: model().grid, kind: "magnitude" };
    norms.showImage(image(), view().input, model().grid);
    norms.showMap(map, { smooth: false, strength: 0.75 });
    normLegend.replaceChildren(legend(map, ""));
    const median = [...lengths].sort((a, b) => a - b)[Math.floor(lengths.length / 2)];
    const long = lengths.filter(length => length > 3 * median).length;
    const others = tokens.registers?.[layer()] ?? [];
    normSaid.textContent = `The middle one is ${score(median)} long; ${long
      ? `${count(long, "patch is", "patches are")} more than three times that: such tokens often carry something about the `
        + "whole image, not their place"
      : "none is more than three times that"}.`
      + (others.length ? ` Tokens that are no patches: ${others.map(score).join(", ")}.` : "");
  }

  function draw() {
    slider.max = last();
    slider.value = layer();
    said.textContent = String(layer());
    lensPlace.hidden = patchPlace.hidden = !lens;
    if (lens) {
      drawReadout();
      drawPatches();
    }
    normPlace.hidden = !tokens;
    if (tokens) drawNorms();
  }

  let shownKey = null;
  async function refresh() {
    const { model: id, image } = view(), key = `${id} ${image}`;
    if (key === shownKey) return draw();
    shownKey = key;
    lens = tokens = null;
    lensPlace.hidden = patchPlace.hidden = normPlace.hidden = true;
    const about = { model: id, image };
    const [read, lengths] = await Promise.allSettled([
      model().layerReadouts ? post("lens", { ...about, top, view: place("lens") }) : null,
      post("tokens", { ...about, view: place("tokens") })
    ]);
    if (key !== shownKey) return;
    lens = read.value ?? null;
    tokens = lengths.value ?? null;
    names = new Map(Object.entries(lens?.labels ?? {}).map(([index, label]) => [Number(index), label]));
    for (const each of [read, lengths]) if (each.status === "rejected") complain(each.reason);
    missing.textContent = model().layerReadouts ? "" : "This model's layers can't be read by its classifier.";
    draw();
  }

  const missing = el("p", { class: "hint" });
  whileOpen("layers", ["layer", "input"], refresh);
  return el("div", {}, el("p", { class: "slider" }, el("label", { for: "layer" }, "Layer"), slider, said), missing,
    el("div", { class: "panes lens-panes" }, lensPlace, patchPlace, normPlace));
}
