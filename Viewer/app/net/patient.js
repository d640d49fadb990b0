/** The studies of a patient, by a search of the archive. */
import { RequestError, url } from "./api.js";
import { studyOf } from "../model/timeline.js";

/** More than a reader goes through; the newest are told. */
const most = 200;

/** Studies with this Patient ID, of whatever issuer; `model/timeline.js` sorts out whose they are. */
export async function studiesOfPatient(patientID, signal) {
  if (!patientID) return [];
  const query = new URLSearchParams({ limit: most, orderby: "-StudyDate", includefield: "StudyDescription,IssuerOfPatientID,PatientBirthDate,ModalitiesInStudy,NumberOfStudyRelatedInstances" });
  const response = await fetch(url(`dicom-web/patients/${encodeURIComponent(patientID)}/studies?${query}`), { signal, headers: { Accept: "application/dicom+json" } });
  if (response.status === 204) return [];
  if (!response.ok) throw new RequestError(response.status, "");
  return (await response.json()).map(studyOf);
}
