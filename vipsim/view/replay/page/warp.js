// The "auto" speed: how long the page takes to tell each stretch of the run.
//
// Time of the page as a function of time of the run, made of straight pieces. A quiet stretch takes about
// as long as the logarithm of its length, so that seconds of nothing but adverts pass at once and the
// microseconds in which a standby becomes master can be followed. At each chapter the clock stands for a
// moment, so that its words can be read.
import { firstAtOrAfter } from "./store.js";
import { MS, SECOND } from "./words.js";

/** Page seconds that the whole run should take; a run with many chapters takes longer. */
const PAGE_AIM = 30;
/** Page seconds for which the clock stands at a chapter. */
const CHAPTER_STAND = 0.9;
/** A stretch of this length (ns) is told in the least time; ten times that takes one more step. */
const SHORT_GAP = 50e3;
/** Page seconds that a stretch takes at least, and per factor of ten of its length. */
const PAGE_LEAST = 0.08;
const PAGE_STEP = 0.25;
/** The fastest and slowest that a quiet stretch may be told, in run seconds a page second. */
const FASTEST_AUTO = 10;

/** Records that are worth slowing down for, apart from chapters. */
const SLOW_AROUND = ["fault", "state", "vip", "announce", "link", "port", "service", "answered", "daemon"];

/** Make the map of a store: {pageAt(ns) -> s, timeAt(s) -> ns, speedAt(ns), length: s}. */
export function createWarp(store) {
  const knots = makeKnots(store);
  const times = (index) => knots[index][0];
  const pages = (index) => knots[index][1];
  return {
    length: knots.at(-1)[1],
    /** Page second at which a time of the run is first reached. */
    pageAt: (time) => onKnots(knots, firstAtOrAfter(knots.length, times, time), 0, 1, time),
    /** Time of the run, in ns, after so many page seconds. */
    timeAt: (page) => onKnots(knots, firstAtOrAfter(knots.length, pages, page), 1, 0, page),
    /** Run seconds a page second, around a time. */
    speedAt(time) {
      const next = Math.min(Math.max(firstAtOrAfter(knots.length, times, time + 1), 1), knots.length - 1);
      const [from, to] = [knots[next - 1], knots[next]];
      return to[1] > from[1] ? (to[0] - from[0]) / SECOND / (to[1] - from[1]) : FASTEST_AUTO;
    },
  };
}

/** [run ns, page s] in order; two with the same run time are a stand. */
function makeKnots(store) {
  const chapters = new Set(store.chapters.map((chapter) => chapter.time));
  const times = [...new Set([store.start, ...chapters, ...toldTimes(store), store.end])].sort((a, b) => a - b);
  const lengths = times.slice(1).map((time, index) => pageLength(time - times[index]));
  const stands = chapters.size * CHAPTER_STAND;
  const sum = lengths.reduce((total, length) => total + length, 0);
  const scale = Math.min(1.6, Math.max(0.2, (PAGE_AIM - stands) / Math.max(sum, 1e-9)));
  const knots = [];
  let page = 0;
  times.forEach((time, index) => {
    if (index > 0) page += Math.max(lengths[index - 1] * scale, (time - times[index - 1]) / SECOND / FASTEST_AUTO);
    knots.push([time, page]);
    if (chapters.has(time)) knots.push([time, (page += CHAPTER_STAND)]);
  });
  return knots;
}

/** Times around which something is told: records that matter and frames that no daemon or probe repeats. */
function toldTimes(store) {
  const told = new Set(SLOW_AROUND);
  const times = [];
  for (const item of store.items) {
    const isTold = item.frame < 0 ? told.has(item.kind) : !item.probe && item.kind !== "advert";
    if (isTold && item.time - (times.at(-1) ?? -Infinity) >= MS / 20) times.push(item.time);
  }
  return thinned(times);
}

/** No more than about 200 times: of very many, those that are apart from the one before. */
function thinned(times) {
  let apart = MS;
  let kept = times;
  while (kept.length > 200) {
    const least = (apart *= 4);
    kept = kept.filter((time, index) => index === 0 || time - kept[index - 1] >= least);
  }
  return kept;
}

function pageLength(gap) {
  return PAGE_LEAST + PAGE_STEP * Math.max(0, Math.log10(gap / SHORT_GAP));
}

/** Straight between the knots around `next`. */
function onKnots(knots, next, from, to, value) {
  if (next <= 0) return knots[0][to];
  if (next >= knots.length) return knots.at(-1)[to];
  const [low, high] = [knots[next - 1], knots[next]];
  const share = high[from] > low[from] ? (value - low[from]) / (high[from] - low[from]) : 1;
  return low[to] + share * (high[to] - low[to]);
}
