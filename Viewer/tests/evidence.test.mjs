import assert from "node:assert/strict";
import { test } from "node:test";
import { initialState, present, rotateLeft, rotateRight, flipHorizontal, flipVertical } from "../app/model/state.js";
import { letters } from "../app/model/orientation.js";
import { levelTable } from "../app/model/levels.js";
import { resolveWindow } from "../app/model/window.js";
import { annotationsOf, areaOf, frameAs, imageAs, refusal } from "../app/presentation/applied.js";
import { fromGrey, fromLab } from "../app/presentation/colour.js";
import { documentsOf, keyImages, keyObjectOf, nextKey, snapped, without } from "../app/presentation/keyObjects.js";
import { outbox } from "../app/presentation/outbox.js";
import { presentationOf } from "../app/presentation/parse.js";
import { areaOfView, orientationOf, placing, transformationOf, viewOf } from "../app/presentation/view.js";
import { applied, matrix, panned, zoomOf } from "../app/viewport/view.js";

const v = (...values) => ({ Value: values });
const resting = initialState.viewports[0].view;
const geometry = { columns: 400, rows: 300, aspect: 1 }, size = { width: 800, height: 600 };
const near = (a, b, within = 1e-6) => a.forEach((x, n) => assert.ok(Math.abs(x - b[n]) <= within, `${a} instead of ${b}`));

// MARK: Key objects

const reference = (instance, ...frames) => ({ "00081150": v("1.2.840.10008.5.1.4.1.1.2"), "00081155": v(instance), ...(frames.length && { "00081160": v(...frames) }) });
const coded = (value, meaning) => v({ "00080100": v(value), "00080102": v("DCM"), "00080104": v(meaning) });
const image = (instance, ...frames) => ({ "0040A040": v("IMAGE"), "00081199": v(reference(instance, ...frames)) });
const document = (code, ...content) => ({
  "00080016": v("1.2.840.10008.5.1.4.1.1.88.59"), "00080018": v("1.9"), "0020000E": v("1.8"), "00080023": v("20260102"), "00080033": v("030405"), "0040A043": coded(code, "Meaning"),
  "0040A375": v({ "00081115": v({ "0020000E": v("1.1"), "00081199": v(reference("1.1.1"), reference("1.1.2")) }) }),
  "0040A730": { Value: [
    { "0040A040": v("TEXT"), "0040A043": coded("113012", "Key Object Description"), "0040A160": v("look") },
    { "0040A040": v("PNAME"), "0040A043": coded("121008", "Person Observer Name"), "0040A123": v({ Alphabetic: "anna" }) }, ...content,
  ] },
});

test("a key object document says what was selected, by whom and for what; frames are named", () => {
  const found = keyObjectOf(document("113004", image("1.1.1"), image("1.1.2", 3), image("1.1.2", 1)));
  assert.deepEqual(found.images, [{ series: "1.1", instance: "1.1.1", sopClass: "1.2.840.10008.5.1.4.1.1.2", frames: [] }, { series: "1.1", instance: "1.1.2", sopClass: "1.2.840.10008.5.1.4.1.1.2", frames: [1, 3] }]);
  assert.deepEqual([found.title, found.description, found.observer, found.created], [{ code: "113004", meaning: "Meaning" }, "look", "anna", "20260102030405"]);
  assert.equal(documentsOf([found], "1.1.2", 2).length, 0);
  assert.equal(documentsOf([found], "1.1.1", 7).length, 1);
  assert.deepEqual(keyImages([found]).map(({ instance, frame }) => [instance, frame]), [["1.1.1", 1], ["1.1.2", 1], ["1.1.2", 3]]);
});

test("manifests are no key images", () => {
  assert.equal(keyObjectOf(document("113030", image("1.1.1"))), null);
  assert.equal(keyObjectOf({ ...document("113000"), "00080016": v("1.2.840.10008.5.1.4.1.1.88.11") }), null);
});

test("images that somebody rejected are no key images", () => {
  assert.equal(keyObjectOf(document("113001", image("1.1.1"))).isRejection, true);
  assert.equal(keyObjectOf(document("113004", image("1.1.1"))).isRejection, false);
});

test("taking one image back leaves the others", () => {
  const found = keyObjectOf(document("113000", image("1.1.1"), image("1.1.2", 1, 3)));
  assert.deepEqual(without(found, "1.1.2", 3, 5).map(({ instance, frames }) => [instance, frames]), [["1.1.1", []], ["1.1.2", [1]]]);
  assert.deepEqual(without(found, "1.1.1", 2, 3).map(({ instance, frames }) => [instance, frames]), [["1.1.1", [1, 3]], ["1.1.2", [1, 3]]]);
  assert.deepEqual(without({ images: [found.images[0]] }, "1.1.1", 1, 1), []);
});

test("a reader who sees only key images goes from one to the next and not beyond", () => {
  const isKey = [false, true, false, false, true, false];
  assert.deepEqual([[1, 2], [4, 3], [4, 5], [1, 0], [0, 1], [3, 3], [1, 4]].map(([from, to]) => snapped(isKey, from, to)), [4, 1, 4, 1, 1, 3, 4]);
  assert.equal(snapped([false, false], 0, 1), 1);
  assert.deepEqual([nextKey(isKey, 1, 1), nextKey(isKey, 4, 1), nextKey(isKey, 4, -1)], [4, 4, 1]);
});

// MARK: The outbox

const box = (send) => {
  const told = [];
  const made = outbox({ key: `test ${Math.random()}`, send, arrived: (entry) => told.push(["arrived", entry]), refused: (entry, words) => told.push([words, entry]), changed() {}, signedOut: () => told.push("signedOut") });
  return { made, told };
};
const until = async (condition) => { while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5)); };

test("what is refused is told, what finds no connection stays and is tried again", async () => {
  const answers = [{ status: 0 }, null, { status: 409, message: "it is gone" }];
  const { made, told } = box(async () => { const error = answers.shift(); if (error) throw Object.assign(new Error(error.message ?? ""), error); });
  made.add("a");
  made.add("b");
  await until(() => made.status === "offline");
  assert.deepEqual(made.entries, ["a", "b"]);
  await until(() => told.length === 2);
  assert.deepEqual(told, [["arrived", "a"], ["it is gone", "b"]]);
  made.close();
});

test("without a session it waits for the same person", async () => {
  const key = `test ${Math.random()}`, face = { key, changed() {}, refused() {}, signedOut() {} };
  const first = outbox({ ...face, arrived() {}, send: async () => { throw Object.assign(new Error(), { status: 401 }); } });
  first.add("a");
  await until(() => first.status === "signedOut");
  first.close();
  const told = [];
  const second = outbox({ ...face, arrived: (entry) => told.push(entry), send: async () => {} });
  await until(() => told.length);
  assert.deepEqual(told, ["a"]);
  second.close();
});

// MARK: Views

test("rotation is clockwise and the flip comes after it, in all eight orientations", () => {
  const edits = { rotateRight, rotateLeft, flipHorizontal, flipVertical };
  const after = (...names) => names.reduce((state, name) => edits[name](state, 0), initialState).viewports[0].view.orientation;
  assert.deepEqual(transformationOf(after()), { turns: 0, flipped: false });
  assert.deepEqual(transformationOf(after("rotateRight")), { turns: 1, flipped: false });
  assert.deepEqual(transformationOf(after("rotateRight", "flipHorizontal")), { turns: 1, flipped: true });
  assert.deepEqual(transformationOf(after("flipHorizontal", "rotateRight")), { turns: 3, flipped: true });
  assert.deepEqual(transformationOf(after("flipVertical")), { turns: 2, flipped: true });
  assert.deepEqual(transformationOf(after("rotateLeft")), { turns: 3, flipped: false });
  for (const turns of [0, 1, 2, 3]) for (const flipped of [false, true]) assert.deepEqual(transformationOf(orientationOf(turns, flipped)), { turns, flipped });
});

test("letters follow a presentation state's rotation and flip", () => {
  const image = { letters: { left: "R", right: "L", top: "A", bottom: "P" } };
  assert.deepEqual(letters(image, orientationOf(1, false)), { left: "P", right: "A", top: "R", bottom: "L" });
  assert.deepEqual(letters(image, orientationOf(1, true)), { left: "A", right: "P", top: "R", bottom: "L" });
  assert.deepEqual(letters(image, orientationOf(2, true)), { left: "R", right: "L", top: "P", bottom: "A" });
});

test("the whole image is 1\\1 to columns\\rows; turned, the corners are those that are seen top left and bottom right", () => {
  const area = (turns, flipped) => areaOfView({ ...resting, orientation: orientationOf(turns, flipped) }, geometry, size);
  assert.deepEqual(area(0, false), { first: [1, 1], last: [400, 300], magnification: null });
  assert.deepEqual(area(1, false), { first: [1, 300], last: [400, 1], magnification: null });
  assert.deepEqual(area(2, false), { first: [400, 300], last: [1, 1], magnification: null });
  assert.deepEqual(area(0, true), { first: [400, 1], last: [1, 300], magnification: null });
  assert.deepEqual(area(1, true), { first: [1, 1], last: [400, 300], magnification: null });
});

test("a zoomed view comes back as it was, to within the pixel that a corner is", () => {
  for (const [turns, flipped] of [[0, false], [1, false], [3, true]]) {
    const start = { ...resting, orientation: orientationOf(turns, flipped), zoom: 5, center: [120, 80] };
    const { first, last } = areaOfView(start, geometry, size);
    const [x, y] = [Math.min(first[0], last[0]) - 1, Math.min(first[1], last[1]) - 1];
    const back = viewOf({ turns, flipped }, { x, y, width: Math.abs(last[0] - first[0]) + 1, height: Math.abs(last[1] - first[1]) + 1, magnification: null });
    assert.ok(Math.abs(zoomOf(back, geometry, size) - 5) < 0.06);
    near(applied(matrix(back, geometry, size), [120, 80]), [400, 300], 3);
    assert.deepEqual(areaOfView(back, geometry, size), { first, last, magnification: null });
  }
});

test("1:1 is kept as magnification", () => {
  assert.equal(areaOfView({ ...resting, zoom: 1 }, geometry, size).magnification, 1);
  const back = viewOf({ turns: 0, flipped: false }, { x: -200, y: -150, width: 800, height: 600, magnification: 1 });
  assert.deepEqual([back.zoom, back.center], [1, [200, 150]]);
});

test("DISPLAY counts in the displayed area as it is at rest, PIXEL moves with the image", () => {
  const area = { x: 100, y: 100, width: 100, height: 75, magnification: null };
  const view = viewOf({ turns: 0, flipped: false }, area);
  near(placing(view, geometry, size, area)([0.5, 0.5], "DISPLAY"), [400, 300]);
  near(placing(view, geometry, size, area)([100, 100], "PIXEL"), [0, 0]);
  const moved = { ...view, ...panned(view, geometry, size, 80, 0) };
  near(placing(moved, geometry, size, area)([0.5, 0.5], "DISPLAY"), [400, 300]);
  near(placing(moved, geometry, size, area)([100, 100], "PIXEL"), [80, 0]);
  const turnedView = viewOf({ turns: 1, flipped: false }, null);
  near(placing(turnedView, geometry, size, null)([0, 0], "DISPLAY"), [175, 0]);
  near(placing(turnedView, geometry, size, null)([0, 300], "PIXEL"), [175, 0]);
});

// MARK: Presentation states

const ps = (more = {}) => ({
  "00080016": v("1.2.840.10008.5.1.4.1.1.11.1"), "00080018": v("3.1"), "00700080": v("LABEL"), "00700081": v("as seen"), "00700082": v("20260102"), "00700083": v("030405"), "00700084": v({ Alphabetic: "Doe^Jane" }),
  "00081115": v({ "0020000E": v("1.1"), "00081140": v({ "00081155": v("1.1.1") }, { "00081155": v("1.1.2"), "00081160": v(2) }) }),
  "0070005A": v({ "00700052": v(11, 21), "00700053": v(110, 95), "00700100": v("SCALE TO FIT"), "00700102": v(1, 1) }), "20500020": v("INVERSE"),
  "00281052": v(-1024), "00281053": v(2), "00283110": v({ "00281050": v(40), "00281051": v(400) }), ...more,
});
const shown = { sopInstanceUID: "1.1.1", photometricInterpretation: "MONOCHROME1", bitsStored: 12, bitsAllocated: 16, pixelRepresentation: 0, rows: 4, columns: 4, windowCenter: [1], windowWidth: [2], rescaleSlope: 1, rescaleIntercept: 0, shutter: { shapes: [] } };

test("what a presentation state says takes the place of the image's own", async () => {
  const state = await presentationOf(ps({ "00700042": v(90), "00700041": v("Y") }));
  assert.deepEqual([state.label, state.description, state.creator, state.turns, state.flipped], ["LABEL", "as seen", "Doe^Jane", 1, true]);
  assert.deepEqual([refusal(state, shown, 1), refusal(state, { ...shown, sopInstanceUID: "1.1.2" }, 1), refusal(state, { ...shown, sopInstanceUID: "1.1.2" }, 2), refusal(state, { ...shown, photometricInterpretation: "RGB", samplesPerPixel: 3 }, 1)], [null, "other", null, "colours"]);
  const as = imageAs(state, shown, 1);
  assert.deepEqual([as.rescaleSlope, as.rescaleIntercept, as.windowCenter, as.windowWidth, as.photometricInterpretation, as.presentationLUTShape, as.shutter], [2, -1024, [40], [400], "MONOCHROME2", "INVERSE", null]);
  const { x, y, width, height } = areaOf(state, shown, 1);
  assert.deepEqual([x, y, width, height], [10, 20, 100, 75]);
});

test("without values of interest all that the modality can say is seen", async () => {
  const { "00283110": none, ...rest } = ps();
  const as = imageAs(await presentationOf(rest), { ...shown }, 1);
  assert.deepEqual([as.windowCenter, as.windowWidth], [[(-1024 + 2 * 4095 - 1024) / 2 + 0.5], [2 * 4095 + 1]]);
});

test("a presentation LUT comes after the window", async () => {
  const words = Buffer.from(new Uint16Array(Array.from({ length: 256 }, (_, n) => (n < 128 ? 0 : 255))).buffer).toString("base64");
  const { "20500020": none, ...rest } = ps({ "20500010": v({ "00283002": v(256, 0, 8), "00283006": { InlineBinary: words } }), "00281052": v(0), "00281053": v(1), "00283110": v({ "00281050": v(2048), "00281051": v(4096) }) });
  const as = imageAs(await presentationOf(rest), { ...shown }, 1);
  const table = levelTable(as, resolveWindow({ kind: "default" }, as, "CT", null));
  assert.deepEqual([0, 1000, 2047, 2060, 4095].map((stored) => table.values[stored]), [0, 0, 0, 255, 255]);
});

test("shutters and overlays are those of the presentation state; image overlays only where it activates them", async () => {
  const overlays = [{ group: 0x6000, kind: "R", rows: 4, columns: 4, top: 0, left: 0, count: null, first: null, bits: new Uint8Array([0b1, 0]), bit: null }];
  const state = await presentationOf(ps({ "60001001": v("TOP"), "00181600": v("RECTANGULAR"), "00181602": v(2), "00181604": v(4), "00181606": v(1), "00181608": v(4), "00181622": v(65535) }));
  const as = imageAs(state, { ...shown, overlays }, 1);
  const frame = frameAs(state, as, { array: new Uint16Array(16), rows: 4, columns: 4, mask: null }, 1);
  assert.deepEqual([...frame.mask], [3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0]);
  assert.equal(as.shutter.grey, 255);
  const without = await presentationOf(ps());
  assert.equal(frameAs(without, imageAs(without, { ...shown, overlays }, 1), frame, 1).mask, null);
});

test("annotations come in the order of their layers, in their colours, for the images they are meant for", async () => {
  const graphic = (layer, kind, points, ...images) => ({
    ...(images.length && { "00081140": v(...images.map((each) => ({ "00081155": v(each) }))) }), "00700002": v(layer),
    "00700009": v({ "00700005": v("PIXEL"), "00700022": v(...points), "00700023": v(kind), "00700024": v("N"), "00620021": v("2.25.7") }),
  });
  const state = await presentationOf(ps({
    "00700060": v({ "00700002": v("B"), "00700062": v(2), "00700066": v(32768) }, { "00700002": v("A"), "00700062": v(1), "00700401": v(57627, 33861, 50931) }),
    "00700001": v(graphic("B", "CIRCLE", [5, 5, 9, 5]), graphic("X", "POINT", [1, 1]), graphic("A", "POLYLINE", [0, 0, 3, 3], "1.1.1"), graphic("A", "ELLIPSE", [0, 0, 3, 3])),
  }));
  assert.deepEqual(annotationsOf(state, shown, 1).map(({ layer, colour, graphics }) => [layer, colour, graphics.map(({ kind, points, tracking }) => [kind, points, tracking])]), [
    ["A", [255, 216, 77], [["POLYLINE", [[0, 0], [3, 3]], "2.25.7"]]], ["A", [255, 216, 77], []], ["B", [128, 128, 128], [["CIRCLE", [[5, 5], [9, 5]], "2.25.7"]]], ["X", [255, 255, 255], [["POINT", [[1, 1]], "2.25.7"]]],
  ]);
  assert.deepEqual(state.remarks, ["graphic"]);
  assert.equal(annotationsOf(state, { sopInstanceUID: "1.1.2" }, 2).length, 3);
});

test("text has its box or its anchor, and its lines", async () => {
  const words = { "00700003": v("DISPLAY"), "00700010": v(0.1, 0.2), "00700011": v(0.5, 0.3), "00700012": v("CENTER"), "00700006": v("one\r\ntwo") };
  const anchored = { "00700004": v("PIXEL"), "00700014": v(7, 8), "00700015": v("Y"), "00700006": v("three") };
  const state = await presentationOf(ps({ "00700001": v({ "00700002": v("A"), "00700008": v(words, anchored, { "00700006": v("nowhere") }) }) }));
  assert.deepEqual(state.annotations[0].texts.map(({ lines, box, anchor }) => [lines, box, anchor]), [
    [["one", "two"], { first: [0.1, 0.2], last: [0.5, 0.3], units: "DISPLAY", justified: "CENTER" }, null], [["three"], null, { point: [7, 8], units: "PIXEL", isVisible: true }],
  ]);
  assert.deepEqual(state.remarks, ["text"]);
});

test("what would be shown wrongly is not shown: another kind, half a rotation, an area without a mode", async () => {
  assert.equal((await presentationOf({ ...ps(), "00080016": v("1.2.840.10008.5.1.4.1.1.11.4") })).refusal, "kind");
  assert.equal((await presentationOf(ps({ "00700042": v(45) }))).refusal, "broken");
  assert.equal((await presentationOf(ps({ "0070005A": v({ "00700052": v(1, 1), "00700053": v(2, 2) }) }))).refusal, "broken");
  assert.equal((await presentationOf(ps({ "00281053": { vr: "DS" } }))).refusal, "broken");
});

test("colours of layers are those of the server", () => {
  assert.deepEqual([fromLab([65535, 32896, 32896]), fromLab([0, 32896, 32896]), fromLab([1, 2]), fromGrey(65535), fromGrey(-1)], [[255, 255, 255], [0, 0, 0], null, [255, 255, 255], null]);
});

test("applying one is one step, and taking it off gives the image as it is by itself", () => {
  const on = present(initialState, 0, "3.1", viewOf({ turns: 1, flipped: false }, null));
  assert.deepEqual([on.viewports[0].look.presentation, on.viewports[0].view.orientation], ["3.1", [0, -1, 1, 0]]);
  assert.deepEqual(present(on, 0, null).viewports[0], initialState.viewports[0]);
});

test("an image that is seen in full along one side has its own edges there", () => {
  const narrow = { columns: 200, rows: 400, aspect: 1 };
  assert.deepEqual(areaOfView({ ...resting, zoom: 2, center: [100, 250] }, narrow, size), { first: [1, 101], last: [200, 400], magnification: null });
  assert.deepEqual(areaOfView({ ...resting, zoom: 2, center: [140, 250] }, narrow, size), { first: [-59, 101], last: [340, 400], magnification: null });
});
