// The likeliest classes as bars, and a search over all of them.

import { get, post } from "./api.js";
import { announce, byId, complain, el } from "./dom.js";
import { chooseModel } from "./fitting.js";
import { percent, score } from "./numbers.js";
import { hasProbabilities, shownClasses } from "./questions.js";
import { model, on, set, targetIndex, view } from "./store.js";
import { drawn } from "./timing.js";

/** A bar's length: a probability as it is; logits from the lowest to the highest of those shown. */
function lengths(classes) {
  if (hasProbabilities()) return each => each.probability ?? 0;
  const values = classes.flatMap(each => [each.now, each.before]).filter(Boolean).map(each => each.logit);
  const lowest = Math.min(0, ...values), highest = Math.max(0, ...values);
  return each => highest > lowest ? (each.logit - lowest) / (highest - lowest) : 0;
}

const number = each => !each ? "–" : hasProbabilities() ? percent(each.probability) : score(each.logit);

const bars = new Map();

/** One class. The bar moves in place, so that the eye can follow it and the button keeps its focus. */
function bar(index) {
  if (bars.has(index)) return bars.get(index);
  const name = el("span", { class: "label" }), value = el("span", { class: "number" });
  const fill = el("span", { class: "fill" }), mark = el("span", { class: "before" });
  const button = el("button", { type: "button", class: "bar", onclick: () => set({ target: index }) },
    el("span", { class: "words" }, name, value), el("span", { class: "track", "aria-hidden": "true" }, fill, mark));
  const made = { item: el("li", { "data-class": index }, button), button, name, value, fill, mark };
  bars.set(index, made);
  return made;
}

function draw() {
  const classes = shownClasses(), length = lengths(classes), isChanged = view().answer !== view().whole;
  const items = classes.map(({ index, now, before }) => {
    const made = bar(index), isTarget = index === targetIndex();
    made.name.textContent = (now ?? before).label;
    made.value.textContent = isChanged ? `${number(before)} → ${number(now)}` : number(now);
    made.fill.style.setProperty("width", 100 * (now ? length(now) : 0) + "%");
    made.mark.hidden = !isChanged || !before;
    if (before) made.mark.style.setProperty("left", 100 * length(before) + "%");
    made.button.setAttribute("aria-pressed", String(isTarget));
    return made.item;
  });
  const list = byId("bars");
  if (items.length !== list.children.length || items.some((item, at) => list.children[at] !== item)) {
    const focused = document.activeElement;
    list.replaceChildren(...items);
    if (focused?.isConnected && focused !== document.activeElement) focused.focus();
  }
  drawn("stroke");
  if (isChanged && classes.length) {
    const target = classes.find(each => each.index === targetIndex());
    if (target?.now && target.before) {
      announce(`${target.now.label}: ${number(target.before)} became ${number(target.now)}.`);
    }
  }
}

/** What the bars are of, when it isn't the whole image. */
function drawCondition() {
  const { hidden, keep, heads } = view(), words = [];
  const patches = hidden.length === 1 ? "1 patch" : `${hidden.length} patches`;
  if (keep) words.push(`only ${patches} kept`);
  else if (hidden.length) words.push(`${patches} hidden`);
  if (heads.length) words.push(heads.length === 1 ? "1 head off" : `${heads.length} heads off`);
  const place = byId("condition");
  place.replaceChildren(...(words.length
    ? [`With ${words.join(" and ")}; the line in a bar is the whole image. `,
      el("button", { type: "button", onclick: () => set({ hidden: [], keep: false, heads: [] }) }, "Back to the whole")]
    : []));
}

/** A field that finds classes; `choose` gets what is picked. */
export function classSearch(label, choose) {
  const input = el("input", { type: "search", autocomplete: "off", spellcheck: "false", placeholder: "Find a class" });
  const found = el("ul", { class: "found" });
  let asked = 0;
  input.addEventListener("input", async () => {
    const query = input.value.trim(), mine = ++asked;
    if (!query) return found.replaceChildren();
    try {
      const classes = await get(`classes?limit=20&q=${encodeURIComponent(query)}&model=${encodeURIComponent(view().model)}`);
      if (mine !== asked) return;
      found.replaceChildren(...classes.map(each => el("li", {}, el("button", {
        type: "button", onclick: () => {
          input.value = "";
          found.replaceChildren();
          choose(each);
        }
      }, each.label, el("small", {}, ` ${each.index}`)))));
      if (!classes.length) found.replaceChildren(el("li", { class: "none" }, "No class has this in its name."));
      announce(classes.length ? `${classes.length} classes found.` : "No class found.");
    } catch (error) {
      complain(error);
    }
  });
  input.addEventListener("keydown", event => {
    if (event.key === "Escape" && input.value) {
      input.value = "";
      found.replaceChildren();
      event.stopPropagation();
    }
    if (event.key === "Enter" || event.key === "ArrowDown") {
      const first = found.querySelector("button");
      if (!first) return;
      event.preventDefault();
      if (event.key === "Enter") first.click();
      else first.focus();
    }
  });
  return el("div", { class: "search" }, el("label", {}, label, input), found);
}

/** Classes that are texts, where the model reads them: they become a model of their own, so that other pages keep theirs. */
function textClasses() {
  const texts = el("textarea", { rows: "4", spellcheck: "false", placeholder: "a dog\na cat\na boat" });
  const template = el("input", { type: "text", value: "a photo of {}", spellcheck: "false" });
  const form = el("form", {
    class: "texts",
    onsubmit: async event => {
      event.preventDefault();
      const lines = texts.value.split("\n").map(line => line.trim()).filter(Boolean);
      if (!lines.length) return complain(new Error("Type a class a line first, such as “a dog”."));
      try {
        const answer = await post("texts", { model: view().model, texts: lines, template: template.value });
        set({ session: await get("session") });
        chooseModel(answer.model.id);
      } catch (error) {
        complain(error);
      }
    }
  },
  el("label", { class: "field" }, "Classes, one a line", texts),
  el("label", { class: "field" }, "Sentence, {} is the class", template),
  el("button", { type: "submit" }, "Ask about these"));
  return el("details", {}, el("summary", {}, "Type classes of your own"), form);
}

/** Puts the bars, the search and, where the model reads texts, the field for classes into the page. */
export function showClasses() {
  byId("search").append(classSearch("Explain another class", found => set({ target: found.index })));
  const forModel = () => {
    bars.clear();
    byId("own-classes").replaceChildren(...(model()?.textClasses ? [textClasses()] : []));
    byId("class-count").textContent = model().classes ? `of ${model().classes}` : "this model has none";
    byId("search").hidden = !model().classes;
  };
  on(["model"], forModel);
  on(["whole", "answer", "target"], draw);
  on(["hidden", "keep", "heads", "answer"], drawCondition);
  forModel();
}
