/** Entries of the menus that say what viewports do together, and how many there are. */
import * as edits from "../model/state.js";
import { command } from "./commands.js";
import { keyCaps } from "./keyboard.js";
import { t } from "./words.js";

const entry = (app, id, more = {}) => ({ text: t(`command.${id}`), key: app.keyboard.keysOf(id).slice(0, 1).map((key) => keyCaps(key).join(" "))[0] ?? null, run: () => command(id).run(app), ...more });

export function togetherEntries(app) {
  const { sync, referenceLines } = app.state();
  return [
    { heading: t("together.move"), items: [["syncScroll", sync.scroll], ["linkHere", Boolean(sync.links)], ["syncView", sync.view], ["syncWindow", sync.window]].map(([id, checked]) => entry(app, id, { checked, toggles: true })) },
    { heading: t("together.show"), items: [entry(app, "referenceLines", { checked: referenceLines, toggles: true }), entry(app, "clearCursor")] },
  ];
}

/** The name of a hanging protocol: the reader's own word, or ours. */
export const protocolName = ({ id, name }) => name ?? t(`hanging.${id}`);

export const layoutEntries = (app) => [
  { heading: t("layout"), items: edits.layouts.map((id) => entry(app, `layout${id}`, { picture: `layout${id}`, checked: app.state().layout === id })) },
  { heading: t("hanging"), items: app.hangs.list().map((protocol) => ({ text: protocolName(protocol), detail: protocol.layout.replace("x", " × "), checked: app.hangs.current === protocol.id, run: () => app.hangs.apply(protocol) })) },
  { items: [entry(app, "saveLayout"), ...app.hangs.own().map(({ id, name }) => ({ text: t("hanging.remove", { name }), run: () => app.hangs.remove(id) }))] },
];
