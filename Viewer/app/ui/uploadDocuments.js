/** Pictures, documents and films: whose they are, of which study, and what will be made of them. */
import * as api from "../net/api.js";
import { newStudy, newUID, objectOf, problemsOf, studyOf, targetOf } from "../upload/documents.js";
import { nameGroups } from "../model/text.js";
import { h } from "./element.js";
import { icon } from "./icons.js";
import { bytes, date } from "./locale.js";
import { count, t } from "./words.js";

const mostPictures = 24, largestPicture = 20 << 20; // shown small before sending
const found = 8;

/** @param items without DICOM facts @param open the study on screen, offered first @param changed after each choice */
export function uploadDocuments(items, { open, changed }) {
  const chosen = new Set(items);
  let study = open; // of the archive
  const urls = [];

  const list = h("ul", { class: "check-files" }, items.map((item, n) => {
    const id = `check-file-${n}`;
    const tick = h("input", { type: "checkbox", id, onchange: () => { tick.checked ? chosen.add(item) : chosen.delete(item); tell(); } });
    tick.checked = true;
    const picture = h("span", { class: "check-picture" }, icon("document"));
    if (["jpeg", "png"].includes(item.kind) && n < mostPictures && item.size <= largestPicture) {
      item.blob().then((blob) => {
        const address = URL.createObjectURL(blob);
        urls.push(address);
        const img = h("img", { alt: "", src: address, decoding: "async" });
        img.addEventListener("load", () => picture.replaceChildren(img));
      }, () => {}); // the sending will tell what is wrong with it
    }
    return h("li", {}, tick, picture, h("label", { for: id }, h("bdi", { class: "file" }, item.path), h("span", { class: "hint" }, `${t(`check.kind.${item.kind}`)} · ${bytes(item.size)}`),
      item.orientation > 1 && h("span", { class: "warning" }, t("check.turned"))));
  }));

  const field = (name, type, label, attributes = {}) => {
    const input = h("input", { id: `new-${name}`, name, type, autocomplete: "off", oninput: tell, ...attributes });
    return { input, element: h("div", { class: "field" }, h("label", { for: `new-${name}` }, label), input) };
  };
  const today = new Date();
  const fields = {
    family: field("family", "text", t("check.new.family"), { maxlength: "64" }), given: field("given", "text", t("check.new.given"), { maxlength: "64" }),
    patientID: field("patientID", "text", t("check.new.id"), { maxlength: "64" }), birthDate: field("birthDate", "date", t("check.new.birth")),
    date: field("date", "date", t("check.new.date"), { value: `${today.getFullYear()}-${String(today.getMonth() + 1).padStart(2, "0")}-${String(today.getDate()).padStart(2, "0")}` }),
    description: field("description", "text", t("check.new.description"), { maxlength: "64" }), accession: field("accession", "text", t("check.new.accession"), { maxlength: "16" }),
  };
  const sex = h("select", { id: "new-sex", onchange: tell }, ["", "F", "M", "O"].map((code) => h("option", { value: code }, code ? t(`check.sex.${code}`) : t("check.sex.none"))));
  const fresh = h("div", { class: "check-new", hidden: true }, Object.values(fields).map(({ element }) => element), h("div", { class: "field" }, h("label", { for: "new-sex" }, t("check.new.sex")), sex));

  const results = h("ul", { class: "check-found", role: "listbox", "aria-label": t("check.found") });
  const search = h("input", { type: "search", id: "check-search", autocomplete: "off", spellcheck: "false", placeholder: t("search.hint"), oninput: typed });
  const taken = h("p", { class: "check-taken" });
  const existing = h("div", { class: "check-existing" }, h("div", { class: "field" }, h("label", { for: "check-search" }, t("check.search")), search), results, taken);

  const radio = (value, label) => h("label", { class: "tick" }, h("input", { type: "radio", name: "where", value, ...(value === "existing" && { checked: true }), onchange: which }), label);
  const kind = h("select", { id: "check-kind", onchange: tell }, ["photograph", "scan"].map((value) => h("option", { value }, t(`check.target.${value}`))));
  const title = field("title", "text", t("check.series"), { maxlength: "64" });
  const pictures = items.some((item) => ["jpeg", "png"].includes(item.kind));
  const outcome = h("p", { class: "check-outcome", role: "status" });
  const element = h("section", { class: "check-documents" },
    h("h3", {}, t("check.documents.title")), list,
    h("fieldset", {}, h("legend", {}, t("check.where")), radio("existing", t("check.existing")), radio("new", t("check.new")), existing, fresh),
    h("div", { class: "check-new" }, pictures && h("div", { class: "field" }, h("label", { for: "check-kind" }, t("check.as")), kind), title.element),
    outcome);

  const isNew = () => element.querySelector("[name=where]:checked").value === "new";
  function which() {
    fresh.hidden = !isNew();
    existing.hidden = isNew();
    tell();
  }

  let typing = 0, request = null;
  function typed() {
    clearTimeout(typing);
    typing = setTimeout(async () => {
      request?.abort();
      request = new AbortController();
      const text = search.value.trim();
      if (!text) return results.replaceChildren();
      try {
        const { studies } = await api.studies({ search: text, limit: found }, request.signal);
        results.replaceChildren(...studies.map((one) => h("li", { role: "presentation" }, h("button", { type: "button", class: "quiet", role: "option", "aria-selected": "false", dataset: { take: one.studyInstanceUID }, onclick: () => take(one) }, facts(one)))));
        if (!studies.length) results.replaceChildren(h("li", { class: "hint" }, t("list.nothing", { search: text })));
      } catch (error) {
        if (error.name !== "AbortError") results.replaceChildren(h("li", { class: "error" }, error.message || t("unreachable")));
      }
    }, 200);
  }
  const facts = (one) => [
    h("bdi", { class: "name" }, nameGroups(one.patientName).main || t("noName")), h("bdi", {}, one.patientID ?? ""), h("span", {}, date(one.patientBirthDate)), h("span", {}, date(one.studyDate)),
    h("span", {}, (one.modalities ?? []).join(" ")), h("bdi", {}, one.studyDescription ?? ""),
  ];
  function take(one) {
    study = one;
    results.replaceChildren();
    search.value = "";
    tell();
  }

  const entered = () => ({ ...Object.fromEntries(Object.entries(fields).map(([name, { input }]) => [name, input.value])), sex: sex.value });
  const groups = () => Map.groupBy(chosen, (item) => targetOf(item.kind, kind.value));

  function tell() {
    taken.replaceChildren(...(study ? [h("span", {}, t("check.taken")), ...facts(study)] : [h("span", { class: "hint" }, t("check.taken.none"))]));
    const { family, given, patientID } = entered();
    const whom = isNew() ? [family, given].filter(Boolean).join(", ") || "…" : study ? nameGroups(study.patientName).main || t("noName") : "…";
    const id = isNew() ? patientID || "…" : study?.patientID ?? "…";
    const made = [...groups()].map(([target, all]) => t(`check.made.${target}`, { n: all.length })).join(", ");
    outcome.textContent = chosen.size ? t(isNew() ? "check.outcome.new" : "check.outcome.existing", { made, name: whom, id }) : "";
    changed();
  }
  tell();

  return {
    element,
    get count() { return chosen.size; },
    focus() { (isNew() ? fields.family.input : search).focus(); },
    /** The items to send, each with the object it becomes; or what is wrong, in words. */
    async objects() {
      const problems = isNew() ? problemsOf(entered()).map((id) => t(`check.wrong.${id}`)) : study ? [] : [t("check.wrong.noStudy")];
      if (problems.length) return { items: [], problems };
      let attributes;
      try {
        attributes = isNew() ? newStudy(entered()) : studyOf(await api.studyAttributes(study.studyInstanceUID));
      } catch (error) {
        return { items: [], problems: [error.message || t("unreachable")] };
      }
      const made = [];
      for (const [target, all] of groups()) {
        const series = { uid: newUID(), number: isNew() ? made.length ? 2 : 1 : "", description: title.input.value.trim() || t(`check.target.${target}`) };
        all.forEach((item, n) => {
          const name = item.path.split("/").at(-1).replace(/\.[^.]*$/, "");
          made.push({ ...item, wasThere: false, composed: objectOf(attributes, series, target, { kind: item.kind, title: name }, n + 1) });
        });
      }
      return { items: made, problems: [] };
    },
    close() {
      clearTimeout(typing);
      request?.abort();
      for (const address of urls) URL.revokeObjectURL(address);
    },
  };
}
