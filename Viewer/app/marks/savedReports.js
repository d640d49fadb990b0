/** Marks of structured reports in the study: each report is read once; of one mark the newest report counts, and the reader's own draft before all. */
import * as api from "../net/api.js";
import { marksOf, removedOf } from "./edits.js";
import { marksOfReport, reportClasses } from "./report.js";

const mostReports = 200;

export function savedReports({ studyUID, everywhere, changed, signedOut }) {
  const ended = new AbortController();
  const asked = new Map(); // series → instances known
  const read = new Map(); // SOP Instance UID → marks, or null while it is on its way
  let failed = 0, unread = 0;

  async function open(series) {
    asked.set(series.seriesInstanceUID, series.instanceCount);
    try {
      const { instances } = await api.manifest(studyUID, series.seriesInstanceUID, ended.signal);
      const news = instances.filter(({ sopInstanceUID, sopClassUID }) => reportClasses.includes(sopClassUID) && !read.has(sopInstanceUID));
      for (const { sopInstanceUID } of news.slice(0, mostReports - read.size)) {
        read.set(sopInstanceUID, null);
        try {
          const found = marksOfReport(await api.metadata(studyUID, series.seriesInstanceUID, sopInstanceUID, ended.signal));
          read.set(sopInstanceUID, found.marks);
          unread += found.unread;
        } catch (error) {
          if (ended.signal.aborted) return;
          if (error.status === 401) return signedOut();
          failed++;
        }
      }
      show();
    } catch (error) {
      if (ended.signal.aborted) return;
      if (error.status === 401) return signedOut();
      failed++; // asked again when something comes to the series
      changed();
    }
  }

  /** Their marks in every step of the history, but those that a step has changed or taken away. */
  function show() {
    const newest = new Map();
    for (const mark of [...read.values()].flatMap((marks) => marks ?? [])) {
      if (!(newest.get(mark.id)?.created > mark.created)) newest.set(mark.id, mark);
    }
    everywhere((state) => {
      const drafts = marksOf(state).filter(({ report }) => !report);
      const own = new Set([...drafts.map(({ id }) => id), ...removedOf(state)]);
      return { ...state, marks: [...[...newest.values()].filter(({ id }) => !own.has(id)), ...drafts] };
    });
    changed();
  }

  return {
    /** Reports that came to the study are read. */
    look(series) {
      for (const each of series) if (each.modality === "SR" && asked.get(each.seriesInstanceUID) !== each.instanceCount) open(each);
    },
    get failed() { return failed + unread; },
    close() { ended.abort(); },
  };
}
