// The lanes of the ladder: a strip per host in the color of what it was, and marks of what happened on it.
import { timeText } from "../core/words.js";
import { s } from "../drawing/dom.js";
import { fitted, lookOf } from "../drawing/looks.js";

/** px: width of a lane's strip. */
export const STRIP = 12;
const OWN = 4; // px: width of the stripe beside it while the host owns an address

/** Kinds of records that are marked on a lane, by the shape of their mark. */
const MARK_SHAPES = {
  fault: "M0,-7L7,0L0,7L-7,0Z",
  state: "M-5,-5H5V5H-5Z",
  vip: "M-6,0A6,6 0 1 0 6,0A6,6 0 1 0 -6,0Z",
  daemon: "M-5,4H5L0,-5Z",
  database: "M-6,-3H6V3H-6Z",
};

/** px beside the lane, so that what happens at once stays visible: addresses stand on the owner's stripe. */
const MARK_SHIFTS = { vip: 9, database: -9 };

/** Where the label of a mark is tried, in lines from it: not on its own height, where arrows begin. */
const LABEL_SPOTS = [-1.3, 1.3, -2.7, 2.7, -4.1, 4.1];

/** Hosts in the order of the lanes: those with a daemon first, then as the document has them. */
export function laneOrder(doc) {
  const daemons = new Set(doc.lanes.filter((lane) => lane.kind === "daemon").map((lane) => lane.node));
  const hosts = doc.nodes.map((_, index) => index).filter((index) => doc.nodes[index].kind !== "switch");
  return [...hosts.filter((node) => daemons.has(node)), ...hosts.filter((node) => !daemons.has(node))];
}

/** Strips of all lanes over a stretch of time: states, owners, dark machines. */
export function drawStrips(doc, xs, scale, fill) {
  const parts = [];
  for (const [node, x] of xs) {
    parts.push(s("line", { class: "v-lane-line", x1: x, x2: x, y1: 0, y2: scale.height }));
    const lanes = doc.lanes.filter((one) => one.node === node);
    const daemons = lanes.filter((lane) => lane.kind === "daemon");
    for (const lane of lanes) {
      const width = STRIP / Math.max(1, daemons.length);
      if (lane.kind === "owner") parts.push(...stripes(lane, x + STRIP / 2, OWN, scale, fill));
      else if (lane.kind === "daemon") parts.push(...stripes(lane, x - STRIP / 2 + width * daemons.indexOf(lane), width, scale, fill));
      else if (lane.kind === "client") parts.push(...stripes(lane, x - STRIP / 3, (2 * STRIP) / 3, scale, fill));
    }
    for (const one of doc.breaks ?? []) {
      if (daemons.length === 0 && one.nodes.includes(node) && (one.text === "down" || one.text === "frozen")) {
        parts.push(...stripes({ spans: [[one.from, one.to, one.text]] }, x - STRIP / 2, STRIP, scale, fill));
      }
    }
  }
  return parts;
}

function stripes(lane, x, width, scale, fill) {
  const parts = [];
  for (const [from, to, text] of lane.spans) {
    const [low, high] = [Math.max(0, scale.y(from)), Math.min(scale.height, scale.y(to))];
    if (high <= low) continue;
    const look = lookOf(text);
    const size = { x, y: low, width, height: Math.max(1, high - low) };
    parts.push(s("rect", { ...size, class: `v-strip v-look-${look.name}` }, s("title", { data: { until: from } }, text)));
    const hatch = fill(look.frozen ? "frozen" : look.name);
    if (hatch !== "none") parts.push(s("rect", { ...size, class: "v-n-hatched", fill: hatch }));
  }
  return parts;
}

/**
 * Marks of faults, states and addresses with their labels; labels that find no room are dropped.
 * @param {object} how {xs: Map node -> px, scale, shelf, measure, unit, right: px of the right edge}
 */
export function drawMarks(app, how) {
  const { xs, scale } = how;
  const parts = [];
  const low = app.store.indexAt(scale.from);
  const found = [];
  for (let index = low; index < app.store.items.length && app.store.items[index].time <= scale.from + scale.span; index += 1) {
    const item = app.store.items[index];
    if (item.frame < 0 && item.kind in MARK_SHAPES) found.push(item);
  }
  const rank = (item) => Object.keys(MARK_SHAPES).indexOf(item.kind);
  const shown = found.filter((item) => item.kind === "fault" || xs.has(item.node)).slice(0, 300);
  for (const item of shown.sort((a, b) => rank(a) - rank(b) || a.time - b.time)) parts.push(markOf(app, item, how));
  return parts;
}

function markOf(app, item, { xs, scale, shelf, measure, unit, right, left }) {
  const y = scale.y(item.time);
  const isAll = !xs.has(item.node);
  const x = isAll ? left : xs.get(item.node) + (MARK_SHIFTS[item.kind] ?? 0);
  const look = item.kind === "state" ? `v-look-${lookOf(newState(item.text)).name}` : "";
  const text = item.kind === "state" || item.kind === "database" ? newState(item.text) : item.text;
  const room = Math.min(right - left, unit * 17);
  const brief = text.replace(/\b(?:\d+\.){3}(\d+)\b/g, ".$1"); // ".219" before a cut text: the last words tell what happened
  const shown = measure(text, "700") <= room ? text : fitted(brief, room, measure, "700");
  const width = measure(shown, "700") + 6;
  const start = x + 11 + width <= right ? x + 11 : Math.max(left, x - 11 - width);
  const spot = LABEL_SPOTS.find((lines) => shelf.put(start, y + (lines - 0.7) * unit, width, unit * 1.4));
  shelf.take(x - 8, y - 8, 16, 16);
  return s(
    "g",
    { class: `v-mark v-mark-${item.kind}`, data: { ref: item.ref, until: item.time }, role: "button", tabindex: -1, "aria-label": `${timeText(item.time)} ${item.text}` },
    s("title", {}, `${timeText(item.time, 6)} ${item.text}`),
    isAll || item.kind === "fault" ? s("line", { class: "v-mark-line", x1: left, x2: right, y1: y, y2: y }) : null,
    s("path", { class: look, d: MARK_SHAPES[item.kind], transform: `translate(${x},${y})` }),
    spot === undefined ? null : s("text", { class: "v-mark-label", x: start + 3, y: y + (spot + 0.36) * unit }, shown),
  );
}

/** The new state in the words of a record: "MASTER" of "vrrp 51 BACKUP -> MASTER (why)". */
function newState(text) {
  return /-> *([A-Z_]+)/.exec(text)?.[1] ?? text;
}

