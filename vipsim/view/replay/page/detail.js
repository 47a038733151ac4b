// What is selected: its fields, its bytes, and why it happened.
import { h } from "./dom.js";

/** Make the part. */
export function createDetail(app) {
  const element = h("div", { class: "detail" });
  return { element };
}
