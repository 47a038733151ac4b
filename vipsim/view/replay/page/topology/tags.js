// Who owns a virtual address, as tags that move: one on each node whose kernel answers for it.
import { addressGroups, ownersAmong } from "../core/addresses.js";
import { s } from "../drawing/dom.js";
import { fitted } from "../drawing/looks.js";

const MOST_TAGS = 3; // on one node; of more the rest is counted

/** How many tags a node may have to carry: the picture leaves room for so many. */
export function tagRoom(doc) {
  return Math.min(MOST_TAGS, addressGroups(doc).length);
}

/**
 * Tags of all virtual addresses.
 * @returns {{element, update}} `update(now)` moves them to who owns them at a time
 */
export function createTags(app, placed, { measure, unit }) {
  const { doc } = app.store;
  const element = s("g", { class: "v-tags" });
  const height = unit * 1.6;
  const lots = addressGroups(doc).map(({ label, title, spans }) => ({ vip: label, title, owners: spans, tags: new Map() }));
  let before = null;

  const update = (now) => {
    const holders = lots.map((lot) => ownersAmong(lot.owners, now, doc.end));
    const key = JSON.stringify(holders);
    if (key === before) {
      return;
    }
    before = key;
    const heaps = new Map();
    lots.forEach((lot, index) => {
      const nodes = holders[index].length ? holders[index] : [-1];
      rehang(lot, nodes, element);
      for (const node of nodes) heaps.set(node, [...(heaps.get(node) ?? []), { lot, count: nodes.length }]);
    });
    for (const [node, heap] of heaps) {
      heap.forEach(({ lot, count }, level) => hangTag(lot, node, { level, of: heap.length, count }, { placed, measure, unit, height }));
    }
  };

  return { element, update };
}

/** What a tag says, and shorter words for where others stand close. */
function tagWords({ vip }, node, count) {
  if (node < 0) return [`nobody owns ${vip}`, "nobody"];
  return count > 1 ? [`\u26a0 ${vip}: ${count} owners`, `\u26a0 ${vip}`, `\u26a0 ${count} owners`] : [vip];
}

/** Put one tag on its node: the `level`th of so many there, of an address with `count` owners. */
function hangTag(lot, node, { level, of, count }, { placed, measure, unit, height }) {
  const tag = lot.tags.get(node);
  const rest = of - MOST_TAGS;
  const isLast = rest > 0 && level === MOST_TAGS - 1;
  const box = placed.boxes[node];
  const edge = unit * 1.3;
  const room = (box ? box.w + 10 : placed.width - 4) - edge;
  const more = isLast ? ` and ${rest} more` : "";
  const words = tagWords(lot, node, count).map((one) => one + more);
  const text = words.find((one) => measure(one, "700") <= room) ?? fitted(words.at(-1), room, measure, "700");
  const width = measure(text, "700") + edge;
  const x = box ? box.x : placed.width / 2;
  const y = !box ? height / 2 + 2 + level * (height + 2)
    : box.side >= 0 ? box.y - box.h / 2 - height / 2 - 3 - level * (height + 2)
      : box.y + box.h / 2 + height / 2 + 3 + level * (height + 2);
  const inside = Math.min(Math.max(x, width / 2 + 1), placed.width - width / 2 - 1);
  tag.group.setAttribute("class", `v-tag v-tag-${node < 0 ? "nobody" : count > 1 ? "twice" : "owned"}`);
  tag.group.classList.toggle("v-spare", level >= MOST_TAGS);
  tag.group.style.transform = `translate(${inside.toFixed(1)}px, ${y.toFixed(1)}px)`;
  tag.rect.setAttribute("x", -width / 2);
  tag.rect.setAttribute("y", -height / 2);
  tag.rect.setAttribute("width", width);
  tag.rect.setAttribute("height", height);
  tag.rect.setAttribute("rx", height / 2);
  tag.text.setAttribute("y", unit * 0.36);
  tag.text.textContent = text;
  tag.title.textContent = lot.title;
}

/** Keep tags whose node still owns; move the others to the new owners; make or drop the difference. */
function rehang(lot, nodes, parent) {
  const free = [...lot.tags.keys()].filter((node) => !nodes.includes(node));
  for (const node of nodes) {
    if (lot.tags.has(node)) {
      continue;
    }
    const old = free.shift();
    const tag = old === undefined ? newTag(parent) : lot.tags.get(old);
    lot.tags.delete(old);
    lot.tags.set(node, tag);
  }
  for (const node of free) {
    lot.tags.get(node).group.remove();
    lot.tags.delete(node);
  }
}

function newTag(parent) {
  const rect = s("rect", {});
  const text = s("text", { "text-anchor": "middle" });
  const title = s("title", {});
  const group = s("g", { class: "v-tag" }, title, rect, text);
  parent.append(group);
  return { group, title, rect, text };
}
