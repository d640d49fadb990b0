/**
 * The draft of a study as a document: `{marks, removed}`, the marks that are in no report yet and the tracking UIDs of reported ones that the
 * reader took away. Three-way merge of two people's, or two windows', work on one document: nothing of either is lost.
 */
import { isWhole } from "./kinds.js";
import { marksOf, removedOf, replace } from "./edits.js";

export const nothing = Object.freeze({ marks: [], removed: [] });

export const documentOf = (state) => ({ marks: marksOf(state).filter(({ report }) => !report).map(({ report, ...mark }) => mark), removed: removedOf(state) });

/** The state with this draft in place of its own; reported marks stay. */
export function withDocument(state, { marks, removed }) {
  const drafted = new Set(marks.map(({ id }) => id));
  const reported = marksOf(state).filter(({ report, id }) => report && !drafted.has(id) && !removed.includes(id));
  return replace(state, [...reported, ...marks], removed);
}

/** What another program or version left there: whole marks only, the number of others. */
export function read(document) {
  const marks = Array.isArray(document?.marks) ? document.marks : [];
  const whole = marks.filter(isWhole);
  return { marks: whole, removed: (document?.removed ?? []).filter((id) => typeof id === "string"), unread: marks.length - whole.length };
}

export const same = (a, b) => a === b || JSON.stringify(a) === JSON.stringify(b);

/**
 * @param base what both began with
 * @param renamed `(mark) => id` for my version where both changed the same mark: theirs keeps the id, mine stands beside it with `rival`
 * @returns `{document, rivals}`: how many are there twice
 */
export function merged(base, mine, theirs, renamed) {
  const at = ({ marks }) => new Map(marks.map((mark) => [mark.id, mark]));
  const [before, left, right] = [at(base), at(mine), at(theirs)];
  const marks = [];
  let rivals = 0;
  for (const id of new Set([...right.keys(), ...left.keys()])) {
    const [b, m, t] = [before.get(id), left.get(id), right.get(id)];
    if (same(m, t) || same(b, m)) { if (t) marks.push(t); continue; }
    if (same(b, t)) { if (m) marks.push(m); continue; }
    // Both changed it; what one took away and the other changed stays.
    if (t) marks.push(t);
    if (m && t) { rivals++; marks.push({ ...m, id: renamed(m), rival: id }); } else if (m) marks.push(m);
  }
  return { document: { marks, removed: [...new Set([...theirs.removed, ...mine.removed])] }, rivals };
}
