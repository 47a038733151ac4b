// Which frames of clients are questions, and which of them were answered.

/** For each frame {rank: 0 (no question), 1 (a measured probe) or 2 (a poll beside it), answered: 0 or 1}. */
export function findQuestions(doc) {
  const { src, to, of, why, probe, route } = doc.frames;
  const clients = new Set(doc.lanes.filter((lane) => lane.kind === "client").map((lane) => lane.node));
  const count = src.length;
  const rank = new Uint8Array(count);
  const answered = new Uint8Array(count);
  const streams = new Map();
  for (let index = 0; index < count; index += 1) {
    if (!probe[index]) continue;
    if (of[index] < 0 && clients.has(src[index])) {
      const stream = `${src[index]} ${why[index]}`;
      if (!streams.has(stream)) streams.set(stream, []);
      streams.get(stream).push(index);
      continue;
    }
    const first = firstOf(of, index);
    const isBack = src[index] !== src[first] && to[index] === src[first];
    const hops = doc.routes[route[index]];
    if (isBack && hops.every((hop) => doc.outcomes[hop[4]] === "delivered")) answered[first] = 1;
  }
  rankStreams(streams, rank, src);
  return { rank, answered };
}

/** The frame that a chain of answers and copies goes back to. */
function firstOf(of, index) {
  let first = index;
  while (of[first] >= 0 && of[first] < first) first = of[first];
  return first;
}

/** A client's busiest stream is what measures it; what else it asks is rare and beside it. */
function rankStreams(streams, rank, src) {
  const most = new Map();
  for (const indexes of streams.values()) {
    const node = src[indexes[0]];
    most.set(node, Math.max(most.get(node) ?? 0, indexes.length));
  }
  for (const indexes of streams.values()) {
    const isMain = indexes.length * 2 > most.get(src[indexes[0]]);
    for (const index of indexes) rank[index] = isMain ? 1 : 2;
  }
}
