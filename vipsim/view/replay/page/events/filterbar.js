// What the event list shows: words, a kind, a node, and whether the clients' probes are listed.
import { kindWords } from "../core/kindwords.js";
import { h } from "../drawing/dom.js";

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
    on: { input: () => app.setFilter({ text: text.value }), keydown: (event) => leaveField(app, text, event, leave) },
  });
  const kinds = kindChoices(app);
  const kind = choiceField("Kind of event", "all kinds", kinds, (value) => app.setFilter({ kind: value }));
  const nodes = app.doc.nodes.map(({ name }) => [name, name]);
  const node = choiceField("Node", "all nodes", nodes, (value) => app.setFilter({ node: value }));
  const boxes = CHECKS.filter(({ has }) => app.store.items.some(has)).map((check) => checkField(app, check));
  let hasOpened = false; // the panel was not in sight before
  app.focusFilter = () => {
    hasOpened = text.offsetParent === null;
    if (hasOpened) app.focusPanel("events");
    text.focus();
  };
  const leave = () => {
    if (hasOpened && app.focused === "events") app.focusPanel("events");
    hasOpened = false;
    app.root.focus({ preventScroll: true });
  };
  // Who takes the filter away elsewhere (the chip) empties the fields, too.
  app.on("filter", (filter) => {
    if (text.value !== filter.text) text.value = filter.text;
    kind.value = filter.kind;
    node.value = filter.node;
  });
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

/** Escape empties the field, and leaves it when it is empty; Enter goes to the first hit after now. */
function leaveField(app, text, event, leave) {
  if (event.key !== "Escape" && event.key !== "Enter") return;
  event.preventDefault();
  if (event.key === "Escape" && text.value !== "") {
    text.value = "";
    app.setFilter({ text: "" });
  } else if (event.key === "Escape") {
    leave();
  } else {
    app.root.focus({ preventScroll: true });
    app.firstHit();
  }
}
