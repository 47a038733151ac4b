// The bytes of a frame as a dump: offsets, hexadecimal digits, ASCII. One octet at a time can be focused.
import { fill, h } from "../drawing/dom.js";
import { asciiText, hexOf } from "./decode.js";

/** Octets in a row: the most that fit. */
const OCTETS_IN_A_ROW = [16, 12, 8];

/** Width of a row in characters of the dump's font: offset, gaps, and for each octet two digits, a space, and ASCII if it is shown. */
const dumpCharacters = (perRow, hasLetters) => (hasLetters ? 8 + 4 * perRow : 6 + 3 * perRow);

/** Steps of the keys through the octets; null: to the row's or the frame's ends. */
const OCTET_STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: "-row", ArrowDown: "row", Home: "first", End: "last" };

/**
 * A dump that tells which octet is pointed at, by pointer or focus, and marks those it is told to.
 * `on` is {point(octet, isFocus), leave(), enter(octet)}.
 */
export function createBytes(on) {
  const element = h("div", { class: "v-bytes", role: "grid", "aria-label": "Bytes" });
  const dump = { element, octets: new Uint8Array(0), cells: [], letters: [], current: 0, perRow: OCTETS_IN_A_ROW[0] };
  const octetOf = (event) => Number(event.target.closest?.("[data-octet]")?.dataset.octet ?? NaN);
  const tell = (event, isFocus) => {
    const octet = octetOf(event);
    if (Number.isNaN(octet)) return;
    if (isFocus) setCurrentOctet(dump, octet);
    on.point(octet, isFocus);
  };
  // Not pointerover: when the keys scroll, bytes would slip under a resting pointer and be pointed at.
  element.addEventListener("pointermove", (event) => tell(event, false));
  element.addEventListener("pointerleave", () => on.leave());
  element.addEventListener("focusin", (event) => tell(event, true));
  element.addEventListener("click", (event) => {
    const octet = octetOf(event);
    if (!Number.isNaN(octet)) dump.cells[octet].focus();
  });
  element.addEventListener("keydown", (event) => stepOctets(dump, event, on));
  new ResizeObserver(() => refitDump(dump)).observe(element);
  return {
    element,
    /** Show these octets. */
    show(octets) {
      dump.octets = octets;
      dump.current = 0;
      drawDump(dump);
    },
    /** Mark the octets of [from, to), and only them. */
    mark(from, to) {
      for (const list of [dump.cells, dump.letters]) {
        list.forEach((cell, octet) => cell.classList.toggle("v-is-marked", from <= octet && octet < to));
      }
    },
    /** Scroll an octet into sight. */
    reveal: (octet) => dump.cells[octet]?.scrollIntoView({ block: "nearest" }),
    /** Move the focus to an octet. */
    focus: (octet) => dump.cells[octet]?.focus(),
    /** Select the digits, for who copies by hand. */
    selectText() {
      const range = document.createRange();
      range.selectNodeContents(element);
      const selection = element.ownerDocument.getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
    },
  };
}

/** Octets as people paste them into other programs: "00 21 5a". */
export function pasteText(octets) {
  return Array.from(octets, hexOf).join(" ");
}

function drawDump(dump) {
  const { octets, perRow } = dump;
  dump.cells = Array.from(octets, (octet, index) => octetCell(octet, index, perRow));
  dump.letters = Array.from(octets, (octet, index) =>
    h("span", { class: "v-bytes-letter", data: { octet: index } }, asciiText([octet])),
  );
  const rows = [];
  for (let start = 0; start < octets.length; start += perRow) {
    const end = start + perRow;
    rows.push(
      h(
        "div",
        { class: "v-bytes-row", role: "row" },
        h("span", { class: "v-bytes-offset", role: "rowheader" }, start.toString(16).padStart(4, "0")),
        h("span", { class: "v-bytes-digits", role: "presentation" }, dump.cells.slice(start, end)),
        h("span", { class: "v-bytes-ascii", "aria-hidden": "true" }, dump.letters.slice(start, end)),
      ),
    );
  }
  fill(dump.element, rows);
  dump.cells[dump.current]?.setAttribute("tabindex", "0");
}

function octetCell(octet, index, perRow) {
  const isMiddle = index % perRow === 8 && perRow === OCTETS_IN_A_ROW[0];
  const name = isMiddle ? "v-bytes-octet v-is-middle" : "v-bytes-octet";
  // A space behind each, so that a selection copies octets that programs read.
  return h("span", { class: name, role: "gridcell", tabindex: "-1", data: { octet: index } }, `${hexOf(octet)} `);
}

/** Only one octet is in the order of Tab: the last that had the focus. */
function setCurrentOctet(dump, octet) {
  dump.cells[dump.current]?.setAttribute("tabindex", "-1");
  dump.cells[octet].setAttribute("tabindex", "0");
  dump.current = octet;
}

function stepOctets(dump, event, on) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = OCTET_STEPS[event.key];
  if (step === undefined && event.key !== "Enter") return;
  event.preventDefault();
  event.stopPropagation(); // these keys would move the clock
  if (event.key === "Enter") {
    on.enter(dump.current);
    return;
  }
  const last = dump.octets.length - 1;
  const wanted = { first: 0, last, row: dump.current + dump.perRow, "-row": dump.current - dump.perRow }[step];
  const octet = wanted ?? dump.current + step;
  if (octet >= 0 && octet <= last) dump.cells[octet].focus();
}

/** As many octets in a row as fit. */
function refitDump(dump) {
  const offset = dump.element.querySelector(".v-bytes-offset");
  const character = offset === null ? 0 : offset.getBoundingClientRect().width / offset.textContent.length;
  if (!character) return;
  const room = dump.element.clientWidth / character;
  const hasLetters = dump.element.querySelector(".v-bytes-ascii").offsetWidth > 0;
  const perRow = OCTETS_IN_A_ROW.find((count) => dumpCharacters(count, hasLetters) <= room) ?? OCTETS_IN_A_ROW.at(-1);
  if (perRow === dump.perRow) return;
  const hadFocus = dump.element.contains(dump.element.ownerDocument.activeElement);
  dump.perRow = perRow;
  drawDump(dump);
  if (hadFocus) dump.cells[dump.current]?.focus();
}
