// Whose addresses are whose: MAC and IPv4 addresses of a document in words.

const BROADCAST_MAC = "FF:FF:FF:FF:FF:FF";
const NO_MAC = "00:00:00:00:00:00";
const VRRP_GROUP_MAC = "01:00:5E:00:00:12";
const VRRP_GROUP_IP = "224.0.0.18";
const VIRTUAL_ROUTER_MAC = /^00:00:5E:00:01:(..)$/;

/** Look-ups of a document: {nodesOf(mac), macWords(mac), macShort(mac), nodesOfIp(ip), ipWords(ip), isVip(ip)}. */
export function createNames(doc) {
  const nodesByMac = new Map();
  const nodesByIp = new Map();
  doc.nodes.forEach((node, index) => {
    for (const iface of node.ifaces ?? []) {
      if (iface.mac) addNode(nodesByMac, iface.mac.toUpperCase(), index);
      if (iface.address) addNode(nodesByIp, iface.address.split("/")[0], index);
    }
  });
  const vips = new Set(doc.vips);
  const namesOf = (indexes) => indexes.map((index) => doc.nodes[index].name);
  const names = {
    /** Indexes of the nodes with this MAC; a virtual one may be several nodes'. */
    nodesOf: (mac) => nodesByMac.get(mac) ?? [],
    nodesOfIp: (ip) => nodesByIp.get(ip) ?? [],
    isVip: (ip) => vips.has(ip),
    /** Who a MAC address is: a node, everybody, a group, nobody known. */
    macWords(mac) {
      if (mac === BROADCAST_MAC) return "everybody";
      if (mac === NO_MAC) return "nobody";
      if (mac === VRRP_GROUP_MAC) return "the VRRP group";
      const router = VIRTUAL_ROUTER_MAC.exec(mac);
      if (router) return `virtual router ${parseInt(router[1], 16)}`;
      if (isGroupMac(mac)) return "a group";
      return namesOf(names.nodesOf(mac)).join(" or ") || "nobody known";
    },
    /** The same where there is little room. */
    macShort: (mac) => names.macWords(mac).replace("virtual router", "VRID"),
    /** Who an IPv4 address is: a node, a virtual IP, the VRRP group; empty: not known. */
    ipWords(ip) {
      if (vips.has(ip)) return "the virtual IP";
      if (ip === VRRP_GROUP_IP) return "the VRRP group";
      return namesOf(names.nodesOfIp(ip)).join(" or ");
    },
  };
  return names;
}

/** Whether an address is a group's: the lowest bit of its first octet is set. */
export function isGroupMac(mac) {
  return parseInt(mac.slice(0, 2), 16) % 2 === 1;
}

/** Whether an address is a virtual router's, which whoever is MASTER has (RFC 9568 section 7.3). */
export function isVirtualMac(mac) {
  return VIRTUAL_ROUTER_MAC.test(mac);
}

function addNode(map, key, index) {
  const found = map.get(key);
  if (!found) map.set(key, [index]);
  else if (!found.includes(index)) found.push(index);
}
