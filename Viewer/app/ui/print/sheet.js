/** The sheet as elements: a header of the patient on every study, figures with their captions and bars. On paper lengths are CSS millimetres. */
import { barBelow, fitsSheet, printable } from "../../export/sheet.js";
import { date, nameGroups, number, time } from "../../model/text.js";
import { slicePosition } from "../../model/stack.js";
import { windowText } from "../../viewport/overlay.js";
import { h } from "../element.js";
import { isLossy } from "../export/exportDialog.js";
import { t } from "../words.js";

/** Local date and time as ISO 8601 writes them, which every locale reads the same. */
const now = () => new Date().toLocaleString("sv-SE").slice(0, 16);

const length = (mm) => (mm >= 10 ? t("cm", { n: number(mm / 10, 1) }) : t("mm", { n: number(mm, 2) }));

function head(study) {
  const name = nameGroups(study.patientName);
  return h("header", { class: "print-patient" },
    h("p", { class: "print-name" }, h("bdi", {}, name.main || t("noName")), ...name.others.map((other) => h("bdi", {}, ` ${other}`))),
    h("p", {}, [
      study.patientID && t("print.id", { id: study.patientID }), study.patientBirthDate && t("print.born", { date: date(study.patientBirthDate) }), study.patientSex,
      [date(study.studyDate), time(study.studyTime)].filter(Boolean).join(" "), study.studyDescription, study.accessionNumber && t("print.accession", { n: study.accessionNumber }),
    ].filter(Boolean).map((words, n) => [n ? " · " : "", h("bdi", {}, words)])));
}

/**
 * @param list `{canvas, isWhole, study, series, item, position, count, window, scale, size}`: `isWhole` where the picture is the whole image and nothing else
 * @returns `{element, remarks}`: what could not be done as asked, in words
 */
export function printedSheet(list, { isTrue, columns, patient, user }) {
  const remarks = [];
  const studies = [...new Map(list.map(({ study }) => [study.studyInstanceUID, study])).values()];
  const sections = studies.map((study) => {
    const figures = list.filter((each) => each.study.studyInstanceUID === study.studyInstanceUID).map((each) => figure(each, isTrue, remarks));
    const grid = h("div", { class: "print-grid" }, figures);
    grid.style.gridTemplateColumns = `repeat(${isTrue ? 1 : columns}, minmax(0, 1fr))`;
    return h("section", {}, patient && head(study), grid);
  });
  const foot = h("footer", {}, t("print.foot", { when: now(), user }), " ", t("export.notDiagnostic"), remarks.length > 0 && h("p", {}, [...new Set(remarks)].join(" ")));
  return { element: h("div", { class: "print-sheet", "aria-hidden": "true" }, sections, foot), remarks: [...new Set(remarks)] };
}

function figure({ canvas: image, isWhole, series, item, position, count, window, scale, size }, isTrue, remarks) {
  const place = slicePosition(item);
  let inTrueSize = false;
  if (isTrue && !size) remarks.push(t("print.noScale"));
  else if (isTrue && !fitsSheet(size)) remarks.push(t("print.tooLarge", { width: number(size.width / 10, 1), height: number(size.height / 10, 1) }));
  else if (isTrue) {
    inTrueSize = true;
    image.style.width = `${size.width}mm`;
    image.style.height = `${size.height}mm`;
  }
  const bar = isWhole ? barBelow(size) : null;
  const line = bar && h("div", { class: "print-bar" });
  if (line) line.style.width = inTrueSize ? `${bar.mm}mm` : `${bar.share * 100}%`;
  const caption = [
    [series.modality, series.seriesNumber != null && t("seriesNumber", { n: series.seriesNumber }), series.seriesDescription].filter(Boolean).join(" · "),
    [t("imageOf", { n: position + 1, count }), place && t("slicePosition", { side: place.side, mm: number(place.mm, 1) }), window && windowText(window)].filter(Boolean).join(" · "),
    bar && `${length(bar.mm)} ${t(`mark.in.${scale.source}`)}`, isTrue && t(inTrueSize ? "print.isTrue" : "print.isNotTrue"), isLossy(item.image) && t("badge.lossy"),
  ].filter(Boolean);
  const picture = h("div", { class: "print-picture" }, image, line);
  // As wide as its column, as high as a page: its own shape in either case.
  if (!inTrueSize) picture.style.width = `min(100%, ${((printable.height * image.width) / image.height).toFixed(2)}mm)`;
  return h("figure", { dataset: { instance: item.image.sopInstanceUID, true: String(inTrueSize) } }, picture, h("figcaption", {}, caption.map((words) => h("p", {}, h("bdi", {}, words)))));
}
