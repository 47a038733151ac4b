// The "auto" speed: how long the page takes to tell each stretch of the run.
//
// Time of the page as a function of time of the run, made of straight pieces. A stretch takes the square
// root of its length, so that waiting is felt but not waited for, and the microseconds in which a standby
// becomes master can be followed. At each chapter the clock stands for a moment, so that its words can be
// read, and an announcement is followed on its way.
import { firstAtOrAfter } from "./store.js";
import { SECOND } from "./words.js";

/** Page seconds that the whole run should take, and of them for chapters and announcements at most. */
const PAGE_AIM = 30;
const PAGE_FIXED = 24;
/** Page seconds for which the clock stands at a chapter: at least, for each letter to be read, at most. */
const STAND_LEAST = 0.9;
const STAND_PER_LETTER = 0.025;
const STAND_MOST = 3;
/** Page seconds for an announcement's way. */
const PAGE_FLIGHT = 1.4;
/** Page seconds that a stretch takes at least, and per root of a second of its length. */
const PAGE_LEAST = 0.12;
const PAGE_PER_ROOT = 1.5;
/** Page seconds for all that is before the first chapter and after the last, at most. */
const PAGE_LEAD = 3;
const PAGE_TAIL = 4;
/** Run seconds a page second, at most; but a run of hours takes its quiet stretches in so many page seconds. */
const FASTEST_AUTO = 10;
const PAGE_OF_HOURS = 20;
/** How many moments beside the chapters are told slowly, at most. */
const MOST_MOMENTS = 40;

/** Records and frames that are worth slowing down for, apart from chapters. */
const SLOW_RECORDS = new Set([
  "fault", "state", "vip", "announce", "link", "port", "service", "answered", "daemon", "database",
]);
const SLOW_FRAMES = new Set(["garp", "arp-request", "arp-reply", "arp-probe", "icmp-error"]);

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
    /** Run seconds a page second, just after a time. */
    speedAt(time) {
      const next = Math.min(Math.max(firstAtOrAfter(knots.length, times, time + 1), 1), knots.length - 1);
      const [from, to] = [knots[next - 1], knots[next]];
      return to[1] > from[1] ? (to[0] - from[0]) / SECOND / (to[1] - from[1]) : FASTEST_AUTO;
    },
  };
}

/** [run ns, page s] in order; two with the same run time are a stand. */
function makeKnots(store) {
  const stands = chapterStands(store);
  const chapters = [...stands.keys()];
  const flights = announcements(store, chapters);
  const moments = [...chapters, ...momentsBetween(store, chapters), ...flights.keys(), ...flights.values()];
  const times = [...new Set([store.start, ...moments, store.end])].sort((one, other) => one - other);
  const lengths = times.slice(1).map((time, index) => pageLength(store, chapters, times[index], time));
  const asked = [...stands.values()].reduce((total, stand) => total + stand, flights.size * PAGE_FLIGHT);
  const fixed = Math.min(asked, PAGE_FIXED);
  const share = fixed / Math.max(asked, 1e-9);
  const sum = lengths.reduce((total, length) => total + length, 0);
  const scale = Math.min(1.2, Math.max(0.01, (PAGE_AIM - fixed) / Math.max(sum, 1e-9)));
  const fastest = Math.max(FASTEST_AUTO, (store.end - store.start) / SECOND / PAGE_OF_HOURS);
  const knots = [];
  let page = 0;
  times.forEach((time, index) => {
    if (index > 0) {
      const before = times[index - 1];
      const isFlight = flights.get(before) === time;
      const quickest = (time - before) / SECOND / fastest;
      page += isFlight ? PAGE_FLIGHT * share : Math.max(lengths[index - 1] * scale, quickest);
    }
    knots.push([time, page]);
    if (stands.has(time)) knots.push([time, (page += stands.get(time) * share)]);
  });
  return knots;
}

/** Page seconds for which the clock stands at each time that has chapters, in order. */
function chapterStands(store) {
  const letters = new Map();
  for (const { time, text } of store.chapters) letters.set(time, (letters.get(time) ?? 0) + text.length);
  const stand = (count) => Math.min(STAND_MOST, STAND_LEAST + STAND_PER_LETTER * count);
  const inOrder = [...letters].sort((one, other) => one[0] - other[0]);
  return new Map(inOrder.map(([time, count]) => [time, stand(count)]));
}

function pageLength(store, chapters, from, to) {
  const length = PAGE_LEAST + PAGE_PER_ROOT * Math.sqrt((to - from) / SECOND);
  if (chapters.length === 0) return length;
  if (to <= chapters[0]) return Math.min(length, PAGE_LEAD);
  return from >= chapters.at(-1) ? Math.min(length, PAGE_TAIL) : length;
}

/** When the first announcement after each chapter was sent, and when it last arrived. */
function announcements(store, chapters) {
  const found = new Map();
  let free = 0;
  for (const item of store.items) {
    if (item.kind !== "garp" || item.frame < 0 || item.time < free) continue;
    if (!chapters.some((time) => time <= item.time && item.time < time + SECOND / 10)) continue;
    free = store.frame(item.frame).end;
    if (free > item.time) found.set(item.time, free);
    if (found.size > 8) break;
  }
  return found;
}

/** Other moments of the story, between its first and its last chapter: so many that each can be told. */
function momentsBetween(store, chapters) {
  if (chapters.length === 0) return [];
  const last = chapters.at(-1);
  let moments = [];
  for (let index = store.indexAt(chapters[0]); store.items[index]?.time <= last; index += 1) {
    const item = store.items[index];
    const isSlow = item.frame < 0 ? SLOW_RECORDS.has(item.kind) : !item.probe && SLOW_FRAMES.has(item.kind);
    if (isSlow && item.time !== moments.at(-1)) moments.push(item.time);
  }
  for (let apart = 50e3; moments.length > MOST_MOMENTS; apart *= 2) moments = thinned(moments, apart);
  return moments;
}

/** Of moments closer than this, in ns, the first. */
function thinned(moments, apart) {
  let before = -Infinity;
  return moments.filter((time) => {
    const isKept = time - before >= apart;
    if (isKept) before = time;
    return isKept;
  });
}

/** Straight between the knots around `next`. */
function onKnots(knots, next, from, to, value) {
  if (next <= 0) return knots[0][to];
  if (next >= knots.length) return knots.at(-1)[to];
  const [low, high] = [knots[next - 1], knots[next]];
  const share = high[from] > low[from] ? (value - low[from]) / (high[from] - low[from]) : 1;
  return low[to] + share * (high[to] - low[to]);
}
