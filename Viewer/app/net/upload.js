/**
 * Store over the web (PS3.18 §10.5): one object a request, so that each has its own answer. What is large goes in pieces that
 * survive a lost connection and a reload (`/dicom-web/uploads`). Stored is only what the server has said is stored.
 */
import { local, url } from "./api.js";
import { crc32 } from "../upload/crc32.js";

export const limits = { parallel: 4, large: 8 << 20, piece: 4 << 20, tries: 6, pauses: [1, 2, 4, 8, 15, 30].map((seconds) => seconds * 1000) };

/** Failure Reason (0008,1197) → word (PS3.18 Table I.2-2, PS3.7 Annex C). */
const reasons = new Map([
  [0x0110, "processing"], [0x0122, "sopClass"], [0x0111, "duplicate"], [0xa700, "resources"], [0xa900, "mismatch"],
  [0xc000, "unreadable"], [0xc122, "transferSyntax"],
]);

/** The connection broke or the server cannot now: worth another try. */
class Interruption extends Error {
  constructor(reason, after = null) { super(reason); this.reason = reason; this.after = after; }
}
/** The session has ended: nothing more goes until somebody has signed in. */
export class SessionEnded extends Error {}

/** Body and type of a DICOM file. */
export const objectBody = (file) => ({ type: "application/dicom", body: file });

/** Body and type of metadata with its bulk data. The boundary is of the object's own UID: the same bytes whenever it is made again. */
export function composedBody(metadata, mediaType, location, file) {
  const boundary = `isocenter.${metadata["00080018"].Value[0]}`;
  const head = `--${boundary}\r\nContent-Type: application/dicom+json\r\n\r\n${JSON.stringify([metadata])}\r\n--${boundary}\r\nContent-Type: ${mediaType}\r\nContent-Location: ${location}\r\n\r\n`;
  return { type: `multipart/related; type="application/dicom+json"; boundary=${boundary}`, body: new Blob([head, file, `\r\n--${boundary}--\r\n`]) };
}

/**
 * Sends one object, however often the connection breaks.
 *
 * @param {{type: string, body: Blob}} object
 * @param key names it on this device
 * @param journal `{get(key), set(key, entry), remove(key)}` of uploads under way
 * @param told `(state)`: `{state: "sending", sent, total}` or `{state: "waiting", reason}`
 * @returns the result, as of `answer`
 * @throws {SessionEnded}; `AbortError` where it was stopped
 */
export async function send(object, { key, journal, told, signal }) {
  const kept = { entry: journal.get(key) }; // also where this device keeps nothing
  const place = { get: () => kept.entry, set(entry) { kept.entry = entry; journal.set(key, entry); }, remove() { kept.entry = null; journal.remove(key); } };
  for (let tries = 0; ; tries++) {
    try {
      const progress = (sent) => { told({ state: "sending", sent, total: object.body.size }); if (sent) tries = 0; };
      return object.body.size < limits.large ? await atOnce(object, signal) : await inPieces(object, place, progress, signal);
    } catch (error) {
      if (!(error instanceof Interruption)) throw error;
      if (tries >= limits.tries) return { state: "failed", reason: error.reason };
      told({ state: "waiting", reason: error.reason });
      await pause(error.after ?? limits.pauses[Math.min(tries, limits.pauses.length - 1)], signal);
    }
  }
}

async function request(path, options) {
  let response;
  try {
    response = await fetch(path, { cache: "no-store", ...options, headers: { Accept: "application/dicom+json", ...options.headers } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Interruption("network");
  }
  if (response.status === 401) throw new SessionEnded();
  if ([429, 502, 503, 504].includes(response.status)) {
    const seconds = Number(response.headers.get("Retry-After"));
    throw new Interruption(response.status === 429 ? "busy" : "unavailable", seconds > 0 ? Math.min(seconds, 60) * 1000 : null);
  }
  return response;
}

/** An answer that breaks off says nothing: the object is sent again, which is the same object to the server. */
async function result(response) {
  let text;
  try { text = await response.text(); } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Interruption("network");
  }
  try { return answer(response.status, JSON.parse(text)); } catch { return answer(response.status, {}); }
}

async function atOnce({ type, body }, signal) {
  return result(await request(url("dicom-web/studies"), { method: "POST", body, signal, headers: { "Content-Type": type } }));
}

async function inPieces({ type, body }, kept, progress, signal) {
  let place = await begun(type, body, kept, signal);
  progress(place.offset);
  for (;;) {
    if (place.isComplete) return finished(kept, await request(place.at, { signal }));
    const piece = body.slice(place.offset, place.offset + limits.piece - (place.offset % limits.piece));
    if (piece.size) {
      // Of each piece before it goes: what is continued later must be the same file.
      const start = place.offset - (place.offset % limits.piece);
      place.sums[start / limits.piece] = crc32(new Uint8Array(await body.slice(start, start + limits.piece).arrayBuffer()));
      kept.set({ at: place.at, type, size: body.size, sums: place.sums });
    }
    const response = await request(place.at, {
      method: "PATCH", body: piece, signal, headers: { "Content-Type": "application/partial-upload", "Upload-Offset": String(place.offset) },
    });
    const offset = Number(response.headers.get("Upload-Offset"));
    if (response.status === 204) place = { ...place, offset };
    else if (response.status === 404) {
      kept.remove(); // it was given up meanwhile: begins anew
      throw new Interruption("network");
    } else if (response.status === 409 && response.headers.has("Upload-Offset") && !response.headers.get("Content-Type")?.includes("dicom")) {
      // Elsewhere than we thought, or all is there and being stored.
      place = { ...place, offset, isComplete: response.headers.get("Upload-Complete") === "?1" };
      if (offset === body.size && !place.isComplete) await pause(500, signal);
    } else return finished(kept, response);
    progress(place.offset);
  }
}

async function finished(kept, response) {
  const found = await result(response);
  kept.remove();
  return found;
}

/** Where an upload goes on, or a new one. @returns `{at, offset, isComplete, sums}` */
async function begun(type, body, kept, signal) {
  const known = kept.get();
  if (known) {
    const response = await request(known.at, { method: "HEAD", signal });
    const offset = Number(response.headers.get("Upload-Offset"));
    if (response.ok && response.headers.has("Upload-Offset") && known.type === type && known.size === body.size && (await isSame(body, known.sums, offset))) {
      return { at: known.at, offset, isComplete: response.headers.get("Upload-Complete") === "?1", sums: known.sums };
    }
    kept.remove();
    if (response.ok) await request(known.at, { method: "DELETE", signal }); // begun with another file
  }
  const response = await request(url("dicom-web/uploads"), {
    method: "POST", signal, body: JSON.stringify({ type, length: body.size }), headers: { "Content-Type": "application/json" },
  });
  if (response.status !== 201) {
    const { error } = await response.json().catch(() => ({}));
    throw Object.assign(new Error(error ?? `status ${response.status}`), { refusal: { state: "refused", reason: "refused", code: response.status, detail: error } });
  }
  const at = local(new URL(response.headers.get("Location"), document.baseURI).pathname.replace(/^.*\/dicom-web\//, "dicom-web/"));
  return { at, offset: 0, isComplete: false, sums: [] };
}

/** Whether what the server has of an upload is the beginning of this file. */
async function isSame(body, sums, offset) {
  for (let start = 0, n = 0; start < offset; start += limits.piece, n++) {
    if (sums[n] !== crc32(new Uint8Array(await body.slice(start, start + limits.piece).arrayBuffer()))) return false;
  }
  return true;
}

/** Gives up what was begun and will not be continued. */
export async function giveUp(key, journal) {
  const known = journal.get(key);
  if (!known) return;
  journal.remove(key);
  await fetch(known.at, { method: "DELETE", keepalive: true }).catch(() => {}); // the server forgets it by itself after a while
}

function pause(milliseconds, signal) {
  return new Promise((done, failed) => {
    signal.throwIfAborted();
    const end = () => { clearTimeout(timer); globalThis.removeEventListener?.("online", end); signal.removeEventListener("abort", stop); done(); };
    const stop = () => { end(); failed(signal.reason); };
    const timer = setTimeout(end, milliseconds);
    globalThis.addEventListener?.("online", end);
    signal.addEventListener("abort", stop, { once: true });
  });
}

const first = (set, tag) => set?.[tag]?.Value?.[0];

/** The result a store answer stands for: `{state: "stored" | "refused" | "failed", reason?, code?, detail?, remark?}`, the last two in the server's words. */
export function answer(status, json) {
  const failed = first(json, "00081198") ?? first(json, "0008119A");
  const words = (item) => (item?.["00741048"]?.Value ?? []).map((one) => first(one, "00000902")).filter(Boolean).join("; ") || undefined;
  if (failed || status >= 400) {
    const code = first(failed, "00081197") ?? null;
    return { state: "refused", reason: reasons.get(code) ?? (code && code >> 12 === 0xc ? "unreadable" : "refused"), code: code ?? status, detail: words(failed) ?? json.error };
  }
  const stored = first(json, "00081199");
  return stored ? { state: "stored", ...(first(stored, "00081196") !== undefined && { remark: words(stored) }) } : { state: "failed", reason: "noAnswer", code: status };
}
