/** Pictures, documents and films as DICOM objects: the metadata that goes before their bytes (PS3.18 §10.5.1, DICOM JSON model PS3.18 Annex F). */
import { mediaTypes } from "./kinds.js";

const element = (vr, ...values) => (values.some((value) => value !== "" && value != null) ? { vr, Value: values } : { vr });
const name = (value) => (value ? { vr: "PN", Value: [typeof value === "string" ? { Alphabetic: value } : value] } : { vr: "PN" });

/** Kinds of objects: SOP class (PS3.4 Table B.5-1), modality and what the series is called where nobody names it. */
export const targets = {
  photograph: { sopClass: "1.2.840.10008.5.1.4.1.1.77.1.4", modality: "XC", kinds: ["jpeg", "png"] },
  scan: { sopClass: "1.2.840.10008.5.1.4.1.1.7", modality: "OT", kinds: ["jpeg", "png"] },
  document: { sopClass: "1.2.840.10008.5.1.4.1.1.104.1", modality: "DOC", kinds: ["pdf"] },
  film: { sopClass: "1.2.840.10008.5.1.4.1.1.77.1.4.1", modality: "XC", kinds: ["video"] },
};

/** @returns the target of a file of `kind`, for a picture the one that was chosen */
export const targetOf = (kind, picture) => (kind === "pdf" ? "document" : kind === "video" ? "film" : picture);

/** A new UID below 2.25 (PS3.5 §B.2). */
export function newUID() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return `2.25.${bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n)}`;
}

/** Attributes of patient and study (PS3.3 §C.7.1, §C.7.2) of a study that nobody has yet. */
export function newStudy({ family, given, patientID, birthDate, sex, date, description, accession }) {
  const clean = (text) => (text ?? "").trim();
  const person = [clean(family), clean(given)].map((part) => part.replace(/[\^=\\]/g, " ")).join("^").replace(/\^$/, "");
  return {
    "00100010": name(person), "00100020": element("LO", clean(patientID)), "00100030": element("DA", compact(birthDate)), "00100040": element("CS", sex),
    "0020000D": element("UI", newUID()), "00200010": element("SH", ""), "00080020": element("DA", compact(date)), "00080030": element("TM", ""),
    "00080050": element("SH", clean(accession)), "00080090": name(""), "00081030": element("LO", clean(description)),
  };
}
const compact = (date) => (date ?? "").replaceAll("-", "");

const ofStudy = ["00080020", "00080030", "00080050", "00080051", "00080090", "00081030", "00100010", "00100020", "00100021", "00100024", "00100030", "00100040", "0020000D", "00200010"];

/** The same of a study that is in the archive, from its own answer to a search, so that nothing is typed anew. */
export const studyOf = (answer) => Object.fromEntries(ofStudy.filter((tag) => answer[tag]).map((tag) => [tag, answer[tag]]));

/**
 * What is wrong with what was entered for a new study: keys of words, none where all is well.
 */
export function problemsOf({ family, patientID, birthDate, date }, today = new Date().toISOString().slice(0, 10)) {
  const found = [];
  if (!family?.trim()) found.push("noName");
  if (!patientID?.trim()) found.push("noID");
  if (patientID?.includes("\\") || patientID?.trim().length > 64) found.push("badID");
  if ([...(family ?? "")].length > 64) found.push("longName");
  if (birthDate && birthDate > today) found.push("bornLater");
  if (!date) found.push("noDate");
  return found;
}

/**
 * The object that a file becomes.
 *
 * @param study attributes of patient and study, by newStudy or studyOf
 * @param series `{uid, number, description}` it goes into; one target a series
 * @param target of `targets`
 * @param file `{kind, title}`
 * @param now a Date: when it was made an object
 * @returns `{metadata, mediaType, location}`: DICOM JSON and of its bulk data the media type and the Content-Location
 */
export function objectOf(study, series, target, file, number, now = new Date()) {
  const { sopClass, modality } = targets[target];
  const two = (n) => String(n).padStart(2, "0");
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`, time = `${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
  const location = "bulk/1";
  const common = {
    "00080005": element("CS", "ISO_IR 192"), ...study,
    "00080016": element("UI", sopClass), "00080018": element("UI", newUID()), "00080060": element("CS", modality), "0020000E": element("UI", series.uid),
    "00200011": element("IS", series.number), "00200013": element("IS", number), "0008103E": element("LO", series.description.slice(0, 64)),
    "00080012": element("DA", day), "00080013": element("TM", time),  "00080070": element("LO", "Isocenter"),
  };
  const isLossless = file.kind === "png" && { "00282110": element("CS", "00") }; // of the others the server sees it in their bytes
  const picture = { "00080008": element("CS", "ORIGINAL", "PRIMARY"), "00200020": element("CS"), "00200060": element("CS"), ...isLossless, "00204000": element("LT", file.title), "7FE00010": { vr: "OB", BulkDataURI: location } };
  const own = {
    document: {
      "00280301": element("CS", "YES"), "00080064": element("CS", "WSD"), "0008002A": element("DT"), "00080023": element("DA"), "00080033": element("TM"), // when it was written nobody knows
      "00420010": element("ST", file.title), "0040A043": { vr: "SQ" },
      "00420012": element("LO", "application/pdf"), "00420011": { vr: "OB", BulkDataURI: location },
    },
    scan: { ...picture, "00080008": element("CS", "DERIVED", "SECONDARY"), "00080064": element("CS", "WSD"), "00280301": element("CS", "YES") },
    photograph: { ...picture, "00400555": { vr: "SQ" } },
    film: { ...picture, "00400555": { vr: "SQ" } },
  }[target];
  const metadata = Object.fromEntries(Object.entries({ ...common, ...own }).sort());
  return { metadata, mediaType: mediaTypes[file.kind], location };
}
