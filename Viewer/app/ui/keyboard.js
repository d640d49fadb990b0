/** Keys → commands. Single letters count only while no text field has the focus, so typing is never taken for an order. */
import { assigned, keymap, restored } from "../model/keymap.js";
import { command, commands } from "./commands.js";

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

const typing = "input:not([type=range]), textarea, select, [contenteditable]";
const kept = "keys"; // name of the preference

/**
 * The reader's keyboard.
 *
 * @returns `{commandFor(event), keysOf(id), assign(id, key), restore(id)}`; `assign` resolves with `{taken}`, the command that lost the key or
 *   null, or with null where the key cannot be had
 */
export function keyboard(preferences) {
  let last = null, map = keymap(commands);
  const current = () => {
    const overrides = preferences.get(kept);
    if (overrides !== last) [last, map] = [overrides, keymap(commands, overrides)];
    return map;
  };
  return {
    /** The command a key event stands for, or null. */
    commandFor(event) {
      if (event.defaultPrevented || event.isComposing) return null;
      const target = event.target;
      if (target.closest?.(typing) || document.querySelector("dialog[open], :popover-open")) return null;
      // A focused button keeps its own keys.
      if ((event.key === "Enter" || event.key === " ") && target.closest?.("button, a[href], summary")) return null;
      return command(current().byKey.get(keyName(event))) ?? null;
    },
    keysOf: (id) => current().keysOf.get(id) ?? [],
    isChanged: (id) => Boolean(preferences.get(kept)?.[id]),
    async assign(id, key) {
      let result = null;
      await preferences.update(kept, (overrides = {}) => {
        const { overrides: next, taken } = assigned(commands, overrides, id, key);
        result = next && { taken };
        return next ?? overrides;
      });
      return result;
    },
    restore: (id) => preferences.update(kept, (overrides) => restored(overrides, id)),
  };
}

const names = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", PageUp: "Page ↑", PageDown: "Page ↓", " ": "Space", Escape: "Esc", Backspace: "⌫" };

/** A key as it is printed on a key cap. */
export const keyCaps = (key) =>
  key.split(/(?<=.)\+(?=.)/).map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part));
