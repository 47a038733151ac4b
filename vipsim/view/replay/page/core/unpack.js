// From what the page carries to the document that all parts read (pack.py is the other half).
const ALL_ONES = 0xffff;

/** Give a packed document back whole; one that is not packed is taken as it is. */
export function unpackDocument(packed) {
  if (packed.packed !== 1) return packed;
  const frames = packed.frames;
  return {
    ...packed,
    frames: {
      ...frames,
      time: summed(frames.time),
      bytes: summed(frames.bytes),
      of: frames.of.map((back, number) => (back === 0 ? -1 : number - back)),
    },
    bytes: unpackOctets(packed.bytes),
  };
}

/** Values whose steps are given. */
function summed(steps) {
  let value = 0;
  return steps.map((step) => (value += step));
}

/** Octets of every frame as hexadecimal text, from forms with holes and the steps of what stands in them. */
function unpackOctets({ forms, form, steps }) {
  const known = forms.map(readTemplate);
  let next = 0;
  return form.map((number) => {
    const { values, sizes, write } = known[number];
    for (let hole = 0; hole < sizes.length; hole += 1) values[hole] += steps[next + hole];
    next += sizes.length;
    return write();
  });
}

/** A form ready to be filled: its values so far, and how it is written with them. */
function readTemplate([hex, holes, checksumAt]) {
  const values = holes.map(() => 0);
  const sizes = holes.map(([, size]) => size);
  if (holes.length === 0) return { values, sizes, write: () => hex };
  const rest = parseInt(hex.slice(2 * checksumAt, 2 * checksumAt + 4), 16);
  const cuts = holes.map(([at, size], hole) => ({ at, size, text: () => hexOctets(values[hole], size) }));
  cuts.push({ at: checksumAt, size: 2, text: () => hexOctets(checksumOver(rest, values), 2) });
  cuts.sort((one, other) => one.at - other.at);
  const pieces = cuts.map((cut, index) => hex.slice(index === 0 ? 0 : 2 * (cuts[index - 1].at + cuts[index - 1].size), 2 * cut.at));
  const last = cuts[cuts.length - 1];
  const tail = hex.slice(2 * (last.at + last.size));
  return { values, sizes, write: () => cuts.reduce((text, cut, index) => text + pieces[index] + cut.text(), "") + tail };
}

/** The checksum in ones' complement where all but the holes sum up to `rest` (RFC 1624). */
function checksumOver(rest, values) {
  const total = values.reduce((sum, value) => sum + Math.floor(value / 0x10000) + (value % 0x10000), rest);
  return ALL_ONES - (total % ALL_ONES || ALL_ONES);
}

/** A number as octets in hexadecimal. */
function hexOctets(value, size) {
  return value.toString(16).padStart(2 * size, "0");
}
