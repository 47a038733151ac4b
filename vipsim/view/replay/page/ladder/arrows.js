// Arrows of frames, each from when and where it was sent to when and where it arrived; bars for those too close.
import { countText, timeText } from "../core/words.js";
import { s } from "../drawing/dom.js";
import { FAMILIES } from "../drawing/looks.js";
import { FAMILY_NAMES } from "./crossings.js";
import { STRIP } from "./lanes.js";

const HEAD = 8; // px: length of an arrow's head

/**
 * One frame as a group: lines to all it reached, crosses where copies were lost, a label if there is room.
 * @param {object} how {crossings, xs, scale, shelf, measure, unit, left, right}
 */
export function drawArrow(app, index, how) {
  const { crossings, xs, scale } = how;
  const { doc } = app.store;
  const x = xs.get(doc.frames.src[index]);
  const y = scale.y(doc.frames.time[index]);
  const ends = crossings.endsOf(index).map((end) => endOf(end, x, y, how)).filter((end) => end !== null);
  const lines = ends.map((end) => `M${x},${y.toFixed(1)}L${end.x.toFixed(1)},${end.y.toFixed(1)}`);
  const reached = ends.filter((end) => !end.lost);
  const lost = ends.filter((end) => end.lost);
  const text = doc.texts[doc.frames.text[index]];
  const name = FAMILY_NAMES[crossings.family[index]];
  const why = [...new Set(lost.map((end) => end.lost))].join(", ");
  return s(
    "g",
    { class: `v-arrow v-fam-${name}${lost.length && !reached.length ? " v-lost" : ""}`, data: { ref: `f${index}`, until: doc.frames.time[index] }, role: "button", tabindex: -1, "aria-label": text },
    s("title", {}, `${timeText(doc.frames.time[index], 6)} ${text}${why ? ` (${why})` : ""}`),
    s("path", { class: "v-arrow-hit", d: lines.join("") }),
    s("path", { class: "v-arrow-line", d: reached.map((end) => lineTo(x, y, end)).join("") }),
    lost.length ? s("path", { class: "v-arrow-line v-arrow-missed", d: lost.map((end) => lineTo(x, y, end)).join("") }) : null,
    s("path", { class: "v-arrow-head", d: reached.map((end) => headTo(x, y, end)).join("") }),
    lost.length ? s("path", { class: "v-cross", d: lost.map(({ x: u, y: v }) => crossAt(u, v)).join("") }) : null,
    s("path", { class: "v-token", d: FAMILIES[name].path, transform: `translate(${x},${y.toFixed(1)}) scale(4)` }),
    labelOf(text, x, y, ends, how),
  );
}

/** Take the room of an arrow's lines that are nearly level, so that no label lies over them. */
export function takeArrow(app, index, how) {
  const { doc } = app.store;
  const x = how.xs.get(doc.frames.src[index]);
  const y = how.scale.y(doc.frames.time[index]);
  for (const source of how.crossings.endsOf(index)) {
    const end = endOf(source, x, y, how);
    if (end === null || Math.abs(end.y - y) > how.unit) continue;
    how.shelf.take(Math.min(x, end.x), Math.min(y, end.y), Math.abs(end.x - x), Math.abs(end.y - y) + 1);
  }
}

/** Where a copy ended: on its lane; a lost one before it, or half a lane aside if it was for many. */
function endOf(end, x, y, { xs, scale, left, right }) {
  const v = scale.y(end.at);
  if (!end.lost) return xs.has(end.node) ? { x: xs.get(end.node) + (xs.get(end.node) > x ? -STRIP : STRIP) / 2, y: v, lost: "" } : null;
  if (xs.has(end.node)) return { x: x + (xs.get(end.node) - x) * 0.86, y: y + (v - y) * 0.86, lost: end.lost };
  const half = Math.min(60, (right - left) / (2 * xs.size));
  return { x: x + (x + half < right ? half : -half), y: v, lost: end.lost };
}

function lineTo(x, y, end) {
  return `M${x},${y.toFixed(1)}L${end.x.toFixed(1)},${end.y.toFixed(1)}`;
}

function headTo(x, y, end) {
  const length = Math.hypot(end.x - x, end.y - y) || 1;
  const [u, v] = [(end.x - x) / length, (end.y - y) / length];
  const [bx, by] = [end.x - u * HEAD, end.y - v * HEAD];
  const wing = HEAD * 0.5;
  return `M${end.x.toFixed(1)},${end.y.toFixed(1)}L${(bx - v * wing).toFixed(1)},${(by + u * wing).toFixed(1)}L${(bx + v * wing).toFixed(1)},${(by - u * wing).toFixed(1)}Z`;
}

function crossAt(x, y) {
  return `M${(x - 4.5).toFixed(1)},${(y - 4.5).toFixed(1)}l9,9m0,-9l-9,9`;
}

/** What the frame says, over the middle of its longest arrow; null if it would cover something. */
function labelOf(text, x, y, ends, { shelf, measure, unit, left, right }) {
  const far = ends.reduce((best, end) => (Math.abs(end.x - x) > Math.abs(best.x - x) ? end : best), { x, y });
  const width = measure(text);
  if (width > right - left) return null;
  const center = Math.min(Math.max((x + far.x) / 2, left + width / 2), right - width / 2);
  const share = far.x === x ? 0 : (center - x) / (far.x - x);
  const middle = y + (far.y - y) * Math.min(1, Math.max(0, share));
  if (!shelf.put(center - width / 2 - 2, middle - unit * 1.25, width + 4, unit * 1.2)) return null;
  return s("text", { class: "v-arrow-label", x: center.toFixed(1), y: (middle - unit * 0.35).toFixed(1), "text-anchor": "middle" }, text);
}

/** Many alike frames at once: a bar between their lanes, with their number. */
export function drawBar(app, bar, how) {
  const { crossings, xs, scale, shelf, measure, unit } = how;
  const { doc } = app.store;
  const x = xs.get(doc.frames.src[bar.first]);
  const ends = crossings.endsOf(bar.first).map((end) => endOf(end, x, 0, how)).filter((end) => end !== null);
  const [low, high] = [Math.min(x, ...ends.map((end) => end.x)), Math.max(x, ...ends.map((end) => end.x))];
  const [top, height] = [scale.y(bar.from) + 1, Math.max(3, scale.length ? (bar.to - bar.from) * scale.rate - 2 : 3)];
  const name = FAMILY_NAMES[bar.family];
  const isLost = ends.length > 0 && ends.every((end) => end.lost);
  const text = `${bar.count}\u00d7 ${FAMILIES[name].label}`;
  const words = `${countText(bar.count, "frame")} like "${doc.texts[doc.frames.text[bar.first]]}" from ${timeText(bar.from)} to ${timeText(bar.to)}; zoom in to tell them apart`;
  const width = measure(text) + 4;
  const center = (low + high) / 2;
  const hasRoom = shelf.put(center - width / 2, top, width, unit * 1.2);
  return s(
    "g",
    { class: `v-bar v-fam-${name}${isLost ? " v-lost" : ""}`, data: { ref: `f${bar.first}`, until: doc.frames.time[bar.first] }, role: "button", tabindex: -1, "aria-label": words },
    s("title", { data: { until: bar.to } }, words),
    s("rect", { x: low, y: top, width: Math.max(8, high - low), height }),
    s("path", { class: "v-arrow-head", d: ends.filter((end) => !end.lost).map((end) => headTo(x, top + height / 2, { x: end.x, y: top + height / 2 })).join("") }),
    isLost ? s("path", { class: "v-cross", d: ends.map((end) => crossAt(end.x, top + height / 2)).join("") }) : null,
    hasRoom ? s("text", { class: "v-arrow-label", data: { until: doc.frames.time[bar.last] }, x: center, y: top + height / 2 + unit * 0.36, "text-anchor": "middle" }, text) : null,
  );
}
