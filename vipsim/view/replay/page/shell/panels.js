// The five panels, where they stand, and which of them has all the room.
import { createDetail } from "../detail/detail.js";
import { h, s } from "../drawing/dom.js";
import { createEvents } from "../events/events.js";
import { createLadder } from "../ladder/ladder.js";
import { createTables } from "../tables/tables.js";
import { createTopology } from "../topology/topology.js";
import { splitPanels } from "./split.js";

/** Below this width (px) a projector has no room for the list of events: it is shown when asked for. */
const COMPACT_WIDTH = 1500;
/** The sign of the button that enlarges a panel. */
const GROW_PATH = "M9 3h4v4M13 3 9.5 6.5M7 13H3V9M3 13l3.5-3.5";

/** Make the panels: {element, attach(page)}; attach tells them the page, whose classes say what has the room. */
export function createPanels(app) {
  const panels = {
    topology: stagePanel(app, "topology", "Network", createTopology(app)),
    tables: stagePanel(app, "tables", "What they believe", createTables(app)),
    ladder: stagePanel(app, "ladder", "Frames", createLadder(app)),
    events: stagePanel(app, "events", "Events", createEvents(app)),
    detail: stagePanel(app, "detail", "Selected", createDetail(app)),
  };
  const left = splitPanels(app, "column", [1.75, 1], [panels.topology, panels.tables]);
  const middle = splitPanels(app, "column", [1], [panels.ladder]);
  const right = splitPanels(app, "column", [0.9, 1], [panels.events, panels.detail]);
  const element = splitPanels(app, "row", [1.2, 1, 1.05], [left, middle, right]);
  element.classList.add("v-stage");
  const attach = (page) => {
    const arrange = () => {
      const isCompact = app.root.dataset.projector === "on" && app.root.clientWidth < COMPACT_WIDTH;
      if (page.classList.contains("v-compact") === isCompact) return;
      page.classList.toggle("v-compact", isCompact);
      if (isCompact) right.prepend(panels.tables);
      else left.append(panels.tables);
    };
    app.on("theme", arrange);
    app.on("resize", arrange);
    arrange();
    app.focusPanel = (name) => focusOn(app, page, panels, name);
  };
  return { element, attach };
}

/** Give a panel all the room, or take it back from it. */
function focusOn(app, page, panels, name) {
  app.focused = app.focused === name ? null : name;
  for (const [each, panel] of Object.entries(panels)) panel.classList.toggle("v-is-focus", each === app.focused);
  page.classList.toggle("v-has-focus", app.focused !== null);
  app.emit("resize");
}

/** A part with its heading and the button that gives it all the room; its tools stand beside the heading. */
function stagePanel(app, name, title, part) {
  const grow = h(
    "button",
    {
      class: "v-icon v-grow",
      type: "button",
      title: `Give ${title} all the room, or take it back`,
      "aria-label": `Enlarge ${title}`,
      on: { click: () => app.focusPanel(name) },
    },
    s("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, s("path", { d: GROW_PATH })),
  );
  return h(
    "section",
    { class: `v-panel v-panel-${name}`, "aria-label": title },
    h("header", { class: "v-panel-head" }, h("h2", null, title), ...(part.tools ?? []), grow),
    h("div", { class: "v-panel-body" }, part.element),
  );
}
