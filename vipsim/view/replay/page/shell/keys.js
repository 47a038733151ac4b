// The keyboard: keys are heard inside the element only, never on the whole document.
import { SECOND } from "../core/words.js";

/** Listen to the keys of an app. */
export function listenToKeys(app, themes, help) {
  const { root } = app;
  if (!root.hasAttribute("tabindex")) {
    root.tabIndex = -1;
    app.onCleanup(() => root.removeAttribute("tabindex"));
  }
  const actions = keyActions(app, themes, help);
  let usesPointer = false;
  const hear = (event) => {
    usesPointer = false;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target) || help.element.open) return;
    const letter = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const action = (event.shiftKey && actions[`Shift+${event.key}`]) || actions[letter];
    if (action === undefined || (event.key === " " && isButton(event.target))) return;
    event.preventDefault();
    action();
  };
  // What was pressed with a pointer does not keep the keys: Space plays right after a click on a button.
  const notePointer = () => (usesPointer = true);
  const giveBack = (event) => {
    const holder = root.getRootNode().activeElement;
    const isDone = isButton(holder) || isSlider(holder) || (event.type === "change" && holder?.tagName === "SELECT");
    if (!usesPointer || !isDone || !root.contains(holder) || help.element.open) return;
    root.focus({ preventScroll: true });
  };
  root.addEventListener("keydown", hear);
  root.addEventListener("click", giveBack);
  root.addEventListener("change", giveBack);
  root.addEventListener("pointerdown", notePointer);
  app.onCleanup(() => {
    root.removeEventListener("keydown", hear);
    root.removeEventListener("click", giveBack);
    root.removeEventListener("change", giveBack);
    root.removeEventListener("pointerdown", notePointer);
  });
}

/** What each key does. */
function keyActions(app, themes, help) {
  const { store } = app;
  return {
    " ": () => (app.playing ? app.pause() : app.play()),
    ArrowLeft: () => app.step(-1),
    ArrowRight: () => app.step(1),
    "Shift+ArrowLeft": () => app.goTo(app.now - SECOND),
    "Shift+ArrowRight": () => app.goTo(app.now + SECOND),
    PageUp: () => app.chapter(-1),
    PageDown: () => app.chapter(1),
    Home: () => app.goTo(store.start),
    End: () => app.goTo(store.end),
    "+": () => app.changeSpeed(1),
    "=": () => app.changeSpeed(1),
    "-": () => app.changeSpeed(-1),
    "/": () => app.focusFilter?.(),
    l: () => app.zoomLadder?.(),
    p: () => themes.toggle("projector"),
    c: () => themes.toggle("contrast"),
    t: () => themes.toggle("dark"),
    h: () => themes.toggle("cover"),
    m: () => themes.toggle("still"),
    "?": () => help.open(),
    Escape: () => app.focused !== null && app.focusPanel(app.focused),
  };
}

/** Whether keys belong to the element: a field or a choice. */
function isTyping(element) {
  return /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) && element.type !== "checkbox";
}

/** Whether the element moves the time by its own arrow keys, which it shall only if it was reached by Tab. */
function isSlider(element) {
  return Boolean(element?.matches("[role=slider]"));
}

/** Whether Space presses the element itself. */
function isButton(element) {
  return Boolean(element?.matches("button, summary, input[type=checkbox], [role=button], [role=tab]"));
}
