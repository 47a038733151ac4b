// Kinds of frames and records: their words, their color and their sign; never color alone.

/** Words and families of the kinds; what is not listed is called by its own name. */
const KIND_LOOKS = {
  advert: ["adverts", "advert"],
  garp: ["gratuitous ARP", "garp"],
  "arp-request": ["ARP requests", "arp"],
  "arp-reply": ["ARP replies", "arp"],
  "arp-probe": ["ARP probes", "arp"],
  "echo-request": ["echo requests", "probe"],
  "echo-reply": ["echo replies", "probe"],
  udp: ["UDP", "probe"],
  "tcp-syn": ["TCP opening", "tcp"],
  tcp: ["TCP", "tcp"],
  "tcp-fin": ["TCP closing", "tcp"],
  "tcp-rst": ["TCP resets", "tcp"],
  "icmp-error": ["ICMP errors", "error"],
  ip: ["other IP", "other"],
  other: ["other frames", "other"],
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

/** Signs, drawn in a box of 16. */
const SIGNS = {
  frame: "M1 7h9V3.5L15.5 8 10 12.5V9H1z",
  bolt: "M9.5 0.5 2.5 9.5H7L5.5 15.5 13.5 6H8.5z",
  square: "M3 3h10v10H3z",
  diamond: "M8 1.5 14.5 8 8 14.5 1.5 8z",
  grid: "M2 3h12v2.6H2zM2 6.8h12v2.6H2zM2 10.6h12v2.6H2z",
  plug: "M5 2h2v3h2V2h2v3h1v4H9.2v5H6.8V9H4V5h1z",
  dot: "M8 4.5a3.5 3.5 0 1 0 .01 0z",
};

/** The family of a frame's kind: advert, garp, arp, probe, tcp, error or other; its color is --kind-FAMILY. */
export function kindFamily(kind) {
  return KIND_LOOKS[kind]?.[1] ?? "other";
}

/** The color of a frame's kind, as CSS. */
export function kindColor(kind) {
  return `var(--kind-${kindFamily(kind)})`;
}

/** What a kind is called in a choice. */
export function kindWords(kind, isFrame) {
  return (isFrame ? KIND_LOOKS[kind]?.[0] : RECORD_LOOKS[kind]?.[0]) ?? kind;
}

/** The path of an item's sign and its color, as CSS. */
export function signOf(item) {
  if (item.frame >= 0) return { path: SIGNS.frame, color: kindColor(item.kind) };
  const sign = RECORD_LOOKS[item.kind]?.[1] ?? "dot";
  const colors = { bolt: "var(--fault)", square: "var(--state-master)", diamond: "var(--owner)", grid: "var(--kind-arp)" };
  return { path: SIGNS[sign], color: colors[sign] ?? "var(--ink-faint)" };
}
