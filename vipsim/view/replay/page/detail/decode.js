// Fields of a frame, read from its bytes by the document's layouts. Pure: no DOM, no app.

const LARGEST_NUMBER_BITS = 48;
const SHORT_HEX_OCTETS = 8;

/** Octets of a text of hexadecimal digits. */
export function octetsOf(hex) {
  const octets = new Uint8Array(hex.length >> 1);
  for (let i = 0; i < octets.length; i += 1) octets[i] = parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return octets;
}

/** Two hexadecimal digits of an octet. */
export function hexOf(octet) {
  return octet.toString(16).padStart(2, "0");
}

/** `length` bits from bit `start` on, highest first: a number, or a BigInt from 49 bits on. */
export function bitsAt(octets, start, length) {
  if (length > LARGEST_NUMBER_BITS) {
    let large = 0n;
    for (let bit = start; bit < start + length; bit += 1) large = large * 2n + BigInt(bitAt(octets, bit));
    return large;
  }
  let value = 0;
  let bit = start;
  while (bit < start + length) {
    const wholeOctet = bit % 8 === 0 && bit + 8 <= start + length;
    value = wholeOctet ? value * 256 + octets[bit >> 3] : value * 2 + bitAt(octets, bit);
    bit += wholeOctet ? 8 : 1;
  }
  return value;
}

function bitAt(octets, bit) {
  return (octets[bit >> 3] >> (7 - (bit % 8))) & 1;
}

/** Six octets as people write a MAC address. */
export function macText(octets) {
  return Array.from(octets, (octet) => hexOf(octet).toUpperCase()).join(":");
}

/** Octets as ASCII; what is not printable becomes a dot. */
export function asciiText(octets) {
  return Array.from(octets, (octet) => (octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : "·")).join("");
}

/** Octets as hexadecimal digits: one number if they are few, else four at a time. */
export function hexText(octets) {
  const digits = Array.from(octets, hexOf).join("");
  if (octets.length <= SHORT_HEX_OCTETS) return digits ? `0x${digits}` : "nothing";
  return digits.replace(/.{8}(?=.)/g, "$& ");
}

/** Reads one form of a layout, such as `enum:1=request,2=reply`: {value, text} of the bits. */
export function readForm(form, octets, bit, bits) {
  const colon = form.indexOf(":");
  const name = colon < 0 ? form : form.slice(0, colon);
  const argument = colon < 0 ? "" : form.slice(colon + 1);
  const slice = octets.subarray(bit >> 3, (bit + bits + 7) >> 3);
  if (name === "mac") return readAs(macText(slice));
  if (name === "ip") return readAs(Array.from(slice).join("."));
  if (name === "text") return readAs(asciiText(slice));
  if (name === "hex" && bit % 8 === 0 && bits % 8 === 0) return readAs(hexText(slice));
  const value = bitsAt(octets, bit, bits);
  if (name === "hex") return { value, text: `0x${value.toString(16)}` };
  if (name === "flags") return { value, text: flagsText(argument, value) };
  if (name === "enum") return { value, text: enumText(argument, value) };
  if (name === "scale") return { value, text: scaleText(argument, value) };
  return { value, text: String(value) };
}

function readAs(text) {
  return { value: text, text };
}

/** Names of the bits that are set; the first name is the lowest bit. */
function flagsText(argument, value) {
  const names = argument.split(",").filter((name, index) => name && Math.floor(Number(value) / 2 ** index) % 2);
  return names.join(" + ") || "none";
}

/** `2 (reply)`; a value without a word stands alone. Words for numbers such as 0x0800 make all be written so. */
function enumText(argument, value) {
  const pairs = argument.split(",").map((pair) => pair.split("="));
  const found = pairs.find(([number]) => Number(number) === Number(value));
  const digits = /^0x/.test(argument) ? pairs[0][0].length - 2 : 0;
  const text = digits ? `0x${value.toString(16).padStart(digits, "0")}` : String(value);
  return found ? `${text} (${found.slice(1).join("=")})` : text;
}

/** `1 s (100 × 0.01 s)`, for `0.01s`: the unit is a number and a word. */
function scaleText(argument, value) {
  const [, size, unit] = /^([0-9.]*) *(.*)$/.exec(argument);
  const step = size === "" ? 1 : Number(size);
  const total = Number((Number(value) * step).toPrecision(12));
  return step === 1 ? `${total} ${unit}` : `${total} ${unit} (${value} × ${size} ${unit})`;
}

/**
 * Every field of a frame, part by part (one part a protocol), and what no field covers as parts named `rest`.
 * A part is {key, from, to, fields}; a field {name, form, bit, bits, from, to, value, text}, octets from the
 * frame's start and `to` exclusive. A field that the frame is too short for is left out.
 */
export function decodeFrame(hex, stack, layouts) {
  const octets = octetsOf(hex);
  const parts = [];
  for (const [key, at] of stack) {
    const fields = (layouts[key] ?? []).map((layout) => readField(octets, at, layout)).filter(Boolean);
    const to = fields.reduce((last, field) => Math.max(last, field.to), at);
    parts.push({ key, from: at, to, fields });
  }
  return { octets, parts: withRest(octets, parts) };
}

function readField(octets, at, [name, offset, bits, form]) {
  const bit = at * 8 + offset;
  const length = bits > 0 ? bits : octets.length * 8 - bit;
  if (length <= 0 || bit + length > octets.length * 8) return null;
  const read = readForm(form, octets, bit, length);
  return { name, form, bit, bits: length, from: bit >> 3, to: (bit + length + 7) >> 3, ...read };
}

/** The parts, and between and behind them what none covers: data, and behind the packet padding. */
function withRest(octets, parts) {
  const covered = new Uint8Array(octets.length);
  for (const part of parts) for (const field of part.fields) covered.fill(1, field.from, field.to);
  const end = packetEnd(octets, parts);
  const all = [...parts];
  let from = 0;
  while (from < octets.length) {
    let to = from + 1;
    while (to < octets.length && covered[to] === covered[from] && to !== end) to += 1;
    if (!covered[from]) all.push(restPart(octets, from, to, end));
    from = to;
  }
  return all.sort((one, other) => one.from - other.from);
}

/** Where the packet in a frame ends, as its header says; what follows is padding. */
function packetEnd(octets, parts) {
  const packet = parts.find((part) => part.key === "arp" || part.key === "ipv4");
  if (packet === undefined) return octets.length;
  const length = packet.fields.find((field) => field.name === "total length")?.value;
  return length === undefined ? packet.to : packet.from + length;
}

function restPart(octets, from, to, end) {
  const slice = octets.subarray(from, to);
  const value = hexText(slice);
  const text = slice.every((octet) => octet === 0) ? `${slice.length} zeros` : value;
  const name = from >= end ? "padding" : "data";
  const field = { name, form: "hex", bit: from * 8, bits: (to - from) * 8, from, to, value, text };
  return { key: "rest", from, to, fields: [field] };
}

/** The first field of that name in the first part of that key, or undefined. */
export function fieldOf(decoded, key, name) {
  return decoded.parts.find((part) => part.key === key)?.fields.find((field) => field.name === name);
}

/** Its value, or undefined. */
export function valueOf(decoded, key, name) {
  return fieldOf(decoded, key, name)?.value;
}
