// The photograph as it is, and over it, where the model's patches lie, a map and marks.

import { pictureAddress } from "./api.js";
import { el } from "./dom.js";
import { paintCategories, paintMap, usualStrength } from "./paint.js";

/**
 * A photograph. Where `listener` is given, its patches can be pointed at and walked over by arrow keys: it is told
 * `over(patch or null)`, `press(patch)`, `drag(patch)` and `release()`.
 */
export function photo({ listener, label } = {}) {
  const picture = el("img", { alt: "", draggable: "false" });
  const map = el("canvas", { class: "map", "aria-hidden": "true" });
  const marks = el("canvas", {
    class: "marks", "aria-hidden": listener ? null : "true", tabindex: listener ? "0" : null,
    role: listener ? "application" : null, "aria-roledescription": listener ? "grid of patches" : null,
    "aria-label": label
  });
  const seen = el("div", { class: "seen" }, map, marks);
  const root = el("div", { class: "photo" }, picture, seen);
  const self = { root, picture, marks, cursor: null, grid: null, decorate: null };
  let shown = null;

  /** Shows an image, with the rectangle that the model sees of it. */
  self.showImage = (image, input, grid) => {
    const address = pictureAddress(image.id);
    if (shown !== address) {
      shown = address;
      picture.src = address;
    }
    picture.alt = image.name;
    root.style.setProperty("aspect-ratio", `${image.width} / ${image.height}`);
    root.style.setProperty("--shape", image.width / image.height);
    root.style.setProperty("--own", image.width + "px");
    if (self.grid && (self.grid.rows !== grid.rows || self.grid.columns !== grid.columns)) self.cursor = null;
    self.grid = grid;
    if (input) {
      const { crop } = input, share = (part, whole) => 100 * part / whole + "%";
      seen.style.setProperty("left", share(crop.x, image.width));
      seen.style.setProperty("top", share(crop.y, image.height));
      seen.style.setProperty("width", share(crop.width, image.width));
      seen.style.setProperty("height", share(crop.height, image.height));
    }
    self.drawMarks();
  };

  self.showMap = (shownMap, { smooth = true, strength = null } = {}) => {
    root.classList.toggle("grey", shownMap?.kind === "signed");
    map.hidden = !shownMap;
    if (shownMap) paintMap(map, shownMap, { smooth, strength: strength ?? usualStrength(shownMap) });
  };

  self.showCategories = (grid, kinds) => {
    root.classList.add("grey");
    map.hidden = false;
    paintCategories(map, grid, kinds, 0.6);
  };

  /** Where a patch lies on the canvas of marks. */
  self.square = patch => {
    const width = marks.width / self.grid.columns, height = marks.height / self.grid.rows;
    return [patch % self.grid.columns * width, Math.floor(patch / self.grid.columns) * height, width, height];
  };

  /** Draws what `decorate` draws, and the patch under the pointer or the keys. */
  self.drawMarks = () => {
    if (!self.grid || !marks.clientWidth) return;
    const ratio = Math.min(2, devicePixelRatio || 1);
    marks.width = Math.round(marks.clientWidth * ratio);
    marks.height = Math.round(marks.clientHeight * ratio);
    const context = marks.getContext("2d");
    context.clearRect(0, 0, marks.width, marks.height);
    self.decorate?.(context);
    if (self.cursor !== null) outline(context, self.square(self.cursor));
  };
  new ResizeObserver(self.drawMarks).observe(marks);

  if (!listener) return self;

  /** Where an event is, in patches from the upper left corner. */
  const place = event => {
    const box = marks.getBoundingClientRect(), { rows, columns } = self.grid;
    return [(event.clientX - box.left) / box.width * columns, (event.clientY - box.top) / box.height * rows];
  };
  const patchAt = ([x, y]) => {
    const { rows, columns } = self.grid, column = Math.floor(x), row = Math.floor(y);
    return column < 0 || row < 0 || column >= columns || row >= rows ? null : row * columns + column;
  };
  const moveTo = (patch, byKeys = false) => {
    if (patch === self.cursor) return;
    self.cursor = patch;
    self.drawMarks();
    listener.over(patch, byKeys);
  };
  let isPressed = false, before = null;
  marks.addEventListener("pointerdown", event => {
    if (event.button !== 0 || !self.grid) return;
    isPressed = true;
    try {
      marks.setPointerCapture(event.pointerId);
    } catch { /* A pointer that has gone already: its stroke is one patch. */ }
    before = place(event);
    const patch = patchAt(before);
    moveTo(patch);
    if (patch !== null) listener.press(patch);
  });
  marks.addEventListener("pointermove", event => {
    if (!self.grid) return;
    const [x, y] = place(event);
    if (isPressed) {
      // A quick stroke has few events: it is the line between them, in steps of a third of a patch.
      const [fromX, fromY] = before, steps = Math.max(1, Math.ceil(3 * Math.hypot(x - fromX, y - fromY)));
      for (let step = 1; step <= steps; step++) {
        const passed = patchAt([fromX + (x - fromX) * step / steps, fromY + (y - fromY) * step / steps]);
        if (passed !== null) listener.drag(passed);
      }
      before = [x, y];
    }
    moveTo(patchAt([x, y]));
  });
  const release = () => {
    if (isPressed) listener.release();
    isPressed = false;
  };
  marks.addEventListener("pointerup", release);
  marks.addEventListener("pointercancel", release);
  marks.addEventListener("pointerleave", () => { if (!isPressed) moveTo(null); });
  marks.addEventListener("blur", () => moveTo(null));
  marks.addEventListener("keydown", event => {
    if (!self.grid || event.ctrlKey || event.metaKey || event.altKey) return;
    const { rows, columns } = self.grid, at = self.cursor ?? Math.floor(rows / 2) * columns + Math.floor(columns / 2);
    const [row, column] = [Math.floor(at / columns), at % columns];
    const next = {
      ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1], ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column], Home: [row, 0], End: [row, columns - 1]
    }[event.key];
    if (next) {
      const inside = [Math.min(rows - 1, Math.max(0, next[0])), Math.min(columns - 1, Math.max(0, next[1]))];
      moveTo(self.cursor === null ? at : inside[0] * columns + inside[1], true);
    } else if (event.key === " " || event.key === "Enter") {
      moveTo(at, true);
      listener.press(at);
      listener.release();
    } else return;
    event.preventDefault();
  });
  return self;
}

/** A square that is seen on dark and on light. */
export function outline(context, [x, y, width, height], colour = "#fff") {
  context.lineWidth = 4;
  context.strokeStyle = "rgb(0 0 0 / 0.75)";
  context.strokeRect(x + 2, y + 2, width - 4, height - 4);
  context.lineWidth = 2;
  context.strokeStyle = colour;
  context.strokeRect(x + 2, y + 2, width - 4, height - 4);
}
