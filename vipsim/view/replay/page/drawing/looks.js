// How things are told from each other: shapes of frames, looks of states, hatches. Never by color alone.
import { s } from "./dom.js";

/** Families of frames, in the order of the legend: a word, a shape within +-1, and whether it is hollow. */
export const FAMILIES = {
  advert: { label: "advert", path: discPath(1), hollow: false },
  garp: { label: "announcement", path: "M0,-1.25L1.25,0L0,1.25L-1.25,0Z", hollow: false },
  arp: { label: "ARP", path: "M-1,-1H1V1H-1Z", hollow: false },
  probe: { label: "probe", path: discPath(0.75), hollow: true },
  tcp: { label: "TCP", path: "M-1,-1.1L1.2,0L-1,1.1Z", hollow: false },
  error: { label: "error", path: "M0,-1.3L1.3,1H-1.3Z", hollow: false },
  other: { label: "other", path: "M-1.1,-0.6H1.1V0.6H-1.1Z", hollow: true },
};

const OF_KIND = {
  "advert": "advert",
  "garp": "garp",
  "arp-request": "arp",
  "arp-reply": "arp",
  "arp-probe": "arp",
  "echo-request": "probe",
  "echo-reply": "probe",
  "tcp": "tcp",
  "tcp-syn": "tcp",
  "tcp-fin": "tcp",
  "tcp-rst": "error",
  "icmp-error": "error",
};

/** Family of a frame: by its kind; of datagrams a heartbeat speaks for a protocol, others for a client. */
export function familyOf(kind, text, probe) {
  if (kind === "udp") {
    return text.startsWith("heartbeat") ? "advert" : probe ? "probe" : "other";
  }
  return OF_KIND[kind] || "other";
}

function discPath(radius) {
  return `M${-radius},0A${radius},${radius} 0 1 0 ${radius},0A${radius},${radius} 0 1 0 ${-radius},0Z`;
}

/** A daemon's or database's state as {name: for a class, word, frozen}. */
export function lookOf(text) {
  const frozen = text.startsWith("frozen: ");
  const word = frozen ? text.slice(8) : text;
  const known = {
    "MASTER": "master",
    "BACKUP": "backup",
    "INIT": "init",
    "FAULT": "fault",
    "daemon stopped": "stopped",
    "down": "down",
    "frozen": "frozen",
    "answered": "answered",
    "silent": "silent",
    "PRIMARY": "primary",
    "STANDBY": "standby",
    "PROMOTING": "init",
    "DOWN": "down",
  };
  const name = known[word] || (word.startsWith("owns ") ? "owner" : "else");
  return { name, word: frozen ? `${word}, frozen` : word, frozen };
}

/** Hatches by the name of a look: [size in px, path of its lines, is dotted]. */
const HATCHES = {
  init: [8, "M2,2h1.5M6,6h1.5"],
  fault: [9, "M0,0L9,9M9,0L0,9"],
  stopped: [8, "M0,0L8,8M-2,6L2,10M6,-2L10,2"],
  down: [8, "M0,8L8,0M-2,2L2,-2M6,10L10,6"],
  frozen: [8, "M0,4H8"],
  silent: [10, "M0,10L10,0M-2,2L2,-2M8,12L12,8"],
  apart: [9, "M0,0L9,9M9,0L0,9"],
  detection: [14, "M0,14L14,0"],
  election: [8, "M0,8L8,0M-2,2L2,-2M6,10L10,6"],
  announcement: [7, "M2,2h2M5.5,5.5h2"],
  repair: [10, "M0,0L10,10"],
};

let mounted = 0;

/** A <defs> with all hatches, and a function from a look's name to the value of a fill (or "none"). */
export function createHatches() {
  mounted += 1;
  const prefix = `vs${mounted}-hatch-`;
  const patterns = Object.entries(HATCHES).map(([name, [size, path]]) =>
    s("pattern", { id: prefix + name, width: size, height: size, patternUnits: "userSpaceOnUse" },
      s("path", { d: path, class: "v-hatch" })));
  const fill = (name) => (name in HATCHES ? `url(#${prefix}${name})` : "none");
  return { defs: s("defs", {}, ...patterns), fill };
}

/** Width in px of a text, measured with the font of an element. */
export function createMeasure(element) {
  const context = element.ownerDocument.createElement("canvas").getContext("2d");
  const known = new Map();
  let font = "";
  const measure = (text, weight = "400") => {
    const key = `${weight} ${text}`;
    let width = known.get(key);
    if (width === undefined) {
      context.font = `${weight} ${font}`;
      width = context.measureText(text).width;
      known.set(key, width);
      if (known.size > 5000) {
        known.clear();
      }
    }
    return width;
  };
  /** Look at the element's font again; returns its size in px. */
  measure.refresh = () => {
    const style = element.ownerDocument.defaultView.getComputedStyle(element);
    const now = `${style.fontSize} ${style.fontFamily}`;
    if (now !== font) {
      font = now;
      known.clear();
    }
    return parseFloat(style.fontSize) || 13;
  };
  return measure;
}

/** A text cut to a width in px, with an ellipsis. */
export function fitted(text, room, measure, weight) {
  if (measure(text, weight) <= room) {
    return text;
  }
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (measure(`${text.slice(0, middle)}…`, weight) <= room) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low ? `${text.slice(0, low)}…` : "";
}
