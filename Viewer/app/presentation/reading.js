/** Objects of one kind in a study, read once each from their metadata: documents of key images, presentation states. Looked for again when the study grows. */
import * as api from "../net/api.js";

const most = 200;

/**
 * @param {{studyUID, modality: string, isOne: (sopClass: string) => boolean, read: (set, bulk) => Promise | object | null, changed: () => void, signedOut: () => void}} face
 * @returns `{list, failed, look, put, drop, close}`
 */
export function reading({ studyUID, modality, isOne, read, changed, signedOut }) {
  const ended = new AbortController();
  const asked = new Map(); // series → what was known of it when it was asked for
  const known = new Map(); // SOP Instance UID → {series, value}; value null while it is on its way or where it is none
  const gone = new Set(); // taken back here: the list of a series may be older
  let failed = 0;

  async function open(series) {
    const uid = series.seriesInstanceUID;
    asked.set(uid, series);
    try {
      const { instances } = await api.manifest(studyUID, uid, ended.signal);
      const there = new Set(instances.map(({ sopInstanceUID }) => sopInstanceUID));
      for (const [instance, entry] of known) {
        if (entry.series !== uid) continue;
        if (there.has(instance)) entry.seen = true;
        else if (entry.seen) known.delete(instance);
      }
      const news = instances.filter(({ sopInstanceUID, sopClassUID }) => isOne(sopClassUID) && !known.has(sopInstanceUID) && !gone.has(sopInstanceUID)).slice(0, Math.max(0, most - known.size));
      for (const { sopInstanceUID } of news) known.set(sopInstanceUID, { series: uid, value: null, seen: true });
      for (const { sopInstanceUID } of news) {
        try {
          const value = await read(await api.metadata(studyUID, uid, sopInstanceUID, ended.signal), (uri) => api.bulk(uri, ended.signal));
          if (known.has(sopInstanceUID)) known.get(sopInstanceUID).value = value;
        } catch (error) {
          if (ended.signal.aborted) return;
          if (error.status === 401) return signedOut();
          known.delete(sopInstanceUID); // looked for again when the series is
          failed++;
        }
        changed();
      }
    } catch (error) {
      if (ended.signal.aborted) return;
      if (error.status === 401) return signedOut();
      failed++;
    }
    changed();
  }

  return {
    get list() { return [...known.values()].map(({ value }) => value).filter(Boolean); },
    get failed() { return failed; },
    /** @param series of the study, as the server told it last */
    look(series) {
      const there = new Set();
      for (const each of series) {
        if (each.modality !== modality) continue;
        there.add(each.seriesInstanceUID);
        if (asked.get(each.seriesInstanceUID) !== each) open(each);
      }
      for (const [instance, entry] of known) if (entry.seen && !there.has(entry.series)) known.delete(instance);
    },
    /** What was stored from here is known without asking. */
    put(instance, series, value) { known.set(instance, { series, value, seen: false }); changed(); },
    drop(instance) { known.delete(instance); gone.add(instance); changed(); },
    close() { ended.abort(); },
  };
}
