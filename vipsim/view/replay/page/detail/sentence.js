// What a frame says, as one plain sentence in the words of who sent it. Pure: from decoded fields and names.
import { lengthText } from "../core/words.js";
import { valueOf } from "./decode.js";

/** What heartbeat daemons say to each other, by the kind of message (see vipsim.wire.heartbeat). */
const HEARTBEATS = {
  1: "I am alive and MASTER",
  2: "I take the address: if you have it, release it",
  3: "give me the address",
  4: "I do not have the address: take it",
  5: "I end and have released the address: take it",
};

/** Why a packet came back, by type and code of ICMP (RFC 792). */
const COMPLAINTS = {
  "3.1": "no host answers there",
  "3.3": "nobody listens on that port",
  "5.1": "there is a better first hop",
  "11.0": "its time to live ran out on the way",
};

/** The sentence of a frame: `decoded` of decodeFrame, `src` the sender's name, `names` of createNames. */
export function sentenceOf(decoded, src, names) {
  const keys = new Set(decoded.parts.map((part) => part.key));
  if (keys.has("arp")) return arpSentence(decoded, src, names);
  for (const [key, tell] of IP_SENTENCES) {
    if (keys.has(key)) return tell(decoded, src, names);
  }
  if (keys.has("ipv4")) {
    return `${src} sends ${ipName(valueOf(decoded, "ipv4", "destination"), names)} a packet of another protocol.`;
  }
  return `${src} sends ${macName(valueOf(decoded, "ethernet", "destination"), names)} a frame of another protocol.`;
}

function macName(mac, names) {
  const words = names.macWords(mac);
  return words === "nobody known" ? mac : words;
}

/** An address with whose it is: "192.168.1.217 (db1)". */
function ipName(ip, names) {
  const words = names.ipWords(ip);
  return words ? `${ip} (${words})` : ip;
}

/** Who it is meant for: the node's name if one has the address, else the address. */
function nodeOrIp(ip, names) {
  const [node] = names.nodesOfIp(ip);
  return node === undefined || names.isVip(ip) ? ipName(ip, names) : names.ipWords(ip);
}

function arpSentence(decoded, src, names) {
  const arp = (name) => valueOf(decoded, "arp", name);
  const to = macName(valueOf(decoded, "ethernet", "destination"), names);
  const place = `${ipName(arp("sender IP"), names)} is at ${arp("sender MAC")}, ${names.macWords(arp("sender MAC"))}`;
  if (arp("sender IP") === arp("target IP")) {
    return `${src} tells ${to}, unasked: ${place}.`;
  }
  if (arp("operation") === 2) return `${src} answers ${to}: ${place}.`;
  const question = `who has ${ipName(arp("target IP"), names)}?`;
  if (arp("sender IP") === "0.0.0.0") return `${src} asks ${to}, without an address of its own yet: ${question}`;
  const check = to === "everybody" ? "" : " alone, to see whether its entry is still right";
  return `${src} asks ${to}${check}: ${question} Tell ${arp("sender IP")}.`;
}

function vrrpSentence(key, decoded, src) {
  const field = (name) => valueOf(decoded, key, name);
  const vips = decoded.parts.filter((part) => part.key === "vrrp-address").map((part) => part.fields[0].value);
  const router = `virtual router ${field("VRID")}${vips.length ? ` (${vips.join(", ")})` : ""}`;
  if (field("priority") === 0) return `${src} says goodbye: it gives up ${router}, and a backup should take over now.`;
  const interval = lengthText(field("interval") * (key === "vrrp3" ? 1e7 : 1e9));
  return `${src} tells all routers: I am MASTER of ${router} with priority ${field("priority")}, and will say so every ${interval}.`;
}

function carpSentence(decoded, src) {
  const field = (name) => valueOf(decoded, "carp", name);
  const period = `${field("advbase")} s + ${field("advskew")}/256 s`;
  return `${src} tells all: I am master of virtual host ${field("VHID")}, and will say so every ${period}.`;
}

function echoSentence(decoded, src, names) {
  const number = valueOf(decoded, "icmp-echo", "sequence");
  const to = nodeOrIp(valueOf(decoded, "ipv4", "destination"), names);
  if (valueOf(decoded, "icmp-echo", "type") === 8) return `${src} pings ${to}: are you there? (number ${number})`;
  return `${src} answers ping ${number} of ${to}, as ${ipName(valueOf(decoded, "ipv4", "source"), names)}.`;
}

/** The quoted packet stands behind the error in the frame: its IPv4 header is the second. */
function errorSentence(key, decoded, src, names) {
  const headers = decoded.parts.filter((part) => part.key === "ipv4");
  const to = nodeOrIp(headers[0].fields.find((field) => field.name === "destination").value, names);
  const about = headers[1]?.fields.find((field) => field.name === "destination")?.value;
  const why = COMPLAINTS[`${valueOf(decoded, key, "type")}.${valueOf(decoded, key, "code")}`] ?? "it came to nothing";
  const gateway = key === "icmp-redirect" ? `, ${ipName(valueOf(decoded, key, "gateway"), names)}` : "";
  return `${src} tells ${to} about its packet to ${about ? ipName(about, names) : "somebody"}: ${why}${gateway}.`;
}

function heartbeatSentence(decoded, src, names) {
  const said = HEARTBEATS[valueOf(decoded, "heartbeat", "kind")] ?? "something unknown";
  return `${src} tells ${nodeOrIp(valueOf(decoded, "ipv4", "destination"), names)}: ${said}.`;
}

/** Octets of data in a UDP or TCP packet, by the lengths in the headers. */
function dataLength(decoded, header) {
  return valueOf(decoded, "ipv4", "total length") - 4 * valueOf(decoded, "ipv4", "header length") - header;
}

function udpSentence(decoded, src, names) {
  const to = ipName(valueOf(decoded, "ipv4", "destination"), names);
  const octets = dataLength(decoded, 8);
  return `${src} sends ${octets} octets to port ${valueOf(decoded, "udp", "destination port")} of ${to}.`;
}

function tcpSentence(decoded, src, names) {
  const field = (name) => valueOf(decoded, "tcp", name);
  const flags = field("flags");
  const to = ipName(valueOf(decoded, "ipv4", "destination"), names);
  const port = field("destination port");
  const octets = dataLength(decoded, 4 * field("data offset"));
  const has = (bit) => Math.floor(flags / bit) % 2 === 1;
  if (has(4)) return `${src} breaks off the connection with ${to}: it knows none, or will not have it (RST).`;
  if (has(2) && has(16)) return `${src} accepts the connection of ${to} (SYN, ACK).`;
  if (has(2)) return `${src} asks port ${port} of ${to} for a connection (SYN).`;
  if (has(1)) return `${src} has no more to say to ${to} and ends the connection (FIN).`;
  if (octets > 0) return `${src} sends ${octets} octets to port ${port} of ${to}.`;
  return `${src} tells ${to} what it has received: everything before number ${field("acknowledgement")}.`;
}

/** Protocols inside IPv4; the innermost first. */
const IP_SENTENCES = [
  ["icmp-error", (...all) => errorSentence("icmp-error", ...all)],
  ["icmp-redirect", (...all) => errorSentence("icmp-redirect", ...all)],
  ["icmp-echo", echoSentence],
  ["vrrp2", (...all) => vrrpSentence("vrrp2", ...all)],
  ["vrrp3", (...all) => vrrpSentence("vrrp3", ...all)],
  ["carp", carpSentence],
  ["heartbeat", heartbeatSentence],
  ["udp", udpSentence],
  ["tcp", tcpSentence],
];
