// When a picture has to be laid out again: its room, the size of type, or the theme changed.
import { setAttr, setText } from "./dom.js";


/** Call `draw(width, height)` when an element has a size, and whenever the size or the looks change. */
export function watchRoom(app, element, draw) {
  let before = "";
  const look = () => {
    const [width, height] = [element.clientWidth, element.clientHeight];
    const { projector, dark, contrast, cover } = app.root.dataset;
    const key = `${width} ${height} ${projector} ${dark} ${contrast} ${cover}`;
    if (width < 40 || height < 20 || key === before) return;
    before = key;
    draw(width, height);
  };
  const observer = new ResizeObserver(look);
  observer.observe(element);
  app.on("theme", look);
  app.on("resize", look);
  app.onCleanup(() => observer.disconnect());
}

/** Clicks and Enter on anything drawn with data-ref select it. */
export function chooseByRef(app, element) {
  const choose = (event) => {
    const target = event.target.closest?.("[data-ref]");
    if (!target) return;
    app.pause();
    app.select(target.dataset.ref);
    event.preventDefault();
    event.stopPropagation();
  };
  element.addEventListener("click", choose);
  element.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") choose(event);
  });
}

/** Whether what is to come is hidden. */
export function isCovered(app) {
  return app.root.dataset.cover === "on";
}

/**
 * While what is to come is hidden: what tells of a time (data-until, ns) that is not yet reached is hidden, too,
 * wherever it stands: labels of marks stand above their height, titles tell ends.
 */
export function coverTexts(app, element) {
  const isOn = isCovered(app);
  if (!isOn && element.dataset.covered !== "on") return;
  element.dataset.covered = isOn ? "on" : "off";
  for (const one of element.querySelectorAll("[data-until]")) {
    const isHidden = isOn && Number(one.dataset.until) > app.now;
    if (one.tagName === "title") {
      one.dataset.words ??= one.textContent;
      setText(one, isHidden ? "" : one.dataset.words);
    } else setAttr(one, "visibility", isHidden ? "hidden" : null);
  }
}
