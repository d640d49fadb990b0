/**
 * Hanging protocols: tables that say which series stand where (model/hanging.json is shipped, a reader's own are kept on the server).
 *
 * A protocol is `{id, name?, automatic?, match, layout, sync, cells}`. `match`: `modality` (one of them is in the study), `bodyPart`,
 * `laterality` (one of its series has it), `views` (all are there), `prior` (there is one), `series` (so many with images of these
 * modalities at least). A cell is `{of?: "prior", view?: [laterality, view], modality?, description?, bodyPart?, laterality?, nth?, like?}`;
 * `like` is the cell whose series it should resemble. What a cell does not find stays empty: nothing stands in for it.
 */
import { likeSeries } from "./timeline.js";

const alike = (a, b) => (a ?? "").trim().toLowerCase() === (b ?? "").trim().toLowerCase();
const withImages = ({ hasImages, thumbnail }) => hasImages ?? Boolean(thumbnail);

/**
 * The protocols that fit, in their order.
 *
 * @param {{series: object[], views: object[], hasPrior: boolean}} study series of the current study; `views` as `model/mammography.js` finds them
 */
export function matching(protocols, { series, views, hasPrior }) {
  return protocols.filter(({ match }) => {
    const own = series.filter((each) => withImages(each) && (!match.modality || match.modality.includes(each.modality)));
    if (!own.length || own.length < (match.series ?? 1)) return false;
    if (match.bodyPart && !own.some(({ bodyPart }) => match.bodyPart.some((part) => alike(part, bodyPart)))) return false;
    if (match.laterality && !own.some(({ laterality }) => match.laterality.includes(laterality))) return false;
    if (match.prior && !hasPrior) return false;
    return (match.views ?? []).every((view) => viewOf(views, view));
  });
}

const viewOf = (views, [laterality, view]) => views.find((each) => each.laterality === laterality && each.view === view) ?? null;

/**
 * What each cell shows.
 *
 * @param {{series, views}} current; @param {{series, views} | null} prior the study that stands for it
 * @returns for each cell `{series, instance, orientation}` (`instance` and `orientation` null where nothing asks for them) or null
 */
export function hung(protocol, current, prior) {
  const cells = [];
  for (const cell of protocol.cells) {
    const from = cell.of === "prior" ? prior : current;
    cells.push(from ? found(cell, protocol, from, cells, current) : null);
  }
  return cells.map((cell) => cell && { series: cell.series, instance: cell.instance ?? null, orientation: cell.orientation ?? null });
}

function found(cell, protocol, from, cells, current) {
  if (cell.view) {
    const view = viewOf(from.views, cell.view);
    return view && { series: view.series, instance: view.instance, orientation: view.orientation };
  }
  const images = from.series.filter(withImages);
  if (cell.like != null) {
    const model = cells[cell.like] && current.series.find(({ seriesInstanceUID }) => seriesInstanceUID === cells[cell.like].series);
    const like = model && likeSeries(model, images);
    return like ? { series: like.seriesInstanceUID } : null;
  }
  const own = images.filter((each) =>
    (cell.modality ? each.modality === cell.modality : !protocol.match.modality || protocol.match.modality.includes(each.modality)) &&
    ["description", "bodyPart", "laterality"].every((name) => cell[name] == null || alike(cell[name], each[name === "description" ? "seriesDescription" : name])));
  const chosen = own[cell.nth ?? 0];
  return chosen ? { series: chosen.seriesInstanceUID } : null;
}

/** A protocol from what is on screen: how the reader arranged it, in words that hold for other studies. */
export function saved(state, { id, name, visible, seriesOf, viewOfInstance, relationOf }) {
  const cells = visible.map((n) => {
    const { series: uid, look } = state.viewports[n];
    const series = seriesOf(uid);
    if (!series) return { description: null, nth: -1 };
    const view = viewOfInstance(n);
    const window = ["preset", "file", "auto", "full"].includes(look.window.kind) ? look.window : null;
    return {
      ...(relationOf(uid) === "current" ? {} : { of: "prior" }), ...(window && { window }), ...(look.invert && { invert: true }),
      ...(view ? { view } : { modality: series.modality, description: series.seriesDescription ?? "", ...(series.laterality && { laterality: series.laterality }) }),
    };
  });
  const shown = visible.map((n) => seriesOf(state.viewports[n].series)).filter((series) => series && relationOf(series.seriesInstanceUID) === "current");
  const bodyParts = [...new Set(shown.map(({ bodyPart }) => bodyPart).filter(Boolean))];
  const { scroll, view, window } = state.sync;
  return {
    id, name, automatic: true, layout: state.layout, sync: { scroll, view, window }, cells,
    match: { modality: [...new Set(shown.map(({ modality }) => modality))], ...(bodyParts.length && { bodyPart: bodyParts }), ...(cells.some(({ of }) => of === "prior") && { prior: true }) },
  };
}

/** Whether what came from the server is a protocol: somebody may have written it by hand. */
export const isProtocol = (value) =>
  typeof value?.id === "string" && /^[1-3]x[1-3]$/.test(value.layout) && Array.isArray(value.cells) && value.cells.every((cell) => cell && typeof cell === "object") &&
  value.cells.length <= 9 && typeof value.match === "object" && value.match !== null &&
  ["modality", "bodyPart", "laterality", "views"].every((name) => value.match[name] == null || Array.isArray(value.match[name]));
