/** A field over the image for the words of a mark, or the millimetres of a known length. */
import { h } from "../ui/element.js";
import { t } from "../ui/words.js";

/**
 * @param done told `{text}`, `{millimetres}`, or null where nothing came of it
 */
export function editor(pane, [x, y], mark, done) {
  const asksLength = mark.kind === "calibration";
  const field = h("input", {
    class: "mark-editor", type: "text", maxlength: 256, inputmode: asksLength ? "decimal" : null, "aria-label": t(asksLength ? "mark.known.ask" : "mark.text.ask"),
    placeholder: t(asksLength ? "mark.known.ask" : "mark.text.ask"), value: asksLength ? mark.millimetres ?? "" : mark.text,
  });
  field.style.left = `${Math.max(4, Math.min(x, pane.clientWidth - 190))}px`;
  field.style.top = `${Math.max(4, Math.min(y, pane.clientHeight - 40))}px`;
  let isOpen = true;
  const close = (result) => {
    if (!isOpen) return;
    isOpen = false;
    field.remove();
    pane.focus({ preventScroll: true });
    done(result);
  };
  const taken = () => {
    const text = field.value.trim();
    if (!asksLength) return text || mark.kind !== "text" ? { text } : null;
    const millimetres = Number(text.replace(",", ".").replace(/\s*mm$/, ""));
    return millimetres > 0 && millimetres < 10000 ? { millimetres } : null;
  };
  field.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") close(null);
    if (event.key !== "Enter") return;
    const result = taken();
    if (!result && asksLength && field.value.trim()) return field.setAttribute("aria-invalid", "true");
    close(result);
  });
  field.addEventListener("blur", () => close(taken()));
  for (const type of ["pointerdown", "dblclick"]) field.addEventListener(type, (event) => event.stopPropagation());
  pane.append(field);
  field.focus();
  field.select();
}
