// The clock of the page: it runs while playing, and tells when it passes a chapter.
import { createWarp } from "./warp.js";
import { firstAtOrAfter } from "./store.js";
import { SECOND } from "./words.js";

/** Speeds to choose from: run seconds a page second; "auto" is slow where things happen. */
export const SPEEDS = ["auto", 0.001, 0.01, 0.1, 0.25, 0.5, 1, 2, 5, 10];
/** A tab that slept does not jump: longest step of the page, in s. */
const LONGEST_STEP = 0.1;

/** The methods of the app that let time pass. */
export function createClock(app) {
  const { store } = app;
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
    },
    /** One choice faster (+1) or slower (-1); from auto to the choice next to what it does now. */
    changeSpeed(direction) {
      const now = app.speedNow();
      const choices = SPEEDS.filter((speed) => speed !== "auto");
      const other = direction > 0 ? choices.find((speed) => speed > now) : choices.findLast((speed) => speed < now);
      if (other !== undefined) app.setSpeed(other);
    },
    /** Go to the next (+1) or previous (-1) chapter; it becomes the selection if it is an item. */
    chapter(direction) {
      const times = store.chapters.map((chapter) => chapter.time);
      const next = firstAtOrAfter(times.length, (index) => times[index], app.now + (direction > 0 ? 1 : 0));
      const wanted = direction > 0 ? next : next - 1;
      app.select(null);
      if (wanted < 0 || wanted >= times.length) app.seek(direction > 0 ? store.end : store.start);
      else app.seek(times[wanted]);
    },
  };

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
    app.seek(exact);
    exact = Math.min(exact, store.end);
    if (app.now >= store.end && (app.speed !== "auto" || page >= warp.length)) app.pause();
  }
}
