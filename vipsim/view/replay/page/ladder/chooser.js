// Which hosts have a lane in the ladder.
import { h, setText } from "../drawing/dom.js";
import { laneOrder } from "./lanes.js";

const MOST_LANES = 10;

/**
 * The choice of lanes; `changed()` is called when somebody chose.
 * @returns {{element, lanes, limit}} `lanes()` the nodes in order; `limit(count)` so many find room by themselves
 */
export function createLaneChooser(app, changed) {
  const { doc } = app.store;
  const order = laneOrder(doc);
  const shown = new Set(order.slice(0, MOST_LANES));
  let isChosen = false;
  const summary = h("summary", { class: "v-look", title: "Choose the hosts that have a lane" });
  const boxes = order.map((node) => {
    const box = h("input", { type: "checkbox", on: { change: () => toggle(node, box) } });
    box.checked = shown.has(node);
    return h("label", null, box, doc.nodes[node].name);
  });
  const list = h("div", { class: "v-lane-list", role: "group", "aria-label": "Hosts with a lane" }, ...boxes);
  const element = h("details", { class: "v-lane-chooser" }, summary, list);
  const label = () => setText(summary, shown.size === order.length ? `${order.length} hosts` : `${shown.size} of ${order.length} hosts`);

  function toggle(node, box) {
    if (box.checked) shown.add(node);
    else if (shown.size > 1) shown.delete(node);
    box.checked = shown.has(node); // one lane has to stay
    label();
    isChosen = true;
    changed();
  }
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !element.open) return;
    element.open = false;
    summary.focus();
    event.stopPropagation();
  });
  const limit = (count) => {
    if (isChosen) return;
    order.forEach((node, index) => {
      boxes[index].firstChild.checked = index < Math.min(count, MOST_LANES);
      if (boxes[index].firstChild.checked) shown.add(node);
      else shown.delete(node);
    });
    label();
  };
  label();
  return { element, lanes: () => order.filter((node) => shown.has(node)), limit };
}
