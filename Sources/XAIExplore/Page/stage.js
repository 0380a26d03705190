// The photograph in the middle: its map, the value under the pointer, and what the patches do in the open panel.

import { announce, byId, el, menu, radios } from "./dom.js";
import { percent, score } from "./numbers.js";
import { legend, usualStrength } from "./paint.js";
import { photo } from "./photo.js";
import { progressOf, updateProgress } from "./progress.js";
import { hasProbabilities, mainRun } from "./questions.js";
import { explainer, image, label, model, on, perPatch, set, targetIndex, title, view } from "./store.js";
import { drawn } from "./timing.js";

/** What panels add to the photograph: by the name of a panel, `press`, `drag`, `release`, `decorate` and `hint`. */
const tools = new Map();
export const addTool = (tab, tool) => tools.set(tab, tool);
/** What is drawn over the photograph whatever panel is open, since it holds whatever panel is open. */
const decorations = [];
export const addDecoration = decorate => decorations.push(decorate);
const tool = () => tools.get(view().tab) ?? {};

export const stage = photo({
  label: "Patches of the photograph. Arrow keys move, Space presses.",
  listener: {
    over(patch, byKeys) {
      const text = patch === null ? "" : valueOf(patch);
      byId("value").textContent = text || hint();
      if (byKeys) announce(text);
    },
    press: patch => tool().press?.(patch),
    drag: patch => tool().drag?.(patch),
    release: () => tool().release?.()
  }
});

const hint = () => tool().hint ?? "Point at a patch to read its score.";

function valueOf(patch) {
  const { columns } = model().grid, map = view().map;
  const place = `Row ${Math.floor(patch / columns)}, column ${patch % columns}`;
  const said = tool().value?.(patch);
  if (said) return `${place}: ${said}`;
  if (!map) return place;
  const scores = perPatch(map), value = scores[patch], above = scores.filter(other => other > value).length;
  const words = map.kind === "signed"
    ? `${score(value)}, ${value > 0 ? "for" : value < 0 ? "against" : "neither for nor against"} ${label(targetIndex())}`
    : `${score(value)} of at most ${score(Math.max(...scores))}`;
  return `${place}: ${words}; ${above === 0 ? "the highest" : `rank ${above + 1} of ${scores.length}`}`;
}

function draw() {
  const { map, drawing, strength } = view();
  stage.showMap(map, { smooth: drawing === "smooth", strength });
  byId("legend").replaceChildren(...(map ? [legend(map, label(map.target?.index ?? targetIndex()))] : []));
  stage.drawMarks();
  if (map) for (const name of ["change-map", "change-image", "first-map"]) drawn(name);
}

/** Two or three sentences for those who don't look at the map: what the model says, and what the colours mean. */
function headline() {
  const { whole, map, explainer: spec } = view(), target = targetIndex();
  if (!whole) return [];
  const [first, second] = whole.top;
  const sentences = [];
  if (hasProbabilities()) {
    sentences.push(`The model says ${first.label}, ${percent(first.probability)}`
      + (second ? `, then ${second.label}, ${percent(second.probability)}.` : "."));
  } else if (first) {
    sentences.push(`The highest output is ${first.label}, ${score(first.logit)}.`);
  }
  const fact = image()?.label;
  if (fact) sentences.push(image().correct ? "That is its label." : `Its label is ${fact}.`);
  if (map && spec) {
    const speaks = label(target);
    const colours = map.kind === "signed"
      ? `red patches speak for ${speaks}, blue ones against it, and grey ones hardly matter`
      : map.kind === "relative" ? "brighter patches rank higher; their numbers say no more than that"
      : "brighter patches count more, whether for the class or against it";
    sentences.push(`${explainer(spec).title}: ${colours}.`);
    if (!explainer(spec).followsClass) sentences.push("It is the same map for every class.");
  }
  return sentences;
}

function describe() {
  byId("headline").textContent = headline().join(" ");
  const place = byId("sentence"), said = view().curves?.sentence ?? "";
  if (place.textContent !== said) place.textContent = said;
}

function drawRun() {
  const { run, explainer: spec, map } = view(), place = byId("run");
  if (!updateProgress(place, run)) place.replaceChildren(...[progressOf(mainRun, run, title(spec))].filter(Boolean));
  byId("stage").setAttribute("aria-busy", String(run.phase === "running"));
  byId("notes").replaceChildren(...(map?.notes ?? []).map(note => el("li", {}, note)));
}

/** Puts the photograph with its controls into the page. */
export function showStage() {
  byId("picture").append(stage.root);
  const strength = el("input", { type: "range", min: "0", max: "100", id: "strength" });
  strength.addEventListener("input", () => set({ strength: strength.valueAsNumber / 100 }));
  byId("drawing").append(
    el("label", { class: "field" }, "Strength", strength),
    radios("drawing", "Drawn", [["smooth", "smooth"], ["patches", "by patches"]], view().drawing,
      drawing => set({ drawing })),
    menu("Size", [["fit", "fit"], ["own", "own pixels"]], view().size, size => set({ size })));
  stage.decorate = context => {
    for (const decorate of decorations) decorate(context);
    tool().decorate?.(context);
  };
  const showImage = () => {
    if (!image()) return;
    stage.showImage(image(), view().input, model().grid);
    byId("caption").textContent = `${image().name}, ${image().width} × ${image().height}`;
    document.title = `${image().name} – xai explore`;
  };
  on(["image", "images", "input", "model"], showImage);
  on(["map", "drawing", "strength"], () => {
    draw();
    if (document.activeElement !== strength) {
      strength.value = Math.round(100 * (view().strength ?? (view().map ? usualStrength(view().map) : 0.7)));
    }
  });
  on(["size"], () => byId("picture").classList.toggle("own", view().size === "own"));
  on(["tab", "hidden", "keep", "fill", "row", "image", "heads"], () => {
    byId("value").textContent = hint();
    stage.marks.classList.toggle("paints", Boolean(tool().drag));
    stage.drawMarks();
  });
  on(["whole", "answer", "map", "curves", "explainer", "target", "image"], describe);
  on(["run", "map"], drawRun);
  // The answer and the map come in either order.
  on(["map", "whole"], () => {
    if (view().map && view().whole) announce(headline().join(" "));
  });
  byId("picture").classList.toggle("own", view().size === "own");
  byId("value").textContent = hint();
  showImage();
  draw();
}
