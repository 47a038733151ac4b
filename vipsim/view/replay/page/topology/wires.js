// The cables of the topology, and what a fault does to them while it lasts.
import { s, setText } from "../drawing/dom.js";
import { createShelf } from "../drawing/shelf.js";

/** Words of faults that leave a cable without any frame; the others harm only some. */
const SEVERED = ["link_down", "port_down", "isolate", "partition"];

/**
 * The cables of a layout.
 * @returns {{element, labels, update}} `labels` belong above everything; `update(broken)` shows lasting faults
 */
export function createWires(doc, placed, { measure, unit }) {
  const wires = placed.links.map((points, index) => {
    const link = doc.links[index];
    const title = s("title", {});
    const line = s("polyline", { class: "v-wire", points: points.map((point) => point.join(",")).join(" ") });
    const mark = s("path", { class: "v-wire-mark", d: "M-7,-7L7,7M7,-7L-7,7", visibility: "hidden" });
    const label = s("text", { class: "v-wire-label", "text-anchor": "start" });
    const group = s("g", { class: "v-link" }, title, line);
    const own = link.text === doc.plan.cable ? "" : link.text;
    return { group, title, line, mark, label, own, points, link, at: middleOf(placed, link, points), words: null };
  });

  const show = (wire, here) => {
    const isCut = here.some(([one, way]) => SEVERED.includes(one.word) && way < 0);
    const isHarmed = here.length > 0;
    wire.group.setAttribute("class", `v-link ${isCut ? "v-link-cut" : isHarmed ? "v-link-harmed" : ""}`);
    wire.mark.setAttribute("visibility", isCut ? "visible" : "hidden");
    wire.mark.setAttribute("transform", `translate(${wire.at[0]},${wire.at[1]})`);
    wire.label.setAttribute("class", `v-wire-label ${isHarmed ? "v-wire-fault" : ""}`);
    setText(wire.title, [`${wire.link.a_end} to ${wire.link.b_end}`, wire.link.text, wire.words].filter(Boolean).join(", "));
  };

  const update = (broken) => {
    let hasChanged = false;
    wires.forEach((wire, index) => {
      const here = broken.flatMap((one) => one.links.filter((pair) => pair[0] === index).map((pair) => [one, pair[1]]));
      const ways = [...new Set(here.map((pair) => pair[1]))];
      const words = ways.map((way) => oneWay(doc, wire.link, here.filter((pair) => pair[1] === way).map((pair) => pair[0].text), way)).join(", ");
      if (words === wire.words) return;
      wire.words = words;
      hasChanged = true;
      show(wire, here);
    });
    if (hasChanged) labelWires(wires, placed, measure, unit);
  };
  return {
    element: s("g", { class: "v-wires" }, ...wires.map((wire) => wire.group)),
    labels: s("g", {}, ...wires.flatMap((wire) => [wire.mark, wire.label])),
    update,
  };
}

/** Labels beside their cables, those of faults first; what finds no room is only in the title. */
function labelWires(wires, placed, measure, unit) {
  const shelf = createShelf();
  for (const { points } of wires) takeUpright(shelf, points);
  for (const wire of [...wires].sort((a, b) => (a.words ? 0 : 1) - (b.words ? 0 : 1))) {
    const weight = wire.words ? "700" : "400";
    const spot = labelSpots(wire, placed, (text) => measure(text, weight) + 6, unit)
      .find(({ x, y, width }) => shelf.put(x, y - unit * 0.7, width, unit * 1.4));
    wire.label.setAttribute("x", spot?.x ?? 0);
    wire.label.setAttribute("y", (spot?.y ?? 0) + unit * 0.36);
    setText(wire.label, spot?.text ?? "");
  }
}

/** Upright parts of a cable take their room: no label lies over another's. */
function takeUpright(shelf, points) {
  for (let index = 1; index < points.length; index += 1) {
    const [[x, y], [u, v]] = [points[index - 1], points[index]];
    if (Math.abs(x - u) < 4) shelf.take(x - 3, Math.min(y, v), 6, Math.abs(y - v));
  }
}

/** Where a cable's label may stand, the best first: right or left of it, at its middle or nearer to an end, shorter. */
function labelSpots(wire, placed, widthOf, unit) {
  const words = wire.words || wire.own;
  const texts = [...new Set([words, words.replace(/ to [^ ]+$/, ""), words.replace(/^drop (.+?)( to [^ ]+)?$/, "\u2717 $1")])].filter(Boolean);
  const [x, y] = wire.at;
  return texts.flatMap((text) => [0, 1.4, -1.4].flatMap((lines) => {
    const width = widthOf(text);
    return [x + 8, x - 8 - width].filter((low) => low >= 2 && low + width <= placed.width - 2).map((low) => ({ text, width, x: low, y: y + lines * unit }));
  }));
}

/** The middle of the part of a cable that no box hides. */
function middleOf(placed, link, points) {
  const seen = placed.boxes[link.a].isSwitch === placed.boxes[link.b].isSwitch ? points
    : placed.boxes[link.a].isSwitch ? points.slice(1) : points.slice(0, -1);
  const from = seen[Math.ceil(seen.length / 2) - 1];
  const to = seen[Math.ceil(seen.length / 2)];
  return [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
}

/** "drop garp, advert to app1" of what harms one direction of a cable. */
function oneWay(doc, link, texts, way) {
  const drops = texts.filter((text) => text.startsWith("drop "));
  const others = texts.filter((text) => !text.startsWith("drop "));
  const all = [...(drops.length ? [`drop ${drops.map((text) => text.slice(5)).join(", ")}`] : []), ...others].join(", ");
  return way < 0 ? all : `${all} to ${doc.nodes[way === 0 ? link.b : link.a].name}`;
}
