/** Keys → commands. Single letters count only while no text field has the focus, so typing is never taken for an order. */
import { commands } from "./commands.js";

/** Name of a pressed key as the table writes it: "Shift+F", "Ctrl+z", "Alt+1", "?". */
export function keyName(event) {
  const ctrl = event.ctrlKey || event.metaKey;
  const digit = event.altKey && /^Digit(\d)$/.exec(event.code ?? ""); // Alt changes what a digit types
  const key = digit ? digit[1] : event.key;
  const letter = key.length === 1 && key.toLowerCase() !== key.toUpperCase();
  const shift = event.shiftKey && (letter || key.length > 1);
  const plain = letter ? (shift ? key.toUpperCase() : key.toLowerCase()) : key;
  return (ctrl ? "Ctrl+" : "") + (event.altKey ? "Alt+" : "") + (shift ? "Shift+" : "") + plain;
}

const byKey = new Map(commands.flatMap((command) => command.keys.map((key) => [key, command])));
const typing = "input:not([type=range]), textarea, select, [contenteditable]";

/** The command a key event stands for, or null. */
export function commandFor(event) {
  if (event.defaultPrevented || event.isComposing) return null;
  const target = event.target;
  if (target.closest?.(typing) || document.querySelector("dialog[open], :popover-open")) return null;
  // A focused button keeps its own keys.
  if ((event.key === "Enter" || event.key === " ") && target.closest?.("button, a[href], summary")) return null;
  return byKey.get(keyName(event)) ?? null;
}

const names = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", PageUp: "Page ↑", PageDown: "Page ↓", " ": "Space", Escape: "Esc", Backspace: "⌫" };

/** A key as it is printed on a key cap. */
export const keyCaps = (key) =>
  key.split(/(?<=.)\+(?=.)/).map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part));
