/** Files and the clipboard, as the browser lets a page have them. */
import { h } from "../element.js";

export function save(bytes, type, name) {
  const url = URL.createObjectURL(new Blob([bytes], { type }));
  const link = h("a", { href: url, download: name, hidden: true });
  (document.querySelector("dialog[open]") ?? document.body).append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60000); // the browser has begun to write by then
}

/** @returns why not, a key of the words table, or null */
export async function copyPicture(bytes) {
  if (!navigator.clipboard?.write || typeof ClipboardItem !== "function") return globalThis.isSecureContext ? "export.copy.none" : "export.copy.insecure";
  try {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": new Blob([bytes], { type: "image/png" }) })]);
    return null;
  } catch {
    return "export.copy.refused";
  }
}
