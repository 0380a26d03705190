"use strict";
(function () {
  document.documentElement.classList.add("js");
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));

  // Tables: a button in each head that can be sorted by; rows without a value stay last.
  function sort(head) {
    const table = head.closest("table"), body = table.tBodies[0], column = head.cellIndex;
    const first = head.dataset.sort === "text" ? "ascending" : head.dataset.sort;
    const other = first === "ascending" ? "descending" : "ascending";
    const order = head.getAttribute("aria-sort") === first ? other : first;
    const sign = order === "ascending" ? 1 : -1;
    const key = row => {
      const cell = row.cells[column];
      if (head.dataset.sort === "text") return cell.textContent.trim();
      return cell && cell.dataset.value !== undefined ? Number(cell.dataset.value) : null;
    };
    const rows = Array.from(body.rows).map((row, index) => ({ row, index, key: key(row) }));
    rows.sort((a, b) => {
      if (a.key === null || b.key === null) return (a.key === null) - (b.key === null) || a.index - b.index;
      const by = typeof a.key === "string" ? a.key.localeCompare(b.key) : a.key - b.key;
      return sign * by || a.index - b.index;
    });
    for (const entry of rows) body.append(entry.row);
    for (const each of all("th[aria-sort]", table)) each.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", order);
  }
  for (const head of all("table.sortable th[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button";
    // A link in the head stays beside the button.
    button.append(...Array.from(head.childNodes).filter(node => node.nodeName !== "SMALL"));
    const sign = document.createElement("span");
    sign.className = "sort";
    sign.ariaHidden = "true";
    button.append(sign);
    head.prepend(button);
    head.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => sort(head));
  }

  // Curves: values under the pointer in the legend; a name brings its line to the front.
  for (const figure of all("figure.curves")) {
    const chart = figure.querySelector("svg.chart"), guide = figure.querySelector(".guide");
    const x = figure.dataset.x.split(" ").map(Number);
    const series = all(".keys li", figure).map(item => ({
      item, output: item.querySelector("output"), y: item.dataset.y.split(" ").map(Number)
    }));
    const line = figure.querySelector(".line[points]");
    const places = line ? line.getAttribute("points").trim().split(" ").map(p => Number(p.split(",")[0])) : [];
    chart.addEventListener("pointermove", event => {
      const box = chart.getBoundingClientRect();
      const at = (event.clientX - box.left) * chart.viewBox.baseVal.width / box.width;
      let nearest = 0;
      places.forEach((place, index) => {
        if (Math.abs(place - at) < Math.abs(places[nearest] - at)) nearest = index;
      });
      guide.setAttribute("x1", places[nearest]);
      guide.setAttribute("x2", places[nearest]);
      guide.style.visibility = "visible";
      for (const each of series) {
        each.output.textContent = nearest in each.y ? each.y[nearest].toFixed(3) : "";
      }
      figure.dataset.at = x[nearest];
    });
    chart.addEventListener("pointerleave", () => {
      guide.style.visibility = "hidden";
      for (const each of series) each.output.textContent = "";
    });
    for (const each of series) {
      const name = each.item.querySelector(".name"), button = document.createElement("button");
      button.type = "button";
      button.setAttribute("aria-pressed", "false");
      button.append(...name.childNodes);
      name.append(button);
      button.addEventListener("click", () => {
        const on = button.getAttribute("aria-pressed") === "false";
        for (const other of all("button", figure)) other.setAttribute("aria-pressed", "false");
        button.setAttribute("aria-pressed", String(on));
        figure.classList.toggle("focused", on);
        for (const part of all("svg.chart [data-series]", figure)) {
          part.classList.toggle("on", on && part.dataset.series === each.item.dataset.series);
        }
      });
    }
  }
})();
