// Why the selected item happened, where a frame went, and what came of it; every step can be walked to.
import { exactText, lengthText, listText } from "../core/words.js";
import { fill, h } from "../drawing/dom.js";
import { effectsOf, frameBefore, stepsOf } from "./causes.js";

const MOST_EFFECTS = 8;

/** The story of the selected item: {element, show(item)}. */
export function createStory(app) {
  const element = h("div", { class: "v-story" });
  return {
    element,
    show(item) {
      const frame = item.frame < 0 ? null : app.store.frame(item.frame);
      fill(element, whySection(app, item), frame && waySection(app, frame), effectsSection(app, item));
    },
  };
}

/** A button that selects another item. */
export function itemLink(app, item) {
  const node = app.store.nodeName(item.node);
  return h(
    "button",
    { class: "v-link", type: "button", on: { click: () => app.select(item.ref) } },
    h("span", { class: "v-link-time" }, exactText(item.time)),
    node ? h("span", { class: "v-link-node" }, node) : null,
    h("span", null, item.text || item.kind),
  );
}

function whySection(app, item) {
  const why = app.store.why(item);
  const before = frameBefore(app.store, item);
  const steps = stepsOf(app.store, item);
  return h(
    "section",
    null,
    why ? h("p", { class: "v-why" }, why) : null,
    before ? h("p", { class: "v-came-by" }, "After it received: ", itemLink(app, before)) : null,
    steps.length > 1 || steps[0].meanwhile.length ? chainList(app, steps) : null,
  );
}

/** Causes, latest first. */
function chainList(app, steps) {
  const list = h("ol", { class: "v-chain", "aria-label": "Chain of causes, the latest first" });
  steps.forEach((step, place) => {
    list.append(h("li", null, place === 0 ? h("span", { "aria-current": "true" }, "this") : itemLink(app, step.item)));
    if (step.folded.length) list.append(foldedStep(app, step.folded));
    for (const fault of step.meanwhile) list.append(h("li", { class: "v-chain-fault" }, "meanwhile: ", itemLink(app, fault)));
  });
  return list;
}

/** Equal steps as one line that unfolds. */
function foldedStep(app, items) {
  const row = h("li", { class: "v-chain-folded" });
  const open = () => row.replaceWith(...items.map((item) => h("li", null, itemLink(app, item))));
  const text = `${items.length} more like it, back to ${exactText(items.at(-1).time)}`;
  row.append(h("button", { class: "v-link", type: "button", on: { click: open } }, text));
  return row;
}

/** Each hop of a frame: from where to where, when, and what became of it. */
function waySection(app, frame) {
  const rows = frame.hops.map((hop) =>
    h(
      "tr",
      { class: hop.isLost ? "v-is-lost" : "" },
      h("th", { scope: "row" }, hopText(app.doc, hop)),
      h("td", null, `+${lengthText(hop.sent - frame.time)}`),
      h("td", null, lengthText(hop.arrived - hop.sent)),
      h("td", null, outcomeText(hop)),
    ),
  );
  const heads = ["from, to", "left", "took", "fate"].map((text) => h("th", { scope: "col" }, text));
  return h(
    "section",
    null,
    h("h3", null, "Way"),
    h("table", { class: "v-hops" }, h("caption", null, fateText(app, frame)), h("thead", null, h("tr", null, heads)), h("tbody", null, rows)),
  );
}

function hopText(doc, hop) {
  const link = doc.links[hop.link];
  const ends = [link.a_end, link.b_end];
  return (hop.direction ? ends.reverse() : ends).join(" → ");
}

function outcomeText(hop) {
  if (hop.outcome === "in_flight") return "on its way when the run ended";
  return hop.isLost ? `✗ ${hop.outcome}` : "delivered";
}

/** Whom a frame reached, and on the way to whom it was lost and why, as a sentence. */
export function fateText(app, frame) {
  const { doc, store } = app;
  const reached = frame.hops.filter((hop) => hop.outcome === "delivered" && doc.nodes[hop.to].kind !== "switch");
  const names = [...new Set(reached.map((hop) => store.nodeName(hop.to)))];
  const last = Math.max(...reached.map((hop) => hop.arrived)) - frame.time;
  const lost = new Map();
  for (const hop of frame.hops.filter((one) => one.isLost)) {
    const why = hop.outcome.replace(/^dropped: /, "");
    lost.set(why, [...(lost.get(why) ?? []), store.nodeName(hop.to)]);
  }
  const parts = [names.length ? `Reached ${listText(names)} within ${lengthText(last)}` : "Reached nobody"];
  for (const [why, nodes] of lost) parts.push(`lost on the way to ${listText(nodes)} (${why})`);
  return `${parts.join("; ")}.`;
}

/** What a record made happen, the first few; where what is to come is hidden, only what was. */
function effectsSection(app, item) {
  const isCovered = app.root.dataset.cover === "on";
  const effects = effectsOf(app.store, item).filter((one) => !isCovered || one.time <= app.now);
  if (!effects.length) return null;
  const more = effects.length - MOST_EFFECTS;
  return h(
    "section",
    null,
    h("h3", null, "Led to"),
    h("ul", { class: "v-chain" }, effects.slice(0, MOST_EFFECTS).map((one) => h("li", null, itemLink(app, one)))),
    more > 0 ? h("p", { class: "v-more" }, `and ${more} more`) : null,
  );
}
