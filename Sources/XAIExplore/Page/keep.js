// The panel "Keep": the code that makes this view, files of what is shown, a page that needs no server, and a link.

import { post, postForFile } from "./api.js";
import { announce, complain, el } from "./dom.js";
import { request } from "./maps.js";
import { usualStrength } from "./paint.js";
import { whileOpen } from "./pins.js";
import { snapshot } from "./snapshot.js";
import { fragment, image, view } from "./store.js";

/** What the server needs to draw the same: the map that is shown, and how. */
const exported = () => ({
  ...request(),
  style: {
    upsampling: view().drawing === "smooth" ? "bilinear" : "nearest",
    alpha: view().strength ?? (view().map ? usualStrength(view().map) : null)
  }
});

/** A name for a file, of letters that every file system takes. */
const fileName = ending => [image().name.replace(/\.[^.]*$/, ""), view().explainer, view().map?.target.index]
  .join(".").replace(/[^\p{L}\p{N}.=,-]+/gu, "-") + "." + ending;

function save(blob, name) {
  const link = el("a", { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    announce(`Copied: ${what}.`);
    return true;
  } catch {
    complain(new Error("The browser doesn't let this page copy. Select the text and copy it by hand."));
    return false;
  }
}

function copyButton(what, text) {
  const button = el("button", {
    type: "button", onclick: async () => {
      if (!await copy(await text(), what)) return;
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = `Copy ${what}`; }, 1500);
    }
  }, `Copy ${what}`);
  return button;
}

const formats = [
  ["svg", "SVG", "for a paper: shapes and text stay sharp"], ["png", "PNG", "the overlay as pixels"],
  ["npy", "NPY", "the scores as a NumPy array"], ["json", "JSON", "scores, class, method and how it was drawn"]
];

/** A program that makes the map, with a button that copies it. */
const listing = (heading, name, text) => el("section", {},
  el("div", { class: "head" }, el("h3", {}, heading), copyButton(name, async () => text)),
  el("pre", { tabindex: "0", "aria-label": `${heading} that makes this map` }, el("code", {}, text)));

/** Makes the panel. */
export function keepPanel() {
  const code = el("div", { class: "code" }), files = el("div", { class: "buttons" });
  for (const [format, name, about] of formats) {
    files.append(el("button", {
      type: "button", title: about, onclick: async () => {
        try {
          save(await postForFile("export", { ...exported(), format }), fileName(format));
          announce(`${name} saved.`);
        } catch (error) {
          complain(error);
        }
      }
    }, `Save ${name}`));
  }
  files.append(el("button", {
    type: "button", title: "one file with what is shown, which opens without xai",
    onclick: async () => {
      try {
        save(new Blob([await snapshot()], { type: "text/html" }), fileName("html"));
        announce("Page saved.");
      } catch (error) {
        complain(error);
      }
    }
  }, "Save page"), copyButton("link", async () => location.href.split("#")[0] + "#" + fragment()));

  async function refresh() {
    try {
      const { command, swift, python } = await post("code", exported());
      code.replaceChildren(
        listing("Command", "command", command), listing("Swift", "Swift", swift), listing("Python", "Python", python));
    } catch (error) {
      complain(error);
    }
  }
  whileOpen("keep", ["map", "drawing", "strength"], () => { if (view().map) refresh(); });
  return el("div", {},
    el("p", { class: "hint" }, "Files hold the map on the photograph. A link shows the same view for as long as this server "
      + "runs; it carries the token, so whoever has it and reaches this machine can use the server."), files, code);
}
