// What the parts of the page share: the time, what is selected, what is listed, and who wants to know.
import { createChapters } from "./chapters.js";
import { createClock } from "./clock.js";
import { createFilter } from "./filter.js";
import { createStore } from "./store.js";

/** Names of what can be listened to. */
const TOPICS = ["time", "select", "play", "speed", "filter", "theme", "resize", "say"];

/** Make the app of one element and one document. */
export function createApp(root, doc) {
  const listeners = new Map(TOPICS.map((topic) => [topic, new Set()]));
  const cleanups = [];
  const store = createStore(doc);
  const app = {
    root,
    doc,
    store,
    now: store.start,
    selected: null,
    speed: "auto",
    playing: false,
    filter: null,
    /** Name of the panel that has all the room; null: none. */
    focused: null,
    /** Indexes in store.items of what is listed, ascending. */
    listed: [],
    /** Times of the chapters, in ns. */
    chapterTimes: new Set(doc.chapters.map((chapter) => chapter.time)),
    /** Listen; returns the way to stop listening. */
    on(topic, call) {
      listeners.get(topic).add(call);
      return () => listeners.get(topic).delete(call);
    },
    emit(topic, value) {
      for (const call of listeners.get(topic)) call(value);
    },
    /** Run when the page is taken down. */
    onCleanup: (call) => cleanups.push(call),
    destroy() {
      app.pause();
      cleanups.splice(0).forEach((call) => call());
    },
    /** Go to a time, in ns; what is outside the window is its nearest end. */
    seek(time) {
      const wanted = Math.round(Math.min(Math.max(time, store.start), store.end));
      if (wanted === app.now) return;
      app.now = wanted;
      app.emit("time", wanted);
    },
    /** Select an item and go to its time; null selects nothing. */
    select(ref) {
      const item = ref === null ? null : store.item(ref);
      if (ref !== null && item === null) return;
      const isNew = app.selected !== ref;
      app.selected = ref;
      if (item !== null) app.seek(item.time);
      if (isNew) app.emit("select", ref);
    },
    /** Say something to screen readers, politely. */
    say: (text) => app.emit("say", text),
  };
  return Object.assign(app, createFilter(app), createChapters(app), createClock(app));
}
