// The outages that are worth a band: of each failover the longest, and silences that belong to none.
import { timeText } from "./words.js";

/** Names of the parts of an outage as people read them. */
const PART_WORDS = { before: "before the fault", apart: "no failover:" };

/**
 * Outages to shade, in order of time.
 * @returns {Array<{client, from, to, censored, parts, failover, clients}>} `clients`: how many were silent then
 */
export function tellingOutages(doc) {
  const groups = new Map();
  const apart = [];
  const all = doc.outages.map((one) => ({ ...one, to: one.to ?? doc.end, censored: one.to === null })).sort((a, b) => a.from - b.from);
  for (const outage of all) {
    if (outage.failover !== null) groups.set(outage.failover, [...(groups.get(outage.failover) ?? []), outage]);
    else if (apart.length > 0 && apart.at(-1).some((one) => outage.from < one.to)) apart.at(-1).push(outage);
    else apart.push([outage]);
  }
  const longest = [...groups.values(), ...apart].map((group) => {
    const worst = group.reduce((best, one) => (one.to - one.from > best.to - best.from ? one : best));
    const parts = worst.parts.length > 0 ? worst.parts : [["apart", worst.from, worst.to]];
    return { ...worst, parts, clients: group.length };
  });
  return longest.sort((a, b) => a.from - b.from);
}

/** How long somebody was silent: "3.130 s"; who never was answered again "> 15.003 s". */
export function silenceText(outage) {
  return `${outage.censored ? "> " : ""}${timeText(outage.to - outage.from)}`;
}

/** A part with its length: "detection 3.113 s"; the last of an outage that did not end "repair > 67.278 s". */
export function partText(outage, part) {
  const [name, from, to] = part;
  const isOpen = outage.censored && part === outage.parts.at(-1);
  return `${PART_WORDS[name] ?? name} ${isOpen ? "> " : ""}${timeText(to - from)}`;
}
