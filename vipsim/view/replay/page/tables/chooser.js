// Which tables are shown: a button, and behind it a box for each host and switch.
import { h, setAttr } from "../drawing/dom.js";

const CHOOSER_KINDS = [
  ["vip", "Virtual IPs"],
  ["host", "Caches of hosts"],
  ["switch", "Switches"],
];

/** A button in `tools` that opens boxes; `tell(isChosen)` is called when a choice changes. */
export function createChooser(app, views, first, tell) {
  const chosen = new Set(first);
  const isChosen = (id) => chosen.has(id);
  const boxes = h("div", { class: "v-chooser", role: "group", "aria-label": "Tables that are shown" });
  boxes.hidden = true;
  for (const [kind, label] of CHOOSER_KINDS) {
    const of = views.filter((view) => view.kind === kind);
    if (of.length) boxes.append(chooserRow(label, of, chosen, () => tell(isChosen)));
  }
  const button = h("button", { class: "v-look", type: "button", "aria-expanded": "false", on: { click: turn } }, "Choose");
  function turn() {
    boxes.hidden = !boxes.hidden;
    setAttr(button, "aria-expanded", String(!boxes.hidden));
  }
  boxes.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    turn();
    button.focus();
  });
  return { element: boxes, tools: views.length > 1 ? [button] : [], isChosen };
}

function chooserRow(label, views, chosen, tell) {
  const inputs = views.map((view) => {
    const input = h("input", { type: "checkbox", checked: chosen.has(view.id) });
    input.addEventListener("change", () => {
      if (input.checked) chosen.add(view.id);
      else chosen.delete(view.id);
      tell();
    });
    return { input, view };
  });
  const setAll = (isOn) => {
    for (const { input, view } of inputs) {
      input.checked = isOn;
      if (isOn) chosen.add(view.id);
      else chosen.delete(view.id);
    }
    tell();
  };
  const all = (text, isOn) => h("button", { class: "v-look", type: "button", on: { click: () => setAll(isOn) } }, text);
  return h(
    "div",
    { class: "v-chooser-row", role: "group", "aria-label": label },
    h("span", { class: "v-chooser-label", "aria-hidden": "true" }, label),
    inputs.map(({ input, view }) => h("label", null, input, view.label)),
    views.length > 2 ? [all("all", true), all("none", false)] : null,
  );
}
