// Views of which one is shown; the arrow keys go from tab to tab.
import { h, setAttr } from "../drawing/dom.js";

/** Tabs of [{name, label, element}]: {element, allow(name, isAllowed)}. */
export function createTabs(label, views) {
  let chosen = views[0].name;
  const allowed = new Set(views.map((view) => view.name));
  const buttons = views.map((view) =>
    h("button", { class: "v-tab", type: "button", role: "tab", on: { click: () => choose(view.name) } }, view.label),
  );
  const panels = views.map((view) => h("div", { class: "v-tab-panel", role: "tabpanel", "aria-label": view.label }, view.element));
  const bar = h("div", { class: "v-tabs", role: "tablist", "aria-label": label, on: { keydown: walk } }, buttons);

  /** What is chosen stays so; while it is not allowed the first view stands in. */
  function show() {
    const now = allowed.has(chosen) ? chosen : views[0].name;
    views.forEach((view, place) => {
      const isOn = view.name === now;
      panels[place].hidden = !isOn;
      buttons[place].hidden = !allowed.has(view.name);
      setAttr(buttons[place], "aria-selected", String(isOn));
      setAttr(buttons[place], "tabindex", isOn ? "0" : "-1");
    });
  }
  function choose(name) {
    chosen = name;
    show();
  }
  function walk(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation(); // these keys would move the clock
    const shown = views.map((view) => view.name).filter((name) => allowed.has(name));
    const now = shown.indexOf(allowed.has(chosen) ? chosen : views[0].name);
    const next = shown[(now + step + shown.length) % shown.length];
    choose(next);
    buttons[views.findIndex((view) => view.name === next)].focus();
  }
  show();
  return {
    element: h("div", { class: "v-tabbed" }, bar, panels),
    allow(name, isAllowed) {
      if (isAllowed) allowed.add(name);
      else allowed.delete(name);
      show();
    },
  };
}
