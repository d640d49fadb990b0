/** Films: frames encoded by the browser (WebCodecs) and put into a file with the time of each of them. */
import { mp4 } from "./mp4.js";
import { webm } from "./webm.js";

/** What a film can be, the most widely played first; of codecs the first that the browser has. */
const formats = [
  { id: "mp4", type: "video/mp4", codecs: ["avc1.640034", "avc1.4d0034", "avc1.42e034", "avc1.42e028"] },
  { id: "webm", type: "video/webm", codecs: ["vp09.00.51.08", "vp8"] },
];
const names = { vp09: "V_VP9", vp8: "V_VP8" };
const secondsBetweenKeys = 2;

/** Encoders want even sides; what is added is black. */
export const even = (length) => length + (length % 2);

/** Why there are no films here, a key of the words table, or null. */
export function withoutVideo() {
  if (typeof VideoEncoder === "function") return null;
  return globalThis.isSecureContext ? "export.video.none" : "export.video.insecure";
}

/** @returns `[{id, type, config}]`: the formats that this browser writes at this size */
export async function videoFormats(width, height, rate) {
  if (withoutVideo()) return [];
  const found = [];
  for (const { id, type, codecs } of formats) {
    for (const codec of codecs) {
      const config = {
        codec, width: even(width), height: even(height), framerate: rate, bitrate: Math.max(2e6, Math.min(80e6, Math.round(even(width) * even(height) * rate * 0.25))), latencyMode: "quality",
        ...(id === "mp4" && { avc: { format: "avc" } }),
      };
      const answer = await VideoEncoder.isConfigSupported(config).catch(() => null); // a codec it has never heard of
      if (!answer?.supported) continue;
      found.push({ id, type, config });
      break;
    }
  }
  return found;
}

/**
 * @param {{id, config}} format of `videoFormats`
 * @param {AsyncIterable<CanvasImageSource>} pictures in order, all of one size
 * @param {number[]} durations of each in microseconds
 * @param {{application: string, progress: (done: number) => void, signal: AbortSignal}} options
 * @returns {Promise<Uint8Array>} the file
 */
export async function film({ id, config }, pictures, durations, { application, progress, signal }) {
  const frames = [];
  let configuration = null, failure = null;
  const encoder = new VideoEncoder({
    output(chunk, metadata) {
      const data = new Uint8Array(chunk.byteLength);
      chunk.copyTo(data);
      if (metadata?.decoderConfig?.description) configuration = bytesOf(metadata.decoderConfig.description);
      frames.push({ data, time: chunk.timestamp, isKey: chunk.type === "key" });
    },
    error(error) { failure = error; },
  });
  try {
    encoder.configure(config);
    let time = 0, key = -Infinity, n = 0;
    for await (const picture of pictures) {
      signal.throwIfAborted();
      if (failure) throw failure;
      const isKey = time - key >= secondsBetweenKeys * 1e6;
      if (isKey) key = time;
      const frame = new VideoFrame(picture, { timestamp: time, duration: durations[n] });
      encoder.encode(frame, { keyFrame: isKey });
      frame.close();
      time += durations[n++];
      progress(n);
      while (encoder.encodeQueueSize > 4 && !failure) await new Promise((resolve) => { encoder.addEventListener("dequeue", resolve, { once: true }); setTimeout(resolve, 100); });
    }
    await encoder.flush();
    if (failure) throw failure;
    if (frames.length !== n || frames.some(({ time: at }, k) => k && at <= frames[k - 1].time)) throw new Error("the encoder left frames out");
    const timed = frames.map((frame, k) => ({ ...frame, duration: durations[k] }));
    const size = { width: config.width, height: config.height };
    return id === "mp4" ? mp4({ ...size, configuration }, timed) : webm({ ...size, codec: names[config.codec.split(".")[0]], application }, timed);
  } finally {
    if (encoder.state !== "closed") encoder.close();
  }
}

const bytesOf = (source) => (source instanceof ArrayBuffer ? new Uint8Array(source) : new Uint8Array(source.buffer, source.byteOffset, source.byteLength)).slice();
