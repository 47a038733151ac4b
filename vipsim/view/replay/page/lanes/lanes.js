// Lanes of states over the whole run, with the outage as a band over all of them; also a scrubber.
import { silenceText, tellingOutages } from "../core/outages.js";
import { tickStep, tickText } from "../core/spans.js";
import { timeText } from "../core/words.js";
import { fill, h, s, setAttr } from "../drawing/dom.js";
import { createHatches, createMeasure, fitted } from "../drawing/looks.js";
import { coverTexts, isCovered, watchRoom } from "../drawing/room.js";
import { drawParts, drawRow } from "./bars.js";
import { laneRows } from "./rows.js";
import { createZooms } from "./zooms.js";

const KEY_STEP = 0.01; // share of the window that the arrow keys go
const FULL_ROWS = 9; // of more, each is lower

/** Make the part. */
export function createLanes(app) {
  const { doc, store } = app;
  const hatches = createHatches();
  const scene = s("g", {});
  const head = h("div", { class: "v-playhead" }, h("div", { class: "v-cover" }));
  const slider = h("div", { class: "v-lanes-slider", role: "slider", tabindex: "0", "aria-label": "Time, over the lanes" });
  const svg = s("svg", { class: "v-lanes-svg", role: "img" }, hatches.defs, scene);
  const board = h("div", { class: "v-lanes-board" }, svg, head, slider);
  const buttons = h("div", { class: "v-lanes-tools" });
  const element = h("div", { class: "v-lanes" }, board);
  const parts = {
    app, doc, svg, scene, head, slider, fill: hatches.fill, measure: createMeasure(svg), rows: laneRows(doc),
    outages: tellingOutages(doc), window: [store.start, store.end], axis: null, heights: null,
  };
  const zooms = createZooms(parts, buttons, () => parts.axis !== null && drawLanes(parts, parts.width));
  watchRoom(app, board, (width) => drawLanes(parts, width));
  listenToSlider(parts);
  for (const topic of ["time", "theme"]) {
    app.on(topic, () => {
      zooms.update();
      showHead(parts);
    });
  }
  return { element, tools: [buttons] };
}

/** Draw all rows in so many px. */
function drawLanes(parts, width) {
  const { app, doc, rows, measure, svg } = parts;
  const unit = measure.refresh();
  const style = getComputedStyle(svg);
  const left = parseFloat(style.getPropertyValue("--lane-label"));
  const right = width - parseFloat(style.getPropertyValue("--lane-end"));
  const full = parseFloat(style.getPropertyValue("--lane"));
  const lane = Math.max(unit * 1.22, Math.min(full, (full * FULL_ROWS) / rows.length));
  const [from, to] = parts.window;
  const x = (time) => left + ((time - from) / Math.max(1, to - from)) * (right - left);
  const axis = { x, from, to, left, right, time: (px) => from + ((px - left) / (right - left)) * (to - from) };
  const height = lane * rows.length + unit * 1.7;
  Object.assign(parts, { axis, width, height });
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.style.height = `${height}px`;
  const how = { axis, height: lane - Math.min(4, lane / 6), fill: parts.fill, measure, unit, isCovered: isCovered(app) };
  const bars = rows.flatMap((row, index) => {
    const place = { ...how, y: lane * index + 2 };
    return row.kind === "outage" ? drawParts(parts.outages, place) : drawRow(doc, row, place);
  });
  const isText = (part) => part.tagName === "text";
  fill(
    parts.scene,
    ...outageBands(parts, lane),
    ...bars.filter((part) => !isText(part)),
    ...chapterTicks(doc, axis, lane * rows.length),
    ...bars.filter(isText),
    ...rows.map((row, index) =>
      s("text", { class: "v-row-label", x: left - 8, y: lane * (index + 0.5) + unit * 0.36, "text-anchor": "end" },
        fitted(row.label, left - 14, measure, "600"), s("title", {}, row.title))),
    ...axisTicks(axis, lane * rows.length, unit),
  );
  showHead(parts);
}

/** The outages behind all lanes. */
function outageBands({ outages, axis, rows }, lane) {
  return outages.flatMap((outage) => {
    const [low, high] = [Math.max(axis.left, axis.x(outage.from)), Math.min(axis.right, axis.x(outage.to))];
    if (high <= low) return [];
    return [s("rect", { class: "v-outage v-outage-edge", x: low, y: 0, width: high - low, height: lane * rows.length },
      s("title", { data: { until: outage.to } }, `${outage.client} silent ${silenceText(outage)}`))];
  });
}

function chapterTicks(doc, axis, height) {
  return doc.chapters.filter(({ time }) => axis.from <= time && time <= axis.to).map(({ time, text }) =>
    s("line", { class: "v-chapter-line", x1: axis.x(time), x2: axis.x(time), y1: 0, y2: height + 4 }, s("title", {}, `${timeText(time)} ${text}`)));
}

function axisTicks(axis, y, unit) {
  const step = tickStep(axis.to - axis.from, (axis.right - axis.left) / (unit * 6));
  const found = [s("line", { class: "v-axis", x1: axis.left, x2: axis.right, y1: y, y2: y })];
  for (let time = Math.ceil(axis.from / step) * step; time <= axis.to; time += step) {
    const x = axis.x(time);
    const isLast = x > axis.right - unit * 2;
    found.push(
      s("line", { class: "v-axis", x1: x, x2: x, y1: y, y2: y + 4 }),
      s("text", { class: "v-tick-text", x: isLast ? axis.right : x, y: y + unit * 1.35, "text-anchor": isLast ? "end" : "middle" }, `${tickText(time, step)}${isLast || time === 0 ? " s" : ""}`),
    );
  }
  return found;
}

/** The playhead, and what the slider says. */
function showHead(parts) {
  const { app, doc, axis, head, slider, height, scene } = parts;
  if (axis === null) return;
  const x = Math.min(axis.right, Math.max(axis.left, axis.x(app.now)));
  head.style.transform = `translateX(${x.toFixed(1)}px)`;
  head.style.height = `${height}px`;
  head.classList.toggle("v-outside", app.now < axis.from || app.now > axis.to);
  coverTexts(app, scene);
  setAttr(slider, "aria-valuemin", Math.round(doc.start / 1e6));
  setAttr(slider, "aria-valuemax", Math.round(doc.end / 1e6));
  setAttr(slider, "aria-valuenow", Math.round(app.now / 1e6));
  setAttr(parts.svg, "aria-label", wordsOf(parts));
  setAttr(slider, "aria-valuetext", timeText(app.now));
}

/** Dragging and keys on the slider over the lanes. */
function listenToSlider(parts) {
  const { app, slider } = parts;
  const go = (event) => {
    app.seek(parts.axis.time(parts.axis.left + event.clientX - slider.getBoundingClientRect().left));
  };
  slider.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || parts.axis === null) return;
    app.pause();
    app.select(null);
    slider.setPointerCapture(event.pointerId);
    go(event);
  });
  slider.addEventListener("pointermove", (event) => {
    if (slider.hasPointerCapture(event.pointerId)) go(event);
  });
  const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };
  slider.addEventListener("keydown", (event) => {
    if (!(event.key in steps) || event.shiftKey || parts.axis === null) return;
    event.preventDefault();
    event.stopPropagation();
    app.select(null);
    app.seek(app.now + steps[event.key] * KEY_STEP * (parts.axis.to - parts.axis.from));
  });
}

/** The lanes for who cannot see them; what is not yet over is not told while what is to come is hidden. */
function wordsOf({ app, outages }) {
  const over = outages.filter((outage) => !isCovered(app) || outage.to <= app.now);
  const told = over.map((outage) => `${outage.client} silent ${silenceText(outage)} from ${timeText(outage.from)}`);
  return `States over the run. ${told.length > 0 ? told.join("; ") : "No outage"}.`;
}
