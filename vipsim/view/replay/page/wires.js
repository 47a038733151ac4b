// The cables of the topology, and what a fault does to them while it lasts.
import { s, setText } from "./dom.js";
import { fitted } from "./looks.js";

/** Words of faults that leave a cable without any frame; the others harm only some. */
const SEVERED = ["link_down", "port_down", "isolate", "partition"];

/**
 * The cables of a layout.
 * @returns {{element, labels, update}} `labels` belong above everything; `update(broken)` shows lasting faults
 */
export function createWires(doc, placed, { measure, unit }) {
  const common = commonText(doc.links);
  const wires = placed.links.map((points, index) => {
    const link = doc.links[index];
    const title = s("title", {});
    const line = s("polyline", { class: "v-wire", points: points.map((point) => point.join(",")).join(" ") });
    const mark = s("path", { class: "v-wire-mark", d: "M-7,-7L7,7M7,-7L-7,7", visibility: "hidden" });
    const label = s("text", { class: "v-wire-label", "text-anchor": "middle" });
    const group = s("g", { class: "v-link" }, title, line);
    const own = link.text === common ? "" : link.text;
    return { group, title, line, mark, label, own, link, at: middleOf(placed, link, points), key: null };
  });

  const update = (broken) => {
    wires.forEach((wire, index) => {
      const here = broken.flatMap((one) => one.links.filter((pair) => pair[0] === index).map((pair) => [one, pair[1]]));
      const words = here.map(([one, way]) => oneWay(doc, wire.link, one.text, way));
      const key = words.join(", ");
      if (key === wire.key) return;
      wire.key = key;
      const isCut = here.some(([one, way]) => SEVERED.includes(one.word) && way < 0);
      wire.group.setAttribute("class", `v-link ${isCut ? "v-link-cut" : words.length ? "v-link-harmed" : ""}`);
      wire.mark.setAttribute("visibility", isCut ? "visible" : "hidden");
      wire.mark.setAttribute("transform", `translate(${wire.at[0]},${wire.at[1]})`);
      wire.label.setAttribute("class", `v-wire-label ${words.length ? "v-wire-fault" : ""}`);
      wire.label.setAttribute("x", wire.at[0]);
      wire.label.setAttribute("y", wire.at[1] + (isCut ? unit * 1.7 : unit * 0.35));
      setText(wire.label, fitted(key || wire.own, placed.width / 2.2, measure));
      setText(wire.title, [`${wire.link.a_end} to ${wire.link.b_end}`, wire.link.text, key].filter(Boolean).join(", "));
    });
  };
  return {
    element: s("g", { class: "v-wires" }, ...wires.map((wire) => wire.group)),
    labels: s("g", {}, ...wires.flatMap((wire) => [wire.mark, wire.label])),
    update,
  };
}

/** What most cables have in common; the picture says it once. */
export function commonText(links) {
  const counts = new Map();
  for (const link of links) counts.set(link.text, (counts.get(link.text) ?? 0) + 1);
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), ["", 0])[0];
}

/** The middle of the part of a cable that no box hides. */
function middleOf(placed, link, points) {
  const seen = placed.boxes[link.a].isSwitch === placed.boxes[link.b].isSwitch ? points
    : placed.boxes[link.a].isSwitch ? points.slice(1) : points.slice(0, -1);
  const from = seen[Math.ceil(seen.length / 2) - 1];
  const to = seen[Math.ceil(seen.length / 2)];
  return [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
}

function oneWay(doc, link, text, way) {
  return way < 0 ? text : `${text} to ${doc.nodes[way === 0 ? link.b : link.a].name}`;
}
