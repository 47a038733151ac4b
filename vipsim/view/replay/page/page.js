// The page as a whole: where its parts stand, and which of them has the room.
import { createControls } from "./controls.js";
import { createDetail } from "./detail.js";
import { h, s } from "./dom.js";
import { createEvents } from "./events.js";
import { createHeader } from "./header.js";
import { createHelp } from "./help.js";
import { listenToKeys } from "./keys.js";
import { createLadder } from "./ladder.js";
import { createLanes } from "./lanes.js";
import { createPaper } from "./paper.js";
import { createScrubber } from "./scrubber.js";
import { splitPanels } from "./split.js";
import { createTables } from "./tables.js";
import { createThemes } from "./themes.js";
import { createTopology } from "./topology.js";

/** Below this width (px) a projector has no room for the list of events: it is shown when asked for. */
const COMPACT_WIDTH = 1500;

/** Build all parts of an app; {element}. */
export function createPage(app) {
  const themes = createThemes(app);
  const help = createHelp(app);
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
  const stage = splitPanels(app, "row", [1.2, 1, 1.05], [left, middle, right]);
  stage.classList.add("v-stage");
  const lanes = createLanes(app);
  const time = h(
    "section",
    { class: "v-time", "aria-label": "Time" },
    createControls(app, lanes.tools, themes, help).element,
    createScrubber(app).element,
    lanes.element,
  );
  app.setLook = themes.toggle;
  listenToKeys(app, themes, help);
  watchSize(app);
  const element = h("div", { class: "v-page" }, createHeader(app).element, stage, time, createPaper(app).element, liveRegion(app), help.element);
  const arrange = () => {
    const isCompact = app.root.dataset.projector === "on" && app.root.clientWidth < COMPACT_WIDTH;
    if (element.classList.contains("v-compact") === isCompact) return;
    element.classList.toggle("v-compact", isCompact);
    if (isCompact) right.prepend(panels.tables);
    else left.append(panels.tables);
  };
  app.on("theme", arrange);
  app.on("resize", arrange);
  app.focusPanel = (name) => {
    app.focused = app.focused === name ? null : name;
    for (const [each, panel] of Object.entries(panels)) panel.classList.toggle("v-is-focus", each === app.focused);
    element.classList.toggle("v-has-focus", app.focused !== null);
    app.emit("resize");
  };
  return { element };
}

/** A part with its heading and the button that gives it all the room; `tools` stand beside the heading. */
function stagePanel(app, name, title, part) {
  const grow = h(
    "button",
    { class: "v-icon v-grow", type: "button", title: `Give ${title} all the room, or take it back`, "aria-label": `Enlarge ${title}`, on: { click: () => app.focusPanel(name) } },
    s("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, s("path", { d: "M9 3h4v4M13 3 9.5 6.5M7 13H3V9M3 13l3.5-3.5" })),
  );
  return h(
    "section",
    { class: `v-panel v-panel-${name}`, "aria-label": title },
    h("header", { class: "v-panel-head" }, h("h2", null, title), ...(part.tools ?? []), grow),
    h("div", { class: "v-panel-body" }, part.element),
  );
}

/** What screen readers say, politely: steps and chapters, never every frame. */
function liveRegion(app) {
  const region = h("div", { class: "v-hidden", role: "status", "aria-live": "polite" });
  app.on("say", (text) => {
    region.textContent = text;
  });
  return region;
}

/** Tell the parts when the room changes. */
function watchSize(app) {
  const observer = new ResizeObserver(() => app.emit("resize"));
  observer.observe(app.root);
  app.onCleanup(() => observer.disconnect());
}
