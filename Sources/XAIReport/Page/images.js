"use strict";
(function () {
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const number = text => text === undefined || text === "" ? null : Number(text);
  // The page names no address, not even that of a namespace: the parser knows it.
  const holder = document.createElement("div");
  holder.innerHTML = "<svg></svg>";
  const namespace = holder.firstChild.namespaceURI;
  const svgElement = (name, attributes, text) => {
    const element = document.createElementNS(namespace, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    return element;
  };

  for (const form of all("form.controls")) {
    const section = form.parentElement, cards = section.querySelector(".cards");
    const divider = form.querySelector("input.split");
    const mapA = form.querySelector(".pick-a"), mapB = form.querySelector(".pick-b");
    const names = all("option", mapA).map(option => option.textContent);

    // The divider for all images or for the one under the pointer, and how strong the maps are.
    const enable = () => { divider.disabled = mapB.value === ""; };
    enable();
    form.addEventListener("submit", event => event.preventDefault());
    mapB.addEventListener("change", enable);
    divider.addEventListener("input", () => {
      section.style.setProperty("--split", divider.value + "%");
      for (const stage of all(".stage[style]", section)) stage.style.removeProperty("--split");
    });
    form.querySelector("input.alpha").addEventListener("input", event => {
      section.style.setProperty("--alpha", event.target.value / 100);
    });
    section.addEventListener("pointermove", event => {
      const stage = event.target.closest(".stage");
      if (!stage || stage.matches(".still") || mapB.value === "") return;
      const box = stage.getBoundingClientRect();
      const share = 100 * (event.clientX - box.left) / box.width;
      stage.style.setProperty("--split", Math.min(100, Math.max(0, share)) + "%");
    });

    // Which images are shown, in which order.
    const finder = section.querySelector("form.finder"), everything = all(".card", cards);
    const choice = name => { const field = finder.querySelector(name); return field ? field.value : ""; };
    const shown = () => all(".card", cards).filter(card => !card.hidden);

    // Pairs are the rows of a triangle: 0 with 1, 2, 3, then 1 with 2, 3.
    function pairPlace(a, b) {
      const [low, high] = a < b ? [a, b] : [b, a];
      return low * (2 * names.length - low - 1) / 2 + high - low - 1;
    }
    function key(card, order) {
      if (order === "rho") return number(card.dataset.rho);
      if (order === "pair") {
        if (mapB.value === "" || mapA.value === mapB.value) return null;
        return number(card.dataset.pairs.split(",")[pairPlace(Number(mapA.value), Number(mapB.value))]);
      }
      const row = all("details tbody tr", card)[Number(mapA.value)];
      const text = row.querySelectorAll("td")[Number(order.slice(1))].textContent;
      const value = text === "–" ? null : Number(text.replace("−", "-"));
      return value === null ? null : order[0] === "+" ? value : -value;
    }
    function arrange() {
      const state = choice(".state"), label = choice(".class"), order = choice(".order");
      const text = choice(".text").trim().toLocaleLowerCase();
      for (const card of everything) {
        const words = card.querySelector("h3").textContent + "\n" + card.querySelector(".about").textContent;
        card.hidden = state !== "" && card.dataset.state !== state || label !== "" && card.dataset.class !== label
          || text !== "" && !words.toLocaleLowerCase().includes(text);
      }
      const keys = new Map(everything.map((card, index) => [card, { index, key: order === "" ? index : key(card, order) }]));
      const sorted = everything.slice().sort((one, other) => {
        const a = keys.get(one), b = keys.get(other);
        if (a.key === null || b.key === null) return (a.key === null) - (b.key === null) || a.index - b.index;
        return a.key - b.key || a.index - b.index;
      });
      cards.append(...sorted);
      const waits = order === "pair" && (mapB.value === "" || mapA.value === mapB.value);
      finder.querySelector(".count").textContent = shown().length + " of " + everything.length
        + (waits ? "; choose two maps, A and B" : "");
    }
    finder.addEventListener("submit", event => event.preventDefault());
    finder.addEventListener("input", arrange);
    for (const pick of [mapA, mapB]) {
      pick.addEventListener("change", () => { if (/^(pair|[+-])/.test(choice(".order"))) arrange(); });
    }
    arrange();

    // An image enlarged: all maps, values and curves.
    const dialog = section.querySelector("dialog"), body = dialog.querySelector(".body");
    const families = JSON.parse(cards.dataset.curves);
    let current = null;

    function chart(family, curves) {
      const [width, height, left, bottom, top] = [360, 210, 42, 34, 10];
      const values = curves.flat();
      let low = Math.min(0, ...values), high = Math.max(...values);
      if (high <= low) high = low + 1;
      const first = family.x[0], last = family.x[family.x.length - 1];
      const x = value => left + (width - left - 10) * (value - first) / (last - first || 1);
      const y = value => height - bottom - (height - bottom - top) * (value - low) / (high - low);
      const figure = document.createElement("figure"), caption = document.createElement("figcaption");
      const title = document.createElement("b");
      title.textContent = family.name;
      caption.append(title, " of this image");
      const svg = svgElement("svg", {
        class: "chart", viewBox: "0 0 " + width + " " + height, role: "img",
        "aria-label": family.name + " of this image: " + family.up + " against " + family.across
      });
      for (const [value, place] of [[low, y(low)], [high, y(high)]]) {
        svg.append(svgElement("line", { class: "grid", x1: left, x2: width - 10, y1: place, y2: place }));
        svg.append(svgElement("text", { x: left - 6, y: place + 4, "text-anchor": "end", "font-size": 11 },
          String(Math.round(value * 100) / 100)));
      }
      for (const value of [first, last]) {
        svg.append(svgElement("text", { x: x(value), y: height - bottom + 15, "text-anchor": value === first ? "start" : "end",
          "font-size": 11 }, String(value)));
      }
      svg.append(svgElement("text", { x: (left + width) / 2, y: height - 6, "text-anchor": "middle", "font-size": 11 },
        family.across));
      const chosen = [mapA.value, mapB.value];
      const order = curves.map((_, index) => index).filter(index => curves[index].length)
        .sort((a, b) => chosen.includes(String(a)) - chosen.includes(String(b)));
      for (const index of order) {
        const line = svgElement("polyline", {
          class: "line s" + index % 8 + (chosen.includes(String(index)) ? " on" : ""),
          points: curves[index].map((value, place) => x(family.x[place]).toFixed(1) + "," + y(value).toFixed(1)).join(" ")
        });
        line.append(svgElement("title", {}, names[index]));
        svg.append(line);
      }
      figure.append(caption, svg);
      return figure;
    }

    // A map of an explainer by itself, which chooses it as map A.
    function tile(card, index) {
      const button = document.createElement("button"), stage = document.createElement("span");
      button.type = "button";
      button.className = "tile";
      button.setAttribute("aria-pressed", String(mapA.value === String(index)));
      stage.className = "stage still";
      stage.ariaHidden = "true";
      stage.append(card.querySelector(".photo").cloneNode());
      const map = card.querySelector(".m" + index);
      if (map) {
        const copy = map.cloneNode();
        copy.className = "map" + (map.classList.contains("signed") ? " signed" : "");
        copy.loading = "eager";
        stage.append(copy);
      }
      const name = document.createElement("bdi"), sample = svgElement("svg", { viewBox: "0 0 20 8", width: 20, height: 8, class: "sample" });
      sample.append(svgElement("line", { class: "line on s" + index % 8, x1: 0, x2: 20, y1: 4, y2: 4 }));
      sample.setAttribute("aria-hidden", "true");
      name.textContent = names[index];
      button.append(stage, sample, name);
      button.addEventListener("click", () => {
        mapA.value = String(index);
        mapA.dispatchEvent(new Event("change"));
        show(current);
        all(".tile", body)[index].focus();
      });
      return button;
    }

    function show(card) {
      current = card;
      const visible = shown();
      dialog.querySelector(".place").textContent = (visible.indexOf(card) + 1) + " of " + visible.length;
      const stage = card.querySelector(".stage").cloneNode(true);
      stage.removeAttribute("style");
      for (const map of all("img", stage)) map.loading = "eager";
      const words = document.createElement("div"), tiles = document.createElement("div"), charts = document.createElement("div");
      words.className = "words";
      words.append(...all("h3, .about, p.flat", card).map(element => element.cloneNode(true)));
      tiles.className = "tiles";
      tiles.append(...names.map((_, index) => tile(card, index)));
      charts.className = "charts";
      const texts = card.dataset.y === undefined ? [] : card.dataset.y.split("|");
      families.forEach((family, place) => {
        const curves = (texts[place] || "").split(";")
          .map(text => text === "" ? [] : text.split(",").map(value => Number(value) / 1000));
        if (curves.some(curve => curve.length)) charts.append(chart(family, curves));
      });
      const values = card.querySelector("details .scroll");
      const large = document.createElement("div");
      large.className = "enlarged";
      words.append(tiles);
      large.append(stage, words);
      body.replaceChildren(large, charts, ...(values ? [values.cloneNode(true)] : []));
    }
    function step(by) {
      const visible = shown(), place = visible.indexOf(current) + by;
      if (place >= 0 && place < visible.length) { show(visible[place]); body.scrollTop = 0; }
    }
    cards.addEventListener("click", event => {
      const card = event.target.closest(".card");
      if (!card || !event.target.closest(".stage, .enlarge")) return;
      show(card);
      dialog.showModal();
    });
    dialog.querySelector(".close").addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", event => {
      const button = event.target.closest(".step");
      if (button) step(Number(button.dataset.step));
      // What is not in the dialog is behind it.
      if (event.target === dialog) dialog.close();
    });
    dialog.addEventListener("keydown", event => {
      if (event.target.closest(".scroll, select, input")) return;
      if (event.key === "ArrowLeft") step(-1);
      if (event.key === "ArrowRight") step(1);
    });
    dialog.addEventListener("close", () => {
      body.replaceChildren();
      if (current) current.querySelector(".enlarge").focus();
    });
  }
})();
