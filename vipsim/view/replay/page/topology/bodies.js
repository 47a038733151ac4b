// The boxes of the topology: names, what each node is now, whether its machine is dark.
import { spanAt } from "../core/spans.js";
import { s } from "../drawing/dom.js";
import { fitted, lookOf } from "../drawing/looks.js";

/** Lanes of each node: what its bands show. */
export function lanesOfNodes(doc) {
  const found = doc.nodes.map(() => ({ daemon: [], database: [], client: [] }));
  for (const lane of doc.lanes) {
    if (lane.node >= 0 && found[lane.node][lane.kind]) {
      found[lane.node][lane.kind].push(lane);
    }
  }
  return found;
}

/** How many bands a node has: one for each daemon and database (at most three), one for its clients. */
export function bandsOf(lanes) {
  return Math.min(3, lanes.daemon.length + lanes.database.length) + (lanes.client.length ? 1 : 0);
}

/**
 * The picture of one node; `update(now, broken)` shows what it is at a time, `broken` the faults on it.
 * @returns {{element, update, over}} `over` belongs above what moves, or is null
 */
export function createBody(app, box, lanes, { fill, measure, unit }) {
  const node = app.store.doc.nodes[box.index];
  const left = box.x - box.w / 2;
  const top = box.y - box.h / 2;
  const name = s("text", { class: "v-n-name", x: box.x, y: top + unit * 1.3, "text-anchor": "middle" });
  const frame = s("rect", { class: "v-n-frame", x: left, y: top, width: box.w, height: box.h, rx: box.isSwitch ? 4 : 7 });
  const hatch = s("rect", { class: "v-n-hatched", x: left, y: top, width: box.w, height: box.h, rx: 7, fill: "none" });
  const title = s("title", {});
  const element = s("g", { class: `v-node v-node-${node.kind}`, role: "img" }, title, frame, hatch, box.isSwitch ? null : name);
  const shown = box.isSwitch ? [] : bandsIn(lanes, node, box, { left, top, fill, unit }, element);
  if (!box.isSwitch) {
    writeLines(box, element, { measure, unit, from: top + unit * (1.85 + 1.62 * shown.length) });
  } else {
    name.setAttribute("y", box.y + unit * 0.36);
  }
  let before = "";
  const update = (now, broken) => {
    const words = shown.map((band) => band.read(now));
    const isTold = (text) => words.some((word) => word.text.includes(text));
    const stamp = broken.map((one) => one.text).filter((text) => !isTold(text)).join(", ");
    const key = `${words.map((word) => word.text).join("|")}#${stamp}`;
    if (key === before) {
      return;
    }
    before = key;
    shown.forEach((band, index) => band.draw(words[index], measure));
    const isDark = broken.some((one) => one.text === "down" || one.text === "frozen");
    element.classList.toggle("v-dark", isDark);
    hatch.setAttribute("fill", isDark ? fill(broken.some((one) => one.text === "frozen") ? "frozen" : "down") : "none");
    name.textContent = fitted(stamp ? `${node.name}: ${stamp}` : node.name, box.w - 8, measure, "700");
    const label = [node.name, stamp, ...words.map((word) => word.text), ...node.lines].filter(Boolean).join(", ");
    title.textContent = label;
    element.setAttribute("aria-label", label);
  };
  // A switch's name stands above the frames that cross it.
  return { element, update, over: box.isSwitch ? name : null };
}

/** The bands of a node: daemons, databases, clients. */
function bandsIn(lanes, node, box, place, element) {
  const readers = [
    ...lanes.daemon.slice(0, 3).map((lane) => (now) => stateOf(lane, now, lanes.daemon.length > 1 ? `${machineOf(lane, node)}: ` : "")),
    ...lanes.database.slice(0, Math.max(0, 3 - lanes.daemon.length)).map((lane) => (now) => stateOf(lane, now, "")),
    ...(lanes.client.length ? [(now) => clientsOf(lanes.client, now)] : []),
  ];
  return readers.map((read, index) => {
    const y = place.top + place.unit * (1.75 + 1.62 * index);
    const size = { x: place.left + 4, y, width: box.w - 8, height: place.unit * 1.5, rx: 3 };
    const color = s("rect", { ...size, class: "v-n-band" });
    const hatch = s("rect", { ...size, class: "v-n-hatched", fill: "none" });
    const text = s("text", { class: "v-n-word", x: box.x, y: y + place.unit * 1.1, "text-anchor": "middle" });
    element.append(color, hatch, text);
    const draw = (word, measure) => {
      color.setAttribute("class", `v-n-band v-look-${word.look}`);
      hatch.setAttribute("fill", place.fill(word.frozen ? "frozen" : word.look));
      text.setAttribute("class", `v-n-word v-ink-${word.look}`);
      const room = box.w - 12;
      text.textContent = word.short && measure(word.text, "700") > room ? fitted(word.short, room, measure, "700") : fitted(word.text, room, measure, "700");
    };
    return { read, draw };
  });
}

/** What a lane calls its daemon: "vrrp 51" of "db1 vrrp 51". */
function machineOf(lane, node) {
  return lane.label.startsWith(`${node.name} `) ? lane.label.slice(node.name.length + 1) : lane.label;
}

function stateOf(lane, now, name) {
  const span = spanAt(lane.spans, now);
  const look = lookOf(span ? span[2] : "");
  return { text: span ? `${name}${look.word}` : "no daemon", look: span ? look.name : "stopped", frozen: look.frozen };
}

/** A node's clients in a word: answered, or silent and since when. */
function clientsOf(lanes, now) {
  const silent = lanes.map((lane) => spanAt(lane.spans, now)).filter((span) => span && span[2] === "silent");
  if (!silent.length) {
    const known = lanes.some((lane) => spanAt(lane.spans, now));
    return { text: known ? "answered" : "not asking", short: known ? "\u2713" : "", look: known ? "answered" : "else", frozen: false };
  }
  const since = Math.max(...silent.map((span) => now - span[0]));
  const length = since >= 1e8 ? `${(Math.floor(since / 1e8) / 10).toFixed(1)} s` : "< 0.1 s";
  const many = lanes.length > 1 ? `${silent.length} of ${lanes.length} silent` : "silent";
  return { text: `${many} ${length}`, short: `\u2717 ${length}`, look: "silent", frozen: false };
}

function writeLines(box, element, { measure, unit, from }) {
  box.lines.forEach((line, index) => {
    const text = s("text", { class: "v-n-line", x: box.x, y: from + unit * (0.95 + 1.3 * index), "text-anchor": "middle" });
    text.textContent = fitted(line, box.w - 8, measure);
    element.append(text);
  });
}
