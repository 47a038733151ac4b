// Elements without markup: text reaches the page as text only, whatever a scenario writes.

/** The namespace of SVG. */
const SVG_NAMES = "http://www.w3.org/2000/svg";

/** An HTML element: h("button", { class: "big", on: { click: f }, "aria-label": "Play" }, "text", child). */
export function h(tag, props, ...children) {
  return furnishElement(document.createElement(tag), props, children);
}

/** An SVG_NAMES element: s("line", { x1: 0, x2: 9, class: "hop" }). */
export function s(tag, attrs, ...children) {
  return furnishElement(document.createElementNS(SVG_NAMES, tag), attrs, children);
}

/** Replace all that is inside an element. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** Set text only if it changed, which costs no layout. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Set an attribute only if it changed; null takes it away. */
export function setAttr(element, name, value) {
  if (value === null || value === false) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
  } else if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, String(value));
  }
}

function furnishElement(element, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (name === "on") {
      for (const [event, call] of Object.entries(value)) element.addEventListener(event, call);
    } else if (name === "style") {
      Object.assign(element.style, value); // a style attribute would be refused by the content policy
    } else if (name === "data") {
      Object.assign(element.dataset, value);
    } else if (value === true) {
      element.setAttribute(name, "");
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, String(value));
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}
