// Asks the model anew whenever what is looked at changes.

import { get, newestFirst, place, post } from "./api.js";
import { complain } from "./dom.js";
import { mapRun, request } from "./maps.js";
import { model, on, removedHeads, set, targetIndex, view } from "./store.js";
import { begin } from "./timing.js";

/** How many of the likeliest classes are bars. */
const top = 5;

/** Where the patches lie on an image, by model and image. */
const inputs = new Map();

export async function inputOf(image, model) {
  const key = `${model} ${image}`;
  if (!inputs.has(key)) {
    inputs.set(key, get(`images/${encodeURIComponent(image)}/input?model=${encodeURIComponent(model)}`));
    inputs.get(key).catch(() => inputs.delete(key));
  }
  return inputs.get(key);
}

/** The answer to an image as it is; empty where the model has no classes. */
const askWhole = async (id, image, classes) => model().classes
  ? post("answer", { model: id, image, top, classes, view: place("whole") }) : { top: [], asked: [] };

const isWhole = () => !view().hidden.length && !view().keep && !view().heads.length;

/** The classes that are asked about beside the likeliest: those of the bars, and those of the comparison. */
const asked = () => [...new Set([...(view().whole?.top ?? []).map(each => each.index), view().target, view().versusClass])]
  .filter(index => index !== null && index !== undefined);

async function refreshWhole() {
  const { model: id, image, target, versusClass } = view();
  const classes = [target, versusClass].filter(index => index !== null);
  const whole = await askWhole(id, image, classes);
  if (id !== view().model || image !== view().image) return;
  set({ whole, ...(isWhole() ? { answer: whole } : {}) });
}

const refreshAnswer = newestFirst(async () => {
  if (!model().classes) return;
  const { model: id, image, hidden, keep, fill } = view();
  try {
    const answer = await post("answer", {
      model: id, image, hidden, keep, fill, removedHeads: removedHeads(), top, classes: asked(), view: place("answer")
    });
    if (id === view().model && image === view().image) set({ answer });
  } catch (error) {
    complain(error);
  }
});

const run = mapRun(state => set({ run: state, ...("map" in state ? { map: state.map } : {}) }));

/** The run of the map on the photograph. */
export const mainRun = run;

/** What the photograph's map is asked with: where the class is the likeliest and nothing is known yet, the server looks. */
const refreshMap = () => {
  if (view().explainer) run.want(request());
};

/** Asks all that the first screen needs of an image. */
export async function askAboutImage() {
  const { model, image } = view();
  if (!image) return;
  begin("change-image");
  const input = inputOf(image, model).then(input => {
    if (image === view().image && model === view().model) set({ input });
  });
  // Heads that are switched off may change which class is likeliest, and the map stays that of the whole model's.
  const isAhead = view().target !== null || !view().heads.length;
  if (isAhead) refreshMap();
  try {
    await Promise.all([input, refreshWhole()]);
    if (image !== view().image || model !== view().model) return;
    if (!isWhole()) refreshAnswer();
    if (!isAhead) refreshMap();
  } catch (error) {
    complain(error);
  }
}

/** Follows the view from now on. Has to come before the panels, which wait for the map that is asked for here. */
export function follow() {
  on(["model", "image"], askAboutImage);
  on(["hidden", "keep", "fill", "heads"], () => {
    if (!view().whole) return;
    begin("stroke");
    if (isWhole()) set({ answer: view().whole });
    else refreshAnswer();
  });
  on(["target", "versusClass"], () => {
    if (!view().whole) return;
    const known = [...view().whole.top, ...view().whole.asked].map(each => each.index);
    if (asked().every(index => known.includes(index)) && isWhole()) return;
    refreshWhole().then(() => isWhole() || refreshAnswer()).catch(complain);
  });
  on(["target", "explainer", "heads"], () => {
    if (!view().whole && view().heads.length) return;
    begin("change-map");
    refreshMap();
  });
}

/** The classes of the bars: the likeliest of the whole image, the one that is explained, and what became likely. */
export function shownClasses() {
  const { whole, answer } = view();
  if (!whole || !answer) return [];
  const now = new Map([...(answer.asked ?? []), ...answer.top].map(each => [each.index, each]));
  const before = new Map([...(whole.asked ?? []), ...whole.top].map(each => [each.index, each]));
  const indices = whole.top.map(each => each.index);
  const target = targetIndex();
  if (!indices.includes(target)) indices.push(target);
  for (const each of answer.top.slice(0, 2)) if (!indices.includes(each.index)) indices.push(each.index);
  return indices.map(index => ({ index, now: now.get(index), before: before.get(index) }))
    .filter(each => each.now || each.before);
}

export const hasProbabilities = () => (view().whole?.top[0]?.probability ?? null) !== null && model().output !== "none";
