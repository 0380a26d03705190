// One page of what is shown, with everything inside: it opens anywhere, without xai and without a network.

import { byId, el } from "./dom.js";
import { stage } from "./stage.js";
import { image, label, model, on, targetIndex, title, view } from "./store.js";

/** The panel that was open before this one, which only keeps. */
let shownTab = "methods";
on(["tab"], () => { if (view().tab !== "keep") shownTab = view().tab; });

/** The photograph with its map and marks as they are on the screen, as one picture. */
function composed() {
  const { picture, root } = stage, canvas = document.createElement("canvas");
  canvas.width = picture.naturalWidth;
  canvas.height = picture.naturalHeight;
  const context = canvas.getContext("2d");
  context.filter = root.classList.contains("grey") ? "grayscale(1)" : "none";
  context.drawImage(picture, 0, 0);
  context.filter = "none";
  const crop = view().input?.crop ?? { x: 0, y: 0, width: image().width, height: image().height };
  const scale = canvas.width / image().width;
  const [x, y, width, height] = [crop.x, crop.y, crop.width, crop.height].map(each => each * scale);
  context.fillStyle = "rgb(20 20 20 / 0.6)";
  context.beginPath();
  context.rect(0, 0, canvas.width, canvas.height);
  context.rect(x, y, width, height);
  context.fill("evenodd");
  const map = root.querySelector("canvas.map");
  context.imageSmoothingEnabled = !map.classList.contains("sharp");
  if (!map.hidden) context.drawImage(map, x, y, width, height);
  stage.cursor = null;
  stage.drawMarks();
  if (stage.marks.width && stage.marks.height) context.drawImage(stage.marks, x, y, width, height);
  return canvas.toDataURL("image/png");
}

/** Canvases lose their pixels in a copy, and images their server: both become data. */
function frozen(root) {
  const copy = root.cloneNode(true);
  const originals = root.querySelectorAll("canvas, img"), copies = copy.querySelectorAll("canvas, img");
  originals.forEach((original, at) => {
    const canvas = original instanceof HTMLCanvasElement ? original : document.createElement("canvas");
    if (canvas !== original) {
      canvas.width = original.naturalWidth;
      canvas.height = original.naturalHeight;
      if (canvas.width) canvas.getContext("2d").drawImage(original, 0, 0);
    }
    const still = el("img", { alt: original.alt ?? "", class: original.getAttribute("class") });
    if (canvas.width && canvas.height) still.src = canvas.toDataURL("image/png");
    still.hidden = original.hidden;
    still.style.cssText = original.style.cssText;
    copies[at].replaceWith(still);
  });
  for (const each of copy.querySelectorAll("button")) {
    const span = document.createElement("span");
    for (const name of ["class", "aria-pressed"]) if (each.hasAttribute(name)) span.setAttribute(name, each.getAttribute(name));
    span.append(...each.childNodes);
    each.replaceWith(span);
  }
  const controls = "input, select, label, progress, fieldset, output, .controls, .slider";
  for (const each of copy.querySelectorAll(controls)) each.remove();
  for (const each of copy.querySelectorAll("[id]")) each.removeAttribute("id");
  for (const each of copy.querySelectorAll("[tabindex], [role=application]")) {
    each.removeAttribute("tabindex");
    each.removeAttribute("role");
  }
  return copy;
}

/** The page as text. */
export async function snapshot() {
  await stage.picture.decode();
  const style = await (await fetch("explore.css")).text();
  const heading = `${image().name}: ${title(view().explainer)} for ${label(targetIndex())}`;
  const condition = byId("condition").textContent.replace(/\. .*$/, ".");
  const facts = [
    ["Model", `${model().name} (${model().family})`],
    ["Image", `${image().name}, ${image().width} × ${image().height} pixels`],
    ["Method", view().explainer], ["Class", `${label(targetIndex())} (${targetIndex()})`],
    ["Made by", `${view().session.program}, ${new Date().toISOString().slice(0, 10)}`]
  ];
  const notes = [...(view().map?.notes ?? []), ...model().notes];
  const panel = byId(`panel-${shownTab}`);
  const body = el("main", { class: "snapshot" },
    el("h1", {}, heading), el("p", {}, byId("headline").textContent), el("p", {}, byId("sentence").textContent),
    el("div", { class: "still" },
      el("div", {}, el("img", { class: "composed", src: composed(), alt: `${image().name} with the map over it` }),
        frozen(byId("legend"))),
      el("div", {}, el("h2", {}, "Classes"), condition ? el("p", {}, condition) : null, frozen(byId("bars")),
        el("dl", { class: "facts" }, facts.map(([name, text]) => [el("dt", {}, name), el("dd", {}, text)])),
        notes.length ? el("ul", { class: "notes" }, notes.map(note => el("li", {}, note))) : null)));
  const still = frozen(panel);
  still.hidden = false;
  body.append(el("h2", {}, byId(`tab-${shownTab}`).textContent), still);
  // Elements write themselves, and escape what names hold; only what is the page's own is text here.
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
${el("title", {}, heading).outerHTML}<style>${style}</style></head>
<body>${body.outerHTML}</body></html>
`;
}
