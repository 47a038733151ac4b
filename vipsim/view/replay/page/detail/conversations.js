// Which frames belong together: who talks with whom about what, read straight from the digits of the bytes.

const ETHERTYPE = 12;
const IP_AT = 14;
const ICMP_ERRORS = new Set(["03", "05", "0b"]);
const QUOTED_BEHIND = 8;

/** Text that is equal for frames of one conversation: an ARP dialogue, a ping, a connection, an advert's group. */
export function conversationOf(hex) {
  const type = digitsAt(hex, ETHERTYPE, 2);
  if (type === "0806") return `arp ${pairOfEnds(digitsAt(hex, 28, 4), digitsAt(hex, 38, 4))}`;
  if (type === "0800") return ofIpPacket(hex, IP_AT);
  return `${type} ${pairOfEnds(digitsAt(hex, 0, 6), digitsAt(hex, 6, 6))}`;
}

function ofIpPacket(hex, at) {
  const proto = digitsAt(hex, at + 9, 1);
  const ends = [digitsAt(hex, at + 12, 4), digitsAt(hex, at + 16, 4)];
  const inside = at + 4 * parseInt(hex[2 * at + 1], 16);
  if (proto === "06" || proto === "11") {
    const ports = [digitsAt(hex, inside, 2), digitsAt(hex, inside + 2, 2)];
    return `${proto} ${pairOfEnds(ends[0] + ports[0], ends[1] + ports[1])}`;
  }
  // Adverts of one virtual router or group belong together, whoever sends them.
  if (proto === "70") return `${proto} ${digitsAt(hex, inside + 1, 1)}`;
  const isError = proto === "01" && ICMP_ERRORS.has(digitsAt(hex, inside, 1));
  if (isError && hex.length > 2 * (inside + QUOTED_BEHIND)) return ofIpPacket(hex, inside + QUOTED_BEHIND);
  return `${proto} ${pairOfEnds(...ends)}`;
}

function digitsAt(hex, from, octets) {
  return hex.slice(2 * from, 2 * (from + octets));
}

/** Both directions have one name. */
function pairOfEnds(one, other) {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}

/** Index of the nearest frame before (-1) or behind (+1) this one for which `fits` says yes; -1: none. */
export function nearestFrame(store, index, direction, fits) {
  for (let other = index + direction; other >= 0 && other < store.frameCount; other += direction) {
    if (fits(other)) return other;
  }
  return -1;
}
