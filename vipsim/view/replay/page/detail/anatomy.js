// A frame taken apart: its fields beside its bytes. What is pointed at in one is marked in the other.
import { h, setText } from "../drawing/dom.js";
import { createBytes, pasteText } from "./bytes.js";
import { decodeFrame } from "./decode.js";
import { createFields } from "./fields.js";
import { remarkOf, titleOf } from "./remarks.js";

const POINT_HINT = "Point at a field or a byte (or use arrows and Enter)";

/** Fields and bytes of a frame: {element, show(decoded)}. */
export function createAnatomy(app, names) {
  const line = h("p", { class: "v-pointed", "aria-live": "polite" }, POINT_HINT);
  let octets = new Uint8Array(0);
  let parts = [];
  let kept = null;
  let shown = null;

  const mark = (what) => {
    if (what === shown) return;
    shown = what;
    tree.mark(what);
    dump.mark(what?.from ?? 0, what?.to ?? 0);
    setText(line, what === null ? POINT_HINT : pointedText(what, octets));
  };
  const point = (what, isFocus) => {
    if (isFocus) kept = what;
    mark(what);
  };
  const leave = () => mark(kept);
  const tree = createFields({
    point(what, isFocus) {
      point(what, isFocus);
      dump.reveal(what.from);
    },
    leave,
    enter: (what) => dump.focus(what.from),
  });
  const dump = createBytes({
    point(octet, isFocus) {
      const what = fieldAt(parts, octet);
      point(what, isFocus);
      tree.reveal(what);
    },
    leave,
    enter: (octet) => tree.focus(fieldAt(parts, octet)),
  });
  const copy = h("button", { class: "v-look v-copy", type: "button" }, "Copy bytes");
  copy.addEventListener("click", () => copyOctets(app, dump, octets, copy));
  const below = h("div", { class: "v-anatomy-bytes" }, h("div", { class: "v-anatomy-head" }, line, copy), dump.element);
  return {
    element: h("div", { class: "v-anatomy" }, tree.element, below),
    /** Show the frame of these hexadecimal digits; `keys` and places of its parts as in the document's stacks. */
    show(decoded) {
      octets = decoded.octets;
      parts = withWords(decoded, names);
      kept = null;
      tree.show(innermostFirst(parts));
      dump.show(octets);
      shown = undefined; // nothing of the old frame is marked in the new one
      mark(null);
    },
  };
}

/** A frame of the store, decoded by the document's layouts. */
export function decodedFrame(doc, frame) {
  const stack = doc.stacks[doc.layout_of[frame.bytes]] ?? [];
  return decodeFrame(frame.hex, stack, doc.layouts);
}

/** The parts with their titles, and their fields with remarks and the names of their parts. */
function withWords(decoded, names) {
  return decoded.parts.map((part) => {
    const title = titleOf(part);
    const fields = part.fields.map((field) => ({ ...field, title, remark: remarkOf(part.key, field, decoded, names) }));
    return { ...part, title, fields };
  });
}

/** The parts from the innermost protocol outward, as people ask; what no protocol covers comes last. */
function innermostFirst(parts) {
  const isRest = (part) => part.key === "rest";
  return [...parts.filter((part) => !isRest(part)).reverse(), ...parts.filter(isRest)];
}

/** The smallest field that an octet belongs to; of several in one octet the first. */
function fieldAt(parts, octet) {
  const fields = parts.flatMap((part) => part.fields);
  return fields.find((field) => field.from <= octet && octet < field.to) ?? null;
}

/** "Octets 12 to 13: Ethernet, type: 0x0800 (IPv4)". */
function pointedText(what, octets) {
  const place = what.to - what.from === 1 ? `Octet ${what.from}` : `Octets ${what.from} to ${what.to - 1}`;
  if (what.fields) return `${place}: ${what.title}`;
  const inside = what.bits % 8 === 0 && what.bit % 8 === 0 ? "" : `, ${bitsText(what)}`;
  const remark = what.remark ? `: ${what.remark}` : "";
  return `${place}${inside} of ${octets.length}: ${what.title}, ${what.name} = ${what.text}${remark}`;
}

function bitsText({ bit, bits }) {
  return bits === 1 ? `bit ${bit % 8}` : `bits ${bit % 8} to ${(bit % 8) + bits - 1}`;
}

/** Copy the octets; where a page may not (some browsers, from a file), select them for who copies by hand. */
async function copyOctets(app, dump, octets, button) {
  try {
    await navigator.clipboard.writeText(pasteText(octets));
    app.say(`${octets.length} bytes copied`);
    button.textContent = "Copied";
  } catch {
    dump.selectText();
    app.say("The bytes are selected: copy them with Control and C");
    button.textContent = "Selected: Ctrl+C";
  }
  setTimeout(() => setText(button, "Copy bytes"), 2500);
}
