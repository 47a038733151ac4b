// Neighbor caches and switch tables at the time of the clock: who has the virtual IP, by whose belief.
import { createNames } from "../core/names.js";
import { fill, h } from "../drawing/dom.js";
import { watchRoom } from "../drawing/room.js";
import { createChooser } from "./chooser.js";
import { createLiveTable } from "./live.js";
import { hostView, switchView, vipView } from "./views.js";

const MOST_CACHES_AT_FIRST = 2;
const MOST_SWITCHES_AT_FIRST = 2;
/** Looks of a table, each of which needs less room (see tables.css). */
const SHORTER = ["v-is-narrow", "v-is-tight", "v-is-tiny"];

/** Make the part. */
export function createTables(app) {
  const { doc, store } = app;
  const names = createNames(doc);
  const list = h("div", { class: "v-tables-list" });
  const views = allViews(doc, names).map((view) => ({ ...view, ...createView(view), until: -Infinity, from: 0 }));
  let shown = [];

  const refresh = (flash) => {
    for (const view of shown) {
      if (view.from <= app.now && app.now < view.until) {
        view.table.tick(app.now, store.start);
        continue;
      }
      const { title, rows, until } = view.read(app.now);
      view.table.show(title, rows, app.now, store.start, flash);
      view.from = app.now;
      view.until = until;
      fitTable(view.table.element, list.clientWidth);
    }
  };
  const choose = (isChosen) => {
    shown = views.filter((view) => isChosen(view.id));
    for (const view of shown) view.until = -Infinity;
    fill(list, shown.length ? shown.map((view) => view.table.element) : h("p", { class: "v-empty" }, emptyText(views)));
    refresh(false);
    fit();
  };
  /** What finds no room is left out: measured anew with every other row, width and size of type. */
  const fit = () => {
    for (const { table } of shown) fitTable(table.element, list.clientWidth);
  };
  const chooser = createChooser(app, views, firstShown(doc), choose);
  app.on("time", () => refresh(!app.still));
  choose(chooser.isChosen);
  watchRoom(app, list, fit);
  return { element: h("div", { class: "v-tables" }, chooser.element, list), tools: chooser.tools };
}

/** Give a table what it has room for. */
function fitTable(table, width) {
  table.classList.remove(...SHORTER);
  for (const name of SHORTER) {
    if (width > 0 && table.scrollWidth > width) table.classList.add(name);
  }
}

function createView(view) {
  return { table: createLiveTable(view.columns) };
}

/** A table per virtual IP, per host with a cache and per switch. */
function allViews(doc, names) {
  const nodesOf = (entries) => [...new Set(entries.map((entry) => entry.node))].sort((one, other) => one - other);
  const { neighbors, fdb } = doc.tables;
  const asked = doc.vips.filter((vip) => neighbors.some((entry) => entry.ip === vip));
  return [
    ...asked.map((vip) => vipView(doc, names, vip)),
    ...clientsFirst(doc, nodesOf(neighbors)).map((node) => hostView(doc, names, node)),
    ...nodesOf(fdb).map((node) => switchView(doc, names, node)),
  ];
}

/** Nodes of clients before all others. */
function clientsFirst(doc, nodes) {
  const clients = nodesOfClients(doc);
  return [...nodes.filter((node) => clients.has(node)), ...nodes.filter((node) => !clients.has(node))];
}

function nodesOfClients(doc) {
  return new Set(doc.lanes.filter((lane) => lane.kind === "client").map((lane) => lane.node));
}

/** What is shown until somebody chooses: what several hosts believe, the caches of the first clients, switches. */
export function firstShown(doc) {
  const views = allViews(doc, createNames(doc));
  const clients = nodesOfClients(doc);
  const of = (kind, most, fits) => views.filter((view) => view.kind === kind && fits(view)).slice(0, most);
  const caches = of("host", MOST_CACHES_AT_FIRST, (view) => clients.has(view.node));
  const first = [
    ...of("vip", doc.vips.length, (view) => view.hosts > 1),
    ...(caches.length ? caches : of("host", 1, () => true)),
    ...of("switch", MOST_SWITCHES_AT_FIRST, () => true),
  ];
  return new Set(first.map((view) => view.id));
}

function emptyText(views) {
  return views.length ? "Nothing is chosen." : "No host and no switch remembers anything in this run.";
}
