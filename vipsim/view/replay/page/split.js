// Bars between the panels that move their border: by dragging, or by the arrow keys.
import { h, setAttr } from "./dom.js";

/** Pixels of a bar, which is also the gap between panels. */
const SPLIT_SIZE = 8;
/** A panel keeps at least this share of what two neighbors have. */
const SPLIT_LEAST = 0.12;

/** Lay panels side by side (or one below the other) with bars between them; shares: their first sizes. */
export function splitPanels(app, axis, shares, panels) {
  const isRow = axis === "row";
  const now = [...shares];
  const parts = panels.flatMap((panel, index) => (index === 0 ? [panel] : [splitBar(index - 1), panel]));
  const element = h("div", { class: `v-split v-split-${axis}` }, ...parts);
  show();
  return element;

  function show() {
    const sizes = now.map((share) => `minmax(0, ${share.toFixed(4)}fr)`).join(` ${SPLIT_SIZE}px `);
    element.style[isRow ? "gridTemplateColumns" : "gridTemplateRows"] = sizes;
    for (const bar of element.querySelectorAll(":scope > .v-divider")) {
      const left = Number(bar.dataset.left);
      setAttr(bar, "aria-valuenow", Math.round((100 * now[left]) / (now[left] + now[left + 1])));
    }
    app.emit("resize");
  }

  function set(left, share) {
    const both = now[left] + now[left + 1];
    now[left] = both * Math.min(1 - SPLIT_LEAST, Math.max(SPLIT_LEAST, share));
    now[left + 1] = both - now[left];
    show();
  }

  function splitBar(left) {
    const bar = h("div", {
      class: "v-divider",
      role: "separator",
      tabindex: "0",
      "aria-label": "Border between panels",
      "aria-orientation": isRow ? "vertical" : "horizontal",
      "aria-valuemin": 100 * SPLIT_LEAST,
      "aria-valuemax": 100 - 100 * SPLIT_LEAST,
      data: { left },
    });
    bar.addEventListener("pointerdown", (event) => {
      bar.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    bar.addEventListener("pointermove", (event) => {
      if (bar.hasPointerCapture(event.pointerId)) set(left, shareAt(bar, event));
    });
    bar.addEventListener("dblclick", () => set(left, shares[left] / (shares[left] + shares[left + 1])));
    bar.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
      if (by === undefined) return;
      event.preventDefault();
      set(left, now[left] / (now[left] + now[left + 1]) + by * 0.04);
    });
    return bar;
  }

  /** Where the pointer is between the far edges of the two panels beside a bar: 0 to 1. */
  function shareAt(bar, event) {
    const one = bar.previousElementSibling.getBoundingClientRect();
    const other = bar.nextElementSibling.getBoundingClientRect();
    return isRow
      ? (event.clientX - one.left) / Math.max(1, other.right - one.left)
      : (event.clientY - one.top) / Math.max(1, other.bottom - one.top);
  }
}
