// The page's state: what the view is (kept in the address after #), and what the server answered.

/** What is looked at. Everything here is in the address, so that a link shows the same view. */
const viewDefaults = {
  model: null, image: null, explainer: null,
  target: null,          // the index of a class; null is the likeliest
  tab: "methods", drawing: "smooth", strength: null, size: "fit",
  pins: [],
  hidden: [], keep: false, fill: "mean",
  heads: [],             // switched off: "layer.head"
  row: "readout",        // whose attention is shown: "readout" or a patch
  layer: null,           // of lens, norms and rollout; null is the last
  versus: "classes", versusClass: null, versusExplainer: null, versusImage: null, versusModel: null
};

/** What the server said of the image and the model that are shown; of others it says nothing. */
const unanswered = {
  input: null,           // where the patches lie on the image
  whole: null,           // the answer with nothing hidden
  answer: null,          // the answer to what is shown
  map: null, curves: null
};

const state = { ...viewDefaults, ...unanswered, session: null, images: [], run: { phase: "idle" } };

const listeners = [];

export const view = () => state;

/** Calls `body` after any of these has changed. */
export function on(keys, body) {
  listeners.push({ keys: new Set(keys), body });
}

/** Changes the state, and tells those who look at what changed. */
export function set(changes) {
  if (["model", "image"].some(key => key in changes && changes[key] !== state[key])) {
    changes = { ...unanswered, ...changes };
  }
  const changed = Object.keys(changes).filter(key => !isSame(state[key], changes[key]));
  if (!changed.length) return;
  for (const key of changed) state[key] = changes[key];
  if (changed.some(key => key in viewDefaults)) scheduleAddress();
  for (const { keys, body } of listeners) if (changed.some(key => keys.has(key))) body();
}

const isSame = (a, b) => a === b || (Array.isArray(a) && Array.isArray(b) && a.length === b.length
  && a.every((value, index) => value === b[index]));

// MARK: - Parts of the state that are looked up often

export const model = () => state.session?.models.find(each => each.id === state.model) ?? null;
export const image = () => state.images.find(each => each.id === state.image) ?? null;
export const identifier = explainer => explainer.split(":")[0];
export const explainer = spec => state.session.explainers.find(each => each.id === identifier(spec));
/** Whether an explainer fits the model, and why not. */
export const fits = each => each.fits[state.model] === true;
export const reason = each => each.reasons?.[state.model] ?? "";
export const patchCount = () => model().grid.rows * model().grid.columns;
/** A map's score for each patch: where it has pixels, as some options make it, the sum over a patch's. */
export function perPatch(map) {
  const { rows, columns } = model().grid;
  if (map.grid.rows === rows && map.grid.columns === columns) return map.scores;
  const sums = new Array(rows * columns).fill(0);
  map.scores.forEach((score, at) => {
    const row = Math.floor(Math.floor(at / map.grid.columns) * rows / map.grid.rows);
    const column = Math.floor(at % map.grid.columns * columns / map.grid.columns);
    sums[row * columns + column] += score;
  });
  return sums;
}

export const targetIndex = () => state.target ?? state.whole?.top[0]?.index ?? null;
export const removedHeads = () => state.heads.map(head => head.split(".").map(Number));

/** A class of which the page knows the label, from any answer. */
export function label(index) {
  if (index === null) return "the model's output";
  const known = [...(state.answer?.top ?? []), ...(state.answer?.asked ?? []), ...(state.whole?.top ?? []),
    ...(state.whole?.asked ?? []), state.map?.target].find(each => each?.index === index);
  return known?.label ?? `class ${index}`;
}

/** The title of an explainer with its options, as people read it. */
export function title(spec) {
  const options = spec.includes(":") ? " · " + spec.slice(spec.indexOf(":") + 1).replaceAll(",", ", ") : "";
  return (explainer(spec)?.title ?? identifier(spec)) + options;
}

// MARK: - The address

/** Patches as ranges, 3-5.9, because a brush hides many in a row. */
function asRanges(patches) {
  const sorted = [...patches].sort((a, b) => a - b), parts = [];
  for (let index = 0; index < sorted.length; index++) {
    const first = sorted[index];
    while (sorted[index + 1] === sorted[index] + 1) index++;
    parts.push(first === sorted[index] ? String(first) : `${first}-${sorted[index]}`);
  }
  return parts.join(".");
}

function fromRanges(text) {
  return text.split(".").filter(Boolean).flatMap(part => {
    const [first, last = first] = part.split("-").map(Number);
    if (!Number.isInteger(first) || !Number.isInteger(last) || last - first > 1e5) return [];
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  });
}

const written = {
  hidden: [asRanges, fromRanges],
  pins: [pins => pins.join("|"), text => text.split("|").filter(Boolean)],
  heads: [heads => heads.join("_"), text => text.split("_").filter(part => /^\d+\.\d+$/.test(part))],
  keep: [keep => keep ? "1" : "", text => text === "1"],
  target: [String, Number], strength: [String, Number], layer: [String, Number],
  versusClass: [String, Number],
  row: [String, text => text === "readout" ? text : Number(text)]
};

/** The view as it stands after # in the address; what is as by default is left out. */
export function fragment() {
  const fields = new URLSearchParams();
  for (const [key, byDefault] of Object.entries(viewDefaults)) {
    if (isSame(state[key], byDefault) || state[key] === null) continue;
    fields.set(key, written[key] ? written[key][0](state[key]) : state[key]);
  }
  return fields.toString();
}

/** Reads a view; what isn't there is as by default, and what can't be read is left out. */
export function viewOf(fragment) {
  const read = { ...viewDefaults };
  for (const [key, text] of new URLSearchParams(fragment)) {
    if (!(key in viewDefaults)) continue;
    const value = written[key] ? written[key][1](text) : text;
    if (!Number.isNaN(value)) read[key] = value;
  }
  return read;
}

let scheduled = false;
function scheduleAddress() {
  if (scheduled) return;
  scheduled = true;
  // Browsers refuse addresses that change more often than some hundred times in half a minute.
  setTimeout(() => {
    scheduled = false;
    history.replaceState(null, "", "#" + fragment());
  }, 300);
}
