// Bars of the lanes: what held from when to when, with the word in it where there is room.
import { s } from "./dom.js";
import { fitted, lookOf } from "./looks.js";
import { partText, silenceText } from "./outages.js";
import { timeText } from "./words.js";

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
    return barWith(place, { ...how, look: look.name, hatch: look.frozen ? "frozen" : look.name }, [look.word], `${row.label}: ${text}, ${stretch(from, to)}`);
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
function barWith({ low, width }, { y, height, look, hatch, fill, measure, unit }, texts, title) {
  const size = { x: low, y, width, height };
  const text = texts.find((one) => measure(one, "600") + 8 <= width) ?? (width > 40 ? fitted(texts.at(-1), width - 8, measure, "600") : "");
  const pattern = fill(hatch);
  return [
    s("rect", { ...size, class: `v-span v-look-${look}` }, s("title", {}, title)),
    pattern === "none" ? null : s("rect", { ...size, class: "v-n-hatched", fill: pattern }),
    text === "" ? null : s("text", { class: `v-span-text v-ink-${look} ${pattern === "none" ? "" : `v-on-${look}`}`, x: low + width / 2, y: y + height / 2 + unit * 0.36, "text-anchor": "middle" }, text),
  ].filter((part) => part !== null);
}

/** One owner in orange; two with a warning sign; nobody as a thin dashed line. */
function ownerBar([from, to, text, count], place, how) {
  if (count === 0) {
    const y = how.y + how.height / 2;
    return [s("line", { class: "v-nobody-line", x1: place.low, x2: place.low + place.width, y1: y, y2: y }, s("title", {}, `nobody, ${stretch(from, to)}`))];
  }
  const words = count > 1 ? [`\u26a0 two owners: ${text}`, `\u26a0 ${text}`, "\u26a0"] : [text];
  const parts = barWith(place, { ...how, look: count > 1 ? "twice" : "owner", hatch: count > 1 ? "fault" : "" }, words, `${text}, ${stretch(from, to)}`);
  return parts;
}

function answeredBar(place, how) {
  return [s("rect", { class: "v-span-answered", x: place.low, y: how.y + how.height * 0.3, width: place.width, height: how.height * 0.4 })];
}

function silentBar(doc, row, from, to, place, how) {
  const outage = doc.outages.find((one) => one.client === row.label && one.from === from);
  const length = silenceText({ from, to, censored: outage !== undefined && outage.to === null });
  return barWith(place, { ...how, look: "silent", hatch: "silent" }, [`silent ${length}`, length], `${row.label}: silent ${length}, ${stretch(from, to)}`);
}

/** The row of an outage: its parts one after the other, with their names and lengths in or beside them. */
export function drawParts(outages, how) {
  const { axis, y, height, unit, measure, fill } = how;
  const shapes = [];
  const labels = [];
  outages.forEach((outage, index) => {
    const place = clippedSpan(outage.from, outage.to, axis);
    if (place === null) return;
    const waiting = [];
    for (const part of outage.parts) {
      const spot = clippedSpan(part[1], part[2], axis);
      const text = partText(outage, part);
      if (spot !== null) {
        const size = { x: spot.low, y, width: spot.width, height };
        shapes.push(s("rect", { ...size, class: `v-span v-phase-${part[0]}` }, s("title", {}, text)), s("rect", { ...size, class: "v-n-hatched", fill: fill(part[0]) }));
      }
      if (spot !== null && measure(text, "600") + 10 <= spot.width) {
        labels.push(s("text", { class: `v-span-text v-phase-ink-${part[0]}`, x: spot.low + spot.width / 2, y: y + height / 2 + unit * 0.36, "text-anchor": "middle" }, text));
      } else waiting.push(text);
    }
    const beside = placeBeside(waiting, outages[index - 1], place, outages[index + 1], how);
    if (beside !== null) labels.push(beside);
  });
  return [...shapes, ...labels];
}

/** Parts too short for their names: the names stand beside the outage, on the side that has more room. */
function placeBeside(texts, before, place, after, { axis, y, height, unit, measure }) {
  if (texts.length === 0) return null;
  const leftEdge = before === undefined ? axis.left : Math.max(axis.left, axis.x(before.to));
  const rightEdge = after === undefined ? axis.right : Math.min(axis.right, axis.x(after.from));
  const rooms = [place.low - leftEdge, rightEdge - place.low - place.width].map((room) => room - 14);
  const isRight = rooms[1] >= rooms[0] || measure(texts.join(" \u00b7 "), "400") <= rooms[1];
  const text = fitted(texts.join(" \u00b7 "), rooms[isRight ? 1 : 0], measure, "400");
  if (text.length < 6) return null;
  const x = isRight ? place.low + place.width + 7 : place.low - 7;
  return s("text", { class: "v-span-text", x, y: y + height / 2 + unit * 0.36, "text-anchor": isRight ? "start" : "end" }, text);
}
