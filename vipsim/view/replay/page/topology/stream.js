// A calm stream of what clients ask: of many probes a few, so that who asks into the void is seen.
import { createProbes } from "../core/probes.js";

const SLOT = 0.35; // s of the page: in each at most one question in silence and one that is answered are shown
const ANSWER_WITHIN = 60; // frames after a question in which its answer is looked for

/**
 * The frames of clients that are shown although they are not listed.
 * @returns {(page: number, glow: number) => number[]} frames of the last `glow` s of the page, at the page's time; the
 *   same at the same time, however it was reached
 */
export function createStream(app, timeOf) {
  const { doc, store } = app;
  const { frames } = doc;
  const probes = createProbes(doc);
  const kept = new Map(); // of a slot of the run's time: what it shows; asked for in every picture

  /** The answer to a question, or -1. */
  const answerTo = (index) => {
    for (let other = index + 1; other < Math.min(frames.time.length, index + ANSWER_WITHIN); other += 1) {
      if (probes.answers(other) === frames.src[index] && frames.src[other] === frames.to[index]) return other;
    }
    return -1;
  };
  const pick = (from, to) => {
    let answered = -1;
    for (let index = store.frameIndexAt(from); index < frames.time.length && frames.time[index] < to; index += 1) {
      if (!probes.isQuestion(index)) continue;
      if (probes.isSilent(frames.src[index], frames.time[index])) return answered < 0 ? [index] : [...withAnswer(answered), index];
      if (answered < 0) answered = index;
    }
    return answered < 0 ? [] : withAnswer(answered);
  };
  const withAnswer = (index) => [index, answerTo(index)].filter((one) => one >= 0);

  return (page, glow) => {
    const found = [];
    for (let slot = Math.max(0, Math.floor((page - glow) / SLOT)); slot <= Math.floor(page / SLOT); slot += 1) {
      const [from, to] = [Math.ceil(timeOf(slot * SLOT)), Math.ceil(timeOf((slot + 1) * SLOT))];
      const key = `${from} ${to}`;
      if (!kept.has(key)) {
        if (kept.size > 500) kept.clear();
        kept.set(key, pick(from, to));
      }
      found.push(...kept.get(key).filter((index) => frames.time[index] <= app.now));
    }
    return found;
  };
}

/** Whether a frame of the stream was sent while its client was answered: it is shown fainter. */
export function isCalm(doc, index) {
  return Boolean(doc.frames.probe[index]) && doc.routes[doc.frames.route[index]].every((hop) => ["delivered", "in_flight"].includes(doc.outcomes[hop[4]]));
}
