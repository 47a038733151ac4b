// The head of the page: what this is, what happens now, the clock, who owns the address, the outage.
import { firstAtOrAfter } from "../core/store.js";
import { lengthText, listText, SECOND } from "../core/words.js";
import { fill, h, setText } from "../drawing/dom.js";

/** A caption of more letters is set smaller. */
const LONG_TEXT = 70;
/** So long (ns of the run) the head shows the outage that is over now. */
const MOMENT = SECOND;

/** Make the header. */
export function createHeader(app) {
  const { doc } = app;
  const question = unbroken(doc.question ?? "");
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
      h("h1", null, doc.heading ?? doc.name, h("small", null, ` ${whichText(doc)}`)),
      h("p", { class: "v-lesson", title: doc.lesson }, doc.lesson),
      question ? h("p", { class: "v-question", title: question }, question) : null,
    ),
    caption,
    h("div", { class: "v-readouts" }, owner.element, outage.element, clock.element),
  );
  const show = () => {
    const [whole, rest] = clockParts(app.now);
    fill(clock.value, whole, h("small", null, rest), " s");
    const told = captionText(app);
    setText(caption, told);
    caption.classList.toggle("v-is-long", told.length > LONG_TEXT);
    setText(owner.value, ownerText(app));
    owner.element.dataset.count = String(ownersNow(app));
    const { text, label, state } = outageNow(app);
    setText(outage.value, text);
    setText(outage.label, label);
    outage.element.dataset.state = state;
  };
  app.on("time", show);
  app.on("play", show);
  app.on("theme", show);
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
  // From the last row only the caption can be read.
  const { cover, projector } = app.root.dataset;
  if (app.doc.question && cover === "on" && projector === "on") return unbroken(app.doc.question);
  return app.now === app.store.start && !app.playing ? "Space plays, arrows step, ? tells more" : "";
}

/** No line ends between a number and its unit. */
function unbroken(text) {
  return text.replace(/(\d) (m?s)\b/g, "$1\u00a0$2");
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

/** One outage, until now: whose, how long ("> 70.018 s" if the run ends before it does), whether it lasts. */
function readOutage(app, outage) {
  const until = Math.min(outage.to ?? Infinity, app.now);
  const isCut = outage.to === null && app.now >= app.store.end;
  const text = `${isCut ? "> " : ""}${((until - outage.from) / SECOND).toFixed(3)} s`;
  const label = app.doc.outages.length > 1 ? `Outage of ${outage.client}` : "Outage";
  return { text, label, state: outage.to === null || outage.to > app.now ? "on" : "over" };
}

/** The longest outage of what failed last: a stopwatch while any lasts, its length when all are over. */
function outageNow(app) {
  const begun = app.doc.outages.filter((outage) => outage.from <= app.now);
  if (begun.length === 0) return { text: "none yet", label: "Outage", state: "none" };
  const last = begun.reduce((one, other) => (other.from >= one.from ? other : one));
  const isSame = ({ failover }) => failover !== null && failover === last.failover;
  // The caption tells whose answers came back just now: so does the head, for a moment.
  const back = begun.findLast((outage) => outage.to !== null && outage.to <= app.now && app.now < outage.to + MOMENT);
  if (back !== undefined && captionText(app).includes(`${back.client} is answered again`)) return readOutage(app, back);
  const same = begun.filter((outage) => outage === last || isSame(outage));
  const isOn = (outage) => outage.to === null || outage.to > app.now;
  const untilNow = (outage) => Math.min(outage.to ?? Infinity, app.now) - outage.from;
  const lasting = same.filter(isOn);
  const longest = (lasting.length > 0 ? lasting : same).reduce((one, other) => (untilNow(other) > untilNow(one) ? other : one));
  return readOutage(app, longest);
}
