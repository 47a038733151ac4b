// Times and numbers as text, the same everywhere on the page.

/** Nanoseconds of a second and of a millisecond. */
export const SECOND = 1e9;
export const MS = 1e6;

/** A time of the run: "8.123 s"; digits: how many after the point (3: ms, 6: us, 9: ns). */
export function timeText(ns, digits = 3) {
  return `${(ns / SECOND).toFixed(digits)} s`;
}

/** A time with as many digits as it needs to be told from its neighbors, at least ms: "8.123456 s". */
export function exactText(ns) {
  for (const digits of [3, 6]) {
    if (ns % 10 ** (9 - digits) === 0) return timeText(ns, digits);
  }
  return timeText(ns, 9);
}

/** A length of time with the unit that suits it: "3.609 s", "2.5 ms", "50 us", "0 s". */
export function lengthText(ns) {
  const size = Math.abs(ns);
  if (size >= SECOND || size === 0) return size === 0 ? "0 s" : timeText(ns);
  if (size >= MS) return `${trimmedText(ns / MS)} ms`;
  if (size >= 1e3) return `${trimmedText(ns / 1e3)} \u00b5s`;
  return `${ns} ns`;
}

/** "1 frame", "2 frames". */
export function countText(count, one, many = `${one}s`) {
  return `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;
}

/** Names in a row: "a", "a and b", "a, b and c". */
export function listText(names) {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

function trimmedText(value) {
  return value.toFixed(3).replace(/\.?0+$/, "");
}
