/**
 * Every act of the viewer as a table: id, keys, group and what it does. The keyboard, the tool bar, the menus and the
 * key map all read from here. `run(app)`: app gives `edit(function, options)`, `active`, `count()` and the few acts
 * that are not edits of the state.
 */
import { markCommands } from "../marks/commands.js";
import { evidenceCommands } from "../presentation/commands.js";
import * as edits from "../model/state.js";
import { choiceOf } from "../model/presets.js";
import { filePairs, presetsFor } from "../model/window.js";
import { zoomedAt } from "../viewport/view.js";
import { lookCommands } from "./lookCommands.js";

const onActive = (edit) => (app) => app.edit((state) => edit(state, state.active));
const quietly = (edit) => (app) => app.edit((state) => edit(state, state.active, app.count()), { undoable: false });
const quiet = (edit) => (app) => app.edit(edit, { undoable: false });
const tool = (id) => (app) => app.edit((state) => edits.setTool(state, id), { undoable: false });
const layout = (id) => (app) => app.edit((state) => edits.fillEmpty(edits.setLayout(state, id), app.seriesUIDs()));

/** The n-th preset key of the modality in view. */
const preset = (key) => (app) => {
  const { image, series } = app.current() ?? {};
  if (!image) return;
  const found = presetsFor(image, series.modality, app.presets()).find((each) => each.key === key);
  if (found) app.setWindow(choiceOf(found));
  else if (key === "3") app.setWindow({ kind: "auto" });
};

function nextFileWindow(app) {
  const { image, viewport } = app.current() ?? {};
  const pairs = image ? filePairs(image) : [];
  if (!pairs.length) return;
  const { window } = viewport.look;
  const shown = window.kind === "file" ? window.pair : 0;
  app.setWindow({ kind: "file", pair: (shown + 1) % pairs.length });
}

const zoomBy = (factor) => (app) => {
  const facts = app.facts();
  if (!facts) return;
  app.edit((state) => {
    const { view } = state.viewports[state.active];
    return edits.setView(state, state.active, zoomedAt(view, facts.geometry, facts.size, factor, [facts.size.width / 2, facts.size.height / 2]));
  }, { merge: "key-zoom" });
};

export const commands = [
  { id: "previousImage", keys: ["ArrowUp"], group: "images", run: quietly((s, n, count) => edits.scrollBy(s, n, -1, count)) },
  { id: "nextImage", keys: ["ArrowDown"], group: "images", run: quietly((s, n, count) => edits.scrollBy(s, n, 1, count)) },
  { id: "firstImage", keys: ["Home"], group: "images", run: quietly((s, n, count) => edits.scrollTo(s, n, 0, count)) },
  { id: "lastImage", keys: ["End"], group: "images", run: quietly((s, n, count) => edits.scrollTo(s, n, count - 1, count)) },
  { id: "previousSeries", keys: ["PageUp"], group: "images", run: (app) => app.stepSeries(-1) },
  { id: "nextSeries", keys: ["PageDown"], group: "images", run: (app) => app.stepSeries(1) },
  { id: "hangPrior", keys: ["d"], group: "images", run: (app) => app.hangPrior() },
  { id: "cine", keys: [" "], group: "images", icon: "play", run: (app) => app.toggleCine() },
  { id: "slower", keys: [","], group: "images", icon: "slower", run: (app) => app.stepRate(-1) },
  { id: "faster", keys: ["."], group: "images", icon: "faster", run: (app) => app.stepRate(1) },

  { id: "fullRange", keys: ["0"], group: "window", run: (app) => app.setWindow({ kind: "full" }) },
  { id: "fileWindow", keys: ["1"], group: "window", run: (app) => app.setWindow({ kind: "default" }) },
  { id: "nextFileWindow", keys: ["2"], group: "window", run: nextFileWindow },
  ...["3", "4", "5", "6", "7", "8", "9"].map((key) => ({ id: `preset${key}`, family: "preset", keys: [key], group: "window", run: preset(key) })),
  { id: "autoWindow", keys: ["Shift+A"], group: "window", run: (app) => app.setWindow({ kind: "auto" }) },
  { id: "invert", keys: ["i"], group: "window", icon: "invert", run: onActive(edits.invert) },

  { id: "fit", keys: ["f"], group: "view", icon: "fit", run: onActive(edits.fit) },
  { id: "onePixel", keys: ["Shift+F"], group: "view", icon: "onePixel", run: onActive(edits.onePixel) },
  { id: "zoomIn", keys: ["+", "="], group: "view", run: zoomBy(1.25) },
  { id: "zoomOut", keys: ["-"], group: "view", run: zoomBy(0.8) },
  { id: "rotateRight", keys: ["r"], group: "view", icon: "rotateRight", run: onActive(edits.rotateRight) },
  { id: "rotateLeft", keys: ["Shift+R"], group: "view", icon: "rotateLeft", run: onActive(edits.rotateLeft) },
  { id: "flipHorizontal", keys: ["h"], group: "view", icon: "flipHorizontal", run: onActive(edits.flipHorizontal) },
  { id: "flipVertical", keys: ["v"], group: "view", icon: "flipVertical", run: onActive(edits.flipVertical) },
  { id: "smooth", keys: ["Shift+I"], group: "view", icon: "smooth", run: onActive(edits.toggleSmooth) },
  { id: "planes", keys: ["Shift+O"], group: "view", run: onActive(edits.togglePlanes) },
  { id: "reset", keys: ["Backspace"], group: "view", icon: "reset", run: onActive(edits.reset) },
  { id: "undo", keys: ["Ctrl+z"], group: "view", icon: "undo", run: (app) => app.undo() },
  { id: "redo", keys: ["Ctrl+Shift+Z", "Ctrl+y"], group: "view", icon: "redo", run: (app) => app.redo() },

  { id: "scroll", keys: ["s"], group: "tools", run: tool("scroll") },
  { id: "windowLevel", keys: ["w"], group: "tools", run: tool("windowLevel") },
  { id: "zoom", keys: ["z"], group: "tools", run: tool("zoom") },
  { id: "pan", keys: ["p"], group: "tools", run: tool("pan") },
  { id: "cursor", keys: ["c"], group: "tools", run: tool("cursor") },
  { id: "magnifier", keys: ["Shift+X"], group: "tools", run: tool("magnifier") },

  { id: "syncScroll", keys: ["g"], group: "together", icon: "sync", run: quiet((s) => edits.toggleSync(s, "scroll")) },
  { id: "linkHere", keys: ["Shift+G"], group: "together", icon: "link", run: quiet(edits.linkHere) },
  { id: "syncView", keys: ["Shift+Z"], group: "together", run: quiet((s) => edits.toggleSync(s, "view")) },
  { id: "syncWindow", keys: ["Shift+W"], group: "together", run: quiet((s) => edits.toggleSync(s, "window")) },
  { id: "referenceLines", keys: ["j"], group: "together", icon: "lines", run: quiet(edits.toggleReferenceLines) },
  { id: "clearCursor", keys: ["Shift+C"], group: "together", run: quiet((s) => edits.setCursor(s, null)) },

  ...markCommands,
  ...evidenceCommands,
  ...lookCommands,

  { id: "previousViewport", keys: ["ArrowLeft"], group: "screen", run: (app) => app.edit((s) => edits.activateNext(s, -1), { undoable: false }) },
  { id: "nextViewport", keys: ["ArrowRight"], group: "screen", run: (app) => app.edit((s) => edits.activateNext(s, 1), { undoable: false }) },
  { id: "oneUp", keys: ["Enter"], group: "screen", run: (app) => app.edit((s) => edits.toggleOneUp(s)) },
  ...edits.layouts.map((id, n) => ({ id: `layout${id}`, keys: [`Alt+${n + 1}`], group: "screen", icon: "layout" + id, run: layout(id) })),
  { id: "previousHanging", keys: ["["], group: "screen", run: (app) => app.hangs.step(-1) },
  { id: "nextHanging", keys: ["]"], group: "screen", run: (app) => app.hangs.step(1) },
  { id: "saveLayout", keys: ["Shift+S"], group: "screen", run: (app) => app.saveLayout() },
  { id: "overlays", keys: ["o"], group: "screen", icon: "overlays", run: (app) => app.edit(edits.nextOverlays, { undoable: false }) },
  { id: "panel", keys: ["u"], group: "screen", icon: "panel", run: (app) => app.edit(edits.togglePanel, { undoable: false }) },
  { id: "fullscreen", keys: ["Shift+U"], group: "screen", icon: "fullscreen", run: (app) => app.fullscreen() },
  { id: "palette", keys: ["Ctrl+k"], group: "screen", icon: "search", run: (app) => app.palette() },
  { id: "help", keys: ["?"], group: "screen", icon: "help", run: (app) => app.help() },
  { id: "back", keys: ["Escape"], group: "screen", icon: "back", run: (app) => app.back() },
];

export const command = (id) => commands.find((each) => each.id === id);
export const groups = ["images", "window", "view", "tools", "marks", "look", "together", "screen"];
