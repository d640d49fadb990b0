/** A field over the image for the words of a mark, or the millimetres of a known length. */
import { h } from "../ui/element.js";
import { t } from "../ui/words.js";

/**
 * @param mayReach a known length may hold for the whole series
 * @param done told `{text}`, `{millimetres, reach}`, or null where nothing came of it
 */
export function editor(pane, [x, y], mark, mayReach, done) {
  const asksLength = mark.kind === "calibration";
  const field = h("input", {
    class: "mark-editor", type: "text", maxlength: 256, inputmode: asksLength ? "decimal" : null, "aria-label": t(asksLength ? "mark.known.ask" : "mark.text.ask"),
    placeholder: t(asksLength ? "mark.known.ask" : "mark.text.ask"), value: asksLength ? mark.millimetres ?? "" : mark.text,
  });
  const series = mayReach ? h("input", { type: "checkbox", id: "mark-reach", checked: mark.reach === "series" }) : null;
  const place = h("div", { class: "mark-editor-place", tabindex: "-1" }, field, series && h("label", { class: "mark-reach", for: "mark-reach" }, series, t("mark.known.reach")));
  place.style.left = `${Math.max(4, Math.min(x, pane.clientWidth - 190))}px`;
  place.style.top = `${Math.max(4, Math.min(y, pane.clientHeight - (series ? 76 : 40)))}px`;
  let isOpen = true;
  const close = (result) => {
    if (!isOpen) return;
    isOpen = false;
    place.remove();
    pane.focus({ preventScroll: true });
    done(result);
  };
  const taken = () => {
    const text = field.value.trim();
    if (!asksLength) return text || mark.kind !== "text" ? { text } : null;
    const millimetres = Number(text.replace(",", ".").replace(/\s*mm$/, ""));
    return millimetres > 0 && millimetres < 10000 ? { millimetres, reach: series?.checked ? "series" : "image" } : null;
  };
  place.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") close(null);
    if (event.key !== "Enter") return;
    const result = taken();
    if (!result && asksLength && field.value.trim()) return field.setAttribute("aria-invalid", "true");
    close(result);
  });
  place.addEventListener("focusout", (event) => { if (!place.contains(event.relatedTarget)) close(taken()); });
  for (const type of ["pointerdown", "dblclick"]) place.addEventListener(type, (event) => event.stopPropagation());
  pane.append(place);
  field.focus();
  field.select();
}
