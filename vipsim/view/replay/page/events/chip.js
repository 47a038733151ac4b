// The filter that is in force, in sight even where the list of events is not.
import { filterText } from "../core/filter.js";
import { firstAtOrAfter } from "../core/store.js";
import { h, setAttr, setText } from "../drawing/dom.js";

/** A button that says what is listed, and which of how many is selected; pressed it takes the filter away. */
export function createFilterChip(app) {
  const words = h("span", null);
  const element = h(
    "button",
    { class: "v-look v-chip", type: "button", hidden: true, on: { click: () => app.clearFilter() } },
    words,
    h("span", { "aria-hidden": "true" }, " \u00d7"),
  );
  const show = () => {
    const text = filterText(app.filter);
    element.hidden = text === "";
    if (element.hidden) return;
    const said = `filter: ${text}${placeText(app)}`;
    setText(words, said);
    setAttr(element, "title", "Left and Right go through what passes this filter; press to take it away");
    setAttr(element, "aria-label", `Take the filter away: ${text}`);
  };
  app.on("filter", show);
  app.on("select", show);
  show();
  return element;
}

/** Which of the listed items is selected: ", 3 of 12"; how many there are, if none is. */
function placeText(app) {
  const count = app.listed.length;
  const index = app.selected === null ? -1 : app.store.indexOf(app.selected);
  const place = firstAtOrAfter(count, (one) => app.listed[one], index);
  const isOn = index >= 0 && app.listed[place] === index;
  return isOn ? ` (${place + 1} of ${count})` : ` (${count})`;
}
