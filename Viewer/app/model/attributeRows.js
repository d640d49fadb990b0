/**
 * A data set in the DICOM JSON model as rows that a person reads, and two of them side by side. Rows are a flat list; `depth` and `parent`
 * tell the sequence and item that each lies in. Of the frames of an enhanced image only the groups of the one that is shown are rows.
 */

const perFrameGroups = "52009230";

/** (0010,0010) */
export const tagText = (tag) => `(${tag.slice(0, 4)},${tag.slice(4)})`;

export const isPrivate = (tag) => parseInt(tag.slice(3, 4), 16) % 2 === 1;

/** The creator that reserved the block of a private element (PS3.5 §7.8.1) in the same item, or "". */
export function creatorOf(set, tag) {
  if (!isPrivate(tag) || tag.slice(4, 6) === "00") return "";
  return String(set[`${tag.slice(0, 4)}00${tag.slice(4, 6)}`]?.Value?.[0] ?? "").trim();
}

/** Bytes that a base64 text stands for. */
const inlineBytes = (text) => Math.floor((text.replace(/=+$/, "").length * 3) / 4);

function person(name) {
  if (typeof name === "string") return name;
  return [name?.Alphabetic, name?.Ideographic, name?.Phonetic].map((group) => group ?? "").join("=").replace(/=+$/, "");
}

/** A value as PS3.5 would write it as text: parts behind backslashes, groups of names behind equals signs. */
export function valueText({ vr, Value: values }) {
  if (!values?.length) return "";
  return values.map((value) => (value == null ? "" : vr === "PN" ? person(value) : String(value))).join("\\");
}

/**
 * @param set one instance of the metadata
 * @param frame from 1: whose per-frame groups are rows
 * @returns `[{id, parent, depth, kind, tag, vr, creator, value, bytes, bulk, count, frame}]`: `kind` "element", "sequence" or "item"; `id` is the
 *   path of tags and item numbers from 1; `bytes` of a value that is no text where they are known, `bulk` the link behind which it lies,
 *   `count` of a sequence's items, `frame` where an item was chosen of all frames
 */
export function rowsOf(set, frame = 1) {
  const rows = [];
  const walk = (level, parent, depth) => {
    for (const tag of Object.keys(level).sort()) {
      const element = level[tag], vr = element.vr ?? "", id = parent ? `${parent}.${tag}` : tag;
      const common = { id, parent, depth, tag, vr, creator: creatorOf(level, tag) };
      if (vr === "SQ") {
        const items = element.Value ?? [];
        const all = items.map((item, n) => [item, n + 1]);
        const shown = tag === perFrameGroups && !parent && items.length > 1 ? all.slice(frame - 1, frame) : all;
        rows.push({ ...common, kind: "sequence", value: "", count: items.length, frame: shown.length < all.length ? frame : null });
        shown.forEach(([item, number], n) => {
          const itemID = `${id}.${n + 1}`; // of frames the one that is shown: two images are compared in it
          rows.push({ id: itemID, parent: id, depth: depth + 1, kind: "item", tag, vr: "", creator: "", value: "", number });
          walk(item ?? {}, itemID, depth + 2);
        });
      } else if (element.BulkDataURI) {
        rows.push({ ...common, kind: "element", value: "", bulk: element.BulkDataURI });
      } else if (element.InlineBinary != null) {
        rows.push({ ...common, kind: "element", value: "", bytes: inlineBytes(element.InlineBinary), data: element.InlineBinary });
      } else {
        rows.push({ ...common, kind: "element", value: valueText(element) });
      }
    }
  };
  walk(set, "", 0);
  return rows;
}

/** Names to the rows: `{keyword, name}` of the dictionary, `uidName` for a UID that is registered. */
export function named(rows, dictionary) {
  return rows.map((row) => {
    const { keyword = "", name = "" } = row.kind === "item" ? {} : dictionary.entry(row.tag, row.creator) ?? {};
    const meaning = row.vr === "UI" && row.value ? row.value.split("\\").map((uid) => dictionary.uid(uid)).filter(Boolean).join("\\") : "";
    return { ...row, keyword, name, meaning };
  });
}

const text = (row) => `${row.tag} ${tagText(row.tag)} ${row.keyword} ${row.name} ${row.vr} ${row.creator} ${row.value} ${row.other?.value ?? ""} ${row.meaning}`.toLowerCase();

/** Rows that have all words, with the sequences and items around them; all rows for no words. */
export function filtered(rows, words) {
  const asked = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (!asked.length) return rows;
  return around(rows, rows.filter((row) => row.kind !== "item" && asked.every((word) => text(row).includes(word))));
}

/** `chosen` and what they lie in, in the order of `rows`. */
function around(rows, chosen) {
  const byID = new Map(rows.map((row) => [row.id, row]));
  const kept = new Set();
  for (let row of chosen) for (; row && !kept.has(row.id); row = byID.get(row.parent)) kept.add(row.id);
  return rows.filter(({ id }) => kept.has(id));
}

/** Whether two rows of one path say the same; links are compared by the length behind them where both are known, else as not known (null). */
function equal(a, b) {
  if (a.vr !== b.vr || a.kind !== b.kind || a.creator !== b.creator) return false;
  if (a.kind === "sequence") return a.count === b.count;
  if (a.bulk || b.bulk) return null;
  return a.value === b.value && a.bytes === b.bytes && a.data === b.data;
}

/**
 * Two lists of rows as one: `other` is the row of the second, `difference` "changed", "first" (only there), "second", "unknown" (bulk data
 * that was not compared) or null. Items are compared in their order.
 */
export function compared(first, second) {
  const others = new Map(second.map((row) => [row.id, row]));
  const seen = new Set(first.map(({ id }) => id));
  const rows = first.map((row) => {
    const other = others.get(row.id) ?? null;
    const same = other && equal(row, other);
    return { ...row, other, difference: !other ? "first" : same === null ? "unknown" : same ? null : "changed" };
  });
  // What only the second has stands where it would stand by its tag.
  for (const row of second) if (!seen.has(row.id)) rows.push({ ...row, value: "", other: row, difference: "second" });
  return rows.sort((a, b) => byPath(a.id, b.id));
}

function byPath(a, b) {
  const [x, y] = [a.split("."), b.split(".")];
  for (let n = 0; n < Math.min(x.length, y.length); n++) {
    if (x[n] === y[n]) continue;
    return n % 2 ? Number(x[n]) - Number(y[n]) : x[n] < y[n] ? -1 : 1; // item numbers, tags
  }
  return x.length - y.length;
}

/** Only what differs, with the sequences around it. */
export const differences = (rows) => around(rows, rows.filter(({ difference, kind }) => difference && (difference !== "unknown") && kind !== "item"));

/** Rows without what lies in closed ones. */
export function opened(rows, closed) {
  const hidden = new Set();
  return rows.filter(({ id, parent }) => {
    if (closed.has(parent) || hidden.has(parent)) { hidden.add(id); return false; }
    return true;
  });
}

/** One row as a line for the clipboard. */
export const copied = (row) => [tagText(row.tag), row.vr, row.keyword || row.name || row.creator, row.value || (row.bytes != null ? `${row.bytes} bytes` : row.bulk ?? "")].join("\t");
