// Which frames of a window are drawn one by one, and which are too close and become a bar with a count.

const MOST_APART = 3; // so many alike within the height of a bar are still drawn one by one
const MOST_ARROWS = 300; // arrows at one time; of more, the fullest bins become bars, whatever their number

/**
 * Sort the frames of a stretch of time.
 * @param {object} app the app
 * @param {object} crossings see createCrossings
 * @param {{from, to, bin: number}} part ns; `bin` is the height of a bar as a length of time
 * @param {(frame: number) => boolean} isWanted whether a frame is drawn at all
 * @returns {{singles: number[], bars: Array<{first, last, count, from, to, family}>}}
 */
export function bundle(app, crossings, part, isWanted) {
  const { time } = app.store.doc.frames;
  const groups = new Map();
  const width = Math.max(1, part.bin);
  for (let index = app.store.frameIndexAt(part.from); index < time.length && time[index] < part.to; index += 1) {
    if (!isWanted(index)) continue;
    const place = Math.floor(time[index] / width);
    const key = `${place} ${crossings.shape[index]} ${crossings.family[index]}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { place, frames: [index] });
    else group.frames.push(index);
  }
  const singles = [];
  const bars = [];
  const isFull = groups.size > MOST_ARROWS;
  for (const { place, frames } of groups.values()) {
    if (frames.length <= (isFull ? 1 : MOST_APART)) singles.push(...frames);
    else bars.push(barOf(crossings, frames, place * width, width));
  }
  return { singles: thinnedOut(singles, MOST_ARROWS), bars };
}

function barOf(crossings, frames, from, width) {
  const first = frames[0];
  return { first, last: frames.at(-1), count: frames.length, from, to: from + width, family: crossings.family[first] };
}

/** Evenly fewer, if there are more than can be told apart. */
function thinnedOut(list, most) {
  if (list.length <= most) return list;
  const step = list.length / most;
  return Array.from({ length: most }, (_, place) => list[Math.floor(place * step)]);
}
