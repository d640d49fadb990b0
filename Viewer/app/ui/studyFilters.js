/** Above the rows: saved filters, dates, modalities. All of them are toggles of one query. */
import { empty, isSame, mostFilters, queryOf, withFilter, withoutFilter } from "../model/listQuery.js";
import { h } from "./element.js";
import { icon } from "./icons.js";
import { askName } from "./nameDialog.js";
import { t } from "./words.js";

const modalities = ["CT", "MR", "CR", "DX", "MG", "US", "XA", "NM", "PT"];
const preference = "filters";

/** @param face `{query() → now, ask(change), preferences, say(words)}` */
export function studyFilters({ query, ask, preferences, say }) {
  const chip = (id, words, change) => h("button", { type: "button", class: "chip", "aria-pressed": "false", dataset: { chip: id }, onclick: () => ask(change()) }, words);
  const dates = [["all", "list.all", ""], ["today", "list.today", "1"], ["week", "list.week", "7"]].map(([id, words, days]) => chip(id, t(words), () => ({ days, from: "", to: "" })));
  const day = (name) => h("input", { type: "date", id: `filter-${name}`, "aria-label": t(`list.${name}`), title: t(`list.${name}`), onchange: (event) => ask({ days: "", [name]: event.target.value }) });
  const [from, to] = [day("from"), day("to")];
  const codes = modalities.map((code) => chip(code, code, () => ({ modality: query().modality === code ? "" : code })));
  const saved = h("div", { class: "chips", role: "group", "aria-label": t("list.filters") });
  const keep = h("button", { type: "button", class: "chip quiet", id: "filter-save", onclick: save }, icon("save"), t("list.filter.save"));
  const element = h("div", { class: "study-filters" }, saved,
    h("div", { class: "chips", role: "group", "aria-label": t("list.dates") }, dates, from, h("span", { "aria-hidden": "true" }, "–"), to),
    h("div", { class: "chips", role: "group", "aria-label": t("list.modalities") }, codes));
  const unwatch = preferences.watch(show);

  const filters = () => (Array.isArray(preferences.get(preference)) ? preferences.get(preference).filter((one) => typeof one?.name === "string") : []);

  async function save() {
    if (filters().length >= mostFilters) return say(t("list.filter.many", { n: filters().length }));
    const now = query();
    const name = await askName({ title: t("list.filter.save"), hint: t("list.filter.hint"), label: t("list.filter.name"), value: [now.search, now.modality].filter(Boolean).join(" "), go: t("hanging.save.go") });
    if (!name) return;
    await change((before) => withFilter(before, name, now), t("list.filter.saved", { name }));
  }
  async function change(step, words = "") {
    try {
      await preferences.update(preference, step);
      if (words) say(words);
    } catch (error) {
      say(error.message || t("unreachable"));
    }
  }

  function show() {
    const now = query();
    const day = now.days === "1" ? "today" : now.days === "7" ? "week" : now.from || now.to ? "" : "all";
    for (const one of dates) one.setAttribute("aria-pressed", one.dataset.chip === day);
    for (const one of codes) one.setAttribute("aria-pressed", one.dataset.chip === now.modality);
    from.value = now.from;
    to.value = now.to;
    const list = filters();
    saved.replaceChildren(...list.map(({ name, query: kept }) => {
      const isOn = isSame(queryOf(kept), now);
      return h("span", { class: "saved-filter" },
        h("button", { type: "button", class: "chip", "aria-pressed": String(isOn), dataset: { filter: name }, onclick: () => ask(isOn ? { ...empty } : queryOf(kept)) }, h("bdi", {}, name)),
        isOn && h("button", { type: "button", class: "quiet forget", title: t("list.filter.remove", { name }), "aria-label": t("list.filter.remove", { name }), onclick: () => change((before) => withoutFilter(before, name)) }, icon("close")));
    }), ...(isSame({ ...now, sort: empty.sort, order: empty.order }, empty) || list.some((one) => isSame(queryOf(one.query), now)) ? [] : [keep]));
    saved.hidden = !saved.childElementCount;
  }
  return { element, show, close: unwatch };
}
