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
    return barWith(place, { ...how, look: look.name, until: from, end: to, hatch: look.frozen ? "frozen" : look.name }, [look.word], `${row.label}: ${text}, ${stretch(from, to)}`);
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

/** A rectangle with its hatch, its title, and the first of the texts that fits; its middle would tell its end. */
function barWith({ low, width }, { y, height, look, hatch, fill, measure, unit, until, end, isCovered }, texts, title) {
  const size = { x: low, y, width, height };
  const text = texts.find((one) => measure(one, "600") + 8 <= width) ?? shortened(texts.at(-1), width - 8, measure);
  const pattern = fill(hatch);
  return [
    s("rect", { ...size, class: `v-span v-look-${look}` }, s("title", { data: { until: end } }, title)),
    pattern === "none" ? null : s("rect", { ...size, class: "v-n-hatched", fill: pattern }),
    text === "" ? null : s("text", { data: { until }, class: `v-span-text v-ink-${look} ${pattern === "none" ? "" : `v-on-${look}`}`, x: isCovered ? low + 5 : low + width / 2, y: y + height / 2 + unit * 0.36, "text-anchor": isCovered ? "start" : "middle" }, text),
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
    return [s("line", { class: "v-nobody-line", x1: place.low, x2: place.low + place.width, y1: y, y2: y }, s("title", { data: { until: to } }, `nobody, ${stretch(from, to)}`))];
  }
  const words = count > 1 ? [`\u26a0 two owners: ${text}`, `\u26a0 ${text}`, "\u26a0"] : [text];
  const parts = barWith(place, { ...how, until: from, end: to, look: count > 1 ? "twice" : "owner", hatch: count > 1 ? "fault" : "" }, words, `${text}, ${stretch(from, to)}`);
  return parts;
}

function answeredBar(place, how) {
  return [s("rect", { class: "v-span-answered", x: place.low, y: how.y + how.height * 0.3, width: place.width, height: how.height * 0.4 })];
}

function silentBar(doc, row, from, to, place, how) {
  const outage = doc.outages.find((one) => one.client === row.label && one.from === from);
  const length = silenceText({ from, to, censored: outage !== undefined && outage.to === null });
  const beside = besideBar(row, to, place, length, how);
  if (beside !== null) return [...barWith(place, { ...how, look: "silent", hatch: "silent", until: to, end: to }, [""], `${row.label}: silent ${length}, ${stretch(from, to)}`), beside];
  return barWith(place, { ...how, look: "silent", hatch: "silent", until: to, end: to }, [`silent ${length}`, length], `${row.label}: silent ${length}, ${stretch(from, to)}`);
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
    const shapes = parts.filter(({ spot }) => spot !== null).flatMap(({ name, to, text, spot }) => {
      const size = { x: spot.low, y, width: spot.width, height };
      return [s("rect", { ...size, class: `v-span v-phase-${name}` }, s("title", { data: { until: to } }, text)), s("rect", { ...size, class: "v-n-hatched", fill: fill(name) })];
    });
    const [before, after] = [outages[index - 1], outages[index + 1]];
    const [low, high] = [before === undefined ? axis.left : Math.max(taken, axis.x(before.to)), after === undefined ? axis.right : Math.min(axis.right, axis.x(after.from))];
    const far = place.low + place.width;
    const texts = tellParts(parts, { left: place.low - low - 14, right: high - far - 14 }, measure).map(({ words, where, part, until }) => {
      if (where === "inside") return partLabel(part, words, until, how);
      if (where === "right") taken = far + measure(words, "600") + 17;
      return where === "right" ? spanText(far + 7, words, "start", until, how) : spanText(place.low - 7, words, "end", until, how);
    });
    return [...shapes, ...texts];
  });
}

/** Where the names of parts stand, always in order of time; where there is little room, the shortest parts have none. */
function tellParts(parts, rooms, measure) {
  const byLength = [...parts].sort((a, b) => b.to - b.from - (a.to - a.from));
  for (let count = parts.length; count > 0; count -= 1) {
    const found = arranged(parts.filter((part) => byLength.indexOf(part) < count), rooms, (text) => measure(text, "600"));
    if (found !== null) return found;
  }
  return [];
}

/** In the parts that have room, what is before them at the left, what is behind at the right; else all in one place. */
function arranged(parts, rooms, width) {
  const said = (some, where) => ({ words: some.map((part) => part.text).join(" \u00b7 "), where, until: some.at(-1)?.to });
  const isFree = (one) => one.words === "" || width(one.words) <= rooms[one.where];
  const fits = parts.map(({ text, spot }) => spot !== null && width(text) + 10 <= spot.width);
  const [first, last] = [fits.indexOf(true), fits.lastIndexOf(true)];
  if (first >= 0 && fits.slice(first, last + 1).every(Boolean)) {
    const inside = parts.slice(first, last + 1).map((part) => ({ ...said([part], "inside"), part }));
    const beside = [said(parts.slice(0, first), "left"), said(parts.slice(last + 1), "right")];
    if (beside.every(isFree)) return [...inside, ...beside.filter((one) => one.words !== "")];
  }
  const widest = parts.reduce((best, part) => ((part.spot?.width ?? 0) > (best.spot?.width ?? 0) ? part : best));
  const whole = { ...said(parts, "inside"), part: widest };
  if (widest.spot !== null && width(whole.words) + 10 <= widest.spot.width) return [whole];
  const aside = said(parts, rooms.right >= rooms.left ? "right" : "left");
  if (isFree(aside)) return [aside];
  const both = parts.slice(1).map((_, index) => [said(parts.slice(0, index + 1), "left"), said(parts.slice(index + 1), "right")]);
  return both.find((sides) => sides.every(isFree)) ?? null;
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
