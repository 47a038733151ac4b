// The clock of the page: it runs while playing, and stops at no chapter but never passes one over.
import { createWarp } from "./warp.js";
import { SECOND } from "./words.js";

/** Speeds to choose from: run seconds a page second; "auto" is slow where things happen. */
export const SPEEDS = ["auto", 0.001, 0.01, 0.1, 0.25, 0.5, 1, 2, 5, 10];
/** A tab that slept does not jump: longest step of the page, in s. */
const LONGEST_STEP = 0.1;

/** The methods of the app that let time pass. */
export function createClock(app) {
  const { store } = app;
  const warp = createWarp(store);
  const runner = createTicker(app, warp);
  return {
    warp,
    /** Run seconds a page second just now. */
    speedNow: () => (app.speed === "auto" ? warp.speedAt(app.now) : app.speed),
    play() {
      if (app.playing) return;
      if (app.now >= store.end) app.seek(store.start);
      app.playing = true;
      runner.start();
      app.emit("play", true);
    },
    pause() {
      if (!app.playing) return;
      app.playing = false;
      runner.stop();
      app.emit("play", false);
    },
    /** Set the speed: one of SPEEDS. */
    setSpeed(speed) {
      if (!SPEEDS.includes(speed) || speed === app.speed) return;
      app.speed = speed;
      runner.begin();
      app.emit("speed", speed);
      app.say(speed === "auto" ? "Speed auto" : `Speed ${speed} times`);
    },
    /** One choice faster (+1) or slower (-1); from auto to the choice next to what it does now. */
    changeSpeed(direction) {
      const now = app.speedNow();
      const choices = SPEEDS.filter((speed) => speed !== "auto");
      const isNext = (speed) => (direction > 0 ? speed > now : speed < now);
      const other = direction > 0 ? choices.find(isNext) : choices.findLast(isNext);
      if (other !== undefined) app.setSpeed(other);
    },
  };
}

/** What moves the clock frame by frame: {start, stop, begin}. */
function createTicker(app, warp) {
  const { store } = app;
  let ticket = 0;
  let last = 0;
  let page = 0;
  let exact = 0;
  return {
    begin,
    start() {
      last = 0;
      begin();
      ticket = requestAnimationFrame(tick);
    },
    stop: () => cancelAnimationFrame(ticket),
  };

  /** Count from now on. */
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
    page += passed;
    exact = app.speed === "auto" ? warp.timeAt(page) : exact + passed * app.speed * SECOND;
    const next = app.chapterAfter(app.now + 1);
    if (next < store.chapters.length && store.chapters[next].time <= exact) {
      exact = store.chapters[next].time; // no chapter is passed over, however fast the clock runs
      app.openChapter(next);
      return;
    }
    exact = Math.min(exact, store.end);
    app.seek(exact);
    if (app.now >= store.end && (app.speed !== "auto" || page >= warp.length)) app.pause();
  }
}
