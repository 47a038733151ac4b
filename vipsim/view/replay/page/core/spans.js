// What held at a time: searching in intervals; round times for axes.
import { firstAtOrAfter } from "./store.js";

/** The span [from, to, value] of a lane that holds a time, or null; the last one includes its end. */
export function spanAt(spans, time) {
  const index = firstAtOrAfter(spans.length, (place) => spans[place][0], time + 1) - 1;
  const span = spans[index];
  return span !== undefined && (time < span[1] || index === spans.length - 1 && time === span[1]) ? span : null;
}

/** Faults that last at a time: entries of the document's `breaks`. */
export function brokenAt(breaks, time) {
  return breaks.filter((one) => one.from <= time && time < one.to);
}

/** A round step in ns so that at most `most` steps fit into a length of time. */
export function tickStep(length, most) {
  for (let power = 1; ; power *= 10) {
    for (const step of [1, 2, 5]) {
      if (length / (step * power) <= Math.max(1, most)) return step * power;
    }
  }
}

/** A tick's label: seconds, with as many digits as its step needs. */
export function tickText(time, step) {
  const digits = Math.max(0, 9 - Math.floor(Math.log10(step) + 1e-9));
  return (time / 1e9).toFixed(digits);
}
