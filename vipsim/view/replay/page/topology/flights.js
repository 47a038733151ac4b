// Frames on their way: tokens that run along the real route, and an afterglow where they ran.
//
// A hop takes 50 us; nobody could see it. So a frame shows for at least GLOW of the page's time: it runs its
// route in the real order and proportions of its hops, then lingers and fades. All of it is a function of the
// time of the run alone, so that scrubbing back shows the same picture.
import { s, setAttr } from "../drawing/dom.js";
import { FAMILIES, familyOf } from "../drawing/looks.js";
import { courseOf, pathUntil, pointOn } from "./courses.js";
import { createStream, isCalm } from "./stream.js";

const MOST_LEGS = 160; // copies that show at one time; more are not told apart anyway
const MOST_PROBES = 60; // of them clients' own; a browser restyles each of them in every picture
const GLOW = 0.7; // s of the page
const TRAVEL = 0.6; // share of it in which a frame travels; then it lingers
const STEP_TIME = 0.6; // s of the page in which a frame that was stepped to runs its route once

/** px aside of the cable, so that frames of several kinds that go together stay apart. */
const TRACKS = { advert: -3.5, garp: 3.5, tcp: 2 };

/**
 * The layer of moving frames.
 * @returns {{element, place, update, select}} `place(placed, unit)` after a new layout, `update()` for a new time
 */
export function createFlights(app) {
  const { doc } = app.store;
  const layer = s("g", { class: "v-flights" });
  const chosen = s("g", { class: "v-chosen" });
  const pool = createPool(layer);
  const scene = { placed: null, unit: 13, courses: new Map() };
  const longest = doc.routes.reduce((most, route) => route.reduce((end, hop) => Math.max(end, hop[3]), most), 0);
  const runner = createRunner(app, scene, chosen);
  const stream = createStream(app, (page) => (app.speed === "auto" ? app.warp.timeAt(page) : page * app.speed * 1e9));

  const place = (placed, unit) => {
    Object.assign(scene, { placed, unit, courses: new Map() });
    pool.clear();
    runner.redraw();
  };

  const update = () => {
    if (scene.placed === null) return;
    const page = pageOf(app, app.now);
    pool.begin();
    let probes = 0;
    for (const index of visibleFrames(app, page, longest, stream)) {
      const way = wayOf(scene, doc, doc.frames.route[index]);
      const state = progress(app, doc.frames.time[index], way.span, page);
      if (state === null) continue;
      if (doc.frames.probe[index]) probes += way.legs.length;
      if (doc.frames.probe[index] && probes > MOST_PROBES) continue;
      const isOver = app.still || (!app.playing && app.now - doc.frames.time[index] >= way.span);
      const travelled = isOver ? way.span : state.travelled; // a clock that stands shows no frame where it is not any more
      way.legs.forEach((leg, number) => {
        if (pool.used >= MOST_LEGS || travelled < leg.start) return;
        const token = pool.take(`${index}/${number}`, (fresh) => dressToken(fresh, { doc, index, leg, unit: scene.unit }));
        showToken(token, leg, travelled, state.fading);
        setAttr(token.group, "tabindex", app.playing || number > 0 ? null : 0);
        setAttr(token.group, "aria-hidden", number > 0 ? true : null); // one frame, one button
      });
    }
    pool.end();
  };

  return { element: s("g", {}, chosen, layer), place, update, select: runner.select };
}

function wayOf(scene, doc, route) {
  let known = scene.courses.get(route);
  if (known === undefined) {
    known = courseOf(doc, scene.placed, route);
    scene.courses.set(route, known);
  }
  return known;
}

/** The page's time (s) at which a time of the run is reached; `after`: when it is left. */
function pageOf(app, time, after = 0) {
  return app.speed === "auto" ? app.warp.pageAt(time + after) : time / 1e9 / app.speed;
}

/** Frames that may show, the latest first: those sent so lately that they fly or glow. */
function visibleFrames(app, page, longest, stream) {
  const { doc } = app.store;
  const glow = app.speed === "auto" ? app.warp.timeAt(Math.max(0, page - GLOW)) : app.now - GLOW * app.speed * 1e9;
  const since = Math.min(glow, app.now) - longest;
  const found = [];
  for (let index = app.store.frameIndexAt(app.now + 1) - 1; index >= 0 && doc.frames.time[index] >= since; index -= 1) {
    if (app.filter.probes || !doc.frames.probe[index]) found.push(index);
    if (found.length >= MOST_LEGS) break;
  }
  return app.filter.probes ? found : [...found, ...stream(page, GLOW)].slice(0, MOST_LEGS);
}

/** How far a frame is (ns of its flight) and how much it has faded (0..1); null: it shows no more. */
function progress(app, time, span, page) {
  const sent = pageOf(app, time, 1);
  const flight = pageOf(app, time + span) - sent;
  const age = Math.max(0, page - sent);
  if (flight >= GLOW * TRAVEL) {
    const rest = age - flight;
    return rest > GLOW * (1 - TRAVEL) ? null : { travelled: app.now - time, fading: rest / (GLOW * (1 - TRAVEL)) };
  }
  const share = age / GLOW;
  return share > 1 ? null : { travelled: (share / TRAVEL) * span, fading: (share - TRAVEL) / (1 - TRAVEL) };
}

/** Tokens by what they show: one that is wanted again stays as it is, others are hidden and used anew. */
function createPool(layer) {
  let shown = new Map();
  let next = new Map();
  const spare = [];
  const hide = (token) => {
    token.group.setAttribute("visibility", "hidden");
    setAttr(token.group, "tabindex", null);
    spare.push(token);
  };
  return {
    get used() {
      return next.size;
    },
    begin() {
      next = new Map();
    },
    take(key, dress) {
      let token = shown.get(key);
      if (token === undefined) {
        token = spare.pop() ?? createToken(layer);
        dress(token);
        token.group.setAttribute("visibility", "inherit");
      }
      shown.delete(key);
      next.set(key, token);
      return token;
    },
    end() {
      for (const token of shown.values()) hide(token);
      shown = next;
    },
    clear() {
      for (const token of shown.values()) hide(token);
      shown = new Map();
    },
  };
}

function createToken(layer) {
  const trail = s("polyline", { class: "v-trail" });
  const token = s("path", { class: "v-token" });
  const cross = s("path", { class: "v-cross", d: "M-5,-5L5,5M5,-5L-5,5" });
  const title = s("title", {});
  const group = s("g", { class: "v-flight" }, title, trail, token, cross);
  layer.append(group);
  return { group, trail, token, cross, title, share: null, size: 1 };
}

/** Draw one copy on one leg: its trail, and the token while it moves or its cross where it was lost. */
function showToken(token, leg, travelled, fading) {
  const share = Math.min(leg.at, (travelled - leg.start) / (leg.end - leg.start));
  const hasEnded = share >= leg.at;
  if (token.share !== share) {
    moveToken(token, leg, share, 1);
    token.trail.setAttribute("points", pathUntil(leg, share));
    token.share = share;
  }
  setAttr(token.token, "visibility", hasEnded ? "hidden" : "inherit");
  setAttr(token.cross, "visibility", leg.lost && hasEnded ? "inherit" : "hidden");
  setAttr(token.group, "opacity", 1 - 0.25 * Math.min(3, Math.max(0, Math.floor(fading * 4))));
}

function moveToken(token, leg, share, growth) {
  const [x, y] = pointOn(leg, share);
  const size = token.size * growth;
  token.token.setAttribute("transform", `translate(${x.toFixed(1)},${y.toFixed(1)}) scale(${size.toFixed(2)})`);
}

/** Give a pooled token the look of a frame on a leg. */
function dressToken(token, { doc, index, leg, unit }) {
  const text = doc.texts[doc.frames.text[index]];
  const family = familyOf(doc.kinds[doc.frames.kind[index]], text, doc.frames.probe[index]);
  token.size = (unit / 13) * 5.5;
  token.share = null;
  const aside = (TRACKS[family] ?? 0) * (unit / 13);
  token.group.setAttribute("transform", `translate(${aside},${aside})`);
  token.group.setAttribute("class", `v-flight v-fam-${family}${leg.lost ? " v-lost" : ""}${isCalm(doc, index) ? " v-calm" : ""}`);
  token.group.dataset.ref = `f${index}`;
  token.token.setAttribute("d", FAMILIES[family].path);
  token.group.setAttribute("role", "button");
  token.group.setAttribute("aria-label", text);
  token.title.textContent = leg.lost ? `${text}: ${leg.lost}` : text;
  const [x, y] = pointOn(leg, leg.at);
  token.cross.setAttribute("transform", `translate(${x.toFixed(1)},${y.toFixed(1)})`);
}

/** The selected frame: its whole way as arrows; stepped to, a token runs along it once. */
function createRunner(app, scene, chosen) {
  const { doc } = app.store;
  let tokens = [];
  let index = -1;
  let begun = 0;
  let ticket = 0;

  const redraw = () => {
    chosen.replaceChildren();
    tokens = index < 0 || scene.placed === null ? []
      : wayOf(scene, doc, doc.frames.route[index]).legs.map((leg) => {
        const token = createToken(chosen);
        dressToken(token, { doc, index, leg, unit: scene.unit });
        token.group.classList.add("v-selected");
        token.trail.setAttribute("points", pathUntil(leg, leg.at));
        token.token.setAttribute("visibility", "hidden");
        if (!leg.lost) {
          token.cross.remove();
          token.group.append(s("path", { class: "v-head", d: "M-9,-5L1,0L-9,5Z", transform: headOf(leg) }));
        }
        return { ...token, leg };
      });
  };

  const run = (stamp) => {
    begun ||= stamp;
    const share = (stamp - begun) / 1000 / STEP_TIME;
    const { span } = index < 0 ? { span: 0 } : wayOf(scene, doc, doc.frames.route[index]);
    for (const token of tokens) {
      const part = (share * span - token.leg.start) / (token.leg.end - token.leg.start);
      const isMoving = part >= 0 && part <= token.leg.at && share < 1;
      token.token.setAttribute("visibility", isMoving ? "inherit" : "hidden");
      if (isMoving) moveToken(token, token.leg, part, 1.35);
    }
    if (share < 1 && tokens.length > 0) ticket = requestAnimationFrame(run);
  };

  const select = (ref) => {
    index = ref?.startsWith("f") ? Number(ref.slice(1)) : -1;
    redraw();
    cancelAnimationFrame(ticket);
    if (tokens.length > 0 && !app.playing && !app.still) {
      begun = 0;
      ticket = requestAnimationFrame(run);
    }
  };
  return { select, redraw };
}

/** Place and direction of the arrow head at the end of a leg. */
function headOf(leg) {
  const [x, y] = pointOn(leg, leg.at);
  const [u, v] = leg.points[leg.points.length - 2];
  const angle = (Math.atan2(y - v, x - u) * 180) / Math.PI;
  return `translate(${x.toFixed(1)},${y.toFixed(1)}) rotate(${angle.toFixed(1)})`;
}
