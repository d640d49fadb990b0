/**
 * Module worker: fetches frames, splits the answer while it arrives, decodes, and hands the arrays over without a copy.
 * In: `{id, url, image, frames: [{key, number}]}` or `{abort: id}`.
 * Out: `{id, key, frame}`, `{id, keys, error, status?}`, and at last `{id, done: true}`.
 *
 * What this page decodes by itself is asked for as it is stored. Everything else, and what it then fails to decode, is asked for
 * in native encoding: the server decodes it.
 */
import { collector, mediaType, splitter } from "./multipart.js";
import { decodedBy, decodedFrame } from "../model/frame.js";
import { decodedSyntax, drawsStored, syntaxOfPart, transferSyntaxes } from "../model/transferSyntax.js";
import { decodeJPEG } from "./jpeg.js";

const accept = (syntax) => `multipart/related; type="application/octet-stream"; transfer-syntax=${syntax}`;
const mostFrameBytes = 2 ** 30;
const controllers = new Map();

/** The archive's own codecs as WebAssembly; null where they are not there or may not run. */
let codecs = null;
const loadCodecs = () => (codecs ??= import("../codecs/decoder.js").then(({ loadDecoder }) => loadDecoder()).catch(() => null));

self.onmessage = ({ data }) => {
  if (data.abort) return controllers.get(data.abort)?.abort();
  serve(data);
};

async function serve({ id, url, image, frames }) {
  const controller = new AbortController();
  controllers.set(id, controller);
  const failed = (keys, error) => self.postMessage({ id, keys, error: error.message, status: error.status });
  try {
    let left = frames;
    if (drawsStored(image)) {
      const undecoded = [];
      await request(url, "*", left, controller.signal, async (frame, part) => {
        try {
          await deliver(id, frame, part, image);
        } catch (error) {
          undecoded.push({ ...frame, error });
        }
      });
      left = undecoded;
    }
    if (left.length) await askDecoded(left);
  } catch (error) {
    if (!controller.signal.aborted) failed((error.left ?? frames).map(({ key }) => key), error);
  } finally {
    controllers.delete(id);
    self.postMessage({ id, done: true });
  }

  async function askDecoded(left) {
    try {
      await request(url, decodedSyntax, left, controller.signal, async (frame, part) => {
        try {
          await deliver(id, frame, part, image);
        } catch (error) {
          failed([frame.key], error);
        }
      });
    } catch (error) {
      // Why the page could not is told beside why the server does not.
      const reasons = new Set([...left.map((frame) => frame.error?.message), error.message].filter(Boolean));
      throw Object.assign(new Error([...reasons].join(" · ")), { status: error.status, left: error.left ?? left });
    }
  }
}

/** Asks for frames in a transfer syntax and hands part by part on; what fails names the frames that are `left`. */
async function request(url, syntax, frames, signal, each) {
  const left = [...frames];
  try {
    const response = await fetch(`${url}/frames/${frames.map(({ number }) => number).join(",")}`, { headers: { Accept: accept(syntax) }, signal });
    if (!response.ok) throw Object.assign(new Error(await reason(response)), { status: response.status });
    const { type, parameters } = mediaType(response.headers.get("content-type"));
    if (type !== "multipart/related") throw new Error(`the server answered with ${type || "no content type"}`);
    for await (const part of parts(response.body, parameters.boundary)) {
      if (!left.length) break;
      await each(left.shift(), part);
    }
    if (left.length) throw new Error("the server left out a frame");
  } catch (error) {
    throw Object.assign(error, { left });
  }
}

async function* parts(body, boundary) {
  const split = splitter(boundary);
  const reader = body.getReader();
  let headers, part;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    for (const event of split.push(value)) {
      if (event.headers) { headers = event.headers; part = collector(mostFrameBytes); }
      else if (event.data) part.add(event.data);
      else yield { headers, bytes: part.whole() };
    }
  }
  split.finish();
}

async function deliver(id, { key, number }, { headers, bytes }, image) {
  const syntax = syntaxOfPart(mediaType(headers["content-type"]), image.transferSyntax);
  const frame = await decoded(syntax, bytes, { ...image, photometricInterpretation: headers["x-photometric-interpretation"] ?? image.photometricInterpretation }, number, image.transferSyntax);
  self.postMessage({ id, key, frame }, [frame.array.buffer, ...(frame.mask ? [frame.mask.buffer] : [])]);
}

async function decoded(syntax, bytes, description, number, stored) {
  const how = transferSyntaxes.get(syntax);
  // What the server decoded is interleaved.
  const native = syntax === decodedSyntax && transferSyntaxes.get(stored)?.drawn !== "native" ? { ...description, planarConfiguration: 0 } : description;
  switch (how?.drawn) {
    case "native": return decodedBy(bytes, native, number, how.bigEndian);
    case "packed": {
      const decoder = await loadCodecs();
      if (!decoder) throw new Error(`${how.name} is not decoded by this browser`);
      const unpacked = decoder.decode(syntax, bytes, description);
      return decodedBy(unpacked.bytes, unpacked.description, number);
    }
    case "jpeg": return decodedFrame(await decodeJPEG(bytes, description), description, number);
    default: throw new Error(`${how?.name ?? syntax} is not decoded by this browser`);
  }
}

async function reason(response) {
  try {
    return (await response.json()).error ?? `HTTP ${response.status}`;
  } catch {
    return `HTTP ${response.status}`; // no JSON: the status is all there is
  }
}
