// Rows of the event list: the listed items, and between them the clients' probes, summed.
import { countText } from "../core/words.js";
import { findQuestions } from "./questions.js";

/** A row of probes before any is counted. */
const EMPTY_SUM = { time: 0, last: 0, probes: 0, probesAnswered: 0, polls: 0, pollsAnswered: 0, others: 0 };

/** Make the function that lists rows: an index of store.items, or {probes, polls, ...} of what is not listed. */
export function createRows(app) {
  const { items } = app.store;
  const { rank, answered } = findQuestions(app.doc);
  const add = (sum, item) => {
    sum.last = item.time;
    const name = ["others", "probes", "polls"][rank[item.frame]];
    sum[name] += 1;
    if (name !== "others") sum[`${name}Answered`] += answered[item.frame];
  };
  return () => {
    const { filter, listed } = app;
    const isSummed = !filter.probes && filter.text === "" && filter.kind === "" && filter.node === "";
    if (!isSummed) return listed;
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
        sum ??= { ...EMPTY_SUM, time: items[index].time };
        add(sum, items[index]);
      }
    }
    if (sum !== null) rows.push(sum);
    return rows;
  };
}

/** What a row of probes says: "313 probes, none answered". */
export function sumText(sum) {
  const name = ["probe", "poll"].find((one) => sum[`${one}s`] > 0);
  if (name === undefined) return countText(sum.others, "frame of clients", "frames of clients");
  const count = sum[`${name}s`];
  const answered = sum[`${name}sAnswered`];
  const text = countText(count, name);
  if (answered === count) return count === 1 ? `${text}, answered` : `${text}, all answered`;
  if (answered === 0) return count === 1 ? `${text}, not answered` : `${text}, none answered`;
  return `${text}, ${answered.toLocaleString("en-US")} answered`;
}

/** Time of a row, in ns. */
export function rowTime(app, row) {
  return typeof row === "number" ? app.store.items[row].time : row.time;
}
