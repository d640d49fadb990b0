/**
 * Mouse, pen and touch → gestures of tools. One finger or button is the chosen tool, two fingers pinch and pan,
 * the wheel scrolls, with Ctrl it zooms to the pointer.
 *
 * @param {HTMLElement} element one viewport
 * @param face `{get: () => state, set: (state, {merge, undoable}) => void, facts: () => facts, viewport: index, activated, oneUp}`
 */
import { setView } from "../model/state.js";
import { panned, zoomedAt } from "../viewport/view.js";
import { scrollBy } from "../model/state.js";
import { toolForButtons } from "./table.js";

export function pointerGestures(element, face) {
  const pointers = new Map(); // id → position
  let drag = null;
  let pinch = null;
  let turned = 0;
  let lastTap = null;
  let lastType = "mouse";

  const position = (event) => {
    const box = element.getBoundingClientRect();
    const { scale } = face.facts() ?? { scale: devicePixelRatio };
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  };

  element.addEventListener("pointerdown", (event) => {
    if (event.target.closest("button, a, [role=slider], input")) return;
    lastType = event.pointerType;
    element.setPointerCapture(event.pointerId);
    face.activated();
    element.focus({ preventScroll: true });
    pointers.set(event.pointerId, position(event));
    if (pointers.size === 2) {
      drag = null;
      pinch = span();
    } else if (pointers.size === 1) {
      begin(event);
    }
  });
  element.addEventListener("pointermove", (event) => {
    if (!pointers.has(event.pointerId)) return;
    const at = position(event);
    const before = pointers.get(event.pointerId);
    pointers.set(event.pointerId, at);
    const facts = face.facts();
    if (!facts) return;
    if (pinch && pointers.size === 2) return pinched(facts);
    if (!drag) return;
    const tool = toolForButtons(event.buttons || 1, face.get().tool, face.get().buttons);
    if (tool !== drag.tool) begin(event); // a second button was pressed or released
    const gesture = {
      viewport: face.viewport, at, dx: at[0] - before[0], dy: at[1] - before[1], begunAt: drag.at, begun: drag.state,
      total: { dx: at[0] - drag.at[0], dy: at[1] - drag.at[1] },
      facts: { ...facts, window: drag.facts?.window ?? facts.window, speed: drag.facts?.speed ?? facts.speed },
    };
    if (!drag.moved && Math.hypot(gesture.total.dx, gesture.total.dy) < 2 * facts.scale) return pointers.set(event.pointerId, before);
    drag.moved = true;
    face.set(drag.tool.move(face.get(), gesture), { merge: drag.id, undoable: drag.tool.undoable });
  });
  const end = (event) => {
    if (!pointers.delete(event.pointerId)) return;
    if (event.type === "pointerup" && drag && !drag.moved && event.pointerType === "touch") tapped(event);
    if (pointers.size < 2) pinch = null;
    if (drag?.tool.finish && pointers.size === 0) face.set(drag.tool.finish(face.get()), { undoable: drag.tool.undoable });
    if (pointers.size === 0) drag = null;
  };
  element.addEventListener("pointerup", end);
  element.addEventListener("pointercancel", end);
  element.addEventListener("contextmenu", (event) => event.preventDefault());
  element.addEventListener("dblclick", (event) => {
    if (lastType !== "touch" && !event.target.closest("button, [role=slider]")) face.oneUp(); // a double tap zooms
  });
  element.addEventListener("wheel", (event) => {
    event.preventDefault();
    face.activated();
    const facts = face.facts();
    if (!facts) return;
    const pixels = event.deltaY * [1, 33, 100][event.deltaMode];
    if (event.ctrlKey) {
      const view = zoomedAt(face.get().viewports[face.viewport].view, facts.geometry, facts.size, Math.exp(-pixels * 0.002), position(event));
      return face.set(setView(face.get(), face.viewport, view), { merge: "wheel-zoom", undoable: true });
    }
    // A mouse wheel moves one image a notch; a touch pad moves by distance.
    turned += pixels;
    const notch = Math.abs(pixels) >= 100 ? Math.abs(pixels) : 40;
    const step = Math.trunc(turned / notch);
    if (step) {
      turned -= step * notch;
      face.set(scrollBy(face.get(), face.viewport, step, facts.count), { undoable: false });
    }
  }, { passive: false });

  function begin(event) {
    const tool = toolForButtons(event.buttons || 1, face.get().tool, face.get().buttons);
    drag = { tool, at: position(event), state: face.get(), facts: face.facts(), moved: false, id: `${tool.id}-${event.timeStamp}` };
    if (tool.start && drag.facts) face.set(tool.start(face.get(), { viewport: face.viewport, at: drag.at, facts: drag.facts }), { merge: drag.id, undoable: tool.undoable });
  }
  function span() {
    const [a, b] = [...pointers.values()];
    return { middle: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], distance: Math.max(1, Math.hypot(a[0] - b[0], a[1] - b[1])), id: pinch?.id ?? `pinch-${performance.now()}` };
  }
  function pinched(facts) {
    const now = span();
    const { view } = face.get().viewports[face.viewport];
    const zoomed = { ...view, ...zoomedAt(view, facts.geometry, facts.size, now.distance / pinch.distance, pinch.middle) };
    const moved = panned(zoomed, facts.geometry, facts.size, now.middle[0] - pinch.middle[0], now.middle[1] - pinch.middle[1]);
    face.set(setView(face.get(), face.viewport, moved), { merge: now.id, undoable: true });
    pinch = now;
  }
  /** Double tap: fit ↔ twice as large at the finger. */
  function tapped(event) {
    const at = position(event);
    const facts = face.facts();
    if (facts && lastTap && event.timeStamp - lastTap.time < 350 && Math.hypot(at[0] - lastTap.at[0], at[1] - lastTap.at[1]) < 30 * facts.scale) {
      const { view } = face.get().viewports[face.viewport];
      const next = view.zoom === null ? zoomedAt(view, facts.geometry, facts.size, 2, at) : { zoom: null, center: null };
      face.set(setView(face.get(), face.viewport, next), { undoable: true });
      lastTap = null;
    } else {
      lastTap = { time: event.timeStamp, at };
    }
  }
}
