// Bars between the panels that move their border: by dragging, or by the arrow keys.
import { h, setAttr } from "../drawing/dom.js";

/** Pixels of a bar, which is also the gap between panels. */
const SPLIT_SIZE = 8;
/** A panel keeps at least this share of what two neighbors have. */
const SPLIT_LEAST = 0.12;
/** What an arrow key moves, as a share of both. */
const SPLIT_STEP = 0.04;

/** Lay panels side by side (axis "row") or below each other, bars between them; shares: their first sizes. */
export function splitPanels(app, axis, shares, panels) {
  const now = [...shares];
  const bars = panels.slice(1).map((_, index) => splitBar(axis, (change) => set(index, change)));
  const parts = panels.flatMap((panel, index) => (index === 0 ? [panel] : [bars[index - 1], panel]));
  const element = h("div", { class: `v-split v-split-${axis}` }, ...parts);
  show();
  return element;

  /** Give the panel left of (above) a bar another share of both: a function of the share that it has. */
  function set(index, change) {
    const both = now[index] + now[index + 1];
    const first = shares[index] / (shares[index] + shares[index + 1]);
    const share = change(now[index] / both, first);
    now[index] = both * Math.min(1 - SPLIT_LEAST, Math.max(SPLIT_LEAST, share));
    now[index + 1] = both - now[index];
    element.dataset.moved = "on"; // what somebody chose is not changed by what is shown
    show();
  }

  function show() {
    const sizes = now.map((share) => `minmax(0, ${share.toFixed(4)}fr)`).join(` ${SPLIT_SIZE}px `);
    element.style[axis === "row" ? "gridTemplateColumns" : "gridTemplateRows"] = sizes;
    bars.forEach((bar, index) =>
      setAttr(bar, "aria-valuenow", Math.round((100 * now[index]) / (now[index] + now[index + 1]))),
    );
    app.emit("resize");
  }
}

/** A bar; `set` takes a function of the present and the first share of what is before it. */
function splitBar(axis, set) {
  const bar = h("div", {
    class: "v-divider",
    role: "separator",
    tabindex: "0",
    "aria-label": "Border between panels",
    "aria-orientation": axis === "row" ? "vertical" : "horizontal",
    "aria-valuemin": 100 * SPLIT_LEAST,
    "aria-valuemax": 100 - 100 * SPLIT_LEAST,
  });
  bar.addEventListener("pointerdown", (event) => {
    bar.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  bar.addEventListener("pointermove", (event) => {
    if (bar.hasPointerCapture(event.pointerId)) set(() => shareAt(axis, bar, event));
  });
  bar.addEventListener("dblclick", () => set((_, first) => first));
  bar.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    set((share) => share + by * SPLIT_STEP);
  });
  return bar;
}

/** Where the pointer is between the far edges of what is before and after a bar: 0 to 1. */
function shareAt(axis, bar, event) {
  let before = bar.previousElementSibling;
  if (before.offsetParent === null) before = before.previousElementSibling ?? before;
  const one = before.getBoundingClientRect();
  const other = bar.nextElementSibling.getBoundingClientRect();
  return axis === "row"
    ? (event.clientX - one.left) / Math.max(1, other.right - one.left)
    : (event.clientY - one.top) / Math.max(1, other.bottom - one.top);
}
