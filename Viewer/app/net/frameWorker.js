/**
 * Module worker: fetches frames, splits the answer while it arrives, unpacks, and hands the arrays over without a copy.
 * In: `{id, url, image, frames: [{key, number}]}` or `{abort: id}`.
 * Out: `{id, key, frame}`, `{id, keys, error, status?}`, and at last `{id, done: true}`.
 */
import { collector, mediaType, splitter } from "./multipart.js";
import { frameStatistics, unpack } from "../model/pixels.js";
import { syntaxName, syntaxOfPart, transferSyntaxes } from "../model/transferSyntax.js";
import { decodeJPEG } from "./jpeg.js";

const accept = 'multipart/related; type="application/octet-stream"; transfer-syntax=*';
const mostFrameBytes = 2 ** 30;
const controllers = new Map();

self.onmessage = ({ data }) => {
  if (data.abort) return controllers.get(data.abort)?.abort();
  serve(data);
};

async function serve({ id, url, image, frames }) {
  const controller = new AbortController();
  controllers.set(id, controller);
  const left = [...frames];
  try {
    const response = await fetch(`${url}/frames/${frames.map(({ number }) => number).join(",")}`, {
      headers: { Accept: accept },
      signal: controller.signal,
    });
    if (!response.ok) throw Object.assign(new Error(await reason(response)), { status: response.status });
    const { type, parameters } = mediaType(response.headers.get("content-type"));
    if (type !== "multipart/related") throw new Error(`the server answered with ${type || "no content type"}`);
    for await (const part of parts(response.body, parameters.boundary)) {
      const frame = left.shift();
      if (!frame) break;
      await deliver(id, frame, part, image);
    }
    if (left.length) throw new Error("the server left out a frame");
  } catch (error) {
    if (!controller.signal.aborted) {
      self.postMessage({ id, keys: left.map(({ key }) => key), error: error.message, status: error.status });
    }
  } finally {
    controllers.delete(id);
    self.postMessage({ id, done: true });
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

async function deliver(id, { key }, { headers, bytes }, image) {
  try {
    const syntax = syntaxOfPart(mediaType(headers["content-type"]), image.transferSyntax);
    const how = transferSyntaxes.get(syntax);
    let frame;
    if (how?.drawn === "native") frame = unpack(bytes, image, how.bigEndian);
    else if (how?.drawn === "jpeg") frame = await decodeJPEG(bytes, image);
    else throw new Error(`${syntaxName(syntax)} cannot be displayed yet`);
    frame.statistics = frameStatistics(frame, image.pixelPaddingValue);
    frame.rows = image.rows;
    frame.columns = image.columns;
    self.postMessage({ id, key, frame }, [frame.array.buffer]);
  } catch (error) {
    self.postMessage({ id, keys: [key], error: error.message });
  }
}

async function reason(response) {
  try {
    return (await response.json()).error ?? `HTTP ${response.status}`;
  } catch {
    return `HTTP ${response.status}`; // no JSON: the status is all there is
  }
}
