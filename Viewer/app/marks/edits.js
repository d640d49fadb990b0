/** Edits of the marks in the viewer's state: pure, so that the viewer's undo and redo are theirs. */

export const marksOf = (state) => state.marks ?? [];
/** Tracking UIDs of saved marks that the reader took away. */
export const removedOf = (state) => state.removedMarks ?? [];
export const markOf = (state, id) => marksOf(state).find((mark) => mark.id === id) ?? null;

/**
 * Known lengths. One that holds for a series does so for images of the size of its own; a report does not say that size, the image does.
 *
 * @param {(series, instance) => image | null} imageOf what is known of an image
 */
export const calibrationsOf = (state, imageOf) => marksOf(state).filter(({ kind }) => kind === "calibration").map((mark) => {
  const image = mark.reach === "series" && !mark.matrix ? imageOf(mark.series, mark.instance) : null;
  return image ? { ...mark, matrix: [image.columns, image.rows] } : mark;
});

/** A new mark; a calibration takes the place of an earlier one of its image, and one of a series of that of the series. */
export function add(state, mark) {
  const replaces = (each) => each.kind === "calibration" && ((each.instance === mark.instance && each.frame === mark.frame) || (mark.reach === "series" && each.reach === "series" && each.series === mark.series));
  const others = mark.kind === "calibration" ? marksOf(state).filter((each) => !replaces(each)) : marksOf(state);
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
