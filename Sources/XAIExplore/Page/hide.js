// The panel "Hide": patches are painted away, or all but some, and the bars of the classes follow.

import { place, stream } from "./api.js";
import { curveChart } from "./chart.js";
import { announce, el, radios } from "./dom.js";
import { request } from "./maps.js";
import { count, percent, ranked, wholePercent } from "./numbers.js";
import { whileOpen } from "./pins.js";
import { hasProbabilities } from "./questions.js";
import { addDecoration, addTool } from "./stage.js";
import { label, on, patchCount, perPatch, set, targetIndex, title, view } from "./store.js";
import { brush, canRedo, canUndo, decorate, forget, redo, remember, undo } from "./strokes.js";

const fillNames = {
  mean: "ImageNet's mean colour", blur: "the blurred image", black: "black", zero: "zeros of the input",
  lowest: "the input's lowest value", tokens: "no tokens at all"
};

/** What an answer says of the class that is explained. */
const ofTarget = answer => [...(answer?.top ?? []), ...(answer?.asked ?? [])].find(each => each.index === targetIndex());

/** The curves that are shown or being computed; `isDone` tells which. */
let curvesRun = null;
/** How long after a stroke the curves go on, in milliseconds. */
const pause = 1500;

/** The order in which the slider and the curves take patches. */
const order = () => view().map ? ranked(perPatch(view().map)) : [];

/** The share of the patches that the slider stands for, where what is hidden is what the map ranks highest, or null. */
function shareByMap() {
  const { hidden } = view(), highest = order().slice(0, hidden.length);
  if (!highest.length && hidden.length) return null;
  const set = new Set(hidden);
  return highest.every(patch => set.has(patch)) ? hidden.length / patchCount() : null;
}

/** Makes the panel. */
export function hidePanel() {
  const slider = el("input", { type: "range", min: "0", max: "100", value: "0", id: "top-share" });
  const said = el("output", { for: "top-share" });
  const back = el("button", { type: "button", onclick: undo }, "Undo");
  const forth = el("button", { type: "button", onclick: redo }, "Redo");
  const reset = el("button", {
    type: "button", onclick: () => {
      remember();
      set({ hidden: [], keep: false });
    }
  }, "Reset");
  const charts = el("div", { class: "charts" }), status = el("p", { class: "hint", role: "status" });
  const ways = el("div", {}), fills = el("div", {});
  let shown = null, sliding = false;

  slider.addEventListener("input", () => {
    if (!sliding) remember();
    sliding = true;
    set({ hidden: order().slice(0, Math.round(slider.valueAsNumber / 100 * patchCount())) });
  });
  slider.addEventListener("change", () => { sliding = false; });

  const drawWays = () => {
    ways.replaceChildren(radios("keep", "The brush", [["hide", "hides"], ["keep", "keeps only"]],
      view().keep ? "keep" : "hide", way => {
        remember();
        set({ keep: way === "keep" });
      }));
    fills.replaceChildren(radios("fill", "Hidden patches become",
      view().session.fills.map(fill => [fill, fillNames[fill] ?? fill]), view().fill, fill => set({ fill })));
  };
  const drawSlider = () => {
    const { hidden, keep } = view(), share = shareByMap();
    if (share !== null && !sliding) slider.value = Math.round(100 * share);
    // On a phone the bars are out of sight here.
    const [now, before] = [view().answer, view().whole].map(ofTarget);
    said.textContent = `${count(hidden.length, "patch", "patches")}, ${wholePercent(hidden.length / patchCount())}`
      + (share === null ? ", not those that the map ranks highest" : "")
      + (now?.probability !== undefined && (hidden.length || keep)
        ? `: ${now.label} ${percent(before?.probability)} → ${percent(now.probability)}` : "");
    back.disabled = !canUndo();
    forth.disabled = !canRedo();
    reset.disabled = !hidden.length && !keep;
    slider.setAttribute("aria-valuetext", said.textContent);
    slider.previousSibling.textContent = keep ? "Keep only the highest" : "Hide the highest";
    mark();
  };
  const mark = () => {
    if (!shown) return;
    const { answer, hidden, keep, fill, heads } = view(), share = shareByMap(), value = ofTarget(answer)?.probability;
    const fits = share !== null && fill === shown.fill && !heads.length && value !== undefined;
    shown.deletion.mark(fits && !keep ? hidden.length / patchCount() : null, value);
    shown.insertion.mark(fits && keep ? hidden.length / patchCount() : null, value);
  };

  async function drawCurves() {
    const key = JSON.stringify([request(), view().fill]);
    if (curvesRun?.key === key) return;
    curvesRun?.controller.abort();
    const controller = new AbortController();
    curvesRun = { key, controller };
    shown = null;
    set({ curves: null });
    if (!hasProbabilities()) {
      curvesRun = null;
      status.textContent = "This model's outputs are no probabilities, so there are no curves.";
      return;
    }
    if (!view().map) {
      curvesRun = null;
      charts.replaceChildren();
      status.textContent = "The curves come when the map is there.";
      return;
    }
    const fill = view().fill, spec = view().explainer;
    status.textContent = "Computing the curves of this image …";
    try {
      const { against, ...body } = request();
      const curves = await stream("curves/stream", { ...body, fill, steps: 20, view: place("curves") }, {
        signal: controller.signal,
        onProgress: fraction => { status.textContent = `Computing the curves of this image: ${wholePercent(fraction)}`; }
      });
      if (curvesRun?.controller !== controller) return;
      curvesRun.isDone = true;
      status.textContent = "";
      const lines = kind => [
        { name: title(spec), kind: "own", values: curves.map[kind] },
        { name: "random", kind: "random", values: curves.random?.[kind] },
        { name: "from the centre", kind: "centre", values: curves.centre?.[kind] }
      ].filter(each => each.values);
      const fractions = curves.fractions, what = `Probability of ${label(targetIndex())}`;
      shown = {
        fill,
        deletion: curveChart({
          fractions, title: "Deletion", across: "patches hidden, highest first", series: lines("deletion"),
          caption: `${what} as patches are hidden. It should fall early.`
        }),
        insertion: curveChart({
          fractions, title: "Insertion", across: "patches shown, highest first", series: lines("insertion"),
          caption: `${what} as patches are shown. It should rise early.`
        })
      };
      charts.replaceChildren(shown.deletion.root, shown.insertion.root);
      set({ curves: { ...curves, explainer: spec, fill } });
      announce(curves.sentence ?? "");
      drawSlider();
    } catch (error) {
      if (curvesRun?.controller !== controller) return;
      curvesRun.isDone = true;
      status.textContent = error.name === "AbortError" ? "" : error.message;
    }
  }

  /** Strokes come before curves that aren't there yet: curves and strokes share the processor. */
  let waiting = null;
  const giveWay = () => {
    const isUnfinished = waiting !== null || (curvesRun && !curvesRun.isDone);
    clearTimeout(waiting);
    waiting = null;
    if (!isUnfinished) return;
    stopCurves();
    if (view().tab !== "hide") return;
    status.textContent = "The curves wait while you paint.";
    waiting = setTimeout(() => {
      waiting = null;
      if (view().tab === "hide" && view().whole) drawCurves();
    }, pause);
  };
  const stopCurves = () => {
    curvesRun?.controller.abort();
    curvesRun = null;
  };

  addDecoration(decorate);
  addTool("hide", brush);
  on(["session"], drawWays);
  on(["keep", "fill"], drawWays);
  on(["hidden", "keep", "map", "curves", "answer"], drawSlider);
  on(["image", "model"], () => {
    forget();
    stopCurves();
    charts.replaceChildren();
  });
  on(["hidden", "keep", "tab"], giveWay);
  whileOpen("hide", ["map", "fill", "heads"], drawCurves);
  document.addEventListener("keydown", event => {
    if (view().tab !== "hide" || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
    if (event.target.matches("input[type=text], input[type=search], textarea")) return;
    event.preventDefault();
    if (event.shiftKey) redo();
    else undo();
  });
  drawWays();
  const root = el("div", {},
    el("div", { class: "controls" }, ways, fills,
      el("div", { class: "buttons" }, back, forth, reset)),
    el("p", { class: "slider" }, el("label", { for: "top-share" }, "Hide the highest"), slider, said),
    status, charts);
  drawSlider();
  return root;
}
