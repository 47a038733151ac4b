// Lanes of states over the whole run, with the outage as a band.
import { h } from "./dom.js";

/** Make the part. */
export function createLanes(app) {
  const element = h("div", { class: "lanes" });
  return { element };
}
