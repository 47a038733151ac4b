// What the ladder needs of each frame, worked out once: its family, and where its copies ended.
import { FAMILIES, familyOf } from "../drawing/looks.js";

export const FAMILY_NAMES = Object.keys(FAMILIES);

/**
 * Columns beside the document's frames.
 * @returns {{family: Uint8Array, shape: Uint32Array, endsOf}} equal `shape`: the same sender reached and missed the
 *   same hosts; `endsOf(frame)` lists [{node, at (ns), lost (why, or "")}], node -1 for a copy lost on the way to many
 */
export function createCrossings(doc) {
  const { frames } = doc;
  const isSwitch = doc.nodes.map((node) => node.kind === "switch");
  const ends = doc.routes.map((route) => routeEnds(doc, route, isSwitch));
  const ids = new Map();
  const number = (key) => {
    if (!ids.has(key)) ids.set(key, ids.size);
    return ids.get(key);
  };
  const shapes = ends.map((list) => list.map((end) => `${end.node}${end.lost}`).join("|"));
  const count = frames.time.length;
  const family = new Uint8Array(count);
  const shape = new Uint32Array(count);
  for (let index = 0; index < count; index += 1) {
    const kind = doc.kinds[frames.kind[index]];
    family[index] = FAMILY_NAMES.indexOf(familyOf(kind, doc.texts[frames.text[index]], frames.probe[index]));
    shape[index] = number(`${frames.src[index]}:${frames.to[index]}:${shapes[frames.route[index]]}`);
  }
  const endsOf = (index) => ends[frames.route[index]].map((end) => ({
    node: end.node < 0 ? frames.to[index] : end.node,
    at: frames.time[index] + end.after,
    lost: end.lost,
  }));
  return { family, shape, endsOf };
}

/** Hosts that a route reached or missed; a copy that was lost before a switch was for the addressee (-1). */
function routeEnds(doc, route, isSwitch) {
  const found = [];
  for (const [link, way, , after, outcome] of route) {
    const node = way === 0 ? doc.links[link].b : doc.links[link].a;
    const text = doc.outcomes[outcome];
    const lost = text === "delivered" || text === "in_flight" ? "" : text;
    if (lost) found.push({ node: isSwitch[node] ? -1 : node, after, lost });
    else if (!isSwitch[node] && text === "delivered") found.push({ node, after, lost });
  }
  return found;
}
