/**
 * What an image says of its display and what is too large for the manifest: tables, palette, overlays, shutter, from its full
 * metadata. What cannot be done as it asks is a note, a key of the words table; only a palette without its tables leaves no picture.
 */
import { items, text } from "./attributes.js";
import { mayBeNegative } from "./levels.js";
import { lookupTable } from "./lookup.js";
import { overlaysOf } from "./overlays.js";
import { paletteOf } from "./palette.js";
import { bitmapGroups, shutterOf } from "./shutter.js";

const lutTags = { descriptor: "00283002", data: "00283006" };

/**
 * @param set metadata in the DICOM JSON model; `bulk(uri)` gives the bytes behind a link
 * @returns `{modalityLUT, voiLUTs: [table with explanation], palette, overlays, shutter, notes}`
 */
export async function displayOf(set, image, bulk) {
  const signed = image.pixelRepresentation === 1;
  const notes = [];
  /** A part that is broken is left out and said. */
  const part = async (note, make) => {
    try {
      return await make();
    } catch {
      notes.push(note);
      return null;
    }
  };
  const shared = items(set, "52009229")[0];
  const modalityItem = items(set, "00283000")[0] ?? items(items(shared, "00289145")[0], "00283000")[0];
  const modalityLUT = modalityItem ? await part("modality", () => lookupTable(modalityItem, lutTags, signed, bulk)) : null;
  const negative = mayBeNegative({ ...image, modalityLUT });
  const voiLUTs = [];
  for (const item of [...items(set, "00283010"), ...items(items(shared, "00289132")[0], "00283010")]) {
    const table = await part("voi", () => lookupTable(item, lutTags, negative, bulk));
    if (table) voiLUTs.push({ ...table, explanation: text(item, "00283003") });
  }
  const coloured = image.photometricInterpretation === "PALETTE COLOR";
  const palette = coloured ? await part("palette", () => paletteOf(set, signed, bulk)) : null;
  if (!coloured && set["00281101"] && text(set, "00089205") === "COLOR") notes.push("supplemental");
  if (items(set, "20500010").length) notes.push("presentation");
  const above = await part("overlay", () => overlaysOf(set, image, bulk));
  notes.push(...(above?.notes ?? []));
  const shutter = shutterOf(set), hiding = bitmapGroups(shutter);
  if (above?.overlays.some(({ kind, group }) => kind === "R" && !hiding.includes(group))) notes.push("region");
  return { modalityLUT, voiLUTs, palette, overlays: above?.overlays ?? [], shutter, notes: [...new Set(notes)] };
}
