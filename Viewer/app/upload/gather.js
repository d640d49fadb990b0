/** From what was dropped or chosen to what can be checked: folders walked, ZIP files opened, each file looked at. */
import { header } from "./header.js";
import { headLength, jpegOrientation, kindOf } from "./kinds.js";
import { entries, open } from "./zip.js";

export const limits = { files: 200_000, parallel: 6 };

/**
 * Looks at files. An item is `{path, size, kind, blob() → Promise<Blob>, modified}` and of these one of
 * `facts` (header.js) of a DICOM object, `orientation` of a JPEG image, or `problem`, the reason why it is not sent:
 * "empty", "unknown", "notDICOM", "damaged", "directory", "zipInZip", "unreadable", "tooManyFiles" or one of zip.js.
 *
 * @param {AsyncIterable<File>} files
 * @param progress `(seen)` after each
 */
export async function gather(files, progress, signal) {
  const items = [];
  const waiting = [];
  let seen = 0;
  const look = async (source) => {
    const item = await examined(source);
    items.push(item);
    progress(++seen);
  };
  const queue = async (source) => {
    signal.throwIfAborted();
    if (seen + waiting.length >= limits.files) {
      if (items.at(-1)?.problem !== "tooManyFiles") items.push({ ...described(source), kind: "unknown", problem: "tooManyFiles" });
      return;
    }
    const task = look(source).finally(() => waiting.splice(waiting.indexOf(task), 1));
    waiting.push(task);
    if (waiting.length >= limits.parallel) await Promise.race(waiting);
  };
  for await (const file of files) {
    const source = { path: file.webkitRelativePath || file.fullPath || file.name, size: file.size, modified: file.lastModified, blob: async () => file };
    let kind;
    try { kind = await kindOfBlob(file); } catch { kind = null; }
    if (kind !== "zip") { await queue(source); continue; }
    try {
      for (const entry of await entries(file)) {
        await queue({ path: `${source.path}/${entry.name}`, size: entry.size, modified: file.lastModified, entry, blob: () => open(entry) });
      }
    } catch (error) {
      if (signal.aborted) throw error;
      items.push({ ...source, kind: "zip", problem: error.reason ?? "unreadable" });
    }
  }
  await Promise.all(waiting);
  signal.throwIfAborted();
  return items.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

const described = ({ path, size, modified, blob }) => ({ path, size, modified, blob });
const kindOfBlob = async (blob) => kindOf(new Uint8Array(await blob.slice(0, headLength).arrayBuffer()));

async function examined(source) {
  const item = described(source);
  try {
    // The beginning is enough to look at it; of a packed entry no more is unpacked.
    const { entry } = source;
    const beginning = async (most) => (entry ? open(entry, most) : source.blob());
    item.kind = await kindOfBlob(await beginning(headLength));
    if (item.kind === "dicom") {
      item.facts = await factsOf(beginning, item.size);
      if (item.facts.isDirectory) item.problem = "directory";
    } else if (item.kind === "jpeg") {
      item.orientation = jpegOrientation(new Uint8Array(await (await beginning(128 << 10)).slice(0, 128 << 10).arrayBuffer()));
    } else if (item.kind === "zip") item.problem = "zipInZip";
    else if (item.kind === "unknown" || item.kind === "empty") item.problem = item.kind;
  } catch (error) {
    item.kind ??= "unknown";
    item.problem = error.reason ?? "unreadable";
  }
  return item;
}

const beginnings = [64 << 10, 1 << 20, 8 << 20];
/** A header that seems damaged may only have been cut off by us. */
async function factsOf(beginning, size) {
  for (const most of beginnings) {
    const blob = await beginning(most);
    try {
      const facts = await header(blob);
      if (facts.study || blob.size >= size || most === beginnings.at(-1)) return facts;
    } catch (error) {
      if (blob.size >= size || most === beginnings.at(-1)) throw error;
    }
  }
}

/** All files of a drop, folders walked as they are read. */
export async function* dropped(items) {
  for (const entry of items) {
    if (entry instanceof Blob) yield entry;
    else yield* walk(entry);
  }
}

async function* walk(entry) {
  if (entry.isFile) {
    const file = await new Promise((done, failed) => entry.file(done, failed));
    Object.defineProperty(file, "fullPath", { value: entry.fullPath.replace(/^\//, "") });
    yield file;
  } else {
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((done, failed) => reader.readEntries(done, failed));
      if (!some.length) return;
      for (const child of some) yield* walk(child);
    }
  }
}
