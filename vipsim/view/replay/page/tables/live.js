// A table whose rows change with the clock: only changed rows are drawn again, and they flash.
import { SECOND } from "../core/words.js";
import { h, setText } from "../drawing/dom.js";
import { FRESH } from "./beliefs.js";

/**
 * A table with a caption and columns; the first cell of a row is its head, the last says since when.
 * A row is {key, head, badge, cells: [text], fault, isFirst, since}: `fault` is what is wrong with it,
 * told in a line of its own; `isWrong` says that a cell tells it.
 */
export function createLiveTable(columns) {
  const caption = h("caption");
  const body = h("tbody");
  const heads = [...columns, "for"].map((column) => h("th", { scope: "col" }, column));
  const element = h("table", { class: "v-live" }, caption, h("thead", null, h("tr", null, heads)), body);
  body.addEventListener("animationend", (event) => event.target.classList.remove("v-flash"));
  let shown = new Map();
  return {
    element,
    /** Show these rows; `flash` says whether changed ones draw the eye. */
    show(title, rows, now, start, flash) {
      setText(caption, title);
      const next = new Map();
      for (const row of rows) {
        const stamp = JSON.stringify([row.head, row.cells, row.fault, row.since]);
        const old = shown.get(row.key);
        next.set(row.key, old?.stamp === stamp ? old : drawLiveRow(row, stamp, heads.length, flash && shown.size > 0));
      }
      shown = next;
      putRows(body, [...next.values()].flatMap((one) => one.elements));
      this.tick(now, start);
    },
    /** Tell how long ago the rows changed. */
    tick(now, start) {
      for (const { elements: [row], age, since } of shown.values()) {
        setText(age, ageText(now, since, start));
        row.classList.toggle("v-is-fresh", since > start && now - since < FRESH);
      }
    },
  };
}

/** Put rows in without touching those that stay: what is put in again would flash again. */
function putRows(body, wanted) {
  const kept = new Set(wanted);
  for (const row of [...body.children]) if (!kept.has(row)) row.remove();
  let place = body.firstElementChild;
  for (const row of wanted) {
    if (row === place) place = place.nextElementSibling;
    else body.insertBefore(row, place);
  }
}

function drawLiveRow(row, stamp, columns, flash) {
  const age = h("td", { class: "v-live-age" });
  const marks = { "v-flash": flash, "v-is-first": row.isFirst, "v-is-wrong": row.isWrong, "v-has-fault": row.fault };
  const name = ["v-live-row", ...Object.keys(marks).filter((mark) => marks[mark])].join(" ");
  const badge = row.badge ? h("span", { class: "v-live-badge" }, row.badge) : null;
  const cells = row.cells.map((text) => h("td", null, macParts(text)));
  const elements = [h("tr", { class: name }, h("th", { scope: "row" }, macParts(row.head), badge), cells, age)];
  if (row.fault) elements.push(h("tr", { class: "v-live-fault" }, h("td", { colspan: columns }, row.fault)));
  return { elements, age, since: row.since, stamp };
}

/** A MAC address in two halves: where there is little room, the first is left out. */
function macParts(text) {
  if (!/^([0-9A-F]{2}:){5}[0-9A-F]{2}$/i.test(text)) return text;
  return [h("span", { class: "v-mac-first" }, text.slice(0, 9)), h("span", { title: text }, text.slice(9))];
}

/** For how long it has been so; what was so at the start was so before, too. */
function ageText(now, since, start) {
  const age = now - since;
  const text = age === 0 ? "0 s" : `${(age / SECOND).toFixed(age < 10 * SECOND ? 1 : 0)} s`;
  return since <= start ? `> ${text}` : text;
}
