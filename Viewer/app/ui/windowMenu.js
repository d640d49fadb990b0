/** Entries of the window menu for the image in the active viewport: the file's pairs with their explanations, presets, pixels. */
import { choiceOf } from "../model/presets.js";
import { filePairs, isGrey, presetsFor } from "../model/window.js";
import { number } from "../model/text.js";
import { t } from "./words.js";

const pair = ({ lut, center, width }) => lut ? t("window.table") : `W ${number(width, 2)}  L ${number(center, 2)}`;

export function windowEntries(app) {
  const now = app.current();
  if (!now || !isGrey(now.image)) return [{ note: t("window.none"), items: [] }];
  const { window } = now.viewport.look;
  const file = filePairs(now.image);
  const chosen = window.kind === "default" && file.length ? { kind: "file", pair: 0 } : window;
  const is = (kind, key, value) => chosen.kind === kind && (key == null || chosen[key] === value);
  const presets = presetsFor(now.image, now.series.modality, app.presets());
  return [
    file.length > 0 && {
      heading: t("window.file"),
      items: file.map((each, n) => ({
        text: each.explanation || t("window.file.n", { n: n + 1 }), detail: pair(each), key: n === 0 ? "1" : null, checked: is("file", "pair", n), run: () => app.setWindow({ kind: "file", pair: n }),
      })),
    },
    presets.length > 0 && {
      heading: t("window.presets"),
      items: presets.map((each) => ({ text: each.title ?? t(`preset.${each.id}`), detail: pair(each), key: each.key, checked: is("preset", "id", each.id), run: () => app.setWindow(choiceOf(each)) })),
    },
    {
      heading: t("window.pixels"),
      items: [
        { text: t("command.autoWindow"), key: "⇧A", checked: is("auto") || (chosen.kind === "default" && !file.length), run: () => app.setWindow({ kind: "auto" }) },
        ...(now.series.modality ? [{ text: t("command.editPresets"), run: () => app.look.presets() }] : []),
        { text: t("command.fullRange"), key: "0", checked: is("full"), run: () => app.setWindow({ kind: "full" }) },
      ],
    },
  ].filter(Boolean);
}
