/** Points at a place of the patient; the other viewports show where it is. */
const point = (state, { at, facts }) => facts.pointAt?.(state, at) ?? state;

export const cursor = { id: "cursor", key: "c", cursor: "crosshair", icon: "cursor", undoable: false, start: point, move: point };
