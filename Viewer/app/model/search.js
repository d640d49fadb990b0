/** Finding entries by the beginnings of their words. */
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const wordsOf = (text) => fold(text).split(/[^\p{L}\p{N}×]+/u).filter(Boolean);

/** Entries whose text has, for each word of the question, one that begins so; where the first word fits first, they stand first. */
export function found(entries, question) {
  const asked = wordsOf(question);
  if (!asked.length) return entries;
  return entries
    .map((entry, n) => [wordsOf(entry.text), n, entry])
    .filter(([words]) => asked.every((word) => words.some((each) => each.startsWith(word))))
    .sort(([a, n], [b, m]) => Number(b[0].startsWith(asked[0])) - Number(a[0].startsWith(asked[0])) || n - m)
    .map(([, , entry]) => entry);
}
