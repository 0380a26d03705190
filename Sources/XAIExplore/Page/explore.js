// The page of `xai explore`: reads the view from the address, asks the server what there is, and puts the parts together.

import { get } from "./api.js";
import { attentionPanel } from "./attention.js";
import { showClasses } from "./classes.js";
import { byId, complain, el } from "./dom.js";
import { chooseModel, fitting } from "./fitting.js";
import { hidePanel } from "./hide.js";
import { showImages } from "./images.js";
import { keepPanel } from "./keep.js";
import { layersPanel } from "./layers.js";
import { showMethods } from "./methods.js";
import { methodsPanel } from "./pins.js";
import { askAboutImage, follow } from "./questions.js";
import { showStage, stage } from "./stage.js";
import { on, set, view, viewOf } from "./store.js";
import { begin } from "./timing.js";
import { offerTour } from "./tour.js";
import { versusPanel } from "./versus.js";

begin("first-map");

const panels = [
  ["methods", "Methods", methodsPanel], ["hide", "Hide", hidePanel], ["attention", "Attention", attentionPanel],
  ["versus", "A against B", versusPanel], ["layers", "Layers", layersPanel], ["keep", "Keep", keepPanel]
];

function showTabs() {
  const list = byId("tabs"), place = byId("panels");
  const tabs = panels.map(([id, name]) => el("button", {
    type: "button", role: "tab", id: `tab-${id}`, "aria-controls": `panel-${id}`, onclick: () => set({ tab: id })
  }, name));
  list.append(...tabs);
  list.addEventListener("keydown", event => {
    const at = tabs.indexOf(document.activeElement), step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const to = event.key === "Home" ? 0 : event.key === "End" ? tabs.length - 1
      : step ? (at + step + tabs.length) % tabs.length : null;
    if (at < 0 || to === null) return;
    event.preventDefault();
    tabs[to].focus();
    tabs[to].click();
  });
  for (const [id, , make] of panels) {
    place.append(el("section", {
      role: "tabpanel", id: `panel-${id}`, "aria-labelledby": `tab-${id}`, tabindex: "-1"
    }, make()));
  }
  const draw = () => panels.forEach(([id], at) => {
    const isOpen = view().tab === id;
    tabs[at].setAttribute("aria-selected", String(isOpen));
    tabs[at].tabIndex = isOpen ? 0 : -1;
    place.children[at].hidden = !isOpen;
    if (!isOpen) return;
    // Where there are more tabs than fit beside one another, the open one is in sight.
    const left = tabs[at].offsetLeft - list.offsetLeft, right = left + tabs[at].offsetWidth;
    list.scrollLeft = Math.min(left, Math.max(list.scrollLeft, right - list.clientWidth));
  });
  on(["tab"], draw);
  draw();
}

function showModels() {
  const select = el("select", { id: "model", "aria-label": "Model", onchange: event => chooseModel(event.target.value) });
  const place = byId("models");
  const draw = () => {
    const { session, model } = view();
    select.replaceChildren(...session.models.map(each => el("option", { value: each.id }, each.name)));
    select.value = model;
    const chosen = session.models.find(each => each.id === model);
    place.replaceChildren(session.models.length > 1 ? select : el("b", {}, chosen.name),
      el("span", { class: "facts-line" }, ` ${chosen.family}, ${chosen.layers} layers of ${chosen.heads} heads, `
        + `${chosen.grid.rows} × ${chosen.grid.columns} patches`));
    byId("model-notes").replaceChildren(...(chosen.notes ?? []).map(note => el("li", {}, note)));
    byId("model-notes-place").hidden = !chosen.notes?.length;
  };
  on(["model", "session"], draw);
  draw();
}

async function open() {
  const [session, images] = await Promise.all([get("session"), get("images")]);
  set({ session, images });
  set(fitting(viewOf(location.hash.slice(1))));
  byId("version").textContent = session.program;
  follow();
  showModels();
  showImages();
  showStage();
  showClasses();
  showMethods();
  showTabs();
  askAboutImage();
  window.addEventListener("hashchange", () => set(fitting(viewOf(location.hash.slice(1)))));
  // A plain link would take the view's place in the address.
  document.querySelector(".skip").addEventListener("click", event => {
    event.preventDefault();
    stage.marks.focus();
  });
  document.documentElement.classList.add("ready");
  offerTour();
}

open().catch(error => {
  complain(error);
  document.documentElement.classList.add("failed");
});
