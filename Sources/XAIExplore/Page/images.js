// The strip of images: chosen, dropped, pasted or from the folder or database that the page was opened with.

import { pictureAddress, upload } from "./api.js";
import { announce, byId, complain, el, menu } from "./dom.js";
import { percent } from "./numbers.js";
import { on, set, view } from "./store.js";

/** How many are listed at once: a page with tens of thousands of images would be slow. */
const page = 300;
const filter = { shown: "all", order: "given", count: page };

function isShown(image) {
  if (filter.shown === "all") return true;
  return filter.shown === "far" ? image.rank > 5 : image.correct === (filter.shown === "right");
}

const orders = {
  given: () => 0,
  disagreement: (a, b) => (b.disagreement ?? 0) - (a.disagreement ?? 0),
  probability: (a, b) => (a.probability ?? 1) - (b.probability ?? 1),
  rank: (a, b) => (b.rank ?? 0) - (a.rank ?? 0)
};

/** What is known of an image in a few words. */
function facts(image) {
  const words = [];
  if (!image.width) return ["can't be read"];
  if (image.predicted) {
    words.push(image.predicted + (image.probability === undefined ? "" : ` ${percent(image.probability)}`));
  }
  if (image.label && image.correct === false) words.push(`label: ${image.label}${image.rank ? `, rank ${image.rank}` : ""}`);
  if (typeof image.disagreement === "number") words.push(`disagreement ${image.disagreement.toFixed(2)}`);
  return words;
}

const verdict = image => image.correct === true ? el("span", { class: "verdict good" }, "right")
  : image.correct === false ? el("span", { class: "verdict bad" }, "wrong") : null;

/** Small pictures wait for the first map, since they are made by the same processor. */
let isWaiting = true;
on(["run"], () => {
  if (!isWaiting || ["idle", "running"].includes(view().run.phase)) return;
  isWaiting = false;
  draw();
});

/** An image is another subject: what was asked of the last one's patches and heads is over. */
const choose = image => set({
  image, target: null, versusClass: null, hidden: [], keep: false, heads: [], row: "readout"
});

const thumb = image => el("li", {}, el("button", {
  type: "button", class: "thumb", "data-image": image.id, disabled: !image.width, onclick: () => choose(image.id)
},
el("img", {
  src: isWaiting || !image.width ? null : pictureAddress(image.id, 200), alt: "", loading: "lazy", decoding: "async"
}),
el("span", { class: "name" }, image.name),
verdict(image),
facts(image).map(text => el("span", { class: "fact" }, text))));

function draw() {
  const list = byId("images"), shown = view().images.filter(isShown).sort(orders[filter.order]);
  list.replaceChildren(...shown.slice(0, filter.count).map(thumb));
  if (shown.length > filter.count) {
    list.append(el("li", {}, el("button", {
      type: "button", onclick: () => {
        filter.count += page;
        draw();
      }
    }, `Show more of ${shown.length}`)));
  }
  if (!shown.length && view().images.length) list.append(el("li", { class: "none" }, "No image passes this filter."));
  byId("no-image").hidden = view().images.length > 0;
  markChosen();
}

function markChosen() {
  for (const button of byId("images").querySelectorAll(".thumb")) {
    if (button.dataset.image === view().image) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

async function add(files) {
  const bound = view().session.imageLimitBytes;
  for (const file of files) {
    if (bound && file.size > bound) {
      complain(new Error(`${file.name} has more than the ${Math.round(bound / 2 ** 20)} MB that an image may have.`));
      continue;
    }
    try {
      announce(`Loading ${file.name}.`);
      const image = await upload(file);
      set({ images: [...view().images.filter(each => each.id !== image.id), image] });
      choose(image.id);
    } catch (error) {
      complain(error);
    }
  }
}

/** Puts the strip into the page, and takes images that are dropped or pasted anywhere on it. */
export function showImages() {
  const input = byId("file");
  input.addEventListener("change", () => {
    add([...input.files]);
    input.value = "";
  });
  byId("choose").addEventListener("click", () => input.click());
  const body = document.body;
  const carriesFiles = event => [...event.dataTransfer?.types ?? []].includes("Files");
  body.addEventListener("dragover", event => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    body.classList.add("dropping");
  });
  body.addEventListener("dragleave", event => { if (!event.relatedTarget) body.classList.remove("dropping"); });
  body.addEventListener("drop", event => {
    body.classList.remove("dropping");
    if (!carriesFiles(event)) return;
    event.preventDefault();
    add([...event.dataTransfer.files]);
  });
  document.addEventListener("paste", event => {
    const files = [...event.clipboardData?.files ?? []];
    if (!files.length) return;
    event.preventDefault();
    add(files);
  });
  if (view().session.hasResults) {
    byId("filters").append(
      menu("Show", [["all", "all"], ["right", "right"], ["wrong", "wrong"], ["far", "label not in the top 5"]], filter.shown, shown => {
        filter.shown = shown;
        draw();
      }),
      menu("Order", [
        ["given", "as given"], ["disagreement", "most disagreement first"], ["probability", "least sure first"],
        ["rank", "label of the worst rank first"]
      ], filter.order, order => {
        filter.order = order;
        draw();
      }));
  }
  on(["images"], draw);
  on(["image"], markChosen);
  draw();
}
