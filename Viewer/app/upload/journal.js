/** Uploads under way on this device: where each goes on after a reload. Holds addresses, sizes and check sums; no names of patients, none of files. */

const mostAge = 48 * 3600 * 1000; // as long as the server keeps what is not continued
export const journalKey = (user) => `isocenter.uploads.${user}`;

/** @param storage localStorage, or what stands for it */
export function journal(storage, user, now = Date.now) {
  const read = () => {
    try { return JSON.parse(storage.getItem(journalKey(user))) ?? {}; } catch { return {}; } // unreadable: as if nothing had been begun
  };
  const write = (all) => {
    try {
      if (Object.keys(all).length) storage.setItem(journalKey(user), JSON.stringify(all));
      else storage.removeItem(journalKey(user));
    } catch { /* a device that keeps nothing: a reload begins anew */ }
  };
  return {
    get(key) {
      const entry = read()[key];
      return entry !== undefined && now() - entry.when < mostAge ? entry : null;
    },
    set(key, entry) {
      const all = Object.fromEntries(Object.entries(read()).filter(([, { when }]) => now() - when < mostAge));
      write({ ...all, [key]: { ...entry, when: now() } });
    },
    remove(key) {
      const { [key]: _, ...rest } = read();
      write(rest);
    },
    get count() { return Object.keys(read()).length; },
  };
}

/** What a file is called here: by its place among what was chosen, size and date, hashed, for a path may hold a name. */
export function fileKey({ path, size, modified }) {
  let hash = 0xcbf29ce484222325n;
  for (const character of `${path}|${size}|${modified}`) hash = BigInt.asUintN(64, (hash ^ BigInt(character.codePointAt(0))) * 0x100000001b3n);
  return hash.toString(16);
}
