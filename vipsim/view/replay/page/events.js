// The list of events.
import { h } from "./dom.js";

/** Make the list. */
export function createEvents(app) {
  const element = h("div", { class: "v-events" });
  return { element };
}
