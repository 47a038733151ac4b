// Which part of the run the lanes show: all of it, or one outage.
import { SECOND, timeText } from "../core/words.js";
import { fill, h, setAttr } from "../drawing/dom.js";
import { isCovered } from "../drawing/room.js";

const MOST_BUTTONS = 3; // of more windows to choose there is a list

/**
 * Buttons in `box` that zoom to an outage and back; `draw()` draws the lanes of parts.window anew.
 * While what is to come is hidden, an outage has a button from its beginning, and its window tells no end before it.
 * @returns {{update}} to be called for a new time and new looks
 */
export function createZooms(parts, box, draw) {
  const { app, outages } = parts;
  let chosen = -1; // index of the outage; -1: the whole run
  let before = "";
  let mark = () => {};

  const show = (isOver) => {
    const window = windowOf(parts, chosen, isOver);
    if (window.join() === parts.window.join()) return;
    parts.window = window;
    draw();
  };
  const isOver = (outage) => !isCovered(app) || outage.to <= app.now;
  const choose = (index) => {
    chosen = index;
    mark(chosen);
    show(index < 0 || isOver(outages[index]));
  };
  const update = () => {
    const known = outages.map((outage) => (isOver(outage) ? 2 : outage.from <= app.now ? 1 : 0));
    const key = `${isCovered(app)} ${known.join()}`;
    if (key === before) return;
    before = key;
    if (chosen >= 0 && known[chosen] === 0) chosen = -1;
    const shown = outages.map((_, index) => index).filter((index) => known[index] > 0);
    const isNumbered = isCovered(app) || outages.length > 1;
    const choices = [-1, ...shown].map((index) => ({ index, words: index < 0 ? "whole run" : isNumbered ? `outage ${index + 1}` : "outage" }));
    mark = (choices.length > MOST_BUTTONS ? windowList : windowButtons)(box, choices, outages, choose);
    mark(chosen);
    show(known[chosen] === 2);
  };
  update();
  return { update };
}

/** The whole run, or an outage with a margin; one that is not known to end lasts as long as the run. */
function windowOf({ doc, outages }, index, isOver) {
  if (index < 0) return [doc.start, doc.end];
  const outage = outages[index];
  const margin = isOver ? Math.max(0.15 * (outage.to - outage.from), SECOND / 100) : SECOND;
  return [Math.max(doc.start, outage.from - margin), isOver ? Math.min(doc.end, outage.to + margin) : doc.end];
}

/** Few choices are buttons; returns what marks the chosen one. */
function windowButtons(box, choices, outages, choose) {
  const buttons = choices.map(({ words, index }) =>
    h("button", { class: "v-look", type: "button", title: `The lanes show the ${words}`, on: { click: () => choose(index) } }, words));
  fill(box, ...(choices.length < 2 ? [] : buttons));
  return (chosen) => buttons.forEach((button, place) => setAttr(button, "aria-pressed", String(choices[place].index === chosen)));
}

/** Many outages: a list has room for them; returns what marks the chosen one. */
function windowList(box, choices, outages, choose) {
  const list = h("select", { "aria-label": "Part of the run that the lanes show", on: { change: () => choose(choices[list.selectedIndex].index) } },
    ...choices.map(({ words, index }) => h("option", null, index < 0 ? words : `${words}, ${timeText(outages[index].from)}`)));
  fill(box, list);
  return (chosen) => {
    list.selectedIndex = choices.findIndex(({ index }) => index === chosen);
  };
}
