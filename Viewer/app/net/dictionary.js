/** What attributes and UIDs are called: the server's dictionary, asked for once, and its names of private elements where they are needed. */
import { call } from "./api.js";

let asked = null;
const privates = new Map(); // "creator\ttag" → name

/** Elements of repeating groups (PS3.5 §7.6) are in the first group's place. */
const plain = (tag) => (/^(50|60)[0-9A-F]{2}/.test(tag) ? `${tag.slice(0, 2)}00${tag.slice(4)}` : tag);

/** @returns `{entry(tag, creator), uid(uid)}`; without a connection they know nothing */
export async function dictionary(rows = []) {
  asked ??= call("api/dictionary").then(({ elements, uids }) => ({ elements: new Map(elements.map(([tag, keyword, name]) => [tag, { keyword, name }])), uids }));
  let known = { elements: new Map(), uids: {} };
  try {
    known = await asked;
    await learn(rows);
  } catch {
    asked = null; // asked again the next time; tags are shown without names
  }
  return {
    isKnown: known.elements.size > 0,
    entry(tag, creator) {
      if (creator) return { keyword: "", name: privates.get(`${creator}\t${tag}`) ?? "" };
      if (/^[0-9A-F]{3}[13579BDF]00/.test(tag)) return { keyword: "PrivateCreator", name: "Private Creator" };
      return known.elements.get(tag) ?? known.elements.get(plain(tag)) ?? (tag.endsWith("0000") ? { keyword: "GroupLength", name: "Group Length" } : null);
    },
    uid: (uid) => known.uids[uid] ?? "",
  };
}

const most = 2000; // at once, as the server takes them

/** Names of the private elements among rows. */
async function learn(rows) {
  const wanted = new Map();
  for (const { creator, tag } of rows) if (creator && !privates.has(`${creator}\t${tag}`)) wanted.set(`${creator}\t${tag}`, { creator, tag });
  const list = [...wanted.values()].slice(0, most);
  if (!list.length) return;
  const names = await call("api/dictionary/private", { method: "POST", body: list });
  list.forEach(({ creator, tag }, n) => privates.set(`${creator}\t${tag}`, names[n] ?? ""));
}
