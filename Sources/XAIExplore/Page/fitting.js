// Views made to fit: a link may come from another session, and another model has other classes, patches and methods.

import { identifier, set, view, viewOf } from "./store.js";

export const tabs = ["methods", "hide", "attention", "versus", "layers", "keep"];

/** A view that this session can show: what it doesn't know is as by default. */
export function fitting(read) {
  const { session, images } = view();
  const known = (id, list) => list.some(each => each.id === id) ? id : list[0]?.id ?? null;
  const model = session.models.find(each => each.id === known(read.model, session.models));
  const isKnown = spec => session.explainers.some(each => each.id === identifier(spec) && each.fits[model.id]);
  const leading = session.leading[model.id] ?? [], first = session.explainers.find(each => each.fits[model.id])?.id;
  const explainer = read.explainer && isKnown(read.explainer) ? read.explainer : leading[0] ?? first ?? null;
  // Those that lead and take milliseconds, and GMAR, of which there is most to see beside the map.
  const isInstant = spec => session.explainers.find(each => each.id === identifier(spec))?.cost === "instant";
  const usual = [
    explainer, ...leading.filter(isInstant).slice(0, 3), "gmar", "grad-cam", "generic-attention", "attention-rollout"
  ];
  const pins = read.pins.filter(isKnown).length ? read.pins.filter(isKnown)
    : usual.filter((spec, at) => spec && isKnown(spec)
      && !usual.slice(0, at).some(other => other && identifier(other) === identifier(spec)));
  const patches = model.grid.rows * model.grid.columns;
  const isClass = index => Number.isInteger(index) && index >= 0 && index < model.classes;
  return {
    ...read, model: model.id, image: known(read.image, images.filter(each => each.width)), explainer, pins: pins.slice(0, 4),
    hidden: read.hidden.filter(patch => patch >= 0 && patch < patches),
    row: read.row === "readout" || (Number.isInteger(read.row) && read.row >= 0 && read.row < patches) ? read.row : "readout",
    heads: read.heads.filter(head => {
      const [layer, at] = head.split(".").map(Number);
      return layer < model.layers && at < model.heads;
    }),
    target: isClass(read.target) ? read.target : null,
    versusClass: isClass(read.versusClass) ? read.versusClass : null,
    fill: session.fills.includes(read.fill) ? read.fill : session.fills[0],
    tab: tabs.includes(read.tab) ? read.tab : tabs[0]
  };
}

/** The view as it is, with another model: what was said of the first one's classes, patches and heads is forgotten. */
export function chooseModel(id) {
  const kept = Object.fromEntries(Object.keys(viewOf("")).map(key => [key, view()[key]]));
  // Who took what leads for one model takes what leads for the other.
  const isUsual = kept.explainer === view().session.leading[kept.model]?.[0];
  set(fitting({
    ...kept, ...(isUsual ? { explainer: null, pins: [] } : {}), model: id,
    target: null, versusClass: null, hidden: [], keep: false, heads: [], row: "readout", layer: null
  }));
}
