// Play, pause, step, chapters and speed; and the buttons of the look.
import { SPEEDS } from "../core/clock.js";
import { h, s, setAttr, setText } from "../drawing/dom.js";

/** Paths of the icons, drawn in a box of 16. */
const ICONS = {
  play: "M4 2.5v11l9.5-5.5z",
  pause: "M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z",
  forward: "M3 3v10l7-5zM11 3h2v10h-2z",
  back: "M13 3v10L6 8zM3 3h2v10H3z",
  next: "M2 3v10l6-5zM8 3v10l6-5z",
  previous: "M14 3v10L8 8zM8 3v10L2 8z",
};

/** Make the row of controls; `tools` are those of the lanes. */
export function createControls(app, tools, themes, help) {
  const toggle = () => (app.playing ? app.pause() : app.play());
  const playIcon = s("path", { d: ICONS.play });
  const playWord = h("span", null, "Play");
  const play = h(
    "button",
    { class: "v-play", type: "button", title: "Play or pause (Space)", on: { click: toggle } },
    s("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, playIcon),
    playWord,
  );
  app.on("play", (on) => {
    setAttr(playIcon, "d", on ? ICONS.pause : ICONS.play);
    setText(playWord, on ? "Pause" : "Play");
  });
  const element = h(
    "div",
    { class: "v-controls", role: "toolbar", "aria-label": "Playing" },
    iconButton("previous", "Back to the previous chapter (Page Up)", () => app.chapter(-1)),
    iconButton("back", "One event back (Left)", () => app.step(-1)),
    play,
    iconButton("forward", "One event forward (Right)", () => app.step(1)),
    iconButton("next", "On to the next chapter (Page Down)", () => app.chapter(1)),
    speedControl(app),
    ...tools,
    h("span", { class: "v-space" }),
    ...themes.buttons,
    help.button,
  );
  return { element };
}

function iconButton(icon, label, call) {
  return h(
    "button",
    { class: "v-icon", type: "button", title: label, "aria-label": label, on: { click: call } },
    s("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, s("path", { d: ICONS[icon] })),
  );
}

/** The choice of the speed, and what "auto" does just now. */
function speedControl(app) {
  const choose = (index) => app.setSpeed(SPEEDS[index]);
  const select = h(
    "select",
    { "aria-label": "Speed", title: "Speed (+ and -)", on: { change: () => choose(select.selectedIndex) } },
    ...SPEEDS.map((speed) => h("option", null, speed === "auto" ? "auto" : `${speed}\u00d7`)),
  );
  const now = h("span", { class: "v-speed-now" });
  const show = () => {
    select.selectedIndex = SPEEDS.indexOf(app.speed);
    setText(now, app.speed === "auto" ? speedText(app.speedNow()) : "");
  };
  app.on("speed", show);
  app.on("time", show);
  show();
  return h("label", { class: "v-speed" }, h("span", null, "Speed"), select, now);
}

/** "4.9\u00d7", or how much slower than the run: "1,100\u00d7 slower". */
function speedText(speed) {
  if (speed >= 0.95) return `${speed.toFixed(1)}\u00d7`;
  const slower = Number((1 / speed).toPrecision(2));
  return `${slower.toLocaleString("en-US")}\u00d7 slower`;
}
