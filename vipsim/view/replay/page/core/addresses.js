// Virtual addresses that always had the same owners are told together.

/** Groups of addresses: {label, short, title, spans: [[from, to, node]]} in the order of the document. */
export function addressGroups(doc) {
  const groups = new Map();
  for (const vip of doc.vips) {
    const spans = doc.owners.filter((one) => one.vip === vip).flatMap((one) => one.spans);
    const key = JSON.stringify(spans);
    if (groups.has(key)) groups.get(key).vips.push(vip);
    else groups.set(key, { vips: [vip], spans });
  }
  return [...groups.values()].map(({ vips, spans }) => ({ label: shortList(vips), short: vips.length < 2 ? vips[0] : `${vips.length} addresses`, title: vips.join(", "), spans }));
}

/**
 * Who owns an address at a time, of its spans [[from, to, node]]: indexes of nodes, each once; none: nobody.
 * What lasts to the window's end (ns) holds there, too. Head, tags and tables all ask here.
 */
export function ownersAmong(spans, time, end) {
  const held = spans.filter(([from, to]) => from <= time && (time < to || to === end));
  return [...new Set(held.map((span) => span[2]))].sort((a, b) => a - b);
}

function shortList(vips) {
  return vips.length < 3 ? vips.join(", ") : `${vips[0]} and ${vips.length - 1} more`;
}
