// Read access to the document: items in order of time, frames with their hops, state at any time.
import { ownersAmong } from "./addresses.js";
import { lengthText, timeText } from "./words.js";

/** Records that a frame or a "why" tells already: listed only if asked for. */
const DETAIL_KINDS = new Set(["timer", "advert", "session", "gap"]);
/** No node, no frame, no place. */
const NOBODY = -1;

/** Make the store of a document (see document.py for its form). */
export function createStore(doc) {
  const frames = new Array(doc.frames.time.length);
  const items = readItems(doc);
  const places = new Map(items.map((item, index) => [item.ref, index]));
  const longest = longestFlight(doc);
  const store = {
    doc,
    items,
    start: doc.start,
    end: doc.end,
    chapters: doc.chapters,
    frameCount: frames.length,
    /** Node by index; null for none. */
    node: (index) => doc.nodes[index] ?? null,
    nodeName: (index) => doc.nodes[index]?.name ?? "",
    /** Index of the first item at or after a time. */
    indexAt: (time) => firstAtOrAfter(items.length, (index) => items[index].time, time),
    /** Index of an item in `items`; -1 if there is none. */
    indexOf: (ref) => places.get(ref) ?? NOBODY,
    item: (ref) => items[places.get(ref)] ?? null,
    /** Why an item happened. */
    why: (item) => (item.frame < 0 ? item.why : store.frame(item.frame).why),
    at: changeAt,
    /** One frame with its hops; see readFrame. */
    frame: (index) => (frames[index] ??= readFrame(doc, index)),
    /** Index of the first frame sent at or after a time. */
    frameIndexAt: (time) => firstAtOrAfter(frames.length, (index) => doc.frames.time[index], time),
    /** Frames that were on their way in the last `span` ns before or at `time`. */
    flightsAt(time, span) {
      const found = [];
      for (let index = store.frameIndexAt(time - span - longest); index < frames.length; index += 1) {
        if (doc.frames.time[index] > time) break;
        const frame = store.frame(index);
        if (frame.end >= time - span) found.push(frame);
      }
      return found;
    },
    /** Who owns a VIP at a time, by kernels: node indexes, none to several. What lasts to the end holds there, too. */
    ownersAt: (owner, time) => ownersAmong(owner.spans, time, doc.end),
  };
  return store;
}

/** The last change [t, ...] at or before a time, or null. */
export function changeAt(changes, time) {
  const next = firstAtOrAfter(changes.length, (index) => changes[index][0], time + 1);
  return next > 0 ? changes[next - 1] : null;
}

/** Index of the first of `count` ascending values that is >= wanted (count if none is). */
export function firstAtOrAfter(count, valueAt, wanted) {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (valueAt(middle) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Texts are kept once and named by index. */
function textOf(doc, text) {
  return typeof text === "number" ? (doc.texts[text] ?? "") : (text ?? "");
}

/** One frame: when it was sent and last arrived, and its hops [{link, from, to, sent, arrived, outcome}]. */
function readFrame(doc, index) {
  const all = doc.frames;
  const time = all.time[index];
  const hops = doc.routes[all.route[index]].map(([link, direction, sent, arrived, outcome]) => {
    const { a, b } = doc.links[link];
    const ends = direction ? [b, a] : [a, b];
    const said = doc.outcomes[outcome];
    const isLost = said !== "delivered" && said !== "in_flight";
    const times = { sent: time + sent, arrived: time + arrived };
    return { link, direction, from: ends[0], to: ends[1], ...times, outcome: said, isLost };
  });
  return {
    index,
    ref: `f${index}`,
    time,
    end: hops.reduce((last, hop) => Math.max(last, hop.arrived), time),
    src: all.src[index],
    to: all.to[index],
    kind: doc.kinds[all.kind[index]],
    text: textOf(doc, all.text[index]),
    why: whyText(doc, index),
    of: all.of[index],
    hex: doc.bytes[all.bytes[index]] ?? "",
    bytes: all.bytes[index],
    cause: all.cause[index],
    probe: Boolean(all.probe[index]),
    hops,
    isLost: hops.some((hop) => hop.isLost),
  };
}

/** Why a frame was sent; "{of}" stands for the time of the frame it speaks of, "{since}" for how long ago. */
function whyText(doc, index) {
  const all = doc.frames;
  const text = textOf(doc, all.why[index]);
  const of = all.of[index];
  if (of < 0) return text;
  const ago = all.time[index] - all.time[of];
  return text.replace("{of}", timeText(all.time[of])).replace("{since}", lengthText(ago));
}

/** Everything that can be listed, in order of time; records before the frames that they cause. */
function readItems(doc) {
  const { records, frames } = doc;
  const items = [];
  for (let index = 0; index < records.id.length; index += 1) {
    items.push({
      ref: `r${records.id[index]}`,
      time: records.time[index],
      kind: records.kind[index],
      node: records.node[index],
      text: textOf(doc, records.text[index]),
      why: textOf(doc, records.why[index]),
      cause: records.cause[index],
      probe: false,
      isDetail: DETAIL_KINDS.has(records.kind[index]),
      frame: NOBODY,
    });
  }
  for (let index = 0; index < frames.time.length; index += 1) {
    items.push({
      ref: `f${index}`,
      time: frames.time[index],
      kind: doc.kinds[frames.kind[index]],
      node: frames.src[index],
      text: textOf(doc, frames.text[index]),
      why: "", // made when asked for: store.why(item)
      cause: frames.cause[index],
      probe: Boolean(frames.probe[index]),
      isDetail: false,
      frame: index,
    });
  }
  // A stable sort: records stay before frames of the same instant, and each in its own order.
  return items.sort((one, other) => one.time - other.time);
}

/** How long the longest way of a frame takes, in ns. */
function longestFlight(doc) {
  let longest = 0;
  for (const route of doc.routes) for (const hop of route) longest = Math.max(longest, hop[3]);
  return longest;
}
