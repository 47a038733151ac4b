// Kinds of frames and records: their words, and the sign of an item; never color alone.
import { FAMILIES, familyOf } from "../drawing/looks.js";

/** Words of the kinds of frames; what is not listed is called by its own name. */
const KIND_WORDS = {
  advert: "adverts",
  garp: "gratuitous ARP",
  "arp-request": "ARP requests",
  "arp-reply": "ARP replies",
  "arp-probe": "ARP probes",
  "echo-request": "echo requests",
  "echo-reply": "echo replies",
  udp: "UDP",
  "tcp-syn": "TCP openings",
  tcp: "TCP segments",
  "tcp-fin": "TCP endings",
  "tcp-rst": "TCP resets",
  "icmp-error": "ICMP errors",
  ip: "other IP",
  other: "other frames",
};

/** Records: words and sign. */
const RECORD_LOOKS = {
  fault: ["faults", "bolt"],
  daemon: ["daemons", "square"],
  state: ["states of daemons", "square"],
  vip: ["addresses taken, given up", "diamond"],
  announce: ["announcements", "diamond"],
  advert: ["adverts heard", "dot"],
  neighbor: ["neighbor caches", "grid"],
  fdb: ["switch tables", "grid"],
  port: ["ports", "plug"],
  link: ["links", "plug"],
  service: ["services", "square"],
  session: ["sessions", "dot"],
  database: ["database", "square"],
  writer: ["writers", "dot"],
  commit: ["commits", "dot"],
  gap: ["silences", "dot"],
  answered: ["first answers", "diamond"],
  note: ["notes", "dot"],
  timer: ["timers", "dot"],
};

/** Signs of records, within +-8. */
const RECORD_SIGNS = {
  bolt: "M1.5,-8L-6,1.5H-1.5L-3,8L6,-2H0.5Z",
  square: "M-6,-5H6V5H-6Z",
  diamond: "M0,-7.5L7.5,0L0,7.5L-7.5,0Z",
  grid: "M-6,-6H6V-3.2H-6ZM-6,-1.4H6V1.4H-6ZM-6,3.2H6V6H-6Z",
  plug: "M-3,-7H-1V-3H1V-7H3V-3H4.5V2H1.3V7H-1.3V2H-4.5V-3H-3Z",
  dot: "M-3.5,0A3.5,3.5 0 1 0 3.5,0A3.5,3.5 0 1 0 -3.5,0Z",
};

/** What a kind is called in a choice. */
export function kindWords(kind, isFrame) {
  return (isFrame ? KIND_WORDS[kind] : RECORD_LOOKS[kind]?.[0]) ?? kind;
}

/** The sign of an item: {path, scale, look: a class}; frames have the shapes of the network. */
export function signOf(item) {
  if (item.frame >= 0) {
    const family = familyOf(item.kind, item.text, item.probe);
    return { path: FAMILIES[family].path, scale: 5, look: `v-fam-${family}` };
  }
  const sign = RECORD_LOOKS[item.kind]?.[1] ?? "dot";
  return { path: RECORD_SIGNS[sign], scale: 1, look: `v-sign-${sign}` };
}
