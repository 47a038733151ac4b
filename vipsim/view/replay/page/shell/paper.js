// What only paper shows: the outages with their parts, and the events around the first of them.
import { lengthText, timeText } from "../core/words.js";
import { h } from "../drawing/dom.js";

/** How many events are printed at most, and how much (ns) before the first fault and after its first outage. */
const PAPER_ROWS = 60;
const PAPER_AROUND = 1.2e9;

/** Make the part for paper. */
export function createPaper(app) {
  const { doc } = app;
  const made = `${doc.name}, seed ${doc.seed}, world ${doc.world}, vipsim ${doc.version}`;
  return {
    element: h(
      "section",
      { class: "v-paper", "aria-hidden": "true" },
      h("h2", null, "Outages"),
      doc.outages.length === 0 ? h("p", null, "No client was without answers.") : outageTable(doc),
      h("h2", null, "Events around the failover"),
      eventTable(app),
      h("p", { class: "v-made" }, made),
    ),
  };
}

function outageTable(doc) {
  const rows = doc.outages.map((outage) => {
    const isOpen = outage.to === null;
    const last = outage.parts.at(-1);
    const parts = outage.parts.map((part) => `${part[0]} ${isOpen && part === last ? "> " : ""}${lengthText(part[2] - part[1])}`).join(", ");
    return [
      outage.client,
      timeText(outage.from, 6),
      isOpen ? "not in this run" : timeText(outage.to, 6),
      isOpen ? `> ${lengthText(doc.end - outage.from)}` : lengthText(outage.to - outage.from),
      String(outage.lost),
      parts,
    ];
  });
  return paperTable(["client", "from", "until", "silent", "lost", "parts"], rows);
}

function eventTable(app) {
  const { store, doc } = app;
  const first = doc.chapters[0]?.time ?? doc.outages[0]?.from ?? store.start;
  const ends = doc.outages.filter(({ from, to }) => from <= first && to > first).map(({ to }) => to);
  const over = ends.length > 0 ? Math.min(...ends) : (doc.chapters.at(-1)?.time ?? store.end);
  const rows = store.items
    .slice(store.indexAt(first - PAPER_AROUND), store.indexAt(over + PAPER_AROUND))
    .filter((item) => !item.probe && !item.isDetail)
    .slice(0, PAPER_ROWS)
    .map((item) => [timeText(item.time, 6), store.nodeName(item.node), item.text, store.why(item)]);
  return paperTable(["time", "node", "event", "why"], rows);
}

function paperTable(heads, rows) {
  return h(
    "table",
    null,
    h("thead", null, h("tr", null, ...heads.map((head) => h("th", null, head)))),
    h("tbody", null, ...rows.map((row) => h("tr", null, ...row.map((text) => h("td", null, text))))),
  );
}
