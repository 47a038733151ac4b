// What the event list shows: words, a kind, a node, and whether the clients' probes are listed.
import { h } from "../drawing/dom.js";
import { kindWords } from "./kinds.js";

/** What is listed only if asked for. */
const CHECKS = [
  { name: "probes", title: "List every frame of the clients' own traffic", has: (item) => item.probe },
  { name: "details", title: "List timers and what else other events tell already", has: (item) => item.isDetail },
];

/** Make the row of fields. */
export function createFilterBar(app) {
  const text = h("input", {
    type: "search",
    placeholder: "Filter ( / )",
    "aria-label": "Filter the events by words",
    spellcheck: "false",
    on: { input: () => app.setFilter({ text: text.value }), keydown: (event) => leaveField(app, text, event) },
  });
  const kinds = kindChoices(app);
  const kind = choiceField("Kind of event", "all kinds", kinds, (value) => app.setFilter({ kind: value }));
  const nodes = app.doc.nodes.map(({ name }) => [name, name]);
  const node = choiceField("Node", "all nodes", nodes, (value) => app.setFilter({ node: value }));
  const boxes = CHECKS.filter(({ has }) => app.store.items.some(has)).map((check) => checkField(app, check));
  app.focusFilter = () => {
    if (text.offsetParent === null) app.focusPanel("events");
    text.focus();
  };
  return { element: h("div", { class: "v-filter", role: "search" }, text, kind, node), tools: boxes };
}

function choiceField(label, all, values, choose) {
  const select = h(
    "select",
    { "aria-label": label, title: label, on: { change: () => choose(select.value) } },
    h("option", { value: "" }, all),
    ...values.map(([value, words]) => h("option", { value }, words)),
  );
  return select;
}

function checkField(app, { name, title }) {
  const box = h("input", { type: "checkbox", on: { change: () => app.setFilter({ [name]: box.checked }) } });
  app.on("filter", () => (box.checked = app.filter[name]));
  return h("label", { class: "v-check", title }, box, name);
}

/** Kinds that occur, records first. */
function kindChoices(app) {
  const found = new Map();
  for (const item of app.store.items) {
    const isFrame = item.frame >= 0;
    found.set(isFrame ? `frame:${item.kind}` : item.kind, kindWords(item.kind, isFrame));
  }
  const [frames, records] = [[], []];
  for (const entry of found) (entry[0].startsWith("frame:") ? frames : records).push(entry);
  return [...records, ...frames];
}

/** Escape empties the field, and leaves it when it is empty; Enter goes back to the page's keys. */
function leaveField(app, text, event) {
  if (event.key !== "Escape" && event.key !== "Enter") return;
  event.preventDefault();
  if (event.key === "Escape" && text.value !== "") {
    text.value = "";
    app.setFilter({ text: "" });
  } else {
    app.root.focus({ preventScroll: true });
  }
}
