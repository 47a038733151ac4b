// What the shapes of the pictures mean: those that this run has.
import { fill, h, s } from "../drawing/dom.js";
import { FAMILIES, familyOf } from "../drawing/looks.js";

/** The legend of the kinds of frames. */
export function createLegend(app) {
  const element = h("ul", { class: "v-legend", "aria-label": "Kinds of frames" });
  const show = () => {
    const used = usedFamilies(app);
    const items = Object.keys(FAMILIES).filter((name) => used.has(name)).map((name) =>
      entry(`v-fam-${name}`, FAMILIES[name].path, used.get(name) ?? FAMILIES[name].label));
    fill(element, ...items, entry("v-lost", "", "lost"));
  };
  show();
  return element;
}

/** Families of frames in the run, each with the word for it. */
function usedFamilies(app) {
  const { kinds, texts, frames } = app.store.doc;
  const used = new Map();
  const seen = new Set();
  for (let index = 0; index < frames.time.length; index += 1) {
    const key = `${frames.kind[index]} ${frames.text[index]} ${frames.probe[index]}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const text = texts[frames.text[index]];
    const family = familyOf(kinds[frames.kind[index]], text, frames.probe[index]);
    const word = text.startsWith("heartbeat") ? "heartbeat" : FAMILIES[family].label;
    const known = used.get(family);
    used.set(family, known && known !== word ? "advert, heartbeat" : word);
  }
  return used;
}

function entry(look, path, word) {
  const shape = path === ""
    ? s("path", { class: "v-cross", d: "M-4,-4L4,4M4,-4L-4,4" })
    : s("path", { class: "v-token", d: path, transform: "scale(5)" });
  return h("li", { class: look }, s("svg", { viewBox: "-8 -8 16 16", "aria-hidden": "true" }, shape), word);
}
