// What is selected: what it says, why it happened, where it went, its fields and its bytes.
import { createNames } from "../core/names.js";
import { exactText } from "../core/words.js";
import { fill, h, setText } from "../drawing/dom.js";
import { createAnatomy, decodedFrame } from "./anatomy.js";
import { conversationOf, nearestFrame } from "./conversations.js";
import { sentenceOf } from "./sentence.js";
import { createStory, fateText } from "./story.js";
import { createTabs } from "./tabs.js";

const NOTHING_SELECTED =
  "Nothing is selected. Choose an event in the list, or a frame in a picture: " +
  "here stand what it says, why it happened, its fields and its bytes.";

/** Make the part. */
export function createDetail(app) {
  const names = createNames(app.doc);
  const head = h("p", { class: "v-detail-head" });
  const sentence = h("p", { class: "v-detail-sentence" });
  const fate = h("p", { class: "v-detail-fate" });
  const story = createStory(app);
  const anatomy = createAnatomy(app, names);
  const tabs = createTabs("Of what is selected", [
    { name: "story", label: "Why", element: story.element },
    { name: "anatomy", label: "Fields and bytes", element: anatomy.element },
  ]);
  const empty = h("p", { class: "v-empty" }, NOTHING_SELECTED);
  const body = h("div", { class: "v-detail-body" }, h("div", { class: "v-detail-top" }, head, sentence, fate), tabs.element);
  const walks = [createWalk(app, "kind", sameKind), createWalk(app, "conversation", sameConversation)];

  const show = () => {
    const item = app.selected === null ? null : app.store.item(app.selected);
    empty.hidden = item !== null;
    body.hidden = item === null;
    for (const walk of walks) walk.show(item);
    if (item === null) return;
    const frame = item.frame < 0 ? null : app.store.frame(item.frame);
    const decoded = frame && decodedFrame(app.doc, frame);
    fill(head, headParts(app, item));
    setText(sentence, decoded ? sentenceOf(decoded, app.store.nodeName(frame.src), names) : item.text);
    setText(fate, frame ? fateText(app, frame) : "");
    fate.classList.toggle("v-is-lost", Boolean(frame?.isLost));
    story.show(item);
    if (decoded) anatomy.show(decoded);
    tabs.allow("anatomy", decoded !== null);
  };
  app.on("select", show);
  app.on("theme", show);
  show();
  return { element: h("div", { class: "v-detail" }, empty, body), tools: walks.map((walk) => walk.element) };
}

/** Kind, place and time of an item. */
function headParts(app, item) {
  const node = app.store.nodeName(item.node);
  const what = item.frame < 0 ? item.kind : `frame: ${item.kind}`;
  return [h("strong", { class: "v-badge", data: { kind: item.kind } }, what), ` ${node ? `${node}, ` : ""}${exactText(item.time)}`];
}

/** Two buttons that go to the frame before and the frame behind of the same sort. */
function createWalk(app, label, sameSort) {
  let found = [-1, -1];
  const go = (place) => () => found[place] >= 0 && app.select(`f${found[place]}`);
  const button = (place, sign, word) => {
    const name = `${word} frame of the same ${label}`;
    return h("button", { class: "v-look", type: "button", title: name, "aria-label": name, on: { click: go(place) } }, sign);
  };
  const buttons = [button(0, "‹", "Previous"), button(1, "›", "Next")];
  const element = h("span", { class: "v-walk" }, buttons[0], label, buttons[1]);
  return {
    element,
    show(item) {
      const isFrame = item !== null && item.frame >= 0;
      element.hidden = !isFrame;
      if (!isFrame) return;
      const fits = sameSort(app.doc, item.frame);
      found = [-1, 1].map((direction) => nearestFrame(app.store, item.frame, direction, fits));
      // Not disabled: a button that loses the focus would throw who walks by keys out of the panel.
      buttons.forEach((one, place) => one.setAttribute("aria-disabled", String(found[place] < 0)));
    },
  };
}

function sameKind(doc, index) {
  const { kind } = doc.frames;
  return (other) => kind[other] === kind[index];
}

function sameConversation(doc, index) {
  const nameOf = (one) => conversationOf(doc.bytes[doc.frames.bytes[one]] ?? "");
  const wanted = nameOf(index);
  return (other) => nameOf(other) === wanted;
}
