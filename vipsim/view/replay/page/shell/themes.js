// Looks: light or dark, high contrast, projector, whether things move, and whether what is to come is hidden.
import { h, setAttr } from "../drawing/dom.js";

/** The switches, and the media query that sets each until it is switched by hand. */
const LOOKS = [
  { name: "dark", label: "Dark", key: "T", query: "(prefers-color-scheme: dark)" },
  { name: "contrast", label: "Contrast", key: "C", query: "(prefers-contrast: more)" },
  { name: "projector", label: "Projector", key: "P", query: null },
  { name: "cover", label: "Hide future", key: "H", query: null },
  { name: "still", label: "No motion", key: "M", query: "(prefers-reduced-motion: reduce)" },
];

/** Names of the looks: data attributes of the root, and words of an address. */
export const LOOK_NAMES = LOOKS.map((look) => look.name);

/** Make the looks: {buttons, toggle(name, on or off)}; the root's data attributes say what holds. */
export function createThemes(app) {
  const { root } = app;
  const chosen = new Map();
  const queries = LOOKS.map((look) => (look.query === null ? null : matchMedia(look.query)));
  const isOn = (index) => chosen.get(LOOKS[index].name) ?? queries[index]?.matches ?? false;
  const buttons = LOOKS.map(({ name, label, key }) => {
    const how = { class: "v-look", type: "button", title: `${label} (${key})`, on: { click: () => toggle(name) } };
    return h("button", how, label);
  });
  const show = () => {
    LOOKS.forEach((look, index) => {
      root.dataset[look.name] = isOn(index) ? "on" : "off";
      setAttr(buttons[index], "aria-pressed", String(isOn(index)));
    });
    app.still = root.dataset.still === "on";
    app.emit("theme");
  };
  const toggle = (name, wanted = null) => {
    const index = LOOKS.findIndex((look) => look.name === name);
    if (index < 0) return;
    chosen.set(name, wanted ?? !isOn(index));
    show();
    app.emit("resize");
  };
  for (const query of queries) {
    query?.addEventListener("change", show);
    app.onCleanup(() => query?.removeEventListener("change", show));
  }
  show();
  return { buttons, toggle };
}
