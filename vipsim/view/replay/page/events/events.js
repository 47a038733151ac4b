// The list of events: only the rows in sight exist, so that it stays fluid however long the run is.
import { filterText } from "../core/filter.js";
import { firstAtOrAfter } from "../core/store.js";
import { exactText, timeText } from "../core/words.js";
import { h, s, setAttr, setText } from "../drawing/dom.js";
import { createFilterBar } from "./filterbar.js";
import { signOf } from "./kinds.js";
import { createRows, rowTime, sumText } from "./rows.js";

/** Rows that exist above and below those in sight. */
const SPARE_ROWS = 4;
let listCount = 0;

/** Make the list. */
export function createEvents(app) {
  const id = `v-list-${(listCount += 1)}`;
  const marker = h("div", { class: "v-marker", "aria-hidden": "true" });
  const sheet = h("div", { class: "v-sheet", role: "presentation" }, marker);
  const list = h("div", { class: "v-list", role: "listbox", tabindex: "0", "aria-label": "Events" }, sheet);
  const empty = h("p", { class: "v-nothing", hidden: true }, "Nothing passes this filter.");
  const bar = createFilterBar(app);
  const element = h("div", { class: "v-events" }, bar.element, list, empty);
  const view = {
    app, id, list, sheet, marker, empty,
    rows: [], pool: [], height: 24, active: -1, follows: true, past: -1, first: -1,
  };

  const listRows = createRows(app);
  const renew = () => {
    view.rows = listRows();
    view.active = -1;
    measureRows(view);
    followClock(view, true);
  };
  app.on("filter", renew);
  app.on("resize", () => (measureRows(view), followClock(view, true)));
  app.on("theme", () => (measureRows(view), followClock(view, true)));
  app.on("play", (on) => on && (view.follows = true));
  app.on("time", () => followClock(view, false));
  app.on("select", (ref) => {
    view.active = ref === null ? -1 : rowOf(view, app.store.indexOf(ref));
    view.follows = true;
    followClock(view, true);
    if (ref !== null && !app.playing) app.say(spokenText(app, app.store.item(ref)) + filterNote(app));
  });
  list.addEventListener("scroll", () => drawRows(view, false), { passive: true });
  for (const act of ["wheel", "pointerdown"]) {
    list.addEventListener(act, () => (view.follows = false), { passive: true });
  }
  list.addEventListener("click", (event) => chooseRow(view, event.target.closest("[data-row]")));
  list.addEventListener("keydown", (event) => moveRow(view, event));
  renew();
  return { element, tools: bar.tools };
}

/** Height of a row in the look that holds. */
function measureRows(view) {
  view.height = Number.parseFloat(getComputedStyle(view.list).getPropertyValue("--row")) || 24;
  view.list.style.setProperty("--digits", `${(view.app.store.end / 1e9).toFixed(6).length}ch`);
  view.sheet.style.height = `${view.rows.length * view.height}px`;
  view.empty.hidden = view.rows.length > 0;
}

/** Bring the marker of now to its place, and in sight while the list follows the clock. */
function followClock(view, isNew) {
  const { app, rows } = view;
  const past = firstAtOrAfter(rows.length, (row) => rowTime(app, rows[row]), app.now + 1);
  if (past === view.past && !isNew) return;
  view.past = past;
  view.marker.style.transform = `translateY(${past * view.height - 1}px)`;
  const room = view.list.clientHeight;
  if (view.follows && room > 0) {
    const wanted = view.active >= 0 && !app.playing ? view.active : past;
    const top = wanted * view.height - view.list.scrollTop;
    const before = Math.floor((room * (app.playing ? 0.6 : 0.45)) / view.height);
    if (top < room * 0.2 || top > room * 0.75) view.list.scrollTop = (wanted - before) * view.height;
  }
  drawRows(view, true);
}

/** Fill the rows in sight; without `all` only if others came in sight. */
function drawRows(view, all) {
  const { rows, list, height, pool } = view;
  const first = Math.max(0, Math.floor(list.scrollTop / height) - SPARE_ROWS);
  if (!all && first === view.first) return;
  view.first = first;
  const count = Math.min(rows.length - first, Math.ceil(list.clientHeight / height) + 2 * SPARE_ROWS);
  while (pool.length < count) pool.push(newRow(view));
  pool.forEach((line, place) => {
    line.element.hidden = place >= count;
    if (place < count) fillRow(view, line, first + place);
  });
  const isShown = view.active >= first && view.active < first + count;
  setAttr(list, "aria-activedescendant", isShown ? `${view.id}-${view.active}` : null);
}

function newRow(view) {
  const sign = s("path", { class: "v-token" });
  const line = {
    sign,
    icon: s("svg", { viewBox: "-8 -8 16 16", "aria-hidden": "true" }, sign),
    time: h("span", { class: "v-row-time" }),
    node: h("span", { class: "v-row-node" }),
    text: h("span", { class: "v-row-text" }),
  };
  line.element = h("div", { class: "v-row", role: "option" }, line.time, line.icon, line.node, line.text);
  view.sheet.append(line.element);
  return line;
}

function fillRow(view, line, place) {
  const { app, rows } = view;
  const row = rows[place];
  const item = typeof row === "number" ? app.store.items[row] : null;
  const { element } = line;
  element.style.transform = `translateY(${place * view.height}px)`;
  element.dataset.row = place;
  element.id = `${view.id}-${place}`;
  setAttr(element, "aria-setsize", rows.length);
  setAttr(element, "aria-posinset", place + 1);
  setAttr(element, "aria-selected", String(item !== null && item.ref === app.selected));
  element.classList.toggle("v-is-sum", item === null);
  element.classList.toggle("v-is-active", place === view.active);
  element.classList.toggle("v-is-future", place >= view.past || (item === null && row.last > app.now));
  const isChapter = item !== null && item.frame < 0 && app.chapterTimes.has(item.time);
  element.classList.toggle("v-is-chapter", isChapter);
  const text = item === null ? sumText(row) : item.text;
  setText(line.time, timeText(item === null ? row.time : item.time, 6).slice(0, -2));
  setText(line.node, item === null ? "" : app.store.nodeName(item.node));
  setText(line.text, text);
  setAttr(element, "title", item === null ? `${text}: choose to list them` : text);
  setAttr(element, "aria-label", item === null ? text : spokenText(app, item));
  const sign = item === null ? { path: "", scale: 1, look: "" } : signOf(item);
  setAttr(line.sign, "d", sign.path);
  setAttr(line.sign, "transform", `scale(${sign.scale})`);
  setAttr(line.icon, "class", `v-row-sign ${sign.look}`);
}

/** What a screen reader says of an item. */
function spokenText(app, item) {
  const node = app.store.nodeName(item.node);
  return [exactText(item.time), node, item.text].filter(Boolean).join(", ");
}

/** That a filter is in force: Left and Right pass over what it hides. */
function filterNote(app) {
  const text = filterText(app.filter);
  return text === "" ? "" : ` (filter: ${text})`;
}

function rowOf(view, index) {
  const { rows, app } = view;
  const time = app.store.items[index].time;
  let place = firstAtOrAfter(rows.length, (row) => rowTime(app, rows[row]), time);
  while (place < rows.length && rows[place] !== index && rowTime(app, rows[place]) === time) place += 1;
  return rows[place] === index ? place : -1;
}

/** Select the item of a row; a sum is taken apart: all probes are listed from there on. */
function chooseRow(view, element) {
  const row = element === null ? undefined : view.rows[Number(element.dataset.row)];
  if (row === undefined) return;
  const { app } = view;
  app.pause();
  if (typeof row === "number") {
    app.select(app.store.items[row].ref);
  } else {
    app.setFilter({ probes: true });
    app.goTo(row.time);
  }
}

/** Up and Down move through the rows, Enter selects; all other keys are the page's. */
function moveRow(view, event) {
  const { list, height } = view;
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (by !== undefined) {
    const place = (view.active < 0 ? view.past - (by > 0 ? 1 : 0) : view.active) + by;
    if (place >= 0 && place < view.rows.length) view.active = place;
    view.follows = false;
    const top = view.active * height;
    if (top < list.scrollTop) list.scrollTop = top;
    if (top + height > list.scrollTop + list.clientHeight) list.scrollTop = top + height - list.clientHeight;
    drawRows(view, true);
  } else if (event.key === "Enter") {
    chooseRow(view, list.querySelector(".v-is-active"));
  } else {
    return;
  }
  event.preventDefault();
}
