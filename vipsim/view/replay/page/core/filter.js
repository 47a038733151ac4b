// Which items are listed, and stepping through them.
import { kindWords, searchWords } from "./kindwords.js";
import { firstAtOrAfter } from "./store.js";

/** All but the clients' own probes and what other items tell already; kind is a record's, or "frame:KIND". */
const LIST_ALL = { text: "", kind: "", node: "", probes: false, details: false };

/** The methods of the app that list items and step through them. */
export function createFilter(app) {
  const { items } = app.store;
  return {
    filter: LIST_ALL,
    listed: listedItems(app, LIST_ALL),
    /** Change what is listed: {text, kind, node, probes, details}, each optional. */
    setFilter(change) {
      app.filter = { ...app.filter, ...change };
      app.listed = listedItems(app, app.filter);
      app.emit("filter", app.filter);
    },
    /** List everything again that a filter hides. */
    clearFilter: () => app.setFilter({ text: "", kind: "", node: "" }),
    /** Go to the first listed item after now; where there is none, to the first of all. */
    firstHit() {
      app.pause();
      const place = firstAtOrAfter(app.listed.length, (index) => items[app.listed[index]].time, app.now + 1);
      const found = app.listed[place] ?? app.listed[0];
      if (found === undefined) app.say("Nothing passes this filter");
      else app.select(items[found].ref);
    },
    /** Go to the next (+1) or previous (-1) listed item. */
    step(direction) {
      app.pause();
      const place = placeOf(app);
      const isOn = place >= 0 && app.listed[place] === app.store.indexOf(app.selected);
      const wanted = direction > 0 ? place + 1 : place - (isOn ? 1 : 0);
      if (wanted >= 0 && wanted < app.listed.length) {
        app.select(items[app.listed[wanted]].ref);
        return;
      }
      app.select(null);
      app.seek(direction > 0 ? app.store.end : app.store.start);
      app.say(endText(app, direction));
    },
  };
}

/** A filter in words: "garp", "ARP replies of db2"; empty: nothing is asked for. */
export function filterText(filter) {
  const isFrame = filter.kind.startsWith("frame:");
  const kind = filter.kind === "" ? "" : kindWords(filter.kind.replace("frame:", ""), isFrame);
  const asked = [filter.text.trim(), kind].filter(Boolean).join(", ");
  return [asked, filter.node === "" ? "" : `of ${filter.node}`].filter(Boolean).join(" ");
}

/** What is said where there is nothing more to step to. */
function endText({ store, doc }, direction) {
  const isPart = store.start > 0 || store.end < doc.duration;
  return `${direction > 0 ? "End" : "Start"} of ${isPart ? "the part that is shown" : "the run"}`;
}

/** Place in `listed` of what is selected now, or else of the last item before now; -1: none. */
function placeOf(app) {
  const { items } = app.store;
  const chosen = app.selected === null ? -1 : app.store.indexOf(app.selected);
  if (chosen >= 0 && items[chosen].time === app.now) {
    return firstAtOrAfter(app.listed.length, (place) => app.listed[place], chosen + 1) - 1;
  }
  return firstAtOrAfter(app.listed.length, (place) => items[app.listed[place]].time, app.now) - 1;
}

/** Indexes of the items that pass a filter. */
function listedItems(app, filter) {
  const { items } = app.store;
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = (how) => {
    const listed = [];
    for (let index = 0; index < items.length; index += 1) {
      if (passesFilter(app, items[index], how, words)) listed.push(index);
    }
    return listed;
  };
  const found = hits(filter);
  // Words that only the clients' own traffic has, such as "ping", mean that traffic.
  return found.length > 0 || words.length === 0 ? found : hits({ ...filter, probes: true });
}

function passesFilter(app, item, filter, words) {
  const isAsked = filter.kind !== "";
  if (isAsked && filter.kind !== (item.frame < 0 ? item.kind : `frame:${item.kind}`)) return false;
  if (!isAsked && item.probe && !filter.probes) return false;
  if (!isAsked && item.isDetail && !filter.details && words.length === 0) return false;
  const node = app.store.nodeName(item.node);
  if (filter.node !== "" && node !== filter.node) return false;
  if (words.length === 0) return true;
  const text = `${searchWords(item)} ${node} ${item.text}`.toLowerCase();
  return words.every((word) => text.includes(word));
}
