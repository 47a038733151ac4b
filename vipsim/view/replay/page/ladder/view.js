// The window of the ladder: which part of the run it shows, on one linear clock.

const NOW_SHARE = 0.62; // where now stands in the window, from its top
const EDGE_SHARE = 0.035; // what is shown beyond the run's ends, so that the label of now has room there
const SHORTEST = 1e6; // ns
/** What the key L goes through, in ns; the whole run comes after the longest that is shorter. */
const WINDOWS = [1e6, 1e7, 1e8, 1e9, 4e9, 1e10];
const BEGIN_WINDOW = 4e9;

/**
 * The window around now.
 * @returns {{span, from, resize, zoom, next, label}} `span` ns from top to bottom, `from` ns at the top
 */
export function createLadderView(app) {
  const whole = Math.max(app.store.end - app.store.start, SHORTEST);
  let span = Math.min(BEGIN_WINDOW, whole);
  const view = {
    get span() {
      return span;
    },
    /** The time at the top: now stands at its share, but the window hardly leaves the run. */
    get from() {
      const first = app.store.start - span * EDGE_SHARE;
      const last = Math.max(first, app.store.end - span * (1 - EDGE_SHARE));
      return Math.min(Math.max(app.now - span * NOW_SHARE, first), last);
    },
    /** Zoom by steps of 1, 2, 5, ...: in (-1) or out (+1). */
    zoom(direction) {
      const steps = [];
      for (let power = SHORTEST; power < whole; power *= 10) steps.push(power, 2 * power, 5 * power);
      const choices = [...steps.filter((step) => step < whole), whole];
      const next = direction < 0 ? choices.findLast((step) => step < span) : choices.find((step) => step > span);
      if (next !== undefined) span = next;
    },
    /** The next of few windows, after the whole run the shortest again. */
    next() {
      span = [...WINDOWS.filter((one) => one < whole), whole].find((one) => one > span) ?? Math.min(WINDOWS[0], whole);
    },
    get isWhole() {
      return span === whole;
    },
  };
  return view;
}

/** The run between two heights of the picture: y in px of a time, and back. */
export function createScale(from, span, height) {
  const rate = height / span;
  return {
    from,
    span,
    height,
    rate,
    y: (time) => (time - from) * rate,
    time: (y) => from + y / rate,
    length: (px) => px / rate,
  };
}
