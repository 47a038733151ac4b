// The rows of the lanes: which there are, and their labels.
import { addressGroups } from "../core/addresses.js";
import { tellingOutages } from "../core/outages.js";

const MOST_CLIENTS = 12; // of more, those that were silent longest

/**
 * Rows from top to bottom: {kind, label, title, spans}; spans are [from, to, text, node?].
 * An owner's row is one address, or several that moved together; its spans tell who owns them.
 */
export function laneRows(doc) {
  const daemons = doc.lanes.filter((lane) => lane.kind === "daemon");
  const several = new Set(repeated(daemons.map((lane) => lane.node)));
  const rows = daemons.map((lane) => ({
    kind: "daemon", title: lane.label, spans: lane.spans,
    label: several.has(lane.node) ? lane.label : doc.nodes[lane.node]?.name ?? lane.label,
  }));
  for (const { short, title, spans } of addressGroups(doc)) rows.push({ kind: "owner", label: short, title: `who owns ${title}`, spans: ownerSpans(doc, spans) });
  for (const lane of doc.lanes.filter((one) => one.kind === "database")) {
    rows.push({ kind: "database", label: lane.label, title: lane.label, spans: lane.spans });
  }
  for (const lane of shownClients(doc)) rows.push({ kind: "client", label: lane.label, title: `client ${lane.label}`, spans: lane.spans });
  return tellingOutages(doc).length > 0 ? [{ kind: "outage", label: "outage", title: "", spans: [] }, ...rows] : rows;
}

/** Stretches of one owner, of two at once, of none. */
function ownerSpans(doc, spans) {
  const cuts = [...new Set([doc.start, doc.end, ...spans.flatMap(([from, to]) => [from, to])])].sort((a, b) => a - b);
  const found = [];
  for (let index = 0; index + 1 < cuts.length; index += 1) {
    const [from, to] = [cuts[index], cuts[index + 1]];
    const nodes = [...new Set(spans.filter((span) => span[0] <= from && to <= span[1]).map((span) => span[2]))].sort((a, b) => a - b);
    const text = nodes.map((node) => doc.nodes[node].name).join(" and ");
    const last = found.at(-1);
    if (last !== undefined && last[2] === text && last[1] === from) last[1] = to;
    else found.push([from, to, text, nodes.length]);
  }
  return found;
}

/** Clients in order, at most so many. */
function shownClients(doc) {
  const lanes = doc.lanes.filter((lane) => lane.kind === "client");
  const silence = (lane) => lane.spans.reduce((sum, [from, to, text]) => sum + (text === "silent" ? to - from : 0), 0);
  const worst = new Set([...lanes].sort((a, b) => silence(b) - silence(a)).slice(0, MOST_CLIENTS));
  return lanes.filter((lane) => worst.has(lane));
}

function repeated(values) {
  return values.filter((value, index) => values.indexOf(value) !== index);
}
