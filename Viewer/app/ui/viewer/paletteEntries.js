/** What the palette of the viewer offers: every command, window, series, hanging protocol and study of the moment, appearance. */
import { commands } from "../commands.js";
import { keyCaps } from "../keyboard.js";
import { chooseLanguage, languages } from "../words.js";
import { setTheme } from "../theme.js";
import { protocolName } from "../togetherMenu.js";
import { commandName } from "../toolbar.js";
import { windowEntries } from "../windowMenu.js";
import { t } from "../words.js";
import { title } from "./studyWords.js";
import * as edits from "../../model/state.js";

const hidden = new Set(["palette"]);

export function paletteEntries(app, facts) {
  const keys = (id) => app.keyboard.keysOf(id).map((key) => keyCaps(key).join(" ")).join(", ");
  const windows = windowEntries(app).filter(({ heading }) => heading && heading !== t("window.pixels")).flatMap(({ items }) => items);
  return [
    ...commands.filter(({ id, family }) => !hidden.has(id) && family !== "preset").map(({ id, run }) => ({ text: commandName(id), detail: keys(id), run: () => run(app) })),
    ...windows.map(({ text, detail, run }) => ({ text: `${t("window.menu")}: ${text}`, detail, run })),
    ...facts.series.map((each) => ({
      text: `${t("palette.series")} ${each.seriesNumber ?? ""} ${each.seriesDescription || each.bodyPart || ""}`.trim(), detail: each.modality, run: () => app.edit((s) => edits.openSeries(s, s.active, each.seriesInstanceUID)),
    })),
    ...app.hangs.list().map((protocol) => ({ text: `${t("palette.hanging")}: ${protocolName(protocol)}`, detail: protocol.layout.replace("x", " × "), run: () => app.hangs.apply(protocol) })),
    ...facts.others.studies.map((study) => ({ text: title(study, study.relation), detail: [study.modalities.join(" "), study.studyDescription].filter(Boolean).join(" · "), run: () => app.openStudy(study.studyInstanceUID).then(app.stripChanged) })),
    ...["dark", "light"].map((value) => ({ text: t(`palette.theme.${value}`), detail: "", run: () => setTheme(value) })),
    ...languages.map(({ tag, name }) => ({ text: `${t("palette.language")}: ${name}`, detail: "", run: () => chooseLanguage(tag) })),
  ];
}
