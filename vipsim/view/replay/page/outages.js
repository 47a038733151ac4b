// The outages that are worth a band: of each failover the longest, and silences that belong to none.
import { timeText } from "./words.js";

/** Names of the parts of an outage as people read them. */
const PART_WORDS = { before: "before the fault" };

/**
 * Outages to shade, in order of time.
 * @returns {Array<{client, from, to, censored, parts, failover, clients}>} `clients`: how many were silent then
 */
export function tellingOutages(doc) {
  const groups = new Map();
  for (const outage of doc.outages) {
    const key = outage.failover ?? `${outage.client} ${outage.from}`;
    groups.set(key, [...(groups.get(key) ?? []), outage]);
  }
  const length = (outage) => (outage.to ?? doc.end) - outage.from;
  const longest = [...groups.values()].map((group) => {
    const worst = group.reduce((best, one) => (length(one) > length(best) ? one : best));
    return { ...worst, to: worst.to ?? doc.end, censored: worst.to === null, clients: group.length };
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
