/** Windows that the reader keeps for a modality (preference `presets`): `{modality: [{id, title, center, width}]}`, whatever the server kept. */
import { presets } from "./window.js";

const most = 20; // of a modality
const keys = ["3", "4", "5", "6", "7", "8", "9"];

export const isPreset = ({ title, center, width } = {}) => typeof title === "string" && title.trim() !== "" && title.length <= 40 && Number.isFinite(center) && Number.isFinite(width) && width > 0 && Math.abs(center) < 1e7 && width < 1e7;

/** What is usable of the preference, with the keys by the order of the list. */
export function ownPresets(kept) {
  const result = {};
  for (const [modality, list] of Object.entries(kept && typeof kept === "object" ? kept : {})) {
    if (!Array.isArray(list)) continue;
    result[modality] = list.filter((each) => isPreset(each) && typeof each.id === "string").slice(0, most).map(({ id, title, center, width }, n) => ({ id, title, center, width, key: keys[n] ?? null }));
  }
  return result;
}

/** The list that editing begins with: the reader's, else the shipped one with its words. */
export const editable = (own, modality, wordsOf) => own[modality] ?? (presets[modality] ?? []).map(({ id, center, width }) => ({ id, title: wordsOf(id), center, width }));

/** The preference with another list for a modality; null: the shipped ones again. */
export function withList(kept, modality, list) {
  const { [modality]: _, ...others } = kept ?? {};
  return list ? { ...others, [modality]: list.slice(0, most).map(({ id, title, center, width }) => ({ id, title: title.trim(), center, width })) } : others;
}

/** A preset as the choice of a viewport: its numbers stay with the choice, so that undo and other screens show what was shown. */
export const choiceOf = ({ id, title, center, width }) => ({ kind: "preset", id, ...(title && { title, center, width }) });
