/**
 * Store over the web (PS3.18 §10.5): one file a request, so that each file has its own answer; a few at a time.
 */
import { url } from "./api.js";

const parallel = 4;

/** Failure Reason (0008,1197) → word (PS3.18 Table I.2-2, PS3.7 Annex C). */
const reasons = new Map([
  [0x0110, "processing"], [0x0122, "sopClass"], [0x0111, "duplicate"], [0xa700, "resources"], [0xa900, "mismatch"],
  [0xc000, "unreadable"], [0xc122, "transferSyntax"],
]);

/**
 * Sends files; `progress(file, result)` for each: `{state: "sending" | "stored" | "refused" | "failed", reason?, code?}`.
 * @param {AsyncIterable<File> | Iterable<File>} files taken one by one, so a folder of any size is never listed whole
 */
export async function upload(files, progress, signal) {
  const iterator = files[Symbol.asyncIterator]?.() ?? files[Symbol.iterator]();
  const lane = async () => {
    for (;;) {
      const { value: file, done } = await iterator.next();
      if (done || signal.aborted) return;
      progress(file, { state: "sending" });
      progress(file, await send(file, signal));
    }
  };
  await Promise.all(Array.from({ length: parallel }, lane));
}

async function send(file, signal) {
  const boundary = `isocenter-${Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(16)).join("")}`;
  const body = new Blob([`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`, file, `\r\n--${boundary}--\r\n`]);
  try {
    const response = await fetch(url("dicom-web/studies"), {
      method: "POST", body, signal,
      headers: { "Content-Type": `multipart/related; type="application/dicom"; boundary=${boundary}`, Accept: "application/dicom+json" },
    });
    return answer(response.status, await response.json().catch(() => ({})));
  } catch (error) {
    return { state: "failed", reason: error.name === "AbortError" ? "cancelled" : "network" };
  }
}

/** The result a store answer stands for. */
export function answer(status, json) {
  const failed = json["00081198"]?.Value?.[0];
  if (failed || status >= 400) {
    const code = failed?.["00081197"]?.Value?.[0] ?? null;
    return { state: "refused", reason: reasons.get(code) ?? (code && code >> 12 === 0xc ? "unreadable" : "refused"), code: code ?? status, detail: json.error };
  }
  return json["00081199"]?.Value?.length ? { state: "stored" } : { state: "failed", reason: "noAnswer", code: status };
}

/** All files of a drop, folders walked as they are sent. */
export async function* dropped(items) {
  for (const entry of items) {
    if (entry instanceof File) yield entry;
    else yield* walk(entry);
  }
}

async function* walk(entry) {
  if (entry.isFile) {
    yield await new Promise((done, failed) => entry.file(done, failed));
  } else {
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((done, failed) => reader.readEntries(done, failed));
      if (!some.length) return;
      for (const child of some) yield* walk(child);
    }
  }
}
