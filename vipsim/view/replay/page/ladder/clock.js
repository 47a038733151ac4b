// The clock of the ladder: ticks of the linear time axis, and the outage as a band with its parts.
import { partText, silenceText } from "../core/outages.js";
import { tickStep, tickText } from "../core/spans.js";
import { s } from "../drawing/dom.js";

const PART_STRIP = 9; // px: width of the parts at the right edge

/** Ticks with their times at the left, and fine lines through all lanes. */
export function drawTicks(scale, part, { left, right, unit }) {
  const step = tickStep(part.span, part.height / (unit * 4));
  const parts = [];
  for (let time = Math.ceil(scale.from / step) * step; time <= scale.from + scale.span; time += step) {
    const y = scale.y(time);
    parts.push(
      s("line", { class: "v-tick", x1: left - 6, x2: right, y1: y, y2: y }),
      s("text", { class: "v-tick-text", x: left - 10, y: y + unit * 0.36, "text-anchor": "end" }, tickText(time, step)),
    );
  }
  return parts;
}

/** Shaded bands of outages; a strip at the right edge tells their parts, each named where it begins. */
export function drawOutages(outages, scale, { left, right, fill, shelf, measure, unit }) {
  const bands = [];
  const labels = [];
  for (const outage of outages) {
    const [top, bottom] = clipped(scale, outage.from, outage.to);
    if (bottom <= top) continue;
    bands.push(s("rect", { class: "v-outage", x: left, y: top, width: right - left, height: bottom - top },
      s("title", { data: { until: outage.to } }, `${outage.client} silent ${silenceText(outage)}`)));
    for (const part of outage.parts) {
      const [low, high] = clipped(scale, part[1], part[2]);
      const size = { x: right, y: low, width: PART_STRIP, height: Math.max(high - low, high >= low ? 0.5 : 0) };
      if (high < low || low >= scale.height || high <= 0) continue;
      bands.push(s("rect", { ...size, class: `v-phase-${part[0]}` }, s("title", { data: { until: part[2] } }, partText(outage, part))));
      bands.push(s("rect", { ...size, class: "v-n-hatched", fill: fill(part[0]) }));
      labels.push({ text: partText(outage, part), low: scale.y(part[1]), high: scale.y(part[2]), from: part[1], until: part[2], isFirst: part === outage.parts[0] && outage.parts.length > 1 });
    }
  }
  return { bands, labels: placePartLabels(labels, { right, shelf, measure, unit }) };
}

/**
 * Names of parts at the right edge, each at its part: what is short before the others above it, short ones behind
 * each other below; in their order, or left out.
 */
function placePartLabels(labels, { right, shelf, measure, unit }) {
  const parts = [];
  let least = -Infinity; // no name stands above the one before it
  for (const { text, low, high, from, until, isFirst } of labels) {
    const width = measure(text, "600") + 4;
    const isShort = high - low < unit * 1.5;
    const below = isShort ? [0.2, 1.6, 3, 4.4, 5.8] : [0.2, 1.6, 3, 4.4, 5.8].filter((lines) => low + (lines + 1.4) * unit <= high);
    const spots = (isShort && isFirst ? [-1.5] : below).map((lines) => low + lines * unit).filter((spot) => spot > least);
    const y = spots.find((spot) => shelf.put(right - width - 4, spot, width, unit * 1.35));
    if (y === undefined) continue;
    least = y;
    parts.push(s("text", { class: "v-part-text", data: { until, from }, x: right - 6, y: y + unit * 1.05, "text-anchor": "end" }, text));
  }
  return parts;
}

/** The name of the part that the top of the window is in, whose own name is above it: {text, until}, or null. */
export function partAtTop(outages, time) {
  for (const outage of outages) {
    const part = outage.parts.find(([, from, to]) => from < time && time < to);
    if (part !== undefined) return { text: partText(outage, part), until: part[2] };
  }
  return null;
}

function clipped(scale, from, to) {
  return [Math.max(0, scale.y(from)), Math.min(scale.height, scale.y(to))];
}
