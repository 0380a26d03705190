// A chart of curves: probability by the share of the patches, with its values under the pointer and in a table.

import { el, svg } from "./dom.js";
import { percent, wholePercent } from "./numbers.js";

const size = { width: 360, height: 230, left: 44, right: 22, top: 14, bottom: 34 };

/** Steps of an axis from 0: at most six, of 1, 2 or 5 in some decimal place. */
function ticks(highest) {
  const rough = highest / 5, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find(each => power * each >= rough);
  return Array.from({ length: Math.floor(highest / step + 1e-9) + 1 }, (_, index) => index * step);
}

/**
 * A figure of curves over the same fractions. `series` are `{name, kind, values}`, where the kind is how it is drawn:
 * own, random or centre. Gives `{root, mark}`: `mark(fraction, value)`
 * puts a point on the chart, or takes it away where the fraction is null.
 */
export function curveChart({ title, caption, across, fractions, series }) {
  const all = series.flatMap(each => each.values);
  const highest = Math.max(0.001, ...all);
  const inner = { width: size.width - size.left - size.right, height: size.height - size.top - size.bottom };
  const x = fraction => size.left + fraction * inner.width;
  const y = value => size.top + (1 - value / highest) * inner.height;
  const short = value => Number((100 * value).toPrecision(3)) + " %";

  const chart = svg("svg", {
    class: "chart", viewBox: `0 0 ${size.width} ${size.height}`, role: "img", "aria-label": `${title}: ${caption}`
  });
  for (const value of ticks(highest)) {
    chart.append(svg("line", { class: "grid", x1: size.left, x2: size.width - size.right, y1: y(value), y2: y(value) }),
      svg("text", { x: size.left - 6, y: y(value) + 4, "text-anchor": "end" }, short(value)));
  }
  for (const fraction of [0, 0.25, 0.5, 0.75, 1]) {
    chart.append(svg("text", { x: x(fraction), y: size.height - 18, "text-anchor": "middle" }, wholePercent(fraction)));
  }
  chart.append(svg("text", { x: x(0.5), y: size.height - 3, "text-anchor": "middle" }, across));
  for (const each of [...series].reverse()) {
    chart.append(svg("polyline", {
      class: `line ${each.kind}`, points: each.values.map((value, at) => `${x(fractions[at])},${y(value)}`).join(" ")
    }));
  }
  const guide = svg("line", { class: "guide", y1: size.top, y2: size.height - size.bottom, visibility: "hidden" });
  const point = svg("circle", { class: "point", r: 5, visibility: "hidden" });
  chart.append(guide, point);

  const outputs = series.map(() => el("output", {}));
  const keys = el("ul", { class: "keys" }, series.map((each, at) => el("li", {},
    el("span", { class: `key ${each.kind}`, "aria-hidden": "true" }), el("span", {}, each.name), outputs[at])));
  chart.addEventListener("pointermove", event => {
    const box = chart.getBoundingClientRect();
    const place = ((event.clientX - box.left) * size.width / box.width - size.left) / inner.width;
    const nearest = fractions.reduce((best, fraction, at) =>
      Math.abs(fraction - place) < Math.abs(fractions[best] - place) ? at : best, 0);
    guide.setAttribute("x1", x(fractions[nearest]));
    guide.setAttribute("x2", x(fractions[nearest]));
    guide.setAttribute("visibility", "visible");
    outputs.forEach((output, at) => {
      output.textContent = `${percent(series[at].values[nearest])} at ${wholePercent(fractions[nearest])}`;
    });
  });
  chart.addEventListener("pointerleave", () => {
    guide.setAttribute("visibility", "hidden");
    for (const output of outputs) output.textContent = "";
  });
  const values = el("details", {}, el("summary", {}, "Values"), el("div", { class: "scroll" }, el("table", {},
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, across),
      series.map(each => el("th", { scope: "col" }, each.name)))),
    el("tbody", {}, fractions.map((fraction, at) => el("tr", {}, el("th", { scope: "row" }, wholePercent(fraction)),
      series.map(each => el("td", {}, percent(each.values[at])))))))));
  const root = el("figure", { class: "curves" },
    el("figcaption", {}, el("b", {}, title), " ", caption), chart, keys, values);
  return {
    root,
    mark(fraction, value) {
      const isShown = fraction !== null && Number.isFinite(value);
      point.setAttribute("visibility", isShown ? "visible" : "hidden");
      if (!isShown) return;
      point.setAttribute("cx", x(fraction));
      point.setAttribute("cy", y(Math.min(highest, Math.max(0, value))));
    }
  };
}
