// The head of the page: what this is, what happens now, the clock, who owns the address, the outage.
import { firstAtOrAfter } from "../core/store.js";
import { lengthText, listText, SECOND } from "../core/words.js";
import { fill, h, setText } from "../drawing/dom.js";

/** Make the header. */
export function createHeader(app) {
  const { doc } = app;
  const caption = h("p", { class: "v-caption" });
  const clock = readout("Clock", "v-clock");
  const owned = doc.vips.length > 1 ? `${doc.vips.length} addresses` : (doc.vips[0] ?? "the address");
  const owner = readout(`Owner of ${owned}`, "v-owner");
  const outage = readout("Outage", "v-outage");
  const element = h(
    "header",
    { class: "v-header" },
    h(
      "div",
      { class: "v-name" },
      h("h1", null, doc.name, h("small", null, ` ${whichText(doc)}`)),
      h("p", { title: doc.lesson }, doc.lesson),
    ),
    caption,
    h("div", { class: "v-readouts" }, owner.element, outage.element, clock.element),
  );
  const show = () => {
    const [whole, rest] = clockParts(app.now);
    fill(clock.value, whole, h("small", null, rest), " s");
    setText(caption, captionText(app));
    setText(owner.value, ownerText(app));
    owner.element.dataset.count = String(ownersNow(app));
    const { text, label, state } = outageNow(app);
    setText(outage.value, text);
    setText(outage.label, label);
    outage.element.dataset.state = state;
  };
  app.on("time", show);
  app.on("play", show);
  show();
  return { element };
}

/** Which run this is, and which part of it if not all. */
function whichText(doc) {
  const isPart = doc.start > 0 || doc.end < doc.duration;
  const part = isPart ? `, ${lengthText(doc.start)} to ${lengthText(doc.end)} of ${lengthText(doc.duration)}` : "";
  return `seed ${doc.seed}${part}`;
}

function readout(label, kind) {
  const value = h("span", { class: "v-value" });
  const name = h("span", { class: "v-label" }, label);
  return { value, label: name, element: h("div", { class: `v-readout ${kind}` }, name, value) };
}

/** "8.123" and "456": seconds to ms, and the microseconds after them. */
function clockParts(now) {
  const text = (now / SECOND).toFixed(6);
  return [text.slice(0, -3), text.slice(-3)];
}

/** The chapter that the clock is in; before the first, what a teacher needs to begin. */
function captionText(app) {
  const { chapters } = app.doc;
  const next = firstAtOrAfter(chapters.length, (index) => chapters[index].time, app.now + 1);
  if (next > 0) return joinedText(chapters[next - 1].text);
  return app.now === app.store.start && !app.playing ? "Space plays, arrows step, ? tells more" : "";
}

/** "db2 becomes MASTER; db2 takes the address" as "db2 becomes MASTER, takes the address". */
function joinedText(text) {
  let before = "";
  return text.split("; ").reduce((all, part) => {
    const [subject, ...rest] = part.split(" ");
    const isSame = subject === before;
    before = subject;
    if (all === "") return part;
    return isSame ? `${all}, ${rest.join(" ")}` : `${all} \u00b7 ${part}`;
  }, "");
}

function ownersNow(app) {
  const counts = app.doc.owners.map((owner) => app.store.ownersAt(owner, app.now).length);
  return counts.includes(0) ? 0 : Math.max(...counts, 0);
}

/** Who owns each address; one name if it is the same for all. */
function ownerText(app) {
  const texts = app.doc.owners.map((owner) => {
    const names = app.store.ownersAt(owner, app.now).map(app.store.nodeName);
    return names.length === 0 ? "nobody" : listText(names);
  });
  if (new Set(texts).size < 2) return texts[0] ?? "nobody";
  const tails = app.doc.owners.map((owner) => owner.vip.split(/[.:]/).slice(-2).join("."));
  return texts.map((text, index) => `${tails[index]}: ${text}`).join(", ");
}

/** The longest outage of what failed last: a stopwatch while any lasts, its length when all are over. */
function outageNow(app) {
  const begun = app.doc.outages.filter((outage) => outage.from <= app.now);
  if (begun.length === 0) return { text: "none yet", label: "Outage", state: "none" };
  const last = begun.reduce((one, other) => (other.from >= one.from ? other : one));
  const isSame = ({ failover }) => failover !== null && failover === last.failover;
  const same = begun.filter((outage) => outage === last || isSame(outage));
  const isOn = (outage) => outage.to === null || outage.to > app.now;
  const untilNow = (outage) => Math.min(outage.to ?? Infinity, app.now) - outage.from;
  const lasting = same.filter(isOn);
  const longest = (lasting.length > 0 ? lasting : same).reduce((one, other) => (untilNow(other) > untilNow(one) ? other : one));
  const label = app.doc.outages.length > 1 ? `Outage of ${longest.client}` : "Outage";
  return { text: `${(untilNow(longest) / SECOND).toFixed(3)} s`, label, state: isOn(longest) ? "on" : "over" };
}
