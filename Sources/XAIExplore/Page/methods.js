// The explainers that fit the model, grouped by what they cost, with their options.

import { byId, el } from "./dom.js";
import { explainer, fits, identifier, model, on, reason, set, title, view } from "./store.js";

const costs = [["instant", "At once"], ["seconds", "Seconds"], ["minutes", "Minutes"]];
export const pinLimit = 4;

/** Pins or unpins an explainer; the oldest pin makes room. */
export function togglePin(spec) {
  const { pins } = view();
  set({ pins: pins.includes(spec) ? pins.filter(pin => pin !== spec) : [...pins, spec].slice(-pinLimit) });
}

function row(each) {
  const isChosen = identifier(view().explainer ?? "") === each.id, spec = isChosen ? view().explainer : usual(each);
  const isPinned = view().pins.some(pin => identifier(pin) === each.id);
  return el("li", {},
    el("button", {
      type: "button", class: "method", "aria-pressed": String(isChosen), title: each.summary,
      onclick: () => set({ explainer: spec })
    }, el("span", {}, each.title), each.followsClass ? null
      : el("span", { class: "flat", title: "The map is the same for every class." }, "same for every class")),
    el("button", {
      type: "button", class: "pin", "aria-pressed": String(isPinned), "aria-label": `Pin ${each.title}`,
      title: isPinned ? "Take it out of the comparison" : "Compare it with others",
      onclick: () => togglePin(view().pins.find(pin => identifier(pin) === each.id) ?? spec)
    }, isPinned ? "★" : "☆"));
}

/** An explainer as the command would use it by default for this model. */
function usual(each) {
  return view().session.leading[view().model]?.find(spec => identifier(spec) === each.id) ?? each.id;
}

function draw() {
  if (!view().session || !model()) return;
  const explainers = view().session.explainers, leading = view().session.leading[view().model] ?? [];
  // Those that lead first, then those that follow the class.
  const place = each => {
    const at = leading.findIndex(spec => identifier(spec) === each.id);
    return at >= 0 ? at : leading.length + (each.followsClass ? 0 : 1);
  };
  const fitting = explainers.filter(fits).sort((a, b) => place(a) - place(b));
  const list = byId("methods"), focus = document.activeElement, scrolled = list.scrollTop;
  const focused = list.contains(focus) ? [...list.querySelectorAll("button")].indexOf(focus) : -1;
  const unfit = explainers.filter(each => !fits(each)), wasOpen = list.querySelector("details")?.open ?? false;
  list.replaceChildren(
    ...costs.map(([cost, name]) => [name, fitting.filter(each => each.cost === cost)])
      .filter(([, group]) => group.length)
      .map(([name, group]) => el("section", {}, el("h3", {}, name), el("ul", {}, group.map(row)))),
    ...(unfit.length ? [el("details", { open: wasOpen },
      el("summary", {}, unfit.length === 1 ? "1 doesn't fit this model" : `${unfit.length} don't fit this model`),
      el("ul", {}, unfit.map(each => el("li", { class: "unfit" }, el("b", {}, each.title), ` ${reason(each)}`))))]
      : []));
  list.scrollTop = scrolled;
  if (focused >= 0) list.querySelectorAll("button")[focused]?.focus();
  drawChosen();
}

/** The options of a spec, id:key=value,key=value, as a record. */
function optionsOf(spec) {
  const text = spec.includes(":") ? spec.slice(spec.indexOf(":") + 1) : "";
  return Object.fromEntries(text.split(",").filter(Boolean).map(part => {
    const at = part.indexOf("=");
    return [part.slice(0, at), part.slice(at + 1)];
  }));
}

function change(name, value, byDefault) {
  const spec = view().explainer, options = optionsOf(spec);
  if (value === "" || value === byDefault) delete options[name];
  else options[name] = value;
  const text = Object.entries(options).map(([key, value]) => `${key}=${value}`).join(",");
  const next = identifier(spec) + (text ? ":" + text : "");
  set({ explainer: next, pins: view().pins.map(pin => pin === spec ? next : pin) });
}

/** The options of an explainer, its presets first: a preset is a name for values of the others. */
const fields = each => [
  ...(each.presets?.length ? [{
    name: "preset", summary: "a set of options by name", choices: each.presets, default: each.presets[0]
  }] : []),
  ...(each.options ?? [])
];

function field(option, values) {
  const value = values[option.name] ?? String(option.default ?? "");
  const onchange = event => change(option.name, event.target.value.trim(), String(option.default ?? ""));
  const choices = option.choices?.length ? option.choices : null;
  const input = choices && (choices.includes(value) || !values[option.name])
    ? el("select", { onchange }, choices.map(choice => el("option", { value: choice }, choice)))
    : el("input", { type: "text", spellcheck: "false", onchange });
  input.value = value;
  input.id = `option-${option.name}`;
  return el("div", { class: "option" }, el("label", { for: input.id }, option.name), input,
    el("p", {}, option.summary, option.allowed && !choices ? el("small", {}, `: ${option.allowed}`) : null));
}

function drawChosen() {
  const each = view().explainer && explainer(view().explainer);
  if (!each) return;
  const values = optionsOf(view().explainer), place = byId("chosen");
  const wasOpen = place.querySelector("details")?.open ?? false, focused = place.contains(document.activeElement)
    ? document.activeElement.id : null;
  place.replaceChildren(
    el("p", {}, el("b", {}, title(view().explainer)), ` ${each.summary}.`),
    ...(fields(each).length ? [el("details", { open: wasOpen },
      el("summary", {}, "Options"), fields(each).map(option => field(option, values)))] : []));
  if (focused) byId(focused)?.focus();
}

/** Puts the list of methods into the page. */
export function showMethods() {
  on(["session", "model", "explainer", "pins"], draw);
  draw();
}
