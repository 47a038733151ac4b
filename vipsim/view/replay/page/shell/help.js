// The help: what the keys do.
import { h } from "../drawing/dom.js";

/** Keys and what they do, in the order of the help. */
const HELP = [
  ["Space", "play or pause"],
  ["Left, Right", "one listed event back or forward"],
  ["Shift + Left, Right", "one second back or forward"],
  ["Page Up, Page Down", "previous or next chapter"],
  ["Home, End", "start or end of the run"],
  ["+, -", "faster, slower"],
  ["/", "filter the events: Enter goes to the first hit, Escape empties and then leaves"],
  ["L", "show more or less time in the ladder"],
  ["P", "projector: larger type, thicker lines"],
  ["C", "high contrast"],
  ["T", "light or dark"],
  ["H", "hide what is to come, to let a class predict"],
  ["M", "without motion"],
  ["Tab", "from part to part; over the lanes Left and Right then move the time by 1 %"],
  ["Escape", "give back the room of a large panel"],
  ["?", "this help"],
];

/** Make the dialog and the button that opens it: {element, button, open()}. */
export function createHelp(app) {
  const rows = HELP.map(([keys, what]) =>
    h("tr", null, h("th", { scope: "row" }, ...keyCaps(keys)), h("td", null, what)),
  );
  const shut = () => element.close();
  const element = h(
    "dialog",
    { class: "v-help", "aria-label": "Keys" },
    h("h2", null, "Keys"),
    h("table", null, ...rows),
    h("button", { class: "v-look", type: "button", on: { click: shut } }, "Close"),
  );
  const open = () => {
    app.pause();
    element.showModal();
  };
  const how = { class: "v-look", type: "button", title: "Help (?)", "aria-label": "Help", on: { click: open } };
  const button = h("button", how, "?");
  element.addEventListener("close", () => app.root.focus({ preventScroll: true }));
  return { element, button, open };
}

function keyCaps(keys) {
  return keys.split(/(, | \+ )/).map((part) => (/^(, | \+ )$/.test(part) ? part : h("kbd", null, part)));
}
