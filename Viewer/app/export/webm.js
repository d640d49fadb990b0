/** A WebM file of one video track: EBML elements with the time of every frame (Matroska, RFC 9559). Times in microseconds. */
import { ascii, big, joined, u16, u8 } from "./bytes.js";

/** A length of 1 to 8 bytes with its marker (RFC 8794 §4). */
export function size(value) {
  let bytes = 1;
  while (value >= 2 ** (7 * bytes) - 1) bytes++;
  const result = big(value, bytes);
  result[0] |= 1 << (8 - bytes);
  return result;
}

const element = (id, ...parts) => {
  const body = joined(parts);
  return joined([big(id, Math.ceil(id.toString(16).length / 2)), size(body.length), body]);
};
const unsigned = (id, value) => {
  let bytes = 1;
  while (value >= 256 ** bytes) bytes++;
  return element(id, big(value, bytes));
};
const text = (id, value) => element(id, ascii(value));
function float(id, value) {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return element(id, bytes);
}

const scale = 100; // µs a tick: the time of a block is a number of ticks in 16 bits
const longestCluster = 3_000_000; // µs

/**
 * @param {{codec: "V_VP8" | "V_VP9" | "V_AV1", width: number, height: number, application: string}} track
 * @param {{data: Uint8Array, time: number, duration: number, isKey: boolean}[]} frames in order, the first at 0
 */
export function webm({ codec, width, height, application }, frames) {
  const end = frames.length ? frames.at(-1).time + frames.at(-1).duration : 0;
  const head = element(0x1a45dfa3,
    unsigned(0x4286, 1), unsigned(0x42f7, 1), unsigned(0x42f2, 4), unsigned(0x42f3, 8), text(0x4282, "webm"), unsigned(0x4287, 4), unsigned(0x4285, 2));
  const info = element(0x1549a966, unsigned(0x2ad7b1, scale * 1000), float(0x4489, end / scale), text(0x4d80, application), text(0x5741, application));
  const even = frames.every(({ duration }) => duration === frames[0].duration);
  const tracks = element(0x1654ae6b, element(0xae,
    unsigned(0xd7, 1), unsigned(0x73c5, 1), unsigned(0x83, 1), unsigned(0x9c, 0), text(0x86, codec), ...(even && frames.length ? [unsigned(0x23e383, frames[0].duration * 1000)] : []),
    element(0xe0, unsigned(0xb0, width), unsigned(0xba, height))));
  return joined([head, element(0x18538067, info, tracks, clusters(frames))]);
}

function clusters(frames) {
  const ticks = frames.map(({ time }) => Math.round(time / scale));
  const groups = []; // indices of frames
  frames.forEach(({ isKey, time }, n) => {
    const last = groups.at(-1);
    if (!last || isKey || time - frames[last[0]].time > longestCluster) groups.push([n]);
    else last.push(n);
  });
  return groups.map((group) => {
    const start = ticks[group[0]];
    return element(0x1f43b675, unsigned(0xe7, start), group.map((n) => {
      const { data, duration, isKey } = frames[n];
      const place = [size(1), u16(ticks[n] - start)];
      if (n < frames.length - 1) return element(0xa3, place, u8(isKey ? 0x80 : 0), data);
      // The last frame says how long it stands; the others stand until the next.
      return element(0xa0, element(0xa1, place, u8(0), data), unsigned(0x9b, Math.round(duration / scale)), isKey ? [] : element(0xfb, u16(65536 + ticks[n - 1] - ticks[n])));
    }));
  });
}
