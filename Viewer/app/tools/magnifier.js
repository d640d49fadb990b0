/** A lens under the pointer while the button is held. */
import { setLens } from "../model/state.js";

const show = (state, { viewport, at }) => setLens(state, { viewport, at });

export const magnifier = { id: "magnifier", key: "Shift+X", cursor: "none", icon: "magnifier", undoable: false, start: show, move: show, finish: (state) => setLens(state, null) };
