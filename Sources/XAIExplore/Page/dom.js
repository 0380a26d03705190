// Elements, made of names, attributes and text. Text is never read as HTML, so names of files and classes may hold anything.

/** Sets attributes; `on…` are listeners, `style` is a record of properties, and true or false puts or leaves out the name. */
function apply(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") {
      for (const [property, text] of Object.entries(value)) element.style.setProperty(property, text);
    } else if (name === "value" || name === "checked" || name === "disabled") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
}

/** An element of HTML. Children are elements or text; empty ones are left out. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  element.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false));
  apply(element, attributes);
  return element;
}

/** An element of SVG. */
export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  apply(element, attributes);
  element.append(...children);
  return element;
}

export const byId = id => document.getElementById(id);

/** A labelled group of radio buttons, of which one is chosen. `choices` are pairs of value and text. */
export function radios(name, legend, choices, chosen, onchange) {
  return el("fieldset", { class: "choices" },
    el("legend", {}, legend),
    choices.map(([value, text]) => el("label", {},
      el("input", { type: "radio", name, value, checked: value === chosen, onchange: () => onchange(value) }),
      el("span", {}, text))));
}

/** A menu with its label. `choices` are pairs of value and text. */
export function menu(label, choices, chosen, onchange) {
  const select = el("select", { onchange: event => onchange(event.target.value) },
    choices.map(([value, text]) => el("option", { value }, text)));
  select.value = chosen ?? "";
  return el("label", { class: "field" }, label, select);
}

/** Says something to those who use a screen reader, and to nobody else. */
export function announce(text) {
  byId("announcement").textContent = text;
}

/** Shows what went wrong, until the next such message or until it is closed. */
export function complain(error) {
  if (error?.name === "AbortError") return;
  const box = byId("problem");
  box.replaceChildren(
    el("p", {}, error?.message ?? String(error)),
    el("button", { type: "button", onclick: () => box.replaceChildren() }, "Close"));
}
