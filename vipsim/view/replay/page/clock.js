// The clock of the page: it runs while playing, and tells when it passes a chapter.
import { createWarp } from "./warp.js";
import { firstAtOrAfter } from "./store.js";
import { SECOND, timeText } from "./words.js";

/** Speeds to choose from: run seconds a page second; "auto" is slow where things happen. */
export const SPEEDS = ["auto", 0.001, 0.01, 0.1, 0.25, 0.5, 1, 2, 5, 10];
/** A tab that slept does not jump: longest step of the page, in s. */
const LONGEST_STEP = 0.1;
/** Kinds of records that a chapter may be about, the most telling first. */
const CHAPTER_KINDS = ["fault", "state", "vip", "announce", "answered", "daemon", "service", "link", "port"];

/** The methods of the app that let time pass. */
export function createClock(app) {
  const { store } = app;
  const { chapters } = store;
  const warp = createWarp(store);
  let ticket = 0;
  let last = 0;
  let page = 0;
  let exact = 0;

  return {
    warp,
    /** Run seconds a page second just now. */
    speedNow: () => (app.speed === "auto" ? warp.speedAt(app.now) : app.speed),
    play() {
      if (app.playing) return;
      if (app.now >= store.end) app.seek(store.start);
      app.playing = true;
      last = 0;
      begin();
      ticket = requestAnimationFrame(tick);
      app.emit("play", true);
    },
    pause() {
      if (!app.playing) return;
      app.playing = false;
      cancelAnimationFrame(ticket);
      app.emit("play", false);
    },
    /** Set the speed: one of SPEEDS. */
    setSpeed(speed) {
      if (!SPEEDS.includes(speed) || speed === app.speed) return;
      app.speed = speed;
      begin();
      app.emit("speed", speed);
      app.say(speed === "auto" ? "Speed auto" : `Speed ${speed} times`);
    },
    /** One choice faster (+1) or slower (-1); from auto to the choice next to what it does now. */
    changeSpeed(direction) {
      const now = app.speedNow();
      const choices = SPEEDS.filter((speed) => speed !== "auto");
      const other = direction > 0 ? choices.find((speed) => speed > now) : choices.findLast((speed) => speed < now);
      if (other !== undefined) app.setSpeed(other);
    },
    /** Go to the next (+1) or previous (-1) chapter. */
    chapter(direction) {
      app.pause();
      const next = chapterAfter(app.now + (direction > 0 ? 1 : 0));
      const wanted = direction > 0 ? next : next - 1;
      if (wanted >= 0 && wanted < chapters.length) app.openChapter(wanted);
      else app.goTo(direction > 0 ? store.end : store.start);
    },
    /** Go to a chapter and select what it is about. */
    openChapter(index) {
      app.seek(chapters[index].time);
      app.select(chapters[index].ref ?? itemOfChapter(store, chapters[index].time));
      app.say(`${timeText(chapters[index].time)}, ${chapters[index].text}`);
    },
    /** Go to a time where nothing is selected. */
    goTo(time) {
      app.select(null);
      app.seek(time);
      if (!app.playing) app.say(timeText(app.now));
    },
  };

  /** Index of the first chapter at or after a time. */
  function chapterAfter(time) {
    return firstAtOrAfter(chapters.length, (index) => chapters[index].time, time);
  }

  /** Begin to count from now. */
  function begin() {
    page = warp.pageAt(app.now);
    exact = app.now;
  }

  function tick(stamp) {
    if (!app.playing) return;
    ticket = requestAnimationFrame(tick);
    const passed = last === 0 ? 0 : Math.min(LONGEST_STEP, (stamp - last) / 1000);
    last = stamp;
    if (Math.abs(exact - app.now) > 1) begin(); // somebody went elsewhere
    if (app.speed === "auto") {
      page += passed;
      exact = warp.timeAt(page);
    } else {
      exact += passed * app.speed * SECOND;
    }
    const next = chapterAfter(app.now + 1);
    if (next < chapters.length && chapters[next].time <= exact) {
      exact = chapters[next].time; // no chapter is passed over, however fast the clock runs
      app.openChapter(next);
      return;
    }
    exact = Math.min(exact, store.end);
    app.seek(exact);
    if (app.now >= store.end && (app.speed !== "auto" || page >= warp.length)) app.pause();
  }
}

/** What happened at a chapter's time: the record that tells most, else a frame, else nothing. */
function itemOfChapter(store, time) {
  const here = [];
  for (let index = store.indexAt(time); store.items[index]?.time === time; index += 1) here.push(store.items[index]);
  for (const kind of CHAPTER_KINDS) {
    const item = here.find((one) => one.frame < 0 && one.kind === kind);
    if (item !== undefined) return item.ref;
  }
  return here.find((item) => !item.probe)?.ref ?? null;
}
