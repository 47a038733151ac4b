// Chapters: going to the moments of the story, and to any time.
import { firstAtOrAfter } from "./store.js";
import { timeText } from "./words.js";

/** Kinds of records that a chapter may be about, the most telling first. */
const CHAPTER_KINDS = ["fault", "state", "vip", "announce", "answered", "writer", "note", "daemon", "service", "link", "port"];

/** The methods of the app that go to chapters. */
export function createChapters(app) {
  const { store } = app;
  const { chapters } = store;
  return {
    /** Index of the first chapter at or after a time. */
    chapterAfter: (time) => firstAtOrAfter(chapters.length, (index) => chapters[index].time, time),
    /** Go to the next (+1) or previous (-1) chapter. */
    chapter(direction) {
      app.pause();
      const next = app.chapterAfter(app.now + (direction > 0 ? 1 : 0));
      const wanted = direction > 0 ? next : next - 1;
      if (wanted >= 0 && wanted < chapters.length) app.openChapter(wanted);
      else app.goTo(direction > 0 ? store.end : store.start);
    },
    /** Go to a chapter and select what it is about. */
    openChapter(index) {
      const { time, text } = chapters[index];
      app.seek(time);
      app.select(itemOfChapter(store, time));
      app.say(`${timeText(time)}, ${text}`);
    },
    /** Go to a time where nothing is selected. */
    goTo(time) {
      app.select(null);
      app.seek(time);
      if (!app.playing) app.say(timeText(app.now));
    },
  };
}

/** What happened at a chapter's time: the record that tells most, else a frame, else nothing. */
function itemOfChapter(store, time) {
  const here = store.items.slice(store.indexAt(time), store.indexAt(time + 1));
  for (const kind of CHAPTER_KINDS) {
    // What befell a machine tells more than what befell the network beside it.
    const found = here.filter((one) => one.frame < 0 && one.kind === kind);
    const item = found.find((one) => one.node >= 0) ?? found[0];
    if (item !== undefined) return item.ref;
  }
  return here.find((item) => !item.probe)?.ref ?? null;
}
