/** The study list: search as you type, sort, keyset paging while scrolling, live arrivals, keyboard, upload by drop. */
import * as api from "../net/api.js";
import { admits, dates, empty as everything, isSame, queryOf, said } from "../model/listQuery.js";
import { arrive, takePending } from "../model/studyList.js";
import { nameGroups } from "../model/text.js";
import { deleteDialog } from "./deleteDialog.js";
import { explain } from "./doors.js";
import { h } from "./element.js";
import { emptyArchive, nothingFound } from "./emptyList.js";
import { icon } from "./icons.js";
import { languageSelect } from "./languageSelect.js";
import { notice as sentences } from "./notice.js";
import { quickLook } from "./quickLook.js";
import { studyFilters } from "./studyFilters.js";
import { columns, rowID, studyHash, studyRow, updateRow } from "./studyRow.js";
import { themeButton } from "./theme.js";
import { virtualRows } from "./virtualRows.js";
import { count, t } from "./words.js";

const pageSize = 100;
const typingPause = 150; // ms
const freshFor = 6000; // ms a new row stays marked

export function studyList(root, { user, query: parameters, memory, uploads, preferences, signedOut, signOut, open }) {
  // The address says it all; without one the list is as it was left.
  const query = queryOf(parameters.size ? Object.fromEntries(parameters) : memory.query, (name) => columns.some(({ sort }) => sort === name));
  let list = { rows: [], next: null, total: 0, pending: [], query };
  let selected = memory.selected ?? null;
  let request = null; // the search in flight
  let paging = false;
  let failed = false;
  let loaded = false;
  let pointerIndex = -1;
  const fresh = new Set();
  const mayDelete = user.role === "administrator";
  const narrow = matchMedia("(max-width: 760px)");

  // MARK: The page

  const search = h("input", {
    type: "search", id: "search", "aria-label": t("search"), placeholder: t("search.hint"), autocomplete: "off", spellcheck: "false",
    value: query.search, oninput: typed, onkeydown: searchKey, "aria-keyshortcuts": "/",
  });
  const total = h("p", { class: "total", role: "status", "aria-live": "polite" });
  const line = h("p", { class: "line-state", title: t("list.offline") });
  const sortSelect = h("select", { "aria-label": t("list.sort"), onchange: () => sortBy(sortSelect.value) },
    columns.filter(({ sort }) => sort).map(({ id, sort }) => h("option", { value: sort }, t(`column.${id}`))));
  const heading = h("div", { role: "row", class: "row heading", "aria-rowindex": "1" }, columns.map(headingCell));
  const canvas = h("div", { class: "rows-canvas", role: "rowgroup" });
  const scroller = h("div", { class: "rows", tabindex: "0", role: "grid", "aria-label": t("studies"), onkeydown: rowKey, onclick: clicked },
    h("div", { role: "rowgroup", class: "heading-group" }, heading), canvas);
  const pill = h("button", { type: "button", class: "pill", hidden: true, onclick: showPending });
  const notice = h("div", { class: "list-notice" });
  const look = quickLook({ closed: () => scroller.focus({ preventScroll: true }), signedOut });
  const spoken = sentences();
  const filters = studyFilters({ query: () => list.query, ask, preferences, say: spoken.say });
  const page = h("div", { class: "studies-page" },
    h("header", { class: "top-bar" },
      h("p", { class: "brand" }, icon("mark"), h("span", {}, t("product"))),
      h("div", { class: "search", role: "search" }, icon("search"), search, h("kbd", { "aria-hidden": "true" }, "/")),
      total, line, sortSelect,
      h("div", { class: "actions" },
        h("button", { type: "button", class: "quiet", id: "upload", title: t("upload"), onclick: () => uploads.choose() }, icon("upload"), h("span", {}, t("upload"))),
        user.role === "administrator" && h("a", { class: "quiet", id: "network", href: "#/network", title: t("network"), "aria-label": t("network") }, icon("network")),
        h("a", { class: "quiet wide-only", id: "api", href: "#/api", title: t("api"), "aria-label": t("api") }, icon("code")),
        languageSelect(), themeButton(),
        user.role === "administrator" && h("a", { class: "quiet", id: "administration", href: "#/administration", title: t("administration"), "aria-label": t("administration") }, icon("users")),
        h("a", { class: "quiet person", id: "account", href: "#/account", title: `${t("account")} (${t(`role.${user.role}`)})`, "aria-label": `${t("account")}: ${user.name}` }, icon("user"), h("span", {}, user.name)),
        h("button", { type: "button", class: "quiet", id: "signOut", title: t("signOut"), "aria-label": t("signOut"), onclick: signOut }, icon("exit")),
      ),
    ),
    h("main", { class: "list-area" }, h("h1", { class: "unseen" }, t("studies")), filters.element, h("div", { class: "list-body" }, scroller, look.element), pill, notice, spoken.element),
  );
  root.replaceChildren(page);

  const rows = virtualRows(scroller, canvas, {
    count: () => list.rows.length,
    height: () => (narrow.matches ? 92 : 36),
    key: (index) => list.rows[index].studyInstanceUID,
    row: (index) => studyRow(list.rows[index], { mayDelete }),
    update: (row, index) => updateRow(row, list.rows[index], {
      index, selected: list.rows[index].studyInstanceUID === selected, fresh: fresh.has(list.rows[index].studyInstanceUID),
    }),
    nearEnd: nextPage,
  });
  narrow.addEventListener("change", rows.refresh);

  function headingCell({ id, sort }) {
    if (!sort) return h("div", { role: "columnheader", class: `cell ${id}` }, t(`column.${id}`));
    return h("div", { role: "columnheader", class: `cell ${id}`, dataset: { sort } },
      h("button", { type: "button", onclick: () => sortBy(sort) }, t(`column.${id}`)));
  }

  // MARK: Asking the server

  const asked = (page) => ({ ...list.query, ...dates(list.query, new Date()), ...page });

  async function load() {
    request?.abort();
    request = new AbortController();
    const { signal } = request;
    page.classList.add("busy");
    try {
      const answer = await api.studies(asked({ limit: pageSize }), signal);
      list = { ...list, rows: answer.studies, next: answer.next, total: answer.total, isMore: answer.totalIsLess === true, pending: [] };
      failed = false;
      loaded = true;
      scroller.scrollTop = 0;
      if (memory.scrollTop && !signal.aborted) await restore(signal);
      show();
      document.documentElement.dataset.ready = "studies";
    } catch (error) {
      if (signal.aborted) return;
      if (error.status === 401) return signedOut();
      failed = true;
      show();
      notice.replaceChildren(h("p", { class: "error", role: "alert" }, explain(error)), h("button", { type: "button", class: "primary", onclick: load }, t("retry")));
      document.documentElement.dataset.ready = "studies";
    } finally {
      if (!signal.aborted) page.classList.remove("busy");
    }
  }

  /** Back from a study: the pages that were there, then the place. */
  async function restore(signal) {
    const { scrollTop, loaded: before } = memory;
    delete memory.scrollTop;
    while (list.next && list.rows.length < before && list.rows.length < 2000) await append(signal);
    rows.layout();
    scroller.scrollTop = scrollTop;
  }

  async function append(signal) {
    const answer = await api.studies(asked({ limit: pageSize, cursor: list.next }), signal);
    const known = new Set(list.rows.map((row) => row.studyInstanceUID));
    list = { ...list, rows: [...list.rows, ...answer.studies.filter((row) => !known.has(row.studyInstanceUID))], next: answer.next, total: answer.total, isMore: answer.totalIsLess === true };
  }

  async function nextPage() {
    if (paging || !list.next || !loaded) return;
    paging = true;
    const { signal } = request;
    try {
      await append(signal);
      show();
    } catch (error) {
      if (signal.aborted) return;
      if (error.status === 401) return signedOut();
      setTimeout(() => { paging = false; }, 3000); // the next scroll tries again, not every frame
      return;
    } finally {
      if (signal.aborted) paging = false;
    }
    paging = false;
    rows.refresh();
  }

  // MARK: Showing

  function show() {
    const { search: text, sort, order } = list.query;
    const n = list.total;
    // Beyond some thousands the server counts no further.
    const shown = count(n) + (list.isMore ? "+" : "");
    const isNarrow = !isSame({ ...list.query, sort, order }, { ...everything, sort, order });
    total.textContent = isNarrow ? t("list.found", { count: shown }) : t("list.total", { count: shown, n });
    scroller.setAttribute("aria-rowcount", n + 1);
    for (const cell of heading.children) {
      if (!cell.dataset.sort) continue;
      cell.setAttribute("aria-sort", cell.dataset.sort !== sort ? "none" : order === "asc" ? "ascending" : "descending");
    }
    sortSelect.value = sort;
    pill.hidden = !list.pending.length;
    pill.textContent = t("list.new", { count: count(list.pending.length) });
    pill.setAttribute("aria-label", t("list.new.label", { count: list.pending.length }));
    const empty = loaded && !failed && !list.rows.length;
    scroller.hidden = empty || failed;
    if (empty) notice.replaceChildren(isNarrow ? nothingFound(text || [list.query.modality, list.query.from, list.query.to].filter(Boolean).join(" ") || "…") : emptyArchive());
    else if (!failed) notice.replaceChildren();
    select(selected && list.rows.some((row) => row.studyInstanceUID === selected) ? selected : list.rows[0]?.studyInstanceUID ?? null);
    rows.refresh();
    filters.show();
    const hash = new URLSearchParams(said(list.query));
    history.replaceState(null, "", `#/studies${hash.size ? `?${hash}` : ""}`);
  }

  function select(uid) {
    selected = uid;
    if (look.isOpen) {
      const study = list.rows.find((row) => row.studyInstanceUID === uid);
      study ? look.show(study) : look.close();
    }
    if (uid) scroller.setAttribute("aria-activedescendant", rowID({ studyInstanceUID: uid }));
    else scroller.removeAttribute("aria-activedescendant");
  }

  // MARK: What the reader does

  let typing = 0;
  function typed() {
    clearTimeout(typing);
    typing = setTimeout(() => ask({ search: search.value.trim() }), typingPause);
  }
  function ask(change) {
    clearTimeout(typing);
    // What stands in the field counts, also where its pause was not over.
    list = { ...list, query: { ...list.query, search: search.value.trim(), ...change } };
    if (change.search !== undefined && change.search !== search.value.trim()) search.value = change.search;
    selected = null; // another list begins at its top
    load();
  }
  function sortBy(sort) {
    const column = columns.find((each) => each.sort === sort);
    const first = column?.first ?? "asc";
    const order = list.query.sort === sort ? (list.query.order === "asc" ? "desc" : "asc") : first;
    ask({ sort, order });
  }
  function searchKey(event) {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      scroller.focus();
      move(0);
    } else if (event.key === "Enter") {
      clearTimeout(typing);
      if (search.value.trim() !== list.query.search) ask({ search: search.value.trim() });
      else scroller.focus();
    } else if (event.key === "Escape" && search.value) {
      event.preventDefault();
      search.value = "";
      ask({ search: "" });
    }
  }
  function rowKey(event) {
    if (event.target !== scroller || event.ctrlKey || event.altKey || event.metaKey) return;
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: rows.perPage(), PageUp: -rows.perPage(), Home: -Infinity, End: Infinity };
    if (event.key in steps) {
      event.preventDefault();
      move(steps[event.key]);
    } else if (event.key === "Enter" && selected) {
      enter(selected);
    } else if (event.key === " " && selected) {
      event.preventDefault();
      const study = list.rows.find((row) => row.studyInstanceUID === selected);
      if (look.isOpen) look.close();
      else if (study) look.show(study, { at: 0 });
    } else if (event.key === "Escape" && look.isOpen) {
      look.close();
    } else if (event.key === "Delete" && selected && mayDelete) {
      askToDelete(selected);
    }
  }
  function move(step) {
    const at = list.rows.findIndex((row) => row.studyInstanceUID === selected);
    if (step === -1 && at <= 0) return search.focus();
    const next = Math.max(0, Math.min(list.rows.length - 1, at + step));
    select(list.rows[next]?.studyInstanceUID ?? null);
    rows.reveal(next);
  }
  function clicked(event) {
    const row = event.target.closest("[data-study]");
    if (!row || event.target.closest("a") || getSelection()?.toString()) return; // links go by themselves; marked text stays
    if (event.target.closest(".row-look")) { // the button of who has no keyboard
      select(row.dataset.study);
      rows.refresh();
      return look.show(list.rows.find(({ studyInstanceUID }) => studyInstanceUID === row.dataset.study), { at: 0 });
    }
    if (event.target.closest(".row-delete")) return askToDelete(row.dataset.study);
    enter(row.dataset.study);
  }
  function enter(uid) { open(studyHash({ studyInstanceUID: uid })); }

  function askToDelete(uid) {
    const study = list.rows.find((row) => row.studyInstanceUID === uid);
    if (study) deleteDialog(study, { deleted: ({ studyInstanceUID }) => gone(studyInstanceUID), signedOut });
  }

  const pageKey = (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog[open]")) return;
    event.preventDefault();
    search.focus();
    search.select();
  };
  document.addEventListener("keydown", pageKey);
  scroller.addEventListener("pointermove", (event) => { pointerIndex = event.pointerType === "mouse" ? rows.indexAt(event.clientY) : -1; });
  scroller.addEventListener("pointerleave", () => { pointerIndex = -1; });

  // MARK: Live arrivals

  const endEvents = api.events({
    study: arrived,
    gone,
    state(connected, again) {
      line.classList.toggle("on", connected);
      line.textContent = connected ? t("list.live") : t("list.offline");
      if (again && loaded) catchUp();
    },
    signedOut,
  });
  function arrived(study) {
    if (!loaded || request?.signal.aborted) return;
    // What is above the first visible row, or at or above the row under the pointer, would push the reader's rows away.
    const hold = scroller.hidden ? 0 : Math.max(scroller.scrollTop > 0 ? rows.firstVisible() + 1 : 0, pointerIndex + 1);
    const known = list.rows.find((row) => row.studyInstanceUID === study.studyInstanceUID);
    // A study that has grown out of a filter stays where it is until the list is asked again.
    if (!known && !admits(list.query, study, new Date())) return;
    const result = arrive(list, study, hold);
    list = result.list;
    if (result.effect === "inserted" || (known && known.instanceCount !== study.instanceCount)) mark(study.studyInstanceUID);
    if (result.effect === "inserted" && scroller.hidden) failed = false;
    show();
  }
  function gone(uid) {
    const rows = list.rows.filter((row) => row.studyInstanceUID !== uid);
    const pending = list.pending.filter((row) => row.studyInstanceUID !== uid);
    if (rows.length === list.rows.length && pending.length === list.pending.length) return;
    list = { ...list, rows, pending, total: Math.max(0, list.total - (list.rows.length - rows.length)) };
    show();
    scroller.focus({ preventScroll: true });
  }
  /** After a break: what the first page has now arrives as if it had been told. */
  async function catchUp() {
    const { signal } = request;
    try {
      const answer = await api.studies(asked({ limit: pageSize }), signal);
      for (const study of answer.studies.toReversed()) arrived(study);
    } catch (error) {
      if (error.status === 401 && !signal.aborted) signedOut(); // anything else: the next break or search asks again
    }
  }
  function mark(uid) {
    fresh.add(uid);
    setTimeout(() => { fresh.delete(uid); rows.refresh(); }, freshFor);
  }
  function showPending() {
    for (const { studyInstanceUID } of list.pending) mark(studyInstanceUID);
    list = takePending(list);
    scroller.scrollTop = 0;
    show();
    scroller.focus();
  }

  load();
  if (matchMedia("(pointer: fine)").matches) scroller.focus({ preventScroll: true });

  return () => {
    memory.query = list.query;
    memory.selected = selected;
    memory.scrollTop = scroller.scrollTop;
    memory.loaded = list.rows.length;
    request?.abort();
    endEvents();
    rows.close();
    look.close();
    filters.close();
    spoken.close();
    clearTimeout(typing);
    document.removeEventListener("keydown", pageKey);
  };
}
