// The sign of an item by its kind; never color alone.
import { FAMILIES, familyOf } from "../drawing/looks.js";

/** Signs of the kinds of records. */
const RECORD_SIGN_NAMES = {
  fault: "bolt",
  daemon: "square",
  state: "square",
  vip: "diamond",
  announce: "diamond",
  advert: "dot",
  neighbor: "grid",
  fdb: "grid",
  port: "plug",
  link: "plug",
  service: "square",
  session: "dot",
  database: "square",
  writer: "dot",
  commit: "dot",
  gap: "dot",
  answered: "diamond",
  note: "dot",
  timer: "dot",
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

/** The sign of an item: {path, scale, look: a class}; frames have the shapes of the network. */
export function signOf(item) {
  if (item.frame >= 0) {
    const family = familyOf(item.kind, item.text, item.probe);
    return { path: FAMILIES[family].path, scale: 5, look: `v-fam-${family}` };
  }
  const sign = RECORD_SIGN_NAMES[item.kind] ?? "dot";
  return { path: RECORD_SIGNS[sign], scale: 1, look: `v-sign-${sign}` };
}
