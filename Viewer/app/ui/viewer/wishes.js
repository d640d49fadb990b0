/** What to fetch: everything on screen, then the neighbours in the active viewport, then in the others. */
import { waits } from "../../net/display.js";
import { fetchOrder } from "../../model/stack.js";
import { undrawable } from "../../model/transferSyntax.js";
import { frameBytes } from "../../viewport/sight.js";

/**
 * @param facts of the study; @param {number[]} visible the viewports on screen
 * @param {{series: string, at: number} | null} besides a frame that is wanted though no viewport shows it
 * @returns `{order, first}`: wishes as the frame store takes them, and how many of them are on screen
 */
export function wishes(state, visible, facts, besides = null) {
  const order = [];
  const seen = new Set();
  const add = (viewport, position) => {
    const stack = facts.stacks.get(viewport.series);
    const item = stack?.items?.[position];
    if (!item || seen.has(stack.keys[position])) return;
    if (!item.image.hasPixels || undrawable(item.image)) return;
    seen.add(stack.keys[position]);
    if (waits(item.image)) return facts.wantDisplay(viewport.series, item.image);
    order.push({ key: stack.keys[position], number: item.frame, image: item.image, bytes: frameBytes(item.image), url: facts.instanceURL(viewport.series, item.image) });
  };
  const viewports = [state.active, ...visible.filter((n) => n !== state.active)].map((n) => state.viewports[n]);
  for (const viewport of viewports) add(viewport, viewport.index);
  if (besides) add(besides, besides.at);
  const first = order.length;
  for (const viewport of viewports) {
    const count = facts.countOf(viewport.series);
    for (const position of fetchOrder(count, Math.min(viewport.index, Math.max(0, count - 1)), viewport.direction || 1)) add(viewport, position);
  }
  return { order, first };
}
