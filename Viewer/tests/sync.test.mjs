import assert from "node:assert/strict";
import { test } from "node:test";
import * as s from "../app/model/state.js";
import { following, pointed, together } from "../app/viewport/sync.js";

/** An axial stack: centres of the slices at `from - n·step`, `phases` images at each place. */
const axial = (count, from, step, { frame = "1.2", phases = 1, orientation = [1, 0, 0, 0, 1, 0], spacing = 1 } = {}) =>
  Array.from({ length: count * phases }, (_, n) => ({
    frame: 1, place: Math.floor(n / phases), combination: n % phases, stack: null,
    image: {
      sopInstanceUID: `${frame}.${from}.${n}`, rows: 100, columns: 100, spacing: { row: spacing, column: spacing, source: "patient" }, frameOfReferenceUID: frame,
      imagePosition: [-50, -50, from - Math.floor(n / phases) * step], imageOrientation: orientation,
    },
  }));
const items = { thick: axial(20, 100, 5), thin: axial(96, 110, 1.25), phases: axial(20, 100, 5, { phases: 3 }), prior: axial(30, 1000, 4, { frame: "9.9" }),
  feetFirst: axial(30, 20, -4, { orientation: [1, 0, 0, 0, -1, 0] }), sagittal: axial(20, 0, 5, { orientation: [0, 1, 0, 0, 0, -1] }),
  flat: Array.from({ length: 12 }, (_, n) => ({ frame: n + 1, image: { sopInstanceUID: "us" }, stack: null, combination: null })) };

test("other series of the frame of reference show the nearest position, not the same number", () => {
  // thick 7 lies at 100 - 35 = 65 mm; thin: (110 - 65) / 1.25 = 36
  assert.equal(following({ items: items.thick, index: 7, link: null }, { items: items.thin, index: 0, link: null }), 36);
  assert.equal(following({ items: items.thick, index: 19, link: null }, { items: items.thin, index: 0, link: null }), 84, "5 mm");
  assert.equal(following({ items: items.thick, index: 10, link: null }, { items: items.feetFirst, index: 0, link: null }), 7, "50 mm, 20 + 4·7 = 48");
  assert.equal(following({ items: items.thick, index: 7, link: null }, { items: items.phases, index: 2, link: null }), 23, "place 7, the third phase as before");
});

test("nothing moves where nothing says that it belongs together", () => {
  for (const other of ["prior", "sagittal", "flat"]) assert.equal(following({ items: items.thick, index: 7, link: null }, { items: items[other], index: 3, link: null }), null, other);
  assert.equal(following({ items: items.flat, index: 7, link: null }, { items: items.flat, index: 3, link: null }), null);
});

test("linked by hand: as far in millimetres from there, or in images where there are none", () => {
  // Linked thick 4 (80 mm) with prior 10 (960 mm). Thick 8 is 20 mm lower: prior 15 (940).
  assert.equal(following({ items: items.thick, index: 8, link: 4 }, { items: items.prior, index: 10, link: 10 }), 15);
  assert.equal(following({ items: items.thick, index: 0, link: 4 }, { items: items.prior, index: 10, link: 10 }), 5);
  assert.equal(following({ items: items.flat, index: 5, link: 2 }, { items: items.prior, index: 10, link: 10 }), 13);
  assert.equal(following({ items: items.flat, index: 11, link: 2 }, { items: items.flat, index: 1, link: 6 }), 11, "not beyond the end");
});

const names = ["thick", "thin", "prior", "thick"];
const opened = names.reduce((state, name, n) => s.openSeries(state, n, `${name}${n}`), s.setLayout(s.initialState, "2x2"));
const known = (n) => ({ items: items[names[n]], item: items[names[n]][0], geometry: { columns: 100, rows: 100, aspect: 1 }, size: { width: 400, height: 200 }, modality: n === 2 ? "MR" : "CT" });
const after = (state, edit) => together(state, edit(state), s.shown(state), known);

test("scrolling, zoom and window are taken along as each is switched on", () => {
  const scrolled = (state) => s.scrollTo(state, 0, 7, 20);
  assert.deepEqual(after(opened, scrolled).viewports.slice(0, 4).map(({ index }) => index), [7, 0, 0, 0]);
  assert.deepEqual(after(s.toggleSync(opened, "scroll"), scrolled).viewports.slice(0, 4).map(({ index }) => index), [7, 36, 0, 7]);
  const windowed = after(s.toggleSync(opened, "window"), (state) => s.setWindow(state, 0, { kind: "manual", center: 1, width: 2 }));
  assert.deepEqual(windowed.viewports.slice(0, 4).map(({ look }) => look.window.kind), ["manual", "manual", "default", "manual"], "not another modality's");
  const zoomed = after(s.toggleSync(opened, "view"), (state) => s.setView(state, 0, { zoom: 4, center: [30, 40] }));
  assert.deepEqual(zoomed.viewports.slice(0, 4).map(({ view }) => view.zoom), [4, 4, 4, 4]);
  assert.deepEqual(zoomed.viewports[1].view.center, [30, 40]);
  assert.deepEqual(after(zoomed, (state) => s.fit(state, 0)).viewports.slice(0, 4).map(({ view }) => view.zoom), [null, null, null, null]);
});

test("linking holds for the images it was said of, switches scrolling on, and is taken back by saying it again", () => {
  const linked = s.linkHere(s.scrollTo(s.scrollTo(opened, 0, 4, 20), 2, 10, 30));
  assert.equal(linked.sync.scroll, true);
  assert.equal(after(linked, (state) => s.scrollTo(state, 0, 8, 20)).viewports[2].index, 15);
  assert.equal(s.linkHere(linked).sync.links, null);
  const other = s.openSeries(linked, 2, "another");
  assert.equal(after(other, (state) => s.scrollTo(state, 0, 8, 20)).viewports[2].index, 0);
});

test("pointing scrolls the viewports of that frame of reference to the place", () => {
  const state = pointed(opened, 0, { point: [0, 0, 41], frame: "1.2" }, s.shown(opened), known);
  assert.deepEqual(state.viewports.slice(0, 4).map(({ index }) => index), [0, 55, 0, 12], "(110 - 41) / 1.25 = 55.2; (100 - 41) / 5 = 11.8");
  assert.deepEqual(state.cursor.point, [0, 0, 41]);
});
