/** Kinds of objects a person would name (PS3.6 Table A-1): word key by the beginning of the SOP Class UID, longest first. */
const storage = "1.2.840.10008.5.1.4.1.1.";
const kinds = [
  [storage + "88.59", "KO"], [storage + "88.", "SR"], [storage + "11.", "PR"],
  [storage + "104.1", "PDF"], [storage + "104.2", "CDA"], [storage + "104.3", "MODEL"], [storage + "104.4", "MODEL"], [storage + "104.5", "MODEL"],
  [storage + "481.3", "RTSTRUCT"], [storage + "481.5", "RTPLAN"], [storage + "481.8", "RTPLAN"],
  [storage + "481.4", "RTRECORD"], [storage + "481.6", "RTRECORD"], [storage + "481.7", "RTRECORD"], [storage + "481.9", "RTRECORD"],
  [storage + "9.4", "AU"], [storage + "9.", "ECG"],
  [storage + "66.1", "REG"], [storage + "66.3", "REG"], [storage + "66.2", "FID"], [storage + "66.5", "SURFACE"], [storage + "66", "RAW"],
  [storage + "67", "RWV"],
];

export function kindOfObject(sopClassUID) {
  const match = kinds
    .filter(([prefix]) => sopClassUID === prefix || sopClassUID?.startsWith(prefix.endsWith(".") ? prefix : prefix + "."))
    .sort(([a], [b]) => b.length - a.length)[0];
  return match?.[1] ?? "OTHER";
}
