/** Measurements that the structured reports of a study hold. */
import * as api from "./api.js";
import { reportClasses } from "../marks/report.js";
import { measurementsOfReport, newest } from "../marks/reportValues.js";

const mostReports = 200;

/** @returns `{measurements, unread}`: `unread` reports could not be had, so that something may be missing */
export async function measurementsOfStudy(studyUID, signal) {
  const { series } = await api.study(studyUID, signal);
  const found = [];
  let unread = 0, read = 0;
  for (const each of series.filter(({ modality }) => modality === "SR")) {
    const { instances } = await api.manifest(studyUID, each.seriesInstanceUID, signal);
    for (const { sopInstanceUID, sopClassUID } of instances) {
      if (!reportClasses.includes(sopClassUID)) continue;
      if (read++ >= mostReports) { unread++; continue; }
      try {
        found.push(...measurementsOfReport(await api.metadata(studyUID, each.seriesInstanceUID, sopInstanceUID, signal)));
      } catch (error) {
        if (signal.aborted || error.status === 401) throw error;
        unread++;
      }
    }
  }
  return { measurements: newest(found), unread };
}
