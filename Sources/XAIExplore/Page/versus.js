// The panel "A against B": two classes, two methods, two images or two models.

import { post } from "./api.js";
import { classSearch } from "./classes.js";
import { complain, el, menu, radios } from "./dom.js";
import { mapRun, request } from "./maps.js";
import { correlation, score, wholePercent } from "./numbers.js";
import { legend } from "./paint.js";
import { number, pane } from "./pane.js";
import { photo } from "./photo.js";
import { whileOpen } from "./pins.js";
import { progressOf, updateProgress } from "./progress.js";
import { inputOf } from "./questions.js";
import { explainer, fits, image, label, model, on, set, targetIndex, title, view } from "./store.js";

/** Whether the method can explain one class against another by itself. */
const contrasts = spec => explainer(spec).contrast;

/** The method without what its class is held against, which the panel chooses. */
const plain = () => {
  const [id, options = ""] = view().explainer.split(/:(.*)/s);
  const others = options.split(",").filter(option => option && !option.startsWith("contrast="));
  return id + (others.length ? ":" + others.join(",") : "");
};

/** Two classes: the map of each, and that of the difference. */
function classes() {
  const a = pane(), b = pane(), between = pane(), words = el("p", { class: "verdict-line" });
  let maps = {};
  const compare = () => {
    if (!maps.a || !maps.b) return;
    const isSame = maps.a.scores.every((value, at) => value === maps.b.scores[at]);
    const [first, second] = [label(targetIndex()), label(view().versusClass)];
    const difference = maps.a.target.logit - maps.b.target.logit;
    const same = `${title(view().explainer)} gives the same map for both classes: it can't say why one and not the other. `;
    words.textContent = (isSame ? same : "")
      + `The output of ${first} is ${score(Math.abs(difference))} ${difference >= 0 ? "above" : "below"} that of ${second}.`;
  };
  a.makeRun(() => label(targetIndex()), map => [number(map.target)], map => { maps.a = map; compare(); });
  b.makeRun(() => label(view().versusClass), map => [number(map.target)], map => { maps.b = map; compare(); });
  const onBoth = speaks => `${speaks} (A) rather than ${label(view().versusClass)} (B)`;
  between.makeRun(() => onBoth(label(targetIndex())), () => ["Explained by the method as one output minus the other."]);
  const put = el("button", {
    type: "button", onclick: () => {
      const spec = plain(), { versusClass } = view();
      set({ explainer: `${spec}${spec.includes(":") ? "," : ":"}contrast=${versusClass}` });
    }
  }, "Put the difference on the photograph");
  const choose = el("div", { class: "choose" });
  return {
    root: el("div", {}, choose, words, el("div", { class: "panes three" }, a.root, between.root, b.root), put),
    async refresh() {
      const { whole, versusClass } = view(), target = targetIndex();
      const others = whole.top.filter(each => each.index !== target);
      if (versusClass === null || versusClass === target) return set({ versusClass: others[0]?.index ?? null });
      if (!choose.firstChild || !choose.contains(document.activeElement)) {
        const listed = [...others];
        if (!listed.some(each => each.index === versusClass)) listed.push({ index: versusClass, label: label(versusClass) });
        choose.replaceChildren(
          menu("B is", listed.map(each => [each.index, each.label]), versusClass, value => set({ versusClass: Number(value) })),
          classSearch("or another class", found => set({ versusClass: found.index })));
      } else {
        choose.querySelector("select").value = versusClass;
      }
      maps = {};
      words.textContent = "";
      put.hidden = !contrasts(view().explainer);
      for (const each of [a, b, between]) each.small.showImage(image(), view().input, model().grid);
      a.heading.textContent = `A: ${label(target)}`;
      b.heading.textContent = `B: ${label(versusClass)}`;
      between.heading.textContent = "Why A and not B";
      const spec = plain(), asked = changes => request({ explainer: spec, ...changes });
      const first = a.run.want(asked()), second = b.run.want(asked({ target: versusClass }));
      if (contrasts(spec)) return between.run.want(asked({ against: versusClass }));
      await Promise.all([first, second]);
      if (!maps.a || !maps.b) return;
      between.show({ ...maps.a, kind: "signed", scores: maps.a.scores.map((value, at) => value - maps.b.scores[at]) },
        onBoth(label(targetIndex())),
        [`${explainer(view().explainer).title} has no contrast of its own: this is the map of A minus that of B.`]);
    }
  };
}

/** Two methods on one photograph, with a divider. */
function methods() {
  const left = photo(), right = photo(), choose = el("div", { class: "choose" }), words = el("p", { class: "verdict-line" });
  const divider = el("input", {
    type: "range", min: "0", max: "100", value: "50", "aria-label": "Divider: A on the left, B on the right"
  });
  const stack = el("div", { class: "divided" }, left.root, right.root);
  const status = el("div", {}), legends = el("div", { class: "panes two" });
  const place = () => stack.style.setProperty("--split", divider.value + "%");
  divider.addEventListener("input", place);
  stack.addEventListener("pointermove", event => {
    const box = stack.getBoundingClientRect();
    divider.value = 100 * (event.clientX - box.left) / box.width;
    place();
  });
  place();
  let maps = {};
  async function compare() {
    if (!maps.a || !maps.b) return;
    const { explainer: first, versusExplainer: second } = view(), speaks = label(targetIndex());
    legends.replaceChildren(
      el("div", {}, el("h3", {}, `A: ${title(first)}`), legend(maps.a, speaks)),
      el("div", {}, el("h3", {}, `B: ${title(second)}`), legend(maps.b, speaks)));
    try {
      const { rankCorrelation, topTenth } = await post("agreement", {
        model: view().model, image: view().image,
        maps: [first, second].map(spec => ({ explainer: spec, target: targetIndex(), removedHeads: request().removedHeads }))
      });
      words.textContent = `Rank correlation ${correlation(rankCorrelation[0][1])}; of the highest tenth of the patches they `
        + `have ${wholePercent(topTenth[0][1])} in common.`;
    } catch (error) {
      complain(error);
    }
  }
  const run = (side, which) => mapRun(state => {
    if ("map" in state) {
      maps[which] = state.map;
      side.showMap(state.map, { smooth: view().drawing === "smooth", strength: view().strength });
    }
    if (which === "b" && !updateProgress(status, state)) {
      status.replaceChildren(...[progressOf(runs.b, state, "Method B")].filter(Boolean));
    }
    if (state.phase === "ready") compare();
  });
  const runs = { a: run(left, "a"), b: run(right, "b") };
  return {
    root: el("div", {}, choose, words, el("div", { class: "divider-place" }, stack, divider), status, legends),
    refresh() {
      const { explainer: spec, versusExplainer, session, pins } = view();
      if (!versusExplainer || versusExplainer === spec) {
        const other = pins.find(pin => pin !== spec) ?? session.explainers.find(each => fits(each) && each.id !== spec)?.id;
        return set({ versusExplainer: other ?? null });
      }
      const specs = [...new Set([versusExplainer, ...pins, ...session.explainers.filter(fits).map(each => each.id)])];
      choose.replaceChildren(menu("B is", specs.filter(each => each !== spec).map(each => [each, title(each)]), versusExplainer,
        value => set({ versusExplainer: value })));
      maps = {};
      words.textContent = "";
      for (const each of [left, right]) each.showImage(image(), view().input, model().grid);
      runs.a.want(request());
      runs.b.want(request({ explainer: versusExplainer }));
    }
  };
}

/** Two images or two models, each with what the model says of it. */
function pair(kind) {
  const a = pane(), b = pane(), choose = el("div", { class: "choose" });
  let asked = 0;
  const key = kind === "images" ? "versusImage" : "versusModel";
  const choices = () => kind === "images" ? view().images.map(each => [each.id, each.name])
    : view().session.models.map(each => [each.id, each.name]);
  a.makeRun(map => map.target.label, map => [`${map.target.label}, ${number(map.target)}`]);
  b.makeRun(map => map.target.label, map => [`${map.target.label}, ${number(map.target)}`]);
  return {
    root: el("div", {}, choose, el("div", { class: "panes two" }, a.root, b.root)),
    async refresh() {
      const own = view()[kind === "images" ? "image" : "model"], mine = ++asked;
      const others = choices().filter(([id]) => id !== own);
      if (!others.length) {
        return choose.replaceChildren(el("p", {}, kind === "images" ? "Drop a second image on the page."
          : "Only one model is open. Another is opened beside it by xai explore MODEL --also OTHER."));
      }
      const other = view()[key];
      if (!others.some(([id]) => id === other)) return set({ [key]: others[0][0] });
      choose.replaceChildren(menu("B is", others, other, value => set({ [key]: value })));
      const second = kind === "images" ? { image: other, model: view().model } : { image: view().image, model: other };
      const shown = view().images.find(each => each.id === second.image);
      const otherModel = view().session.models.find(each => each.id === second.model);
      try {
        const input = await inputOf(second.image, second.model);
        if (mine !== asked) return;
        a.small.showImage(image(), view().input, model().grid);
        b.small.showImage(shown, input, otherModel.grid);
      } catch (error) {
        return complain(error);
      }
      a.heading.textContent = `A: ${kind === "images" ? image().name : model().name}`;
      b.heading.textContent = `B: ${kind === "images" ? shown.name : otherModel.name}`;
      a.run.want(request());
      // The other image or model is asked about the class that it finds likeliest itself.
      b.run.want(request({ ...second, target: null, removedHeads: [] }));
    }
  };
}

/** Makes the panel. */
export function versusPanel() {
  const made = { classes: classes(), methods: methods(), images: pair("images"), models: pair("models") };
  const place = el("div", {}), kinds = el("div", {});
  const draw = () => {
    const { versus } = view();
    kinds.replaceChildren(radios("versus", "Compare", [
      ["classes", "two classes"], ["methods", "two methods"], ["images", "two images"], ["models", "two models"]
    ], versus, versus => set({ versus })));
    place.replaceChildren(made[versus].root);
  };
  on(["versus"], draw);
  draw();
  whileOpen("versus", ["versus", "versusClass", "versusExplainer", "versusImage", "versusModel", "target", "explainer",
    "heads", "input", "drawing", "strength", "images", "session"], () => made[view().versus].refresh());
  return el("div", {}, kinds, place);
}
