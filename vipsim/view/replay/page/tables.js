// Neighbor caches and switch tables at the time of the clock.
import { h } from "./dom.js";

/** Make the part. */
export function createTables(app) {
  const element = h("div", { class: "tables" });
  return { element };
}
