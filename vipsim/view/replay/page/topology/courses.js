// The way of a frame over the picture: legs in px with the times of the real hops.

const DELIVERED = ["delivered", "in_flight"];

/**
 * Legs of one route, each a hop from box to box; a leg that leaves a switch begins where its frame came in.
 * @returns {{legs, span}} times in ns since the frame was sent; `at` is the share of a leg where a copy was lost
 */
export function courseOf(doc, placed, route) {
  const legs = [];
  for (const [link, way, sent, arrival, outcome] of doc.routes[route]) {
    const ends = doc.links[link];
    const [from, to] = way === 0 ? [ends.a, ends.b] : [ends.b, ends.a];
    const line = placed.links[link];
    const points = way === 0 ? [...line] : [...line].reverse();
    const cable = lengthOf(points);
    const before = placed.boxes[from].isSwitch ? cameIn(legs, from, sent) : null;
    if (before) {
      points.unshift(before.points[before.points.length - 1]);
    }
    const text = doc.outcomes[outcome];
    const lost = DELIVERED.includes(text) ? "" : text;
    const start = before ? before.end : sent;
    legs.push(measured({ link, from, to, points, cable, start, end: Math.max(arrival, start + 1), lost }, placed));
  }
  return { legs, span: Math.max(1, ...legs.map((leg) => leg.end)) };
}

/** The latest leg that reached a switch before a time. */
function cameIn(legs, node, time) {
  let latest = null;
  for (const leg of legs) {
    if (leg.to === node && !leg.lost && leg.end <= time && (!latest || leg.end >= latest.end)) {
      latest = leg;
    }
  }
  return latest;
}

function lengthOf(points) {
  return points.slice(1).reduce((sum, [x, y], index) => sum + Math.hypot(x - points[index][0], y - points[index][1]), 0);
}

/** Add lengths in px, and where on the leg a lost copy ends. */
function measured(leg, placed) {
  leg.lengths = [0];
  for (let index = 1; index < leg.points.length; index += 1) {
    const [a, b] = [leg.points[index - 1], leg.points[index]];
    leg.lengths.push(leg.lengths[index - 1] + Math.hypot(b[0] - a[0], b[1] - a[1]));
  }
  leg.length = leg.lengths[leg.lengths.length - 1];
  leg.at = leg.lost ? placeOfLoss(leg, placed) : 1;
  return leg;
}

/** A dark host loses it at its door, a port without carrier at the start, a fault on the way. */
function placeOfLoss(leg, placed) {
  const visible = placed.boxes[leg.to].isSwitch ? placed.boxes[leg.to].h / 2 + 4 : 5;
  const door = Math.max(0.5, 1 - visible / Math.max(1, leg.length));
  if (/host|service|kernel/.test(leg.lost)) {
    return door;
  }
  const cable = leg.cable;
  const share = /carrier|port is/.test(leg.lost) ? 0.3 : 0.55;
  return Math.min(door, 1 - (cable * (1 - share)) / Math.max(1, leg.length));
}

/** The point [x, y] at a share 0..1 of a leg. */
export function pointOn(leg, share) {
  const wanted = share * leg.length;
  let index = 1;
  while (index < leg.lengths.length - 1 && leg.lengths[index] < wanted) {
    index += 1;
  }
  const [a, b] = [leg.points[index - 1], leg.points[index]];
  const part = leg.lengths[index] - leg.lengths[index - 1];
  const inside = part ? (wanted - leg.lengths[index - 1]) / part : 0;
  return [a[0] + (b[0] - a[0]) * inside, a[1] + (b[1] - a[1]) * inside];
}

/** The points of a leg up to a share of it, as the `points` of a polyline. */
export function pathUntil(leg, share) {
  const wanted = share * leg.length;
  const kept = leg.points.filter((_, index) => leg.lengths[index] < wanted);
  return [...kept, pointOn(leg, share)].map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
}
