// What kinds of frames and records are called, and by which words they are found.

/** Words of the kinds of frames; what is not listed is called by its own name. */
const FRAME_WORDS = {
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

/** Words of the kinds of records. */
const RECORD_WORDS = {
  fault: "faults",
  daemon: "daemons",
  state: "states of daemons",
  vip: "addresses taken, given up",
  announce: "announcements",
  advert: "adverts heard",
  neighbor: "neighbor caches",
  fdb: "switch tables",
  port: "ports",
  link: "links",
  service: "services",
  session: "sessions",
  database: "database",
  writer: "writers",
  commit: "commits",
  gap: "silences",
  answered: "first answers",
  note: "notes",
  timer: "timers",
};

/** By what else people look for frames. */
const OTHER_WORDS = {
  advert: "advertisement vrrp",
  garp: "announcement",
  "echo-request": "ping request",
  "echo-reply": "ping reply",
  "arp-request": "question",
  "arp-reply": "answer",
};

/** What a kind is called in a choice. */
export function kindWords(kind, isFrame) {
  return (isFrame ? FRAME_WORDS : RECORD_WORDS)[kind] ?? kind;
}

/** Everything by which an item's kind is found. */
export function searchWords(item) {
  const isFrame = item.frame >= 0;
  return `${item.kind} ${kindWords(item.kind, isFrame)} ${isFrame ? (OTHER_WORDS[item.kind] ?? "") : ""}`;
}
