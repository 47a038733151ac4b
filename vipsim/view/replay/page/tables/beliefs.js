// What hosts and switches believe at a time, and whether it is so. Pure: from the document, no DOM.
import { ownersAmong } from "../core/addresses.js";
import { isVirtualMac } from "../core/names.js";
import { firstAtOrAfter } from "../core/store.js";

/** An entry is shown as changed, or as gone, for so long after it (ns of the run). */
export const FRESH = 1e9;

/** Linux's word for an entry that is not there. */
const NO_ENTRY = "NONE";

/** An entry's last change at a time: {since, until, value}; value null: there is no entry, since null: never was. */
export function beliefAt(changes, time) {
  const next = firstAtOrAfter(changes.length, (index) => changes[index][0], time + 1);
  const until = next < changes.length ? changes[next][0] : Infinity;
  if (next === 0) return { since: null, until, value: null };
  const [since, ...value] = changes[next - 1];
  const isGone = value[0] === null || value[0] === NO_ENTRY || value[0] === "";
  return { since, until, value: isGone ? null : value };
}

/** Whether an entry that went is still worth a row. */
export function isJustGone(belief, time, start) {
  return belief.value === null && belief.since !== null && belief.since > start && time - belief.since < FRESH;
}

/** Until when what these beliefs say stays as it is at `time`, in ns. */
export function validUntil(beliefs, time) {
  let until = Infinity;
  for (const belief of beliefs) {
    until = Math.min(until, belief.until);
    if (belief.value === null && belief.since !== null && time - belief.since < FRESH) {
      until = Math.min(until, belief.since + FRESH);
    }
  }
  return until;
}

/** Who owns an address at a time, and until when that holds: {nodes: [index], until}; what lasts to the end holds there, too. */
export function ownersAt(doc, vip, time) {
  const spans = doc.owners.filter((one) => one.vip === vip).flatMap((owner) => owner.spans);
  const edges = spans.flatMap(([from, to]) => [from, to]).filter((edge) => edge > time);
  return { nodes: ownersAmong(spans, time, doc.end), until: Math.min(Infinity, ...edges) };
}

/** What is wrong with an entry that says `ip` is at `mac`, in a few words; empty: nothing. */
export function faultOfNeighbor(doc, names, ip, mac, owners) {
  if (!mac) return "";
  if (isVirtualMac(mac)) return owners.length || !names.isVip(ip) ? "" : "stale: nobody owns it";
  const holders = names.nodesOf(mac);
  const rightful = names.isVip(ip) ? owners : names.nodesOfIp(ip);
  if (holders.some((node) => rightful.includes(node))) return "";
  const who = names.macWords(mac);
  if (!names.isVip(ip)) return rightful.length && holders.length ? `wrong: that is ${who}'s MAC` : "";
  if (!holders.length) return "wrong: no node has this MAC";
  return owners.length ? `stale: ${who} does not own it` : `stale: ${who} does not own it, and nobody else does`;
}

/** Nodes that a switch reaches through each of its ports: Map of port -> {toward: node index, behind: Set}. */
export function portsOf(doc, switchNode) {
  const ports = new Map();
  for (const link of doc.links) {
    for (const [here, there, end] of [[link.a, link.b, link.a_end], [link.b, link.a, link.b_end]]) {
      if (here !== switchNode) continue;
      const port = end.slice(end.indexOf(".") + 1);
      ports.set(port, { toward: there, behind: nodesBehind(doc, switchNode, there) });
    }
  }
  return ports;
}

/** Nodes that can be reached from `first` without passing `without`, through switches only. */
function nodesBehind(doc, without, first) {
  const found = new Set([first]);
  const queue = doc.nodes[first].kind === "switch" ? [first] : [];
  while (queue.length) {
    const node = queue.pop();
    for (const { a, b } of doc.links) {
      const other = a === node ? b : b === node ? a : -1;
      if (other < 0 || other === without || found.has(other)) continue;
      found.add(other);
      if (doc.nodes[other].kind === "switch") queue.push(other);
    }
  }
  return found;
}

/** What is wrong with a switch's entry, in a few words; empty: nothing. A virtual MAC is where an owner is. */
export function faultOfPort(doc, names, mac, place, time) {
  if (!place) return "";
  const isHere = (node) => place.behind.has(node);
  if (!isVirtualMac(mac)) {
    const holders = names.nodesOf(mac);
    return !holders.length || holders.some(isHere) ? "" : "wrong: it is not behind that port";
  }
  const owners = doc.vips.flatMap((vip) => ownersAt(doc, vip, time).nodes);
  if (owners.some(isHere)) return "";
  return owners.length ? "stale: the owner is not behind that port" : "stale: nobody has it";
}

/** Texts in the order of their numbers: .9 before .10, p2 before p10. */
export function byNumber(one, other) {
  return one.localeCompare(other, "en", { numeric: true });
}
