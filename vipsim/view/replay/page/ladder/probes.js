// What clients asked, gathered as the printed ladder has it (vipsim/view/rows.py): a band for each stretch.
import { createProbes } from "../core/probes.js";
import { firstAtOrAfter } from "../core/store.js";
import { countText, SECOND, timeText } from "../core/words.js";
import { s } from "../drawing/dom.js";
import { fitted } from "../drawing/looks.js";

const LONGEST_GAP = 2 * SECOND; // without a question: then a stretch is over
const LABELS_APART = 12; // heights of a letter between two labels of one long band

/** By the kind of frame: what a client sends, and what comes back. */
const PROBE_NOUNS = { tcp: ["TCP segment", "back"], udp: ["datagram", "back"] };

/**
 * Stretches of all clients, each to one host and with one fate: [{nodes, to, from, until (ns), asked, answered, text}].
 * Each chapter begins a new one, so that the numbers tell what was so between two of them.
 */
export function probeStretches(doc) {
  const { frames } = doc;
  const probes = createProbes(doc);
  const cuts = doc.chapters.map((chapter) => chapter.time);
  const found = [];
  const open = new Map();
  for (let index = 0; index < frames.time.length; index += 1) {
    const [src, to, time] = [frames.src[index], frames.to[index], frames.time[index]];
    const client = probes.answers(index);
    if (client < 0 && !probes.isQuestion(index)) continue;
    const noun = doc.kinds[frames.kind[index]].split("-")[0];
    if (client >= 0) {
      const asked = open.get(`${src} ${noun} ${probes.isSilent(client, time)}`) ?? open.get(`${src} ${noun} false`);
      if (asked !== undefined) asked.answered += 1;
      continue;
    }
    const key = `${to} ${noun} ${probes.isSilent(src, time)}`;
    const chapter = firstAtOrAfter(cuts.length, (place) => cuts[place], time + 1);
    let stretch = open.get(key);
    if (stretch === undefined || stretch.chapter !== chapter || time - stretch.until > LONGEST_GAP) {
      stretch = { nodes: new Set(), to, from: time, until: time, asked: 0, answered: 0, first: index, noun, chapter };
      open.set(key, stretch);
      found.push(stretch);
    }
    stretch.nodes.add(src);
    stretch.asked += 1;
    stretch.until = time;
  }
  return found.map((stretch) => ({ ...stretch, text: stretchText(doc, stretch) }));
}

/** "100 probes to db1, 0 answers". */
function stretchText(doc, { asked, answered, to, noun }) {
  const [sent, back] = PROBE_NOUNS[noun] ?? ["probe", ""];
  const whom = doc.nodes[to]?.name ?? "nobody known";
  return `${countText(asked, sent)} to ${whom}, ${back === "" ? countText(answered, "answer") : countText(answered, back, back)}`;
}

/** The bands of a drawn part, each between the lanes of who asked and who was asked. */
export function drawProbes(stretches, { xs, scale, shelf, measure, unit, left, right }) {
  const bands = [];
  const labels = [];
  for (const stretch of stretches) {
    const askers = [...stretch.nodes].filter((node) => xs.has(node)).map((node) => xs.get(node));
    if (askers.length === 0) continue;
    const [top, bottom] = [Math.max(0, scale.y(stretch.from)), Math.min(scale.height, scale.y(stretch.until))];
    if (bottom <= top) continue;
    const other = xs.get(stretch.to) ?? askers[0] - 40;
    const [low, high] = [Math.min(other, ...askers), Math.max(other, ...askers)];
    const title = `${stretch.text}, ${timeText(stretch.from)} to ${timeText(stretch.until)}`;
    bands.push(s("g", { class: `v-probes${stretch.answered === 0 ? " v-unanswered" : ""}`, data: { ref: `f${stretch.first}`, until: stretch.from } },
      s("title", { data: { until: stretch.until } }, title),
      s("rect", { x: low, y: top, width: high - low, height: bottom - top }),
    ));
    if (bottom - top < unit * 1.4) continue;
    const text = fitted(`${stretch.answered === 0 ? "\u2717 " : ""}${stretch.text}`, right - left - 4, measure, "400");
    labels.push(...bandLabels(text, stretch, { top, bottom, x: (low + high) / 2 }, { shelf, measure, unit, left, right }));
  }
  return { bands, labels };
}

/** The words of a band, again and again where it is long, so that one is always in sight. */
function bandLabels(text, { until }, { top, bottom, x }, { shelf, measure, unit, left, right }) {
  const width = measure(text) + 4;
  const center = Math.min(Math.max(x, left + width / 2), right - width / 2);
  const labels = [];
  for (let y = top + unit * 0.3; y + unit * 1.4 <= bottom; y += unit * 0.7) {
    if (!shelf.put(center - width / 2, y, width, unit * 1.3)) continue;
    labels.push(s("text", { class: "v-probes-label", data: { until }, x: center.toFixed(1), y: (y + unit).toFixed(1), "text-anchor": "middle" }, text));
    y += unit * LABELS_APART;
  }
  return labels;
}
