/** The API page: every operation of the server by subject, found by words, tried with a form. For whoever is logged in. */
import { call } from "../../net/api.js";
import { matching, subjects } from "../../model/openapi.js";
import { explain } from "../doors.js";
import { h } from "../element.js";
import { icon } from "../icons.js";
import { themeButton } from "../theme.js";
import { t } from "../words.js";
import { operationForm } from "./operation.js";

/** Returns the function that leaves it. `argument` is the id of an operation. */
export function apiPage(root, argument, { user, signedOut, open }) {
  const controller = new AbortController();
  let document_ = null, all = [], form = null;

  const search = h("input", { type: "search", id: "api-search", "aria-label": t("api.search"), placeholder: t("api.search"), autocomplete: "off", spellcheck: "false", oninput: list, onkeydown: fromSearch });
  const found = h("p", { class: "unseen", role: "status", "aria-live": "polite" });
  const index = h("nav", { class: "api-index", "aria-label": t("api.operations"), onkeydown: arrows });
  const area = h("div", { class: "api-operation", tabindex: "-1" });
  const notice = h("p", { class: "error", role: "alert" });
  root.replaceChildren(h("div", { class: "api-page" },
    h("header", { class: "api-bar" },
      h("a", { class: "quiet", href: "#/studies", title: t("back"), "aria-label": t("back") }, icon("back")),
      h("h1", {}, t("api")),
      search, found,
      h("a", { class: "quiet bordered", href: "api/openapi.json", download: "isocenter-openapi.json" }, "OpenAPI"),
      themeButton()),
    h("main", { class: argument ? "api-one" : "" }, notice, index, area)));

  async function load() {
    try {
      document_ = await call("api/openapi.json", { signal: controller.signal });
    } catch (error) {
      if (controller.signal.aborted) return;
      if (error.status === 401) return signedOut();
      notice.textContent = explain(error);
      return;
    }
    all = subjects(document_).map((subject) => ({ ...subject, operations: subject.operations.filter(({ role }) => !role || role === user.role) })).filter(({ operations }) => operations.length);
    list();
    show();
    document.documentElement.dataset.ready = "api";
  }

  function list() {
    const shown = matching(all, search.value);
    const number = shown.reduce((sum, { operations }) => sum + operations.length, 0);
    found.textContent = t("api.found", { count: number });
    index.replaceChildren(...shown.map(({ name, words, operations }) => h("section", {},
      h("h2", { title: words }, name),
      h("ul", {}, operations.map((operation) => h("li", {},
        h("a", { href: `#/api/${operation.id}`, "aria-current": operation.id === argument ? "page" : null, title: operation.summary },
          method(operation.method), h("span", { class: "api-path" }, operation.path))))))),
    number ? "" : h("p", { class: "hint" }, t("api.nothing")));
  }

  function show() {
    const operation = all.flatMap(({ operations }) => operations).find(({ id }) => id === argument);
    if (!operation) {
      area.replaceChildren(h("div", { class: "api-welcome" }, h("p", {}, t("api.lead")), h("p", { class: "hint" }, t("api.token")), h("p", {}, h("code", {}, "isocenter tokens add --user NAME"))));
      search.focus();
      return;
    }
    form = operationForm(operation, document_, { signal: controller.signal, signedOut });
    area.replaceChildren(h("a", { class: "quiet api-back", href: "#/api" }, icon("back"), t("api.operations")), form);
    area.focus();
    index.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }

  function fromSearch(event) {
    const links = [...index.querySelectorAll("a")];
    if (event.key === "ArrowDown") { event.preventDefault(); links[0]?.focus(); }
    if (event.key === "Enter" && links.length) open(links[0].getAttribute("href"));
  }

  function arrows(event) {
    const links = [...index.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    if (next < 0) return search.focus();
    links[Math.min(next, links.length - 1)]?.focus();
  }

  load();
  return () => controller.abort();
}

export const method = (name) => h("span", { class: `api-method api-${name.toLowerCase()}` }, name);
