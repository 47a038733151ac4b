// The network: nodes, links, who owns the virtual address, and frames on their way.
import { h } from "./dom.js";

/** Make the part. */
export function createTopology(app) {
  const element = h("div", { class: "topology" });
  return { element };
}
