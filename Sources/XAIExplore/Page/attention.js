// The panel "Attention": where the readout token or a patch attends, in every head of every layer; heads are switched off.

import { place, post } from "./api.js";
import { announce, complain, el } from "./dom.js";
import { count, floats, score, wholePercent } from "./numbers.js";
import { legend, paintMap } from "./paint.js";
import { outline, photo } from "./photo.js";
import { whileOpen } from "./pins.js";
import { addTool, stage } from "./stage.js";
import { image, model, on, removedHeads, set, targetIndex, view } from "./store.js";

/** The attention that is shown: rows of every head, by `[layer][head][patch]`. */
let shown = null;

const asMap = scores => ({ scores: Array.from(scores), grid: shown.grid, kind: "magnitude" });

function rowOf(layer, head) {
  const patches = shown.grid.rows * shown.grid.columns, start = (layer * shown.heads + head) * patches;
  return shown.rows.subarray(start, start + patches);
}

const whose = () => view().row === "readout" ? "the readout token"
  : `row ${Math.floor(view().row / model().grid.columns)}, column ${view().row % model().grid.columns}`;

/** What a head is, in words: its number, its weight, where it looks beside patches. */
function words(layer, head) {
  const weight = shown.gmarWeights?.[layer]?.[head], prefix = shown.toPrefix?.[layer]?.[head];
  return [
    `Layer ${layer}, head ${head}`,
    typeof weight === "number" ? `GMAR's weight ${score(weight)}` : null,
    typeof prefix === "number" ? `${wholePercent(prefix)} of it goes to tokens that are no patches` : null,
    view().heads.includes(`${layer}.${head}`) ? "off" : null
  ].filter(Boolean).join("; ");
}

/** Frames the patch that is asked. */
function outlineAsked(context, shownOn) {
  if (view().row !== "readout") outline(context, shownOn.square(view().row), "#ffd54a");
}

/** Makes the panel. */
export function attentionPanel() {
  const enlarged = photo({
    label: "The enlarged map. Arrow keys move, Space asks a patch.",
    listener: {
      over(patch) {
        const { columns } = model().grid;
        enlargedValue.textContent = patch === null || !shownMap ? ""
          : `Row ${Math.floor(patch / columns)}, column ${patch % columns}: ${score(shownMap.scores[patch])}`;
      },
      press: patch => set({ row: patch }), drag() {}, release() {}
    }
  });
  const caption = el("p", { class: "caption" }), enlargedLegend = el("div", {});
  const enlargedValue = el("p", { class: "hint", role: "status" });
  const grid = el("div", { class: "heads", role: "grid", "aria-label": "Heads: a row per layer" });
  const about = el("p", { class: "hint" });
  const readout = el("button", { type: "button", onclick: () => set({ row: "readout" }) }, "Ask the readout token");
  const all = el("button", { type: "button", onclick: () => set({ heads: [] }) }, "Switch all heads on");
  const layer = el("input", { type: "range", min: "0", id: "rollout-layer" });
  const layerSaid = el("output", { for: "rollout-layer" });
  const rollout = el("p", { class: "slider" },
    el("label", { for: "rollout-layer" }, "Attention rollout up to layer"), layer, layerSaid);
  // The head that is enlarged, as `[layer, head]`; it stays when the pointer moves on to its map. Rollout where there is none.
  let pointed = null;
  let cells = new Map(), touched = null, asked = 0, shownMap = null;

  const toggle = name => {
    const { heads } = view(), isOff = heads.includes(name);
    set({ heads: isOff ? heads.filter(each => each !== name) : [...heads, name] });
    announce(`Layer ${name.replace(".", ", head ")} is ${isOff ? "on" : "off"}.`);
  };
  const show = (scores, text) => {
    shownMap = asMap(scores);
    enlarged.showImage(image(), view().input, model().grid);
    enlarged.showMap(shownMap, { smooth: false, strength: 0.8 });
    enlargedLegend.replaceChildren(legend(shownMap));
    caption.textContent = text;
  };
  const enlarge = (layer, head) => {
    pointed = [layer, head];
    showPointed();
  };

  function cell(layer, head) {
    const name = `${layer}.${head}`, map = el("canvas", { class: "sharp", "aria-hidden": "true" });
    const weight = el("span", { class: "weight", "aria-hidden": "true" }, el("span", {}));
    const button = el("button", {
      type: "button", class: "head-cell", tabindex: "-1",
      onclick: event => {
        // By touch, nothing hovers: the first tap enlarges, the second switches.
        if (event.pointerType === "touch" && touched !== name) {
          touched = name;
          enlarge(layer, head);
        } else if (model().headRemoval) toggle(name);
      },
      onpointerenter: event => { if (event.pointerType !== "touch") enlarge(layer, head); },
      onfocus: event => {
        for (const each of cells.values()) each.button.tabIndex = each.button === event.target ? 0 : -1;
        enlarge(layer, head);
      },
      onblur: () => { touched = null; }
    }, map, weight);
    cells.set(name, { button, map, weight: weight.firstChild, layer, head });
    return el("div", { role: "gridcell", class: "cell" }, button);
  }

  function build() {
    const { layers, heads } = shown;
    cells = new Map();
    grid.style.setProperty("--heads", heads);
    grid.replaceChildren(
      el("div", { role: "row", class: "row" }, el("span", { role: "columnheader", class: "corner" }, "layer"),
        Array.from({ length: heads }, (_, head) => el("span", { role: "columnheader" }, head))),
      ...Array.from({ length: layers }, (_, layer) => el("div", { role: "row", class: "row" },
        el("span", { role: "rowheader" }, layer), Array.from({ length: heads }, (_, head) => cell(layer, head)))));
    cells.get("0.0").button.tabIndex = 0;
  }

  grid.addEventListener("keydown", event => {
    const at = [...cells.values()].find(each => each.button === document.activeElement);
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!at || !step) return;
    event.preventDefault();
    cells.get(`${at.layer + step[0]}.${at.head + step[1]}`)?.button.focus();
  });

  function drawOff() {
    const { heads } = view();
    for (const [name, { button, layer, head }] of cells) {
      button.setAttribute("aria-pressed", String(heads.includes(name)));
      button.setAttribute("aria-label", words(layer, head));
    }
    all.disabled = !heads.length;
    all.textContent = heads.length ? `Switch ${count(heads.length, "head", "heads")} on` : "All heads are on";
  }

  function draw() {
    if (!cells.size || cells.size !== shown.layers * shown.heads) build();
    const highest = Math.max(...(shown.gmarWeights ?? []).flat());
    for (const { map, weight, layer, head } of cells.values()) {
      paintMap(map, asMap(rowOf(layer, head)), { smooth: false, strength: 1 });
      const share = shown.gmarWeights ? shown.gmarWeights[layer][head] / highest : 0;
      weight.style.setProperty("width", 100 * share + "%");
    }
    about.textContent = `Where ${whose()} attends: bright patches get more; each map from its own lowest to its own `
      + "highest. " + (shown.gmarWeights ? "The bar below a map is the head's weight by GMAR. " : "")
      + (model().headRemoval ? "Pointing enlarges a head, a click switches it off. " : "Pointing enlarges a head. ")
      + "A click on a patch of a photograph asks that patch.";
    readout.disabled = view().row === "readout";
    rollout.hidden = !shown.rollout;
    layer.max = shown.layers - 1;
    layer.value = view().layer ?? shown.layers - 1;
    layerSaid.textContent = layer.value;
    drawOff();
    showPointed();
    stage.drawMarks();
  }

  const showPointed = () => {
    if (!shown) return;
    const patches = shown.grid.rows * shown.grid.columns, at = layer.valueAsNumber;
    layerSaid.textContent = String(at);
    const isRollout = shown.rollout && (!pointed || !cells.has(pointed.join(".")));
    const [row, head] = pointed ?? [shown.layers - 1, 0];
    if (isRollout) {
      show(shown.rollout.subarray(at * patches, (at + 1) * patches), `Attention rollout from ${whose()}, layers 0 to ${at}.`);
    } else show(rowOf(row, head), `${words(row, head)}. Where ${whose()} attends.`);
    for (const [name, each] of cells) each.button.classList.toggle("on", !isRollout && name === `${row}.${head}`);
  };
  layer.addEventListener("input", () => {
    pointed = null;
    set({ layer: layer.valueAsNumber });
    showPointed();
  });

  async function refresh() {
    if (!model().attention) {
      about.textContent = "This model has no attention that can be read.";
      return;
    }
    const mine = ++asked;
    try {
      const answer = await post("attention", {
        model: view().model, image: view().image, row: view().row, removedHeads: removedHeads(), target: targetIndex(),
        view: place("attention")
      });
      if (mine !== asked) return;
      if (shown && (shown.layers !== answer.layers || shown.heads !== answer.heads)) cells = new Map();
      shown = {
        ...answer, rows: floats(answer.rows), rollout: answer.rollout ? floats(answer.rollout) : null
      };
      draw();
    } catch (error) {
      complain(error);
    }
  }

  addTool("attention", {
    hint: "Click a patch to see where it attends.",
    press: patch => set({ row: patch }),
    decorate: context => outlineAsked(context, stage)
  });
  on(["heads"], () => { if (shown) drawOff(); });
  whileOpen("attention", ["row", "heads", "target"], refresh);
  enlarged.decorate = context => outlineAsked(context, enlarged);
  return el("div", {}, el("div", { class: "controls" }, readout, all, rollout), about,
    el("div", { class: "attention" }, grid,
      el("div", { class: "enlarged" }, enlarged.root, enlargedLegend, caption, enlargedValue)));
}
