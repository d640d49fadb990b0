/** The one state value and its past: every change of the screen is an edit that goes through here. */
import { everywhere } from "../../marks/edits.js";
import * as edits from "../../model/state.js";

/**
 * @param {() => void} changed after every edit
 * @param {(before, after) => state} together what an edit takes along, see viewport/sync.js
 * @returns `{state, canUndo, canRedo, edit, amend, undo, redo}`; `edit(function, {undoable, merge})` applies `(state) => state`,
 *   `amend` is an edit that undo does not stop at and that asks for no drawing (cine, which draws by itself)
 */
export function editing(changed, together) {
  let history = edits.history(edits.initialState);
  return {
    get state() { return history.present; },
    get canUndo() { return history.past.length > 0; },
    get canRedo() { return history.future.length > 0; },
    edit(function_, { undoable = true, merge = null } = {}) {
      const next = together(history.present, function_(history.present));
      history = undoable ? edits.commit(history, next, merge) : edits.amend(history, next);
      changed();
    },
    amend(function_) { history = edits.amend(history, together(history.present, function_(history.present))); },
    /** An edit of every step, so that undo does not take it away. */
    everywhere(function_) { history = everywhere(history, function_); changed(); },
    undo() { history = edits.undo(history); changed(); },
    redo() { history = edits.redo(history); changed(); },
  };
}
