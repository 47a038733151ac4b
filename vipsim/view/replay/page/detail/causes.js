// Why something happened: the chain of causes, the frame that carried one, and what broke in between.

/** So many equal steps in a row, such as a timer that arms itself again, are told as one. */
const FEWEST_FOLDED = 3;

/** Items by their cause, of each store. */
const itemsByCause = new WeakMap();

/** The item that made this one happen; null: none, or before what the page holds. */
export function causeOf(store, item) {
  return item.cause ? store.item(`r${item.cause}`) : null;
}

/** The item and its causes, latest first: the last is a fault, a start, or the oldest that the page holds. */
export function chainOf(store, item) {
  const chain = [];
  for (let one = item; one !== null && !chain.includes(one); one = causeOf(store, one)) chain.push(one);
  return chain;
}

/**
 * The chain as steps {item, meanwhile, folded}: `meanwhile` are the faults between the item and its cause,
 * `folded` the equal items behind this one that are told with it.
 */
export function stepsOf(store, item) {
  const chain = chainOf(store, item);
  const steps = [];
  for (let place = 0; place < chain.length; place += 1) {
    const one = chain[place];
    const first = chain.findIndex((other, index) => index > place && !areAlikeItems(one, other));
    const count = (first < 0 ? chain.length : first) - place;
    // The last of equal ones is told by itself: it shows when they began.
    const folded = count >= FEWEST_FOLDED && place > 0 ? chain.slice(place + 1, place + count - 1) : [];
    const next = chain[place + folded.length + 1] ?? null;
    steps.push({ item: one, folded, meanwhile: next ? faultsBetween(store, next.time, one.time) : [] });
    place += folded.length;
  }
  return steps;
}

function areAlikeItems(one, other) {
  return one.kind === other.kind && one.node === other.node && one.text === other.text;
}

/** Faults after one time and before or at another: what a silence may come from. */
function faultsBetween(store, after, until) {
  const found = [];
  for (let index = store.indexAt(after + 1); index < store.items.length; index += 1) {
    const item = store.items[index];
    if (item.time > until) break;
    if (item.kind === "fault") found.push(item);
  }
  return found;
}

/**
 * The frame that made the item's node act: the one that its reason speaks of, or the latest that reached the
 * node with the same cause. Null: none.
 */
export function frameBefore(store, item) {
  const of = item.frame < 0 ? -1 : store.doc.frames.of[item.frame];
  if (of >= 0) return store.item(`f${of}`);
  return item.cause ? latestFrameTo(store, item, itemsOfCause(store).get(item.cause) ?? []) : null;
}

function latestFrameTo(store, item, kin) {
  const frames = kin.filter((one) => one.frame >= 0 && one !== item && one.time <= item.time);
  return frames.findLast((one) => hadReached(store.frame(one.frame), item)) ?? null;
}

/** Whether a frame of another node had arrived at the item's node by then. */
function hadReached(frame, item) {
  if (frame.src === item.node) return false;
  return frame.hops.some((hop) => hop.to === item.node && hop.outcome === "delivered" && hop.arrived <= item.time);
}

/** What a record made happen, in order of time; nothing of a frame, which is an effect itself. */
export function effectsOf(store, item) {
  if (item.frame >= 0) return [];
  const id = Number(item.ref.slice(1));
  return itemsOfCause(store).get(id) ?? [];
}

function itemsOfCause(store) {
  let found = itemsByCause.get(store);
  if (found) return found;
  found = new Map();
  for (const item of store.items) {
    if (!item.cause) continue;
    if (found.has(item.cause)) found.get(item.cause).push(item);
    else found.set(item.cause, [item]);
  }
  itemsByCause.set(store, found);
  return found;
}
