// What each table of the page shows at a time: {title, rows, until}, from the document. Pure: no DOM.
import { isVirtualMac } from "../core/names.js";
import { listText } from "../core/words.js";
import { beliefAt, byNumber, faultOfNeighbor, faultOfPort, isJustGone, ownersAt, portsOf, validUntil } from "./beliefs.js";

/** So many hosts have a row of their own; of more, those that believe the same share one. */
const MOST_ROWS = 12;
const NAMED_OF_MANY = 3;

/** Who believes what about one virtual IP: a row for each host. */
export function vipView(doc, names, vip) {
  const entries = doc.tables.neighbors.filter((entry) => entry.ip === vip).sort((one, other) => one.node - other.node);
  const several = new Set(entries.map((entry) => entry.node).filter((node, place, all) => all.indexOf(node) !== place));
  const headOf = (entry) => doc.nodes[entry.node].name + (several.has(entry.node) ? ` (${entry.iface})` : "");
  return {
    id: `vip ${vip}`,
    kind: "vip",
    hosts: new Set(entries.map((entry) => entry.node)).size,
    label: `Who is ${vip}?`,
    columns: ["host", "MAC", "that is", "state"],
    read(now) {
      const owners = ownersAt(doc, vip, now);
      const beliefs = entries.map((entry) => beliefAt(entry.changes, now));
      const rows = neighborRows(doc, names, entries, beliefs, headOf, "", now).map(inShort);
      const title = `${vip} by every host's cache · owner: ${listText(owners.nodes.map((node) => doc.nodes[node].name)) || "nobody"}`;
      return { title, rows: rows.length > MOST_ROWS ? gatheredRows(rows) : rows, until: Math.min(owners.until, validUntil(beliefs, now)) };
    },
  };
}

/** A row whose fault is told by one word, because the title says who owns the address. */
function inShort(row) {
  const [mac, who, state] = row.cells;
  return row.fault ? { ...row, cells: [mac, `${who} ${row.fault.split(":")[0]}`, state], fault: "", isWrong: true } : row;
}

/** The neighbor cache of one host: the virtual IPs first. */
export function hostView(doc, names, node) {
  const entries = doc.tables.neighbors
    .filter((entry) => entry.node === node)
    .sort((one, other) => names.isVip(other.ip) - names.isVip(one.ip) || byNumber(one.ip, other.ip));
  const ifaces = new Set(entries.map((entry) => entry.iface));
  const headOf = (entry) => (ifaces.size > 1 ? `${entry.ip} ${entry.iface}` : entry.ip);
  return {
    id: `host ${node}`,
    kind: "host",
    node,
    label: doc.nodes[node].name,
    columns: ["IP", "MAC", "that is", "state"],
    read(now) {
      const beliefs = entries.map((entry) => beliefAt(entry.changes, now));
      const rows = neighborRows(doc, names, entries, beliefs, headOf, "VIP", now);
      const owners = doc.vips.map((vip) => ownersAt(doc, vip, now).until);
      const title = `${doc.nodes[node].name}: ARP cache${rows.length ? "" : " is empty"}`;
      return { title, rows, until: Math.min(validUntil(beliefs, now), ...owners) };
    },
  };
}

function neighborRows(doc, names, entries, beliefs, headOf, badge, now) {
  const rows = [];
  entries.forEach((entry, place) => {
    const { since, value } = beliefs[place];
    const isGone = isJustGone(beliefs[place], now, doc.start);
    if (value === null && !isGone) return;
    const [state, mac] = value ?? ["gone", null];
    const fault = faultOfNeighbor(doc, names, entry.ip, mac, ownersAt(doc, entry.ip, now).nodes);
    const who = mac ? names.macShort(mac) : "";
    const cells = [mac ?? "", fault ? `${who} ✗` : who, state];
    const isFirst = names.isVip(entry.ip);
    const key = `${entry.node} ${entry.iface} ${entry.ip}`;
    rows.push({ key, head: headOf(entry), badge: isFirst ? badge : "", cells, fault, isFirst, since });
  });
  return rows;
}

/** Rows that say the same as one row, which names the first of them. */
function gatheredRows(rows) {
  const groups = new Map();
  for (const row of rows) {
    const key = JSON.stringify([row.cells, row.fault]);
    if (groups.has(key)) groups.get(key).push(row);
    else groups.set(key, [row]);
  }
  return [...groups].map(([key, kin]) => {
    const more = kin.length - NAMED_OF_MANY;
    const named = kin.slice(0, NAMED_OF_MANY).map((row) => row.head);
    const head = more > 0 ? `${kin.length}: ${named.join(", ")} and ${more} more` : listText(named);
    return { ...kin[0], key, head, since: Math.max(...kin.map((row) => row.since)) };
  });
}

/** The table of one switch: which MAC is behind which port, and whose they are. */
export function switchView(doc, names, node) {
  const ports = portsOf(doc, node);
  const owners = new Set(doc.owners.flatMap((owner) => owner.spans.map((span) => span[2])));
  const matters = (entry) => isVirtualMac(entry.mac) || names.nodesOf(entry.mac).some((one) => owners.has(one));
  const entries = doc.tables.fdb
    .filter((entry) => entry.node === node)
    .sort((one, other) => matters(other) - matters(one) || byNumber(names.macWords(one.mac), names.macWords(other.mac)));
  return {
    id: `switch ${node}`,
    kind: "switch",
    node,
    label: doc.nodes[node].name,
    columns: ["MAC", "that is", "port", "toward"],
    read(now) {
      const beliefs = entries.map((entry) => beliefAt(entry.changes, now));
      const rows = [];
      entries.forEach((entry, place) => {
        const { since, value } = beliefs[place];
        if (value === null && !isJustGone(beliefs[place], now, doc.start)) return;
        const port = value?.[0] ?? "gone";
        const way = ports.get(port);
        const fault = value === null ? "" : faultOfPort(doc, names, entry.mac, way, now);
        const who = names.macShort(entry.mac);
        const cells = [fault ? `${who} ✗` : who, port, way ? doc.nodes[way.toward].name : ""];
        rows.push({ key: entry.mac, head: entry.mac, badge: "", cells, fault, isFirst: matters(entry), since });
      });
      const changes = doc.vips.map((vip) => ownersAt(doc, vip, now).until);
      const title = `${doc.nodes[node].name}: which MAC is where${rows.length ? "" : " (nothing learned)"}`;
      return { title, rows, until: Math.min(validUntil(beliefs, now), ...changes) };
    },
  };
}
