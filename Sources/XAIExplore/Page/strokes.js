// Which patches are hidden: painted, undone, and shown on the photograph.

import { announce } from "./dom.js";
import { count } from "./numbers.js";
import { stage } from "./stage.js";
import { model, patchCount, set, view } from "./store.js";

/** What hidden patches look like here; the model gets the fill itself. */
const looks = { mean: "#7c7468", black: "#000", zero: "#808080", lowest: "#000", blur: "#c9ced6", tokens: "#fff" };

const past = [], future = [];
/** What the stroke that runs now does to patches: true hides, or keeps; null while there is none. */
let paints = null;

/** Keeps what is hidden now, before it changes. */
export function remember() {
  past.push({ hidden: view().hidden, keep: view().keep });
  if (past.length > 200) past.shift();
  future.length = 0;
}

/** Nothing is left to go back to: the image is another. */
export function forget() {
  past.length = 0;
  future.length = 0;
}

export const canUndo = () => past.length > 0;
export const canRedo = () => future.length > 0;
export const undo = () => travel(past, future);
export const redo = () => travel(future, past);

function travel(from, to) {
  const back = from.pop();
  if (!back) return;
  to.push({ hidden: view().hidden, keep: view().keep });
  set(back);
}

function paint(patch) {
  const { hidden } = view();
  if (hidden.includes(patch) === paints) return;
  set({ hidden: paints ? [...hidden, patch] : hidden.filter(each => each !== patch) });
}

/** Whether the model doesn't get to see a patch. */
const isGone = patch => view().hidden.includes(patch) !== view().keep;

/** Draws what is hidden over the photograph. */
export function decorate(context) {
  const { hidden, keep, fill } = view();
  if (!hidden.length && !keep) return;
  for (let patch = 0; patch < patchCount(); patch++) {
    if (!isGone(patch)) continue;
    const [x, y, width, height] = stage.square(patch);
    context.fillStyle = looks[fill] ?? looks.mean;
    context.globalAlpha = fill === "blur" ? 0.8 : 1;
    context.fillRect(x, y, width, height);
    context.globalAlpha = 1;
    if (fill === "tokens") {
      context.beginPath();
      context.moveTo(x, y + height);
      context.lineTo(x + width, y);
      context.lineWidth = 1;
      context.strokeStyle = "#667";
      context.stroke();
    }
  }
}

/** The brush: a stroke that begins on a hidden patch gives back, and any other one hides, or keeps. */
export const brush = {
  hint: "Paint over patches to hide them, or walk with the arrow keys and press Space.",
  value: patch => isGone(patch) ? "hidden" : null,
  press(patch) {
    if (!model().patchRemoval) return;
    remember();
    paints = !view().hidden.includes(patch);
    paint(patch);
  },
  drag(patch) {
    if (paints !== null) paint(patch);
  },
  release() {
    paints = null;
    announce(`${count(view().hidden.length, "patch", "patches")} ${view().keep ? "kept" : "hidden"}.`);
  }
};
