// Rows of the event list: the listed items, and between them the clients' probes, summed.

/** Rows: an index of store.items, or {count, answers, time, last} for probes that are not listed. */
export function listRows(app) {
  const { filter, listed } = app;
  const isSummed = !filter.probes && filter.text === "" && filter.kind === "" && filter.node === "";
  if (!isSummed) return listed;
  const { items } = app.store;
  const clients = clientNodes(app.doc);
  const rows = [];
  let sum = null;
  let next = 0;
  for (let index = 0; index < items.length; index += 1) {
    if (listed[next] === index) {
      if (sum !== null) rows.push(sum);
      sum = null;
      rows.push(index);
      next += 1;
    } else if (items[index].probe) {
      sum ??= { count: 0, answers: 0, time: items[index].time, last: 0 };
      sum.last = items[index].time;
      if (clients.has(items[index].node)) sum.count += 1;
      else sum.answers += 1;
    }
  }
  if (sum !== null) rows.push(sum);
  return rows;
}

/** What a row of probes says: "313 probes, no answer". */
export function sumText(sum) {
  const probes = `${sum.count.toLocaleString("en-US")} ${sum.count === 1 ? "probe" : "probes"}`;
  if (sum.answers === 0) return `${probes}, no answer`;
  const answers = `${sum.answers.toLocaleString("en-US")} ${sum.answers === 1 ? "answer" : "answers"}`;
  return sum.count === 0 ? answers : `${probes}, ${answers}`;
}

/** Time of a row, in ns. */
export function rowTime(app, row) {
  return typeof row === "number" ? app.store.items[row].time : row.time;
}

/** Indexes of the nodes whose traffic is measured: what they send are probes, the rest are answers. */
function clientNodes(doc) {
  return new Set(doc.lanes.filter((lane) => lane.kind === "client").map((lane) => lane.node));
}
