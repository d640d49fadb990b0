/** Specific Character Set (0008,0005) → how its texts are read (PS3.3 §C.12.1.1.2), for show before sending. */
const single = new Map(Object.entries({
  "": "windows-1252", "ISO_IR 6": "windows-1252", "ISO_IR 100": "iso-8859-1", "ISO_IR 101": "iso-8859-2", "ISO_IR 109": "iso-8859-3", "ISO_IR 110": "iso-8859-4",
  "ISO_IR 144": "iso-8859-5", "ISO_IR 127": "iso-8859-6", "ISO_IR 126": "iso-8859-7", "ISO_IR 138": "iso-8859-8", "ISO_IR 148": "windows-1254", "ISO_IR 203": "iso-8859-15",
  "ISO_IR 166": "windows-874", "ISO_IR 13": "shift_jis", "ISO_IR 192": "utf-8", "GB18030": "gb18030", "GBK": "gbk",
}));

/** @param {string} set the value, its backslashes included @returns {(bytes: Uint8Array) => string} */
export function decoder(set) {
  const sets = set.split("\\").map((name) => name.trim().replace(/^ISO 2022 IR /, "ISO_IR ").replace(/[\0 ]+$/, ""));
  const first = label(single.get(sets[0]) ?? "windows-1252");
  if (sets.length === 1) return first;
  if (sets.some((name) => name === "ISO_IR 87" || name === "ISO_IR 159")) {
    const japanese = label("iso-2022-jp");
    return (bytes) => (bytes.includes(0x1b) ? japanese(bytes) : first(bytes));
  }
  // Korean and Chinese: the escape only says that the upper half is theirs.
  const upper = sets.includes("ISO_IR 149") ? label("euc-kr") : sets.includes("ISO_IR 58") ? label("gbk") : null;
  if (!upper) return first;
  return (bytes) => upper(bytes).replace(/\x1b\$\)[AC]|\x1b\([A-Z]/g, "");
}

function label(name) {
  const decode = new TextDecoder(name);
  return (bytes) => decode.decode(bytes);
}
