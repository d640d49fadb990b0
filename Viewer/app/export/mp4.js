/** An MP4 file of one H.264 track: boxes with the duration of every frame (ISO/IEC 14496-12, -15). Times in microseconds. */
import { ascii, joined, u16, u32, u8 } from "./bytes.js";

const box = (type, ...parts) => {
  const body = joined(parts);
  return joined([u32(body.length + 8), ascii(type), body]);
};
const full = (type, version, flags, ...parts) => box(type, u8(version), u8(0), u16(flags), ...parts);
const zeros = (count) => new Uint8Array(count);

const timescale = 90000;
const ticks = (time) => Math.round((time * timescale) / 1e6);
const unity = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000].map(u32);

/** Equal values in a row as [count, value]. */
export function runs(values) {
  const result = [];
  for (const value of values) {
    if (result.at(-1)?.[1] === value) result.at(-1)[0]++;
    else result.push([1, value]);
  }
  return result;
}

/**
 * @param {{width: number, height: number, configuration: Uint8Array}} track `configuration` is the AVCDecoderConfigurationRecord
 * @param {{data: Uint8Array, time: number, duration: number, isKey: boolean}[]} frames in order, the first at 0; data as lengths and NAL units
 */
export function mp4({ width, height, configuration }, frames) {
  // Ends are rounded, not durations: nothing drifts.
  const durations = frames.map(({ time, duration }) => ticks(time + duration) - ticks(time));
  const whole = durations.reduce((sum, each) => sum + each, 0);
  const sizes = frames.map(({ data }) => data.length);
  const head = box("ftyp", ascii("isom"), u32(512), ascii("isomiso2avc1mp41"));
  const entry = box("avc1", zeros(6), u16(1), zeros(16), u16(width), u16(height), u32(0x480000), u32(0x480000), u32(0), u16(1), zeros(32), u16(24), u16(0xffff), box("avcC", configuration));
  const table = (offset) => box("stbl",
    full("stsd", 0, 0, u32(1), entry),
    full("stts", 0, 0, u32(runs(durations).length), runs(durations).map((run) => run.map(u32))),
    full("stss", 0, 0, u32(frames.filter(({ isKey }) => isKey).length), frames.flatMap(({ isKey }, n) => (isKey ? [u32(n + 1)] : []))),
    full("stsc", 0, 0, u32(1), u32(1), u32(frames.length), u32(1)),
    full("stsz", 0, 0, u32(0), u32(frames.length), sizes.map(u32)),
    full("stco", 0, 0, u32(1), u32(offset)));
  const movie = (offset) => box("moov",
    full("mvhd", 0, 0, u32(0), u32(0), u32(timescale), u32(whole), u32(0x10000), u16(0x100), zeros(10), unity, zeros(24), u32(2)),
    box("trak",
      full("tkhd", 0, 3, u32(0), u32(0), u32(1), u32(0), u32(whole), zeros(8), u16(0), u16(0), u16(0), u16(0), unity, u32(width * 65536), u32(height * 65536)),
      box("mdia",
        full("mdhd", 0, 0, u32(0), u32(0), u32(timescale), u32(whole), u16(0x55c4), u16(0)),
        full("hdlr", 0, 0, u32(0), ascii("vide"), zeros(12), ascii("Video\0")),
        box("minf", full("vmhd", 0, 1, zeros(8)), box("dinf", full("dref", 0, 0, u32(1), full("url ", 0, 1))), table(offset)))));
  const offset = head.length + movie(0).length + 8;
  return joined([head, movie(offset), box("mdat", frames.map(({ data }) => data))]);
}
