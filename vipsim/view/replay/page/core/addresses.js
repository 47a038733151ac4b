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

function shortList(vips) {
  return vips.length < 3 ? vips.join(", ") : `${vips[0]} and ${vips.length - 1} more`;
}
