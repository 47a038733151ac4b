// What measured clients ask: their questions among the frames, and whether they are silent. Pure: from the document.

const POLL_SHARE = 0.2; // of the questions to the address asked most; to what is asked less often a client only polls

/**
 * Look-ups for frames of clients: {isQuestion(frame), answers(frame), isSilent(node, time), nodes}.
 * `answers` is the client's node that a frame answers, or -1; background polls are neither.
 */
export function createProbes(doc) {
  const { frames } = doc;
  const spans = new Map();
  for (const lane of doc.lanes.filter((one) => one.kind === "client")) {
    spans.set(lane.node, [...(spans.get(lane.node) ?? []), ...lane.spans.filter((span) => span[2] === "silent")]);
  }
  // Octets 26 to 33 of an Ethernet frame with IPv4: source and destination.
  const address = (index, octet) => (doc.bytes[frames.bytes[index]] ?? "").slice(2 * octet, 2 * octet + 8);
  const counts = new Map();
  for (let index = 0; index < frames.time.length; index += 1) {
    if (!frames.probe[index] || !spans.has(frames.src[index])) continue;
    const key = `${frames.src[index]} ${address(index, 30)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const most = new Map();
  for (const [key, count] of counts) most.set(key.split(" ")[0], Math.max(most.get(key.split(" ")[0]) ?? 0, count));
  const asked = new Set([...counts.keys()].filter((key) => counts.get(key) >= POLL_SHARE * most.get(key.split(" ")[0])));
  return {
    nodes: [...spans.keys()],
    isQuestion: (index) => Boolean(frames.probe[index]) && asked.has(`${frames.src[index]} ${address(index, 30)}`),
    answers(index) {
      const to = frames.to[index];
      return frames.probe[index] && !spans.has(frames.src[index]) && asked.has(`${to} ${address(index, 26)}`) ? to : -1;
    },
    /** Whether a client of a node is silent; what is asked at the very moment of its last answer was answered. */
    isSilent: (node, time) => (spans.get(node) ?? []).some(([from, to]) => from < time && time < to),
  };
}
