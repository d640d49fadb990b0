/** Edits of the marks in the viewer's state: pure, so that the viewer's undo and redo are theirs. */

export const marksOf = (state) => state.marks ?? [];
/** Tracking UIDs of saved marks that the reader took away. */
export const removedOf = (state) => state.removedMarks ?? [];
export const markOf = (state, id) => marksOf(state).find((mark) => mark.id === id) ?? null;

/** A new mark; a calibration takes the place of an earlier one of its image. */
export function add(state, mark) {
  const others = mark.kind === "calibration" ? marksOf(state).filter((each) => each.kind !== "calibration" || each.instance !== mark.instance || each.frame !== mark.frame) : marksOf(state);
  return { ...state, marks: [...others, mark] };
}

/** What is changed is no longer as it was saved. */
export const change = (state, id, with_) => ({
  ...state,
  marks: marksOf(state).map((mark) => (mark.id === id ? { ...mark, ...with_, report: null, rival: with_.rival ?? null } : mark)),
});

export function remove(state, id) {
  const mark = markOf(state, id);
  if (!mark) return state;
  return { ...state, marks: marksOf(state).filter((each) => each.id !== id), ...(mark.report && { removedMarks: [...removedOf(state), id] }) };
}

export const replace = (state, marks, removedMarks) => ({ ...state, marks, removedMarks });

/** What others brought is in every step: undo does not take it away again. */
export const everywhere = (history, edit) => ({ ...history, past: history.past.map(edit), present: edit(history.present), future: history.future.map(edit), label: null });
