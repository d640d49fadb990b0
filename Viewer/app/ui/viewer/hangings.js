/** Hanging protocols at work: which fit, how one is put on the screen, the reader's own. */
import { call, local } from "../../net/api.js";
import { hung, isProtocol, matching, saved } from "../../model/hanging.js";
import { viewAttributes, views } from "../../model/mammography.js";
import { priorsInOrder } from "../../model/timeline.js";
import * as edits from "../../model/state.js";

/** The name of the preference. */
const kept = "hanging";
const mostOwn = 50;

/**
 * @param {{app, editor, facts, preferences, signal: AbortSignal, changed: () => void}} parts of the viewer
 * @returns `{list, current, apply, step, begin, save, remove, viewOf}`
 */
export function hangings({ app, editor, facts, preferences, signal, changed }) {
  const table = call("model/hanging.json", { signal }).then(({ protocols }) => protocols, () => []); // without it the reader hangs by hand
  const known = new Map(); // Study Instance UID → views of its mammograms
  let shipped = [], current = null;

  const own = () => (preferences.get(kept) ?? []).filter(isProtocol);

  /** Sides and projections of a study's mammograms; none where it has none or they could not be asked for. */
  async function viewsOf(studyUID) {
    if (!known.has(studyUID)) known.set(studyUID, []);
    else return known.get(studyUID);
    if (!(facts.seriesOfStudy(studyUID) ?? []).some(({ modality }) => modality === "MG")) return [];
    const response = await fetch(local(`dicom-web/studies/${studyUID}/metadata?includefield=${viewAttributes.join(",")}`), { signal, headers: { Accept: "application/dicom+json" } });
    if (response.ok) known.set(studyUID, views(await response.json()));
    changed();
    return known.get(studyUID);
  }

  const study = () => facts.study.studyInstanceUID;
  const priors = () => priorsInOrder(facts.study, facts.others.studies);
  const list = () => (facts.study ? matching([...own(), ...shipped], { series: facts.series, views: known.get(study()) ?? [], hasPrior: priors().length > 0 }) : []);
  const viewOf = (instance) => [...known.values()].flat().find((view) => view.instance === instance) ?? null;

  async function apply(protocol, { undoable = true, unless = () => false } = {}) {
    const now = { series: facts.series, views: await viewsOf(study()) };
    let before = null;
    if (protocol.cells.some(({ of }) => of === "prior") && priors().length) {
      const { studyInstanceUID: uid } = priors()[0];
      await app.openStudy(uid);
      const series = facts.seriesOfStudy(uid);
      if (series) before = { series, views: await viewsOf(uid) };
    }
    const cells = hung(protocol, now, before);
    await Promise.all(cells.filter((cell) => cell?.instance).map(({ series }) => facts.ready(series)));
    if (signal.aborted || unless()) return;
    const placed = cells.map((cell, n) => {
      const { window, invert, ...asked } = protocol.cells[n];
      if (!cell) return { missing: asked };
      const items = facts.stacks.get(cell.series)?.items ?? [];
      return { series: cell.series, index: cell.instance ? Math.max(0, items.findIndex(({ image }) => image.sopInstanceUID === cell.instance)) : 0, orientation: cell.orientation, window, invert };
    });
    current = protocol.id;
    app.edit((state) => edits.hang(state, { layout: protocol.layout, sync: protocol.sync ?? {}, cells: placed }), { undoable });
    app.stripChanged();
  }

  return {
    list,
    own,
    viewOf,
    get current() { return current; },
    apply,
    /** The protocol after, or before, the one that hangs. */
    step(direction) {
      const all = list();
      if (!all.length) return;
      const at = all.findIndex(({ id }) => id === current);
      apply(all[at < 0 ? (direction > 0 ? 0 : all.length - 1) : (at + direction + all.length) % all.length]);
    },
    /** At the opening of a study: the first that hangs by itself, unless the reader has begun to work. */
    async begin() {
      const [protocols] = await Promise.all([table, preferences.ready, viewsOf(study()).catch(() => [])]);
      shipped = protocols;
      const untouched = editor.state;
      const reader = () => editor.canUndo || editor.state.layout !== untouched.layout || editor.state.viewports !== untouched.viewports;
      const first = list().find(({ automatic }) => automatic);
      if (first && !signal.aborted && !editor.canUndo) await apply(first, { undoable: false, unless: reader });
      changed();
    },
    /** What is on screen as the reader's own, first among those that fit; one of the same name is replaced. */
    save(name) {
      const state = editor.state;
      const visible = edits.shown({ ...state, oneUp: false });
      const protocol = saved(state, {
        id: `own-${Date.now().toString(36)}`, name, visible, seriesOf: facts.seriesOf,
        viewOfInstance(n) { const found = viewOf(app.current(n)?.image.sopInstanceUID); return found ? [found.laterality, found.view] : null; },
        relationOf: (uid) => facts.studyOf(uid)?.relation ?? "current",
      });
      current = protocol.id;
      return preferences.update(kept, (before = []) => [protocol, ...before.filter((each) => each.name !== name)].slice(0, mostOwn));
    },
    remove: (id) => preferences.update(kept, (before = []) => before.filter((each) => each.id !== id)),
  };
}
