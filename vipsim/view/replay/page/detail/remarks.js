// What a field's value means, in a few words beside it. Pure: from decoded fields and names.
import { lengthText } from "../core/words.js";
import { valueOf } from "./decode.js";

/** Remarks by part and field: a text, or a function of (value, decoded, names). */
const REMARKS = {
  ethernet: {
    destination: (mac, _, names) => names.macWords(mac),
    source: (mac, _, names) => names.macWords(mac),
  },
  arp: {
    "sender MAC": (mac, _, names) => names.macWords(mac),
    "sender IP": (ip, decoded, names) => {
      const isAnnounced = ip === valueOf(decoded, "arp", "target IP");
      return bothRemarks(names.ipWords(ip), isAnnounced ? "same as the target: an announcement" : "");
    },
    "target MAC": (mac, decoded, names) =>
      valueOf(decoded, "arp", "operation") === 1 ? "not known, not read in a request" : names.macWords(mac),
    "target IP": (ip, _, names) => names.ipWords(ip),
  },
  ipv4: {
    TTL: (ttl) => (ttl === 255 ? "no router was between: each takes 1 off" : ""),
    source: (ip, _, names) => names.ipWords(ip),
    destination: (ip, _, names) => names.ipWords(ip),
  },
  vrrp2: { priority: priorityRemark, interval: intervalRemark },
  vrrp3: { priority: priorityRemark, interval: intervalRemark },
  "vrrp-address": { address: (ip, _, names) => names.ipWords(ip) },
  carp: {
    advbase: (_, decoded) => {
      const [base, skew] = [valueOf(decoded, "carp", "advbase"), valueOf(decoded, "carp", "advskew")];
      return `with the skew every ${lengthText((base + skew / 256) * 1e9)}`;
    },
    demotion: (value) => (value === 0 ? "not demoted" : "the sender says it is unfit"),
    digest: "HMAC-SHA1 keyed with the password",
    counter: "against replays",
  },
  "icmp-redirect": { gateway: (ip, _, names) => names.ipWords(ip) },
  tcp: {
    "data offset": "the length of this header",
    window: (octets) => (octets === 0 ? "take no more" : `up to ${octets} octets more are welcome`),
  },
  heartbeat: {
    pair: "tells pairs on the same hosts apart",
    term: "how often the address changed hands: the higher claim is the later one",
  },
  rest: { padding: "Ethernet's smallest frame has 60 octets and a check sequence of 4" },
};

/** Names of parts for people. */
const TITLES = {
  ethernet: "Ethernet",
  arp: "ARP",
  ipv4: "IPv4",
  vrrp2: "VRRP version 2",
  vrrp3: "VRRP version 3",
  "vrrp-address": "VRRP address",
  "vrrp2-auth": "VRRP authentication",
  carp: "CARP",
  icmp: "ICMP",
  "icmp-echo": "ICMP echo",
  "icmp-error": "ICMP error",
  "icmp-redirect": "ICMP redirect",
  udp: "UDP",
  tcp: "TCP",
  "tcp-quoted": "TCP, as far as it is quoted",
  heartbeat: "Heartbeat",
};

/** The remark on a field of a part; empty: nothing worth saying. */
export function remarkOf(key, field, decoded, names) {
  const remark = REMARKS[key]?.[field.name];
  return (typeof remark === "function" ? remark(field.value, decoded, names) : remark) ?? "";
}

/** The name of a part; what no layout covers is called by what it is. */
export function titleOf(part) {
  if (part.key !== "rest") return TITLES[part.key] ?? part.key;
  return part.fields[0].name === "padding" ? "Padding" : "Data";
}

function priorityRemark(priority) {
  if (priority === 0) return "goodbye: take over at once";
  return priority === 255 ? "the owner of the address" : "the highest one is MASTER";
}

function intervalRemark() {
  return "silence for three of them, and the skew, means failed";
}

function bothRemarks(one, other) {
  return [one, other].filter(Boolean).join("; ");
}
