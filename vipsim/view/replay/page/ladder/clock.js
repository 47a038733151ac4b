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
      s("title", {}, `${outage.client} silent ${silenceText(outage)}`)));
    for (const part of outage.parts) {
      const [low, high] = clipped(scale, part[1], part[2]);
      const size = { x: right, y: low, width: PART_STRIP, height: Math.max(high - low, high >= low ? 0.5 : 0) };
      if (high < low || low >= scale.height || high <= 0) continue;
      bands.push(s("rect", { ...size, class: `v-phase-${part[0]}` }, s("title", {}, partText(outage, part))));
      bands.push(s("rect", { ...size, class: "v-n-hatched", fill: fill(part[0]) }));
      labels.push({ text: partText(outage, part), low, until: part[2] });
    }
  }
  return { bands, labels: placePartLabels(labels, { right, shelf, measure, unit }) };
}

/** Names of parts at the right edge, each where its part begins or a little below. */
function placePartLabels(labels, { right, shelf, measure, unit }) {
  const parts = [];
  for (const { text, low, until } of labels) {
    const width = measure(text, "600") + 4;
    const spots = [low + unit * 0.2, low + unit * 2, low + unit * 3.6, low + unit * 5.2, low + unit * 6.8];
    const y = spots.find((spot) => shelf.put(right - width - 4, spot, width, unit * 1.35));
    if (y !== undefined) parts.push(s("text", { class: "v-part-text", data: { until }, x: right - 6, y: y + unit * 1.05, "text-anchor": "end" }, text));
  }
  return parts;
}

function clipped(scale, from, to) {
  return [Math.max(0, scale.y(from)), Math.min(scale.height, scale.y(to))];
}
