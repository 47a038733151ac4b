// When a picture has to be laid out again: its room, the size of type, or the theme changed.
import { setAttr } from "./dom.js";


/** Call `draw(width, height)` when an element has a size, and whenever the size or the looks change. */
export function watchRoom(app, element, draw) {
  let before = "";
  const look = () => {
    const [width, height] = [element.clientWidth, element.clientHeight];
    const { projector, dark, contrast } = app.root.dataset;
    const key = `${width} ${height} ${projector} ${dark} ${contrast}`;
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

/** While what is to come is hidden: texts that tell an end (data-until, ns) which is not yet reached are hidden, too. */
export function coverTexts(app, element) {
  const isCovered = app.root.dataset.cover === "on";
  if (!isCovered && element.dataset.covered !== "on") return;
  element.dataset.covered = isCovered ? "on" : "off";
  for (const text of element.querySelectorAll("[data-until]")) {
    setAttr(text, "visibility", isCovered && Number(text.dataset.until) > app.now ? "hidden" : null);
  }
}
