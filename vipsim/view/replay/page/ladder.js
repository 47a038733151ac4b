// The ladder: a lane per host, time downward on one linear clock, an arrow per frame.
import { h } from "./dom.js";

/** Make the part. */
export function createLadder(app) {
  const element = h("div", { class: "ladder" });
  return { element };
}
