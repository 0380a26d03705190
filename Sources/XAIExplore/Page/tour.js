// Five steps through the page, the first time that it is opened in this browser.

import { byId, el } from "./dom.js";

const key = "xai-explore-tour";
/** What is framed, and what is said of it. */
const steps = [
  ["stage", "What counts for the class",
    "The map lies where the model's patches are. The strip below says what its colours mean, and pointing at a patch reads "
    + "its score."],
  ["classes", "What the model says",
    "The likeliest classes. Click one, or search for any other, and the map explains that one."],
  ["method-place", "How it is explained",
    "Methods that fit the model, those that take milliseconds first. Some give the same map for every class; they say so. "
    + "A star compares."],
  ["tabs", "What if",
    "Hide patches with a brush and see the bars move, ask a patch or a head where it looks, put one class against another, "
    + "read the layers."],
  ["tab-keep", "Keep it",
    "Copy the command that makes this map, or save it as a figure, numbers, or a page of its own. The address holds the "
    + "whole view."]
];

/** Storage may be switched off in the browser; then the tour comes each time. */
function wasSeen() {
  try {
    return localStorage.getItem(key) === "seen";
  } catch {
    return false;
  }
}

function remember() {
  try {
    localStorage.setItem(key, "seen");
  } catch { /* As above. */ }
}

let close = null;

/** Walks through the page from the first step. */
export function tour() {
  close?.();
  const before = document.activeElement;
  const words = el("div", { "aria-live": "polite" }), next = el("button", { type: "button", class: "primary" });
  const back = el("button", { type: "button" }, "Back"), skip = el("button", { type: "button" }, "Skip");
  const card = el("div", { class: "tour", role: "dialog", "aria-label": "A tour of this page" },
    words, el("div", { class: "buttons" }, skip, back, next));
  let at = 0;
  const lit = () => byId(steps[at][0]);
  close = () => {
    lit()?.classList.remove("lit");
    card.remove();
    close = null;
    remember();
    if (card.contains(document.activeElement) || document.activeElement === document.body) before?.focus?.();
  };
  const show = to => {
    lit()?.classList.remove("lit");
    at = to;
    const [, heading, text] = steps[at];
    words.replaceChildren(el("p", { class: "kind" }, `${at + 1} of ${steps.length}`), el("h2", {}, heading), el("p", {}, text));
    back.disabled = at === 0;
    skip.hidden = at === steps.length - 1;
    next.textContent = at === steps.length - 1 ? "Done" : "Next";
    lit()?.classList.add("lit");
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (at > 0) lit()?.scrollIntoView({ block: "nearest", behavior: isCalm ? "auto" : "smooth" });
  };
  next.addEventListener("click", () => at === steps.length - 1 ? close() : show(at + 1));
  back.addEventListener("click", () => show(at - 1));
  skip.addEventListener("click", () => close());
  card.addEventListener("keydown", event => { if (event.key === "Escape") close(); });
  document.body.append(card);
  show(0);
  return card;
}

/** The tour where it wasn't taken yet. Who asks for it by the button gets the focus in it. */
export function offerTour() {
  byId("tour").addEventListener("click", () => tour().querySelector(".primary").focus());
  if (!wasSeen()) tour();
}
