// The network: nodes, links, who owns the virtual address, and frames on their way.
import { brokenAt } from "../core/spans.js";
import { h, s } from "../drawing/dom.js";
import { createHatches, createMeasure } from "../drawing/looks.js";
import { chooseByRef, watchRoom } from "../drawing/room.js";
import { bandsOf, createBody, lanesOfNodes } from "./bodies.js";
import { createFlights } from "./flights.js";
import { createLegend } from "./legend.js";
import { placeNodes } from "./placing.js";
import { createTags, tagRoom } from "./tags.js";
import { createWires } from "./wires.js";

/** Make the part. */
export function createTopology(app) {
  const { doc } = app.store;
  const hatches = createHatches();
  const flights = createFlights(app);
  const { board, svg, moving, show } = createLayers(hatches, flights);
  const measure = createMeasure(svg);
  const lanes = lanesOfNodes(doc);
  const bands = lanes.map(bandsOf);
  const breaks = doc.breaks ?? [];
  let parts = null;

  const draw = (width, height) => {
    const unit = measure.refresh();
    const placed = placeNodes(doc, { width, height, unit, bands, vips: tagRoom(doc) });
    const how = { fill: hatches.fill, measure, unit };
    const wires = createWires(doc, placed, how);
    const bodies = placed.boxes.map((box) => createBody(app, box, lanes[box.index], how));
    const tags = createTags(app, placed, how);
    flights.place(placed, unit);
    parts = { wires, bodies, tags };
    show(parts, width, placed.height, Math.max(height, placed.height));
    update();
    select(app.selected);
  };

  const update = () => {
    if (parts === null) return;
    const broken = brokenAt(breaks, app.now);
    parts.wires.update(broken);
    parts.bodies.forEach((body, index) => body.update(app.now, broken.filter((one) => one.nodes.includes(index))));
    parts.tags.update(app.now);
    flights.update();
  };

  /** Mark the node of what is selected. */
  const select = (ref) => {
    const item = ref === null ? null : app.store.item(ref);
    parts?.bodies.forEach((body, index) => body.element.classList.toggle("v-chosen", item !== null && item.node === index));
  };

  watchRoom(app, board, draw);
  chooseByRef(app, moving);
  for (const topic of ["time", "play", "speed", "filter"]) app.on(topic, update);
  app.on("select", (ref) => {
    flights.select(ref);
    select(ref);
  });
  return { element: h("div", { class: "v-topology" }, board), tools: [createLegend(app)] };
}

/** Two pictures, one above the other: what moves has its own, so that the browser does not paint the rest anew. */
function createLayers(hatches, flights) {
  const scene = s("g", {});
  const over = s("g", { class: "v-over" });
  const svg = s("svg", { class: "v-topology-svg", role: "group", "aria-label": "Network" }, hatches.defs, scene);
  const moving = s("svg", { class: "v-topology-svg v-topology-moving", role: "group", "aria-label": "Frames on their way" }, flights.element, over);
  const board = h("div", { class: "v-topology-board" }, h("div", { class: "v-topology-both" }, svg, moving));
  const show = ({ wires, bodies, tags }, width, inner, outer) => {
    for (const one of [svg, moving]) {
      one.setAttribute("viewBox", `0 0 ${width} ${inner}`);
      one.style.height = `${outer}px`;
    }
    scene.replaceChildren(wires.element, ...bodies.map((body) => body.element), wires.labels, tags.element);
    over.replaceChildren(...bodies.map((body) => body.over).filter((text) => text !== null));
  };
  return { board, svg, moving, show };
}
