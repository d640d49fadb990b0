/** One operation: what it is, a form for its parameters, the request for a shell, and the answer when it was sent. */
import { url } from "../../net/api.js";
import { accepted, curl, requestOf, sample, typeWords } from "../../model/openapi.js";
import { h } from "../element.js";
import { t } from "../words.js";
import { method } from "./api.js";
import { answerPanel } from "./answer.js";

export function operationForm(operation, document_, { signal, signedOut }) {
  const types = accepted(operation), bodies = Object.keys(operation.body?.content ?? {});
  const inputs = new Map();
  const answer = answerPanel({ signal, signedOut });
  const shell = h("code", { class: "api-curl", tabindex: "0", role: "region", "aria-label": "curl" });
  const problem = h("p", { class: "error", role: "alert" });
  const send = h("button", { type: "submit", class: "primary" }, t("api.send"));

  // An Accept that is a parameter takes the place of the choice.
  const own = operation.parameters.some(({ name }) => name === "Accept");
  const accept = types.length > 1 && !own ? h("select", { id: "api-accept", onchange: tell }, h("option", { value: "" }, "*/*"), types.map((type) => h("option", { value: type }, type))) : null;
  const type = bodies.length > 1 ? h("select", { id: "api-type", onchange: begin }, bodies.map((each) => h("option", { value: each }, each))) : null;
  const body = bodies.length ? h("textarea", { id: "api-body", rows: "10", spellcheck: "false", oninput: tell }) : null;

  const places = ["path", "query", "header"].map((place) => [place, operation.parameters.filter((each) => each.in === place)]).filter(([, list]) => list.length);
  const form = h("form", { class: "api-form", novalidate: true },
    places.map(([place, list]) => h("fieldset", {}, h("legend", {}, t(`api.${place}`)), list.map(field))),
    accept && h("div", { class: "field" }, h("label", { for: "api-accept" }, "Accept"), accept),
    body && h("fieldset", {}, h("legend", {}, t("api.body")), operation.body.description && h("p", { class: "hint" }, operation.body.description),
      type && h("div", { class: "field" }, h("label", { for: "api-type" }, "Content-Type"), type),
      h("div", { class: "field" }, h("label", { for: "api-body" }, type ? t("api.text") : bodies[0]), body)),
    problem,
    h("div", { class: "api-send" }, send, operation.method !== "GET" && operation.method !== "OPTIONS" && h("p", { class: "hint" }, t("api.real"))),
    h("section", { class: "api-shell" },
      h("header", {}, h("h3", {}, "curl"), h("button", { type: "button", class: "quiet bordered", id: "api-copy", onclick: copy }, t("api.copy"))), shell));
  form.addEventListener("submit", submit);
  begin();

  return h("article", {},
    h("h2", { class: "api-title" }, method(operation.method), h("span", { class: "api-path" }, operation.path)),
    h("p", {}, operation.summary), operation.details && h("p", { class: "hint" }, operation.details),
    operation.role && h("p", { class: "hint" }, t("api.role")),
    form, answer.element,
    h("section", {}, h("h3", {}, t("api.answers")), h("table", { class: "api-answers" }, h("tbody", {}, operation.answers.map((each) => h("tr", {},
      h("th", { scope: "row", class: `api-status-${each.status[0]}` }, each.status), h("td", {}, each.words, each.types.length > 0 && h("span", { class: "hint" }, ` ${each.types.join(", ")}`))))))));

  function field(parameter) {
    const { name, in: place, required, schema, description, example } = parameter;
    const id = `api-${place}-${name}`, key = `${place} ${name}`;
    const attributes = { id, "aria-required": required ? "true" : null, "aria-describedby": `${id}-hint`, onchange: tell, oninput: tell };
    const choices = schema.enum ?? (schema.type === "boolean" ? ["true", "false"] : null);
    const input = choices
      ? h("select", attributes, h("option", { value: "" }, ""), choices.map((each) => h("option", { value: each }, each)))
      : h("input", { ...attributes, autocomplete: "off", spellcheck: "false", autocapitalize: "none", placeholder: example ?? (schema.default != null ? String(schema.default) : "") });
    inputs.set(key, input);
    return h("div", { class: "field" },
      h("label", { for: id }, name, required && h("span", { "aria-hidden": "true" }, " *")), input,
      h("p", { class: "hint", id: `${id}-hint` }, [choices ? "" : typeWords(schema, t), description].filter(Boolean).join(" · ")));
  }

  function request() {
    const values = Object.fromEntries([...inputs].map(([key, input]) => [key, input.value.trim()]));
    return requestOf(operation, { values, accept: accept?.value || (types.length === 1 && !own ? types[0] : ""), body: body?.value, type: type?.value ?? bodies[0] });
  }

  function begin() {
    if (body) {
      const schema = operation.body.content[type?.value ?? bodies[0]]?.schema;
      body.value = schema && Object.keys(schema).length ? JSON.stringify(sample(document_, schema), null, 2) : "";
    }
    tell();
  }

  function tell() {
    problem.textContent = "";
    shell.textContent = curl(request(), url(""));
  }

  async function copy(event) {
    try {
      await navigator.clipboard.writeText(shell.textContent);
      event.target.textContent = t("api.copied");
    } catch {
      getSelection().selectAllChildren(shell); // the page may not write the clipboard: the reader can
    }
  }

  async function submit(event) {
    event.preventDefault();
    const made = request();
    if (made.missing.length) {
      problem.textContent = t("api.missing", { names: made.missing.join(", ") });
      [...inputs].find(([key, input]) => made.missing.includes(key.split(" ")[1]) && !input.value)?.[1].focus();
      return;
    }
    send.disabled = true;
    try {
      await answer.ask(made);
    } finally {
      send.disabled = false;
    }
  }
}
