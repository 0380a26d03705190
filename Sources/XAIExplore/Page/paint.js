// How a map becomes colours, by the rules of the command's overlays.

import { categories, signed, unsigned } from "./colours.js";
import { el } from "./dom.js";
import { score } from "./numbers.js";

/** The values of the first and the last colour: symmetric about 0 where scores have a sign, else lowest and highest. */
function scaleOf(map) {
  let lowest = Infinity, highest = -Infinity;
  for (const value of map.scores) {
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  if (map.kind !== "signed") return { lowest, highest };
  const bound = Math.max(Math.abs(lowest), Math.abs(highest));
  return { lowest: -bound, highest: bound };
}

/** The share of the strongest colours where the reader chose none: all but the strongest of signed scores cover less. */
export const usualStrength = map => map.kind === "signed" ? 0.9 : 0.5;

/** Pixels per value of a smooth drawing, on either side; the browser enlarges it from there. */
const pixels = values => Math.max(1, Math.min(16, Math.floor(512 / values)));

/** Draws a map. `strength` is the share of the colours; signed scores cover as much as they are large. */
export function paintMap(canvas, map, { smooth, strength }) {
  const { rows, columns } = map.grid, scale = scaleOf(map);
  const table = map.kind === "signed" ? signed : unsigned;
  const step = smooth ? pixels(Math.max(rows, columns)) : 1;
  canvas.width = columns * step;
  canvas.height = rows * step;
  canvas.classList.toggle("sharp", !smooth);
  const context = canvas.getContext("2d");
  const drawn = context.createImageData(canvas.width, canvas.height), data = drawn.data;
  const width = scale.highest - scale.lowest;
  const across = places(columns, step), down = places(rows, step);
  let at = 0;
  for (const [top, bottom, v] of down) {
    for (const [left, right, u] of across) {
      const above = map.scores[top * columns + left] * (1 - u) + map.scores[top * columns + right] * u;
      const below = map.scores[bottom * columns + left] * (1 - u) + map.scores[bottom * columns + right] * u;
      const value = above * (1 - v) + below * v;
      const position = width > 0 ? (value - scale.lowest) / width : map.kind === "signed" ? 0.5 : 0;
      const colour = 3 * Math.min(255, Math.floor(256 * Math.max(0, position)));
      const cover = map.kind === "signed" ? (width > 0 ? Math.abs(value) / scale.highest : 0) : 1;
      data[at++] = table[colour];
      data[at++] = table[colour + 1];
      data[at++] = table[colour + 2];
      data[at++] = 255 * strength * cover;
    }
  }
  context.putImageData(drawn, 0, 0);
}

/** For each pixel of a side the two values that it lies between, with half-pixel centres, and its place between them. */
function places(values, step) {
  return Array.from({ length: values * step }, (_, pixel) => {
    const place = Math.min(values - 1, Math.max(0, (pixel + 0.5) / step - 0.5)), first = Math.floor(place);
    return [first, Math.min(values - 1, first + 1), place - first];
  });
}

/** Draws which of a few kinds each patch is of; -1 stays clear. */
export function paintCategories(canvas, grid, kinds, strength) {
  canvas.width = grid.columns;
  canvas.height = grid.rows;
  canvas.classList.add("sharp");
  const context = canvas.getContext("2d");
  context.globalAlpha = strength;
  kinds.forEach((kind, patch) => {
    if (kind < 0) return;
    context.fillStyle = categories[kind];
    context.fillRect(patch % grid.columns, Math.floor(patch / grid.columns), 1, 1);
  });
}

/** What the colours of a map mean, as a strip with its ends. `speaks` is the class that signed scores are about, or nothing. */
export function legend(map, speaks) {
  const scale = scaleOf(map), isSigned = map.kind === "signed";
  if (scale.lowest === scale.highest || (isSigned && scale.highest === 0)) {
    return el("p", { class: "legend" }, "This map is the same everywhere: it says nothing about where.");
  }
  const strip = el("canvas", { class: "ramp", "aria-hidden": "true" }), table = isSigned ? signed : unsigned;
  strip.width = 256;
  strip.height = 1;
  const context = strip.getContext("2d"), drawn = context.createImageData(256, 1);
  for (let x = 0; x < 256; x++) drawn.data.set([table[3 * x], table[3 * x + 1], table[3 * x + 2], 255], 4 * x);
  context.putImageData(drawn, 0, 0);
  const ends = isSigned
    ? [`${score(scale.lowest)} against ${speaks ?? "it"}`, "0", `for ${speaks ?? "it"} ${score(scale.highest)}`]
    : map.kind === "relative" ? ["lowest", "", "highest"]
    : [`${score(scale.lowest)} lowest`, "", `highest ${score(scale.highest)}`];
  return el("div", { class: "legend" }, strip, el("div", { class: "ends" }, ends.map(text => el("span", {}, text))));
}
