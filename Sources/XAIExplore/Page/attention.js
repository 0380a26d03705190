// The panel "Attention": where the readout token or a patch attends, in every head of every layer; heads are switched off.

import { place, post } from "./api.js";
import { announce, complain, el } from "./dom.js";
import { count, floats, score, wholePercent } from "./numbers.js";
import { paintMap } from "./paint.js";
import { outline } from "./photo.js";
import { whileOpen } from "./pins.js";
import { addTool, showPassing, stage } from "./stage.js";
import { model, on, removedHeads, set, targetIndex, view } from "./store.js";

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

/** Makes the panel. */
export function attentionPanel() {
  const grid = el("div", { class: "heads", role: "grid", "aria-label": "Heads: a row per layer" });
  const about = el("p", { class: "hint" }), status = el("p", { class: "head-status", "aria-live": "polite" });
  const readout = el("button", { type: "button", onclick: () => set({ row: "readout" }) }, "Ask the readout token");
  const all = el("button", { type: "button", onclick: () => set({ heads: [] }) }, "Switch all heads on");
  const layer = el("input", { type: "range", min: "0", id: "rollout-layer" });
  const layerSaid = el("output", { for: "rollout-layer" });
  const rollout = el("p", { class: "slider" },
    el("label", { for: "rollout-layer" }, "Attention rollout up to layer"), layer, layerSaid);
  let cells = new Map(), touched = null, asked = 0;

  const toggle = name => {
    const { heads } = view(), isOff = heads.includes(name);
    set({ heads: isOff ? heads.filter(each => each !== name) : [...heads, name] });
    announce(`Layer ${name.replace(".", ", head ")} is ${isOff ? "on" : "off"}.`);
  };
  const enlarge = (layer, head) => {
    if (!shown) return;
    status.textContent = words(layer, head);
    showPassing({ ...asMap(rowOf(layer, head)), caption: `${words(layer, head)}. Where ${whose()} attends.` });
  };
  const shrink = () => {
    showPassing(null);
    status.textContent = "";
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
      onpointerleave: event => { if (event.pointerType !== "touch") shrink(); },
      onfocus: event => {
        for (const each of cells.values()) each.button.tabIndex = each.button === event.target ? 0 : -1;
        enlarge(layer, head);
      },
      onblur: () => {
        touched = null;
        shrink();
      }
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
      + (model().headRemoval ? "A click switches a head off. Click a patch of the photograph to ask it." : "Click a patch of the photograph to ask it.");
    readout.disabled = view().row === "readout";
    rollout.hidden = !shown.rollout;
    layer.max = shown.layers - 1;
    layer.value = view().layer ?? shown.layers - 1;
    layerSaid.textContent = layer.value;
    drawOff();
    stage.drawMarks();
  }

  const showRollout = () => {
    if (!shown?.rollout) return;
    const patches = shown.grid.rows * shown.grid.columns, at = layer.valueAsNumber;
    layerSaid.textContent = String(at);
    showPassing({
      ...asMap(shown.rollout.subarray(at * patches, (at + 1) * patches)),
      caption: `Attention rollout from ${whose()}, layers 0 to ${at}.`
    });
  };
  layer.addEventListener("input", () => {
    set({ layer: layer.valueAsNumber });
    showRollout();
  });
  layer.addEventListener("focus", showRollout);
  layer.addEventListener("blur", shrink);

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
    hint: "Click a patch to see where it attends; its map is the lightest where it looks most.",
    press: patch => set({ row: patch }),
    decorate(context) {
      if (view().row !== "readout") outline(context, stage.square(view().row), "#ffd54a");
    }
  });
  on(["heads"], () => { if (shown) drawOff(); });
  on(["tab", "image"], () => showPassing(null));
  whileOpen("attention", ["row", "heads", "target"], refresh);
  return el("div", {}, el("div", { class: "controls" }, readout, all, rollout), about, grid, status);
}
