// The ladder: a lane per host, time downward on one linear clock, an arrow per frame.
//
// A part of the run three windows long is drawn at once and then only moved, so that following the clock costs
// next to nothing; it is drawn again when the clock leaves it, or the zoom or what is listed changes.
import { tellingOutages } from "../core/outages.js";
import { lengthText, timeText } from "../core/words.js";
import { fill, h, s, setAttr, setText } from "../drawing/dom.js";
import { createHatches, createMeasure, fitted } from "../drawing/looks.js";
import { chooseByRef, coverTexts, isCovered, watchRoom } from "../drawing/room.js";
import { createShelf } from "../drawing/shelf.js";
import { drawArrow, drawBar, takeArrow } from "./arrows.js";
import { bundle } from "./bundles.js";
import { createLaneChooser } from "./chooser.js";
import { drawOutages, drawTicks, partAtTop } from "./clock.js";
import { createCrossings } from "./crossings.js";
import { drawMarks, drawStrips } from "./lanes.js";
import { listenToLadder } from "./moves.js";
import { drawProbes, probeStretches } from "./probes.js";
import { createLadderView, createScale } from "./view.js";

const BAR_PX = 15; // height of a bar of bundled frames
const NARROW_LANE = 3.8; // widths of a letter's height that a lane needs
const RIGHT_EDGE = 14; // px beside the lanes for the parts of an outage

/** Make the part. */
export function createLadder(app) {
  const { doc } = app.store;
  const hatches = createHatches();
  const content = s("g", {});
  const names = s("g", { class: "v-lane-names" });
  const now = s("g", { class: "v-now" }, s("line", {}), s("rect", { rx: 3 }), s("text", { "text-anchor": "end" }));
  // The drawn part is moved as a whole, which costs no painting; what stands still lies over it.
  const roll = s("svg", { class: "v-ladder-svg v-ladder-roll" }, hatches.defs, content);
  const lasting = s("g", {}, s("rect", { class: "v-part-ground", rx: 3 }), s("text", { class: "v-part-text", "text-anchor": "end" }));
  const still = s("svg", { class: "v-ladder-svg v-ladder-still", "aria-hidden": "true" }, lasting, names);
  const nowLine = s("svg", { class: "v-ladder-svg v-ladder-still v-ladder-now", "aria-hidden": "true" }, now);
  const cover = h("div", { class: "v-cover" });
  const board = h("div", { class: "v-ladder-board", role: "group", "aria-label": "Frames between hosts, time downward", tabindex: 0 }, roll, cover, nowLine, still);
  const view = createLadderView(app);
  const scene = {
    app, doc, view, board, roll, cover, still, nowLine, content, names, now, fill: hatches.fill, crossings: createCrossings(doc), outages: tellingOutages(doc), stretches: probeStretches(doc), lasting,
    measure: createMeasure(roll), width: 0, height: 0, top: 0, drawn: null, lanes: [], chooser: null,
  };
  scene.chooser = createLaneChooser(app, () => redraw(scene));
  const zoom = zoomTools(app, scene);
  watchRoom(app, board, (width, height) => {
    Object.assign(scene, { width, height });
    redraw(scene);
  });
  chooseByRef(app, board);
  listenToLadder(scene);
  app.on("time", () => follow(scene));
  app.on("theme", () => follow(scene));
  app.on("filter", () => redraw(scene));
  app.on("select", () => showSelected(scene));
  return { element: h("div", { class: "v-ladder" }, board), tools: [scene.chooser.element, ...zoom] };
}

/** Lay out the lanes, then draw what is around now. */
function redraw(scene) {
  if (scene.width === 0) return;
  const { measure, width, height } = scene;
  const unit = measure.refresh();
  const left = measure(nowText(scene, scene.app.store.end), "700") + 18;
  const right = width - RIGHT_EDGE;
  scene.chooser.limit(Math.max(3, Math.floor((right - left) / (unit * NARROW_LANE))));
  scene.lanes = scene.chooser.lanes();
  const step = (right - left) / Math.max(1, scene.lanes.length);
  const xs = new Map(scene.lanes.map((node, index) => [node, Math.round(left + step * (index + 0.5))]));
  Object.assign(scene, { unit, left, right, xs, step, head: unit * 1.9, top: unit * 3.2, drawn: null });
  setAttr(scene.still, "viewBox", `0 0 ${width} ${height}`);
  scene.still.style.height = `${height}px`;
  fill(scene.names, s("rect", { x: 0, y: 0, width, height: scene.head }), ...scene.lanes.map((node) =>
    s("text", { x: xs.get(node), y: unit * 1.25, "text-anchor": "middle" }, fitted(scene.doc.nodes[node].name, step - 4, measure, "700"))));
  follow(scene);
}


/** Move the drawn part to where now is; draw another part if this one ends. */
function follow(scene) {
  if (scene.width === 0) return;
  const { view, app } = scene;
  const room = scene.height - scene.top;
  const from = view.from;
  const { drawn } = scene;
  if (drawn === null || drawn.span !== view.span || from < drawn.from || from + view.span > drawn.to) drawPart(scene, from, room);
  const offset = scene.drawn.scale.y(from);
  scene.roll.style.transform = `translateY(${Math.round(scene.top - offset)}px)`;
  coverTexts(app, scene.content);
  showLasting(scene);
  showNow(scene, scene.top + ((app.now - from) / view.span) * room);
}

/** Draw from one window before to one after. */
function drawPart(scene, from, room) {
  const { app, view, unit, xs, left, right, measure } = scene;
  const scale = createScale(from - view.span, 3 * view.span, 3 * room);
  setAttr(scene.roll, "viewBox", `0 0 ${scene.width} ${scale.height}`);
  scene.roll.style.height = `${scale.height}px`;
  scene.drawn = { from: scale.from, to: scale.from + scale.span, span: view.span, scale };
  const shelf = createShelf();
  const how = { crossings: scene.crossings, xs, scale, shelf, measure, unit, left, right, fill: scene.fill };
  const { frames } = scene.doc;
  const isWanted = (index) => (app.filter.probes || !frames.probe[index]) && xs.has(frames.src[index]);
  const part = { from: scale.from, to: scale.from + scale.span, bin: scale.length(BAR_PX) };
  const { singles, bars } = bundle(app, scene.crossings, part, isWanted);
  for (const index of singles) takeArrow(app, index, how);
  const { bands, labels } = drawOutages(scene.outages, scale, how);
  const marks = drawMarks(app, how);
  const arrows = singles.map((index) => drawArrow(app, index, how));
  const asked = app.filter.probes ? { bands: [], labels: [] } : drawProbes(scene.stretches, how);
  fill(
    scene.content,
    ...drawTicks(scale, { span: view.span, height: room }, how),
    ...bands,
    ...asked.bands,
    ...drawStrips(scene.doc, xs, scale, scene.fill),
    ...bars.map((bar) => drawBar(app, bar, how)),
    ...arrows,
    ...asked.labels,
    ...marks,
    ...labels,
  );
  showSelected(scene);
}

/** The name of the part that lasts at the top of the window: its own has gone out of sight. */
function showLasting({ app, view, outages, lasting, right, head, top, unit, content, drawn, measure }) {
  const part = partAtTop(outages, view.from);
  const names = [...content.querySelectorAll(".v-part-text")];
  const own = part === null ? undefined : names.find((text) => Number(text.dataset.until) === part.until);
  const isSeen = own !== undefined && Number(own.getAttribute("y")) - unit > drawn.scale.y(view.from);
  const isShown = part !== null && !isSeen && !(isCovered(app) && part.until > app.now);
  for (const name of names) name.classList.toggle("v-passed", isShown && name === own);
  const [ground, text] = lasting.children;
  const words = isShown ? part.text : "";
  const width = isShown ? measure(words, "600") + 8 : 0;
  setText(text, words);
  setAttr(text, "x", right - 6);
  setAttr(text, "y", (head + top) / 2 + unit * 0.36);
  setAttr(ground, "x", right - width - 2);
  setAttr(ground, "y", head);
  setAttr(ground, "width", width);
  setAttr(ground, "height", top - head);
}

/** The line of now, with its time. */
function showNow(scene, y) {
  const { now, left, width, unit, measure } = scene;
  const [line, rect, text] = now.children;
  const words = nowText(scene, scene.app.now);
  const size = measure(words.replace(/[0-9]/g, "0"), "700") + 8;
  setAttr(scene.nowLine, "viewBox", `0 0 ${width} ${2 * unit}`);
  scene.nowLine.style.height = `${2 * unit}px`;
  scene.nowLine.style.transform = `translateY(${Math.round(y - unit)}px)`;
  setAttr(now, "transform", `translate(0,${unit})`);
  scene.cover.style.transform = `translateY(${Math.round(y)}px)`;
  setAttr(line, "x1", left - 6);
  setAttr(line, "x2", width);
  setAttr(rect, "x", left - 6 - size);
  const inside = Math.min(0, scene.height - 2 - (y + unit * 0.8)); // the box stays whole at the end of the run
  setAttr(rect, "y", inside - unit * 0.8);
  setAttr(rect, "width", size);
  setAttr(rect, "height", unit * 1.6);
  setAttr(text, "x", left - 10);
  setAttr(text, "y", inside + unit * 0.36);
  setText(text, words);
}

/** Seconds, to the microsecond in short windows. */
function nowText({ view }, time) {
  return timeText(time, view.span < 5e7 ? 6 : 3).replace(" s", "");
}

/** Emphasize what is selected, if it is drawn. */
function showSelected({ app, content }) {
  for (const old of content.querySelectorAll(".v-selected")) old.classList.remove("v-selected");
  if (app.selected === null) return;
  const found = content.querySelector(`[data-ref="${CSS.escape(app.selected)}"]`);
  found?.classList.add("v-selected");
}

/** The buttons of the zoom, and the keys' way in. */
function zoomTools(app, scene) {
  const { view } = scene;
  const label = h("span", { class: "v-ladder-span", title: "How much of the run the ladder shows (L, or Ctrl and the wheel)" });
  const show = () => setText(label, view.isWhole ? "whole run" : lengthText(view.span));
  const change = (call) => () => {
    call();
    show();
    redraw(scene);
    app.say(`The ladder shows ${label.textContent}`);
  };
  app.zoomLadder = change(() => view.next());
  app.zoomLadderBy = (direction) => change(() => view.zoom(direction))();
  show();
  const button = (text, words, direction) =>
    h("button", { class: "v-look", type: "button", title: words, "aria-label": words, on: { click: () => app.zoomLadderBy(direction) } }, text);
  return [button("\u2212", "Zoom out: show more of the run", 1), label, button("+", "Zoom in: show less of the run", -1)];
}
