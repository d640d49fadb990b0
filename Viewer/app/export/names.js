/** Names of files that leave the archive: without anything of the patient unless that is asked for. */

const safe = (text) => String(text ?? "").normalize("NFC").replace(/[\u0000-\u001f\u007f<>:"/\\|?*^=]+/g, " ").replace(/\s+/g, "-").replace(/^[-.]+|[-.]+$/g, "").slice(0, 60);

/**
 * @param {{study, series, image?, frame?: number, marks?: string[]}} of `marks`: words such as "lossy" that the name has to carry
 * @param {boolean} withPatient name, ID and date go into the name too
 */
export function fileName({ study, series, image, frame, marks = [] }, extension, withPatient = false) {
  const patient = withPatient ? [study.patientName?.Alphabetic, study.patientID, study.studyDate] : [];
  const parts = [
    ...patient, series?.modality ?? study.modalities?.join("-"), series && `series-${series.seriesNumber ?? "x"}`,
    image && `image-${image.instanceNumber ?? "x"}`, image && (image.frames ?? 1) > 1 && frame && `frame-${frame}`, ...marks,
  ];
  return `${parts.filter(Boolean).map(safe).filter(Boolean).join("_") || "images"}.${extension}`;
}
