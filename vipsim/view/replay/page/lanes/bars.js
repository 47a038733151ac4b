// Bars of the lanes: what held from when to when, with the word in it where there is room.
import { partText, silenceText } from "../core/outages.js";
import { timeText } from "../core/words.js";
import { s } from "../drawing/dom.js";
import { fitted, lookOf } from "../drawing/looks.js";

/**
 * The bars of one row.
 * @param {object} how {axis: {x, from, to, left, right}, y, height, fill, measure, unit}
 */
export function drawRow(doc, row, how) {
  return row.spans.flatMap((span) => {
    const place = clippedSpan(span[0], span[1], how.axis);
    if (place === null) return [];
    const [from, to, text] = span;
    if (row.kind === "client") return text === "silent" ? silentBar(doc, row, from, to, place, how) : answeredBar(place, how);
    if (row.kind === "owner") return ownerBar(span, place, how);
    const look = lookOf(text);
    return barWith(place, { ...how, look: look.name, until: from, hatch: look.frozen ? "frozen" : look.name }, [look.word], `${row.label}: ${text}, ${stretch(from, to)}`);
  });
}

/** Ends in px of a span, clipped to the axis; null if it is outside. */
function clippedSpan(from, to, axis) {
  const [low, high] = [Math.max(axis.left, axis.x(from)), Math.min(axis.right, axis.x(to))];
  return high > low ? { low, width: Math.max(1, high - low) } : null;
}

function stretch(from, to) {
  return `${timeText(from)} to ${timeText(to)} (${timeText(to - from)})`;
}

/** A rectangle with its hatch, its title, and the first of the texts that fits. */
function barWith({ low, width }, { y, height, look, hatch, fill, measure, unit, until }, texts, title) {
  const size = { x: low, y, width, height };
  const text = texts.find((one) => measure(one, "600") + 8 <= width) ?? shortened(texts.at(-1), width - 8, measure);
  const pattern = fill(hatch);
  return [
    s("rect", { ...size, class: `v-span v-look-${look}` }, s("title", {}, title)),
    pattern === "none" ? null : s("rect", { ...size, class: "v-n-hatched", fill: pattern }),
    text === "" ? null : s("text", { data: { until }, class: `v-span-text v-ink-${look} ${pattern === "none" ? "" : `v-on-${look}`}`, x: low + width / 2, y: y + height / 2 + unit * 0.36, "text-anchor": "middle" }, text),
  ].filter((part) => part !== null);
}

/** A text cut to a width; none if too little of it would be left. */
function shortened(text, width, measure) {
  const cut = width > 34 ? fitted(text, width, measure, "600") : "";
  return cut.length < 4 ? "" : cut;
}

/** One owner in orange; two with a warning sign; nobody as a thin dashed line. */
function ownerBar([from, to, text, count], place, how) {
  if (count === 0) {
    const y = how.y + how.height / 2;
    return [s("line", { class: "v-nobody-line", x1: place.low, x2: place.low + place.width, y1: y, y2: y }, s("title", {}, `nobody, ${stretch(from, to)}`))];
  }
  const words = count > 1 ? [`\u26a0 two owners: ${text}`, `\u26a0 ${text}`, "\u26a0"] : [text];
  const parts = barWith(place, { ...how, until: from, look: count > 1 ? "twice" : "owner", hatch: count > 1 ? "fault" : "" }, words, `${text}, ${stretch(from, to)}`);
  return parts;
}

function answeredBar(place, how) {
  return [s("rect", { class: "v-span-answered", x: place.low, y: how.y + how.height * 0.3, width: place.width, height: how.height * 0.4 })];
}

function silentBar(doc, row, from, to, place, how) {
  const outage = doc.outages.find((one) => one.client === row.label && one.from === from);
  const length = silenceText({ from, to, censored: outage !== undefined && outage.to === null });
  const beside = besideBar(row, to, place, length, how);
  if (beside !== null) return [...barWith(place, { ...how, look: "silent", hatch: "silent", until: to }, [""], `${row.label}: silent ${length}, ${stretch(from, to)}`), beside];
  return barWith(place, { ...how, look: "silent", hatch: "silent", until: to }, [`silent ${length}`, length], `${row.label}: silent ${length}, ${stretch(from, to)}`);
}

/** The length of a silence too short for it, at its right if nothing else is there. */
function besideBar(row, to, place, length, { axis, y, height, unit, measure }) {
  const width = measure(length, "600");
  if (width + 8 <= place.width) return null;
  const next = row.spans.find((span) => span[2] === "silent" && span[0] > to);
  const end = next === undefined ? axis.right : axis.x(next[0]);
  if (place.low + place.width + width + 10 > end) return null;
  return s("text", { class: "v-span-text v-beside", x: place.low + place.width + 5, y: y + height / 2 + unit * 0.36, data: { until: to } }, length);
}

/** The row of an outage: its parts one after the other, with their names and lengths in or beside them. */
export function drawParts(outages, how) {
  const { axis, y, height, measure, fill } = how;
  let taken = axis.left; // where the last text beside an outage ends
  return outages.flatMap((outage, index) => {
    const place = clippedSpan(outage.from, outage.to, axis);
    if (place === null) return [];
    const parts = outage.parts.map((part) => ({ name: part[0], from: part[1], to: part[2], text: partText(outage, part), spot: clippedSpan(part[1], part[2], axis) }));
    const shapes = parts.filter(({ spot }) => spot !== null).flatMap(({ name, text, spot }) => {
      const size = { x: spot.low, y, width: spot.width, height };
      return [s("rect", { ...size, class: `v-span v-phase-${name}` }, s("title", {}, text)), s("rect", { ...size, class: "v-n-hatched", fill: fill(name) })];
    });
    const fits = ({ text, spot }) => spot !== null && measure(text, "600") + 10 <= spot.width;
    const inside = parts.filter(fits).map((part) => partLabel(part, part.text, part.to, how));
    const waiting = parts.filter((part) => !fits(part));
    const room = roomBeside(place, outages[index - 1], outages[index + 1], axis, taken);
    const words = waiting.map((part) => part.text).join(" \u00b7 ");
    if (waiting.length === 0) return [...shapes, ...inside];
    if (measure(words, "600") > room.width) {
      const all = parts.map((part) => part.text).join(" \u00b7 ");
      const widest = parts.reduce((best, part) => ((part.spot?.width ?? 0) > (best.spot?.width ?? 0) ? part : best));
      if (widest.spot !== null && measure(all, "600") + 10 <= widest.spot.width) {
        return [...shapes, ...inside.filter((label) => label.dataset.part !== widest.name), partLabel(widest, all, outage.to, how)];
      }
    }
    const text = measure(words, "600") <= room.width ? words : longestFitting(waiting, room.width, measure);
    if (room.anchor === "start" && text !== "") taken = room.x + measure(text, "600") + 10;
    return [...shapes, ...inside, text === "" ? null : spanText(room.x, text, room.anchor, outage.to, how)].filter((part) => part !== null);
  });
}

/** The names of the longest parts, as many as find room. */
function longestFitting(parts, width, measure) {
  const byLength = [...parts].sort((a, b) => b.to - b.from - (a.to - a.from));
  for (let count = byLength.length; count > 0; count -= 1) {
    const kept = parts.filter((part) => byLength.indexOf(part) < count);
    const text = kept.map((part) => part.text).join(" \u00b7 ");
    if (measure(text, "600") <= width) return text;
  }
  return "";
}

/** A text in the middle of a part. */
function partLabel({ name, spot }, text, until, how) {
  const label = spanText(spot.low + spot.width / 2, text, "middle", until, how);
  label.setAttribute("class", `v-span-text v-on-part v-phase-ink-${name} v-halo-${name}`);
  label.dataset.part = name;
  return label;
}

function spanText(x, text, anchor, until, { y, height, unit }) {
  return s("text", { class: "v-span-text", data: { until }, x, y: y + height / 2 + unit * 0.36, "text-anchor": anchor }, text);
}

/** Where the names of short parts stand: beside the outage, on the side that has more room. */
function roomBeside(place, before, after, axis, taken) {
  const leftEdge = before === undefined ? axis.left : Math.max(taken, axis.x(before.to));
  const rightEdge = after === undefined ? axis.right : Math.min(axis.right, axis.x(after.from));
  const rooms = [place.low - leftEdge - 14, rightEdge - place.low - place.width - 14];
  return rooms[1] >= rooms[0] ? { width: rooms[1], x: place.low + place.width + 7, anchor: "start" }
    : { width: rooms[0], x: place.low - 7, anchor: "end" };
}
