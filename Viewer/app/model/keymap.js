/**
 * Which key stands for which command: the table's own keys, and what the reader has put in their place. A key stands for one command at a
 * time; the reader's wish goes before the table.
 */

/** What browsers and systems keep for themselves, or what nobody should lose: not to be taken. */
const reserved = new Set(["Ctrl+t", "Ctrl+n", "Ctrl+w", "Ctrl+r", "Ctrl+l", "Ctrl+p", "Ctrl+f", "Ctrl+Shift+T", "Ctrl+Shift+N", "Ctrl+Shift+W", "Ctrl+c", "Ctrl+v", "Ctrl+x", "Ctrl+a",
  "Tab", "Shift+Tab", "F5", "F11", "F12", "Alt+ArrowLeft", "Alt+ArrowRight", "Alt+F4", "Escape", "Shift", "Control", "Alt", "Meta", "AltGraph", "Dead", "Process", "Unidentified", "CapsLock"]);
const keepTheirs = new Set(["back", "help"]); // always reached by the table's own key

export const isFree = (key) => !reserved.has(key) && !/\+(Shift|Control|Alt|Meta)$/.test(key);

/**
 * @param commands `[{id, keys}]`; @param overrides `{id: [key]}`, whatever the server kept: what is no list of keys is passed over
 * @returns `{keysOf: Map id → keys, byKey: Map key → id}`
 */
export function keymap(commands, overrides = {}) {
  const wish = ({ id }) => (!keepTheirs.has(id) && Array.isArray(overrides?.[id]) ? overrides[id].filter((key) => typeof key === "string" && isFree(key)) : null);
  const byKey = new Map(), keysOf = new Map(commands.map(({ id }) => [id, []]));
  const give = (command, keys) => { for (const key of keys) if (!byKey.has(key)) { byKey.set(key, command.id); keysOf.get(command.id).push(key); } };
  for (const command of commands.filter(({ id }) => keepTheirs.has(id))) give(command, command.keys);
  for (const command of commands) { const keys = wish(command); if (keys) give(command, keys); }
  for (const command of commands) if (!wish(command)) give(command, command.keys);
  return { byKey, keysOf };
}

/**
 * The overrides after `key` was given to a command.
 *
 * @returns `{overrides, taken}`: `taken` the command that lost the key, or null; `overrides` null where the key cannot be had
 */
export function assigned(commands, overrides, id, key) {
  const { byKey, keysOf } = keymap(commands, overrides);
  const owner = byKey.get(key) ?? null;
  if (!isFree(key) || keepTheirs.has(id) || keepTheirs.has(owner)) return { overrides: null, taken: owner };
  const next = { ...overrides, [id]: [key] };
  if (owner && owner !== id) next[owner] = keysOf.get(owner).filter((each) => each !== key);
  return { overrides: next, taken: owner === id ? null : owner };
}

/** The overrides without what was said of a command. */
export const restored = (overrides, id) => Object.fromEntries(Object.entries(overrides ?? {}).filter(([each]) => each !== id));
