// The page as a whole: header, panels, and the bar of time below them.
import { h } from "../drawing/dom.js";
import { createFilterChip } from "../events/chip.js";
import { createLanes } from "../lanes/lanes.js";
import { createControls } from "./controls.js";
import { createHeader } from "./header.js";
import { createHelp } from "./help.js";
import { listenToKeys } from "./keys.js";
import { createPanels } from "./panels.js";
import { createPaper } from "./paper.js";
import { createScrubber } from "./scrubber.js";
import { createThemes } from "./themes.js";

/** Build all parts of an app; {element}. */
export function createPage(app) {
  const themes = createThemes(app);
  const help = createHelp(app);
  const panels = createPanels(app);
  const lanes = createLanes(app);
  const time = h(
    "section",
    { class: "v-time", "aria-label": "Time" },
    createControls(app, [...lanes.tools, createFilterChip(app)], themes, help).element,
    createScrubber(app).element,
    lanes.element,
  );
  const element = h(
    "div",
    { class: "v-page" },
    createHeader(app).element,
    panels.element,
    time,
    createPaper(app).element,
    liveRegion(app),
    help.element,
  );
  app.setLook = themes.toggle;
  panels.attach(element);
  listenToKeys(app, themes, help);
  watchSize(app);
  return { element };
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
