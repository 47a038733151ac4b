// The scrubber: the whole run as one line, with its chapters and outages; drag it to any time.
import { MS, timeText } from "../core/words.js";
import { h, setAttr } from "../drawing/dom.js";

/** A press so near (px) to a chapter means the chapter. */
const CHAPTER_SNAP = 6;

/** Make the scrubber; its ends stand where those of the lanes do (--lane-label, --lane-end). */
export function createScrubber(app) {
  const { store, doc } = app;
  const share = (time) => `${(100 * (time - store.start)) / Math.max(1, store.end - store.start)}%`;
  const done = h("div", { class: "v-done" });
  const cover = h("div", { class: "v-scrub-cover" });
  const thumb = h("div", { class: "v-thumb" });
  const slider = h(
    "div",
    {
      class: "v-scrubber",
      role: "slider",
      tabindex: "0",
      "aria-label": "Time of the run",
      "aria-valuemin": 0,
      "aria-valuemax": Math.round((store.end - store.start) / MS),
    },
    ...doc.outages.map(({ from, to }) => {
      const [left, right] = [share(Math.max(from, store.start)), share(to ?? store.end)];
      return h("div", { class: "v-scrub-outage", style: { left, width: `calc(${right} - ${left})` } });
    }),
    done,
    ...doc.chapters.map(({ time, text }) =>
      h("div", { class: "v-chapter", title: `${timeText(time)} ${text}`, style: { left: share(time) } }),
    ),
    cover,
    thumb,
  );
  const show = () => {
    done.style.width = share(app.now);
    thumb.style.left = share(app.now);
    cover.style.left = share(app.now);
    setAttr(slider, "aria-valuenow", Math.round((app.now - store.start) / MS));
    setAttr(slider, "aria-valuetext", timeText(app.now));
  };
  app.on("time", show);
  show();
  dragAlong(app, slider);
  return { element: h("div", { class: "v-scrub" }, slider) };
}

/** Dragging: the clock follows the pointer. */
function dragAlong(app, slider) {
  const { store } = app;
  const timeAt = (x) => {
    const box = slider.getBoundingClientRect();
    const place = Math.min(1, Math.max(0, (x - box.left) / Math.max(1, box.width)));
    return store.start + place * (store.end - store.start);
  };
  const go = (event) => app.seek(timeAt(event.clientX));
  const nearChapter = ({ clientX }) => {
    const [from, to] = [timeAt(clientX - CHAPTER_SNAP), timeAt(clientX + CHAPTER_SNAP)];
    return store.chapters.findIndex((chapter) => from <= chapter.time && chapter.time <= to);
  };
  slider.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    app.pause();
    app.select(null);
    slider.setPointerCapture(event.pointerId);
    const near = nearChapter(event);
    if (near < 0) go(event);
    else app.openChapter(near);
  });
  slider.addEventListener("pointermove", (event) => {
    if (slider.hasPointerCapture(event.pointerId)) go(event);
  });
}
