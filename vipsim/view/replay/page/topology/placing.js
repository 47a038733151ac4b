// Where the nodes stand in so many pixels: the document says the order, this file the sizes.

const BOX_GAP = 14; // px between two boxes of a row
const PICTURE_EDGE = 8; // px kept free at both sides
const BAR_HEIGHT = 24; // px: height of a switch
const CABLE_LENGTH = [14, 96]; // px: shortest and longest cable
const GOOD_CABLE = 40; // px: what a cable gets before boxes get more lines
const WIDEST_BOX = 210; // px: of a box

/**
 * Boxes of all nodes, and the lines of all links.
 * @param {{nodes, links}} doc the document
 * @param {{width, height, unit, bands: number[], vips: number}} room px; `unit` is the size of the font, `bands`
 *   how many states each node shows, `vips` how many tags may stand on one node
 */
export function placeNodes(doc, room) {
  const boxes = doc.nodes.map((node, index) => ({
    index, isSwitch: node.kind === "switch", side: 0, row: 0, x: node.x + node.w / 2, y: 0, w: 0, h: 0,
    from: node.x, to: node.x + node.w, middle: node.y + node.h / 2, lines: [],
  }));
  chooseSides(boxes);
  stretchPlaces(boxes, room);
  const rows = [];
  for (const side of [1, -1]) {
    const own = boxes.filter((box) => box.side === side);
    seatHosts(own, doc, boxes, room.width);
    rows.push(...intoRows(own, room, side));
  }
  const height = stackRows(boxes, rows, doc, room);
  return { boxes, links: placeLinks(doc, boxes), width: room.width, height };
}

/** Switches stand in the middle, hosts above (side 1) or below (-1), as the document places them. */
function chooseSides(boxes) {
  const bars = boxes.filter((box) => box.isSwitch);
  const all = bars.length ? bars : boxes;
  const axis = all.reduce((sum, box) => sum + box.middle, 0) / (all.length || 1);
  for (const box of boxes) {
    box.side = box.isSwitch ? 0 : bars.length === 0 || box.middle < axis ? 1 : -1;
  }
}

/** Spread the document's places over the width in px. */
function stretchPlaces(boxes, room) {
  const low = Math.min(...boxes.map((box) => box.from));
  const high = Math.max(...boxes.map((box) => box.to));
  const scale = (room.width - 2 * PICTURE_EDGE) / Math.max(high - low, 0.001);
  for (const box of boxes) {
    box.x = PICTURE_EDGE + (box.x - low) * scale;
    if (box.isSwitch) {
      box.w = Math.max(60, (box.to - box.from) * scale - 2);
    }
  }
}

/** Hosts on several switches stand between them; then neighbors are pushed apart to equal steps where they are close. */
function seatHosts(hosts, doc, boxes, width) {
  for (const host of hosts) {
    const homes = neighborsOf(doc, host.index).map((index) => boxes[index]).filter((box) => box.isSwitch);
    if (homes.length > 1) host.x = homes.reduce((sum, box) => sum + box.x, 0) / homes.length;
  }
  hosts.sort((a, b) => a.x - b.x || a.index - b.index);
  const step = Math.min(width / Math.max(1, hosts.length), (WIDEST_BOX + BOX_GAP) * 0.75);
  for (let round = 0; round < 12; round += 1) {
    for (let index = 1; index < hosts.length; index += 1) {
      const lack = step - (hosts[index].x - hosts[index - 1].x);
      if (lack > 0.5) {
        hosts[index - 1].x -= lack / 2;
        hosts[index].x += lack / 2;
      }
    }
    hosts.forEach((host, index) => {
      host.x = Math.min(Math.max(host.x, step * (index + 0.5)), width - step * (hosts.length - index - 0.5));
    });
  }
}

function neighborsOf(doc, node) {
  const linked = doc.links.filter((link) => link.a === node || link.b === node);
  return [...new Set(linked.map((link) => (link.a === node ? link.b : link.a)))];
}

/** One row of hosts, or two that are staggered if they would be too narrow for a name and an address. */
function intoRows(hosts, room, side) {
  const narrow = 8.2 * room.unit;
  const step = rowSpacing(hosts, room.width);
  const count = step - BOX_GAP < narrow && hosts.length > 2 ? 2 : 1;
  if (count === 2) hosts.forEach((box, index) => { box.x = ((index + 1) * room.width) / (hosts.length + 1); });
  const rows = [];
  for (let row = 0; row < count; row += 1) {
    const members = hosts.filter((_, index) => index % count === row);
    const edge = Math.min(...members.map((box) => Math.min(box.x, room.width - box.x)));
    const limit = members.length > 1 ? Math.min(rowSpacing(members, room.width) - BOX_GAP, 2 * (edge - PICTURE_EDGE)) : room.width - 2 * PICTURE_EDGE;
    const width = Math.min((WIDEST_BOX * room.unit) / 13, limit);
    for (const box of members) {
      box.w = Math.max(width, 4 * room.unit);
      box.x = Math.min(Math.max(box.x, box.w / 2 + PICTURE_EDGE), room.width - box.w / 2 - PICTURE_EDGE);
    }
    if (members.length) {
      rows.push({ side, row, members });
    }
  }
  return rows;
}

/** Smallest distance of neighbors in a row; of a lone one the width. */
function rowSpacing(hosts, width) {
  let least = width;
  for (let index = 1; index < hosts.length; index += 1) {
    least = Math.min(least, hosts[index].x - hosts[index - 1].x);
  }
  return least;
}

/** Give every row its height and place; returns the height of the picture. */
function stackRows(boxes, rows, doc, room) {
  const tags = room.vips ? room.vips * (room.unit * 1.6 + 2) + 6 : 4;
  const hasSwitch = boxes.some((box) => box.isSwitch);
  const bar = hasSwitch ? (BAR_HEIGHT * room.unit) / 13 : 0;
  const cables = rows.length;
  const least = rows.map((row) => Math.max(...row.members.map((box) => boxHeight(room, box.index, 0))));
  const spare = room.height - tags - bar - 6 - cables * GOOD_CABLE - least.reduce((sum, h) => sum + h, 0);
  const step = room.unit * 1.3;
  const texts = doc.nodes.map((node) => linesInOrder(node.lines));
  const most = Math.max(0, ...boxes.map((box) => (box.isSwitch ? 0 : texts[box.index].length)));
  const lines = Math.max(0, Math.min(most, 5, Math.floor(spare / step / Math.max(1, rows.length))));
  const heights = rows.map((row) => Math.max(...row.members.map((box) => {
    box.lines = texts[box.index].slice(0, lines);
    box.h = boxHeight(room, box.index, box.lines.length);
    return box.h;
  })));
  const used = tags + bar + 6 + heights.reduce((sum, h) => sum + h, 0);
  const cable = Math.max(CABLE_LENGTH[0], Math.min(CABLE_LENGTH[1], (room.height - used) / Math.max(1, cables)));
  return settleRows(boxes, rows, heights, { tags, bar, cable });
}

function boxHeight(room, index, lines) {
  return room.unit * (1.75 + 1.62 * room.bands[index] + 1.3 * lines) + (lines ? 5 : 3);
}

/** Addresses first, then what the host does, MAC addresses last. */
function linesInOrder(lines) {
  const isMac = (line) => /^[0-9A-F]{2}(:[0-9A-F]{2}){5}$/i.test(line);
  return [...lines.filter((line) => !isMac(line)), ...lines.filter(isMac)];
}

/** Set y (center) and h of all boxes from top to bottom: far rows above, near ones, switches, below. */
function settleRows(boxes, rows, heights, { tags, bar, cable }) {
  let y = tags;
  const order = rows.map((row, index) => ({ ...row, height: heights[index] }));
  for (const row of order.filter((one) => one.side === 1).sort((a, b) => b.row - a.row)) {
    row.members.forEach((box) => { box.y = y + row.height - box.h / 2; });
    y += row.height + cable;
  }
  boxes.filter((box) => box.isSwitch).forEach((box) => { box.h = bar; box.y = y + bar / 2; });
  y += bar;
  for (const row of order.filter((one) => one.side === -1).sort((a, b) => a.row - b.row)) {
    y += cable;
    row.members.forEach((box) => { box.y = y + box.h / 2; });
    y += row.height;
  }
  return y + 6;
}

/** The line of each link as points [x, y] from its end a to its end b; switches are met at their middle. */
function placeLinks(doc, boxes) {
  const taken = new Map();
  return doc.links.map((link) => {
    const [a, b] = [boxes[link.a], boxes[link.b]];
    if (a.isSwitch !== b.isSwitch) {
      const points = a.isSwitch ? hostToSwitch(b, a, link, doc, boxes, taken) : hostToSwitch(a, b, link, doc, boxes, taken);
      return a.isSwitch ? points.reverse() : points;
    }
    return a.isSwitch ? switchToSwitch(a, b, taken) : hostToHost(a, b, boxes);
  });
}

/** From a host straight to a switch; several cables of one host stand side by side, in the order of their ends. */
function hostToSwitch(host, bar, link, doc, boxes, taken) {
  const own = doc.links.filter((one) => one.a === host.index || one.b === host.index);
  const far = (one) => boxes[one.a === host.index ? one.b : one.a].x;
  const number = [...own].sort((one, other) => far(one) - far(other)).indexOf(link);
  const spread = Math.min(30, (host.w - 20) / Math.max(1, own.length - 1));
  const foot = host.x + (number - (own.length - 1) / 2) * spread;
  const [low, high] = [bar.x - bar.w / 2 + 12, bar.x + bar.w / 2 - 12];
  const beyond = foot < low ? -1 : foot > high ? 1 : 0;
  const x = beyond === 0 ? foot : (beyond < 0 ? low : high) - beyond * 14 * takeNumber(taken, `${bar.index} ${beyond} ${host.side}`);
  return [[foot, host.y + (host.side * host.h) / 2], [x, bar.y - (host.side * bar.h) / 2], [x, bar.y]];
}

/** How many were there before: 0, 1, ... */
function takeNumber(taken, key) {
  const number = taken.get(key) ?? 0;
  taken.set(key, number + 1);
  return number;
}

/** Between two switches, side by side; parallel cables apart. */
function switchToSwitch(a, b, taken) {
  const number = takeNumber(taken, `${Math.min(a.index, b.index)}-${Math.max(a.index, b.index)}`);
  const y = a.y + (number % 2 ? -1 : 1) * Math.ceil(number / 2) * 8;
  const toward = a.x < b.x ? 1 : -1;
  return [[a.x + toward * (a.w / 2 - 14), y], [b.x - toward * (b.w / 2 - 14), y]];
}

/** Between two hosts: straight if they are neighbors, else around what stands between. */
function hostToHost(a, b, boxes) {
  const [left, right] = a.x < b.x ? [a, b] : [b, a];
  const isFree = !boxes.some((box) => box.side === a.side && box.x > left.x && box.x < right.x);
  if (a.side === b.side && isFree) {
    const y = Math.min(a.y + a.h / 2, b.y + b.h / 2) - 14;
    const points = [[left.x + left.w / 2, y], [right.x - right.w / 2, y]];
    return a === left ? points : points.reverse();
  }
  const y = Math.max(a.y + a.h / 2, b.y + b.h / 2) + 16;
  return [[a.x, a.y + a.h / 2], [a.x, y], [b.x, y], [b.x, b.y + b.h / 2]];
}
