import assert from "node:assert/strict";
import { test } from "node:test";
import * as drawing from "../app/marks/draft.js";
import * as edits from "../app/marks/edits.js";
import { completed, distance, handles, isDrawn, moved, outline, shapeOf, within } from "../app/marks/geometry.js";
import { hit } from "../app/marks/hit.js";
import { isWhole, kinds, newUID } from "../app/marks/kinds.js";
import { lines } from "../app/marks/label.js";
import { documentOf, merged, nothing, read, withDocument } from "../app/marks/merge.js";
import { boxOf, placed } from "../app/marks/placing.js";
import { regionAt, scaleOf } from "../app/marks/scale.js";
import { cropped, statisticsOf, valueAt, valueFacts } from "../app/marks/statistics.js";
import { valuesOf } from "../app/marks/values.js";
import * as s from "../app/model/state.js";

const near = (a, b, within_ = 1e-6) => assert.ok(Math.abs(a - b) <= within_, `${a} is not ${b}`);
const spacing = (row, column, source = "patient", more = {}) => ({ row, column, source, words: "", warnings: [], regions: [], ...more });
const mark = (kind, points, more = {}) => ({ id: newUID(), kind, series: "1.2", instance: "1.2.3", sopClass: "1.2.840.10008.5.1.4.1.1.2", frame: 1, points, text: "", place: null, ...more });
const measured = (m, image, calibrations = [], statistics = null) => {
  const scale = scaleOf(m, image, calibrations);
  return { scale, values: Object.fromEntries(valuesOf(m, image, scale, statistics).map(({ name, value, unit }) => [name, [value, unit]])) };
};

test("PS3.3 §10.7.1: the first value of Pixel Spacing is between rows, the second between columns", () => {
  const image = { spacing: spacing(2, 1) };
  assert.deepEqual(measured(mark("length", [[0, 0], [0, 10]]), image).values.length, [20, "mm"]);
  assert.deepEqual(measured(mark("length", [[0, 0], [10, 0]]), image).values.length, [10, "mm"]);
  near(measured(mark("length", [[0, 0], [3, 2]]), image).values.length[0], 5);
  near(measured(mark("polyline", [[0, 0], [3, 2], [3, 7]]), image).values.length[0], 15);
});

test("millimetres only with a known scale, and always with where they are true", () => {
  const line = mark("length", [[10, 10], [110, 10]]);
  const cases = [
    [{ spacing: spacing(0.5, 0.5, "patient") }, [50, "mm"], "patient", "in the patient"],
    [{ spacing: spacing(0.143, 0.143, "calibrated") }, [14.3, "mm"], "calibrated", "calibrated by the sender"],
    [{ spacing: spacing(0.1 / 1.2, 0.1 / 1.2, "estimated") }, [100 * 0.1 / 1.2, "mm"], "estimated", "estimated by magnification"],
    [{ spacing: spacing(0.1, 0.1, "detector") }, [10, "mm"], "detector", "at the detector"],
    [{ spacing: spacing(0.2, 0.2, "unknown") }, [20, "mm"], "unknown", "as stated"],
    [{ spacing: spacing(0.1, 0.1, "film") }, [10, "mm"], "film", "on the film"],
    [{ spacing: spacing(null, null, "none") }, [100, "px"], "none", "no scale known"],
    [{ spacing: spacing(null, null, "none", { warnings: ["Pixel Spacing (0028,0030) is 0\\0"] }) }, [100, "px"], "none", "scale not believed"],
    [{ spacing: spacing(0, 0.5) }, [100, "px"], "none", "no scale known"],
    [{ spacing: null }, [100, "px"], "none", "no scale known"],
    [{}, [100, "px"], "none", "no scale known"],
  ];
  for (const [image, [value, unit], source, words] of cases) {
    const { scale, values } = measured(line, image);
    near(values.length[0], value);
    assert.deepEqual([values.length[1], scale.source], [unit, source]);
    const text = lines(line, valuesOf(line, image, scale), scale);
    assert.equal(text.at(-1), words);
    assert.equal(/mm/.test(text.join()), unit === "mm", text.join());
  }
});

test("a pixel aspect ratio shapes angles and circles, and gives no millimetres (PS3.3 §C.7.6.3.1.7)", () => {
  const image = { spacing: spacing(null, null, "none"), pixelAspectRatio: [2, 1] };
  const { values } = measured(mark("angle", [[10, 0], [0, 0], [10, 5]]), image);
  near(values.angle[0], 45);
  assert.deepEqual(measured(mark("length", [[0, 0], [0, 10]]), image).values.length, [20, "px"]);
  const [ring] = outline(mark("circle", [[50, 50], [60, 50]]), 2);
  for (const [x, y] of ring) near(Math.hypot(x - 50, (y - 50) * 2), 10, 1e-5);
});

test("ultrasound: both ends in one region of centimetres, by priority and then the smallest (PS3.3 §C.8.5.5)", () => {
  const axis = (unit, delta) => ({ unit, delta });
  const region = (columns, rows, x, y, hasPriority = true) => ({ columns, rows, hasPriority, format: 1, horizontal: x, vertical: y });
  const regions = [
    region([0, 99], [0, 99], axis("cm", 0.02), axis("cm", -0.04)),
    region([100, 199], [0, 99], axis("cm", 0.01), axis("cm", 0.01)),
    region([0, 199], [100, 199], axis("s", 0.005), axis("cm", 0.04)),
    region([200, 299], [0, 99], axis("cm", null), axis("cm", 0.04)),
  ];
  const image = { spacing: spacing(0.4, 0.2, "ultrasound", { regions }) };
  const of = (...points) => measured(mark("length", points), image);
  assert.deepEqual(of([10, 10], [10, 20]).values.length, [4, "mm"]);
  assert.deepEqual(of([10, 10], [20, 10]).values.length, [2, "mm"]);
  assert.deepEqual(of([110, 10], [120, 10]).values.length, [1, "mm"]);
  assert.equal(of([110, 10], [120, 10]).scale.source, "ultrasound");
  for (const [points, reason] of [[[[90, 10], [110, 10]], "scale.across"], [[[10, 110], [20, 120]], "scale.units"], [[[10, 10], [350, 10]], "scale.outside"], [[[210, 10], [220, 10]], "scale.unbelieved"]]) {
    const { scale, values } = of(...points);
    assert.deepEqual([values.length[1], scale.reason], ["px", reason]);
  }
  assert.deepEqual(measured(mark("angle", [[10, 110], [20, 110], [20, 120]]), image).values, {}, "seconds and centimetres have no angle");
  assert.equal(regionAt([region([0, 99], [0, 99], null, null, false), region([0, 9], [0, 9], null, null, false), region([0, 50], [0, 50], null, null, true)], [5, 5]).columns[1], 50);
  assert.equal(regionAt([region([0, 99], [0, 99], null, null, false), region([0, 9], [0, 9], null, null, false)], [5, 5]).columns[1], 9);
});

test("a length that the reader knows calibrates its image alone, says so, and is gone with the mark", () => {
  const image = { spacing: spacing(0.1, 0.1, "detector") };
  const known = mark("calibration", [[0, 0], [50, 0]], { millimetres: 20 });
  const { scale, values } = measured(mark("length", [[0, 0], [0, 100]]), image, [known]);
  assert.deepEqual([values.length, scale.source], [[40, "mm"], "user"]);
  assert.equal(measured(mark("length", [[0, 0], [0, 100]], { instance: "9" }), image, [known]).scale.source, "detector");
  assert.deepEqual(measured(mark("length", [[0, 0], [0, 100]]), { pixelAspectRatio: [2, 1] }, [known]).values.length, [80, "mm"]);
  let state = edits.add(edits.add(s.initialState, known), { ...known, id: "2.25.1", millimetres: 30 });
  assert.deepEqual(edits.marksOf(state).map(({ millimetres }) => millimetres), [30], "one an image");
});

test("angles in the plane: three points, and two lines drawn either way", () => {
  const image = { spacing: spacing(2, 1) };
  near(measured(mark("angle", [[10, 0], [0, 0], [10, 5]]), image).values.angle[0], 45);
  near(measured(mark("angle", [[-10, 0], [0, 0], [10, 0]]), image).values.angle[0], 180);
  near(measured(mark("cobb", [[0, 0], [10, 0], [0, 20], [10, 25]]), image).values.angle[0], 45);
  near(measured(mark("cobb", [[0, 0], [10, 0], [10, 25], [0, 20]]), image).values.angle[0], 45);
});

test("two diameters: the longer one is the long one, the short one stays upright on it in mm", () => {
  const image = { spacing: spacing(2, 1) };
  const points = completed("bidirectional", [[0, 0], [40, 0]], 2);
  const first = measured(mark("bidirectional", points), image).values;
  assert.deepEqual([first.long, first.short], [[40, "mm"], [20, "mm"]]);
  const [a, b, c, d] = moved({ kind: "bidirectional", points }, 1, [30, 20], 2);
  near((b[0] - a[0]) * (d[0] - c[0]) + 4 * (b[1] - a[1]) * (d[1] - c[1]), 0, 1e-3);
  const after = measured(mark("bidirectional", [a, b, c, d]), image).values;
  near(after.long[0], 50, 1e-4);
  near(after.short[0], 20, 1e-4);
});

test("ellipse and circle: handles move one end, the other end stays; area of the shape", () => {
  const image = { spacing: spacing(0.5, 0.5) };
  const ellipse = { kind: "ellipse", points: completed("ellipse", [[10, 20], [50, 40]], 1) };
  assert.deepEqual(ellipse.points, [[10, 30], [50, 30], [30, 20], [30, 40]]);
  near(measured(mark("ellipse", ellipse.points), image).values.area[0], Math.PI * 20 * 10 * 0.25);
  assert.deepEqual(moved(ellipse, 1, [70, 99], 1), [[10, 30], [70, 30], [40, 20], [40, 40]]);
  assert.deepEqual(moved({ kind: "rectangle", points: [[0, 0], [10, 10]] }, 1, [20, -5], 1), [[0, -5], [20, 10]]);
  near(measured(mark("circle", [[30, 30], [40, 30]]), image).values.area[0], Math.PI * 25);
  near(measured(mark("rectangle", [[10, 10], [30, 20]]), image).values.area[0], 50);
  near(measured(mark("freehand", [[0, 0], [10, 0], [10, 10]]), { spacing: null }).values.area[0], 50);
});

test("statistics: a pixel counts when its centre is inside; modality values; padding left out; SD of a sample", () => {
  const columns = 16, rows = 12;
  const array = Int16Array.from({ length: columns * rows }, (_, n) => (n % 3) * 100 - 50);
  const image = { photometricInterpretation: "MONOCHROME2", bitsAllocated: 16, bitsStored: 16, pixelRepresentation: 1, rescaleSlope: 2, rescaleIntercept: -7, pixelPaddingValue: 150 };
  const frame = { samples: 1, kind: "i16", rows, columns, array };
  const of = (m) => { const shape = shapeOf(m, 1); return statisticsOf(shape, cropped(shape, frame, image), valueFacts(image)); };
  /** The rule, said once more and slowly. */
  const slowly = (inside) => {
    const values = [];
    for (let y = 0; y < rows; y++) for (let x = 0; x < columns; x++) {
      const stored = array[y * columns + x];
      if (inside(x + 0.5, y + 0.5) && stored !== 150) values.push(stored * 2 - 7);
    }
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return { count: values.length, mean, sd: Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1)), min: Math.min(...values), max: Math.max(...values) };
  };
  const same = (found, wanted) => { for (const [name, value] of Object.entries(wanted)) near(found[name], value, 1e-9); };
  same(of(mark("ellipse", [[2, 6], [13, 6], [7.5, 1], [7.5, 11]])), slowly((x, y) => ((x - 7.5) / 5.5) ** 2 + ((y - 6) / 5) ** 2 <= 1));
  same(of(mark("ellipse", [[3, 3], [11, 9], [8.5, 4], [5.5, 8]])), slowly((x, y) => { // turned: axes (4, 3) and (−1.5, 2)
    const [dx, dy] = [x - 7, y - 6];
    return ((dx * 4 + dy * 3) / 25) ** 2 + ((dx * -1.5 + dy * 2) / 6.25) ** 2 <= 1;
  }));
  same(of(mark("rectangle", [[2.5, 1.5], [9.5, 8.5]])), slowly((x, y) => x >= 2.5 && x < 9.5 && y >= 1.5 && y < 8.5));
  same(of(mark("freehand", [[1, 1], [12, 1], [1, 11]])), slowly((x, y) => x >= 1 && y >= 1 && x < 12 - ((y - 1) * 11) / 10));
  same(of(mark("circle", [[-2, 5], [6, 5]])), slowly((x, y) => (x + 2) ** 2 + (y - 5) ** 2 <= 64)); // over the edge
  assert.deepEqual(of(mark("rectangle", [[3.6, 3.6], [3.9, 3.9]])), { mean: null, sd: null, min: null, max: null, count: 0 });
  const one = of(mark("rectangle", [[3, 3], [4, 4]]));
  assert.deepEqual([one.count, one.sd], [1, null]);
  assert.deepEqual(valueAt([4.99, 0.01], frame, image, "MR"), { mean: 50 * 2 - 7, unit: "" });
  assert.equal(valueAt([2, 0], frame, image, "MR"), null, "padding has no value");
  assert.equal(valueAt([-1, 0], frame, image, "MR"), null);
  assert.equal(cropped({ polygon: [[0, 0]] }, { ...frame, samples: 3 }, { photometricInterpretation: "RGB" }), null, "colour has no statistics");
});

test("drawing: by dragging, and by clicking", () => {
  const released = (draft) => drawing.released(draft);
  let draft = drawing.begun("length", [1, 1], [10, 10]);
  draft = drawing.pointed(draft, [5, 1], [60, 10]);
  assert.deepEqual(released(draft), { done: [[1, 1], [5, 1]] });
  draft = released(drawing.begun("length", [1, 1], [10, 10])).draft; // a click
  draft = drawing.pressed(drawing.pointed(draft, [7, 7], [90, 90]), [8, 8], [95, 95]);
  assert.deepEqual(released(draft), { done: [[1, 1], [8, 8]] });
  draft = released(drawing.pointed(drawing.begun("cobb", [0, 0], [0, 0]), [9, 0], [90, 0])).draft;
  draft = drawing.pointed(drawing.pressed(draft, [0, 5], [0, 50]), [9, 6], [90, 60]);
  assert.deepEqual(released(draft), { done: [[0, 0], [9, 0], [0, 5], [9, 6]] });
  assert.deepEqual(released(drawing.begun("probe", [3, 3], [30, 30])), { done: [[3, 3]] });
  draft = released(drawing.begun("polyline", [0, 0], [0, 0])).draft;
  for (const at of [[5, 0], [5, 5]]) draft = released(drawing.pressed(draft, at, at)).draft;
  assert.deepEqual(drawing.ended(draft), { done: [[0, 0], [5, 0], [5, 5]] });
  assert.equal(isDrawn("length", [[1, 1], [1, 1]]), false);
  assert.equal(isDrawn("rectangle", [[1, 1], [9, 1]]), false);
});

test("under the pointer: handles of the chosen one, then handles, then lines; fingers reach farther", () => {
  const one = mark("length", [[10, 10], [110, 10]]), other = mark("rectangle", [[10, 18], [60, 60]]);
  const at = (point, pointer = "mouse", first = null) => hit([one, other], point, (x) => x, 1, pointer, first);
  assert.deepEqual(at([11, 12], "mouse", one.id), { id: one.id, handle: 0 });
  assert.deepEqual(at([60, 13]), { id: one.id, handle: null } && at([60, 13]));
  assert.equal(at([85, 13]).id, one.id);
  assert.equal(at([85, 30]), null);
  assert.equal(at([85, 24], "touch").id, one.id);
  assert.equal(distance([[[0, 0], [10, 0]]], [5, 3]), 3);
  assert.deepEqual(within([[5, 5], [9, 9]], [-20, 50], { columns: 100, rows: 20 }), [-5, 11]);
  assert.equal(handles(other).length, 4);
});

test("marks are part of undo and redo; what came from elsewhere stays in every step", () => {
  const one = mark("length", [[0, 0], [1, 1]]), other = mark("arrow", [[0, 0], [1, 1]]);
  let h = s.history(s.initialState);
  h = s.commit(h, edits.add(h.present, one));
  h = edits.everywhere(h, (state) => withDocument(state, { marks: [...documentOf(state).marks, other], removed: [] }));
  h = s.undo(h);
  assert.deepEqual(edits.marksOf(h.present).map(({ id }) => id), [other.id]);
  h = s.redo(h);
  assert.deepEqual(edits.marksOf(h.present).map(({ id }) => id), [one.id, other.id]);
  const reported = { ...one, report: "1.2.3" };
  const state = edits.add(s.initialState, reported);
  assert.deepEqual(documentOf(state), nothing);
  assert.deepEqual(documentOf(edits.remove(state, one.id)).removed, [one.id]);
  assert.equal(edits.marksOf(edits.change(state, one.id, { text: "x" }))[0].report, null, "a changed mark is no longer as reported");
});

test("two people's work on one draft: nothing of either is lost", () => {
  const [a, b, c] = [mark("length", [[0, 0], [1, 1]]), mark("length", [[0, 0], [2, 2]]), mark("length", [[0, 0], [3, 3]])];
  const base = { marks: [a, b, c], removed: ["1"] };
  const mine = { marks: [{ ...a, text: "mine" }, { ...b, text: "b" }, mark("text", [[1, 1]], { text: "new of mine", id: "2.25.7" })], removed: ["1", "2"] }; // c removed
  const theirs = { marks: [{ ...a, text: "theirs" }, { ...c, text: "c" }, mark("text", [[1, 1]], { text: "new of theirs", id: "2.25.8" })], removed: ["1", "3"] }; // b removed
  const { document, rivals } = merged(base, mine, theirs, () => "2.25.99");
  assert.equal(rivals, 1);
  assert.deepEqual(document.marks.map(({ text }) => text).sort(), ["b", "c", "mine", "new of mine", "new of theirs", "theirs"]);
  assert.deepEqual(document.marks.find(({ text }) => text === "mine"), { ...a, text: "mine", id: "2.25.99", rival: a.id });
  assert.deepEqual(document.removed.sort(), ["1", "2", "3"]);
  assert.deepEqual(merged(base, base, theirs, () => "x"), { document: { marks: theirs.marks, removed: ["1", "3"] }, rivals: 0 });
  assert.deepEqual(merged(base, { marks: [a], removed: [] }, base, () => "x").document.marks, [a], "removed by me alone");
});

test("what is no whole mark is left out and counted", () => {
  const good = mark("length", [[0, 0], [1, 1]]);
  for (const bad of [null, {}, { ...good, kind: "constructor" }, { ...good, points: [[0, 0]] }, { ...good, points: [[0, NaN], [1, 1]] }, { ...good, frame: 0 }, { ...good, id: "<b>" }, { ...good, instance: "x y" }, mark("calibration", [[0, 0], [1, 1]], { millimetres: -1 })]) {
    assert.ok(!isWhole(bad), JSON.stringify(bad));
    assert.deepEqual(read({ marks: [bad, good] }), { marks: [good], removed: [], unread: 1 });
  }
  assert.deepEqual(read(null), { marks: [], removed: [], unread: 0 });
  assert.match(newUID(), /^2\.25\.[1-9]\d{20,38}$/);
  assert.equal(new Set(Object.values(kinds).map(({ key }) => key).filter(Boolean)).size, Object.keys(kinds).length - 1, "no key twice");
});

test("words stand beside their mark, inside, and on no others", () => {
  const words = ["Mean 951 HU · SD 868.04", "1607.2 mm²"], size = [800, 600], taken = [];
  const square = [[100, 100], [200, 100], [200, 200], [100, 200]];
  assert.deepEqual(placed(square, words, [], size), [210, 100], "right of it");
  for (let n = 0; n < 8; n++) placed(square, words, taken, size);
  placed([[795, 595]], words, taken, size);
  for (const [n, [left, top, right, bottom]] of taken.entries()) {
    assert.ok(left >= 0 && top >= 0 && right <= size[0] && bottom <= size[1] + 3, `${n} is inside`);
    for (const [l, t, r, b] of taken.slice(0, n)) assert.ok(right < l || left > r || bottom <= t || top >= b, `${n} covers another`);
  }
  assert.deepEqual(boxOf([10, 20], ["ab"]), [10, 8, 24, 23]);
});
