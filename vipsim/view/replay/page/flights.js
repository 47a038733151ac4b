// Frames on their way: tokens that run along the real route, and an afterglow where they ran.
//
// A hop takes 50 us; nobody could see it. So a frame shows for at least GLOW of the page's time: it runs its
// route in the real order and proportions of its hops, then lingers and fades. All of it is a function of the
// time of the run alone, so that scrubbing back shows the same picture.
import { s, setAttr } from "./dom.js";
import { courseOf, pathUntil, pointOn } from "./courses.js";
import { FAMILIES, familyOf } from "./looks.js";

const MOST_LEGS = 200; // copies that show at one time; more are not told apart anyway
const GLOW = 0.7; // s of the page
const TRAVEL = 0.6; // share of it in which a frame travels; then it lingers
const STEP_TIME = 0.6; // s of the page in which a frame that was stepped to runs its route once

/**
 * The layer of moving frames.
 * @returns {{element, place, update, select}} `place(placed, unit)` after a new layout, `update()` for a new time
 */
export function createFlights(app) {
  const { doc } = app.store;
  const layer = s("g", { class: "v-flights" });
  const chosen = s("g", { class: "v-chosen" });
  const pool = [];
  const scene = { placed: null, unit: 13, courses: new Map() };
  const longest = doc.routes.reduce((most, route) => route.reduce((end, hop) => Math.max(end, hop[3]), most), 0);
  const runner = createRunner(app, scene, chosen);

  const place = (placed, unit) => {
    Object.assign(scene, { placed, unit, courses: new Map() });
    for (const token of pool) token.key = "";
    runner.redraw();
  };

  const update = () => {
    const page = pageOf(app, app.now);
    let used = 0;
    for (const index of visibleFrames(app, page, longest)) {
      const way = wayOf(scene, doc, doc.frames.route[index]);
      const state = progress(app, doc.frames.time[index], way.span, page);
      if (state === null) continue;
      const travelled = app.still ? way.span : state.travelled;
      for (const leg of way.legs) {
        if (used >= MOST_LEGS || travelled < leg.start) continue;
        pool[used] ??= createToken(layer);
        showToken(pool[used], { doc, index, leg, unit: scene.unit }, travelled, state.fading);
        setAttr(pool[used].group, "tabindex", app.playing || leg.start > 0 ? null : 0);
        used += 1;
      }
    }
    for (let rest = used; rest < pool.length && pool[rest].key !== null; rest += 1) {
      pool[rest].group.setAttribute("visibility", "hidden");
      pool[rest].key = null;
    }
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
function visibleFrames(app, page, longest) {
  const { doc } = app.store;
  const glow = app.speed === "auto" ? app.warp.timeAt(Math.max(0, page - GLOW)) : app.now - GLOW * app.speed * 1e9;
  const since = Math.min(glow, app.now) - longest;
  const found = [];
  for (let index = app.store.frameIndexAt(app.now + 1) - 1; index >= 0 && doc.frames.time[index] >= since; index -= 1) {
    if (app.filter.probes || !doc.frames.probe[index]) found.push(index);
    if (found.length >= MOST_LEGS) break;
  }
  return found;
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

function createToken(layer) {
  const trail = s("polyline", { class: "v-trail" });
  const token = s("path", { class: "v-token" });
  const cross = s("path", { class: "v-cross", d: "M-5,-5L5,5M5,-5L-5,5" });
  const title = s("title", {});
  const group = s("g", { class: "v-flight" }, title, trail, token, cross);
  layer.append(group);
  return { group, trail, token, cross, title, key: null };
}

/** Draw one copy on one leg: its trail, and the token while it moves or its cross where it was lost. */
function showToken(token, flight, travelled, fading) {
  const { index, leg } = flight;
  const key = `${index}/${leg.link}/${leg.from}`;
  if (token.key !== key) {
    dressToken(token, flight);
    token.key = key;
  }
  const share = Math.min(leg.at, (travelled - leg.start) / (leg.end - leg.start));
  const hasEnded = share >= leg.at;
  moveToken(token, leg, share, 1);
  token.trail.setAttribute("points", pathUntil(leg, share));
  token.token.setAttribute("visibility", hasEnded ? "hidden" : "inherit");
  token.cross.setAttribute("visibility", leg.lost && hasEnded ? "inherit" : "hidden");
  token.group.setAttribute("opacity", (1 - 0.85 * Math.max(0, Math.min(1, fading))).toFixed(2));
  token.group.setAttribute("visibility", "inherit");
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
  token.group.setAttribute("class", `v-flight v-fam-${family}${leg.lost ? " v-lost" : ""}`);
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
