/**
 * Tools of the pointer as a table. A tool is a reducer from state and gesture to state:
 * `start(state, gesture)`, `move(state, gesture)`, `finish(state, gesture)`, each optional.
 *
 * A gesture is `{viewport, at, dx, dy, total: {dx, dy}, begun, facts}`: position and movement in device pixels of the viewport,
 * `begun` the state when it started, `facts` what the state does not hold: `{count, geometry, size, window, speed, scale, pointAt}`,
 * where `scale` is device pixels a CSS pixel and `pointAt(state, at)` the state after pointing at a place of the patient (null: it is not known).
 */
import * as edits from "../model/state.js";
import { dragged } from "../model/window.js";
import { cursor } from "./cursor.js";
import { magnifier } from "./magnifier.js";
import { panned, zoomedAt } from "../viewport/view.js";

export const windowLevel = {
  id: "windowLevel", key: "w", cursor: "window", icon: "contrast", undoable: true,
  move(state, { viewport, total, facts }) {
    if (!facts.window) return state;
    return edits.setWindow(state, viewport, dragged(facts.window, total.dx / facts.scale, total.dy / facts.scale, facts.speed));
  },
};

export const scroll = {
  id: "scroll", key: "s", cursor: "ns-resize", icon: "stack", undoable: false,
  move(state, { viewport, total, begun, facts }) {
    // The whole stack over about two thirds of the height; a short one needs no more than 16 pixels an image.
    const step = Math.min(16 * facts.scale, (facts.size.height * 0.66) / Math.max(1, facts.count));
    return edits.scrollTo(state, viewport, begun.viewports[viewport].index + Math.trunc(total.dy / step), facts.count);
  },
};

export const pan = {
  id: "pan", key: "p", cursor: "grab", icon: "pan", undoable: true,
  move(state, { viewport, dx, dy, facts }) {
    return edits.setView(state, viewport, panned(state.viewports[viewport].view, facts.geometry, facts.size, dx, dy));
  },
};

export const zoom = {
  id: "zoom", key: "z", cursor: "zoom-in", icon: "zoom", undoable: true,
  move(state, { viewport, dy, begunAt, facts }) {
    const factor = Math.exp((-dy / facts.scale) * 0.006);
    return edits.setView(state, viewport, zoomedAt(state.viewports[viewport].view, facts.geometry, facts.size, factor, begunAt));
  },
};

/** The tools of the left button, in the order of the tool bar. */
export const tools = [scroll, windowLevel, zoom, pan, cursor, magnifier];

export const toolOf = (id) => tools.find((tool) => tool.id === id) ?? windowLevel;

/**
 * Which tool a pointer stands for: buttons as in PointerEvent.buttons (1 left, 2 right, 4 middle); `others` names the tools of the
 * middle and the right one.
 */
export function toolForButtons(buttons, chosen, others = { middle: "pan", right: "zoom" }) {
  if ((buttons & 3) === 3) return windowLevel;
  if (buttons & 4) return toolOf(others.middle);
  if (buttons & 2) return toolOf(others.right);
  return toolOf(chosen);
}
